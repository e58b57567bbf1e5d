/* SPDX-License-Identifier: Apache-2.0 */
#include "reread.h"

#include <stdio.h>

#include "codes.h"
#include "host/env.h"
#include "job/roster.h"
#include "views/findings.h"
#include "views/plan_view.h"

static void say(const sz_job *job, const char *en, const char *zh) {
    fputs(job->lang == SZ_ZH ? zh : en, stderr);
    fputc('\n', stderr);
}

/* The run reads its inputs by the types and the zone that it began with, and so do its outputs. */
static sz_status same_reading(const sz_inputs *a, const sz_inputs *b, sz_diags *d) {
    bool same_zone = strcmp(a->zone.name, b->zone.name) == 0;
    if (a->of_types == b->of_types && same_zone) return SZ_OK;
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_RELOAD, (sz_span){0}, "%s cannot change while a run goes on",
                              "%s 不能在运行当中改变", same_zone ? "types.yaml" : "timezone");
    sz_diag_hint(d, g, "stop the run and start it again: it goes on where it was", "请停止后重新运行，会接着原处继续");
    return SZ_FINDINGS;
}

/* A list that did not fit itself is no measure of the next. */
static sz_status same_school(const sz_job *job, const sz_worker *w, const sz_campus *next, sz_diags *d) {
    const sz_counters *n = sz_worker_counters(w);
    sz_gone gone;
    sz_worker_gone(w, &gone);
    bool is_fit = n->used + gone.of > n->dead_by[SZ_UNKNOWN_STUDENT] && !sz_roster_is_odd(gone.n, gone.of);
    return is_fit && !job->admit ? sz_roster_replaces(sz_worker_campus(w), next, sz_wall_ms(), d) : SZ_OK;
}

static void tell_gone(const sz_job *job, const sz_worker *w) {
    sz_diags d;
    sz_gone gone;
    sz_diags_init(&d);
    sz_worker_gone(w, &gone);
    if (sz_roster_tell_gone(&gone, &d)) sz_diags_show(&d, job->lang);
    sz_diags_fini(&d);
}

static void tell_plan(const sz_job *job, const sz_inputs *in, const sz_worker *w) {
    sz_arena a;
    sz_buf text;
    sz_state_plan plan;
    sz_arena_init(&a);
    sz_buf_init(&text);
    sz_worker_plan_for(w, in->bundle, &a, &plan);
    plan_text(&text, &plan, &in->zone, job->lang);
    fwrite(text.p, 1, text.n, stderr);
    sz_buf_fini(&text);
    sz_arena_fini(&a);
}

/* The worker takes campus and a reference of the bundle; what they rest on stays here. */
static void hand_over(sz_reread *r, sz_inputs *in, sz_worker *w) {
    sz_msg m = {.kind = SZ_MSG_BUNDLE, .bundle = sz_bundle_ref(in->bundle), .campus = in->campus};
    in->campus = NULL;
    sz_worker_step(w, &m);
    sz_inputs_fini(&r->next); /* an earlier one that has not been switched to */
    r->next = *in;
    r->is_waiting = true;
    r->bytes = in->bytes;
}

void sz_reread_now(sz_reread *r, const sz_job *job, const sz_inputs *first, sz_worker *w) {
    sz_inputs in;
    sz_diags d;
    sz_reread_tell(r, job, first, w); /* what it uses by now is not what is still to come */
    sz_diags_init(&d);
    say(job, "sanzao: HUP: reading rules and campus again", "sanzao：收到 HUP，重新读取规则和校园数据");
    sz_status s = sz_inputs_load(job, &d, &in);
    if (s == SZ_OK) s = same_reading(first, &in, &d);
    if (s == SZ_OK) s = same_school(job, w, in.campus, &d);
    sz_diags_show(&d, job->lang);
    if (s != SZ_OK) {
        say(job, "sanzao: nothing is changed: what runs keeps running", "sanzao：没有改变：仍按原来的规则和数据运行");
        sz_inputs_fini(&in);
    } else if (in.bytes == (r->bytes ? r->bytes : first->bytes)) {
        say(job, "sanzao: no file has changed", "sanzao：文件没有变化");
        sz_inputs_fini(&in);
    } else {
        tell_plan(job, &in, w);
        hand_over(r, &in, w);
    }
    sz_diags_fini(&d);
}

void sz_reread_tell(sz_reread *r, const sz_job *job, const sz_inputs *first, const sz_worker *w) {
    int64_t at;
    uint32_t n = sz_worker_switched(w, &at);
    if (n == r->n_switched) return;
    r->n_switched = n;
    sz_inputs_fini(&r->now);
    r->now = r->next;
    r->next = (sz_inputs){0};
    r->is_waiting = false;
    tell_gone(job, w);
    char t[40];
    if (at == SZ_TIME_NONE) {
        say(job, "sanzao: the new rules and campus hold", "sanzao：新的规则和校园数据已生效");
        return;
    }
    sz_time_format(&first->zone, at, t);
    fprintf(stderr,
            job->lang == SZ_ZH ? "sanzao：新的规则和校园数据自 %s 起生效\n"
                               : "sanzao: the new rules and campus hold from %s on\n",
            t);
}

void sz_reread_fini(sz_reread *r) {
    sz_inputs_fini(&r->now);
    sz_inputs_fini(&r->next);
}

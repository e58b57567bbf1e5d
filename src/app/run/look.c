/* SPDX-License-Identifier: Apache-2.0
 *
 * Without inputs: a state is only looked at. What one student's record says, and what other rules would do to a state.
 */
#include "look.h"

#include <stdio.h>

#include "codes.h"
#include "host/env.h"
#include "run.h"
#include "run_common.h"
#include "views/explain_view.h"
#include "views/findings.h"
#include "views/plan_view.h"

sz_status look_begin(const sz_job *job, sz_str student, int32_t partition, look *l) {
    sz_options o;
    sz_diags_init(&l->diags);
    l->q = sz_msgq_new();
    sz_status s = sz_inputs_load(job, &l->diags, &l->in);
    if (s == SZ_OK) s = run_options(job, &l->in.zone, &l->diags, &o);
    if (s == SZ_OK) s = sz_state_find(job, student, partition, l->q, &l->diags, &l->state, &o);
    if (s != SZ_OK) return s;
    l->parts = o.parts;
    sz_ports ports = {.store = l->state.port, .env = sz_env};
    o.allow_new = false;
    l->is_listed = l->in.campus && sz_campus_find_student(l->in.campus, student) != SZ_NONE;
    l->worker = sz_worker_new(&o, &ports, sz_bundle_ref(l->in.bundle), l->in.campus);
    l->in.campus = NULL;
    sz_worker_step(l->worker, &(sz_msg){.kind = SZ_MSG_ASSIGNED});
    return SZ_OK;
}

sz_status look_until(const sz_job *job, look *l, sz_worker_state where) {
    for (bool is_over = false; sz_worker_where(l->worker) < where && !is_over;) {
        const sz_msg *m = sz_msgq_pop(l->q);
        if (m) sz_worker_step(l->worker, m);
        else if (sz_worker_wake_ms(l->worker) == INT64_MIN) sz_worker_step(l->worker, &(sz_msg){.kind = SZ_MSG_GO_ON});
        else is_over = sz_msgq_is_idle(l->q);
    }
    sz_worker_state is = sz_worker_where(l->worker);
    if (is >= where && is < SZ_WK_HELD) return SZ_OK;
    sz_str text;
    sz_status s = sz_worker_failure(l->worker, &text);
    if (s != SZ_OK) run_tell_failure(job, l->worker);
    else
        fputs(job->lang == SZ_ZH ? "sanzao：读取状态时没有得到回答，请再试一次\n"
                                 : "sanzao: the state gave no answer while it was read: try again\n",
              stderr);
    return s == SZ_OK ? SZ_IO : s;
}

sz_status look_need_campus(const sz_job *job, const look *l) {
    if (job->campus || !sz_worker_has_other_facts(l->worker)) return SZ_OK;
    fputs(job->lang == SZ_ZH
              ? "sanzao：未给出 --campus，不知道有哪些学生、谁在哪个班级、哪栋楼；请写上运行时的 --campus 文件夹\n"
              : "sanzao: without --campus no student is known, nor of which class and building; give "
                "the run's --campus DIR\n",
          stderr);
    return SZ_USAGE;
}

int look_end(const sz_job *job, look *l, sz_status s) {
    if (l->diags.n) sz_diags_show(&l->diags, job->lang);
    sz_worker_free(l->worker);
    sz_state_close(&l->state);
    sz_msgq_free(l->q);
    sz_inputs_fini(&l->in);
    sz_diags_fini(&l->diags);
    return s == SZ_NOT_FOUND ? 1 : sz_exit_of(s);
}

void look_tell_others(const sz_job *job, look *l) {
    bool facts = sz_worker_has_other_facts(l->worker), rules = sz_worker_plan(l->worker)->is_other;
    if (!facts && !rules) return;
    const char *en = facts && rules ? "another campus and other rules" : facts ? "another campus" : "other rules";
    const char *zh = facts && rules ? "校园数据和规则" : facts ? "校园数据" : "规则";
    sz_diag *g =
        sz_diags_add(&l->diags, SZ_NOTE, APP_CODE_STATE_BY_OTHERS, (sz_span){0},
                     "the last run had %s: what is shown is what a run with these would begin with",
                     "这里给出的%s与上次运行的不同：显示的是用它们继续运行时的起点", job->lang == SZ_ZH ? zh : en);
    sz_diag_hint(&l->diags, g, "give --campus and --rules as the run has them",
                 "请给出与运行时相同的 --campus 和 --rules");
}

static void tell_no_student(const sz_job *job, const look *l) {
    const char *en = !job->campus   ? ""
                     : l->is_listed ? ": students.csv has it, so there were no records yet"
                                    : ": students.csv does not have it either; a student is given by the number";
    const char *zh = !job->campus   ? ""
                     : l->is_listed ? "：students.csv 里有，还没有记录"
                                    : "：students.csv 里也没有；请写学号";
    fprintf(stderr,
            job->lang == SZ_ZH ? "sanzao：状态里没有这名学生%s\n" : "sanzao: this state knows no such student%s\n",
            job->lang == SZ_ZH ? zh : en);
}

int sz_job_show(const sz_job *job, sz_str student) {
    look l = {0};
    sz_status s = look_begin(job, student, SZ_FILES, &l);
    if (s == SZ_OK) s = look_until(job, &l, SZ_WK_RUNNING);
    if (s != SZ_OK) return look_end(job, &l, s);
    sz_buf out;
    sz_buf_init(&out);
    s = sz_worker_show(l.worker, student, &out);
    look_tell_others(job, &l);
    if (s == SZ_OK) printf("%.*s\n", SZ_FMT_STR(sz_buf_str(&out)));
    else tell_no_student(job, &l);
    sz_buf_fini(&out);
    return look_end(job, &l, s);
}

/* The rule that was meant by its title, the name of a feature of its own, or an id with a slip; SZ_NONE: none is near.
 */
static uint32_t rule_meant(const sz_bundle *b, sz_str id) {
    enum { FAR = 3, SHORT = 4 };
    uint32_t near = SZ_NONE;
    int best = id.n > SHORT ? FAR + 1 : 2;
    for (uint32_t i = 0; i < b->n_rules; i++) {
        const sz_rule *r = &b->rules[i];
        if (sz_str_eq(r->title_zh, id) || sz_str_eq(r->title_en, id)) return i;
        int d = sz_str_distance(id, r->id, best);
        if (d < best) best = d, near = i;
    }
    for (uint32_t i = 0; near == SZ_NONE && id.n >= 6 && i < b->n_rules; i++)
        if (sz_str_has(b->rules[i].title_zh, id)) near = i;
    return near;
}

/* Which rule is meant; SZ_NONE, and said: there is none of that id. */
static uint32_t rule_named(const sz_job *job, const sz_bundle *b, sz_str id) {
    for (uint32_t i = 0; i < b->n_rules; i++)
        if (sz_str_eq(b->rules[i].id, id)) return i;
    fprintf(stderr,
            job->lang == SZ_ZH ? "sanzao：没有 id 为 %.*s 的规则；有：" : "sanzao: no rule has the id %.*s; there are:",
            SZ_FMT_STR(id));
    for (uint32_t i = 0; i < b->n_rules; i++) fprintf(stderr, " %.*s", SZ_FMT_STR(b->rules[i].id));
    fputc('\n', stderr);
    uint32_t meant = rule_meant(b, id);
    if (meant != SZ_NONE)
        fprintf(stderr, job->lang == SZ_ZH ? "     = 是不是 %.*s？\n" : "     = did you mean %.*s?\n",
                SZ_FMT_STR(b->rules[meant].id));
    return SZ_NONE;
}

static sz_status explain_in(const sz_job *job, look *l, sz_str student, uint32_t rule, sz_explain_form form,
                            sz_buf *out) {
    sz_buf json;
    sz_buf_init(&json);
    sz_status s = sz_worker_explain(l->worker, student, rule, job->lang, &json);
    if (s == SZ_OK && form != SZ_EXPLAIN_JSON) explain_view(out, sz_buf_str(&json), job->lang, form == SZ_EXPLAIN_ALL);
    if (s == SZ_OK && form == SZ_EXPLAIN_JSON) {
        sz_buf_put_str(out, sz_buf_str(&json));
        sz_buf_put_u8(out, '\n');
    }
    if (s == SZ_NOT_FOUND) tell_no_student(job, l);
    sz_buf_fini(&json);
    return s;
}

int sz_job_explain(const sz_job *job, sz_str student, sz_str rule, sz_explain_form form, sz_buf *out) {
    look l = {0};
    sz_status s = look_begin(job, student, SZ_FILES, &l);
    uint32_t at = s == SZ_OK ? rule_named(job, l.in.bundle, rule) : SZ_NONE;
    if (s == SZ_OK && at == SZ_NONE) s = SZ_USAGE;
    if (s == SZ_OK) s = look_until(job, &l, SZ_WK_RUNNING);
    if (s == SZ_OK) look_tell_others(job, &l);
    if (s == SZ_OK) s = explain_in(job, &l, student, at, form, out);
    return look_end(job, &l, s);
}

int sz_job_plan(const sz_job *job, bool as_json) {
    look l = {0};
    sz_status s = look_begin(job, (sz_str){0}, SZ_FILES, &l);
    if (s == SZ_OK && !l.state.is_new) s = look_until(job, &l, SZ_WK_LOADING);
    if (s != SZ_OK) return look_end(job, &l, s);
    sz_buf out;
    sz_buf_init(&out);
    if (as_json) plan_json(&out, sz_worker_plan(l.worker), &l.in.zone);
    else if (l.state.is_new)
        sz_buf_put_z(&out, job->lang == SZ_ZH ? "还没有这份状态：一切从第一次运行开始\n"
                                              : "there is no state yet: everything begins with the first run\n");
    else plan_text(&out, sz_worker_plan(l.worker), &l.in.zone, job->lang);
    fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
    return look_end(job, &l, s);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What one rule says of one student: at the clock of the rule, at the last instant at which it could have opened, and
 * how often within the horizon it was held by what. As with what comparisons held back (untold.c), no run notes any of
 * it: a worker that only looks at a state goes over what is kept of the student once more.
 */
#include "worker.h"

typedef struct counted {
    sz_str what; /* n 0: nothing held it */
    uint32_t n;
    int64_t last_ms;
} counted;

typedef struct asker {
    sz_worker *w;
    const sz_timeline *tl;
    uint32_t rule;
    sz_lang lang;
    sz_arena texts;
    sz_buf last; /* the latest instant at which it could open */
    int64_t last_ms;
    uint32_t n_looks;
    counted *v;
    uint32_t n, cap;
} asker;

static const sz_rule *rule_of(const asker *x) { return &x->w->bundle->rules[x->rule]; }

static void note(asker *x, sz_str what, int64_t t_ms) {
    uint32_t i = 0;
    while (i < x->n && !sz_str_eq(x->v[i].what, what)) i++;
    if (i == x->n) {
        if (x->n == x->cap) {
            x->cap = x->cap ? 2 * x->cap : 8;
            x->v = sz_realloc(x->v, x->cap * sizeof *x->v);
        }
        x->v[x->n++] = (counted){.what = what};
    }
    x->v[i].n++;
    x->v[i].last_ms = t_ms;
}

/* May the rule open there at all: at its checks; an instant rule at its records; else wherever it is looked at. */
static bool is_its_time(const asker *x, const sz_eval *ev, uint32_t checked) {
    const sz_worker *w = x->w;
    const sz_rule *r = rule_of(x);
    bool has_check = r->check.kind != SZ_CHECK_NONE && !r->is_instant;
    if (has_check ? checked != x->rule : checked != SZ_NONE) return false;
    if (r->is_instant && !r->n_sequence && (!ev->event || !(r->event_types >> ev->event->type & 1))) return false;
    bool waits = ev->event && w->tc.rule_waits[x->rule] && ev->t_ms >= w->tc.clock_ms[w->tc.rule_class[x->rule]];
    return !waits && (!w->tc.rule_from_ms || ev->t_ms >= w->tc.rule_from_ms[x->rule]);
}

static void look(void *self, sz_eval *ev, uint32_t checked) {
    asker *x = self;
    if (!is_its_time(x, ev, checked)) return;
    sz_buf_clear(&x->last);
    sz_buf_put_u8(&x->last, '{');
    sz_str held = sz_timeline_explain(&x->texts, &x->last, x->tl, &x->w->tc, ev, x->rule, true, x->lang);
    sz_buf_put_u8(&x->last, '}');
    x->last_ms = ev->t_ms;
    x->n_looks++;
    note(x, held, ev->t_ms);
}

/* Every feature that it reads has been kept: what only rules that are off read is not. */
static bool is_kept(const asker *x) {
    const sz_rule *r = rule_of(x);
    for (uint32_t i = 0; i < r->n_features; i++)
        if (x->w->bundle->fs.features[r->features[i]].is_idle) return false;
    return true;
}

static void go_over(asker *x, int64_t from_ms) {
    sz_worker *w = x->w;
    sz_cause none = {.t_ms = from_ms};
    sz_onlooker onlooker = {x, look};
    w->tc.onlooker = &onlooker;
    sz_timeline_facts((sz_timeline *)(uintptr_t)x->tl, &w->tc, from_ms, &none);
    w->tc.onlooker = NULL;
    w->tc.n_alerts = 0;
    sz_arena_reset(&w->tc.said);
    sz_arena_reset(&w->step);
}

/* Everything before it has been evaluated, and nothing after it is in what the student has. */
static int64_t now_of(const asker *x) {
    const sz_worker *w = x->w;
    int64_t head = x->tl->head_key == INT64_MIN ? SZ_TIME_NONE
                   : x->tl->head_key >= 0       ? x->tl->head_key / 4
                                                : -((3 - x->tl->head_key) / 4);
    bool is_off = rule_of(x)->mode == SZ_DISABLED;
    int64_t clock = is_off ? w->clocks.wmax_ms : w->tc.clock_ms[w->tc.rule_class[x->rule]];
    if (clock == SZ_TIME_NONE) return head;
    return head == SZ_TIME_NONE || clock - 1 > head ? clock - 1 : head;
}

static void put_time(const asker *x, sz_buf *out, const char *name, int64_t t) {
    char text[40];
    sz_buf_printf(out, ",\"%s\":", name);
    if (t == SZ_TIME_NONE || t == SZ_TIME_MAX) {
        sz_buf_put_z(out, "null");
        return;
    }
    sz_time_format(x->w->tc.zone, t, text);
    sz_json_str(out, sz_str_of(text));
}

static void put_str(sz_buf *out, const char *name, sz_str s) {
    sz_buf_printf(out, ",\"%s\":", name);
    sz_json_str(out, s);
}

static void put_rule(const asker *x, sz_buf *out) {
    const sz_rule *r = rule_of(x);
    const sz_timeline *tl = x->tl;
    const sz_student *info = tl->student == SZ_NONE ? NULL : sz_campus_student(x->w->campus, tl->student);
    sz_buf_put_z(out, "{\"schema\":1,\"student\":");
    sz_json_str(out, tl->id);
    sz_buf_printf(out, ",\"active\":%s", tl->is_active ? "true" : "false");
    if (info) put_str(out, "status", info->status_name);
    put_str(out, "rule", r->id);
    put_str(out, "rule_version", sz_str_of(r->rule_version));
    put_str(out, "title", x->lang == SZ_ZH ? r->title_zh : r->title_en);
    put_str(out, "purpose", r->purpose);
    put_str(out, "audience", r->audience);
    put_str(out, "mode", sz_str_of(sz_mode_names[r->mode]));
    sz_buf_printf(out, ",\"sensitive\":%s,\"instant\":%s", r->is_sensitive ? "true" : "false",
                  r->is_instant ? "true" : "false");
    if (r->check.kind != SZ_CHECK_NONE) put_str(out, "check", r->check.text);
    if (r->because.n) put_str(out, "because", r->because);
    if (x->w->tc.rule_from_ms) put_time(x, out, "judged_from", x->w->tc.rule_from_ms[x->rule]);
}

static void put_counts(const asker *x, sz_buf *out, int64_t from_ms) {
    put_time(x, out, "looked_from", from_ms);
    sz_buf_printf(out, ",\"looks\":%u,\"held\":[", x->n_looks);
    for (uint32_t i = 0; i < x->n; i++) {
        sz_buf_put_z(out, i ? ",{\"by\":" : "{\"by\":");
        sz_json_str(out, x->v[i].what);
        sz_buf_printf(out, ",\"n\":%u", x->v[i].n);
        put_time(x, out, "last", x->v[i].last_ms);
        sz_buf_put_u8(out, '}');
    }
    sz_buf_put_u8(out, ']');
}

static void explain(asker *x, sz_buf *out) {
    sz_worker *w = x->w;
    const sz_rule *r = rule_of(x);
    int64_t now = now_of(x), from = w->clocks.wmax_ms == SZ_TIME_NONE ? now : w->clocks.wmax_ms - w->o.horizon_ms;
    bool kept = is_kept(x), is_live = r->mode != SZ_DISABLED && x->tl->is_active;
    if (w->clocks.begin_ms > from && w->clocks.begin_ms != SZ_TIME_MAX) from = w->clocks.begin_ms;
    put_rule(x, out);
    sz_buf_printf(out, ",\"kept\":%s", kept ? "true" : "false");
    put_time(x, out, "as_of", now);
    if (kept && now != SZ_TIME_NONE) {
        sz_buf_put_z(out, ",\"now\":{");
        sz_timeline_explain_at(&x->texts, out, x->tl, &w->tc, x->rule, now, x->lang);
        sz_buf_put_u8(out, '}');
        if (is_live && !r->n_sequence) go_over(x, from); /* of a sequence the tries that are open say all */
    }
    if (x->n_looks) {
        sz_buf_put_z(out, ",\"last_look\":");
        sz_buf_put_str(out, sz_buf_str(&x->last));
    }
    put_counts(x, out, from);
    sz_buf_put_u8(out, '}');
}

sz_status sz_worker_explain(sz_worker *w, sz_str student, uint32_t rule, sz_lang lang, sz_buf *out) {
    uint32_t i = student_get(w, student, false);
    if (i == SZ_NONE) return SZ_NOT_FOUND;
    asker x = {.w = w, .tl = student_awake(w, i), .rule = rule, .lang = lang, .last_ms = SZ_TIME_NONE};
    sz_arena_init(&x.texts);
    sz_buf_init(&x.last);
    explain(&x, out);
    sz_arena_fini(&x.texts);
    sz_buf_fini(&x.last);
    sz_free(x.v);
    return SZ_OK;
}

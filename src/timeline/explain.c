/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a rule does not tell of a student, or does: each condition with what it is at an instant, and what holds the
 * rule. It asks what judge.c asks and changes nothing. No record and nobody else is named: what is compared with others
 * is said by how many they are.
 */
#include "explain_parts.h"

void say_name(telling *t, const char *name) {
    uint8_t before = t->out->n ? t->out->p[t->out->n - 1] : '{';
    if (before != '{' && before != '[') sz_buf_put_u8(t->out, ',');
    sz_buf_printf(t->out, "\"%s\":", name);
}

void say_text(telling *t, const char *name, sz_str text) {
    say_name(t, name);
    sz_json_str(t->out, text);
}

void say_time(telling *t, const char *name, int64_t at) {
    char text[40];
    say_name(t, name);
    if (at == SZ_TIME_NONE || at == SZ_TIME_MAX) {
        sz_buf_put_z(t->out, "null");
        return;
    }
    sz_time_format(t->c->zone, at, text);
    sz_json_str(t->out, sz_str_of(text));
}

void say_truth(telling *t, const char *name, uint8_t truth) {
    say_name(t, name);
    sz_buf_put_z(t->out, truth == SZ_TREE_UNKNOWN ? "null" : truth ? "true" : "false");
}

void say_next(telling *t) {
    if (t->out->p[t->out->n - 1] != '[') sz_buf_put_u8(t->out, ',');
}

/* ---- what holds it ---- */

static void hold(telling *t, const char *what) {
    say_next(t);
    sz_json_str(t->out, sz_str_of(what));
    if (!t->first.n) t->first = sz_arena_str(t->a, sz_str_of(what));
}

static void put_exemptions(telling *t) {
    say_name(t, "exemptions");
    sz_buf_put_u8(t->out, '[');
    for (uint32_t i = 0; i < t->r->n_unless; i++) {
        say_next(t);
        sz_buf_put_u8(t->out, '{');
        say_text(t, "name", t->r->unless[i].name);
        say_truth(t, "value", explain_truth(sz_exemption_value(t->ev, t->r, &t->r->unless[i])));
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
}

/* Whom it is not about is never told of, whatever else there is. */
static void hold_who(telling *t, sz_truth who) {
    if (who == SZ_FALSE) hold(t, "who");
    if (who == SZ_UNSURE) hold(t, "who_unknown");
}

static void hold_unless(telling *t) {
    for (uint32_t i = 0; i < t->r->n_unless; i++)
        if (sz_exemption_value(t->ev, t->r, &t->r->unless[i]) != SZ_FALSE)
            hold(t, sz_arena_printf(t->a, "unless:%.*s", SZ_FMT_STR(t->r->unless[i].name)));
}

/* Would the condition be met, had nothing been known of the others? */
static bool is_by_peers(telling *t, const sz_verdict *v) {
    sz_facts *f = t->c->facts;
    const sz_peers *tables = f->peers;
    sz_verdict without;
    if (v->truth == SZ_TRUE || t->r->n_sequence || !tables) return false;
    f->peers = NULL;
    sz_rule_judge(t->ev, t->r, &without);
    f->peers = tables;
    return without.truth == SZ_TRUE && without.reached >= 0;
}

static void hold_condition(telling *t, const sz_verdict *v) {
    if (t->r->n_sequence) hold(t, "sequence");
    else if (is_by_peers(t, v)) hold(t, "peers");
    else if (v->truth == SZ_FALSE || (v->truth == SZ_TRUE && v->reached < 0)) hold(t, "condition");
    else if (v->truth == SZ_UNSURE) hold(t, "unknown");
}

static const sz_episode *last_of(const telling *t) {
    const sz_episode *last = NULL;
    for (uint32_t i = 0; i < t->tl->n_episodes; i++) {
        const sz_episode *e = &t->tl->episodes[i];
        if (e->rule == t->rule && e->n_anns && !e->is_retracted) last = e;
    }
    return last;
}

/* Until when only a higher step opens it; SZ_TIME_NONE: it does not matter. */
static int64_t quiet_until(const telling *t, const sz_episode *last, const sz_verdict *v) {
    if (!last || (episode_is_open(last) && !t->r->is_instant)) return SZ_TIME_NONE;
    const sz_ann *a = &last->anns[last->n_anns - 1];
    int64_t until = (t->r->is_instant ? last->since_ms : a->at_ms) + t->r->again_after_ms;
    bool is_higher = !t->r->is_instant && v->reached >= 0 && v->reached > sz_verdict_rank(v, a->step);
    return t->ev->t_ms < until && !is_higher ? until : SZ_TIME_NONE;
}

/* A source in batches that it reads has not come so far: nothing opens before it has (semantics 3). */
static bool waits_for_source(const telling *t) {
    return t->c->rule_waits[t->rule] && t->ev->t_ms >= t->c->clock_ms[t->c->rule_class[t->rule]];
}

static void put_waits(telling *t, const sz_episode *last, const sz_verdict *v) {
    say_time(t, "quiet_until", quiet_until(t, last, v));
    if (waits_for_source(t)) say_time(t, "complete_through", t->c->clock_ms[t->c->rule_class[t->rule]]);
    if (t->r->for_ms) say_time(t, "true_since", pend_since(t->tl, t->rule));
    if (t->r->check.kind != SZ_CHECK_NONE && !t->r->is_instant)
        say_time(t, "next_check",
                 sz_check_next(&t->r->check, sz_campus_calendar(t->c->facts->campus), t->c->zone, t->ev->t_ms));
}

/* As judge.c has it: true where it is true now and has been for long enough. */
static bool is_for_over(const telling *t, const sz_verdict *v) {
    int64_t since = pend_since(t->tl, t->rule);
    if (!t->r->for_ms || v->truth != SZ_TRUE) return true;
    return since != SZ_TIME_NONE && t->ev->t_ms - since >= t->r->for_ms;
}

static void put_held_by(telling *t, const sz_verdict *v, sz_truth who, bool is_back) {
    const sz_episode *last = last_of(t);
    bool is_open = last && episode_is_open(last) && !t->r->is_instant;
    say_truth(t, "open", is_open);
    if (is_open) say_time(t, "since", last->since_ms);
    put_waits(t, last, v);
    say_name(t, "held_by");
    sz_buf_put_u8(t->out, '[');
    hold_who(t, who);
    if (!is_open) hold_condition(t, v);
    hold_unless(t);
    if (is_back && !is_open) hold(t, "resolve_when");
    if (!is_for_over(t, v) && !is_open) hold(t, "for");
    if (quiet_until(t, last, v) != SZ_TIME_NONE) hold(t, "again_after");
    if (waits_for_source(t) && !is_open) hold(t, "source");
    if (t->r->check.kind != SZ_CHECK_NONE && !t->r->is_instant && !t->is_check && !is_open) hold(t, "check");
    sz_buf_put_u8(t->out, ']');
    if (is_open && !t->first.n) t->first = SZ_STR("open");
}

sz_str sz_timeline_explain(sz_arena *a, sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_eval *ev,
                           uint32_t rule, bool is_check, sz_lang lang) {
    telling t = {.out = out,
                 .tl = tl,
                 .c = c,
                 .ev = ev,
                 .r = &c->bundle->rules[rule],
                 .rule = rule,
                 .lang = lang,
                 .is_check = is_check,
                 .a = a};
    sz_verdict v = {.truth = SZ_UNSURE, .reached = -1, .value = {.know = SZ_UNKNOWN}};
    if (!t.r->n_sequence) sz_rule_judge(ev, t.r, &v);
    t.l = sz_rule_scope(ev, t.r);
    sz_truth who = t.r->who ? sz_rule_truth(ev, t.r->who) : SZ_TRUE;
    say_time(&t, "at", ev->t_ms);
    if (t.r->who) say_tree(&t, "who", t.r->who, who == SZ_TRUE);
    say_condition(&t, &v, v.truth == SZ_TRUE);
    put_exemptions(&t);
    bool is_back = t.r->resolve_when && sz_rule_truth(ev, t.r->resolve_when) == SZ_TRUE;
    if (t.r->resolve_when) say_tree(&t, "resolve_when", t.r->resolve_when, true);
    say_unknown(&t);
    put_held_by(&t, &v, who, is_back);
    return t.first;
}

void sz_timeline_explain_at(sz_arena *a, sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, uint32_t rule,
                            int64_t t_ms, sz_lang lang) {
    run x;
    run_init(&x, (sz_timeline *)(uintptr_t)tl, (sz_tlctx *)(uintptr_t)c, NULL);
    sz_eval_at(&x.ev, t_ms);
    sz_timeline_explain(a, out, tl, c, &x.ev, rule, false, lang);
}

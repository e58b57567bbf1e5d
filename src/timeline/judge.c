/* SPDX-License-Identifier: Apache-2.0
 *
 * One rule at one instant: the episode's state machine (semantics 28-32).
 */
#include "internal.h"

static int64_t again_until(const run *x, const sz_episode *last) {
    return last->anns[last->n_anns - 1].at_ms + x->c->bundle->rules[last->rule].again_after_ms;
}

static uint8_t level_up_to(const sz_rule *r, const sz_verdict *v, int rank, uint8_t floor) {
    uint8_t level = floor;
    for (int i = 0; i <= rank; i++)
        if (r->steps[v->order[i]].level > level) level = r->steps[v->order[i]].level;
    return level;
}

static void announce(run *x, sz_episode *e, const sz_rule *r, const sz_verdict *v, const instant *at, uint8_t kind,
                     uint8_t step, int below, uint8_t level) {
    sz_ann a = {.kind = kind, .level = level, .step = step, .order = at->order, .at_ms = at->t_ms};
    body_make(x, r, v, e, step, below, &a);
    story_say(e, a);
}

static void resolve(run *x, sz_episode *e, const sz_rule *r, const sz_verdict *v, const instant *at, sz_str why) {
    const sz_ann *last = &e->anns[e->n_anns - 1];
    sz_ann a = {
        .kind = SZ_ANN_RESOLVED, .level = last->level, .step = last->step, .order = at->order, .at_ms = at->t_ms};
    if (why.n) {
        char *p = sz_alloc(why.n + 1);
        memcpy(p, why.p, why.n);
        a.why = (sz_str){p, why.n};
    }
    body_make(x, r, v, e, last->step, 255, &a);
    story_say(e, a);
}

static void open_episode(run *x, uint32_t rule, const sz_rule *r, const sz_verdict *v, const instant *at) {
    blocked_set(x->tl, rule, false);
    sz_episode *e = story_open(x->tl, rule, at->t_ms);
    episode_name(x, e, at->order == ORDER_RECORD ? x->event->id : SZ_STR("deadline"));
    announce(x, e, r, v, at, SZ_ANN_FIRING, v->order[v->reached], -1, level_up_to(r, v, v->reached, 0));
}

/* The records of the match in hand, so that texts and reasons can look at them. */
static void open_matched(run *x, uint32_t rule, const sz_rule *r, const instant *at, const sequence_match *m) {
    sz_event *e = SZ_NEWN(x->c->arena, sz_event, r->n_sequence);
    const sz_event *steps[SZ_SEQUENCE_MAX] = {0};
    for (uint32_t i = 0; i < r->n_sequence; i++)
        if (m->at[i] != SZ_NONE &&
            sz_entry_get(x->tl->log.p + m->at[i], mask_bytes(x->c), x->c->dict, x->c->types, &e[i]))
            steps[i] = &e[i];
    sz_verdict v = {.truth = SZ_TRUE, .n_steps = 1, .value = {.know = SZ_UNKNOWN}};
    x->ev.steps = steps;
    x->match = m;
    open_episode(x, rule, r, &v, at);
    x->match = NULL;
    x->ev.steps = NULL;
}

static bool fits_a_step(const run *x, const sz_rule *r) {
    for (uint32_t i = 0; i < r->n_sequence; i++)
        if (x->mask[r->sequence[i].matcher >> 3] >> (r->sequence[i].matcher & 7) & 1) return true;
    return false;
}

/* A sequence fires where a match ends, at a record or, waiting for silence, at a timer. */
static void judge_sequence(run *x, uint32_t rule, const sz_rule *r, const instant *at, bool may_open) {
    sequence_match m;
    if (!may_open || at->order > ORDER_TIMER || (at->order == ORDER_RECORD && !fits_a_step(x, r))) return;
    const sz_episode *last = story_last(x->tl, rule);
    if (last && at->t_ms < last->since_ms + r->again_after_ms) return;
    if (!sequence_at(x, r, at->order == ORDER_TIMER, &m)) return;
    sz_exempt ex = sz_rule_exempt(&x->ev, r);
    if (ex.why.n || ex.holds) return;
    open_matched(x, rule, r, at, &m);
}

/* An instant rule fires at a match; later matches within again_after join it and say nothing. */
static void judge_instant(run *x, uint32_t rule, const sz_rule *r, const instant *at, bool may_open) {
    if (r->n_sequence) {
        judge_sequence(x, rule, r, at, may_open);
        return;
    }
    if (at->order != 0 || !may_open || !guards_reached(x, rule)) return;
    sz_verdict v;
    sz_rule_judge(&x->ev, r, &v);
    if (v.truth != SZ_TRUE) return;
    const sz_episode *last = story_last(x->tl, rule);
    if (last && at->t_ms < last->since_ms + r->again_after_ms) return;
    sz_exempt ex = sz_rule_exempt(&x->ev, r);
    if (ex.why.n || ex.holds) return;
    open_episode(x, rule, r, &v, at);
}

/* Did the record in hand take out something that this rule counted? */
static bool is_corrected_for(const run *x, const sz_rule *r) {
    if (!x->is_corrected) return false;
    for (uint32_t i = 0; i < r->n_features; i++) {
        const sz_feature *f = &x->ev.fs->features[r->features[i]];
        if (f->op != SZ_OP_VALUE && x->undone[f->matcher >> 3] >> (f->matcher & 7) & 1) return true;
    }
    return false;
}

/* Since when the condition has been true, for `for`; SZ_TIME_NONE when it is not. False and an exemption that resolves
 * start it anew, and nothing else: not an episode, which `resolve_when` may end while the condition goes on. */
static int64_t true_since(run *x, uint32_t rule, const sz_verdict *v, const sz_exempt *ex, const instant *at) {
    int64_t since = pend_since(x->tl, rule);
    if (v->truth == SZ_FALSE || ex->why.n) since = SZ_TIME_NONE;
    else if (v->truth == SZ_TRUE && since == SZ_TIME_NONE) since = at->t_ms;
    pend_set(x->tl, rule, at->t_ms, since);
    return since;
}

static void judge_open(run *x, sz_episode *e, const sz_rule *r, const instant *at, bool may_step) {
    sz_verdict v;
    sz_rule_judge(&x->ev, r, &v);
    sz_exempt ex = sz_rule_exempt(&x->ev, r);
    if (r->for_ms) true_since(x, e->rule, &v, &ex, at);
    bool is_over = v.truth == SZ_FALSE;
    if (r->resolve_when) {
        sz_rule_scope(&x->ev, r);
        is_over = sz_rule_truth(&x->ev, r->resolve_when) == SZ_TRUE;
    }
    if (ex.why.n || is_over) {
        sz_str why = ex.why.n                                                       ? ex.why
                     : at->order == 0 && is_corrected_for(x, r) && !r->resolve_when ? SZ_STR("corrected")
                                                                                    : (sz_str){0};
        resolve(x, e, r, &v, at, why);
        return;
    }
    const sz_ann *last = &e->anns[e->n_anns - 1];
    int reached_before = sz_verdict_rank(&v, last->step);
    if (ex.holds || !may_step || v.reached <= reached_before) return;
    announce(x, e, r, &v, at, SZ_ANN_STEPPED, v.order[v.reached], reached_before,
             level_up_to(r, &v, v.reached, last->level));
}

/* Has the condition been true for long enough? */
static bool for_is_over(run *x, uint32_t rule, const sz_rule *r, const sz_verdict *v, const sz_exempt *ex,
                        const instant *at) {
    if (!r->for_ms) return v->truth == SZ_TRUE;
    int64_t since = true_since(x, rule, v, ex, at);
    return v->truth == SZ_TRUE && since != SZ_TIME_NONE && at->t_ms - since >= r->for_ms;
}

/* Says whether it is plainly idle: neither opened, nor pending, nor kept from opening. */
static bool judge_idle(run *x, uint32_t rule, const sz_rule *r, const sz_episode *last, const instant *at,
                       bool may_open) {
    if (!may_open && !r->for_ms) return true;
    if (!guards_reached(x, rule)) {
        blocked_set(x->tl, rule, false);
        return true;
    }
    sz_verdict v;
    sz_rule_judge(&x->ev, r, &v);
    bool is_pending = r->for_ms && pend_since(x->tl, rule) != SZ_TIME_NONE;
    blocked_set(x->tl, rule, v.truth == SZ_TRUE); /* unless it opens now */
    if (v.truth != SZ_TRUE && !is_pending) return true;
    sz_exempt ex = sz_rule_exempt(&x->ev, r);
    if (!for_is_over(x, rule, r, &v, &ex, at) || !may_open || ex.why.n || ex.holds || v.reached < 0) return false;
    if (last && at->t_ms < again_until(x, last)) {
        int before = sz_verdict_rank(&v, last->anns[last->n_anns - 1].step);
        if (v.reached <= before) return false;
    }
    if (r->resolve_when) {
        sz_rule_scope(&x->ev, r);
        if (sz_rule_truth(&x->ev, r->resolve_when) == SZ_TRUE) return false;
    }
    open_episode(x, rule, r, &v, at);
    return false;
}

bool judge_rule(run *x, uint32_t rule, const instant *at) {
    const sz_rule *r = &x->c->bundle->rules[rule];
    if (r->mode == SZ_DISABLED || !x->tl->is_active || is_nobody_yet(x->tl)) return true;
    if (x->c->rule_from_ms && at->t_ms < x->c->rule_from_ms[rule]) return true;
    uint8_t cls = x->c->rule_class[rule];
    bool at_clock = !x->c->rule_waits[rule] || at->order != 0 || at->t_ms < x->c->clock_ms[cls];
    if (r->is_instant) {
        judge_instant(x, rule, r, at, at_clock);
        return !r->n_sequence || !r->sequence[r->n_sequence - 1].is_not; /* silence is a deadline of its own */
    }
    bool may = at_clock && (r->check.kind == SZ_CHECK_NONE || at->at_check_time);
    sz_episode *last = story_last(x->tl, rule);
    if (last && episode_is_open(last)) {
        judge_open(x, last, r, at, may);
        return false;
    }
    return judge_idle(x, rule, r, last, at, may);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "guards.h"

/* While records wait it may be seen without adding them up. */
static inline bool is_below(run *x, const sz_guard *g) {
    few_answer a = x->tl->added_off != x->tl->head_off ? guard_of_few(x, g) : FEW_UNSEEN;
    return a == FEW_UNSEEN ? !(guard_value(x, g->feature) >= g->least) : a == FEW_BELOW;
}

bool guard_is_below(run *x, uint32_t rule, uint32_t i) {
    const sz_guard *g = &x->c->guards[rule].v[i];
    if (!is_below(x, g)) return false;
    uint8_t bit = x->c->touches->guards.bit[rule][i];
    if (bit != GUARD_NO_BIT) x->tl->below |= UINT64_C(1) << bit;
    return true;
}

#ifndef NDEBUG
void guards_ask_again(run *x, uint64_t below) {
    const sz_guard *g = x->c->touches->guards.bits;
    aside a = state_set_aside(x->tl, x->c);
    for (uint64_t left = below; left; left &= left - 1) {
        const sz_guard *of = &g[__builtin_ctzll(left)];
        if (sz_feature_reached(&x->ev, of->feature) >= of->least) __builtin_trap();
    }
    state_put_back(x->tl, &a);
}
#endif

static bool all_reached(run *x, const sz_guard *v, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (is_below(x, &v[i])) return false;
    return true;
}

/* Could the clauses that may be true add up to a step? */
static bool points_reached(run *x, const sz_guards *g) {
    double sum = 0;
    for (uint32_t i = 0; i < g->n_clauses && sum < g->least; i++)
        if (all_reached(x, g->clauses[i].v, g->clauses[i].n)) sum += g->clauses[i].add;
    return sum >= g->least;
}

/* The one that was below last is asked first: it mostly is of the next student, too. */
static bool is_any_below(run *x, uint32_t rule, uint32_t n) {
    uint8_t *first = &x->c->touches->guards.first[rule];
    for (uint32_t i = 0, at = *first; i < n; i++, at = at + 1 < n ? at + 1 : 0) {
        if (!guard_is_below(x, rule, at)) continue;
        *first = (uint8_t)at;
        return true;
    }
    return false;
}

static bool all_guards_reached(run *x, uint32_t rule, const sz_guards *g) {
    if (g->n && recall_below(x, x->c->touches->guards.needs[rule])) return false;
    if (is_any_below(x, rule, g->n)) return false;
    return !g->n_clauses || points_reached(x, g);
}

#ifndef NDEBUG
void guards_ask_rule(run *x, const sz_rule *r) {
    sz_verdict v;
    int64_t missed_ms = x->tl->missed_ms;
    aside a = state_set_aside(x->tl, x->c);
    sz_rule_judge(&x->ev, r, &v);
    x->tl->missed_ms = missed_ms;
    if (v.truth == SZ_TRUE && v.reached >= 0) {
        sz_exempt ex = sz_rule_exempt(&x->ev, r);
        if (!ex.why.n && !ex.holds) __builtin_trap();
    }
    state_put_back(x->tl, &a);
}
#endif

bool guards_reached(run *x, uint32_t rule) {
    const sz_guards *g = x->c->guards ? &x->c->guards[rule] : NULL;
    if (!g || all_guards_reached(x, rule, g)) return true;
#ifndef NDEBUG
    guards_ask_rule(x, &x->c->bundle->rules[rule]);
#endif
    return false;
}

bool is_fit_to_fire(run *x, uint32_t rule, const sz_event *e) {
    const sz_guards *g = x->c->guards ? &x->c->guards[rule] : NULL;
    if (!g || !g->n_asks) return true;
    const sz_event *before = x->ev.event;
    sz_loader l = sz_eval_loader(&x->ev);
    bool fits = true;
    x->ev.event = e;
    for (uint32_t i = 0; fits && i < g->n_asks; i++) {
        sz_xval v = sz_prog_run_at(x->c->bundle->rules[rule].when, g->asks[i], &l);
        fits = v.know == SZ_KNOWN && v.b;
    }
    x->ev.event = before;
    return fits;
}

bool guards_may_stay(run *x, uint32_t rule) {
    const sz_guards *g = &x->c->guards[rule];
    if (!g->any_falls) return true;
    if (recall_below(x, x->c->touches->guards.falls[rule])) return false;
    for (uint32_t i = 0; i < g->n; i++)
        if (g->v[i].falls && guard_is_below(x, rule, i)) return false;
    return true;
}

/* A window that ended on an earlier day or night: no record enters it before the next one. */
static bool is_still(const sz_feature *f) {
    return f->window.ago > 0 && f->window.kind != SZ_W_HOURS && f->window.kind != SZ_W_NONE &&
           (f->op == SZ_OP_COUNT || f->op == SZ_OP_SUM || f->op == SZ_OP_DAYS || f->op == SZ_OP_SESSIONS);
}

static uint8_t bit_of(guard_memo *m, const sz_featureset *fs, const sz_guard *g) {
    bool still = is_still(&fs->features[g->feature]);
    if (!g->falls && !still) return GUARD_NO_BIT;
    uint32_t i = 0;
    while (i < m->n_bits && (m->bits[i].feature != g->feature || m->bits[i].least != g->least)) i++;
    if (i == GUARD_BITS) return GUARD_NO_BIT;
    if (i == m->n_bits) m->bits[m->n_bits++] = *g;
    if (still) m->still |= UINT64_C(1) << i;
    if (still) *(fs->features[g->feature].window.is_night ? &m->still_nights : &m->still_days) |= UINT64_C(1) << i;
    return (uint8_t)i;
}

/* May a record that leaves a guard below do something to the idle rule all the same: give it a deadline, or make a
 * day's passing matter? The latter only where no guard that falls is below. */
static uint64_t rests_of(const guard_memo *m, const sz_tlctx *c, uint32_t rule) {
    const sz_rule *r = &c->bundle->rules[rule];
    if (r->n_sequence || r->for_ms) return 0;
    if (r->is_instant) return m->needs[rule];
    if (r->has_growing || c->rule_look[rule] & (SZ_LOOK_OWN | SZ_LOOK_PANES) || c->silence[rule] != SZ_NONE) return 0;
    return !c->rule_quiet[rule] && c->guards[rule].any_falls ? m->falls[rule] : m->needs[rule];
}

void guard_memo_init(guard_memo *m, const sz_tlctx *c, const bool *last) {
    uint32_t n = c->bundle->n_rules;
    *m = (guard_memo){.bit = sz_alloc((n + 1) * sizeof *m->bit), .needs = sz_alloc((3 * n + 1) * sizeof *m->needs)};
    m->falls = m->needs + n;
    m->rests = m->falls + n;
    m->first = sz_alloc(n + 1); /* zeroes */
    memset(m->bit, GUARD_NO_BIT, (n + 1) * sizeof *m->bit);
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t k = 0; last[i] == pass && k < c->guards[i].n; k++) {
                uint8_t bit = m->bit[i][k] = bit_of(m, &c->bundle->fs, &c->guards[i].v[k]);
                if (bit == GUARD_NO_BIT) continue;
                m->needs[i] |= UINT64_C(1) << bit;
                if (c->guards[i].v[k].falls) m->falls[i] |= UINT64_C(1) << bit;
            }
    for (uint32_t i = 0; i < n; i++) m->rests[i] = rests_of(m, c, i);
}

void guard_memo_fini(guard_memo *m) {
    sz_free(m->bit);
    sz_free(m->needs);
    sz_free(m->first);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What a rule needs before it can open: `missed_hours >= 8 && missed_days_14d >= 4` needs both. A number that has not
 * been reached, be it known in full or as at least so much, makes a comparison with it false or unknown, and on both an
 * idle rule stays idle (semantics 29); so while one guard is not reached, its program need not run. What counts toward
 * a guard is looked up once for all rules. A rule with `for` tells false from unknown, and has no guards.
 *
 * Points need some of their clauses: those that may be true must add up to the lowest step. What `who` needs is a guard
 * of a rule with a check, which is asked at each; elsewhere its beginning is an instant of its own.
 */
#include "worker.h"

typedef struct asking {
    const sz_bundle *b;
    const sz_rule *r;
} asking;

/* Operators that are added up in a few steps, and silence: no longer than since the last record. */
static bool counts(void *ctx, uint32_t slot) {
    const asking *a = ctx;
    if (SZ_SLOT_SPACE(slot) != SZ_SPACE_FEATURE || SZ_SLOT_SUB(slot)) return false;
    uint8_t op = a->b->fs.features[SZ_SLOT_INDEX(slot)].op;
    return op == SZ_OP_COUNT || op == SZ_OP_SUM || op == SZ_OP_DAYS || op == SZ_OP_SESSIONS || op == SZ_OP_ABSENCE;
}

static bool is_whole(void *ctx, uint32_t slot) {
    const asking *a = ctx;
    if (SZ_SLOT_SPACE(slot) != SZ_SPACE_FEATURE || SZ_SLOT_SUB(slot)) return false;
    uint8_t op = a->b->fs.features[SZ_SLOT_INDEX(slot)].op;
    return op == SZ_OP_COUNT || op == SZ_OP_DAYS || op == SZ_OP_SESSIONS;
}

static const sz_prog *value_of(void *ctx, uint32_t slot) {
    const asking *a = ctx;
    if (SZ_SLOT_SPACE(slot) != SZ_SPACE_FEATURE || SZ_SLOT_SUB(slot)) return NULL;
    const sz_feature *f = &a->b->fs.features[SZ_SLOT_INDEX(slot)];
    return f->op == SZ_OP_VALUE ? f->value : NULL;
}

/* Over all cases of `by:`. */
static bool param_bound(void *ctx, uint32_t slot, bool greatest, double *out) {
    const asking *a = ctx;
    if (SZ_SLOT_SPACE(slot) != SZ_SPACE_PARAM || SZ_SLOT_INDEX(slot) >= a->r->n_params) return false;
    const sz_param *p = &a->r->params[SZ_SLOT_INDEX(slot)];
    for (uint32_t i = 0; i < p->n_cases; i++) {
        const sz_xval *v = &p->cases[i].value;
        if (v->know != SZ_KNOWN || (v->type != SZ_X_NUM && v->type != SZ_X_DURATION)) return false;
        if (i == 0 || (greatest ? v->num > *out : v->num < *out)) *out = v->num;
    }
    return p->n_cases > 0;
}

/* The lowest step, for whomever it is lowest. */
static bool least_step(const sz_need_bounds *of, const sz_rule *r, double *least) {
    for (uint32_t i = 0; i < r->n_steps; i++) {
        double v = r->steps[i].value;
        if (r->steps[i].param != SZ_NONE &&
            !of->param(of->ctx, SZ_SLOT(SZ_SPACE_PARAM, 0, r->steps[i].param), false, &v))
            return false;
        if (i == 0 || v < *least) *least = v;
    }
    return r->n_steps > 0;
}

enum { NEEDS_MAX = 16 };

/* Those that are not always reached. */
static uint32_t guards_from(const sz_bundle *b, const sz_need *needs, uint32_t n, sz_guard v[SZ_GUARDS_MAX],
                            uint32_t at) {
    for (uint32_t i = 0; i < n && at < SZ_GUARDS_MAX; i++) {
        uint32_t f = SZ_SLOT_INDEX(needs[i].slot);
        bool grows = b->fs.features[f].op == SZ_OP_ABSENCE; /* with time: its deadlines say when */
        bool falls = !grows && feature_only_falls(&b->fs, &b->fs.features[f]);
        if (needs[i].least <= 0 && b->fs.features[f].op != SZ_OP_SUM) continue;
        v[at++] = (sz_guard){.feature = f, .falls = falls, .least = needs[i].least};
    }
    return at;
}

static void guard_points(const sz_bundle *b, const sz_rule *r, const sz_need_bounds *of, sz_guards *out) {
    sz_need needs[NEEDS_MAX];
    if (r->at_most || !least_step(of, r, &out->least)) return;
    out->clauses = sz_alloc((r->n_points + 1) * sizeof *out->clauses);
    for (uint32_t i = 0; i < r->n_points; i++) {
        if (r->points[i].add <= 0) continue;
        sz_clause_guard *c = &out->clauses[out->n_clauses++];
        c->add = r->points[i].add;
        c->n = guards_from(b, needs, sz_prog_needs(r->points[i].when, of, needs, NEEDS_MAX), c->v, 0);
    }
}

/* A field of the record or of its place. */
static bool is_of_record(void *ctx, uint32_t slot) {
    (void)ctx;
    return SZ_SLOT_SPACE(slot) == SZ_SPACE_EVENT;
}

sz_guards guards_of(const sz_bundle *b, const sz_rule *r) {
    asking a = {b, r};
    sz_need_bounds of = {.ctx = &a, .counts = counts, .param = param_bound, .is_whole = is_whole, .value = value_of};
    sz_need needs[NEEDS_MAX];
    uint32_t n = 0;
    sz_guards out = {0};
    double least;
    if (r->for_ms || r->n_sequence) return out;
    if (r->n_points) guard_points(b, r, &of, &out);
    else if (r->when) n = sz_prog_needs(r->when, &of, needs, NEEDS_MAX);
    else if (r->value && !r->at_most && least_step(&of, r, &least))
        n = sz_prog_needs_to_reach(r->value, least, &of, needs, NEEDS_MAX);
    if (r->is_instant) out.n_asks = sz_prog_musts(r->when, is_of_record, NULL, out.asks, SZ_ASKS_MAX);
    out.n = guards_from(b, needs, n, out.v, 0);
    for (uint32_t i = 0; i < out.n; i++) out.any_falls |= out.v[i].falls;
    if (r->check.kind != SZ_CHECK_NONE && r->who)
        out.n = guards_from(b, needs, sz_prog_needs(r->who, &of, needs, NEEDS_MAX), out.v, out.n);
    return out;
}

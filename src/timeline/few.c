/* SPDX-License-Identifier: Apache-2.0
 *
 * What a guard's number is at most, while a few records wait to be added: those that fit what it counts each raise it
 * by one, and what none of them fits stands as the head has it. Where that is below, so is the number, and nothing has
 * to be added up for the answer: of who is seen once in two days, records are added once for several checks, or never.
 *
 * Where many wait, nearly all of it would be asked for in vain: then they are added up. So it is of who has ten records
 * a day, whose day is added up once whatever a check before it was told.
 */
#include "guards.h"

enum { FEW = 256 }; /* bytes, half a dozen of records */

static const uint8_t *waiting_from(const sz_timeline *tl) { return tl->log.p + tl->added_off; }
static const uint8_t *waiting_to(const sz_timeline *tl) { return tl->log.p + tl->head_off; }

static inline bool fits(const uint8_t *p, uint32_t matcher) {
    return sz_entry_mask(p)[matcher >> 3] >> (matcher & 7) & 1;
}

/* An absence is no longer than since the last record that ends it, and mostly that is the last one. */
static bool is_ended_by_last(const run *x, const sz_guard *g, uint32_t matcher) {
    const sz_timeline *tl = x->tl;
    if (tl->head_off != tl->log.n) return false;
    const uint8_t *last = tl->log.p + tl->last_off;
    return fits(last, matcher) && (double)(x->ev.t_ms - sz_entry_time(last)) < g->least;
}

/* Matchers that one of them fits; found once an item. There are no more than 64 where any waits (pass.c). */
static uint64_t waiting_matchers(run *x) {
    if (x->tl->added_off == x->tl->head_off) return 0;
    if (x->few_stamp == x->c->value_stamp) return x->few;
    uint32_t bytes = mask_bytes(x->c);
    x->few_stamp = x->c->value_stamp;
    x->few = 0;
    for (const uint8_t *p = waiting_from(x->tl); p < waiting_to(x->tl); p += sz_entry_len(p))
        x->few |= sz_mask_word(sz_entry_mask(p), bytes);
    return x->few;
}

/* What the head has of it; where no record that waits fits, that is the number itself. */
static double in_head(run *x, uint32_t feature, bool is_all) {
    sz_value_memo *m = &x->c->values[feature];
    if (m->stamp == x->c->value_stamp) return m->num;
    double num = sz_feature_reached(&x->ev, feature);
    if (is_all) *m = (sz_value_memo){.stamp = x->c->value_stamp, .num = num};
    return num;
}

/* The last one that fits; NULL: none does. */
static const uint8_t *last_of(const run *x, uint32_t matcher) {
    const uint8_t *last = NULL;
    for (const uint8_t *p = waiting_from(x->tl); p < waiting_to(x->tl); p += sz_entry_len(p))
        if (fits(p, matcher)) last = p;
    return last;
}

/* Of a record without a time of day it counts from the day's end. */
static void absence_range(run *x, uint32_t feature, const sz_feature *f, double *low, double *high) {
    const uint8_t *last = last_of(x, f->matcher);
    double most = in_head(x, feature, !last);
    if (!last) {
        *low = *high = most;
        return;
    }
    double since = (double)(x->ev.t_ms - sz_entry_time(last));
    *high = since < most ? since : most;
    *low = sz_entry_precision(last) == SZ_PREC_DAY ? 0 : *high;
}

/* Each raises it by one, if at all: some are of a day before the window, or lack what is counted. */
static void count_range(run *x, uint32_t feature, const sz_feature *f, double *low, double *high) {
    *low = *high = in_head(x, feature, !(waiting_matchers(x) >> f->matcher & 1));
    for (const uint8_t *p = waiting_from(x->tl); p < waiting_to(x->tl); p += sz_entry_len(p))
        *high += fits(p, f->matcher);
}

/* Between which its number as guards take it lies (sz_feature_reached). False: it is not known. */
static bool reached_range(run *x, uint32_t feature, double *low, double *high) {
    const sz_feature *f = &x->c->bundle->fs.features[feature];
    if (f->op == SZ_OP_ABSENCE) absence_range(x, feature, f, low, high);
    else if (f->op != SZ_OP_SUM || !(waiting_matchers(x) >> f->matcher & 1)) count_range(x, feature, f, low, high);
    else return false; /* by how much they raise it is not seen */
    return true;
}

static bool are_few(const sz_timeline *tl) { return tl->head_off - tl->added_off <= FEW; }

static few_answer answer(run *x, const sz_guard *g) {
    const sz_feature *f = &x->c->bundle->fs.features[g->feature];
    double low, high;
    if (f->op == SZ_OP_ABSENCE && is_ended_by_last(x, g, f->matcher)) return FEW_BELOW;
    if (!are_few(x->tl)) return FEW_UNSEEN;
    x->c->asked_stamp = x->c->value_stamp;
    if (!reached_range(x, g->feature, &low, &high)) return FEW_UNSEEN;
    return !(high >= g->least) ? FEW_BELOW : low >= g->least ? FEW_REACHED : FEW_UNSEEN;
}

few_answer guard_of_few(run *x, const sz_guard *g) {
    few_answer a = answer(x, g);
#ifndef NDEBUG
    aside all = state_set_aside(x->tl, x->c);
    bool is_reached = sz_feature_reached(&x->ev, g->feature) >= g->least;
    state_put_back(x->tl, &all);
    if (a != FEW_UNSEEN && is_reached != (a == FEW_REACHED)) __builtin_trap();
#endif
    return a;
}

/* ---- a rule's condition ---- */

/* What the head says of it is all: a number that no record that waits fits. */
static bool is_exact(void *ctx, uint32_t slot) {
    run *x = ctx;
    uint32_t space = SZ_SLOT_SPACE(slot);
    if (space != SZ_SPACE_FEATURE)
        return space == SZ_SPACE_STUDENT || space == SZ_SPACE_CALENDAR || space == SZ_SPACE_PARAM;
    const sz_feature *f = &x->c->bundle->fs.features[SZ_SLOT_INDEX(slot)];
    switch (f->op) {
    case SZ_OP_COUNT:
    case SZ_OP_DAYS:
    case SZ_OP_SESSIONS:
    case SZ_OP_SUM:
    case SZ_OP_ABSENCE:
    case SZ_OP_LAST: return !(waiting_matchers(x) >> f->matcher & 1);
    default: return false;
    }
}

/* Records that a count has for certain. */
static double n_within(run *x, const sz_feature *f) {
    int64_t from, to;
    double n = 0;
    const sz_acc *a = &x->c->bundle->fs.accs[f->acc];
    if (f->op != SZ_OP_COUNT || a->is_night || a->field != UINT16_MAX) return 0;
    sz_feature_window(&x->ev, f, &from, &to);
    if (from == SZ_TIME_NONE) return 0;
    for (const uint8_t *p = waiting_from(x->tl); p < waiting_to(x->tl); p += sz_entry_len(p))
        n += fits(p, f->matcher) && sz_entry_time(p) >= from && sz_entry_time(p) <= to;
    return n;
}

static void age_range(const run *x, const sz_feature *f, double *low, double *high) {
    const uint8_t *last = last_of(x, f->matcher);
    if (!last || f->window.kind != SZ_W_NONE) return;
    *high = (double)(x->ev.t_ms - sz_entry_time(last));
    *low = sz_entry_precision(last) == SZ_PREC_DAY ? 0 : *high;
}

static void range(void *ctx, uint32_t slot, double *low, double *high) {
    run *x = ctx;
    uint32_t feature = SZ_SLOT_INDEX(slot), sub = SZ_SLOT_SUB(slot);
    if (SZ_SLOT_SPACE(slot) != SZ_SPACE_FEATURE) return;
    const sz_feature *f = &x->c->bundle->fs.features[feature];
    if (f->is_idle) return;
    switch (f->op) {
    case SZ_OP_LAST:
        if (sub == SZ_EF_AGE + 1) age_range(x, f, low, high);
        return;
    case SZ_OP_ABSENCE:
        if (sub) return;
        absence_range(x, feature, f, low, high);
        *low = 0; /* pauses and silent feeds are taken out of it */
        return;
    case SZ_OP_COUNT:
    case SZ_OP_DAYS:
    case SZ_OP_SESSIONS:
        if (sub) return;
        count_range(x, feature, f, low, high);
        *low += n_within(x, f);
        return;
    default: return;
    }
}

bool few_rule_stays_idle(run *x, const sz_rule *r) {
    if (!are_few(x->tl) || (!r->when && !r->who)) return false;
    sz_may of = {.ctx = x, .is_exact = is_exact, .range = range, .exact = sz_rule_scope(&x->ev, r)};
    bool asks_whom = r->who && r->check.kind != SZ_CHECK_NONE && !r->for_ms; /* as guards do */
    return (asks_whom && !sz_prog_may_be_true(r->who, &of)) || (r->when && !sz_prog_may_be_true(r->when, &of));
}

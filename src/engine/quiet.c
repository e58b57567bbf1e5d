/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rules need no look at midnight. While such a rule is idle and its condition is not true, a day's passing cannot
 * make it true: windows that slide only lose records, so what counts, sums and the like only fall, and `>=` of them
 * stays false. What grows has deadlines of its own. Rules with `<`, with windows to an earlier day (a record may enter
 * those at midnight), with calendar names, or with params that differ by student are looked at every day.
 */
#include "worker.h"

bool feature_only_falls(const sz_featureset *fs, const sz_feature *f) {
    switch (f->op) {
    case SZ_OP_COUNT:
    case SZ_OP_DAYS:
    case SZ_OP_DISTINCT:
    case SZ_OP_SESSIONS:
    case SZ_OP_STREAK: break;
    case SZ_OP_SUM:
    case SZ_OP_MAX: /* of what is never negative */
        if (f->field >= SZ_EF_DECLARED && fs->declared[f->field - SZ_EF_DECLARED].kind != SZ_FIELD_MONEY) return false;
        break;
    case SZ_OP_ABSENCE: return true;
    default: return false;
    }
    return f->window.ago == 0;
}

static bool slot_only_falls(void *ctx, uint32_t slot) {
    const sz_featureset *fs = ctx;
    return SZ_SLOT_SPACE(slot) == SZ_SPACE_FEATURE && SZ_SLOT_SUB(slot) == 0 &&
           feature_only_falls(fs, &fs->features[SZ_SLOT_INDEX(slot)]);
}

static bool has_shifting_params(const sz_rule *r) {
    for (uint32_t i = 0; i < r->n_params; i++)
        if (r->params[i].n_cases > 1) return true;
    return false;
}

bool rule_is_quiet(const sz_bundle *b, const sz_rule *r) {
    if (r->is_instant) return true;
    if (has_shifting_params(r)) return false;
    void *fs = (void *)(uintptr_t)&b->fs;
    uint32_t slot;
    if (r->n_points) {
        for (uint32_t i = 0; i < r->n_points; i++)
            if (r->points[i].add < 0 || !sz_prog_is_floor(r->points[i].when, slot_only_falls, fs)) return false;
        return !r->at_most;
    }
    if (r->value) return !r->at_most && sz_prog_is_slot(r->value, &slot) && slot_only_falls(fs, slot);
    return sz_prog_is_floor(r->when, slot_only_falls, fs);
}

/* Threshold of a step; false: it differs by student. */
bool step_value(const sz_rule *r, const sz_step *s, double *out) {
    *out = s->value;
    if (s->param == SZ_NONE) return true;
    const sz_param *p = &r->params[s->param];
    if (p->n_cases != 1 || p->cases[0].value.know != SZ_KNOWN) return false;
    *out = p->cases[0].value.num;
    return true;
}

/* Least threshold of what grows in the rule; 0 where it cannot be told. */
int64_t rule_least(const sz_rule *r) {
    if (!r->has_growing) return SZ_TIME_MAX / 8;
    if (!r->value) return 0;
    double least = 1e18;
    for (uint32_t i = 0; i < r->n_steps; i++) {
        double v;
        if (!step_value(r, &r->steps[i], &v)) return 0;
        if (v < least) least = v;
    }
    return least < 0 ? 0 : (int64_t)least;
}

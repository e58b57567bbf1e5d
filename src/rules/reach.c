/* SPDX-License-Identifier: Apache-2.0
 *
 * reach: steps above all that the value can be: points that add up to less, days that the window has not. Such a rule
 * is silent for ever, and nothing else would say so.
 */
#include "keys.h"

double sz_feature_most(const sz_feature *f) {
    if (f->op != SZ_OP_DAYS && f->op != SZ_OP_STREAK) return 0;
    switch (f->window.kind) {
    case SZ_W_DAYS: return f->window.days;
    case SZ_W_WEEK: return 7;
    case SZ_W_MONTH: return 31;
    default: return 0;
    }
}

static double most_points(const sz_rule *r) {
    double most = 0;
    for (uint32_t i = 0; i < r->n_points; i++)
        if (r->points[i].add > 0) most += r->points[i].add;
    return most;
}

void sz_rule_warn_step(struct sz_ruling *g, const sz_yaml *key, const sz_step *s) {
    const sz_rule *r = g->r;
    uint32_t slot;
    if (g->failed || s->param != SZ_NONE || r->at_most) return;
    if (r->n_points) {
        double most = most_points(r);
        if (s->value > most)
            sz_rules_hint_say(sz_rules_warn(g->l, C_STEP_FAR, key->span,
                                            "the points add up to %g at most, so `%.*s` is never reached",
                                            "各项积分加起来最多 %g，永远到不了 `%.*s`", most, SZ_FMT_STR(s->text)),
                              "lower the step, or let the points add more", "请把档次改小，或把各项的 add 改大");
        return;
    }
    bool is_feature = r->value && sz_prog_is_slot(r->value, &slot) && SZ_SLOT_SPACE(slot) == SZ_SPACE_FEATURE &&
                      SZ_SLOT_SUB(slot) == 0;
    double most = is_feature ? sz_feature_most(&g->l->b->fs.features[SZ_SLOT_INDEX(slot)]) : 0;
    if (most > 0 && s->value > most)
        sz_rules_hint_say(
            sz_rules_warn(g->l, C_STEP_FAR, key->span, "the window has %g days at most, so `%.*s` is never reached",
                          "窗口最多只有 %g 天，永远到不了 `%.*s`", most, SZ_FMT_STR(s->text)),
            "lower the step, or let the feature look back over more days", "请把档次改小，或让特征看更多天");
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * reach: steps above all that the value can be: points that add up to less, days that the window has not; a
 * resolve_when that holds wherever the rule would open. Such a rule is silent for ever, and nothing else would say so.
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

/* Does what ends the rule hold wherever its condition does, or its lowest step is reached? */
static bool ends_at_once(const sz_rule *r) {
    if (r->when) return sz_prog_is_implied(r->resolve_when, r->when);
    if (!r->value || !r->n_steps) return false;
    double lowest = r->steps[0].value;
    for (uint32_t i = 0; i < r->n_steps; i++) {
        double v = r->steps[i].value;
        if (r->steps[i].param != SZ_NONE) return false;
        if (r->at_most ? v > lowest : v < lowest) lowest = v;
    }
    return sz_prog_is_implied_by_step(r->resolve_when, r->value, r->at_most, lowest);
}

void sz_rule_warn_ending(struct sz_ruling *g) {
    if (g->failed || g->test_params || !g->r->resolve_when || !ends_at_once(g->r)) return;
    sz_rules_hint_say(sz_rules_warn(g->l, C_NEVER_OPENS, g->k.resolve_when->span,
                                    "this holds wherever the rule's condition does, so the rule never opens",
                                    "只要规则的条件成立，这个条件也成立，所以规则永远不会触发"),
                      "write what ends the alert, for example that a number has fallen; left out, it ends when the "
                      "condition has become false",
                      "请写预警在什么情况下结束，例如数值已经回落；不写就在条件不再成立时结束");
}

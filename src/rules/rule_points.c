/* SPDX-License-Identifier: Apache-2.0
 *
 * A rule of points (semantics 25): conditions, each with what it adds while it is true, and steps for the sum. A point
 * that is unknown adds nothing; the alert lists it all the same.
 */
#include "keys.h"

enum { POINTS_MAX = 64 };

struct point_keys {
    const sz_yaml *add, *when, *label;
};
static const sz_key keys[] = {
    SZ_KEY_NEEDED(struct point_keys, add, "add", SZ_SHAPE_TEXT),
    SZ_KEY_NEEDED(struct point_keys, when, "when", SZ_SHAPE_TEXT),
    SZ_KEY(struct point_keys, label, "label", SZ_SHAPE_VALUE),
};
static const sz_key_table table = {"a point", "积分项", keys, sizeof keys / sizeof *keys};

static void load_add(struct sz_ruling *g, const sz_yaml *node, double *out) {
    uint8_t type, unit;
    size_t unit_at;
    bool ok = sz_literal_parse(node->text, &type, &unit, out, &unit_at) && type == SZ_X_NUM &&
              (unit == SZ_UNIT_NONE || unit == SZ_UNIT_POINTS);
    if (ok && *out != 0) return;
    sz_rule_wrong(g, node->span, C_POINTS,
                  TXT(g->l, "`add:` takes a number that is not 0, not `%.*s`", SZ_FMT_STR(node->text)),
                  TXT(g->l, "`add:` 要写一个不为 0 的数，不能是 `%.*s`", SZ_FMT_STR(node->text)), "for example  add: 3",
                  "例如  add: 3");
}

static void load_point(struct sz_ruling *g, const sz_yaml *node, sz_point *out) {
    struct point_keys k = {0};
    if (!sz_keys_item(g->l, node, "{add: 2, when: …}") || !sz_keys_read(g->l, node, &table, &k) || !k.add || !k.when) {
        g->failed = true; /* a key may be missing without a finding: misspelt, or cut off */
        return;
    }
    load_add(g, k.add, &out->add);
    out->when = sz_rules_compile(&g->scope, k.when, SZ_X_BOOL, g->k.check != NULL);
    out->text = sz_rules_copy(g->l, k.when->text);
    if (!out->when) g->failed = true;
    sz_rule_refuses_growing(g, out->when, k.when);
    if (k.label) sz_rule_label(g, k.label, &out->label_zh, &out->label_en);
}

void sz_rule_points(struct sz_ruling *g) {
    sz_rule *r = g->r;
    const sz_yaml *list = g->k.points;
    static const char text[] = "a rule has `when:`, `value:` or `points:`, not two of them";
    static const char text_zh[] = "一条规则只能有 `when:`、`value:`、`points:` 之一";
    sz_rule_refuse(g, g->k.when, "when", C_RULE_SHAPE, text, text_zh);
    sz_rule_refuse(g, g->k.value, "value", C_RULE_SHAPE, text, text_zh);
    bool lacks_steps = g->k.level && !g->k.at_least && !g->k.at_most && !sz_yaml_get(g->decl->node, "at_least");
    if (lacks_steps) {
        sz_rule_wrong(g, sz_rules_key(g->decl->node, "level"), C_LEVEL, "with `points:` the levels stand at the steps",
                      "用 `points:` 时级别写在档次上",
                      TXT(g->l, "write  at_least: {3: %.*s}  in its place", SZ_FMT_STR(g->k.level->text)),
                      TXT(g->l, "请改写成  at_least: {3: %.*s}", SZ_FMT_STR(g->k.level->text)));
    } else if (!sz_rule_steps_apart(g, "at_least")) {
        sz_rule_refuse(g, g->k.level, "level", C_LEVEL, "with `points:` the levels stand at the steps",
                       "用 `points:` 时级别写在档次上");
    }
    sz_rule_refuse(g, g->k.at_most, "at_most", C_RULE_SHAPE,
                   "points are added up: their steps are  at_least:", "积分是累加的：档次要写  at_least:");
    if (list->n == 0 || list->n > POINTS_MAX) {
        sz_rule_wrong(g, list->span, C_POINTS, TXT(g->l, "a rule has 1 to %d points", POINTS_MAX),
                      TXT(g->l, "一条规则有 1 到 %d 个积分项", POINTS_MAX),
                      "for example  points: [{add: 3, when: nights >= 3}]",
                      "例如  points: [{add: 3, when: nights >= 3}]");
        return;
    }
    g->scope.no_event = "points add up what holds, not one record";
    g->scope.no_event_zh = "积分加总的是状态，不能看单条记录";
    r->points = SZ_NEWN(g->l->a, sz_point, list->n);
    r->n_points = (uint32_t)list->n;
    for (size_t i = 0; i < list->n; i++) load_point(g, list->items[i], &r->points[i]);
    if (g->failed) r->n_points = 0; /* what failed is not looked at again */
    r->value_type = SZ_X_NUM;
    r->value_unit = SZ_UNIT_POINTS;
    if (g->k.at_least) sz_rule_steps(g, g->k.at_least);
    else if (!lacks_steps && !g->k.at_most && !sz_rules_is_partial(g->l, g->decl->node) &&
             !sz_near_key(g->decl->node, "at_least"))
        sz_rule_wrong(g, sz_rules_key(g->decl->node, "points"), C_STEPS, "a rule with `points:` needs steps",
                      "有 `points:` 的规则必须写档次", "add  at_least: {3: yellow, 5: orange}",
                      "请加  at_least: {3: yellow, 5: orange}");
    if (g->adjust && g->adjust->level)
        sz_rule_wrong(g, g->adjust->level->span, C_ADJUST_LEVEL,
                      "this rule has steps, each with its level; an adjust cannot change them",
                      "这条规则按档次分级，不能用 adjust 改级别",
                      "put another rule in its place with  replaces:", "请用  replaces:  整体替换");
}

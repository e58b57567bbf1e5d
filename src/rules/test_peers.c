/* SPDX-License-Identifier: Apache-2.0
 *
 * `peers:` of a test: what the others of the student's group have, on every day of it. There is one student in a test,
 * so without this nothing is known of anybody else.
 */
#include "rule_test.h"

enum { MOST = 100000 };

static void wrong(struct sz_testing *x, sz_span at, const char *en, const char *zh, const char *hint,
                  const char *hint_zh) {
    x->failed = true;
    sz_rules_hint_say(sz_rules_say(x->g->l, SZ_ERROR, C_TEST_PEERS, at, en, zh), hint, hint_zh);
}

static bool compares(const struct sz_loading *l, const struct sz_decl *d) {
    return d->state == SZ_DECL_DONE && l->b->fs.features[d->index].op == SZ_OP_PEERS;
}

/* The feature of that name, if it compares students; else SZ_NONE and a finding. Of one that has a finding itself the
 * rest is not told. */
static uint32_t compared(struct sz_testing *x, const sz_yaml *key) {
    struct sz_loading *l = x->g->l;
    for (uint32_t i = 0; i < l->features.n; i++) {
        const struct sz_decl *d = &l->features.v[i];
        if (!sz_str_eq(d->name, key->text)) continue;
        if (compares(l, d)) return d->index;
        if (d->state != SZ_DECL_FAILED) continue;
        x->failed = true;
        return SZ_NONE;
    }
    struct sz_near near = sz_near_to(l, key->text);
    for (uint32_t i = 0; i < l->features.n; i++) {
        const struct sz_decl *d = &l->features.v[i];
        if (compares(l, d)) sz_near_try(&near, d->name, "feature", "特征", d->key->span);
    }
    sz_diag *g = sz_rules_error(l, C_TEST_PEERS, key->span, "`%.*s` is no feature that compares peers",
                                "`%.*s` 不是同伴比较的特征", SZ_FMT_STR(key->text));
    if (sz_near_any(&near)) sz_near_hint(l, g, &near);
    else
        sz_rules_hint_say(g, "name a feature of  peers:  that the rule uses, or leave it out",
                          "请写规则用到的、带  peers:  的特征，或去掉它");
    x->failed = true;
    return SZ_NONE;
}

static bool is_value(const sz_feature *inner, sz_str text, double *value) {
    uint8_t type, unit;
    size_t at;
    return sz_literal_parse(text, &type, &unit, value, &at) && type == SZ_X_NUM &&
           (unit == SZ_UNIT_NONE || unit == inner->unit);
}

static void load_one(struct sz_testing *x, uint32_t feature, const sz_yaml *key, const sz_yaml *node) {
    struct sz_loading *l = x->g->l;
    sz_test_other o = {.feature = feature};
    int64_t n;
    if (!is_value(&l->b->fs.features[l->b->fs.features[feature].inner], key->text, &o.value)) {
        wrong(x, key->span, "this is no value of what is compared", "这不是所比较的数",
              "write  {0: 25, 2: 10}: 25 others have 0, ten have 2", "请写 {0: 25, 2: 10}：25 人为 0，10 人为 2");
        return;
    }
    if (node->kind != SZ_YAML_SCALAR || !sz_str_i64(node->text, &n) || n < 1 || n > MOST) {
        wrong(x, node->span, "so many others is a whole number, 1 or more", "人数应为 1 以上的整数",
              "write  {0: 25, 2: 10}: 25 others have 0, ten have 2", "请写 {0: 25, 2: 10}：25 人为 0，10 人为 2");
        return;
    }
    o.n = (uint32_t)n;
    *SZ_PUSH(l->a, x->t->others, x->t->n_others, x->cap_others) = o;
}

/* Of whom the test does not say what makes the group there is no group, and what it says of the others is said of
 * nobody. The year is known of everybody, and so is where he lives. */
static void warn_without_group(struct sz_testing *x, const sz_feature *f, const sz_yaml *key) {
    const uint32_t known =
        1u << SZ_SF_YEAR | 1u << SZ_SF_RESIDENCE | 1u << SZ_SF_STATUS | 1u << SZ_SF_ENTRY_YEAR | 1u << SZ_SF_YEARS;
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++) {
        bool is_given = !(f->by >> i & 1) || known >> i & 1;
        for (uint32_t k = 0; k < x->t->n_student && !is_given; k++)
            is_given = sz_str_is(x->t->student[k].key, sz_sfields[i].name);
        if (is_given) continue;
        sz_diag *g = sz_rules_warn(x->g->l, C_TEST_PEERS, key->span,
                                   "the student of this test has no `%s`, so there is no group to compare with",
                                   "这个测试的学生没有 `%s`，也就没有可比的同组", sz_sfields[i].name);
        sz_rules_hint(x->g->l, g, "add  student: {%s: a}", "请加  student: {%s: a}", sz_sfields[i].name);
        return;
    }
}

void sz_test_peers_load(struct sz_testing *x, const sz_yaml *map) {
    for (size_t i = 0; map && i < map->n; i++) {
        const sz_yaml *values = map->items[i];
        uint32_t feature = compared(x, map->keys[i]);
        if (feature == SZ_NONE) continue;
        warn_without_group(x, &x->g->l->b->fs.features[feature], map->keys[i]);
        if (!values || values->kind != SZ_YAML_MAP || !values->n) {
            wrong(x, map->keys[i]->span, "what the others have, and how many have it, is missing here",
                  "这里缺少其他人的值和人数", "write  {0: 25, 2: 10}: 25 others have 0, ten have 2",
                  "请写 {0: 25, 2: 10}：25 人为 0，10 人为 2");
            continue;
        }
        for (size_t k = 0; k < values->n; k++) load_one(x, feature, values->keys[k], values->items[k]);
    }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What a test expects: `d2 08:00 fires yellow`, `d3 08:00 steps orange`, `d4 00:00 resolves on_leave`; with its text as
 * {at: …, zh: …, en: …}.
 */
#include "keys.h"
#include "rule_test.h"

const char *const sz_test_whats[SZ_N_TEST_WHATS] = {"fires", "steps", "resolves"};

struct expect_keys {
    const sz_yaml *at, *zh, *en;
};
static const sz_key keys[] = {
    SZ_KEY_NEEDED(struct expect_keys, at, "at", SZ_SHAPE_TEXT),
    SZ_KEY(struct expect_keys, zh, "zh", SZ_SHAPE_TEXT),
    SZ_KEY(struct expect_keys, en, "en", SZ_SHAPE_TEXT),
};
static const sz_key_table table = {"what is expected", "期望", keys, sizeof keys / sizeof *keys};

static const char *const form = "write  d2 08:00 fires yellow, d3 08:00 steps orange, or d4 00:00 resolves on_leave";
static const char *const form_zh = "请写 d2 08:00 fires yellow、d3 08:00 steps orange 或 d4 00:00 resolves on_leave";

static bool take(struct sz_testing *x, const sz_yaml *node, sz_test_expect *e) {
    struct sz_test_words w = {.node = node};
    if (!sz_test_day(sz_test_next(&w), &e->day)) {
        sz_test_wrong(x, &w, C_TEST_WHEN, "does not say a day", "没有写明哪一天", form, form_zh);
        return false;
    }
    sz_test_name_day(x, e->day);
    if (!sz_clock_parse(sz_test_next(&w), &e->ms)) {
        sz_test_wrong(x, &w, C_TEST_WHEN, "is not a time of day", "不是一天里的时刻", form, form_zh);
        return false;
    }
    int what = sz_rules_index(sz_test_next(&w), sz_test_whats, SZ_N_TEST_WHATS);
    if (what < 0) {
        sz_test_wrong(x, &w, C_TEST_EXPECT, "is none of fires, steps, resolves", "不是 fires、steps、resolves 之一",
                      form, form_zh);
        return false;
    }
    e->what = (uint8_t)what;
    sz_str word = sz_test_next(&w);
    if (what == SZ_TEST_RESOLVES) e->why = sz_rules_copy(x->g->l, word);
    int level = what == SZ_TEST_RESOLVES ? 0 : sz_rules_index(word, sz_level_names, SZ_N_LEVELS);
    if (level < 0) {
        struct sz_near near = sz_near_to(x->g->l, word);
        const char *en = "a level stands after it: green, blue, yellow, orange, red";
        const char *zh = "后面要写级别：green、blue、yellow、orange、red";
        for (int i = 0; i < SZ_N_LEVELS; i++) sz_near_z(&near, sz_level_names[i]);
        sz_near_words(x->g->l, &near, &en, &zh);
        sz_test_wrong(x, &w, C_TEST_EXPECT, "is not a level", "不是级别", en, zh);
        return false;
    }
    e->level = (uint8_t)level;
    if (!sz_test_next(&w).n) return true;
    sz_test_wrong(x, &w, C_TEST_EXPECT, "is more than can be expected", "是多余的", form, form_zh);
    return false;
}

void sz_test_expect_load(struct sz_testing *x, const sz_yaml *node) {
    struct sz_loading *l = x->g->l;
    struct expect_keys k = {.at = node};
    if (node->kind == SZ_YAML_MAP) {
        k.at = NULL;
        if (!sz_keys_read(l, node, &table, &k)) x->failed = true;
    } else if (!sz_keys_shape(l, node, SZ_SHAPE_TEXT, NULL)) {
        x->failed = true;
        return;
    }
    sz_test_expect e = {.span = node->span};
    if (!k.at || !take(x, k.at, &e)) return;
    if (k.zh) e.zh = sz_rules_copy(l, k.zh->text);
    if (k.en) e.en = sz_rules_copy(l, k.en->text);
    *SZ_PUSH(l->a, x->t->expects, x->t->n_expects, x->cap_expects) = e;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * offices: who an alert is for (audience) and to whom a student is referred. A school may have others of its own; but
 * one that is nearly one of these, or is named in Chinese, is a slip, and its alerts would reach nobody.
 */
#include "load.h"

static const struct office {
    const char *name, *en, *zh;
} offices[] = {
    {"counselor", "counselor", "辅导员"},
    {"funding-centre", "funding centre", "资助中心"},
    {"counselling-centre", "counselling centre", "心理中心"},
    {"dorm-manager", "dorm manager", "楼管"},
    {"tutoring", "tutoring", "学业辅导"},
    {"security", "campus security", "保卫处"},
    {"registry", "registry", "学籍管理"},
    {"it", "IT", "信息中心"},
    {"career", "career service", "就业指导"},
    {"card-centre", "card centre", "一卡通中心"},
};
enum { N_OFFICES = sizeof offices / sizeof *offices };

const char *sz_office_words(sz_str name, sz_lang lang) {
    for (uint32_t i = 0; i < N_OFFICES; i++)
        if (sz_str_is(name, offices[i].name)) return lang == SZ_ZH ? offices[i].zh : offices[i].en;
    return NULL;
}

/* The beginning of another word is a word of its own (a tutor is not the tutoring); `funding` is all but the centre. */
static bool is_other_word(sz_str name, sz_str known) {
    return known.n > name.n && memcmp(known.p, name.p, name.n) == 0 && known.p[name.n] != '-';
}

static uint32_t count_in(const sz_yaml *of, const char *key, sz_str name) {
    const sz_yaml *node = of && of->kind == SZ_YAML_MAP ? sz_yaml_get(of, key) : NULL;
    return node && node->kind == SZ_YAML_SCALAR && sz_str_eq(node->text, name);
}

/* In how many places of the set an alert goes to that name. */
static uint32_t count_uses(const struct sz_loading *l, sz_str name) {
    const struct sz_decls *const all[] = {&l->rules, &l->adjusts};
    uint32_t uses = 0;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        for (uint32_t i = 0; i < all[k]->n; i++) {
            const sz_yaml *node = all[k]->v[i].node;
            uses += count_in(node, "audience", name) + count_in(node, "refer_to", name);
        }
    return uses;
}

/* One sign too many, too few or another, or two that changed places. */
static bool is_one_slip(sz_str a, sz_str b) {
    size_t i = 0;
    if (sz_str_distance(a, b, 2) <= 1) return true;
    if (a.n != b.n) return false;
    while (i + 1 < a.n && a.p[i] == b.p[i]) i++;
    return i + 1 < a.n && a.p[i] == b.p[i + 1] && a.p[i + 1] == b.p[i] &&
           !memcmp(a.p + i + 2, b.p + i + 2, a.n - i - 2);
}

const char *sz_office_meant(sz_str name) {
    for (uint32_t i = 0; i < N_OFFICES; i++) {
        const struct office *o = &offices[i];
        sz_str known = sz_str_of(o->name);
        bool is_beginning = known.n > name.n && name.n && !memcmp(known.p, name.p, name.n) && known.p[name.n] == '-';
        if (sz_str_is(name, o->zh) || sz_str_is(name, o->en) || is_beginning) return o->name;
        if (name.n > 3 && !is_other_word(name, known) && is_one_slip(name, known)) return o->name;
    }
    return NULL;
}

/* A slip is made once, beside the right name; what several rules say, and none the other, is the school's own: but not
 * what is one slip away, for a rule is copied with it. */
static bool is_own(const struct sz_loading *l, sz_str name, sz_str known) {
    return !sz_str_is(known, "counselor") && !is_one_slip(name, known) && count_uses(l, name) > 1 &&
           count_uses(l, known) == 0;
}

void sz_office_warn(struct sz_loading *l, const sz_yaml *node) {
    const char *meant = NULL;
    if (!node || node->kind != SZ_YAML_SCALAR || sz_office_words(node->text, SZ_EN)) return;
    struct sz_near near = sz_near_to(l, node->text);
    for (uint32_t i = 0; i < N_OFFICES; i++) {
        if (!is_other_word(node->text, sz_str_of(offices[i].name))) sz_near_z(&near, offices[i].name);
        if (sz_str_is(node->text, offices[i].zh) || sz_str_is(node->text, offices[i].en)) meant = offices[i].name;
    }
    if (!meant && !sz_near_any(&near)) return; /* an office of the school's own */
    if (!meant && sz_str_is_ascii(node->text) && is_own(l, node->text, near.found)) return;
    sz_diag *d = sz_rules_warn(l, C_OFFICE, node->span,
                               "no office that is known is called `%.*s`, so these alerts may reach nobody",
                               "没有已知的部门叫 `%.*s`，这些预警可能没有人收到", SZ_FMT_STR(node->text));
    if (meant) sz_rules_hint(l, d, "did you mean `%s`?", "是不是 `%s`？", meant);
    else sz_near_hint(l, d, &near);
}

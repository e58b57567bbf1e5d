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

void sz_office_warn(struct sz_loading *l, const sz_yaml *node) {
    const char *meant = NULL;
    if (!node || node->kind != SZ_YAML_SCALAR || sz_office_words(node->text, SZ_EN)) return;
    struct sz_near near = sz_near_to(l, node->text);
    for (uint32_t i = 0; i < N_OFFICES; i++) {
        sz_near_z(&near, offices[i].name);
        if (sz_str_is(node->text, offices[i].zh) || sz_str_is(node->text, offices[i].en)) meant = offices[i].name;
    }
    if (!meant && !sz_near_any(&near)) return; /* an office of the school's own */
    sz_diag *d = sz_rules_warn(l, C_OFFICE, node->span,
                               "no office that is known is called `%.*s`, so these alerts may reach nobody",
                               "没有已知的部门叫 `%.*s`，这些预警可能没有人收到", SZ_FMT_STR(node->text));
    if (meant) sz_rules_hint(l, d, "did you mean `%s`?", "是不是 `%s`？", meant);
    else sz_near_hint(l, d, &near);
}

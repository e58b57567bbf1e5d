/* SPDX-License-Identifier: Apache-2.0
 *
 * Purposes: why a rule may process what it reads. A closed list; each says whether it covers money and the dorm's
 * doors. A rule without a purpose is not held to one.
 */
#include "load.h"

static const struct purpose {
    const char *name, *en, *zh;
    bool has_money, has_doors;
} purposes[] = {
    {"student-safety", "safety of students", "学生安全", true, true},
    {"wellbeing", "wellbeing", "身心健康", true, true},
    {"financial-aid", "financial aid", "资助育人", true, false},
    {"academic-support", "academic support", "学业帮扶", false, true},
    {"dorm-management", "order in the dorms", "宿舍管理", false, true},
    {"growth", "growth and encouragement", "成长激励", false, false},
    {"employment", "career guidance", "就业指导", false, false},
    {"campus-security", "security of cards and places", "校园安全", true, true},
    {"operations", "running the readers and feeds", "运行维护", true, true},
};
enum { N_PURPOSES = sizeof purposes / sizeof *purposes };

static const struct purpose *find(struct sz_ruling *g) {
    for (uint32_t i = 0; i < N_PURPOSES; i++)
        if (sz_str_is(g->r->purpose, purposes[i].name)) return &purposes[i];
    struct sz_near near = sz_near_to(g->l, g->r->purpose);
    const char *all = "";
    for (uint32_t i = 0; i < N_PURPOSES; i++) {
        sz_near_z(&near, purposes[i].name);
        all = TXT(g->l, "%s  %s", all, purposes[i].name);
    }
    g->failed = true;
    sz_diag *d = sz_rules_error(g->l, C_PURPOSE, g->k.purpose->span, "`%.*s` is not a purpose", "`%.*s` 不是处理目的",
                                SZ_FMT_STR(g->r->purpose));
    if (sz_near_any(&near)) sz_near_hint(g->l, d, &near);
    else sz_rules_hint(g->l, d, "one of%s", "可以是%s", all);
    return NULL;
}

static bool is_money(uint32_t field) { return field == SZ_EF_AMOUNT || field == SZ_EF_BALANCE; }

/* Is there a slot of p that reads money of a record? */
static bool reads_money(const sz_prog *p) {
    if (!p) return false;
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t space = SZ_SLOT_SPACE(slots[i]), sub = SZ_SLOT_SUB(slots[i]);
        if (space == SZ_SPACE_EVENT && is_money(SZ_SLOT_INDEX(slots[i]))) return true;
        if (space == SZ_SPACE_FEATURE && sub && is_money(sub - 1)) return true;
    }
    return false;
}

static void refuse(struct sz_ruling *g, const struct purpose *p, const char *what, const char *what_zh, sz_str by) {
    g->failed = true;
    sz_diag *d =
        sz_rules_say(g->l, SZ_ERROR, C_PURPOSE_DATA, g->k.purpose->span,
                     TXT(g->l, "the purpose %s does not cover %s, which `%.*s` reads", p->name, what, SZ_FMT_STR(by)),
                     TXT(g->l, "处理目的 %s（%s）不包括%s，而 `%.*s` 读取它", p->name, p->zh, what_zh, SZ_FMT_STR(by)));
    sz_rules_hint_say(d, "choose the purpose that this processing has, or leave the feature out",
                      "请改为真正的处理目的，或去掉这个特征");
}

void sz_rule_purpose(struct sz_ruling *g) {
    const sz_rule *r = g->r;
    if (!g->k.purpose) return;
    const struct purpose *p = find(g);
    if (!p) return;
    const uint64_t doors = UINT64_C(1) << SZ_TYPE_DORM_ACCESS;
    for (uint32_t i = 0; i < r->n_features; i++) {
        const sz_feature *f = &g->l->b->fs.features[r->features[i]];
        if (!p->has_money && f->field != UINT16_MAX && is_money(f->field))
            refuse(g, p, "amounts of money", "金额", f->name);
        if (!p->has_doors && f->types == doors) refuse(g, p, "the doors of the dorm", "宿舍门禁", f->name);
    }
    uint32_t n_progs;
    const sz_prog **progs = sz_rule_progs(g, &n_progs);
    for (uint32_t i = 0; i < n_progs; i++)
        if (!p->has_money && reads_money(progs[i])) refuse(g, p, "amounts of money", "金额", r->id);
    if (!p->has_doors && r->event_types == doors) refuse(g, p, "the doors of the dorm", "宿舍门禁", r->id);
}

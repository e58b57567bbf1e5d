/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom a rule is about and when it is looked at: who, resolve_when, for, check, again_after; and unless (semantics 28).
 */
#include "keys.h"

static const sz_prog *condition(struct sz_ruling *g, const sz_yaml *node) {
    if (!node) return NULL;
    g->scope.no_event = "only `when:` may look at the record in hand";
    g->scope.no_event_zh = "只有 `when:` 可以看当前这条记录";
    const sz_prog *p = sz_rules_compile(&g->scope, node, SZ_X_BOOL, g->k.check != NULL);
    g->scope.no_event = g->scope.no_event_zh = NULL;
    if (!p) g->failed = true;
    sz_rule_refuses_growing(g, p, node);
    return p;
}

/* 大一, freshmen, 医学院: the condition that is meant by the name of a group; NULL: it is none that is known. */
static const char *group_meant(struct sz_loading *l, sz_str s) {
    int year;
    bool is_wide = s.n > 0;
    if (sz_meant_year(s, &year)) return TXT(l, "student.year == %d", year);
    for (size_t i = 0; i < s.n; i++) is_wide &= (uint8_t)s.p[i] >= 0x80;
    if (!is_wide) return NULL;
    for (uint32_t i = 0; l->campus && i < sz_campus_n_students(l->campus); i++) {
        const sz_student *t = sz_campus_student(l->campus, i);
        const struct {
            sz_str text;
            const char *field;
        } of[] = {{t->school, "school"}, {t->college, "college"}, {t->major, "major"}, {t->klass, "class"}};
        for (size_t k = 0; k < sizeof of / sizeof *of; k++)
            if (sz_str_eq(of[k].text, s)) return TXT(l, "student.%s == \"%.*s\"", of[k].field, SZ_FMT_STR(s));
    }
    if (l->campus && sz_campus_has_tag(l->campus, s)) return TXT(l, "\"%.*s\" in student.tags", SZ_FMT_STR(s));
    return TXT(l, "student.school == \"%.*s\"", SZ_FMT_STR(s));
}

/* `who: all`, 全体学生 */
static bool means_everyone(const sz_yaml *node) {
    static const char *const words[] = {"all",    "everyone", "everybody", "any",  "全部",     "全体",   "所有",
                                        "所有人", "全体学生", "所有学生",  "全校", "全校学生", "每个人", "不限"};
    return node && sz_rules_index(sz_str_trim(node->text), words, sizeof words / sizeof *words) >= 0;
}

static const sz_prog *load_who(struct sz_ruling *g) {
    if (means_everyone(g->k.who)) {
        sz_rule_wrong(g, g->k.who->span, C_WHO, "this names a group; `who:` is a condition on the student",
                      "这是群体的名称；`who:` 要写关于学生的条件", "leave  who:  out: a rule is about everyone then",
                      "请去掉  who:  ：不写就是针对所有学生");
        return NULL;
    }
    const char *meant = g->k.who ? group_meant(g->l, sz_str_trim(g->k.who->text)) : NULL;
    if (!meant) return condition(g, g->k.who);
    sz_rule_wrong(g, g->k.who->span, C_WHO, "this names a group; `who:` is a condition on the student",
                  "这是群体的名称；`who:` 要写关于学生的条件", TXT(g->l, "write  who: %s", meant),
                  TXT(g->l, "请写  who: %s", meant));
    return NULL;
}

void sz_rule_who(struct sz_ruling *g) {
    sz_rule *r = g->r;
    r->again_after_ms = SZ_DAY_MS;
    r->who = load_who(g);
    r->resolve_when = condition(g, g->k.resolve_when);
    if (g->k.check && !sz_check_parse(g->l, g->k.check, &r->check)) g->failed = true;
    if (g->k.for_ && !sz_rules_duration(g->l, g->k.for_, &r->for_ms)) g->failed = true;
    if (g->k.again_after && !sz_rules_duration(g->l, g->k.again_after, &r->again_after_ms)) g->failed = true;
    if (g->adjust && g->adjust->again_after && !sz_rules_duration(g->l, g->adjust->again_after, &r->again_after_ms))
        g->failed = true;
}

/* ---- unless ---- */

static const struct {
    const char *name;
    uint8_t kind;
} built_in[] = {
    /* the campus default, in the order in which reasons are given */
    {"on_leave", SZ_EX_ON_LEAVE},       {"vacation", SZ_EX_VACATION},         {"feed_down", SZ_EX_FEED_DOWN},
    {"holiday", SZ_EX_HOLIDAY},         {"weekend", SZ_EX_WEEKEND},           {"rarely_seen", SZ_EX_RARELY_SEEN},
    {"feed_silent", SZ_EX_FEED_SILENT}, {"class_silent", SZ_EX_CLASS_SILENT}, {"no_card", SZ_EX_NO_CARD},
};
enum { N_DEFAULT = 3, N_BUILT_IN = sizeof built_in / sizeof *built_in };

static sz_exemption exemption_of(struct sz_loading *l, sz_str name) {
    sz_exemption x = {.kind = SZ_EX_TAG, .name = sz_rules_copy(l, name)};
    for (uint32_t i = 0; i < N_BUILT_IN; i++)
        if (sz_str_is(name, built_in[i].name)) x.kind = built_in[i].kind;
    if (x.kind == SZ_EX_ON_LEAVE) x.leave_kinds = SZ_ON_LEAVE_KINDS;
    for (uint32_t i = 0; i < SZ_N_LEAVE_KINDS; i++)
        if (sz_str_is(name, sz_leave_kinds[i])) {
            x.kind = SZ_EX_LEAVE_KIND;
            x.leave_kinds = 1u << i;
        }
    return x;
}

static bool has_any(sz_str s, const char *signs) {
    for (size_t i = 0; i < s.n; i++)
        if (strchr(signs, s.p[i])) return true;
    return false;
}

static const char *const noes[] = {"no", "No", "false", "False", "off", "否", "不", "null"};
enum { N_NOES = sizeof noes / sizeof *noes };

/* `holiday weekend`: the names with commas between; NULL: not all of it is built in. */
static const char *names_of(struct sz_loading *l, sz_str text) {
    const char *all = "";
    uint32_t n = 0;
    for (size_t from = 0; from < text.n; n++) {
        size_t to = from;
        while (to < text.n && text.p[to] != ' ' && text.p[to] != ',') to++;
        sz_str name = {text.p + from, to - from};
        if (name.n && exemption_of(l, name).kind == SZ_EX_TAG) return NULL;
        if (name.n) all = TXT(l, "%s%s%.*s", all, *all ? ", " : "", SZ_FMT_STR(name));
        from = to + 1;
    }
    return n > 1 ? all : NULL;
}

static void warn_tag(struct sz_ruling *g, const sz_yaml *item) {
    struct sz_loading *l = g->l;
    bool has_roster = l->campus && !sz_campus_is_empty(l->campus);
    if (has_roster && (sz_campus_has_tag(l->campus, item->text) || sz_campus_has_own_kind(l->campus, item->text)))
        return;
    struct sz_near near = sz_near_to(l, item->text);
    for (uint32_t i = 0; i < N_BUILT_IN; i++) sz_near_z(&near, built_in[i].name);
    for (uint32_t i = 0; i < SZ_N_LEAVE_KINDS; i++) sz_near_z(&near, sz_leave_kinds[i]);
    bool is_condition = has_any(item->text, "<>=&|!()"), is_no = sz_rules_index(item->text, noes, N_NOES) >= 0;
    const char *several = names_of(l, item->text);
    if (!has_roster && !sz_near_any(&near) && !is_condition && !is_no && !several)
        return; /* without a roster only what looks misspelt is told */
    sz_diag *d = has_roster ? sz_rules_warn(l, C_TAG, item->span, "no student bears the tag `%.*s`",
                                            "没有学生带有标签 `%.*s`", SZ_FMT_STR(item->text))
                            : sz_rules_warn(l, C_TAG, item->span, "`%.*s` is taken for a tag of students",
                                            "`%.*s` 当作学生标签", SZ_FMT_STR(item->text));
    if (is_no)
        sz_rules_hint_say(d, "for none at all write  unless: none;  else leave  unless:  out",
                          "一个豁免都不要请写  unless: none；否则不写  unless:");
    else if (several) sz_rules_hint(l, d, "several stand in a list:  [%s]", "多个请写成列表：[%s]", several);
    else if (sz_near_any(&near)) sz_near_hint(l, d, &near);
    else if (is_condition)
        sz_rules_hint(l, d, "here stand names; a condition belongs to  when: … && !(%.*s)",
                      "这里写的是名称；条件请写进  when: … && !(%.*s)", SZ_FMT_STR(item->text));
    else
        sz_rules_hint_say(
            d, "it is no built-in exemption nor kind of leave, so it is taken for a tag (students.csv, 标签)",
            "它不是自带的豁免，也不是请假种类，所以当作学生标签（students.csv 的“标签”列）");
}

/* It ends at somebody else's record, or with a card's first hour, which is no occasion to look at this student. */
static void needs_check(struct sz_ruling *g, const sz_yaml *item) {
    g->failed = true;
    sz_rules_hint_say(sz_rules_error(g->l, C_SILENT_CHECK, item->span, "%.*s needs a rule with a check",
                                     "%.*s 只能用在有 check 的规则里", SZ_FMT_STR(item->text)),
                      "give the rule a check, for example  check: daily at 07:00",
                      "请给规则一个 check，例如  check: daily at 07:00");
}

static bool has(const sz_exemption *v, uint32_t n, sz_str name) {
    for (uint32_t i = 0; i < n; i++)
        if (sz_str_eq(v[i].name, name)) return true;
    return false;
}

struct names {
    const sz_yaml **v;
    uint32_t n;
    bool clears;
};

static void read_names(struct sz_ruling *g, const sz_yaml *node, struct names *out) {
    const sz_yaml **items;
    uint32_t n;
    if (!sz_rules_names(g->l, node, &items, &n)) {
        g->failed = true;
        n = 0;
    }
    out->v = SZ_NEWN(&g->l->tmp, const sz_yaml *, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        if (sz_str_is(items[i]->text, "none")) {
            out->clears = true;
        } else if (items[i]->text.n == 0) {
            g->failed = true;
            sz_rules_hint_say(sz_rules_error(g->l, C_UNLESS, items[i]->span, "an exemption has a name", "豁免要有名称"),
                              "for example  holiday, or a tag of the student", "例如  holiday，或学生标签");
        } else {
            out->v[out->n++] = items[i];
        }
    }
}

static bool names_it(const struct names *a, const char *name) {
    for (uint32_t i = 0; i < a->n; i++)
        if (sz_str_is(a->v[i]->text, name)) return true;
    return false;
}

/* It ends when nobody looks at the student. */
static bool is_of_checks(uint8_t kind) {
    return kind == SZ_EX_FEED_SILENT || kind == SZ_EX_CLASS_SILENT || kind == SZ_EX_NO_CARD;
}

void sz_rule_unless(struct sz_ruling *g) {
    struct names own = {0}, added = {0};
    read_names(g, g->k.unless, &own);
    if (g->adjust) read_names(g, g->adjust->unless, &added);
    if (added.clears) own = (struct names){.clears = true}; /* of the rule's own list too nothing is left */
    sz_exemption *v = SZ_NEWN(g->l->a, sz_exemption, N_DEFAULT + own.n + added.n);
    uint32_t n = 0;
    for (uint32_t i = 0; i < N_DEFAULT; i++)
        if ((!own.clears && !added.clears) || names_it(&own, built_in[i].name) || names_it(&added, built_in[i].name))
            v[n++] = exemption_of(g->l, sz_str_of(built_in[i].name));
    for (uint32_t i = 0; i < own.n + added.n; i++) {
        const sz_yaml *item = i < own.n ? own.v[i] : added.v[i - own.n];
        if (has(v, n, item->text)) continue;
        v[n] = exemption_of(g->l, item->text);
        if (v[n].kind == SZ_EX_TAG) warn_tag(g, item);
        bool is_checked = is_of_checks(v[n].kind);
        n++;
        if (is_checked && !g->k.check) needs_check(g, item);
    }
    g->r->unless = v;
    g->r->n_unless = n;
}

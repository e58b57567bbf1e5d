/* SPDX-License-Identifier: Apache-2.0
 *
 * by_rows: rows of by: that fit nobody: a college that is called otherwise, a row behind one that takes all of its
 * students. Both leave them with another threshold than the analyst meant, and nothing else would say so.
 */
#include "load.h"

/* Does one of the two stand in the other: 知行 of 知行书院? Of one sign alone that says nothing. */
static bool holds(sz_str a, sz_str b) {
    enum { LEAST = 4 };
    sz_str in = a.n < b.n ? a : b, of = a.n < b.n ? b : a;
    return in.n >= LEAST && sz_str_has(of, in);
}

static bool is_held(const sz_symbol *s, double v) {
    for (uint32_t i = 0; i < s->n_held; i++)
        if (s->held[i] == v) return true;
    return false;
}

/* year: 9, entry_year: 23. A fifth year of study is there for medicine elsewhere, as other colleges are: a pack may
 * have a row for it. */
static void warn_number(struct sz_loading *l, uint32_t field, const sz_yaml *item) {
    enum { CENTURY = 2000, LEAST_ENTRY = 1900, MOST_YEAR = 8 };
    sz_symbol s = {0};
    double v = 0;
    bool is_entry = field == SZ_SF_ENTRY_YEAR;
    if (!sz_str_double(item->text, &v) || (!is_entry && v >= 1 && v <= MOST_YEAR)) return;
    sz_student_choices(l, field, &s);
    if (!s.n_held || is_held(&s, v)) return;
    const char *name = sz_sfields[field].name, *all = "";
    sz_diag *d = sz_rules_warn(l, C_BY_NOBODY, item->span, "no student has the %s `%.*s`, so this row fits nobody",
                               "没有学生的 %s 是 `%.*s`，这一行不适用于任何人", name, SZ_FMT_STR(item->text));
    if (field == SZ_SF_YEAR && v >= LEAST_ENTRY) {
        sz_rules_hint(l, d, "the year of entry is  entry_year: %g", "入学年份写作  entry_year: %g", v);
    } else if (is_entry && v >= 1 && v <= MOST_YEAR) {
        sz_rules_hint(l, d, "the year of study is  year: %g", "年级写作  year: %g", v);
    } else if (is_entry && is_held(&s, v + CENTURY)) {
        sz_rules_hint(l, d, "did you mean %g?", "是不是 %g？", v + CENTURY);
    } else {
        for (uint32_t i = 0; i < s.n_held; i++) all = TXT(l, "%s  %g", all, s.held[i]);
        sz_rules_hint(l, d, "there are%s", "可以写%s", all);
    }
}

void sz_by_warn_value(struct sz_loading *l, uint32_t field, const sz_yaml *item) {
    if (sz_sfields[field].type == SZ_X_NUM) {
        warn_number(l, field, item);
        return;
    }
    sz_symbol s = {0};
    const char *all = "";
    sz_str held = {0};
    sz_student_choices(l, field, &s);
    struct sz_near near = sz_near_to(l, item->text);
    for (uint32_t i = 0; i < s.n_choices; i++) {
        if (sz_str_eq(s.choices[i], item->text)) return;
        if (!s.is_roster || sz_str_is_ascii(item->text)) /* 工学院 is no slip for 医学院 */
            sz_near_try(&near, s.choices[i], NULL, NULL, (sz_span){0});
        if (!held.n && holds(s.choices[i], item->text)) held = s.choices[i];
        if (!s.is_roster) all = TXT(l, "%s  %.*s", all, SZ_FMT_STR(s.choices[i]));
    }
    bool is_near = sz_near_any(&near) || held.n;
    if (!s.n_choices || (s.is_roster && !is_near)) return; /* a pack has rows for other campuses */
    sz_diag *d =
        sz_rules_warn(l, C_BY_NOBODY, item->span, "no student has the %s `%.*s`, so this row fits nobody",
                      "没有学生的 %s 是 `%.*s`，这一行不适用于任何人", sz_sfields[field].name, SZ_FMT_STR(item->text));
    if (sz_near_any(&near)) sz_near_hint(l, d, &near);
    else if (held.n) sz_rules_hint(l, d, "did you mean `%.*s`?", "是不是 `%.*s`？", SZ_FMT_STR(held));
    else sz_rules_hint(l, d, "there are%s", "可以写%s", all);
}

static bool is_asked(const struct sz_param_cond *c, const sz_param_case *of) {
    for (uint32_t i = 0; i < of->n_conds; i++) {
        const struct sz_param_cond *x = &of->conds[i];
        if (x->field == c->field && (c->is_num ? x->num == c->num : sz_str_eq(x->text, c->text))) return true;
    }
    return false;
}

/* Whom the later one fits, the earlier one fits too: it asks for nothing else. */
static bool takes(const sz_param_case *earlier, const sz_param_case *later) {
    for (uint32_t i = 0; i < earlier->n_conds; i++)
        if (!is_asked(&earlier->conds[i], later)) return false;
    return true;
}

static bool is_taken(const sz_param *p, uint32_t from, uint32_t at) {
    enum { MOST = 4096 }; /* rows that one wrote by hand */
    for (uint32_t i = 0; i < from && i < MOST; i++)
        if (takes(&p->cases[i], &p->cases[at])) return true;
    return false;
}

void sz_by_warn_order(struct sz_loading *l, const sz_param *p, uint32_t from, const sz_yaml *node) {
    for (uint32_t i = from; i < p->n_cases; i++)
        if (!is_taken(p, from, i)) return;
    if (from == p->n_cases) return;
    sz_rules_hint_say(sz_rules_warn(l, C_BY_NOBODY, node->span, "an earlier row takes all whom this one fits",
                                    "前面的行已经包括了这一行的所有人"),
                      "the first row that fits counts: put the narrower one before the wider",
                      "先符合的行先用：请把条件更细的行写在前面");
}

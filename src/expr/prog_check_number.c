/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: numbers beside a name that is never so small or large, or that no student has.
 */
#include "prog.h"

/* `event.weekday == 0`, `event.hour >= 24`: what is never so. at: the number. */
static void check_range(checker *c, const tnode *a, uint8_t op, const tnode *at, double v) {
    if (a->kind != T_SYM || a->low >= a->high) return;
    bool is_never = (op == '=' || op == '!') ? v < a->low || v > a->high
                    : op == '>'              ? v >= a->high
                    : op == 'g'              ? v > a->high
                    : op == '<'              ? v <= a->low
                                             : v < a->low;
    if (!is_never) return;
    sz_str name = prog_slice(c, a->off, a->len);
    bool is_weekday = a->low == 1;
    sz_diag *g = prog_error(c, C_CHOICE, at->off, at->len, "`%.*s` is %g to %g, so this never holds, or always",
                            "`%.*s` 只会是 %g 到 %g，这个条件恒假或恒真", SZ_FMT_STR(name), a->low, a->high);
    if (is_weekday && v == 0) prog_set_hint(g, "Sunday is 7; 1 is Monday", "星期日是 7，星期一是 1");
    else if (is_weekday) prog_set_hint(g, "1 is Monday, 7 is Sunday", "1 是星期一，7 是星期日");
    else if (prog_is_of_hundred(a)) prog_set_hint(g, "a percentile is 0 to 100", "百分位是 0 到 100");
    else
        prog_set_hint(g, "24:00 is 0 of the next day; a time of day is event.clock >= \"22:30\"",
                      "24 点是次日的 0 点；钟点可写 event.clock >= \"22:30\"");
}

/* `late_nights_7d >= 8`, of seven nights. Nothing is broken by it, but the rule would be silent, or never would. */
static void warn_days(checker *c, const tnode *a, uint8_t op, const tnode *at, double v) {
    bool is_never = op == '>' ? v >= a->most : (op == 'g' || op == '=') && v > a->most;
    bool is_always = op == '<' ? v > a->most : op == 'l' ? v >= a->most : op == '!' && v > a->most;
    if (!is_never && !is_always) return;
    sz_str name = prog_slice(c, a->off, a->len);
    sz_diag *g = prog_warning(c, C_CHOICE, at->off, at->len, "`%.*s` is never above %g: its window has no more days",
                              "`%.*s` 不会超过 %g：窗口里没有更多的天", SZ_FMT_STR(name), a->most);
    if (is_never)
        prog_set_hint(g, "so this never holds; write a smaller number, or let the feature look back over more days",
                      "因此这个条件永远不成立；请把数改小，或让特征看更多天");
    else
        prog_set_hint(g, "so this always holds where the number is known; write a smaller one",
                      "因此只要这个数已知，这个条件就总成立；请把数改小");
}

/* `calendar.week == 40`, of terms that have 18. That a condition holds of all weeks of this campus is no slip: a pack
 * is written for others too. */
static void warn_week(checker *c, const tnode *a, uint8_t op, const tnode *at, double v) {
    bool is_never = op == '='   ? v < 1 || v > a->most
                    : op == '>' ? v >= a->most
                    : op == 'g' ? v > a->most
                    : op == '<' ? v <= 1
                                : op == 'l' && v < 1;
    if (!is_never) return;
    sz_str name = prog_slice(c, a->off, a->len);
    sz_diag *g = prog_warning(c, C_CHOICE, at->off, at->len, "`%.*s` is 1 to %g: no term of this campus has more weeks",
                              "`%.*s` 只会是 1 到 %g：本校没有更长的学期", SZ_FMT_STR(name), a->most);
    prog_set_hint(g, "so this never holds; terms stand in calendar.yaml, and their first week is 1",
                  "因此这个条件永远不成立；学期写在 calendar.yaml 里，第一周是 1");
}

static bool holds(double is, uint8_t op, double v) {
    switch (op) {
    case '=': return is == v;
    case '>': return is > v;
    case 'g': return is >= v;
    case '<': return is < v;
    case 'l': return is <= v;
    default: return true; /* that it is not so is no slip: a pack is written for others too */
    }
}

static bool is_held(const tnode *a, uint8_t op, double v) {
    for (uint32_t i = 0; i < a->n_held; i++)
        if (holds(a->held[i], op, v)) return true;
    return a->n_held == 0;
}

/* `student.entry_year == 2028`, of a roster that ends with 2025; `== 23`, `student.year == 2023`. */
static void warn_held(checker *c, const tnode *a, uint8_t op, const tnode *at, double v) {
    enum { CENTURY = 2000, LEAST_ENTRY = 1900, MOST_YEAR = 12 };
    if (is_held(a, op, v)) return;
    sz_str name = prog_slice(c, a->off, a->len);
    sz_diag *g = prog_warning(c, C_CHOICE, at->off, at->len, "no student of this campus has such a `%.*s`",
                              "本校没有学生的 `%.*s` 是这样的", SZ_FMT_STR(name));
    bool is_year = sz_str_is(name, "student.year"), is_entry = sz_str_is(name, "student.entry_year");
    const char *sign = prog_op_text(op);
    if (is_year && v >= LEAST_ENTRY)
        prog_hint(c, g, "the year of entry is  student.entry_year %s %g", "入学年份写作  student.entry_year %s %g",
                  sign, v);
    else if (is_entry && v > 0 && v <= MOST_YEAR)
        prog_hint(c, g, "the year of study is  student.year %s %g", "年级写作  student.year %s %g", sign, v);
    else if (is_entry && v > 0 && is_held(a, op, v + CENTURY))
        prog_hint(c, g, "did you mean %g?", "是不是 %g？", v + CENTURY);
    else {
        const char **names = SZ_NEWN(&c->tmp, const char *, a->n_held);
        for (uint32_t i = 0; i < a->n_held; i++) names[i] = TXT(c, "%g", a->held[i]);
        const char *all = prog_known_ones(c, names, a->n_held);
        prog_hint(c, g, "known are %s (students.csv)", "已知的有：%s（students.csv）", all);
    }
}

bool prog_may_be(const tnode *a, double v) {
    if (a->kind == T_SYM && !is_held(a, '=', v)) return false;
    return a->kind != T_SYM || a->most <= 0 || (v <= a->most && (a->unit == SZ_UNIT_DAYS || v >= 1));
}

void prog_check_number(checker *c, const tnode *a, uint8_t op, const tnode *at, double v) {
    check_range(c, a, op == 'i' ? '=' : op, at, v);
    if (a->kind == T_SYM && op != 'i') warn_held(c, a, op, at, v);
    if (a->kind != T_SYM || a->most <= 0 || op == 'i') return;
    if (a->unit == SZ_UNIT_DAYS) warn_days(c, a, op, at, v);
    else warn_week(c, a, op, at, v);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What to write where two sides do not compare: another type, another unit.
 */
#include "prog.h"

/* ---- units ---- */

/* A value as a param has it, of the unit of a side. */
const char *prog_like_unit(const tnode *n) {
    static const char *const units[SZ_N_UNITS] = {
        [SZ_UNIT_NONE] = "3",          [SZ_UNIT_YUAN] = "420 yuan", [SZ_UNIT_CLASS_HOURS] = "6 class-hours",
        [SZ_UNIT_SHARE] = "50%",       [SZ_UNIT_COUNT] = "3",       [SZ_UNIT_DAYS] = "3 days",
        [SZ_UNIT_POINTS] = "3 points",
    };
    if (prog_is_of_hundred(n)) return "90";
    return n->type == SZ_X_DURATION ? "24h" : n->unit < SZ_N_UNITS ? units[n->unit] : "3";
}

static bool is_name(sz_str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool is_letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
        if (!is_letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    return s.n > 0;
}

/* A param is the side that can be written otherwise; one that differs by student is no constant. */
static bool is_param(const checker *c, const tnode *n) {
    return n->is_steady && (n->kind == T_CONST || n->kind == T_SYM) && is_name(prog_slice(c, n->off, n->len));
}

static void hint_units(checker *c, sz_diag *g, const tnode *a, const tnode *b, const char *op) {
    const tnode *param = is_param(c, b) ? b : is_param(c, a) ? a : NULL, *other = param == b ? a : b;
    sz_str sa = prog_slice(c, a->off, a->len), sb = prog_slice(c, b->off, b->len);
    if (param)
        prog_hint(c, g, "give the param the unit of the other side, for example  %.*s: %s",
                  "请把参数写成另一边的单位，例如  %.*s: %s", SZ_FMT_STR(prog_slice(c, param->off, param->len)),
                  prog_like_unit(other));
    else
        prog_hint(
            c, g,
            "compare each with a value of its own unit, for example  params: {limit: %s, limit_2: %s}  and  "
            "%.*s %s limit && %.*s %s limit_2",
            "请各同自己单位的值比较，例如  params: {limit: %s, limit_2: %s}，再写  %.*s %s limit && %.*s %s limit_2",
            prog_like_unit(a), prog_like_unit(b), SZ_FMT_STR(sa), op, SZ_FMT_STR(sb), op);
}

/* A duration beside a number that is written there: a param with its unit. */
static void hint_duration(checker *c, sz_diag *g, const tnode *time, const tnode *num, const char *op) {
    sz_str name = prog_slice(c, time->off, time->len), text = prog_slice(c, num->off, num->len);
    bool is_number = num->kind == T_CONST && text.n && text.p[0] >= '0' && text.p[0] <= '9';
    bool is_text = num->kind == T_CONST && num->type == SZ_X_STR, is_rough = false;
    char meant[SZ_MEANT];
    const char *value = is_number ? TXT(c, "%.*sh", SZ_FMT_STR(text)) : "24h";
    if (is_text && sz_meant_duration(num->value.str, meant, &is_rough)) value = TXT(c, "%s", meant);
    if (time->kind == T_CONST && !is_param(c, time) && num->kind != T_CONST && num->type == SZ_X_NUM) {
        prog_hint(c, g, "name such a value:  params: {limit: %s}  and  %.*s %s limit",
                  "请给这样的值起名：params: {limit: %s}，再写  %.*s %s limit", prog_like_unit(num), SZ_FMT_STR(text),
                  op);
        return;
    }
    if (!is_number && num->type == SZ_X_NUM) {
        hint_units(c, g, time, num, op);
        return;
    }
    prog_hint(c, g, "name it with its unit:  params: {limit: %s}  and  %.*s %s limit",
              "带单位起个名字：params: {limit: %s}，再写  %.*s %s limit", value, SZ_FMT_STR(name), op);
}

/* ---- types ---- */

static void hint_instant(checker *c, sz_diag *g, const tnode *time, const tnode *other, const char *op) {
    char meant[SZ_MEANT];
    sz_str name = prog_slice(c, time->off, time->len), text = prog_slice(c, other->off, other->len);
    if (other->type == SZ_X_DURATION)
        prog_hint(c, g, "two instants make a duration:  t - %.*s;  how long ago the last record was is its .age",
                  "两个时刻相减得到时长：t - %.*s；最近一条记录距今多久用 .age", SZ_FMT_STR(name));
    else if (sz_meant_instant(other->kind == T_CONST && other->type == SZ_X_STR ? other->value.str : text, meant))
        prog_hint(c, g, "an instant is written timestamp(\"%s\")", "时刻写作 timestamp(\"%s\")", meant);
    else if (other->type == SZ_X_STR && other->kind == T_CONST && sz_meant_clock(other->value.str, meant))
        prog_hint(c, g, "a time of day is event.clock:  event.clock %s \"%s\"",
                  "一天中的钟点用 event.clock：event.clock %s \"%s\"", op, meant);
    else if (other->type == SZ_X_STR && other->kind == T_CONST)
        prog_hint(
            c, g,
            "an instant is written timestamp(\"2026-03-02T08:00:00+08:00\"); a time of day is event.clock %s \"08:00\"",
            "时刻写作 timestamp(\"2026-03-02T08:00:00+08:00\")；一天中的钟点用 event.clock %s \"08:00\"", op);
    else
        prog_hint(c, g, "an instant compares with an instant; for a time of day use event.clock or event.hour",
                  "时刻只能同时刻比较；钟点用 event.clock 或 event.hour");
}

const char *prog_number_meant(checker *c, const tnode *side, sz_str text) {
    sz_str name = prog_slice(c, side->off, side->len);
    double v;
    int n = 0;
    if (text.n && sz_str_double(text, &v)) return TXT(c, "%.*s", SZ_FMT_STR(text));
    bool is_day = name.n >= 7 && memcmp(name.p + name.n - 7, "weekday", 7) == 0;
    if (is_day ? sz_meant_weekday(text, &n) : sz_str_is(name, "student.year") && sz_meant_year(text, &n))
        return TXT(c, "%d", n);
    char clock[SZ_MEANT];
    if (sz_str_is(name, "event.hour") && sz_meant_clock(text, clock) && strcmp(clock + 3, "00") == 0)
        return TXT(c, "%d", (clock[0] - '0') * 10 + clock[1] - '0');
    sz_meant meant;
    if (!sz_meant_value(text, &meant) || meant.measure == SZ_M_TIME || !sz_str_double(sz_str_of(meant.number), &v))
        return NULL;
    return meant.measure == SZ_M_SHARE ? TXT(c, "%g", v / 100) : TXT(c, "%s", meant.number);
}

/* event.weekday == "周末": several days, and without brackets, which braces around the event would not take. */
static bool hint_part_of_week(checker *c, sz_diag *g, sz_str name, sz_str text) {
    static const char *const parts[][2] = {{"周末", ">= 6"},   {"weekend", ">= 6"},  {"双休日", ">= 6"},
                                           {"工作日", "<= 5"}, {"weekdays", "<= 5"}, {"workday", "<= 5"}};
    bool is_day = name.n >= 7 && memcmp(name.p + name.n - 7, "weekday", 7) == 0;
    for (size_t i = 0; is_day && i < sizeof parts / sizeof *parts; i++) {
        if (!sz_str_is(text, parts[i][0])) continue;
        prog_hint(c, g, "Monday is 1, Sunday 7: write  %.*s %s", "周一是 1，周日是 7：请写  %.*s %s", SZ_FMT_STR(name),
                  parts[i][1]);
        return true;
    }
    return false;
}

static void hint_text(checker *c, sz_diag *g, const tnode *text, const tnode *num, const char *op) {
    const char *meant = text->kind == T_CONST ? prog_number_meant(c, num, text->value.str) : NULL;
    sz_str name = prog_slice(c, num->off, num->len);
    double v;
    sz_symbol sym = {0};
    uint32_t bad = 0;
    const char *en = NULL, *zh = NULL;
    bool is_known = text->kind == T_CONST && c->r && is_name(text->value.str) &&
                    c->r->resolve(c->r->ctx, &text->value.str, 1, NULL, false, &sym, &bad, &en, &zh);
    const tnode named = {.type = sym.type, .unit = sym.unit, .is_ratio = sym.is_ratio};
    if (is_known && sym.type == num->type && prog_units_compare(&named, num))
        prog_hint(c, g, "a name stands without quotes:  %.*s", "名称不加引号：%.*s", SZ_FMT_STR(text->value.str));
    else if (meant && sz_str_double(text->value.str, &v))
        prog_hint(c, g, "write it without quotes:  %s", "去掉引号：%s", meant);
    else if (meant) prog_hint(c, g, "write  %.*s %s %s", "请写  %.*s %s %s", SZ_FMT_STR(name), op, meant);
    else if (num->kind == T_CONST && sz_str_is(prog_slice(c, text->off, text->len), "event.clock"))
        prog_hint(c, g, "a time of day stands in quotes:  event.clock %s \"%02d:00\"; an hour is event.hour",
                  "钟点要加引号：event.clock %s \"%02d:00\"；只看小时用 event.hour", op,
                  num->value.num >= 0 && num->value.num <= 24 ? (int)num->value.num : 22);
    else if (num->kind == T_CONST && num->type == SZ_X_NUM)
        prog_hint(c, g, "text stands in quotes:  \"%.*s\"", "文本要加引号：\"%.*s\"", SZ_FMT_STR(name));
    else if (num->kind == T_SYM && text->kind == T_CONST && hint_part_of_week(c, g, name, text->value.str)) (void)0;
    else if (num->kind == T_SYM && num->type == SZ_X_NUM)
        prog_hint(c, g, "compare it with a number, for example  %.*s %s 3", "请同数比较，例如  %.*s %s 3",
                  SZ_FMT_STR(name), op);
    else
        prog_hint(c, g, "compare a text with a text in quotes, for example  %.*s == \"…\"",
                  "文本请同带引号的文本比较，例如  %.*s == \"…\"", SZ_FMT_STR(prog_slice(c, text->off, text->len)));
}

static void hint_flag(checker *c, sz_diag *g, const tnode *flag) {
    sz_str name = prog_slice(c, flag->off, flag->len);
    if (flag->kind == T_SYM)
        prog_hint(c, g, "it stands by itself:  %.*s  or  !%.*s", "它本身就是条件：%.*s  或  !%.*s", SZ_FMT_STR(name),
                  SZ_FMT_STR(name));
    else if (flag->kind != T_NOT)
        prog_set_hint(g, "put each comparison in ( ) and join them with && or ||",
                      "请把每个比较放进括号，再用 && 或 || 连接");
    else
        prog_hint(c, g, "! binds tighter; write  !(…)  around the comparison, or != for ==",
                  "! 的优先级更高；请把比较括起来  !(…)，或用 != 代替 ==");
}

static const tnode *of_type(const tnode *a, const tnode *b, uint8_t type) {
    return a->type == type ? a : b->type == type ? b : NULL;
}

void prog_hint_pair(checker *c, sz_diag *g, const tnode *a, const tnode *b, const char *op) {
    const tnode *n;
    bool is_num = a->type == SZ_X_NUM && b->type == SZ_X_NUM;
    if (is_num) hint_units(c, g, a, b, op);
    else if ((n = of_type(a, b, SZ_X_TIME)) != NULL) hint_instant(c, g, n, n == a ? b : a, op);
    else if ((n = of_type(a, b, SZ_X_DURATION)) != NULL) hint_duration(c, g, n, n == a ? b : a, op);
    else if ((n = of_type(a, b, SZ_X_BOOL)) != NULL) hint_flag(c, g, n);
    else if ((n = of_type(a, b, SZ_X_STR)) != NULL) hint_text(c, g, n, n == a ? b : a, op);
}

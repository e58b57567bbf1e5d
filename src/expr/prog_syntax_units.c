/* SPDX-License-Identifier: Apache-2.0
 *
 * Values with units inside an expression (50%, 420 yuan, 24h, 6 class-hours, 3 天) and times of day without quotes.
 */
#include "prog_syntax.h"

typedef enum measure { M_NONE, M_PERCENT, M_YUAN, M_CLASS_HOURS, M_COUNT, M_TIME } measure;

static measure measure_of(sz_str w) {
    static const struct {
        const char *word;
        measure m;
    } words[] = {{"yuan", M_YUAN},
                 {"rmb", M_YUAN},
                 {"RMB", M_YUAN},
                 {"CNY", M_YUAN},
                 {"cny", M_YUAN},
                 {"元", M_YUAN},
                 {"块", M_YUAN},
                 {"class", M_CLASS_HOURS},
                 {"class_hours", M_CLASS_HOURS},
                 {"学时", M_CLASS_HOURS},
                 {"课时", M_CLASS_HOURS},
                 {"节", M_CLASS_HOURS},
                 {"次", M_COUNT},
                 {"人", M_COUNT},
                 {"个", M_COUNT},
                 {"晚", M_COUNT},
                 {"分", M_COUNT},
                 {"times", M_COUNT},
                 {"nights", M_COUNT},
                 {"percent", M_PERCENT},
                 {"％", M_PERCENT},
                 {"s", M_TIME},
                 {"m", M_TIME},
                 {"min", M_TIME},
                 {"h", M_TIME},
                 {"d", M_TIME},
                 {"w", M_TIME},
                 {"H", M_TIME},
                 {"D", M_TIME},
                 {"hour", M_TIME},
                 {"hours", M_TIME},
                 {"day", M_TIME},
                 {"days", M_TIME},
                 {"week", M_TIME},
                 {"weeks", M_TIME},
                 {"minutes", M_TIME},
                 {"小时", M_TIME},
                 {"天", M_TIME},
                 {"分钟", M_TIME},
                 {"周", M_TIME},
                 {"秒", M_TIME}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sz_str_is(w, words[i].word)) return words[i].m;
    return M_NONE;
}

static const char *time_letter(sz_str w) {
    static const struct {
        const char *first, *letter;
    } units[] = {{"小", "h"}, {"天", "d"}, {"分", "m"}, {"周", "w"}, {"秒", "s"}, {"h", "h"},
                 {"H", "h"},  {"d", "d"},  {"D", "d"},  {"w", "w"},  {"s", "s"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i].first);
        if (w.n >= n && memcmp(w.p, units[i].first, n) == 0) return units[i].letter;
    }
    return "m";
}

/* `spend_habit.ratio < ` in front of the value, for the hint; a stand-in if something else is there. */
static const char *before(const scan *s, const char *stand_in) {
    if (s->path.len == 0 || s->sign.len == 0) return stand_in;
    return TXT(s->c, "%.*s %.*s", SZ_FMT_STR(text_of(s, s->path)), SZ_FMT_STR(text_of(s, s->sign)));
}

/* What the name before the value is, where it is known and is a number or a duration. */
static bool side_is(const scan *s, tnode *side) {
    enum { MOST = 4 };
    sz_str name[MOST], rest = text_of(s, s->path);
    sz_symbol sym = {0};
    uint32_t n = 0, bad = 0;
    const char *hint = NULL, *hint_zh = NULL;
    const sz_resolver *r = s->c->r;
    if (!r || s->path.len == 0 || s->sign.len == 0) return false;
    for (; rest.n && n < MOST; n++) {
        const char *dot = memchr(rest.p, '.', rest.n);
        name[n] = (sz_str){rest.p, dot ? (size_t)(dot - rest.p) : rest.n};
        rest = dot ? (sz_str){dot + 1, rest.n - name[n].n - 1} : (sz_str){0};
    }
    if (!r->resolve(r->ctx, name, n, NULL, false, &sym, &bad, &hint, &hint_zh)) return false;
    *side = (tnode){.type = sym.type, .unit = sym.unit};
    return sym.type == SZ_X_NUM || sym.type == SZ_X_DURATION;
}

/* `spend < 3 d`: a value of another kind than what it is compared with. */
static bool hint_misfit(scan *s, sz_diag *g, measure m) {
    tnode side;
    if (m == M_COUNT || m == M_PERCENT || !side_is(s, &side)) return false;
    bool is_plain = side.type == SZ_X_NUM && side.unit == SZ_UNIT_NONE;
    bool fits = m == M_TIME   ? side.type == SZ_X_DURATION
                : m == M_YUAN ? side.unit == SZ_UNIT_YUAN
                              : side.unit == SZ_UNIT_CLASS_HOURS;
    if (fits || (is_plain && m != M_TIME)) return false;
    sz_str name = text_of(s, s->path), op = text_of(s, s->sign);
    const char *like = prog_like_unit(&side), *en = prog_type_words(&side, SZ_EN), *zh = prog_type_words(&side, SZ_ZH);
    g->hint = TXT(s->c, "`%.*s` is %s, so name such a value:  params: {limit: %s}  and  %.*s %.*s limit",
                  SZ_FMT_STR(name), en, like, SZ_FMT_STR(name), SZ_FMT_STR(op));
    g->hint_zh = TXT(s->c, "`%.*s` 是%s，请给这样的值起名：params: {limit: %s}，再写  %.*s %.*s limit",
                     SZ_FMT_STR(name), zh, like, SZ_FMT_STR(name), SZ_FMT_STR(op));
    return true;
}

static void tell_unit(scan *s, piece num, measure m, sz_str unit, uint32_t end) {
    checker *c = s->c;
    sz_str v = text_of(s, num), whole = {s->t.p + num.off, end - num.off};
    sz_diag *g = prog_error(s->c, C_VALUE_UNIT, num.off, end - num.off, "`%.*s` is not an expression",
                            "`%.*s` 不是表达式", SZ_FMT_STR(whole));
    double d = 0;
    if (hint_misfit(s, g, m)) return;
    if (m == M_PERCENT && sz_str_double(v, &d)) {
        sz_buf b;
        sz_buf_init(&b);
        sz_json_double(&b, d / 100);
        sz_str share = sz_buf_str(&b);
        const char *left = before(s, "x <");
        prog_hint(c, g, "write %.*s, or name it:  params: {drop: %.*s%%}  and  %s drop",
                  "请写 %.*s，或起个名字：params: {drop: %.*s%%}，再写  %s drop", SZ_FMT_STR(share), SZ_FMT_STR(v),
                  left);
        sz_buf_fini(&b);
        return;
    }
    if (m == M_COUNT) {
        prog_hint(c, g, "write %.*s alone", "只写 %.*s", SZ_FMT_STR(v));
        return;
    }
    const char *left = before(s, "x >="), *param = TXT(c, "%.*s%s", SZ_FMT_STR(v),
                                                       m == M_TIME   ? time_letter(unit)
                                                       : m == M_YUAN ? " yuan"
                                                                     : " class-hours");
    if (m == M_TIME)
        prog_hint(c, g, "name it:  params: {limit: %s}  and  %s limit",
                  "请起个名字：params: {limit: %s}，再写  %s limit", param, left);
    else
        prog_hint(c, g, "write %.*s alone, or name it:  params: {limit: %s}  and  %s limit",
                  "只写 %.*s，或起个名字：params: {limit: %s}，再写  %s limit", SZ_FMT_STR(v), param, left);
}

/* After `50 %`: nothing that could be divided by follows. */
static bool ends_operand(const scan *s, piece p) {
    static const char *const signs[] = {")", "]",  ",", "?",  ":", "&&", "||", "&", "|", "==", "!=",
                                        "<", "<=", ">", ">=", "=", "+",  "*",  "/", "%", "}",  ";"};
    if (p.kind == L_END || is_word(s, p, "and") || is_word(s, p, "or") || is_word(s, p, "in") || is_word(s, p, "AND") ||
        is_word(s, p, "OR"))
        return true;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (is_sign(s, p, signs[i])) return true;
    return false;
}

/* `1,000`: where it ends; 0: it is none. In a list or a call a comma parts two numbers. */
static uint32_t tell_grouped(scan *s) {
    uint32_t end = end_of(s->cur);
    const char *plain = TXT(s->c, "%.*s", SZ_FMT_STR(text_of(s, s->cur)));
    while (s->n_open == 0 && at(s, end) == ',' && is_digit(at(s, end + 1)) && is_digit(at(s, end + 2)) &&
           is_digit(at(s, end + 3))) {
        uint32_t next = prog_number_end(s, end + 1);
        plain = TXT(s->c, "%s%.*s", plain, (int)(next - end - 1), s->t.p + end + 1);
        end = next;
    }
    if (end == end_of(s->cur)) return 0;
    sz_str whole = {s->t.p + s->cur.off, end - s->cur.off};
    prog_hint(s->c,
              prog_error(s->c, C_SPELLING, s->cur.off, end - s->cur.off, "`%.*s` is not written so",
                         "这里不能写 `%.*s`", SZ_FMT_STR(whole)),
              "write %s, without commas", "请写 %s，不加逗号", plain);
    return end;
}

/* A number in hand: what follows makes it a value with a unit, or a time of day. Returns how far it was dealt
 * with. */
uint32_t prog_look_at_number(scan *s) {
    uint32_t grouped = tell_grouped(s);
    if (grouped) return grouped;
    piece num = s->cur, next = prog_piece(s, end_of(num));
    if (is_sign(s, next, "%") && ends_operand(s, prog_piece(s, end_of(next)))) {
        tell_unit(s, num, M_PERCENT, (sz_str){0}, end_of(next));
        return end_of(next);
    }
    measure m = next.kind == L_WORD || next.kind == L_WIDE ? measure_of(text_of(s, next)) : M_NONE;
    if (m != M_NONE) {
        uint32_t end = end_of(next);
        if (is_word(s, next, "class") && at(s, end) == '-') end = end_of(prog_piece(s, end + 1)); /* class-hours */
        tell_unit(s, num, m, text_of(s, next), end);
        return end;
    }
    if (s->n_choices == 0 && at(s, end_of(num)) == ':' && is_digit(at(s, end_of(num) + 1)) && num.len <= 2) {
        uint32_t end = prog_number_end(s, end_of(num) + 1);
        sz_str clock = {s->t.p + num.off, end - num.off};
        sz_diag *g = prog_error(s->c, C_FORM, num.off, end - num.off, "`%.*s` is not an expression",
                                "`%.*s` 不是表达式", SZ_FMT_STR(clock));
        const char *zero = num.len == 1 ? "0" : "", *left = before(s, "event.clock >=");
        prog_hint(s->c, g, "a time of day stands in quotes:  %s \"%s%.*s\"", "钟点要加引号：%s \"%s%.*s\"", left, zero,
                  SZ_FMT_STR(clock));
        return end;
    }
    return end_of(num);
}

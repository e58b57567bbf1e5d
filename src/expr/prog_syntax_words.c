/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators in English words: and, is not, greater than, between 3 and 5, not in; and what follows `in`.
 */
#include "prog_syntax.h"

/* `x in (1, 2)`: true and the end of the parenthesis if there is a comma in it. */
static bool list_in_parens(const scan *s, piece open, uint32_t *end) {
    bool has_comma = false;
    int depth = 0;
    for (piece p = open; p.kind != L_END; p = prog_piece(s, end_of(p))) {
        if (is_sign(s, p, "(")) depth++;
        if (is_sign(s, p, ",") && depth == 1) has_comma = true;
        if (is_sign(s, p, ")") && --depth == 0) {
            *end = end_of(p);
            return has_comma;
        }
    }
    return false;
}

/* `x in "a", "b"`: where the last of them ends; 0: it is something else. */
static uint32_t bare_list(const scan *s, piece first) {
    uint32_t end = 0;
    for (piece p = first; p.kind == L_STRING || p.kind == L_NUMBER;) {
        piece comma = prog_piece(s, end_of(p));
        if (!is_sign(s, comma, ",") && end == 0) return 0;
        end = end_of(p);
        if (!is_sign(s, comma, ",")) break;
        p = prog_piece(s, end_of(comma));
    }
    return end;
}

static uint32_t look_at_in(scan *s) {
    uint32_t end = 0;
    piece open = prog_piece(s, end_of(s->cur));
    if (open.kind == L_NUMBER && (end = prog_look_at_between(s, open)) > end_of(s->cur)) return end;
    if ((end = bare_list(s, open)) != 0) {
        sz_str all = {s->t.p + open.off, end - open.off};
        prog_hint(s->c, prog_error(s->c, C_LIST, open.off, end - open.off, "a list stands in brackets", "列表用方括号"),
                  "write  in [%.*s]", "请写  in [%.*s]", SZ_FMT_STR(all));
        return end;
    }
    if (!is_sign(s, open, "(") || !list_in_parens(s, open, &end)) return end_of(s->cur);
    sz_str inner = {s->t.p + open.off + 1, end - open.off - 2};
    prog_hint(s->c, prog_error(s->c, C_LIST, open.off, end - open.off, "a list stands in brackets", "列表用方括号"),
              "write  in [%.*s]", "请写  in [%.*s]", SZ_FMT_STR(inner));
    return end_of(s->cur);
}

/* ---- between ------------------------------------------------------------------------------------------------ */

/* What parts the two bounds, in any of these languages. */
static bool is_part(const scan *s, piece p) {
    static const char *const words[] = {"and", "AND", "And", "to", "和", "与", "到", "至", "，", "、", "～", "—", "——"};
    static const char *const signs[] = {"-", "~", ",", "&&", "&"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((p.kind == L_WORD || p.kind == L_WIDE) && sz_str_is(text_of(s, p), words[i])) return true;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (is_sign(s, p, signs[i])) return true;
    return prog_is_unit_and_to(s, p);
}

/* 天到 of 3天到5天. */
bool prog_is_unit_and_to(const scan *s, piece p) {
    static const char *const joints[] = {"到", "至"};
    sz_str t = text_of(s, p);
    for (size_t i = 0; p.kind == L_WIDE && i < sizeof joints / sizeof *joints; i++) {
        size_t n = strlen(joints[i]);
        if (t.n > n && memcmp(t.p + t.n - n, joints[i], n) == 0) return true;
    }
    return false;
}

static bool is_bound(piece p) { return p.kind == L_NUMBER || p.kind == L_WORD || p.kind == L_STRING; }

/* A bound of a range of durations, `3` of `3~5天`; hours where nothing says what it is. */
static const char *as_time(const scan *s, sz_str number, sz_str unit) {
    sz_meant v;
    bool is_time = sz_meant_value(sz_str_of(TXT(s->c, "%.*s%.*s", SZ_FMT_STR(number), SZ_FMT_STR(unit))), &v);
    if (is_time && v.measure == SZ_M_TIME) return TXT(s->c, "%s", v.text);
    return TXT(s->c, "%.*s%s", SZ_FMT_STR(number), is_time && v.measure == SZ_M_DAYS ? "d" : "h");
}

uint32_t prog_look_at_between(scan *s, piece low) {
    piece part = prog_piece(s, end_of(low)), high = prog_piece(s, end_of(part));
    if (!is_bound(low) || !is_part(s, part) || !is_bound(high)) return end_of(s->cur);
    uint32_t end = end_of(high);
    piece tail = prog_piece(s, end);
    if (tail.kind == L_WIDE && (sz_str_is(text_of(s, tail), "之间") || sz_str_is(text_of(s, tail), "以内")))
        end = end_of(tail);
    sz_meant v;
    uint32_t with_unit = high.kind == L_NUMBER ? prog_value_end(s, high.off, end_of(high), &v) : 0;
    if (with_unit > end) end = with_unit;
    sz_str whole = {s->t.p + s->cur.off, end - s->cur.off}, name = text_of(s, s->path), a = text_of(s, low),
           b = text_of(s, high);
    if (!s->path.len) name = SZ_STR("x");
    sz_diag *g = prog_error(s->c, C_SPELLING, s->cur.off, end - s->cur.off, "`%.*s` is not written so",
                            "这里不能写 `%.*s`", SZ_FMT_STR(whole));
    tnode side;
    if (prog_side_is(s, &side) && side.type == SZ_X_DURATION) {
        sz_str unit = {s->t.p + end_of(high), with_unit > end_of(high) ? with_unit - end_of(high) : 0};
        prog_hint(s->c, g, "name both:  params: {least: %s, most: %s}  and  %.*s >= least && %.*s <= most",
                  "请给两个值都起名：params: {least: %s, most: %s}，再写  %.*s >= least && %.*s <= most",
                  as_time(s, a, unit), as_time(s, b, unit), SZ_FMT_STR(name), SZ_FMT_STR(name));
        return end;
    }
    prog_hint(s->c, g, "write  %.*s >= %.*s && %.*s <= %.*s", "请写  %.*s >= %.*s && %.*s <= %.*s", SZ_FMT_STR(name),
              SZ_FMT_STR(a), SZ_FMT_STR(name), SZ_FMT_STR(b));
    return end;
}

/* ---- operators in words -------------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_same(sz_str s, const char *word, size_t n) {
    if (s.n != n) return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s.p[i]) != word[i]) return false;
    return true;
}

/* Where the phrase, whose words a blank parts, ends, if it begins at cur; 0: it does not. */
static uint32_t phrase_end(const scan *s, const char *phrase) {
    piece p = s->cur;
    for (const char *word = phrase;;) {
        size_t n = strcspn(word, " ");
        if (p.kind != L_WORD || !is_same(text_of(s, p), word, n)) return 0;
        if (word[n] == '\0') return end_of(p);
        word += n + 1;
        p = prog_piece(s, end_of(p));
    }
}

/* The longest one counts: each stands before its own beginning. */
static const struct {
    const char *words, *write;
} phrases[] = {{"is greater than or equal to", ">="},
               {"is less than or equal to", "<="},
               {"greater than or equal to", ">="},
               {"less than or equal to", "<="},
               {"is greater than", ">"},
               {"is more than", ">"},
               {"is less than", "<"},
               {"is at least", ">="},
               {"is at most", "<="},
               {"is not equal to", "!="},
               {"not equal to", "!="},
               {"is equal to", "=="},
               {"is above", ">"},
               {"is below", "<"},
               {"is not", "!="},
               {"greater than", ">"},
               {"more than", ">"},
               {"less than", "<"},
               {"fewer than", "<"},
               {"no more than", "<="},
               {"no less than", ">="},
               {"at least", ">="},
               {"at most", "<="},
               {"equal to", "=="},
               {"equals", "=="},
               {"above", ">"},
               {"below", "<"},
               {"and", "&&"},
               {"then", "&&"},
               {"or", "||"},
               {"is", "=="},
               {"mod", "%"},
               {"eq", "=="},
               {"ne", "!="},
               {"gt", ">"},
               {"ge", ">="},
               {"gte", ">="},
               {"lt", "<"},
               {"le", "<="},
               {"lte", "<="}};

/* `school contains "医"` as the call that it is, with the text if one stands behind it. */
void prog_tell_method(scan *s, piece word, const char *method) {
    piece text = prog_piece(s, end_of(word));
    sz_str name = s->path.len ? text_of(s, s->path) : SZ_STR("x"), t = text_of(s, text);
    if (text.kind != L_STRING) t = SZ_STR("\"…\"");
    prog_tell_spelling(s, word, TXT(s->c, "%.*s.%s(%.*s)", SZ_FMT_STR(name), method, SZ_FMT_STR(t)));
}

/* `like "医%"` of databases: % is anything. Where it ends. */
static uint32_t tell_like(scan *s) {
    piece text = prog_piece(s, end_of(s->cur));
    sz_str t = text_of(s, text), name = s->path.len ? text_of(s, s->path) : SZ_STR("x");
    if (text.kind != L_STRING || t.n < 2) {
        prog_tell_method(s, s->cur, "contains");
        return end_of(s->cur);
    }
    sz_str inner = {t.p + 1, t.n - 2};
    bool before = inner.n && inner.p[0] == '%', behind = inner.n && inner.p[inner.n - 1] == '%';
    if (before) inner = (sz_str){inner.p + 1, inner.n - 1};
    if (behind && inner.n) inner.n--;
    const char *method = before == behind ? "contains" : before ? "endsWith" : "startsWith";
    prog_tell_spelling(s, (piece){L_WORD, s->cur.off, end_of(text) - s->cur.off},
                       TXT(s->c, "%.*s.%s(\"%.*s\")", SZ_FMT_STR(name), method, SZ_FMT_STR(inner)));
    return end_of(text);
}

void prog_tell_if(scan *s, piece word) {
    prog_set_hint(prog_error(s->c, C_SPELLING, word.off, word.len, "an expression does not begin with `%.*s`",
                             "表达式不以 `%.*s` 开头", SZ_FMT_STR(text_of(s, word))),
                  "leave it out and write the condition alone; two that must both hold are joined by &&",
                  "请去掉它，只写条件；两个都要满足用 && 连接");
}

static uint32_t look_at_infix(scan *s) {
    static const char *const methods[] = {"contains", "startsWith", "endsWith", "includes"};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        uint32_t end = phrase_end(s, phrases[i].words);
        if (!end) continue;
        prog_tell_spelling(s, (piece){L_WORD, s->cur.off, end - s->cur.off}, phrases[i].write);
        return end;
    }
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (is_word(s, s->cur, methods[i])) prog_tell_method(s, s->cur, i < 3 ? methods[i] : methods[0]);
    if (is_same(text_of(s, s->cur), "like", strlen("like"))) return tell_like(s);
    if (is_same(text_of(s, s->cur), "between", strlen("between")))
        return prog_look_at_between(s, prog_piece(s, end_of(s->cur)));
    return end_of(s->cur);
}

/* `n >= at least 3`, `n < no more than 3`: the comparison is there already. Where it ends; the end of cur: it is none.
 */
static uint32_t look_at_bound(scan *s) {
    sz_meant v;
    if (!s->sign.len || prog_is_name(s, s->cur)) return end_of(s->cur);
    uint32_t value = prog_value_end(s, s->cur.off, s->cur.off, &v);
    if (value <= end_of(s->cur)) return end_of(s->cur);
    prog_tell_value(s, s->cur.off, value, &v);
    return value;
}

/* `count(meal, 7d)`: an operator as a function of another program. Where it ends; the end of cur: it is none. */
static uint32_t tell_operator(scan *s) {
    static const char *const operators[] = {"count", "sum",  "avg",    "days",    "sessions", "distinct",
                                            "first", "last", "streak", "absence", "baseline"};
    piece open = prog_piece(s, end_of(s->cur)), of = prog_piece(s, end_of(open));
    if (!is_sign(s, open, "(") || of.kind != L_WORD) return end_of(s->cur);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (!is_word(s, s->cur, operators[i])) continue;
        uint32_t end = end_of(of);
        while (end < s->t.n && at(s, end) != ')') end++;
        if (end < s->t.n) end++;
        prog_hint(s->c,
                  prog_error(s->c, C_FUNCTION, s->cur.off, s->cur.len, "rules have no function `%s`",
                             "规则里没有函数 `%s`", operators[i]),
                  "it is a feature:  features: {n: {%s: %.*s, over: 7d}}  and  n >= 3",
                  "它是特征：features: {n: {%s: %.*s, over: 7d}}，再写  n >= 3", operators[i],
                  SZ_FMT_STR(text_of(s, of)));
        return end;
    }
    return end_of(s->cur);
}

/* `meals-30d`, `meals 30d`: a name with - or a blank for _. Where it ends; the end of cur: it is none. */
static uint32_t tell_dashed(scan *s) {
    uint32_t end = end_of(s->cur);
    while ((at(s, end) == '-' || at(s, end) == ' ') && (is_letter(at(s, end + 1)) || is_digit(at(s, end + 1))))
        for (end++; is_letter(at(s, end)) || is_digit(at(s, end));) end++;
    if (end == end_of(s->cur)) return end;
    char *name = sz_arena_printf(&s->c->d->arena, "%.*s", (int)(end - s->cur.off), s->t.p + s->cur.off);
    for (char *p = name; *p; p++)
        if (*p == '-' || *p == ' ') *p = '_';
    scan of = *s;
    of.t = sz_str_of(name);
    if (prog_is_name(s, s->cur) || !prog_is_name(&of, (piece){L_WORD, 0, end - s->cur.off})) return end_of(s->cur);
    sz_str whole = {s->t.p + s->cur.off, end - s->cur.off};
    prog_hint(s->c,
              prog_error(s->c, C_NAME, s->cur.off, end - s->cur.off, "nothing is named `%.*s`",
                         "没有名为 `%.*s` 的特征或参数", SZ_FMT_STR(whole)),
              "did you mean `%s`?", "是不是 `%s`？", name);
    return end;
}

/* `not n >= 3`: ! binds tighter than the comparison, which needs parentheses. */
static void tell_not(scan *s, piece first) {
    static const char *const ends[] = {"&&", "||", ")", "]", ",", "?", ":"};
    bool is_compared = false, is_over = false;
    piece last = first;
    for (piece p = first; !is_over && p.kind != L_END; p = prog_piece(s, end_of(p))) {
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) is_over |= is_sign(s, p, ends[i]);
        is_over |= is_same(text_of(s, p), "and", 3) || is_same(text_of(s, p), "or", 2);
        if (is_over) break;
        is_compared |= p.kind == L_SIGN && strchr("<>=!", s->t.p[p.off]) && p.off > first.off;
        last = p;
    }
    sz_str of = {s->t.p + first.off, end_of(last) - first.off};
    enum { LONGEST = 60 };
    prog_tell_spelling(s, s->cur, is_compared && of.n <= LONGEST ? TXT(s->c, "!(%.*s)", SZ_FMT_STR(of)) : "!");
}

uint32_t prog_look_at_word(scan *s) {
    piece next = prog_piece(s, end_of(s->cur));
    bool is_infix = prog_is_operand_end(s, s->prev), is_not = is_same(text_of(s, s->cur), "not", strlen("not"));
    if (is_word(s, s->cur, "in")) return look_at_in(s);
    if (s->prev.kind == L_START && is_same(text_of(s, s->cur), "if", strlen("if"))) {
        prog_tell_if(s, s->cur);
        return end_of(s->cur);
    }
    uint32_t dashed = tell_dashed(s), call = tell_operator(s);
    if (dashed > end_of(s->cur)) return dashed;
    if (call > end_of(s->cur)) return call;
    if (is_not && is_infix && is_word(s, next, "in")) prog_tell_spelling(s, s->cur, "!(x in […])");
    else if (is_not && !is_infix && (next.kind == L_WORD || is_sign(s, next, "!"))) tell_not(s, next);
    else if (is_infix) return look_at_infix(s);
    else return look_at_bound(s);
    return end_of(s->cur);
}

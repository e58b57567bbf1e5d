/* SPDX-License-Identifier: Apache-2.0
 *
 * Being one of some or within two bounds, as people write it: in (1, 2), in 1, 2, in {1, 2}, between 3 and 5, 3 to 5.
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

/* `direction == in`: the word that the field can be. */
static bool tell_value_in(scan *s) {
    sz_symbol sym = {0};
    if (!s->sign.len || !prog_path_symbol(s, &sym) || sym.type != SZ_X_STR) return false;
    prog_set_hint(prog_error(s->c, C_SPELLING, s->cur.off, s->cur.len, "`in` is a word of the language here",
                             "这里的 `in` 会被当成语言自己的词"),
                  "text stands in quotes:  \"in\"", "文本要加引号：\"in\"");
    return true;
}

uint32_t prog_look_at_in(scan *s) {
    uint32_t end = 0;
    piece open = prog_piece(s, end_of(s->cur));
    if (tell_value_in(s)) return end_of(s->cur);
    if (open.kind == L_NUMBER && (end = prog_look_at_between(s, open)) > end_of(s->cur)) return end;
    if ((end = bare_list(s, open)) != 0) {
        sz_str all = {s->t.p + open.off, end - open.off};
        prog_hint(s->c, prog_error(s->c, C_LIST, open.off, end - open.off, "a list stands in brackets", "列表用方括号"),
                  "write  in [%.*s]", "请写  in [%.*s]", SZ_FMT_STR(all));
        return end;
    }
    if (is_sign(s, open, "{")) { /* in {1, 2} */
        for (end = open.off; end < s->t.n && at(s, end) != '}';) end++;
        sz_str in = {s->t.p + open.off + 1, end - open.off - 1};
        if (end < s->t.n) end++;
        prog_hint(s->c, prog_error(s->c, C_LIST, open.off, end - open.off, "a list stands in brackets", "列表用方括号"),
                  "write  in [%.*s]", "请写  in [%.*s]", SZ_FMT_STR(in));
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
    static const char *const signs[] = {"-", "~", ",", "&&", "&", ".."};
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

/* `11:00` begins as a number: with what follows it is a time of day. */
static piece with_minutes(const scan *s, piece p) {
    uint32_t i = end_of(p);
    bool is_clock = p.kind == L_NUMBER && p.len <= 2 && at(s, i) == ':' && is_digit(at(s, i + 1)) &&
                    is_digit(at(s, i + 2)) && !is_digit(at(s, i + 3));
    if (is_clock) p.len += 3;
    return p;
}

/* A bound as the language writes it: a time of day stands in quotes, with two digits for the hour. */
static const char *bound_text(const scan *s, piece p) {
    sz_str t = text_of(s, p);
    bool is_clock = p.kind == L_NUMBER && memchr(t.p, ':', t.n) != NULL;
    if (!is_clock) return TXT(s->c, "%.*s", SZ_FMT_STR(t));
    return TXT(s->c, t.n < 5 ? "\"0%.*s\"" : "\"%.*s\"", SZ_FMT_STR(t));
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
    low = with_minutes(s, low);
    piece part = prog_piece(s, end_of(low)), high = with_minutes(s, prog_piece(s, end_of(part)));
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
    const char *least = bound_text(s, low), *most = bound_text(s, high);
    const char *join = *least == '"' && *most == '"' && strcmp(least, most) > 0 ? "||" : "&&"; /* past midnight */
    prog_hint(s->c, g, "write  %.*s >= %s %s %.*s <= %s", "请写  %.*s >= %s %s %.*s <= %s", SZ_FMT_STR(name), least,
              join, SZ_FMT_STR(name), most);
    return end;
}

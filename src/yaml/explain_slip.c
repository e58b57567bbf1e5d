/* SPDX-License-Identifier: Apache-2.0
 *
 * explain_slip: lines that are no YAML and of which it shows what was meant: comments of other languages, `n = {…}`, a
 * text that goes on in the column of its key, quotes inside of the same quotes.
 */
#include "internal.h"

/* ---- lines without a key ---- */

static bool say_comment(const sz_yaml_build *b, sz_span line) {
    static const char *const signs[] = {"//", "/*", "--", "＃", ";;"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);
        if (!sz_yaml_has(b->src, line.off, signs[i]) || line.len <= n) continue;
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_MISSING, sz_yaml_span(b->src, line.off, line.off + n),
                                  "a comment does not begin with %s", "注释不以 %s 开头", signs[i]);
        sz_diag_hint(b->diags, g, "a comment begins with #", "注释以半角 # 开头");
        return true;
    }
    return false;
}

/* The name before a `=` at the beginning of the text, and where that sign is; SIZE_MAX: there is none. */
static size_t equals_sign(const sz_yaml_build *b, size_t from, size_t to, sz_str *name) {
    const char *p = b->src->p;
    size_t end = from;
    while (end < to && !strchr(" =:{}[],\"'", p[end]) && !sz_yaml_has(b->src, end, "＝")) end++;
    size_t sign = sz_yaml_skip_blanks(b->src, end);
    bool is_one = sign < to && (p[sign] == '=' || sz_yaml_has(b->src, sign, "＝"));
    if (!is_one || end == from || sz_yaml_has(b->src, sign, "==") || strchr("<>!", p[end - 1])) return SIZE_MAX;
    *name = sz_yaml_clip((sz_str){p + from, end - from});
    return sign;
}

bool sz_yaml_say_equals(const sz_yaml_build *b, size_t from, size_t to) {
    sz_str name;
    size_t sign = equals_sign(b, from, to, &name);
    if (sign == SIZE_MAX) return false;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_MISSING,
                              sz_yaml_span(b->src, sign, sign + (b->src->p[sign] == '=' ? 1 : strlen("＝"))),
                              "a key ends with a colon, not with =", "键后面写冒号，不写 =");
    sz_diag_hint(b->diags, g, "write  %.*s: …  with a colon and a space", "写成  %.*s: …，用半角冒号加空格",
                 SZ_FMT_STR(name));
    return true;
}

/* Does the line at `before` announce a text, or end in the middle of a condition? */
static bool goes_on(const sz_yaml_build *b, size_t before) {
    static const char *const ends[] = {"|",  ">",    "|-",  ">-", "|+", ">+",   "&&",
                                       "||", " and", " or", "且", "或", "并且", "或者"};
    size_t end = sz_yaml_line_end(b->src, before);
    while (end > before && strchr(" \t\r", b->src->p[end - 1])) end--;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (end - before > n && sz_yaml_has(b->src, end - n, ends[i])) return true;
    }
    return false;
}

bool sz_yaml_say_line(const sz_yaml_build *b, sz_span line, size_t before) {
    if (say_comment(b, line) || sz_yaml_say_equals(b, line.off, (size_t)line.off + line.len)) return true;
    size_t key = before == SIZE_MAX ? SIZE_MAX : sz_yaml_key_colon(b->src, before, sz_yaml_line_end(b->src, before));
    if (key == SIZE_MAX || !goes_on(b, before)) return false;
    while (before < key && strchr("- ", b->src->p[before])) before++;
    sz_str name = sz_yaml_clip((sz_str){b->src->p + before, key - before});
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_INDENT, line, "the text of `%.*s:` does not go on here",
                              "`%.*s:` 的文字没有接到这里", SZ_FMT_STR(name));
    sz_diag_hint(b->diags, g, "put two more blanks before it than before  %.*s:", "这一行要比  %.*s:  多缩进两个空格",
                 SZ_FMT_STR(name));
    return true;
}

/* ---- quotes in quotes ---- */

/* `"school == "医学院""`: the outer ones are to be of the other kind. */
static bool is_nested(sz_str s) {
    char q = s.p[0], other = q == '"' ? '\'' : '"';
    size_t inside = 0;
    if (s.n < 4 || s.p[s.n - 1] != q) return false;
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.p[i] == other || s.p[i] == '\\') return false;
        inside += s.p[i] == q;
    }
    return inside == 2;
}

/* `"n > 3" && m < 5`: a condition in the quotes, and not a text. */
static bool is_condition(sz_str quoted) {
    for (size_t i = 1; i + 1 < quoted.n; i++)
        if (strchr("<>=", quoted.p[i])) return true;
    return false;
}

bool sz_yaml_hint_requoted(const sz_yaml_build *b, sz_diag *g, sz_span quoted, size_t end) {
    enum { MOST = 100 };
    sz_str whole = {b->src->p + quoted.off, end - quoted.off}, inner = {whole.p + 1, quoted.len - 2};
    if (quoted.len < 2 || end - quoted.off > MOST || (whole.p[0] != '"' && whole.p[0] != '\'')) return false;
    char other = whole.p[0] == '"' ? '\'' : '"';
    size_t rest = whole.n - quoted.len;
    if (is_nested(whole)) {
        sz_diag_hint(b->diags, g, "the outer quotes are of the other kind:  %c%.*s%c", "外层请用另一种引号：  %c%.*s%c",
                     other, (int)whole.n - 2, whole.p + 1, other);
    } else if (is_condition((sz_str){whole.p, quoted.len}) && !memchr(whole.p, '\'', whole.n) &&
               !memchr(inner.p, '#', whole.n - 1)) {
        sz_diag_hint(b->diags, g, "the quotes stand around all of it:  '%.*s%.*s'", "引号要括住整段：  '%.*s%.*s'",
                     SZ_FMT_STR(inner), (int)rest, whole.p + quoted.len);
    } else {
        return false;
    }
    return true;
}

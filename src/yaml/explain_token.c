/* SPDX-License-Identifier: Apache-2.0
 *
 * explain_token: what is wrong with one sign or text: quotes, escapes, tabs, anchors, tags.
 */
#include "internal.h"

static sz_span at_char(const sz_yaml_build *b, size_t off) {
    size_t len = 1;
    if (off < b->src->n) sz_utf8_next(b->src->p + off, b->src->n - off, &len);
    return sz_yaml_span(b->src, off, off + len);
}

static char char_at(const sz_yaml_build *b, size_t off) { return off < b->src->n ? b->src->p[off] : '\0'; }

static bool is_quoted(const sz_yaml *n) {
    return n && n->kind == SZ_YAML_SCALAR && (n->style == SZ_YAML_SINGLE || n->style == SZ_YAML_DOUBLE);
}

/* A quoted text over several lines right before the trouble is nearly always one whose end is missing. */
bool sz_yaml_explain_after(const sz_yaml_build *b, const sz_yaml_problem *p) {
    const sz_yaml *last = b->written;
    if (!is_quoted(last) || last->span.off >= p->at) return false;
    size_t end = (size_t)last->span.off + last->span.len;
    if (sz_yaml_line_of(b->src, last->span.off) == sz_yaml_line_of(b->src, end)) return false;
    if (sz_yaml_line_of(b->src, end) != sz_yaml_line_of(b->src, p->at)) return false;
    sz_yaml_say_open_quote(b, last->span.off);
    return true;
}

bool sz_yaml_explain_tab(const sz_yaml_build *b, const sz_yaml_problem *p) {
    size_t from = p->at, to = p->at, start = sz_yaml_line_start(b->src, p->at);
    while (from > start && b->src->p[from - 1] == '\t') from--;
    while (char_at(b, to) == '\t') to++;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_TAB, sz_yaml_span(b->src, from, to),
                              "a tab cannot indent; YAML takes spaces only", "不能用制表符缩进，YAML 只认空格");
    sz_diag_hint(b->diags, g, "replace each tab by two spaces", "把每个制表符换成两个空格");
    return true;
}

bool sz_yaml_explain_start(const sz_yaml_build *b, const sz_yaml_problem *p) {
    char c = char_at(b, p->at);
    if (c == '\t') return sz_yaml_explain_tab(b, p);
    if (c == '%' && sz_yaml_line_start(b->src, p->at) == p->at) return sz_yaml_explain_directive(b, p);
    if (c <= ' ' || c == 0x7f) return false;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_BAD_START, at_char(b, p->at), "a text cannot start with %c here",
                              "这里的文字不能以 %c 开头", c);
    if (sz_yaml_has(b->src, p->at, "```")) /* as a chat or a web page marks what is to be copied */
        sz_diag_hint(b->diags, g, "delete this line, and the one like it at the end",
                     "请删去这一行，末尾也有这样一行的一并删去");
    else sz_yaml_say_quotes(b, g, p->at);
    return true;
}

bool sz_yaml_explain_directive(const sz_yaml_build *b, const sz_yaml_problem *p) {
    size_t from = sz_yaml_line_start(b->src, p->context[0] ? p->context_at : p->at);
    sz_span at = sz_yaml_span(b->src, from, sz_yaml_line_end(b->src, from));
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_BAD_START, at,
                              "a line that starts with %% is a YAML directive; they are not used here",
                              "以 %% 开头的行是 YAML 指令，这里不用");
    sz_diag_hint(b->diags, g, "delete the line, or put the text in quotes", "删去这一行，或者给文字加引号");
    return true;
}

bool sz_yaml_explain_quote(const sz_yaml_build *b, const sz_yaml_problem *p) {
    sz_yaml_say_open_quote(b, p->context_at);
    return true;
}

bool sz_yaml_explain_escape(const sz_yaml_build *b, const sz_yaml_problem *p) {
    size_t from = p->at, limit = p->at > 2 ? p->at - 2 : 0;
    while (from > limit && b->src->p[from] != '\\') from--;
    if (char_at(b, from) != '\\') return false;
    size_t to = from + 1, len = 1;
    if (to < b->src->n) sz_utf8_next(b->src->p + to, b->src->n - to, &len);
    sz_span at = sz_yaml_span(b->src, from, to + len);
    sz_str text = {b->src->p + at.off, at.len};
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_ESCAPE, at, "YAML does not know the escape %.*s",
                              "YAML 不认识转义 %.*s", SZ_FMT_STR(text));
    sz_diag_hint(b->diags, g, "write \\\\ for a \\, or use '…', where it means itself",
                 "\\ 要写成 \\\\，或者改用 '…'，其中 \\ 就是它自己");
    return true;
}

static void say_tag(const sz_yaml_build *b, size_t from) {
    size_t to = from;
    while (to < b->src->n && !strchr(" \t\r\n,}]", b->src->p[to])) to++;
    sz_str text = sz_yaml_clip((sz_str){b->src->p + from, to - from});
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_TAG, sz_yaml_span(b->src, from, to),
                              "`%.*s` is a YAML tag; tags are not used here", "`%.*s` 是 YAML 标签，这里不用标签",
                              SZ_FMT_STR(text));
    sz_yaml_say_quotes(b, g, from);
}

/* `!a && b`, `!a || b`: what YAML stumbles over is the sign behind the tag, but the tag is the trouble. */
static bool say_tag_before(const sz_yaml_build *b, size_t at) {
    size_t start = sz_yaml_indent_end(b->src, at), from = at;
    while (from > start && b->src->p[from - 1] == ' ') from--;
    while (from > start && b->src->p[from - 1] != ' ') from--;
    if (char_at(b, from) != '!') return false;
    say_tag(b, from);
    return true;
}

bool sz_yaml_explain_anchor(const sz_yaml_build *b, const sz_yaml_problem *p) {
    if (say_tag_before(b, p->context_at)) return true;
    char c = char_at(b, p->context_at);
    if (sz_yaml_has(b->src, p->context_at, "&&") && sz_yaml_indent_end(b->src, p->context_at) == p->context_at) {
        sz_diag *g = sz_diags_add(
            b->diags, SZ_ERROR, YAML_ALIAS, sz_yaml_span(b->src, p->context_at, p->context_at + 2),
            "the text above does not go on here: a comment has ended it", "上面的文字没有接到这里：被注释断开了");
        sz_diag_hint(b->diags, g, "delete the comment above, or put it behind the last line",
                     "请删去上面的注释，或把它移到最后一行之后");
        return true;
    }
    if (sz_yaml_has(b->src, p->context_at, "&&") && sz_yaml_say_goes_on(b, p->context_at)) return true;
    bool is_bullet =
        c == '*' && char_at(b, p->context_at + 1) == ' ' && sz_yaml_indent_end(b->src, p->context_at) == p->context_at;
    if (is_bullet) {
        sz_diag *d = sz_diags_add(b->diags, SZ_ERROR, YAML_ALIAS, at_char(b, p->context_at),
                                  "an item of a list does not begin with *", "列表项不以 * 开头");
        sz_diag_hint(b->diags, d, "begin it with  -  and a space", "请以  -  加空格开头");
        return true;
    }
    sz_diag *g = c == '*' ? sz_diags_add(b->diags, SZ_ERROR, YAML_ALIAS, at_char(b, p->context_at),
                                         "* at the beginning is a YAML alias; they are not used here",
                                         "以 * 开头是 YAML 别名，这里不用")
                          : sz_diags_add(b->diags, SZ_ERROR, YAML_ALIAS, at_char(b, p->context_at),
                                         "& at the beginning is a YAML anchor; they are not used here",
                                         "以 & 开头是 YAML 锚点，这里不用");
    sz_yaml_say_quotes(b, g, p->context_at);
    return true;
}

bool sz_yaml_explain_tag(const sz_yaml_build *b, const sz_yaml_problem *p) {
    if (char_at(b, p->context_at) == '%') return sz_yaml_explain_directive(b, p);
    size_t from = char_at(b, p->at) == '!' ? p->at : p->context_at;
    if (char_at(b, from) != '!') return false;
    say_tag(b, from);
    return true;
}

/* `when: > 3`: the | or > of a text that stands on the lines below, with something else behind it. */
bool sz_yaml_explain_text_below(const sz_yaml_build *b, const sz_yaml_problem *p) {
    char c = char_at(b, p->context_at);
    if (c != '|' && c != '>') return false;
    if (say_tag_before(b, p->context_at)) return true;
    size_t end = sz_yaml_line_end(b->src, p->context_at);
    sz_str whole = {b->src->p + p->context_at, end - p->context_at}, text = sz_yaml_clip(whole);
    const char *dots = text.n < whole.n ? " …" : ""; /* what is cut is nothing to copy */
    sz_diag *g =
        sz_diags_add(b->diags, SZ_ERROR, YAML_BAD_START, sz_yaml_span(b->src, p->context_at, p->context_at + 1),
                     "%c at the beginning announces a text on the lines below", "以 %c 开头表示文字写在下面各行", c);
    size_t before = p->context_at;
    while (before > 0 && b->src->p[before - 1] == ' ') before--;
    if (before > 0 && b->src->p[before - 1] == '}') /* when: {n} >= 3 */
        sz_diag_hint(b->diags, g, "names stand in a condition without braces:  n >= 3",
                     "条件里的名称不加花括号：n >= 3");
    else
        sz_diag_hint(b->diags, g, "put it in quotes:  '%.*s%s'  or move the text to the next line",
                     "加上引号：  '%.*s%s'，或者把文字移到下一行", SZ_FMT_STR(text), dots);
    return true;
}

bool sz_yaml_explain_colon_joined(const sz_yaml_build *b, const sz_yaml_problem *p) {
    if (char_at(b, p->at) != ':') return false;
    sz_yaml_say_no_space(b, p->at);
    return true;
}

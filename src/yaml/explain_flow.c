/* SPDX-License-Identifier: Apache-2.0
 *
 * explain_flow: what is wrong inside { … } and [ … ].
 */
#include "internal.h"

static bool starts_block_line(const sz_source *s, size_t text) {
    size_t end = sz_yaml_line_end(s, text);
    if (end - text >= 2 && s->p[text] == '-' && s->p[text + 1] == ' ') return true;
    if (text < end && strchr("{[}],\"'", s->p[text])) return false;
    size_t colon = sz_yaml_key_colon(s, text, end);
    if (colon == SIZE_MAX) return false;
    for (size_t i = text; i < colon; i++)
        if (strchr(",{}[]", s->p[i])) return false;
    return true;
}

/* Whether the lines after the bracket's go back to keys or items no deeper than its own line before it is closed. */
static bool is_left_open(const sz_source *s, size_t bracket) {
    size_t close = sz_yaml_matching(s, bracket, s->n);
    if (close == SIZE_MAX) return true;
    uint32_t own = sz_yaml_column_of(s, sz_yaml_indent_end(s, bracket)), last = sz_yaml_line_of(s, close);
    for (uint32_t line = sz_yaml_line_of(s, bracket) + 1; line <= last; line++) {
        size_t text = sz_yaml_skip_blanks(s, s->lines[line - 1]);
        if (starts_block_line(s, text) && sz_yaml_column_of(s, text) <= own) return true;
    }
    return false;
}

/* The end of the file inside a bracket: the innermost open one is not closed. */
bool sz_yaml_explain_flow_end(const sz_yaml_build *b, const sz_yaml_problem *p) {
    if (b->depth == 0 || !b->level[b->depth - 1].is_flow) return false;
    size_t at = p->at;
    while (at < b->src->n && strchr(" \t\r\n", b->src->p[at])) at++;
    if (at < b->src->n) return false;
    sz_yaml_say_open_bracket(b, b->level[b->depth - 1].node->span.off);
    return true;
}

/* The key whose value is the open { … } or [ … ]; empty if there is none. */
static sz_str key_above(const sz_yaml_build *b) {
    if (b->depth < 2 || !b->level[b->depth - 2].key) return (sz_str){NULL, 0};
    return sz_yaml_clip(b->level[b->depth - 2].key->text);
}

static void say_brace_in_text(const sz_yaml_build *b, size_t at, char outer) {
    char inner = b->src->p[at];
    size_t end = sz_yaml_line_end(b->src, at), close = sz_yaml_matching(b->src, at, end);
    sz_span span = sz_yaml_span(b->src, at, close == SIZE_MAX ? at + 1 : close + 1);
    char end_of = outer == '{' ? '}' : ']';
    sz_diag *g =
        inner == '{'
            ? sz_diags_add(b->diags, SZ_ERROR, YAML_BRACE_IN_TEXT, span, "a { inside %c … %c starts a new mapping here",
                           "%c … %c 里的 { 会在这里开始一个新的映射", outer, end_of)
            : sz_diags_add(b->diags, SZ_ERROR, YAML_BRACE_IN_TEXT, span, "a [ inside %c … %c starts a new list here",
                           "%c … %c 里的 [ 会在这里开始一个新的列表", outer, end_of);
    sz_str key = key_above(b);
    const sz_yaml *text = b->written;
    bool is_quoted = text && (sz_yaml_has(b->src, text->span.off, "“") || sz_yaml_has(b->src, text->span.off, "‘"));
    if (is_quoted)
        sz_diag_hint(b->diags, g, "the quotes around the text are full-width ones; write  '…'",
                     "文字两边的引号是全角的，请改成半角  '…'");
    else if (key.n)
        sz_diag_hint(b->diags, g, "put the text in quotes, or on a line of its own under  %.*s:",
                     "给这段文字加引号，或者在  %.*s:  下面另起一行写", SZ_FMT_STR(key));
    else sz_diag_hint(b->diags, g, "put the text in quotes", "给这段文字加引号");
}

static void say_goes_on(const sz_yaml_build *b, size_t at, char close) {
    size_t to = at, end = sz_yaml_line_end(b->src, at);
    while (to < end && !strchr(",}]", b->src->p[to])) to++;
    while (to > at + 1 && b->src->p[to - 1] == ' ') to--;
    sz_span span = sz_yaml_span(b->src, at, to > at ? to : at + 1);
    sz_diag *g =
        sz_diags_add(b->diags, SZ_ERROR, YAML_GOES_ON, span, "after the closing %c a comma or the end must follow",
                     "闭合的 %c 之后应该是逗号或结束", close);
    if (close == '\'' && (size_t)b->written->span.off + b->written->span.len == at)
        sz_diag_hint(b->diags, g, "inside '…' an apostrophe is written ''", "在 '…' 里撇号要写成 ''");
    else if (close == '}' || close == ']')
        sz_diag_hint(b->diags, g, "add a comma; a text that starts with %c needs quotes around all of it",
                     "补上逗号；以 %c 开头的文字要整段加引号", close == '}' ? '{' : '[');
    else
        sz_diag_hint(b->diags, g, "add a comma, or put quotes around the whole text", "补上逗号，或者给整段文字加引号");
}

/* `{a: 1` and `b: 2}` on the next line are read as a text `1 b` and a colon. */
static bool say_comma_above(const sz_yaml_build *b) {
    const sz_yaml *last = b->written;
    if (!last || last->kind != SZ_YAML_SCALAR || last->style != SZ_YAML_PLAIN) return false;
    size_t end = sz_yaml_line_end(b->src, last->span.off);
    if (end >= (size_t)last->span.off + last->span.len) return false;
    while (end > last->span.off && b->src->p[end - 1] == ' ') end--;
    if (sz_yaml_has(b->src, last->span.off, "//")) { /* as JSON's readers take them, and programming languages */
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_GOES_ON, sz_yaml_span(b->src, last->span.off, end),
                                  "a comment does not begin with //", "注释不以 // 开头");
        sz_diag_hint(b->diags, g, "a comment begins with a blank and #", "注释以空格加半角 # 开头");
        return true;
    }
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_GOES_ON, sz_yaml_span(b->src, end, end),
                              "a comma is missing at the end of this line", "这一行末尾缺少逗号");
    sz_diag_hint(b->diags, g, "inside { … } and [ … ] commas divide, also at the end of a line",
                 "在 { … } 和 [ … ] 里要用逗号分隔，行末也一样");
    return true;
}

static bool has_name_before(const sz_source *s, size_t colon) {
    size_t i = colon;
    while (i > 0 && strchr(" \t\r\n", s->p[i - 1])) i--;
    return i > 0 && !strchr("{[,", s->p[i - 1]);
}

/* {a: 1， b: 2}: the colon at `at` follows a comma that is none of YAML's; of several the last one parts. */
static bool say_wide_comma(const sz_yaml_build *b, size_t at) {
    static const char *const commas[] = {"，", "、", "；"};
    size_t from = b->written ? b->written->span.off : at, comma = SIZE_MAX;
    const char *sign = NULL;
    for (size_t i = from; i < at; i++)
        for (size_t k = 0; k < sizeof commas / sizeof *commas; k++) {
            if (!sz_yaml_has(b->src, i, commas[k])) continue;
            comma = i;
            sign = commas[k];
        }
    if (!sign) return false;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_COLON_IN_TEXT, sz_yaml_span(b->src, comma, comma + strlen(sign)),
                              "the comma here is a full-width one, so that the text goes on behind it",
                              "这里的逗号是全角的，文字会接着读下去");
    sz_diag_hint(b->diags, g, "write  ,  and a space; a text that holds one stands in quotes",
                 "请改成半角  ,  加空格；文字里本来就有的，请给整段文字加引号");
    return true;
}

static void say_colon(const sz_yaml_build *b, size_t at) {
    if (!has_name_before(b->src, at)) {
        sz_yaml_say_no_name(b, at);
        return;
    }
    if (say_comma_above(b) || say_wide_comma(b, at)) return;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_COLON_IN_TEXT, sz_yaml_span(b->src, at, at + 1),
                              "this colon starts a second value; a comma is missing, or the text needs quotes",
                              "这个冒号开始了第二个值：前面少了逗号，或者文字要加引号");
    sz_diag_hint(b->diags, g, "write  {a: 1, b: 2}  or  {a: 'text: more'}",
                 "写成  {a: 1, b: 2}  或  {a: '文字: 更多'}");
}

static void say_nothing_before(const sz_yaml_build *b, size_t at) {
    char c = b->src->p[at];
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_MISSING, sz_yaml_span(b->src, at, at + 1),
                              "nothing stands before this %c", "这个 %c 前面没有内容", c);
    sz_diag_hint(b->diags, g, "remove a comma, or add what is missing", "去掉多余的逗号，或者补上缺少的内容");
}

bool sz_yaml_explain_flow(const sz_yaml_build *b, const sz_yaml_problem *p) {
    size_t at = p->at;
    const sz_source *s = b->src;
    bool is_in_flow = b->depth > 0 && b->level[b->depth - 1].is_flow;
    size_t bracket = is_in_flow ? b->level[b->depth - 1].node->span.off : p->context_at;
    if (at >= s->n || bracket >= s->n || !strchr("{[", s->p[bracket])) return false;
    char open = s->p[bracket], c = s->p[at];
    bool is_wrong_close = (c == '}' && open == '[') || (c == ']' && open == '{');
    bool is_later_line = sz_yaml_line_of(s, at) > sz_yaml_line_of(s, bracket);
    if (is_wrong_close || (is_later_line && is_left_open(s, bracket))) {
        sz_yaml_say_open_bracket(b, bracket);
        return true;
    }
    const sz_yaml *last = b->written;
    size_t end = last && last->span.off > bracket ? (size_t)last->span.off + last->span.len : SIZE_MAX;
    bool is_after = end != SIZE_MAX && end > 0 && sz_yaml_is_blank_between(s, end, at);
    bool is_after_plain = is_after && last->kind == SZ_YAML_SCALAR && last->style == SZ_YAML_PLAIN;
    if (is_after_plain && (c == '{' || c == '[')) {
        say_brace_in_text(b, at, open);
    } else if (c == ':') {
        say_colon(b, at);
    } else if (is_after && !is_after_plain) {
        say_goes_on(b, at, s->p[end - 1]);
    } else if (c == ',' || c == '}' || c == ']') {
        say_nothing_before(b, at);
    } else if (c == '-') {
        return sz_yaml_explain_start(b, p);
    } else {
        return false;
    }
    return true;
}

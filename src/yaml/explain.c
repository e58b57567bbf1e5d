/* SPDX-License-Identifier: Apache-2.0
 *
 * explain: libyaml's complaint becomes a finding in an analyst's words. A table of what it complains about; the first
 * handler that knows better speaks, and only if none does libyaml's own words are shown.
 */
#include "internal.h"

typedef struct row {
    const char *context, *what; /* beginnings of libyaml's words; NULL: any */
    sz_yaml_explainer *explain;
} row;

static const row rows[] = {
    {NULL, NULL, sz_yaml_explain_after},
    {NULL, "found character that cannot start any token", sz_yaml_explain_start},
    {"while scanning a quoted scalar", NULL, sz_yaml_explain_quote},
    {"while parsing a quoted scalar", NULL, sz_yaml_explain_escape},
    {"while scanning an anchor", NULL, sz_yaml_explain_anchor},
    {"while scanning an alias", NULL, sz_yaml_explain_anchor},
    {"while scanning a tag", NULL, sz_yaml_explain_tag},
    {"while parsing a tag", NULL, sz_yaml_explain_tag},
    {NULL, "found undefined tag handle", sz_yaml_explain_tag},
    {"while scanning a directive", NULL, sz_yaml_explain_directive},
    {"while scanning a %", NULL, sz_yaml_explain_directive},
    {"while parsing a directive", NULL, sz_yaml_explain_directive},
    {"while parsing a %", NULL, sz_yaml_explain_directive},
    {NULL, "found duplicate %", sz_yaml_explain_directive},
    {NULL, "found incompatible YAML document", sz_yaml_explain_directive},
    {NULL, "found a tab character", sz_yaml_explain_tab},
    {"while scanning a block scalar", NULL, sz_yaml_explain_text_below},
    {"while scanning a plain scalar", "found unexpected ':'", sz_yaml_explain_colon_joined},
    {NULL, "could not find expected ':'", sz_yaml_explain_no_colon},
    {NULL, "mapping values are not allowed", sz_yaml_explain_second_colon},
    {NULL, "block sequence entries are not allowed", sz_yaml_explain_dash},
    {NULL, "mapping keys are not allowed", sz_yaml_explain_start},
    {NULL, NULL, sz_yaml_explain_flow_end},
    {"while parsing a flow", NULL, sz_yaml_explain_flow},
    {NULL, "did not find expected", sz_yaml_explain_block},
};

static bool starts_with(const char *text, const char *start) {
    return !start || strncmp(text, start, strlen(start)) == 0;
}

void sz_yaml_explain(const sz_yaml_build *b, const sz_yaml_problem *p) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (starts_with(p->context, rows[i].context) && starts_with(p->what, rows[i].what) && rows[i].explain(b, p))
            return;
    if (b->diags->n_errors > b->n_errors) return; /* what was found before is why */
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_UNREADABLE, sz_yaml_span(b->src, p->at, p->at + 1),
                              "YAML cannot be read here: %s", "这里不能按 YAML 读下去：%s", p->what);
    sz_diag_hint(b->diags, g, "put the text in quotes, or look at the line before", "给这段文字加引号，或检查上一行");
}

/* ---- findings that more than one file makes ---- */

static bool is_digits(sz_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return s.n > 0;
}

bool sz_yaml_is_odd_blank(const sz_source *s, size_t at) {
    return sz_yaml_has(s, at, "\xe3\x80\x80") || sz_yaml_has(s, at, "\xc2\xa0");
}

void sz_yaml_say_no_space(const sz_yaml_build *b, size_t colon) {
    bool is_wide = b->src->p[colon] != ':';
    size_t end = colon + (is_wide ? 3 : 1);
    sz_span at = sz_yaml_span(b->src, colon, end);
    sz_diag *g = is_wide ? sz_diags_add(b->diags, SZ_ERROR, YAML_NO_SPACE, at, "the colon here is a full-width one",
                                        "这里用了全角冒号")
                         : sz_diags_add(b->diags, SZ_ERROR, YAML_NO_SPACE, at, "a space is missing after this colon",
                                        "这个冒号后面缺少空格");
    size_t from = sz_yaml_indent_end(b->src, colon), name_end = colon;
    while (name_end > from && b->src->p[name_end - 1] == ' ') name_end--;
    for (size_t i = name_end; i > from; i--) {
        if (strchr("{[, ", b->src->p[i - 1])) {
            from = i;
            break;
        }
    }
    sz_str key = sz_yaml_clip((sz_str){b->src->p + from, name_end - from});
    if (!is_wide && is_digits(key) && is_digits((sz_str){b->src->p + end, end < b->src->n}))
        sz_diag_hint(b->diags, g,
                     "inside { … } a comma ends the text: put a text with times in quotes, '… 07:00,18:00'",
                     "{ … } 里逗号会结束文字：含多个时刻的文字请加引号，例如 '… 07:00,18:00'");
    else if (sz_yaml_is_odd_blank(b->src, end))
        sz_diag_hint(b->diags, g, "what stands there is not the ordinary space; delete it and type one",
                     "那里的不是普通空格；请删去后重新输入一个空格");
    else
        sz_diag_hint(b->diags, g, "write  %.*s: …  with a colon and a space", "写成  %.*s: …，用半角冒号加空格",
                     SZ_FMT_STR(key));
}

void sz_yaml_say_open_bracket(const sz_yaml_build *b, size_t bracket) {
    char open = b->src->p[bracket], close = open == '{' ? '}' : ']';
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_OPEN_BRACKET, sz_yaml_span(b->src, bracket, bracket + 1),
                              "this %c is not closed", "这个 %c 没有闭合", open);
    size_t end = sz_yaml_line_end(b->src, bracket), hash = sz_yaml_comment(b->src, bracket, end);
    if (hash != SIZE_MAX && memchr(b->src->p + hash, close, end - hash))
        sz_diag_hint(b->diags, g,
                     "the # after a space begins a comment, and the  %c  lies in it: put the text in quotes",
                     "空格后的 # 开始了注释，  %c  落在注释里了：给文字加引号", close);
    else sz_diag_hint(b->diags, g, "add the  %c  where it ends", "在结束处补上  %c", close);
}

void sz_yaml_say_open_quote(const sz_yaml_build *b, size_t quote) {
    char c = b->src->p[quote];
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_OPEN_QUOTE, sz_yaml_span(b->src, quote, quote + 1),
                              "the text that starts with this %c is not closed on its line",
                              "从这个 %c 开始的文字没有在本行闭合", c);
    size_t end = sz_yaml_line_end(b->src, quote), i = quote;
    while (i < end && !sz_yaml_has(b->src, i, "”") && !sz_yaml_has(b->src, i, "’")) i++;
    if (i < end)
        sz_diag_hint(b->diags, g, "the quote that is to close it is a full-width one; write  %c",
                     "用来闭合的引号是全角的，请换成半角  %c", c);
    else
        sz_diag_hint(b->diags, g, "add the closing  %c  (a text of several lines goes under  key: |)",
                     "补上闭合的  %c（多行文字写在  键: |  下面）", c);
}

void sz_yaml_say_no_name(const sz_yaml_build *b, size_t colon) {
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_MISSING, sz_yaml_span(b->src, colon, colon + 1),
                              "the name before the colon is missing", "冒号前面缺少名称");
    sz_diag_hint(b->diags, g, "write  name: value", "写成  名称: 值");
}

void sz_yaml_say_second_document(const sz_yaml_build *b, sz_span at) {
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_DOCUMENTS, at, "a second document starts here; a file has one",
                              "这里开始了第二个文档，一个文件只能有一个");
    sz_diag_hint(b->diags, g, "remove the line --- or ..., or put what follows into a file of its own",
                 "删去 --- 或 ... 这一行，或者把后面的内容放到另一个文件");
}

void sz_yaml_say_quotes(const sz_yaml_build *b, sz_diag *g, size_t off) {
    const sz_source *s = b->src;
    bool is_in_brackets = false;
    for (size_t i = sz_yaml_line_start(s, off); i < off; i++) is_in_brackets |= s->p[i] == '{' || s->p[i] == '[';
    size_t line_end = sz_yaml_line_end(s, off), end = off;
    while (end < line_end && !(s->p[end] == '#' && end > off && s->p[end - 1] == ' ')) end++;
    while (end > off && s->p[end - 1] == ' ') end--;
    bool is_whole = !is_in_brackets && end - off <= 40 && !memchr(s->p + off, '\'', end - off);
    if (!is_whole)
        for (end = off + 1; end < line_end && !strchr(" \t,]}'", s->p[end]);) end++;
    sz_str text = sz_yaml_clip((sz_str){s->p + off, end - off});
    sz_diag_hint(b->diags, g, "put the whole text in quotes:  '%.*s%s'", "给整段文字加引号：  '%.*s%s'",
                 SZ_FMT_STR(text), is_whole ? "" : " …");
}

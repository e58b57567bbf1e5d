/* SPDX-License-Identifier: Apache-2.0
 *
 * explain_block: lines that do not fit: indentation, keys without a colon, colons in a text, list items where none
 * can be.
 */
#include "internal.h"

#include <ctype.h>

/* The part of off's line that is not indentation, without trailing blanks. */
static sz_span line_text(const sz_yaml_build *b, size_t off) {
    size_t from = sz_yaml_indent_end(b->src, off), to = sz_yaml_line_end(b->src, off);
    while (to > from && (b->src->p[to - 1] == ' ' || b->src->p[to - 1] == '\t')) to--;
    return sz_yaml_span(b->src, from, to);
}

/* Offset in the line before off's that holds more than blanks and a comment; SIZE_MAX if none. */
static size_t line_before(const sz_yaml_build *b, size_t off) {
    size_t start = sz_yaml_line_start(b->src, off);
    while (start > b->src->lines[0]) {
        start = sz_yaml_line_start(b->src, start - 1);
        size_t text = sz_yaml_indent_end(b->src, start);
        char c = text < b->src->n ? b->src->p[text] : '\n';
        if (c != '\n' && c != '\r' && c != '#') return text;
    }
    return SIZE_MAX;
}

/* Unless odd blanks above are why. */
static void say_indent(const sz_yaml_build *b, sz_span at, uint32_t is, uint32_t should) {
    const sz_diags *d = b->diags;
    if (d->n_errors > b->n_errors && d->n && d->v[d->n - 1].code == YAML_TAB) return;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_INDENT, at,
                              "this line starts in column %u; the ones that it belongs to start in column %u",
                              "这一行从第 %u 列开始，同一层的其他行从第 %u 列开始", is, should);
    sz_diag_hint(b->diags, g, "lines of one level start in the same column", "同一层的各行要从同一列开始");
}

static void say_no_key(const sz_yaml_build *b, size_t off) {
    if (sz_yaml_say_line(b, line_text(b, off), line_before(b, off))) return;
    sz_diag *g =
        sz_diags_add(b->diags, SZ_ERROR, YAML_MISSING, line_text(b, off),
                     "this line is neither  key: value  nor  - item", "这一行既不是  键: 值  也不是  - 列表项");
    sz_diag_hint(b->diags, g, "put a colon and a space after the key; a text of several lines goes under  key: |",
                 "键后面写冒号加空格；多行文字写在  键: |  下面");
}

bool sz_yaml_explain_no_colon(const sz_yaml_build *b, const sz_yaml_problem *p) {
    size_t from = p->context_at, end = sz_yaml_line_end(b->src, from);
    char c = from < b->src->n ? b->src->p[from] : '\0';
    if (c == '"' || c == '\'') {
        for (size_t i = from + 1; i < end; i++)
            if (b->src->p[i] == c) {
                say_no_key(b, from);
                return true;
            }
        sz_yaml_say_open_quote(b, from);
        return true;
    }
    size_t colon = sz_yaml_joined_colon(b->src, from, end);
    if (colon != SIZE_MAX) sz_yaml_say_no_space(b, colon);
    else say_no_key(b, from);
    return true;
}

/* `3: blue, 5: yellow`, `zh: 晚归, en: late`: words with a colon and a blank behind each, and commas between. */
static bool is_row_of_pairs(const char *p, size_t n) {
    size_t at = 0, pairs = 0;
    while (at < n) {
        size_t from = at;
        while (at < n && (isalnum((unsigned char)p[at]) || p[at] == '_' || p[at] == '.')) at++;
        if (at == from || at + 1 >= n || p[at] != ':' || p[at + 1] != ' ') return false;
        for (at += 2; at < n && p[at] != ','; at++)
            if (strchr(":{}[]", p[at])) return false;
        pairs++;
        if (at < n) at++;
        while (at < n && p[at] == ' ') at++;
    }
    return pairs > 1 || (pairs == 1 && isdigit((unsigned char)p[0])); /* a step alone */
}

static bool is_word(const char *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)p[i]) && p[i] != '_') return false;
    return n > 0;
}

/* Where a word behind a comma begins that ends with the colon at n; 0: there is none. */
static size_t comma_before(const char *p, size_t n) {
    size_t at = n;
    while (at > 0 && p[at - 1] != ',') at--;
    while (at > 0 && at < n && p[at] == ' ') at++;
    return at > 0 && is_word(p + at, n - at) ? at : 0;
}

/* A text with a colon and a blank inside: at is that colon, from where its line's text starts. */
static void say_colon_in_text(const sz_yaml_build *b, size_t from, size_t at) {
    for (size_t i = from; i < at; i++) /* message:　{zh: … */
        if (b->src->p[i] == ':' && sz_yaml_is_odd_blank(b->src, i + 1)) {
            sz_yaml_say_no_space(b, i);
            return;
        }
    if (sz_yaml_say_equals(b, from, at)) return;
    size_t key = sz_yaml_key_colon(b->src, from, at);
    size_t value = key == SIZE_MAX ? from : sz_yaml_skip_blanks(b->src, key + 1);
    if (sz_yaml_has(b->src, value, "｛")) {
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_COLON_IN_TEXT, sz_yaml_span(b->src, value, value + 3),
                                  "the brace here is a full-width one", "这里用了全角花括号");
        sz_diag_hint(b->diags, g, "write  { … }  with the keyboard set to English", "请换成半角  { … }");
        return;
    }
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_COLON_IN_TEXT, sz_yaml_span(b->src, at, at + 1),
                              "a colon with a space after it cannot stand inside a text without quotes",
                              "没加引号的文字里不能有冒号加空格");
    size_t first = sz_yaml_key_colon(b->src, from, at);
    size_t text = first == SIZE_MAX ? from : sz_yaml_skip_blanks(b->src, first + 1);
    sz_span line = line_text(b, at);
    size_t n = (size_t)line.off + line.len - text;
    bool fits = n <= 60 && !memchr(b->src->p + text, '\'', n) && !memchr(b->src->p + text, '"', n) &&
                !memchr(b->src->p + text, '#', n);
    const char *words = b->src->p + text;
    bool is_round = fits && n > 2 && words[0] == '(' && words[n - 1] == ')' && is_row_of_pairs(words + 1, n - 2);
    if (is_round)
        sz_diag_hint(b->diags, g, "what belongs together stands in braces:  {%.*s}", "几项写在一起用花括号：  {%.*s}",
                     (int)n - 2, words + 1);
    else if (fits && is_row_of_pairs(b->src->p + text, n)) /* at_least: 3: blue, 5: yellow */
        sz_diag_hint(b->diags, g, "put what belongs together in braces:  {%.*s}", "几项写在一起要加花括号：  {%.*s}",
                     (int)n, b->src->p + text);
    else if (fits && at > text && is_word(words, at - text)) /* params: few: 3 */
        sz_diag_hint(b->diags, g, "a text stands in quotes:  '%.*s';  a key and its value stand in braces:  {%.*s}",
                     "是文字就加引号：  '%.*s'；是键和值就加花括号：  {%.*s}", (int)n, words, (int)n, words);
    else if (fits && comma_before(words, at - text)) /* when: n > 3, level: red */
        sz_diag_hint(b->diags, g,
                     "put  %.*s  on a line of its own, without the comma; a text stands in quotes:  '%.*s'",
                     "请把  %.*s  另起一行写，去掉逗号；是文字就加引号：  '%.*s'",
                     (int)(n - comma_before(words, at - text)), words + comma_before(words, at - text), (int)n, words);
    else if (fits)
        sz_diag_hint(b->diags, g, "put the text in quotes:  '%.*s'", "给这段文字加引号：  '%.*s'", (int)n,
                     b->src->p + text);
    else sz_diag_hint(b->diags, g, "put the text in quotes", "给这段文字加引号");
}

/* `n:{…}`: a name and its colon right before what opens a value. */
static bool is_name_joined(const sz_source *s, size_t from, size_t colon) {
    for (size_t i = from; i < colon; i++)
        if (strchr(" ,{}[]\"'", s->p[i])) return false;
    return colon > from && colon + 1 < s->n && strchr("{[\"'", s->p[colon + 1]);
}

/* `-{…}`, `-id: r`, and a - before a blank that is none of YAML's (U+00A0, U+3000). */
static bool say_joined_dash(const sz_yaml_build *b, size_t from) {
    const sz_source *s = b->src;
    if (from + 1 >= s->n || s->p[from] != '-') return false;
    bool is_odd = sz_yaml_has(s, from + 1, "\xc2\xa0") || sz_yaml_has(s, from + 1, "\xe3\x80\x80");
    char c = s->p[from + 1];
    bool is_name = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '{';
    if (!is_odd && !is_name) return false;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_NO_SPACE, sz_yaml_span(s, from, from + 1),
                              "a space is missing after this -", "这个 - 后面缺少空格");
    if (is_odd)
        sz_diag_hint(b->diags, g, "what stands there is not the ordinary space; delete it and type one",
                     "那里的不是普通空格；请删去后重新输入一个空格");
    else sz_diag_hint(b->diags, g, "begin an item with  - …", "列表项以  - …  开头");
    return true;
}

static void say_key_behind_dashes(const sz_yaml_build *b, size_t at) {
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_INDENT, sz_yaml_span(b->src, at, at + 1),
                              "no key can stand on the line of ---", "--- 这一行不能再写键");
    sz_diag_hint(b->diags, g, "remove the ---, or start on the next line", "删去 ---，或者从下一行开始写");
}

static void say_keys_in_text(const sz_yaml_build *b, size_t at) {
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_INDENT, line_text(b, at),
                              "the item above is a text; no keys can follow inside it",
                              "上面的列表项是一段文字，它里面不能再写键");
    sz_diag_hint(b->diags, g, "write the item as  - key: value", "把列表项写成  - 键: 值");
}

/* The line is right by itself; it goes on with the text of the line at `before`. */
static void say_above(const sz_yaml_build *b, size_t at, size_t before) {
    size_t before_end = sz_yaml_line_end(b->src, before);
    size_t colon = sz_yaml_joined_colon(b->src, before, before_end),
           key = sz_yaml_key_colon(b->src, before, before_end);
    if (colon != SIZE_MAX) {
        sz_yaml_say_no_space(b, colon);
    } else if (key != SIZE_MAX) {
        while (before < key && strchr("- ", b->src->p[before]))
            before++; /* keys after `- ` stand in their own column */
        say_indent(b, line_text(b, at), sz_yaml_column_of(b->src, sz_yaml_indent_end(b->src, at)),
                   sz_yaml_column_of(b->src, before));
    } else if (b->src->p[before] == '-' && before + 1 < before_end && b->src->p[before + 1] == ' ') {
        say_keys_in_text(b, at);
    } else {
        say_no_key(b, before);
    }
}

/* "mapping values are not allowed": a colon in a text, or the text of the lines above runs on to here. */
bool sz_yaml_explain_second_colon(const sz_yaml_build *b, const sz_yaml_problem *p) {
    const sz_source *s = b->src;
    size_t from = sz_yaml_indent_end(s, p->at), joined = sz_yaml_joined_colon(s, from, p->at);
    /* a full-width one stands before the first colon of the line, so it was to be that */
    bool is_joined = joined != SIZE_MAX && (s->p[joined] != ':' || is_name_joined(s, from, joined));
    size_t before;
    if (is_joined) sz_yaml_say_no_space(b, joined);
    else if (say_joined_dash(b, from)) return true;
    else if (sz_yaml_key_colon(s, from, p->at) != SIZE_MAX) say_colon_in_text(b, from, p->at);
    else if (sz_yaml_has(s, from, "---")) say_key_behind_dashes(b, p->at);
    else if ((before = line_before(b, p->at)) == SIZE_MAX) say_colon_in_text(b, from, p->at);
    else say_above(b, p->at, before);
    return true;
}

bool sz_yaml_explain_dash(const sz_yaml_build *b, const sz_yaml_problem *p) {
    size_t from = sz_yaml_indent_end(b->src, p->at);
    sz_span at = sz_yaml_span(b->src, p->at, p->at + 1);
    if (from < p->at) {
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_INDENT, at,
                                  "a list cannot start with - on the line of its key", "列表不能在键的同一行用 - 开头");
        sz_diag_hint(b->diags, g,
                     "put  - …  on the next line, or write  [a, b];  a text that starts with - needs quotes",
                     "把  - …  写到下一行，或者写成  [a, b]；以 - 开头的文字要加引号");
    } else {
        sz_diag *g =
            sz_diags_add(b->diags, SZ_ERROR, YAML_INDENT, at, "a list item cannot stand here", "列表项不能写在这里");
        sz_diag_hint(b->diags, g, "the items of a list start in one column under their key",
                     "同一列表的各项要在键的下面从同一列开始");
    }
    return true;
}

/* `{a: 1}}`: nothing but brackets that close follows. */
static bool say_too_many(const sz_yaml_build *b, size_t at, sz_span line, char close) {
    size_t end = (size_t)line.off + line.len, n = 0;
    while (at + n < end && (b->src->p[at + n] == '}' || b->src->p[at + n] == ']')) n++;
    size_t rest = sz_yaml_skip_blanks(b->src, at + n);
    if (n == 0 || (rest < end && b->src->p[rest] != '#') || (close != '}' && close != ']')) return false;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_OPEN_BRACKET, sz_yaml_span(b->src, at, at + n),
                              "nothing is open that this %c closes", "这个 %c 没有对应的开头", b->src->p[at]);
    sz_diag_hint(b->diags, g, "there are too many of them: remove it", "多写了：请删去");
    return true;
}

/* How long the text is that begins with the quoted one and goes on to the end of its line, where it fits between the
 * quotes of the other kind; 0: it does not, or more than a text may stand there. */
static size_t quotable(const sz_yaml_build *b, const sz_yaml *last, size_t end) {
    enum { MOST = 100 };
    const char *text = b->src->p + last->span.off;
    size_t n = end - last->span.off;
    char other = *text == '"' ? '\'' : '"';
    if (last->kind != SZ_YAML_SCALAR || (*text != '"' && *text != '\'') || n > MOST) return 0;
    return memchr(text, other, n) || memchr(text, '\\', n) || memchr(text, '#', n) ? 0 : n;
}

bool sz_yaml_say_goes_on(const sz_yaml_build *b, size_t at) {
    const sz_yaml *last = b->written;
    if (!last) return false;
    size_t end = (size_t)last->span.off + last->span.len, n = 0;
    char close = end > 0 && end <= b->src->n ? b->src->p[end - 1] : '\0';
    if (!strchr("\"'}]", close) || !sz_yaml_is_blank_between(b->src, end, at)) return false;
    sz_span line = line_text(b, at);
    if (say_too_many(b, at, line, close)) return true;
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_GOES_ON, sz_yaml_span(b->src, at, (size_t)line.off + line.len),
                              "the text goes on after the closing %c", "在闭合的 %c 之后还有内容", close);
    if (close == '}' || close == ']')
        sz_diag_hint(b->diags, g, "a text that starts with %c needs quotes around all of it",
                     "以 %c 开头的文字要整段加引号", close == '}' ? '{' : '[');
    else if (sz_yaml_hint_requoted(b, g, last->span, (size_t)line.off + line.len)) (void)0;
    else if (close == '\'' && end == at)
        sz_diag_hint(b->diags, g, "inside '…' an apostrophe is written ''", "在 '…' 里撇号要写成 ''");
    else if ((n = quotable(b, last, (size_t)line.off + line.len)) > 0) /* who: "x" in student.tags */
        sz_diag_hint(b->diags, g, "put quotes around the whole text:  %c%.*s%c", "给整段文字加引号：  %c%.*s%c",
                     close == '"' ? '\'' : '"', (int)n, b->src->p + last->span.off, close == '"' ? '\'' : '"');
    else
        sz_diag_hint(b->diags, g, "put quotes around the whole text (the other kind, if it holds some)",
                     "给整段文字加引号（文字里有引号时用另一种）");
    return true;
}

/* The column that a line would fit in: of the open block, or of the one that just ended, whichever is nearer. */
static uint32_t fitting_column(const sz_yaml_build *b, const sz_yaml *beside, uint32_t is) {
    uint32_t should = sz_yaml_column_of(b->src, beside->span.off);
    const sz_yaml *last = b->written;
    if (last && last->kind == SZ_YAML_SCALAR && last->indent && is > should) return last->indent + 1;
    if (!last || last->kind != SZ_YAML_MAP) return should;
    uint32_t other = sz_yaml_column_of(b->src, last->span.off);
    uint32_t far = is > should ? is - should : should - is, near = is > other ? is - other : other - is;
    return near <= far ? other : should;
}

static bool say_line(const sz_yaml_build *b, size_t off, size_t before) {
    const sz_yaml *beside = b->depth ? b->level[b->depth - 1].node : b->root;
    uint32_t is = sz_yaml_column_of(b->src, off), should = beside ? fitting_column(b, beside, is) : is;
    char c = b->src->p[off];
    if (sz_yaml_has(b->src, off, "...")) {
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_DOCUMENTS, sz_yaml_span(b->src, off, off + 3),
                                  "... ends a document; none has begun", "... 表示文档结束，但文档还没有开始");
        sz_diag_hint(b->diags, g, "remove the line", "删去这一行");
    } else if (b->root && before != SIZE_MAX && sz_yaml_has(b->src, before, "...")) {
        sz_yaml_say_second_document(b, line_text(b, off));
    } else if (c == ':') {
        sz_yaml_say_no_name(b, off);
    } else if (is != should) {
        say_indent(b, line_text(b, off), is, should);
    } else if (b->depth && beside->kind == SZ_YAML_SEQ) {
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_INDENT, line_text(b, off),
                                  "the lines above are a list; this one does not start with -",
                                  "上面各行是列表，这一行没有以 - 开头");
        sz_diag_hint(b->diags, g, "start it with  -  or give it the column of the key that it belongs to",
                     "以  -  开头，或者和它所属的键从同一列开始");
    } else if (b->depth && c == '-') {
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_INDENT, sz_yaml_span(b->src, off, off + 1),
                                  "a list item cannot stand between keys", "列表项不能和键并列");
        if (sz_yaml_key_colon(b->src, off, sz_yaml_line_end(b->src, off)) != SIZE_MAX)
            sz_diag_hint(b->diags, g, "leave the - out, as in the lines beside it; a list is indented under its key",
                         "和上下各行一样，请去掉  -；列表要缩进到它的键下面");
        else sz_diag_hint(b->diags, g, "indent it under the key that it belongs to", "把它缩进到所属的键下面");
    } else {
        say_no_key(b, off);
    }
    return true;
}

/* A token where a key, an item or the end of the file should be. */
bool sz_yaml_explain_block(const sz_yaml_build *b, const sz_yaml_problem *p) {
    size_t start = sz_yaml_indent_end(b->src, p->at), before = line_before(b, p->at);
    if (before != SIZE_MAX && b->src->p[before] == '%')
        return sz_yaml_explain_directive(b, &(sz_yaml_problem){"", "", (uint32_t)before, 0});
    if (p->at >= b->src->n) return false;
    char c = b->src->p[p->at];
    if (sz_yaml_say_goes_on(b, p->at)) return true;
    if (c == '}' || c == ']') {
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_OPEN_BRACKET, sz_yaml_span(b->src, p->at, p->at + 1),
                                  "nothing is open that this %c closes", "这个 %c 没有对应的开头", c);
        sz_diag_hint(b->diags, g, "remove it, or put the text in quotes", "删去它，或者给文字加引号");
        return true;
    }
    if (start == p->at || c == ':') return say_line(b, p->at, before);
    return strncmp(p->what, "did not find expected node content", 34) == 0 && sz_yaml_explain_start(b, p);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * look: looking around in the source to say what is wrong. Lines are those of sz_source. Nothing here decides what
 * YAML means.
 */
#include "internal.h"

uint32_t sz_yaml_line_of(const sz_source *s, size_t off) {
    uint32_t line, column;
    sz_source_locate(s, off, &line, &column);
    return line;
}

uint32_t sz_yaml_column_of(const sz_source *s, size_t off) {
    uint32_t line, column;
    sz_source_locate(s, off, &line, &column);
    return column;
}

size_t sz_yaml_line_start(const sz_source *s, size_t off) { return s->lines[sz_yaml_line_of(s, off) - 1]; }

size_t sz_yaml_line_end(const sz_source *s, size_t off) {
    while (off < s->n && s->p[off] != '\n' && s->p[off] != '\r') off++;
    return off;
}

size_t sz_yaml_skip_blanks(const sz_source *s, size_t off) {
    while (off < s->n && (s->p[off] == ' ' || s->p[off] == '\t')) off++;
    return off;
}

size_t sz_yaml_indent_end(const sz_source *s, size_t off) { return sz_yaml_skip_blanks(s, sz_yaml_line_start(s, off)); }

bool sz_yaml_is_blank_between(const sz_source *s, size_t from, size_t to) {
    return from <= to && sz_yaml_skip_blanks(s, from) >= to;
}

bool sz_yaml_has(const sz_source *s, size_t off, const char *word) {
    size_t n = strlen(word);
    return off <= s->n && s->n - off >= n && memcmp(s->p + off, word, n) == 0;
}

sz_str sz_yaml_clip(sz_str s) {
    size_t n = 0;
    while (n < s.n && n < 40 && s.p[n] != '\n' && s.p[n] != '\r') n++;
    while (n > 0 && n < s.n && ((uint8_t)s.p[n] & 0xc0) == 0x80) n--;
    return (sz_str){s.p, n};
}

/* Past the quoted text that starts at i, or `to`. */
static size_t skip_quoted(const sz_source *s, size_t i, size_t to) {
    char quote = s->p[i++];
    for (; i < to; i++) {
        if (s->p[i] == '\\' && quote == '"') i++;
        else if (s->p[i] == quote) return i + 1;
    }
    return to;
}

/* A quote opens a quoted text only where a value may start. */
static bool is_quote(const sz_source *s, size_t i, size_t from) {
    if (s->p[i] != '"' && s->p[i] != '\'') return false;
    return i == from || strchr(" \t\n\r{[,(:", s->p[i - 1]) != NULL;
}

static bool is_comment(const sz_source *s, size_t i, size_t from) {
    return s->p[i] == '#' && (i == from || strchr(" \t\n\r", s->p[i - 1]));
}

static bool is_space_at(const sz_source *s, size_t i) { return i >= s->n || strchr(" \t\n\r", s->p[i]) != NULL; }

size_t sz_yaml_joined_colon(const sz_source *s, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if (is_quote(s, i, from)) i = skip_quoted(s, i, to);
        if (i >= to || is_comment(s, i, from)) break;
        if (i > from && sz_yaml_has(s, i, "：")) return i;
        if (s->p[i] != ':') continue;
        if (is_space_at(s, i + 1)) break;
        if (i > from && s->p[i + 1] != '/') return i; /* not http:// */
    }
    return SIZE_MAX;
}

size_t sz_yaml_key_colon(const sz_source *s, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if (is_quote(s, i, from)) i = skip_quoted(s, i, to);
        if (i >= to || is_comment(s, i, from)) break;
        if (s->p[i] == ':' && is_space_at(s, i + 1)) return i;
    }
    return SIZE_MAX;
}

size_t sz_yaml_comment(const sz_source *s, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if (is_quote(s, i, from)) i = skip_quoted(s, i, to);
        if (i < to && is_comment(s, i, from)) return i;
    }
    return SIZE_MAX;
}

size_t sz_yaml_matching(const sz_source *s, size_t off, size_t to) {
    size_t depth = 0;
    for (size_t i = off; i < to; i++) {
        if (i > off && is_quote(s, i, off)) i = skip_quoted(s, i, to);
        if (i >= to) break;
        if (is_comment(s, i, off)) i = sz_yaml_line_end(s, i);
        if (i >= to) break;
        char c = s->p[i];
        if (c == '{' || c == '[') depth++;
        if ((c == '}' || c == ']') && --depth == 0) return i;
    }
    return SIZE_MAX;
}

sz_span sz_yaml_span(const sz_source *s, size_t from, size_t to) {
    if (from > s->n) from = s->n;
    if (to > s->n) to = s->n;
    return (sz_span){s, (uint32_t)from, (uint32_t)(to > from ? to - from : 0)};
}

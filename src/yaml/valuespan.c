/* SPDX-License-Identifier: Apache-2.0
 *
 * valuespan: from bytes of a scalar's value to bytes of the source, by walking over the scalar as libyaml's scanner
 * does. The walk tells of pieces in order: copied (a byte for a byte) or replaced (an escape, a fold, a line end).
 */
#include "internal.h"

typedef struct walk {
    const char *p;
    size_t i, end;         /* of the source */
    size_t at;             /* value bytes told so far */
    size_t want, want_end; /* value bytes that are looked for */
    size_t found, found_end;
    bool has_found, has_end;
} walk;

static void piece(walk *w, size_t src, size_t n_src, size_t n_value, bool is_copied) {
    if (!w->has_found && w->want >= w->at && w->want < w->at + n_value) {
        w->found = is_copied ? src + (w->want - w->at) : src;
        w->has_found = true;
    }
    if (!w->has_end && w->want_end > w->at && w->want_end <= w->at + n_value) {
        w->found_end = is_copied ? src + (w->want_end - w->at) : src + n_src;
        w->has_end = true;
    }
    w->at += n_value;
}

static void copied(walk *w, size_t src, size_t n) { piece(w, src, n, n, true); }

static void replaced(walk *w, size_t src, size_t n_src, size_t n_value) { piece(w, src, n_src, n_value, false); }

static bool is_blank(const walk *w, size_t i) { return i < w->end && (w->p[i] == ' ' || w->p[i] == '\t'); }

/* Length of the line break at i, or 0. Its value is one LF; the other breaks of YAML 1.1 are refused (text.c). */
static size_t break_length(const walk *w, size_t i) {
    if (i >= w->end) return 0;
    if (w->p[i] == '\n') return 1;
    if (w->p[i] != '\r') return 0;
    return i + 1 < w->end && w->p[i + 1] == '\n' ? 2 : 1;
}

static void tell_break(walk *w, size_t i) {
    size_t n = break_length(w, i);
    if (n) replaced(w, i, n, 1);
}

/* Tell of the breaks that lie in [from, to), which holds only those and blanks. */
static void tell_breaks(walk *w, size_t from, size_t to) {
    for (size_t i = from; i < to;) {
        size_t n = break_length(w, i);
        if (n) tell_break(w, i);
        i += n ? n : 1;
    }
}

/* Blanks and breaks inside a plain or quoted scalar. `is_escaped`: a \ at the line's end took the first break. */
static void walk_space(walk *w, bool is_escaped) {
    size_t from = w->i, first = SIZE_MAX, n_first = 0, n_breaks = 0, n;
    for (;;) {
        if (is_blank(w, w->i)) {
            w->i++;
        } else if ((n = break_length(w, w->i)) > 0) {
            if (n_breaks++ == 0) first = w->i, n_first = n;
            w->i += n;
        } else {
            break;
        }
    }
    if (is_escaped) {
        tell_breaks(w, from, w->i);
    } else if (n_breaks == 0) {
        copied(w, from, w->i - from);
    } else if (n_breaks == 1) {
        replaced(w, from, w->i - from, 1);
    } else {
        tell_breaks(w, first + n_first, w->i);
    }
}

static void walk_text(walk *w, char quote) {
    size_t from = w->i;
    while (w->i < w->end && !is_blank(w, w->i) && !break_length(w, w->i) &&
           (!quote || (w->p[w->i] != quote && w->p[w->i] != '\\')))
        w->i++;
    if (w->i > from) copied(w, from, w->i - from);
}

static void walk_plain(walk *w) {
    while (w->i < w->end) {
        walk_text(w, '\0');
        walk_space(w, false);
    }
}

static void walk_single(walk *w) {
    while (w->i < w->end) {
        walk_text(w, '\'');
        if (w->i >= w->end) break;
        char c = w->p[w->i];
        if (c == '\'') {
            if (w->i + 1 >= w->end || w->p[w->i + 1] != '\'') break;
            replaced(w, w->i, 2, 1);
            w->i += 2;
        } else if (c == '\\') {
            copied(w, w->i++, 1);
        } else {
            walk_space(w, false);
        }
    }
}

static size_t utf8_length(uint32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

static void walk_escape(walk *w) {
    size_t from = w->i, n_digits = 0, n_value = 1;
    w->i++; /* the \ */
    if (break_length(w, w->i)) {
        w->i += break_length(w, w->i);
        walk_space(w, true);
        return;
    }
    switch (w->i < w->end ? w->p[w->i] : '\0') {
    case 'x': n_digits = 2; break;
    case 'u': n_digits = 4; break;
    case 'U': n_digits = 8; break;
    case 'N':
    case '_': n_value = 2; break;
    case 'L':
    case 'P': n_value = 3; break;
    default: break;
    }
    if (n_digits) {
        uint32_t c = 0;
        for (size_t k = 1; k <= n_digits && w->i + k < w->end; k++) {
            unsigned char h = (unsigned char)w->p[w->i + k];
            c = c << 4 | (h <= '9' ? h - 48u : (h | 0x20u) - 'a' + 10u);
        }
        n_value = utf8_length(c);
    }
    w->i += 1 + n_digits;
    replaced(w, from, w->i - from, n_value);
}

static void walk_double(walk *w) {
    while (w->i < w->end) {
        walk_text(w, '"');
        if (w->i >= w->end || w->p[w->i] == '"') break;
        if (w->p[w->i] == '\\') walk_escape(w);
        else walk_space(w, false);
    }
}

/* Skip the breaks of empty lines and the indentation of the next; returns its column. */
static uint32_t skip_empty_lines(walk *w, uint32_t indent) {
    for (;;) {
        uint32_t column = 0;
        for (; column < indent && w->i < w->end && w->p[w->i] == ' '; column++) w->i++;
        size_t n = break_length(w, w->i);
        if (n == 0) return column;
        w->i += n;
    }
}

static void walk_block(walk *w, uint32_t indent, bool is_folded) {
    while (w->i < w->end && !break_length(w, w->i)) w->i++; /* the | or > with its signs, a comment */
    w->i += break_length(w, w->i);
    size_t line_end = SIZE_MAX; /* of the last line with text */
    bool was_blank = false;
    for (;;) {
        size_t from = w->i;
        uint32_t column = skip_empty_lines(w, indent);
        bool is_over = column != indent || w->i >= w->end, starts_blank = is_blank(w, w->i);
        bool is_fold = !is_over && is_folded && line_end != SIZE_MAX && !was_blank && !starts_blank;
        bool has_empty = false;
        for (size_t i = from; i < w->i && !has_empty; i++) has_empty = break_length(w, i) > 0;
        if (line_end != SIZE_MAX) {
            if (!is_fold) tell_break(w, line_end);
            else if (!has_empty) replaced(w, line_end, w->i - line_end, 1);
        }
        tell_breaks(w, from, w->i);
        if (is_over) return;
        was_blank = starts_blank;
        from = w->i;
        while (w->i < w->end && !break_length(w, w->i)) w->i++;
        copied(w, from, w->i - from);
        line_end = w->i;
        w->i += break_length(w, w->i);
    }
}

uint32_t sz_yaml_block_indent(const sz_source *s, size_t off, uint32_t parent_column) {
    walk w = {.p = s->p, .i = off, .end = s->n};
    uint32_t least = parent_column == UINT32_MAX ? 0 : parent_column;
    uint32_t most = 0;
    for (; w.i < w.end && !break_length(&w, w.i); w.i++) {
        char c = w.p[w.i];
        if (c == ' ' || c == '\t') break;
        if (c >= '1' && c <= '9') return least + (uint32_t)(c - '0');
    }
    while (w.i < w.end && !break_length(&w, w.i)) w.i++;
    while (w.i < w.end) {
        w.i += break_length(&w, w.i);
        uint32_t column = 0;
        for (; w.i < w.end && w.p[w.i] == ' '; column++) w.i++;
        if (column > most) most = column;
        if (!break_length(&w, w.i)) break;
    }
    least = parent_column == UINT32_MAX ? 0 : parent_column + 1;
    if (most < least) most = least;
    return most ? most : 1;
}

sz_span sz_yaml_value_span(const sz_yaml *scalar, size_t off, size_t len) {
    if (!scalar->span.src || scalar->kind != SZ_YAML_SCALAR || scalar->span.len == 0) return scalar->span;
    size_t start = scalar->span.off, end = start + scalar->span.len, n = scalar->text.n;
    bool is_quoted = scalar->style == SZ_YAML_SINGLE || scalar->style == SZ_YAML_DOUBLE;
    if (off > n) off = n;
    if (len > n - off) len = n - off;
    walk w = {.p = scalar->span.src->p, .i = start + is_quoted, .end = end, .want = off, .want_end = off + len};
    switch (scalar->style) {
    case SZ_YAML_PLAIN: walk_plain(&w); break;
    case SZ_YAML_SINGLE: walk_single(&w); break;
    case SZ_YAML_DOUBLE: walk_double(&w); break;
    case SZ_YAML_LITERAL: walk_block(&w, scalar->indent, false); break;
    case SZ_YAML_FOLDED: walk_block(&w, scalar->indent, true); break;
    }
    if (!w.has_found) w.found = is_quoted && end > start + 1 ? end - 1 : end; /* the end of the value */
    if (len == 0 || !w.has_end || w.found_end < w.found) w.found_end = w.found;
    return sz_yaml_span(scalar->span.src, w.found, w.found_end);
}

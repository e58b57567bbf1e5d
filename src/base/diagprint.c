/* SPDX-License-Identifier: Apache-2.0
 *
 * diagprint: a finding for a terminal. The line is printed with tabs as blanks and without control characters, so
 * that carets stand under the same cells everywhere, and a file can not send commands to the terminal.
 */
#include <sanzao/base.h>

#define TAB    ((size_t)4)
#define WINDOW ((size_t)160)  /* cells of a longer line that are shown */
#define LEAD   ((size_t)60)   /* of those before the place */
#define NEAR   ((size_t)4096) /* bytes of a line on each side of the place that are looked at */

static const char red[] = "\033[1;31m", yellow[] = "\033[1;33m", cyan[] = "\033[1;36m", bold[] = "\033[1m",
                  blue[] = "\033[34m", plain[] = "\033[0m";

static void put_color(sz_buf *out, bool color, const char *seq) {
    if (color) sz_buf_put_z(out, seq);
}

/* One character as it is shown at cell `at`: its text and cells; a tab is blanks up to the next stop. */
static sz_str shown(sz_str rest, size_t at, size_t *len, size_t *cells) {
    uint32_t c = sz_utf8_next(rest.p, rest.n, len);
    if (c == '\t') {
        *cells = TAB - at % TAB;
        return (sz_str){"    ", *cells};
    }
    if (sz_utf8_is_unsafe(c)) {
        *cells = 1;
        return SZ_STR("\xef\xbf\xbd");
    }
    sz_str s = {rest.p, *len};
    *cells = sz_text_width(s);
    return s;
}

static size_t cells_of(sz_str line, size_t n_bytes) {
    size_t at = 0, len, cells;
    for (size_t i = 0; i < n_bytes && i < line.n; i += len, at += cells)
        shown((sz_str){line.p + i, line.n - i}, at, &len, &cells);
    return at;
}

/* Of the character at a place of a line, so that no caret stands under the half of a wide one; 1 at the line's end. */
static size_t cells_at(sz_str line, size_t i, size_t at) {
    size_t len, cells = 0;
    if (i < line.n) shown((sz_str){line.p + i, line.n - i}, at, &len, &cells);
    return cells ? cells : 1;
}

static void put_clean_str(sz_buf *out, sz_str s) {
    size_t len, cells;
    for (size_t i = 0; i < s.n; i += len) {
        sz_str t = shown((sz_str){s.p + i, s.n - i}, 3, &len, &cells);
        sz_buf_put_str(out, s.p[i] == '\n' ? SZ_STR(" ") : t);
    }
}

static void put_clean(sz_buf *out, const char *z) { put_clean_str(out, sz_str_of(z)); }

/* The characters that lie within the cells [from, to). */
static void put_window(sz_buf *out, sz_str line, size_t from, size_t to) {
    size_t at = 0, len, cells;
    for (size_t i = 0; i < line.n && at < to; i += len, at += cells) {
        sz_str t = shown((sz_str){line.p + i, line.n - i}, at, &len, &cells);
        if (at >= from && at + cells <= to) sz_buf_put_str(out, t);
        else if (at + cells > from) sz_buf_put_u8(out, ' '); /* half of a wide character */
    }
}

static void put_times(sz_buf *out, char c, size_t n) {
    sz_buf_reserve(out, n);
    while (n--) sz_buf_put_u8(out, (uint8_t)c);
}

/* The part of a long line that can be shown at all, so that a finding costs no more where a line has megabytes. */
static sz_str near(sz_str line, size_t at) {
    size_t from = at > NEAR ? at - NEAR : 0, to = at + NEAR < line.n ? at + NEAR : line.n;
    while (from > 0 && ((uint8_t)line.p[from] & 0xc0) == 0x80) from--;
    while (to < line.n && ((uint8_t)line.p[to] & 0xc0) == 0x80) to++;
    return (sz_str){line.p + from, to - from};
}

static void put_lines(sz_buf *out, const sz_diag *g, uint32_t line_no, bool color, size_t gutter) {
    const sz_source *src = g->span.src;
    sz_str whole = sz_source_line(src, line_no);
    size_t start = (size_t)(whole.p - src->p), off = g->span.off < start ? start : g->span.off;
    sz_str line = near(whole, off - start < whole.n ? off - start : whole.n);
    start = (size_t)(line.p - src->p);
    size_t end = (size_t)g->span.off + g->span.len;
    size_t first = cells_of(line, off - start), last = end > start ? cells_of(line, end - start) : first;
    size_t from = 0, to = cells_of(line, line.n), all = to;
    if (to > WINDOW) {
        from = first > LEAD ? first - LEAD : 0;
        to = from + WINDOW < all ? from + WINDOW : all;
        if (last > to) last = to;
    }
    if (last <= first) last = first + cells_at(line, off - start, first);
    bool is_cut_before = from > 0 || line.p > whole.p;
    bool is_cut_after = to < all || line.p + line.n < whole.p + whole.n;

    put_color(out, color, blue);
    sz_buf_printf(out, "%*u | ", (int)gutter, line_no);
    put_color(out, color, plain);
    if (is_cut_before) sz_buf_put_z(out, "…");
    put_window(out, line, from, to);
    if (is_cut_after) sz_buf_put_z(out, "…");
    sz_buf_put_u8(out, '\n');
    put_color(out, color, blue);
    put_times(out, ' ', gutter);
    sz_buf_put_z(out, " | ");
    put_color(out, color, plain);
    put_times(out, ' ', first - from + is_cut_before);
    put_color(out, color, g->severity == SZ_ERROR ? red : g->severity == SZ_WARNING ? yellow : cyan);
    put_times(out, '^', last - first);
    put_color(out, color, plain);
    sz_buf_put_u8(out, '\n');
}

void sz_diag_print(sz_buf *out, const sz_diag *g, sz_lang lang, bool color) {
    static const char *const words[2][3] = {{"note", "warning", "error"}, {"说明", "警告", "错误"}};
    bool is_zh = lang == SZ_ZH;
    const char *message = is_zh && g->message_zh ? g->message_zh : g->message;
    const char *hint = is_zh && g->hint_zh ? g->hint_zh : g->hint;
    uint32_t line = 0, col = 0;
    size_t gutter = 4;
    put_color(out, color, bold);
    if (g->span.src) {
        sz_source_locate(g->span.src, g->span.off, &line, &col);
        for (uint32_t v = line; v >= 10000; v /= 10) gutter++;
        put_clean(out, g->span.src->name);
        sz_buf_printf(out, ":%u:%u: ", line, col);
    }
    put_color(out, color, g->severity == SZ_ERROR ? red : g->severity == SZ_WARNING ? yellow : cyan);
    sz_buf_put_z(out, words[is_zh][g->severity]);
    if (g->code) sz_buf_printf(out, "[SZ%03d]", g->code);
    put_color(out, color, plain);
    put_color(out, color, bold);
    sz_buf_put_z(out, is_zh ? "：" : ": ");
    put_clean(out, message);
    put_color(out, color, plain);
    sz_buf_put_u8(out, '\n');
    if (g->span.src && g->span.src->n && !g->hides_line) put_lines(out, g, line, color, gutter);
    if (hint) {
        put_times(out, ' ', gutter);
        sz_buf_put_z(out, " = ");
        put_clean(out, hint);
        sz_buf_put_u8(out, '\n');
    }
}

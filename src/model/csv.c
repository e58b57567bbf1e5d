/* SPDX-License-Identifier: Apache-2.0
 *
 * csv: rows of RFC 4180. A cell that begins with a quote is quoted, `""` in it is a quote, and what stands between
 * its closing quote and the next separator is kept; a quote elsewhere is a letter. A line ends with LF or CRLF; a text
 * whose lines end with CR is to be rewritten first.
 */
#include <sanzao/model.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first byte after the cell that begins at `at`: a separator, a line end, or the text's end. */
static size_t cell_end(sz_str t, size_t at, char sep, bool *is_open) {
    if (at < t.n && t.p[at] == '"') {
        for (at++;; at++) {
            const char *quote = at < t.n ? memchr(t.p + at, '"', t.n - at) : NULL;
            if (!quote) {
                *is_open = true;
                return t.n;
            }
            at = (size_t)(quote - t.p) + 1;
            if (at >= t.n || t.p[at] != '"') break;
        }
    }
    while (at < t.n && t.p[at] != sep && t.p[at] != '\n') at++;
    return at;
}

/* A quoted cell's text; without quotes inside it is borrowed. */
static sz_str unquote(sz_arena *a, sz_str cell) {
    const char *end = cell.p + cell.n, *first = memchr(cell.p + 1, '"', cell.n - 1);
    if (!first) return (sz_str){cell.p + 1, cell.n - 1}; /* never closed */
    if (first + 1 == end) return (sz_str){cell.p + 1, cell.n - 2};
    char *out = sz_arena_alloc(a, cell.n);
    size_t n = 0;
    bool is_inside = true;
    for (const char *p = cell.p + 1; p < end; p++) {
        if (*p == '"' && is_inside) {
            if (p + 1 < end && p[1] == '"') p++;
            else {
                is_inside = false;
                continue;
            }
        }
        out[n++] = *p;
    }
    return (sz_str){out, n};
}

static size_t skip_blank_lines(sz_str t, size_t at) {
    for (;;) {
        if (at < t.n && t.p[at] == '\n') at++;
        else if (at + 1 < t.n && t.p[at] == '\r' && t.p[at + 1] == '\n') at += 2;
        else if (at + 1 == t.n && t.p[at] == '\r') at++;
        else return at;
    }
}

/* Ends of a row's first cells: few rows have more, and those are looked through once more. */
enum { ENDS_MOST = 32 };

/* Where the row that begins at `at` ends, its line end not counted, and its cells. */
static size_t row_end(sz_str t, size_t at, char sep, uint32_t *n_cells, size_t ends[ENDS_MOST], bool *is_open) {
    for (*n_cells = 1;; ++*n_cells) {
        at = cell_end(t, at, sep, is_open);
        if (*n_cells <= ENDS_MOST) ends[*n_cells - 1] = at;
        if (at >= t.n || t.p[at] == '\n') return at;
        at++;
    }
}

/* The same of a row without a quote, sixteen bytes at a time; 0: it is another, or one of the text's last ones. */
static size_t plain_row_end(sz_str t, size_t at, char sep, uint32_t *n_cells, size_t ends[ENDS_MOST]) {
#ifdef __SSE2__
    const __m128i line = _mm_set1_epi8('\n'), quote = _mm_set1_epi8('"'), part = _mm_set1_epi8(sep);
    uint32_t n = 0;
    for (; at + sizeof line <= t.n; at += sizeof line) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(t.p + at));
        uint32_t lines = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, line)),
                 parts = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, part)),
                 quotes = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote)), row = lines ^ (lines - 1);
        if (quotes & row) return 0;
        for (uint32_t rest = (lines | parts) & row; rest; rest &= rest - 1) {
            if (n == ENDS_MOST) return 0;
            ends[n++] = at + (unsigned)__builtin_ctz(rest);
        }
        if (!lines) continue;
        *n_cells = n;
        return ends[n - 1];
    }
#else
    (void)t, (void)at, (void)sep, (void)n_cells, (void)ends;
#endif
    return 0;
}

sz_status sz_csv_next(sz_arena *a, sz_str text, char sep, size_t *pos, sz_csv_row *row, bool *bad) {
    size_t begin = skip_blank_lines(text, *pos);
    memset(row, 0, sizeof *row);
    *bad = false;
    *pos = begin;
    if (begin >= text.n) return SZ_END;
    size_t ends[ENDS_MOST];
    size_t end = plain_row_end(text, begin, sep, &row->n, ends);
    if (!end) end = row_end(text, begin, sep, &row->n, ends, bad);
    *pos = end < text.n ? end + 1 : end;
    if (!*bad && end > begin && text.p[end - 1] == '\r') end--;
    row->off = begin;
    row->len = end - begin;
    row->cells = sz_arena_raw(a, row->n * sizeof *row->cells);
    row->offs = sz_arena_raw(a, row->n * sizeof *row->offs);
    sz_str whole = {text.p, end};
    size_t at = begin;
    bool is_open;
    for (uint32_t i = 0; i < row->n; i++) {
        size_t stop = i < ENDS_MOST ? ends[i] : cell_end(whole, at, sep, &is_open);
        if (stop > end) stop = end; /* without the CR */
        sz_str cell = {text.p + at, stop - at};
        row->offs[i] = (uint32_t)at;
        row->cells[i] = cell.n && cell.p[0] == '"' ? unquote(a, cell) : cell;
        at = stop + 1;
    }
    return SZ_OK;
}

size_t sz_csv_record_len(sz_str text, char sep, bool at_end) {
    size_t at = 0;
    bool is_open = false;
    uint32_t n_cells;
    size_t ends[ENDS_MOST];
    at = row_end(text, 0, sep, &n_cells, ends, &is_open);
    if (at < text.n && !is_open) return at + 1;
    return at_end ? text.n : 0;
}

sz_str sz_csv_unmarked(sz_str s) {
    if (s.n >= 3 && s.p[0] == '=' && s.p[1] == '"' && s.p[s.n - 1] == '"') return (sz_str){s.p + 2, s.n - 3};
    if (s.n >= 2 && s.p[0] == '\'' && !memchr(s.p + 1, '\'', s.n - 1)) return (sz_str){s.p + 1, s.n - 1};
    return s;
}

static size_t blank_at_start(sz_str s) {
    uint8_t a = (uint8_t)s.p[0];
    if (a == ' ' || (a >= '\t' && a <= '\r')) return 1;
    if (a < 0xc2) return 0;
    if (s.n >= 2 && memcmp(s.p, "\xc2\xa0", 2) == 0) return 2;     /* no-break space */
    if (s.n >= 3 && memcmp(s.p, "\xe3\x80\x80", 3) == 0) return 3; /* ideographic space */
    if (s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0) return 3; /* byte order mark of a joined file */
    if (s.n >= 3 && memcmp(s.p, "\xe2\x80\x8b", 3) == 0) return 3; /* zero width space */
    return 0;
}

static size_t blank_at_end(sz_str s) {
    uint8_t z = (uint8_t)s.p[s.n - 1];
    if (z < 0x80) return z == ' ' || (z >= '\t' && z <= '\r');
    if (s.n >= 2 && memcmp(s.p + s.n - 2, "\xc2\xa0", 2) == 0) return 2;
    if (s.n < 3) return 0;
    const char *last = s.p + s.n - 3;
    return memcmp(last, "\xe3\x80\x80", 3) && memcmp(last, "\xef\xbb\xbf", 3) && memcmp(last, "\xe2\x80\x8b", 3) ? 0
                                                                                                                 : 3;
}

sz_str sz_csv_trim_blanks(sz_str s) {
    for (size_t k; s.n && (k = blank_at_start(s)) > 0;) s.p += k, s.n -= k;
    for (size_t k; s.n && (k = blank_at_end(s)) > 0;) s.n -= k;
    return s;
}

sz_str sz_csv_trim(sz_str s) {
    s = sz_csv_trim_blanks(s);
    sz_str text = sz_csv_unmarked(s);
    return text.n == s.n ? s : sz_csv_trim_blanks(text);
}

bool sz_csv_is_rounded(sz_str s) {
    size_t i = 0;
    bool has_point = false;
    for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'); i++) has_point |= s.p[i] == '.';
    if (i == 0 || i + 1 >= s.n || (s.p[i] != 'E' && s.p[i] != 'e')) return false;
    if (s.p[i + 1] == '+') i++;
    else if (!has_point) return false; /* 2E09 is a room, or the number of a chip */
    if (++i >= s.n) return false;
    for (; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

bool sz_csv_ends_in_cr(const void *text, size_t n) {
    const char *cr = n ? memchr(text, '\r', n) : NULL;
    return cr && cr + 1 < (const char *)text + n && !memchr(text, '\n', n);
}

void sz_csv_cr_to_lf(void *text, size_t n) {
    for (char *p = text, *end = p + n; p < end && (p = memchr(p, '\r', (size_t)(end - p))) != NULL; p++) *p = '\n';
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * source: a text and its lines. Places are byte offsets everywhere; lines and columns only when something is printed.
 */
#include <sanzao/base.h>

/* Offset after the line end that begins at i, or i if none does. */
static size_t after_line_end(const char *p, size_t n, size_t i) {
    if (p[i] == '\n') return i + 1;
    if (p[i] != '\r') return i;
    return i + 1 < n && p[i + 1] == '\n' ? i + 2 : i + 1;
}

/* Offset behind the first line end from i on; SIZE_MAX: there is none. */
static size_t next_line(const char *p, size_t n, size_t i, bool has_returns) {
    if (!has_returns) {
        const char *end = i < n ? memchr(p + i, '\n', n - i) : NULL;
        return end ? (size_t)(end - p) + 1 : SIZE_MAX;
    }
    for (; i < n; i++) {
        size_t next = after_line_end(p, n, i);
        if (next > i) return next;
    }
    return SIZE_MAX;
}

static sz_source *source_new(sz_arena *a, const char *name, const void *p, size_t n) {
    if (n > UINT32_MAX) n = UINT32_MAX; /* spans are 32 bits; the readers refuse far smaller files */
    sz_source *s = SZ_NEW(a, sz_source);
    s->name = sz_arena_str(a, sz_str_of(name)).p;
    s->p = sz_arena_str(a, (sz_str){p, n}).p;
    s->n = n;
    bool has_returns = n && memchr(s->p, '\r', n);
    s->n_lines = 1;
    for (size_t i = 0; (i = next_line(s->p, n, i, has_returns)) != SIZE_MAX;) s->n_lines++;
    s->lines = SZ_NEWN(a, uint32_t, s->n_lines);
    uint32_t line = 1;
    for (size_t i = 0; (i = next_line(s->p, n, i, has_returns)) != SIZE_MAX;) s->lines[line++] = (uint32_t)i;
    if (n >= 3 && memcmp(s->p, "\xef\xbb\xbf", 3) == 0) s->lines[0] = 3;
    return s;
}

const sz_source *sz_source_new(sz_arena *a, const char *name, const void *p, size_t n) {
    return source_new(a, name, p, n);
}

const sz_source *sz_source_of_people(sz_arena *a, const char *name, const void *p, size_t n) {
    sz_source *s = source_new(a, name, p, n);
    s->is_of_people = true;
    return s;
}

/* Characters of [p, p + n): bytes that are not tails, eight at a time. */
static uint32_t count_characters(const char *p, size_t n) {
    size_t n_tails = 0, i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t w;
        memcpy(&w, p + i, sizeof w);
        n_tails += (((w >> 7) & (~w >> 6) & UINT64_C(0x0101010101010101)) * UINT64_C(0x0101010101010101)) >> 56;
    }
    for (; i < n; i++) n_tails += ((uint8_t)p[i] & 0xc0) == 0x80;
    return (uint32_t)(n - n_tails);
}

void sz_source_locate(const sz_source *s, size_t off, uint32_t *line, uint32_t *col) {
    if (off > s->n) off = s->n;
    uint32_t lo = 0, hi = s->n_lines; /* the last line that starts at or before off */
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->lines[mid] <= off) lo = mid;
        else hi = mid;
    }
    *line = lo + 1;
    *col = off > s->lines[lo] ? count_characters(s->p + s->lines[lo], off - s->lines[lo]) + 1 : 1;
}

sz_str sz_source_line(const sz_source *s, uint32_t line) {
    if (line < 1 || line > s->n_lines) return (sz_str){"", 0};
    size_t from = s->lines[line - 1], to = line < s->n_lines ? s->lines[line] : s->n;
    while (to > from && (s->p[to - 1] == '\n' || s->p[to - 1] == '\r')) to--;
    return (sz_str){s->p + from, to - from};
}

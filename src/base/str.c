/* SPDX-License-Identifier: Apache-2.0
 *
 * str: borrowed text.
 */
#include <sanzao/base.h>

sz_str sz_str_of(const char *z) { return z ? (sz_str){z, strlen(z)} : (sz_str){NULL, 0}; }

bool sz_str_is_all(sz_str a, const char *z) { return sz_str_eq(a, sz_str_of(z)); }

static inline uint64_t four(const char *p) {
    uint32_t w;
    memcpy(&w, p, sizeof w);
    return __builtin_bswap32(w);
}

/* The first bytes, the very first one on top, zeros behind a shorter text. */
static inline uint64_t first_eight(sz_str s) {
    const uint8_t *p = (const uint8_t *)s.p;
    if (s.n >= 8) return four(s.p) << 32 | four(s.p + 4);
    if (s.n >= 4) return four(s.p) << 32 | four(s.p + s.n - 4) << 8 * (8 - s.n);
    if (s.n == 0) return 0;
    return (uint64_t)p[0] << 56 | (uint64_t)p[s.n / 2] << (56 - s.n / 2 * 8) | (uint64_t)p[s.n - 1] << (64 - s.n * 8);
}

/* Names and ids mostly differ in their first bytes, or are not longer. */
int sz_str_cmp(sz_str a, sz_str b) {
    uint64_t x = first_eight(a), y = first_eight(b);
    if (x != y) return x < y ? -1 : 1;
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n > 8 ? memcmp(a.p + 8, b.p + 8, n - 8) : 0;
    if (c) return c < 0 ? -1 : 1;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

size_t sz_str_find(sz_str s, size_t from, sz_str what) {
    if (!what.n) return from;
    while (from + what.n <= s.n) {
        const char *p = memchr(s.p + from, what.p[0], s.n - what.n + 1 - from);
        if (!p) break;
        from = (size_t)(p - s.p);
        if (memcmp(p, what.p, what.n) == 0) return from;
        from++;
    }
    return SIZE_MAX;
}

bool sz_str_has(sz_str s, sz_str part) { return sz_str_find(s, 0, part) != SIZE_MAX; }

bool sz_str_is_ascii(sz_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] >= 0x80) return false;
    return true;
}

sz_str sz_str_trim(sz_str s) {
    while (s.n && is_space(s.p[0])) s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1])) s.n--;
    return s;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * utf8: decoding by the table of well-formed byte sequences (Unicode 3.9, table 3-7).
 */
#include <sanzao/base.h>

static inline bool is_tail(uint8_t b) { return (b & 0xc0) == 0x80; }

/* Length of the well-formed character at p, or 0. */
static inline size_t well_formed(const uint8_t *p, size_t n) {
    uint8_t a = p[0];
    if (a < 0x80) return 1;
    if (a < 0xc2) return 0; /* a tail, or overlong */
    if (a < 0xe0) return n >= 2 && is_tail(p[1]) ? 2 : 0;
    if (a < 0xf0) {
        if (n < 3 || !is_tail(p[1]) || !is_tail(p[2])) return 0;
        if ((a == 0xe0 && p[1] < 0xa0) || (a == 0xed && p[1] > 0x9f)) return 0; /* overlong; surrogate */
        return 3;
    }
    if (a > 0xf4 || n < 4 || !is_tail(p[1]) || !is_tail(p[2]) || !is_tail(p[3])) return 0;
    if ((a == 0xf0 && p[1] < 0x90) || (a == 0xf4 && p[1] > 0x8f)) return 0; /* overlong; above U+10FFFF */
    return 4;
}

bool sz_utf8_valid(const char *s, size_t n) {
    const uint8_t *p = (const uint8_t *)s, *end = n ? p + n : p;
    while (p < end) {
        uint64_t w;
        while (end - p >= 8 && (memcpy(&w, p, 8), (w & UINT64_C(0x8080808080808080)) == 0)) p += 8;
        if (p == end) break;
        size_t k = well_formed(p, (size_t)(end - p));
        if (k == 0) return false;
        p += k;
    }
    return true;
}

uint32_t sz_utf8_next(const char *s, size_t n, size_t *len) {
    const uint8_t *p = (const uint8_t *)s;
    size_t k = well_formed(p, n);
    *len = k ? k : 1;
    switch (k) {
    case 1: return p[0];
    case 2: return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3fu);
    case 3: return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3fu);
    case 4:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
               (p[3] & 0x3fu);
    default: return 0xfffd;
    }
}

bool sz_utf8_is_unsafe(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfffd;
}

bool sz_utf8_is_unseen(uint32_t c) {
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || c == 0x2060 || c == 0xfeff || c == 0xad;
}

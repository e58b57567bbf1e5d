/* SPDX-License-Identifier: Apache-2.0
 *
 * card_number: the chip's number of a card, as one system has it in another's way of writing. Readers give the same
 * four (or seven) bytes in hexadecimal or as a decimal number, and from the first byte or from the last.
 */
#include "mapping.h"

static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes' number, and how many they are; a zero in front may have been lost. */
static bool read_hex(sz_str s, uint64_t *v, uint32_t *n_bytes) {
    if (s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x') s = (sz_str){s.p + 2, s.n - 2};
    if (s.n == 0 || s.n > 16) return false;
    *v = 0;
    for (size_t i = 0; i < s.n; i++) {
        int d = digit(s.p[i]);
        if (d < 0) return false;
        *v = *v << 4 | (uint64_t)d;
    }
    *n_bytes = s.n <= 8 ? 4 : (uint32_t)(s.n + 1) / 2;
    return true;
}

static uint64_t reversed(uint64_t v, uint32_t n_bytes) {
    uint64_t out = 0;
    for (uint32_t i = 0; i < n_bytes; i++, v >>= 8) out = out << 8 | (v & 0xff);
    return out;
}

bool sz_card_number(sz_card_form form, sz_str s, sz_arena *a, sz_str *out) {
    uint64_t v;
    uint32_t n_bytes = 4;
    if (form == SZ_CARD_DECIMAL_REVERSED) {
        int64_t n;
        if (!sz_str_i64(s, &n) || n < 0 || n > UINT32_MAX) return false;
        v = (uint64_t)n;
    } else if (!read_hex(s, &v, &n_bytes)) {
        return false;
    }
    if (form != SZ_CARD_HEX) v = reversed(v, n_bytes);
    *out = sz_str_of(sz_arena_printf(a, "%llu", (unsigned long long)v));
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The encoders extension: base64.encode and base64.decode.
 */
#include "cel_value.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sz_cel_base64_put(sz_buf *out, sz_str s) {
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t left = s.n - i > 3 ? 3 : (uint32_t)(s.n - i), bits = 0;
        for (uint32_t k = 0; k < 3; k++) bits = bits << 8 | (k < left ? (unsigned char)s.p[i + k] : 0);
        for (uint32_t k = 0; k < 4; k++)
            sz_buf_put_u8(out, k <= left ? (uint8_t)alphabet[bits >> (18 - 6 * k) & 63] : '=');
    }
}

static sz_cel_value encode(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (!sz_cel_charge_bytes(c, a[0].n)) return sz_cel_fatal(c);
    sz_buf b;
    sz_buf_init(&b);
    sz_cel_base64_put(&b, sz_cel_str(a[0]));
    sz_cel_value v = sz_cel_copy(c, SZ_V_STRING, sz_buf_str(&b));
    sz_buf_fini(&b);
    return v;
}

/* The 6 bits of a character, 64 when it is not of the alphabet. */
static uint32_t sextet(char c) {
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (uint32_t)(at - alphabet) : 64;
}

static sz_cel_value not_base64(sz_cel *c) { return sz_cel_fail(c, "the text is not base64", "文字不是 base64 编码"); }

static sz_cel_value decode(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_str s = sz_cel_str(a[0]);
    size_t padding = 0;
    while (s.n > 0 && padding < 2 && s.p[s.n - 1] == '=') {
        s.n--;
        padding++;
    }
    if (s.n % 4 == 1 || (padding > 0 && (s.n + padding) % 4 != 0)) return not_base64(c);
    char *p = sz_cel_alloc(c, s.n / 4 * 3 + 3);
    if (!p || !sz_cel_charge_bytes(c, s.n * 4)) return sz_cel_fatal(c);
    size_t len = 0;
    uint32_t bits = 0, have = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint32_t v = sextet(s.p[i]);
        if (v == 64) return not_base64(c);
        bits = (bits << 6 | v) & 0xFFFFFF;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        p[len++] = (char)(bits >> have & 0xFF);
    }
    return sz_cel_bytes((sz_str){p, len});
}

const sz_cel_overload sz_cel_base64_table[] = {
    {"base64", "encode", false, "y", encode},
    {"base64", "decode", false, "s", decode},
    {0},
};

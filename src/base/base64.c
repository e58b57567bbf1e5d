/* SPDX-License-Identifier: Apache-2.0
 *
 * base64: bytes as text, with the standard alphabet (RFC 4648, 4).
 */
#include <sanzao/base.h>

void sz_base64_put(sz_buf *out, sz_str bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = (const uint8_t *)bytes.p;
    if (!bytes.n) return;
    sz_buf_reserve(out, (bytes.n + 2) / 3 * 4);
    uint8_t *q = out->p + out->n;
    size_t i = 0;
    for (; i + 3 <= bytes.n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];
        *q++ = (uint8_t)digits[v >> 18];
        *q++ = (uint8_t)digits[v >> 12 & 63];
        *q++ = (uint8_t)digits[v >> 6 & 63];
        *q++ = (uint8_t)digits[v & 63];
    }
    if (i < bytes.n) {
        bool is_two = bytes.n - i == 2;
        uint32_t v = (uint32_t)p[i] << 16 | (is_two ? (uint32_t)p[i + 1] << 8 : 0);
        *q++ = (uint8_t)digits[v >> 18];
        *q++ = (uint8_t)digits[v >> 12 & 63];
        *q++ = is_two ? (uint8_t)digits[v >> 6 & 63] : '=';
        *q++ = '=';
    }
    out->n = (size_t)(q - out->p);
}

static int digit_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool sz_base64_get(sz_str text, char *out, size_t *n) {
    size_t padding = 0, len = 0;
    while (text.n && padding < 2 && text.p[text.n - 1] == '=') text.n--, padding++;
    if (text.n % 4 == 1 || (padding && (text.n + padding) % 4)) return false;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.n; i++) {
        int v = digit_of(text.p[i]);
        if (v < 0) return false;
        bits = bits << 6 | (uint32_t)v;
        if (i % 4) out[len++] = (char)(bits >> (6 - i % 4 * 2) & 0xff);
    }
    *n = len;
    return true;
}

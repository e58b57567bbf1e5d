/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

static void put_length(sz_buf *b, char mark, size_t n) {
    char digits[24];
    size_t at = sizeof digits;
    digits[--at] = '\n';
    digits[--at] = '\r';
    do digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    digits[--at] = mark;
    sz_buf_put(b, digits + at, sizeof digits - at);
}

static void put_word(sz_buf *b, sz_str s) {
    put_length(b, '$', s.n);
    sz_buf_put_str(b, s);
    sz_buf_put(b, "\r\n", 2);
}

void sz_args_clear(arguments *a) {
    sz_buf_clear(&a->bytes);
    a->n = 0;
}

void sz_args_str(arguments *a, sz_str s) {
    put_word(&a->bytes, s);
    a->n++;
}

void sz_args_z(arguments *a, const char *z) { sz_args_str(a, sz_str_of(z)); }

void sz_args_u64(arguments *a, uint64_t v) {
    char digits[24];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + v % 10);
    while (v /= 10);
    sz_args_str(a, (sz_str){digits + at, sizeof digits - at});
}

void sz_args_owner(arguments *a, const uint8_t token[16]) {
    static const char digits[] = "0123456789abcdef";
    char hex[32];
    for (int i = 0; i < 16; i++) {
        hex[2 * i] = digits[token[i] >> 4];
        hex[2 * i + 1] = digits[token[i] & 15];
    }
    sz_args_str(a, (sz_str){hex, sizeof hex});
}

void sz_command_head(sz_buf *out, uint32_t n) { put_length(out, '*', n); }

void sz_command(sz_buf *out, uint32_t n, const sz_str *words) {
    sz_command_head(out, n);
    for (uint32_t i = 0; i < n; i++) put_word(out, words[i]);
}

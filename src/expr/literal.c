/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of literals: numbers with their ranges, texts and bytes with their escapes.
 */
#include "parse.h"

#include <math.h>

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* Digits, or 0x and hexadecimal digits, into a 64-bit number; false when it does not fit. */
static bool read_u64(sz_str s, uint64_t *out) {
    uint64_t v = 0, base = 10;
    size_t i = 0;
    if (s.n > 2 && s.p[1] == 'x') {
        base = 16;
        i = 2;
    }
    for (; i < s.n; i++) {
        char c = s.p[i];
        uint64_t digit = c <= '9' ? (uint64_t)(c - '0') : (uint64_t)((c | 0x20) - 'a' + 10);
        if (v > (UINT64_MAX - digit) / base) return false;
        v = v * base + digit;
    }
    *out = v;
    return true;
}

static sz_expr *integer(sz_parser *p, sz_expr *e, sz_token t, bool is_negative) {
    uint64_t v = 0, limit = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
    if (!read_u64(sz_token_text(p, t), &v) || v > limit)
        return sz_parse_fail(p, e->off, e->len,
                             "the whole number is too large: 64 bits hold -9223372036854775808 to 9223372036854775807",
                             "整数太大：64 位整数的范围是 -9223372036854775808 到 9223372036854775807");
    e->kind = SZ_E_INT;
    e->i = is_negative ? (int64_t)(0 - v) : (int64_t)v;
    return e;
}

static sz_expr *unsigned_integer(sz_parser *p, sz_expr *e, sz_token t) {
    sz_str s = sz_token_text(p, t);
    s.n--; /* u */
    if (!read_u64(s, &e->u))
        return sz_parse_fail(p, e->off, e->len,
                             "the unsigned number is too large: 64 bits hold 0 to 18446744073709551615",
                             "无符号整数太大：64 位的范围是 0 到 18446744073709551615");
    e->kind = SZ_E_UINT;
    return e;
}

static sz_expr *real(sz_parser *p, sz_expr *e, sz_token t, bool is_negative) {
    sz_str s = sz_token_text(p, t);
    if (s.p[0] == '.') /* sz_str_double wants a digit first */
        s = sz_str_of(sz_arena_printf(p->arena, "0%.*s", SZ_FMT_STR(s)));
    double d = 0;
    if (!sz_str_double(s, &d) || !isfinite(d))
        return sz_parse_fail(p, e->off, e->len, "the number is too large for a double", "数字超出双精度浮点数的范围");
    e->kind = SZ_E_DOUBLE;
    e->d = is_negative ? -d : d;
    return e;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static void put_utf8(char *out, size_t *n, uint32_t cp) {
    if (cp < 0x80) {
        out[(*n)++] = (char)cp;
    } else if (cp < 0x800) {
        out[(*n)++] = (char)(0xC0 | cp >> 6);
        out[(*n)++] = (char)(0x80 | (cp & 0x3F));
    } else if (cp < 0x10000) {
        out[(*n)++] = (char)(0xE0 | cp >> 12);
        out[(*n)++] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[(*n)++] = (char)(0x80 | (cp & 0x3F));
    } else {
        out[(*n)++] = (char)(0xF0 | cp >> 18);
        out[(*n)++] = (char)(0x80 | (cp >> 12 & 0x3F));
        out[(*n)++] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[(*n)++] = (char)(0x80 | (cp & 0x3F));
    }
}

/* n digits of base 8 or 16 at s; false when one is missing. */
static bool read_digits(sz_str s, size_t n, uint32_t base, uint32_t *out) {
    if (s.n < n) return false;
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s.p[i];
        uint32_t d = c >= '0' && c <= '9'                     ? (uint32_t)(c - '0')
                     : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (uint32_t)((c | 0x20) - 'a' + 10)
                                                              : 99;
        if (d >= base) return false;
        v = v * base + d;
    }
    *out = v;
    return true;
}

/* Simple escapes: the character that stands for another, or for itself. */
static int simple_escape(char c) {
    static const char from[] = "abfnrtv\\?\"'`", to[] = "\a\b\f\n\r\t\v\\?\"'`";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : -1;
}

/* A numeric escape at s (after the backslash): its value and length, 0 when it is not one. */
static size_t numeric_escape(sz_str s, bool is_bytes, uint32_t *cp) {
    switch (s.p[0]) {
    case 'x':
    case 'X': return read_digits((sz_str){s.p + 1, s.n - 1}, 2, 16, cp) ? 3 : 0;
    case 'u': return !is_bytes && read_digits((sz_str){s.p + 1, s.n - 1}, 4, 16, cp) ? 5 : 0;
    case 'U': return !is_bytes && read_digits((sz_str){s.p + 1, s.n - 1}, 8, 16, cp) ? 9 : 0;
    case '0':
    case '1':
    case '2':
    case '3': return read_digits(s, 3, 8, cp) ? 3 : 0;
    default: return 0;
    }
}

static bool is_high_surrogate(uint32_t cp) { return cp >= 0xD800 && cp < 0xDC00; }
static bool is_low_surrogate(uint32_t cp) { return cp >= 0xDC00 && cp < 0xE000; }

/* Read one escape at s, which starts after the backslash: bytes consumed, 0 when it is none. */
static size_t read_escape(sz_str s, bool is_bytes, char *out, size_t *n) {
    if (s.n == 0) return 0;
    int c = simple_escape(s.p[0]);
    if (c >= 0) {
        out[(*n)++] = (char)c;
        return 1;
    }
    uint32_t cp = 0, low = 0;
    size_t len = numeric_escape(s, is_bytes, &cp);
    if (len == 0) return 0;
    if (is_bytes) {
        out[(*n)++] = (char)cp;
        return len;
    }
    if (is_high_surrogate(cp) && s.n > len + 1 && s.p[len] == '\\') { /* \uD83D\uDE2C */
        size_t more = numeric_escape((sz_str){s.p + len + 1, s.n - len - 1}, false, &low);
        if (more == 0 || !is_low_surrogate(low)) return 0;
        cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        len += 1 + more;
    }
    if (cp > 0x10FFFF || is_high_surrogate(cp) || is_low_surrogate(cp)) return 0;
    put_utf8(out, n, cp);
    return len;
}

static sz_expr *text(sz_parser *p, sz_expr *e, sz_token t, bool is_bytes) {
    sz_str s = sz_token_text(p, t);
    size_t q = is_bytes ? 1 : 0;
    bool is_raw = s.p[q] == 'r' || s.p[q] == 'R';
    if (is_raw) q++;
    bool is_triple = s.n >= q + 6 && s.p[q + 1] == s.p[q] && s.p[q + 2] == s.p[q];
    size_t quotes = is_triple ? 3 : 1;
    sz_str body = {s.p + q + quotes, s.n - q - 2 * quotes};
    e->kind = is_bytes ? SZ_E_BYTES : SZ_E_STRING;
    if (is_raw || !memchr(body.p, '\\', body.n)) {
        e->text = body;
        return e;
    }
    char *out = sz_arena_alloc(p->arena, body.n + 1); /* no escape is longer than it is written */
    size_t n = 0;
    for (size_t i = 0; i < body.n;) {
        if (body.p[i] != '\\') {
            out[n++] = body.p[i++];
            continue;
        }
        size_t len = read_escape((sz_str){body.p + i + 1, body.n - i - 1}, is_bytes, out, &n);
        if (len == 0) {
            size_t shown = 1;
            sz_utf8_next(body.p + i + 1, body.n - i - 1, &shown);
            shown++;
            sz_parse_fail(p, (uint32_t)(body.p + i - p->text.p), (uint32_t)shown,
                          "`%.*s` is not an escape of CEL, or not complete", "“%.*s”不是 CEL 的转义序列，或者不完整",
                          (int)shown, body.p + i);
            return sz_parse_hint(p, "a backslash is written \\\\, or the text as r\"...\"",
                                 "反斜杠写作 \\\\，或者把文字写成 r\"...\"");
        }
        i += len + 1;
    }
    e->text = (sz_str){out, n};
    return e;
}

sz_expr *sz_parse_literal(sz_parser *p, sz_token t, const sz_token *sign) {
    uint32_t off = sign ? sign->off : t.off;
    sz_expr *e = sz_parse_node(p, SZ_E_NULL, off, t.off + t.len - off);
    switch (t.kind) {
    case SZ_T_INT: return integer(p, e, t, sign != NULL);
    case SZ_T_UINT: return unsigned_integer(p, e, t);
    case SZ_T_DOUBLE: return real(p, e, t, sign != NULL);
    case SZ_T_STRING: return text(p, e, t, false);
    case SZ_T_BYTES: return text(p, e, t, true);
    case SZ_T_TRUE:
    case SZ_T_FALSE:
        e->kind = SZ_E_BOOL;
        e->b = t.kind == SZ_T_TRUE;
        return e;
    default: return e;
    }
}

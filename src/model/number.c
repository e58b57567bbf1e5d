/* SPDX-License-Identifier: Apache-2.0
 *
 * number: decimal texts to whole numbers of fen and millionths.
 */
#include "number.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Digits from i on into *v, at most `limit`, whatever that is; the index after them. More than the limit gives -1. */
static size_t whole(sz_str s, size_t i, int64_t limit, int64_t *v) {
    int64_t x = 0;
    for (; i < s.n && is_digit(s.p[i]); i++) {
        int64_t digit = s.p[i] - '0';
        x = x < 0 || x > (limit - digit) / 10 ? -1 : x * 10 + digit;
    }
    *v = x;
    return i;
}

static size_t skip_zeros(sz_str s, size_t i) {
    while (i < s.n && s.p[i] == '0') i++;
    return i;
}

/* The usual amount: at most 12 characters, digits, perhaps a point with one or two digits after it. */
static bool quick_fen(sz_str s, int64_t *fen) {
    static const int64_t scale[] = {100, 10, 1};
    int64_t v = 0;
    size_t decimals = 0, has_point = 0;
    if (s.n == 0 || s.n > 12 || !is_digit(s.p[0]) || !is_digit(s.p[s.n - 1])) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (is_digit(s.p[i])) {
            v = v * 10 + (s.p[i] - '0');
            decimals += has_point;
        } else if (s.p[i] == '.' && !has_point) {
            has_point = 1;
        } else {
            return false;
        }
    }
    if (decimals > 2) return false;
    *fen = v * scale[decimals];
    return *fen <= SZ_FEN_MAX;
}

bool sz_fen_parse(sz_str s, bool zeros_are_fine, int64_t *fen) {
    if (quick_fen(s, fen)) return true;
    int64_t yuan, cents = 0;
    size_t i = whole(s, 0, SZ_FEN_MAX / 100, &yuan);
    bool begins_with_point = zeros_are_fine && s.n > 1 && s.p[0] == '.';
    if ((i == 0 && !begins_with_point) || yuan < 0) return false;
    if (i < s.n) {
        if (s.p[i] != '.' || ++i == s.n) return false;
        for (int64_t unit = 10; unit && i < s.n && is_digit(s.p[i]); i++, unit /= 10) cents += (s.p[i] - '0') * unit;
        if (zeros_are_fine) i = skip_zeros(s, i);
        if (i != s.n) return false;
    }
    *fen = yuan * 100 + cents;
    return *fen <= SZ_FEN_MAX;
}

bool sz_count_parse(sz_str s, bool zeros_are_fine, int64_t *count) {
    size_t i = whole(s, 0, INT64_MAX, count);
    if (i == 0 || *count < 0) return false;
    if (zeros_are_fine && i + 1 < s.n && s.p[i] == '.') i = skip_zeros(s, i + 1);
    return i == s.n;
}

/* A number as `digits` (17 at most) times ten to `exp10`. */
typedef struct decimal {
    int64_t digits;
    int n;
    int64_t exp10;
} decimal;

static void add_digit(decimal *d, char c, bool is_fraction) {
    if (d->n == 0 && c == '0') {
        d->exp10 -= is_fraction;
    } else if (d->n < 17) {
        d->digits = d->digits * 10 + (c - '0');
        d->n++;
        d->exp10 -= is_fraction;
    } else {
        d->exp10 += !is_fraction; /* what is cut off here is far below a millionth of what is allowed */
    }
}

static bool read_decimal(sz_str s, decimal *d) {
    size_t i = s.n && s.p[0] == '-' ? 1 : 0, n_digits = 0;
    bool is_negative = i == 1, is_fraction = false;
    for (; i < s.n; i++) {
        if (s.p[i] == '.' && !is_fraction && n_digits) {
            is_fraction = true;
        } else if (is_digit(s.p[i])) {
            add_digit(d, s.p[i], is_fraction);
            n_digits++;
        } else {
            break;
        }
    }
    if (n_digits == 0 || s.p[i - 1] == '.') return false;
    if (i < s.n) {
        if (s.p[i] != 'e' && s.p[i] != 'E') return false;
        i++;
        bool is_small = i < s.n && s.p[i] == '-';
        if (i < s.n && (s.p[i] == '-' || s.p[i] == '+')) i++;
        int64_t e;
        size_t end = whole(s, i, 1000000, &e);
        if (end == i || end != s.n) return false;
        if (e < 0) e = 1000001;
        d->exp10 += is_small ? -e : e;
    }
    return d->n == 0 || !is_negative; /* -0 is 0 */
}

bool sz_micro_parse(sz_str s, int64_t *micro) {
    decimal d = {0, 0, 0};
    if (!read_decimal(s, &d)) return false;
    int64_t v = d.digits, shift = d.exp10 + 6;
    for (; shift > 0 && v; shift--) {
        if (v > SZ_MICRO_MAX / 10) return false;
        v *= 10;
    }
    if (shift < -18) v = 0;
    for (; shift < -1 && v; shift++) v /= 10;
    if (shift == -1 && v) v = (v + 5) / 10; /* half up: the digits cut off before can not matter */
    if (v > SZ_MICRO_MAX) return false;
    *micro = v;
    return true;
}

/* The ASCII character that three bytes mean: U+FF01 to U+FF5E, U+3000; 0: none. */
static char narrow_of(const uint8_t *p) {
    if (p[0] == 0xe3) return p[1] == 0x80 && p[2] == 0x80 ? ' ' : 0;
    if (p[0] != 0xef || (p[1] != 0xbc && p[1] != 0xbd)) return 0;
    unsigned c = (p[1] == 0xbc ? 0x20u : 0x60u) + (p[2] & 0x3f);
    return c > 0x20 && c < 0x7f ? (char)c : 0;
}

bool sz_narrow(sz_arena *a, sz_str *text) {
    char *out = NULL;
    size_t n = 0;
    for (size_t i = 0; i < text->n;) {
        char c = text->n - i >= 3 ? narrow_of((const uint8_t *)text->p + i) : 0;
        if (c && !out) {
            out = sz_arena_alloc(a, text->n);
            if (i) memcpy(out, text->p, i);
            n = i;
        }
        if (out) out[n++] = c ? c : text->p[i];
        i += c ? 3 : 1;
    }
    if (out) *text = (sz_str){out, n};
    return out != NULL;
}

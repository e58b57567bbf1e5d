/* SPDX-License-Identifier: Apache-2.0
 *
 * number: text to numbers, without a locale. A double's digits are gathered as one whole number with a power of ten;
 * when both are small the result is exact at once (Clinger), else strtod reads them in a form that has no decimal
 * point.
 */
#include <sanzao/base.h>

#include <math.h>
#include <stdlib.h>

bool sz_str_i64(sz_str s, int64_t *out) {
    size_t i = 0;
    bool is_negative = s.n > 0 && s.p[0] == '-';
    if (is_negative) i++;
    if (i == s.n) return false;
    uint64_t limit = (uint64_t)INT64_MAX + (is_negative ? 1 : 0), v = 0;
    for (; i < s.n; i++) {
        unsigned d = (unsigned)(uint8_t)s.p[i] - '0';
        if (d > 9 || v > (limit - d) / 10) return false;
        v = v * 10 + d;
    }
    *out = is_negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

#define KEPT_DIGITS 800 /* no double needs more than 767 to be told from its neighbour */

/* Digits of a number without leading zeros; what is not kept and not zero leaves a final 1 (it only breaks a tie). */
typedef struct decimal {
    char digits[KEPT_DIGITS + 1];
    size_t n;
    int64_t exp10; /* of the last kept digit */
    bool is_sticky;
} decimal;

static void add_digit(decimal *d, char c, bool is_fraction) {
    if (d->n == 0 && c == '0') {
        d->exp10 -= is_fraction;
    } else if (d->n < KEPT_DIGITS) {
        d->digits[d->n++] = c;
        d->exp10 -= is_fraction;
    } else {
        d->is_sticky |= c != '0';
        d->exp10 += !is_fraction;
    }
}

static bool read_exponent(sz_str s, size_t i, int64_t *out) {
    bool is_negative = false;
    if (i < s.n && (s.p[i] == '+' || s.p[i] == '-')) is_negative = s.p[i++] == '-';
    if (i == s.n) return false;
    int64_t e = 0;
    for (; i < s.n; i++) {
        unsigned d = (unsigned)(uint8_t)s.p[i] - '0';
        if (d > 9) return false;
        if (e < INT64_C(1000000000000)) e = e * 10 + d;
    }
    *out = is_negative ? -e : e;
    return true;
}

static double value_of(decimal *d) {
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (d->n == 0) return 0;
    if (d->n <= 15 && d->exp10 >= -22 && d->exp10 <= 22) {
        int64_t v = 0;
        for (size_t i = 0; i < d->n; i++) v = v * 10 + (d->digits[i] - '0');
        return d->exp10 < 0 ? (double)v / power[-d->exp10] : (double)v * power[d->exp10];
    }
    if (d->is_sticky) {
        d->digits[d->n++] = '1';
        d->exp10--;
    }
    int64_t e = d->exp10 > 99999 ? 99999 : d->exp10 < -99999 ? -99999 : d->exp10;
    char text[KEPT_DIGITS + 1 + sizeof "e-99999"], *p = text;
    memcpy(p, d->digits, d->n);
    p += d->n;
    *p++ = 'e';
    if (e < 0) *p++ = '-';
    int64_t rest = e < 0 ? -e : e;
    for (int64_t unit = 10000; unit; unit /= 10) *p++ = (char)('0' + rest / unit % 10);
    *p = '\0';
    return strtod(text, NULL);
}

bool sz_str_double(sz_str s, double *out) {
    decimal d;
    d.n = 0, d.exp10 = 0, d.is_sticky = false;
    size_t i = 0, n_digits = 0;
    bool is_negative = s.n > 0 && s.p[0] == '-', is_fraction = false;
    if (is_negative) i++;
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9') {
            add_digit(&d, c, is_fraction);
            n_digits++;
        } else if (c == '.' && !is_fraction) {
            is_fraction = true;
        } else {
            break;
        }
    }
    if (n_digits == 0) return false;
    if (i < s.n) {
        int64_t e;
        if ((s.p[i] != 'e' && s.p[i] != 'E') || !read_exponent(s, i + 1, &e)) return false;
        d.exp10 += e;
    }
    double v = value_of(&d);
    if (isinf(v)) return false;
    *out = is_negative ? -v : v;
    return true;
}

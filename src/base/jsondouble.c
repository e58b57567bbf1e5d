/* SPDX-License-Identifier: Apache-2.0
 *
 * jsondouble: the shortest decimal of a double. Whole numbers and those with up to four decimals (money, hours,
 * shares) are found by arithmetic; the rest by asking for 15, 16, 17 digits. Only the digits of snprintf are used,
 * never its decimal point, which belongs to the locale.
 */
#include <sanzao/base.h>

#include <float.h>
#include <math.h>
#include <stdio.h>

#define EXACT_BELOW 9007199254740992.0 /* 2^53 */
#define SURE_BELOW  1e15               /* any decimal of 15 digits reads back as itself */

/* Digits d.ddd × 10^exp10, without trailing zeros. */
static void put_digits(sz_buf *out, const char *digits, int n, int exp10) {
    if (exp10 < -7 || exp10 > 20) {
        sz_buf_put_u8(out, (uint8_t)digits[0]);
        if (n > 1) {
            sz_buf_put_u8(out, '.');
            sz_buf_put(out, digits + 1, (size_t)n - 1);
        }
        sz_buf_put_u8(out, 'e');
        sz_buf_put_dec(out, exp10);
        return;
    }
    if (exp10 < 0) sz_buf_put(out, "0.0000000", (size_t)(1 - exp10));
    for (int i = 0; i < n || i <= exp10; i++) {
        if (i > 0 && i == exp10 + 1) sz_buf_put_u8(out, '.');
        sz_buf_put_u8(out, (uint8_t)(i < n ? digits[i] : '0'));
    }
}

/* Try a positive d with n digits; false if those do not read back as d (the last try always does). */
static bool try_digits(sz_buf *out, double d, int n) {
    char text[40], digits[24], plain[40];
    snprintf(text, sizeof text, "%.*e", n - 1, d);
    const char *p = text;
    int k = 0;
    for (; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9' && k < n) digits[k++] = *p;
    int64_t exp10 = 0;
    if (*p == 'e') sz_str_i64(sz_str_of(p[1] == '+' ? p + 2 : p + 1), &exp10);
    snprintf(plain, sizeof plain, "%.*se%d", k, digits, (int)exp10 - (k - 1));
    double back;
    if (n < 17 && (!sz_str_double(sz_str_of(plain), &back) || back != d)) return false;
    while (k > 1 && digits[k - 1] == '0') k--;
    put_digits(out, digits, k, (int)exp10);
    return true;
}

static bool put_few_decimals(sz_buf *out, double d) {
    int64_t scale = 1;
    for (int decimals = 1; decimals <= 4; decimals++) {
        scale *= 10;
        double scaled = d * (double)scale;
        if (scaled >= SURE_BELOW) return false;
        int64_t whole = (int64_t)(scaled + 0.5);
        if ((double)whole / (double)scale != d) continue;
        sz_buf_put_dec(out, whole / scale);
        sz_buf_put_u8(out, '.');
        int64_t rest = whole % scale;
        for (int64_t unit = scale / 10; unit; unit /= 10) sz_buf_put_u8(out, (uint8_t)('0' + rest / unit % 10));
        return true;
    }
    return false;
}

void sz_json_double(sz_buf *out, double d) {
    if (!isfinite(d)) {
        sz_buf_put_z(out, "null");
        return;
    }
    if (signbit(d)) {
        sz_buf_put_u8(out, '-');
        d = -d;
    }
    if (d < EXACT_BELOW && d == (double)(int64_t)d) sz_buf_put_dec(out, (int64_t)d);
    else if (!put_few_decimals(out, d))
        for (int n = d < DBL_MIN ? 1 : 15; !try_digits(out, d, n); n++) { /* a subnormal has few digits of its own */
        }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of timestamps (RFC 3339, to the nanosecond) and durations (1h30m0.5s), both ways.
 */
#include "cel_value.h"

#include <inttypes.h>

enum { NANOS = 1000000000 };

/* `.5` for 500,000,000 ns; nothing for 0. */
static void put_fraction(uint32_t nanos, sz_buf *out) {
    if (nanos == 0) return;
    sz_buf_printf(out, ".%09u", nanos);
    while (out->p[out->n - 1] == '0') out->n--;
}

void sz_cel_timestamp_text(sz_cel_value v, sz_buf *out) {
    int64_t day = v.i / 86400, s = v.i % 86400;
    if (s < 0) {
        s += 86400;
        day--;
    }
    int y, m, d;
    sz_day_to_ymd((int32_t)day, &y, &m, &d);
    sz_buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", y, m, d, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    put_fraction(v.n, out);
    sz_buf_put_u8(out, 'Z');
}

void sz_cel_duration_text(sz_cel_value v, sz_buf *out) {
    uint64_t ns = v.i < 0 ? 0 - (uint64_t)v.i : (uint64_t)v.i;
    sz_buf_printf(out, "%s%" PRIu64, v.i < 0 ? "-" : "", ns / NANOS);
    put_fraction((uint32_t)(ns % NANOS), out);
    sz_buf_put_u8(out, 's');
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Exactly n digits at *s, and the character `then` after them unless it is 0; all consumed. */
static bool take(sz_str *s, size_t n, char then, int *out) {
    int v = 0;
    if (s->n < n + (then ? 1 : 0)) return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9') return false;
        v = v * 10 + (s->p[i] - '0');
    }
    if (then && s->p[n] != then) return false;
    *s = (sz_str){s->p + n + (then ? 1 : 0), s->n - n - (then ? 1 : 0)};
    *out = v;
    return true;
}

/* `.123` to nanoseconds; what is finer is cut. */
static bool take_fraction(sz_str *s, int64_t *nanos) {
    *nanos = 0;
    if (s->n == 0 || s->p[0] != '.') return true;
    size_t i = 1;
    for (int64_t unit = NANOS / 10; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++, unit /= 10)
        *nanos += (s->p[i] - '0') * unit;
    bool has_digits = i > 1;
    *s = (sz_str){s->p + i, s->n - i};
    return has_digits;
}

static bool take_offset(sz_str *s, int64_t *seconds) {
    *seconds = 0;
    if (s->n == 1 && s->p[0] == 'Z') return true;
    if (s->n != 6 || (s->p[0] != '+' && s->p[0] != '-')) return false;
    int h, m, sign = s->p[0] == '-' ? -1 : 1;
    *s = (sz_str){s->p + 1, s->n - 1};
    if (!take(s, 2, ':', &h) || !take(s, 2, 0, &m) || h > 23 || m > 59) return false;
    *seconds = (int64_t)sign * (h * 3600 + m * 60);
    return true;
}

bool sz_cel_timestamp_parse(sz_str s, sz_cel_value *out) {
    int y, mo, d, h, mi, sec;
    int64_t nanos, offset;
    if (!take(&s, 4, '-', &y) || !take(&s, 2, '-', &mo) || !take(&s, 2, 'T', &d) || !take(&s, 2, ':', &h) ||
        !take(&s, 2, ':', &mi) || !take(&s, 2, 0, &sec) || !take_fraction(&s, &nanos) || !take_offset(&s, &offset))
        return false;
    if (y < 1 || !sz_ymd_valid(y, mo, d) || h > 23 || mi > 59 || sec > 59) return false;
    int64_t seconds = (int64_t)sz_day_from_ymd(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec - offset;
    return sz_cel_timestamp_make(seconds, nanos, out);
}

static const struct {
    const char *name;
    int64_t ns;
} units[] = {
    {"ns", 1},       {"us", 1000}, {"\xC2\xB5s", 1000},        {"\xCE\xBCs", 1000},
    {"ms", 1000000}, {"s", NANOS}, {"m", INT64_C(60) * NANOS}, {"h", INT64_C(3600) * NANOS},
};

/* The unit at *s in nanoseconds, 0 when there is none: what stands up to the next digit or point. */
static int64_t take_unit(sz_str *s) {
    size_t n = 0;
    while (n < s->n && s->p[n] != '.' && (s->p[n] < '0' || s->p[n] > '9')) n++;
    sz_str name = {s->p, n};
    *s = (sz_str){s->p + n, s->n - n};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (sz_str_is(name, units[i].name)) return units[i].ns;
    return 0;
}

/* One number with its unit, in nanoseconds below zero, where one more fits. */
static bool take_part(sz_str *s, int64_t *minus_ns) {
    int64_t whole = 0, fraction = 0, scale = 1;
    size_t i = 0, digits = 0;
    bool is_over = false;
    for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++, digits++)
        is_over |= __builtin_mul_overflow(whole, INT64_C(10), &whole) ||
                   __builtin_sub_overflow(whole, (int64_t)(s->p[i] - '0'), &whole);
    if (i < s->n && s->p[i] == '.')
        for (i++; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++, digits++) {
            if (scale > INT64_C(100000000000)) continue; /* finer than any unit shows */
            fraction = fraction * 10 + (s->p[i] - '0');
            scale *= 10;
        }
    *s = (sz_str){s->p + i, s->n - i};
    int64_t unit = take_unit(s);
    if (digits == 0 || unit == 0 || is_over || __builtin_mul_overflow(whole, unit, &whole)) return false;
    int64_t part = (int64_t)((double)fraction * ((double)unit / (double)scale));
    return !__builtin_sub_overflow(whole, part, minus_ns);
}

bool sz_cel_duration_parse(sz_str s, sz_cel_value *out) {
    bool is_negative = s.n > 0 && s.p[0] == '-';
    if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+')) s = (sz_str){s.p + 1, s.n - 1};
    int64_t total = 0;
    if (sz_str_is(s, "0")) s.n = 0;
    else if (s.n == 0) return false;
    while (s.n > 0) {
        int64_t part;
        if (!take_part(&s, &part) || __builtin_add_overflow(total, part, &total)) return false;
    }
    if (!is_negative && total == INT64_MIN) return false;
    *out = sz_cel_duration(is_negative ? total : -total);
    return true;
}

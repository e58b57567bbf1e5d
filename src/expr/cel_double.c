/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of doubles: the fewest digits that read back as the same number, laid out as each reader wants them.
 */
#include "cel_value.h"

#include <math.h>
#include <stdlib.h>

typedef struct decimal {
    char digits[20]; /* no trailing zeros, at least one digit */
    int n;
    int point; /* the value is 0.digits times 10 to this */
} decimal;

/* The digits of a finite d >= 0, out of base's shortest text, whatever that looks like. */
static decimal shortest(double d) {
    decimal r = {.n = 0};
    sz_buf text;
    sz_buf_init(&text);
    sz_json_double(&text, d);
    sz_buf_put_u8(&text, '\0');
    bool has_point = false;
    const char *p = (const char *)text.p;
    for (; *p && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') has_point = true;
        if (*p < '0' || *p > '9') continue;
        if (r.n == 0 && *p == '0') { /* leading */
            r.point -= has_point;
            continue;
        }
        if (r.n < (int)sizeof r.digits) r.digits[r.n++] = *p;
        r.point += !has_point;
    }
    if (*p) r.point += (int)strtol(p + 1, NULL, 10);
    sz_buf_fini(&text);
    while (r.n > 1 && r.digits[r.n - 1] == '0') r.n--;
    return r.n > 0 ? r : (decimal){"0", 1, 1};
}

static void put_exponent(const decimal *r, sz_buf *out) {
    int e = r->point - 1;
    sz_buf_put(out, r->digits, 1);
    if (r->n > 1) sz_buf_put_u8(out, '.');
    sz_buf_put(out, r->digits + 1, (size_t)r->n - 1);
    sz_buf_printf(out, "e%c%02d", e < 0 ? '-' : '+', e < 0 ? -e : e);
}

static void put_plain(const decimal *r, sz_buf *out) {
    if (r->point <= 0) sz_buf_put_z(out, "0.");
    for (int i = r->point; i < 0; i++) sz_buf_put_u8(out, '0');
    for (int i = 0; i < r->n || i < r->point; i++) {
        if (i > 0 && i == r->point) sz_buf_put_u8(out, '.');
        sz_buf_put_u8(out, (uint8_t)(i < r->n ? r->digits[i] : '0'));
    }
}

/* A number that has no digits, by its name; false when it has. */
static bool put_special(double d, const char *nan, const char *plus, const char *minus, sz_buf *out) {
    if (isfinite(d)) return false;
    sz_buf_put_z(out, isnan(d) ? nan : d > 0 ? plus : minus);
    return true;
}

/* With an exponent below 10^-4 and from 10^high on. */
static void put(double d, int high, bool keep_point, sz_buf *out) {
    decimal r = shortest(fabs(d));
    if (signbit(d)) sz_buf_put_u8(out, '-');
    if (r.point - 1 < -4 || r.point - 1 >= high) {
        put_exponent(&r, out);
        return;
    }
    put_plain(&r, out);
    if (keep_point && r.n <= r.point) sz_buf_put_z(out, ".0");
}

void sz_cel_double_general(double d, sz_buf *out) {
    if (!put_special(d, "NaN", "+Inf", "-Inf", out)) put(d, 6, false, out);
}

void sz_cel_double_repr(double d, sz_buf *out) {
    if (!put_special(d, "nan", "inf", "-inf", out)) put(d, 16, true, out);
}

void sz_cel_double_fixed(double d, sz_buf *out) {
    if (put_special(d, "NaN", "Infinity", "-Infinity", out)) return;
    decimal r = shortest(fabs(d));
    if (signbit(d)) sz_buf_put_u8(out, '-');
    put_plain(&r, out);
}

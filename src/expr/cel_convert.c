/* SPDX-License-Identifier: Apache-2.0
 *
 * Conversions between kinds: int() uint() double() string() bytes() bool() timestamp() duration() type() dyn(), and
 * size().
 */
#include "cel_value.h"

#include <inttypes.h>
#include <math.h>

static sz_cel_value same(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return a[0];
}

static sz_cel_value out_of_range(sz_cel *c, const char *kind) {
    return sz_cel_fail(c, "the value does not fit the range of %s", "数值超出 %s 的范围", kind);
}

static sz_cel_value not_a(sz_cel *c, sz_cel_value text, const char *kind) {
    if (text.n > 60) return sz_cel_fail(c, "the text is not of the form of %s", "文字不是 %s 的格式", kind);
    return sz_cel_fail(c, "\"%.*s\" is not of the form of %s", "\"%.*s\" 不是 %s 的格式", (int)text.n, text.s, kind);
}

/* ---- int, uint, double ------------------------------------------------------------------------------------------- */

static sz_cel_value int_of_uint(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return a[0].u > INT64_MAX ? out_of_range(c, "int") : sz_cel_int((int64_t)a[0].u);
}

/* The ends are left out: a double near them may stand for a number beyond. */
static sz_cel_value int_of_double(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (!(a[0].d > -9223372036854775808.0 && a[0].d < 9223372036854775808.0)) return out_of_range(c, "int");
    return sz_cel_int((int64_t)a[0].d);
}

static sz_cel_value int_of_string(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_str s = sz_cel_str(a[0]);
    int64_t i;
    if (s.n > 1 && s.p[0] == '+' && s.p[1] != '-' && s.p[1] != '+') s = (sz_str){s.p + 1, s.n - 1};
    return sz_str_i64(s, &i) ? sz_cel_int(i) : not_a(c, a[0], "int");
}

static sz_cel_value int_of_timestamp(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_int(a[0].i);
}

static sz_cel_value uint_of_int(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return a[0].i < 0 ? out_of_range(c, "uint") : sz_cel_uint((uint64_t)a[0].i);
}

static sz_cel_value uint_of_double(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (!(a[0].d >= 0 && a[0].d < 18446744073709551616.0)) return out_of_range(c, "uint");
    return sz_cel_uint((uint64_t)a[0].d);
}

static sz_cel_value uint_of_string(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    uint64_t u = 0;
    bool is_good = a[0].n > 0;
    for (uint32_t i = 0; i < a[0].n && is_good; i++) {
        char d = a[0].s[i];
        is_good = d >= '0' && d <= '9' && !__builtin_mul_overflow(u, UINT64_C(10), &u) &&
                  !__builtin_add_overflow(u, (uint64_t)(d - '0'), &u);
    }
    return is_good ? sz_cel_uint(u) : not_a(c, a[0], "uint");
}

static sz_cel_value double_of_int(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_double((double)a[0].i);
}

static sz_cel_value double_of_uint(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_double((double)a[0].u);
}

/* NaN, Infinity and inf in any case, with a sign. */
static bool special_double(sz_str s, double *out) {
    static const struct {
        const char *name;
        double value;
    } names[] = {{"nan", (double)NAN}, {"inf", HUGE_VAL}, {"infinity", HUGE_VAL}};
    bool is_negative = s.n > 0 && s.p[0] == '-';
    if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+')) s = (sz_str){s.p + 1, s.n - 1};
    char low[9];
    if (s.n >= sizeof low) return false;
    for (size_t i = 0; i < s.n; i++) low[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sz_str_is((sz_str){low, s.n}, names[i].name)) {
            *out = is_negative ? -names[i].value : names[i].value;
            return true;
        }
    return false;
}

static sz_cel_value double_of_string(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_str s = sz_cel_str(a[0]);
    double d;
    if (special_double(s, &d)) return sz_cel_double(d);
    if (s.n > 1 && s.p[0] == '+' && s.p[1] != '-' && s.p[1] != '+') s = (sz_str){s.p + 1, s.n - 1};
    return sz_str_double(s, &d) && isfinite(d) ? sz_cel_double(d) : not_a(c, a[0], "double");
}

/* ---- bool, string, bytes ----------------------------------------------------------------------------------------- */

static sz_cel_value bool_of_string(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"}, *const no[] = {"0",     "f",     "F",
                                                                                             "false", "FALSE", "False"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (sz_str_is(sz_cel_str(a[0]), yes[i])) return sz_cel_bool(true);
        if (sz_str_is(sz_cel_str(a[0]), no[i])) return sz_cel_bool(false);
    }
    return not_a(c, a[0], "bool");
}

static sz_cel_value string_of_bool(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_string(a[0].b ? SZ_STR("true") : SZ_STR("false"));
}

static sz_cel_value string_of_other(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_buf text;
    sz_buf_init(&text);
    switch ((sz_cel_kind)a[0].kind) {
    case SZ_V_INT: sz_buf_printf(&text, "%" PRId64, a[0].i); break;
    case SZ_V_UINT: sz_buf_printf(&text, "%" PRIu64, a[0].u); break;
    case SZ_V_DOUBLE: sz_cel_double_general(a[0].d, &text); break;
    case SZ_V_TIMESTAMP: sz_cel_timestamp_text(a[0], &text); break;
    default: sz_cel_duration_text(a[0], &text); break;
    }
    sz_cel_value v = sz_cel_copy(c, SZ_V_STRING, sz_buf_str(&text));
    sz_buf_fini(&text);
    return v;
}

static sz_cel_value string_of_bytes(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (!sz_cel_charge_bytes(c, a[0].n)) return sz_cel_fatal(c);
    if (!sz_utf8_valid(a[0].s, a[0].n)) return sz_cel_fail(c, "the bytes are not UTF-8", "这些字节不是 UTF-8 编码");
    return sz_cel_string(sz_cel_str(a[0]));
}

static sz_cel_value bytes_of_string(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_bytes(sz_cel_str(a[0]));
}

/* ---- times, types, size ------------------------------------------------------------------------------------------ */

static sz_cel_value timestamp_of_int(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_cel_value v;
    return sz_cel_timestamp_make(a[0].i, 0, &v) ? v : out_of_range(c, "timestamp");
}

static sz_cel_value timestamp_of_string(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_cel_value v;
    return sz_cel_timestamp_parse(sz_cel_str(a[0]), &v) ? v : not_a(c, a[0], "timestamp (2026-09-01T08:00:00+08:00)");
}

static sz_cel_value duration_of_string(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_cel_value v;
    return sz_cel_duration_parse(sz_cel_str(a[0]), &v) ? v : not_a(c, a[0], "duration (1h30m)");
}

static sz_cel_value type_of(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_type(a[0].kind);
}

static sz_cel_value size_of_string(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (!sz_cel_charge_bytes(c, a[0].n)) return sz_cel_fatal(c);
    int64_t count = 0;
    for (uint32_t i = 0; i < a[0].n; i++) count += ((unsigned char)a[0].s[i] & 0xC0) != 0x80;
    return sz_cel_int(count);
}

static sz_cel_value size_of(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_int(a[0].n);
}

const sz_cel_overload sz_cel_convert_table[] = {
    {NULL, "int", false, "i", same},
    {NULL, "int", false, "u", int_of_uint},
    {NULL, "int", false, "d", int_of_double},
    {NULL, "int", false, "s", int_of_string},
    {NULL, "int", false, "t", int_of_timestamp},
    {NULL, "uint", false, "u", same},
    {NULL, "uint", false, "i", uint_of_int},
    {NULL, "uint", false, "d", uint_of_double},
    {NULL, "uint", false, "s", uint_of_string},
    {NULL, "double", false, "d", same},
    {NULL, "double", false, "i", double_of_int},
    {NULL, "double", false, "u", double_of_uint},
    {NULL, "double", false, "s", double_of_string},
    {NULL, "bool", false, "b", same},
    {NULL, "bool", false, "s", bool_of_string},
    {NULL, "string", false, "s", same},
    {NULL, "string", false, "b", string_of_bool},
    {NULL, "string", false, "N", string_of_other},
    {NULL, "string", false, "y", string_of_bytes},
    {NULL, "string", false, "t", string_of_other},
    {NULL, "string", false, "r", string_of_other},
    {NULL, "bytes", false, "y", same},
    {NULL, "bytes", false, "s", bytes_of_string},
    {NULL, "timestamp", false, "t", same},
    {NULL, "timestamp", false, "i", timestamp_of_int},
    {NULL, "timestamp", false, "s", timestamp_of_string},
    {NULL, "duration", false, "r", same},
    {NULL, "duration", false, "s", duration_of_string},
    {NULL, "type", false, "*", type_of},
    {NULL, "dyn", false, "*", same},
    {NULL, "size", false, "s", size_of_string},
    {NULL, "size", false, "y", size_of},
    {NULL, "size", false, "l", size_of},
    {NULL, "size", false, "m", size_of},
    {NULL, "size", true, "s", size_of_string},
    {NULL, "size", true, "y", size_of},
    {NULL, "size", true, "l", size_of},
    {NULL, "size", true, "m", size_of},
    {0},
};

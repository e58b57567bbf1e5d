/* SPDX-License-Identifier: Apache-2.0
 *
 * The math extension: math.greatest math.least math.ceil … math.bitAnd ….
 */
#include "cel_value.h"

#include <math.h>

/* ---- greatest and least ------------------------------------------------------------------------------------------ */

static sz_cel_value extreme(sz_cel *c, const sz_cel_value *v, uint32_t n, int wanted) {
    sz_cel_value best = sz_cel_null();
    if (n == 0) return sz_cel_fail(c, "an empty list has no greatest or least number", "空列表没有最大值或最小值");
    if (!sz_cel_charge(c, n)) return sz_cel_fatal(c);
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].kind != SZ_V_INT && v[i].kind != SZ_V_UINT && v[i].kind != SZ_V_DOUBLE)
            return sz_cel_fail(c, "only numbers have a greatest and a least, not %s",
                               "只有数字才有最大值和最小值，不能是 %s", sz_cel_type_name(v[i].kind));
        int order = i == 0 ? wanted : sz_cel_compare(c, v[i], best);
        if (order == SZ_CEL_UNORDERED || (v[i].kind == SZ_V_DOUBLE && isnan(v[i].d) && n > 1))
            return sz_cel_fail(c, "NaN has no place in an order", "NaN 无法比较大小");
        if (order == wanted) best = v[i];
    }
    return best;
}

static sz_cel_value greatest(sz_cel *c, const sz_cel_value *a, uint32_t n) { return extreme(c, a, n, 1); }
static sz_cel_value least(sz_cel *c, const sz_cel_value *a, uint32_t n) { return extreme(c, a, n, -1); }

static sz_cel_value greatest_of_list(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return extreme(c, a[0].list->v, a[0].n, 1);
}

static sz_cel_value least_of_list(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return extreme(c, a[0].list->v, a[0].n, -1);
}

/* ---- rounding and kinds of doubles ------------------------------------------------------------------------------- */

#define OF_DOUBLE(name, make, expression)                                    \
    static sz_cel_value name(sz_cel *c, const sz_cel_value *a, uint32_t n) { \
        (void)c, (void)n;                                                    \
        double d = a[0].d;                                                   \
        return make(expression);                                             \
    }
OF_DOUBLE(ceil_of, sz_cel_double, ceil(d))
OF_DOUBLE(floor_of, sz_cel_double, floor(d))
OF_DOUBLE(round_of, sz_cel_double, round(d)) /* halves away from zero */
OF_DOUBLE(trunc_of, sz_cel_double, trunc(d))
OF_DOUBLE(is_nan, sz_cel_bool, isnan(d) != 0)
OF_DOUBLE(is_inf, sz_cel_bool, isinf(d) != 0)
OF_DOUBLE(is_finite, sz_cel_bool, isfinite(d) != 0)
OF_DOUBLE(abs_double, sz_cel_double, fabs(d))
OF_DOUBLE(sign_double, sz_cel_double, isnan(d) ? d : (double)((d > 0) - (d < 0)))
#undef OF_DOUBLE

static sz_cel_value square_root(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    double d = a[0].kind == SZ_V_INT ? (double)a[0].i : a[0].kind == SZ_V_UINT ? (double)a[0].u : a[0].d;
    return sz_cel_double(sqrt(d));
}

static sz_cel_value abs_int(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (a[0].i == INT64_MIN) return sz_cel_fail(c, "the result does not fit 64 bits", "结果超出 64 位整数的范围");
    return sz_cel_int(a[0].i < 0 ? -a[0].i : a[0].i);
}

static sz_cel_value sign_int(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_int((a[0].i > 0) - (a[0].i < 0));
}

static sz_cel_value abs_uint(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return a[0];
}

static sz_cel_value sign_uint(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_uint(a[0].u > 0);
}

/* ---- bits: the same for int and uint, whose bits share a place --------------------------------------------------- */

static sz_cel_value with_bits(sz_cel_value like, uint64_t bits) {
    like.u = bits;
    return like;
}

#define OF_BITS(name, expression)                                            \
    static sz_cel_value name(sz_cel *c, const sz_cel_value *a, uint32_t n) { \
        (void)c, (void)n;                                                    \
        return with_bits(a[0], expression);                                  \
    }
OF_BITS(bit_and, a[0].u &a[1].u)
OF_BITS(bit_or, a[0].u | a[1].u)
OF_BITS(bit_xor, a[0].u ^ a[1].u)
OF_BITS(bit_not, ~a[0].u)
#undef OF_BITS

static sz_cel_value shift(sz_cel *c, const sz_cel_value *a, bool is_left) {
    int64_t by = a[1].i;
    if (by < 0)
        return sz_cel_fail(c, "bits are shifted by 0 or more, not %lld", "移位的位数不能是负数：%lld", (long long)by);
    if (by >= 64) return with_bits(a[0], 0);
    return with_bits(a[0], is_left ? a[0].u << by : a[0].u >> by);
}

static sz_cel_value shift_left(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return shift(c, a, true);
}

static sz_cel_value shift_right(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return shift(c, a, false);
}

const sz_cel_overload sz_cel_math_table[] = {
    {"math", "greatest", false, "N+", greatest},
    {"math", "greatest", false, "l", greatest_of_list},
    {"math", "least", false, "N+", least},
    {"math", "least", false, "l", least_of_list},
    {"math", "ceil", false, "d", ceil_of},
    {"math", "floor", false, "d", floor_of},
    {"math", "round", false, "d", round_of},
    {"math", "trunc", false, "d", trunc_of},
    {"math", "isNaN", false, "d", is_nan},
    {"math", "isInf", false, "d", is_inf},
    {"math", "isFinite", false, "d", is_finite},
    {"math", "abs", false, "d", abs_double},
    {"math", "abs", false, "i", abs_int},
    {"math", "abs", false, "u", abs_uint},
    {"math", "sign", false, "d", sign_double},
    {"math", "sign", false, "i", sign_int},
    {"math", "sign", false, "u", sign_uint},
    {"math", "sqrt", false, "N", square_root},
    {"math", "bitAnd", false, "ii", bit_and},
    {"math", "bitAnd", false, "uu", bit_and},
    {"math", "bitOr", false, "ii", bit_or},
    {"math", "bitOr", false, "uu", bit_or},
    {"math", "bitXor", false, "ii", bit_xor},
    {"math", "bitXor", false, "uu", bit_xor},
    {"math", "bitNot", false, "i", bit_not},
    {"math", "bitNot", false, "u", bit_not},
    {"math", "bitShiftLeft", false, "ii", shift_left},
    {"math", "bitShiftLeft", false, "ui", shift_left},
    {"math", "bitShiftRight", false, "ii", shift_right},
    {"math", "bitShiftRight", false, "ui", shift_right},
    {0},
};

/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators of arithmetic. No conversion between kinds; what does not fit 64 bits is an error.
 */
#include "cel_value.h"

static sz_cel_value overflow(sz_cel *c) {
    return sz_cel_fail(c, "the result does not fit 64 bits", "结果超出 64 位整数的范围");
}
static sz_cel_value by_zero(sz_cel *c) {
    sz_cel_value v = sz_cel_fail(c, "a whole number is divided by zero", "整数除以零");
    return sz_cel_hint(c, v, "ask before:  n != 0 && 10 / n > 1", "请先判断：n != 0 && 10 / n > 1");
}

static sz_cel_value of_ints(sz_cel *c, sz_expr_op op, int64_t a, int64_t b) {
    int64_t r = 0;
    bool is_over = false;
    switch (op) {
    case SZ_OP_ADD: is_over = __builtin_add_overflow(a, b, &r); break;
    case SZ_OP_SUBTRACT: is_over = __builtin_sub_overflow(a, b, &r); break;
    case SZ_OP_MULTIPLY: is_over = __builtin_mul_overflow(a, b, &r); break;
    default:
        if (b == 0) return by_zero(c);
        is_over = a == INT64_MIN && b == -1;
        if (!is_over) r = op == SZ_OP_DIVIDE ? a / b : a % b;
        break;
    }
    return is_over ? overflow(c) : sz_cel_int(r);
}

static sz_cel_value of_uints(sz_cel *c, sz_expr_op op, uint64_t a, uint64_t b) {
    uint64_t r = 0;
    bool is_over = false;
    switch (op) {
    case SZ_OP_ADD: is_over = __builtin_add_overflow(a, b, &r); break;
    case SZ_OP_SUBTRACT: is_over = __builtin_sub_overflow(a, b, &r); break;
    case SZ_OP_MULTIPLY: is_over = __builtin_mul_overflow(a, b, &r); break;
    default:
        if (b == 0) return by_zero(c);
        r = op == SZ_OP_DIVIDE ? a / b : a % b;
        break;
    }
    return is_over ? overflow(c) : sz_cel_uint(r);
}

/* Division by zero as IEEE 754 has it. */
static sz_cel_value of_doubles(sz_cel *c, sz_expr_op op, sz_cel_value a, sz_cel_value b) {
    switch (op) {
    case SZ_OP_ADD: return sz_cel_double(a.d + b.d);
    case SZ_OP_SUBTRACT: return sz_cel_double(a.d - b.d);
    case SZ_OP_MULTIPLY: return sz_cel_double(a.d * b.d);
    case SZ_OP_DIVIDE: return sz_cel_double(a.d / b.d);
    default: return sz_cel_no_overload(c, (sz_cel_value[]){a, b}, 2); /* the remainder is one of whole numbers */
    }
}

static sz_cel_value join(sz_cel *c, sz_cel_value a, sz_cel_value b) {
    if (a.n == 0) return b;
    if (b.n == 0) return a;
    size_t n = (size_t)a.n + b.n;
    char *p = sz_cel_alloc(c, n);
    if (!p || !sz_cel_charge_bytes(c, n)) return sz_cel_fatal(c);
    memcpy(p, a.s, a.n);
    memcpy(p + a.n, b.s, b.n);
    return (sz_cel_value){.kind = a.kind, .n = (uint32_t)n, .s = p};
}

static sz_cel_value negate(sz_cel *c, sz_cel_value a) {
    if (a.kind == SZ_V_INT) return a.i == INT64_MIN ? overflow(c) : sz_cel_int(-a.i);
    if (a.kind == SZ_V_DOUBLE) return sz_cel_double(-a.d);
    return sz_cel_no_overload(c, &a, 1);
}

sz_cel_value sz_cel_arithmetic(sz_cel *c, sz_expr_op op, sz_cel_value a, sz_cel_value b) {
    if (op == SZ_OP_NEGATE) return negate(c, a);
    bool is_time = a.kind == SZ_V_TIMESTAMP || a.kind == SZ_V_DURATION;
    if (is_time && (b.kind == SZ_V_TIMESTAMP || b.kind == SZ_V_DURATION)) return sz_cel_time_arithmetic(c, op, a, b);
    if (a.kind != b.kind) return sz_cel_no_overload(c, (sz_cel_value[]){a, b}, 2);
    switch ((sz_cel_kind)a.kind) {
    case SZ_V_INT: return of_ints(c, op, a.i, b.i);
    case SZ_V_UINT: return of_uints(c, op, a.u, b.u);
    case SZ_V_DOUBLE: return of_doubles(c, op, a, b);
    case SZ_V_STRING:
    case SZ_V_BYTES:
        if (op == SZ_OP_ADD) return join(c, a, b);
        break;
    case SZ_V_LIST:
        if (op == SZ_OP_ADD) return sz_cel_list_concat(c, a, b);
        break;
    default: break;
    }
    return sz_cel_no_overload(c, (sz_cel_value[]){a, b}, 2);
}

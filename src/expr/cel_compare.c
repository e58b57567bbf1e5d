/* SPDX-License-Identifier: Apache-2.0
 *
 * Order and equality. Numbers of different kinds compare by value; with a double, by the nearest double, as cel-go
 * does.
 */
#include "cel_value.h"

static int order(int64_t a, int64_t b) { return (a > b) - (a < b); }
static int order_unsigned(uint64_t a, uint64_t b) { return (a > b) - (a < b); }
static int order_double(double a, double b) { return a < b ? -1 : a > b ? 1 : a == b ? 0 : SZ_CEL_UNORDERED; }

static bool is_number(sz_cel_value v) { return v.kind == SZ_V_INT || v.kind == SZ_V_UINT || v.kind == SZ_V_DOUBLE; }

static double as_double(sz_cel_value v) {
    return v.kind == SZ_V_INT ? (double)v.i : v.kind == SZ_V_UINT ? (double)v.u : v.d;
}

static int order_numbers(sz_cel_value a, sz_cel_value b) {
    if (a.kind == SZ_V_DOUBLE || b.kind == SZ_V_DOUBLE) return order_double(as_double(a), as_double(b));
    if (a.kind == SZ_V_INT && b.kind == SZ_V_INT) return order(a.i, b.i);
    if (a.kind == SZ_V_INT && a.i < 0) return -1;
    if (b.kind == SZ_V_INT && b.i < 0) return 1;
    return order_unsigned(a.u, b.u); /* both are at least 0: an int has the bits of the uint */
}

int sz_cel_compare(sz_cel *c, sz_cel_value a, sz_cel_value b) {
    if (is_number(a) && is_number(b)) return order_numbers(a, b);
    if (a.kind != b.kind) return SZ_CEL_INCOMPARABLE;
    int d;
    switch ((sz_cel_kind)a.kind) {
    case SZ_V_BOOL: return order(a.b, b.b);
    case SZ_V_STRING:
    case SZ_V_BYTES: /* UTF-8 bytes are in the order of code points */
        sz_cel_charge_bytes(c, a.n < b.n ? a.n : b.n);
        return sz_str_cmp(sz_cel_str(a), sz_cel_str(b));
    case SZ_V_TIMESTAMP: d = order(a.i, b.i); return d ? d : order(a.n, b.n);
    case SZ_V_DURATION: return order(a.i, b.i);
    default: return SZ_CEL_INCOMPARABLE;
    }
}

static bool equal(sz_cel *c, sz_cel_value a, sz_cel_value b, int depth);

static bool equal_lists(sz_cel *c, sz_cel_value a, sz_cel_value b, int depth) {
    for (uint32_t i = 0; i < a.n; i++)
        if (!equal(c, a.list->v[i], b.list->v[i], depth)) return false;
    return true;
}

static bool equal_maps(sz_cel *c, sz_cel_value a, sz_cel_value b, int depth) {
    for (uint32_t i = 0; i < a.n; i++) {
        const sz_cel_value *v = sz_cel_map_get(c, b, sz_cel_map_key(a, i));
        if (!v || !equal(c, sz_cel_map_value(a, i), *v, depth)) return false;
    }
    return true;
}

static bool equal(sz_cel *c, sz_cel_value a, sz_cel_value b, int depth) {
    if (depth == SZ_CEL_VALUE_DEPTH) {
        sz_cel_charge(c, SZ_CEL_STEPS + 1);
        return false;
    }
    if (!sz_cel_charge(c, 1)) return false;
    if (is_number(a) && is_number(b)) return order_numbers(a, b) == 0;
    if (a.kind != b.kind) return false;
    switch ((sz_cel_kind)a.kind) {
    case SZ_V_NULL: return true;
    case SZ_V_TYPE: return a.type == b.type;
    case SZ_V_STRING:
    case SZ_V_BYTES: return a.n == b.n && sz_cel_compare(c, a, b) == 0;
    case SZ_V_LIST: return a.n == b.n && equal_lists(c, a, b, depth + 1);
    case SZ_V_MAP: return a.n == b.n && equal_maps(c, a, b, depth + 1);
    default: return sz_cel_compare(c, a, b) == 0;
    }
}

bool sz_cel_equal(sz_cel *c, sz_cel_value a, sz_cel_value b) { return equal(c, a, b, 0); }

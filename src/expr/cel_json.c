/* SPDX-License-Identifier: Apache-2.0
 *
 * Values to and from JSON, in two forms: plain, for people, and the conformance form {"int": "12"}, which keeps every
 * kind.
 */
#include "cel_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <yyjson.h>

/* ---- plain, in --------------------------------------------------------------------------------------------------- */

static bool from_json(sz_cel *c, yyjson_val *v, int depth, sz_cel_value *out);

static bool array_from_json(sz_cel *c, yyjson_val *array, int depth, sz_cel_value *out) {
    size_t i, n;
    yyjson_val *v;
    *out = sz_cel_list_of(c, NULL, 0);
    yyjson_arr_foreach(array, i, n, v) {
        sz_cel_value one;
        if (!from_json(c, v, depth, &one)) return false;
        *out = sz_cel_list_concat(c, *out, sz_cel_list_of(c, &one, 1));
        if (out->kind != SZ_V_LIST) return false;
    }
    return out->kind == SZ_V_LIST;
}

static bool object_from_json(sz_cel *c, yyjson_val *object, int depth, sz_cel_value *out) {
    size_t i, n;
    yyjson_val *k, *v;
    *out = sz_cel_map_empty(c);
    yyjson_obj_foreach(object, i, n, k, v) {
        sz_cel_value one, key = sz_cel_copy(c, SZ_V_STRING, (sz_str){yyjson_get_str(k), yyjson_get_len(k)});
        if (key.kind != SZ_V_STRING || !from_json(c, v, depth, &one)) return false;
        *out = sz_cel_map_insert(c, *out, key, one);
        if (out->kind != SZ_V_MAP) return false;
    }
    return out->kind == SZ_V_MAP;
}

static bool from_json(sz_cel *c, yyjson_val *v, int depth, sz_cel_value *out) {
    if (depth == SZ_EXPR_DEPTH || !v) return false;
    switch (yyjson_get_type(v)) {
    case YYJSON_TYPE_NULL: *out = sz_cel_null(); return true;
    case YYJSON_TYPE_BOOL: *out = sz_cel_bool(yyjson_get_bool(v)); return true;
    case YYJSON_TYPE_NUM:
        *out = yyjson_is_real(v)                                     ? sz_cel_double(yyjson_get_real(v))
               : yyjson_is_uint(v) && yyjson_get_uint(v) > INT64_MAX ? sz_cel_uint(yyjson_get_uint(v))
                                                                     : sz_cel_int(yyjson_get_sint(v));
        return true;
    case YYJSON_TYPE_STR:
        *out = sz_cel_copy(c, SZ_V_STRING, (sz_str){yyjson_get_str(v), yyjson_get_len(v)});
        return out->kind == SZ_V_STRING;
    case YYJSON_TYPE_ARR: return array_from_json(c, v, depth + 1, out);
    case YYJSON_TYPE_OBJ: return object_from_json(c, v, depth + 1, out);
    default: return false;
    }
}

bool sz_cel_from_json(sz_cel *c, yyjson_val *v, sz_cel_value *out) { return from_json(c, v, 0, out); }

/* ---- conformance form, in ---------------------------------------------------------------------------------------- */

static bool from_typed(sz_cel *c, yyjson_val *v, int depth, sz_cel_value *out);

static bool text_of(yyjson_val *v, sz_str *s) {
    *s = (sz_str){yyjson_get_str(v), yyjson_get_len(v)};
    return yyjson_is_str(v);
}

static bool typed_int(yyjson_val *v, int64_t *out) {
    sz_str s;
    if (text_of(v, &s)) return sz_str_i64(s, out);
    *out = yyjson_get_sint(v);
    return yyjson_is_int(v);
}

static bool typed_uint(yyjson_val *v, sz_cel_value *out) {
    sz_str s;
    uint64_t u = 0;
    if (!text_of(v, &s) || s.n == 0 || s.n > 20) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(u, UINT64_C(10), &u) ||
            __builtin_add_overflow(u, (uint64_t)(s.p[i] - '0'), &u))
            return false;
    *out = sz_cel_uint(u);
    return true;
}

static bool typed_double(yyjson_val *v, sz_cel_value *out) {
    sz_str s;
    double d = 0;
    if (!text_of(v, &s)) return false;
    if (sz_str_is(s, "nan")) d = (double)NAN;
    else if (sz_str_is(s, "inf") || sz_str_is(s, "-inf")) d = s.p[0] == '-' ? -HUGE_VAL : HUGE_VAL;
    else if (!sz_str_double(s, &d)) return false;
    *out = sz_cel_double(d);
    return true;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool typed_bytes(sz_cel *c, yyjson_val *v, sz_cel_value *out) {
    sz_str s;
    if (!text_of(v, &s) || s.n % 2 != 0) return false;
    char *p = sz_cel_alloc(c, s.n / 2 + 1);
    if (!p) return false;
    for (size_t i = 0; i < s.n; i += 2) {
        int high = hex_digit(s.p[i]), low = hex_digit(s.p[i + 1]);
        if (high < 0 || low < 0) return false;
        p[i / 2] = (char)(high << 4 | low);
    }
    *out = sz_cel_bytes((sz_str){p, s.n / 2});
    return true;
}

/* {"seconds": "123", "nanos": 5} */
static bool typed_time(yyjson_val *v, bool is_timestamp, sz_cel_value *out) {
    int64_t seconds, nanos = 0;
    yyjson_val *fraction = yyjson_obj_get(v, "nanos");
    if (!typed_int(yyjson_obj_get(v, "seconds"), &seconds) || (fraction && !typed_int(fraction, &nanos))) return false;
    if (is_timestamp) return sz_cel_timestamp_make(seconds, nanos, out);
    if (__builtin_mul_overflow(seconds, INT64_C(1000000000), &seconds) ||
        __builtin_add_overflow(seconds, nanos, &seconds))
        return false;
    *out = sz_cel_duration(seconds);
    return true;
}

static bool typed_list(sz_cel *c, yyjson_val *v, int depth, sz_cel_value *out) {
    size_t i, n;
    yyjson_val *item;
    *out = sz_cel_list_of(c, NULL, 0);
    if (!yyjson_is_arr(v)) return false;
    yyjson_arr_foreach(v, i, n, item) {
        sz_cel_value one;
        if (!from_typed(c, item, depth, &one)) return false;
        *out = sz_cel_list_concat(c, *out, sz_cel_list_of(c, &one, 1));
    }
    return out->kind == SZ_V_LIST;
}

static bool typed_map(sz_cel *c, yyjson_val *v, int depth, sz_cel_value *out) {
    size_t i, n;
    yyjson_val *pair;
    *out = sz_cel_map_empty(c);
    if (!yyjson_is_arr(v)) return false;
    yyjson_arr_foreach(v, i, n, pair) {
        sz_cel_value key, value;
        if (!from_typed(c, yyjson_arr_get(pair, 0), depth, &key) ||
            !from_typed(c, yyjson_arr_get(pair, 1), depth, &value))
            return false;
        *out = sz_cel_map_insert(c, *out, key, value);
        if (out->kind != SZ_V_MAP) return false;
    }
    return out->kind == SZ_V_MAP;
}

static bool from_typed(sz_cel *c, yyjson_val *v, int depth, sz_cel_value *out) {
    static const char *const names[SZ_N_KINDS] = {"",      "null", "bool", "int",       "uint",     "double", "string",
                                                  "bytes", "list", "map",  "timestamp", "duration", "type"};
    yyjson_obj_iter it = yyjson_obj_iter_with(v);
    if (depth == SZ_EXPR_DEPTH || yyjson_obj_size(v) != 1) return false;
    yyjson_val *k = yyjson_obj_iter_next(&it);
    v = yyjson_obj_iter_get_val(k);
    uint8_t kind = SZ_V_NULL;
    while (kind < SZ_N_KINDS && !sz_str_is((sz_str){yyjson_get_str(k), yyjson_get_len(k)}, names[kind])) kind++;
    sz_str s;
    int64_t i;
    switch (kind) {
    case SZ_V_NULL: *out = sz_cel_null(); return true;
    case SZ_V_BOOL: *out = sz_cel_bool(yyjson_get_bool(v)); return yyjson_is_bool(v);
    case SZ_V_INT:
        if (!text_of(v, &s) || !sz_str_i64(s, &i)) return false;
        *out = sz_cel_int(i);
        return true;
    case SZ_V_UINT: return typed_uint(v, out);
    case SZ_V_DOUBLE: return typed_double(v, out);
    case SZ_V_STRING:
        if (!text_of(v, &s)) return false;
        *out = sz_cel_copy(c, SZ_V_STRING, s);
        return out->kind == SZ_V_STRING;
    case SZ_V_BYTES: return typed_bytes(c, v, out);
    case SZ_V_LIST: return typed_list(c, v, depth + 1, out);
    case SZ_V_MAP: return typed_map(c, v, depth + 1, out);
    case SZ_V_TIMESTAMP:
    case SZ_V_DURATION: return typed_time(v, kind == SZ_V_TIMESTAMP, out);
    case SZ_V_TYPE:
        *out = sz_cel_type(text_of(v, &s) ? sz_cel_type_of_name(s) : SZ_N_KINDS);
        return out->type != SZ_N_KINDS;
    default: return false;
    }
}

bool sz_cel_from_typed(sz_cel *c, yyjson_val *v, sz_cel_value *out) { return from_typed(c, v, 0, out); }

/* SPDX-License-Identifier: Apache-2.0
 *
 * Conformance suites: cases of an expression, its bindings, and the value or error that must come out.
 */
#include "cel_value.h"

#include <math.h>
#include <yyjson.h>

/* ---- the same value, kind by kind: 1 is not 1.0 here, and NaN is NaN --------------------------------------------- */

static bool is_same(sz_cel_value a, sz_cel_value b);

static bool same_lists(sz_cel_value a, sz_cel_value b) {
    for (uint32_t i = 0; i < a.n; i++)
        if (!is_same(a.list->v[i], b.list->v[i])) return false;
    return true;
}

/* Entries in any order; keys of a map differ, so one direction is enough. */
static bool same_maps(sz_cel_value a, sz_cel_value b) {
    for (uint32_t i = 0; i < a.n; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b.n && !found; k++)
            found = is_same(sz_cel_map_key(a, i), sz_cel_map_key(b, k)) &&
                    is_same(sz_cel_map_value(a, i), sz_cel_map_value(b, k));
        if (!found) return false;
    }
    return true;
}

/* a comes from JSON, and is as shallow as that may be. */
static bool is_same(sz_cel_value a, sz_cel_value b) {
    if (a.kind != b.kind) return false;
    switch ((sz_cel_kind)a.kind) {
    case SZ_V_NULL: return true;
    case SZ_V_BOOL: return a.b == b.b;
    case SZ_V_DOUBLE: return (isnan(a.d) && isnan(b.d)) || (a.d == b.d && signbit(a.d) == signbit(b.d));
    case SZ_V_STRING:
    case SZ_V_BYTES: return sz_str_eq(sz_cel_str(a), sz_cel_str(b));
    case SZ_V_LIST: return a.n == b.n && same_lists(a, b);
    case SZ_V_MAP: return a.n == b.n && same_maps(a, b);
    case SZ_V_TIMESTAMP: return a.i == b.i && a.n == b.n;
    case SZ_V_TYPE: return a.type == b.type;
    default: return a.u == b.u;
    }
}

/* ---- cases ------------------------------------------------------------------------------------------------------- */

static sz_str text(yyjson_val *object, const char *key) {
    yyjson_val *v = yyjson_obj_get(object, key);
    return (sz_str){yyjson_get_str(v), yyjson_get_len(v)};
}

static void put_failure(sz_buf *out, yyjson_val *test, sz_cel *c, const sz_cel_value *got, const char *why) {
    if (!out) return;
    sz_buf_put_z(out, "{\"name\": ");
    sz_json_str(out, text(test, "name"));
    sz_buf_put_z(out, ", \"expr\": ");
    sz_json_str(out, text(test, "expr"));
    if (why) {
        sz_buf_put_z(out, ", \"error\": ");
        sz_json_str(out, sz_str_of(why));
    } else {
        size_t start = out->n;
        sz_buf_put_z(out, ", \"got\": ");
        if (!sz_cel_to_typed(c, *got, out)) out->n = start;
    }
    sz_buf_put_z(out, "}\n");
}

static bool run_case(const sz_zone_loader *zones, yyjson_val *test, sz_arena *a, sz_buf *failures) {
    sz_cel c;
    sz_cel_init(&c, a, text(test, "container"), zones);
    sz_expr_error err = {0};
    sz_cel_error bad = {0};
    sz_cel_value got = sz_cel_null(), want = sz_cel_null();
    yyjson_val *value = yyjson_obj_get(test, "value");
    const char *why = NULL;
    bool is_ok = sz_cel_bind_json(&c, yyjson_obj_get(test, "bindings"), &bad), passed = false;
    if (!is_ok) {
        why = bad.message;
    } else if (value && !sz_cel_from_typed(&c, value, &want)) {
        why = "the expected value is not in the conformance form";
    } else if (sz_cel_run(&c, text(test, "expr"), !yyjson_get_bool(yyjson_obj_get(test, "disable_macros")), &got,
                          &err)) {
        passed = value && is_same(want, got);
    } else {
        passed = !value;
        why = err.message;
    }
    if (!passed) put_failure(failures, test, &c, &got, why);
    sz_cel_fini(&c);
    return passed;
}

sz_status sz_cel_run_suite(const sz_zone_loader *zones, sz_str suite_json, uint32_t *passed, uint32_t *total,
                           sz_buf *failures) {
    *passed = *total = 0;
    yyjson_doc *doc = suite_json.n ? yyjson_read(suite_json.p, suite_json.n, 0) : NULL;
    yyjson_val *root = yyjson_doc_get_root(doc), *test;
    sz_status status = yyjson_is_arr(root) ? SZ_OK : SZ_FINDINGS;
    sz_arena a;
    sz_arena_init(&a);
    size_t i, n;
    yyjson_arr_foreach(root, i, n, test) {
        if (!yyjson_is_str(yyjson_obj_get(test, "expr"))) {
            status = SZ_FINDINGS;
            break;
        }
        *passed += run_case(zones, test, &a, failures);
        ++*total;
        sz_arena_reset(&a);
    }
    sz_arena_fini(&a);
    yyjson_doc_free(doc);
    return status;
}

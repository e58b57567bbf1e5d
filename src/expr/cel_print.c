/* SPDX-License-Identifier: Apache-2.0
 *
 * Results as JSON: plain, for people, or in the conformance form.
 */
#include "cel_value.h"

#include <inttypes.h>
#include <math.h>

static bool print(sz_cel *c, sz_cel_value v, bool is_typed, int depth, sz_buf *out);

static bool print_list(sz_cel *c, sz_cel_value v, bool is_typed, int depth, sz_buf *out) {
    sz_buf_put_u8(out, '[');
    for (uint32_t i = 0; i < v.n; i++) {
        if (i) sz_buf_put_z(out, is_typed ? ", " : ",");
        if (!print(c, v.list->v[i], is_typed, depth, out)) return false;
    }
    sz_buf_put_u8(out, ']');
    return true;
}

/* A key of a JSON object is a string: {1: …} becomes {"1": …}. */
static void print_key(sz_cel_value key, sz_buf *out) {
    switch ((sz_cel_kind)key.kind) {
    case SZ_V_INT: sz_buf_printf(out, "\"%" PRId64 "\"", key.i); break;
    case SZ_V_UINT: sz_buf_printf(out, "\"%" PRIu64 "\"", key.u); break;
    case SZ_V_BOOL: sz_buf_put_z(out, key.b ? "\"true\"" : "\"false\""); break;
    default: sz_json_str(out, sz_cel_str(key)); break;
    }
}

static bool print_map(sz_cel *c, sz_cel_value v, bool is_typed, int depth, sz_buf *out) {
    sz_buf_put_u8(out, is_typed ? '[' : '{');
    for (uint32_t i = 0; i < v.n; i++) {
        if (i) sz_buf_put_z(out, is_typed ? ", " : ",");
        if (is_typed) {
            sz_buf_put_u8(out, '[');
            print(c, sz_cel_map_key(v, i), true, depth, out);
            sz_buf_put_z(out, ", ");
        } else {
            print_key(sz_cel_map_key(v, i), out);
            sz_buf_put_u8(out, ':');
        }
        if (!print(c, sz_cel_map_value(v, i), is_typed, depth, out)) return false;
        if (is_typed) sz_buf_put_u8(out, ']');
    }
    sz_buf_put_u8(out, is_typed ? ']' : '}');
    return true;
}

/* What JSON has no form for: NaN, Infinity, times. None of their characters needs an escape. */
static void print_quoted(sz_cel_value v, sz_buf *out) {
    sz_buf_put_u8(out, '"');
    if (v.kind == SZ_V_DOUBLE) sz_cel_double_fixed(v.d, out);
    else if (v.kind == SZ_V_TIMESTAMP) sz_cel_timestamp_text(v, out);
    else sz_cel_duration_text(v, out);
    sz_buf_put_u8(out, '"');
}

static bool print_plain(sz_cel *c, sz_cel_value v, int depth, sz_buf *out) {
    switch ((sz_cel_kind)v.kind) {
    case SZ_V_NULL: sz_buf_put_z(out, "null"); break;
    case SZ_V_BOOL: sz_buf_put_z(out, v.b ? "true" : "false"); break;
    case SZ_V_INT: sz_buf_printf(out, "%" PRId64, v.i); break;
    case SZ_V_UINT: sz_buf_printf(out, "%" PRIu64, v.u); break;
    case SZ_V_DOUBLE:
        if (isfinite(v.d)) sz_cel_double_repr(v.d, out); /* 3.0 stays one */
        else print_quoted(v, out);
        break;
    case SZ_V_STRING: sz_json_str(out, sz_cel_str(v)); break;
    case SZ_V_BYTES:
        sz_buf_put_u8(out, '"');
        sz_base64_put(out, sz_cel_str(v));
        sz_buf_put_u8(out, '"');
        break;
    case SZ_V_TIMESTAMP:
    case SZ_V_DURATION: print_quoted(v, out); break;
    case SZ_V_TYPE: sz_json_str(out, sz_str_of(sz_cel_type_name(v.type))); break;
    case SZ_V_LIST: return print_list(c, v, false, depth + 1, out);
    case SZ_V_MAP: return print_map(c, v, false, depth + 1, out);
    default: return false;
    }
    return true;
}

static void print_parts(const char *name, int64_t seconds, int64_t nanos, sz_buf *out) {
    sz_buf_printf(out, "{\"%s\": {\"seconds\": \"%" PRId64 "\", \"nanos\": %" PRId64 "}}", name, seconds, nanos);
}

static bool print_typed(sz_cel *c, sz_cel_value v, int depth, sz_buf *out) {
    bool ok = true;
    switch ((sz_cel_kind)v.kind) {
    case SZ_V_NULL: sz_buf_put_z(out, "{\"null\": true}"); return true;
    case SZ_V_BOOL: sz_buf_printf(out, "{\"bool\": %s}", v.b ? "true" : "false"); return true;
    case SZ_V_INT: sz_buf_printf(out, "{\"int\": \"%" PRId64 "\"}", v.i); return true;
    case SZ_V_UINT: sz_buf_printf(out, "{\"uint\": \"%" PRIu64 "\"}", v.u); return true;
    case SZ_V_DOUBLE:
        sz_buf_put_z(out, "{\"double\": \"");
        sz_cel_double_repr(v.d, out);
        sz_buf_put_z(out, "\"}");
        return true;
    case SZ_V_TIMESTAMP: print_parts("timestamp", v.i, v.n, out); return true;
    case SZ_V_DURATION: print_parts("duration", v.i / 1000000000, v.i % 1000000000, out); return true;
    case SZ_V_TYPE: sz_buf_printf(out, "{\"type\": \"%s\"}", sz_cel_type_name(v.type)); return true;
    case SZ_V_STRING:
        sz_buf_put_z(out, "{\"string\": ");
        sz_json_str(out, sz_cel_str(v));
        break;
    case SZ_V_BYTES:
        sz_buf_put_z(out, "{\"bytes\": \"");
        for (uint32_t i = 0; i < v.n; i++) sz_buf_printf(out, "%02x", (unsigned)(unsigned char)v.s[i]);
        sz_buf_put_u8(out, '"');
        break;
    case SZ_V_LIST:
        sz_buf_put_z(out, "{\"list\": ");
        ok = print_list(c, v, true, depth + 1, out);
        break;
    case SZ_V_MAP:
        sz_buf_put_z(out, "{\"map\": ");
        ok = print_map(c, v, true, depth + 1, out);
        break;
    default: return false;
    }
    sz_buf_put_u8(out, '}');
    return ok;
}

static bool print(sz_cel *c, sz_cel_value v, bool is_typed, int depth, sz_buf *out) {
    bool is_text = v.kind == SZ_V_STRING || v.kind == SZ_V_BYTES;
    if (depth == SZ_CEL_VALUE_DEPTH) sz_cel_charge(c, SZ_CEL_STEPS + 1);
    if (!sz_cel_charge_bytes(c, is_text ? v.n : 0)) return false;
    return is_typed ? print_typed(c, v, depth, out) : print_plain(c, v, depth, out);
}

bool sz_cel_to_json(sz_cel *c, sz_cel_value v, sz_buf *out) { return print(c, v, false, 0, out); }
bool sz_cel_to_typed(sz_cel *c, sz_cel_value v, sz_buf *out) { return print(c, v, true, 0, out); }

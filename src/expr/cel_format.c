/* SPDX-License-Identifier: Apache-2.0
 *
 * "…".format([…]): %s %d %f %e %b %o %x %X, with a precision for %f and %e, and %%.
 */
#include "cel_value.h"

#include <inttypes.h>
#include <math.h>

enum { MAX_PRECISION = 100 };

typedef struct job {
    sz_cel *c;
    sz_buf out;
    sz_cel_value err; /* null while all is well */
} job;

/* ---- %s ---------------------------------------------------------------------------------------------------------- */

static bool put_text(job *j, sz_cel_value v, int depth);

static bool put_list(job *j, sz_cel_value v, int depth) {
    sz_buf_put_u8(&j->out, '[');
    for (uint32_t i = 0; i < v.n; i++) {
        if (i) sz_buf_put_z(&j->out, ", ");
        if (!put_text(j, v.list->v[i], depth)) return false;
    }
    sz_buf_put_u8(&j->out, ']');
    return true;
}

typedef struct entry {
    sz_cel_value key; /* as text */
    sz_cel_value value;
} entry;

static int by_key(const void *a, const void *b, void *unused) {
    (void)unused;
    return sz_str_cmp(sz_cel_str(((const entry *)a)->key), sz_cel_str(((const entry *)b)->key));
}

/* Entries in the order of their keys' texts. */
static bool put_map(job *j, sz_cel_value v, int depth) {
    entry *entries = sz_cel_alloc(j->c, v.n * sizeof *entries);
    if (!entries) return false;
    for (uint32_t i = 0; i < v.n; i++) {
        size_t start = j->out.n;
        if (!put_text(j, sz_cel_map_key(v, i), depth)) return false;
        entries[i].key = sz_cel_copy(j->c, SZ_V_STRING, (sz_str){(const char *)j->out.p + start, j->out.n - start});
        entries[i].value = sz_cel_map_value(v, i);
        j->out.n = start;
        if (entries[i].key.kind != SZ_V_STRING) return false;
    }
    sz_sort(entries, v.n, sizeof *entries, by_key, NULL);
    sz_buf_put_u8(&j->out, '{');
    for (uint32_t i = 0; i < v.n; i++) {
        if (i) sz_buf_put_z(&j->out, ", ");
        sz_buf_put_str(&j->out, sz_cel_str(entries[i].key));
        sz_buf_put_z(&j->out, ": ");
        if (!put_text(j, entries[i].value, depth)) return false;
    }
    sz_buf_put_u8(&j->out, '}');
    return true;
}

static bool put_text(job *j, sz_cel_value v, int depth) {
    if (depth == SZ_CEL_VALUE_DEPTH) sz_cel_charge(j->c, SZ_CEL_STEPS + 1);
    if (j->out.n > SZ_CEL_BYTES) sz_cel_alloc(j->c, SIZE_MAX); /* runs out */
    if (!sz_cel_charge_bytes(j->c, v.kind == SZ_V_STRING || v.kind == SZ_V_BYTES ? v.n : 0)) return false;
    switch ((sz_cel_kind)v.kind) {
    case SZ_V_NULL: sz_buf_put_z(&j->out, "null"); break;
    case SZ_V_BOOL: sz_buf_put_z(&j->out, v.b ? "true" : "false"); break;
    case SZ_V_INT: sz_buf_printf(&j->out, "%" PRId64, v.i); break;
    case SZ_V_UINT: sz_buf_printf(&j->out, "%" PRIu64, v.u); break;
    case SZ_V_DOUBLE: sz_cel_double_fixed(v.d, &j->out); break;
    case SZ_V_STRING: sz_buf_put_str(&j->out, sz_cel_str(v)); break;
    case SZ_V_BYTES:
        if (!sz_utf8_valid(v.s, v.n)) {
            j->err = sz_cel_fail(j->c, "the bytes are not UTF-8", "这些字节不是 UTF-8 编码");
            return false;
        }
        sz_buf_put_str(&j->out, sz_cel_str(v));
        break;
    case SZ_V_TIMESTAMP: sz_cel_timestamp_text(v, &j->out); break;
    case SZ_V_DURATION: sz_cel_duration_text(v, &j->out); break;
    case SZ_V_TYPE: sz_buf_put_z(&j->out, sz_cel_type_name(v.type)); break;
    case SZ_V_LIST: return put_list(j, v, depth + 1);
    case SZ_V_MAP: return put_map(j, v, depth + 1);
    default: return false;
    }
    return true;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static bool misfit(job *j, char verb, sz_cel_value v) {
    j->err = sz_cel_fail(j->c, "%%%c cannot show %s", "%%%c 不能显示 %s", verb, sz_cel_type_name(v.kind));
    return false;
}

static bool put_real(job *j, char verb, int precision, sz_cel_value v) {
    double d = v.kind == SZ_V_INT ? (double)v.i : v.kind == SZ_V_UINT ? (double)v.u : v.d;
    if (v.kind != SZ_V_INT && v.kind != SZ_V_UINT && v.kind != SZ_V_DOUBLE) return misfit(j, verb, v);
    if (!isfinite(d)) return put_text(j, v, 0);
    if (!sz_cel_charge(j->c, 50)) return false; /* hundreds of digits of 1e308 take their time */
    sz_buf_printf(&j->out, verb == 'f' ? "%.*f" : "%.*e", precision, d);
    return true;
}

/* Sign and magnitude in base 2, 8, 16. */
static void put_based(job *j, sz_cel_value v, uint64_t base, bool is_upper) {
    char digits[64];
    size_t i = sizeof digits;
    bool is_negative = v.kind == SZ_V_INT && v.i < 0;
    uint64_t u = is_negative ? 0 - v.u : v.u;
    do {
        digits[--i] = (is_upper ? "0123456789ABCDEF" : "0123456789abcdef")[u % base];
        u /= base;
    } while (u > 0);
    if (is_negative) sz_buf_put_u8(&j->out, '-');
    sz_buf_put(&j->out, digits + i, sizeof digits - i);
}

static bool put_whole(job *j, char verb, sz_cel_value v) {
    bool is_whole = v.kind == SZ_V_INT || v.kind == SZ_V_UINT, is_text = v.kind == SZ_V_STRING || v.kind == SZ_V_BYTES;
    bool is_upper = verb == 'X', is_hex = verb == 'x' || verb == 'X';
    if (is_hex && is_text) {
        if (!sz_cel_charge_bytes(j->c, v.n * 4)) return false;
        for (uint32_t i = 0; i < v.n; i++)
            sz_buf_printf(&j->out, is_upper ? "%02X" : "%02x", (unsigned)(unsigned char)v.s[i]);
        return true;
    }
    if (verb == 'b' && v.kind == SZ_V_BOOL) {
        sz_buf_put_u8(&j->out, v.b ? '1' : '0');
        return true;
    }
    if (!is_whole) return misfit(j, verb, v);
    put_based(j, v, verb == 'b' ? 2 : verb == 'o' ? 8 : 16, is_upper);
    return true;
}

static bool put_clause(job *j, char verb, int precision, sz_cel_value v) {
    switch (verb) {
    case 's': return put_text(j, v, 0);
    case 'd':
        if (v.kind != SZ_V_INT && v.kind != SZ_V_UINT && v.kind != SZ_V_DOUBLE) return misfit(j, verb, v);
        return put_text(j, v, 0);
    case 'f':
    case 'e': return put_real(j, verb, precision, v);
    default: return put_whole(j, verb, v);
    }
}

/* ---- the format -------------------------------------------------------------------------------------------------- */

/* `.3` at *i: the precision, 6 when none is written, -1 when it is wrong. */
static int read_precision(sz_str f, size_t *i) {
    if (*i >= f.n || f.p[*i] != '.') return 6;
    int v = 0;
    size_t start = ++*i;
    for (; *i < f.n && f.p[*i] >= '0' && f.p[*i] <= '9'; ++*i) v = v > MAX_PRECISION ? v : v * 10 + (f.p[*i] - '0');
    return *i == start || v > MAX_PRECISION ? -1 : v;
}

static bool put_all(job *j, sz_str f, sz_cel_value args) {
    uint32_t used = 0;
    for (size_t i = 0; i < f.n;) {
        const char *percent = memchr(f.p + i, '%', f.n - i);
        size_t end = percent ? (size_t)(percent - f.p) : f.n;
        sz_buf_put(&j->out, f.p + i, end - i);
        if (!sz_cel_charge_bytes(j->c, end - i) || !percent) return !j->c->fatal;
        i = end + 1;
        if (i < f.n && f.p[i] == '%') {
            sz_buf_put_u8(&j->out, '%');
            i++;
            continue;
        }
        int precision = read_precision(f, &i);
        char verb = i < f.n ? f.p[i++] : '\0';
        if (precision < 0 || !verb || !strchr("sdfeboxX", verb)) {
            j->err = sz_cel_fail(j->c, "the format has %% without one of s d f e b o x X",
                                 "格式里的 %% 后面必须是 s d f e b o x X 之一");
            return false;
        }
        if (used >= args.n) {
            j->err = sz_cel_fail(j->c, "the format wants more than the %u values given", "格式需要的值多于给出的 %u 个",
                                 args.n);
            return false;
        }
        if (!put_clause(j, verb, precision, args.list->v[used++])) return false;
    }
    return true;
}

static sz_cel_value format(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    job j = {.c = c, .err = sz_cel_null()};
    sz_buf_init(&j.out);
    bool ok = put_all(&j, sz_cel_str(a[0]), a[1]);
    sz_cel_value v = c->fatal ? sz_cel_fatal(c) : ok ? sz_cel_copy(c, SZ_V_STRING, sz_buf_str(&j.out)) : j.err;
    sz_buf_fini(&j.out);
    return v;
}

const sz_cel_overload sz_cel_format_table[] = {
    {NULL, "format", true, "sl", format},
    {0},
};

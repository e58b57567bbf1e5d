/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions by name: all overloads are rows of const tables, one table a file.
 */
#include "cel_value.h"

static const sz_cel_overload *const tables[] = {
    sz_cel_convert_table, sz_cel_string_table, sz_cel_text_table,   sz_cel_time_table,
    sz_cel_math_table,    sz_cel_format_table, sz_cel_base64_table,
};
enum { N_TABLES = sizeof tables / sizeof *tables };

bool sz_cel_has_owner(const sz_expr *call) {
    const sz_expr *owner = call->args[0];
    if (owner->kind != SZ_E_IDENT || owner->is_absolute) return false;
    for (int t = 0; t < N_TABLES; t++)
        for (const sz_cel_overload *o = tables[t]; o->name; o++)
            if (o->owner && sz_str_is(owner->text, o->owner) && sz_str_is(call->text, o->name)) return true;
    return false;
}

static bool takes(char letter, uint8_t kind) {
    return letter == '*' || letter == sz_cel_letters[kind] ||
           (letter == 'N' && (kind == SZ_V_INT || kind == SZ_V_UINT || kind == SZ_V_DOUBLE));
}

static bool fits(const char *pattern, const sz_cel_value *args, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (*pattern == '\0' || !takes(*pattern, args[i].kind)) return false;
        if (pattern[1] != '+') pattern++;
    }
    return *pattern == '\0' || (pattern[1] == '+' && n > 0);
}

static bool is_named(const sz_cel_overload *o, const sz_expr *call, bool has_owner) {
    if (!sz_str_is(call->text, o->name)) return false;
    if (has_owner) return o->owner && sz_str_is(call->args[0]->text, o->owner);
    return !o->owner && o->is_method == call->is_method;
}

/* `string, int` */
static const char *kinds_text(sz_cel *c, const sz_cel_value *args, uint32_t n) {
    sz_buf b;
    sz_buf_init(&b);
    for (uint32_t i = 0; i < n && i < 8; i++) sz_buf_printf(&b, "%s%s", i ? ", " : "", sz_cel_type_name(args[i].kind));
    if (n > 8) sz_buf_put_z(&b, ", ...");
    const char *text = sz_arena_str(c->arena, sz_buf_str(&b)).p;
    c->bytes += b.n;
    sz_buf_fini(&b);
    return text;
}

sz_cel_value sz_cel_no_overload(sz_cel *c, const sz_cel_value *args, uint32_t n) {
    if (c->fatal) return sz_cel_fatal(c);
    sz_str name = c->at->text;
    size_t len = name.n;
    if (c->at->op != SZ_OP_NONE) { /* _+_: the sign alone */
        while (len > 1 && (*name.p == '_' || *name.p == '@')) {
            name.p++;
            len--;
        }
        while (len > 1 && name.p[len - 1] == '_') len--;
    }
    return sz_cel_fail(c, "`%.*s` does not work with (%s)", "“%.*s”不能用于 (%s)", (int)len, name.p,
                       kinds_text(c, args, n));
}

/* The function of this style whose name is nearest. */
static sz_str nearest(const sz_expr *call) {
    sz_str best = {0};
    int limit = 2;
    for (int t = 0; t < N_TABLES; t++)
        for (const sz_cel_overload *o = tables[t]; o->name; o++) {
            if (o->owner || o->is_method != call->is_method) continue;
            int d = sz_str_distance(call->text, sz_str_of(o->name), limit);
            if (d > limit || (best.n > 0 && d == limit)) continue;
            best = sz_str_of(o->name);
            limit = d;
        }
    return best;
}

static sz_cel_value unknown(sz_cel *c, const sz_expr *call) {
    sz_cel_value v = call->is_method
                         ? sz_cel_fail(c, "there is no method `%.*s`", "没有方法“%.*s”", SZ_FMT_STR(call->text))
                         : sz_cel_fail(c, "there is no function `%.*s`", "没有函数“%.*s”", SZ_FMT_STR(call->text));
    if (call->text.n > 40 || !sz_cel_charge(c, 200)) return v; /* looking for the nearest takes its time */
    return sz_cel_did_you_mean(c, v, nearest(call));
}

sz_cel_value sz_cel_call(sz_cel *c, bool has_owner, const sz_cel_value *args, uint32_t n) {
    const sz_expr *call = c->at;
    bool is_known = false;
    for (int t = 0; t < N_TABLES; t++)
        for (const sz_cel_overload *o = tables[t]; o->name; o++) {
            if (!is_named(o, call, has_owner)) continue;
            if (fits(o->args, args, n)) return o->call(c, args, n);
            is_known = true;
        }
    return is_known ? sz_cel_no_overload(c, args, n) : unknown(c, call);
}

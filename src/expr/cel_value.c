/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of CEL: the names of their types, errors, and the budgets of an evaluation.
 */
#include "cel_value.h"

#include <stdarg.h>

const char sz_cel_letters[] = "!nbiudsylmtrT";

static const char *const type_names[SZ_N_KINDS] = {
    "error",
    "null_type",
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
    "type",
};

const char *sz_cel_type_name(uint8_t kind) { return type_names[kind]; }

uint8_t sz_cel_type_of_name(sz_str name) {
    for (uint8_t k = SZ_V_NULL; k < SZ_N_KINDS; k++)
        if (sz_str_is(name, type_names[k])) return k;
    return SZ_N_KINDS;
}

sz_cel_value sz_cel_fail(sz_cel *c, const char *en, const char *zh, ...) {
    if (c->fatal) return sz_cel_fatal(c);
    sz_cel_error *e = sz_cel_alloc(c, sizeof *e);
    if (!e) return sz_cel_fatal(c);
    va_list ap;
    va_start(ap, zh);
    e->message = sz_arena_vprintf(c->arena, en, ap);
    va_end(ap);
    va_start(ap, zh);
    e->message_zh = sz_arena_vprintf(c->arena, zh, ap);
    va_end(ap);
    e->at = c->at;
    c->bytes += strlen(e->message) + strlen(e->message_zh);
    return (sz_cel_value){.kind = SZ_V_ERROR, .error = e};
}

sz_cel_value sz_cel_hint(sz_cel *c, sz_cel_value v, const char *en, const char *zh) {
    sz_cel_error *e = c->fatal ? NULL : sz_cel_alloc(c, sizeof *e);
    if (!e) return v;
    *e = *v.error;
    e->hint = en;
    e->hint_zh = zh;
    v.error = e;
    return v;
}

/* The hint says: Did you mean `name`? Nothing when name is empty. */
sz_cel_value sz_cel_did_you_mean(sz_cel *c, sz_cel_value v, sz_str name) {
    if (c->fatal || name.n == 0) return v;
    return sz_cel_hint(c, v, sz_arena_printf(c->arena, "did you mean `%.*s`?", SZ_FMT_STR(name)),
                       sz_arena_printf(c->arena, "是不是“%.*s”？", SZ_FMT_STR(name)));
}

sz_cel_value sz_cel_fatal(const sz_cel *c) { return (sz_cel_value){.kind = SZ_V_ERROR, .error = c->fatal}; }

static void run_out(sz_cel *c, const char *en, const char *zh) {
    if (c->fatal) return;
    sz_cel_error *e = SZ_NEW(c->arena, sz_cel_error);
    *e = (sz_cel_error){.message = en, .message_zh = zh, .at = c->at};
    c->fatal = e;
}

bool sz_cel_charge(sz_cel *c, uint64_t steps) {
    c->steps += steps;
    if (c->steps <= SZ_CEL_STEPS) return !c->fatal;
    run_out(c, "the evaluation takes too many steps", "求值步骤过多");
    return false;
}

void *sz_cel_alloc(sz_cel *c, size_t n) {
    if (c->fatal) return NULL;
    if (n > SZ_CEL_BYTES || c->bytes + n > SZ_CEL_BYTES) {
        run_out(c, "the evaluation takes too much memory", "求值占用内存过多");
        return NULL;
    }
    c->bytes += n;
    return sz_arena_alloc(c->arena, n);
}

sz_cel_value sz_cel_copy(sz_cel *c, sz_cel_kind kind, sz_str s) {
    char *p = sz_cel_alloc(c, s.n + 1);
    if (!p) return sz_cel_fatal(c);
    if (s.n) memcpy(p, s.p, s.n);
    return (sz_cel_value){.kind = (uint8_t)kind, .n = (uint32_t)s.n, .s = p};
}

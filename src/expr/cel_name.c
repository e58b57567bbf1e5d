/* SPDX-License-Identifier: Apache-2.0
 *
 * What a name means: a variable of a macro; else the longest a.b.c that is bound, in the container's scopes from the
 * innermost out; else a type. What is left of a.b.c are selections.
 */
#include "cel_value.h"

static const sz_cel_value *find_variable(const sz_cel *c, sz_str name) {
    for (const sz_cel_scope *s = c->scope; s; s = s->up)
        if (sz_str_eq(s->name, name)) return &s->value;
    return NULL;
}

/* Selections above ident that may belong to its name: on top of the spine, in the order in which they apply. */
static uint32_t count_selections(const sz_cel *c, uint32_t base) {
    uint32_t n = 0;
    while (c->n_spine - n > base) {
        const sz_expr *e = c->spine[c->n_spine - 1 - n];
        bool is_quoted = e->op_len != e->text.n, is_apart = e->args[0]->off != e->off; /* (a.b).c chooses a field */
        if (e->kind != SZ_E_SELECT || e->is_test || e->is_optional || is_quoted || is_apart) break;
        n++;
    }
    return n;
}

typedef struct path {
    char p[SZ_CEL_NAME];
    size_t n;
    bool is_over; /* longer than any bound name */
} path;

static void put(path *b, sz_str s) {
    bool dot = b->n > 0;
    if (b->n + s.n + 1 > sizeof b->p) {
        b->is_over = true;
        return;
    }
    if (dot) b->p[b->n++] = '.';
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

/* The value of a whole name in no container. */
static bool find_global(const sz_cel *c, sz_str name, sz_cel_value *out) {
    const uint32_t *i = sz_map_get(&c->names, name);
    if (i) {
        *out = c->bound[*i];
        return true;
    }
    uint8_t kind = sz_cel_type_of_name(name);
    if (kind == SZ_N_KINDS) return false;
    *out = sz_cel_type(kind);
    return true;
}

/* The value of ident and its first n selections, in the container's scopes. */
static bool find_path(const sz_cel *c, const sz_expr *ident, uint32_t n, sz_cel_value *out) {
    sz_str scope = ident->is_absolute ? (sz_str){0} : c->container;
    for (;;) {
        path b = {.n = 0};
        if (scope.n > 0) put(&b, scope);
        put(&b, ident->text);
        for (uint32_t i = 0; i < n && !b.is_over; i++) put(&b, c->spine[c->n_spine - 1 - i]->text);
        if (!b.is_over && find_global(c, (sz_str){b.p, b.n}, out)) return true;
        if (scope.n == 0) return false;
        while (scope.n > 0 && scope.p[scope.n - 1] != '.') scope.n--;
        if (scope.n > 0) scope.n--; /* the dot */
    }
}

static sz_cel_value unknown(sz_cel *c, const sz_expr *ident) {
    c->at = ident;
    sz_cel_value v = sz_cel_fail(c, "there is no `%.*s`", "没有“%.*s”", SZ_FMT_STR(ident->text));
    if (ident->text.n > 60 || !sz_cel_charge(c, (uint64_t)c->names.n * 4)) return v;
    sz_str best = {0};
    int nearest = 3;
    for (uint32_t i = 0; i < c->names.n && i < 1000; i++) {
        int d = sz_str_distance(ident->text, sz_map_key(&c->names, i), nearest);
        if (d < nearest) {
            nearest = d;
            best = sz_map_key(&c->names, i);
        }
    }
    return sz_cel_did_you_mean(c, v, best);
}

sz_cel_value sz_cel_name(sz_cel *c, const sz_expr *ident, uint32_t base) {
    if (!ident->is_absolute) {
        const sz_cel_value *v = find_variable(c, ident->text);
        if (v) return *v;
    }
    sz_cel_value v;
    uint32_t n = count_selections(c, base);
    if (n > SZ_CEL_NAME / 2) n = SZ_CEL_NAME / 2; /* a longer name cannot be bound */
    for (;; n--) {
        if (!sz_cel_charge(c, 1)) return sz_cel_fatal(c);
        if (find_path(c, ident, n, &v)) {
            c->n_spine -= n;
            return v;
        }
        if (n == 0) return unknown(c, ident);
    }
}

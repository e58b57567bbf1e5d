/* SPDX-License-Identifier: Apache-2.0
 *
 * What an expression names, before it is compiled; and of which types a record must be for it to hold.
 */
#include "load.h"

/* ---- names ---- */

/* Nodes still to be looked at. Trees may be as deep as they have nodes (chains), so no recursion. */
struct todo {
    const sz_expr **v;
    uint32_t n, cap;
};

static void push(struct sz_loading *l, struct todo *t, const sz_expr *e) { *SZ_PUSH(&l->tmp, t->v, t->n, t->cap) = e; }

static void add_root(struct sz_loading *l, struct sz_scan *s, const sz_expr *e) {
    s->names_event |= sz_str_is(e->text, "event") || sz_str_is(e->text, "place");
    for (uint32_t i = 0; i < s->n_roots; i++)
        if (sz_str_eq(s->roots[i].name, e->text)) return;
    *SZ_PUSH(&l->tmp, s->roots, s->n_roots, s->cap_roots) = (struct sz_root){e->text, e->off};
}

static void add_field(struct sz_loading *l, struct sz_scan *s, sz_str field) {
    if (sz_field_types(l, field) == 0) return; /* the compiler says so */
    *SZ_PUSH(&l->tmp, s->fields, s->n_fields, s->cap_fields) = field;
}

/* Look at every node below root: names and fields of event go into s. */
static void look(struct sz_loading *l, const sz_expr *root, struct sz_scan *s) {
    struct todo todo = {0};
    push(l, &todo, root);
    while (todo.n) {
        const sz_expr *e = todo.v[--todo.n];
        if (e->kind == SZ_E_IDENT) add_root(l, s, e);
        if (e->kind == SZ_E_SELECT && e->args[0]->kind == SZ_E_IDENT && sz_str_is(e->args[0]->text, "event"))
            add_field(l, s, e->text);
        for (uint32_t i = e->n; i-- > 0;)
            if (e->args[i]) push(l, &todo, e->args[i]);
    }
}

/* ---- types ---- */

static bool is_call(const sz_expr *e, const char *name) {
    return e->kind == SZ_E_CALL && !e->is_method && sz_str_is(e->text, name);
}

static bool is_event_type(const sz_expr *e) {
    return e->kind == SZ_E_SELECT && !e->is_test && sz_str_is(e->text, "type") && e->args[0]->kind == SZ_E_IDENT &&
           sz_str_is(e->args[0]->text, "event");
}

static uint64_t type_bit(const struct sz_loading *l, const sz_expr *e) {
    int t = e->kind == SZ_E_STRING ? sz_types_find(l->types, e->text) : -1;
    return t < 0 ? 0 : UINT64_C(1) << t;
}

/* event.type == "x", "x" == event.type, event.type in [...]: the types that are left. All bits: it says nothing of
 * them. */
static uint64_t types_of(const struct sz_loading *l, const sz_expr *e) {
    if (e->n != 2) return UINT64_MAX;
    uint64_t types = 0;
    if (is_call(e, "_==_")) {
        int at = is_event_type(e->args[0]) ? 0 : is_event_type(e->args[1]) ? 1 : -1;
        if (at >= 0) types = type_bit(l, e->args[1 - at]);
    } else if (is_call(e, "@in") && is_event_type(e->args[0]) && e->args[1]->kind == SZ_E_LIST) {
        for (uint32_t i = 0; i < e->args[1]->n; i++) types |= type_bit(l, e->args[1]->args[i]);
    }
    return types ? types : UINT64_MAX;
}

/* Types that have every field below e. */
static uint64_t types_with_all(struct sz_loading *l, const sz_expr *e) {
    struct sz_scan all = {0};
    uint64_t types = UINT64_MAX;
    look(l, e, &all);
    for (uint32_t i = 0; i < all.n_fields; i++) types &= sz_field_types(l, all.fields[i]);
    return types;
}

static uint64_t may_be(struct sz_loading *l, const sz_expr *e, bool wanted, uint32_t depth);

/* A chain of && or ||. What && needs all of to be true, it needs one of to be false; || the other way round. */
static uint64_t of_chain(struct sz_loading *l, const sz_expr *e, const char *op, bool needs_all, bool wanted,
                         uint32_t depth) {
    uint64_t types = needs_all ? UINT64_MAX : 0;
    for (;; e = e->args[0]) {
        bool is_link = is_call(e, op) && e->n == 2;
        uint64_t t = may_be(l, is_link ? e->args[1] : e, wanted, depth + 1);
        types = needs_all ? types & t : types | t;
        if (!is_link) return types;
    }
}

/* Types of the records for which e may be true (wanted), or false. A field that a type lacks is unknown, which is
 * neither. */
static uint64_t may_be(struct sz_loading *l, const sz_expr *e, bool wanted, uint32_t depth) {
    if (depth > SZ_EXPR_DEPTH) return types_with_all(l, e);
    if (is_call(e, "_&&_") && e->n == 2) return of_chain(l, e, "_&&_", wanted, wanted, depth);
    if (is_call(e, "_||_") && e->n == 2) return of_chain(l, e, "_||_", !wanted, wanted, depth);
    if (is_call(e, "!_") && e->n == 1) return may_be(l, e->args[0], !wanted, depth + 1);
    if (is_call(e, "_?_:_") && e->n == 3)
        return types_with_all(l, e->args[0]) &
               (may_be(l, e->args[1], wanted, depth + 1) | may_be(l, e->args[2], wanted, depth + 1));
    return types_with_all(l, e) & (wanted ? types_of(l, e) : UINT64_MAX);
}

/* What event.type == "x" under && leaves. */
static uint64_t types_named(struct sz_loading *l, const sz_expr *root) {
    struct todo todo = {0};
    uint64_t types = UINT64_MAX;
    push(l, &todo, root);
    while (todo.n) {
        const sz_expr *e = todo.v[--todo.n];
        bool is_and = is_call(e, "_&&_") && e->n == 2;
        for (uint32_t i = 0; is_and && i < 2; i++) push(l, &todo, e->args[i]);
        if (!is_and) types &= types_of(l, e);
    }
    return types;
}

bool sz_rules_scan(struct sz_loading *l, sz_str text, struct sz_scan *s) {
    *s = (struct sz_scan){.types = UINT64_MAX, .types_named = UINT64_MAX};
    sz_expr_error err;
    const sz_expr *root = sz_expr_parse(&l->tmp, text, SZ_MACROS_RULES, &err);
    if (!root) return false;
    look(l, root, s);
    if (s->names_event) {
        s->types_named = types_named(l, root);
        s->types = may_be(l, root, true, 0);
    }
    s->is_bare = root->kind == SZ_E_IDENT || (root->kind == SZ_E_SELECT && !root->is_test);
    return true;
}

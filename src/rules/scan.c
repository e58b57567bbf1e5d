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

/* The types that are left where event.type == "x", != "x" or in [...] is so (wanted), or is not. All bits: it says
 * nothing of them. */
static uint64_t types_of(const struct sz_loading *l, const sz_expr *e, bool wanted) {
    if (e->n != 2) return UINT64_MAX;
    uint64_t types = 0;
    bool is_unequal = is_call(e, "_!=_");
    if (is_unequal || is_call(e, "_==_")) {
        int at = is_event_type(e->args[0]) ? 0 : is_event_type(e->args[1]) ? 1 : -1;
        if (at >= 0) types = type_bit(l, e->args[1 - at]);
    } else if (is_call(e, "@in") && is_event_type(e->args[0]) && e->args[1]->kind == SZ_E_LIST) {
        for (uint32_t i = 0; i < e->args[1]->n; i++) types |= type_bit(l, e->args[1]->args[i]);
    }
    if (types == 0) return UINT64_MAX;
    return wanted != is_unequal ? types : ~types;
}

/* Types that have every field below e. */
static uint64_t types_with_all(struct sz_loading *l, const sz_expr *e) {
    struct sz_scan all = {0};
    uint64_t types = UINT64_MAX;
    look(l, e, &all);
    for (uint32_t i = 0; i < all.n_fields; i++) types &= sz_field_types(l, all.fields[i]);
    return types;
}

/* Asked of an expression: when it is true (wanted) or false, by the fields that it names or event.type alone. */
struct asked {
    bool wanted, by_fields;
};

static uint64_t may_be(struct sz_loading *l, const sz_expr *e, struct asked q, uint32_t depth);

/* A chain of && or ||. What && needs all of to be true, it needs one of to be false; || the other way round. */
static uint64_t of_chain(struct sz_loading *l, const sz_expr *e, const char *op, bool needs_all, struct asked q,
                         uint32_t depth) {
    uint64_t types = needs_all ? UINT64_MAX : 0;
    for (;; e = e->args[0]) {
        bool is_link = is_call(e, op) && e->n == 2;
        uint64_t t = may_be(l, is_link ? e->args[1] : e, q, depth + 1);
        types = needs_all ? types & t : types | t;
        if (!is_link) return types;
    }
}

/* c ? a : b is what is asked where c is true and a is, or c is false and b is. */
static uint64_t of_choice(struct sz_loading *l, const sz_expr *e, struct asked q, uint32_t depth) {
    uint64_t types = 0;
    for (uint32_t side = 1; side <= 2; side++)
        types |= may_be(l, e->args[0], (struct asked){side == 1, q.by_fields}, depth + 1) &
                 may_be(l, e->args[side], q, depth + 1);
    return types;
}

/* Types of the records for which e may be true (wanted), or false. A field that a type lacks is unknown, which is
 * neither. */
static uint64_t may_be(struct sz_loading *l, const sz_expr *e, struct asked q, uint32_t depth) {
    if (depth <= SZ_EXPR_DEPTH) {
        if (is_call(e, "_&&_") && e->n == 2) return of_chain(l, e, "_&&_", q.wanted, q, depth);
        if (is_call(e, "_||_") && e->n == 2) return of_chain(l, e, "_||_", !q.wanted, q, depth);
        if (is_call(e, "!_") && e->n == 1)
            return may_be(l, e->args[0], (struct asked){!q.wanted, q.by_fields}, depth + 1);
        if (is_call(e, "_?_:_") && e->n == 3) return of_choice(l, e, q, depth);
    }
    return (q.by_fields ? types_with_all(l, e) : UINT64_MAX) & types_of(l, e, q.wanted);
}

bool sz_rules_scan(struct sz_loading *l, sz_str text, struct sz_scan *s) {
    *s = (struct sz_scan){.types = UINT64_MAX, .types_named = UINT64_MAX};
    sz_expr_error err;
    const sz_expr *root = sz_expr_parse(&l->tmp, text, SZ_MACROS_RULES, &err);
    if (!root) return false;
    look(l, root, s);
    if (s->names_event) {
        s->types_named = may_be(l, root, (struct asked){true, false}, 0);
        s->types = may_be(l, root, (struct asked){true, true}, 0);
    }
    s->is_bare = root->kind == SZ_E_IDENT || (root->kind == SZ_E_SELECT && !root->is_test);
    return true;
}

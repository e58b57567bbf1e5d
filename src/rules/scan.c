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

/* Types of the records for which an expression may be true, and false. All bits: it says nothing of them. */
struct may {
    uint64_t be_true, be_false;
};

/* event.type == "x", != "x", in [...] */
static struct may types_of(const struct sz_loading *l, const sz_expr *e) {
    if (e->n != 2) return (struct may){UINT64_MAX, UINT64_MAX};
    uint64_t types = 0;
    bool is_unequal = is_call(e, "_!=_");
    if (is_unequal || is_call(e, "_==_")) {
        int at = is_event_type(e->args[0]) ? 0 : is_event_type(e->args[1]) ? 1 : -1;
        if (at >= 0) types = type_bit(l, e->args[1 - at]);
    } else if (is_call(e, "@in") && is_event_type(e->args[0]) && e->args[1]->kind == SZ_E_LIST) {
        for (uint32_t i = 0; i < e->args[1]->n; i++) types |= type_bit(l, e->args[1]->args[i]);
    }
    if (types == 0) return (struct may){UINT64_MAX, UINT64_MAX};
    return is_unequal ? (struct may){~types, types} : (struct may){types, ~types};
}

/* Types that have every field below e. */
static uint64_t types_with_all(struct sz_loading *l, const sz_expr *e) {
    struct sz_scan all = {0};
    uint64_t types = UINT64_MAX;
    look(l, e, &all);
    for (uint32_t i = 0; i < all.n_fields; i++) types &= sz_field_types(l, all.fields[i]);
    return types;
}

/* by_fields: a field that a type lacks is unknown, which is neither; else event.type alone counts. */
static struct may may_be(struct sz_loading *l, const sz_expr *e, bool by_fields, uint32_t depth);

/* A chain of && or ||. What && needs all of to be true, it needs one of to be false; || the other way round. */
static struct may of_chain(struct sz_loading *l, const sz_expr *e, const char *op, bool is_and, bool by_fields,
                           uint32_t depth) {
    struct may all = {UINT64_MAX, UINT64_MAX}, any = {0, 0};
    for (;; e = e->args[0]) {
        bool is_link = is_call(e, op) && e->n == 2;
        struct may m = may_be(l, is_link ? e->args[1] : e, by_fields, depth + 1);
        all = (struct may){all.be_true & m.be_true, all.be_false & m.be_false};
        any = (struct may){any.be_true | m.be_true, any.be_false | m.be_false};
        if (!is_link) return is_and ? (struct may){all.be_true, any.be_false} : (struct may){any.be_true, all.be_false};
    }
}

/* c ? a : b is what a is where c is true, and what b is where c is false. */
static struct may of_choice(struct sz_loading *l, const sz_expr *e, bool by_fields, uint32_t depth) {
    struct may c = may_be(l, e->args[0], by_fields, depth + 1), a = may_be(l, e->args[1], by_fields, depth + 1),
               b = may_be(l, e->args[2], by_fields, depth + 1);
    return (struct may){(c.be_true & a.be_true) | (c.be_false & b.be_true),
                        (c.be_true & a.be_false) | (c.be_false & b.be_false)};
}

static struct may may_be(struct sz_loading *l, const sz_expr *e, bool by_fields, uint32_t depth) {
    if (depth <= SZ_EXPR_DEPTH) {
        if (is_call(e, "_&&_") && e->n == 2) return of_chain(l, e, "_&&_", true, by_fields, depth);
        if (is_call(e, "_||_") && e->n == 2) return of_chain(l, e, "_||_", false, by_fields, depth);
        if (is_call(e, "_?_:_") && e->n == 3) return of_choice(l, e, by_fields, depth);
        if (is_call(e, "!_") && e->n == 1) {
            struct may m = may_be(l, e->args[0], by_fields, depth + 1);
            return (struct may){m.be_false, m.be_true};
        }
    }
    struct may m = types_of(l, e);
    uint64_t have = by_fields ? types_with_all(l, e) : UINT64_MAX;
    return (struct may){have & m.be_true, have & m.be_false};
}

/* NULL: it does not parse. */
static const sz_expr *scan_names(struct sz_loading *l, sz_str text, struct sz_scan *s) {
    *s = (struct sz_scan){.types = UINT64_MAX, .types_named = UINT64_MAX};
    sz_expr_error err;
    const sz_expr *root = sz_expr_parse(&l->tmp, text, SZ_MACROS_RULES, &err);
    if (root) look(l, root, s);
    return root;
}

bool sz_rules_scan_names(struct sz_loading *l, sz_str text, struct sz_scan *s) { return scan_names(l, text, s); }

bool sz_rules_scan(struct sz_loading *l, sz_str text, struct sz_scan *s) {
    const sz_expr *root = scan_names(l, text, s);
    if (!root) return false;
    if (s->names_event) {
        s->types_named = may_be(l, root, false, 0).be_true;
        s->types = may_be(l, root, true, 0).be_true;
    }
    s->is_bare = root->kind == SZ_E_IDENT || (root->kind == SZ_E_SELECT && !root->is_test);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions about the shape of a program, for those who plan when to run it.
 */
#include "prog.h"

bool sz_prog_is_slot(const sz_prog *p, uint32_t *slot) {
    *slot = p->root->slot;
    return p->root->kind == T_SYM;
}

/* The only symbol that is not steady among what conditions choose from. False: something else may be chosen. */
static bool only_choice(const tnode *n, uint32_t *slot, uint32_t depth) {
    if (n->is_steady) return true;
    if (n->kind == T_COND && depth < SZ_EXPR_DEPTH)
        return only_choice(n->kid[1], slot, depth + 1) && only_choice(n->kid[2], slot, depth + 1);
    if (n->kind != T_SYM || (*slot != UINT32_MAX && *slot != n->slot)) return false;
    *slot = n->slot;
    return true;
}

bool sz_prog_chooses_slot(const sz_prog *p, uint32_t *slot) {
    *slot = UINT32_MAX;
    return only_choice(p->root, slot, 0) && *slot != UINT32_MAX;
}

static bool is_floor(const tnode *n, bool (*falls)(void *ctx, uint32_t slot), void *ctx, uint32_t depth) {
    if (depth > SZ_EXPR_DEPTH) return false;
    if (n->kind == T_AND || n->kind == T_OR) {
        for (uint32_t i = 0; i < n->n; i++)
            if (!is_floor(n->kid[i], falls, ctx, depth + 1)) return false;
        return true;
    }
    if (n->kind != T_CMP || (n->op != '>' && n->op != 'g')) return false;
    return n->kid[0]->kind == T_SYM && falls(ctx, n->kid[0]->slot) && n->kid[1]->is_steady;
}

static bool is_all_of(const tnode *n, bool (*is_of)(void *ctx, uint32_t slot), void *ctx, uint32_t depth) {
    if (depth > SZ_EXPR_DEPTH || ((n->kind == T_SYM || n->kind == T_HAS) && !is_of(ctx, n->slot))) return false;
    for (uint32_t i = 0; i < n->n; i++)
        if (!is_all_of(n->kid[i], is_of, ctx, depth + 1)) return false;
    return true;
}

uint32_t sz_prog_musts(const sz_prog *p, bool (*is_of)(void *ctx, uint32_t slot), void *ctx, uint32_t *entries,
                       uint32_t max) {
    uint32_t n = 0;
    for (int numbers = 1; numbers >= 0; numbers--)
        for (uint32_t i = 0; i < p->n_clauses && n < max; i++) {
            if (!p->musts[i] || (p->clauses[i].lhs_type == SZ_X_NUM) != numbers) continue;
            if (is_all_of(p->musts[i], is_of, ctx, 0)) entries[n++] = p->clauses[i].whole;
        }
    return n;
}

typedef struct beside {
    uint32_t slot, n, max;
    sz_str *texts;
    double *numbers; /* one of both is asked for */
} beside;

static bool is_known(const tnode *n, sz_xtype type) {
    return n->kind == T_CONST && n->type == type && n->value.know == SZ_KNOWN;
}

/* A comparison of the symbol with a text, or a number: notes it. */
static bool is_beside_one(beside *b, const tnode *n) {
    if (n->kind != T_CMP) return false;
    const tnode *x = n->kid[0]->kind == T_SYM ? n->kid[0] : n->kid[1], *with = x == n->kid[0] ? n->kid[1] : n->kid[0];
    if (x->kind != T_SYM || x->slot != b->slot || b->n == b->max) return false;
    if (!is_known(with, b->texts ? SZ_X_STR : SZ_X_NUM)) return false;
    if (b->texts) b->texts[b->n++] = with->value.str;
    else b->numbers[b->n++] = with->value.num;
    return true;
}

static bool is_only_beside(beside *b, const tnode *n, uint32_t depth) {
    if (is_beside_one(b, n)) return true;
    if (depth > SZ_EXPR_DEPTH || ((n->kind == T_SYM || n->kind == T_HAS) && n->slot == b->slot)) return false;
    for (uint32_t i = 0; i < n->n; i++)
        if (!is_only_beside(b, n->kid[i], depth + 1)) return false;
    return true;
}

uint32_t sz_prog_texts_beside(const sz_prog *p, uint32_t slot, sz_str *out, uint32_t max) {
    beside b = {.slot = slot, .max = max, .texts = out};
    return is_only_beside(&b, p->root, 0) ? b.n : UINT32_MAX;
}

uint32_t sz_prog_numbers_beside(const sz_prog *p, uint32_t slot, double *out, uint32_t max) {
    beside b = {.slot = slot, .max = max, .numbers = out};
    return is_only_beside(&b, p->root, 0) ? b.n : UINT32_MAX;
}

typedef struct needing {
    sz_need *out;
    uint32_t n, max;
    const sz_need_bounds *of;
} needing;

/* Least or greatest number that the node can stand for, if that is known beforehand. */
static bool bound_of(const needing *w, const tnode *n, bool greatest, double *out) {
    if (n->type != SZ_X_NUM && n->type != SZ_X_DURATION) return false;
    if (n->kind == T_SYM) return w->of->param(w->of->ctx, n->slot, greatest, out);
    *out = n->value.num;
    return n->kind == T_CONST && n->value.know == SZ_KNOWN;
}

static void add_need(needing *w, const tnode *symbol, double least) {
    for (uint32_t i = 0; i < w->n; i++)
        if (w->out[i].slot == symbol->slot) {
            if (w->out[i].least < least) w->out[i].least = least;
            return;
        }
    if (w->n < w->max && w->of->counts(w->of->ctx, symbol->slot))
        w->out[w->n++] = (sz_need){.slot = symbol->slot, .least = least};
}

/* What a comparison's being true says of the numbers on both sides. */
static void needs_of_sides(needing *w, const tnode *n) {
    double least;
    const tnode *a = n->kid[0], *b = n->kid[1];
    bool is_up = n->op == '>' || n->op == 'g' || n->op == '=', is_down = n->op == '<' || n->op == 'l' || n->op == '=';
    if (is_up && a->kind == T_SYM && bound_of(w, b, false, &least)) add_need(w, a, least);
    else if (is_down && b->kind == T_SYM && bound_of(w, a, false, &least)) add_need(w, b, least);
}

/* What n's being known says: it is not where anything that it is made of is unknown, nor by a divisor of 0. */
static void needs_to_be_known(needing *w, const tnode *n, uint32_t depth) {
    if (depth > SZ_EXPR_DEPTH) return;
    if (n->kind == T_SYM) {
        const sz_prog *p = w->of->value(w->of->ctx, n->slot);
        if (p) needs_to_be_known(w, p->root, depth + 1);
    }
    if (n->kind != T_ARITH) return;
    const tnode *by = n->kid[1];
    if (n->op == '/' && by->kind == T_SYM && w->of->is_whole(w->of->ctx, by->slot)) add_need(w, by, 1);
    for (uint32_t i = 0; i < n->n; i++) needs_to_be_known(w, n->kid[i], depth + 1);
}

/* A comparison with what is unknown is unknown, and an `&&` with that is not true. */
static void needs_of_known(needing *w, const tnode *n) {
    for (uint32_t i = 0; i < n->n; i++) needs_to_be_known(w, n->kid[i], 0);
}

/* What n must be true for, by its comparisons. */
static void needs_of(needing *w, const tnode *n, uint32_t depth, void (*of)(needing *w, const tnode *cmp)) {
    if (depth > SZ_EXPR_DEPTH) return;
    if (n->kind == T_AND)
        for (uint32_t i = 0; i < n->n; i++) needs_of(w, n->kid[i], depth + 1, of);
    if (n->kind == T_CMP) of(w, n);
}

uint32_t sz_prog_needs(const sz_prog *p, const sz_need_bounds *of, sz_need *out, uint32_t max) {
    needing w = {.out = out, .max = max, .of = of};
    needs_of(&w, p->root, 0, needs_of_sides);
    needs_of(&w, p->root, 0, needs_of_known);
    return w.n;
}

uint32_t sz_prog_needs_to_reach(const sz_prog *p, double least, const sz_need_bounds *of, sz_need *out, uint32_t max) {
    needing w = {.out = out, .max = max, .of = of};
    const tnode *n = p->root, *when = NULL;
    double most;
    if (n->kind == T_COND && bound_of(&w, n->kid[2], true, &most) && most < least) { /* c ? x : too little */
        when = n->kid[0];
        n = n->kid[1];
    }
    if (when) needs_of(&w, when, 0, needs_of_sides);
    if (n->kind == T_SYM) add_need(&w, n, least);
    if (when) needs_of(&w, when, 0, needs_of_known);
    needs_to_be_known(&w, n, 0);
    return w.n;
}

bool sz_prog_is_floor(const sz_prog *p, bool (*falls)(void *ctx, uint32_t slot), void *ctx) {
    return is_floor(p->root, falls, ctx, 0);
}

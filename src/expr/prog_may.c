/* SPDX-License-Identifier: Apache-2.0
 *
 * May a condition be true, though of some of its symbols no more is known than between which numbers they lie? Where
 * that is enough to say no, they need not be found out.
 */
#include "prog.h"

#include <math.h>

enum { MAY_TRUE = 1, MAY_FALSE = 2, MAY_BE_EITHER = MAY_TRUE | MAY_FALSE };

typedef struct side {
    sz_xval v; /* is_exact: that is what it is, known or not */
    bool is_exact;
    double low, high; /* else, if it is known */
} side;

static bool is_number(uint8_t type) { return type == SZ_X_NUM || type == SZ_X_TIME || type == SZ_X_DURATION; }

/* As a run loads it. */
static sz_xval load(const tnode *n, const sz_may *of) {
    sz_xval v = {.type = n->type};
    of->exact.load(of->exact.ctx, n->slot, &v);
    v.type = n->type;
    if (is_number(n->type) && v.know != SZ_UNKNOWN && isnan(v.num)) v.know = SZ_UNKNOWN;
    return v;
}

static void set_exact(side *s, const sz_xval *v) {
    s->v = *v;
    s->is_exact = true;
    if (!is_number(v->type) || v->know == SZ_UNKNOWN) return;
    s->low = v->num;
    s->high = v->know == SZ_KNOWN ? v->num : INFINITY;
}

static side side_of(const tnode *n, const sz_may *of) {
    side s = {.low = -INFINITY, .high = INFINITY};
    if (n->kind == T_CONST) {
        set_exact(&s, &n->value);
    } else if (n->kind == T_SYM && of->is_exact(of->ctx, n->slot)) {
        sz_xval v = load(n, of);
        set_exact(&s, &v);
    } else if (n->kind == T_SYM && is_number(n->type)) {
        of->range(of->ctx, n->slot, &s.low, &s.high);
    }
    return s;
}

static uint32_t of_truth(const sz_xval *v) { return v->know != SZ_KNOWN ? 0 : v->b ? MAY_TRUE : MAY_FALSE; }

static bool may_compare(uint8_t op, const side *a, const side *b) {
    switch (op) {
    case '<': return a->low < b->high;
    case 'l': return a->low <= b->high;
    case '>': return a->high > b->low;
    case 'g': return a->high >= b->low;
    case '=': return a->low <= b->high && b->low <= a->high;
    default: return true;
    }
}

static uint32_t may_of_comparison(const tnode *n, const sz_may *of) {
    side a = side_of(n->kid[0], of);
    if (a.is_exact && a.v.know == SZ_UNKNOWN) return 0; /* so is the comparison */
    side b = side_of(n->kid[1], of);
    if (b.is_exact && b.v.know == SZ_UNKNOWN) return 0;
    if (a.is_exact && b.is_exact) {
        sz_xval v = sz_xval_compare(n->op, &a.v, &b.v);
        return of_truth(&v);
    }
    if (!is_number(n->kid[0]->type) || !is_number(n->kid[1]->type)) return MAY_BE_EITHER;
    return MAY_FALSE | (may_compare(n->op, &a, &b) ? MAY_TRUE : 0);
}

static uint32_t may(const tnode *n, const sz_may *of, uint32_t depth);

static uint32_t may_of_all(const tnode *n, const sz_may *of, uint32_t depth) {
    uint32_t is_false = 0;
    for (uint32_t i = 0; i < n->n; i++) {
        uint32_t m = may(n->kid[i], of, depth);
        if (!(m & MAY_TRUE)) return MAY_FALSE; /* as far as was asked */
        is_false |= m & MAY_FALSE;
    }
    return MAY_TRUE | is_false;
}

static uint32_t may_of_any(const tnode *n, const sz_may *of, uint32_t depth) {
    uint32_t is_false = MAY_FALSE;
    for (uint32_t i = 0; i < n->n; i++) {
        uint32_t m = may(n->kid[i], of, depth);
        if (m & MAY_TRUE) return MAY_BE_EITHER;
        is_false &= m;
    }
    return is_false;
}

static uint32_t may(const tnode *n, const sz_may *of, uint32_t depth) {
    uint32_t m;
    sz_xval v;
    if (depth > SZ_EXPR_DEPTH) return MAY_BE_EITHER;
    switch ((tkind)n->kind) {
    case T_AND: return may_of_all(n, of, depth + 1);
    case T_OR: return may_of_any(n, of, depth + 1);
    case T_NOT:
        m = may(n->kid[0], of, depth + 1);
        return (m & MAY_TRUE ? MAY_FALSE : 0) | (m & MAY_FALSE ? MAY_TRUE : 0);
    case T_CMP: return may_of_comparison(n, of);
    case T_CONST: return of_truth(&n->value);
    case T_SYM:
        if (n->type != SZ_X_BOOL || !of->is_exact(of->ctx, n->slot)) return MAY_BE_EITHER;
        v = load(n, of);
        return of_truth(&v);
    default: return MAY_BE_EITHER;
    }
}

bool sz_prog_may_be_true(const sz_prog *p, const sz_may *of) { return may(p->root, of, 0) & MAY_TRUE; }

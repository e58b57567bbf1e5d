/* SPDX-License-Identifier: Apache-2.0
 *
 * Clauses: what reasons and timers look at, each with sub-programs for itself and its sides.
 */
#include "prog.h"

typedef struct walk {
    sz_prog *p;
    emitter *m;
    uint32_t n_branches;
    bool is_counting;
} walk;

/* A side's own program, so that its value can be shown; none where the value would not outlive the run. */
static uint32_t side(walk *w, const tnode *n, bool *grows, uint32_t *slot) {
    *grows = n->grows;
    *slot = n->kind == T_SYM ? n->slot : UINT32_MAX;
    return n->is_made ? NO_ENTRY : prog_emit_entry(w->m, n);
}

/* Where in the condition a clause stands. */
typedef struct standing {
    bool is_negated, is_must; /* is_must: && alone joins it to the whole */
    uint32_t branch;
} standing;

static void add(walk *w, const tnode *n, standing at) {
    sz_prog *p = w->p;
    if (w->is_counting) {
        p->n_clauses++;
        return;
    }
    p->musts[p->n_clauses] = at.is_must ? n : NULL;
    sz_clause *c = &p->clauses[p->n_clauses++];
    *c = (sz_clause){.text = {p->text.p + n->off, n->len},
                     .lhs = NO_ENTRY,
                     .rhs = NO_ENTRY,
                     .op = 'b',
                     .lhs_type = SZ_X_BOOL,
                     .lhs_slot = UINT32_MAX,
                     .rhs_slot = UINT32_MAX,
                     .negated = at.is_negated,
                     .branch = at.branch};
    c->whole = prog_emit_entry(w->m, n);
    if (n->kind == T_CMP || n->kind == T_IN) {
        c->op = n->kind == T_IN ? 'i' : n->op;
        c->lhs_type = n->kid[0]->type;
        c->lhs_unit = n->kid[0]->unit;
        if (n->kid[0]->is_ratio && n->kid[1]->unit == SZ_UNIT_SHARE) c->lhs_unit = SZ_UNIT_SHARE;
        c->lhs = side(w, n->kid[0], &c->lhs_grows, &c->lhs_slot);
        c->rhs = side(w, n->kid[1], &c->rhs_grows, &c->rhs_slot);
    } else if (n->kind == T_SYM || n->kind == T_HAS) {
        c->lhs = c->whole;
        c->lhs_slot = n->slot;
    }
}

static void visit(walk *w, const tnode *n, standing at) {
    standing below = {.is_negated = at.is_negated, .branch = at.branch};
    switch ((tkind)n->kind) {
    case T_NOT:
        below.is_negated = !at.is_negated;
        visit(w, n->kid[0], below);
        return;
    case T_AND:
        for (uint32_t i = 0; i < n->n; i++) visit(w, n->kid[i], at);
        return;
    case T_OR:
        for (uint32_t i = 0; i < n->n; i++) {
            below.branch = ++w->n_branches;
            visit(w, n->kid[i], below);
        }
        return;
    case T_COND: /* its condition is a clause in a value too: a timer may hang on it */
        for (uint32_t i = 0; i < 3; i++) visit(w, n->kid[i], below);
        return;
    default:
        if (n->type == SZ_X_BOOL) add(w, n, at);
        return;
    }
}

void prog_clauses(sz_arena *a, sz_prog *p, emitter *m) {
    walk w = {.p = p, .m = m, .is_counting = true};
    visit(&w, p->root, (standing){.is_must = true});
    p->clauses = SZ_NEWN(a, sz_clause, p->n_clauses + 1);
    p->musts = SZ_NEWN(a, const tnode *, p->n_clauses + 1);
    p->n_clauses = 0;
    w.is_counting = false;
    w.n_branches = 0;
    visit(&w, p->root, (standing){.is_must = true});
}

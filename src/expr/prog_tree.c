/* SPDX-License-Identifier: Apache-2.0
 *
 * A condition as people read it: how && || ! ?: join its clauses, what each is now, and which of them keep the whole
 * from being true.
 */
#include "prog.h"

typedef struct planting {
    const sz_prog *p;
    const sz_loader *l;
    sz_tree_node *v;
    uint32_t n, n_clauses;
} planting;

static uint8_t truth_of(const sz_xval *v) { return v->know != SZ_KNOWN ? SZ_TREE_UNKNOWN : v->b; }

static uint32_t count(const tnode *t) {
    uint32_t n = 1;
    if (t->kind != T_NOT && t->kind != T_AND && t->kind != T_OR && t->kind != T_COND) return 1;
    for (uint32_t i = 0; i < t->n; i++) n += count(t->kid[i]);
    return n;
}

static uint8_t not_so(uint8_t truth) { return truth == SZ_TREE_UNKNOWN ? truth : !truth; }

/* Of && (dominant: false) or ||. */
static uint8_t joined(uint8_t a, uint8_t b, uint8_t dominant) {
    if (a == dominant || b == dominant) return dominant;
    return a == SZ_TREE_UNKNOWN || b == SZ_TREE_UNKNOWN ? SZ_TREE_UNKNOWN : !dominant;
}

/* Clauses in the order in which prog_clauses() has them. */
static uint8_t plant(planting *x, const tnode *t, uint32_t depth) {
    sz_tree_node *node = &x->v[x->n++];
    *node = (sz_tree_node){.depth = depth, .clause = UINT32_MAX, .text = {x->p->text.p + t->off, t->len}};
    uint8_t kid[3] = {SZ_TREE_UNKNOWN, SZ_TREE_UNKNOWN, SZ_TREE_UNKNOWN};
    switch ((tkind)t->kind) {
    case T_NOT:
        node->kind = SZ_TREE_NOT;
        node->truth = not_so(plant(x, t->kid[0], depth + 1));
        break;
    case T_AND:
    case T_OR:
        node->kind = t->kind == T_AND ? SZ_TREE_ALL : SZ_TREE_ANY;
        node->truth = t->kind == T_AND;
        for (uint32_t i = 0; i < t->n; i++)
            node->truth = joined(node->truth, plant(x, t->kid[i], depth + 1), t->kind == T_OR);
        break;
    case T_COND:
        node->kind = SZ_TREE_CHOICE;
        for (uint32_t i = 0; i < 3; i++) kid[i] = plant(x, t->kid[i], depth + 1);
        node->truth = kid[0] == SZ_TREE_UNKNOWN ? SZ_TREE_UNKNOWN : kid[0] ? kid[1] : kid[2];
        break;
    default:
        node->kind = t->type == SZ_X_BOOL ? SZ_TREE_CLAUSE : SZ_TREE_VALUE;
        node->truth = SZ_TREE_UNKNOWN;
        if (t->type != SZ_X_BOOL) break;
        node->clause = x->n_clauses++;
        sz_xval v = sz_prog_run_at(x->p, x->p->clauses[node->clause].whole, x->l);
        node->truth = truth_of(&v);
        break;
    }
    node->end = x->n;
    return node->truth;
}

/* What keeps this part from being as it is wanted. */
static void blame(sz_tree_node *v, uint32_t at, uint8_t wanted) {
    sz_tree_node *node = &v[at];
    if (node->kind == SZ_TREE_VALUE || (node->truth == wanted && node->kind != SZ_TREE_CHOICE)) return;
    if (node->kind == SZ_TREE_CLAUSE) {
        node->decides = true;
        return;
    }
    uint32_t first = at + 1;
    if (node->kind == SZ_TREE_CHOICE) {
        uint32_t yes = v[first].end, chosen = v[first].truth == true ? yes : v[yes].end;
        bool is_of_values = v[yes].kind == SZ_TREE_VALUE || v[v[yes].end].kind == SZ_TREE_VALUE;
        if (!is_of_values && node->truth == wanted) return;
        if (v[first].truth == SZ_TREE_UNKNOWN || is_of_values) blame(v, first, true);
        if (v[first].truth != SZ_TREE_UNKNOWN) blame(v, chosen, wanted);
        return;
    }
    for (uint32_t kid = first; kid < node->end; kid = v[kid].end)
        blame(v, kid, node->kind == SZ_TREE_NOT ? !wanted : wanted);
}

uint32_t sz_prog_tree(const sz_prog *p, const sz_loader *l, sz_arena *a, bool is_met, sz_tree_node **out) {
    planting x = {.p = p, .l = l, .v = SZ_NEWN(a, sz_tree_node, count(p->root))};
    plant(&x, p->root, 0);
    if (!is_met) blame(x.v, 0, true);
    *out = x.v;
    return x.n;
}

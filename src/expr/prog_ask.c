/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions about the shape of a program, for those who plan when to run it.
 */
#include "prog.h"

bool sz_prog_is_slot(const sz_prog *p, uint32_t *slot) {
    *slot = p->root->slot;
    return p->root->kind == T_SYM;
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

bool sz_prog_is_floor(const sz_prog *p, bool (*falls)(void *ctx, uint32_t slot), void *ctx) {
    return is_floor(p->root, falls, ctx, 0);
}

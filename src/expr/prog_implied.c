/* SPDX-License-Identifier: Apache-2.0
 *
 * Is one condition true wherever another is? As far as can be seen without running them: the same, a part of what &&
 * joins, a wider bound of the same name.
 */
#include "prog.h"

static bool is_same_value(const sz_xval *a, const sz_xval *b) {
    if (a->type != b->type || a->know != SZ_KNOWN || b->know != SZ_KNOWN || a->list || b->list) return false;
    return a->type == SZ_X_BOOL ? a->b == b->b : prog_order(a, b) == 0;
}

/* Symbols by their slots; what looks at a list, a pattern or a zone is taken for another. */
static bool is_same(const tnode *a, const tnode *b) {
    if (a->kind != b->kind || a->type != b->type || a->op != b->op || a->n != b->n) return false;
    if (a->zone || a->pattern) return false;
    if ((a->kind == T_SYM || a->kind == T_HAS) && a->slot != b->slot) return false;
    if (a->kind == T_CONST && !is_same_value(&a->value, &b->value)) return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!is_same(a->kid[i], b->kid[i])) return false;
    return true;
}

/* Is x op v true of every x that a bound leaves, which is c away from v (prog_order) and has it or not? */
static bool holds_above(uint8_t op, int c, bool has_it) {
    return op == 'g' ? c >= 0 : op == '>' || op == '!' ? c > 0 || (c == 0 && !has_it) : false;
}

static bool holds_below(uint8_t op, int c, bool has_it) {
    return op == 'l' ? c <= 0 : op == '<' || op == '!' ? c < 0 || (c == 0 && !has_it) : false;
}

static bool is_wider(const bounding *of, const bounding *by) {
    if (of->name->slot != by->name->slot || of->v->type != by->v->type) return false;
    int c = prog_order(by->v, of->v);
    switch (by->op) {
    case '=': return of->op == '=' ? c == 0 : holds_above(of->op, c, true) || holds_below(of->op, c, true);
    case '!': return of->op == '!' && c == 0;
    case '>':
    case 'g': return holds_above(of->op, c, by->op == 'g');
    default: return holds_below(of->op, c, by->op == 'l');
    }
}

enum { MOST_PAIRS = 10000 }; /* && and || one in the other reach the same pair by many ways */

static bool is_implied(const tnode *n, const tnode *by, uint32_t *left);

static bool is_every_kid(const tnode *n, const tnode *by, bool is_of_by, uint32_t *left) {
    const tnode *of = is_of_by ? by : n;
    for (uint32_t i = 0; i < of->n; i++)
        if (!is_implied(is_of_by ? n : of->kid[i], is_of_by ? of->kid[i] : by, left)) return false;
    return true;
}

static bool is_any_kid(const tnode *n, const tnode *by, bool is_of_by, uint32_t *left) {
    const tnode *of = is_of_by ? by : n;
    for (uint32_t i = 0; i < of->n; i++)
        if (is_implied(is_of_by ? n : of->kid[i], is_of_by ? of->kid[i] : by, left)) return true;
    return false;
}

/* What is not seen within the pairs that may be looked at is not seen. */
static bool is_implied(const tnode *n, const tnode *by, uint32_t *left) {
    bounding a, b;
    if (!*left) return false;
    --*left;
    if (is_same(n, by)) return true;
    if (by->kind == T_OR) return is_every_kid(n, by, true, left);
    if (n->kind == T_AND) return is_every_kid(n, by, false, left);
    if (by->kind == T_AND && is_any_kid(n, by, true, left)) return true;
    if (n->kind == T_OR) return is_any_kid(n, by, false, left);
    return prog_is_plain(n, &a) && prog_is_plain(by, &b) && is_wider(&a, &b);
}

bool sz_prog_is_implied(const sz_prog *p, const sz_prog *by) {
    uint32_t left = MOST_PAIRS;
    return is_implied(p->root, by->root, &left);
}

bool sz_prog_is_implied_by_step(const sz_prog *p, const sz_prog *value, bool at_most, double step) {
    uint32_t left = MOST_PAIRS;
    tnode at = {.kind = T_CONST, .type = value->type, .value = {.type = value->type, .num = step}};
    tnode *kids[] = {(tnode *)value->root, &at};
    const tnode reached = {.kind = T_CMP, .type = SZ_X_BOOL, .op = at_most ? 'l' : 'g', .kid = kids, .n = 2};
    return is_implied(p->root, &reached, &left);
}

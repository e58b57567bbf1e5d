/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: && || ! ?: and where a value that grows by itself may stand.
 */
#include "prog.h"

/* Operands of a chain in the order in which they are written; what stands in parentheses under the same operator
 * joins it. */
typedef struct operand {
    const sz_expr *e;
    struct operand *next;
} operand;

static operand *gather(checker *c, const sz_expr *e, const char *op, operand *rest, uint32_t depth) {
    for (; depth < SZ_EXPR_DEPTH && prog_is_call(e, op) && e->n == 2; e = e->args[0])
        rest = gather(c, e->args[1], op, rest, depth + 1);
    operand *o = SZ_NEW(&c->tmp, operand);
    o->e = e;
    o->next = rest;
    return o;
}

static const char *text_of(const checker *c, const sz_expr *e) {
    return sz_arena_printf(&c->d->arena, "%.*s", SZ_FMT_STR(prog_slice(c, e->off, e->len)));
}

/* `x == 1 || 2`: the operand is a value beside a comparison. */
static bool hint_repeat(checker *c, sz_diag *g, const sz_expr *prev, const sz_expr *e, const char *sign) {
    if (!prev || prog_compare_op(prev) == 0 || prev->n != 2) return false;
    const char *left = text_of(c, prev->args[0]), *right = text_of(c, prev->args[1]), *self = text_of(c, e);
    sz_str op = prog_slice(c, prev->op_off, prev->op_len);
    if (prog_compare_op(prev) == '=' && sign[0] == '|')
        prog_hint(c, g, "write  %s == %s || %s == %s  or  %s in [%s, %s]",
                  "请写  %s == %s || %s == %s  或  %s in [%s, %s]", left, right, left, self, left, right, self);
    else
        prog_hint(c, g, "write  %s %.*s %s %s %s %.*s %s", "请写  %s %.*s %s %s %s %.*s %s", left, SZ_FMT_STR(op),
                  right, sign, left, SZ_FMT_STR(op), self);
    return true;
}

/* What can stand where the right side of the comparison stands: `x == 1 || 2`, and not `x == 1 && y`. */
static bool repeats(const tnode *n, const tnode *before) {
    return before && before->kind == T_CMP && n->is_steady && before->kid[0]->type == n->type;
}

static void want_bool(checker *c, const tnode *n, const sz_expr *prev, const sz_expr *e, const char *sign) {
    if (n->type == SZ_X_BOOL || prog_is_bad(n)) return;
    sz_str s = prog_slice(c, n->off, n->len);
    bool is_join = sign[0] == '&' || sign[0] == '|';
    sz_diag *g = prog_report(c, SZ_ERROR, C_LOGIC, n->off, n->len,
                             TXT(c, "`%s` %s what is true or false; `%.*s` is %s", sign, is_join ? "joins" : "needs",
                                 SZ_FMT_STR(s), prog_type_words(n, SZ_EN)),
                             TXT(c, "`%s` %s真假值；`%.*s` 是%s", sign, is_join ? "两边要是" : "需要", SZ_FMT_STR(s),
                                 prog_type_words(n, SZ_ZH)));
    if (hint_repeat(c, g, prev, e, sign)) return;
    if (n->kind == T_CONST) {
        prog_hint(c, g, "write what is compared with it too, for example  n >= %.*s",
                  "还要写同它比较的是什么，例如  n >= %.*s", SZ_FMT_STR(s));
        return;
    }
    if (sign[0] == '!' && prev == NULL && n->kind != T_CONST)
        prog_hint(c, g, "for the opposite of a comparison write  !(%.*s == …)", "要否定一个比较，请写  !(%.*s == …)",
                  SZ_FMT_STR(s));
    else
        prog_hint(c, g, "compare it, for example  %.*s %s", "请写成比较，例如  %.*s %s", SZ_FMT_STR(s),
                  n->type == SZ_X_STR ? "== \"…\"" : ">= 3");
}

tnode *prog_check_operand(checker *c, const sz_expr *e, const sz_expr *prev, const tnode *before, const char *sign,
                          uint32_t depth) {
    tnode *n = prog_check(c, e, depth);
    want_bool(c, n, repeats(n, before) ? prev : NULL, e, sign);
    return n;
}

static void inherit(tnode *n) {
    n->is_steady = true;
    for (uint32_t i = 0; i < n->n; i++) {
        n->has_growing |= n->kid[i]->has_growing;
        n->is_steady &= n->kid[i]->is_steady;
    }
}

static tnode *check_chain(checker *c, const sz_expr *e, bool is_or, uint32_t depth) {
    const char *sign = is_or ? "||" : "&&";
    operand *list = gather(c, e, is_or ? "_||_" : "_&&_", NULL, 0);
    uint32_t count = 0;
    for (operand *o = list; o; o = o->next) count++;
    tnode *n = prog_node(c, is_or ? T_OR : T_AND, SZ_X_BOOL, e, count);
    const sz_expr *prev = NULL;
    uint32_t i = 0;
    for (operand *o = list; o; o = o->next) {
        n->kid[i] = prog_check_operand(c, o->e, prev, i ? n->kid[i - 1] : NULL, sign, depth + 1);
        prev = o->e;
        i++;
    }
    inherit(n);
    if (!is_or && !c->n_errors) prog_warn_never(c, n); /* what is wrong may be meant otherwise: "9:00" */
    return n;
}

static tnode *check_not(checker *c, const sz_expr *e, uint32_t depth) {
    tnode *n = prog_node(c, T_NOT, SZ_X_BOOL, e, 1);
    n->kid[0] = prog_check(c, e->args[0], depth + 1);
    want_bool(c, n->kid[0], NULL, e->args[0], "!");
    inherit(n);
    return n->kid[0]->type == SZ_X_BOOL ? n : prog_bad(c, e);
}

static tnode *check_choice(checker *c, const sz_expr *e, uint32_t depth) {
    tnode *n = prog_node(c, T_COND, SZ_X_ANY, e, 3);
    for (uint32_t i = 0; i < 3; i++) n->kid[i] = prog_check(c, e->args[i], depth + 1);
    const tnode *cond = n->kid[0], *a = n->kid[1], *b = n->kid[2];
    if (!prog_is_bad(cond) && cond->type != SZ_X_BOOL) want_bool(c, cond, e, e->args[0], "?:");
    if (prog_is_bad(a) || prog_is_bad(b)) return prog_bad(c, e);
    uint8_t unit = SZ_UNIT_NONE;
    if (a->type != b->type || !prog_unit_join('=', a->unit, b->unit, &unit)) {
        sz_str sa = prog_slice(c, a->off, a->len), sb = prog_slice(c, b->off, b->len);
        prog_report(c, SZ_ERROR, C_TYPES, e->op_off, e->op_len,
                    TXT(c, "both sides of ?: must be alike; `%.*s` is %s, `%.*s` is %s", SZ_FMT_STR(sa),
                        prog_type_words(a, SZ_EN), SZ_FMT_STR(sb), prog_type_words(b, SZ_EN)),
                    TXT(c, "?: 的两边必须是同一种值；`%.*s` 是%s，`%.*s` 是%s", SZ_FMT_STR(sa),
                        prog_type_words(a, SZ_ZH), SZ_FMT_STR(sb), prog_type_words(b, SZ_ZH)));
        return prog_bad(c, e);
    }
    n->type = a->type;
    n->unit = unit;
    n->is_ratio = a->is_ratio && b->is_ratio;
    n->is_made = a->is_made || b->is_made;
    inherit(n);
    return n;
}

tnode *prog_check_logic(checker *c, const sz_expr *e, uint32_t depth) {
    if (prog_is_call(e, "!_")) return check_not(c, e, depth);
    if (prog_is_call(e, "_?_:_")) return check_choice(c, e, depth);
    return check_chain(c, e, prog_is_call(e, "_||_"), depth);
}

/* ---- growing values (semantics 11) -------------------------------------------------------------------------- */

static void refuse_growing(checker *c, const tnode *n) {
    sz_str s = prog_slice(c, n->off, n->len);
    prog_hint(c,
              prog_error(c, C_GROWS, n->off, n->len,
                         "`%.*s` grows by itself: without a check it may only be compared with a constant or a param",
                         "`%.*s` 会自己增长：没有 check 时只能同常数或参数比较", SZ_FMT_STR(s)),
              "give it a check, for example  check: daily at 07:00", "请给它一个 check，例如  check: daily at 07:00");
}

/* open: reached from the root by && || ! ?: only, so that a comparison here is a clause and can have a timer. */
static void walk_growth(checker *c, const tnode *n, bool open) {
    if (!n->has_growing) return;
    if (n->kind == T_SYM) {
        refuse_growing(c, n);
        return;
    }
    if (n->kind == T_CMP && open) {
        const tnode *a = n->kid[0], *b = n->kid[1];
        if ((a->grows && b->is_steady) || (b->grows && a->is_steady)) return;
    }
    bool is_logic = n->kind == T_AND || n->kind == T_OR || n->kind == T_NOT || n->kind == T_COND;
    for (uint32_t i = 0; i < n->n; i++) walk_growth(c, n->kid[i], open && is_logic);
}

void prog_check_growth(checker *c, const tnode *root) {
    if (!c->o->grow_ok) walk_growth(c, root, true);
}

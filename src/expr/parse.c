/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser of CEL (cel-spec, doc/langdef.md): precedence climbing over the tokens of lex.c.
 *
 * Shape of the tree, for those who walk it: && and || are binary and balanced (n terms give a depth of log2 n); every
 * other chain of operators, selections, indexes and method calls leans to the left through args[0], ?: and ! - lean
 * through their last argument. Only nesting (parentheses, arguments, elements) recurses here, and that is bounded by
 * SZ_EXPR_DEPTH.
 */
#include "parse.h"

static sz_expr *parse_binary(sz_parser *p, int min_level);

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

sz_expr *sz_parse_node(sz_parser *p, sz_expr_kind kind, uint32_t off, uint32_t len) {
    if (++p->n_nodes > SZ_EXPR_NODES) {
        sz_parse_fail(p, off, len, "the expression is too long: at most %d parts", "表达式太长：最多 %d 个部分",
                      SZ_EXPR_NODES);
        sz_parse_hint(p, "give parts of it names of their own", "请把其中的部分拆开命名");
    }
    sz_expr *e = SZ_NEW(p->arena, sz_expr);
    e->kind = kind;
    e->off = e->op_off = off;
    e->len = e->op_len = len;
    return e;
}

/* The functions that operators stand for, by the names of cel-spec. */
static const char *const op_names[] = {
    [SZ_OP_NONE] = NULL,
    [SZ_OP_NOT] = "!_",
    [SZ_OP_NEGATE] = "-_",
    [SZ_OP_AND] = "_&&_",
    [SZ_OP_OR] = "_||_",
    [SZ_OP_CHOICE] = "_?_:_",
    [SZ_OP_LT] = "_<_",
    [SZ_OP_LE] = "_<=_",
    [SZ_OP_GT] = "_>_",
    [SZ_OP_GE] = "_>=_",
    [SZ_OP_EQ] = "_==_",
    [SZ_OP_NE] = "_!=_",
    [SZ_OP_IN] = "@in",
    [SZ_OP_ADD] = "_+_",
    [SZ_OP_SUBTRACT] = "_-_",
    [SZ_OP_MULTIPLY] = "_*_",
    [SZ_OP_DIVIDE] = "_/_",
    [SZ_OP_MODULO] = "_%_",
    [SZ_OP_INDEX] = "_[_]",
    [SZ_OP_OPTIONAL_INDEX] = "_[?_]",
    [SZ_OP_OPTIONAL] = "@optional",
    [SZ_OP_NOT_STRICTLY_FALSE] = "@not_strictly_false",
    [SZ_OP_MAP_INSERT] = "cel.@mapInsert",
    [SZ_OP_MAP_MERGE] = "cel.@mapMerge",
};

sz_expr *sz_parse_call(sz_parser *p, sz_expr_op op, sz_token at, uint32_t off, uint32_t end, uint32_t n) {
    sz_expr *e = sz_parse_node(p, SZ_E_CALL, off, end - off);
    e->op = op;
    e->text = sz_str_of(op_names[op]);
    e->op_off = at.off;
    e->op_len = at.len;
    e->args = SZ_NEWN(p->arena, sz_expr *, n);
    e->n = n;
    return e;
}

/* ---- operators --------------------------------------------------------------------------------------------------- */

static sz_expr *parse_unary(sz_parser *p) {
    sz_expr *top = NULL, *last = NULL, *e = NULL;
    while (!p->failed && (p->cur.kind == SZ_T_NOT || p->cur.kind == SZ_T_MINUS)) {
        sz_token op = p->cur;
        sz_parse_next(p);
        if (op.kind == SZ_T_MINUS && (p->cur.kind == SZ_T_INT || p->cur.kind == SZ_T_DOUBLE)) {
            e = sz_parse_member(p, &op);
            break;
        }
        sz_expr *call =
            sz_parse_call(p, op.kind == SZ_T_NOT ? SZ_OP_NOT : SZ_OP_NEGATE, op, op.off, op.off + op.len, 1);
        if (last) last->args[0] = call;
        else top = call;
        last = call;
    }
    if (!e) e = sz_parse_member(p, NULL);
    if (!e || p->failed) return NULL;
    if (!last) return e;
    last->args[0] = e;
    for (sz_expr *c = top;; c = c->args[0]) {
        c->len = sz_parse_end(p) - c->off;
        if (c == last) return top;
    }
}

enum { LEVEL_OR = 1, LEVEL_AND, LEVEL_RELATION, LEVEL_ADD, LEVEL_MULTIPLY, LEVEL_UNARY };

static const struct {
    sz_expr_op op;
    int level;
} binary[SZ_N_TOKENS] = {
    [SZ_T_OR] = {SZ_OP_OR, LEVEL_OR},
    [SZ_T_AND] = {SZ_OP_AND, LEVEL_AND},
    [SZ_T_LT] = {SZ_OP_LT, LEVEL_RELATION},
    [SZ_T_LE] = {SZ_OP_LE, LEVEL_RELATION},
    [SZ_T_GT] = {SZ_OP_GT, LEVEL_RELATION},
    [SZ_T_GE] = {SZ_OP_GE, LEVEL_RELATION},
    [SZ_T_EQ] = {SZ_OP_EQ, LEVEL_RELATION},
    [SZ_T_NE] = {SZ_OP_NE, LEVEL_RELATION},
    [SZ_T_IN] = {SZ_OP_IN, LEVEL_RELATION},
    [SZ_T_PLUS] = {SZ_OP_ADD, LEVEL_ADD},
    [SZ_T_MINUS] = {SZ_OP_SUBTRACT, LEVEL_ADD},
    [SZ_T_STAR] = {SZ_OP_MULTIPLY, LEVEL_MULTIPLY},
    [SZ_T_SLASH] = {SZ_OP_DIVIDE, LEVEL_MULTIPLY},
    [SZ_T_PERCENT] = {SZ_OP_MODULO, LEVEL_MULTIPLY},
};

/* One term of a chain of && or ||: its operator stands before it, at. */
typedef struct term {
    sz_expr *e;
    sz_token at;
    uint32_t off, end; /* with its parentheses */
} term;

static sz_expr *balance(sz_parser *p, sz_expr_op op, const term *t, uint32_t n) {
    if (n == 1) return t[0].e;
    uint32_t half = n / 2;
    sz_expr *e = sz_parse_call(p, op, t[half].at, t[0].off, t[n - 1].end, 2);
    e->args[0] = balance(p, op, t, half);
    e->args[1] = balance(p, op, t + half, n - half);
    return e;
}

/* The rest of a chain of && or ||, whose first term is given. */
static sz_expr *parse_logic(sz_parser *p, sz_expr *first, uint32_t off) {
    sz_token_kind kind = p->cur.kind;
    term *t = SZ_NEWN(p->arena, term, 4);
    uint32_t n = 1, cap = 4;
    t[0] = (term){.e = first, .off = off, .end = sz_parse_end(p)};
    while (p->cur.kind == kind) {
        sz_token op = p->cur;
        sz_parse_next(p);
        uint32_t start = p->cur.off;
        sz_expr *e = parse_binary(p, binary[kind].level + 1);
        if (!e) return NULL;
        if (n == cap) {
            term *more = SZ_NEWN(p->arena, term, (size_t)cap * 2);
            memcpy(more, t, n * sizeof *t);
            t = more;
            cap *= 2;
        }
        t[n++] = (term){e, op, start, sz_parse_end(p)};
    }
    return balance(p, binary[kind].op, t, n);
}

static sz_expr *parse_binary(sz_parser *p, int min_level) {
    uint32_t off = p->cur.off;
    sz_expr *left = min_level == LEVEL_UNARY ? parse_unary(p) : parse_binary(p, min_level + 1);
    while (left && !p->failed && binary[p->cur.kind].level >= min_level) {
        sz_token op = p->cur;
        if (binary[op.kind].level <= LEVEL_AND) {
            left = parse_logic(p, left, off);
            continue;
        }
        sz_parse_next(p);
        sz_expr *right = parse_binary(p, binary[op.kind].level + 1);
        if (!right) return NULL;
        sz_expr *e = sz_parse_call(p, binary[op.kind].op, op, off, sz_parse_end(p), 2);
        e->args[0] = left;
        e->args[1] = right;
        left = e;
    }
    return p->failed ? NULL : left;
}

/* condition ? a : condition ? b : c, as a loop. */
static sz_expr *parse_choice(sz_parser *p) {
    sz_expr *top = NULL, *last = NULL, *e;
    for (;;) {
        uint32_t off = p->cur.off;
        e = parse_binary(p, LEVEL_OR);
        if (!e || p->cur.kind != SZ_T_QUESTION) break;
        sz_token op = p->cur;
        sz_parse_next(p);
        sz_expr *call = sz_parse_call(p, SZ_OP_CHOICE, op, off, sz_parse_end(p), 3);
        call->args[0] = e;
        call->args[1] = parse_binary(p, LEVEL_OR);
        if (call->args[1] && p->cur.kind == SZ_T_QUESTION) {
            sz_parse_unexpected(p, "`:`", "`:`");
            sz_parse_hint(p, "a choice between ? and : stands in parentheses", "? 和 : 之间的条件选择要加括号");
        }
        if (!call->args[1] || !sz_parse_expect(p, SZ_T_COLON, (sz_token){0})) return NULL;
        if (last) last->args[2] = call;
        else top = call;
        last = call;
    }
    if (!e || !last) return e;
    last->args[2] = e;
    for (sz_expr *c = top;; c = c->args[2]) {
        c->len = sz_parse_end(p) - c->off;
        if (c == last) return top;
    }
}

sz_expr *sz_parse_expr(sz_parser *p) {
    if (p->depth == SZ_EXPR_DEPTH) {
        sz_parse_fail(p, p->cur.off, p->cur.len, "the expression is nested too deep: at most %d levels",
                      "表达式嵌套太深：最多 %d 层", SZ_EXPR_DEPTH);
        p->err->code = SZ_CODE_DEEP;
        return sz_parse_hint(p, "give the inner parts names of their own", "请把里层的部分拆开命名");
    }
    p->depth++;
    sz_expr *e = parse_choice(p);
    p->depth--;
    return p->failed ? NULL : e;
}

const sz_expr *sz_expr_parse(sz_arena *a, sz_str text, sz_macros macros, sz_expr_error *err) {
    sz_parser p = {.arena = a, .text = text, .err = err, .macros = macros};
    *err = (sz_expr_error){0};
    if (text.n > UINT32_MAX / 2) return sz_parse_fail(&p, 0, 0, "the expression is too long", "表达式太长");
    if (!sz_utf8_valid(text.p, text.n)) {
        uint32_t i = 0;
        for (size_t len = 0; sz_utf8_next(text.p + i, text.n - i, &len) != 0xFFFD || len > 1;) i += (uint32_t)len;
        return sz_parse_fail(&p, i, 1, "the text is not UTF-8", "文字不是 UTF-8 编码");
    }
    sz_parse_next(&p);
    sz_expr *e = sz_parse_expr(&p);
    if (e && !p.failed && p.cur.kind != SZ_T_END) sz_parse_unexpected(&p, "an operator", "运算符");
    return p.failed ? NULL : e;
}

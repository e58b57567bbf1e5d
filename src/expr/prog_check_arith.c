/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: arithmetic, and folding of constants.
 */
#include "prog.h"

/* Result of a op b for types; SZ_X_ANY: there is none. */
static uint8_t result_type(char op, uint8_t a, uint8_t b) {
    if (a == SZ_X_NUM && b == SZ_X_NUM) return SZ_X_NUM;
    if (op == '+') {
        if (a == SZ_X_STR && b == SZ_X_STR) return SZ_X_STR;
        if ((a == SZ_X_TIME && b == SZ_X_DURATION) || (a == SZ_X_DURATION && b == SZ_X_TIME)) return SZ_X_TIME;
        if (a == SZ_X_DURATION && b == SZ_X_DURATION) return SZ_X_DURATION;
    }
    if (op == '-') {
        if (a == SZ_X_TIME && b == SZ_X_TIME) return SZ_X_DURATION;
        if (a == SZ_X_TIME && b == SZ_X_DURATION) return SZ_X_TIME;
        if (a == SZ_X_DURATION && b == SZ_X_DURATION) return SZ_X_DURATION;
    }
    return SZ_X_ANY;
}

static void hint_operands(checker *c, sz_diag *g, char op, const tnode *a, const tnode *b) {
    bool has_duration = a->type == SZ_X_DURATION || b->type == SZ_X_DURATION,
         has_time = a->type == SZ_X_TIME || b->type == SZ_X_TIME;
    const tnode *text = a->type == SZ_X_STR ? a : b->type == SZ_X_STR ? b : NULL;
    double v;
    if (text && text->kind == T_CONST && sz_str_double(text->value.str, &v))
        prog_hint(c, g, "write it without quotes:  %.*s", "去掉引号：%.*s", SZ_FMT_STR(text->value.str));
    else if (has_duration && (op == '*' || op == '/'))
        prog_hint(c, g,
                  "durations only add and subtract; write the one that is meant as a param:  params: {limit: 36h}",
                  "时长只能加减；请把要用的时长写成参数：params: {limit: 36h}");
    else if ((has_duration || has_time) && (a->type == SZ_X_NUM || b->type == SZ_X_NUM))
        prog_hint(c, g, "a duration is written duration(\"24h\"), or as a param:  params: {limit: 24h}",
                  "时长写作 duration(\"24h\")，或写成参数：params: {limit: 24h}");
    else if (a->type == SZ_X_BOOL || b->type == SZ_X_BOOL)
        prog_hint(c, g, "count what is true with ?:, for example  (x ? 1 : 0)", "要把真假值当数用，请写  (x ? 1 : 0)");
    else if (a->type == SZ_X_NUM && b->type == SZ_X_NUM)
        prog_hint(c, g, "only what has one unit is added; an average is  %.*s / %.*s",
                  "只有单位相同的才能相加减；要平均值请写  %.*s / %.*s", SZ_FMT_STR(prog_slice(c, a->off, a->len)),
                  SZ_FMT_STR(prog_slice(c, b->off, b->len)));
    else if (text)
        prog_hint(c, g, "only numbers and durations are reckoned with; a text is compared:  x == \"…\"",
                  "只有数和时长能运算；文本只能比较：x == \"…\"");
    else
        prog_hint(c, g, "numbers are added to numbers, durations to durations and instants",
                  "数同数相加减，时长同时长或时刻相加减");
}

static void refuse(checker *c, const sz_expr *e, char op, const tnode *a, const tnode *b) {
    sz_str sa = prog_slice(c, a->off, a->len), sb = prog_slice(c, b->off, b->len);
    bool is_unit = result_type(op, a->type, b->type) != SZ_X_ANY;
    sz_diag *g = prog_report(c, SZ_ERROR, is_unit ? C_UNITS : C_OPERAND, e->op_off, e->op_len,
                             TXT(c, "`%.*s` is %s, `%.*s` is %s: `%c` does not join them", SZ_FMT_STR(sa),
                                 prog_type_words(a, SZ_EN), SZ_FMT_STR(sb), prog_type_words(b, SZ_EN), op),
                             TXT(c, "`%.*s` 是%s，`%.*s` 是%s，不能用 `%c` 连接", SZ_FMT_STR(sa),
                                 prog_type_words(a, SZ_ZH), SZ_FMT_STR(sb), prog_type_words(b, SZ_ZH), op));
    hint_operands(c, g, op, a, b);
}

static void inherit(tnode *n) {
    n->is_steady = true;
    for (uint32_t i = 0; i < n->n; i++) {
        n->has_growing |= n->kid[i]->has_growing;
        n->is_steady &= n->kid[i]->is_steady;
    }
}

/* `days / 7`, `missed / classes`, and what is left of one: `1 - days / 7`. Times a number it is one no longer: 100 of
 * them would stand beside 50 % as 0.5. */
static bool is_ratio(char op, const tnode *a, const tnode *b) {
    if (op == '/' && prog_is_known(b) && b->value.num <= 1) return false; /* n / 0.01 are a hundred times as many */
    if (op == '/') return prog_is_tally(a->unit) && (b->unit == SZ_UNIT_NONE || prog_is_tally(b->unit)) && !b->is_ratio;
    if (op != '+' && op != '-') return false;
    return (a->is_ratio || b->is_ratio) && (a->is_ratio || a->unit == SZ_UNIT_NONE) &&
           (b->is_ratio || b->unit == SZ_UNIT_NONE);
}

tnode *prog_check_arith(checker *c, const sz_expr *e, char op, uint32_t depth) {
    tnode *n = prog_node(c, T_ARITH, SZ_X_ANY, e, 2);
    n->op = (uint8_t)op;
    const tnode *a = n->kid[0] = prog_check(c, e->args[0], depth + 1);
    const tnode *b = n->kid[1] = prog_check(c, e->args[1], depth + 1);
    if (prog_is_bad(a) || prog_is_bad(b)) return prog_bad(c, e);
    uint8_t type = result_type(op, a->type, b->type), unit = SZ_UNIT_NONE;
    if (type == SZ_X_ANY || !prog_unit_join(op, a->unit, b->unit, &unit)) {
        refuse(c, e, op, a, b);
        return prog_bad(c, e);
    }
    n->type = type;
    n->unit = type == SZ_X_NUM ? unit : (uint8_t)SZ_UNIT_NONE;
    n->is_ratio = type == SZ_X_NUM && is_ratio(op, a, b);
    if ((op == '/' || op == '%') && prog_is_known(b) && b->value.num == 0)
        prog_set_hint(prog_warning(c, C_ZERO, e->op_off, b->off + b->len - e->op_off,
                                   "a division by zero is always unknown", "除以零的结果总是未知"),
                      "divide by what is not 0; what is unknown fires nothing",
                      "请除以不为 0 的数；未知的条件不会触发规则");
    inherit(n);
    n->is_made = type == SZ_X_STR;
    return prog_fold(c, n);
}

tnode *prog_check_negate(checker *c, const sz_expr *e, uint32_t depth) {
    tnode *n = prog_node(c, T_NEG, SZ_X_NUM, e, 1);
    const tnode *a = n->kid[0] = prog_check(c, e->args[0], depth + 1);
    if (prog_is_bad(a)) return prog_bad(c, e);
    if (a->type != SZ_X_NUM) {
        sz_str s = prog_slice(c, a->off, a->len);
        prog_report(c, SZ_ERROR, C_OPERAND, e->op_off, e->op_len,
                    TXT(c, "`-` needs a number; `%.*s` is %s", SZ_FMT_STR(s), prog_type_words(a, SZ_EN)),
                    TXT(c, "`-` 后面要是数；`%.*s` 是%s", SZ_FMT_STR(s), prog_type_words(a, SZ_ZH)));
        return prog_bad(c, e);
    }
    n->unit = a->unit;
    inherit(n);
    return prog_fold(c, n);
}

/* A text that + makes of constants; room for it is the arena's. */
static sz_xval concat(checker *c, const sz_xval *a, const sz_xval *b) {
    char *p = sz_arena_alloc(c->a, a->str.n + b->str.n + 1);
    if (a->str.n) memcpy(p, a->str.p, a->str.n);
    if (b->str.n) memcpy(p + a->str.n, b->str.p, b->str.n);
    sz_xval v = *a;
    v.str = (sz_str){p, a->str.n + b->str.n};
    return v;
}

tnode *prog_fold(checker *c, tnode *n) {
    for (uint32_t i = 0; i < n->n; i++)
        if (!prog_is_known(n->kid[i])) return n;
    if (n->n == 0 || (n->kind == T_CALL && n->type == SZ_X_BOOL)) return n;
    sz_xval v = n->kid[0]->value;
    if (n->kind == T_NEG) {
        v.num = -v.num;
    } else if (n->kind == T_ARITH && n->type == SZ_X_STR) {
        if (v.str.n + n->kid[1]->value.str.n > 1 << 16) return n;
        v = concat(c, &v, &n->kid[1]->value);
    } else if (n->kind == T_ARITH) {
        prog_arith(n->op, n->type, &v, &n->kid[1]->value);
    } else if (n->n == 1) {
        prog_call1(n->op, n->zone, &v);
    } else {
        for (uint32_t i = 1; i < n->n; i++) prog_call2(n->op, &v, &n->kid[i]->value);
    }
    if (v.know != SZ_KNOWN) return n;
    n->kind = T_CONST;
    n->value = v;
    n->op = 0;
    n->zone = NULL;
    n->is_made = false;
    n->kid = NULL;
    n->n = 0;
    return n;
}

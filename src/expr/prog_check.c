/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker: from the syntax tree to a typed one, with every finding. What has a finding becomes T_BAD, which
 * fits everywhere, so that one mistake is told once.
 */
#include "prog.h"

#include <math.h>

sz_diag *prog_report(checker *c, sz_severity sev, prog_code code, uint32_t off, uint32_t len, const char *en,
                     const char *zh) {
    sz_span at = {0};
    if (c->o->locate) at = c->o->locate(c->o->locate_ctx, off, len);
    c->n_errors += sev == SZ_ERROR;
    if (off < c->first) c->first = off;
    if (sev == SZ_ERROR && c->n_told < sizeof c->told / sizeof *c->told) {
        c->told[c->n_told].off = off;
        c->told[c->n_told++].end = off + len;
    }
    sz_diag *g = sz_diags_add(c->d, sev, (int)code, at, "%s", "%s", en);
    g->message_zh = zh;
    return g;
}

sz_diag *prog_say(checker *c, sz_severity sev, prog_code code, uint32_t off, uint32_t len, const char *en,
                  const char *zh, ...) {
    const char *text[2];
    va_list ap;
    for (int i = 0; i < 2; i++) {
        va_start(ap, zh);
        text[i] = sz_arena_vprintf(&c->d->arena, i == 0 ? en : zh, ap);
        va_end(ap);
    }
    return prog_report(c, sev, code, off, len, text[0], text[1]);
}

void prog_hint(checker *c, sz_diag *g, const char *en, const char *zh, ...) {
    va_list ap;
    va_start(ap, zh);
    g->hint = sz_arena_vprintf(&c->d->arena, en, ap);
    va_end(ap);
    va_start(ap, zh);
    g->hint_zh = sz_arena_vprintf(&c->d->arena, zh, ap);
    va_end(ap);
}

void prog_hint_in(checker *c, sz_diag *g, const sz_expr *whole, const char *verb, sz_str x, sz_str list) {
    bool is_all = sz_str_trim(c->text).n == whole->len; /* YAML ends a text that begins with " at the next one */
    const char *quote = is_all && x.n && x.p[0] == '"' && !memchr(x.p, '\'', x.n) ? "'" : "";
    const char *text = TXT(c, "%s%.*s in %.*s%s", quote, SZ_FMT_STR(x), SZ_FMT_STR(list), quote);
    prog_set_hint(g, TXT(c, "%s  %s", verb, text), TXT(c, "请写  %s", text));
}

void prog_set_hint(sz_diag *g, const char *en, const char *zh) {
    g->hint = en;
    g->hint_zh = zh;
}

sz_str prog_slice(const checker *c, uint32_t off, uint32_t len) {
    enum { MOST = 48 };
    sz_str s = {c->text.p + off, len};
    if (s.n <= MOST) return s;
    s.n = MOST;
    while (s.n > 0 && ((uint8_t)s.p[s.n] & 0xC0) == 0x80) s.n--; /* not through a character */
    return sz_str_of(TXT(c, "%.*s…", SZ_FMT_STR(s)));
}

tnode *prog_node(checker *c, tkind kind, uint8_t type, const sz_expr *e, uint32_t n_kids) {
    tnode *n = SZ_NEW(c->a, tnode);
    n->kind = (uint8_t)kind;
    n->type = type;
    n->off = e->off;
    n->len = e->len;
    n->op_off = e->op_off;
    n->op_len = e->op_len;
    n->kid = n_kids ? SZ_NEWN(c->a, tnode *, n_kids) : NULL;
    n->n = n_kids;
    return n;
}

tnode *prog_bad(checker *c, const sz_expr *e) { return prog_node(c, T_BAD, SZ_X_ANY, e, 0); }

tnode *prog_const(checker *c, const sz_expr *e, sz_xval v) {
    tnode *n = prog_node(c, T_CONST, v.type, e, 0);
    n->value = v;
    n->is_steady = true;
    return n;
}

bool prog_is_bad(const tnode *n) { return n->type == SZ_X_ANY; }

bool prog_is_known(const tnode *n) { return n->kind == T_CONST && n->value.know == SZ_KNOWN; }

bool prog_is_call(const sz_expr *e, const char *name) {
    return e->kind == SZ_E_CALL && !e->is_method && sz_str_is(e->text, name);
}

static tnode *unsupported(checker *c, const sz_expr *e, const char *what, const char *what_zh, const char *hint,
                          const char *hint_zh) {
    prog_set_hint(prog_report(c, SZ_ERROR, C_UNSUPPORTED, e->op_off, e->op_len,
                              TXT(c, "%s cannot be used in rules", what), TXT(c, "规则里不能使用%s", what_zh)),
                  hint, hint_zh);
    return prog_bad(c, e);
}

static tnode *check_number(checker *c, const sz_expr *e) {
    double v = e->kind == SZ_E_INT ? (double)e->i : e->kind == SZ_E_UINT ? (double)e->u : e->d;
    if (!isfinite(v)) {
        prog_error(c, C_LITERAL, e->off, e->len, "this number is too large", "这个数太大了");
        return prog_bad(c, e);
    }
    return prog_const(c, e, (sz_xval){.type = SZ_X_NUM, .num = v});
}

static bool fill_list(checker *c, const sz_expr *e, uint32_t depth, sz_list *list, sz_str *strs, double *nums) {
    uint8_t type = SZ_X_ANY;
    for (uint32_t i = 0; i < e->n; i++) {
        tnode *k = prog_check(c, e->args[i], depth + 1);
        if (prog_is_bad(k)) return false;
        if (!prog_is_known(k) || (k->type != SZ_X_STR && k->type != SZ_X_NUM)) {
            sz_str s = prog_slice(c, k->off, k->len);
            prog_hint(c,
                      prog_error(c, C_LIST, k->off, k->len, "a list is written of texts or numbers; `%.*s` is neither",
                                 "列表只能由文本或数字写成，`%.*s` 都不是", SZ_FMT_STR(s)),
                      "compare it by itself:  x == %.*s || x in […]", "请单独比较：x == %.*s || x in […]",
                      SZ_FMT_STR(s));
            return false;
        }
        if (type == SZ_X_ANY) type = k->type;
        if (type != k->type) {
            prog_error(c, C_LIST, k->off, k->len, "a list has texts or numbers, not both",
                       "一个列表里要么全是文本，要么全是数字");
            return false;
        }
        if (type == SZ_X_STR) strs[i] = k->value.str;
        else nums[i] = k->value.num;
    }
    list->n = e->n;
    if (type == SZ_X_STR) list->strs = strs;
    else list->nums = nums;
    return true;
}

static tnode *check_list(checker *c, const sz_expr *e, uint32_t depth) {
    if (e->n == 0) {
        prog_hint(c, prog_error(c, C_LIST, e->off, e->len, "the list is empty", "列表是空的"),
                  "write what is looked for, for example  [\"present\", \"late\"]",
                  "请写出要找的值，例如  [\"present\", \"late\"]");
        return prog_bad(c, e);
    }
    sz_list *list = SZ_NEW(c->a, sz_list);
    sz_str *strs = SZ_NEWN(c->a, sz_str, e->n);
    double *nums = SZ_NEWN(c->a, double, e->n);
    if (!fill_list(c, e, depth, list, strs, nums)) return prog_bad(c, e);
    return prog_const(c, e, (sz_xval){.type = list->strs ? SZ_X_LIST_STR : SZ_X_LIST_NUM, .list = list});
}

static tnode *check_operator(checker *c, const sz_expr *e, uint32_t depth) {
    static const struct {
        const char *name;
        char op;
    } arith[] = {{"_+_", '+'}, {"_-_", '-'}, {"_*_", '*'}, {"_/_", '/'}, {"_%_", '%'}};
    for (size_t i = 0; i < sizeof arith / sizeof *arith; i++)
        if (prog_is_call(e, arith[i].name)) return prog_check_arith(c, e, arith[i].op, depth);
    if (prog_is_call(e, "_&&_") || prog_is_call(e, "_||_") || prog_is_call(e, "!_") || prog_is_call(e, "_?_:_"))
        return prog_check_logic(c, e, depth);
    uint8_t op = prog_compare_op(e);
    if (op) return prog_check_compare(c, e, op, depth);
    if (prog_is_call(e, "@in")) return prog_check_in(c, e, depth);
    if (prog_is_call(e, "-_")) return prog_check_negate(c, e, depth);
    if (prog_is_call(e, "_[_]") || prog_is_call(e, "_[?_]"))
        return unsupported(c, e, "an index […]", "下标 […]", "a field is written with a point:  student.year",
                           "字段用点来写：student.year");
    if (prog_is_call(e, "@optional"))
        return unsupported(c, e, "an optional value", "可选值", "test a field with has(x)",
                           "用 has(x) 检查字段是否存在");
    return prog_check_call(c, e, depth);
}

static tnode *check_fold(checker *c, const sz_expr *e) {
    sz_str name = prog_slice(c, e->op_off, e->op_len);
    return unsupported(c, e, TXT(c, "the macro `%.*s`", SZ_FMT_STR(name)), TXT(c, "宏 `%.*s`", SZ_FMT_STR(name)),
                       "count records with a feature; look into a list with  x in list",
                       "要数记录请用特征；查列表请写  x in list");
}

tnode *prog_check(checker *c, const sz_expr *e, uint32_t depth) {
    if (depth > SZ_EXPR_DEPTH) {
        if (c->n_errors == 0)
            prog_hint(c,
                      prog_error(c, C_DEEP, e->off, e->len, "the expression is nested too deep: at most %d levels",
                                 "表达式嵌套太深：最多 %d 层", SZ_EXPR_DEPTH),
                      "give the inner parts names of their own, as features with  value:",
                      "请把里层的部分写成带名字的特征（value:）");
        return prog_bad(c, e);
    }
    switch (e->kind) {
    case SZ_E_BOOL: return prog_const(c, e, (sz_xval){.type = SZ_X_BOOL, .b = e->b});
    case SZ_E_INT:
    case SZ_E_UINT:
    case SZ_E_DOUBLE: return check_number(c, e);
    case SZ_E_STRING: return prog_const(c, e, (sz_xval){.type = SZ_X_STR, .str = sz_arena_str(c->a, e->text)});
    case SZ_E_IDENT:
    case SZ_E_SELECT: return prog_check_name(c, e, NULL);
    case SZ_E_CALL: return check_operator(c, e, depth);
    case SZ_E_LIST: return check_list(c, e, depth);
    case SZ_E_NULL:
        return unsupported(c, e, "`null`", " `null`",
                           "a field that is absent is unknown; test it with  has(x)  or  !has(x)",
                           "缺失的字段是“未知”，用  has(x)  或  !has(x)  检查");
    case SZ_E_BYTES: return unsupported(c, e, "bytes b\"…\"", "字节串 b\"…\"", "leave out the b", "去掉前面的 b");
    case SZ_E_MAP:
        return unsupported(c, e, "a map {…}", "映射 {…}", "names stand here without braces", "这里的名称不加花括号");
    case SZ_E_STRUCT: return unsupported(c, e, "a message {…}", "消息 {…}", NULL, NULL);
    case SZ_E_FOLD: return check_fold(c, e);
    }
    return prog_bad(c, e);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Operands: names, calls, lists, maps, and the selections and indexes after them.
 */
#include "parse.h"

/* A list of nodes that grows in the arena. */
typedef struct nodes {
    sz_expr **v;
    uint32_t n, cap;
} nodes;

static void push(sz_parser *p, nodes *list, sz_expr *e) {
    if (list->n == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 4;
        sz_expr **v = SZ_NEWN(p->arena, sz_expr *, cap);
        if (list->n) memcpy(v, list->v, list->n * sizeof(sz_expr *));
        list->v = v;
        list->cap = cap;
    }
    list->v[list->n++] = e;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static bool is_reserved(sz_str s) {
    static const char *const reserved[] = {"as",        "break",  "const",  "continue", "else", "for",
                                           "function",  "if",     "import", "let",      "loop", "package",
                                           "namespace", "return", "var",    "void",     "while"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (sz_str_is(s, reserved[i])) return true;
    return false;
}

static bool name_is_free(sz_parser *p, sz_token t) {
    sz_str s = sz_token_text(p, t);
    if (!is_reserved(s)) return true;
    sz_parse_fail(p, t.off, t.len, "`%.*s` is a reserved word and names nothing", "“%.*s”是保留字，不能用作名称",
                  SZ_FMT_STR(s));
    sz_parse_hint_word(p, s);
    return false;
}

/* The name after a dot or in a message: a word (reserved ones too), or one in back quotes. */
static bool parse_field(sz_parser *p, sz_token *at, sz_str *name) {
    *at = p->cur;
    *name = sz_token_text(p, p->cur);
    if (p->cur.kind == SZ_T_QUOTED) *name = (sz_str){name->p + 1, name->n - 2};
    else if (p->cur.kind != SZ_T_IDENT) {
        sz_parse_unexpected(p, "a name", "名称");
        return false;
    }
    sz_parse_next(p);
    return !p->failed;
}

/* ---- lists of expressions ---------------------------------------------------------------------------------------- */

/* An element marked optional, `?x`, is wrapped: no value is made of it, so that evaluation can say where it stands. */
static sz_expr *parse_element(sz_parser *p) {
    if (p->cur.kind != SZ_T_QUESTION) return sz_parse_expr(p);
    sz_token q = p->cur;
    sz_parse_next(p);
    sz_expr *inner = sz_parse_expr(p);
    if (!inner) return NULL;
    sz_expr *e = sz_parse_call(p, SZ_OP_OPTIONAL, q, q.off, sz_parse_end(p), 1);
    e->args[0] = inner;
    return e;
}

/* Arguments up to and with the closing parenthesis. */
static bool parse_args(sz_parser *p, sz_token open, nodes *list) {
    while (!p->failed && p->cur.kind != SZ_T_RPAREN) {
        if (list->n > 0 && p->prev.kind != SZ_T_COMMA) return sz_parse_expect(p, SZ_T_RPAREN, open);
        sz_expr *e = sz_parse_expr(p);
        if (!e) return false;
        push(p, list, e);
        if (p->cur.kind == SZ_T_COMMA) {
            sz_parse_next(p);
            if (p->cur.kind == SZ_T_RPAREN) {
                sz_parse_unexpected(p, "an argument", "参数");
                sz_parse_hint(p, "leave out the comma before it", "请去掉它前面的逗号");
            }
        }
    }
    return sz_parse_expect(p, SZ_T_RPAREN, open);
}

static sz_expr *parse_list(sz_parser *p) {
    sz_token open = p->cur;
    nodes list = {0};
    sz_parse_next(p);
    while (!p->failed && p->cur.kind != SZ_T_RBRACKET) {
        if (list.n > 0 && p->prev.kind != SZ_T_COMMA) break;
        sz_expr *e = parse_element(p);
        if (!e) return NULL;
        push(p, &list, e);
        if (p->cur.kind == SZ_T_COMMA) sz_parse_next(p);
    }
    if (!sz_parse_expect(p, SZ_T_RBRACKET, open)) return NULL;
    sz_expr *e = sz_parse_node(p, SZ_E_LIST, open.off, sz_parse_end(p) - open.off);
    e->args = list.v;
    e->n = list.n;
    return e;
}

/* The entries of a map or, with is_struct, of a message: pairs in *list, up to and with the closing brace. */
static bool parse_entries(sz_parser *p, bool is_struct, nodes *list) {
    sz_token open = p->cur, none = {0};
    sz_parse_next(p);
    while (!p->failed && p->cur.kind != SZ_T_RBRACE) {
        if (list->n > 0 && p->prev.kind != SZ_T_COMMA) break;
        sz_expr *key;
        if (is_struct) {
            sz_token t;
            sz_str name;
            if (p->cur.kind == SZ_T_QUESTION) sz_parse_next(p);
            if (!parse_field(p, &t, &name)) return false;
            key = sz_parse_node(p, SZ_E_IDENT, t.off, t.len);
            key->text = name;
        } else {
            key = parse_element(p);
        }
        if (!key || !sz_parse_expect(p, SZ_T_COLON, none)) return false;
        sz_expr *value = sz_parse_expr(p);
        if (!value) return false;
        push(p, list, key);
        push(p, list, value);
        if (p->cur.kind == SZ_T_COMMA) sz_parse_next(p);
    }
    return sz_parse_expect(p, SZ_T_RBRACE, open);
}

static sz_expr *parse_map(sz_parser *p) {
    uint32_t off = p->cur.off;
    nodes list = {0};
    if (!parse_entries(p, false, &list)) return NULL;
    sz_expr *e = sz_parse_node(p, SZ_E_MAP, off, sz_parse_end(p) - off);
    e->args = list.v;
    e->n = list.n;
    return e;
}

/* ---- primaries and what follows them ----------------------------------------------------------------------------- */

static sz_expr *parse_name(sz_parser *p) {
    sz_token first = p->cur;
    bool is_absolute = p->cur.kind == SZ_T_DOT;
    if (is_absolute) sz_parse_next(p);
    sz_token t = p->cur;
    if (t.kind != SZ_T_IDENT) return sz_parse_unexpected(p, "a name", "名称");
    if (!name_is_free(p, t)) return NULL;
    sz_parse_next(p);
    if (p->cur.kind != SZ_T_LPAREN) {
        sz_expr *e = sz_parse_node(p, SZ_E_IDENT, first.off, t.off + t.len - first.off);
        e->text = sz_token_text(p, t);
        e->is_absolute = is_absolute;
        return e;
    }
    sz_token open = p->cur;
    nodes list = {0};
    sz_parse_next(p);
    if (!parse_args(p, open, &list)) return NULL;
    sz_expr *e = sz_parse_call(p, SZ_OP_NONE, t, first.off, sz_parse_end(p), 0);
    e->text = sz_token_text(p, t);
    e->is_absolute = is_absolute;
    e->args = list.v;
    e->n = list.n;
    return sz_parse_macro(p, e);
}

static sz_expr *parse_primary(sz_parser *p) {
    sz_token t = p->cur;
    sz_expr *e;
    switch (t.kind) {
    case SZ_T_INT:
    case SZ_T_UINT:
    case SZ_T_DOUBLE:
    case SZ_T_STRING:
    case SZ_T_BYTES:
    case SZ_T_TRUE:
    case SZ_T_FALSE:
    case SZ_T_NULL: sz_parse_next(p); return p->failed ? NULL : sz_parse_literal(p, t, NULL);
    case SZ_T_LPAREN:
        sz_parse_next(p);
        e = sz_parse_expr(p);
        return e && sz_parse_expect(p, SZ_T_RPAREN, t) ? e : NULL;
    case SZ_T_LBRACKET: return parse_list(p);
    case SZ_T_LBRACE: return parse_map(p);
    case SZ_T_IDENT:
    case SZ_T_DOT: return parse_name(p);
    default: return sz_parse_unexpected(p, "a value", "值");
    }
}

/* `.name` `.?name` `.name(…)`, after base. */
static sz_expr *parse_select(sz_parser *p, sz_expr *base, uint32_t off) {
    sz_parse_next(p);
    bool is_optional = p->cur.kind == SZ_T_QUESTION;
    if (is_optional) sz_parse_next(p);
    if (p->cur.kind == SZ_T_IN && p->pos < p->text.n && p->text.p[p->pos] == '(')
        p->cur.kind = SZ_T_IDENT; /* calendar.in("exams"): what comes before and after leaves no doubt */
    sz_token t;
    sz_str name;
    if (!parse_field(p, &t, &name)) return NULL;
    if (p->cur.kind != SZ_T_LPAREN || t.kind == SZ_T_QUOTED || is_optional) {
        sz_expr *e = sz_parse_node(p, SZ_E_SELECT, off, sz_parse_end(p) - off);
        e->op_off = t.off;
        e->op_len = t.len;
        e->text = name;
        e->is_optional = is_optional;
        e->args = SZ_NEWN(p->arena, sz_expr *, 1);
        e->args[0] = base;
        e->n = 1;
        return e;
    }
    sz_token open = p->cur;
    nodes list = {0};
    push(p, &list, base);
    sz_parse_next(p);
    nodes args = {0};
    if (!parse_args(p, open, &args)) return NULL;
    for (uint32_t i = 0; i < args.n; i++) push(p, &list, args.v[i]);
    sz_expr *e = sz_parse_call(p, SZ_OP_NONE, t, off, sz_parse_end(p), 0);
    e->text = name;
    e->is_method = true;
    e->args = list.v;
    e->n = list.n;
    return sz_parse_macro(p, e);
}

static sz_expr *parse_index(sz_parser *p, sz_expr *base, uint32_t off) {
    sz_token open = p->cur;
    sz_parse_next(p);
    bool is_optional = p->cur.kind == SZ_T_QUESTION;
    if (is_optional) sz_parse_next(p);
    sz_expr *index = sz_parse_expr(p);
    if (!index || !sz_parse_expect(p, SZ_T_RBRACKET, open)) return NULL;
    sz_token op = {SZ_T_LBRACKET, open.off, sz_parse_end(p) - open.off};
    sz_expr *e = sz_parse_call(p, is_optional ? SZ_OP_OPTIONAL_INDEX : SZ_OP_INDEX, op, off, sz_parse_end(p), 2);
    e->args[0] = base;
    e->args[1] = index;
    return e;
}

/* `Name{…}` and `a.b.Name{…}`: the whole name as text. */
static sz_expr *parse_struct(sz_parser *p, const sz_expr *base, uint32_t off) {
    uint32_t name_end = sz_parse_end(p);
    if (base->off != off) return sz_parse_unexpected(p, "an operator", "运算符"); /* (a){…} */
    for (const sz_expr *b = base; b->kind != SZ_E_IDENT; b = b->args[0])
        if (b->kind != SZ_E_SELECT || b->is_optional || b->is_test)
            return sz_parse_unexpected(p, "an operator", "运算符");
    nodes list = {0};
    if (!parse_entries(p, true, &list)) return NULL;
    sz_expr *e = sz_parse_node(p, SZ_E_STRUCT, off, sz_parse_end(p) - off);
    e->op_len = name_end - off;
    e->text = (sz_str){p->text.p + off, name_end - off};
    e->args = list.v;
    e->n = list.n;
    return e;
}

sz_expr *sz_parse_member(sz_parser *p, const sz_token *sign) {
    uint32_t off = sign ? sign->off : p->cur.off;
    sz_expr *e;
    if (sign) {
        sz_token t = p->cur;
        sz_parse_next(p);
        e = sz_parse_literal(p, t, sign);
    } else {
        e = parse_primary(p);
    }
    while (e && !p->failed) {
        if (p->cur.kind == SZ_T_DOT) e = parse_select(p, e, off);
        else if (p->cur.kind == SZ_T_LBRACKET) e = parse_index(p, e, off);
        else if (p->cur.kind == SZ_T_LBRACE) e = parse_struct(p, e, off);
        else break;
    }
    return p->failed ? NULL : e;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: names, and what the resolver says of them.
 */
#include "prog.h"

enum { PATH_MOST = 16 };

typedef struct path {
    sz_str name[PATH_MOST];
    uint32_t off[PATH_MOST], len[PATH_MOST];
    uint32_t n;
} path;

/* The names of a.b.c, outermost last. False: it is not one, or too long. */
static bool read_path(const sz_expr *e, path *p) {
    const sz_expr *at[PATH_MOST];
    uint32_t n = 0;
    for (;; e = e->args[0]) {
        if (n == PATH_MOST || (e->kind != SZ_E_IDENT && e->kind != SZ_E_SELECT) || e->is_optional) return false;
        at[n++] = e;
        if (e->kind == SZ_E_IDENT) break;
    }
    p->n = n;
    for (uint32_t i = 0; i < n; i++) {
        const sz_expr *x = at[n - 1 - i];
        p->name[i] = x->text;
        p->off[i] = x->kind == SZ_E_IDENT ? x->off : x->op_off;
        p->len[i] = x->kind == SZ_E_IDENT ? x->len : x->op_len;
    }
    return true;
}

/* Words of other languages, where nothing else is known by them. */
static void hint_word(sz_diag *g, sz_str name) {
    static const struct {
        const char *word, *en, *zh;
    } words[] = {
        {"True", "write true", "请写 true"},
        {"TRUE", "write true", "请写 true"},
        {"yes", "write true", "请写 true"},
        {"Yes", "write true", "请写 true"},
        {"YES", "write true", "请写 true"},
        {"False", "write false", "请写 false"},
        {"FALSE", "write false", "请写 false"},
        {"no", "write false", "请写 false"},
        {"No", "write false", "请写 false"},
        {"NO", "write false", "请写 false"},
        {"unknown", "leave it out: while a value is unknown, a rule waits by itself; a field of a record: has(x.time)",
         "请去掉它：值未知时规则自会等待；记录的字段用  has(x.time)  检查"},
        {"missing", "leave it out: while a value is unknown, a rule waits by itself; a field of a record: has(x.time)",
         "请去掉它：值未知时规则自会等待；记录的字段用  has(x.time)  检查"},
        {"None", "a field that is absent is unknown; test it with  has(x)", "缺失的字段是“未知”，用  has(x)  检查"},
        {"NULL", "a field that is absent is unknown; test it with  has(x)", "缺失的字段是“未知”，用  has(x)  检查"},
        {"now", "how long ago the last record was is its .age, for example  last_seen.age >= limit",
         "最近一条记录距今多久用 .age，例如  last_seen.age >= limit"},
        {"today", "how long ago the last record was is its .age, for example  last_seen.age >= limit",
         "最近一条记录距今多久用 .age，例如  last_seen.age >= limit"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words && !g->hint; i++)
        if (sz_str_is(name, words[i].word)) prog_set_hint(g, words[i].en, words[i].zh);
}

static void hint_method(checker *c, sz_diag *g, sz_str name) {
    static const char *const known[] = {"contains", "startsWith", "endsWith",    "matches",
                                        "size",     "getHours",   "getDayOfWeek"};
    const char *near = prog_nearest(name, known, sizeof known / sizeof *known);
    if (near) prog_hint(c, g, "did you mean %s?", "是不是 %s？", near);
}

sz_diag *prog_tell_unknown(checker *c, sz_str base, sz_str name, uint32_t off) {
    if (!base.n)
        return prog_error(c, C_NAME, off, (uint32_t)name.n, "nothing is named `%.*s`", "没有名为 `%.*s` 的特征或参数",
                          SZ_FMT_STR(name));
    return prog_report(c, SZ_ERROR, C_NAME, off, (uint32_t)name.n,
                       TXT(c, "`%.*s` has no field `%.*s`", SZ_FMT_STR(base), SZ_FMT_STR(name)),
                       TXT(c, "`%.*s` 没有字段 `%.*s`", SZ_FMT_STR(base), SZ_FMT_STR(name)));
}

static tnode *unknown_name(checker *c, const sz_expr *e, const path *p, uint32_t bad, const sz_expr *method,
                           const char *hint, const char *hint_zh) {
    sz_diag *g;
    if (bad >= p->n && method) {
        const sz_expr *arg = method->args[1];
        sz_str call = prog_slice(c, method->off, method->op_off + method->op_len - method->off),
               s = prog_slice(c, arg->off, arg->len);
        g = prog_error(c, C_NAME, arg->off, arg->len, "`%.*s` knows no %.*s", "`%.*s` 不认识 %.*s", SZ_FMT_STR(call),
                       SZ_FMT_STR(s));
    } else if (bad == 0 || bad >= p->n) {
        g = prog_tell_unknown(c, (sz_str){0}, p->name[0], p->off[0]);
    } else {
        sz_str base = prog_slice(c, p->off[0], p->off[bad - 1] + p->len[bad - 1] - p->off[0]), name = p->name[bad];
        if (method && bad + 1 == p->n)
            g = prog_report(c, SZ_ERROR, C_NAME, p->off[bad], p->len[bad],
                            TXT(c, "`%.*s` has no function `%.*s`", SZ_FMT_STR(base), SZ_FMT_STR(name)),
                            TXT(c, "`%.*s` 没有函数 `%.*s`", SZ_FMT_STR(base), SZ_FMT_STR(name)));
        else g = prog_tell_unknown(c, base, name, p->off[bad]);
    }
    prog_set_hint(g, hint, hint_zh);
    if (bad < p->n) hint_word(g, p->name[bad]);
    if (method && bad > 0 && bad + 1 == p->n && !g->hint) hint_method(c, g, p->name[bad]);
    return prog_bad(c, e);
}

/* `habit` for `habit.ratio` */
static tnode *refuse_parts(checker *c, const sz_expr *e, const char *part) {
    sz_str s = prog_slice(c, e->off, e->len);
    prog_hint(c,
              prog_error(c, C_RECORD, e->off, e->len, "`%.*s` is several numbers; a condition needs one of them",
                         "`%.*s` 是几个数，条件里要写其中一个", SZ_FMT_STR(s)),
              "for example  %.*s.%s", "例如  %.*s.%s", SZ_FMT_STR(s), part);
    return prog_bad(c, e);
}

static tnode *refuse_record(checker *c, const sz_expr *e) {
    sz_str s = prog_slice(c, e->off, e->len);
    prog_hint(c,
              prog_error(c, C_RECORD, e->off, e->len, "`%.*s` is a record; a condition needs one of its fields",
                         "`%.*s` 是一条记录，条件里要写它的某个字段", SZ_FMT_STR(s)),
              "for example  %.*s.time,  or  has(%.*s.time)", "例如  %.*s.time，或  has(%.*s.time)", SZ_FMT_STR(s),
              SZ_FMT_STR(s));
    return prog_bad(c, e);
}

static tnode *symbol_node(checker *c, const sz_expr *e, const sz_symbol *s, bool is_test) {
    if (s->type == SZ_X_RECORD) return s->part ? refuse_parts(c, e, s->part) : refuse_record(c, e);
    if (s->type > SZ_X_RECORD) {
        c->has_failed = true;
        return prog_bad(c, e);
    }
    if (s->is_const) {
        sz_xval v = s->value;
        v.type = s->type;
        if (is_test) v = (sz_xval){.type = SZ_X_BOOL, .b = s->value.know != SZ_UNKNOWN};
        tnode *n = prog_const(c, e, v);
        n->unit = is_test ? (uint8_t)SZ_UNIT_NONE : s->unit;
        return n;
    }
    tnode *n = prog_node(c, is_test ? T_HAS : T_SYM, is_test ? (uint8_t)SZ_X_BOOL : s->type, e, 0);
    n->slot = s->slot;
    if (is_test) n->op = s->type;
    if (is_test) return n;
    n->unit = s->type == SZ_X_NUM ? s->unit : (uint8_t)SZ_UNIT_NONE;
    n->is_ratio = s->is_ratio;
    n->grows = n->has_growing = s->is_growing;
    n->is_steady = s->is_param;
    n->choices = s->choices;
    n->n_choices = s->n_choices;
    n->low = s->low;
    n->high = s->high;
    n->most = s->most;
    n->held = s->held;
    n->n_held = s->n_held;
    n->is_open = s->is_open;
    n->is_roster = s->is_roster;
    n->form = s->form;
    return n;
}

static tnode *not_a_path(checker *c, const sz_expr *e) {
    if (e->is_optional)
        prog_hint(c,
                  prog_error(c, C_UNSUPPORTED, e->op_off, e->op_len, "an optional field .? cannot be used in rules",
                             "规则里不能使用可选字段 .?"),
                  "a field that is absent is unknown by itself; test it with  has(x)",
                  "缺失的字段本来就是“未知”；用  has(x)  检查");
    else
        prog_error(c, C_UNSUPPORTED, e->op_off, e->op_len,
                   "a field can only be taken of a name, such as last_door.time",
                   "只能取名称的字段，例如 last_door.time");
    return prog_bad(c, e);
}

bool prog_lacks_quotes(checker *c, const sz_expr *e) {
    path p;
    sz_symbol s = {0};
    uint32_t bad = 0;
    const char *hint = NULL, *hint_zh = NULL;
    if (e->n != 2 || e->args[1]->kind != SZ_E_IDENT || !c->r) return false;
    if (!read_path(e->args[0], &p) || p.n == PATH_MOST) return false;
    p.name[p.n++] = e->text;
    return c->r->resolve(c->r->ctx, p.name, p.n, &e->args[1]->text, false, &s, &bad, &hint, &hint_zh) || bad >= p.n;
}

tnode *prog_check_name(checker *c, const sz_expr *e, const sz_expr *method) {
    path p;
    if (!read_path(method ? method->args[0] : e, &p) || (method && p.n == PATH_MOST)) return not_a_path(c, e);
    if (method) {
        p.name[p.n] = method->text;
        p.off[p.n] = method->op_off;
        p.len[p.n++] = method->op_len;
    }
    sz_symbol s = {0};
    uint32_t bad = 0;
    const char *hint = NULL, *hint_zh = NULL;
    const sz_str *arg = method ? &method->args[1]->text : NULL;
    bool is_test = e->kind == SZ_E_SELECT && e->is_test;
    if (c->r && c->r->resolve(c->r->ctx, p.name, p.n, arg, is_test, &s, &bad, &hint, &hint_zh))
        return symbol_node(c, e, &s, is_test);
    return unknown_name(c, e, &p, bad, method, hint, hint_zh);
}

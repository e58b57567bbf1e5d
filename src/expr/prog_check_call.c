/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: functions and methods.
 */
#include "prog.h"
#include "prog_pattern.h"

typedef struct row {
    const char *name;
    uint8_t f;
} row;

static const row math_fns[] = {{"least", F_LEAST}, {"greatest", F_GREATEST}, {"abs", F_ABS},
                               {"ceil", F_CEIL},   {"floor", F_FLOOR},       {"round", F_ROUND}};
static const row text_fns[] = {{"contains", F_CONTAINS}, {"startsWith", F_STARTS}, {"endsWith", F_ENDS}};
static const row time_fns[] = {{"getFullYear", F_YEAR},
                               {"getMonth", F_MONTH},
                               {"getDate", F_DATE},
                               {"getDayOfMonth", F_DAY_OF_MONTH},
                               {"getDayOfWeek", F_DAY_OF_WEEK},
                               {"getDayOfYear", F_DAY_OF_YEAR},
                               {"getHours", F_HOURS},
                               {"getMinutes", F_MINUTES},
                               {"getSeconds", F_SECONDS},
                               {"getMilliseconds", F_MILLIS}};
#define ROWS(t) (t), sizeof(t) / sizeof *(t)

static int find(const row *t, size_t n, sz_str name) {
    for (size_t i = 0; i < n; i++)
        if (sz_str_is(name, t[i].name)) return t[i].f;
    return -1;
}

/* What people write for something that is called otherwise here. */
static const struct {
    const char *name, *en, *zh;
} advice[] = {
    {"abs", "write math.abs(x)", "请写 math.abs(x)"},
    {"round", "write math.round(x)", "请写 math.round(x)"},
    {"floor", "write math.floor(x)", "请写 math.floor(x)"},
    {"ceil", "write math.ceil(x)", "请写 math.ceil(x)"},
    {"max", "write math.greatest(a, b)", "请写 math.greatest(a, b)"},
    {"min", "write math.least(a, b)", "请写 math.least(a, b)"},
    {"len", "write size(x)", "请写 size(x)"},
    {"length", "write size(x)", "请写 size(x)"},
    {"double", "all numbers in rules are doubles: leave it out", "规则里的数都是浮点数，去掉它即可"},
    {"int", "all numbers in rules are doubles: leave it out, or write math.floor(x)",
     "规则里的数都是浮点数，去掉它，或写 math.floor(x)"},
    {"uint", "all numbers in rules are doubles: leave it out", "规则里的数都是浮点数，去掉它即可"},
    {"string", "a number compares with a number: leave it out", "数只同数比较，去掉它即可"},
    {"if", "write  condition ? a : b", "请写  条件 ? a : b"},
    {"IF", "write  condition ? a : b", "请写  条件 ? a : b"},
    {"not", "write !(…)", "请写 !(…)"},
    {"NOT", "write !(…)", "请写 !(…)"},
    {"and", "write  a && b", "请写  a && b"},
    {"AND", "write  a && b", "请写  a && b"},
    {"or", "write  a || b", "请写  a || b"},
    {"OR", "write  a || b", "请写  a || b"},
    {"contains", "write  text.contains(\"…\")", "请写  text.contains(\"…\")"},
    {"startsWith", "write  text.startsWith(\"…\")", "请写  text.startsWith(\"…\")"},
    {"endsWith", "write  text.endsWith(\"…\")", "请写  text.endsWith(\"…\")"},
    {"now", "how long ago the last record was is its .age", "最近一条记录距今多久用 .age"},
    {"date", "write timestamp(\"2026-03-02T00:00:00+08:00\")", "请写 timestamp(\"2026-03-02T00:00:00+08:00\")"},
    {"count", "counting is a feature:  features: {n: {count: …, over: 7d}}",
     "计数要写成特征：features: {n: {count: …, over: 7d}}"},
    {"sum", "a sum is a feature:  features: {n: {sum: …, over: 7d}}",
     "求和要写成特征：features: {n: {sum: …, over: 7d}}"},
};

static tnode *unknown_function(checker *c, const sz_expr *e, const char *prefix) {
    static const char *const known[] = {"size",          "has",      "duration",  "timestamp",    "contains",
                                        "startsWith",    "endsWith", "getHours",  "getDayOfWeek", "math.least",
                                        "math.greatest", "math.abs", "math.ceil", "math.floor",   "math.round"};
    const char *name = TXT(c, "%s%.*s", prefix, SZ_FMT_STR(e->text));
    sz_diag *g =
        prog_error(c, C_FUNCTION, e->op_off, e->op_len, "rules have no function `%s`", "规则里没有函数 `%s`", name);
    for (size_t i = 0; i < sizeof advice / sizeof *advice && !g->hint; i++)
        if (sz_str_is(e->text, advice[i].name)) prog_set_hint(g, advice[i].en, advice[i].zh);
    if (g->hint) return prog_bad(c, e);
    const char *near = prog_nearest(sz_str_of(name), known, sizeof known / sizeof *known);
    if (near) prog_hint(c, g, "did you mean %s?", "是不是 %s？", near);
    else
        prog_hint(c, g, "there are size, contains, startsWith, endsWith, math.least, math.greatest, math.abs",
                  "可用的有 size、contains、startsWith、endsWith、math.least、math.greatest、math.abs");
    return prog_bad(c, e);
}

static tnode *wrong_count(checker *c, const sz_expr *e, const char *form) {
    sz_str name = prog_slice(c, e->op_off, e->op_len);
    prog_hint(c,
              prog_error(c, C_ARGUMENT, e->op_off, e->op_len, "`%.*s` is given too many things, or too few",
                         "`%.*s` 的参数个数不对", SZ_FMT_STR(name)),
              "write  %s", "请写  %s", form);
    return prog_bad(c, e);
}

static tnode *wrong_type(checker *c, const sz_expr *e, const tnode *n, const char *want, const char *want_zh) {
    sz_str name = prog_slice(c, e->op_off, e->op_len), s = prog_slice(c, n->off, n->len);
    prog_report(
        c, SZ_ERROR, C_ARGUMENT, n->off, n->len,
        TXT(c, "`%.*s` needs %s; `%.*s` is %s", SZ_FMT_STR(name), want, SZ_FMT_STR(s), prog_type_words(n, SZ_EN)),
        TXT(c, "`%.*s` 需要%s；`%.*s` 是%s", SZ_FMT_STR(name), want_zh, SZ_FMT_STR(s), prog_type_words(n, SZ_ZH)));
    return prog_bad(c, e);
}

static tnode *finish(checker *c, tnode *n) {
    n->is_steady = true;
    for (uint32_t i = 0; i < n->n; i++) {
        n->has_growing |= n->kid[i]->has_growing;
        n->is_steady &= n->kid[i]->is_steady;
    }
    return prog_fold(c, n);
}

static tnode *check_size(checker *c, const sz_expr *e, uint32_t depth) {
    if (e->n != 1) return wrong_count(c, e, "size(x)");
    tnode *n = prog_node(c, T_CALL, SZ_X_NUM, e, 1);
    n->op = F_SIZE;
    const tnode *a = n->kid[0] = prog_check(c, e->args[0], depth + 1);
    if (prog_is_bad(a)) return prog_bad(c, e);
    if (a->type != SZ_X_STR && a->type != SZ_X_LIST_STR && a->type != SZ_X_LIST_NUM)
        return wrong_type(c, e, a, "a text or a list", "文本或列表");
    return finish(c, n);
}

static tnode *check_math(checker *c, const sz_expr *e, uint32_t depth) {
    int f = find(ROWS(math_fns), e->text);
    if (f < 0) return unknown_function(c, e, "math.");
    uint32_t n_args = e->n - 1;
    bool is_nary = f == F_LEAST || f == F_GREATEST;
    if (n_args == 0 || (!is_nary && n_args != 1))
        return wrong_count(c, e,
                           is_nary ? TXT(c, "math.%.*s(a, b, …)", SZ_FMT_STR(e->text))
                                   : TXT(c, "math.%.*s(x)", SZ_FMT_STR(e->text)));
    tnode *n = prog_node(c, T_CALL, SZ_X_NUM, e, n_args);
    n->op = (uint8_t)f;
    bool is_bad = false;
    for (uint32_t i = 0; i < n_args; i++) {
        const tnode *a = n->kid[i] = prog_check(c, e->args[i + 1], depth + 1);
        is_bad |= prog_is_bad(a);
        if (prog_is_bad(a)) continue;
        if (a->type != SZ_X_NUM) return wrong_type(c, e, a, "numbers", "数");
        if (!prog_unit_join('+', n->unit, a->unit, &n->unit)) {
            sz_str s = prog_slice(c, a->off, a->len), first = prog_slice(c, n->kid[0]->off, n->kid[0]->len);
            prog_report(c, SZ_ERROR, C_UNITS, a->off, a->len,
                        TXT(c, "`%.*s` is %s, `%.*s` is %s: they do not compare", SZ_FMT_STR(first),
                            prog_type_words(n->kid[0], SZ_EN), SZ_FMT_STR(s), prog_type_words(a, SZ_EN)),
                        TXT(c, "`%.*s` 是%s，`%.*s` 是%s，两者不能比较", SZ_FMT_STR(first),
                            prog_type_words(n->kid[0], SZ_ZH), SZ_FMT_STR(s), prog_type_words(a, SZ_ZH)));
            return prog_bad(c, e);
        }
    }
    return is_bad ? prog_bad(c, e) : finish(c, n);
}

static tnode *check_text_method(checker *c, const sz_expr *e, int f, uint32_t depth) {
    if (e->n != 2) return wrong_count(c, e, TXT(c, "text.%.*s(\"…\")", SZ_FMT_STR(e->text)));
    tnode *n = prog_node(c, T_CALL, SZ_X_BOOL, e, 2);
    n->op = (uint8_t)f;
    for (uint32_t i = 0; i < 2; i++) {
        const tnode *a = n->kid[i] = prog_check(c, e->args[i], depth + 1);
        if (prog_is_bad(a)) return prog_bad(c, e);
        if (i == 0 && f == F_CONTAINS && (a->type == SZ_X_LIST_STR || a->type == SZ_X_LIST_NUM)) {
            sz_str list = prog_slice(c, a->off, a->len), x = prog_slice(c, e->args[1]->off, e->args[1]->len);
            prog_hint_in(
                c, prog_error(c, C_LIST, e->op_off, e->op_len, "a list is looked into with `in`", "查列表用 `in`"), e,
                "write", x, list);
            return prog_bad(c, e);
        }
        if (a->type != SZ_X_STR) return wrong_type(c, e, a, "text", "文本");
    }
    return finish(c, n);
}

/* Where a byte of a literal's text stands; the whole literal if escapes were in between. */
static void place_in_literal(const checker *c, const tnode *n, size_t off, uint32_t *at, uint32_t *len) {
    uint32_t quote = c->text.p[n->off] == 'r' || c->text.p[n->off] == 'R' ? 2 : 1;
    bool is_plain = n->len == n->value.str.n + quote + 1;
    *at = is_plain ? n->off + quote + (uint32_t)off : n->off;
    *len = is_plain ? n->off + n->len - 1 - *at : n->len;
    if (*len == 0) *len = 1;
}

/* text.matches("pattern") */
static tnode *check_matches(checker *c, const sz_expr *e, uint32_t depth) {
    if (e->n != 2) return wrong_count(c, e, "text.matches(\"…\")");
    tnode *n = prog_node(c, T_CALL, SZ_X_BOOL, e, 2);
    n->op = F_MATCHES;
    for (uint32_t i = 0; i < 2; i++) {
        const tnode *a = n->kid[i] = prog_check(c, e->args[i], depth + 1);
        if (prog_is_bad(a)) return prog_bad(c, e);
        if (a->type != SZ_X_STR) return wrong_type(c, e, a, "text", "文本");
    }
    const tnode *text = n->kid[1];
    if (!prog_is_known(text)) {
        prog_set_hint(prog_error(c, C_PATTERN, text->off, text->len,
                                 "a pattern is a text in quotes, or a param that is one for all",
                                 "模式要是带引号的文本，或对所有人都一样的参数"),
                      "for example  .matches(\"^B[0-9]+\")", "例如  .matches(\"^B[0-9]+\")");
        return prog_bad(c, e);
    }
    pattern_error err;
    n->pattern = prog_pattern(c->a, &c->tmp, text->value.str, &err);
    if (!n->pattern) {
        uint32_t at, len;
        place_in_literal(c, text, err.off, &at, &len);
        prog_set_hint(
            prog_report(c, SZ_ERROR, C_PATTERN, at, len, TXT(c, "this pattern cannot be read: %s", err.en),
                        TXT(c, "模式有误：%s", err.zh)),
            "to look for a text as it stands write  .contains(\"…\"),  .startsWith(\"…\")  or  .endsWith(\"…\")",
            "只找一段文字请写  .contains(\"…\")、.startsWith(\"…\")  或  .endsWith(\"…\")");
        return prog_bad(c, e);
    }
    return finish(c, n);
}

/* calendar.in(exams) */
static tnode *refuse_bare(checker *c, const sz_expr *e) {
    const sz_expr *arg = e->args[1];
    sz_str call = prog_slice(c, e->off, e->op_off + e->op_len - e->off), s = prog_slice(c, arg->off, arg->len);
    prog_hint(c,
              prog_error(c, C_ARGUMENT, arg->off, arg->len, "`%.*s` takes a text in quotes",
                         "`%.*s` 里要写带引号的文本", SZ_FMT_STR(call)),
              "write  %.*s(\"%.*s\")", "请写  %.*s(\"%.*s\")", SZ_FMT_STR(call), SZ_FMT_STR(s));
    return prog_bad(c, e);
}

static bool is_path(const sz_expr *e) {
    while (e->kind == SZ_E_SELECT && !e->is_test && !e->is_optional) e = e->args[0];
    return e->kind == SZ_E_IDENT;
}

static tnode *check_method(checker *c, const sz_expr *e, uint32_t depth) {
    const sz_expr *of = e->args[0];
    if (of->kind == SZ_E_IDENT && sz_str_is(of->text, "math")) return check_math(c, e, depth);
    if (sz_str_is(e->text, "size")) return check_size(c, e, depth);
    if (sz_str_is(e->text, "matches")) return check_matches(c, e, depth);
    int f = find(ROWS(text_fns), e->text);
    if (f >= 0) return check_text_method(c, e, f, depth);
    f = find(ROWS(time_fns), e->text);
    if (f >= 0) {
        tnode *a = prog_check(c, of, depth + 1);
        if (prog_is_bad(a)) return prog_bad(c, e);
        if (a->type != SZ_X_TIME && a->type != SZ_X_DURATION) return wrong_type(c, e, a, "an instant", "时刻");
        return prog_check_time_part(c, e, a, f, depth);
    }
    if (e->n == 2 && e->args[1]->kind == SZ_E_STRING && is_path(of)) return prog_check_name(c, e, e);
    if (prog_lacks_quotes(c, e)) return refuse_bare(c, e);
    return unknown_function(c, e, "");
}

/* has(n): of a name only a field is asked for, and what is unknown keeps a rule still by itself. */
static tnode *refuse_has(checker *c, const sz_expr *e, uint32_t depth) {
    if (e->n != 1) return wrong_count(c, e, "has(last_door.time)");
    const sz_expr *of = e->args[0];
    if (of->kind != SZ_E_IDENT) {
        if (prog_is_bad(prog_check(c, of, depth + 1))) return prog_bad(c, e);
        sz_diag *g = prog_error(c, C_ARGUMENT, of->off, of->len, "has() asks for a field", "has() 只问字段有没有值");
        prog_set_hint(g, "for example  has(last_door.time);  what is unknown keeps a rule still by itself",
                      "例如  has(last_door.time)；“未知”本来就不会让规则触发");
        return prog_bad(c, e);
    }
    sz_symbol s = {0};
    uint32_t bad = 0;
    const char *hint = NULL, *hint_zh = NULL;
    if (!c->r || !c->r->resolve(c->r->ctx, &of->text, 1, NULL, false, &s, &bad, &hint, &hint_zh))
        return prog_check(c, of, depth + 1);
    if (s.type > SZ_X_RECORD) {
        c->has_failed = true;
        return prog_bad(c, e);
    }
    sz_diag *g = prog_error(c, C_ARGUMENT, of->off, of->len, "has() asks for a field; `%.*s` is none",
                            "has() 只问字段有没有值；`%.*s` 不是字段", SZ_FMT_STR(of->text));
    if (s.type == SZ_X_RECORD && !s.part)
        prog_hint(c, g, "write  has(%.*s.time)", "请写  has(%.*s.time)", SZ_FMT_STR(of->text));
    else
        prog_hint(c, g, "leave it out: while `%.*s` is unknown, a rule waits by itself",
                  "去掉它即可：`%.*s` 未知时，规则本来就不会触发", SZ_FMT_STR(of->text));
    return prog_bad(c, e);
}

tnode *prog_check_call(checker *c, const sz_expr *e, uint32_t depth) {
    if (e->is_method) return check_method(c, e, depth);
    if (sz_str_is(e->text, "has")) return refuse_has(c, e, depth);
    if (sz_str_is(e->text, "size")) return check_size(c, e, depth);
    if (sz_str_is(e->text, "matches")) return check_matches(c, e, depth);
    if (sz_str_is(e->text, "duration") || sz_str_is(e->text, "timestamp")) {
        if (e->n != 1)
            return wrong_count(c, e,
                               e->text.p[0] == 'd' ? "duration(\"24h\")" : "timestamp(\"2026-03-02T08:00:00+08:00\")");
        return prog_check_literal_call(c, e);
    }
    return unknown_function(c, e, "");
}

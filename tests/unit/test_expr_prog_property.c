/* SPDX-License-Identifier: Apache-2.0
 *
 * Random conditions over random values: the compiled program against the plainest evaluator there is, a walk over the syntax tree.
 * The walk knows nothing of slots, folding, jumps or fused instructions. Fixed seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/toy_names.h"

enum { ROUNDS = 20000, VALUES = 6, MOST_TEXT = 4000 };

/* ---- the reference --------------------------------------------------------------------------------------------------------- */

typedef struct rv {
    sz_xtype type;
    bool unknown, error, at_least;
    bool b;
    double num;
    char str[1200];
    sz_list list;
} rv;

static const toy_values *world;
static sz_arena *memory; /* of one round */

static rv unknown(sz_xtype t, bool error) { return (rv){.type = t, .unknown = true, .error = error}; }
static rv boolean(bool b) { return (rv){.type = SZ_X_BOOL, .b = b}; }
static rv number(sz_xtype t, double d) { return isfinite(d) ? (rv){.type = t, .num = d} : unknown(t, true); }

static rv of_name(const char *path) {
    uint32_t k = toy_slot(path);
    assert_int_not_equal(k, UINT32_MAX);
    const toy_name *t = &toy_names[k];
    sz_xval v = world->v[k];
    if (t->is_const) v = (sz_xval){.type = t->type, .num = t->num};
    if (t->is_const && t->type == SZ_X_LIST_STR) v.list = &toy_kinds;
    rv r = {.type = (sz_xtype)t->type, .unknown = v.know == SZ_UNKNOWN, .at_least = v.know == SZ_AT_LEAST, .b = v.b, .num = v.num};
    r.error = r.unknown && v.is_error;
    if (r.unknown) return r;
    if ((t->type == SZ_X_NUM || t->type == SZ_X_DURATION || t->type == SZ_X_TIME) && isnan(v.num)) return unknown(r.type, true);
    snprintf(r.str, sizeof r.str, "%.*s", SZ_FMT_STR(v.str));
    if (v.list) r.list = *v.list;
    return r;
}

static void path_text(const sz_expr *e, char *out, size_t n) {
    if (e->kind == SZ_E_SELECT) {
        path_text(e->args[0], out, n);
        strncat(out, ".", n - strlen(out) - 1);
    }
    size_t used = strlen(out);
    snprintf(out + used, n - used, "%.*s", SZ_FMT_STR(e->text));
}

static rv eval(const sz_expr *e);

static rv eval_compare(char op, rv a, rv b) {
    if (a.unknown || b.unknown) return unknown(SZ_X_BOOL, a.error || b.error);
    if (a.at_least && b.at_least) return unknown(SZ_X_BOOL, false);
    if (b.at_least) { /* k op n+ is n+ mirrored k */
        char m = op == '<' ? '>' : op == '>' ? '<' : op == 'l' ? 'g' : op == 'g' ? 'l' : op;
        return eval_compare(m, b, a);
    }
    if (a.at_least) {
        if (op == 'g') return a.num >= b.num ? boolean(true) : unknown(SZ_X_BOOL, false);
        if (op == '>') return a.num > b.num ? boolean(true) : unknown(SZ_X_BOOL, false);
        if (op == '<') return a.num >= b.num ? boolean(false) : unknown(SZ_X_BOOL, false);
        if (op == 'l') return a.num > b.num ? boolean(false) : unknown(SZ_X_BOOL, false);
        return a.num > b.num ? boolean(op == '!') : unknown(SZ_X_BOOL, false);
    }
    double d = a.type == SZ_X_STR ? strcmp(a.str, b.str) : a.type == SZ_X_BOOL ? a.b - b.b : a.num < b.num ? -1 : a.num > b.num;
    return boolean(op == '<' ? d < 0 : op == 'l' ? d <= 0 : op == '>' ? d > 0 : op == 'g' ? d >= 0 : op == '=' ? d == 0 : d != 0);
}

static rv eval_arith(char op, rv a, rv b) {
    sz_xtype t = a.type;
    if (a.type == SZ_X_TIME && b.type == SZ_X_TIME) t = SZ_X_DURATION;
    if (b.type == SZ_X_TIME && a.type == SZ_X_DURATION) t = SZ_X_TIME;
    if (a.unknown || b.unknown || a.at_least || b.at_least) return unknown(t, a.error || b.error);
    if (t == SZ_X_STR) {
        rv r = {.type = SZ_X_STR};
        snprintf(r.str, sizeof r.str, "%.590s%.590s", a.str, b.str);
        return r;
    }
    switch (op) {
    case '+': return number(t, a.num + b.num);
    case '-': return number(t, a.num - b.num);
    case '*': return number(t, a.num * b.num);
    case '/': return number(t, a.num / b.num);
    default: return number(t, fmod(a.num, b.num));
    }
}

/* And of three values; unknown keeps whether an error is among the reasons. */
static rv both(rv a, rv b) {
    if ((!a.unknown && !a.b) || (!b.unknown && !b.b)) return boolean(false);
    if (a.unknown || b.unknown) return unknown(SZ_X_BOOL, a.error || b.error);
    return boolean(true);
}

static rv negate(rv a) {
    if (!a.unknown) a.b = !a.b;
    return a;
}

static rv eval_in(rv a, rv list) {
    if (a.unknown || a.at_least || list.unknown) return unknown(SZ_X_BOOL, a.error || list.error);
    for (uint32_t i = 0; i < list.list.n; i++) {
        if (list.list.strs && sz_str_is(list.list.strs[i], a.str)) return boolean(true);
        if (list.list.nums && list.list.nums[i] == a.num) return boolean(true);
    }
    return boolean(false);
}

static rv eval_list(const sz_expr *e) {
    rv r = {.type = e->args[0]->kind == SZ_E_STRING ? SZ_X_LIST_STR : SZ_X_LIST_NUM};
    sz_str *strs = SZ_NEWN(memory, sz_str, e->n);
    double *nums = SZ_NEWN(memory, double, e->n);
    for (uint32_t i = 0; i < e->n; i++) {
        strs[i] = e->args[i]->text;
        nums[i] = eval(e->args[i]).num;
    }
    r.list = (sz_list){.strs = r.type == SZ_X_LIST_STR ? strs : NULL, .nums = r.type == SZ_X_LIST_NUM ? nums : NULL, .n = e->n};
    return r;
}

static rv eval_math(const sz_expr *e) {
    rv r = eval(e->args[1]);
    for (uint32_t i = 1; i < e->n; i++) {
        rv x = eval(e->args[i]);
        if (r.unknown || x.unknown || r.at_least || x.at_least) r = unknown(SZ_X_NUM, r.error || x.error);
        else if (sz_str_is(e->text, "least")) r.num = fmin(r.num, x.num);
        else if (sz_str_is(e->text, "greatest")) r.num = fmax(r.num, x.num);
        else if (sz_str_is(e->text, "abs")) r = number(SZ_X_NUM, fabs(x.num));
        else if (sz_str_is(e->text, "ceil")) r = number(SZ_X_NUM, ceil(x.num));
        else if (sz_str_is(e->text, "floor")) r = number(SZ_X_NUM, floor(x.num));
        else r = number(SZ_X_NUM, round(x.num));
    }
    if (!r.unknown && !isfinite(r.num)) return unknown(SZ_X_NUM, true);
    return r;
}

static rv eval_text(const sz_expr *e) {
    rv a = eval(e->args[0]), b = eval(e->args[1]);
    if (a.unknown || b.unknown) return unknown(SZ_X_BOOL, a.error || b.error);
    size_t n = strlen(a.str), k = strlen(b.str);
    if (sz_str_is(e->text, "contains")) return boolean(strstr(a.str, b.str) != NULL);
    if (sz_str_is(e->text, "startsWith")) return boolean(strncmp(a.str, b.str, k) == 0);
    return boolean(n >= k && strcmp(a.str + n - k, b.str) == 0);
}

static rv eval_call(const sz_expr *e) {
    static const struct { const char *name; char op; } ops[] = {
        {"_<_", '<'}, {"_<=_", 'l'}, {"_>_", '>'}, {"_>=_", 'g'}, {"_==_", '='}, {"_!=_", '!'}, {"_+_", '+'}, {"_-_", '-'}, {"_*_", '*'}, {"_/_", '/'}, {"_%_", '%'}};
    for (size_t i = 0; !e->is_method && i < sizeof ops / sizeof *ops; i++)
        if (sz_str_is(e->text, ops[i].name)) return i < 6 ? eval_compare(ops[i].op, eval(e->args[0]), eval(e->args[1])) : eval_arith(ops[i].op, eval(e->args[0]), eval(e->args[1]));
    if (sz_str_is(e->text, "_&&_")) return both(eval(e->args[0]), eval(e->args[1]));
    if (sz_str_is(e->text, "_||_")) return negate(both(negate(eval(e->args[0])), negate(eval(e->args[1]))));
    if (sz_str_is(e->text, "!_")) return negate(eval(e->args[0]));
    if (sz_str_is(e->text, "-_")) return eval_arith('-', (rv){.type = SZ_X_NUM}, eval(e->args[0]));
    if (sz_str_is(e->text, "_?_:_")) {
        rv c = eval(e->args[0]), a = eval(e->args[1]);
        return c.unknown ? unknown(a.type, c.error) : c.b ? a : eval(e->args[2]);
    }
    if (sz_str_is(e->text, "@in")) return eval_in(eval(e->args[0]), eval(e->args[1]));
    if (sz_str_is(e->text, "size")) {
        rv a = eval(e->args[0]);
        return a.unknown ? unknown(SZ_X_NUM, a.error) : number(SZ_X_NUM, a.type == SZ_X_STR ? (double)strlen(a.str) : a.list.n);
    }
    if (sz_str_is(e->text, "duration")) {
        int64_t ms = 0;
        assert_true(sz_duration_parse(e->args[0]->text, &ms));
        return number(SZ_X_DURATION, (double)ms);
    }
    if (e->args[0]->kind == SZ_E_IDENT && sz_str_is(e->args[0]->text, "math")) return eval_math(e);
    return eval_text(e);
}

static rv eval(const sz_expr *e) {
    char path[128] = "";
    switch (e->kind) {
    case SZ_E_BOOL: return boolean(e->b);
    case SZ_E_INT: return number(SZ_X_NUM, (double)e->i);
    case SZ_E_UINT: return number(SZ_X_NUM, (double)e->u);
    case SZ_E_DOUBLE: return number(SZ_X_NUM, e->d);
    case SZ_E_STRING: {
        rv r = {.type = SZ_X_STR};
        snprintf(r.str, sizeof r.str, "%.*s", SZ_FMT_STR(e->text));
        return r;
    }
    case SZ_E_LIST: return eval_list(e);
    case SZ_E_IDENT: case SZ_E_SELECT:
        path_text(e, path, sizeof path);
        return e->is_test ? boolean(world->v[toy_slot(path)].know != SZ_UNKNOWN) : of_name(path);
    default: return eval_call(e);
    }
}

/* ---- random expressions ------------------------------------------------------------------------------------------------------ */

static uint64_t state;
static uint32_t rnd(uint32_t n) { /* xorshift64*, 0 .. n-1 */
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 33) % n;
}

static char text[MOST_TEXT];
static void add(const char *z) { strncat(text, z, sizeof text - strlen(text) - 1); }
static const char *one_of(const char *const *list, uint32_t n) { return list[rnd(n)]; }
#define ONE_OF(...) one_of((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void gen(sz_xtype t, int depth);

static void gen_pair(sz_xtype t, const char *op, int depth) {
    add("(");
    gen(t, depth - 1);
    add(rnd(2) ? " " : "");
    add(op);
    add(rnd(2) ? "  " : " ");
    gen(t, depth - 1);
    add(")");
}

static void gen_leaf(sz_xtype t) {
    switch (t) {
    case SZ_X_BOOL: add(ONE_OF("p", "q", "r", "event.late", "p", "q", "r", "true", "false", "has(event.amount)", "has(event.late)")); return;
    case SZ_X_NUM: add(ONE_OF("a", "b", "c", "n", "few", "a", "b", "0", "1", "2", "3.5", "-1", "7", "1e300", "5u")); return;
    case SZ_X_STR: add(ONE_OF("s", "t", "s", "t", "event.card", "\"x\"", "'xy'", "\"\"", "\"yx\"")); return;
    case SZ_X_DURATION: add(ONE_OF("du", "dv", "silence", "limit", "wait", "duration(\"24h\")", "duration(\"90s\")")); return;
    default: add(ONE_OF("tx", "ty", "last_door.time")); return;
    }
}

static void gen_compare(int depth) {
    sz_xtype t = (sz_xtype[]){SZ_X_NUM, SZ_X_NUM, SZ_X_NUM, SZ_X_STR, SZ_X_DURATION, SZ_X_TIME, SZ_X_BOOL}[rnd(7)];
    const char *op = t == SZ_X_BOOL ? ONE_OF("==", "!=") : ONE_OF("==", "!=", "<", "<=", ">", ">=");
    if (rnd(2)) depth = 1; /* mostly leaves: the fused forms */
    gen_pair(t, op, depth);
}

static void gen_bool(int depth) {
    switch (rnd(12)) {
    case 0: case 1: case 2: gen_pair(SZ_X_BOOL, "&&", depth); return;
    case 3: case 4: gen_pair(SZ_X_BOOL, "||", depth); return;
    case 5:
        add("!");
        add("(");
        gen(SZ_X_BOOL, depth - 1);
        add(")");
        return;
    case 6:
        add("(");
        gen(SZ_X_STR, depth - 1);
        add(ONE_OF(" in [\"x\", \"xy\"])", " in kinds)", " in watched)", " in student.tags)"));
        return;
    case 7:
        add("(");
        gen(SZ_X_NUM, depth - 1);
        add(ONE_OF(" in [1, 2, 3.5])", " in levels)", " in [7])"));
        return;
    case 8:
        add("(");
        gen(SZ_X_STR, depth - 1);
        add(ONE_OF(").contains(", ").startsWith(", ").endsWith("));
        gen(SZ_X_STR, depth - 1);
        add(")");
        return;
    default: gen_compare(depth); return;
    }
}

static void gen_num(int depth) {
    switch (rnd(9)) {
    case 0:
        add("-(");
        gen(SZ_X_NUM, depth - 1);
        add(")");
        return;
    case 1: case 2:
        add("math.");
        add(ONE_OF("least(", "greatest("));
        for (uint32_t i = 0, k = rnd(3); i < k; i++) {
            gen(SZ_X_NUM, depth - 1);
            add(", ");
        }
        gen(SZ_X_NUM, depth - 1);
        add(")");
        return;
    case 3:
        add("math.");
        add(ONE_OF("abs(", "ceil(", "floor(", "round("));
        gen(SZ_X_NUM, depth - 1);
        add(")");
        return;
    case 4:
        add("size(");
        if (rnd(3)) gen(SZ_X_STR, depth - 1);
        else add(ONE_OF("watched", "levels", "student.tags"));
        add(")");
        return;
    default: gen_pair(SZ_X_NUM, ONE_OF("+", "-", "*", "/", "%"), depth); return;
    }
}

static void gen_time(sz_xtype t, int depth) {
    add("(");
    if (t == SZ_X_TIME) {
        gen(SZ_X_TIME, depth - 1);
        add(ONE_OF(" + ", " - "));
        gen(SZ_X_DURATION, depth - 1);
    } else if (rnd(2)) {
        gen(SZ_X_TIME, depth - 1);
        add(" - ");
        gen(SZ_X_TIME, depth - 1);
    } else {
        gen(SZ_X_DURATION, depth - 1);
        add(ONE_OF(" + ", " - "));
        gen(SZ_X_DURATION, depth - 1);
    }
    add(")");
}

static void gen(sz_xtype t, int depth) {
    if (depth <= 0 || strlen(text) > MOST_TEXT - 600 || rnd(6) == 0) {
        gen_leaf(t);
        return;
    }
    if (rnd(9) == 0) {
        add("(");
        gen(SZ_X_BOOL, depth - 1);
        add(" ? ");
        gen(t, depth - 1);
        add(" : ");
        gen(t, depth - 1);
        add(")");
        return;
    }
    switch (t) {
    case SZ_X_BOOL: gen_bool(depth); return;
    case SZ_X_NUM: gen_num(depth); return;
    case SZ_X_STR: gen_pair(SZ_X_STR, "+", depth > 2 ? 2 : depth); return;
    default: gen_time(t, depth); return;
    }
}

/* ---- random values ------------------------------------------------------------------------------------------------------------- */

static const sz_str some_strs[] = {{"x", 1}, {"xy", 2}, {"zz", 2}};
static const double some_nums[] = {0, 1, 2, 7};
static const sz_list str_list = {.strs = some_strs, .n = 3}, num_list = {.nums = some_nums, .n = 4};

static sz_xval random_value(const toy_name *t) {
    static const double nums[] = {0, 1, 2, 3, 3.5, -1, 7, 1e300, 0.5, 100};
    static const double times[] = {0, 1000, 90000, 86400000, 86400001, -1000, 172800000};
    if (rnd(5) == 0) return rnd(3) ? toy_unknown() : toy_error();
    switch (t->type) {
    case SZ_X_BOOL: return toy_bool(rnd(2));
    case SZ_X_NUM:
        if (rnd(40) == 0) return toy_num(NAN);
        return rnd(3) == 0 ? toy_at_least(nums[rnd(10)]) : toy_num(nums[rnd(10)]);
    case SZ_X_STR: return toy_str(ONE_OF("", "x", "xy", "yx", "xyx", "job-fair"));
    case SZ_X_DURATION: return toy_duration(times[rnd(7)]);
    case SZ_X_TIME: return toy_time(times[rnd(7)]);
    case SZ_X_LIST_STR: return (sz_xval){.type = SZ_X_LIST_STR, .list = &str_list};
    default: return (sz_xval){.type = SZ_X_LIST_NUM, .list = &num_list};
    }
}

static void randomize(toy_values *v) {
    for (uint32_t k = 0; k < toy_n_names; k++) v->v[k] = random_value(&toy_names[k]);
}

/* ---- the test -------------------------------------------------------------------------------------------------------------------- */

static void check_same(const char *what, rv want, sz_xval got) {
    bool same = got.type == want.type && (got.know == SZ_UNKNOWN) == want.unknown;
    if (same && want.unknown) same = got.is_error == want.error;
    if (same && !want.unknown) {
        same = !got.is_error && (got.know == SZ_AT_LEAST) == want.at_least;
        if (want.type == SZ_X_BOOL) same = same && got.b == want.b;
        else if (want.type == SZ_X_STR) same = same && sz_str_is(got.str, want.str);
        else if (want.type < SZ_X_LIST_STR) same = same && got.num == want.num;
    }
    if (same) return;
    for (uint32_t k = 0; k < toy_n_names; k++)
        if (strstr(what, toy_names[k].path))
            print_error("  %s: know %d error %d b %d num %g str %.*s\n", toy_names[k].path, world->v[k].know, world->v[k].is_error, world->v[k].b, world->v[k].num, SZ_FMT_STR(world->v[k].str));
    fail_msg("%s\n  want type %d unknown %d error %d at least %d b %d num %g\n  got  type %d know %d error %d b %d num %g", what, want.type, want.unknown, want.error,
             want.at_least, want.b, want.num, got.type, got.know, got.is_error, got.b, got.num);
}

static const sz_expr *parse(sz_arena *a, sz_str s) {
    sz_expr_error err;
    const sz_expr *e = sz_expr_parse(a, s, SZ_MACROS_CEL, &err);
    if (!e) fail_msg("%.*s: %s", SZ_FMT_STR(s), err.message);
    return e;
}

/* Every clause is an expression of its own, and so are its sides. */
static void check_clauses(sz_arena *a, const sz_prog *p, const sz_loader *l) {
    uint32_t n;
    const sz_clause *c = sz_prog_clauses(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        const sz_expr *e = parse(a, c[i].text);
        const char *what = sz_arena_printf(a, "%.*s", SZ_FMT_STR(c[i].text));
        check_same(what, eval(e), sz_prog_run_at(p, c[i].whole, l));
        if (c[i].op == 'b') continue;
        if (c[i].lhs != UINT32_MAX) check_same(what, eval(e->args[0]), sz_prog_run_at(p, c[i].lhs, l));
        if (c[i].rhs != UINT32_MAX) check_same(what, eval(e->args[1]), sz_prog_run_at(p, c[i].rhs, l));
    }
}

static void test_prog_agrees_with_the_walk_over_the_tree(void **unused) {
    (void)unused;
    sz_arena a;
    sz_arena_init(&a);
    memory = &a;
    state = UINT64_C(0x5a17a0);
    uint32_t n_known = 0, n_true = 0, n_errors = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        sz_diags d;
        sz_diags_init(&d);
        text[0] = '\0';
        sz_xtype type = (sz_xtype[]){SZ_X_BOOL, SZ_X_BOOL, SZ_X_BOOL, SZ_X_NUM, SZ_X_DURATION}[rnd(5)];
        gen(type, 2 + (int)rnd(4));
        const sz_prog *p = toy_compile(&a, text, type, true, &d);
        if (!p) fail_msg("%s\n  %s", text, d.n ? d.v[0].message : "no finding");
        const sz_expr *e = parse(&a, sz_str_of(text));
        for (uint32_t k = 0; k < VALUES; k++) {
            toy_values v;
            toy_clear(&v);
            randomize(&v);
            world = &v;
            sz_loader l = toy_loader(&v);
            rv want = eval(e);
            check_same(text, want, sz_prog_run(p, &l));
            check_clauses(&a, p, &l);
            n_known += !want.unknown;
            n_true += !want.unknown && want.b;
            n_errors += want.error;
        }
        sz_diags_fini(&d);
        sz_arena_reset(&a);
    }
    /* the draw is worth something: all outcomes are common */
    assert_true(n_known > ROUNDS);
    assert_true(n_true > ROUNDS / 4);
    assert_true(n_errors > ROUNDS / 4);
    sz_arena_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_prog_agrees_with_the_walk_over_the_tree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser of CEL: shapes of trees, places, literals, macros, limits, and what it says when the text is wrong.
 */
#include <sanzao/expr.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))

/* ---- trees as text ------------------------------------------------------------------------------------------------
 */

static void put_tree(sz_buf *out, const sz_expr *e) {
    static const char *const kinds[] = {"null",  "bool",   "int",  "uint", "double", "string", "bytes",
                                        "ident", "select", "call", "list", "map",    "struct", "fold"};
    switch (e->kind) {
    case SZ_E_NULL: sz_buf_put_z(out, "null"); return;
    case SZ_E_BOOL: sz_buf_put_z(out, e->b ? "true" : "false"); return;
    case SZ_E_INT: sz_buf_printf(out, "%lld", (long long)e->i); return;
    case SZ_E_UINT: sz_buf_printf(out, "%lluu", (unsigned long long)e->u); return;
    case SZ_E_DOUBLE: sz_buf_printf(out, "%gd", e->d); return;
    case SZ_E_STRING: sz_json_str(out, e->text); return;
    case SZ_E_IDENT: sz_buf_printf(out, "%s%.*s", e->is_absolute ? "." : "", SZ_FMT_STR(e->text)); return;
    default: break;
    }
    sz_buf_printf(out, "(%s", e->kind == SZ_E_CALL ? "" : kinds[e->kind]);
    if (e->kind == SZ_E_CALL) sz_buf_printf(out, "%s%.*s", e->is_method ? "." : "", SZ_FMT_STR(e->text));
    else if (e->text.n > 0) sz_buf_printf(out, " %.*s", SZ_FMT_STR(e->text));
    if (e->text3.n > 0) sz_buf_printf(out, ",%.*s", SZ_FMT_STR(e->text3));
    if (e->is_test) sz_buf_put_z(out, " test");
    if (e->is_optional) sz_buf_put_z(out, " optional");
    for (uint32_t i = 0; i < e->n; i++) {
        sz_buf_put_u8(out, ' ');
        put_tree(out, e->args[i]);
    }
    sz_buf_put_u8(out, ')');
}

static void check_tree(const char *text, bool with_macros, const char *want) {
    sz_arena a;
    sz_buf got;
    sz_expr_error err;
    sz_arena_init(&a);
    sz_buf_init(&got);
    const sz_expr *e = sz_expr_parse(&a, sz_str_of(text), with_macros ? SZ_MACROS_CEL : SZ_MACROS_NONE, &err);
    if (e) put_tree(&got, e);
    else sz_buf_printf(&got, "error at %u: %s", err.off, err.message);
    sz_buf_put_u8(&got, '\0');
    assert_string_equal((const char *)got.p, want);
    sz_buf_fini(&got);
    sz_arena_fini(&a);
}

static void test_parse_gives_the_tree_that_precedence_asks_for(void **state) {
    (void)state;
    static const struct {
        const char *text, *tree;
    } rows[] = {
        {"1 + 2 * 3", "(_+_ 1 (_*_ 2 3))"},
        {"(1 + 2) * 3", "(_*_ (_+_ 1 2) 3)"},
        {"1 - 2 - 3", "(_-_ (_-_ 1 2) 3)"},
        {"a % b / c", "(_/_ (_%_ a b) c)"},
        {"a < b == c", "(_==_ (_<_ a b) c)"},
        {"a in b || c", "(_||_ (@in a b) c)"},
        {"a || b && c", "(_||_ a (_&&_ b c))"},
        {"a && b && c && d", "(_&&_ (_&&_ a b) (_&&_ c d))"},
        {"a || b || c", "(_||_ a (_||_ b c))"},
        {"a ? b : c ? d : e", "(_?_:_ a b (_?_:_ c d e))"},
        {"!a.b", "(!_ (select b a))"},
        {"!!a", "(!_ (!_ a))"},
        {"-a + b", "(_+_ (-_ a) b)"},
        {"--1", "(-_ -1)"},
        {"1 -1", "(_-_ 1 1)"},
        {"-1.5", "-1.5d"},
        {"- 9223372036854775808", "-9223372036854775808"},
        {"-(1)", "(-_ 1)"},
        {"-x.y", "(-_ (select y x))"},
        {"a.b.c", "(select c (select b a))"},
        {".a.b", "(select b .a)"},
        {"a[0].b", "(select b (_[_] a 0))"},
        {"f()", "(f)"},
        {"f(1, 2)[0]", "(_[_] (f 1 2) 0)"},
        {"a.f(1).g()", "(.g (.f a 1))"},
        {"a.in(1)", "(.in a 1)"},
        {"a.if", "(select if a)"},
        {"a.package()", "(.package a)"},
        {"a.`b-c`.d", "(select d (select b-c a))"},
        {"a.?b", "(select b optional a)"},
        {"a[?0]", "(_[?_] a 0)"},
        {"[1, ?x,]", "(list 1 (@optional x))"},
        {"[]", "(list)"},
        {"{}", "(map)"},
        {"{'a': 1, b: [2],}", "(map \"a\" 1 b (list 2))"},
        {"a.B{c: 1, if: 2}", "(struct a.B c 1 if 2)"},
        {"B{}", "(struct B)"},
        {"true ? null : false", "(_?_:_ true null false)"},
        {"1 // one\n + 2", "(_+_ 1 2)"},
        {"\t1\f+\r\n2 // end", "(_+_ 1 2)"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) check_tree(rows[i].text, true, rows[i].tree);
}

static void test_parse_reads_literals(void **state) {
    (void)state;
    static const struct {
        const char *text, *tree;
    } rows[] = {
        {"0x1F", "31"},
        {"0xfF", "255"},
        {"-0x10", "-16"},
        {"7u", "7u"},
        {"0xFFFFFFFFFFFFFFFFu", "18446744073709551615u"},
        {"9223372036854775807", "9223372036854775807"},
        {"1.5", "1.5d"},
        {".5", "0.5d"},
        {"1e3", "1000d"},
        {"2.5E-1", "0.25d"},
        {"''", "\"\""},
        {"\"a'b\"", "\"a'b\""},
        {"'''a'b''c'''", "\"a'b''c\""},
        {"\"\"\"a\nb\"\"\"", "\"a\\nb\""},
        {"r'a\\n'", "\"a\\\\n\""},
        {"R\"\"\"\\\"\"\"", "\"\\\\\""},
        {"'\\n\\t\\\\\\'\\\"\\`\\?'", "\"\\n\\t\\\\'\\\"`?\""},
        {"'\\x41\\X42\\103'", "\"ABC\""},
        {"'\\u4e09\\u65e9'", "\"三早\""},
        {"'\\U0001F62C'", "\"😬\""},
        {"'\\uD83D\\uDE2C'", "\"😬\""},
        {"'\\377'", "\"ÿ\""},
        {"'三早'", "\"三早\""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) check_tree(rows[i].text, true, rows[i].tree);
}

static void test_parse_reads_bytes_as_octets(void **state) {
    (void)state;
    sz_arena a;
    sz_expr_error err;
    sz_arena_init(&a);
    const sz_expr *e = sz_expr_parse(&a, SZ_STR("b'\\377\\x00ÿ\\n'"), SZ_MACROS_NONE, &err);
    assert_non_null(e);
    assert_int_equal(e->kind, SZ_E_BYTES);
    assert_int_equal(e->text.n, 5);
    assert_memory_equal(e->text.p, "\xff\x00\xc3\xbf\n", 5);
    e = sz_expr_parse(&a, SZ_STR("bR'\\n'"), SZ_MACROS_NONE, &err);
    assert_non_null(e);
    assert_true(sz_str_is(e->text, "\\n"));
    sz_arena_fini(&a);
}

static void test_parse_expands_macros_only_when_asked(void **state) {
    (void)state;
    check_tree("has(a.b)", true, "(select b test a)");
    check_tree("has(a.b)", false, "(has (select b a))");
    check_tree("a.all(x, p)", true, "(fold x a true (@not_strictly_false @result) (_&&_ @result p) @result)");
    check_tree("a.all(x, p)", false, "(.all a x p)");
    check_tree("a.exists(i, v, p)", true,
               "(fold i,v a false (@not_strictly_false (!_ @result)) (_||_ @result p) @result)");
    check_tree("a.exists_one(x, p)", true, "(fold x a 0 true (_?_:_ p (_+_ @result 1) @result) (_==_ @result 1))");
    check_tree("a.map(x, f)", true, "(fold x a (list) true (_+_ @result (list f)) @result)");
    check_tree("a.map(x, p, f)", true, "(fold x a (list) true (_?_:_ p (_+_ @result (list f)) @result) @result)");
    check_tree("a.filter(x, p)", true, "(fold x a (list) true (_?_:_ p (_+_ @result (list x)) @result) @result)");
    check_tree("cel.bind(x, 1, x)", true, "(fold @unused (list) 1 false x x)");
    check_tree("a.all(x)", true, "(.all a x)");
    check_tree("all(a, x, p)", true, "(all a x p)");
}

/* ---- places
 * ---------------------------------------------------------------------------------------------------------- */

static void test_parse_gives_the_place_of_every_construct(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t off, len, op_off, op_len;
    } rows[] = {
        {" a  + b ", 1, 6, 4, 1},     {"(a) + (b)", 0, 9, 4, 1}, {"a && b && c", 0, 11, 2, 2},
        {"a.bc", 0, 4, 2, 2},         {"a[ 1 ]", 0, 6, 1, 5},    {"f(1)", 0, 4, 0, 1},
        {"a.f(1)", 0, 6, 2, 1},       {"!a", 0, 2, 0, 1},        {"a ? b : c", 0, 9, 2, 1},
        {"-5", 0, 2, 0, 2},           {"x in [1]", 0, 8, 2, 2},  {"'三' == x", 0, 10, 6, 2},
        {"a.all(x, x)", 0, 11, 2, 3}, {"has(a.b)", 0, 8, 6, 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_arena a;
        sz_expr_error err;
        sz_arena_init(&a);
        const sz_expr *e = sz_expr_parse(&a, sz_str_of(rows[i].text), SZ_MACROS_CEL, &err);
        assert_non_null(e);
        assert_int_equal(e->off, rows[i].off);
        assert_int_equal(e->len, rows[i].len);
        assert_int_equal(e->op_off, rows[i].op_off);
        assert_int_equal(e->op_len, rows[i].op_len);
        sz_arena_fini(&a);
    }
}

static void test_parse_points_at_what_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t off, len;
        const char *message, *hint; /* parts of them; NULL: no hint */
    } rows[] = {
        {"", 0, 0, "a value is missing", NULL},
        {"a +", 3, 0, "ends too early", "write a number or a name after it, for example  a + 3"},
        {"a + // note", 3, 0, "ends too early", "write a number or a name after it, for example  a + 3"},
        {"a b", 2, 1, "`b` cannot stand here: an operator",
         "write a comparison between the two:  ==  !=  <  <=  >  >="},
        {"a and b", 2, 3, "`and` cannot stand here", "`&&`"},
        {"not a", 4, 1, "`a` cannot stand here", "`!`"},
        {"a = 1", 2, 1, "`=`", "`==`"},
        {"a => 1", 2, 1, "`=`", "`>=`"},
        {"a <> 1", 3, 1, "`>` cannot stand here", "`!=`"},
        {"a & b", 2, 1, "`&`", "`&&`"},
        {"a | b", 2, 1, "`|`", "`||`"},
        {"a # b", 2, 1, "`#`", "`//`"},
        {"a @ b", 2, 1, "`@`", NULL},
        {"x < 50%", 7, 0, "ends too early", "0.5"},
        {"24h < x", 0, 3, "`24h` is neither", "params"},
        {"0X1F", 0, 4, "`0X1F` is neither", "params"},
        {"x > 420yuan", 4, 7, "`420yuan`", "params"},
        {"a（b）", 1, 3, "full-width", "`(`"},
        {"“x” == a", 0, 3, "full-width", "`\"`"},
        {"a　&& b", 1, 3, "full-width", "space"},
        {"name == 张三", 8, 6, "`张三` is not", "quotes"},
        {"a == 'x", 5, 1, "no closing '", "write ' at its end too"},
        {"a == \"x\n\" && b", 5, 1, "no closing \"", "\"\"\""},
        {"a == '''x'", 5, 3, "no closing '''", "write ''' at its end too"},
        {"'a\\q'", 2, 2, "`\\q`", "r\"...\""},
        {"'\\u12'", 1, 2, "`\\u`", "\\\\"},
        {"'\\uD800'", 1, 2, "`\\u`", "\\\\"},
        {"'\\400'", 1, 2, "`\\4`", "\\\\"},
        {"b'\\u0041'", 2, 2, "`\\u`", "\\\\"},
        {"a.`b", 2, 1, "no closing `", NULL},
        {"a.`b c!`", 6, 1, "back quotes", NULL},
        {"`a`", 0, 3, "a value is missing", "back quotes"},
        {"(a + b", 0, 1, "`(` is never closed", "close it where it ends, for example  (a + b)"},
        {"f(a, [b, c)", 10, 1, "`)` cannot stand here: `]`", "write  ]  before it"},
        {"[a b]", 3, 1, "`b` cannot stand here: `]`", "write a comma or  ]  before it"},
        {"{a: 1", 0, 1, "`{` is never closed", "close it where it ends, for example  {a: 1}"},
        {"{a 1}", 3, 1, "`:` is missing", "write  :  before it"},
        {"f(a,)", 4, 1, "an argument is missing", "comma"},
        {"f(,)", 2, 1, "a value is missing", "write a number or a name before ,"},
        {"[,]", 1, 1, "a value is missing", "write a number or a name before ,"},
        {"a.", 2, 0, "a name is missing", "write a field after the point, or leave the point out"},
        {"a.1", 1, 2, "an operator is missing", "begins with a letter"},
        {"a.true", 2, 4, "a name is missing", "write a field after the point, or leave the point out"},
        {"a[]", 2, 1, "a value is missing", "write a number or a name before ]"},
        {"if", 0, 2, "reserved", "? a : b"},
        {"while(1)", 0, 5, "reserved", NULL},
        {"a ? b", 5, 0, "`:` is missing", "a ? b : 0"},
        {"a ? b ? c : d : e", 6, 1, "`:` is missing", "parentheses"},
        {"1{a: 2}", 1, 1, "an operator is missing", "without braces"},
        {"(a){a: 2}", 3, 1, "an operator is missing", "without braces"},
        {"f(){a: 2}", 3, 1, "an operator is missing", "without braces"},
        {"9223372036854775808", 0, 19, "too large", NULL},
        {"-9223372036854775809", 0, 20, "too large", NULL},
        {"18446744073709551616u", 0, 21, "too large", NULL},
        {"1e999", 0, 5, "too large", NULL},
        {"has(a)", 4, 1, "has(record.field)", NULL},
        {"a.all(1, true)", 6, 1, "a name for the element", NULL},
        {"a.all(x.y, true)", 6, 3, "a name for the element", NULL},
        {"a.all(x, x, true)", 9, 1, "already names", NULL},
        {"a\x01", 1, 1, "control character", NULL},
        {"a == '\xff'", 6, 1, "not UTF-8", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_arena a;
        sz_expr_error err;
        sz_arena_init(&a);
        const sz_expr *e = sz_expr_parse(&a, sz_str_of(rows[i].text), SZ_MACROS_CEL, &err);
        bool is_hinted = rows[i].hint ? err.hint && strstr(err.hint, rows[i].hint) && err.hint_zh : !err.hint;
        if (e || err.off != rows[i].off || err.len != rows[i].len || !strstr(err.message, rows[i].message) ||
            !err.message_zh || !is_hinted || err.code != 101)
            fail_msg("%s: %u+%u %s (%s)", rows[i].text, err.off, err.len, e ? "no error" : err.message,
                     err.hint ? err.hint : "no hint");
        sz_arena_fini(&a);
    }
}

/* ---- limits
 * ------------------------------------------------------------------------------------------------------------ */

/* first, n times more, last */
static const sz_expr *parse_repeated(sz_arena *a, const char *first, const char *more, int n, const char *last,
                                     sz_expr_error *err) {
    sz_buf b;
    sz_buf_init(&b);
    sz_buf_put_z(&b, first);
    for (int i = 0; i < n; i++) sz_buf_put_z(&b, more);
    sz_buf_put_z(&b, last);
    const sz_expr *e = sz_expr_parse(a, sz_arena_str(a, sz_buf_str(&b)), SZ_MACROS_CEL, err);
    sz_buf_fini(&b);
    return e;
}

static void test_parse_takes_long_chains(void **state) {
    (void)state;
    static const struct {
        const char *first, *more, *last;
        int n;
    } rows[] = {
        {"a", " && a", "", 2000},       {"a", " || a", "", 2000}, {"1", " + 1", "", 2000},
        {"a", " == a", "", 2000},       {"a", ".b", "", 4000},    {"a", "[0]", "", 1300},
        {"a", ".f()", "", 4000},        {"", "!", "a", 4000},     {"", "- ", "a", 4000},
        {"", "a ? a : ", "a", 1300},    {"[1", ", 1", "]", 4000}, {"f(1", ", 1", ")", 4000},
        {"{1: 1", ", 1: 1", "}", 2000},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_arena a;
        sz_expr_error err;
        sz_arena_init(&a);
        const sz_expr *e = parse_repeated(&a, rows[i].first, rows[i].more, rows[i].n, rows[i].last, &err);
        if (!e) fail_msg("%s%s…: %s", rows[i].first, rows[i].more, err.message);
        sz_arena_fini(&a);
    }
}

static uint32_t depth_of(const sz_expr *e) {
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < e->n; i++) {
        uint32_t d = depth_of(e->args[i]);
        if (d > deepest) deepest = d;
    }
    return deepest + 1;
}

static void test_parse_balances_logic(void **state) {
    (void)state;
    sz_arena a;
    sz_expr_error err;
    sz_arena_init(&a);
    const sz_expr *e = parse_repeated(&a, "a", " && a", 1023, "", &err);
    assert_non_null(e);
    assert_int_equal(depth_of(e), 11);
    sz_arena_fini(&a);
}

static void check_depth(const char *open, const char *close) {
    for (int n = SZ_EXPR_DEPTH - 1; n <= 5000; n += n < SZ_EXPR_DEPTH ? 1 : 4000) {
        sz_arena a;
        sz_expr_error err;
        sz_buf text;
        sz_arena_init(&a);
        sz_buf_init(&text);
        for (int i = 0; i < n; i++) sz_buf_put_z(&text, open);
        sz_buf_put_z(&text, "1");
        for (int i = 0; i < n; i++) sz_buf_put_z(&text, close);
        const sz_expr *e = sz_expr_parse(&a, sz_buf_str(&text), SZ_MACROS_CEL, &err);
        if (n < SZ_EXPR_DEPTH) {
            assert_non_null(e);
        } else {
            assert_null(e);
            assert_non_null(strstr(err.message, "nested too deep"));
        }
        sz_buf_fini(&text);
        sz_arena_fini(&a);
    }
}

static void test_parse_bounds_nesting(void **state) {
    (void)state;
    check_depth("(", ")");
    check_depth("[", "]");
    check_depth("f(", ")");
    check_depth("{1: ", "}");
    check_depth("a[", "]");
    check_depth("1 + (", ")");
    check_depth("!(", ")");
    check_depth("a.all(x, ", ")");
    check_depth("true ? (", ") : 1");
}

static void test_parse_bounds_the_number_of_parts(void **state) {
    (void)state;
    sz_arena a;
    sz_expr_error err;
    sz_arena_init(&a);
    assert_null(parse_repeated(&a, "a", " && a", 3000, "", &err));
    assert_non_null(strstr(err.message, "too long"));
    assert_null(parse_repeated(&a, "[1", ", 1", 5000, "]", &err));
    assert_non_null(strstr(err.message, "too long"));
    sz_arena_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_gives_the_tree_that_precedence_asks_for),
        cmocka_unit_test(test_parse_reads_literals),
        cmocka_unit_test(test_parse_reads_bytes_as_octets),
        cmocka_unit_test(test_parse_expands_macros_only_when_asked),
        cmocka_unit_test(test_parse_gives_the_place_of_every_construct),
        cmocka_unit_test(test_parse_points_at_what_is_wrong),
        cmocka_unit_test(test_parse_takes_long_chains),
        cmocka_unit_test(test_parse_balances_logic),
        cmocka_unit_test(test_parse_bounds_nesting),
        cmocka_unit_test(test_parse_bounds_the_number_of_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

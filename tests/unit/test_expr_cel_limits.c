/* SPDX-License-Identifier: Apache-2.0
 *
 * Pure CEL: bounds of time, memory and depth; places of errors; zones out of files; suites.
 */
#include <sanzao/expr.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))

static bool evaluate(sz_str expr, const char *bindings, sz_buf *out, sz_arena *a, sz_expr_error *err) {
    sz_cel_env env = {.with_macros = true};
    return sz_cel_eval(&env, expr, sz_str_of(bindings), a, out, err);
}

/* ---- budgets -------------------------------------------------------------------------------------------------------- */

static void check_refused(const char *expr, const char *message) {
    sz_arena a;
    sz_buf out;
    sz_expr_error err;
    sz_arena_init(&a);
    sz_buf_init(&out);
    if (evaluate(sz_str_of(expr), "", &out, &a, &err)) fail_msg("%s gives a value", expr);
    if (!strstr(err.message, message)) fail_msg("%s: %s", expr, err.message);
    assert_int_equal(err.code, 149);
    sz_buf_fini(&out);
    sz_arena_fini(&a);
}

#define TEN "[0,1,2,3,4,5,6,7,8,9]"

static void test_eval_stops_after_too_many_steps(void **state) {
    (void)state;
    check_refused(TEN ".all(a, " TEN ".all(b, " TEN ".all(c, " TEN ".all(d, " TEN ".all(e, " TEN ".all(f, true))))))",
                  "too many steps");
    /* no operator absorbs it */
    check_refused("true || " TEN ".all(a, " TEN ".all(b, " TEN ".all(c, " TEN ".all(d, " TEN ".all(e, " TEN
                  ".exists(f, false)))))) ? " TEN ".all(a, " TEN ".all(b, " TEN ".all(c, " TEN ".all(d, " TEN
                  ".all(e, 1 / 0 == 1 || " TEN ".all(f, true)))))) || true : false",
                  "too many steps");
}

static void test_eval_stops_when_memory_is_used_up(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, "cel.bind(x0, '0123456789abcdef', ");
    for (int i = 1; i < 40; i++) sz_buf_printf(&text, "cel.bind(x%d, x%d + x%d, ", i, i - 1, i - 1);
    sz_buf_put_z(&text, "x39.size() > 0");
    for (int i = 0; i < 40; i++) sz_buf_put_z(&text, ")");
    sz_buf_put_u8(&text, '\0');
    check_refused((const char *)text.p, "too much memory");
    sz_buf_fini(&text);
}

static void test_eval_bounds_what_a_shared_value_unfolds_to(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, "cel.bind(x0, [1], ");
    for (int i = 1; i < 40; i++) sz_buf_printf(&text, "cel.bind(x%d, [x%d, x%d], ", i, i - 1, i - 1);
    size_t start = text.n;
    static const char *const uses[] = {"x39", "x39 == x39", "'%s'.format([x39])"};
    for (size_t k = 0; k < COUNT(uses); k++) {
        text.n = start;
        sz_buf_put_z(&text, uses[k]);
        for (int i = 0; i < 40; i++) sz_buf_put_z(&text, ")");
        sz_buf_put_u8(&text, '\0');
        check_refused((const char *)text.p, "too many steps");
    }
    sz_buf_fini(&text);
}

static void check_chain(const char *first, const char *more, int n, const char *last, const char *want) {
    sz_arena a;
    sz_buf text, out;
    sz_expr_error err;
    sz_arena_init(&a);
    sz_buf_init(&text);
    sz_buf_init(&out);
    sz_buf_put_z(&text, first);
    for (int i = 0; i < n; i++) sz_buf_put_z(&text, more);
    sz_buf_put_z(&text, last);
    if (!evaluate(sz_buf_str(&text), "{\"m\": {\"a\": 5}, \"t\": true}", &out, &a, &err))
        fail_msg("%s: %s", more, err.message);
    assert_true(sz_str_is(sz_buf_str(&out), want));
    sz_buf_fini(&text);
    sz_buf_fini(&out);
    sz_arena_fini(&a);
}

static void test_eval_takes_long_chains(void **state) {
    (void)state;
    check_chain("0", " + 1", 2000, "", "2000");
    check_chain("true", " && true", 2000, "", "true");
    check_chain("false", " || t", 2000, "", "true");
    check_chain("", "!", 4000, "t", "true");
    check_chain("", "t ? ", 0, "1", "1");
    check_chain("", "!t ? 1 : ", 800, "2", "2");
    check_chain("'x'", ".trim()", 4000, "", "\"x\"");
    check_chain("size([0", ",0", 4000, "])", "4001");
    check_chain("[0", ",0", 3000, "][2999] == 0", "true");
    check_chain("math.greatest(0", ",7", 3000, ")", "7");
}

/* One block of memory more than parsing takes would show. */
static void test_eval_of_scalars_takes_no_memory(void **state) {
    (void)state;
    static const char *const exprs[] = {"1 + 2 * 3 < 8 && !false ? 2.5 : 1.0",
                                        "(7 % 4 == 3 || 1 / 2 > 0) && 'a' != 'b'",
                                        "'abc'.contains('b') && size('abc') == 3 && int(2.9) == 2 && 5 > 2.5",
                                        "math.abs(-3) == 3 && duration('1s') == duration('1s')"};
    for (size_t i = 0; i < COUNT(exprs); i++) {
        sz_arena parsed, evaluated;
        sz_buf out;
        sz_expr_error err;
        sz_arena_init(&parsed);
        sz_arena_init(&evaluated);
        sz_buf_init(&out);
        assert_non_null(sz_expr_parse(&parsed, sz_str_of(exprs[i]), SZ_MACROS_CEL, &err));
        assert_true(evaluate(sz_str_of(exprs[i]), "", &out, &evaluated, &err));
        assert_int_equal(evaluated.used, parsed.used);
        sz_buf_fini(&out);
        sz_arena_fini(&parsed);
        sz_arena_fini(&evaluated);
    }
}

/* ---- places ------------------------------------------------------------------------------------------------------------ */

static void test_eval_points_at_what_fails(void **state) {
    (void)state;
    static const struct {
        const char *expr;
        uint32_t off, len;
        const char *hint;
    } rows[] = {
        {"1 + 'a'", 2, 1, NULL},
        {"a.b.c + 1", 0, 1, NULL},
        {"[1, 2, 3].map(x, x / 0)", 19, 1, "n != 0"},
        {"{'a': 1}.bb", 9, 2, NULL},
        {"[1][2]", 3, 3, NULL},
        {"'x'.startWith('y')", 4, 9, "startsWith"},
        {"sise('x')", 0, 4, "size"},
        {"meals_30d > 1", 0, 9, "meal_30d"},
        {"1 ? 2 : 3", 0, 1, NULL},
        {"{'a': 1, 'a': 2}", 9, 3, NULL},
        {"a.b.C{d: 1}", 0, 5, NULL},
        {"[1, ?2]", 4, 1, NULL},
        {"meal_30d.?a", 10, 1, NULL},
        {"5.all(x, x)", 2, 3, NULL},
        {"timestamp('x')", 0, 9, NULL},
        {"'a'.matches('(?=b)')", 12, 7, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_arena a;
        sz_buf out;
        sz_expr_error err;
        sz_arena_init(&a);
        sz_buf_init(&out);
        assert_false(evaluate(sz_str_of(rows[i].expr), "{\"meal_30d\": 4}", &out, &a, &err));
        bool is_hinted = rows[i].hint ? err.hint && strstr(err.hint, rows[i].hint) : !err.hint;
        if (err.off != rows[i].off || err.len != rows[i].len || !is_hinted)
            fail_msg("%s: %u+%u %s (%s)", rows[i].expr, err.off, err.len, err.message, err.hint ? err.hint : "no hint");
        sz_buf_fini(&out);
        sz_arena_fini(&a);
    }
}

static void test_eval_json_gives_the_error_as_text(void **state) {
    (void)state;
    sz_buf out;
    sz_buf_init(&out);
    assert_true(sz_cel_eval_json(SZ_STR("x + 1"), SZ_STR(""), true, SZ_STR("{\"x\": 1}"), false, &out));
    assert_true(sz_str_is(sz_buf_str(&out), "2"));
    sz_buf_clear(&out);
    assert_false(sz_cel_eval_json(SZ_STR("1 +\n 'a' + y"), SZ_STR(""), true, SZ_STR(""), true, &out));
    assert_true(sz_str_is(sz_buf_str(&out), "1:3: `+` does not work with (int, string)"));
    sz_buf_fini(&out);
}

/* ---- zones --------------------------------------------------------------------------------------------------------------- */

/* A TZif file of version 2: one transition at second 1000 from UTC to +01:00, and this footer. */
static size_t make_zone_file(uint8_t out[200], const char *footer) {
    size_t n = 0;
    memset(out, 0, 200);
    for (uint8_t version = 1; version <= 2; version++) { /* one type; in the second block a transition, and two types */
        memcpy(out + n, "TZif2", 5);
        out[n + 35] = (uint8_t)(version - 1); /* transitions */
        out[n + 39] = version;                /* types */
        out[n + 43] = 1;                      /* letters */
        n += 44;
        if (version == 2) {
            out[n + 6] = 1000 >> 8;
            out[n + 7] = 1000 & 255;
            out[n + 8] = 1; /* to type 1, one hour east */
            out[n + 9 + 6 + 2] = 3600 >> 8;
            out[n + 9 + 6 + 3] = 3600 & 255;
            n += 9 + 6;
        }
        n += 6 + 1;
    }
    out[n++] = '\n';
    memcpy(out + n, footer, strlen(footer));
    n += strlen(footer);
    out[n++] = '\n';
    return n;
}

static void test_zone_with_a_rule_is_known_until_its_last_transition(void **state) {
    (void)state;
    uint8_t file[200];
    sz_zone zone;
    size_t n = make_zone_file(file, "CET-1");
    assert_int_equal(sz_zone_parse(&zone, "T", file, n), SZ_OK);
    assert_int_equal(zone.n, 1);
    assert_true(sz_cel_zone_known_until(&zone, file, n) == SZ_TIME_MAX);
    sz_zone_fini(&zone);
    n = make_zone_file(file, "CET-1CEST,M3.5.0,M10.5.0/3");
    assert_int_equal(sz_zone_parse(&zone, "T", file, n), SZ_OK);
    assert_true(sz_cel_zone_known_until(&zone, file, n) == 1000000);
    assert_true(sz_cel_zone_known_until(&zone, "", 0) == SZ_TIME_MAX);
    sz_zone_fini(&zone);
}

/* ---- suites ---------------------------------------------------------------------------------------------------------------- */

static void check_suite(const char *json, sz_status status, uint32_t passed, uint32_t total, const char *failures) {
    uint32_t p = 9, t = 9;
    sz_buf out;
    sz_buf_init(&out);
    assert_int_equal(sz_cel_run_suite(NULL, sz_str_of(json), &p, &t, &out), status);
    assert_int_equal(p, passed);
    assert_int_equal(t, total);
    if (!sz_str_is(sz_buf_str(&out), failures)) fail_msg("%.*s", (int)out.n, (const char *)out.p);
    sz_buf_fini(&out);
}

static void test_suite_counts_what_passes_and_says_what_does_not(void **state) {
    (void)state;
    check_suite(
        "[{\"name\": \"a\", \"expr\": \"1 + x\", \"bindings\": {\"x\": {\"int\": \"2\"}}, \"value\": {\"int\": \"3\"}},"
        " {\"name\": \"b\", \"expr\": \"1 / 0\", \"error\": true}, {\"name\": \"c\", \"expr\": \"1 +\", \"error\": true},"
        " {\"name\": \"d\", \"expr\": \"y\", \"container\": \"x\", \"bindings\": {\"x.y\": {\"bool\": true}},"
        "  \"value\": {\"bool\": true}},"
        " {\"name\": \"e\", \"expr\": \"[1].all(x, true)\", \"disable_macros\": true, \"error\": true},"
        " {\"name\": \"f\", \"expr\": \"{'b': 1, 'a': 2}\","
        "  \"value\": {\"map\": [[{\"string\": \"a\"}, {\"int\": \"2\"}], [{\"string\": \"b\"}, {\"int\": \"1\"}]]}},"
        " {\"name\": \"g\", \"expr\": \"0.0 / 0.0\", \"value\": {\"double\": \"nan\"}}]",
        SZ_OK, 7, 7, "");
    check_suite(
        "[{\"name\": \"a\", \"expr\": \"1\", \"value\": {\"uint\": \"1\"}}, {\"name\": \"b\", \"expr\": \"1\", \"error\": true},"
        " {\"name\": \"c\", \"expr\": \"x\", \"value\": {\"int\": \"1\"}},"
        " {\"name\": \"d\", \"expr\": \"1\", \"value\": {\"int\": 1}},"
        " {\"name\": \"e\", \"expr\": \"0.0\", \"value\": {\"double\": \"-0.0\"}}]",
        SZ_OK, 0, 5,
        "{\"name\": \"a\", \"expr\": \"1\", \"got\": {\"int\": \"1\"}}\n"
        "{\"name\": \"b\", \"expr\": \"1\", \"got\": {\"int\": \"1\"}}\n"
        "{\"name\": \"c\", \"expr\": \"x\", \"error\": \"there is no `x`\"}\n"
        "{\"name\": \"d\", \"expr\": \"1\", \"error\": \"the expected value is not in the conformance form\"}\n"
        "{\"name\": \"e\", \"expr\": \"0.0\", \"got\": {\"double\": \"0.0\"}}\n");
    check_suite("[]", SZ_OK, 0, 0, "");
    check_suite("{}", SZ_FINDINGS, 0, 0, "");
    check_suite("[1]", SZ_FINDINGS, 0, 0, "");
    check_suite("nonsense", SZ_FINDINGS, 0, 0, "");
    check_suite("", SZ_FINDINGS, 0, 0, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval_stops_after_too_many_steps),
        cmocka_unit_test(test_eval_stops_when_memory_is_used_up),
        cmocka_unit_test(test_eval_bounds_what_a_shared_value_unfolds_to),
        cmocka_unit_test(test_eval_takes_long_chains),
        cmocka_unit_test(test_eval_of_scalars_takes_no_memory),
        cmocka_unit_test(test_eval_points_at_what_fails),
        cmocka_unit_test(test_eval_json_gives_the_error_as_text),
        cmocka_unit_test(test_zone_with_a_rule_is_known_until_its_last_transition),
        cmocka_unit_test(test_suite_counts_what_passes_and_says_what_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

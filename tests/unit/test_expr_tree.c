/* SPDX-License-Identifier: Apache-2.0
 *
 * A condition as a tree: what each joint is agrees with what the program says, and what is said to decide does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/toy_names.h"

static const sz_prog *compile(const char *text, sz_xtype want) {
    sz_diags d;
    sz_resolver r = toy_resolver();
    sz_compile_opts o = {.want = want, .grow_ok = true};
    sz_diags_init(&d);
    const sz_prog *p = sz_prog_compile(&toy_arena, sz_str_of(text), &r, &o, &d);
    if (!p) fail_msg("%s: %s", text, d.n ? d.v[0].message : "nothing said");
    sz_diags_fini(&d);
    return p;
}

static sz_xval of_digit(uint32_t d) { return d == 0 ? toy_bool(false) : d == 1 ? toy_bool(true) : toy_unknown(); }
static uint8_t truth_of(sz_xval v) { return v.know != SZ_KNOWN ? SZ_TREE_UNKNOWN : v.b; }

/* `kind:truth` of each, those that decide with a star, in the order in which they stand. */
static const char *shown(const char *text, sz_xtype want, bool is_met) {
    static const char kinds[] = "cA|!?v", truths[] = "FTU";
    sz_loader l = toy_loader(&toy_world);
    sz_tree_node *v;
    const char *out = "";
    uint32_t n = sz_prog_tree(compile(text, want), &l, &toy_arena, is_met, &v);
    for (uint32_t i = 0; i < n; i++)
        out = sz_arena_printf(&toy_arena, "%s%s%c%c%s", out, i ? " " : "", kinds[v[i].kind], truths[v[i].truth], v[i].decides ? "*" : "");
    return out;
}

static void test_what_decides_is_what_would_have_to_be_otherwise(void **unused) {
    static const struct { const char *text, *pqr, *want; } rows[] = {
        {"p", "F", "cF*"},
        {"p && q", "FT", "AF cF* cT"},
        {"p && q", "UF", "AF cU* cF*"},
        {"p || q", "FU", "|U cF* cU*"},
        {"!p", "T", "!F cT*"},
        {"!(p && q)", "TT", "!F AT cT* cT*"},
        {"!(p || q)", "FT", "!F |T cF cT*"},
        {"p && (q || !r)", "TFT", "AF cT |F cF* !F cT*"},
        {"(p || q) && r", "TFF", "AF |T cT cF cF*"},
        {"p ? q : r", "TFT", "?F cT cF* cT"},
        {"p ? q : r", "FTF", "?F cF cT cF*"},
        {"p ? q : r", "UTT", "?U cU* cT cT"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t k = 0; rows[i].pqr[k]; k++)
            toy_set(&toy_world, (const char *[]){"p", "q", "r"}[k], of_digit(rows[i].pqr[k] == 'F' ? 0 : rows[i].pqr[k] == 'T' ? 1 : 2));
        assert_string_equal(shown(rows[i].text, SZ_X_BOOL, false), rows[i].want);
    }
}

/* Of a number that a condition chooses: the condition, where it is not met; the numbers have no truth. */
static void test_a_choice_of_numbers_is_decided_by_its_condition(void **unused) {
    (void)unused;
    toy_set(&toy_world, "n", toy_num(3));
    toy_set(&toy_world, "p", toy_bool(false));
    toy_set(&toy_world, "q", toy_bool(true));
    assert_string_equal(shown("p && q ? n : 0", SZ_X_NUM, false), "?U AF cF* cT vU vU");
    toy_set(&toy_world, "p", toy_bool(true));
    assert_string_equal(shown("p && q ? n : 0", SZ_X_NUM, false), "?U AT cT cT vU vU");
    assert_string_equal(shown("n + 1", SZ_X_NUM, false), "vU");
}

static void test_of_what_is_met_nothing_decides(void **unused) {
    (void)unused;
    toy_set(&toy_world, "p", toy_bool(true));
    toy_set(&toy_world, "q", toy_bool(false));
    assert_string_equal(shown("p || q", SZ_X_BOOL, true), "|T cT cF");
}

/* All 27 worlds of conditions of every shape: the whole is what the program says; it is not met where, and only where, some clause
 * decides. */
static void test_joints_are_what_the_program_says(void **unused) {
    static const char *const texts[] = {
        "p", "!p", "p && q", "p || q", "p && q && r", "p || q || r", "!(p && q) || r", "!(p || q && r)", "p && (q || r)", "p || q && !r", "!(!(p && q) && r)",
        "!(p && !(q || r))", "(p || !q) && (q || !r) && (r || !p)", "p ? q : r", "!(p ? q : r)", "p && (q ? r : p)", "(p ? q : r) || q && r"};
    sz_loader l = toy_loader(&toy_world);
    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (uint32_t world = 0; world < 27; world++) {
            const sz_prog *p = compile(texts[i], SZ_X_BOOL);
            sz_tree_node *v;
            uint32_t digits[3] = {world % 3, world / 3 % 3, world / 9};
            for (uint32_t k = 0; k < 3; k++) toy_set(&toy_world, (const char *[]){"p", "q", "r"}[k], of_digit(digits[k]));
            uint8_t whole = truth_of(sz_prog_run(p, &l));
            uint32_t n = sz_prog_tree(p, &l, &toy_arena, whole == 1, &v), n_decide = 0;
            if (v[0].truth != whole || v[0].end != n) fail_msg("%s, world %u: %u, not %u", texts[i], world, v[0].truth, whole);
            for (uint32_t k = 0; k < n; k++) n_decide += v[k].decides;
            if ((n_decide == 0) != (whole == 1)) fail_msg("%s, world %u: %u decide", texts[i], world, n_decide);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_decides_is_what_would_have_to_be_otherwise, toy_setup, toy_teardown),
        cmocka_unit_test_setup_teardown(test_a_choice_of_numbers_is_decided_by_its_condition, toy_setup, toy_teardown),
        cmocka_unit_test_setup_teardown(test_of_what_is_met_nothing_decides, toy_setup, toy_teardown),
        cmocka_unit_test_setup_teardown(test_joints_are_what_the_program_says, toy_setup, toy_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

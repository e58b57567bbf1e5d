/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: the rule files of ../shared/cases. Those that must load do, without a finding; those that must be refused are; those
 * that use what comes later (of ring.yaml) are refused with SZ023.
 */
#include "support/rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CASES "../shared/cases/"

enum { FILES_MAX = 8 };

static size_t files_of(sz_arena *a, const sz_yaml *rules, sz_rule_file files[FILES_MAX]) {
    if (rules->kind == SZ_YAML_SCALAR) {
        files[0] = (sz_rule_file){"rules.yaml", rules->text.p, rules->text.n};
        return 1;
    }
    size_t n = 0;
    for (; n < rules->n && n < FILES_MAX; n++)
        files[n] = (sz_rule_file){sz_arena_printf(a, "%.*s", SZ_FMT_STR(rules->keys[n]->text)), rules->items[n]->text.p,
                                  rules->items[n]->text.n};
    return n;
}

static bool must_be_refused(const sz_yaml *c) {
    const sz_yaml *expect = sz_yaml_get(c, "expect");
    return expect && sz_yaml_get(expect, "error");
}

static void check_case(struct rules_fixture *x, sz_arena *a, const sz_yaml *c, bool is_ring) {
    sz_rule_file files[FILES_MAX];
    sz_str name = sz_yaml_get(c, "name")->text;
    rules_fixture_load_files(x, files, files_of(a, sz_yaml_get(c, "rules"), files));
    sz_buf out = rules_fixture_print(x, SZ_EN);
    if (is_ring) {
        if (x->d.n && (!x->d.n_errors || x->d.v[0].code != 23))
            fail_msg("%.*s: %.*s", SZ_FMT_STR(name), SZ_FMT_STR(sz_buf_str(&out)));
    } else if (must_be_refused(c)) {
        if (!x->d.n_errors) fail_msg("%.*s: is not refused", SZ_FMT_STR(name));
    } else if (x->d.n) {
        fail_msg("%.*s\n%.*s", SZ_FMT_STR(name), SZ_FMT_STR(sz_buf_str(&out)));
    }
    sz_buf_fini(&out);
}

static size_t check_file(struct rules_fixture *x, const char *name) {
    sz_arena a;
    sz_diags d;
    sz_yaml *root = NULL;
    sz_arena_init(&a);
    sz_diags_init(&d);
    sz_str text = rules_fixture_read(&a, sz_arena_printf(&a, "%s%s", CASES, name));
    size_t n = 0;
    if (text.p) {
        assert_int_equal(sz_yaml_parse(&a, sz_source_new(&a, name, text.p, text.n), &d, &root), SZ_OK);
        for (; n < root->n; n++) check_case(x, &a, root->items[n], strcmp(name, "ring.yaml") == 0);
    } else {
        printf("skipped: %s%s is not here\n", CASES, name);
    }
    sz_diags_fini(&d);
    sz_arena_fini(&a);
    return n;
}

static void test_rules_of_the_cases_load_or_are_refused(void **state) {
    static const char *const names[] = {"episodes.yaml", "golden.yaml", "operators.yaml", "records.yaml",
                                        "random.yaml",   "ring.yaml",   "rules.yaml",     "time-and-order.yaml",
                                        "traps.yaml",    "values.yaml", "windows.yaml"};
    struct rules_fixture x;
    size_t n = 0;
    (void)state;
    rules_fixture_init(&x);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) n += check_file(&x, names[i]);
    printf("%zu cases\n", n);
    rules_fixture_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules_of_the_cases_load_or_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

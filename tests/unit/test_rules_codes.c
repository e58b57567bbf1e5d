/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: the registry of codes. Every example gives its finding, and what is better does not.
 */
#include "support/rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool has_code(const struct rules_fixture *x, int code) {
    for (size_t i = 0; i < x->d.n; i++)
        if (x->d.v[i].code == code) return true;
    return false;
}

/* A line `# b.yaml` begins another file; a calendar is the campus's, and what stands before the first is one. */
static void load_example(struct rules_fixture *x, const char *text) {
    enum { MOST = 3 };
    sz_rule_file files[MOST] = {{"rules.yaml", text, 0}};
    size_t n = 1;
    for (const char *p = text; *p && n < MOST;) {
        size_t len = strcspn(p, "\n");
        bool is_name = len > 7 && p[0] == '#' && strncmp(p + len - 5, ".yaml", 5) == 0;
        if (is_name && p > text) {
            files[n] = (sz_rule_file){n == 2 ? "c.yaml" : "b.yaml", p, 0};
            n++;
        }
        files[n - 1].n += len + (p[len] == '\n');
        p += len + (p[len] == '\n');
    }
    if (n > 1 && strncmp(files[n - 1].p, "# calendar", strlen("# calendar")) == 0) n--;
    rules_fixture_load_files(x, files, n);
}

/* The fixture's calendar has terms and periods; two codes are of one that has not. */
static void load_wrong(struct rules_fixture *x, const sz_code *c) {
    static const char students[] = "student\ns1\n";
    const sz_campus_file file = {"students.csv", students, sizeof students - 1};
    sz_campus *campus = x->campus, *bare;
    sz_diags d;
    sz_diags_init(&d);
    assert_int_equal(sz_campus_load(&file, 1, "campus", SZ_ENC_UTF8, &x->zone, &x->types, &d, &bare), SZ_OK);
    if (c->better && strstr(c->better, "# calendar.yaml")) x->campus = bare;
    load_example(x, c->example);
    x->campus = campus;
    sz_campus_free(bare);
    sz_diags_fini(&d);
}

static void test_examples_give_their_code_and_better_ones_do_not(void **state) {
    struct rules_fixture x;
    sz_code c;
    size_t n = 0;
    (void)state;
    rules_fixture_init(&x);
    for (int code = -1; sz_code_next(code, &c); code = c.code) {
        bool is_ours = (c.code >= 20 && c.code < 100 && c.code != 42) || (c.code >= 150 && c.code < 200);
        bool is_note = c.code == 157; /* `check` alone says it: tests/system/test_check.py */
        if (!is_ours || !c.example || is_note) continue;
        load_wrong(&x, &c);
        if (!has_code(&x, c.code)) fail_msg("the example of SZ%03d: %s", c.code, c.example);
        n++;
        if (!c.better) continue;
        load_example(&x, c.better);
        sz_buf out = rules_fixture_print(&x, SZ_EN);
        if (x.d.n) fail_msg("what is better than SZ%03d: %.*s", c.code, SZ_FMT_STR(sz_buf_str(&out)));
        sz_buf_fini(&out);
    }
    assert_true(n > 55);
    rules_fixture_fini(&x);
}

static void test_codes_ascend_and_have_both_languages(void **state) {
    sz_code c;
    int last = 0;
    (void)state;
    for (int code = -1; sz_code_next(code, &c); code = c.code) {
        assert_true(c.code > last);
        last = c.code;
        if (!c.en || !c.zh || strcmp(c.en, c.zh) == 0) fail_msg("SZ%03d", c.code);
        assert_true(sz_utf8_valid(c.zh, strlen(c.zh)));
    }
    assert_true(last > 300);
    assert_true(sz_code_find(42, &c));
    assert_true(sz_code_find(19, &c));
    assert_false(sz_code_find(999, &c));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_give_their_code_and_better_ones_do_not),
        cmocka_unit_test(test_codes_ascend_and_have_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

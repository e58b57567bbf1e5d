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

static void test_examples_give_their_code_and_better_ones_do_not(void **state) {
    struct rules_fixture x;
    sz_code c;
    size_t n = 0;
    (void)state;
    rules_fixture_init(&x);
    for (int code = -1; sz_code_next(code, &c); code = c.code) {
        bool is_ours = (c.code >= 20 && c.code < 100 && c.code != 42) || (c.code >= 150 && c.code < 200);
        if (!is_ours || !c.example) continue;
        rules_fixture_load(&x, c.example);
        if (!has_code(&x, c.code)) fail_msg("the example of SZ%03d: %s", c.code, c.example);
        n++;
        if (!c.better) continue;
        rules_fixture_load(&x, c.better);
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

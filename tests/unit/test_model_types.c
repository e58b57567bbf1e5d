/* SPDX-License-Identifier: Apache-2.0
 *
 * types.yaml: what is declared, and every fault with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "support/model_fixture.h"

static void test_built_in_types_come_first(void **state) {
    (void)state;
    static const char *const names[] = {"swipe", "attendance", "dorm_access", "presence"};
    sz_types t;
    sz_types_init(&t);
    assert_int_equal(t.n, SZ_TYPE_FIRST_DECLARED);
    for (int i = 0; i < SZ_TYPE_FIRST_DECLARED; i++) {
        assert_int_equal(sz_types_find(&t, sz_str_of(names[i])), i);
        assert_true(t.v[i].label_zh.n > 0 && t.v[i].label_en.n > 0);
    }
    assert_int_equal(sz_types_find(&t, SZ_STR("feed_status")), -1);
    assert_int_equal(sz_types_find(&t, SZ_STR("swip")), -1);
    assert_int_equal(sz_types_find(&t, (sz_str){NULL, 0}), -1);
    sz_types_fini(&t);
}

static void test_a_type_is_declared(void **state) {
    (void)state;
    struct model_fixture x;
    model_fixture_init(&x);
    assert_string_equal(
        model_fixture_types(&x,
                            "library: {presence: true, label: {zh: 图书馆, en: Library}, "
                            "fields: {direction: [in, out], seat: text, minutes: number, fee: money, until: time}}\n"
                            "shower: {label: 浴室}\n"
                            "bike:\n"),
        "");
    assert_int_equal(x.types.n, SZ_TYPE_FIRST_DECLARED + 3);
    const sz_type *t = &x.types.v[sz_types_find(&x.types, SZ_STR("library"))];
    static const sz_field_kind kinds[] = {SZ_FIELD_ENUM, SZ_FIELD_TEXT, SZ_FIELD_NUMBER, SZ_FIELD_MONEY, SZ_FIELD_TIME};
    assert_true(t->presence && sz_str_is(t->label_zh, "图书馆") && sz_str_is(t->label_en, "Library"));
    assert_int_equal(t->n_fields, 5);
    for (uint32_t i = 0; i < 5; i++) assert_int_equal(t->fields[i].kind, kinds[i]);
    assert_int_equal(t->fields[0].n_choices, 2);
    assert_true(sz_str_is(t->fields[0].choices[1], "out"));
    t = &x.types.v[sz_types_find(&x.types, SZ_STR("shower"))];
    assert_true(!t->presence && sz_str_is(t->label_en, "浴室") && t->n_fields == 0);
    t = &x.types.v[sz_types_find(&x.types, SZ_STR("bike"))];
    assert_true(!t->presence && sz_str_is(t->label_zh, "bike"));
    assert_string_equal(model_fixture_types(&x, ""), "");
    assert_string_equal(model_fixture_types(&x, "# nothing\n"), "");
    model_fixture_fini(&x);
}

static void test_every_fault_has_its_place(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *findings;
    } rows[] = {
        {"- library\n", "t.yaml:1:1 E251"},
        {"library: yes please\n", "t.yaml:1:10 E251"},
        {"library: {presence: maybe}\n", "t.yaml:1:21 E251"},
        {"library: {presence: yes}\n", "t.yaml:1:21 E251"},
        {"library: {label: [a]}\n", "t.yaml:1:18 E251"},
        {"library: {label: {fr: a}}\n", "t.yaml:1:18 E251"},
        {"library: {label: {zh: a}}\n", "t.yaml:1:18 E251"},
        {"library: {fields: [seat]}\n", "t.yaml:1:19 E251"},
        {"library: {fields: {direction: [in, [out]]}}\n", "t.yaml:1:36 E251"},
        {"Library: {}\n", "t.yaml:1:1 E252"},
        {"图书馆: {}\n", "t.yaml:1:1 E252"},
        {"library: {fields: {seat no: text}}\n", "t.yaml:1:20 E252"},
        {"library: {presense: true}\n", "t.yaml:1:11 E253"},
        {"library: {presence: true, colour: red}\n", "t.yaml:1:27 E253"},
        {"library: {fields: {seat: string}}\n", "t.yaml:1:26 E254"},
        {"library: {fields: {seat: }}\n", "t.yaml:1:26 E254"},
        {"library: {fields: {seat: []}}\n", "t.yaml:1:26 E254"},
        {"swipe: {}\n", "t.yaml:1:1 E255"},
        {"feed_status: {}\n", "t.yaml:1:1 E255"},
        {"any: {}\n", "t.yaml:1:1 E255"},
        {"library: {fields: {student: text, late: text, amount: money}}\n", "t.yaml:1:20 E255 t.yaml:1:35 E255"},
        {"a: {presense: true}\nB: {}\nc: {fields: {x: y}}\n", "t.yaml:1:5 E253 t.yaml:2:1 E252 t.yaml:3:17 E254"},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = model_fixture_types(&x, rows[i].yaml);
        if (strcmp(got, rows[i].findings) != 0)
            fail_msg("%s  expected %s\n  got      %s", rows[i].yaml, rows[i].findings, got);
    }
    model_fixture_fini(&x);
}

static void test_there_is_an_end_to_types_and_fields(void **state) {
    (void)state;
    struct model_fixture x;
    sz_buf b;
    model_fixture_init(&x);
    sz_buf_init(&b);
    for (int n = 60; n <= 61; n++) {
        sz_buf_clear(&b);
        for (int i = 0; i < n; i++) sz_buf_printf(&b, "t%d: {}\n", i);
        sz_buf_put_u8(&b, 0);
        assert_string_equal(model_fixture_types(&x, (char *)b.p), n == 60 ? "" : "t.yaml:61:1 E256");
    }
    for (int n = 16; n <= 17; n++) {
        sz_buf_clear(&b);
        sz_buf_put_z(&b, "library:\n  fields:\n");
        for (int i = 0; i < n; i++) sz_buf_printf(&b, "    f%d: text\n", i);
        sz_buf_put_u8(&b, 0);
        assert_string_equal(model_fixture_types(&x, (char *)b.p), n == 16 ? "" : "t.yaml:19:5 E256");
    }
    sz_buf_fini(&b);
    model_fixture_fini(&x);
}

static void test_codes_are_in_order_and_in_both_languages(void **state) {
    (void)state;
    size_t n;
    const sz_code_doc *codes = sz_model_codes(&n);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        assert_in_range(codes[i].code, 251, 299);
        assert_true(i == 0 || codes[i].code > codes[i - 1].code);
        assert_true(codes[i].meaning[0] && codes[i].meaning_zh[0] && codes[i].example[0]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in_types_come_first),
        cmocka_unit_test(test_a_type_is_declared),
        cmocka_unit_test(test_every_fault_has_its_place),
        cmocka_unit_test(test_there_is_an_end_to_types_and_fields),
        cmocka_unit_test(test_codes_are_in_order_and_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

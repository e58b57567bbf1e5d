/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml: what is found in documents that cannot be read. The cases are in data/yaml_findings.txt, as an analyst sees
 * them.
 */
#include "../../src/yaml/internal.h"

#include "support/case_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CASES "tests/unit/data/yaml_findings.txt"

static sz_str read_file(sz_arena *a, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s is not here; tests run from the project's root", path);
    char *p = sz_arena_alloc(a, 1 << 20);
    size_t n = fread(p, 1, 1 << 20, file);
    fclose(file);
    return (sz_str){p, n};
}

static void check_chinese(const sz_diag *g) {
    if (!g->message_zh || strcmp(g->message, g->message_zh) == 0 || !g->hint || !g->hint_zh)
        fail_msg("SZ%03d lacks a hint or its Chinese: %s", g->code, g->message);
    assert_true(sz_utf8_valid(g->message_zh, strlen(g->message_zh)));
    assert_true(sz_utf8_valid(g->hint_zh, strlen(g->hint_zh)));
}

static void check_case(sz_str name, sz_str document, sz_str expected) {
    sz_arena a;
    sz_diags d;
    sz_buf out;
    sz_yaml *root;
    sz_arena_init(&a);
    sz_diags_init(&d);
    sz_buf_init(&out);
    sz_status status = sz_yaml_parse(&a, sz_source_new(&a, "x.yaml", document.p, document.n), &d, &root);
    sz_diags_sort(&d);
    for (size_t i = 0; i < d.n; i++) {
        check_chinese(&d.v[i]);
        sz_diag_print(&out, &d.v[i], SZ_EN, false);
    }
    assert_int_equal(status, d.n ? SZ_FINDINGS : SZ_OK);
    if (!sz_str_eq(sz_buf_str(&out), expected))
        fail_msg("%.*sexpected\n%.*sis\n%.*s", SZ_FMT_STR(name), SZ_FMT_STR(expected), SZ_FMT_STR(sz_buf_str(&out)));
    sz_buf_fini(&out);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

static void test_findings_are_those_of_the_cases(void **state) {
    sz_arena a;
    (void)state;
    sz_arena_init(&a);
    sz_str rest = read_file(&a, CASES);
    size_t n = 0;
    case_lines_until(&rest, "%% ");
    for (; rest.n; n++) {
        sz_str name = case_next_line(&rest);
        sz_str document = case_lines_until(&rest, "%>");
        case_next_line(&rest);
        check_case(name, document, case_lines_until(&rest, "%% "));
    }
    assert_true(n > 70);
    sz_arena_fini(&a);
}

/* One finding of a text that no file can show. */
static void check_one(const char *text, size_t n, int code, uint32_t off, uint32_t len, const char *message,
                      const char *hint) {
    sz_arena a;
    sz_diags d;
    sz_yaml *root;
    sz_arena_init(&a);
    sz_diags_init(&d);
    assert_int_equal(sz_yaml_parse(&a, sz_source_new(&a, "x.yaml", text, n), &d, &root), SZ_FINDINGS);
    assert_int_equal(d.n, 1);
    assert_int_equal(d.v[0].code, code);
    assert_int_equal(d.v[0].span.off, off);
    assert_int_equal(d.v[0].span.len, len);
    assert_string_equal(d.v[0].message, message);
    assert_string_equal(d.v[0].hint, hint);
    check_chinese(&d.v[0]);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

static void test_bytes_that_are_not_text_are_found_with_their_place(void **state) {
    static const char paste[] = "delete it; it often comes along when text is pasted";
    (void)state;
    check_one("a: \xcd\xed\xb9\xe9\n", 8, 1, 3, 1, "the byte 0xCD here is not UTF-8",
              "it may be GBK; open the file as GBK and save it as UTF-8");
    check_one("a: 晚\xff\n", 8, 1, 6, 1, "the byte 0xFF here is not UTF-8", "save the file as UTF-8");
    check_one("\xff\xfe"
              "a\0",
              4, 1, 0, 1, "the byte 0xFF here is not UTF-8", "this is a UTF-16 file; save it as UTF-8");
    check_one("a: b\0c", 6, 1, 4, 1, "a control or invisible character (U+0000) stands here", paste);
    check_one("a: \"b\\0c\"", 9, 1, 5, 2, "a control or invisible character (U+0000) stands here", paste);
    check_one("\"\\x07k\": 1", 10, 1, 1, 4, "a control or invisible character (U+0007) stands here", paste);
    check_one("a: \x1b[0m", 7, 1, 3, 1, "a control or invisible character (U+001B) stands here", paste);
    check_one("a: \xef\xbb\xbf"
              "b",
              7, 1, 3, 3, "a control or invisible character (U+FEFF) stands here", paste);
    check_one("a: \xe2\x80\xa8"
              "b",
              7, 1, 3, 3, "a control or invisible character (U+2028) stands here", paste);
    check_one("a: \xc2\x85"
              "b",
              6, 1, 3, 2, "a control or invisible character (U+0085) stands here", paste);
}

static void test_codes_are_in_order_and_their_examples_true(void **state) {
    size_t n;
    const sz_code_doc *codes = sz_yaml_codes(&n);
    (void)state;
    assert_int_equal(n, 19);
    for (size_t i = 0; i < n; i++) {
        sz_arena a;
        sz_diags d;
        sz_yaml *root;
        assert_int_equal(codes[i].code, i + 1);
        assert_true(codes[i].meaning[0] && codes[i].meaning_zh[0]);
        sz_arena_init(&a);
        sz_diags_init(&d);
        const char *example = codes[i].example, *better = codes[i].better;
        if (example && codes[i].code != 19) { /* that one is found by rules */
            sz_yaml_parse(&a, sz_source_new(&a, "x", example, strlen(example)), &d, &root);
            if (d.n != 1 || d.v[0].code != codes[i].code) fail_msg("the example of SZ%03d", codes[i].code);
        }
        if (better) {
            d.n = 0;
            assert_int_equal(sz_yaml_parse(&a, sz_source_new(&a, "x", better, strlen(better)), &d, &root), SZ_OK);
        }
        sz_diags_fini(&d);
        sz_arena_fini(&a);
    }
}

/* This libyaml has no words that no row of explain.c knows; another may. */
static void test_words_that_nobody_explains_are_shown(void **state) {
    sz_arena a;
    sz_diags d;
    sz_yaml_build b;
    (void)state;
    sz_arena_init(&a);
    sz_diags_init(&d);
    const char *text = "标题: x\n";
    sz_yaml_build_init(&b, &a, sz_source_new(&a, "x.yaml", text, strlen(text)), &d);
    sz_yaml_explain(&b, &(sz_yaml_problem){.what = "found something new", .context = "", .at = 8});
    assert_int_equal(d.n, 1);
    assert_int_equal(d.v[0].code, YAML_UNREADABLE);
    assert_int_equal(d.v[0].span.off, 8);
    assert_non_null(strstr(d.v[0].message, "found something new"));
    assert_true(d.v[0].hint && d.v[0].hint_zh && strcmp(d.v[0].hint, d.v[0].hint_zh) != 0);
    sz_yaml_build_fini(&b);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings_are_those_of_the_cases),
        cmocka_unit_test(test_bytes_that_are_not_text_are_found_with_their_place),
        cmocka_unit_test(test_words_that_nobody_explains_are_shown),
        cmocka_unit_test(test_codes_are_in_order_and_their_examples_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

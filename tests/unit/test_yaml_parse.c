/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml: documents that can be read, as trees.
 */
#include <sanzao/yaml.h>

#include "support/diag_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))

static sz_status parse(diag_fixture *f, const char *text, size_t n, sz_yaml **root) {
    return sz_yaml_parse(&f->arena, sz_source_new(&f->arena, "x.yaml", text, n), &f->diags, root);
}

static sz_yaml *read(diag_fixture *f, const char *text) {
    sz_yaml *root = NULL;
    sz_status status = parse(f, text, strlen(text), &root);
    if (f->diags.n) {
        sz_diag_print(&f->out, &f->diags.v[0], SZ_EN, false);
        fail_msg("%s\n%.*s", text, SZ_FMT_STR(sz_buf_str(&f->out)));
    }
    assert_int_equal(status, SZ_OK);
    return root;
}

/* A tree on one line: P plain, S 'single', D "double", L |, F > before each text; ! after what was cut. */
static void dump(sz_buf *out, const sz_yaml *n) {
    static const char style[] = "PSDLF";
    if (!n) {
        sz_buf_put_z(out, "nothing");
    } else if (n->kind == SZ_YAML_NULL) {
        sz_buf_put_u8(out, '~');
    } else if (n->kind == SZ_YAML_SCALAR) {
        sz_buf_put_u8(out, (uint8_t)style[n->style]);
        sz_json_str(out, n->text);
    } else {
        bool is_map = n->kind == SZ_YAML_MAP;
        sz_buf_put_u8(out, is_map ? '{' : '[');
        for (size_t i = 0; i < n->n; i++) {
            if (i) sz_buf_put_z(out, ", ");
            if (is_map) sz_buf_printf(out, "%.*s: ", SZ_FMT_STR(n->keys[i]->text));
            dump(out, n->items[i]);
        }
        sz_buf_put_u8(out, is_map ? '}' : ']');
        if (n->is_cut) sz_buf_put_u8(out, '!');
    }
}

static void assert_tree(diag_fixture *f, const sz_yaml *root, const char *expected) {
    sz_buf_clear(&f->out);
    dump(&f->out, root);
    sz_buf_put_u8(&f->out, '\0');
    assert_string_equal((const char *)f->out.p, expected);
    sz_buf_clear(&f->out);
}

static void test_parse_builds_the_tree(void **state) {
    static const struct {
        const char *text, *tree;
    } rows[] = {
        {"", "nothing"},
        {"# only a comment\n", "nothing"},
        {"\xef\xbb\xbf", "nothing"},
        {"---\n", "~"},
        {"a: 1\n", "{a: P\"1\"}"},
        {"\xef\xbb\xbf"
         "a: 1\n",
         "{a: P\"1\"}"},
        {"a: 1\r\nb: 2\r\n", "{a: P\"1\", b: P\"2\"}"},
        {"--- # first\na: 1\n...\n", "{a: P\"1\"}"},
        {"a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: Null\n", "{a: ~, b: ~, c: ~, d: S\"\", e: S\"null\", f: P\"Null\"}"},
        {"- a\n- - b\n  - c\n-\n", "[P\"a\", [P\"b\", P\"c\"], ~]"},
        {"a:\n- b\n- c\nd: e\n", "{a: [P\"b\", P\"c\"], d: P\"e\"}"},
        {"{a: 1, b: [x, y], c: {}, d: []}", "{a: P\"1\", b: [P\"x\", P\"y\"], c: {}, d: []}"},
        {"{a, b: 1,}", "{a: ~, b: P\"1\"}"},
        {"[a: 1, b]", "[{a: P\"1\"}, P\"b\"]"},
        {"{\"a\":1, 'b': \"x\"}", "{a: P\"1\", b: D\"x\"}"},
        {"no: yes\non: off\n1: true\n", "{no: P\"yes\", on: P\"off\", 1: P\"true\"}"},
        {"null: 1\n~: 2\n", "{null: P\"1\", ~: P\"2\"}"},
        {"a: 'it''s'\nb: \"q\\\"\\\\\\n\\u665a\\x41\"\n", "{a: S\"it's\", b: D\"q\\\"\\\\\\n晚A\"}"},
        {"a: |\n  x\n   y\n\nb: >\n  x\n  y\n\n  z\n", "{a: L\"x\\n y\\n\", b: F\"x y\\nz\\n\"}"},
        {"a: |-\n  x\nb: |+\n  y\n\n", "{a: L\"x\", b: L\"y\\n\\n\"}"},
        {"a: |2\n   x\n", "{a: L\" x\\n\"}"},
        {"a: x y\n  z\n\n  w\n", "{a: P\"x y z\\nw\"}"},
        {"a: \"x\n  y\\\n  z\"\n", "{a: D\"x yz\"}"},
        {"when: student.college == \"彭康书院\" && late >= 3 # why\n",
         "{when: P\"student.college == \\\"彭康书院\\\" && late >= 3\"}"},
        {"at: 22:30\nurl: http://x/y\n", "{at: P\"22:30\", url: P\"http://x/y\"}"},
        {"? a\n: b\n", "{a: P\"b\"}"},
        {"%YAML 1.2\n---\na: 1\n", "{a: P\"1\"}"},
    };
    diag_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) assert_tree(f, read(f, rows[i].text), rows[i].tree);
}

static void test_parse_keeps_what_was_read_before_an_error(void **state) {
    static const struct {
        const char *text, *tree;
    } rows[] = {
        {"a: 1\nb: [x, {y: 1", "{a: P\"1\", b: [P\"x\", {y: P\"1\"}!]!}!"},
        {"a: 1\nmessage: {zh: 近 {x} 次}\nc: 2\n", "{a: P\"1\", message: {zh: P\"近\"}!}!"},
        {"rules:\n  - id: a\n    level: b\n   mode: c\n  - id: d\n", "{rules: [{id: P\"a\", level: P\"b\"}]!}!"},
        {"a: 1\nb: @x\n", "{a: P\"1\"}!"},
        {"a: 1\n---\nb: 2\n", "{a: P\"1\"}"},
        {"a: 1\na: 2\nb: 3\n", "{a: P\"1\", b: P\"3\"}"},              /* the first of two */
        {"a: *x\nb: &y z\nc: !t u\n", "{a: ~, b: P\"z\", c: P\"u\"}"}, /* reading goes on */
        {"[a]: 1\nb: 2\n", "{b: P\"2\"}"},
        {"{zh:近, en: x}", "{en: P\"x\"}"},
        {"a: \xff", "nothing"},
        {"{[a, b", "{}!"},
    };
    diag_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_yaml *root = NULL;
        assert_int_equal(parse(f, rows[i].text, strlen(rows[i].text), &root), SZ_FINDINGS);
        assert_true(f->diags.n_errors > 0);
        assert_tree(f, root, rows[i].tree);
        sz_diags_fini(&f->diags);
        sz_diags_init(&f->diags);
    }
}

static void test_parse_allows_64_levels_and_no_more(void **state) {
    diag_fixture *f = *state;
    char text[300];
    for (size_t depth = 63; depth <= 66; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        sz_yaml *root = NULL;
        sz_status status = parse(f, text, 2 * depth, &root);
        assert_int_equal(status, depth <= 64 ? SZ_OK : SZ_FINDINGS);
        size_t n = 0;
        for (const sz_yaml *y = root; y; y = y->n ? y->items[0] : NULL) n++;
        assert_int_equal(n, depth <= 64 ? depth : 64);
    }
    assert_int_equal(f->diags.n, 2);
    assert_int_equal(f->diags.v[0].code, 15);
    assert_int_equal(f->diags.v[0].span.off, 64);
}

static void test_parse_of_a_megabyte_of_brackets_is_quick(void **state) {
    static const char *const units[] = {"[", "{a: ", "[\n", "- ", "? ", "[[{"};
    diag_fixture *f = *state;
    for (size_t i = 0; i < COUNT(units); i++) {
        size_t unit = strlen(units[i]), n = (1 << 20) / unit * unit;
        char *text = sz_arena_alloc(&f->arena, n);
        for (size_t k = 0; k < n; k += unit) memcpy(text + k, units[i], unit);
        sz_yaml *root = NULL;
        assert_int_equal(parse(f, text, n, &root), SZ_FINDINGS);
        assert_int_equal(f->diags.v[f->diags.n - 1].code, 15);
    }
}

static void test_get_finds_values_by_key(void **state) {
    diag_fixture *f = *state;
    sz_yaml *root = read(f, "a: 1\nb: {c: 2}\n");
    assert_true(sz_str_is(sz_yaml_get(root, "a")->text, "1"));
    assert_true(sz_str_is(sz_yaml_get(sz_yaml_get(root, "b"), "c")->text, "2"));
    assert_null(sz_yaml_get(root, "c"));
    assert_null(sz_yaml_get(sz_yaml_get(root, "a"), "c"));
    assert_null(sz_yaml_get(NULL, "c"));
}

static void test_bool_is_true_or_false_only(void **state) {
    static const struct {
        const char *text;
        bool ok, is;
    } rows[] = {
        {"true", true, true},   {"false", true, false},   {"yes", false, false},    {"on", false, false},
        {"True", false, false}, {"'true'", false, false}, {"[true]", false, false}, {"1", false, false},
    };
    diag_fixture *f = *state;
    bool ok;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(sz_yaml_bool(read(f, rows[i].text), &ok), rows[i].is);
        assert_int_equal(ok, rows[i].ok);
    }
    assert_false(sz_yaml_bool(NULL, &ok));
    assert_false(ok);
}

static void test_many_keys_are_compared_by_a_map(void **state) {
    diag_fixture *f = *state;
    sz_buf text;
    sz_buf_init(&text);
    for (int i = 0; i < 2000; i++) sz_buf_printf(&text, "k%d: {a: %d}\n", i, i);
    sz_buf_put_z(&text, "k7: again\nk1999: again\nk2000: new\n");
    sz_yaml *root = NULL;
    assert_int_equal(parse(f, (const char *)text.p, text.n, &root), SZ_FINDINGS);
    assert_int_equal(root->n, 2001);
    assert_int_equal(f->diags.n, 2);
    assert_string_equal(f->diags.v[0].message, "`k7` is already given on line 8");
    assert_string_equal(f->diags.v[1].message, "`k1999` is already given on line 2000");
    sz_buf_fini(&text);
}

static sz_str source_of(sz_span s) { return (sz_str){s.src->p + s.off, s.len}; }

static void test_spans_are_bytes_of_the_source(void **state) {
    static const char text[] = "\xef\xbb\xbf标题: '晚归'  # 说明\n"
                               "rules:\n"
                               "  - {zh: 近 30 天, n: [1, \"二\"]}\n"
                               "  - when: a &&\n"
                               "      b\n"
                               "    none:\n"
                               "\n"
                               "last: 完\n";
    diag_fixture *f = *state;
    sz_yaml *root = read(f, text);
    sz_yaml *rules = sz_yaml_get(root, "rules"), *first = rules->items[0], *second = rules->items[1];
    assert_true(sz_str_is(source_of(root->keys[0]->span), "标题"));
    assert_true(sz_str_is(source_of(root->items[0]->span), "'晚归'"));
    assert_true(sz_str_is(source_of(first->span), "{zh: 近 30 天, n: [1, \"二\"]}"));
    assert_true(sz_str_is(source_of(sz_yaml_get(first, "zh")->span), "近 30 天"));
    assert_true(sz_str_is(source_of(sz_yaml_get(first, "n")->span), "[1, \"二\"]"));
    assert_true(sz_str_is(source_of(sz_yaml_get(first, "n")->items[1]->span), "\"二\""));
    assert_true(sz_str_is(source_of(sz_yaml_get(second, "when")->span), "a &&\n      b"));
    assert_true(sz_str_is(source_of(second->span), "when: a &&\n      b\n    none:"));
    assert_int_equal(sz_yaml_get(second, "none")->span.len, 0);
    assert_true(sz_str_is(source_of(rules->span), "- {zh: 近 30 天, n: [1, \"二\"]}\n"
                                                  "  - when: a &&\n      b\n    none:"));
    assert_int_equal(root->span.off, 3);
    assert_int_equal(root->span.off + root->span.len, sizeof text - 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, diag_set_up, diag_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_parse_builds_the_tree),
        TEST(test_parse_keeps_what_was_read_before_an_error),
        TEST(test_parse_allows_64_levels_and_no_more),
        TEST(test_parse_of_a_megabyte_of_brackets_is_quick),
        TEST(test_get_finds_values_by_key),
        TEST(test_bool_is_true_or_false_only),
        TEST(test_many_keys_are_compared_by_a_map),
        TEST(test_spans_are_bytes_of_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

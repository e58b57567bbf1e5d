/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml: places inside scalars. Besides rows, random documents whose every value byte is looked up in the source.
 */
#include <sanzao/yaml.h>

#include "support/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))

static void test_value_span_finds_the_place(void **state) {
    static const struct {
        const char *text;   /* a mapping with one key */
        const char *wanted; /* in the value */
        const char *is;     /* in the source */
    } rows[] = {
        {"a: x {b} y\n", "{b}", "{b}"},
        {"a: '近 {b} 次'\n", "{b}", "{b}"},
        {"a: 'it''s {b}'\n", "'s {b", "''s {b"},
        {"a: \"q\\\"{b}\\n\"\n", "{b}\n", "{b}\\n"},
        {"a: \"\\u665a{b}\"\n", "晚", "\\u665a"},
        {"a: \"\\x41\\U0001F600\\_{b}\"\n", "{b}", "{b}"},
        {"a: \"x\n   y {b}\"\n", "y {b}", "y {b}"},
        {"a: \"x\n   y {b}\"\n", "x y", "x\n   y"},
        {"a: \"x\\\n   \\ y {b}\"\n", "x y", "x\\\n   \\ y"},
        {"a: x\n  y\n\n  {b}\n", "{b}", "{b}"},
        {"a: x\n  y\n\n  {b}\n", "y\n{", "y\n\n  {"},
        {"a: |\n  x\n   {b}\n  z\n", "{b}", "{b}"},
        {"a: |\n  x\n  y\n", "x\ny", "x\n  y"},
        {"a: |2\n   x {b}\n", " x", " x"},
        {"a: >-\n  x\n  {b}\n\n  z\n", "{b}", "{b}"},
        {"a: >\n  x\n  y\n\n   more {b}\n  z\n", "more {b}", "more {b}"},
        {"a: | # why\n  晚归 {b}\n", "{b}", "{b}"},
        {"a: |\r\n  x\r\n  {b}\r\n", "{b}", "{b}"},
        {"a:\n- b:\n  - |\n    x {b}\n", "{b}", "{b}"},
    };
    sz_arena a;
    sz_diags d;
    (void)state;
    sz_arena_init(&a);
    sz_diags_init(&d);
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_yaml *root;
        assert_int_equal(sz_yaml_parse(&a, sz_source_new(&a, "x", rows[i].text, strlen(rows[i].text)), &d, &root),
                         SZ_OK);
        const sz_yaml *n = root->items[0];
        while (n->kind != SZ_YAML_SCALAR) n = n->items[0];
        const char *at = strstr(n->text.p, rows[i].wanted);
        if (!at) fail_msg("row %zu: the value is %s", i, n->text.p);
        sz_span s = sz_yaml_value_span(n, (size_t)(at - n->text.p), strlen(rows[i].wanted));
        if (!sz_str_is((sz_str){s.src->p + s.off, s.len}, rows[i].is))
            fail_msg("row %zu: %.*s", i, (int)s.len, s.src->p + s.off);
    }
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

static void test_value_span_at_its_edges(void **state) {
    sz_arena a;
    sz_diags d;
    sz_yaml *root;
    static const char text[] = "a: 'xy'\nb: xy\nc: ''\nd: [1]\ne:\nf: |\n  x\n";
    (void)state;
    sz_arena_init(&a);
    sz_diags_init(&d);
    assert_int_equal(sz_yaml_parse(&a, sz_source_new(&a, "x", text, strlen(text)), &d, &root), SZ_OK);
    sz_span s = sz_yaml_value_span(root->items[0], 2, 0); /* behind the last byte: before the quote */
    assert_true(s.off == 6 && s.len == 0);
    s = sz_yaml_value_span(root->items[0], 99, 99);
    assert_true(s.off == 6 && s.len == 0);
    s = sz_yaml_value_span(root->items[0], 1, 99);
    assert_true(s.off == 5 && s.len == 1);
    s = sz_yaml_value_span(root->items[1], 2, 1);
    assert_true(s.off == 13 && s.len == 0);
    s = sz_yaml_value_span(root->items[2], 0, 0);
    assert_true(s.off == 18 && s.len == 0);
    s = sz_yaml_value_span(root->items[3], 0, 1); /* no scalar: the node */
    assert_true(s.off == root->items[3]->span.off && s.len == 3);
    s = sz_yaml_value_span(root->items[4], 0, 1);
    assert_int_equal(s.len, 0);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

/* ---- random documents ---- */

static const char *const words[] = {"a",  "bc", "晚归", "{x}", "é",  "30",   "-",   "it's", "\"q\"", "b:c",
                                    "#1", "\\", "，",   "😀",   "%d", "&amp", "[y]", "null", "~",     "!"};

static void put_spaces(sz_buf *b, uint64_t n) {
    while (n--) sz_buf_put_u8(b, ' ');
}

static void put_line_end(sz_buf *b, draw *d, const char *end) {
    sz_buf_put_z(b, end);
    while (draw_below(d, 4) == 0) {
        put_spaces(b, draw_below(d, 2)); /* an empty line may have blanks, fewer than the indentation */
        sz_buf_put_z(b, end);
    }
}

static void put_plain(sz_buf *b, draw *d, uint64_t indent, const char *end, bool is_flow) {
    sz_buf_put_z(b, "p");
    for (uint64_t n = draw_below(d, 8); n > 0; n--) {
        if (draw_below(d, 4) == 0) {
            put_line_end(b, d, end);
            put_spaces(b, indent + draw_below(d, 3));
        } else {
            put_spaces(b, 1 + draw_below(d, 2));
        }
        const char *word = words[draw_below(d, COUNT(words))];
        if (is_flow && strpbrk(word, "{}[],")) word = "w";
        if (word[0] == '#') word = "w#";
        sz_buf_put_z(b, word);
    }
}

static void put_single(sz_buf *b, draw *d, uint64_t indent, const char *end) {
    sz_buf_put_u8(b, '\'');
    for (uint64_t n = draw_below(d, 8); n > 0; n--) {
        for (const char *w = words[draw_below(d, COUNT(words))]; *w; w++) {
            if (*w == '\'') sz_buf_put_u8(b, '\'');
            sz_buf_put_u8(b, (uint8_t)*w);
        }
        if (draw_below(d, 4) == 0) {
            put_line_end(b, d, end);
            put_spaces(b, indent + draw_below(d, 3));
        } else {
            put_spaces(b, draw_below(d, 3));
        }
    }
    sz_buf_put_u8(b, '\'');
}

static void put_double(sz_buf *b, draw *d, uint64_t indent, const char *end) {
    static const char *const escapes[] = {"\\n",         "\\t", "\\\"", "\\\\", "\\x41", "\\u665a",
                                          "\\U0001F600", "\\_", "\\N",  "\\L",  "\\ "};
    sz_buf_put_u8(b, '"');
    for (uint64_t n = draw_below(d, 8); n > 0; n--) {
        const char *word = words[draw_below(d, COUNT(words))];
        sz_buf_put_z(b, strpbrk(word, "\"\\") ? escapes[draw_below(d, COUNT(escapes))] : word);
        switch (draw_below(d, 6)) {
        case 0:
            put_line_end(b, d, end);
            put_spaces(b, indent + draw_below(d, 3));
            break;
        case 1:
            sz_buf_put_u8(b, '\\');
            sz_buf_put_z(b, end);
            put_spaces(b, indent + draw_below(d, 3));
            break;
        default: put_spaces(b, draw_below(d, 3));
        }
    }
    sz_buf_put_u8(b, '"');
}

/* indent: of the block that it stands in. */
static void put_block(sz_buf *b, draw *d, uint64_t indent, const char *end) {
    static const char *const chomps[] = {"", "-", "+"};
    uint64_t more = 1 + draw_below(d, 3);
    bool is_explicit = draw_below(d, 2);
    sz_buf_put_u8(b, draw_below(d, 2) ? '|' : '>');
    if (is_explicit) sz_buf_put_dec(b, (int64_t)more);
    sz_buf_put_z(b, chomps[draw_below(d, 3)]);
    if (draw_below(d, 4) == 0) sz_buf_put_z(b, "  # why");
    put_line_end(b, d, end);
    for (uint64_t n = 1 + draw_below(d, 6), i = 0; i < n; i++) {
        put_spaces(b, indent + more);
        if (is_explicit || i > 0) put_spaces(b, draw_below(d, 3) / 2 * draw_below(d, 3));
        sz_buf_put_z(b, "t");
        for (uint64_t k = draw_below(d, 5); k > 0; k--) {
            put_spaces(b, draw_below(d, 3));
            sz_buf_put_z(b, words[draw_below(d, COUNT(words))]);
        }
        put_line_end(b, d, end);
    }
}

static void put_flow(sz_buf *b, draw *d, uint64_t indent, const char *end, int depth) {
    switch (draw_below(d, depth > 0 ? 5 : 3)) {
    case 0: put_plain(b, d, indent, end, true); return;
    case 1: put_single(b, d, indent, end); return;
    case 2: put_double(b, d, indent, end); return;
    case 3:
        sz_buf_put_u8(b, '[');
        for (uint64_t n = draw_below(d, 4); n > 0; n--) {
            put_flow(b, d, indent, end, depth - 1);
            if (n > 1) sz_buf_put_z(b, ", ");
        }
        sz_buf_put_u8(b, ']');
        return;
    default:
        sz_buf_put_u8(b, '{');
        for (uint64_t n = draw_below(d, 4); n > 0; n--) {
            sz_buf_printf(b, "键%d: ", (int)n);
            put_flow(b, d, indent, end, depth - 1);
            if (n > 1) sz_buf_put_z(b, ", ");
        }
        sz_buf_put_u8(b, '}');
    }
}

/* Items or keys in column `indent`, each ending with a line end. */
static void put_node(sz_buf *b, draw *d, uint64_t indent, const char *end, int depth) {
    bool is_map = draw_below(d, 3) > 0;
    for (uint64_t n = 1 + draw_below(d, 4); n > 0; n--) {
        put_spaces(b, indent);
        if (is_map) sz_buf_printf(b, "k%d:", (int)n);
        else sz_buf_put_u8(b, '-');
        uint64_t kind = draw_below(d, depth > 0 ? 7 : 5);
        if (kind >= 5) {
            sz_buf_put_z(b, end);
            put_node(b, d, indent + 1 + draw_below(d, 3), end, depth - 1);
            continue;
        }
        put_spaces(b, 1 + draw_below(d, 2));
        if (kind == 0) put_plain(b, d, indent + 1, end, false);
        if (kind == 1) put_single(b, d, indent + 1, end);
        if (kind == 2) put_double(b, d, indent + 1, end);
        if (kind == 3) put_flow(b, d, indent + 1, end, 2);
        if (kind == 4) put_block(b, d, indent, end);
        else sz_buf_put_z(b, end);
    }
}

/* What a piece of the source between quotes, or without, says for one character of the value. */
static bool says(sz_yaml_style style, sz_str source, sz_str value) {
    if (sz_str_eq(source, value)) return true;
    if (sz_str_is(value, " ") || sz_str_is(value, "\n")) { /* a fold, a line end, an escape */
        if (style == SZ_YAML_DOUBLE && (sz_str_is(source, "\\n") || sz_str_is(source, "\\ "))) return true;
        bool has_break = false;
        for (size_t i = 0; i < source.n; i++) {
            if (!strchr(" \t\r\n", source.p[i])) return false;
            has_break |= source.p[i] == '\n' || source.p[i] == '\r';
        }
        return has_break;
    }
    if (style == SZ_YAML_SINGLE) return sz_str_is(value, "'") && sz_str_is(source, "''");
    if (style != SZ_YAML_DOUBLE || source.n < 2 || source.p[0] != '\\') return false;
    static const char *const pairs[][2] = {
        {"\\t", "\t"},       {"\\\"", "\""},      {"\\\\", "\\"},       {"\\x41", "A"},          {"\\u665a", "晚"},
        {"\\_", "\xc2\xa0"}, {"\\N", "\xc2\x85"}, {"\\U0001F600", "😀"}, {"\\L", "\xe2\x80\xa8"}, {"\\a", "?"},
        {"\\b", "?"},        {"\\0", "?"},        {"\\\t", "\t"}};
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (sz_str_is(source, pairs[i][0])) return sz_str_is(value, pairs[i][1]);
    return false;
}

static void check_scalar(const sz_yaml *n, size_t *n_checked) {
    size_t len, before = n->span.off;
    for (size_t i = 0; i < n->text.n; i += len, ++*n_checked) {
        sz_utf8_next(n->text.p + i, n->text.n - i, &len);
        sz_span s = sz_yaml_value_span(n, i, len);
        sz_str source = {s.src->p + s.off, s.len}, value = {n->text.p + i, len};
        if (s.off < before || s.off + s.len > n->span.off + n->span.len || !says(n->style, source, value))
            fail_msg("style %d, byte %zu `%.*s` is at `%.*s`:\n%.*s\nin\n%s", n->style, i, SZ_FMT_STR(value),
                     SZ_FMT_STR(source), (int)n->span.len, s.src->p + n->span.off, s.src->p);
        before = s.off + s.len;
    }
    if (n->text.n == 0) return;
    sz_span all = sz_yaml_value_span(n, 0, n->text.n), last = sz_yaml_value_span(n, n->text.n, 0);
    assert_true(all.off + all.len == before && last.len == 0 && last.off >= before);
}

static void check_tree(const sz_yaml *n, size_t *n_checked) {
    if (n->kind == SZ_YAML_SCALAR) check_scalar(n, n_checked);
    for (size_t i = 0; i < n->n; i++) {
        if (n->kind == SZ_YAML_MAP) check_scalar(n->keys[i], n_checked);
        assert_true(n->items[i]->span.off >= n->span.off);
        assert_true(n->items[i]->span.off + n->items[i]->span.len <= n->span.off + n->span.len);
        check_tree(n->items[i], n_checked);
    }
}

static void test_value_spans_of_random_documents_say_the_value(void **state) {
    sz_arena a;
    sz_diags d;
    sz_buf text;
    size_t n_checked = 0;
    (void)state;
    sz_arena_init(&a);
    sz_diags_init(&d);
    sz_buf_init(&text);
    for (uint64_t seed = 0; seed < 4000; seed++) {
        draw r = draw_of(seed);
        sz_yaml *root = NULL;
        sz_buf_clear(&text);
        sz_arena_reset(&a);
        if (draw_below(&r, 4) == 0) sz_buf_put_z(&text, "\xef\xbb\xbf");
        if (draw_below(&r, 4) == 0) sz_buf_put_z(&text, "# 说明\n");
        put_node(&text, &r, 0, draw_below(&r, 4) ? "\n" : "\r\n", 3);
        const sz_source *s = sz_source_new(&a, "x", text.p, text.n);
        if (sz_yaml_parse(&a, s, &d, &root) != SZ_OK) {
            sz_buf_clear(&text);
            sz_diag_print(&text, &d.v[0], SZ_EN, false);
            fail_msg("seed %d: %.*s\n%s", (int)seed, SZ_FMT_STR(sz_buf_str(&text)), s->p);
        }
        check_tree(root, &n_checked);
    }
    assert_true(n_checked > 200000);
    sz_buf_fini(&text);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

/* Damaged documents: nothing crashes, spans stay inside, every value still says itself where there was no error. */
static void test_damaged_documents_are_survived(void **state) {
    static const char *const bits[] = {"{",  "}",  "[",  "]",     ":",     ": ", "- ", "\n", "\n  ", "\"",   "'",
                                       "#",  " #", "|",  "> ",    "&a",    "*b", "!c", "%",  "@",    "`",    ",",
                                       "? ", "\t", "\\", "---\n", "...\n", "：", "，", "　", "\r",   "\xff", "\0"};
    sz_arena a;
    sz_diags d;
    sz_buf text, out;
    (void)state;
    sz_arena_init(&a);
    sz_buf_init(&text);
    sz_buf_init(&out);
    for (uint64_t seed = 0; seed < 4000; seed++) {
        draw r = draw_of(seed + 1000000);
        sz_yaml *root = NULL;
        sz_buf_clear(&text);
        sz_arena_reset(&a);
        sz_diags_init(&d);
        put_node(&text, &r, 0, "\n", 2);
        for (uint64_t n = 1 + draw_below(&r, 3); n > 0; n--) {
            const char *bit = bits[draw_below(&r, COUNT(bits))];
            size_t at = draw_below(&r, text.n), k = bit[0] ? strlen(bit) : 1;
            sz_buf_reserve(&text, k);
            memmove(text.p + at + k, text.p + at, text.n - at);
            memcpy(text.p + at, bit, k);
            text.n += k;
        }
        const sz_source *s = sz_source_new(&a, "x", text.p, text.n);
        sz_status status = sz_yaml_parse(&a, s, &d, &root);
        size_t n_checked = 0;
        if (status == SZ_OK && root) check_tree(root, &n_checked);
        assert_int_equal(status == SZ_FINDINGS, d.n_errors > 0);
        sz_buf_clear(&out);
        for (size_t i = 0; i < d.n; i++) {
            assert_true(d.v[i].code >= 1 && d.v[i].code <= 18 && d.v[i].span.src == s);
            assert_true((size_t)d.v[i].span.off + d.v[i].span.len <= s->n);
            sz_diag_print(&out, &d.v[i], SZ_ZH, true);
            sz_diag_json(&out, &d.v[i], SZ_EN);
        }
        sz_diags_fini(&d);
    }
    sz_buf_fini(&out);
    sz_buf_fini(&text);
    sz_arena_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_span_finds_the_place),
        cmocka_unit_test(test_value_span_at_its_edges),
        cmocka_unit_test(test_value_spans_of_random_documents_say_the_value),
        cmocka_unit_test(test_damaged_documents_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

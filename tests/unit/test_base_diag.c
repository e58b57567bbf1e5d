/* SPDX-License-Identifier: Apache-2.0
 *
 * source, diag, diagprint, json, jsondouble.
 */
#include <sanzao/base.h>

#include "support/diag_fixture.h"
#include "support/draw.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))

static void assert_out(diag_fixture *f, const char *expected) {
    sz_buf_put_u8(&f->out, '\0');
    assert_string_equal((const char *)f->out.p, expected);
    sz_buf_clear(&f->out);
}

/* Span of the first place of `word` in the text. */
static sz_span span_of(const sz_source *s, const char *word) {
    const char *at = strstr(s->p, word);
    assert_non_null(at);
    return (sz_span){s, (uint32_t)(at - s->p), (uint32_t)strlen(word)};
}

static void test_source_locates_lines_and_characters(void **state) {
    static const struct {
        const char *text;
        size_t off;
        uint32_t line, column;
    } rows[] = {
        {"", 0, 1, 1},
        {"abc", 0, 1, 1},
        {"abc", 3, 1, 4},
        {"abc", 99, 1, 4},
        {"a\nb", 1, 1, 2},
        {"a\nb", 2, 2, 1},
        {"a\r\nb", 3, 2, 1},
        {"a\rb\rc", 4, 3, 1},
        {"a\n", 2, 2, 1},
        {"晚归 x", 7, 1, 4},
        {"\xef\xbb\xbf"
         "abc",
         4, 1, 2}, /* a BOM is no column */
        {"\xef\xbb\xbf"
         "abc",
         0, 1, 1},
    };
    diag_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t line, column;
        const sz_source *s = sz_source_new(&f->arena, "x", rows[i].text, strlen(rows[i].text));
        sz_source_locate(s, rows[i].off, &line, &column);
        if (line != rows[i].line || column != rows[i].column) fail_msg("row %zu: %u:%u", i, line, column);
    }
}

static void test_source_lines_come_without_their_ends(void **state) {
    diag_fixture *f = *state;
    const sz_source *s = sz_source_new(&f->arena, "x",
                                       "\xef\xbb\xbf"
                                       "a\r\n\r\nb\rc\n",
                                       12);
    assert_int_equal(s->n_lines, 5);
    assert_true(sz_str_is(sz_source_line(s, 1), "a"));
    assert_true(sz_str_is(sz_source_line(s, 2), ""));
    assert_true(sz_str_is(sz_source_line(s, 3), "b"));
    assert_true(sz_str_is(sz_source_line(s, 4), "c"));
    assert_true(sz_str_is(sz_source_line(s, 5), ""));
    assert_true(sz_str_is(sz_source_line(s, 6), ""));
    assert_true(sz_str_is(sz_source_line(s, 0), ""));
}

static void test_print_looks_like_the_golden_page(void **state) {
    static const char text[] = "\n\n\n\n\n\n\n\n"
                               "    when: student.college == \"彭康书院\" && late_night_7d >= 3\n\n\n\n\n\n"
                               "      zh: 近 30 天食堂就餐 {meal_30d} 次，共 {meal_spend_30d}\n";
    diag_fixture *f = *state;
    const sz_source *s = sz_source_new(&f->arena, "rules/local/meals.yaml", text, sizeof text - 1);
    sz_diag *g = sz_diags_add(&f->diags, SZ_ERROR, 42, span_of(s, "late_night_7d"), "nothing is named `%s`",
                              "没有名为 `%s` 的特征或参数", "late_night_7d");
    sz_diag_hint(&f->diags, g, "did you mean `%s`?  (%s:%d)", "是不是 `%s`？（%s:%d）", "late_nights_7d", "a.yaml", 14);
    sz_diags_add(&f->diags, SZ_WARNING, 60, span_of(s, "{meal_30d}"), "the message names `meal_30d`", NULL);
    sz_diag_print(&f->out, &f->diags.v[0], SZ_EN, false);
    sz_diag_print(&f->out, &f->diags.v[1], SZ_ZH, false); /* without Chinese the English is shown */
    assert_out(f, "rules/local/meals.yaml:9:40: error[SZ042]: nothing is named `late_night_7d`\n"
                  "   9 |     when: student.college == \"彭康书院\" && late_night_7d >= 3\n"
                  "     |                                            ^^^^^^^^^^^^^\n"
                  "     = did you mean `late_nights_7d`?  (a.yaml:14)\n"
                  "rules/local/meals.yaml:15:22: 警告[SZ060]：the message names `meal_30d`\n"
                  "  15 |       zh: 近 30 天食堂就餐 {meal_30d} 次，共 {meal_spend_30d}\n"
                  "     |                            ^^^^^^^^^^\n");
}

static void test_print_in_chinese(void **state) {
    diag_fixture *f = *state;
    const sz_source *s = sz_source_new(&f->arena, "a.yaml", "级别: 蓝\n", 12);
    sz_diag *g = sz_diags_add(&f->diags, SZ_WARNING, 7, span_of(s, "蓝"), "no level `%s`", "没有级别 `%s`", "蓝");
    sz_diag_hint(&f->diags, g, "write %s", "写成 %s", "blue");
    sz_diag_print(&f->out, g, SZ_ZH, false);
    assert_out(f, "a.yaml:1:5: 警告[SZ007]：没有级别 `蓝`\n   1 | 级别: 蓝\n     |       ^^\n     = 写成 blue\n");
    sz_diags_add(&f->diags, SZ_NOTE, 0, (sz_span){NULL, 0, 0}, "nothing is loaded", NULL);
    sz_diag_print(&f->out, &f->diags.v[1], SZ_ZH, false);
    sz_diag_print(&f->out, &f->diags.v[1], SZ_EN, false);
    assert_out(f, "说明：nothing is loaded\nnote: nothing is loaded\n");
}

static void test_print_carets_stand_under_their_text(void **state) {
    static const struct {
        const char *text;
        uint32_t off, len;
        const char *lines;
    } rows[] = {
        {"ab", 0, 0, "   1 | ab\n     | ^\n"},      /* an empty span has one caret */
        {"ab", 2, 0, "   1 | ab\n     |   ^\n"},    /* behind the end */
        {"ab\ncd", 1, 4, "   1 | ab\n     |  ^\n"}, /* over lines: to the end of the first */
        {"ab\ncd", 2, 2, "   1 | ab\n     |   ^\n"},
        {"\tab", 1, 1, "   1 |     ab\n     |     ^\n"},
        {"\tab", 0, 1, "   1 |     ab\n     | ^^^^\n"},
        {"x\tab", 2, 2, "   1 | x   ab\n     |     ^^\n"},
        {"晚\t归b", 4, 3, "   1 | 晚  归b\n     |     ^^\n"},
        {"e\xcc\x81x", 3, 1, "   1 | e\xcc\x81x\n     |  ^\n"},
        {"a\x1b[31mb", 6, 1, "   1 | a\xef\xbf\xbd[31mb\n     |       ^\n"}, /* no escape reaches the terminal */
        {"a\xff b", 3, 1, "   1 | a\xef\xbf\xbd b\n     |    ^\n"},
        {"a\xe2\x80\xae"
         "b",
         4, 1,
         "   1 | a\xef\xbf\xbd"
         "b\n     |   ^\n"}, /* nor a change of direction */
        {"\xef\xbb\xbf"
         "ab",
         0, 4, "   1 | ab\n     | ^\n"},
    };
    diag_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const sz_source *s = sz_source_new(&f->arena, "x", rows[i].text, strlen(rows[i].text));
        sz_diag g = {SZ_ERROR, 1, {s, rows[i].off, rows[i].len}, "m", NULL, NULL, NULL, false};
        sz_diag_print(&f->out, &g, SZ_EN, false);
        sz_buf_put_u8(&f->out, '\0');
        const char *lines = strchr((const char *)f->out.p, '\n') + 1;
        if (strcmp(lines, rows[i].lines) != 0) fail_msg("row %zu:\n%s", i, lines);
        sz_buf_clear(&f->out);
    }
}

static void test_print_widens_its_gutter_and_cuts_long_lines(void **state) {
    diag_fixture *f = *state;
    char *text = sz_arena_alloc(&f->arena, 20000);
    memset(text, '\n', 12344);
    memset(text + 12344, 'a', 1000);
    memcpy(text + 12344 + 500, "XYZ", 3);
    const sz_source *s = sz_source_new(&f->arena, "x", text, 12344 + 1000);
    sz_diag g = {SZ_ERROR, 1, span_of(s, "XYZ"), "m", NULL, "h", NULL, false};
    sz_diag_print(&f->out, &g, SZ_EN, false);
    sz_buf_put_u8(&f->out, '\0');
    const char *out = (const char *)f->out.p;
    assert_non_null(strstr(out, "x:12345:501: error[SZ001]: m\n12345 | …aaa"));
    assert_non_null(strstr(out, "aaa…\n      |"));
    assert_non_null(strstr(out, "^^^\n      = h\n"));
    const char *line = strstr(out, "12345 |"), *carets = strchr(line, '\n') + 1;
    size_t cells = (size_t)(strstr(line, "XYZ") - line) - 2; /* the … is three bytes and one cell */
    assert_int_equal(strchr(carets, '^') - carets, cells);
    assert_true(strlen(line) < 500);
}

static void test_print_in_color_wraps_the_same_text(void **state) {
    diag_fixture *f = *state;
    const sz_source *s = sz_source_new(&f->arena, "x", "ab", 2);
    sz_diag g = {SZ_ERROR, 1, {s, 0, 1}, "m", NULL, "h", NULL, false};
    sz_buf plain;
    sz_buf_init(&plain);
    sz_diag_print(&plain, &g, SZ_EN, false);
    sz_diag_print(&f->out, &g, SZ_EN, true);
    assert_true(f->out.n > plain.n);
    size_t k = 0;
    for (size_t i = 0; i < f->out.n; i++) {
        if (f->out.p[i] == 033)
            while (f->out.p[i] != 'm') i++;
        else assert_true(k < plain.n && f->out.p[i] == plain.p[k++]);
    }
    assert_int_equal(k, plain.n);
    assert_null(memchr(plain.p, 033, plain.n));
    sz_buf_fini(&plain);
}

static void test_diags_keep_ten_thousand_and_count_all(void **state) {
    diag_fixture *f = *state;
    for (int i = 0; i < 12000; i++) {
        sz_diag *g = sz_diags_add(&f->diags, i % 2 ? SZ_ERROR : SZ_WARNING, 1, (sz_span){NULL, 0, 0}, "%d", NULL, i);
        sz_diag_hint(&f->diags, g, "h%d", NULL, i);
    }
    assert_int_equal(f->diags.n, 10000);
    assert_int_equal(f->diags.n_errors, 6000);
    assert_int_equal(f->diags.n_warnings, 6000);
    assert_string_equal(f->diags.v[9999].message, "9999");
    assert_string_equal(f->diags.v[9999].hint, "h9999");
}

static void test_diags_sort_by_file_place_and_code(void **state) {
    diag_fixture *f = *state;
    const sz_source *a = sz_source_new(&f->arena, "a", "0123456789", 10), *b = sz_source_new(&f->arena, "b", "0123", 4);
    const sz_span none = {NULL, 0, 0};
    sz_diags_add(&f->diags, SZ_ERROR, 5, (sz_span){b, 0, 1}, "7", NULL);
    sz_diags_add(&f->diags, SZ_ERROR, 5, (sz_span){a, 9, 1}, "6", NULL);
    sz_diags_add(&f->diags, SZ_ERROR, 9, (sz_span){a, 2, 1}, "4", NULL);
    sz_diags_add(&f->diags, SZ_ERROR, 3, (sz_span){a, 2, 3}, "2", NULL);
    sz_diags_add(&f->diags, SZ_ERROR, 3, (sz_span){a, 2, 1}, "3", NULL); /* equal: in the order of finding */
    sz_diags_add(&f->diags, SZ_ERROR, 9, (sz_span){a, 2, 1}, "5", NULL);
    sz_diags_add(&f->diags, SZ_ERROR, 9, none, "0", NULL);
    sz_diags_add(&f->diags, SZ_ERROR, 1, none, "1", NULL);
    sz_diags_sort(&f->diags);
    for (size_t i = 0; i < f->diags.n; i++) assert_int_equal(f->diags.v[i].message[0], '0' + (int)i);
}

static void test_diag_json_has_all_fields(void **state) {
    diag_fixture *f = *state;
    const sz_source *s = sz_source_new(&f->arena, "a\"b.yaml", "晚归 x", 8);
    sz_diag *g = sz_diags_add(&f->diags, SZ_ERROR, 8, span_of(s, "x"), "say \"%s\"", "说“%s”", "x\n");
    sz_diag_json(&f->out, g, SZ_EN);
    assert_out(f, "{\"file\":\"a\\\"b.yaml\",\"line\":1,\"column\":4,\"severity\":\"error\",\"code\":\"SZ008\","
                  "\"message\":\"say \\\"x\\n\\\"\",\"hint\":null}");
    sz_diag_hint(&f->diags, g, "h", "提示");
    sz_diag_json(&f->out, g, SZ_ZH);
    assert_out(f, "{\"file\":\"a\\\"b.yaml\",\"line\":1,\"column\":4,\"severity\":\"error\",\"code\":\"SZ008\","
                  "\"message\":\"说“x\\n”\",\"hint\":\"提示\"}");
    g = sz_diags_add(&f->diags, SZ_NOTE, 0, (sz_span){NULL, 0, 0}, "m", NULL);
    sz_diag_json(&f->out, g, SZ_EN);
    assert_out(f, "{\"file\":null,\"line\":null,\"column\":null,\"severity\":\"note\",\"code\":null,"
                  "\"message\":\"m\",\"hint\":null}");
}

static void test_json_str_escapes_and_mends(void **state) {
    static const struct {
        const char *text;
        size_t n;
        const char *json;
    } rows[] = {
        {NULL, 0, "\"\""},
        {"plain", 5, "\"plain\""},
        {"晚归 😀", 11, "\"晚归 😀\""},
        {"\"\\/\b\f\n\r\t", 8, "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
        {"\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\x7f\""},
        {"a\xff"
         "b\xe6\x99",
         5,
         "\"a\xef\xbf\xbd"
         "b\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xef\xbf\xbd", 3, "\"\xef\xbf\xbd\""},
    };
    diag_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_json_str(&f->out, (sz_str){rows[i].text, rows[i].n});
        assert_out(f, rows[i].json);
    }
}

static void test_json_double_is_short(void **state) {
    static const struct {
        double v;
        const char *json;
    } rows[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-412, "-412"},
        {412.5, "412.5"},
        {0.1, "0.1"},
        {0.05, "0.05"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {123456.789, "123456.789"},
        {9007199254740991, "9007199254740991"},
        {9007199254740992, "9007199254740992"},
        {1e20, "100000000000000000000"},
        {1e21, "1e21"},
        {1.5e300, "1.5e300"},
        {1e-7, "0.0000001"},
        {1.5e-8, "1.5e-8"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {1e308 * 10, "null"},
    };
    diag_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_json_double(&f->out, rows[i].v);
        assert_out(f, rows[i].json);
    }
}

static void test_json_double_round_trips(void **state) {
    diag_fixture *f = *state;
    draw d = draw_of(29);
    for (int k = 0; k < 60000; k++) {
        uint64_t bits = draw_u64(&d);
        double v, back = 0;
        memcpy(&v, &bits, sizeof v);
        if (k % 3 == 1) v = (double)draw_between(&d, -100000000, 100000000) / (double)draw_between(&d, 1, 10000);
        if (k % 3 == 2) v = (double)draw_between(&d, -1000000000, 1000000000) / 100;
        sz_buf_clear(&f->out);
        sz_json_double(&f->out, v);
        sz_str s = sz_buf_str(&f->out);
        if (sz_str_is(s, "null")) continue;
        char shortest[40];
        for (int n = 1; n <= 17 && (snprintf(shortest, sizeof shortest, "%.*g", n, v), strtod(shortest, NULL) != v);
             n++) {}
        size_t n_digits = 0, n_shortest = 0; /* without leading and trailing zeros */
        for (size_t i = 0, zeros = 0; i < s.n && s.p[i] != 'e'; i++) {
            if (s.p[i] < '0' || s.p[i] > '9') continue;
            if (s.p[i] == '0') zeros += n_digits > 0;
            else n_digits += 1 + zeros, zeros = 0;
        }
        for (size_t i = 0, zeros = 0; shortest[i] && shortest[i] != 'e'; i++) {
            if (shortest[i] < '0' || shortest[i] > '9') continue;
            if (shortest[i] == '0') zeros += n_shortest > 0;
            else n_shortest += 1 + zeros, zeros = 0;
        }
        if (!sz_str_double(s, &back) || memcmp(&v, &back, sizeof v) != 0 || n_digits != n_shortest)
            fail_msg("%.17g is not %.*s (%s)", v, SZ_FMT_STR(s), shortest);
    }
}

/* The texts are glibc's: what it says otherwise one day would be English again. */
static void test_what_the_system_says_is_chinese_in_chinese(void **state) {
    (void)state;
    static const int codes[] = {ENOENT, EACCES, ENOSPC,       EDQUOT, EISDIR, ENOTDIR, EROFS,
                                EIO,    EFBIG,  ENAMETOOLONG, EMFILE, EPERM,  EBUSY,   EPIPE};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        for (const char *p = sz_os_zh(codes[i]); *p; p++)
            if (*p >= 'A' && *p <= 'Z') fail_msg("%s", sz_os_zh(codes[i]));
    assert_string_equal(sz_os_zh(ENOENT), "没有这个文件或文件夹");
    assert_string_equal(sz_os_zh(EDOM), strerror(EDOM));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, diag_set_up, diag_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_source_locates_lines_and_characters),
        TEST(test_source_lines_come_without_their_ends),
        TEST(test_print_looks_like_the_golden_page),
        TEST(test_print_in_chinese),
        TEST(test_print_carets_stand_under_their_text),
        TEST(test_print_widens_its_gutter_and_cuts_long_lines),
        TEST(test_print_in_color_wraps_the_same_text),
        TEST(test_what_the_system_says_is_chinese_in_chinese),
        TEST(test_diags_keep_ten_thousand_and_count_all),
        TEST(test_diags_sort_by_file_place_and_code),
        TEST(test_diag_json_has_all_fields),
        TEST(test_json_str_escapes_and_mends),
        TEST(test_json_double_is_short),
        TEST(test_json_double_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

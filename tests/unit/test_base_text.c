/* SPDX-License-Identifier: Apache-2.0
 *
 * str, utf8, width, distance, number, base64.
 */
#include <sanzao/base.h>

#include "support/draw.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))

static void test_str_compares_bytes_then_length(void **state) {
    (void)state;
    assert_int_equal(sz_str_cmp(SZ_STR("a"), SZ_STR("b")), -1);
    assert_int_equal(sz_str_cmp(SZ_STR("ab"), SZ_STR("a")), 1);
    assert_int_equal(sz_str_cmp(SZ_STR("\xff"), SZ_STR("a")), 1);
    assert_int_equal(sz_str_cmp(sz_str_of(NULL), SZ_STR("")), 0);
    assert_true(sz_str_eq(sz_str_of(NULL), SZ_STR("")));
    assert_true(sz_str_is(SZ_STR("晚归"), "晚归"));
    assert_false(sz_str_is(SZ_STR("晚"), "晚归"));
}

/* Bytes, then length: as one byte after the other says it. */
static int compared(sz_str a, sz_str b) {
    for (size_t i = 0; i < a.n && i < b.n; i++)
        if (a.p[i] != b.p[i]) return (uint8_t)a.p[i] < (uint8_t)b.p[i] ? -1 : 1;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static void test_str_compares_texts_of_any_length(void **state) {
    (void)state;
    enum { LONGEST = 20, TIMES = 200000 };
    draw d = draw_of(7);
    char a[LONGEST], b[LONGEST];
    for (int i = 0; i < TIMES; i++) {
        size_t n = draw_below(&d, LONGEST), m = draw_below(&d, LONGEST), same = draw_below(&d, LONGEST);
        for (size_t k = 0; k < n; k++) a[k] = "\0a\377"[draw_below(&d, 3)];
        for (size_t k = 0; k < m; k++) b[k] = k < same && k < n ? a[k] : "\0a\377"[draw_below(&d, 3)];
        sz_str x = {a, n}, y = {b, m};
        assert_int_equal(sz_str_cmp(x, y), compared(x, y));
    }
}

static size_t found(sz_str s, size_t from, sz_str what) {
    for (size_t i = from; i + what.n <= s.n; i++)
        if (memcmp(s.p + i, what.p, what.n) == 0) return i;
    return SIZE_MAX;
}

static void test_str_find_finds_what_stands_first(void **state) {
    enum { LONGEST = 12, TIMES = 20000 };
    (void)state;
    draw d = draw_of(8);
    char s[LONGEST], what[3];
    for (int i = 0; i < TIMES; i++) {
        size_t n = draw_below(&d, LONGEST), m = draw_below(&d, sizeof what + 1), from = draw_below(&d, (uint32_t)n + 1);
        for (size_t k = 0; k < n; k++) s[k] = "ab\0"[draw_below(&d, 3)];
        for (size_t k = 0; k < m; k++) what[k] = "ab\0"[draw_below(&d, 3)];
        sz_str x = {s, n}, y = {what, m};
        assert_int_equal(sz_str_find(x, from, y), found(x, from, y));
    }
    assert_int_equal(sz_str_find((sz_str){NULL, 0}, 0, SZ_STR("a")), SIZE_MAX);
}

static void test_str_trim_takes_ascii_space_off_both_ends(void **state) {
    (void)state;
    assert_true(sz_str_is(sz_str_trim(SZ_STR(" \t\r\n a b \v\f")), "a b"));
    assert_true(sz_str_is(sz_str_trim(SZ_STR("   ")), ""));
    assert_true(sz_str_is(sz_str_trim(SZ_STR("　a")), "　a"));
}

static void test_hash_is_xxh64(void **state) {
    (void)state;
    assert_true(sz_hash(NULL, 0) == UINT64_C(0xef46db3751d8e999));
    assert_true(sz_hash("abc", 3) == UINT64_C(0x44bc2cf5ad770999));
}

static void test_distance_counts_characters_and_stops_at_the_limit(void **state) {
    static const struct {
        const char *a, *b;
        int limit, is;
    } rows[] = {
        {"late_night_7d", "late_nights_7d", 2, 1},
        {"sielnce", "silence", 2, 1}, /* two neighbours swapped */
        {"kitten", "sitting", 5, 3},
        {"kitten", "sitting", 2, 3},
        {"", "abc", 5, 3},
        {"", "abc", 2, 3},
        {"晚归", "晚旧", 2, 1},
        {"晚归", "晚", 2, 1},
        {"a", "a", 0, 0},
        {"a", "b", 0, 1},
        {"abcdefgh", "hgfedcba", 3, 4},
        {"missed_hours", "missed_28d", 3, 4},
        {"ca", "abc", 3, 3},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int is = sz_str_distance(sz_str_of(rows[i].a), sz_str_of(rows[i].b), rows[i].limit);
        int back = sz_str_distance(sz_str_of(rows[i].b), sz_str_of(rows[i].a), rows[i].limit);
        if (is != rows[i].is || back != is) fail_msg("%s %s: %d, %d", rows[i].a, rows[i].b, is, back);
    }
}

/* The whole table, to check the band against. */
static int plain_distance(const char *a, size_t n, const char *b, size_t m) {
    int t[16][16];
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                t[i][j] = (int)(i + j);
                continue;
            }
            int v = t[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (t[i - 1][j] + 1 < v) v = t[i - 1][j] + 1;
            if (t[i][j - 1] + 1 < v) v = t[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && t[i - 2][j - 2] + 1 < v)
                v = t[i - 2][j - 2] + 1;
            t[i][j] = v;
        }
    }
    return t[n][m];
}

static void test_distance_equals_the_whole_table(void **state) {
    draw d = draw_of(7);
    (void)state;
    for (int k = 0; k < 20000; k++) {
        char a[12], b[12];
        size_t n = draw_below(&d, 12), m = draw_below(&d, 12);
        for (size_t i = 0; i < n; i++) a[i] = (char)('a' + draw_below(&d, 3));
        for (size_t i = 0; i < m; i++) b[i] = (char)('a' + draw_below(&d, 3));
        int whole = plain_distance(a, n, b, m), limit = (int)draw_below(&d, 8);
        int is = sz_str_distance((sz_str){a, n}, (sz_str){b, m}, limit);
        assert_int_equal(is, whole <= limit ? whole : limit + 1);
    }
}

static void test_utf8_refuses_what_is_not_well_formed(void **state) {
    static const struct {
        const char *text;
        bool is_valid;
    } rows[] = {
        {"", true},
        {"plain ascii, longer than a word", true},
        {"晚归 é 𠀀 \xef\xbf\xbd", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\x80", false},     /* a tail alone */
        {"\xc0\xaf", false}, /* overlong */
        {"\xc1\xbf", false},
        {"\xe0\x9f\xbf", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xed\xa0\x80", false},     /* surrogate */
        {"\xf4\x90\x80\x80", false}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", false},
        {"\xe6\x99", false}, /* cut */
        {"12345678\xe6\x99", false},
        {"\xcd\xed\xb9\xe9", false}, /* GBK */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (sz_utf8_valid(rows[i].text, strlen(rows[i].text)) != rows[i].is_valid) fail_msg("row %zu", i);
}

static void test_utf8_next_decodes_every_character(void **state) {
    (void)state;
    for (uint32_t c = 1; c < 0x110000; c++) {
        if (c >= 0xd800 && c < 0xe000) continue;
        char text[4];
        size_t n, len;
        if (c < 0x80) {
            text[0] = (char)c, n = 1;
        } else if (c < 0x800) {
            text[0] = (char)(0xc0 | c >> 6), text[1] = (char)(0x80 | (c & 63)), n = 2;
        } else if (c < 0x10000) {
            text[0] = (char)(0xe0 | c >> 12), text[1] = (char)(0x80 | (c >> 6 & 63)), text[2] = (char)(0x80 | (c & 63));
            n = 3;
        } else {
            text[0] = (char)(0xf0 | c >> 18), text[1] = (char)(0x80 | (c >> 12 & 63));
            text[2] = (char)(0x80 | (c >> 6 & 63)), text[3] = (char)(0x80 | (c & 63)), n = 4;
        }
        if (sz_utf8_next(text, n, &len) != c || len != n || !sz_utf8_valid(text, n)) fail_msg("U+%04X", c);
        if (n > 1 && (sz_utf8_next(text, n - 1, &len) != 0xfffd || len != 1)) fail_msg("U+%04X cut", c);
    }
}

static void test_width_counts_cells(void **state) {
    static const struct {
        const char *text;
        size_t cells;
    } rows[] = {
        {"abc", 3},       {"晚归", 4}, {"：", 2},   {"é", 1},
        {"e\xcc\x81", 1}, /* e and a combining acute */
        {"한", 2},        {"ａ", 2},   {"ｱ", 1},    {"\xe2\x80\x8b", 0},
        {"😀", 2},         {"𠀀", 2},   {"…", 1},    {"\xc2\xad", 1}, /* a soft hyphen */
        {"กำ", 2},        {"", 0},     {"\xff", 1}, {"　", 2},
        {"“", 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (sz_text_width(sz_str_of(rows[i].text)) != rows[i].cells)
            fail_msg("%s: %zu", rows[i].text, sz_text_width(sz_str_of(rows[i].text)));
}

static void test_i64_is_strict(void **state) {
    static const struct {
        const char *text;
        bool ok;
        int64_t v;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x1", false, 0},
        {"１", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t v = 0;
        bool ok = sz_str_i64(sz_str_of(rows[i].text), &v);
        if (ok != rows[i].ok || v != rows[i].v) fail_msg("%s", rows[i].text);
    }
}

static void test_double_is_decimal_only(void **state) {
    static const struct {
        const char *text;
        bool ok;
        double v;
    } rows[] = {
        {"0", true, 0},
        {"12.50", true, 12.5},
        {".5", true, .5},
        {"5.", true, 5},
        {"-3e2", true, -300},
        {"1E+2", true, 100},
        {"0.1", true, 0.1},
        {"123456789012345678901234567890", true, 123456789012345678901234567890.0},
        {"9007199254740993", true, 9007199254740992.0},
        {"9007199254740993.0000000000000000000000000001", true, 9007199254740994.0},
        {"2.2250738585072014e-308", true, 2.2250738585072014e-308},
        {"4.9e-324", true, 4.9e-324},
        {"1e-400", true, 0},
        {"0e999999999999", true, 0},
        {"1.7976931348623157e308", true, 1.7976931348623157e308},
        {"1e999", false, 0},
        {"1e99999999999999999999", false, 0},
        {"", false, 0},
        {".", false, 0},
        {"-", false, 0},
        {"1e", false, 0},
        {"1e+", false, 0},
        {"1,5", false, 0},
        {"1.2.3", false, 0},
        {"0x10", false, 0},
        {"inf", false, 0},
        {"nan", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        double v = 0;
        bool ok = sz_str_double(sz_str_of(rows[i].text), &v);
        if (ok != rows[i].ok || memcmp(&v, &rows[i].v, sizeof v) != 0) fail_msg("%s: %.17g", rows[i].text, v);
    }
}

static void test_double_equals_strtod(void **state) {
    draw d = draw_of(11);
    (void)state;
    for (int k = 0; k < 50000; k++) {
        char text[64];
        int digits = (int)draw_between(&d, 1, 25), n = 0;
        for (int i = 0; i < digits; i++) n += snprintf(text + n, 4, "%d", (int)draw_below(&d, 10));
        n += snprintf(text + n, 4, ".%d", (int)draw_below(&d, 100));
        snprintf(text + n, 8, "e%d", (int)draw_between(&d, -320, 300));
        double is = -1, should = strtod(text, NULL);
        bool ok = sz_str_double(sz_str_of(text), &is);
        if (ok != !isinf(should) || (ok && memcmp(&is, &should, sizeof is) != 0)) fail_msg("%s", text);
    }
}

static void test_double_of_2000_digits_rounds_like_strtod(void **state) {
    char text[2100];
    (void)state;
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17); /* halfway between two doubles: one digit far behind decides */
    text[2000] = '\0';
    double is = 0;
    assert_true(sz_str_double(sz_str_of(text), &is));
    assert_true(is == 9007199254740992.0);
    text[1999] = '1';
    assert_true(sz_str_double(sz_str_of(text), &is));
    assert_true(is == 9007199254740994.0);
}

static void test_base64_is_that_of_the_rfc(void **state) {
    static const struct {
        const char *bytes, *text;
    } rows[] = {{"", ""},
                {"f", "Zg=="},
                {"fo", "Zm8="},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg=="},
                {"fooba", "Zm9vYmE="},
                {"foobar", "Zm9vYmFy"},
                {"\xff\xfe\xfb", "//77"}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_buf b;
        char out[64];
        size_t n = 99;
        sz_str text = sz_str_of(rows[i].text), bare = text;
        sz_buf_init(&b);
        sz_base64_put(&b, sz_str_of(rows[i].bytes));
        assert_true(sz_str_eq(sz_buf_str(&b), text));
        sz_buf_fini(&b);
        assert_true(sz_base64_get(text, out, &n));
        assert_true(sz_str_eq((sz_str){out, n}, sz_str_of(rows[i].bytes)));
        while (bare.n && bare.p[bare.n - 1] == '=') bare.n--;
        assert_true(sz_base64_get(bare, out, &n));
        assert_true(sz_str_eq((sz_str){out, n}, sz_str_of(rows[i].bytes)));
    }
}

static void test_base64_refuses_what_is_none(void **state) {
    static const char *const rows[] = {
        "Z", "=", "==", "Zg=", "Z===", "Zg===", "Zm9v=", "Zm9vY", "Zm=v", "Zm-v", "Zm9v\n", "Zm 9"};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[64];
        size_t n;
        if (sz_base64_get(sz_str_of(rows[i]), out, &n)) fail_msg("%s", rows[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_str_compares_bytes_then_length),
        cmocka_unit_test(test_str_compares_texts_of_any_length),
        cmocka_unit_test(test_str_find_finds_what_stands_first),
        cmocka_unit_test(test_str_trim_takes_ascii_space_off_both_ends),
        cmocka_unit_test(test_hash_is_xxh64),
        cmocka_unit_test(test_distance_counts_characters_and_stops_at_the_limit),
        cmocka_unit_test(test_distance_equals_the_whole_table),
        cmocka_unit_test(test_utf8_refuses_what_is_not_well_formed),
        cmocka_unit_test(test_utf8_next_decodes_every_character),
        cmocka_unit_test(test_width_counts_cells),
        cmocka_unit_test(test_i64_is_strict),
        cmocka_unit_test(test_double_is_decimal_only),
        cmocka_unit_test(test_double_equals_strtod),
        cmocka_unit_test(test_double_of_2000_digits_rounds_like_strtod),
        cmocka_unit_test(test_base64_is_that_of_the_rfc),
        cmocka_unit_test(test_base64_refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

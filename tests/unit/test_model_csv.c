/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV as vendors write it, and its encodings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "support/draw.h"
#include "support/model_fixture.h"

/* Rows as `a|b;c|d`, an unclosed quote as `!` before its row. */
static const char *rows_of(sz_arena *a, sz_str text, char sep, sz_buf *out) {
    size_t pos = 0;
    sz_csv_row row;
    bool bad;
    sz_buf_clear(out);
    while (sz_csv_next(a, text, sep, &pos, &row, &bad) == SZ_OK) {
        if (out->n) sz_buf_put_u8(out, ';');
        if (bad) sz_buf_put_u8(out, '!');
        for (uint32_t i = 0; i < row.n; i++) {
            if (i) sz_buf_put_u8(out, '|');
            sz_buf_put_str(out, row.cells[i]);
            assert_true(row.offs[i] >= row.off && row.offs[i] <= row.off + row.len);
        }
        assert_true(row.off + row.len <= text.n && pos <= text.n);
    }
    assert_int_equal(pos, text.n);
    sz_buf_put_u8(out, 0);
    return (const char *)out->p;
}

static void test_cells_and_rows(void **state) {
    (void)state;
    static const struct {
        const char *text;
        char sep;
        const char *rows;
    } rows[] = {
        {"", ',', ""},
        {"a,b\nc,d\n", ',', "a|b;c|d"},
        {"a,b\nc,d", ',', "a|b;c|d"},
        {"a,b\r\nc,d\r\n", ',', "a|b;c|d"},
        {"a,b\r\nc,d\r", ',', "a|b;c|d"},
        {"a\n\n\r\nb\n", ',', "a;b"},
        {"\n\r\n\r", ',', ""},
        {",\n", ',', "|"},
        {",,a,", ',', "||a|"},
        {"\"a\",\"b\"\n", ',', "a|b"},
        {"\"a\"\r\n\"b\"\r\n", ',', "a;b"},
        {"\"a,b\",c\n", ',', "a,b|c"},
        {"\"a\nb\",c\nd\n", ',', "a\nb|c;d"},
        {"\"a\r\nb\"\r\nd\r\n", ',', "a\r\nb;d"},
        {"\"say \"\"no\"\"\",x\n", ',', "say \"no\"|x"},
        {"\"\"\"\"\n", ',', "\""},
        {"\"\",\"\"\n", ',', "|"},
        {"a \"b\" c,d\n", ',', "a \"b\" c|d"},
        {"5\" pipe,x\ny\n", ',', "5\" pipe|x;y"},
        {"\"a\"b,c\n", ',', "ab|c"},
        {"\"a\"b\"c,d\n", ',', "ab\"c|d"},
        {" \"a\",b\n", ',', " \"a\"|b"},
        {"a\tb c\t\"d\te\"\n", '\t', "a|b c|d\te"},
        {"a;b,c;\"d;e\"\n", ';', "a|b,c|d;e"},
        {"a,\"b\nc,d\n", ',', "!a|b\nc,d\n"},
        {"\"", ',', "!"},
        {"\"a\"\"", ',', "!a\""},
        {"张三,\"东区,食堂\"\n", ',', "张三|东区,食堂"},
    };
    sz_arena a;
    sz_buf out;
    sz_arena_init(&a);
    sz_buf_init(&out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = rows_of(&a, sz_str_of(rows[i].text), rows[i].sep, &out);
        if (strcmp(got, rows[i].rows) != 0)
            fail_msg("%s\n  expected %s\n  got      %s", rows[i].text, rows[i].rows, got);
    }
    sz_buf_fini(&out);
    sz_arena_fini(&a);
}

static void test_a_record_is_cut_where_a_row_ends(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len, len_at_end;
    } rows[] = {
        {"", 0, 0},        {"a,b", 0, 3},           {"a,b\n", 4, 4},    {"a,b\r\nc", 5, 5}, {"\n", 1, 1},
        {"a,\"b\n", 0, 5}, {"a,\"b\nc\"\nd", 8, 8}, {"a;\"b\nc", 5, 5}, {"5\" x\ny", 5, 5}, {"\"a\"\"\n\"\n", 7, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(sz_csv_record_len(sz_str_of(rows[i].text), ',', false), rows[i].len);
        assert_int_equal(sz_csv_record_len(sz_str_of(rows[i].text), ',', true), rows[i].len_at_end);
    }
}

/* ---- encodings ---- */

#define ZH     "\xe9\xa3\x9e\xe5\x87\xa4\xe8\xbd\xa9" /* three characters of UTF-8 */
#define ZH_GBK "\xb7\xc9\xb7\xef\xd0\xf9"             /* the same in GBK */

static void test_an_encoding_is_found_out(void **state) {
    (void)state;
    const struct {
        sz_str bytes;
        sz_encoding enc;
    } rows[] = {
        {SZ_STR(""), SZ_ENC_UTF8},
        {SZ_STR("plain"), SZ_ENC_UTF8},
        {SZ_STR(ZH), SZ_ENC_UTF8},
        {SZ_STR("\xef\xbb\xbf"), SZ_ENC_UTF8},
        {SZ_STR("\xef\xbb\xbf" ZH_GBK), SZ_ENC_UTF8},
        {SZ_STR(ZH "\xe9"), SZ_ENC_UTF8}, /* the sample ends inside a character */
        {SZ_STR(ZH "\xe9\xa3"), SZ_ENC_UTF8},
        {SZ_STR(ZH_GBK), SZ_ENC_GB18030},
        {SZ_STR("a," ZH_GBK "\xb7"), SZ_ENC_GB18030},
        {SZ_STR("a," ZH "\n" ZH_GBK "\n"), SZ_ENC_UTF8}, /* damage below a heading that is none of GBK */
        {SZ_STR("a,b\n" ZH_GBK "\n"), SZ_ENC_GB18030},
        {SZ_STR("\x81\x30\x81\x30"), SZ_ENC_GB18030},
        {SZ_STR("\x81\x30\x81"), SZ_ENC_GB18030},
        {SZ_STR("\x81\x30"), SZ_ENC_GB18030},
        {SZ_STR("\xff\xfe"
                "a\0"),
         SZ_ENC_UTF16LE},
        {SZ_STR("\xfe\xff\0a"), SZ_ENC_UTF16BE},
        {SZ_STR("a\0,\0b\0\n\0"), SZ_ENC_UTF16LE},
        {SZ_STR("\0a\0,\0b\0\n"), SZ_ENC_UTF16BE},
        {SZ_STR("\xff\xff"), SZ_ENC_BAD},
        {SZ_STR("a\x80,b"), SZ_ENC_BAD},
        {SZ_STR("\xb7\x20"), SZ_ENC_BAD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (sz_encoding_find(rows[i].bytes.p, rows[i].bytes.n) != rows[i].enc)
            fail_msg("row %zu: %d", i, sz_encoding_find(rows[i].bytes.p, rows[i].bytes.n));
}

static void test_names_of_encodings(void **state) {
    (void)state;
    static const struct {
        const char *name;
        sz_encoding enc;
    } rows[] = {
        {"utf-8", SZ_ENC_UTF8},
        {"UTF8", SZ_ENC_UTF8},
        {"utf_8", SZ_ENC_UTF8},
        {"GBK", SZ_ENC_GB18030},
        {"gb2312", SZ_ENC_GB18030},
        {"GB18030", SZ_ENC_GB18030},
        {"cp936", SZ_ENC_GB18030},
        {"UTF-16", SZ_ENC_UTF16LE},
        {"utf-16be", SZ_ENC_UTF16BE},
        {"auto", SZ_ENC_AUTO},
        {"latin1", SZ_ENC_BAD},
        {"", SZ_ENC_BAD},
        {"a-name-longer-than-any", SZ_ENC_BAD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(sz_encoding_named(sz_str_of(rows[i].name)), rows[i].enc);
}

static void test_texts_become_utf8_or_say_where_not(void **state) {
    (void)state;
    const struct {
        sz_encoding enc;
        sz_str bytes, text;
        size_t bad; /* SIZE_MAX: fine */
    } rows[] = {
        {SZ_ENC_UTF8, SZ_STR("\xef\xbb\xbf" ZH), SZ_STR(ZH), SIZE_MAX},
        {SZ_ENC_UTF8, SZ_STR(""), SZ_STR(""), SIZE_MAX},
        {SZ_ENC_UTF8, SZ_STR("ab\xff"), SZ_STR("ab"), 2},
        {SZ_ENC_UTF8,
         SZ_STR("\xef\xbb\xbf"
                "ab\xff"),
         SZ_STR("ab"), 5},
        {SZ_ENC_UTF8, SZ_STR(ZH "\xe9\xa3"), SZ_STR(ZH), 9},
        {SZ_ENC_GB18030, SZ_STR("a," ZH_GBK ",b"), SZ_STR("a," ZH ",b"), SIZE_MAX},
        {SZ_ENC_GB18030, SZ_STR("\x81\x39\xee\x39"), SZ_STR("\xe3\x90\x80"), SIZE_MAX}, /* four bytes */
        {SZ_ENC_GB18030, SZ_STR("a" ZH_GBK "\xb7"), SZ_STR("a" ZH), 7},
        {SZ_ENC_GB18030, SZ_STR("ab\xff"), SZ_STR("ab"), 2},
        {SZ_ENC_AUTO, SZ_STR(ZH_GBK), SZ_STR(ZH), SIZE_MAX},
        {SZ_ENC_UTF16LE,
         SZ_STR("\xff\xfe"
                "a\0\xde\x98"),
         SZ_STR("a\xe9\xa3\x9e"), SIZE_MAX},
        {SZ_ENC_UTF16BE, SZ_STR("\xfe\xff\0a\x98\xde"), SZ_STR("a\xe9\xa3\x9e"), SIZE_MAX},
        {SZ_ENC_UTF16LE, SZ_STR("\x3d\xd8\x00\xde"), SZ_STR("\xf0\x9f\x98\x80"), SIZE_MAX}, /* a surrogate pair */
        {SZ_ENC_UTF16LE,
         SZ_STR("\xff\xfe"
                "a\0\x3d\xd8"),
         SZ_STR("a"), 4},
        {SZ_ENC_UTF16LE, SZ_STR("a\0b"), SZ_STR("a"), 2},
        {SZ_ENC_UTF16LE, SZ_STR("a\0\x00\xde"), SZ_STR("a"), 2},
        {SZ_ENC_BAD, SZ_STR("ab\xff"), SZ_STR(""), 2},
    };
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t bad = SIZE_MAX;
        sz_buf_clear(&out);
        bool is_fine = sz_to_utf8(rows[i].enc, rows[i].bytes.p, rows[i].bytes.n, &out, &bad);
        if (is_fine != (rows[i].bad == SIZE_MAX) || (!is_fine && bad != rows[i].bad))
            fail_msg("row %zu: %d at %zu", i, is_fine, bad);
        if (!sz_str_eq(sz_buf_str(&out), rows[i].text)) fail_msg("row %zu: %.*s", i, SZ_FMT_STR(sz_buf_str(&out)));
    }
    sz_buf_fini(&out);
}

static void test_a_long_text_goes_through_iconv_whole(void **state) {
    (void)state;
    sz_buf in, out;
    size_t bad;
    sz_buf_init(&in);
    sz_buf_init(&out);
    for (int i = 0; i < 50000; i++) sz_buf_put_z(&in, i % 3 ? ZH_GBK : "abc,");
    assert_true(sz_to_utf8(SZ_ENC_GB18030, in.p, in.n, &out, &bad));
    assert_true(out.n > in.n && sz_utf8_valid((char *)out.p, out.n));
    sz_conv *c = sz_conv_new(SZ_ENC_GB18030);
    assert_non_null(c);
    for (int i = 0; i < 3; i++) { /* a failed piece does not spoil the next */
        sz_buf_clear(&out);
        assert_false(sz_conv_to_utf8(c, ZH_GBK "\xff", 7, &out, &bad));
        assert_int_equal(bad, 6);
        sz_buf_clear(&out);
        assert_true(sz_conv_to_utf8(c, ZH_GBK, 6, &out, &bad));
        assert_int_equal(out.n, 9);
    }
    sz_conv_free(c);
    assert_null(sz_conv_new(SZ_ENC_BAD));
    assert_null(sz_conv_new(SZ_ENC_AUTO));
    sz_buf_fini(&in);
    sz_buf_fini(&out);
}

/* Rows without a quote are read sixteen bytes at a time where the text goes on behind them, else byte by byte. */
static void check_row(sz_arena *a, sz_str text, size_t from, uint32_t *n_cells) {
    sz_csv_row row, alone;
    bool bad, bad_alone;
    size_t pos = from, pos_alone = from;
    assert_int_equal(sz_csv_next(a, text, ',', &pos, &row, &bad), SZ_OK);
    text.n = pos;
    assert_int_equal(sz_csv_next(a, text, ',', &pos_alone, &alone, &bad_alone), SZ_OK);
    assert_true(pos == pos_alone && bad == bad_alone && row.n == alone.n && row.off == alone.off &&
                row.len == alone.len);
    for (uint32_t i = 0; i < row.n; i++)
        assert_true(sz_str_eq(row.cells[i], alone.cells[i]) && row.offs[i] == alone.offs[i]);
    if (row.n > *n_cells) *n_cells = row.n;
}

static void test_a_row_is_the_same_wherever_the_text_ends(void **state) {
    (void)state;
    draw d = draw_of(5);
    uint32_t most = 0;
    for (int turn = 0; turn < 4000; turn++) {
        static const char signs[] = "aaaaaaaaaaaab,,,\n\r\"";
        size_t n_signs = sizeof signs - (turn % 2 ? 2 : 1), n = 20 + draw_below(&d, 180);
        char text[256];
        for (size_t i = 0; i < n; i++) text[i] = turn % 7 == 0 && i < 100 ? ',' : signs[draw_below(&d, n_signs)];
        text[n++] = '\n';
        memset(text + n, 'z', 20);
        sz_str s = {text, n + 20};
        sz_arena a;
        sz_arena_init(&a);
        sz_csv_row row;
        bool bad;
        for (size_t pos = 0, from = 0; sz_csv_next(&a, s, ',', &pos, &row, &bad) == SZ_OK; from = pos)
            check_row(&a, s, from, &most);
        sz_arena_fini(&a);
    }
    assert_true(most > 32);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_and_rows),
        cmocka_unit_test(test_a_row_is_the_same_wherever_the_text_ends),
        cmocka_unit_test(test_a_record_is_cut_where_a_row_ends),
        cmocka_unit_test(test_an_encoding_is_found_out),
        cmocka_unit_test(test_names_of_encodings),
        cmocka_unit_test(test_texts_become_utf8_or_say_where_not),
        cmocka_unit_test(test_a_long_text_goes_through_iconv_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

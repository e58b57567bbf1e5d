/* SPDX-License-Identifier: Apache-2.0
 *
 * Pure CEL: what expressions are worth, by subject. Results are plain JSON unless a row says otherwise.
 */
#include <sanzao/expr.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))

typedef struct row {
    const char *expr, *want; /* want: JSON; or `error: ` and a part of the message */
} row;

static const sz_zone *load_zone(void *ctx, sz_str name, int64_t *known_until_ms) {
    if (!sz_str_is(name, "Test/Zone")) return NULL;
    *known_until_ms = INT64_C(2000000000000);
    return ctx;
}

static void evaluate(const char *expr, const char *container, const char *bindings, bool typed, sz_buf *out) {
    sz_arena a;
    sz_zone zone;
    sz_expr_error err;
    sz_arena_init(&a);
    sz_zone_fixed(&zone, -9000, "Test/Zone");
    sz_zone_loader zones = {&zone, load_zone};
    sz_cel_env env = {.container = sz_str_of(container), .with_macros = true, .typed = typed, .zones = &zones};
    if (!sz_cel_eval(&env, sz_str_of(expr), sz_str_of(bindings), &a, out, &err)) {
        assert_int_equal(out->n, 0);
        assert_non_null(err.message_zh);
        assert_true(err.off + err.len <= strlen(expr));
        sz_buf_printf(out, "error: %s", err.message);
    }
    sz_buf_put_u8(out, '\0');
    sz_zone_fini(&zone);
    sz_arena_fini(&a);
}

static void check(const char *expr, const char *container, const char *bindings, bool typed, const char *want) {
    sz_buf out;
    sz_buf_init(&out);
    evaluate(expr, container, bindings, typed, &out);
    const char *got = (const char *)out.p;
    bool ok =
        strncmp(want, "error: ", 7) == 0 ? strncmp(got, want, 7) == 0 && strstr(got, want + 7) : !strcmp(got, want);
    if (!ok) fail_msg("%s\n  gives %s\n  not   %s", expr, got, want);
    sz_buf_fini(&out);
}

static void check_rows(const row *rows, size_t n) {
    for (size_t i = 0; i < n; i++) check(rows[i].expr, "", "", false, rows[i].want);
}

static void test_arithmetic_stays_in_its_kind(void **state) {
    (void)state;
    static const row rows[] = {
        {"7 / 2", "3"},
        {"-7 / 2", "-3"},
        {"-7 % 3", "-1"},
        {"7u % 4u", "3"},
        {"7.0 / 2.0", "3.5"},
        {"1.0 / 0.0", "\"Infinity\""},
        {"-(0.0)", "-0.0"},
        {"1 + 1.0", "error: `+` does not work with (int, double)"},
        {"1 + 1u", "error: `+` does not work with (int, uint)"},
        {"1.5 % 1.0", "error: `%` does not work with (double, double)"},
        {"9223372036854775807 + 1", "error: does not fit"},
        {"-9223372036854775808 - 1", "error: does not fit"},
        {"-(-9223372036854775808)", "error: does not fit"},
        {"-9223372036854775808 / -1", "error: does not fit"},
        {"-9223372036854775808 % -1", "error: does not fit"},
        {"1u - 2u", "error: does not fit"},
        {"1 / 0", "error: divided by zero"},
        {"1u % 0u", "error: divided by zero"},
        {"-'a'", "error: `-` does not work with (string)"},
        {"'a' + 'b' + 'c'", "\"abc\""},
        {"b'a' + b'\\xff'", "\"Yf8=\""},
        {"[1] + [2] + [3, 4]", "[1,2,3,4]"},
        {"'a' - 'b'", "error: `-` does not work with (string, string)"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_numbers_compare_by_value_across_kinds(void **state) {
    (void)state;
    static const row rows[] = {
        {"1 == 1.0 && 1 == 1u && 1u == 1.0", "true"},
        {"1 < 2u && 2u < 2.5 && -1 < 0u", "true"},
        {"-1 == 18446744073709551615u", "false"},
        {"9223372036854775807 < 9223372036854775808u", "true"},
        {"0.0 / 0.0 == 0.0 / 0.0", "false"},
        {"0.0 / 0.0 < 1.0 || 0.0 / 0.0 >= 1.0", "false"},
        {"1 == '1'", "false"},
        {"null == false", "false"},
        {"[1, 2u] == [1.0, 2]", "true"},
        {"{1: 'a', 'b': [1]} == {'b': [1.0], 1u: 'a'}", "true"},
        {"{1: 2} == {1: 3}", "false"},
        {"{1: 2} == {2: 2}", "false"},
        {"'a' < 'b' && 'a' < 'ä' && '' < 'a'", "true"},
        {"b'\\xff' > b'a'", "true"},
        {"false < true", "true"},
        {"1 < '2'", "error: `<` does not work with (int, string)"},
        {"[1] < [2]", "error: `<` does not work with (list, list)"},
        {"null < null", "error: `<` does not work with (null_type, null_type)"},
        {"type(1) == int && type(1) != uint && type(int) == type", "true"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_logic_absorbs_errors_of_the_side_that_does_not_decide(void **state) {
    (void)state;
    static const row rows[] = {
        {"1 / 0 == 1 || true", "true"},
        {"true || 1 / 0 == 1", "true"},
        {"1 / 0 == 1 && false", "false"},
        {"1 / 0 == 1 || false", "error: divided by zero"},
        {"1 / 0 == 1 && true", "error: divided by zero"},
        {"nothing || true", "true"},
        {"nothing() || true", "true"},
        {"'a' || true", "true"},
        {"'a' || false", "error: `||` does not work with (string, bool)"},
        {"true && true && true && false && 1 / 0 == 1", "false"},
        {"true ? 1 : 1 / 0", "1"},
        {"false ? 1 / 0 : 2", "2"},
        {"1 ? 2 : 3", "error: a condition is true or false, not int"},
        {"!1", "error: `!` does not work with (int)"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_lists_and_maps_are_asked_by_place_and_key(void **state) {
    (void)state;
    static const row rows[] = {
        {"[1, 2, 3][1]", "2"},
        {"[1, 2, 3][1.0]", "2"},
        {"[1, 2, 3][2u]", "3"},
        {"[1, 2, 3][0.5]", "error: whole number"},
        {"[1, 2, 3][3]", "error: no place 3"},
        {"[1, 2, 3][-1]", "error: no place -1"},
        {"[1]['a']", "error: whole number, not string"},
        {"{'a': 1}['a']", "1"},
        {"{'a': 1}.a", "1"},
        {"{'a-b': 1}.`a-b`", "1"},
        {"{1: 'x'}[1u] + {1: 'y'}[1.0]", "\"xy\""},
        {"{18446744073709551615u: 1}[18446744073709551615u]", "1"},
        {"{'a': 1}['b']", "error: no key \\\"b\\\""},
        {"{1: 2}[b'a']", "error: no such key"},
        {"{'a': 1}.b", "error: no field `b`"},
        {"'a'.b", "error: string has no fields"},
        {"1[0]", "error: `[_]` does not work with (int, int)"},
        {"has({'a': 1}.a) && !has({'a': 1}.b)", "true"},
        {"has({}.a.b)", "error: no field `a`"},
        {"2 in [1, 2.0]", "true"},
        {"'a' in {'a': 1} && !(1 in {'a': 1})", "true"},
        {"1 in 1", "error: `in` does not work with (int, int)"},
        {"{'a': 1, 'a': 2}", "error: stands twice"},
        {"{1: 1, 1u: 2}", "error: stands twice"},
        {"{1.5: 1}", "error: key of a map"},
        {"{null: 1}", "error: key of a map"},
        {"size([1, 2]) + size({'a': 1}) + [1].size()", "4"},
        {"{1: 'a', true: 'b', 'c': null}", "{\"1\":\"a\",\"true\":\"b\",\"c\":null}"},
        {"{0:0, 1:1, 2:2, 3:3, 4:4, 5:5, 6:6, 7:7, 8:8, 9:9, 10:10, 'a':11, 'b':12}['b']", "12"},
        {"{0:0, 1:1, 2:2, 3:3, 4:4, 5:5, 6:6, 7:7, 8:8, 9:9, 10:10, 'a':11, 9u:12}", "error: stands twice"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char want[100];
        size_t n = 0;
        bool is_message = strncmp(rows[i].want, "error", 5) == 0;
        for (const char *p = rows[i].want; *p; p++)
            if (!is_message || *p != '\\') want[n++] = *p;
        want[n] = '\0';
        check(rows[i].expr, "", "", false, want);
    }
}

static void test_macros_go_through_lists_and_maps(void **state) {
    (void)state;
    static const row rows[] = {
        {"[1, 2, 3].all(x, x > 0)", "true"},
        {"[].all(x, 1 / 0 > 0) && ![].exists(x, 1 / 0 > 0)", "true"},
        {"[1, 0, 3].exists(x, 3 / x == 1)", "true"},
        {"[1, 0, 3].all(x, 3 / x == 9)", "false"},
        {"[1, 0].all(x, 1 / x == 1)", "error: divided by zero"},
        {"[1, 2, 3].exists_one(x, x > 2)", "true"},
        {"[1, 2, 3].existsOne(x, x > 1)", "false"},
        {"[1, 0].exists_one(x, 1 / x == 1)", "error: divided by zero"},
        {"[1, 2, 3].map(x, x * x)", "[1,4,9]"},
        {"[1, 2, 3].map(x, x > 1, [x])", "[[2],[3]]"},
        {"[1, 2, 3].filter(x, x % 2 == 1)", "[1,3]"},
        {"{'a': 1, 'b': 2}.map(k, k + '!')", "[\"a!\",\"b!\"]"},
        {"{'a': 1, 'b': 2}.filter(k, k > 'a')", "[\"b\"]"},
        {"[5, 6].all(i, v, v == i + 5)", "true"},
        {"{'a': 1}.exists(k, v, k == 'a' && v == 1)", "true"},
        {"[5, 6].transformList(i, v, v * 10 + i)", "[50,61]"},
        {"[5, 6].transformList(i, v, i > 0, v)", "[6]"},
        {"{'a': 1, 'b': 2}.transformMap(k, v, v + 1)", "{\"a\":2,\"b\":3}"},
        {"{'a': 1, 'b': 2}.transformMap(k, v, v > 1, k)", "{\"b\":\"b\"}"},
        {"['x', 'y'].transformMap(i, v, v)", "{\"0\":\"x\",\"1\":\"y\"}"},
        {"{'a': 1, 'b': 2}.transformMapEntry(k, v, {v: k})", "{\"1\":\"a\",\"2\":\"b\"}"},
        {"{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})", "error: stands twice"},
        {"[[1, 2], [3]].map(x, x.map(y, y + size(x)))", "[[3,4],[4]]"},
        {"cel.bind(x, 2, cel.bind(y, x + 1, x * y))", "6"},
        {"[1].map(x, cel.bind(x, 5, x))", "[5]"},
        {"5.map(x, x)", "error: a list or a map, not int"},
        {"[1, 2].map(x, x + y)", "error: no `y`"},
        {"[1, 2].all(x, x)", "error: does not work with (bool, int)"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_texts_have_their_functions(void **state) {
    (void)state;
    static const row rows[] = {
        {"size('三早x')", "3"},
        {"size(b'三')", "3"},
        {"'abc'.contains('') && 'abc'.contains('bc') && !'abc'.contains('cb')", "true"},
        {"'三早'.startsWith('三') && '三早'.endsWith('早') && !'三'.startsWith('三早')", "true"},
        {"'三早x'.charAt(1) + 'abc'.charAt(3)", "\"早\""},
        {"'abc'.charAt(4)", "error: no place 4"},
        {"'abc'.charAt(-1)", "error: no place -1"},
        {"['三早三'.indexOf('三'), '三早三'.indexOf('三', 1), 'a'.indexOf('b'), 'abc'.indexOf('', 2)]", "[0,2,-1,2]"},
        {"'abc'.indexOf('a', 4)", "error: no place 4"},
        {"['三早三'.lastIndexOf('三'), '三早三'.lastIndexOf('三', 1), 'abc'.lastIndexOf('')]", "[2,0,3]"},
        {"'abc'.lastIndexOf('abcd') + 'aXbXc'.lastIndexOf('X', 3)", "2"},
        {"'三早x'.substring(1) + 'abc'.substring(0, 2) + 'abc'.substring(3)", "\"早xab\""},
        {"'abc'.substring(2, 1)", "error: ends before it starts"},
        {"'abc'.substring(0, 4)", "error: no place 4"},
        {"'a,b,,c'.split(',')", "[\"a\",\"b\",\"\",\"c\"]"},
        {"['a,b,c'.split(',', 2), 'a,b'.split(',', 0), ''.split(','), 'a,'.split(',')]",
         "[[\"a\",\"b,c\"],[],[\"\"],[\"a\",\"\"]]"},
        {"['三早'.split(''), ''.split(''), 'abc'.split('', 2)]", "[[\"三\",\"早\"],[],[\"a\",\"bc\"]]"},
        {"['a', 'b'].join() + ['c', 'd'].join('-') + [].join('x')", "\"abc-d\""},
        {"['a', 1].join()", "error: list of strings, not int"},
        {"'aaa'.replace('a', 'b') + 'aaa'.replace('a', 'b', 2) + 'aaa'.replace('a', '', -1)", "\"bbbbba\""},
        {"'三早'.replace('', '-') + 'ab'.replace('', '-', 1)", "\"-三-早--ab\""},
        {"'ÄbC'.lowerAscii() + 'äbC'.upperAscii()", "\"ÄbcäBC\""},
        {"'\\u3000 a b\\t\\n'.trim() + '三早x'.reverse()", "\"a bx早三\""},
        {"strings.quote('a\"b\\n三')", "\"\\\"a\\\\\\\"b\\\\n三\\\"\""},
        {"base64.encode(b'ab') + string(base64.decode('YWI')) + string(base64.decode('YWI='))", "\"YWI=abab\""},
        {"base64.decode('YWI==')", "error: not base64"},
        {"base64.decode('Y-I=')", "error: not base64"},
        {"['', ''].join().replace('a', 'b').split(',')", "[\"\"]"},
        {"'a'.size('b')", "error: `size` does not work with (string, string)"},
        {"'a'.startWith('b')", "error: no method `startWith`"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_format_shows_values(void **state) {
    (void)state;
    static const row rows[] = {
        {"'%s|%s|%s|%s'.format([1, 2u, 'x', b'y'])", "\"1|2|x|y\""},
        {"'%s %s %s'.format([1.0, 0.1, 1e21])", "\"1 0.1 1000000000000000000000\""},
        {"'%s'.format([[1, 'a', null, true, {'b': 1, 'a': [2.5]}]])", "\"[1, a, null, true, {a: [2.5], b: 1}]\""},
        {"'%s %s'.format([duration('90.5s'), timestamp(0)])", "\"90.5s 1970-01-01T00:00:00Z\""},
        {"'%d %d %.2f %e %.0f'.format([-5, 6u, 1.005, 12345, 2.5])", "\"-5 6 1.00 1.234500e+04 2\""},
        {"'%b %b %o %x %X %x'.format([5, true, 8, -255, 255u, '三'])", "\"101 1 10 -ff FF e4b889\""},
        {"'%% %s'.format(['%'])", "\"% %\""},
        {"'%f %e'.format([1.0 / 0.0, 0.0 / 0.0])", "\"Infinity NaN\""},
        {"'%s %s'.format([1])", "error: more than the 1 values"},
        {"'%q'.format([1])", "error: one of s d f"},
        {"'%'.format([1])", "error: one of s d f"},
        {"'%.f'.format([1])", "error: one of s d f"},
        {"'%.101f'.format([1])", "error: one of s d f"},
        {"'%d'.format(['1'])", "error: %d cannot show string"},
        {"'%f'.format([null])", "error: %f cannot show null_type"},
        {"'%b'.format([1.5])", "error: %b cannot show double"},
        {"'%s'.format([b'\\xff'])", "error: not UTF-8"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_conversions_keep_the_value_or_fail(void **state) {
    (void)state;
    static const row rows[] = {
        {"[int(1.9), int(-1.9), int(7u), int('-12'), int('+3'), int(timestamp('1970-01-01T00:01:00Z'))]",
         "[1,-1,7,-12,3,60]"},
        {"int(9223372036854775808.0)", "error: range of int"},
        {"int(0.0 / 0.0)", "error: range of int"},
        {"int('1.5')", "error: \"1.5\" is not of the form of int"},
        {"int('')", "error: form of int"},
        {"[uint(1), uint(1.9), uint('12')]", "[1,1,12]"},
        {"uint(-1)", "error: range of uint"},
        {"uint('-1')", "error: form of uint"},
        {"uint('18446744073709551616')", "error: form of uint"},
        {"[double(1), double(2u), double('1e3'), double('-0.5')]", "[1.0,2.0,1000.0,-0.5]"},
        {"[double('NaN'), double('-inf'), double('Infinity')]", "[\"NaN\",\"-Infinity\",\"Infinity\"]"},
        {"double('1e999')", "error: form of double"},
        {"double('0x10')", "error: form of double"},
        {"[bool('true'), bool('F'), bool('1')]", "[true,false,true]"},
        {"bool('yes')", "error: form of bool"},
        {"[string(1), string(2u), string(true), string(b'a'), string('s')]", "[\"1\",\"2\",\"true\",\"a\",\"s\"]"},
        {"[string(1.0), string(0.1), string(1e6), string(1e-5), string(-0.0)]",
         "[\"1\",\"0.1\",\"1e+06\",\"1e-05\",\"-0\"]"},
        {"string(b'\\xff')", "error: not UTF-8"},
        {"string(null)", "error: `string` does not work with (null_type)"},
        {"string(bytes('三'))", "\"三\""},
        {"[type(1), type('a'), type([]), type(null), type(type)]",
         "[\"int\",\"string\",\"list\",\"null_type\",\"type\"]"},
        {"type(timestamp(0)) == google.protobuf.Timestamp", "true"},
        {"dyn(1) == 1", "true"},
        {"int(1, 2)", "error: `int` does not work with (int, int)"},
        {"intt(1)", "error: no function `intt`"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_times_stay_in_their_range(void **state) {
    (void)state;
    static const row rows[] = {
        {"timestamp('2026-09-01T08:00:00+08:00')", "\"2026-09-01T00:00:00Z\""},
        {"timestamp('2026-09-01T08:00:00.120Z')", "\"2026-09-01T08:00:00.12Z\""},
        {"timestamp('0001-01-01T00:00:00Z') <= timestamp('9999-12-31T23:59:59.999999999Z')", "true"},
        {"timestamp('9999-12-31T23:59:59-00:01')", "error: form of timestamp"},
        {"timestamp('2026-02-29T00:00:00Z')", "error: form of timestamp"},
        {"timestamp('2026-09-01 08:00:00Z')", "error: form of timestamp"},
        {"timestamp('2026-09-01T08:00:00')", "error: form of timestamp"},
        {"timestamp('2026-09-01T24:00:00Z')", "error: form of timestamp"},
        {"timestamp(253402300800)", "error: range of timestamp"},
        {"timestamp(253402300799) + duration('1s')", "error: out of the range"},
        {"timestamp(0) - duration('1ns')", "\"1969-12-31T23:59:59.999999999Z\""},
        {"duration('1h') + timestamp(0) == timestamp(3600)", "true"},
        {"timestamp(90) - timestamp(0)", "\"90s\""},
        {"duration('1h30m') - duration('1.5h') == duration('0')", "true"},
        {"[duration('-1.5s'), duration('1us'), duration('1h0.5m'), duration('.5s')]",
         "[\"-1.5s\",\"0.000001s\",\"3630s\",\"0.5s\"]"},
        {"duration('1d')", "error: form of duration"},
        {"duration('1')", "error: form of duration"},
        {"duration('9223372037s')", "error: form of duration"},
        {"duration('9223372036s') + duration('1s')", "error: out of the range"},
        {"duration('1s') * 2", "error: `*` does not work with"},
        {"timestamp(0) + timestamp(0)", "error: `+` does not work with"},
        {"duration('1s') - timestamp(0)", "error: `-` does not work with"},
        {"duration('1s') < duration('2s') && timestamp(1) > timestamp(0)", "true"},
        {"[duration('-3661.5s').getHours(), duration('3661s').getMinutes(), duration('61.5s').getSeconds()]",
         "[-1,61,61]"},
        {"duration('61.256s').getMilliseconds()", "256"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_times_have_parts_in_a_zone(void **state) {
    (void)state;
    static const row rows[] = {
        {"cel.bind(t, timestamp('2024-12-31T23:30:15.678Z'), [t.getFullYear(), t.getMonth(), t.getDate(), "
         "t.getDayOfMonth(), t.getDayOfWeek(), t.getDayOfYear(), t.getHours(), t.getMinutes(), t.getSeconds(), "
         "t.getMilliseconds()])",
         "[2024,11,31,30,2,365,23,30,15,678]"},
        {"cel.bind(t, timestamp('2024-12-31T23:30:15Z'), [t.getFullYear('+08:00'), t.getMonth('+08:00'), "
         "t.getDate('08:00'), t.getDayOfYear('+00:30'), t.getHours('-02:30'), t.getHours('UTC')])",
         "[2025,0,1,0,21,23]"},
        {"timestamp('0001-01-01T00:00:00Z').getFullYear('-01:00')", "0"},
        {"timestamp('1969-12-31T23:59:59Z').getDayOfWeek()", "3"},
        {"timestamp('2026-01-01T00:00:00Z').getHours('Test/Zone')", "21"},
        {"timestamp('2034-01-01T00:00:00Z').getHours('Test/Zone')", "error: not known for so late"},
        {"timestamp(0).getHours('No/Zone')", "error: no time zone \"No/Zone\""},
        {"timestamp(0).getHours('+8')", "error: no time zone"},
        {"timestamp(0).getHours('+25:00')", "error: no time zone"},
        {"timestamp(0).getHours('Test/Zone\\x00')", "error: no time zone"},
        {"timestamp(0).getHours('../zone')", "error: no time zone"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_math_works_on_every_kind(void **state) {
    (void)state;
    static const row rows[] = {
        {"[math.greatest(1, 2.5, 2u), math.least([3, 1u, 2.0]), math.greatest(5)]", "[2.5,1,5]"},
        {"math.greatest([])", "error: empty list"},
        {"math.greatest(['a'])", "error: only numbers"},
        {"math.greatest('a')", "error: `greatest` does not work with (string)"},
        {"math.least(1.0, 0.0 / 0.0)", "error: NaN"},
        {"[math.ceil(1.2), math.floor(-1.2), math.round(2.5), math.round(-2.5), math.trunc(-1.9)]",
         "[2.0,-2.0,3.0,-3.0,-1.0]"},
        {"math.ceil(1)", "error: `ceil` does not work with (int)"},
        {"[math.abs(-3), math.abs(-3.5), math.abs(3u), math.sign(-2), math.sign(0.0), math.sign(9u)]",
         "[3,3.5,3,-1,0.0,1]"},
        {"math.abs(-9223372036854775808)", "error: does not fit"},
        {"[math.isNaN(0.0 / 0.0), math.isInf(-1.0 / 0.0), math.isFinite(1.0)]", "[true,true,true]"},
        {"[math.bitAnd(12, 10), math.bitOr(12u, 3u), math.bitXor(5, 1), math.bitNot(0)]", "[8,15,4,-1]"},
        {"[math.bitShiftLeft(1, 62), math.bitShiftRight(-1, 63), math.bitShiftLeft(1, 64)]",
         "[4611686018427387904,1,0]"},
        {"math.bitShiftLeft(1, -1)", "error: 0 or more, not -1"},
        {"math.sqrt(16)", "4.0"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_names_resolve_from_the_longest_and_innermost(void **state) {
    (void)state;
    const char *bindings =
        "{\"a.b.c\": 1, \"a.b\": {\"c\": 2, \"d\": 3}, \"x\": 4, \"p.q.x\": 5, \"p.x\": 6, \"l\": [7]}";
    check("a.b.c", "", bindings, false, "1");
    check("a.b.d", "", bindings, false, "3");
    check("(a.b).c", "", bindings, false, "2");
    check("a.b.e", "", bindings, false, "error: no field `e`");
    check("has(a.b.c)", "", bindings, false, "true");
    check("x", "", bindings, false, "4");
    check("x", "p.q", bindings, false, "5");
    check("x", "p.z", bindings, false, "6");
    check("x", "z", bindings, false, "4");
    check(".x", "p.q", bindings, false, "4");
    check("[9].map(x, x)", "p.q", bindings, false, "[9]");
    check("[9].map(x, .x)", "p.q", bindings, false, "[4]");
    check("[{'b': {'c': 9}}].map(a, a.b.c)", "", bindings, false, "[9]");
    check("l[0]", "", bindings, false, "7");
    check("int", "", "{\"int\": 3}", false, "3");
    check("y", "", bindings, false, "error: no `y`");
}

static void test_bindings_are_plain_or_typed(void **state) {
    (void)state;
    check(
        "[a, b, c, d, e, f]", "",
        "{\"a\": 1, \"b\": 1.0, \"c\": \"x\", \"d\": null, \"e\": [true], \"f\": {\"g\": 18446744073709551615}}", true,
        "{\"list\": [{\"int\": \"1\"}, {\"double\": \"1.0\"}, {\"string\": \"x\"}, {\"null\": true}, {\"list\": [{\"bool\": "
        "true}]}, {\"map\": [[{\"string\": \"g\"}, {\"uint\": \"18446744073709551615\"}]]}]}");
    check(
        "[a, b, c, d, e]", "",
        "{\"a\": {\"uint\": \"1\"}, \"b\": {\"bytes\": \"00ff\"}, \"c\": {\"duration\": {\"seconds\": \"-1\", \"nanos\": "
        "-500000000}}, \"d\": {\"timestamp\": {\"seconds\": \"1\"}}, \"e\": {\"type\": \"list\"}}",
        true,
        "{\"list\": [{\"uint\": \"1\"}, {\"bytes\": \"00ff\"}, {\"duration\": {\"seconds\": \"-1\", \"nanos\": -500000000}}, "
        "{\"timestamp\": {\"seconds\": \"1\", \"nanos\": 0}}, {\"type\": \"list\"}]}");
    check("x", "", "{\"x\": {\"int\": \"5\"}}", false, "5");
    check("x", "", "{\"x\": {\"int\": 5}}", false, "{\"int\":5}");
    check("x", "", "{\"x\": {\"int\": \"5\"}, \"y\": 1}", false, "{\"int\":\"5\"}");
    check("1", "", "[]", false, "error: not an object");
    check("x", "", "{\"x\": 1, \"x\": 2}", false, "error: repeats a key");
    check("x", "", "{\"x\": {\"int\": \"1\"}, \"x\": {\"int\": \"2\"}}", false, "error: repeats a key");
    check("x", "", "{\"x\": {\"int\": \"1\"}, \"y\": 2}", false, "{\"int\":\"1\"}");
    check("1", "", "{", false, "error: not JSON");
    check("1", "", "null", false, "1");
    check("1", "", "  ", false, "1");
}

static void test_matches_is_re2_or_refused(void **state) {
    (void)state;
    static const row rows[] = {
        {"'abc'.matches('b') && matches('abc', '^a.c$') && !'abc'.matches('^b')", "true"},
        {"'三早'.matches('^.{2}$') && '三早'.matches('[一-龥]+')", "true"},
        {"'a\\n'.matches('^a$')", "false"},
        {"'a\\nb'.matches('(?m)^b$') && 'AB'.matches('(?i)ab') && 'a\\nb'.matches('(?s)a.b')", "true"},
        {"'\\v'.matches('\\\\s') || !'\\v'.matches('\\\\v')", "false"},
        {"'é'.matches('\\\\w') || 'é'.matches('[[:alpha:]]')", "false"},
        {"'é'.matches('\\\\pL') && 'Ж'.matches('\\\\p{Cyrillic}')", "true"},
        {"'a{'.matches('a\\\\{') && 'aaa'.matches('^a{2,3}$') && 'a-]'.matches('^[]a-]+$')", "true"},
        {"'ab'.matches('(?P<x>a)(?<y>b)')", "true"},
        {"'aa'.matches('(a)\\\\1')", "error: back references"},
        {"'a'.matches('a(?=b)')", "error: look-around"},
        {"'a'.matches('(?<!a)b')", "error: look-around"},
        {"'a'.matches('(?>a)')", "error: look-around"},
        {"'a'.matches('(*UTF)a')", "error: (*...)"},
        {"'a'.matches('a++')", "error: repetition is repeated"},
        {"'a'.matches('a{2}{3}')", "error: repetition is repeated"},
        {"'a'.matches('a{,2}')", "error: starts no repetition"},
        {"'a'.matches('a{1001}')", "error: at most to 1000"},
        {"'a'.matches('\\\\h')", "error: not one of RE2"},
        {"'a'.matches('\\\\Z')", "error: not one of RE2"},
        {"'a'.matches('[\\\\S]')", "error: not one of RE2"},
        {"'a'.matches('[a')", "error: no closing ]"},
        {"'a'.matches('a)')", "error: ) has no ("},
        {"'a'.matches('(a')", "error: pattern is wrong"},
        {"'a'.matches('*')", "error: pattern is wrong"},
        {"'a'.matches('[[:foo:]]')", "error: no such class"},
        {"'a'.matches('\\\\')", "error: ends with a backslash"},
        {"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a|a|aa)+$')", "error: takes too long"},
    };
    check_rows(rows, COUNT(rows));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic_stays_in_its_kind),
        cmocka_unit_test(test_numbers_compare_by_value_across_kinds),
        cmocka_unit_test(test_logic_absorbs_errors_of_the_side_that_does_not_decide),
        cmocka_unit_test(test_lists_and_maps_are_asked_by_place_and_key),
        cmocka_unit_test(test_macros_go_through_lists_and_maps),
        cmocka_unit_test(test_texts_have_their_functions),
        cmocka_unit_test(test_format_shows_values),
        cmocka_unit_test(test_conversions_keep_the_value_or_fail),
        cmocka_unit_test(test_times_stay_in_their_range),
        cmocka_unit_test(test_times_have_parts_in_a_zone),
        cmocka_unit_test(test_math_works_on_every_kind),
        cmocka_unit_test(test_names_resolve_from_the_longest_and_innermost),
        cmocka_unit_test(test_bindings_are_plain_or_typed),
        cmocka_unit_test(test_matches_is_re2_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns of matches() in conditions: what they match, what is refused and where, and that no pattern takes long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/toy_names.h"

/* A raw string of CEL around the pattern. */
static const sz_prog *compile(const char *pattern, sz_diags *d) {
    return toy_compile(&toy_arena, sz_arena_printf(&toy_arena, "s.matches(r'%s')", pattern), SZ_X_BOOL, true, d);
}

static bool matches(const char *pattern, const char *text) {
    sz_diags d;
    sz_diags_init(&d);
    const sz_prog *p = compile(pattern, &d);
    if (!p) fail_msg("%s: %s", pattern, d.n ? d.v[0].message : "nothing said");
    sz_diags_fini(&d);
    toy_set(&toy_world, "s", toy_str(text));
    sz_loader l = toy_loader(&toy_world);
    sz_xval v = sz_prog_run(p, &l);
    assert_int_equal(v.know, SZ_KNOWN);
    return v.b;
}

static void test_patterns_match_as_re2_does(void **unused) {
    static const struct { const char *pattern, *yes[4], *no[4]; } rows[] = {
        {"", {"", "x"}, {0}},
        {"b", {"b", "abc"}, {"", "ac"}},
        {"^b", {"b", "bc"}, {"ab", ""}},
        {"b$", {"b", "ab"}, {"ba", "b\n"}},
        {"^$", {""}, {"x", "\n"}},
        {"\\Aab\\z", {"ab"}, {"xab", "abx"}},
        {"a.c", {"abc", "xa中c"}, {"ac", "a\nc"}},
        {"^[abc]+$", {"a", "cab"}, {"", "abd"}},
        {"^[^abc]+$", {"d", "中文"}, {"", "da"}},
        {"^[a-c1]$", {"b", "1"}, {"d", "-"}},
        {"^[]a-]+$", {"]a-"}, {"b"}},
        {"^[\\d_]+$", {"1_2"}, {"a"}},
        {"^[^\\D5]+$", {"12"}, {"5", "a"}},
        {"^\\d{4}$", {"2026"}, {"202", "20266", "二〇二六"}},
        {"^\\w+\\s\\w+$", {"a b", "a\tb"}, {"ab", "a\vb"}},
        {"^\\W\\S\\D$", {"-ab"}, {"aab", "- b", "-a1"}},
        {"\\bcat\\b", {"cat", "a cat!"}, {"cats", "scat"}},
        {"\\Bat", {"cat"}, {"at"}},
        {"^(ab|cd)+$", {"ab", "cdab"}, {"", "abc"}},
        {"^(?:ab|cd|)x$", {"x", "abx", "cdx"}, {"acx"}},
        {"^ab*c$", {"ac", "abbbc"}, {"abb"}},
        {"^ab+?c$", {"abc", "abbc"}, {"ac"}},
        {"^ab?c$", {"ac", "abc"}, {"abbc"}},
        {"^a{2,3}$", {"aa", "aaa"}, {"a", "aaaa"}},
        {"^a{2,}$", {"aa", "aaaaa"}, {"a"}},
        {"^(ab){2}$", {"abab"}, {"ab", "ababab"}},
        {"^a{0}b{0,1}$", {"", "b"}, {"a", "bb"}},
        {"^a{,2}$", {"a{,2}"}, {"aa"}},
        {"^a{x$", {"a{x"}, {"a"}},
        {"^(a*)*b$", {"b", "aaab"}, {"aa"}},
        {"^(a|b)*(^)?c", {"abc"}, {"abd"}},
        {"^(^a|b)c", {"ac", "bc"}, {"xac"}},
        {"a\\.b\\*", {"a.b*"}, {"axb*"}},
        {"^\\x41\\x{4e2d}\\t$", {"A中\t"}, {"A中"}},
        {"^[一-龥]{2,3}书院$", {"彭康书院"}, {"彭书院", "Peng书院"}},
        {"^(24|25)[0-9]+$", {"2401", "25001"}, {"2301", "24"}},
        {"a|b|^$", {"xa", "b", ""}, {"c"}},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int k = 0; k < 4 && rows[i].yes[k]; k++)
            if (!matches(rows[i].pattern, rows[i].yes[k])) fail_msg("%s does not match `%s`", rows[i].pattern, rows[i].yes[k]);
        for (int k = 0; k < 4 && rows[i].no[k]; k++)
            if (matches(rows[i].pattern, rows[i].no[k])) fail_msg("%s matches `%s`", rows[i].pattern, rows[i].no[k]);
    }
}

static void test_what_is_no_pattern_is_refused_at_its_place(void **unused) {
    enum { BEFORE = 12 }; /* s.matches(r' */
    static const struct { const char *pattern; uint32_t off; } rows[] = {
        {"a(b", 1}, {"a)b", 1}, {"[ab", 0}, {"x[b-a]", 2}, {"*a", 0}, {"a|+", 2}, {"a**", 2}, {"a{2}{3}", 4}, {"{2}", 0}, {"(?i)a", 0}, {"a(?=b)", 1}, {"a(?P<x>b)", 1},
        {"\\pL", 0}, {"a\\1", 1}, {"\\Qa", 0}, {"[[:alpha:]]", 1}, {"a\\x{110000}", 1}, {"a\\xg", 1}, {"a{3,2}", 1}, {"a{1001}", 1}, {"(a{100}){100}", 0},
        {"((){1000}){1000}", 0}, {"(((){1000}){1000}){1000}", 0}, {"ab\\", 2}};
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_diags d;
        sz_diags_init(&d);
        const char *p = rows[i].pattern;
        if (p[strlen(p) - 1] == '\\') p = "ab\\\\\\"; /* in a string with escapes the whole literal is marked */
        if (p == rows[i].pattern) {
            if (compile(p, &d)) fail_msg("%s was taken", p);
            assert_int_equal(d.v[0].code, 123);
            if (d.v[0].span.off != BEFORE + rows[i].off) fail_msg("%s: %s at %u", p, d.v[0].message, d.v[0].span.off - BEFORE);
        }
        sz_diags_fini(&d);
    }
    sz_diags d;
    sz_diags_init(&d);
    assert_null(toy_compile(&toy_arena, "s.matches(t)", SZ_X_BOOL, true, &d));
    assert_int_equal(d.v[0].code, 123);
    assert_null(toy_compile(&toy_arena, "s.matches(\"a\\\\\")", SZ_X_BOOL, true, &d));
    assert_int_equal(d.v[1].span.len, 5);
    sz_diags_fini(&d);
}

static void test_unknown_text_does_not_match_or_fail_to(void **unused) {
    (void)unused;
    sz_diags d;
    sz_diags_init(&d);
    sz_loader l = toy_loader(&toy_world);
    assert_int_equal(sz_prog_run(compile("a", &d), &l).know, SZ_UNKNOWN);
    const sz_prog *p = toy_compile(&toy_arena, "!s.matches('^a') && (s.matches('b') == true || p)", SZ_X_BOOL, true, &d);
    toy_set(&toy_world, "s", toy_str("xb"));
    assert_true(sz_prog_run(p, &l).b);
    toy_set(&toy_world, "s", toy_str("ab"));
    assert_false(sz_prog_run(p, &l).b);
    uint32_t n;
    sz_prog_clauses(p, &n);
    assert_int_equal(n, 3);
    sz_diags_fini(&d);
}

static void test_no_pattern_takes_long(void **unused) {
    char text[20001];
    (void)unused;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(matches("^(a+)+$b", text));
    assert_false(matches("(a|a)*(a|aa)+b$", text));
    assert_true(matches("(a?){100}a{100}", text));
}

#define T(f) cmocka_unit_test_setup_teardown(f, toy_setup, toy_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {T(test_patterns_match_as_re2_does), T(test_what_is_no_pattern_is_refused_at_its_place),
                                       T(test_unknown_text_does_not_match_or_fail_to), T(test_no_pattern_takes_long)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

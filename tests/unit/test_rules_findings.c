/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: what is found in rule files. The cases are in data/rules_findings.txt, as an analyst sees them; the campus against
 * which they are read is that of support/rules_fixture. data/golden-like is made from the golden output of `sanzao check`.
 */
#include "support/case_text.h"
#include "support/rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CASES  "tests/unit/data/rules_findings.txt"
#define GOLDEN "tests/data/golden-like/"

/* Both languages, and those of this module have a hint. */
static void check_languages(const sz_diag *g) {
    bool is_ours = (g->code >= 20 && g->code < 100) || (g->code >= 150 && g->code < 200);
    if (!g->message_zh || strcmp(g->message, g->message_zh) == 0)
        fail_msg("SZ%03d in Chinese: %s", g->code, g->message);
    if (is_ours && g->code != 42 && !g->hint) fail_msg("SZ%03d lacks a hint: %s", g->code, g->message);
    if (g->hint && (!g->hint_zh || strcmp(g->hint, g->hint_zh) == 0) && !strstr(g->hint, "write it like"))
        fail_msg("SZ%03d in Chinese: %s", g->code, g->hint);
    assert_true(sz_utf8_valid(g->message_zh, strlen(g->message_zh)));
}

/* In full those of this module; of another module's only the place and the code, for its words are tested there. */
static sz_buf print(const struct rules_fixture *x) {
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < x->d.n; i++) {
        const sz_diag *g = &x->d.v[i];
        uint32_t line, col;
        if ((g->code >= 19 && g->code < 100) || (g->code >= 150 && g->code < 200)) {
            sz_diag_print(&out, g, SZ_EN, false);
            continue;
        }
        sz_source_locate(g->span.src, g->span.off, &line, &col);
        sz_buf_printf(&out, "%s:%u:%u: SZ%03d\n", g->span.src->name, line, col, g->code);
    }
    return out;
}

static void check_case(struct rules_fixture *x, sz_str name, sz_str document, sz_str expected) {
    sz_rule_file file = {"rules.yaml", document.p, document.n};
    rules_fixture_load_files(x, &file, 1);
    sz_buf out = print(x);
    for (size_t i = 0; i < x->d.n; i++) check_languages(&x->d.v[i]);
    if (!sz_str_eq(sz_buf_str(&out), expected))
        fail_msg("%.*sexpected\n%.*sis\n%.*s", SZ_FMT_STR(name), SZ_FMT_STR(expected), SZ_FMT_STR(sz_buf_str(&out)));
    sz_buf_fini(&out);
}

static void test_findings_are_those_of_the_cases(void **state) {
    sz_arena a;
    struct rules_fixture x;
    (void)state;
    sz_arena_init(&a);
    rules_fixture_init(&x);
    sz_str rest = rules_fixture_read(&a, CASES);
    size_t n = 0;
    case_lines_until(&rest, "%% ");
    for (; rest.n; n++) {
        sz_str name = case_next_line(&rest);
        sz_str document = case_lines_until(&rest, "%>");
        case_next_line(&rest);
        check_case(&x, name, document, case_lines_until(&rest, "%% "));
    }
    assert_true(n > 25);
    rules_fixture_fini(&x);
    sz_arena_fini(&a);
}

static void load_golden(struct rules_fixture *x, sz_arena *a) {
    static const char *const names[] = {"rules/hardship/hidden.yaml", "rules/local/adjust.yaml",
                                        "rules/local/late.yaml", "rules/local/meals.yaml", "rules/safety/late.yaml"};
    enum { N = sizeof names / sizeof *names };
    sz_rule_file files[N];
    for (size_t i = 0; i < N; i++) {
        sz_str text = rules_fixture_read(a, sz_arena_printf(a, "%s%s", GOLDEN, names[N - 1 - i])); /* in any order */
        assert_non_null(text.p);
        files[i] = (sz_rule_file){names[N - 1 - i], text.p, text.n};
    }
    rules_fixture_load_files(x, files, N);
}

static void test_the_golden_files_are_told_as_in_the_golden_output(void **state) {
    sz_arena a;
    struct rules_fixture x;
    (void)state;
    sz_arena_init(&a);
    rules_fixture_init(&x);
    load_golden(&x, &a);
    assert_int_equal(x.d.n_errors, 5);
    assert_int_equal(x.d.n_warnings, 2);
    for (int lang = SZ_EN; lang <= SZ_ZH; lang++) {
        sz_buf out = rules_fixture_print(&x, (sz_lang)lang);
        sz_str expected = rules_fixture_read(&a, lang == SZ_ZH ? GOLDEN "check.zh.txt" : GOLDEN "check.en.txt");
        if (!sz_str_eq(sz_buf_str(&out), expected)) fail_msg("is\n%.*s", SZ_FMT_STR(sz_buf_str(&out)));
        sz_buf_fini(&out);
    }
    rules_fixture_fini(&x);
    sz_arena_fini(&a);
}

/* What golden/check.txt shows, to the letter where it does not name another pack. */
static void test_golden_places_and_words(void **state) {
    static const struct {
        const char *file;
        uint32_t line, col;
        int code;
        const char *words, *hint;
    } rows[] = {
        {"rules/local/adjust.yaml", 4, 48, 151, "this change was made against 420", "and set  was: 700 yuan"},
        {"rules/local/late.yaml", 12, 45, 203, "getHours() without a zone is UTC; 22:00 here is 14:00 there",
         "use event.hour or event.clock >= \"22:00\" (campus time)"},
        {"rules/local/meals.yaml", 9, 40, 42, "nothing is named `late_night_7d`",
         "did you mean `late_nights_7d`?  (feature, rules/safety/late.yaml:14)"},
        {"rules/local/meals.yaml", 15, 22, 60, "the message names `meal_30d`, which this rule does not know",
         "did you mean `{meals_30d}`?"},
        {"rules/local/meals.yaml", 21, 31, 117, "`50%` is not an expression",
         "write 0.5, or name it:  params: {drop: 50%}  and  spend_habit.ratio < drop"},
        {"rules/local/meals.yaml", 27, 14, 19, "a name has letters a-z, digits and _",
         "CEL knows only such names; say it in Chinese with  label: {zh: 贫困线, en: …}"},
        {"rules/local/meals.yaml", 33, 28, 8, "a { inside { … } starts a new mapping here",
         "put the text in quotes, or on a line of its own under  message:"},
    };
    sz_arena a;
    struct rules_fixture x;
    (void)state;
    sz_arena_init(&a);
    rules_fixture_init(&x);
    load_golden(&x, &a);
    assert_int_equal(x.d.n, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < x.d.n; i++) {
        uint32_t line, col;
        const sz_diag *g = &x.d.v[i];
        sz_source_locate(g->span.src, g->span.off, &line, &col);
        assert_string_equal(g->span.src->name, rows[i].file);
        assert_int_equal(line, rows[i].line);
        assert_int_equal(col, rows[i].col);
        assert_int_equal(g->code, rows[i].code);
        if (!strstr(g->message, rows[i].words)) fail_msg("%s", g->message);
        if (!strstr(g->hint, rows[i].hint)) fail_msg("%s", g->hint);
    }
    rules_fixture_fini(&x);
    sz_arena_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings_are_those_of_the_cases),
        cmocka_unit_test(test_the_golden_files_are_told_as_in_the_golden_output),
        cmocka_unit_test(test_golden_places_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

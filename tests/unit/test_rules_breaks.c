/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: every word of a good rule set, spoilt one at a time, is found, and at its place. A name that is spoilt where it
 * is declared is missed where it is used.
 */
#include "support/rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FILE_NAME "tests/data/breakable/rules.yaml"

/* After these, up to the end of the line or the brace, texts are free: whatever stands there is right. */
static const char *const free_texts[] = {"because:", "zh:", "en:", "#", "id:", "canteen_kind: "};

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9'); }

/* Is the word at `at` in a text that may say anything? */
static bool is_free(sz_str text, size_t at) {
    size_t line = at;
    while (line > 0 && text.p[line - 1] != '\n') line--;
    for (size_t k = 0; k < sizeof free_texts / sizeof *free_texts; k++) {
        size_t n = strlen(free_texts[k]);
        size_t from = SIZE_MAX;
        for (size_t i = line; i + n <= at; i++)
            if (memcmp(text.p + i, free_texts[k], n) == 0) from = i;
        if (from == SIZE_MAX) continue;
        int inner = 0, closed = 0;
        for (size_t i = from; i < at; i++) {
            inner += text.p[i] == '{' ? 1 : text.p[i] == '}' ? -1 : 0;
            if (inner < 0) closed = 1;
        }
        if (!closed && inner == 0) return true;
    }
    return false;
}

/* A plural's forms are free as well. */
static bool is_plural(sz_str text, size_t at) {
    for (size_t i = at; i > 0 && is_word(text.p[i - 1]); i--) at = i - 1;
    return at > 0 && text.p[at - 1] == '|';
}

static bool covers(const struct rules_fixture *x, size_t from, size_t to) {
    for (size_t i = 0; i < x->d.n; i++) {
        const sz_span *s = &x->d.v[i].span;
        if (s->src && s->off < to && s->off + (s->len ? s->len : 1) > from) return true;
    }
    return false;
}

/* A finding stands at another place where the same word is: the declaration was spoilt. */
static bool is_missed(const struct rules_fixture *x, const char *spoilt, sz_str word) {
    for (size_t i = 0; i < x->d.n; i++) {
        const sz_span *s = &x->d.v[i].span;
        if (!s->src) continue;
        for (size_t k = s->off; k + word.n <= s->off + s->len; k++)
            if (memcmp(spoilt + k, word.p, word.n) == 0) return true;
    }
    return false;
}

static void spoil(struct rules_fixture *x, sz_str text, size_t from, size_t to, const char *with) {
    sz_buf b;
    sz_str word = {text.p + from, to - from};
    sz_buf_init(&b);
    sz_buf_put(&b, text.p, to);
    sz_buf_put_z(&b, with);
    sz_buf_put(&b, text.p + to, text.n - to);
    sz_rule_file file = {"rules.yaml", b.p, b.n};
    rules_fixture_load_files(x, &file, 1);
    if (!covers(x, from, to + strlen(with)) && !is_missed(x, (const char *)b.p, word)) {
        sz_buf out = rules_fixture_print(x, SZ_EN);
        uint32_t line = 1;
        for (size_t i = 0; i < from; i++) line += text.p[i] == '\n';
        fail_msg("line %u: `%.*s%s` is not found\n%.*s", line, SZ_FMT_STR(word), with, SZ_FMT_STR(sz_buf_str(&out)));
    }
    sz_buf_fini(&b);
}

static void test_every_word_spoilt_is_found(void **state) {
    struct rules_fixture x;
    sz_arena a;
    size_t n = 0;
    (void)state;
    sz_arena_init(&a);
    rules_fixture_init(&x);
    sz_str text = rules_fixture_read(&a, FILE_NAME);
    assert_non_null(text.p);
    rules_fixture_fine(&x, sz_arena_printf(&a, "%.*s", SZ_FMT_STR(text)));
    for (size_t i = 0; i < text.n; i++) {
        size_t from = i;
        while (i < text.n && is_word(text.p[i])) i++;
        bool is_number = i > from && text.p[from] >= '0' && text.p[from] <= '9';
        if (i < from + 2 || is_number || is_free(text, from) || is_plural(text, from)) continue;
        spoil(&x, text, from, i, "zq");
        n++;
    }
    printf("%zu words\n", n);
    assert_true(n > 200);
    rules_fixture_fini(&x);
    sz_arena_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_word_spoilt_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

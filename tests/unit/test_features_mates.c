/* SPDX-License-Identifier: Apache-2.0
 *
 * When somebody of a class was first seen (semantics 28, class_silent): a class is gathered when it is first asked for,
 * once, and of its own students; what is noted afterwards and what was gathered are told apart by nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/campus_fixture.h"
#include <sanzao/features.h>

enum { A = 12, B = 11, SMALL = 9, ALL = A + B + SMALL };
static const int64_t monday = INT64_C(1772380800000); /* 2026-03-02T00:00+08:00 */

typedef struct bench {
    struct campus_fixture x;
    sz_mates *m;
    int32_t day;
    uint32_t gathered, asked_of; /* how often, and of how many students */
    uint32_t seen;               /* who has a record in his log, */
    int64_t seen_ms;             /* of then; SZ_TIME_NONE: nobody has */
} bench;

static uint32_t student(bench *b, const char *id) { return fixture_student(&b->x, id); }

static bool note(bench *b, uint32_t s, int64_t t_ms, int64_t *until_ms) {
    return sz_mates_note(b->m, sz_campus_zone(b->x.c), s, t_ms, b->day, until_ms);
}

static void gather(void *owner, const uint32_t *students, uint32_t n) {
    bench *b = owner;
    int64_t until;
    b->gathered++;
    b->asked_of += n;
    for (uint32_t k = 0; k < n; k++)
        if (students[k] == b->seen && b->seen_ms != SZ_TIME_NONE) note(b, b->seen, b->seen_ms, &until);
}

static void put_class(sz_buf *out, const char *name, int n) {
    for (int i = 0; i < n; i++) sz_buf_printf(out, "%s%d,%s\n", name, i, name);
}

static int begin(void **state) {
    bench *b = sz_alloc(sizeof *b);
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, "student,class\n");
    put_class(&text, "a", A);
    put_class(&text, "b", B);
    put_class(&text, "s", SMALL);
    sz_buf_put_u8(&text, 0);
    campus_fixture_load(&b->x, (struct campus_text[]){{"students.csv", (const char *)text.p}, {NULL, NULL}});
    sz_buf_fini(&text);
    bool is_home[ALL];
    memset(is_home, true, sizeof is_home);
    b->m = sz_mates_new(b->x.c, is_home, gather, b);
    b->day = fixture_day("2026-03-02");
    b->seen = SZ_NONE;
    b->seen_ms = SZ_TIME_NONE;
    *state = b;
    return 0;
}

static int end(void **state) {
    bench *b = *state;
    sz_mates_free(b->m);
    campus_fixture_fini(&b->x);
    sz_free(b);
    return 0;
}

static bool is_silent(bench *b, const char *id, int hour) {
    return sz_mates_are_silent(b->m, student(b, id), b->day, monday + hour * SZ_HOUR_MS);
}

static void test_a_class_is_gathered_once_and_not_before_it_is_asked_for(void **state) {
    bench *b = *state;
    b->seen = student(b, "a3");
    b->seen_ms = monday + 9 * SZ_HOUR_MS;
    assert_int_equal(b->gathered, 0);
    assert_false(sz_mates_are_gathered(b->m, student(b, "a0")));
    assert_true(is_silent(b, "a0", 8));
    assert_int_equal(b->gathered, 1);
    assert_int_equal(b->asked_of, A);
    assert_false(is_silent(b, "a0", 9));
    assert_false(is_silent(b, "a3", 10));
    assert_true(sz_mates_are_gathered(b->m, student(b, "a1")));
    assert_false(sz_mates_are_gathered(b->m, student(b, "b1")));
    assert_int_equal(b->gathered, 1);
    assert_true(is_silent(b, "b0", 20));
    assert_int_equal(b->gathered, 2);
    assert_int_equal(b->asked_of, A + B);
}

static void test_of_a_small_class_nothing_is_asked(void **state) {
    bench *b = *state;
    int64_t until;
    assert_true(sz_mates_are_gathered(b->m, student(b, "s0")));
    assert_true(sz_mates_know(b->m, student(b, "s0"), monday));
    assert_false(is_silent(b, "s0", 8));
    assert_false(note(b, student(b, "s0"), monday, &until));
    assert_int_equal(b->gathered, 0);
}

/* What the logs have comes first, or an older record would pass for news. */
static void test_a_note_is_put_to_what_the_logs_have(void **state) {
    bench *b = *state;
    int64_t until = 0;
    b->seen = student(b, "a3");
    b->seen_ms = monday + 9 * SZ_HOUR_MS;
    assert_false(note(b, student(b, "a1"), monday + 10 * SZ_HOUR_MS, &until));
    assert_int_equal(b->gathered, 1);
    assert_true(note(b, student(b, "a1"), monday + 7 * SZ_HOUR_MS, &until));
    assert_true(until == b->seen_ms);
    assert_true(is_silent(b, "a2", 6));
    assert_false(is_silent(b, "a2", 7));
    assert_int_equal(b->gathered, 1);
}

static void test_what_is_forgotten_is_gathered_anew(void **state) {
    bench *b = *state;
    int64_t until;
    assert_true(note(b, student(b, "a1"), monday + 7 * SZ_HOUR_MS, &until));
    assert_false(is_silent(b, "a2", 8));
    sz_mates_forget(b->m);
    assert_false(sz_mates_are_gathered(b->m, student(b, "a2")));
    assert_true(is_silent(b, "a2", 8));
    assert_int_equal(b->gathered, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_class_is_gathered_once_and_not_before_it_is_asked_for, begin, end),
        cmocka_unit_test_setup_teardown(test_of_a_small_class_nothing_is_asked, begin, end),
        cmocka_unit_test_setup_teardown(test_a_note_is_put_to_what_the_logs_have, begin, end),
        cmocka_unit_test_setup_teardown(test_what_is_forgotten_is_gathered_anew, begin, end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * A card that everybody uses: the log of one student has tens of thousands of records. How often a new record has the
 * whole log gone over does not grow with the log, and repeats are found as in a short one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/timeline/ids.h"
#include "support/engine_rig.h"

static sz_str id_of(char out[24], uint32_t i) {
    snprintf(out, 24, "P%08u", i);
    return sz_str_of(out);
}

/* How many of so many new ids make somebody go over a log of n. */
static uint32_t gone_over(uint32_t n, uint32_t news) {
    char id[24];
    uint32_t found = 0;
    id_set s = {0};
    id_set_begin(&s, n);
    for (uint32_t i = 0; i < n; i++) id_set_add(&s, id_of(id, i));
    for (uint32_t i = 0; i < n; i++) assert_true(id_set_may_have(&s, id_of(id, i)));
    for (uint32_t i = 0; i < news; i++) found += id_set_may_have(&s, id_of(id, n + i));
    id_set_forget(&s);
    return found;
}

/* By fingerprints of 16 bits it would be 6,200 and all of 10,000. */
static void a_log_four_times_as_long_is_gone_over_as_seldom(void **state) {
    (void)state;
    assert_true(gone_over(60000, 10000) < 10);
    assert_true(gone_over(240000, 10000) < 10);
}

static void a_set_that_is_half_full_is_not_known_any_more(void **state) {
    char id[24];
    id_sets sets;
    (void)state;
    id_sets_init(&sets);
    assert_null(id_sets_find(&sets, SZ_STR("a")));
    for (int i = 0; i < 9; i++) assert_null(id_sets_of(&sets, id_of(id, (uint32_t)i))->v);
    id_set *s = id_sets_of(&sets, id_of(id, 3));
    assert_ptr_equal(s, id_sets_find(&sets, id_of(id, 3)));
    id_set_begin(s, 3);
    for (uint32_t i = 0; s->v; i++) {
        assert_true(i <= 1024);
        id_set_add(s, id_of(id, i));
        if (s->v) id_set_add(s, id_of(id, i));
        assert_true(!s->v || s->n == i + 1);
    }
    id_sets_fini(&sets);
}

static void add(rig_log *log, int id, int at, int fen) {
    rig_log_add(log, "{\"id\":\"p%d\",\"student\":\"a\",\"time\":%lld,\"type\":\"swipe\",\"amount\":%d}", id,
                (long long)(rig_monday + SZ_HOUR_MS + at * 5000), fen);
}

/* New ones, those that come late, repeats and what conflicts, with a reload in the middle. */
static void repeats_are_found_in_a_long_log(void **state) {
    enum { N = 3000 };
    static const char rules[] = "events: {fed: {event: swipe}}\n"
                                "features: {f: {count: fed, over: 1d}}\n"
                                "rules: [{id: r, when: f > 999999, level: blue}]\n";
    rig_store store;
    rig_log log;
    rig r;
    rig_setup o = {.rules = rules, .students = "student\na\nb\n", .o = {.is_live = true, .lateness_ms = SZ_DAY_MS}};
    (void)state;
    rig_store_init(&store);
    rig_log_init(&log);
    rig_init(&r, &store, &log, &o);
    r.wall = rig_monday + 99 * SZ_DAY_MS;
    rig_assign(&r, -1);
    for (int i = 0; i < N; i++) add(&log, i, i, 5);
    rig_wait(&r, 600);
    for (int i = 0; i < N; i += 50) {
        add(&log, i, i, 5);         /* a repeat */
        add(&log, i + 1, i + 1, 7); /* a conflict */
        add(&log, N + i, i, 5);     /* late */
        add(&log, N + i, i, 5);     /* and a repeat of that */
    }
    rig_wait(&r, 600);
    assert_int_equal(rig_counts(&r)->used, N + N / 50);
    assert_int_equal(rig_counts(&r)->duplicate, 2 * N / 50);
    assert_int_equal(rig_counts(&r)->dead, N / 50);
    rig_reload(&r, rules, "student\na\nb\nc\n");
    for (int i = 0; i < N; i += 50) add(&log, i + 2, i + 2, 5), add(&log, N + i, i, 5);
    rig_wait(&r, 600);
    assert_int_equal(rig_counts(&r)->duplicate, 4 * N / 50);
    assert_int_equal(rig_counts(&r)->used, N + N / 50);
    rig_fini(&r);
    rig_log_fini(&log);
    rig_store_fini(&store);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_log_four_times_as_long_is_gone_over_as_seldom),
                                       cmocka_unit_test(a_set_that_is_half_full_is_not_known_any_more),
                                       cmocka_unit_test(repeats_are_found_in_a_long_log)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether anybody was seen in a term (semantics 28, feed_silent): its first day may come backwards, and then each
 * record is the first one of the term. Everybody is looked at again only where a rule was answered that there was
 * nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine_rig.h"

enum { STUDENTS = 40 };

static const char rules[] = "events: {fed: {event: swipe}}\n"
                            "features: {f: {count: fed, over: 1d}}\n"
                            "rules: [{id: unfed, when: f == 0, level: blue, check: daily at 12:00, again_after: 1h,"
                            " unless: [feed_silent]}]\n";

typedef struct bench {
    rig_store store;
    rig_log log;
    rig r;
} bench;

static void begin(bench *b) {
    char students[STUDENTS * 8 + 16];
    size_t n = (size_t)snprintf(students, sizeof students, "student\n");
    for (int i = 0; i < STUDENTS; i++) n += (size_t)snprintf(students + n, sizeof students - n, "s%02d\n", i);
    rig_setup o = {.rules = rules, .students = students, .o = {.is_live = true, .lateness_ms = 2 * SZ_DAY_MS}};
    rig_store_init(&b->store);
    rig_log_init(&b->log);
    rig_init(&b->r, &b->store, &b->log, &o);
    b->r.wall = rig_monday + 99 * SZ_DAY_MS;
    rig_assign(&b->r, -1);
}

static void end(bench *b) {
    rig_fini(&b->r);
    rig_log_fini(&b->log);
    rig_store_fini(&b->store);
}

static void swipe(bench *b, int who, int minute) {
    rig_log_add(&b->log, "{\"id\":\"%d.%d\",\"student\":\"s%02d\",\"time\":%lld,\"type\":\"swipe\",\"amount\":5}", who,
                minute, who, (long long)(rig_monday + minute * SZ_MINUTE_MS));
}

static void a_first_day_that_comes_backwards_looks_at_one_a_record(void **state) {
    bench b;
    (void)state;
    begin(&b);
    for (int i = 0; i < STUDENTS; i++) swipe(&b, i, 20 * 60 - i);
    for (int i = 0; i < STUDENTS; i++) swipe(&b, i, 19 * 60 - i);
    rig_wait(&b.r, 600);
    assert_int_equal(rig_counts(&b.r)->used, 2 * STUDENTS);
    assert_true(rig_operation(&b.r).most_students < 6 * STUDENTS); /* of all in one step; it was a square */
    end(&b);
}

/* At noon nobody had been seen. Who comes late from before it says that it was them, and not the readers. */
static void whoever_was_told_that_nobody_was_seen_is_asked_again(void **state) {
    bench b;
    (void)state;
    begin(&b);
    for (int i = 0; i < STUDENTS; i++) swipe(&b, i, 20 * 60 - i);
    rig_wait(&b.r, 600);
    assert_int_equal(rig_topic_count(&b.r, "\"event\":\"firing\""), 0);
    swipe(&b, 7, 11 * 60);
    rig_wait(&b.r, 600);
    assert_int_equal(rig_topic_count(&b.r, "\"event\":\"firing\""), STUDENTS - 1);
    swipe(&b, 9, 10 * 60);
    swipe(&b, 9, 9 * 60);
    rig_wait(&b.r, 600);
    assert_int_equal(rig_topic_count(&b.r, "\"event\":\"firing\""), STUDENTS - 1);
    assert_int_equal(rig_topic_count(&b.r, "\"event\":\"retracted\""), 1);
    end(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_first_day_that_comes_backwards_looks_at_one_a_record),
                                       cmocka_unit_test(whoever_was_told_that_nobody_was_seen_is_asked_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

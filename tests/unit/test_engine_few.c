/* SPDX-License-Identifier: Apache-2.0
 *
 * Of who is seen once a day, records are not added up for checks at which it can be seen without that nothing comes of
 * them (timeline/few.c); of whom something comes, it does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../src/engine/worker.h"
#include "support/engine_rig.h"

static const char features[] = "features:\n"
                               "  n: {count: swipe, over: 30d, to: yesterday}\n"
                               "  m: {sessions: swipe, gap: 90m, over: 30d, to: yesterday}\n"
                               "  d: {days: swipe, over: 30d, to: yesterday}\n"
                               "  here: {count: swipe, over: 30d}\n"
                               "  silence: {absence: swipe}\n"
                               "  latest: {last: swipe}\n"
                               "rules:\n";
static const char many[] = "  - {id: many, check: daily at 07:00, when: n >= 20, level: blue}\n";
static const char meals[] = "  - {id: meals, check: daily at 07:00, when: m >= 5 && d >= 5, level: blue}\n";
static const char gone[] = "  - {id: gone, check: daily at 18:00, "
                           "who: n >= 20 || latest.age >= week || latest.age < hour, "
                           "value: silence, at_least: {24h: yellow, 48h: orange}, params: {week: 168h, hour: 1h}}\n";
static const char never[] = "  - {id: never, check: daily at 18:00, when: here == 0 && n < 20, level: orange}\n";

enum { DAYS = 6, SILENT_DAY = 3, OFTEN = 12, STUDENTS = 3 };

static rig_one *run(const char *rule) {
    static char rules[2048];
    snprintf(rules, sizeof rules, "%s%s", features, rule);
    rig_one *b =
        rig_one_new(&(rig_setup){.rules = rules, .students = "student\ns0\ns1\ns2\n", .o = {.is_live = true}});
    for (int day = 0; day < DAYS; day++)
        for (int i = 0; i < OFTEN; i++) {
            if (i == 5 && day != SILENT_DAY) rig_log_swipe(&b->log, "s0", 24.0 * day + 8 + i);
            rig_log_swipe(&b->log, "s1", 24.0 * day + 8.01 + i);
        }
    rig_one_start(b, 12);
    rig_wait(&b->r, 20000); /* until what is said has left */
    return b;
}

/* How many records of the student wait to be added. */
static uint32_t n_waiting(const rig_one *b, const char *id) {
    const sz_worker *w = b->r.w;
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->students.n; i++) {
        const sz_timeline *tl = w->students.v[i];
        if (!tl || !sz_str_is(tl->id, id)) continue;
        for (uint32_t off = tl->added_off; off < tl->head_off; off += sz_entry_len(tl->log.p + off)) n++;
    }
    return n;
}

static void goes_on_waiting(const char *rule) {
    rig_one *b = run(rule);
    assert_true(n_waiting(b, "s0") >= DAYS - 2); /* all but the first, with which he is looked at */
    rig_one_end(b);
}

static void test_a_count_that_cannot_be_there_asks_for_nothing(void **state) {
    (void)state;
    goes_on_waiting(many);
    goes_on_waiting(meals);
}

static void test_a_silence_of_whom_it_is_not_about_asks_for_nothing(void **state) {
    (void)state;
    goes_on_waiting(gone);
}

static void test_who_was_seen_is_not_asked_whether_he_never_was(void **state) {
    (void)state;
    goes_on_waiting(never);
}

static void test_what_may_be_is_asked(void **state) {
    (void)state;
    rig_one *b = run(many);
    assert_int_equal(rig_topic_count(&b->r, "\"rule\":\"many\""), 1);
    rig_one_end(b);
    b = run(meals);
    assert_int_equal(rig_topic_count(&b->r, "\"rule\":\"meals\""), 1);
    rig_one_end(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_count_that_cannot_be_there_asks_for_nothing),
        cmocka_unit_test(test_a_silence_of_whom_it_is_not_about_asks_for_nothing),
        cmocka_unit_test(test_who_was_seen_is_not_asked_whether_he_never_was),
        cmocka_unit_test(test_what_may_be_is_asked),
    };
    return cmocka_run_group_tests_name("engine_few", tests, NULL, NULL);
}

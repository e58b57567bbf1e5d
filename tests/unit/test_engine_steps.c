/* SPDX-License-Identifier: Apache-2.0
 *
 * What concerns all students goes in steps of so many, and who is not concerned is not looked into: counts, and the
 * same alerts whatever the size of a step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/engine_rig.h"
#include "support/older_blobs.h"

enum { STUDENTS = 40, A_STEP = 4, UNCUT = 0 };

static const char early[] = "features: {silence: {absence: seen}, meals: {count: swipe, over: 7d}}\n"
                            "rules:\n"
                            "  - {id: gone, value: silence, at_least: {26h: yellow}}\n"
                            "  - {id: few, when: 'meals < 3', check: daily at 07:00, level: blue}\n";
static const char late[] = "features: {silence: {absence: seen}, meals: {count: swipe, over: 7d}, doors: {count: "
                           "dorm_access, over: 3d}}\n"
                           "rules:\n"
                           "  - {id: doors, when: doors > 99, level: green}\n"
                           "  - {id: gone, value: silence, at_least: {26h: yellow}}\n"
                           "  - {id: more, when: 'meals < 9', check: daily at 07:00, level: orange}\n";

static const char few[] = "\"event\":\"firing\",\"state\":\"open\",\"rule\":\"few\"";

typedef rig_roster bench;

static void begin(bench *b, uint32_t a_step) {
    rig_roster_begin(b, early, STUDENTS);
    b->o.o.tick_students = a_step;
    rig_roster_start(b);
    rig_assign(&b->r, -1);
}

static void again(bench *b, const char *rules) {
    rig_roster_again(b, rules);
    rig_roster_start(b);
    rig_assign(&b->r, -1);
    assert_int_equal(rig_state(&b->r), SZ_WK_RUNNING);
    assert_true(b->r.n_loads > 0);
}

/* Everybody eats once, at eight. */
static void breakfast(bench *b) {
    for (int i = 0; i < STUDENTS; i++) {
        char id[16];
        snprintf(id, sizeof id, "s%02d", i);
        rig_log_swipe(b->log, id, 8 + i / 100.0);
    }
    rig_wait(&b->r, 2000);
    assert_int_equal(rig_counts(&b->r)->used, STUDENTS);
}

static void said(const bench *b, sz_buf *out) {
    for (uint32_t i = 0; i < b->store->n; i++)
        for (uint32_t k = 0; b->store->nodes[i].is_commit && k < b->store->nodes[i].c.n_outbox; k++)
            sz_buf_printf(out, "%.*s\n", SZ_FMT_STR(b->store->nodes[i].c.outbox[k]));
    sz_buf_put_u8(out, 0);
}

static uint32_t count_said(const bench *b, const char *text) {
    sz_buf out;
    uint32_t n = 0;
    sz_buf_init(&out);
    said(b, &out);
    for (const char *p = (const char *)out.p; (p = strstr(p, text)); p++) n++;
    sz_buf_fini(&out);
    return n;
}

static uint32_t asleep(const bench *b) { return rig_operation(&b->r).asleep; }
static uint32_t most(const bench *b) { return rig_operation(&b->r).most_students; }

/* ---- who sleeps ---- */

static void test_a_load_looks_into_nobody_and_a_record_into_one(void **state) {
    (void)state;
    bench b;
    begin(&b, UNCUT);
    breakfast(&b);
    again(&b, early);
    assert_int_equal(asleep(&b), STUDENTS);
    assert_int_equal(most(&b), 0);
    rig_log_swipe(b.log, "s05", 9);
    rig_wait(&b.r, 2000);
    assert_int_equal(asleep(&b), STUDENTS - 1);
    again(&b, early);
    assert_int_equal(asleep(&b), STUDENTS);
    rig_roster_end(&b);
}

static void test_who_has_something_due_wakes_then_and_not_before(void **state) {
    (void)state;
    bench b;
    begin(&b, UNCUT);
    breakfast(&b);
    again(&b, early);
    rig_log_swipe(b.log, "s00", 23.9); /* the first midnight is looked at by all */
    rig_wait(&b.r, 2000);
    assert_int_equal(asleep(&b), STUDENTS - 1);
    rig_log_swipe(b.log, "s00", 24.1);
    rig_wait(&b.r, 2000);
    assert_int_equal(asleep(&b), 0);
    again(&b, early);
    assert_int_equal(asleep(&b), STUDENTS);
    rig_log_swipe(b.log, "s00", 24 + 6.9); /* before the check of the next day */
    rig_wait(&b.r, 2000);
    assert_int_equal(asleep(&b), STUDENTS - 1);
    rig_log_swipe(b.log, "s00", 24 + 7.1);
    rig_wait(&b.r, 2000);
    assert_int_equal(asleep(&b), 0);
    rig_roster_end(&b);
}

static void test_other_students_facts_let_nobody_sleep(void **state) {
    (void)state;
    bench b;
    begin(&b, UNCUT);
    breakfast(&b);
    sz_buf other;
    sz_buf_init(&other);
    sz_buf_printf(&other, "%ss99\n%c", (const char *)b.students.p, 0);
    b.o.students = (const char *)other.p;
    again(&b, early);
    assert_int_equal(asleep(&b), 0);
    rig_roster_end(&b);
    sz_buf_fini(&other);
}

/* ---- stored forms ---- */

static void test_a_journal_without_hashes_is_read(void **state) {
    (void)state;
    bench b;
    begin(&b, UNCUT);
    breakfast(&b);
    uint32_t n = 0, n_grouped = 0;
    for (uint32_t i = 0; i < b.store->n; i++) {
        sz_str *journal = &b.store->nodes[i].c.journal;
        if (b.store->nodes[i].is_commit && journal->n)
            *journal = older_blob(&b.store->arena, *journal, false, &n_grouped), n++;
    }
    assert_true(n > 0);
    again(&b, early);
    rig_log_swipe(b.log, "s05", 24 + 7.1);
    rig_wait(&b.r, 2000);
    assert_int_equal(count_said(&b, few), STUDENTS);
    rig_roster_end(&b);
}

static void test_a_byte_that_fell_over_is_damage(void **state) {
    (void)state;
    bench b;
    begin(&b, UNCUT);
    breakfast(&b);
    for (uint32_t i = 0; i < b.store->n; i++) {
        sz_str journal = b.store->nodes[i].c.journal;
        if (b.store->nodes[i].is_commit && journal.n) ((char *)(uintptr_t)journal.p)[journal.n / 2] ^= 1;
    }
    rig_fini(&b.r);
    b.o.seed++;
    rig_init(&b.r, b.store, b.log, &b.o);
    rig_assign(&b.r, -1);
    assert_int_equal(rig_state(&b.r), SZ_WK_HELD);
    rig_roster_end(&b);
}

/* ---- steps ---- */

typedef void (*story)(bench *b);

static void check_at_seven(bench *b) {
    breakfast(b);
    rig_log_swipe(b->log, "s05", 24 + 7.1);
    rig_wait(&b->r, 60000);
}

static void load_under_other_rules(bench *b) {
    breakfast(b);
    again(b, late);
    rig_log_swipe(b->log, "s05", 24 + 7.1);
    rig_wait(&b->r, 60000);
}

static void switch_to_other_rules(bench *b) {
    breakfast(b);
    again(b, early); /* so that there is who sleeps */
    rig_reload(&b->r, late, (const char *)b->students.p);
    rig_log_swipe(b->log, "s05", 24 + 7.1);
    rig_wait(&b->r, 60000);
}

static void feed_goes_down(bench *b) {
    breakfast(b);
    again(b, early);
    rig_log_add(b->log, "{\"type\":\"feed_status\",\"source\":\"pos\",\"state\":\"down\","
                        "\"time\":\"2026-03-02T10:00:00+08:00\"}");
    rig_log_swipe(b->log, "s05", 24 + 7.1);
    rig_wait(&b->r, 60000);
}

/* A step may use one message of records besides. */
static void in_steps(story s, const char *must_say) {
    sz_buf whole, cut;
    bench b;
    sz_buf_init(&whole);
    sz_buf_init(&cut);
    begin(&b, UNCUT);
    s(&b);
    said(&b, &whole);
    assert_non_null(strstr((const char *)whole.p, must_say));
    assert_true(most(&b) >= STUDENTS - 1);
    rig_roster_end(&b);
    begin(&b, A_STEP);
    b.r.most_inputs = 1;
    s(&b);
    said(&b, &cut);
    assert_true(most(&b) <= A_STEP + 2);
    assert_string_equal((const char *)cut.p, (const char *)whole.p);
    rig_roster_end(&b);
    sz_buf_fini(&whole);
    sz_buf_fini(&cut);
}

static void test_a_check_of_all_goes_in_steps(void **state) {
    (void)state;
    in_steps(check_at_seven, few);
}

static void test_a_load_under_other_rules_goes_in_steps(void **state) {
    (void)state;
    in_steps(load_under_other_rules, "\"rule\":\"more\"");
}

static void test_a_switch_goes_in_steps(void **state) {
    (void)state;
    in_steps(switch_to_other_rules, "\"rule\":\"more\"");
}

static void test_a_feed_that_goes_down_is_told_to_all_in_steps(void **state) {
    (void)state;
    in_steps(feed_goes_down, few);
}

/* ---- what comes meanwhile ---- */

static void until_it_is_cut(bench *b) {
    rig_log_swipe(b->log, "s05", 24 + 7.1);
    b->r.stops_when_cut = true;
    rig_run(&b->r);
    b->r.stops_when_cut = false;
}

static void test_a_partition_revoked_in_the_middle_of_a_record_ends_it_and_is_committed(void **state) {
    (void)state;
    bench b;
    begin(&b, A_STEP);
    breakfast(&b);
    until_it_is_cut(&b);
    uint64_t used = rig_counts(&b.r)->used;
    assert_int_equal(used, STUDENTS); /* it was cut before the record itself */
    rig_tell(&b.r, &(sz_msg){.kind = SZ_MSG_REVOKED});
    rig_run(&b.r);
    assert_int_equal(rig_state(&b.r), SZ_WK_PARKED);
    b.o.o.tick_students = UNCUT;
    again(&b, early);
    assert_int_equal(rig_counts(&b.r)->used, STUDENTS + 1);
    rig_wait(&b.r, 2000);
    assert_int_equal(count_said(&b, few), STUDENTS);
    rig_roster_end(&b);
}

static void test_nothing_is_committed_in_the_middle_of_a_record(void **state) {
    (void)state;
    bench b;
    begin(&b, A_STEP);
    breakfast(&b);
    uint32_t commits = b.r.n_commits;
    until_it_is_cut(&b);
    b.r.mono += 10000; /* one is long due */
    rig_tell(&b.r, &(sz_msg){.kind = SZ_MSG_GO_ON});
    assert_int_equal(b.r.n_commits, commits);
    rig_run(&b.r);
    assert_true(b.r.n_commits > commits);
    rig_roster_end(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_load_looks_into_nobody_and_a_record_into_one),
        cmocka_unit_test(test_who_has_something_due_wakes_then_and_not_before),
        cmocka_unit_test(test_other_students_facts_let_nobody_sleep),
        cmocka_unit_test(test_a_journal_without_hashes_is_read),
        cmocka_unit_test(test_a_byte_that_fell_over_is_damage),
        cmocka_unit_test(test_a_check_of_all_goes_in_steps),
        cmocka_unit_test(test_a_load_under_other_rules_goes_in_steps),
        cmocka_unit_test(test_a_switch_goes_in_steps),
        cmocka_unit_test(test_a_feed_that_goes_down_is_told_to_all_in_steps),
        cmocka_unit_test(test_a_partition_revoked_in_the_middle_of_a_record_ends_it_and_is_committed),
        cmocka_unit_test(test_nothing_is_committed_in_the_middle_of_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

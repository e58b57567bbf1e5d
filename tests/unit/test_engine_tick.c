/* SPDX-License-Identifier: Apache-2.0
 *
 * Ticks (protocol 2.5, semantics 2 and 7): absence at night, no backlog, no bad clock, cut by commits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/engine_rig.h"

typedef struct bench {
    rig_store store;
    rig_log log;
    rig a;
} bench;

static const rig_setup live = {.seed = 1, .o = {.is_live = true}};

static int set_up(void **state) {
    bench *x = sz_alloc(sizeof *x);
    *state = x;
    rig_store_init(&x->store);
    rig_log_init(&x->log);
    rig_init(&x->a, &x->store, &x->log, &live);
    return 0;
}

static int tear_down(void **state) {
    bench *x = *state;
    rig_fini(&x->a);
    rig_store_fini(&x->store);
    rig_log_fini(&x->log);
    sz_free(x);
    return 0;
}

static uint32_t gone(const rig *r, const char *step) {
    char text[32];
    snprintf(text, sizeof text, "\"step\":\"%s\"", step);
    return rig_topic_count(r, text);
}

/* Minutes go by, with a tick each. */
static void minutes(rig *r, int n) {
    for (int i = 0; i < n; i++) {
        rig_wait(r, 60000);
        rig_tick(r);
    }
}

/* The host's clock, and the store's where it has one, at an hour of that Monday. */
static void clocks_at(rig *r, double hour) {
    r->wall = rig_monday + (int64_t)(hour * (double)SZ_HOUR_MS);
    if (r->store_clock) r->store_clock = r->wall;
}

static void test_absence_is_told_though_nothing_comes(void **state) {
    bench *x = *state;
    rig *r = &x->a;
    clocks_at(r, 8.1);
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(r, -1);
    clocks_at(r, 31.9); /* the next morning */
    minutes(r, 5);
    assert_int_equal(r->n_submitted, 0); /* 07:59 */
    minutes(r, 4);
    rig_wait(r, 1000);
    assert_int_equal(gone(r, "24h"), 1);                                         /* 08:02 and `idle` */
    assert_true(rig_topic_count(r, "\"at\":\"2026-03-03T08:00:00+08:00\"") > 0); /* its deadline, not the tick */
    clocks_at(r, 80.2);
    minutes(r, 3);
    assert_int_equal(gone(r, "48h"), 1);
    assert_int_equal(gone(r, "72h"), 1);
    assert_true(rig_operation(r).ticks >= 4);
}

static void test_a_partition_that_is_not_read_to_its_end_does_not_tick(void **state) {
    bench *x = *state;
    rig *r = &x->a;
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(r, -1);
    clocks_at(r, 80);
    rig_wait(r, 600000);
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_TICK, .wall_ms = r->wall, .offset = 5});
    rig_wait(r, 1000);
    assert_int_equal(rig_operation(r).ticks, 0);
    assert_int_equal(r->n_submitted, 0);
}

static void test_down_over_a_weekend_the_backlog_comes_first(void **state) {
    bench *x = *state;
    rig *r = &x->a;
    rig_log_swipe(&x->log, "s1", 8);
    rig_log_swipe(&x->log, "s2", 8);
    rig_assign(r, -1);
    rig_wait(r, 1000);
    rig b;
    rig_setup o = live;
    o.seed = 50;
    for (int day = 1; day < 5; day++) rig_log_swipe(&x->log, "s1", 24 * day + 7.9);
    rig_init(&b, &x->store, &x->log, &o);
    clocks_at(&b, 96 + 8.5);
    b.holds[SZ_MSG_INPUT] = true;
    rig_assign(&b, -1);
    for (int i = 0; i < 5; i++) rig_tick(&b);
    assert_int_equal(b.n_submitted, 0);
    rig_release(&b);
    minutes(&b, 5);
    assert_int_equal(rig_topic_count(&b, "\"student\":\"s1\""), 1); /* busy */
    assert_int_equal(rig_topic_count(&b, "\"student\":\"s2\",\"level\":\"red\""), 1);
    rig_fini(&b);
}

static void test_the_lower_of_two_clocks_counts_and_time_never_goes_back(void **state) {
    bench *x = *state;
    rig *r = &x->a;
    r->store_clock = 1;
    clocks_at(r, 8.1);
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(r, -1);
    r->wall += 365 * SZ_DAY_MS; /* this host has lost its mind */
    minutes(r, 10);
    assert_int_equal(r->n_submitted, 0);
    uint32_t ticks = (uint32_t)rig_operation(r).ticks;
    assert_in_range(ticks, 7, 10);
    r->wall -= 730 * SZ_DAY_MS;
    minutes(r, 10);
    assert_int_equal(rig_operation(r).ticks, ticks);
    assert_int_equal(r->n_submitted, 0);
    clocks_at(r, 40);
    minutes(r, 5);
    assert_int_equal(gone(r, "24h"), 1);
}

static void test_a_stream_that_is_not_silent_moves_by_its_records(void **state) {
    bench *x = *state;
    rig r;
    rig_setup o = live;
    o.seed = 9;
    o.students = "student\ns1\ns2\n";
    o.feeds = "default: {delivery: stream, allowance: 1h, idle: 5m}\n";
    rig_init(&r, &x->store, &x->log, &o);
    clocks_at(&r, 8);
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(&r, -1);
    for (int i = 1; i < 30; i++) { /* a record a minute: its watermark stays an hour behind */
        rig_log_swipe(&x->log, "s2", 8 + i / 60.0);
        minutes(&r, 1);
    }
    assert_true(sz_worker_clock(r.w) <= rig_monday + 8 * SZ_HOUR_MS);
    minutes(&r, 6);
    assert_true(sz_worker_clock(r.w) > rig_monday + 8 * SZ_HOUR_MS + 20 * SZ_MINUTE_MS);
    rig_fini(&r);
}

static void test_a_batch_source_waits_for_its_word(void **state) {
    bench *x = *state;
    rig r;
    rig_setup o = live;
    o.seed = 9;
    o.students = "student\ns1\n";
    o.feeds = "default: {delivery: batch}\n";
    rig_init(&r, &x->store, &x->log, &o);
    clocks_at(&r, 8);
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(&r, -1);
    clocks_at(&r, 100);
    minutes(&r, 5);
    assert_int_equal(r.n_submitted, 0);
    rig_fini(&r);
}

static void test_a_record_of_the_future_is_held_against_the_clock_of_all(void **state) {
    bench *x = *state;
    rig *r = &x->a;
    clocks_at(r, 8);
    rig_log_swipe(&x->log, "s1", 8.16);
    rig_log_swipe(&x->log, "s1", 8.2);
    rig_assign(r, -1);
    assert_int_equal(rig_counts(r)->used, 1);
    assert_int_equal(rig_counts(r)->dead_by[SZ_FUTURE_TIME], 1);
    r->store_clock = rig_monday + 9 * SZ_HOUR_MS;
    rig_log_swipe(&x->log, "s1", 8.9);
    rig_wait(r, 6000); /* a commit brings the store's clock; the host's is an hour behind */
    rig_log_swipe(&x->log, "s1", 9.1);
    rig_log_swipe(&x->log, "s1", 9.2);
    rig_run(r);
    assert_int_equal(rig_counts(r)->dead_by[SZ_FUTURE_TIME], 3);
    assert_int_equal(rig_counts(r)->used, 2);
}

enum { MANY = 3000 };

static void many(bench *x, rig *r, uint8_t seed) {
    x->log.n = 0;
    for (int i = 0; i < MANY; i++) {
        char who[16];
        snprintf(who, sizeof who, "s%d", i);
        rig_log_swipe(&x->log, who, 8);
    }
    rig_setup o = live;
    o.seed = seed;
    rig_init(r, &x->store, &x->log, &o);
    clocks_at(r, 8);
    rig_assign(r, -1);
    rig_wait(r, 1000);
    clocks_at(r, 34);
    rig_wait(r, 150000);
}

static void assert_each_fires_once(const rig *r) {
    assert_int_equal(rig_topic_count(r, "\"event\":\"firing\""), MANY);
}

static void test_a_tick_is_cut_by_commits(void **state) {
    bench *x = *state;
    rig r;
    many(x, &r, 20);
    uint32_t before = r.n_commits;
    rig_tick(&r);
    assert_true(r.n_commits - before >= 3); /* at most a thousand alerts each */
    for (uint32_t i = x->store.n - (r.n_commits - before); i < x->store.n; i++)
        assert_true(x->store.nodes[i].c.n_outbox <= 1500);
    rig_wait(&r, 10000);
    assert_each_fires_once(&r);
    rig_fini(&r);
}

static void test_a_tick_that_was_cut_off_goes_on_where_it_stood(void **state) {
    bench *x = *state;
    rig r, b;
    many(x, &r, 30);
    rig_tell(&r, &(sz_msg){.kind = SZ_MSG_TICK, .wall_ms = r.wall, .offset = x->log.end});
    r.holds[SZ_MSG_COMMITTED] = true;
    rig_run(&r); /* the first piece is committed; the rest was not */
    uint32_t told = x->store.nodes[x->store.n - 1].c.n_outbox;
    assert_in_range(told, 400, 1500);
    rig_setup o = live;
    o.seed = 60;
    rig_init(&b, &x->store, &x->log, &o);
    clocks_at(&b, 34);
    b.holds[SZ_MSG_INPUT] = true;
    rig_assign(&b, -1);
    rig_release(&b); /* no tick is needed: what was due fires, and before any input */
    rig_log_swipe(&x->log, "s5", 33);
    rig_wait(&b, 10000);
    assert_each_fires_once(&b);
    assert_int_equal(rig_topic_count(&b, "\"event\":\"updated\""), 0);
    assert_int_equal(rig_topic_count(&b, "\"event\":\"resolved\""), 1);
    rig_fini(&r);
    rig_fini(&b);
}

static void test_input_that_comes_while_a_tick_fires_is_read_again(void **state) {
    bench *x = *state;
    rig r;
    many(x, &r, 40);
    r.holds[SZ_MSG_COMMITTED] = true;
    rig_tell(&r, &(sz_msg){.kind = SZ_MSG_TICK, .wall_ms = r.wall, .offset = x->log.end});
    rig_log_swipe(&x->log, "s5", 33);
    rig_run(&r);
    uint64_t used = rig_counts(&r)->used;
    assert_int_equal(used, MANY);
    rig_release(&r);
    assert_int_equal(rig_counts(&r)->used, MANY + 1);
    assert_int_equal(r.n_seeks, 2);
    rig_wait(&r, 10000);
    assert_each_fires_once(&r);
    assert_int_equal(rig_topic_count(&r, "\"event\":\"resolved\""), 1);
    rig_fini(&r);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_absence_is_told_though_nothing_comes),
        T(test_a_partition_that_is_not_read_to_its_end_does_not_tick),
        T(test_down_over_a_weekend_the_backlog_comes_first),
        T(test_the_lower_of_two_clocks_counts_and_time_never_goes_back),
        T(test_a_stream_that_is_not_silent_moves_by_its_records),
        T(test_a_batch_source_waits_for_its_word),
        T(test_a_record_of_the_future_is_held_against_the_clock_of_all),
        T(test_a_tick_is_cut_by_commits),
        T(test_a_tick_that_was_cut_off_goes_on_where_it_stood),
        T(test_input_that_comes_while_a_tick_fires_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

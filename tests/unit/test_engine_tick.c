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

static const rig_setup live = {.seed = 1, .o = {.is_live = true}};

static int set_up(void **state) {
    *state = rig_bench_new(&live, NULL);
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
    rig_bench *x = *state;
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
    rig_bench *x = *state;
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
    rig_bench *x = *state;
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
    rig_bench *x = *state;
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
    rig_bench *x = *state;
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
    rig_bench *x = *state;
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
    rig_bench *x = *state;
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

static void many(rig_bench *x, rig *r, uint8_t seed) {
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

static void assert_each_fires_once(const rig *r) { assert_int_equal(rig_topic_count(r, "\"event\":\"firing\""), MANY); }

static void test_a_tick_is_cut_by_commits(void **state) {
    rig_bench *x = *state;
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
    rig_bench *x = *state;
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
    rig_bench *x = *state;
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

static void test_a_full_outbox_stops_a_tick(void **state) {
    rig_bench *x = *state;
    rig r;
    x->log.n = 0;
    for (int i = 0; i < MANY; i++) {
        char who[16];
        snprintf(who, sizeof who, "s%d", i);
        rig_log_swipe(&x->log, who, 8);
    }
    rig_setup o = live;
    o.seed = 70;
    o.rules = "features: {a: {absence: seen}}\n"
              "rules: [{id: g1, value: a, at_least: {24h: yellow}}, {id: g2, value: a, at_least: {24h: yellow}},\n"
              "  {id: g3, value: a, at_least: {24h: yellow}}, {id: g4, value: a, at_least: {24h: yellow}},\n"
              "  {id: g5, value: a, at_least: {24h: yellow}}, {id: g6, value: a, at_least: {24h: yellow}}]\n";
    rig_init(&r, &x->store, &x->log, &o);
    r.acks = false;
    clocks_at(&r, 8);
    rig_assign(&r, -1);
    rig_wait(&r, 1000);
    clocks_at(&r, 34);
    rig_wait(&r, 150000);
    rig_tick(&r);
    rig_wait(&r, 5000);
    assert_in_range(rig_operation(&r).outbox, 10000, 13000); /* a step more at most */
    r.acks = true;
    rig_release(&r);
    rig_wait(&r, 20000);
    assert_int_equal(rig_topic_count(&r, "\"event\":\"firing\""), 6 * MANY);
    assert_int_equal(rig_operation(&r).outbox, 0);
    rig_fini(&r);
}

static void test_a_letter_of_a_record_without_a_time_does_not_know_of_ticks(void **state) {
    rig_bench *x = *state;
    sz_buf first;
    sz_buf_init(&first);
    for (int with_tick = 0; with_tick < 2; with_tick++) {
        rig_store_fini(&x->store);
        rig_store_init(&x->store);
        x->log.n = 0;
        x->log.end = 0;
        rig r;
        rig_setup o = live;
        o.seed = (uint8_t)(80 + with_tick);
        rig_init(&r, &x->store, &x->log, &o);
        rig_log_swipe(&x->log, "s1", 8);
        clocks_at(&r, 8.1);
        rig_assign(&r, -1);
        clocks_at(&r, 20);
        rig_wait(&r, 150000);
        if (with_tick) rig_tick(&r);
        assert_int_equal(rig_operation(&r).ticks, with_tick);
        rig_log_add(&x->log, "no json");
        rig_wait(&r, 1000);
        assert_true(r.letters.n > 0);
        if (with_tick) assert_int_equal(r.letters.n, first.n), assert_memory_equal(r.letters.p, first.p, first.n);
        sz_buf_put(&first, r.letters.p, r.letters.n);
        rig_fini(&r);
    }
    sz_buf_fini(&first);
}

static const char two_classes[] =
    "events: {meal: {event: swipe}, door: {event: dorm_access}}\n"
    "features: {hungry: {absence: meal}, away: {absence: door}, doors: {count: door, over: 2h}}\n"
    "rules:\n"
    "  - {id: hungry, value: hungry, at_least: {3h: yellow, 6h: orange, 9h: red}}\n"
    "  - {id: away, value: away, at_least: {1h: yellow, 2h: orange}}\n"
    "  - {id: restless, when: doors >= 2, level: blue, for: 20m}\n";
static const char two_feeds[] = "pos: {delivery: stream, types: [swipe], idle: 2m}\n"
                                "door: {delivery: stream, types: [dorm_access], idle: 2h}\n";
static const char ten[] = "student\ns0\ns1\ns2\ns3\ns4\ns5\ns6\ns7\ns8\ns9\n";

static void add(rig_bench *x, const char *source, const char *type, int who, double hour) {
    rig_log_add(&x->log, "{\"source\":\"%s\",\"type\":\"%s\",\"student\":\"s%d\",\"time\":%lld,\"direction\":\"in\"}",
                source, type, who, (long long)(rig_monday + (int64_t)(hour * (double)SZ_HOUR_MS)));
}

/* A tick by one step and one commit at a time, a worker that dies after the kill-th commit, and another that goes on.
 * Returns the topic's lines in the store's order, each once. */
static void run_cut(rig_bench *x, int kill, sz_buf *out, uint32_t *commits) {
    rig_store *s = &x->store;
    rig_store_fini(s);
    rig_store_init(s);
    rig_setup o = live;
    o.rules = two_classes;
    o.students = ten;
    o.feeds = two_feeds;
    o.o.tick_students = 1;
    rig a, b;
    o.seed = 11;
    rig_init(&a, s, &x->log, &o);
    clocks_at(&a, 16);
    rig_assign(&a, -1);
    rig_wait(&a, 150000);
    uint32_t before = s->n;
    a.holds[SZ_MSG_COMMITTED] = true;
    rig_tell(&a, &(sz_msg){.kind = SZ_MSG_TICK, .wall_ms = a.wall, .offset = x->log.end});
    for (int i = 0; i < 400 && (kill < 0 || (int)(s->n - before) < kill); i++) {
        a.mono += 500;
        const sz_msg *m = sz_msgq_pop(a.held);
        if (m) rig_tell(&a, m);
        for (; (m = sz_msgq_pop(a.q));) rig_tell(&a, m);
        rig_tell(&a, &(sz_msg){.kind = SZ_MSG_GO_ON});
    }
    *commits = 0;
    for (uint32_t i = before; i < s->n; i++) *commits += s->nodes[i].c.n_outbox > 0;
    o.seed = 77;
    rig_init(&b, s, &x->log, &o);
    clocks_at(&b, 16.05);
    rig_assign(&b, -1);
    rig_wait(&b, 300000);
    rig_tick(&b);
    rig_wait(&b, 10000);
    for (uint32_t i = 0; i < s->n; i++)
        for (uint32_t k = 0; k < s->nodes[i].c.n_outbox; k++) {
            sz_buf_put_str(out, s->nodes[i].c.outbox[k]);
            sz_buf_put_u8(out, '\n');
        }
    rig_fini(&a);
    rig_fini(&b);
}

static void test_wherever_a_tick_is_cut_off_the_same_is_told(void **state) {
    rig_bench *x = *state;
    for (int i = 0; i < 10; i++) add(x, "pos", "swipe", i, 8 + (i % 3) * 0.5);
    for (int i = 0; i < 10; i++) add(x, "door", "dorm_access", i, 9 + (i % 2));
    for (int i = 0; i < 5; i++) add(x, "door", "dorm_access", i, 10.5);
    add(x, "door", "dorm_access", 9, 15.5); /* its clock is ahead of the other's */
    sz_buf want, got;
    sz_buf_init(&want);
    sz_buf_init(&got);
    uint32_t all, n;
    run_cut(x, -1, &want, &all);
    assert_true(all >= 5); /* each step's within half a second */
    assert_true(want.n > 10000);
    for (int kill = 1; kill <= 2 * (int)all; kill++) {
        sz_buf_clear(&got);
        run_cut(x, kill, &got, &n);
        assert_int_equal(got.n, want.n);
        assert_memory_equal(got.p, want.p, want.n);
    }
    sz_buf_fini(&want);
    sz_buf_fini(&got);
}

static void test_a_source_that_comes_to_have_a_say_does_not_take_the_clock_back(void **state) {
    rig_bench *x = *state;
    rig a, b;
    rig_setup o = live;
    o.students = ten;
    o.feeds = "pos: {delivery: stream}\ndoor: {delivery: stream, allowance: 5h}\n";
    o.seed = 11;
    rig_init(&a, &x->store, &x->log, &o);
    clocks_at(&a, 12);
    add(x, "pos", "swipe", 1, 12);
    add(x, "door", "dorm_access", 1, 12);
    rig_assign(&a, -1);
    rig_wait(&a, 1000);
    assert_true(sz_worker_clock(a.w) == rig_monday + 12 * SZ_HOUR_MS);
    o.seed = 50;
    rig_init(&b, &x->store, &x->log, &o);
    rig_assign(&b, -1);
    assert_true(sz_worker_clock(b.w) == sz_worker_clock(a.w));
    rig_fini(&a);
    rig_fini(&b);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, rig_bench_tear_down)
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
        T(test_a_full_outbox_stops_a_tick),
        T(test_a_letter_of_a_record_without_a_time_does_not_know_of_ticks),
        T(test_wherever_a_tick_is_cut_off_the_same_is_told),
        T(test_a_source_that_comes_to_have_a_say_does_not_take_the_clock_back),
        T(test_input_that_comes_while_a_tick_fires_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

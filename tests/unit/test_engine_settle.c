/* SPDX-License-Identifier: Apache-2.0
 *
 * Output commit (protocol rule B, 2.6) and the pace of commits (2.1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/engine_rig.h"

static const rig_setup setup = {.seed = 1, .o = {.settle_ms = 3000}};
static const char alert[] = "\"rule\":\"busy\"";

static int set_up(void **state) {
    *state = rig_bench_new(&setup, NULL);
    return 0;
}

static uint32_t in_store(const rig_bench *x) {
    sz_buf b;
    sz_buf_init(&b);
    rig_store_dump(&x->store, &b);
    uint32_t n = 0;
    for (size_t i = 0; i + 6 < b.n; i++) n += memcmp(b.p + i, "outbox", 6) == 0;
    sz_buf_fini(&b);
    return n;
}

static void test_an_alert_leaves_after_a_later_commit_has_confirmed_its_own(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(r, -1);
    rig_wait(r, 500);
    assert_int_equal(r->n_commits, 1);
    assert_int_equal(in_store(x), 1);
    rig_wait(r, 2999);
    assert_int_equal(r->n_submitted, 0);
    rig_wait(r, 1); /* settle has passed: an empty commit looks whether the first one still stands */
    assert_int_equal(r->n_commits, 2);
    assert_int_equal(r->n_submitted, 1);
    rig_wait(r, 6000); /* the next one trims */
    assert_int_equal(in_store(x), 0);
    sz_operation op = rig_operation(r);
    assert_int_equal(op.settled, 1);
    assert_int_equal(op.settle_max_ms, 3000);
    assert_int_equal(op.delivered, 1);
}

static void test_a_commit_sent_before_settle_had_passed_confirms_nothing(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(r, -1);
    rig_wait(r, 500);
    r->holds[SZ_MSG_COMMITTED] = true; /* sent 2.9 s after, answered later */
    rig_wait(r, 2400);
    rig_log_swipe(&x->log, "s2", 9);
    rig_wait(r, 500);
    assert_int_equal(r->n_commits, 2);
    rig_wait(r, 1000);
    r->holds[SZ_MSG_COMMITTED] = true;
    uint32_t before = r->n_submitted;
    memset(r->holds, 0, sizeof r->holds);
    const sz_msg *m = sz_msgq_pop(r->held);
    rig_tell(r, m);
    assert_int_equal(r->n_submitted, before);
    rig_wait(r, 10);
    assert_int_equal(r->n_submitted, 1); /* by the one after it, which was due at once */
    assert_int_equal(r->n_commits, 3);
}

static void test_an_alert_whose_commit_was_lost_never_leaves(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_log_swipe(&x->log, "s1", 7);
    rig_assign(r, -1);
    rig_wait(r, 1000);
    uint32_t n = x->store.n;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_wait(r, 2000);
    rig_store_cut(&x->store, n); /* before it has settled */
    assert_int_equal(r->n_submitted, 0);
    rig_wait(r, 1600); /* the confirming commit finds no parent */
    assert_int_equal(rig_operation(r).refused, 1);
    assert_int_equal(r->n_submitted, 0);
    rig_wait(r, 10000);
    assert_int_equal(rig_topic_count(r, alert), 1); /* of the history that stands */
}

static void test_an_idle_worker_commits_now_and_then(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_assign(r, -1);
    rig_wait(r, 60000);
    assert_in_range(r->n_commits, 11, 13);
    assert_int_equal(rig_operation(r).empty_commits, r->n_commits);
    rig_store_cut(&x->store, 1);
    rig_wait(r, 6000);
    assert_int_equal(rig_operation(r).rolled_back, 1);
    assert_int_equal(rig_state(r), SZ_WK_RUNNING);
}

static void test_records_are_committed_within_half_a_second(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_assign(r, -1);
    rig_log_swipe(&x->log, "s1", 8);
    rig_run(r);
    rig_wait(r, 300);
    rig_log_swipe(&x->log, "s1", 9); /* does not put it off */
    rig_run(r);
    rig_wait(r, 199);
    assert_int_equal(r->n_commits, 0);
    rig_wait(r, 1);
    assert_int_equal(r->n_commits, 1);
}

static void test_work_goes_on_while_a_commit_is_out(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_assign(r, -1);
    r->holds[SZ_MSG_COMMITTED] = true;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_wait(r, 500);
    assert_int_equal(r->n_commits, 1);
    rig_log_three_meals(&x->log, "s2", 8);
    rig_wait(r, 2000);
    assert_int_equal(rig_counts(r)->used, 6);
    assert_int_equal(r->n_commits, 1); /* one in flight */
    rig_release(r);
    assert_int_equal(r->n_commits, 2);
    assert_int_equal(in_store(x), 2);
    rig_wait(r, 20000);
    assert_int_equal(rig_topic_count(r, alert), 2);
}

static void test_alerts_leave_in_order_and_the_acknowledged_front_is_trimmed(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    r->acks = false;
    rig_assign(r, -1);
    for (int i = 0; i < 5; i++) {
        char who[8] = {'s', (char)('1' + i), 0};
        rig_log_three_meals(&x->log, who, 8 + i);
        rig_wait(r, 700);
    }
    rig_wait(r, 8000);
    assert_int_equal(r->n_submitted, 5);
    assert_int_equal(in_store(x), 5);
    const char *p = (const char *)r->topic.p, *at[5];
    sz_buf_put_u8(&r->topic, 0);
    for (int i = 0; i < 5; i++) {
        char who[32] = "\"student\":\"s1\"";
        who[12] = (char)('1' + i);
        p = (const char *)r->topic.p;
        at[i] = strstr(p, who);
        assert_non_null(at[i]);
        if (i) assert_true(at[i] > at[i - 1]);
    }
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_OK, .n_delivered = 2, .tag = r->tag});
    rig_wait(r, 6000);
    assert_int_equal(in_store(x), 3);
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_OK, .n_delivered = 3, .tag = r->tag});
    rig_wait(r, 6000);
    assert_int_equal(in_store(x), 0);
    assert_int_equal(r->n_submitted, 5);
}

static void test_an_acknowledgement_of_before_a_start_is_stale(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    r->acks = false;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(r, -1);
    rig_wait(r, 4000);
    assert_int_equal(r->n_submitted, 1);
    uint32_t tag = r->tag;
    r->fate = RIG_NOT_DONE;
    rig_log_swipe(&x->log, "s2", 9);
    while (rig_state(r) != SZ_WK_BACKOFF) rig_wait(r, 100);
    r->fate = RIG_STANDS;
    rig_wait(r, 1000);
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_OK, .n_delivered = 1, .tag = tag});
    rig_wait(r, 6000);
    assert_int_equal(rig_operation(r).delivered, 0);
    assert_int_equal(in_store(x), 1);
    assert_int_equal(r->n_submitted, 2); /* it settled anew and went out again, the same bytes */
    assert_true(r->tag > tag);
    size_t half = r->topic.n / 2;
    assert_memory_equal(r->topic.p, r->topic.p + half, half);
    rig_release(r);
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_OK, .n_delivered = 1, .tag = r->tag});
    rig_wait(r, 6000);
    assert_int_equal(in_store(x), 0);
}

static void test_a_sink_that_does_not_know_gets_it_again(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    r->acks = false;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(r, -1);
    rig_wait(r, 4000);
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_UNKNOWN, .tag = r->tag});
    assert_int_equal(rig_state(r), SZ_WK_BACKOFF);
    rig_wait(r, 8000);
    assert_int_equal(rig_state(r), SZ_WK_RUNNING);
    assert_int_equal(r->n_submitted, 2);
    assert_int_equal(rig_operation(r).loads, 0);
}

static void test_dead_letters_are_safe_before_the_commit_that_counts_them(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_assign(r, -1);
    r->holds[SZ_MSG_DEAD_DONE] = true;
    rig_log_add(&x->log, "no json");
    rig_wait(r, 2000);
    assert_int_equal(r->n_letters, 1);
    assert_int_equal(r->n_commits, 0);
    rig_log_swipe(&x->log, "s1", 8); /* work goes on */
    rig_run(r);
    assert_int_equal(rig_counts(r)->used, 1);
    rig_release(r);
    assert_true(r->n_commits >= 1);
    rig_wait(r, 1000);
    rig b;
    rig_setup o = setup;
    o.seed = 50;
    rig_init(&b, &x->store, &x->log, &o);
    rig_assign(&b, -1);
    assert_int_equal(rig_counts(&b)->dead, 1);
    assert_int_equal(rig_counts(&b)->read, 2);
    uint64_t alerts, dead;
    sz_worker_sinks(b.w, &alerts, &dead);
    assert_int_equal(dead, r->letters.n);
    rig_fini(&b);
}

static void test_a_full_outbox_stops_the_reading(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    r->acks = false;
    static const char rules[] = "events: {meal: {event: swipe}}\n"
                                "rules: [{id: busy, when: event.amount >= 1, level: green, again_after: 1h}]\n";
    rig b;
    rig_setup o = setup;
    o.seed = 9;
    o.rules = rules;
    o.o.settle_ms = 0;
    rig_init(&b, &x->store, &x->log, &o);
    b.acks = false;
    rig_assign(&b, -1);
    uint32_t made = 0;
    for (int round = 0; round < 4; round++) { /* 3,000 students at a time; the log of the rig is short */
        x->log.n = 0;
        x->log.low = x->log.end;
        for (int i = 0; i < 3000; i++, made++) {
            char who[16];
            size_t k = 0;
            for (uint32_t v = made + 1; v; v /= 10) who[k++] = (char)('0' + v % 10);
            who[k] = 0;
            rig_log_swipe(&x->log, who, 8);
        }
        rig_wait(&b, 500);
    }
    sz_operation op = rig_operation(&b);
    assert_in_range(op.outbox, 10000, 10512);
    assert_true(rig_counts(&b)->used < 10600);
    b.acks = true;
    rig_tell(&b, &(sz_msg){.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_OK, .n_delivered = op.outbox, .tag = b.tag});
    rig_wait(&b, 6000);
    assert_int_equal(rig_counts(&b)->used, 12000);
    rig_fini(&b);
}

/* 4,000 a round with ids of 120 letters, for the log of the rig is short. No time passes: it is bytes that ask for a
 * commit. */
static void read_long_ids(rig_bench *x, int rounds) {
    char letters[120];
    for (size_t i = 0; i < sizeof letters; i++) letters[i] = (char)('g' + i % 17);
    for (int k = 0; k < 4000 * rounds; k++) {
        if (k % 4000 == 0) {
            x->log.n = 0;
            x->log.low = x->log.end;
        }
        rig_log_add(&x->log,
                    "{\"id\":\"%.*s%d\",\"type\":\"swipe\",\"student\":\"s%d\",\"time\":%lld,\"amount\":\"8.50\"}",
                    (int)sizeof letters, letters, k, k % 50, (long long)(rig_monday + k * SZ_MINUTE_MS / 60));
        if (k % 4000 == 3999) rig_run(&x->a);
    }
}

static void test_a_log_is_committed_by_the_mebibyte(void **state) {
    rig_bench *x = *state;
    rig_assign(&x->a, -1);
    read_long_ids(x, 4);
    assert_int_equal(rig_counts(&x->a)->used, 16000);
    assert_in_range(x->a.n_commits, 2, 3);
    assert_in_range(rig_operation(&x->a).most_commit_bytes, 1 << 20, (1 << 20) + (200 << 10));
}

static void test_while_a_commit_is_out_four_are_read(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_assign(r, -1);
    r->holds[SZ_MSG_COMMITTED] = true;
    read_long_ids(x, 11);
    assert_int_equal(r->n_commits, 1);
    assert_in_range(rig_counts(r)->used, 30000, 42000); /* not all 44,000 */
    rig_tell(r, sz_msgq_pop(r->held));
    assert_int_equal(r->n_commits, 2);
    assert_in_range(rig_operation(r).most_commit_bytes, (4 << 20) - (400 << 10), (4 << 20) + (400 << 10));
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, rig_bench_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_an_alert_leaves_after_a_later_commit_has_confirmed_its_own),
        T(test_a_commit_sent_before_settle_had_passed_confirms_nothing),
        T(test_an_alert_whose_commit_was_lost_never_leaves),
        T(test_an_idle_worker_commits_now_and_then),
        T(test_records_are_committed_within_half_a_second),
        T(test_work_goes_on_while_a_commit_is_out),
        T(test_alerts_leave_in_order_and_the_acknowledged_front_is_trimmed),
        T(test_an_acknowledgement_of_before_a_start_is_stale),
        T(test_a_sink_that_does_not_know_gets_it_again),
        T(test_dead_letters_are_safe_before_the_commit_that_counts_them),
        T(test_a_full_outbox_stops_the_reading),
        T(test_a_log_is_committed_by_the_mebibyte),
        T(test_while_a_commit_is_out_four_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The place in the log (protocol trap 19): the witness, gaps, stale inputs, and records that live elsewhere (trap 17).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/engine_rig.h"

static const rig_setup setup = {.seed = 1}, again = {.seed = 101},
                       again_with_gap = {.seed = 101, .o = {.accept_gap = true}};

static int set_up(void **state) {
    rig_bench *x = *state = rig_bench_new(&setup, NULL);
    for (int i = 0; i < 6; i++) rig_log_swipe(&x->log, i % 2 ? "s1" : "s2", 8 + i);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000);
    rig_init(&x->b, &x->store, &x->log, &again);
    return 0;
}

static void with_gap(rig_bench *x) {
    rig_fini(&x->b);
    rig_init(&x->b, &x->store, &x->log, &again_with_gap);
}

/* The state is asked for again before it is believed. */
static void assert_held(rig *r, const char *why) {
    assert_int_equal(rig_state(r), SZ_WK_BACKOFF);
    rig_wait(r, 1000);
    assert_int_equal(rig_state(r), SZ_WK_HELD);
    sz_str text;
    assert_int_equal(sz_worker_failure(r->w, &text), SZ_IO);
    assert_non_null(strstr(text.p, why));
    assert_non_null(strstr(text.p, "--accept-gap"));
    assert_int_equal(r->n_commits, 0); /* nothing was done to the state */
}

static void test_the_witness_is_read_again_and_not_used_twice(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 20);
    rig_assign(&x->b, -1);
    assert_int_equal(x->b.sought, 5);
    assert_int_equal(rig_counts(&x->b)->read, 7);
    assert_int_equal(rig_counts(&x->b)->duplicate, 0);
}

static void test_another_record_in_the_place_of_the_witness_holds(void **state) {
    rig_bench *x = *state;
    x->log.v[5].raw.p = sz_arena_str(&x->log.arena, SZ_STR("{}")).p;
    x->log.v[5].raw.n = 2;
    rig_assign(&x->b, -1);
    assert_held(&x->b, "made anew");
}

static void test_a_topic_made_anew_is_read_from_its_beginning_if_that_is_accepted(void **state) {
    rig_bench *x = *state;
    x->log.n = 0;
    x->log.end = 0;
    for (int i = 0; i < 8; i++)
        rig_log_add(&x->log, "{\"id\":\"n%d\",\"type\":\"swipe\",\"student\":\"s3\",\"time\":%lld}", i,
                    (long long)(rig_monday + (9 + i) * SZ_HOUR_MS));
    rig_assign(&x->b, -1);
    assert_held(&x->b, "made anew");
    with_gap(x);
    rig_assign(&x->b, -1);
    rig_wait(&x->b, 1000);
    assert_int_equal(rig_state(&x->b), SZ_WK_RUNNING);
    assert_int_equal(rig_counts(&x->b)->used, 6 + 8);
    assert_true(rig_counts(&x->b)->gap >= 1);
}

static void test_a_topic_cut_short_holds(void **state) {
    rig_bench *x = *state;
    x->log.n = 3;
    x->log.end = 3;
    rig_assign(&x->b, -1);
    assert_held(&x->b, "cut short");
}

static void test_expired_records_that_were_read_are_no_gap(void **state) {
    rig_bench *x = *state;
    for (int i = 0; i < 3; i++) rig_log_swipe(&x->log, "s1", 20 + i);
    rig_log_expire(&x->log, 6);
    rig_assign(&x->b, -1);
    assert_int_equal(rig_state(&x->b), SZ_WK_RUNNING);
    assert_int_equal(rig_counts(&x->b)->used, 9);
    assert_int_equal(rig_counts(&x->b)->gap, 0);
}

static void test_expired_records_that_were_not_read_are_a_gap(void **state) {
    rig_bench *x = *state;
    for (int i = 0; i < 4; i++) rig_log_swipe(&x->log, "s1", 19 + i);
    rig_log_expire(&x->log, 8);
    rig_assign(&x->b, -1);
    assert_held(&x->b, "not there any more");
    with_gap(x);
    rig_assign(&x->b, -1);
    rig_wait(&x->b, 1000);
    assert_int_equal(rig_state(&x->b), SZ_WK_RUNNING);
    assert_int_equal(rig_counts(&x->b)->gap, 2);
    assert_int_equal(rig_counts(&x->b)->used, 8);
    rig_wait(&x->b, 1000);
    rig c;
    rig_init(&c, &x->store, &x->log, &setup);
    rig_assign(&c, -1);
    assert_int_equal(rig_counts(&c)->gap, 2); /* it stays in the state */
    rig_fini(&c);
}

static void test_input_that_stood_in_the_queue_before_a_seek_is_stale(void **state) {
    rig_bench *x = *state;
    rig *r = &x->b;
    r->holds[SZ_MSG_SEEKED] = true;
    rig_assign(r, -1);
    assert_int_equal(rig_state(r), SZ_WK_SEEKING);
    sz_input in = {.raw = SZ_STR("x"), .origin = {.offset = 6}};
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_INPUT, .inputs = &in, .n = 1});
    assert_int_equal(rig_counts(r)->read, 6);
    rig_release(r);
    assert_int_equal(rig_state(r), SZ_WK_RUNNING);
    rig_log_swipe(&x->log, "s1", 20);
    rig_run(r);
    assert_int_equal(rig_counts(r)->read, 7);
    in.origin.offset = 3; /* a fetch that was under way: behind the place */
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_INPUT, .inputs = &in, .n = 1});
    assert_int_equal(rig_counts(r)->read, 7);
    assert_int_equal(rig_operation(r).stale_inputs, 1);
}

/* The counts of a state were too high by what a fetch that was under way at a seek had given. */
static void test_a_stretch_that_comes_twice_in_one_message_is_used_and_counted_once(void **state) {
    rig_bench *x = *state;
    rig *r = &x->b;
    r->gives_twice = true;
    for (int i = 0; i < 4; i++) rig_log_swipe(&x->log, "s1", 15 + i);
    rig_assign(r, -1);
    rig_wait(r, 1000);
    assert_int_equal(rig_counts(r)->read, 10);
    assert_int_equal(rig_counts(r)->used, 10);
    assert_int_equal(rig_counts(r)->duplicate, 0);
    assert_int_equal(rig_operation(r).position, 10);
    assert_in_range(rig_operation(r).stale_inputs, 4, 5);
}

static void test_of_two_seeks_only_the_last_answer_counts(void **state) {
    rig_bench *x = *state;
    rig *r = &x->b;
    r->holds[SZ_MSG_SEEKED] = true;
    rig_assign(r, -1);
    rig_assign(r, -1); /* taken away and given back meanwhile */
    assert_int_equal(r->n_seeks, 2);
    rig_tell(r, sz_msgq_pop(r->held));
    uint32_t wants = r->n_wants;
    assert_int_equal(rig_state(r), SZ_WK_SEEKING);
    assert_int_equal(wants, 0);
    rig_release(r);
    assert_int_equal(rig_state(r), SZ_WK_RUNNING);
}

/* The stream says by itself that its place is gone; a worker that did not listen stood still without a word. */
static void cut_under_it(rig *r, const char *why) {
    sz_str text;
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_SEEKED,
                          .answer = SZ_ANS_FAILED,
                          .offset = r->log->low,
                          .text = SZ_STR("not there any more")});
    rig_run(r);
    assert_int_equal(rig_state(r), SZ_WK_BACKOFF);
    rig_wait(r, 1000);
    assert_int_equal(rig_state(r), SZ_WK_HELD);
    sz_worker_failure(r->w, &text);
    assert_non_null(strstr(text.p, why));
}

static void test_a_topic_cut_short_under_a_running_worker_holds(void **state) {
    rig_bench *x = *state;
    rig_assign(&x->b, -1);
    assert_int_equal(rig_state(&x->b), SZ_WK_RUNNING);
    x->log.n = 3;
    x->log.end = 3;
    cut_under_it(&x->b, "cut short");
}

/* Deleted and made anew, and longer than the old one by the time it was there again, it was read on from the old place,
 * and what stood before that was skipped without a word. */
static void test_a_topic_that_was_away_under_a_running_worker_is_held_if_it_is_another(void **state) {
    rig_bench *x = *state;
    const sz_msg was_away = {.kind = SZ_MSG_SEEKED, .answer = SZ_ANS_UNKNOWN, .text = SZ_STR("it was away")};
    rig *r = &x->b;
    rig_assign(r, -1);
    uint32_t seeks = r->n_seeks;
    rig_tell(r, &was_away);
    rig_run(r);
    assert_int_equal(rig_state(r), SZ_WK_RUNNING); /* the same */
    assert_int_equal(r->n_seeks, seeks + 1);
    assert_int_equal(r->sought, 5);
    rig_log_swipe(&x->log, "s1", 20);
    rig_run(r);
    assert_int_equal(rig_counts(r)->read, 7);
    x->log.n = 0;
    x->log.end = 0;
    for (int i = 0; i < 12; i++) rig_log_swipe(&x->log, "s3", 9 + i);
    rig_tell(r, &was_away);
    rig_run(r);
    assert_int_equal(rig_state(r), SZ_WK_BACKOFF);
    rig_wait(r, 1000);
    assert_int_equal(rig_state(r), SZ_WK_HELD);
    sz_str text;
    sz_worker_failure(r->w, &text);
    assert_non_null(strstr(text.p, "made anew"));
    assert_int_equal(rig_counts(r)->read, 7);
}

static void test_records_that_expire_under_a_running_worker_are_a_gap(void **state) {
    rig_bench *x = *state;
    rig_assign(&x->b, -1);
    assert_int_equal(rig_state(&x->b), SZ_WK_RUNNING);
    for (int i = 0; i < 4; i++) rig_log_swipe(&x->log, "s1", 19 + i);
    rig_log_expire(&x->log, 8);
    cut_under_it(&x->b, "not there any more");
}

/* Paused past its session, it was held for what another had read and the log had dropped, until somebody started it
 * anew. */
static void test_who_was_paused_while_another_went_on_goes_on_from_there(void **state) {
    rig_bench *x = *state;
    for (int i = 0; i < 4; i++) rig_log_swipe(&x->log, "s1", 19 + i);
    rig_assign(&x->b, -1);
    rig_wait(&x->b, 1000);
    assert_int_equal(rig_counts(&x->b)->read, 10);
    rig_log_expire(&x->log, 8);
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_SEEKED, .answer = SZ_ANS_FAILED, .offset = 8});
    rig_run(&x->a);
    rig_wait(&x->a, 1000);
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    assert_int_equal(rig_counts(&x->a)->read, 10);
    assert_int_equal(rig_counts(&x->a)->gap, 0);
}

static void test_markers_of_the_log_move_the_place(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_INPUT, .offset = 9}); /* three of a transaction */
    assert_int_equal(rig_operation(r).position, 9);
    assert_int_equal(rig_counts(r)->read, 6);
    rig_wait(r, 6000);
    x->log.end = 9;
    rig_assign(&x->b, -1);
    assert_int_equal(rig_operation(&x->b).position, 9);
    assert_int_equal(x->b.sought, 5);
}

static void test_a_record_of_another_partition_is_a_dead_letter(void **state) {
    rig_bench *x = *state;
    static const char roster[] = "student\ns1\ns2\ns3\ns4\ns5\ns6\ns7\ns8\n";
    rig_store store;
    rig_log log;
    rig_log_init(&log);
    for (int i = 0; i < 8; i++) {
        char who[3] = {'s', (char)('1' + i), 0};
        rig_log_swipe(&log, who, 8);
    }
    rig_log_add(&log, "{\"type\":\"feed_status\",\"source\":\"pos\",\"time\":%lld}",
                (long long)(rig_monday + 9 * SZ_HOUR_MS));
    uint64_t used = 0, students = 0;
    for (uint32_t p = 0; p < 3; p++) {
        rig r;
        rig_setup o = {.seed = (uint8_t)(40 + p), .students = roster, .o = {.parts = 3, .partition = p}};
        rig_store_init(&store);
        rig_init(&r, &store, &log, &o);
        rig_assign(&r, -1);
        const sz_counters *n = rig_counts(&r);
        assert_int_equal(n->read, 9);
        assert_int_equal(n->control, 1); /* whoever brings a batch tells every partition */
        assert_int_equal(n->used + n->dead_by[SZ_MISROUTED], 8);
        assert_int_equal(n->used, sz_worker_n_students(r.w)); /* of the roster, each watches its own */
        used += n->used;
        students += sz_worker_n_students(r.w);
        rig_wait(&r, 1000);
        if (n->dead) {
            sz_buf_put_u8(&r.letters, 0);
            assert_non_null(strstr((char *)r.letters.p, "misrouted"));
            assert_non_null(strstr((char *)r.letters.p, "repartition"));
        }
        rig_fini(&r);
        rig_store_fini(&store);
    }
    assert_int_equal(used, 8);
    assert_int_equal(students, 8);
    rig_log_fini(&log);
    (void)x;
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, rig_bench_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_the_witness_is_read_again_and_not_used_twice),
        T(test_another_record_in_the_place_of_the_witness_holds),
        T(test_a_topic_made_anew_is_read_from_its_beginning_if_that_is_accepted),
        T(test_a_topic_cut_short_holds),
        T(test_expired_records_that_were_read_are_no_gap),
        T(test_expired_records_that_were_not_read_are_a_gap),
        T(test_input_that_stood_in_the_queue_before_a_seek_is_stale),
        T(test_a_stretch_that_comes_twice_in_one_message_is_used_and_counted_once),
        T(test_of_two_seeks_only_the_last_answer_counts),
        T(test_a_topic_cut_short_under_a_running_worker_holds),
        T(test_a_topic_that_was_away_under_a_running_worker_is_held_if_it_is_another),
        T(test_records_that_expire_under_a_running_worker_are_a_gap),
        T(test_who_was_paused_while_another_went_on_goes_on_from_there),
        T(test_markers_of_the_log_move_the_place),
        T(test_a_record_of_another_partition_is_a_dead_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

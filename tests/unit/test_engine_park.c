/* SPDX-License-Identifier: Apache-2.0
 *
 * A partition goes and comes (protocol 2.4, 2.7): revoked, parked, assigned again, stopped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/engine_rig.h"

static const rig_setup setup_a = {.seed = 1, .o = {.settle_ms = 3000}},
                       setup_b = {.seed = 101, .o = {.settle_ms = 3000}};

static int set_up(void **state) {
    rig_bench *x = *state = rig_bench_new(&setup_a, &setup_b);
    for (int i = 0; i < 3; i++) rig_log_swipe(&x->log, "s1", 8 + i);
    rig_assign(&x->a, -1);
    return 0;
}

static void revoke(rig *r, bool is_lost) {
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_REVOKED, .is_lost = is_lost});
    rig_run(r);
}

/* Alerts that were acknowledged were left in the outbox of a partition that had nothing else to commit, and went out
 * once more from the next worker. */
static void test_revoked_trims_what_was_acknowledged(void **state) {
    rig_bench *x = *state;
    rig_wait(&x->a, 10000);
    assert_int_equal(rig_topic_count(&x->a, "\"rule\":\"busy\""), 1);
    x->a.acks = false;
    rig_log_swipe(&x->log, "s2", 11);
    for (int i = 0; i < 3; i++) rig_log_swipe(&x->log, "s2", 12 + i);
    rig_wait(&x->a, 10000);
    revoke(&x->a, false); /* once, so that a first revocation's commit is not what trims */
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 20000);
    assert_int_equal(x->a.unacked > 0, true);
    rig_release(&x->a); /* acknowledged, and nothing else to commit */
    assert_int_equal(rig_operation(&x->a).outbox, 1);
    revoke(&x->a, false);
    assert_int_equal(rig_state(&x->a), SZ_WK_PARKED);
    rig_assign(&x->b, -1);
    rig_wait(&x->b, 20000);
    assert_int_equal(x->b.n_submitted, 0);
}

static void test_revoked_commits_what_was_done_and_the_outbox_travels(void **state) {
    rig_bench *x = *state;
    assert_int_equal(x->a.n_commits, 0);
    revoke(&x->a, false);
    assert_int_equal(rig_state(&x->a), SZ_WK_PARKED);
    assert_int_equal(x->a.n_commits, 1);
    assert_int_equal(x->a.n_submitted, 0);
    rig_assign(&x->b, -1);
    assert_int_equal(rig_counts(&x->b)->read, 3);
    rig_wait(&x->b, 10000);
    assert_int_equal(rig_topic_count(&x->b, "\"rule\":\"busy\""), 1);
}

static void test_lost_commits_nothing(void **state) {
    rig_bench *x = *state;
    revoke(&x->a, true);
    assert_int_equal(rig_state(&x->a), SZ_WK_PARKED);
    assert_int_equal(x->a.n_commits, 0);
    rig_wait(&x->a, 5000);
    assert_int_equal(x->a.n_commits, 0);
    uint32_t wants = x->a.n_wants;
    rig_log_swipe(&x->log, "s1", 12);
    rig_wait(&x->a, 1000);
    assert_int_equal(x->a.n_wants, wants);
}

static void test_assigned_again_soon_reuses_memory(void **state) {
    rig_bench *x = *state;
    revoke(&x->a, false);
    rig_wait(&x->a, 59000);
    rig_log_swipe(&x->log, "s1", 12);
    rig_assign(&x->a, -1);
    assert_int_equal(rig_operation(&x->a).loads, 0);
    assert_int_equal(rig_counts(&x->a)->used, 4);
    revoke(&x->a, true); /* with a record that is not committed */
    rig_assign(&x->a, -1);
    assert_int_equal(rig_operation(&x->a).loads, 0);
    rig_wait(&x->a, 10000);
    assert_int_equal(rig_counts(&x->a)->used, 4);
    assert_int_equal(rig_topic_count(&x->a, "\"rule\":\"busy\""), 1);
    rig_assign(&x->b, -1);
    assert_int_equal(rig_counts(&x->b)->used, 4);
}

static void test_assigned_again_late_or_after_another_loads(void **state) {
    rig_bench *x = *state;
    revoke(&x->a, false);
    rig_wait(&x->a, 61000);
    rig_assign(&x->a, -1);
    assert_int_equal(rig_operation(&x->a).loads, 1);
    revoke(&x->a, false);
    rig_assign(&x->b, -1);
    revoke(&x->b, false);
    rig_assign(&x->a, -1);
    assert_int_equal(rig_operation(&x->a).loads, 2);
    assert_int_equal(rig_counts(&x->a)->used, 3);
}

static void test_memory_that_was_parked_too_long_is_not_trusted_though_nobody_woke_it(void **state) {
    rig_bench *x = *state;
    revoke(&x->a, false);
    x->a.mono += 60000;
    rig_assign(&x->a, -1);
    assert_int_equal(rig_operation(&x->a).loads, 1);
    assert_int_equal(rig_counts(&x->a)->used, 3);
}

static void test_revoke_waits_five_seconds_for_its_commit(void **state) {
    rig_bench *x = *state;
    x->a.holds[SZ_MSG_COMMITTED] = true;
    revoke(&x->a, false);
    assert_int_equal(rig_state(&x->a), SZ_WK_DRAINING);
    rig_wait(&x->a, 4999);
    assert_int_equal(rig_state(&x->a), SZ_WK_DRAINING);
    rig_wait(&x->a, 1);
    assert_int_equal(rig_state(&x->a), SZ_WK_PARKED);
    rig_release(&x->a); /* it did stand */
    rig_assign(&x->a, -1);
    assert_int_equal(rig_operation(&x->a).loads, 0);
    rig_wait(&x->a, 10000);
    assert_int_equal(rig_topic_count(&x->a, "\"rule\":\"busy\""), 1);
}

static void test_assigned_before_the_store_has_answered_waits_for_it(void **state) {
    rig_bench *x = *state;
    x->a.holds[SZ_MSG_COMMITTED] = true;
    rig_wait(&x->a, 500);
    revoke(&x->a, true);
    uint32_t acquires = x->a.n_acquires;
    rig_assign(&x->a, -1);
    assert_int_equal(x->a.n_acquires, acquires); /* one call at a time */
    rig_release(&x->a);
    assert_int_equal(x->a.n_acquires, acquires + 1);
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    assert_int_equal(rig_operation(&x->a).loads, 0);
}

static void test_revoked_while_it_is_acquired_or_loaded(void **state) {
    rig_bench *x = *state;
    revoke(&x->a, false);
    static const sz_msg_kind kinds[] = {SZ_MSG_ACQUIRED, SZ_MSG_CHUNK, SZ_MSG_SEEKED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        rig r;
        rig_setup o = setup_b;
        o.seed = (uint8_t)(60 + 10 * i);
        rig_init(&r, &x->store, &x->log, &o);
        r.holds[kinds[i]] = true;
        rig_assign(&r, -1);
        revoke(&r, false);
        assert_int_equal(rig_state(&r), SZ_WK_PARKED);
        rig_release(&r);
        assert_int_equal(rig_state(&r), SZ_WK_PARKED);
        rig_assign(&r, -1);
        assert_int_equal(rig_state(&r), SZ_WK_RUNNING);
        assert_int_equal(rig_counts(&r)->used, 3);
        r.holds[kinds[i]] = true; /* the same, and given back before the answer */
        revoke(&r, false);
        rig_assign(&x->b, -1);
        revoke(&x->b, false);
        rig_assign(&r, -1);
        revoke(&r, false);
        rig_assign(&r, -1);
        rig_release(&r);
        assert_int_equal(rig_state(&r), SZ_WK_RUNNING);
        assert_int_equal(rig_counts(&r)->used, 3);
        rig_fini(&r);
    }
}

static void test_stop_sees_the_alerts_out(void **state) {
    rig_bench *x = *state;
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_STOP});
    rig_run(&x->a);
    assert_int_equal(rig_state(&x->a), SZ_WK_DRAINING);
    uint32_t wants = x->a.n_wants;
    rig_wait(&x->a, 3000);
    assert_int_equal(rig_state(&x->a), SZ_WK_STOPPED);
    assert_int_equal(x->a.n_wants, wants);
    assert_int_equal(rig_topic_count(&x->a, "\"rule\":\"busy\""), 1);
    assert_int_equal(x->a.told, 3);
    sz_buf b;
    sz_buf_init(&b);
    rig_store_dump(&x->store, &b);
    sz_buf_put_u8(&b, 0);
    assert_null(strstr((char *)b.p, "outbox")); /* the last commit trimmed it */
    sz_buf_fini(&b);
}

static void test_stop_while_nothing_is_held_ends_at_once(void **state) {
    rig_bench *x = *state;
    revoke(&x->a, false);
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_STOP});
    assert_int_equal(rig_state(&x->a), SZ_WK_STOPPED);
    x->b.acquire_fate = RIG_NOT_DONE;
    rig_assign(&x->b, -1);
    rig_tell(&x->b, &(sz_msg){.kind = SZ_MSG_STOP});
    assert_int_equal(rig_state(&x->b), SZ_WK_STOPPED);
}

/* A run to the end of its log ended well, and its alerts were in the state still: the store was away at its last
 * commit. */
static void test_end_of_a_log_is_seen_out_though_the_store_was_away(void **state) {
    rig_bench *x = *state;
    static const rig_fate fates[] = {RIG_REPLY_LOST, RIG_NOT_DONE};
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++) {
        rig r;
        rig_setup o = setup_b;
        o.seed = (uint8_t)(60 + 10 * i);
        rig_store_cut(&x->store, 0);
        rig_init(&r, &x->store, &x->log, &o);
        rig_assign(&r, -1);
        r.fate = fates[i];
        rig_tell(&r, &(sz_msg){.kind = SZ_MSG_INPUT_END});
        rig_run(&r);
        assert_int_equal(rig_state(&r), SZ_WK_BACKOFF);
        r.fate = RIG_STANDS;
        rig_wait(&r, 1000);
        assert_int_equal(rig_state(&r), SZ_WK_RUNNING);
        rig_tell(&r, &(sz_msg){.kind = SZ_MSG_INPUT_END});
        rig_wait(&r, 10000);
        assert_int_equal(rig_state(&r), SZ_WK_STOPPED);
        assert_int_equal(rig_counts(&r)->read, 3);
        assert_int_equal(rig_operation(&r).outbox, 0);
        assert_int_equal(rig_topic_count(&r, "\"rule\":\"busy\""), 1);
        rig_fini(&r);
    }
}

/* Where the end alone is to be said, it is said once more, too. */
static void test_end_of_a_log_is_committed_though_nothing_else_is(void **state) {
    rig_bench *x = *state;
    rig_wait(&x->a, 600);
    rig_wait(&x->a, 10000); /* all is committed, and settled */
    uint32_t n = x->a.n_commits;
    x->a.fate = RIG_NOT_DONE;
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_INPUT_END});
    rig_run(&x->a);
    assert_int_equal(rig_state(&x->a), SZ_WK_BACKOFF);
    assert_int_equal(x->a.n_commits, n + 1);
    rig_assign(&x->b, -1); /* so that its memory is over */
    revoke(&x->b, false);
    x->a.fate = RIG_STANDS;
    rig_wait(&x->a, 1000);
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    n = x->a.n_commits;
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_INPUT_END});
    rig_wait(&x->a, 10000);
    assert_int_equal(rig_state(&x->a), SZ_WK_STOPPED);
    assert_int_equal(x->a.n_commits, n + 1);
}

/* What the store has lost by then is read once more. */
static void test_end_of_a_log_whose_state_went_back_is_read_again(void **state) {
    rig_bench *x = *state;
    uint32_t begun = x->store.n;
    rig_wait(&x->a, 600);
    assert_int_equal(x->a.n_commits, 1);
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_INPUT_END});
    rig_run(&x->a);
    assert_int_equal(rig_state(&x->a), SZ_WK_DRAINING);
    rig_store_cut(&x->store, begun);
    rig_wait(&x->a, 4000); /* its next commit is refused */
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    assert_int_equal(rig_counts(&x->a)->read, 3);
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_INPUT_END});
    rig_wait(&x->a, 10000);
    assert_int_equal(rig_state(&x->a), SZ_WK_STOPPED);
    assert_int_equal(rig_topic_count(&x->a, "\"rule\":\"busy\""), 1);
}

/* Given back while it is seen out, the partition is another's to bring to its end, or comes back. */
static void test_end_of_a_log_that_is_given_back_is_no_end(void **state) {
    rig_bench *x = *state;
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_INPUT_END});
    rig_run(&x->a);
    assert_int_equal(rig_state(&x->a), SZ_WK_DRAINING);
    revoke(&x->a, false);
    assert_int_equal(rig_state(&x->a), SZ_WK_PARKED);
    rig_assign(&x->a, -1);
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_INPUT_END});
    rig_wait(&x->a, 10000);
    assert_int_equal(rig_state(&x->a), SZ_WK_STOPPED);
    assert_int_equal(rig_topic_count(&x->a, "\"rule\":\"busy\""), 1);
}

/* Who asks for it has the last word, at that end too. */
static void test_stop_at_the_end_of_a_log_leaves_the_rest(void **state) {
    rig_bench *x = *state;
    x->a.fate = RIG_NOT_DONE;
    x->a.holds[SZ_MSG_COMMITTED] = true;
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_INPUT_END});
    rig_run(&x->a);
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_STOP});
    rig_release(&x->a);
    assert_int_equal(rig_state(&x->a), SZ_WK_STOPPED);
}

static sz_left left_of(const rig *r) {
    sz_left left;
    sz_worker_left(r->w, &left);
    return left;
}

/* A run over files whose last commit had no answer asked for one until somebody killed it. What stays is said, of a log
 * and of files alike. */
static void test_stop_leaves_to_the_next_start_what_the_store_does_not_take(void **state) {
    (void)state;
    for (int is_files = 0; is_files < 2; is_files++) {
        rig_setup o = setup_b;
        o.is_files = is_files;
        rig_bench *x = rig_bench_new(&o, NULL);
        rig_log_three_meals(&x->log, "s1", 8);
        x->a.acks = false;
        rig_assign(&x->a, -1);
        rig_wait(&x->a, 20000); /* a log's three are committed, and their alert has left and is not acknowledged */
        assert_int_equal(rig_counts(&x->a)->read, 3);
        rig_log_swipe(&x->log, "s2", 12);
        x->a.fate = RIG_NOT_DONE;
        x->a.holds[SZ_MSG_COMMITTED] = true;
        rig_run(&x->a);
        rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_STOP});
        rig_run(&x->a);
        assert_int_equal(rig_state(&x->a), SZ_WK_DRAINING);
        rig_release(&x->a);
        assert_int_equal(rig_state(&x->a), SZ_WK_STOPPED);
        sz_left left = left_of(&x->a);
        assert_int_equal(left.is_unseen, false);
        assert_int_equal(left.records, is_files ? rig_counts(&x->a)->read : 1);
        assert_int_equal(left.alerts, is_files ? 0 : 1);
        void *end = x;
        rig_bench_tear_down(&end);
    }
}

static void test_stop_before_the_state_is_there_says_so(void **state) {
    rig_bench *x = *state;
    x->b.acquire_fate = RIG_NOT_DONE;
    rig_assign(&x->b, -1);
    rig_tell(&x->b, &(sz_msg){.kind = SZ_MSG_STOP});
    assert_int_equal(rig_state(&x->b), SZ_WK_STOPPED);
    assert_int_equal(left_of(&x->b).is_unseen, true);
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_STOP}); /* and one that has it, and sees all out, leaves nothing */
    rig_wait(&x->a, 5000);
    assert_int_equal(rig_state(&x->a), SZ_WK_STOPPED);
    sz_left left = left_of(&x->a);
    assert_int_equal(left.is_unseen || left.records || left.alerts, false);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, rig_bench_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_revoked_commits_what_was_done_and_the_outbox_travels),
        T(test_revoked_trims_what_was_acknowledged),
        T(test_lost_commits_nothing),
        T(test_assigned_again_soon_reuses_memory),
        T(test_assigned_again_late_or_after_another_loads),
        T(test_memory_that_was_parked_too_long_is_not_trusted_though_nobody_woke_it),
        T(test_revoke_waits_five_seconds_for_its_commit),
        T(test_assigned_before_the_store_has_answered_waits_for_it),
        T(test_revoked_while_it_is_acquired_or_loaded),
        T(test_stop_sees_the_alerts_out),
        T(test_stop_while_nothing_is_held_ends_at_once),
        T(test_end_of_a_log_is_seen_out_though_the_store_was_away),
        T(test_end_of_a_log_is_committed_though_nothing_else_is),
        T(test_end_of_a_log_whose_state_went_back_is_read_again),
        T(test_end_of_a_log_that_is_given_back_is_no_end),
        T(test_stop_at_the_end_of_a_log_leaves_the_rest),
        T(test_stop_leaves_to_the_next_start_what_the_store_does_not_take),
        T(test_stop_before_the_state_is_there_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

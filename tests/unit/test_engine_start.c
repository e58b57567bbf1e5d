/* SPDX-License-Identifier: Apache-2.0
 *
 * START, the one path (protocol 2.3, 2.4): what becomes of memory and of a commit whose answer said anything but yes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/engine_rig.h"

static const rig_setup setup_a = {.seed = 1, .o = {.settle_ms = 3000, .worker = {"a", 1}}},
                       setup_b = {.seed = 101, .o = {.settle_ms = 3000, .worker = {"b", 1}}};

static int set_up(void **state) {
    *state = rig_bench_new(&setup_a, &setup_b);
    return 0;
}

/* Every alert has left exactly once, and the store holds none. */
static void assert_at_rest(rig_bench *x, rig *r, uint32_t alerts) {
    rig_wait(r, 20000);
    assert_int_equal(rig_state(r), SZ_WK_RUNNING);
    assert_int_equal(rig_topic_count(&x->a, "\"rule\":\"busy\"") + rig_topic_count(&x->b, "\"rule\":\"busy\""), alerts);
    sz_buf b;
    sz_buf_init(&b);
    rig_store_dump(&x->store, &b);
    sz_buf_put_u8(&b, 0);
    assert_null(strstr((char *)b.p, "outbox"));
    sz_buf_fini(&b);
    assert_int_equal(rig_operation(r).position, x->log.end);
    assert_int_equal(rig_counts(r)->read, x->log.end);
    assert_int_equal(rig_counts(r)->used + rig_counts(r)->duplicate + rig_counts(r)->dead, x->log.end);
}

static void test_a_new_state_is_begun_and_read_from_the_lowest_offset(void **state) {
    rig_bench *x = *state;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    assert_int_equal(x->a.sought, -1);
    assert_at_rest(x, &x->a, 1);
    assert_int_equal(rig_operation(&x->a).loads, 0);
    assert_int_equal(x->a.told, 3); /* what is settled is told to the group */
}

static void test_another_worker_loads_what_stands_and_goes_on(void **state) {
    rig_bench *x = *state;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_log_swipe(&x->log, "s2", 9);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 20000);
    rig_log_three_meals(&x->log, "s2", 10);
    rig_assign(&x->b, x->a.told);
    assert_int_equal(rig_operation(&x->b).loads, 1);
    assert_int_equal(x->b.sought, 3); /* the witness: the last record used */
    assert_at_rest(x, &x->b, 2);
    assert_int_equal(rig_operation(&x->b).deep_losses, 0);
}

static void test_a_refused_commit_drops_memory_and_loads(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000);
    rig_assign(&x->b, -1); /* has the partition now; a does not know */
    rig_log_swipe(&x->log, "s1", 9);
    rig_log_swipe(&x->log, "s1", 10);
    rig_run(&x->a);
    assert_int_equal(rig_counts(&x->a)->read, 3);
    rig_wait(&x->a, 1000);
    assert_int_equal(rig_operation(&x->a).refused, 1);
    assert_int_equal(rig_operation(&x->a).loads, 1);
    assert_int_equal(rig_counts(&x->a)->read, 3); /* loaded at one, and two read again */
    assert_at_rest(x, &x->a, 1);
}

static void unknown(rig_bench *x, rig_fate fate) {
    rig *r = &x->a;
    rig_log_swipe(&x->log, "s1", 7);
    rig_assign(r, -1);
    rig_wait(r, 1000);
    rig_log_three_meals(&x->log, "s1", 8);
    r->fate = fate;
    rig_run(r);
    rig_log_swipe(&x->log, "s1", 12);
    while (rig_state(r) == SZ_WK_RUNNING) rig_wait(r, 100);
    assert_int_equal(rig_state(r), SZ_WK_BACKOFF);
    r->fate = RIG_STANDS;
}

static void test_an_unknown_commit_that_stood_is_not_made_again(void **state) {
    rig_bench *x = *state;
    unknown(x, RIG_REPLY_LOST);
    uint32_t acquires = x->a.n_acquires;
    assert_at_rest(x, &x->a, 1);
    assert_int_equal(rig_operation(&x->a).loads, 0); /* memory was that state */
    assert_int_equal(x->a.n_acquires, acquires + 1);
    assert_int_equal(rig_operation(&x->a).unknown, 1);
    rig_assign(&x->b, -1); /* and a load gives the same */
    assert_at_rest(x, &x->b, 1);
}

static void test_an_unknown_commit_that_did_not_stand_leaves_with_the_next(void **state) {
    rig_bench *x = *state;
    unknown(x, RIG_NOT_DONE);
    assert_at_rest(x, &x->a, 1);
    assert_int_equal(rig_operation(&x->a).loads, 0);
    assert_int_equal(rig_counts(&x->a)->used, 5);
    rig_assign(&x->b, -1);
    assert_at_rest(x, &x->b, 1);
    assert_int_equal(rig_counts(&x->b)->used, 5);
}

static void test_an_unknown_commit_and_a_store_that_lost_more_is_loaded(void **state) {
    rig_bench *x = *state;
    unknown(x, RIG_REPLY_LOST);
    rig_store_cut(&x->store, x->store.n - 2); /* the commit, and one before it */
    assert_at_rest(x, &x->a, 1);
    assert_int_equal(rig_operation(&x->a).rolled_back, 1);
}

static void test_every_loss_of_a_suffix_ends_in_the_same_alerts(void **state) {
    rig_bench *x = *state;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000); /* committed, not settled: nothing is out */
    assert_int_equal(x->a.n_submitted, 0);
    rig_store_cut(&x->store, 0);
    assert_at_rest(x, &x->a, 1);
    assert_true(rig_operation(&x->a).rolled_back >= 1);
}

/* Two commits are lost, and the seq is made up for before this worker sees it. */
static void test_a_loss_is_noticed_behind_acquisitions_of_its_own_that_were_not_answered(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(r, -1);
    rig_wait(r, 1000);
    rig_log_swipe(&x->log, "s1", 12);
    rig_wait(r, 20000);
    uint32_t lost = 2, kept = x->store.n - lost;
    r->fate = RIG_NOT_DONE;
    r->acquire_fate = RIG_REPLY_LOST; /* done all the same */
    rig_log_swipe(&x->log, "s1", 13);
    rig_store_cut(&x->store, kept);
    while (x->store.n <= kept + lost) rig_wait(r, 100);
    assert_int_equal(rig_operation(r).rolled_back, 0);
    r->fate = r->acquire_fate = RIG_STANDS;
    assert_at_rest(x, r, 1);
    assert_int_equal(rig_operation(r).rolled_back, 1);
}

static void test_a_state_that_others_had_meanwhile_is_no_loss(void **state) {
    rig_bench *x = *state;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 20000);
    rig_assign(&x->b, -1);
    rig_wait(&x->b, 1000);
    rig_assign(&x->a, -1);
    rig_log_swipe(&x->log, "s1", 12);
    assert_at_rest(x, &x->a, 1);
    assert_int_equal(rig_operation(&x->a).rolled_back, 0);
}

static void test_a_chunk_under_another_name_starts_again(void **state) {
    rig_bench *x = *state;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 20000);
    x->b.holds[SZ_MSG_CHUNK] = true;
    rig_assign(&x->b, -1);
    assert_int_equal(rig_state(&x->b), SZ_WK_LOADING);
    rig_log_swipe(&x->log, "s1", 12);
    rig_assign(&x->a, -1); /* takes it back in the middle of the load */
    rig_wait(&x->a, 1000);
    rig_release(&x->b);
    assert_true(rig_operation(&x->b).refused >= 1);
    assert_at_rest(x, &x->b, 1);
}

static void test_acquire_without_an_answer_is_tried_again_later_and_later(void **state) {
    rig_bench *x = *state;
    rig *r = &x->a;
    r->acquire_fate = RIG_NOT_DONE;
    rig_assign(r, -1);
    assert_int_equal(rig_state(r), SZ_WK_BACKOFF);
    int64_t first = sz_worker_wake_ms(r->w) - r->mono;
    assert_in_range(first, 50, 100);
    rig_wait(r, 60000);
    int64_t last = sz_worker_wake_ms(r->w) - r->mono;
    assert_true(last <= 10000);
    assert_in_range(r->n_acquires, 8, 22); /* 60 s at half of 10 s to 10 s, after a few short ones */
    assert_true(rig_operation(r).unknown >= 8);
    r->acquire_fate = RIG_REPLY_LOST; /* done, but nobody knows */
    rig_wait(r, 15000);
    r->acquire_fate = RIG_STANDS;
    rig_log_three_meals(&x->log, "s1", 8);
    assert_at_rest(x, r, 1);
}

static void test_a_failed_commit_ends_the_run(void **state) {
    rig_bench *x = *state;
    rig_assign(&x->a, -1);
    x->a.fate = RIG_FAILS;
    rig_log_swipe(&x->log, "s1", 8);
    rig_wait(&x->a, 1000);
    assert_int_equal(rig_state(&x->a), SZ_WK_FAILED);
    sz_str text;
    assert_int_equal(sz_worker_failure(x->a.w, &text), SZ_IO);
    assert_non_null(strstr(text.p, "disk full"));
}

static void test_an_empty_store_under_a_group_that_has_read_is_the_wrong_one(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(&x->a, 1);
    assert_int_equal(rig_state(&x->a), SZ_WK_FAILED);
    sz_str text;
    assert_int_equal(sz_worker_failure(x->a.w, &text), SZ_IO);
    assert_non_null(strstr(text.p, "--new-state"));
    rig r;
    rig_setup o = setup_a;
    o.o.new_state = true;
    rig_init(&r, &x->store, &x->log, &o);
    rig_assign(&r, 1);
    assert_int_equal(rig_state(&r), SZ_WK_RUNNING);
    rig_fini(&r);
}

static void test_another_number_of_partitions_holds(void **state) {
    rig_bench *x = *state;
    rig_assign(&x->a, -1);
    rig r;
    rig_setup o = setup_b;
    o.o.parts = 6;
    rig_init(&r, &x->store, &x->log, &o);
    rig_assign(&r, -1);
    assert_int_equal(rig_state(&r), SZ_WK_HELD);
    sz_str text;
    sz_worker_failure(r.w, &text);
    assert_non_null(strstr(text.p, "repartition"));
    rig_tell(&r, &(sz_msg){.kind = SZ_MSG_STOP});
    assert_int_equal(rig_state(&r), SZ_WK_STOPPED);
    rig_fini(&r);
}

static const char other_rules[] = "events: {meal: {event: swipe}}\n"
                                  "features: {meals: {count: meal, over: 7d}}\n"
                                  "rules: [{id: busy, when: meals >= 2, level: green}]\n";

static void test_a_state_of_newer_rules_holds_and_one_of_the_same_does_not(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000);
    rig newer, same;
    rig_setup o = setup_b;
    o.rules = other_rules;
    rig_init(&newer, &x->store, &x->log, &o);
    rig_assign(&newer, -1); /* just started: its rules are the newest */
    rig_wait(&newer, 1000);
    assert_int_equal(rig_state(&newer), SZ_WK_RUNNING);
    assert_int_equal(sz_worker_bundle_ver(newer.w), sz_worker_bundle_ver(x->a.w) + 1);
    rig_log_swipe(&x->log, "s1", 9);
    rig_wait(&x->a, 1000); /* refused; knows which number its rules have */
    assert_int_equal(rig_state(&x->a), SZ_WK_HELD);
    rig_reload(&x->a, NULL, NULL); /* read again, and still the old ones */
    assert_int_equal(rig_state(&x->a), SZ_WK_HELD);
    rig_reload(&x->a, other_rules, NULL);
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    assert_int_equal(sz_worker_bundle_ver(x->a.w), sz_worker_bundle_ver(newer.w));
    assert_int_equal(rig_counts(&x->a)->used, 2);
    rig_init(&same, &x->store, &x->log, &o);
    rig_assign(&same, -1);
    rig_wait(&same, 1000);
    assert_int_equal(rig_state(&same), SZ_WK_RUNNING);
    assert_int_equal(sz_worker_bundle_ver(same.w), sz_worker_bundle_ver(newer.w));
    rig_fini(&newer);
    rig_fini(&same);
}

/* Trap 14 of the protocol: rosters and cards as well. Else a partition that moves there and back would take each back
 * to what was known before. */
static void test_a_state_of_a_newer_campus_holds_until_it_is_read_here_too(void **state) {
    rig_bench *x = *state;
    static const char roster[] = "student\ns1\ns2\ns3\n";
    static const char *const changes[][2] = {{"student,school\ns1,a\ns2,\ns3,\n", NULL},
                                             {roster, "card,student\nk1,s1\n"}};
    for (int i = 0; i < 2; i++) {
        rig_store store;
        rig_store_init(&store);
        rig older, newer;
        rig_setup o = setup_a, n = setup_b;
        o.students = n.students = roster;
        rig_init(&older, &store, &x->log, &o);
        rig_assign(&older, -1);
        rig_wait(&older, 1000);
        rig_log_swipe(&x->log, "s1", 8 + 2 * i);
        rig_wait(&older, 1000);
        n.students = changes[i][0];
        n.cards = changes[i][1];
        rig_init(&newer, &store, &x->log, &n);
        rig_assign(&newer, -1);
        rig_wait(&newer, 6000); /* a commit without a record, after 5 s */
        assert_int_equal(rig_state(&newer), SZ_WK_RUNNING);
        assert_int_equal(sz_worker_bundle_ver(newer.w), sz_worker_bundle_ver(older.w) + 1);
        rig_log_swipe(&x->log, "s1", 9 + 2 * i);
        rig_wait(&older, 1000);
        assert_int_equal(rig_state(&older), SZ_WK_HELD);
        sz_str text;
        sz_worker_failure(older.w, &text);
        assert_non_null(strstr(text.p, "a newer campus folder"));
        rig_reload_as(&older, &o); /* still the old one */
        assert_int_equal(rig_state(&older), SZ_WK_HELD);
        rig_reload_as(&older, &n);
        assert_int_equal(rig_state(&older), SZ_WK_RUNNING);
        assert_int_equal(sz_worker_bundle_ver(older.w), sz_worker_bundle_ver(newer.w));
        rig_fini(&newer);
        rig_fini(&older);
        rig_store_fini(&store);
    }
}

static void test_snapshots_of_a_commit_that_did_not_stand_are_made_again(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 8);
    rig_log_swipe(&x->log, "s2", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000);
    rig r;
    rig_setup o = setup_b;
    o.rules = other_rules; /* everyone is written anew */
    for (int round = 0; round < 2; round++, o.seed++) {
        rig_init(&r, &x->store, &x->log, &o);
        r.fate = round ? RIG_STANDS : RIG_NOT_DONE;
        rig_assign(&r, -1);
        assert_int_equal(rig_state(&r), round ? SZ_WK_RUNNING : SZ_WK_BACKOFF);
        r.fate = RIG_STANDS;
        rig_wait(&r, 1000);
        assert_int_equal(rig_state(&r), SZ_WK_RUNNING);
        assert_int_equal(rig_operation(&r).loads, 1);
        assert_int_equal(rig_counts(&r)->used, 2);
        rig_fini(&r);
    }
}

static void test_rules_that_change_while_it_is_parked_or_acquired_are_loaded_under(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 8);
    rig_log_swipe(&x->log, "s1", 9);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000);
    rig_tell(&x->a, &(sz_msg){.kind = SZ_MSG_REVOKED});
    rig_reload(&x->a, other_rules, NULL);
    assert_int_equal(rig_state(&x->a), SZ_WK_PARKED);
    x->a.holds[SZ_MSG_ACQUIRED] = true;
    rig_assign(&x->a, -1);
    rig_reload(&x->a, other_rules, NULL);
    int64_t at;
    assert_int_equal(sz_worker_switched(x->a.w, &at), 0);
    rig_release(&x->a);
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    assert_int_equal(rig_counts(&x->a)->used, 2);
    assert_int_equal(sz_worker_switched(x->a.w, &at), 1); /* or nobody is told that they hold */
    assert_true(at >= rig_monday);
    rig_log_swipe(&x->log, "s1", 10);
    rig_wait(&x->a, 10000);
    assert_int_equal(rig_topic_count(&x->a, "\"rule\":\"busy\""), 1);
}

static void test_rules_that_wait_to_be_switched_to_are_taken_when_the_state_has_gone_on_under_them(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000);
    rig_log_swipe(&x->log, "s1", 9);
    x->a.holds[SZ_MSG_COMMITTED] = true;
    x->a.fate = RIG_NOT_DONE;
    rig_wait(&x->a, 1000);
    x->a.fate = RIG_STANDS;
    rig_reload(&x->a, other_rules, NULL); /* after this commit */
    rig newer;
    rig_setup o = setup_b;
    o.rules = other_rules;
    rig_init(&newer, &x->store, &x->log, &o);
    rig_assign(&newer, -1);
    rig_wait(&newer, 1000);
    rig_release(&x->a);
    rig_wait(&x->a, 2000);
    assert_int_equal(rig_state(&x->a), SZ_WK_RUNNING);
    assert_int_equal(sz_worker_bundle_ver(x->a.w), sz_worker_bundle_ver(newer.w));
    assert_int_equal(rig_counts(&x->a)->used, 2);
    rig_fini(&newer);
}

static void test_a_count_of_rule_sets_that_lags_is_no_older_rule_set(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000);
    x->store.bundle_ver = 7; /* this partition has seen more of them */
    rig r;
    rig_setup o = setup_b;
    o.o.bundle_ver = 3;
    rig_init(&r, &x->store, &x->log, &o);
    rig_assign(&r, -1);
    assert_int_equal(rig_state(&r), SZ_WK_RUNNING);
    assert_int_equal(sz_worker_bundle_ver(r.w), 7);
    rig_fini(&r);
}

static void test_a_loss_deeper_than_settle_is_said(void **state) {
    rig_bench *x = *state;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 1000);
    uint32_t early = x->store.n;
    rig_log_three_meals(&x->log, "s1", 12);
    rig_wait(&x->a, 20000);
    assert_int_equal(x->a.told, 6);
    rig_store_cut(&x->store, early);
    rig_assign(&x->b, x->a.told);
    assert_int_equal(rig_operation(&x->b).deep_losses, 1);
    sz_severity severity;
    sz_str text, text_zh;
    assert_true(sz_worker_notice(x->b.w, &severity, &text, &text_zh));
    assert_int_equal(severity, SZ_ERROR);
    assert_true(sz_str_is((sz_str){text.p, 9}, "the group"));
    assert_true(sz_str_is((sz_str){text_zh.p, strlen("消费组")}, "消费组"));
    assert_int_equal(rig_state(&x->b), SZ_WK_RUNNING);
    assert_int_equal(rig_counts(&x->b)->read, 6);
}

static void test_what_a_broken_commit_left_is_dropped_and_overwritten(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 7);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 20000);
    rig_log_three_meals(&x->log, "s1", 8);
    rig_run(&x->a);
    x->store.breaks_midway = true;
    rig_wait(&x->a, 600);
    assert_int_equal(x->store.n_torn, 1);
    rig_assign(&x->b, -1); /* a is gone: b finds an alert and a blob behind the ends */
    assert_int_equal(rig_operation(&x->b).torn_commits, 1);
    assert_at_rest(x, &x->b, 1);
    rig c;
    rig_setup o = setup_a;
    o.seed = 77;
    rig_init(&c, &x->store, &x->log, &o);
    rig_assign(&c, -1);
    rig_wait(&c, 5000);
    assert_int_equal(rig_operation(&c).torn_commits, 0);
    assert_int_equal(rig_state(&c), SZ_WK_RUNNING);
    assert_int_equal(c.n_submitted, 0);
    assert_int_equal(rig_counts(&c)->used, 4);
    rig_fini(&c);
}

static void test_a_worker_whose_commit_broke_off_keeps_memory_and_cuts_off_the_rest(void **state) {
    rig_bench *x = *state;
    rig_log_swipe(&x->log, "s1", 7);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 20000);
    rig_log_three_meals(&x->log, "s1", 8);
    rig_log_three_meals(&x->log, "s2", 8); /* a new word, too */
    rig_run(&x->a);
    x->store.breaks_midway = true;
    assert_at_rest(x, &x->a, 2);
    assert_int_equal(x->store.n_torn, 1);
    assert_int_equal(rig_operation(&x->a).loads, 0);
    rig_assign(&x->b, -1);
    assert_int_equal(rig_operation(&x->b).torn_commits, 0);
    assert_at_rest(x, &x->b, 2);
    assert_int_equal(rig_counts(&x->b)->used, 7);
}

static void test_a_state_that_lost_a_part_is_damaged(void **state) {
    rig_bench *x = *state;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 20000);
    for (uint32_t i = 0; i < x->store.n; i++)
        if (x->store.nodes[i].c.journal.n) x->store.nodes[i].c.journal = (sz_str){0};
    rig_assign(&x->b, -1);
    assert_int_equal(rig_state(&x->b), SZ_WK_HELD);
    sz_str text;
    assert_int_equal(sz_worker_failure(x->b.w, &text), SZ_CORRUPT);
    assert_non_null(strstr(text.p, "damaged"));
}

/* A blob: 0 | version | seq | hash of the rest | lstr of nobody's | lstr of students: word, bytes of events << 1 | has
 * a story, its bytes | bodies. The first story cannot be read any more. */
static void break_a_story(sz_str blob) {
    sz_reader r = sz_reader_of(blob.p + 2, blob.n - 2);
    sz_read_varint(&r);
    uint8_t *hash = (uint8_t *)(uintptr_t)r.p;
    sz_read_u64(&r);
    const uint8_t *rest = r.p;
    sz_read_lstr(&r);
    sz_str list = sz_read_lstr(&r);
    sz_reader students = sz_reader_of(list.p, list.n);
    for (bool is_broken = false; !is_broken;) {
        sz_read_varint(&students);
        uint64_t n = sz_read_varint(&students);
        sz_read_bytes(&r, n >> 1);
        is_broken = n & 1;
        if (is_broken) memset((char *)(uintptr_t)r.p, 0xff, 1);
        assert_false(students.bad || r.bad);
    }
    uint64_t h = sz_hash(rest, (size_t)(r.end - rest));
    for (int i = 0; i < 8; i++) hash[i] = (uint8_t)(h >> 8 * i);
}

/* Found by tests/fuzz/fuzz_state.c: what had been read of it was evaluated; and the next start went on with that
 * memory. */
static void test_a_damaged_student_who_wakes_later_is_not_gone_on_with(void **state) {
    rig_bench *x = *state;
    rig_log_three_meals(&x->log, "s1", 8);
    rig_assign(&x->a, -1);
    rig_wait(&x->a, 20000);
    assert_int_equal(x->a.n_submitted, 1);
    for (uint32_t i = 0; i < x->store.n; i++)
        if (x->store.nodes[i].c.journal.n) break_a_story(x->store.nodes[i].c.journal);
    rig_assign(&x->b, -1);
    assert_int_equal(rig_state(&x->b), SZ_WK_RUNNING); /* he sleeps */
    rig_log_three_meals(&x->log, "s1", 12);
    for (int i = 0; i < 2; i++) { /* assigned anew it loads, and meets him again */
        uint32_t n = x->store.n;
        rig_wait(&x->b, 20000);
        assert_int_equal(rig_state(&x->b), SZ_WK_HELD);
        assert_int_equal(x->store.n, n);
        assert_int_equal(rig_operation(&x->b).loads, i + 1);
        rig_assign(&x->b, -1);
    }
    assert_int_equal(x->b.n_submitted, 0);
}

static void test_two_deployments_on_one_state_do_not_quarrel_for_ever(void **state) {
    rig_bench *x = *state;
    rig_assign(&x->a, -1);
    rig_assign(&x->b, -1);
    for (int i = 0; i < 40 && rig_state(&x->a) != SZ_WK_FAILED && rig_state(&x->b) != SZ_WK_FAILED; i++) {
        rig_log_swipe(&x->log, "s1", 8 + i * 0.1);
        rig_wait(&x->a, 1000);
        rig_wait(&x->b, 1000);
    }
    rig *lost = rig_state(&x->a) == SZ_WK_FAILED ? &x->a : &x->b;
    assert_in_range(rig_operation(lost).refused, 3, 5);
    sz_str text;
    assert_int_equal(sz_worker_failure(lost->w, &text), SZ_REFUSED);
    assert_non_null(strstr(text.p, "two deployments"));
}

/* ---- stopped inside of an instant of sorted files ---- */

static const char each_swipe[] =
    "rules: [{id: swiped, when: 'event.type == \"swipe\"', level: green, again_after: 1m}]\n";

static void begin_instant(rig *r, rig_bench *x) {
    rig_setup o = setup_a;
    o.is_files = o.is_sorted = true;
    o.rules = each_swipe;
    o.o.settle_ms = 0;
    rig_init(r, &x->store, &x->log, &o);
    r->most_inputs = 2;
    for (int i = 9; i > 6; i--) rig_log_swipe(&x->log, (char[]){'s', (char)('0' + i), 0}, 8);
    rig_assign(r, -1);
    assert_int_equal(rig_counts(r)->read, 3);
    assert_int_equal(r->n_submitted, 0);
}

static void test_a_stop_inside_of_an_instant_waits_for_its_end_and_the_lines_keep_their_order(void **state) {
    rig_bench *x = *state;
    rig r;
    begin_instant(&r, x);
    rig_tell(&r, &(sz_msg){.kind = SZ_MSG_STOP});
    rig_run(&r);
    assert_int_equal(rig_state(&r), SZ_WK_RUNNING);
    for (int i = 6; i > 1; i--) rig_log_swipe(&x->log, (char[]){'s', (char)('0' + i), 0}, 8);
    rig_log_swipe(&x->log, "s1",
                  9); /* is left for the next run, though it comes in one message with the last of before */
    rig_run(&r);
    assert_int_equal(rig_state(&r), SZ_WK_STOPPED);
    assert_int_equal(rig_counts(&r)->read, 8);
    int next = 2;
    for (const char *at = (char *)r.topic.p; (at = strstr(at, "\"student\":\"s")); at++)
        assert_int_equal(at[12] - '0', next++);
    assert_int_equal(next, 10);
    rig_fini(&r);
}

static void test_a_stop_inside_of_an_instant_without_end_does_not_wait_for_it(void **state) {
    rig_bench *x = *state;
    rig r;
    begin_instant(&r, x);
    r.most_inputs = 0;
    rig_tell(&r, &(sz_msg){.kind = SZ_MSG_STOP});
    for (int i = 0; i < 3000; i++) rig_log_swipe(&x->log, "s5", 8);
    rig_run(&r);
    assert_int_equal(rig_state(&r), SZ_WK_STOPPED);
    assert_in_range(rig_counts(&r)->read, 2048, 2048 + 3 + 256);
    rig_fini(&r);
}

/* A run over files that commits every second record. */
static void files_init(rig *r, rig_bench *x) {
    rig_setup o = setup_a;
    o.is_files = true;
    o.o.settle_ms = 0;
    o.o.commit_records = 2;
    rig_init(r, &x->store, &x->log, &o);
}

/* A run over files takes nothing up at once; rules that come while its state is acquired wait until it runs. */
static void test_a_run_of_files_keeps_the_rules_that_come_while_it_acquires(void **state) {
    rig_bench *x = *state;
    rig r;
    files_init(&r, x);
    r.holds[SZ_MSG_ACQUIRED] = true;
    rig_assign(&r, -1);
    rig_reload(&r, other_rules, NULL);
    rig_release(&r);
    rig_wait(&r, 1000);
    rig_log_swipe(&x->log, "s1", 8);
    rig_log_swipe(&x->log, "s1", 9); /* enough for those alone */
    rig_wait(&r, 1000);
    assert_int_equal(rig_topic_count(&r, "\"rule\":\"busy\""), 1);
    rig_fini(&r);
}

static void test_a_run_of_files_keeps_what_it_has_read_while_the_store_is_away(void **state) {
    rig_bench *x = *state;
    rig r;
    files_init(&r, x);
    rig_log_three_meals(&x->log, "s1", 8);
    rig_log_three_meals(&x->log, "s2", 8);
    r.fate = RIG_NOT_DONE;
    rig_assign(&r, -1);
    assert_int_equal(rig_state(&r), SZ_WK_BACKOFF);
    r.fate = RIG_STANDS;
    rig_wait(&r, 1000);
    assert_int_equal(rig_counts(&r)->used, 6);
    assert_int_equal(rig_topic_count(&r, "\"rule\":\"busy\""), 2);
    rig_tell(&r, &(sz_msg){.kind = SZ_MSG_INPUT_END});
    rig_run(&r);
    assert_int_equal(rig_state(&r), SZ_WK_STOPPED);
    assert_int_equal(rig_operation(&r).starts, 2);
    assert_int_equal(rig_operation(&r).loads, 0);
    rig_fini(&r);
}

/* Notices were English in Chinese logs. */
static void test_what_the_store_says_is_told_in_both_languages(void **state) {
    rig_bench *x = *state;
    sz_severity severity;
    sz_str text, text_zh;
    x->a.acquire_fate = RIG_NOT_DONE;
    rig_assign(&x->a, -1);
    assert_int_equal(rig_state(&x->a), SZ_WK_BACKOFF);
    assert_true(sz_worker_notice(x->a.w, &severity, &text, &text_zh));
    assert_int_equal(severity, SZ_WARNING);
    assert_true(sz_str_eq(text, SZ_STR("no answer that says what happened, trying again: no reply")));
    assert_true(sz_str_eq(text_zh, SZ_STR("没有说明结果的应答，正在重试：no reply")));
    assert_false(sz_worker_notice(x->a.w, &severity, &text, &text_zh));
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, rig_bench_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_new_state_is_begun_and_read_from_the_lowest_offset),
        T(test_another_worker_loads_what_stands_and_goes_on),
        T(test_a_refused_commit_drops_memory_and_loads),
        T(test_an_unknown_commit_that_stood_is_not_made_again),
        T(test_an_unknown_commit_that_did_not_stand_leaves_with_the_next),
        T(test_an_unknown_commit_and_a_store_that_lost_more_is_loaded),
        T(test_every_loss_of_a_suffix_ends_in_the_same_alerts),
        T(test_a_loss_is_noticed_behind_acquisitions_of_its_own_that_were_not_answered),
        T(test_a_state_that_others_had_meanwhile_is_no_loss),
        T(test_a_chunk_under_another_name_starts_again),
        T(test_acquire_without_an_answer_is_tried_again_later_and_later),
        T(test_what_the_store_says_is_told_in_both_languages),
        T(test_a_failed_commit_ends_the_run),
        T(test_an_empty_store_under_a_group_that_has_read_is_the_wrong_one),
        T(test_another_number_of_partitions_holds),
        T(test_a_state_of_newer_rules_holds_and_one_of_the_same_does_not),
        T(test_a_state_of_a_newer_campus_holds_until_it_is_read_here_too),
        T(test_snapshots_of_a_commit_that_did_not_stand_are_made_again),
        T(test_rules_that_change_while_it_is_parked_or_acquired_are_loaded_under),
        T(test_rules_that_wait_to_be_switched_to_are_taken_when_the_state_has_gone_on_under_them),
        T(test_a_count_of_rule_sets_that_lags_is_no_older_rule_set),
        T(test_a_loss_deeper_than_settle_is_said),
        T(test_what_a_broken_commit_left_is_dropped_and_overwritten),
        T(test_a_worker_whose_commit_broke_off_keeps_memory_and_cuts_off_the_rest),
        T(test_a_state_that_lost_a_part_is_damaged),
        T(test_a_damaged_student_who_wakes_later_is_not_gone_on_with),
        T(test_two_deployments_on_one_state_do_not_quarrel_for_ever),
        T(test_a_run_of_files_keeps_the_rules_that_come_while_it_acquires),
        T(test_a_run_of_files_keeps_what_it_has_read_while_the_store_is_away),
        T(test_a_stop_inside_of_an_instant_waits_for_its_end_and_the_lines_keep_their_order),
        T(test_a_stop_inside_of_an_instant_without_end_does_not_wait_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

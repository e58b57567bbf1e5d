/* SPDX-License-Identifier: Apache-2.0
 *
 * Wherever the state is loaded between records, what is said is what a worker says that never stops. Each test is a
 * defect that the simulation found (tests/sim/FINDINGS.md).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/engine_rig.h"

typedef struct record {
    const char *student, *source, *type, *more;
    double hour; /* of 2026-03-02 */
} record;

static void add(rig_log *l, const record *r) {
    char time[40];
    sz_zone zone;
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    sz_time_format(&zone, rig_monday + (int64_t)(r->hour * 60 + 0.5) * SZ_MINUTE_MS, time);
    rig_log_add(l, "{\"source\":\"%s\",\"type\":\"%s\",\"student\":\"%s\",\"time\":\"%s\"%s}", r->source, r->type,
                r->student, time, r->more ? r->more : "");
}

/* Everything that the history in the store has said, in order. */
static void said(const rig_store *s, sz_buf *out) {
    for (uint32_t i = 0; i < s->n; i++)
        for (uint32_t k = 0; s->nodes[i].is_commit && k < s->nodes[i].c.n_outbox; k++)
            sz_buf_printf(out, "%.*s\n", SZ_FMT_STR(s->nodes[i].c.outbox[k]));
}

enum { NEVER = -1, ALWAYS = 0 };

/* The log read by one worker, by a new one from the record `from` on, or by a new one for each record. */
static void run(const rig_setup *setup, const record *v, uint32_t n, int from, sz_buf *out) {
    rig_store *store = sz_alloc(sizeof *store);
    rig_log *log = sz_alloc(sizeof *log);
    rig a;
    rig_setup o = *setup;
    rig_store_init(store);
    rig_log_init(log);
    o.seed = 1;
    rig_init(&a, store, log, &o);
    rig_assign(&a, -1);
    for (uint32_t i = 0; i < n; i++) {
        if (i && (from == ALWAYS || from == (int)i)) {
            rig_fini(&a);
            o.seed++;
            rig_init(&a, store, log, &o);
            rig_assign(&a, -1);
            assert_int_equal(a.n_loads > 0, 1);
        }
        add(log, &v[i]);
        rig_wait(&a, 1000);
    }
    assert_int_equal(rig_counts(&a)->used, n);
    said(store, out);
    rig_fini(&a);
    rig_log_fini(log);
    rig_store_fini(store);
    sz_free(log);
    sz_free(store);
}

/* must_say: so that the test has something to lose. */
static void compare(const rig_setup *o, const record *v, uint32_t n, const char *must_say) {
    sz_buf straight, loading;
    sz_buf_init(&straight);
    sz_buf_init(&loading);
    run(o, v, n, NEVER, &straight);
    sz_buf_put_u8(&straight, 0);
    assert_non_null(strstr((const char *)straight.p, must_say));
    for (int from = ALWAYS; from < (int)n; from++) {
        sz_buf_clear(&loading);
        run(o, v, n, from, &loading);
        sz_buf_put_u8(&loading, 0);
        assert_string_equal((const char *)loading.p, (const char *)straight.p);
    }
    sz_buf_fini(&straight);
    sz_buf_fini(&loading);
}
#define COMPARE(o, v, must_say) compare(&o, v, sizeof v / sizeof *v, must_say)

static const char two[] = "student\ns1\ns2\n";

static void test_a_deadline_that_begins_after_a_load_is_told_in_time(void **state) {
    (void)state;
    const rig_setup o = {.students = two,
                         .rules = "features: {door: {last: dorm_access}}\n"
                                  "rules:\n"
                                  "  - {id: out, when: 'door.direction == \"out\" && door.age >= long', level: blue, "
                                  "params: {long: 20m}}\n"};
    const record v[] = {{"s1", "pos", "swipe", NULL, 8},
                        {"s2", "pos", "swipe", NULL, 8.5}, /* the clock is ahead of s1 */
                        {"s1", "pos", "dorm_access", ",\"direction\":\"out\"", 9},
                        {"s2", "pos", "swipe", NULL, 9.5},
                        {"s1", "pos", "dorm_access", ",\"direction\":\"in\"", 10},
                        {"s2", "pos", "swipe", NULL, 11}};
    COMPARE(o, v, "\"since\":\"2026-03-02T09:20:00+08:00\"");
}

static void test_a_record_makes_no_rule_speak_after_a_load_that_it_does_not_concern(void **state) {
    (void)state;
    const rig_setup o = {.students = two,
                         .feeds = "pos: {delivery: stream, allowance: 2h, types: [swipe]}\n",
                         .rules = "features: {silence: {absence: seen}}\n"
                                  "rules:\n"
                                  "  - {id: gone, value: silence, at_least: {60m: yellow}}\n"};
    const record v[] = {{"s1", "pos", "swipe", NULL, 8},
                        {"s1", "class", "attendance", ",\"status\":\"absent\"", 9.5},
                        {"s2", "pos", "swipe", NULL, 12},
                        {"s1", "pos", "swipe", NULL, 12.1}};
    COMPARE(o, v, "\"since\":\"2026-03-02T09:00:00+08:00\"");
}

static void test_recorded_leaves_are_known_before_it_is_seen_what_is_due(void **state) {
    (void)state;
    const rig_setup o = {
        .students = two,
        .leaves =
            "student,from,to,kind,recorded\ns1,2026-03-02T08:10:00,2026-03-02T08:50:00,sick,2026-03-02T08:20:00\n",
        .rules = "features: {silence: {absence: seen}}\n"
                 "rules:\n"
                 "  - {id: gone, value: silence, at_least: {60m: yellow, 120m: orange}}\n"};
    const record v[] = {{"s1", "pos", "swipe", NULL, 8},
                        {"s2", "pos", "swipe", NULL, 9.5},
                        {"s2", "pos", "swipe", NULL, 9.8},
                        {"s2", "pos", "swipe", NULL, 10.5}};
    COMPARE(o, v, "\"since\":\"2026-03-02T09:50:00+08:00\"");
}

/* Parked for longer than its memory is kept, and given the partition back before the store has answered. */
static void test_an_answer_to_a_commit_whose_memory_is_gone_lets_it_start(void **state) {
    (void)state;
    rig_store *store = sz_alloc(sizeof *store);
    rig_log *log = sz_alloc(sizeof *log);
    rig a;
    rig_setup o = {.students = two, .seed = 1};
    rig_store_init(store);
    rig_log_init(log);
    rig_init(&a, store, log, &o);
    rig_assign(&a, -1);
    a.holds[SZ_MSG_COMMITTED] = true;
    rig_log_swipe(log, "s1", 8);
    rig_wait(&a, 1000);
    assert_int_equal(a.n_commits, 1);
    rig_tell(&a, &(sz_msg){.kind = SZ_MSG_REVOKED, .is_lost = true});
    rig_wait(&a, 61000);
    rig_assign(&a, -1);
    assert_int_equal(rig_state(&a), SZ_WK_BACKOFF);
    rig_release(&a);
    assert_int_equal(rig_state(&a), SZ_WK_RUNNING);
    rig_fini(&a);
    rig_log_fini(log);
    rig_store_fini(store);
    sz_free(log);
    sz_free(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deadline_that_begins_after_a_load_is_told_in_time),
        cmocka_unit_test(test_a_record_makes_no_rule_speak_after_a_load_that_it_does_not_concern),
        cmocka_unit_test(test_recorded_leaves_are_known_before_it_is_seen_what_is_due),
        cmocka_unit_test(test_an_answer_to_a_commit_whose_memory_is_gone_lets_it_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

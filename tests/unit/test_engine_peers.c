/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of peers in a worker (semantics 22, docs/adr/0039): made at 04:00 of ticks too, in steps, once whatever is cut
 * off; carried by other rules; added up where the number of partitions changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/draw.h"
#include "support/engine_rig.h"

enum { STUDENTS = 24, DAYS = 9, ALL = 0 };

#define AMONG "  among: {peers: {count: swipe, over: 1d}, by: class, min_group: 5}\n"
static const char rules[] =
    "features:\n" AMONG "rules:\n"
    "  - {id: top, when: among.percentile >= 90, level: blue, again_after: 1h}\n"
    "  - {id: seven, when: among.mean > 1, level: blue, again_after: 1h, check: daily at 07:00}\n";
static const char slow_rules[] =
    "features:\n" AMONG "  missed: {count: attendance, over: 3d}\n"
    "rules:\n"
    "  - {id: top, when: among.percentile >= 90, level: blue, again_after: 1h}\n"
    "  - {id: both, when: among.percentile < 40 && missed > 1, level: blue, again_after: 1h}\n";

/* s00 … of two classes. */
static const char *roster(void) {
    static char text[1024];
    int n = snprintf(text, sizeof text, "student,class\n");
    for (int i = 0; i < STUDENTS; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "s%02d,%c\n", i, i % 3 ? 'a' : 'b');
    return text;
}

static void start(rig_one *b) { rig_one_start(b, DAYS + 2); }

static rig_one *begin(const char *text, uint32_t parts, uint32_t partition, uint32_t a_step) {
    return rig_one_new(
        &(rig_setup){.rules = text,
                     .students = roster(),
                     .o = {.is_live = true, .parts = parts, .partition = partition, .tick_students = a_step}});
}

static void add_record(rig_log *l, int student, int64_t t_ms, const char *more) {
    rig_log_add(l, "{\"id\":\"e%lld\",\"student\":\"s%02d\",\"time\":%lld,%s}", (long long)l->end, student,
                (long long)t_ms, more);
}

static bool belongs(int student, uint32_t parts, uint32_t partition) {
    char id[16];
    snprintf(id, sizeof id, "s%02d", student);
    return parts < 2 || sz_home(sz_str_of(id), parts) == partition;
}

/* Some swipes of a day, in order of time: of those who belong to the partition. */
static void add_day(rig_log *l, draw *d, int day, uint32_t parts, uint32_t partition) {
    for (int hour = 6; hour < 22; hour++)
        for (int i = 0; i < STUDENTS; i++) {
            bool is_here = draw_below(d, 10) == 0;
            int64_t t = rig_monday + day * SZ_DAY_MS + hour * SZ_HOUR_MS + i * SZ_MINUTE_MS;
            if (is_here && belongs(i, parts, partition)) add_record(l, i, t, "\"type\":\"swipe\",\"amount\":5");
        }
}

/* ---- tables as the store has them ---- */

typedef struct kept {
    sz_peers *tables;
    uint32_t n, n_empty;
} kept;

static void take_line(kept *k, const sz_put *put) {
    sz_peer_table t;
    unsigned long long feature;
    char key[64];
    snprintf(key, sizeof key, "%.*s", SZ_FMT_STR(put->key));
    if (sscanf(key, "peers/%16llx/", &feature) != 1) return;
    k->n_empty += !put->value.n;
    if (!put->value.n) return;
    assert_true(sz_peer_table_get(&t, put->value));
    sz_peers_take(k->tables, feature, &t);
    k->n++;
}

static kept kept_of(const rig_store *s) {
    kept k = {.tables = sz_peers_new()};
    sz_arena a;
    sz_arena_init(&a);
    rig_lists l = rig_store_lists(s, &a);
    for (uint32_t i = 0; i < l.n_ledger; i++) take_line(&k, &l.ledger[i]);
    sz_arena_fini(&a);
    return k;
}

/* All of them, as bytes; whether others add up with them is another thing. */
static void put_tables(sz_buf *out, const sz_peers *p) {
    uint64_t feature;
    const sz_peer_table *t;
    for (uint32_t at = 0; (t = sz_peers_next(p, &at, &feature));) {
        sz_peer_table what = *t;
        what.is_whole = false;
        sz_buf_put_u64(out, feature), sz_peer_table_put(out, &what);
    }
}

static void same_tables(const sz_peers *p, const sz_peers *q) {
    sz_buf a, b;
    sz_buf_init(&a);
    sz_buf_init(&b);
    put_tables(&a, p);
    put_tables(&b, q);
    assert_true(a.n > 0 && sz_str_eq(sz_buf_str(&a), sz_buf_str(&b)));
    sz_buf_fini(&a);
    sz_buf_fini(&b);
}

/* ---- the undisturbed run ---- */

static rig_one *undisturbed(const char *text, uint64_t seed, uint32_t a_step) {
    rig_one *b = begin(text, 1, 0, a_step);
    b->r.most_inputs = 1;
    draw d = draw_of(seed);
    for (int day = 0; day < DAYS; day++) add_day(&b->log, &d, day, 1, ALL);
    start(b);
    rig_wait(&b->r, 20000);
    assert_true(rig_topic_count(&b->r, "\"rule\":\"top\"") > 5);
    return b;
}

static void steps_of_any_size_say_the_same(void **state) {
    (void)state;
    rig_one *one = undisturbed(rules, 3, 500);
    assert_true(rig_topic_count(&one->r, "T04:00:00+08:00") > 5); /* where there is no check */
    assert_int_equal(rig_topic_count(&one->r, "\"event\":\"updated\""), 0);
    kept want = kept_of(&one->store);
    assert_int_equal(want.n, DAYS); /* the first is of the day before all records */
    for (uint32_t a_step = 1; a_step < 40; a_step += 6) {
        rig_one *b = undisturbed(rules, 3, a_step);
        assert_true(rig_operation(&b->r).most_students <= a_step + 2);
        assert_true(sz_str_eq(sz_buf_str(&b->r.topic), sz_buf_str(&one->r.topic)));
        kept got = kept_of(&b->store);
        same_tables(got.tables, want.tables);
        sz_peers_free(got.tables);
        rig_one_end(b);
    }
    sz_peers_free(want.tables);
    rig_one_end(one);
}

/* Nothing comes any more: a tick carries the clock over 04:00, in pieces. */
static void a_tick_makes_it(void **state) {
    (void)state;
    for (uint32_t a_step = 1; a_step < 60; a_step += 19) {
        rig_one *b = begin(rules, 1, 0, a_step);
        draw d = draw_of(5);
        add_day(&b->log, &d, 0, 1, ALL);
        start(b);
        b->r.wall = rig_monday + SZ_DAY_MS + 3 * SZ_HOUR_MS;
        for (int i = 0; i < 58; i++) rig_wait(&b->r, 60000), rig_tick(&b->r);
        assert_int_equal(rig_topic_count(&b->r, "\"rule\":\"top\""), 0);
        kept k = kept_of(&b->store);
        assert_int_equal(k.n, 1); /* of the day before */
        sz_peers_free(k.tables);
        for (int i = 0; i < 10; i++) rig_wait(&b->r, 60000), rig_tick(&b->r);
        rig_wait(&b->r, 20000);
        assert_true(rig_topic_count(&b->r, "\"at\":\"2026-03-03T04:00:00+08:00\"") > 1);
        k = kept_of(&b->store);
        assert_int_equal(k.n, 2);
        sz_peers_free(k.tables);
        rig_one_end(b);
    }
}

/* Another process after so many commits of the one before; what was told stays told. */
static void killed_after_any_commit_it_goes_on(void **state) {
    (void)state;
    rig_one *one = undisturbed(slow_rules, 7, 500);
    kept want = kept_of(&one->store);
    for (uint32_t a_step = 3; a_step < 30; a_step += 11) {
        rig_one *b = begin(slow_rules, 1, 0, a_step);
        sz_buf topic;
        sz_buf_init(&topic);
        draw d = draw_of(7);
        for (int day = 0; day < DAYS; day++) {
            add_day(&b->log, &d, day, 1, ALL);
            start(b);
            rig_wait(&b->r, 20000);
            sz_buf_put_str(&topic, sz_buf_str(&b->r.topic));
            if (day + 1 < DAYS) rig_fini(&b->r);
        }
        assert_true(sz_str_eq(sz_buf_str(&topic), sz_buf_str(&one->r.topic)));
        kept got = kept_of(&b->store);
        same_tables(got.tables, want.tables);
        sz_peers_free(got.tables);
        sz_buf_fini(&topic);
        rig_one_end(b);
    }
    sz_peers_free(want.tables);
    rig_one_end(one);
}

/* The store loses its last commits: those are read again, and the tables that they had are made again. */
static void what_the_store_lost_is_made_again(void **state) {
    (void)state;
    rig_one *one = undisturbed(rules, 11, 500);
    kept want = kept_of(&one->store);
    uint32_t all = one->store.n;
    for (uint32_t n = all - 1; n > 2; n -= n > 9 ? 4 : 1) {
        rig_fini(&one->r);
        rig_store_cut(&one->store, n);
        start(one);
        rig_wait(&one->r, 20000);
        kept got = kept_of(&one->store);
        same_tables(got.tables, want.tables);
        sz_peers_free(got.tables);
    }
    sz_peers_free(want.tables);
    rig_one_end(one);
}

/* ---- a stream that lags ---- */

/* Doors come half a day late, and the swipes that are ahead of them are judged again when a table is there. */
static void who_was_ahead_of_the_table_is_judged_anew(void **state) {
    (void)state;
    static const char feeds[] = "pos: {types: [swipe]}\nroll: {types: [attendance, swipe]}\n";
    rig_one *b = begin(rules, 1, 0, 0), *one = begin(rules, 1, 0, 0);
    b->o.feeds = one->o.feeds = feeds;
    draw d = draw_of(13);
    rig_log *ordered = &one->log, *late = &b->log, roll;
    rig_log_init(&roll);
    for (int day = 0; day < DAYS; day++)
        for (int hour = 0; hour < 24; hour++) {
            int64_t t = rig_monday + day * SZ_DAY_MS + hour * SZ_HOUR_MS;
            for (int i = 0; i < STUDENTS; i++) {
                if (draw_below(&d, 9)) continue;
                char swipe[96];
                snprintf(swipe, sizeof swipe, "\"type\":\"swipe\",\"source\":\"pos\",\"amount\":%d", 1 + i);
                rig_log_add(ordered, "{\"id\":\"p%d.%d.%d\",\"student\":\"s%02d\",\"time\":%lld,%s}", day, hour, i, i,
                            (long long)(t + i), swipe);
                rig_log_add(late, "{\"id\":\"p%d.%d.%d\",\"student\":\"s%02d\",\"time\":%lld,%s}", day, hour, i, i,
                            (long long)(t + i), swipe);
            }
            for (int lag = 0; lag <= 11; lag += 11) { /* the roll of that hour, or of one that is long over */
                int64_t at = t - lag * SZ_HOUR_MS;
                if (at < rig_monday) continue;
                rig_log_add(
                    lag ? late : ordered,
                    "{\"id\":\"r%lld\",\"type\":\"feed_status\",\"source\":\"roll\",\"time\":%lld,\"state\":\"open\"}",
                    (long long)at, (long long)at);
            }
        }
    for (int k = 0; k < 2; k++) {
        int64_t t = rig_monday + DAYS * SZ_DAY_MS;
        rig_log_add(k ? late : ordered,
                    "{\"id\":\"rz\",\"type\":\"feed_status\",\"source\":\"roll\",\"time\":%lld,\"state\":\"open\"}",
                    (long long)t);
        rig_log_add(
            k ? late : ordered,
            "{\"id\":\"pz\",\"student\":\"s00\",\"time\":%lld,\"type\":\"swipe\",\"source\":\"pos\",\"amount\":5}",
            (long long)t);
    }
    start(b);
    start(one);
    rig_wait(&b->r, 20000);
    rig_wait(&one->r, 20000);
    kept got = kept_of(&b->store), want = kept_of(&one->store);
    same_tables(got.tables, want.tables);
    assert_true(rig_topic_count(&one->r, "\"event\":\"firing\"") > 20);
    for (const char *const *text =
             (const char *const[]){"\"event\":\"firing\"", "\"rule\":\"top\"", "\"event\":\"resolved\"", NULL};
         *text; text++)
        assert_int_equal(rig_topic_count(&b->r, *text), rig_topic_count(&one->r, *text));
    sz_peers_free(got.tables);
    sz_peers_free(want.tables);
    rig_log_fini(&roll);
    rig_one_end(b);
    rig_one_end(one);
}

/* ---- other rules ---- */

static const char other_rules[] =
    "features:\n" AMONG "  more: {peers: {sum: swipe.amount, over: 1d}, by: class, min_group: 5}\n"
    "rules:\n"
    "  - {id: another, when: among.percentile >= 90, level: blue, again_after: 1h}\n"
    "  - {id: spent, when: more.percentile >= 90, level: blue, again_after: 1h}\n";
static const char no_rules[] = "rules: [{id: none, when: student.year == 9, level: blue}]\n";

/* Under other rules a table is carried by what it compares, a new feature has its first one at the next 04:00; and
 * whose feature goes leaves nothing. In a run that goes on and between two. */
static void other_rules_carry_tables(void **state) {
    (void)state;
    for (int is_hup = 0; is_hup < 2; is_hup++) {
        rig_one *b = begin(rules, 1, 0, 7);
        draw d = draw_of(17);
        for (int day = 0; day < 4; day++) add_day(&b->log, &d, day, 1, ALL);
        start(b);
        rig_wait(&b->r, 20000);
        kept k = kept_of(&b->store);
        assert_int_equal(k.n, 4);
        sz_peers_free(k.tables);
        const char *texts[] = {other_rules, no_rules, rules};
        for (int i = 0; i < 3; i++) {
            b->o.rules = texts[i];
            if (is_hup) {
                rig_reload_as(&b->r, &b->o);
            } else {
                rig_fini(&b->r);
                start(b);
            }
            const sz_state_plan *plan = sz_worker_plan(b->r.w);
            assert_true(plan->is_other);
            for (uint32_t f = 0; f < plan->n_features; f++) {
                bool is_kept = sz_str_is(plan->features[f].name, "among") && i == 0;
                assert_int_equal(plan->features[f].fate, i == 1 ? SZ_DROPPED : is_kept ? SZ_CARRIED : SZ_FRESH);
                if (plan->features[f].fate == SZ_FRESH)
                    assert_int_equal(plan->features[f].known_from_ms,
                                     rig_monday + (4 + i) * SZ_DAY_MS + 4 * SZ_HOUR_MS);
            }
            add_day(&b->log, &d, 4 + i, 1, ALL);
            rig_wait(&b->r, 20000);
            k = kept_of(&b->store);
            /* four and one, and one of the new one; none; that of the day on which they came back */
            static const uint32_t want[] = {6, 0, 1};
            assert_int_equal(k.n, want[i]);
            sz_peers_free(k.tables);
        }
        assert_true(rig_topic_count(&b->r, "\"rule\":\"spent\"") > 0 || !is_hup);
        rig_one_end(b);
    }
}

/* ---- another number of partitions ---- */

enum { OLD = 2, NEW = 3 };

static bool student_of(void *self, sz_str alert, sz_buf *student) {
    (void)self;
    static const char key[] = "\"student\":\"";
    for (size_t i = 0; i + sizeof key < alert.n; i++)
        if (memcmp(alert.p + i, key, sizeof key - 1) == 0) {
            sz_buf_put(student, alert.p + i + sizeof key - 1, 3);
            return true;
        }
    return false;
}

static void load_cold(rig_one *b, rig *cold, rig_log *nothing) {
    rig_setup o = b->o;
    o.is_files = true;
    rig_init(cold, &b->store, nothing, &o);
    rig_tell(cold, &(sz_msg){.kind = SZ_MSG_ASSIGNED, .offset = -1});
    for (const sz_msg *m; sz_worker_where(cold->w) != SZ_WK_RUNNING && (m = sz_msgq_pop(cold->q));) rig_tell(cold, m);
    assert_int_equal(sz_worker_where(cold->w), SZ_WK_RUNNING);
}

static void put_over(rig_one *old, rig_one *now) {
    rig cold;
    rig_log nothing;
    sz_regroup *g[NEW];
    sz_name name[NEW];
    sz_commit c;
    sz_regroup_options go = {.parts = NEW, .student_of = student_of};
    sz_common_time *level = sz_common_time_new();
    rig_log_init(&nothing);
    rig_world(&old[0].r, &old[0].o, &go.bundle, &go.campus);
    for (uint32_t p = 0; p < OLD; p++) {
        load_cold(&old[p], &cold, &nothing);
        sz_common_time_add(level, cold.w);
        rig_fini(&cold);
    }
    for (uint32_t q = 0; q < NEW; q++) {
        go.partition = q;
        g[q] = sz_regroup_new(&go);
        name[q] = rig_store_begin(&now[q].store, NEW);
    }
    for (uint32_t p = 0; p < OLD; p++) {
        load_cold(&old[p], &cold, &nothing);
        sz_worker_level(cold.w, level);
        for (uint32_t q = 0; q < NEW; q++) {
            sz_regroup_from(g[q], cold.w, p);
            for (; sz_regroup_next(g[q], &name[q], &c) == SZ_OK; name[q].seq++) rig_store_commit(&now[q].store, &c);
        }
        rig_fini(&cold);
    }
    for (uint32_t q = 0; q < NEW; q++) {
        sz_regroup_end(g[q], &name[q], &c);
        rig_store_commit(&now[q].store, &c);
        sz_regroup_free(g[q]);
    }
    sz_common_time_free(level);
    sz_bundle_unref(go.bundle);
    sz_campus_free(go.campus);
    rig_log_fini(&nothing);
}

static void add_old_log(rig_log *l, uint32_t p) {
    draw d = draw_of(19);
    for (int day = 0; day < DAYS - (p == 0 ? 2 : 0); day++) add_day(l, &d, day, OLD, p);
}

/* In order of time, as one partition would have them. */
static void add_both_logs(rig_log *l) {
    draw d[OLD] = {draw_of(19), draw_of(19)};
    for (int day = 0; day < DAYS; day++)
        for (uint32_t p = 0; p < OLD; p++)
            if (p || day < DAYS - 2) add_day(l, &d[p], day, OLD, p);
}

/* Each new state has the tables that one worker would have made of all students; the first partition has read two days
 * less, and comes to know their tables by levelling. */
static void tables_of_partitions_add_up(void **state) {
    (void)state;
    rig_one *one = begin(rules, 1, 0, 0), *old[OLD], *now[NEW];
    static rig_one both[OLD], made[NEW];
    add_both_logs(&one->log);
    start(one);
    rig_wait(&one->r, 20000);
    for (uint32_t p = 0; p < OLD; p++) {
        old[p] = begin(rules, OLD, p, 0);
        add_old_log(&old[p]->log, p);
        start(old[p]);
        rig_wait(&old[p]->r, 20000);
    }
    for (uint32_t q = 0; q < NEW; q++) now[q] = begin(rules, NEW, q, 0);
    for (uint32_t p = 0; p < OLD; p++) memcpy(&both[p], old[p], sizeof both[p]);
    for (uint32_t q = 0; q < NEW; q++) memcpy(&made[q], now[q], sizeof made[q]);
    put_over(both, made);
    kept want = kept_of(&one->store);
    for (uint32_t q = 0; q < NEW; q++) {
        memcpy(now[q], &made[q], sizeof made[q]);
        kept got = kept_of(&now[q]->store);
        same_tables(got.tables, want.tables);
        sz_peers_free(got.tables);
        /* and goes on with its own students */
        draw d = draw_of(23);
        if (q < OLD) add_old_log(&now[q]->log, q);
        add_day(&now[q]->log, &d, DAYS, NEW, q);
        add_day(&now[q]->log, &d, DAYS + 1, NEW, q);
        start(now[q]);
        rig_wait(&now[q]->r, 20000);
        assert_int_equal(rig_state(&now[q]->r), SZ_WK_RUNNING);
        got = kept_of(&now[q]->store);
        assert_int_equal(got.n, DAYS + 2);
        sz_peers_free(got.tables);
        rig_one_end(now[q]);
    }
    sz_peers_free(want.tables);
    for (uint32_t p = 0; p < OLD; p++) memcpy(old[p], &both[p], sizeof both[p]), rig_one_end(old[p]);
    rig_one_end(one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_any_size_say_the_same),
        cmocka_unit_test(a_tick_makes_it),
        cmocka_unit_test(killed_after_any_commit_it_goes_on),
        cmocka_unit_test(what_the_store_lost_is_made_again),
        cmocka_unit_test(who_was_ahead_of_the_table_is_judged_anew),
        cmocka_unit_test(other_rules_carry_tables),
        cmocka_unit_test(tables_of_partitions_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Other rules are taken over in one small commit, and the store's students follow a few a commit (docs/adr/0025). Cut
 * off after any commit, whatever is told is what is told where nothing is cut off; and it makes no difference whether a
 * worker goes over to the rules while it runs or is started with them, or when a student was last written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/engine_rig.h"

enum { STUDENTS = 9, A_COMMIT = 2, DAYS = 40, MORE_DAYS = 6, WITHOUT = 0 };

#define EVENTS "events: {meal: {event: swipe}, dear: {event: swipe, where: event.amount >= 8}}\n"

/* Open for most when it is removed, switched off or changed; windows that grow, shrink, are new, go and come back. */
static const char first[] =
    EVENTS "features: {week: {count: meal, over: 7d}, spent: {sum: meal.amount, over: 30d}, silence: {absence: seen},\n"
           "  sits: {sessions: meal, gap: 90m, over: 26d}, latest: {last: dear}}\n"
           "rules:\n"
           "  - {id: removed, value: week, at_least: {3: green, 6: blue}, again_after: 2d}\n"
           "  - {id: off, when: spent >= 60, level: yellow, again_after: 9d}\n"
           "  - {id: steps, value: week, at_least: {2: green, 4: blue, 6: yellow}, message: {zh: '{value} 次 {sits}', "
           "en: '{value} times {sits}'}}\n"
           "  - {id: latest, when: latest.age > long, params: {long: 90d}, level: blue}\n"
           "  - {id: gone, value: silence, at_least: {30h: yellow, 50h: orange}, for: 1h}\n";
static const char second[] = EVENTS
    "features: {week: {count: meal, over: 23d}, spent: {sum: meal.amount, over: 30d}, silence: {absence: seen},\n"
    "  sits: {sessions: meal, gap: 90m, over: 38d}, kinds: {distinct: meal.amount, over: 30d}, dears: {days: "
    "dear, over: 26d}}\n"
    "rules:\n"
    "  - {id: off, when: spent >= 60, level: yellow, again_after: 9d, mode: disabled}\n"
    "  - {id: steps, value: week, at_least: {12: green, 26: blue}, message: {zh: '{value} 次 {sits} {dears}', "
    "en: '{value} times {sits} {kinds}'}}\n"
    "  - {id: kinds, value: kinds, at_least: {2: green, 3: blue}, message: {zh: '{value} {dears}', en: '{value} "
    "{sits}'}, again_after: 1d}\n"
    "  - {id: dears, when: dears >= 5, level: blue, check: daily at 07:00, again_after: 1d}\n"
    "  - {id: gone, value: silence, at_least: {30h: yellow, 50h: orange}, for: 1h}\n";
static const char third[] =
    EVENTS "features: {week: {count: meal, over: 9d}, spent: {sum: meal.amount, over: 40d}, silence: {absence: seen},\n"
           "  sits: {sessions: meal, gap: 90m, over: 30d}, kinds: {distinct: meal.amount, over: 35d}, latest: {last: "
           "dear}}\n"
           "rules:\n"
           "  - {id: removed, value: week, at_least: {3: green, 6: blue}, again_after: 2d}\n"
           "  - {id: off, when: spent >= 60, level: yellow, again_after: 9d}\n"
           "  - {id: steps, value: week, at_least: {2: green, 4: blue, 6: yellow}, message: {zh: '{value} 次 {sits}', "
           "en: '{value} times {spent}'}}\n"
           "  - {id: kinds, value: kinds, at_least: {2: green, 3: blue, 4: yellow}, again_after: 1d}\n"
           "  - {id: latest, when: latest.age > long, params: {long: 20d}, level: blue}\n";

typedef rig_roster bench;

static void run_it(bench *b) {
    rig_roster_start(b);
    b->r.acks = true;
    b->r.wall = rig_monday + 99 * SZ_DAY_MS;
    rig_assign(&b->r, -1);
}

static void begin(bench *b, uint64_t journal_bytes) {
    rig_roster_begin(b, first, STUDENTS);
    b->o.o = (sz_options){.tick_students = A_COMMIT, .journal_bytes = journal_bytes, .is_live = true};
    run_it(b);
}

static void start(bench *b, const char *rules) {
    rig_roster_again(b, rules);
    run_it(b);
    assert_int_equal(rig_state(&b->r), SZ_WK_RUNNING);
}

/* Some every day, some now and then, one never from the tenth day on; some twice within an hour, around midnight too.
 */
static void live(bench *b, int from, int to) {
    for (int day = from; day < to; day++) {
        for (int i = 0; i < STUDENTS; i++) {
            if ((i % 3 == 1 && day % 3) || (i == 8 && day > 10) || (day + i) % 11 == 0) continue;
            for (int n = 0; n < 1 + i % 2; n++)
                rig_log_add(
                    b->log,
                    "{\"id\":\"e%lld\",\"type\":\"swipe\",\"student\":\"s%02d\",\"time\":%lld,\"amount\":\"%d.50\"}",
                    (long long)b->log->end, i,
                    (long long)(rig_monday + (int64_t)(day * 24 + (i % 4 == 3 ? 23 : 7 + i)) * SZ_HOUR_MS +
                                (40 + 50 * n) * SZ_MINUTE_MS),
                    5 + (day * 7 + i * 3) % 5);
        }
        rig_wait(&b->r, 600);
    }
    assert_int_equal(rig_counts(&b->r)->used, b->log->n);
}

static void said(const bench *b, sz_buf *out) {
    for (uint32_t i = 0; i < b->store->n; i++)
        for (uint32_t k = 0; b->store->nodes[i].is_commit && k < b->store->nodes[i].c.n_outbox; k++)
            sz_buf_printf(out, "%.*s\n", SZ_FMT_STR(b->store->nodes[i].c.outbox[k]));
    sz_buf_put_u8(out, 0);
}

static void same_said(const bench *b, const sz_buf *want) {
    sz_buf have;
    sz_buf_init(&have);
    said(b, &have);
    assert_string_equal((const char *)have.p, (const char *)want->p);
    sz_buf_fini(&have);
}

static int by_text(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return sz_str_cmp(*(const sz_str *)a, *(const sz_str *)b);
}

/* The lines in an order of their own. */
static void in_order(sz_buf *text) {
    sz_arena a;
    sz_arena_init(&a);
    sz_str *lines = SZ_NEWN(&a, sz_str, text->n), all = sz_arena_str(&a, sz_buf_str(text));
    uint32_t n = 0;
    for (const char *p = all.p, *end; (end = strchr(p, '\n')); p = end + 1)
        lines[n++] = (sz_str){p, (size_t)(end + 1 - p)};
    sz_sort(lines, n, sizeof *lines, by_text, NULL);
    sz_buf_clear(text);
    for (uint32_t i = 0; i < n; i++) sz_buf_put_str(text, lines[i]);
    sz_buf_put_u8(text, 0);
    sz_arena_fini(&a);
}

static uint32_t count(const sz_buf *text, const char *part) {
    uint32_t n = 0;
    for (const char *p = (const char *)text->p; (p = strstr(p, part)); p++) n++;
    return n;
}

/* Commits from the node on: how many held snapshots, and the most that one did. */
static uint32_t with_snapshots(const bench *b, uint32_t from, uint32_t *most) {
    uint32_t n = 0;
    *most = 0;
    for (uint32_t i = from; i < b->store->n; i++) {
        uint32_t of_this = b->store->nodes[i].is_commit ? b->store->nodes[i].c.n_snapshots : 0;
        n += of_this > 0;
        if (of_this > *most) *most = of_this;
    }
    return n;
}

/* Alerts and journal of the commits from the node on: how many held some, and the most that one did. */
static uint32_t with_alerts(const bench *b, uint32_t from, uint32_t *most) {
    uint32_t n = 0;
    *most = 0;
    for (uint32_t i = from; i < b->store->n; i++) {
        uint32_t of_this = b->store->nodes[i].is_commit ? b->store->nodes[i].c.n_outbox : 0;
        n += of_this > 0;
        if (of_this > *most) *most = of_this;
    }
    return n;
}

typedef void change(bench *b, const char *rules);
static void while_it_runs(bench *b, const char *rules) {
    b->o.rules = rules;
    rig_reload(&b->r, rules, b->o.students);
    assert_int_equal(rig_state(&b->r), SZ_WK_RUNNING);
}
static change *const changes[] = {while_it_runs, start};
static const uint64_t journals[] = {1, 3000, WITHOUT}; /* snapshots of all, of some, of nobody */
enum { N_JOURNALS = sizeof journals / sizeof *journals };

/* ---- bounds ---- */

static void test_no_commit_of_a_switch_holds_more_students_than_may_be(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        bench b;
        uint32_t most;
        begin(&b, WITHOUT);
        live(&b, 0, DAYS);
        uint32_t before = b.store->n;
        changes[k](&b, second);
        rig_wait(&b.r, 10000);
        assert_int_equal(with_snapshots(&b, before, &most), (STUDENTS + A_COMMIT - 1) / A_COMMIT);
        assert_int_equal(most, A_COMMIT);
        sz_buf dump;
        sz_buf_init(&dump);
        rig_store_dump(b.store, &dump);
        sz_buf_put_u8(&dump, 0);
        assert_int_equal(count(&dump, "snapshot "), STUDENTS);
        sz_buf_fini(&dump);
        before = b.store->n;
        start(&b, second); /* and that is all */
        rig_wait(&b.r, 10000);
        assert_int_equal(with_snapshots(&b, before, &most), 0);
        rig_roster_end(&b);
    }
}

/* A rule that all have open; the same and another one; the other one alone, and with the first one off. */
#define KEPT "  - {id: kept, when: week >= 2, level: green}\n"
static const char both[] = EVENTS "features: {week: {count: meal, over: 7d}}\n"
                                  "rules:\n" KEPT "  - {id: many, when: week >= 3, level: blue}\n";
static const char gone[] = EVENTS "features: {week: {count: meal, over: 7d}}\n"
                                  "rules:\n" KEPT;
static const char off[] = EVENTS "features: {week: {count: meal, over: 7d}}\n"
                                 "rules:\n" KEPT "  - {id: many, when: week >= 3, level: blue, mode: disabled}\n";

static void test_no_commit_of_a_switch_holds_more_alerts_than_may_be(void **state) {
    (void)state;
    const char *rules[] = {gone, off};
    for (int k = 0; k < 4; k++) {
        bench b;
        sz_buf told;
        uint32_t most, n;
        sz_buf_init(&told);
        begin(&b, WITHOUT);
        start(&b, both);
        live(&b, 0, 8);
        uint32_t before = b.store->n;
        changes[k % 2](&b, rules[k / 2]);
        rig_wait(&b.r, 10000);
        said(&b, &told);
        n = count(&told, "rule_removed");
        assert_in_range(n, STUDENTS - 1, STUDENTS); /* one comes too seldom */
        assert_in_range(with_alerts(&b, before, &most), (n + A_COMMIT - 1) / A_COMMIT,
                        (STUDENTS + A_COMMIT - 1) / A_COMMIT);
        assert_int_equal(most, A_COMMIT);
        sz_buf_fini(&told);
        rig_roster_end(&b);
    }
}

/* ... and nothing else happens before: no record, no tick, no row in the new form. */
static void test_no_record_is_taken_before_all_is_said_that_is_over(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        bench b;
        uint32_t most;
        begin(&b, WITHOUT);
        start(&b, both);
        live(&b, 0, 8);
        uint32_t before = b.store->n;
        uint64_t used = rig_counts(&b.r)->used, ticks = rig_operation(&b.r).ticks;
        rig_log_swipe(b.log, "s01", 9 * 24 + 1);
        if (k == 0) {
            b.r.holds[SZ_MSG_COMMITTED] = true;
            while_it_runs(&b, gone);
        } else {
            rig_roster_again(&b, gone);
            rig_roster_start(&b);
            b.r.acks = true;
            b.r.holds[SZ_MSG_COMMITTED] = true;
            b.r.wall = rig_monday + 99 * SZ_DAY_MS;
            rig_assign(&b.r, -1);
            ticks = 0;
        }
        rig_tick(&b.r);
        assert_int_equal(rig_counts(&b.r)->used, used);
        assert_int_equal(rig_operation(&b.r).ticks, ticks);
        assert_int_equal(with_snapshots(&b, before, &most), 0);
        rig_release(&b.r);
        rig_wait(&b.r, 600);
        assert_int_equal(rig_counts(&b.r)->used, used + 1);
        rig_roster_end(&b);
    }
}

static void test_records_are_taken_between_the_commits_of_a_switch(void **state) {
    (void)state;
    static const char longer[] = EVENTS "features: {week: {count: meal, over: 9d}}\n"
                                        "rules:\n" KEPT "  - {id: many, when: week >= 3, level: blue}\n";
    bench b;
    begin(&b, WITHOUT);
    start(&b, both);
    live(&b, 0, DAYS);
    b.r.holds[SZ_MSG_COMMITTED] = true;
    while_it_runs(&b, longer);
    assert_true(sz_worker_switched(b.r.w, &(int64_t){0}) == 1);
    uint64_t used = rig_counts(&b.r)->used;
    rig_log_swipe(b.log, "s01", DAYS * 24 + 1);
    rig_run(&b.r);
    assert_int_equal(rig_counts(&b.r)->used, used + 1);
    rig_release(&b.r);
    rig_roster_end(&b);
}

/* ---- cut off ---- */

static void disturbed(change *go, uint64_t journal_bytes) {
    sz_buf want;
    bench b;
    sz_buf_init(&want);
    begin(&b, journal_bytes);
    live(&b, 0, DAYS);
    uint32_t before = b.store->n;
    go(&b, second);
    uint32_t after = b.store->n;
    live(&b, DAYS, DAYS + MORE_DAYS);
    said(&b, &want);
    rig_roster_end(&b);
    assert_true(count(&want, "rule_removed") > STUDENTS);
    assert_true(count(&want, "\"rule\":\"kinds\"") > STUDENTS);
    assert_true(after > before + 1);
    for (uint32_t cut = before; cut <= after; cut++) {
        begin(&b, journal_bytes);
        live(&b, 0, DAYS);
        assert_int_equal(b.store->n, before);
        go(&b, second);
        rig_store_cut(b.store, cut);
        start(&b, second);
        live(&b, DAYS, DAYS + MORE_DAYS);
        same_said(&b, &want);
        rig_roster_end(&b);
    }
    sz_buf_fini(&want);
}

static void test_a_switch_cut_off_after_any_commit_goes_on_as_if_it_had_not_been(void **state) {
    (void)state;
    for (int k = 0; k < N_JOURNALS; k++) disturbed(while_it_runs, journals[k]);
}

static void test_a_start_under_other_rules_cut_off_after_any_commit_goes_on_as_if_it_had_not_been(void **state) {
    (void)state;
    for (int k = 0; k < N_JOURNALS; k++) disturbed(start, journals[k]);
}

/* A rule that goes and one that is switched off, each alone. */
static void test_what_a_rule_had_open_when_it_went_is_over_once_and_for_all(void **state) {
    (void)state;
    sz_buf want;
    sz_buf_init(&want);
    for (int k = 0; k < 8; k++) {
        bench b;
        const char *rules = k / 4 ? off : gone;
        begin(&b, WITHOUT);
        start(&b, both);
        live(&b, 0, 6);
        uint32_t at = b.store->n;
        changes[k / 2 % 2](&b, rules);
        while (!b.store->nodes[at].is_commit) at++;
        if (k % 2) rig_store_cut(b.store, at + 1);
        start(&b, rules);
        live(&b, 6, 7);
        start(&b, both); /* what is over is not open once more */
        live(&b, 7, 9);
        if (k % 2) same_said(&b, &want);
        else sz_buf_clear(&want), said(&b, &want);
        assert_true(count(&want, "rule_removed") > A_COMMIT);
        rig_roster_end(&b);
    }
    sz_buf_fini(&want);
}

/* ... and comes back under rules that are others again: whoever is two forms behind goes through both, and is told at
 * once what ended in the one and in the other. */
static void test_a_switch_cut_off_goes_on_under_a_third_rule_set(void **state) {
    (void)state;
    for (int k = 0; k < 2 * N_JOURNALS; k++) {
        sz_buf want, have;
        bench b;
        sz_buf_init(&want);
        sz_buf_init(&have);
        begin(&b, journals[k / 2]);
        live(&b, 0, DAYS);
        uint32_t before = b.store->n;
        changes[k % 2](&b, second);
        uint32_t after = b.store->n;
        start(&b, third);
        live(&b, DAYS, DAYS + MORE_DAYS);
        said(&b, &want);
        in_order(&want);
        rig_roster_end(&b);
        for (uint32_t cut = before + 2; cut <= after; cut++) { /* the acquisition, and the first commit */
            begin(&b, journals[k / 2]);
            live(&b, 0, DAYS);
            changes[k % 2](&b, second);
            rig_store_cut(b.store, cut);
            start(&b, third);
            live(&b, DAYS, DAYS + MORE_DAYS);
            said(&b, &have);
            in_order(&have);
            assert_string_equal((const char *)have.p, (const char *)want.p);
            sz_buf_clear(&have);
            rig_roster_end(&b);
        }
        sz_buf_fini(&want);
        sz_buf_fini(&have);
    }
}

static void test_a_commit_of_a_switch_without_an_answer_is_made_again(void **state) {
    (void)state;
    sz_buf want;
    bench b;
    sz_buf_init(&want);
    for (int fate = RIG_STANDS; fate <= RIG_NOT_DONE; fate++) {
        begin(&b, 3000);
        live(&b, 0, DAYS);
        b.r.fate = (rig_fate)fate;
        b.o.rules = second;
        rig_reload(&b.r, second, b.o.students);
        for (int i = 0; i < 8; i++) rig_wait(&b.r, 11000);
        b.r.fate = RIG_STANDS;
        rig_wait(&b.r, 60000);
        live(&b, DAYS, DAYS + MORE_DAYS);
        if (fate == RIG_STANDS) said(&b, &want);
        else same_said(&b, &want);
        rig_roster_end(&b);
    }
    sz_buf_fini(&want);
}

/* ---- whenever a student was written ---- */

static void test_what_is_told_depends_neither_on_snapshots_nor_on_the_way_of_the_change(void **state) {
    (void)state;
    sz_buf want;
    sz_buf_init(&want);
    for (int k = 0; k < 2 * N_JOURNALS; k++) {
        bench b;
        begin(&b, journals[k / 2]);
        live(&b, 0, DAYS);
        changes[k % 2](&b, second);
        live(&b, DAYS, DAYS + MORE_DAYS);
        if (k == 0) said(&b, &want);
        else same_said(&b, &want);
        rig_roster_end(&b);
    }
    sz_buf_fini(&want);
}

/* Open in the snapshot, over in the journal: what is over is not resolved once more. */
static void test_a_rule_that_is_gone_resolves_what_is_open_and_nothing_twice(void **state) {
    (void)state;
    static const char one[] = EVENTS "features: {day: {count: meal, over: 1d}}\n"
                                     "rules: [{id: removed, when: day >= 1, level: green, again_after: 1h}]\n";
    static const char other[] = EVENTS "features: {day: {count: meal, over: 1d}}\n"
                                       "rules: [{id: kept, when: day >= 9, level: green}]\n";
    bench b;
    begin(&b, 1);
    start(&b, one);
    rig_log_swipe(b.log, "s01", 8);
    rig_log_swipe(b.log, "s02", 8.1);
    rig_wait(&b.r, 600);
    for (int i = 0; i < 4; i++) { /* the journal's first blob goes: all have a snapshot, with an open episode */
        rig_log_swipe(b.log, "s01", 8.2 + i / 10.0);
        rig_log_swipe(b.log, "s02", 8.25 + i / 10.0);
        rig_wait(&b.r, 600);
    }
    b.o.o.journal_bytes = WITHOUT;
    start(&b, one);
    rig_log_swipe(b.log, "s02", 25); /* midnight ends s01's, s02 goes on */
    rig_wait(&b.r, 600);
    sz_buf told;
    sz_buf_init(&told);
    said(&b, &told);
    assert_int_equal(count(&told, "\"resolved\",\"state\""), 2);
    start(&b, other);
    rig_wait(&b.r, 600);
    sz_buf_clear(&told);
    said(&b, &told);
    assert_int_equal(count(&told, "rule_removed"), 1);
    sz_buf_fini(&told);
    rig_roster_end(&b);
}

/* ---- where partitions are regrouped ---- */

static bool student_of(void *self, sz_str alert, sz_buf *student) {
    (void)self, (void)alert;
    sz_buf_put_z(student, "of one partition");
    return true;
}

/* As `state repartition` loads it: a stream that cannot seek, stepped until it is loaded and no further. */
static void load_cold(bench *b, rig *cold) {
    b->o.is_files = true;
    rig_init(cold, b->store, b->log, &b->o);
    cold->wall = rig_monday + 99 * SZ_DAY_MS;
    rig_tell(cold, &(sz_msg){.kind = SZ_MSG_ASSIGNED, .offset = -1});
    for (const sz_msg *m; sz_worker_where(cold->w) != SZ_WK_RUNNING;) {
        if ((m = sz_msgq_pop(cold->q))) rig_tell(cold, m);
        else rig_tell(cold, &(sz_msg){.kind = SZ_MSG_GO_ON});
    }
}

static void take_over(rig *cold, const char *json) {
    sz_arena a;
    sz_arena_init(&a);
    sz_input in = {.raw = sz_str_of(json), .origin = {.source = SZ_STR("kafka:t"), .offset = 1 << 20}};
    sz_decode_json(cold->decoder, in.raw, &a, &in.record);
    sz_worker_take_over(cold->w, &in);
    sz_arena_fini(&a);
}

/* Whoever is owed is told before his partition goes on, with records that nobody had read and to the common time. */
static void test_what_a_switch_ended_is_told_where_partitions_are_regrouped(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        bench b;
        rig cold;
        sz_buf want, have;
        sz_buf_init(&want);
        sz_buf_init(&have);
        begin(&b, WITHOUT);
        start(&b, both);
        live(&b, 0, 8);
        uint32_t at = b.store->n;
        while_it_runs(&b, k ? off : gone);
        said(&b, &want);
        while (!b.store->nodes[at].is_commit) at++;
        rig_store_cut(b.store, at + 1);
        rig_fini(&b.r);
        load_cold(&b, &cold);
        take_over(&cold, "{\"id\":\"x\",\"type\":\"swipe\",\"student\":\"s01\",\"time\":\"2026-03-12T09:00+08:00\"}");
        sz_common_time *level = sz_common_time_new();
        sz_common_time_add(level, cold.w);
        sz_worker_level(cold.w, level);
        sz_common_time_free(level);
        sz_regroup_options o = {.parts = 1, .student_of = student_of};
        rig_world(&cold, &b.o, &o.bundle, &o.campus);
        sz_regroup *g = sz_regroup_new(&o);
        sz_name name = {.seq = 1};
        sz_commit c;
        sz_regroup_from(g, cold.w, 0);
        for (; sz_regroup_next(g, &name, &c) == SZ_OK; name.seq++)
            for (uint32_t i = 0; i < c.n_outbox; i++) sz_buf_printf(&have, "%.*s\n", SZ_FMT_STR(c.outbox[i]));
        sz_buf_put_u8(&have, 0);
        assert_in_range(count(&have, "rule_removed"), STUDENTS - 1, STUDENTS);
        assert_int_equal(count(&want, "rule_removed"), count(&have, "rule_removed"));
        for (char *line = (char *)have.p, *end; (end = strchr(line, '\n')); line = end + 1) {
            *end = 0;
            if (strstr(line, "rule_removed")) assert_int_equal(count(&want, line), 1);
        }
        sz_regroup_free(g);
        sz_bundle_unref(o.bundle);
        sz_campus_free(o.campus);
        sz_buf_fini(&want);
        sz_buf_fini(&have);
        b.r = cold;
        rig_roster_end(&b);
    }
}

/* ---- older versions ---- */

/* A rule's steps and version, as a header says them: 1 | 10 | 1-9f3a0c11. */
enum { STEPS_AND_VERSION = 12 };
static bool is_version(const char *p, size_t left) {
    return left >= STEPS_AND_VERSION && p[1] == 10 && p[2] == '1' && p[3] == '-' &&
           strspn(p + 4, "0123456789abcdef") >= 8;
}

/* The header as it was before: 8 knows of no campus, 7 of no cards; 6 says of a rule neither its steps nor its version;
 * 5 has no list of forms either. */
enum { CARDS = 8, FORMS = 1, CAMPUS = 8, END = 16 };
static void make_older(bench *b, int version) {
    for (uint32_t i = 0; i < b->store->n; i++) {
        sz_str *body = &b->store->nodes[i].c.body;
        if (!b->store->nodes[i].is_commit) continue;
        char *p = sz_arena_alloc(&b->store->arena, body->n);
        size_t n = 0, n_rules = 0;
        for (size_t k = 0; k < body->n; k++) {
            bool is_it = version < 7 && is_version(body->p + k, body->n - k);
            size_t left = body->n - k; /* it, and behind it */
            bool is_forms = left == FORMS + CAMPUS + END;
            if (is_forms) assert_int_equal(body->p[k], 0);
            if (left > END && left <= CAMPUS + END) continue;
            if (version < 8 && left > FORMS + CAMPUS + END && left <= CARDS + FORMS + CAMPUS + END) continue;
            if (version < 6 && is_forms) continue;
            if (is_it) k += STEPS_AND_VERSION - 1, n_rules++;
            else p[n++] = body->p[k];
        }
        assert_int_equal(n_rules, version < 7 ? 5 : 0);
        assert_int_equal(p[0], 9);
        p[0] = (char)version;
        *body = (sz_str){p, n};
    }
}

static void test_a_state_of_an_older_header_is_read(void **state) {
    (void)state;
    for (int version = 5; version <= 8; version++) {
        bench b;
        begin(&b, WITHOUT);
        live(&b, 0, 3);
        make_older(&b, version);
        start(&b, second);
        assert_true(sz_worker_plan(b.r.w)->is_other);
        live(&b, 3, 5);
        rig_roster_end(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_commit_of_a_switch_holds_more_students_than_may_be),
        cmocka_unit_test(test_no_commit_of_a_switch_holds_more_alerts_than_may_be),
        cmocka_unit_test(test_no_record_is_taken_before_all_is_said_that_is_over),
        cmocka_unit_test(test_records_are_taken_between_the_commits_of_a_switch),
        cmocka_unit_test(test_a_switch_cut_off_after_any_commit_goes_on_as_if_it_had_not_been),
        cmocka_unit_test(test_a_start_under_other_rules_cut_off_after_any_commit_goes_on_as_if_it_had_not_been),
        cmocka_unit_test(test_what_a_rule_had_open_when_it_went_is_over_once_and_for_all),
        cmocka_unit_test(test_a_switch_cut_off_goes_on_under_a_third_rule_set),
        cmocka_unit_test(test_a_commit_of_a_switch_without_an_answer_is_made_again),
        cmocka_unit_test(test_what_is_told_depends_neither_on_snapshots_nor_on_the_way_of_the_change),
        cmocka_unit_test(test_a_rule_that_is_gone_resolves_what_is_open_and_nothing_twice),
        cmocka_unit_test(test_what_a_switch_ended_is_told_where_partitions_are_regrouped),
        cmocka_unit_test(test_a_state_of_an_older_header_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

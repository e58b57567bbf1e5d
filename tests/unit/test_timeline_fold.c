/* SPDX-License-Identifier: Apache-2.0
 *
 * A log whose front has moved into the tail, several times over and with every window full: tail and log together say
 * what all records would have said, and no student keeps many days more than he needs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/timeline_fixture.h"

static const char rules[] =
    "events: {meal: {event: swipe, where: 'event.op == \"consume\"'}}\n"
    "features:\n"
    "  n: {count: meal, over: 7d}\n"
    "  m: {sum: meal.amount, over: 30d}\n"
    "  g: {days: swipe, over: 28d, day: night}\n"
    "  s: {sessions: meal, gap: 90m, over: 14d}\n"
    "  d: {distinct: meal.place, over: 7d}\n"
    "  f: {first: meal, over: 3d}\n"
    "  h: {count: meal, over: 12h}\n"
    "  x: {max: meal.amount, over: 14d}\n"
    "  t: {regularity: meal, over: 28d}\n"
    "  k: {streak: meal, on_days: class}\n"
    "  l: {last: meal}\n"
    "rules:\n"
    "  - {id: r, when: n >= 999 && m >= 10 && g > 1 && s > 1 && d > 1 && f.amount > 1 && h > 1 && x > 1 && "
    "t > 1 && k > 1 && l.amount > 1, level: blue}\n";

static const int64_t monday = 1772380800000; /* 2026-03-02T00:00+08:00 */
enum { STUDENTS = 12, DAYS = 75, A_DAY = 6, MOST_DAYS = 8 /* kept beyond what is needed */ };

static int setup(void **state) {
    timeline_fixture *f = sz_alloc(sizeof *f);
    *state = f;
    if (!timeline_fixture_init(f, rules)) return -1;
    f->ctx.adds = sz_add_memo_new();
    return 0;
}

static int teardown(void **state) {
    timeline_fixture *f = *state;
    sz_add_memo_free(f->ctx.adds);
    timeline_fixture_fini(f);
    sz_free(f);
    return 0;
}

typedef struct kept {
    char name[16];
    sz_timeline tl;
    sz_fstate all; /* what every record left */
    bool is_saved; /* by commits, now and then; else there is no store */
    uint32_t n_folds;
    int32_t first_fold, last_fold; /* days */
} kept;

static sz_event record(int32_t day, int32_t i, char *id) {
    static const char *const places[] = {"canteen-1", "canteen-2", "shop"};
    static const int64_t minutes[A_DAY] = {7 * 60, 7 * 60 + 20, 12 * 60, 12 * 60 + 50, 18 * 60, 23 * 60 + 30};
    snprintf(id, 16, "e%d-%d", day, i);
    sz_event e =
        timeline_fixture_swipe(id, monday + day * SZ_DAY_MS + minutes[i] * SZ_MINUTE_MS, 500 + 37 * ((day + i) % 11));
    e.place = sz_str_of(places[(day * 3 + i) % 3]);
    e.op = (day + i) % 5 == 4 ? SZ_SWIPE_TOPUP : SZ_SWIPE_CONSUME;
    return e;
}

static void pack(sz_buf *out, const timeline_fixture *f, const sz_fstate *s) {
    sz_buf_clear(out);
    sz_fstate_pack(out, s, &f->bundle->fs, SZ_FPACK_FORMAT);
}

static void is_the_same(const timeline_fixture *f, const sz_fstate *a, const sz_fstate *b) {
    sz_buf pa = {0}, pb = {0};
    pack(&pa, f, a);
    pack(&pb, f, b);
    assert_int_equal(pa.n, pb.n);
    assert_memory_equal(pa.p, pb.p, pa.n);
    sz_buf_fini(&pa);
    sz_buf_fini(&pb);
}

static void take(timeline_fixture *f, kept *k, const sz_event *e, int32_t day) {
    int64_t tail = k->tl.tail_ms;
    f->ctx.wmax_ms = e->time_ms;
    assert_false(sz_timeline_insert(&k->tl, &f->ctx, e));
    if (k->is_saved) assert_true(sz_timeline_unsave(&k->tl, &f->ctx));
    sz_buf entry = {0};
    sz_buf_put(&entry, f->ctx.scratch.p, f->ctx.scratch.n);
    sz_timeline_advance(&k->tl, &f->ctx, NULL);
    sz_timeline_catch_up(&k->tl, &f->ctx);
    sz_fstate_add(&k->all, &f->bundle->fs, &f->zone, NULL, e, sz_entry_mask(entry.p), (sz_entry){entry.p, (uint32_t)entry.n});
    sz_buf_fini(&entry);
    if (k->tl.tail_ms == tail) return;
    if (!k->n_folds++) k->first_fold = day;
    k->last_fold = day;
}

static void is_kept_as_long_as_needed(const timeline_fixture *f, const sz_timeline *tl) {
    int64_t limit = f->ctx.wmax_ms - f->ctx.keep_ms, first = sz_entry_time(tl->log.p);
    assert_true(first < limit + SZ_DAY_MS || first == monday + 7 * 60 * SZ_MINUTE_MS);
    assert_true(first >= limit - MOST_DAYS * SZ_DAY_MS);
}

/* As after a start, which has tail and log only. */
static void comes_back_the_same(timeline_fixture *f, const kept *k) {
    sz_buf stored = {0};
    sz_timeline again;
    sz_timeline_pack(&stored, &k->tl, &f->ctx);
    sz_timeline_init(&again, &f->ctx, k->tl.id, SZ_NONE);
    assert_int_equal(sz_timeline_unpack(&again, &f->ctx, stored.p, stored.n), SZ_OK);
    sz_timeline_settle(&again, &f->ctx);
    is_the_same(f, &again.head, &k->all);
    sz_timeline_fini(&again);
    sz_buf_fini(&stored);
}

static void test_tail_and_log_say_what_all_records_would(void **state) {
    timeline_fixture *f = *state;
    kept all[STUDENTS] = {0};
    for (uint32_t s = 0; s < STUDENTS; s++) {
        snprintf(all[s].name, sizeof all[s].name, "20260%u", s);
        sz_timeline_init(&all[s].tl, &f->ctx, sz_str_of(all[s].name), SZ_NONE);
        sz_fstate_init(&all[s].all, &f->bundle->fs, NULL);
    }
    for (int32_t day = 0; day < DAYS; day++)
        for (int32_t i = 0; i < A_DAY; i++)
            for (uint32_t s = 0; s < STUDENTS; s++) {
                char id[16];
                sz_event e = record(day, i, id);
                take(f, &all[s], &e, day);
                is_the_same(f, &all[s].tl.head, &all[s].all);
                if (i == 0) is_kept_as_long_as_needed(f, &all[s].tl);
                if (i == 3 && ((uint32_t)day + s) % 9 == 0) comes_back_the_same(f, &all[s]);
            }
    uint32_t nights = 0;
    for (int32_t day = 0; day < DAYS; day++) {
        bool any = false;
        for (uint32_t s = 0; s < STUDENTS; s++) any |= all[s].first_fold == day;
        nights += any;
    }
    assert_in_range(nights, 3, STUDENTS); /* not all of them in one night */
    for (uint32_t s = 0; s < STUDENTS; s++) {
        assert_in_range(all[s].n_folds, 5, 12); /* not each night */
        assert_true(all[s].last_fold > all[s].first_fold + 30);
        sz_timeline_fini(&all[s].tl);
        sz_fstate_fini(&all[s].all);
    }
}

/* Who is taken back to before the front of the kept days is made from the tail: as he was, and on to the same end. */
static void test_a_late_record_begins_at_the_tail(void **state) {
    timeline_fixture *f = *state;
    kept on_time = {0}, late = {0};
    kept *both[] = {&on_time, &late};
    for (uint32_t k = 0; k < 2; k++) {
        sz_timeline_init(&both[k]->tl, &f->ctx, SZ_STR("s1"), SZ_NONE);
        sz_fstate_init(&both[k]->all, &f->bundle->fs, NULL);
    }
    char id[16], held_id[16];
    const int32_t held_day = 50, told_day = 60;
    for (int32_t day = 0; day < DAYS; day++)
        for (int32_t i = 0; i < A_DAY; i++) {
            sz_event e = record(day, i, id);
            take(f, &on_time, &e, day);
            if (day != held_day || i != 2) take(f, &late, &e, day);
            if (day != told_day || i != 2) continue;
            sz_event held = record(held_day, 2, held_id);
            assert_true(sz_timeline_insert(&late.tl, &f->ctx, &held));
            sz_timeline_advance(&late.tl, &f->ctx, NULL);
            sz_timeline_catch_up(&late.tl, &f->ctx);
            is_the_same(f, &late.tl.head, &on_time.tl.head);
        }
    assert_true(late.n_folds > 3);
    is_the_same(f, &late.tl.head, &on_time.tl.head);
    for (uint32_t k = 0; k < 2; k++) {
        sz_timeline_fini(&both[k]->tl);
        sz_fstate_fini(&both[k]->all);
    }
}

/* A commit takes what came since the one before from there, however long it waits for it. */
static void test_what_no_commit_has_stays_in_the_log(void **state) {
    timeline_fixture *f = *state;
    kept k = {.is_saved = true};
    const int32_t commit_day = 50;
    uint32_t at_commit = 0;
    char id[16];
    sz_timeline_init(&k.tl, &f->ctx, SZ_STR("s1"), SZ_NONE);
    sz_fstate_init(&k.all, &f->bundle->fs, NULL);
    for (int32_t day = 0; day < DAYS; day++) {
        for (int32_t i = 0; i < A_DAY; i++) {
            sz_event e = record(day, i, id);
            take(f, &k, &e, day);
            is_the_same(f, &k.tl.head, &k.all);
        }
        if (day <= commit_day) assert_int_equal(k.tl.unsaved, k.tl.log.n);
        if (day != commit_day) continue;
        assert_int_equal(k.tl.n_log, (commit_day + 1) * A_DAY);
        at_commit = k.tl.unsaved;
        k.tl.unsaved = 0;
    }
    assert_in_range(k.first_fold, commit_day + 1, commit_day + 2);
    assert_true(k.tl.log.n < at_commit && k.tl.unsaved < k.tl.log.n);
    sz_str unsaved = sz_timeline_unsaved(&k.tl);
    assert_int_equal(sz_entry_time((const uint8_t *)unsaved.p), record(commit_day + 1, 0, id).time_ms);
    sz_timeline_fini(&k.tl);
    sz_fstate_fini(&k.all);
}

static uint32_t n_unsaved(const sz_timeline *tl) {
    sz_str left = sz_timeline_unsaved(tl);
    uint32_t n = 0;
    for (size_t one; left.n; left = (sz_str){left.p + one, left.n - one}, n++)
        one = sz_entry_len((const uint8_t *)left.p);
    return n;
}

static bool put_late(timeline_fixture *f, sz_timeline *tl, int32_t i) {
    char id[16];
    sz_event e = record(0, i, id);
    sz_timeline_insert(tl, &f->ctx, &e);
    return sz_timeline_unsave(tl, &f->ctx);
}

/* Side by side at the log's end: what comes before them is not one of them, what comes among them is, and what goes no
 * longer. */
static void test_unsaved_records_are_the_last_ones(void **state) {
    timeline_fixture *f = *state;
    sz_timeline tl;
    sz_timeline_init(&tl, &f->ctx, SZ_STR("s1"), SZ_NONE);
    assert_true(put_late(f, &tl, 0));
    assert_true(put_late(f, &tl, 2));
    tl.unsaved = 0;
    assert_false(put_late(f, &tl, 1)); /* before one that a commit has */
    assert_int_equal(tl.unsaved, 0);
    assert_true(put_late(f, &tl, 5));
    assert_true(put_late(f, &tl, 3)); /* just before them */
    assert_true(put_late(f, &tl, 4)); /* among them */
    assert_int_equal(n_unsaved(&tl), 3);
    uint32_t off = (uint32_t)tl.log.n - tl.unsaved;
    sz_timeline_take_out(&tl, &f->ctx, 0);
    assert_int_equal(n_unsaved(&tl), 3);
    off -= sz_entry_len(tl.log.p); /* all of one length */
    sz_timeline_take_out(&tl, &f->ctx, off);
    assert_int_equal(n_unsaved(&tl), 2);
    sz_timeline_fini(&tl);
}

/* A record as the engine hands it over; whether it came late. Passed is what goes on waiting to be added. */
static bool hand_over(timeline_fixture *f, sz_timeline *tl, const sz_event *e, bool *passed) {
    if (e->time_ms > f->ctx.wmax_ms) f->ctx.wmax_ms = e->time_ms;
    bool is_late = sz_timeline_insert(tl, &f->ctx, e);
    *passed = sz_timeline_pass(tl, &f->ctx);
    if (!*passed) sz_timeline_advance(tl, &f->ctx, NULL);
    return is_late;
}

/* docs/adr/0030: among those that wait nothing is to be undone; among those that were added somebody is taken back. */
static void test_a_late_record_slips_in_among_those_that_wait(void **state) {
    timeline_fixture *f = *state;
    kept on_time = {0};
    sz_timeline late;
    char id[16], held_id[16];
    bool passed = false;
    sz_timeline_init(&on_time.tl, &f->ctx, SZ_STR("s1"), SZ_NONE);
    sz_timeline_init(&late, &f->ctx, SZ_STR("s1"), SZ_NONE);
    sz_fstate_init(&on_time.all, &f->bundle->fs, NULL);
    for (int32_t i = 0; i < 2 * A_DAY; i++) {
        sz_event e = record(i / A_DAY, i % A_DAY, id);
        take(f, &on_time, &e, 0);
        if (i >= A_DAY + 2 && i <= A_DAY + 3) continue; /* these come late, the second one first */
        assert_false(hand_over(f, &late, &e, &passed));
    }
    assert_true(passed && late.added_off < late.head_off);

    uint32_t added = late.added_off;
    sz_event held = record(1, 3, held_id);
    assert_true(hand_over(f, &late, &held, &passed));
    assert_true(passed);
    assert_int_equal(late.added_off, added); /* goes on waiting, with those behind it */
    assert_int_equal(late.redo_ms, SZ_TIME_MAX);
    assert_int_equal(late.head_off, late.log.n);

    sz_timeline_catch_up(&late, &f->ctx);
    held = record(1, 2, held_id);
    assert_true(hand_over(f, &late, &held, &passed));
    assert_false(passed); /* those behind it were added: it is taken back to before them */
    sz_timeline_catch_up(&late, &f->ctx);
    is_the_same(f, &late.head, &on_time.tl.head);
    sz_timeline_fini(&late);
    sz_timeline_fini(&on_time.tl);
    sz_fstate_fini(&on_time.all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tail_and_log_say_what_all_records_would, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_late_record_begins_at_the_tail, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_no_commit_has_stays_in_the_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unsaved_records_are_the_last_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_late_record_slips_in_among_those_that_wait, setup, teardown),
    };
    return cmocka_run_group_tests_name("timeline_fold", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * A campus that changes for thousands (semantics 5) is told in commits of so many, and cut off after any of them it
 * goes on as if it had not been.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/engine_rig.h"

enum { STUDENTS = 30, A_COMMIT = 4 };

static const char rules[] = "features: {silence: {absence: seen}}\n"
                            "rules:\n"
                            "  - {id: gone, value: silence, at_least: {26h: yellow}, who: 'student.school == \"a\"'}\n";

typedef struct bench {
    rig_store store;
    rig_log log;
    rig r;
    rig_setup o;
    sz_buf roster[2], leaves[2]; /* leaves: without and with `recorded` */
} bench;

/* The campus before, and ways for it to become another one. */
enum campus { BEFORE, OTHER_ROSTER, WITH_LEAVES, WITH_RECORDED_LEAVES, N_CAMPUSES };

static void choose(const bench *b, rig_setup *o, int campus) {
    o->students = (const char *)b->roster[campus == OTHER_ROSTER].p;
    o->leaves = campus >= WITH_LEAVES ? (const char *)b->leaves[campus - WITH_LEAVES].p : NULL;
}

static void start(bench *b, int campus) {
    choose(b, &b->o, campus);
    b->o.seed++;
    rig_init(&b->r, &b->store, &b->log, &b->o);
    b->r.acks = true;
    b->r.wall = rig_monday + 99 * SZ_DAY_MS;
    rig_assign(&b->r, -1);
}

static void write_roster(sz_buf *out, const char *school) {
    sz_buf_init(out);
    sz_buf_put_z(out, "student,school\n");
    for (int i = 0; i < STUDENTS; i++) sz_buf_printf(out, "s%02d,%s\n", i, school);
    sz_buf_put_u8(out, 0);
}

/* Everybody was away, as nobody knew, or as was written down before the last record. */
static void write_leaves(sz_buf *out, bool has_recorded) {
    char from[11], to[11], noon[11], recorded[24] = "";
    int32_t day = (int32_t)(rig_monday / SZ_DAY_MS) + 1;
    sz_day_format(day, from);
    sz_day_format(day + 2, to);
    sz_day_format(day + 1, noon);
    if (has_recorded) snprintf(recorded, sizeof recorded, "%sT12:00", noon);
    sz_buf_init(out);
    sz_buf_put_z(out, "student,from,to,kind,recorded\n");
    for (int i = 0; i < STUDENTS; i++) sz_buf_printf(out, "s%02d,%s,%s,sick,%s\n", i, from, to, recorded);
    sz_buf_put_u8(out, 0);
}

/* Everybody eats once and is missed a day later; but s00. */
static bench *begin(void) {
    bench *b = sz_alloc(sizeof *b);
    write_roster(&b->roster[0], "a");
    write_roster(&b->roster[1], "b");
    for (int i = 0; i < 2; i++) write_leaves(&b->leaves[i], i);
    b->o = (rig_setup){.rules = rules, .o = {.is_live = true, .tick_students = A_COMMIT}};
    rig_store_init(&b->store);
    rig_log_init(&b->log);
    start(b, BEFORE);
    for (int i = 0; i < STUDENTS; i++) {
        char id[16];
        snprintf(id, sizeof id, "s%02d", i);
        rig_log_swipe(&b->log, id, 8 + i / 100.0);
    }
    rig_log_swipe(&b->log, "s00", 40);
    rig_wait(&b->r, 20000);
    return b;
}

static void end(bench *b) {
    rig_fini(&b->r);
    rig_log_fini(&b->log);
    rig_store_fini(&b->store);
    sz_buf_fini(&b->roster[0]);
    sz_buf_fini(&b->roster[1]);
    for (int i = 0; i < 2; i++) sz_buf_fini(&b->leaves[i]);
    sz_free(b);
}

static int by_text(const void *pa, const void *pb, void *ctx) {
    (void)ctx;
    return sz_str_cmp(*(const sz_str *)pa, *(const sz_str *)pb);
}

/* What the store's history has said, each line once, in an order of its own. */
static sz_buf said(const bench *b) {
    sz_str v[20 * STUDENTS];
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->store.n; i++)
        for (uint32_t k = 0; b->store.nodes[i].is_commit && k < b->store.nodes[i].c.n_outbox; k++)
            v[n++] = b->store.nodes[i].c.outbox[k];
    sz_sort(v, n, sizeof *v, by_text, NULL);
    sz_buf out;
    sz_buf_init(&out);
    for (uint32_t i = 0; i < n; i++) sz_buf_printf(&out, "%.*s\n", SZ_FMT_STR(v[i]));
    sz_buf_put_u8(&out, 0);
    return out;
}

static uint32_t count(const sz_buf *text, const char *what) {
    uint32_t n = 0;
    for (const char *p = (const char *)text->p; (p = strstr(p, what)); p++) n++;
    return n;
}

static void reload(bench *b, int campus) {
    rig_setup o = b->o;
    choose(b, &o, campus);
    rig_reload_as(&b->r, &o);
    rig_wait(&b->r, 20000);
}

/* By HUP, or between two runs. */
static void check_commits(int campus, bool by_reload) {
    bench *b = begin();
    uint32_t before = b->store.n, with = 0, most = 0;
    if (by_reload) {
        reload(b, campus);
    } else {
        rig_fini(&b->r);
        start(b, campus);
        rig_wait(&b->r, 20000);
    }
    for (uint32_t i = before; i < b->store.n; i++) {
        const rig_node *n = &b->store.nodes[i];
        if (!n->is_commit) continue;
        with += n->c.n_outbox > 0;
        if (n->c.n_outbox > most) most = n->c.n_outbox;
    }
    sz_buf lines = said(b);
    assert_int_equal(count(&lines, "\"event\":\"firing\""), STUDENTS);
    assert_int_equal(count(&lines, "\"event\":\"retracted\""), STUDENTS);
    assert_int_equal(most, A_COMMIT);
    assert_in_range(with, (STUDENTS - 1) / A_COMMIT, STUDENTS / A_COMMIT + 1);
    sz_buf_fini(&lines);
    end(b);
}

static void test_no_commit_of_another_campus_holds_more_than_may_be(void **state) {
    (void)state;
    for (int campus = OTHER_ROSTER; campus < N_CAMPUSES; campus++) {
        check_commits(campus, true);
        check_commits(campus, false);
    }
}

static void check_cuts(int campus) {
    bench *whole = begin();
    uint32_t before = whole->store.n;
    reload(whole, campus);
    uint32_t after = whole->store.n;
    sz_buf want = said(whole);
    end(whole);
    assert_true(after - before > STUDENTS / A_COMMIT);
    for (uint32_t cut = before + 1; cut < after; cut++) {
        bench *b = begin();
        reload(b, campus);
        rig_store_cut(&b->store, cut);
        rig_fini(&b->r);
        start(b, campus);
        rig_wait(&b->r, 20000);
        sz_buf have = said(b);
        assert_string_equal((const char *)have.p, (const char *)want.p);
        sz_buf_fini(&have);
        end(b);
    }
    sz_buf_fini(&want);
}

static void test_another_campus_cut_off_after_any_commit_goes_on_as_if_it_had_not_been(void **state) {
    (void)state;
    for (int campus = OTHER_ROSTER; campus < N_CAMPUSES; campus++) check_cuts(campus);
}

/* Between two campuses the store holds some students as of each: whichever one comes next, all are gone over. */
static void test_a_change_of_the_campus_that_was_cut_off_can_be_taken_back(void **state) {
    (void)state;
    for (int campus = OTHER_ROSTER; campus < N_CAMPUSES; campus++) {
        bench *b = begin();
        uint32_t before = b->store.n;
        reload(b, campus);
        rig_store_cut(&b->store, (before + b->store.n) / 2);
        rig_fini(&b->r);
        start(b, BEFORE);
        rig_wait(&b->r, 20000);
        sz_buf lines = said(b);
        uint32_t retracted = count(&lines, "\"event\":\"retracted\"");
        assert_in_range(retracted, A_COMMIT, STUDENTS - A_COMMIT);
        assert_int_equal(count(&lines, "\"event\":\"updated\""), retracted);
        assert_int_equal(count(&lines, "\"event\":\"firing\""), STUDENTS);
        sz_buf_fini(&lines);
        end(b);
    }
}

/* Two leaves that were written down since the last run: each takes back what was said in its days, and is named. */
static void check_two_leaves(const char *leaves, const char *first, const char *second) {
    bench *b = begin();
    rig_log_swipe(&b->log, "s01", 80); /* there again on Thursday, and missed again on Friday */
    rig_log_swipe(&b->log, "s00", 120);
    rig_wait(&b->r, 20000);
    rig_fini(&b->r);
    sz_buf_clear(&b->leaves[1]);
    sz_buf_printf(&b->leaves[1], "student,from,to,kind,recorded\n%s", leaves);
    sz_buf_put_u8(&b->leaves[1], 0);
    start(b, WITH_RECORDED_LEAVES);
    rig_wait(&b->r, 20000);
    sz_buf lines = said(b);
    assert_int_equal(count(&lines, "\"event\":\"retracted\""), 2);
    assert_int_equal(count(&lines, first), 1);
    assert_int_equal(count(&lines, second), 1);
    sz_buf_fini(&lines);
    end(b);
}

static void test_of_two_leaves_that_are_owed_each_is_named_for_what_it_takes_back(void **state) {
    (void)state;
    check_two_leaves(
        "s01,2026-03-05,2026-03-07,exchange,2026-03-06T20:00\n"
        "s01,2026-03-02,2026-03-04,sick,2026-03-06T18:00\n",
        "\"since\":\"2026-03-03T10:00:36+08:00\",\"at\":\"2026-03-06T18:00:00+08:00\",\"why\":\"sick 2026-03-02\"",
        "\"since\":\"2026-03-06T10:00:00+08:00\",\"at\":\"2026-03-06T20:00:00+08:00\",\"why\":\"exchange 2026-03-05\"");
    check_two_leaves(
        "s01,2026-03-02,2026-03-04,sick,\n"
        "s01,2026-03-05,2026-03-07,exchange,\n",
        "\"since\":\"2026-03-03T10:00:36+08:00\",\"at\":\"2026-03-02T00:00:00+08:00\",\"why\":\"sick 2026-03-02\"",
        "\"since\":\"2026-03-06T10:00:00+08:00\",\"at\":\"2026-03-05T00:00:00+08:00\",\"why\":\"exchange 2026-03-05\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_commit_of_another_campus_holds_more_than_may_be),
        cmocka_unit_test(test_another_campus_cut_off_after_any_commit_goes_on_as_if_it_had_not_been),
        cmocka_unit_test(test_a_change_of_the_campus_that_was_cut_off_can_be_taken_back),
        cmocka_unit_test(test_of_two_leaves_that_are_owed_each_is_named_for_what_it_takes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

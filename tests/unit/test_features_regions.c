/* SPDX-License-Identifier: Apache-2.0
 *
 * Regions of a state get shorter at once: what a long absence leaves behind falls off as a whole, and a long record
 * gives way to a short one. What is left is what the later records alone would have made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/features/fstate.h"
#include "support/timeline_fixture.h"

static const char rules[] =
    "events:\n"
    "  buy: {event: swipe, where: event.op == \"consume\"}\n"
    "  missed: {event: attendance, where: event.status == \"absent\"}\n"
    "features:\n"
    "  n: {count: buy, over: 60d}\n"
    "  spent: {sum: buy.amount, over: 60d}\n"
    "  most: {max: buy.amount, over: 60d}\n"
    "  meals: {sessions: buy, gap: 90m, over: 60d}\n"
    "  hours: {count: buy, over: 24h}\n"
    "  kinds: {distinct: buy.place, over: 60d}\n"
    "  latest: {last: buy}\n"
    "  usual: {regularity: buy, over: 28d}\n"
    "  lost: {sum: missed.hours, over: 60d}\n"
    "rules:\n"
    "  - {id: r, level: blue, when: n >= 1000 && spent >= 1000 && most >= 1000 && meals >= 1000 && hours >= 1000 && "
    "kinds >= 1000 && latest.amount >= 1000 && usual >= 1000 && lost >= 1000}\n";

enum { LONG_DAYS = 200, GAP_DAYS = 100, SHORT_DAYS = 80, A_DAY = 4, LONG_ID = 400 };
static const int64_t monday = INT64_C(1772380800000); /* 2026-03-02T00:00+08:00 */

/* The i-th of a day; of the long days, with ids as long as no usual one is. */
static sz_event drawn(int day, int i, bool is_long, char *id) {
    static const char *const places[] = {"c1", "c2", "c3", "c4"};
    sprintf(id, "%*sx%d.%d", is_long ? LONG_ID : 0, "", day, i);
    sz_event e = timeline_fixture_swipe(id, monday + day * SZ_DAY_MS + (8 + i * 3) * SZ_HOUR_MS, 100 + day * 37 % 900);
    e.place = sz_str_of(places[i]);
    if (i < A_DAY - 1) return e;
    e.type = SZ_TYPE_ATTENDANCE;
    e.op = 0;
    e.status = SZ_ATTEND_ABSENT;
    e.has_hours = true;
    e.hours_micro = 2000000;
    return e;
}

static void add(timeline_fixture *f, sz_add_memo *m, const sz_event *e, sz_fstate *s, uint32_t n) {
    const sz_featureset *fs = &f->bundle->fs;
    uint8_t mask[8] = {0};
    sz_buf entry;
    sz_buf_init(&entry);
    sz_eval ev = {.fs = fs,
                  .facts = &f->facts,
                  .types = &f->types,
                  .zone = &f->zone,
                  .dict = &f->dict,
                  .student = SZ_NONE,
                  .student_id = SZ_STR("s1")};
    sz_eval_at(&ev, e->time_ms);
    sz_eval_match(&ev, e, mask);
    sz_entry_put(&entry, e, mask, (fs->n_matchers + 7) / 8, &f->dict, &f->types);
    for (uint32_t i = 0; i < n; i++)
        sz_fstate_add_as(m, &s[i], fs, &f->zone, NULL, e, mask, (sz_entry){entry.p, (uint32_t)entry.n});
    sz_buf_fini(&entry);
}

/* All but the day on which it begins. */
static void packs_alike(const timeline_fixture *f, const sz_fstate *a, const sz_fstate *b) {
    sz_buf packed[2];
    sz_reader r[2];
    for (int i = 0; i < 2; i++) {
        sz_buf_init(&packed[i]);
        sz_fstate_pack(&packed[i], i ? b : a, &f->bundle->fs, 1);
        r[i] = sz_reader_of(packed[i].p, packed[i].n);
        sz_read_varint(&r[i]);
        sz_read_zigzag(&r[i]);
    }
    assert_int_equal(r[0].end - r[0].p, r[1].end - r[1].p);
    assert_memory_equal(r[0].p, r[1].p, (size_t)(r[0].end - r[0].p));
    for (int i = 0; i < 2; i++) sz_buf_fini(&packed[i]);
}

static void goes_by(sz_add_memo *m) {
    timeline_fixture f;
    char id[LONG_ID + 32];
    assert_true(timeline_fixture_init(&f, rules));
    sz_fstate s[2]; /* of everything; of what comes after the gap */
    for (int i = 0; i < 2; i++) sz_fstate_init(&s[i], &f.bundle->fs, f.ctx.pool);
    for (int day = 0; day < LONG_DAYS; day++)
        for (int i = 0; i < A_DAY; i++) {
            sz_event e = drawn(day, i, true, id);
            add(&f, m, &e, s, 1);
        }
    for (int day = LONG_DAYS + GAP_DAYS; day < LONG_DAYS + GAP_DAYS + SHORT_DAYS; day++) {
        for (int i = 0; i < A_DAY; i++) {
            sz_event e = drawn(day, i, false, id);
            add(&f, m, &e, s, 2);
        }
        packs_alike(&f, &s[0], &s[1]);
        if (day % 7 == 0) sz_fstate_spread(&s[day % 2], &f.bundle->fs, 9);
    }
    for (int i = 0; i < 2; i++) sz_fstate_fini(&s[i]);
    timeline_fixture_fini(&f);
}

static void test_what_an_absence_leaves_behind_falls_off(void **state) {
    (void)state;
    goes_by(NULL);
}

static void test_the_same_by_plans(void **state) {
    (void)state;
    sz_add_memo *m = sz_add_memo_new();
    goes_by(m);
    sz_add_memo_free(m);
}

/* Regions are found by four bytes: no room that these cannot say is handed out. */
static void test_a_state_that_is_too_large_ends_with_a_reason(void **state) {
    (void)state;
    timeline_fixture f;
    char text[1024] = "";
    int ends[2], status;
    assert_true(timeline_fixture_init(&f, rules));
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        sz_fstate s;
        dup2(ends[1], STDERR_FILENO);
        sz_fstate_init(&s, &f.bundle->fs, NULL);
        region_grow(&s, 0, STATE_MOST - 4096, true); /* as much as there can be, about */
        region_grow(&s, 1, 8192, true);
        _exit(0);
    }
    close(ends[1]);
    for (size_t n = 0; n < sizeof text - 1;) {
        ssize_t got = read(ends[0], text + n, sizeof text - 1 - n);
        if (got <= 0) break;
        n += (size_t)got;
    }
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 4);
    assert_non_null(strstr(text, "more than 128 MiB"));
    assert_non_null(strstr(text, "超过 128 MiB"));
    timeline_fixture_fini(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_an_absence_leaves_behind_falls_off),
        cmocka_unit_test(test_the_same_by_plans),
        cmocka_unit_test(test_a_state_that_is_too_large_ends_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

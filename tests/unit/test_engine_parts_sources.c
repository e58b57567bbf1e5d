/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of peers of a topic whose sources come past 04:00 in another order in each partition, and whose batch ends
 * elsewhere in each log (docs/adr/0041): nobody waits in a circle, and what stands is what stands with one worker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine_fleet.h"
#include "support/sanitized.h"

enum { STUDENTS = 36, DAYS = 6, GAP = 45 };
/* What an order of arrival changes shows in the plain build; sanitizers look at what the same code does to memory, ten
 * times as slowly. */
enum { DRAWS = IS_SANITIZED ? 20 : 60 };

static const char rules[] =
    "features:\n"
    "  among: {peers: {count: swipe, over: 1d}, by: class, min_group: 7}\n"
    "  doors: {peers: {count: dorm_access, over: 1d}, by: class, min_group: 7}\n"
    "  lists: {peers: {count: attendance, over: 1d}, by: class, min_group: 7}\n"
    "rules:\n"
    "  - {id: top, when: among.percentile >= 90, level: blue, again_after: 1h}\n"
    "  - {id: out, when: doors.percentile >= 90, level: blue, again_after: 1h, check: daily at 07:00}\n"
    "  - {id: listed, when: lists.percentile >= 90, level: blue, again_after: 1h}\n"
    "  - {id: both, when: lists.percentile > 50 && among.percentile > 50, level: blue, again_after: 1h}\n";

static const char feeds[] = "pos: {delivery: stream, allowance: 10m, began: 2026-03-02, types: [swipe]}\n"
                            "gate: {delivery: stream, allowance: 10m, began: 2026-03-02, types: [dorm_access]}\n"
                            "class: {delivery: batch, began: 2026-03-02, types: [attendance]}\n";

static const char *roster(void) {
    static char text[1024];
    int n = snprintf(text, sizeof text, "student,class\n");
    for (int i = 0; i < STUDENTS; i++) n += snprintf(text + n, sizeof text - (size_t)n, "s%02d,c%d\n", i, i % 3);
    return text;
}

static uint32_t home(int student) {
    char id[16];
    snprintf(id, sizeof id, "s%02d", student);
    return sz_home(sz_str_of(id), FLEET);
}

static void add(rig_log *l, int student, int64_t t_ms, const char *more) {
    rig_log_add(l, "{\"id\":\"e%u\",\"student\":\"s%02d\",\"time\":%lld,%s}", l->n, student, (long long)t_ms, more);
}

static const char swipe[] = "\"type\":\"swipe\",\"source\":\"pos\",\"amount\":3",
                  door[] = "\"type\":\"dorm_access\",\"source\":\"gate\",\"direction\":\"out\"",
                  list[] = "\"type\":\"attendance\",\"source\":\"class\",\"course\":\"c\",\"session\":\"1\","
                           "\"status\":\"present\"";

static void add_status(rig_log *l, int64_t through_ms) {
    rig_log_add(l,
                "{\"id\":\"f%u\",\"type\":\"feed_status\",\"source\":\"class\",\"time\":%lld,\"complete_through\":%lld,"
                "\"state\":\"complete\"}",
                l->n, (long long)through_ms, (long long)through_ms);
}

/* Somebody of the partition at night, of one source and then of the other: who comes first is past 04:00 first. */
static void add_night(rig_log *l, int day, int student, bool are_doors_first) {
    int64_t four = rig_monday + day * SZ_DAY_MS + 4 * SZ_HOUR_MS;
    for (int k = 0; k < 2; k++)
        add(l, student, four + (11 + k) * SZ_MINUTE_MS, (k == 0) == are_doors_first ? door : swipe);
    add(l, student, four + 13 * SZ_MINUTE_MS, are_doors_first ? door : swipe);
}

/* Where in the log of the day the list is complete: an hour of it, another one in each partition. */
static int hour_of_list(uint32_t partition, int day) { return 1 + (int)((partition * 7 + (uint32_t)day * 5) % 22); }

static void add_day(rig_log *l, int day, int64_t partition, bool has_status) {
    draw d = draw_of(100 + (uint64_t)day);
    int of_night[FLEET] = {-1, -1, -1};
    for (int i = STUDENTS; i-- > 0;) of_night[home(i)] = i;
    for (int hour = 0; hour < 24; hour++) {
        for (uint32_t p = 0; p < FLEET && hour == 4; p++)
            if (partition < 0 || p == partition) add_night(l, day, of_night[p], (p + (uint32_t)day) % FLEET == 0);
        int64_t through = rig_monday + day * SZ_DAY_MS + 4 * SZ_HOUR_MS + 1;
        for (uint32_t p = 0; p < FLEET && has_status; p++)
            if (hour == hour_of_list(p, day) && (partition < 0 ? p == 0 : p == partition)) add_status(l, through);
        for (int i = 0; i < STUDENTS && hour > 5 && hour < 22; i++) {
            uint64_t what = draw_below(&d, 30);
            int64_t t = rig_monday + day * SZ_DAY_MS + hour * SZ_HOUR_MS + i * SZ_MINUTE_MS;
            if (what < 4 && (partition < 0 || home(i) == partition))
                add(l, i, t, what == 0 ? list : what == 1 ? door : swipe);
        }
    }
}

static rig_setup setup(void) {
    return (rig_setup){.rules = rules, .students = roster(), .feeds = feeds, .o = {.is_live = true}};
}

static int64_t end_ms(void) { return rig_monday + (GAP + DAYS + 2) * SZ_DAY_MS; }

static fleet *fed(int days) {
    rig_setup o = setup();
    fleet *f = fleet_begin(&o, end_ms());
    for (uint32_t p = 0; p < FLEET; p++)
        for (int day = 0; day < days; day++) add_day(f->logs[p], day, p, true);
    return f;
}

/* ---- what stands ---- */

static sz_str member(sz_str line, const char *name) {
    char key[32];
    int n = snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = memmem(line.p, line.n, key, (size_t)n);
    if (!at) return (sz_str){0};
    const char *from = at + n, *end = line.p + line.n, *to = from;
    while (to < end && *to != ',' && *to != '}') to++;
    return (sz_str){from, (size_t)(to - from)};
}

/* Of each alert the last that was said: whose, of which rule, since when. */
static void stands(sz_str said, sz_buf *out) {
    sz_arena a;
    sz_map last;
    uint32_t n;
    sz_arena_init(&a);
    sz_map_init(&last);
    sz_str *v = fleet_lines(&a, said, &n), *kept = SZ_NEWN(&a, sz_str, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = sz_map_intern(&last, member(v[i], "alert"));
        bool is_later = !kept[k].n || atoi(member(v[i], "seq").p) > atoi(member(kept[k], "seq").p);
        if (is_later) kept[k] = v[i];
    }
    sz_buf lines;
    sz_buf_init(&lines);
    for (uint32_t k = 0; k < last.n; k++) {
        sz_str x = kept[k];
        if (sz_str_is(member(x, "state"), "\"retracted\"")) continue;
        sz_buf_printf(&lines, "%.*s %.*s %.*s %.*s\n", SZ_FMT_STR(member(x, "student")), SZ_FMT_STR(member(x, "rule")),
                      SZ_FMT_STR(member(x, "since")), SZ_FMT_STR(member(x, "state")));
    }
    v = fleet_lines(&a, sz_buf_str(&lines), &n);
    for (uint32_t i = 0; i < n; i++) sz_buf_printf(out, "%.*s\n", SZ_FMT_STR(v[i]));
    sz_buf_fini(&lines);
    sz_map_fini(&last);
    sz_arena_fini(&a);
}

/* What one worker says of it, until then; 0: as far as it goes. */
static void one_worker_over(rig_log *log, int64_t until_ms, sz_buf *out) {
    rig r;
    rig_store *store = sz_alloc(sizeof *store);
    rig_setup o = setup();
    o.o.until_ms = until_ms;
    rig_store_init(store);
    rig_init(&r, store, log, &o);
    r.wall = end_ms();
    rig_assign(&r, -1);
    rig_wait(&r, 20000);
    if (until_ms) {
        rig_tell(&r, &(sz_msg){.kind = SZ_MSG_INPUT_END});
        rig_wait(&r, 1000);
    }
    static const char *const ids[] = {"top", "out", "listed", "both"};
    for (int i = 0; i < 4; i++) {
        char text[32];
        snprintf(text, sizeof text, "\"rule\":\"%s\"", ids[i]);
        assert_true(rig_topic_count(&r, text) > 5);
    }
    stands(sz_buf_str(&r.topic), out);
    rig_fini(&r);
    rig_store_fini(store);
    sz_free(store);
}

/* And of all of it, of so many days before a gap of some weeks, and of so many behind it. */
static void one_worker(int days, int behind, sz_buf *out) {
    rig_log log;
    rig_log_init(&log);
    for (int day = 0; day < days; day++) add_day(&log, day, -1, true);
    for (int day = 0; day < behind; day++) add_day(&log, GAP + day, -1, true);
    one_worker_over(&log, 0, out);
    rig_log_fini(&log);
}

static void same_stands(const fleet *f, const sz_buf *want) {
    sz_buf said, got;
    sz_buf_init(&said);
    sz_buf_init(&got);
    fleet_said(f, &said);
    stands(sz_buf_str(&said), &got);
    sz_buf_put_u8(&got, 0);
    sz_buf_put_u8((sz_buf *)(uintptr_t)want, 0);
    assert_string_equal((const char *)got.p, (const char *)want->p);
    ((sz_buf *)(uintptr_t)want)->n--;
    sz_buf_fini(&said);
    sz_buf_fini(&got);
}

static void all_is_read_and_nothing_missed(fleet *f) {
    for (uint32_t p = 0; p < FLEET; p++) {
        assert_int_equal(rig_counts(&f->r[p])->read, f->logs[p]->n);
        assert_int_equal(rig_operation(&f->r[p]).parts_missing, 0);
        assert_false(fleet_has_notice(&f->r[p], "go on without"));
    }
}

static uint32_t n_said(const fleet *f, const char *text) {
    uint32_t n = 0;
    for (uint32_t p = 0; p < FLEET; p++) n += rig_topic_count(&f->r[p], text);
    return n;
}

/* ---- tests ---- */

static void whatever_comes_first_nobody_waits_in_a_circle(void **state) {
    (void)state;
    sz_buf want;
    sz_buf_init(&want);
    one_worker(DAYS, 0, &want);
    fleet *f = fed(DAYS);
    for (uint32_t p = 0; p < FLEET; p++) fleet_up(f, p);
    fleet_go(f, 20000);
    all_is_read_and_nothing_missed(f);
    same_stands(f, &want);
    fleet_end(f);
    sz_buf_fini(&want);
}

static void disturbed_the_same_stands(void **state) {
    (void)state;
    sz_buf want;
    sz_buf_init(&want);
    one_worker(DAYS, 0, &want);
    for (uint64_t seed = 1; seed <= DRAWS; seed++) {
        draw d = draw_of(seed);
        fleet *f = fed(DAYS);
        f->o.o.tick_students = 1 + (uint32_t)draw_below(&d, 20);
        f->o.o.peers_wait_ms = SZ_HOUR_MS;
        for (uint32_t p = 0; p < FLEET; p++)
            if (p != seed % 4) fleet_up(f, p);
        for (int i = 0; i < 40; i++) {
            fleet_go(f, 25 + 25 * (int64_t)draw_below(&d, 30));
            fleet_disturb(f, &d);
        }
        fleet_calm(f);
        fleet_go(f, 120000);
        all_is_read_and_nothing_missed(f);
        same_stands(f, &want);
        fleet_end(f);
    }
    sz_buf_fini(&want);
}

/* The list of one partition is complete later than all else is read: the others read on, and what waits for it comes
 * when it is there; killed meanwhile, or under other rules, they know what they wait for. */
static void a_batch_that_ends_late_in_one_holds_its_own_rules_only(void **state) {
    (void)state;
    sz_buf want;
    sz_buf_init(&want);
    one_worker(DAYS, 0, &want);
    for (int how = 0; how < 3; how++) {
        rig_setup o = setup();
        fleet *f = fleet_begin(&o, end_ms());
        for (uint32_t p = 0; p < FLEET; p++)
            for (int day = 0; day < DAYS; day++) add_day(f->logs[p], day, p, p != 2);
        for (uint32_t p = 0; p < FLEET; p++) fleet_up(f, p);
        fleet_go(f, 10000);
        all_is_read_and_nothing_missed(f);
        assert_int_equal(n_said(f, "\"rule\":\"listed\""), 0);
        assert_true(n_said(f, "\"rule\":\"top\"") > 5 && n_said(f, "\"rule\":\"out\"") > 5);
        for (uint32_t p = 0; p < FLEET && how == 1; p++) fleet_down(f, p), fleet_up(f, p);
        static char more[2048];
        snprintf(more, sizeof more, "%s  - {id: more, when: among.mean > 1000, level: blue}\n", rules);
        f->o.rules = how == 2 ? more : rules;
        for (uint32_t p = 0; p < FLEET && how == 2; p++) rig_reload_as(&f->r[p], &f->o);
        fleet_go(f, 5000);
        for (int day = 0; day < DAYS; day++) add_status(f->logs[2], rig_monday + day * SZ_DAY_MS + 4 * SZ_HOUR_MS + 1);
        fleet_go(f, 20000);
        all_is_read_and_nothing_missed(f);
        same_stands(f, &want);
        fleet_end(f);
    }
    sz_buf_fini(&want);
}

/* It never ends there: as far as a replay may go back the others read on, and then they come there together. */
static void a_batch_that_never_ends_in_one_is_passed_with_the_horizon(void **state) {
    (void)state;
    rig_setup o = setup();
    o.o.horizon_ms = 3 * SZ_DAY_MS;
    o.o.lateness_ms = SZ_DAY_MS;
    fleet *f = fleet_begin(&o, end_ms());
    for (uint32_t p = 0; p < FLEET; p++)
        for (int day = 0; day < DAYS; day++) add_day(f->logs[p], day, p, p != 2);
    fleet_up(f, 0);
    fleet_up(f, 1);
    fleet_go(f, 10000);
    for (uint32_t p = 0; p < 2; p++) assert_true(rig_counts(&f->r[p])->read < f->logs[p]->n); /* at the first night */
    fleet_up(f, 2);
    fleet_go(f, 20000);
    all_is_read_and_nothing_missed(f);
    for (uint32_t p = 0; p < FLEET; p++) assert_int_equal(rig_state(&f->r[p]), SZ_WK_RUNNING);
    assert_true(n_said(f, "\"rule\":\"listed\"") > 0);
    fleet_end(f);
}

/* More days than a horizon has lie between two records: all are made, some of them ahead, and who is killed meanwhile
 * finds the parts of the others when it is back. */
static void a_gap_of_weeks_is_gone_through(void **state) {
    (void)state;
    sz_buf want;
    sz_buf_init(&want);
    one_worker(3, 3, &want);
    for (uint32_t slow = 0; slow <= FLEET; slow++) {
        rig_setup o = setup();
        fleet *f = fleet_begin(&o, end_ms());
        for (uint32_t p = 0; p < FLEET; p++)
            for (int day = 0; day < 6; day++) add_day(f->logs[p], day < 3 ? day : GAP + day - 3, p, true);
        for (uint32_t p = 0; p < FLEET; p++) fleet_up(f, p);
        for (int i = 0; i < 60 && slow < FLEET; i++) {
            fleet_go(f, 50);
            if (f->is_up[slow]) fleet_down(f, slow);
            fleet_go(f, 50 + i % 7 * 100);
            fleet_up(f, slow);
        }
        fleet_go(f, 60000);
        all_is_read_and_nothing_missed(f);
        same_stands(f, &want);
        fleet_end(f);
    }
    sz_buf_fini(&want);
}

/* The second partition has nothing of the last day, and the lists of the third are complete for two days only. */
static void add_uneven(rig_log *l, int day, uint32_t p) {
    if (p != 1 || day < DAYS - 1) add_day(l, day, p, p != 2 || day < 2);
}

static void one_worker_over_uneven(int64_t until_ms, sz_buf *out) {
    rig_log log;
    rig_log_init(&log);
    for (int day = 0; day < DAYS; day++)
        for (uint32_t p = 0; p < FLEET; p++) add_uneven(&log, day, p);
    one_worker_over(&log, until_ms, out);
    rig_log_fini(&log);
}

/* Read to its end, each comes along with the others by the sources that are waited for, and all end, whoever comes to
 * his end first and hears of the others late. What stands is what stands with one worker. */
static void at_the_end_all_come_along(void **state) {
    (void)state;
    const int64_t untils[2] = {0, rig_monday + DAYS * SZ_DAY_MS + 12 * SZ_HOUR_MS};
    sz_buf want[2];
    for (int i = 0; i < 2; i++) {
        sz_buf_init(&want[i]);
        one_worker_over_uneven(untils[i], &want[i]);
    }
    for (uint64_t seed = 0; seed < DRAWS / 2; seed++) {
        draw d = draw_of(7000 + seed);
        rig_setup o = setup();
        o.o.until_ms = untils[seed % 2];
        o.o.is_live = false;
        o.o.wall_ms = end_ms();
        o.o.peers_wait_ms = SZ_HOUR_MS;
        fleet *f = fleet_begin(&o, end_ms());
        for (uint32_t p = 0; p < FLEET; p++) {
            for (int day = 0; day < DAYS; day++) add_uneven(f->logs[p], day, p);
            fleet_up(f, p);
        }
        bool has_end[FLEET] = {false};
        for (uint32_t n_ended = 0; n_ended < FLEET;) {
            uint32_t p = (uint32_t)draw_below(&d, FLEET);
            fleet_go(f, 25 + 25 * (int64_t)draw_below(&d, 20));
            if (draw_below(&d, 2)) f->r[p].holds[SZ_MSG_LOOKED] = true;
            else rig_release(&f->r[p]);
            if (has_end[p] || rig_counts(&f->r[p])->read < f->logs[p]->n) continue;
            has_end[p] = true;
            n_ended++;
            rig_tell(&f->r[p], &(sz_msg){.kind = SZ_MSG_INPUT_END});
        }
        for (uint32_t p = 0; p < FLEET; p++) rig_release(&f->r[p]);
        fleet_go(f, 40000);
        all_is_read_and_nothing_missed(f);
        for (uint32_t p = 0; p < FLEET; p++) assert_int_equal(rig_state(&f->r[p]), SZ_WK_STOPPED);
        same_stands(f, &want[seed % 2]);
        fleet_end(f);
    }
    for (int i = 0; i < 2; i++) sz_buf_fini(&want[i]);
}

/* One partition is dead. Another one, begun anew, finds that out only now, while the first waits for what it makes
 * then; what it asks is answered a little late. It is not given up for having waited itself. */
static void who_waits_for_a_dead_one_is_not_given_up_for_it(void **state) {
    (void)state;
    rig_setup o = setup();
    o.o.peers_wait_ms = SZ_MINUTE_MS;
    fleet *f = fleet_begin(&o, end_ms());
    for (uint32_t p = 0; p < 2; p++) {
        for (int day = 0; day < 3; day++) add_day(f->logs[p], day, p, true);
        fleet_up(f, p);
    }
    fleet_go(f, 100000);
    assert_true(fleet_has_notice(&f->r[0], "go on without partition 2"));
    fleet_down(f, 1);
    fleet_up(f, 1);
    fleet_go(f, 5000);
    for (uint32_t p = 0; p < 2; p++)
        for (int day = 3; day < DAYS; day++) add_day(f->logs[p], day, p, true);
    fleet_go(f, 59500);
    f->r[1].holds[SZ_MSG_LOOKED] = true;
    fleet_go(f, 2000);
    rig_release(&f->r[1]);
    fleet_go(f, 100000);
    assert_true(fleet_has_notice(&f->r[1], "go on without partition 2"));
    assert_false(fleet_has_notice(&f->r[0], "go on without partition 1"));
    for (uint32_t p = 0; p < 2; p++) assert_int_equal(rig_counts(&f->r[p])->read, f->logs[p]->n);
    fleet_end(f);
}

/* The store is away for longer than anybody is waited for, while the others are behind: that gives nobody up. */
static void nobody_is_given_up_for_a_store_that_was_away(void **state) {
    (void)state;
    static const rig_fate fates[] = {RIG_NOT_DONE, RIG_STANDS};
    fleet *f = fed(1);
    f->o.o.peers_wait_ms = SZ_MINUTE_MS;
    for (uint32_t p = 0; p < FLEET; p++) fleet_up(f, p);
    fleet_go(f, 5000);
    for (int day = 1; day < DAYS; day++) add_day(f->logs[0], day, 0, true);
    fleet_go(f, 5000);
    for (int i = 0; i < 2; i++) {
        for (uint32_t p = 0; p < FLEET; p++) f->r[p].fate = f->r[p].acquire_fate = fates[i];
        for (uint32_t p = 1; p < FLEET && i == 0; p++)
            for (int day = 1; day < DAYS; day++) add_day(f->logs[p], day, p, true);
        fleet_go(f, 90000);
    }
    all_is_read_and_nothing_missed(f);
    fleet_end(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_comes_first_nobody_waits_in_a_circle),
        cmocka_unit_test(disturbed_the_same_stands),
        cmocka_unit_test(a_batch_that_ends_late_in_one_holds_its_own_rules_only),
        cmocka_unit_test(a_batch_that_never_ends_in_one_is_passed_with_the_horizon),
        cmocka_unit_test(a_gap_of_weeks_is_gone_through),
        cmocka_unit_test(at_the_end_all_come_along),
        cmocka_unit_test(who_waits_for_a_dead_one_is_not_given_up_for_it),
        cmocka_unit_test(nobody_is_given_up_for_a_store_that_was_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

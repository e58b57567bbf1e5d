/* SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of earlier records gives what would be found anew: matchers by codes, place and time of day;
 * what a record adds to which accumulators; local days.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "support/timeline_fixture.h"

static const char rules[] =
    "events:\n"
    "  buy: {event: swipe, where: event.op == \"consume\"}\n"
    "  early: {event: buy, where: event.hour < 9}\n"
    "  lunch: {event: buy, where: event.clock >= \"11:30\" && event.clock < \"13:00\"}\n"
    "  free: {event: swipe, where: event.weekday >= 6}\n"
    "  odd_place: {event: swipe, where: place.kind == \"unknown\"}\n"
    "  first_place: {event: swipe, where: place.id == \"canteen-1\"}\n"
    "  dear: {event: buy, where: event.amount > 20.0}\n"
    "features:\n"
    "  a: {count: early, over: 7d}\n"
    "  b: {sum: lunch.amount, over: 7d}\n"
    "  c: {sessions: free, gap: 90m, over: 30d}\n"
    "  d: {last: odd_place}\n"
    "  e: {absence: first_place}\n"
    "  f: {max: dear.amount, over: 7d}\n"
    "  g: {days: buy, over: 7d, day: night}\n"
    "  h: {count: buy, over: 12h}\n"
    "  i: {distinct: buy.place, over: 3d}\n"
    "  j: {min: swipe.balance, over: 14d}\n"
    "  k: {sum: swipe.journal_no, over: 5d}\n"
    "  l: {sum: attendance.hours, over: 10d}\n"
    "  m: {regularity: swipe, over: 28d}\n"
    "rules:\n"
    "  - {id: r, check: daily at 07:00, level: blue, when: a > 99 && b > 99 && c > 99 && d.amount > 99 && e > lim && f > 99 && "
    "g > 99 && h > 99 && i > 99 && j > 99 && k > 99 && l > 99 && m > 99, params: {lim: 99h}}\n";

static const int64_t monday = INT64_C(1772380800000); /* 2026-03-02T00:00+08:00 */

/* The i-th record: hours, days, places, amounts and operations that repeat, some of them without a time of day. */
static sz_event drawn(uint32_t i, char *id) {
    static const char *const places[] = {"canteen-1", "canteen-2", "a-place-with-a-name-of-many-letters", ""};
    sprintf(id, "e%u", i);
    sz_event e = timeline_fixture_swipe(id, monday + (int64_t)i * 47 * SZ_MINUTE_MS, (int64_t)(i * 37 % 4000));
    e.place = sz_str_of(places[i / 3 % 4]);
    e.op = i % 5 == 4 ? SZ_SWIPE_TOPUP : SZ_SWIPE_CONSUME;
    if (i % 11 == 10) e.precision = SZ_PREC_DAY;
    if (i % 13 == 12) e.amount_fen = SZ_ABSENT;
    if (i % 3 == 0) e.balance_fen = (int64_t)(i * 53 % 30000);
    if (i % 4 == 0) e.journal_no = i;
    if (i % 7 == 0) e.reader = SZ_STR("r1");
    if (i % 17 == 16) {
        e.type = SZ_TYPE_ATTENDANCE;
        e.op = 0;
        e.status = i % 2 ? SZ_ATTEND_ABSENT : SZ_ATTEND_PRESENT;
        e.has_hours = i % 3 != 0;
        if (e.has_hours) e.hours_micro = (int64_t)(i % 5) * 500000;
    }
    return e;
}

enum { RECORDS = 2000 };

static sz_eval eval_of(const timeline_fixture *f) {
    return (sz_eval){.fs = &f->bundle->fs,
                     .facts = &f->facts,
                     .types = &f->types,
                     .zone = &f->zone,
                     .dict = &f->dict,
                     .student = SZ_NONE,
                     .student_id = SZ_STR("s1")};
}

static void test_matchers_from_memory_are_those_found_anew(void **state) {
    (void)state;
    timeline_fixture f;
    assert_true(timeline_fixture_init(&f, rules));
    sz_match_memo *m = sz_match_memo_new(&f.bundle->fs, f.campus);
    uint32_t n_known = 0, n_fit = 0;
    for (uint32_t i = 0; i < RECORDS; i++) {
        char id[16];
        sz_event e = drawn(i, id);
        sz_eval ev = eval_of(&f);
        uint8_t quick[8] = {0}, known[8] = {0}, anew[8] = {0};
        sz_eval_at(&ev, e.time_ms);
        sz_eval_match(&ev, &e, anew);
        uint32_t place = e.place.n ? sz_match_place(m, f.campus, e.place) : SZ_NONE;
        sz_match_quick(m, &ev, &e, place, quick);
        assert_memory_equal(quick, anew, sizeof anew);
        if (sz_match_known(m, &f.facts, &f.zone, &e, SZ_NONE, place, known)) {
            n_known++;
            assert_memory_equal(known, anew, sizeof anew);
        }
        n_fit += anew[0] != 0;
    }
    assert_in_range(n_known, 50,
                    RECORDS - 1); /* dear asks for more than memory has, and a place that no campus knows too */
    assert_in_range(n_fit, RECORDS / 2, RECORDS);
    sz_match_memo_free(m);
    timeline_fixture_fini(&f);
}

/* The matcher of that feature. */
static bool fits(const timeline_fixture *f, const uint8_t *mask, uint32_t feature) {
    uint32_t k = f->bundle->fs.features[feature].matcher;
    return mask[k >> 3] >> (k & 7) & 1;
}

static const char excuse_rules[] =
    "events:\n"
    "  excuse: {event: attendance, where: event.status == \"excused\" && !has(event.ref) && event.hour < 12}\n"
    "features:\n"
    "  a: {count: excuse, over: 7d}\n"
    "rules:\n"
    "  - {id: r, check: daily at 07:00, level: blue, when: a > 99}\n";

/* A where that looks at more than memory has is not run for records that are not of its codes. */
static void test_matchers_that_look_at_more_are_left_alone_where_codes_say_no(void **state) {
    (void)state;
    timeline_fixture f;
    assert_true(timeline_fixture_init(&f, excuse_rules));
    sz_match_memo *m = sz_match_memo_new(&f.bundle->fs, f.campus);
    uint32_t n_known[2] = {0}, n_fit = 0;
    for (uint32_t i = 0; i < 400; i++) {
        sz_event e = timeline_fixture_swipe("a", monday + (int64_t)i * 30 * SZ_MINUTE_MS, SZ_ABSENT);
        e.type = SZ_TYPE_ATTENDANCE;
        e.place = (sz_str){0};
        e.status = i % 2 ? SZ_ATTEND_EXCUSED : SZ_ATTEND_PRESENT;
        if (i % 3 == 0) e.ref = SZ_STR("b");
        sz_eval ev = eval_of(&f);
        uint8_t quick[8] = {0}, known[8] = {0}, anew[8] = {0};
        sz_eval_at(&ev, e.time_ms);
        sz_eval_match(&ev, &e, anew);
        sz_match_quick(m, &ev, &e, SZ_NONE, quick);
        assert_memory_equal(quick, anew, sizeof anew);
        n_known[i % 2] += sz_match_known(m, &f.facts, &f.zone, &e, SZ_NONE, SZ_NONE, known);
        n_fit += fits(&f, anew, 0);
    }
    assert_int_equal(n_known[0], 200);
    assert_int_equal(n_known[1], 0);
    assert_in_range(n_fit, 30, 199);
    sz_match_memo_free(m);
    timeline_fixture_fini(&f);
}

static const char hour_rules[] =
    "events:\n"
    "  morning: {event: swipe, where: event.hour >= 5 && event.hour < 9 && event.weekday <= 5}\n"
    "  noon: {event: swipe, where: event.hour == 12}\n"
    "  saturday: {event: swipe, where: event.weekday == 6 && 17.5 < event.hour}\n"
    "features:\n"
    "  a: {count: morning, over: 7d}\n"
    "  b: {count: noon, over: 7d}\n"
    "  c: {count: saturday, over: 7d}\n"
    "rules:\n"
    "  - {id: r, check: daily at 07:00, level: blue, when: a > 99 && b > 99 && c > 99}\n";

/* Hours and weekdays that no program tells apart are one. */
static void test_hours_that_are_the_same_to_all_are_remembered_as_one(void **state) {
    (void)state;
    enum { HOURS = 7 * 24 };
    timeline_fixture f;
    assert_true(timeline_fixture_init(&f, hour_rules));
    sz_match_memo *m = sz_match_memo_new(&f.bundle->fs, f.campus);
    uint32_t n_run = 0, n_fit = 0;
    for (uint32_t i = 0; i < HOURS; i++) {
        sz_event e = timeline_fixture_swipe("a", monday + (int64_t)i * SZ_HOUR_MS, SZ_ABSENT);
        sz_eval ev = eval_of(&f);
        uint8_t known[8] = {0}, anew[8] = {0};
        sz_eval_at(&ev, e.time_ms);
        sz_eval_match(&ev, &e, anew);
        if (!sz_match_known(m, &f.facts, &f.zone, &e, SZ_NONE, SZ_NONE, known)) {
            sz_match_quick(m, &ev, &e, SZ_NONE, known);
            n_run++;
        }
        assert_memory_equal(known, anew, sizeof anew);
        for (uint32_t k = 0; k < 3; k++) n_fit += fits(&f, anew, k);
    }
    assert_int_equal(n_fit, 5 * 4 + 7 + 6);
    assert_in_range(n_run, 12, HOURS / 3);
    sz_match_memo_free(m);
    timeline_fixture_fini(&f);
}

static const char leave_rules[] =
    "events:\n"
    "  missed: {event: attendance, where: event.status == \"absent\" && !event.on_leave}\n"
    "  away: {event: attendance, where: event.on_leave}\n"
    "  monday: {event: attendance, where: event.weekday == 1}\n"
    "features:\n"
    "  a: {count: missed, over: 7d}\n"
    "  b: {count: away, over: 7d}\n"
    "  c: {count: monday, over: 7d}\n"
    "rules:\n"
    "  - {id: r, check: daily at 07:00, level: blue, when: a > 99 && b > 99 && c > 99}\n";

/* Whoever has leaves is asked each time; that he has, and another has none, is told apart. */
static void test_matchers_from_memory_know_who_has_leaves(void **state) {
    (void)state;
    static const char students[] = "student\ns1\ns2\n", leaves[] = "学号,开始,结束\ns1,2026-03-03,2026-03-05\n";
    const sz_campus_file files[] = {{"students.csv", students, sizeof students - 1},
                                    {"leaves.csv", leaves, sizeof leaves - 1}};
    timeline_fixture f;
    assert_true(timeline_fixture_init_at(&f, leave_rules, files, 2));
    sz_match_memo *m = sz_match_memo_new(&f.bundle->fs, f.campus);
    const uint32_t who[] = {sz_campus_find_student(f.campus, SZ_STR("s1")),
                            sz_campus_find_student(f.campus, SZ_STR("s2")), SZ_NONE};
    uint32_t n_known[3] = {0}, n_masks = 0;
    for (uint32_t i = 0; i < 600; i++) {
        uint32_t k = i % 3;
        sz_event e = timeline_fixture_swipe("a", monday + (int64_t)(i / 3) * SZ_HOUR_MS, SZ_ABSENT);
        e.type = SZ_TYPE_ATTENDANCE;
        e.place = (sz_str){0};
        e.status = i % 2 ? SZ_ATTEND_ABSENT : SZ_ATTEND_PRESENT;
        sz_eval ev = eval_of(&f);
        ev.student = who[k];
        ev.info = who[k] == SZ_NONE ? NULL : sz_campus_student(f.campus, who[k]);
        ev.use_leaves = k == 0;
        uint8_t quick[8] = {0}, known[8] = {0}, anew[8] = {0};
        sz_eval_at(&ev, e.time_ms);
        sz_eval_match(&ev, &e, anew);
        sz_match_quick(m, &ev, &e, SZ_NONE, quick);
        assert_memory_equal(quick, anew, sizeof anew);
        if (sz_match_known(m, &f.facts, &f.zone, &e, who[k], SZ_NONE, known)) {
            n_known[k]++;
            assert_memory_equal(known, anew, sizeof anew);
        }
        uint8_t same[8] = {0};
        ev.student = who[1];
        ev.info = sz_campus_student(f.campus, who[1]);
        ev.use_leaves = false;
        sz_eval_match(&ev, &e, same);
        n_masks += memcmp(same, anew, sizeof same) != 0;
    }
    assert_in_range(n_masks, 30, 199); /* he is away for some of his, and for some he is not */
    assert_int_equal(n_known[0], 0);
    assert_int_equal(n_known[1], 200);
    assert_int_equal(n_known[2], 200);
    sz_match_memo_free(m);
    timeline_fixture_fini(&f);
}

static const char late_rules[] = "events:\n"
                                 "  late: {event: dorm_access, where: event.direction == \"in\" && event.late}\n"
                                 "  in_time: {event: dorm_access, where: \"!event.late\"}\n"
                                 "  late_on_monday: {event: late, where: event.weekday == 1}\n"
                                 "features:\n"
                                 "  a: {count: late, over: 7d}\n"
                                 "  b: {count: in_time, over: 7d}\n"
                                 "  c: {count: late_on_monday, over: 7d}\n"
                                 "rules:\n"
                                 "  - {id: r, check: daily at 07:00, level: blue, when: a > 99 && b > 99 && c > 99}\n";

/* Late is told by the evening and the student's permits, and clocks by what they are compared with: memory has both. */
static void test_matchers_from_memory_know_who_was_late(void **state) {
    (void)state;
    static const char students[] = "student\ns1\ns2\n",
                      leaves[] = "学号,开始,结束,类型\ns1,2026-03-03,2026-03-12,late_permit\n";
    const sz_campus_file files[] = {{"students.csv", students, sizeof students - 1},
                                    {"leaves.csv", leaves, sizeof leaves - 1}};
    enum { DAYS = 21, HALVES = 48, SORTS = 5 };
    timeline_fixture f;
    assert_true(timeline_fixture_init_at(&f, late_rules, files, 2));
    sz_match_memo *m = sz_match_memo_new(&f.bundle->fs, f.campus);
    const uint32_t who[] = {sz_campus_find_student(f.campus, SZ_STR("s1")),
                            sz_campus_find_student(f.campus, SZ_STR("s2")), SZ_NONE};
    uint32_t n_permitted = 0;
    for (uint32_t i = 0; i < DAYS * HALVES * SORTS * 3; i++) {
        uint32_t k = i % 3, sort = i / 3 % SORTS;
        sz_event e = timeline_fixture_swipe("a", monday + (int64_t)(i / (3 * SORTS)) * SZ_HOUR_MS / 2, SZ_ABSENT);
        e.type = SZ_TYPE_DORM_ACCESS;
        e.place = (sz_str){0};
        e.op = 0;
        e.direction = (uint8_t)(sort < 3 ? SZ_DIR_IN + sort : SZ_DIR_IN);
        e.precision = sort == 3 ? SZ_PREC_DAY : sort == 4 ? SZ_PREC_MINUTE : e.precision;
        sz_eval ev = eval_of(&f);
        ev.student = who[k];
        ev.info = who[k] == SZ_NONE ? NULL : sz_campus_student(f.campus, who[k]);
        ev.use_leaves = k == 0;
        uint8_t quick[8] = {0}, known[8] = {0}, anew[8] = {0}, of_other[8] = {0};
        sz_eval_at(&ev, e.time_ms);
        sz_eval_match(&ev, &e, anew);
        sz_match_quick(m, &ev, &e, SZ_NONE, quick);
        assert_memory_equal(quick, anew, sizeof anew);
        assert_true(sz_match_known(m, &f.facts, &f.zone, &e, who[k], SZ_NONE, known));
        assert_memory_equal(known, anew, sizeof anew);
        ev.student = who[1];
        sz_eval_match(&ev, &e, of_other);
        n_permitted += memcmp(of_other, anew, sizeof anew) != 0;
    }
    assert_in_range(n_permitted, 9, 400); /* the nights of his permit, and no others' */
    sz_match_memo_free(m);
    timeline_fixture_fini(&f);
}

static const char instant_rules[] =
    "events:\n"
    "  buy: {event: swipe, where: event.op == \"consume\"}\n"
    "features:\n"
    "  a: {count: buy, over: 7d}\n"
    "rules:\n"
    "  - {id: r, level: blue, when: 'event.type == \"swipe\" && event.op == \"consume\" && event.hour >= 6 && event.hour < 15 "
    "&& event.weekday != 3 && place.kind == \"unknown\" && event.amount > 5.0 && a > 3', title: {zh: 甲, en: A}}\n";

/* As that rule asks, but for the amount, which no memory has. */
static bool may_fire(const timeline_fixture *f, const sz_event *e) {
    int32_t hour = sz_zone_ms_of_day(&f->zone, e->time_ms) / (int32_t)SZ_HOUR_MS;
    bool is_then = hour >= 6 && hour < 15 && sz_day_weekday(sz_zone_day(&f->zone, e->time_ms)) != 3;
    bool is_unknown = e->place.n ? sz_campus_find_place(f->campus, e->place) == SZ_NONE : e->reader.n > 0;
    return e->type == SZ_TYPE_SWIPE && e->op == SZ_SWIPE_CONSUME && e->precision != SZ_PREC_DAY && is_then &&
           is_unknown;
}

static void test_what_no_rule_fires_at_is_remembered(void **state) {
    (void)state;
    timeline_fixture f;
    assert_true(timeline_fixture_init(&f, instant_rules));
    const sz_rule *r = &f.bundle->rules[0];
    assert_true(r->is_instant);
    sz_match_memo *m = sz_match_memo_new(&f.bundle->fs, f.campus);
    uint64_t bit = sz_match_watch(m, r->when, r->event_types);
    assert_int_equal(bit, 1);
    uint32_t n_known = 0, n_fire = 0;
    for (uint32_t i = 0; i < RECORDS; i++) {
        char id[16];
        sz_event e = drawn(i, id);
        sz_eval ev = eval_of(&f);
        uint8_t mask[8];
        uint32_t place = e.place.n ? sz_match_place(m, f.campus, e.place) : SZ_NONE;
        if (!(r->event_types >> e.type & 1)) continue;
        if (sz_match_known(m, &f.facts, &f.zone, &e, SZ_NONE, place, mask)) n_known++;
        else sz_match_quick(m, &ev, &e, place, mask);
        assert_int_equal(sz_match_misses(m), may_fire(&f, &e) ? 0 : bit);
        n_fire += may_fire(&f, &e);
    }
    assert_in_range(n_known, RECORDS / 4, RECORDS);
    assert_in_range(n_fire, 20, RECORDS / 2);
    sz_match_memo_free(m);
    timeline_fixture_fini(&f);
}

static const char place_rules[] =
    "events:\n"
    "  buy: {event: swipe, where: event.op == \"consume\" && place.kind == \"canteen\"}\n"
    "features:\n"
    "  a: {count: buy, over: 7d}\n"
    "rules:\n"
    "  - {id: r, level: blue, when: 'event.type == \"swipe\" && place.id == \"canteen-1\" && event.amount > 5.0 && a > 3', "
    "title: {zh: 甲, en: A}}\n";

/* A rule that names a place does not make memory tell all places apart: at those that the campus does not have it would
 * have no answer. */
static void test_rule_that_names_a_place_costs_no_memory(void **state) {
    (void)state;
    timeline_fixture f;
    assert_true(timeline_fixture_init(&f, place_rules));
    const sz_rule *r = &f.bundle->rules[0];
    sz_match_memo *m = sz_match_memo_new(&f.bundle->fs, f.campus);
    uint64_t bit = sz_match_watch(m, r->when, r->event_types);
    for (uint32_t i = 0; i < RECORDS; i++) {
        char id[16];
        sz_event e = drawn(i, id);
        sz_eval ev = eval_of(&f);
        uint8_t quick[8], known[8];
        uint32_t place = e.place.n ? sz_match_place(m, f.campus, e.place) : SZ_NONE;
        sz_match_quick(m, &ev, &e, place, quick);
        assert_true(sz_match_known(m, &f.facts, &f.zone, &e, SZ_NONE, place, known));
        assert_memory_equal(known, quick, sizeof known);
        if (r->event_types >> e.type & 1) assert_int_equal(sz_match_misses(m), e.type == SZ_TYPE_SWIPE ? 0 : bit);
    }
    sz_match_memo_free(m);
    timeline_fixture_fini(&f);
}

static const char late_rule[] =
    "events:\n"
    "  came: {event: dorm_access, where: event.direction == \"in\"}\n"
    "features:\n"
    "  a: {count: came, over: 7d}\n"
    "rules:\n"
    "  - {id: r, level: blue, when: 'event.type == \"dorm_access\" && event.late && a > 3', title: {zh: 甲, en: A}}\n";

/* No matcher asks who was late: the rule alone does, of each student by the cut-off that is his and his permits. */
static void test_who_is_not_late_for_a_rule_is_told_of_each_student(void **state) {
    (void)state;
    static const char students[] = "student,residence\ns1,dorm\ns2,dorm\ns3,off_campus\n",
                      leaves[] = "学号,开始,结束,类型\ns1,2026-03-03,2026-03-12,late_permit\n",
                      calendar[] =
                          "curfew:\n  sun-sat: '23:00'\n  by:\n    - {residence: off_campus, sun-sat: '23:30'}\n";
    const sz_campus_file files[] = {{"students.csv", students, sizeof students - 1},
                                    {"leaves.csv", leaves, sizeof leaves - 1},
                                    {"calendar.yaml", calendar, sizeof calendar - 1}};
    enum { DAYS = 14, QUARTERS = 96, STUDENTS = 3 };
    timeline_fixture f;
    assert_true(timeline_fixture_init_at(&f, late_rule, files, 3));
    const sz_rule *r = &f.bundle->rules[0];
    sz_match_memo *m = sz_match_memo_new(&f.bundle->fs, f.campus);
    uint64_t bit = sz_match_watch(m, r->when, r->event_types);
    uint32_t n_late[STUDENTS] = {0};
    for (uint32_t i = 0; i < DAYS * QUARTERS * STUDENTS; i++) {
        uint32_t k = i % STUDENTS;
        sz_event e = timeline_fixture_swipe("a", monday + (int64_t)(i / STUDENTS) * SZ_HOUR_MS / 4, SZ_ABSENT);
        e.type = SZ_TYPE_DORM_ACCESS;
        e.op = 0;
        e.direction = i % 5 ? SZ_DIR_IN : SZ_DIR_OUT;
        sz_eval ev = eval_of(&f);
        char id[] = {'s', (char)('1' + k)};
        ev.student = sz_campus_find_student(f.campus, (sz_str){id, sizeof id});
        ev.info = sz_campus_student(f.campus, ev.student);
        ev.use_leaves = k == 0;
        uint8_t mask[8];
        bool is_late = e.direction == SZ_DIR_IN && sz_campus_is_late(f.campus, ev.student, f.facts.known, e.time_ms);
        if (!sz_match_known(m, &f.facts, &f.zone, &e, ev.student, SZ_NONE, mask))
            sz_match_quick(m, &ev, &e, SZ_NONE, mask);
        assert_int_equal(sz_match_misses(m), is_late ? 0 : bit);
        n_late[k] += is_late;
    }
    assert_true(0 < n_late[0] && n_late[0] < n_late[2] && n_late[2] < n_late[1]);
    sz_match_memo_free(m);
    timeline_fixture_fini(&f);
}

static void packs_to(sz_buf *out, const sz_fstate *s, const sz_featureset *fs) {
    sz_buf_clear(out);
    sz_fstate_pack(out, s, fs, SZ_FPACK_FORMAT);
}

static void packs_as(sz_buf *scratch, const sz_fstate *s, const sz_featureset *fs, const sz_buf *want) {
    packs_to(scratch, s, fs);
    assert_int_equal(scratch->n, want->n);
    assert_memory_equal(scratch->p, want->p, want->n);
}

/* Records added to numbers, from memory and anew. */
typedef struct adding {
    timeline_fixture f;
    const sz_featureset *fs;
    sz_add_memo *m;
    sz_fstate quick, anew;
    sz_buf entry, a, b;
} adding;

static void adding_begin(adding *x) {
    assert_true(timeline_fixture_init(&x->f, rules));
    x->fs = &x->f.bundle->fs;
    x->m = sz_add_memo_new();
    sz_fstate_init(&x->quick, x->fs, NULL);
    sz_fstate_init(&x->anew, x->fs, NULL);
    sz_buf_init(&x->entry);
    sz_buf_init(&x->a);
    sz_buf_init(&x->b);
}

static void adding_end(adding *x) {
    sz_buf_fini(&x->entry);
    sz_buf_fini(&x->a);
    sz_buf_fini(&x->b);
    sz_fstate_fini(&x->quick);
    sz_fstate_fini(&x->anew);
    sz_add_memo_free(x->m);
    timeline_fixture_fini(&x->f);
}

/* Over 65 days, so that every window becomes full. */
static void test_accumulators_from_memory_are_those_made_anew(void **state) {
    (void)state;
    adding x;
    adding_begin(&x);
    sz_fstate from_entry;
    sz_fstate_init(&from_entry, x.fs, NULL);
    for (uint32_t i = 0; i < RECORDS; i++) {
        char id[16];
        sz_event e = drawn(i, id);
        sz_eval ev = eval_of(&x.f);
        uint8_t mask[8] = {0};
        sz_eval_at(&ev, e.time_ms);
        sz_eval_match(&ev, &e, mask);
        sz_buf_clear(&x.entry);
        sz_entry_put(&x.entry, &e, mask, (x.fs->n_matchers + 7) / 8, &x.f.dict, &x.f.types);
        sz_entry packed = {x.entry.p, (uint32_t)x.entry.n};
        sz_fstate_add_as(x.m, &x.quick, x.fs, &x.f.zone, NULL, &e, mask, packed);
        sz_fstate_add(&x.anew, x.fs, &x.f.zone, NULL, &e, mask, packed);
        assert_true(sz_fstate_add_entry(i % 500 ? x.m : NULL, &from_entry, x.fs, &x.f.zone, NULL, &x.f.dict, &x.f.types,
                                        packed));
        if (i % 100 == 99) sz_fstate_spread(&from_entry, x.fs, 1 + i / 100 % 3);
        packs_to(&x.a, &x.anew, x.fs);
        packs_as(&x.b, &x.quick, x.fs, &x.a);
        packs_as(&x.b, &from_entry, x.fs, &x.a);
        if (i % 90 == 0) { /* as a tail is taken up again */
            assert_true(sz_fstate_unpack(&from_entry, x.fs, x.a.p, x.a.n, SZ_FPACK_FORMAT));
            packs_as(&x.b, &from_entry, x.fs, &x.a);
        }
    }
    sz_fstate_fini(&from_entry);
    adding_end(&x);
}

/* Of so many kinds of records that several fall on one place of the memory: each adds up as its own mask says. */
static void test_plans_that_fall_on_one_place_stay_apart(void **state) {
    (void)state;
    adding x;
    adding_begin(&x);
    assert_in_range(x.fs->n_matchers, 9, 63);
    for (uint32_t i = 0; i < 6 * RECORDS; i++) {
        char id[16];
        sz_event e = drawn(i % 17 == 16 ? i + 1 : i, id);
        uint64_t bits = (i / 2 * UINT64_C(0x9e3779b97f4a7c15) >> 20) & ((UINT64_C(1) << x.fs->n_matchers) - 1);
        uint8_t mask[8];
        e.time_ms = monday + (int64_t)i * SZ_MINUTE_MS;
        for (int k = 0; k < 8; k++) mask[k] = (uint8_t)(bits >> 8 * k);
        sz_buf_clear(&x.entry);
        sz_entry_put(&x.entry, &e, mask, (x.fs->n_matchers + 7) / 8, &x.f.dict, &x.f.types);
        sz_entry packed = {x.entry.p, (uint32_t)x.entry.n};
        sz_fstate_add_as(x.m, &x.quick, x.fs, &x.f.zone, NULL, &e, mask, packed);
        sz_fstate_add(&x.anew, x.fs, &x.f.zone, NULL, &e, mask, packed);
        if (i % 50 && i + 1 < 6 * RECORDS) continue;
        packs_to(&x.a, &x.anew, x.fs);
        packs_as(&x.b, &x.quick, x.fs, &x.a);
    }
    adding_end(&x);
}

/* Each that is drawn comes four times within minutes, with amounts of their own; taken up in pieces of 1 to 23 records.
 */
static void test_a_log_adds_up_as_its_records_do(void **state) {
    (void)state;
    adding x;
    adding_begin(&x);
    for (uint32_t i = 0, n = 0, piece = 1; i < RECORDS; i++) {
        char id[16];
        sz_event e = drawn(i / 4, id);
        e.time_ms += (int64_t)(i % 4) * 3 * SZ_MINUTE_MS;
        if (e.amount_fen >= 0) e.amount_fen = i % 9 ? e.amount_fen + i % 4 : SZ_ABSENT;
        sz_eval ev = eval_of(&x.f);
        uint8_t mask[8] = {0};
        sz_eval_at(&ev, e.time_ms);
        sz_eval_match(&ev, &e, mask);
        size_t at = x.entry.n;
        sz_entry_put(&x.entry, &e, mask, (x.fs->n_matchers + 7) / 8, &x.f.dict, &x.f.types);
        sz_fstate_add(&x.anew, x.fs, &x.f.zone, NULL, &e, mask, (sz_entry){x.entry.p + at, (uint32_t)(x.entry.n - at)});
        if (++n < piece) continue;
        sz_fstate_add_log(i % 50 ? x.m : NULL, &x.quick, x.fs, &x.f.zone, NULL, &x.f.dict, &x.f.types, x.entry.p,
                          (uint32_t)x.entry.n);
        packs_to(&x.a, &x.anew, x.fs);
        packs_as(&x.b, &x.quick, x.fs, &x.a);
        sz_buf_clear(&x.entry);
        n = 0;
        piece = 1 + piece * 7 % 23;
    }
    adding_end(&x);
}

static void test_remembered_days_are_the_zones(void **state) {
    (void)state;
    sz_zone z;
    sz_zone_fixed(&z, 8 * 3600, "Asia/Shanghai");
    sz_day_memo m = {0};
    for (int64_t t = monday - 5 * SZ_DAY_MS; t < monday + 5 * SZ_DAY_MS; t += 17 * SZ_MINUTE_MS - 1)
        assert_int_equal(sz_zone_day_as(&z, &m, t), sz_zone_day(&z, t));
    assert_int_equal(sz_zone_day_as(&z, &m, monday), sz_zone_day(&z, monday));
    assert_int_equal(sz_zone_day_as(&z, &m, monday - 1), sz_zone_day(&z, monday - 1));
    assert_int_equal(sz_zone_day_as(&z, &m, SZ_TIME_MAX), sz_zone_day(&z, SZ_TIME_MAX));
    assert_int_equal(sz_zone_day_as(&z, &m, SZ_TIME_NONE), sz_zone_day(&z, SZ_TIME_NONE));
    sz_zone_fini(&z);
}

static void test_recalled_words_are_those_of_the_dictionary(void **state) {
    (void)state;
    static const char *const words[] = {
        "", "a", "ab", "abc", "abcd", "abcdefgh", "abcdefghijklmnop", "abcdefghijklmnopq"};
    sz_map dict, plain;
    sz_map_init(&dict);
    sz_map_init(&plain);
    sz_recall *r = sz_alloc(sizeof *r);
    for (uint32_t i = 0; i < 4000; i++) {
        char made[40];
        int n = sprintf(made, "%s%u", words[i * 7 % 8], i * 31 % 600);
        sz_str s = i % 5 ? (sz_str){made, (size_t)n} : sz_str_of(words[i % 8]);
        assert_int_equal(sz_recall_intern(r, &dict, s), sz_map_intern(&plain, s));
    }
    assert_int_equal(dict.n, plain.n);
    sz_free(r);
    sz_map_fini(&dict);
    sz_map_fini(&plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matchers_from_memory_are_those_found_anew),
        cmocka_unit_test(test_what_no_rule_fires_at_is_remembered),
        cmocka_unit_test(test_rule_that_names_a_place_costs_no_memory),
        cmocka_unit_test(test_who_is_not_late_for_a_rule_is_told_of_each_student),
        cmocka_unit_test(test_matchers_that_look_at_more_are_left_alone_where_codes_say_no),
        cmocka_unit_test(test_hours_that_are_the_same_to_all_are_remembered_as_one),
        cmocka_unit_test(test_matchers_from_memory_know_who_has_leaves),
        cmocka_unit_test(test_matchers_from_memory_know_who_was_late),
        cmocka_unit_test(test_accumulators_from_memory_are_those_made_anew),
        cmocka_unit_test(test_plans_that_fall_on_one_place_stay_apart),
        cmocka_unit_test(test_a_log_adds_up_as_its_records_do),
        cmocka_unit_test(test_remembered_days_are_the_zones),
        cmocka_unit_test(test_recalled_words_are_those_of_the_dictionary),
    };
    return cmocka_run_group_tests_name("features_memo", tests, NULL, NULL);
}

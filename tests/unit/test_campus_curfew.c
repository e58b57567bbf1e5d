/* SPDX-License-Identifier: Apache-2.0
 *
 * event.late: cut-offs, evenings, permits; and leaves in force.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/campus_fixture.h"

/* 2026-03-02 is a Monday. */
struct row {
    const char *student, *time;
    bool is_late;
};

static void check(struct campus_fixture *x, const struct row *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t student = rows[i].student ? fixture_student(x, rows[i].student) : SZ_NONE;
        if (sz_campus_is_late(x->c, student, NULL, fixture_ms(rows[i].time)) != rows[i].is_late)
            fail_msg("%s at %s: expected %s", rows[i].student ? rows[i].student : "nobody", rows[i].time,
                     rows[i].is_late ? "late" : "not late");
    }
}

static const char students[] = "student,entry_year,college,building,gender,tags\n"
                               "s1,2025,彭康书院,B1,女,\n"
                               "s2,2024,彭康书院,B1,男,night_shift\n"
                               "s3,2024,文治书院,B2,女,\n";

static void test_without_a_curfew_it_is_eleven_to_five_every_night(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"s1", "2026-03-02T22:59:59.999", false}, {"s1", "2026-03-02T23:00:00", true},
        {"s1", "2026-03-03T00:00:00", true},      {"s1", "2026-03-03T04:59:59.999", true},
        {"s1", "2026-03-03T05:00:00", false},     {"s1", "2026-03-03T12:00:00", false},
        {"s1", "2026-03-07T04:59:59", true},      {"s1", "2026-03-07T23:10:00", true},
        {NULL, "2026-03-02T23:00:00", true},      {NULL, "2026-03-02T12:00:00", false},
    };
    struct campus_fixture x;
    campus_fixture_load(
        &x, (struct campus_text[]){{"students.csv", students}, {"calendar.yaml", "terms: []\n"}, {NULL, NULL}});
    check(&x, rows, sizeof rows / sizeof *rows);
    campus_fixture_fini(&x);
}

static void test_an_evening_has_its_own_cut_off_until_noon(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"s3", "2026-03-02T22:59:59", false}, {"s3", "2026-03-02T23:00:00", true}, /* Monday */
        {"s3", "2026-03-05T23:00:00", true},                                       /* Thursday */
        {"s3", "2026-03-06T23:29:59", false}, {"s3", "2026-03-06T23:30:00", true}, /* Friday */
        {"s3", "2026-03-07T00:20:00", true},                                       /* Saturday 00:20 is Friday's */
        {"s3", "2026-03-07T23:00:00", false}, {"s3", "2026-03-07T23:30:00", true}, /* Saturday */
        {"s3", "2026-03-08T00:20:00", true},  {"s3", "2026-03-08T04:59:59", true},
        {"s3", "2026-03-08T05:00:00", false}, {"s3", "2026-03-08T23:00:00", true}, /* Sunday */
        {"s1", "2026-03-02T22:29:59", false}, {"s1", "2026-03-02T22:30:00", true}, /* first year */
        {"s1", "2026-03-06T22:30:00", false}, {"s1", "2026-03-06T23:30:00", true}, /* Friday is not named: the base's */
        {NULL, "2026-03-02T22:30:00", false}, {NULL, "2026-03-02T23:00:00", true},
        {"s1", "2026-08-31T22:30:00", true},  {"s1", "2026-09-01T22:30:00", false}, /* second year from 1 September */
        {"s1", "2026-09-01T04:00:00", true}, /* that is still the evening before */
    };
    struct campus_fixture x;
    campus_fixture_load(
        &x, (struct campus_text[]){
                {"students.csv", students},
                {"calendar.yaml",
                 "curfew: {sun-thu: '23:00', fri-sat: '23:30', ends: '05:00', by: [{year: 1, sun-thu: '22:30'}]}\n"},
                {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    check(&x, rows, sizeof rows / sizeof *rows);
    campus_fixture_fini(&x);
}

static void test_a_cut_off_may_lie_after_midnight(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"s3", "2026-03-06T23:59:59", false}, {"s3", "2026-03-07T00:29:59", false}, /* Friday's is 00:30 on Saturday */
        {"s3", "2026-03-07T00:30:00", true},  {"s3", "2026-03-07T05:59:59", true},
        {"s3", "2026-03-07T06:00:00", false}, {"s3", "2026-03-07T00:20:00", false},
        {"s3", "2026-03-06T00:20:00", true}, /* Thursday's is 24:00 */
        {"s3", "2026-03-06T00:00:00", true},  {"s3", "2026-03-05T23:59:59.999", false},
        {"s3", "2026-03-08T02:00:00", false},                                      /* Saturday has none */
        {"s3", "2026-03-08T23:59:59", false}, {"s3", "2026-03-09T00:00:00", true}, /* Sunday's is 24:00 again */
    };
    struct campus_fixture x;
    campus_fixture_load(
        &x,
        (struct campus_text[]){{"students.csv", students},
                               {"calendar.yaml", "curfew: {sun-thu: '24:00', fri: '0:30', sat: none, ends: '06:00'}\n"},
                               {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    check(&x, rows, sizeof rows / sizeof *rows);
    campus_fixture_fini(&x);
}

static void test_of_by_the_first_that_fits_counts(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"s1", "2026-03-02T21:59:59", false}, {"s1", "2026-03-02T22:00:00", true}, /* 彭康书院 and 女 */
        {"s2", "2026-03-02T23:30:00", false}, {"s2", "2026-03-03T01:00:00", true}, /* tag; until 04:00 */
        {"s2", "2026-03-03T03:59:59", true},  {"s2", "2026-03-03T04:00:00", false},
        {"s3", "2026-03-02T22:14:59", false}, {"s3", "2026-03-02T22:15:00", true}, /* B2 or B3 */
        {"s3", "2026-03-03T04:30:00", true},
    };
    struct campus_fixture x;
    campus_fixture_load(
        &x, (struct campus_text[]){{"students.csv", students},
                                   {"calendar.yaml", "curfew:\n  sun-sat: '23:00'\n  ends: '05:00'\n  by:\n"
                                                     "    - {college: 彭康书院, gender: 女, mon-sun: '22:00'}\n"
                                                     "    - {tags: night_shift, mon-sun: '01:00', ends: '04:00'}\n"
                                                     "    - {building: [B2, B3], mon-sun: '22:15'}\n"
                                                     "    - {entry_year: 2024, mon-sun: '21:00'}\n"},
                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "calendar.yaml:7:23 W364");
    check(&x, rows, sizeof rows / sizeof *rows);
    campus_fixture_fini(&x);
}

static void test_a_permit_given_in_days_covers_the_nights_of_those_evenings(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"s1", "2026-03-01T23:30:00", true},  {"s1", "2026-03-02T04:00:00", true}, /* the night before */
        {"s1", "2026-03-02T23:30:00", false}, {"s1", "2026-03-03T04:00:00", false},
        {"s1", "2026-03-03T23:30:00", false}, {"s1", "2026-03-04T04:00:00", false},
        {"s1", "2026-03-04T23:30:00", true},  {"s2", "2026-03-02T23:29:59", true},
        {"s2", "2026-03-02T23:30:00", false}, /* given with times: just that */
        {"s2", "2026-03-03T00:59:59", false}, {"s2", "2026-03-03T01:00:00", true},
        {"s3", "2026-03-02T23:30:00", true}, /* a sick leave is no permit */
    };
    struct campus_fixture x;
    campus_fixture_load(
        &x, (struct campus_text[]){
                {"students.csv", students},
                {"leaves.csv",
                 "学号,开始,结束,类型\ns1,2026-03-02,2026-03-03,late_permit\n"
                 "s2,2026-03-02T23:30:00+08:00,2026-03-03T01:00:00+08:00,外宿\ns3,2026-03-01,2026-03-05,sick\n"},
                {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    check(&x, rows, sizeof rows / sizeof *rows);

    int64_t from, to;
    const sz_student *s = sz_campus_student(x.c, fixture_student(&x, "s1"));
    const sz_leave *l = sz_campus_leave(x.c, s->leave_from);
    assert_true(l->is_days && sz_str_is(l->kind, "late_permit") && l->kind_id == SZ_LEAVE_LATE_PERMIT);
    assert_true(l->from_ms == fixture_ms("2026-03-02") && l->to_ms == fixture_ms("2026-03-04"));
    sz_leave_span(x.c, l, &from, &to);
    assert_true(from == fixture_ms("2026-03-02T12:00:00") && to == fixture_ms("2026-03-04T12:00:00"));
    campus_fixture_fini(&x);
}

static void test_a_permit_that_is_not_known_yet_covers_nothing(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(
        &x, (struct campus_text[]){{"students.csv", students},
                                   {"leaves.csv", "student,from,to,kind,recorded\ns2,2026-03-01,,leave,\n"
                                                  "s1,2026-03-02,2026-03-02,late_permit,2026-03-03T09:00:00+08:00\n"},
                                   {NULL, NULL}});
    uint32_t s1 = fixture_student(&x, "s1");
    const sz_leave *l = sz_campus_leave(x.c, sz_campus_student(x.c, s1)->leave_from);
    uint8_t known[1] = {0};
    assert_true(l->recorded_ms == fixture_ms("2026-03-03T09:00:00"));
    assert_true(sz_campus_is_late(x.c, s1, known, fixture_ms("2026-03-02T23:30:00")));
    known[0] = (uint8_t)(1u << sz_campus_student(x.c, s1)->leave_from);
    assert_false(sz_campus_is_late(x.c, s1, known, fixture_ms("2026-03-02T23:30:00")));
    assert_false(sz_campus_is_late(x.c, s1, NULL, fixture_ms("2026-03-02T23:30:00")));
    campus_fixture_fini(&x);
}

static void test_leaves_hold_from_their_first_instant_to_their_last_day(void **state) {
    (void)state;
    static const struct {
        const char *student, *time;
        uint32_t kinds;
        bool is_on_leave;
    } rows[] = {
        {"s1", "2026-03-01T23:59:59.999", SZ_ON_LEAVE_KINDS, false},
        {"s1", "2026-03-02T00:00:00", SZ_ON_LEAVE_KINDS, true},
        {"s1", "2026-03-03T23:59:59.999", SZ_ON_LEAVE_KINDS, true},
        {"s1", "2026-03-04T00:00:00", SZ_ON_LEAVE_KINDS, false},
        {"s1", "2026-03-02T00:00:00", 1u << SZ_LEAVE_SICK, false},
        {"s1", "2026-03-02T00:00:00", 1u << SZ_LEAVE_LEAVE, true},
        {"s1", "2026-04-01T14:00:00", SZ_ON_LEAVE_KINDS, true},
        {"s1", "2026-04-01T15:30:00", SZ_ON_LEAVE_KINDS, false},
        {"s1", "2026-05-01T12:00:00", SZ_ON_LEAVE_KINDS, false}, /* a kind of its own */
        {"s2", "2030-01-01T12:00:00", SZ_ON_LEAVE_KINDS, true},  /* no end */
        {"s2", "2026-03-01T12:00:00", SZ_ON_LEAVE_KINDS, false},
        {"s3", "2026-03-02T12:00:00", SZ_ON_LEAVE_KINDS, false},
    };
    struct campus_fixture x;
    campus_fixture_load(
        &x, (struct campus_text[]){{"students.csv", students},
                                   {"leaves.csv", "学号,开始,结束,类型,登记,备注\n"
                                                  "s2,2026-03-02,,实习,,\n"
                                                  "s1,2026-05-01,2026-05-02,婚假,,\n"
                                                  "s1,2026/4/1 7:00,2026/4/1 15:30,sick,2026-04-02,\"发烧, 在家\"\n"
                                                  "s1,2026-03-02,2026年3月3日,,,\n"},
                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "leaves.csv:3:26 W338");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (sz_campus_on_leave(x.c, fixture_student(&x, rows[i].student), NULL, rows[i].kinds,
                               fixture_ms(rows[i].time)) != rows[i].is_on_leave)
            fail_msg("row %zu: %s at %s", i, rows[i].student, rows[i].time);
    const sz_student *s = sz_campus_student(x.c, fixture_student(&x, "s1"));
    assert_int_equal(s->leave_to - s->leave_from, 3);
    for (uint32_t i = s->leave_from + 1; i < s->leave_to; i++)
        assert_true(sz_campus_leave(x.c, i - 1)->from_ms <= sz_campus_leave(x.c, i)->from_ms);
    const sz_leave *l = sz_campus_leave(x.c, s->leave_from + 2);
    assert_true(sz_str_is(l->kind, "婚假") && l->kind_id == SZ_N_LEAVE_KINDS && l->recorded_ms == SZ_TIME_NONE);
    uint32_t line, col;
    sz_source_locate(l->span.src, l->span.off, &line, &col);
    assert_true(line == 3 && col == 1);
    assert_string_equal(l->span.src->name, "leaves.csv");
    assert_int_equal(sz_campus_leave(x.c, s->leave_from + 1)->recorded_ms, fixture_ms("2026-04-02"));
    campus_fixture_fini(&x);
}

/* A longer one, one inside it, one that goes on from it: no instant between them is left out, and each keeps its kind.
 */
static void test_leaves_that_overlap_hold_together(void **state) {
    (void)state;
    enum { SICK = 1u << SZ_LEAVE_SICK, INTERNSHIP = 1u << SZ_LEAVE_INTERNSHIP };
    static const struct {
        const char *time;
        uint32_t kinds;
        bool is_on_leave;
    } rows[] = {
        {"2026-03-01T23:59:59.999", SZ_ON_LEAVE_KINDS, false},
        {"2026-03-02T00:00:00", INTERNSHIP, true},
        {"2026-03-03T12:00:00", SICK, false},
        {"2026-03-04T12:00:00", SICK, true},
        {"2026-03-04T12:00:00", INTERNSHIP, true},
        {"2026-03-05T12:00:00", SICK, false},
        {"2026-03-05T12:00:00", SZ_ON_LEAVE_KINDS, true},
        {"2026-03-10T23:59:59.999", INTERNSHIP, true},
        {"2026-03-11T00:00:00", INTERNSHIP, false},
        {"2026-03-12T12:00:00", SZ_ON_LEAVE_KINDS, true},
        {"2026-03-13T00:00:00", SZ_ON_LEAVE_KINDS, false},
    };
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){{"students.csv", students},
                                                   {"leaves.csv", "student,from,to,kind\n"
                                                                  "s1,2026-03-08,2026-03-12,leave\n"
                                                                  "s1,2026-03-02,2026-03-10,internship\n"
                                                                  "s1,2026-03-04,2026-03-04,sick\n"},
                                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (sz_campus_on_leave(x.c, fixture_student(&x, "s1"), NULL, rows[i].kinds, fixture_ms(rows[i].time)) !=
            rows[i].is_on_leave)
            fail_msg("row %zu: at %s", i, rows[i].time);
    campus_fixture_fini(&x);
}

static void test_a_change_of_the_clock_leaves_cut_offs_on_the_wall(void **state) {
    (void)state;
    /* As in Berlin: summer from 2026-03-29 01:00 UTC. */
    int64_t from[] = {INT64_C(1774746000000)};
    int32_t offset[] = {7200};
    sz_zone zone = {.name = "Europe/Berlin", .n = 1, .from_ms = from, .offset_s = offset, .offset0_s = 3600};
    sz_campus_file file = {"students.csv", "student\ns1\n", 11};
    sz_types types;
    sz_diags d;
    sz_campus *c;
    sz_types_init(&types);
    sz_diags_init(&d);
    assert_int_equal(sz_campus_load(&file, 1, NULL, SZ_ENC_AUTO, &zone, &types, &d, &c), SZ_OK);
    static const struct {
        int32_t ms_of_day;
        int day;
        bool is_late;
    } rows[] = {{82799999, 28, false}, {82800000, 28, true},  {17999999, 29, true},
                {18000000, 29, false}, {82799999, 29, false}, {82800000, 29, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t t = sz_zone_at(&zone, sz_day_from_ymd(2026, 3, rows[i].day), rows[i].ms_of_day);
        if (sz_campus_is_late(c, 0, NULL, t) != rows[i].is_late) fail_msg("row %zu", i);
    }
    sz_campus_free(c);
    sz_diags_fini(&d);
    sz_types_fini(&types);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_curfew_it_is_eleven_to_five_every_night),
        cmocka_unit_test(test_an_evening_has_its_own_cut_off_until_noon),
        cmocka_unit_test(test_a_cut_off_may_lie_after_midnight),
        cmocka_unit_test(test_of_by_the_first_that_fits_counts),
        cmocka_unit_test(test_a_permit_given_in_days_covers_the_nights_of_those_evenings),
        cmocka_unit_test(test_a_permit_that_is_not_known_yet_covers_nothing),
        cmocka_unit_test(test_leaves_hold_from_their_first_instant_to_their_last_day),
        cmocka_unit_test(test_leaves_that_overlap_hold_together),
        cmocka_unit_test(test_a_change_of_the_clock_leaves_cut_offs_on_the_wall),
    };
    return cmocka_run_group_tests_name("campus_curfew", tests, NULL, NULL);
}

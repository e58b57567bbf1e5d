/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: when checks come (semantics 11).
 */
#include "support/campus_fixture.h"
#include "support/rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char terms[] = "terms:\n"
                            "  - {id: autumn, from: 2025-09-03, to: 2026-01-18}\n"
                            "  - {id: spring, from: 2026-02-23, to: 2026-07-05}\n"
                            "holidays: [{name: {zh: 清明节, en: Qingming}, from: 2026-04-04, to: 2026-04-06}]\n"
                            "make_up_days: [{date: 2026-04-11, as: monday}]\n";

static sz_check parse(struct rules_fixture *x, const char *text) {
    static char rule[300];
    snprintf(rule, sizeof rule, "rules: [{id: r, when: student.year == 1, level: blue, check: '%s'}]", text);
    rules_fixture_fine(x, rule);
    return rules_fixture_rule(x, "r")->check;
}

static void test_next_check_times(void **state) {
    static const struct {
        const char *check, *after, *next;
    } rows[] = {
        {"daily at 07:00", "2026-03-02T06:59:59", "2026-03-02T07:00:00"},
        {"daily at 07:00", "2026-03-02T07:00:00", "2026-03-03T07:00:00"},
        {"daily at 00:00", "2026-03-02T00:00:00", "2026-03-03T00:00:00"},
        {"daily at 24:00", "2026-03-02T23:00:00", "2026-03-02T23:59:59.999"},
        {"daily at 24:00", "2026-03-02T23:59:59.999", "2026-03-03T23:59:59.999"},
        {"daily at 07:00,18:00", "2026-03-02T06:59:59", "2026-03-02T07:00:00"},
        {"daily at 07:00,18:00", "2026-03-02T07:00:00", "2026-03-02T18:00:00"},
        {"daily at 18:00, 7:00,24:00", "2026-03-01T23:59:59.999", "2026-03-02T07:00:00"}, /* in any order */
        {"daily at 18:00, 7:00,24:00", "2026-03-02T18:00:00", "2026-03-02T23:59:59.999"},
        {"mon-fri at 12:00,18:00", "2026-03-06T12:00:00", "2026-03-06T18:00:00"},
        {"mon-fri at 12:00,18:00", "2026-03-06T18:00:00", "2026-03-09T12:00:00"},
        {"class days at 08:00,12:00", "2026-04-03T12:00:00", "2026-04-07T08:00:00"},
        {"week 3 of term mon at 09:00,17:00", "2026-03-09T09:00:00", "2026-03-09T17:00:00"},
        {"week 3 of term mon at 09:00,17:00", "2026-03-09T17:00:00", NULL},
        {"mon at 07:00", "2026-03-02T07:00:00", "2026-03-09T07:00:00"},
        {"mon,thu at 07:00", "2026-03-02T07:00:00", "2026-03-05T07:00:00"},
        {"mon, thu at 7:00", "2026-03-05T07:00:00", "2026-03-09T07:00:00"},
        {"mon-fri at 18:30", "2026-03-06T18:30:00", "2026-03-09T18:30:00"},
        {"fri-mon at 18:30", "2026-03-06T18:30:00", "2026-03-07T18:30:00"},
        {"sun at 09:00", "2026-03-02T00:00:00", "2026-03-08T09:00:00"},
        {"class days at 12:00", "2026-03-06T12:00:00", "2026-03-09T12:00:00"},
        {"class days at 12:00", "2026-04-03T12:00:00", "2026-04-07T12:00:00"}, /* over Qingming */
        {"class days at 12:00", "2026-04-10T12:00:00", "2026-04-11T12:00:00"}, /* a Saturday made up */
        {"class days at 12:00", "2026-01-16T12:00:00", "2026-02-23T12:00:00"}, /* over the vacation */
        {"class days at 12:00", "2026-07-03T12:00:00", NULL},
        {"week 3 of term mon at 09:00", "2026-02-23T00:00:00", "2026-03-09T09:00:00"},
        {"week 3 of term mon at 09:00", "2025-01-01T00:00:00", "2025-09-15T09:00:00"},
        {"week 3 of term mon at 09:00", "2025-09-15T09:00:00", "2026-03-09T09:00:00"},
        {"week 3 of term mon at 09:00", "2026-03-09T09:00:00", NULL},
        {"week 1 of term mon at 09:00", "2025-01-01T00:00:00",
         "2026-02-23T09:00:00"}, /* 2025-09-01 lies before the term */
        {"week 1 of term mon,wed at 09:00", "2025-01-01T00:00:00", "2025-09-03T09:00:00"},
        {"week 1 of term daily at 09:00", "2025-09-03T09:00:00", "2025-09-04T09:00:00"},
        {"week 60 of term mon at 09:00", "2025-01-01T00:00:00", NULL},
    };
    const struct campus_text files[] = {{"calendar.yaml", terms}, {NULL, NULL}};
    struct campus_fixture k;
    struct rules_fixture x;
    (void)state;
    campus_fixture_load(&k, files);
    rules_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_check c = parse(&x, rows[i].check);
        char is[40];
        int64_t next = sz_check_next(&c, sz_campus_calendar(k.c), &k.zone, fixture_ms(rows[i].after));
        int64_t want = rows[i].next ? fixture_ms(rows[i].next) : SZ_TIME_MAX;
        if (next != SZ_TIME_MAX) sz_time_format(&k.zone, next, is);
        if (next != want) fail_msg("%s after %s: %s", rows[i].check, rows[i].after, next == SZ_TIME_MAX ? "never" : is);
    }
    rules_fixture_fini(&x);
    campus_fixture_fini(&k);
}

/* Clocks go forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00, as in Paris. */
static void test_checks_follow_the_clock_on_the_wall(void **state) {
    int64_t from[] = {INT64_C(1774746000000), INT64_C(1792890000000)};
    int32_t offset[] = {7200, 3600};
    sz_zone z = {.name = "Paris", .n = 2, .from_ms = from, .offset_s = offset, .offset0_s = 3600};
    sz_check seven = {.kind = SZ_CHECK_WEEKDAYS, .weekdays = 0x7f, .n_times = 1, .ms_of_day = {7 * 3600000}};
    sz_check half_past_two = {.kind = SZ_CHECK_WEEKDAYS, .weekdays = 0x7f, .n_times = 1, .ms_of_day = {150 * 60000}};
    sz_check midnight = {.kind = SZ_CHECK_WEEKDAYS, .weekdays = 0x7f, .n_times = 1, .ms_of_day = {86399999}};
    (void)state;
    int64_t saturday = INT64_C(1774677600000); /* 2026-03-28T07:00+01:00 */
    assert_int_equal(sz_check_next(&seven, NULL, &z, saturday), saturday + 23 * SZ_HOUR_MS);
    assert_int_equal(sz_check_next(&midnight, NULL, &z, saturday + 17 * SZ_HOUR_MS),
                     saturday + 17 * SZ_HOUR_MS + 23 * SZ_HOUR_MS - 1);
    /* 02:30 does not exist on the 29th: it is 03:30 by the new clock, and comes once */
    int64_t skipped = sz_check_next(&half_past_two, NULL, &z, saturday);
    assert_int_equal(skipped, from[0] + 30 * SZ_MINUTE_MS);
    assert_int_equal(sz_check_next(&half_past_two, NULL, &z, skipped), skipped + 23 * SZ_HOUR_MS);
    /* so 03:00, later on the wall, comes before it */
    sz_check both = {
        .kind = SZ_CHECK_WEEKDAYS, .weekdays = 0x7f, .n_times = 2, .ms_of_day = {150 * 60000, 180 * 60000}};
    assert_int_equal(sz_check_next(&both, NULL, &z, from[0] - 1), from[0]);
    assert_int_equal(sz_check_next(&both, NULL, &z, from[0]), skipped);
    /* 02:30 comes twice on 25 October: the check is at the first */
    int64_t first = from[1] - 30 * SZ_MINUTE_MS;
    assert_int_equal(sz_check_next(&half_past_two, NULL, &z, first - 1), first);
    assert_int_equal(sz_check_next(&half_past_two, NULL, &z, first), first + 25 * SZ_HOUR_MS);
}

static void test_no_check_and_no_calendar_never_come(void **state) {
    sz_zone z;
    sz_check none = {0}, class_days = {.kind = SZ_CHECK_CLASS_DAYS, .weekdays = 0x7f};
    sz_check daily = {.kind = SZ_CHECK_WEEKDAYS, .weekdays = 0x7f};
    (void)state;
    sz_zone_fixed(&z, 0, "UTC");
    assert_int_equal(sz_check_next(&none, NULL, &z, 0), SZ_TIME_MAX);
    assert_int_equal(sz_check_next(&class_days, NULL, &z, 0), SZ_TIME_MAX);
    assert_int_equal(sz_check_next(&daily, NULL, &z, SZ_TIME_MAX), SZ_TIME_MAX);
    sz_zone_fini(&z);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next_check_times),
        cmocka_unit_test(test_checks_follow_the_clock_on_the_wall),
        cmocka_unit_test(test_no_check_and_no_calendar_never_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

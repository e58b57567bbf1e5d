/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar.yaml and feeds.yaml: findings at their places; what a day is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/campus_fixture.h"

#define STUDENTS \
    { "students.csv", "student,school,entry_year\ns1,医学院,2025\ns2,理学院,2024\n" }

struct row {
    const char *what, *file, *text, *findings;
};

static void test_yaml_findings_stand_at_their_place(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"empty", "calendar.yaml", "", ""},
        {"comment only", "calendar.yaml", "# nothing yet\n", ""},
        {"a list", "calendar.yaml", "- 1\n", "calendar.yaml:1:1 E350"},
        {"unknown key", "calendar.yaml", "timezone: Asia/Shanghai\nhollidays: []\n", "calendar.yaml:2:1 E351"},
        {"terms no list", "calendar.yaml", "terms: 2026-03-02\n", "calendar.yaml:1:8 E350"},
        {"a term is no text", "calendar.yaml", "terms: [spring]\n", "calendar.yaml:1:9 E350"},
        {"keys missing", "calendar.yaml", "terms:\n  - {id: a, from: 2026-03-02}\n", "calendar.yaml:2:5 E352"},
        {"null is missing", "calendar.yaml", "terms:\n  - {id: a, from: 2026-03-02, to: }\n", "calendar.yaml:2:5 E352"},
        {"no days", "calendar.yaml", "terms:\n  - {id: a, from: 2026-02-30, to: 2026-07-05T00:00:00}\n",
         "calendar.yaml:2:19 E313 calendar.yaml:2:35 E313"},
        {"ends before", "calendar.yaml", "terms:\n  - {id: 春, from: 2026-07-05, to: 2026-03-02}\n",
         "calendar.yaml:2:35 E317"},
        {"terms overlap", "calendar.yaml",
         "terms:\n  - {id: b, from: 2026-07-05, to: 2026-08-01}\n  - {id: a, from: 2026-02-23, to: 2026-07-05}\n",
         "calendar.yaml:3:19 E356"},
        {"neighbours do not", "calendar.yaml",
         "terms:\n  - {id: b, from: 2026-07-06, to: 2026-08-01}\n  - {id: a, from: 2026-02-23, to: 2026-07-05}\n", ""},
        {"one id twice", "calendar.yaml",
         "terms:\n  - {id: a, from: 2026-07-06, to: 2026-08-01}\n  - {id: a, from: 2026-02-23, to: 2026-07-05}\n",
         "calendar.yaml:3:10 E357"},
        {"holiday names", "calendar.yaml",
         "holidays:\n  - {name: 清明节, from: 2026-04-04, to: 2026-04-06}\n  - {name: {zh: 劳动节, en: Labour Day}, from: 2026-05-01}\n"
         "  - {name: {zh: 端午节, fr: x}, from: 2026-06-19}\n",
         "calendar.yaml:4:22 E351"},
        {"registration", "calendar.yaml",
         "vacations:\n  - {name: winter, from: 2026-01-24, to: 2026-02-22, registration_to: 2026-02-21}\n",
         "calendar.yaml:2:71 E366"},
        {"weekday", "calendar.yaml", "make_up_days: [{date: 2026-05-09, as: day 2}]\n", "calendar.yaml:1:39 E358"},
        {"make-up twice", "calendar.yaml",
         "make_up_days: [{date: 2026-05-09, as: mon}, {date: 2026-05-09, as: 周二}]\n", "calendar.yaml:1:52 E359"},
        {"make-up days that are none", "calendar.yaml",
         "terms: [{id: a, from: 2026-02-23, to: 2026-07-05}]\nholidays: [{name: h, from: 2026-05-01, to: 2026-05-05}]\n"
         "make_up_days:\n  - {date: 2026-05-02, as: mon}\n  - {date: 2026-05-09, as: mon}\n  - {date: 2026-07-11, as: mon}\n",
         "calendar.yaml:4:12 W360 calendar.yaml:6:12 W360"},
        {"a key twice hides nothing", "calendar.yaml",
         "terms: []\nterms: []\nholidays: [{name: h, from: 2026-02-30}]\n",
         "calendar.yaml:2:1 E11 calendar.yaml:3:28 E313"},
        {"a broken file", "calendar.yaml", "terms: [{id: a\n", "calendar.yaml:1:9 E6"},
        {"curfew no mapping", "calendar.yaml", "curfew: '23:00'\n", "calendar.yaml:1:9 E350"},
        {"curfew keys", "calendar.yaml", "curfew: {sun-thu: '23:00', fri-sat: '23:30', end: '05:00'}\n",
         "calendar.yaml:1:46 E351"},
        {"curfew times", "calendar.yaml", "curfew: {sun-thu: '25:00', fri-sat: 23, ends: '5'}\n",
         "calendar.yaml:1:19 E354 calendar.yaml:1:37 E354 calendar.yaml:1:47 E354"},
        {"evening twice", "calendar.yaml", "curfew: {sun-thu: '23:00', thu-sat: '23:30'}\n", "calendar.yaml:1:28 E361"},
        {"a day beside a range", "calendar.yaml", "curfew: {wed: '22:00', sun-thu: '23:00', fri-sat: none}\n", ""},
        {"evenings lacking", "calendar.yaml", "curfew: {sun-thu: '23:00', sat: none}\n", "calendar.yaml:1:9 W362"},
        {"ends before", "calendar.yaml", "curfew: {sun-sat: '00:30', ends: '00:15'}\n", "calendar.yaml:1:34 E363"},
        {"ends in the evening", "calendar.yaml", "curfew: {sun-sat: '23:00', ends: '13:00'}\n",
         "calendar.yaml:1:34 E363"},
        {"by: unknown field", "calendar.yaml",
         "curfew:\n  sun-sat: '23:00'\n  by:\n    - {yaer: 1, sun-thu: '22:30'}\n", "calendar.yaml:4:8 E351"},
        {"by: no evening", "calendar.yaml", "curfew: {sun-sat: '23:00', by: [{year: 1}]}\n", "calendar.yaml:1:33 E353"},
        {"by: for nobody in particular", "calendar.yaml", "curfew: {sun-sat: '23:00', by: [{sun-thu: '22:30'}]}\n",
         "calendar.yaml:1:33 E353"},
        {"by: a year that is none", "calendar.yaml",
         "curfew: {sun-sat: '23:00', by: [{year: first, sun-thu: '22:30'}]}\n", "calendar.yaml:1:40 E314"},
        {"by: nobody has it", "calendar.yaml",
         "curfew: {sun-sat: '23:00', by: [{school: [医学院, 医学部], sun-thu: '22:30'}]}\n", "calendar.yaml:1:48 W364"},
        {"feeds no mapping", "feeds.yaml", "[pos]\n", "feeds.yaml:1:1 E350"},
        {"feed key", "feeds.yaml", "pos: {delivry: batch}\n", "feeds.yaml:1:7 E351"},
        {"delivery", "feeds.yaml", "pos: {delivery: daily}\n", "feeds.yaml:1:17 E312"},
        {"durations", "feeds.yaml", "pos: {allowance: 10 minutes, idle: soon, began: today}\n",
         "feeds.yaml:1:18 E355 feeds.yaml:1:36 E355 feeds.yaml:1:49 E313"},
        {"types", "feeds.yaml", "pos: {types: [swipe, swipes, library]}\n",
         "feeds.yaml:1:22 E365 feeds.yaml:1:30 E365"},
        {"a feed with nothing said", "feeds.yaml", "pos:\ngate: {}\n", ""},
    };
    int n_wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct campus_fixture x;
        campus_fixture_load(&x, (struct campus_text[]){STUDENTS, {rows[i].file, rows[i].text}, {NULL, NULL}});
        if (strcmp(campus_fixture_findings(&x), rows[i].findings) != 0) {
            print_error("%s:\n  expected %s\n  got      %s\n", rows[i].what, rows[i].findings,
                        campus_fixture_findings(&x));
            n_wrong++;
        }
        for (size_t k = 0; k < x.d.n; k++) assert_non_null(x.d.v[k].message_zh);
        campus_fixture_fini(&x);
    }
    assert_int_equal(n_wrong, 0);
}

static const char year_2026[] =
    "timezone: Asia/Shanghai\n"
    "terms:\n"
    "  - {id: spring, from: 2026-02-25, to: 2026-07-05}\n" /* a Wednesday */
    "  - {id: autumn-25, from: 2025-09-01, to: 2026-01-18}\n"
    "holidays:\n"
    "  - {name: {zh: 劳动节, en: Labour Day}, from: 2026-05-01, to: 2026-05-05}\n"
    "  - {name: 清明节, from: 2026-04-04, to: 2026-04-06}\n"
    "vacations: [{name: 寒假, from: 2026-01-19, to: 2026-02-22, registration_to: 2026-02-24}]\n"
    "make_up_days: [{date: 2026-05-09, as: monday}]\n"
    "periods:\n"
    "  - {id: exams, from: 2026-06-22, to: 2026-07-03}\n"
    "  - {id: exams, from: 2026-01-05, to: 2026-01-16}\n"
    "  - {id: recruiting, from: 2026-03-10}\n";

static void test_a_day_is_what_the_calendar_says(void **state) {
    (void)state;
    static const struct {
        const char *day, *term, *last_term;
        int week;
        bool is_holiday, is_vacation, is_class_day;
    } rows[] = {
        {"2025-08-31", NULL, NULL, 0, false, false, false},
        {"2025-09-01", "autumn-25", "autumn-25", 1, false, false, true},
        {"2026-01-18", "autumn-25", "autumn-25", 20, false, false, false}, /* a Sunday */
        {"2026-01-19", NULL, "autumn-25", 0, false, true, false},
        {"2026-02-22", NULL, "autumn-25", 0, false, true, false},
        {"2026-02-23", NULL, "autumn-25", 0, false, false, false},
        {"2026-02-25", "spring", "spring", 1, false, false, true},
        {"2026-03-01", "spring", "spring", 1, false, false, false},
        {"2026-03-02", "spring", "spring", 2, false, false, true},
        {"2026-04-03", "spring", "spring", 6, false, false, true},
        {"2026-04-06", "spring", "spring", 7, true, false, false},
        {"2026-05-01", "spring", "spring", 10, true, false, false},
        {"2026-05-05", "spring", "spring", 11, true, false, false},
        {"2026-05-06", "spring", "spring", 11, false, false, true},
        {"2026-05-09", "spring", "spring", 11, false, false, true}, /* a Saturday, made up */
        {"2026-05-10", "spring", "spring", 11, false, false, false},
        {"2026-07-06", NULL, "spring", 0, false, false, false},
    };
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){STUDENTS, {"calendar.yaml", year_2026}, {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    const sz_calendar *k = sz_campus_calendar(x.c);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t day = fixture_day(rows[i].day);
        const sz_term *term = sz_calendar_term(k, day), *last = sz_calendar_last_term(k, day);
        if ((term == NULL) != (rows[i].term == NULL) || (term && !sz_str_is(term->id, rows[i].term)) ||
            (last == NULL) != (rows[i].last_term == NULL) || (last && !sz_str_is(last->id, rows[i].last_term)) ||
            sz_calendar_week(k, day) != rows[i].week || sz_calendar_is_holiday(k, day) != rows[i].is_holiday ||
            sz_calendar_is_vacation(k, day) != rows[i].is_vacation ||
            sz_calendar_is_class_day(k, day) != rows[i].is_class_day)
            fail_msg("%s: week %d holiday %d vacation %d class day %d", rows[i].day, sz_calendar_week(k, day),
                     sz_calendar_is_holiday(k, day), sz_calendar_is_vacation(k, day), sz_calendar_is_class_day(k, day));
    }
    assert_int_equal(sz_calendar_first_term_day(k), fixture_day("2025-09-01"));
    assert_true(sz_str_is(k->holidays[0].name_zh, "清明节") && sz_str_is(k->holidays[0].name_en, "清明节"));
    assert_true(sz_str_is(k->holidays[1].name_zh, "劳动节") && sz_str_is(k->holidays[1].name_en, "Labour Day"));
    assert_int_equal(k->vacations[0].registration_to, fixture_day("2026-02-24"));
    assert_int_equal(k->makeups[0].as_weekday, 1);
    campus_fixture_fini(&x);
}

static void test_periods_are_counted_down_to(void **state) {
    (void)state;
    static const struct {
        const char *period, *day;
        int32_t days;
    } rows[] = {
        {"exams", "2026-01-02", 3},           {"exams", "2026-01-05", 0},
        {"exams", "2026-01-16", 0},           {"exams", "2026-01-17", 156},
        {"exams", "2026-06-21", 1},           {"exams", "2026-07-03", 0},
        {"exams", "2026-07-04", INT32_MAX},   {"recruiting", "2026-03-09", 1},
        {"recruiting", "2026-03-10", 0},      {"recruiting", "2026-03-11", INT32_MAX},
        {"nothing", "2026-03-11", INT32_MAX},
    };
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){STUDENTS, {"calendar.yaml", year_2026}, {NULL, NULL}});
    const sz_calendar *k = sz_campus_calendar(x.c);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t got = sz_calendar_days_to(k, sz_str_of(rows[i].period), fixture_day(rows[i].day));
        if (got != rows[i].days) fail_msg("%s on %s: %d", rows[i].period, rows[i].day, got);
        assert_int_equal(sz_calendar_in(k, sz_str_of(rows[i].period), fixture_day(rows[i].day)), rows[i].days == 0);
    }
    assert_true(sz_calendar_has_period(k, SZ_STR("exams")) && !sz_calendar_has_period(k, SZ_STR("exam")));
    campus_fixture_fini(&x);
}

/* Day by day, as it is defined. */
static uint32_t class_days_walked(const sz_calendar *k, int32_t day) {
    uint32_t n = 0;
    for (int32_t d = day; sz_calendar_term(k, d) && !sz_calendar_is_holiday(k, d) && !sz_calendar_is_vacation(k, d);
         d++)
        n += sz_calendar_is_class_day(k, d);
    return n;
}

static void test_class_days_left_are_those_that_are_walked_through(void **state) {
    (void)state;
    static const char two_terms[] = "terms:\n"
                                    "  - {id: a, from: 2026-03-02, to: 2026-05-10}\n"
                                    "  - {id: b, from: 2026-05-11, to: 2026-07-12}\n"
                                    "holidays:\n"
                                    "  - {name: h, from: 2026-04-04, to: 2026-04-06}\n"
                                    "  - {name: i, from: 2026-06-19, to: 2026-06-21}\n"
                                    "make_up_days:\n"
                                    "  - {date: 2026-05-09, as: monday}\n"
                                    "  - {date: 2026-05-16, as: tuesday}\n";
    const char *const texts[] = {year_2026, two_terms};
    for (int i = 0; i < 2; i++) {
        struct campus_fixture x;
        campus_fixture_load(&x, (struct campus_text[]){STUDENTS, {"calendar.yaml", texts[i]}, {NULL, NULL}});
        const sz_calendar *k = sz_campus_calendar(x.c);
        uint32_t most = 0;
        for (int32_t day = fixture_day("2025-12-01"); day < fixture_day("2027-03-01"); day++) {
            uint32_t n = sz_calendar_class_days_left(k, day);
            assert_int_equal(n, class_days_walked(k, day));
            if (n > most) most = n;
        }
        assert_true(most > 20);
        campus_fixture_fini(&x);
    }
}

static void test_without_terms_no_day_is_a_class_day(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){STUDENTS, {NULL, NULL}});
    const sz_calendar *k = sz_campus_calendar(x.c);
    assert_false(sz_calendar_is_class_day(k, fixture_day("2026-03-02")));
    assert_int_equal(sz_calendar_first_term_day(k), SZ_DAY_NONE);
    assert_null(sz_calendar_last_term(k, fixture_day("2026-03-02")));
    campus_fixture_fini(&x);
}

static void test_feeds_have_their_defaults(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(
        &x, (struct campus_text[]){
                STUDENTS,
                {"feeds.yaml",
                 "pos: {delivery: batch, allowance: 10m, idle: 1h, began: 2026-02-23, types: [swipe, presence]}\n"
                 "gate:\n一卡通: {types: dorm_access}\nnone: {types: []}\n"},
                {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    assert_int_equal(sz_campus_n_feeds(x.c), 4);
    const sz_feed *f = sz_campus_feed(x.c, sz_campus_find_feed(x.c, SZ_STR("pos")));
    assert_true(f->is_batch && f->allowance_ms == 10 * SZ_MINUTE_MS && f->idle_ms == SZ_HOUR_MS);
    assert_int_equal(f->began_day, fixture_day("2026-02-23"));
    assert_int_equal(f->types, 1 << SZ_TYPE_SWIPE | 1 << SZ_TYPE_PRESENCE);
    f = sz_campus_feed(x.c, sz_campus_find_feed(x.c, SZ_STR("gate")));
    assert_true(!f->is_batch && f->allowance_ms == 0 && f->idle_ms == 2 * SZ_MINUTE_MS && f->began_day == SZ_DAY_NONE);
    assert_true(f->types == UINT64_MAX);
    f = sz_campus_feed(x.c, sz_campus_find_feed(x.c, SZ_STR("一卡通")));
    assert_int_equal(f->types, 1 << SZ_TYPE_DORM_ACCESS);
    assert_true(sz_campus_feed(x.c, sz_campus_find_feed(x.c, SZ_STR("none")))->types == UINT64_MAX);
    campus_fixture_fini(&x);
}

static void test_the_zone_is_told_before_it_is_known(void **state) {
    (void)state;
    static const struct {
        const char *text, *zone;
    } rows[] = {
        {"terms: []\n", "Asia/Shanghai"},
        {"timezone: Asia/Urumqi\n", "Asia/Urumqi"},
        {"\xef\xbb\xbf# 时区\ntimezone: 'Europe/Berlin'\n", "Europe/Berlin"},
        {"timezone: \"Asia/Tokyo\"\nx: y\n", "Asia/Tokyo"},
        {"timezone: [a]\n", "Asia/Shanghai"},
        {"timezone:\n", "Asia/Shanghai"},
        {"timezone: {", "Asia/Shanghai"},
        {"# \xca\xb1\xc7\xf8\ntimezone: Asia/Macau\n", "Asia/Macau"}, /* GBK */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_campus_file file = {"calendar.yaml", rows[i].text, strlen(rows[i].text)};
        sz_str zone = sz_campus_zone_name(&file, 1);
        if (!sz_str_is(zone, rows[i].zone)) fail_msg("row %zu: %.*s", i, SZ_FMT_STR(zone));
    }
    assert_true(sz_str_is(sz_campus_zone_name(NULL, 0), "Asia/Shanghai"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml_findings_stand_at_their_place),
        cmocka_unit_test(test_a_day_is_what_the_calendar_says),
        cmocka_unit_test(test_periods_are_counted_down_to),
        cmocka_unit_test(test_class_days_left_are_those_that_are_walked_through),
        cmocka_unit_test(test_without_terms_no_day_is_a_class_day),
        cmocka_unit_test(test_feeds_have_their_defaults),
        cmocka_unit_test(test_the_zone_is_told_before_it_is_known),
    };
    return cmocka_run_group_tests_name("campus_calendar", tests, NULL, NULL);
}

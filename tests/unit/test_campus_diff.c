/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reload changes: whose past, and since when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/campus_fixture.h"

static void note(void *ctx, sz_str student, int64_t since_ms) {
    sz_buf *out = ctx;
    char time[40] = "always";
    sz_zone zone;
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    if (since_ms != INT64_MIN) sz_time_format(&zone, since_ms, time);
    if (since_ms != INT64_MIN) time[16] = '\0'; /* to the minute */
    sz_buf_printf(out, "%s%.*s %s", out->n ? ", " : "", SZ_FMT_STR(student.n ? student : SZ_STR("*")), time);
}

struct row {
    const char *what, *file, *old, *now, *changes; /* NULL: the file is not there */
};

static const char students[] = "student,school\ns1,a\ns2,a\ns3,b\n";

static void load(struct campus_fixture *x, const char *file, const char *text) {
    bool is_students = strcmp(file, "students.csv") == 0;
    struct campus_text files[3] = {{NULL, NULL}};
    size_t n = 0;
    if (!is_students) files[n++] = (struct campus_text){"students.csv", students};
    if (text) files[n++] = (struct campus_text){file, text};
    campus_fixture_load(x, files);
    if (x->status != SZ_OK) fail_msg("%s", campus_fixture_findings(x));
}

static void check(const struct row *rows, size_t n) {
    int n_wrong = 0;
    for (size_t i = 0; i < n; i++) {
        struct campus_fixture old, now;
        sz_buf out;
        sz_buf_init(&out);
        load(&old, rows[i].file, rows[i].old);
        load(&now, rows[i].file, rows[i].now);
        sz_campus_diff(old.c, now.c, note, &out);
        sz_buf_put_u8(&out, 0);
        if (strcmp((char *)out.p, rows[i].changes) != 0) {
            print_error("%s:\n  expected %s\n  got      %s\n", rows[i].what, rows[i].changes, (char *)out.p);
            n_wrong++;
        }
        sz_buf_clear(&out);
        sz_campus_diff(now.c, now.c, note, &out);
        assert_int_equal(out.n, 0);
        sz_buf_fini(&out);
        campus_fixture_fini(&old);
        campus_fixture_fini(&now);
    }
    assert_int_equal(n_wrong, 0);
}

static void test_roster_rows_differ_from_the_beginning(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"nothing", "students.csv", students, students, ""},
        {"another order, other headings", "students.csv", students, "学院,学号\nb,s3\na,s1\na,s2\n", ""},
        {"one comes, one goes", "students.csv", students, "student,school\ns0,a\ns1,a\ns3,b\n", "s0 always, s2 always"},
        {"a school", "students.csv", students, "student,school\ns1,a\ns2,b\ns3,b\n", "s2 always"},
        {"tags in another order", "students.csv", "student,tags\ns1,a;b\n", "student,tags\ns1,b;a;b\n", ""},
        {"another tag", "students.csv", "student,tags\ns1,a;b\n", "student,tags\ns1,b;c\n", "s1 always"},
        {"a name is never asked for", "students.csv", "student,name\ns1,甲\n", "student,name\ns1,乙\n", ""},
        {"status", "students.csv", "student,status\ns1,\n", "student,status\ns1,graduated\n", "s1 always"},
        {"enrolment", "students.csv", "student,enrolled_on\ns1,2025-09-01\n", "student,enrolled_on\ns1,\n",
         "s1 always"},
        {"a roster where there was none", "students.csv", NULL, students, "* always"},
    };
    check(rows, sizeof rows / sizeof *rows);
}

#define LEAVES "student,from,to,kind,recorded\n"
#define CARDS  "system,card,student,from,to\n"

static void test_leaves_and_cards_differ_from_where_they_do(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"a new leave", "leaves.csv", LEAVES, LEAVES "s1,2026-03-05,2026-03-06,sick,\n", "s1 2026-03-05T00:00"},
        {"one that is gone", "leaves.csv", LEAVES "s1,2026-03-05,2026-03-06,sick,\n", NULL, "s1 2026-03-05T00:00"},
        {"in another order", "leaves.csv", LEAVES "s1,2026-03-05,,sick,\ns2,2026-03-05,,sick,\n",
         LEAVES "s2,2026-03-05,,sick,\ns1,2026-03-05,,sick,\n", ""},
        {"a longer one", "leaves.csv", LEAVES "s1,2026-03-05,2026-03-06,sick,\n",
         LEAVES "s1,2026-03-05,2026-03-09,sick,\n", "s1 2026-03-06T00:00"},
        {"another kind", "leaves.csv", LEAVES "s1,2026-03-05,2026-03-06,sick,\n",
         LEAVES "s1,2026-03-05,2026-03-06,leave,\n", "s1 2026-03-05T00:00"},
        {"recorded later", "leaves.csv", LEAVES "s1,2026-03-05,2026-03-06,sick,\n",
         LEAVES "s1,2026-03-05,2026-03-06,sick,2026-03-08\n", "s1 2026-03-05T00:00"},
        {"two students", "leaves.csv", LEAVES "s3,2026-03-05 10:00,2026-03-05 12:00,leave,\n",
         LEAVES "s2,2026-03-07,2026-03-07,leave,\n", "s2 2026-03-07T00:00, s3 2026-03-05T00:00"},
        {"a new card", "cards.csv", CARDS, CARDS "pos,77,s1,2026-03-01,\n", "s1 2026-03-01T00:00"},
        {"a card is closed", "cards.csv", CARDS "pos,77,s1,2025-09-01,\n", CARDS "pos,77,s1,2025-09-01,2026-03-03\n",
         "s1 2026-03-04T00:00"},
        {"and goes to another", "cards.csv", CARDS "pos,77,s1,2025-09-01,\n",
         CARDS "pos,77,s2,2026-03-04,\npos,77,s1,2025-09-01,2026-03-03\n", "s1 2026-03-04T00:00, s2 2026-03-04T00:00"},
        {"the holder was wrong", "cards.csv", CARDS "pos,77,s1,2025-09-01,\n", CARDS "pos,77,s2,2025-09-01,\n",
         "s1 2025-09-01T00:00, s2 2025-09-01T00:00"},
        {"without dates", "cards.csv", CARDS "pos,77,s1,,\n", CARDS "pos,78,s1,,\n", "s1 always"},
        {"another system may have found it there", "cards.csv", CARDS "pos,77,s1,,\n",
         CARDS "pos,77,s1,,\ngate,77,s2,2026-03-01,\n", "s1 2026-03-01T00:00, s2 2026-03-01T00:00"},
        {"in another order", "cards.csv", CARDS "pos,77,s1,,\npos,78,s2,,\n", CARDS "pos,78,s2,,\npos,77,s1,,\n", ""},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void test_calendar_feeds_places_and_readers_concern_everyone(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"a holiday", "calendar.yaml", "terms: []", "holidays: [{name: h, from: 2026-04-04, to: 2026-04-06}]",
         "* 2026-04-01T00:00"},
        {"a longer one", "calendar.yaml", "holidays: [{name: h, from: 2026-04-04, to: 2026-04-05}]",
         "holidays: [{name: h, from: 2026-04-04, to: 2026-04-06}]", "* 2026-04-03T00:00"},
        {"the earliest of several", "calendar.yaml", "make_up_days: [{date: 2026-05-09, as: mon}]",
         "make_up_days: [{date: 2026-05-09, as: tue}]\nvacations: [{from: 2026-07-06, to: 2026-08-30}]",
         "* 2026-05-06T00:00"},
        {"registration", "calendar.yaml", "vacations: [{from: 2026-01-19, to: 2026-02-22}]",
         "vacations: [{from: 2026-01-19, to: 2026-02-22, registration_to: 2026-02-24}]", "* 2026-02-20T00:00"},
        {"the first term", "calendar.yaml", "terms: []", "terms: [{id: a, from: 2026-02-23, to: 2026-07-05}]",
         "* always"},
        {"another term", "calendar.yaml", "terms: [{id: a, from: 2026-02-23, to: 2026-07-05}]",
         "terms: [{id: a, from: 2026-02-23, to: 2026-07-05}, {id: b, from: 2026-09-01, to: 2027-01-10}]",
         "* 2026-08-29T00:00"},
        {"days_to looks ahead", "calendar.yaml", "terms: []", "periods: [{id: exams, from: 2026-06-22}]", "* always"},
        {"curfew", "calendar.yaml", "curfew: {sun-sat: '23:00'}",
         "curfew: {sun-sat: '23:00', by: [{year: 1, mon: '22:00'}]}", "* always"},
        {"curfew written otherwise", "calendar.yaml", "curfew: {sun-thu: '23:00', fri-sat: '23:00', ends: '05:00'}",
         "curfew: {sun-sat: '23:00'}", ""},
        {"began", "feeds.yaml", "pos: {began: 2026-03-02}", "pos: {began: 2026-02-23}", "* 2026-02-23T00:00"},
        {"types", "feeds.yaml", "pos: {types: [swipe]}", "pos:", "* always"},
        {"patience is no past", "feeds.yaml", "pos: {allowance: 10m}", "pos: {idle: 5m}", ""},
        {"a place", "places.csv", "place,kind\nc1,shop\n", "place,kind\nc1,canteen\n", "* always"},
        {"a reader moves", "readers.csv", "reader,place,from,to\ng1,c1,,\n",
         "reader,place,from,to\ng1,c1,,2026-03-03\ng1,c2,2026-03-04,\n", "* 2026-03-04T00:00"},
    };
    check(rows, sizeof rows / sizeof *rows);
}

static void test_a_student_follows_everyone_only_if_earlier(void **state) {
    (void)state;
    struct campus_fixture old, now;
    sz_buf out;
    sz_buf_init(&out);
    campus_fixture_load(&old, (struct campus_text[]){{"students.csv", students}, {NULL, NULL}});
    campus_fixture_load(&now,
                        (struct campus_text[]){{"students.csv", "student,school\ns1,a\ns2,a\ns3,c\n"},
                                               {"calendar.yaml", "holidays: [{name: h, from: 2026-04-04}]"},
                                               {"leaves.csv", LEAVES "s1,2026-04-10,,sick,\ns2,2026-03-31,,sick,\n"},
                                               {NULL, NULL}});
    sz_campus_diff(old.c, now.c, note, &out);
    sz_buf_put_u8(&out, 0);
    assert_string_equal((char *)out.p, "* 2026-04-01T00:00, s2 2026-03-31T00:00, s3 always");
    sz_buf_fini(&out);
    campus_fixture_fini(&old);
    campus_fixture_fini(&now);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roster_rows_differ_from_the_beginning),
        cmocka_unit_test(test_leaves_and_cards_differ_from_where_they_do),
        cmocka_unit_test(test_calendar_feeds_places_and_readers_concern_everyone),
        cmocka_unit_test(test_a_student_follows_everyone_only_if_earlier),
    };
    return cmocka_run_group_tests_name("campus_diff", tests, NULL, NULL);
}

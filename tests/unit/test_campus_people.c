/* SPDX-License-Identifier: Apache-2.0
 *
 * Students, their years, cards and readers at a time, places.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "support/campus_fixture.h"

static bool is(sz_str s, const char *z) { return sz_str_is(s, z); }

static void test_chinese_headings_give_all_fields(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(
        &x,
        (struct campus_text[]){
            {"students.csv",
             "\xef\xbb\xbf姓名,学号,性别,书院,学院,专业,班级,入学年份,学制,宿舍,楼宇,住宿,状态,标签,入学日期\n"
             "张三, 2023001234 ,男,彭康书院,医学院,临床医学,临床2301,2023,5,东1-302,东1,校外,休学,贫困；first_gen; 贫困;,2023-09-02\n"
             "李四,2023001233,,,,,,,,,,,,,\n"},
            {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    assert_false(sz_campus_is_empty(x.c));
    assert_int_equal(sz_campus_n_students(x.c), 2);
    const sz_student *s = sz_campus_student(x.c, fixture_student(&x, "2023001234"));
    assert_true(is(s->id, "2023001234") && is(s->name, "张三") && is(s->gender, "男") && is(s->college, "彭康书院"));
    assert_true(is(s->school, "医学院") && is(s->major, "临床医学") && is(s->klass, "临床2301") &&
                is(s->dorm, "东1-302"));
    assert_true(is(s->building, "东1") && is(s->residence, "off_campus") && is(s->status_name, "suspended"));
    assert_int_equal(s->status, SZ_SUSPENDED);
    assert_int_equal(s->entry_year, 2023);
    assert_int_equal(s->years, 5);
    assert_int_equal(s->enrolled_day, fixture_day("2023-09-02"));
    assert_int_equal(s->n_tags, 2);
    assert_true(is(s->tags[0], "first_gen") && is(s->tags[1], "贫困"));
    assert_true(sz_campus_has_tag(x.c, SZ_STR("贫困")) && !sz_campus_has_tag(x.c, SZ_STR("")));
    assert_int_equal(s->rank, 1);

    const sz_student *t = sz_campus_student(x.c, fixture_student(&x, "2023001233"));
    assert_true(is(t->residence, "dorm") && is(t->status_name, "active") && t->status == SZ_ACTIVE);
    assert_true(t->college.n == 0 && t->entry_year == 0 && t->years == 0 && t->n_tags == 0);
    assert_int_equal(t->enrolled_day, SZ_DAY_NONE);
    assert_int_equal(t->rank, 0);
    assert_int_equal(fixture_student(&x, "20230012345"), SZ_NONE);
    assert_int_equal(fixture_student(&x, ""), SZ_NONE);
    campus_fixture_fini(&x);
}

static void test_year_of_study_begins_on_the_first_of_september(void **state) {
    (void)state;
    static const struct {
        int32_t entry;
        const char *day;
        int32_t year;
    } rows[] = {{2025, "2025-09-01", 1}, {2025, "2025-08-31", 0}, {2025, "2026-08-31", 1}, {2025, "2026-09-01", 2},
                {2025, "2026-03-02", 1}, {2024, "2026-03-02", 2}, {0, "2026-03-02", 0},    {2030, "2026-03-02", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_student s = {.entry_year = rows[i].entry};
        assert_int_equal(sz_student_year(&s, fixture_day(rows[i].day)), rows[i].year);
    }
}

static void test_study_share_runs_from_entry_to_the_last_day(void **state) {
    (void)state;
    sz_student s = {.entry_year = 2024, .years = 4, .enrolled_day = SZ_DAY_NONE};
    assert_true(sz_student_study_share(&s, fixture_day("2024-08-31")) == 0);
    assert_true(sz_student_study_share(&s, fixture_day("2024-09-01")) == 0);
    assert_true(fabs(sz_student_study_share(&s, fixture_day("2026-09-01")) - 730.0 / 1461) < 1e-12);
    assert_true(sz_student_study_share(&s, fixture_day("2028-09-01")) == 1);
    assert_true(sz_student_study_share(&s, fixture_day("2030-01-01")) == 1);
    s.enrolled_day = fixture_day("2024-02-29"); /* ends on 2027-03-01 */
    s.years = 3;
    assert_true(sz_student_study_share(&s, fixture_day("2027-02-28")) < 1);
    assert_true(sz_student_study_share(&s, fixture_day("2027-03-01")) == 1);
    s.years = 0;
    assert_true(isnan(sz_student_study_share(&s, fixture_day("2026-09-01"))));
    s = (sz_student){.years = 4, .enrolled_day = SZ_DAY_NONE};
    assert_true(isnan(sz_student_study_share(&s, fixture_day("2026-09-01"))));
}

/* By the rounds of fetching. */
static uint32_t fetched(const sz_campus *c, bool is_card, const char *system, sz_str key, int64_t t_ms) {
    sz_event e = {.time_ms = t_ms, .source = SZ_STR("none"), .card_system = sz_str_of(system)};
    *(is_card ? &e.card : &e.student) = key;
    sz_campus_fetch f = {.of = &e};
    sz_campus_fetch_begin(c, &f, 1);
    sz_campus_fetch_rows(c, &f, 1);
    sz_campus_fetched(c, &f, 1);
    return f.row;
}

static void test_a_card_is_held_from_its_first_instant_to_its_last_day(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){{"students.csv", "student\ns1\ns2\ns3\ns4\n"},
                                                   {"cards.csv", "系统,卡号,学号,启用,停用\n"
                                                                 "pos,77,s2,2026-03-04,\n"
                                                                 "pos,77,s1,2026-02-01,2026-03-03\n"
                                                                 "gate,77,s3,,\n"
                                                                 ",88,s4,,2026-03-02T12:00:00+08:00\n"
                                                                 "pos,88,s1,2026-03-01,2026-03-01\n"
                                                                 "pos,99,s1,,\n"
                                                                 "door,99,s2,2026-03-02 08:00,2026/3/2 24:00\n"
                                                                 "pos,11,s1,,\ndoor,11,s1,,\n"
                                                                 "pos,55,s2,2026-03-01,2026-03-02\n"},
                                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    static const struct {
        const char *system, *card, *time, *student;
    } rows[] = {
        {"pos", "77", "2026-01-31T23:59:59.999", NULL}, /* the own system knows it: nobody's */
        {"pos", "77", "2026-02-01T00:00:00", "s1"},
        {"pos", "77", "2026-03-03T23:59:59.999", "s1"},
        {"pos", "77", "2026-03-04T00:00:00", "s2"},
        {"pos", "77", "2039-01-01T00:00:00", "s2"},
        {"gate", "77", "1990-01-01T00:00:00", "s3"},
        {"other", "77", "2026-03-04T00:00:00", NULL}, /* two systems that disagree */
        {"other", "77", "2026-01-01T00:00:00", "s3"}, /* one of them has it then */
        {"", "77", "2026-03-04T00:00:00", NULL},
        {"pos", "88", "2026-03-01T12:00:00", "s1"},
        {"pos", "88", "2026-03-02T00:00:00", "s4"},
        {"gate", "88", "2026-03-02T11:59:59.999", "s4"},
        {"gate", "88", "2026-03-02T12:00:00", NULL},
        {"door", "99", "2026-03-02T08:00:00", "s2"},
        {"door", "99", "2026-03-02T07:59:59.999", NULL},
        {"door", "99", "2026-03-02T23:59:59.999", "s2"},
        {"door", "99", "2026-03-03T00:00:00", NULL},
        {"else", "99", "2026-03-03T00:00:00", "s1"},
        {"else", "11", "2026-03-03T00:00:00", "s1"}, /* two systems that agree */
        {"pos", "55", "2026-03-01T00:00:00", "s2"},  /* the only row of its number */
        {"gate", "55", "2026-03-02T23:59:59.999", "s2"},
        {"", "55", "2026-03-02T00:00:00", "s2"},
        {"pos", "55", "2026-02-28T23:59:59.999", NULL},
        {"gate", "55", "2026-03-03T00:00:00", NULL},
        {"pos", "7", "2026-03-04T00:00:00", NULL},
        {"pos", "", "2026-03-04T00:00:00", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t got =
            sz_campus_resolve_card(x.c, sz_str_of(rows[i].system), sz_str_of(rows[i].card), fixture_ms(rows[i].time));
        uint32_t want = rows[i].student ? fixture_student(&x, rows[i].student) : SZ_NONE;
        if (fetched(x.c, true, rows[i].system, sz_str_of(rows[i].card), fixture_ms(rows[i].time)) != want)
            fail_msg("row %zu, fetched", i);
        if (got != want) fail_msg("row %zu: %s %s at %s", i, rows[i].system, rows[i].card, rows[i].time);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            int64_t from, to, t = fixture_ms(rows[i].time), other = fixture_ms(rows[k].time);
            sz_str system = sz_str_of(rows[i].system), card = sz_str_of(rows[i].card);
            uint32_t got = sz_campus_resolve_card_span(x.c, system, card, t, &from, &to);
            assert_int_equal(got, sz_campus_resolve_card(x.c, system, card, t));
            assert_true(from <= t && t < to);
            if (other >= from && other < to) assert_int_equal(got, sz_campus_resolve_card(x.c, system, card, other));
        }
    campus_fixture_fini(&x);
}

/* Of what is said by them, whatever the order of rows, or rows of nobody. */
/* s1 waits for three days, s2 for good but a week, s3 has another card, s4's first one is still to come, s5 has none.
 */
static void test_who_is_between_two_cards(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){{"students.csv", "student\ns1\ns2\ns3\ns4\ns5\n"},
                                                   {"cards.csv", "card,student,system,from,to\n"
                                                                 "b1,s1,pos,2026-03-06,\n"
                                                                 "a1,s1,,,2026-03-02\n"
                                                                 "a2,s2,,2026-02-01,2026-02-10\n"
                                                                 "b2,s2,,2026-02-09,2026-03-02\n"
                                                                 "a3,s3,pos,,2026-03-02\n"
                                                                 "b3,s3,door,,\n"
                                                                 "a4,s4,,2026-03-05,\n"},
                                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    static const struct {
        const char *time, *between;
    } rows[] = {{"2026-02-11T12:00:00+08:00", ""},       {"2026-03-02T23:59:59+08:00", ""},
                {"2026-03-03T00:00:00+08:00", "s1 s2 "}, {"2026-03-05T23:59:59+08:00", "s1 s2 "},
                {"2026-03-06T00:00:00+08:00", "s2 "},    {"2026-03-09T23:59:59+08:00", "s2 "},
                {"2026-03-10T00:00:00+08:00", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_buf got;
        sz_buf_init(&got);
        for (uint32_t s = 0; s < sz_campus_n_students(x.c); s++)
            if (sz_campus_is_between_cards(x.c, s, fixture_ms(rows[i].time)))
                sz_buf_printf(&got, "%.*s ", SZ_FMT_STR(sz_campus_student(x.c, s)->id));
        sz_buf_put_u8(&got, 0);
        assert_string_equal((const char *)got.p, rows[i].between);
        sz_buf_fini(&got);
    }
    assert_false(sz_campus_is_between_cards(x.c, SZ_NONE, fixture_ms("2026-03-03T00:00:00+08:00")));
    campus_fixture_fini(&x);
}

static void test_cards_that_say_the_same_have_one_hash(void **state) {
    (void)state;
    static const char header[] = "card,student,system,from,to\n",
                      *const texts[] = {
                          "1,s1,,,\n2,s2,,2026-03-01,2026-03-04\n", /* the first two say the same */
                          "2,s2,,2026-03-01T00:00:00+08:00,2026-03-05T00:00:00+08:00\n9,nobody,,,\n1,s1,,,\n",
                          "1,s1,,,\n2,s2,,2026-03-01,2026-03-05\n",
                          "1,s1,,,\n2,s1,,2026-03-01,2026-03-04\n",
                          "1,s1,pos,,\n2,s2,,2026-03-01,2026-03-04\n",
                          "1,s1,,,\n3,s2,,2026-03-01,2026-03-04\n",
                          "1,s1,,,\n",
                          ""};
    enum { N = sizeof texts / sizeof *texts };
    uint64_t hashes[N];
    for (size_t i = 0; i < N; i++) {
        struct campus_fixture x;
        char text[512];
        snprintf(text, sizeof text, "%s%s", header, texts[i]);
        campus_fixture_load(&x,
                            (struct campus_text[]){{"students.csv", i == 1 ? "student\ns2\ns1\n" : "student\ns1\ns2\n"},
                                                   {"cards.csv", text},
                                                   {NULL, NULL}});
        hashes[i] = sz_campus_cards_hash(x.c);
        for (size_t k = 0; k < i; k++) assert_int_equal(hashes[k] == hashes[i], k == 0 && i == 1);
        campus_fixture_fini(&x);
    }
}

static void test_a_reader_hangs_where_it_hung_at_the_time(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){{"students.csv", "student\ns1\n"},
                                                   {"readers.csv", "系统,读头,地点,方向,启用,停用\n"
                                                                   "gate,g1,c1,进,,2026-03-03\n"
                                                                   "gate,g1,c2,out,2026-03-04,\n"
                                                                   ",g2,c3,,,\n"
                                                                   "gate,g2,,unknown,2026-03-04,\n"},
                                                   {NULL, NULL}});
    static const struct {
        const char *source, *reader, *time, *place;
        int direction;
    } rows[] = {
        {"gate", "g1", "2026-03-03T23:59:59.999", "c1", SZ_DIR_IN},
        {"gate", "g1", "2026-03-04T00:00:00", "c2", SZ_DIR_OUT},
        {"door", "g1", "2026-03-04T00:00:00", NULL, SZ_DIR_NONE},
        {"gate", "g2", "2026-03-03T00:00:00", "c3", SZ_DIR_NONE},
        {"gate", "g2", "2026-03-04T00:00:00", "", SZ_DIR_UNKNOWN},
        {"x", "g2", "2026-03-04T00:00:00", "c3", SZ_DIR_NONE},
        {"gate", "g3", "2026-03-04T00:00:00", NULL, SZ_DIR_NONE},
    };
    assert_string_equal(campus_fixture_findings(&x), "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_str place;
        uint8_t direction;
        bool is_known = sz_campus_resolve_reader(x.c, sz_str_of(rows[i].source), sz_str_of(rows[i].reader),
                                                 fixture_ms(rows[i].time), &place, &direction);
        if (is_known != (rows[i].place != NULL) || (is_known && !is(place, rows[i].place)) ||
            direction != rows[i].direction)
            fail_msg("row %zu: %.*s %d", i, SZ_FMT_STR(place), direction);
    }
    campus_fixture_fini(&x);
}

static void test_chinese_kinds_of_place_become_those_of_the_packs(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(&x,
                        (struct campus_text[]){
                            {"students.csv", "student\ns1\n"},
                            {"places.csv", "地点,名称,类别,楼宇,区域\nc1,东区食堂,食堂,B1,east\nc2,,sauna,,\nc3,,,,\n"},
                            {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    const sz_place *p = sz_campus_place(x.c, sz_campus_find_place(x.c, SZ_STR("c1")));
    assert_true(is(p->name, "东区食堂") && is(p->kind, "canteen") && is(p->building, "B1") && is(p->zone, "east"));
    assert_true(is(sz_campus_place(x.c, 1)->kind, "sauna") && is(sz_campus_place(x.c, 2)->kind, "unknown"));
    assert_int_equal(sz_campus_n_places(x.c), 3);
    assert_int_equal(sz_campus_find_place(x.c, SZ_STR("c4")), SZ_NONE);
    campus_fixture_fini(&x);
}

static void test_the_empty_campus_knows_nobody(void **state) {
    (void)state;
    struct campus_fixture x;
    sz_str place;
    uint8_t direction;
    campus_fixture_load(&x, (struct campus_text[]){{NULL, NULL}});
    assert_true(sz_campus_is_empty(x.c));
    assert_int_equal(fixture_student(&x, "s1"), SZ_NONE);
    assert_int_equal(sz_campus_resolve_card(x.c, SZ_STR("pos"), SZ_STR("1"), 0), SZ_NONE);
    assert_int_equal(fetched(x.c, true, "pos", SZ_STR("1"), 0), SZ_NONE);
    assert_int_equal(fetched(x.c, false, "", SZ_STR("1"), 0), SZ_NONE);
    assert_false(sz_campus_resolve_reader(x.c, SZ_STR("pos"), SZ_STR("1"), 0, &place, &direction));
    assert_false(sz_campus_has_tag(x.c, SZ_STR("x")));
    assert_int_equal(sz_campus_find_feed(x.c, SZ_STR("pos")), SZ_NONE);
    assert_false(sz_campus_on_leave(x.c, SZ_NONE, NULL, SZ_ON_LEAVE_KINDS, 0));
    assert_true(sz_campus_is_late(x.c, SZ_NONE, NULL, fixture_ms("2026-03-02T23:00:00")));
    assert_string_equal(sz_campus_zone(x.c)->name, "Asia/Shanghai");
    assert_ptr_equal(sz_campus_types(x.c), &x.types);
    campus_fixture_fini(&x);
}

static void test_many_students_are_found_whatever_their_order(void **state) {
    (void)state;
    enum { N = 20000 };
    struct campus_fixture x;
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, "student,class\n");
    for (int i = 0; i < N; i++) sz_buf_printf(&text, "%d,c%d\n", i * 7919 % N, i % 50);
    campus_fixture_load_bytes(&x, "students.csv", text.p, text.n, NULL, SZ_ENC_AUTO);
    assert_string_equal(campus_fixture_findings(&x), "");
    assert_int_equal(sz_campus_n_students(x.c), N);
    sz_str by_rank[N];
    for (uint32_t i = 0; i < N; i++) {
        const sz_student *s = sz_campus_student(x.c, i);
        assert_int_equal(sz_campus_find_student(x.c, s->id), i);
        assert_int_equal(fetched(x.c, false, "", s->id, 0), i);
        assert_in_range(s->rank, 0, N - 1);
        by_rank[s->rank] = s->id;
    }
    for (uint32_t i = N; i < 2 * N; i++) { /* nobody's */
        char id[16];
        snprintf(id, sizeof id, "%u", i);
        assert_int_equal(fetched(x.c, false, "", sz_str_of(id), 0), SZ_NONE);
    }
    /* Another row is seen in the round than the key's: of 32 bits of a hash two may be the same. */
    sz_event e[] = {{.student = by_rank[7]}, {.student = by_rank[8]}};
    sz_campus_fetch two[] = {{.of = &e[0]}, {.of = &e[1]}};
    sz_campus_fetch_begin(x.c, two, 2);
    sz_campus_fetch_rows(x.c, two, 2);
    uint32_t right = two[0].row, other = two[1].row;
    assert_int_not_equal(right, other);
    two[0].row = other;
    sz_campus_fetched(x.c, two, 2);
    assert_int_equal(two[0].row, right);
    assert_int_equal(two[1].row, other);
    for (uint32_t i = 1; i < N; i++) assert_int_equal(sz_str_cmp(by_rank[i - 1], by_rank[i]), -1);
    sz_buf_fini(&text);
    campus_fixture_fini(&x);
}

/* Rows that the round took for each other's, as of equal hashes: keys whose ends are the same bytes, and long ones. */
static void test_keys_that_look_alike_are_told_apart(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"aaaaaaaa", "aaaaaaaaa"},
                                           {"a", "aa"},
                                           {"aaaa", "aaaaa"},
                                           {"aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa"},
                                           {"aaaaaaaabaaaaaaaaa", "aaaaaaaacaaaaaaaaa"}};
    enum { N = sizeof pairs / sizeof *pairs };
    for (size_t k = 0; k < N; k++) {
        struct campus_fixture x;
        char students[100], cards[300];
        snprintf(students, sizeof students, "student\n%s\n%s\n", pairs[k][0], pairs[k][1]);
        snprintf(cards, sizeof cards, "system,card,student,from,to\npos,%s,%s,,\npos,%s,%s,,%s\n", pairs[k][0],
                 pairs[k][1], pairs[k][1], pairs[k][0], k % 2 ? "2026-03-04" : "");
        campus_fixture_load(&x, (struct campus_text[]){{"students.csv", students}, {"cards.csv", cards}, {NULL, NULL}});
        for (int is_card = 0; is_card < 2; is_card++) {
            sz_event e[2] = {{.source = SZ_STR("pos")}, {.source = SZ_STR("pos")}};
            for (int i = 0; i < 2; i++) *(is_card ? &e[i].card : &e[i].student) = sz_str_of(pairs[k][i]);
            sz_campus_fetch two[] = {{.of = &e[0]}, {.of = &e[1]}};
            sz_campus_fetch_begin(x.c, two, 2);
            sz_campus_fetch_rows(x.c, two, 2);
            uint32_t row = two[0].row;
            two[0].row = two[1].row;
            two[1].row = row;
            sz_campus_fetched(x.c, two, 2);
            for (int i = 0; i < 2; i++) /* the cards are the other one's */
                assert_int_equal(two[i].row, sz_campus_find_student(x.c, sz_str_of(pairs[k][is_card ? !i : i])));
        }
        campus_fixture_fini(&x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chinese_headings_give_all_fields),
        cmocka_unit_test(test_year_of_study_begins_on_the_first_of_september),
        cmocka_unit_test(test_study_share_runs_from_entry_to_the_last_day),
        cmocka_unit_test(test_a_card_is_held_from_its_first_instant_to_its_last_day),
        cmocka_unit_test(test_who_is_between_two_cards),
        cmocka_unit_test(test_cards_that_say_the_same_have_one_hash),
        cmocka_unit_test(test_a_reader_hangs_where_it_hung_at_the_time),
        cmocka_unit_test(test_chinese_kinds_of_place_become_those_of_the_packs),
        cmocka_unit_test(test_the_empty_campus_knows_nobody),
        cmocka_unit_test(test_many_students_are_found_whatever_their_order),
        cmocka_unit_test(test_keys_that_look_alike_are_told_apart),
    };
    return cmocka_run_group_tests_name("campus_people", tests, NULL, NULL);
}

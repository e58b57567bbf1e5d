/* SPDX-License-Identifier: Apache-2.0
 *
 * day, zone, zonefile, timeparse, timeformat, duration.
 */
#include <sanzao/base.h>

#include "support/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))

static void test_day_and_ymd_agree_over_four_centuries(void **state) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t day = sz_day_from_ymd(1800, 1, 1);
    int weekday = sz_day_weekday(day);
    (void)state;
    assert_int_equal(sz_day_from_ymd(1970, 1, 1), 0);
    assert_int_equal(sz_day_weekday(0), 4);
    for (int y = 1800; y < 2201; y++) {
        bool is_leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
        for (int m = 1; m <= 12; m++) {
            int n = lengths[m - 1] + (m == 2 && is_leap);
            assert_false(sz_ymd_valid(y, m, n + 1));
            for (int d = 1; d <= n; d++, day++) {
                int y2, m2, d2;
                sz_day_to_ymd(day, &y2, &m2, &d2);
                assert_true(y2 == y && m2 == m && d2 == d);
                assert_int_equal(sz_day_from_ymd(y, m, d), day);
                assert_true(sz_ymd_valid(y, m, d));
                assert_int_equal(sz_day_weekday(day), weekday);
                weekday = weekday % 7 + 1;
            }
        }
    }
}

static void test_day_round_trips_over_all_of_int32(void **state) {
    draw r = draw_of(1);
    (void)state;
    for (int k = 0; k < 100000; k++) {
        int32_t day = k == 0 ? INT32_MAX : k == 1 ? INT32_MIN : (int32_t)draw_between(&r, INT32_MIN, INT32_MAX);
        int y, m, d;
        sz_day_to_ymd(day, &y, &m, &d);
        assert_true(sz_ymd_valid(y, m, d));
        assert_int_equal(sz_day_from_ymd(y, m, d), day);
    }
}

static void test_day_format_is_empty_outside_four_digits(void **state) {
    char out[11];
    (void)state;
    sz_day_format(sz_day_from_ymd(2026, 3, 1), out);
    assert_string_equal(out, "2026-03-01");
    sz_day_format(sz_day_from_ymd(9999, 12, 31), out);
    assert_string_equal(out, "9999-12-31");
    sz_day_format(sz_day_from_ymd(10000, 1, 1), out);
    assert_string_equal(out, "");
    sz_day_format(SZ_DAY_NONE, out);
    assert_string_equal(out, "");
}

static void test_fixed_zone_floors_before_1970(void **state) {
    sz_zone z;
    (void)state;
    sz_zone_fixed(&z, 8 * 3600, "Asia/Shanghai");
    assert_string_equal(z.name, "Asia/Shanghai");
    assert_int_equal(sz_zone_day(&z, 0), 0);
    assert_int_equal(sz_zone_ms_of_day(&z, 0), 8 * SZ_HOUR_MS);
    assert_int_equal(sz_zone_day(&z, -8 * SZ_HOUR_MS), 0);
    assert_int_equal(sz_zone_day(&z, -8 * SZ_HOUR_MS - 1), -1);
    assert_int_equal(sz_zone_ms_of_day(&z, -8 * SZ_HOUR_MS - 1), SZ_DAY_MS - 1);
    assert_int_equal(sz_zone_day(&z, SZ_TIME_NONE), SZ_DAY_NONE);
    assert_int_equal(sz_zone_day(&z, SZ_TIME_MAX), INT32_MAX);
    assert_int_equal(sz_zone_ms_of_day(&z, SZ_TIME_NONE), 0);
    assert_true(sz_zone_noon(&z, 0) == 4 * SZ_HOUR_MS);
    sz_day_memo memo = {0};
    for (int32_t night = -3; night < 4; night++)
        for (int k = 0; k < 2; k++) {
            int64_t t = sz_zone_noon(&z, night + k) - k; /* its first and its last millisecond */
            assert_int_equal(sz_zone_night(&z, t), night);
            assert_int_equal(sz_zone_night_as(&z, &memo, t), night);
        }
    assert_int_equal(sz_zone_night(&z, SZ_TIME_NONE), SZ_DAY_NONE);
    assert_int_equal(sz_zone_night(&z, SZ_TIME_MAX), INT32_MAX);
    assert_true(sz_zone_midnight(&z, -1) == -32 * SZ_HOUR_MS);
    assert_true(sz_zone_at(&z, 0, (int32_t)(26 * SZ_HOUR_MS)) == sz_zone_at(&z, 1, (int32_t)(2 * SZ_HOUR_MS)));
    sz_zone_fini(&z);
}

/* ---- zones with transitions ---- */

/* A TZif file of version 1: the types' offsets, then transitions as (second, type). */
static size_t make_tzif(uint8_t *out, const int32_t *offsets, uint8_t n_types, const int32_t (*moves)[2],
                        uint8_t n_moves) {
    uint8_t *p = out;
    memset(p, 0, 44);
    memcpy(p, "TZif", 4);
    p[35] = n_moves;
    p[39] = n_types;
    p += 44;
    for (int i = 0; i < n_moves; i++)
        for (int k = 24; k >= 0; k -= 8) *p++ = (uint8_t)((uint32_t)moves[i][0] >> k);
    for (int i = 0; i < n_moves; i++) *p++ = (uint8_t)moves[i][1];
    for (int i = 0; i < n_types; i++) {
        for (int k = 24; k >= 0; k -= 8) *p++ = (uint8_t)((uint32_t)offsets[i] >> k);
        *p++ = 0;
        *p++ = 0;
    }
    return (size_t)(p - out);
}

#define H     3600
#define DAY_S 86400

static void test_zone_wall_clock_that_is_skipped_or_comes_twice(void **state) {
    /* Day 10: at 00:00 forward to 01:00. Day 20: at 00:30 back to 23:30 of day 19. Day 30: a whole day is skipped, from
     * 30 00:00 to 31 00:00 (Samoa 2011). Offset 0, then 1 h, 0, 24 h. */
    static const int32_t offsets[] = {0, 1 * H, 24 * H};
    static const int32_t moves[][2] = {{10 * DAY_S, 1}, {20 * DAY_S + H / 2 - H, 0}, {30 * DAY_S, 2}};
    static const struct {
        int32_t day, minute;
        int64_t second; /* UTC */
    } rows[] = {
        {9, 23 * 60, 9 * DAY_S + 23 * H},
        {10, 0, 10 * DAY_S},          /* skipped: 01:00 */
        {10, 30, 10 * DAY_S + H / 2}, /* skipped: 01:30 */
        {10, 60, 10 * DAY_S},         /* 01:00 is the moment itself */
        {10, 120, 10 * DAY_S + H},
        {19, 23 * 60 + 29, 19 * DAY_S + 22 * H + 29 * 60},
        {19, 23 * 60 + 45, 19 * DAY_S + 22 * H + 45 * 60}, /* comes twice: the first */
        {20, 15, 19 * DAY_S + 23 * H + 15 * 60},           /* comes twice: the first */
        {20, 30, 20 * DAY_S + H / 2},
        {29, 12 * 60, 29 * DAY_S + 12 * H},
        {30, 12 * 60, 30 * DAY_S + 12 * H}, /* not there: noon of day 31 */
        {31, 12 * 60, 30 * DAY_S + 12 * H},
    };
    static const struct {
        int32_t day;
        int64_t second;
    } midnights[] = {{9, 9 * DAY_S},   {10, 10 * DAY_S}, {11, 11 * DAY_S - H}, {20, 20 * DAY_S - H},
                     {21, 21 * DAY_S}, {30, 30 * DAY_S}, {31, 30 * DAY_S},     {32, 31 * DAY_S}};
    uint8_t bytes[300];
    sz_zone z;
    (void)state;
    size_t n = make_tzif(bytes, offsets, 3, moves, 3);
    assert_int_equal(sz_zone_parse(&z, "Test/Zone", bytes, n), SZ_OK);
    assert_int_equal(z.n, 3);
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t t = sz_zone_at(&z, rows[i].day, rows[i].minute * 60000);
        if (t != rows[i].second * 1000) fail_msg("row %zu: %lld", i, (long long)t / 1000);
    }
    for (size_t i = 0; i < COUNT(midnights); i++) {
        int64_t t = sz_zone_midnight(&z, midnights[i].day);
        if (t != midnights[i].second * 1000) fail_msg("midnight %d: %lld", midnights[i].day, (long long)t / 1000);
    }
    sz_zone_fini(&z);
}

static void test_zone_midnight_inside_a_gap_is_the_change(void **state) {
    static const int32_t offsets[] = {0, 1 * H};
    static const int32_t moves[][2] = {{10 * DAY_S - H / 2, 1}}; /* 23:30 of day 9 becomes 00:30 of day 10 */
    uint8_t bytes[300];
    sz_zone z;
    (void)state;
    assert_int_equal(sz_zone_parse(&z, "x", bytes, make_tzif(bytes, offsets, 2, moves, 1)), SZ_OK);
    assert_true(sz_zone_midnight(&z, 10) == (10 * DAY_S - H / 2) * SZ_SECOND_MS);
    assert_int_equal(sz_zone_day(&z, sz_zone_midnight(&z, 10)), 10);
    assert_int_equal(sz_zone_day(&z, sz_zone_midnight(&z, 10) - 1), 9);
    sz_zone_fini(&z);
}

static void test_zone_drops_changes_that_change_nothing(void **state) {
    static const int32_t offsets[] = {8 * H, 9 * H, 8 * H};
    static const int32_t moves[][2] = {{100, 0}, {200, 2}, {300, 1}, {400, 1}, {500, 2}};
    uint8_t bytes[300];
    sz_zone z;
    (void)state;
    assert_int_equal(sz_zone_parse(&z, "x", bytes, make_tzif(bytes, offsets, 3, moves, 5)), SZ_OK);
    assert_int_equal(z.n, 2);
    assert_int_equal(sz_zone_offset_s(&z, 299999), 8 * H);
    assert_int_equal(sz_zone_offset_s(&z, 300000), 9 * H);
    assert_int_equal(sz_zone_offset_s(&z, 500000), 8 * H);
    assert_int_equal(sz_zone_offset_s(&z, SZ_TIME_NONE), 8 * H);
    sz_zone_fini(&z);
}

static void test_zone_parse_refuses_damaged_bytes(void **state) {
    static const int32_t offsets[] = {0, 1 * H};
    static const int32_t moves[][2] = {{100, 1}, {200, 0}};
    uint8_t bytes[300], copy[300];
    sz_zone z;
    (void)state;
    size_t n = make_tzif(bytes, offsets, 2, moves, 2);
    for (size_t cut = 0; cut < n; cut++) {
        memcpy(copy, bytes, cut);
        assert_int_equal(sz_zone_parse(&z, "x", copy, cut), SZ_CORRUPT);
    }
    memcpy(copy, bytes, n);
    copy[44 + 8] = 2; /* a type that is not there */
    assert_int_equal(sz_zone_parse(&z, "x", copy, n), SZ_CORRUPT);
    memcpy(copy, bytes, n);
    copy[44 + 4 + 3] = 0; /* not ascending */
    assert_int_equal(sz_zone_parse(&z, "x", copy, n), SZ_CORRUPT);
    memcpy(copy, bytes, n);
    copy[44 + 8 + 2] = 0x7f; /* an offset of years */
    assert_int_equal(sz_zone_parse(&z, "x", copy, n), SZ_CORRUPT);
    memcpy(copy, bytes, n);
    memset(copy + 20, 0xff, 24); /* counts of 4 billion */
    assert_int_equal(sz_zone_parse(&z, "x", copy, n), SZ_CORRUPT);
    draw d = draw_of(2);
    for (int k = 0; k < 20000; k++) {
        memcpy(copy, bytes, n);
        for (uint64_t i = draw_below(&d, 4); i < 5; i++) copy[draw_below(&d, n)] = (uint8_t)draw_u64(&d);
        if (sz_zone_parse(&z, "x", copy, n) == SZ_OK) {
            sz_zone_midnight(&z, (int32_t)draw_between(&d, -100, 100));
            sz_zone_fini(&z);
        }
    }
}

/* A zone of this machine, or a skipped test. */
static void load_zone(sz_zone *z, const char *name) {
    static uint8_t bytes[1 << 16];
    char path[128];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *f = fopen(path, "rb");
    if (!f) skip();
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_int_equal(sz_zone_parse(z, name, bytes, n), SZ_OK);
}

static const char *const zone_names[] = {"Asia/Shanghai",
                                         "Asia/Kathmandu",
                                         "America/New_York",
                                         "America/Sao_Paulo",
                                         "Australia/Lord_Howe",
                                         "Pacific/Apia",
                                         "Africa/Casablanca",
                                         "Europe/Dublin",
                                         "America/Toronto",
                                         "Asia/Pyongyang",
                                         "UTC"};

static void test_zone_agrees_with_the_system(void **state) {
    draw d = draw_of(19);
    (void)state;
    for (size_t i = 0; i < COUNT(zone_names); i++) {
        sz_zone z;
        load_zone(&z, zone_names[i]);
        setenv("TZ", zone_names[i], 1);
        tzset();
        int64_t to = z.n ? z.from_ms[z.n - 1] / 1000 : INT64_C(4000000000);
        sz_day_memo memo = {0};
        for (int k = 0; k < 5000; k++) {
            int64_t t = draw_between(&d, -INT64_C(2500000000), to);
            time_t tt = (time_t)t;
            struct tm tm;
            localtime_r(&tt, &tm);
            if (sz_zone_offset_s(&z, t * 1000) != tm.tm_gmtoff) fail_msg("%s at %lld", zone_names[i], (long long)t);
            assert_int_equal(sz_zone_day(&z, t * 1000), sz_day_from_ymd(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday));
            assert_int_equal(sz_zone_ms_of_day(&z, t * 1000), ((tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec) * 1000);
            int32_t night = sz_zone_day(&z, t * 1000) - (tm.tm_hour < 12);
            assert_int_equal(sz_zone_night(&z, t * 1000), night);
            assert_int_equal(sz_zone_night_as(&z, &memo, t * 1000), night);
        }
        sz_zone_fini(&z);
    }
}

static void test_zone_round_trips(void **state) {
    draw d = draw_of(23);
    (void)state;
    for (size_t i = 0; i < COUNT(zone_names); i++) {
        sz_zone z;
        load_zone(&z, zone_names[i]);
        for (int k = 0; k < 5000; k++) {
            int64_t t = draw_between(&d, -INT64_C(3000000000000), INT64_C(3000000000000));
            if (z.n && draw_below(&d, 2)) t = z.from_ms[draw_below(&d, z.n)] + draw_between(&d, -7200000, 7200000);
            int32_t day = sz_zone_day(&z, t), ms = sz_zone_ms_of_day(&z, t);
            int64_t back = sz_zone_at(&z, day, ms);
            if (back != t) { /* a time that comes twice: the first, with the same face */
                assert_true(back < t);
                assert_true(sz_zone_day(&z, back) == day && sz_zone_ms_of_day(&z, back) == ms);
            }
            int64_t midnight = sz_zone_midnight(&z, day);
            assert_true(midnight <= t);
            assert_true(sz_zone_day(&z, midnight) == day);
            assert_true(sz_zone_day(&z, midnight - 1) < day);
            char text[40];
            int64_t parsed;
            if (sz_time_format(&z, t, text) == 0) fail();
            assert_true(sz_time_parse(&z, sz_str_of(text), &parsed, NULL));
            assert_true(parsed == t);
        }
        sz_zone_fini(&z);
    }
}

/* ---- texts ---- */

static void test_time_parse_takes_rfc3339_and_its_shorter_forms(void **state) {
    static const struct {
        const char *text, *is; /* NULL: refused */
        bool is_day;
    } rows[] = {
        {"2026-03-01T08:00:00+08:00", "2026-03-01T08:00:00+08:00", false},
        {"2026-03-01t00:00:00z", "2026-03-01T08:00:00+08:00", false},
        {"2026-03-01 08:00:00Z", "2026-03-01T16:00:00+08:00", false},
        {"2026-02-28T19:30:00-04:30", "2026-03-01T08:00:00+08:00", false},
        {"2026-03-01T08:00:00", "2026-03-01T08:00:00+08:00", false},
        {"2026-03-01 08:00", "2026-03-01T08:00:00+08:00", false},
        {"2026-03-01T08:00+08:00", "2026-03-01T08:00:00+08:00", false},
        {"2026-03-01", "2026-03-01T00:00:00+08:00", true},
        {"2026-03-01T08:00:00.1", "2026-03-01T08:00:00.100+08:00", false},
        {"2026-03-01T08:00:00.1239999999999Z", "2026-03-01T16:00:00.123+08:00", false},
        {"2024-02-29", "2024-02-29T00:00:00+08:00", true},
        {"1969-12-31T23:59:59.999Z", "1970-01-01T07:59:59.999+08:00", false},
        {"2016-12-31T23:59:60Z", "2017-01-01T08:00:00+08:00", false},
        {"0000-01-01", "0000-01-01T00:00:00+08:00", true},
        {"9999-12-31T23:59:59", "9999-12-31T23:59:59+08:00", false},
        {"2026-02-29", NULL, false},
        {"2026-13-01", NULL, false},
        {"2026-00-01", NULL, false},
        {"2026-3-1", NULL, false},
        {"2026/03/01", NULL, false},
        {"20260301T080000Z", NULL, false},
        {"2026-03-01T", NULL, false},
        {"2026-03-01T08", NULL, false},
        {"2026-03-01T08:0", NULL, false},
        {"2026-03-01T24:00:00", NULL, false},
        {"2026-03-01T08:60:00", NULL, false},
        {"2026-03-01T08:00:60", NULL, false},
        {"2026-03-01T08:59:61", NULL, false},
        {"2026-03-01T08:00:", NULL, false},
        {"2026-03-01T08:00:0", NULL, false},
        {"2026-03-01T08:00:00.", NULL, false},
        {"2026-03-01T08:00:00,5", NULL, false},
        {"2026-03-01T08:00:00+0800", NULL, false},
        {"2026-03-01T08:00:00+24:00", NULL, false},
        {"2026-03-01T08:00:00+08:60", NULL, false},
        {"2026-03-01T08:00:00+08:00 ", NULL, false},
        {" 2026-03-01", NULL, false},
        {"2026-03-01Z", NULL, false},
        {"2026-03-01T08:00:00 +08:00", NULL, false},
        {"２026-03-01", NULL, false},
        {"", NULL, false},
    };
    sz_zone z;
    (void)state;
    sz_zone_fixed(&z, 8 * 3600, "Asia/Shanghai");
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t t = 1;
        bool is_day = false;
        char out[40];
        bool ok = sz_time_parse(&z, sz_str_of(rows[i].text), &t, &is_day);
        if (ok != (rows[i].is != NULL)) fail_msg("%s", rows[i].text);
        if (!ok) continue;
        assert_int_equal(sz_time_format(&z, t, out), strlen(rows[i].is));
        assert_string_equal(out, rows[i].is);
        assert_int_equal(is_day, rows[i].is_day);
    }
}

static void test_time_format_at_its_edges(void **state) {
    sz_zone z;
    char out[40];
    (void)state;
    sz_zone_fixed(&z, -(3 * 3600 + 1800), "x");
    sz_time_format(&z, 0, out);
    assert_string_equal(out, "1969-12-31T20:30:00-03:30");
    sz_zone_fixed(&z, 29143, "LMT"); /* Shanghai before 1901: RFC 3339 has no seconds of offset */
    sz_time_format(&z, 0, out);
    assert_string_equal(out, "1970-01-01T00:00:00Z");
    sz_zone_fixed(&z, 0, "UTC");
    sz_time_format(&z, 0, out);
    assert_string_equal(out, "1970-01-01T00:00:00+00:00");
    assert_int_equal(sz_time_format(&z, SZ_TIME_NONE, out), 0);
    assert_int_equal(sz_time_format(&z, SZ_TIME_MAX, out), 0);
    assert_string_equal(out, "");
}

static void test_duration_takes_larger_units_first(void **state) {
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } rows[] = {
        {"90s", 90000},
        {"90m", 5400000},
        {"24h", 86400000},
        {"7d", 7 * 86400000},
        {"2w", 14 * 86400000},
        {"1h30m", 5400000},
        {"1d2h3m4s", 93784000},
        {"0s", 0},
        {"24 h", 86400000},
        {"15250284452w", INT64_C(15250284452) * 604800000},
        {"15250284453w", -1}, /* more than 64 bits */
        {"99999999999999999999s", -1},
        {"", -1},
        {"h", -1},
        {"1", -1},
        {"1.5h", -1},
        {"-1h", -1},
        {"1y", -1},
        {"1h30", -1},
        {"30m1h", -1},
        {"1h1h", -1},
        {"24  h", -1},
        {" 24h", -1},
        {"24h ", -1},
        {"1h 30m", -1},
        {"24H", -1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ms = -1;
        bool ok = sz_duration_parse(sz_str_of(rows[i].text), &ms);
        if (ok != (rows[i].ms >= 0) || ms != rows[i].ms) fail_msg("%s: %lld", rows[i].text, (long long)ms);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_day_and_ymd_agree_over_four_centuries),
        cmocka_unit_test(test_day_round_trips_over_all_of_int32),
        cmocka_unit_test(test_day_format_is_empty_outside_four_digits),
        cmocka_unit_test(test_fixed_zone_floors_before_1970),
        cmocka_unit_test(test_zone_wall_clock_that_is_skipped_or_comes_twice),
        cmocka_unit_test(test_zone_midnight_inside_a_gap_is_the_change),
        cmocka_unit_test(test_zone_drops_changes_that_change_nothing),
        cmocka_unit_test(test_zone_parse_refuses_damaged_bytes),
        cmocka_unit_test(test_zone_agrees_with_the_system),
        cmocka_unit_test(test_zone_round_trips),
        cmocka_unit_test(test_time_parse_takes_rfc3339_and_its_shorter_forms),
        cmocka_unit_test(test_time_format_at_its_edges),
        cmocka_unit_test(test_duration_takes_larger_units_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

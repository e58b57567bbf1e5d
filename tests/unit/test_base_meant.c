/* SPDX-License-Identifier: Apache-2.0
 *
 * base: what people write for numbers, days, times and lengths of time; for hints.
 */
#include <sanzao/base.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

typedef bool reader(sz_str s, char out[SZ_MEANT]);

struct row {
    const char *text, *meant; /* NULL: nothing that is known */
};

static void check(reader *read, const struct row *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char out[SZ_MEANT] = "";
        bool is_read = read(sz_str_of(rows[i].text), out);
        if (is_read != (rows[i].meant != NULL) || (is_read && strcmp(out, rows[i].meant) != 0))
            fail_msg("%s: %s", rows[i].text, is_read ? out : "nothing");
    }
}
#define CHECK(read, rows) check(read, rows, sizeof(rows) / sizeof *(rows))

static bool duration(sz_str s, char out[SZ_MEANT]) {
    bool is_rough = false;
    if (!sz_meant_duration(s, out, &is_rough)) return false;
    if (is_rough) strcat(out, "~");
    return true;
}

static bool number(sz_str s, char out[SZ_MEANT]) {
    double v = 0;
    if (!sz_meant_number(s, &v)) return false;
    snprintf(out, SZ_MEANT, "%g", v);
    return true;
}

static bool weekday(sz_str s, char out[SZ_MEANT]) {
    int v = 0;
    if (!sz_meant_weekday(s, &v)) return false;
    snprintf(out, SZ_MEANT, "%d", v);
    return true;
}

static bool year(sz_str s, char out[SZ_MEANT]) {
    int v = 0;
    if (!sz_meant_year(s, &v)) return false;
    snprintf(out, SZ_MEANT, "%d", v);
    return true;
}

static void test_durations_in_words(void **state) {
    static const struct row rows[] = {
        {"three days", "3d"},
        {"三天", "3d"},
        {"一个月", "30d~"},
        {"1 month", "30d~"},
        {"两周", "14d"},
        {"半天", "12h"},
        {"2个小时", "2h"},
        {"一个半小时", "90m"},
        {"半个月", "15d~"},
        {"1.5 days", "36h"},
        {"两天半", "60h"},
        {"3D", "3d"},
        {"３天", "3d"},
        {"3 天 2 小时", "74h"},
        {"1 year", "365d~"},
        {"半小时", "30m"},
        {"a week", "7d"},
        {"十二小时", "12h"},
        {"half an hour", "30m"},
        {"二十五天", "25d"},
        {"近7天", "7d"},
        {"last 7 days", "7d"},
        {"7天以内", "7d"},
        {"3", NULL},
        {"天", NULL},
        {"3 apples", NULL},
        {"", NULL},
        {"0 days", NULL},
        {"3 dayz", NULL},
        {"一会儿", NULL},
        {"90 seconds", NULL},
        {"99999 years", NULL},
    };
    (void)state;
    CHECK(duration, rows);
}

static void test_times_of_day_and_days(void **state) {
    static const struct row clocks[] = {
        {"7", "07:00"},        {"7am", "07:00"},   {"7 pm", "19:00"},  {"7点", "07:00"},      {"下午3点半", "15:30"},
        {"晚上10点", "22:00"}, {"8.30", "08:30"},  {"7:5", "07:05"},   {"早上八点", "08:00"}, {"22时15分", "22:15"},
        {"12pm", "12:00"},     {"7：00", "07:00"}, {"24:00", "24:00"}, {"25", NULL},          {"七点一刻", "07:15"},
        {"8:70", NULL},        {"点", NULL},       {"8 点以后", NULL}, {"24:30", NULL},
    };
    static const struct row dates[] = {
        {"2026/3/1", "2026-03-01"}, {"2026年3月1日", "2026-03-01"},
        {"2026.3.1", "2026-03-01"}, {"20260301", "2026-03-01"},
        {"2026-3-1", "2026-03-01"}, {"2026年3月1号", "2026-03-01"},
        {"2026/13/1", NULL},        {"3/1/2026", NULL},
        {"2026/2/30", NULL},        {"2026年3月", NULL},
        {"2026/3/1 8:00", NULL},    {"99999999", NULL},
    };
    static const struct row instants[] = {
        {"2026/3/1", "2026-03-01T00:00:00+08:00"},
        {"2026-03-01 08:30", "2026-03-01T08:30:00+08:00"},
        {"2026-03-01T08:30:15", "2026-03-01T08:30:00+08:00"},
        {"2026年3月1日晚上10点", "2026-03-01T22:00:00+08:00"},
        {"2026-03-01T24:00", "2026-03-02T00:00:00+08:00"},
        {"2025年12月31日 24点", "2026-01-01T00:00:00+08:00"},
        {"22:00", NULL},
    };
    (void)state;
    CHECK(sz_meant_clock, clocks);
    CHECK(sz_meant_date, dates);
    CHECK(sz_meant_instant, instants);
}

static void test_numbers_weekdays_and_years(void **state) {
    static const struct row numbers[] = {{"三", "3"},    {"十", "10"},  {"二十五", "25"}, {"两", "2"},
                                         {"two", "2"},   {"半", "0.5"}, {"１２", "12"},   {"一百", "100"},
                                         {"many", NULL}, {"三天", NULL}};
    static const struct row days[] = {{"周六", "6"},   {"星期日", "7"}, {"周天", "7"},  {"Saturday", "6"}, {"sun", "7"},
                                      {"礼拜三", "3"}, {"周八", NULL},  {"周末", NULL}, {"sunny", NULL}};
    static const struct row years[] = {{"大一", "1"},     {"大四学生", "4"}, {"freshmen", "1"}, {"二年级", "2"},
                                       {"大一新生", "1"}, {"研究生", NULL},  {"大", NULL}};
    (void)state;
    CHECK(number, numbers);
    CHECK(weekday, days);
    CHECK(year, years);
}

static bool value(sz_str s, char out[SZ_MEANT]) {
    sz_meant v;
    if (!sz_meant_value(s, &v)) return false;
    snprintf(out, SZ_MEANT, "%.3s%.20s%s", v.op, v.text, v.is_misspelt ? "?" : "");
    return true;
}

static void test_values_with_units_and_bounds(void **state) {
    static const struct row rows[] = {
        {"24小时以上", ">=24h"},
        {"24 hrs", "24h"},
        {"24H", "24h"},
        {"1h30m", "90m"},
        {"1.5小时", "90m"},
        {"一天半", "36h"},
        {"两周", "2w"},
        {"1 month", "30d"},
        {"50%以上", ">=50%"},
        {"50 per cent", "50%"},
        {"五成", "50%"},
        {"六成半", "65%"},
        {"百分之五十", "50%"},
        {"一半", "50%"},
        {"５０％", "50%"},
        {"420元以下", "<=420 yuan"},
        {"¥420", "420 yuan"},
        {"$ 420.50", "420.50 yuan"},
        {"RMB 420", "420 yuan"},
        {"0.5万元", "5000 yuan"},
        {"1,000 yuan", "1000 yuan"},
        {"420 yaun", "420 yuan?"},
        {"30 dyas", "30 days?"},
        {"24 hous", "24h?"},
        {"3次以上", ">=3"},
        {"3 or more", ">=3"},
        {"3+", ">=3"},
        {"at least 3 times", ">=3"},
        {"不到 3 次", "<3"},
        {"3 天", "3 days"},
        {"一天", "1 day"},
        {"6节课", "6 class-hours"},
        {"3", "3"},
        {"三", "3"},
        {"两千元", "2000 yuan"},
        {"三分之一", "33.33%"},
        {"十分之一以上", ">=10%"},
        {"三分之五", NULL},
        {"分之一", NULL},
        {"不多于 3 次", "<=3"},
        {"大于等于3", ">=3"},
        {"3 apples", NULL},
        {"yuan", NULL},
        {"3-5", NULL},
        {"", NULL},
        {"以上", NULL},
        {"医学院", NULL},
        {"%", NULL},
        {"1e999", NULL},
        {"成", NULL},
        {"十一成", NULL},
    };
    (void)state;
    CHECK(value, rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations_in_words),
        cmocka_unit_test(test_times_of_day_and_days),
        cmocka_unit_test(test_numbers_weekdays_and_years),
        cmocka_unit_test(test_values_with_units_and_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

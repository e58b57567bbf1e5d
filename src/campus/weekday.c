/* SPDX-License-Identifier: Apache-2.0
 *
 * weekday: see weekday.h.
 */
#include "weekday.h"

const char *const sz_weekday_names[8] = {"", "mon", "tue", "wed", "thu", "fri", "sat", "sun"};
const char *const sz_weekday_names_zh[8] = {"", "周一", "周二", "周三", "周四", "周五", "周六", "周日"};

static const char *const whole_names[8] = {"",         "monday", "tuesday",  "wednesday",
                                           "thursday", "friday", "saturday", "sunday"};
static const char *const last_signs[8] = {"", "一", "二", "三", "四", "五", "六", "日"};

static bool is_any_case(sz_str s, const char *name) {
    size_t i = 0;
    for (; i < s.n && name[i]; i++)
        if ((s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]) != name[i]) return false;
    return i == s.n && !name[i];
}

static int chinese(sz_str s) {
    static const char *const starts[] = {"周", "星期", "礼拜"};
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
        size_t n = strlen(starts[k]);
        if (s.n != n + 3 || memcmp(s.p, starts[k], n) != 0) continue;
        sz_str last = {s.p + n, 3};
        if (sz_str_is(last, "天")) return 7;
        for (int day = 1; day <= 7; day++)
            if (sz_str_is(last, last_signs[day])) return day;
    }
    return 0;
}

int sz_weekday_parse(sz_str s) {
    for (int day = 1; day <= 7; day++)
        if (is_any_case(s, sz_weekday_names[day]) || is_any_case(s, whole_names[day])) return day;
    return chinese(s);
}

unsigned sz_weekdays_parse(sz_str s) {
    const char *dash = s.n ? memchr(s.p, '-', s.n) : NULL;
    if (!dash) {
        int day = sz_weekday_parse(s);
        return day ? 1u << day : 0;
    }
    size_t k = (size_t)(dash - s.p);
    int first = sz_weekday_parse((sz_str){s.p, k}), last = sz_weekday_parse((sz_str){dash + 1, s.n - k - 1});
    if (!first || !last) return 0;
    unsigned days = 1u << last;
    for (int day = first; day != last; day = day % 7 + 1) days |= 1u << day;
    return days;
}

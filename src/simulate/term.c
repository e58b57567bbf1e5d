/* SPDX-License-Identifier: Apache-2.0 */
#include "term.h"

/* Holidays and made-up days of 2026: 国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04 (Xinhua,
 * https://politics.gmw.cn/2025-11/04/content_38391083.htm). The notice does not say whose timetable a made-up day
 * follows; schools do: 28 February for Monday 23 February, 9 May for Tuesday 5 May, 20 September for Monday 5
 * October, 10 October for Wednesday 7 October. */
struct fixed_festival {
    int16_t year;
    int8_t from_month, from_day, to_month, to_day;
    const char *zh, *en;
};
struct fixed_make_up {
    int16_t year;
    int8_t month, day, as;
};

static const struct fixed_festival festivals_2026[] = {
    {2026, 1, 1, 1, 3, "元旦", "New Year"},         {2026, 2, 15, 2, 23, "春节", "Spring Festival"},
    {2026, 4, 4, 4, 6, "清明节", "Qingming"},       {2026, 5, 1, 5, 5, "劳动节", "Labour Day"},
    {2026, 6, 19, 6, 21, "端午节", "Dragon Boat"},  {2026, 9, 25, 9, 27, "中秋节", "Mid-Autumn"},
    {2026, 10, 1, 10, 7, "国庆节", "National Day"},
};
static const struct fixed_make_up make_ups_2026[] = {
    {2026, 1, 4, 5}, {2026, 2, 14, 5}, {2026, 2, 28, 1}, {2026, 5, 9, 2}, {2026, 9, 20, 1}, {2026, 10, 10, 3},
};

/* Other years: the days that the law fixes in the sun's calendar (全国年节及纪念日放假办法, 2024), without those of the moon and
 * without made-up days, which a notice sets each year. Qingming falls on 4 or 5 April; the 4th is near enough. */
static const struct fixed_festival festivals_other[] = {
    {0, 1, 1, 1, 1, "元旦", "New Year"},
    {0, 4, 4, 4, 4, "清明节", "Qingming"},
    {0, 5, 1, 5, 2, "劳动节", "Labour Day"},
    {0, 10, 1, 10, 3, "国庆节", "National Day"},
};
#define N_OF(a) (sizeof(a) / sizeof *(a))

static void add_festivals(struct term *t, const struct fixed_festival *v, size_t n, int year) {
    for (size_t i = 0; i < n && t->n_festivals < HOLIDAYS_MAX; i++) {
        int32_t from = sz_day_from_ymd(year, v[i].from_month, v[i].from_day),
                to = sz_day_from_ymd(year, v[i].to_month, v[i].to_day);
        if (to < t->from || from >= t->from + CALENDAR_DAYS) continue;
        t->festivals[t->n_festivals++] = (struct festival){from, to, v[i].zh, v[i].en};
    }
}

void sz_sim_term_init(struct term *t, int32_t from_day) {
    *t = (struct term){.from = from_day};
    int first, last, m, d;
    sz_day_to_ymd(from_day, &first, &m, &d);
    sz_day_to_ymd(from_day + CALENDAR_DAYS, &last, &m, &d);
    for (int year = first; year <= last; year++) {
        if (year != 2026) {
            add_festivals(t, festivals_other, N_OF(festivals_other), year);
            continue;
        }
        add_festivals(t, festivals_2026, N_OF(festivals_2026), year);
        for (size_t i = 0; i < N_OF(make_ups_2026); i++) {
            int32_t day = sz_day_from_ymd(year, make_ups_2026[i].month, make_ups_2026[i].day);
            if (day > t->from + REGISTRATION_TO &&
                day < t->from + EXAMS_FROM) /* outside of the classes nothing is made up */
                t->make_ups[t->n_make_ups++] = (struct make_up){day, (uint8_t)make_ups_2026[i].as};
        }
    }
}

int64_t sz_sim_midnight(int32_t day) { return day * SZ_DAY_MS - CAMPUS_OFFSET_S * SZ_SECOND_MS; }

static uint8_t festival_of(const struct term *t, int32_t day) {
    for (uint32_t i = 0; i < t->n_festivals; i++)
        if (day >= t->festivals[i].from && day <= t->festivals[i].to) return (uint8_t)i;
    return NO_FESTIVAL;
}

void sz_sim_term_day(const struct term *t, int32_t index, struct day *out) {
    int32_t day = t->from + index;
    *out = (struct day){.index = index,
                        .day = day,
                        .midnight_ms = sz_sim_midnight(day),
                        .weekday = (uint8_t)sz_day_weekday(day),
                        .next_festival = NO_FESTIVAL,
                        .curfew_s = 23 * 3600,
                        .curfew_first_year_s = 22 * 3600 + 1800};
    out->festival = festival_of(t, day);
    uint8_t next = festival_of(t, day + 1);
    if (next != out->festival) out->next_festival = next;
    uint8_t made_up = 0;
    for (uint32_t i = 0; i < t->n_make_ups; i++)
        if (t->make_ups[i].day == day) made_up = t->make_ups[i].as;
    out->is_vacation = index >= TERM_DAYS;
    out->is_exams = index >= EXAMS_FROM && index <= EXAMS_TO;
    bool is_class_day = (out->weekday <= 5 || made_up) && out->festival == NO_FESTIVAL && !out->is_vacation;
    if (is_class_day && index > REGISTRATION_TO && index < EXAMS_FROM) out->classes = made_up ? made_up : out->weekday;
    out->is_rest = !is_class_day;
    if (out->weekday == 5 || out->weekday == 6) out->curfew_s = out->curfew_first_year_s = 23 * 3600 + 1800;
}

static void put_days(sz_buf *out, const char *before, int32_t from, int32_t to) {
    char a[11], b[11];
    sz_day_format(from, a);
    sz_day_format(to, b);
    sz_buf_printf(out, "%sfrom: %s, to: %s", before, a, b);
}

void sz_sim_term_write(const struct term *t, sz_buf *out) {
    int year, month, d;
    char day[11];
    static const char *const weekdays[] = {"",         "monday", "tuesday",  "wednesday",
                                           "thursday", "friday", "saturday", "sunday"};
    sz_day_to_ymd(t->from, &year, &month, &d);
    sz_buf_printf(out, "timezone: Asia/Shanghai\nterms:\n  - {id: %d-%s, ", year, month < 8 ? "spring" : "autumn");
    put_days(out, "", t->from, t->from + TERM_DAYS - 1);
    sz_buf_put_z(out, "}\n");
    if (t->n_festivals) sz_buf_put_z(out, "holidays:\n");
    for (uint32_t i = 0; i < t->n_festivals; i++) {
        sz_buf_printf(out, "  - {name: {zh: %s, en: %s}, ", t->festivals[i].zh, t->festivals[i].en);
        put_days(out, "", t->festivals[i].from, t->festivals[i].to);
        sz_buf_put_z(out, "}\n");
    }
    sz_buf_printf(out, "vacations:\n  - {name: %s, ", month < 8 ? "寒假" : "暑假");
    put_days(out, "", t->from - 35, t->from - 1);
    sz_day_format(t->from + REGISTRATION_TO, day);
    sz_buf_printf(out, ", registration_to: %s}\n  - {name: %s, ", day, month < 8 ? "暑假" : "寒假");
    put_days(out, "", t->from + TERM_DAYS, t->from + TERM_DAYS + VACATION_DAYS - 1);
    sz_buf_put_z(out, "}\n");
    if (t->n_make_ups) sz_buf_put_z(out, "make_up_days:\n");
    for (uint32_t i = 0; i < t->n_make_ups; i++) {
        sz_day_format(t->make_ups[i].day, day);
        sz_buf_printf(out, "  - {date: %s, as: %s}\n", day, weekdays[t->make_ups[i].as]);
    }
    put_days(out, "periods:\n  - {id: exams, ", t->from + EXAMS_FROM, t->from + EXAMS_TO);
    sz_buf_put_z(out, "}\ncurfew:\n  sun-thu: '23:00'\n  fri-sat: '23:30'\n  ends: '05:00'\n"
                      "  by:\n    - {year: 1, sun-thu: '22:30'}\n");
}

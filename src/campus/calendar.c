/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar: what a day is. Lists are short (a term or two, a dozen holidays) and in the order of their first day.
 */
#include "internal.h"

const sz_calendar *sz_campus_calendar(const sz_campus *c) { return &c->calendar; }

const sz_term *sz_calendar_term(const sz_calendar *k, int32_t day) {
    const sz_term *t = sz_calendar_last_term(k, day);
    return t && day <= t->to_day ? t : NULL;
}

const sz_term *sz_calendar_last_term(const sz_calendar *k, int32_t day) {
    uint32_t i = k->n_terms;
    while (i > 0 && k->terms[i - 1].from_day > day) i--;
    return i ? &k->terms[i - 1] : NULL;
}

static int32_t monday_of(int32_t day) { return day - (sz_day_weekday(day) - 1); }

int32_t sz_calendar_week(const sz_calendar *k, int32_t day) {
    const sz_term *t = sz_calendar_term(k, day);
    return t ? (monday_of(day) - monday_of(t->from_day)) / 7 + 1 : 0;
}

bool sz_calendar_is_holiday(const sz_calendar *k, int32_t day) {
    for (uint32_t i = 0; i < k->n_holidays && k->holidays[i].from_day <= day; i++)
        if (day <= k->holidays[i].to_day) return true;
    return false;
}

bool sz_calendar_is_vacation(const sz_calendar *k, int32_t day) {
    for (uint32_t i = 0; i < k->n_vacations && k->vacations[i].from_day <= day; i++)
        if (day <= k->vacations[i].to_day) return true;
    return false;
}

static bool is_made_up(const sz_calendar *k, int32_t day) {
    for (uint32_t i = 0; i < k->n_makeups && k->makeups[i].day <= day; i++)
        if (k->makeups[i].day == day) return true;
    return false;
}

/* To the contract's letter: a holiday (and a vacation) wins over everything, a make-up day only over the weekend. */
bool sz_calendar_is_class_day(const sz_calendar *k, int32_t day) {
    if (!sz_calendar_term(k, day) || sz_calendar_is_holiday(k, day) || sz_calendar_is_vacation(k, day)) return false;
    return sz_day_weekday(day) <= 5 || is_made_up(k, day);
}

/* Of the days after it, a weekend within the term aside, the first decides. */
bool sz_calendar_is_holiday_eve(const sz_calendar *k, int32_t day) {
    if (!sz_calendar_is_class_day(k, day)) return false;
    for (int32_t d = day + 1; d <= day + SZ_EVE_DAYS; d++) {
        if (!sz_calendar_term(k, d) || sz_calendar_is_holiday(k, d) || sz_calendar_is_vacation(k, d)) return true;
        if (sz_calendar_is_class_day(k, d)) return false;
    }
    return false;
}

/* The first day from that one on that is in no term: one may begin where another ends. */
static int32_t end_of_terms(const sz_calendar *k, int32_t day) {
    int32_t end = day;
    for (uint32_t i = 0; i < k->n_terms && k->terms[i].from_day <= end; i++)
        if (k->terms[i].to_day >= end) end = k->terms[i].to_day + 1;
    return end;
}

/* Asked at many checks, so it is worked out and not walked through. */
uint32_t sz_calendar_class_days_left(const sz_calendar *k, int32_t day) {
    int32_t end = end_of_terms(k, day);
    if (sz_calendar_is_holiday(k, day) || sz_calendar_is_vacation(k, day)) return 0;
    for (uint32_t i = 0; i < k->n_holidays; i++)
        if (k->holidays[i].from_day > day && k->holidays[i].from_day < end) end = k->holidays[i].from_day;
    for (uint32_t i = 0; i < k->n_vacations; i++)
        if (k->vacations[i].from_day > day && k->vacations[i].from_day < end) end = k->vacations[i].from_day;
    uint32_t n = (uint32_t)(end - day) / 7 * 5;
    for (int32_t d = end - (end - day) % 7; d < end; d++) n += sz_day_weekday(d) <= 5;
    for (uint32_t i = 0; i < k->n_makeups; i++) {
        int32_t d = k->makeups[i].day;
        bool is_again = i && k->makeups[i - 1].day == d;
        n += d >= day && d < end && !is_again && sz_day_weekday(d) > 5;
    }
    return n;
}

bool sz_calendar_in(const sz_calendar *k, sz_str period, int32_t day) {
    return sz_calendar_days_to(k, period, day) == 0;
}

int32_t sz_calendar_days_to(const sz_calendar *k, sz_str period, int32_t day) {
    int32_t next = INT32_MAX;
    for (uint32_t i = 0; i < k->n_periods; i++) {
        const sz_period *p = &k->periods[i];
        if (p->to_day < day || !sz_str_eq(p->id, period)) continue;
        int64_t days = p->from_day > day ? (int64_t)p->from_day - day : 0;
        if (days < next) next = (int32_t)days;
    }
    return next;
}

bool sz_calendar_has_period(const sz_calendar *k, sz_str period) {
    for (uint32_t i = 0; i < k->n_periods; i++)
        if (sz_str_eq(k->periods[i].id, period)) return true;
    return false;
}

int32_t sz_calendar_first_term_day(const sz_calendar *k) { return k->n_terms ? k->terms[0].from_day : SZ_DAY_NONE; }

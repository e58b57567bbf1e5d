/* SPDX-License-Identifier: Apache-2.0
 *
 * When a check comes next. Days are local days of the zone, so that a change of clocks moves nothing.
 */
#include <sanzao/rules.h>

static bool is_weekday(const sz_check *c, int32_t day) { return c->weekdays >> (sz_day_weekday(day) - 1) & 1; }

/* First day from `from` to `to` on which the check is; `to` + 1 if there is none. */
static int32_t first_day(const sz_check *c, const sz_calendar *k, int32_t from, int32_t to) {
    int32_t d = from;
    for (; d <= to; d++) {
        if (!is_weekday(c, d)) continue;
        if (c->kind == SZ_CHECK_CLASS_DAYS && !sz_calendar_is_class_day(k, d)) continue;
        break;
    }
    return d;
}

/* Days of a term on which the check may be: the whole of it, or one week. */
static void days_of_term(const sz_check *c, const sz_term *t, int32_t *from, int32_t *to) {
    *from = t->from_day;
    *to = t->to_day;
    if (c->kind != SZ_CHECK_TERM_WEEK) return;
    int32_t monday = t->from_day - (sz_day_weekday(t->from_day) - 1) + (c->week - 1) * 7;
    if (*from < monday) *from = monday;
    if (*to > monday + 6) *to = monday + 6;
}

/* The first time of that day after t; SZ_TIME_MAX: there is none. Where clocks go forward, an earlier one by the wall
 * may come later. */
static int64_t time_of_day(const sz_check *c, const sz_zone *z, int32_t day, int64_t t_ms) {
    int64_t first = SZ_TIME_MAX;
    for (uint32_t i = 0; i < c->n_times; i++) {
        int64_t at = sz_zone_at(z, day, c->ms_of_day[i]);
        if (at > t_ms && at < first) first = at;
    }
    return first;
}

static int64_t next_in_terms(const sz_check *c, const sz_calendar *k, const sz_zone *z, int64_t t_ms, int32_t day) {
    for (uint32_t i = 0; k && i < k->n_terms; i++) {
        int32_t from, to;
        days_of_term(c, &k->terms[i], &from, &to);
        if (from < day) from = day;
        for (int32_t d = first_day(c, k, from, to); d <= to; d = first_day(c, k, d + 1, to)) {
            int64_t at = time_of_day(c, z, d, t_ms);
            if (at != SZ_TIME_MAX) return at;
        }
    }
    return SZ_TIME_MAX;
}

int64_t sz_check_next(const sz_check *c, const sz_calendar *k, const sz_zone *z, int64_t t_ms) {
    if (c->kind == SZ_CHECK_NONE || t_ms == SZ_TIME_MAX || c->weekdays == 0) return SZ_TIME_MAX;
    if (t_ms == SZ_TIME_NONE) t_ms = INT64_MIN / 4; /* before any day that a calendar can name */
    int32_t day = t_ms < INT64_C(-100000000) * SZ_DAY_MS ? -100000000 : sz_zone_day(z, t_ms);
    if (c->kind != SZ_CHECK_WEEKDAYS) return next_in_terms(c, k, z, t_ms, day);
    for (int32_t d = day; d <= day + 8; d++) {
        if (!is_weekday(c, d)) continue;
        int64_t at = time_of_day(c, z, d, t_ms);
        if (at != SZ_TIME_MAX) return at;
    }
    return SZ_TIME_MAX;
}

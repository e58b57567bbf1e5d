/* SPDX-License-Identifier: Apache-2.0
 *
 * curfew: whether an entry was late. Asked for each dorm entry, mostly by day: that costs a comparison.
 */
#include "curfew.h"

#define NOON (12 * SZ_HOUR_MS)
enum { AFTER_11H = 11 * 3600 * 1000, AFTER_17H = 17 * 3600 * 1000 }; /* 23:00, 05:00 */

static const struct sz_curfew usual = {
    .base = {{AFTER_11H, AFTER_11H, AFTER_11H, AFTER_11H, AFTER_11H, AFTER_11H, AFTER_11H, AFTER_11H}, AFTER_17H},
    .earliest = AFTER_11H,
    .latest = AFTER_17H,
};

#define TEXT(name, member) \
    { name, FIELD_TEXT, offsetof(sz_student, member) }
const struct curfew_field sz_curfew_fields[] = {
    {"year", FIELD_YEAR, 0},
    {"entry_year", FIELD_NUMBER, offsetof(sz_student, entry_year)},
    {"years", FIELD_NUMBER, offsetof(sz_student, years)},
    {"tags", FIELD_TAGS, 0},
    TEXT("gender", gender),
    TEXT("college", college),
    TEXT("school", school),
    TEXT("major", major),
    TEXT("class", klass),
    TEXT("dorm", dorm),
    TEXT("building", building),
    TEXT("residence", residence),
    TEXT("status", status_name),
};
const uint32_t sz_n_curfew_fields = sizeof sz_curfew_fields / sizeof *sz_curfew_fields;

static bool has_tag(const sz_student *s, sz_str tag) {
    for (uint32_t i = 0; i < s->n_tags; i++)
        if (sz_str_eq(s->tags[i], tag)) return true;
    return false;
}

static bool fits_one(const struct curfew_if *f, const sz_student *s, int32_t evening) {
    const char *at = (const char *)s + f->field->at;
    for (uint32_t i = 0; i < f->n; i++) {
        switch (f->field->kind) {
        case FIELD_YEAR:
            if (sz_student_year(s, evening) == f->numbers[i]) return true;
            break;
        case FIELD_NUMBER:
            if (*(const int32_t *)at == f->numbers[i]) return true;
            break;
        case FIELD_TAGS:
            if (has_tag(s, f->values[i])) return true;
            break;
        case FIELD_TEXT:
            if (sz_str_eq(*(const sz_str *)at, f->values[i])) return true;
            break;
        }
    }
    return false;
}

bool sz_curfew_fits(const struct curfew_by *by, const sz_student *s, int32_t evening) {
    for (uint32_t i = 0; i < by->n_ifs; i++)
        if (!fits_one(&by->ifs[i], s, evening)) return false;
    return true;
}

static void widen(struct sz_curfew *cur, const struct cut_offs *at) {
    for (int day = 1; day <= 7; day++)
        if (at->cut[day] < cur->earliest) cur->earliest = at->cut[day];
    if (at->ends > cur->latest) cur->latest = at->ends;
}

void sz_curfew_finish(struct sz_curfew *cur) {
    cur->earliest = CUT_NONE;
    cur->latest = 0;
    widen(cur, &cur->base);
    for (uint32_t i = 0; i < cur->n_by; i++) widen(cur, &cur->by[i].at);
}

bool sz_campus_is_late(const sz_campus *c, uint32_t student, const uint8_t *known, int64_t t_ms) {
    const struct sz_curfew *cur = c->calendar.curfew ? c->calendar.curfew : &usual;
    int32_t day = sz_zone_day(&c->zone, t_ms);
    int64_t in_night = sz_zone_ms_of_day(&c->zone, t_ms) - NOON;
    if (in_night < 0) { /* before noon: the night of the day before */
        in_night += SZ_DAY_MS;
        day--;
    }
    if (in_night < cur->earliest || in_night >= cur->latest) return false;
    const struct cut_offs *at = &cur->base;
    const sz_student *s = student < c->n_students ? &c->students[student] : &sz_student_admitted;
    for (uint32_t i = 0; i < cur->n_by; i++) {
        if (!sz_curfew_fits(&cur->by[i], s, day)) continue;
        at = &cur->by[i].at;
        break;
    }
    if (in_night < at->cut[sz_day_weekday(day)] || in_night >= at->ends) return false;
    return !sz_campus_on_leave(c, student, known, 1u << SZ_LEAVE_LATE_PERMIT | 1u << SZ_LEAVE_OVERNIGHT_PERMIT, t_ms);
}

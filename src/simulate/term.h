/* SPDX-License-Identifier: Apache-2.0
 *
 * term: which day is what. Twenty weeks from the first day on, the last two of them exams; then the vacation.
 */
#ifndef SZ_SIMULATE_TERM_H
#define SZ_SIMULATE_TERM_H

#include <sanzao/base.h>

enum {
    TERM_DAYS = 140,
    EXAMS_FROM = 126,
    EXAMS_TO = 137, /* days from the first one on */
    REGISTRATION_TO = 1,
    VACATION_DAYS = 49,
    CALENDAR_DAYS = TERM_DAYS + VACATION_DAYS,
    HOLIDAYS_MAX = 12,
    MAKE_UPS_MAX = 8,
    CAMPUS_OFFSET_S = 8 * 3600,
    NO_FESTIVAL = 255
};

struct festival {
    int32_t from, to; /* days, both included */
    const char *zh, *en;
};
struct make_up {
    int32_t day;
    uint8_t as; /* weekday whose timetable holds */
};
struct term {
    int32_t from;
    struct festival festivals[HOLIDAYS_MAX];
    uint32_t n_festivals;
    struct make_up make_ups[MAKE_UPS_MAX];
    uint32_t n_make_ups;
};

/* One day, the same for everybody. */
struct day {
    int32_t index; /* 0: the first one */
    int32_t day;
    int64_t midnight_ms;
    uint8_t weekday;       /* 1 Monday .. 7 */
    uint8_t classes;       /* the weekday whose timetable holds; 0: no classes */
    uint8_t festival;      /* index; NO_FESTIVAL */
    uint8_t next_festival; /* the one that begins tomorrow */
    bool is_rest;          /* nobody need be anywhere: weekend that is not made up, holiday, vacation */
    bool is_vacation, is_exams;
    int32_t curfew_s, curfew_first_year_s; /* seconds of the evening; the calendar file says the same */
};

void sz_sim_term_init(struct term *t, int32_t from_day);
void sz_sim_term_day(const struct term *t, int32_t index, struct day *out);
int64_t sz_sim_midnight(int32_t day);
/* campus/calendar.yaml */
void sz_sim_term_write(const struct term *t, sz_buf *out);

#endif

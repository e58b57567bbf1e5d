/* SPDX-License-Identifier: Apache-2.0
 *
 * study: how far a student's studies have come.
 */
#include <math.h>

#include "internal.h"

/* 1 September of the academic year that holds the day belongs to this calendar year. */
static int academic_year(int32_t day) {
    int y, m, d;
    sz_day_to_ymd(day, &y, &m, &d);
    return m >= 9 ? y : y - 1;
}

int32_t sz_student_year(const sz_student *s, int32_t day) {
    if (s->entry_year == 0) return 0;
    int32_t year = academic_year(day) - s->entry_year + 1;
    return year > 0 ? year : 0;
}

/* The same day of the month `years` later; 29 February becomes 1 March. */
static int32_t anniversary(int32_t day, int32_t years) {
    int y, m, d;
    sz_day_to_ymd(day, &y, &m, &d);
    return sz_ymd_valid(y + years, m, d) ? sz_day_from_ymd(y + years, m, d) : sz_day_from_ymd(y + years, 3, 1);
}

double sz_student_study_share(const sz_student *s, int32_t day) {
    int32_t start = s->enrolled_day;
    if (start == SZ_DAY_NONE) {
        if (s->entry_year == 0) return NAN;
        start = sz_day_from_ymd(s->entry_year, 9, 1);
    }
    if (s->years <= 0) return NAN;
    int32_t end = anniversary(start, s->years);
    double share = ((double)day - start) / ((double)end - start);
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

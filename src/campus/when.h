/* SPDX-License-Identifier: Apache-2.0
 *
 * when: days and times as school systems write them, and intervals of them.
 */
#ifndef SZ_CAMPUS_WHEN_H
#define SZ_CAMPUS_WHEN_H

#include <sanzao/base.h>

struct when {
    int64_t ms;  /* of a day: its first instant */
    int32_t day; /* the local day */
    bool is_set, is_day;
};

/* RFC 3339, campus time without offset, or a day; also `2026/3/2`, `2026.3.2`, `2026年3月2日`, `20260302`, each with a
 * time of day after it or without; `24:00` is the next midnight. False on anything else. */
bool sz_when_parse(const sz_zone *z, sz_str s, struct when *out);
/* First instant and end of an interval: days are whole and inclusive, times from inclusive to exclusive, an open
 * end has no limit (INT64_MIN, SZ_TIME_MAX). */
int64_t sz_when_from(const struct when *w);
int64_t sz_when_to(const sz_zone *z, const struct when *w);

/* Is it a day in form, which the calendar does not have: 2023-09-31? */
bool sz_when_is_no_day(sz_str s);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a record in, inside of the features module: in general (add.c), and as remembered (add_plan.c).
 */
#ifndef SZ_ADD_H
#define SZ_ADD_H

#include "fstate.h"

/* The record in hand. */
typedef struct adding {
    sz_fstate *s;
    const sz_featureset *fs;
    const sz_zone *z;
    const sz_campus *c;
    const sz_event *e;
    sz_entry entry;
    int32_t day, night; /* of its time */
} adding;

/* days: two, of days and of nights. */
static inline adding adding_of(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c,
                               sz_day_memo *days, const sz_event *e, sz_entry entry) {
    adding x = {.s = s, .fs = fs, .z = z, .c = c, .e = e, .entry = entry};
    x.day = sz_zone_day_as(z, &days[0], e->time_ms);
    if (fs->has_nights) x.night = sz_zone_night_as(z, &days[1], e->time_ms);
    if (head_of(s)->first_day == SZ_DAY_NONE) head_of(s)->first_day = x.day;
    return x;
}

void add_to(const adding *x, uint32_t acc);
/* Attendance that some correctable accumulator counts is to be found again (semantics 17). */
bool is_counted(const sz_featureset *fs, const uint8_t *mask);
/* As much of the record as is kept: what is_findable fields need. */
sz_event findable_event(const findable *f);
void add_findable(sz_fstate *s, const sz_featureset *fs, const sz_event *e, const uint8_t *mask);
/* Of a region that was carried: what lies before the instant from which its accumulator knows goes (add_since.c). */
void forget_before(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, uint32_t acc, int64_t from_ms);

#endif

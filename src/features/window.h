/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows and observability, inside of the features module.
 */
#ifndef SZ_WINDOW_H
#define SZ_WINDOW_H

#include "fstate.h"

typedef struct range {
    int32_t from, to;
} range; /* days, nights or panes, both inclusive */

/* Units of the window at the instant; false: it has none yet (term before the first term). */
bool window_range(const sz_eval *ev, const sz_window *w, range *r);
bool window_is_known(sz_eval *ev, const sz_feature *f);
void observed_bounds(const sz_eval *ev, uint64_t types, int64_t *began_ms, int64_t *enrolled_ms);
bool day_is_observable(const sz_eval *ev, uint64_t types, bool is_night, int32_t day);
bool student_was_there(const sz_eval *ev, int32_t day); /* enrolled, and not on leave for more than half of it */
int32_t days_away(const sz_eval *ev, int32_t from, int32_t to); /* how many of these was he not? Of days enrolled */
/* Where no leave and no silent feed can make a day dark, those from *first on are observable; else false. */
bool days_are_plain(const sz_eval *ev, uint64_t types, int32_t *first);
/* The next pane edge that may change an hour window, if no record comes; SZ_TIME_MAX. */
int64_t panes_next(sz_eval *ev, const sz_feature *f);
/* Panes that begin before it are not observable: the student was not enrolled, or the type had not begun. */
int64_t observed_since(const sz_eval *ev, const sz_feature *f);

static inline bool leave_is_known(const sz_facts *f, uint32_t i) {
    return !f->known || f->known[i >> 3] >> (i & 7) & 1;
}
static inline uint32_t leave_kind_bit(const sz_leave *l) {
    return l->kind_id < SZ_N_LEAVE_KINDS ? UINT32_C(1) << l->kind_id : 0;
}
static inline bool leave_is_absence(const sz_leave *l) { return (leave_kind_bit(l) & SZ_ON_LEAVE_KINDS) != 0; }

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Is students.csv the list that it was (docs/adr/0045)? One that was cut short, or is another campus's, reads like any
 * other: it shows by who is missing.
 */
#ifndef SZ_APP_ROSTER_H
#define SZ_APP_ROSTER_H

#include "job.h"

/* So many missing of so many that they cannot have been withdrawn one by one. */
bool sz_roster_is_odd(uint64_t n, uint64_t of);
/* A warning where too many of those who were seen lately are gone (sz_worker_gone, of all partitions at hand). True:
 * there is one. */
bool sz_roster_tell_gone(const sz_gone *gone, sz_diags *d);
/* A list that is to come into force while a run goes on: SZ_FINDINGS where most of the students of the one in force,
 * but for those who may have left by now, are not in it. */
sz_status sz_roster_replaces(const sz_campus *in_force, const sz_campus *next, int64_t now_ms, sz_diags *d);

/* Records, and those of them that are of nobody whom the campus knows. */
typedef struct sz_nobody {
    uint64_t records, students, cards;
} sz_nobody;
/* A warning where most are; least: of so many at least. True: there is one. */
bool sz_roster_tell_nobody(const sz_nobody *n, uint64_t least, sz_diags *d);
/* A warning where many of those numbers are written otherwise in students.csv (sz_worker_written_otherwise, of all
 * partitions at hand). True: there is one. */
bool sz_roster_tell_writings(const sz_writings *n, sz_diags *d);
void sz_roster_hint_student(sz_diags *d, sz_diag *g);
void sz_roster_hint_card(sz_diags *d, sz_diag *g);

#endif

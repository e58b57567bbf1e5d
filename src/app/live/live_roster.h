/* SPDX-License-Identifier: Apache-2.0
 *
 * Is students.csv the list that it was, in a live run: each worker knows its own students alone, and what they make
 * together is said once for each list, by the main thread.
 */
#ifndef SZ_APP_LIVE_ROSTER_H
#define SZ_APP_LIVE_ROSTER_H

#include "member.h"

/* A partition's thread: its worker has the newest list now. */
void live_roster_note(partition *p);
/* A partition's thread, now and then; is_end: the last time. Are numbers of nobody written otherwise in the list? Once
 * a list. */
void live_roster_look(partition *p, bool is_end);
/* Main thread, now and then; is_end: the last time. */
void live_roster_tell(live *run, bool is_end);
/* Main thread, for stats: students who were seen lately and are gone from the list in force. */
uint32_t live_roster_gone(live *run);
/* Main thread: SZ_FINDINGS where the list in force is to be kept. */
sz_status live_roster_replaces(live *run, const sz_campus *next, sz_diags *d);

#endif

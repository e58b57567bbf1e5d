/* SPDX-License-Identifier: Apache-2.0
 *
 * mates.c: has anybody of a student's class been seen that day? Part of worker.h.
 */
#ifndef SANZAO_SRC_ENGINE_MATES_H
#define SANZAO_SRC_ENGINE_MATES_H

#include <sanzao/engine.h>

/* Records of classes that are not gathered yet (mates.c). */
typedef struct mates_use {
    int64_t no_check_from_ms, no_check_to_ms; /* in between no rule that asks has one; empty: nothing is known */
    uint32_t student;                         /* whose record is in hand, and not in a log yet; SZ_NONE */
    int64_t t_ms;
} mates_use;

void mates_init(sz_worker *w);
void mates_fini(sz_worker *w);
bool mates_are_asked(const sz_worker *w);
/* A record that is used, of a student of the campus or SZ_NONE; true: it changes what was said at a check of his
 * class. */
bool mates_note(sz_worker *w, const sz_event *e, uint32_t in_campus);
/* Of the class of that student of the campus, one of the worker's left out. False: the step is full. */
bool facts_for_mates(sz_worker *w, uint32_t in_campus, int64_t since_ms, uint32_t but, const sz_cause *cause);
uint64_t mates_digest(sz_worker *w, uint32_t in_campus); /* of who is in his class */
void mates_forget(sz_worker *w); /* records have come into other logs: whoever asks gathers them anew */
/* A step of a load, over so many. */
uint32_t mates_go_over(sz_worker *w, uint32_t at); /* how many students that were */

#endif

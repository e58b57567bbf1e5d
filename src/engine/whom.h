/* SPDX-License-Identifier: Apache-2.0
 *
 * Of those who could be judged, whom each live rule can speak of at all, and what a rule needs of which nobody has a
 * record: for the summary (summary.c).
 */
#ifndef SZ_WHOM_H
#define SZ_WHOM_H

#include "worker.h"

typedef struct whom {
    uint32_t *about; /* by rule: of how many `who` does not say no */
    uint8_t *missing; /* a bit a matcher: some rule needs it, and nobody who was looked at has any of it */
    bool any_missing;
} whom;

void whom_init(const sz_worker *w, whom *x);
void whom_fini(whom *x);
/* One who could be judged, as of ev. */
void whom_add(const sz_worker *w, whom *x, sz_eval *ev);
/* What anybody has, while something is missing; the first students have nearly all of it. */
void whom_look(const sz_worker *w, whom *x, sz_eval *ev, const sz_timeline *tl);
/* `,"rules":{"ID":{"about":N,"without":[{"event","zh","en"}]},…}`: live rules in the order of their ids. */
void whom_put(const sz_worker *w, const whom *x, sz_buf *out);

#endif

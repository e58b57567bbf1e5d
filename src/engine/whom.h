/* SPDX-License-Identifier: Apache-2.0
 *
 * Of those who could be judged, whom each live rule can speak of at all, and what a rule needs of which nobody has a
 * record: for the summary (summary.c).
 */
#ifndef SZ_WHOM_H
#define SZ_WHOM_H

#include "worker.h"

/* Those of whom the roster says the same in what is asked for: each rule is asked once whether it is about them. */
typedef struct alike {
    sz_xval *fields; /* NULL: nobody */
    bool *left_out;  /* by rule */
    uint32_t n;      /* since `about` was raised */
} alike;
enum { WHOM_ALIKE = 64 };

typedef struct whom {
    uint32_t *about;   /* by rule: of how many `who` does not say no */
    uint64_t *missing; /* a bit a matcher: some rule needs it, and nobody who was looked at has any of it */
    uint32_t n_words;
    uint32_t *needs, n_needs; /* features that count what is missing */
    bool any_missing;
    uint32_t *slots, n_slots; /* of `student.` that any `who` asks for */
    bool is_by_slots;         /* what they say is all that makes a difference between two students */
    sz_xval *now;             /* of the one in hand */
    alike alike[WHOM_ALIKE];
} whom;

void whom_init(const sz_worker *w, whom *x);
void whom_fini(whom *x);
/* One who could be judged, as of ev. */
void whom_add(const sz_worker *w, whom *x, sz_eval *ev);
/* What anybody has, while something is missing; the first students have nearly all of it. */
void whom_look(const sz_worker *w, whom *x, sz_eval *ev, const sz_timeline *tl);
/* `about` of all that were added. */
void whom_close(const sz_worker *w, whom *x);
/* `,"rules":{"ID":{"about":N,"without":[{"event","zh","en"}]},…}`: live rules in the order of their ids. */
void whom_put(const sz_worker *w, const whom *x, sz_buf *out);

#endif

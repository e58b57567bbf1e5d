/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources in batches that have not said how far they are complete, so that rules stand behind the records
 * (semantics 3).
 */
#ifndef SZ_APP_BEHIND_H
#define SZ_APP_BEHIND_H

#include "job/job.h"

enum { RUN_BATCHES_MOST = 63 };

/* The sources of the campus that come in batches: noted before the worker takes the campus. Copied into the arena. */
typedef struct run_batches {
    sz_str v[RUN_BATCHES_MOST];
    uint32_t n;
} run_batches;
void run_note_batches(const sz_campus *c, sz_arena *a, run_batches *out);
/* After a run over records as they arrive that was not told up to when: which of them hold rules back, and what to
 * do. */
void run_tell_behind(const sz_job *job, const sz_worker *w, const run_batches *b, const sz_zone *z,
                     sz_diags *d);

#endif

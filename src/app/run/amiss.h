/* SPDX-License-Identifier: Apache-2.0
 *
 * Dead letters of a run whose cause lies elsewhere than in the records: a clock, --until, a mapping, the campus.
 */
#ifndef SZ_APP_AMISS_H
#define SZ_APP_AMISS_H

#include "job/job.h"
#include "tally.h"

/* Records beyond the run's limit: easily a wrong --until, or a machine whose clock is wrong. */
void run_tell_future(const sz_job *job, const sz_worker *w, const sz_zone *z, sz_diags *d);
/* Inputs (t NULL: a run) of which nothing could be used; else, many records under ids that were taken. Many that are
 * too late. is_new: there is a state that began with this run. */
void run_tell_unused(const sz_job *job, bool is_new, const sz_worker *w, const sz_tally *t, sz_diags *d);

#endif

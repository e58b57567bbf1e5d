/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run over files and a look at its state do alike.
 */
#ifndef SZ_APP_RUN_COMMON_H
#define SZ_APP_RUN_COMMON_H

#include "job/job.h"

/* What the worker is told; SZ_USAGE with a finding where --until is no time. */
sz_status run_options(const sz_job *job, const sz_zone *z, sz_diags *d, sz_options *o);
/* Why it has failed, with the name of what failed. */
void run_tell_failure(const sz_job *job, const sz_worker *w);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * One path for two things: an output that would overwrite another one, or an input.
 */
#ifndef SZ_APP_PATHS_H
#define SZ_APP_PATHS_H

#include "job.h"

/* SZ_USAGE with a finding for each pair. Nothing is changed. */
sz_status sz_paths_check(const sz_job *job, sz_diags *d);

#endif

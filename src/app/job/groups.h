/* SPDX-License-Identifier: Apache-2.0
 *
 * Do comparisons (peers) find as many students as they need?
 */
#ifndef SZ_APP_GROUPS_H
#define SZ_APP_GROUPS_H

#include "job.h"

/* A warning for each that never will by this roster. now_ms: in which year of study they are. */
void sz_groups_check(const sz_inputs *in, int64_t now_ms, sz_diags *d);

#endif

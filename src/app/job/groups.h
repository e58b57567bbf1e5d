/* SPDX-License-Identifier: Apache-2.0
 *
 * Do comparisons (peers) find as many students as they need?
 */
#ifndef SZ_APP_GROUPS_H
#define SZ_APP_GROUPS_H

#include "job.h"

/* A warning for each that never will by this roster, and, of a topic with so many partitions, for each by which more
 * than a tenth of the students are not compared only because of them. parts 0: of files. now_ms: in which year of study
 * they are. */
void sz_groups_check(const sz_inputs *in, uint32_t parts, int64_t now_ms, sz_diags *d);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * A partition's next state: made beside the one that stands, in the same store, until it takes that one's place (state
 * repartition). SQLite: FILE.P.next; Redis: sz:{GROUP.P}:next:*.
 */
#ifndef SZ_APP_STATE_NEXT_H
#define SZ_APP_STATE_NEXT_H

#include "states.h"

/* Open it, empty: what was left of an attempt before is forgotten. SZ_IO with a finding. */
sz_status state_next_open(const sz_job *job, uint32_t partition, sz_msgq *q, sz_diags *d, sz_state *out);
/* It takes the place of what stands; `stands` is that one, open, so that nobody else has it. Both are to be closed.
 * What was done before is done. */
sz_status state_next_take(const sz_job *job, uint32_t partition, sz_str topic, uint32_t parts, sz_state *stands,
                          sz_diags *d);
void state_next_close(const sz_job *job, sz_state *next);

#endif

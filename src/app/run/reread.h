/* SPDX-License-Identifier: Apache-2.0
 *
 * HUP: rules, params and campus are read again while the run goes on. What does not compile never replaces what runs;
 * what would happen to the state is said before it happens.
 */
#ifndef SZ_APP_REREAD_H
#define SZ_APP_REREAD_H

#include "job/job.h"

typedef struct sz_reread {
    sz_inputs now, next; /* types and zone that the worker uses, that it will use; campus and bundle are with it */
    bool is_waiting;
    uint64_t bytes; /* of the files that were read last, 0: those of the run's begin */
    uint32_t n_switched;
} sz_reread;

/* Read again what `first` was read from, say what is wrong or what it does, and give it to the worker. */
void sz_reread_now(sz_reread *r, const sz_job *job, const sz_inputs *first, sz_worker *w);
/* Say so once the worker has switched. */
void sz_reread_tell(sz_reread *r, const sz_job *job, const sz_inputs *first, const sz_worker *w);
/* After the worker has gone. */
void sz_reread_fini(sz_reread *r);

#endif

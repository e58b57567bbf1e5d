/* SPDX-License-Identifier: Apache-2.0
 *
 * A look at the servers before a run: waits for them, and shows in one screen what is right, risky and refused.
 */
#ifndef SZ_APP_SERVERS_H
#define SZ_APP_SERVERS_H

#include "job/job.h"

/* parts: partitions of the events topic. SZ_IO: refused, or no answer with --fail-fast (said). */
sz_status servers_look(const sz_job *job, uint32_t *parts);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * A run whose source is a topic of Kafka.
 */
#ifndef SZ_APP_LIVE_H
#define SZ_APP_LIVE_H

#include "job/job.h"

/* Exit status of the contract: 0 when it was stopped and all was brought to its end (SIGINT, SIGTERM), 130 when a
 * second signal cut that short. */
int sz_live_run(const sz_job *job);

#endif

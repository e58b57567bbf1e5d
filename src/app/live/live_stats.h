/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SZ_APP_LIVE_STATS_H
#define SZ_APP_LIVE_STATS_H

#include "member.h"

/* One line with the sums over all members' partitions. */
void live_stats_log(live *run);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SZ_APP_LEFT_VIEW_H
#define SZ_APP_LEFT_VIEW_H

#include <sanzao/engine.h>

/* What the workers of a run that was stopped leave to the next start, added up. */
typedef struct sz_left_sum {
    uint64_t records, alerts;
    uint32_t unseen; /* workers that were stopped before they had their state */
} sz_left_sum;
void left_add(sz_left_sum *to, const sz_left *from);
/* A warning, where anything is left. has_parts: its workers are partitions of a topic. */
void left_view(sz_diags *d, const sz_left_sum *left, bool has_parts);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * group: which host has which partition. Rebalances all at once or only of what moves; a member may hear late, or
 * never, that its partition is another's.
 */
#ifndef SIM_GROUP_H
#define SIM_GROUP_H

#include "world.h"

void group_start(world *w);
void group_heal(world *w);
/* A host has given the partition up, has come, is gone. */
void group_given_up(world *w, uint32_t part, uint64_t round);
void group_joined(world *w, uint32_t h);
void group_left(world *w, uint32_t h);
/* Its session is over: the partition goes to another who is there. */
void group_take(world *w, uint32_t part);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * stream_twin: a log in partitions and a consumer for each seat. Fetches take time, stale ones come after a seek, the
 * low mark moves up behind what can no longer be lost, the broker is away for a while.
 */
#ifndef SIM_STREAM_TWIN_H
#define SIM_STREAM_TWIN_H

#include "world.h"

void stream_start(world *w);
void stream_heal(world *w);
sz_stream_port stream_port(seat *s);
bool broker_is_away(const world *w);
/* A timer of the host asks the broker for the partition's end, and the answer goes on as a tick. */
void stream_tick(world *w, seat *s);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * sink_twin: the alert topic and the dead letters. What was submitted arrives in order, later, perhaps after its
 * sender's death; an acknowledgement that is lost makes a new producer send the same bytes again.
 */
#ifndef SIM_SINK_TWIN_H
#define SIM_SINK_TWIN_H

#include "world.h"

void sink_start(world *w);
void sink_fini(world *w);
sz_sink_port sink_port(seat *s);
/* A string member of an alert line at its top, without quotes; n 0: none. */
sz_str alert_member(sz_str line, const char *name);
/* The line's entry, made when it is new. */
said_line *sink_line(world *w, sz_str bytes, uint32_t part);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * store_twin: a store over a network. A request may be lost, be late, be executed without an answer, meet a store that
 * is down, full or read-only; a crash takes the latest writes with it, less of them than settle covers.
 */
#ifndef SIM_STORE_TWIN_H
#define SIM_STORE_TWIN_H

#include "world.h"

void store_start(world *w);
void store_fini(world *w);
void store_heal(world *w);
sz_store_port store_port(seat *s);
sz_parts_port parts_port(seat *s);
/* What cannot be lost any more: the oldest state that a loss may go back to. */
const node *store_durable(const world *w, uint32_t part);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * store_state: the states that a partition went through, as a stack. Each knows what it changed, so that a loss can go
 * back to any of them.
 */
#ifndef SIM_STORE_STATE_H
#define SIM_STORE_STATE_H

#include "world.h"

void state_init(partition_state *s);
void state_fini(partition_state *s);
const node *state_top(const partition_state *s);
bool state_is_empty(const partition_state *s); /* nothing was ever acquired, or all of it was lost */
bool state_is_named(const partition_state *s, const sz_name *name);

/* A state more: the caller sets header and ghost. */
node *state_push(world *w, partition_state *s, node_kind kind);
void state_acquire(world *w, partition_state *s, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                   uint64_t bundle_ver, sz_str worker);
/* c's texts must live as long as the world. */
void state_commit(world *w, partition_state *s, const sz_commit *c, const ghost *g);
/* An error midway: n_outbox alerts were appended; one more than there are: words and journal too. */
void state_tear(world *w, partition_state *s, const sz_commit *c, uint32_t n_outbox);
void state_pop(partition_state *s);

/* The next chunk of a load: kinds of which there is nothing are left out, END comes last. */
void state_chunk(world *w, const partition_state *s, uint32_t most, sz_chunk_kind *kind, uint32_t *done, sz_msg *out);
/* A deep copy in the world's arena. */
sz_commit commit_copy(world *w, const sz_commit *c);

#endif

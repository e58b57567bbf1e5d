/* SPDX-License-Identifier: Apache-2.0
 *
 * invariants: what must hold after every step, after every load, and at rest (protocol.md §4). The twins call these
 * where things happen; each compares what the engine did with what only the simulation knows: which state of the store
 * a worker's memory stands for.
 */
#ifndef SIM_INVARIANTS_H
#define SIM_INVARIANTS_H

#include "world.h"

/* An answer of the store reaches its sender. uid: the state it is about; before: the one before it. */
void invariant_answered(world *w, seat *s, const sz_msg *m, uint64_t uid, uint64_t before, const ghost *g);
void invariant_load(world *w, seat *s, bool restart);
void invariant_want(world *w, const seat *s);
/* A commit is made, and leaves its sender, sometimes later: what his memory is. */
void invariant_freeze(world *w, const seat *s, ghost *g);
void invariant_send(world *w, seat *s, const sz_commit *c, ghost *g);
/* The store gives a state to whoever knows his files by this number; 0: he has seen no state yet, and they are new. */
void invariant_acquire(world *w, uint32_t part, const seat *s, uint64_t known_ver);
/* The store accepts it, and has done so. */
void invariant_commit(world *w, uint32_t part, const seat *s, uint64_t parent_uid, const sz_commit *c, const ghost *g);
void invariant_committed(world *w, uint32_t part, const sz_commit *c);
void invariant_lost(world *w, uint32_t part, const node *n);
void invariant_after_loss(world *w, uint32_t part);
void invariant_submitted(world *w, const seat *s, const sz_str *lines, uint32_t n);
void invariant_published(world *w, const said_line *x);
void invariant_settled(world *w, uint32_t part, int64_t offset);
/* A tick has moved time; clock_ms: where it stood before, end: of the partition when it was asked. */
void invariant_ticked(world *w, const seat *s, int64_t clock_ms, int64_t end);
/* Around a worker's step. */
void invariant_before(seat *s, const sz_msg *m);
void invariant_step(world *w, seat *s, const sz_msg *m);

/* All quiet: nothing is under way, everybody has read all. */
bool is_at_rest(const world *w);
/* What a state's students were told, as a worker that loads it finds it, is what stands on the topic. */
void invariant_said(world *w);
void invariant_at_rest(world *w, const world *reference);

#endif

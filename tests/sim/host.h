/* SPDX-License-Identifier: Apache-2.0
 *
 * host: a process with a worker for each partition that the group gave it. What reaches it waits while it is paused
 * and is lost when it dies.
 */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include "world.h"

typedef struct mail { /* to one seat of a host */
    seat *s;
    uint64_t gen;
    void (*open)(world *w, seat *s, struct mail *m);
    sz_msg msg;
    uint64_t call;
    void *p;
    int64_t a, b;
} mail;

void mail_at(world *w, int64_t at_ms, seat *s, void (*open)(world *w, seat *s, mail *m), const mail *m);
/* The worker's step with everything around it. */
void seat_step_msg(world *w, seat *s, const sz_msg *m);

void hosts_start(world *w);
void hosts_fini(world *w);
bool host_runs(const world *w, uint32_t h); /* up and not paused */
/* From the group. */
void host_assign(world *w, uint32_t h, uint32_t part);
void host_revoke(world *w, uint32_t h, uint32_t part, int64_t at_ms, uint64_t round, bool is_lost);
/* All faults of hosts end. */
void hosts_heal(world *w);
int64_t host_wall(const world *w, const host *h);

#endif

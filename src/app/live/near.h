/* SPDX-License-Identifier: Apache-2.0
 *
 * near: partitions of this process hear of each other's parts of tables of peers the moment that the commit of them
 * stands. Their state is where others can ask, and is asked for those that another process has.
 */
#ifndef SZ_APP_NEAR_H
#define SZ_APP_NEAR_H

#include <sanzao/adapters.h>
#include <stdatomic.h>

#include "told.h"

typedef struct near near;
near *near_new(uint32_t parts);
void near_free(near *n); /* NULL is fine */

/* A partition's, of the thread that has it. Others read what it told under near's mutex. */
typedef struct near_seat {
    near *n;
    uint32_t partition;
    sz_msgq *q;        /* its answers go there */
    int wake_fd;       /* an event counter, written to when there are news */
    sz_parts_port far; /* who is asked of partitions that are not near */
    told_lines told;   /* all that its ledger has of them, from a load on */
    bool is_open;
    bool has_told;         /* a part, since it was followed */
    bool wants_news;       /* it has looked since there were any */
    atomic_bool has_news;
    atomic_llong moved_ms; /* when it was followed last */
} near_seat;

/* The seat stays where it is until it is left. */
sz_parts_port near_sit(near_seat *s, near *n, uint32_t partition, sz_msgq *q, int wake_fd, sz_parts_port far);
/* After each step of its worker: as long as that has the state, and nothing says otherwise, what it told stands, and
 * who waits is told of it. Who was not followed for NEAR_IDLE_MS may hang while another process has his partition: then
 * the store is asked. */
enum { NEAR_IDLE_MS = 10000 };
void near_follow(near_seat *s, sz_worker_state where);
bool near_has_news(near_seat *s); /* once */
void near_leave(near_seat *s);

#endif

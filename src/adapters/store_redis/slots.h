/* SPDX-License-Identifier: Apache-2.0
 *
 * slots: which node of a Cluster has which slot, as CLUSTER SLOTS told it last.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_SLOTS_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_SLOTS_H

#include "address.h"
#include "reply.h"

typedef struct slot_range {
    uint32_t first, last;
    char host[256];
    uint16_t port;
} slot_range;

typedef struct slot_table {
    slot_range *v;
    uint32_t n, room;
    bool is_stale; /* something contradicted it: ask again before the next connection */
} slot_table;

void sz_slots_fini(slot_table *t);
/* Slot of a key with this hash tag (CRC16-XMODEM modulo 16384: Redis Cluster specification). */
uint32_t sz_slot_of(sz_str tag);
/* From the reply of CLUSTER SLOTS; a node without a host is `asked`. False if it is none. */
bool sz_slots_read(slot_table *t, const reply *r, const char *asked);
/* One slot has moved. */
void sz_slots_move(slot_table *t, uint32_t slot, sz_str host, uint16_t port);
const slot_range *sz_slots_find(const slot_table *t, uint32_t slot); /* NULL: nobody has it */

#endif

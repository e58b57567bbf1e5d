/* SPDX-License-Identifier: Apache-2.0
 *
 * store: the state of one partition, and the connections through which workers use it.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_MEMORY_STORE_H
#define SANZAO_SRC_ADAPTERS_STORE_MEMORY_STORE_H

#include "lists.h"

#include <sanzao/adapters.h>

typedef struct conn {
    struct conn *next;
    sz_store_memory *store;
    sz_msgq *q;
    sz_chunk_kind at; /* of the load that is going on */
    size_t done;      /* items of that kind that were given */
} conn;

struct sz_store_memory {
    bool keeps_lists, has_header;
    sz_header header; /* topic, worker, body owned */
    list dict, journal, outbox;
    table snapshots, ledger;
    conn *conns;
};

/* The next chunk of a load that is under way. */
void sz_store_memory_chunk(conn *l, sz_msg *m, sz_arena *a);

#endif

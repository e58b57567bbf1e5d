/* SPDX-License-Identifier: Apache-2.0
 *
 * store_suite: what sz_store_port promises, as tests that run over every store. A store brings a rig; the suite does the rest.
 */
#ifndef SANZAO_TESTS_CONTRACT_STORE_SUITE_H
#define SANZAO_TESTS_CONTRACT_STORE_SUITE_H

#include <sanzao/adapters.h>

typedef struct store_rig {
    const char *name;
    void *(*make)(void);                            /* an empty state */
    sz_store_port (*port)(void *store, sz_msgq *q); /* one more worker on it */
    void *(*reopen)(void *store);                   /* as after the end of the process; NULL: it would be gone */
    void (*free)(void *store);
    sz_parts_port (*others)(void *store, sz_msgq *q); /* NULL: other partitions cannot be asked */
    uint32_t partition;                               /* whose states these are */
} store_rig;

/* Runs all tests of the suite; the number of failures. */
int store_suite_run(const store_rig *rig);

/* ---- for tests of single stores ---- */

typedef struct store_hand { /* one worker's grip on a store */
    sz_msgq *q;
    sz_store_port port;
    sz_name name;
} store_hand;

store_hand store_hand_of(const store_rig *rig, void *store);
void store_hand_free(store_hand *h);
/* Acquire with a token of `owner` repeated; the name is set when it was acquired. The message lives until the next call. */
const sz_msg *store_acquire(store_hand *h, uint8_t owner, bool allow_new);
/* The commit under the hand's name; the name moves on when it stands. */
sz_answer store_commit(store_hand *h, sz_commit *c);

/* The next message, waited for; NULL: none will come. */
const sz_msg *store_answer(store_hand *h);

/* All of a state as one text: words, snapshots, journal, outbox, ledger, one line each, the keyed ones in the order of
 * their lines. For comparing. */
void store_dump(store_hand *h, sz_buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * reply: what a server answers (RESP2), as trees. Bytes are read into large blocks and stay there: a text of a tree
 * points to where it was read to, so that a load copies nothing. Who keeps the texts takes the blocks.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_REPLY_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_REPLY_H

#include <sanzao/base.h>

typedef enum reply_kind { REPLY_NIL, REPLY_TEXT, REPLY_STATUS, REPLY_ERROR, REPLY_NUMBER, REPLY_LIST } reply_kind;

typedef struct reply {
    reply_kind kind;
    sz_str text; /* TEXT, STATUS, ERROR */
    int64_t number;
    struct reply *items; /* LIST */
    size_t n;
} reply;

enum { REPLY_DEPTH = 8 }; /* lists in lists */

typedef struct replies {
    sz_arena trees, bytes; /* of the replies that are in hand */
    uint8_t *block;        /* the newest of bytes: where it is read to */
    size_t cap, n, at;     /* of it: room, what was read, what was made replies of */
    size_t kept;           /* room of all blocks in bytes */
    size_t long_text;      /* bytes, with its end, of the text that begins at `at`; 0: not known, or it is none */
    reply *root;           /* of the reply that is being read; NULL: none */
    struct {
        reply *list;
        size_t next;
    } open[REPLY_DEPTH];
    uint32_t depth;
    bool is_whole;     /* root was given away */
    const char *error; /* the bytes make no sense */
} replies;

void sz_replies_init(replies *r);
void sz_replies_fini(replies *r);
/* Another connection: nothing was read. */
void sz_replies_reset(replies *r);
/* Where the next bytes belong, and how many are of use now: at least one. */
uint8_t *sz_replies_room(replies *r, size_t *n);
void sz_replies_came(replies *r, size_t n);
/* The next whole reply; valid until the next call. NULL: it is not all there, or r->error says why there is none. */
reply *sz_replies_next(replies *r);
/* The last reply's tree and texts change hands; what was read behind it stays. */
void sz_replies_take(replies *r, sz_arena *trees, sz_arena *bytes);

/* Item i of a list, or one that is nil. */
const reply *sz_reply_at(const reply *r, size_t i);
bool sz_reply_is_status(const reply *r, const char *z);
/* Number of a text of digits, or of a number; 0 else. */
uint64_t sz_reply_u64(const reply *r);

#endif

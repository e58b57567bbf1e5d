/* SPDX-License-Identifier: Apache-2.0
 *
 * reply: what a server answered, as a tree in an arena that lives until the next answer.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_REPLY_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_REPLY_H

#include <sanzao/base.h>

#include <hiredis/hiredis.h>

typedef enum reply_kind { REPLY_NIL, REPLY_TEXT, REPLY_STATUS, REPLY_ERROR, REPLY_NUMBER, REPLY_LIST } reply_kind;

typedef struct reply {
    reply_kind kind;
    sz_str text; /* TEXT, STATUS, ERROR */
    int64_t number;
    struct reply *items; /* LIST */
    size_t n;
} reply;

/* A reader that builds such trees. */
redisReader *sz_reply_reader(sz_arena *a);

/* Item i of a list, or one that is nil. */
const reply *sz_reply_at(const reply *r, size_t i);
bool sz_reply_is_status(const reply *r, const char *z);
/* Number of a text of digits, or of a number; 0 else. */
uint64_t sz_reply_u64(const reply *r);

#endif

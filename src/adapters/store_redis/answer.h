/* SPDX-License-Identifier: Apache-2.0
 *
 * answer: what a server's error means for the protocol (2.3).
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_ANSWER_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_ANSWER_H

#include <sanzao/adapters.h>

typedef enum error_kind { ERROR_OTHER, ERROR_NOSCRIPT, ERROR_MOVED, ERROR_ASK } error_kind;

typedef struct verdict {
    error_kind kind;
    sz_answer answer;    /* UNKNOWN or FAILED */
    const char *meaning; /* for people */
} verdict;

verdict sz_redis_verdict(sz_str error);
/* One of this store's own sentences, in Chinese; anything else as it is. */
sz_str sz_redis_zh(sz_str en);
/* The server's words, without what they repeat of a command's arguments (a password may be one), at most 160 bytes. */
sz_str sz_redis_error_words(sz_str error);
/* SLOT HOST:PORT of MOVED and ASK; false if it is not that. Host n 0: the one that was asked. */
bool sz_redis_moved(sz_str error, uint32_t *slot, sz_str *host, uint16_t *port);

#endif

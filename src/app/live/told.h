/* SPDX-License-Identifier: Apache-2.0
 *
 * told: the lines of a ledger that a partition has told others of.
 */
#ifndef SZ_APP_TOLD_H
#define SZ_APP_TOLD_H

#include <sanzao/adapters.h>

typedef struct told_lines {
    sz_map keys;    /* to place */
    sz_str *values; /* owned */
    uint32_t cap;
} told_lines;

void told_init(told_lines *l);
void told_put(told_lines *l, sz_str key, sz_str value); /* copies; a line of that key goes */
void told_clear(told_lines *l);
void told_fini(told_lines *l);
/* Those lines as an answer under the tag; NULL: there are none. */
void told_answer(const told_lines *l, sz_msgq *q, uint32_t tag, const sz_str *keys, uint32_t n);

#endif

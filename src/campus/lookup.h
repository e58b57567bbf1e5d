/* SPDX-License-Identifier: Apache-2.0
 *
 * lookup: from a text to the index of a row that holds it. Keys stay in the rows (a million students cost 16 bytes
 * each, not a second copy of their ids); the caller's key_of() says where.
 */
#ifndef SZ_CAMPUS_LOOKUP_H
#define SZ_CAMPUS_LOOKUP_H

#include <sanzao/base.h>

struct lookup_slot {
    uint32_t hash, row; /* row + 1; 0: empty */
};

struct lookup {
    struct lookup_slot *slots; /* a power of two of them, at most half full */
    uint32_t mask, n;
};

typedef sz_str sz_lookup_key(const void *rows, uint32_t row);

void sz_lookup_free(struct lookup *t);
/* Row with that key, or UINT32_MAX. */
uint32_t sz_lookup_get(const struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key);
/* Enter a row under its key; UINT32_MAX, or the row that is there already (nothing is entered then). */
uint32_t sz_lookup_add(struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key, uint32_t row);

#endif

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
/* The slot of a key, or the empty one where it belongs; there are slots. */
static inline uint32_t sz_lookup_slot(const struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key,
                                      uint32_t hash) {
    uint32_t at = hash & t->mask;
    for (; t->slots[at].row; at = (at + 1) & t->mask)
        if (t->slots[at].hash == hash && sz_str_eq(key_of(rows, t->slots[at].row - 1), key)) break;
    return at;
}

/* Row with that key, or UINT32_MAX. Here, so that each caller's key_of is part of it. */
static inline uint32_t sz_lookup_get(const struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key) {
    if (t->n == 0) return UINT32_MAX;
    return t->slots[sz_lookup_slot(t, key_of, rows, key, (uint32_t)sz_hash_key(key.p, key.n))].row - 1;
}
/* Enter a row under its key; UINT32_MAX, or the row that is there already (nothing is entered then). */
uint32_t sz_lookup_add(struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key, uint32_t row);

#endif

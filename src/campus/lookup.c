/* SPDX-License-Identifier: Apache-2.0
 *
 * lookup: linear probing; the slot keeps 32 bits of the hash, so that growing reads no keys and a miss costs no row.
 */
#include "lookup.h"

#define FIRST_SLOTS 64u

void sz_lookup_free(struct lookup *t) {
    sz_free(t->slots);
    *t = (struct lookup){NULL, 0, 0};
}

static void grow(struct lookup *t) {
    uint32_t n_old = t->slots ? t->mask + 1 : 0, n_new = n_old ? n_old * 2 : FIRST_SLOTS;
    struct lookup_slot *old = t->slots;
    t->slots = sz_alloc((size_t)n_new * sizeof *t->slots);
    t->mask = n_new - 1;
    for (uint32_t i = 0; i < n_old; i++) {
        if (!old[i].row) continue;
        uint32_t at = old[i].hash & t->mask;
        while (t->slots[at].row) at = (at + 1) & t->mask;
        t->slots[at] = old[i];
    }
    sz_free(old);
}

uint32_t sz_lookup_add(struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key, uint32_t row) {
    if (!t->slots || t->n > t->mask / 2) grow(t);
    uint32_t hash = (uint32_t)sz_hash_key(key.p, key.n);
    uint32_t at = sz_lookup_slot(t, key_of, rows, key, hash);
    if (t->slots[at].row) return t->slots[at].row - 1;
    t->slots[at] = (struct lookup_slot){hash, row + 1};
    t->n++;
    return UINT32_MAX;
}

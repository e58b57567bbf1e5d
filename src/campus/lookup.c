/* SPDX-License-Identifier: Apache-2.0
 *
 * lookup: lines one after the other; a slot keeps 32 bits of the hash, so that growing reads no keys and a miss costs
 * no row.
 */
#include "lookup.h"

enum { FIRST_LINES = 8, LINE = sizeof(struct lookup_line) };

void sz_lookup_free(struct lookup *t) {
    sz_free(t->memory);
    *t = (struct lookup){NULL, NULL, 0, 0};
}

static void enter(struct lookup *t, uint32_t hash, uint32_t row) {
    uint32_t at = hash & t->mask;
    while (t->lines[at].row[LOOKUP_SLOTS - 1]) at = (at + 1) & t->mask;
    struct lookup_line *l = &t->lines[at];
    unsigned i = 0;
    while (l->row[i]) i++;
    l->hash[i] = hash;
    l->row[i] = row;
}

static void grow(struct lookup *t) {
    struct lookup old = *t;
    uint32_t n_old = old.lines ? old.mask + 1 : 0, n_new = n_old ? n_old * 2 : FIRST_LINES;
    t->memory = sz_alloc(((size_t)n_new + 1) * LINE);
    t->lines = (struct lookup_line *)(((uintptr_t)t->memory + LINE - 1) & ~(uintptr_t)(LINE - 1));
    t->mask = n_new - 1;
    for (uint32_t i = 0; i < n_old; i++)
        for (unsigned k = 0; k < LOOKUP_SLOTS && old.lines[i].row[k]; k++)
            enter(t, old.lines[i].hash[k], old.lines[i].row[k]);
    sz_free(old.memory);
}

uint32_t sz_lookup_add(struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key, uint32_t row) {
    if (!t->lines || t->n > t->mask * (LOOKUP_SLOTS / 2)) grow(t);
    uint32_t hash = (uint32_t)sz_hash_key(key.p, key.n), there = sz_lookup_find(t, key_of, rows, key, hash);
    if (there != UINT32_MAX) return there;
    enter(t, hash, row + 1);
    t->n++;
    return UINT32_MAX;
}

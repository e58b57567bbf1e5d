/* SPDX-License-Identifier: Apache-2.0
 *
 * lookup: from a text to the index of a row that holds it. Keys stay in the rows (a million students cost 16 bytes
 * each, not a second copy of their ids); the caller's key_of() says where.
 *
 * A key's place is a line of the cache with eight hashes and their rows, which are compared at once. Going from slot
 * to slot until the hash fits costs a wrong guess of the processor at every third key, and each of them is known only
 * when the slot has come from memory.
 */
#ifndef SZ_CAMPUS_LOOKUP_H
#define SZ_CAMPUS_LOOKUP_H

#include <sanzao/base.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LOOKUP_SLOTS = 8 };

struct lookup_line {
    uint32_t hash[LOOKUP_SLOTS], row[LOOKUP_SLOTS]; /* row + 1, 0: empty; filled from the first one on */
};

struct lookup {
    struct lookup_line *lines; /* a power of two of them, at most half full, each a line of the cache */
    void *memory;              /* where they lie */
    uint32_t mask, n;
};

typedef sz_str sz_lookup_key(const void *rows, uint32_t row);

void sz_lookup_free(struct lookup *t);

/* A bit for each slot with that hash, an empty one may be among them. */
static inline uint32_t sz_lookup_same(const struct lookup_line *l, uint32_t hash) {
#ifdef __SSE2__
    const __m128i *v = (const __m128i *)(const void *)l->hash, want = _mm_set1_epi32((int)hash);
    __m128i low = _mm_cmpeq_epi32(_mm_loadu_si128(v), want), high = _mm_cmpeq_epi32(_mm_loadu_si128(v + 1), want);
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(low, high), _mm_setzero_si128()));
#else
    uint32_t same = 0;
    for (unsigned i = 0; i < LOOKUP_SLOTS; i++) same |= (uint32_t)(l->hash[i] == hash) << i;
    return same;
#endif
}

/* Row with that key and hash, or UINT32_MAX; there are lines. */
static inline uint32_t sz_lookup_find(const struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key,
                                      uint32_t hash) {
    for (uint32_t at = hash & t->mask;; at = (at + 1) & t->mask) {
        const struct lookup_line *l = &t->lines[at];
        for (uint32_t same = sz_lookup_same(l, hash); same; same &= same - 1) {
            uint32_t row = l->row[__builtin_ctz(same)];
            if (row && sz_str_eq(key_of(rows, row - 1), key)) return row - 1;
        }
        if (l->row[LOOKUP_SLOTS - 1] == 0) return UINT32_MAX;
    }
}

/* The first row with that hash, which is mostly the one; UINT32_MAX: there is none. */
static inline uint32_t sz_lookup_likely(const struct lookup *t, uint32_t hash) {
    if (t->n == 0) return UINT32_MAX;
    const struct lookup_line *l = &t->lines[hash & t->mask];
    uint32_t same = sz_lookup_same(l, hash);
    return (same ? l->row[__builtin_ctz(same)] : 0) - 1;
}

/* Row with that key, or UINT32_MAX. Here, so that each caller's key_of is part of it. */
static inline uint32_t sz_lookup_get(const struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key) {
    if (t->n == 0) return UINT32_MAX;
    return sz_lookup_find(t, key_of, rows, key, (uint32_t)sz_hash_key(key.p, key.n));
}
/* Enter a row under its key; UINT32_MAX, or the row that is there already (nothing is entered then). */
uint32_t sz_lookup_add(struct lookup *t, sz_lookup_key *key_of, const void *rows, sz_str key, uint32_t row);

#endif

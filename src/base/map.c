/* SPDX-License-Identifier: Apache-2.0
 *
 * map: linear probing over indexes, at most two thirds full; entries stand in order of insertion beside it.
 */
#include <sanzao/base.h>

#define FIRST_SLOTS 16u

void sz_map_init(sz_map *m) {
    memset(m, 0, sizeof *m);
    sz_arena_init(&m->arena);
}

void sz_map_fini(sz_map *m) {
    sz_free(m->keys);
    sz_free(m->vals);
    sz_free(m->hashes);
    sz_free(m->slots);
    sz_arena_fini(&m->arena);
    memset(m, 0, sizeof *m);
}

static inline uint64_t entry_of(uint64_t h, uint32_t i) {
    return (h & UINT64_C(0xffffffff00000000)) | ((uint64_t)i + 1);
}

static inline uint32_t index_of(uint64_t slot) { return (uint32_t)slot - 1; }

/* The slot that holds the key, or the empty one where it belongs. Needs n_slots > 0. */
static inline uint32_t find(const sz_map *m, sz_str key, uint64_t h) {
    uint32_t mask = m->n_slots - 1;
    uint32_t at = (uint32_t)h & mask;
    for (; m->slots[at]; at = (at + 1) & mask)
        if ((m->slots[at] ^ h) >> 32 == 0 && sz_str_eq(m->keys[index_of(m->slots[at])], key)) break;
    return at;
}

const uint32_t *sz_map_get(const sz_map *m, sz_str key) {
    if (m->n == 0) return NULL;
    uint64_t slot = m->slots[find(m, key, sz_hash_key(key.p, key.n))];
    return slot ? &m->vals[index_of(slot)] : NULL;
}

void sz_map_prefetch(const sz_map *m, sz_str key) {
    if (m->n_slots) __builtin_prefetch(&m->slots[(uint32_t)sz_hash_key(key.p, key.n) & (m->n_slots - 1)], 1);
}

static void set_slots(sz_map *m, uint32_t n) {
    m->n_slots = n;
    sz_free(m->slots);
    m->slots = sz_alloc(m->n_slots * sizeof *m->slots);
    uint32_t mask = m->n_slots - 1;
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t at = (uint32_t)m->hashes[i] & mask;
        while (m->slots[at]) at = (at + 1) & mask;
        m->slots[at] = entry_of(m->hashes[i], i);
    }
}

static void grow_keys(sz_map *m) {
    m->cap_keys = m->cap_keys ? m->cap_keys * 2 : FIRST_SLOTS / 2;
    m->keys = sz_realloc(m->keys, m->cap_keys * sizeof *m->keys);
    m->vals = sz_realloc(m->vals, m->cap_keys * sizeof *m->vals);
    m->hashes = sz_realloc(m->hashes, m->cap_keys * sizeof *m->hashes);
}

void sz_map_reserve(sz_map *m, uint32_t n) {
    if (n > m->cap_keys) {
        m->cap_keys = n;
        m->keys = sz_realloc(m->keys, n * sizeof *m->keys);
        m->vals = sz_realloc(m->vals, n * sizeof *m->vals);
        m->hashes = sz_realloc(m->hashes, n * sizeof *m->hashes);
    }
    uint32_t slots = m->n_slots ? m->n_slots : FIRST_SLOTS;
    while ((uint64_t)n * 3 >= (uint64_t)slots * 2 && slots < UINT32_C(1) << 31) slots *= 2;
    if (slots > m->n_slots) set_slots(m, slots);
}

/* Index of the key's entry, which is added with `val` if it is new. */
static uint32_t enter(sz_map *m, sz_str key, uint32_t val, bool *is_new) {
    if ((uint64_t)m->n * 3 >= (uint64_t)m->n_slots * 2) set_slots(m, m->n_slots ? m->n_slots * 2 : FIRST_SLOTS);
    uint64_t h = sz_hash_key(key.p, key.n);
    uint32_t at = find(m, key, h);
    *is_new = m->slots[at] == 0;
    if (!*is_new) return index_of(m->slots[at]);
    if (m->n == m->cap_keys) grow_keys(m);
    uint32_t i = m->n++;
    m->keys[i] = sz_arena_str(&m->arena, key);
    m->vals[i] = val;
    m->hashes[i] = h;
    m->slots[at] = entry_of(h, i);
    return i;
}

bool sz_map_put(sz_map *m, sz_str key, uint32_t val) {
    bool is_new;
    uint32_t i = enter(m, key, val, &is_new); /* may move vals */
    m->vals[i] = val;
    return is_new;
}

uint32_t sz_map_intern(sz_map *m, sz_str key) {
    bool is_new;
    uint32_t i = enter(m, key, m->n, &is_new);
    return m->vals[i];
}

sz_str sz_map_key(const sz_map *m, uint32_t i) { return m->keys[i]; }

/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids of long logs. Fingerprints of 16 bits tell a person's few hundred records apart, and cost next to nothing. A card
 * that a till uses for everybody comes to hundreds of thousands: each of its records has the fingerprint of several
 * others, so the whole log was gone over for each one, which is a square. Of such a log the ids are kept as a set of
 * hashes of 32 bits, which is made when it is first asked and grows with the log; whatever else happens to the log,
 * it is made anew. An id that seems to be there costs a look at the log.
 */
#include "ids.h"

static uint32_t hash_of(sz_str id) {
    uint32_t h = (uint32_t)(sz_hash_key(id.p, id.n) >> 32);
    return h ? h : 1;
}

void id_sets_init(id_sets *s) {
    *s = (id_sets){0};
    sz_map_init(&s->students);
}

void id_sets_fini(id_sets *s) {
    for (uint32_t i = 0; i < s->cap; i++) sz_free(s->sets[i].v);
    sz_free(s->sets);
    sz_map_fini(&s->students);
    *s = (id_sets){0};
}

id_set *id_sets_find(id_sets *s, sz_str student) {
    const uint32_t *i = s->cap ? sz_map_get(&s->students, student) : NULL;
    return i ? &s->sets[*i] : NULL;
}

id_set *id_sets_of(id_sets *s, sz_str student) {
    uint32_t i = sz_map_intern(&s->students, student);
    if (i >= s->cap) {
        uint32_t cap = s->cap ? 2 * s->cap : 4;
        s->sets = sz_realloc(s->sets, cap * sizeof *s->sets);
        memset(s->sets + s->cap, 0, (cap - s->cap) * sizeof *s->sets);
        s->cap = cap;
    }
    return &s->sets[i];
}

void id_set_forget(id_set *s) {
    sz_free(s->v);
    *s = (id_set){0};
}

void id_set_begin(id_set *s, uint32_t n) {
    id_set_forget(s);
    s->cap = 1024;
    while (s->cap / 4 < n) s->cap *= 2;
    s->v = sz_alloc(s->cap * sizeof *s->v);
    memset(s->v, 0, s->cap * sizeof *s->v);
}

/* Where the hash stands, or where it would. */
static uint32_t place(const id_set *s, uint32_t h) {
    uint32_t at = h & (s->cap - 1);
    while (s->v[at] && s->v[at] != h) at = (at + 1) & (s->cap - 1);
    return at;
}

/* Half full it is forgotten, and made anew with more room. */
void id_set_add(id_set *s, sz_str id) {
    uint32_t h = hash_of(id), at = place(s, h);
    if (s->v[at]) return;
    s->v[at] = h;
    if (++s->n > s->cap / 2) id_set_forget(s);
}

bool id_set_may_have(const id_set *s, sz_str id) { return s->v[place(s, hash_of(id))] != 0; }

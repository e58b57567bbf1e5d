/* SPDX-License-Identifier: Apache-2.0
 *
 * fetch: whose records many events are. What a round reads was fetched by the one before it, and the look-up itself
 * begins with what the rounds found.
 */
#include "internal.h"

static struct row_key key_like(sz_str key) {
    return (struct row_key){key.n > 16 ? (sz_ends){0, 0} : sz_ends_of(key.p, key.n), (uint32_t)key.n, SZ_NONE};
}

void sz_campus_note_keys(sz_campus *c) {
    c->student_keys = sz_realloc(NULL, c->n_students * sizeof *c->student_keys);
    for (uint32_t i = 0; i < c->n_students; i++) c->student_keys[i] = key_like(c->students[i].id);
    c->card_keys = sz_realloc(NULL, c->cards.n * sizeof *c->card_keys);
    for (uint32_t i = 0; i < c->cards.n; i++) {
        const struct held *h = &c->cards.v[i];
        bool is_always = h->n == 1 && h->from_ms == INT64_MIN && h->to_ms == SZ_TIME_MAX;
        c->card_keys[i] = key_like(h->key);
        if (is_always) c->card_keys[i].holder = h->value;
        c->cards_have_times |= !is_always;
    }
}

static const struct lookup *table_of(const sz_campus *c, bool is_card) {
    return is_card ? &c->cards.by_key : &c->by_student;
}

static sz_str key_of(const sz_campus_fetch *f) { return f->is_card ? f->of->card : f->of->student; }

void sz_campus_fetch_begin(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    for (const sz_campus_fetch *end = f + n; f < end; f++) {
        f->is_card = f->of->student.n == 0;
        sz_str key = key_of(f);
        if (key.n > 16) {
            f->ends = (sz_ends){0, 0};
            f->hash = (uint32_t)sz_hash_key(key.p, key.n);
        } else {
            f->ends = sz_ends_of(key.p, key.n);
            f->hash = (uint32_t)sz_hash_ends(f->ends, key.n);
        }
        const struct lookup *t = table_of(c, f->is_card);
        if (t->n) __builtin_prefetch(&t->lines[f->hash & t->mask]);
    }
}

void sz_campus_fetch_rows(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    for (const sz_campus_fetch *end = f + n; f < end; f++) {
        f->row = sz_lookup_likely(table_of(c, f->is_card), f->hash);
        if (f->row == UINT32_MAX) continue;
        __builtin_prefetch(f->is_card ? &c->card_keys[f->row] : &c->student_keys[f->row]);
        if (!f->is_card || !c->cards_have_times) continue;
        __builtin_prefetch(&c->cards.v[f->row]);
        __builtin_prefetch(&c->cards.v[f->row].n); /* it may stand across two lines */
    }
}

/* The row that the round saw is mostly the one; another one may have the same hash, or none was seen. */
static inline bool is_key(const sz_campus_fetch *f, const struct row_key *k, sz_str key) {
    return ((k->ends.a ^ f->ends.a) | (k->ends.b ^ f->ends.b) | (k->n ^ key.n)) == 0 && key.n <= 16;
}

static sz_str card_of(const void *rows, uint32_t i) { return ((const struct held *)rows)[i].key; }
static sz_str student_of(const void *rows, uint32_t i) { return ((const sz_student *)rows)[i].id; }

static uint32_t student_at(const sz_campus *c, const sz_campus_fetch *f) {
    sz_str key = f->of->student;
    if (f->row != UINT32_MAX && is_key(f, &c->student_keys[f->row], key)) return f->row;
    return c->by_student.n ? sz_lookup_find(&c->by_student, student_of, c->students, key, f->hash) : UINT32_MAX;
}

static uint32_t holder_at(const sz_campus *c, const sz_campus_fetch *f) {
    const sz_event *e = f->of;
    const struct lookup *t = &c->cards.by_key;
    uint32_t row = f->row;
    if (row != UINT32_MAX && is_key(f, &c->card_keys[row], e->card)) {
        if (c->card_keys[row].holder != SZ_NONE) return c->card_keys[row].holder;
    } else {
        row = t->n ? sz_lookup_find(t, card_of, c->cards.v, e->card, f->hash) : UINT32_MAX;
    }
    if (row == UINT32_MAX) return SZ_NONE;
    return sz_campus_holder(c, row, e->card_system.n ? e->card_system : e->source, e->time_ms);
}

void sz_campus_fetched(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    for (const sz_campus_fetch *end = f + n; f < end; f++) f->row = f->is_card ? holder_at(c, f) : student_at(c, f);
}

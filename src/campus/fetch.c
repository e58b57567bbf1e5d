/* SPDX-License-Identifier: Apache-2.0
 *
 * fetch: whose records many events are. What a round reads was fetched by the one before it, and the look-up itself
 * begins with what the rounds found.
 */
#include "internal.h"

static struct row_key key_like(sz_str key, uint32_t holder) {
    return (struct row_key){key.n > 16 ? (sz_ends){0, 0} : sz_ends_of(key.p, key.n), (uint32_t)key.n, holder};
}

void sz_campus_note_keys(sz_campus *c) {
    c->student_keys = sz_realloc(NULL, c->n_students * sizeof *c->student_keys);
    for (uint32_t i = 0; i < c->n_students; i++) c->student_keys[i] = key_like(c->students[i].id, i);
    c->card_keys = sz_realloc(NULL, c->cards.n * sizeof *c->card_keys);
    for (uint32_t i = 0; i < c->cards.n; i++) {
        const struct held *h = &c->cards.v[i];
        bool is_always = h->n == 1 && h->from_ms == INT64_MIN && h->to_ms == SZ_TIME_MAX;
        c->card_keys[i] = key_like(h->key, is_always ? h->value : SZ_NONE);
        c->cards_have_times |= !is_always;
    }
}

/* Which records say a student and which a card follows no pattern, and a round that went two ways would guess wrongly
 * at each third record: so what differs is looked up by the index is_card. */
struct side {
    const struct lookup *table;
    const struct row_key *keys;
};
struct sides {
    struct side v[2];
};

static inline struct sides sides_of(const sz_campus *c) {
    return (struct sides){{{&c->by_student, c->student_keys}, {&c->cards.by_key, c->card_keys}}};
}

static inline sz_str key_of(const sz_campus_fetch *f) {
    static const size_t at[2] = {offsetof(sz_event, student), offsetof(sz_event, card)};
    sz_str key;
    memcpy(&key, (const char *)f->of + at[f->is_card], sizeof key);
    return key;
}

void sz_campus_fetch_begin(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    const struct sides sides = sides_of(c);
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
        const struct lookup *t = sides.v[f->is_card].table;
        if (t->n) __builtin_prefetch(&t->lines[f->hash & t->mask]);
    }
}

void sz_campus_fetch_rows(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    const struct sides sides = sides_of(c);
    for (const sz_campus_fetch *end = f + n; f < end; f++) {
        const struct side *s = &sides.v[f->is_card];
        f->row = sz_lookup_likely(s->table, f->hash);
        if (f->row == UINT32_MAX) continue;
        __builtin_prefetch(&s->keys[f->row]);
        if (!c->cards_have_times || !f->is_card) continue;
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
    return c->by_student.n ? sz_lookup_find(&c->by_student, student_of, c->students, f->of->student, f->hash)
                           : UINT32_MAX;
}

static uint32_t holder_at(const sz_campus *c, const sz_campus_fetch *f, bool is_row) {
    const sz_event *e = f->of;
    const struct lookup *t = &c->cards.by_key;
    uint32_t row = is_row || !t->n ? f->row : sz_lookup_find(t, card_of, c->cards.v, e->card, f->hash);
    if (row == UINT32_MAX) return SZ_NONE;
    return sz_campus_holder(c, row, e->card_system.n ? e->card_system : e->source, e->time_ms);
}

void sz_campus_fetched(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    const struct sides sides = sides_of(c);
    for (const sz_campus_fetch *end = f + n; f < end; f++) {
        const struct row_key *k = f->row == UINT32_MAX ? NULL : &sides.v[f->is_card].keys[f->row];
        bool is_row = k && is_key(f, k, key_of(f));
        if (is_row && k->holder != SZ_NONE) f->row = k->holder;
        else f->row = f->is_card ? holder_at(c, f, is_row) : student_at(c, f);
    }
}

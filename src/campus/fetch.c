/* SPDX-License-Identifier: Apache-2.0
 *
 * fetch: whose records many events are. What a round reads was fetched by the one before it, and the look-up itself
 * begins with what the rounds found.
 */
#include "internal.h"

static const struct lookup *table_of(const sz_campus *c, bool is_card) {
    return is_card ? &c->cards.by_key : &c->by_student;
}

static sz_str key_of(const sz_campus_fetch *f) { return f->is_card ? f->of->card : f->of->student; }

void sz_campus_fetch_begin(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    for (const sz_campus_fetch *end = f + n; f < end; f++) {
        f->is_card = f->of->student.n == 0;
        sz_str key = key_of(f);
        f->hash = (uint32_t)sz_hash_key(key.p, key.n);
        const struct lookup *t = table_of(c, f->is_card);
        if (t->n) __builtin_prefetch(&t->lines[f->hash & t->mask]);
    }
}

void sz_campus_fetch_rows(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    for (const sz_campus_fetch *end = f + n; f < end; f++) {
        f->row = sz_lookup_likely(table_of(c, f->is_card), f->hash);
        if (f->row == UINT32_MAX) continue;
        if (!f->is_card) {
            __builtin_prefetch(&c->students[f->row]);
            continue;
        }
        __builtin_prefetch(&c->cards.v[f->row]);
        __builtin_prefetch(&c->cards.v[f->row].n); /* it may stand across two lines */
    }
}

void sz_campus_fetch_keys(const sz_campus *c, const sz_campus_fetch *f, uint32_t n) {
    for (const sz_campus_fetch *end = f + n; f < end; f++)
        if (f->row != UINT32_MAX) __builtin_prefetch(f->is_card ? c->cards.v[f->row].key.p : c->students[f->row].id.p);
}

static sz_str card_of(const void *rows, uint32_t i) { return ((const struct held *)rows)[i].key; }
static sz_str student_of(const void *rows, uint32_t i) { return ((const sz_student *)rows)[i].id; }

/* The row that the rounds saw is mostly the one; another one may have the same hash, or none was seen. */
static uint32_t student_at(const sz_campus *c, const sz_campus_fetch *f) {
    sz_str key = f->of->student;
    if (f->row != UINT32_MAX && sz_str_eq(c->students[f->row].id, key)) return f->row;
    return c->by_student.n ? sz_lookup_find(&c->by_student, student_of, c->students, key, f->hash) : UINT32_MAX;
}

static uint32_t holder_at(const sz_campus *c, const sz_campus_fetch *f) {
    const sz_event *e = f->of;
    const struct lookup *t = &c->cards.by_key;
    uint32_t row = f->row;
    if (row == UINT32_MAX || !sz_str_eq(c->cards.v[row].key, e->card))
        row = t->n ? sz_lookup_find(t, card_of, c->cards.v, e->card, f->hash) : UINT32_MAX;
    if (row == UINT32_MAX) return SZ_NONE;
    return sz_campus_holder(c, row, e->card_system.n ? e->card_system : e->source, e->time_ms);
}

void sz_campus_fetched(const sz_campus *c, sz_campus_fetch *f, uint32_t n) {
    for (const sz_campus_fetch *end = f + n; f < end; f++) f->row = f->is_card ? holder_at(c, f) : student_at(c, f);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * fetch: memory of look-ups to come. What a round reads was fetched by the one before it, and the look-up itself begins
 * with what the rounds found.
 */
#include "internal.h"

static const struct lookup *table_of(const sz_campus *c, bool is_card) {
    return is_card ? &c->cards.by_key : &c->by_student;
}

sz_campus_fetch sz_campus_fetch_begin(const sz_campus *c, bool is_card, sz_str key) {
    const struct lookup *t = table_of(c, is_card);
    uint32_t hash = (uint32_t)sz_hash_key(key.p, key.n);
    if (t->n) __builtin_prefetch(&t->lines[hash & t->mask]);
    return (sz_campus_fetch){.hash = hash, .is_card = is_card};
}

void sz_campus_fetch_row(const sz_campus *c, sz_campus_fetch *f) {
    f->row = sz_lookup_likely(table_of(c, f->is_card), f->hash);
    if (f->row == UINT32_MAX) return;
    if (!f->is_card) {
        __builtin_prefetch(&c->students[f->row]);
        return;
    }
    __builtin_prefetch(&c->cards.v[f->row]);
    __builtin_prefetch(&c->cards.v[f->row].n); /* it may stand across two lines */
}

void sz_campus_fetch_key(const sz_campus *c, const sz_campus_fetch *f) {
    if (f->row == UINT32_MAX) return;
    __builtin_prefetch(f->is_card ? c->cards.v[f->row].key.p : c->students[f->row].id.p);
}

static sz_str card_of(const void *rows, uint32_t i) { return ((const struct held *)rows)[i].key; }
static sz_str student_of(const void *rows, uint32_t i) { return ((const sz_student *)rows)[i].id; }

/* The row that the rounds saw is mostly the one; another one may have the same hash, or none was seen. */
uint32_t sz_campus_fetched(const sz_campus *c, const sz_campus_fetch *f, sz_str system, sz_str key, int64_t t_ms) {
    const struct lookup *t = table_of(c, f->is_card);
    uint32_t row = f->row;
    if (!f->is_card) {
        if (row != UINT32_MAX && sz_str_eq(c->students[row].id, key)) return row;
        return t->n ? sz_lookup_find(t, student_of, c->students, key, f->hash) : UINT32_MAX;
    }
    if (row == UINT32_MAX || !sz_str_eq(c->cards.v[row].key, key))
        row = t->n ? sz_lookup_find(t, card_of, c->cards.v, key, f->hash) : UINT32_MAX;
    return row == UINT32_MAX ? SZ_NONE : sz_campus_holder(c, row, system, t_ms);
}

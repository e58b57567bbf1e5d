/* SPDX-License-Identifier: Apache-2.0
 *
 * held: what a card or reader is at a time. Rows of one key are few and neighbours, so a lookup is one hash and a
 * short walk.
 */
#include "internal.h"

#include "text_file.h"

static sz_str key_of(const void *rows, uint32_t i) { return ((const struct held *)rows)[i].key; }

struct held *sz_held_add(struct held_table *t) {
    return GROW(t->v, t->n, t->cap);
}

void sz_held_free(struct held_table *t) {
    sz_lookup_free(&t->by_key);
    sz_free(t->v);
    memset(t, 0, sizeof *t);
}

static int in_order(const void *pa, const void *pb, void *ctx) {
    const struct held *a = pa, *b = pb;
    (void)ctx;
    int c = sz_str_cmp(a->key, b->key);
    if (c == 0) c = sz_str_cmp(a->system, b->system);
    if (c == 0) c = (a->from_ms > b->from_ms) - (a->from_ms < b->from_ms);
    return c;
}

/* Of two rows that hold at once the one that stands later in the file is named. */
static void add_overlap(struct text_file *f, const struct held *a, const struct held *b, int code, const char *en,
                        const char *zh) {
    const struct held *first = a->off < b->off ? a : b, *second = a->off < b->off ? b : a;
    uint32_t line, col;
    sz_source_locate(sz_text_file_source(f), first->off, &line, &col);
    sz_diag *g = sz_finding_add(f->d, SZ_ERROR, code, sz_text_file_span(f, second->off, second->key.n),
                                sz_arena_printf(&f->arena, "line %u has this %s for the same time", line, en),
                                sz_arena_printf(&f->arena, "第 %u 行在同一时间已有这%s", line, zh));
    sz_diag_hint(f->d, g, "give the earlier of the two its end, in `to`: a day that is named still belongs to it",
                 "请给较早的一行填上截止（停用）：写明的那一天仍算在内");
}

void sz_held_finish(struct held_table *t, struct text_file *f, int code, const char *en, const char *zh) {
    sz_sort(t->v, t->n, sizeof *t->v, in_order, NULL);
    uint32_t first = 0;             /* of the key at hand */
    const struct held *last = NULL; /* of those before, with the same key and system, the one that holds longest */
    for (uint32_t i = 0; i < t->n; i++) {
        const struct held *h = &t->v[i];
        if (i == 0 || !sz_str_eq(t->v[first].key, h->key)) sz_lookup_add(&t->by_key, key_of, t->v, h->key, first = i);
        t->v[first].n++;
        if (!last || !sz_str_eq(last->key, h->key) || !sz_str_eq(last->system, h->system)) {
            last = h;
            continue;
        }
        if (h->from_ms < last->to_ms) add_overlap(f, last, h, code, en, zh);
        if (h->to_ms > last->to_ms) last = h;
    }
}

bool sz_held_find(const struct held_table *t, sz_str key, uint32_t *from, uint32_t *to) {
    uint32_t i = sz_lookup_get(&t->by_key, key_of, t->v, key);
    if (i == UINT32_MAX) return false;
    *from = i;
    *to = i + t->v[i].n;
    return true;
}

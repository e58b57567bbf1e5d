/* SPDX-License-Identifier: Apache-2.0
 *
 * chunk: a load in pieces of at most 500 items or 4 MiB. Kinds of which there is nothing are left out.
 */
#include "store.h"

enum { MOST_ITEMS = 500, MOST_BYTES = 4 << 20 };

static const list *list_of(const sz_store_memory *s, sz_chunk_kind kind) {
    switch (kind) {
    case SZ_CHUNK_DICT: return &s->dict;
    case SZ_CHUNK_JOURNAL: return &s->journal;
    case SZ_CHUNK_OUTBOX: return &s->outbox;
    default: return NULL;
    }
}

static const table *table_of(const sz_store_memory *s, sz_chunk_kind kind) {
    return kind == SZ_CHUNK_SNAPSHOTS ? &s->snapshots : &s->ledger;
}

static void take_strs(conn *l, const list *from, sz_msg *m, sz_arena *a) {
    sz_str *out = SZ_NEWN(a, sz_str, MOST_ITEMS);
    size_t bytes = 0;
    for (size_t i = from->first + l->done; i < from->end && m->n < MOST_ITEMS && bytes < MOST_BYTES; i++) {
        bytes += from->v[i].n;
        out[m->n++] = from->v[i];
    }
    m->strs = out;
}

static void take_puts(conn *l, const table *from, sz_msg *m, sz_arena *a) {
    sz_put *out = SZ_NEWN(a, sz_put, MOST_ITEMS);
    size_t bytes = 0;
    for (size_t i = l->done; i < from->n && m->n < MOST_ITEMS && bytes < MOST_BYTES; i++) {
        out[m->n] = (sz_put){sz_map_key(&from->index, (uint32_t)i), from->values[i]};
        bytes += out[m->n].key.n + out[m->n].value.n;
        m->n++;
    }
    m->puts = out;
}

void sz_store_memory_chunk(conn *l, sz_msg *m, sz_arena *a) {
    for (; l->at < SZ_CHUNK_END; l->at++, l->done = 0) {
        const list *strs = list_of(l->store, l->at);
        if (strs) take_strs(l, strs, m, a);
        else take_puts(l, table_of(l->store, l->at), m, a);
        if (m->n) break;
        m->strs = NULL;
        m->puts = NULL;
    }
    m->chunk = l->at;
    l->done += m->n;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_rig_store: the history of commits, and the state that folding it gives.
 */
#include "engine_rig_ports.h"

void rig_store_init(rig_store *s) {
    memset(s, 0, sizeof *s);
    sz_arena_init(&s->arena);
}

void rig_store_fini(rig_store *s) { sz_arena_fini(&s->arena); }

void rig_store_cut(rig_store *s, uint32_t n) {
    if (n < s->n) s->n = n;
    while (s->n_torn && s->torn_after[s->n_torn - 1] > s->n) s->n_torn--;
}

static sz_str *copy_strs(sz_arena *a, const sz_str *v, uint32_t n) {
    sz_str *out = SZ_NEWN(a, sz_str, n + 1);
    for (uint32_t i = 0; i < n; i++) out[i] = sz_arena_str(a, v[i]);
    return out;
}

static sz_put *copy_puts(sz_arena *a, const sz_put *v, uint32_t n) {
    sz_put *out = SZ_NEWN(a, sz_put, n + 1);
    for (uint32_t i = 0; i < n; i++) out[i] = (sz_put){sz_arena_str(a, v[i].key), sz_arena_str(a, v[i].value)};
    return out;
}

sz_commit rig_commit_copy(sz_arena *a, const sz_commit *c) {
    sz_commit out = *c;
    out.outbox = copy_strs(a, c->outbox, c->n_outbox);
    out.snapshots = copy_puts(a, c->snapshots, c->n_snapshots);
    out.journal = sz_arena_str(a, c->journal);
    out.dict = copy_strs(a, c->dict, c->n_dict);
    out.ledger = copy_puts(a, c->ledger, c->n_ledger);
    out.body = sz_arena_str(a, c->body);
    return out;
}

static void drop(sz_str *v, uint32_t *n, uint32_t k) {
    if (k > *n) k = *n;
    memmove(v, v + k, (*n - k) * sizeof *v);
    *n -= k;
}

static void put_one(sz_put *v, uint32_t *n, const sz_put *put) {
    uint32_t k = 0;
    while (k < *n && !sz_str_eq(v[k].key, put->key)) k++;
    v[k] = *put;
    if (k == *n) ++*n;
}

static void fold_one(rig_lists *l, const sz_commit *c, bool is_torn) {
    if (l->n_outbox > c->has_outbox) l->n_outbox = c->has_outbox;
    if (l->n_journal > c->has_journal) l->n_journal = c->has_journal;
    if (l->n_dict > c->has_dict) l->n_dict = c->has_dict;
    for (uint32_t i = 0; i < c->n_outbox; i++) l->outbox[l->n_outbox++] = c->outbox[i];
    for (uint32_t i = 0; i < c->n_dict; i++) l->dict[l->n_dict++] = c->dict[i];
    if (c->journal.n) l->journal[l->n_journal++] = c->journal;
    if (is_torn) return;
    for (uint32_t i = 0; i < c->n_snapshots; i++) put_one(l->snapshots, &l->n_snapshots, &c->snapshots[i]);
    for (uint32_t i = 0; i < c->n_ledger; i++) put_one(l->ledger, &l->n_ledger, &c->ledger[i]);
    drop(l->outbox, &l->n_outbox, c->trim_outbox);
    drop(l->journal, &l->n_journal, c->trim_journal);
}

static void count_one(rig_lists *most, const sz_commit *c) {
    most->n_dict += c->n_dict;
    most->n_outbox += c->n_outbox;
    most->n_snapshots += c->n_snapshots;
    most->n_journal += c->journal.n > 0;
    most->n_ledger += c->n_ledger;
}

rig_lists rig_store_lists(const rig_store *s, sz_arena *a) {
    rig_lists most = {0};
    for (uint32_t i = 0; i < s->n; i++) count_one(&most, &s->nodes[i].c);
    for (uint32_t i = 0; i < s->n_torn; i++) count_one(&most, &s->torn[i].c);
    rig_lists l = {.dict = SZ_NEWN(a, sz_str, most.n_dict + 1),
                   .journal = SZ_NEWN(a, sz_str, most.n_journal + 1),
                   .outbox = SZ_NEWN(a, sz_str, most.n_outbox + 1),
                   .snapshots = SZ_NEWN(a, sz_put, most.n_snapshots + 1),
                   .ledger = SZ_NEWN(a, sz_put, most.n_ledger + 1)};
    uint32_t torn = 0;
    for (uint32_t i = 0; i <= s->n; i++) {
        while (torn < s->n_torn && s->torn_after[torn] == i) fold_one(&l, &s->torn[torn++].c, true);
        if (i < s->n && s->nodes[i].is_commit) fold_one(&l, &s->nodes[i].c, false);
    }
    return l;
}

void rig_store_dump(const rig_store *s, sz_buf *out) {
    sz_arena a;
    sz_arena_init(&a);
    rig_lists l = rig_store_lists(s, &a);
    for (uint32_t i = 0; i < l.n_outbox; i++) sz_buf_printf(out, "outbox %.*s\n", SZ_FMT_STR(l.outbox[i]));
    for (uint32_t i = 0; i < l.n_snapshots; i++) sz_buf_printf(out, "snapshot %.*s\n", SZ_FMT_STR(l.snapshots[i].key));
    sz_buf_printf(out, "words %u, blobs %u\n", l.n_dict, l.n_journal);
    sz_arena_fini(&a);
}

sz_name rig_store_begin(rig_store *s, uint32_t parts) {
    s->parts = parts;
    s->nodes[s->n++] = (rig_node){.name.seq = 1};
    return s->nodes[0].name;
}

void rig_store_commit(rig_store *s, const sz_commit *c) {
    rig_node *n = &s->nodes[s->n++];
    *n = (rig_node){.name = c->parent, .is_commit = true, .c = rig_commit_copy(&s->arena, c)};
    n->name.seq++;
    s->bundle_ver = c->bundle_ver;
}

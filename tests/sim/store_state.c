/* SPDX-License-Identifier: Apache-2.0 */
#include "store_state.h"

void state_init(partition_state *s) {
    memset(s, 0, sizeof *s);
    sz_map_init(&s->snapshots.index);
    sz_map_init(&s->ledger.index);
    s->cap = 64;
    s->v = sz_alloc(s->cap * sizeof *s->v);
    s->n = 1; /* the empty state */
    s->v[0].g.clock_ms = SZ_TIME_NONE;
}

static void table_fini(table *t) {
    sz_map_fini(&t->index);
    sz_free(t->values);
}

void state_fini(partition_state *s) {
    sz_free(s->v);
    sz_free(s->dict.v);
    sz_free(s->journal.v);
    sz_free(s->outbox.v);
    table_fini(&s->snapshots);
    table_fini(&s->ledger);
}

const node *state_top(const partition_state *s) { return &s->v[s->n - 1]; }

bool state_is_empty(const partition_state *s) { return s->n == 1; }

bool state_is_named(const partition_state *s, const sz_name *name) {
    const sz_header *h = &state_top(s)->h;
    if (state_is_empty(s) || memcmp(h->name.owner, name->owner, sizeof name->owner) != 0) return false;
    return h->name.seq == name->seq || sz_mutant == SZ_MUTANT_NO_SEQ;
}

node *state_push(world *w, partition_state *s, node_kind kind) {
    if (s->n == s->cap) s->v = sz_realloc(s->v, (s->cap *= 2) * sizeof *s->v);
    node *n = &s->v[s->n];
    *n = s->v[s->n - 1];
    n->parent_uid = n->uid;
    n->uid = ++w->store.next_uid;
    n->order = ++w->store.next_order;
    n->kind = kind;
    n->at_ms = w->now;
    n->undos = NULL;
    n->said = NULL;
    n->n_said = 0;
    s->n++;
    return n;
}

void state_acquire(world *w, partition_state *s, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                   uint64_t bundle_ver, sz_str worker) {
    bool is_new = state_is_empty(s);
    sz_header *h = &state_push(w, s, NODE_ACQUIRE)->h;
    if (is_new) {
        h->topic = topic;
        h->parts = parts;
        h->bundle_ver = bundle_ver;
    }
    memcpy(h->name.owner, token, sizeof h->name.owner);
    h->name.seq++;
    h->epoch++;
    h->fmt = fmt;
    h->worker = worker;
}

static void append(strs *l, window *at, const sz_str *v, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (at->end == l->cap) l->v = sz_realloc(l->v, (l->cap = l->cap ? 2 * l->cap : 64) * sizeof *l->v);
        l->v[at->end++] = v[i];
    }
}

static void trim(window *at, uint32_t n) {
    uint32_t have = at->end - at->first;
    at->first += n < have ? n : have;
}

static void put(world *w, table *t, node *n, sz_put p) {
    const uint32_t *have = sz_map_get(&t->index, p.key);
    uint32_t i = have ? *have : t->index.n;
    if (!have) sz_map_put(&t->index, p.key, i);
    if (i == t->cap) {
        uint32_t cap = t->cap ? 2 * t->cap : 64;
        t->values = sz_realloc(t->values, cap * sizeof *t->values);
        memset(t->values + t->cap, 0, (cap - t->cap) * sizeof *t->values);
        t->cap = cap;
    }
    undo *u = SZ_NEW(&w->arena, undo);
    *u = (undo){.of = t, .at = i, .before = t->values[i], .next = n->undos};
    n->undos = u;
    t->values[i] = p.value;
}

/* What a broken commit left beyond what its successor knows of goes; of the states before it too, should one come back.
 */
static void cut_tail(partition_state *s, const sz_commit *c) {
    const node *top = state_top(s);
    uint32_t outbox = top->outbox.first + c->has_outbox, journal = top->journal.first + c->has_journal,
             dict = top->dict.first + c->has_dict;
    for (uint32_t i = s->n; i-- > 0;) {
        node *n = &s->v[i];
        if (n->outbox.end <= outbox && n->journal.end <= journal && n->dict.end <= dict) return;
        if (n->outbox.end > outbox) n->outbox.end = outbox;
        if (n->journal.end > journal) n->journal.end = journal;
        if (n->dict.end > dict) n->dict.end = dict;
    }
}

void state_commit(world *w, partition_state *s, const sz_commit *c, const ghost *g) {
    cut_tail(s, c);
    node *n = state_push(w, s, NODE_COMMIT);
    append(&s->outbox, &n->outbox, c->outbox, c->n_outbox);
    for (uint32_t i = 0; i < c->n_snapshots; i++) put(w, &s->snapshots, n, c->snapshots[i]);
    append(&s->dict, &n->dict, c->dict, c->n_dict);
    for (uint32_t i = 0; i < c->n_ledger; i++) put(w, &s->ledger, n, c->ledger[i]);
    if (c->journal.n) append(&s->journal, &n->journal, &c->journal, 1);
    n->h.body = c->body;
    n->h.bundle_ver = c->bundle_ver;
    n->h.name.seq = c->parent.seq + 1;
    n->g = *g;
    n->n_commits++;
    trim(&n->outbox, c->trim_outbox);
    trim(&n->journal, c->trim_journal);
}

/* The script's order: outbox, snapshots, journal, header last. Snapshots that it wrote would be damage, so a commit
 * that has any breaks off before them. */
void state_tear(world *w, partition_state *s, const sz_commit *c, uint32_t n_outbox) {
    uint64_t uid = state_top(s)->uid, parent = state_top(s)->parent_uid;
    node *n = state_push(w, s, NODE_TORN);
    n->uid = uid; /* the name says the same state as before */
    n->parent_uid = parent;
    append(&s->outbox, &n->outbox, c->outbox, n_outbox < c->n_outbox ? n_outbox : c->n_outbox);
    if (n_outbox <= c->n_outbox || c->n_snapshots) return;
    append(&s->dict, &n->dict, c->dict, c->n_dict);
    if (c->journal.n) append(&s->journal, &n->journal, &c->journal, 1);
}

void state_pop(partition_state *s) {
    node *n = &s->v[--s->n];
    for (undo *u = n->undos; u; u = u->next) u->of->values[u->at] = u->before;
}

static void take_strs(world *w, const strs *from, window at, uint32_t most, uint32_t done, sz_msg *m) {
    uint32_t left = at.end - at.first;
    if (done >= left) return;
    m->n = left - done < most ? left - done : most;
    sz_str *v = SZ_NEWN(&w->arena, sz_str, m->n);
    memcpy(v, from->v + at.first + done, m->n * sizeof *v);
    m->strs = v;
}

/* A value that a loss took back is not there; done counts places, so that none is given twice. */
static void take_puts(world *w, const table *from, uint32_t most, uint32_t *done, sz_msg *m) {
    sz_put *v = SZ_NEWN(&w->arena, sz_put, most);
    for (; *done < from->index.n && m->n < most; ++*done)
        if (from->values[*done].p) v[m->n++] = (sz_put){sz_map_key(&from->index, *done), from->values[*done]};
    m->puts = v;
}

void state_chunk(world *w, const partition_state *s, uint32_t most, sz_chunk_kind *kind, uint32_t *done, sz_msg *out) {
    const node *n = state_top(s);
    const strs *lists[] = {
        [SZ_CHUNK_DICT] = &s->dict, [SZ_CHUNK_JOURNAL] = &s->journal, [SZ_CHUNK_OUTBOX] = &s->outbox};
    const window at[] = {[SZ_CHUNK_DICT] = n->dict, [SZ_CHUNK_JOURNAL] = n->journal, [SZ_CHUNK_OUTBOX] = n->outbox};
    for (; *kind < SZ_CHUNK_END; ++*kind, *done = 0) {
        if (*kind == SZ_CHUNK_SNAPSHOTS || *kind == SZ_CHUNK_LEDGER) {
            take_puts(w, *kind == SZ_CHUNK_SNAPSHOTS ? &s->snapshots : &s->ledger, most, done, out);
        } else {
            take_strs(w, lists[*kind], at[*kind], most, *done, out);
            *done += out->n;
        }
        if (out->n) break;
    }
    out->chunk = *kind;
}

static sz_str *strs_copy(world *w, const sz_str *v, uint32_t n) {
    sz_str *out = SZ_NEWN(&w->arena, sz_str, n + 1);
    for (uint32_t i = 0; i < n; i++) out[i] = keep(w, v[i]);
    return out;
}

static sz_put *puts_copy(world *w, const sz_put *v, uint32_t n) {
    sz_put *out = SZ_NEWN(&w->arena, sz_put, n + 1);
    for (uint32_t i = 0; i < n; i++) out[i] = (sz_put){keep(w, v[i].key), keep(w, v[i].value)};
    return out;
}

sz_commit commit_copy(world *w, const sz_commit *c) {
    sz_commit out = *c;
    out.outbox = strs_copy(w, c->outbox, c->n_outbox);
    out.snapshots = puts_copy(w, c->snapshots, c->n_snapshots);
    out.dict = strs_copy(w, c->dict, c->n_dict);
    out.ledger = puts_copy(w, c->ledger, c->n_ledger);
    out.journal = keep(w, c->journal);
    out.body = keep(w, c->body);
    out.fields = puts_copy(w, c->fields, c->n_fields);
    return out;
}

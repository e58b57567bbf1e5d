/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_rig_ports: the ports of the worker: what is asked of them is noted, and the answer waits in the queue.
 */
#include "engine_rig_ports.h"

/* ---- answers ---- */

static void answer(rig *r, const sz_msg *m) { sz_msgq_push(r->holds[m->kind] ? r->held : r->q, m); }

static void called(rig *r, char c) { sz_buf_put_u8(&r->order, (uint8_t)c); }

/* ---- the store's port ---- */

static sz_str body_of(const rig_store *s) {
    for (uint32_t i = s->n; i-- > 0;)
        if (s->nodes[i].is_commit) return s->nodes[i].c.body;
    return (sz_str){0};
}

static void port_acquire(void *self, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                         uint64_t bundle_ver, sz_str worker, bool allow_new) {
    rig *r = self;
    rig_store *s = r->store;
    called(r, 'A');
    r->n_acquires++;
    if (r->acquire_fate == RIG_NOT_DONE || r->acquire_fate == RIG_FAILS) {
        answer(r, &(sz_msg){.kind = SZ_MSG_ACQUIRED,
                            .answer = r->acquire_fate == RIG_FAILS ? SZ_ANS_FAILED : SZ_ANS_UNKNOWN,
                            .text = SZ_STR("no reply")});
        return;
    }
    const rig_node *last = s->n ? &s->nodes[s->n - 1] : NULL;
    sz_header h = {.fmt = fmt, .topic = topic, .parts = s->parts ? s->parts : parts, .bundle_ver = s->bundle_ver};
    if (last) h.name = last->name, h.body = body_of(s), h.worker = last->worker;
    for (uint32_t i = 0; i < s->n; i++) h.epoch += !s->nodes[i].is_commit;
    sz_msg m = {
        .kind = SZ_MSG_ACQUIRED, .answer = last ? SZ_ANS_OK : SZ_ANS_NEW, .header = &h, .store_ms = r->store_clock};
    if (!last && !allow_new) m.answer = SZ_ANS_MISSING, m.header = NULL;
    else if (h.parts != parts) m.answer = SZ_ANS_MISMATCH;
    else if (last && s->bundle_ver > bundle_ver) m.answer = SZ_ANS_NEWER;
    if (m.answer == SZ_ANS_OK || m.answer == SZ_ANS_NEW) {
        rig_node *n = &s->nodes[s->n++];
        *n = (rig_node){.name.seq = h.name.seq + 1, .worker = sz_arena_str(&s->arena, worker)};
        memcpy(n->name.owner, token, 16);
        s->parts = parts;
    }
    if (r->acquire_fate == RIG_REPLY_LOST) m = (sz_msg){.kind = SZ_MSG_ACQUIRED, .answer = SZ_ANS_UNKNOWN};
    answer(r, &m);
}

static bool is_named(const rig_store *s, const sz_name *name) {
    const sz_name *have = s->n ? &s->nodes[s->n - 1].name : NULL;
    return have && have->seq == name->seq && memcmp(have->owner, name->owner, 16) == 0;
}

static void port_load(void *self, const sz_name *name, bool restart) {
    static const sz_chunk_kind kinds[] = {SZ_CHUNK_DICT,   SZ_CHUNK_SNAPSHOTS, SZ_CHUNK_JOURNAL,
                                          SZ_CHUNK_OUTBOX, SZ_CHUNK_LEDGER,    SZ_CHUNK_END};
    enum { LISTS = 5 };
    rig *r = self;
    called(r, 'L');
    if (restart) r->n_loads = 0;
    sz_msg m = {.kind = SZ_MSG_CHUNK, .answer = SZ_ANS_REFUSED, .chunk = SZ_CHUNK_END};
    sz_arena a;
    sz_arena_init(&a);
    if (is_named(r->store, name)) {
        rig_lists l = rig_store_lists(r->store, &a);
        m.answer = SZ_ANS_OK;
        m.chunk = kinds[r->n_loads < LISTS ? r->n_loads++ : LISTS];
        const sz_str *strs[] = {l.dict, NULL, l.journal, l.outbox, NULL, NULL};
        uint32_t n[] = {l.n_dict, l.n_snapshots, l.n_journal, l.n_outbox, l.n_ledger, 0};
        uint32_t k = m.chunk == SZ_CHUNK_END ? LISTS : r->n_loads - 1;
        m.strs = strs[k];
        m.puts = m.chunk == SZ_CHUNK_SNAPSHOTS ? l.snapshots : m.chunk == SZ_CHUNK_LEDGER ? l.ledger : NULL;
        m.n = n[k];
    }
    answer(r, &m);
    sz_arena_fini(&a);
}

static void port_commit(void *self, const sz_commit *c) {
    rig *r = self;
    rig_store *s = r->store;
    called(r, 'C');
    r->n_commits++;
    sz_msg m = {.kind = SZ_MSG_COMMITTED, .answer = SZ_ANS_OK, .store_ms = r->store_clock};
    if (r->fate == RIG_FAILS) m.answer = SZ_ANS_FAILED, m.text = SZ_STR("disk full");
    if (r->fate == RIG_NOT_DONE || r->fate == RIG_REPLY_LOST) m.answer = SZ_ANS_UNKNOWN, m.text = SZ_STR("no reply");
    if (r->fate == RIG_STANDS || r->fate == RIG_REPLY_LOST) {
        if (!is_named(s, &c->parent)) {
            if (r->fate == RIG_STANDS) m.answer = SZ_ANS_REFUSED;
        } else if (s->breaks_midway) {
            s->breaks_midway = false;
            s->torn_after[s->n_torn] = s->n;
            s->torn[s->n_torn++] = (rig_node){.c = rig_commit_copy(&s->arena, c)};
            m.answer = SZ_ANS_UNKNOWN;
        } else {
            rig_node *n = &s->nodes[s->n++];
            *n = (rig_node){.name = c->parent, .is_commit = true, .worker = s->nodes[s->n - 2].worker};
            n->name.seq++;
            n->c = rig_commit_copy(&s->arena, c);
            s->bundle_ver = c->bundle_ver;
        }
    }
    answer(r, &m);
}

/* ---- the stream's port ---- */

void rig_serve(rig *r) {
    uint32_t k = 0, n = 0;
    while (k < r->log->n && r->log->v[k].offset < r->next) k++;
    if (!r->wanted || k == r->log->n) return;
    r->inputs = SZ_NEWN(&r->arena, sz_input, 2 * r->wanted);
    uint32_t most = r->most_inputs && r->most_inputs < r->wanted ? r->most_inputs : r->wanted;
    for (; n < most && k < r->log->n; n++, k++) {
        sz_input *in = &r->inputs[n];
        in->raw = r->log->v[k].raw;
        in->origin = (sz_origin){.source = SZ_STR("kafka:t"), .offset = r->log->v[k].offset};
        sz_decode_json(r->decoder, in->raw, &r->arena, &in->record);
        r->next = in->origin.offset + 1;
    }
    r->wanted = 0;
    if (r->gives_twice) memcpy(r->inputs + n, r->inputs, n * sizeof *r->inputs), n *= 2;
    answer(r, &(sz_msg){.kind = SZ_MSG_INPUT, .inputs = r->inputs, .n = n});
}

static void port_want(void *self, uint32_t max) {
    rig *r = self;
    called(r, 'W');
    r->n_wants++;
    r->wanted = max;
    rig_serve(r);
}

static void port_seek(void *self, int64_t offset) {
    rig *r = self;
    called(r, 'S');
    r->n_seeks++;
    r->wanted = 0;
    r->sought = offset;
    sz_msg m = {.kind = SZ_MSG_SEEKED, .answer = SZ_ANS_OK, .offset = offset};
    if (offset < 0) m.offset = r->log->low;
    r->next = m.offset;
    if (m.offset < r->log->low || m.offset > r->log->end ||
        (m.offset == r->log->end && offset >= 0 && r->log->end == 0))
        m = (sz_msg){
            .kind = SZ_MSG_SEEKED, .answer = SZ_ANS_FAILED, .offset = r->log->low, .text = SZ_STR("not there")};
    answer(r, &m);
}

static void port_settled(void *self, int64_t offset) {
    rig *r = self;
    called(r, 'T');
    r->told = offset;
}

/* ---- the sink's port ---- */

void rig_acknowledge(rig *r, uint64_t n) {
    answer(r, &(sz_msg){.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_OK, .n_delivered = n, .tag = r->tag});
}

static void port_submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    rig *r = self;
    called(r, 'P');
    r->tag = tag;
    for (uint32_t i = 0; i < n; i++) {
        sz_buf_put_str(&r->topic, lines[i]);
        sz_buf_put_u8(&r->topic, '\n');
    }
    r->n_submitted += n;
    if (r->acks) rig_acknowledge(r, n);
    else r->unacked += n;
}

static void port_dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    rig *r = self;
    called(r, 'D');
    for (uint32_t i = 0; i < n; i++) sz_buf_put_str(&r->letters, lines[i]);
    r->n_letters += n;
    answer(r, &(sz_msg){.kind = SZ_MSG_DEAD_DONE, .answer = SZ_ANS_OK, .tag = tag, .sink_pos = r->letters.n});
}

/* ---- what other partitions have ---- */

static void port_look(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n) {
    rig *r = self;
    sz_arena a;
    sz_arena_init(&a);
    rig_lists l = rig_store_lists(r->all[partition], &a);
    sz_put *puts = SZ_NEWN(&a, sz_put, n);
    for (uint32_t i = 0; i < n; i++) {
        puts[i].key = keys[i];
        for (uint32_t k = 0; k < l.n_ledger; k++)
            if (sz_str_eq(l.ledger[k].key, keys[i])) puts[i].value = l.ledger[k].value;
    }
    sz_msg m = {.kind = SZ_MSG_LOOKED, .tag = tag, .puts = puts, .n = n};
    if (r->is_deaf) m = (sz_msg){.kind = SZ_MSG_LOOKED, .tag = tag, .answer = SZ_ANS_UNKNOWN};
    answer(r, &m);
    sz_arena_fini(&a);
}

/* ---- environment ---- */

static int64_t port_wall(void *self) { return ((rig *)self)->wall; }
static int64_t port_mono(void *self) { return ((rig *)self)->mono; }
static void port_random(void *self, void *p, size_t n) {
    rig *r = self;
    for (size_t i = 0; i < n; i++) ((uint8_t *)p)[i] = (uint8_t)(r->seed * 31 + r->n_acquires * 7 + i);
    r->seed += 3;
}

sz_ports rig_ports(rig *r, const rig_setup *o) {
    sz_ports ports = {.store = {r, port_acquire, port_load, port_commit},
                      .stream = {.self = r,
                                 .want = port_want,
                                 .seek = o->is_files ? NULL : port_seek,
                                 .settled = o->is_files ? NULL : port_settled},
                      .sink = {r, port_submit, port_dead},
                      .env = {r, port_wall, port_mono, port_random}};
    if (o->topic) ports.parts = (sz_parts_port){.self = r, .look = port_look};
    return ports;
}

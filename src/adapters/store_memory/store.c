/* SPDX-License-Identifier: Apache-2.0
 *
 * store: acquire, load and commit in memory (protocol 2.2, 2.3), answered at once. The same contract as every
 * store's; with several connections it is the state that several workers fight for in tests.
 */
#include "store.h"

static sz_str replaced(sz_str old, sz_str now) {
    sz_free((void *)(uintptr_t)old.p);
    return sz_owned(now);
}

sz_store_memory *sz_store_memory_new(bool keeps_lists) {
    sz_store_memory *s = sz_alloc(sizeof *s);
    s->keeps_lists = keeps_lists;
    sz_map_init(&s->snapshots.index);
    sz_map_init(&s->ledger.index);
    return s;
}

void sz_store_memory_free(sz_store_memory *s) {
    if (!s) return;
    while (s->conns) {
        conn *l = s->conns;
        s->conns = l->next;
        sz_free(l);
    }
    sz_free((void *)(uintptr_t)s->header.topic.p);
    sz_free((void *)(uintptr_t)s->header.worker.p);
    sz_free((void *)(uintptr_t)s->header.body.p);
    sz_list_fini(&s->dict);
    sz_list_fini(&s->journal);
    sz_list_fini(&s->outbox);
    sz_table_fini(&s->snapshots);
    sz_table_fini(&s->ledger);
    sz_free(s);
}

static bool is_named(const sz_store_memory *s, const sz_name *name) {
    return s->has_header && s->header.name.seq == name->seq &&
           memcmp(s->header.name.owner, name->owner, sizeof name->owner) == 0;
}

/* ---- acquire ---- */

static void begin(sz_store_memory *s, sz_str topic, uint32_t parts, uint64_t bundle_ver) {
    s->has_header = true;
    s->header = (sz_header){.topic = sz_owned(topic), .parts = parts, .bundle_ver = bundle_ver};
}

static sz_answer judge(const sz_header *h, uint32_t fmt, sz_str topic, uint32_t parts, uint64_t bundle_ver, sz_msg *m) {
    if (!sz_str_eq(h->topic, topic) || h->parts != parts) {
        m->text = SZ_STR("the state belongs to another input or another number of partitions");
        m->text_zh = SZ_STR("状态属于另一个输入，或者分区数不同");
        return SZ_ANS_MISMATCH;
    }
    if (h->fmt > fmt) {
        m->text = SZ_STR("the state was written by a newer version of sanzao");
        m->text_zh = SZ_STR("状态由更新版本的 sanzao 写成");
        return SZ_ANS_NEWER;
    }
    if (h->bundle_ver > bundle_ver) {
        m->text = SZ_STR("the state was written under newer rules");
        m->text_zh = SZ_STR("状态是在更新的规则下写成的");
        return SZ_ANS_NEWER;
    }
    return SZ_ANS_OK;
}

static void acquire(void *self, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                    uint64_t bundle_ver, sz_str worker, bool allow_new) {
    conn *l = self;
    sz_store_memory *s = l->store;
    sz_msg m = {.kind = SZ_MSG_ACQUIRED};
    if (!s->has_header && !allow_new) {
        m.answer = SZ_ANS_MISSING;
        m.text = SZ_STR("there is no state yet");
        m.text_zh = SZ_STR("还没有这份状态");
    } else if (!s->has_header) {
        m.answer = SZ_ANS_NEW;
        begin(s, topic, parts, bundle_ver);
    } else {
        m.answer = judge(&s->header, fmt, topic, parts, bundle_ver, &m);
    }
    if (s->has_header) m.header = &s->header;
    sz_msgq_push(l->q, &m);
    if (m.answer != SZ_ANS_OK && m.answer != SZ_ANS_NEW) return;
    memcpy(s->header.name.owner, token, sizeof s->header.name.owner);
    s->header.name.seq++;
    s->header.epoch++;
    s->header.fmt = fmt; /* whoever commits from here on may write records of this format */
    s->header.worker = replaced(s->header.worker, worker);
    l->at = SZ_CHUNK_DICT;
    l->done = 0;
}

/* ---- load ---- */

static void load(void *self, const sz_name *name, bool restart) {
    conn *l = self;
    sz_msg m = {.kind = SZ_MSG_CHUNK, .answer = SZ_ANS_REFUSED, .chunk = SZ_CHUNK_END};
    sz_arena a;
    sz_arena_init(&a);
    if (restart) {
        l->at = SZ_CHUNK_DICT;
        l->done = 0;
    }
    if (is_named(l->store, name)) {
        m.answer = SZ_ANS_OK;
        sz_store_memory_chunk(l, &m, &a);
    }
    sz_msgq_push(l->q, &m);
    sz_arena_fini(&a);
}

/* ---- commit ---- */

static void apply(sz_store_memory *s, const sz_commit *c) {
    for (uint32_t i = 0; i < c->n_outbox; i++) sz_list_add(&s->outbox, c->outbox[i]);
    if (s->keeps_lists) {
        for (uint32_t i = 0; i < c->n_snapshots; i++)
            sz_table_put(&s->snapshots, c->snapshots[i].key, c->snapshots[i].value);
        for (uint32_t i = 0; i < c->n_dict; i++) sz_list_add(&s->dict, c->dict[i]);
        for (uint32_t i = 0; i < c->n_ledger; i++) sz_table_put(&s->ledger, c->ledger[i].key, c->ledger[i].value);
        if (c->journal.n) sz_list_add(&s->journal, c->journal);
        s->header.body = replaced(s->header.body, c->body);
    }
    if (c->topic.n) s->header.topic = replaced(s->header.topic, c->topic);
    s->header.bundle_ver = c->bundle_ver;
    s->header.name.seq++;
    sz_list_trim(&s->outbox, c->trim_outbox);
    sz_list_trim(&s->journal, c->trim_journal);
}

static void commit(void *self, const sz_commit *c) {
    conn *l = self;
    sz_msg m = {.kind = SZ_MSG_COMMITTED, .answer = SZ_ANS_REFUSED};
    if (is_named(l->store, &c->parent)) {
        apply(l->store, c);
        m.answer = SZ_ANS_OK;
    } else {
        m.text = SZ_STR("another worker has taken this state over");
        m.text_zh = SZ_STR("另一个工作者接管了这份状态");
    }
    sz_msgq_push(l->q, &m);
}

sz_store_port sz_store_memory_port(sz_store_memory *s, sz_msgq *q) {
    conn *l = sz_alloc(sizeof *l);
    *l = (conn){.next = s->conns, .store = s, .q = q};
    s->conns = l;
    return (sz_store_port){l, acquire, load, commit};
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * look: some lines of another partition's ledger, read without acquiring it. Connections are for reading, opened when
 * they are first asked: one, or in a Cluster, where each partition has a slot of its own, one each.
 */
#include "store.h"

struct sz_redis_looks {
    sz_store_redis *store;
    sz_msgq *q;
    conn *of[]; /* by partition; NULL: not asked yet */
};

static sz_str ledger_of(conn *c, uint32_t partition, sz_arena *a) {
    return sz_str_of(sz_arena_printf(a, "sz:{%.*s.%u}:l", SZ_FMT_STR(c->store->group), partition));
}

void sz_look_send(conn *c) {
    c->is_look_sent = true;
    sz_link_send(&c->link, sz_buf_str(&c->look.command));
    sz_conn_ask(c, ASK_LOOK);
    ask *a = &c->asks[(c->first_ask + c->n_asks - 1) % MOST_ASKS];
    a->tag = c->look.tag;
    a->n = c->look.n;
}

/* One that was asked for and given up by its worker may still be on its way. */
static void answer(conn *c, sz_msg *m) {
    if (m->tag == c->look.tag) c->is_looking = false;
    m->kind = SZ_MSG_LOOKED;
    m->text_zh = sz_conn_zh(c, m->text);
    sz_msgq_push(c->q, m);
}

void sz_look_failed(conn *c, sz_str text) {
    answer(c, &(sz_msg){.answer = SZ_ANS_UNKNOWN, .tag = c->look.tag, .text = text});
}

void sz_look_reply(conn *c, const ask *a, const reply *r) {
    sz_arena texts;
    sz_arena_init(&texts);
    sz_msg m = {.answer = SZ_ANS_OK, .tag = a->tag};
    sz_put *puts = SZ_NEWN(&texts, sz_put, a->n + 1);
    for (; m.n < a->n; m.n++) {
        const reply *one = sz_reply_at(r, m.n);
        if (one->kind != REPLY_NIL) puts[m.n].value = one->text;
    }
    m.puts = puts;
    answer(c, &m);
    sz_arena_fini(&texts);
}

static void look(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n) {
    sz_redis_looks *l = self;
    bool is_cluster = l->store->address.form == FORM_CLUSTER;
    conn **at = &l->of[is_cluster ? partition : 0];
    if (!*at) *at = sz_conn_new(l->store, partition, l->q, CONN_READER);
    conn *c = *at;
    sz_arena a;
    sz_arena_init(&a);
    sz_str *words = SZ_NEWN(&a, sz_str, n + 2);
    words[0] = SZ_STR("HMGET");
    words[1] = ledger_of(c, partition, &a);
    for (uint32_t i = 0; i < n; i++) words[2 + i] = keys[i];
    sz_buf_clear(&c->look.command);
    sz_command(&c->look.command, n + 2, words);
    sz_arena_fini(&a);
    c->look.n = n;
    c->look.tag = tag;
    c->is_looking = true;
    c->is_look_sent = false;
    if (c->state == CONN_CLOSED) sz_conn_open(c);
    else if (c->state == CONN_READY) sz_look_send(c);
    if (c->is_looking) sz_conn_step(c);
}

sz_parts_port sz_store_redis_parts(sz_store_redis *s, uint32_t parts, sz_msgq *q) {
    sz_redis_looks *l = sz_arena_alloc(&s->arena, sizeof *l + parts * sizeof *l->of);
    *l = (sz_redis_looks){.store = s, .q = q};
    memset(l->of, 0, parts * sizeof *l->of);
    return (sz_parts_port){.self = l, .look = look};
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * commit: one script, one request, its bytes frozen when it is asked for (protocol 2.3). Once they are on their way
 * nothing sends them again.
 */
#include "store.h"

static void put_strs(arguments *a, const sz_str *v, uint32_t n) {
    sz_args_u64(a, n);
    for (uint32_t i = 0; i < n; i++) sz_args_str(a, v[i]);
}

static void put_puts(arguments *a, const sz_put *v, uint32_t n) {
    sz_args_u64(a, 2ull * n);
    for (uint32_t i = 0; i < n; i++) {
        sz_args_str(a, v[i].key);
        sz_args_str(a, v[i].value);
    }
}

/* As the script reads them. */
static void put_all(arguments *a, const sz_commit *m) {
    sz_args_clear(a);
    sz_args_owner(a, m->parent.owner);
    sz_args_u64(a, m->parent.seq);
    put_strs(a, m->outbox, m->n_outbox);
    put_puts(a, m->snapshots, m->n_snapshots);
    put_strs(a, &m->journal, m->journal.n ? 1 : 0);
    put_strs(a, m->dict, m->n_dict);
    put_puts(a, m->ledger, m->n_ledger);
    sz_args_u64(a, 2ull * m->n_fields + 4 + (m->topic.n ? 2 : 0));
    for (uint32_t i = 0; i < m->n_fields; i++) {
        sz_args_str(a, m->fields[i].key);
        sz_args_str(a, m->fields[i].value);
    }
    if (m->topic.n) {
        sz_args_z(a, "topic");
        sz_args_str(a, m->topic);
    }
    sz_args_z(a, "bundle_ver");
    sz_args_u64(a, m->bundle_ver);
    sz_args_z(a, "body");
    sz_args_str(a, m->body);
    sz_args_u64(a, m->trim_outbox);
    sz_args_u64(a, m->trim_journal);
}

void sz_redis_commit(void *self, const sz_commit *m) {
    conn *c = self;
    c->is_committing = true;
    if (c->is_reader) {
        sz_commit_failed(c, SZ_ANS_FAILED, SZ_STR("this state was opened to be read only"));
        return;
    }
    if (c->state != CONN_READY) {
        sz_commit_failed(c, SZ_ANS_UNKNOWN,
                         c->text[0] ? sz_str_of(c->text) : SZ_STR("there is no connection to Redis"));
        return;
    }
    put_all(&c->commit, m);
    sz_load_forget(c); /* its name goes; a piece in hand would stand before the answer */
    sz_conn_script(c, ASK_COMMIT, SCRIPT_COMMIT, &c->commit);
    sz_conn_step(c); /* as much as the socket takes goes now */
}

static void answer(conn *c, sz_msg *m) {
    c->is_committing = false;
    m->kind = SZ_MSG_COMMITTED;
    if (!m->text_zh.n) m->text_zh = sz_conn_zh(c, m->text);
    sz_msgq_push(c->q, m);
}

void sz_commit_failed(conn *c, sz_answer how, sz_str text) { answer(c, &(sz_msg){.answer = how, .text = text}); }

void sz_commit_reply(conn *c, const reply *r) {
    sz_msg m = {.answer = SZ_ANS_REFUSED, .text = SZ_STR("another worker has taken this state over")};
    if (sz_str_is(sz_reply_at(r, 0)->text, "OK")) {
        m = (sz_msg){.answer = SZ_ANS_OK};
        m.store_ms = (int64_t)(sz_reply_u64(sz_reply_at(r, 1)) * 1000 + sz_reply_u64(sz_reply_at(r, 2)) / 1000);
    } else if (!sz_str_is(sz_reply_at(r, 0)->text, "REFUSED")) {
        m = (sz_msg){.answer = SZ_ANS_UNKNOWN, .text = SZ_STR("the server answered a commit oddly")};
    }
    answer(c, &m);
}

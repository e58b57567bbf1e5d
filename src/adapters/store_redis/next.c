/* SPDX-License-Identifier: Apache-2.0
 *
 * next: a state that is made beside the one that stands, at sz:{G.p}:next:*, and takes its place at once and as a whole
 * (state repartition). It is acquired and committed to like any other.
 */
#include "store.h"

static void move(conn *c, script which) {
    c->move = which;
    c->is_moving = true;
    c->is_move_sent = false;
    if (c->state == CONN_CLOSED) sz_conn_open(c);
    else if (c->state == CONN_READY) sz_move_send(c);
    if (c->is_moving) sz_conn_step(c);
}

void sz_move_send(conn *c) {
    c->is_move_sent = true;
    sz_conn_script(c, ASK_MOVE, c->move, &c->moved);
}

static void answer(conn *c, sz_msg *m) {
    c->is_moving = false;
    m->kind = SZ_MSG_COMMITTED;
    if (!m->text_zh.n) m->text_zh = sz_conn_zh(c, m->text);
    sz_msgq_push(c->q, m);
}

void sz_move_failed(conn *c, sz_answer how, sz_str text) { answer(c, &(sz_msg){.answer = how, .text = text}); }

static const struct {
    const char *word;
    sz_answer answer;
    const char *en, *zh;
} kinds[] = {
    {"OK", SZ_ANS_OK, "", ""},
    {"MISSING", SZ_ANS_MISSING, "the state that was made is not there", "新建的状态不在了"},
    {"REFUSED", SZ_ANS_REFUSED, "the state that stands belongs to something else", "现有的状态属于别的输入"},
};

void sz_move_reply(conn *c, const reply *r) {
    sz_msg m = {.answer = SZ_ANS_UNKNOWN, .text = SZ_STR("the server answered oddly")};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sz_str_is(sz_reply_at(r, 0)->text, kinds[i].word))
            m = (sz_msg){.answer = kinds[i].answer, .text = sz_str_of(kinds[i].en), .text_zh = sz_str_of(kinds[i].zh)};
    answer(c, &m);
}

sz_store_port sz_store_redis_next(sz_store_redis *s, uint32_t partition, sz_msgq *q) {
    return (sz_store_port){sz_conn_new(s, partition, q, CONN_NEXT), sz_redis_acquire, sz_redis_load, sz_redis_commit};
}

void sz_store_redis_clear(const sz_store_port *next) {
    conn *c = next->self;
    sz_args_clear(&c->moved);
    move(c, SCRIPT_CLEAR);
}

void sz_store_redis_take(const sz_store_port *next, sz_str topic, uint32_t parts) {
    conn *c = next->self;
    sz_args_clear(&c->moved);
    sz_args_str(&c->moved, topic);
    sz_args_u64(&c->moved, parts);
    move(c, SCRIPT_TAKE);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * conn: replies come in the order of what was asked. One table says who takes which.
 */
#include "store.h"

#include <stdio.h>

bool sz_conn_is_waiting(const conn *c) {
    return c->n_asks || c->state == CONN_FINDING || c->state == CONN_GREETING || c->load.is_wanted;
}

/* ---- asking ---- */

void sz_conn_ask(conn *c, ask_kind kind) {
    ask *a = &c->asks[(c->first_ask + c->n_asks++) % MOST_ASKS];
    *a = (ask){.kind = kind, .load = c->load.number, .due_ms = sz_redis_now_ms() + c->store->address.timeout_ms};
}

void sz_conn_waits_anew(conn *c) {
    if (c->n_asks) c->asks[c->first_ask].due_ms = sz_redis_now_ms() + c->store->address.timeout_ms;
}

void sz_conn_command(conn *c, ask_kind kind, uint32_t n, const sz_str *words) {
    sz_buf *b = &c->store->scratch;
    sz_buf_clear(b);
    sz_command(b, n, words);
    sz_link_send(&c->link, sz_buf_str(b));
    sz_conn_ask(c, kind);
}

static void send_script(conn *c, ask_kind kind, script s, const arguments *a, bool is_text) {
    char n_keys[16];
    snprintf(n_keys, sizeof n_keys, "%u", c->keys.n);
    sz_str words[] = {is_text ? SZ_STR("EVAL") : SZ_STR("EVALSHA"), is_text ? sz_script_text(s) : sz_str_of(c->sha[s]),
                      sz_str_of(n_keys)};
    sz_buf *b = &c->store->scratch;
    sz_buf_clear(b);
    sz_command(b, 3, words);
    /* one head for words, keys and arguments */
    sz_buf head;
    sz_buf_init(&head);
    sz_command_head(&head, 3 + c->keys.n + a->n);
    size_t skip = 0;
    while (b->p[skip++] != '\n') {}
    sz_buf_put(&head, b->p + skip, b->n - skip);
    sz_buf_put_str(&head, sz_buf_str(&c->keys.bytes));
    sz_link_send(&c->link, sz_buf_str(&head));
    sz_link_send(&c->link, sz_buf_str(&a->bytes));
    sz_buf_fini(&head);
    sz_conn_ask(c, kind);
}

void sz_conn_script(conn *c, ask_kind kind, script s, const arguments *a) { send_script(c, kind, s, a, false); }

void sz_conn_open(conn *c) {
    if (c->store->address.form == FORM_SINGLE)
        sz_greet_begin(c, c->store->address.hosts[0].name, c->store->address.hosts[0].port);
    else sz_find_begin(c);
}

/* ---- what goes wrong ---- */

/* The same in Chinese: of the last failure, or a sentence of its own. */
sz_str sz_conn_zh(const conn *c, sz_str text) { return text.p == c->text ? sz_str_of(c->text_zh) : sz_redis_zh(text); }

void sz_conn_fail(conn *c, sz_answer answer, const char *what, sz_str words) {
    char server[300] = "";
    if (c->host[0]) snprintf(server, sizeof server, " (%s:%u)", c->host, c->port);
    sz_str place = c->store->address.place, what_zh = sz_redis_zh(sz_str_of(what)), words_zh = sz_redis_zh(words);
    snprintf(c->text, sizeof c->text, "%.*s%s: %s%s%.*s", SZ_FMT_STR(place), server, what, words.n ? ": " : "",
             SZ_FMT_STR(words));
    snprintf(c->text_zh, sizeof c->text_zh, "%.*s%s：%.*s%s%.*s", SZ_FMT_STR(place), server, SZ_FMT_STR(what_zh),
             words.n ? "：" : "", SZ_FMT_STR(words_zh));
    c->state = CONN_CLOSED;
    c->is_distrusted = c->link.is_distrusted;
    c->failed = answer;
    c->n_asks = 0;
    sz_load_forget(c);
    sz_link_close(&c->link);
    sz_str text = sz_str_of(c->text);
    if (c->is_acquiring) sz_acquire_failed(c, answer, text);
    if (c->is_committing) sz_commit_failed(c, answer, text);
    if (c->is_moving) sz_move_failed(c, answer, text);
    if (c->is_looking) sz_look_failed(c, text);
    if (c->load.is_wanted) sz_load_failed(c, answer, text);
}

/* A server's error, as an answer to anything. */
void sz_conn_error(conn *c, sz_str error) {
    verdict v = sz_redis_verdict(error);
    slot_table *t = &c->store->slots;
    uint32_t slot;
    sz_str host;
    uint16_t port;
    if (v.kind == ERROR_MOVED && sz_redis_moved(error, &slot, &host, &port))
        sz_slots_move(t, slot, host.n ? host : sz_str_of(c->host), port);
    else if (c->store->address.form == FORM_CLUSTER) t->is_stale = true;
    sz_conn_fail(c, v.answer, v.meaning, sz_redis_error_words(error));
}

/* A long reply is late only once nothing of it comes any more; one that was not read yet is not late. */
static bool is_late(conn *c) {
    int64_t now_ms = sz_redis_now_ms();
    if (c->state == CONN_FINDING || c->state == CONN_GREETING) return now_ms >= c->due_ms;
    if (!c->n_asks || c->load.in_hand) return false;
    ask *a = &c->asks[c->first_ask];
    if (c->link.has_moved && a->due_ms < now_ms + c->store->address.timeout_ms / 2)
        a->due_ms = now_ms + c->store->address.timeout_ms;
    return now_ms >= a->due_ms;
}

static void lost(conn *c, const char *why) {
    if (c->state == CONN_FINDING) {
        sz_find_next(c, why);
        return;
    }
    c->store->slots.is_stale = true;
    const char *what = c->link.is_distrusted    ? "the server's certificate is not accepted"
                       : c->state == CONN_READY ? "the connection was lost"
                                                : "the server cannot be reached";
    sz_conn_fail(c, SZ_ANS_UNKNOWN, what, sz_str_of(why));
}

/* ---- replies ---- */

/* NOSCRIPT says that nothing was run, so that the same may be sent once more, with the text. */
static bool is_sent_again(conn *c, const ask *a, const reply *r) {
    if (r->kind != REPLY_ERROR || sz_redis_verdict(r->text).kind != ERROR_NOSCRIPT) return false;
    switch (a->kind) {
    case ASK_ACQUIRE: send_script(c, a->kind, SCRIPT_ACQUIRE, &c->acquire, true); return true;
    case ASK_COMMIT: send_script(c, a->kind, SCRIPT_COMMIT, &c->commit, true); return true;
    case ASK_MOVE: send_script(c, a->kind, c->move, &c->moved, true); return true;
    default: return false;
    }
}

static void dispatch(conn *c, reply *r) {
    if (!c->n_asks) {
        sz_conn_fail(c, SZ_ANS_UNKNOWN, "the server sent what nobody asked for", (sz_str){NULL, 0});
        return;
    }
    ask a = c->asks[c->first_ask];
    c->first_ask = (c->first_ask + 1) % MOST_ASKS;
    c->n_asks--;
    sz_conn_waits_anew(c);
    if (is_sent_again(c, &a, r)) return;
    if (c->state == CONN_FINDING) {
        sz_find_reply(c, a.kind, r);
        return;
    }
    if (r->kind == REPLY_ERROR && a.kind != ASK_NAME) {
        sz_conn_error(c, r->text);
        return;
    }
    switch (a.kind) {
    case ASK_ACQUIRE: sz_acquire_reply(c, r); break;
    case ASK_COMMIT: sz_commit_reply(c, r); break;
    case ASK_MOVE: sz_move_reply(c, r); break;
    case ASK_LOOK: sz_look_reply(c, &a, r); break;
    case ASK_PIECE:
    case ASK_END: sz_load_reply(c, &a, r); break;
    case ASK_QUEUED: break;
    default: sz_greet_reply(c, &a, r); break;
    }
}

/* A piece in hand lies where the next reply would be read to. */
static bool may_read(const conn *c) { return c->state != CONN_CLOSED && !c->load.in_hand; }

void sz_conn_step(conn *c) {
    if (c->state == CONN_CLOSED) return;
    if (!sz_link_step(&c->link)) {
        lost(c, c->link.text);
        return;
    }
    reply *r;
    while (may_read(c) && (r = sz_link_reply(&c->link))) dispatch(c, r);
    if (c->state == CONN_CLOSED) return;
    if (c->link.state == LINK_DOWN) {
        lost(c, c->link.text);
        return;
    }
    if (c->link.has_output && c->link.state == LINK_UP && !sz_link_step(&c->link)) lost(c, c->link.text);
    else if (is_late(c)) lost(c, "no answer in time");
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * acquire: taking a partition under a fresh token (protocol 2.2), and a reader's look at one. Both wait for the
 * connection, which they open.
 */
#include "store.h"

static const char *const header_fields[] = {"fmt", "topic", "parts",  "bundle_ver", "owner",
                                            "seq", "epoch", "worker", "body"};
enum { N_HEADER_FIELDS = sizeof header_fields / sizeof *header_fields };

void sz_redis_acquire(void *self, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                      uint64_t bundle_ver, sz_str worker, bool allow_new) {
    conn *c = self;
    arguments *a = &c->acquire;
    sz_args_clear(a);
    sz_args_owner(a, token);
    sz_args_u64(a, fmt);
    sz_args_str(a, topic);
    sz_args_u64(a, parts);
    sz_args_u64(a, bundle_ver);
    sz_args_str(a, worker);
    sz_args_u64(a, allow_new);
    c->wanted.fmt = fmt;
    c->wanted.parts = parts;
    c->wanted.bundle_ver = bundle_ver;
    sz_buf_clear(&c->wanted.topic);
    sz_buf_put_str(&c->wanted.topic, topic);
    c->is_acquiring = true;
    c->is_acquire_sent = false;
    sz_load_forget(c);
    if (c->state == CONN_CLOSED) sz_conn_open(c);
    else if (c->state == CONN_READY) sz_acquire_send(c);
    if (c->is_acquiring) sz_conn_step(c);
}

void sz_acquire_send(conn *c) {
    c->is_acquire_sent = true;
    if (!c->is_reader) {
        sz_conn_script(c, ASK_ACQUIRE, SCRIPT_ACQUIRE, &c->acquire);
        return;
    }
    sz_str words[2 + N_HEADER_FIELDS] = {SZ_STR("HMGET"), c->key[KEY_HEADER]};
    for (int i = 0; i < N_HEADER_FIELDS; i++) words[2 + i] = sz_str_of(header_fields[i]);
    sz_conn_command(c, ASK_ACQUIRE, 2 + N_HEADER_FIELDS, words);
}

/* ---- what it answers ---- */

static void answer(conn *c, sz_msg *m) {
    c->is_acquiring = false;
    m->kind = SZ_MSG_ACQUIRED;
    if (!m->text_zh.n) m->text_zh = sz_conn_zh(c, m->text);
    sz_msgq_push(c->q, m);
}

void sz_acquire_failed(conn *c, sz_answer how, sz_str text) { answer(c, &(sz_msg){.answer = how, .text = text}); }

static int nibble(char ch) { return ch >= '0' && ch <= '9' ? ch - '0' : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1; }

static bool owner_of(sz_str hex, uint8_t owner[16]) {
    if (hex.n != 32) return false;
    for (int i = 0; i < 16; i++) {
        int hi = nibble(hex.p[2 * i]), lo = nibble(hex.p[2 * i + 1]);
        if (hi < 0 || lo < 0) return false;
        owner[i] = (uint8_t)(hi * 16 + lo);
    }
    return true;
}

/* The header from item `at` on, in the order of header_fields. False: that is none of ours. */
static bool header_of(const reply *r, size_t at, sz_header *h) {
    h->fmt = (uint32_t)sz_reply_u64(sz_reply_at(r, at));
    h->topic = sz_reply_at(r, at + 1)->text;
    h->parts = (uint32_t)sz_reply_u64(sz_reply_at(r, at + 2));
    h->bundle_ver = sz_reply_u64(sz_reply_at(r, at + 3));
    h->name.seq = sz_reply_u64(sz_reply_at(r, at + 5));
    h->epoch = sz_reply_u64(sz_reply_at(r, at + 6));
    h->worker = sz_reply_at(r, at + 7)->text;
    h->body = sz_reply_at(r, at + 8)->text;
    return owner_of(sz_reply_at(r, at + 4)->text, h->name.owner) && h->name.seq > 0;
}

static int64_t clock_of(const reply *r) {
    return (int64_t)(sz_reply_u64(sz_reply_at(r, 1)) * 1000 + sz_reply_u64(sz_reply_at(r, 2)) / 1000);
}

static const char no_state[] = "there is no state yet";
static const char damaged[] =
    "the state is damaged: its lists are not what its header says; restore it from a backup, or "
    "delete its keys (sz:{GROUP.PARTITION}:*) and begin with a new one";
static const char mismatch[] = "the state belongs to another input or another number of partitions";
static const char newer_format[] =
    "the state was written by a newer version of sanzao: use that one, or begin with a new state";
static const char newer_bundle[] = "the state was written under newer rules than these";

/* What the script says, and what it means. */
static const struct {
    const char *word;
    sz_answer answer;
    bool has_header;
    const char *text;
} kinds[] = {
    {"OK", SZ_ANS_OK, true, NULL},
    {"NEW", SZ_ANS_NEW, false, NULL},
    {"MISSING", SZ_ANS_MISSING, false, no_state},
    {"MISMATCH", SZ_ANS_MISMATCH, true, mismatch},
    {"FORMAT", SZ_ANS_NEWER, true, newer_format},
    {"BUNDLE", SZ_ANS_NEWER, true, newer_bundle},
    {"DAMAGED", SZ_ANS_FAILED, false, damaged},
};

static void looked(conn *c, const reply *r) {
    sz_header h = {.fmt = 0};
    sz_msg m = {.answer = SZ_ANS_OK, .header = &h};
    const char *text = NULL;
    if (sz_reply_at(r, 5)->kind == REPLY_NIL) {
        m = (sz_msg){.answer = SZ_ANS_MISSING};
        text = no_state;
    } else if (!header_of(r, 0, &h)) {
        m = (sz_msg){.answer = SZ_ANS_FAILED};
        text = damaged;
    } else if (c->wanted.parts && (!sz_str_eq(h.topic, sz_buf_str(&c->wanted.topic)) || h.parts != c->wanted.parts)) {
        m.answer = SZ_ANS_MISMATCH;
        text = mismatch;
    } else if (h.fmt > c->wanted.fmt || h.bundle_ver > c->wanted.bundle_ver) {
        m.answer = SZ_ANS_NEWER;
        text = h.fmt > c->wanted.fmt ? newer_format : newer_bundle;
    }
    c->seen = h.name;
    m.text = sz_str_of(text);
    answer(c, &m);
}

void sz_acquire_reply(conn *c, const reply *r) {
    if (c->is_reader) {
        looked(c, r);
        return;
    }
    sz_header h = {.topic = sz_buf_str(&c->wanted.topic), .parts = c->wanted.parts, .bundle_ver = c->wanted.bundle_ver};
    sz_msg m = {.answer = SZ_ANS_FAILED, .text = sz_str_of(damaged)};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!sz_str_is(sz_reply_at(r, 0)->text, kinds[i].word)) continue;
        if (kinds[i].has_header && !header_of(r, 3, &h)) break;
        m.answer = kinds[i].answer;
        m.text = sz_str_of(kinds[i].text);
        if (kinds[i].has_header || m.answer == SZ_ANS_NEW) m.header = &h;
        m.store_ms = m.header ? clock_of(r) : 0;
    }
    answer(c, &m);
}

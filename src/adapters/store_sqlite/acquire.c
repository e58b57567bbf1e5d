/* SPDX-License-Identifier: Apache-2.0
 *
 * acquire: taking the state under a fresh token (protocol 2.2), and the port itself.
 */
#include "store.h"

typedef struct asked {
    const uint8_t *token;
    uint32_t fmt;
    sz_str topic;
    uint32_t parts;
    uint64_t bundle_ver;
    sz_str worker;
    bool allow_new;
} asked;

/* 1: there is one, 0: none, -1: s->text says why not. Texts live as long as the statement is not set back. */
static int read_header(sz_store_sqlite *s, sqlite3_stmt *st, sz_header *h) {
    int rc = sz_sqlite_step(s, st);
    if (rc <= 0) return rc;
    h->fmt = (uint32_t)sqlite3_column_int64(st, 0);
    h->topic = sz_sqlite_column(st, 1);
    h->parts = (uint32_t)sqlite3_column_int64(st, 2);
    h->bundle_ver = (uint64_t)sqlite3_column_int64(st, 3);
    sz_str owner = sz_sqlite_column(st, 4);
    h->name.seq = (uint64_t)sqlite3_column_int64(st, 5);
    h->epoch = (uint64_t)sqlite3_column_int64(st, 6);
    h->worker = sz_sqlite_column(st, 7);
    h->body = sz_sqlite_column(st, 8);
    if (owner.n == sizeof h->name.owner) memcpy(h->name.owner, owner.p, owner.n);
    return 1;
}

static bool own(sz_store_sqlite *s, const asked *a) {
    if (s->is_to_read) return true;
    sqlite3_stmt *st = sz_sqlite_query(s, Q_HEADER_OWN);
    if (!st) return false;
    sz_sqlite_bind(st, 1, (sz_str){(const char *)a->token, 16});
    sqlite3_bind_int64(st, 2, a->fmt);
    sz_sqlite_bind(st, 3, a->worker);
    return sz_sqlite_run(s, st);
}

static bool begin_header(sz_store_sqlite *s, const asked *a) {
    sqlite3_stmt *st = sz_sqlite_query(s, Q_HEADER_NEW);
    if (!st) return false;
    sz_sqlite_bind(st, 1, a->topic);
    sqlite3_bind_int64(st, 2, a->parts);
    sqlite3_bind_int64(st, 3, (sqlite3_int64)a->bundle_ver);
    return sz_sqlite_run(s, st);
}

static sz_answer judge(const sz_header *h, const asked *a, sz_msg *m) {
    if (!sz_str_eq(h->topic, a->topic) || h->parts != a->parts) {
        m->text = SZ_STR("the state belongs to another input or another number of partitions");
        m->text_zh = SZ_STR("状态属于另一个输入，或者分区数不同");
        return SZ_ANS_MISMATCH;
    }
    if (h->fmt > a->fmt) {
        m->text = SZ_STR("the state was written by a newer version of sanzao: use that one, or begin with a new state");
        m->text_zh = SZ_STR("状态由更新版本的 sanzao 写成：请使用那个版本，或者用新的状态开始");
        return SZ_ANS_NEWER;
    }
    if (h->bundle_ver > a->bundle_ver) {
        m->text = SZ_STR("the state was written under newer rules than these");
        m->text_zh = SZ_STR("状态是在比现在更新的规则下写成的");
        return SZ_ANS_NEWER;
    }
    return SZ_ANS_OK;
}

/* One that has just been made is in the transaction that made it: so it stands with its header, or not at all. */
static bool begin(sz_store_sqlite *s) {
    return (!s->is_to_read && !sqlite3_get_autocommit(s->db)) ||
           sz_sqlite_run(s, sz_sqlite_query(s, s->is_to_read ? Q_BEGIN_TO_READ : Q_BEGIN));
}

/* Inside of a transaction; m's texts borrow from the header's statement. */
static sz_answer take(sz_store_sqlite *s, const asked *a, sqlite3_stmt *st, sz_header *h, sz_msg *m) {
    int there = read_header(s, st, h);
    if (there < 0) return SZ_ANS_FAILED;
    if (there == 0 && (!a->allow_new || s->is_to_read)) {
        m->text = SZ_STR("there is no state yet");
        m->text_zh = SZ_STR("还没有这份状态");
        return SZ_ANS_MISSING;
    }
    m->header = h;
    if (there == 0) {
        *h = (sz_header){.topic = a->topic, .parts = a->parts, .bundle_ver = a->bundle_ver};
        return begin_header(s, a) && own(s, a) ? SZ_ANS_NEW : SZ_ANS_FAILED;
    }
    sz_answer answer = judge(h, a, m);
    return answer == SZ_ANS_OK && !own(s, a) ? SZ_ANS_FAILED : answer;
}

static void answer_acquire(conn *l, const asked *a) {
    sz_store_sqlite *s = l->store;
    sz_msg m = {.kind = SZ_MSG_ACQUIRED};
    sz_header h = {.fmt = 0};
    sqlite3_stmt *st = sz_sqlite_query(s, Q_HEADER);
    /* To read: one view from here to the end of the load. */
    if (s->is_to_read && !sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    bool is_open = st && begin(s);
    m.answer = is_open ? take(s, a, st, &h, &m) : SZ_ANS_FAILED;
    sz_arena keep;
    sz_arena_init(&keep);
    if (m.header) {
        h.topic = sz_arena_str(&keep, h.topic);
        h.worker = sz_arena_str(&keep, h.worker);
        h.body = sz_arena_str(&keep, h.body);
    }
    if (st) sqlite3_reset(st);
    bool is_ours = !s->is_to_read && (m.answer == SZ_ANS_OK || m.answer == SZ_ANS_NEW);
    if (is_ours && !sz_sqlite_run(s, sz_sqlite_query(s, Q_COMMIT))) m.answer = SZ_ANS_FAILED;
    if (!s->is_to_read && !sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    if (m.answer == SZ_ANS_FAILED) {
        m.header = NULL;
        m.text = sz_str_of(s->text);
        m.text_zh = sz_str_of(s->text_zh);
    }
    sz_msgq_push(l->q, &m);
    sz_arena_fini(&keep);
    l->at = SZ_CHUNK_DICT;
    l->row = 0;
}

static void acquire(void *self, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                    uint64_t bundle_ver, sz_str worker, bool allow_new) {
    conn *l = self;
    sz_store_sqlite *s = l->store;
    asked a = {token, fmt, topic, parts, bundle_ver, worker, allow_new};
    sz_msg m = {.kind = SZ_MSG_ACQUIRED, .answer = SZ_ANS_OK};
    sqlite3_int64 tables = 0;
    sqlite3_stmt *st = NULL;
    if (s->db && sqlite3_prepare_v2(s->db, "SELECT count(*) FROM sqlite_schema", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        tables = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    if (tables == 0 && (!allow_new || s->is_to_read)) {
        m.answer = SZ_ANS_MISSING;
        m.text = SZ_STR("there is no state yet");
        m.text_zh = SZ_STR("还没有这份状态");
    } else if (tables == 0 && !sz_sqlite_create(s)) {
        m.answer = SZ_ANS_FAILED;
        m.text = sz_str_of(s->text);
        m.text_zh = sz_str_of(s->text_zh);
    }
    if (m.answer == SZ_ANS_OK) answer_acquire(l, &a);
    else sz_msgq_push(l->q, &m);
}

static void load(void *self, const sz_name *name, bool restart) {
    conn *l = self;
    sz_store_sqlite *s = l->store;
    sz_msg m = {.kind = SZ_MSG_CHUNK, .answer = SZ_ANS_REFUSED, .chunk = SZ_CHUNK_END};
    sz_arena a, texts;
    sz_arena_init(&a);
    sz_arena_init(&texts);
    if (restart) {
        l->at = SZ_CHUNK_DICT;
        l->row = 0;
    }
    sqlite3_stmt *st = s->db && !s->is_to_read ? sz_sqlite_query(s, Q_HEADER_NAME) : NULL;
    int is_named = s->db && s->is_to_read ? 1 : -1;
    if (st) {
        sz_sqlite_bind(st, 1, (sz_str){(const char *)name->owner, sizeof name->owner});
        sqlite3_bind_int64(st, 2, (sqlite3_int64)name->seq);
        is_named = sz_sqlite_step(s, st);
        sqlite3_reset(st);
    }
    if (is_named < 0 || (is_named == 1 && !sz_sqlite_chunk(l, &m, &a, &texts))) {
        m = (sz_msg){.kind = SZ_MSG_CHUNK,
                     .answer = SZ_ANS_FAILED,
                     .chunk = SZ_CHUNK_END,
                     .text = sz_str_of(s->text),
                     .text_zh = sz_str_of(s->text_zh)};
    } else if (is_named == 1) {
        m.answer = SZ_ANS_OK;
    }
    if (m.answer == SZ_ANS_OK) sz_msgq_give(l->q, &m, &a, &texts);
    else sz_msgq_push(l->q, &m);
    sz_arena_fini(&a);
    sz_arena_fini(&texts);
}

sz_store_port sz_store_sqlite_port(sz_store_sqlite *s, sz_msgq *q) {
    conn *l = sz_alloc(sizeof *l);
    *l = (conn){.next = s->conns, .store = s, .q = q};
    s->conns = l;
    return (sz_store_port){l, acquire, load, sz_sqlite_commit};
}

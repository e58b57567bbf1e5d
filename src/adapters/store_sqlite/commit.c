/* SPDX-License-Identifier: Apache-2.0
 *
 * commit: one transaction (protocol 2.3). The header's step comes first and names the parent: where it finds no row,
 * nothing else is tried. Blobs are bound where they lie.
 */
#include "store.h"

static bool step_header(sz_store_sqlite *s, const sz_commit *c) {
    sqlite3_stmt *st = sz_sqlite_query(s, Q_HEADER_STEP);
    if (!st) return false;
    sz_sqlite_bind(st, 1, (sz_str){(const char *)c->parent.owner, sizeof c->parent.owner});
    sqlite3_bind_int64(st, 2, (sqlite3_int64)c->parent.seq);
    sz_sqlite_bind(st, 3, c->body);
    sqlite3_bind_int64(st, 4, (sqlite3_int64)c->bundle_ver);
    if (c->topic.n) sz_sqlite_bind(st, 5, c->topic);
    else sqlite3_bind_null(st, 5);
    return sz_sqlite_run(s, st);
}

static bool put_strs(sz_store_sqlite *s, query which, const sz_str *v, uint32_t n) {
    sqlite3_stmt *st = n ? sz_sqlite_query(s, which) : NULL;
    if (n && !st) return false;
    for (uint32_t i = 0; i < n; i++) {
        sz_sqlite_bind(st, 1, v[i]);
        if (!sz_sqlite_run(s, st)) return false;
    }
    return true;
}

/* A new state has a word a student: a statement each was two thirds of its first commit. They stay in their order. */
static bool put_words(sz_store_sqlite *s, const sz_str *v, uint32_t n) {
    sqlite3_stmt *st = n >= WORDS_AT_ONCE ? sz_sqlite_query(s, Q_PUT_DICT_MANY) : NULL;
    if (n >= WORDS_AT_ONCE && !st) return false;
    for (; n >= WORDS_AT_ONCE; v += WORDS_AT_ONCE, n -= WORDS_AT_ONCE) {
        for (int i = 0; i < WORDS_AT_ONCE; i++) sz_sqlite_bind(st, i + 1, v[i]);
        if (!sz_sqlite_run(s, st)) return false;
    }
    return put_strs(s, Q_PUT_DICT, v, n);
}

static bool put_puts(sz_store_sqlite *s, query which, const sz_put *v, uint32_t n) {
    sqlite3_stmt *st = n ? sz_sqlite_query(s, which) : NULL;
    if (n && !st) return false;
    for (uint32_t i = 0; i < n; i++) {
        sz_sqlite_bind(st, 1, v[i].key);
        sz_sqlite_bind(st, 2, v[i].value);
        if (!sz_sqlite_run(s, st)) return false;
    }
    return true;
}

static bool trim(sz_store_sqlite *s, query which, uint32_t n) {
    sqlite3_stmt *st = n ? sz_sqlite_query(s, which) : NULL;
    if (n == 0) return true;
    if (!st) return false;
    sqlite3_bind_int64(st, 1, n);
    return sz_sqlite_run(s, st);
}

static bool put_all(sz_store_sqlite *s, const sz_commit *c) {
    return put_strs(s, Q_PUT_OUTBOX, c->outbox, c->n_outbox) &&
           put_puts(s, Q_PUT_SNAPSHOT, c->snapshots, c->n_snapshots) &&
           put_strs(s, Q_PUT_JOURNAL, &c->journal, c->journal.n ? 1 : 0) && put_words(s, c->dict, c->n_dict) &&
           put_puts(s, Q_PUT_LEDGER, c->ledger, c->n_ledger) && trim(s, Q_TRIM_OUTBOX, c->trim_outbox) &&
           trim(s, Q_TRIM_JOURNAL, c->trim_journal) && sz_sqlite_run(s, sz_sqlite_query(s, Q_COMMIT));
}

void sz_sqlite_commit(void *self, const sz_commit *c) {
    conn *l = self;
    sz_store_sqlite *s = l->store;
    sz_msg m = {.kind = SZ_MSG_COMMITTED, .answer = SZ_ANS_FAILED};
    if (!s->db || s->is_to_read) {
        m.answer = SZ_ANS_REFUSED;
        m.text = SZ_STR("there is no state to commit to");
        m.text_zh = SZ_STR("没有可以提交的状态");
    } else if (sz_sqlite_suit(s, c->journal.n) && sz_sqlite_run(s, sz_sqlite_query(s, Q_BEGIN)) && step_header(s, c)) {
        if (sqlite3_changes(s->db) != 1) {
            m.answer = SZ_ANS_REFUSED;
            m.text = SZ_STR("another worker has taken this state over");
            m.text_zh = SZ_STR("另一个工作者接管了这份状态");
        } else if (put_all(s, c)) {
            m.answer = SZ_ANS_OK;
        }
    }
    if (m.answer == SZ_ANS_FAILED) {
        m.text = sz_str_of(s->text);
        m.text_zh = sz_str_of(s->text_zh);
    }
    if (s->db && !sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    /* Pages of a blob are not asked for again: the next one's are made where they were, and not in fresh memory. */
    if (s->db && s->is_bulk && !c->n_snapshots) sqlite3_db_release_memory(s->db);
    sz_msgq_push(l->q, &m);
}

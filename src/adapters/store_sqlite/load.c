/* SPDX-License-Identifier: Apache-2.0
 *
 * load: a state in pieces of at most 500 rows or 4 MiB, from the row after the last one given. Kinds of which there
 * is nothing are left out. A large blob is read from its pages to where it stays: as a column SQLite would put it
 * together in memory of its own first.
 */
#include <stdio.h>

#include "store.h"

enum { MOST_ROWS = 500, MOST_BYTES = 4 << 20 };
enum { GIVEN_ROW = 64 << 10 }; /* bytes of a row on average from which on the worker may keep them where they lie */

static const query queries[SZ_CHUNK_END] = {
    [SZ_CHUNK_DICT] = Q_GET_DICT,     [SZ_CHUNK_SNAPSHOTS] = Q_GET_SNAPSHOTS, [SZ_CHUNK_JOURNAL] = Q_GET_JOURNAL,
    [SZ_CHUNK_OUTBOX] = Q_GET_OUTBOX, [SZ_CHUNK_LEDGER] = Q_GET_LEDGER,
};

static bool has_keys(const conn *l) { return l->at == SZ_CHUNK_SNAPSHOTS || l->at == SZ_CHUNK_LEDGER; }

/* Rows come by their number, which only grows: in a damaged file a page may lead back, and the load would never end. */
static bool goes_on(conn *l, sqlite3_stmt *st) {
    sqlite3_int64 row = sqlite3_column_int64(st, 0);
    sz_store_sqlite *s = l->store;
    if (row > l->row) {
        l->row = row;
        return true;
    }
    snprintf(s->text, sizeof s->text,
             "%s: the file is damaged: restore it from a backup, or begin with a new state (its rows are out of order)",
             s->path);
    snprintf(s->text_zh, sizeof s->text_zh, "%s：文件已损坏：请从备份恢复，或者用新的状态开始（各行的次序不对）",
             s->path);
    return false;
}

/* The blob of a row of the journal; *blob is opened with the first one. */
static bool take_large(conn *l, sqlite3_blob **blob, sz_arena *texts, sz_str *out) {
    sz_store_sqlite *s = l->store;
    int rc = *blob ? sqlite3_blob_reopen(*blob, l->row)
                   : sqlite3_blob_open(s->db, "main", "journal", "entries", l->row, 0, blob);
    int n = rc == SQLITE_OK ? sqlite3_blob_bytes(*blob) : 0;
    char *p = sz_arena_raw(texts, (size_t)n);
    if (rc == SQLITE_OK) rc = sqlite3_blob_read(*blob, p, n, 0);
    *out = (sz_str){p, (size_t)n};
    if (rc != SQLITE_OK) sz_sqlite_explain(s);
    return rc == SQLITE_OK;
}

/* One row, where the statement stands. */
static bool take_row(conn *l, sqlite3_stmt *st, sqlite3_blob **blob, sz_arena *texts, sz_put *p) {
    if (!goes_on(l, st)) return false;
    if (l->at == SZ_CHUNK_JOURNAL && sqlite3_column_int64(st, 2)) return take_large(l, blob, texts, &p->key);
    p->key = sz_arena_str(texts, sz_sqlite_column(st, 1));
    if (has_keys(l)) p->value = sz_arena_str(texts, sz_sqlite_column(st, 2));
    return true;
}

static bool take(conn *l, sz_msg *m, sz_arena *a, sz_arena *texts) {
    sz_store_sqlite *s = l->store;
    sqlite3_stmt *st = sz_sqlite_query(s, queries[l->at]);
    if (!st) return false;
    sz_put *puts = SZ_NEWN(a, sz_put, MOST_ROWS);
    sqlite3_blob *blob = NULL;
    size_t bytes = 0;
    int rc = 1;
    sqlite3_bind_int64(st, 1, l->row);
    while (m->n < MOST_ROWS && bytes < MOST_BYTES && (rc = sz_sqlite_step(s, st)) == 1) {
        sz_put *p = &puts[m->n++];
        if (!take_row(l, st, &blob, texts, p)) {
            rc = -1;
            break;
        }
        bytes += p->key.n + p->value.n;
    }
    sqlite3_blob_close(blob);
    sqlite3_reset(st);
    if (bytes < (size_t)GIVEN_ROW * m->n) sz_arena_take(a, texts); /* too much of its blocks may be empty */
    if (rc < 0 || m->n == 0) return rc >= 0;
    if (has_keys(l)) {
        m->puts = puts;
        return true;
    }
    sz_str *strs = SZ_NEWN(a, sz_str, m->n);
    for (uint32_t i = 0; i < m->n; i++) strs[i] = puts[i].key;
    m->strs = strs;
    return true;
}

bool sz_sqlite_chunk(conn *l, sz_msg *m, sz_arena *a, sz_arena *texts) {
    for (; l->at < SZ_CHUNK_END; l->at++, l->row = 0) {
        if (!take(l, m, a, texts)) return false;
        if (m->n) break;
    }
    m->chunk = l->at;
    return true;
}

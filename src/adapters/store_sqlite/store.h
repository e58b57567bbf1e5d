/* SPDX-License-Identifier: Apache-2.0
 *
 * store: one SQLite file with the state of one partition. Layout (user_version 1, application_id "SZST"):
 *
 *   header     one row: what sz_header has; absent until a worker acquires
 *   dict       words in order
 *   snapshots  student, record
 *   journal    blobs in order
 *   outbox     lines in order
 *   ledger     input, line
 *
 * Keys and values are blobs. Lists are ordered by rowid; what is trimmed is the lowest of them.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_SQLITE_STORE_H
#define SANZAO_SRC_ADAPTERS_STORE_SQLITE_STORE_H

#include <sanzao/adapters.h>
#include <sqlite3.h>

enum { LAYOUT = 1, APPLICATION = 0x535a5354 };
enum { WORDS_AT_ONCE = 64 }; /* in one statement */
enum { SMALLEST = 512 };     /* page of an SQLite file */

typedef enum query {
    Q_BEGIN,
    Q_BEGIN_TO_READ,
    Q_COMMIT,
    Q_ROLLBACK,
    Q_HEADER,
    Q_HEADER_NEW,
    Q_HEADER_OWN,
    Q_HEADER_STEP,
    Q_HEADER_NAME,
    Q_PUT_DICT,
    Q_PUT_DICT_MANY,
    Q_PUT_SNAPSHOT,
    Q_PUT_JOURNAL,
    Q_PUT_OUTBOX,
    Q_PUT_LEDGER,
    Q_TRIM_JOURNAL,
    Q_TRIM_OUTBOX,
    Q_GET_DICT,
    Q_GET_SNAPSHOTS,
    Q_GET_JOURNAL,
    Q_GET_OUTBOX,
    Q_GET_LEDGER,
    N_QUERIES
} query;

typedef struct conn {
    struct conn *next;
    sz_store_sqlite *store;
    sz_msgq *q;
    sz_chunk_kind at;  /* of the load that is going on */
    sqlite3_int64 row; /* the last one that was given */
} conn;

struct sz_store_sqlite {
    char *path;
    int lock_fd; /* -1: not locked */
    sqlite3 *db; /* NULL: the file is not there yet */
    bool is_new;
    bool is_to_read;  /* nothing is changed */
    bool is_bulk;     /* under a rollback journal: what is committed is large */
    uint32_t n_small; /* small commits since the last large one */
    bool made_shm;    /* SQLite will make PATH-shm, to read what a killed run left in PATH-wal */
    sqlite3_stmt *q[N_QUERIES];
    char text[SZ_SAID], text_zh[SZ_SAID]; /* of the last failure, for people */
    sz_sqlite_wait wait;                  /* go_on NULL: it does not */
    int64_t waited_ms;                    /* for whoever had it locked last */
    conn *conns;
};

/* ---- lock.c: one process at a time ---- */

/* Lock PATH.lock, or SZ_IO with a finding. */
sz_status sz_sqlite_lock(sz_store_sqlite *s, sz_diags *d);
/* Keep writers out while it is read. Where there is no lock file nobody has ever written. */
sz_status sz_sqlite_lock_to_read(sz_store_sqlite *s, sz_diags *d);
void sz_sqlite_unlock(sz_store_sqlite *s);

/* ---- busy.c: another program has the file ---- */

enum { HOLDER = 80 };
typedef struct holder {
    char en[HOLDER], zh[HOLDER]; /* `process 1234 (sqlite3)`; empty: it cannot be known */
} holder;

/* Who has SQLite's lock on the file. */
holder sz_sqlite_holder(sz_store_sqlite *s);
/* Have its connection wait, where that is wanted. */
void sz_sqlite_be_patient(sz_store_sqlite *s);
/* One step of waiting. False: it has been long enough. */
bool sz_sqlite_wait_on(sz_store_sqlite *s, const holder *who);

/* ---- open.c ---- */

/* Make the file and its tables, in a transaction that is left open: whoever acquires it ends it. False: there is none,
 * and s->text says why. */
bool sz_sqlite_create(sz_store_sqlite *s);

/* ---- vfs.c: how pages reach the file ---- */

/* The name under which SQLite knows it. */
const char *sz_sqlite_vfs(void);
/* A descriptor of the database's file, to ask for its locks; never to be closed. -1: there is none. */
int sz_sqlite_fd(sqlite3 *db);

/* ---- mode.c: which journal ---- */

/* After the file was opened to be written to, or made. False: s->text says why. */
bool sz_sqlite_look_at_mode(sz_store_sqlite *s);
/* Before a commit with a blob of so many bytes: under the journal that suits it. False: s->text says why. */
bool sz_sqlite_suit(sz_store_sqlite *s, size_t journal_bytes);
/* Whether a run that was killed left in PATH-journal what it had begun to write over. */
bool sz_sqlite_is_hot(const char *path);
/* To read: take back what a run that was killed had begun to write, for which the file must be writable. False: s->text
 * says why, and s->db is what can be asked for more. */
bool sz_sqlite_recover(sz_store_sqlite *s);

/* ---- statement.c ---- */

/* A prepared statement, without bindings. NULL: s->text says why. */
sqlite3_stmt *sz_sqlite_query(sz_store_sqlite *s, query which);
void sz_sqlite_bind(sqlite3_stmt *st, int at, sz_str s);
sz_str sz_sqlite_column(sqlite3_stmt *st, int at);
/* Run to the end a statement that gives no rows, and set it back. False: s->text says why. */
bool sz_sqlite_run(sz_store_sqlite *s, sqlite3_stmt *st);
/* Step to a row: 1, none: 0, failure: -1 with s->text. */
int sz_sqlite_step(sz_store_sqlite *s, sqlite3_stmt *st);
/* Say in s->text what went wrong and what to do. */
void sz_sqlite_explain(sz_store_sqlite *s);
/* With the advice for another of SQLite's codes than the one that it gave. */
void sz_sqlite_explain_as(sz_store_sqlite *s, int extended);
void sz_sqlite_finalize(sz_store_sqlite *s);

/* ---- load.c ---- */

/* The next chunk of a load that is under way; false: s->text says why not. */
bool sz_sqlite_chunk(conn *l, sz_msg *m, sz_arena *a, sz_arena *texts);

/* ---- commit.c ---- */

void sz_sqlite_commit(void *self, const sz_commit *c);

#endif

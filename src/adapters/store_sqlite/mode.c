/* SPDX-License-Identifier: Apache-2.0
 *
 * mode: which journal SQLite keeps. Under a write-ahead log a commit is one fsync, but all of it is written twice and
 * summed up for checksums: right for what a pipe or a topic commits twice a second. Under a rollback journal what is
 * appended, as nearly all of a file's commit of 4 MiB is, is written once and where it belongs, for three fsyncs more.
 * Either is on the disk before the answer (synchronous=FULL), and a kill at any moment leaves what stood before or
 * after.
 *
 * A state is made under a rollback journal. The first commit that is not large turns to the log; so do some in a row
 * after a large one, not each: a file ends with a few small ones.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { LARGE = 5 << 18 }; /* bytes of a blob; a log commits a mebibyte at once (engine, pace.c) */
enum { MOST_SMALL = 8 };  /* in a row, under a rollback journal */
enum { WAIT_MS = 10000 }; /* for another reader, who takes back the same */

/* With a pragma that says the mode there is then. */
static bool read_mode(sz_store_sqlite *s, const char *pragma) {
    sqlite3_stmt *st = NULL;
    bool is_fine = sqlite3_prepare_v2(s->db, pragma, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;
    if (is_fine) s->is_bulk = !sz_str_eq(sz_sqlite_column(st, 0), SZ_STR("wal"));
    else sz_sqlite_explain(s);
    sqlite3_finalize(st);
    return is_fine;
}

bool sz_sqlite_look_at_mode(sz_store_sqlite *s) {
    s->n_small = MOST_SMALL;
    return read_mode(s, "PRAGMA journal_mode");
}

/* Where there can be no log the mode stays as it is; nothing depends on it. */
bool sz_sqlite_suit(sz_store_sqlite *s, size_t journal_bytes) {
    bool is_large = journal_bytes >= LARGE;
    s->n_small = is_large ? 0 : s->n_small + (s->n_small <= MOST_SMALL);
    if (is_large && !s->is_bulk) return read_mode(s, "PRAGMA journal_mode = DELETE");
    if (s->is_bulk && s->n_small > MOST_SMALL) return read_mode(s, "PRAGMA journal_mode = WAL");
    return true;
}

/* ---- what a killed run left ---- */

/* Under the exclusive lock a rollback journal stays while the run goes on, its head zeroed, and is written over. One
 * that cannot be looked into is for SQLite to say more about: what is in the file may be half of a commit. */
bool sz_sqlite_is_hot(const char *path) {
    sz_arena a;
    sz_arena_init(&a);
    int fd = open(sz_arena_printf(&a, "%s-journal", path), O_RDONLY | O_CLOEXEC);
    uint8_t first = 0;
    bool is_hot = fd >= 0 ? read(fd, &first, 1) == 1 && first != 0 : errno != ENOENT;
    if (fd >= 0) close(fd);
    sz_arena_fini(&a);
    return is_hot;
}

/* Writers are kept out by our lock, other readers by SQLite's: who comes second finds nothing left to do. */
bool sz_sqlite_recover(sz_store_sqlite *s) {
    if (!sz_sqlite_is_hot(s->path)) return true;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    sz_arena a;
    sz_arena_init(&a);
    const char *path = s->path[0] == '/' ? s->path : sz_arena_printf(&a, "./%s", s->path);
    int rc = sqlite3_open_v2(path, &s->db, flags, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(s->db, WAIT_MS);
    if (rc == SQLITE_OK) rc = sqlite3_exec(s->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    sz_arena_fini(&a);
    if (rc != SQLITE_OK) {
        sz_sqlite_explain(s);
        return false;
    }
    sqlite3_close(s->db);
    s->db = NULL;
    return true;
}

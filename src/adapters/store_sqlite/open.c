/* SPDX-License-Identifier: Apache-2.0
 *
 * open: is it a state of ours, and can it be written.
 *
 * The lock is exclusive, so there is no shared memory file, and closing folds a log back or removes a rollback journal
 * (mode.c): the state at rest is one file. A write-ahead log is folded in once it holds a commit's worth of journal (4
 * MiB: 256 pages) and then written over from its beginning, into pages that the system still holds: a longer one takes
 * fresh ones for all of it.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLES                                                                                             \
    "CREATE TABLE header(id INTEGER PRIMARY KEY CHECK(id = 1), fmt INTEGER NOT NULL, topic BLOB NOT NULL," \
    " parts INTEGER NOT NULL, bundle_ver INTEGER NOT NULL, owner BLOB NOT NULL, seq INTEGER NOT NULL,"     \
    " epoch INTEGER NOT NULL, worker BLOB NOT NULL, body BLOB NOT NULL);"                                  \
    "CREATE TABLE dict(i INTEGER PRIMARY KEY, word BLOB NOT NULL);"                                        \
    "CREATE TABLE snapshots(i INTEGER PRIMARY KEY, student BLOB NOT NULL UNIQUE, record BLOB NOT NULL);"   \
    "CREATE TABLE journal(i INTEGER PRIMARY KEY, entries BLOB NOT NULL);"                                  \
    "CREATE TABLE outbox(i INTEGER PRIMARY KEY, line BLOB NOT NULL);"                                      \
    "CREATE TABLE ledger(i INTEGER PRIMARY KEY, input BLOB NOT NULL UNIQUE, line BLOB NOT NULL);"

static bool execute(sz_store_sqlite *s, const char *sql) {
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK) return true;
    sz_sqlite_explain(s);
    return false;
}

/* The one number that a pragma gives; false: s->text says why. */
static bool pragma(sz_store_sqlite *s, const char *sql, sqlite3_int64 *value) {
    sqlite3_stmt *st = NULL;
    bool is_fine = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;
    if (is_fine) *value = sqlite3_column_int64(st, 0);
    else sz_sqlite_explain(s);
    sqlite3_finalize(st);
    return is_fine;
}

/* SQLite takes `:memory:` for no file and `file:…` for a URI; a path that begins with a folder is only a path. */
static bool connect_to(sz_store_sqlite *s, int flags) {
    sz_arena a;
    sz_arena_init(&a);
    const char *path = s->path[0] == '/' ? s->path : sz_arena_printf(&a, "./%s", s->path);
    int rc = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, sz_sqlite_vfs());
    sz_arena_fini(&a);
    if (rc == SQLITE_OK) sz_sqlite_be_patient(s);
    if (rc == SQLITE_OK)
        return execute(s, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA page_size = 16384;"
                          "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 256;"
                          "PRAGMA temp_store = MEMORY;");
    sz_sqlite_explain(s);
    return false;
}

bool sz_sqlite_create(sz_store_sqlite *s) {
    char layout[96];
    snprintf(layout, sizeof layout, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION, LAYOUT);
    if (!s->db && !connect_to(s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) return false;
    if (execute(s, "BEGIN IMMEDIATE;" TABLES) && execute(s, layout) && sz_sqlite_look_at_mode(s)) return true;
    if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

static void hint(sz_diags *d, sz_diag *g, int code) {
    switch (code) {
    case SZ_CODE_STATE_NOT_OURS:
        sz_diag_hint(d, g, "name another file with --state, or move this one away: it is left as it is",
                     "请用 --state 指定另一个文件，或先移走这个文件；程序不会改动它");
        break;
    case SZ_CODE_STATE_DAMAGED:
        sz_diag_hint(d, g, "restore it from a backup, or begin with a new state and read all records again",
                     "请从备份恢复，或用新的状态开始，重新读取全部记录");
        break;
    case SZ_CODE_STATE_NEWER:
        sz_diag_hint(d, g, "use that version, or begin with a new state", "请使用那个版本，或者用新的状态开始");
        break;
    case SZ_CODE_STATE_READ_ONLY:
    case SZ_CODE_STATE_CANNOT_OPEN:
        sz_diag_hint(d, g, "see to its folder, its permissions and its file system",
                     "请检查它所在的文件夹、权限和文件系统");
        break;
    case SZ_CODE_STATE_IN_USE:
        sz_diag_hint(d, g, "let it end, or end it, and run again; a copy of the state is made while no run goes on",
                     "请等它结束，或结束它，然后再次运行；复制状态文件要在没有运行的时候");
        break;
    default: break;
    }
}

static sz_status fail(sz_store_sqlite *s, sz_diags *d, int code, sz_status status) {
    sz_diag *g = sz_diags_add(d, SZ_ERROR, code, (sz_span){0}, "%s", NULL, s->text);
    g->message_zh = sz_arena_str(&d->arena, sz_str_of(s->text_zh)).p;
    hint(d, g, code);
    return status;
}

static sz_status sqlite_says(sz_store_sqlite *s, sz_diags *d) {
    switch (sqlite3_errcode(s->db) & 0xff) {
    case SQLITE_CORRUPT: return fail(s, d, SZ_CODE_STATE_DAMAGED, SZ_CORRUPT);
    case SQLITE_NOTADB: return fail(s, d, SZ_CODE_STATE_NOT_OURS, SZ_IO);
    case SQLITE_READONLY: return fail(s, d, SZ_CODE_STATE_READ_ONLY, SZ_IO);
    case SQLITE_BUSY: return fail(s, d, SZ_CODE_STATE_IN_USE, SZ_IO);
    default: return fail(s, d, SZ_CODE_STATE_CANNOT_OPEN, SZ_IO);
    }
}

static sz_status refuse(sz_store_sqlite *s, sz_diags *d, int code, sz_status status, const char *en, const char *zh) {
    hint(d, sz_diags_add(d, SZ_ERROR, code, (sz_span){0}, en, zh, s->path), code);
    return status;
}

/* Whose file is it, of which layout; nothing is written before that is known. */
static sz_status look(sz_store_sqlite *s, sz_diags *d) {
    sqlite3_int64 application = 0, layout = 0, tables = 0, rows = 0;
    if (!pragma(s, "PRAGMA application_id", &application) || !pragma(s, "PRAGMA user_version", &layout) ||
        !pragma(s, "SELECT count(*) FROM sqlite_schema", &tables))
        return sqlite_says(s, d);
    if (application == 0 && layout == 0 && tables == 0) return SZ_OK; /* an empty file, or one that a crash left so */
    if (application != APPLICATION)
        return refuse(s, d, SZ_CODE_STATE_NOT_OURS, SZ_IO, "%s is an SQLite file, but not a state of sanzao",
                      "%s 是 SQLite 文件，但不是 sanzao 的状态");
    if (layout > LAYOUT)
        return refuse(s, d, SZ_CODE_STATE_NEWER, SZ_REFUSED, "%s was written by a newer version of sanzao",
                      "%s 由更新版本的 sanzao 写成");
    if (!pragma(s, "SELECT count(*) FROM header", &rows)) return sqlite_says(s, d);
    s->is_new = rows == 0;
    return SZ_OK;
}

/* Asked of the system before SQLite, which would open the file for reading only and fail later and darkly. */
static sz_status can_be_written(sz_store_sqlite *s, sz_diags *d) {
    int fd = open(s->path, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        return SZ_OK;
    }
    int e = errno;
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_STATE_READ_ONLY, (sz_span){0}, "%s cannot be written: %s", NULL,
                              s->path, strerror(e));
    g->message_zh = sz_arena_printf(&d->arena, "%s 不可写：%s", s->path, sz_os_zh(e));
    sz_diag_hint(d, g, "see to its permissions and its file system", "请检查它的权限和所在的文件系统");
    return SZ_IO;
}

static sz_status open_file(sz_store_sqlite *s, sz_diags *d) {
    struct stat st;
    if (stat(s->path, &st) != 0) return SZ_OK; /* made at acquire */
    if (!S_ISREG(st.st_mode))
        return refuse(s, d, SZ_CODE_STATE_CANNOT_OPEN, SZ_IO, "%s is not a file, so it cannot hold the state",
                      "%s 不是文件，不能存放状态");
    sz_status rc = can_be_written(s, d);
    if (rc != SZ_OK) return rc;
    if (st.st_size > 0 && st.st_size < SMALLEST) /* SQLite would take it for an empty one and write over it */
        return refuse(s, d, SZ_CODE_STATE_NOT_OURS, SZ_IO, "%s is not a state of sanzao, or what was left of one",
                      "%s 不是 sanzao 的状态，或者只是它的残余");
    if (!connect_to(s, SQLITE_OPEN_READWRITE)) return sqlite_says(s, d);
    sz_status looks = look(s, d);
    return looks == SZ_OK && !sz_sqlite_look_at_mode(s) ? sqlite_says(s, d) : looks;
}

/* Immutable: no file is made beside it, and none is locked; our own lock keeps writers out. */
static const char *uri_of(sz_arena *a, const char *path, bool is_immutable) {
    sz_buf out;
    sz_buf_init(&out);
    sz_buf_put_z(&out, path[0] == '/' ? "file://" : "file:./");
    for (const char *p = path; *p; p++) {
        if (*p == '%' || *p == '?' || *p == '#') sz_buf_printf(&out, "%%%02x", (unsigned)*p);
        else sz_buf_put_u8(&out, (uint8_t)*p);
    }
    if (is_immutable) sz_buf_put_z(&out, "?immutable=1");
    const char *uri = sz_arena_str(a, sz_buf_str(&out)).p;
    sz_buf_fini(&out);
    return uri;
}

/* Where the journal may not be opened or removed SQLite says so in other words than where the file may not be written.
 */
static sz_status recover_says(sz_store_sqlite *s, sz_diags *d) {
    int code = sqlite3_extended_errcode(s->db), primary = code & 0xff;
    if (primary != SQLITE_READONLY && primary != SQLITE_CANTOPEN && code != SQLITE_IOERR_DELETE)
        return sqlite_says(s, d);
    sz_sqlite_explain_as(s, SQLITE_READONLY_ROLLBACK);
    return fail(s, d, SZ_CODE_STATE_READ_ONLY, SZ_IO);
}

static sz_status open_to_read(sz_store_sqlite *s, sz_diags *d) {
    struct stat st;
    if (stat(s->path, &st) != 0) return SZ_OK; /* missing, says acquire */
    if (!S_ISREG(st.st_mode) || (st.st_size > 0 && st.st_size < SMALLEST))
        return refuse(s, d, SZ_CODE_STATE_NOT_OURS, SZ_IO, "%s is not a state of sanzao, or what was left of one",
                      "%s 不是 sanzao 的状态，或者只是它的残余");
    if (!sz_sqlite_recover(s)) return recover_says(s, d);
    sz_arena a;
    sz_arena_init(&a);
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI;
    bool has_wal = stat(sz_arena_printf(&a, "%s-wal", s->path), &st) == 0 && st.st_size > 0;
    s->made_shm = has_wal && stat(sz_arena_printf(&a, "%s-shm", s->path), &st) != 0;
    int rc = sqlite3_open_v2(uri_of(&a, s->path, !has_wal), &s->db, flags, NULL);
    sz_arena_fini(&a);
    if (rc == SQLITE_OK) return look(s, d);
    sz_sqlite_explain(s);
    return sqlite_says(s, d);
}

static sz_store_sqlite *store_new(const char *path) {
    sz_store_sqlite *s = sz_alloc(sizeof *s);
    size_t n = strlen(path) + 1;
    s->path = memcpy(sz_alloc(n), path, n);
    s->lock_fd = -1;
    s->is_new = true;
    return s;
}

sz_status sz_store_sqlite_open_to_read(const char *path, sz_diags *d, sz_store_sqlite **out) {
    sz_store_sqlite *s = store_new(path);
    s->is_to_read = true;
    sz_status rc = sz_sqlite_lock_to_read(s, d);
    if (rc == SZ_OK) rc = open_to_read(s, d);
    if (rc != SZ_OK) {
        sz_store_sqlite_close(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

sz_status sz_store_sqlite_open(const char *path, sz_diags *d, sz_store_sqlite **out) {
    return sz_store_sqlite_open_waiting(path, (sz_sqlite_wait){NULL, NULL}, d, out);
}

sz_status sz_store_sqlite_open_waiting(const char *path, sz_sqlite_wait wait, sz_diags *d, sz_store_sqlite **out) {
    sz_store_sqlite *s = store_new(path);
    s->wait = wait;
    sz_status rc = sz_sqlite_lock(s, d);
    if (rc == SZ_OK) rc = open_file(s, d);
    if (rc != SZ_OK) {
        sz_store_sqlite_close(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

bool sz_store_sqlite_is_new(const sz_store_sqlite *s) { return s->is_new; }

static void forget_shm(const sz_store_sqlite *s) {
    sz_arena a;
    sz_arena_init(&a);
    unlink(sz_arena_printf(&a, "%s-shm", s->path));
    sz_arena_fini(&a);
}

void sz_store_sqlite_close(sz_store_sqlite *s) {
    if (!s) return;
    while (s->conns) {
        conn *l = s->conns;
        s->conns = l->next;
        sz_free(l);
    }
    sz_sqlite_finalize(s);
    sqlite3_close(s->db);
    if (s->made_shm) forget_shm(s);
    sz_sqlite_unlock(s);
    sz_free(s->path);
    sz_free(s);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * vfs: how pages reach the file. SQLite writes them one by one, in order of their place; a commit's blob is hundreds of
 * them side by side. They are gathered and written together, past the page cache of the system where the file system
 * lets us: a page that is not read again before the next start need not be given, copied to and looked after there.
 *
 * What is gathered is written before anything else is asked of the file: read, cut, measured, synced, closed. A write
 * that fails is told there, and then the commit is taken back as a whole (commit.c): of the pages that were gathered
 * SQLite takes some for written. It passes over what unlocking and closing say, but does neither to a file with
 * anything in it that must stay and was not synced. That is enough for it: it relies on what was written before a sync
 * being there after it, and on no order between two syncs. Everything but the database itself (its journals) is the
 * system's own.
 */
#include "store.h"

#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

enum { MOST = 1 << 20, ALIGNED = 4096, WORTH_IT = 128 << 10 };
enum { LARGEST_PAGE = 64 << 10 }; /* SQLite's own file takes no more at once: of a size it looks at 17 bits */

typedef struct file {
    sqlite3_file base; /* first: SQLite knows no other */
    sqlite3_file *real;
    int direct_fd;    /* the same file past the page cache; -1: it cannot be had */
    int fd;           /* to ask for its locks; -1: it cannot be opened */
    uint8_t *block;   /* as it was allocated; NULL: nothing was written yet */
    uint8_t *bytes;   /* in it, aligned */
    sqlite3_int64 at; /* where they belong */
    size_t n;
} file;

static file *of(sqlite3_file *f) { return (file *)f; }

static int write_usual(file *f, size_t n) {
    int rc = SQLITE_OK;
    for (size_t at = 0, k; at < n && rc == SQLITE_OK; at += k) {
        k = n - at < LARGEST_PAGE ? n - at : LARGEST_PAGE;
        rc = f->real->pMethods->xWrite(f->real, f->bytes + at, (int)k, f->at + (sqlite3_int64)at);
    }
    return rc;
}

static int write_gathered(file *f) {
    size_t n = f->n;
    f->n = 0;
    if (n == 0) return SQLITE_OK;
    if (n >= WORTH_IT && f->direct_fd >= 0) {
        if (pwrite(f->direct_fd, f->bytes, n, f->at) == (ssize_t)n) return SQLITE_OK;
        /* Not here, or only a part of it: the usual way, which knows how to say why. It need not be closed for that:
         * closing a descriptor would drop SQLite's locks on the file. */
    }
    return write_usual(f, n);
}

static bool is_aligned(sqlite3_int64 at, int n) { return at % ALIGNED == 0 && n % ALIGNED == 0; }

static int f_write(sqlite3_file *base, const void *p, int n, sqlite3_int64 at) {
    file *f = of(base);
    bool goes_on = f->n && at == f->at + (sqlite3_int64)f->n && f->n + (size_t)n <= MOST;
    int rc = goes_on ? SQLITE_OK : write_gathered(f);
    if (rc != SQLITE_OK) return rc;
    if (n > MOST || !is_aligned(at, n)) {
        rc = write_gathered(f);
        return rc == SQLITE_OK ? f->real->pMethods->xWrite(f->real, p, n, at) : rc;
    }
    if (!f->block) {
        f->block = sz_alloc(MOST + ALIGNED);
        f->bytes = f->block + (ALIGNED - (uintptr_t)f->block % ALIGNED);
    }
    if (!f->n) f->at = at;
    memcpy(f->bytes + f->n, p, (size_t)n);
    f->n += (size_t)n;
    return SQLITE_OK;
}

static int f_close(sqlite3_file *base) {
    file *f = of(base);
    int rc = write_gathered(f), closed = f->real->pMethods->xClose(f->real);
    if (f->direct_fd >= 0) close(f->direct_fd); /* after SQLite's: with it go the locks of the process */
    if (f->fd >= 0 && f->fd != f->direct_fd) close(f->fd);
    sz_free(f->block);
    return rc == SQLITE_OK ? closed : rc;
}

/* Unlocked in any case: SQLite takes it for so whatever we say. */
static int f_unlock(sqlite3_file *base, int level) {
    file *f = of(base);
    int rc = write_gathered(f), unlocked = f->real->pMethods->xUnlock(f->real, level);
    return rc == SQLITE_OK ? unlocked : rc;
}

/* ---- what is asked of the file with all that was written in it ---- */

#define THEN(call)              \
    file *f = of(base);         \
    int rc = write_gathered(f); \
    return rc == SQLITE_OK ? f->real->pMethods->call : rc

static int f_read(sqlite3_file *base, void *p, int n, sqlite3_int64 at) { THEN(xRead(f->real, p, n, at)); }
static int f_truncate(sqlite3_file *base, sqlite3_int64 n) { THEN(xTruncate(f->real, n)); }
static int f_sync(sqlite3_file *base, int flags) { THEN(xSync(f->real, flags)); }
static int f_size(sqlite3_file *base, sqlite3_int64 *n) { THEN(xFileSize(f->real, n)); }
static int f_fetch(sqlite3_file *base, sqlite3_int64 at, int n, void **p) { THEN(xFetch(f->real, at, n, p)); }

/* ---- what has nothing to do with what was written ---- */

static sqlite3_file *real(sqlite3_file *f) { return of(f)->real; }
/* Hints among them, whose failure SQLite passes over: a write must not fail there. */
static int f_control(sqlite3_file *f, int op, void *arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
static int f_lock(sqlite3_file *f, int level) { return real(f)->pMethods->xLock(real(f), level); }
static int f_is_reserved(sqlite3_file *f, int *out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
static int f_sector(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }
/* Not that writes are atomic, keep their order or come in batches that the file system ends: ours come later. */
static int f_character(sqlite3_file *f) {
    const int kept = SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
    return real(f)->pMethods->xDeviceCharacteristics(real(f)) & kept;
}
static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p) {
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, p);
}
static int f_shm_lock(sqlite3_file *f, int at, int n, int flags) {
    return real(f)->pMethods->xShmLock(real(f), at, n, flags);
}
static void f_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int f_shm_unmap(sqlite3_file *f, int is_over) { return real(f)->pMethods->xShmUnmap(real(f), is_over); }
static int f_unfetch(sqlite3_file *f, sqlite3_int64 at, void *p) { return real(f)->pMethods->xUnfetch(real(f), at, p); }

static const sqlite3_io_methods methods = {
    3,          f_close,       f_read,        f_write,   f_truncate, f_sync,      f_size,
    f_lock,     f_unlock,      f_is_reserved, f_control, f_sector,   f_character, f_shm_map,
    f_shm_lock, f_shm_barrier, f_shm_unmap,   f_fetch,   f_unfetch,
};

static sqlite3_vfs *system_vfs;
static sqlite3_vfs vfs;

enum { HEAD = (sizeof(file) + 15) / 16 * 16 }; /* the system's own file stands behind ours */

static int vfs_open(sqlite3_vfs *self, const char *path, sqlite3_file *out, int flags, int *out_flags) {
    (void)self;
    bool is_ours = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    sqlite3_file *at = is_ours ? (sqlite3_file *)((char *)out + HEAD) : out;
    int rc = system_vfs->xOpen(system_vfs, path, at, flags, out_flags);
    if (!is_ours) return rc;
    out->pMethods = NULL; /* SQLite closes what has methods, opened or not */
    if (rc != SQLITE_OK || at->pMethods->iVersion < 3) {
        if (at->pMethods) at->pMethods->xClose(at);
        return rc == SQLITE_OK ? SQLITE_CANTOPEN : rc;
    }
    int direct = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
    int fd = direct >= 0 ? direct : open(path, O_RDONLY | O_CLOEXEC);
    *of(out) = (file){.base = {&methods}, .real = at, .direct_fd = direct, .fd = fd};
    return SQLITE_OK;
}

int sz_sqlite_fd(sqlite3 *db) {
    sqlite3_file *f = NULL;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &f) != SQLITE_OK || !f) return -1;
    return f->pMethods == &methods ? of(f)->fd : -1;
}

static void begin(void) {
    system_vfs = sqlite3_vfs_find(NULL);
    vfs = *system_vfs;
    vfs.pNext = NULL;
    vfs.zName = "sanzao";
    vfs.szOsFile = HEAD + system_vfs->szOsFile;
    vfs.xOpen = vfs_open;
    sqlite3_vfs_register(&vfs, 0);
}

const char *sz_sqlite_vfs(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin);
    return vfs.zName;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * replace: another file takes a state's place (state repartition). The lock of its path is held all the while. Of both
 * files the log must be folded in, or what was begun taken back: what stays behind would be taken for the other file's.
 * That it is gone must be on the disk before the other file is in the place.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_journal(sz_arena *a, const char *path) {
    struct stat st;
    return (stat(sz_arena_printf(a, "%s-wal", path), &st) == 0 && st.st_size > 0) || sz_sqlite_is_hot(path);
}

/* What was removed or renamed is not so for good before its folder is on the disk. */
static bool sync_folder(sz_arena *a, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = !slash ? "." : slash == path ? "/" : sz_arena_printf(a, "%.*s", (int)(slash - path), path);
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_fine = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return is_fine;
}

static sz_status cannot(sz_diags *d, const char *path, const char *why, const char *why_zh) {
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_STATE_CANNOT_OPEN, (sz_span){0}, "%s cannot be put in its place: %s",
                              NULL, path, why);
    g->message_zh = sz_arena_printf(&d->arena, "%s 不能放到它的位置：%s", path, why_zh);
    return SZ_IO;
}

sz_status sz_store_sqlite_replace(sz_store_sqlite *s, const char *next, sz_diags *d) {
    sz_arena a;
    sz_arena_init(&a);
    sz_sqlite_finalize(s);
    sqlite3_close(s->db); /* folds its log in */
    s->db = NULL;
    sz_status rc = SZ_OK;
    if (has_journal(&a, s->path) || has_journal(&a, next))
        rc = cannot(d, s->path, "a journal beside it could not be folded in", "旁边的日志没能并入");
    else if (!sync_folder(&a, s->path) || rename(next, s->path) != 0 || !sync_folder(&a, s->path))
        rc = cannot(d, next, strerror(errno), sz_os_zh(errno));
    sz_arena_fini(&a);
    return rc;
}

bool sz_store_sqlite_remove(const char *path) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".lock"};
    sz_arena a;
    sz_arena_init(&a);
    bool is_gone = true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (unlink(sz_arena_printf(&a, "%s%s", path, ends[i])) != 0 && errno != ENOENT) is_gone = false;
    sz_arena_fini(&a);
    return is_gone;
}

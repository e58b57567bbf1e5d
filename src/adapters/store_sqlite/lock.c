/* SPDX-License-Identifier: Apache-2.0
 *
 * lock: an open file description lock on PATH.lock. It goes with the process, however that ends, and other
 * descriptors of the file do not drop it, as they do with the older locks of POSIX. The file says who holds it; it
 * stays behind, empty.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void say_who(int fd) {
    char text[64], when[40];
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    int n = snprintf(text, sizeof text, "%ld %s\n", (long)getpid(), when);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
        return; /* only for people: the lock holds without */
}

/* Readers share the lock and do not write who they are. */
static sz_status is_read(sz_store_sqlite *s, sz_diags *d) {
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_STATE_IN_USE, (sz_span){0},
                              "%s: another program of sanzao is reading this state (state show, not-judged, explain)",
                              "%s：另一个 sanzao 程序正在读取这份状态（state show、not-judged、explain）", s->path);
    sz_diag_hint(d, g, "wait until it has ended, and run again", "请等它结束后再次运行");
    return SZ_IO;
}

static bool is_held_by_a_reader(int fd) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type == F_RDLCK;
}

/* A reader ends soon: it is waited for, where that is wanted. */
static bool take_lock(sz_store_sqlite *s, int fd) {
    const holder reader = {"a program of sanzao that reads it", "读取它的 sanzao 程序"};
    s->waited_ms = 0;
    do {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        if (fcntl(fd, F_OFD_SETLK, &whole) == 0) return true;
    } while (is_held_by_a_reader(fd) && sz_sqlite_wait_on(s, &reader));
    return false;
}

static sz_status in_use(sz_store_sqlite *s, int fd, sz_diags *d) {
    if (!s->is_to_read && is_held_by_a_reader(fd)) return is_read(s, d);
    char text[64] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    char *since = strchr(text, ' ');
    if (since) since[strcspn(since, "\n")] = '\0';
    sz_diag *g = sz_diags_add(
        d, SZ_ERROR, SZ_CODE_STATE_IN_USE, (sz_span){0}, "%1$s: another process (%2$ld, since%3$s) is using this state",
        "%1$s：另一个进程（%2$ld，开始于%3$s）正在使用这份状态", s->path, pid, since ? since : " ?");
    sz_diag_hint(d, g, "wait until it has ended, or give this run a state of its own",
                 "请等它结束，或者让这次运行使用另一份状态");
    return SZ_IO;
}

/* A pipe or a device of that name holds no lock, and reading it may wait for ever. */
static bool is_file(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static sz_status no_file(sz_diags *d, const char *name) {
    sz_diag *g =
        sz_diags_add(d, SZ_ERROR, SZ_CODE_STATE_CANNOT_OPEN, (sz_span){0}, "%s is not a file", "%s 不是文件", name);
    sz_diag_hint(d, g, "the state's lock is a file of that name; remove what stands there",
                 "状态的锁是这个名字的文件；请移走那里的东西");
    return SZ_IO;
}

sz_status sz_sqlite_lock(sz_store_sqlite *s, sz_diags *d) {
    sz_arena a;
    sz_arena_init(&a);
    const char *name = sz_arena_printf(&a, "%s.lock", s->path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    sz_status rc = SZ_OK;
    if (fd < 0) {
        int e = errno;
        sz_diag *g = sz_diags_add(d, SZ_ERROR, e == EROFS ? SZ_CODE_STATE_READ_ONLY : SZ_CODE_STATE_CANNOT_OPEN,
                                  (sz_span){0}, "%s cannot be opened for writing: %s", NULL, name, strerror(e));
        g->message_zh = sz_arena_printf(&d->arena, "%s 不能以可写方式打开：%s", name, sz_os_zh(e));
        if (e == ENOENT) sz_diag_hint(d, g, "make the folder first", "请先建立这个文件夹");
        else sz_diag_hint(d, g, "put the state where this program may write", "请把状态放在本程序可以写入的地方");
        rc = SZ_IO;
    } else if (!is_file(fd)) {
        rc = no_file(d, name);
        close(fd);
    } else {
        if (!take_lock(s, fd)) {
            rc = in_use(s, fd, d);
            close(fd);
        } else {
            say_who(fd);
            s->lock_fd = fd;
        }
    }
    sz_arena_fini(&a);
    return rc;
}

/* A copy has no lock, and nobody writes to it. One that is there and may not be opened may be held: SQLite would read
 * what is being written then. */
static sz_status cannot_tell(sz_diags *d, const char *name, int e) {
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_STATE_CANNOT_OPEN, (sz_span){0},
                              "%s cannot be opened: %s, so nobody knows whether this state is being written", NULL,
                              name, strerror(e));
    g->message_zh = sz_arena_printf(&d->arena, "%s 打不开：%s，无法知道这份状态是否正在写入", name, sz_os_zh(e));
    sz_diag_hint(d, g,
                 "read as the user whom the state belongs to, allow reading of that file, or read a copy without it",
                 "请用状态所属的用户来读，或放开这个文件的读权限，或读一份不带它的副本");
    return SZ_IO;
}

sz_status sz_sqlite_lock_to_read(sz_store_sqlite *s, sz_diags *d) {
    sz_arena a;
    sz_arena_init(&a);
    const char *name = sz_arena_printf(&a, "%s.lock", s->path);
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_none = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    sz_status rc = fd < 0 && !is_none ? cannot_tell(d, name, errno) : SZ_OK;
    if (fd >= 0 && !is_file(fd)) {
        rc = no_file(d, name);
        close(fd);
        fd = -1;
    }
    sz_arena_fini(&a);
    if (fd < 0) return rc;
    struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &whole) != 0) {
        rc = in_use(s, fd, d);
        close(fd);
        return rc;
    }
    s->lock_fd = fd;
    return SZ_OK;
}

void sz_sqlite_unlock(sz_store_sqlite *s) {
    if (s->lock_fd < 0) return;
    if (!s->is_to_read && ftruncate(s->lock_fd, 0) != 0) errno = 0; /* only for people */
    close(s->lock_fd);
    s->lock_fd = -1;
}

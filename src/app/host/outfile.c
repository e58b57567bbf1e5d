/* SPDX-License-Identifier: Apache-2.0 */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codes.h"

static sz_status cannot(sz_diags *d, const char *path, const char *why, const char *why_zh, const char *hint,
                        const char *hint_zh) {
    sz_diag *g =
        sz_diags_add(d, SZ_ERROR, APP_CODE_CANNOT_WRITE, (sz_span){0}, "%s cannot be written: %s", NULL, path, why);
    g->message_zh = sz_arena_printf(&d->arena, "%s 不可写：%s", path, why_zh);
    sz_diag_hint(d, g, hint, hint_zh);
    return SZ_IO;
}

static sz_status failed(sz_diags *d, const char *path, int e) {
    bool is_full = e == ENOSPC || e == EDQUOT || e == EFBIG;
    return cannot(d, path, strerror(e), sz_os_zh(e),
                  is_full ? "make room and run again" : "see to its permissions and its file system",
                  is_full ? "请腾出空间，再次运行" : "请检查它的权限和所在的文件系统");
}

sz_status sz_out_look(const char *path, sz_diags *d) {
    struct stat st;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return cannot(d, path, "it is a folder", "它是文件夹", "name a file in it", "请写出其中的一个文件名");
        if (S_ISSOCK(st.st_mode))
            return cannot(d, path, "it is a socket", "它是套接字", "name a file", "请写一个文件名");
        return access(path, W_OK) == 0 ? SZ_OK : failed(d, path, errno);
    }
    if (errno != ENOENT) return failed(d, path, errno);
    const char *slash = strrchr(path, '/');
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : sz_arena_str(&d->arena, (sz_str){path, (size_t)(slash - path)}).p;
    if (access(folder, W_OK | X_OK) == 0) return SZ_OK;
    return cannot(d, path, strerror(errno), sz_os_zh(errno), "see that its folder is there and can be written",
                  "请确认它所在的文件夹存在并且可写");
}

/* 0, or errno. */
static int put(int fd, const uint8_t *p, size_t n) {
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno != EINTR) return errno;
        if (k > 0) p += k, n -= (size_t)k;
    }
    return 0;
}

static int write_to(const char *path, int flags, const void *p, size_t n) {
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
    if (fd < 0) return errno;
    int e = put(fd, p, n);
    if (close(fd) != 0 && e == 0) e = errno;
    return e;
}

sz_status sz_out_write(const char *path, const void *p, size_t n, sz_diags *d) {
    struct stat st;
    bool is_there = lstat(path, &st) == 0;
    int e = 0;
    if (is_there && !S_ISREG(st.st_mode)) {
        e = write_to(path, O_TRUNC, p, n); /* a device, a pipe, what a link leads to */
    } else {
        const char *beside = sz_arena_printf(&d->arena, "%s.new", path);
        e = write_to(beside, O_CREAT | O_TRUNC, p, n);
        if (e == 0 && is_there) chmod(beside, st.st_mode & 0777);
        if (e == 0 && rename(beside, path) != 0) e = errno;
        if (e) unlink(beside);
    }
    return e ? failed(d, path, e) : SZ_OK;
}

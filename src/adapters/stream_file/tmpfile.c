/* SPDX-License-Identifier: Apache-2.0
 *
 * tmpfile: has no name, so it goes when the process goes.
 */
#include "sorter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int sz_fs_tmp_open(const char *dir, char *error, size_t error_room) {
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && errno != ENOENT && errno != EACCES) { /* a file system without O_TMPFILE */
        char name[4096];
        snprintf(name, sizeof name, "%s/sanzao-sort-XXXXXX", dir);
        fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0) unlink(name);
    }
    if (fd < 0) snprintf(error, error_room, "cannot make a temporary file for sorting in %s: %s", dir, strerror(errno));
    return fd;
}

bool sz_fs_tmp_write(int fd, uint64_t at, const void *from, size_t n, const char *dir, char *error, size_t error_room) {
    const char *p = from;
    while (n) {
        ssize_t done = pwrite(fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            snprintf(error, error_room, "cannot write the temporary file for sorting in %s: %s%s", dir, strerror(errno),
                     errno == ENOSPC || errno == EFBIG || errno == EDQUOT
                         ? ": make room, or give another folder by TMPDIR"
                         : "");
            return false;
        }
        p += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

bool sz_fs_tmp_read(int fd, uint64_t at, void *to, size_t n, char *error, size_t error_room) {
    char *p = to;
    while (n) {
        ssize_t done = pread(fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            snprintf(error, error_room, "cannot read the temporary file for sorting: %s",
                     done < 0 ? strerror(errno) : "it is too short");
            return false;
        }
        p += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

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

int sz_fs_tmp_open(const char *dir, said *error) {
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && errno != ENOENT && errno != EACCES) { /* a file system without O_TMPFILE */
        char name[4096];
        snprintf(name, sizeof name, "%s/sanzao-sort-XXXXXX", dir);
        fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0) unlink(name);
    }
    if (fd < 0) {
        sz_fs_say_os(error, errno, "cannot make a temporary file for sorting in %s", "不能在 %s 里建立排序用的临时文件",
                     dir);
        sz_fs_say_more(error, ": give another folder by --tmp", "：请用 --tmp 指定另一个文件夹");
    }
    return fd;
}

bool sz_fs_tmp_write(int fd, uint64_t at, const void *from, size_t n, const char *dir, said *error) {
    const char *p = from;
    while (n) {
        ssize_t done = pwrite(fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            int e = errno;
            sz_fs_say_os(error, e, "cannot write the temporary file for sorting in %s",
                         "不能写入 %s 里排序用的临时文件", dir);
            if (e == ENOSPC || e == EFBIG || e == EDQUOT)
                sz_fs_say_more(error, ": make room, or give another folder by --tmp",
                               "：请腾出空间，或用 --tmp 指定另一个文件夹");
            return false;
        }
        p += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

bool sz_fs_tmp_read(int fd, uint64_t at, void *to, size_t n, said *error) {
    char *p = to;
    while (n) {
        ssize_t done = pread(fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            if (done < 0)
                sz_fs_say_os(error, errno, "cannot read the temporary file for sorting", "不能读取排序用的临时文件");
            else sz_fs_say(error, "the temporary file for sorting is too short", "排序用的临时文件太短");
            return false;
        }
        p += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

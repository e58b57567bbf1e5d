/* SPDX-License-Identifier: Apache-2.0 */
#include "again.h"

#include <errno.h>
#include <fcntl.h>
#include <sanzao/model.h>
#include <unistd.h>

void sz_fs_again_init(again *a, uint32_t n_inputs) {
    *a = (again){.n = n_inputs, .other = -1};
    a->fds = sz_alloc(sizeof *a->fds * (n_inputs + 1));
    for (uint32_t i = 0; i < n_inputs; i++) a->fds[i] = -1;
    sz_buf_init(&a->line);
}

void sz_fs_again_fini(again *a) {
    for (uint32_t i = 0; i < a->n; i++)
        if (a->fds[i] >= 0) close(a->fds[i]);
    if (a->other >= 0) close(a->other);
    sz_free(a->fds);
    sz_buf_fini(&a->line);
}

void sz_fs_again_keep(again *a, uint32_t input, int fd) {
    if (a->n_open == AGAIN_OPEN) return;
    a->fds[input] = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* -1: too many are open, which is no fault */
    if (a->fds[input] >= 0) a->n_open++;
}

static int fd_of(again *a, uint32_t input, const char *path) {
    if (a->fds[input] >= 0) return a->fds[input];
    if (a->other >= 0 && a->other_of == input) return a->other;
    if (a->other >= 0) close(a->other);
    a->other_of = input;
    return a->other = open(path, O_RDONLY | O_CLOEXEC);
}

bool sz_fs_again_read(again *a, uint32_t input, const char *path, uint64_t offset, size_t n, sz_str *out) {
    int fd = fd_of(a, input, path);
    if (fd < 0) return false;
    sz_buf_clear(&a->line);
    sz_buf_reserve(&a->line, n + SZ_READ_BEHIND);
    memset(a->line.p + n, 0, SZ_READ_BEHIND);
    for (size_t at = 0; at < n;) {
        ssize_t more = pread(fd, a->line.p + at, n - at, (off_t)(offset + at));
        if (more < 0 && errno == EINTR) continue;
        if (more == 0) errno = 0;
        if (more <= 0) return false;
        at += (size_t)more;
    }
    *out = (sz_str){(const char *)a->line.p, n};
    return true;
}

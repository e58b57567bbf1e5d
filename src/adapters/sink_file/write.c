/* SPDX-License-Identifier: Apache-2.0
 *
 * write: whole lines or nothing.
 */
#include "sink.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static void explain(sz_sink_file *s, const target *t, int e) {
    bool is_full = e == ENOSPC || e == EDQUOT || e == EFBIG, is_file = t->kind != TO_STDOUT;
    const char *advice = is_full ? ": make room and run again" : e == EPIPE ? ": its reader has gone" : "";
    const char *advice_zh = is_full ? "：请腾出空间后再次运行" : e == EPIPE ? "：读取它的程序已经退出" : "";
    snprintf(s->text, sizeof s->text, "%s cannot be written: %s%s", is_file ? t->path : "standard output", strerror(e),
             advice);
    snprintf(s->text_zh, sizeof s->text_zh, "%s 不可写（%s）%s", is_file ? t->path : "标准输出", sz_os_zh(e),
             advice_zh);
}

/* 0, or errno. */
static int put(const target *t, const uint8_t *p, size_t n, uint64_t at) {
    while (n) {
        ssize_t done = t->is_regular ? pwrite(t->fd, p, n, (off_t)at) : write(t->fd, p, n);
        if (done < 0 && errno == EAGAIN) { /* somebody made our standard output non-blocking */
            struct pollfd wait = {.fd = t->fd, .events = POLLOUT};
            poll(&wait, 1, -1);
            continue;
        }
        if (done < 0 && errno != EINTR) return errno;
        if (done <= 0) continue;
        p += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return 0;
}

/* How many of the bytes stand in the file already; -1: others stand there, -2: errno. */
static int64_t same_as(const target *t, const uint8_t *p, size_t n) {
    uint8_t there[4096];
    size_t at = 0;
    while (at < n) {
        size_t want = n - at < sizeof there ? n - at : sizeof there;
        ssize_t got = pread(t->fd, there, want, (off_t)(t->length + at));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -2;
        if (got == 0) break;
        if (memcmp(there, p + at, (size_t)got) != 0) return -1;
        at += (size_t)got;
    }
    return (int64_t)at;
}

/* The part of the pending bytes that is to be written; false: the file is somebody else's. */
static bool compare(sz_sink_file *s, target *t, size_t *from) {
    int64_t same = same_as(t, t->pending.p, t->pending.n);
    if (same == -2) explain(s, t, errno);
    if (same == -1) {
        snprintf(s->text, sizeof s->text,
                 "%s holds lines that this state did not write: name another file, move this one away, or go on at "
                 "its end with --append",
                 t->path);
        snprintf(s->text_zh, sizeof s->text_zh,
                 "%s 里有不是这份状态写的内容：请换一个文件名，把它移走，或者用 --append 接在末尾", t->path);
    }
    if (same < 0) return false;
    *from = (size_t)same;
    if (*from < t->pending.n) t->is_compared = false; /* its end is reached */
    if (t->length == 0) sz_target_claim(s, t, 0);
    return true;
}

bool sz_target_write(sz_sink_file *s, target *t) {
    size_t from = 0;
    if (t->pending.n == 0) return true;
    if (t->is_compared && !compare(s, t, &from)) return false;
    int e = put(t, t->pending.p + from, t->pending.n - from, t->length + from);
    if (e == 0 && t->is_regular && !s->is_volatile && fdatasync(t->fd) != 0) e = errno;
    if (e) {
        explain(s, t, e);
        if (t->is_regular && !t->is_compared && ftruncate(t->fd, (off_t)(t->length + from)) != 0)
            return false; /* at the next start */
        return false;
    }
    t->length += t->pending.n;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * file: opening, finding out what stands there, writing whole lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared.h"

/* ---- hashes of lines ---- */

static uint64_t hash_of(const uint8_t *p, size_t n) {
    uint64_t h = sz_hash(p, n);
    return h ? h : 1;
}

static void put_hash(sz_shared_file *f, uint64_t h);

static void grow(sz_shared_file *f) {
    uint64_t *old = f->there;
    uint32_t n = f->n_slots;
    f->n_slots = n ? 2 * n : 1024;
    f->there = sz_alloc(f->n_slots * sizeof *f->there);
    f->n_there = 0;
    for (uint32_t i = 0; i < n; i++)
        if (old[i]) put_hash(f, old[i]);
    sz_free(old);
}

static void put_hash(sz_shared_file *f, uint64_t h) {
    if (2 * f->n_there >= f->n_slots) grow(f);
    uint32_t i = (uint32_t)h & (f->n_slots - 1);
    while (f->there[i] && f->there[i] != h) i = (i + 1) & (f->n_slots - 1);
    if (!f->there[i]) f->n_there++;
    f->there[i] = h;
}

static bool has_hash(const sz_shared_file *f, uint64_t h) {
    if (!f->n_slots) return false;
    for (uint32_t i = (uint32_t)h & (f->n_slots - 1); f->there[i]; i = (i + 1) & (f->n_slots - 1))
        if (f->there[i] == h) return true;
    return false;
}

/* ---- open ---- */

/* Always false. */
static bool fail(sz_shared_file *f, const char *en, const char *zh) {
    snprintf(f->text, sizeof f->text, "%s %s", f->path ? f->path : "standard output", en);
    snprintf(f->text_zh, sizeof f->text_zh, "%s %s", f->path ? f->path : "标准输出", zh);
    return false;
}

static bool fail_errno(sz_shared_file *f, const char *en, const char *zh, int e) {
    bool is_full = e == ENOSPC || e == EDQUOT || e == EFBIG;
    char what[256], what_zh[256];
    snprintf(what, sizeof what, "%s: %s%s", en, strerror(e),
             is_full      ? ": make room and run again"
             : e == EPIPE ? ": its reader has gone"
                          : "");
    snprintf(what_zh, sizeof what_zh, "%s（%s）%s", zh, sz_os_zh(e),
             is_full      ? "：请腾出空间后再次运行"
             : e == EPIPE ? "：读取它的程序已经退出"
                          : "");
    return fail(f, what, what_zh);
}

/* A line that a crash cut off is no line: it is written again. */
static bool drop_torn_line(sz_shared_file *f) {
    uint8_t piece[4096];
    uint64_t at = f->length;
    while (at) {
        size_t want = at < sizeof piece ? (size_t)at : sizeof piece;
        if (pread(f->fd, piece, want, (off_t)(at - want)) != (ssize_t)want)
            return fail_errno(f, "cannot be read", "不能读取", errno);
        while (want && piece[want - 1] != '\n') want--, at--;
        if (want) break;
    }
    if (at == f->length) return true;
    f->length = at;
    return ftruncate(f->fd, (off_t)at) == 0 || fail_errno(f, "cannot be cut", "不能截短", errno);
}

static bool open_file(sz_shared_file *f) {
    if (!f->path) {
        f->fd = STDOUT_FILENO;
        return true;
    }
    f->fd = open(f->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (f->is_volatile && !f->append ? O_TRUNC : 0), 0666);
    if (f->fd < 0) f->fd = open(f->path, O_WRONLY | O_CLOEXEC); /* a pipe */
    struct stat st;
    if (f->fd < 0 || fstat(f->fd, &st) != 0) return fail_errno(f, "cannot be written", "不可写", errno);
    f->is_regular = S_ISREG(st.st_mode);
    f->length = f->is_regular ? (uint64_t)st.st_size : 0;
    f->held_something = f->length > 0;
    return !f->is_regular || drop_torn_line(f);
}

/* ---- what stands there ---- */

/* Lines of [from, to): hashes into the set. `from` may lie within a line where the file was changed: that piece is
 * hashed too and matches nothing. */
static bool scan(sz_shared_file *f, uint64_t from, uint64_t to) {
    sz_buf line;
    sz_buf_init(&line);
    uint8_t piece[16384];
    bool is_fine = true;
    while (from < to && is_fine) {
        size_t want = to - from < sizeof piece ? (size_t)(to - from) : sizeof piece;
        ssize_t got = pread(f->fd, piece, want, (off_t)from);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            is_fine = got == 0 || fail_errno(f, "cannot be read", "不能读取", errno);
            break;
        }
        from += (uint64_t)got;
        for (uint8_t *p = piece, *end = piece + got; p < end;) {
            uint8_t *nl = memchr(p, '\n', (size_t)(end - p));
            sz_buf_put(&line, p, (size_t)((nl ? nl : end) - p));
            p = nl ? nl + 1 : end;
            if (!nl) break;
            put_hash(f, hash_of(line.p, line.n));
            sz_buf_clear(&line);
        }
    }
    sz_buf_fini(&line);
    return is_fine;
}

/* A state that has committed nothing may have written all the same: a run that was cut off before its first commit.
 * Then what is to be written now stands there, or some of it. */
static bool has_any_of(sz_shared_file *f, const sz_buf *lines) {
    for (const uint8_t *p = lines->p, *end = p + lines->n, *nl; p < end; p = nl + 1) {
        nl = memchr(p, '\n', (size_t)(end - p));
        if (has_hash(f, hash_of(p, (size_t)(nl - p)))) return true;
    }
    return false;
}

bool sz_ss_ready(sz_shared_file *f, const target *t, bool is_new) {
    if (f->fd < 0 && !open_file(f)) return false;
    if (!f->is_regular) return true;
    if (t->is_known || !is_new) f->is_ours = true;
    if (f->held_something && !f->is_ours && !f->append) {
        if (!scan(f, 0, f->length)) return false;
        f->is_ours = has_any_of(f, &t->pending);
    }
    if (f->held_something && !f->is_ours && !f->append)
        return fail(f,
                    "is not empty, and this state has not written to it: name another file, move this one away, or go "
                    "on at its end with --append",
                    "里有不是这份状态写的内容：请换一个文件名，把它移走，或者用 --append 接在末尾");
    if (f->is_volatile && !f->append) return true;
    uint64_t from = t->acknowledged <= f->length ? t->acknowledged : 0; /* shorter: it was rotated */
    uint64_t to = f->scanned_from < f->length ? f->scanned_from : f->length;
    if (from >= to) return true;
    if (!scan(f, from, to)) return false;
    f->scanned_from = from;
    return true;
}

/* ---- write ---- */

/* 0, or errno. */
static int put(const sz_shared_file *f, const uint8_t *p, size_t n) {
    while (n) {
        ssize_t done = write(f->fd, p, n);
        if (done < 0 && errno == EAGAIN) { /* somebody made our standard output non-blocking */
            struct pollfd wait = {.fd = f->fd, .events = POLLOUT};
            poll(&wait, 1, -1);
            continue;
        }
        if (done < 0 && errno != EINTR) return errno;
        if (done <= 0) continue;
        p += done;
        n -= (size_t)done;
    }
    return 0;
}

bool sz_ss_write(sz_shared_file *f, const sz_buf *lines, bool is_durable) {
    sz_buf out;
    sz_buf_init(&out);
    for (const uint8_t *p = lines->p, *end = p + lines->n, *nl; p < end; p = nl + 1) {
        nl = memchr(p, '\n', (size_t)(end - p));
        uint64_t h = hash_of(p, (size_t)(nl - p));
        if (has_hash(f, h)) continue;
        if (f->is_regular) put_hash(f, h);
        sz_buf_put(&out, p, (size_t)(nl + 1 - p));
    }
    int e = out.n ? put(f, out.p, out.n) : 0;
    if (!e && out.n && f->is_regular && is_durable && fdatasync(f->fd) != 0) e = errno;
    if (e && f->is_regular && ftruncate(f->fd, (off_t)f->length) != 0) e = errno; /* whole lines or nothing */
    if (!e) f->length += out.n;
    sz_buf_fini(&out);
    return !e || fail_errno(f, "cannot be written", "不可写", e);
}

/* ---- life ---- */

sz_status sz_shared_file_new(const sz_shared_file_options *o, sz_diags *d, sz_shared_file **out) {
    bool is_stdout = sz_str_is(o->target, "stdout");
    *out = NULL;
    if (!is_stdout && (o->target.n <= 5 || memcmp(o->target.p, "file:", 5) != 0)) {
        sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_SINK_ODD, (sz_span){0}, "%.*s is no place to write to",
                                  "%.*s 不是可以写入的地方", SZ_FMT_STR(o->target));
        sz_diag_hint(d, g, "write file:PATH, stdout or kafka:TOPIC", "请写 file:路径、stdout 或 kafka:主题");
        return SZ_USAGE;
    }
    sz_shared_file *f = sz_alloc(sizeof *f);
    pthread_mutex_init(&f->mutex, NULL);
    f->key = o->key;
    f->append = o->append;
    f->is_volatile = o->is_volatile;
    f->fd = -1;
    f->scanned_from = UINT64_MAX;
    if (!is_stdout) {
        f->path = sz_alloc(o->target.n - 4);
        memcpy(f->path, o->target.p + 5, o->target.n - 5);
    }
    if (!open_file(f)) {
        sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_SINK_CANNOT_OPEN, (sz_span){0}, "%s", NULL, f->text);
        g->message_zh = sz_arena_str(&d->arena, sz_str_of(f->text_zh)).p;
        sz_shared_file_free(f);
        return SZ_IO;
    }
    *out = f;
    return SZ_OK;
}

void sz_shared_file_free(sz_shared_file *f) {
    if (!f) return;
    if (f->fd >= 0 && f->path) close(f->fd);
    pthread_mutex_destroy(&f->mutex);
    sz_free(f->there);
    sz_free(f->path);
    sz_free(f);
}

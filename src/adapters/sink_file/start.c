/* SPDX-License-Identifier: Apache-2.0
 *
 * start: each file is brought to the length that the state knows (contract: file sinks).
 */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static sz_status fail_saying(sz_sink_file *s, const target *t, int code, const char *en, const char *zh) {
    snprintf(s->text, sizeof s->text, "%s: %s", t->path, en);
    snprintf(s->text_zh, sizeof s->text_zh, "%s：%s", t->path, zh);
    sz_diag *g = sz_diags_add(s->d, SZ_ERROR, code, (sz_span){0}, "%s", NULL, s->text);
    g->message_zh = sz_arena_str(&s->d->arena, sz_str_of(s->text_zh)).p;
    return SZ_IO;
}

static sz_status fail(sz_sink_file *s, const target *t, int e) {
    return fail_saying(s, t, SZ_CODE_SINK_CANNOT_OPEN, strerror(e), sz_os_zh(e));
}

/* The name of a new file must be on the disk too, before what is in it is said to be. */
static void sync_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    sz_arena a;
    sz_arena_init(&a);
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : sz_arena_str(&a, (sz_str){path, (size_t)(slash - path)}).p;
    int fd = open(folder, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); /* some file systems cannot, and then there is nothing to be done */
        close(fd);
    }
    sz_arena_fini(&a);
}

static sz_status open_target(sz_sink_file *s, target *t, uint64_t *size) {
    t->fd = open(t->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (t->fd < 0 && !t->is_regular) t->fd = open(t->path, O_WRONLY | O_CLOEXEC); /* a pipe */
    struct stat st;
    if (t->fd < 0 || fstat(t->fd, &st) != 0) return fail(s, t, errno);
    t->is_regular = S_ISREG(st.st_mode);
    *size = t->is_regular ? (uint64_t)st.st_size : 0;
    if (t->is_regular && !s->is_volatile && *size == 0) sync_folder(t->path);
    return SZ_OK;
}

typedef enum whose { NOT_KNOWN, OURS, OF_ANOTHER_NAME } whose;

/* What the ledger says about this sink. */
static whose whose_is(const sz_sink_file *s, const target *t, uint64_t *base) {
    const sz_put *lines;
    uint32_t n = s->progress.ledger(s->progress.self, &lines);
    whose found = NOT_KNOWN;
    for (uint32_t i = 0; i < n; i++) { /* the last line counts */
        if (!sz_str_is(lines[i].key, t->key)) continue;
        sz_str v = lines[i].value;
        const char *space = v.n ? memchr(v.p, ' ', v.n) : NULL;
        int64_t number = 0;
        if (!space || !sz_str_i64((sz_str){v.p, (size_t)(space - v.p)}, &number)) continue;
        *base = (uint64_t)number;
        sz_str name = {space + 1, v.n - (size_t)(space + 1 - v.p)};
        found = sz_str_is(name, t->kind == TO_STDOUT ? "stdout" : t->path) ? OURS : OF_ANOTHER_NAME;
    }
    return found;
}

void sz_target_claim(sz_sink_file *s, const target *t, uint64_t base) {
    if (s->is_volatile) return;
    sz_buf line;
    sz_buf_init(&line);
    sz_buf_printf(&line, "%llu %s", (unsigned long long)base, t->kind == TO_STDOUT ? "stdout" : t->path);
    s->progress.note(s->progress.self, sz_str_of(t->key), sz_buf_str(&line));
    sz_buf_fini(&line);
}

/* The last place at or before `length` where a line begins: a file that was shortened and written to again may hold
 * half of a line up to what was acknowledged of it before. */
static uint64_t line_start(const target *t, uint64_t length) {
    char piece[4096];
    while (length) {
        size_t want = length < sizeof piece ? (size_t)length : sizeof piece;
        ssize_t got = pread(t->fd, piece, want, (off_t)(length - want));
        if (got != (ssize_t)want) break;
        while (want && piece[want - 1] != '\n') want--, length--;
        if (want) break;
    }
    return length;
}

/* Go on at the file's end, on a line of its own. */
static sz_status go_on_at_end(sz_sink_file *s, target *t, uint64_t size) {
    char last = '\n';
    if (size && pread(t->fd, &last, 1, (off_t)size - 1) < 0) return fail(s, t, errno);
    t->length = size;
    if (last == '\n') return SZ_OK;
    if (pwrite(t->fd, "\n", 1, (off_t)size) != 1) return fail(s, t, errno);
    t->length++;
    return SZ_OK;
}

/* Lines of the file behind `length` that are none of the worker's outbox, in its order. A run that was killed leaves
 * some of those at most. */
static uint64_t lines_of_a_later_state(const sz_sink_file *s, const target *t, uint64_t length) {
    sz_arena a;
    sz_buf ours;
    const sz_str *lines;
    char piece[4096];
    uint64_t n = 0, at = 0;
    bool is_other = false, is_whole = true;
    if (t != &s->alerts || !s->progress.outbox) return 0;
    sz_arena_init(&a);
    sz_buf_init(&ours);
    for (uint32_t i = 0, n_lines = s->progress.outbox(s->progress.self, &a, &lines); i < n_lines; i++) {
        sz_buf_put_str(&ours, lines[i]);
        sz_buf_put_u8(&ours, '\n');
    }
    for (ssize_t got; (got = pread(t->fd, piece, sizeof piece, (off_t)(length + at))) > 0; at += (uint64_t)got)
        for (ssize_t i = 0; i < got; i++) {
            uint64_t k = at + (uint64_t)i;
            if (k >= ours.n || (char)ours.p[k] != piece[i]) is_other = true;
            is_whole = piece[i] == '\n';
            n += is_other && is_whole;
        }
    n += is_other && !is_whole;
    sz_buf_fini(&ours);
    sz_arena_fini(&a);
    return n;
}

static void tell_later(sz_sink_file *s, const target *t, uint64_t length) {
    uint64_t n = lines_of_a_later_state(s, t, length);
    if (!n) return;
    sz_diag *g = sz_diags_add(
        s->d, SZ_WARNING, SZ_CODE_SINK_LATER, (sz_span){0},
        "%1$s has lines that this state has not told (%2$llu): the state is older than they are, a backup that was "
        "put back or a store that has lost commits. They are cut off",
        "%1$s 里有这份状态没有发出过的内容（%2$llu 行）：状态比它们旧，可能放回了备份，或存储丢失了提交。这些行已截去",
        t->path, (unsigned long long)n);
    sz_diag_hint(s->d, g,
                 "give every file again that was read since that state: the same lines come again. What is not given "
                 "again stays missing, records and alerts",
                 "请把那份状态之后读过的文件都再给一次：同样的行会再写出来；没有再给的文件，其记录和预警都会缺失");
}

/* A file of ours: what stands behind `length` goes, and half of a line that a crash left at its end goes too. */
static sz_status cut(sz_sink_file *s, target *t, uint64_t size, uint64_t length) {
    if (size < length)
        sz_diags_add(s->d, SZ_NOTE, SZ_CODE_SINK_SHORTER, (sz_span){0},
                     "%1$s is shorter (%2$llu bytes) than what was written to it (%3$llu): going on at its end",
                     "%1$s 比写入过的内容短（现有 %2$llu 字节，写过 %3$llu 字节）：从它的末尾接着写", t->path,
                     (unsigned long long)size, (unsigned long long)length);
    t->length = line_start(t, size < length ? size : length);
    if (!s->is_volatile && size > length && t->length == length) tell_later(s, t, t->length);
    if (size > t->length && ftruncate(t->fd, (off_t)t->length) != 0) return fail(s, t, errno);
    return SZ_OK;
}

static sz_status start_file(sz_sink_file *s, target *t, uint64_t acknowledged) {
    uint64_t size = 0, base = 0;
    sz_status rc = open_target(s, t, &size);
    if (rc != SZ_OK || !t->is_regular) return rc;
    if (s->is_volatile) return s->append ? go_on_at_end(s, t, size) : cut(s, t, size, 0);
    whose w = whose_is(s, t, &base);
    if (w == OURS) {
        rc = cut(s, t, size, acknowledged > base ? acknowledged : base);
    } else if (s->append || size == 0) {
        rc = go_on_at_end(s, t, size);
    } else if (w == OF_ANOTHER_NAME || s->is_new) {
        return fail_saying(
            s, t, SZ_CODE_SINK_NOT_EMPTY,
            "it is not empty, and this state has not written to it: name another file, move this one away, or go on at "
            "its end with --append",
            "文件不是空的，而这份状态没有写过它：请换一个文件名，把它移走，或者用 --append 接在末尾");
    } else {
        t->is_compared = true; /* claimed once it has shown to be ours */
        return SZ_OK;
    }
    if (rc == SZ_OK) sz_target_claim(s, t, t->length);
    return rc;
}

sz_status sz_target_start(sz_sink_file *s, target *t, uint64_t acknowledged) {
    if (t->kind == TO_NOWHERE) return SZ_OK;
    if (t->kind == TO_FILE) return start_file(s, t, acknowledged);
    uint64_t base = 0;
    t->fd = STDOUT_FILENO;
    t->length = whose_is(s, t, &base) == OURS ? acknowledged : 0;
    sz_target_claim(s, t, t->length);
    return SZ_OK;
}

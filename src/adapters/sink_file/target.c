/* SPDX-License-Identifier: Apache-2.0
 *
 * target: what `file:PATH` and `stdout` stand for, and whether they can be used. Nothing is changed here.
 */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static sz_status cannot(sz_sink_file *s, const char *path, const char *why, const char *why_zh, const char *hint,
                        const char *hint_zh) {
    sz_diag *g = sz_diags_add(s->d, SZ_ERROR, SZ_CODE_SINK_CANNOT_OPEN, (sz_span){0}, "%s cannot be written: %s", NULL,
                              path, why);
    g->message_zh = sz_arena_printf(&s->d->arena, "%s 不可写：%s", path, why_zh);
    sz_diag_hint(s->d, g, hint, hint_zh);
    return SZ_IO;
}

static char *copy(const char *p, size_t n) {
    char *out = sz_alloc(n + 1);
    memcpy(out, p, n);
    return out;
}

/* A file that is not there yet: can it be made? */
static sz_status look_at_folder(sz_sink_file *s, const target *t) {
    const char *slash = strrchr(t->path, '/');
    char *folder = !slash ? copy(".", 1) : copy(t->path, slash == t->path ? 1 : (size_t)(slash - t->path));
    sz_status rc = SZ_OK;
    if (access(folder, W_OK | X_OK) != 0)
        rc = cannot(s, t->path, strerror(errno), sz_os_zh(errno), "see that its folder is there and can be written",
                    "请确认它所在的文件夹存在并且可写");
    sz_free(folder);
    return rc;
}

static sz_status look_at_file(sz_sink_file *s, target *t) {
    struct stat st;
    if (stat(t->path, &st) != 0)
        return errno == ENOENT ? look_at_folder(s, t)
                               : cannot(s, t->path, strerror(errno), sz_os_zh(errno), "see to its path", "请检查路径");
    if (S_ISDIR(st.st_mode))
        return cannot(s, t->path, "it is a folder", "它是文件夹", "name a file in it", "请写出其中的一个文件名");
    t->is_regular = S_ISREG(st.st_mode);
    if (access(t->path, W_OK) != 0)
        return cannot(s, t->path, strerror(errno), sz_os_zh(errno), "see to its permissions and its file system",
                      "请检查它的权限和所在的文件系统");
    if (!t->is_regular || st.st_size == 0 || !s->is_new || s->append || s->is_volatile) return SZ_OK;
    sz_diag *g = sz_diags_add(s->d, SZ_ERROR, SZ_CODE_SINK_NOT_EMPTY, (sz_span){0},
                              "%s is not empty, and the state is new: what is in it did not come from this state",
                              "%s 不是空的，而状态是新的：里面的内容不是由这份状态写出的", t->path);
    sz_diag_hint(s->d, g, "name another file, move this one away, or go on at its end with --append",
                 "请换一个文件、移走这个文件，或者用 --append 从它的末尾接着写");
    return SZ_IO;
}

sz_status sz_target_find(sz_sink_file *s, target *t, sz_str name) {
    t->fd = -1;
    sz_buf_init(&t->pending);
    if (name.n == 0) return SZ_OK;
    if (t == &s->alerts && sz_str_is(name, "stdout")) {
        t->kind = TO_STDOUT;
        return SZ_OK;
    }
    if (name.n <= 5 || memcmp(name.p, "file:", 5) != 0) {
        sz_diag *g = sz_diags_add(s->d, SZ_ERROR, SZ_CODE_SINK_ODD, (sz_span){0}, "%.*s is no place to write to",
                                  "%.*s 不是可以写入的地方", SZ_FMT_STR(name));
        sz_diag_hint(s->d, g, t == &s->alerts ? "write file:PATH or stdout" : "write file:PATH",
                     t == &s->alerts ? "请写 file:路径 或 stdout" : "请写 file:路径");
        return SZ_USAGE;
    }
    t->kind = TO_FILE;
    t->is_regular = true;
    t->path = copy(name.p + 5, name.n - 5);
    return look_at_file(s, t);
}

void sz_target_fini(target *t) {
    if (t->fd >= 0 && t->kind == TO_FILE) close(t->fd);
    sz_buf_fini(&t->pending);
    sz_free(t->calls);
    sz_free(t->path);
}

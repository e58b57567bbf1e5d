/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codes.h"

/* Whoever names one file of a folder has worked on it; where it lies is what he has to name. */
static void hint_folder(sz_diags *d, sz_diag *g, const char *path) {
    const char *slash = strrchr(path, '/');
    int n = slash && slash != path ? (int)(slash - path) : 1;
    const char *from = slash ? path : ".";
    sz_diag_hint(d, g, "name its folder, %.*s: what lies in it belongs together and is read at once",
                 "请写它所在的文件夹 %.*s：里面的文件是一起读的", n, from);
}

static sz_status cannot(sz_diags *d, const char *path, int e) {
    const char *en = strerror(e), *zh = sz_os_zh(e);
    if (e == EISDIR) en = "a file is expected here, this is a folder", zh = "这里应是文件，却是文件夹";
    if (e == ENOTDIR) en = "a folder is expected here, this is a file", zh = "这里应是文件夹，却是文件";
    if (e == ENXIO) en = "a file is expected here, this is a socket", zh = "这里应是文件，却是套接字";
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_CANNOT_READ, (sz_span){0}, "%s: %s", NULL, path, en);
    g->message_zh = sz_arena_printf(&d->arena, "%s：%s", path, zh);
    if (e == ENOENT)
        sz_diag_hint(d, g, "see to the path; it is taken from the folder where the program was started",
                     "请检查路径；它从启动程序的文件夹算起");
    else if (e == ENOTDIR) hint_folder(d, g, path);
    else if (e == EACCES) sz_diag_hint(d, g, "see to its permissions", "请检查它的权限");
    return SZ_IO;
}

enum { PIECE = 65536, WHOLE_MOST = 1 << 30 };

/* For all of a file, and its end to be seen at once; of what has no length, a pipe, for a piece. */
static size_t first_room(const struct stat *st) {
    bool has_length = S_ISREG(st->st_mode) && st->st_size > 0 && st->st_size < WHOLE_MOST;
    return has_length ? (size_t)st->st_size + 1 : PIECE;
}

sz_status sz_file_read(const char *path, const char *name, sz_diags *d, sz_files *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cannot(d, path, errno);
    struct stat st;
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        close(fd);
        return cannot(d, path, EISDIR);
    }
    sz_buf b;
    sz_buf_init(&b);
    sz_buf_reserve(&b, first_room(&st));
    for (;;) {
        if (b.n == b.cap) sz_buf_reserve(&b, PIECE);
        ssize_t n = read(fd, b.p + b.n, b.cap - b.n);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            int e = errno;
            close(fd);
            sz_buf_fini(&b);
            return cannot(d, path, e);
        }
        if (n == 0) break;
        b.n += (size_t)n;
    }
    close(fd);
    if (out->n == out->cap) {
        out->cap = out->cap ? 2 * out->cap : 16;
        out->v = sz_realloc(out->v, out->cap * sizeof *out->v);
    }
    size_t len = strlen(name);
    char *copy = sz_alloc(len + 1);
    memcpy(copy, name, len);
    out->v[out->n++] = (sz_file){.name = copy, .p = b.p, .n = b.n};
    return SZ_OK;
}

static bool has_suffix(const char *name, const char *const *suffixes) {
    size_t n = strlen(name);
    for (; *suffixes; suffixes++) {
        size_t k = strlen(*suffixes);
        if (n >= k && strcmp(name + n - k, *suffixes) == 0) return true;
    }
    return false;
}

static int by_name(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *join(const char *folder, const char *name) {
    size_t a = strlen(folder), b = strlen(name);
    char *p = sz_alloc(a + b + 2);
    memcpy(p, folder, a);
    if (a && folder[a - 1] != '/') p[a++] = '/';
    memcpy(p + a, name, b);
    return p;
}

static sz_status list_folder(const char *path, sz_diags *d, char ***names, uint32_t *n) {
    DIR *dir = opendir(path);
    if (!dir) return cannot(d, path, errno);
    uint32_t cap = 0;
    *names = NULL;
    *n = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.') continue;
        if (*n == cap) *names = sz_realloc(*names, (cap = cap ? 2 * cap : 16) * sizeof **names);
        (*names)[(*n)++] = join("", e->d_name);
    }
    closedir(dir);
    sz_sort(*names, *n, sizeof **names, by_name, NULL);
    return SZ_OK;
}

sz_status sz_folder_read(const char *path, const char *shown, const char *const *suffixes, bool recursive, sz_diags *d,
                         sz_files *out) {
    char **names = NULL;
    uint32_t n = 0;
    sz_status s = list_folder(path, d, &names, &n);
    if (s != SZ_OK) return s;
    for (uint32_t i = 0; i < n; i++) {
        char *full = join(path, names[i]), *name = join(shown, names[i]);
        struct stat st;
        bool is_folder = stat(full, &st) == 0 && S_ISDIR(st.st_mode);
        sz_status one = SZ_OK;
        if (is_folder && recursive) one = sz_folder_read(full, name, suffixes, true, d, out);
        else if (has_suffix(names[i], suffixes))
            one = is_folder ? cannot(d, name, EISDIR) : sz_file_read(full, name, d, out);
        if (one != SZ_OK) s = one;
        sz_free(full);
        sz_free(name);
        sz_free(names[i]);
    }
    sz_free(names);
    return s;
}

void sz_files_fini(sz_files *f) {
    for (uint32_t i = 0; i < f->n; i++) {
        sz_free(f->v[i].name);
        sz_free(f->v[i].p);
    }
    sz_free(f->v);
    *f = (sz_files){0};
}

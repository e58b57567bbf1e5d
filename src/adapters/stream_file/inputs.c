/* SPDX-License-Identifier: Apache-2.0
 *
 * inputs: what the sources stand for. A folder is its files in byte order of their names; what is hidden,
 * left behind by Excel and Windows or a folder itself is left out. Everything that cannot be read is told at once.
 */
#include "stream.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOWHERE ((sz_span){0})

/* Also DOOR.CSV, as old programs under Windows write names. */
static bool ends_with(const char *name, const char *end) {
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcasecmp(name + n - m, end) == 0;
}

/* The name without .gz or .zst. */
static bool is_kind(const char *name, const char *end) {
    char text[32];
    if (ends_with(name, end)) return true;
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "%s%s", end, i ? ".zst" : ".gz");
        if (ends_with(name, text)) return true;
    }
    return false;
}

static void warn(sz_stream_file *s, sz_severity severity, int code, const char *en, const char *zh, const char *name) {
    sz_diags_add(s->d, severity, code, NOWHERE, en, zh, name);
}

static sz_status add(sz_stream_file *s, const char *name, const char *path, bool is_pipe) {
    if (sz_map_get(&s->inputs.names, sz_str_of(name))) {
        warn(s, SZ_NOTE, SZ_CODE_GIVEN_TWICE, "%s is given twice and read once", "%s 给了两次，只读一次", name);
        return SZ_OK;
    }
    bool is_json = is_kind(name, ".ndjson") || is_kind(name, ".jsonl") || is_kind(name, ".json");
    if (!s->o.mapping && (is_kind(name, ".csv") || is_kind(name, ".tsv"))) {
        sz_diag *g = sz_diags_add(s->d, SZ_ERROR, SZ_CODE_NEEDS_MAPPING, NOWHERE,
                                  "%s is a table, and no mapping says how to read it",
                                  "%s 是表格，没有说明如何读取的映射", name);
        sz_diag_hint(s->d, g, "give --mapping FILE", "请给出 --mapping 文件");
        return SZ_USAGE;
    }
    if (s->inputs.n == s->inputs.room) {
        s->inputs.room = s->inputs.room ? s->inputs.room * 2 : 16;
        s->inputs.v = sz_realloc(s->inputs.v, sizeof *s->inputs.v * s->inputs.room);
    }
    sz_map_put(&s->inputs.names, sz_str_of(name), s->inputs.n);
    input *in = &s->inputs.v[s->inputs.n++];
    *in = (input){.is_pipe = is_pipe, .is_csv = s->o.mapping && !is_json, .limit = UINT64_MAX};
    size_t n = strlen(name) + 1;
    in->name = memcpy(sz_alloc(n), name, n);
    in->path = path ? in->name + 5 : NULL;
    return SZ_OK;
}

/* Under another name (./a for a, a link): its records would all be duplicates. The key is no name of an input. */
static bool is_there(sz_stream_file *s, const struct stat *st, const char *name) {
    char key[64];
    snprintf(key, sizeof key, "=%llu:%llu", (unsigned long long)st->st_dev, (unsigned long long)st->st_ino);
    const uint32_t *at = sz_map_get(&s->inputs.names, sz_str_of(key));
    if (!at) sz_map_put(&s->inputs.names, sz_str_of(key), s->inputs.n);
    if (!at || *at >= s->inputs.n || strcmp(s->inputs.v[*at].name, name) == 0)
        return false; /* add() tells of an equal name */
    sz_diags_add(s->d, SZ_NOTE, SZ_CODE_GIVEN_TWICE, NOWHERE, "%s is %s once more, and read once",
                 "%s 就是 %s，只读一次", name, s->inputs.v[*at].name);
    return true;
}

static sz_status cannot_read(sz_stream_file *s, const char *name, int e) {
    sz_diag *g = sz_diags_add(s->d, SZ_ERROR, e == ENOENT ? SZ_CODE_NO_FILE : SZ_CODE_UNREADABLE, NOWHERE,
                              "%s cannot be read: %s", NULL, name, strerror(e));
    g->message_zh = sz_arena_printf(&s->d->arena, "%s 不能读取：%s", name, sz_os_zh(e));
    if (e == ENOENT && strpbrk(name, "*?["))
        sz_diag_hint(s->d, g, "names are taken as they stand: name the folder, or each file by a --source of its own",
                     "文件名按原样理解，不展开通配符：请给出文件夹，或用多个 --source 逐个列出文件");
    else if (e == ENOENT)
        sz_diag_hint(s->d, g, "see to the path; it is taken from the folder where the program was started",
                     "请检查路径；它从启动程序的文件夹算起");
    else sz_diag_hint(s->d, g, "see to the path and to who may read it", "请检查路径和读取权限");
    return SZ_IO;
}

static int by_name(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What Excel keeps beside an open file, and what Windows leaves in a shared folder. */
static bool is_left_behind(const char *name) {
    return strncmp(name, "~$", 2) == 0 || strcasecmp(name, "Thumbs.db") == 0 || strcasecmp(name, "desktop.ini") == 0;
}

static char **list(DIR *dir, sz_arena *a, size_t *n) {
    char **names = NULL;
    size_t room = 0;
    *n = 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.' || is_left_behind(e->d_name)) continue;
        if (*n == room) names = sz_realloc(names, sizeof *names * (room = room ? room * 2 : 64));
        names[(*n)++] = (char *)(uintptr_t)sz_arena_str(a, sz_str_of(e->d_name)).p;
    }
    sz_sort(names, *n, sizeof *names, by_name, NULL);
    return names;
}

/* Folders in a folder, which are not looked into. */
typedef struct deeper {
    const char *first;
    uint32_t n;
} deeper;

static sz_status add_path(sz_stream_file *s, const char *name, bool is_in_folder, deeper *folders);

static void tell_folders(sz_stream_file *s, const deeper *folders) {
    if (!folders->n) return;
    sz_diag *g =
        sz_diags_add(s->d, SZ_NOTE, SZ_CODE_NOT_A_FILE, NOWHERE, "%s: a folder in a folder is left out (here: %u)",
                     "%s：文件夹里的文件夹不读（这里有 %u 个）", folders->first, folders->n);
    sz_diag_hint(s->d, g, "give each of them by a --source of its own", "请用 --source 逐个给出这些文件夹");
}

static sz_status add_folder(sz_stream_file *s, const char *name) {
    DIR *dir = opendir(name + 5);
    if (!dir) return cannot_read(s, name, errno);
    sz_arena a;
    sz_arena_init(&a);
    size_t n = 0, len = strlen(name);
    char **names = list(dir, &a, &n);
    closedir(dir);
    sz_status rc = SZ_OK;
    uint32_t before = s->inputs.n;
    deeper folders = {NULL, 0};
    for (size_t i = 0; i < n; i++) {
        sz_status one =
            add_path(s, sz_arena_printf(&a, "%s%s%s", name, name[len - 1] == '/' ? "" : "/", names[i]), true, &folders);
        if (rc == SZ_OK) rc = one;
    }
    tell_folders(s, &folders);
    if (rc == SZ_OK && s->inputs.n == before && !folders.n)
        warn(s, SZ_NOTE, SZ_CODE_EMPTY, "%s: there are no files in this folder", "%s：这个文件夹里没有文件", name);
    sz_free(names);
    sz_arena_fini(&a);
    return rc;
}

static sz_status add_path(sz_stream_file *s, const char *name, bool is_in_folder, deeper *folders) {
    struct stat st;
    const char *path = name + 5;
    if (stat(path, &st) != 0) return cannot_read(s, name, errno);
    if (S_ISDIR(st.st_mode) && !is_in_folder) return add_folder(s, name);
    if (S_ISDIR(st.st_mode)) {
        if (folders->n++ == 0) folders->first = name;
        return SZ_OK;
    }
    if (S_ISREG(st.st_mode)) {
        if (access(path, R_OK) != 0) return cannot_read(s, name, errno);
        if (is_there(s, &st, name)) return SZ_OK;
        if (st.st_size == 0) warn(s, SZ_NOTE, SZ_CODE_EMPTY, "%s is empty", "%s 是空的", name);
    } else if (is_in_folder || S_ISBLK(st.st_mode) || S_ISSOCK(st.st_mode)) {
        warn(s, is_in_folder ? SZ_NOTE : SZ_ERROR, SZ_CODE_NOT_A_FILE, "%s is not a file", "%s 不是文件", name);
        return is_in_folder ? SZ_OK : SZ_IO;
    }
    return add(s, name, path, !S_ISREG(st.st_mode));
}

sz_status sz_fs_inputs_find(sz_stream_file *s, const sz_stream_file_options *o) {
    sz_status rc = SZ_OK;
    sz_arena a;
    sz_arena_init(&a);
    for (uint32_t i = 0; i < o->n_sources; i++) {
        const char *name = sz_arena_str(&a, o->sources[i]).p;
        size_t before = s->d->n;
        sz_status one;
        if (strcmp(name, "stdin") == 0) {
            one = add(s, name, NULL, true);
        } else if (strncmp(name, "file:", 5) == 0 && name[5]) {
            one = add_path(s, name, false, NULL);
        } else {
            sz_diag *g = sz_diags_add(s->d, SZ_ERROR, SZ_CODE_ODD_SOURCE, NOWHERE,
                                      "%s is no source that can be read here", "%s 不是这里能读的来源", name);
            if (strchr(name, ':')) sz_diag_hint(s->d, g, "write file:PATH or stdin", "请写 file:路径 或 stdin");
            else
                sz_diag_hint(s->d, g, "write file:PATH or stdin, here  file:%s",
                             "请写 file:路径 或 stdin，这里是  file:%s", name);
            one = SZ_USAGE;
        }
        if (rc == SZ_OK) rc = one;
        if (o->sources_at) sz_diags_place(s->d, before, o->sources_at[i]);
    }
    sz_arena_fini(&a);
    return rc;
}

void sz_fs_inputs_fini(inputs *in) {
    for (uint32_t i = 0; i < in->n; i++) {
        sz_free(in->v[i].name);
        sz_buf_fini(&in->v[i].headings);
    }
    sz_free(in->v);
    sz_map_fini(&in->names);
}

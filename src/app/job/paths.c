/* SPDX-License-Identifier: Apache-2.0 */
#include "paths.h"

#include <sys/stat.h>

#include "codes.h"

typedef struct place {
    const char *option; /* as given on the command line */
    const char *path, *name;
    bool is_there, is_output, is_folder;
    struct stat st, folder; /* of itself, where it is there; of the folder that it lies in */
} place;

typedef struct places {
    place *v;
    uint32_t n;
    sz_arena *a;
} places;

/* False: its folder is not there, or it is a device or pipe, which many may use. */
static bool look(place *x, sz_arena *a) {
    x->is_there = stat(x->path, &x->st) == 0;
    x->is_folder = x->is_there && S_ISDIR(x->st.st_mode);
    if (x->is_there && !x->is_folder && !S_ISREG(x->st.st_mode)) return false;
    const char *slash = strrchr(x->path, '/');
    x->name = slash ? slash + 1 : x->path;
    size_t n = slash ? (size_t)(slash - x->path) : 0;
    const char *folder = !slash ? "." : n ? sz_arena_str(a, (sz_str){x->path, n}).p : "/";
    return stat(folder, &x->folder) == 0;
}

static void add(places *p, const char *option, sz_str value, const char *prefix, bool is_output) {
    size_t n = strlen(prefix);
    if (value.n <= n || memcmp(value.p, prefix, n) != 0) return;
    place *x = &p->v[p->n];
    *x = (place){
        .option = option, .path = sz_arena_str(p->a, (sz_str){value.p + n, value.n - n}).p, .is_output = is_output};
    p->n += look(x, p->a);
}

static bool is_one(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_same(const place *a, const place *b) {
    if (a->is_there && b->is_there) return is_one(&a->st, &b->st) && !a->is_folder;
    return !a->is_there && !b->is_there && is_one(&a->folder, &b->folder) && strcmp(a->name, b->name) == 0;
}

/* b is a source: its files are read, hidden ones left out. */
static bool lies_in(const place *a, const place *b) {
    return b->is_folder && strcmp(b->option, "--source") == 0 && is_one(&a->folder, &b->st) && a->name[0] != '.';
}

static void clash(sz_diags *d, const place *a, const place *b, bool is_in) {
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_SAME_PATH, (sz_span){0},
                              is_in ? "%1$s (%2$s) lies in the folder %4$s that %3$s reads"
                                    : "%1$s is given for two things: %2$s and %3$s",
                              is_in ? "%1$s（%2$s）在 %3$s 读取的文件夹 %4$s 里" : "%1$s 用作两样东西：%2$s 和 %3$s",
                              a->path, a->option, b->option, b->path);
    sz_diag_hint(d, g, is_in ? "write it into another folder" : "name another file for one of them",
                 is_in ? "请写到另一个文件夹" : "请为其中之一换一个文件名");
}

sz_status sz_paths_check(const sz_job *job, sz_diags *d) {
    places p = {.v = SZ_NEWN(&d->arena, place, job->n_sources + 6), .a = &d->arena};
    add(&p, "--alerts", job->alerts, "file:", true);
    add(&p, "--dead-letters", job->dead, "file:", true);
    add(&p, "--state", job->state, "sqlite:", true);
    add(&p, "--summary", sz_str_of(job->summary), "", true);
    add(&p, "--mapping", sz_str_of(job->mapping), "", false);
    for (uint32_t i = 0; i < job->n_sources; i++) add(&p, "--source", job->sources[i], "file:", false);
    sz_status s = SZ_OK;
    for (uint32_t i = 0; i < p.n; i++) {
        for (uint32_t k = i + 1; k < p.n && p.v[i].is_output; k++) {
            bool is_in = lies_in(&p.v[i], &p.v[k]);
            if (!is_in && !is_same(&p.v[i], &p.v[k])) continue;
            clash(d, &p.v[i], &p.v[k], is_in);
            s = SZ_USAGE;
        }
    }
    return s;
}

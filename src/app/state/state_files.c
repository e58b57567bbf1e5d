/* SPDX-License-Identifier: Apache-2.0 */
#include "state_files.h"

#include <dirent.h>
#include <unistd.h>

enum { PARTITIONS_MOST = 1000000 };

/* `NAME.12`: 12; -1: another file, or one beside a state (`NAME.12-wal`, `NAME.12.lock`). */
static int64_t partition_of(const char *entry, sz_str name) {
    size_t n = strlen(entry);
    int64_t k = -1;
    if (n < name.n + 2 || memcmp(entry, name.p, name.n) != 0 || entry[name.n] != '.') return -1;
    sz_str digits = {entry + name.n + 1, n - name.n - 1};
    if (digits.p[0] < '0' || digits.p[0] > '9' || (digits.p[0] == '0' && digits.n > 1)) return -1;
    return sz_str_i64(digits, &k) && k < PARTITIONS_MOST ? k : -1;
}

static sz_state_files look_into(const char *folder, sz_str name) {
    sz_state_files f = {0};
    DIR *dir = opendir(folder);
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        int64_t k = partition_of(e->d_name, name);
        if (k < 0) continue;
        if (f.n == 0 || k < f.first) f.first = (int32_t)k;
        if (k >= f.n) f.n = (uint32_t)k + 1;
    }
    if (dir) closedir(dir);
    return f;
}

sz_state_files sz_state_files_of(const sz_job *job) {
    const sz_str prefix = SZ_STR("sqlite:");
    sz_state_files f = {0};
    if (job->state.n <= prefix.n || memcmp(job->state.p, prefix.p, prefix.n) != 0) return f;
    sz_arena a;
    sz_arena_init(&a);
    const char *path = sz_arena_str(&a, (sz_str){job->state.p + prefix.n, job->state.n - prefix.n}).p;
    const char *slash = strrchr(path, '/');
    if (access(path, F_OK) != 0) {
        const char *folder = !slash          ? "."
                             : slash == path ? "/"
                                             : sz_arena_str(&a, (sz_str){path, (size_t)(slash - path)}).p;
        f = look_into(folder, sz_str_of(slash ? slash + 1 : path));
    }
    sz_arena_fini(&a);
    return f;
}

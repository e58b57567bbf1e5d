/* SPDX-License-Identifier: Apache-2.0
 *
 * The power fails. After kill -9 the system still has all that was written; after a power cut it has what was synced,
 * and of the rest any part, torn at blocks of 4096 bytes. So this program stands between the store (with SQLite) and
 * the system, keeps what is asked of the state's files, and lays them out as they may be after a cut at many points.
 * Each must be the state of the last commit that was answered, or of the one after.
 *
 * SZ_SEED: of what is left of what was not synced. SZ_CUTS: one in so many points (3).
 */
#include "store_suite.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { BLOCK = 4096, MOST_ACTS = 20000, MOST_NODES = 200, MOST_FDS = 1024 };
enum { N_ENDS = 6, FOLDER = -1 };

static const char *const ends[N_ENDS] = {"", "-wal", "-journal", ".next", ".next-wal", ".next-journal"};
static char dir[64], run_path[96], cut_path[96];

/* ---- what is asked of the state's files ---- */

typedef enum act_kind { MADE, WRITTEN, SIZED, SYNCED, GONE, RENAMED, FOLDER_SYNCED, ANSWERED, BEGUN, ENDED } act_kind;
typedef struct act {
    act_kind kind;
    int node, end; /* which file, and under which name */
    int64_t at;    /* place, size, number of the commit, or the name that it had */
    size_t n;
    uint8_t *bytes;
} act;

static act acts[MOST_ACTS];
static uint32_t n_acts;
static int n_nodes, node_of_end[N_ENDS], node_of_fd[MOST_FDS]; /* 0: none of them */
static bool is_on;                                             /* nothing is kept of what looks at a cut */

static act *note(act_kind kind, int node) {
    assert_true(n_acts < MOST_ACTS);
    acts[n_acts] = (act){.kind = kind, .node = node};
    return &acts[n_acts++];
}

static int end_of(const char *path) {
    size_t n = strlen(run_path);
    for (int i = 0; is_on && i < N_ENDS; i++)
        if (strncmp(path, run_path, n) == 0 && strcmp(path + n, ends[i]) == 0) return i;
    return -1;
}

static int open_noted(const char *path, int flags, mode_t mode) {
    int end = end_of(path);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd < 0 || fd >= MOST_FDS) return fd;
    node_of_fd[fd] = is_on && strcmp(path, dir) == 0 ? FOLDER : 0;
    if (end < 0) return fd;
    if (!node_of_end[end]) {
        assert_true(n_nodes + 1 < MOST_NODES);
        node_of_end[end] = ++n_nodes;
        note(MADE, n_nodes)->end = end;
    }
    node_of_fd[fd] = node_of_end[end];
    return fd;
}

static int node_at(int fd) { return fd >= 0 && fd < MOST_FDS ? node_of_fd[fd] : 0; }

static ssize_t write_noted(int fd, const void *p, size_t n, off_t at) {
    ssize_t rc = syscall(SYS_pwrite64, fd, p, n, at);
    if (rc <= 0 || node_at(fd) <= 0) return rc;
    act *a = note(WRITTEN, node_at(fd));
    a->at = at;
    a->n = (size_t)rc;
    a->bytes = memcpy(sz_alloc(a->n), p, a->n);
    return rc;
}

static int size_noted(int fd, off_t n) {
    int rc = (int)syscall(SYS_ftruncate, fd, n);
    if (rc == 0 && node_at(fd) > 0) note(SIZED, node_at(fd))->at = n;
    return rc;
}

/* Not the real one: it would take most of the time. */
static int sync_noted(int fd) {
    int node = node_at(fd);
    if (node > 0) note(SYNCED, node);
    else if (node == FOLDER) note(FOLDER_SYNCED, 0);
    return 0;
}

/* These stand in place of the system's for SQLite too, whose library is looked up after the program. */
#define WITH_MODE                                  \
    mode_t mode = 0;                               \
    if (flags & O_CREAT) {                         \
        va_list more;                              \
        va_start(more, flags);                     \
        mode = (mode_t)va_arg(more, unsigned int); \
        va_end(more);                              \
    }
int open(const char *path, int flags, ...) {
    WITH_MODE
    return open_noted(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    WITH_MODE
    return open_noted(path, flags, mode);
}
ssize_t pwrite(int fd, const void *p, size_t n, off_t at) { return write_noted(fd, p, n, at); }
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at) { return write_noted(fd, p, n, at); }
int ftruncate(int fd, off_t n) { return size_noted(fd, n); }
int ftruncate64(int fd, off64_t n) { return size_noted(fd, n); }
int fsync(int fd) { return sync_noted(fd); }
int fdatasync(int fd) { return sync_noted(fd); }
int unlink(const char *path) {
    int end = end_of(path), rc = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (rc == 0 && end >= 0) {
        node_of_end[end] = 0;
        note(GONE, 0)->end = end;
    }
    return rc;
}

int rename(const char *old, const char *new) {
    int was = end_of(old), end = end_of(new), rc = (int)syscall(SYS_renameat, AT_FDCWD, old, AT_FDCWD, new);
    if (rc != 0 || was < 0 || end < 0) return rc;
    act *a = note(RENAMED, node_of_end[was]);
    a->end = end;
    a->at = was;
    node_of_end[end] = node_of_end[was];
    node_of_end[was] = 0;
    return rc;
}

/* ---- the disk, as far as it was synced ---- */

typedef struct content {
    uint8_t *bytes;
    size_t n, cap;
} content;

static content kept[MOST_NODES];  /* what is on the disk for certain */
static int kept_names[N_ENDS];    /* which node has the name, for certain */
static uint32_t from[MOST_NODES]; /* since which act a node was not synced */
static uint32_t names_from;       /* and the folder */

static void content_size(content *c, size_t n) {
    if (n > c->cap) {
        c->cap = n + n / 2;
        c->bytes = sz_realloc(c->bytes, c->cap);
    }
    if (n > c->n) memset(c->bytes + c->n, 0, n - c->n);
    c->n = n;
}

static void content_put(content *c, size_t at, const uint8_t *p, size_t n) {
    if (n == 0) return;
    if (at + n > c->n) content_size(c, at + n);
    memcpy(c->bytes + at, p, n);
}

static uint32_t random_state;
static uint32_t some(uint32_t n) {
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * n >> 32);
}

/* Of what was asked of a node, acts [from, to): each with a chance of `tenths` tenths, a write in blocks. */
static void put_some(content *c, int node, uint32_t first, uint32_t to, uint32_t tenths) {
    for (const act *a = acts + first; a < acts + to; a++) {
        if (a->node != node || (a->kind != WRITTEN && a->kind != SIZED)) continue;
        if (a->kind == SIZED) {
            if (some(10) < tenths) content_size(c, (size_t)a->at);
            continue;
        }
        for (size_t at = 0, n; at < a->n; at += n) {
            n = BLOCK - ((size_t)a->at + at) % BLOCK;
            if (n > a->n - at) n = a->n - at;
            if (some(10) < tenths) content_put(c, (size_t)a->at + at, a->bytes + at, n);
        }
    }
}

static void names_some(int *names, uint32_t to, uint32_t tenths) {
    for (const act *a = acts + names_from; a < acts + to; a++) {
        if ((a->kind != MADE && a->kind != GONE && a->kind != RENAMED) || some(10) >= tenths) continue;
        names[a->end] = a->kind == GONE ? 0 : a->node;
        if (a->kind == RENAMED) names[a->at] = 0; /* both at once, as file systems promise */
    }
}

/* Act `at` comes about. */
static void disk_goes_on(uint32_t at) {
    const act *a = &acts[at];
    if (a->kind == SYNCED) {
        put_some(&kept[a->node], a->node, from[a->node], at, 10);
        from[a->node] = at;
    } else if (a->kind == FOLDER_SYNCED) {
        names_some(kept_names, at, 10);
        names_from = at;
    }
}

static void put_file(const char *end, const content *c) {
    char name[128];
    snprintf(name, sizeof name, "%s%s", cut_path, end);
    unlink(name);
    if (!c) return;
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    if (c->n) assert_int_equal(fwrite(c->bytes, 1, c->n, f), c->n);
    fclose(f);
}

static void begin_anew(void) {
    for (uint32_t i = 0; i < n_acts; i++) sz_free(acts[i].bytes);
    for (int i = 0; i < MOST_NODES; i++) kept[i].n = 0;
    memset(node_of_end, 0, sizeof node_of_end);
    memset(node_of_fd, 0, sizeof node_of_fd);
    memset(kept_names, 0, sizeof kept_names);
    memset(from, 0, sizeof from);
    n_acts = names_from = 0;
    n_nodes = 0;
    sz_store_sqlite_remove(run_path);
}

/* The files after a cut behind act `to`; tenths: how much of what was not synced is there. */
static void lay_out(uint32_t to, uint32_t tenths) {
    int names[N_ENDS];
    memcpy(names, kept_names, sizeof names);
    names_some(names, to, tenths);
    for (int i = 0; i < N_ENDS; i++) {
        content c = {.n = 0};
        int node = names[i];
        if (node) {
            content_put(&c, 0, kept[node].bytes, kept[node].n);
            put_some(&c, node, from[node], to, tenths);
        }
        put_file(ends[i], node ? &c : NULL);
        sz_free(c.bytes);
    }
    put_file("-shm", NULL);
}

/* ---- the run ---- */

static void *open_at(const char *path, bool is_to_read) {
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = NULL;
    sz_status rc = is_to_read ? sz_store_sqlite_open_to_read(path, &d, &s) : sz_store_sqlite_open(path, &d, &s);
    if (rc != SZ_OK && d.n) fprintf(stderr, "%s\n", d.v[0].message);
    assert_int_equal(rc, SZ_OK);
    sz_diags_fini(&d);
    return s;
}

static sz_store_port port(void *store, sz_msgq *q) { return sz_store_sqlite_port(store, q); }
static sz_store_port port_of_memory(void *store, sz_msgq *q) { return sz_store_memory_port(store, q); }
static const store_rig rig = {"store_sqlite", NULL, port, NULL, NULL, NULL, 0},
                       memory = {"memory", NULL, port_of_memory, NULL, NULL, NULL, 0};

enum { MOST_COMMITS = 60, N_WORDS = 150, N_SNAPSHOTS = 40, LARGEST = 2 << 20 };
static uint64_t hashes[MOST_COMMITS]; /* of the state after each commit */

static uint64_t hash_of(store_hand *h) {
    sz_buf all;
    sz_buf_init(&all);
    store_dump(h, &all);
    uint64_t hash = sz_hash(all.p, all.n);
    sz_buf_fini(&all);
    return hash;
}

/* L: a large one, M: the largest of small ones, s: a small one. Two blobs are kept, or three. */
static void commit_to_both(store_hand *a, store_hand *model, uint32_t k, char kind) {
    static char bytes[LARGEST + 100000], words[N_WORDS][16], ids[N_SNAPSHOTS][16], body[16];
    if (k == 1)
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)some(256);
    sz_str v[N_WORDS], line = {body, (size_t)snprintf(body, sizeof body, "%u", k)};
    sz_put puts[N_SNAPSHOTS];
    size_t n = kind == 'L' ? (5 << 18) + some(LARGEST - (5 << 18)) : kind == 'M' ? 1 << 20 : 500 + some(9000);
    for (int i = 0; i < N_WORDS; i++)
        v[i] = (sz_str){words[i], (size_t)snprintf(words[i], sizeof words[i], "%u.%d", k, i)};
    for (int i = 0; i < N_SNAPSHOTS; i++) {
        puts[i].key = (sz_str){ids[i], (size_t)snprintf(ids[i], sizeof ids[i], "s%u", some(300) * 64 + (uint32_t)i)};
        puts[i].value = (sz_str){bytes + some(50000), some(4000)};
    }
    sz_commit c = {.journal = {bytes + some(100000), n},
                   .trim_journal = k > 2 && k % 2 ? 2 : 0,
                   .dict = v,
                   .n_dict = k % 3 ? 0 : N_WORDS,
                   .snapshots = puts,
                   .n_snapshots = k % 4 ? 0 : N_SNAPSHOTS,
                   .outbox = &line,
                   .n_outbox = 1,
                   .trim_outbox = k > 3,
                   .body = line};
    sz_commit same = c;
    assert_int_equal(store_commit(a, &c), SZ_ANS_OK);
    note(ANSWERED, 0)->at = k;
    assert_int_equal(store_commit(model, &same), SZ_ANS_OK);
    hashes[k] = hash_of(model);
}

typedef struct both {
    sz_store_sqlite *s;
    sz_store_memory *m;
    store_hand a, model;
} both;

static both both_of(const char *path) {
    both x = {.s = NULL, .m = sz_store_memory_new(true)};
    x.model = store_hand_of(&memory, x.m);
    store_acquire(&x.model, 'a', true);
    x.s = open_at(path, false);
    x.a = store_hand_of(&rig, x.s);
    store_acquire(&x.a, 'a', true);
    return x;
}

static void both_close(both *x) {
    store_hand_free(&x->a);
    sz_store_sqlite_close(x->s);
    store_hand_free(&x->model);
    sz_store_memory_free(x->m);
}

static uint32_t run(both *x, const char *script, uint32_t k) {
    for (const char *p = script; *p; p++) {
        if (*p != '|') {
            commit_to_both(&x->a, &x->model, ++k, *p);
            continue;
        }
        store_hand_free(&x->a);
        sz_store_sqlite_close(x->s);
        x->s = open_at(run_path, false);
        x->a = store_hand_of(&rig, x->s);
        store_acquire(&x->a, 'a', false);
    }
    return k;
}

/* ---- what is left ---- */

/* A state is made with its header, or not at all. */
static void assert_no_tables(void) {
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open(cut_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_schema", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(st, 0), 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
}

/* It is the state after commit `low`, or after `high`. */
static void look(uint32_t low, uint32_t high, bool is_to_read) {
    sz_store_sqlite *s = open_at(cut_path, is_to_read);
    store_hand a = store_hand_of(&rig, s);
    const sz_msg *m = store_acquire(&a, 'b', false);
    int64_t k = 0;
    if (m->answer == SZ_ANS_MISSING) {
        assert_int_equal(low, 0);
    } else {
        if (m->answer != SZ_ANS_OK) fprintf(stderr, "%.*s\n", SZ_FMT_STR(m->text));
        assert_int_equal(m->answer, SZ_ANS_OK);
        if (m->header->body.n) assert_true(sz_str_i64(m->header->body, &k));
        if (k != high) assert_int_equal(k, low);
        assert_true(hash_of(&a) == hashes[k]);
        if (!is_to_read) /* it goes on */
            assert_int_equal(store_commit(&a, &(sz_commit){.body = SZ_STR("on")}), SZ_ANS_OK);
    }
    bool is_missing = m->answer == SZ_ANS_MISSING;
    store_hand_free(&a);
    sz_store_sqlite_close(s);
    if (is_missing && !is_to_read) assert_no_tables();
}

static uint32_t number_from(const char *name, uint32_t otherwise) {
    const char *s = getenv(name);
    return s && *s ? (uint32_t)strtoul(s, NULL, 10) : otherwise;
}

static void test_a_power_cut_leaves_the_last_commit_or_the_one_after(void **state) {
    (void)state;
    uint32_t one_in = number_from("SZ_CUTS", 3), n_cuts = 0, answered = 0;
    random_state = number_from("SZ_SEED", 7);
    is_on = true;
    both x = both_of(run_path);
    hashes[0] = hash_of(&x.model);
    run(&x, "LsMsLLsssssssssMsL|sLs|LLsssssssssM|ss", 0);
    both_close(&x);
    is_on = false;
    assert_true(n_acts > 1000);
    for (uint32_t at = 0; at < n_acts; at++) {
        disk_goes_on(at);
        if (acts[at].kind == ANSWERED) answered = (uint32_t)acts[at].at;
        if (some(one_in * (acts[at].kind == WRITTEN ? 15 : 1))) continue;
        lay_out(at + 1, (uint32_t[]){0, 10, 1, 5, 9}[n_cuts++ % 5]);
        bool is_there = access(cut_path, F_OK) == 0;
        if (is_there && some(2)) look(answered, answered + 1, true);
        look(answered, answered + 1, false);
    }
    assert_true(n_cuts > 30);
    begin_anew();
}

/* As `state repartition` puts a partition's next state into the place of the one that stands. */
static void put_next(const char *before, const char *of_next, uint32_t *old, uint32_t *next) {
    char path[128];
    snprintf(path, sizeof path, "%s.next", run_path);
    sz_diags d;
    sz_diags_init(&d);
    is_on = true;
    both x = both_of(run_path);
    *old = run(&x, before, 0);
    both y = both_of(path);
    *next = run(&y, of_next, *old);
    both_close(&y);
    note(BEGUN, 0);
    assert_int_equal(sz_store_sqlite_replace(x.s, path, &d), SZ_OK);
    note(ENDED, 0);
    both_close(&x);
    is_on = false;
    sz_diags_fini(&d);
}

/* The one or the other, whole; the next one from when it is said to be in the place. */
static void test_a_power_cut_leaves_the_state_that_stood_or_the_next_in_its_place(void **state) {
    (void)state;
    enum { TIMES = 10 }; /* it is looked at where one is put for the other: few acts, many ways */
    uint32_t one_in = number_from("SZ_CUTS", 3), n_cuts = 0, old, next;
    random_state = number_from("SZ_SEED", 7) + 1;
    for (int round = 0; round < 4; round++) {
        put_next(round % 2 ? "Lsssssssssss" : "ssMsL", round < 2 ? "LLM" : "sss", &old, &next);
        uint32_t low = 0, high = 0;
        for (uint32_t at = 0; at < n_acts; at++) {
            disk_goes_on(at);
            const act *x = &acts[at];
            if (x->kind == ANSWERED && x->at <= old) low = (uint32_t)x->at;
            if (x->kind == ENDED) low = next;
            if (x->kind == ANSWERED || at == 0) high = low < old ? low + 1 : low;
            if (x->kind == BEGUN) high = next;
            uint32_t left_alone = x->kind == WRITTEN || low < old ? one_in * 15 : 1;
            if (some(left_alone)) continue;
            for (uint32_t k = 0; k < (low != high && low == old ? TIMES : 1u); k++) {
                lay_out(at + 1, (uint32_t[]){0, 10, 1, 5, 9}[n_cuts++ % 5]);
                look(low, high, false);
            }
        }
        assert_int_equal(low, next);
        begin_anew();
    }
    assert_true(n_cuts > 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_power_cut_leaves_the_last_commit_or_the_one_after),
        cmocka_unit_test(test_a_power_cut_leaves_the_state_that_stood_or_the_next_in_its_place),
    };
    snprintf(dir, sizeof dir, "/tmp/sz-power-XXXXXX");
    if (!mkdtemp(dir)) return 1;
    snprintf(run_path, sizeof run_path, "%s/state.db", dir);
    snprintf(cut_path, sizeof cut_path, "%s/cut.db", dir);
    int failed = cmocka_run_group_tests_name("store_sqlite and the power", tests, NULL, NULL);
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 ? failed : 1;
}

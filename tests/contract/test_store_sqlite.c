/* SPDX-License-Identifier: Apache-2.0 */
#include "store_suite.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], path[96];

/* ---- the rig ---- */

static void *open_it(void) {
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = NULL;
    sz_status rc = sz_store_sqlite_open(path, &d, &s);
    if (rc != SZ_OK && d.n) fprintf(stderr, "%s\n", d.v[0].message);
    assert_int_equal(rc, SZ_OK);
    sz_diags_fini(&d);
    return s;
}

static void remove_file(const char *end) {
    char name[128];
    snprintf(name, sizeof name, "%s%s", path, end);
    unlink(name);
}

static void *make(void) {
    remove_file("");
    remove_file("-wal");
    remove_file("-journal");
    return open_it();
}

static sz_store_port port(void *store, sz_msgq *q) { return sz_store_sqlite_port(store, q); }

static void *reopen(void *store) {
    sz_store_sqlite_close(store);
    return open_it();
}

static void release(void *store) { sz_store_sqlite_close(store); }

static const store_rig rig = {"store_sqlite", make, port, reopen, release, NULL, 0};

/* Open and expect a finding whose text has `word` in it. */
static void assert_refused(const char *name, sz_status want, int code, const char *word) {
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = NULL;
    assert_int_equal(sz_store_sqlite_open(name, &d, &s), want);
    assert_null(s);
    assert_int_equal(d.n, 1);
    if (d.v[0].code != code || !strstr(d.v[0].message, word))
        fprintf(stderr, "SZ%d: %s\n", d.v[0].code, d.v[0].message);
    assert_int_equal(d.v[0].code, code);
    assert_non_null(strstr(d.v[0].message, word));
    sz_diags_fini(&d);
}

static bool is_there(const char *end) {
    char name[128];
    struct stat st;
    snprintf(name, sizeof name, "%s%s", path, end);
    return stat(name, &st) == 0;
}

static int nothing_there(void **state) {
    (void)state;
    remove_file("");
    remove_file("-wal");
    remove_file("-journal");
    return 0;
}

/* A state with one record, closed. */
static void write_state(void) {
    sz_store_sqlite *s = make();
    store_hand a = store_hand_of(&rig, s);
    store_acquire(&a, 'a', true);
    static char big[200000];
    memset(big, 'x', sizeof big);
    sz_put record = {SZ_STR("s1"), {big, sizeof big}};
    assert_int_equal(
        store_commit(&a, &(sz_commit){.snapshots = &record, .n_snapshots = 1, .journal = {big, sizeof big}}),
        SZ_ANS_OK);
    store_hand_free(&a);
    sz_store_sqlite_close(s);
}

static uint64_t hash_of_file(void) {
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return sz_hash(bytes, n);
}

static void *open_to_read(void) {
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = NULL;
    assert_int_equal(sz_store_sqlite_open_to_read(path, &d, &s), SZ_OK);
    sz_diags_fini(&d);
    return s;
}

static void test_reading_takes_nothing_over_and_writes_nothing(void **state) {
    (void)state;
    write_state();
    uint64_t before = hash_of_file();
    sz_store_sqlite *one = open_to_read(), *two = open_to_read(); /* many may read */
    store_hand a = store_hand_of(&rig, one), b = store_hand_of(&rig, two);
    uint64_t seq = store_acquire(&a, 'b', true)->header->name.seq;
    assert_int_equal(store_acquire(&a, 'c', false)->header->name.seq, seq);
    assert_int_equal(store_acquire(&b, 'd', false)->header->name.owner[0], 'a');
    sz_buf all;
    sz_buf_init(&all);
    store_dump(&a, &all);
    assert_true(all.n > 400000);
    sz_buf_fini(&all);
    assert_int_equal(store_commit(&b, &(sz_commit){.journal = SZ_STR("x")}), SZ_ANS_REFUSED);
    assert_refused(path, SZ_IO, SZ_CODE_STATE_IN_USE, "is reading this state");
    store_hand_free(&a);
    store_hand_free(&b);
    sz_store_sqlite_close(one);
    sz_store_sqlite_close(two);
    assert_int_equal(hash_of_file(), before);
    assert_false(is_there("-wal"));
    assert_false(is_there("-shm"));
}

/* ---- in a process of its own ---- */

/* What a child asserts in vain ends it: it would go on with the tests behind this one otherwise, beside the parent. */
static pid_t fork_child(void) {
    pid_t pid = fork();
    if (pid != 0) return pid;
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    return 0;
}

static int in_child(void (*f)(void)) {
    pid_t pid = fork_child();
    if (pid == 0) {
        f();
        _exit(0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

#define CHECK(c)                                            \
    do {                                                    \
        if (!(c)) {                                         \
            fprintf(stderr, "line %d: %s\n", __LINE__, #c); \
            _exit(1);                                       \
        }                                                   \
    } while (0)

/* Permissions do not bind root: the child becomes somebody else. */
static void become_nobody(void) {
    if (geteuid() == 0) CHECK(setgid(65534) == 0 && setuid(65534) == 0);
}

static void assert_in_vain(void) {
    if (!freopen("/dev/null", "w", stderr)) _exit(1);
    assert_true(false);
}

static void test_a_child_ends_where_it_asserts_in_vain(void **state) {
    (void)state;
    int status = in_child(assert_in_vain);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* ---- the file ---- */

static void test_state_at_rest_is_one_file(void **state) {
    (void)state;
    write_state();
    assert_true(is_there(""));
    assert_false(is_there("-wal"));
    assert_false(is_there("-shm"));
    assert_false(is_there("-journal"));
}

static void test_a_state_that_is_asked_for_in_vain_leaves_no_file(void **state) {
    (void)state;
    sz_store_sqlite *s = open_it();
    store_hand a = store_hand_of(&rig, s);
    assert_int_equal(store_acquire(&a, 'a', false)->answer, SZ_ANS_MISSING);
    assert_true(sz_store_sqlite_is_new(s));
    store_hand_free(&a);
    sz_store_sqlite_close(s);
    assert_false(is_there(""));
}

static void test_is_new_until_something_was_acquired(void **state) {
    (void)state;
    int fd = open(path, O_CREAT | O_WRONLY, 0644); /* an empty file is as good as none */
    close(fd);
    sz_store_sqlite *s = open_it();
    assert_true(sz_store_sqlite_is_new(s));
    store_hand a = store_hand_of(&rig, s);
    assert_int_equal(store_acquire(&a, 'a', true)->answer, SZ_ANS_NEW);
    store_hand_free(&a);
    sz_store_sqlite_close(s);
    s = open_it();
    assert_false(sz_store_sqlite_is_new(s));
    sz_store_sqlite_close(s);
}

static void test_missing_folder_is_told(void **state) {
    (void)state;
    char name[128];
    snprintf(name, sizeof name, "%s/no/such/state.db", dir);
    assert_refused(name, SZ_IO, SZ_CODE_STATE_CANNOT_OPEN, "No such file");
}

static void test_a_folder_is_no_state(void **state) {
    (void)state;
    char name[128];
    snprintf(name, sizeof name, "%s/folder", dir);
    mkdir(name, 0755);
    assert_refused(name, SZ_IO, SZ_CODE_STATE_CANNOT_OPEN, "is not a file");
}

static void put_file(const void *bytes, size_t n) {
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
}

static void test_files_of_others_are_told_and_left_alone(void **state) {
    (void)state;
    char text[9000];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(i * 7919 >> 3);
    put_file(text, sizeof text);
    assert_refused(path, SZ_IO, SZ_CODE_STATE_NOT_OURS, "not a state");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, sizeof text);
    remove_file("");
    sqlite3 *db;
    sqlite3_open(path, &db);
    sqlite3_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES(1)", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_refused(path, SZ_IO, SZ_CODE_STATE_NOT_OURS, "not a state");
}

static void test_newer_layout_is_refused(void **state) {
    (void)state;
    write_state();
    sqlite3 *db;
    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_refused(path, SZ_REFUSED, SZ_CODE_STATE_NEWER, "newer version");
}

/* Wherever the damage is: it is told when the file is opened or when that part is loaded, and nothing crashes. */
static void test_damaged_files_are_told(void **state) {
    (void)state;
    write_state();
    struct stat st;
    stat(path, &st);
    char *whole = sz_alloc((size_t)st.st_size);
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, whole, (size_t)st.st_size), st.st_size);
    close(fd);
    int n_told = 0;
    for (int round = 0; round < 40; round++) {
        char *hurt = sz_alloc((size_t)st.st_size);
        memcpy(hurt, whole, (size_t)st.st_size);
        size_t n = (size_t)st.st_size;
        if (round % 2) n = n * (size_t)(round + 1) / 45; /* cut */
        else
            memset(hurt + (size_t)st.st_size * (size_t)round / 40 / 16384 * 16384, round * 37, 600); /* a page's head */
        put_file(hurt, n);
        sz_free(hurt);
        sz_diags d;
        sz_diags_init(&d);
        sz_store_sqlite *s = NULL;
        bool is_told = sz_store_sqlite_open(path, &d, &s) != SZ_OK;
        if (!is_told) {
            store_hand a = store_hand_of(&rig, s);
            const sz_msg *m = store_acquire(&a, 'a', false);
            is_told = m->answer != SZ_ANS_OK;
            for (int k = 0; !is_told && k < 10; k++) {
                a.port.load(a.port.self, &a.name, k == 0);
                m = sz_msgq_pop(a.q);
                is_told = m->answer == SZ_ANS_FAILED && m->text.n > 0;
            }
            store_hand_free(&a);
            sz_store_sqlite_close(s);
        }
        n_told += is_told;
        sz_diags_fini(&d);
        remove_file("-wal");
    }
    sz_free(whole);
    assert_true(n_told >= 20); /* all cuts; bytes inside of a record are the engine's to judge */
}

/* ---- two processes ---- */

typedef struct patience {
    int64_t ends_ms;
    int n;
    char who[80];
} patience;

static bool wait_a_while(void *self, const char *at, const char *who, const char *who_zh, int64_t waited_ms) {
    patience *p = self;
    assert_string_equal(at, path);
    assert_int_equal(strlen(who) > 0, strlen(who_zh) > 0);
    snprintf(p->who, sizeof p->who, "%s", who);
    assert_int_equal(waited_ms, (int64_t)p->n++ * SZ_SQLITE_LOOK_MS);
    return waited_ms < p->ends_ms;
}

/* Locks of POSIX keep processes apart, not those of one: what holds it for so long must be in another. */
static void test_a_lock_that_does_not_go_is_given_up_on(void **state) {
    (void)state;
    write_state();
    int ready[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork_child();
    if (pid == 0) {
        sqlite3 *other;
        if (sqlite3_open(path, &other) != SQLITE_OK) _exit(1);
        if (sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK) _exit(1);
        if (write(ready[1], "r", 1) != 1) _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    patience p = {.ends_ms = 3L * SZ_SQLITE_LOOK_MS};
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = NULL;
    sz_status rc = sz_store_sqlite_open_waiting(path, (sz_sqlite_wait){&p, wait_a_while}, &d, &s);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    char who[64];
    snprintf(who, sizeof who, "process %ld (test_store_sq", (long)pid);
    assert_int_equal(rc, SZ_IO);
    assert_int_equal(p.n, 4);
    assert_int_equal(d.v[0].code, SZ_CODE_STATE_IN_USE);
    assert_non_null(strstr(p.who, who));
    assert_non_null(strstr(d.v[0].message, who));
    assert_non_null(strstr(d.v[0].message, "locked"));
    sz_diags_fini(&d);
    close(ready[0]);
    close(ready[1]);
    sz_store_sqlite_close(open_it()); /* free again */
}

static void test_second_process_is_told_about_the_first(void **state) {
    (void)state;
    int to_child[2], to_parent[2];
    assert_int_equal(pipe(to_child), 0);
    assert_int_equal(pipe(to_parent), 0);
    pid_t pid = fork_child();
    if (pid == 0) {
        sz_diags d;
        sz_diags_init(&d);
        sz_store_sqlite *s = NULL;
        char c = sz_store_sqlite_open(path, &d, &s) == SZ_OK ? 'y' : 'n';
        if (write(to_parent[1], &c, 1) != 1 || read(to_child[0], &c, 1) != 1) _exit(1);
        _exit(0); /* without closing: the lock goes with the process */
    }
    char c = 0;
    assert_int_equal(read(to_parent[0], &c, 1), 1);
    assert_int_equal(c, 'y');
    char who[32];
    snprintf(who, sizeof who, "(%ld, since 2", (long)pid);
    assert_refused(path, SZ_IO, SZ_CODE_STATE_IN_USE, who);
    assert_int_equal(write(to_child[1], &c, 1), 1);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    sz_store_sqlite *s = open_it();
    assert_refused(path, SZ_IO, SZ_CODE_STATE_IN_USE, "another process");
    sz_store_sqlite_close(s);
    for (int i = 0; i < 2; i++) {
        close(to_child[i]);
        close(to_parent[i]);
    }
}

/* ---- kill -9 ---- */

static uint32_t number_of(sz_str s) {
    int64_t n = 0;
    return sz_str_i64(s, &n) ? (uint32_t)n : 0;
}

/* Commits until it is killed; says the number of each one that was answered OK. `most` of their blobs are large ones,
 * then comes one that is not, and so on. */
static void commit_for_ever(int out, uint32_t most) {
    sz_store_sqlite *s = open_it();
    store_hand a = store_hand_of(&rig, s);
    const sz_msg *m = store_acquire(&a, 'k', true);
    uint32_t n = number_of(m->header->body);
    static char pad[3000], large[3 << 19];
    for (;;) {
        n++;
        bool is_large = n % (most + 1) != 0;
        char text[16];
        size_t len = (size_t)snprintf(text, sizeof text, "%u", n);
        sz_str line = {text, len};
        sz_put one = {line, {pad, sizeof pad}}, count = {SZ_STR("file:x"), line};
        sz_commit c = {.outbox = &line,
                       .n_outbox = 1,
                       .snapshots = &one,
                       .n_snapshots = 1,
                       .journal = {is_large ? large : pad, is_large ? sizeof large - n % 900 : 2000 + n % 900},
                       .dict = &line,
                       .n_dict = 1,
                       .ledger = &count,
                       .n_ledger = 1,
                       .body = line,
                       .trim_outbox = n > 3};
        if (store_commit(&a, &c) != SZ_ANS_OK || write(out, &n, sizeof n) != sizeof n) _exit(1);
    }
}

static void assert_whole(uint32_t said, uint32_t *was) {
    sz_store_sqlite *s = open_it();
    store_hand a = store_hand_of(&rig, s);
    const sz_msg *m = store_acquire(&a, 'p', true);
    uint32_t n = number_of(m->header->body);
    assert_true(n == said || n == said + 1); /* the last one answered, or the one after */
    uint32_t counts[SZ_CHUNK_END] = {0};
    uint32_t last = 0;
    for (bool restart = true;; restart = false) {
        a.port.load(a.port.self, &a.name, restart);
        m = sz_msgq_pop(a.q);
        assert_int_equal(m->answer, SZ_ANS_OK);
        if (m->chunk == SZ_CHUNK_END) break;
        counts[m->chunk] += m->n;
        if (m->chunk == SZ_CHUNK_OUTBOX) last = number_of(m->strs[m->n - 1]);
        if (m->chunk == SZ_CHUNK_LEDGER) assert_int_equal(number_of(m->puts[0].value), n);
    }
    assert_int_equal(counts[SZ_CHUNK_DICT], n);
    assert_int_equal(counts[SZ_CHUNK_SNAPSHOTS], n);
    assert_int_equal(counts[SZ_CHUNK_JOURNAL], n);
    assert_int_equal(counts[SZ_CHUNK_OUTBOX], n < 3 ? n : 3);
    assert_int_equal(last, n);
    store_hand_free(&a);
    sz_store_sqlite_close(s);
    *was = n;
}

static void kill_and_look(int rounds, uint32_t most) {
    uint32_t said = 0;
    unsigned seed = 4711;
    for (int round = 0; round < rounds; round++) {
        int out[2];
        assert_int_equal(pipe(out), 0);
        pid_t pid = fork_child();
        if (pid == 0) {
            close(out[0]);
            commit_for_ever(out[1], most);
        }
        close(out[1]);
        seed = seed * 1103515245 + 12345;
        uint32_t n;
        for (int k = 0; k <= round % 3 && read(out[0], &n, sizeof n) == sizeof n; k++) said = n;
        usleep(seed / 65536 % 8000);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        while (read(out[0], &n, sizeof n) == sizeof n) said = n;
        close(out[0]);
        assert_whole(said, &said);
    }
    assert_true(said > 10);
}

static void test_killed_in_the_middle_leaves_the_last_commit_or_the_one_after(void **state) {
    (void)state;
    kill_and_look(25, 0);
}

static void test_killed_in_a_large_commit_likewise(void **state) {
    (void)state;
    kill_and_look(12, 3);
}

/* ---- which journal ---- */

static void commit_journal(store_hand *a, size_t n) {
    static char bytes[4 << 20];
    assert_int_equal(store_commit(a, &(sz_commit){.journal = {bytes, n}}), SZ_ANS_OK);
}

static void test_large_commits_are_written_once_and_small_ones_to_a_log(void **state) {
    (void)state;
    sz_store_sqlite *s = open_it();
    store_hand a = store_hand_of(&rig, s);
    store_acquire(&a, 'a', true);
    commit_journal(&a, 3 << 20);
    assert_false(is_there("-wal"));
    assert_true(is_there("-journal"));
    for (int i = 0; i < 8; i++) commit_journal(&a, 5000); /* as a file ends */
    assert_false(is_there("-wal"));
    commit_journal(&a, 1 << 20);
    assert_true(is_there("-wal"));
    assert_false(is_there("-journal"));
    commit_journal(&a, 3 << 20);
    assert_false(is_there("-wal"));
    store_hand_free(&a);
    sz_store_sqlite_close(s); /* one file, and whole */
    assert_false(is_there("-journal"));
    s = open_it();
    store_hand b = store_hand_of(&rig, s);
    store_acquire(&b, 'b', false);
    sz_buf all;
    sz_buf_init(&all);
    store_dump(&b, &all);
    assert_true(all.n > 2 * (3 << 20) + (1 << 20) + 8 * 5000);
    sz_buf_fini(&all);
    commit_journal(&b, 5000); /* a pipe on a state of files */
    assert_true(is_there("-wal"));
    store_hand_free(&b);
    sz_store_sqlite_close(s);
    assert_false(is_there("-wal"));
    assert_false(is_there("-journal"));
}

/* A run that is killed while pages of its commit are in the file, and those that they stand in place of in the journal.
 */
static void end_in_the_middle(void) {
    sqlite3 *db;
    CHECK(sqlite3_open(path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db,
                       "PRAGMA cache_size = 2; BEGIN IMMEDIATE; UPDATE header SET body = x'616c736f', seq = seq + 1;"
                       "INSERT INTO journal(entries) VALUES(zeroblob(4000000)); DELETE FROM snapshots",
                       NULL, NULL, NULL) == SQLITE_OK);
    _exit(0);
}

static void assert_nothing_of_it(sz_store_sqlite *s) {
    store_hand a = store_hand_of(&rig, s);
    const sz_msg *m = store_acquire(&a, 'b', false);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_int_equal(m->header->body.n, 0);
    sz_buf all;
    sz_buf_init(&all);
    store_dump(&a, &all);
    assert_in_range(all.n, 400000, 500000);
    sz_buf_fini(&all);
    store_hand_free(&a);
    sz_store_sqlite_close(s);
}

static void write_state_of_a_file(void) {
    write_state();
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Whether for reading or for a run. */
static void test_a_commit_that_was_begun_is_taken_back(void **state) {
    (void)state;
    write_state_of_a_file();
    uint64_t before = hash_of_file();
    assert_int_equal(in_child(end_in_the_middle), 0);
    assert_true(is_there("-journal"));
    assert_true(hash_of_file() != before);
    assert_nothing_of_it(open_to_read());
    assert_false(is_there("-journal"));
    assert_int_equal(hash_of_file(), before);
    assert_int_equal(in_child(end_in_the_middle), 0);
    assert_nothing_of_it(open_it());
    assert_false(is_there("-journal"));
}

static void open_half_written(void) {
    become_nobody();
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = NULL;
    CHECK(sz_store_sqlite_open_to_read(path, &d, &s) == SZ_IO && d.n == 1);
    CHECK(d.v[0].code == SZ_CODE_STATE_READ_ONLY && strstr(d.v[0].message, "half written"));
}

static void leave_half_written(void) {
    write_state_of_a_file();
    assert_int_equal(in_child(end_in_the_middle), 0);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(chmod(dir, 0777), 0);
}

static void chmod_file(const char *end, mode_t mode) {
    char name[128];
    snprintf(name, sizeof name, "%s%s", path, end);
    assert_int_equal(chmod(name, mode), 0);
}

/* Neither is what is half written ever shown. */
static void test_who_may_not_take_it_back_is_told(void **state) {
    (void)state;
    leave_half_written();
    chmod_file("", 0444);
    assert_int_equal(in_child(open_half_written), 0);
    leave_half_written();
    chmod_file("-journal", 0600);
    assert_int_equal(in_child(open_half_written), 0);
    leave_half_written();
    chmod_file("-journal", 0644);
    assert_int_equal(in_child(open_half_written), 0);
    leave_half_written();
    chmod_file("-journal", 0666);
    assert_int_equal(chmod(dir, 0555), 0);
    assert_int_equal(in_child(open_half_written), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_nothing_of_it(open_to_read());
}

/* ---- no room, no permission ---- */

static size_t filling = 100000; /* bytes of a commit */

static void fill_up(void) {
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {20 * filling, 20 * filling};
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    sz_store_sqlite *s = open_it();
    store_hand a = store_hand_of(&rig, s);
    store_acquire(&a, 'f', true);
    char *blob = sz_alloc(filling);
    uint32_t n = 0;
    for (;; n++) {
        char body[16];
        sz_commit c = {.journal = {blob, filling}, .parent = a.name};
        c.body = (sz_str){body, (size_t)snprintf(body, sizeof body, "%u", n + 1)};
        c.bundle_ver = 7;
        a.port.commit(a.port.self, &c);
        const sz_msg *m = sz_msgq_pop(a.q);
        if (m->answer != SZ_ANS_OK) {
            CHECK(m->answer == SZ_ANS_FAILED);
            if (!memmem(m->text.p, m->text.n, "make room", 9)) fprintf(stderr, "%.*s\n", SZ_FMT_STR(m->text));
            CHECK(memmem(m->text.p, m->text.n, "make room", 9));
            break;
        }
        a.name.seq++;
    }
    CHECK(n > 3 && n < 40);
    char name[128];
    snprintf(name, sizeof name, "%s/full.txt", dir);
    FILE *f = fopen(name, "w");
    fprintf(f, "%u", n);
    fclose(f);
    _exit(0);
}

static void full_disk(size_t bytes) {
    filling = bytes;
    assert_int_equal(in_child(fill_up), 0);
    char name[128];
    snprintf(name, sizeof name, "%s/full.txt", dir);
    unsigned n = 0;
    FILE *f = fopen(name, "r");
    assert_int_equal(fscanf(f, "%u", &n), 1);
    fclose(f);
    sz_store_sqlite *s = open_it();
    store_hand a = store_hand_of(&rig, s);
    const sz_msg *m = store_acquire(&a, 'g', false);
    assert_int_equal(number_of(m->header->body), n);
    assert_int_equal(store_commit(&a, &(sz_commit){.journal = SZ_STR("goes on")}), SZ_ANS_OK);
    store_hand_free(&a);
    sz_store_sqlite_close(s);
}

static void test_full_disk_is_told_and_leaves_the_last_commit(void **state) {
    (void)state;
    full_disk(100000);
}

static void test_full_disk_in_a_large_commit_likewise(void **state) {
    (void)state;
    full_disk(1500000);
}

static void open_read_only_file(void) {
    become_nobody();
    assert_refused(path, SZ_IO, SZ_CODE_STATE_READ_ONLY, "cannot be written");
}

static void open_in_read_only_folder(void) {
    become_nobody();
    assert_refused(path, SZ_IO, SZ_CODE_STATE_CANNOT_OPEN, "cannot be opened for writing");
}

static void test_read_only_file_and_folder_are_told(void **state) {
    (void)state;
    write_state();
    remove_file(".lock");
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(dir, 0777), 0);
    assert_int_equal(in_child(open_read_only_file), 0);
    remove_file(".lock");
    assert_int_equal(chmod(dir, 0555), 0);
    assert_int_equal(in_child(open_in_read_only_folder), 0);
    assert_int_equal(chmod(dir, 0755), 0);
}

static void read_beside_a_closed_lock(void) {
    become_nobody();
    sz_diags d;
    sz_store_sqlite *s = NULL;
    sz_diags_init(&d);
    CHECK(sz_store_sqlite_open_to_read(path, &d, &s) == SZ_IO && d.n == 1);
    CHECK(d.v[0].code == SZ_CODE_STATE_CANNOT_OPEN && strstr(d.v[0].message, ".lock cannot be opened"));
    _exit(0);
}

/* Whoever cannot look at the lock does not know whether somebody writes: what is read then may be of two commits. */
static void test_who_may_not_look_at_the_lock_does_not_read(void **state) {
    (void)state;
    char lock[128];
    snprintf(lock, sizeof lock, "%s.lock", path);
    write_state();
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(chmod(lock, 0600), 0);
    assert_int_equal(in_child(read_beside_a_closed_lock), 0);
    remove_file(".lock"); /* of a copy: nobody writes to it */
    sz_store_sqlite_close(open_to_read());
}

static void commit_one(sz_store_sqlite *s, const char *body) {
    store_hand a = store_hand_of(&rig, s);
    store_acquire(&a, 'a', true);
    assert_int_equal(store_commit(&a, &(sz_commit){.body = sz_str_of(body)}), SZ_ANS_OK);
    store_hand_free(&a);
}

static void test_another_file_takes_its_place_under_its_lock(void **state) {
    (void)state;
    char next[128];
    snprintf(next, sizeof next, "%s.next", path);
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = open_it(), *made, *other;
    commit_one(s, "old");
    assert_int_equal(sz_store_sqlite_open(next, &d, &made), SZ_OK);
    commit_one(made, "new");
    sz_store_sqlite_close(made);
    assert_int_equal(sz_store_sqlite_replace(s, next, &d), SZ_OK);
    assert_int_equal(sz_store_sqlite_open(path, &d, &other), SZ_IO); /* still locked */
    assert_int_equal(d.v[0].code, SZ_CODE_STATE_IN_USE);
    sz_store_sqlite_close(s);
    assert_true(sz_store_sqlite_remove(next));
    assert_false(is_there(".next"));
    assert_false(is_there(".next.lock"));
    s = open_it();
    store_hand a = store_hand_of(&rig, s);
    const sz_msg *m = store_acquire(&a, 'b', false);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_true(sz_str_is(m->header->body, "new"));
    store_hand_free(&a);
    assert_int_equal(sz_store_sqlite_replace(s, next, &d), SZ_IO); /* there is none: what stands, stands */
    sz_store_sqlite_close(s);
    assert_true(is_there(""));
    sz_diags_fini(&d);
}

/* It would be taken for the other file's, and pages of the old state be put into the new one. */
static void test_nothing_takes_the_place_of_a_state_whose_journal_stays(void **state) {
    (void)state;
    char next[128], left[160];
    snprintf(next, sizeof next, "%s.next", path);
    sz_diags d;
    sz_diags_init(&d);
    sz_store_sqlite *s = open_it(), *made;
    commit_one(s, "old");
    assert_int_equal(sz_store_sqlite_open(next, &d, &made), SZ_OK);
    commit_one(made, "new");
    sz_store_sqlite_close(made);
    for (int i = 0; i < 2; i++) {
        snprintf(left, sizeof left, "%s-journal", i ? next : path);
        int fd = open(left, O_CREAT | O_WRONLY, 0644);
        assert_int_equal(write(fd, "\xd9\xd5\x05", 3), 3); /* as a journal begins that is to be played back */
        close(fd);
        assert_int_equal(sz_store_sqlite_replace(s, next, &d), SZ_IO);
        assert_non_null(strstr(d.v[i].message, "journal"));
        unlink(left);
    }
    assert_int_equal(sz_store_sqlite_replace(s, next, &d), SZ_OK);
    sz_store_sqlite_close(s);
    assert_true(sz_store_sqlite_remove(next));
    sz_diags_fini(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_another_file_takes_its_place_under_its_lock, nothing_there),
        cmocka_unit_test_setup(test_nothing_takes_the_place_of_a_state_whose_journal_stays, nothing_there),
        cmocka_unit_test_setup(test_state_at_rest_is_one_file, nothing_there),
        cmocka_unit_test_setup(test_a_state_that_is_asked_for_in_vain_leaves_no_file, nothing_there),
        cmocka_unit_test_setup(test_is_new_until_something_was_acquired, nothing_there),
        cmocka_unit_test_setup(test_reading_takes_nothing_over_and_writes_nothing, nothing_there),
        cmocka_unit_test_setup(test_who_may_not_look_at_the_lock_does_not_read, nothing_there),
        cmocka_unit_test(test_a_child_ends_where_it_asserts_in_vain),
        cmocka_unit_test_setup(test_missing_folder_is_told, nothing_there),
        cmocka_unit_test_setup(test_a_folder_is_no_state, nothing_there),
        cmocka_unit_test_setup(test_files_of_others_are_told_and_left_alone, nothing_there),
        cmocka_unit_test_setup(test_newer_layout_is_refused, nothing_there),
        cmocka_unit_test_setup(test_damaged_files_are_told, nothing_there),
        cmocka_unit_test_setup(test_a_lock_that_does_not_go_is_given_up_on, nothing_there),
        cmocka_unit_test_setup(test_second_process_is_told_about_the_first, nothing_there),
        cmocka_unit_test_setup(test_killed_in_the_middle_leaves_the_last_commit_or_the_one_after, nothing_there),
        cmocka_unit_test_setup(test_killed_in_a_large_commit_likewise, nothing_there),
        cmocka_unit_test_setup(test_large_commits_are_written_once_and_small_ones_to_a_log, nothing_there),
        cmocka_unit_test_setup(test_a_commit_that_was_begun_is_taken_back, nothing_there),
        cmocka_unit_test_setup(test_who_may_not_take_it_back_is_told, nothing_there),
        cmocka_unit_test_setup(test_full_disk_in_a_large_commit_likewise, nothing_there),
        cmocka_unit_test_setup(test_full_disk_is_told_and_leaves_the_last_commit, nothing_there),
        cmocka_unit_test_setup(test_read_only_file_and_folder_are_told, nothing_there),
    };
    snprintf(dir, sizeof dir, "/tmp/sz-store-XXXXXX");
    if (!mkdtemp(dir)) return 1;
    snprintf(path, sizeof path, "%s/state.db", dir);
    int failed = store_suite_run(&rig);
    failed += cmocka_run_group_tests_name("store_sqlite itself", tests, NULL, NULL);
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 ? failed : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <sanzao/adapters.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
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

static char dir[64], alerts_path[96], dead_path[96], alerts_name[104], dead_name[104];

/* ---- what a worker keeps, and what of it is durable ---- */

typedef struct book {
    sz_put lines[8], pending[8];
    uint32_t n, n_pending;
    uint64_t alerts_pos, dead_pos, durable_alerts, durable_dead;
    sz_str outbox[4]; /* durable */
    uint32_t n_outbox;
    sz_arena arena;
} book;

static uint32_t ledger(void *self, const sz_put **lines) {
    book *b = self;
    *lines = b->lines;
    return b->n;
}

static void note(void *self, sz_str key, sz_str value) {
    book *b = self;
    b->pending[b->n_pending++] = (sz_put){sz_arena_str(&b->arena, key), sz_arena_str(&b->arena, value)};
}

static void sinks(void *self, uint64_t *alerts_pos, uint64_t *dead_pos) {
    book *b = self;
    *alerts_pos = b->durable_alerts;
    *dead_pos = b->durable_dead;
}

static uint32_t outbox(void *self, sz_arena *a, const sz_str **lines) {
    (void)a;
    book *b = self;
    *lines = b->outbox;
    return b->n_outbox;
}

static void commit(book *b) {
    for (uint32_t i = 0; i < b->n_pending; i++) {
        uint32_t k = 0;
        while (k < b->n && !sz_str_eq(b->lines[k].key, b->pending[i].key)) k++;
        b->lines[k] = b->pending[i];
        if (k == b->n) b->n++;
    }
    b->n_pending = 0;
    b->durable_alerts = b->alerts_pos;
    b->durable_dead = b->dead_pos;
}

/* ---- a run ---- */

typedef struct run {
    book *book;
    sz_msgq *q;
    sz_diags d;
    sz_sink_file *s;
    sz_sink_port port;
    sz_answer answer;
    char text[512];
} run;

static sz_status open_run(run *r, book *b, sz_sink_file_options o) {
    *r = (run){.book = b, .q = sz_msgq_new()};
    sz_diags_init(&r->d);
    if (!o.alerts.p) o.alerts = sz_str_of(alerts_name);
    if (!o.dead.p) o.dead = sz_str_of(dead_name);
    sz_progress p = {.self = b, .ledger = ledger, .note = note, .sinks = sinks, .outbox = outbox};
    sz_status rc = sz_sink_file_new(&o, r->q, &r->d, &r->s);
    if (rc == SZ_OK) sz_sink_file_attach(r->s, &p);
    if (rc == SZ_OK) r->port = sz_sink_file_port(r->s);
    return rc;
}

static void close_run(run *r) {
    sz_sink_file_free(r->s);
    sz_msgq_free(r->q);
    sz_diags_fini(&r->d);
    r->book->n_pending = 0; /* the process ends */
    r->book->alerts_pos = r->book->durable_alerts;
    r->book->dead_pos = r->book->durable_dead;
}

static sz_answer await(run *r, sz_msg_kind kind, uint64_t n) {
    const sz_msg *m;
    while ((m = sz_msgq_pop(r->q)) == NULL) assert_false(sz_msgq_is_idle(r->q));
    assert_int_equal(m->kind, kind);
    r->answer = m->answer;
    snprintf(r->text, sizeof r->text, "%.*s", SZ_FMT_STR(m->text));
    if (m->answer == SZ_ANS_OK) {
        assert_int_equal(m->n_delivered, n);
        *(kind == SZ_MSG_DELIVERED ? &r->book->alerts_pos : &r->book->dead_pos) = m->sink_pos;
    }
    return m->answer;
}

static sz_answer alert(run *r, const char *line) {
    sz_str s = sz_str_of(line);
    r->port.submit(r->port.self, 0, &s, 1);
    return await(r, SZ_MSG_DELIVERED, 1);
}

static sz_answer dead_letter(run *r, const char *line) {
    sz_str s = sz_str_of(line);
    r->port.dead(r->port.self, 0, &s, 1);
    return await(r, SZ_MSG_DEAD_DONE, 0);
}

static void put_file(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
}

static void assert_file(const char *path, const char *want) {
    char got[4096] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    got[n] = '\0';
    fclose(f);
    assert_string_equal(got, want);
}

static int no_files(void **state) {
    (void)state;
    unlink(alerts_path);
    unlink(dead_path);
    return 0;
}

/* ---- tests ---- */

static void test_lines_reach_their_files(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = true}), SZ_OK);
    sz_str two[] = {SZ_STR("a1"), SZ_STR("a2")};
    r.port.submit(r.port.self, 0, two, 2);
    r.port.submit(r.port.self, 0, two, 1);
    assert_int_equal(await(&r, SZ_MSG_DELIVERED, 2), SZ_ANS_OK); /* one answer a call */
    assert_int_equal(b.alerts_pos, 6);
    assert_int_equal(await(&r, SZ_MSG_DELIVERED, 1), SZ_ANS_OK);
    assert_int_equal(b.alerts_pos, 9);
    assert_int_equal(dead_letter(&r, "d1\n"), SZ_ANS_OK);
    assert_int_equal(b.dead_pos, 3);
    assert_file(alerts_path, "a1\na2\na1\n");
    assert_file(dead_path, "d1\n");
    close_run(&r);
    sz_arena_fini(&b.arena);
}

static void test_longer_file_is_cut_to_what_was_acknowledged(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = true}), SZ_OK);
    alert(&r, "a1");
    dead_letter(&r, "d1\n");
    commit(&b);
    alert(&r, "a2"); /* written, not committed */
    dead_letter(&r, "d2\n");
    close_run(&r);
    put_file(dead_path, "d1\nd2\nhalf a li");
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = false}), SZ_OK);
    assert_int_equal(sz_sink_file_start(r.s), SZ_OK);
    assert_file(alerts_path, "a1\n");
    assert_file(dead_path, "d1\n");
    alert(&r, "a2");
    assert_file(alerts_path, "a1\na2\n");
    close_run(&r);
    sz_arena_fini(&b.arena);
}

/* After a backup was put back, the night's alerts were cut off without a word. What a run that was killed leaves is in
 * the state's outbox. */
static void test_lines_of_a_later_state_are_told_before_they_are_cut_off(void **state) {
    (void)state;
    static const struct {
        const char *there;
        int n;
    } rows[] = {{"a1\n", 0},          {"a1\na2\n", 0},         {"a1\na2\na3\n", 0},
                {"a1\na2\na", 0},     {"a1\na2\na3\na4\n", 1}, {"a1\na2\nb3\nb4\n", 2},
                {"a1\nb2\na3\nb", 3}, {"a1\na3\n", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        book b = {.n = 0};
        run r;
        no_files(NULL);
        open_run(&r, &b, (sz_sink_file_options){.is_new = true});
        alert(&r, "a1");
        commit(&b);
        close_run(&r);
        b.outbox[b.n_outbox++] = SZ_STR("a2");
        b.outbox[b.n_outbox++] = SZ_STR("a3");
        put_file(alerts_path, rows[i].there);
        open_run(&r, &b, (sz_sink_file_options){.is_new = false});
        assert_int_equal(sz_sink_file_start(r.s), SZ_OK);
        assert_file(alerts_path, "a1\n");
        assert_int_equal(r.d.n, rows[i].n > 0);
        if (r.d.n) {
            char said[16];
            assert_int_equal(r.d.v[0].severity, SZ_WARNING);
            assert_int_equal(r.d.v[0].code, SZ_CODE_SINK_LATER);
            snprintf(said, sizeof said, "(%d)", rows[i].n);
            assert_non_null(strstr(r.d.v[0].message, said));
        }
        close_run(&r);
        sz_arena_fini(&b.arena);
    }
}

static void test_shorter_file_is_continued_with_a_note(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    open_run(&r, &b, (sz_sink_file_options){.is_new = true});
    alert(&r, "a1");
    commit(&b);
    close_run(&r);
    unlink(alerts_path); /* rotated */
    open_run(&r, &b, (sz_sink_file_options){.is_new = false});
    alert(&r, "a2");
    assert_int_equal(r.d.n, 1);
    assert_int_equal(r.d.v[0].severity, SZ_NOTE);
    assert_int_equal(r.d.v[0].code, SZ_CODE_SINK_SHORTER);
    assert_file(alerts_path, "a2\n");
    assert_int_equal(b.alerts_pos, 3);
    commit(&b);
    alert(&r, "a3");
    close_run(&r);
    open_run(&r, &b, (sz_sink_file_options){.is_new = false});
    assert_int_equal(sz_sink_file_start(r.s), SZ_OK);
    assert_file(alerts_path, "a2\n");
    close_run(&r);
    sz_arena_fini(&b.arena);
}

static void test_new_state_does_not_write_into_a_full_file(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    put_file(alerts_path, "somebody's\n");
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = true}), SZ_IO);
    assert_int_equal(r.d.v[0].code, SZ_CODE_SINK_NOT_EMPTY);
    assert_non_null(strstr(r.d.v[0].hint, "--append"));
    close_run(&r);
    assert_file(alerts_path, "somebody's\n");
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = true, .append = true}), SZ_OK);
    alert(&r, "a1");
    commit(&b);
    alert(&r, "a2");
    close_run(&r);
    assert_file(alerts_path, "somebody's\na1\na2\n");
    /* After a crash the cut is at our own last line, append or not. */
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = false}), SZ_OK);
    sz_sink_file_start(r.s);
    assert_file(alerts_path, "somebody's\na1\n");
    close_run(&r);
    sz_arena_fini(&b.arena);
}

static void test_append_is_remembered_before_the_first_acknowledgement(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    put_file(alerts_path, "somebody's\n");
    open_run(&r, &b, (sz_sink_file_options){.is_new = true, .append = true});
    sz_sink_file_start(r.s);
    commit(&b);
    alert(&r, "a1");
    close_run(&r);
    open_run(&r, &b, (sz_sink_file_options){.is_new = false, .append = true});
    sz_sink_file_start(r.s);
    assert_file(alerts_path, "somebody's\n");
    close_run(&r);
    sz_arena_fini(&b.arena);
}

/* Dead letters are written before the first commit: after a crash in between the file is ours, and nothing says so but
 * its bytes. */
static void test_file_written_before_the_first_commit_is_recognised(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    open_run(&r, &b, (sz_sink_file_options){.is_new = true});
    dead_letter(&r, "d1\n");
    dead_letter(&r, "d2\n");
    close_run(&r);
    put_file(dead_path, "d1\nd2\nd3 ha");
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = false}), SZ_OK);
    assert_int_equal(dead_letter(&r, "d1\n"), SZ_ANS_OK);
    assert_int_equal(b.dead_pos, 3);
    assert_int_equal(dead_letter(&r, "d2\n"), SZ_ANS_OK);
    assert_int_equal(dead_letter(&r, "d3 has an end\n"), SZ_ANS_OK);
    assert_int_equal(dead_letter(&r, "d4\n"), SZ_ANS_OK);
    assert_file(dead_path, "d1\nd2\nd3 has an end\nd4\n");
    commit(&b);
    assert_int_equal(b.n, 2); /* claimed by now */
    close_run(&r);
    sz_arena_fini(&b.arena);
}

static void test_file_of_somebody_else_is_left_alone(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    put_file(dead_path, "somebody's\n");
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = false}), SZ_OK);
    assert_int_equal(dead_letter(&r, "d1\n"), SZ_ANS_FAILED);
    assert_non_null(strstr(r.text, "did not write"));
    commit(&b);
    close_run(&r);
    assert_file(dead_path, "somebody's\n");
    /* A state that has written elsewhere before. */
    put_file(alerts_path, "");
    unlink(dead_path);
    open_run(&r, &b, (sz_sink_file_options){.is_new = false, .alerts = SZ_STR("stdout")});
    sz_sink_file_start(r.s);
    commit(&b);
    close_run(&r);
    put_file(alerts_path, "somebody's\n");
    open_run(&r, &b, (sz_sink_file_options){.is_new = false});
    assert_int_equal(alert(&r, "a1"), SZ_ANS_FAILED);
    close_run(&r);
    assert_file(alerts_path, "somebody's\n");
    sz_arena_fini(&b.arena);
}

static void test_memory_state_writes_anew(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    put_file(alerts_path, "of yesterday\n");
    put_file(dead_path, "of yesterday\n");
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = true, .is_volatile = true}), SZ_OK);
    alert(&r, "a1");
    assert_file(alerts_path, "a1\n");
    assert_file(dead_path, "");
    close_run(&r);
    open_run(&r, &b, (sz_sink_file_options){.is_new = true, .is_volatile = true, .append = true});
    alert(&r, "a2");
    assert_file(alerts_path, "a1\na2\n");
    close_run(&r);
    assert_int_equal(b.n_pending, 0);
    sz_arena_fini(&b.arena);
}

static void test_places_that_cannot_be_written_are_told(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    const struct {
        const char *alerts, *dead;
        sz_status status;
        int code;
    } rows[] = {
        {"file:/no/such/folder/a", NULL, SZ_IO, SZ_CODE_SINK_CANNOT_OPEN},
        {"file:/tmp", NULL, SZ_IO, SZ_CODE_SINK_CANNOT_OPEN},
        {"file:", NULL, SZ_USAGE, SZ_CODE_SINK_ODD},
        {"/tmp/x", NULL, SZ_USAGE, SZ_CODE_SINK_ODD},
        {NULL, "stdout", SZ_USAGE, SZ_CODE_SINK_ODD},
        {"kafka:x", NULL, SZ_USAGE, SZ_CODE_SINK_ODD},
        {dead_name, NULL, SZ_USAGE, SZ_CODE_SINK_ODD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_sink_file_options o = {.is_new = true};
        if (rows[i].alerts) o.alerts = sz_str_of(rows[i].alerts);
        if (rows[i].dead) o.dead = sz_str_of(rows[i].dead);
        assert_int_equal(open_run(&r, &b, o), rows[i].status);
        assert_int_equal(r.d.v[0].code, rows[i].code);
        close_run(&r);
    }
}

static void test_nowhere_is_a_place(void **state) {
    (void)state;
    book b = {.n = 0};
    run r;
    assert_int_equal(open_run(&r, &b, (sz_sink_file_options){.is_new = true, .alerts = SZ_STR(""), .dead = SZ_STR("")}),
                     SZ_OK);
    assert_int_equal(alert(&r, "a1"), SZ_ANS_OK);
    assert_int_equal(dead_letter(&r, "d1\n"), SZ_ANS_OK);
    assert_int_equal(b.dead_pos, 0);
    close_run(&r);
}

static void test_full_disk_is_told_and_leaves_whole_lines(void **state) {
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit = {1000, 1000};
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(2);
        book b = {.n = 0};
        run r;
        if (open_run(&r, &b, (sz_sink_file_options){.is_new = true}) != SZ_OK) _exit(3);
        char line[301];
        memset(line, 'x', 300);
        line[300] = '\0';
        int n = 0;
        while (alert(&r, line) == SZ_ANS_OK) n++;
        _exit(n == 3 && strstr(r.text, "make room") ? 0 : 4);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    struct stat st;
    stat(alerts_path, &st);
    assert_int_equal(st.st_size, 903);
}

static void test_stdout_takes_alerts(void **state) {
    (void)state;
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        book b = {.n = 0};
        run r;
        if (open_run(&r, &b, (sz_sink_file_options){.is_new = true, .alerts = SZ_STR("stdout")}) != SZ_OK) _exit(3);
        if (alert(&r, "a1") != SZ_ANS_OK || alert(&r, "a2") != SZ_ANS_OK || b.alerts_pos != 6) _exit(4);
        _exit(0);
    }
    close(out[1]);
    char text[16] = "";
    ssize_t n = 0, got;
    while ((got = read(out[0], text + n, sizeof text - 1 - (size_t)n)) > 0) n += got;
    close(out[0]);
    int status = -1;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_string_equal(text, "a1\na2\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lines_reach_their_files, no_files),
        cmocka_unit_test_setup(test_longer_file_is_cut_to_what_was_acknowledged, no_files),
        cmocka_unit_test_setup(test_lines_of_a_later_state_are_told_before_they_are_cut_off, no_files),
        cmocka_unit_test_setup(test_shorter_file_is_continued_with_a_note, no_files),
        cmocka_unit_test_setup(test_new_state_does_not_write_into_a_full_file, no_files),
        cmocka_unit_test_setup(test_append_is_remembered_before_the_first_acknowledgement, no_files),
        cmocka_unit_test_setup(test_file_written_before_the_first_commit_is_recognised, no_files),
        cmocka_unit_test_setup(test_file_of_somebody_else_is_left_alone, no_files),
        cmocka_unit_test_setup(test_memory_state_writes_anew, no_files),
        cmocka_unit_test_setup(test_places_that_cannot_be_written_are_told, no_files),
        cmocka_unit_test_setup(test_nowhere_is_a_place, no_files),
        cmocka_unit_test_setup(test_full_disk_is_told_and_leaves_whole_lines, no_files),
        cmocka_unit_test_setup(test_stdout_takes_alerts, no_files),
    };
    snprintf(dir, sizeof dir, "/tmp/sz-sink-XXXXXX");
    if (!mkdtemp(dir)) return 1;
    snprintf(alerts_path, sizeof alerts_path, "%s/alerts.ndjson", dir);
    snprintf(dead_path, sizeof dead_path, "%s/dead.ndjson", dir);
    snprintf(alerts_name, sizeof alerts_name, "file:%s", alerts_path);
    snprintf(dead_name, sizeof dead_name, "file:%s", dead_path);
    int failed = cmocka_run_group_tests_name("sink_file", tests, NULL, NULL);
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 ? failed : 1;
}

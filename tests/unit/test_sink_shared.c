/* SPDX-License-Identifier: Apache-2.0
 *
 * One file for several workers: what a crash left in it is not written twice, and a file of somebody else's is refused.
 */
#include <sanzao/kafka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct progress { /* what a state says */
    uint64_t alerts_pos;
    char claim[200];
} progress;

static uint64_t taken(void *self) {
    (void)self;
    return 0;
}
static uint32_t ledger(void *self, const sz_put **lines) {
    static sz_put line;
    progress *p = self;
    line = (sz_put){SZ_STR("sink:alerts"), sz_str_of(p->claim)};
    *lines = &line;
    return p->claim[0] ? 1 : 0;
}
static void note(void *self, sz_str key, sz_str value) {
    progress *p = self;
    assert_true(sz_str_is(key, "sink:alerts"));
    snprintf(p->claim, sizeof p->claim, "%.*s", SZ_FMT_STR(value));
}
static void new_batch(void *self) { (void)self; }
static void sinks(void *self, uint64_t *alerts_pos, uint64_t *dead_pos) {
    *alerts_pos = ((progress *)self)->alerts_pos;
    *dead_pos = 0;
}

typedef struct rig {
    sz_diags diags;
    sz_msgq *q;
    char path[64], target[80];
    sz_shared_file *file;
    sz_sink_shared *sink;
    sz_sink_port port;
} rig;

static void rig_open(rig *r, progress *p, bool is_new, bool append) {
    sz_progress about = {p, taken, ledger, note, new_batch, sinks, NULL, NULL};
    sz_shared_file_options o = {.target = sz_str_of(r->target), .key = "sink:alerts", .append = append};
    r->q = sz_msgq_new();
    assert_int_equal(sz_shared_file_new(&o, &r->diags, &r->file), SZ_OK);
    r->sink = sz_sink_shared_new(r->file, NULL, r->q);
    r->port = sz_sink_shared_port(r->sink);
    sz_sink_shared_start(r->sink, &about, is_new);
}

static void rig_close(rig *r) {
    sz_sink_shared_free(r->sink);
    sz_shared_file_free(r->file);
    sz_msgq_free(r->q);
}

static void rig_init(rig *r) {
    *r = (rig){0};
    sz_diags_init(&r->diags);
    snprintf(r->path, sizeof r->path, "/tmp/sz-shared-XXXXXX");
    int fd = mkstemp(r->path);
    assert_true(fd >= 0);
    close(fd);
    snprintf(r->target, sizeof r->target, "file:%s", r->path);
}

static void rig_fini(rig *r) {
    unlink(r->path);
    sz_diags_fini(&r->diags);
}

/* The answer; *pos is the file's length in it. */
static sz_answer submit(rig *r, const char *a, const char *b, uint64_t *pos) {
    sz_str lines[] = {sz_str_of(a), sz_str_of(b)};
    r->port.submit(r->port.self, 1, lines, b ? 2 : 1);
    const sz_msg *m = sz_msgq_pop(r->q);
    assert_non_null(m);
    assert_int_equal(m->kind, SZ_MSG_DELIVERED);
    if (pos) *pos = m->sink_pos;
    return m->answer;
}

static void expect_file(const rig *r, const char *want) {
    char got[512];
    FILE *f = fopen(r->path, "rb");
    assert_non_null(f);
    got[fread(got, 1, sizeof got - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(got, want);
}

static void put_file(const rig *r, const char *text) {
    FILE *f = fopen(r->path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_lines_that_stand_behind_what_was_acknowledged_are_not_written_again(void **state) {
    (void)state;
    rig r;
    progress p = {0};
    rig_init(&r);
    rig_open(&r, &p, true, false);
    assert_int_equal(submit(&r, "one", NULL, &p.alerts_pos), SZ_ANS_OK);
    assert_int_equal(submit(&r, "two", "three", NULL), SZ_ANS_OK); /* written, and the state never heard of it */
    rig_close(&r);
    put_file(&r, "one\ntwo\nthree\nhal"); /* and another partition's line was cut off */
    rig_open(&r, &p, false, false);
    assert_int_equal(submit(&r, "two", "three", NULL), SZ_ANS_OK);
    assert_int_equal(submit(&r, "half", "four", NULL), SZ_ANS_OK);
    expect_file(&r, "one\ntwo\nthree\nhalf\nfour\n");
    rig_close(&r);
    rig_fini(&r);
}

/* What the system says, too. */
static void test_a_full_disk_is_told_in_both_languages(void **state) {
    (void)state;
    rig r;
    progress p = {0};
    rig_init(&r);
    snprintf(r.target, sizeof r.target, "file:/dev/full");
    rig_open(&r, &p, true, false);
    sz_str line = SZ_STR("one");
    r.port.submit(r.port.self, 1, &line, 1);
    const sz_msg *m = sz_msgq_pop(r.q);
    assert_non_null(m);
    assert_int_equal(m->answer, SZ_ANS_FAILED);
    assert_true(sz_str_is(m->text, "/dev/full cannot be written: No space left on device: make room and run again"));
    assert_true(sz_str_is(m->text_zh, "/dev/full 不可写（磁盘已满）：请腾出空间后再次运行"));
    rig_close(&r);
    rig_fini(&r);
}

static void test_a_file_of_somebody_elses_is_refused_and_gone_on_with_append(void **state) {
    (void)state;
    rig r;
    progress p = {0}, q = {0};
    rig_init(&r);
    put_file(&r, "not ours\n");
    rig_open(&r, &p, true, false);
    assert_int_equal(submit(&r, "one", NULL, NULL), SZ_ANS_FAILED);
    rig_close(&r);
    expect_file(&r, "not ours\n");
    rig_open(&r, &q, true, true);
    assert_int_equal(submit(&r, "one", NULL, NULL), SZ_ANS_OK);
    rig_close(&r);
    expect_file(&r, "not ours\none\n");
    rig_fini(&r);
}

static void test_a_new_state_knows_its_file_by_a_line_that_it_is_to_write(void **state) {
    (void)state;
    rig r;
    progress p = {0};
    rig_init(&r);
    put_file(&r, "one\n"); /* of a run that was killed before its first commit */
    rig_open(&r, &p, true, false);
    assert_int_equal(submit(&r, "one", "two", NULL), SZ_ANS_OK);
    rig_close(&r);
    expect_file(&r, "one\ntwo\n");
    rig_fini(&r);
}

static void test_a_rotated_file_is_gone_on_with_from_its_beginning(void **state) {
    (void)state;
    rig r;
    progress p = {.alerts_pos = 5000};
    rig_init(&r);
    snprintf(p.claim, sizeof p.claim, "0 %s", r.path);
    put_file(&r, "new\n");
    rig_open(&r, &p, false, false);
    assert_int_equal(submit(&r, "new", "one", NULL), SZ_ANS_OK);
    rig_close(&r);
    expect_file(&r, "new\none\n");
    rig_fini(&r);
}

static void test_two_workers_lines_stand_whole_in_one_file(void **state) {
    (void)state;
    rig r;
    progress p = {0}, other = {0};
    sz_progress about = {&other, taken, ledger, note, new_batch, sinks, NULL, NULL};
    rig_init(&r);
    rig_open(&r, &p, true, false);
    sz_msgq *q = sz_msgq_new();
    sz_sink_shared *second = sz_sink_shared_new(r.file, NULL, q);
    sz_sink_shared_start(second, &about, true);
    sz_sink_port port = sz_sink_shared_port(second);
    sz_str line = SZ_STR("theirs");
    assert_int_equal(submit(&r, "ours", NULL, NULL), SZ_ANS_OK);
    port.submit(port.self, 9, &line, 1);
    const sz_msg *m = sz_msgq_pop(q);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_int_equal(m->tag, 9);
    assert_int_equal(m->sink_pos, strlen("ours\ntheirs\n"));
    assert_int_equal(submit(&r, "ours too", NULL, NULL), SZ_ANS_OK);
    expect_file(&r, "ours\ntheirs\nours too\n");
    sz_sink_shared_free(second);
    sz_msgq_free(q);
    rig_close(&r);
    rig_fini(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_that_stand_behind_what_was_acknowledged_are_not_written_again),
        cmocka_unit_test(test_a_full_disk_is_told_in_both_languages),
        cmocka_unit_test(test_a_file_of_somebody_elses_is_refused_and_gone_on_with_append),
        cmocka_unit_test(test_a_new_state_knows_its_file_by_a_line_that_it_is_to_write),
        cmocka_unit_test(test_a_rotated_file_is_gone_on_with_from_its_beginning),
        cmocka_unit_test(test_two_workers_lines_stand_whole_in_one_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

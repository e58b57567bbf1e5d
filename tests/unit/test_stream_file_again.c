/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that change while they are read or their records are used, and lines that are asked for: sorted records come
 * without them.
 */
#include "support/stream_run.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a stream step by step ---- */

typedef struct steps {
    stream_book book;
    stream_run run;
    sz_msgq *q;
    sz_stream_file *s;
    sz_stream_port port;
    const sz_msg *m;
    sz_msg why; /* a line is not to be had */
} steps;

static void begin(steps *x, size_t memory) {
    sz_diags_init(&x->run.diags);
    x->q = sz_msgq_new();
    x->run.o.sources = x->run.sources;
    x->run.o.memory = memory;
    sz_progress p = stream_book_progress(&x->book);
    assert_int_equal(sz_stream_file_new(&x->run.o, x->q, &x->run.diags, &x->s), SZ_OK);
    sz_stream_file_attach(x->s, &p);
    x->port = sz_stream_file_port(x->s);
    x->port.want(x->port.self, 100);
}

static void make(steps *x) {
    *x = (steps){.q = NULL};
    x->run = stream_run_of(&x->book);
}

static void end(steps *x) {
    sz_stream_file_free(x->s);
    sz_msgq_free(x->q);
    stream_run_fini(&x->run);
    stream_book_fini(&x->book);
}

static bool next(steps *x) {
    while ((x->m = sz_msgq_pop(x->q)) == NULL) assert_false(sz_msgq_is_idle(x->q));
    return x->m->kind == SZ_MSG_INPUT;
}

static bool next_after(steps *x) {
    x->port.want(x->port.self, 100);
    return next(x);
}

/* Reading has begun and not ended. */
static void read_some(steps *x) {
    uint64_t done = 0, all = 1;
    while (done == 0) {
        assert_null(sz_msgq_pop(x->q));
        sz_stream_file_progress(x->s, &done, &all);
    }
    assert_true(done < all);
}

static bool ask(steps *x, const sz_input *in, sz_str *out) {
    assert_null(in->raw.p); /* or these tests ask for nothing */
    return x->port.raw(x->port.self, in, out, &x->why);
}

static void assert_says(sz_str why, const char *text) {
    char all[600];
    snprintf(all, sizeof all, "%.*s", SZ_FMT_STR(why));
    if (!strstr(all, text)) fail_msg("`%s` does not say `%s`", all, text);
}

static void assert_told(steps *x, const sz_msg *why, const char *text, const char *text_zh) {
    assert_says(why->text, text);
    assert_says(why->text_zh, text_zh);
    assert_int_equal(sz_stream_file_failure(x->s), SZ_IO);
    assert_int_equal(x->run.diags.n_errors, 1);
}

enum { N = 30000 };

static int line_of(char *to, size_t room, int i) {
    return snprintf(to, room,
                    "{\"id\":\"e%05d\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s%d\",\"time\":%lld,"
                    "\"amount\":\"%d.50\"}",
                    i, i % 7, 1772400000000LL + i * 1000LL, i % 90);
}

static void put_many(const char *name) {
    sz_buf text;
    sz_buf_init(&text);
    char line[200];
    for (int i = 0; i < N; i++) {
        line_of(line, sizeof line, i);
        sz_buf_printf(&text, "%s\n", line);
    }
    stream_put_bytes(name, text.p, text.n);
    sz_buf_fini(&text);
}

/* ---- while it is read ---- */

static void test_file_cut_short_while_it_is_read_gives_nothing(void **state) {
    (void)state;
    put_many("shrinks");
    steps x;
    make(&x);
    stream_run_add(&x.run, stream_source("shrinks"));
    begin(&x, 0);
    read_some(&x);
    assert_int_equal(truncate(stream_path("shrinks"), 700000), 0);
    assert_false(next(&x));
    assert_int_equal(x.m->kind, SZ_MSG_INPUT_END);
    assert_told(&x, x.m, "was cut short while it was read", "在读取期间变短了（");
    assert_int_equal(x.book.n, 0);
    end(&x);
}

static void test_what_comes_while_it_is_read_is_for_the_next_run(void **state) {
    (void)state;
    put_many("grows");
    steps x;
    make(&x);
    stream_run_add(&x.run, stream_source("grows"));
    begin(&x, 0);
    read_some(&x);
    stream_append("grows", "{\"type\":\"presence\",\"id\":\"new\",\"student\":\"s\",\"time\":1772400000000}\n");
    int n = 0;
    for (bool is_on = next(&x); is_on; is_on = next_after(&x)) n += (int)x.m->n;
    assert_int_equal(n, N);
    assert_int_equal(sz_stream_file_failure(x.s), SZ_OK);
    end(&x);
}

/* ---- while its records are used ---- */

static void test_file_cut_short_afterwards_is_told_where_a_line_is_asked_for(void **state) {
    (void)state;
    for (int budget = 0; budget < 2; budget++) { /* in memory, and out of temporary files */
        put_many("cut");
        steps x;
        make(&x);
        stream_run_add(&x.run, stream_source("cut"));
        begin(&x, budget ? 1 : 0);
        assert_true(next(&x));
        char line[200];
        sz_str raw;
        assert_true(ask(&x, &x.m->inputs[99], &raw));
        line_of(line, sizeof line, 99);
        assert_true(sz_str_is(raw, line));
        assert_true(next_after(&x));
        assert_int_equal(truncate(stream_path("cut"), x.m->inputs[50].origin.offset + 10), 0);
        assert_true(ask(&x, &x.m->inputs[49], &raw));
        assert_true(sz_str_is(x.m->inputs[50].record.event.id, "e00150"));
        assert_false(ask(&x, &x.m->inputs[50], &raw));
        assert_told(&x, &x.why, "was cut short while its records were used", "在使用其中的记录期间变短了");
        end(&x);
    }
}

static void test_line_that_was_changed_in_place_is_told(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } changes[] = {{"e00007", "f00007"}, {"\"s0\"", "\"s1\""}, {"7.50", "7.60"},     {"{", "["},
                   {"pos", "po\xff"},    {"pos", "door"},      {"177240", "177241"}, {"\"}", "\"\n"}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        put_many("hurt");
        steps x;
        make(&x);
        stream_run_add(&x.run, stream_source("hurt"));
        begin(&x, 0);
        assert_true(next(&x));
        char line[200];
        size_t n = (size_t)line_of(line, sizeof line, 7);
        const char *at = strstr(line, changes[i].from);
        assert_non_null(at);
        int fd = open(stream_path("hurt"), O_WRONLY);
        assert_int_equal(pwrite(fd, changes[i].to, strlen(changes[i].to), (off_t)(7 * (n + 1)) + (at - line)),
                         strlen(changes[i].to));
        close(fd);
        sz_str raw;
        assert_true(ask(&x, &x.m->inputs[6], &raw));
        assert_false(ask(&x, &x.m->inputs[7], &raw));
        assert_told(&x, &x.why, "was changed while its records were used", "在使用其中的记录期间有改动");
        end(&x);
    }
}

static void test_file_that_is_moved_or_deleted_has_its_lines_still(void **state) {
    (void)state;
    for (int way = 0; way < 3; way++) {
        put_many("moved");
        steps x;
        make(&x);
        stream_run_add(&x.run, stream_source("moved"));
        begin(&x, 0);
        assert_true(next(&x));
        if (way == 0) assert_int_equal(unlink(stream_path("moved")), 0);
        if (way == 1) assert_int_equal(rename(stream_path("moved"), stream_path("moved.1")), 0);
        if (way == 2) {
            stream_put("other", "{}\n");
            assert_int_equal(rename(stream_path("other"), stream_path("moved")), 0);
        }
        char line[200];
        int k = 0;
        for (bool is_on = true; is_on; is_on = next_after(&x)) {
            for (uint32_t i = 0; i < x.m->n; i++, k++) {
                sz_str raw;
                line_of(line, sizeof line, k);
                assert_true(ask(&x, &x.m->inputs[i], &raw));
                assert_true(sz_str_is(raw, line));
            }
        }
        assert_int_equal(k, N);
        end(&x);
    }
}

/* ---- which lines come with their records ---- */

static void test_many_files_need_not_all_stay_open(void **state) {
    (void)state;
    enum { FILES = 90 }; /* more than stay open */
    mkdir(stream_path("many"), 0755);
    char name[40], line[200];
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "many/%02d", i);
        for (int k = 0; k < 3; k++) {
            line_of(line, sizeof line, k * FILES + i);
            strcat(line, "\n");
            if (k == 0) stream_put(name, line);
            else stream_append(name, line);
        }
    }
    steps x;
    make(&x);
    stream_run_add(&x.run, stream_source("many"));
    begin(&x, 0);
    int k = 0;
    for (bool is_on = next(&x); is_on; is_on = next_after(&x)) {
        for (uint32_t i = 0; i < x.m->n; i++, k++) {
            sz_str raw;
            line_of(line, sizeof line, k);
            assert_true(ask(&x, &x.m->inputs[i], &raw));
            assert_true(sz_str_is(raw, line));
        }
    }
    assert_int_equal(k, 3 * FILES);
    end(&x);
}

/* What can be read only once, or is no event, keeps its line. */
static void test_what_cannot_be_read_again_keeps_its_line(void **state) {
    (void)state;
    enum { MANY = 1000 }; /* often enough to be known by their shape */
    char line[200];
    sz_buf text, wide;
    sz_buf_init(&text);
    sz_buf_init(&wide);
    for (int i = 0; i < MANY; i++) {
        line_of(line, sizeof line, i);
        sz_buf_printf(&text, "%s\n", line);
    }
    sz_buf_put(&wide, "\xff\xfe", 2);
    for (size_t i = 0; i < text.n; i++) sz_buf_put(&wide, (char[]){(char)text.p[i], 0}, 2);
    stream_put_gz("again.gz", text.p, text.n);
    stream_put_bytes("again.utf16", wide.p, wide.n);
    stream_put_bytes("again", text.p, text.n);
    sz_buf_fini(&text);
    sz_buf_fini(&wide);
    static const char *const names[] = {"again.gz", "again.utf16", NULL, "again"};
    for (int way = 0; way < 8; way++) {
        const char *name = names[way / 2];
        int k = 0;
        steps x;
        make(&x);
        stream_run_add(&x.run, name ? stream_source(name) : "stdin");
        x.run.o.stdin_fd = open(stream_path("again"), O_RDONLY);
        begin(&x, way % 2 ? 1 : 0);
        for (bool is_on = next(&x); is_on; is_on = next_after(&x)) {
            for (uint32_t i = 0; i < x.m->n; i++) {
                const sz_str raw = x.m->inputs[i].raw;
                assert_int_equal(raw.n, line_of(line, sizeof line, k++));
                assert_true(way / 2 == 3 ? raw.p == NULL : sz_str_is(raw, line));
            }
        }
        assert_int_equal(k, MANY);
        close(x.run.o.stdin_fd);
        end(&x);
    }
    stream_put("faults", "{\"id\":1}\nwhat\n{\"type\":\"feed_status\",\"source\":\"pos\",\"time\":1772400000000,"
                         "\"state\":\"down\"}\n");
    steps x;
    make(&x);
    stream_run_add(&x.run, stream_source("faults"));
    begin(&x, 0);
    assert_true(next(&x));
    assert_int_equal(x.m->n, 3);
    for (int i = 0; i < 3; i++) assert_non_null(x.m->inputs[i].raw.p);
    end(&x);
}

/* ---- where pages and buffers end ---- */

/* A file of exactly that size; `end` closes each line, and the last one only where that is said. Its number of lines.
 */
static int put_size(const char *name, size_t size, const char *end, bool is_closed) {
    sz_buf text;
    sz_buf_init(&text);
    char line[200];
    int n = 0;
    while (text.n + 400 < size) {
        line_of(line, sizeof line, n++);
        sz_buf_printf(&text, "%s%s", line, end);
    }
    size_t rest = size - text.n - (is_closed ? strlen(end) : 0), at = (size_t)line_of(line, sizeof line, n++);
    sz_buf_put(&text, line, at - 1);
    sz_buf_printf(&text, ",\"pad\":\"%0*d\"}%s", (int)(rest - at - 9), 0, is_closed ? end : "");
    assert_int_equal(text.n, size);
    stream_put_bytes(name, text.p, text.n);
    sz_buf_fini(&text);
    return n;
}

static void test_files_that_end_with_a_page_or_a_buffer(void **state) {
    (void)state;
    static const size_t sizes[] = {4096, 64 << 10, 256 << 10, 512 << 10};
    static const char *const ends[] = {"\n", "\r\n"};
    for (int i = 0; i < 4 * 3 * 2 * 2; i++) {
        const char *close_by = ends[i / 2 % 2];
        int n = put_size("edge", sizes[i / 12] + (size_t)(i / 4 % 3) - 1, close_by, i % 2), k = 0;
        steps x;
        make(&x);
        stream_run_add(&x.run, stream_source("edge"));
        begin(&x, 0);
        for (bool is_on = next(&x); is_on; is_on = next_after(&x)) {
            for (uint32_t r = 0; r < x.m->n; r++, k++) {
                char id[20];
                snprintf(id, sizeof id, "e%05d", k);
                assert_int_equal(x.m->inputs[r].record.kind, SZ_RECORD_EVENT);
                assert_true(sz_str_is(x.m->inputs[r].record.event.id, id));
                sz_str raw;
                assert_true(ask(&x, &x.m->inputs[r], &raw));
                assert_true(raw.p[0] == '{' && raw.p[raw.n - 1] == '}');
            }
        }
        assert_int_equal(k, n);
        end(&x);
    }
}

/* The longest texts there are, whose lengths need more than a byte, with short ones and none beside them. */
static void test_texts_of_256_bytes_are_whole(void **state) {
    (void)state;
    char id[129], course[257];
    sz_buf text;
    sz_buf_init(&text);
    memset(id, 'i', 128);
    memset(course, 'c', 256);
    id[128] = course[256] = 0;
    for (int i = 0; i < 600; i++) { /* often enough to be known by its shape, short ones in turn */
        char number[16];
        snprintf(number, sizeof number, "%05d", i);
        memcpy(id, number, 5);
        sz_buf_printf(&text,
                      "{\"id\":\"%s\",\"source\":\"class\",\"type\":\"attendance\",\"student\":\"s\",\"time\":%lld,"
                      "\"course\":\"%s\",\"session\":\"x\",\"status\":\"late\",\"hours\":2}\n",
                      i % 3 ? id : number, 1772400000000LL + i * 1000LL, i % 2 ? course : "c1");
    }
    stream_put_bytes("long", text.p, text.n);
    sz_buf_fini(&text);
    steps x;
    make(&x);
    stream_run_add(&x.run, stream_source("long"));
    begin(&x, 0);
    int k = 0;
    for (bool is_on = next(&x); is_on; is_on = next_after(&x)) {
        for (uint32_t r = 0; r < x.m->n; r++, k++) {
            const sz_event *e = &x.m->inputs[r].record.event;
            char number[16];
            snprintf(number, sizeof number, "%05d", k);
            assert_int_equal(e->id.n, k % 3 ? 128 : 5);
            assert_memory_equal(e->id.p, number, 5);
            assert_true(sz_str_is(e->course, k % 2 ? course : "c1"));
            assert_true(sz_str_is(e->student, "s") && sz_str_is(e->session, "x") && e->hours_micro == 2000000);
            sz_str raw;
            assert_true(ask(&x, &x.m->inputs[r], &raw));
        }
    }
    assert_int_equal(k, 600);
    end(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_cut_short_while_it_is_read_gives_nothing),
        cmocka_unit_test(test_what_comes_while_it_is_read_is_for_the_next_run),
        cmocka_unit_test(test_file_cut_short_afterwards_is_told_where_a_line_is_asked_for),
        cmocka_unit_test(test_line_that_was_changed_in_place_is_told),
        cmocka_unit_test(test_file_that_is_moved_or_deleted_has_its_lines_still),
        cmocka_unit_test(test_many_files_need_not_all_stay_open),
        cmocka_unit_test(test_what_cannot_be_read_again_keeps_its_line),
        cmocka_unit_test(test_files_that_end_with_a_page_or_a_buffer),
        cmocka_unit_test(test_texts_of_256_bytes_are_whole),
    };
    return cmocka_run_group_tests_name("stream_file, again", tests, stream_begin, stream_end);
}

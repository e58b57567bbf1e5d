/* SPDX-License-Identifier: Apache-2.0 */
#include "support/stream_run.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the ledger ---- */

static void set_age(const char *name, int seconds) {
    struct timespec now, t[2];
    clock_gettime(CLOCK_REALTIME, &now);
    t[0] = t[1] = (struct timespec){now.tv_sec - seconds, 0};
    assert_int_equal(utimensat(AT_FDCWD, stream_path(name), t, 0), 0);
}

static void go_once(stream_book *b, const char *name, const char *want) {
    stream_run r = stream_run_of(b);
    r.is_short = true;
    stream_run_add(&r, stream_source(name));
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_OK);
    assert_string_equal(stream_run_text(&r), want);
    stream_run_fini(&r);
}

/* With a clock of which nobody can tell yet what comes after it, however slow this test is. */
enum { TOO_YOUNG = -1000 };

#define AT(time) "2026-03-02T" time "+08:00 pos "

/* What the ledger says of a state that ends with the run is read by nobody. */
static void test_sorted_input_has_a_digest_unless_the_state_ends_with_the_run(void **state) {
    (void)state;
    stream_put("day", EV("e1", "08:00:00", "") "\n" EV("e2", "09:00:00", "") "\n");
    for (int is_volatile = 0; is_volatile < 2; is_volatile++) {
        stream_book b = {.n = 0};
        stream_run r = stream_run_of(&b);
        r.is_short = true;
        r.o.is_volatile = is_volatile;
        stream_run_add(&r, stream_source("day"));
        stream_run_go(&r);
        assert_int_equal(r.status, SZ_OK);
        assert_string_equal(stream_run_text(&r), AT("08:00:00") "e1\n" AT("09:00:00") "e2\n");
        assert_int_equal(strstr(stream_book_line(&b, stream_source("day")), "xxh128=") == NULL, is_volatile);
        stream_run_fini(&r);
        stream_book_fini(&b);
    }
}

static void test_done_file_is_passed_over_until_it_grows_or_changes(void **state) {
    (void)state;
    for (int old = 0; old < 2; old++) { /* too young to trust its clock, and old enough */
        stream_book b = {.n = 0};
        stream_put("day", EV("e1", "08:00:00", "") "\n" EV("e2", "09:00:00", "") "\n");
        set_age("day", old ? 100 : TOO_YOUNG);
        go_once(&b, "day", AT("08:00:00") "e1\n" AT("09:00:00") "e2\n");
        assert_memory_equal(stream_book_line(&b, stream_source("day")), "done size=", 10);
        assert_int_equal(strstr(stream_book_line(&b, stream_source("day")), "mtime") != NULL, old);
        go_once(&b, "day", "");
        set_age("day", old ? 50 : TOO_YOUNG); /* touched, not changed */
        go_once(&b, "day", "");
        stream_append("day", EV("e3", "07:00:00", "") "\n");
        set_age("day", old ? 40 : TOO_YOUNG);
        go_once(&b, "day", AT("07:00:00") "e3\n");
        go_once(&b, "day", "");
        stream_put("day", EV("e1", "08:00:00", "") "\n" EV("e9", "09:00:00", "") "\n" EV("e3", "07:00:00",
                                                                                         "") "\n"); /* as long */
        set_age("day", old ? 30 : TOO_YOUNG);
        go_once(&b, "day", AT("07:00:00") "e3\n" AT("08:00:00") "e1\n" AT("09:00:00") "e9\n");
        go_once(&b, "day", "");
        stream_put("day", EV("e4", "08:00:00", "") "\n"); /* shorter */
        go_once(&b, "day", AT("08:00:00") "e4\n");
        go_once(&b, "day", "");
        stream_book_fini(&b);
    }
}

static void change_c(uint64_t n) {
    if (n != 1) return;
    stream_put("c", EV("e8", "08:00:00", "") "\n" EV("e9", "09:00:00", "") "\n");
    set_age("c", 50); /* the run was held up for so long behind it */
}

/* Its clock at the end of the run was taken for that of what had been read before: what had changed meanwhile, to as
 * many bytes, was never read. */
static void test_a_file_that_changes_while_it_is_read_is_looked_at_again(void **state) {
    (void)state;
    stream_book b = {.n = 0};
    stream_put("c", EV("e1", "08:00:00", "") "\n" EV("e2", "09:00:00", "") "\n");
    set_age("c", 100);
    stream_run r = stream_run_of(&b);
    r.is_short = true;
    r.want = 1;
    r.o.order = SZ_ARRIVAL;
    r.meanwhile = change_c;
    stream_run_add(&r, stream_source("c"));
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_OK);
    assert_string_equal(stream_run_text(&r), AT("08:00:00") "e1\n" AT("09:00:00") "e2\n");
    stream_run_fini(&r);
    go_once(&b, "c", AT("08:00:00") "e8\n" AT("09:00:00") "e9\n");
    go_once(&b, "c", "");
    stream_book_fini(&b);
}

static void test_growth_goes_on_at_the_right_line(void **state) {
    (void)state;
    stream_book b = {.n = 0};
    stream_put("g", EV("e1", "08:00:00", "") "\n\n" EV("e2", "09:00:00", "")); /* the last line has no end yet */
    go_once(&b, "g", AT("08:00:00") "e1\n" AT("09:00:00") "e2\n");
    stream_append("g", "\n" EV("e3", "10:00:00", "") "\r\n{\"id\":\"e4\",\"source\":\"pos\",\"type\":\"swi");
    stream_run r = stream_run_of(&b);
    stream_run_add(&r, stream_source("g"));
    stream_run_go(&r);
    assert_non_null(strstr(stream_run_text(&r), "pos e3 g:4+"));
    assert_non_null(strstr(stream_run_text(&r), "dead bad_json"));
    assert_int_equal(r.n, 2);
    stream_run_fini(&r);
    stream_append("g", "pe\",\"student\":\"s1\",\"time\":\"2026-03-02T11:00:00+08:00\"}");
    r = stream_run_of(&b);
    stream_run_add(&r, stream_source("g"));
    stream_run_go(&r);
    assert_non_null(strstr(stream_run_text(&r), "pos e4 g:5+")); /* the whole line, not its second half */
    assert_int_equal(r.n, 1);
    stream_run_fini(&r);
    stream_append("g", "\r\n");
    go_once(&b, "g", "");
    stream_append("g", EV("e5", "12:00:00", "") "\n");
    go_once(&b, "g", AT("12:00:00") "e5\n");
    stream_book_fini(&b);
}

static void test_growth_of_packed_files_is_read_on(void **state) {
    (void)state;
    stream_book b = {.n = 0};
    unlink(stream_path("g.gz"));
    const char *one = EV("e1", "08:00:00", "") "\n", *two = EV("e2", "09:00:00", "") "\n";
    stream_put_gz("g.gz", one, strlen(one));
    go_once(&b, "g.gz", AT("08:00:00") "e1\n");
    stream_put_gz("g.gz", two, strlen(two));
    go_once(&b, "g.gz", AT("09:00:00") "e2\n");
    go_once(&b, "g.gz", "");
    stream_book_fini(&b);
}

/* ---- a run that is cut off ---- */

static void test_cut_off_runs_give_what_one_run_gives(void **state) {
    (void)state;
    for (int round = 0; round < 24; round++) {
        sz_order order = round % 2 ? SZ_ARRIVAL : SZ_SORTED;
        uint32_t n_files = 1 + stream_draw(4), n = stream_draw(3) ? 1 + stream_draw(700) : 0;
        stream_make_parts(n_files, n);
        stream_book b = {.n = 0};
        stream_run whole = stream_run_of(&b);
        whole.o.order = order;
        stream_add_parts(&whole, n_files);
        stream_run_go(&whole);
        assert_int_equal(whole.status, SZ_OK);
        assert_int_equal(whole.n, (uint64_t)n * n_files);
        stream_book_fini(&b);
        memset(&b, 0, sizeof b);
        stream_run r = stream_run_of(&b);
        r.o.order = order;
        stream_add_parts(&r, n_files);
        for (int tries = 0; tries < 200; tries++) {
            r.want = 1 + stream_draw(256);
            r.commit_every = 1 + stream_draw(3);
            r.stop_after = 1 + stream_draw(n * n_files / 3 + 2);
            r.o.memory = stream_draw(2) ? 0 : 1;
            if (tries == 199) r.stop_after = 0;
            stream_run_go(&r);
            if (r.status != SZ_OK) fprintf(stderr, "round %d, try %d: %s\n", round, tries, r.text);
            assert_int_equal(r.status, SZ_OK);
            if (b.n && b.taken == 0 && strncmp(b.lines[0].value.p, "done", 4) == 0) break;
        }
        assert_string_equal(stream_run_text(&r), stream_run_text(&whole));
        for (uint32_t f = 0; f < n_files; f++) assert_memory_equal(b.lines[f].value.p, "done", 4);
        r.out.n = 0;
        r.stop_after = 0;
        stream_run_go(&r); /* nothing is left */
        assert_string_equal(stream_run_text(&r), "");
        stream_run_fini(&r);
        stream_run_fini(&whole);
        stream_book_fini(&b);
    }
}

/* Three hundred records of a batch of two files are taken, then the program ends. */
static void cut_off(stream_book *b, sz_order order) {
    stream_make_parts(2, 500);
    *b = (stream_book){.n = 0};
    stream_run r = stream_run_of(b);
    r.o.order = order;
    r.want = 100;
    r.stop_after = 300;
    stream_add_parts(&r, 2);
    stream_run_go(&r);
    assert_int_equal(b->taken, 300);
    stream_run_fini(&r);
}

static void assert_batch_differs(stream_book *b, stream_run *r, const char *word) {
    stream_run_go(r);
    assert_int_equal(r->status, SZ_IO);
    assert_int_equal(r->n, 0);
    assert_int_equal(r->diags.v[r->diags.n - 1].code, SZ_CODE_BATCH_DIFFERS);
    assert_non_null(strstr(r->text, word));
    assert_non_null(strstr(r->diags.v[r->diags.n - 1].hint, "--accept-gap"));
    assert_int_equal(b->taken, 300);
    r->o.accept_gap = true;
    r->text[0] = '\0';
    uint32_t batches = b->n_batches;
    stream_run_go(r);
    assert_int_equal(r->status, SZ_OK);
    assert_int_equal(b->n_batches, batches + 1);
    stream_run_fini(r);
    stream_book_fini(b);
}

static void test_unfinished_batch_must_be_what_it_was(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        stream_book b;
        cut_off(&b, (sz_order)order);
        stream_run r = stream_run_of(&b);
        r.o.order = (sz_order)order;
        stream_add_parts(&r, 2);
        int fd = open(stream_path("part0"), O_WRONLY);
        assert_int_equal(pwrite(fd, "f7", 2, 7), 2); /* in the first record's id */
        close(fd);
        assert_batch_differs(&b, &r, order ? "does not begin as it did" : "has changed since");

        cut_off(&b, (sz_order)order);
        r = stream_run_of(&b);
        r.o.order = (sz_order)order;
        stream_add_parts(&r, 1);
        if (order)
            assert_int_equal(truncate(stream_path("part0"), 2000), 0); /* part1 was not begun: it is not missed */
        assert_batch_differs(&b, &r, order ? "" : "not among the sources");

        cut_off(&b, (sz_order)order);
        r = stream_run_of(&b);
        r.o.order = order ? SZ_SORTED : SZ_ARRIVAL;
        stream_add_parts(&r, 2);
        assert_batch_differs(&b, &r, "another order");

        cut_off(&b, (sz_order)order);
        r = stream_run_of(&b);
        r.o.order = (sz_order)order;
        r.o.meaning = 5;
        stream_add_parts(&r, 2);
        assert_batch_differs(&b, &r, "mapping");
    }
}

static void test_what_comes_beside_an_unfinished_batch_is_taken_after_it(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        stream_book b;
        cut_off(&b, (sz_order)order);
        stream_put("part2", EV("new", "00:00:01", "") "\n");
        stream_append("part1", EV("grown", "00:00:02", "") "\n");
        stream_run r = stream_run_of(&b);
        r.o.order = (sz_order)order;
        r.is_short = true;
        stream_run_add(&r, stream_source("part2"));
        stream_add_parts(&r, 2);
        stream_run_go(&r);
        assert_int_equal(r.status, SZ_OK);
        /* In order of arrival part1 was not begun, so its growth belongs to it; in a sorted batch it is for the next
         * run. */
        assert_int_equal(r.n, 700 + 1 + order);
        const char *last = stream_run_text(&r) + r.out.n - strlen(AT("00:00:01") "new\n");
        if (!order) assert_string_equal(last, AT("00:00:01") "new\n");
        assert_int_equal(b.n_batches, order ? 1 : 2);
        r.n = 0;
        r.out.n = 0;
        stream_run_go(&r);
        assert_int_equal(r.n, 1 - order);
        stream_run_fini(&r);
        stream_book_fini(&b);
    }
}

static void test_stdin_is_a_batch_of_its_own_in_every_run(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        stream_make_parts(2, 500);
        stream_book b = {.n = 0};
        stream_run r = stream_run_of(&b);
        r.o.order = (sz_order)order;
        stream_run_add(&r, "stdin");
        for (int i = 0; i < 2; i++) {
            r.o.stdin_fd = open(stream_path("part0"), O_RDONLY);
            r.n = 0;
            stream_run_go(&r);
            assert_int_equal(r.status, SZ_OK);
            assert_int_equal(r.n, 500);
            close(r.o.stdin_fd);
        }
        r.stop_after = 200;
        r.want = 50;
        r.o.stdin_fd = open(stream_path("part0"), O_RDONLY);
        stream_run_go(&r);
        close(r.o.stdin_fd);
        assert_int_equal(b.taken, 200);
        r.stop_after = 0;
        r.n = 0;
        r.o.stdin_fd = open(stream_path("part1"), O_RDONLY);
        stream_run_go(&r);
        close(r.o.stdin_fd);
        assert_int_equal(r.status, SZ_IO);
        assert_int_equal(r.n, 0);
        r.text[0] = '\0';
        r.o.stdin_fd = open(stream_path("part0"), O_RDONLY);
        stream_run_go(&r);
        close(r.o.stdin_fd);
        assert_int_equal(r.status, SZ_OK);
        assert_int_equal(r.n, 300);
        stream_run_fini(&r);
        stream_book_fini(&b);
    }
}

/* Taken as they come, what stood before the damage counts; the repaired file is read on from there. */
static void test_repaired_archive_goes_on_where_it_broke(void **state) {
    (void)state;
    stream_make_parts(1, 3000);
    char text[400000];
    int fd = open(stream_path("part0"), O_RDONLY);
    size_t n = (size_t)read(fd, text, sizeof text);
    close(fd);
    unlink(stream_path("repaired.gz"));
    stream_put_gz("repaired.gz", text, n);
    struct stat st;
    stat(stream_path("repaired.gz"), &st);
    char *whole = sz_alloc((size_t)st.st_size);
    fd = open(stream_path("repaired.gz"), O_RDONLY);
    assert_int_equal(read(fd, whole, (size_t)st.st_size), st.st_size);
    close(fd);
    assert_int_equal(truncate(stream_path("repaired.gz"), st.st_size / 2), 0);
    stream_book b = {.n = 0};
    stream_run r = stream_run_of(&b);
    r.o.order = SZ_ARRIVAL;
    stream_run_add(&r, stream_source("repaired.gz"));
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_IO);
    uint64_t before = r.n;
    assert_true(before > 500 && before < 2500);
    stream_put_bytes("repaired.gz", whole, (size_t)st.st_size);
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_OK);
    assert_int_equal(r.n, 3000);
    assert_int_equal(b.n_batches, 1);
    stream_run_fini(&r);
    stream_book_fini(&b);
    sz_free(whole);
}

static void test_broken_ledger_line_is_told(void **state) {
    (void)state;
    stream_put("l", EV("e1", "08:00:00", "") "\n");
    stream_book b = {.n = 1};
    b.lines[0] = (sz_put){sz_str_of(stream_source("l")), SZ_STR("done size=abc")};
    stream_run r = stream_run_of(&b);
    stream_run_add(&r, stream_source("l"));
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_IO);
    assert_int_equal(r.diags.v[0].code, SZ_CODE_LEDGER);
    stream_run_fini(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted_input_has_a_digest_unless_the_state_ends_with_the_run),
        cmocka_unit_test(test_done_file_is_passed_over_until_it_grows_or_changes),
        cmocka_unit_test(test_a_file_that_changes_while_it_is_read_is_looked_at_again),
        cmocka_unit_test(test_growth_goes_on_at_the_right_line),
        cmocka_unit_test(test_growth_of_packed_files_is_read_on),
        cmocka_unit_test(test_cut_off_runs_give_what_one_run_gives),
        cmocka_unit_test(test_unfinished_batch_must_be_what_it_was),
        cmocka_unit_test(test_what_comes_beside_an_unfinished_batch_is_taken_after_it),
        cmocka_unit_test(test_stdin_is_a_batch_of_its_own_in_every_run),
        cmocka_unit_test(test_repaired_archive_goes_on_where_it_broke),
        cmocka_unit_test(test_broken_ledger_line_is_told),
    };
    return cmocka_run_group_tests_name("stream_file, ledger", tests, stream_begin, stream_end);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "support/sanitized.h"
#include "support/stream_run.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- sorting ---- */

typedef struct line { /* for the slow and obvious sort */
    int64_t time;
    int rank;
    char source[8], id[16];
    uint32_t ordinal;
    char text[200];
} line;

static int by_hand(const void *a, const void *b) {
    const line *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    int c = strcmp(x->source, y->source);
    if (c == 0) c = strcmp(x->id, y->id);
    return c ? c : x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

static void make_line(line *l, uint32_t ordinal, bool is_in_order) {
    *l = (line){.ordinal = ordinal,
                .time = 1772400000000LL + (is_in_order ? (int64_t)ordinal * 300 : (int64_t)stream_draw(4000) * 1000),
                .rank = 2};
    uint32_t what = stream_draw(20);
    snprintf(l->source, sizeof l->source, "%s", stream_draw(2) ? "pos" : "door");
    snprintf(l->id, sizeof l->id, "%u", is_in_order ? ordinal : stream_draw(2000));
    char pad[60];
    uint32_t n = stream_draw(50);
    memset(pad, 'p', n);
    pad[n] = '\0';
    if (what == 0) { /* a dead letter without a time */
        l->time = INT64_MIN;
        l->rank = 0;
        snprintf(l->text, sizeof l->text, "broken %u", ordinal);
    } else if (what == 1) {
        l->rank = 0;
        snprintf(l->text, sizeof l->text, "{\"type\":\"nothing\",\"time\":%lld,\"n\":%u}", (long long)l->time, ordinal);
    } else if (what == 2) {
        l->rank = 1;
        snprintf(l->text, sizeof l->text, "{\"type\":\"feed_status\",\"source\":\"%s\",\"time\":%lld,\"n\":%u}",
                 l->source, (long long)l->time, ordinal);
    } else {
        snprintf(
            l->text, sizeof l->text,
            "{\"type\":\"presence\",\"source\":\"%s\",\"id\":\"%s\",\"time\":%lld,\"student\":\"s%u\",\"n\":%u,\"pad\":\"%s\"}",
            l->source, l->id, (long long)l->time, ordinal, ordinal, pad);
    }
    if (l->rank < 2) l->source[0] = l->id[0] = '\0';
}

static void test_sorted_equals_a_plain_sort_with_any_budget(void **state) {
    (void)state;
    static const size_t budgets[] = {0, 1, 100 << 10, 300 << 10, 2 << 20};
    for (int round = 0; round < 12; round++) {
        uint32_t n = round == 0 ? 20000 : 1 + stream_draw(5000);
        line *v = sz_alloc(sizeof *v * n);
        sz_buf text[3];
        for (int f = 0; f < 3; f++) sz_buf_init(&text[f]);
        for (uint32_t i = 0; i < n; i++) {
            make_line(&v[i], i, round % 3 == 2);
            sz_buf_printf(&text[i * 3 / n], "%s\n", v[i].text);
        }
        stream_put_bytes("s1", text[0].p, text[0].n);
        stream_put_bytes("s2", text[1].p, text[1].n);
        stream_put_bytes("s3", text[2].p, text[2].n);
        for (int f = 0; f < 3; f++) sz_buf_fini(&text[f]);
        qsort(v, n, sizeof *v, by_hand);
        for (size_t k = 0; k < sizeof budgets / sizeof *budgets; k++) {
            if (n > 10000 && budgets[k] == 1 && k == 1 && round) continue;
            stream_book b = {.n = 0};
            stream_run r = stream_run_of(&b);
            r.o.memory = budgets[k];
            r.want = 1 + stream_draw(256);
            stream_run_add(&r, stream_source("s1"));
            stream_run_add(&r, stream_source("s2"));
            stream_run_add(&r, stream_source("s3"));
            stream_run_go(&r);
            assert_int_equal(r.status, SZ_OK);
            assert_int_equal(r.n, n);
            const char *at = stream_run_text(&r);
            for (uint32_t i = 0; i < n; i++) {
                char raw[220];
                snprintf(raw, sizeof raw, " [%s]\n", v[i].text);
                const char *next = strchr(at, '\n') + 1;
                size_t len = strlen(raw);
                assert_true((size_t)(next - at) > len);
                assert_memory_equal(next - len, raw, len);
                at = next;
            }
            stream_run_fini(&r);
            stream_book_fini(&b);
        }
        sz_free(v);
    }
}

/* ---- repeats ---- */

static void test_repeats_are_flagged_in_order_of_reading(void **state) {
    (void)state;
    stream_put(
        "r1", EV("a", "09:00:00", "") "\n" /* the first line read stays, though it is the later one */
        EV("b", "08:00:00", ",\"amount\":\"1\"") "\n" EV("a", "08:30:00", "") "\n" /* another time: another content */
        EV("a", "09:00:00",
           ",\"collected\":1772420000000,\"unknown\":3") "\n" /* the same */
                                                         "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s2\",\"time\":\"2026-03-02T10:00:00+08:00\"}\n" /* another student */
                                                         "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"card\":\"s1\",\"time\":\"2026-03-02T10:00:00+08:00\"}\n" /* a card of that name */
                                                         "{\"id\":\"a\",\"source\":\"door\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-02T10:00:00+08:00\"}\n");
    stream_put(
        "r2",
        EV("b", "08:00:00", ",\"amount\":\"1.00\"") "\n" EV(
            "b", "08:00:00",
            ",\"amount\":\"2\"") "\n"
                                 "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-16T09:00:00.001+08:00\"}\n" /* beyond 14 d */
                                 "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-30T09:00:00.001+08:00\"}\n"); /* within, of that */
    for (int budget = 0; budget < 2; budget++) {
        stream_book b = {.n = 0};
        stream_run r = stream_run_of(&b);
        r.o.memory = budget ? 1 : 0;
        stream_run_add(&r, stream_source("r1"));
        stream_run_add(&r, stream_source("r2"));
        stream_run_go(&r);
        static const char *const want[] = {"pos b r1:2 r0", "pos b r2:1 r1", "pos b r2:2 r3",  "pos a r1:3 r2",
                                           "pos a r1:1 r0", "pos a r1:4 r1", "door a r1:7 r0", "pos a r1:5 r0",
                                           "pos a r1:6 r0", "pos a r2:3 r0", "pos a r2:4 r3"};
        const char *at = stream_run_text(&r);
        for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
            char source[8], id[8], line_no[16], offset[16], flag[8], got[80];
            assert_int_equal(sscanf(strchr(at, ' '), "%7s %7s %15[^+]%15s %7s", source, id, line_no, offset, flag), 5);
            snprintf(got, sizeof got, "%s %s %s %s", source, id, line_no, flag);
            assert_string_equal(got, want[i]);
            at = strchr(at, '\n') + 1;
        }
        assert_int_equal(r.n_repeat[1], 2);
        assert_int_equal(r.n_repeat[2], 1);
        assert_int_equal(r.n_repeat[3], 2);
        stream_run_fini(&r);
        stream_book_fini(&b);
    }
}

/* What the engine does not take, for it is later than its own collection or than the run's limit, has no id to keep. */
static void test_lines_from_the_future_are_no_first_lines(void **state) {
    (void)state;
    stream_put("f", EV("a", "09:00:00", ",\"collected\":\"2026-03-02T08:49:59+08:00\"") "\n" /* by a second too much */
               EV("a", "09:00:00", ",\"collected\":\"2026-03-02T08:50:00+08:00\"") "\n" EV("a", "09:00:00", "") "\n" EV(
                   "b", "12:00:00.001", "") "\n" /* beyond the limit */
               EV("b", "12:00:00", "") "\n" EV("b", "11:00:00", "") "\n");
    static const char *const want[] = {"a f:1 r0", "a f:2 r0", "a f:3 r1", "b f:6 r2", "b f:5 r0", "b f:4 r0"};
    stream_book b = {.n = 0, .limit_ms = INT64_C(1772424000000)}; /* 12:00 */
    stream_run r = stream_run_of(&b);
    stream_run_add(&r, stream_source("f"));
    stream_run_go(&r);
    const char *at = stream_run_text(&r);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        char id[8], line_no[16], offset[16], flag[8], got[80];
        assert_int_equal(sscanf(strchr(at, ' '), "%*s %7s %15[^+]%15s %7s", id, line_no, offset, flag), 4);
        snprintf(got, sizeof got, "%s %s %s", id, line_no, flag);
        assert_string_equal(got, want[i]);
        at = strchr(at, '\n') + 1;
    }
    stream_run_fini(&r);
    stream_book_fini(&b);
}

/* Any number of identities, any budget: the flags of a list that is looked through from its beginning. Many that
 * repeat, some, a few; pieces that stay in memory, or leave it before or after what is kept of identities has no room
 * any more (they are longer with their lines, as those of gzip are). */
static void test_repeats_equal_a_plain_search_with_any_budget(void **state) {
    (void)state;
    static const struct {
        size_t memory;
        bool is_gz;
    } ways[] = {{0, false}, {1, false}, {200 << 10, false}, {600 << 10, true}, {0, true}};
    static const uint32_t least[] = {1, 1, 150000}, most[] = {40, 20000, 400000};
    for (int round = 0; round < 6; round++) {
        uint32_t n = 6000, n_ids = least[round % 3] + stream_draw(most[round % 3]);
        int64_t *times = sz_alloc(sizeof *times * n);
        uint32_t *ids = sz_alloc(sizeof *ids * n);
        uint8_t *want = sz_alloc(n), *is_other = sz_alloc(n);
        sz_buf text;
        sz_buf_init(&text);
        for (uint32_t i = 0; i < n; i++) {
            ids[i] = stream_draw(n_ids);
            times[i] = stream_draw(400) * SZ_HOUR_MS;
            is_other[i] = (uint8_t)(stream_draw(8) < 2 ? 1 + stream_draw(2) : 0); /* no record, or of the future */
            for (uint32_t k = 0; k < i && !want[i] && !is_other[i]; k++)
                if (ids[k] == ids[i] && !want[k] && !is_other[k] && llabs(times[k] - times[i]) <= 24 * SZ_HOUR_MS)
                    want[i] = times[k] == times[i] ? 1 : times[k] > times[i] ? 2 : 3;
            sz_buf_printf(&text,
                          "{\"type\":\"%s\",\"id\":\"i%u\",\"student\":\"s\",\"time\":%lld,\"collected\":%lld,"
                          "\"pad\":\"%0*d\"}\n",
                          is_other[i] == 1 ? "none" : "presence", ids[i], (long long)(1772400000000LL + times[i]),
                          (long long)(1772400000000LL + times[i] + (is_other[i] == 2 ? -SZ_HOUR_MS : 0)), 300, 0);
        }
        stream_put_bytes("ids", text.p, text.n);
        unlink(stream_path("ids.gz"));
        stream_put_gz("ids.gz", text.p, text.n);
        sz_buf_fini(&text);
        for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
            stream_book b = {.n = 0};
            stream_run r = stream_run_of(&b);
            r.o.horizon_ms = 24 * SZ_HOUR_MS;
            r.o.memory = ways[k].memory;
            stream_run_add(&r, stream_source(ways[k].is_gz ? "ids.gz" : "ids"));
            stream_run_go(&r);
            assert_int_equal(r.n, n);
            const char *at = stream_run_text(&r), *end = at + r.out.n;
            for (const char *next; at < end; at = next + 1) {
                char one[400];
                next = memchr(at, '\n', (size_t)(end - at));
                assert_true(next && next - at < (ptrdiff_t)sizeof one);
                memcpy(one, at, (size_t)(next - at));
                one[next - at] = '\0';
                const char *line_no = strchr(strstr(one, "ids"), ':') + 1, *flag = strstr(line_no, " r") + 2;
                assert_int_equal(*flag - '0', want[strtoul(line_no, NULL, 10) - 1]);
            }
            stream_run_fini(&r);
            stream_book_fini(&b);
        }
        sz_free(times);
        sz_free(ids);
        sz_free(want);
        sz_free(is_other);
    }
}

/* Who is said to be the only one with his source and id is, whomever records name; and where few share one, pieces
 * that stay in memory let it be said of nearly all others. */
static void test_lone_records_are(void **state) {
    (void)state;
    static const struct {
        size_t memory;
        uint32_t n_ids;
        bool knows_most;
    } ways[] = {{0, 400000, true}, {0, 9000, false}, {0, 7, false}, {1, 400000, false}, {200 << 10, 400000, false}};
    enum { N = 6000 };
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        uint32_t ids[N], n_lone = 0, n_alone = 0;
        sz_buf text;
        sz_buf_init(&text);
        for (uint32_t i = 0; i < N; i++) {
            ids[i] = stream_draw(ways[k].n_ids);
            sz_buf_printf(&text, "{\"type\":\"presence\",\"id\":\"i%u\",\"student\":\"s%u\",\"time\":%lld}\n", ids[i],
                          i, 1772400000000LL + i);
        }
        stream_put_bytes("lone", text.p, text.n);
        sz_buf_fini(&text);
        stream_book b = {.n = 0};
        stream_run r = stream_run_of(&b);
        r.o.memory = ways[k].memory;
        stream_run_add(&r, stream_source("lone"));
        stream_run_go(&r);
        assert_int_equal(r.lone.n, N);
        assert_int_equal(r.n_repeat[0], N); /* each is another student's */
        for (uint32_t i = 0; i < N; i++) {
            bool is_alone = true;
            for (uint32_t other = 0; other < N && is_alone; other++) is_alone = other == i || ids[other] != ids[i];
            assert_true(is_alone || !r.lone.p[i]);
            n_alone += is_alone;
            n_lone += r.lone.p[i] != 0;
        }
        assert_true(n_alone > 0 || ways[k].n_ids < N);
        if (ways[k].knows_most) assert_true(n_alone < N && n_lone > n_alone - n_alone / 50);
        stream_run_fini(&r);
        stream_book_fini(&b);
    }
}

static void test_no_room_for_sorting_is_told(void **state) {
    (void)state;
    stream_make_parts(1, 2000);
    stream_book b = {.n = 0};
    stream_run r = stream_run_of(&b);
    r.o.memory = 1;
    r.o.tmp_dir = "/no/such/folder";
    stream_add_parts(&r, 1);
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_IO);
    assert_int_equal(r.diags.v[0].code, SZ_CODE_NO_ROOM_TO_SORT);
    assert_int_equal(r.n, 0);
    stream_run_fini(&r);
    stream_book_fini(&b);
}

/* ---- memory ---- */

#if !IS_SANITIZED
/* Peak memory of a process that reads so many lines, in KiB. */
static long peak_of(uint32_t n, sz_order order) {
    FILE *f = fopen(stream_path("many"), "w");
    for (uint32_t i = 0; i < n; i++)
        fprintf(
            f,
            "{\"id\":\"e%u\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"%u\",\"time\":%lld,\"amount\":\"%u.50\"}\n",
            i, i % 5000, 1772400000000LL + (i ^ 0x155) * 1000LL, i % 90);
    fclose(f);
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        sz_msgq *q = sz_msgq_new();
        sz_diags d;
        sz_diags_init(&d);
        static stream_book b;
        sz_progress p = stream_book_progress(&b);
        sz_str source = sz_str_of(stream_source("many"));
        sz_stream_file_options o = {.types = &stream_types,
                                    .zone = &stream_zone,
                                    .order = order,
                                    .tmp_dir = stream_dir,
                                    .sources = &source,
                                    .n_sources = 1,
                                    .memory = 4 << 20};
        sz_stream_file *s = NULL;
        if (sz_stream_file_new(&o, q, &d, &s) != SZ_OK) _exit(1);
        sz_stream_file_attach(s, &p);
        sz_stream_port port = sz_stream_file_port(s);
        uint32_t seen = 0;
        for (bool is_over = false; !is_over;) {
            port.want(port.self, 256);
            const sz_msg *m;
            while ((m = sz_msgq_pop(q)) == NULL) continue;
            is_over = m->kind == SZ_MSG_INPUT_END;
            seen += m->n;
            b.n_pending = 0;
            sz_arena_reset(&b.arena);
        }
        struct rusage u;
        getrusage(RUSAGE_SELF, &u);
        long kib = seen == n ? u.ru_maxrss : -1;
        if (write(out[1], &kib, sizeof kib) != sizeof kib) _exit(1);
        _exit(0);
    }
    long kib = 0;
    close(out[1]);
    assert_int_equal(read(out[0], &kib, sizeof kib), sizeof kib);
    close(out[0]);
    waitpid(pid, NULL, 0);
    assert_true(kib > 0);
    return kib;
}

static void test_million_lines_take_no_more_memory_than_fifty_thousand(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        long few = peak_of(50000, (sz_order)order), many = peak_of(1000000, (sz_order)order);
        if (many > few * 5 / 4 + 1024) fprintf(stderr, "%ld KiB for 50,000 lines, %ld KiB for a million\n", few, many);
        assert_true(many <= few * 5 / 4 + 1024);
    }
    unlink(stream_path("many"));
}
#endif

/* What was given, and what repeats were found by, is kept for who wants it while the rest is given; afterwards nothing
 * of it is left to be taken. */
static void test_pages_of_what_was_given_are_kept_for_others(void **state) {
    enum { N = 100000 };
    (void)state;
    FILE *f = fopen(stream_path("many"), "w");
    for (uint32_t i = 0; i < N; i++)
        fprintf(
            f, "{\"id\":\"e%u\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"%u\",\"time\":%lld,\"amount\":1}\n",
            i, i % 5000, 1772400000000LL + i * 1000LL);
    fclose(f);
    static stream_book b;
    stream_run r = stream_run_of(&b);
    sz_msgq *q = sz_msgq_new();
    sz_progress p = stream_book_progress(&b);
    sz_stream_file *s = NULL;
    stream_run_add(&r, stream_source("many"));
    r.o.sources = r.sources;
    r.o.memory = 256 << 20;
    r.o.pages = sz_pages_new();
    assert_int_equal(sz_stream_file_new(&r.o, q, &r.diags, &s), SZ_OK);
    sz_stream_file_attach(s, &p);
    sz_stream_port port = sz_stream_file_port(s);
    size_t first = 0, last = 0;
    uint64_t seen = 0;
    for (bool is_over = false; !is_over; b.n_pending = 0, sz_arena_reset(&b.arena)) {
        port.want(port.self, 256);
        const sz_msg *m;
        while ((m = sz_msgq_pop(q)) == NULL) continue;
        is_over = m->kind == SZ_MSG_INPUT_END;
        if (!is_over) last = sz_pages_n(r.o.pages);
        if (seen == 0) first = last;
        seen += m->n;
    }
    assert_int_equal(seen, N);
    assert_int_equal(first, 1); /* the identities', 12 bytes each and a little more */
    assert_int_equal(last, 2);  /* and the records' */
    sz_stream_file_free(s);
    assert_int_equal(sz_pages_n(r.o.pages), 0);
    sz_pages_free(r.o.pages);
    sz_msgq_free(q);
    stream_run_fini(&r);
    stream_book_fini(&b);
    unlink(stream_path("many"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted_equals_a_plain_sort_with_any_budget),
        cmocka_unit_test(test_repeats_are_flagged_in_order_of_reading),
        cmocka_unit_test(test_lines_from_the_future_are_no_first_lines),
        cmocka_unit_test(test_repeats_equal_a_plain_search_with_any_budget),
        cmocka_unit_test(test_lone_records_are),
        cmocka_unit_test(test_no_room_for_sorting_is_told),
        cmocka_unit_test(test_pages_of_what_was_given_are_kept_for_others),
#if !IS_SANITIZED
        cmocka_unit_test(test_million_lines_take_no_more_memory_than_fifty_thousand),
#endif
    };
    return cmocka_run_group_tests_name("stream_file, sorted", tests, stream_begin, stream_end);
}

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
#include <unistd.h>

#include <cmocka.h>

/* ---- records ---- */

static void test_lines_of_every_form_are_read(void **state) {
    (void)state;
    stream_put("a.ndjson", "\xef\xbb\xbf" EV("e1", "08:00:00", "") "\r\n\n  \t\n" EV(
                               "e2", "09:00:00", "") "\n\r\nnot json\n" EV("e3", "07:00:00", ""));
    for (int order = 0; order < 2; order++) {
        stream_book b = {.n = 0};
        stream_run r = stream_run_of(&b);
        r.o.order = order ? SZ_ARRIVAL : SZ_SORTED;
        stream_run_add(&r, stream_source("a.ndjson"));
        stream_run_go(&r);
        assert_int_equal(r.status, SZ_OK);
        enum { N = sizeof EV("e1", "08:00:00", "") - 1 };
        char e1[300], e2[300], e3[300], bad[300];
        snprintf(e1, sizeof e1, "2026-03-02T08:00:00+08:00 pos e1 a.ndjson:1+3 r0 [%s]\n", EV("e1", "08:00:00", ""));
        snprintf(e2, sizeof e2, "2026-03-02T09:00:00+08:00 pos e2 a.ndjson:4+%d r0 [%s]\n", N + 10,
                 EV("e2", "09:00:00", ""));
        snprintf(e3, sizeof e3, "2026-03-02T07:00:00+08:00 pos e3 a.ndjson:7+%d r0 [%s]\n", 2 * N + 22,
                 EV("e3", "07:00:00", ""));
        snprintf(bad, sizeof bad,
                 "- dead bad_json : byte 2: invalid literal, expected 'null' a.ndjson:6+%d r0 [not json]\n",
                 2 * N + 13);
        char want[2000];
        snprintf(want, sizeof want, "%s%s%s%s", order ? e1 : bad, order ? e2 : e3, order ? bad : e1, order ? e3 : e2);
        char *got = (char *)(uintptr_t)stream_run_text(&r), *from = strstr(got, "byte "),
             *to = from ? strstr(from, " a.ndjson:6") : NULL;
        assert_non_null(to); /* the parser's own words are not ours to test */
        const char *words = strstr(want, "byte "), *words_end = strstr(words, " a.ndjson:6");
        assert_int_equal(from - got, words - want);
        assert_memory_equal(got, want, (size_t)(from - got));
        assert_string_equal(to, words_end);
        stream_run_fini(&r);
        stream_book_fini(&b);
    }
}

static void test_sorted_puts_dead_letters_feeds_and_events_in_order(void **state) {
    (void)state;
    stream_put(
        "a.ndjson",
        EV("e2", "08:00:00", "") "\n" EV(
            "e1", "08:00:00",
            "") "\n"
                "{\"type\":\"feed_status\",\"source\":\"pos\",\"time\":\"2026-03-02T08:00:00+08:00\",\"state\":\"open\"}\n" EV(
                    "late", "07:00:00", "") "\n" EV("d1", "08:00:00", ",\"amount\":\"-1\"") "\nno time\n[1]\n");
    stream_book b = {.n = 0};
    stream_run r = stream_run_of(&b);
    r.is_short = true;
    stream_run_add(&r, stream_source("a.ndjson"));
    stream_run_go(&r);
    const char *got = stream_run_text(&r);
    assert_memory_equal(got, "- dead bad_json", 15);
    got = strchr(got, '\n') + 1;
    assert_memory_equal(got, "- dead bad_json : the record is not an object\n", 46);
    got = strchr(got, '\n') + 1;
    assert_memory_equal(got, "2026-03-02T07:00:00+08:00 pos late\n2026-03-02T08:00:00+08:00 dead bad_value amount", 82);
    got = strchr(strchr(got, '\n') + 1, '\n') + 1;
    assert_string_equal(
        got,
        "2026-03-02T08:00:00+08:00 feed pos 1\n2026-03-02T08:00:00+08:00 pos e1\n2026-03-02T08:00:00+08:00 pos e2\n");
    stream_run_fini(&r);
    stream_book_fini(&b);
}

/* Packed and unpacked, every field is what the decoder made of it. */
#define OF_20 "01234567890123456789"
#define OF_80 OF_20 OF_20 OF_20 OF_20

static void test_sorted_records_are_what_the_decoder_gives(void **state) {
    (void)state;
    sz_type *lib = &stream_types.v[stream_types.n++];
    static sz_field fields[] = {{.name = {"seat", 4}, .kind = SZ_FIELD_TEXT},
                                {.name = {"fee", 3}, .kind = SZ_FIELD_MONEY},
                                {.name = {"minutes", 7}, .kind = SZ_FIELD_NUMBER},
                                {.name = {"until", 5}, .kind = SZ_FIELD_TIME}};
    *lib = (sz_type){.name = SZ_STR("library"), .presence = true, .fields = fields, .n_fields = 4};
    static const char *const lines[] = {
        ("{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00Z\",\"card\":\"c\\u4e001\",\"card_system\":\"sys\",\"amount\":12.5,\"balance\":\"3\","
         "\"journal_no\":7,\"use_count\":9,\"reader\":\"r\\\"1\",\"collected\":\"2026-03-02T08:01:00Z\",\"op\":\"topup\"}"),
        "{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00Z\",\"student\":\"s\",\"op\":\"refund\",\"ref\":\"xyz\",\"amount\":0}",
        "{\"type\":\"attendance\",\"time\":\"2026-03-02\",\"precision\":\"day\",\"student\":\"s\",\"course\":\"\xe9\xab\x98\xe6\x95\xb0\",\"session\":\"x\",\"status\":\"late\",\"hours\":1.5}",
        "{\"type\":\"dorm_access\",\"time\":\"2026-03-02T08:00:01Z\",\"student\":\"s\",\"direction\":\"out\",\"result\":\"denied\",\"place\":\"p\"}",
        "{\"type\":\"presence\",\"time\":\"2026-03-02T08:00:02Z\",\"student\":\"s\",\"means\":\"network\"}",
        "{\"type\":\"library\",\"time\":\"2026-03-02T08:00:03Z\",\"student\":\"s\",\"seat\":\"A1\",\"fee\":\"1.20\",\"minutes\":3.25,\"until\":\"2026-03-02T09:00:00Z\"}",
        "{\"type\":\"library\",\"time\":\"2026-03-02T08:00:04Z\",\"student\":\"s\",\"minutes\":1}",
        "{\"type\":\"feed_status\",\"source\":\"pos\",\"time\":\"2026-03-02T08:00:05Z\",\"complete_through\":\"2026-03-01T00:00:00Z\",\"state\":\"complete\",\"reader\":\"r\",\"building\":\"b\"}",
        "{\"type\":\"feed_status\",\"source\":\"pos\",\"time\":\"2026-03-02T08:00:06Z\",\"state\":\"down\"}",
        "{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:07Z\",\"student\":\"s\",\"op\":\"steal\"}",
        "{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:08Z\"}",
        "{\"place\":\"一食堂\",\"amount\":99999999.99,\"card\":\"700001\",\"type\":\"swipe\",\"use_count\":3,\"ref\":\"e0\",\"source\":\"default\","
        "\"card_system\":\"own\",\"time\":\"2026-03-02T16:00:09+08:00\",\"collected\":\"2026-03-02T16:01:00+08:00\"}",
        "{\"type\":\"presence\",\"student\":\"s2\",\"card\":\"7\",\"source\":\"net\",\"id\":\"an-id-of-some-length-9c2e11d0\",\"time\":\"2026-03-02T16:00:10+08:00\"}",
        "{\"type\":\"attendance\",\"student\":\"s\",\"course\":\"" OF_80 OF_80 "\",\"session\":\"" OF_80 OF_80
        "\",\"status\":\"late\",\"time\":\"2026-03-02T16:00:11+08:00\"}",
        "{\"type\":\"presence\",\"student\":\"s\",\"means\":\"" OF_80 OF_80 OF_80
        "0123456789\",\"time\":\"2026-03-02T16:00:12+08:00\"}",
    };
    enum { LINES = sizeof lines / sizeof *lines, EACH = 4 }; /* what comes again comes another way */
    sz_buf text;
    sz_buf_init(&text);
    for (size_t i = 0; i < LINES * EACH; i++) sz_buf_printf(&text, "%s\n", lines[i % LINES]);
    stream_put_bytes("fields.ndjson", text.p, text.n);
    sz_buf_fini(&text);
    for (int budget = 0; budget < 2; budget++) {
        sz_decoder *d = sz_decoder_new(&stream_types, &stream_zone);
        sz_arena a;
        sz_arena_init(&a);
        sz_msgq *q = sz_msgq_new();
        stream_book b = {.n = 0};
        sz_diags diags;
        sz_diags_init(&diags);
        stream_run r = stream_run_of(&b);
        stream_run_add(&r, stream_source("fields.ndjson"));
        r.o.sources = r.sources;
        r.o.memory = budget ? 1 : 0;
        sz_progress p = stream_book_progress(&b);
        sz_stream_file *s = NULL;
        assert_int_equal(sz_stream_file_new(&r.o, q, &diags, &s), SZ_OK);
        sz_stream_file_attach(s, &p);
        sz_stream_port port = sz_stream_file_port(s);
        size_t n = 0;
        for (bool is_over = false; !is_over;) {
            port.want(port.self, 3);
            const sz_msg *m;
            while ((m = sz_msgq_pop(q)) == NULL) assert_false(sz_msgq_is_idle(q));
            is_over = m->kind == SZ_MSG_INPUT_END;
            for (uint32_t i = 0; i < m->n; i++, n++) {
                const sz_record *got = &m->inputs[i].record;
                sz_record want;
                size_t k = 0;
                sz_str raw = stream_raw(&port, &m->inputs[i]);
                while (strncmp(lines[k], raw.p, raw.n) != 0) k++;
                sz_decode_json(d, sz_str_of(lines[k]), &a, &want);
                assert_int_equal(got->kind, want.kind);
                assert_true(got->time_ms == want.time_ms);
                if (want.kind == SZ_RECORD_DEAD) {
                    assert_int_equal(got->dead.reason, want.dead.reason);
                    assert_true((got->dead.field == NULL) == (want.dead.field == NULL));
                    if (want.dead.field) assert_string_equal(got->dead.field, want.dead.field);
                    assert_string_equal(got->dead.detail, want.dead.detail);
                    continue;
                }
                if (want.kind == SZ_RECORD_FEED_STATUS) {
                    assert_true(sz_str_eq(got->feed.source, want.feed.source));
                    assert_true(sz_str_eq(got->feed.reader, want.feed.reader));
                    assert_true(sz_str_eq(got->feed.building, want.feed.building));
                    assert_true(got->feed.time_ms == want.feed.time_ms);
                    assert_true(got->feed.complete_through_ms == want.feed.complete_through_ms);
                    assert_int_equal(got->feed.state, want.feed.state);
                    continue;
                }
                const sz_event *g = &got->event, *w = &want.event;
                const sz_str gs[] = {g->id,     g->source, g->student, g->card,    g->card_system, g->place,
                                     g->reader, g->ref,    g->course,  g->session, g->means};
                const sz_str ws[] = {w->id,     w->source, w->student, w->card,    w->card_system, w->place,
                                     w->reader, w->ref,    w->course,  w->session, w->means};
                for (size_t t = 0; t < sizeof gs / sizeof *gs; t++) assert_true(sz_str_eq(gs[t], ws[t]));
                assert_true(g->time_ms == w->time_ms && g->collected_ms == w->collected_ms);
                assert_int_equal((uint32_t)g->content, (uint32_t)w->content);
                assert_int_equal(g->type, w->type);
                assert_int_equal(g->precision, w->precision);
                assert_int_equal(g->op, w->op);
                assert_int_equal(g->status, w->status);
                assert_int_equal(g->direction, w->direction);
                assert_int_equal(g->result, w->result);
                assert_int_equal(g->has_hours, w->has_hours);
                assert_true(g->amount_fen == w->amount_fen && g->balance_fen == w->balance_fen &&
                            g->journal_no == w->journal_no);
                assert_true(g->use_count == w->use_count && g->hours_micro == w->hours_micro);
                for (uint32_t f = 0; w->type >= SZ_TYPE_FIRST_DECLARED && f < SZ_FIELDS_MAX; f++) {
                    assert_int_equal(g->fields[f].is_set, w->fields[f].is_set);
                    if (!w->fields[f].is_set) continue;
                    assert_true(g->fields[f].num == w->fields[f].num && g->fields[f].fen == w->fields[f].fen);
                    assert_true(sz_str_eq(g->fields[f].text, w->fields[f].text));
                }
            }
        }
        assert_int_equal(n, LINES * EACH);
        sz_stream_file_free(s);
        sz_msgq_free(q);
        sz_diags_fini(&diags);
        sz_decoder_free(d);
        sz_arena_fini(&a);
        stream_book_fini(&b);
        stream_run_fini(&r);
    }
    stream_types.n--;
}

/* ---- packed files ---- */

static void test_plain_gz_and_zst_agree(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    for (int i = 0; i < 5000; i++)
        sz_buf_printf(&text,
                      "{\"id\":\"e%d\",\"type\":\"swipe\",\"student\":\"s%d\",\"time\":%lld,\"amount\":\"%d.50\"}\n", i,
                      i % 7, 1772400000000LL + (i * 7919LL) % 5000 * 1000, i % 90);
    stream_put_bytes("plain", text.p, text.n);
    unlink(stream_path("members.gz"));
    stream_put_gz("members.gz", text.p, text.n / 3); /* three members, cut in the middle of a line */
    stream_put_gz("members.gz", text.p + text.n / 3, text.n / 3);
    stream_put_gz("members.gz", text.p + text.n / 3 * 2, text.n - text.n / 3 * 2);
    char zeros[700] = {0};
    int fd = open(stream_path("members.gz"), O_APPEND | O_WRONLY);
    assert_int_equal(write(fd, zeros, sizeof zeros), sizeof zeros);
    close(fd);
    char *z1, *z2;
    size_t n1 = stream_zstd(text.p, text.n / 2, &z1), n2 = stream_zstd(text.p + text.n / 2, text.n - text.n / 2, &z2);
    char *both = sz_alloc(n1 + n2 + 12);
    memcpy(both, z1, n1);
    memcpy(both + n1, "\x50\x2a\x4d\x18\x04\0\0\0skip", 12); /* a skippable frame */
    memcpy(both + n1 + 12, z2, n2);
    stream_put_bytes("frames.zst", both, n1 + n2 + 12);
    static const char *const names[] = {"plain", "members.gz", "frames.zst"};
    char *want = NULL;
    for (int i = 0; i < 3; i++) {
        for (int order = 0; order < 2; order++) {
            stream_book b = {.n = 0};
            stream_run r = stream_run_of(&b);
            r.is_short = true;
            r.o.order = order ? SZ_ARRIVAL : SZ_SORTED;
            stream_run_add(&r, stream_source(names[i]));
            stream_run_go(&r);
            assert_int_equal(r.status, SZ_OK);
            assert_int_equal(r.n, 5000);
            if (i == 0 && order == 0) want = strdup(stream_run_text(&r));
            if (order == 0) assert_string_equal(stream_run_text(&r), want);
            stream_run_fini(&r);
            stream_book_fini(&b);
        }
    }
    free(want);
    sz_free(z1);
    sz_free(z2);
    sz_free(both);
    sz_buf_fini(&text);
}

static void cut_file(const char *name, size_t less) {
    struct stat st;
    assert_int_equal(stat(stream_path(name), &st), 0);
    assert_int_equal(truncate(stream_path(name), st.st_size - (off_t)less), 0);
}

static void test_damaged_archives_are_told_and_nothing_of_the_batch_is_used(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    for (int i = 0; i < 3000; i++)
        sz_buf_printf(&text, "{\"id\":\"e%d\",\"type\":\"presence\",\"student\":\"s%d\",\"time\":%lld}\n", i, rand(),
                      1772400000000LL + i);
    stream_put("first.ndjson", EV("e1", "08:00:00", "") "\n");
    for (int kind = 0; kind < 5; kind++) {
        const char *name = kind == 0   ? "cut.gz"
                           : kind == 1 ? "cut.zst"
                           : kind == 2 ? "garbage.gz"
                           : kind == 3 ? "hurt.gz"
                                       : "plain.zst";
        unlink(stream_path(name));
        char *z;
        size_t n = stream_zstd(text.p, text.n, &z);
        if (kind == 1) stream_put_bytes(name, z, n);
        else if (kind == 4) stream_put_bytes(name, text.p, text.n);
        else stream_put_gz(name, text.p, text.n);
        sz_free(z);
        if (kind < 2) cut_file(name, kind ? 9 : 3000);
        if (kind == 2) stream_append(name, "what is this");
        if (kind == 3) {
            int fd = open(stream_path(name), O_WRONLY);
            assert_int_equal(pwrite(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, 5000), 8);
            close(fd);
        }
        stream_book b = {.n = 0};
        stream_run r = stream_run_of(&b);
        stream_run_add(&r, stream_source("first.ndjson"));
        stream_run_add(&r, stream_source(name));
        stream_run_go(&r);
        assert_int_equal(r.status, SZ_IO);
        assert_int_equal(r.n, 0);
        assert_non_null(strstr(r.text, name));
        assert_non_null(strstr(r.text, kind < 2    ? "ends in the middle of its"
                                       : kind == 4 ? "is not a zstd archive"
                                                   : "is damaged"));
        assert_non_null(strstr(r.text_zh, name));
        assert_non_null(strstr(r.text_zh, kind < 2 ? "压缩包不完整" : kind == 4 ? "不是 zstd 压缩包" : "已损坏（"));
        assert_int_equal(b.n, 0);
        stream_run_fini(&r);
        /* As they come: what stood before counts, and the batch stays open. */
        r = stream_run_of(&b);
        r.o.order = SZ_ARRIVAL;
        stream_run_add(&r, stream_source("first.ndjson"));
        stream_run_add(&r, stream_source(name));
        stream_run_go(&r);
        assert_int_equal(r.status, SZ_IO);
        assert_true(r.n >= 1);
        assert_memory_equal(stream_book_line(&b, stream_source("first.ndjson")), "open", 4);
        stream_run_fini(&r);
        stream_book_fini(&b);
    }
    sz_buf_fini(&text);
}

/* ---- sources ---- */

static void test_folder_is_its_files_by_name(void **state) {
    (void)state;
    mkdir(stream_path("folder"), 0755);
    mkdir(stream_path("folder/sub"), 0755);
    stream_put("folder/b.ndjson", EV("eb", "08:00:00", "") "\n");
    stream_put("folder/a10", EV("e10", "08:00:00", "") "\n");
    stream_put("folder/a9", EV("e9", "08:00:00", "") "\n");
    stream_put("folder/.hidden", EV("eh", "08:00:00", "") "\n");
    stream_put("folder/sub/x", EV("ex", "08:00:00", "") "\n");
    stream_put("folder/empty", "");
    stream_book b = {.n = 0};
    stream_run r = stream_run_of(&b);
    r.o.order = SZ_ARRIVAL;
    r.is_short = true;
    stream_run_add(&r, stream_source("folder"));
    stream_run_add(&r, stream_source("folder/a9"));
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_OK);
    assert_string_equal(
        stream_run_text(&r),
        "2026-03-02T08:00:00+08:00 pos e10\n2026-03-02T08:00:00+08:00 pos e9\n2026-03-02T08:00:00+08:00 pos eb\n");
    assert_int_equal(r.diags.n, 3); /* empty, sub, given twice: notes */
    assert_int_equal(r.diags.n_errors, 0);
    stream_run_fini(&r);
    stream_book_fini(&b);
}

static void test_what_cannot_be_read_is_told_all_at_once(void **state) {
    (void)state;
    stream_book b = {.n = 0};
    stream_run r = stream_run_of(&b);
    stream_put("table.csv", "a,b\n");
    stream_put("TABLE.CSV", "a,b\n");
    stream_run_add(&r, stream_source("missing"));
    stream_run_add(&r, stream_source("missing/too"));
    stream_run_add(&r, stream_source("table.csv"));
    stream_run_add(&r, stream_source("TABLE.CSV"));
    stream_run_add(&r, "kafka:events");
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_IO);
    assert_int_equal(r.diags.n_errors, 5);
    assert_int_equal(r.diags.v[0].code, SZ_CODE_NO_FILE);
    assert_int_equal(r.diags.v[1].code, SZ_CODE_NO_FILE);
    assert_int_equal(r.diags.v[2].code, SZ_CODE_NEEDS_MAPPING);
    assert_int_equal(r.diags.v[3].code, SZ_CODE_NEEDS_MAPPING);
    assert_int_equal(r.diags.v[4].code, SZ_CODE_ODD_SOURCE);
    stream_run_fini(&r);
    stream_book_fini(&b);
}

static void test_no_records_at_all_is_fine(void **state) {
    (void)state;
    stream_put("nothing", "");
    stream_put("blank", "\n\n \r\n");
    stream_book b = {.n = 0};
    stream_run r = stream_run_of(&b);
    stream_run_add(&r, stream_source("nothing"));
    stream_run_add(&r, stream_source("blank"));
    stream_run_go(&r);
    assert_int_equal(r.status, SZ_OK);
    assert_int_equal(r.n, 0);
    assert_memory_equal(stream_book_line(&b, stream_source("blank")), "done", 4);
    stream_run_fini(&r);
    stream_book_fini(&b);
}

/* ---- long lines ---- */

static void put_long(sz_buf *b, size_t n) {
    sz_buf_put_z(b, "{\"id\":\"long\",\"type\":\"presence\",\"student\":\"s\",\"time\":1772400000000,\"x\":\"");
    while (n--) sz_buf_put_u8(b, 'y');
    sz_buf_put_z(b, "\"}\n");
}

static void test_line_of_10_mb_becomes_a_dead_letter_without_being_held(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, EV("e1", "08:00:00", "") "\n");
    for (size_t i = 0; i < 10 << 20; i++) sz_buf_put_u8(&text, i % 1000 ? 'x' : '\0');
    sz_buf_put_z(&text, "\n" EV("e2", "09:00:00", "") "\n");
    put_long(&text, 1000 * 1000);                                   /* under the limit: an ordinary record */
    for (size_t i = 0; i < 3 << 20; i++) sz_buf_put_u8(&text, 'z'); /* the last, without an end */
    stream_put_bytes("long.ndjson", text.p, text.n);
    for (int order = 0; order < 2; order++) {
        stream_book b = {.n = 0};
        stream_run r = stream_run_of(&b);
        r.o.order = order ? SZ_ARRIVAL : SZ_SORTED;
        stream_run_add(&r, stream_source("long.ndjson"));
        stream_run_go(&r);
        assert_int_equal(r.status, SZ_OK);
        assert_int_equal(r.n, 5);
        assert_int_equal(r.n_dead, 2);
        assert_non_null(strstr(
            stream_run_text(&r),
            "dead too_large : 10485760 bytes, at most 1048576 are read; the first 1048576 are kept long.ndjson:2+"));
        assert_non_null(strstr(stream_run_text(&r), "dead too_large : 3145728 bytes"));
        assert_non_null(strstr(stream_run_text(&r), "pos e2 long.ndjson:3+"));
        assert_non_null(strstr(stream_run_text(&r), "default long long.ndjson:4+"));
        stream_run_fini(&r);
        stream_book_fini(&b);
    }
    sz_buf_fini(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_of_every_form_are_read),
        cmocka_unit_test(test_sorted_puts_dead_letters_feeds_and_events_in_order),
        cmocka_unit_test(test_sorted_records_are_what_the_decoder_gives),
        cmocka_unit_test(test_plain_gz_and_zst_agree),
        cmocka_unit_test(test_damaged_archives_are_told_and_nothing_of_the_batch_is_used),
        cmocka_unit_test(test_folder_is_its_files_by_name),
        cmocka_unit_test(test_what_cannot_be_read_is_told_all_at_once),
        cmocka_unit_test(test_no_records_at_all_is_fine),
        cmocka_unit_test(test_line_of_10_mb_becomes_a_dead_letter_without_being_held),
    };
    return cmocka_run_group_tests_name("stream_file", tests, stream_begin, stream_end);
}

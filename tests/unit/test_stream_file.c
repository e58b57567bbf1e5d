/* SPDX-License-Identifier: Apache-2.0 */
#include <sanzao/adapters.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

static char dir[64];

/* ---- a state in place of the worker's ---- */

typedef struct book { /* what is durable, and what the next commit makes so */
    sz_put lines[64];
    uint32_t n;
    sz_put pending[4096];
    uint32_t n_pending;
    uint64_t taken, durable_taken;
    uint32_t n_batches;
    sz_arena arena;
} book;

static uint64_t book_taken(void *self) {
    return ((book *)self)->taken;
}

static uint32_t book_ledger(void *self, const sz_put **lines) {
    book *b = self;
    *lines = b->lines;
    return b->n;
}

static void book_note(void *self, sz_str key, sz_str value) {
    book *b = self;
    assert_true(b->n_pending < 4096);
    b->pending[b->n_pending++] = (sz_put){sz_arena_str(&b->arena, key), sz_arena_str(&b->arena, value)};
}

static void book_new_batch(void *self) {
    book *b = self;
    b->taken = 0;
    b->n_batches++;
}

static void book_commit(book *b) {
    for (uint32_t i = 0; i < b->n_pending; i++) {
        uint32_t k = 0;
        while (k < b->n && !sz_str_eq(b->lines[k].key, b->pending[i].key)) k++;
        assert_true(k < 64);
        b->lines[k] = b->pending[i];
        if (k == b->n) b->n++;
    }
    b->n_pending = 0;
    b->durable_taken = b->taken;
}

/* The process ends: what was not committed is gone. */
static void book_crash(book *b) {
    b->n_pending = 0;
    b->taken = b->durable_taken;
}

static void book_end(book *b) {
    b->taken = 0; /* the batch is closed */
    book_commit(b);
}

static sz_progress progress_of(book *b) {
    return (sz_progress){b, book_taken, book_ledger, book_note, book_new_batch, NULL};
}

static const char *book_line(const book *b, const char *name) {
    for (uint32_t i = 0; i < b->n; i++)
        if (sz_str_is(b->lines[i].key, name)) return b->lines[i].value.p;
    return "";
}

/* ---- running a stream ---- */

typedef struct run {
    sz_stream_file_options o;
    sz_str sources[64];
    book *book;
    uint64_t stop_after;  /* records; 0: to the end */
    uint32_t want, commit_every; /* messages */
    sz_diags diags;
    sz_buf out;           /* a line a record */
    bool is_short;        /* only time and id into out */
    uint64_t n, n_dead, n_repeat[3];
    size_t durable;       /* of out, by the last commit */
    sz_status status;
    char text[600];
} run;

static sz_types types;
static sz_zone zone;

static run run_of(book *b) {
    run r = {.book = b, .want = 256, .commit_every = 1};
    r.o = (sz_stream_file_options){.types = &types, .zone = &zone, .order = SZ_SORTED, .tmp_dir = dir, .stdin_fd = -1};
    return r;
}

static void add_source(run *r, const char *name) {
    r->sources[r->o.n_sources++] = sz_str_of(name);
}

static void put_input(run *r, const sz_input *in) {
    char at[40] = "-";
    if (in->record.time_ms != SZ_TIME_NONE) sz_time_format(&zone, in->record.time_ms, at);
    r->n++;
    r->n_dead += in->record.kind == SZ_RECORD_DEAD;
    r->n_repeat[in->repeat]++;
    if (in->record.kind == SZ_RECORD_DEAD)
        sz_buf_printf(&r->out, "%s dead %s %s: %s", at, sz_reason_names[in->record.dead.reason],
                      in->record.dead.field ? in->record.dead.field : "", in->record.dead.detail);
    else if (in->record.kind == SZ_RECORD_FEED_STATUS)
        sz_buf_printf(&r->out, "%s feed %.*s %d", at, SZ_FMT_STR(in->record.feed.source), in->record.feed.state);
    else
        sz_buf_printf(&r->out, "%s %.*s %.*s", at, SZ_FMT_STR(in->record.event.source), SZ_FMT_STR(in->record.event.id));
    if (!r->is_short) {
        const char *slash = memrchr(in->origin.source.p, '/', in->origin.source.n);
        const char *end = in->origin.source.p + in->origin.source.n;
        sz_str file = slash ? (sz_str){slash + 1, (size_t)(end - slash - 1)} : in->origin.source;
        sz_buf_printf(&r->out, " %.*s:%d+%d r%d [%.*s]", SZ_FMT_STR(file), (int)in->origin.line, (int)in->origin.offset,
                      in->repeat, in->raw.n < 300 ? (int)in->raw.n : 20, in->raw.p);
    }
    sz_buf_put_u8(&r->out, '\n');
}

/* Runs to the end, to a failure, or to stop_after; out and counts are added to. */
static void go(run *r) {
    sz_diags_fini(&r->diags);
    sz_diags_init(&r->diags);
    sz_msgq *q = sz_msgq_new();
    sz_progress p = progress_of(r->book);
    sz_stream_file *s = NULL;
    r->o.sources = r->sources;
    r->status = sz_stream_file_new(&r->o, &p, q, &r->diags, &s);
    if (s) {
        sz_stream_port port = sz_stream_file_port(s);
        port.want(port.self, r->want);
        uint64_t in_run = 0;
        for (uint32_t n_msgs = 0; !r->stop_after || in_run < r->stop_after;) {
            const sz_msg *m = sz_msgq_pop(q);
            assert_true(m || !sz_msgq_is_idle(q));
            if (!m) continue;
            if (m->kind == SZ_MSG_INPUT_END) {
                r->status = m->answer == SZ_ANS_OK ? SZ_OK : sz_stream_file_failure(s);
                assert_true(m->answer == SZ_ANS_OK || r->status != SZ_OK);
                snprintf(r->text, sizeof r->text, "%.*s", SZ_FMT_STR(m->text));
                if (r->status == SZ_OK) book_end(r->book);
                if (r->status == SZ_OK) r->durable = r->out.n;
                break;
            }
            assert_int_equal(m->kind, SZ_MSG_INPUT);
            assert_true(m->n >= 1 && m->n <= r->want);
            for (uint32_t i = 0; i < m->n && (!r->stop_after || in_run < r->stop_after); i++, in_run++) {
                put_input(r, &m->inputs[i]);
                r->book->taken++;
            }
            if (++n_msgs % r->commit_every == 0) {
                book_commit(r->book);
                r->durable = r->out.n;
            }
            port.want(port.self, r->want);
        }
        book_crash(r->book);
        if (r->stop_after) r->out.n = r->durable; /* the sinks are cut to what was committed */
    }
    if (r->status != SZ_OK && r->diags.n && !r->text[0]) snprintf(r->text, sizeof r->text, "%s", r->diags.v[0].message);
    sz_stream_file_free(s);
    sz_msgq_free(q);
}

static void run_fini(run *r) {
    sz_diags_fini(&r->diags);
    sz_buf_fini(&r->out);
}

static const char *text_of(run *r) {
    sz_buf_put_u8(&r->out, 0);
    r->out.n--;
    return (const char *)r->out.p;
}

/* ---- files ---- */

static const char *path_of(const char *name) {
    static char text[8][256];
    static int at;
    at = (at + 1) % 8;
    snprintf(text[at], sizeof text[at], "%s/%s", dir, name);
    return text[at];
}

static const char *source_of(const char *name) {
    static char text[16][256];
    static int at;
    at = (at + 1) % 16;
    snprintf(text[at], sizeof text[at], "file:%s/%s", dir, name);
    return text[at];
}

static void put_bytes(const char *name, const void *p, size_t n) {
    int fd = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
}

static void put_text(const char *name, const char *text) {
    put_bytes(name, text, strlen(text));
}

static void append_text(const char *name, const char *text) {
    int fd = open(path_of(name), O_APPEND | O_WRONLY);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void put_gz(const char *name, const void *p, size_t n) {
    gzFile f = gzopen(path_of(name), "ab"); /* once more: another member */
    assert_int_equal(gzwrite(f, p, (unsigned)n), n);
    gzclose(f);
}

static size_t zstd_of(const void *p, size_t n, char **out) {
    size_t room = ZSTD_compressBound(n);
    *out = sz_alloc(room);
    return ZSTD_compress(*out, room, p, n, 3);
}

static int begin(void **state) {
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/sz-stream-XXXXXX");
    return mkdtemp(dir) ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

#define EV(id, time, more) "{\"id\":\"" id "\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-02T" time "+08:00\"" more "}"

/* ---- records ---- */

static void test_lines_of_every_form_are_read(void **state) {
    (void)state;
    put_text("a.ndjson", "\xef\xbb\xbf" EV("e1", "08:00:00", "") "\r\n\n  \t\n" EV("e2", "09:00:00", "") "\n\r\nnot json\n"
             EV("e3", "07:00:00", ""));
    for (int order = 0; order < 2; order++) {
        book b = {.n = 0};
        run r = run_of(&b);
        r.o.order = order ? SZ_ARRIVAL : SZ_SORTED;
        add_source(&r, source_of("a.ndjson"));
        go(&r);
        assert_int_equal(r.status, SZ_OK);
        enum { N = sizeof EV("e1", "08:00:00", "") - 1 };
        char e1[300], e2[300], e3[300], bad[300];
        snprintf(e1, sizeof e1, "2026-03-02T08:00:00+08:00 pos e1 a.ndjson:1+3 r0 [%s]\n", EV("e1", "08:00:00", ""));
        snprintf(e2, sizeof e2, "2026-03-02T09:00:00+08:00 pos e2 a.ndjson:4+%d r0 [%s]\n", N + 10, EV("e2", "09:00:00", ""));
        snprintf(e3, sizeof e3, "2026-03-02T07:00:00+08:00 pos e3 a.ndjson:7+%d r0 [%s]\n", 2 * N + 22, EV("e3", "07:00:00", ""));
        snprintf(bad, sizeof bad, "- dead bad_json : byte 2: invalid literal, expected 'null' a.ndjson:6+%d r0 [not json]\n", 2 * N + 13);
        char want[2000];
        snprintf(want, sizeof want, "%s%s%s%s", order ? e1 : bad, order ? e2 : e3, order ? bad : e1, order ? e3 : e2);
        char *got = (char *)(uintptr_t)text_of(&r), *from = strstr(got, "byte "), *to = from ? strstr(from, " a.ndjson:6") : NULL;
        assert_non_null(to); /* the parser's own words are not ours to test */
        const char *words = strstr(want, "byte "), *words_end = strstr(words, " a.ndjson:6");
        assert_int_equal(from - got, words - want);
        assert_memory_equal(got, want, (size_t)(from - got));
        assert_string_equal(to, words_end);
        run_fini(&r);
        sz_arena_fini(&b.arena);
    }
}

static void test_sorted_puts_dead_letters_feeds_and_events_in_order(void **state) {
    (void)state;
    put_text("a.ndjson", EV("e2", "08:00:00", "") "\n" EV("e1", "08:00:00", "") "\n"
             "{\"type\":\"feed_status\",\"source\":\"pos\",\"time\":\"2026-03-02T08:00:00+08:00\",\"state\":\"open\"}\n"
             EV("late", "07:00:00", "") "\n" EV("d1", "08:00:00", ",\"amount\":\"-1\"") "\nno time\n[1]\n");
    book b = {.n = 0};
    run r = run_of(&b);
    r.is_short = true;
    add_source(&r, source_of("a.ndjson"));
    go(&r);
    const char *got = text_of(&r);
    assert_memory_equal(got, "- dead bad_json", 15);
    got = strchr(got, '\n') + 1;
    assert_memory_equal(got, "- dead bad_json : the record is not an object\n", 46);
    got = strchr(got, '\n') + 1;
    assert_memory_equal(got, "2026-03-02T07:00:00+08:00 pos late\n2026-03-02T08:00:00+08:00 dead bad_value amount", 82);
    got = strchr(strchr(got, '\n') + 1, '\n') + 1;
    assert_string_equal(got, "2026-03-02T08:00:00+08:00 feed pos 1\n2026-03-02T08:00:00+08:00 pos e1\n2026-03-02T08:00:00+08:00 pos e2\n");
    run_fini(&r);
    sz_arena_fini(&b.arena);
}

/* Packed and unpacked, every field is what the decoder made of it. */
static void test_sorted_records_are_what_the_decoder_gives(void **state) {
    (void)state;
    sz_type *lib = &types.v[types.n++];
    static sz_field fields[] = {{.name = {"seat", 4}, .kind = SZ_FIELD_TEXT}, {.name = {"fee", 3}, .kind = SZ_FIELD_MONEY},
                                {.name = {"minutes", 7}, .kind = SZ_FIELD_NUMBER}, {.name = {"until", 5}, .kind = SZ_FIELD_TIME}};
    *lib = (sz_type){.name = SZ_STR("library"), .presence = true, .fields = fields, .n_fields = 4};
    static const char *const lines[] = {
        "{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00Z\",\"card\":\"c\\u4e001\",\"card_system\":\"sys\",\"amount\":12.5,\"balance\":\"3\","
        "\"journal_no\":7,\"use_count\":9,\"reader\":\"r\\\"1\",\"collected\":\"2026-03-02T08:01:00Z\",\"op\":\"topup\"}",
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
    };
    sz_buf text;
    sz_buf_init(&text);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) sz_buf_printf(&text, "%s\n", lines[i]);
    put_bytes("fields.ndjson", text.p, text.n);
    sz_buf_fini(&text);
    for (int budget = 0; budget < 2; budget++) {
        sz_decoder *d = sz_decoder_new(&types, &zone);
        sz_arena a;
        sz_arena_init(&a);
        sz_msgq *q = sz_msgq_new();
        book b = {.n = 0};
        sz_diags diags;
        sz_diags_init(&diags);
        run r = run_of(&b);
        add_source(&r, source_of("fields.ndjson"));
        r.o.sources = r.sources;
        r.o.memory = budget ? 1 : 0;
        sz_progress p = progress_of(&b);
        sz_stream_file *s = NULL;
        assert_int_equal(sz_stream_file_new(&r.o, &p, q, &diags, &s), SZ_OK);
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
                while (strncmp(lines[k], m->inputs[i].raw.p, m->inputs[i].raw.n) != 0) k++;
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
                const sz_str gs[] = {g->id, g->source, g->student, g->card, g->card_system, g->place, g->reader, g->ref, g->course, g->session, g->means};
                const sz_str ws[] = {w->id, w->source, w->student, w->card, w->card_system, w->place, w->reader, w->ref, w->course, w->session, w->means};
                for (size_t t = 0; t < sizeof gs / sizeof *gs; t++) assert_true(sz_str_eq(gs[t], ws[t]));
                assert_true(g->time_ms == w->time_ms && g->collected_ms == w->collected_ms && g->content == w->content);
                assert_int_equal(g->type, w->type);
                assert_int_equal(g->precision, w->precision);
                assert_int_equal(g->op, w->op);
                assert_int_equal(g->status, w->status);
                assert_int_equal(g->direction, w->direction);
                assert_int_equal(g->result, w->result);
                assert_int_equal(g->has_hours, w->has_hours);
                assert_true(g->amount_fen == w->amount_fen && g->balance_fen == w->balance_fen && g->journal_no == w->journal_no);
                assert_true(g->use_count == w->use_count && g->hours_micro == w->hours_micro);
                for (uint32_t f = 0; w->type >= SZ_TYPE_FIRST_DECLARED && f < SZ_FIELDS_MAX; f++) {
                    assert_int_equal(g->fields[f].is_set, w->fields[f].is_set);
                    if (!w->fields[f].is_set) continue;
                    assert_true(g->fields[f].num == w->fields[f].num && g->fields[f].fen == w->fields[f].fen);
                    assert_true(sz_str_eq(g->fields[f].text, w->fields[f].text));
                }
            }
        }
        assert_int_equal(n, sizeof lines / sizeof *lines);
        sz_stream_file_free(s);
        sz_msgq_free(q);
        sz_diags_fini(&diags);
        sz_decoder_free(d);
        sz_arena_fini(&a);
        sz_arena_fini(&b.arena);
        run_fini(&r);
    }
    types.n--;
}

/* ---- packed files ---- */

static void test_plain_gz_and_zst_agree(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    for (int i = 0; i < 5000; i++)
        sz_buf_printf(&text, "{\"id\":\"e%d\",\"type\":\"swipe\",\"student\":\"s%d\",\"time\":%lld,\"amount\":\"%d.50\"}\n", i, i % 7,
                      1772400000000LL + (i * 7919LL) % 5000 * 1000, i % 90);
    put_bytes("plain", text.p, text.n);
    unlink(path_of("members.gz"));
    put_gz("members.gz", text.p, text.n / 3); /* three members, cut in the middle of a line */
    put_gz("members.gz", text.p + text.n / 3, text.n / 3);
    put_gz("members.gz", text.p + text.n / 3 * 2, text.n - text.n / 3 * 2);
    char zeros[700] = {0};
    int fd = open(path_of("members.gz"), O_APPEND | O_WRONLY);
    assert_int_equal(write(fd, zeros, sizeof zeros), sizeof zeros);
    close(fd);
    char *z1, *z2;
    size_t n1 = zstd_of(text.p, text.n / 2, &z1), n2 = zstd_of(text.p + text.n / 2, text.n - text.n / 2, &z2);
    char *both = sz_alloc(n1 + n2 + 12);
    memcpy(both, z1, n1);
    memcpy(both + n1, "\x50\x2a\x4d\x18\x04\0\0\0skip", 12); /* a skippable frame */
    memcpy(both + n1 + 12, z2, n2);
    put_bytes("frames.zst", both, n1 + n2 + 12);
    static const char *const names[] = {"plain", "members.gz", "frames.zst"};
    char *want = NULL;
    for (int i = 0; i < 3; i++) {
        for (int order = 0; order < 2; order++) {
            book b = {.n = 0};
            run r = run_of(&b);
            r.is_short = true;
            r.o.order = order ? SZ_ARRIVAL : SZ_SORTED;
            add_source(&r, source_of(names[i]));
            go(&r);
            assert_int_equal(r.status, SZ_OK);
            assert_int_equal(r.n, 5000);
            if (i == 0 && order == 0) want = strdup(text_of(&r));
            if (order == 0) assert_string_equal(text_of(&r), want);
            run_fini(&r);
            sz_arena_fini(&b.arena);
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
    assert_int_equal(stat(path_of(name), &st), 0);
    assert_int_equal(truncate(path_of(name), st.st_size - (off_t)less), 0);
}

static void test_damaged_archives_are_told_and_nothing_of_the_batch_is_used(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    for (int i = 0; i < 3000; i++) sz_buf_printf(&text, "{\"id\":\"e%d\",\"type\":\"presence\",\"student\":\"s%d\",\"time\":%lld}\n", i, rand(), 1772400000000LL + i);
    put_text("first.ndjson", EV("e1", "08:00:00", "") "\n");
    for (int kind = 0; kind < 5; kind++) {
        const char *name = kind == 0 ? "cut.gz" : kind == 1 ? "cut.zst" : kind == 2 ? "garbage.gz" : kind == 3 ? "hurt.gz" : "plain.zst";
        unlink(path_of(name));
        char *z;
        size_t n = zstd_of(text.p, text.n, &z);
        if (kind == 1)
            put_bytes(name, z, n);
        else if (kind == 4)
            put_bytes(name, text.p, text.n);
        else
            put_gz(name, text.p, text.n);
        sz_free(z);
        if (kind < 2) cut_file(name, kind ? 9 : 3000);
        if (kind == 2) append_text(name, "what is this");
        if (kind == 3) {
            int fd = open(path_of(name), O_WRONLY);
            assert_int_equal(pwrite(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, 5000), 8);
            close(fd);
        }
        book b = {.n = 0};
        run r = run_of(&b);
        add_source(&r, source_of("first.ndjson"));
        add_source(&r, source_of(name));
        go(&r);
        assert_int_equal(r.status, SZ_IO);
        assert_int_equal(r.n, 0);
        assert_non_null(strstr(r.text, name));
        assert_non_null(strstr(r.text, kind < 2 ? "ends in the middle of its" : kind == 4 ? "is not a zstd archive" : "is damaged"));
        assert_int_equal(b.n, 0);
        run_fini(&r);
        /* As they come: what stood before counts, and the batch stays open. */
        r = run_of(&b);
        r.o.order = SZ_ARRIVAL;
        add_source(&r, source_of("first.ndjson"));
        add_source(&r, source_of(name));
        go(&r);
        assert_int_equal(r.status, SZ_IO);
        assert_true(r.n >= 1);
        assert_memory_equal(book_line(&b, source_of("first.ndjson")), "open", 4);
        run_fini(&r);
        sz_arena_fini(&b.arena);
    }
    sz_buf_fini(&text);
}

/* ---- sources ---- */

static void test_folder_is_its_files_by_name(void **state) {
    (void)state;
    mkdir(path_of("folder"), 0755);
    mkdir(path_of("folder/sub"), 0755);
    put_text("folder/b.ndjson", EV("eb", "08:00:00", "") "\n");
    put_text("folder/a10", EV("e10", "08:00:00", "") "\n");
    put_text("folder/a9", EV("e9", "08:00:00", "") "\n");
    put_text("folder/.hidden", EV("eh", "08:00:00", "") "\n");
    put_text("folder/sub/x", EV("ex", "08:00:00", "") "\n");
    put_text("folder/empty", "");
    book b = {.n = 0};
    run r = run_of(&b);
    r.o.order = SZ_ARRIVAL;
    r.is_short = true;
    add_source(&r, source_of("folder"));
    add_source(&r, source_of("folder/a9"));
    go(&r);
    assert_int_equal(r.status, SZ_OK);
    assert_string_equal(text_of(&r), "2026-03-02T08:00:00+08:00 pos e10\n2026-03-02T08:00:00+08:00 pos e9\n2026-03-02T08:00:00+08:00 pos eb\n");
    assert_int_equal(r.diags.n, 3); /* empty, sub, given twice: notes */
    assert_int_equal(r.diags.n_errors, 0);
    run_fini(&r);
    sz_arena_fini(&b.arena);
}

static void test_what_cannot_be_read_is_told_all_at_once(void **state) {
    (void)state;
    book b = {.n = 0};
    run r = run_of(&b);
    put_text("table.csv", "a,b\n");
    add_source(&r, source_of("missing"));
    add_source(&r, source_of("missing/too"));
    add_source(&r, source_of("table.csv"));
    add_source(&r, "kafka:events");
    go(&r);
    assert_int_equal(r.status, SZ_IO);
    assert_int_equal(r.diags.n_errors, 4);
    assert_int_equal(r.diags.v[0].code, SZ_CODE_NO_FILE);
    assert_int_equal(r.diags.v[1].code, SZ_CODE_NO_FILE);
    assert_int_equal(r.diags.v[2].code, SZ_CODE_NEEDS_MAPPING);
    assert_int_equal(r.diags.v[3].code, SZ_CODE_ODD_SOURCE);
    run_fini(&r);
    sz_arena_fini(&b.arena);
}

static void test_no_records_at_all_is_fine(void **state) {
    (void)state;
    put_text("nothing", "");
    put_text("blank", "\n\n \r\n");
    book b = {.n = 0};
    run r = run_of(&b);
    add_source(&r, source_of("nothing"));
    add_source(&r, source_of("blank"));
    go(&r);
    assert_int_equal(r.status, SZ_OK);
    assert_int_equal(r.n, 0);
    assert_memory_equal(book_line(&b, source_of("blank")), "done", 4);
    run_fini(&r);
    sz_arena_fini(&b.arena);
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
    put_long(&text, 1000 * 1000); /* under the limit: an ordinary record */
    for (size_t i = 0; i < 3 << 20; i++) sz_buf_put_u8(&text, 'z'); /* the last, without an end */
    put_bytes("long.ndjson", text.p, text.n);
    for (int order = 0; order < 2; order++) {
        book b = {.n = 0};
        run r = run_of(&b);
        r.o.order = order ? SZ_ARRIVAL : SZ_SORTED;
        add_source(&r, source_of("long.ndjson"));
        go(&r);
        assert_int_equal(r.status, SZ_OK);
        assert_int_equal(r.n, 5);
        assert_int_equal(r.n_dead, 2);
        assert_non_null(strstr(text_of(&r), "dead too_large : 10485760 bytes, at most 1048576 are read; the first 1048576 are kept long.ndjson:2+"));
        assert_non_null(strstr(text_of(&r), "dead too_large : 3145728 bytes"));
        assert_non_null(strstr(text_of(&r), "pos e2 long.ndjson:3+"));
        assert_non_null(strstr(text_of(&r), "default long long.ndjson:4+"));
        run_fini(&r);
        sz_arena_fini(&b.arena);
    }
    sz_buf_fini(&text);
}

/* ---- sorting ---- */

static uint64_t seed = 99;
static uint32_t draw(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

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
    *l = (line){.ordinal = ordinal, .time = 1772400000000LL + (is_in_order ? (int64_t)ordinal * 300 : (int64_t)draw(4000) * 1000), .rank = 2};
    uint32_t what = draw(20);
    snprintf(l->source, sizeof l->source, "%s", draw(2) ? "pos" : "door");
    snprintf(l->id, sizeof l->id, "%u", is_in_order ? ordinal : draw(2000));
    char pad[60];
    uint32_t n = draw(50);
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
        snprintf(l->text, sizeof l->text, "{\"type\":\"feed_status\",\"source\":\"%s\",\"time\":%lld,\"n\":%u}", l->source, (long long)l->time, ordinal);
    } else {
        snprintf(l->text, sizeof l->text, "{\"type\":\"presence\",\"source\":\"%s\",\"id\":\"%s\",\"time\":%lld,\"student\":\"s%u\",\"n\":%u,\"pad\":\"%s\"}",
                 l->source, l->id, (long long)l->time, ordinal, ordinal, pad);
    }
    if (l->rank < 2) l->source[0] = l->id[0] = '\0';
}

static void test_sorted_equals_a_plain_sort_with_any_budget(void **state) {
    (void)state;
    static const size_t budgets[] = {0, 1, 100 << 10, 300 << 10, 2 << 20};
    for (int round = 0; round < 12; round++) {
        uint32_t n = round == 0 ? 20000 : 1 + draw(5000);
        line *v = sz_alloc(sizeof *v * n);
        sz_buf text[3];
        for (int f = 0; f < 3; f++) sz_buf_init(&text[f]);
        for (uint32_t i = 0; i < n; i++) {
            make_line(&v[i], i, round % 3 == 2);
            sz_buf_printf(&text[i * 3 / n], "%s\n", v[i].text);
        }
        put_bytes("s1", text[0].p, text[0].n);
        put_bytes("s2", text[1].p, text[1].n);
        put_bytes("s3", text[2].p, text[2].n);
        for (int f = 0; f < 3; f++) sz_buf_fini(&text[f]);
        qsort(v, n, sizeof *v, by_hand);
        for (size_t k = 0; k < sizeof budgets / sizeof *budgets; k++) {
            if (n > 10000 && budgets[k] == 1 && k == 1 && round) continue;
            book b = {.n = 0};
            run r = run_of(&b);
            r.o.memory = budgets[k];
            r.want = 1 + draw(256);
            add_source(&r, source_of("s1"));
            add_source(&r, source_of("s2"));
            add_source(&r, source_of("s3"));
            go(&r);
            assert_int_equal(r.status, SZ_OK);
            assert_int_equal(r.n, n);
            const char *at = text_of(&r);
            for (uint32_t i = 0; i < n; i++) {
                char raw[220];
                snprintf(raw, sizeof raw, " [%s]\n", v[i].text);
                const char *next = strchr(at, '\n') + 1;
                size_t len = strlen(raw);
                assert_true((size_t)(next - at) > len);
                assert_memory_equal(next - len, raw, len);
                at = next;
            }
            run_fini(&r);
            sz_arena_fini(&b.arena);
        }
        sz_free(v);
    }
}

/* ---- repeats ---- */

static void test_repeats_are_flagged_in_order_of_reading(void **state) {
    (void)state;
    put_text("r1", EV("a", "09:00:00", "") "\n"                   /* the first line read stays, though it is the later one */
             EV("b", "08:00:00", ",\"amount\":\"1\"") "\n"
             EV("a", "08:30:00", "") "\n"                         /* another time: another content */
             EV("a", "09:00:00", ",\"collected\":1772420000000,\"unknown\":3") "\n" /* the same */
             "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s2\",\"time\":\"2026-03-02T10:00:00+08:00\"}\n" /* another student */
             "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"card\":\"s1\",\"time\":\"2026-03-02T10:00:00+08:00\"}\n"    /* a card of that name */
             "{\"id\":\"a\",\"source\":\"door\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-02T10:00:00+08:00\"}\n");
    put_text("r2", EV("b", "08:00:00", ",\"amount\":\"1.00\"") "\n" EV("b", "08:00:00", ",\"amount\":\"2\"") "\n"
             "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-16T09:00:00.001+08:00\"}\n" /* beyond 14 d */
             "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-30T09:00:00.001+08:00\"}\n"); /* within, of that */
    for (int budget = 0; budget < 2; budget++) {
        book b = {.n = 0};
        run r = run_of(&b);
        r.o.memory = budget ? 1 : 0;
        add_source(&r, source_of("r1"));
        add_source(&r, source_of("r2"));
        go(&r);
        static const char *const want[] = {"pos b r1:2 r0", "pos b r2:1 r1", "pos b r2:2 r2", "pos a r1:3 r2", "pos a r1:1 r0", "pos a r1:4 r1",
                                           "door a r1:7 r0", "pos a r1:5 r0", "pos a r1:6 r0", "pos a r2:3 r0", "pos a r2:4 r2"};
        const char *at = text_of(&r);
        for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
            char source[8], id[8], line_no[16], offset[16], flag[8], got[80];
            assert_int_equal(sscanf(strchr(at, ' '), "%7s %7s %15[^+]%15s %7s", source, id, line_no, offset, flag), 5);
            snprintf(got, sizeof got, "%s %s %s %s", source, id, line_no, flag);
            assert_string_equal(got, want[i]);
            at = strchr(at, '\n') + 1;
        }
        assert_int_equal(r.n_repeat[1], 2);
        assert_int_equal(r.n_repeat[2], 3);
        run_fini(&r);
        sz_arena_fini(&b.arena);
    }
}

/* Any number of identities, any budget: the flags of a list that is looked through from its beginning. */
static void test_repeats_equal_a_plain_search_with_any_budget(void **state) {
    (void)state;
    for (int round = 0; round < 6; round++) {
        uint32_t n = 6000, n_ids = 1 + draw(round % 2 ? 40 : 20000);
        int64_t *times = sz_alloc(sizeof *times * n);
        uint32_t *ids = sz_alloc(sizeof *ids * n);
        uint8_t *want = sz_alloc(n);
        sz_buf text;
        sz_buf_init(&text);
        for (uint32_t i = 0; i < n; i++) {
            ids[i] = draw(n_ids);
            times[i] = draw(400) * SZ_HOUR_MS;
            for (uint32_t k = 0; k < i && !want[i]; k++)
                if (ids[k] == ids[i] && !want[k] && llabs(times[k] - times[i]) <= 24 * SZ_HOUR_MS) want[i] = times[k] == times[i] ? 1 : 2;
            sz_buf_printf(&text, "{\"type\":\"presence\",\"id\":\"i%u\",\"student\":\"s\",\"time\":%lld}\n", ids[i], (long long)(1772400000000LL + times[i]));
        }
        put_bytes("ids", text.p, text.n);
        sz_buf_fini(&text);
        for (int k = 0; k < 3; k++) {
            book b = {.n = 0};
            run r = run_of(&b);
            r.o.horizon_ms = 24 * SZ_HOUR_MS;
            r.o.memory = k == 0 ? 0 : k == 1 ? 1 : 200 << 10;
            add_source(&r, source_of("ids"));
            go(&r);
            assert_int_equal(r.n, n);
            for (const char *at = text_of(&r); *at; at = strchr(at, '\n') + 1) {
                const char *line_no = strstr(at, "ids:") + 4, *flag = strstr(line_no, " r") + 2;
                assert_int_equal(*flag - '0', want[strtoul(line_no, NULL, 10) - 1]);
            }
            run_fini(&r);
            sz_arena_fini(&b.arena);
        }
        sz_free(times);
        sz_free(ids);
        sz_free(want);
    }
}

/* ---- the ledger ---- */

static void set_age(const char *name, int seconds) {
    struct timespec now, t[2];
    clock_gettime(CLOCK_REALTIME, &now);
    t[0] = t[1] = (struct timespec){now.tv_sec - seconds, 0};
    assert_int_equal(utimensat(AT_FDCWD, path_of(name), t, 0), 0);
}

static void go_once(book *b, const char *name, const char *want) {
    run r = run_of(b);
    r.is_short = true;
    add_source(&r, source_of(name));
    go(&r);
    assert_int_equal(r.status, SZ_OK);
    assert_string_equal(text_of(&r), want);
    run_fini(&r);
}

#define AT(time) "2026-03-02T" time "+08:00 pos "

static void test_done_file_is_passed_over_until_it_grows_or_changes(void **state) {
    (void)state;
    for (int old = 0; old < 2; old++) { /* too young to trust its clock, and old enough */
        book b = {.n = 0};
        put_text("day", EV("e1", "08:00:00", "") "\n" EV("e2", "09:00:00", "") "\n");
        if (old) set_age("day", 100);
        go_once(&b, "day", AT("08:00:00") "e1\n" AT("09:00:00") "e2\n");
        assert_memory_equal(book_line(&b, source_of("day")), "done size=", 10);
        assert_int_equal(strstr(book_line(&b, source_of("day")), "mtime") != NULL, old);
        go_once(&b, "day", "");
        if (old) set_age("day", 50); /* touched, not changed */
        go_once(&b, "day", "");
        append_text("day", EV("e3", "07:00:00", "") "\n");
        if (old) set_age("day", 40);
        go_once(&b, "day", AT("07:00:00") "e3\n");
        go_once(&b, "day", "");
        put_text("day", EV("e1", "08:00:00", "") "\n" EV("e9", "09:00:00", "") "\n" EV("e3", "07:00:00", "") "\n"); /* as long */
        if (old) set_age("day", 30);
        go_once(&b, "day", AT("07:00:00") "e3\n" AT("08:00:00") "e1\n" AT("09:00:00") "e9\n");
        go_once(&b, "day", "");
        put_text("day", EV("e4", "08:00:00", "") "\n"); /* shorter */
        go_once(&b, "day", AT("08:00:00") "e4\n");
        go_once(&b, "day", "");
        sz_arena_fini(&b.arena);
    }
}

static void test_growth_goes_on_at_the_right_line(void **state) {
    (void)state;
    book b = {.n = 0};
    put_text("g", EV("e1", "08:00:00", "") "\n\n" EV("e2", "09:00:00", "")); /* the last line has no end yet */
    go_once(&b, "g", AT("08:00:00") "e1\n" AT("09:00:00") "e2\n");
    append_text("g", "\n" EV("e3", "10:00:00", "") "\r\n{\"id\":\"e4\",\"source\":\"pos\",\"type\":\"swi");
    run r = run_of(&b);
    add_source(&r, source_of("g"));
    go(&r);
    assert_non_null(strstr(text_of(&r), "pos e3 g:4+"));
    assert_non_null(strstr(text_of(&r), "dead bad_json"));
    assert_int_equal(r.n, 2);
    run_fini(&r);
    append_text("g", "pe\",\"student\":\"s1\",\"time\":\"2026-03-02T11:00:00+08:00\"}");
    r = run_of(&b);
    add_source(&r, source_of("g"));
    go(&r);
    assert_non_null(strstr(text_of(&r), "pos e4 g:5+")); /* the whole line, not its second half */
    assert_int_equal(r.n, 1);
    run_fini(&r);
    append_text("g", "\r\n");
    go_once(&b, "g", "");
    append_text("g", EV("e5", "12:00:00", "") "\n");
    go_once(&b, "g", AT("12:00:00") "e5\n");
    sz_arena_fini(&b.arena);
}

static void test_growth_of_packed_files_is_read_on(void **state) {
    (void)state;
    book b = {.n = 0};
    unlink(path_of("g.gz"));
    const char *one = EV("e1", "08:00:00", "") "\n", *two = EV("e2", "09:00:00", "") "\n";
    put_gz("g.gz", one, strlen(one));
    go_once(&b, "g.gz", AT("08:00:00") "e1\n");
    put_gz("g.gz", two, strlen(two));
    go_once(&b, "g.gz", AT("09:00:00") "e2\n");
    go_once(&b, "g.gz", "");
    sz_arena_fini(&b.arena);
}

/* ---- a run that is cut off ---- */

static void make_files(uint32_t n_files, uint32_t n) {
    for (uint32_t f = 0; f < n_files; f++) {
        sz_buf text;
        sz_buf_init(&text);
        for (uint32_t i = 0; i < n; i++)
            sz_buf_printf(&text, "{\"id\":\"f%ue%u\",\"type\":\"presence\",\"student\":\"s\",\"time\":%lld}\n%s", f, i,
                          1772400000000LL + draw(100000) * 1000LL, draw(4) ? "" : "\n");
        char name[16];
        snprintf(name, sizeof name, "part%u", f);
        put_bytes(name, text.p, text.n);
        sz_buf_fini(&text);
    }
}

static void add_parts(run *r, uint32_t n_files) {
    static char names[8][256];
    for (uint32_t f = 0; f < n_files; f++) {
        snprintf(names[f], sizeof names[f], "file:%s/part%u", dir, f);
        add_source(r, names[f]);
    }
}

static void test_cut_off_runs_give_what_one_run_gives(void **state) {
    (void)state;
    for (int round = 0; round < 24; round++) {
        sz_order order = round % 2 ? SZ_ARRIVAL : SZ_SORTED;
        uint32_t n_files = 1 + draw(4), n = draw(3) ? 1 + draw(700) : 0;
        make_files(n_files, n);
        book b = {.n = 0};
        run whole = run_of(&b);
        whole.o.order = order;
        add_parts(&whole, n_files);
        go(&whole);
        assert_int_equal(whole.status, SZ_OK);
        assert_int_equal(whole.n, (uint64_t)n * n_files);
        sz_arena_fini(&b.arena);
        memset(&b, 0, sizeof b);
        run r = run_of(&b);
        r.o.order = order;
        add_parts(&r, n_files);
        for (int tries = 0; tries < 200; tries++) {
            r.want = 1 + draw(256);
            r.commit_every = 1 + draw(3);
            r.stop_after = 1 + draw(n * n_files / 3 + 2);
            r.o.memory = draw(2) ? 0 : 1;
            if (tries == 199) r.stop_after = 0;
            go(&r);
            if (r.status != SZ_OK) fprintf(stderr, "round %d, try %d: %s\n", round, tries, r.text);
            assert_int_equal(r.status, SZ_OK);
            if (b.n && b.taken == 0 && strncmp(b.lines[0].value.p, "done", 4) == 0) break;
        }
        assert_string_equal(text_of(&r), text_of(&whole));
        for (uint32_t f = 0; f < n_files; f++) assert_memory_equal(b.lines[f].value.p, "done", 4);
        r.out.n = 0;
        r.stop_after = 0;
        go(&r); /* nothing is left */
        assert_string_equal(text_of(&r), "");
        run_fini(&r);
        run_fini(&whole);
        sz_arena_fini(&b.arena);
    }
}

/* Three hundred records of a batch of two files are taken, then the program ends. */
static void cut_off(book *b, sz_order order) {
    make_files(2, 500);
    *b = (book){.n = 0};
    run r = run_of(b);
    r.o.order = order;
    r.want = 100;
    r.stop_after = 300;
    add_parts(&r, 2);
    go(&r);
    assert_int_equal(b->taken, 300);
    run_fini(&r);
}

static void assert_batch_differs(book *b, run *r, const char *word) {
    go(r);
    assert_int_equal(r->status, SZ_IO);
    assert_int_equal(r->n, 0);
    assert_int_equal(r->diags.v[r->diags.n - 1].code, SZ_CODE_BATCH_DIFFERS);
    assert_non_null(strstr(r->text, word));
    assert_non_null(strstr(r->diags.v[r->diags.n - 1].hint, "--accept-gap"));
    assert_int_equal(b->taken, 300);
    r->o.accept_gap = true;
    r->text[0] = '\0';
    uint32_t batches = b->n_batches;
    go(r);
    assert_int_equal(r->status, SZ_OK);
    assert_int_equal(b->n_batches, batches + 1);
    run_fini(r);
    sz_arena_fini(&b->arena);
}

static void test_unfinished_batch_must_be_what_it_was(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        book b;
        cut_off(&b, (sz_order)order);
        run r = run_of(&b);
        r.o.order = (sz_order)order;
        add_parts(&r, 2);
        int fd = open(path_of("part0"), O_WRONLY);
        assert_int_equal(pwrite(fd, "f7", 2, 7), 2); /* in the first record's id */
        close(fd);
        assert_batch_differs(&b, &r, order ? "does not begin as it did" : "has changed since");

        cut_off(&b, (sz_order)order);
        r = run_of(&b);
        r.o.order = (sz_order)order;
        add_parts(&r, 1);
        if (order) unlink(path_of("part1")); /* not begun: nothing is missed */
        if (order) cut_off(&b, (sz_order)order), truncate(path_of("part0"), 2000);
        assert_batch_differs(&b, &r, order ? "" : "not among the sources");

        cut_off(&b, (sz_order)order);
        r = run_of(&b);
        r.o.order = order ? SZ_SORTED : SZ_ARRIVAL;
        add_parts(&r, 2);
        assert_batch_differs(&b, &r, "another order");

        cut_off(&b, (sz_order)order);
        r = run_of(&b);
        r.o.order = (sz_order)order;
        r.o.meaning = 5;
        add_parts(&r, 2);
        assert_batch_differs(&b, &r, "mapping");
    }
}

static void test_what_comes_beside_an_unfinished_batch_is_taken_after_it(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        book b;
        cut_off(&b, (sz_order)order);
        put_text("part2", EV("new", "00:00:01", "") "\n");
        append_text("part1", EV("grown", "00:00:02", "") "\n");
        run r = run_of(&b);
        r.o.order = (sz_order)order;
        r.is_short = true;
        add_source(&r, source_of("part2"));
        add_parts(&r, 2);
        go(&r);
        assert_int_equal(r.status, SZ_OK);
        /* In order of arrival part1 was not begun, so its growth belongs to it; in a sorted batch it is for the next run. */
        assert_int_equal(r.n, 700 + 1 + order);
        const char *last = text_of(&r) + r.out.n - strlen(AT("00:00:01") "new\n");
        if (!order) assert_string_equal(last, AT("00:00:01") "new\n");
        assert_int_equal(b.n_batches, order ? 1 : 2);
        r.n = 0;
        r.out.n = 0;
        go(&r);
        assert_int_equal(r.n, 1 - order);
        run_fini(&r);
        sz_arena_fini(&b.arena);
    }
}

static void test_stdin_is_a_batch_of_its_own_in_every_run(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        make_files(2, 500);
        book b = {.n = 0};
        run r = run_of(&b);
        r.o.order = (sz_order)order;
        add_source(&r, "stdin");
        for (int i = 0; i < 2; i++) {
            r.o.stdin_fd = open(path_of("part0"), O_RDONLY);
            r.n = 0;
            go(&r);
            assert_int_equal(r.status, SZ_OK);
            assert_int_equal(r.n, 500);
            close(r.o.stdin_fd);
        }
        r.stop_after = 200;
        r.want = 50;
        r.o.stdin_fd = open(path_of("part0"), O_RDONLY);
        go(&r);
        close(r.o.stdin_fd);
        assert_int_equal(b.taken, 200);
        r.stop_after = 0;
        r.n = 0;
        r.o.stdin_fd = open(path_of("part1"), O_RDONLY);
        go(&r);
        close(r.o.stdin_fd);
        assert_int_equal(r.status, SZ_IO);
        assert_int_equal(r.n, 0);
        r.text[0] = '\0';
        r.o.stdin_fd = open(path_of("part0"), O_RDONLY);
        go(&r);
        close(r.o.stdin_fd);
        assert_int_equal(r.status, SZ_OK);
        assert_int_equal(r.n, 300);
        run_fini(&r);
        sz_arena_fini(&b.arena);
    }
}

static void test_broken_ledger_line_is_told(void **state) {
    (void)state;
    put_text("l", EV("e1", "08:00:00", "") "\n");
    book b = {.n = 1};
    b.lines[0] = (sz_put){sz_str_of(source_of("l")), SZ_STR("done size=abc")};
    run r = run_of(&b);
    add_source(&r, source_of("l"));
    go(&r);
    assert_int_equal(r.status, SZ_IO);
    assert_int_equal(r.diags.v[0].code, SZ_CODE_LEDGER);
    run_fini(&r);
}

static void test_no_room_for_sorting_is_told(void **state) {
    (void)state;
    make_files(1, 2000);
    book b = {.n = 0};
    run r = run_of(&b);
    r.o.memory = 1;
    r.o.tmp_dir = "/no/such/folder";
    add_parts(&r, 1);
    go(&r);
    assert_int_equal(r.status, SZ_IO);
    assert_int_equal(r.diags.v[0].code, SZ_CODE_NO_ROOM_TO_SORT);
    assert_int_equal(r.n, 0);
    run_fini(&r);
    sz_arena_fini(&b.arena);
}

/* ---- memory ---- */

#if defined __SANITIZE_ADDRESS__
#define IS_SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

/* Peak memory of a process that reads so many lines, in KiB. */
static long peak_of(uint32_t n, sz_order order) {
    FILE *f = fopen(path_of("many"), "w");
    for (uint32_t i = 0; i < n; i++)
        fprintf(f, "{\"id\":\"e%u\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"%u\",\"time\":%lld,\"amount\":\"%u.50\"}\n", i, i % 5000,
                1772400000000LL + (i ^ 0x155) * 1000LL, i % 90);
    fclose(f);
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        sz_msgq *q = sz_msgq_new();
        sz_diags d;
        sz_diags_init(&d);
        static book b;
        sz_progress p = progress_of(&b);
        sz_str source = sz_str_of(source_of("many"));
        sz_stream_file_options o = {.types = &types, .zone = &zone, .order = order, .tmp_dir = dir, .sources = &source, .n_sources = 1, .memory = 4 << 20};
        sz_stream_file *s = NULL;
        if (sz_stream_file_new(&o, &p, q, &d, &s) != SZ_OK) _exit(1);
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
    if (IS_SANITIZED) skip();
    for (int order = 0; order < 2; order++) {
        long few = peak_of(50000, (sz_order)order), many = peak_of(1000000, (sz_order)order);
        if (many > few * 5 / 4 + 1024) fprintf(stderr, "%ld KiB for 50,000 lines, %ld KiB for a million\n", few, many);
        assert_true(many <= few * 5 / 4 + 1024);
    }
    unlink(path_of("many"));
}

int main(void) {
    sz_types_init(&types);
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
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
        cmocka_unit_test(test_sorted_equals_a_plain_sort_with_any_budget),
        cmocka_unit_test(test_repeats_are_flagged_in_order_of_reading),
        cmocka_unit_test(test_repeats_equal_a_plain_search_with_any_budget),
        cmocka_unit_test(test_done_file_is_passed_over_until_it_grows_or_changes),
        cmocka_unit_test(test_growth_goes_on_at_the_right_line),
        cmocka_unit_test(test_growth_of_packed_files_is_read_on),
        cmocka_unit_test(test_cut_off_runs_give_what_one_run_gives),
        cmocka_unit_test(test_unfinished_batch_must_be_what_it_was),
        cmocka_unit_test(test_what_comes_beside_an_unfinished_batch_is_taken_after_it),
        cmocka_unit_test(test_stdin_is_a_batch_of_its_own_in_every_run),
        cmocka_unit_test(test_broken_ledger_line_is_told),
        cmocka_unit_test(test_no_room_for_sorting_is_told),
        cmocka_unit_test(test_million_lines_take_no_more_memory_than_fifty_thousand),
    };
    return cmocka_run_group_tests_name("stream_file", tests, begin, end);
}

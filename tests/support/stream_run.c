/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_run.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

sz_types stream_types;
sz_zone stream_zone;
char stream_dir[64];

/* ---- a state in place of the worker's ---- */

static uint64_t book_taken(void *self) { return ((stream_book *)self)->taken; }

static uint32_t book_ledger(void *self, const sz_put **lines) {
    stream_book *b = self;
    *lines = b->lines;
    return b->n;
}

static void book_note(void *self, sz_str key, sz_str value) {
    stream_book *b = self;
    assert_true(b->n_pending < 4096);
    b->pending[b->n_pending++] = (sz_put){sz_arena_str(&b->arena, key), sz_arena_str(&b->arena, value)};
}

static void book_new_batch(void *self) {
    stream_book *b = self;
    b->taken = 0;
    b->n_batches++;
}

static int64_t book_limit(void *self) {
    const stream_book *b = self;
    return b->limit_ms ? b->limit_ms : SZ_TIME_MAX;
}

static void book_commit(stream_book *b) {
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
static void book_crash(stream_book *b) {
    b->n_pending = 0;
    b->taken = b->durable_taken;
}

static void book_end(stream_book *b) {
    b->taken = 0; /* the batch is closed */
    book_commit(b);
}

sz_progress stream_book_progress(stream_book *b) {
    return (sz_progress){b, book_taken, book_ledger, book_note, book_new_batch, NULL, book_limit, NULL};
}

const char *stream_book_line(const stream_book *b, const char *name) {
    for (uint32_t i = 0; i < b->n; i++)
        if (sz_str_is(b->lines[i].key, name)) return b->lines[i].value.p;
    return "";
}

/* ---- running a stream ---- */

stream_run stream_run_of(stream_book *b) {
    stream_run r = {.book = b, .want = 256, .commit_every = 1};
    r.o = (sz_stream_file_options){
        .types = &stream_types, .zone = &stream_zone, .order = SZ_SORTED, .tmp_dir = stream_dir, .stdin_fd = -1};
    return r;
}

void stream_run_add(stream_run *r, const char *name) { r->sources[r->o.n_sources++] = sz_str_of(name); }

sz_str stream_raw(const sz_stream_port *port, const sz_input *in) {
    sz_str raw = in->raw;
    if (!raw.p && raw.n) assert_true(port->raw(port->self, in, &raw, &(sz_msg){.n = 0}));
    return raw;
}

static void put_input(stream_run *r, const sz_stream_port *port, const sz_input *in) {
    char at[40] = "-";
    if (in->record.time_ms != SZ_TIME_NONE) sz_time_format(&stream_zone, in->record.time_ms, at);
    r->n++;
    r->n_dead += in->record.kind == SZ_RECORD_DEAD;
    r->n_repeat[in->repeat]++;
    sz_buf_put_u8(&r->lone, in->is_lone);
    if (in->record.kind == SZ_RECORD_DEAD)
        sz_buf_printf(&r->out, "%s dead %s %s: %s", at, sz_reason_names[in->record.dead.reason],
                      in->record.dead.field ? in->record.dead.field : "", in->record.dead.detail);
    else if (in->record.kind == SZ_RECORD_FEED_STATUS)
        sz_buf_printf(&r->out, "%s feed %.*s %d", at, SZ_FMT_STR(in->record.feed.source), in->record.feed.state);
    else
        sz_buf_printf(&r->out, "%s %.*s %.*s", at, SZ_FMT_STR(in->record.event.source),
                      SZ_FMT_STR(in->record.event.id));
    if (!r->is_short) {
        sz_str raw = stream_raw(port, in);
        const char *slash = memrchr(in->origin.source.p, '/', in->origin.source.n);
        const char *end = in->origin.source.p + in->origin.source.n;
        sz_str file = slash ? (sz_str){slash + 1, (size_t)(end - slash - 1)} : in->origin.source;
        sz_buf_printf(&r->out, " %.*s:%d+%d r%d [%.*s]", SZ_FMT_STR(file), (int)in->origin.line, (int)in->origin.offset,
                      in->repeat, raw.n < 300 ? (int)raw.n : 20, raw.p);
    }
    sz_buf_put_u8(&r->out, '\n');
}

/* Runs to the end, to a failure, or to stop_after; out and counts are added to. */
void stream_run_go(stream_run *r) {
    sz_diags_fini(&r->diags);
    sz_diags_init(&r->diags);
    sz_msgq *q = sz_msgq_new();
    sz_progress p = stream_book_progress(r->book);
    sz_stream_file *s = NULL;
    r->o.sources = r->sources;
    r->status = sz_stream_file_new(&r->o, q, &r->diags, &s);
    if (s) {
        sz_stream_file_attach(s, &p);
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
                snprintf(r->text_zh, sizeof r->text_zh, "%.*s", SZ_FMT_STR(m->text_zh));
                if (r->status == SZ_OK) book_end(r->book);
                if (r->status == SZ_OK) r->durable = r->out.n;
                break;
            }
            assert_int_equal(m->kind, SZ_MSG_INPUT);
            assert_true(m->n >= 1 && m->n <= r->want);
            for (uint32_t i = 0; i < m->n && (!r->stop_after || in_run < r->stop_after); i++, in_run++) {
                put_input(r, &port, &m->inputs[i]);
                r->book->taken++;
            }
            if (r->meanwhile) r->meanwhile(in_run);
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

void stream_run_fini(stream_run *r) {
    sz_diags_fini(&r->diags);
    sz_buf_fini(&r->out);
    sz_buf_fini(&r->lone);
}

const char *stream_run_text(stream_run *r) {
    sz_buf_put_u8(&r->out, 0);
    r->out.n--;
    return (const char *)r->out.p;
}

/* ---- files ---- */

const char *stream_path(const char *name) {
    static char text[8][256];
    static int at;
    at = (at + 1) % 8;
    snprintf(text[at], sizeof text[at], "%s/%s", stream_dir, name);
    return text[at];
}

const char *stream_source(const char *name) {
    static char text[16][256];
    static int at;
    at = (at + 1) % 16;
    snprintf(text[at], sizeof text[at], "file:%s/%s", stream_dir, name);
    return text[at];
}

void stream_put_bytes(const char *name, const void *p, size_t n) {
    int fd = open(stream_path(name), O_CREAT | O_TRUNC | O_WRONLY, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
}

void stream_put(const char *name, const char *text) { stream_put_bytes(name, text, strlen(text)); }

void stream_append(const char *name, const char *text) {
    int fd = open(stream_path(name), O_APPEND | O_WRONLY);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

void stream_put_gz(const char *name, const void *p, size_t n) {
    gzFile f = gzopen(stream_path(name), "ab"); /* once more: another member */
    assert_int_equal(gzwrite(f, p, (unsigned)n), n);
    gzclose(f);
}

size_t stream_zstd(const void *p, size_t n, char **out) {
    size_t room = ZSTD_compressBound(n);
    *out = sz_alloc(room);
    return ZSTD_compress(*out, room, p, n, 3);
}

static uint64_t seed = 99;
uint32_t stream_draw(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

void stream_make_parts(uint32_t n_files, uint32_t n) {
    for (uint32_t f = 0; f < n_files; f++) {
        sz_buf text;
        sz_buf_init(&text);
        for (uint32_t i = 0; i < n; i++)
            sz_buf_printf(&text, "{\"id\":\"f%ue%u\",\"type\":\"presence\",\"student\":\"s\",\"time\":%lld}\n%s", f, i,
                          1772400000000LL + stream_draw(100000) * 1000LL, stream_draw(4) ? "" : "\n");
        char name[16];
        snprintf(name, sizeof name, "part%u", f);
        stream_put_bytes(name, text.p, text.n);
        sz_buf_fini(&text);
    }
}

void stream_add_parts(stream_run *r, uint32_t n_files) {
    static char names[8][256];
    for (uint32_t f = 0; f < n_files; f++) {
        snprintf(names[f], sizeof names[f], "file:%s/part%u", stream_dir, f);
        stream_run_add(r, names[f]);
    }
}

void stream_book_fini(stream_book *b) { sz_arena_fini(&b->arena); }

int stream_begin(void **state) {
    (void)state;
    sz_types_init(&stream_types);
    sz_zone_fixed(&stream_zone, 8 * 3600, "Asia/Shanghai");
    snprintf(stream_dir, sizeof stream_dir, "/tmp/sz-stream-XXXXXX");
    return mkdtemp(stream_dir) ? 0 : 1;
}

int stream_end(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", stream_dir);
    sz_types_fini(&stream_types);
    return system(command);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * stream_run: runs of the file stream over files in a folder of their own, with a ledger that can lose what was not
 * committed.
 */
#ifndef SANZAO_TESTS_SUPPORT_STREAM_RUN_H
#define SANZAO_TESTS_SUPPORT_STREAM_RUN_H

#include <sanzao/adapters.h>

typedef struct stream_book { /* what is durable, and what the next commit makes so */
    sz_put lines[64];
    uint32_t n;
    sz_put pending[4096];
    uint32_t n_pending;
    uint64_t taken, durable_taken;
    uint32_t n_batches;
    int64_t limit_ms; /* 0: none */
    sz_arena arena;
} stream_book;

sz_progress stream_book_progress(stream_book *b);
void stream_book_fini(stream_book *b);
const char *stream_book_line(const stream_book *b, const char *name); /* "" if there is none */

typedef struct stream_run {
    sz_stream_file_options o;
    sz_str sources[64];
    stream_book *book;
    uint64_t stop_after;         /* records; 0: to the end */
    uint32_t want, commit_every; /* messages */
    void (*meanwhile)(uint64_t n); /* what happens once n records were given; NULL: nothing */
    sz_diags diags;
    sz_buf out;    /* a line a record */
    bool is_short; /* only time, source and id into out */
    sz_buf lone;   /* a byte a record: is_lone */
    uint64_t n, n_dead, n_repeat[4];
    size_t durable; /* of out, by the last commit */
    sz_status status;
    char text[600], text_zh[600];
} stream_run;

extern sz_types stream_types;
extern sz_zone stream_zone;
extern char stream_dir[64];

/* Set-up and tear-down of a group: types, zone, an empty folder. */
int stream_begin(void **state);
int stream_end(void **state);

stream_run stream_run_of(stream_book *b);
void stream_run_fini(stream_run *r);
void stream_run_add(stream_run *r, const char *source);
/* Runs to the end, to a failure, or to stop_after, and then the program ends; out and counts are added to. */
void stream_run_go(stream_run *r);
const char *stream_run_text(stream_run *r);
/* The record's bytes, which it may have come without. */
sz_str stream_raw(const sz_stream_port *port, const sz_input *in);

/* Names live in a few rotating buffers. */
const char *stream_path(const char *name);
const char *stream_source(const char *name); /* file:PATH */
void stream_put_bytes(const char *name, const void *p, size_t n);
void stream_put(const char *name, const char *text);
void stream_append(const char *name, const char *text);
void stream_put_gz(const char *name, const void *p, size_t n); /* once more: another member */
size_t stream_zstd(const void *p, size_t n, char **out);
uint32_t stream_draw(uint32_t n); /* the same in every run */
/* part0, part1 …: n records each with times at random. */
void stream_make_parts(uint32_t n_files, uint32_t n);
void stream_add_parts(stream_run *r, uint32_t n_files);

#define EV(id, time, more)                                                                                    \
    "{\"id\":\"" id "\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-02T" time \
    "+08:00\"" more "}"

#endif

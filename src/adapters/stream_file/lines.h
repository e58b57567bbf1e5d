/* SPDX-License-Identifier: Apache-2.0
 *
 * lines: a text cut into records: lines, or rows of CSV, whose quoted cells may hold line ends. Empty lines are none,
 * nor are rows of empty cells and the row of headings once more, which are counted.
 * What is longer than SZ_RECORD_MAX is never held whole: its beginning is kept, the rest is passed over.
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_LINES_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_LINES_H

#include <sanzao/model.h>

#include "bytes.h"

typedef struct lines {
    bytes *from;
    char separator; /* of CSV; 0: a record is a line */
    uint8_t *buf;
    size_t at, end, room; /* buf[at, end) was read and not cut yet */
    size_t seen;          /* buf[at, seen) has no line end */
    bool is_end;          /* of the text: buf has the last of it */
    uint64_t offset;      /* of buf[at] in the text */
    uint64_t line;        /* number of the line that begins there */
    sz_encoding wide;     /* UTF-16 becomes UTF-8 here; else UTF8 */
    sz_conv *conv;
    bool ends_in_cr; /* each CR becomes an LF here */
    sz_buf packed;                   /* UTF-16: bytes that make no whole line yet */
    digest *witness;                 /* of the text from its beginning on; NULL: not wanted */
    size_t witnessed;                /* buf[witnessed, end) is not in it yet */
    bool gives_blank;                /* an empty line is a piece */
    bool has_piece;                  /* one was given that holds something */
    bool ends_in_line;               /* at the end: the last line has no line end */
    uint64_t last_offset, last_line; /* of the last record, if it ends so */
    sz_str headings;                 /* a row that says them again is no record; n 0: there are none. Borrowed */
    uint64_t n_empty_rows, n_headings_again; /* passed over */
    sz_arena scratch;
} lines;

typedef struct piece {
    sz_str raw; /* without its line end; borrowed until the next refill */
    uint64_t offset, line;
    uint64_t whole; /* its length where only the beginning was kept, else 0 */
} piece;

typedef enum got {
    GOT_PIECE,
    GOT_WAIT,  /* more must be read first, which moves what was given before */
    GOT_AGAIN, /* reading was interrupted: ask again later */
    GOT_END,
    GOT_FAIL /* from->error */
} got;

void sz_fs_lines_open(lines *l, bytes *from, char separator, digest *witness);
void sz_fs_lines_close(lines *l);
/* Read until n bytes are there or the text ends (of a pipe: once); buf[at, end) is what there is. For a look at the
 * beginning. */
got sz_fs_lines_fill(lines *l, size_t n);
/* Treat the text as UTF-16 from here on (sz_encoding_find said so); before the first record. */
void sz_fs_lines_widen(lines *l, sz_encoding wide);
/* Treat each CR as a line end from here on (sz_csv_ends_in_cr said so); before the first record. */
void sz_fs_lines_end_in_cr(lines *l);
/* Is the text another than the file's bytes? Places are counted in it then, and it is read from its beginning. */
static inline bool sz_fs_lines_is_rewritten(const lines *l) { return l->conv || l->ends_in_cr; }
/* Bring the witness up to where the next record will be looked for; the offset of that. */
uint64_t sz_fs_lines_witness(lines *l);
/* Bring it to that offset, which is not before; END: the text ends before. What was given before may move. */
got sz_fs_lines_witness_to(lines *l, uint64_t offset);
got sz_fs_lines_next(lines *l, bool may_refill, piece *out);

/* What was read and is not cut yet, for somebody who can tell by himself where a line ends. */
static inline sz_str sz_fs_lines_ahead(const lines *l) {
    return (sz_str){(const char *)l->buf + l->at, l->end - l->at};
}
/* Take its first n bytes as the next record; they have no line end in them, and one byte of it behind them. */
static inline void sz_fs_lines_take(lines *l, size_t n, piece *out) {
    *out = (piece){{(const char *)l->buf + l->at, n}, l->offset, l->line, 0};
    l->ends_in_line = false;
    l->has_piece = true;
    l->at += n + 1;
    l->offset += n + 1;
    l->line++;
}

#endif

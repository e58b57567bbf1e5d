/* SPDX-License-Identifier: Apache-2.0
 *
 * stream: files and pipes as one stream of records. The way of a record:
 *
 *   inputs    what the sources stand for: files in order, pipes
 *   plan      which of them are taken now: the ledger knows what was done, and what a batch that was cut off has to
 *   be again
 *   bytes     unpacked, hashed
 *   lines     cut into records
 *   reader    decoded
 *   sorted    packed, put in order (sorter, runs), repeats flagged; delivered once all is read, without their lines
 *   again     a line that is asked for
 *   arrival   or delivered as they come
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_STREAM_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_STREAM_H

#include <sanzao/adapters.h>
#include <sys/stat.h>

#include "lines.h"

enum { MOST_INPUTS = 256 }; /* of a message */

/* ---- ledger.c: a line of the ledger ---- */

typedef enum entry_state { ENTRY_NONE, ENTRY_OPEN, ENTRY_DONE, ENTRY_LEFT } entry_state;

/* OPEN: of the batch that was begun. DONE: all of it was taken. LEFT: part of a batch that was given up: to be read
 * whole. */
typedef struct entry {
    entry_state state;
    sz_order order;
    uint64_t meaning;
    uint64_t index;            /* open: place in its batch */
    uint64_t from, from_line;  /* open: where in the text this batch begins to read it, its lines before that */
    uint64_t size;             /* bytes of the file, packed as it is */
    char digest[DIGEST_TEXT];  /* of them; "" not known */
    uint64_t text, lines;      /* where reading on begins: of the text, and its lines before that */
    uint64_t tail;             /* bytes of an unfinished line behind that */
    uint64_t records;          /* of this batch: taken (done: all) */
    uint64_t seen;             /* open, arrival: bytes of the text that they take */
    char witness[DIGEST_TEXT]; /* of these */
    bool is_at_end;            /* open, arrival: it was read to its end */
    bool passes_headings;      /* open, a table: repeated headings are no records; to older programs they were */
    int64_t mtime_ns;          /* 0: too young to be trusted */
} entry;

bool sz_fs_entry_read(sz_str line, entry *e); /* false: not a line of ours */
void sz_fs_entry_write(sz_buf *out, const entry *e);

/* ---- inputs.c ---- */

typedef struct input {
    char *name;       /* file:PATH, stdin: in the ledger and in every record's origin */
    const char *path; /* in it; NULL: stdin */
    bool is_pipe;     /* no length, cannot be read twice */
    bool is_csv;
    bool is_rewritten; /* UTF-16, or line ends of CR: known where it is read on */
    entry known;       /* what the ledger says */
    entry now;         /* what it will say */
    bool is_done;      /* nothing to be read in this run */
    sz_buf headings;   /* the row of them, once it was read */
    uint64_t limit;    /* bytes of the file to read */
    bool has_digest;   /* of limit bytes, found out while planning */
    int64_t seen_ns;   /* the file's clock before any of it was read */
} input;

typedef struct inputs {
    input *v;
    uint32_t n, room;
    sz_map names; /* to their places */
} inputs;

/* Every fault is a finding. */
sz_status sz_fs_inputs_find(sz_stream_file *s, const sz_stream_file_options *o);
void sz_fs_inputs_fini(inputs *in);

/* ---- reader.c: an input as records ---- */

typedef struct reader {
    input *in;
    bytes bytes;
    lines lines;
    digest *hash;             /* of the file's bytes, where they are not known yet */
    bool is_open, is_check;   /* check: only its header is wanted */
    bool is_known, has_begun; /* how its text is to be read; its header was passed */
    sz_encoding enc;          /* of a table's rows as they are cut */
    bool is_ascii;            /* no byte yet that tells it */
    sz_buf head;              /* rows down to the header */
    uint32_t n_head;
    size_t header_at;
    uint32_t n_unskipped; /* empty rows between those that the mapping skips and the header */
} reader;

/* headings.c: say in place of the findings from `first` on where the headings stand, if they do. above: the rows that
 * the mapping skips. */
void sz_fs_look_for_headings(const sz_stream_file *s, const reader *r, sz_str above, const sz_csv_row *header,
                             sz_diags *d, size_t first);

/* False: s->text says why, with a finding. True and not open: a signal came first, ask again. */
bool sz_fs_reader_open(sz_stream_file *s, reader *r, input *in, digest *witness);
void sz_fs_reader_close(reader *r);
/* The next record, not decoded. FAIL: as above. */
got sz_fs_reader_next(sz_stream_file *s, reader *r, bool may_refill, piece *out);
/* The next record at once, cut and decoded, where it is plain and at hand. False: next and decode. */
bool sz_fs_reader_take(sz_stream_file *s, reader *r, sz_arena *a, piece *p, sz_record *out);
/* Can a line be read again by its offset, and is it decoded by itself? Once the first record was read. */
static inline bool sz_fs_reader_can_again(const reader *r) {
    return !r->in->is_pipe && !r->in->is_csv && r->bytes.packing == PLAIN && !r->lines.conv;
}
/* False: the rows below are not what the mapping was bound to; as above. */
bool sz_fs_reader_decode(sz_stream_file *s, const reader *r, const piece *p, sz_arena *a, sz_record *out);
/* After GOT_END: fill in what the ledger should know of the input. */
void sz_fs_reader_finish(sz_stream_file *s, reader *r);
/* When the file was last changed; 0 if that is so short ago that it may change again within the same tick. */
int64_t sz_fs_settled_mtime(const struct stat *st);
int64_t sz_fs_mtime(const struct stat *st); /* whatever its age */
/* Is its header what the mapping wants? Findings otherwise. */
sz_status sz_fs_reader_check(sz_stream_file *s, input *in);

/* ---- plan.c ---- */

typedef struct batch {
    input **v; /* borrowed from the inputs, in the order in which they are read */
    uint32_t n;
    bool is_resumed; /* `taken` records of it were taken before */
} batch;

/* The next batch of the run: n 0 if there is nothing left. False: s->text. */
bool sz_fs_plan(sz_stream_file *s, batch *b);

/* ---- sorted.c, arrival.c: a phase does a bounded piece of work and says what is next ---- */

typedef enum stage { STAGE_WORKING, STAGE_GAVE, STAGE_ENDED, STAGE_FAILED } stage;

typedef struct sorted sorted;
typedef struct arrival arrival;
sorted *sz_fs_sorted_new(sz_stream_file *s, const batch *b);
void sz_fs_sorted_free(sorted *x);
stage sz_fs_sorted_step(sorted *x, uint32_t max);
/* The line of an input of the last message, which came without it, until the next call. False: s->text. */
bool sz_fs_sorted_line(sorted *x, uint32_t i, sz_str *out);
arrival *sz_fs_arrival_new(sz_stream_file *s, const batch *b);
void sz_fs_arrival_free(arrival *x);
stage sz_fs_arrival_step(arrival *x, uint32_t max);

/* ---- stream.c ---- */

struct sz_stream_file {
    sz_stream_file_options o;
    char *tmp_dir;
    sz_progress progress;
    sz_msgq *q;
    sz_diags *d;
    sz_decoder *decoder;
    inputs inputs;
    bool has_planned, forgets; /* forgets: an unfinished batch is given up (accept_gap) */
    batch batch;
    sorted *sorted;
    arrival *arrival;
    uint32_t wanted;
    bool is_over, is_unsettled; /* unsettled: records were given since the worker was last told that there are none */
    sz_status failed;
    said text;                               /* of the failure */
    sz_arena arena;                          /* of the delivered inputs */
    sz_input *given;                         /* MOST_INPUTS */
    uint64_t read, all;                      /* bytes of files, for progress */
    uint64_t n_empty_rows, n_headings_again; /* of tables that were read to their end */
    bool found_nothing;                      /* no input had anything that was not read before */
};

/* Keep what went wrong, with a finding. Always false. */
bool sz_fs_fail(sz_stream_file *s, sz_status status, int code, const char *en, const char *zh, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* To the failure that was just told; constant texts. False, as a failure. */
bool sz_fs_hint(sz_stream_file *s, const char *en, const char *zh);
bool sz_fs_fail_reading(sz_stream_file *s, const input *in, const bytes *b);
bool sz_fs_fail_opening(sz_stream_file *s, const input *in, int error);
bool sz_fs_fail_sorting(sz_stream_file *s, const said *why);
/* An unfinished batch is not what it was: a failure, or with accept_gap a warning and s->forgets. Always false. */
bool sz_fs_differs(sz_stream_file *s, const char *name, const char *en, const char *zh);
void sz_fs_give(sz_stream_file *s, uint32_t n);
/* Have the ledger say what in->now says. */
void sz_fs_note(sz_stream_file *s, const input *in);
/* All of the batch was taken. */
void sz_fs_note_done(sz_stream_file *s, const batch *b);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * arrival: records as they come, one input after the other. What the ledger should know is noted with every delivery:
 * how many records were taken of each input, and the digest of the text that they make up; so a resume knows that it
 * counts the same ones.
 */
#include "stream.h"

#include <stdio.h>

enum {
    SETTLE_MS = 500
}; /* a silent pipe: what came is committed after so long (a commit is due after 500 ms: protocol.md) */

struct arrival {
    sz_stream_file *s;
    const batch *batch;
    uint32_t at; /* input in hand */
    reader reader;
    digest *witness;   /* of its text */
    uint64_t left;     /* records that are only counted: they were taken before */
    uint64_t last_pos; /* of the reader, for progress */
};

arrival *sz_fs_arrival_new(sz_stream_file *s, const batch *b) {
    arrival *x = sz_alloc(sizeof *x);
    x->s = s;
    x->batch = b;
    x->witness = sz_fs_digest_new();
    x->left = b->is_resumed ? s->progress.taken(s->progress.self) : 0;
    return x;
}

void sz_fs_arrival_free(arrival *x) {
    if (!x) return;
    sz_fs_reader_close(&x->reader);
    sz_fs_digest_free(x->witness);
    sz_free(x);
}

static input *in_hand(arrival *x) { return x->batch->v[x->at]; }

/* What is taken of the input so far. */
static void witness(arrival *x) {
    entry *e = &in_hand(x)->now;
    e->seen = sz_fs_lines_witness(&x->reader.lines);
    sz_fs_digest_text(x->witness, e->witness);
}

static bool is_resumed(const arrival *x, const input *in) {
    return x->batch->is_resumed && in->known.state == ENTRY_OPEN;
}

static stage differ(arrival *x) {
    sz_fs_differs(x->s, in_hand(x)->name,
                  "the run before was stopped in the middle of it, and it does not begin as it did then",
                  "上次运行在它的中途停止，现在它的开头同那时不一样");
    return STAGE_FAILED;
}

static stage open_next(arrival *x) {
    input *in = in_hand(x);
    sz_fs_digest_reset(x->witness);
    in->now.records = 0;
    x->last_pos = 0;
    return sz_fs_reader_open(x->s, &x->reader, in, x->witness) ? STAGE_WORKING : STAGE_FAILED;
}

static void progress(arrival *x) {
    if (x->reader.bytes.has_limit) x->s->read += x->reader.bytes.pos - x->last_pos;
    x->last_pos = x->reader.bytes.pos;
}

static stage end_input(arrival *x) {
    input *in = in_hand(x);
    if (is_resumed(x, in) && in->now.records < in->known.records) return differ(x);
    witness(x);
    sz_fs_reader_finish(x->s, &x->reader);
    in->now.is_at_end = true;
    sz_fs_note(x->s, in);
    progress(x);
    sz_fs_reader_close(&x->reader);
    x->at++;
    return STAGE_WORKING;
}

/* One record that was taken before. At the place that the ledger witnesses the text must be what it was. */
static stage count_one(arrival *x) {
    input *in = in_hand(x);
    x->left--;
    in->now.records++;
    if (!is_resumed(x, in) || in->now.records != in->known.records) return STAGE_WORKING;
    uint64_t index = in->now.index;
    got g;
    do g = sz_fs_lines_witness_to(&x->reader.lines, in->known.seen);
    while (g == GOT_AGAIN);
    witness(x);
    if (g != GOT_PIECE || in->now.seen != in->known.seen || strcmp(in->now.witness, in->known.witness) != 0)
        return differ(x);
    if (!in->known.is_at_end) return STAGE_WORKING;
    in->now = in->known; /* read to its end then; what has come since is for the next run */
    in->now.index = index;
    progress(x);
    sz_fs_reader_close(&x->reader);
    x->at++;
    return STAGE_WORKING;
}

static stage count(arrival *x) {
    for (int i = 0; i < 65536 && x->left; i++) {
        piece p;
        if (x->at == x->batch->n) {
            x->at--;
            return differ(x); /* fewer records than were taken */
        }
        const entry *k = &in_hand(x)->known;
        if (!x->reader.is_open && is_resumed(x, in_hand(x)) && k->is_at_end && k->records == 0) {
            x->at++; /* it was empty then */
            continue;
        }
        if (!x->reader.is_open && open_next(x) == STAGE_FAILED) return STAGE_FAILED;
        if (!x->reader.is_open) return STAGE_WORKING;
        switch (sz_fs_reader_next(x->s, &x->reader, true, &p)) {
        case GOT_PIECE:
            if (count_one(x) == STAGE_FAILED) return STAGE_FAILED;
            break;
        case GOT_END:
            if (end_input(x) == STAGE_FAILED) return STAGE_FAILED;
            break;
        case GOT_WAIT:
        case GOT_AGAIN: return STAGE_WORKING;
        case GOT_FAIL: return STAGE_FAILED;
        }
    }
    return STAGE_WORKING;
}

/* Up to max records of the input in hand, without moving what was given: a message is what one filling of the buffer
 * holds. */
static stage give(arrival *x, uint32_t max) {
    sz_stream_file *s = x->s;
    input *in = in_hand(x);
    uint32_t n = 0;
    got g = GOT_PIECE;
    x->reader.bytes.idle_ms = s->is_unsettled ? SETTLE_MS : 0;
    sz_str name = sz_str_of(in->name);
    for (piece p; n < max; n++) {
        sz_input *to = &s->given[n];
        if (!sz_fs_reader_take(s, &x->reader, &s->arena, &p, &to->record)) {
            if ((g = sz_fs_reader_next(s, &x->reader, n == 0, &p)) != GOT_PIECE) break;
            if (!sz_fs_reader_decode(s, &x->reader, &p, &s->arena, &to->record)) {
                g = GOT_FAIL;
                break;
            }
        }
        to->raw = p.raw;
        to->origin = (sz_origin){name, -1, (int64_t)p.offset, (int64_t)p.line};
        to->repeat = 0;
    }
    if (n) {
        in->now.records += n;
        progress(x);
        sz_fs_give(s, n);
        return STAGE_GAVE;
    }
    if (g == GOT_END) return end_input(x);
    if (x->reader.bytes.was_idle) sz_fs_give(s, 0);
    return g == GOT_FAIL ? STAGE_FAILED : STAGE_WORKING;
}

stage sz_fs_arrival_step(arrival *x, uint32_t max) {
    if (x->s->failed != SZ_OK) return STAGE_FAILED; /* behind what was given last */
    if (x->left) return count(x);
    if (x->at == x->batch->n) return STAGE_ENDED;
    if (!x->reader.is_open && open_next(x) == STAGE_FAILED) return STAGE_FAILED;
    if (!x->reader.is_open) return STAGE_WORKING;
    witness(x); /* the worker has taken all that was given so far */
    sz_fs_note(x->s, in_hand(x));
    return give(x, max);
}

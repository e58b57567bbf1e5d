/* SPDX-License-Identifier: Apache-2.0
 *
 * sorted: all inputs are read before the first record is given, so nothing of a batch is used that cannot be read to
 * its end. The order depends on the bytes alone, so a resume passes over as many records as were taken.
 */
#include "stream.h"

#include <errno.h>

#include "again.h"
#include "repeats.h"
#include "sorter.h"

enum { READ_AT_ONCE = 16384, PASS_AT_ONCE = 65536 };

struct sorted {
    sz_stream_file *s;
    const batch *batch;
    uint32_t at; /* input in hand */
    reader reader;
    uint64_t n; /* records read */
    uint64_t last_pos;
    sz_arena arena; /* of one record */
    sz_record record;
    sorter sorter;
    repeats repeats;
    bool is_read;
    uint64_t left;    /* to be passed over */
    sz_str *names;    /* of the inputs */
    uint64_t *firsts; /* of each the ordinal of its first record */
    again again;
    const packed *given[MOST_INPUTS]; /* of the last message */
};

static bool pieces_leave(void *self, said *error) {
    sorted *x = self;
    if (sz_fs_repeats_unfold(&x->repeats)) return true;
    *error = x->repeats.error;
    return false;
}

sorted *sz_fs_sorted_new(sz_stream_file *s, const batch *b) {
    sorted *x = sz_alloc(sizeof *x);
    x->s = s;
    x->batch = b;
    sz_arena_init(&x->arena);
    sz_fs_sorter_init(&x->sorter, s->o.memory / 8 * 7, s->tmp_dir, s->o.pages);
    x->sorter.leaves = pieces_leave;
    x->sorter.self = x;
    sz_fs_repeats_init(&x->repeats, x->sorter.region, s->o.memory / 8, s->tmp_dir, s->o.pages);
    x->names = sz_alloc(sizeof *x->names * (b->n + 1));
    x->firsts = sz_alloc(sizeof *x->firsts * (b->n + 1));
    for (uint32_t i = 0; i < b->n; i++) x->names[i] = sz_str_of(b->v[i]->name);
    sz_fs_again_init(&x->again, b->n);
    return x;
}

void sz_fs_sorted_free(sorted *x) {
    if (!x) return;
    sz_fs_reader_close(&x->reader);
    sz_fs_sorter_fini(&x->sorter);
    sz_fs_repeats_fini(&x->repeats);
    sz_fs_again_fini(&x->again);
    sz_arena_fini(&x->arena);
    sz_free(x->names);
    sz_free(x->firsts);
    sz_free(x);
}

/* ---- reading ---- */

/* Always false. */
static bool lacks_room(sorted *x, const said *why) { return sz_fs_fail_sorting(x->s, why); }

static stage no_room(sorted *x, const said *why) {
    lacks_room(x, why);
    return STAGE_FAILED;
}

/* The next record's origin. A line of a file that can be read again is not kept. */
static inline packed_from from_of(sorted *x, const piece *p, bool keeps_line) {
    return (packed_from){x->n++, p->offset, p->line, keeps_line};
}

/* Not of one that is later than its own collection: a dead letter, so the next line with its identity is the first. */
static inline bool note(sorted *x, const sz_prints *prints, packed *p) {
    return sz_fs_repeats_add(&x->repeats, prints, p, x->sorter.used) || lacks_room(x, &x->repeats.error);
}

static bool add_decoded(sorted *x, const piece *p) {
    packed *to = sz_fs_sorter_room(&x->sorter);
    const sz_record *r = &x->record;
    sz_arena_reset(&x->arena);
    if (!sz_fs_reader_decode(x->s, &x->reader, p, &x->arena, &x->record)) return false;
    packed_from from = from_of(x, p, r->kind != SZ_RECORD_EVENT || !sz_fs_reader_can_again(&x->reader));
    sz_fs_pack(to, r, p->raw, &from);
    const sz_event *e = &r->event;
    if (r->kind == SZ_RECORD_EVENT && !sz_time_is_after_collected(e->time_ms, e->collected_ms)) {
        sz_prints prints = sz_fs_packed_prints(to);
        if (!note(x, &prints, to)) return false;
    }
    return sz_fs_sorter_added(&x->sorter, to, sz_fs_packed_key(to)) || lacks_room(x, &x->sorter.error);
}

static inline int64_t collected_of(const sz_slim *s) {
    int64_t ms = SZ_TIME_NONE;
    if (s->given & 1) memcpy(&ms, sz_slim_numbers(s), sizeof ms);
    return ms;
}

/* The record at hand as a piece, where a look is enough. 0: it is not; -1: there is no room. */
static inline int add_slim(sorted *x, lines *l, bool keeps_line) {
    packed *to = sz_fs_sorter_room(&x->sorter);
    size_t size;
    sz_prints prints;
    piece p;
    size_t n = sz_decode_json_slim(x->s->decoder, sz_fs_lines_ahead(l), &to->event, &size, &prints);
    if (n == 0) return 0;
    sz_fs_lines_take(l, n, &p);
    packed_from from = from_of(x, &p, keeps_line);
    sz_fs_pack_slim(to, size, p.raw, &from);
    if (!sz_time_is_after_collected(to->event.time_ms, collected_of(&to->event)) && !note(x, &prints, to)) return -1;
    if (sz_fs_sorter_added(&x->sorter, to, sz_fs_packed_event_key(to))) return 1;
    lacks_room(x, &x->sorter.error);
    return -1;
}

/* Records at hand that need no more than a look; their number is at most `max`, UINT32_MAX: there is no room. */
static uint32_t add_plain(sorted *x, uint32_t max) {
    uint32_t n = 0;
    int one = 1;
    if (!x->reader.has_begun || x->reader.in->is_csv) return 0;
    bool keeps_line = !sz_fs_reader_can_again(&x->reader);
    while (n < max && (one = add_slim(x, &x->reader.lines, keeps_line)) > 0) n++;
    x->batch->v[x->at]->now.records += n;
    return one < 0 ? UINT32_MAX : n;
}

static stage end_input(sorted *x) {
    input *in = x->batch->v[x->at];
    entry known = in->now;
    sz_fs_reader_finish(x->s, &x->reader);
    if (sz_fs_reader_can_again(&x->reader)) sz_fs_again_keep(&x->again, x->at, x->reader.bytes.fd);
    sz_fs_reader_close(&x->reader);
    x->at++;
    if (!x->batch->is_resumed || (in->now.size == known.size && strcmp(in->now.digest, known.digest) == 0))
        return STAGE_WORKING;
    sz_fs_differs(x->s, in->name, "the run before was stopped in the middle of it, and it has changed since",
                  "上次运行在它的中途停止，之后它有改动");
    return STAGE_FAILED;
}

static stage read_some(sorted *x) {
    for (int i = 0; i < READ_AT_ONCE; i++) {
        if (x->at == x->batch->n) return STAGE_ENDED;
        input *in = x->batch->v[x->at];
        if (!x->reader.is_open) {
            in->now.records = 0;
            x->last_pos = 0;
            x->firsts[x->at] = x->n;
            if (!sz_fs_reader_open(x->s, &x->reader, in, NULL)) return STAGE_FAILED;
            if (!x->reader.is_open) return STAGE_WORKING;
        }
        uint32_t n = add_plain(x, (uint32_t)(READ_AT_ONCE - i));
        if (n == UINT32_MAX) return STAGE_FAILED;
        i += (int)n;
        piece p;
        stage next = STAGE_WORKING;
        switch (sz_fs_reader_next(x->s, &x->reader, true, &p)) {
        case GOT_PIECE:
            in->now.records++;
            next = add_decoded(x, &p) ? STAGE_WORKING : STAGE_FAILED;
            break;
        case GOT_END: next = end_input(x); break;
        case GOT_WAIT:
        case GOT_AGAIN: return STAGE_WORKING;
        case GOT_FAIL: return STAGE_FAILED;
        }
        if (next != STAGE_WORKING) return next;
    }
    if (x->reader.is_open && x->reader.bytes.has_limit) {
        x->s->read += x->reader.bytes.pos - x->last_pos;
        x->last_pos = x->reader.bytes.pos;
    }
    return STAGE_WORKING;
}

/* The batch is known: say so in the ledger, then the first record may go. */
static stage finish_reading(sorted *x) {
    sz_stream_file *s = x->s;
    int64_t limit_ms = s->progress.limit ? s->progress.limit(s->progress.self) : SZ_TIME_MAX;
    if (!sz_fs_repeats_find(&x->repeats, x->n, s->o.horizon_ms, limit_ms)) return no_room(x, &x->repeats.error);
    if (!sz_fs_sorter_finish(&x->sorter)) return no_room(x, &x->sorter.error);
    for (uint32_t i = 0; i < x->batch->n && !x->batch->is_resumed; i++) sz_fs_note(s, x->batch->v[i]);
    x->left = x->batch->is_resumed ? s->progress.taken(s->progress.self) : 0;
    x->is_read = true;
    if (x->left <= x->n) return STAGE_WORKING;
    sz_fs_differs(s, x->batch->v[0]->name, "more records of this batch were taken before than it has now",
                  "这一批以前读过的条数比现在有的还多");
    return STAGE_FAILED;
}

/* ---- giving ---- */

static stage pass_over(sorted *x) {
    got g = GOT_PIECE;
    for (int i = 0; i < PASS_AT_ONCE && x->left; i++, x->left--)
        if (!sz_fs_sorter_next(&x->sorter, true, &g)) return no_room(x, &x->sorter.error);
    return STAGE_WORKING;
}

/* The last one that begins with it or before: inputs are read one after the other. */
static inline uint32_t input_of(const sorted *x, const packed *p) {
    uint64_t ordinal = sz_fs_packed_ordinal(p);
    uint32_t from = 0, n = x->batch->n;
    while (n > 1) {
        uint32_t half = n / 2;
        if (x->firsts[from + half] <= ordinal) from += half;
        n -= half;
    }
    return from;
}

static stage give(sorted *x, uint32_t max) {
    sz_stream_file *s = x->s;
    uint32_t n = 0;
    got g = GOT_PIECE;
    sz_fs_sorter_forget(&x->sorter);
    for (const packed *p; n < max && (p = sz_fs_sorter_next(&x->sorter, n == 0, &g)) != NULL; n++) {
        sz_fs_unpack(p, x->names[input_of(x, p)], &s->given[n]);
        s->given[n].repeat = sz_fs_repeats_flag(&x->repeats, sz_fs_packed_ordinal(p));
        s->given[n].is_lone = sz_fs_repeats_is_lone(&x->repeats, sz_fs_packed_ordinal(p));
        x->given[n] = p;
    }
    if (n) {
        sz_fs_give(s, n);
        return STAGE_GAVE;
    }
    return g == GOT_END ? STAGE_ENDED : no_room(x, &x->sorter.error);
}

/* ---- lines ---- */

/* Is the line what it was when it was packed? */
static bool is_same(sorted *x, const packed *p, sz_str line) {
    const sz_event *e = &x->record.event;
    sz_arena_reset(&x->arena);
    sz_decode_json(x->s->decoder, line, &x->arena, &x->record);
    return x->record.kind == SZ_RECORD_EVENT && e->time_ms == p->event.time_ms &&
           (uint32_t)e->content == p->event.content && sz_str_eq(e->id, sz_fs_packed_text(p, SZ_TEXT_ID)) &&
           sz_str_eq(e->source, sz_fs_packed_source(p));
}

bool sz_fs_sorted_line(sorted *x, uint32_t i, sz_str *out) {
    const packed *p = x->given[i];
    const uint32_t of = input_of(x, p);
    const input *in = x->batch->v[of];
    bool is_read = sz_fs_again_read(&x->again, of, in->path, sz_fs_packed_offset(p), p->number & PACKED_24, out);
    if (is_read && is_same(x, p, *out)) return true;
    bytes b = {.is_cut_short = true};
    if (is_read) {
        sz_fs_say(&b.error, "was changed while its records were used", "在使用其中的记录期间有改动");
    } else if (errno == 0) {
        sz_fs_say(&b.error, "was cut short while its records were used", "在使用其中的记录期间变短了");
    } else {
        b.is_cut_short = false;
        sz_fs_say_os(&b.error, errno, "cannot be read", "不能读取");
    }
    return sz_fs_fail_reading(x->s, in, &b);
}

stage sz_fs_sorted_step(sorted *x, uint32_t max) {
    if (!x->is_read) {
        stage next = read_some(x);
        return next == STAGE_ENDED ? finish_reading(x) : next;
    }
    return x->left ? pass_over(x) : give(x, max);
}

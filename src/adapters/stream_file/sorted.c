/* SPDX-License-Identifier: Apache-2.0
 *
 * sorted: all inputs are read before the first record is given, so nothing of a batch is used that cannot be read to
 * its end. The order depends on the bytes alone, so a resume passes over as many records as were taken.
 */
#include "stream.h"

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
    packer packer;
    sorter sorter;
    repeats repeats;
    bool is_read;
    uint64_t left; /* to be passed over */
    sz_str *names; /* of the inputs */
};

sorted *sz_fs_sorted_new(sz_stream_file *s, const batch *b) {
    sorted *x = sz_alloc(sizeof *x);
    x->s = s;
    x->batch = b;
    sz_arena_init(&x->arena);
    sz_fs_sorter_init(&x->sorter, s->o.memory / 8 * 7, s->tmp_dir);
    sz_fs_repeats_init(&x->repeats, s->o.memory / 8, s->tmp_dir);
    x->names = sz_alloc(sizeof *x->names * (b->n + 1));
    for (uint32_t i = 0; i < b->n; i++) x->names[i] = sz_str_of(b->v[i]->name);
    return x;
}

void sz_fs_sorted_free(sorted *x) {
    if (!x) return;
    sz_fs_reader_close(&x->reader);
    sz_fs_sorter_fini(&x->sorter);
    sz_fs_repeats_fini(&x->repeats);
    sz_arena_fini(&x->arena);
    sz_free(x->names);
    sz_free(x);
}

/* ---- reading ---- */

/* Always false. */
static bool lacks_room(sorted *x, const char *text) {
    return sz_fs_fail(x->s, SZ_IO, SZ_CODE_NO_ROOM_TO_SORT, "%s", "%s", text);
}

static stage no_room(sorted *x, const char *text) {
    lacks_room(x, text);
    return STAGE_FAILED;
}

/* The piece in the sorter's room, of the record that came from there. */
static inline bool add(sorted *x, packed *to, const piece *p) {
    sorter *s = &x->sorter;
    to->ordinal = x->n++;
    to->offset = p->offset;
    to->line = p->line;
    to->input = x->at;
    if (x->reader.lines.kept) s->texts.at = x->reader.lines.at;
    if (to->kind == SZ_RECORD_EVENT && !sz_fs_repeats_add(&x->repeats, to, sz_fs_packed_base(to, &s->texts)))
        return lacks_room(x, x->repeats.error);
    return sz_fs_sorter_added(s, to) || lacks_room(x, s->error);
}

static bool add_decoded(sorted *x, const piece *p) {
    packed *to = sz_fs_sorter_room(&x->sorter);
    sz_arena_reset(&x->arena); /* for each record: then the decoder's copy always stands in the same place */
    sz_fs_reader_decode(x->s, &x->reader, p, &x->arena, &x->record);
    sz_fs_pack(&x->packer, to, &x->record, p->raw);
    return add(x, to, p);
}

/* Records at hand that need no more than a look; their number is at most `max`, UINT32_MAX: there is no room. */
static uint32_t add_plain(sorted *x, uint32_t max) {
    uint32_t n = 0;
    if (!x->reader.has_begun || !x->reader.lines.kept) return 0;
    for (; n < max; n++) {
        packed *to = sz_fs_sorter_room(&x->sorter);
        piece p;
        sz_str made;
        if (!sz_fs_reader_take_compact(x->s, &x->reader, &p, &to->c, &made)) break;
        sz_fs_pack_kept(to, &x->sorter.texts, p.raw, made);
        if (!add(x, to, &p)) return UINT32_MAX;
    }
    x->batch->v[x->at]->now.records += n;
    return n;
}

static stage end_input(sorted *x) {
    input *in = x->batch->v[x->at];
    entry known = in->now;
    sz_fs_reader_finish(&x->reader);
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
            if (!sz_fs_reader_open(x->s, &x->reader, in, NULL, in->is_csv ? NULL : &x->sorter.texts))
                return STAGE_FAILED;
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
    if (!sz_fs_repeats_find(&x->repeats, x->n, s->o.horizon_ms, limit_ms)) return no_room(x, x->repeats.error);
    if (!sz_fs_sorter_finish(&x->sorter)) return no_room(x, x->sorter.error);
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
        if (!sz_fs_sorter_next(&x->sorter, true, &g)) return no_room(x, x->sorter.error);
    return STAGE_WORKING;
}

static stage give(sorted *x, uint32_t max) {
    sz_stream_file *s = x->s;
    uint32_t n = 0;
    got g = GOT_PIECE;
    for (const packed *p; n < max && (p = sz_fs_sorter_next(&x->sorter, n == 0, &g)) != NULL; n++) {
        sz_fs_unpack(p, &x->sorter.texts, x->names[p->input], &s->given[n]);
        s->given[n].repeat = sz_fs_repeats_flag(&x->repeats, p->ordinal);
    }
    if (n) {
        sz_fs_give(s, n);
        return STAGE_GAVE;
    }
    return g == GOT_END ? STAGE_ENDED : no_room(x, x->sorter.error);
}

stage sz_fs_sorted_step(sorted *x, uint32_t max) {
    if (!x->is_read) {
        stage next = read_some(x);
        return next == STAGE_ENDED ? finish_reading(x) : next;
    }
    return x->left ? pass_over(x) : give(x, max);
}

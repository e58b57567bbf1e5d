/* SPDX-License-Identifier: Apache-2.0
 *
 * pack: a record in one piece, to be sorted, written to a file and read back by this process only. It has what the
 * engine asks of the record, and its line only where that cannot be read again (sorted.c): fresh memory costs more
 * than what is done with it. In this order:
 *
 *   packed    fixed part, below, which ends in a slim event
 *   22 bytes  lengths of the texts, where they have more than 255 bytes in all; then these stand in the order of
 *             SZ_TEXT_ID to SZ_TEXT_MEANS
 *
 *   texts     one behind the other
 *
 *   numbers   those that are given
 *
 *   line      where it is kept
 *
 *   fields    declared ones, `n_fields` of them, at its end
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_PACK_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_PACK_H

#include <sanzao/engine.h>

#include "lines.h"

typedef struct packed {
    uint64_t number; /* in order of reading; below it 24 bits: bytes of the line */
    uint64_t row;    /* number of the line; below it 24 bits: size of the whole piece in eights */
    uint64_t place;  /* offset in the text; below it 16 bits, as follows */
    sz_slim event;   /* of what is no event time and texts as pack.c says; codes[0] the dead letter's reason or the
                      * feed's state */
} packed;

/* Bits of `place`. */
enum {
    PACKED_KIND = 3,                    /* sz_record_kind */
    PACKED_LINE = 1 << 2,               /* it has its line */
    PACKED_LONG = 1 << 3,               /* it has lengths of its texts */
    PACKED_FIELDS = 4,                  /* shift of n_fields, 5 bits */
    PACKED_NOTED = 1 << 9,              /* it is looked at for repeats (repeats.h) */
    PACKED_24 = (1 << 24) - 1,          /* the lower part of number and row */
    PACKED_MOST = SZ_RECORD_MAX + 16384 /* texts and fields have limits of their own */
};

/* Where a record comes from. Of which input it is follows from its ordinal. */
typedef struct packed_from {
    uint64_t ordinal, offset, line;
    bool keeps_line;
} packed_from;

static inline uint32_t sz_fs_packed_size(const packed *p) { return (uint32_t)(p->row & PACKED_24) * 8; }
static inline uint64_t sz_fs_packed_ordinal(const packed *p) { return p->number >> 24; }
static inline uint64_t sz_fs_packed_offset(const packed *p) { return p->place >> 16; }
static inline sz_record_kind sz_fs_packed_kind(const packed *p) { return (sz_record_kind)(p->place & PACKED_KIND); }
/* Any text of an event. */
static inline sz_str sz_fs_packed_text(const packed *p, unsigned which) {
    if (!(p->place & PACKED_LONG)) return sz_slim_text(&p->event, which);
    uint16_t n[SZ_N_TEXTS];
    memcpy(n, p + 1, sizeof n);
    const char *at = (const char *)(p + 1) + sizeof n;
    for (unsigned i = 0; i < which; i++) at += n[i];
    return (sz_str){at, n[which]};
}
static inline sz_str sz_fs_packed_source(const packed *p) {
    sz_str s = sz_fs_packed_text(p, SZ_TEXT_SOURCE);
    return s.n ? s : SZ_STR("default");
}
/* What makes it one record and no other. */
static inline sz_prints sz_fs_packed_prints(const packed *p) {
    unsigned who = sz_fs_packed_text(p, SZ_TEXT_STUDENT).n ? SZ_TEXT_STUDENT : SZ_TEXT_CARD;
    return (sz_prints){sz_text_print(SZ_TEXT_ID, sz_fs_packed_text(p, SZ_TEXT_ID)),
                       sz_text_print(SZ_TEXT_SOURCE, sz_fs_packed_source(p)),
                       sz_text_print(who, sz_fs_packed_text(p, who))};
}

/* Time, then dead letters before feeds before events. */
static inline uint64_t sz_fs_packed_key_of(int64_t time_ms, uint64_t rank) {
    return (uint64_t)(time_ms + (INT64_C(1) << 60)) << 2 | rank;
}
static inline uint64_t sz_fs_packed_key(const packed *p) {
    sz_record_kind kind = sz_fs_packed_kind(p);
    uint64_t rank = kind == SZ_RECORD_DEAD ? 0 : kind == SZ_RECORD_FEED_STATUS ? 1 : 2;
    return p->event.time_ms == SZ_TIME_NONE ? 0 : sz_fs_packed_key_of(p->event.time_ms, rank);
}
static inline uint64_t sz_fs_packed_event_key(const packed *p) { return sz_fs_packed_key_of(p->event.time_ms, 2); }
/* Order of semantics 1 for events; ties by order of reading, so no two are equal. */
int sz_fs_packed_cmp(const packed *a, const packed *b);
/* The same where the keys are equal. */
int sz_fs_packed_tie(const packed *a, const packed *b);
/* Write the piece to `to` (aligned to 8, room for PACKED_MOST). */
void sz_fs_pack(packed *to, const sz_record *r, sz_str raw, const packed_from *from);
/* Its whole size in eights; what is between the end and that is of no account. */
static inline uint64_t sz_fs_packed_eights(const packed *p, const char *end) {
    return ((uint64_t)(end - (const char *)p) + 7) / 8;
}
static inline void sz_fs_packed_finish(packed *to, const char *end, uint64_t bits, size_t n, const packed_from *from) {
    to->number = from->ordinal << 24 | n;
    to->row = from->line << 24 | sz_fs_packed_eights(to, end);
    to->place = from->offset << 16 | bits;
}
/* Where the slim event at to->event, of that size, comes from (sz_decode_json_slim). */
void sz_fs_pack_slim_line(packed *to, size_t size, sz_str raw, const packed_from *from);
static inline void sz_fs_pack_slim(packed *to, size_t size, sz_str raw, const packed_from *from) {
    if (from->keeps_line) sz_fs_pack_slim_line(to, size, raw, from);
    else sz_fs_packed_finish(to, (const char *)&to->event + size, SZ_RECORD_EVENT, raw.n, from);
}
/* The texts borrow from the piece. source: of the origin. A line that is not kept has its length alone. */
void sz_fs_unpack(const packed *p, sz_str source, sz_input *out);

#endif

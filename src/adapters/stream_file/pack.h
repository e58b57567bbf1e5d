/* SPDX-License-Identifier: Apache-2.0
 *
 * pack: a record in one piece, to be sorted, written to a file and read back by this process only. It has what the
 * engine asks of the record, and its line only where that cannot be read again (sorted.c): fresh memory costs more
 * than what is done with it. In this order:
 *
 *   packed    fixed part, below
 *   12 bytes  high bytes of the texts' lengths, where one has more than 255 bytes
 *   texts     one behind the other, in the order of SZ_TEXT_ID to SZ_TEXT_MEANS
 *   numbers   8 bytes each, those that are given
 *   line      where it is kept
 *   fields    declared ones, `n_fields` of them, at its end
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_PACK_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_PACK_H

#include <sanzao/engine.h>

#include "lines.h"

typedef struct packed {
    uint64_t number;  /* in order of reading; below it 24 bits: bytes of the line */
    uint64_t row;     /* number of the line; below it 24 bits: size of the whole piece in eights */
    uint64_t place;   /* offset in the text; below it 16 bits, as follows */
    int64_t time_ms;  /* of no event: of the dead letter or the feed's word */
    uint64_t content; /* of an event */
    uint8_t codes[8]; /* of an event as in sz_event; else reason of the dead letter or state of the feed */
    uint32_t input;
    uint8_t n[SZ_COMPACT_TEXTS]; /* low bytes of the texts' lengths; of what is no event texts as pack.c says */
} packed;

/* Bits of `place`. */
enum {
    PACKED_KIND = 3,                    /* sz_record_kind */
    PACKED_LINE = 1 << 2,               /* it has its line */
    PACKED_HIGH = 1 << 3,               /* lengths have high bytes */
    PACKED_FIELDS = 4,                  /* shift of n_fields */
    PACKED_NUMBERS = 10,                /* shift of six bits: collected, then as sz_compact has them from amount on */
    PACKED_24 = (1 << 24) - 1,          /* the lower part of number and row */
    PACKED_MOST = SZ_RECORD_MAX + 16384 /* texts and fields have limits of their own */
};

/* Where a record comes from. */
typedef struct packed_from {
    uint64_t ordinal, offset, line;
    uint32_t input;
    bool keeps_line;
} packed_from;

static inline uint32_t sz_fs_packed_size(const packed *p) { return (uint32_t)(p->row & PACKED_24) * 8; }
static inline uint64_t sz_fs_packed_ordinal(const packed *p) { return p->number >> 24; }
static inline uint64_t sz_fs_packed_offset(const packed *p) { return p->place >> 16; }
static inline sz_record_kind sz_fs_packed_kind(const packed *p) { return (sz_record_kind)(p->place & PACKED_KIND); }
/* Where the texts begin. */
static inline const char *sz_fs_packed_texts(const packed *p) {
    return (const char *)(p + 1) + (p->place & PACKED_HIGH ? SZ_COMPACT_TEXTS : 0);
}
static inline uint32_t sz_fs_packed_length(const packed *p, unsigned which) {
    uint32_t n = p->n[which];
    if (p->place & PACKED_HIGH) n |= (uint32_t)((const uint8_t *)(p + 1))[which] << 8;
    return n;
}
static inline sz_str sz_fs_packed_id(const packed *p) {
    return (sz_str){sz_fs_packed_texts(p), sz_fs_packed_length(p, SZ_TEXT_ID)};
}
static inline sz_str sz_fs_packed_source(const packed *p) {
    uint32_t n = sz_fs_packed_length(p, SZ_TEXT_SOURCE);
    return n ? (sz_str){sz_fs_packed_texts(p) + sz_fs_packed_length(p, SZ_TEXT_ID), n} : SZ_STR("default");
}

/* Any text of an event. */
static inline sz_str sz_fs_packed_text(const packed *p, unsigned which) {
    const char *at = sz_fs_packed_texts(p);
    for (unsigned i = 0; i < which; i++) at += sz_fs_packed_length(p, i);
    return (sz_str){at, sz_fs_packed_length(p, which)};
}

/* Time, then dead letters before feeds before events. */
static inline uint64_t sz_fs_packed_key(const packed *p) {
    sz_record_kind kind = sz_fs_packed_kind(p);
    uint64_t rank = kind == SZ_RECORD_DEAD ? 0 : kind == SZ_RECORD_FEED_STATUS ? 1 : 2;
    return p->time_ms == SZ_TIME_NONE ? 0 : (uint64_t)(p->time_ms + (INT64_C(1) << 60)) << 2 | rank;
}
/* Order of semantics 1 for events; ties by order of reading, so no two are equal. */
int sz_fs_packed_cmp(const packed *a, const packed *b);
/* The same where the keys are equal. */
int sz_fs_packed_tie(const packed *a, const packed *b);
/* Write the piece to `to` (aligned to 8, room for PACKED_MOST). */
void sz_fs_pack(packed *to, const sz_record *r, sz_str raw, const packed_from *from);
/* The same of a plain event (sz_decode_json_compact); behind its line SZ_READ_BEHIND bytes may be read. made: its id,
 * if that is none of the line's. */
void sz_fs_pack_plain(packed *to, const sz_compact *c, sz_str raw, sz_str made, const packed_from *from);
/* The texts borrow from the piece. source: of the origin. A line that is not kept has its length alone. */
void sz_fs_unpack(const packed *p, sz_str source, sz_input *out);

#endif

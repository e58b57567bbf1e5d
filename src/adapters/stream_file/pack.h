/* SPDX-License-Identifier: Apache-2.0
 *
 * pack: a decoded record in one piece, to be sorted, written to a file and read back by this process only. The line of
 * a plain event stays where it was read (kept, lines.h) while the piece is in memory. Of any other record, and of all
 * that were written to a file, the piece has the line itself:
 *
 *   packed    fixed part, below
 *   raw bytes of the line, the id if one was made, texts that are in neither
 *   fields    declared ones, `n_fields` of them, at its end
 *
 * or, where the line is kept, only the fixed part and the id that was made.
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_PACK_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_PACK_H

#include <sanzao/engine.h>

#include "lines.h"

typedef struct packed {
    uint32_t size;    /* of the whole piece, a multiple of 8 */
    uint32_t raw_n;   /* bytes of the line */
    uint64_t text;    /* where the line is kept; PACKED_OWN: behind this */
    uint64_t ordinal; /* in order of reading */
    uint64_t offset, line;
    uint32_t input;
    uint8_t kind, n_fields;
    uint8_t what;   /* reason of a dead letter, state of a feed */
    uint8_t made_n; /* bytes of an id that was made */
    sz_compact c;   /* an event; of others the time, and texts as pack.c says */
} packed;

#define PACKED_OWN UINT64_MAX
enum { PACKED_MOST = SZ_RECORD_MAX + 16384 }; /* texts and fields have limits of their own */

typedef struct packer {
    const char *copy; /* where the decoder seems to keep its copy of the raw bytes; only believed after a comparison */
    uint32_t n_misses;
} packer;

/* What places of texts are counted from. */
static inline const char *sz_fs_packed_base(const packed *p, const kept *k) {
    return p->text == PACKED_OWN ? (const char *)(p + 1) : (const char *)k->p + (p->text - k->shift);
}
static inline sz_str sz_fs_packed_made(const packed *p) {
    return (sz_str){(const char *)(p + 1) + (p->text == PACKED_OWN ? p->raw_n : 0), p->made_n};
}
static inline sz_str sz_fs_packed_id(const packed *p, const char *base) {
    return p->made_n ? sz_fs_packed_made(p) : sz_compact_text(&p->c, base, SZ_TEXT_ID);
}
static inline sz_str sz_fs_packed_source(const packed *p, const char *base) {
    return p->c.texts[SZ_TEXT_SOURCE] ? sz_compact_text(&p->c, base, SZ_TEXT_SOURCE) : SZ_STR("default");
}

/* Time, then dead letters before feeds before events. */
static inline uint64_t sz_fs_packed_key(const packed *p) {
    uint64_t rank = p->kind == SZ_RECORD_DEAD ? 0 : p->kind == SZ_RECORD_FEED_STATUS ? 1 : 2;
    return p->c.time_ms == SZ_TIME_NONE ? 0 : (uint64_t)(p->c.time_ms + (INT64_C(1) << 60)) << 2 | rank;
}
/* Order of semantics 1 for events; ties by order of reading, so no two are equal. */
int sz_fs_packed_cmp(const packed *a, const packed *b, const kept *k);
/* The same where the keys are equal. */
int sz_fs_packed_tie(const packed *a, const packed *b, const kept *k);
/* Write the piece to `to` (aligned to 8, room for PACKED_MOST), with its line. Its place: set by the caller after. */
void sz_fs_pack(packer *p, packed *to, const sz_record *r, sz_str raw);
/* The rest of a piece whose compact event is there and whose line is kept. */
static inline void sz_fs_pack_kept(packed *to, const kept *k, sz_str line, sz_str made) {
    to->kind = SZ_RECORD_EVENT;
    to->n_fields = to->what = 0;
    to->made_n = (uint8_t)made.n;
    to->raw_n = (uint32_t)line.n;
    to->text = k->shift + (uint64_t)((const uint8_t *)line.p - k->p);
    to->size = sizeof *to;
    if (made.n == 0) return;
    memcpy(to + 1, made.p, made.n);
    to->size += (uint32_t)(made.n + 7) & ~7u;
}
/* The piece with its line, to be written to a file; its size. */
uint32_t sz_fs_pack_own(packed *to, const packed *p, const kept *k);
static inline uint32_t sz_fs_packed_own_size(const packed *p) {
    return p->text == PACKED_OWN ? p->size : (uint32_t)(sizeof *p + p->raw_n + p->made_n + 7) & ~7u;
}
/* What is no event, and declared fields. */
void sz_fs_unpack_rest(const packed *p, const char *base, sz_record *out);
/* The texts borrow from the piece and its line. source: of the origin. */
static inline void sz_fs_unpack(const packed *p, const kept *k, sz_str source, sz_input *out) {
    const char *base = sz_fs_packed_base(p, k);
    sz_record *r = &out->record;
    out->raw = (sz_str){base, p->raw_n};
    out->origin = (sz_origin){source, -1, (int64_t)p->offset, (int64_t)p->line};
    r->kind = (sz_record_kind)p->kind;
    r->time_ms = p->c.time_ms;
    if (r->kind == SZ_RECORD_EVENT) sz_compact_expand(&p->c, base, sz_fs_packed_made(p), &r->event);
    if (r->kind != SZ_RECORD_EVENT || p->c.codes[0] >= SZ_TYPE_FIRST_DECLARED) sz_fs_unpack_rest(p, base, r);
}

#endif

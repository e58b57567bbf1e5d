/* SPDX-License-Identifier: Apache-2.0
 *
 * pack: a decoded record and its bytes in one piece, to be sorted, written to a file and read back by this process
 * only.
 *
 *   packed    fixed part, below
 *   raw bytes, then texts that are not in them
 *   numbers   i64 each, those that `has` names
 *   texts     u32 each, those that `texts` names: place in the piece << 10 | length; most lie in the raw bytes
 *   already
 *   fields    declared ones, `n_fields` of them
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_PACK_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_PACK_H

#include <sanzao/engine.h>

typedef struct packed {
    uint32_t size; /* of the whole piece, a multiple of 8 */
    uint32_t raw_n;
    uint64_t key;     /* time, then dead letters before feeds before events */
    uint64_t ordinal; /* in order of reading */
    uint64_t offset, line;
    uint64_t content;
    uint8_t codes[8]; /* of an event, as they lie in it */
    uint32_t input;
    uint32_t numbers_at; /* in the piece */
    uint16_t has, texts;
    uint8_t kind, n_fields;
    uint8_t what; /* reason of a dead letter, state of a feed */
} packed;

enum { PACKED_MOST = SZ_RECORD_MAX + 16384 }; /* texts and fields have limits of their own */

typedef struct packer {
    const char *copy; /* where the decoder seems to keep its copy of the raw bytes; only believed after a comparison */
    uint32_t n_misses;
} packer;

/* Order of semantics 1 for events; ties by order of reading, so no two are equal. */
int sz_fs_packed_cmp(const packed *a, const packed *b);
/* Write the piece to `to` (aligned to 8, room for PACKED_MOST); its size. The record's key and place: set by the
 * caller after. */
uint32_t sz_fs_pack(packer *p, void *to, const sz_record *r, sz_str raw);
/* The texts borrow from the piece. source: of the origin. */
void sz_fs_unpack(const packed *p, sz_str source, sz_input *out);
sz_str sz_fs_packed_text(const packed *p, uint32_t which);

enum {
    TEXT_ID,
    TEXT_SOURCE,
    TEXT_STUDENT,
    TEXT_CARD,
    TEXT_SYSTEM,
    TEXT_PLACE,
    TEXT_READER,
    TEXT_REF,
    TEXT_COURSE,
    TEXT_SESSION,
    TEXT_MEANS,
    TEXT_BUILDING,
    TEXT_FIELD,
    TEXT_DETAIL,
    N_TEXTS
};

#endif

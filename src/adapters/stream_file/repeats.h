/* SPDX-License-Identifier: Apache-2.0
 *
 * repeats: records whose (source, id, student or card) came before, within the horizon, in order of reading: the
 * first line read stays (contract), but for one from the future, which no engine takes.
 *
 * As long as the records' pieces lie in memory, a hash of (source, id) is kept of each, and where the piece of every
 * 63rd lies, from which one gets to those behind it. Hashes that come twice are found by bits, and only records that
 * have one of them are looked at; of all others it is known that they are the only ones, whomever they name. Where one
 * id is many records' the hash of the whole identity is taken instead. Where many repeat, where there are very many,
 * and when the pieces leave memory (unfold), a tuple a record is kept by its hash in partitions, and each is looked
 * through alone; so memory is bounded.
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_REPEATS_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_REPEATS_H

#include <sanzao/base_pages.h>

#include "pack.h"

typedef struct tuple {
    uint64_t hash; /* of the identity: 96 bits with `more` */
    uint32_t more;
    uint32_t content;
    int64_t time_ms;
    uint64_t ordinal;
} tuple;

/* Of records whose pieces are in memory: of so many words the first says where the piece of the next one's record
 * lies, in eights, and all others are hashes. */
enum { REPEATS_MARK_EVERY = 64 };

typedef struct extent { /* tuples in the temporary file */
    uint64_t at;
    uint64_t n;
} extent;

typedef struct partition {
    tuple *next, *end; /* room in the last chunk */
    struct chunk *first, *last;
    extent *extents;
    uint32_t n_extents, room;
} partition;

typedef struct repeats {
    const uint8_t *pieces;      /* borrowed: memory in which they lie, one behind the other */
    uint32_t *words;            /* in the region; NULL: there are tuples */
    size_t n_words, most_words; /* there is room for so many */
    size_t budget, held;        /* bytes */
    const char *tmp_dir;
    partition *parts;
    uint32_t n_parts, shift;
    struct chunk *spare;
    uint8_t *region; /* words or chunks, one behind the other; given away when all are looked through */
    size_t room, used;
    sz_pages *pages; /* borrowed, may be NULL */
    int fd;
    uint64_t written, n; /* n: ordinals */
    uint64_t *flags;     /* two bits an ordinal; NULL: nothing repeats */
    uint64_t *shared;    /* a bit an ordinal: another record may have its source and id; NULL: none has */
    bool knows_lone;     /* `shared` says so of all */
    said error;
} repeats;

void sz_fs_repeats_init(repeats *r, const uint8_t *pieces, size_t budget, const char *tmp_dir, sz_pages *pages);
void sz_fs_repeats_fini(repeats *r);
/* Of (source, id, student or card) 64 bits; and 32 more of the same prints added up another way, so that chance does
 * not make two records one. */
static inline uint64_t sz_fs_identity(const sz_prints *p) {
    uint64_t a = p->id ^ (p->source << 32 | p->source >> 32) ^ UINT64_C(0x2d358dccaa6c78a5);
    sz_u128 m = (sz_u128)a * (p->who ^ p->source ^ UINT64_C(0xe7037ed1a0b428db));
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}
static inline uint32_t sz_fs_identity_of_id(const sz_prints *p) {
    sz_u128 m = (sz_u128)(p->id ^ UINT64_C(0x2d358dccaa6c78a5)) * (p->source ^ UINT64_C(0xe7037ed1a0b428db));
    return (uint32_t)((uint64_t)m ^ (uint64_t)(m >> 64));
}
static inline uint32_t sz_fs_identity_more(const sz_prints *p) {
    uint64_t who = p->who << 23 | p->who >> 41;
    uint64_t m = (p->id + who) * UINT64_C(0x9e3779b97f4a7c15) + p->source * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (uint32_t)(m ^ m >> 32);
}

bool sz_fs_repeats_add_tuple(repeats *r, const sz_prints *prints, const packed *p);
/* An event with these prints, whose piece lies at that place, a multiple of 8, behind those of the ones before. False:
 * r->error. */
static inline bool sz_fs_repeats_add(repeats *r, const sz_prints *prints, packed *p, size_t at) {
    p->place |= PACKED_NOTED;
    if (r->n_words + 2 > r->most_words || at / 8 > UINT32_MAX) return sz_fs_repeats_add_tuple(r, prints, p);
    if (r->n_words % REPEATS_MARK_EVERY == 0) r->words[r->n_words++] = (uint32_t)(at / 8);
    r->words[r->n_words++] = sz_fs_identity_of_id(prints);
    return true;
}
/* The pieces of what was added are about to leave memory. False: r->error. */
bool sz_fs_repeats_unfold(repeats *r);
/* After the last one; n_ordinals: all records, also those that were not added. What is later than the limit counts
 * for nothing. */
bool sz_fs_repeats_find(repeats *r, uint64_t n_ordinals, int64_t horizon_ms, int64_t limit_ms);
/* As sz_input has it. */
static inline uint8_t sz_fs_repeats_flag(const repeats *r, uint64_t ordinal) {
    return (uint8_t)(r->flags ? r->flags[ordinal / 32] >> ordinal % 32 * 2 & 3 : 0);
}
/* Is it known that no other record has its source and id? */
static inline bool sz_fs_repeats_is_lone(const repeats *r, uint64_t ordinal) {
    return r->knows_lone && !(r->shared && r->shared[ordinal / 64] >> ordinal % 64 & 1);
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * repeats: records whose (source, id, student or card) came before, within the horizon, in order of reading: the
 * first line read stays (contract), but for one from the future, which no engine takes. A tuple a record is kept by the
 * hash of its identity in partitions, and each is looked through alone; so memory is bounded, and where nothing repeats
 * it costs a few nanoseconds a record.
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_REPEATS_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_REPEATS_H

#include <sanzao/base_pages.h>

typedef struct tuple {
    uint64_t hash; /* of the identity: 96 bits with `more` */
    uint32_t more;
    uint32_t content;
    int64_t time_ms;
    uint64_t ordinal;
} tuple;

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
    size_t budget, held; /* bytes */
    const char *tmp_dir;
    partition *parts;
    uint32_t n_parts, shift;
    struct chunk *spare;
    uint8_t *region; /* chunks, one behind the other; given away when all are looked through */
    size_t room, used;
    sz_pages *pages; /* borrowed, may be NULL */
    int fd;
    uint64_t written, n; /* n: ordinals */
    uint64_t *flags;     /* two bits an ordinal; NULL: nothing repeats */
    char error[256];
} repeats;

void sz_fs_repeats_init(repeats *r, size_t budget, const char *tmp_dir, sz_pages *pages);
void sz_fs_repeats_fini(repeats *r);
/* What is one record and no other within a batch: its source, its id, and whose it is. Of each 16 bytes may be read. */
enum { NAME_READ = 16 };
typedef struct name_of {
    sz_str id, source, who;
    bool is_student; /* `who`: else a card */
} name_of;
/* An event. False: r->error. */
bool sz_fs_repeats_add(repeats *r, const name_of *name, uint64_t content, int64_t time_ms, uint64_t ordinal);
/* After the last one; n_ordinals: all records, also those that were not added. What is later than the limit counts
 * for nothing. */
bool sz_fs_repeats_find(repeats *r, uint64_t n_ordinals, int64_t horizon_ms, int64_t limit_ms);
/* As sz_input has it. */
static inline uint8_t sz_fs_repeats_flag(const repeats *r, uint64_t ordinal) {
    return (uint8_t)(r->flags ? r->flags[ordinal / 32] >> ordinal % 32 * 2 & 3 : 0);
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * sorter: records in, records in order out, in bounded memory. They are packed one behind the other; what exceeds the
 * budget is sorted and written to a temporary file as a run, and at the end the runs are merged. When everything
 * fits, nothing is written; what comes in order is not sorted.
 *
 *   new; add for each record; finish; next until NULL; free
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_SORTER_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_SORTER_H

#include <sanzao/base_pages.h>

#include "lines.h"
#include "pack.h"

enum { SORTER_MOST_GB = 30 }; /* of the budget: more has no place */

/* A place while places are sorted: what is in order already has no need of the key, which is in the piece. */
typedef struct __attribute__((packed, aligned(4))) keyed {
    uint64_t key;
    uint32_t at;
} keyed;

/* A record that comes so little too late is put where it belongs at once. */
enum { LATE_AT_MOST = 32 };

/* The pages of what was given go to who wants them, the students, while the rest is given. */
enum { FLOOR_EVERY = 8192, FORGET_AT_ONCE = 2 << 20 };

typedef struct run {
    uint64_t at, end;      /* in the temporary file */
    uint8_t *buf;          /* while it is merged */
    size_t room, from, to; /* buf[from, to) is read and not given */
} run;

typedef struct sorter {
    size_t budget;
    const char *tmp_dir;
    sz_pages *pages;                                            /* borrowed, may be NULL */
    bool (*leaves)(void *self, said *error); /* asked before pieces are written and forgotten */
    void *self;
    uint8_t *region; /* packed records; mapped, so that what is never touched costs nothing */
    size_t region_room, used;
    uint32_t *places; /* of each, in eights; sorted before they are given or written */
    size_t places_room, n;
    bool is_in_order;  /* they are sorted so far */
    uint64_t last_key; /* the greatest of them */
    int fd;            /* temporary file, -1: none */
    uint64_t written;
    run *runs;
    uint32_t n_runs, runs_room;
    uint32_t *heap; /* runs by their first record */
    uint32_t n_heap;
    bool is_stale; /* heap[0]'s first record was given */
    bool is_merging;
    size_t given;     /* in memory: records given */
    uint64_t *floors; /* of each FLOOR_EVERY places, where in the region the first piece of what follows lies */
    size_t forgotten; /* region[0, forgotten) was given away */
    uint64_t most_fan;
    said error;
} sorter;

void sz_fs_sorter_init(sorter *s, size_t budget, const char *tmp_dir, sz_pages *pages);
void sz_fs_sorter_fini(sorter *s);
/* Room for the next record's piece; pack into it, then call added. */
static inline packed *sz_fs_sorter_room(sorter *s) { return (packed *)(void *)(s->region + s->used); }
/* The last record is not behind the one before it. */
void sz_fs_sorter_late(sorter *s);
/* Write what is in memory as a run, and forget it. */
bool sz_fs_sorter_spill(sorter *s);
static inline const packed *sz_fs_sorter_piece(const sorter *s, uint32_t at) {
    return (const packed *)(const void *)(s->region + (size_t)at * 8);
}
/* The piece is there, with everything in it; key: sz_fs_packed_key. False: s->error. */
static inline bool sz_fs_sorter_added(sorter *s, const packed *p, uint64_t key) {
    s->places[s->n++] = (uint32_t)(s->used / 8);
    s->used += sz_fs_packed_size(p);
    if (key > s->last_key) s->last_key = key;
    else sz_fs_sorter_late(s);
    return s->used + s->n * (sizeof *s->places + 2 * sizeof(keyed)) <= s->budget || sz_fs_sorter_spill(s);
}
bool sz_fs_sorter_finish(sorter *s);
/* What was given so far is not used any longer. */
void sz_fs_sorter_forget(sorter *s);
/* Memory that costs nothing before it is touched, in large pages but for its beginning, since who has little to keep is
 * not to have two megabytes cleared for it; never NULL. */
void *sz_fs_map(size_t n);

/* ---- runs.c ---- */

/* Write what is in memory as a run. */
bool sz_fs_runs_spill(sorter *s);
/* Reduce to so many runs that each has a fair buffer, and get their first records. */
bool sz_fs_runs_begin(sorter *s);
const packed *sz_fs_runs_next(sorter *s, bool may_refill, got *g);
void sz_fs_runs_fini(sorter *s);

/* The next record. NULL: *g says END, FAIL (s->error), or WAIT: with may_refill false, more must be read, which moves
 * what was given before. */
static inline const packed *sz_fs_sorter_next(sorter *s, bool may_refill, got *g) {
    if (s->is_merging) return sz_fs_runs_next(s, may_refill, g);
    *g = s->given < s->n ? GOT_PIECE : GOT_END;
    if (s->given == s->n) return NULL;
    if (s->given + 8 < s->n) {
        const char *soon = (const char *)sz_fs_sorter_piece(s, s->places[s->given + 8]);
        __builtin_prefetch(soon);
        __builtin_prefetch(soon + 64);
    }
    return sz_fs_sorter_piece(s, s->places[s->given++]);
}

/* ---- tmpfile.c: an unnamed file ---- */

int sz_fs_tmp_open(const char *dir, said *error);
bool sz_fs_tmp_write(int fd, uint64_t at, const void *p, size_t n, const char *dir, said *error);
bool sz_fs_tmp_read(int fd, uint64_t at, void *p, size_t n, said *error);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "sorter.h"

#include <sys/mman.h>

enum { LEAST_BUDGET = 64 << 10, LEAST_PIECE = sizeof(packed) };

static void *map(size_t n) {
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return sz_realloc(NULL, SIZE_MAX); /* ends the process as every lack of memory does */
    if (n > (size_t)64 << 20) madvise(p, n, MADV_HUGEPAGE); /* a fault for 2 MiB, not for 4 KiB */
    return p;
}

void sz_fs_sorter_init(sorter *s, size_t budget, const char *tmp_dir) {
    *s = (sorter){
        .budget = budget < LEAST_BUDGET ? LEAST_BUDGET : budget, .tmp_dir = tmp_dir, .fd = -1, .is_in_order = true};
    s->region_room = s->budget + PACKED_MOST;
    s->region = map(s->region_room);
    s->places_room = s->region_room / LEAST_PIECE + 1;
    s->places = map(s->places_room * sizeof *s->places);
}

void sz_fs_sorter_fini(sorter *s) {
    if (!s->region) return;
    munmap(s->region, s->region_room);
    munmap(s->places, s->places_room * sizeof *s->places);
    s->region = NULL;
    sz_fs_runs_fini(s);
}

void *sz_fs_sorter_room(sorter *s) { return s->region + s->used; }

static int by_order(const void *a, const void *b, void *ctx) {
    const place_of *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    const uint8_t *region = ctx;
    return sz_fs_packed_cmp((const packed *)(const void *)(region + x->at),
                            (const packed *)(const void *)(region + y->at));
}

static void sort(sorter *s) {
    if (!s->is_in_order) sz_sort(s->places, s->n, sizeof *s->places, by_order, s->region);
}

static bool spill(sorter *s) {
    sort(s);
    bool is_fine = sz_fs_runs_spill(s);
    s->used = s->n = 0;
    s->last = NULL;
    s->is_in_order = true;
    return is_fine;
}

/* The first record that is not in order: from here on places are kept, those of the others too. */
static void keep_places(sorter *s) {
    s->is_in_order = false;
    size_t at = 0;
    for (size_t i = 0; i < s->n; i++) {
        const packed *p = (const packed *)(const void *)(s->region + at);
        s->places[i] = (place_of){p->key, at};
        at += p->size;
    }
}

bool sz_fs_sorter_added(sorter *s, packed *p) {
    if (s->is_in_order && s->last &&
        (p->key < s->last->key || (p->key == s->last->key && sz_fs_packed_cmp(s->last, p) > 0)))
        keep_places(s);
    if (!s->is_in_order) s->places[s->n] = (place_of){p->key, s->used};
    s->n++;
    s->used += p->size;
    s->last = p;
    /* Sorting needs as much as the places once more. */
    return s->used + 2 * s->n * sizeof *s->places <= s->budget || spill(s);
}

bool sz_fs_sorter_finish(sorter *s) {
    if (s->n_runs == 0) {
        sort(s);
        return true;
    }
    s->is_merging = true;
    bool is_fine = s->n == 0 || spill(s);
    madvise(s->region, s->region_room, MADV_DONTNEED); /* the runs' buffers take its place in the budget */
    madvise(s->places, s->places_room * sizeof *s->places, MADV_DONTNEED);
    return is_fine && sz_fs_runs_begin(s);
}

const packed *sz_fs_sorter_next(sorter *s, bool may_refill, got *g) {
    if (s->is_merging) return sz_fs_runs_next(s, may_refill, g);
    *g = GOT_END;
    if (s->given == s->n) return NULL;
    *g = GOT_PIECE;
    if (s->is_in_order) {
        const packed *p = (const packed *)(const void *)(s->region + s->given_at);
        s->given_at += p->size;
        s->given++;
        return p;
    }
    if (s->given + 8 < s->n) {
        const uint8_t *soon = s->region + s->places[s->given + 8].at;
        __builtin_prefetch(soon);
        __builtin_prefetch(soon + 64);
    }
    return (const packed *)(const void *)(s->region + s->places[s->given++].at);
}

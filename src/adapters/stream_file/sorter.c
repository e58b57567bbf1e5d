/* SPDX-License-Identifier: Apache-2.0 */
#include "sorter.h"

#include <sys/mman.h>

enum { LEAST_BUDGET = 64 << 10, LEAST_PIECE = sizeof(packed), SMALL_PAGES = 64 << 10, PAGE = 4096 };

void *sz_fs_map(size_t n) {
    bool is_large = n > (size_t)16 << 20;
    size_t more = is_large ? SZ_LARGE_PAGE : 0;
    uint8_t *p = mmap(NULL, n + more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return sz_realloc(NULL, SIZE_MAX); /* ends the process as every lack of memory does */
    if (!is_large) return p;
    size_t before = (SZ_LARGE_PAGE - ((uintptr_t)p + SMALL_PAGES) % SZ_LARGE_PAGE) % SZ_LARGE_PAGE;
    size_t end = (before + n + PAGE - 1) & ~(size_t)(PAGE - 1);
    if (before) munmap(p, before);
    if (end < n + more) munmap(p + end, n + more - end);
    madvise(p + before, n, MADV_HUGEPAGE); /* a fault for 2 MiB, not for 4 KiB */
    return p + before;
}

void sz_fs_sorter_init(sorter *s, size_t budget, const char *tmp_dir, sz_pages *pages) {
    const size_t most = (size_t)SORTER_MOST_GB << 30;
    *s = (sorter){.budget = budget < LEAST_BUDGET ? LEAST_BUDGET
                            : budget > most       ? most
                                                  : budget,
                  .tmp_dir = tmp_dir,
                  .pages = pages,
                  .fd = -1,
                  .is_in_order = true};
    s->region_room = s->budget + PACKED_MOST;
    s->region = sz_fs_map(s->region_room);
    s->places_room = s->region_room / LEAST_PIECE + 1;
    s->places = sz_fs_map(s->places_room * sizeof *s->places);
}

void sz_fs_sorter_fini(sorter *s) {
    if (!s->region) return;
    sz_pages_withdraw(s->pages, s->region, s->region_room);
    munmap(s->region, s->region_room);
    munmap(s->places, s->places_room * sizeof *s->places);
    s->region = NULL;
    sz_free(s->floors);
    sz_fs_runs_fini(s);
}

static int by_order(const void *a, const void *b, void *ctx) {
    const keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    const sorter *s = ctx;
    return sz_fs_packed_tie(sz_fs_sorter_piece(s, x->at), sz_fs_sorter_piece(s, y->at));
}

/* Keys lie beside the places meanwhile: to look for each in its piece is to wait for it. */
static void sort(sorter *s) {
    if (s->is_in_order) return;
    keyed *v = sz_fs_map(s->n * sizeof *v);
    for (size_t i = 0; i < s->n; i++)
        v[i] = (keyed){sz_fs_packed_key(sz_fs_sorter_piece(s, s->places[i])), s->places[i]};
    sz_sort(v, s->n, sizeof *v, by_order, s);
    for (size_t i = 0; i < s->n; i++) s->places[i] = v[i].at;
    munmap(v, s->n * sizeof *v);
}

bool sz_fs_sorter_spill(sorter *s) {
    if (!s->leaves(s->self, &s->error)) return false;
    sort(s);
    bool is_fine = sz_fs_runs_spill(s);
    s->used = s->n = 0;
    s->last_key = 0;
    s->is_in_order = true;
    return is_fine;
}

static bool are_swapped(const sorter *s, uint32_t a, uint32_t b) {
    return sz_fs_packed_cmp(sz_fs_sorter_piece(s, a), sz_fs_sorter_piece(s, b)) > 0;
}

/* It goes a few places back, or all are sorted at the end. */
void sz_fs_sorter_late(sorter *s) {
    size_t i = s->n - 1, least = i > LATE_AT_MOST ? i - LATE_AT_MOST : 0;
    uint32_t late = s->places[i];
    if (!s->is_in_order) return;
    while (i > least && are_swapped(s, s->places[i - 1], late)) i--;
    s->is_in_order = i == 0 || i > least || !are_swapped(s, s->places[i - 1], late);
    if (!s->is_in_order) return;
    memmove(&s->places[i + 1], &s->places[i], (s->n - 1 - i) * sizeof late);
    s->places[i] = late;
}

static void find_floors(sorter *s) {
    uint64_t least = s->used;
    s->floors = sz_alloc((s->n / FLOOR_EVERY + 1) * sizeof *s->floors);
    for (size_t i = s->n; i-- > 0;) {
        uint64_t at = (uint64_t)s->places[i] * 8;
        if (at < least) least = at;
        if (i % FLOOR_EVERY == 0) s->floors[i / FLOOR_EVERY] = least;
    }
}

void sz_fs_sorter_forget(sorter *s) {
    if (s->is_merging || s->given == 0) return;
    uintptr_t upto = ((uintptr_t)s->region + s->floors[s->given / FLOOR_EVERY]) & ~(uintptr_t)(FORGET_AT_ONCE - 1);
    uintptr_t from = (uintptr_t)s->region + s->forgotten;
    if (upto <= from) return;
    sz_pages_give(s->pages, (void *)from, upto - from);
    s->forgotten = upto - (uintptr_t)s->region;
}

bool sz_fs_sorter_finish(sorter *s) {
    if (s->n_runs == 0) {
        sort(s);
        find_floors(s);
        return true;
    }
    s->is_merging = true;
    bool is_fine = s->n == 0 || sz_fs_sorter_spill(s);
    madvise(s->region, s->region_room, MADV_DONTNEED); /* the runs' buffers take its place in the budget */
    madvise(s->places, s->places_room * sizeof *s->places, MADV_DONTNEED);
    return is_fine && sz_fs_runs_begin(s);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The relocatable block of one student's accumulators.
 */
#include "fstate.h"

static uint32_t align8(uint32_t n) { return (n + 7u) & ~7u; }
static uint32_t fixed_size(uint32_t n_regions) {
    return align8((uint32_t)(sizeof(state_head) + (n_regions + 1) * sizeof(region)));
}

/* Of a region: for a row more. */
static uint32_t room_for(uint32_t n) { return n ? align8(n) + n / 128 * 8 + 8 : 0; }

static void begin_empty(sz_fstate *s, const sz_featureset *fs, uint32_t n) {
    s->n = n;
    *head_of(s) = (state_head){.first_day = SZ_DAY_NONE, .n_regions = fs->n_accs + 1};
    for (uint32_t i = 0; i <= fs->n_accs + 1; i++) regions_of(s)[i].off = n;
}

/* A block of n bytes or more, of `most` if it is to move, with what the state has now. */
static void move_to(sz_fstate *s, uint32_t n, uint32_t most) {
    size_t cap = s->cap;
    s->p = sz_pool_resize(s->pool, s->p, &cap, s->n, n, most);
    s->cap = (uint32_t)cap;
}

void sz_fstate_init(sz_fstate *s, const sz_featureset *fs, sz_pool *pool) {
    *s = (sz_fstate){.pool = pool};
    sz_fstate_reset(s, fs);
}

void sz_fstate_fini(sz_fstate *s) {
    sz_pool_give(s->pool, s->p, s->cap);
    *s = (sz_fstate){.pool = s->pool};
}

void sz_fstate_reset(sz_fstate *s, const sz_featureset *fs) {
    uint32_t n = fixed_size(fs->n_accs + 1);
    if (s->cap < n) {
        s->n = 0;
        move_to(s, n, n);
    }
    memset(s->p, 0, n);
    begin_empty(s, fs, n);
}

int32_t sz_fstate_first_day(const sz_fstate *s) { return head_of(s)->first_day; }

/* The region is to have so much room: what stands behind it moves. */
static void set_room(sz_fstate *s, uint32_t i, uint32_t cap) {
    region *r = regions_of(s);
    uint32_t n_regions = head_of(s)->n_regions, end = r[i + 1].off, by = cap - region_cap(&r[i]); /* modulo 2^32 */
    memmove(s->p + (uint32_t)(end + by), s->p + end, s->n - end);
    for (uint32_t k = i + 1; k <= n_regions; k++) r[k].off += by;
    s->n += by;
}

static void room_for_all(sz_fstate *s, uint32_t n) {
    if (n <= s->cap) return;
    move_to(s, n, n + n / 32 + 128); /* each time is a copy into memory that is cold */
}

/* Of a region that is to be n bytes long: for one more such row behind. */
static uint32_t room_to_grow(const region *r, uint32_t n) {
    enum { ROW_MOST = 32 };
    uint32_t row = n - r->n;
    return row > 8 && row <= ROW_MOST ? align8(n + row) + n / 128 * 8 : room_for(n);
}

uint8_t *region_grow(sz_fstate *s, uint32_t i, uint32_t n) {
    uint32_t cap = room_to_grow(&regions_of(s)[i], n);
    room_for_all(s, s->n + cap - region_cap(&regions_of(s)[i]));
    set_room(s, i, cap);
    regions_of(s)[i].n = n;
    return region_bytes(s, i);
}

/* ---- a day's first record ---- */

/* Of a window that is full: as many days as it reaches over have a row, and the next one takes the place of one that
 * falls off. */
static inline bool is_full(const uint8_t *p, uint32_t n, const sz_growth *g) {
    if (g->keep == INT32_MAX || n < g->head + g->row) return false;
    int32_t first, last;
    memcpy(&first, p + g->head, sizeof first);
    memcpy(&last, p + n - g->row, sizeof last);
    return (int64_t)last - first >= g->keep;
}

/* One of those that get room. */
typedef struct growing {
    uint32_t region, more;
} growing;
enum { GROWING_MOST = 128 }; /* at once; the others have their turn when they are full */

static uint32_t find_growing(const sz_fstate *s, const sz_featureset *fs, uint32_t days, growing *v, uint32_t *bytes) {
    enum { ROWS_A_ROW = 24 }; /* a longer region gets room for several at once */
    const region *r = regions_of(s);
    const sz_growth *g = fs->growths;
    uint32_t n = 0, sum = 0;
    for (uint32_t k = 0; k < fs->n_accs && n < GROWING_MOST; k++) {
        uint32_t row = g[k].row, have = region_cap(&r[k]) - r[k].n;
        if (!r[k].n || have >= days * row || is_full(s->p + r[k].off, r[k].n, &g[k])) continue;
        uint32_t several = r[k].n < ROWS_A_ROW * row ? 0 : r[k].n / (ROWS_A_ROW * row);
        uint32_t more = (days + several) * row - have;
        v[n++] = (growing){k, more};
        sum += more;
    }
    *bytes = sum;
    return n;
}

void sz_fstate_spread(sz_fstate *s, const sz_featureset *fs, uint32_t days) {
    enum { FEW = 2 }; /* they may as well grow one by one */
    growing v[GROWING_MOST];
    uint32_t by, n = find_growing(s, fs, days, v, &by), end = s->n;
    if (n <= FEW) return;
    room_for_all(s, s->n + by);
    region *r = regions_of(s);
    s->n += by;
    /* What stands between two of them moves as one; from behind, so that none is written over before it has moved. */
    uint32_t last = head_of(s)->n_regions;
    for (uint32_t i = n; i-- > 0;) {
        uint32_t first = v[i].region + 1, at = r[first].off;
        memmove(s->p + at + by, s->p + at, end - at);
        for (uint32_t k = first; k <= last; k++) r[k].off += by;
        end = at;
        last = first - 1;
        by -= v[i].more;
    }
}

void regions_lay(sz_fstate *s) {
    uint32_t n_regions = head_of(s)->n_regions, end = fixed_size(n_regions);
    region *r = regions_of(s);
    for (uint32_t i = 0; i < n_regions; i++) {
        r[i].off = end;
        end += room_for(r[i].n);
    }
    r[n_regions].off = end;
    room_for_all(s, end);
    s->n = end;
}

uint32_t findable_size(const sz_featureset *fs) {
    return (uint32_t)(sizeof(findable) - sizeof(uint64_t) + fs->mask_words * sizeof(uint64_t));
}

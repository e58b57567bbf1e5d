/* SPDX-License-Identifier: Apache-2.0
 *
 * The relocatable block of one student's accumulators.
 */
#include "fstate.h"

static uint32_t align8(uint32_t n) { return (n + 7u) & ~7u; }
static uint32_t fixed_size(uint32_t n_regions) {
    return align8((uint32_t)(sizeof(state_head) + n_regions * sizeof(region)));
}

/* Of a region: for a row more. */
static uint32_t room_for(uint32_t n) { return n ? align8(n + n / 16 + 8) : 0; }

static void begin_empty(sz_fstate *s, const sz_featureset *fs, uint32_t n) {
    s->n = n;
    *head_of(s) = (state_head){.first_day = SZ_DAY_NONE, .n_regions = fs->n_accs + 1};
    for (uint32_t i = 0; i <= fs->n_accs; i++) regions_of(s)[i].off = n;
}

void sz_fstate_init(sz_fstate *s, const sz_featureset *fs) {
    uint32_t n = fixed_size(fs->n_accs + 1);
    *s = (sz_fstate){.p = sz_alloc(n), .n = n, .cap = n};
    begin_empty(s, fs, n);
}

void sz_fstate_fini(sz_fstate *s) {
    sz_free(s->p);
    *s = (sz_fstate){0};
}

void sz_fstate_reset(sz_fstate *s, const sz_featureset *fs) {
    uint32_t n = fixed_size(fs->n_accs + 1);
    if (s->cap < n) {
        sz_fstate_fini(s);
        sz_fstate_init(s, fs);
        return;
    }
    memset(s->p, 0, n);
    begin_empty(s, fs, n);
}

int32_t sz_fstate_first_day(const sz_fstate *s) { return head_of(s)->first_day; }

/* The region is to have so much room: what stands behind it moves. */
static void set_room(sz_fstate *s, uint32_t i, uint32_t cap) {
    region *r = regions_of(s);
    uint32_t n_regions = head_of(s)->n_regions, end = r[i].off + r[i].cap, by = cap - r[i].cap; /* modulo 2^32 */
    memmove(s->p + (uint32_t)(end + by), s->p + end, s->n - end);
    for (uint32_t k = i + 1; k < n_regions; k++) r[k].off += by;
    r[i].cap = cap;
    s->n += by;
}

uint8_t *region_grow(sz_fstate *s, uint32_t i, uint32_t n) {
    uint32_t cap = room_for(n), all = s->n + cap - regions_of(s)[i].cap;
    if (all > s->cap) {
        s->cap = align8(all + all / 8 + 256); /* each time is a copy into memory that is cold */
        s->p = sz_realloc(s->p, s->cap);
    }
    set_room(s, i, cap);
    region *r = &regions_of(s)[i];
    memset(s->p + r->off + r->n, 0, cap - r->n);
    r->n = n;
    return s->p + r->off;
}

void region_trim(sz_fstate *s, uint32_t i, uint32_t n) {
    region *r = &regions_of(s)[i];
    r->n = n;
    if (room_for(n) < r->cap) set_room(s, i, room_for(n));
}

uint32_t findable_size(const sz_featureset *fs) {
    return (uint32_t)(sizeof(findable) - sizeof(uint64_t) + fs->mask_words * sizeof(uint64_t));
}

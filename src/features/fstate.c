/* SPDX-License-Identifier: Apache-2.0
 *
 * The relocatable block of one student's accumulators.
 */
#include "fstate.h"

static uint32_t align8(uint32_t n) { return (n + 7u) & ~7u; }
static uint32_t fixed_size(uint32_t n_regions) {
    return align8((uint32_t)(sizeof(state_head) + n_regions * sizeof(region)));
}

static uint32_t some_room(uint32_t n) { return n ? align8(n + n / 8 + 16) : 0; } /* for a few more rows */

static uint32_t size_with(const sz_fstate *s, uint32_t (*room)(uint32_t n)) {
    const region *r = regions_of(s);
    uint32_t n_regions = head_of(s)->n_regions, n = fixed_size(n_regions);
    for (uint32_t i = 0; i < n_regions; i++) n += room(r[i].n);
    return n;
}

void sz_fstate_init(sz_fstate *s, const sz_featureset *fs) {
    uint32_t n = fixed_size(fs->n_accs + 1);
    *s = (sz_fstate){.p = sz_alloc(n), .n = n, .cap = n};
    *head_of(s) = (state_head){.first_day = SZ_DAY_NONE, .n_regions = fs->n_accs + 1};
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
    s->n = n;
    *head_of(s) = (state_head){.first_day = SZ_DAY_NONE, .n_regions = fs->n_accs + 1};
}

int32_t sz_fstate_first_day(const sz_fstate *s) { return head_of(s)->first_day; }

/* Move every region together, each with some room, and have room for `extra` bytes behind them and for a few that grow
 * next: what is moved to the end of a full block costs a copy of all of it. */
static void compact(sz_fstate *s, uint32_t extra) {
    state_head *h = head_of(s);
    uint32_t n = size_with(s, some_room);
    sz_fstate to = {.n = fixed_size(h->n_regions), .cap = n + extra + align8(n / 16)};
    to.p = sz_realloc(NULL, to.cap);
    memcpy(to.p, s->p, to.n);
    region *r = regions_of(&to);
    for (uint32_t i = 0; i < h->n_regions; i++) {
        if (r[i].n) memcpy(to.p + to.n, s->p + r[i].off, r[i].n);
        r[i].off = to.n;
        r[i].cap = some_room(r[i].n);
        to.n += r[i].cap;
    }
    sz_free(s->p);
    *s = to;
}

uint8_t *region_grow(sz_fstate *s, uint32_t i, uint32_t n) {
    region *r = &regions_of(s)[i];
    uint32_t cap = some_room(n);
    bool is_last = r->off + r->cap == s->n && r->cap;
    if ((is_last ? r->off : s->n) + cap > s->cap) {
        compact(s, cap);
        r = &regions_of(s)[i];
        is_last = r->off + r->cap == s->n && r->cap;
        if (n <= r->cap) { /* there is room now */
            memset(s->p + r->off + r->n, 0, n - r->n);
            r->n = n;
            return s->p + r->off;
        }
    }
    if (!is_last) {
        if (r->n) memcpy(s->p + s->n, s->p + r->off, r->n);
        r->off = s->n;
    }
    memset(s->p + r->off + r->n, 0, cap - r->n);
    s->n = r->off + cap;
    r->n = n;
    r->cap = cap;
    return s->p + r->off;
}

void region_trim(sz_fstate *s, uint32_t i, uint32_t n) {
    region *r = &regions_of(s)[i];
    bool is_last = r->cap && r->off + r->cap == s->n;
    r->n = n;
    if (some_room(n) < r->cap) r->cap = some_room(n);
    if (is_last) s->n = r->off + r->cap;
}

uint32_t findable_size(const sz_featureset *fs) {
    return (uint32_t)(sizeof(findable) - sizeof(uint64_t) + fs->mask_words * sizeof(uint64_t));
}

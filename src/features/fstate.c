/* SPDX-License-Identifier: Apache-2.0
 *
 * The relocatable block of one student's accumulators.
 */
#include "fstate.h"

static uint32_t align8(uint32_t n) { return (n + 7u) & ~7u; }
static uint32_t fixed_size(uint32_t n_regions) {
    return align8((uint32_t)(sizeof(state_head) + n_regions * sizeof(region)));
}

static uint32_t no_room(uint32_t n) { return align8(n); }
static uint32_t some_room(uint32_t n) { return n ? align8(n + n / 8 + 16) : 0; } /* for the next row at least */

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

void sz_fstate_copy(sz_fstate *to, const sz_fstate *from) {
    if (to->cap < from->n) {
        to->p = sz_realloc(to->p, from->n);
        to->cap = from->n;
    }
    memcpy(to->p, from->p, from->n);
    to->n = from->n;
}

void sz_fstate_copy_tight(sz_fstate *to, const sz_fstate *from) {
    const region *old = regions_of(from);
    uint32_t n_regions = head_of(from)->n_regions, n = size_with(from, no_room);
    if (to->cap < n || to->cap > n + n / 4 + 64) {
        to->cap = n + 16;
        to->p = sz_realloc(to->p, to->cap);
    }
    memcpy(to->p, from->p, fixed_size(n_regions));
    to->n = fixed_size(n_regions);
    region *r = regions_of(to);
    for (uint32_t i = 0; i < n_regions; i++) {
        if (old[i].n) memcpy(to->p + to->n, from->p + old[i].off, old[i].n);
        r[i] = (region){.off = to->n, .n = old[i].n, .cap = align8(old[i].n)};
        to->n += r[i].cap;
    }
}

int32_t sz_fstate_first_day(const sz_fstate *s) { return head_of(s)->first_day; }

/* Move every region together, each with some room, and have room for `extra` bytes behind them. */
static void compact(sz_fstate *s, uint32_t extra) {
    state_head *h = head_of(s);
    sz_fstate to = {.n = fixed_size(h->n_regions), .cap = size_with(s, some_room) + extra};
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

uint8_t *region_resize(sz_fstate *s, uint32_t i, uint32_t n) {
    region *r = &regions_of(s)[i];
    if (n <= r->cap) {
        r->n = n;
        return s->p + r->off;
    }
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

uint32_t findable_size(const sz_featureset *fs) {
    return (uint32_t)(sizeof(findable) - sizeof(uint64_t) + fs->mask_words * sizeof(uint64_t));
}

void sz_fstate_pack(sz_buf *out, const sz_fstate *s, const sz_featureset *fs) {
    const region *r = regions_of(s);
    sz_buf_put_varint(out, fs->n_accs + 1);
    sz_buf_put_zigzag(out, head_of(s)->first_day);
    for (uint32_t i = 0; i <= fs->n_accs; i++) sz_buf_put_lstr(out, (sz_str){(const char *)(s->p + r[i].off), r[i].n});
}

bool region_fits(const sz_featureset *fs, uint32_t i, size_t n) {
    if (i == fs->n_accs) return n % findable_size(fs) == 0;
    const sz_acc *a = &fs->accs[i];
    if (a->kind == SZ_ACC_SESSIONS)
        return n == 0 || (n >= sizeof(session_head) && (n - sizeof(session_head)) % a->row_size == 0);
    return n % a->row_size == 0;
}

bool sz_fstate_unpack(sz_fstate *s, const sz_featureset *fs, const void *p, size_t n) {
    sz_reader r = sz_reader_of(p, n);
    if (sz_read_varint(&r) != fs->n_accs + 1) return false;
    sz_fstate_init(s, fs);
    head_of(s)->first_day = (int32_t)sz_read_zigzag(&r);
    for (uint32_t i = 0; i <= fs->n_accs; i++) {
        sz_str b = sz_read_lstr(&r);
        if (r.bad || !region_fits(fs, i, b.n)) {
            sz_fstate_fini(s);
            return false;
        }
        if (b.n) memcpy(region_resize(s, i, (uint32_t)b.n), b.p, b.n);
    }
    return true;
}

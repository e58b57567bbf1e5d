/* SPDX-License-Identifier: Apache-2.0
 *
 * The relocatable block of one student's accumulators.
 */
#include "fstate.h"

static uint32_t align8(uint32_t n) { return (n + 7u) & ~7u; }
static uint32_t fixed_size(uint32_t n_regions) {
    return align8((uint32_t)(sizeof(state_head) + n_regions * sizeof(region)));
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
    uint32_t n_regions = head_of(from)->n_regions, n = fixed_size(n_regions);
    for (uint32_t i = 0; i < n_regions; i++) n += align8(old[i].n);
    if (to->cap < n || to->cap > n + 64) {
        to->p = sz_realloc(to->p, n);
        to->cap = n;
    }
    memcpy(to->p, from->p, fixed_size(n_regions));
    to->n = fixed_size(n_regions);
    region *r = regions_of(to);
    for (uint32_t i = 0; i < n_regions; i++) {
        if (old[i].n) memcpy(to->p + to->n, from->p + old[i].off, old[i].n);
        r[i] = (region){.off = to->n, .n = old[i].n, .cap = align8(old[i].n)};
        to->n += r[i].cap;
    }
    head_of(to)->holes = 0;
}

int32_t sz_fstate_first_day(const sz_fstate *s) { return head_of(s)->first_day; }

/* Move every region together; called when half of the block is holes. */
static void compact(sz_fstate *s) {
    state_head *h = head_of(s);
    sz_fstate to = {.p = sz_alloc(s->cap), .n = fixed_size(h->n_regions), .cap = s->cap};
    memcpy(to.p, s->p, to.n);
    region *r = regions_of(&to);
    for (uint32_t i = 0; i < h->n_regions; i++) {
        memcpy(to.p + to.n, s->p + r[i].off, r[i].n);
        r[i].off = to.n;
        r[i].cap = align8(r[i].n);
        to.n += r[i].cap;
    }
    head_of(&to)->holes = 0;
    sz_free(s->p);
    *s = to;
}

uint8_t *region_resize(sz_fstate *s, uint32_t i, uint32_t n) {
    region *r = &regions_of(s)[i];
    if (n <= r->cap) {
        r->n = n;
        return s->p + r->off;
    }
    if (head_of(s)->holes > s->n / 2 && s->n > 512) {
        compact(s);
        r = &regions_of(s)[i];
    }
    uint32_t cap = align8(n + n / 2);
    bool is_last = r->off + r->cap == s->n && r->cap;
    uint32_t need = is_last ? r->off + cap : s->n + cap;
    if (need > s->cap) {
        s->cap = align8(need + need / 4);
        s->p = sz_realloc(s->p, s->cap);
        r = &regions_of(s)[i];
    }
    if (!is_last) {
        if (r->n) memcpy(s->p + s->n, s->p + r->off, r->n);
        head_of(s)->holes += r->cap;
        r->off = s->n;
    }
    memset(s->p + r->off + r->n, 0, cap - r->n);
    s->n = need;
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

static bool region_fits(const sz_featureset *fs, uint32_t i, size_t n) {
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

bool sz_fstate_unpack_mapped(sz_fstate *s, const sz_featureset *fs, const uint32_t *map, uint32_t n_old, const void *p,
                             size_t n) {
    sz_reader r = sz_reader_of(p, n);
    if (sz_read_varint(&r) != n_old + 1) return false;
    sz_fstate_init(s, fs);
    head_of(s)->first_day = (int32_t)sz_read_zigzag(&r);
    for (uint32_t old = 0; old <= n_old && !r.bad; old++) {
        sz_str b = sz_read_lstr(&r);
        for (uint32_t i = 0; i < fs->n_accs && old < n_old;
             i++) /* findable records stay behind: their bits are another set's */
            if (map[i] == old && region_fits(fs, i, b.n) && b.n) memcpy(region_resize(s, i, (uint32_t)b.n), b.p, b.n);
    }
    if (r.bad) sz_fstate_fini(s);
    return !r.bad;
}

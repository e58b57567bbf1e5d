/* SPDX-License-Identifier: Apache-2.0
 *
 * The relocatable block of one student's accumulators.
 */
#include "fstate.h"

static uint32_t align8(uint32_t n) { return (n + 7u) & ~7u; }
static uint32_t fixed_size(uint32_t n_regions) {
    return align8((uint32_t)(sizeof(state_head) + (n_regions + 1) * sizeof(region)));
}
static region region_at(uint32_t off) { return off / REGION_UNIT << SLACK_BITS; }

/* Beyond n bytes of a region, of which so many would be good to have; what is left can be said. */
static uint32_t room_beyond(uint32_t n, uint32_t more) {
    uint32_t most = SLACK_MOST - SLACK_MOST % REGION_UNIT - (align8(n) - n ? REGION_UNIT : 0);
    return align8(n) + (more < most ? more : most);
}

/* Of a region: for a row more. */
static uint32_t room_for(uint32_t n) { return n ? room_beyond(n, n / 128 * 8 + 8) : 0; }

static void begin_empty(sz_fstate *s, const sz_featureset *fs, uint32_t n) {
    typedef region four __attribute__((vector_size(16)));
    region *r = regions_of(s), none = region_at(n) | IS_EMPTY;
    four v = {none, none, none, none};
    uint32_t k = 0, n_regions = fs->n_accs + 2;
    s->n = n;
    *head_of(s) = (state_head){.first_day = SZ_DAY_NONE, .n_regions = fs->n_accs + 1};
    for (; k + 4 <= n_regions; k += 4) memcpy(r + k, &v, sizeof v);
    for (; k < n_regions; k++) r[k] = none;
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

/* Those from `first` to `last` begin so many bytes further behind, modulo 2^32. */
static void regions_shift(region *r, uint32_t first, uint32_t last, uint32_t by) {
    typedef region four __attribute__((vector_size(16)));
    region d = by << (SLACK_BITS - 3);
    uint32_t k = first;
    for (four v; k + 3 <= last; k += 4) { /* a few dozen of them, and no compiler knows that this is often */
        memcpy(&v, r + k, sizeof v);
        v += d;
        memcpy(r + k, &v, sizeof v);
    }
    for (; k <= last; k++) r[k] += d;
}
_Static_assert(REGION_UNIT == 1 << 3, "bytes to units");

/* The region is to have so much room, and n bytes in it: what stands behind it moves. */
static void set_room(sz_fstate *s, uint32_t i, uint32_t cap, uint32_t n) {
    region *r = regions_of(s);
    uint32_t end = region_off(r[i + 1]), by = cap - region_cap(&r[i]); /* modulo 2^32 */
    memmove(s->p + (uint32_t)(end + by), s->p + end, s->n - end);
    regions_shift(r, i + 1, head_of(s)->n_regions, by);
    s->n += by;
    region_set(&r[i], n);
}

static void room_for_all(sz_fstate *s, uint32_t n) {
    if (n > STATE_MOST - REGION_UNIT)
        sz_give_up(
            "what the rules keep of one student is more than 128 MiB: does one number stand for many people, or a "
            "`distinct` or `first` reach over years of something that never repeats?",
            "规则为一名学生保存的内容超过 128 MiB：是否有一个学号代表了很多人，或者 `distinct`、`first` "
            "统计了多年从不重复的内容？");
    if (n <= s->cap) return;
    move_to(s, n, n + n / 32 + 128); /* each time is a copy into memory that is cold */
}

/* Of a region of rows that is to be n bytes long: for one more such row behind. */
static uint32_t room_to_grow(const region *r, uint32_t n) {
    enum { ROW_MOST = 32 };
    uint32_t row = n - region_n(r);
    return row > 8 && row <= ROW_MOST ? room_beyond(n, align8(row) + n / 128 * 8) : room_for(n);
}

uint8_t *region_grow(sz_fstate *s, uint32_t i, uint32_t n, bool is_rows) {
    uint32_t cap = is_rows ? room_to_grow(&regions_of(s)[i], n) : align8(n);
    room_for_all(s, s->n + cap - region_cap(&regions_of(s)[i]));
    set_room(s, i, cap, n);
    return region_bytes(s, i);
}

void region_shorten(sz_fstate *s, uint32_t i, uint32_t n) {
    if (!region_set(&regions_of(s)[i], n)) set_room(s, i, room_for(n), n);
}

/* ---- a day's first record ---- */

/* Of a window that is full: as many days as it reaches over have a row, and the next one takes the place of one that
 * falls off. first_day: of the student's first record, whose night may be that of the day before. The first row is
 * mostly in a line of the cache that nothing else asks for; of a student of few days it is not read. Rows of panes have
 * larger numbers than any day. */
static inline bool is_full(const uint8_t *p, uint32_t n, const sz_growth *g, int32_t first_day) {
    if (g->keep == INT32_MAX || n < g->head + g->row) return false;
    int32_t first, last;
    memcpy(&last, p + n - g->row, sizeof last);
    if ((int64_t)last - first_day + 1 < g->keep) return false;
    memcpy(&first, p + g->head, sizeof first);
    return (int64_t)last - first >= g->keep;
}

/* Bytes that the region of a row's kind should get, of which so much room is left; 0: it is empty or full. */
static uint32_t more_of(const sz_fstate *s, const region *r, const sz_growth *g, uint32_t days) {
    enum { ROWS_A_ROW = 24 }; /* a longer region gets room for several at once */
    uint32_t row = g->row, have = region_slack(*r), len = region_n(r);
    if (!len || is_full(region_begin(s->p, r), len, g, head_of(s)->first_day)) return 0;
    uint32_t several = len < ROWS_A_ROW * row ? 0 : len / (ROWS_A_ROW * row), rows = days + several;
    if (rows * row > SLACK_MOST) rows = SLACK_MOST / row;
    return rows * row > have ? rows * row - have : 0;
}

/* Who lacks room differs from day to day and from student to student, so these are picked without a branch. */
static void find_growing(const sz_fstate *s, const sz_featureset *fs, uint32_t days, growing *x) {
    const region *r = regions_of(s);
    const uint32_t n = fs->n_accs < GROWING_MOST ? fs->n_accs : GROWING_MOST;
    uint32_t n_few = 0;
    for (uint32_t k = 0; k < n; k++) {
        x->at[n_few] = (uint16_t)k;
        n_few += region_slack(r[k]) < days * fs->growths[k].row; /* hardly an empty one */
    }
    memset(x->more, 0, n);
    x->n = x->bytes = 0;
    for (uint32_t i = 0; i < n_few; i++) {
        uint32_t k = x->at[i], more = more_of(s, &r[k], &fs->growths[k], days);
        if (!more) continue;
        x->at[x->n++] = (uint16_t)k;
        x->more[k] = (uint8_t)more;
        x->bytes += more;
    }
}

/* What stands between two that grow moves as one; from behind, so that none is written over before it has moved. */
static void move_apart(sz_fstate *s, const growing *x) {
    const region *r = regions_of(s);
    uint32_t end = s->n, by = x->bytes;
    for (uint32_t i = x->n; i-- > 0;) {
        uint32_t at = region_off(r[x->at[i] + 1]);
        memmove(s->p + at + by, s->p + at, end - at);
        end = at;
        by -= x->more[x->at[i]];
    }
}

bool regions_widen(sz_fstate *s, const growing *x) {
    enum { FEW = 2 }; /* they may as well grow one by one */
    if (x->n <= FEW) return false;
    room_for_all(s, s->n + x->bytes);
    move_apart(s, x);
    s->n += x->bytes;
    region *r = regions_of(s), by = 0;
    uint32_t k = x->at[0], end = x->at[x->n - 1] + 1u;
    for (; k < end; k++) {
        r[k] += by + x->more[k]; /* of what has rows it is left */
        by += (region)x->more[k] << (SLACK_BITS - 3);
    }
    for (; k <= head_of(s)->n_regions; k++) r[k] += by;
    return true;
}

void regions_open(sz_fstate *s, const growing *x) {
    if (!regions_widen(s, x)) return;
    for (uint32_t i = 0; i < x->n; i++) regions_of(s)[x->at[i]] -= x->more[x->at[i]]; /* they are empty still */
}

void sz_fstate_spread(sz_fstate *s, const sz_featureset *fs, uint32_t days) {
    growing x;
    find_growing(s, fs, days, &x);
    regions_widen(s, &x);
}

bool regions_lay(sz_fstate *s, const uint32_t *n) {
    uint32_t n_regions = head_of(s)->n_regions;
    uint64_t end = fixed_size(n_regions);
    for (uint32_t i = 0; i < n_regions; i++) end += room_for(n[i]);
    if (end > STATE_MOST - REGION_UNIT) return false;
    room_for_all(s, (uint32_t)end);
    region *r = regions_of(s);
    for (uint32_t i = 0, at = fixed_size(n_regions); i < n_regions; i++) {
        r[i] = region_at(at) | (n[i] ? room_for(n[i]) - n[i] : IS_EMPTY);
        at += room_for(n[i]);
    }
    r[n_regions] = region_at((uint32_t)end) | IS_EMPTY;
    s->n = (uint32_t)end;
    return true;
}

uint32_t findable_size(const sz_featureset *fs) {
    return (uint32_t)(sizeof(findable) - sizeof(uint64_t) + fs->mask_words * sizeof(uint64_t));
}

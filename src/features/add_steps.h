/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps by which a record, or several that fit the same, are taken in: what a plan has of them (add_plan.c), and
 * the usual of each in place. Whatever is not usual goes to add.c.
 */
#ifndef SZ_ADD_STEPS_H
#define SZ_ADD_STEPS_H

#include "add.h"

enum { PLANS = 1024 };

typedef enum step_kind {
    STEP_COUNT, /* one more in today's row */
    STEP_SUM,   /* and an exact number in its sum */
    STEP_PANE,  /* one more in the pane's row */
    STEP_SESSION,
    STEP_LAST,
    STEP_UNTIL,
    STEP_ANY, /* add.c */
    N_STEP_KINDS,
    STEP_END = N_STEP_KINDS
} step_kind;

typedef struct step {
    uint32_t at; /* of its region in the table: bytes from the state's first */
    uint32_t acc;
    int32_t keep;
    uint8_t kind;
    uint8_t unit;   /* UNIT_ */
    uint8_t number; /* STEP_SUM: NUMBER_ */
    int64_t ms;     /* of a pane; the gap of sessions */
} step;
enum { UNIT_DAY, UNIT_NIGHT, N_UNITS };
enum { NUMBER_AMOUNT, NUMBER_HOURS, N_NUMBERS };

typedef struct plan {
    uint64_t mask;
    step *steps; /* by kind, then STEP_END; NULL: it is not made yet */
    bool is_counted;
    uint8_t wants;   /* which numbers of an entry (sz_entry_get_numbers) */
    bool needs_more; /* than these */
} plan;

struct sz_add_memo {
    plan plans[PLANS];
    sz_day_memo days[N_UNITS];
};

typedef struct by_plan {
    sz_add_memo *m;
    sz_fstate *s;
    const sz_featureset *fs;
    const sz_zone *z;
    const sz_campus *c;
    const sz_event *e;
    sz_entry entry;
    const uint8_t *end; /* of the records that are taken in after this one, side by side with it; NULL: of none */
    int32_t at[N_UNITS];
} by_plan;

/* The unusual; the state may move. Its first new row of a day makes room for others, its first of all for itself. */
uint8_t *add_in_general(const by_plan *x, const step *s, bool is_new_day);
/* All of a plan, or the rest of it. */
void add_steps(const by_plan *x, const step *s);
/* The plan that does not stand at its own place: beside it, or made. */
const plan *add_plan_seek(sz_add_memo *m, uint32_t at, const sz_featureset *fs, uint64_t bits, const uint8_t *mask);
/* The long way, through the whole event. False: the entry is damaged. */
bool add_decoded(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c,
                 const sz_map *dict, const sz_types *types, sz_entry entry);

static inline const plan *plan_of(sz_add_memo *m, const sz_featureset *fs, const uint8_t *mask) {
    uint64_t bits = sz_mask_word(mask, (fs->n_matchers + 7) / 8);
    uint32_t at = (uint32_t)(bits * UINT64_C(0x9e3779b97f4a7c15) >> 54);
    const plan *p = &m->plans[at];
    return p->mask == bits && p->steps ? p : add_plan_seek(m, at, fs, bits, mask);
}

static inline void place_in_time(by_plan *x) {
    x->at[UNIT_DAY] = sz_zone_day_as(x->z, &x->m->days[UNIT_DAY], x->e->time_ms);
    if (x->fs->has_nights) x->at[UNIT_NIGHT] = sz_zone_night_as(x->z, &x->m->days[UNIT_NIGHT], x->e->time_ms);
    if (head_of(x->s)->first_day == SZ_DAY_NONE) head_of(x->s)->first_day = x->at[UNIT_DAY];
}

/* Numbers are all that its accumulators ask for. */
static inline bool get_short(const plan *p, const uint8_t *entry, uint32_t mask_bytes, sz_event *e) {
    return !p->needs_more && sz_entry_get_numbers(entry, mask_bytes, p->wants, e) && e->precision != SZ_PREC_DAY;
}

/* ---- one step ---- */

static inline region *region_of(uint8_t *base, const step *s) { return (region *)(void *)(base + s->at); }

/* A new row behind the last one, and those that no window can reach any more fall off at the front. NULL: there is no
 * room. */
uint8_t *row_behind(uint8_t *base, const step *s, uint32_t head, uint32_t size, int32_t at, uint32_t by);

/* So many more in the row of `at`, which is the last one or a new one; the row. */
static inline uint8_t *count_in_row(uint8_t *base, const step *s, uint32_t head, uint32_t size, int32_t at,
                                    uint32_t by) {
    const region *r = region_of(base, s);
    uint8_t *row = region_end(base, r) - size;
    int32_t have;
    uint32_t n;
    if (region_is_empty(*r) || (head && region_n(r) <= head)) return row_behind(base, s, head, size, at, by);
    memcpy(&have, row + offsetof(day_row, at), sizeof have);
    if (have != at) return row_behind(base, s, head, size, at, by);
    memcpy(&n, row + offsetof(day_row, n), sizeof n);
    n += by;
    memcpy(row + offsetof(day_row, n), &n, sizeof n);
    return row;
}

static inline void add_to_sum(uint8_t *sum, int64_t number) {
    int64_t v;
    memcpy(&v, sum, sizeof v);
    v += number;
    memcpy(sum, &v, sizeof v);
}

/* The session goes on; or another one begins. */
static inline bool count_session(uint8_t *base, const step *s, int32_t at, int64_t t_ms) {
    const region *r = region_of(base, s);
    uint8_t *p = region_begin(base, r);
    int64_t last;
    if (region_is_empty(*r)) return false;
    memcpy(&last, p, sizeof last);
    bool joins = last != SZ_TIME_NONE && t_ms - last < s->ms;
    if (!joins && !count_in_row(base, s, sizeof(session_head), sizeof(day_row), at, 1)) return false;
    memcpy(p, &t_ms, sizeof t_ms);
    return true;
}

static inline bool keep_last(uint8_t *base, const step *s, sz_entry entry) {
    region *r = region_of(base, s);
    if (entry.n > region_cap(r) || !region_set(r, entry.n)) return false;
    sz_bytes_copy(region_begin(base, r), entry.p, entry.n);
    return true;
}

static inline bool raise_until(uint8_t *base, const step *s, int64_t t_ms) {
    const region *r = region_of(base, s);
    int64_t have;
    uint8_t *p = region_begin(base, r);
    if (region_is_empty(*r)) return false;
    memcpy(&have, p, sizeof have);
    if (t_ms > have) memcpy(p, &t_ms, sizeof t_ms);
    return true;
}

/* What a STEP_SUM adds of it; negative: nothing, nor does it count there. */
static inline int64_t number_of(const sz_event *e, const step *s) {
    int64_t hours = e->type == SZ_TYPE_ATTENDANCE ? e->hours_micro : SZ_ABSENT;
    return s->number == NUMBER_AMOUNT ? e->amount_fen : hours;
}

#endif

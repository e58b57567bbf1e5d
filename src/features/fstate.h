/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of an sz_fstate: a header, a table of regions (one an accumulator, then one of findable attendance records),
 * their bytes.
 *
 *   state_head | region[n_accs + 2] | bytes
 *
 * Regions stand one behind the other in the order of the table, each with room for a row more, which ends where the
 * next one begins; the last of the table is empty and says where all end. One that grows moves those behind it. So a
 * state is small and what a record touches of it is near; everything is by offset. The table is four bytes a region:
 * where it begins, and how much of its room is not in use, from which follows how long it is.
 */
#ifndef SZ_FSTATE_H
#define SZ_FSTATE_H

#include <sanzao/features.h>

typedef struct state_head {
    int32_t first_day; /* of the first record; SZ_DAY_NONE */
    uint32_t n_regions;
} state_head;

/* Where it begins, from the state's first byte and in units of eight, << SLACK_BITS | bytes of its room that are left.
 * Of an empty one all its room is left, however much that is: IS_EMPTY. */
typedef uint32_t region;
enum { REGION_UNIT = 8, SLACK_BITS = 8, IS_EMPTY = (1 << SLACK_BITS) - 1, SLACK_MOST = IS_EMPTY - 1 };
enum { STATE_MOST = REGION_UNIT << (32 - SLACK_BITS) }; /* bytes; nobody's rules come near */

/* Rows of days, nights or panes: index and count, then the sum (has_sum), least and greatest (has_minmax). */
typedef struct day_row {
    int32_t at; /* day, night, or pane */
    uint32_t n;
} day_row;

/* A value on a day, with how often. */
typedef struct distinct_row {
    uint64_t value; /* hash */
    int32_t at;
    uint32_t n;
} distinct_row;

/* SZ_ACC_TIMES: the half hour of the day of each record that has one. */
typedef struct half_row {
    int32_t at;   /* day, night */
    int32_t half; /* 0 to 47 */
} half_row;
enum { HALVES_MAX = 1500 };

/* SZ_ACC_FIRST: packed entries one after the other, each with its day or pane in front. SZ_ACC_LAST: one entry. */
/* SZ_ACC_SESSIONS: session_head, then day_rows. */
typedef struct session_head {
    int64_t last_ms; /* of the latest matching record; SZ_TIME_NONE */
} session_head;

/* An attendance record that can still be corrected: id, time, hours, and the matchers that it fits. */
typedef struct findable {
    uint64_t id; /* hash of source, NUL, id */
    int64_t time_ms;
    int64_t hours; /* millionths, and whether its time of day was lost: states older than that bit have it clear */
    uint64_t mask[1]; /* mask_words */
} findable;
enum { FINDABLE_MAX = 256 };
#define FINDABLE_OF_DAY (INT64_C(1) << 62) /* beyond SZ_MICRO_MAX */

static inline state_head *head_of(const sz_fstate *s) { return (state_head *)(void *)s->p; }
static inline region *regions_of(const sz_fstate *s) { return (region *)(void *)(s->p + sizeof(state_head)); }
static inline uint32_t region_off(region r) { return (r >> SLACK_BITS) * REGION_UNIT; }
static inline uint32_t region_slack(region r) { return r & IS_EMPTY; }
static inline bool region_is_empty(region r) { return region_slack(r) == IS_EMPTY; }
static inline uint32_t region_cap(const region *r) { return region_off(r[1]) - region_off(r[0]); }
static inline uint32_t region_n(const region *r) { return region_is_empty(*r) ? 0 : region_cap(r) - region_slack(*r); }
/* In a state that begins at base: its first byte, and the one behind its last, where it is not empty. */
static inline uint8_t *region_begin(uint8_t *base, const region *r) {
    return base + (size_t)(r[0] >> SLACK_BITS) * REGION_UNIT;
}
static inline uint8_t *region_end(uint8_t *base, const region *r) {
    return base + (size_t)(r[1] >> SLACK_BITS) * REGION_UNIT - region_slack(r[0]);
}
static inline uint8_t *region_bytes(const sz_fstate *s, uint32_t i) { return region_begin(s->p, &regions_of(s)[i]); }
static inline uint32_t region_len(const sz_fstate *s, uint32_t i) { return region_n(&regions_of(s)[i]); }

/* It is n bytes long now, within its room. False: more would be left of it than can be said. */
static inline bool region_set(region *r, uint32_t n) {
    uint32_t slack = n ? region_cap(r) - n : IS_EMPTY;
    if (n && slack > SLACK_MOST) return false;
    *r = (*r & ~(region)IS_EMPTY) | slack;
    return true;
}

/* Make a region n bytes long (contents kept up to the shorter length); returns its bytes. Earlier pointers into the
 * state die. */
static inline uint8_t *region_resize(sz_fstate *s, uint32_t i, uint32_t n);
/* The same for what is not rows: there is no more room than for that. */
static inline uint8_t *region_fit(sz_fstate *s, uint32_t i, uint32_t n);
/* n bytes long where that is less than it was. What stands behind may move, the region itself does not. */
void region_shorten(sz_fstate *s, uint32_t i, uint32_t n);
uint8_t *region_grow(sz_fstate *s, uint32_t i, uint32_t n, bool is_rows); /* where its room is not for so much */
/* All regions, so long each, one behind the other and with room for a row more; what is in them is to be written.
 * False: they are too much for a state. */
bool regions_lay(sz_fstate *s, const uint32_t *n);
/* Regions that grow together: which get how much more room. */
enum { GROWING_MOST = 1024 }; /* regions that are looked at; what is behind them grows when it is full */
typedef struct growing {
    uint32_t n, bytes;          /* of those that grow, and of all they get */
    uint16_t at[GROWING_MOST];  /* which they are, ascending */
    uint8_t more[GROWING_MOST]; /* of each region up to the last one of these, 0 for others; multiples of REGION_UNIT */
} growing;
_Static_assert(SLACK_MOST <= UINT8_MAX, "room that is left, and so what is added to it");
/* They get it, unless they are so few that each may as well grow when it is full: false. */
bool regions_widen(sz_fstate *s, const growing *x);
void regions_open(sz_fstate *s, const growing *x); /* the same of empty ones */
uint32_t findable_size(const sz_featureset *fs);
/* Can a region of the set be so long? */
bool region_fits(const sz_featureset *fs, uint32_t i, size_t n);
/* Fill an empty region from its packed bytes. False: they are none. */
bool region_read(sz_fstate *s, const sz_featureset *fs, uint32_t i, sz_str b, int format);

/* Sums are kept as integers where the field is money or hours, as a double's bits otherwise. */
static inline bool field_is_exact(const sz_featureset *fs, uint16_t field) {
    if (field == SZ_EF_AMOUNT || field == SZ_EF_BALANCE || field == SZ_EF_HOURS) return true;
    return field >= SZ_EF_DECLARED && fs->declared[field - SZ_EF_DECLARED].kind == SZ_FIELD_MONEY;
}

/* Number of a field of a record: exact in *exact (fen, millionths of an hour) and as a double. False: the record lacks
 * it. */
bool field_number(const sz_featureset *fs, const sz_zone *z, const sz_event *e, uint16_t field, int64_t *exact,
                  double *d);
/* Divisor that makes an exact sum the field's unit: 100 fen a yuan, 1,000,000 a class hour. */
static inline double field_scale(const sz_featureset *fs, uint16_t field) {
    return field == SZ_EF_HOURS ? 1e6 : field_is_exact(fs, field) ? 100.0 : 1.0;
}
/* What the campus says of the place of a record. */
static inline bool is_of_place(uint32_t field) { return field >= SZ_EF_PLACE_NAME && field <= SZ_EF_PLACE_ZONE; }
/* That as a text; empty: it is not known. c may be NULL. */
sz_str place_text(const sz_campus *c, const sz_event *e, uint32_t field);

static inline uint8_t *region_resize(sz_fstate *s, uint32_t i, uint32_t n) {
    region *r = &regions_of(s)[i];
    if (n > region_cap(r) || !region_set(r, n)) return region_grow(s, i, n, true);
    return region_begin(s->p, r);
}

static inline uint8_t *region_fit(sz_fstate *s, uint32_t i, uint32_t n) {
    region *r = &regions_of(s)[i];
    if (n > region_cap(r) || !region_set(r, n)) return region_grow(s, i, n, false);
    return region_begin(s->p, r);
}

/* Local day, night or pane of an instant, as the accumulator counts. */
static inline int32_t acc_index(const sz_acc *a, const sz_zone *z, int64_t t_ms) {
    if (a->pane_ms) return (int32_t)(t_ms / a->pane_ms);
    return a->is_night ? sz_zone_night(z, t_ms) : sz_zone_day(z, t_ms);
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of an sz_fstate: a header, a table of regions (one an accumulator, then one of findable attendance records),
 * their bytes.
 *
 *   state_head | region[n_accs + 2] | bytes
 *
 * Regions stand one behind the other in the order of the table, each with room for a row more, which ends where the
 * next one begins; the last of the table is empty and says where all end. One that grows moves those behind it. So a
 * state is small and what a record touches of it is near; everything is by offset.
 */
#ifndef SZ_FSTATE_H
#define SZ_FSTATE_H

#include <sanzao/features.h>

typedef struct state_head {
    int32_t first_day; /* of the first record; SZ_DAY_NONE */
    uint32_t n_regions;
} state_head;

typedef struct region {
    uint32_t off, n; /* bytes */
} region;

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
    int64_t hours_micro;
    uint64_t mask[1]; /* mask_words */
} findable;
enum { FINDABLE_MAX = 256 };

static inline state_head *head_of(const sz_fstate *s) { return (state_head *)(void *)s->p; }
static inline region *regions_of(const sz_fstate *s) { return (region *)(void *)(s->p + sizeof(state_head)); }
static inline uint8_t *region_bytes(const sz_fstate *s, uint32_t i) { return s->p + regions_of(s)[i].off; }
static inline uint32_t region_cap(const region *r) { return r[1].off - r->off; }
static inline uint32_t region_len(const sz_fstate *s, uint32_t i) { return regions_of(s)[i].n; }

/* Make a region n bytes long (contents kept up to the shorter length); returns its bytes. Earlier pointers into the
 * state die. */
static inline uint8_t *region_resize(sz_fstate *s, uint32_t i, uint32_t n);
uint8_t *region_grow(sz_fstate *s, uint32_t i, uint32_t n); /* where there is no room */
/* All regions of the lengths that the table says, one behind the other, each with room for a row more; what is in them
 * is to be written. */
void regions_lay(sz_fstate *s);
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
bool field_number(const sz_featureset *fs, const sz_event *e, uint16_t field, int64_t *exact, double *d);
/* Divisor that makes an exact sum the field's unit: 100 fen a yuan, 1,000,000 a class hour. */
static inline double field_scale(const sz_featureset *fs, uint16_t field) {
    return field == SZ_EF_HOURS ? 1e6 : field_is_exact(fs, field) ? 100.0 : 1.0;
}
/* Hash of a field's value for distinct. False: the record lacks it. */
bool field_hash(const sz_featureset *fs, const sz_event *e, uint16_t field, uint64_t *hash);

static inline uint8_t *region_resize(sz_fstate *s, uint32_t i, uint32_t n) {
    region *r = &regions_of(s)[i];
    if (n > region_cap(r)) return region_grow(s, i, n);
    r->n = n;
    return s->p + r->off;
}

/* Local day, night or pane of an instant, as the accumulator counts. */
static inline int32_t acc_index(const sz_acc *a, const sz_zone *z, int64_t t_ms) {
    if (a->pane_ms) return (int32_t)(t_ms / a->pane_ms);
    return a->is_night ? sz_zone_night(z, t_ms) : sz_zone_day(z, t_ms);
}

#endif

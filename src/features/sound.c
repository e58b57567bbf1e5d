/* SPDX-License-Identifier: Apache-2.0
 *
 * Are accumulators that were stored ones that records could have made? They are added to and looked through without a
 * further question: days count loops, times are subtracted, lengths inside of packed records are followed.
 */
#include "add.h"

typedef struct sounding {
    const sz_fstate *s;
    const sz_featureset *fs;
    const sz_map *dict;
    const sz_types *types;
} sounding;

bool sz_entry_is_sound(const uint8_t *p, size_t left, uint32_t mask_bytes, const sz_map *dict, const sz_types *types,
                       sz_event *e) {
    uint32_t n = left >= 2 ? sz_entry_len(p) : 0;
    return n >= 16 && n <= left && sz_entry_get(p, mask_bytes, dict, types, e) && sz_event_is_sane(e, types);
}

/* A day, or a pane, of a sane time; nights and ends of days are one off. */
static bool is_index(const sz_acc *a, int32_t at) {
    int64_t unit = a->pane_ms ? a->pane_ms : SZ_DAY_MS;
    return sz_time_is_sane(((int64_t)at + 2) * unit) || sz_time_is_sane(((int64_t)at - 2) * unit);
}

static bool are_rows_sound(const sounding *x, uint32_t i, const sz_acc *a, uint32_t head) {
    const uint8_t *p = region_bytes(x->s, i);
    bool has_exact = a->has_sum && field_is_exact(x->fs, a->field);
    int64_t left = INT64_MAX / 4; /* so that what is added, and adding rows up, stays within */
    for (uint32_t k = head, n = region_len(x->s, i); k < n; k += a->row_size) {
        int32_t at;
        int64_t sum = 0;
        memcpy(&at, p + k, sizeof at);
        if (has_exact) memcpy(&sum, p + k + sizeof(day_row), sizeof sum);
        if (!is_index(a, at) || sum < -left || sum > left) return false;
        left -= sum < 0 ? -sum : sum;
    }
    return true;
}

static bool is_distinct_sound(const sounding *x, uint32_t i, const sz_acc *a) {
    const distinct_row *r = (const distinct_row *)(const void *)region_bytes(x->s, i);
    for (uint32_t k = 0, n = region_len(x->s, i) / (uint32_t)sizeof *r; k < n; k++)
        if (!is_index(a, r[k].at)) return false;
    return true;
}

static bool are_times_sound(const sounding *x, uint32_t i, const sz_acc *a) {
    const half_row *r = (const half_row *)(const void *)region_bytes(x->s, i);
    for (uint32_t k = 0, n = region_len(x->s, i) / (uint32_t)sizeof *r; k < n; k++)
        if (!is_index(a, r[k].at) || r[k].half < 0 || r[k].half > 47) return false;
    return true;
}

static bool is_session_sound(const sounding *x, uint32_t i, const sz_acc *a) {
    if (region_len(x->s, i) == 0) return true;
    session_head h;
    memcpy(&h, region_bytes(x->s, i), sizeof h);
    return (h.last_ms == SZ_TIME_NONE || sz_time_is_sane(h.last_ms)) && are_rows_sound(x, i, a, sizeof h);
}

/* A day further than the record itself, at most. */
static bool is_until_sound(const sounding *x, uint32_t i) {
    int64_t t;
    if (region_len(x->s, i) == 0) return true;
    if (region_len(x->s, i) != sizeof t) return false;
    memcpy(&t, region_bytes(x->s, i), sizeof t);
    return sz_time_is_sane(t) || (t > 0 && sz_time_is_sane(t - 2 * SZ_DAY_MS));
}

/* Packed records, one after the other; of `first` each has its day or pane in front. */
static bool are_entries_sound(const sounding *x, uint32_t i, const sz_acc *a, uint32_t front, uint32_t most) {
    const uint8_t *p = region_bytes(x->s, i);
    uint32_t n = region_len(x->s, i), mask_bytes = (x->fs->n_matchers + 7) / 8;
    sz_event e;
    for (uint32_t k = 0; k < n; most--) {
        int32_t at;
        if (!most || n - k < front) return false;
        if (front) memcpy(&at, p + k, sizeof at);
        if (front && !is_index(a, at)) return false;
        k += front;
        if (!sz_entry_is_sound(p + k, n - k, mask_bytes, x->dict, x->types, &e)) return false;
        k += sz_entry_len(p + k);
    }
    return true;
}

static bool are_findable_sound(const sounding *x) {
    const uint8_t *p = region_bytes(x->s, x->fs->n_accs);
    uint32_t size = findable_size(x->fs);
    for (uint32_t k = 0, n = region_len(x->s, x->fs->n_accs); k < n; k += size) {
        findable f;
        memcpy(&f, p + k, sizeof f - sizeof f.mask);
        const sz_event like = findable_event(&f);
        if (!sz_event_is_sane(&like, x->types)) return false;
    }
    return true;
}

static bool is_sound(const sounding *x, uint32_t i) {
    const sz_acc *a = &x->fs->accs[i];
    switch (a->kind) {
    case SZ_ACC_DAYS:
    case SZ_ACC_PANES: return are_rows_sound(x, i, a, 0);
    case SZ_ACC_SESSIONS: return is_session_sound(x, i, a);
    case SZ_ACC_DISTINCT: return is_distinct_sound(x, i, a);
    case SZ_ACC_TIMES: return are_times_sound(x, i, a);
    case SZ_ACC_UNTIL: return is_until_sound(x, i);
    case SZ_ACC_LAST: return are_entries_sound(x, i, a, 0, 1);
    case SZ_ACC_FIRST: return are_entries_sound(x, i, a, 4, UINT32_MAX);
    default: return false;
    }
}

bool sz_fstate_is_sound(const sz_fstate *s, const sz_featureset *fs, const sz_map *dict, const sz_types *types) {
    const sounding x = {s, fs, dict, types};
    const sz_acc days = {0};
    int32_t first = head_of(s)->first_day;
    if (first != SZ_DAY_NONE && !is_index(&days, first)) return false;
    for (uint32_t i = 0; i < fs->n_accs; i++)
        if (!is_sound(&x, i)) return false;
    return are_findable_sound(&x);
}

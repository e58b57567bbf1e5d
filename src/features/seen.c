/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is rarely seen anyway (semantics 28): of him nothing can be said by his not being seen.
 */
#include "window.h"

static bool has_row(const sz_eval *ev, uint32_t acc, int32_t day) {
    const uint8_t *p = region_bytes(ev->state, acc);
    for (uint32_t k = 0; k < region_len(ev->state, acc); k += ev->fs->accs[acc].row_size)
        if (((const day_row *)(const void *)(p + k))->at == day) return true;
    return false;
}

enum { SEEN_DAYS = 28 };

static void days_seen_one_by_one(const sz_eval *ev, uint64_t types, int32_t last, int32_t *observable, int32_t *seen) {
    *observable = *seen = 0;
    for (int32_t d = last - SEEN_DAYS; d < last; d++) {
        if (!day_is_observable(ev, types, false, d)) continue;
        *observable += 1;
        *seen += has_row(ev, ev->fs->seen_days_acc, d);
    }
}

/* Of the days before the last one: how many were observable, and on how many of these he was seen. */
static void days_seen(const sz_eval *ev, int32_t last, int32_t *observable, int32_t *seen) {
    uint64_t types = ev->fs->matchers[ev->fs->seen_matcher].types;
    uint32_t acc = ev->fs->seen_days_acc;
    int32_t first;
    if (!days_are_plain(ev, types, &first)) {
        days_seen_one_by_one(ev, types, last, observable, seen);
        return;
    }
    if (first < last - SEEN_DAYS) first = last - SEEN_DAYS;
    *observable = first < last ? last - first : 0;
    *seen = 0;
    const uint8_t *p = region_bytes(ev->state, acc);
    for (uint32_t k = 0; k < region_len(ev->state, acc); k += ev->fs->accs[acc].row_size) {
        int32_t at = ((const day_row *)(const void *)(p + k))->at;
        *seen += at >= first && at < last;
    }
#ifndef NDEBUG
    int32_t n, of;
    days_seen_one_by_one(ev, types, last, &n, &of);
    if (n != *observable || of != *seen) __builtin_trap(); /* each test holds the two together */
#endif
}

/* Seen on under 80 % of the observable days among the 28 that end the day before the last `seen` record (semantics 28).
 */
bool sz_rarely_seen(sz_eval *ev, bool *is_unknown) {
    *is_unknown = false;
    if (region_len(ev->state, ev->fs->seen_acc) == 0) return true;
    int64_t last_ms = sz_entry_time(region_bytes(ev->state, ev->fs->seen_acc));
    int32_t last = sz_zone_day(ev->zone, last_ms), observable, seen;
    days_seen(ev, last, &observable, &seen);
    if (observable < 7) {
        *is_unknown = true;
        return false;
    }
    return (int64_t)seen * 100 < (int64_t)observable * 80;
}

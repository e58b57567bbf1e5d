/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is rarely seen anyway (semantics 28): of him nothing can be said by his not being seen.
 */
#include "window.h"

enum { SEEN_DAYS = 28 };

static bool is_seen(const sz_eval *ev, const uint8_t *entry) {
    uint32_t m = ev->fs->seen_matcher;
    return sz_entry_mask(entry)[m >> 3] >> (m & 7) & 1;
}

/* Days on which he was seen before that one, the day before it in the lowest bit. Those of records that wait to be
 * added are among them. */
static uint32_t days_before(const sz_eval *ev, int32_t last, sz_str waiting) {
    const uint32_t acc = ev->fs->seen_days_acc;
    const uint8_t *p = region_bytes(ev->state, acc);
    uint32_t days = 0, ago;
    for (uint32_t k = 0; k < region_len(ev->state, acc); k += ev->fs->accs[acc].row_size) {
        ago = (uint32_t)last - (uint32_t)((const day_row *)(const void *)(p + k))->at - 1;
        if (ago < SEEN_DAYS) days |= UINT32_C(1) << ago;
    }
    for (size_t off = 0; off < waiting.n; off += sz_entry_len(p)) {
        p = (const uint8_t *)waiting.p + off;
        if (!is_seen(ev, p)) continue;
        ago = (uint32_t)last - (uint32_t)sz_zone_day(ev->zone, sz_entry_time(p)) - 1;
        if (ago < SEEN_DAYS) days |= UINT32_C(1) << ago;
    }
    return days;
}

static void days_seen_one_by_one(const sz_eval *ev, uint64_t types, int32_t last, uint32_t days, int32_t *observable,
                                 int32_t *seen) {
    *observable = *seen = 0;
    for (int32_t ago = 0; ago < SEEN_DAYS; ago++) {
        if (!day_is_observable(ev, types, false, last - 1 - ago)) continue;
        *observable += 1;
        *seen += (int32_t)(days >> ago & 1);
    }
}

/* Of the days before the last one: how many were observable, and on how many of these he was seen. */
static void days_seen(const sz_eval *ev, int32_t last, uint32_t days, int32_t *observable, int32_t *seen) {
    uint64_t types = ev->fs->matchers[ev->fs->seen_matcher].types;
    int32_t first;
    if (!days_are_plain(ev, types, &first)) {
        days_seen_one_by_one(ev, types, last, days, observable, seen);
        return;
    }
    if (first < last - SEEN_DAYS) first = last - SEEN_DAYS;
    *observable = first < last ? last - first : 0;
    *seen = __builtin_popcount(days & (uint32_t)((UINT64_C(1) << *observable) - 1));
#ifndef NDEBUG
    int32_t n, of;
    days_seen_one_by_one(ev, types, last, days, &n, &of);
    if (n != *observable || of != *seen) __builtin_trap(); /* each test holds the two together */
#endif
}

/* SZ_TIME_NONE: never. */
static int64_t last_seen(const sz_eval *ev, sz_str waiting) {
    int64_t last_ms = SZ_TIME_NONE;
    if (region_len(ev->state, ev->fs->seen_acc)) last_ms = sz_entry_time(region_bytes(ev->state, ev->fs->seen_acc));
    const uint8_t *p;
    for (size_t off = 0; off < waiting.n; off += sz_entry_len(p)) {
        p = (const uint8_t *)waiting.p + off;
        if (is_seen(ev, p)) last_ms = sz_entry_time(p);
    }
    return last_ms;
}

sz_presence sz_presence_with(sz_eval *ev, sz_str waiting) {
    sz_presence p = {.last_ms = last_seen(ev, waiting)};
    if (p.last_ms == SZ_TIME_NONE) return p;
    int32_t last = sz_zone_day(ev->zone, p.last_ms);
    days_seen(ev, last, days_before(ev, last, waiting), &p.observable, &p.seen);
    return p;
}

/* Seen on under 80 % of the observable days among the 28 that end the day before the last `seen` record (semantics 28).
 */
bool sz_rarely_seen_with(sz_eval *ev, sz_str waiting, bool *is_unknown) {
    sz_presence p = sz_presence_with(ev, waiting);
    *is_unknown = p.last_ms != SZ_TIME_NONE && p.observable < 7;
    if (p.last_ms == SZ_TIME_NONE || *is_unknown) return !*is_unknown;
    return (int64_t)p.seen * 100 < (int64_t)p.observable * 80;
}

bool sz_rarely_seen(sz_eval *ev, bool *is_unknown) { return sz_rarely_seen_with(ev, (sz_str){NULL, 0}, is_unknown); }

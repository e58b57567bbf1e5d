/* SPDX-License-Identifier: Apache-2.0
 *
 * zone: from wall-clock time to instants. The way back is inline in the header.
 */
#include <sanzao/base.h>

void sz_zone_fixed(sz_zone *z, int32_t offset_s, const char *name) {
    memset(z, 0, sizeof *z);
    z->offset0_s = offset_s;
    size_t n = name ? strlen(name) : 0;
    if (n >= sizeof z->name) n = sizeof z->name - 1;
    if (n) memcpy(z->name, name, n);
}

void sz_zone_fini(sz_zone *z) {
    sz_free(z->from_ms);
    sz_free(z->offset_s);
    memset(z, 0, sizeof *z);
}

/* Number of transitions at or before t: offset k holds from transition k - 1 to transition k. */
static uint32_t period_of(const sz_zone *z, int64_t t_ms) {
    uint32_t lo = 0, hi = z->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (z->from_ms[mid] <= t_ms) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static int64_t period_offset_ms(const sz_zone *z, uint32_t k) {
    return (k == 0 ? z->offset0_s : z->offset_s[k - 1]) * SZ_SECOND_MS;
}

int32_t sz_zone_offset_search(const sz_zone *z, int64_t t_ms) {
    uint32_t k = period_of(z, t_ms);
    return k == 0 ? z->offset0_s : z->offset_s[k - 1];
}

/* The first instant with that local time. If a forward change skips it: *skipped, and the instant of the change. Local
 * times here are milliseconds as if the zone were UTC; no offset is larger than 26 hours (sz_zone_parse). */
static int64_t find_local(const sz_zone *z, int64_t local_ms, bool *skipped, int64_t *offset_before_ms) {
    *skipped = false;
    uint32_t k = period_of(z, local_ms - 26 * SZ_HOUR_MS);
    for (;; k++) {
        int64_t t = local_ms - period_offset_ms(z, k);
        if (k > 0 && t < z->from_ms[k - 1]) { /* past the end of the period before, not yet in this one */
            *skipped = true;
            *offset_before_ms = period_offset_ms(z, k - 1);
            return z->from_ms[k - 1];
        }
        if (k == z->n || t < z->from_ms[k]) return t;
    }
}

int64_t sz_zone_at(const sz_zone *z, int32_t day, int32_t ms_of_day) {
    int64_t local = day * SZ_DAY_MS + ms_of_day;
    if (z->n == 0) return local - z->offset0_s * SZ_SECOND_MS;
    bool skipped;
    int64_t offset = 0;
    int64_t t = find_local(z, local, &skipped, &offset);
    return skipped ? local - offset : t;
}

int64_t sz_zone_midnight_slow(const sz_zone *z, int32_t day) {
    int64_t local = day * SZ_DAY_MS;
    bool skipped;
    int64_t offset = 0;
    return find_local(z, local, &skipped, &offset);
}

static bool is_far(int32_t day) { return day < -1000000 || day > 1000000; } /* times that are none */

static int32_t remember(const sz_zone *z, sz_day_memo *m, int32_t day, int64_t from) {
    bool is_plain = !is_far(day) && (z->n == 0 || from >= z->from_ms[z->n - 1]);
    *m = is_plain ? (sz_day_memo){from, from + SZ_DAY_MS, day} : (sz_day_memo){0, 0, 0};
    return day;
}

int32_t sz_zone_day_anew(const sz_zone *z, sz_day_memo *m, int64_t t_ms) {
    int32_t day = sz_zone_day(z, t_ms);
    return remember(z, m, day, is_far(day) ? 0 : sz_zone_midnight(z, day));
}

int32_t sz_zone_night_anew(const sz_zone *z, sz_day_memo *m, int64_t t_ms) {
    int32_t night = sz_zone_night(z, t_ms);
    return remember(z, m, night, is_far(night) ? 0 : sz_zone_noon(z, night));
}

int64_t sz_zone_noon_slow(const sz_zone *z, int32_t day) { return sz_zone_at(z, day, (int32_t)(12 * SZ_HOUR_MS)); }

/* SPDX-License-Identifier: Apache-2.0
 *
 * json_time: the time that nearly every record has, `2026-03-02T08:00:00+08:00`, on a day that was read before. All
 * else goes through sz_time_parse.
 */
#include "json.h"

static unsigned two(const char *p, unsigned *bad) {
    unsigned tens = (unsigned)(uint8_t)p[0] - '0', ones = (unsigned)(uint8_t)p[1] - '0';
    *bad |= (unsigned)(tens > 9) | (unsigned)(ones > 9);
    return tens * 10 + ones;
}

static bool is_same_day(const sz_decoder *d, const char *p) {
    return memcmp(p, d->day, 8) == 0 && memcmp(p + 8, d->day + 8, 2) == 0; /* two loads each, no call */
}

bool sz_json_time(sz_decoder *d, sz_str s, int64_t *ms, bool *is_day) {
    const char *p = s.p;
    if (s.n != 25 || p[10] != 'T' || !is_same_day(d, p)) {
        if (!sz_time_parse(d->zone, s, ms, is_day)) return false;
        if (s.n == 25) { /* its first ten bytes are a day */
            char midnight[] = "0000-00-00T00:00:00Z";
            memcpy(midnight, p, sizeof d->day);
            if (sz_time_parse(d->zone, (sz_str){midnight, 20}, &d->day_ms, NULL)) memcpy(d->day, p, sizeof d->day);
        }
        return true;
    }
    unsigned bad = (unsigned)(p[13] != ':') | (unsigned)(p[16] != ':') | (unsigned)(p[22] != ':');
    unsigned hour = two(p + 11, &bad), minute = two(p + 14, &bad), second = two(p + 17, &bad);
    unsigned hours = two(p + 20, &bad), minutes = two(p + 23, &bad);
    bad |= (unsigned)(hour > 23) | (unsigned)(minute > 59) | (unsigned)(second > 59) | (unsigned)(hours > 23) |
           (unsigned)(minutes > 59) | (unsigned)(p[19] != '+' && p[19] != '-');
    if (bad) return sz_time_parse(d->zone, s, ms, is_day); /* a fraction, a leap second, or no time */
    int64_t offset = (int64_t)(hours * 60 + minutes) * SZ_MINUTE_MS;
    *ms = d->day_ms + (int64_t)((hour * 60 + minute) * 60 + second) * SZ_SECOND_MS - (p[19] == '-' ? -offset : offset);
    return true;
}

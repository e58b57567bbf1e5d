/* SPDX-License-Identifier: Apache-2.0
 *
 * duration: `90m`, `24 h`, `1h30m`. Days and weeks are 24 hours and 7 of those.
 */
#include <sanzao/base.h>

static int64_t unit_ms(char c) {
    switch (c) {
    case 's': return SZ_SECOND_MS;
    case 'm': return SZ_MINUTE_MS;
    case 'h': return SZ_HOUR_MS;
    case 'd': return SZ_DAY_MS;
    case 'w': return 7 * SZ_DAY_MS;
    default: return 0;
    }
}

bool sz_duration_parse(sz_str s, int64_t *out_ms) {
    int64_t total = 0, larger = INT64_MAX;
    size_t i = 0;
    if (s.n == 0) return false;
    while (i < s.n) {
        size_t from = i;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') i++;
        int64_t v;
        if (i == from || !sz_str_i64((sz_str){s.p + from, i - from}, &v)) return false;
        if (i < s.n && s.p[i] == ' ') i++;
        int64_t unit = i < s.n ? unit_ms(s.p[i++]) : 0;
        if (unit == 0 || unit >= larger || v > (INT64_MAX - total) / unit) return false;
        total += v * unit;
        larger = unit;
    }
    *out_ms = total;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * timeformat: instants as RFC 3339.
 */
#include <sanzao/base.h>

static char *put(char *p, int v, int n_digits) {
    for (int i = n_digits - 1; i >= 0; i--) {
        p[i] = (char)('0' + v % 10);
        v /= 10;
    }
    return p + n_digits;
}

size_t sz_time_format(const sz_zone *z, int64_t t_ms, char out[40]) {
    static const sz_zone utc = {.n = 0, .offset0_s = 0};
    int32_t offset_s = sz_zone_offset_s(z, t_ms);
    bool is_utc = offset_s % 60 != 0; /* RFC 3339 cannot say such an offset */
    if (is_utc) z = &utc;
    int32_t day = sz_zone_day(z, t_ms), ms = sz_zone_ms_of_day(z, t_ms);
    out[0] = '\0';
    sz_day_format(day, out);
    if (out[0] == '\0') return 0;
    char *p = out + 10;
    *p++ = 'T';
    p = put(p, ms / 3600000, 2);
    *p++ = ':';
    p = put(p, ms / 60000 % 60, 2);
    *p++ = ':';
    p = put(p, ms / 1000 % 60, 2);
    if (ms % 1000) {
        *p++ = '.';
        p = put(p, ms % 1000, 3);
    }
    if (is_utc) {
        *p++ = 'Z';
    } else {
        int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
        *p++ = offset_s < 0 ? '-' : '+';
        p = put(p, minutes / 60, 2);
        *p++ = ':';
        p = put(p, minutes % 60, 2);
    }
    *p = '\0';
    return (size_t)(p - out);
}

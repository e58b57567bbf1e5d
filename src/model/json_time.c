/* SPDX-License-Identifier: Apache-2.0
 *
 * json_time: the time that nearly every record has, `2026-03-02T08:00:00+08:00`, on a day and with an offset that were
 * read before: three comparisons, and eight characters in one word. All else goes through sz_time_parse.
 */
#include "json.h"

bool sz_json_time(sz_decoder *d, sz_str s, int64_t *ms, bool *is_day) {
    sz_json_moment *m = &d->moment;
    int64_t clock = s.n == SZ_JSON_TIME ? sz_json_clock(s.p + 11) : -1;
    if (clock >= 0 && sz_json_is_known_day(m, s.p)) {
        *ms = m->midnight_ms + clock;
        return true;
    }
    if (!sz_time_parse(d->zone, s, ms, is_day)) return false;
    if (clock < 0 || (s.p[19] != '+' && s.p[19] != '-')) return true; /* a fraction may stand there */
    int64_t midnight = *ms - clock;
    if (!sz_moment_is_sane(midnight) || !sz_moment_is_sane(midnight + SZ_DAY_MS)) return true; /* known days are sane */
    *m = (sz_json_moment){
        {sz_json_bytes8(s.p), sz_json_bytes8(s.p + 3)}, sz_json_bytes8(s.p + 17) & SZ_JSON_OFFSET, midnight, "", ""};
    memcpy(m->head, s.p, 16);
    memcpy(m->tail, s.p + 10, 15);
    m->tail[15] = '"';
    return true;
}

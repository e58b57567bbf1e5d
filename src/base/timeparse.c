/* SPDX-License-Identifier: Apache-2.0
 *
 * timeparse: RFC 3339 and its shorter forms. Digits are gathered without branches; one flag says at the end that all
 * were.
 */
#include <sanzao/base.h>

static inline int digit(char c, unsigned *bad) {
    unsigned d = (unsigned)(uint8_t)c - '0';
    *bad |= d > 9;
    return (int)d;
}

static inline int two(const char *p, unsigned *bad) {
    int tens = digit(p[0], bad);
    return tens * 10 + digit(p[1], bad);
}

static bool read_date(const char *p, int32_t *day) {
    unsigned bad = 0;
    int century = two(p, &bad), year = two(p + 2, &bad), m = two(p + 5, &bad), d = two(p + 8, &bad);
    if (bad || p[4] != '-' || p[7] != '-') return false;
    int y = century * 100 + year;
    if (!sz_ymd_valid(y, m, d)) return false;
    *day = sz_day_from_ymd(y, m, d);
    return true;
}

/* `Z`, `+hh:mm` or `-hh:mm` and nothing after it. */
static bool read_offset(const char *p, size_t n, int32_t *ms) {
    *ms = 0;
    if (n == 1) return *p == 'Z' || *p == 'z';
    if (n != 6 || p[3] != ':' || (*p != '+' && *p != '-')) return false;
    unsigned bad = 0;
    int h = two(p + 1, &bad), m = two(p + 4, &bad);
    if (bad || h > 23 || m > 59) return false;
    *ms = (h * 60 + m) * 60000;
    if (*p == '-') *ms = -*ms;
    return true;
}

/* Milliseconds of `.ddd…` at p; returns the bytes that it takes, 0 if there is no digit after the point. */
static size_t read_fraction(const char *p, size_t n, int32_t *ms) {
    size_t i = 1;
    int32_t v = 0, unit = 100;
    for (; i < n && p[i] >= '0' && p[i] <= '9'; i++) {
        v += (p[i] - '0') * unit;
        unit /= 10;
    }
    *ms = v;
    return i > 1 ? i : 0;
}

bool sz_time_parse(const sz_zone *z, sz_str s, int64_t *out_ms, bool *is_day) {
    int32_t day, fraction = 0;
    if (s.n < 10 || !read_date(s.p, &day)) return false;
    if (s.n == 10) {
        *out_ms = sz_zone_midnight(z, day);
        if (is_day) *is_day = true;
        return true;
    }
    if (s.n < 16 || (s.p[10] != 'T' && s.p[10] != ' ' && s.p[10] != 't') || s.p[13] != ':') return false;
    unsigned bad = 0;
    int h = two(s.p + 11, &bad), m = two(s.p + 14, &bad), sec = 0;
    size_t i = 16;
    if (i < s.n && s.p[i] == ':') {
        if (s.n < 19) return false;
        sec = two(s.p + 17, &bad);
        i = 19;
        if (i < s.n && s.p[i] == '.') {
            size_t k = read_fraction(s.p + i, s.n - i, &fraction);
            if (k == 0) return false;
            i += k;
        }
    }
    if (bad || h > 23 || m > 59 || sec > 60 || (sec == 60 && m != 59)) return false;
    int32_t ms = ((h * 60 + m) * 60 + sec) * 1000 + (sec == 60 ? 0 : fraction);
    if (i == s.n) {
        *out_ms = sz_zone_at(z, day, ms);
    } else {
        int32_t offset_ms;
        if (!read_offset(s.p + i, s.n - i, &offset_ms)) return false;
        *out_ms = day * SZ_DAY_MS + ms - offset_ms;
    }
    if (is_day) *is_day = false;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * when: what sz_time_parse() reads, and the looser forms of spreadsheets and Chinese exports.
 */
#include "when.h"

struct text {
    const char *p, *end;
};

static bool take(struct text *t, const char *z) {
    size_t n = strlen(z);
    if ((size_t)(t->end - t->p) < n || memcmp(t->p, z, n) != 0) return false;
    t->p += n;
    return true;
}

/* A number of at least one and at most `most` digits; -1 if there is none or it is longer. */
static int number(struct text *t, int most) {
    int v = 0, n = 0;
    for (; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++) {
        if (++n > most) return -1;
        v = v * 10 + (*t->p - '0');
    }
    return n ? v : -1;
}

static bool take_separator(struct text *t, char sep, const char *word) {
    char one[2] = {sep, '\0'};
    return sep ? take(t, one) : take(t, word);
}

static bool read_ymd(struct text *t, int *y, int *m, int *d) {
    const char *start = t->p;
    *y = number(t, 8);
    if (*y < 0) return false;
    if (t->p - start == 8) {
        *m = *y / 100 % 100, *d = *y % 100, *y /= 10000;
        return true;
    }
    if (t->p - start != 4) return false;
    char sep = t->p < t->end ? *t->p : '\0';
    if (sep != '-' && sep != '/' && sep != '.') sep = '\0';
    if (!take_separator(t, sep, "年")) return false;
    *m = number(t, 2);
    if (!take_separator(t, sep, "月")) return false;
    *d = number(t, 2);
    return sep || take(t, "日") || take(t, "号");
}

static bool read_day(struct text *t, int32_t *day) {
    int y, m, d;
    if (!read_ymd(t, &y, &m, &d) || !sz_ymd_valid(y, m, d)) return false;
    *day = sz_day_from_ymd(y, m, d);
    return true;
}

bool sz_when_is_no_day(sz_str s) {
    struct text t = {s.p, s.p + s.n};
    int y, m, d;
    return read_ymd(&t, &y, &m, &d) && t.p == t.end && !sz_ymd_valid(y, m, d);
}

static bool read_clock(struct text *t, int32_t *ms) {
    int h = number(t, 2), m = 0, s = 0;
    if (h < 0 || !take(t, ":")) return false;
    m = number(t, 2);
    if (take(t, ":")) {
        s = number(t, 2);
        if (take(t, ".") && number(t, 9) < 0) return false; /* what a spreadsheet adds: always zeros */
    }
    if (m < 0 || s < 0 || m > 59 || s > 59 || h > 24 || (h == 24 && (m || s))) return false;
    *ms = ((h * 60 + m) * 60 + s) * 1000;
    return t->p == t->end;
}

static bool read_loose(const sz_zone *z, sz_str s, struct when *out) {
    struct text t = {s.p, s.p + s.n};
    int32_t day, ms;
    if (!read_day(&t, &day)) return false;
    if (t.p == t.end) {
        *out = (struct when){sz_zone_midnight(z, day), day, true, true};
        return true;
    }
    bool is_parted = take(&t, "T") || take(&t, " ");
    while (take(&t, " ")) is_parted = true;
    if (!is_parted || !read_clock(&t, &ms)) return false;
    int64_t at = ms == SZ_DAY_MS ? sz_zone_midnight(z, day + 1) : sz_zone_at(z, day, ms);
    *out = (struct when){at, sz_zone_day(z, at), true, false};
    return true;
}

bool sz_when_parse(const sz_zone *z, sz_str s, struct when *out) {
    bool is_day;
    int64_t ms;
    if (s.n == 0) return false;
    if (!sz_time_parse(z, s, &ms, &is_day)) return read_loose(z, s, out);
    *out = (struct when){ms, sz_zone_day(z, ms), true, is_day};
    return true;
}

int64_t sz_when_from(const struct when *w) { return w->is_set ? w->ms : INT64_MIN; }

int64_t sz_when_to(const sz_zone *z, const struct when *w) {
    if (!w->is_set) return SZ_TIME_MAX;
    return w->is_day ? sz_zone_midnight(z, w->day + 1) : w->ms;
}

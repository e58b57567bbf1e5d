/* SPDX-License-Identifier: Apache-2.0
 *
 * time_match: a text by the steps of a time pattern, and what it says as an instant.
 */
#include "time_op.h"
#include "time_pattern.h"

enum { BEFORE_NOON = 1, AFTER_NOON, AT_NOON, EVENING };

typedef struct matcher {
    sz_str t;
    size_t i;
    sz_civil *out;
    int half;    /* 0: not said; BEFORE_NOON and so on */
    size_t most; /* digits of a number of one or two */
} matcher;

/* From `least` to `most` digits. */
static bool digits(matcher *m, size_t least, size_t most, int *v) {
    size_t n = 0;
    int x = 0;
    while (n < most && m->i + n < m->t.n && m->t.p[m->i + n] >= '0' && m->t.p[m->i + n] <= '9')
        x = x * 10 + (m->t.p[m->i + n++] - '0');
    if (n < least) return false;
    m->i += n;
    *v = x;
    return true;
}

static bool fraction(matcher *m) {
    int unit = 100, v = 0;
    size_t from = m->i;
    for (; m->i < m->t.n && m->t.p[m->i] >= '0' && m->t.p[m->i] <= '9'; m->i++, unit /= 10)
        v += (m->t.p[m->i] - '0') * unit;
    m->out->ms = v;
    return m->i > from;
}

static bool takes(matcher *m, const char *text) {
    size_t n = strlen(text);
    if (m->t.n - m->i < n || memcmp(m->t.p + m->i, text, n) != 0) return false;
    m->i += n;
    return true;
}

static bool half(matcher *m) {
    static const struct {
        const char *text;
        int half;
    } words[] = {{"AM", BEFORE_NOON},   {"PM", AFTER_NOON},    {"am", BEFORE_NOON},   {"pm", AFTER_NOON},
                 {"上午", BEFORE_NOON}, {"下午", AFTER_NOON},  {"凌晨", BEFORE_NOON}, {"清晨", BEFORE_NOON},
                 {"早上", BEFORE_NOON}, {"早晨", BEFORE_NOON}, {"中午", AT_NOON},     {"傍晚", AFTER_NOON},
                 {"晚上", EVENING}};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        if (!takes(m, words[k].text)) continue;
        m->half = words[k].half;
        return true;
    }
    return false;
}

/* One of `names` in small letters: three of it or all, in any case. */
static bool name(matcher *m, const char *const *names, int n_names, int *which) {
    for (int k = 0; k < n_names; k++) {
        size_t n = 0;
        while (names[k][n] && m->i + n < m->t.n && (m->t.p[m->i + n] | 0x20) == names[k][n]) n++;
        if (n < 3) continue;
        m->i += names[k][n] ? 3 : n;
        *which = k;
        return true;
    }
    return false;
}

static bool month_name(matcher *m) {
    static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
    int which;
    if (!name(m, names, 12, &which)) return false;
    m->out->month = which + 1;
    return true;
}

/* 星期四, 周四, 礼拜四, Thu, Thursday. The day says it already: nothing is done with it. */
static bool weekday(matcher *m) {
    static const char *const names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    static const char *const week[] = {"星期", "周", "礼拜"}, *const days[] = {"一", "二", "三", "四",
                                                                               "五", "六", "日", "天"};
    int which;
    if (name(m, names, 7, &which)) return true;
    for (size_t k = 0; k < sizeof week / sizeof *week; k++) {
        if (!takes(m, week[k])) continue;
        for (size_t d = 0; d < sizeof days / sizeof *days; d++)
            if (takes(m, days[d])) return true;
        return false;
    }
    return false;
}

static bool offset(matcher *m) {
    sz_civil *c = m->out;
    c->has_offset = true;
    c->offset_s = 0;
    if (m->i == m->t.n) return false;
    char sign = m->t.p[m->i++];
    if (sign == 'Z' || sign == 'z') return true;
    int h, min = 0;
    if ((sign != '+' && sign != '-') || !digits(m, 2, 2, &h)) return false;
    bool has_colon = m->i < m->t.n && m->t.p[m->i] == ':';
    m->i += has_colon;
    if ((!digits(m, 2, 2, &min) && has_colon) || h > 23 || min > 59) return false; /* +08 alone is PostgreSQL's */
    c->offset_s = (sign == '-' ? -1 : 1) * (h * 3600 + min * 60);
    return true;
}

static bool blank(matcher *m) {
    size_t from = m->i;
    while (m->i < m->t.n && (m->t.p[m->i] == ' ' || m->t.p[m->i] == '\t')) m->i++;
    return m->i > from;
}

/* A fraction is kept to the millisecond: 1772424030.25 is Python's, 1772424030000.0 a table's that was numbers. */
static bool epoch(matcher *m, int64_t unit_ms) {
    sz_civil *c = m->out;
    const char *point = memchr(m->t.p, '.', m->t.n);
    size_t whole = point ? (size_t)(point - m->t.p) : m->t.n;
    c->is_epoch = c->has_hour = c->has_second = true;
    m->i = whole + 1;
    if (point && !fraction(m)) return false;
    int64_t behind = unit_ms == 1000 ? c->ms : 0;
    m->i = point ? m->i : m->t.n;
    return sz_str_i64((sz_str){m->t.p, whole}, &c->epoch_ms) &&
           !__builtin_mul_overflow(c->epoch_ms, unit_ms, &c->epoch_ms) &&
           !__builtin_add_overflow(c->epoch_ms, c->epoch_ms < 0 ? -behind : behind, &c->epoch_ms);
}

/* A time of day beside a spreadsheet's day: a fraction of it (0.5), or written out (12:00, 12:00:00). */
static bool excel_time(matcher *m, sz_str text, int64_t *seconds) {
    sz_civil *c = m->out;
    double part;
    c->has_hour = true;
    c->has_second = !memchr(text.p, ':', text.n);
    if (c->has_second) {
        if (!sz_str_double(text, &part) || !(part >= 0 && part < 1)) return false;
        *seconds = (int64_t)(part * 86400 + 0.5);
        return true;
    }
    int hour, minute, second = 0;
    m->t = text;
    m->i = 0;
    if (!digits(m, 1, 2, &hour) || !takes(m, ":") || !digits(m, 2, 2, &minute)) return false;
    c->has_second = takes(m, ":");
    if (c->has_second && !digits(m, 2, 2, &second)) return false;
    *seconds = (hour * 60 + minute) * 60 + second;
    return m->i == m->t.n && hour <= 24 && minute <= 59 && second <= 59 && *seconds <= 86400;
}

/* Days since 1899-12-30 of the wall clock, the time of day as their fraction; a whole number has none, unless it stands
 * behind, after a blank, as where day and time have columns of their own. */
static bool excel(matcher *m) {
    enum { LAST_DAY = 2958465 }; /* 9999-12-31 */
    sz_civil *c = m->out;
    double days;
    const char *gap = memchr(m->t.p, ' ', m->t.n);
    sz_str day = {m->t.p, gap ? (size_t)(gap - m->t.p) : m->t.n}, rest = {day.p + day.n, m->t.n - day.n};
    if (!sz_str_double(day, &days) || !(days >= 1) || days > LAST_DAY) return false;
    int64_t seconds = (int64_t)(days * 86400 + 0.5), behind = 0;
    c->has_hour = c->has_second = memchr(day.p, '.', day.n) != NULL;
    m->i = m->t.n;
    if (gap && (seconds % 86400 || !excel_time(m, sz_str_trim(rest), &behind))) return false;
    seconds += behind;
    int of_day = (int)(seconds % 86400);
    sz_day_to_ymd(sz_day_from_ymd(1899, 12, 30) + (int32_t)(seconds / 86400), &c->year, &c->month, &c->day);
    c->hour = of_day / 3600;
    c->minute = of_day / 60 % 60;
    c->second = of_day % 60;
    return true;
}

static bool step(matcher *m, sz_time_op op) {
    sz_civil *c = m->out;
    switch (op.kind) {
    case OP_LETTER: return m->i < m->t.n && m->t.p[m->i++] == op.c;
    case OP_BLANK: return blank(m);
    case OP_YEAR4: return digits(m, 4, 4, &c->year);
    case OP_YEAR2:
        if (!digits(m, 2, 2, &c->year)) return false;
        c->year += 2000;
        return true;
    case OP_MONTH1: return digits(m, 1, m->most, &c->month);
    case OP_MONTH2: return digits(m, 2, 2, &c->month);
    case OP_MONTH_NAME: return month_name(m);
    case OP_DAY1: return digits(m, 1, m->most, &c->day);
    case OP_DAY2: return digits(m, 2, 2, &c->day);
    case OP_HOUR1: return c->has_hour = digits(m, 1, m->most, &c->hour);
    case OP_HOUR2: return c->has_hour = digits(m, 2, 2, &c->hour);
    case OP_MINUTE1: return digits(m, 1, m->most, &c->minute);
    case OP_MINUTE2: return digits(m, 2, 2, &c->minute);
    case OP_SECOND1: return c->has_second = digits(m, 1, m->most, &c->second);
    case OP_SECOND2: return c->has_second = digits(m, 2, 2, &c->second);
    case OP_FRACTION: return fraction(m);
    case OP_HALF: return half(m);
    case OP_WEEKDAY: return weekday(m);
    case OP_OFFSET: return offset(m);
    case OP_EPOCH_S: return epoch(m, 1000);
    case OP_EPOCH_MS: return epoch(m, 1);
    case OP_EXCEL: return excel(m);
    default: return false;
    }
}

static bool is_of_one_or_two(uint8_t kind) {
    return kind == OP_MONTH1 || kind == OP_DAY1 || kind == OP_HOUR1 || kind == OP_MINUTE1 || kind == OP_SECOND1;
}

static bool is_number(uint8_t kind) { return kind >= OP_YEAR4 && kind <= OP_SECOND2; }

/* The steps from k on. A number of one or two digits right before another takes two, or else one: Hmmss reads 120500
 * and 80500. */
static bool match_rest(matcher *m, const sz_time_pattern *p, uint32_t k) {
    for (; k < p->n; k++) {
        if (k + 1 < p->n && is_of_one_or_two(p->ops[k].kind) && is_number(p->ops[k + 1].kind)) {
            size_t from = m->i;
            if (step(m, p->ops[k]) && match_rest(m, p, k + 1)) return true;
            m->i = from;
            m->most = 1;
            bool is_fine = step(m, p->ops[k]);
            m->most = 2;
            if (!is_fine) return false;
        } else if (!step(m, p->ops[k])) {
            return false;
        }
    }
    return m->i == m->t.n;
}

/* An hour of twelve to one of 24; one of 24 beside 下午 stays. Whether 12 in the evening is noon or the next midnight
 * nobody can say, nor what 9 at noon is. */
static bool by_half(int half, int *hour) {
    if (half == EVENING && *hour == 12) return false;
    if (half == AT_NOON && (*hour == 0 || *hour > 14 || (*hour > 2 && *hour < 11))) return false;
    bool is_after = half == AFTER_NOON || half == EVENING || half == AT_NOON;
    if (half == BEFORE_NOON && *hour == 12) *hour = 0;
    if (is_after && *hour < (half == AT_NOON ? 11 : 12)) *hour += 12;
    return half != BEFORE_NOON || *hour < 12;
}

bool sz_time_pattern_match(const sz_time_pattern *p, sz_str text, sz_civil *out) {
    *out = (sz_civil){0};
    matcher m = {.t = text, .out = out, .most = 2};
    if (!match_rest(&m, p, 0)) return false;
    return by_half(m.half, &out->hour);
}

bool sz_civil_instant(const sz_civil *c, const sz_zone *z, int32_t offset_s, int64_t *ms) {
    if (c->is_epoch) {
        *ms = c->epoch_ms;
        return true;
    }
    bool is_end_of_day = c->hour == 24 && c->minute == 0 && c->second == 0 && c->ms == 0;
    if (!sz_ymd_valid(c->year, c->month, c->day) || c->minute > 59 || c->second > 59) return false;
    if (c->hour > 23 && !is_end_of_day) return false;
    int32_t day = sz_day_from_ymd(c->year, c->month, c->day);
    int32_t of_day = (c->hour * 3600 + c->minute * 60 + c->second) * 1000 + c->ms;
    if (c->has_offset) offset_s = c->offset_s;
    if (is_end_of_day) day++, of_day = 0;
    *ms = offset_s == SZ_NO_OFFSET ? sz_zone_at(z, day, of_day) : day * SZ_DAY_MS + of_day - offset_s * SZ_SECOND_MS;
    return true;
}

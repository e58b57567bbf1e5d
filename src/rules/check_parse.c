/* SPDX-License-Identifier: Apache-2.0
 *
 * `check:` — daily at 07:00 | mon,thu at 07:00 | mon-fri at 07:00 | class days at 07:00 | week 8 of term mon at 09:00;
 * several times of day as `at 12:00,18:00`. 24:00 is the last millisecond of the day that ends (semantics 11).
 */
#include "load.h"

static const char *const weekday_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* The text, taken word by word; last: the word that was looked at last, for findings. */
struct words {
    sz_str rest, last;
};

static sz_str peek(const struct words *w) {
    sz_str s = sz_str_trim(w->rest);
    size_t n = 0;
    while (n < s.n && s.p[n] != ' ') n++;
    return (sz_str){s.p, n};
}

static sz_str next(struct words *w) {
    sz_str s = peek(w);
    if (s.n) w->rest = (sz_str){s.p + s.n, (size_t)(w->rest.p + w->rest.n - s.p) - s.n};
    w->last = s;
    return s;
}

static bool take(struct words *w, const char *word) {
    sz_str rest = w->rest;
    if (sz_str_is(next(w), word)) return true;
    w->rest = rest;
    return false;
}

bool sz_clock_parse(sz_str s, int32_t *out) {
    int64_t h, m;
    if (s.n < 4 || s.n > 5 || s.p[s.n - 3] != ':') return false;
    if (!sz_str_i64((sz_str){s.p, s.n - 3}, &h) || !sz_str_i64((sz_str){s.p + s.n - 2, 2}, &m)) return false;
    if (h < 0 || h > 24 || m < 0 || m > 59 || (h == 24 && m)) return false;
    *out = (int32_t)(h * SZ_HOUR_MS + m * SZ_MINUTE_MS);
    if (h == 24) *out -= 1;
    return true;
}

/* mon, mon-fri */
uint8_t sz_check_weekdays(sz_str s) {
    const char *dash = memchr(s.p, '-', s.n);
    sz_str from = {s.p, dash ? (size_t)(dash - s.p) : s.n};
    sz_str to = dash ? (sz_str){dash + 1, (size_t)(s.p + s.n - dash - 1)} : from;
    int a = -1, b = -1;
    for (int i = 0; i < 7; i++) {
        if (sz_str_is(from, weekday_names[i])) a = i;
        if (sz_str_is(to, weekday_names[i])) b = i;
    }
    if (a < 0 || b < 0) return 0;
    uint8_t bits = 0;
    for (int i = a;; i = (i + 1) % 7) {
        bits |= (uint8_t)(1u << i);
        if (i == b) return bits;
    }
}

/* One or several separated by commas, with blanks after them or without; the text up to `at`. */
static bool weekdays(struct words *w, uint8_t *out) {
    *out = 0;
    if (take(w, "daily")) {
        *out = 0x7f;
        return true;
    }
    bool more = true;
    while (more) {
        sz_str s = next(w);
        if (s.n == 0 || sz_str_is(s, "at")) return false;
        more = s.p[s.n - 1] == ',';
        if (more) s.n--;
        for (size_t from = 0; from <= s.n;) {
            size_t to = from;
            while (to < s.n && s.p[to] != ',') to++;
            uint8_t bits = sz_check_weekdays((sz_str){s.p + from, to - from});
            if (!bits) return false;
            *out |= bits;
            from = to + 1;
        }
    }
    return true;
}

static bool days(struct words *w, sz_check *out) {
    int64_t week;
    if (take(w, "class")) {
        out->kind = SZ_CHECK_CLASS_DAYS;
        out->weekdays = 0x7f;
        return take(w, "days");
    }
    out->kind = SZ_CHECK_WEEKDAYS;
    if (take(w, "week")) {
        if (!sz_str_i64(next(w), &week) || week < 1 || week > 60 || !take(w, "of") || !take(w, "term")) return false;
        out->kind = SZ_CHECK_TERM_WEEK;
        out->week = (int32_t)week;
    }
    return weekdays(w, &out->weekdays);
}

static sz_span at_last(const sz_yaml *node, const struct words *w) {
    if (w->last.n == 0) return node->span;
    return sz_yaml_value_span(node, (size_t)(w->last.p - node->text.p), w->last.n);
}

static bool is_taken(const sz_check *c, int32_t ms) {
    for (uint32_t i = 0; i < c->n_times; i++)
        if (c->ms_of_day[i] == ms) return true;
    return false;
}

/* One more time, in its order. */
static bool add_time(struct sz_loading *l, sz_check *c, int32_t ms, sz_span at) {
    if (is_taken(c, ms)) {
        sz_rules_hint_say(sz_rules_error(l, C_CHECK, at, "this time is there already", "这个时刻已经写过"),
                          "write each time once", "每个时刻只写一次");
        return false;
    }
    if (c->n_times == SZ_CHECK_TIMES) {
        sz_rules_hint_say(
            sz_rules_error(l, C_CHECK, at, "a check has at most 8 times of day", "一个 check 一天最多 8 个时刻"),
            "leave  check:  out to look at every record", "要逐条记录地看，请不写  check:");
        return false;
    }
    uint32_t i = c->n_times++;
    for (; i > 0 && c->ms_of_day[i - 1] > ms; i--) c->ms_of_day[i] = c->ms_of_day[i - 1];
    c->ms_of_day[i] = ms;
    return true;
}

/* One or several separated by commas, with blanks after them or without, to the end of the text. */
static bool times(struct sz_loading *l, const sz_yaml *node, struct words *w, sz_check *out) {
    bool more = true;
    while (more) {
        sz_str s = next(w);
        more = s.n && s.p[s.n - 1] == ',';
        if (more) s.n--;
        for (size_t from = 0; from <= s.n;) {
            size_t to = from;
            while (to < s.n && s.p[to] != ',') to++;
            w->last = (sz_str){s.p + from, to - from};
            int32_t ms;
            if (!sz_clock_parse(w->last, &ms)) return sz_check_bad_time(l, w->last, at_last(node, w));
            if (!add_time(l, out, ms, at_last(node, w))) return false;
            from = to + 1;
        }
    }
    return next(w).n == 0 || sz_check_bad(l, node, at_last(node, w));
}

bool sz_check_parse(struct sz_loading *l, const sz_yaml *node, sz_check *out) {
    *out = (sz_check){.text = sz_rules_copy(l, node->text)};
    struct words w = {.rest = node->text};
    if (!days(&w, out) || !take(&w, "at")) return sz_check_bad(l, node, at_last(node, &w));
    if (!times(l, node, &w, out)) return false;
    /* rules alone are checked for any campus */
    bool has_calendar = l->campus && !sz_campus_is_empty(l->campus) && l->calendar;
    if (out->kind != SZ_CHECK_WEEKDAYS && has_calendar && l->calendar->n_terms == 0)
        sz_rules_hint_say(sz_rules_warn(l, C_CHECK_NEVER, node->span,
                                        "the calendar has no terms, so this check never comes",
                                        "校历没有学期，所以永远不会检查"),
                          "add  terms: [{id: …, from: …, to: …}]  to calendar.yaml",
                          "请在 calendar.yaml 里加  terms: [{id: …, from: …, to: …}]");
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows: which days, nights or panes one has at an instant (semantics 8-10), and how many of them were observable
 * (12).
 */
#include "window.h"

static int32_t month_first(int32_t day) {
    int y, m, d;
    sz_day_to_ymd(day, &y, &m, &d);
    return sz_day_from_ymd(y, m, 1);
}

bool window_range(const sz_eval *ev, const sz_window *w, range *r) {
    if (w->kind == SZ_W_HOURS) {
        r->to = (int32_t)(ev->t_ms / w->pane_ms);
        r->from = r->to - w->n_panes + 1;
        return true;
    }
    int32_t d = (w->is_night ? ev->night : ev->day) - w->ago;
    r->to = d;
    switch (w->kind) {
    case SZ_W_DAYS: r->from = d - w->days + 1; return true;
    case SZ_W_WEEK: r->from = d - (sz_day_weekday(d) - 1); return true;
    case SZ_W_MONTH: r->from = month_first(d); return true;
    case SZ_W_TERM: {
        const sz_term *t = sz_calendar_last_term(sz_campus_calendar(ev->facts->campus), d);
        if (!t) return false;
        r->from = t->from_day;
        if (t->to_day < d) r->to = t->to_day;
        return true;
    }
    case SZ_W_STUDY: {
        int32_t from = ev->info ? ev->info->enrolled_day : SZ_DAY_NONE;
        if (from == SZ_DAY_NONE) from = sz_fstate_first_day(ev->state);
        if (from == SZ_DAY_NONE) return false; /* before the first record there is no such window */
        r->from = from - w->is_night;          /* the night in which that day begins */
        return true;
    }
    default: return false;
    }
}

/* First and last-plus-one instant of a day, night or pane. */
static void unit_span(const sz_eval *ev, const sz_window *w, int32_t at, int64_t *from, int64_t *to) {
    if (w->kind == SZ_W_HOURS) {
        *from = (int64_t)at * w->pane_ms;
        *to = *from + w->pane_ms;
    } else if (w->is_night) {
        *from = sz_zone_noon(ev->zone, at);
        *to = sz_zone_noon(ev->zone, at + 1);
    } else {
        *from = sz_zone_midnight(ev->zone, at);
        *to = sz_zone_midnight(ev->zone, at + 1);
    }
}

void sz_feature_window(sz_eval *ev, const sz_feature *f, int64_t *from_ms, int64_t *to_ms) {
    range r;
    int64_t x;
    *from_ms = *to_ms = SZ_TIME_NONE;
    if (!window_range(ev, &f->window, &r)) return;
    if (f->op == SZ_OP_PEERS) { /* before 04:00 the table is that of the day before */
        int32_t back = ev->day - sz_peers_day(ev->zone, ev->t_ms);
        r.from -= back;
        r.to -= back;
    }
    unit_span(ev, &f->window, r.from, from_ms, &x);
    unit_span(ev, &f->window, r.to, &x, to_ms);
    if (*to_ms > ev->t_ms) *to_ms = ev->t_ms;
    else *to_ms -= 1;
}

static int64_t leave_ms(const sz_eval *ev, int64_t from, int64_t to) {
    const sz_campus *c = ev->facts->campus;
    int64_t sum = 0, done = from;
    for (uint32_t i = ev->info->leave_from; i < ev->info->leave_to; i++) {
        const sz_leave *l = sz_campus_leave(c, i);
        if (l->from_ms >= to) break;
        if (!leave_is_known(ev->facts, i) || !leave_is_absence(l)) continue;
        int64_t a = l->from_ms > done ? l->from_ms : done, b = l->to_ms < to ? l->to_ms : to;
        if (b <= a) continue;
        sum += b - a;
        done = b;
    }
    return sum;
}

/* One unit: enrolled, the type begun, not on leave for more than half, down for at most half (what is past of it at t).
 */
static bool unit_is_observable(const sz_eval *ev, const sz_window *w, uint64_t types, int32_t at, int64_t began_ms,
                               int64_t enrolled_ms) {
    int64_t from, to;
    unit_span(ev, w, at, &from, &to);
    if (from < enrolled_ms && (w->kind == SZ_W_HOURS || !w->is_night)) return false;
    if (from < began_ms && (w->kind == SZ_W_HOURS || !w->is_night)) return false;
    if (w->is_night && w->kind != SZ_W_HOURS) { /* named by its evening */
        int64_t day = sz_zone_midnight(ev->zone, at);
        if (day < enrolled_ms || day < began_ms) return false;
    }
    int64_t half = (to - from) / 2;
    if (ev->use_leaves && leave_ms(ev, from, to) > half) return false;
    if (ev->facts->n_downs) {
        int64_t seen_to = to < ev->t_ms ? to : ev->t_ms;
        if (sz_facts_down_ms(ev->facts, types, from, seen_to) > half) return false;
    }
    return true;
}

void observed_bounds(const sz_eval *ev, uint64_t types, int64_t *began_ms, int64_t *enrolled_ms) {
    int32_t began = sz_facts_began(ev->facts, types);
    int32_t enrolled = ev->info ? ev->info->enrolled_day : SZ_DAY_NONE;
    *began_ms = began == SZ_DAY_NONE ? INT64_MIN : sz_zone_midnight(ev->zone, began);
    *enrolled_ms = enrolled == SZ_DAY_NONE ? INT64_MIN : sz_zone_midnight(ev->zone, enrolled);
}

bool days_are_plain(const sz_eval *ev, uint64_t types, int32_t *first) {
    if (ev->use_leaves || ev->facts->n_downs) return false;
    int32_t began = sz_facts_began(ev->facts, types), enrolled = ev->info ? ev->info->enrolled_day : SZ_DAY_NONE;
    *first = began > enrolled ? began : enrolled; /* SZ_DAY_NONE is before all */
    return true;
}

/* None for who enrols only later. */
static int32_t units_of(const range *r) { return r->to < r->from ? 0 : r->to - r->from + 1; }

/* Without leaves and silent feeds the days before the beginning are all that can be dark. */
static int32_t observed_plainly(const sz_eval *ev, const sz_feature *f, const range *r) {
    int32_t first = ev->facts->feature_day[f - ev->fs->features],
            enrolled = ev->info ? ev->info->enrolled_day : SZ_DAY_NONE;
    if (enrolled > first) first = enrolled;
    if (first <= r->from) return units_of(r);
    return first > r->to ? 0 : r->to - first + 1;
}

static int32_t observed_one_by_one(const sz_eval *ev, const sz_feature *f, const range *r) {
    int64_t began, enrolled;
    observed_bounds(ev, f->types, &began, &enrolled);
    if (ev->facts->acc_from_ms && f->acc != SZ_NONE && ev->facts->acc_from_ms[f->acc] > began)
        began = ev->facts->acc_from_ms[f->acc];
    int32_t n = 0;
    for (int32_t at = r->from; at <= r->to; at++)
        n += unit_is_observable(ev, &f->window, f->types, at, began, enrolled);
    return n;
}

int64_t observed_since(const sz_eval *ev, const sz_feature *f) {
    int64_t began, enrolled;
    observed_bounds(ev, f->types, &began, &enrolled);
    if (ev->facts->acc_from_ms && f->acc != SZ_NONE && ev->facts->acc_from_ms[f->acc] > began)
        began = ev->facts->acc_from_ms[f->acc];
    return began > enrolled ? began : enrolled;
}

/* The same of hours: the panes that begin before both have begun. */
static int32_t panes_observed_plainly(const sz_eval *ev, const sz_feature *f, const range *r) {
    int64_t pane = f->window.pane_ms, since = observed_since(ev, f);
    if (since <= r->from * pane) return units_of(r);
    int64_t first = (since + pane - 1) / pane;
    return first > r->to ? 0 : (int32_t)(r->to - first + 1);
}

/* Days and nights of a window, a bit each. */
enum { DARK_WORDS = 6, DARK_MOST = 64 * DARK_WORDS };

static inline void set_bit(uint64_t *bits, const range *r, int32_t at) {
    bits[(at - r->from) / 64] |= UINT64_C(1) << (at - r->from) % 64;
}

/* Those that a silent feed may make dark. */
static void may_be_dark(uint64_t *dark, const sz_eval *ev, const range *r, int64_t from_ms, int64_t to_ms) {
    if (to_ms > ev->t_ms + SZ_DAY_MS) to_ms = ev->t_ms + SZ_DAY_MS;
    int32_t from = sz_zone_day(ev->zone, from_ms) - 1, to = sz_zone_day(ev->zone, to_ms) + 1; /* nights begin at noon */
    if (from < r->from) from = r->from;
    if (to > r->to) to = r->to;
    for (int32_t at = from; at <= to; at++) set_bit(dark, r, at);
}

/* Those of which leaves take more than half, each leave gone over once. How many they are. */
static int32_t find_away(uint64_t *away, const sz_eval *ev, const sz_window *w, const range *r) {
    int64_t begin, done, from, to, end, sum = 0;
    int32_t last = r->from - 1, n = 0; /* the one whose sum it is */
    unit_span(ev, w, r->from, &begin, &to);
    unit_span(ev, w, r->to, &from, &end);
    done = begin;
    for (uint32_t i = ev->info->leave_from; i < ev->info->leave_to; i++) {
        const sz_leave *l = sz_campus_leave(ev->facts->campus, i);
        if (l->from_ms >= end) break;
        int64_t a = l->from_ms > done ? l->from_ms : done, b = l->to_ms < end ? l->to_ms : end;
        if (b <= a || !leave_is_known(ev->facts, i) || !leave_is_absence(l)) continue;
        done = b;
        int32_t at = w->is_night ? sz_zone_night(ev->zone, a) : sz_zone_day(ev->zone, a);
        for (; at <= r->to; at++) {
            unit_span(ev, w, at, &from, &to);
            if (from >= b) break;
            int64_t half = (to - from) / 2, before = at == last ? sum : 0;
            sum = before + (b < to ? b : to) - (a > from ? a : from);
            last = at;
            if (before > half || sum <= half) continue;
            set_bit(away, r, at);
            n++;
        }
    }
    return n;
}

int32_t days_away(const sz_eval *ev, int32_t from, int32_t to) {
    const sz_window days = {.kind = SZ_W_DAYS};
    uint64_t away[DARK_WORDS] = {0};
    range r = {.from = from, .to = to};
    if (ev->use_leaves && units_of(&r) <= DARK_MOST) return units_of(&r) ? find_away(away, ev, &days, &r) : 0;
    int32_t n = 0;
    for (int32_t at = from; ev->use_leaves && at <= to; at++) n += !student_was_there(ev, at);
    return n;
}

/* Those that are observable, `away` none of them; what silences make dark is looked at unit by unit. */
static int32_t observed_by_unit(const sz_eval *ev, const sz_feature *f, const range *r, const uint64_t *away) {
    uint64_t dark[DARK_WORDS] = {0};
    for (uint32_t i = 0; i < ev->facts->n_downs; i++) {
        const sz_down *d = &ev->facts->downs[i];
        if (d->types & f->types) may_be_dark(dark, ev, r, d->from_ms, d->to_ms);
    }
    int64_t began, enrolled;
    int32_t n = units_of(r);
    observed_bounds(ev, f->types, &began, &enrolled);
    for (uint32_t w = 0; w < DARK_WORDS; w++)
        for (uint64_t left = dark[w] & ~away[w]; left; left &= left - 1) {
            int32_t at = r->from + (int32_t)(64 * w) + __builtin_ctzll(left);
            n -= !unit_is_observable(ev, &f->window, f->types, at, began, enrolled);
        }
    return n;
}

/* What is dark where no leave takes a day away is the same of all students who were enrolled. */
static int32_t observed_where_dark(const sz_eval *ev, const sz_feature *f, const range *r) {
    uint64_t away[DARK_WORDS] = {0};
    int32_t n_away = ev->use_leaves ? find_away(away, ev, &f->window, r) : 0;
    if (!ev->facts->n_downs) return units_of(r) - n_away;
    if (n_away || !ev->facts->dark) return observed_by_unit(ev, f, r, away) - n_away;
    bool is_over = r->to < (f->window.is_night ? ev->night : ev->day);
    int64_t until = is_over ? 0 : ev->t_ms;
    sz_dark *d = &ev->facts->dark[SZ_DARK_RANGES * (f - ev->fs->features) + (uint32_t)r->from % SZ_DARK_RANGES];
    if (d->from != r->from || d->to != r->to || d->until_ms != until)
        *d = (sz_dark){until, r->from, r->to, units_of(r) - observed_by_unit(ev, f, r, away)};
    return units_of(r) - d->n;
}

/* Is there a leave or a silence within these panes? */
static bool panes_may_be_dark(const sz_eval *ev, const sz_feature *f, const range *r) {
    int64_t from = (int64_t)r->from * f->window.pane_ms, to = ((int64_t)r->to + 1) * f->window.pane_ms;
    for (uint32_t i = 0; i < ev->facts->n_downs; i++) {
        const sz_down *d = &ev->facts->downs[i];
        if (d->types & f->types && d->from_ms < to && d->to_ms > from) return true;
    }
    for (uint32_t i = 0; ev->use_leaves && i < ev->info->leave_to - ev->info->leave_from; i++) {
        const sz_leave *l = sz_campus_leave(ev->facts->campus, ev->info->leave_from + i);
        if (l->from_ms < to && l->to_ms > from) return true;
    }
    return false;
}

static int32_t observed_in(const sz_eval *ev, const sz_feature *f, const range *r) {
    bool is_hours = f->window.kind == SZ_W_HOURS;
    bool is_dark = is_hours ? panes_may_be_dark(ev, f, r) : ev->use_leaves || ev->facts->n_downs;
    if (is_hours && is_dark) return observed_one_by_one(ev, f, r);
    int32_t n = is_hours ? panes_observed_plainly(ev, f, r) : observed_plainly(ev, f, r);
#ifndef NDEBUG
    if (is_hours && n != observed_one_by_one(ev, f, r)) __builtin_trap(); /* each test holds the two together */
#endif
    if (!is_dark || n == 0) return n;
    range begun = {.from = r->to - n + 1, .to = r->to};
    if (n > DARK_MOST) return observed_one_by_one(ev, f, r);
    n = observed_where_dark(ev, f, &begun);
#ifndef NDEBUG
    if (n != observed_one_by_one(ev, f, r)) __builtin_trap(); /* each test holds the two together */
#endif
    return n;
}

void sz_feature_observed(sz_eval *ev, const sz_feature *f, int32_t *observed, int32_t *total) {
    range r;
    *observed = *total = 0;
    if (!window_range(ev, &f->window, &r)) return;
    *total = units_of(&r);
    *observed = observed_in(ev, f, &r);
}

bool day_is_observable(const sz_eval *ev, uint64_t types, bool is_night, int32_t day) {
    sz_window w = {.kind = SZ_W_DAYS, .is_night = is_night, .days = 1};
    int64_t began, enrolled;
    observed_bounds(ev, types, &began, &enrolled);
    return unit_is_observable(ev, &w, types, day, began, enrolled);
}

bool student_was_there(const sz_eval *ev, int32_t day) {
    sz_window w = {.kind = SZ_W_DAYS, .days = 1};
    int64_t began, enrolled;
    observed_bounds(ev, 0, &began, &enrolled);
    return unit_is_observable(ev, &w, 0, day, INT64_MIN, enrolled);
}

/* The share that makes a window known: 80 % (semantics 13). */
bool window_is_known(sz_eval *ev, const sz_feature *f) {
    int32_t seen, total;
    sz_feature_observed(ev, f, &seen, &total);
    return total > 0 && (int64_t)seen * 100 >= (int64_t)total * 80;
}

int64_t sz_panes_next(sz_eval *ev, const uint32_t *features, uint32_t n) {
    int64_t next = SZ_TIME_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const sz_feature *f = &ev->fs->features[features[i]];
        if (f->op == SZ_OP_VALUE || f->window.kind != SZ_W_HOURS) continue;
        int64_t edge = panes_next(ev, f);
        if (edge < next) next = edge;
    }
    return next;
}

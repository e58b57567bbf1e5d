/* SPDX-License-Identifier: Apache-2.0
 *
 * diff_shared: what concerns everyone. What is a matter of patience only (a feed's allowance and idle) is no
 * difference; what looks ahead (days_to a period) or holds on every day (curfew, places) differs from the beginning,
 * and what a holiday's eve looks at differs three days before.
 */
#include "curfew.h"
#include "diff.h"
#include "weekday.h"

/* ---- spans of days ---- */

/* An item of the calendar's lists. `after` matters only when it is over. */
struct span_view {
    sz_str a, b;
    int32_t from, to, after;
};

typedef struct span_view sz_view(const sz_calendar *k, uint32_t i);

static struct span_view view_term(const sz_calendar *k, uint32_t i) {
    return (struct span_view){k->terms[i].id, {"", 0}, k->terms[i].from_day, k->terms[i].to_day, 0};
}

static struct span_view view_holiday(const sz_calendar *k, uint32_t i) {
    const sz_holiday *h = &k->holidays[i];
    return (struct span_view){h->name_zh, h->name_en, h->from_day, h->to_day, 0};
}

static struct span_view view_vacation(const sz_calendar *k, uint32_t i) {
    const sz_vacation *v = &k->vacations[i];
    return (struct span_view){v->name, {"", 0}, v->from_day, v->to_day, v->registration_to};
}

static struct span_view view_period(const sz_calendar *k, uint32_t i) {
    return (struct span_view){k->periods[i].id, {"", 0}, k->periods[i].from_day, k->periods[i].to_day, 0};
}

static struct span_view view_makeup(const sz_calendar *k, uint32_t i) {
    const struct sz_makeup *m = &k->makeups[i];
    return (struct span_view){sz_str_of(sz_weekday_names[m->as_weekday]), {"", 0}, m->day, m->day, 0};
}

/* The first day that `x` makes different from the other list; INT32_MAX: none. */
static int32_t first_day_of(const struct span_view *x, const sz_calendar *other, uint32_t n, sz_view *view) {
    int32_t day = x->from;
    for (uint32_t i = 0; i < n; i++) {
        struct span_view y = view(other, i);
        if (y.from != x->from || !sz_str_eq(x->a, y.a) || !sz_str_eq(x->b, y.b)) continue;
        if (y.to == x->to && y.after == x->after) return INT32_MAX;
        day = (y.to < x->to ? y.to : x->to) + 1;
    }
    return day;
}

/* The first day that is another one; INT32_MAX: none. */
static int32_t diff_list(const struct pair *p, uint32_t n_old, uint32_t n_now, sz_view *view) {
    const sz_calendar *a = &p->old->calendar, *b = &p->now->calendar;
    int32_t day = INT32_MAX;
    for (uint32_t i = 0; i < n_old; i++) {
        struct span_view x = view(a, i);
        int32_t first = first_day_of(&x, b, n_now, view);
        if (first < day) day = first;
    }
    for (uint32_t i = 0; i < n_now; i++) {
        struct span_view x = view(b, i);
        int32_t first = first_day_of(&x, a, n_old, view);
        if (first < day) day = first;
    }
    return day;
}

/* ---- curfew ---- */

static bool same_cut_offs(const struct cut_offs *a, const struct cut_offs *b) {
    for (int day = 1; day <= 7; day++)
        if (a->cut[day] != b->cut[day]) return false;
    return a->ends == b->ends;
}

static bool same_if(const struct curfew_if *a, const struct curfew_if *b) {
    if (a->field != b->field || a->n != b->n) return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->numbers ? a->numbers[i] != b->numbers[i] : !sz_str_eq(a->values[i], b->values[i])) return false;
    return true;
}

static bool same_curfew(const struct sz_curfew *a, const struct sz_curfew *b) {
    if (!a || !b) return a == b;
    if (!same_cut_offs(&a->base, &b->base) || a->n_by != b->n_by) return false;
    for (uint32_t i = 0; i < a->n_by; i++) {
        if (!same_cut_offs(&a->by[i].at, &b->by[i].at) || a->by[i].n_ifs != b->by[i].n_ifs) return false;
        for (uint32_t k = 0; k < a->by[i].n_ifs; k++)
            if (!same_if(&a->by[i].ifs[k], &b->by[i].ifs[k])) return false;
    }
    return true;
}

static bool same_zone(const sz_zone *a, const sz_zone *b) {
    return a->n == b->n && a->offset0_s == b->offset0_s &&
           (a->n == 0 || (memcmp(a->from_ms, b->from_ms, a->n * sizeof *a->from_ms) == 0 &&
                          memcmp(a->offset_s, b->offset_s, a->n * sizeof *a->offset_s) == 0));
}

static int64_t diff_calendar(const struct pair *p) {
    const sz_calendar *a = &p->old->calendar, *b = &p->now->calendar;
    if (!same_zone(&p->old->zone, &p->now->zone) || !same_curfew(a->curfew, b->curfew)) return INT64_MIN;
    if ((a->n_terms == 0) != (b->n_terms == 0)) return INT64_MIN; /* types begin with the first term, else always */
    if (diff_list(p, a->n_periods, b->n_periods, view_period) != INT32_MAX) return INT64_MIN;
    int64_t day = diff_list(p, a->n_terms, b->n_terms, view_term);
    day = earlier(day, diff_list(p, a->n_holidays, b->n_holidays, view_holiday));
    day = earlier(day, diff_list(p, a->n_vacations, b->n_vacations, view_vacation));
    day = earlier(day, diff_list(p, a->n_makeups, b->n_makeups, view_makeup));
    return day == INT32_MAX ? SZ_TIME_MAX : sz_zone_midnight(&p->now->zone, (int32_t)day - SZ_EVE_DAYS);
}

/* ---- feeds, places, readers ---- */

static int64_t diff_feeds(const struct pair *p) {
    int64_t since = SZ_TIME_MAX;
    if (p->old->n_feeds != p->now->n_feeds) return INT64_MIN;
    for (uint32_t i = 0; i < p->old->n_feeds; i++) {
        const sz_feed *a = &p->old->feeds[i];
        uint32_t k = sz_campus_find_feed(p->now, a->source);
        if (k == SZ_NONE) return INT64_MIN;
        const sz_feed *b = &p->now->feeds[k];
        if (a->types != b->types || a->is_batch != b->is_batch) return INT64_MIN;
        if (a->began_day == b->began_day) continue;
        if (a->began_day == SZ_DAY_NONE || b->began_day == SZ_DAY_NONE) return INT64_MIN;
        int32_t first = a->began_day < b->began_day ? a->began_day : b->began_day;
        since = earlier(since, sz_zone_midnight(&p->now->zone, first));
    }
    return since;
}

static int64_t diff_places(const struct pair *p) {
    if (p->old->n_places != p->now->n_places) return INT64_MIN;
    for (uint32_t i = 0; i < p->old->n_places; i++) {
        const sz_place *a = &p->old->places[i];
        uint32_t k = sz_campus_find_place(p->now, a->id);
        if (k == SZ_NONE) return INT64_MIN;
        const sz_place *b = &p->now->places[k];
        if (!sz_str_eq(a->name, b->name) || !sz_str_eq(a->kind, b->kind) || !sz_str_eq(a->building, b->building) ||
            !sz_str_eq(a->zone, b->zone))
            return INT64_MIN;
    }
    return SZ_TIME_MAX;
}

static bool same_door(const struct pair *p, uint32_t old_value, uint32_t now_value) {
    const struct door *a = &p->old->doors[old_value], *b = &p->now->doors[now_value];
    return a->direction == b->direction && sz_str_eq(a->place, b->place);
}

static int64_t diff_readers(const struct pair *p) {
    int64_t since = SZ_TIME_MAX;
    struct groups g = {0, 0, 0, 0};
    while (sz_diff_next_key(&p->old->readers, &p->now->readers, &g))
        since = earlier(since, sz_diff_held(p, &p->old->readers, &p->now->readers, &g, same_door));
    return since;
}

int64_t sz_diff_shared(const struct pair *p) {
    if (p->old->is_empty != p->now->is_empty) return INT64_MIN;
    return earlier(earlier(diff_calendar(p), diff_feeds(p)), earlier(diff_places(p), diff_readers(p)));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* absence (semantics 19): time since the latest of the last matching record, enrolment, the end of a leave, holiday or
 * vacation, the day the type began; 0 inside a pause; time while the type was down is taken out. */
#include "ops.h"

#include <math.h>

bool sz_is_weekend(const sz_calendar *k, int32_t day) {
    if (sz_day_weekday(day) < 6) return false;
    for (uint32_t i = 0; i < k->n_makeups; i++)
        if (k->makeups[i].day == day) return false;
    return true;
}

typedef struct pauses {
    sz_eval *ev;
    int64_t end_ms; /* the latest end not after t */
    bool inside;
} pauses;

static void pause_span(pauses *p, int64_t from, int64_t to) {
    if (from <= p->ev->t_ms && p->ev->t_ms < to) p->inside = true;
    else if (to <= p->ev->t_ms && to > p->end_ms) p->end_ms = to;
}

static void pause_days(pauses *p, int32_t from, int32_t to) {
    if (from > p->ev->day) return;
    pause_span(p, sz_zone_midnight(p->ev->zone, from), sz_zone_midnight(p->ev->zone, to + 1));
}

static void pause_leaves(pauses *p, uint32_t kinds) {
    sz_eval *ev = p->ev;
    if (!ev->use_leaves) return;
    for (uint32_t i = ev->info->leave_from; i < ev->info->leave_to; i++) {
        const sz_leave *l = sz_campus_leave(ev->facts->campus, i);
        if (l->from_ms > ev->t_ms + SZ_DAY_MS) break;
        if (!leave_is_known(ev->facts, i) || !(leave_kind_bit(l) & kinds)) continue;
        int64_t from, to;
        sz_leave_span(ev->facts->campus, l, &from, &to);
        pause_span(p, from, to);
    }
}

/* The weekend that contains t, or the last one that ended. */
static void pause_weekend(pauses *p, const sz_calendar *k) {
    int32_t d = p->ev->day;
    for (int i = 0; i < 14 && !sz_is_weekend(k, d); i++) d--;
    if (!sz_is_weekend(k, d)) return;
    int32_t to = d;
    while (sz_is_weekend(k, to + 1)) to++;
    pause_days(p, d, to);
}

bool absence_base(sz_eval *ev, const sz_feature *f, int64_t *base_ms, bool *inside) {
    int64_t base = INT64_MIN;
    if (region_len(ev->state, f->acc)) memcpy(&base, region_bytes(ev->state, f->acc), sizeof base);
    int32_t began = ev->facts->feature_day[f - ev->fs->features],
            enrolled = ev->info ? ev->info->enrolled_day : SZ_DAY_NONE;
    if (enrolled > began) began = enrolled; /* the later of the two, where either is known */
    if (began != SZ_DAY_NONE && sz_zone_midnight(ev->zone, began) > base) base = sz_zone_midnight(ev->zone, began);
    if (base == INT64_MIN) return false;
    pauses p = {.ev = ev, .end_ms = INT64_MIN};
    const sz_calendar *k = sz_campus_calendar(ev->facts->campus);
    for (uint32_t i = 0; i < k->n_holidays; i++) pause_days(&p, k->holidays[i].from_day, k->holidays[i].to_day);
    for (uint32_t i = 0; i < k->n_vacations; i++) {
        const sz_vacation *v = &k->vacations[i];
        int32_t to =
            v->registration_to != SZ_DAY_NONE && v->registration_to > v->to_day ? v->registration_to : v->to_day;
        pause_days(&p, v->from_day, to);
    }
    pause_leaves(&p, SZ_ON_LEAVE_KINDS | f->pause_leaves);
    if (f->pauses & SZ_PAUSE_WEEKEND) pause_weekend(&p, k);
    *base_ms = p.end_ms > base ? p.end_ms : base;
    *inside = p.inside;
    return true;
}

sz_xval op_absence(sz_eval *ev, const sz_feature *f) {
    int64_t base;
    bool inside;
    if (!absence_base(ev, f, &base, &inside)) return x_unknown(f->type);
    if (inside || base >= ev->t_ms) return x_num(f, 0);
    int64_t ms = ev->t_ms - base;
    if (ev->facts->n_downs) ms -= sz_facts_down_ms(ev->facts, f->types, base, ev->t_ms);
    return x_num(f, (double)ms);
}

double absence_most(const sz_eval *ev, const sz_feature *f) {
    int64_t last;
    if (!region_len(ev->state, f->acc)) return INFINITY;
    memcpy(&last, region_bytes(ev->state, f->acc), sizeof last);
    return (double)(ev->t_ms - last);
}

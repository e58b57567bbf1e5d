/* SPDX-License-Identifier: Apache-2.0
 *
 * spans: leaves, trips, lent cards and the like. Rates are plausible, not measured; what matters is that each of them
 * occurs, often enough for a rule that forgets it to be seen.
 */
#include "person.h"

/* Days after its beginning when a leave is written down, of 100: most before or on that day, two fifths afterwards.
 * Below the horizon of 14 days, so that a run can still take back what it said. */
struct delay_row {
    int8_t before, same_day;   /* per cent; the rest late */
    int8_t late_from, late_to; /* days */
};
static const struct delay_row delays[] = {
    [SPAN_LEAVE] = {55, 20, 1, 6},
    [SPAN_SICK] = {10, 40, 1, 5},
    [SPAN_SICK_IN_DORM] = {5, 45, 1, 5},
    [SPAN_INTERNSHIP] = {60, 5, 2, 9},
};

static int8_t draw_delay(enum span_kind kind, sz_rng *r) {
    const struct delay_row *d = &delays[kind];
    int32_t at = (int32_t)sz_rng_below(r, 100);
    if (at < d->before) return (int8_t)-sz_rng_between(r, 1, 3);
    if (at < d->before + d->same_day) return 0;
    return (int8_t)sz_rng_between(r, d->late_from, d->late_to);
}

static bool overlaps(const struct person *p, int32_t from, int32_t to) {
    for (uint32_t i = 0; i < p->n_spans; i++)
        if (from <= p->spans[i].to && to >= p->spans[i].from) return true;
    return false;
}

/* Spans of one student never overlap: what is away cannot lend a card. */
static bool add(struct person *p, enum span_kind kind, int32_t from, int32_t to, int8_t recorded) {
    if (p->n_spans == SPANS_MAX || from < 0 || overlaps(p, from, to)) return false;
    p->spans[p->n_spans++] = (struct span){(int16_t)from, (int16_t)to, (uint8_t)kind, recorded};
    return true;
}

/* One throw for each 30 days; chance of 10,000. */
static void draw_now_and_then(const struct people *all, struct person *p, enum span_kind kind, int32_t chance,
                              int32_t least, int32_t most, sz_rng *r) {
    for (int32_t begin = 0; begin < (int32_t)all->days; begin += 30) {
        bool comes = sz_rng_chance(r, chance);
        int32_t from = begin + (int32_t)sz_rng_below(r, 30);
        int32_t length = sz_rng_between(r, least, most);
        if (!comes || from < 2 || from >= (int32_t)all->days) continue;
        int8_t recorded = kind <= SPAN_LAST_RECORDED ? draw_delay(kind, r) : 0;
        add(p, kind, from, from + length - 1, recorded);
    }
}

/* A weekend with friends or an interview in another town: nobody asks for a leave. */
static void draw_trips(const struct people *all, struct person *p, sz_rng *r) {
    for (int32_t begin = 0; begin < (int32_t)all->days; begin += 30) {
        bool weekend = sz_rng_chance(r, 700), interview = p->year == 4 && sz_rng_chance(r, 900);
        int32_t week = (int32_t)sz_rng_below(r, 4), length = sz_rng_between(r, 1, 2),
                at = begin + sz_rng_between(r, 2, 27);
        int32_t saturday = begin + week * 7 + (6 - sz_day_weekday(all->term->from + begin) + 7) % 7;
        if (weekend && saturday >= 2 && saturday < (int32_t)all->days) add(p, SPAN_TRIP, saturday, saturday + 1, 0);
        if (interview && at < (int32_t)all->days) add(p, SPAN_TRIP, at, at + length - 1, 0);
    }
}

static void draw_internship(const struct people *all, struct person *p, sz_rng *r) {
    if (p->habit != INTERN) return;
    int32_t from = sz_rng_between(r, 2, 2 + (int32_t)all->days / 3), length = sz_rng_between(r, 28, 84);
    if (sz_rng_chance(r, 3000)) add(p, SPAN_INTERNSHIP_UNRECORDED, from, from + length - 1, 0);
    else add(p, SPAN_INTERNSHIP, from, from + length - 1, draw_delay(SPAN_INTERNSHIP, r));
}

/* One pays for two, for some weeks: the next one of the same class eats with him. */
static void draw_treat(struct people *all, uint32_t who, sz_rng *r) {
    struct person *p = &all->v[who];
    bool comes = sz_rng_chance(r, (int32_t)(200 * all->days / TERM_DAYS + 40));
    int32_t from = sz_rng_between(r, 2, (int32_t)all->days), length = sz_rng_between(r, 10, 28);
    if (!comes || from >= (int32_t)all->days || who + 1 >= all->n || p->habit == PHONE_PAYER) return;
    struct person *friend = &all->v[who + 1];
    if (friend->unit != p->unit || friend->klass != p->klass || friend->habit == PHONE_PAYER ||
        friend->habit == EXCHANGE)
        return;
    if (overlaps(friend, from, from + length - 1)) return;
    if (add(p, SPAN_PAYS_FOR_TWO, from, from + length - 1, 0)) add(friend, SPAN_IS_TREATED, from, from + length - 1, 0);
}

void sz_sim_spans_draw(struct people *all, uint32_t who) {
    struct person *p = &all->v[who];
    sz_rng r = sz_rng_of(all->seed, STREAM_SPANS, who, 0);
    if (p->habit == EXCHANGE) return;
    int32_t days = (int32_t)all->days, term_share = days * 100 / TERM_DAYS;
    draw_internship(all, p, &r);
    draw_treat(all, who, &r);
    draw_now_and_then(all, p, SPAN_LEAVE, 400, 1, 4, &r);
    draw_now_and_then(all, p, SPAN_SICK, 200, 1, 4, &r);
    draw_now_and_then(all, p, SPAN_SICK_IN_DORM, 250, 1, 3, &r);
    draw_trips(all, p, &r);
    bool lends = sz_rng_chance(&r, term_share * 2 + 20), turns_to_phone = sz_rng_chance(&r, term_share * 3 + 20);
    int32_t at = sz_rng_between(&r, 1, days), length = sz_rng_between(&r, 3, 14);
    if (lends) add(p, SPAN_LENT_CARD, at, at + length - 1, 0);
    at = sz_rng_between(&r, 1 + days / 4, 1 + days);
    if (turns_to_phone && at < days && p->habit != PHONE_PAYER) add(p, SPAN_PAYS_BY_PHONE, at, days, 0);
}

int64_t sz_sim_span_recorded(const struct people *all, uint32_t who, const struct span *s) {
    sz_rng r = sz_rng_of(all->seed, STREAM_SPANS, who, 1u + (uint32_t)s->from);
    int32_t minute = sz_rng_between(&r, 8 * 60, 16 * 60 + 59);
    return sz_sim_midnight(all->term->from + s->from + s->recorded) + minute * SZ_MINUTE_MS;
}

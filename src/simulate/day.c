/* SPDX-License-Identifier: Apache-2.0
 *
 * day: is he here at all, and the order of a day's parts.
 */
#include "day.h"

enum { HOURS = 3600, NIGHT_END = 30 * HOURS }; /* a day goes on until six next morning */

/* ---- adding ------------------------------------------------------------------------------------------------------ */

struct event *sz_sim_add(struct plan *x, enum what what, int32_t second, uint16_t place, enum direction direction) {
    if (x->n == PLAN_MAX || second < x->here_from || second >= x->here_to) return NULL;
    if (second >= x->quiet_from && second < x->quiet_to) return NULL;
    int32_t minute = x->d->index * 1440 + second / 60;
    bool by_card = what != WHAT_NET;
    if (by_card && x->p->card_lost >= 0 && minute >= x->p->card_lost && minute < x->p->card_new) return NULL;
    uint16_t reader = NONE;
    if (by_card && place != NONE) {
        reader = sz_sim_world_reader(x->w, place, direction, x->d->index, &x->r);
        if (reader == NONE) return NULL;
    }
    struct event *e = &x->ev[x->n++];
    *e = (struct event){.time_ms = x->d->midnight_ms + second * SZ_SECOND_MS,
                        .who = x->who,
                        .reader = reader,
                        .place = place,
                        .what = (uint8_t)what,
                        .card = x->p->card_lost >= 0 && minute >= x->p->card_new};
    return e;
}

/* ---- presence ---------------------------------------------------------------------------------------------------- */

/* What was decided once for a weekend or a festival. */
static sz_rng plans_for(const struct plan *x, uint32_t what) {
    return sz_rng_of(x->all->seed, STREAM_WEEKEND, x->who, what);
}

/* After the last class of the day, not before half past three. */
static int32_t leaves_at(struct plan *x) {
    int32_t at = 15 * HOURS + 1800;
    uint8_t slots = sz_sim_timetable(x);
    for (int k = 0; k < SLOTS; k++)
        if (slots >> k & 1 && sz_sim_slot_to[k] + 900 > at) at = sz_sim_slot_to[k] + 900;
    return at + sz_rng_between(&x->r, 0, 110 * 60);
}

static void away(struct plan *x) { x->here_to = 0; }

static void festival_presence(struct plan *x) {
    bool is_eve = x->d->next_festival != NO_FESTIVAL;
    uint8_t which = is_eve ? x->d->next_festival : x->d->festival;
    if (which == NO_FESTIVAL || x->d->index == 0) return;
    const struct festival *f = &x->all->term->festivals[which];
    int32_t length = f->to - f->from + 1;
    sz_rng r = plans_for(x, 1000u + which);
    if (!sz_rng_chance(&r, length >= 5 ? 6000 : length >= 3 ? 3500 : 500)) return;
    if (is_eve) x->here_to = leaves_at(x);
    else if (x->d->day < f->to) away(x);
    else x->here_from = sz_rng_between(&r, 14 * HOURS, 21 * HOURS + 1800);
}

/* Friday after class to Sunday afternoon, or Monday before class. */
static void weekend_presence(struct plan *x) {
    if (!sz_sim_goes_home(x->p, x->d)) return;
    struct day saturday;
    sz_sim_term_day(x->all->term, x->d->index - x->d->weekday + 6, &saturday);
    if (saturday.classes) return;
    sz_rng r = plans_for(x, (uint32_t)(saturday.index + 7));
    bool until_monday = sz_rng_chance(&r, 2500);
    if (x->d->weekday == 5) x->here_to = leaves_at(x);
    if (x->d->weekday == 6 || (x->d->weekday == 7 && until_monday)) away(x);
    if (x->d->weekday == 7 && !until_monday) x->here_from = sz_rng_between(&r, 15 * HOURS + 1800, 20 * HOURS + 1800);
}

static void late_monday(struct plan *x) {
    struct day saturday;
    sz_sim_term_day(x->all->term, x->d->index - 2, &saturday);
    if (x->d->weekday != 1 || x->p->home_every == 0 || saturday.classes) return;
    struct day sunday;
    sz_sim_term_day(x->all->term, x->d->index - 1, &sunday);
    if (saturday.festival != NO_FESTIVAL || sunday.festival != NO_FESTIVAL) return; /* that was another journey */
    sz_rng r = plans_for(x, (uint32_t)(saturday.index + 7));
    if (sz_sim_goes_home(x->p, &sunday) && sz_rng_chance(&r, 2500)) x->here_from = 7 * HOURS + 900;
}

/* Lives off campus: here for the classes of the day and something around them, seldom without one. */
static void comes_from_town(struct plan *x) {
    bool comes = sz_rng_chance(&x->r, x->d->is_rest ? 2000 : 6000);
    int32_t from = sz_rng_between(&x->r, 7 * HOURS + 2400, 11 * HOURS),
            to = sz_rng_between(&x->r, 15 * HOURS, 21 * HOURS);
    int32_t before = sz_rng_between(&x->r, 600, 2400), after = sz_rng_between(&x->r, 300, 3600);
    uint8_t slots = sz_sim_timetable(x);
    for (int k = 0; k < SLOTS; k++) {
        if (!(slots >> k & 1)) continue;
        if (sz_sim_slot_from[k] - before < from) from = sz_sim_slot_from[k] - before;
        if (sz_sim_slot_to[k] + after > to) to = sz_sim_slot_to[k] + after;
    }
    if (x->here_from < from) x->here_from = from;
    if (x->here_to > to) x->here_to = to;
    if (!comes && !slots) away(x);
}

static void presence(struct plan *x) {
    const struct person *p = x->p;
    const struct day *d = x->d;
    x->here_to = NIGHT_END;
    if (p->arrives > d->index * 1440) x->here_from = (p->arrives - d->index * 1440) * 60;
    if (p->habit == EXCHANGE || sz_sim_span_on(p, SPAN_LEAVE, SPAN_SICK, d->index) ||
        sz_sim_span_on(p, SPAN_INTERNSHIP, SPAN_TRIP, d->index))
        away(x);
    if (d->is_vacation) {
        sz_rng r = plans_for(x, 2000);
        if (!sz_rng_chance(&r, 600)) away(x);
        return;
    }
    if (x->here_to == 0) return;
    festival_presence(x);
    if (p->home_every && d->festival == NO_FESTIVAL && d->next_festival == NO_FESTIVAL) {
        late_monday(x);
        weekend_presence(x);
    }
    if (!p->lives_in) comes_from_town(x);
    if (p->back_s_60 * 60 > x->here_from) x->here_from = p->back_s_60 * 60;
}

/* ---- the day ----------------------------------------------------------------------------------------------------- */

static void put_in_order(struct plan *x) {
    for (uint32_t i = 1; i < x->n; i++) {
        struct event e = x->ev[i];
        uint32_t k = i;
        for (; k > 0 && x->ev[k - 1].time_ms > e.time_ms; k--) x->ev[k] = x->ev[k - 1];
        x->ev[k] = e;
    }
}

void sz_sim_day_plan(struct plan *x, const struct world *w, struct people *all, uint32_t who, const struct day *d) {
    x->w = w;
    x->all = all;
    x->d = d;
    x->p = &all->v[who];
    x->who = who;
    x->r = sz_rng_of(all->seed, STREAM_DAY, who, (uint32_t)d->index);
    x->n = 0;
    x->here_from = x->quiet_from = x->quiet_to = 0;
    x->is_late = x->is_out = false;
    presence(x);
    x->p->back_s_60 = 0;
    sz_sim_mood_draw(x);
    sz_sim_study(x);
    if (x->here_to > 0) {
        sz_sim_rhythm(x);
        sz_sim_doors(x);
        sz_sim_meals(x);
        sz_sim_traces(x);
    }
    put_in_order(x);
    sz_sim_till(x);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * person: traits. The curves below are read as quantiles 0, 5, 25, 50, 75, 95, 100 %.
 */
#include "person.h"

/* Purchases by card in 30 days. Real: 12 / 45 / 70 / 97 / 143 at 5, 25, 50, 75, 95 % of the students of one college
 * in April 2019 (column Money, a count, of result/result3/task3_2.csv in
 * github.com/Nicole456/Analysis-of-students-consumption-behavior-on-campus @ ca984c92). The curve is a little above
 * it: days away take their share. tests/unit/test_simulate_figures.c holds what comes out to the real ones. */
static const sz_curve purchases = {{3, 24, 54, 79, 107, 166, 220}};

/* Of 10,000 passages of his dorm door, those that leave a record; the others go in behind somebody. Fits 11 / 17 /
 * 24 / 34 / 53 records in 30 days for those who live there (data3.csv of the same source: cards with 8 or more days
 * at a dorm door). */
static const sz_curve door_use = {{200, 650, 1100, 1600, 2250, 3600, 7500}};

struct habit_row {
    int32_t share[4];         /* of 10,000 in each year */
    int32_t pay_from, pay_to; /* part of the curve of purchases, of 10,000 */
    int32_t price;            /* per cent */
    int32_t wakes, sleeps;    /* minutes */
    int32_t late, skips;      /* of 10,000 */
};
/* Shares are plausible, not measured. Phone payers, off-campus livers and interns are the lower end of the curve. */
static const struct habit_row habits[N_HABITS] = {
    [REGULAR] = {{5000, 5000, 4900, 4100}, 1200, 10000, 100, 7 * 60 + 5, 23 * 60 + 20, 100, 40},
    [EARLY_BIRD] = {{1400, 1400, 1400, 1300}, 2200, 10000, 98, 6 * 60 + 15, 22 * 60 + 50, 25, 20},
    [NIGHT_OWL] = {{1300, 1300, 1300, 1300}, 1500, 9500, 105, 8 * 60 + 20, 25 * 60 + 10, 450, 130},
    [OFF_CAMPUS] = {{200, 350, 550, 700}, 200, 3000, 104, 7 * 60, 23 * 60 + 30, 0, 60},
    [PHONE_PAYER] = {{900, 850, 800, 700}, 0, 1000, 110, 7 * 60 + 25, 23 * 60 + 50, 130, 60},
    [FRUGAL] = {{1150, 1050, 950, 800}, 3500, 9000, 78, 6 * 60 + 50, 23 * 60, 60, 25},
    [INTERN] = {{0, 0, 0, 1000}, 500, 6000, 105, 7 * 60 + 10, 23 * 60 + 30, 60, 60},
    [EXCHANGE] = {{50, 50, 100, 100}, 1200, 9000, 100, 7 * 60, 23 * 60, 0, 0},
};

static uint8_t draw_habit(sz_rng *r, uint8_t year) {
    int32_t at = (int32_t)sz_rng_below(r, 10000);
    for (int k = 0; k < N_HABITS - 1; k++) {
        at -= habits[k].share[year - 1];
        if (at < 0) return (uint8_t)k;
    }
    return EXCHANGE;
}

static void draw_rhythm(struct person *p, const struct habit_row *h, sz_rng *r) {
    p->wakes = (int16_t)sz_rng_bell(r, h->wakes, 16);
    p->sleeps = (int16_t)sz_rng_bell(r, h->sleeps, 25);
    p->late = (int16_t)(h->late * sz_rng_between(r, 30, 170) / 100);
    p->skips = (int16_t)(h->skips * sz_rng_between(r, 0, 200) / 100);
    static const sz_curve visits = {{0, 0, 150, 600, 1500, 4500, 8000}};
    p->library = (int16_t)sz_curve_draw(&visits, r);
    p->lab = (int16_t)(p->year >= 3 && sz_sim_schools[p->school].has_labs ? sz_rng_between(r, 0, 3500) : 0);
    p->net = (int16_t)(sz_rng_chance(r, 1300) ? sz_rng_between(r, 0, 1500) : sz_rng_between(r, 6500, 9800));
}

static void draw_weekends(struct person *p, sz_rng *r) {
    int32_t at = (int32_t)sz_rng_below(r, 1000);
    if (!p->lives_in || at >= 110) return; /* one in nine lives near enough */
    p->home_every = (uint8_t)(at < 25 ? 1 : at < 70 ? 2 : 3);
    p->home_phase = (uint8_t)sz_rng_below(r, p->home_every);
    p->registers_weekends = sz_rng_chance(r, 3000);
}

static void draw_club(struct person *p, sz_rng *r) {
    if (!p->lives_in || !sz_rng_chance(r, 600)) return;
    uint32_t n = sz_rng_chance(r, 3500) ? 2 : 1;
    for (uint32_t k = 0; k < n; k++) p->club |= (uint8_t)(1u << sz_rng_between(r, 1, 5));
}

/* 2 % lose the card in a term of 20 weeks; it takes hours to two days until there is another. */
static void draw_card(struct person *p, uint32_t days, sz_rng *r) {
    p->card_lost = p->card_new = -1;
    if (!sz_rng_chance(r, (int32_t)(300 * days / TERM_DAYS + 30)) || days < 5) return;
    int32_t day = sz_rng_between(r, 2, (int32_t)days - 3), at = sz_rng_between(r, 10 * 60, 21 * 60);
    int32_t wait = sz_rng_between(r, 0, 2), office = sz_rng_between(r, 9 * 60, 17 * 60);
    p->card_lost = day * 1440 + at;
    p->card_new = (day + wait) * 1440 + office;
    if (p->card_new <= p->card_lost) p->card_new = p->card_lost + 90;
}

void sz_sim_person_draw(const struct world *w, const struct people *all, uint32_t who, struct person *p) {
    sz_rng r = sz_rng_of(all->seed, STREAM_PERSON, who, 0);
    struct unit u;
    *p = (struct person){.unit = (uint16_t)sz_sim_world_unit_of(w, who)};
    sz_sim_world_unit(w, p->unit, &u);
    p->year = u.year;
    p->school = u.school;
    p->klass = (uint16_t)((uint64_t)(who - u.begin) * u.n_classes / (u.end - u.begin));
    p->is_woman = sz_rng_chance(&r, sz_sim_schools[u.school].women * 100);
    p->habit = draw_habit(&r, p->year);
    const struct habit_row *h = &habits[p->habit];
    p->lives_in = p->habit != OFF_CAMPUS;
    p->dorm = (uint16_t)(w->first[DORM] + u.pair * 2 + p->is_woman);
    p->canteen = (uint16_t)(w->first[CANTEEN] + sz_rng_below(&r, w->n_of[CANTEEN]));
    p->pay = (int16_t)sz_curve_at(&purchases, sz_rng_between(&r, h->pay_from, h->pay_to));
    p->price = (int16_t)(sz_rng_bell(&r, h->price, p->habit == FRUGAL ? 5 : 9) * (p->is_woman ? 94 : 102) / 100);
    p->door = (int16_t)sz_curve_draw(&door_use, &r);
    draw_rhythm(p, h, &r);
    draw_weekends(p, &r);
    draw_club(p, &r);
    draw_card(p, all->days, &r);
    /* Three quarters are back before the first day, the others come while registration is open. */
    p->arrives = (int16_t)(sz_rng_chance(&r, 7500) ? 0 : sz_rng_between(&r, 9 * 60, REGISTRATION_TO * 1440 + 20 * 60));
    p->balance = sz_rng_between(&r, 1000, 22000);
    p->uses = sz_rng_below(&r, 900) + 300u * (p->year - 1u);
}

const struct span *sz_sim_span_on(const struct person *p, enum span_kind from, enum span_kind to, int32_t day_index) {
    for (uint32_t i = 0; i < p->n_spans; i++) {
        const struct span *s = &p->spans[i];
        if (s->kind >= from && s->kind <= to && day_index >= s->from && day_index <= s->to) return s;
    }
    return NULL;
}

bool sz_sim_goes_home(const struct person *p, const struct day *d) {
    int32_t monday = d->index - (d->weekday - 1);
    return p->home_every && (uint32_t)((monday + 7) / 7) % p->home_every == p->home_phase;
}

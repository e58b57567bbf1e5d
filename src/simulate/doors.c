/* SPDX-License-Identifier: Apache-2.0
 *
 * doors: getting up, going out, coming home. The hours are fitted to data3.csv (see person.c); most passages leave no
 * record.
 */
#include "day.h"

#define AT(h, m) ((h)*3600 + (m)*60)

/* ---- the frame of the day ---------------------------------------------------------------------------------------- */

static int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }

static int32_t curfew(const struct plan *x) { return x->p->year == 1 ? x->d->curfew_first_year_s : x->d->curfew_s; }

static void night(struct plan *x) {
    bool in_evening = x->p->lives_in && x->here_from < AT(20, 0) && x->here_to > AT(24, 0) &&
                      x->quiet_to <= AT(18, 0) && !x->mood.stays_in;
    bool at_club = x->p->club >> x->d->weekday & 1 && !x->d->is_rest;
    bool out = sz_rng_chance(&x->r, x->mood.out_night), late = sz_rng_chance(&x->r, x->mood.late_night);
    if (!in_evening) return;
    if (out) {
        x->is_out = true;
        x->home = sz_rng_between(&x->r, AT(19, 20), AT(21, 40)); /* goes out then */
        x->p->back_s_60 = (int16_t)(sz_rng_between(&x->r, AT(6, 50), AT(9, 40)) / 60);
    } else if (at_club) {
        x->is_late = true;
        x->home = curfew(x) + sz_rng_between(&x->r, 300, 2700);
    } else if (late) {
        int32_t a = sz_rng_between(&x->r, 300, AT(2, 40)), b = sz_rng_between(&x->r, 300, AT(2, 40));
        x->is_late = true;
        x->home = curfew(x) + least(a, b);
    }
}

void sz_sim_rhythm(struct plan *x) {
    int32_t wander = x->mood.chaos * 60;
    x->wake = x->p->wakes * 60 + sz_rng_bell(&x->r, 0, 14 * 60) + (x->d->is_rest ? 75 * 60 : 0);
    if (wander) x->wake += sz_rng_between(&x->r, -wander / 2, wander);
    if (x->attended & CLASS_8) x->wake = least(x->wake, AT(7, 32));
    if (x->attended & CLASS_10) x->wake = least(x->wake, AT(9, 25));
    int32_t evening = sz_rng_bell(&x->r, AT(21, 30), 70 * 60), margin = sz_rng_between(&x->r, 120, 1500);
    x->home = least(evening, curfew(x) - margin);
    if (wander) x->home = least(x->home + sz_rng_between(&x->r, -wander, wander), curfew(x) - 200);
    if (x->home < AT(19, 0)) x->home = AT(19, 0);
    if (x->attended & CLASS_19) x->home = x->home < AT(21, 0) ? AT(21, 0) : x->home;
    night(x);
}

/* ---- passages ---------------------------------------------------------------------------------------------------- */

void sz_sim_pass(struct plan *x, int32_t second, uint16_t place, enum direction direction) {
    struct event *e;
    /* 1,407 of 43,156 door records were denied, mostly at buildings that were not the student's own; 1,616 came
     * twice within a minute (data3.csv). */
    if (sz_rng_chance(&x->r, x->w->places[place].kind == DORM ? 80 : 600)) {
        if ((e = sz_sim_add(x, WHAT_DOOR, second - 9, place, direction))) e->flags |= FLAG_DENIED;
    }
    if (!(e = sz_sim_add(x, WHAT_DOOR, second, place, direction))) return;
    if (!sz_rng_chance(&x->r, 370)) return;
    struct event twice = *e;
    twice.time_ms += sz_rng_between(&x->r, 2, 25) * SZ_SECOND_MS;
    if (x->n < PLAN_MAX) x->ev[x->n++] = twice;
}

/* Per cent of the usual: when everybody goes at once the door stands open and nobody holds a card to it; late in the
 * evening it is shut. */
static int32_t rush(int32_t second) {
    static const struct {
        int32_t from, to, per_cent;
    } hours[] = {
        {AT(5, 30), AT(7, 0), 200},   {AT(7, 10), AT(8, 0), 20},    {AT(8, 0), AT(9, 20), 150},
        {AT(9, 20), AT(10, 0), 70},   {AT(10, 0), AT(11, 55), 125}, {AT(11, 55), AT(13, 10), 45},
        {AT(13, 20), AT(14, 2), 26},  {AT(14, 10), AT(15, 0), 120}, {AT(15, 0), AT(17, 55), 65},
        {AT(17, 55), AT(18, 58), 45}, {AT(18, 58), AT(19, 59), 85}, {AT(20, 50), AT(21, 59), 145},
        {AT(21, 59), AT(24, 0), 190},
    };
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++)
        if (second >= hours[i].from && second < hours[i].to) return hours[i].per_cent;
    return 100;
}

static void dorm(struct plan *x, int32_t second, enum direction direction) {
    int32_t chance = x->p->door * rush(second) / 100;
    bool at_night = second >= curfew(x) || second < AT(6, 0);
    if (at_night) chance = 9700; /* the door is shut, the guard looks */
    if (x->is_out && direction == DIRECTION_OUT && second >= AT(19, 0)) chance = 6000;
    if (x->w->places[x->p->dorm].has_turnstile) chance = 9900;
    bool is_used = sz_rng_chance(&x->r, chance);
    if (is_used) sz_sim_pass(x, second, x->p->dorm, direction);
}

static void trip(struct plan *x, int32_t out, int32_t in) {
    dorm(x, out, DIRECTION_OUT);
    dorm(x, in, DIRECTION_IN);
}

static void classrooms(struct plan *x) {
    uint16_t building = (uint16_t)(x->w->first[CLASSROOM] + sz_rng_below(&x->r, x->w->n_of[CLASSROOM]));
    for (int k = 0; k < SLOTS; k++) {
        if (!(x->attended >> k & 1)) continue;
        bool in = sz_rng_chance(&x->r, 700), out = sz_rng_chance(&x->r, 450);
        if (in) sz_sim_pass(x, sz_sim_slot_from[k] - sz_rng_between(&x->r, 60, 900), building, DIRECTION_IN);
        if (out) sz_sim_pass(x, sz_sim_slot_to[k] + sz_rng_between(&x->r, 60, 600), building, DIRECTION_OUT);
    }
    /* Work on one's own in the evening: the larger part of what the teaching buildings' doors saw. */
    bool works = sz_rng_chance(&x->r, x->d->is_exams ? 1700 : 1000) && !x->mood.stays_in && !x->is_out;
    int32_t from = sz_rng_bell(&x->r, AT(19, 40), 60 * 60),
            to = least(sz_rng_bell(&x->r, AT(22, 0), 40 * 60), x->home - 400);
    if (!works || to <= from) return;
    sz_sim_pass(x, from, building, DIRECTION_IN);
    sz_sim_pass(x, to, building, DIRECTION_OUT);
}

/* Breakfast fetched, a parcel, a run around the field: out and in again. In the real log in and out do not alternate
 * either. */
static void errands(struct plan *x) {
    static const sz_curve out = {{AT(6, 0), AT(7, 40), AT(9, 20), AT(16, 30), AT(20, 10), AT(22, 10), AT(23, 0)}};
    for (int k = 0; k < 3; k++) {
        bool goes = sz_rng_chance(&x->r, 3600);
        int32_t from = sz_curve_draw(&out, &x->r), to = from + sz_rng_between(&x->r, 480, 4500);
        if (goes && from > x->wake && (to < curfew(x) || x->is_late) && !x->is_out) trip(x, from, to);
    }
}

static int32_t morning_out(struct plan *x) {
    if (x->attended & CLASS_8) return sz_rng_between(&x->r, AT(7, 24), AT(7, 52));
    if (x->attended & CLASS_10) return sz_rng_between(&x->r, AT(9, 25), AT(9, 58));
    return x->wake + sz_rng_between(&x->r, 25 * 60, 100 * 60);
}

static int32_t noon_in(struct plan *x) {
    if (x->attended & CLASS_10) return sz_rng_bell(&x->r, AT(12, 55), 16 * 60);
    return sz_rng_between(&x->r, AT(9, 55), AT(13, 20));
}

static int32_t afternoon_out(struct plan *x) {
    if (x->attended & CLASS_14) return sz_rng_between(&x->r, AT(13, 28), AT(13, 54));
    if (x->attended & CLASS_16) return sz_rng_between(&x->r, AT(15, 35), AT(16, 4));
    return sz_rng_between(&x->r, AT(13, 0), AT(16, 20));
}

static int32_t dinner_in(struct plan *x) {
    if (x->attended & CLASS_16) return sz_rng_bell(&x->r, AT(18, 40), 18 * 60);
    return sz_rng_between(&x->r, AT(15, 30), AT(19, 30));
}

static int32_t evening_out(struct plan *x) {
    if (x->attended & CLASS_19) return sz_rng_between(&x->r, AT(18, 30), AT(18, 53));
    return least(sz_rng_bell(&x->r, AT(19, 25), 35 * 60), x->home - 900);
}

/* To that side of the door, if he is not there. */
static void go(struct plan *x, bool *is_outside, bool out, int32_t at) {
    if (*is_outside != out) dorm(x, at, out ? DIRECTION_OUT : DIRECTION_IN);
    *is_outside = out;
}

/* The three ways out of a day: morning, afternoon, evening. */
static void trips(struct plan *x) {
    bool goes = sz_rng_chance(&x->r, x->d->is_rest ? 5200 : 6500), lunch_home = sz_rng_chance(&x->r, 6200),
         dinner_home = sz_rng_chance(&x->r, 6400);
    bool afternoon = sz_rng_chance(&x->r, 5200), evening = sz_rng_chance(&x->r, 6200);
    bool has_morning = x->attended & CLASSES_MORNING || goes;
    bool has_afternoon = x->attended & CLASSES_AFTERNOON || afternoon;
    bool is_outside = false;
    int32_t out = morning_out(x);
    if (has_morning && out < AT(11, 50)) {
        go(x, &is_outside, true, out);
        int32_t noon = noon_in(x);
        if (lunch_home && noon > out) go(x, &is_outside, false, noon);
    }
    if (has_afternoon || !has_morning) go(x, &is_outside, true, afternoon_out(x));
    int32_t dinner = dinner_in(x);
    if (dinner_home) go(x, &is_outside, false, dinner);
    if (x->is_out) { /* for the night */
        go(x, &is_outside, true, x->home);
        x->here_to = least(x->here_to, x->home + 300);
        return;
    }
    bool has_evening = x->attended & CLASS_19 || evening || x->is_late;
    if (!is_outside && has_evening) go(x, &is_outside, true, evening_out(x));
    go(x, &is_outside, false, x->home);
}

/* Comes back to the campus, or leaves it, within this day. */
static void campus_gate(struct plan *x) {
    uint16_t gate = (uint16_t)(x->w->first[GATE] + sz_rng_below(&x->r, x->w->n_of[GATE]));
    bool in = sz_rng_chance(&x->r, 3000), out = sz_rng_chance(&x->r, 3000),
         town = sz_rng_chance(&x->r, x->d->is_rest ? 1500 : 300);
    if (x->here_from > 0 && in) sz_sim_pass(x, x->here_from + 60, gate, DIRECTION_IN);
    if (x->here_from > 0 && x->p->lives_in) dorm(x, x->here_from + 600, DIRECTION_IN);
    if (x->here_to < AT(24, 0) && out) sz_sim_pass(x, x->here_to - 120, gate, DIRECTION_OUT);
    if (x->here_to < AT(24, 0) && x->p->lives_in) dorm(x, x->here_to - 700, DIRECTION_OUT);
    if (!town || x->mood.stays_in) return;
    int32_t from = sz_rng_between(&x->r, AT(12, 30), AT(15, 30)), to = sz_rng_between(&x->r, AT(17, 0), AT(21, 0));
    if (out) sz_sim_pass(x, from, gate, DIRECTION_OUT);
    if (in) sz_sim_pass(x, to, gate, DIRECTION_IN);
}

void sz_sim_doors(struct plan *x) {
    campus_gate(x);
    classrooms(x);
    if (!x->p->lives_in) return;
    if (!x->mood.stays_in) errands(x);
    if (!x->mood.stays_in) trips(x);
    else if (sz_rng_chance(&x->r, 3000)) trip(x, AT(11, 40), AT(12, 10));
}

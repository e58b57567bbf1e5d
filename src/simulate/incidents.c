/* SPDX-License-Identifier: Apache-2.0
 *
 * incidents: who is in trouble, when, how badly. Quotas, so that small campuses have one of each; never two at once in
 * one student.
 */
#include "person.h"

struct incident_row {
    int32_t share;       /* of 10,000 students in a term */
    int32_t least, most; /* days */
};
/* Shares are chosen (5 % in all), not measured. */
static const struct incident_row rows[N_INCIDENTS] = {
    [LOST_CONTACT] = {40, 2, 5},     [LATE_RETURNS] = {60, 10, 21},   [OUT_OVERNIGHT] = {50, 1, 16},
    [MISSED_CLASSES] = {70, 14, 28}, [HARDSHIP] = {100, 1000, 1000},  [SPEND_DROP] = {60, 14, 35},
    [IRREGULAR] = {50, 21, 35},      [DILIGENCE_DROP] = {60, 21, 35}, [CRISIS] = {20, 12, 18},
    [NOT_ARRIVED] = {20, 7, 18},
};

static bool can_have(const struct person *p, enum incident kind) {
    if (p->incident || p->habit == EXCHANGE || p->habit == INTERN) return false;
    switch (kind) {
    case LATE_RETURNS: return p->lives_in && p->door >= 1200 && !p->club;
    case OUT_OVERNIGHT: return p->lives_in && p->door >= 1200 && !p->home_every;
    case MISSED_CLASSES:
    case DILIGENCE_DROP: return p->year <= 3;
    case HARDSHIP: return p->lives_in && p->habit != PHONE_PAYER && p->habit != NIGHT_OWL;
    case SPEND_DROP: return p->pay >= 60;
    case IRREGULAR: return p->pay >= 50 && p->habit != NIGHT_OWL;
    case CRISIS: return p->lives_in && p->year <= 3 && p->pay >= 45;
    default: return true;
    }
}

static bool is_festival_near(const struct people *all, int32_t from, int32_t to) {
    for (int32_t i = from; i <= to; i++) {
        struct day d;
        sz_sim_term_day(all->term, i, &d);
        if (d.festival != NO_FESTIVAL || d.is_vacation) return true;
    }
    return false;
}

static bool is_quiet(const struct person *p, int32_t from, int32_t to) {
    for (uint32_t i = 0; i < p->n_spans; i++)
        if (from <= p->spans[i].to + 1 && to + 1 >= p->spans[i].from) return false;
    return p->card_lost < 0 || p->card_lost / 1440 > to + 1 || p->card_new / 1440 < from - 1;
}

/* A time that this student's other plans leave free; false: none found. */
static bool place(const struct people *all, struct person *p, enum incident kind, sz_rng *r) {
    const struct incident_row *row = &rows[kind];
    int32_t days = (int32_t)all->days, last = days < TERM_DAYS ? days - 1 : EXAMS_TO;
    int32_t length = sz_rng_between(r, row->least, row->most), most = days >= 9 ? days / 3 : 1;
    if (length > most && kind != HARDSHIP && kind != NOT_ARRIVED) length = most;
    for (int attempt = 0; attempt < 24; attempt++) {
        int32_t from = sz_rng_between(r, days / 4, days / 4 + (days - 1) / 2);
        if (kind == HARDSHIP) {
            from = sz_rng_chance(r, 6000) ? 0 : from;
            length = days - from;
        }
        if (kind == MISSED_CLASSES) from = from * 4 / 3 - days / 4; /* some begin in the second week */
        if (kind == NOT_ARRIVED) from = 0;
        int32_t to = from + length - 1;
        if (to > last) to = last;
        if (from > to) continue;
        int weekday = sz_day_weekday(all->term->from + from);
        bool is_short = kind == LOST_CONTACT || kind == CRISIS;
        if (kind == NOT_ARRIVED && !is_quiet(p, from, to)) continue; /* who is ill is no mystery */
        if (kind != HARDSHIP && attempt < 20 && !is_quiet(p, from, to)) continue;
        if (is_short && attempt < 20 && (weekday > 4 || is_festival_near(all, from - 1, to + 1))) continue;
        int32_t minute = kind == LOST_CONTACT ? sz_rng_between(r, 18 * 60, 22 * 60) : 0;
        p->incident = (uint8_t)kind;
        p->strength = (uint8_t)sz_rng_between(r, 30, 100);
        if (kind == LOST_CONTACT) p->strength = (uint8_t)(20 * length);
        p->incident_from = from * 1440 + minute;
        p->incident_to =
            kind == LOST_CONTACT && to < last ? (to + 1) * 1440 + sz_rng_between(r, 8 * 60, 20 * 60) : to * 1440 + 1439;
        return true;
    }
    return false;
}

void sz_sim_incidents_draw(struct people *all) {
    sz_rng r = sz_rng_of(all->seed, STREAM_INCIDENT, 0, 0);
    for (int kind = 1; kind < N_INCIDENTS; kind++) {
        uint32_t quota = (uint32_t)(((uint64_t)all->n * (uint32_t)rows[kind].share + 5000) / 10000);
        if (quota == 0 && all->n >= 20) quota = 1;
        for (uint32_t tried = 0; quota && tried < 4 * all->n; tried++) {
            struct person *p = &all->v[sz_rng_below(&r, all->n)];
            if (can_have(p, (enum incident)kind) && place(all, p, (enum incident)kind, &r)) quota--;
        }
    }
}

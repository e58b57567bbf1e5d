/* SPDX-License-Identifier: Apache-2.0
 *
 * traces: library, laboratory, network. They show a person to whom nothing else happens, above all one who pays by
 * phone.
 */
#include "day.h"

#define AT(h, m) ((h)*3600 + (m)*60)

static void library(struct plan *x) {
    int32_t chance = x->p->library * x->mood.library / 100 * (x->d->is_rest ? 8 : 10) / 10;
    bool goes = sz_rng_chance(&x->r, chance),
         is_evening = sz_rng_chance(&x->r, x->attended & CLASSES_AFTERNOON ? 8500 : 4500);
    uint16_t place = (uint16_t)(x->w->first[LIBRARY] + sz_rng_below(&x->r, x->w->n_of[LIBRARY]));
    int32_t from =
        is_evening ? sz_rng_between(&x->r, AT(18, 20), AT(20, 10)) : sz_rng_between(&x->r, AT(13, 40), AT(16, 0));
    int32_t to = from + sz_rng_between(&x->r, 50 * 60, 200 * 60);
    bool is_seen_out = sz_rng_chance(&x->r, 7000);
    if (!goes || x->mood.stays_in || (x->attended & CLASS_19 && is_evening)) return;
    if (to > x->home - 420) to = x->home - 420;
    struct event *e = sz_sim_add(x, WHAT_LIBRARY, from, place, DIRECTION_IN);
    if (e && is_seen_out && to > from) sz_sim_add(x, WHAT_LIBRARY, to, place, DIRECTION_OUT);
}

static void laboratory(struct plan *x) {
    bool goes = sz_rng_chance(&x->r, x->d->is_rest ? x->p->lab / 3 : x->p->lab);
    uint16_t place = (uint16_t)(x->w->first[LAB] + x->p->school % x->w->n_of[LAB]);
    int32_t from = sz_rng_between(&x->r, AT(8, 40), AT(19, 30)), to = from + sz_rng_between(&x->r, 40 * 60, 240 * 60);
    if (!goes || x->mood.stays_in) return;
    sz_sim_pass(x, from, place, DIRECTION_UNKNOWN);
    if (to < x->home) sz_sim_pass(x, to, place, DIRECTION_UNKNOWN);
}

static void network(struct plan *x) {
    bool is_seen = sz_rng_chance(&x->r, x->p->net), morning = sz_rng_chance(&x->r, 3000),
         noon = sz_rng_chance(&x->r, 3000);
    bool evening = sz_rng_chance(&x->r, 7500), in_bed = sz_rng_chance(&x->r, x->p->sleeps > 24 * 60 ? 4000 : 700);
    uint16_t building = (uint16_t)(x->w->first[CLASSROOM] + sz_rng_below(&x->r, x->w->n_of[CLASSROOM]));
    int32_t a = sz_rng_between(&x->r, AT(9, 0), AT(11, 40)), b = sz_rng_between(&x->r, AT(12, 20), AT(16, 30)),
            c = x->home + sz_rng_between(&x->r, 240, 3600);
    int32_t d = x->p->sleeps * 60 + sz_rng_between(&x->r, -1500, 1500);
    if (!is_seen) return;
    if (!x->p->lives_in) evening = in_bed = false;
    if (!morning && !noon && !evening) noon = true;
    uint16_t own = x->p->lives_in ? x->p->dorm : building;
    if (morning) sz_sim_add(x, WHAT_NET, a, x->attended & CLASSES_MORNING ? building : own, N_DIRECTIONS);
    if (noon) sz_sim_add(x, WHAT_NET, b, x->attended & CLASSES_AFTERNOON ? building : own, N_DIRECTIONS);
    if (evening && !x->is_out) sz_sim_add(x, WHAT_NET, c, own, N_DIRECTIONS);
    if (in_bed && !x->is_out && d > x->home) sz_sim_add(x, WHAT_NET, d, own, N_DIRECTIONS);
}

void sz_sim_traces(struct plan *x) {
    library(x);
    laboratory(x);
    network(x);
}

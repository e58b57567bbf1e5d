/* SPDX-License-Identifier: Apache-2.0
 *
 * mood: what an incident does to a day. Strength goes from 30 to 100; at 30 a person would hardly notice, at 100
 * anybody would.
 */
#include "day.h"

/* Two bad weeks: out late and eating less, then hardly out at all, then, where it is bad, nothing. */
static void crisis(struct plan *x) {
    struct mood *m = &x->mood;
    int32_t begin = x->p->incident_from / 1440, length = x->p->incident_to / 1440 - begin + 1, at = x->d->index - begin;
    if (at * 100 < length * 45) {
        m->late_night = 3500;
        m->meals = 75;
        m->price = m->price * 80 / 100;
        m->library = 20;
        m->skips = 1500;
    } else if (length - at > 2 || x->p->strength < 50) {
        m->skips = 6500;
        m->meals = 45;
        m->chaos = 120;
        m->library = 0;
        m->stays_in = true;
    } else {
        m->is_silent_all_day = true;
    }
}

static void incident(struct plan *x) {
    struct mood *m = &x->mood;
    int32_t s = x->p->strength, left;
    switch (x->p->incident) {
    case LOST_CONTACT:
        x->quiet_from = (x->p->incident_from - x->d->index * 1440) * 60;
        x->quiet_to = (x->p->incident_to - x->d->index * 1440) * 60;
        break;
    case LATE_RETURNS: m->late_night = 3000 + 45 * s; break;
    case OUT_OVERNIGHT: /* one night or two are spent out for certain, of a longer time some */
        m->out_night = x->p->incident_to - x->p->incident_from < 2 * 1440 ? 10000 : 2500 + 40 * s;
        break;
    case MISSED_CLASSES: m->skips = 2500 + 55 * s; break;
    case HARDSHIP:
        m->is_hard_up = true;
        m->price = 46 - s / 10;
        break;
    case SPEND_DROP:
        left = 72 - s * 55 / 100; /* per cent of what he spent: half in meals not eaten, half in cheaper ones */
        m->meals = 45 + left / 2;
        m->price = m->price * left / m->meals;
        break;
    case IRREGULAR:
        m->chaos = 60 + s * 16 / 10;
        m->meals = 85;
        m->skips += 300 + 5 * s;
        m->late_night += 700;
        break;
    case DILIGENCE_DROP:
        m->library = 100 - s * 9 / 10;
        m->comes_late = 1000 + 20 * s;
        m->skips += 800 + 17 * s;
        break;
    case CRISIS: crisis(x); break;
    case NOT_ARRIVED: m->is_silent_all_day = true; break;
    default: break;
    }
}

void sz_sim_mood_draw(struct plan *x) {
    const struct person *p = x->p;
    int32_t day = x->d->index, minute = day * 1440;
    x->mood = (struct mood){
        .skips = p->skips, .comes_late = 250, .late_night = p->late, .meals = 100, .price = p->price, .library = 100};
    if (x->d->is_exams) x->mood.library = 180;
    x->mood.lends = sz_sim_span_on(p, SPAN_LENT_CARD, SPAN_LENT_CARD, day) != NULL;
    x->mood.pays_double = sz_sim_span_on(p, SPAN_PAYS_FOR_TWO, SPAN_PAYS_FOR_TWO, day) != NULL;
    x->mood.is_treated = sz_sim_span_on(p, SPAN_IS_TREATED, SPAN_IS_TREATED, day) != NULL;
    if (sz_sim_span_on(p, SPAN_PAYS_BY_PHONE, SPAN_PAYS_BY_PHONE, day)) x->mood.meals = 6;
    if (sz_sim_span_on(p, SPAN_SICK_IN_DORM, SPAN_SICK_IN_DORM, day)) {
        x->mood.stays_in = true;
        x->mood.meals = 30;
        x->mood.late_night = 0;
    }
    if (p->incident && p->incident_from < minute + 1440 && p->incident_to >= minute) incident(x);
    if (!x->mood.is_silent_all_day) return;
    x->quiet_from = 0;
    x->quiet_to = 30 * 3600;
}

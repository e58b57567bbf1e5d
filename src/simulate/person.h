/* SPDX-License-Identifier: Apache-2.0
 *
 * person: a student's habits and what happens to him this term, drawn once. What he does on a day is day.h.
 */
#ifndef SZ_SIMULATE_PERSON_H
#define SZ_SIMULATE_PERSON_H

#include "term.h"
#include "world.h"

enum habit { REGULAR, EARLY_BIRD, NIGHT_OWL, OFF_CAMPUS, PHONE_PAYER, FRUGAL, INTERN, EXCHANGE, N_HABITS };

/* Something that lasts some days. The first ones are leaves in the sense of leaves.csv; a school learns of them
 * sooner or later. */
enum span_kind {
    SPAN_NONE,
    SPAN_LEAVE,
    SPAN_SICK,
    SPAN_SICK_IN_DORM,
    SPAN_INTERNSHIP,
    SPAN_LAST_RECORDED = SPAN_INTERNSHIP,
    SPAN_INTERNSHIP_UNRECORDED, /* works in town, nobody wrote it down */
    SPAN_TRIP,                  /* a weekend away, a job interview */
    SPAN_LENT_CARD,             /* a friend eats on the card too */
    SPAN_PAYS_FOR_TWO,
    SPAN_IS_TREATED,   /* one pays, the other one does not */
    SPAN_PAYS_BY_PHONE /* the phone pays from here on */
};
enum { SPANS_MAX = 6 };
struct span {
    int16_t from, to; /* indices of days, both included */
    uint8_t kind;
    int8_t recorded; /* leaves: days after `from` when the school wrote it down; negative: before */
};

enum incident {
    NO_INCIDENT,
    LOST_CONTACT,
    LATE_RETURNS,
    OUT_OVERNIGHT,
    MISSED_CLASSES,
    HARDSHIP,
    SPEND_DROP,
    IRREGULAR,
    DILIGENCE_DROP,
    CRISIS,
    NOT_ARRIVED,
    N_INCIDENTS
};

struct person {
    uint16_t unit, klass, dorm, canteen; /* class within the unit; places */
    uint8_t habit, year, school;
    bool is_woman, lives_in; /* in a dorm of the campus */
    int16_t pay;             /* purchases by card that 30 days would have */
    int16_t price;           /* what he eats, per cent of the usual price */
    int16_t door, net;     /* of 10,000: uses the reader when passing a door; leaves a trace in the network on a day */
    int16_t library, lab;  /* of 10,000: goes there on a day */
    int16_t wakes, sleeps; /* minutes of the day; sleeps may lie above 24 h */
    int16_t late, skips;   /* of 10,000: comes home after the cut-off; misses a class */
    uint8_t home_every, home_phase; /* weekends at home: every so many weeks; 0: never */
    bool registers_weekends;        /* asks for overnight permits then */
    uint8_t club;                   /* bits of weekdays with a late evening and a permit */
    uint8_t n_spans;
    struct span spans[SPANS_MAX];
    int16_t arrives;             /* minutes from the first midnight until he is back from the vacation; <= 0: before */
    int32_t card_lost, card_new; /* minutes from the first midnight; card_lost < 0: never */
    uint8_t incident, strength;  /* strength in per cent */
    int32_t incident_from, incident_to; /* minutes from the first midnight */
    /* What changes from day to day. */
    int32_t balance;   /* fen */
    uint32_t uses;     /* of the card so far */
    int16_t back_s_60; /* minute of today at which he is back from last night; 0: was at home */
};

struct people {
    const struct term *term;
    uint32_t days;
    uint64_t seed;
    struct person *v;
    uint32_t n;
};

void sz_sim_person_draw(const struct world *w, const struct people *all, uint32_t who, struct person *out);
/* Leaves, trips, lent cards …; after the traits, once for all, because some need a friend. */
void sz_sim_spans_draw(struct people *all, uint32_t who);
/* Who has an incident, when, how strong. After the spans: it does not fall into an absence. */
void sz_sim_incidents_draw(struct people *all);
/* The span of one of the kinds from..to in which the day falls; NULL. */
const struct span *sz_sim_span_on(const struct person *p, enum span_kind from, enum span_kind to, int32_t day_index);
/* When the school wrote a leave down: milliseconds. */
int64_t sz_sim_span_recorded(const struct people *all, uint32_t who, const struct span *s);
/* Off to the parents on this Friday's weekend (index of the Friday's week). */
bool sz_sim_goes_home(const struct person *p, const struct day *d);

#endif

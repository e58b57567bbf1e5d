/* SPDX-License-Identifier: Apache-2.0
 *
 * day: what one student does on one day, as records. The parts add to a plan; at the end it is put in order and handed
 * on.
 */
#ifndef SZ_SIMULATE_DAY_H
#define SZ_SIMULATE_DAY_H

#include "person.h"

enum what { WHAT_SWIPE, WHAT_ATTENDANCE, WHAT_DOOR, WHAT_NET, WHAT_LIBRARY, WHAT_STRANGER, WHAT_STATUS };
enum { OP_CONSUME, OP_REFUND, OP_REVERSAL, OP_TOPUP };                         /* detail of a swipe */
enum { MARK_PRESENT, MARK_LATE, MARK_EARLY_LEAVE, MARK_ABSENT, MARK_EXCUSED }; /* detail of attendance */
enum { STATE_OPEN, STATE_COMPLETE, STATE_DOWN };                               /* detail of a status */
/* A day's slots of classes, by the hours at which they begin: bits of `timetable` and `attended`. */
enum {
    CLASS_8 = 1,
    CLASS_10 = 2,
    CLASS_14 = 4,
    CLASS_16 = 8,
    CLASS_19 = 16,
    CLASSES_MORNING = CLASS_8 | CLASS_10,
    CLASSES_AFTERNOON = CLASS_14 | CLASS_16
};
enum { FLAG_REPEAT = 1, FLAG_DENIED = 2, FLAG_NO_TIME = 4, FLAG_COLLECTED = 8, FLAG_UNDO = 16 };

/* One record, from the plan to the line. Its time is in ms; whole seconds. */
struct event {
    int64_t arrival_ms, time_ms;
    uint32_t who;            /* student; number of a stranger's card; source of a status */
    int32_t amount, balance; /* fen */
    uint32_t number;         /* swipe: use of the card; door: journal of the reader; attendance: index of the day */
    uint32_t ref;            /* swipe: use undone; attendance: course */
    uint16_t reader, place;  /* NONE */
    uint8_t what, detail, flags, slot;
    uint8_t card;            /* 0: the student's first card, 1: the one after it */
};

/* How an incident, a habit or a confounder bends the day. */
struct mood {
    int32_t skips, comes_late; /* of 10,000: a class */
    int32_t late_night, out_night;
    int32_t meals, price; /* per cent */
    int32_t library;      /* per cent */
    int32_t chaos;        /* minutes that the rhythm wanders */
    bool is_hard_up, is_silent_all_day, stays_in;
    bool pays_double, is_treated, lends;
};

enum { PLAN_MAX = 96 };
struct plan {
    const struct world *w;
    const struct people *all;
    const struct day *d;
    struct person *p;
    uint32_t who;
    sz_rng r;
    struct mood mood;
    int32_t here_from, here_to;   /* seconds of the day; outside of them nothing but what teachers write */
    int32_t quiet_from, quiet_to; /* nor inside of these */
    int32_t wake, home;           /* gets up; comes home for the night */
    bool is_late, is_out;         /* home after the cut-off; not home at all */
    uint8_t timetable, attended;  /* CLASS_… */
    uint32_t n;
    struct event ev[PLAN_MAX];
};

/* Fill the plan; the events are in order of time and complete but for journal numbers and arrival. Changes the
 * person's state of the day. */
void sz_sim_day_plan(struct plan *x, const struct world *w, struct people *all, uint32_t who, const struct day *d);

/* ---- parts ---- */
void sz_sim_mood_draw(struct plan *x);
void sz_sim_study(struct plan *x);  /* classes: sets timetable and attended */
void sz_sim_rhythm(struct plan *x); /* sets wake, home, is_late, is_out */
void sz_sim_doors(struct plan *x);
void sz_sim_meals(struct plan *x);
void sz_sim_traces(struct plan *x); /* library, network, lab */
void sz_sim_till(struct plan *x);   /* balances, top-ups, slips of the till; after the events are in order */
/* Timetable of a class on a day: bits of slots; also for classes that the student misses. */
uint8_t sz_sim_timetable(const struct plan *x);
extern const int32_t sz_sim_slot_from[SLOTS], sz_sim_slot_to[SLOTS]; /* seconds */

/* Add a record at that second if he was there to leave it; NULL otherwise. */
struct event *sz_sim_add(struct plan *x, enum what what, int32_t second, uint16_t place, enum direction direction);
/* A passage of a door; whether the reader is used is the caller's affair. */
void sz_sim_pass(struct plan *x, int32_t second, uint16_t place, enum direction direction);

#endif

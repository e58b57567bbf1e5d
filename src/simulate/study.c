/* SPDX-License-Identifier: Apache-2.0
 *
 * study: classes, and what a teacher's sheet says of them.
 */
#include "day.h"

/* Double periods of two class hours (学时): 8:00, 10:10, 14:00, 16:10, 19:00. */
const int32_t sz_sim_slot_from[SLOTS] = {8 * 3600, 10 * 3600 + 600, 14 * 3600, 16 * 3600 + 600, 19 * 3600};
const int32_t sz_sim_slot_to[SLOTS] = {9 * 3600 + 3000, 12 * 3600, 15 * 3600 + 3000, 18 * 3600, 20 * 3600 + 3000};

/* Of 10,000: a class of that year has a lesson then. About 25 class hours a week, 19 in the third year, 5 before the
 * diploma. */
static const int16_t density[4][SLOTS] = {{6200, 6600, 6000, 4600, 1600},
                                          {6200, 6600, 6000, 4600, 1600},
                                          {5000, 5500, 4800, 3600, 1000},
                                          {1300, 1600, 1400, 900, 0}};

static uint32_t class_key(const struct plan *x) { return (uint32_t)x->p->unit << 8 | x->p->klass; }

uint8_t sz_sim_timetable(const struct plan *x) {
    if (!x->d->classes) return 0;
    sz_rng r = sz_rng_of(x->all->seed, STREAM_TIMETABLE, class_key(x), x->d->classes);
    uint8_t slots = 0;
    for (int k = 0; k < SLOTS; k++)
        if (sz_rng_chance(&r, density[x->p->year - 1][k])) slots |= (uint8_t)(1u << k);
    return slots;
}

static uint32_t course_of(const struct plan *x, int slot, bool *is_recorded) {
    sz_rng r = sz_rng_of(x->all->seed, STREAM_COURSE, class_key(x), (uint32_t)(x->d->classes * SLOTS + slot));
    uint32_t course = sz_rng_below(&r, COURSES);
    sz_rng c = sz_rng_of(x->all->seed, STREAM_COURSE, class_key(x), 100 + course);
    *is_recorded = sz_rng_chance(&c, 8500); /* the other teachers keep no sheet */
    return course;
}

/* Teachers write of everybody on the roster, so presence does not matter here. */
static struct event *add_mark(struct plan *x, int slot, uint32_t course, int32_t second, uint32_t mark) {
    if (x->n == PLAN_MAX) return NULL;
    uint32_t building = (x->p->unit * 7u + course) % x->w->n_of[CLASSROOM];
    struct event *e = &x->ev[x->n++];
    *e = (struct event){.time_ms = x->d->midnight_ms + second * SZ_SECOND_MS,
                        .who = x->who,
                        .reader = NONE,
                        .place = (uint16_t)(x->w->first[CLASSROOM] + building),
                        .what = WHAT_ATTENDANCE,
                        .detail = (uint8_t)mark,
                        .slot = (uint8_t)slot,
                        .number = (uint32_t)x->d->index,
                        .ref = course};
    return e;
}

/* On leave: `excused` where the teacher knew by the evening, else `absent`, and the excuse when the school has
 * written it down. */
static void excuse(struct plan *x, int slot, uint32_t course, const struct span *leave) {
    int64_t recorded = sz_sim_span_recorded(x->all, x->who, leave);
    if (recorded < x->d->midnight_ms + 22 * SZ_HOUR_MS) {
        add_mark(x, slot, course, sz_sim_slot_from[slot], MARK_EXCUSED);
        return;
    }
    add_mark(x, slot, course, sz_sim_slot_from[slot], MARK_ABSENT);
    struct event *e = add_mark(x, slot, course, 0, MARK_EXCUSED);
    if (!e) return;
    e->time_ms = recorded;
    e->flags = FLAG_UNDO;
}

static bool is_there(const struct plan *x, int slot) {
    int32_t t = sz_sim_slot_from[slot];
    return t >= x->here_from && sz_sim_slot_to[slot] <= x->here_to && (t < x->quiet_from || t >= x->quiet_to);
}

static void attend(struct plan *x, int slot, uint32_t course, bool is_recorded) {
    int32_t from = sz_sim_slot_from[slot], skips = x->mood.skips;
    if (slot == 0 && x->p->habit == NIGHT_OWL) skips *= 3;
    bool is_missed = !is_there(x, slot) || sz_rng_chance(&x->r, skips);
    bool is_late = sz_rng_chance(&x->r, x->mood.comes_late), leaves_early = sz_rng_chance(&x->r, 50);
    int32_t before = sz_rng_between(&x->r, 20, 720), after = sz_rng_between(&x->r, 90, 1200);
    if (!is_missed) x->attended |= (uint8_t)(1u << slot);
    if (!is_recorded) return;
    if (is_missed) add_mark(x, slot, course, from, MARK_ABSENT);
    else if (is_late) add_mark(x, slot, course, from + after, MARK_LATE);
    else add_mark(x, slot, course, from - before, leaves_early ? MARK_EARLY_LEAVE : MARK_PRESENT);
}

void sz_sim_study(struct plan *x) {
    x->attended = 0;
    x->timetable = 0;
    /* Interns have an arrangement with their teachers and are not on the sheet; exchange students are not on the
     * roster. */
    if (x->p->habit == EXCHANGE || sz_sim_span_on(x->p, SPAN_INTERNSHIP, SPAN_INTERNSHIP_UNRECORDED, x->d->index))
        return;
    x->timetable = sz_sim_timetable(x);
    const struct span *leave = sz_sim_span_on(x->p, SPAN_LEAVE, SPAN_SICK_IN_DORM, x->d->index);
    for (int slot = 0; slot < SLOTS; slot++) {
        bool is_recorded;
        if (!(x->timetable >> slot & 1)) continue;
        uint32_t course = course_of(x, slot, &is_recorded);
        if (leave && is_recorded) excuse(x, slot, course, leave);
        else if (!leave) attend(x, slot, course, is_recorded);
    }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * A stretch of sorted files: from the record that was used last up to a time before which a record can only do what it
 * does by itself. Nothing enters by then, no table of peers is made, the term has been heard of, clocks have begun and
 * none goes over a day at once. All of that is asked once, and of a record within it no more than whether somebody is
 * due: for who is changes with each student that is looked at, and nothing else here does before the message in hand is
 * used up, or a feed says something.
 */
#include "worker.h"

void stretch_end(sz_worker *w) { w->stretch.to_ms = INT64_MIN; }

static int64_t least_of(int64_t a, int64_t b) { return a < b ? a : b; }

/* One more than the last time that is no later. */
static int64_t behind(int64_t t_ms) { return t_ms == SZ_TIME_MAX ? SZ_TIME_MAX : t_ms + 1; }

/* All clocks stand at that time, or have not come to it. */
static bool are_clocks_by(const clocks *c, int64_t t_ms) {
    bool all = c->file_ms == t_ms && c->wmax_ms <= t_ms;
    for (uint32_t k = 0; k < c->n_classes; k++) all &= c->class_ms[k] <= t_ms && c->class_ms[k] > t_ms - SZ_DAY_MS;
    return all;
}

/* Does the first day of the stream end before that one? Else each record may be what timers begin with. */
static bool has_begun(const sz_worker *w, int64_t t_ms) {
    const sz_zone *z = sz_campus_zone(w->campus);
    return w->clocks.begin_ms != SZ_TIME_MAX && sz_zone_midnight(z, sz_zone_day(z, t_ms)) >= w->clocks.begin_ms;
}

void stretch_begin(sz_worker *w) {
    const clocks *c = &w->clocks;
    int64_t from = c->file_ms, leaf = SZ_TIME_MAX, to;
    stretch_end(w);
    if (w->o.order != SZ_SORTED || w->is_firing || w->tc.n_alerts || from == SZ_TIME_NONE) return;
    if (!are_clocks_by(c, from) || !has_begun(w, from)) return;
    if (from < w->heard_from_ms || from < w->parts.from_ms) return;
    if (leaf_next_due(w, from, &leaf)) return;
    to = least_of(least_of(w->heard_to_ms, leaf), behind(least_of(w->parts.gate_ms, w->peers.next_ms)));
    for (uint32_t k = 0; k < c->n_classes; k++) to = least_of(to, c->class_ms[k] + SZ_DAY_MS);
    w->stretch = (stretch){.from_ms = from, .to_ms = to};
}

bool stretch_go(sz_worker *w, uint32_t source, int64_t t_ms) {
    clocks *c = &w->clocks;
    bool is_due = false;
    for (uint32_t k = 0; k < c->n_classes; k++) is_due |= w->students.queues[k].least < 4 * t_ms;
    if (is_due) return false;
    clock_record(w, source, t_ms);
#ifndef NDEBUG
    if (!time_passes(w)) __builtin_trap(); /* each test holds the two together */
#endif
    for (uint32_t k = 0; k < c->n_classes; k++) c->class_ms[k] = t_ms;
    c->wmax_ms = w->tc.wmax_ms = w->stretch.from_ms = t_ms;
    return true;
}

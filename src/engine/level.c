/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers of several partitions come to stand at one time, as one worker would that had read all their logs so far
 * (docs/adr/0024): of each source the highest watermark counts, and what a feed said of itself is known to all. Only
 * then may their students share a state, since a state's clocks say of all its students what was evaluated.
 */
#include "worker.h"

void sz_worker_hand_over(sz_worker *home, sz_worker *at, const sz_input *in) {
    limit_set(home);
    input_look_ahead(home, in, 1);
    input_record(home, in, home->holders[0]);
    witness_note(at, in, in->origin.offset + 1);
}

sz_name sz_worker_name(const sz_worker *w) { return w->name; }

sz_str sz_worker_letters(const sz_worker *w) { return sz_buf_str(&w->dead.bytes); }

/* What was said waits with what has not left. */
static void put_away(sz_worker *w) {
    for (uint32_t i = 0; i < w->alerts.n; i++) lines_add(&w->outbox, lines_at(&w->alerts, i));
    lines_clear(&w->alerts);
}

static void end_tick(sz_worker *w) {
    while (tick_is_firing(w)) {
        put_away(w);
        tick_fire(w);
    }
}

/* ---- what feeds said of themselves ---- */

static bool knows(const sz_worker *w, sz_str source, const feed_note *s) {
    for (uint32_t i = 0; i < w->n_statuses; i++) {
        const feed_note *own = &w->statuses[i];
        if (own->t_ms == s->t_ms && own->state == s->state &&
            sz_str_eq(sz_map_key(&w->feed_names, own->source), source))
            return true;
    }
    return false;
}

/* The earliest that was new; SZ_TIME_MAX: none was. */
static int64_t learn_of(sz_worker *w, const sz_worker *other) {
    int64_t since = SZ_TIME_MAX;
    for (uint32_t i = 0; i < other->n_statuses; i++) {
        const feed_note *s = &other->statuses[i];
        sz_str source = sz_map_key(&other->feed_names, s->source);
        if (knows(w, source, s)) continue;
        status_note(w, source, s->t_ms, s->state);
        if (s->t_ms < since) since = s->t_ms;
    }
    return since;
}

static void learn(sz_worker *w, sz_worker *const *v, uint32_t n) {
    int64_t since = SZ_TIME_MAX;
    for (uint32_t i = 0; i < n; i++) {
        int64_t t = v[i] == w ? SZ_TIME_MAX : learn_of(w, v[i]);
        if (t < since) since = t;
    }
    if (since == SZ_TIME_MAX) return;
    sz_cause cause = {.t_ms = since, .what = SZ_STR("feed_status")};
    facts_for_all(w, since, &cause);
    alerts_flush(w);
}

/* ---- clocks ---- */

static void raise(int64_t *t, int64_t to) {
    if (to > *t) *t = to;
}

static void raise_sources(sz_worker *w, const sz_worker *other) {
    for (uint32_t i = 0; i < w->clocks.n_sources; i++) {
        stream_clock *s = &w->clocks.sources[i];
        const stream_clock *o = &other->clocks.sources[i];
        s->has_say = s->has_say || o->has_say;
        raise(&s->watermark_ms, o->watermark_ms);
        raise(&s->high_ms, o->high_ms);
    }
}

static int64_t first_begin(sz_worker *const *v, uint32_t n) {
    int64_t begin = SZ_TIME_MAX;
    for (uint32_t i = 0; i < n; i++)
        if (v[i]->clocks.begin_ms < begin) begin = v[i]->clocks.begin_ms;
    return begin;
}

static void level_one(sz_worker *w, sz_worker *const *v, uint32_t n, int64_t begin) {
    sz_cause cause = {.t_ms = begin, .what = SZ_STR("record")};
    begin_at(w, begin, &cause);
    learn(w, v, n);
    for (uint32_t i = 0; i < n; i++) raise_sources(w, v[i]);
    time_advance(w);
}

void sz_worker_level(sz_worker *const *v, uint32_t n) {
    int64_t top[SZ_CLASSES_MAX], wmax = SZ_TIME_NONE, begin;
    for (uint32_t i = 0; i < n; i++) end_tick(v[i]);
    begin = first_begin(v, n);
    for (uint32_t i = 0; i < n; i++) level_one(v[i], v, n, begin);
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++) top[k] = SZ_TIME_NONE;
    for (uint32_t i = 0; i < n; i++) {
        raise(&wmax, v[i]->clocks.wmax_ms);
        for (uint32_t k = 0; k < v[i]->clocks.n_classes; k++) raise(&top[k], v[i]->clocks.class_ms[k]);
    }
    for (uint32_t i = 0; i < n; i++) { /* a source that one did not wait for let its clock run ahead */
        clocks_reach(v[i], top);
        v[i]->clocks.wmax_ms = v[i]->tc.wmax_ms = wmax;
        put_away(v[i]);
    }
}

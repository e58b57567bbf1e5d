/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers of several partitions come to stand at one time, as one worker would that had read all their logs so far
 * (docs/adr/0024): of each source the highest watermark counts, and what a feed said of itself is known to all. Only
 * then may their students share a state, since a state's clocks say of all its students what was evaluated. They need
 * not be there at once: what has to be known of each is gathered first.
 */
#include "worker.h"

typedef struct heard { /* one feed_status with a state */
    sz_str source;
    int64_t t_ms;
    uint8_t state;
} heard;

struct sz_common_time {
    sz_arena arena;
    stream_clock *sources;
    uint32_t n_sources;
    heard *statuses;
    uint32_t n_statuses, cap_statuses;
    int64_t class_ms[SZ_CLASSES_MAX], wmax_ms, begin_ms;
};

sz_status sz_state_place(const sz_options *o, sz_bundle *bundle, sz_campus *campus, sz_str body, int64_t *position) {
    sz_worker *w = sz_worker_new(o, &(sz_ports){0}, sz_bundle_ref(bundle), sz_campus_ref(campus));
    w->is_log = true;
    bool is_read = !body.n || header_get(w, body);
    *position = w->position;
    sz_worker_free(w);
    return is_read ? SZ_OK : SZ_CORRUPT;
}

/* What was said waits with what has not left. */
static void put_away(sz_worker *w) {
    for (uint32_t i = 0; i < w->alerts.n; i++) lines_add(&w->outbox, lines_at(&w->alerts, i));
    lines_clear(&w->alerts);
}

/* Of a switch of rules that was cut off: before time goes on. */
static void tell_what_ended(sz_worker *w) {
    for (; ended_is_owed(w); put_away(w)) ended_tell(w, UINT32_MAX);
}

static void end_what_is_under_way(sz_worker *w) {
    tell_what_ended(w);
    while (tick_is_firing(w)) {
        put_away(w);
        tick_fire(w);
    }
}

void sz_worker_take_over(sz_worker *w, const sz_input *in) {
    tell_what_ended(w);
    limit_set(w);
    input_look_ahead(w, in, 1);
    input_record(w, in, w->holders[0]);
}

void sz_worker_pass_by(sz_worker *w, const sz_input *in) { witness_note(w, in, in->origin.offset + 1); }

sz_name sz_worker_name(const sz_worker *w) { return w->name; }

sz_str sz_worker_letters(const sz_worker *w) { return sz_buf_str(&w->dead.bytes); }

/* ---- gathering ---- */

static void raise(int64_t *t, int64_t to) {
    if (to > *t) *t = to;
}

static void raise_sources(stream_clock *to, const stream_clock *from, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        to[i].has_say = to[i].has_say || from[i].has_say;
        raise(&to[i].watermark_ms, from[i].watermark_ms);
        raise(&to[i].high_ms, from[i].high_ms);
    }
}

static void hear(sz_common_time *l, sz_str source, const feed_note *s) {
    for (uint32_t i = 0; i < l->n_statuses; i++) {
        const heard *h = &l->statuses[i];
        if (h->t_ms == s->t_ms && h->state == s->state && sz_str_eq(h->source, source)) return;
    }
    if (l->n_statuses == l->cap_statuses) {
        l->cap_statuses = l->cap_statuses ? 2 * l->cap_statuses : 16;
        l->statuses = sz_realloc(l->statuses, l->cap_statuses * sizeof *l->statuses);
    }
    l->statuses[l->n_statuses++] = (heard){sz_arena_str(&l->arena, source), s->t_ms, s->state};
}

sz_common_time *sz_common_time_new(void) {
    sz_common_time *l = sz_alloc(sizeof *l);
    sz_arena_init(&l->arena);
    l->wmax_ms = SZ_TIME_NONE;
    l->begin_ms = SZ_TIME_MAX;
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++) l->class_ms[k] = SZ_TIME_NONE;
    return l;
}

void sz_common_time_free(sz_common_time *l) {
    if (!l) return;
    sz_free(l->sources);
    sz_free(l->statuses);
    sz_arena_fini(&l->arena);
    sz_free(l);
}

void sz_common_time_add(sz_common_time *l, sz_worker *w) {
    const clocks *c = &w->clocks;
    end_what_is_under_way(w);
    if (!l->sources) {
        l->n_sources = c->n_sources;
        l->sources = sz_alloc((c->n_sources + 1) * sizeof *l->sources);
        memcpy(l->sources, c->sources, c->n_sources * sizeof *l->sources);
    }
    raise_sources(l->sources, c->sources, l->n_sources);
    for (uint32_t i = 0; i < w->n_statuses; i++)
        hear(l, sz_map_key(&w->feed_names, w->statuses[i].source), &w->statuses[i]);
    for (uint32_t k = 0; k < c->n_classes; k++) raise(&l->class_ms[k], c->class_ms[k]);
    raise(&l->wmax_ms, c->wmax_ms);
    if (c->begin_ms < l->begin_ms) l->begin_ms = c->begin_ms;
}

/* ---- going there ---- */

static bool knows(const sz_worker *w, const heard *h) {
    for (uint32_t i = 0; i < w->n_statuses; i++) {
        const feed_note *own = &w->statuses[i];
        if (own->t_ms == h->t_ms && own->state == h->state &&
            sz_str_eq(sz_map_key(&w->feed_names, own->source), h->source))
            return true;
    }
    return false;
}

static void learn(sz_worker *w, const sz_common_time *l) {
    int64_t since = SZ_TIME_MAX;
    for (uint32_t i = 0; i < l->n_statuses; i++) {
        const heard *h = &l->statuses[i];
        if (knows(w, h)) continue;
        status_note(w, h->source, h->t_ms, h->state);
        if (h->t_ms < since) since = h->t_ms;
    }
    if (since == SZ_TIME_MAX) return;
    sz_cause cause = {.t_ms = since, .what = SZ_STR("feed_status")};
    facts_for_all(w, since, SZ_NONE, &cause);
    alerts_flush(w);
}

/* A source that one did not wait for let its clock run ahead: all go as far. */
static void reach_the_furthest(sz_worker *w, const sz_common_time *l) {
    int64_t top[SZ_CLASSES_MAX], wmax = w->clocks.wmax_ms;
    raise(&wmax, l->wmax_ms);
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        top[k] = class_target(w, k, wmax);
        raise(&top[k], l->class_ms[k]);
    }
    clocks_reach(w, top);
    w->clocks.wmax_ms = w->tc.wmax_ms = wmax;
    w->clocks.are_there = false;
}

void sz_worker_level(sz_worker *w, const sz_common_time *l) {
    sz_cause cause = {.t_ms = l->begin_ms, .what = SZ_STR("record")};
    end_what_is_under_way(w);
    begin_at(w, l->begin_ms, &cause);
    learn(w, l);
    raise_sources(w->clocks.sources, l->sources, l->n_sources);
    w->clocks.are_there = false;
    w->clocks.changes++;
    time_advance(w);
    reach_the_furthest(w, l);
    put_away(w);
}

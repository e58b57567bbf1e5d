/* SPDX-License-Identifier: Apache-2.0
 *
 * feed_status: what a feed says of itself. It moves its watermark, and its silence is a fact for every student from its
 * time on.
 */
#include "worker.h"

static uint64_t types_of(const sz_worker *w, sz_str source) {
    uint32_t feed = sz_campus_find_feed(w->campus, source);
    return feed == SZ_NONE ? ~UINT64_C(0) : sz_campus_feed(w->campus, feed)->types;
}

static int by_from(const void *a, const void *b, void *ctx) {
    const sz_down *x = a, *y = b;
    (void)ctx;
    return x->from_ms < y->from_ms ? -1 : x->from_ms > y->from_ms;
}

static bool is_same(const sz_down *a, const sz_down *b) {
    return a->from_ms == b->from_ms && a->to_ms == b->to_ms && a->types == b->types && sz_str_eq(a->source, b->source);
}

/* Statuses are ordered by time; a silence lasts from `down` to the source's next open or complete. True: the silences
 * are others than before. */
bool downs_rebuild(sz_worker *w) {
    heard_rebuild(w);
    sz_down *before = w->facts.downs;
    uint32_t n_before = w->facts.n_downs;
    w->facts.downs = sz_alloc((w->n_statuses + 1) * sizeof(sz_down));
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->n_statuses; i++) {
        const feed_note *s = &w->statuses[i];
        if (s->state != SZ_FEED_DOWN) continue;
        bool is_down = false;
        for (uint32_t k = i; k-- > 0 && !is_down;) {
            if (w->statuses[k].source != s->source) continue;
            is_down = w->statuses[k].state == SZ_FEED_DOWN;
            break;
        }
        if (is_down) continue; /* it was down already */
        int64_t to = SZ_TIME_MAX;
        for (uint32_t k = i + 1; k < w->n_statuses && to == SZ_TIME_MAX; k++)
            if (w->statuses[k].source == s->source && w->statuses[k].state != SZ_FEED_DOWN) to = w->statuses[k].t_ms;
        if (to <= s->t_ms) continue;
        sz_str name = sz_map_key(&w->feed_names, s->source);
        w->facts.downs[n++] = (sz_down){.from_ms = s->t_ms, .to_ms = to, .types = types_of(w, name), .source = name};
    }
    w->facts.n_downs = n;
    sz_facts_forget_dark(&w->facts, &w->bundle->fs);
    if (n > 1) sz_sort(w->facts.downs, n, sizeof(sz_down), by_from, NULL);
    bool is_other = n != n_before;
    for (uint32_t i = 0; i < n && !is_other; i++) is_other = !is_same(&w->facts.downs[i], &before[i]);
    sz_free(before);
    return is_other;
}

bool status_note(sz_worker *w, sz_str source, int64_t t_ms, uint8_t state) {
    if (w->n_statuses == w->cap_statuses) {
        w->cap_statuses = w->cap_statuses ? 2 * w->cap_statuses : 16;
        w->statuses = sz_realloc(w->statuses, w->cap_statuses * sizeof *w->statuses);
    }
    uint32_t at = w->n_statuses;
    while (at > 0 && w->statuses[at - 1].t_ms > t_ms) at--;
    memmove(&w->statuses[at + 1], &w->statuses[at], (w->n_statuses - at) * sizeof *w->statuses);
    w->statuses[at] = (feed_note){.source = sz_map_intern(&w->feed_names, source), .t_ms = t_ms, .state = state};
    w->n_statuses++;
    return downs_rebuild(w);
}

static bool tell_all(sz_worker *w, const sz_feed_status *f) {
    sz_cause cause = {.t_ms = f->time_ms, .what = SZ_STR("feed_status"), .source = f->source};
    if (!facts_for_all(w, f->time_ms, SZ_NONE, &cause)) return false;
    alerts_flush(w);
    return true;
}

static void take(sz_worker *w, const sz_feed_status *f) {
    uint32_t source = source_of(w, f->source);
    int64_t through = f->complete_through_ms;
    w->n.control++;
    if (f->time_ms <= w->clocks.limit_ms) clock_record(w, source, f->time_ms);
    if (through != SZ_TIME_NONE && through <= w->clocks.limit_ms) clock_complete(w, source, through);
}

/* In the stages of a record: what is before it does not know of it; then what it says, if that is news (a feed that
 * says daily that it is complete was never down); then time. */
bool feed_status(sz_worker *w, const sz_feed_status *f) {
    use *u = &w->use;
    if (!u->stage) {
        take(w, f);
        u->stage = USE_TIME;
    }
    if (u->stage == USE_TIME) {
        if (w->o.order == SZ_SORTED && !time_advance(w)) return false;
        bool is_news = f->state != SZ_FEED_NONE && status_note(w, f->source, f->time_ms, (uint8_t)f->state);
        u->stage = is_news ? USE_INSERT : USE_AFTER;
    }
    if (u->stage == USE_INSERT) {
        if (!tell_all(w, f)) return false;
        u->stage = USE_AFTER;
    }
    if (!parts_fire(w) && !time_advance(w)) return false;
    u->stage = USE_NOT;
    return true;
}

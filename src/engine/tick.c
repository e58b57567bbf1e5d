/* SPDX-License-Identifier: Apache-2.0
 *
 * Ticks (protocol 2.5, semantics 2): in live operation a stream that is silent for `idle` moves with the wall clock
 * less `idle`, so that an absence is told at night too. Only a partition that has been read to its end may: the end is
 * asked of the broker just before, and T is the lower of the host's clock and the store's, so one bad clock moves
 * nothing. What a tick makes due fires instant by instant, student by student; it may be cut by commits, since the
 * header says how far it has come.
 */
#include "worker.h"

enum { ALERTS_A_STEP = 1000 };
static const int64_t skew_ms = 10 * SZ_MINUTE_MS, idle_default_ms = 2 * SZ_MINUTE_MS;

int64_t store_now_ms(const sz_worker *w) {
    if (!w->store_ms) return SZ_TIME_NONE;
    return w->store_ms + (w->now_ms - w->store_at_ms);
}

/* Records later than this are of the future (semantics 7). The store's clock is the same one for all workers, so
 * whoever has the partition decides the same. */
void limit_set(sz_worker *w) {
    if (!w->o.is_live) return;
    int64_t now = store_now_ms(w);
    w->clocks.limit_ms = (now != SZ_TIME_NONE ? now : w->ports.env.wall_ms(w->ports.env.self)) + skew_ms;
}

static bool is_silent(const sz_worker *w, const stream_clock *s, int64_t idle_ms) {
    int64_t since = s->heard_ms == SZ_TIME_NONE ? w->running_ms : s->heard_ms;
    return w->now_ms - since >= idle_ms;
}

static bool move_streams(sz_worker *w, int64_t t_ms) {
    bool moved = false;
    for (uint32_t i = 0; i < w->clocks.n_sources; i++) {
        stream_clock *s = &w->clocks.sources[i];
        const sz_feed *f = s->feed == SZ_NONE ? NULL : sz_campus_feed(w->campus, s->feed);
        int64_t idle = f ? f->idle_ms : idle_default_ms;
        if ((f && f->is_batch) || !is_silent(w, s, idle) || t_ms - idle <= s->watermark_ms) continue;
        s->watermark_ms = t_ms - idle;
        w->clocks.are_there = false;
        moved = true;
    }
    return moved;
}

bool tick_is_firing(const sz_worker *w) { return w->fired_ms != SZ_TIME_MAX; }

bool tick_may_fire(const sz_worker *w) {
    return tick_is_firing(w) && !w->parts.is_standing && !(w->sent.is_made && commit_is_large(w)) && !outbox_is_full(w);
}

void tick_begin(sz_worker *w) {
    if (w->dirty_ms == SZ_TIME_MAX) w->dirty_ms = w->now_ms;
    w->fired_ms = SZ_TIME_MAX - 1;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) /* nothing that it makes due lies before the lowest clock */
        if (w->clocks.class_ms[k] < w->fired_ms) w->fired_ms = w->clocks.class_ms[k];
}

void on_tick(sz_worker *w, const sz_msg *m) {
    w->op.end = m->offset;
    bool is_at_end = w->position == m->offset || (w->position < 0 && m->offset == 0);
    if (!w->o.is_live || !w->is_log || w->state != SZ_WK_RUNNING || w->must_seek || tick_is_firing(w) ||
        switch_is_on(w) || w->hand.is_on || w->is_held || !is_at_end)
        return;
    int64_t t = m->wall_ms, store = store_now_ms(w);
    if (store != SZ_TIME_NONE && store < t) t = store;
    if (!move_streams(w, t)) return;
    w->op.ticks++;
    if (t > w->tick_ms) w->tick_ms = t;
    journal_tick(w, t);
    tick_begin(w);
    worker_go_on(w);
}

/* ---- firing ---- */

static void raise_classes(sz_worker *w, const int64_t *target, int64_t cap) {
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        int64_t to = target[k] < cap ? target[k] : cap;
        if (to > w->clocks.class_ms[k]) w->clocks.class_ms[k] = to;
    }
}

/* The next instant at which somebody has something due, a leave becomes known or tables of peers are made. PART: of
 * these a part; NOTHING: all has fired. */
enum next { NOTHING, INSTANT, PART };
static enum next next_instant(sz_worker *w, uint32_t most) {
    int64_t wmax = wmax_target(w), target[SZ_CLASSES_MAX], leaf = SZ_TIME_MAX;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) target[k] = class_target(w, k, wmax);
    bool has_leaf = leaf_next_due(w, wmax, &leaf);
    int64_t due = queue_next(w, target);
    int64_t table = peers_due(w, target, has_leaf ? leaf : SZ_TIME_MAX);
    if (table != SZ_TIME_MAX && table <= due) {
        w->fired_ms = table;
        raise_classes(w, target, table);
        return peers_make(w, target, table, most) ? INSTANT : PART;
    }
    if (due != SZ_TIME_MAX && (!has_leaf || due < leaf)) {
        w->fired_ms = due;
        raise_classes(w, target, due + 1);
        queue_gather(w);
        return INSTANT;
    }
    if (has_leaf) {
        raise_classes(w, target, leaf);
        if (leaf > w->clocks.wmax_ms) w->clocks.wmax_ms = w->tc.wmax_ms = leaf;
        leaf_enter(w);
        alerts_flush(w);
        return INSTANT;
    }
    raise_classes(w, target, SZ_TIME_MAX);
    if (wmax > w->clocks.wmax_ms) w->clocks.wmax_ms = w->tc.wmax_ms = wmax;
    if (!parts_make_it_stand(w, wmax)) w->fired_ms = SZ_TIME_MAX;
    return NOTHING;
}

void tick_fire(sz_worker *w) {
    uint32_t n = 0, most = students_a_step(w);
    while (n < most && w->alerts.n + w->tc.n_alerts < ALERTS_A_STEP) {
        if (w->at_firing == w->n_firing) {
            alerts_flush(w);
            if (next_instant(w, most - n) != INSTANT) break;
            n++;
            continue;
        }
        run_student(w, w->firing[w->at_firing++], NULL);
        n++;
    }
    alerts_flush(w);
    if (w->dirty_ms == SZ_TIME_MAX) w->dirty_ms = w->now_ms;
    sz_arena_reset(&w->step);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Time goes on: all clocks together, a day at a time at most, and stopping where a fact enters. What one step says is
 * put in the order of semantics 1 before it leaves.
 */
#include "worker.h"

static int by_order(const void *pa, const void *pb, void *ctx) {
    const sz_alert *a = pa, *b = pb;
    (void)ctx;
    if (a->t_ms != b->t_ms) return a->t_ms < b->t_ms ? -1 : 1;
    if (a->order != b->order) return a->order < b->order ? -1 : 1;
    int c = sz_str_cmp(a->student, b->student);
    if (c) return c;
    return a->rule < b->rule ? -1 : a->rule > b->rule;
}

void alerts_flush(sz_worker *w) {
    sz_tlctx *c = &w->tc;
    if (!c->n_alerts) return;
    if (c->n_alerts > 1) sz_sort(c->alerts, c->n_alerts, sizeof *c->alerts, by_order, NULL);
    for (uint32_t i = 0; i < c->n_alerts; i++) {
        const sz_alert *a = &c->alerts[i];
        instant_note(w, a);
        lines_add(&w->alerts, a->json);
        w->n.alerts[a->event]++;
        w->n.standing += a->delta == 255 ? -1 : a->delta;
    }
    c->n_alerts = 0;
    sz_arena_reset(&c->said);
}

static void after_run(sz_worker *w, uint32_t i, const sz_timeline *tl) {
    w->n.undo_unmatched += w->tc.undo_unmatched;
    w->tc.undo_unmatched = 0;
    queue_update(w, i);
    if (tl->story_changed || tl->masks_changed) journal_touch(w, i);
}

bool step_is_full(const sz_worker *w) { return w->may_cut && w->step_students >= students_a_step(w); }

void step_count(sz_worker *w) {
    if (++w->step_students > w->op.most_students) w->op.most_students = w->step_students;
}

void run_student(sz_worker *w, uint32_t i, const sz_cause *cause) {
    step_count(w);
    sz_timeline *tl = student_awake(w, i);
    sz_timeline_advance(tl, &w->tc, cause);
    after_run(w, i, tl);
}

void student_facts(sz_worker *w, uint32_t i, int64_t since_ms, const sz_cause *cause) {
    step_count(w);
    sz_timeline *tl = student_awake(w, i);
    sz_timeline_facts(tl, &w->tc, since_ms, cause);
    after_run(w, i, tl);
}

void student_table(sz_worker *w, uint32_t i, int64_t at_ms, const sz_cause *cause) {
    step_count(w);
    sz_timeline *tl = student_awake(w, i);
    sz_timeline_table(tl, &w->tc, at_ms, cause);
    after_run(w, i, tl);
}

bool facts_for_all(sz_worker *w, int64_t since_ms, uint32_t but, const sz_cause *cause) {
    for (; w->at_facts < w->students.n; w->at_facts++) {
        if (w->at_facts == but) continue;
        if (step_is_full(w)) return false;
        student_facts(w, w->at_facts, since_ms, cause);
    }
    w->at_facts = 0;
    return true;
}

static struct lowest lowest_of(const clocks *c, uint32_t k) {
    struct lowest x = {.changes = c->changes, .source = SZ_NONE, .low_ms = SZ_TIME_MAX};
    for (uint32_t i = 0; i < c->n_sources; i++) {
        const stream_clock *s = &c->sources[i];
        uint32_t bit = s->feed == SZ_NONE ? 63 : i;
        if (!s->has_say || !(bit > 63 || c->class_feeds[k] >> bit & 1) || s->watermark_ms >= x.low_ms) continue;
        x.low_ms = s->watermark_ms;
        x.source = i;
    }
    return x;
}

/* Watermarks only rise, so the lowest one of a class is the same until it does itself. */
static int64_t lowest_ms(clocks *c, uint32_t k) {
    struct lowest *x = &c->lowest[k];
    bool is_known =
        x->changes == c->changes && (x->source == SZ_NONE || c->sources[x->source].watermark_ms == x->low_ms);
    if (!is_known) *x = lowest_of(c, k);
#ifndef NDEBUG
    if (lowest_of(c, k).low_ms != x->low_ms) __builtin_trap(); /* each test holds the two together */
#endif
    return x->low_ms;
}

/* Where a class's clock should stand by what the sources say. */
int64_t class_says(sz_worker *w, uint32_t k, int64_t wmax) {
    if (w->o.order == SZ_SORTED) return w->clocks.file_ms;
    int64_t low = lowest_ms(&w->clocks, k);
    if (low == SZ_TIME_MAX) low = wmax;
    if (wmax != SZ_TIME_NONE && low < wmax - w->o.horizon_ms) low = wmax - w->o.horizon_ms;
    return low;
}

/* And at a 04:00 at which other partitions are waited for it stands as if a source lagged (parts.c). */
int64_t class_target(sz_worker *w, uint32_t k, int64_t wmax) {
    int64_t to = class_says(w, k, wmax);
    return to < w->peers.hold_ms[k] ? to : w->peers.hold_ms[k];
}

int64_t wmax_target(const sz_worker *w) {
    const clocks *c = &w->clocks;
    int64_t high = c->wmax_ms;
    if (w->o.order == SZ_SORTED && c->file_ms > high) high = c->file_ms;
    for (uint32_t i = 0; i < c->n_sources && w->o.order != SZ_SORTED; i++)
        if (c->sources[i].watermark_ms > high) high = c->sources[i].watermark_ms;
    return high;
}

static bool fire_due(sz_worker *w) {
    w->is_firing = true;
    for (uint32_t i; (i = queue_due(w)) != SZ_NONE;) {
        if (step_is_full(w)) return false;
        run_student(w, i, NULL);
    }
    alerts_flush(w);
    w->is_firing = false;
    return true;
}

/* Every clock to its target, but not beyond `cap`. False: not all that is due has fired. */
static bool move_to(sz_worker *w, const int64_t *target, int64_t cap) {
    bool moved = false;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        int64_t to = target[k] < cap ? target[k] : cap;
        if (to <= w->clocks.class_ms[k]) continue;
        w->clocks.class_ms[k] = to;
        moved = true;
    }
    return !moved || fire_due(w);
}

static int64_t lowest_behind(const sz_worker *w, const int64_t *target) {
    int64_t low = SZ_TIME_MAX;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (w->clocks.class_ms[k] < target[k] && w->clocks.class_ms[k] < low) low = w->clocks.class_ms[k];
    return low;
}

/* Before any clock goes past 04:00. */
static bool make_tables(sz_worker *w, int64_t *target, int64_t at_ms) {
    uint32_t most = students_a_step(w);
    uint32_t left = !w->may_cut ? UINT32_MAX : w->step_students < most ? most - w->step_students : 0;
    if (!peers_make(w, target, at_ms, left)) return false;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (target[k] > w->peers.hold_ms[k]) target[k] = w->peers.hold_ms[k];
    return true;
}

/* Clocks to their targets up to cap, in steps of a day: what is said stays in order and in bounds. */
static bool move_clocks(sz_worker *w, int64_t *target, int64_t cap) {
    int64_t begin = w->clocks.begin_ms;
    for (;;) {
        int64_t low = lowest_behind(w, target), table = peers_due(w, target, cap);
        if (low == SZ_TIME_MAX) return true;
        if (begin != SZ_TIME_MAX && low < begin) low = begin;
        if (begin == SZ_TIME_MAX || low >= cap) return move_to(w, target, cap);
        int64_t to = low > cap - SZ_DAY_MS ? cap : low + SZ_DAY_MS;
        if (table < to) {
            if (!move_to(w, target, table) || !make_tables(w, target, table)) return false;
            continue;
        }
        if (!move_to(w, target, to)) return false;
        if (to >= cap) return true;
    }
}

/* No student and no leave is due by then, and no clock has a whole day before it: clocks have only to be set. */
static bool is_nothing_due(const sz_worker *w, const int64_t *target, int64_t wmax) {
    int64_t at;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        int64_t clock = w->clocks.class_ms[k];
        if (clock == SZ_TIME_NONE || target[k] > clock + SZ_DAY_MS || target[k] > w->peers.class_ms[k]) return false;
        if (w->students.queues[k].least < 4 * (target[k] > clock ? target[k] : clock)) return false;
    }
    return !leaf_next_due(w, wmax, &at);
}

/* The same in sorted files, where all clocks go by that of the files: then they are set. False: not known to be so. */
bool time_passes(sz_worker *w) {
    clocks *c = &w->clocks;
    int64_t at, to = c->file_ms;
    if (w->o.order != SZ_SORTED || w->is_firing || w->tc.n_alerts || to > w->peers.next_ms) return false;
    for (uint32_t k = 0; k < c->n_classes; k++) {
        int64_t clock = c->class_ms[k];
        if (clock == SZ_TIME_NONE || to > clock + SZ_DAY_MS) return false;
        if (w->students.queues[k].least < 4 * (to > clock ? to : clock)) return false;
    }
    if (leaf_next_due(w, to > c->wmax_ms ? to : c->wmax_ms, &at)) return false;
    for (uint32_t k = 0; k < c->n_classes; k++)
        if (to > c->class_ms[k]) c->class_ms[k] = to;
    if (to > c->wmax_ms) c->wmax_ms = w->tc.wmax_ms = to;
    return true;
}

static void set_clocks(sz_worker *w, const int64_t *target, int64_t wmax) {
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (target[k] > w->clocks.class_ms[k]) w->clocks.class_ms[k] = target[k];
    if (wmax > w->clocks.wmax_ms) w->clocks.wmax_ms = w->tc.wmax_ms = wmax;
}

void clocks_reach(sz_worker *w, int64_t *target) {
    move_clocks(w, target, SZ_TIME_MAX);
    alerts_flush(w);
    sz_arena_reset(&w->step);
}

void begin_at(sz_worker *w, int64_t t_ms, const sz_cause *cause) {
    if (t_ms >= w->clocks.begin_ms) return;
    w->clocks.begin_ms = w->tc.begin_ms = t_ms;
    peers_seek(w);
    facts_for_all(w, t_ms, SZ_NONE, cause);
}

/* Not inlined: most records get by without it, and would save its registers all the same. */
static __attribute__((noinline)) bool advance(sz_worker *w) {
    int64_t wmax = wmax_target(w), target[SZ_CLASSES_MAX], at;
    if (w->is_firing && !fire_due(w)) return false;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) target[k] = class_target(w, k, wmax);
    if (!w->tc.n_alerts && is_nothing_due(w, target, wmax)) { /* so it is at most records */
        set_clocks(w, target, wmax);
        w->clocks.are_there = true;
        return true;
    }
    while (leaf_next_due(w, wmax, &at)) {
        if (!move_clocks(w, target, at)) return false;
        w->is_firing = step_is_full(w);
        if (w->is_firing) return false;
        if (at > w->clocks.wmax_ms) w->clocks.wmax_ms = w->tc.wmax_ms = at;
        leaf_enter(w);
        alerts_flush(w);
    }
    if (wmax > w->clocks.wmax_ms) w->clocks.wmax_ms = w->tc.wmax_ms = wmax;
    if (!move_clocks(w, target, SZ_TIME_MAX)) return false;
    w->clocks.are_there = true;
    alerts_flush(w); /* their texts live in the arena */
    sz_arena_reset(&w->step);
    return true;
}

/* After a record that has moved no clock: is anything due of it? */
static bool stands(sz_worker *w) {
    const clocks *c = &w->clocks;
    int64_t at;
    if (!c->are_there || w->is_firing || w->tc.n_alerts || w->o.order == SZ_SORTED) return false;
    for (uint32_t k = 0; k < c->n_classes; k++) {
        if (c->class_ms[k] == SZ_TIME_NONE || w->students.queues[k].least < 4 * c->class_ms[k]) return false;
#ifndef NDEBUG
        if (class_target(w, k, wmax_target(w)) > c->class_ms[k]) __builtin_trap();
#endif
    }
    return !leaf_next_due(w, c->wmax_ms, &at);
}

/* Where it stands is read off the clocks, so that it may break off and go on with a later step. */
bool time_advance(sz_worker *w) { return stands(w) || time_passes(w) || advance(w); }

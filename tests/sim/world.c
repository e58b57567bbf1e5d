/* SPDX-License-Identifier: Apache-2.0
 *
 * world: virtual time. A heap of events by (time, tie); the run's hash and its last steps.
 */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>

void world_open(world *w, const workload *load, const swarm *s, uint64_t seed, bool is_reference) {
    memset(w, 0, sizeof *w);
    w->load = load;
    w->s = *s;
    w->seed = seed;
    w->is_reference = is_reference;
    w->wall0_ms = load->wall0_ms;
    sz_arena_init(&w->arena);
    w->latency = rng_of(seed, 1000);
    for (int f = 0; f < N_FAULTS; f++) w->faults[f] = rng_of(seed, 2000 + (uint64_t)f);
}

void world_close(world *w) {
    sz_free(w->heap);
    sz_free(w->trace);
    sz_arena_fini(&w->arena);
}

static bool is_before(const event *a, const event *b) {
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->tie < b->tie;
}

static void heap_push(world *w, event e) {
    if (w->n_heap == w->cap_heap) {
        w->cap_heap = w->cap_heap ? 2 * w->cap_heap : 1024;
        w->heap = sz_realloc(w->heap, w->cap_heap * sizeof *w->heap);
    }
    uint32_t i = w->n_heap++;
    for (; i > 0 && is_before(&e, &w->heap[(i - 1) / 2]); i = (i - 1) / 2) w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = e;
}

static event heap_pop(world *w) {
    event out = w->heap[0], e = w->heap[--w->n_heap];
    uint32_t i = 0;
    for (;;) {
        uint32_t k = 2 * i + 1;
        if (k >= w->n_heap) break;
        if (k + 1 < w->n_heap && is_before(&w->heap[k + 1], &w->heap[k])) k++;
        if (!is_before(&w->heap[k], &e)) break;
        w->heap[i] = w->heap[k];
        i = k;
    }
    if (w->n_heap) w->heap[i] = e;
    return out;
}

void at(world *w, int64_t at_ms, void (*run)(world *w, const event *e), void *p, int64_t a, int64_t b) {
    heap_push(w,
              (event){.at_ms = at_ms < w->now ? w->now : at_ms, .tie = w->tie++, .run = run, .p = p, .a = a, .b = b});
}

bool world_next(world *w) {
    if (!w->n_heap) return false;
    event e = heap_pop(w);
    w->now = e.at_ms;
    w->n_steps++;
    mix(w, (uint64_t)e.at_ms);
    e.run(w, &e);
    return true;
}

void mix(world *w, uint64_t x) {
    w->hash = (w->hash ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    w->hash ^= w->hash >> 29;
}

void fail(world *w, const char *fmt, ...) {
    if (w->is_failed) return;
    w->is_failed = true;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(w->failure, sizeof w->failure, fmt, ap);
    va_end(ap);
}

void note(world *w, const char *fmt, ...) {
    if (!w->trace) return;
    trace_step *t = &w->trace[w->n_trace++ % TRACE_STEPS];
    t->at_ms = w->now;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(t->text, sizeof t->text, fmt, ap);
    va_end(ap);
    if (w->prints_trace) printf("%10.3f  %s\n", (double)t->at_ms / 1000, t->text);
}

sz_str keep(world *w, sz_str s) { return s.n ? sz_arena_str(&w->arena, s) : (sz_str){"", 0}; }

sz_str keep_printf(world *w, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    sz_str s = sz_str_of(sz_arena_vprintf(&w->arena, fmt, ap));
    va_end(ap);
    return s;
}

bool exists(const world *w, fault f) { return !w->is_quiet && !w->is_reference && w->s.exists[f]; }

rng *rng_for(world *w, fault f) { return &w->faults[f]; }

bool strikes(world *w, fault f) {
    if (!exists(w, f) || !rng_chance(&w->faults[f], w->s.rate[f])) return false;
    w->n_by_fault[f]++;
    return true;
}

int64_t delay(world *w) { return w->is_reference ? 0 : rng_between(&w->latency, 0, w->s.latency_ms); }

int64_t wall_of(const world *w) { return w->frozen_wall_ms ? w->frozen_wall_ms : w->wall0_ms + w->now; }

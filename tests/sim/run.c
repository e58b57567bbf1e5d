/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include "group.h"
#include "host.h"
#include "invariants.h"
#include "sink_twin.h"
#include "store_twin.h"
#include "stream_twin.h"

enum { REST_MS = 600000, LINGER_MS = 12000 };
static const uint64_t most_steps = 300000;

static void begin(world *w) {
    sink_start(w);
    store_start(w);
    hosts_start(w);
    group_start(w);
    stream_start(w);
}

static void end(world *w) {
    hosts_fini(w);
    store_fini(w);
    sink_fini(w);
    world_close(w);
}

/* No fault from here on; the wall stands still, so that a last tick is the same whenever it comes. */
static void heal(world *w) {
    note(w, "---- all faults are off");
    w->is_quiet = true;
    w->frozen_wall_ms = w->wall0_ms + w->s.span_ms + 5 * SZ_MINUTE_MS;
    store_heal(w);
    stream_heal(w);
    hosts_heal(w);
    group_heal(w);
}

static bool until(world *w, int64_t to_ms) {
    while (!w->is_failed && w->n_heap && w->heap[0].at_ms <= to_ms && w->n_steps < most_steps) world_next(w);
    if (w->now < to_ms) w->now = to_ms;
    return !w->is_failed;
}

static void drive(world *w) {
    begin(w);
    if (!w->is_reference) until(w, w->s.span_ms);
    heal(w);
    int64_t limit = w->now + REST_MS;
    while (!w->is_failed && w->now < limit) { /* what came last is committed, settles and is acknowledged */
        if (is_at_rest(w)) until(w, w->now + LINGER_MS);
        if (is_at_rest(w)) return;
        until(w, w->now + 250);
        if (w->n_steps >= most_steps) fail(w, "no rest: %llu steps", (unsigned long long)w->n_steps);
    }
    if (!w->is_failed) fail(w, "stuck: not at rest %d s after the last fault", REST_MS / 1000);
}

static void tell_stuck(world *w) {
    for (uint32_t p = 0; p < w->s.parts; p++) {
        int32_t o = w->group.owner[p];
        const seat *s = o < 0 ? NULL : &w->hosts[o].seats[p];
        note(w, "p%u: owner h%d, worker %s, state %d, position %lld of %u, wants %u, seeks %u, call %llu", p, o,
             s && s->w ? "there" : "none", s ? (int)s->where : -1, s ? (long long)s->pos : -1, w->load->log[p].n,
             s ? s->want : 0, s ? s->n_seeks : 0, s ? (unsigned long long)s->call : 0);
    }
}

static void print_steps(const world *w) {
    uint64_t from = w->n_trace > TRACE_STEPS ? w->n_trace - TRACE_STEPS : 0;
    for (uint64_t i = from; i < w->n_trace; i++) {
        const trace_step *t = &w->trace[i % TRACE_STEPS];
        printf("%10.3f  %s\n", (double)t->at_ms / 1000, t->text);
    }
}

outcome run_seed(uint64_t seed, uint64_t mask, int how) {
    swarm s = swarm_of(seed, mask);
    workload load;
    workload_init(&load, seed, &s);
    world w, ref;
    world_open(&w, &load, &s, seed, false);
    if (how != RUN_QUIET) w.trace = sz_alloc(TRACE_STEPS * sizeof *w.trace);
    w.prints_trace = how == RUN_ALL_STEPS;
    drive(&w);
    if (!w.is_failed) {
        swarm calm = s;
        calm.hosts = 1;
        calm.commit_records = 0;
        int mutant = sz_mutant;
        sz_mutant = SZ_MUTANT_NONE; /* what is held against a mutant is the right engine */
        world_open(&ref, &load, &calm, seed, true);
        drive(&ref);
        sz_mutant = mutant;
        if (ref.is_failed) fail(&w, "the undisturbed run: %s", ref.failure);
        else invariant_at_rest(&w, &ref);
        end(&ref);
    }
    if (w.is_failed) tell_stuck(&w);
    if (how == RUN_LAST_STEPS) print_steps(&w);
    outcome out = {.is_failed = w.is_failed,
                   .hash = w.hash,
                   .n_steps = w.n_steps,
                   .n_commits = w.n_commits,
                   .n_loads = w.n_loads,
                   .n_inputs = w.n_inputs,
                   .n_alerts = w.sink.n_topic,
                   .n_losses = w.store.n_losses,
                   .n_exits = w.n_exits,
                   .n_snapshots = w.n_snapshots,
                   .rested_ms = w.now};
    memcpy(out.n_by_fault, w.n_by_fault, sizeof w.n_by_fault);
    memcpy(out.failure, w.failure, sizeof out.failure);
    end(&w);
    workload_fini(&load);
    return out;
}

uint64_t run_shrink(uint64_t seed, uint64_t mask) {
    swarm s = swarm_of(seed, mask);
    for (int f = 0; f < N_FAULTS; f++)
        if (!s.exists[f]) mask &= ~(UINT64_C(1) << f);
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (int f = 0; f < N_FAULTS; f++) {
            uint64_t less = mask & ~(UINT64_C(1) << f);
            if (less == mask || !run_seed(seed, less, RUN_QUIET).is_failed) continue;
            mask = less;
            smaller = true;
        }
    }
    return mask;
}

void run_print_faults(FILE *to, uint64_t seed, uint64_t mask) {
    swarm s = swarm_of(seed, mask);
    fprintf(to, "%u partitions, %u hosts%s%s, latency %lld ms, loss %lld ms;", s.parts, s.hosts,
            s.is_live ? ", live" : "", s.is_cluster ? ", cluster" : "", (long long)s.latency_ms, (long long)s.loss_ms);
    for (int f = 0; f < N_FAULTS; f++)
        if (s.exists[f])
            fprintf(to, fault_rows[f].form == FORM_EVERY ? " %s(%.0f ms)" : " %s(%.3f)", fault_rows[f].name, s.rate[f]);
    fprintf(to, "\n");
}

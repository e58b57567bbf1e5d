/* SPDX-License-Identifier: Apache-2.0
 *
 * swarm: the table of faults, and what a seed draws of it.
 */
#include "swarm.h"

#include <math.h>

#include "rand.h"

const fault_row fault_rows[N_FAULTS] = {
    [F_LOSS] = {"loss", FORM_EVERY, 0.45, 2e3, 40e3},
    [F_DOWN] = {"down", FORM_EVERY, 0.25, 10e3, 60e3},
    [F_SLOW] = {"slow", FORM_CHANCE, 0.25, 0.02, 0.5},
    [F_REQUEST_LATE] = {"request-late", FORM_CHANCE, 0.3, 0.01, 0.2},
    [F_REQUEST_LOST] = {"request-lost", FORM_CHANCE, 0.25, 0.005, 0.1},
    [F_REPLY_LOST] = {"reply-lost", FORM_CHANCE, 0.35, 0.005, 0.1},
    [F_OOM] = {"oom", FORM_EVERY, 0.15, 10e3, 60e3},
    [F_READONLY] = {"readonly", FORM_EVERY, 0.15, 10e3, 60e3},
    [F_ERROR] = {"error-midway", FORM_CHANCE, 0.1, 0.002, 0.02},
    [F_STORE_SKEW] = {"store-skew", FORM_EVERY, 0.15, 20e3, 60e3},
    [F_STALE_FETCH] = {"stale-fetch", FORM_CHANCE, 0.4, 0.1, 0.9},
    [F_THROTTLE] = {"throttle", FORM_CHANCE, 0.2, 0.002, 0.05},
    [F_LOW_MARK] = {"low-mark", FORM_EVERY, 0.2, 5e3, 30e3},
    [F_AWAY] = {"broker-away", FORM_EVERY, 0.2, 10e3, 60e3},
    [F_REBALANCE] = {"rebalance", FORM_EVERY, 0.4, 4e3, 40e3},
    [F_COOPERATIVE] = {"cooperative", FORM_CHANCE, 0.5, 0.2, 0.9},
    [F_REVOKE_LATE] = {"revoke-late", FORM_CHANCE, 0.35, 0.05, 0.6},
    [F_REVOKE_NEVER] = {"revoke-never", FORM_CHANCE, 0.15, 0.05, 0.3},
    [F_LATE] = {"late", FORM_CHANCE, 0.5, 0.02, 0.3},
    [F_DUPLICATE] = {"duplicate", FORM_CHANCE, 0.4, 0.02, 0.2},
    [F_REVERSED] = {"reversed", FORM_CHANCE, 0.3, 0.02, 0.3},
    [F_POISON] = {"poison", FORM_CHANCE, 0.3, 0.01, 0.1},
    [F_MISROUTED] = {"misrouted", FORM_CHANCE, 0.2, 0.01, 0.1},
    [F_FUTURE] = {"future", FORM_CHANCE, 0.2, 0.01, 0.05},
    [F_CONFLICT] = {"conflict", FORM_CHANCE, 0.2, 0.01, 0.1},
    [F_SINK_SLOW] = {"sink-slow", FORM_CHANCE, 0.3, 0.05, 0.5},
    [F_ACK_LOST] = {"ack-lost", FORM_CHANCE, 0.25, 0.05, 0.3},
    [F_AFTER_DEATH] = {"after-death", FORM_CHANCE, 0.4, 0.2, 0.9},
    [F_KILL] = {"kill", FORM_EVERY, 0.4, 5e3, 60e3},
    [F_PAUSE] = {"pause", FORM_EVERY, 0.25, 10e3, 60e3},
    [F_SKEW] = {"wall-skew", FORM_CHANCE, 0.3, 0.3, 1},
    [F_JUMP] = {"wall-jump", FORM_EVERY, 0.2, 10e3, 60e3},
    [F_RELOAD] = {"reload", FORM_EVERY, 0.15, 20e3, 60e3},
    [F_STOP] = {"sigterm", FORM_EVERY, 0.2, 10e3, 60e3},
    [F_CAMPUS] = {"campus", FORM_EVERY, 0.2, 5e3, 40e3},
};

static double drawn(rng *r, double low, double high) {
    double u = (double)rng_below(r, 1 << 20) / (1 << 20);
    return low * pow(high / low, u);
}

static void draw(swarm *s, rng *r, int f, double calm, uint64_t mask) {
    bool has = rng_chance(r, fault_rows[f].odds * calm);
    s->rate[f] = drawn(r, fault_rows[f].low, fault_rows[f].high);
    s->exists[f] = has && mask >> f & 1;
}

swarm swarm_of(uint64_t seed, uint64_t mask) {
    rng r = rng_of(seed, 1);
    swarm s = {0};
    double calm = rng_chance(&r, 0.2) ? 0.4 : 1; /* some runs with hardly any */
    for (int f = 0; f < F_CAMPUS; f++) draw(&s, &r, f, calm, mask);
    rng own = rng_of(seed, 6);
    draw(&s, &own, F_CAMPUS, calm, mask);
    s.is_live = rng_chance(&r, 0.3);
    s.is_cluster = rng_chance(&r, 0.3);
    s.parts = (uint32_t)rng_between(&r, 2, 4);
    s.hosts = (uint32_t)rng_between(&r, 1, 3);
    s.latency_ms = rng_around(&r, 5);
    s.settle_ms = 3000;
    s.loss_ms = rng_between(&r, 500, 2800);
    s.chunk_items = (uint32_t)rng_between(&r, 0, 2) ? 500 : (uint32_t)rng_between(&r, 1, 20);
    s.commit_records = rng_chance(&r, 0.3) ? (uint32_t)rng_between(&r, 1, 64) : 0;
    s.journal_bytes = (uint64_t)rng_around(&r, 4000);                                    /* beyond it, snapshots */
    s.tick_students = s.journal_bytes % 3 ? 0 : (uint32_t)(1 + s.journal_bytes / 3 % 7); /* no draw: seeds stay */
    s.span_ms = s.is_live ? rng_between(&r, 4 * 60000, 10 * 60000) : rng_between(&r, 15000, 60000);
    return s;
}

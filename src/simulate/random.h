/* SPDX-License-Identifier: Apache-2.0
 *
 * random: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014;
 * the constants are those of S. Vigna's public-domain splitmix64.c). A stream is keyed by what it is for, so that what
 * one student does on one day depends on nothing but the seed, and a change in one habit does not shift everybody's
 * dice.
 *
 * Integers only: a compiler may fuse and a libm may round floating point as it likes, and the same seed must give the
 * same bytes. Never call two of these in one expression: C does not say which is drawn first.
 */
#ifndef SZ_SIMULATE_RANDOM_H
#define SZ_SIMULATE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sz_rng {
    uint64_t s;
} sz_rng;

/* What a stream is for. */
enum stream {
    STREAM_PERSON,
    STREAM_SPANS,
    STREAM_DAY,
    STREAM_TIMETABLE,
    STREAM_COURSE,
    STREAM_READER,
    STREAM_RESEND,
    STREAM_OUTAGE,
    STREAM_INCIDENT,
    STREAM_STRANGER,
    STREAM_WEEKEND,
    STREAM_SHEET,
    STREAM_VENDOR
};

static inline uint64_t sz_rng_mix(uint64_t z) {
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint64_t sz_rng_next(sz_rng *r) { return sz_rng_mix(r->s += UINT64_C(0x9e3779b97f4a7c15)); }

static inline sz_rng sz_rng_of(uint64_t seed, enum stream stream, uint32_t a, uint32_t b) {
    uint64_t z = sz_rng_mix(seed + UINT64_C(0x9e3779b97f4a7c15) * ((uint64_t)stream + 1));
    return (sz_rng){sz_rng_mix(z ^ ((uint64_t)a << 32 | b))};
}

/* 0 .. n-1 (n > 0). The bias of the multiplication is below n / 2^32, far under what anyone could see here. */
static inline uint32_t sz_rng_below(sz_rng *r, uint32_t n) { return (uint32_t)(((sz_rng_next(r) >> 32) * n) >> 32); }
/* lo .. hi, both included. */
static inline int32_t sz_rng_between(sz_rng *r, int32_t lo, int32_t hi) {
    return lo + (int32_t)sz_rng_below(r, (uint32_t)(hi - lo) + 1);
}
/* True n times out of 10,000. */
static inline bool sz_rng_chance(sz_rng *r, int32_t n) { return (int32_t)sz_rng_below(r, 10000) < n; }

/* A bell (four uniform ones added: bounded at 3.46 deviations) around mean. */
static inline int32_t sz_rng_bell(sz_rng *r, int32_t mean, int32_t deviation) {
    uint64_t u = sz_rng_next(r);
    int64_t sum =
        (int64_t)(u & 0xffff) + (int64_t)(u >> 16 & 0xffff) + (int64_t)(u >> 32 & 0xffff) + (int64_t)(u >> 48);
    return mean + (int32_t)((sum - 131070) * deviation / 37837); /* 37,837 = 65,536 * sqrt(4/12) */
}

/* A distribution by its quantiles at 0, 5, 25, 50, 75, 95, 100 %, straight lines between them. */
typedef struct sz_curve {
    int32_t q[7];
} sz_curve;

/* The value at n parts of 10,000. */
static inline int32_t sz_curve_at(const sz_curve *c, int32_t n) {
    static const int32_t at[7] = {0, 500, 2500, 5000, 7500, 9500, 10000};
    int i = 1;
    while (i < 6 && n >= at[i]) i++;
    return c->q[i - 1] + (int32_t)((int64_t)(c->q[i] - c->q[i - 1]) * (n - at[i - 1]) / (at[i] - at[i - 1]));
}

static inline int32_t sz_curve_draw(const sz_curve *c, sz_rng *r) {
    return sz_curve_at(c, (int32_t)sz_rng_below(r, 10001));
}

#endif

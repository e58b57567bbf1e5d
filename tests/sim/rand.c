/* SPDX-License-Identifier: Apache-2.0
 *
 * rand: xoshiro256** (Blackman, Vigna 2018, public domain: prng.di.unimi.it), its state filled by splitmix64 as its
 * authors advise.
 */
#include "rand.h"

#include <math.h>

static uint64_t splitmix(uint64_t *x) {
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

rng rng_of(uint64_t seed, uint64_t stream) {
    uint64_t x = seed;
    x = splitmix(&x) ^ stream * UINT64_C(0xd1342543de82ef95);
    rng r;
    for (int i = 0; i < 4; i++) r.s[i] = splitmix(&x);
    return r;
}

static uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }

uint64_t rng_u64(rng *r) {
    uint64_t out = rotl(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotl(r->s[3], 45);
    return out;
}

uint64_t rng_below(rng *r, uint64_t n) { return n ? rng_u64(r) % n : 0; }

int64_t rng_between(rng *r, int64_t from, int64_t to) {
    return to <= from ? from : from + (int64_t)rng_below(r, (uint64_t)(to - from) + 1);
}

static double unit(rng *r) { return (double)(rng_u64(r) >> 11) * 0x1p-53; }

bool rng_chance(rng *r, double p) { return unit(r) < p; }

int64_t rng_around(rng *r, int64_t mean) { return (int64_t)((double)mean * pow(10, 2 * unit(r) - 1)) + 1; }

int64_t rng_until(rng *r, int64_t mean) { return (int64_t)(-log(1 - unit(r)) * (double)mean) + 1; }

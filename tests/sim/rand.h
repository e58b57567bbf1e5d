/* SPDX-License-Identifier: Apache-2.0
 *
 * rand: the one source of chance. A seed and a stream's number give the same draws everywhere; every fault draws from
 * a stream of its own, so that taking one fault away leaves what the others draw as it was.
 */
#ifndef SIM_RAND_H
#define SIM_RAND_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rng {
    uint64_t s[4];
} rng;

rng rng_of(uint64_t seed, uint64_t stream);
uint64_t rng_u64(rng *r);
/* 0 .. n - 1; 0 for n 0 */
uint64_t rng_below(rng *r, uint64_t n);
/* from .. to, both included */
int64_t rng_between(rng *r, int64_t from, int64_t to);
bool rng_chance(rng *r, double p);
/* A time of the same order as `mean`: from a tenth of it to ten times it, each order as likely. */
int64_t rng_around(rng *r, int64_t mean);
/* Until something next happens that happens once in `mean` on average. */
int64_t rng_until(rng *r, int64_t mean);

#endif

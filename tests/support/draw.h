/* SPDX-License-Identifier: Apache-2.0
 *
 * draw: a small reproducible source of choices for property tests. The same seed gives the same test everywhere.
 */
#ifndef SANZAO_TESTS_SUPPORT_DRAW_H
#define SANZAO_TESTS_SUPPORT_DRAW_H

#include <stdint.h>

typedef struct draw {
    uint64_t state;
} draw;

static inline draw draw_of(uint64_t seed) { return (draw){seed * 0x9e3779b97f4a7c15u + 0x1234567}; }

static inline uint64_t draw_u64(draw *d) { /* splitmix64 */
    uint64_t z = (d->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. n - 1 */
static inline uint64_t draw_below(draw *d, uint64_t n) { return draw_u64(d) % n; }

/* from .. to, both included */
static inline int64_t draw_between(draw *d, int64_t from, int64_t to) {
    return from + (int64_t)draw_below(d, (uint64_t)(to - from) + 1);
}

#endif

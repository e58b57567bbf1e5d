/* SPDX-License-Identifier: Apache-2.0
 *
 * diff: pieces of sz_campus_diff(). Everywhere SZ_TIME_MAX says that nothing changed, INT64_MIN "from the beginning".
 */
#ifndef SZ_CAMPUS_DIFF_H
#define SZ_CAMPUS_DIFF_H

#include "internal.h"

struct pair {
    const sz_campus *old, *now;
};

typedef bool sz_same_value(const struct pair *p, uint32_t old_value, uint32_t now_value);

/* Rows of one key, [from, to), in the old and the new table. */
struct groups {
    uint32_t old_from, old_to, now_from, now_to;
};

/* The next key in the order of both tables; false at the end. Starts from all zero. */
bool sz_diff_next_key(const struct held_table *old, const struct held_table *now, struct groups *g);
/* Since when the rows of that key say something else. */
int64_t sz_diff_held(const struct pair *p, const struct held_table *old, const struct held_table *now,
                     const struct groups *g, sz_same_value *same);
/* Since when readers, places, calendar or feeds say something else: that concerns everyone. */
int64_t sz_diff_shared(const struct pair *p);

static inline int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

#endif

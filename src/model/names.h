/* SPDX-License-Identifier: Apache-2.0
 *
 * names: the words of the contract, and the nearest one to a word that is none.
 */
#ifndef SANZAO_SRC_MODEL_NAMES_H
#define SANZAO_SRC_MODEL_NAMES_H

#include <sanzao/model.h>

extern const char *const sz_feed_state_names[4]; /* [0] is "" */

/* Index of `text` in names, or -1; an empty name is never found. */
int sz_name_find(const char *const *names, unsigned n, sz_str text);

/* `a, b, c` into the arena, without empty names. */
sz_str sz_name_list(sz_arena *a, const char *const *names, unsigned n);

/* The candidate nearest to a word, for "did you mean". */
typedef struct sz_nearest {
    sz_str word, best; /* best.n == 0: nothing is near */
    int distance;
} sz_nearest;
sz_nearest sz_nearest_to(sz_str word);
void sz_nearest_try(sz_nearest *near, sz_str candidate);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * ids.c: which ids may be in a long log? Part of the timeline.
 */
#ifndef SANZAO_SRC_TIMELINE_IDS_H
#define SANZAO_SRC_TIMELINE_IDS_H

#include <sanzao/base.h>

/* Hashes of 32 bits of all ids of one log. */
typedef struct id_set {
    uint32_t *v; /* 0: free; NULL: not known */
    uint32_t n, cap;
} id_set;

/* Of the students with a long log; by their ids. */
typedef struct id_sets {
    sz_map students;
    id_set *sets;
    uint32_t cap;
} id_sets;

void id_sets_init(id_sets *s);
void id_sets_fini(id_sets *s);
id_set *id_sets_of(id_sets *s, sz_str student);   /* made where it is missing */
id_set *id_sets_find(id_sets *s, sz_str student); /* NULL: there is none */
void id_set_forget(id_set *s);                    /* it is not known any more */
void id_set_begin(id_set *s, uint32_t n);         /* empty and known, with room for so many */
void id_set_add(id_set *s, sz_str id);
bool id_set_may_have(const id_set *s, sz_str id); /* false: it was never added */

#endif

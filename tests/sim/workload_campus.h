/* SPDX-License-Identifier: Apache-2.0
 *
 * workload_campus: the folder of a seed's campus, as the texts that a user would write, and what becomes of it: later
 * versions in which cards are corrected, leaves come late, rows of the roster and days of the calendar change.
 */
#ifndef SIM_WORKLOAD_CAMPUS_H
#define SIM_WORKLOAD_CAMPUS_H

#include "rand.h"
#include "workload.h"

typedef struct person { /* a row of the roster, what he holds, and when he was away */
    bool is_enrolled, is_suspended, is_medical, has_card;
    uint32_t klass; /* 0: he has none */
    sz_str leave; /* n 0: none */
} person;

typedef struct holding { /* of a student's card k, while the campus changes: his until then, somebody else's from then
                            on */
    uint32_t holder;     /* SZ_NONE: nobody's */
    int64_t from_ms;     /* INT64_MIN: all along */
} holding;

typedef struct campus_plan {
    workload *l; /* arena, zone, types, students, parts are there */
    int64_t t0_ms, range_ms;
    bool has_feeds, has_batch;
    /* while it changes */
    bool changes;
    rng r, classes;
    person *people;
    holding *cards;
    sz_str holiday; /* days of it; n 0: none */
    sz_str feeds;
} campus_plan;

/* The first version, whose draws are r's; then the others: l->n_campuses of them. Ends the program where its own texts
 * do not load. */
void campus_make(campus_plan *p, rng *r, uint64_t seed, bool changes);
#endif

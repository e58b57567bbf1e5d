/* SPDX-License-Identifier: Apache-2.0
 *
 * workload: a small campus, a few rules with short windows, and the log: what is produced into each partition and when.
 * A seed's log is one thing whatever happens to those who read it.
 */
#ifndef SIM_WORKLOAD_H
#define SIM_WORKLOAD_H

#include <sanzao/engine.h>

#include "swarm.h"

enum { MOST_BUNDLES = 3, MOST_CAMPUSES = 3 };

typedef struct partition_log {
    sz_input *v; /* offset is the index */
    int64_t *produced_ms;
    uint32_t n, cap;
} partition_log;

typedef struct workload {
    sz_arena arena;
    sz_types types;
    sz_zone zone;
    sz_diags diags;
    sz_campus *campuses[MOST_CAMPUSES]; /* each newer than the one before, and so are rules */
    sz_bundle *bundles[MOST_BUNDLES][MOST_CAMPUSES];
    uint32_t n_bundles, n_campuses;
    bool *card_leaves; /* of each student's: in some version it is of another partition's student, or nobody's */
    uint32_t parts;
    partition_log log[4];
    uint32_t n_records;
    sz_str *students;
    uint32_t n_students;
    int64_t wall0_ms;
    bool exchanges; /* rules compare students over all partitions, whose logs come to one and the same end, */
    bool reads_on;  /* by several clocks: what is read while one of them waits depends on when the others came */
    sz_str rules_text[MOST_BUNDLES];
} workload;

/* Ends the program with what is wrong when its own texts do not load: that is a defect of this file. */
void workload_init(workload *l, uint64_t seed, const swarm *s);
void workload_fini(workload *l);
void workload_give_up(workload *l, const char *what, sz_str text);

#endif

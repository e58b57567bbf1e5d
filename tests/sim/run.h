/* SPDX-License-Identifier: Apache-2.0
 *
 * run: one seed from its workload to rest, beside an undisturbed run of the same log.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include <stdio.h>

#include "swarm.h"

typedef struct outcome {
    bool is_failed;
    char failure[4000];
    uint64_t hash, n_steps, n_commits, n_loads, n_inputs, n_alerts, n_losses, n_exits, n_snapshots;
    uint64_t n_by_fault[N_FAULTS];
    int64_t rested_ms;
} outcome;

enum { RUN_QUIET, RUN_LAST_STEPS, RUN_ALL_STEPS };
/* mask: faults that may exist. How much of its steps goes to stdout. */
outcome run_seed(uint64_t seed, uint64_t mask, int how);
/* The faults, of these, that the seed needs to fail: the fewest that taking them away one by one finds. */
uint64_t run_shrink(uint64_t seed, uint64_t mask);
void run_print_faults(FILE *to, uint64_t seed, uint64_t mask);

#endif

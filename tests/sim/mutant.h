/* SPDX-License-Identifier: Apache-2.0
 *
 * mutant: one wrong engine or twin at a time, to see that the simulation catches it (protocol.md §4, teeth).
 */
#ifndef SIM_MUTANT_H
#define SIM_MUTANT_H

#include <sanzao/base_mutant.h>

typedef struct mutant_row {
    const char *name;
    bool is_engine; /* there in a build with SZ_MUTANTS only */
} mutant_row;
extern const mutant_row mutant_rows[SZ_N_MUTANTS];

extern int sz_mutant;

#endif

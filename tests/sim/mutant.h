/* SPDX-License-Identifier: Apache-2.0
 *
 * mutant: one wrong engine or twin at a time, to see that the simulation catches it (protocol.md §4, teeth). Those of
 * the engine are points in src/engine that exist in the build for this test alone.
 */
#ifndef SIM_MUTANT_H
#define SIM_MUTANT_H

/* The numbers are those of src/engine/mutants.h. */
enum {
    MUTANT_NONE,
    MUTANT_NO_SEQ,             /* twin: a commit is accepted by its owner token alone */
    MUTANT_INCR_TOKEN,         /* twin: the token is a number that the store counts, and so may lose */
    MUTANT_UNNAMED_CHUNK,      /* twin: chunks are read without looking at the name */
    MUTANT_RESEND,             /* twin: a commit without an answer is sent again */
    MUTANT_PUBLISH_AT_OK,
    MUTANT_PUBLISH_UNCONFIRMED,
    MUTANT_CLOCK_LOST,
    MUTANT_TRIM_EARLY,
    MUTANT_COMMIT_INSIDE,
    MUTANT_SAID_BACK,
    MUTANT_TICK_BACKLOG,       /* twin: the end that a tick gives is where the worker stands */
    MUTANT_EARLY_TIMERS,
    N_MUTANTS
};

typedef struct mutant_row {
    const char *name;
    int is_engine;
} mutant_row;
extern const mutant_row mutant_rows[N_MUTANTS];

extern int sz_mutant;

#endif

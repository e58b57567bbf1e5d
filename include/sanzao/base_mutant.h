/* SPDX-License-Identifier: Apache-2.0
 *
 * mutant: points at which one wrong engine at a time can be had, to see that the simulation catches it (tests/sim,
 * docs/adr/0013). They exist in a build of engine and timeline with SZ_MUTANTS alone, which only that test makes; in
 * every other build SZ_IS_MUTANT is false and the compiler leaves nothing of them.
 *
 * Threads: the test's one.
 */
#ifndef SANZAO_BASE_MUTANT_H
#define SANZAO_BASE_MUTANT_H

#include <stdbool.h>

enum {
    SZ_MUTANT_NONE,
    /* of the simulation's twins: store, stream, token */
    SZ_MUTANT_NO_SEQ,        /* a commit is accepted by its owner token alone */
    SZ_MUTANT_INCR_TOKEN,    /* the token is a number that the store counts, and so may lose */
    SZ_MUTANT_UNNAMED_CHUNK, /* chunks are read without looking at the name */
    SZ_MUTANT_RESEND,        /* a commit without an answer is sent again */
    SZ_MUTANT_TICK_BACKLOG,  /* the end that a tick gives is where the worker stands */
    SZ_MUTANT_OLDER_FILES,   /* whoever knows older rules or an older campus may acquire */
    /* of the engine */
    SZ_MUTANT_PUBLISH_AT_OK,       /* alerts leave when their commit is answered */
    SZ_MUTANT_PUBLISH_UNCONFIRMED, /* alerts leave after `settle`, and no later commit has looked */
    SZ_MUTANT_CLOCK_LOST,          /* the rules' clocks are not restored */
    SZ_MUTANT_TRIM_EARLY,          /* alerts leave the outbox before they are acknowledged */
    SZ_MUTANT_COMMIT_INSIDE,       /* a commit between a record's log and its evaluation */
    SZ_MUTANT_SAID_BACK,           /* rolling a student back takes back what was told */
    SZ_MUTANT_EARLY_TIMERS,        /* timers fire while a state is being loaded */
    SZ_N_MUTANTS
};

#ifdef SZ_MUTANTS
extern int sz_mutant;
#define SZ_IS_MUTANT(m) (sz_mutant == (m))
#else
#define SZ_IS_MUTANT(m) false
#endif

#endif

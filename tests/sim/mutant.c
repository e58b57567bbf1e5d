/* SPDX-License-Identifier: Apache-2.0 */
#include "mutant.h"

const mutant_row mutant_rows[N_MUTANTS] = {
    [MUTANT_NONE] = {"none", 0},
    [MUTANT_NO_SEQ] = {"no-seq", 0},
    [MUTANT_INCR_TOKEN] = {"incr-token", 0},
    [MUTANT_UNNAMED_CHUNK] = {"unnamed-chunk", 0},
    [MUTANT_RESEND] = {"resend", 0},
    [MUTANT_PUBLISH_AT_OK] = {"publish-at-ok", 1},
    [MUTANT_PUBLISH_UNCONFIRMED] = {"publish-unconfirmed", 1},
    [MUTANT_CLOCK_LOST] = {"clock-not-restored", 1},
    [MUTANT_TRIM_EARLY] = {"trim-before-acknowledgement", 1},
    [MUTANT_COMMIT_INSIDE] = {"commit-inside-a-record", 1},
    [MUTANT_SAID_BACK] = {"said-rolled-back", 1},
    [MUTANT_TICK_BACKLOG] = {"tick-with-backlog", 0},
    [MUTANT_EARLY_TIMERS] = {"timers-before-the-load-has-ended", 1},
};

int sz_mutant = MUTANT_NONE;

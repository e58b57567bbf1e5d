/* SPDX-License-Identifier: Apache-2.0 */
#include "mutant.h"

const mutant_row mutant_rows[SZ_N_MUTANTS] = {
    [SZ_MUTANT_NONE] = {"none", false},
    [SZ_MUTANT_NO_SEQ] = {"no-seq", false},
    [SZ_MUTANT_INCR_TOKEN] = {"incr-token", false},
    [SZ_MUTANT_UNNAMED_CHUNK] = {"unnamed-chunk", false},
    [SZ_MUTANT_RESEND] = {"resend", false},
    [SZ_MUTANT_TICK_BACKLOG] = {"tick-with-backlog", false},
    [SZ_MUTANT_OLDER_FILES] = {"older-files", false},
    [SZ_MUTANT_PUBLISH_AT_OK] = {"publish-at-ok", true},
    [SZ_MUTANT_PUBLISH_UNCONFIRMED] = {"publish-unconfirmed", true},
    [SZ_MUTANT_CLOCK_LOST] = {"clock-not-restored", true},
    [SZ_MUTANT_TRIM_EARLY] = {"trim-before-acknowledgement", true},
    [SZ_MUTANT_COMMIT_INSIDE] = {"commit-inside-a-record", true},
    [SZ_MUTANT_SAID_BACK] = {"said-rolled-back", true},
    [SZ_MUTANT_EARLY_TIMERS] = {"timers-before-the-load-has-ended", true},
};

int sz_mutant = SZ_MUTANT_NONE;

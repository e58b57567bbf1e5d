/* SPDX-License-Identifier: Apache-2.0
 *
 * One test of a rule, run: a campus of one student, its records through the same worker as a real run, and what it said
 * against what was expected.
 */
#ifndef SZ_APP_RULE_TEST_H
#define SZ_APP_RULE_TEST_H

#include "job/job.h"

typedef struct sz_test_said { /* an alert event, days from d1 */
    int32_t day, ms;
    uint8_t what, level;
    sz_str why, zh, en;
    bool is_expected;
} sz_test_said;

typedef struct sz_test_result {
    sz_arena arena;
    sz_test_said *said;
    uint32_t n_said, cap_said;
    const char *refused, *refused_zh; /* why it could not be run; NULL: it was */
    bool *was_met;                    /* of each expectation */
    const sz_test_said **instead;     /* of an expectation whose text differs: what was said; else NULL */
    bool is_passed;
} sz_test_result;

/* Which of a rule's clauses were seen true and which false, in all of its tests (test_clauses.c). */
typedef struct sz_test_seen {
    const sz_rule *rule;
    uint32_t number;  /* of the rule in the bundle */
    int64_t from_ms;  /* where the test in hand begins: what is before is not looked at */
    uint8_t *clauses; /* in the order of `when:`, or of `points:`; bits: what it was */
    uint32_t n;
    sz_onlooker onlooker;
} sz_test_seen;
void sz_test_seen_init(sz_test_seen *s, const sz_rule *r, uint32_t number);
void sz_test_seen_fini(sz_test_seen *s);
/* What a clause never was in all tests: true, false, or known at all. */
typedef enum sz_test_never { SZ_NEVER_TRUE, SZ_NEVER_FALSE, SZ_NEVER_KNOWN } sz_test_never;
/* The next clause that was not seen both ways. False: there is none. */
bool sz_test_seen_next(const sz_test_seen *s, uint32_t *at, sz_str *clause, sz_test_never *never);

/* in: rules and campus as sz_job_test loaded them; the bundle runs this rule only. seen may be NULL. */
void sz_rule_test_run(const sz_inputs *in, const sz_rule_test *t, sz_test_seen *seen, sz_test_result *out);
/* The student's record as it stands at that instant of the test, as sz_worker_show has it; nothing if it cannot be run.
 */
void sz_rule_test_show(const sz_inputs *in, const sz_rule_test *t, int32_t day, int32_t ms, sz_lang lang, sz_buf *out);
void sz_test_result_fini(sz_test_result *r);
/* Lines that say why: the features that the rule compares, at the instant of an expectation, and the last records
 * before it with those of its events that they fit. */
void sz_test_because(sz_buf *out, const sz_inputs *in, const sz_rule *r, const sz_rule_test *t, const sz_test_expect *e,
                     sz_lang lang);
/* Run all tests of the rules, print what failed and the counts; the exit status of the contract. */
int sz_job_test(const sz_job *job, bool as_json);

#endif

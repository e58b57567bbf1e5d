/* SPDX-License-Identifier: Apache-2.0
 *
 * The campus of a test: one student, one place of each kind, one source of each type, the calendar of the campus folder
 * or a term of our own. Sources and enrolment begin 120 days before d1 (semantics 38).
 */
#ifndef SZ_APP_TEST_CAMPUS_H
#define SZ_APP_TEST_CAMPUS_H

#include "job/job.h"

#define SZ_TEST_STUDENT SZ_STR("s1")
int32_t sz_test_first_day(const sz_calendar *k, const sz_rule_test *t);
sz_status sz_test_campus(const sz_inputs *in, const sz_rule_test *t, int32_t d1, sz_diags *d, sz_campus **out);

#endif

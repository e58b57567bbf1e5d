/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_fixture: a rule set out of texts, for tests, against a small campus: two students (彭康书院/医学院, tag interning;
 * 南洋书院/理学院, tags self_catering and job_signed), one term, the periods exams and recruiting, the declared type library.
 */
#ifndef SZ_TEST_RULES_FIXTURE_H
#define SZ_TEST_RULES_FIXTURE_H

#include <sanzao/rules.h>

struct rules_fixture {
    sz_types types;
    sz_zone zone;
    sz_campus *campus;
    sz_diags d;
    sz_bundle *b; /* NULL: refused */
    sz_status status;
};

/* Nothing loaded yet. */
void rules_fixture_init(struct rules_fixture *x);
void rules_fixture_fini(struct rules_fixture *x);
/* Load one file named rules.yaml; forgets what was loaded before. */
void rules_fixture_load(struct rules_fixture *x, const char *text);
void rules_fixture_load_files(struct rules_fixture *x, const sz_rule_file *files, size_t n);
/* The same, and it must load without a finding. Returns the bundle. */
const sz_bundle *rules_fixture_fine(struct rules_fixture *x, const char *text);
const sz_rule *rules_fixture_rule(const struct rules_fixture *x, const char *id);
/* All findings as they are printed; free with sz_buf_fini. */
sz_buf rules_fixture_print(const struct rules_fixture *x, sz_lang lang);
/* A whole file in an arena; p NULL: it is not there. */
sz_str rules_fixture_read(sz_arena *a, const char *path);

#endif

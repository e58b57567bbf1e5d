/* SPDX-License-Identifier: Apache-2.0
 *
 * campus_fixture: a campus out of texts, for tests. The zone is UTC+8.
 */
#ifndef SZ_TEST_CAMPUS_FIXTURE_H
#define SZ_TEST_CAMPUS_FIXTURE_H

#include <sanzao/campus.h>

struct campus_text {
    const char *name, *text; /* name NULL: end of the list */
};

struct campus_fixture {
    sz_types types;
    sz_zone zone;
    sz_diags d;
    sz_campus *c;
    sz_status status;
    sz_buf findings; /* `cards.csv:3:1 E332`, blanks between them, in the order of places; NUL-terminated */
};

/* At most 8 files. */
void campus_fixture_load(struct campus_fixture *x, const struct campus_text *files);
/* Bytes of one file, other settings. */
void campus_fixture_load_bytes(struct campus_fixture *x, const char *name, const void *p, size_t n, const char *folder,
                               sz_encoding enc);
void campus_fixture_fini(struct campus_fixture *x);
const char *campus_fixture_findings(const struct campus_fixture *x);

/* `2026-03-02T23:00:00` or `2026-03-02` of the fixture's zone. */
int64_t fixture_ms(const char *time);
int32_t fixture_day(const char *day);
uint32_t fixture_student(const struct campus_fixture *x, const char *id);

#endif

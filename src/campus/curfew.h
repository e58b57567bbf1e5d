/* SPDX-License-Identifier: Apache-2.0
 *
 * curfew: cut-offs by evening. Times of a night count from its noon, so that 00:30 lies after 23:00.
 */
#ifndef SZ_CAMPUS_CURFEW_H
#define SZ_CAMPUS_CURFEW_H

#include "internal.h"

enum { CUT_NOT_GIVEN = -1, CUT_NONE = INT32_MAX }; /* CUT_NONE: no cut-off that evening */

struct cut_offs {
    int32_t cut[8]; /* by the evening's weekday, [1] Monday; ms after noon */
    int32_t ends;   /* ms after noon, up to 24 h */
};

/* A student's field, and the values of which one must be his. */
struct curfew_if {
    const struct curfew_field *field;
    sz_str *values;
    int32_t *numbers; /* of number fields, instead */
    uint32_t n;
};

/* An entry of `by:`, with what it does not give taken from the base. */
struct curfew_by {
    struct curfew_if *ifs;
    uint32_t n_ifs;
    struct cut_offs at;
};

struct sz_curfew {
    struct cut_offs base;
    struct curfew_by *by; /* the first that fits counts */
    uint32_t n_by;
    int32_t earliest, latest; /* outside of these nobody is late */
};

enum curfew_kind { FIELD_TEXT, FIELD_NUMBER, FIELD_YEAR, FIELD_TAGS };
struct curfew_field {
    const char *name;
    enum curfew_kind kind;
    size_t at; /* in sz_student */
};
extern const struct curfew_field sz_curfew_fields[];
extern const uint32_t sz_n_curfew_fields;

/* Does the student fit that evening? */
bool sz_curfew_fits(const struct curfew_by *by, const sz_student *s, int32_t evening);
/* Set earliest and latest. */
void sz_curfew_finish(struct sz_curfew *cur);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * One function an operator: its value at an instant, from its accumulator and the facts. The table is in eval.c.
 */
#ifndef SZ_OPS_H
#define SZ_OPS_H

#include "window.h"

sz_xval op_count(sz_eval *ev, const sz_feature *f);
sz_xval op_sum(sz_eval *ev, const sz_feature *f);
sz_xval op_avg(sz_eval *ev, const sz_feature *f);
sz_xval op_min(sz_eval *ev, const sz_feature *f);
sz_xval op_max(sz_eval *ev, const sz_feature *f);
sz_xval op_days(sz_eval *ev, const sz_feature *f);
sz_xval op_distinct(sz_eval *ev, const sz_feature *f);
sz_xval op_first(sz_eval *ev, const sz_feature *f);
sz_xval op_last(sz_eval *ev, const sz_feature *f);
sz_xval op_streak(sz_eval *ev, const sz_feature *f);
sz_xval op_sessions(sz_eval *ev, const sz_feature *f);
sz_xval op_absence(sz_eval *ev, const sz_feature *f);
sz_xval op_value(sz_eval *ev, const sz_feature *f);
sz_xval op_baseline(sz_eval *ev, const sz_feature *f);
sz_xval op_regularity(sz_eval *ev, const sz_feature *f);
sz_xval op_peers(sz_eval *ev, const sz_feature *f);
/* One of the operator's parts (sz_operators), by its place. */
void op_baseline_part(sz_eval *ev, const sz_feature *f, uint32_t part, sz_xval *v);
void op_regularity_part(sz_eval *ev, const sz_feature *f, uint32_t part, sz_xval *v);
void op_peers_part(sz_eval *ev, const sz_feature *f, uint32_t part, sz_xval *v);

/* A field of the roster as of that day; not his id nor his tags. */
void student_field(const sz_student *s, uint32_t field, int32_t day, sz_xval *v);
/* The record that first or last stands for; false: none. */
bool op_record(sz_eval *ev, const sz_feature *f, sz_event *e);
/* Instant from which absence counts at t, by what is known: *base. False: unknown. *inside: t lies in a leave, holiday,
 * … (value 0). */
bool absence_base(sz_eval *ev, const sz_feature *f, int64_t *base_ms, bool *inside);
/* No absence is longer, in milliseconds: the time since the last record; INFINITY: there was none. */
double absence_most(const sz_eval *ev, const sz_feature *f);

static inline sz_xval x_num(const sz_feature *f, double d) {
    return (sz_xval){.type = f->type, .know = SZ_KNOWN, .num = d};
}
static inline sz_xval x_unknown(uint8_t type) { return (sz_xval){.type = type, .know = SZ_UNKNOWN}; }
/* n, or at least n when less than 80 % of the window was observable. */
sz_xval x_counted(sz_eval *ev, const sz_feature *f, double n);

/* What the rows of a window add up to. */
typedef struct totals {
    int64_t n;      /* records */
    int32_t units;  /* days or panes with one */
    int64_t exact;  /* sum of an exact field */
    double inexact; /* sum of another */
    double lo, hi;
} totals;
totals rows_total(sz_eval *ev, const sz_feature *f);
double rows_sum(sz_eval *ev, const sz_feature *f);
double sessions_number(sz_eval *ev, const sz_feature *f);

#endif

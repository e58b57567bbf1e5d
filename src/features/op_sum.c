/* SPDX-License-Identifier: Apache-2.0 */
/* sum: of a field over the matching records that have it; money and class hours stay integers and are divided once. */
#include "ops.h"

double rows_sum(sz_eval *ev, const sz_feature *f) {
    totals t = rows_total(ev, f);
    return field_is_exact(ev->fs, f->field) ? (double)t.exact / field_scale(ev->fs, f->field) : t.inexact;
}

sz_xval op_sum(sz_eval *ev, const sz_feature *f) { return x_counted(ev, f, rows_sum(ev, f)); }

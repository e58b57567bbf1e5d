/* SPDX-License-Identifier: Apache-2.0 */
/* sum: of a field over the matching records that have it; money and class hours stay integers and are divided once. */
#include "ops.h"

sz_xval op_sum(sz_eval *ev, const sz_feature *f) {
    totals t = rows_total(ev, f);
    double d = field_is_exact(ev->fs, f->field) ? (double)t.exact / field_scale(ev->fs, f->field) : t.inexact;
    return x_counted(ev, f, d);
}

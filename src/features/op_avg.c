/* SPDX-License-Identifier: Apache-2.0 */
/* avg: mean of a field, divided once; unknown over none, and where less than 80 % of the window was observable. */
#include "ops.h"

sz_xval op_avg(sz_eval *ev, const sz_feature *f) {
    totals t = rows_total(ev, f);
    if (!t.n || !window_is_known(ev, f)) return x_unknown(f->type);
    if (field_is_exact(ev->fs, f->field))
        return x_num(f, (double)t.exact / (field_scale(ev->fs, f->field) * (double)t.n));
    return x_num(f, t.inexact / (double)t.n);
}

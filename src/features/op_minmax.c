/* SPDX-License-Identifier: Apache-2.0 */
/* min, max: least and greatest of a field; a max of values >= 0 over a window seen in part is at least that. */
#include "ops.h"

sz_xval op_min(sz_eval *ev, const sz_feature *f) {
    totals t = rows_total(ev, f);
    if (!t.n || !window_is_known(ev, f)) return x_unknown(f->type);
    return x_num(f, t.lo);
}

sz_xval op_max(sz_eval *ev, const sz_feature *f) {
    totals t = rows_total(ev, f);
    if (!t.n) return x_unknown(f->type);
    if (t.lo < 0 && !window_is_known(ev, f)) return x_unknown(f->type);
    return x_counted(ev, f, t.hi);
}

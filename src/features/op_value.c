/* SPDX-License-Identifier: Apache-2.0 */
/* value: an expression over other features. */
#include "ops.h"

sz_xval op_value(sz_eval *ev, const sz_feature *f) {
    if (ev->depth >= 32) return x_unknown(f->type);
    ev->depth++;
    sz_loader l = sz_eval_loader(ev);
    sz_xval v = sz_prog_run(f->value, &l);
    ev->depth--;
    return v;
}

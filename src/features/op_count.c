/* SPDX-License-Identifier: Apache-2.0 */
/* count: how many records match in the window. */
#include "ops.h"

sz_xval op_count(sz_eval *ev, const sz_feature *f) { return x_counted(ev, f, (double)rows_total(ev, f).n); }

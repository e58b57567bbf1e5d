/* SPDX-License-Identifier: Apache-2.0 */
/* days: local days (nights) of the window with a match. */
#include "ops.h"

sz_xval op_days(sz_eval *ev, const sz_feature *f) { return x_counted(ev, f, (double)rows_total(ev, f).units); }

/* SPDX-License-Identifier: Apache-2.0 */
/* sessions: runs of matching records each of which follows the one before by less than the gap, on the day of their
 * first. */
#include "ops.h"

double sessions_number(sz_eval *ev, const sz_feature *f) {
    range r;
    if (!window_range(ev, &f->window, &r)) return 0;
    uint32_t len = region_len(ev->state, f->acc);
    int64_t n = 0;
    if (len > sizeof(session_head)) {
        const day_row *rows = (const day_row *)(const void *)(region_bytes(ev->state, f->acc) + sizeof(session_head));
        for (uint32_t k = (len - (uint32_t)sizeof(session_head)) / (uint32_t)sizeof *rows;
             k-- > 0 && rows[k].at >= r.from;)
            if (rows[k].at <= r.to) n += rows[k].n;
    }
    return (double)n;
}

sz_xval op_sessions(sz_eval *ev, const sz_feature *f) { return x_counted(ev, f, sessions_number(ev, f)); }

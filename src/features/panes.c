/* SPDX-License-Identifier: Apache-2.0 */
/* Can the next pane edge change an hour window? If it holds a record, or if what was observable changed within its
 * reach. */
#include "window.h"

bool panes_may_change(sz_eval *ev, const sz_feature *f) {
    range r;
    if (!window_range(ev, &f->window, &r)) return false;
    const sz_acc *a = &ev->fs->accs[f->acc];
    uint32_t head = a->kind == SZ_ACC_SESSIONS ? (uint32_t)sizeof(session_head) : 0;
    uint32_t n = region_len(ev->state, f->acc);
    if (a->kind == SZ_ACC_FIRST || a->kind == SZ_ACC_LAST) {
        if (n) return true;
    } else if (n > head) {
        int32_t at;
        uint32_t size = a->kind == SZ_ACC_DISTINCT ? (uint32_t)sizeof(distinct_row) : a->row_size;
        const uint8_t *row = region_bytes(ev->state, f->acc) + n - size;
        if (a->kind == SZ_ACC_DISTINCT) at = ((const distinct_row *)(const void *)row)->at;
        else memcpy(&at, row, sizeof at);
        if (at >= r.from) return true;
    }
    int32_t seen, total;
    sz_feature_observed(ev, f, &seen, &total);
    if (seen > 0 && seen < total) return true;
    /* all dark or all bright: it changes when the pane that enters differs from the one that leaves */
    return seen == 0 ? true : ev->facts->n_downs > 0 || ev->use_leaves;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Adding up the rows of a window.
 */
#include "ops.h"

totals rows_total(sz_eval *ev, const sz_feature *f) {
    totals t = {0};
    range r;
    if (!window_range(ev, &f->window, &r)) return t;
    const sz_acc *a = &ev->fs->accs[f->acc];
    const uint8_t *p = region_bytes(ev->state, f->acc);
    bool is_exact = a->has_sum && field_is_exact(ev->fs, a->field);
    uint32_t sum_at = 8, lo_at = 8 + (a->has_sum ? 8u : 0u);
    for (uint32_t k = region_len(ev->state, f->acc); k >= a->row_size && k > 0;) {
        k -= a->row_size;
        const day_row *row = (const day_row *)(const void *)(p + k);
        if (row->at < r.from) break;
        if (row->at > r.to || !row->n) continue;
        if (a->has_sum) {
            int64_t v;
            double d;
            memcpy(&v, p + k + sum_at, 8);
            memcpy(&d, p + k + sum_at, 8);
            if (is_exact) t.exact += v;
            else t.inexact += d;
        }
        if (a->has_minmax) {
            double lo, hi;
            memcpy(&lo, p + k + lo_at, 8);
            memcpy(&hi, p + k + lo_at + 8, 8);
            if (!t.n || lo < t.lo) t.lo = lo;
            if (!t.n || hi > t.hi) t.hi = hi;
        }
        t.n += row->n;
        t.units++;
    }
    return t;
}

sz_xval x_counted(sz_eval *ev, const sz_feature *f, double n) {
    sz_xval v = x_num(f, n);
    if (!window_is_known(ev, f)) v.know = SZ_AT_LEAST;
    return v;
}

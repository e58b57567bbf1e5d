/* SPDX-License-Identifier: Apache-2.0 */
/* distinct: different values of a field in the window; exact to 1,024 (value, day) pairs, above that at least. */
#include "ops.h"

enum { PAIRS_MAX = 1024 };

static int by_value(const void *a, const void *b, void *ctx) {
    (void)ctx;
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

sz_xval op_distinct(sz_eval *ev, const sz_feature *f) {
    range r;
    if (!window_range(ev, &f->window, &r)) return x_counted(ev, f, 0);
    uint64_t seen[PAIRS_MAX];
    uint32_t n = 0;
    bool is_full = false;
    const distinct_row *rows = (const distinct_row *)(const void *)region_bytes(ev->state, f->acc);
    for (uint32_t k = region_len(ev->state, f->acc) / (uint32_t)sizeof *rows; k-- > 0 && rows[k].at >= r.from;) {
        if (rows[k].at > r.to || !rows[k].n) continue;
        if (n == PAIRS_MAX) {
            is_full = true;
            break;
        }
        seen[n++] = rows[k].value;
    }
    uint32_t distinct = 0;
    if (n > 16) {
        sz_sort(seen, n, sizeof *seen, by_value, NULL);
        for (uint32_t i = 0; i < n; i++) distinct += i == 0 || seen[i] != seen[i - 1];
    } else {
        for (uint32_t i = 0; i < n; i++) {
            bool is_new = true;
            for (uint32_t k = 0; k < i && is_new; k++) is_new = seen[k] != seen[i];
            distinct += is_new;
        }
    }
    sz_xval v = x_counted(ev, f, distinct);
    if (is_full) v.know = SZ_AT_LEAST;
    return v;
}

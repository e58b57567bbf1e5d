/* SPDX-License-Identifier: Apache-2.0 */
/* regularity: how much the half hours of a student's records repeat themselves (semantics 23). Λ is the entropy
 * estimate by shortest new substrings (Kontoyiannis et al. 1998) that Cao et al. 2018, Orderliness predicts academic
 * performance (J. R. Soc. Interface 15:20180210), apply to campus cards. */
#include <math.h>

#include "ops.h"

enum { RECORDS_MIN = 40, RECORDS_MAX = 600 };

/* Sum of Λ_i over the bins: Λ_i is one more than the longest run from i that occurs wholly before i. */
static double sum_of_lambda(const uint8_t *bins, uint32_t n) {
    uint16_t common[2][RECORDS_MAX + 1]; /* of the runs from i and from each j: what they begin with alike */
    uint16_t *row = common[0], *below = common[1];
    memset(common, 0, sizeof common);
    double sum = 0;
    for (uint32_t i = n; i-- > 0;) {
        uint32_t longest = 0;
        for (uint32_t j = 0; j < i; j++) {
            uint16_t alike = bins[i] == bins[j] ? (uint16_t)(below[j + 1] + 1) : 0;
            row[j] = alike;
            uint32_t before = alike < i - j ? alike : i - j;
            if (before > longest) longest = before;
        }
        row[i] = 0;
        sum += longest + 1;
        uint16_t *swap = row;
        row = below, below = swap;
    }
    return sum;
}

/* Bins of the last records in the window, oldest first. */
static uint32_t collect(sz_eval *ev, const sz_feature *f, uint8_t bins[RECORDS_MAX]) {
    range r;
    if (!window_range(ev, &f->window, &r)) return 0;
    const sz_acc *a = &ev->fs->accs[f->acc];
    const half_row *rows = (const half_row *)(const void *)region_bytes(ev->state, f->acc);
    uint32_t n_rows = region_len(ev->state, f->acc) / (uint32_t)sizeof *rows, end = n_rows, from = n_rows;
    (void)a;
    while (end > 0 && rows[end - 1].at > r.to) end--;
    for (from = end; from > 0 && rows[from - 1].at >= r.from && end - from < RECORDS_MAX;) from--;
    for (uint32_t i = from; i < end; i++) bins[i - from] = (uint8_t)rows[i].half;
    return end - from;
}

static sz_xval measure(sz_eval *ev, const sz_feature *f, bool is_orderliness) {
    uint8_t bins[RECORDS_MAX];
    uint32_t n = collect(ev, f, bins);
    if (n < RECORDS_MIN || !window_is_known(ev, f)) return x_unknown(SZ_X_NUM);
    double sum = sum_of_lambda(bins, n);
    return x_num(f, is_orderliness ? -(double)n * log(n) / sum : 1 - n / sum);
}

sz_xval op_regularity(sz_eval *ev, const sz_feature *f) { return measure(ev, f, false); }

void op_regularity_part(sz_eval *ev, const sz_feature *f, uint32_t part, sz_xval *v) {
    (void)part; /* there is one: orderliness */
    *v = measure(ev, f, true);
}

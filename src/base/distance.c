/* SPDX-License-Identifier: Apache-2.0
 *
 * distance: how far a name is from a misspelt one (optimal string alignment: insert, delete, replace, swap
 * neighbours).
 */
#include <sanzao/base.h>

static size_t decode(sz_str s, uint32_t *out) {
    size_t n = 0, len;
    for (size_t i = 0; i < s.n; i += len) out[n++] = sz_utf8_next(s.p + i, s.n - i, &len);
    return n;
}

static int least(int a, int b) { return a < b ? a : b; }

/* One row of the table, of which only the cells within `limit` of the diagonal can matter. Returns its least value. */
static int fill_row(const uint32_t *a, size_t i, const uint32_t *b, size_t n_b, int limit, int *const row[3]) {
    int *now = row[0], *before = row[1], *before2 = row[2];
    size_t from = i > (size_t)limit ? i - (size_t)limit : 1;
    size_t to = n_b - (n_b > i + (size_t)limit ? n_b - i - (size_t)limit : 0);
    now[from - 1] = from == 1 ? (int)least((int)i, limit + 1) : limit + 1;
    int best = now[from - 1];
    for (size_t j = from; j <= to; j++) {
        int v = before[j - 1] + (a[i - 1] != b[j - 1]);
        v = least(v, now[j - 1] + 1);
        v = least(v, before[j] + 1);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) v = least(v, before2[j - 2] + 1);
        now[j] = least(v, limit + 1);
        best = least(best, now[j]);
    }
    if (to < n_b) now[to + 1] = limit + 1;
    return best;
}

int sz_str_distance(sz_str a, sz_str b, int limit) {
    if (limit < 0) limit = 0;
    if (limit > 1000) limit = 1000; /* for names; keeps limit + 1 and the rows small */
    if (sz_str_eq(a, b)) return 0;
    if (limit == 0) return 1;
    uint32_t *ca = sz_realloc(NULL, (a.n + 1) * sizeof *ca), *cb = sz_realloc(NULL, (b.n + 1) * sizeof *cb);
    size_t n_a = decode(a, ca), n_b = decode(b, cb);
    int answer = limit + 1;
    int *rows = NULL;
    if ((n_a > n_b ? n_a - n_b : n_b - n_a) > (size_t)limit) goto out;

    size_t width = n_b + 2;
    rows = sz_realloc(NULL, 3 * width * sizeof *rows);
    int *row[3] = {rows, rows + width, rows + 2 * width};
    for (size_t j = 0; j < 3 * width; j++) rows[j] = limit + 1;
    for (size_t j = 0; j <= n_b && j <= (size_t)limit; j++) row[0][j] = (int)j;
    int best = 0, best_before = 0;
    for (size_t i = 1; i <= n_a; i++) {
        int *oldest = row[2];
        row[2] = row[1], row[1] = row[0], row[0] = oldest;
        best_before = best;
        best = fill_row(ca, i, cb, n_b, limit, row);
        if (best > limit && best_before > limit) goto out; /* a swap reaches back two rows */
    }
    answer = least(row[0][n_b], limit + 1);
out:
    sz_free(rows);
    sz_free(cb);
    sz_free(ca);
    return answer;
}

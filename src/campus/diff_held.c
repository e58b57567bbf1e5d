/* SPDX-License-Identifier: Apache-2.0
 *
 * diff_held: cards or readers of two campuses, key by key. Where a row only has another end, what it says changes at
 * the earlier of the two ends; that is how cards are closed, and it must not roll a student back to his first day.
 */
#include "diff.h"

bool sz_diff_next_key(const struct held_table *old, const struct held_table *now, struct groups *g) {
    g->old_from = g->old_to;
    g->now_from = g->now_to;
    bool has_old = g->old_from < old->n, has_now = g->now_from < now->n;
    if (!has_old && !has_now) return false;
    int c = !has_old ? 1 : !has_now ? -1 : sz_str_cmp(old->v[g->old_from].key, now->v[g->now_from].key);
    if (c <= 0) g->old_to += old->v[g->old_from].n;
    if (c >= 0) g->now_to += now->v[g->now_from].n;
    return true;
}

/* Since when `row` is not in the other table's rows; `is_old`: the row is of the old one. */
static int64_t since_of(const struct pair *p, const struct held *row, bool is_old, const struct held *others,
                        uint32_t n, sz_same_value *same) {
    int64_t since = row->from_ms;
    for (uint32_t i = 0; i < n; i++) {
        const struct held *o = &others[i];
        if (o->from_ms != row->from_ms || !sz_str_eq(o->system, row->system)) continue;
        if (!same(p, is_old ? row->value : o->value, is_old ? o->value : row->value)) continue;
        if (o->to_ms == row->to_ms) return SZ_TIME_MAX;
        since = earlier(o->to_ms, row->to_ms);
    }
    return since;
}

int64_t sz_diff_held(const struct pair *p, const struct held_table *old, const struct held_table *now,
                     const struct groups *g, sz_same_value *same) {
    int64_t since = SZ_TIME_MAX;
    const struct held *a = old->n ? old->v + g->old_from : NULL, *b = now->n ? now->v + g->now_from : NULL;
    uint32_t n_a = g->old_to - g->old_from, n_b = g->now_to - g->now_from;
    for (uint32_t i = 0; i < n_a; i++) since = earlier(since, since_of(p, &a[i], true, b, n_b, same));
    for (uint32_t i = 0; i < n_b; i++) since = earlier(since, since_of(p, &b[i], false, a, n_a, same));
    return since;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Accumulators that know nothing before a certain day, since they are new to a state, or reach back further than they
 * did (semantics 5). What the log or older rows happen to hold of the time before is left out: how much that is depends
 * on when a student was last written, and nothing that is told may.
 */
#include "add.h"

/* The first day, night or pane of which all is known. from_ms is a midnight. */
static int32_t first_known(const sz_acc *a, const sz_zone *z, int64_t from_ms) {
    if (a->pane_ms) return (int32_t)((from_ms + a->pane_ms - 1) / a->pane_ms);
    return sz_zone_day(z, from_ms - 1) + 1;
}

/* A record of a session that began before counts nowhere, and those that follow it closely belong to it. */
static void pass_session(const adding *x, uint32_t i) {
    if (x->e->precision == SZ_PREC_DAY) return;
    session_head h = {.last_ms = x->e->time_ms};
    uint8_t *p = region_len(x->s, i) ? region_bytes(x->s, i) : region_resize(x->s, i, sizeof h);
    memcpy(p, &h, sizeof h);
}

void sz_fstate_add_since(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c, const sz_event *e,
                         const uint8_t *mask, sz_entry entry, const int64_t *from_ms) {
    sz_day_memo days[2] = {0};
    adding x = adding_of(s, fs, z, c, days, e, entry);
    for (uint32_t i = 0; i < fs->n_accs; i++) {
        const sz_acc *a = &fs->accs[i];
        if (!(mask[a->matcher >> 3] >> (a->matcher & 7) & 1)) continue;
        bool is_known = from_ms[i] == INT64_MIN || acc_index(a, z, e->time_ms) >= first_known(a, z, from_ms[i]);
        if (is_known) add_to(&x, i);
        else if (a->kind == SZ_ACC_SESSIONS) pass_session(&x, i);
    }
    if (e->type == SZ_TYPE_ATTENDANCE && fs->findable_days && is_counted(fs, mask)) add_findable(s, fs, e, mask);
}

/* ---- rows that were carried ---- */

/* Where the row begins in which the region's first known day is, or its end. */
static uint32_t known_distinct(const uint8_t *p, uint32_t n, int32_t first) {
    uint32_t k = 0;
    for (distinct_row r; k < n; k += (uint32_t)sizeof r) {
        memcpy(&r, p + k, sizeof r);
        if (r.at >= first) break;
    }
    return k;
}

static uint32_t known_row(const uint8_t *p, uint32_t n, uint32_t size, int32_t first) {
    uint32_t k = 0;
    for (int32_t at; k < n; k += size) {
        memcpy(&at, p + k, sizeof at);
        if (at >= first) break;
    }
    return k;
}

static uint32_t known_first(const uint8_t *p, uint32_t n, int32_t first) {
    uint32_t k = 0;
    for (int32_t at; k < n; k += 4 + sz_entry_len(p + k + 4)) {
        memcpy(&at, p + k, sizeof at);
        if (at >= first) break;
    }
    return k;
}

void forget_before(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, uint32_t i, int64_t from_ms) {
    const sz_acc *a = &fs->accs[i];
    uint32_t head = a->kind == SZ_ACC_SESSIONS ? (uint32_t)sizeof(session_head) : 0, n = region_len(s, i), k = 0;
    if (n <= head) return;
    uint8_t *p = region_bytes(s, i) + head;
    int32_t first = first_known(a, z, from_ms);
    n -= head;
    switch (a->kind) {
    case SZ_ACC_DAYS:
    case SZ_ACC_PANES:
    case SZ_ACC_SESSIONS: k = known_row(p, n, a->row_size, first); break;
    case SZ_ACC_TIMES: k = known_row(p, n, (uint32_t)sizeof(half_row), first); break;
    case SZ_ACC_DISTINCT: k = known_distinct(p, n, first); break;
    case SZ_ACC_FIRST: k = known_first(p, n, first); break;
    default: return; /* of one record only */
    }
    memmove(p, p + k, n - k);
    region_shorten(s, i, head + n - k);
}

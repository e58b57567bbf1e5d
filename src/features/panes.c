/* SPDX-License-Identifier: Apache-2.0 */
/* When may the next pane edge change an hour window? Where a pane that holds a record leaves it, and near the edges of
 * what was observable: while the pane that enters is like the one that leaves, edges pass and nothing happens. */
#include "window.h"

/* The pane that a record of the window stands in, of those the one that leaves first; INT32_MAX: it holds none. */
static int32_t first_pane(const sz_eval *ev, const sz_feature *f, const range *r) {
    const sz_acc *a = &ev->fs->accs[f->acc];
    const uint8_t *p = region_bytes(ev->state, f->acc);
    uint32_t n = region_len(ev->state, f->acc), k = a->kind == SZ_ACC_SESSIONS ? (uint32_t)sizeof(session_head) : 0;
    if (a->kind == SZ_ACC_LAST) {
        int32_t at = n ? (int32_t)(sz_entry_time(p) / f->window.pane_ms) : INT32_MIN;
        return at >= r->from ? at : INT32_MAX;
    }
    while (k < n) {
        const distinct_row *pair = (const distinct_row *)(const void *)(p + k);
        int32_t at;
        if (a->kind == SZ_ACC_DISTINCT) at = pair->at;
        else memcpy(&at, p + k, sizeof at);
        if (at >= r->from) return at;
        if (a->kind == SZ_ACC_FIRST) k += 4 + sz_entry_len(p + k + 4);
        else k += a->kind == SZ_ACC_DISTINCT ? (uint32_t)sizeof *pair : a->row_size;
    }
    return INT32_MAX;
}

/* What was observable changes at t: the edges from the one before on, until the pane of t has left. */
static void near_change(int64_t *next, const sz_eval *ev, const sz_window *w, int64_t t_ms) {
    int64_t pane = w->pane_ms, edge = (ev->t_ms / pane + 1) * pane, at = t_ms / pane;
    if (t_ms == SZ_TIME_MAX || (at + w->n_panes + 1) * pane < edge) return;
    if (at * pane > edge) edge = at * pane;
    if (edge < *next) *next = edge;
}

static void near_silence(int64_t *next, const sz_eval *ev, const sz_feature *f, const sz_down *d) {
    if (!(d->types & f->types)) return;
    near_change(next, ev, &f->window, d->from_ms);
    near_change(next, ev, &f->window, d->to_ms);
    /* a pane that has just begun cannot have been silent for half of itself: of a window of one it is all */
    if (f->window.n_panes == 1 && d->from_ms <= ev->t_ms && d->to_ms > ev->t_ms)
        near_change(next, ev, &f->window, ev->t_ms);
}

int64_t panes_next(sz_eval *ev, const sz_feature *f) {
    const sz_window *w = &f->window;
    int64_t next = SZ_TIME_MAX;
    range r;
    if (!window_range(ev, w, &r)) return next;
    int32_t first = first_pane(ev, f, &r);
    if (first != INT32_MAX) next = ((int64_t)first + w->n_panes) * w->pane_ms;
    near_change(&next, ev, w, observed_since(ev, f));
    for (uint32_t i = 0; i < ev->facts->n_downs; i++) near_silence(&next, ev, f, &ev->facts->downs[i]);
    for (uint32_t i = 0; ev->use_leaves && i < ev->info->leave_to - ev->info->leave_from; i++) {
        const sz_leave *l = sz_campus_leave(ev->facts->campus, ev->info->leave_from + i);
        near_change(&next, ev, w, l->from_ms);
        near_change(&next, ev, w, l->to_ms);
    }
    return next;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What one student says when a table of peers is made (semantics 22): of the records up to that instant. Where later
 * ones came already that could say something else, they are left out, undo records among them.
 */
#include "internal.h"

bool sz_timeline_has_since(const sz_timeline *tl, int64_t t_ms) {
    return tl->n_log && sz_entry_time(tl->log.p + tl->last_off) >= t_ms;
}

/* Is he asked, by the window of the last that was looked at? Most tables are of few windows. */
typedef struct asked {
    int32_t days;
    bool is_asked;
} asked;

static void find_out(run *x, int32_t day, sz_peer_ask *a, asked *last) {
    const sz_feature *f = &x->c->bundle->fs.features[a->feature];
    if (last->days != f->window.days) *last = (asked){f->window.days, sz_peers_asks(&x->ev, f, day)};
    a->is_found = true;
    a->is_asked = last->is_asked;
    if (!a->is_asked) return;
    sz_xval v = sz_peers_value(&x->ev, f, day);
    a->is_known = v.know == SZ_KNOWN;
    a->value = v.num;
}

/* Is there an undo record behind that place in the log? */
static bool has_undo_since(const sz_timeline *tl, const sz_tlctx *c, uint32_t off) {
    if (!tl->n_undos) return false;
    for (; off < tl->log.n; off += sz_entry_len(tl->log.p + off))
        if (sz_entry_is_undo(tl->log.p + off, mask_bytes(c))) return true;
    return false;
}

/* What is compared are numbers of whole days before that of the table (feature_peers.c in rules), which records of that
 * day and the next do not touch, unless they take something out; and rows of those days are kept until the next one is
 * over. So the head says it, although it has later records. */
static bool head_says_it(const sz_timeline *tl, const sz_tlctx *c, int64_t at_ms, int32_t day) {
    if (tl->redo_ms != SZ_TIME_MAX || tl->head_off < tl->log.n) return false;
    if (sz_timeline_has_since(tl, sz_zone_midnight(c->zone, day + 1))) return false;
    return !has_undo_since(tl, c, log_lower(tl, at_ms + 1));
}

/* Records that wait are asked about only if they are of a day before. */
static void catch_up_to(sz_timeline *tl, sz_tlctx *c, int32_t day) {
    bool is_of_before =
        tl->added_off != tl->head_off && sz_entry_time(tl->log.p + tl->added_off) < sz_zone_midnight(c->zone, day);
    if (is_of_before) state_catch_up(tl, c);
}

#ifndef NDEBUG
/* The same of a head that is made from the tail, without what came later. */
static void find_out_again(run *x, int64_t at_ms, int32_t day, const sz_peer_ask *a) {
    sz_peer_ask again = *a;
    asked none = {0};
    state_rebuild(x, &x->c->folded, log_lower(x->tl, at_ms + 1));
    x->ev.state = &x->c->folded;
    find_out(x, day, &again, &none);
    x->ev.state = &x->tl->head;
    bool is_same = again.is_asked == a->is_asked && (!a->is_asked || again.is_known == a->is_known);
    if (!is_same || (a->is_asked && a->is_known && again.value != a->value)) __builtin_trap();
}
#endif

/* Those that are compared by place, among those of the roster that have theirs in common: mostly all by one place of
 * one group. */
static void put_at_places(run *x, int64_t at_ms, int32_t day, sz_peer_ask *v, uint32_t n) {
    uint32_t matcher = SZ_NONE, end = 0;
    uint64_t place = 0, of = 0, group = 0;
    for (uint32_t i = 0; i < n; i++) {
        const sz_feature *f = &x->c->bundle->fs.features[v[i].feature];
        if (!v[i].group || !(f->by & SZ_PEERS_BY_PLACE)) continue;
        if (matcher == SZ_NONE) end = log_lower(x->tl, at_ms + 1);
        if (matcher != f->matcher) place = usual_place(x, f, day, end), of = 0;
        if (of != v[i].group) of = v[i].group, group = sz_peers_group_at(of, place);
        matcher = f->matcher;
        v[i].group = group;
    }
}

void sz_timeline_peers(const sz_timeline *tl, sz_tlctx *c, int64_t at_ms, int32_t day, sz_peer_ask *v, uint32_t n) {
    run x;
    bool is_ahead = sz_timeline_has_since(tl, at_ms + 1), by_head = !is_ahead || head_says_it(tl, c, at_ms, day);
    run_init(&x, (sz_timeline *)(uintptr_t)tl, c, NULL);
    run_at(&x, at_ms);
    if (by_head) {
        catch_up_to(x.tl, c, day);
    } else {
        state_as_of(&x, &c->folded, at_ms + 1);
        x.ev.state = &c->folded;
    }
    put_at_places(&x, at_ms, day, v, n);
    asked last = {0}; /* no window has no days */
    for (uint32_t i = 0; i < n; i++) {
        sz_peer_ask *first = &v[v[i].same];
        if (!v[i].group) continue;
        if (!first->is_found) {
            find_out(&x, day, first, &last);
#ifndef NDEBUG
            if (by_head && !tl->n_undos) find_out_again(&x, at_ms, day, first);
#endif
        }
        v[i].is_asked = first->is_asked, v[i].is_known = first->is_known, v[i].value = first->value;
    }
}

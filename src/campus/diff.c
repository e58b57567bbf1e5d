/* SPDX-License-Identifier: Apache-2.0
 *
 * diff: students whose past may have been seen otherwise. One pass over both rosters in the order of ids.
 */
#include "diff.h"

/* Both rosters by rank, and since when each student differs. Who is in both is noted with the new one. */
struct diff {
    struct pair p;
    uint32_t *old_order, *now_order;
    int64_t *old_since, *now_since;
    uint32_t *now_of; /* of an old student: his index in the new campus, or SZ_NONE */
};

static uint32_t *order_of(const sz_campus *c) {
    uint32_t *order = sz_alloc(((size_t)c->n_students + 1) * sizeof *order);
    for (uint32_t i = 0; i < c->n_students; i++) order[c->students[i].rank] = i;
    return order;
}

static int64_t *no_since(uint32_t n) {
    int64_t *since = sz_alloc(((size_t)n + 1) * sizeof *since);
    for (uint32_t i = 0; i < n; i++) since[i] = SZ_TIME_MAX;
    return since;
}

static void diff_init(struct diff *d, const sz_campus *old, const sz_campus *now) {
    d->p = (struct pair){old, now};
    d->old_order = order_of(old);
    d->now_order = order_of(now);
    d->old_since = no_since(old->n_students);
    d->now_since = no_since(now->n_students);
    d->now_of = sz_alloc(((size_t)old->n_students + 1) * sizeof *d->now_of);
    uint32_t k = 0;
    for (uint32_t r = 0; r < old->n_students; r++) {
        uint32_t i = d->old_order[r];
        int c = -1;
        while (k < now->n_students && (c = sz_str_cmp(now->students[d->now_order[k]].id, old->students[i].id)) < 0) k++;
        d->now_of[i] = k < now->n_students && c == 0 ? d->now_order[k] : SZ_NONE;
    }
}

static void diff_fini(struct diff *d) {
    sz_free(d->old_order);
    sz_free(d->now_order);
    sz_free(d->old_since);
    sz_free(d->now_since);
    sz_free(d->now_of);
}

static void note_now(struct diff *d, uint32_t student, int64_t since) {
    d->now_since[student] = earlier(d->now_since[student], since);
}

static void note_old(struct diff *d, uint32_t student, int64_t since) {
    if (d->now_of[student] != SZ_NONE) note_now(d, d->now_of[student], since);
    else d->old_since[student] = earlier(d->old_since[student], since);
}

/* ---- roster: all that rules can ask for; a name is not ---- */

static bool same_row(const sz_student *a, const sz_student *b) {
    if (a->status != b->status || a->entry_year != b->entry_year || a->years != b->years ||
        a->enrolled_day != b->enrolled_day || a->n_tags != b->n_tags)
        return false;
    for (uint32_t i = 0; i < a->n_tags; i++) /* ordered */
        if (!sz_str_eq(a->tags[i], b->tags[i])) return false;
    return sz_str_eq(a->gender, b->gender) && sz_str_eq(a->college, b->college) && sz_str_eq(a->school, b->school) &&
           sz_str_eq(a->major, b->major) && sz_str_eq(a->klass, b->klass) && sz_str_eq(a->dorm, b->dorm) &&
           sz_str_eq(a->building, b->building) && sz_str_eq(a->residence, b->residence);
}

static void diff_roster(struct diff *d) {
    bool *was_there = sz_alloc((size_t)d->p.now->n_students + 1);
    for (uint32_t i = 0; i < d->p.old->n_students; i++) {
        uint32_t k = d->now_of[i];
        if (k != SZ_NONE) was_there[k] = true;
        if (k == SZ_NONE || !same_row(&d->p.old->students[i], &d->p.now->students[k])) note_old(d, i, INT64_MIN);
    }
    for (uint32_t k = 0; k < d->p.now->n_students; k++)
        if (!was_there[k]) note_now(d, k, INT64_MIN);
    sz_free(was_there);
}

/* ---- leaves ---- */

/* But for their ends. */
static bool begin_alike(const sz_leave *a, const sz_leave *b) {
    return a->from_ms == b->from_ms && a->is_days == b->is_days && a->recorded_ms == b->recorded_ms &&
           sz_str_eq(a->kind, b->kind);
}

/* Midnight of the day of t: whether that day was observable may depend on all of it. */
static int64_t day_start(const sz_campus *c, int64_t t_ms) {
    return sz_zone_midnight(&c->zone, sz_zone_day(&c->zone, t_ms));
}

/* Since when the student's leaves in the other campus lack it; where only its end differs, the earlier of the ends. */
static int64_t leave_since(const sz_campus *c, const sz_leave *leave, const sz_campus *other, const sz_student *s) {
    int64_t since = leave->from_ms;
    for (uint32_t i = s->leave_from; i < s->leave_to; i++) {
        const sz_leave *o = &other->leaves[i];
        if (!begin_alike(o, leave)) continue;
        if (o->to_ms == leave->to_ms) return SZ_TIME_MAX;
        since = earlier(o->to_ms, leave->to_ms) - 1;
    }
    return day_start(c, since);
}

/* The earliest of x's leaves that y does not have. */
static int64_t leaves_since(const sz_campus *c, const sz_student *x, const sz_campus *other, const sz_student *y) {
    int64_t since = SZ_TIME_MAX;
    for (uint32_t i = x->leave_from; i < x->leave_to; i++)
        since = earlier(since, leave_since(c, &c->leaves[i], other, y));
    return since;
}

static void diff_leaves(struct diff *d) {
    const sz_campus *old = d->p.old, *now = d->p.now;
    for (uint32_t i = 0; i < old->n_students; i++) {
        uint32_t k = d->now_of[i];
        if (k == SZ_NONE) continue; /* noted from the beginning */
        const sz_student *a = &old->students[i], *b = &now->students[k];
        if (a->leave_from == a->leave_to && b->leave_from == b->leave_to) continue;
        note_now(d, k, earlier(leaves_since(old, a, now, b), leaves_since(now, b, old, a)));
    }
}

/* ---- cards ---- */

static bool same_holder(const struct pair *p, uint32_t old_value, uint32_t now_value) {
    return sz_str_eq(p->old->students[old_value].id, p->now->students[now_value].id);
}

/* Whoever holds a card of that number since then, in any system: it may have been found under another one. */
static void diff_cards(struct diff *d) {
    const struct held_table *old = &d->p.old->cards, *now = &d->p.now->cards;
    struct groups g = {0, 0, 0, 0};
    while (sz_diff_next_key(old, now, &g)) {
        int64_t since = sz_diff_held(&d->p, old, now, &g, same_holder);
        if (since == SZ_TIME_MAX) continue;
        for (uint32_t i = g.old_from; i < g.old_to; i++)
            if (old->v[i].to_ms > since) note_old(d, old->v[i].value, since);
        for (uint32_t i = g.now_from; i < g.now_to; i++)
            if (now->v[i].to_ms > since) note_now(d, now->v[i].value, since);
    }
}

void sz_campus_diff(const sz_campus *old, const sz_campus *now,
                    void (*add)(void *ctx, sz_str student, int64_t since_ms), void *ctx) {
    struct diff d;
    diff_init(&d, old, now);
    int64_t all = sz_diff_shared(&d.p);
    if (all != SZ_TIME_MAX) add(ctx, (sz_str){"", 0}, all);
    if (all != INT64_MIN) {
        diff_roster(&d);
        diff_leaves(&d);
        diff_cards(&d);
    }
    for (uint32_t i = 0, k = 0; i < old->n_students || k < now->n_students;) {
        const sz_student *a = i < old->n_students ? &old->students[d.old_order[i]] : NULL;
        const sz_student *b = k < now->n_students ? &now->students[d.now_order[k]] : NULL;
        int c = !a ? 1 : !b ? -1 : sz_str_cmp(a->id, b->id);
        int64_t since = c < 0 ? d.old_since[d.old_order[i]] : d.now_since[d.now_order[k]];
        if (since < all) add(ctx, c < 0 ? a->id : b->id, since);
        i += c <= 0;
        k += c >= 0;
    }
    diff_fini(&d);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What rules that are gone or switched off had open is over at the switch, why: rule_removed, and stories are written
 * without it. What another campus changes, of its calendar, his row of the roster or his leaves, is found out when it
 * is his turn. A rule may have been open for thousands. So who has such a story is owed: a commit says it of some, by
 * id, each with what of his is over, and nothing else is done before all was said (docs/adr/0025). In the store whoever
 * is owed still stands in the older form with all that he had open: a worker that is cut off in between finds him.
 */
#include "worker.h"

enum { ALERTS_A_COMMIT = 1000 };

struct ended { /* an episode, taken out of the story */
    struct ended *next;
    sz_str rule;
    off_rule off;
    sz_episode e;
};

static void grow(sz_worker *w, uint32_t i) {
    owed *o = &w->owed;
    if (i < o->cap) return;
    o->of = sz_realloc(o->of, w->students.cap * sizeof *o->of);
    memset(o->of + o->cap, 0, (w->students.cap - o->cap) * sizeof *o->of);
    o->cap = w->students.cap;
}

void ended_fini(sz_worker *w) {
    owed *o = &w->owed;
    for (uint32_t i = 0; i < o->cap; i++)
        for (struct ended *x = o->of[i].first, *next; x; x = next) {
            next = x->next;
            for (uint32_t k = 0; k < x->e.n_anns; k++) {
                sz_free((void *)(uintptr_t)x->e.anns[k].why.p);
                sz_free((void *)(uintptr_t)x->e.anns[k].body.p);
            }
            sz_free(x->e.anns);
            sz_free(x);
        }
    sz_free(o->of);
    sz_free(o->order);
    *o = (owed){0};
}

void ended_add(sz_worker *w, uint32_t i, sz_str rule, off_rule off, sz_episode *e) {
    grow(w, i);
    struct ended *x = sz_alloc(sizeof *x);
    *x = (struct ended){.rule = rule, .off = off, .e = *e};
    e->anns = NULL;
    e->n_anns = 0;
    struct ended **at = &w->owed.of[i].first;
    while (*at) at = &(*at)->next;
    *at = x;
}

void ended_owe(sz_worker *w, uint32_t i) {
    grow(w, i);
    w->owed.n += !w->owed.of[i].is_owed;
    w->owed.of[i].is_owed = true;
}

void ended_owe_campus(sz_worker *w, uint32_t i, const char *what) {
    ended_owe(w, i);
    if (!w->owed.of[i].campus) w->owed.of[i].campus = what;
    w->owed.has_campus = true;
}

void ended_owe_leaves(sz_worker *w, uint32_t i) {
    ended_owe(w, i);
    w->owed.of[i].has_leaves = w->owed.has_campus = true;
}

static int by_id(const void *pa, const void *pb, void *ctx) {
    const sz_worker *w = ctx;
    return sz_str_cmp(student_id(w, *(const uint32_t *)pa), student_id(w, *(const uint32_t *)pb));
}

void ended_order(sz_worker *w) {
    owed *o = &w->owed;
    if (!o->n) return;
    o->order = sz_realloc(o->order, o->n * sizeof *o->order);
    o->n_order = o->at = 0;
    for (uint32_t i = 0; i < o->cap; i++)
        if (o->of[i].is_owed) o->order[o->n_order++] = i;
    sz_sort(o->order, o->n_order, sizeof *o->order, by_id, w);
}

/* While they are gathered nothing can be said yet. */
bool ended_is_owed(const sz_worker *w) { return w->owed.order && w->owed.n; }

bool campus_is_owed(const sz_worker *w) { return ended_is_owed(w) && w->owed.has_campus; }

static int64_t end_of_rule(const sz_worker *w) {
    return w->clocks.wmax_ms == SZ_TIME_NONE ? w->clocks.begin_ms : w->clocks.wmax_ms;
}

static void set_version(sz_rule *r, sz_str version) {
    if (!version.n || version.n >= sizeof r->rule_version) return;
    memcpy(r->rule_version, version.p, version.n);
    r->rule_version[version.n] = 0;
}

/* The rule as it was when it ended: gone, of which nothing is left but its name and version, or switched off in a rule
 * set between, though it may be on again. */
static sz_rule as_it_ended(const sz_worker *w, const struct ended *x) {
    if (x->off.number == SZ_NONE) {
        sz_rule r = {.id = x->rule, .rule_version = "removed"};
        set_version(&r, x->off.by);
        return r;
    }
    sz_rule r = w->bundle->rules[x->off.number];
    set_version(&r, x->off.version);
    return r;
}

static void tell(sz_worker *w, uint32_t i) {
    owed_student *s = &w->owed.of[i];
    if (!s->is_owed) return;
    for (struct ended *x = s->first; x; x = x->next) {
        sz_rule r = as_it_ended(w, x);
        r.mode = x->off.told;
        sz_timeline_rule_ended(w->students.v[i], &w->tc, &r, &x->e, end_of_rule(w));
    }
    if (s->has_leaves) leaves_tell(w, i);
    if (s->campus) {
        sz_cause cause = {.t_ms = w->clocks.wmax_ms, .what = sz_str_of(s->campus)};
        student_facts(w, i, INT64_MIN / 8, &cause);
        s->campus = NULL;
    }
    s->is_owed = s->has_leaves = false;
    w->owed.n--;
    journal_touch(w, i);
}

void ended_tell(sz_worker *w, uint32_t most) {
    owed *o = &w->owed;
    if (!ended_is_owed(w)) return;
    for (uint32_t k = 0; k < w->n_touched; k++) /* his story is said with all that is over */
        if (w->touched[k] < o->cap) tell(w, w->touched[k]);
    uint32_t left = most > w->n_touched ? most - w->n_touched : 0;
    for (; left && o->at < o->n_order && w->alerts.n + w->tc.n_alerts < ALERTS_A_COMMIT; o->at++, left--)
        tell(w, o->order[o->at]);
    alerts_flush(w);
    sz_arena_reset(&w->step);
    if (!o->n) ended_fini(w);
}

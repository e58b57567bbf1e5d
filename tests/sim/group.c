/* SPDX-License-Identifier: Apache-2.0 */
#include "group.h"

#include "host.h"

enum { PATIENCE_MS = 10000 };

static int32_t somebody(world *w, rng *r) {
    uint32_t up[MOST_HOSTS], n = 0;
    for (uint32_t h = 0; h < w->s.hosts; h++)
        if (w->hosts[h].is_up && !w->hosts[h].is_draining) up[n++] = h;
    return n ? (int32_t)up[rng_below(r, n)] : -1;
}

static void lose_patience(world *w, const event *e);

static void hand_over(world *w, uint32_t part) {
    group *g = &w->group;
    int32_t to = g->next[part];
    g->round[part]++;
    if (to < 0 || !w->hosts[to].is_up || w->hosts[to].is_draining) to = somebody(w, &w->latency);
    g->owner[part] = to;
    g->next[part] = -1;
    note(w, "group: p%u is h%d's", part, to);
    if (to >= 0) host_assign(w, (uint32_t)to, part);
    else at(w, w->now + 1000, lose_patience, NULL, part, (int64_t)g->round[part]);
}

static void lose_patience(world *w, const event *e) {
    uint32_t part = (uint32_t)e->a;
    if (w->group.round[part] == (uint64_t)e->b) hand_over(w, part);
}

void group_given_up(world *w, uint32_t part, uint64_t round) {
    if (w->group.round[part] == round) hand_over(w, part);
}

/* Take it from its owner, in one of the ways that happen, and give it to another (or, eager, perhaps the same). */
static void move(world *w, uint32_t part, int32_t to) {
    group *g = &w->group;
    int32_t from = g->owner[part];
    uint64_t round = ++g->round[part];
    g->next[part] = to;
    bool is_there = from >= 0 && w->hosts[from].is_up;
    if (!is_there) {
        at(w, w->now + delay(w), lose_patience, NULL, part, (int64_t)round);
    } else if (from != to && strikes(w, F_REVOKE_NEVER)) {
        note(w, "group: p%u is taken from h%d, who never hears", part, from);
        at(w, w->now + rng_around(rng_for(w, F_REVOKE_NEVER), 1000), lose_patience, NULL, part, (int64_t)round);
    } else if (from != to && strikes(w, F_REVOKE_LATE)) {
        note(w, "group: p%u is taken from h%d, who hears late", part, from);
        rng *r = rng_for(w, F_REVOKE_LATE);
        at(w, w->now + delay(w), lose_patience, NULL, part, (int64_t)round);
        host_revoke(w, (uint32_t)from, part, w->now + rng_around(r, 3000), round, true);
    } else {
        host_revoke(w, (uint32_t)from, part, w->now + delay(w), round, false);
        at(w, w->now + PATIENCE_MS, lose_patience, NULL, part, (int64_t)round);
    }
}

static void rebalance(world *w, rng *r) {
    bool is_cooperative = strikes(w, F_COOPERATIVE);
    note(w, "group: rebalance%s", is_cooperative ? ", cooperative" : "");
    for (uint32_t p = 0; p < w->s.parts; p++) {
        int32_t to = somebody(w, r);
        if (to == w->group.owner[p] && is_cooperative) continue;
        move(w, p, to);
    }
}

static void moved_by_chance(world *w, const event *e) {
    if (w->is_quiet) return;
    rng *r = rng_for(w, F_REBALANCE);
    w->n_by_fault[F_REBALANCE]++;
    rebalance(w, r);
    at(w, w->now + rng_until(r, (int64_t)w->s.rate[F_REBALANCE]), moved_by_chance, NULL, e->a, 0);
}

static void share(world *w) {
    for (uint32_t p = 0; p < w->s.parts; p++) {
        int32_t from = w->group.owner[p];
        if (from < 0 || !w->hosts[from].is_up || rng_chance(&w->latency, 0.3)) {
            int32_t to = somebody(w, &w->latency);
            if (to != from || from < 0) move(w, p, to);
        }
    }
}

void group_joined(world *w, uint32_t h) {
    (void)h;
    share(w);
}

static void session_over(world *w, const event *e) {
    uint32_t h = (uint32_t)e->a;
    for (uint32_t p = 0; p < w->s.parts; p++)
        if (w->group.owner[p] == (int32_t)h && (w->hosts[h].life != (uint64_t)e->b || !w->hosts[h].is_up))
            move(w, p, somebody(w, &w->latency));
}

void group_left(world *w, uint32_t h) {
    at(w, w->now + rng_between(&w->latency, 100, 8000), session_over, NULL, h, (int64_t)w->hosts[h].life);
}

static void taken(world *w, const event *e) {
    uint32_t p = (uint32_t)e->a;
    int32_t from = w->group.owner[p], to = somebody(w, &w->latency);
    if (w->group.round[p] != (uint64_t)e->b || from < 0 || w->now >= w->hosts[from].paused_until_ms || to == from)
        return;
    w->group.next[p] = to;
    uint64_t round = ++w->group.round[p];
    host_revoke(w, (uint32_t)from, p, w->now, round, true); /* it hears when it goes on */
    hand_over(w, p);
}

void group_take(world *w, uint32_t part) { at(w, w->now + 6000, taken, NULL, part, (int64_t)w->group.round[part]); }

void group_start(world *w) {
    for (uint32_t p = 0; p < MOST_PARTS; p++) w->group.owner[p] = w->group.next[p] = -1;
    share(w);
    if (exists(w, F_REBALANCE))
        at(w, rng_until(rng_for(w, F_REBALANCE), (int64_t)w->s.rate[F_REBALANCE]), moved_by_chance, NULL, 0, 0);
}

/* Whoever was never told hears now. */
void group_heal(world *w) {
    for (uint32_t h = 0; h < w->s.hosts; h++)
        for (uint32_t p = 0; p < w->s.parts; p++)
            if (w->group.owner[p] != (int32_t)h && w->hosts[h].seats[p].w)
                host_revoke(w, h, p, w->now, w->group.round[p], true);
    share(w);
}

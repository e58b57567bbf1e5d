/* SPDX-License-Identifier: Apache-2.0
 *
 * When must a student be looked at next, if no record comes (semantics 11)? At midnights and noons, at the edges of
 * leaves, permits and feeds, where a pane may change an hour window, when a growing value reaches a threshold, when
 * `for` or again_after is over, and at checks. Looking more often than needed changes nothing, so every answer may be
 * too early, never too late.
 */
#include "internal.h"

static void earlier(int64_t *best, int64_t t, int64_t after) {
    if (t > after && t < *best) *best = t;
}

static void leave_edges(run *x, int64_t after, int64_t *best) {
    const sz_student *s = x->ev.info;
    if (!s) return;
    for (uint32_t i = s->leave_from; i < s->leave_to; i++) {
        const sz_leave *l = sz_campus_leave(x->c->facts->campus, i);
        int64_t from, to;
        sz_leave_span(x->c->facts->campus, l, &from, &to);
        earlier(best, l->from_ms, after);
        earlier(best, l->to_ms, after);
        earlier(best, from, after);
        earlier(best, to, after);
    }
}

/* The instant at which a day, night or pane, of which this outage takes a part, has been dark for more than half. */
static int64_t dark_after(const sz_facts *f, uint64_t types, int64_t unit_ms, int64_t len_ms, int64_t down_from_ms) {
    int64_t from = down_from_ms > unit_ms ? down_from_ms : unit_ms;
    int64_t before = sz_facts_down_ms(f, types, unit_ms, from);
    return before > len_ms / 2 ? SZ_TIME_MAX : from + (len_ms / 2 - before) + 1;
}

/* A day or a night, for each set of types that some feature counts. */
static void unit_darkens(run *x, const sz_down *d, int64_t from, int64_t to, int64_t after, int64_t *best) {
    const sz_featureset *fs = &x->c->bundle->fs;
    if (d->from_ms >= to || d->to_ms <= from) return;
    for (uint32_t k = 0; k < fs->n_type_sets; k++)
        if (fs->type_sets[k] & d->types)
            earlier(best, dark_after(x->c->facts, fs->type_sets[k], from, to - from, d->from_ms), after);
}

/* Those that run, and the next: later ones are found from there. */
static void days_darken(run *x, const sz_down *d, int64_t after, int64_t *best) {
    const sz_zone *z = x->c->zone;
    int32_t day = sz_zone_day(z, after > d->from_ms ? after : d->from_ms);
    int64_t midnight = sz_zone_midnight(z, day), noon = sz_zone_noon(z, day - 1);
    for (int32_t k = 0; k <= 2; k++) {
        int64_t next_midnight = sz_zone_midnight(z, day + k + 1), next_noon = sz_zone_noon(z, day + k);
        if (k < 2) unit_darkens(x, d, midnight, next_midnight, after, best);
        unit_darkens(x, d, noon, next_noon, after, best);
        midnight = next_midnight;
        noon = next_noon;
    }
}

static inline bool is_near(const sz_down *d, int64_t after) {
    return d->to_ms > after && d->from_ms <= after + SZ_DAY_MS;
}

/* Begin and end of a feed's silence, and the instant at which a day (a night) has been dark for more than half, whether
 * in one outage or in several. A streak may fall there, a point's clause become unknown, which adds nothing from there
 * on, and so may a resolve_when, which keeps from opening no longer. Everything else holds on unknown. */
static void feed_edges(run *x, int64_t after, int64_t *best) {
    const sz_facts *f = x->c->facts;
    if (!f->n_downs) return;
    earlier(best, sz_facts_next_edge(f, ~UINT64_C(0), after), after);
    for (uint32_t i = 0; i < f->n_downs; i++)
        if (is_near(&f->downs[i], after)) days_darken(x, &f->downs[i], after, best);
}

/* The same of panes, of a rule in which it matters, to the millisecond. */
static void panes_darken(run *x, const sz_rule *r, int64_t after, int64_t *best) {
    const sz_facts *f = x->c->facts;
    for (uint32_t i = 0; i < f->n_downs; i++) {
        const sz_down *d = &f->downs[i];
        for (uint32_t k = 0; is_near(d, after) && k < r->n_features; k++) {
            const sz_feature *feature = &x->ev.fs->features[r->features[k]];
            int64_t pane = feature->window.pane_ms;
            if (feature->window.kind != SZ_W_HOURS || !(feature->types & d->types)) continue;
            int64_t first = (after > d->from_ms ? after : d->from_ms) / pane * pane;
            for (int64_t at = first; at <= first + pane; at += pane)
                earlier(best, dark_after(f, feature->types, at, pane, d->from_ms), after);
        }
    }
}

/* A growing value reaches what it is compared with: at the instant for >= and <, a millisecond later for > and <=. */
static void crossing(run *x, uint32_t slot, const sz_xval *with, int64_t after, int64_t *best) {
    if (with->know != SZ_KNOWN) return;
    int64_t t = sz_growing_reaches(&x->ev, slot, with->num);
    if (t == SZ_TIME_MAX) {
        earlier(best, sz_zone_midnight(x->c->zone, sz_zone_day(x->c->zone, after) + 1), after);
        return;
    }
    earlier(best, t, after);
    earlier(best, t + 1, after);
}

static void clause_crossings(run *x, const sz_prog *p, int64_t after, int64_t *best) {
    if (!p || !sz_prog_grows(p)) return;
    uint32_t n;
    const sz_clause *c = sz_prog_clauses(p, &n);
    sz_loader l = sz_eval_loader(&x->ev);
    for (uint32_t i = 0; i < n; i++) {
        if (c[i].lhs_grows && c[i].rhs != UINT32_MAX) {
            sz_xval v = sz_prog_run_at(p, c[i].rhs, &l);
            crossing(x, c[i].lhs_slot, &v, after, best);
        }
        if (c[i].rhs_grows && c[i].lhs != UINT32_MAX) {
            sz_xval v = sz_prog_run_at(p, c[i].lhs, &l);
            crossing(x, c[i].rhs_slot, &v, after, best);
        }
    }
}

/* Inside a pause nothing can be foreseen; pauses end at midnight, or where a leave does. */
static void growing_midnight(run *x, int64_t after, int64_t *best) {
    earlier(best, sz_zone_midnight(x->c->zone, sz_zone_day(x->c->zone, after) + 1), after);
}

static void step_crossings(run *x, const sz_rule *r, int64_t after, int64_t *best) {
    if (!r->value || !sz_prog_grows(r->value)) return;
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(r->value, &n);
    sz_loader l = sz_eval_loader(&x->ev);
    for (uint32_t k = 0; k < n; k++) {
        int64_t base;
        if (SZ_SLOT_SPACE(slots[k]) != SZ_SPACE_FEATURE) continue;
        if (!sz_growing_base(&x->ev, slots[k], &base)) {
            growing_midnight(x, after, best);
            continue;
        }
        for (uint32_t i = 0; i < r->n_steps; i++) {
            sz_xval v = {.type = SZ_X_DURATION, .know = SZ_KNOWN, .num = r->steps[i].value};
            if (r->steps[i].param != SZ_NONE) l.load(l.ctx, SZ_SLOT(SZ_SPACE_PARAM, 0, r->steps[i].param), &v);
            if (v.know != SZ_KNOWN) continue;
            int64_t t = sz_growing_at(&x->ev, slots[k], base, v.num);
            if (t == SZ_TIME_MAX) continue;
            earlier(best, t, after);
            earlier(best, t + 1, after);
        }
    }
}

int64_t due_of_rule(run *x, uint32_t rule, int64_t after) {
    const sz_rule *r = &x->c->bundle->rules[rule];
    int64_t best = KEY_NEVER;
    if (r->mode == SZ_DISABLED) return best;
    if (r->n_sequence) {
        earlier(&best, sequence_due(x, r, after), after);
        return best;
    }
    if (r->is_instant) return best;
    const sz_episode *last = story_last(x->tl, rule);
    bool is_open = last && episode_is_open(last);
    if (r->check.kind != SZ_CHECK_NONE && !is_open && !r->for_ms) return best; /* it opens at its checks only */
    sz_rule_scope(&x->ev, r);
    if (r->has_growing) {
        step_crossings(x, r, after, &best);
        clause_crossings(x, r->when, after, &best);
        for (uint32_t i = 0; i < r->n_points; i++) clause_crossings(x, r->points[i].when, after, &best);
        /* what ends an episode, or keeps one from opening, matters while there is one or could be */
        if (is_open || r->for_ms || x->tl->blocked_unknown >> x->c->rule_class[rule] & 1 || is_blocked(x->tl, rule)) {
            clause_crossings(x, r->who, after, &best);
            clause_crossings(x, r->resolve_when, after, &best);
        }
    }
    if ((r->n_points || r->resolve_when) && x->c->facts->n_downs) panes_darken(x, r, after, &best);
    if (x->c->rule_look[rule] & SZ_LOOK_PANES) earlier(&best, sz_panes_next(&x->ev, r->features, r->n_features), after);
    if (r->for_ms && !is_open) {
        int64_t since = pend_since(x->tl, rule);
        if (since != SZ_TIME_NONE) earlier(&best, since + r->for_ms, after);
    }
    if (last && !is_open) earlier(&best, last->anns[last->n_anns - 1].at_ms + r->again_after_ms, after);
    return best;
}

/* The next check of any rule of the class after that time, and whose it is. */
static sz_check_round *find_round(const sz_tlctx *c, uint32_t cls, int64_t after) {
    sz_check_rounds *m = &c->rounds[cls];
    sz_check_round *r = &m->v[m->next++ % SZ_CHECK_ROUNDS];
    r->from_ms = after;
    r->at_ms = KEY_NEVER;
    r->n = 0;
    for (uint32_t i = 0; i < c->n_check_rules[cls]; i++) {
        uint32_t rule = c->check_rules[cls][i];
        const sz_calendar *k = sz_campus_calendar(c->facts->campus);
        int64_t at = sz_check_next(&c->bundle->rules[rule].check, k, c->zone, after);
        if (at <= after || at > r->at_ms || at == KEY_NEVER) continue;
        if (at < r->at_ms) r->n = 0;
        r->at_ms = at;
        r->rules[r->n++] = rule;
    }
    return r;
}

static int64_t due_checks(const sz_tlctx *c, uint32_t cls, int64_t after) {
    for (uint32_t i = 0; i < SZ_CHECK_ROUNDS; i++) {
        const sz_check_round *r = &c->rounds[cls].v[i];
        if (after >= r->from_ms && after < r->at_ms) return r->at_ms;
    }
    return find_round(c, cls, after)->at_ms;
}

const sz_check_round *due_round(const sz_tlctx *c, uint32_t cls, int64_t t_ms) {
    for (uint32_t i = 0; i < SZ_CHECK_ROUNDS; i++)
        if (c->rounds[cls].v[i].at_ms == t_ms) return &c->rounds[cls].v[i];
    return find_round(c, cls, t_ms - 1);
}

/* Can a day's passing do anything here? Where a rule is not quiet, is open, pends, or is kept from opening. Nights end
 * at noon: *noons, if such a rule reads any. */
static bool days_matter(run *x, uint32_t cls, bool *noons) {
    const sz_timeline *tl = x->tl;
    const sz_tlctx *c = x->c;
    *noons = c->bundle->fs.has_nights &&
             (c->class_noisy_nights[cls] || tl->n_blocked || tl->blocked_unknown >> cls & 1 || tl->n_pends);
    bool any = c->class_noisy[cls] || tl->n_blocked || tl->blocked_unknown >> cls & 1 || tl->n_pends;
    for (uint32_t i = 0; i < tl->n_episodes; i++) {
        const sz_episode *e = &tl->episodes[i];
        if (e->is_retracted || c->bundle->rules[e->rule].is_instant || !episode_is_open(e)) continue;
        any = true;
        if (c->rule_look[e->rule] & SZ_LOOK_NIGHTS) *noons = true;
    }
    for (uint32_t i = 0; i < c->n_guarded_rules[cls] && !(any && (*noons || !c->bundle->fs.has_nights)); i++) {
        uint32_t rule = c->guarded_rules[cls][i];
        if (!guards_may_stay(x, rule)) continue;
        any = true;
        if (c->rule_look[rule] & SZ_LOOK_NIGHTS) *noons = true;
    }
    return any;
}

/* What makes a day's passing matter makes the edges of leaves and feeds matter, too: then a rule is judged that time
 * alone can move. Rules with deadlines of their own look whatever their numbers are, and an onlooker at all
 * that there is to see. */
int64_t due_facts(run *x, uint32_t cls, int64_t after) {
    const sz_tlctx *c = x->c;
    int64_t best = KEY_NEVER;
    bool noons, days = days_matter(x, cls, &noons);
    if (!days && !c->n_own_rules[cls] && !c->onlooker) return best;
    leave_edges(x, after, &best);
    feed_edges(x, after, &best);
    if (!days) return best;
    int32_t day = sz_zone_day(c->zone, after);
    earlier(&best, sz_zone_midnight(c->zone, day + 1), after);
    if (c->class_peers[cls]) { /* a table of another day */
        earlier(&best, sz_peers_instant(c->zone, day), after);
        earlier(&best, sz_peers_instant(c->zone, day + 1), after);
    }
    if (noons) {
        earlier(&best, sz_zone_noon(c->zone, day), after);
        earlier(&best, sz_zone_noon(c->zone, day + 1), after);
    }
    return best;
}

/* Deadlines of rules that have some while idle, and of those with episodes. */
static void own_deadlines(run *x, uint32_t cls, int64_t after, int64_t *best) {
    const sz_tlctx *c = x->c;
    for (uint32_t i = 0; i < c->n_own_rules[cls]; i++)
        earlier(best, due_of_rule(x, c->own_rules[cls][i], after), after);
    for (uint32_t i = 0; i < x->tl->n_episodes; i++) {
        const sz_episode *e = &x->tl->episodes[i];
        bool is_own = c->rule_look[e->rule] & SZ_LOOK_OWN;
        if (!e->is_retracted && !is_own && c->rule_class[e->rule] == cls)
            earlier(best, due_of_rule(x, e->rule, after), after);
    }
}

int64_t due_next(run *x, uint32_t cls, int64_t after_key) {
    const sz_tlctx *c = x->c;
    if (!x->tl->is_active || c->begin_ms == SZ_TIME_MAX) return KEY_NEVER;
    int64_t after = key_time(after_key - ORDER_TIMER), after_check = key_time(after_key - ORDER_CHECK);
    int64_t best = KEY_NEVER;
    if (after < c->begin_ms - 1) {
        after = after_check = c->begin_ms - 1;
        best = c->begin_ms;
    }
    earlier(&best, due_facts(x, cls, after), after);
    own_deadlines(x, cls, after, &best);
    int64_t check = due_checks(c, cls, after_check);
    int64_t a = best == KEY_NEVER ? KEY_NEVER : key_of(best, ORDER_TIMER),
            b = check == KEY_NEVER ? KEY_NEVER : key_of(check, ORDER_CHECK);
    x->tl->keys[cls].timer = a;
    return a < b ? a : b;
}

int64_t due_after_check(run *x, uint32_t cls, int64_t after_key) {
    const sz_tlctx *c = x->c;
    int64_t after = key_time(after_key - ORDER_CHECK), check = due_checks(c, cls, after);
    int64_t a = x->tl->keys[cls].timer, b = check == KEY_NEVER ? KEY_NEVER : key_of(check, ORDER_CHECK);
    return a < b ? a : b;
}

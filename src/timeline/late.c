/* SPDX-License-Identifier: Apache-2.0
 *
 * A late record that waits. Attendance comes hours after its class, several lists one behind the other, and then the
 * word that they are complete; and each record would take its student back. Where it touches only rules that open and
 * step at their clock, and that clock has not come to the record, going back now would say nothing: what they say is
 * said when their clock moves, and then he is taken back once for all that waits. So the record stands in the log, the
 * student is to be gone over from there (redo_ms), and whoever looks at him next does it, before anything else: a
 * record, a timer, a check, a fact, a summary. Nothing is ever asked of a head that lacks a record.
 *
 * Why it would say nothing:
 * - Nothing is open, pends or is kept from opening, so nothing is resolved, stepped, updated or retracted.
 * - A rule of which a feature counts the record reads its type, and so waits (semantics 3): it opens at instants before
 *   its clock only, and none of these is at or behind the record.
 * - A rule that merely keeps still for who is rarely seen, whom the record may make less so, has not been true since:
 *   else it would have been kept from opening, which free_key and blocked_unknown say. Those that fire at a record are
 *   not noted there, and `for` is kept as told: with one of them nothing waits.
 * - All other rules see what they saw.
 *
 * One such clock there has to be: it comes to the record before the horizon has passed it. Else he might be taken back
 * further than the horizon reaches, by a fact that meets him with his record waiting still, and only then.
 */
#include "internal.h"

/* Does such a record add to what the rule reads, or only to who is rarely seen? */
static bool counts_it(const sz_tlctx *c, const sz_rule *r, const uint8_t *mask) {
    for (uint32_t k = 0; k < r->n_features; k++) {
        const sz_feature *f = &c->bundle->fs.features[r->features[k]];
        if (f->op != SZ_OP_VALUE && mask[f->matcher >> 3] >> (f->matcher & 7) & 1) return true;
    }
    return false;
}

static bool rule_lets_wait(const sz_timeline *tl, const sz_tlctx *c, uint32_t rule, int64_t t_ms, const uint8_t *mask) {
    const sz_rule *r = &c->bundle->rules[rule];
    int64_t clock = c->clock_ms[c->rule_class[rule]];
    if (r->for_ms) return false;
    if (c->rule_waits[rule]) return clock != SZ_TIME_NONE && clock <= t_ms;
    return !r->is_instant && !(tl->blocked_unknown >> c->rule_class[rule] & 1) && !counts_it(c, r, mask);
}

static bool is_plain(const sz_timeline *tl, const sz_tlctx *c, const sz_event *e) {
    if (!tl->is_active || tl->n_episodes || tl->n_pends || tl->n_blocked || tl->n_undos) return false;
    if (c->rule_from_ms || c->onlooker || sz_event_is_undo(e) || e->time_ms < c->facts->known_ms) return false;
    if (tl->free_key >= key_before(e->time_ms)) return false;
    int32_t first = sz_fstate_first_day(&tl->head); /* SZ_DAY_NONE, which is less than any: this is his first record */
    return !c->bundle->fs.has_study || (first != SZ_DAY_NONE && first < sz_zone_day(c->zone, e->time_ms));
}

#ifndef NDEBUG
static sz_buf copy_of(const sz_buf *b, sz_pool *pool) {
    sz_buf to = {0};
    if (b->cap) to.p = sz_pool_take(pool, b->cap, b->cap, &to.cap);
    if (b->cap) memcpy(to.p, b->p, b->cap);
    to.n = b->n;
    return to;
}

/* A student of whom nothing is told, as he is. */
static sz_timeline *copy_timeline(const sz_timeline *of, const sz_tlctx *c) {
    sz_timeline *tl = sz_alloc(sz_timeline_end(c->n_classes));
    memcpy(tl, of, sz_timeline_end(c->n_classes));
    sz_pool *pool = of->head.pool;
    tl->mark = copy_of(&of->mark, pool);
    tl->tail = copy_of(&of->tail, pool);
    size_t cap = 0, prints = of->n_log * sizeof(uint16_t);
    tl->log = (sz_buf){.p = sz_pool_take(pool, of->log.cap, of->log.cap, &cap), .n = of->log.n};
    memcpy(tl->log.p, of->log.p, of->log.n);
    memcpy(tl->log.p + cap - prints, of->log.p + of->log.cap - prints, prints);
    tl->log.cap = cap;
    tl->head.p = sz_pool_take(pool, of->head.n, of->head.n, &cap);
    memcpy(tl->head.p, of->head.p, of->head.n);
    tl->head.cap = (uint32_t)cap;
    tl->episodes = NULL, tl->pends = NULL, tl->blocked = NULL, tl->leaves = NULL;
    tl->cap_episodes = tl->cap_pends = tl->n_leaves = 0;
    return tl;
}

/* What going back at once comes to: it says nothing. */
static void go_back_on_a_copy(const sz_timeline *of, sz_tlctx *c) {
    sz_timeline *tl = copy_timeline(of, c);
    uint32_t n_alerts = c->n_alerts;
    sz_buf scratch = c->scratch;
    sz_buf_init(&c->scratch);
    const sz_timeline *fresh_of = c->fresh_of, *late_of = c->late_of;
    sz_timeline_advance(tl, c, NULL);
    if (c->n_alerts != n_alerts || tl->n_episodes || tl->n_pends || tl->redo_ms != SZ_TIME_MAX) __builtin_trap();
    c->fresh_of = fresh_of, c->late_of = late_of;
    sz_buf_fini(&c->scratch);
    c->scratch = scratch;
    run x;
    run_init(&x, tl, c, NULL);
    ahead_forget(&x, INT64_MIN);
    sz_timeline_fini(tl);
    sz_free(tl);
}
#endif

bool late_waits(sz_timeline *tl, sz_tlctx *c) {
    const sz_event *e = c->fresh;
    const uint8_t *mask = sz_entry_mask(c->scratch.p);
    if (!c->rule_words || !is_plain(tl, c, e) || sz_timeline_due(tl, c) != KEY_NEVER) return false;
    uint64_t *all = SZ_NEWN(c->arena, uint64_t, c->rule_words);
    touched_by(c, e, mask, all);
    bool any_waits = false;
    for (uint32_t w = 0; w < c->rule_words; w++)
        for (uint64_t left = all[w]; left; left &= left - 1) {
            uint32_t rule = 64 * w + (uint32_t)__builtin_ctzll(left);
            if (!rule_lets_wait(tl, c, rule, e->time_ms, mask)) return false;
            any_waits |= c->rule_waits[rule];
        }
    if (!any_waits) return false; /* no clock would ever come to it */
#ifndef NDEBUG
    go_back_on_a_copy(tl, c);
#endif
    for (uint32_t w = 0; w < c->rule_words; w++)
        for (uint64_t left = all[w]; left; left &= left - 1) {
            uint32_t rule = 64 * w + (uint32_t)__builtin_ctzll(left), k = c->rule_class[rule];
            int64_t key = key_of(e->time_ms, ORDER_RECORD);
            if (c->rule_waits[rule] && key < tl->keys[k].due) set_due(tl, k, key);
        }
    tl->added_off = tl->head_off = (uint32_t)tl->log.n; /* the head is of no use until he was taken back */
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The usual record: it stands behind all that was evaluated, nothing is due by then, and nothing is told of the student
 * that it could change. Then all that going on (advance.c) would come to is that it is added up, provided that it
 * touches no rule that could move; and that waits until somebody asks what the head says (state_catch_up), mostly the
 * next timer of the day: then several records are added to what has come into the cache once.
 *
 * - It is the next item: nothing before it is left to take, and no class has something due before its clock.
 * - It is neither undone nor undoes another, nor is it the first record: what it fits counts it, and no more than that.
 * - No episode, pending `for` or rule kept from opening: only rules that it touches and can open matter, and each of
 *   these has a guard that is known to be below and that it does not raise (touch.c).
 * - So nothing is said and no deadline moves, and what was not due is not due.
 *
 * A late record that belongs among those that wait is such a one, too, where none of those behind it moves more for it
 * than before: no rule was asked for anything since, so nothing has to be taken back. What is below was found with what
 * is in the head, all of it before the record, and by its time; and what the record may raise is asked no more.
 *
 * Who is taken back goes over his records in the same way (pass_again), one by one where something is due between them.
 *
 * Whatever is not certain takes the general way. Where asserts are, that way is asked behind this one, and has to
 * agree.
 */
#include "internal.h"

static bool is_anything_due(const sz_timeline *tl, const sz_tlctx *c) {
    bool any = false;
    for (uint32_t k = 0; k < c->n_classes; k++)
        any |= c->clock_ms[k] != SZ_TIME_NONE && tl->keys[k].due < key_of(c->clock_ms[k], 0);
    return any;
}

/* Nothing is told of the student, and he has been there before. */
static inline bool is_quiet(const sz_timeline *tl, const sz_tlctx *c) {
    bool is_plain = tl->is_active && !tl->n_episodes && !tl->n_pends && !tl->n_blocked && !c->rule_from_ms;
    if (!is_plain || tl->redo_ms != SZ_TIME_MAX || c->bundle->fs.n_matchers > 64) return false;
    return !is_nobody_yet(tl) && (!c->bundle->fs.has_study || sz_fstate_first_day(&tl->head) != SZ_DAY_NONE);
}

static bool is_usual(sz_timeline *tl, const sz_tlctx *c, const sz_event *e) {
    if (!is_quiet(tl, c)) return false;
    if (tl->n_undos && (sz_event_is_undo(e) || undo_may_name(tl, identity_print(e->id)))) return false;
    return e->time_ms >= c->facts->known_ms && !is_anything_due(tl, c) && state_pass_quietly(tl, c, e->time_ms);
}

/* Neither an undo nor what one may name. */
static bool is_none_undone(const sz_timeline *tl, const sz_tlctx *c, uint32_t off) {
    if (!tl->n_undos) return true;
    if (sz_entry_is_undo(tl->log.p + off, mask_bytes(c))) return false;
    uint32_t behind = 0;
    for (uint32_t at = off; at < tl->log.n; at += sz_entry_len(tl->log.p + at)) behind++;
    return !undo_may_name(tl, log_print(tl, tl->n_log - behind));
}

#ifndef NDEBUG
/* What the rules that it touches say when they are asked, all of them: no guard is remembered. */
static void ask_all(sz_timeline *tl, sz_tlctx *c, const sz_event *e, const uint8_t *mask) {
    if (!c->rule_words) return; /* no rules */
    run x;
    run_init(&x, tl, c, NULL);
    run_at(&x, e->time_ms);
    x.event = e;
    memcpy(x.mask, mask, mask_bytes(c));
    uint64_t below = tl->below, *made = sz_alloc((c->rule_words + 1) * sizeof *made);
    bool due_changed = tl->due_changed;
    int64_t missed_ms = tl->missed_ms;
    touched_asking_all(&x, made);
    instant at = {.t_ms = e->time_ms, .order = ORDER_RECORD};
    for (uint32_t i = 0; i < c->bundle->n_rules; i++) {
        uint32_t k = c->rule_class[i];
        int64_t due = tl->keys[k].due, timer = tl->keys[k].timer;
        if (!(made[i / 64] >> i % 64 & 1)) continue;
        judge_at_record(&x, i, &at);
        if (c->rule_waits[i]) tl->keys[k].due = due; /* to be there once more when its clock is, where it is as idle */
        if (tl->n_episodes || tl->n_blocked || tl->keys[k].due != due || tl->keys[k].timer != timer) __builtin_trap();
    }
    sz_free(made);
    tl->below = below;
    tl->due_changed = due_changed;
    tl->missed_ms = missed_ms;
}

/* Of a copy that has what waits: here it goes on waiting, as it does without asserts. */
static void ask_all_of_copy(sz_timeline *tl, sz_tlctx *c, const sz_event *e, const uint8_t *mask) {
    aside a = state_set_aside(tl, c);
    ask_all(tl, c, e, mask);
    state_put_back(tl, &a);
}

/* The one at that offset, which is the last one that has passed. */
static void ask_all_again(sz_timeline *tl, sz_tlctx *c, uint32_t off) {
    const uint8_t *p = tl->log.p + off;
    sz_event e;
    if (!sz_entry_get(p, mask_bytes(c), c->dict, c->types, &e)) __builtin_trap();
    ask_all_of_copy(tl, c, &e, sz_entry_mask(p));
}

/* And each behind it, as of when it was the last one. */
static void ask_all_from(sz_timeline *tl, sz_tlctx *c, uint32_t from) {
    for (uint32_t off = from; off < tl->log.n; off = tl->head_off) {
        tl->head_off = off + sz_entry_len(tl->log.p + off);
        ask_all_again(tl, c, off);
    }
}
#endif

bool pass_again(run *x) {
    sz_timeline *tl = x->tl;
    sz_tlctx *c = x->c;
    uint32_t off = tl->head_off;
    const uint8_t *p = tl->log.p + off;
    if (x->rematch || c->onlooker || !is_quiet(tl, c) || sz_entry_time(p) < c->facts->known_ms) return false;
    if (!is_none_undone(tl, c, off) || !entry_touches_nothing(tl, c, p)) return false;
    if (c->fresh_of == tl && c->fresh_off == off) c->fresh_of = NULL;
    tl->head_off += sz_entry_len(p);
#ifndef NDEBUG
    ask_all_again(tl, c, off);
#endif
    return true;
}

/* A late record among those that wait. */
static bool slips_in(sz_timeline *tl, sz_tlctx *c) {
    const sz_event *e = c->fresh;
    int64_t redo_ms = tl->redo_ms;
    tl->redo_ms = SZ_TIME_MAX;
    bool is_in = is_usual(tl, c, e);
    for (uint32_t off = c->fresh_off; is_in && off < tl->log.n; off += sz_entry_len(tl->log.p + off))
        is_in = entry_touches_nothing(tl, c, tl->log.p + off);
    if (!is_in) {
        tl->redo_ms = redo_ms;
        return false;
    }
    tl->head_off = (uint32_t)tl->log.n;
#ifndef NDEBUG
    ask_all_from(tl, c, c->fresh_off);
#endif
    return true;
}

/* What its class has not come to yet, before the record. */
static bool pass_ahead(sz_timeline *tl, sz_tlctx *c, const sz_event *e) {
    if (!is_quiet(tl, c) || is_anything_due(tl, c)) return false;
    run x;
    run_init(&x, tl, c, NULL);
    return ahead_pass(&x, key_of(e->time_ms, ORDER_RECORD), true);
}

bool sz_timeline_pass(sz_timeline *tl, sz_tlctx *c) {
    uint32_t off = tl->head_off;
    if (c->late_of == tl && !c->onlooker) return slips_in(tl, c);
    if (c->fresh_of != tl || c->fresh_off != off || c->onlooker) return false;
    const sz_event *e = c->fresh;
    const uint8_t *mask = sz_entry_mask(c->scratch.p); /* the log's copy of it is on its way there still */
    if (lags_behind(tl, c, key_of(e->time_ms, ORDER_RECORD)) && !pass_ahead(tl, c, e)) return false;
    if (!is_usual(tl, c, e)) return false;
    if (!touches_nothing(tl, c, e, mask)) {
        state_fetch(tl);
        return false;
    }
    c->fresh_of = NULL;
    tl->head_key = key_of(e->time_ms, ORDER_RECORD);
    tl->head_off = (uint32_t)tl->log.n;
#ifndef NDEBUG
    ask_all_of_copy(tl, c, e, mask);
#endif
    return true;
}

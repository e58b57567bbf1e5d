/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks and timers of a class whose clock lags, passed in order while the student is there. A class that reads a batch
 * feed has its clock hours behind; once it moves, its checks and timers lie before records that were evaluated, and
 * each would take the student back (go_on). So where the next item stands behind such a one, that is looked at first,
 * with everything before it that has come. If nothing can come of it, it is over and done with, as it would be if it
 * had been due; if something could, it stays due, and its clock takes the student back to it.
 *
 * That nothing comes of it holds when its clock gets there, unless something has come that stands before it or a fact
 * has changed as of before it: each of these takes the student back to where it stands or begins, and all that is due
 * behind that is found anew (go_back). Nothing else goes into what a rule says: neither clocks nor who is told what.
 */
#include "guards.h"

/* Its first item that a class behind its clock has before that key; *cls: whose. KEY_NEVER: there is none. */
static int64_t next_ahead(const sz_timeline *tl, const sz_tlctx *c, int64_t before_key, uint32_t *cls) {
    int64_t best = KEY_NEVER;
    for (uint32_t k = 0; k < c->n_classes; k++) {
        int64_t key = tl->keys[k].due;
        if (key >= before_key || key >= best || key < tl->head_key || tl->stuck >> k & 1) continue;
        bool lags = c->clock_ms[k] != SZ_TIME_NONE && key_time(key) >= c->clock_ms[k];
        if (!lags || key_order(key) == ORDER_RECORD) continue;
        best = key;
        *cls = k;
    }
    return best;
}

/* By what can be said while records go on waiting, and without working out what whole conditions say. */
static bool stays_idle_by_few(run *x, const sz_rule *r) {
    if (!few_rule_stays_idle(x, r)) return false;
#ifndef NDEBUG
    guards_ask_rule(x, r);
#endif
    return true;
}

bool stays_idle(run *x, uint32_t rule, bool is_check) {
    const sz_rule *r = &x->c->bundle->rules[rule];
    if (r->mode == SZ_DISABLED) return true;
    if (r->is_instant) return is_check || !r->n_sequence || !r->sequence[r->n_sequence - 1].is_not;
    bool may_open = is_check || r->check.kind == SZ_CHECK_NONE;
    if ((!may_open && !r->for_ms) || !guards_reached(x, rule)) return true;
    if (stays_idle_by_few(x, r)) return true;
    sz_verdict v;
    int64_t missed_ms = x->tl->missed_ms;
    state_catch_up(x->tl, x->c);
    x->tl->missed_ms = SZ_TIME_NONE;
    sz_rule_judge(&x->ev, r, &v);
    bool has_missed = x->tl->missed_ms != SZ_TIME_NONE; /* it compares with others by what is not known yet */
    x->tl->missed_ms = missed_ms;
    return !has_missed && v.truth != SZ_TRUE;
}

/* Those that are judged there (judge_timer). */
static bool all_stay_idle(run *x, uint32_t cls, int64_t key) {
    const sz_tlctx *c = x->c;
    bool is_check = key_order(key) == ORDER_CHECK, all = x->tl->blocked_unknown >> cls & 1;
    const uint32_t *rules = all ? c->class_rules[cls] : c->timer_rules[cls];
    uint32_t n = all ? c->n_class_rules[cls] : c->n_timer_rules[cls];
    if (is_check) {
        const sz_check_round *r = due_round(c, cls, key_time(key));
        rules = r->rules;
        n = r->n;
    }
    for (uint32_t i = 0; i < n; i++)
        if (!stays_idle(x, rules[i], is_check)) return false;
    return true;
}

#ifndef NDEBUG
/* What was passed, of the last ones. When its clock has got there it is asked again, with all that has come by then and
 * a head that is made from the tail: nothing may come of it. */
enum { NOTES = 4096, NOTES_OF_ONE = 8 };
typedef struct note {
    const sz_timeline *of;
    uint32_t cls;
    int64_t key;
} note;

static note *notes_of(const sz_timeline *tl, const sz_tlctx *c) {
    if (!c->touches->ahead) c->touches->ahead = sz_alloc(NOTES * NOTES_OF_ONE * sizeof(note));
    return (note *)c->touches->ahead +
           (uint64_t)(uintptr_t)tl / 64 * UINT64_C(0x9e3779b97f4a7c15) / (UINT64_MAX / NOTES + 1) * NOTES_OF_ONE;
}

static void note_here(run *x, uint32_t cls, int64_t key) {
    note *n = notes_of(x->tl, x->c), *to = n;
    for (uint32_t i = 0; i < NOTES_OF_ONE; i++)
        if (!n[i].of || n[i].key < to->key) to = &n[i];
    *to = (note){x->tl, cls, key};
}

static void ask_again(run *x, const note *n) {
    sz_timeline *tl = x->tl;
    sz_fstate head = tl->head;
    uint32_t head_off = tl->head_off, added_off = tl->added_off;
    uint64_t below = tl->below;
    int32_t half = tl->below_half;
    int64_t t = key_time(n->key);
    sz_fstate_init(&tl->head, &x->c->bundle->fs, head.pool);
    tl->head_off = tl->added_off = log_lower(tl, t + 1);
    state_rebuild(x, &tl->head, tl->head_off);
    tl->below = 0;
    run_at(x, t);
    x->ev.event = NULL;
    if (!all_stay_idle(x, n->cls, n->key)) __builtin_trap();
    sz_fstate_fini(&tl->head);
    tl->head = head;
    tl->head_off = head_off;
    tl->added_off = added_off;
    tl->below = below;
    tl->below_half = half;
    x->c->value_stamp++;
}

/* What it was compared with (peers) is kept as far back as the horizon, which a clock that jumps has left behind. */
static bool has_tables(const sz_tlctx *c, int64_t t_ms) {
    return c->wmax_ms == SZ_TIME_NONE || t_ms >= c->wmax_ms - c->horizon_ms;
}

void ahead_ask_again(run *x, int64_t before_key) {
    sz_timeline *tl = x->tl;
    if (!x->c->touches) return;
    note *n = notes_of(tl, x->c);
    for (uint32_t i = 0; i < NOTES_OF_ONE; i++) {
        if (n[i].of != tl || key_time(n[i].key) >= x->c->clock_ms[n[i].cls]) continue;
        bool is_there = n[i].key < before_key && !tl->n_undos && !x->c->rule_from_ms && tl->is_active;
        is_there &= has_tables(x->c, key_time(n[i].key));
        if (is_there && (tl->tail_ms == SZ_TIME_NONE || key_time(n[i].key) >= tl->tail_ms)) ask_again(x, &n[i]);
        n[i] = (note){0};
    }
}

void ahead_forget(const run *x, int64_t from_key) {
    if (!x->c->touches) return;
    note *n = notes_of(x->tl, x->c);
    for (uint32_t i = 0; i < NOTES_OF_ONE; i++)
        if (n[i].of == x->tl && n[i].key >= from_key) n[i] = (note){0};
}
#endif

static void pass(run *x, uint32_t cls, int64_t key) {
    sz_timeline *tl = x->tl;
    uint8_t bit = (uint8_t)(1u << cls);
    bool is_check = key_order(key) == ORDER_CHECK, is_known = !(tl->blocked_unknown & bit);
    tl->head_key = tl->asked_key = key;
#ifndef NDEBUG
    note_here(x, cls, key);
#endif
    if (is_check && is_known && tl->keys[cls].timer > key) {
        set_due(tl, cls, due_after_check(x, cls, key));
        return;
    }
    if (!is_check && !is_known) {
        if (tl->free_key < key) tl->free_key = key;
        tl->blocked_unknown &= (uint8_t)~bit;
    }
    state_catch_up(tl, x->c);
    set_due(tl, cls, due_next(x, cls, key));
}

static bool is_plain(const sz_timeline *tl, const sz_tlctx *c) {
    return !(tl->n_episodes | tl->n_pends | tl->n_blocked) && tl->redo_ms == SZ_TIME_MAX && tl->is_active &&
           !c->rule_from_ms && !c->onlooker && !is_nobody_yet(tl);
}

bool ahead_pass(run *x, int64_t before_key, bool quietly) {
    sz_timeline *tl = x->tl;
    uint32_t cls = 0;
    if (!is_plain(tl, x->c)) return true;
    for (int64_t key; (key = next_ahead(tl, x->c, before_key, &cls)) != KEY_NEVER;) {
        if (quietly && !state_pass_quietly(tl, x->c, key_time(key))) return false;
        state_pass_midnight(x, key_time(key));
        uint64_t below = tl->below;
        int32_t half = tl->below_half;
        run_at(x, key_time(key));
        x->ev.event = NULL;
        if (all_stay_idle(x, cls, key)) {
            pass(x, cls, key);
            continue;
        }
        tl->stuck |= (uint8_t)(1u << cls);
        tl->below = below; /* what was found below there need not be so before it */
        tl->below_half = half;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Going on: the next record of the log, or the next timer or check of a class whose clock has passed it, whichever is
 * first.
 */
#include "internal.h"

void run_init(run *x, sz_timeline *tl, sz_tlctx *c, const sz_cause *cause) {
    const sz_student *info = tl->student == SZ_NONE ? NULL : sz_campus_student(c->facts->campus, tl->student);
    x->tl = tl;
    x->c = c;
    x->cause = cause;
    x->rematch = x->is_corrected = x->is_first = false;
    x->old = NULL;
    x->n_old = 0;
    x->few_stamp = 0;
    x->event = NULL;
    x->undone = NULL;
    x->match = NULL;
    /* Member by member: as a whole it would be cleared twice for each record, scratch and all. */
    sz_eval *ev = &x->ev;
    ev->fs = &c->bundle->fs;
    ev->facts = c->facts;
    ev->types = c->types;
    ev->zone = c->zone;
    ev->dict = c->dict;
    ev->student = tl->student;
    ev->info = info;
    ev->student_id = tl->id;
    ev->state = &tl->head;
    ev->t_ms = 0;
    ev->day = ev->night = 0;
    ev->days = c->days;
    ev->event = NULL;
    ev->steps = NULL;
    ev->params = NULL;
    ev->n_params = ev->depth = ev->next_text = 0;
    ev->missed_ms = &tl->missed_ms;
    ev->usual_place = usual_place_now;
    ev->of = x;
    ev->use_leaves = info && sz_campus_has_leaves(c->facts->campus, tl->student);
    x->mask = mask_bytes(c) <= sizeof x->short_mask ? x->short_mask : sz_arena_alloc(c->arena, mask_bytes(c) + 1);
}

/* Numbers, not pointers: who has no records yet has no log, and nothing may be added to a NULL. */
void sz_timeline_prefetch_all(const sz_timeline *tl) {
    enum { FAR = 512 }; /* bytes of records that wait: a dozen */
    uintptr_t log = (uintptr_t)tl->log.p;
    state_fetch(tl);
    uint32_t end = tl->head_off - tl->added_off < FAR ? tl->head_off : tl->added_off + FAR;
    for (uint32_t at = tl->added_off; at < end; at += 64) __builtin_prefetch((const void *)(log + at));
}

/* Of a check that nearly all go past because of what is known to be below, or of who was there just now, no more than
 * the last record is read. */
void sz_timeline_prefetch_due(const sz_timeline *tl, const sz_tlctx *c) {
    if (c->heads_asked > 1) sz_timeline_prefetch_all(tl);
    else __builtin_prefetch((const void *)((uintptr_t)tl->log.p + tl->last_off));
}

/* Those who wait for one instant come one behind the other, and for most of them it is the same. */
static void note_heads(sz_tlctx *c, bool is_asked) {
    enum { MOST = 3 };
    if (is_asked && c->heads_asked < MOST) c->heads_asked++;
    else if (!is_asked && c->heads_asked) c->heads_asked--;
}

enum { USUAL_RECORD = 40 }; /* bytes; it mostly ends in the next line of the cache */

/* Will the log move to where it has more room? Then all of it is read. */
static inline bool is_full(const sz_timeline *tl) {
    return tl->log.n + USUAL_RECORD + (tl->n_log + 1) * sizeof(uint16_t) > tl->log.cap;
}

/* The first lines are enough where it is long: whoever copies is fetched for by the processor from then on. */
static __attribute__((noinline)) void fetch_to_move(const sz_timeline *tl) {
    enum { BEGIN = 2048 };
    uintptr_t log = (uintptr_t)tl->log.p, end = log + tl->log.cap;
    for (size_t at = 0; at < tl->log.n && at < BEGIN; at += 64) __builtin_prefetch((const void *)(log + at));
    for (size_t at = 0; at < tl->n_log * sizeof(uint16_t); at += 64) __builtin_prefetch((const void *)(end - 1 - at));
}

void sz_timeline_prefetch(const sz_timeline *tl, const sz_tlctx *c, int64_t t_ms, uint8_t type, bool is_lone) {
    uintptr_t log = (uintptr_t)tl->log.p;
    bool is_plain = !(tl->n_episodes | tl->n_pends | tl->n_blocked) && tl->redo_ms == SZ_TIME_MAX && tl->is_active;
    if (!is_plain || touch_may_ask(tl, c, type, t_ms)) sz_timeline_prefetch_all(tl);
    __builtin_prefetch((const void *)(log + tl->log.n), 1);
    __builtin_prefetch((const void *)(log + tl->log.n + USUAL_RECORD), 1);
    __builtin_prefetch((const void *)(log + tl->last_off));
    uintptr_t prints = log + tl->log.cap - 1;
    uint32_t asked = is_lone ? tl->n_before : tl->n_log;
    for (uint32_t i = 0; i < asked && i < 256; i += 32) __builtin_prefetch((const void *)(prints - i * 2));
    __builtin_prefetch((const void *)(prints - tl->n_log * sizeof(uint16_t)), 1);
    if (tl->log.n && is_full(tl)) fetch_to_move(tl);
}

void sz_timeline_init(sz_timeline *tl, const sz_tlctx *c, sz_str id, uint32_t student) {
    memset(tl, 0, sz_timeline_end(c->n_classes));
    tl->id = id;
    log_forget_ids(tl, c);
    week_forget(tl, c);
    tl->student = student;
    tl->mark_ms = tl->older_ms = tl->tail_ms = tl->passed_ms = tl->back_ms = tl->missed_ms = SZ_TIME_NONE;
    tl->redo_ms = SZ_TIME_MAX;
    tl->head_key = tl->asked_key = tl->free_key = INT64_MIN;
    tl->blocked_unknown = UINT8_MAX; /* the first look is at everything */
    tl->is_active = student == SZ_NONE || sz_campus_student(c->facts->campus, student)->status == SZ_ACTIVE;
    sz_fstate_init(&tl->head, &c->bundle->fs, c->pool);
    for (uint32_t k = 0; k < c->n_classes; k++)
        set_due(tl, k, c->begin_ms == SZ_TIME_MAX ? KEY_NEVER : key_of(c->begin_ms, ORDER_TIMER));
}

void sz_timeline_fini(sz_timeline *tl) {
    sz_pool *pool = tl->head.pool;
    sz_fstate_fini(&tl->head);
    marks_drop(tl);
    sz_pool_give(pool, tl->tail.p, tl->tail.cap);
    sz_pool_give(pool, tl->log.p, tl->log.cap);
    sz_timeline_drop(tl);
    memset(tl, 0, sz_timeline_end(0));
}

void sz_timeline_drop(sz_timeline *tl) {
    for (uint32_t i = 0; i < tl->n_episodes; i++) episode_fini(&tl->episodes[i]);
    sz_free(tl->episodes);
    sz_free(tl->pends);
    sz_free(tl->leaves);
    sz_free(tl->blocked);
}

static uint32_t n_said(const sz_timeline *tl) {
    uint32_t n = tl->n_pends;
    for (uint32_t i = 0; i < tl->n_episodes; i++) n += tl->episodes[i].n_anns;
    return n;
}

/* May the record in hand have given the rule, idle and unmoved, a deadline before what is due already? Growing values
 * begin anew at it, at the earliest. */
static bool may_be_sooner(const run *x, uint32_t rule) {
    const sz_tlctx *c = x->c;
    if (c->rule_look[rule] & SZ_LOOK_PANES) return true;
    if (!c->bundle->rules[rule].has_growing) return false; /* though no timer may stand at all */
    return key_of(x->event->time_ms + c->rule_least_ms[rule], ORDER_TIMER) < next_timer(x->tl, c->rule_class[rule]);
}

/* What is due of the others stands already: only this rule's own may be sooner, and days and facts, if they matter
 * now. */
static void due_after_record(run *x, uint32_t rule, bool with_facts, const instant *at) {
    sz_timeline *tl = x->tl;
    uint8_t k = x->c->rule_class[rule];
    /* a sequence may wait for silence that ends at this very instant, after its records */
    int64_t after = x->c->bundle->rules[rule].n_sequence ? at->t_ms - 1 : at->t_ms;
    int64_t own = due_of_rule(x, rule, after), facts = with_facts ? due_facts(x, k, at->t_ms) : KEY_NEVER;
    if (facts < own) own = facts;
    int64_t key = own == KEY_NEVER ? KEY_NEVER : key_of(own, ORDER_TIMER);
    if (key < tl->keys[k].timer) tl->keys[k].timer = key;
    if (key < tl->keys[k].due) set_due(tl, k, key);
}

/* The record makes the rule's absence 0, and nothing is open: it is idle, whatever else holds. */
static bool ends_silence(run *x, uint32_t rule) {
    uint32_t m = x->c->silence[rule];
    if (m == SZ_NONE || !(x->mask[m >> 3] >> (m & 7) & 1) || !x->tl->is_active) return false;
    if (x->c->rule_from_ms && x->event->time_ms < x->c->rule_from_ms[rule]) return true; /* nothing is said of it yet */
    const sz_episode *last = story_last(x->tl, rule);
    if (last && episode_is_open(last)) return false;
    blocked_set(x->tl, rule, false);
    return true;
}

/* A guard of the idle rule is not reached, or the record is none that it fires at: it stays idle. */
static bool stays_below(run *x, uint32_t rule) {
    if (!x->tl->is_active || x->c->rule_from_ms || is_blocked(x->tl, rule)) return false;
    const sz_episode *last = x->tl->n_episodes ? story_last(x->tl, rule) : NULL;
    if (last && episode_is_open(last)) return false;
    return !is_fit_to_fire(x, rule, x->event) || !guards_reached(x, rule);
}

void judge_at_record(run *x, uint32_t rule, const instant *at) {
    const sz_tlctx *c = x->c;
    sz_timeline *tl = x->tl;
    uint32_t before = n_said(tl), blocked = tl->n_blocked;
    uint8_t k = c->rule_class[rule];
    bool is_plain = ends_silence(x, rule) || stays_below(x, rule);
    if (!is_plain) {
        x->ev.event = x->event;
        is_plain = judge_rule(x, rule, at);
        x->ev.event = NULL;
    }
    bool moved = n_said(tl) != before || tl->n_blocked != blocked || x->is_corrected || x->is_first;
    bool days =
        moved || (!c->rule_quiet[rule] && c->guards[rule].any_falls && guards_may_stay(x, rule)); /* reached now */
    if (days || !is_plain || may_be_sooner(x, rule)) due_after_record(x, rule, days, at);
    /* to be there once more when its clock is; what opens and steps at its checks does nothing else then */
    const sz_rule *r = &c->bundle->rules[rule];
    bool is_checked = r->check.kind != SZ_CHECK_NONE && !r->is_instant;
    bool waits = c->rule_waits[rule] && !is_checked && at->t_ms >= c->clock_ms[k];
    if (waits && key_of(at->t_ms, ORDER_RECORD) < tl->keys[k].due) set_due(tl, k, key_of(at->t_ms, ORDER_RECORD));
}

static void let_look(run *x, const sz_event *event, uint32_t rule) {
    if (!x->c->onlooker || is_nobody_yet(x->tl)) return;
    x->ev.event = event;
    x->c->onlooker->look(x->c->onlooker->self, &x->ev, rule);
    x->ev.event = NULL;
}

static void judge_record(run *x) {
    sz_tlctx *c = x->c;
    instant at = {.t_ms = x->event->time_ms, .order = ORDER_RECORD};
    c->value_stamp++;
    let_look(x, x->event, SZ_NONE);
    const uint64_t *rules = touched_rules(x);
    for (uint32_t w = 0; w < c->rule_words; w++)
        for (uint64_t bits = rules[w]; bits; bits &= bits - 1)
            judge_at_record(x, 64 * w + (uint32_t)__builtin_ctzll(bits), &at);
}

/* Is some rule of the class not judged yet at t (semantics 5)? */
static bool awaits_its_time(const sz_tlctx *c, uint32_t cls, int64_t t_ms) {
    for (uint32_t i = 0; c->rule_from_ms && i < c->n_class_rules[cls]; i++)
        if (t_ms < c->rule_from_ms[c->class_rules[cls][i]]) return true;
    return false;
}

static void judge_timer(run *x, uint32_t cls, int64_t key) {
    sz_tlctx *c = x->c;
    bool is_check = key_order(key) == ORDER_CHECK;
    instant at = {.t_ms = key_time(key), .order = (uint8_t)key_order(key), .at_check_time = is_check};
    run_at(x, at.t_ms);
    x->ev.event = NULL;
    x->is_corrected = false;
    if (is_check) {
        const sz_check_round *r = due_round(c, cls, at.t_ms);
        for (uint32_t i = 0; i < r->n; i++) let_look(x, NULL, r->rules[i]), judge_rule(x, r->rules[i], &at);
        return;
    }
    let_look(x, NULL, SZ_NONE);
    bool all = x->tl->blocked_unknown >> cls & 1 || x->tl->n_blocked || x->tl->n_pends || x->tl->n_episodes;
    if (all && !awaits_its_time(c, cls, at.t_ms) && !is_nobody_yet(x->tl)) {
        if (x->tl->blocked_unknown >> cls & 1 && x->tl->free_key < key) x->tl->free_key = key;
        x->tl->blocked_unknown &= (uint8_t) ~(1u << cls); /* all of the class are looked at now */
    }
    const uint32_t *rules = all ? c->class_rules[cls] : c->timer_rules[cls];
    uint32_t n = all ? c->n_class_rules[cls] : c->n_timer_rules[cls];
    for (uint32_t i = 0; i < n; i++) judge_rule(x, rules[i], &at);
}

/* The item that is due first, among the classes whose clock has passed theirs. */
static int64_t next_due(const sz_timeline *tl, const sz_tlctx *c, uint32_t *cls) {
    int64_t best = KEY_NEVER;
    for (uint32_t k = 0; k < c->n_classes; k++) {
        int64_t key = tl->keys[k].due;
        if (key >= best || c->clock_ms[k] == SZ_TIME_NONE || key_time(key) >= c->clock_ms[k]) continue;
        best = key;
        *cls = k;
    }
    return best;
}

int64_t sz_timeline_due(const sz_timeline *tl, const sz_tlctx *c) {
    uint32_t k;
    return next_due(tl, c, &k);
}

/* Go back to t: everything from there on is evaluated anew. What is due before t waits for a clock that lags, and stays
 * due. */
static void go_back(run *x, int64_t t_ms) {
    sz_timeline *tl = x->tl;
#ifndef NDEBUG
    ahead_forget(x, key_before(t_ms));
#endif
    state_rollback(x, t_ms);
    state_catch_up(tl, x->c);
    if (tl->n_blocked || tl->free_key >= key_before(t_ms) || x->rematch) {
        tl->n_blocked = 0;
        tl->blocked_unknown = UINT8_MAX;
    }
    run_at(x, t_ms - 1);
    x->ev.event = NULL;
    tl->asked_key = key_before(t_ms); /* what is below is found as of then, which says nothing of before */
    for (uint32_t k = 0; k < x->c->n_classes; k++) {
        if (tl->keys[k].due >= key_before(t_ms)) set_due(tl, k, due_next(x, k, key_before(t_ms)));
        else tl->keys[k].timer = INT64_MIN; /* to be found anew once that was */
    }
}

static void go_on(run *x) {
    sz_timeline *tl = x->tl;
    for (;;) {
        uint32_t cls = 0;
        int64_t key = next_due(tl, x->c, &cls);
        int64_t record =
            tl->head_off < tl->log.n ? key_of(sz_entry_time(tl->log.p + tl->head_off), ORDER_RECORD) : KEY_NEVER;
        if (key == KEY_NEVER && record == KEY_NEVER) return;
        int64_t next = key < record ? key : record;
        if (lags_behind(tl, x->c, next)) ahead_pass(x, next, false);
        bool is_behind = key == next && (next < tl->head_key || key_order(key) == ORDER_RECORD);
        if (is_behind) { /* a clock that lagged has passed something: be there again, in order */
            go_back(x, key_time(key));
            continue;
        }
        state_pass_midnight(x, key_time(next));
        tl->head_key = next;
        if (next == record && pass_again(x)) continue;
        state_catch_up(tl, x->c);
        if (next == record) {
            state_apply(x, tl->head_off);
            judge_record(x);
            continue;
        }
        tl->asked_key = next;
        uint32_t said = n_said(tl), blocked = tl->n_blocked;
        judge_timer(x, cls, key);
        bool is_plain = key_order(key) == ORDER_CHECK && said == n_said(tl) && blocked == tl->n_blocked &&
                        !(tl->blocked_unknown >> cls & 1) && tl->keys[cls].timer > key;
        set_due(tl, cls, is_plain ? due_after_check(x, cls, key) : due_next(x, cls, key));
    }
}

/* Nothing is open, pends, is kept from opening or waits to be evaluated. */
static bool is_plain(const sz_timeline *tl, const sz_tlctx *c) {
    return !(tl->n_episodes | tl->n_pends | tl->n_blocked) && tl->redo_ms == SZ_TIME_MAX && tl->is_active &&
           tl->head_off >= tl->log.n && !c->rule_from_ms;
}

/* Checks that open nothing, since a guard of each rule is not reached or what it asks is not true: gone past without
 * more ado. True: no more is due. Else what is next is for go_on(). */
static bool pass_checks(run *x) {
    sz_timeline *tl = x->tl;
    if (!is_plain(tl, x->c) || x->c->onlooker) return false;
    for (;;) {
        uint32_t cls = 0;
        int64_t key = next_due(tl, x->c, &cls), t = key_time(key);
        if (key == KEY_NEVER) return true;
        if (lags_behind(tl, x->c, key)) ahead_pass(x, key, false);
        if (key_order(key) != ORDER_CHECK || key < tl->head_key || tl->keys[cls].timer <= key ||
            tl->blocked_unknown >> cls & 1)
            return false;
        state_pass_midnight(x, t);
        const sz_check_round *r = due_round(x->c, cls, t);
        run_at(x, t);
        for (uint32_t i = 0; i < r->n; i++)
            if (!stays_idle(x, r->rules[i], true)) return false;
        tl->head_key = tl->asked_key = key;
        set_due(tl, cls, due_after_check(x, cls, key));
    }
}

void sz_timeline_advance(sz_timeline *tl, sz_tlctx *c, const sz_cause *cause) {
    run x;
    uint64_t before = c->value_stamp;
    run_init(&x, tl, c, cause);
#ifndef NDEBUG
    ahead_ask_again(&x, tl->redo_ms == SZ_TIME_MAX ? KEY_NEVER : key_before(tl->redo_ms));
#endif
    if (pass_checks(&x)) {
        note_heads(c, c->asked_stamp > before);
        tl->is_dirty = true;
        return;
    }
    note_heads(c, true);
    if (tl->redo_ms == SZ_TIME_MAX) {
        state_catch_up(tl, c);
    } else { /* all of the head is made anew */
        int64_t t = tl->redo_ms;
        tl->redo_ms = SZ_TIME_MAX;
        go_back(&x, t);
    }
    go_on(&x);
    tell(&x);
    tl->is_dirty = true;
}

/* With rematch what records fit may be another. */
static void judge_anew(sz_timeline *tl, sz_tlctx *c, int64_t since_ms, const sz_cause *cause, bool rematch) {
    if (c->begin_ms == SZ_TIME_MAX) return; /* nothing was evaluated yet */
    int64_t t = since_ms;
    if (c->wmax_ms != SZ_TIME_NONE && t < c->wmax_ms - c->horizon_ms) t = c->wmax_ms - c->horizon_ms;
    if (c->begin_ms != SZ_TIME_MAX && t < c->begin_ms) t = c->begin_ms;
    if (tl->redo_ms < t) t = tl->redo_ms;
    if (tl->redo_ms == SZ_TIME_MAX) state_catch_up(tl, c);
    run x;
    run_init(&x, tl, c, cause);
    bool is_ahead = key_before(t) >= tl->head_key;
    tl->below = 0;
    if (is_ahead) { /* nothing was evaluated there: only what comes next may have changed */
        int64_t after = tl->head_key == INT64_MIN ? key_before(c->begin_ms) : tl->head_key;
        run_at(&x, key_time(after));
        for (uint32_t k = 0; k < c->n_classes; k++) {
            int64_t due = due_next(&x, k, after);
            if (due < tl->keys[k].due) set_due(tl, k, due);
            tl->keys[k].timer = INT64_MIN;
        }
    } else {
        x.rematch = rematch;
        tl->redo_ms = SZ_TIME_MAX;
        go_back(&x, t);
    }
    go_on(&x);
    tell(&x);
    tl->is_dirty = true;
}

void sz_timeline_facts(sz_timeline *tl, sz_tlctx *c, int64_t since_ms, const sz_cause *cause) {
    judge_anew(tl, c, since_ms, cause, true);
}

bool sz_timeline_needs_table(const sz_timeline *tl, const sz_tlctx *c, int64_t at_ms) {
    return tl->missed_ms >= at_ms || sz_timeline_waits(tl) || sz_timeline_due(tl, c) != KEY_NEVER;
}

void sz_timeline_table(sz_timeline *tl, sz_tlctx *c, int64_t at_ms, const sz_cause *cause) {
    judge_anew(tl, c, at_ms, cause, false);
}

/* Earliest record of the log at or after its class's clock that waits there. */
static int64_t waiting_since(run *x, uint32_t cls) {
    const sz_timeline *tl = x->tl;
    bool any = false;
    for (uint32_t i = 0; i < x->c->n_class_rules[cls] && !any; i++) any = x->c->rule_waits[x->c->class_rules[cls][i]];
    if (!any) return KEY_NEVER;
    uint32_t off = log_lower(tl, x->c->clock_ms[cls]);
    return off < tl->log.n ? key_of(sz_entry_time(tl->log.p + off), ORDER_RECORD) : KEY_NEVER;
}

void sz_timeline_settle(sz_timeline *tl, sz_tlctx *c) {
    run x;
    run_init(&x, tl, c, NULL);
#ifndef NDEBUG
    ahead_forget(&x, INT64_MIN);
#endif
    int64_t counted = c->undo_unmatched; /* the state's header has counted them */
    state_rebuild(&x, &tl->head, (uint32_t)tl->log.n);
    c->undo_unmatched = counted;
    tl->head_off = tl->added_off = (uint32_t)tl->log.n;
    tl->n_before = tl->n_log;
    tl->blocked_unknown = UINT8_MAX;
    tl->missed_ms = SZ_TIME_MAX;
    tl->head_key = tl->n_log ? key_of(sz_entry_time(tl->log.p + tl->last_off), ORDER_RECORD) : INT64_MIN;
    for (uint32_t k = 0; k < c->n_classes; k++)
        if (c->clock_ms[k] != SZ_TIME_NONE && key_before(c->clock_ms[k]) > tl->head_key)
            tl->head_key = key_before(c->clock_ms[k]);
    tl->asked_key = tl->free_key = tl->head_key;
    for (uint32_t k = 0; k < c->n_classes; k++) {
        int64_t clock = c->clock_ms[k];
        if (clock == SZ_TIME_NONE) clock = c->begin_ms;
        if (clock == SZ_TIME_MAX) {
            set_due(tl, k, KEY_NEVER);
            continue;
        }
        tl->below = 0; /* clocks differ, and the head is of no one time */
        run_at(&x, clock - 1);
        int64_t due = due_next(&x, k, key_before(clock)), waiting = waiting_since(&x, k);
        /* As of then the head cannot say: it goes back there. A look would be one that nothing has asked for, and a
         * rule that is new, or a student, is first looked at where it is looked at anyway. */
        if (tl->head_key > key_before(clock) && tl->is_active) due = key_of(clock, ORDER_RECORD);
        set_due(tl, k, waiting < due ? waiting : due);
        tl->keys[k].timer = INT64_MIN;
    }
    tl->below = 0;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Accumulators of one student: taking a record in, undoing one, checkpoints, rolling back.
 *
 * An undo takes its original out from its own time on (semantics 17). Nothing is subtracted: the accumulators are made
 * anew from the tail without what is undone, which is right for every operator and rare enough. For that, an undone
 * record is never folded into the tail before its undo is (fold_limit).
 */
#include "internal.h"

static bool get(run *x, uint32_t off, sz_event *e) {
    return sz_entry_get(x->tl->log.p + off, mask_bytes(x->c), x->c->dict, x->c->types, e);
}

static sz_entry entry_at(const sz_timeline *tl, uint32_t off) {
    return (sz_entry){.p = tl->log.p + off, .n = sz_entry_len(tl->log.p + off)};
}

/* Such an undo has no original. */
static bool names_itself(const sz_event *e) { return sz_str_eq(e->ref, e->id); }

/* Original of the undo e: within exactly the horizon before it, or after it (an undo may carry the earlier time). Ids
 * return, so a later record of that id is none while there is one before. */
static uint32_t original_of(run *x, const sz_event *e) {
    if (names_itself(e)) return SZ_NONE;
    return log_find(x->tl, x->c, e->source, e->ref, e->time_ms - x->c->horizon_ms, e->time_ms);
}

/* Clear all bits but those of matchers over `seen`: the person was there. True if something was cleared. */
bool state_keep_seen(const sz_featureset *fs, uint8_t *mask) {
    bool any = false;
    for (uint32_t i = 0; i < fs->n_matchers; i++) {
        uint8_t bit = (uint8_t)(1u << (i & 7));
        if (fs->matchers[i].is_seen || !(mask[i >> 3] & bit)) continue;
        mask[i >> 3] &= (uint8_t)~bit;
        any = true;
    }
    return any;
}

static bool is_undo(run *x, uint32_t off, sz_event *e) {
    return sz_entry_is_undo(x->tl->log.p + off, mask_bytes(x->c)) && get(x, off, e);
}

/* Offsets of the originals that undo records before `end` take out. */
uint32_t state_undone(run *x, uint32_t end, uint32_t **out) {
    sz_timeline *tl = x->tl;
    *out = NULL;
    if (!tl->n_undos) return 0;
    uint32_t *v = SZ_NEWN(x->c->arena, uint32_t, tl->n_undos), n = 0;
    for (uint32_t off = 0; off < end; off += sz_entry_len(tl->log.p + off)) {
        sz_event e;
        if (!is_undo(x, off, &e)) continue;
        uint32_t o = original_of(x, &e);
        if (o != SZ_NONE && n < tl->n_undos) v[n++] = o;
    }
    *out = v;
    return n;
}

static bool holds(const uint32_t *v, uint32_t n, uint32_t off) {
    for (uint32_t i = 0; i < n; i++)
        if (v[i] == off) return true;
    return false;
}

/* An undo without its original within the horizon may still correct attendance. */
static bool correct_far(run *x, sz_fstate *s, const sz_event *e) {
    if (original_of(x, e) != SZ_NONE) return true;
    return e->type == SZ_TYPE_ATTENDANCE && !names_itself(e) &&
           sz_fstate_correct(s, &x->c->bundle->fs, x->c->zone, e, NULL);
}

static void set_unmatched(run *x, uint32_t off, bool on) {
    uint8_t *p = x->tl->log.p + off;
    if (entry_is_unmatched(p) == on) return;
    entry_set_unmatched(p, on);
    x->c->undo_unmatched += on ? 1 : -1;
}

void state_rest(sz_tlctx *c, sz_timeline *tl, const sz_fstate *from) {
    sz_buf *made = &c->scratch2;
    sz_buf_clear(made);
    sz_fstate_pack(made, from, &c->bundle->fs, SZ_FPACK_FORMAT);
    block_keep(&tl->tail, made->p, made->n, tl->head.pool);
}

/* What was put to rest here comes back: it cannot be damaged. */
static void state_wake(run *x, sz_fstate *to, const sz_buf *from) {
    const sz_featureset *fs = &x->c->bundle->fs;
    if (from->n == 0 || !sz_fstate_unpack(to, fs, from->p, from->n, SZ_FPACK_FORMAT)) sz_fstate_reset(to, fs);
}

static void take_in(run *x, sz_fstate *to, const sz_event *e, const uint8_t *mask, uint32_t off) {
    const sz_featureset *fs = &x->c->bundle->fs;
    const sz_facts *f = x->c->facts;
    if (e->time_ms >= f->known_ms)
        sz_fstate_add_as(x->c->adds, to, fs, x->c->zone, x->c->facts->campus, e, mask, entry_at(x->tl, off));
    else sz_fstate_add_since(to, fs, x->c->zone, x->c->facts->campus, e, mask, entry_at(x->tl, off), f->acc_from_ms);
}

/* Originals that the undo records before an offset take out, while records are added up to there. */
typedef struct undone {
    uint32_t *v, n;
    uint8_t *mask; /* of the record that is added, if it is one of them */
} undone;

/* May a record at `from` or behind it be one that an undo names? */
bool state_may_be_undone(const sz_timeline *tl, uint32_t from) {
    uint32_t n = 0;
    if (!tl->n_undos) return false;
    for (uint32_t off = from; off < tl->log.n; off += sz_entry_len(tl->log.p + off)) n++;
    for (uint32_t i = tl->n_log - n; i < tl->n_log; i++)
        if (undo_may_name(tl, log_print(tl, i))) return true;
    return false;
}

/* Of those at `from` and behind it. */
static undone undone_before(run *x, uint32_t from, uint32_t end) {
    undone u = {0};
    if (!state_may_be_undone(x->tl, from)) return u;
    u.n = state_undone(x, end, &u.v);
    if (u.n) u.mask = sz_arena_alloc(x->c->arena, mask_bytes(x->c));
    return u;
}

static void add_again(run *x, sz_fstate *out, uint32_t off, const undone *u) {
    sz_timeline *tl = x->tl;
    const sz_featureset *fs = &x->c->bundle->fs;
    const uint8_t *mask = sz_entry_mask(tl->log.p + off);
    bool is_undone = holds(u->v, u->n, off);
    bool is_plain = !is_undone && !(tl->n_undos && sz_entry_is_undo(tl->log.p + off, mask_bytes(x->c)));
    if (is_plain && sz_entry_time(tl->log.p + off) >= x->c->facts->known_ms) {
        sz_fstate_add_entry(x->c->adds, out, fs, x->c->zone, x->c->facts->campus, x->c->dict, x->c->types,
                            entry_at(tl, off));
        return;
    }
    sz_event e;
    if (!get(x, off, &e)) return;
    if (is_undone) {
        memcpy(u->mask, mask, mask_bytes(x->c));
        state_keep_seen(fs, u->mask);
        mask = u->mask;
    }
    take_in(x, out, &e, mask, off);
    if (sz_event_is_undo(&e)) set_unmatched(x, off, !correct_far(x, out, &e));
}

void state_add_waiting(sz_timeline *tl, sz_tlctx *c) {
    const sz_featureset *fs = &c->bundle->fs;
    sz_fstate_add_log(c->adds, &tl->head, fs, c->zone, c->facts->campus, c->dict, c->types, tl->log.p + tl->added_off,
                      tl->head_off - tl->added_off);
    tl->added_off = tl->head_off;
}

#ifndef NDEBUG
aside state_set_aside(sz_timeline *tl, sz_tlctx *c) {
    aside a = {tl->head, tl->added_off};
    size_t cap = 0;
    tl->head.p = sz_pool_take(a.head.pool, a.head.n, a.head.n, &cap);
    tl->head.cap = (uint32_t)cap;
    memcpy(tl->head.p, a.head.p, a.head.n);
    state_catch_up(tl, c);
    return a;
}

void state_put_back(sz_timeline *tl, aside *a) {
    sz_fstate_fini(&tl->head);
    tl->head = a->head;
    tl->added_off = a->added_off;
}
#endif

void sz_timeline_catch_up(sz_timeline *tl, sz_tlctx *c) { state_catch_up(tl, c); }

/* Where nothing is undone those that are alike are added at once. */
static void rebuild(run *x, sz_fstate *out, uint32_t end, uint32_t room_days) {
    const sz_timeline *tl = x->tl;
    sz_tlctx *c = x->c;
    undone u = undone_before(x, 0, end);
    state_wake(x, out, &tl->tail);
    if (room_days) sz_fstate_spread(out, &c->bundle->fs, room_days);
    if (end && !tl->n_undos && sz_entry_time(tl->log.p) >= c->facts->known_ms) {
        sz_fstate_add_log(c->adds, out, &c->bundle->fs, c->zone, c->facts->campus, c->dict, c->types, tl->log.p, end);
        return;
    }
    for (uint32_t off = 0; off < end; off += sz_entry_len(tl->log.p + off)) add_again(x, out, off, &u);
}

void state_rebuild(run *x, sz_fstate *out, uint32_t end) { rebuild(x, out, end, 0); }

/* Does an undo between the two take out something before the first? Then what was added up to there cannot be begun
 * with. */
static bool reaches_before(run *x, uint32_t from, uint32_t end) {
    for (uint32_t off = from; x->tl->n_undos && off < end; off += sz_entry_len(x->tl->log.p + off)) {
        sz_event e;
        if (!is_undo(x, off, &e)) continue;
        uint32_t o = original_of(x, &e);
        if (o != SZ_NONE && o < from) return true;
    }
    return false;
}

/* From the mark, where there is one and no undo up to `end` takes out something before it. */
static void rebuild_from_mark(run *x, sz_fstate *out, uint32_t end, bool may_begin_there) {
    sz_timeline *tl = x->tl;
    if (!may_begin_there || tl->mark_ms == SZ_TIME_NONE || reaches_before(x, tl->mark_off, end)) {
        state_rebuild(x, out, end);
        return;
    }
    undone u = undone_before(x, tl->mark_off, end);
    marks_wake(tl, out);
    for (uint32_t off = tl->mark_off; off < end; off += sz_entry_len(tl->log.p + off)) add_again(x, out, off, &u);
}

/* The head as of `end` without what is undone, the record at `original` among that. */
static void rebuild_head(run *x, uint32_t original, uint32_t end) {
    rebuild_from_mark(x, &x->tl->head, end, original >= x->tl->mark_off);
}

/* The record with that mask, of which x->undone is a copy, is taken out: of what? False: of nothing. */
static bool takes_out(run *x, uint8_t *mask) {
    x->is_corrected = state_keep_seen(&x->c->bundle->fs, mask);
    for (uint32_t i = 0; i < mask_bytes(x->c); i++) x->undone[i] &= (uint8_t)~mask[i];
    return x->is_corrected;
}

/* The record in hand undoes another: take that one out of the head. One that stands later is left out when its time
 * comes. */
static void undo(run *x, uint32_t off) {
    sz_timeline *tl = x->tl;
    uint32_t o = original_of(x, x->event), mb = mask_bytes(x->c);
    bool matched = o != SZ_NONE;
    uint8_t *mask = sz_arena_alloc(x->c->arena, 2 * mb);
    x->undone = mask + mb;
    if (matched && o < off) {
        memcpy(mask, sz_entry_mask(tl->log.p + o), mb);
        memcpy(x->undone, mask, mb);
        if (takes_out(x, mask)) rebuild_head(x, o, off + sz_entry_len(tl->log.p + off));
    } else if (!matched && x->event->type == SZ_TYPE_ATTENDANCE && !names_itself(x->event)) {
        matched = sz_fstate_correct(&tl->head, &x->c->bundle->fs, x->c->zone, x->event, mask);
        if (matched) memcpy(x->undone, mask, mb), takes_out(x, mask);
    }
    set_unmatched(x, off, !matched);
}

/* An undo before the record in hand, at off, takes it out from the start. */
static bool is_undone_already(run *x, uint32_t off) {
    bool found = false;
    for (uint32_t u = 0; u < off; u += sz_entry_len(x->tl->log.p + u)) {
        sz_event e;
        if (!is_undo(x, u, &e) || original_of(x, &e) != off) continue;
        set_unmatched(x, u, false);
        found = true;
    }
    return found;
}

void state_apply(run *x, uint32_t off) {
    sz_timeline *tl = x->tl;
    const sz_featureset *fs = &x->c->bundle->fs;
    x->is_corrected = false;
    if (x->c->fresh_of == tl && x->c->fresh_off == off) { /* it has just been put there */
        x->event = x->c->fresh;
    } else {
        if (!get(x, off, &x->decoded)) return;
        x->event = &x->decoded;
    }
    x->c->fresh_of = NULL;
    run_at(x, x->event->time_ms);
    if (x->rematch) {
        sz_eval_match(&x->ev, x->event, x->mask);
        if (memcmp(sz_entry_mask(tl->log.p + off), x->mask, mask_bytes(x->c)) != 0) {
            tl->masks_changed = true;
            week_forget(tl, x->c);
        }
        memcpy(sz_entry_mask_mut(tl->log.p + off), x->mask, mask_bytes(x->c));
        note_fitted(x->c, x->mask);
    } else {
        sz_bytes_copy(x->mask, sz_entry_mask(tl->log.p + off), mask_bytes(x->c));
    }
    bool may_be_undone = tl->n_undos && undo_may_name(tl, identity_print(x->event->id));
    if (may_be_undone && is_undone_already(x, off)) state_keep_seen(fs, x->mask);
    x->is_first = is_nobody_yet(tl) || (fs->has_study && sz_fstate_first_day(&tl->head) == SZ_DAY_NONE);
    take_in(x, &tl->head, x->event, x->mask, off);
    if (tl->n_undos && sz_event_is_undo(x->event)) undo(x, off);
    tl->head_off = tl->added_off = off + sz_entry_len(tl->log.p + off);
}

int64_t kept_since(const sz_tlctx *c) {
    int64_t t = c->wmax_ms;
    for (uint32_t k = 0; k < c->n_classes; k++)
        if (c->clock_ms[k] < t) t = c->clock_ms[k];
    return t == SZ_TIME_NONE ? SZ_TIME_NONE : t - c->keep_ms;
}

/* How far the tail may move: an undone record waits for its undo. */
static int64_t fold_limit(run *x, int64_t limit_ms) {
    sz_timeline *tl = x->tl;
    for (int64_t before = SZ_TIME_MAX; tl->n_undos && before != limit_ms;) {
        before = limit_ms;
        for (uint32_t off = log_lower(tl, before); off < tl->log.n; off += sz_entry_len(tl->log.p + off)) {
            sz_event e;
            if (!is_undo(x, off, &e)) continue;
            uint32_t o = original_of(x, &e);
            if (o != SZ_NONE && sz_entry_time(tl->log.p + o) < limit_ms) limit_ms = sz_entry_time(tl->log.p + o);
        }
    }
    return limit_ms;
}

/* A tail is unpacked and packed again as a whole, and the rest of the log moves: once for the records of several days
 * costs little, and a log that is so many days longer a tenth of it at most times. Students begin on the same day, so
 * the first time differs by student, and not all of them fold in one night. */
enum { FOLD_DAYS = 6 };
static bool is_worth_folding(const sz_timeline *tl, const sz_tlctx *c, int64_t limit_ms) {
    /* no record is older than where the run begins; the log's first one is in cold memory */
    bool is_young = c->begin_ms != SZ_TIME_MAX && limit_ms - SZ_DAY_MS <= c->begin_ms;
#ifndef NDEBUG
    if (is_young && limit_ms - sz_entry_time(tl->log.p) > SZ_DAY_MS) __builtin_trap();
#endif
    if (is_young) return false;
    int64_t over = limit_ms - sz_entry_time(tl->log.p);
    if (over <= SZ_DAY_MS) return false;
    uint64_t days = tl->tail.n ? FOLD_DAYS : 1 + sz_hash_key(tl->id.p, tl->id.n) % FOLD_DAYS;
    return over > (int64_t)days * SZ_DAY_MS;
}

/* What no commit has stays in the log: it is read from there. */
static int64_t unsaved_since(const sz_timeline *tl) {
    return tl->unsaved ? sz_entry_time((const uint8_t *)sz_timeline_unsaved(tl).p) : SZ_TIME_MAX;
}

/* Not inlined: a student-day asks once, and what is about it is asked at each record. */
static __attribute__((noinline)) bool may_fold(const sz_timeline *tl, const sz_tlctx *c) {
    int64_t limit_ms = kept_since(c);
    if (limit_ms == SZ_TIME_NONE || !is_worth_folding(tl, c, limit_ms)) return false;
    int64_t unsaved = unsaved_since(tl);
    return unsaved >= limit_ms || is_worth_folding(tl, c, unsaved);
}

/* Records that no replay can reach any more move from the log into the tail. */
static void fold(run *x) {
    sz_timeline *tl = x->tl;
    int64_t limit = kept_since(x->c), unsaved = unsaved_since(tl);
    if (tl->n_log == 0 || !may_fold(tl, x->c)) return;
    if (unsaved < limit) limit = unsaved;
    if (tl->older_ms < limit) tl->older_ms = SZ_TIME_NONE; /* it is of no use */
    if (tl->mark_ms != SZ_TIME_NONE && tl->mark_ms < limit) limit = tl->mark_ms;
    if (tl->head_off < tl->log.n && sz_entry_time(tl->log.p + tl->head_off) < limit)
        limit = sz_entry_time(tl->log.p + tl->head_off);
    limit = fold_limit(x, limit);
    uint32_t end = 0;
    while (end < tl->head_off && end < tl->log.n && sz_entry_time(tl->log.p + end) < limit)
        end += sz_entry_len(tl->log.p + end);
    if (tl->mark_ms != SZ_TIME_NONE && end > tl->mark_off) end = tl->mark_off;
    if (!end) return;
    if (end > tl->added_off) state_catch_up(tl, x->c);
    rebuild(x, &x->c->folded, end, FOLD_DAYS + 2);
    for (uint32_t off = 0; off < end; off += sz_entry_len(tl->log.p + off)) {
        if (tl->n_undos && sz_entry_is_undo(tl->log.p + off, mask_bytes(x->c))) tl->n_undos--;
    }
    state_rest(x->c, tl, &x->c->folded);
    tl->tail_ms = limit;
    log_drop_front(tl, end);
    log_forget_ids(tl, x->c);
    week_drop_front(tl, x->c, end);
}

/* Who was taken back within a week probably will be again; for others a mark a day would cost more than to start at the
 * tail once. */
static bool is_due_a_mark(const sz_timeline *tl, int64_t midnight_ms) {
    return tl->back_ms != SZ_TIME_NONE && midnight_ms < tl->back_ms + 7 * SZ_DAY_MS;
}

static void mark_or_not(run *x, int64_t midnight_ms) {
    sz_timeline *tl = x->tl;
    if (!is_due_a_mark(tl, midnight_ms)) {
        marks_drop(tl);
    } else if (tl->mark_ms != midnight_ms) {
        state_catch_up(tl, x->c);
        marks_leave(x, &tl->head, midnight_ms, tl->head_off);
    }
}

/* The midnight before an item at that time, where the head stands before it and is to leave a mark there, though clocks
 * lag: what comes late behind it need not add up the day before once more. SZ_TIME_NONE: it is not. */
static int64_t midnight_to_mark(const sz_timeline *tl, const sz_tlctx *c, int64_t next_ms) {
    const sz_day_memo *today = &c->days[0];
    if (tl->back_ms == SZ_TIME_NONE || !tl->head_off || tl->redo_ms != SZ_TIME_MAX) return SZ_TIME_NONE;
    bool is_today = next_ms >= today->from_ms && next_ms < today->to_ms;
    int64_t at = is_today ? today->from_ms : sz_zone_midnight(c->zone, sz_zone_day(c->zone, next_ms));
    bool is_new = at > tl->mark_ms && tl->head_key < key_before(at) && is_due_a_mark(tl, at);
    return is_new ? at : SZ_TIME_NONE;
}

/* The midnight that an item at that time and every clock have reached and that was not passed yet; SZ_TIME_NONE: there
 * is none, as mostly. Where a clock lags, the student may be beyond it (is_beyond): then it is too late for a mark, and
 * what no replay can reach is folded all the same. */
static int64_t midnight_to_pass(const sz_timeline *tl, const sz_tlctx *c, int64_t next_ms) {
    int64_t at = next_ms, least = tl->passed_ms == SZ_TIME_NONE ? SZ_TIME_NONE : tl->passed_ms + 22 * SZ_HOUR_MS;
    for (uint32_t k = 0; k < c->n_classes; k++)
        if (c->clock_ms[k] < at) at = c->clock_ms[k];
    if (at == INT64_MAX || at == SZ_TIME_NONE || at < least || !tl->n_log || !tl->head_off) return SZ_TIME_NONE;
    int64_t midnight = sz_zone_midnight(c->zone, sz_zone_day(c->zone, at));
    return midnight <= tl->passed_ms ? SZ_TIME_NONE : midnight;
}

static bool is_beyond(const sz_timeline *tl, int64_t midnight_ms) { return tl->head_key > key_before(midnight_ms); }

static bool changes_mark(const sz_timeline *tl, int64_t midnight_ms) {
    bool has = tl->mark_ms != SZ_TIME_NONE, is_due = is_due_a_mark(tl, midnight_ms);
    return is_beyond(tl, midnight_ms) ? has && !is_due : has || is_due;
}

bool state_pass_quietly(sz_timeline *tl, const sz_tlctx *c, int64_t next_ms) {
    const sz_day_memo *today = &c->days[0];
    if (tl->passed_ms >= today->from_ms && next_ms < today->to_ms) return true; /* none is between, and clocks lag */
    if (c->may_lag && midnight_to_mark(tl, c, next_ms) != SZ_TIME_NONE) return false;
    int64_t midnight = midnight_to_pass(tl, c, next_ms);
    if (midnight == SZ_TIME_NONE) return true;
    if (changes_mark(tl, midnight) || tl->n_episodes || tl->n_pends || may_fold(tl, c)) return false;
    tl->passed_ms = midnight;
    return true;
}

void state_pass_midnight(run *x, int64_t next_ms) {
    sz_timeline *tl = x->tl;
    if (state_pass_quietly(tl, x->c, next_ms)) return;
    int64_t to_mark = x->c->may_lag ? midnight_to_mark(tl, x->c, next_ms) : SZ_TIME_NONE;
    if (to_mark != SZ_TIME_NONE) {
        state_catch_up(tl, x->c);
        marks_leave(x, &tl->head, to_mark, tl->head_off);
        if (state_pass_quietly(tl, x->c, next_ms)) return;
    }
    tl->passed_ms = midnight_to_pass(tl, x->c, next_ms);
    if (changes_mark(tl, tl->passed_ms)) mark_or_not(x, tl->passed_ms);
    fold(x);
    if (tl->n_episodes || tl->n_pends) story_forget(x);
}

/* Records from off on that stand before that time, those alike at once; where the first that does not begins. */
static uint32_t add_until(run *x, sz_fstate *to, uint32_t off, uint32_t end, int64_t t_ms) {
    const sz_timeline *tl = x->tl;
    sz_tlctx *c = x->c;
    uint32_t until = off;
    while (until < end && sz_entry_time(tl->log.p + until) < t_ms) until += sz_entry_len(tl->log.p + until);
    sz_fstate_add_log(c->adds, to, &c->bundle->fs, c->zone, c->facts->campus, c->dict, c->types, tl->log.p + off,
                      until - off);
    return until;
}

/* Records before `end`, where those from t on begin, from the mark if it stands before; on the way a mark is made at
 * t's midnight, so that the next time it is no further to go over. Where nothing is undone those behind the mark may
 * wait: where the first of them begins. */
static uint32_t add_before(run *x, sz_fstate *to, uint32_t end, int64_t t_ms) {
    sz_timeline *tl = x->tl;
    uint32_t off = 0;
    marks_forget(tl, t_ms);
    bool has_mark = tl->mark_ms != SZ_TIME_NONE;
    bool from_mark = has_mark && !reaches_before(x, tl->mark_off, end);
    undone u = undone_before(x, from_mark ? tl->mark_off : 0, end);
    if (from_mark) marks_wake(tl, to);
    else state_wake(x, to, &tl->tail);
    if (from_mark) off = tl->mark_off;
    int64_t midnight = sz_zone_midnight(x->c->zone, sz_zone_day(x->c->zone, t_ms));
    bool wants_mark = !has_mark || tl->mark_ms < midnight;
    bool may_wait = !tl->n_undos && tl->log.n && sz_entry_time(tl->log.p) >= x->c->facts->known_ms;
    if (may_wait && wants_mark) off = add_until(x, to, off, end, midnight);
    for (; off < end && (wants_mark || !may_wait); off += sz_entry_len(tl->log.p + off)) {
        if (wants_mark && sz_entry_time(tl->log.p + off) >= midnight) {
            if (off && !reaches_before(x, off, end)) marks_leave(x, to, midnight, off);
            wants_mark = false;
        }
        add_again(x, to, off, &u);
    }
    if (wants_mark && off) marks_leave(x, to, midnight, off);
    return off;
}

void state_as_of(run *x, sz_fstate *out, int64_t t_ms) {
    uint32_t end = log_lower(x->tl, t_ms), off = add_before(x, out, end, t_ms);
    add_until(x, out, off, end, t_ms);
    x->tl->back_ms = x->c->wmax_ms == SZ_TIME_NONE ? t_ms : x->c->wmax_ms;
}

void state_rollback(run *x, int64_t t_ms) {
    sz_timeline *tl = x->tl;
    uint32_t end = log_lower(tl, t_ms);
    tl->added_off = add_before(x, &tl->head, end, t_ms);
    tl->head_off = end;
    tl->head_key = key_before(t_ms);
    if (t_ms <= tl->passed_ms) tl->passed_ms = SZ_TIME_NONE;
    tl->back_ms = x->c->wmax_ms == SZ_TIME_NONE ? t_ms : x->c->wmax_ms;
    if (tl->missed_ms >= t_ms) tl->missed_ms = t_ms - 1;
    tl->below = 0;
    story_truncate(x, t_ms);
}

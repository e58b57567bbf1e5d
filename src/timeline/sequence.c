/* SPDX-License-Identifier: Apache-2.0
 *
 * One record after another (semantics 24): skip till next match. Nothing is kept for it: the tries that are open at an
 * instant follow from the records of the log, of which the horizon before it is looked at. A match ends all tries that
 * began before its end, so what came earlier seldom matters for long; a roll-back or a folded log needs no care.
 */
#include "internal.h"

enum { TRIES_MAX = 8 };

typedef struct attempt {
    uint32_t at[SZ_SEQUENCE_MAX]; /* offset of the record of each step; SZ_NONE: a `not`, or to come */
    uint8_t next;                 /* step that is waited for; n_steps: only that nothing comes any more */
    int64_t first_ms;
} attempt;

typedef struct tries {
    attempt v[TRIES_MAX];
    uint32_t n;
} tries;

typedef struct walk {
    run *x;
    const sz_rule *r;
    tries open;
    sequence_match *match; /* the latest; at_ms SZ_TIME_NONE: none yet */
    sz_event *captured;    /* of the try in hand, one a step */
    sz_event now;          /* the record in hand */
    uint8_t *mask;
    uint32_t off;
} walk;

static bool decode(run *x, uint32_t off, sz_event *e) {
    return sz_entry_get(x->tl->log.p + off, mask_bytes(x->c), x->c->dict, x->c->types, e);
}

/* Does the record in hand fit the step, seen from a try (NULL: none has begun)? That is asked as of the record,
 * whenever it is looked at: else what fitted on the eve of a holiday would be none on the day. */
static bool fits(walk *w, uint32_t step, const attempt *a) {
    const sz_sequence_step *s = &w->r->sequence[step];
    if (!(w->mask[s->matcher >> 3] >> (s->matcher & 7) & 1)) return false;
    if (!s->where) return true;
    sz_eval *ev = &w->x->ev;
    const sz_event *event = ev->event, *steps[SZ_SEQUENCE_MAX] = {0};
    const sz_event *const *before = ev->steps;
    for (uint32_t i = 0; a && s->looks_back && i < step; i++)
        if (a->at[i] != SZ_NONE && decode(w->x, a->at[i], &w->captured[i])) steps[i] = &w->captured[i];
    int64_t t_ms = ev->t_ms;
    ev->event = &w->now;
    ev->steps = steps;
    sz_rule_scope(ev, w->r);
    sz_eval_at(ev, w->now.time_ms);
    bool ok = sz_rule_truth(ev, s->where) == SZ_TRUE;
    sz_eval_at(ev, t_ms);
    ev->event = event;
    ev->steps = before;
    return ok;
}

/* Next step that asks for a record, from `step` on; n_steps: none. */
static uint32_t wanted(const sz_rule *r, uint32_t step) {
    while (step < r->n_sequence && r->sequence[step].is_not) step++;
    return step;
}

static int64_t deadline(const walk *w, const attempt *a) { return a->first_ms + w->r->within_ms; }
static bool waits_for_silence(const walk *w, const attempt *a) { return wanted(w->r, a->next) == w->r->n_sequence; }

static void matched(walk *w, const attempt *a, int64_t at_ms, bool is_deadline) {
    *w->match = (sequence_match){.at_ms = at_ms, .is_deadline = is_deadline};
    memcpy(w->match->at, a->at, sizeof a->at);
    w->open.n = 0; /* all began before its end */
}

static void drop(tries *t, uint32_t i) {
    memmove(&t->v[i], &t->v[i + 1], (t->n - i - 1) * sizeof *t->v);
    t->n--;
}

/* Time comes to t: what has run out before it matches where only silence was waited for, or falls. With `at` what runs
 * out at t itself matches too. */
static void pass(walk *w, int64_t t, bool at) {
    for (;;) {
        uint32_t first = SZ_NONE; /* the earliest that matches; the oldest try has the earliest deadline */
        for (uint32_t i = 0; i < w->open.n && first == SZ_NONE; i++)
            if (waits_for_silence(w, &w->open.v[i])) first = i;
        if (first == SZ_NONE) break;
        attempt a = w->open.v[first];
        if (deadline(w, &a) > t || (deadline(w, &a) == t && !at)) break;
        int64_t end = deadline(w, &a);
        attempt later[TRIES_MAX];
        uint32_t n = 0;
        for (uint32_t i = 0; i < w->open.n; i++) /* begun after its end: they were not there yet */
            if (w->open.v[i].first_ms > end) later[n++] = w->open.v[i];
        matched(w, &a, end, true);
        memcpy(w->open.v, later, n * sizeof *later);
        w->open.n = n;
    }
    for (uint32_t i = w->open.n; i-- > 0;)
        if (deadline(w, &w->open.v[i]) < t) drop(&w->open, i);
}

typedef enum outcome { STAYS, ADVANCES, DIES } outcome;

static outcome offer(walk *w, const attempt *a) {
    uint32_t want = wanted(w->r, a->next);
    if (want < w->r->n_sequence && fits(w, want, a)) return ADVANCES; /* before a `not` that it fits too */
    for (uint32_t i = a->next; i < want; i++)
        if (fits(w, i, a)) return DIES;
    return STAYS;
}

/* The record goes to every try; the oldest that it completes is the match. False: nothing was completed. */
static bool go_on(walk *w) {
    for (uint32_t i = 0; i < w->open.n;) {
        attempt *a = &w->open.v[i];
        outcome o = offer(w, a);
        if (o == DIES) {
            drop(&w->open, i);
            continue;
        }
        if (o == ADVANCES) {
            uint32_t step = wanted(w->r, a->next);
            a->at[step] = w->off;
            a->next = (uint8_t)(step + 1);
            if (a->next == w->r->n_sequence) {
                matched(w, a, w->now.time_ms, false);
                return true;
            }
        }
        i++;
    }
    return false;
}

static void begin(walk *w) {
    if (w->open.n == TRIES_MAX) drop(&w->open, 0);
    attempt *a = &w->open.v[w->open.n++];
    *a = (attempt){.first_ms = w->now.time_ms, .next = 1};
    for (uint32_t i = 0; i < SZ_SEQUENCE_MAX; i++) a->at[i] = SZ_NONE;
    a->at[0] = w->off;
}

static bool is_candidate(const walk *w) {
    for (uint32_t i = 0; i < w->r->n_sequence; i++) {
        uint32_t m = w->r->sequence[i].matcher;
        if (w->mask[m >> 3] >> (m & 7) & 1) return true;
    }
    return false;
}

static void take(walk *w) {
    pass(w, w->now.time_ms, false);
    if (w->now.precision == SZ_PREC_DAY) return; /* when in the day is not known */
    if (go_on(w) || !fits(w, 0, NULL)) return;
    begin(w);
}

/* All records that have come, then what runs out until `until`, included. */
static void walk_log(walk *w, run *x, const sz_rule *r, int64_t until, sequence_match *match) {
    sz_timeline *tl = x->tl;
    uint32_t mb = mask_bytes(x->c), *undone;
    *w = (walk){.x = x, .r = r, .match = match};
    *match = (sequence_match){.at_ms = SZ_TIME_NONE};
    w->mask = sz_arena_alloc(x->c->arena, mb);
    w->captured = SZ_NEWN(x->c->arena, sz_event, r->n_sequence);
    uint32_t n_undone = state_undone(x, tl->head_off, &undone);
    int64_t now = x->ev.t_ms;
    for (uint32_t off = log_lower(tl, now - x->c->horizon_ms); off < tl->head_off;
         off += sz_entry_len(tl->log.p + off)) {
        memcpy(w->mask, sz_entry_mask(tl->log.p + off), mb);
        if (!is_candidate(w)) continue;
        for (uint32_t i = 0; i < n_undone; i++)
            if (undone[i] == off) state_keep_seen(&x->c->bundle->fs, w->mask);
        if (!is_candidate(w) || !decode(x, off, &w->now)) continue;
        w->off = off;
        take(w);
    }
    pass(w, until, true);
}

bool sequence_at(run *x, const sz_rule *r, bool is_timer, sequence_match *match) {
    walk w;
    walk_log(&w, x, r, is_timer ? x->ev.t_ms : x->ev.t_ms - 1, match);
    return match->at_ms == x->ev.t_ms && match->is_deadline == is_timer &&
           (is_timer || match->at[r->n_sequence - 1] + sz_entry_len(x->tl->log.p + match->at[r->n_sequence - 1]) ==
                            x->tl->head_off);
}

int64_t sequence_due(run *x, const sz_rule *r, int64_t after_ms) {
    if (!r->sequence[r->n_sequence - 1].is_not) return SZ_TIME_MAX;
    walk w;
    sequence_match match;
    walk_log(&w, x, r, after_ms, &match);
    for (uint32_t i = 0; i < w.open.n; i++)
        if (waits_for_silence(&w, &w.open.v[i])) return deadline(&w, &w.open.v[i]);
    return SZ_TIME_MAX;
}

void sequence_tries(run *x, const sz_rule *r, sequence_try *out) {
    walk w;
    sequence_match match;
    *out = (sequence_try){0};
    walk_log(&w, x, r, x->ev.t_ms, &match);
    out->n_open = w.open.n;
    for (uint32_t i = 0; i < w.open.n; i++) {
        const attempt *a = &w.open.v[i];
        if (a->next < out->next) continue;
        *out =
            (sequence_try){.n_open = w.open.n, .next = a->next, .first_ms = a->first_ms, .until_ms = deadline(&w, a)};
    }
}

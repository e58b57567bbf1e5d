/* SPDX-License-Identifier: Apache-2.0
 *
 * guards: numbers that a rule needs to have reached before it can open, and what was found below.
 *
 * What was found not reached need not be asked again before something can have moved it. A number that by itself only
 * falls stays below until a record comes that it counts; one over a window that ended on an earlier day (night) stays
 * as it is until midnight (noon), for records come in order. So each student has a bit a guard that was found below,
 * and a rule with such a guard is passed by without a look at any number (guard_is_below sets them, the records that
 * count and new days clear them, and going back clears all).
 */
#ifndef SZ_TIMELINE_GUARDS_H
#define SZ_TIMELINE_GUARDS_H

#include "ids.h"
#include "internal.h"

enum { GUARD_BITS = 64, GUARD_NO_BIT = UINT8_MAX };

/* Guards that may be remembered as below, alike ones as one, and of each rule: its guards' bits, those of them that
 * only fall, those of which one below is enough for a record to do nothing to the rule. */
typedef struct guard_memo {
    sz_guard bits[GUARD_BITS];
    uint32_t n_bits;
    uint64_t still, still_days, still_nights; /* bits of windows that ended earlier; of days, of nights */
    uint8_t (*bit)[SZ_GUARDS_MAX];
    uint64_t *needs, *falls, *rests;
    uint8_t *first; /* of each rule: which of its guards was found below last */
} guard_memo;

/* Rules that are `last` need a bit least. */
void guard_memo_init(guard_memo *m, const sz_tlctx *c, const bool *last);
void guard_memo_fini(guard_memo *m);

/* usual.c: places where records that are compared were, as numbers of one byte. */
enum { PLACE_WORDS = 255, PLACE_SLOTS = 1024 };
typedef struct place_words {
    uint64_t hash[PLACE_WORDS];
    uint32_t word[PLACE_WORDS], n;
    uint8_t slot[PLACE_SLOTS]; /* one more than which it is, from the word's own place on; 0: free */
} place_words;

/* What is kept of a rule set while it is in use; all but the guards is touch.c's. */
struct sz_touch_memo {
    guard_memo guards;
    void *block; /* in which the touches stand, aligned */
    struct touch *touches;
    bool *in_family;  /* of each rule: may it be */
    uint64_t *made;   /* rule_words: the answer */
    uint64_t asked;   /* types whose records were found to ask windows that ended earlier */
    id_sets ids;      /* of long logs (log.c) */
    sz_day_memo half; /* sum of the day and the night of whatever was asked for last */
    place_words places;
    void *ahead; /* where asserts are: what was passed before its clock (ahead.c) */
};

/* A feature's number at the item in hand, found once. */
static inline double guard_value(run *x, uint32_t feature) {
    sz_value_memo *m = &x->c->values[feature];
    if (m->stamp != x->c->value_stamp) {
        x->c->asked_stamp = x->c->value_stamp;
        state_catch_up(x->tl, x->c);
        *m = (sz_value_memo){.stamp = x->c->value_stamp, .num = sz_feature_reached(&x->ev, feature)};
    }
    return m->num;
}

/* few.c: records wait. Is the guard reached, as far as can be said without them being added up? */
typedef enum few_answer { FEW_UNSEEN, FEW_BELOW, FEW_REACHED } few_answer;
few_answer guard_of_few(run *x, const sz_guard *g);
/* And is it certain that the rule does not open: its condition is not true, or at its checks not whom it is about? */
bool few_rule_stays_idle(run *x, const sz_rule *r);

/* Is the rule's i-th guard not reached? Then it is remembered, if it may be. */
bool guard_is_below(run *x, uint32_t rule, uint32_t i);

/* Bits of windows that ended earlier and have moved on between two half days. Days go on at midnight and nights, which
 * are named by their evenings, at noon, each by one: so the sum of both says what each is. */
static inline uint64_t guards_moved_on(const guard_memo *m, int32_t from, int32_t to) {
    uint64_t days = (from + 1) >> 1 != (to + 1) >> 1 ? m->still_days : 0;
    return days | (from >> 1 != to >> 1 ? m->still_nights : 0);
}

static inline void below_as_of(sz_timeline *tl, const guard_memo *m, int32_t half) {
    if (tl->below_half == half) return;
    tl->below &= ~guards_moved_on(m, tl->below_half, half);
    tl->below_half = half;
}

#ifndef NDEBUG
void guards_ask_again(run *x, uint64_t below);
/* What the rule itself says where it was found that it does not open. */
void guards_ask_rule(run *x, const sz_rule *r);
#endif

/* Is one of them known to be below? Where asserts are, what is remembered is asked all the same: each test then holds
 * the two together. */
static inline bool recall_below(run *x, uint64_t bits) {
    below_as_of(x->tl, &x->c->touches->guards, x->ev.day + x->ev.night);
    uint64_t below = x->tl->below & bits;
#ifndef NDEBUG
    if (below) guards_ask_again(x, below);
#endif
    return below != 0;
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * till: what the card's chip adds to a day's swipes, in their order: use count, balance, top-ups before the money runs
 * out, and which use a reversal or refund undoes.
 */
#include "day.h"

/* The purchase that an undo follows: the last one before it at the same till for the same amount. */
static uint32_t undone(const struct plan *x, uint32_t i) {
    const struct event *e = &x->ev[i];
    for (uint32_t k = i; k-- > 0;) {
        const struct event *c = &x->ev[k];
        if (c->what == WHAT_SWIPE && c->detail == OP_CONSUME && c->reader == e->reader && c->amount == e->amount)
            return c->number;
    }
    return 0;
}

static void top_up(struct plan *x, uint32_t i) {
    static const int32_t usual[] = {5000, 10000, 10000, 20000, 20000, 30000}, small[] = {2000, 3000, 5000};
    struct event e = x->ev[i];
    uint32_t at = sz_rng_below(&x->r, x->mood.is_hard_up ? 3 : 6);
    int32_t before = sz_rng_between(&x->r, 30, 900), fen = x->mood.is_hard_up ? small[at] : usual[at];
    while (x->p->balance + fen < e.amount) fen += 10000;
    e.time_ms -= before * SZ_SECOND_MS;
    if (i > 0 && e.time_ms < x->ev[i - 1].time_ms) e.time_ms = x->ev[i - 1].time_ms;
    e.detail = OP_TOPUP;
    e.amount = fen;
    e.reader = e.place = NONE; /* by phone */
    memmove(&x->ev[i + 1], &x->ev[i], (x->n - i) * sizeof *x->ev);
    x->ev[i] = e;
    x->n++;
}

void sz_sim_till(struct plan *x) {
    struct person *p = x->p;
    int32_t low = x->mood.is_hard_up
                      ? 0
                      : 800 + (int32_t)(x->who * 2654435761u >> 20) % 3000; /* some wait until the card is empty */
    for (uint32_t i = 0; i < x->n; i++) {
        struct event *e = &x->ev[i];
        if (e->what != WHAT_SWIPE) continue;
        bool is_purchase = e->detail == OP_CONSUME;
        if (is_purchase && p->balance - e->amount < low && x->n < PLAN_MAX) {
            top_up(x, i);
            e = &x->ev[i]; /* the top-up; the purchase comes next, with money */
        } else if (is_purchase && p->balance < e->amount) {
            e->amount = p->balance; /* no room for a top-up: never seen, and still no card below zero */
        }
        e->number = ++p->uses;
        if (e->detail == OP_REFUND || e->detail == OP_REVERSAL) e->ref = undone(x, i);
        p->balance += e->detail == OP_CONSUME ? -e->amount : e->amount;
        e->balance = p->balance;
    }
}

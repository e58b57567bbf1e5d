/* SPDX-License-Identifier: Apache-2.0
 *
 * card_gaps: who has lost a card and does not have the next one yet. Such a student passes no reader, and his silence
 * is the card's. Hardly anybody is between two cards, so the times are found once, and looked up among few.
 */
#include "internal.h"

enum { LONGEST_DAYS = 7 };

static int in_order(const void *pa, const void *pb, void *ctx) {
    const struct card_gap *a = pa, *b = pb;
    (void)ctx;
    if (a->student != b->student) return a->student < b->student ? -1 : 1;
    if (a->from_ms != b->from_ms) return a->from_ms < b->from_ms ? -1 : 1;
    return (a->to_ms > b->to_ms) - (a->to_ms < b->to_ms);
}

/* After `end`, unless the next card, if there is one, begins by then. */
static void add_gap(sz_campus *c, uint32_t student, int64_t end_ms, int64_t next_ms) {
    if (next_ms <= end_ms) return; /* one that is held for ever has none after it */
    int64_t longest_ms = end_ms + LONGEST_DAYS * SZ_DAY_MS;
    struct card_gap *g = GROW(c->gaps, c->n_gaps, c->cap_gaps);
    *g = (struct card_gap){end_ms, next_ms < longest_ms ? next_ms : longest_ms, student};
}

/* `held`: when each card is held, in order. */
static void find(sz_campus *c, const struct card_gap *held, uint32_t n) {
    int64_t until_ms = SZ_TIME_MAX; /* of the student's cards so far, the one that is held longest */
    for (uint32_t i = 0; i < n; i++) {
        bool is_first = i == 0 || held[i].student != held[i - 1].student;
        if (!is_first) add_gap(c, held[i].student, until_ms, held[i].from_ms);
        if (is_first || held[i].to_ms > until_ms) until_ms = held[i].to_ms;
        bool is_last = i + 1 == n || held[i + 1].student != held[i].student;
        if (is_last && until_ms != SZ_TIME_MAX) add_gap(c, held[i].student, until_ms, SZ_TIME_MAX);
    }
}

void sz_campus_find_gaps(sz_campus *c) {
    bool any = false;
    for (uint32_t i = 0; i < c->cards.n; i++) any = any || c->cards.v[i].to_ms != SZ_TIME_MAX;
    if (!any) return;
    struct card_gap *held = sz_alloc(c->cards.n * sizeof *held);
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->cards.n; i++) {
        const struct held *h = &c->cards.v[i];
        if (h->value != SZ_NONE) held[n++] = (struct card_gap){h->from_ms, h->to_ms, h->value};
    }
    sz_sort(held, n, sizeof *held, in_order, NULL);
    find(c, held, n);
    sz_free(held);
}

bool sz_campus_is_between_cards(const sz_campus *c, uint32_t student, int64_t t_ms) {
    uint32_t lo = 0, hi = c->n_gaps; /* the first gap of the student */
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->gaps[mid].student < student) lo = mid + 1;
        else hi = mid;
    }
    for (; lo < c->n_gaps && c->gaps[lo].student == student; lo++)
        if (t_ms >= c->gaps[lo].from_ms && t_ms < c->gaps[lo].to_ms) return true;
    return false;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * meals: what the card pays for. Prices are those of a large city's canteens in 2026, chosen and not measured: a meal
 * of 12 yuan, a breakfast of 5. A student in hardship eats every meal and pays about 5: the sign that NJUST looked for
 * in 2016 (60 meals and at most 420 yuan in 30 days; Yangtse Evening Post, 2016-01-27).
 */
#include "day.h"

#define AT(h, m) ((h)*3600 + (m)*60)

enum { BREAKFAST, LUNCH, DINNER, SHOPPING, BATHING, N_PRICES };
static const sz_curve prices[N_PRICES] = {
    /* fen */
    [BREAKFAST] = {{150, 250, 380, 500, 650, 1000, 1600}}, [LUNCH] = {{500, 800, 1050, 1300, 1600, 2200, 3500}},
    [DINNER] = {{450, 750, 1000, 1250, 1550, 2150, 3800}}, [SHOPPING] = {{150, 250, 500, 850, 1500, 3800, 9000}},
    [BATHING] = {{60, 80, 120, 170, 230, 320, 400}},
};

/* How a day's purchases fall on meals, windows, shop and bath: parts of 10,000, from purchases of 30 days. */
struct appetite {
    int32_t meal[3];
    int32_t another_window; /* one more swipe at the same meal */
    int32_t shop, bath;
};

static struct appetite appetite_of(const struct plan *x) {
    const struct person *p = x->p;
    if (x->mood.is_hard_up) return (struct appetite){{8800, 9500, 9300}, 500, 300, 1500};
    int32_t a_day = p->pay * 10000 / 30; /* purchases a day, in 1/10,000 */
    struct appetite a = {.shop = a_day * 14 / 100, .bath = p->lives_in ? a_day * 8 / 100 : 0};
    /* Those who swipe often swipe several times at one meal: 1.05 windows a meal at 1.5 purchases a day, 1.5 at 5. */
    int32_t windows = 10500 + (a_day > 15000 ? (a_day - 15000) * 12 / 100 : 0);
    a.another_window = 10000 - (int32_t)(INT64_C(100000000) / windows);
    int32_t meals = (int32_t)((int64_t)(a_day - a.shop - a.bath) * 10000 / windows);
    static const int32_t part[3] = {27, 39, 34};
    for (int k = 0; k < 3; k++) {
        a.meal[k] = meals * part[k] / 100;
        if (a.meal[k] > 9600) a.meal[k] = 9600;
    }
    return a;
}

static void buy(struct plan *x, int32_t second, uint16_t place, int32_t fen) {
    struct event *e = sz_sim_add(x, WHAT_SWIPE, second, place, N_DIRECTIONS);
    if (!e) return;
    e->amount = fen < 10 ? 10 : fen;
    struct event first = *e;
    if (!sz_rng_chance(&x->r, 40) || x->n + 2 > PLAN_MAX) return;
    /* The cashier's slip: taken back at once, and rung up again; or, for the smaller part, given back in the
     * afternoon. */
    struct event back = first;
    bool is_refund = sz_rng_chance(&x->r, 2500);
    back.detail = is_refund ? OP_REFUND : OP_REVERSAL;
    back.time_ms += (is_refund ? sz_rng_between(&x->r, 900, 7200) : sz_rng_between(&x->r, 15, 90)) * SZ_SECOND_MS;
    x->ev[x->n++] = back;
    if (is_refund) return;
    first.time_ms = back.time_ms + sz_rng_between(&x->r, 5, 20) * SZ_SECOND_MS;
    first.amount = first.amount * 9 / 10 / 10 * 10 + 10;
    x->ev[x->n++] = first;
}

static int32_t price_of(struct plan *x, int what) {
    int32_t fen = sz_curve_draw(&prices[what], &x->r);
    if (what <= DINNER) fen = fen * x->mood.price / 100;
    else if (what == SHOPPING) fen = fen * (x->mood.price + 100) / 200;
    return fen / 10 * 10;
}

static uint16_t canteen(struct plan *x) {
    bool is_usual = sz_rng_chance(&x->r, 7000);
    uint32_t other = sz_rng_below(&x->r, x->w->n_of[CANTEEN]);
    return is_usual ? x->p->canteen : (uint16_t)(x->w->first[CANTEEN] + other);
}

/* One meal: one or more windows, one after the other. */
static void eat(struct plan *x, int what, int32_t second, int32_t another) {
    uint16_t place = canteen(x);
    int32_t price = price_of(x, what);
    for (int n = 0; n < 4; n++) {
        bool goes_on = n < 3 && sz_rng_chance(&x->r, another);
        int32_t part = goes_on ? price * sz_rng_between(&x->r, 45, 80) / 100 / 10 * 10 : price;
        buy(x, second, place, part);
        price -= part;
        second += sz_rng_between(&x->r, 25, 240);
        if (!goes_on) return;
    }
}

static int32_t meal_time(struct plan *x, int what) {
    int32_t t;
    switch (what) {
    case BREAKFAST: t = x->wake + sz_rng_between(&x->r, 12 * 60, 42 * 60); break;
    case LUNCH:
        t = x->attended & CLASS_10 ? sz_rng_between(&x->r, AT(12, 3), AT(12, 36))
                                   : sz_rng_bell(&x->r, AT(12, 0), 22 * 60);
        break;
    default:
        t = sz_rng_bell(&x->r, AT(17, 50), 28 * 60);
        if (x->attended & CLASS_16 && t < AT(18, 3)) t = AT(18, 3) + sz_rng_between(&x->r, 0, 1500);
        break;
    }
    if (x->mood.chaos) t += sz_rng_between(&x->r, -x->mood.chaos * 45, x->mood.chaos * 60);
    return t;
}

/* The friend who has the card eats too, when and where he likes. */
static void lend(struct plan *x) {
    for (int what = LUNCH; what <= DINNER; what++) {
        bool comes = sz_rng_chance(&x->r, 6000);
        int32_t t = what == LUNCH ? sz_rng_bell(&x->r, AT(12, 0), 25 * 60) : sz_rng_bell(&x->r, AT(17, 50), 30 * 60);
        uint16_t place = (uint16_t)(x->w->first[CANTEEN] + sz_rng_below(&x->r, x->w->n_of[CANTEEN]));
        int32_t fen = sz_curve_draw(&prices[what], &x->r) / 10 * 10;
        if (comes) buy(x, t, place, fen);
    }
}

static void other_purchases(struct plan *x, const struct appetite *a, int32_t per_cent) {
    for (int32_t chance = a->shop * per_cent / 100; chance > 0; chance -= 10000) {
        bool comes = sz_rng_chance(&x->r, chance);
        int32_t t = sz_rng_bell(&x->r, AT(17, 30), 150 * 60), latest = x->home < AT(22, 20) ? x->home : AT(22, 20);
        uint16_t shop = (uint16_t)(x->w->first[SHOP] + sz_rng_below(&x->r, x->w->n_of[SHOP]));
        int32_t fen = price_of(x, SHOPPING);
        if (t > latest) t = latest;
        if (comes && !x->mood.is_hard_up) buy(x, t, shop, fen);
    }
    bool bathes = sz_rng_chance(&x->r, a->bath * per_cent / 100);
    int32_t t = sz_rng_between(&x->r, AT(17, 30), AT(22, 25));
    uint16_t bath = (uint16_t)(x->w->first[BATH] + (x->p->dorm - x->w->first[DORM]) / 2 % x->w->n_of[BATH]);
    int32_t fen = price_of(x, BATHING);
    if (bathes) buy(x, t, bath, fen);
}

void sz_sim_meals(struct plan *x) {
    struct appetite a = appetite_of(x);
    int32_t per_cent = x->mood.meals * (x->d->is_rest && !x->mood.is_hard_up ? 92 : 102) / 100;
    for (int what = BREAKFAST; what <= DINNER; what++) {
        int32_t chance = a.meal[what] * per_cent / 100;
        if (what == BREAKFAST && x->d->is_rest && !x->mood.is_hard_up) chance = chance * 6 / 10;
        if (what != BREAKFAST && x->mood.is_treated) chance = chance * 12 / 100;
        if (!x->p->lives_in && what != LUNCH) chance = chance * 5 / 10;
        bool eats = sz_rng_chance(&x->r, chance);
        int32_t t = meal_time(x, what);
        if (!eats || (what == BREAKFAST && t > AT(9, 40) && !x->mood.chaos)) continue;
        eat(x, what, t, a.another_window);
        if (what != BREAKFAST && x->mood.pays_double) eat(x, what, t + 12, a.another_window);
    }
    other_purchases(x, &a, per_cent);
    if (x->mood.lends) lend(x);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * May a condition be true, of whose symbols only ranges are known (prog_may.c)? "No" holds whatever they are within
 * these; where all are exact, it is what a run says; and "no" is said where it was built for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "support/toy_names.h"

static sz_arena arena;

/* Symbols a and b lie between two numbers; all others are exact. */
typedef struct world {
    toy_values values;
    bool is_exact[2];
    double low[2], high[2];
} world;

static int which(uint32_t slot) { return slot == toy_slot("a") ? 0 : slot == toy_slot("b") ? 1 : -1; }

static bool is_exact(void *ctx, uint32_t slot) {
    const world *w = ctx;
    int i = which(slot);
    return i < 0 || w->is_exact[i];
}

static void range(void *ctx, uint32_t slot, double *low, double *high) {
    const world *w = ctx;
    int i = which(slot);
    assert_true(i >= 0 && *low == -INFINITY && *high == INFINITY);
    *low = w->low[i];
    *high = w->high[i];
}

static bool may(world *w, const sz_prog *p) {
    sz_may of = {.ctx = w, .is_exact = is_exact, .range = range, .exact = toy_loader(&w->values)};
    return sz_prog_may_be_true(p, &of);
}

static bool is_true(world *w, const sz_prog *p) {
    sz_loader l = toy_loader(&w->values);
    sz_xval v = sz_prog_run(p, &l);
    return v.know == SZ_KNOWN && v.b;
}

static const sz_prog *compile(const char *text) {
    sz_diags d;
    sz_diags_init(&d);
    const sz_prog *p = toy_compile(&arena, text, SZ_X_BOOL, true, &d);
    if (!p) fail_msg("%s: %s", text, d.n ? d.v[0].message : "nothing said");
    sz_diags_fini(&d);
    return p;
}

static const char *const conditions[] = {
    "a == 0", "a > 1", "a >= 2", "a < 1", "a <= 0", "a != 1", "2 < a", "1 >= a", "a < b", "a == b", "a >= b",
    "a > 1 && b > 1", "a > 1 || b > 1", "!(a > 1)", "!(a > 1 && b < 2)", "!(a < 1 || !(b >= 2))", "p && a >= 2",
    "p || a >= 2", "!p && a == 1", "p && q || a > 2 && b > 2", "a + b > 4", "a + 1 > b", "p ? a > 1 : b > 1",
    "s == \"x\" && a > 1", "s != \"x\" && a > 1", "c >= 2 && a > 0", "c < 2 && a > 0", "c == a",
    "c > 2 || a > 2", "a in [1, 2]", "p == q && a > 0",
};
enum { CONDITIONS = sizeof conditions / sizeof *conditions, MOST = 3 };

/* Unknown, then 0 to MOST, then at least those. */
enum { NUMBERS = 2 * (MOST + 1) + 1 };
static sz_xval number(int i) {
    return i == 0 ? toy_unknown() : i <= MOST + 1 ? toy_num(i - 1) : toy_at_least(i - MOST - 2);
}
static sz_xval truth(int i) { return i == 0 ? toy_unknown() : toy_bool(i == 1); }

static bool lies_within(int i, double low, double high) {
    sz_xval v = number(i);
    return v.know == SZ_UNKNOWN || (v.num >= low && v.num <= high);
}

/* All that a and b can be within their ranges. */
static void hold_within(world *w, const sz_prog *p, const char *text) {
    bool says = may(w, p);
    for (int a = 0; a < NUMBERS; a++)
        for (int b = 0; b < NUMBERS; b++) {
            if (!lies_within(a, w->low[0], w->high[0]) || !lies_within(b, w->low[1], w->high[1])) continue;
            toy_set(&w->values, "a", number(a));
            toy_set(&w->values, "b", number(b));
            if (is_true(w, p) && !says) fail_msg("%s may be true", text);
        }
}

static void each_range(world *w, const sz_prog *p, const char *text) {
    for (int k = 0; k < (MOST + 1) * (MOST + 1) * (MOST + 1) * (MOST + 1); k++) {
        int at[4] = {k % (MOST + 1), k / (MOST + 1) % (MOST + 1), k / 16 % (MOST + 1), k / 64};
        if (at[0] > at[1] || at[2] > at[3]) continue;
        for (int i = 0; i < 2; i++) w->low[i] = at[2 * i], w->high[i] = at[2 * i + 1];
        hold_within(w, p, text);
    }
}

static void test_no_holds_whatever_they_are(void **state) {
    (void)state;
    for (int i = 0; i < CONDITIONS; i++) {
        const sz_prog *p = compile(conditions[i]);
        int n = strchr(conditions[i], 'c') ? 3 * 3 * NUMBERS : 3 * 3;
        for (int k = 0; k < n; k++) {
            world w = {0};
            toy_clear(&w.values);
            toy_set(&w.values, "p", truth(k % 3));
            toy_set(&w.values, "q", truth(k / 3 % 3));
            toy_set(&w.values, "c", number(k / 9));
            toy_set(&w.values, "s", k % 2 ? toy_str("x") : toy_str("y"));
            each_range(&w, p, conditions[i]);
        }
    }
}

/* A choice, a list and a sum are not; of what is negated not all parts are asked. */
static bool is_looked_into(const char *text) { return !strpbrk(text, "?[+") && !strstr(text, "!("); }

static void test_of_what_is_exact_it_is_what_a_run_says(void **state) {
    (void)state;
    for (int i = 0; i < CONDITIONS; i++) {
        if (!is_looked_into(conditions[i])) continue;
        const sz_prog *p = compile(conditions[i]);
        for (int k = 0; k < NUMBERS * NUMBERS * NUMBERS; k++) {
            world w = {.is_exact = {true, true}};
            toy_clear(&w.values);
            toy_set(&w.values, "a", number(k % NUMBERS));
            toy_set(&w.values, "b", number(k / NUMBERS % NUMBERS));
            toy_set(&w.values, "c", number(k / NUMBERS / NUMBERS));
            toy_set(&w.values, "p", truth(k % 3));
            toy_set(&w.values, "q", truth(k % 2));
            toy_set(&w.values, "s", toy_str("x"));
            if (may(&w, p) != is_true(&w, p)) fail_msg("%s", conditions[i]);
        }
    }
}

static void test_no_is_said(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double low, high;
        bool want;
    } rows[] = {
        {"a == 0", 1, INFINITY, false}, {"a == 0", 0, 1, true}, {"a >= 6", 0, 5, false}, {"a >= 6", 0, 6, true},
        {"a > 6", 0, 6, false}, {"a < 1", 1, 9, false}, {"p && a > 0", 0, 9, false}, {"!p && a > 0", 0, 9, false},
        {"p || a > 3", 0, 3, false}, {"(s == \"x\" && b > 1) || a >= 6", 0, 5, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world w = {.low = {rows[i].low, 0}, .high = {rows[i].high, 9}};
        toy_clear(&w.values); /* p and s are unknown */
        assert_int_equal(may(&w, compile(rows[i].text)), rows[i].want);
    }
}

static int setup(void **state) {
    (void)state;
    sz_arena_init(&arena);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    sz_arena_fini(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_holds_whatever_they_are),
        cmocka_unit_test(test_of_what_is_exact_it_is_what_a_run_says),
        cmocka_unit_test(test_no_is_said),
    };
    return cmocka_run_group_tests_name("expr_prog_may", tests, setup, teardown);
}

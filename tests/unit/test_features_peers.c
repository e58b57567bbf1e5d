/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of peers (semantics 22): what they say, that they add up, and that what was stored is what was there.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sanzao/features.h>

#include "support/draw.h"

static const uint64_t group_a = 77, group_b = 5;

static void put(sz_peer_table *t, uint64_t group, const double *v, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) sz_peer_table_ask(t, group, true, v[i]);
}

static sz_str stored(sz_buf *out, const sz_peer_table *t) {
    sz_buf_clear(out);
    sz_peer_table_put(out, t);
    return sz_buf_str(out);
}

static void the_textbook(void **state) {
    (void)state;
    static const double v[] = {3, 1, 1, 4, 1, 5, 9, 2};
    sz_peer_table t = {.day = 20514};
    put(&t, group_a, v, 8);
    sz_peer_table_close(&t);
    const sz_peer_group *g = sz_peer_table_group(&t, group_a);
    assert_int_equal(g->n, 8);
    assert_int_equal(g->asked, 8);
    assert_true(sz_peer_percentile(&t, g, 1) == 100 * 1.5 / 8);
    assert_true(sz_peer_percentile(&t, g, 2) == 100 * 3.5 / 8);
    assert_true(sz_peer_percentile(&t, g, 9) == 100 * 7.5 / 8);
    assert_true(g->median == 2.5); /* 1 1 1 2 3 4 5 9 */
    assert_true(g->mean == 26.0 / 8);
    assert_null(sz_peer_table_group(&t, group_b));
    sz_peer_table_fini(&t);
}

static void an_odd_number_has_a_middle(void **state) {
    (void)state;
    static const double v[] = {8.25, -2, 0.0};
    sz_peer_table t = {0};
    put(&t, group_b, v, 3);
    sz_peer_table_ask(&t, group_b, true, -0.0); /* no other value than 0 */
    sz_peer_table_ask(&t, group_b, true, 7);
    sz_peer_table_close(&t);
    const sz_peer_group *g = sz_peer_table_group(&t, group_b);
    assert_int_equal(g->n_values, 4);
    assert_true(g->median == 0);
    assert_true(sz_peer_percentile(&t, g, 0) == 100 * 2.0 / 5);
    sz_peer_table_fini(&t);
}

/* Whoever's value has changed since counts as one more: it lies between its neighbours, and within 0 and 100. */
static void who_is_not_in_it_stands_between(void **state) {
    (void)state;
    draw d = draw_of(3);
    for (int round = 0; round < 200; round++) {
        sz_peer_table t = {0};
        int n = 1 + (int)draw_below(&d, 12);
        for (int i = 0; i < n; i++) sz_peer_table_ask(&t, group_a, true, (double)draw_below(&d, 6));
        sz_peer_table_close(&t);
        const sz_peer_group *g = sz_peer_table_group(&t, group_a);
        double before = 0;
        for (double own = -1; own <= 7; own += 0.5) {
            double p = sz_peer_percentile(&t, g, own);
            assert_true(p > 0 && p < 100 && p >= before);
            before = p;
        }
        sz_peer_table_fini(&t);
    }
}

static void how_many_speak_for_a_group(void **state) {
    (void)state;
    sz_peer_group g = {.asked = 30, .n = 27};
    assert_true(sz_peer_group_speaks(&g, 27));
    assert_false(sz_peer_group_speaks(&g, 28));
    g.n = 26;
    assert_false(sz_peer_group_speaks(&g, 5));
    sz_peer_table t = {0};
    sz_peer_table_ask(&t, group_a, false, 3);
    sz_peer_table_ask(&t, group_a, true, (double)NAN); /* no number is a value */
    sz_peer_table_close(&t);
    assert_int_equal(sz_peer_table_group(&t, group_a)->asked, 2);
    assert_int_equal(sz_peer_table_group(&t, group_a)->n, 0);
    sz_peer_table_fini(&t);
}

/* Parts of the students, whoever is in which, and in whatever order they come. */
static void parts_add_up(void **state) {
    enum { PARTS = 3, STUDENTS = 400 };
    (void)state;
    draw d = draw_of(5);
    sz_peer_table all = {.day = 7}, sum = {.day = 7}, part[PARTS] = {{.day = 7}, {.day = 7}, {.day = 7}};
    sz_buf a, b;
    sz_buf_init(&a);
    sz_buf_init(&b);
    for (int i = 0; i < STUDENTS; i++) {
        uint64_t group = draw_below(&d, 5);
        bool is_known = draw_below(&d, 9) != 0;
        double value = (double)draw_below(&d, 12) / 4;
        sz_peer_table_ask(&all, group, is_known, value);
        sz_peer_table_ask(&part[draw_below(&d, PARTS)], group, is_known, value);
    }
    sz_peer_table_close(&all);
    for (int k = PARTS; k-- > 0;) {
        sz_peer_table_close(&part[k]);
        sz_peer_table_add(&sum, &part[k]);
        sz_peer_table_fini(&part[k]);
    }
    sz_peer_table_close(&sum);
    assert_true(sz_str_eq(stored(&a, &all), stored(&b, &sum)));
    sz_peer_table_fini(&all);
    sz_peer_table_fini(&sum);
    sz_buf_fini(&a);
    sz_buf_fini(&b);
}

static void what_is_stored_comes_back_and_damage_is_found(void **state) {
    (void)state;
    static const double v[] = {0, 3, 3, 8.25, -17, 1e300, 4503599627370497.0, -0.5};
    sz_peer_table t = {.day = -3}, back;
    sz_buf a, b;
    sz_buf_init(&a);
    sz_buf_init(&b);
    put(&t, group_a, v, 8);
    put(&t, UINT64_MAX, v + 2, 3);
    sz_peer_table_ask(&t, group_b, false, 0);
    sz_peer_table_close(&t);
    sz_str bytes = stored(&a, &t);
    assert_true(sz_peer_table_get(&back, bytes));
    assert_int_equal(back.day, -3);
    assert_int_equal(sz_peer_table_group(&back, group_b)->asked, 1);
    assert_true(sz_str_eq(stored(&b, &back), bytes));
    sz_peer_table_fini(&back);
    for (size_t n = 0; n < bytes.n; n++) assert_false(sz_peer_table_get(&back, (sz_str){bytes.p, n}));
    for (size_t i = 0; i < bytes.n; i++) {
        a.p[i] ^= 0x20;
        assert_false(sz_peer_table_get(&back, bytes));
        a.p[i] ^= 0x20;
    }
    sz_peer_table_fini(&t);
    sz_buf_fini(&a);
    sz_buf_fini(&b);
}

/* ---- all tables ---- */

static void take(sz_peers *p, uint64_t feature, int32_t day, double value) {
    sz_peer_table t = {.day = day};
    sz_peer_table_ask(&t, group_a, true, value);
    sz_peer_table_close(&t);
    sz_peers_take(p, feature, &t);
}

static double value_of(const sz_peers *p, uint64_t feature, int32_t day) {
    const sz_peer_table *t = sz_peers_find(p, feature, day);
    return t ? sz_peer_table_group(t, group_a)->median : -1;
}

static uint32_t count(const sz_peers *p) {
    uint64_t feature;
    uint32_t at = 0, n = 0;
    while (sz_peers_next(p, &at, &feature)) n++;
    return n;
}

static void tables_are_found_by_feature_and_day(void **state) {
    (void)state;
    sz_peers *p = sz_peers_new();
    assert_int_equal(sz_peers_last(p, 1), SZ_DAY_NONE);
    for (int32_t day = 10; day < 40; day++) take(p, 1, day, day), take(p, 2, day + 5, 2 * day);
    take(p, 1, 12, 99); /* in place of another */
    assert_int_equal(sz_peers_last(p, 1), 39);
    assert_true(value_of(p, 1, 12) == 99 && value_of(p, 2, 20) == 30 && value_of(p, 3, 20) == -1 &&
                value_of(p, 1, 9) == -1);
    assert_int_equal(count(p), 60);
    sz_peers_forget(p, 30);
    assert_true(value_of(p, 1, 29) == -1 && value_of(p, 1, 30) == 30 && value_of(p, 2, 30) == 50);
    assert_int_equal(count(p), 10 + 15);
    sz_peers_drop(p, 1);
    assert_true(value_of(p, 1, 30) == -1 && value_of(p, 2, 30) == 50);
    sz_peers_free(p);
}

/* What one of them does not have would be a table of some of the students only. */
static void joined_are_those_that_both_have(void **state) {
    (void)state;
    sz_peers *p = sz_peers_new(), *q = sz_peers_new();
    for (int32_t day = 1; day < 9; day++) take(p, 1, day, day);
    for (int32_t day = 4; day < 12; day++) take(q, 1, day, 3.0 * day);
    take(p, 2, 5, 1);
    take(q, 3, 5, 1);
    sz_peers_join(p, q);
    assert_int_equal(count(p), 5);
    assert_true(value_of(p, 1, 3) == -1 && value_of(p, 1, 4) == 8 && value_of(p, 1, 8) == 16 &&
                value_of(p, 1, 9) == -1);
    assert_int_equal(sz_peer_table_group(sz_peers_find(p, 1, 4), group_a)->asked, 2);
    sz_peers_free(p);
    sz_peers_free(q);
}

/* A table of all partitions is there in each: it is kept once, and of two that differ the fuller one. */
static void whole_tables_do_not_add_up(void **state) {
    (void)state;
    sz_peers *p = sz_peers_new(), *q = sz_peers_new();
    sz_buf bytes, again;
    sz_buf_init(&bytes);
    sz_buf_init(&again);
    for (int32_t day = 1; day < 5; day++) {
        for (int both = 0; both < 2; both++) {
            sz_peer_table t = {.day = day, .is_whole = day < 4 || both};
            sz_peer_table_ask(&t, group_a, true, day);
            sz_peer_table_ask(&t, group_a, (day == 2 && !both) || (day == 3 && both), 7);
            sz_peer_table_close(&t);
            sz_peers_take(both ? q : p, 1, &t);
        }
    }
    sz_peers_join(p, q);
    static const uint32_t known[] = {1, 2, 2, 1};
    for (int32_t day = 1; day < 5; day++) {
        const sz_peer_table *t = sz_peers_find(p, 1, day);
        assert_true(t->is_whole);
        assert_int_equal(sz_peer_table_group(t, group_a)->asked, 2);
        assert_int_equal(sz_peer_table_group(t, group_a)->n, known[day - 1]);
    }
    sz_peer_table back;
    sz_peer_table_put(&bytes, sz_peers_find(p, 1, 2));
    assert_true(sz_peer_table_get(&back, sz_buf_str(&bytes)) && back.is_whole);
    sz_peer_table_put(&again, &back);
    assert_true(sz_str_eq(sz_buf_str(&bytes), sz_buf_str(&again)));
    sz_peer_table_fini(&back);
    sz_buf_fini(&bytes);
    sz_buf_fini(&again);
    sz_peers_free(p);
    sz_peers_free(q);
}

static void a_table_holds_from_four_to_four(void **state) {
    (void)state;
    sz_zone z;
    sz_zone_fixed(&z, 8 * 3600, "+08:00");
    int64_t four = sz_zone_midnight(&z, 20514) + 4 * SZ_HOUR_MS;
    assert_int_equal(sz_peers_instant(&z, 20514), four);
    assert_int_equal(sz_peers_day(&z, four - 1), 20513);
    assert_int_equal(sz_peers_day(&z, four), 20514);
    assert_int_equal(sz_peers_day(&z, four + SZ_DAY_MS - 1), 20514);
    sz_zone_fini(&z);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_textbook),
        cmocka_unit_test(an_odd_number_has_a_middle),
        cmocka_unit_test(who_is_not_in_it_stands_between),
        cmocka_unit_test(how_many_speak_for_a_group),
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(what_is_stored_comes_back_and_damage_is_found),
        cmocka_unit_test(tables_are_found_by_feature_and_day),
        cmocka_unit_test(joined_are_those_that_both_have),
        cmocka_unit_test(whole_tables_do_not_add_up),
        cmocka_unit_test(a_table_holds_from_four_to_four),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

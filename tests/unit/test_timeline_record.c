/* SPDX-License-Identifier: Apache-2.0
 *
 * The log of a student and its stored form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/timeline_fixture.h"

static const char rules[] = "events: {meal: {event: swipe, where: 'event.op == \"consume\"'}}\n"
                            "features:\n"
                            "  n: {count: meal, over: 7d}\n"
                            "  m: {sum: meal.amount, over: 30d}\n"
                            "  s: {sessions: meal, gap: 90m, over: 7d}\n"
                            "  d: {distinct: meal.place, over: 7d}\n"
                            "  l: {last: meal}\n"
                            "rules:\n"
                            "  - {id: r, when: n >= 3 && m >= 10, level: blue}\n";

static const int64_t monday = 1772380800000; /* 2026-03-02T00:00+08:00 */

static int setup(void **state) {
    timeline_fixture *f = sz_alloc(sizeof *f);
    *state = f;
    return timeline_fixture_init(f, rules) ? 0 : -1;
}

static int teardown(void **state) {
    timeline_fixture_fini(*state);
    sz_free(*state);
    return 0;
}

static void fill(timeline_fixture *f, sz_timeline *tl, int n) {
    sz_timeline_init(tl, &f->ctx, SZ_STR("s1"), SZ_NONE);
    for (int i = 0; i < n; i++) {
        char id[16];
        snprintf(id, sizeof id, "e%d", i * 7 % n); /* out of order, each once where 7 does not divide n */
        sz_event e = timeline_fixture_swipe(id, monday + (i * 7 % n) * SZ_HOUR_MS, 100 + i);
        sz_timeline_insert(tl, &f->ctx, &e);
    }
    sz_timeline_advance(tl, &f->ctx, NULL);
}

static void test_log_is_in_order_whatever_the_arrival(void **state) {
    timeline_fixture *f = *state;
    sz_timeline tl;
    fill(f, &tl, 50);
    int64_t before = INT64_MIN;
    uint32_t n = 0;
    for (uint32_t off = 0; off < tl.log.n; off += sz_entry_len(tl.log.p + off), n++) {
        assert_true(sz_entry_time(tl.log.p + off) > before);
        before = sz_entry_time(tl.log.p + off);
    }
    assert_int_equal(n, 50);
    sz_timeline_fini(&tl);
}

static void test_same_identity_is_found(void **state) {
    timeline_fixture *f = *state;
    sz_timeline tl;
    fill(f, &tl, 50);
    sz_event e = timeline_fixture_swipe("e7", monday + 7 * SZ_HOUR_MS, 101);
    assert_int_equal(sz_timeline_find(&tl, &f->ctx, &e, false), SZ_INSERT_DUPLICATE);
    e.content++;
    assert_int_equal(sz_timeline_find(&tl, &f->ctx, &e, false), SZ_INSERT_CONFLICT);
    e.source = SZ_STR("other");
    assert_int_equal(sz_timeline_find(&tl, &f->ctx, &e, false), SZ_INSERTED);
    sz_timeline_fini(&tl);
}

/* Whom the reader of a batch has found to be alone in it is looked for among what was there before. */
static void test_a_lone_identity_is_found_among_those_of_before(void **state) {
    timeline_fixture *f = *state;
    sz_timeline tl;
    fill(f, &tl, 50);
    sz_event e = timeline_fixture_swipe("e7", monday + 7 * SZ_HOUR_MS, 101);
    assert_int_equal(sz_timeline_find(&tl, &f->ctx, &e, true), SZ_INSERTED);
    sz_timeline_batch_ended(&tl);
    assert_int_equal(sz_timeline_find(&tl, &f->ctx, &e, true), SZ_INSERT_DUPLICATE);
    sz_event first = timeline_fixture_swipe("first", monday - SZ_HOUR_MS, 5);
    sz_event last = timeline_fixture_swipe("last", monday + 90 * SZ_HOUR_MS, 5), old = e;
    sz_timeline_insert(&tl, &f->ctx, &first); /* in front of them: they are one further on */
    sz_timeline_insert(&tl, &f->ctx, &last);
    old.id = SZ_STR("e49");
    assert_int_not_equal(sz_timeline_find(&tl, &f->ctx, &old, true), SZ_INSERTED);
    assert_int_not_equal(sz_timeline_find(&tl, &f->ctx, &last, false), SZ_INSERTED);
    sz_timeline_fini(&tl);
}

static void test_record_comes_back_as_it_was(void **state) {
    timeline_fixture *f = *state;
    sz_timeline tl, again;
    fill(f, &tl, 50);
    sz_buf a = {0}, b = {0};
    sz_timeline_pack(&a, &tl, &f->ctx);
    sz_timeline_init(&again, &f->ctx, SZ_STR("s1"), SZ_NONE);
    assert_int_equal(sz_timeline_unpack(&again, &f->ctx, a.p, a.n), SZ_OK);
    sz_timeline_settle(&again, &f->ctx);
    sz_timeline_pack(&b, &again, &f->ctx);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
    assert_int_equal(again.n_log, 50);
    assert_int_equal(again.head.n == 0, 0);
    sz_buf_fini(&a);
    sz_buf_fini(&b);
    sz_timeline_fini(&tl);
    sz_timeline_fini(&again);
}

static void test_record_in_other_words_says_the_same(void **state) {
    timeline_fixture *f = *state;
    sz_timeline tl, there;
    sz_map other, *own = f->ctx.dict;
    fill(f, &tl, 50);
    sz_map_init(&other);
    for (int i = 0; i < 200; i++) { /* every number is another, and longer */
        char word[16];
        snprintf(word, sizeof word, "word%d", i);
        sz_map_intern(&other, sz_str_of(word));
    }
    sz_buf a = {0}, same = {0}, b = {0}, back = {0};
    sz_timeline_pack(&a, &tl, &f->ctx);
    assert_true(sz_timeline_pack_for(&same, &tl, &f->ctx, own));
    assert_int_equal(a.n, same.n);
    assert_memory_equal(a.p, same.p, a.n);
    assert_true(sz_timeline_pack_for(&b, &tl, &f->ctx, &other));
    assert_true(b.n > a.n);
    f->ctx.dict = &other;
    sz_timeline_init(&there, &f->ctx, SZ_STR("s1"), SZ_NONE);
    assert_int_equal(sz_timeline_unpack(&there, &f->ctx, b.p, b.n), SZ_OK);
    assert_true(sz_timeline_pack_for(&back, &there, &f->ctx, own));
    f->ctx.dict = own;
    assert_int_equal(a.n, back.n);
    assert_memory_equal(a.p, back.p, a.n);
    sz_buf *all[] = {&a, &same, &b, &back};
    for (int i = 0; i < 4; i++) sz_buf_fini(all[i]);
    sz_timeline_fini(&tl);
    sz_timeline_fini(&there);
    sz_map_fini(&other);
}

static void test_newer_format_is_refused_and_damage_is_told(void **state) {
    timeline_fixture *f = *state;
    sz_timeline tl;
    fill(f, &tl, 20);
    sz_buf a = {0};
    sz_timeline_pack(&a, &tl, &f->ctx);
    for (size_t n = 0; n < a.n; n++) { /* every shorter record */
        sz_timeline cut;
        sz_timeline_init(&cut, &f->ctx, SZ_STR("s1"), SZ_NONE);
        assert_int_not_equal(sz_timeline_unpack(&cut, &f->ctx, a.p, n), SZ_OK);
        sz_timeline_fini(&cut);
    }
    a.p[0] = SZ_RECORD_FORMAT + 1;
    sz_timeline newer;
    sz_timeline_init(&newer, &f->ctx, SZ_STR("s1"), SZ_NONE);
    assert_int_equal(sz_timeline_unpack(&newer, &f->ctx, a.p, a.n), SZ_REFUSED);
    sz_timeline_fini(&newer);
    sz_buf_fini(&a);
    sz_timeline_fini(&tl);
}

static void test_logged_record_takes_forty_bytes(void **state) {
    timeline_fixture *f = *state;
    sz_timeline tl;
    fill(f, &tl, 200);
    size_t bytes, log;
    sz_timeline_memory(&tl, &f->ctx, &bytes, &log);
    assert_true(log <= 40 * tl.n_log);
    sz_timeline_fini(&tl);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_log_is_in_order_whatever_the_arrival, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_identity_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_lone_identity_is_found_among_those_of_before, setup, teardown),
        cmocka_unit_test_setup_teardown(test_record_comes_back_as_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(test_record_in_other_words_says_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer_format_is_refused_and_damage_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_logged_record_takes_forty_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

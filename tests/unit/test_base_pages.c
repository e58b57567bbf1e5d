/* SPDX-License-Identifier: Apache-2.0
 *
 * pages: what is given, taken and withdrawn, told by what the pages hold.
 */
#include <sanzao/base_pages.h>
#include <sanzao/base_pool.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

#include <cmocka.h>

#define LARGE SZ_LARGE_PAGE

typedef struct range {
    uint8_t *mapped, *p; /* p: the first large page in it */
    size_t room;
} range;

static range range_of(size_t n_pages, int prot) {
    range r = {.room = (n_pages + 1) * LARGE};
    r.mapped = mmap(NULL, r.room, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(r.mapped != MAP_FAILED);
    r.p = (uint8_t *)(((uintptr_t)r.mapped + LARGE - 1) & ~(uintptr_t)(LARGE - 1));
    return r;
}

/* Each page begins and ends with its number, from 1 on. */
static range numbered(size_t n_pages) {
    range r = range_of(n_pages, PROT_READ | PROT_WRITE);
    for (size_t i = 0; i < n_pages; i++) r.p[i * LARGE] = r.p[(i + 1) * LARGE - 1] = (uint8_t)(i + 1);
    return r;
}

static void drop(range *r) { munmap(r->mapped, r->room); }

static void test_a_page_moves_with_what_it_holds_and_leaves_its_place_mapped(void **state) {
    sz_pages *s = sz_pages_new();
    enum { N = SZ_PAGES_MOST };
    range from = numbered(N), to = range_of(N, PROT_NONE);
    (void)state;
    sz_pages_give(s, from.p, N * LARGE);
    assert_int_equal(sz_pages_n(s), N);
    for (size_t i = 0; i < N - 1; i++) {
        assert_true(sz_pages_take(s, to.p + i * LARGE));
        assert_int_equal(to.p[i * LARGE], N - i);
        assert_int_equal(to.p[(i + 1) * LARGE - 1], N - i);
        to.p[i * LARGE] = 77;
        assert_int_equal(from.p[(N - 1 - i) * LARGE], 0); /* it is mapped, and empty */
        from.p[(N - 1 - i) * LARGE] = 1;
        assert_int_equal(to.p[i * LARGE], 77);
    }
    assert_int_equal(from.p[0], 1);
    sz_pages_withdraw(s, from.p, N * LARGE);
    drop(&from);
    drop(&to);
    sz_pages_free(s);
}

static void test_what_is_no_large_page_and_what_is_too_much_goes_back(void **state) {
    enum { N = SZ_PAGES_MOST + 3 };
    sz_pages *s = sz_pages_new();
    range r = numbered(N);
    (void)state;
    sz_pages_give(s, r.p + LARGE / 2, LARGE); /* the end of one, the beginning of another */
    assert_int_equal(sz_pages_n(s), 0);
    assert_int_equal(r.p[0], 1);
    assert_int_equal(r.p[LARGE - 1], 0);
    assert_int_equal(r.p[LARGE], 0);
    sz_pages_give(s, r.p + LARGE, (N - 1) * LARGE);
    assert_int_equal(sz_pages_n(s), SZ_PAGES_MOST);
    for (size_t i = 2; i < N; i++) assert_int_equal(r.p[i * LARGE], i < SZ_PAGES_MOST + 1 ? i + 1 : 0);
    sz_pages_give(NULL, r.p, N * LARGE);
    for (size_t i = 0; i < N; i++) assert_int_equal(r.p[i * LARGE], 0);
    sz_pages_withdraw(s, r.p, N * LARGE);
    drop(&r);
    sz_pages_free(s);
}

static void test_what_is_withdrawn_is_not_taken(void **state) {
    sz_pages *s = sz_pages_new();
    range a = numbered(1), b = numbered(2), to = range_of(3, PROT_NONE);
    (void)state;
    sz_pages_give(s, a.p, LARGE);
    sz_pages_give(s, b.p + LARGE, LARGE);
    assert_int_equal(sz_pages_n(s), 2);
    sz_pages_withdraw(s, a.mapped, a.room);
    drop(&a);
    assert_int_equal(sz_pages_n(s), 1);
    assert_true(sz_pages_take(s, to.p));
    assert_false(sz_pages_take(s, to.p + LARGE));
    assert_false(sz_pages_take(NULL, to.p + LARGE));
    assert_int_equal(to.p[0], 2);
    drop(&b);
    drop(&to);
    sz_pages_free(s);
}

/* Where it cannot be moved to, what is there stays, and nothing is lost but the page. */
static void test_a_page_that_cannot_be_moved_goes_back(void **state) {
    sz_pages *s = sz_pages_new();
    range from = numbered(1), to = numbered(1);
    (void)state;
    sz_pages_give(s, from.p, LARGE);
    assert_false(sz_pages_take(s, to.p + 1)); /* no page begins there */
    assert_int_equal(to.p[0], 1);
    assert_int_equal(to.p[LARGE - 1], 1);
    assert_int_equal(from.p[0], 0);
    assert_int_equal(sz_pages_n(s), 0);
    drop(&from);
    drop(&to);
    sz_pages_free(s);
}

static void test_who_misses_a_page_is_counted_while_pages_can_be_moved(void **state) {
    sz_pages *s = sz_pages_new();
    range from = numbered(2), to = range_of(2, PROT_NONE), full = numbered(1);
    (void)state;
    assert_int_equal(sz_pages_missed(s), 0);
    assert_false(sz_pages_take(s, to.p));
    assert_false(sz_pages_take(s, to.p));
    assert_int_equal(sz_pages_missed(s), 2);
    sz_pages_give(s, from.p, 2 * LARGE);
    assert_true(sz_pages_has(s, from.p) && sz_pages_has(s, from.p + LARGE));
    assert_true(sz_pages_take(s, to.p));
    assert_true(sz_pages_has(s, from.p));
    assert_false(sz_pages_has(s, from.p + LARGE));
    assert_int_equal(sz_pages_missed(s), 2);
    assert_false(sz_pages_take(s, full.p + 1)); /* as where the kernel moves none */
    assert_int_equal(sz_pages_missed(s), 0);
    assert_int_equal(sz_pages_missed(NULL), 0);
    assert_false(sz_pages_has(NULL, from.p));
    drop(&from);
    drop(&to);
    drop(&full);
    sz_pages_free(s);
}

/* Blocks of pages that were used, and of fresh ones behind them, keep what is written to them; the pages are used
 * first. */
static void test_a_pool_takes_what_others_have_done_with(void **state) {
    enum { BLOCK = 32 << 10, N = 400, GIVEN = SZ_PAGES_MOST };
    sz_pages *s = sz_pages_new();
    range from = numbered(GIVEN);
    sz_pages_give(s, from.p, GIVEN * LARGE);
    sz_pool *pool = sz_pool_new(s, 0);
    uint8_t *p[N];
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        size_t cap;
        p[i] = sz_pool_take(pool, BLOCK, BLOCK, &cap);
        memset(p[i], (int)(i % 251), cap);
        bool has_spans = sz_pool_in_use(pool).spans > 0;
        size_t used = has_spans ? ((size_t)i * BLOCK) / LARGE + 1 : 0;
        assert_int_equal(sz_pages_n(s), used < GIVEN ? GIVEN - used : 0);
    }
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t k = 0; k < BLOCK; k += 1024) assert_int_equal(p[i][k], i % 251);
#ifndef NDEBUG
    for (uint32_t i = 0; i < N; i++) sz_pool_give(pool, p[i], BLOCK);
#endif
    sz_pool_free(pool);
    sz_pages_withdraw(s, from.p, GIVEN * LARGE);
    drop(&from);
    sz_pages_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page_moves_with_what_it_holds_and_leaves_its_place_mapped),
        cmocka_unit_test(test_what_is_no_large_page_and_what_is_too_much_goes_back),
        cmocka_unit_test(test_what_is_withdrawn_is_not_taken),
        cmocka_unit_test(test_a_page_that_cannot_be_moved_goes_back),
        cmocka_unit_test(test_who_misses_a_page_is_counted_while_pages_can_be_moved),
        cmocka_unit_test(test_a_pool_takes_what_others_have_done_with),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}

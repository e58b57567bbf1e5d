/* SPDX-License-Identifier: Apache-2.0
 *
 * fresh_pages: the thread is there once pages were missed, and what it has ready is somebody's own.
 */
#include "../../src/app/live/fresh_pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { TAKERS = 3, PAGES = 40 };

typedef struct taker {
    fresh_pages *f;
    uint8_t *mapped, *p;
    uint8_t number;
    uint32_t taken;
    pthread_t thread;
} taker;

static void prepare(taker *t) {
    size_t room = (PAGES + 1) * SZ_LARGE_PAGE;
    t->mapped = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(t->mapped != MAP_FAILED);
    t->p = (uint8_t *)(((uintptr_t)t->mapped + SZ_LARGE_PAGE - 1) & ~(uintptr_t)(SZ_LARGE_PAGE - 1));
}

static void drop(taker *t) { munmap(t->mapped, (PAGES + 1) * SZ_LARGE_PAGE); }

/* Until there are so many; false: a minute was not enough. */
static bool comes(fresh_pages *f, size_t n) {
    for (int i = 0; i < 60000 && sz_pages_n(fresh_pages_of(f)) < n; i++) {
        fresh_pages_look(f);
        nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
    }
    return sz_pages_n(fresh_pages_of(f)) == n;
}

static void test_there_are_none_before_two_were_missed(void **state) {
    fresh_pages *f = fresh_pages_new();
    taker t = {.f = f};
    prepare(&t);
    (void)state;
    for (int i = 0; i < 2; i++) {
        fresh_pages_look(f);
        assert_false(sz_pages_take(fresh_pages_of(f), t.p));
    }
    assert_true(comes(f, SZ_PAGES_MOST));
    assert_true(sz_pages_take(fresh_pages_of(f), t.p));
    t.p[0] = t.p[SZ_LARGE_PAGE - 1] = 1;
    assert_true(comes(f, SZ_PAGES_MOST)); /* a place is used anew */
    assert_true(sz_pages_take(fresh_pages_of(f), t.p + SZ_LARGE_PAGE));
    t.p[SZ_LARGE_PAGE] = 2;
    assert_int_equal(t.p[0], 1);
    fresh_pages_free(f);
    assert_int_equal(t.p[SZ_LARGE_PAGE], 2); /* what was taken stays */
    drop(&t);
    fresh_pages_free(NULL);
}

/* As a pool does: what is not ready is one's own fresh page. */
static void *take(void *self) {
    taker *t = self;
    for (size_t i = 0; i < PAGES; i++) {
        uint8_t *p = t->p + i * SZ_LARGE_PAGE;
        t->taken += sz_pages_take(fresh_pages_of(t->f), p);
        fresh_pages_look(t->f);
        for (size_t at = 0; at < SZ_LARGE_PAGE; at += 4096) p[at] = t->number;
    }
    return NULL;
}

static void test_takers_do_not_get_each_others_pages(void **state) {
    fresh_pages *f = fresh_pages_new();
    taker v[TAKERS] = {{.f = NULL}};
    uint32_t taken = 0;
    (void)state;
    for (int i = 0; i < TAKERS; i++) {
        v[i] = (taker){.f = f, .number = (uint8_t)(i + 1)};
        prepare(&v[i]);
        assert_false(sz_pages_take(fresh_pages_of(f), v[i].p));
    }
    assert_true(comes(f, SZ_PAGES_MOST));
    for (int i = 0; i < TAKERS; i++) assert_int_equal(pthread_create(&v[i].thread, NULL, take, &v[i]), 0);
    for (int i = 0; i < TAKERS; i++) pthread_join(v[i].thread, NULL);
    for (int i = 0; i < TAKERS; i++) {
        taken += v[i].taken;
        for (size_t at = 0; at < PAGES * SZ_LARGE_PAGE; at += 4096) assert_int_equal(v[i].p[at], i + 1);
    }
    assert_true(taken >= SZ_PAGES_MOST);
    fresh_pages_free(f);
    for (int i = 0; i < TAKERS; i++) drop(&v[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_are_none_before_two_were_missed),
        cmocka_unit_test(test_takers_do_not_get_each_others_pages),
    };
    return cmocka_run_group_tests_name("fresh pages", tests, NULL, NULL);
}

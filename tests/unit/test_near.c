/* SPDX-License-Identifier: Apache-2.0
 *
 * near: partitions of one process answer each other out of what they told, as long as that stands, and tell who waits.
 */
#include "../../src/app/live/near.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

enum { PARTS = 3 };

typedef struct place {
    near_seat seat;
    sz_msgq *q;
    int fd;
    uint32_t n_far, far_partition;
    sz_parts_port port;
} place;

static void look_far(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n) {
    place *x = self;
    (void)tag, (void)keys, (void)n;
    x->n_far++;
    x->far_partition = partition;
}

static void sit(place *x, near *n, uint32_t partition) {
    *x = (place){.q = sz_msgq_new(), .fd = eventfd(0, EFD_NONBLOCK)};
    assert_true(x->fd >= 0);
    x->port = near_sit(&x->seat, n, partition, x->q, x->fd, (sz_parts_port){.self = x, .look = look_far});
}

static void leave(place *x) {
    near_leave(&x->seat);
    sz_msgq_free(x->q);
    close(x->fd);
}

static near *two(place *x, place *y) {
    near *n = near_new(PARTS);
    sit(x, n, 0);
    sit(y, n, 1);
    return n;
}

static void end_two(near *n, place *x, place *y) {
    leave(x);
    leave(y);
    near_free(n);
}

static void tell(place *x, const char *key, const char *value) {
    x->port.told(x->port.self, sz_str_of(key), sz_str_of(value));
}

static void look(place *x, uint32_t partition) {
    sz_str keys[] = {SZ_STR("a"), SZ_STR("b")};
    x->port.look(x->port.self, 7, partition, keys, 2);
}

/* What an answer has of a and b; neither: the store was asked. */
static void is_told(place *x, const char *a, const char *b) {
    const sz_msg *m = sz_msgq_pop(x->q);
    assert_non_null(m);
    assert_int_equal(m->kind, SZ_MSG_LOOKED);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_int_equal(m->tag, 7);
    assert_int_equal(m->n, 2);
    assert_true(sz_str_is(m->puts[0].value, a) && sz_str_is(m->puts[1].value, b));
    assert_null(sz_msgq_pop(x->q));
}

static bool is_woken(place *x) {
    uint64_t times;
    return read(x->fd, &times, sizeof times) > 0;
}

static void asks_far(place *x, uint32_t partition) {
    uint32_t before = x->n_far;
    look(x, partition);
    assert_int_equal(x->n_far, before + 1);
    assert_int_equal(x->far_partition, partition);
    assert_null(sz_msgq_pop(x->q));
}

static void who_runs_answers_out_of_what_he_told(void **state) {
    (void)state;
    place x, y;
    near *n = two(&x, &y);
    tell(&y, "a", "1");
    static const sz_worker_state not_yet[] = {SZ_WK_IDLE,   SZ_WK_BACKOFF, SZ_WK_ACQUIRING, SZ_WK_LOADING,
                                              SZ_WK_PARKED, SZ_WK_HELD,    SZ_WK_STOPPED,   SZ_WK_FAILED};
    static const sz_worker_state runs[] = {SZ_WK_SEEKING, SZ_WK_RUNNING, SZ_WK_DRAINING};
    for (size_t i = 0; i < sizeof not_yet / sizeof *not_yet; i++) {
        near_follow(&y.seat, runs[i % 3]);
        look(&x, 1);
        is_told(&x, "1", "");
        near_follow(&y.seat, not_yet[i]);
        asks_far(&x, 1);
    }
    near_follow(&y.seat, SZ_WK_RUNNING);
    tell(&y, "b", "2");
    tell(&y, "a", "3");
    look(&x, 1);
    is_told(&x, "3", "2");
    asks_far(&x, 2);         /* nobody has sat down there */
    asks_far(&x, PARTS + 4); /* the topic has grown */
    leave(&y);
    asks_far(&x, 1);
    leave(&x);
    near_free(n);
}

static void what_goes_with_memory_is_not_told(void **state) {
    (void)state;
    place x, y;
    near *n = two(&x, &y);
    tell(&y, "a", "1");
    near_follow(&y.seat, SZ_WK_RUNNING);
    y.port.forgot(y.port.self);
    asks_far(&x, 1); /* at once, whatever the worker's state is by then */
    near_follow(&y.seat, SZ_WK_ACQUIRING);
    tell(&y, "b", "2");
    near_follow(&y.seat, SZ_WK_RUNNING);
    look(&x, 1);
    is_told(&x, "", "2");
    end_two(n, &x, &y);
}

static void tell_and_follow(place *x, const char *key, const char *value) {
    tell(x, key, value);
    near_follow(&x->seat, SZ_WK_RUNNING);
}

static void who_has_looked_hears_of_news_once(void **state) {
    (void)state;
    place x, y;
    near *n = two(&x, &y);
    near_follow(&x.seat, SZ_WK_RUNNING);
    tell_and_follow(&y, "a", "1");
    assert_false(near_has_news(&x.seat) || is_woken(&x)); /* it waits for nobody */
    look(&x, 1);
    is_told(&x, "1", "");
    tell_and_follow(&x, "a", "own");
    assert_false(near_has_news(&x.seat) || is_woken(&x));
    tell(&y, "b", "2");
    assert_false(near_has_news(&x.seat) || is_woken(&x)); /* there may be more of the same commit */
    tell_and_follow(&y, "a", "2");
    assert_true(is_woken(&x) && near_has_news(&x.seat));
    tell_and_follow(&y, "b", "3");
    assert_false(near_has_news(&x.seat) || is_woken(&x)); /* it has not looked since */
    assert_false(near_has_news(&y.seat) || is_woken(&y));
    asks_far(&x, 2); /* whom it looks at elsewhere may come near */
    tell_and_follow(&y, SZ_PARTS_AT, "further");
    near_follow(&y.seat, SZ_WK_RUNNING);
    assert_false(near_has_news(&x.seat) || is_woken(&x)); /* that goes on with every commit */
    tell_and_follow(&y, "b", "4");
    assert_true(near_has_news(&x.seat) && !near_has_news(&x.seat));
    end_two(n, &x, &y);
}

/* His thread hangs: the group may have given his partition to another process, which only the store tells. */
static void who_does_not_move_is_not_believed(void **state) {
    (void)state;
    place x, y;
    near *n = two(&x, &y);
    tell_and_follow(&y, "a", "1");
    look(&x, 1);
    is_told(&x, "1", "");
    y.seat.moved_ms -= NEAR_IDLE_MS;
    asks_far(&x, 1);
    near_follow(&y.seat, SZ_WK_RUNNING);
    look(&x, 1);
    is_told(&x, "1", "");
    end_two(n, &x, &y);
}

/* A partition goes from one member to another: what the first still knows is nothing to the second. */
static void who_sat_down_last_answers(void **state) {
    (void)state;
    near *n = near_new(PARTS);
    place x, was, is;
    sit(&x, n, 0);
    sit(&was, n, 1);
    sit(&is, n, 1);
    tell(&was, "a", "old");
    near_follow(&was.seat, SZ_WK_RUNNING);
    tell(&is, "b", "new");
    near_follow(&is.seat, SZ_WK_SEEKING);
    near_follow(&was.seat, SZ_WK_RUNNING);
    tell(&was, "a", "older");
    look(&x, 1);
    is_told(&x, "", "new");
    near_follow(&was.seat, SZ_WK_PARKED);
    look(&x, 1);
    is_told(&x, "", "new");
    was.port.forgot(was.port.self);
    leave(&was);
    look(&x, 1);
    is_told(&x, "", "new");
    leave(&is);
    asks_far(&x, 1);
    leave(&x);
    near_free(n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_runs_answers_out_of_what_he_told),
        cmocka_unit_test(what_goes_with_memory_is_not_told),
        cmocka_unit_test(who_has_looked_hears_of_news_once),
        cmocka_unit_test(who_does_not_move_is_not_believed),
        cmocka_unit_test(who_sat_down_last_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

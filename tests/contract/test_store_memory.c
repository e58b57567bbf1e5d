/* SPDX-License-Identifier: Apache-2.0 */
#include "store_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void *make(void) { return sz_store_memory_new(true); }

static sz_store_port port(void *store, sz_msgq *q) { return sz_store_memory_port(store, q); }

static void release(void *store) { sz_store_memory_free(store); }

static const store_rig rig = {"store_memory", make, port, NULL, release, NULL, 0};

/* For a worker that never loads: names are kept, so that rule A holds, and what is to be delivered. */
static void test_store_without_lists_keeps_names_and_outbox(void **state) {
    (void)state;
    sz_store_memory *s = sz_store_memory_new(false);
    store_hand a = store_hand_of(&rig, s), b = store_hand_of(&rig, s);
    store_acquire(&a, 'a', true);
    sz_str alert = SZ_STR("alert");
    sz_put record = {SZ_STR("s1"), SZ_STR("record")};
    sz_commit c = {.outbox = &alert,
                   .n_outbox = 1,
                   .snapshots = &record,
                   .n_snapshots = 1,
                   .journal = SZ_STR("j"),
                   .dict = &alert,
                   .n_dict = 1,
                   .body = SZ_STR("body")};
    assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
    sz_buf got;
    sz_buf_init(&got);
    store_dump(&a, &got);
    assert_true(sz_str_is(sz_buf_str(&got), "outbox alert\n"));
    sz_buf_fini(&got);
    store_acquire(&b, 'b', false);
    assert_int_equal(store_commit(&a, &c), SZ_ANS_REFUSED);
    store_hand_free(&a);
    store_hand_free(&b);
    sz_store_memory_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_store_without_lists_keeps_names_and_outbox)};
    int failed = store_suite_run(&rig);
    return failed + cmocka_run_group_tests_name("store_memory itself", tests, NULL, NULL);
}

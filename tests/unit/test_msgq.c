/* SPDX-License-Identifier: Apache-2.0 */
#include <sanzao/adapters.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_messages_come_in_order_and_stand_on_their_own(void **state) {
    (void)state;
    sz_msgq *q = sz_msgq_new();
    assert_null(sz_msgq_pop(q));
    assert_true(sz_msgq_is_idle(q));
    for (uint64_t i = 0; i < 100; i++) {
        char text[16], body[16];
        int n = snprintf(text, sizeof text, "%u", (unsigned)i);
        snprintf(body, sizeof body, "b%u", (unsigned)i);
        sz_header h = {.topic = SZ_STR("files"), .body = sz_str_of(body), .name = {.seq = i}};
        sz_str strs[2] = {{text, (size_t)n}, {NULL, 0}};
        sz_put puts[2] = {{{text, (size_t)n}, sz_str_of(body)}, {SZ_STR("k"), {NULL, 0}}};
        sz_msg m = {.kind = SZ_MSG_CHUNK, .header = &h, .n = 2, .n_delivered = i, .text = sz_str_of(text)};
        if (i % 2) m.strs = strs;
        else m.puts = puts;
        sz_msgq_push(q, &m);
    }
    for (uint64_t i = 0; i < 100; i++) {
        const sz_msg *m = sz_msgq_pop(q);
        char text[16], body[16];
        snprintf(text, sizeof text, "%u", (unsigned)i);
        snprintf(body, sizeof body, "b%u", (unsigned)i);
        assert_int_equal(m->n_delivered, i);
        assert_true(sz_str_is(m->text, text));
        assert_true(sz_str_is(m->header->body, body));
        assert_int_equal(m->header->name.seq, i);
        assert_true(sz_str_is(i % 2 ? m->strs[0] : m->puts[0].key, text));
        if (i % 2 == 0) assert_true(sz_str_is(m->puts[0].value, body));
    }
    assert_null(sz_msgq_pop(q));
    sz_msgq_free(q);
}

/* A step pushes while it reads its message; the ring grows under it. */
static void test_popped_message_stays_while_others_are_pushed(void **state) {
    (void)state;
    sz_msgq *q = sz_msgq_new();
    sz_msgq_push(q, &(sz_msg){.kind = SZ_MSG_COMMITTED, .text = SZ_STR("the first")});
    const sz_msg *m = sz_msgq_pop(q);
    for (uint64_t i = 0; i < 1000; i++)
        sz_msgq_push(q, &(sz_msg){.kind = SZ_MSG_GO_ON, .text = SZ_STR("more"), .n_delivered = i});
    assert_int_equal(m->kind, SZ_MSG_COMMITTED);
    assert_true(sz_str_is(m->text, "the first"));
    for (uint64_t i = 0; i < 1000; i++) assert_int_equal(sz_msgq_pop(q)->n_delivered, i);
    sz_msgq_push(q, &(sz_msg){.kind = SZ_MSG_GO_ON, .text = SZ_STR("nobody pops this")});
    sz_msgq_free(q);
}

typedef struct worker {
    sz_msgq *q;
    int left;
} worker;

static bool pump(void *self) {
    worker *w = self;
    if (w->left == 0) return false;
    if (--w->left % 2 == 0) sz_msgq_push(w->q, &(sz_msg){.kind = SZ_MSG_GO_ON});
    return true;
}

static void test_pumps_run_when_nothing_is_there(void **state) {
    (void)state;
    worker w = {sz_msgq_new(), 5};
    sz_msgq_add_pump(w.q, pump, &w);
    int n = 0, n_nothing = 0;
    for (;;) {
        if (sz_msgq_pop(w.q)) n++;
        else if (sz_msgq_is_idle(w.q)) break;
        else n_nothing++; /* it worked, and has nothing to say yet */
    }
    assert_int_equal(n, 3);
    assert_int_equal(n_nothing, 2);
    sz_msgq_free(w.q);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_come_in_order_and_stand_on_their_own),
        cmocka_unit_test(test_popped_message_stays_while_others_are_pushed),
        cmocka_unit_test(test_pumps_run_when_nothing_is_there),
    };
    return cmocka_run_group_tests_name("msgq", tests, NULL, NULL);
}

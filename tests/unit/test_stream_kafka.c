/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream of one partition, as its worker sees it. No broker is there: what is tested is which call is answered.
 */
#include <sanzao/kafka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static void say(void *self, sz_severity severity, const char *en, const char *zh) {
    (void)self, (void)severity, (void)en, (void)zh;
}
static void assigned(void *self, int32_t partition, int64_t committed, uint32_t parts) {
    (void)self, (void)partition, (void)committed, (void)parts;
}
static void revoked(void *self, int32_t partition, bool is_lost) { (void)self, (void)partition, (void)is_lost; }
static bool is_ending(void *self) {
    (void)self;
    return true;
}

static int n_answers(sz_msgq *q) {
    int n = 0;
    for (const sz_msg *m; (m = sz_msgq_pop(q)); n++) {
        assert_int_equal(m->kind, SZ_MSG_SEEKED);
        assert_int_equal(m->answer, SZ_ANS_UNKNOWN);
    }
    return n;
}

/* A partition that was revoked while it sought left its worker one answer short: after the next assignment the worker
 * took the answer for an earlier one, and waited for ever. */
static void test_each_seek_is_answered_once_also_by_a_stream_that_ends(void **state) {
    (void)state;
    sz_diags d;
    sz_diags_init(&d);
    sz_types types = {0};
    sz_zone zone = {0};
    sz_kafka_options o = {.brokers = SZ_STR("127.0.0.1:1"), .group = SZ_STR("g")};
    sz_kafka_voice voice = {NULL, say};
    sz_kafka_members members = {NULL, assigned, revoked, is_ending};
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sz_kafka_source_options so = {.kafka = &o, .topic = "events", .types = &types, .zone = &zone, .wake_fd = fd};
    sz_kafka_source *source;
    assert_int_equal(sz_kafka_source_new(&so, &voice, &members, &d, &source), SZ_OK);
    sz_msgq *q = sz_msgq_new();
    for (int n = 0; n <= 3; n++) {
        sz_stream_kafka *t = sz_kafka_source_open(source, 0, q, true);
        sz_stream_port port = sz_stream_kafka_port(t);
        for (int i = 0; i < n; i++) port.seek(port.self, 40 + i);
        assert_int_equal(n_answers(q), n ? n - 1 : 0); /* those that were overtaken */
        sz_stream_kafka_close(t);
        assert_int_equal(n_answers(q), n ? 1 : 0);
    }
    sz_kafka_source_close(source);
    sz_msgq_free(q);
    sz_diags_fini(&d);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_seek_is_answered_once_also_by_a_stream_that_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

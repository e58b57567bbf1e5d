/* SPDX-License-Identifier: Apache-2.0
 *
 * The producer's sink on librdkafka's own mock brokers: order, acknowledgements, and a producer that failed for good.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <sanzao/kafka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct rig {
    sz_diags diags;
    sz_msgq *q;
    rd_kafka_t *host; /* of the mock cluster */
    rd_kafka_mock_cluster_t *cluster;
    sz_kafka_options o;
    sz_kafka_producer *p;
    sz_sink_kafka *sink;
    sz_sink_port port;
    int n_said, n_unmade; /* of these, that no new producer can be made */
} rig;

static void say(void *self, sz_severity severity, const char *en, const char *zh) {
    (void)severity, (void)zh;
    ((rig *)self)->n_said++;
    ((rig *)self)->n_unmade += strstr(en, "no new producer can be made") != NULL;
}

static void rig_init(rig *r) {
    *r = (rig){.q = sz_msgq_new()};
    sz_diags_init(&r->diags);
    char why[256];
    r->host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    assert_non_null(r->host);
    r->cluster = rd_kafka_mock_cluster_new(r->host, 1);
    assert_non_null(r->cluster);
    r->o = (sz_kafka_options){.brokers = sz_str_of(rd_kafka_mock_cluster_bootstraps(r->cluster)), .group = SZ_STR("g")};
    sz_kafka_voice voice = {r, say};
    assert_int_equal(sz_kafka_producer_new(&r->o, &voice, -1, &r->diags, &r->p), SZ_OK);
    r->sink = sz_sink_kafka_new(r->p, SZ_STR("alerts"), SZ_STR("dead"), r->q);
    r->port = sz_sink_kafka_port(r->sink);
}

static void rig_fini(rig *r) {
    sz_sink_kafka_free(r->sink);
    sz_kafka_producer_free(r->p);
    rd_kafka_mock_cluster_destroy(r->cluster);
    rd_kafka_destroy(r->host);
    sz_msgq_free(r->q);
    sz_diags_fini(&r->diags);
}

static void submit(rig *r, uint32_t tag, uint32_t n) {
    sz_str lines[64];
    char text[64][80];
    for (uint32_t i = 0; i < n; i++) {
        snprintf(text[i], sizeof text[i], "{\"alert\":\"a%u\",\"seq\":1,\"student\":\"s%u\"}", i, i % 7);
        lines[i] = sz_str_of(text[i]);
    }
    r->port.submit(r->port.self, tag, lines, n);
}

/* Deliveries of each tag, until `all` alerts are acknowledged or a minute has passed. */
static uint64_t wait_delivered(rig *r, uint64_t all, uint64_t by_tag[4]) {
    uint64_t n = 0;
    for (int i = 0; i < 600 && n < all; i++) {
        sz_kafka_producer_poll(r->p, 100);
        for (const sz_msg *m; (m = sz_msgq_pop(r->q));) {
            assert_int_equal(m->kind, SZ_MSG_DELIVERED);
            assert_int_equal(m->answer, SZ_ANS_OK);
            by_tag[m->tag] += m->n_delivered;
            n += m->n_delivered;
        }
    }
    return n;
}

static void test_alerts_are_acknowledged_under_the_tag_of_their_call(void **state) {
    (void)state;
    rig r;
    uint64_t by_tag[4] = {0};
    rig_init(&r);
    submit(&r, 1, 30);
    submit(&r, 2, 20);
    assert_int_equal(wait_delivered(&r, 50, by_tag), 50);
    assert_int_equal(by_tag[1], 30);
    assert_int_equal(by_tag[2], 20);
    assert_int_equal(sz_kafka_producer_waiting(r.p), 0);
    rig_fini(&r);
}

static void test_a_fatal_error_has_a_new_producer_send_again_what_was_not_acknowledged(void **state) {
    (void)state;
    rig r;
    uint64_t by_tag[4] = {0};
    rig_init(&r);
    submit(&r, 1, 10);
    assert_int_equal(wait_delivered(&r, 10, by_tag), 10);
    struct rd_kafka_s *before = sz_kafka_producer_client(r.p);
    char name[64]; /* counted on with each client; an address may come again */
    snprintf(name, sizeof name, "%s", rd_kafka_name(before));
    submit(&r, 2, 40);
    assert_int_equal(rd_kafka_test_fatal_error(before, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "made up"), 0);
    submit(&r, 3, 5); /* refused by the old one at once */
    assert_int_equal(wait_delivered(&r, 45, by_tag), 45);
    assert_int_equal(by_tag[2], 40);
    assert_int_equal(by_tag[3], 5);
    assert_string_not_equal(rd_kafka_name(sz_kafka_producer_client(r.p)), name);
    assert_true(r.n_said > 0);
    rig_fini(&r);
}

/* A new producer that could not be made (its file of authorities was being renewed) was freed once more at the next
 * poll. */
static void test_a_new_producer_that_cannot_be_made_is_tried_again(void **state) {
    (void)state;
    rig r;
    uint64_t by_tag[4] = {0};
    const sz_kafka_setting broken[] = {{.name = SZ_STR("security.protocol"), .value = SZ_STR("ssl")},
                                       {.name = SZ_STR("ssl.ca.location"), .value = SZ_STR("/nowhere/ca.pem")}};
    rig_init(&r);
    submit(&r, 1, 10);
    r.o.settings = broken;
    r.o.n_settings = 2;
    rd_kafka_test_fatal_error(sz_kafka_producer_client(r.p), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "made up");
    submit(&r, 2, 5);
    for (int i = 0; i < 60000 && sz_kafka_producer_client(r.p); i++) sz_kafka_producer_poll(r.p, 1);
    assert_null(sz_kafka_producer_client(r.p));
    int before = r.n_unmade;
    time_t began = time(NULL);
    for (int i = 0; i < 200; i++) sz_kafka_producer_poll(r.p, 1);
    assert_in_range(r.n_unmade, 1, before + time(NULL) - began + 1); /* once a second at most, not at every poll */
    r.o.n_settings = 0;
    assert_int_equal(wait_delivered(&r, 15, by_tag), 15);
    assert_int_equal(by_tag[1] + by_tag[2], 15);
    rig_fini(&r);
}

static void test_dead_letters_are_done_once_all_of_a_call_are(void **state) {
    (void)state;
    rig r;
    rig_init(&r);
    const sz_str lines[] = {
        SZ_STR("{\"reason\":\"bad_json\",\"detail\":\"x\",\"at\":null,\"origin\":{\"source\":\"kafka:t\","
               "\"partition\":1,\"offset\":7},\"raw_base64\":\"e30=\"}\n"),
        SZ_STR("{\"reason\":\"bad_json\",\"detail\":\"x\",\"at\":null,\"origin\":{\"source\":\"file:f\","
               "\"offset\":9,\"line\":2},\"raw_base64\":\"\"}\n")};
    r.port.dead(r.port.self, 5, lines, 2);
    const sz_msg *m = NULL;
    for (int i = 0; i < 600 && !m; i++) {
        sz_kafka_producer_poll(r.p, 100);
        m = sz_msgq_pop(r.q);
    }
    assert_non_null(m);
    assert_int_equal(m->kind, SZ_MSG_DEAD_DONE);
    assert_int_equal(m->tag, 5);
    assert_int_equal(sz_kafka_producer_waiting(r.p), 0);
    assert_null(sz_msgq_pop(r.q));
    rig_fini(&r);
}

static void test_a_sink_that_goes_leaves_its_reports_to_the_producer(void **state) {
    (void)state;
    rig r;
    uint64_t by_tag[4] = {0};
    rig_init(&r);
    submit(&r, 1, 30);
    sz_sink_kafka_free(r.sink); /* its partition went elsewhere */
    r.sink = sz_sink_kafka_new(r.p, SZ_STR("alerts"), SZ_STR("dead"), r.q);
    r.port = sz_sink_kafka_port(r.sink);
    submit(&r, 2, 3);
    assert_int_equal(wait_delivered(&r, 3, by_tag), 3);
    assert_int_equal(by_tag[1], 0);
    for (int i = 0; i < 600 && sz_kafka_producer_waiting(r.p); i++) sz_kafka_producer_poll(r.p, 100);
    assert_int_equal(sz_kafka_producer_waiting(r.p), 0);
    rig_fini(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alerts_are_acknowledged_under_the_tag_of_their_call),
        cmocka_unit_test(test_a_fatal_error_has_a_new_producer_send_again_what_was_not_acknowledged),
        cmocka_unit_test(test_a_new_producer_that_cannot_be_made_is_tried_again),
        cmocka_unit_test(test_dead_letters_are_done_once_all_of_a_call_are),
        cmocka_unit_test(test_a_sink_that_goes_leaves_its_reports_to_the_producer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

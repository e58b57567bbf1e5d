/* SPDX-License-Identifier: Apache-2.0
 *
 * What a topic holds up to its ends, as `sanzao repartition` and `sanzao state repartition` read it, on librdkafka's
 * own mock broker.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <sanzao/kafka.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { RECORDS = 5, LIST_OFFSETS = 2 /* of Kafka's protocol */ };

typedef struct rig {
    rd_kafka_t *host;
    rd_kafka_mock_cluster_t *cluster;
    sz_kafka_options o;
    sz_types types;
    sz_zone zone;
    sz_diags diags;
    uint64_t n;
} rig;

static void say(void *self, sz_severity severity, const char *en, const char *zh) {
    (void)self, (void)severity, (void)en, (void)zh;
}
static void take(void *self, uint32_t partition, const sz_input *in) { (void)self, (void)partition, (void)in; }
static bool is_ending(void *self) { return *(bool *)self; }

static void fill(const char *brokers) {
    char why[256], value[] = "{}";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, "events", NULL);
    for (int i = 0; i < RECORDS; i++)
        assert_int_equal(rd_kafka_produce(rkt, 0, RD_KAFKA_MSG_F_COPY, value, 2, NULL, 0, NULL), 0);
    assert_int_equal(rd_kafka_flush(rk, 60000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_destroy(rkt);
    rd_kafka_destroy(rk);
}

static void rig_init(rig *r) {
    char why[256];
    *r = (rig){.host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why)};
    sz_types_init(&r->types);
    sz_zone_fixed(&r->zone, 0, "UTC");
    sz_diags_init(&r->diags);
    r->cluster = rd_kafka_mock_cluster_new(r->host, 1);
    rd_kafka_mock_topic_create(r->cluster, "events", 1, 1);
    r->o = (sz_kafka_options){.brokers = sz_str_of(rd_kafka_mock_cluster_bootstraps(r->cluster)), .group = SZ_STR("g")};
    fill(r->o.brokers.p);
}

static sz_status read_all(rig *r, bool is_asked_to_end) {
    int64_t begin = -1, end = -1;
    sz_kafka_voice voice = {NULL, say};
    sz_kafka_rest_options o = {.kafka = &r->o,
                               .topic = "events",
                               .types = &r->types,
                               .zone = &r->zone,
                               .begin = &begin,
                               .end = &end,
                               .n = 1,
                               .self = &is_asked_to_end,
                               .take = take,
                               .is_ending = is_ending};
    return sz_kafka_rest(&o, &voice, &r->diags, &r->n);
}

static void rig_fini(rig *r) {
    rd_kafka_mock_cluster_destroy(r->cluster);
    rd_kafka_destroy(r->host);
    sz_types_fini(&r->types);
    sz_zone_fini(&r->zone);
    sz_diags_fini(&r->diags);
}

static void refuse(rig *r, rd_kafka_resp_err_t e, int times) {
    for (int i = 0; i < times; i++) rd_kafka_mock_push_request_errors(r->cluster, LIST_OFFSETS, 1, e);
}

/* A broker that had stood still for some seconds led no partition when it was asked, and the command gave up at once.
 */
static void test_a_partition_that_changes_its_leader_is_asked_again(void **state) {
    (void)state;
    static const rd_kafka_resp_err_t passing[] = {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                                  RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++) {
        rig r;
        rig_init(&r);
        refuse(&r, passing[i], 12); /* librdkafka asks a few times by itself */
        assert_int_equal(read_all(&r, false), SZ_OK);
        assert_int_equal(r.n, RECORDS);
        rig_fini(&r);
    }
}

static void test_a_partition_that_may_not_be_read_is_not(void **state) {
    (void)state;
    rig r;
    rig_init(&r);
    refuse(&r, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 12);
    assert_int_equal(read_all(&r, false), SZ_IO);
    assert_int_equal(r.diags.n, 1);
    rig_fini(&r);
}

/* Who is told to end does not go on as if there were nothing to read. */
static void test_who_is_told_to_end_while_it_asks_again_ends(void **state) {
    (void)state;
    rig r;
    rig_init(&r);
    refuse(&r, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 400);
    assert_int_not_equal(read_all(&r, true), SZ_OK);
    rig_fini(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_partition_that_changes_its_leader_is_asked_again),
        cmocka_unit_test(test_a_partition_that_may_not_be_read_is_not),
        cmocka_unit_test(test_who_is_told_to_end_while_it_asks_again_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

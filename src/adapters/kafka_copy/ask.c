/* SPDX-License-Identifier: Apache-2.0
 *
 * ask: what only Kafka's administration knows: which topic it is that has a name now, and who is in a group.
 */
#include "ask.h"

#include <stdio.h>

enum { ASK_MS = 10000 };

typedef struct question {
    rd_kafka_AdminOptions_t *options;
    rd_kafka_queue_t *q;
} question;

static question begin(rd_kafka_t *rk, rd_kafka_admin_op_t op) {
    char why[128];
    question x = {rd_kafka_AdminOptions_new(rk, op), rd_kafka_queue_new(rk)};
    rd_kafka_AdminOptions_set_request_timeout(x.options, ASK_MS, why, sizeof why);
    return x;
}

/* The answer, to be destroyed; NULL: *why. */
static rd_kafka_event_t *end(question *x, char *why, size_t room) {
    rd_kafka_event_t *e = rd_kafka_queue_poll(x->q, 2 * ASK_MS);
    rd_kafka_AdminOptions_destroy(x->options);
    rd_kafka_queue_destroy(x->q);
    if (e && !rd_kafka_event_error(e)) return e;
    snprintf(why, room, "%s", e ? rd_kafka_event_error_string(e) : rd_kafka_err2str(RD_KAFKA_RESP_ERR__TIMED_OUT));
    if (e) rd_kafka_event_destroy(e);
    return NULL;
}

static bool take_id(rd_kafka_event_t *e, char id[SZ_TOPIC_ID], char *why, size_t room) {
    size_t n = 0;
    const rd_kafka_TopicDescription_t **v =
        rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(e), &n);
    const rd_kafka_error_t *error = n == 1 ? rd_kafka_TopicDescription_error(v[0]) : NULL;
    if (n != 1 || rd_kafka_error_code(error)) {
        snprintf(why, room, "%s", n == 1 ? rd_kafka_error_string(error) : "no answer");
        return false;
    }
    const rd_kafka_Uuid_t *uuid = rd_kafka_TopicDescription_topic_id(v[0]);
    bool is_known = rd_kafka_Uuid_most_significant_bits(uuid) || rd_kafka_Uuid_least_significant_bits(uuid);
    snprintf(id, SZ_TOPIC_ID, "%s", is_known ? rd_kafka_Uuid_base64str(uuid) : "");
    return true;
}

bool sz_kc_topic_id(rd_kafka_t *rk, const char *topic, char id[SZ_TOPIC_ID], char *why, size_t room) {
    question x = begin(rk, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
    rd_kafka_TopicCollection_t *names = rd_kafka_TopicCollection_of_topic_names(&topic, 1);
    rd_kafka_DescribeTopics(rk, names, x.options, x.q);
    rd_kafka_event_t *e = end(&x, why, room);
    rd_kafka_TopicCollection_destroy(names);
    if (!e) return false;
    bool is_fine = take_id(e, id, why, room);
    rd_kafka_event_destroy(e);
    return is_fine;
}

static bool take_members(rd_kafka_event_t *e, size_t *members, char *why, size_t room) {
    size_t n = 0;
    const rd_kafka_ConsumerGroupDescription_t **v =
        rd_kafka_DescribeConsumerGroups_result_groups(rd_kafka_event_DescribeConsumerGroups_result(e), &n);
    const rd_kafka_error_t *error = n == 1 ? rd_kafka_ConsumerGroupDescription_error(v[0]) : NULL;
    if (n != 1 || rd_kafka_error_code(error)) {
        snprintf(why, room, "%s", n == 1 ? rd_kafka_error_string(error) : "no answer");
        return false;
    }
    *members = rd_kafka_ConsumerGroupDescription_member_count(v[0]);
    return true;
}

bool sz_kc_members(rd_kafka_t *rk, const char *group, size_t *n, char *why, size_t room) {
    question x = begin(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
    rd_kafka_DescribeConsumerGroups(rk, &group, 1, x.options, x.q);
    rd_kafka_event_t *e = end(&x, why, room);
    if (!e) return false;
    bool is_fine = take_members(e, n, why, room);
    rd_kafka_event_destroy(e);
    return is_fine;
}

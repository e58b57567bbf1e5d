/* SPDX-License-Identifier: Apache-2.0
 *
 * ask: what only Kafka's administration knows: which topic it is that has a name now, and who is in a group.
 */
#include "ask.h"

#include <stdio.h>
#include <time.h>

enum { LATE_MS = 100, MOST_STOOD = 5 };

int64_t sz_kc_now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void sz_kc_asked(asked *a) { a->due_ms = sz_kc_now_ms() + SZ_KC_ASK_MS; }

bool sz_kc_ask_again(asked *a, rd_kafka_resp_err_t e) {
    bool is_timeout = e == RD_KAFKA_RESP_ERR__TIMED_OUT || e == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT ||
                      e == RD_KAFKA_RESP_ERR__TRANSPORT;
    return is_timeout && sz_kc_now_ms() > a->due_ms + LATE_MS && a->n_stood++ < MOST_STOOD;
}

typedef struct question {
    rd_kafka_AdminOptions_t *options;
    rd_kafka_queue_t *q;
} question;

static question begin(rd_kafka_t *rk, rd_kafka_admin_op_t op) {
    char why[128];
    question x = {rd_kafka_AdminOptions_new(rk, op), rd_kafka_queue_new(rk)};
    rd_kafka_AdminOptions_set_request_timeout(x.options, SZ_KC_ASK_MS, why, sizeof why);
    return x;
}

/* The answer, to be destroyed; NULL: *error, and *why. */
static rd_kafka_event_t *end(question *x, rd_kafka_resp_err_t *error, char *why, size_t room) {
    rd_kafka_event_t *e = rd_kafka_queue_poll(x->q, 2 * SZ_KC_ASK_MS);
    rd_kafka_AdminOptions_destroy(x->options);
    rd_kafka_queue_destroy(x->q);
    *error = e ? rd_kafka_event_error(e) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (e && !*error) return e;
    snprintf(why, room, "%s", e ? rd_kafka_event_error_string(e) : rd_kafka_err2str(*error));
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
    rd_kafka_TopicCollection_t *names = rd_kafka_TopicCollection_of_topic_names(&topic, 1);
    rd_kafka_resp_err_t error;
    rd_kafka_event_t *e;
    asked a = {0};
    do {
        question x = begin(rk, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
        sz_kc_asked(&a);
        rd_kafka_DescribeTopics(rk, names, x.options, x.q);
        e = end(&x, &error, why, room);
    } while (!e && sz_kc_ask_again(&a, error));
    rd_kafka_TopicCollection_destroy(names);
    if (!e) return false;
    why[0] = '\0';
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
    rd_kafka_resp_err_t error;
    rd_kafka_DescribeConsumerGroups(rk, &group, 1, x.options, x.q);
    rd_kafka_event_t *e = end(&x, &error, why, room);
    if (!e) return false;
    bool is_fine = take_members(e, n, why, room);
    rd_kafka_event_destroy(e);
    return is_fine;
}

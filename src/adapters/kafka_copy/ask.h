/* SPDX-License-Identifier: Apache-2.0
 *
 * ask: what only Kafka's administration knows. Each call waits for its answer; false: *why, in librdkafka's words.
 */
#ifndef SANZAO_SRC_ADAPTERS_KAFKA_COPY_ASK_H
#define SANZAO_SRC_ADAPTERS_KAFKA_COPY_ASK_H

#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

enum { SZ_KC_ASK_MS = 10000 };
/* While this process stands still, or all of the machine, the clock goes on, and an answer that came meanwhile was not
 * taken: a time that ran out much later than it was to is none of the brokers'. */
typedef struct asked {
    int64_t due_ms;
    int n_stood;
} asked;
int64_t sz_kc_now_ms(void);
void sz_kc_asked(asked *a); /* just now */
bool sz_kc_ask_again(asked *a, rd_kafka_resp_err_t e);

enum { SZ_TOPIC_ID = 32 };
/* The id that the topic got when it was made: one that was deleted and made anew has another. "" with brokers that know
 * none (before 2.8). */
bool sz_kc_topic_id(rd_kafka_t *rk, const char *topic, char id[SZ_TOPIC_ID], char *why, size_t room);

/* How many members a group has. */
bool sz_kc_members(rd_kafka_t *rk, const char *group, size_t *n, char *why, size_t room);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * ask: what only Kafka's administration knows. Each call waits for its answer; false: *why, in librdkafka's words.
 */
#ifndef SANZAO_SRC_ADAPTERS_KAFKA_COPY_ASK_H
#define SANZAO_SRC_ADAPTERS_KAFKA_COPY_ASK_H

#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

enum { SZ_TOPIC_ID = 32 };
/* The id that the topic got when it was made: one that was deleted and made anew has another. "" with brokers that know
 * none (before 2.8). */
bool sz_kc_topic_id(rd_kafka_t *rk, const char *topic, char id[SZ_TOPIC_ID], char *why, size_t room);

/* How many members a group has. */
bool sz_kc_members(rd_kafka_t *rk, const char *group, size_t *n, char *why, size_t room);

#endif

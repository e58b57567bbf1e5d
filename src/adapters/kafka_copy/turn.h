/* SPDX-License-Identifier: Apache-2.0
 *
 * turn: one run at a time writes into a copy. A run joins a consumer group that is named for the topic, and begins once
 * it has seen that nobody else is in it: whoever joins later sees this one. Kafka drops who was killed, or is cut off,
 * within SESSION_MS; such a run finds out and stops. No partition is read as a member.
 */
#ifndef SANZAO_SRC_ADAPTERS_KAFKA_COPY_TURN_H
#define SANZAO_SRC_ADAPTERS_KAFKA_COPY_TURN_H

#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

typedef struct turn {
    sz_kafka_voice voice; /* first: the client's opaque value */
    rd_kafka_t *rk;
    char group[300], member[256];
    bool is_in, is_lost;
    int64_t looked_ms;
    char why[640];
} turn;

/* Wait for the turn to write into a topic. SZ_REFUSED: others have it, and went on while this one waited; SZ_IO:
 * t->why; SZ_INTERRUPTED: asked to end. */
sz_status sz_kc_turn_wait(turn *t, const sz_kafka_options *o, const sz_kafka_voice *voice, const char *topic,
                          bool (*is_ending)(void *self), void *self);
/* Is it still this run's? To be asked often, at least every few minutes. Once lost it stays so. */
bool sz_kc_turn_is_mine(turn *t);
void sz_kc_turn_end(turn *t);

#endif

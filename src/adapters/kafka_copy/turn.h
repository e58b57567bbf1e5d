/* SPDX-License-Identifier: Apache-2.0
 *
 * turn: one run at a time writes into a copy. Runs are members of a consumer group that is named for the topic, and who
 * was given its partition 0 has the turn: Kafka gives it to one at a time, and to nobody before the one that had it has
 * handed it back with all that it had sent, or was silent for SESSION_MS (killed, paused, cut off; such a run finds out
 * and stops). Members are put in order by when they began, so that whoever joins later takes the turn from nobody. No
 * partition is read as a member.
 */
#ifndef SANZAO_SRC_ADAPTERS_KAFKA_COPY_TURN_H
#define SANZAO_SRC_ADAPTERS_KAFKA_COPY_TURN_H

#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

typedef struct turn {
    sz_kafka_voice voice; /* first: the client's opaque value */
    rd_kafka_t *rk;
    rd_kafka_t *writer; /* borrowed: what it was given is there before the turn is handed back. NULL: nothing yet */
    char group[300], member[256]; /* as whom it got the turn */
    bool is_in, is_mine, was_mine, is_lost;
    bool has_begun; /* it was told that it has the turn */
    bool (*is_ending)(void *self);
    void *self;
    char why[640];
} turn;

/* Wait for the turn to write into a topic. SZ_REFUSED: others have it, and went on while this one waited; SZ_IO:
 * t->why; SZ_INTERRUPTED: asked to end. */
sz_status sz_kc_turn_wait(turn *t, const sz_kafka_options *o, const sz_kafka_voice *voice, const char *topic,
                          bool (*is_ending)(void *self), void *self);
/* Is it still this run's? Waits where others join just now. To be asked often, at least every few minutes. Once lost it
 * stays so. */
bool sz_kc_turn_is_mine(turn *t);
void sz_kc_turn_end(turn *t);

#endif

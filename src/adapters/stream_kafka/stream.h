/* SPDX-License-Identifier: Apache-2.0
 *
 * stream: one consumer, and of each assigned partition its own queue of librdkafka. A worker that wants nothing leaves
 * its records in that queue, and librdkafka stops fetching by itself once it is full; no partition holds up another.
 *
 *   source    the group: assignments, revocations, what is settled
 *   stream    want and seek of one partition
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_KAFKA_STREAM_H
#define SANZAO_SRC_ADAPTERS_STREAM_KAFKA_STREAM_H

#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

enum { MOST_INPUTS = 64 }; /* of a message: while they are used they are to stay in the caches */

struct sz_kafka_source {
    sz_kafka_voice voice; /* first: the client's opaque value */
    sz_kafka_members members;
    sz_kafka_source_options o;
    char *topic;
    sz_str origin; /* kafka:TOPIC */
    rd_kafka_t *rk;
    rd_kafka_topic_t *rkt;
    sz_decoder *decoder;
    sz_stream_kafka **streams; /* open ones */
    uint32_t n_streams, room;
    bool has_joined, has_failed, is_closing;
    sz_kafka_news news;
    int64_t quiet_until_ms; /* no answer: nothing is asked before then */
    int64_t committed_ms;   /* when the group was told last */
};

struct sz_stream_kafka {
    sz_kafka_source *s;
    int32_t partition;
    sz_msgq *q;
    rd_kafka_queue_t *rkq;
    bool tells_group;
    /* asked for */
    uint32_t wanted;
    bool has_seek;
    bool owes_answer; /* to the worker's seek */
    int64_t seek_to;
    /* where it stands */
    bool is_placed; /* it was sought, so what comes is known to begin at next */
    int64_t next;   /* offset that comes next of what was given */
    int64_t eof_at; /* the log's end as librdkafka met it last; -1 */
    int64_t end_at; /* sz_stream_kafka_end_here; -1: not asked for, or not known yet */
    bool wants_end;
    int64_t end_retry_ms;
    int64_t last_ms;       /* of the record given last */
    int64_t settled, told; /* -1: nothing */
    int64_t retry_ms;
    uint32_t n_tries;
    /* what was given, and the messages that it borrows from: kept until the next want */
    sz_input given[MOST_INPUTS];
    rd_kafka_message_t *held[MOST_INPUTS];
    uint32_t n_given, n_held;
    sz_arena arena; /* of those values that were copied */
};

/* source.c */
void sz_sk_say(sz_kafka_source *s, sz_severity severity, const char *en, const char *zh, ...);
/* A list of one partition. */
rd_kafka_topic_partition_list_t *sz_sk_one(const sz_kafka_source *s, int32_t partition, int64_t offset);

#endif

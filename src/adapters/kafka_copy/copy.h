/* SPDX-License-Identifier: Apache-2.0
 *
 * copy: one topic to another key, so that running it again doubles nothing. The copy itself says how far it has come:
 * each record has the header sanzao.from, TOPIC/PARTITION/OFFSET it was taken from, and sanzao.from.id, the id of that
 * topic, for one that was deleted and made anew has the same name and offsets. As the producer keeps the order, of one
 * partition read the copies in one partition written are a prefix of what is to go there. Read first: the last offset
 * of each such pair. Of dead letters some are left out, others the next time: there each is looked for.
 *
 *   copy      merge by time, whose record, sending
 *   there     what the copy holds already
 *   ends      partitions: their queues, their ends
 *   turn      one run at a time
 *   ask       which topic has a name now, who is in a group
 */
#ifndef SANZAO_SRC_ADAPTERS_KAFKA_COPY_COPY_H
#define SANZAO_SRC_ADAPTERS_KAFKA_COPY_COPY_H

#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

#include "ask.h"

#define FROM_HEADER    "sanzao.from"
#define FROM_ID_HEADER "sanzao.from.id"

/* A partition being read. */
typedef struct lane {
    rd_kafka_queue_t *q;
    rd_kafka_message_t *head; /* NULL: to be fetched */
    int64_t next, end;        /* of offsets */
} lane;

typedef struct lanes {
    rd_kafka_t *rk;
    const char *topic;
    lane *v;
    uint32_t n;
    char why[256];        /* of a failure */
    const int64_t *begin; /* NULL: from the lowest offset. Else of the first n_begin partitions; -1: the lowest. Others
                           * are not read, nor those whose log does not have the offset any more */
    uint32_t n_begin;
    int64_t *until; /* of those, where begin is given; -1: it is set to the end */
    bool (*is_ending)(void *self);
    void *self;
} lanes;

/* A client, and how many partitions the topic has; then the partitions, up to the ends that they have at that time. */
sz_status sz_kc_find(lanes *l, const sz_kafka_options *o, sz_kafka_voice *voice, const char *topic);
sz_status sz_kc_open(lanes *l);
void sz_kc_close(lanes *l);
/* Have the head of each partition that has not ended; false: failed, or asked to end. */
bool sz_kc_fill(lanes *l);
bool sz_kc_is_over(const lane *x);
/* The one whose head came first, by the time that Kafka keeps of it; NULL: all are over. */
lane *sz_kc_earliest(lanes *l);
/* The message is the caller's. */
rd_kafka_message_t *sz_kc_take(lane *x);

/* What the copy holds. */
typedef struct there {
    int64_t *last;   /* [partition read][partition written]: offset; -1 */
    sz_map controls; /* feed_status values, with the partition written before */
    sz_map letters;  /* PARTITION/OFFSET read; instead of `last` */
    bool of_letters;
    uint32_t n_from, n_to;
    char id[SZ_TOPIC_ID]; /* of the topic read; "": not known */
    uint64_t n_of_before; /* copies of one that had its name before */
} there;
enum { MOST_FROM = 300 }; /* of the header: a topic's name has 249 characters at most */
/* As far as it is of copies of that topic; t->of_letters and t->id are set before. */
sz_status sz_kc_there(there *t, lanes *to, const lanes *from, sz_decoder *d);
void sz_kc_there_fini(there *t);
/* Is the record in the copy, which would have it in that partition? */
bool sz_kc_has(const there *t, const rd_kafka_message_t *m, uint32_t partition);
/* True if it is there; notes it otherwise. */
bool sz_kc_has_control(there *t, uint32_t partition, sz_str value);

#endif

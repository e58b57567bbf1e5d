/* SPDX-License-Identifier: Apache-2.0
 *
 * stream: one consumer, and of each assigned partition its own queue of librdkafka. A worker that wants nothing leaves
 * its records in that queue, and librdkafka stops fetching by itself once it is full; no partition holds up another.
 *
 *   source    the group: assignments, revocations, what is settled
 *   stream    want and seek of one partition
 *   ahead     its batches, and the thread that fills them
 *   batch     records as they wait to be given
 *   same      whether it is the same topic still
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_KAFKA_STREAM_H
#define SANZAO_SRC_ADAPTERS_STREAM_KAFKA_STREAM_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <sanzao/kafka.h>
#include <stdatomic.h>

enum { MOST_INPUTS = 64 }; /* of a message: while they are used they are to stay in the caches */
enum { BATCHES = 16 };     /* of a partition that are decoded ahead, at most */

/* What is not as most records are, or none at all. */
typedef struct rare {
    sz_input in;           /* raw and record */
    rd_kafka_message_t *m; /* an event, by its err; or what raw borrows from, where it is large. NULL: neither */
} rare;

typedef struct item {
    int64_t offset, time_ms;
    uint32_t at, n; /* its value, among the batch's */
    uint32_t piece; /* its event, likewise; aligned */
    rare *rare;     /* NULL: that is all there is */
} item;

typedef struct batch {
    item items[MOST_INPUTS];
    uint32_t n, at; /* at: those before it were given */
    uint32_t n_held;
    sz_buf pieces;  /* slim events */
    sz_buf values;  /* only a dead letter asks for its own: else nobody but their writer touches them */
    sz_arena arena; /* of what is rare */
} batch;

/* What a thread decodes with. A piece is made here and then copied: to read back what was just written into memory that
 * another core has is to wait for it. */
typedef struct maker {
    sz_decoder *decoder;
    _Alignas(sz_slim) char piece[SZ_SLIM_MOST];
} maker;

struct sz_kafka_source {
    sz_kafka_voice voice; /* first: the client's opaque value */
    sz_kafka_members members;
    sz_kafka_source_options o;
    char *topic;
    sz_str origin; /* kafka:TOPIC */
    rd_kafka_t *rk;
    rd_kafka_topic_t *rkt;
    maker maker;               /* the member's */
    sz_stream_kafka **streams; /* open ones */
    uint32_t n_streams, room;
    bool has_joined, has_failed, is_closing;
    atomic_uint n_away; /* how often the topic, or a partition of it, was not there: it may come back another one */
    struct {            /* same.c */
        rd_kafka_queue_t *q;
        int64_t id[2];
        int64_t polled_ms, moved_ms, asked_ms, next_ms, sure_until_ms; /* moved: after it had stood still */
        bool is_asked, is_known, is_unknowable, is_other;
        uint32_t n_silent; /* times in a row that nobody answered */
    } same;
    sz_kafka_news news;
    int64_t quiet_until_ms; /* no answer: nothing is asked before then */
    int64_t committed_ms;   /* when the group was told last */
    /* the thread that fills batches ahead (ahead.c) */
    pthread_mutex_t mutex; /* over the list of streams, and its sleep */
    pthread_cond_t work;
    pthread_t thread;
    atomic_bool is_asleep;
    bool has_tried, has_thread, is_over;
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
    uint32_t n_away; /* the source's, when it was sought */
    /* what was given, out of the first batch: it stays until the next want */
    sz_input given[MOST_INPUTS];
    uint32_t n_given;
    bool is_being_filled; /* there was no batch, and there is one in a moment: the member comes back */
    /* batches from `first` to `end` are the member's, the others whoever's has the mutex (ahead.c) */
    batch *ring[BATCHES];
    _Atomic uint32_t first, end;
    atomic_bool is_ahead; /* more of the same waits in librdkafka's queue, it seems */
    pthread_mutex_t mutex;
};

/* batch.c */
/* What waits in q, as far as there is room. */
void sz_sk_batch_fill(batch *b, const sz_kafka_source *s, maker *by, rd_kafka_queue_t *q);
/* Raw and record, which borrow from the batch. Items are given in their order: the next ones are fetched. */
void sz_sk_batch_give(const batch *b, const item *x, sz_input *in);
void sz_sk_batch_drop(batch *b); /* it is empty then */
void sz_sk_batch_free(batch *b);

/* ahead.c */
batch *sz_sk_batch(sz_stream_kafka *t);      /* the first one; NULL: nothing is there, or it is being filled */
void sz_sk_batch_done(sz_stream_kafka *t);   /* that one */
void sz_sk_batches_drop(sz_stream_kafka *t); /* all but what is given; more comes when one is asked for */
void sz_sk_ahead_end(sz_kafka_source *s);    /* its thread */

/* same.c */
/* Ask, and take the answer; nothing waits. */
void sz_sk_same_poll(sz_kafka_source *s, int64_t mono_ms);
/* What came may be given: a moment ago it was the same topic, or nobody can tell. */
bool sz_sk_is_same(const sz_kafka_source *s, int64_t mono_ms);
int64_t sz_sk_same_wake_ms(const sz_kafka_source *s); /* when to poll, for who waits for that */
void sz_sk_same_end(sz_kafka_source *s);

/* source.c */
/* Any thread: that the topic was not there, if that is what it says. */
void sz_sk_note_away(sz_kafka_source *s, int err);
void sz_sk_say(sz_kafka_source *s, sz_severity severity, const char *en, const char *zh, ...);
/* A list of one partition. */
rd_kafka_topic_partition_list_t *sz_sk_one(const sz_kafka_source *s, int32_t partition, int64_t offset);

#endif

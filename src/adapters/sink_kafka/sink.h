/* SPDX-License-Identifier: Apache-2.0
 *
 * sink: alerts and dead letters of several workers through one idempotent producer. What was handed over is kept until
 * its delivery report, so that a producer that failed for good can be replaced and all of it sent again, in order.
 *
 *   sink      the port: what is answered when
 *   producer  librdkafka: handing over, reports, a new one after a fatal error
 *   record    an alert's key; a dead letter's value, key and headers
 */
#ifndef SANZAO_SRC_ADAPTERS_SINK_KAFKA_SINK_H
#define SANZAO_SRC_ADAPTERS_SINK_KAFKA_SINK_H

#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

typedef enum item_state { ITEM_NEW, ITEM_SENT, ITEM_DONE } item_state;

/* One record on its way. Freed by its report once its sink has gone. */
typedef struct item {
    item_state state;
    bool is_orphan;
    const char *topic; /* the sink's; of an orphan not used any more */
    sz_buf key, value;
    rd_kafka_headers_t *headers; /* NULL: none; copied for each sending */
    struct channel *channel;
    struct item *next;          /* in its channel */
    struct item *older, *newer; /* of all items of the producer, for the end */
} item;

typedef struct call { /* of the port, to be answered */
    uint32_t tag;
    uint32_t n_left; /* its records without a report */
} call;

/* Alerts or dead letters of one sink: records in order, and the calls that brought them. */
typedef struct channel {
    struct sz_sink_kafka *sink;
    bool is_alerts;
    char *topic;
    item *first, *last, *unsent;
    call *calls;
    uint32_t n_calls, room;
    uint64_t n_acked; /* alerts of this sink so far: what stands for the length of a file */
} channel;

struct sz_sink_kafka {
    sz_kafka_producer *p;
    sz_msgq *q;
    channel alerts, dead;
};

struct sz_kafka_producer {
    sz_kafka_voice voice; /* first: the client's opaque value */
    const sz_kafka_options *kafka;
    int wake_fd;
    rd_kafka_t *rk;
    bool is_fatal;
    sz_kafka_news news;
    int64_t tried_s; /* when a new client was asked for last */
    sz_sink_kafka **sinks;
    uint32_t n_sinks, room;
    item *newest; /* list of all items */
    uint64_t n_waiting, n_reports;
};

/* record.c: fill in key, value and headers from the line that the engine wrote. */
void sz_kk_alert(item *x, sz_str line);
void sz_kk_dead(item *x, sz_str line);
/* Keep n bytes of the value, with the header value.length saying how many there were. */
void sz_kk_cut(item *x, size_t n);

/* producer.c */
item *sz_kk_item_new(channel *c);
void sz_kk_item_free(sz_kafka_producer *p, item *x);
/* Hand over what was not yet, as far as there is room. */
void sz_kk_send(channel *c);

/* sink.c: records were reported. */
void sz_kk_answer(channel *c);
void sz_kk_fail(channel *c, const char *en, const char *zh);

#endif

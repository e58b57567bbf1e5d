/* SPDX-License-Identifier: Apache-2.0
 *
 * kafka: Apache Kafka behind the engine's ports. Settings of librdkafka under their own names, a look at what the
 * brokers promise before a run, a consumer-group source with one stream a partition, sinks for alerts and dead letters,
 * and the copying of a topic to another key.
 *
 * What the protocol fixes (docs/adr, once only): offsets are kept in the state and told to the group for its lag only;
 * an offset that is not there is an error and never a silent jump; alerts leave through an idempotent producer with
 * acks=all, keyed by student with the partitioner of Kafka's own clients (murmur2_random).
 *
 * Ownership: texts given to a constructor are copied unless it says otherwise; options are borrowed for the object's
 * life. Threads: a source or a producer and all that was made of it belong to one thread. Only sz_kafka_voice.say is
 * also called from librdkafka's own threads.
 */
#ifndef SANZAO_KAFKA_H
#define SANZAO_KAFKA_H

#include <sanzao/adapters.h>

/* ---- settings and voice ---------------------------------------------------------------------------------------- */

typedef struct sz_kafka_setting {
    sz_str name, value; /* librdkafka's own: CONFIGURATION.md of librdkafka */
    sz_span at;         /* where it was written; no source: the command line */
} sz_kafka_setting;

typedef struct sz_kafka_options {
    sz_str brokers;     /* host:port, separated by commas */
    sz_str group;
    const sz_kafka_setting *settings;
    uint32_t n_settings;
    uint32_t member;    /* number of this member within its process, from 0: tells client ids apart */
} sz_kafka_options;

/* What an adapter has to tell whoever runs it; zh NULL: as en. Called from any thread. */
typedef struct sz_kafka_voice {
    void *self;
    void (*say)(void *self, sz_severity severity, const char *en, const char *zh);
} sz_kafka_voice;

/* Is each setting one of librdkafka's, fit to be set, and not one that the protocol fixes? All findings at once:
 * SZ_USAGE. */
sz_status sz_kafka_check(const sz_kafka_options *o, sz_diags *d);

/* For the adapters of this family: librdkafka's configuration (rd_kafka_conf_t) with the settings of the role and the
 * fixed ones; logs go to voice, which is the start of the opaque value. The caller's to use up or destroy. */
typedef enum sz_kafka_role { SZ_KAFKA_CONSUMER, SZ_KAFKA_PRODUCER } sz_kafka_role;
struct rd_kafka_conf_s *sz_kafka_conf(const sz_kafka_options *o, sz_kafka_role role, sz_kafka_voice *voice);

/* A record's value (rd_kafka_message_t) as one JSON object, as a CloudEvent in structured or binary mode, or, with a
 * mapping, as a row of CSV. Fills in->record and in->raw, which borrow from the message or live in a. */
struct rd_kafka_message_s;
void sz_kafka_decode(sz_decoder *d, const sz_mapping *mapping, const struct rd_kafka_message_s *m, sz_arena *a,
                     sz_input *in);
/* The same in two steps: of the value alone, which they then borrow from instead of the message; false: headers may
 * have something to say, and are to be asked. */
bool sz_kafka_decode_value(sz_decoder *d, const sz_mapping *mapping, sz_str value, sz_arena *a, sz_input *in);
void sz_kafka_decode_headers(sz_decoder *d, const struct rd_kafka_message_s *m, sz_arena *a, sz_input *in);
/* The usual JSON record, of which headers say nothing (there are none, or it is whole without them): an event in one piece,
 * as of sz_decode_json_slim. False: it may be any other. */
bool sz_kafka_decode_slim(sz_decoder *d, const struct rd_kafka_message_s *m, sz_str value, sz_slim *out, size_t *size);
/* The same of JSON, for whoever has no such message: a value, and the headers in their order. */
typedef struct sz_kafka_header {
    const char *name;
    sz_str value; /* p NULL: it has none */
} sz_kafka_header;
void sz_kafka_decode_json(sz_decoder *d, sz_str value, const sz_kafka_header *headers, size_t n, sz_arena *a,
                          sz_input *in);

/* What one of librdkafka's errors (rd_kafka_resp_err_t) is, in a few words; in librdkafka's own where we have none. */
const char *sz_kafka_error(int err, sz_lang lang);

/* Errors repeat with every attempt to connect: is this one new, or a minute old? Remembers it. */
typedef struct sz_kafka_news {
    int err;
    int64_t said_s;
} sz_kafka_news;
bool sz_kafka_is_news(sz_kafka_news *n, int err);

/* ---- a look before the run --------------------------------------------------------------------------------------- */

typedef enum sz_look_grade { SZ_LOOK_RIGHT, SZ_LOOK_RISKY, SZ_LOOK_REFUSED } sz_look_grade;

/* One line of the screen: what was looked at, how it is, what to do. Texts live in the arena given. */
typedef struct sz_look_row {
    sz_look_grade grade;
    bool may_pass; /* refused, but brokers may only not have heard of it yet */
    const char *what, *what_zh;
    const char *advice, *advice_zh; /* NULL: nothing to do */
} sz_look_row;

typedef struct sz_look {
    sz_arena arena;
    sz_look_row *v;
    uint32_t n;
} sz_look;
void sz_look_init(sz_look *l);
void sz_look_fini(sz_look *l);
/* Formats like printf, the same arguments for both languages. Returns the row for its advice. */
sz_look_row *sz_look_add(sz_look *l, sz_look_grade grade, const char *en, const char *zh, ...);
void sz_look_advise(sz_look *l, sz_look_row *row, const char *en, const char *zh, ...);

typedef struct sz_kafka_topics {
    sz_str events, alerts, dead; /* names; empty: not on Kafka */
    int64_t horizon_ms;         /* what a replay may need of the events */
} sz_kafka_topics;
/* Ask the brokers for topics and their settings and judge them. *parts: partitions of the events topic (0: not asked
 * for). SZ_OK, also when rows are refused; SZ_IO with a sentence in `why`: no broker answered within timeout_ms. */
typedef struct sz_kafka_why {
    char en[256], zh[256];
} sz_kafka_why;
sz_status sz_kafka_look(const sz_kafka_options *o, const sz_kafka_topics *t, sz_kafka_voice *voice, int timeout_ms,
                        sz_look *look, uint32_t *parts, sz_kafka_why *why);

/* ---- source ------------------------------------------------------------------------------------------------------ */

/* Called within sz_kafka_source_poll and _close. */
typedef struct sz_kafka_members {
    void *self;
    /* committed: what the group has for it; -1 none. parts: partitions of the topic now. */
    void (*assigned)(void *self, int32_t partition, int64_t committed, uint32_t parts);
    /* Give all of them back before returning, together, so that many take no longer than one; is_lost: they are somebody
     * else's already. */
    void (*revoked)(void *self, const int32_t *partitions, uint32_t n, bool is_lost);
    /* Asked while brokers are waited for: true gives up. */
    bool (*is_ending)(void *self);
} sz_kafka_members;

typedef struct sz_kafka_source sz_kafka_source;
typedef struct sz_stream_kafka sz_stream_kafka;

typedef struct sz_kafka_source_options {
    const sz_kafka_options *kafka;
    const char *topic;
    const sz_types *types;
    const sz_zone *zone;
    sz_mapping *mapping; /* NULL: values are JSON. Else each value is one row of CSV, without header */
    int wake_fd;         /* non-blocking event counter (eventfd): written to when something came */
} sz_kafka_source_options;

/* Threads that only help do not take the core from the one that uses what they bring when they wake: as threads of batch work (sched(7))
 * they take a free one, or wait for the end of its turn. Of this thread; what it begins inherits that. False: it is of another policy, and
 * stays of it. */
bool sz_kafka_give_way(void);

/* Join the group. SZ_IO with a finding: librdkafka cannot begin. */
sz_status sz_kafka_source_new(const sz_kafka_source_options *o, const sz_kafka_voice *voice, const sz_kafka_members *m,
                              sz_diags *d, sz_kafka_source **out);
/* Serve the group: assignments and revocations come from in here. False: the source has failed for good (said). */
bool sz_kafka_source_poll(sz_kafka_source *s);
/* True while the group has given it an assignment, be it an empty one; false from a revocation to the next. */
bool sz_kafka_source_has_joined(const sz_kafka_source *s);
/* How long the group keeps for a member that says nothing what it gave to it. */
int64_t sz_kafka_source_session_ms(const sz_kafka_source *s);
/* Leave the group (revokes what is left) and free it; NULL is fine. */
void sz_kafka_source_close(sz_kafka_source *s);
/* Tell the group what is settled, for its lag: at most every 5 s, and at once with `now`, then waiting for it. */
void sz_kafka_source_commit(sz_kafka_source *s, int64_t mono_ms, bool now);

/* The stream of an assigned partition; answers go to q. It ends (closes) with the assignment: while it is closed want
 * and seek are not answered. tells_group: settled offsets go to Kafka. */
sz_stream_kafka *sz_kafka_source_open(sz_kafka_source *s, int32_t partition, sz_msgq *q, bool tells_group);
sz_stream_port sz_stream_kafka_port(sz_stream_kafka *s);
/* Do what was asked for and can be done now; returns true if it did anything. Called by the member's loop. */
bool sz_stream_kafka_step(sz_stream_kafka *s, int64_t mono_ms);
/* When step must be called again for a retry; SZ_TIME_MAX. */
int64_t sz_stream_kafka_wake_ms(const sz_stream_kafka *s);
/* The partition's end, asked of the broker now (at most 1 s): the offset that the next record will get. -1: no answer.
 */
int64_t sz_stream_kafka_end(sz_stream_kafka *s, int64_t mono_ms);
/* End the stream at the end that the partition has now (asked again until a broker answers): once all before it was given, want is answered by input_end. */
void sz_stream_kafka_end_here(sz_stream_kafka *s, int64_t mono_ms);
/* For stats: records that are known to be left, and the time in ms of the last record given (SZ_TIME_NONE). */
int64_t sz_stream_kafka_lag(const sz_stream_kafka *s);
int64_t sz_stream_kafka_last_ms(const sz_stream_kafka *s);
void sz_stream_kafka_close(sz_stream_kafka *s); /* frees it; NULL is fine */

/* ---- sinks ------------------------------------------------------------------------------------------------------- */

typedef struct sz_kafka_producer sz_kafka_producer;
sz_status sz_kafka_producer_new(const sz_kafka_options *o, const sz_kafka_voice *voice, int wake_fd, sz_diags *d,
                                sz_kafka_producer **out);
void sz_kafka_producer_free(sz_kafka_producer *p); /* NULL is fine; what is not delivered is given up */
/* Serve delivery reports for at most wait_ms; true if there were any. A fatal error makes a new producer, and what was
 * not acknowledged goes out again in order. */
bool sz_kafka_producer_poll(sz_kafka_producer *p, int wait_ms);
/* librdkafka's own (rd_kafka_t), until the next poll: for tests that make it fail. */
struct rd_kafka_s *sz_kafka_producer_client(const sz_kafka_producer *p);
uint64_t sz_kafka_producer_waiting(const sz_kafka_producer *p); /* records handed over and not acknowledged */

/* A sink of one worker on one producer. A topic may be empty where that kind of output goes elsewhere. To be freed
 * before its producer. */
typedef struct sz_sink_kafka sz_sink_kafka;
sz_sink_kafka *sz_sink_kafka_new(sz_kafka_producer *p, sz_str alerts, sz_str dead, sz_msgq *q);
sz_sink_port sz_sink_kafka_port(sz_sink_kafka *s);
void sz_sink_kafka_free(sz_sink_kafka *s);

/* ---- copying a topic to another key -------------------------------------------------------------------------------- */

/* Copy all of one topic, up to the ends that it has at the start, to another one that is keyed by student: each record
 * to the partition that is the student's home, with its time and headers and the header sanzao.from that says where it
 * came from. Run again, it goes on where the copy ends. The order of arrival is kept as far as the records' own
 * timestamps tell it across partitions. What has no student is copied for the engine to set aside. A feed_status goes to
 * every partition, once all partitions have shown it.
 * With a reason, `from` is a topic of dead letters: those with that reason and a student go home, each once, without the headers that
 * made them letters; the others are left. */
typedef struct sz_kafka_copy_options {
    const sz_kafka_options *kafka;
    const char *from, *to;
    const char *reason; /* NULL: all that there is */
    const sz_types *types;
    const sz_zone *zone;
    const sz_mapping *mapping; /* NULL: values are JSON */
    void *self;
    /* Whose record is it? False: nobody's. *student is borrowed. */
    bool (*student_of)(void *self, const sz_event *e, sz_str *student);
    bool (*is_ending)(void *self);
} sz_kafka_copy_options;

typedef struct sz_kafka_copied {
    uint64_t read, copied, already; /* already: they were there from a run before */
    uint64_t without_student;       /* of those copied */
    uint64_t control;               /* feed_status records read; each is in every partition once */
    uint64_t left;                  /* dead letters: of other reasons, nobody's, or cut */
} sz_kafka_copied;
/* Waits for its turn where another run writes into `to`. SZ_REFUSED (another still does, or the turn was lost) and SZ_IO with
 * a finding; SZ_INTERRUPTED. */
sz_status sz_kafka_copy(const sz_kafka_copy_options *o, sz_kafka_voice *voice, sz_diags *d, sz_kafka_copied *n);

/* ---- reading the rest of a topic ---------------------------------------------------------------------------------- */

/* What stands in the first n partitions from these offsets (-1: the lowest there is) up to the ends given, earliest first; the same at each
 * call, while the log still has it. A partition whose log does not have its offset (expired, cut short, made anew) is left out. */
typedef struct sz_kafka_rest_options {
    const sz_kafka_options *kafka;
    const char *topic;
    const sz_types *types;
    const sz_zone *zone;
    const sz_mapping *mapping; /* NULL: values are JSON */
    const int64_t *begin;
    int64_t *end; /* -1: not known, and set to what it is at the start */
    uint32_t n;
    void *self;
    void (*take)(void *self, uint32_t partition, const sz_input *in);
    bool (*is_ending)(void *self);
} sz_kafka_rest_options;
/* n: records read. SZ_IO with a finding; SZ_INTERRUPTED. */
sz_status sz_kafka_rest(const sz_kafka_rest_options *o, sz_kafka_voice *voice, sz_diags *d, uint64_t *n);

/* ---- one file for several workers ---------------------------------------------------------------------------------- */

/* Alerts or dead letters of several partitions in one file, or on standard output. Lines are whole, and none of a
 * state stands in the file twice: what a worker submits again after a start is looked for behind the place up to which
 * its state knows the file (docs/adr). Shared by threads. */
typedef struct sz_shared_file sz_shared_file;
typedef struct sz_shared_file_options {
    sz_str target;     /* file:PATH, stdout */
    const char *key;   /* in the ledger of each state: sink:alerts, sink:dead */
    bool append;       /* a file that holds something else is gone on with */
    bool is_volatile;  /* memory state: written anew */
} sz_shared_file_options;
sz_status sz_shared_file_new(const sz_shared_file_options *o, sz_diags *d, sz_shared_file **out);
void sz_shared_file_free(sz_shared_file *f); /* NULL is fine */

typedef struct sz_sink_shared sz_sink_shared;
/* alerts, dead: NULL: nowhere. */
sz_sink_shared *sz_sink_shared_new(sz_shared_file *alerts, sz_shared_file *dead, sz_msgq *q);
/* The worker runs: where its state stands. is_new: the state was made by this run. */
void sz_sink_shared_start(sz_sink_shared *s, const sz_progress *p, bool is_new);
sz_sink_port sz_sink_shared_port(sz_sink_shared *s);
void sz_sink_shared_free(sz_sink_shared *s);

#endif

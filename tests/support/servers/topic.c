/* topic - creates, fills, reads and looks at Kafka topics for the tests, with the library and the partitioner that
 * Sanzao uses. One short-lived process a task: a JVM's start a command (Kafka's own tools) would be most of a test's
 * time.
 *
 * Clients are not destroyed: librdkafka's threads may sleep for a second before they notice, and the process' end takes
 * them all the same. What was produced has been acknowledged by then.
 *
 * usage: topic BOOTSTRAP COMMAND [ARGUMENT...], see the table at the end. Exit: 0, 1 refused or failed (stderr says
 * why), 2 usage.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <librdkafka/rdkafka.h>
#include <yyjson.h>

enum { TIMEOUT_MS = 60000, MAX_HEADERS = 16 };

typedef struct {
    const char *bootstrap;
    char **args; /* what follows the command's options */
    int n_args;
    const char *key_field;            /* -f: top-level string field of each line that is the key */
    const char *timestamp_field;      /* -T: top-level integer field in ms, the record's timestamp */
    bool envelope;                    /* -e */
    int partition;                    /* -p; -1: all, or as the partitioner says */
    int64_t limit;                    /* -n; 0: to the end */
    const char *headers[MAX_HEADERS]; /* -H name=value */
    int n_headers;
    rd_kafka_conf_t *conf; /* -X name=value over the defaults; rd_kafka_new takes it */
} task;

static void fail(const char *form, ...) __attribute__((format(printf, 1, 2), noreturn));

static void fail(const char *form, ...) {
    va_list ap;
    va_start(ap, form);
    fputs("topic: ", stderr);
    vfprintf(stderr, form, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char why[512];
    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK) fail("%s", why);
}

/* Splits name=value in place. */
static char *value_of(char *pair) {
    char *equals = strchr(pair, '=');
    if (!equals) fail("%s: name=value is expected", pair);
    *equals = '\0';
    return equals + 1;
}

static rd_kafka_t *client(task *t, rd_kafka_type_t type) {
    char why[512];
    rd_kafka_t *rk = rd_kafka_new(type, t->conf, why, sizeof why);
    if (!rk) fail("%s", why);
    return rk;
}

static int64_t number(const char *text) {
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (errno || end == text || *end || n < 0) fail("%s is no number", text);
    return n;
}

static const struct rd_kafka_metadata *metadata(rd_kafka_t *rk, const char *topic) {
    const struct rd_kafka_metadata *m;
    rd_kafka_topic_t *rkt = topic ? rd_kafka_topic_new(rk, topic, NULL) : NULL;
    rd_kafka_resp_err_t e = rd_kafka_metadata(rk, !topic, rkt, &m, TIMEOUT_MS);
    if (e) fail("metadata: %s", rd_kafka_err2str(e));
    if (topic && m->topics[0].err) fail("%s: %s", topic, rd_kafka_err2str(m->topics[0].err));
    if (rkt) rd_kafka_topic_destroy(rkt);
    return m;
}

/* ---- administration: one request, one event with the answer ---- */

static rd_kafka_event_t *answer(rd_kafka_queue_t *queue) {
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    if (!event) fail("no answer within %d s", TIMEOUT_MS / 1000);
    if (rd_kafka_event_error(event)) fail("%s", rd_kafka_event_error_string(event));
    return event;
}

static void all_well(const rd_kafka_topic_result_t **results, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (rd_kafka_topic_result_error(results[i]))
            fail("%s: %s", rd_kafka_topic_result_name(results[i]),
                 rd_kafka_topic_result_error_string(results[i])
                     ? rd_kafka_topic_result_error_string(results[i])
                     : rd_kafka_err2str(rd_kafka_topic_result_error(results[i])));
}

static void pause_a_little(void) { nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL); }

/* The controller has made it; the broker hears of it, and of who leads, a moment later. */
static bool is_led(rd_kafka_t *rk, const char *topic, int partitions) {
    const struct rd_kafka_metadata *m;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
    rd_kafka_resp_err_t e = rd_kafka_metadata(rk, 0, rkt, &m, TIMEOUT_MS);
    rd_kafka_topic_destroy(rkt);
    if (e) return false;
    bool is = m->topic_cnt == 1 && !m->topics[0].err && m->topics[0].partition_cnt == partitions;
    for (int i = 0; is && i < partitions; i++) is = m->topics[0].partitions[i].leader >= 0;
    rd_kafka_metadata_destroy(m);
    return is;
}

static void wait_led(task *t, rd_kafka_t *rk) {
    time_t end = time(NULL) + TIMEOUT_MS / 1000;
    while (!is_led(rk, t->args[0], (int)number(t->args[1]))) {
        if (time(NULL) >= end) fail("%s: has no leaders", t->args[0]);
        pause_a_little();
    }
}

static void create(task *t) {
    char why[512];
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(t->args[0], (int)number(t->args[1]), (int)number(t->args[2]), why, sizeof why);
    if (!topic) fail("%s", why);
    for (int i = 3; i < t->n_args; i++) {
        char *value = value_of(t->args[i]);
        rd_kafka_NewTopic_set_config(topic, t->args[i], value);
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = answer(queue);
    size_t n;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
    all_well(results, n);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);
    wait_led(t, rk);
}

static void delete (task *t) {
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(t->args[0]);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = answer(queue);
    size_t n;
    const rd_kafka_topic_result_t **results =
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
    all_well(results, n);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteTopic_destroy(topic);
}

static void user(task *t) {
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    bool is_256 = strcmp(t->args[1], "SCRAM-SHA-256") == 0;
    rd_kafka_UserScramCredentialAlteration_t *change = rd_kafka_UserScramCredentialUpsertion_new(
        t->args[0], is_256 ? RD_KAFKA_SCRAM_MECHANISM_SHA_256 : RD_KAFKA_SCRAM_MECHANISM_SHA_512, 4096,
        (const unsigned char *)t->args[2], strlen(t->args[2]), NULL, 0);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_AlterUserScramCredentials(rk, &change, 1, NULL, queue);
    rd_kafka_event_t *event = answer(queue);
    size_t n;
    const rd_kafka_AlterUserScramCredentials_result_response_t **said =
        rd_kafka_AlterUserScramCredentials_result_responses(rd_kafka_event_AlterUserScramCredentials_result(event), &n);
    for (size_t i = 0; i < n; i++) {
        const rd_kafka_error_t *e = rd_kafka_AlterUserScramCredentials_result_response_error(said[i]);
        if (e && rd_kafka_error_code(e)) fail("%s", rd_kafka_error_string(e));
    }
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_UserScramCredentialAlteration_destroy(change);
}

static void grow(task *t) {
    char why[512];
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    rd_kafka_NewPartitions_t *more =
        rd_kafka_NewPartitions_new(t->args[0], (size_t)number(t->args[1]), why, sizeof why);
    if (!more) fail("%s", why);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_CreatePartitions(rk, &more, 1, NULL, queue);
    rd_kafka_event_t *event = answer(queue);
    size_t n;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &n);
    all_well(results, n);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewPartitions_destroy(more);
    wait_led(t, rk);
}

/* What retention does when its time has come: records before the offset are gone. */
static void expire(task *t) {
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, t->args[0], (int32_t)number(t->args[1]))->offset = number(t->args[2]);
    rd_kafka_DeleteRecords_t *before = rd_kafka_DeleteRecords_new(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteRecords(rk, &before, 1, NULL, queue);
    rd_kafka_event_t *event = answer(queue);
    const rd_kafka_topic_partition_list_t *done =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
    if (done->elems[0].err) fail("%s: %s", t->args[0], rd_kafka_err2str(done->elems[0].err));
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteRecords_destroy(before);
    rd_kafka_topic_partition_list_destroy(list);
}

static void configure(task *t) {
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    rd_kafka_ConfigResource_t *topic = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, t->args[0]);
    for (int i = 1; i < t->n_args; i++) {
        char *value = value_of(t->args[i]);
        rd_kafka_error_t *error =
            rd_kafka_ConfigResource_add_incremental_config(topic, t->args[i], RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET, value);
        if (error) fail("%s: %s", t->args[i], rd_kafka_error_string(error));
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_IncrementalAlterConfigs(rk, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = answer(queue);
    size_t n;
    const rd_kafka_ConfigResource_t **results =
        rd_kafka_IncrementalAlterConfigs_result_resources(rd_kafka_event_IncrementalAlterConfigs_result(event), &n);
    for (size_t i = 0; i < n; i++)
        if (rd_kafka_ConfigResource_error(results[i]))
            fail("%s: %s", t->args[0], rd_kafka_ConfigResource_error_string(results[i]));
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(topic);
}

/* ---- looking ---- */

static void brokers(task *t) {
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    const struct rd_kafka_metadata *m = metadata(rk, NULL);
    for (int i = 0; i < m->broker_cnt; i++)
        printf("%d %s:%d\n", m->brokers[i].id, m->brokers[i].host, m->brokers[i].port);
    rd_kafka_metadata_destroy(m);
}

static void list(task *t) {
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    const struct rd_kafka_metadata *m = metadata(rk, NULL);
    for (int i = 0; i < m->topic_cnt; i++) printf("%s %d\n", m->topics[i].topic, m->topics[i].partition_cnt);
    rd_kafka_metadata_destroy(m);
}

/* A topic that has just been made is known before its leader knows that it leads: asked again for as long as anything
 * may take. */
static rd_kafka_resp_err_t ends(rd_kafka_t *rk, const char *topic, int partition, int64_t *low, int64_t *high) {
    time_t end = time(NULL) + TIMEOUT_MS / 1000;
    for (;;) {
        rd_kafka_resp_err_t e = rd_kafka_query_watermark_offsets(rk, topic, partition, low, high, TIMEOUT_MS);
        bool is_passing = e == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
                          e == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || e == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                          e == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || e == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
        if (!is_passing || time(NULL) >= end) return e;
        pause_a_little();
    }
}

/* Of the cluster's metadata alone: a leader that stands still is asked for nothing. */
static void leaders(task *t) {
    const struct rd_kafka_metadata *m = metadata(client(t, RD_KAFKA_PRODUCER), t->args[0]);
    for (int i = 0; i < m->topics[0].partition_cnt; i++) printf("%d %d\n", i, (int)m->topics[0].partitions[i].leader);
    rd_kafka_metadata_destroy(m);
}

static void watermarks(task *t) {
    rd_kafka_t *rk = client(t, RD_KAFKA_CONSUMER);
    const struct rd_kafka_metadata *m = metadata(rk, t->args[0]);
    for (int i = 0; i < m->topics[0].partition_cnt; i++) {
        int64_t low, high;
        rd_kafka_resp_err_t e = ends(rk, t->args[0], i, &low, &high);
        if (e) fail("%s [%d]: %s", t->args[0], i, rd_kafka_err2str(e));
        printf("%d %lld %lld\n", i, (long long)low, (long long)high);
    }
    rd_kafka_metadata_destroy(m);
}

static void committed(task *t) {
    set(t->conf, "group.id", t->args[0]);
    rd_kafka_t *rk = client(t, RD_KAFKA_CONSUMER);
    const struct rd_kafka_metadata *m = metadata(rk, t->args[1]);
    rd_kafka_topic_partition_list_t *places = rd_kafka_topic_partition_list_new(m->topics[0].partition_cnt);
    for (int i = 0; i < m->topics[0].partition_cnt; i++) rd_kafka_topic_partition_list_add(places, t->args[1], i);
    rd_kafka_resp_err_t e = rd_kafka_committed(rk, places, TIMEOUT_MS);
    if (e) fail("%s: %s", t->args[0], rd_kafka_err2str(e));
    for (int i = 0; i < places->cnt; i++)
        printf("%d %lld\n", (int)places->elems[i].partition,
               places->elems[i].offset < 0 ? -1LL : (long long)places->elems[i].offset);
    rd_kafka_topic_partition_list_destroy(places);
    rd_kafka_metadata_destroy(m);
}

static void count_members(task *t, const char *state) {
    const struct rd_kafka_group_list *list = NULL;
    rd_kafka_t *rk = client(t, RD_KAFKA_CONSUMER);
    rd_kafka_resp_err_t e = RD_KAFKA_RESP_ERR__TIMED_OUT;
    for (int n = 0; n < 4 && (e == RD_KAFKA_RESP_ERR__TIMED_OUT || e == RD_KAFKA_RESP_ERR__TRANSPORT); n++)
        e = rd_kafka_list_groups(rk, t->args[0], &list, TIMEOUT_MS);
    bool is_coming = state && e == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS; /* as is a group's first */
    if (e && !is_coming) fail("%s: %s", t->args[0], rd_kafka_err2str(e));
    bool counts = !e && list->group_cnt && (!state || !strcmp(list->groups[0].state, state));
    printf("%d\n", counts ? list->groups[0].member_cnt : 0);
    if (list) rd_kafka_group_list_destroy(list);
}

static void members(task *t) { count_members(t, NULL); }
static void settled(task *t) { count_members(t, "Stable"); }

/* ---- producing: lines of stdin ---- */

typedef struct {
    int64_t n_delivered, n_failed;
    rd_kafka_resp_err_t first;
} deliveries;

static void delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque) {
    (void)rk;
    deliveries *d = opaque;
    if (!message->err) d->n_delivered++;
    else if (!d->n_failed++) d->first = message->err;
}

static rd_kafka_headers_t *headers(const task *t) {
    rd_kafka_headers_t *all = rd_kafka_headers_new((size_t)t->n_headers);
    for (int i = 0; i < t->n_headers; i++) {
        const char *equals = strchr(t->headers[i], '=');
        if (!equals) fail("%s: name=value is expected", t->headers[i]);
        rd_kafka_header_add(all, t->headers[i], equals - t->headers[i], equals + 1, -1);
    }
    return all;
}

/* One record. The key is the field -f of the line, or with a tab in the line what stands before it. */
static void produce_line(task *t, rd_kafka_t *rk, rd_kafka_topic_t *rkt, char *line, size_t length) {
    const char *key = NULL, *value = line;
    size_t n_key = 0, n_value = length;
    int64_t timestamp = 0;
    yyjson_doc *doc = t->key_field || t->timestamp_field ? yyjson_read(line, length, 0) : NULL;
    if (t->key_field) {
        yyjson_val *field = yyjson_obj_get(yyjson_doc_get_root(doc), t->key_field);
        key = yyjson_get_str(field);
        n_key = yyjson_get_len(field);
    } else {
        char *tab = memchr(line, '\t', length);
        if (tab) key = line, n_key = (size_t)(tab - line), value = tab + 1, n_value = length - n_key - 1;
    }
    if (t->timestamp_field) timestamp = yyjson_get_sint(yyjson_obj_get(yyjson_doc_get_root(doc), t->timestamp_field));
    rd_kafka_resp_err_t e;
    do { /* the queue's limit is the pace: wait for room rather than fail */
        rd_kafka_headers_t *h = t->n_headers ? headers(t) : NULL;
        rd_kafka_vu_t parts[] = {{.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = rkt},
                                 {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = t->partition},
                                 {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)key, n_key}},
                                 {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)value, n_value}},
                                 {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = timestamp},
                                 {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
                                 {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = h}};
        rd_kafka_error_t *error = rd_kafka_produceva(rk, parts, sizeof parts / sizeof *parts);
        e = error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
        if (error) rd_kafka_error_destroy(error);
        if (e && h) rd_kafka_headers_destroy(h);
        rd_kafka_poll(rk, e == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
    } while (e == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    yyjson_doc_free(doc);
    if (e) fail("%s: %s", t->args[0], rd_kafka_err2str(e));
}

static void produce(task *t) {
    deliveries d = {0};
    rd_kafka_conf_set_opaque(t->conf, &d);
    rd_kafka_conf_set_dr_msg_cb(t->conf, delivered);
    rd_kafka_t *rk = client(t, RD_KAFKA_PRODUCER);
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, t->args[0], NULL);
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
        if (line[n - 1] == '\n') n--;
        if (n) produce_line(t, rk, rkt, line, (size_t)n);
    }
    free(line);
    rd_kafka_resp_err_t e = rd_kafka_flush(rk, 2 * TIMEOUT_MS);
    if (e) fail("%s: %d records not delivered: %s", t->args[0], rd_kafka_outq_len(rk), rd_kafka_err2str(e));
    if (d.n_failed) fail("%s: %lld records refused: %s", t->args[0], (long long)d.n_failed, rd_kafka_err2str(d.first));
    printf("%lld\n", (long long)d.n_delivered);
    rd_kafka_topic_destroy(rkt);
}

/* ---- consuming: to the ends as they are when each is reached, without a group ---- */

static void print_envelope(const rd_kafka_message_t *m) {
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, root);
    yyjson_mut_obj_add_int(doc, root, "partition", m->partition);
    yyjson_mut_obj_add_int(doc, root, "offset", m->offset);
    yyjson_mut_obj_add_int(doc, root, "timestamp", rd_kafka_message_timestamp(m, NULL));
    yyjson_mut_val *key = m->key ? yyjson_mut_strn(doc, m->key, m->key_len) : yyjson_mut_null(doc);
    yyjson_mut_obj_add_val(doc, root, "key", key);
    rd_kafka_headers_t *all;
    if (!rd_kafka_message_headers(m, &all)) {
        yyjson_mut_val *object = yyjson_mut_obj_add_obj(doc, root, "headers");
        const char *name;
        const void *value;
        size_t size;
        for (size_t i = 0; !rd_kafka_header_get_all(all, i, &name, &value, &size); i++)
            yyjson_mut_obj_add_strncpy(doc, object, name, value ? value : "", value ? size : 0);
    }
    yyjson_mut_val *value = m->payload ? yyjson_mut_strn(doc, m->payload, m->len) : yyjson_mut_null(doc);
    yyjson_mut_obj_add_val(doc, root, "value", value);
    char *text = yyjson_mut_write(doc, YYJSON_WRITE_ALLOW_INVALID_UNICODE, NULL);
    if (!text) fail("out of memory");
    puts(text);
    free(text);
    yyjson_mut_doc_free(doc);
}

static void consume(task *t) {
    set(t->conf, "group.id", "topic");
    set(t->conf, "enable.auto.commit", "false");
    set(t->conf, "enable.partition.eof", "true");
    set(t->conf, "fetch.wait.max.ms", "50"); /* the end of a partition is known that much sooner */
    rd_kafka_t *rk = client(t, RD_KAFKA_CONSUMER);
    const struct rd_kafka_metadata *meta = metadata(rk, t->args[0]);
    rd_kafka_topic_partition_list_t *places = rd_kafka_topic_partition_list_new(1);
    for (int i = 0; i < meta->topics[0].partition_cnt; i++)
        if (t->partition < 0 || t->partition == i)
            rd_kafka_topic_partition_list_add(places, t->args[0], i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_metadata_destroy(meta);
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_resp_err_t e = rd_kafka_assign(rk, places);
    if (e) fail("%s", rd_kafka_err2str(e));
    int open = places->cnt;
    int64_t n = 0;
    while (open > 0 && (!t->limit || n < t->limit)) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, TIMEOUT_MS);
        if (!m) fail("%s: nothing for %d s", t->args[0], TIMEOUT_MS / 1000);
        if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) open--;
        else if (m->err && !rd_kafka_message_errstr(m)) fail("%s", rd_kafka_err2str(m->err));
        else if (m->err) fprintf(stderr, "topic: %s\n", rd_kafka_message_errstr(m));
        else {
            n++;
            if (t->envelope) print_envelope(m);
            else fwrite(m->payload ? m->payload : "", 1, m->len, stdout), putchar('\n');
        }
        rd_kafka_message_destroy(m);
    }
    rd_kafka_topic_partition_list_destroy(places);
    rd_kafka_consumer_close(rk);
}

/* ---- the commands ---- */

static const struct {
    const char *name, *args;
    int min_args;
    void (*run)(task *);
} commands[] = {
    {"brokers", "                                 one line each: id host:port", 0, brokers},
    {"list", "                                    name, number of partitions", 0, list},
    {"create", "TOPIC PARTITIONS COPIES [SETTING=VALUE...]", 3, create},
    {"grow", "TOPIC PARTITIONS", 2, grow},
    {"user", "NAME SCRAM-SHA-256|SCRAM-SHA-512 PASSWORD", 3, user},
    {"expire", "TOPIC PARTITION OFFSET            records before it go", 3, expire},
    {"configure", "TOPIC SETTING=VALUE...", 2, configure},
    {"delete", "TOPIC", 1, delete},
    {"watermarks", "TOPIC                         partition, low, high", 1, watermarks},
    {"leaders", "TOPIC                            partition, its leader's id", 1, leaders},
    {"committed", "GROUP TOPIC                    partition, offset (-1: none)", 2, committed},
    {"members", "GROUP                            how many are in it", 1, members},
    {"settled", "GROUP                            the same, 0 while partitions are being dealt out", 1, settled},
    {"produce", "TOPIC <LINES                     prints how many were acknowledged", 1, produce},
    {"consume", "TOPIC                            to the end of each partition", 1, consume},
};

static int usage(void) {
    fputs("usage: topic BOOTSTRAP COMMAND [OPTION...] [ARGUMENT...]\n", stderr);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(stderr, "  %-10s %s\n", commands[i].name, commands[i].args);
    fputs("  -X name=value   a setting of librdkafka's\n"
          "  -p PARTITION    that one only\n"
          "  -f FIELD        produce: the key is this field of the JSON line (else what stands before a tab)\n"
          "  -T FIELD        produce: the timestamp is this field, in ms\n"
          "  -H name=value   produce: a header\n"
          "  -n COUNT        consume: at most so many\n"
          "  -e              consume: JSON lines with partition, offset, timestamp, key, headers, value\n",
          stderr);
    return 2;
}

/* Reads "-o value" pairs and -e; returns the index of the first argument, or -1. */
static int options(task *t, int argc, char **argv) {
    int i = 3;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] && !argv[i][2]; i++) {
        char option = argv[i][1];
        if (option == 'e') {
            t->envelope = true;
            continue;
        }
        if (++i == argc) return -1;
        char *value = argv[i];
        switch (option) {
        case 'X': {
            char *setting = value_of(value);
            set(t->conf, value, setting);
            break;
        }
        case 'p': t->partition = (int)number(value); break;
        case 'f': t->key_field = value; break;
        case 'T': t->timestamp_field = value; break;
        case 'n': t->limit = number(value); break;
        case 'H':
            if (t->n_headers == MAX_HEADERS) fail("at most %d headers", MAX_HEADERS);
            t->headers[t->n_headers++] = value;
            break;
        default: return -1;
        }
    }
    return i;
}

int main(int argc, char **argv) {
    if (argc < 3) return usage();
    task t = {.bootstrap = argv[1], .partition = -1, .conf = rd_kafka_conf_new()};
    set(t.conf, "bootstrap.servers", t.bootstrap);
    set(t.conf, "partitioner", "murmur2_random"); /* Java's, not librdkafka's own default: protocol, trap 17 */
    set(t.conf, "enable.idempotence", "true");
    set(t.conf, "log_level", "3");
    int first = options(&t, argc, argv);
    if (first < 0) return usage();
    t.args = argv + first;
    t.n_args = argc - first;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[2], commands[i].name)) {
            if (t.n_args < commands[i].min_args) return usage();
            commands[i].run(&t);
            return fflush(stdout) || ferror(stdout) ? 1 : 0;
        }
    return usage();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * source: a member of the consumer group. Partitions are assigned paused; each stream seeks to where its state says
 * and resumes then. Correctness never depends on the group: the state refuses whoever lost a partition.
 */
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* of two languages; the callers' are checked by sight */
#include "stream.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ASK_MS = 5000, TELL_EVERY_MS = 5000 };

void sz_sk_say(sz_kafka_source *s, sz_severity severity, const char *en, const char *zh, ...) {
    char text[400], text_zh[400];
    va_list ap, again;
    va_start(ap, zh);
    va_copy(again, ap);
    vsnprintf(text, sizeof text, en, ap);
    vsnprintf(text_zh, sizeof text_zh, zh ? zh : en, again);
    va_end(again);
    va_end(ap);
    s->voice.say(s->voice.self, severity, text, text_zh);
}

bool sz_kafka_give_way(void) {
    const struct sched_param none = {0};
    return sched_getscheduler(0) == SCHED_OTHER && sched_setscheduler(0, SCHED_BATCH, &none) == 0;
}

rd_kafka_topic_partition_list_t *sz_sk_one(const sz_kafka_source *s, int32_t partition, int64_t offset) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, s->topic, partition)->offset = offset;
    return list;
}

/* ---- the group ---- */

static uint32_t count_partitions(sz_kafka_source *s) {
    const struct rd_kafka_metadata *meta = NULL;
    if (rd_kafka_metadata(s->rk, 0, s->rkt, &meta, ASK_MS)) return 0;
    uint32_t n = meta->topic_cnt == 1 ? (uint32_t)meta->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(meta);
    return n;
}

/* What the group has; false: no answer yet. */
static bool ask_committed(sz_kafka_source *s, rd_kafka_topic_partition_list_t *list) {
    return rd_kafka_committed(s->rk, list, ASK_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool is_cooperative(sz_kafka_source *s) {
    const char *p = rd_kafka_rebalance_protocol(s->rk);
    return p && strcmp(p, "COOPERATIVE") == 0;
}

static void assign(sz_kafka_source *s, rd_kafka_topic_partition_list_t *list) {
    rd_kafka_topic_partition_list_t *known = rd_kafka_topic_partition_list_copy(list);
    uint32_t parts = 0;
    bool has_offsets = list->cnt == 0;
    /* without these two a worker would begin on a guess */
    while (list->cnt && !s->is_closing && (!parts || !has_offsets)) {
        if (!parts) parts = count_partitions(s);
        if (!has_offsets) has_offsets = ask_committed(s, known);
        if (rd_kafka_assignment_lost(s->rk) || s->members.is_ending(s->members.self)) break;
    }
    for (int i = 0; i < list->cnt; i++) list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING; /* until it is sought */
    if (is_cooperative(s)) {
        rd_kafka_error_t *e = rd_kafka_incremental_assign(s->rk, list);
        if (e) rd_kafka_error_destroy(e);
    } else {
        rd_kafka_assign(s->rk, list);
    }
    rd_kafka_pause_partitions(s->rk, list);
    s->has_joined = true;
    for (int i = 0; i < list->cnt && parts && has_offsets; i++) {
        int64_t offset = known->elems[i].offset;
        s->members.assigned(s->members.self, list->elems[i].partition, offset >= 0 ? offset : -1, parts);
    }
    rd_kafka_topic_partition_list_destroy(known);
}

static void revoke(sz_kafka_source *s, rd_kafka_topic_partition_list_t *list) {
    bool is_lost = rd_kafka_assignment_lost(s->rk) != 0;
    s->has_joined = false; /* another assignment follows, be it an empty one */
    int32_t *partitions = sz_alloc(((size_t)list->cnt + 1) * sizeof *partitions);
    for (int i = 0; i < list->cnt; i++) partitions[i] = list->elems[i].partition;
    s->members.revoked(s->members.self, partitions, (uint32_t)list->cnt, is_lost);
    sz_free(partitions);
    if (is_cooperative(s)) {
        rd_kafka_error_t *e = rd_kafka_incremental_unassign(s->rk, list);
        if (e) rd_kafka_error_destroy(e);
    } else {
        rd_kafka_assign(s->rk, NULL);
    }
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *list, void *self) {
    (void)rk;
    sz_kafka_source *s = self;
    if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        assign(s, list);
        return;
    }
    if (err != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        sz_sk_say(s, SZ_WARNING, "the group's assignment failed: %1$s", "消费组分配失败：%2$s（%1$s）",
                  rd_kafka_err2str(err), sz_kafka_error(err, SZ_ZH));
    revoke(s, list);
}

void sz_sk_note_away(sz_kafka_source *s, int err) {
    if (err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
        err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID)
        atomic_fetch_add(&s->n_away, 1);
}

/* Brokers come and go. */
static void on_error(rd_kafka_t *rk, int err, const char *reason, void *self) {
    sz_kafka_source *s = self;
    char fatal[256];
    sz_sk_note_away(s, err);
    if (err == RD_KAFKA_RESP_ERR__FATAL) {
        rd_kafka_fatal_error(rk, fatal, sizeof fatal);
        sz_sk_say(s, SZ_ERROR, "the consumer cannot go on: %s", "消费者不能继续：%s", fatal);
        s->has_failed = true;
    } else if (sz_kafka_is_news(&s->news, err)) {
        sz_sk_say(s, SZ_WARNING, "reading: %1$s; librdkafka tries again", "读取：%2$s（%1$s）；librdkafka 会重试",
                  reason, sz_kafka_error(err, SZ_ZH));
    }
}

static int64_t mono_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool sz_kafka_source_poll(sz_kafka_source *s) {
    sz_sk_same_poll(s, mono_ms());
    for (rd_kafka_message_t *m; (m = rd_kafka_consumer_poll(s->rk, 0));) {
        sz_sk_note_away(s, m->err);
        if (m->err && m->err != RD_KAFKA_RESP_ERR__PARTITION_EOF && sz_kafka_is_news(&s->news, m->err))
            sz_sk_say(s, SZ_WARNING, "%1$s", "%2$s（%1$s）", rd_kafka_message_errstr(m), sz_kafka_error(m->err, SZ_ZH));
        if (m->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
            m->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
            s->has_failed = true;
        rd_kafka_message_destroy(m);
    }
    return !s->has_failed;
}

bool sz_kafka_source_has_joined(const sz_kafka_source *s) { return s->has_joined; }

int64_t sz_kafka_source_session_ms(const sz_kafka_source *s) {
    char text[32];
    size_t n = sizeof text;
    if (rd_kafka_conf_get(rd_kafka_conf(s->rk), "session.timeout.ms", text, &n)) return 0;
    return strtoll(text, NULL, 10);
}

/* Leave in the list what the group was not told, or did not take. Where nobody answers nothing is left: a commit that
 * waits for a broker that stands still is tried again without an end, and the client does not close before. */
static void leave_untold(sz_kafka_source *s, rd_kafka_topic_partition_list_t *list) {
    enum { TOLD_MS = 5000 };
    rd_kafka_topic_partition_list_t *there = rd_kafka_topic_partition_list_copy(list);
    bool is_answered = !rd_kafka_committed(s->rk, there, TOLD_MS);
    for (int i = list->cnt; i-- > 0;)
        if (!is_answered || (!there->elems[i].err && there->elems[i].offset == list->elems[i].offset))
            rd_kafka_topic_partition_list_del_by_idx(list, i);
    rd_kafka_topic_partition_list_destroy(there);
}

void sz_kafka_source_commit(sz_kafka_source *s, int64_t mono_ms, bool now) {
    if (!now && mono_ms < s->committed_ms + TELL_EVERY_MS) return;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)s->n_streams + 1);
    for (uint32_t i = 0; i < s->n_streams; i++) {
        sz_stream_kafka *t = s->streams[i];
        if (!t->tells_group || t->settled < 0 || (!now && t->settled <= t->told)) continue;
        t->told = t->settled;
        rd_kafka_topic_partition_list_add(list, s->topic, t->partition)->offset = t->settled;
    }
    s->committed_ms = mono_ms;
    /* Refused after a rebalance: only lag is told late. At the end all is told once more: what became of what was told
     * before has been heard by nobody. */
    if (list->cnt && now) leave_untold(s, list);
    if (list->cnt) rd_kafka_commit(s->rk, list, now ? 0 : 1);
    rd_kafka_topic_partition_list_destroy(list);
}

/* ---- life ---- */

static sz_status subscribe(sz_kafka_source *s, sz_diags *d) {
    rd_kafka_topic_partition_list_t *list = sz_sk_one(s, RD_KAFKA_PARTITION_UA, RD_KAFKA_OFFSET_INVALID);
    rd_kafka_resp_err_t e = rd_kafka_subscribe(s->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (!e) return SZ_OK;
    sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_CLIENT, (sz_span){0}, "the topic %1$s cannot be read: %2$s",
                 "不能读取主题 %1$s：%3$s（%2$s）", s->topic, rd_kafka_err2str(e), sz_kafka_error(e, SZ_ZH));
    return SZ_IO;
}

static sz_status make_client(sz_kafka_source *s, sz_diags *d) {
    char why[256];
    rd_kafka_conf_t *conf = sz_kafka_conf(s->o.kafka, SZ_KAFKA_CONSUMER, &s->voice);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_error_cb(conf, on_error);
    bool is_back = sz_kafka_give_way(); /* for its threads, not for this one */
    s->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    if (is_back) sched_setscheduler(0, SCHED_OTHER, &(const struct sched_param){0});
    if (!s->rk) {
        rd_kafka_conf_destroy(conf);
        sz_diag_hint(d,
                     sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_CLIENT, (sz_span){0}, "Kafka's client cannot be made: %s",
                                  "不能建立 Kafka 客户端：%s", why),
                     "see to the settings in --kafka-set (kafka.rdkafka)",
                     "请检查 --kafka-set（kafka.rdkafka）里的设置");
        return SZ_USAGE;
    }
    rd_kafka_poll_set_consumer(s->rk);
    rd_kafka_queue_t *q = rd_kafka_queue_get_consumer(s->rk);
    const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(q, s->o.wake_fd, &one, sizeof one);
    rd_kafka_queue_destroy(q);
    s->rkt = rd_kafka_topic_new(s->rk, s->topic, NULL);
    return SZ_OK;
}

sz_status sz_kafka_source_new(const sz_kafka_source_options *o, const sz_kafka_voice *voice, const sz_kafka_members *m,
                              sz_diags *d, sz_kafka_source **out) {
    sz_kafka_source *s = sz_alloc(sizeof *s);
    s->voice = *voice;
    s->members = *m;
    s->o = *o;
    size_t n = strlen(o->topic);
    char *origin = sz_alloc(n + 7);
    memcpy(origin, "kafka:", 6);
    memcpy(origin + 6, o->topic, n + 1);
    s->origin = (sz_str){origin, n + 6};
    s->topic = origin + 6;
    s->maker.decoder = sz_decoder_new(o->types, o->zone);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->work, NULL);
    sz_status rc = make_client(s, d);
    if (rc == SZ_OK) rc = subscribe(s, d);
    if (rc != SZ_OK) {
        sz_kafka_source_close(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

/* What the group was told on the way may still wait for its answer: librdkafka tries that again without an end and
 * closes not before. Who ends beside a broker that stands still waits no longer than this. */
static bool close_client(sz_kafka_source *s) {
    enum { CLOSE_MS = 10000, POLL_MS = 100 };
    rd_kafka_queue_t *q = rd_kafka_queue_new(s->rk);
    rd_kafka_error_t *e = rd_kafka_consumer_close_queue(s->rk, q);
    bool has_begun = !e || rd_kafka_error_is_fatal(e); /* what failed for good is closed all the same */
    if (e) rd_kafka_error_destroy(e);
    int64_t until = mono_ms() + CLOSE_MS;
    while (has_begun && !rd_kafka_consumer_closed(s->rk) && mono_ms() < until) rd_kafka_queue_poll_callback(q, POLL_MS);
    rd_kafka_queue_destroy(q);
    return !has_begun || rd_kafka_consumer_closed(s->rk);
}

void sz_kafka_source_close(sz_kafka_source *s) {
    if (!s) return;
    s->is_closing = true;
    bool is_closed = !s->rk || close_client(s);
    if (s->rk) {
        while (s->n_streams) sz_stream_kafka_close(s->streams[0]);
        sz_sk_ahead_end(s);
        sz_sk_same_end(s);
        if (s->rkt) rd_kafka_topic_destroy(s->rkt);
        if (is_closed) rd_kafka_destroy(s->rk);
        else
            sz_sk_say(s, SZ_WARNING, "Kafka does not answer: the group is left without a word, and notices later",
                      "Kafka 没有应答：未能告知消费组就退出，它稍后才会发觉");
    }
    sz_free(s->streams);
    pthread_cond_destroy(&s->work);
    pthread_mutex_destroy(&s->mutex);
    sz_decoder_free(s->maker.decoder);
    if (!is_closed) return; /* its threads go with the process, and speak by this until then */
    sz_free((char *)(uintptr_t)s->origin.p);
    sz_free(s);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * stream: want and seek of one partition. A seek asks the broker first what there is: an offset that is not there is
 * answered, not jumped over. Brokers that do not answer are asked again; nothing fails for that.
 */
#include "stream.h"

#include <stdio.h>

enum { ASK_MS = 1000, QUIET_MS = 3000, RETRY_FIRST_MS = 50, RETRY_MOST_MS = 2000 };

/* ---- the port: only taken up here ---- */

static void release(sz_stream_kafka *t) {
    if (!t->n_given) return;
    t->n_given = 0;
    batch *b = sz_sk_batch(t);
    if (b->at == b->n) sz_sk_batch_done(t);
}

static void want(void *self, uint32_t max) {
    sz_stream_kafka *t = self;
    release(t);
    t->wanted = max < MOST_INPUTS ? max : MOST_INPUTS;
    if (t->is_placed || t->has_seek) return;
    t->has_seek = true; /* a worker that does not care where it begins: at the lowest there is, without an answer */
    t->seek_to = INT64_MIN;
}

/* Each seek is answered once, also one that another overtakes, or the stream's end: the worker counts them, to know
 * which answer is that of its last one. */
static void answer_overtaken(sz_stream_kafka *t) {
    if (!t->owes_answer) return;
    t->owes_answer = false;
    sz_msgq_push(t->q, &(sz_msg){.kind = SZ_MSG_SEEKED, .answer = SZ_ANS_UNKNOWN, .text = SZ_STR("it was overtaken")});
}

static void seek(void *self, int64_t offset) {
    sz_stream_kafka *t = self;
    answer_overtaken(t);
    t->owes_answer = true;
    t->wanted = 0;
    t->has_seek = true;
    t->seek_to = offset;
    t->is_placed = false;
    t->retry_ms = 0;
    t->n_tries = 0;
}

static void settled(void *self, int64_t offset) {
    sz_stream_kafka *t = self;
    if (offset > t->settled) t->settled = offset;
}

sz_stream_port sz_stream_kafka_port(sz_stream_kafka *t) {
    return (sz_stream_port){.self = t, .want = want, .seek = seek, .settled = settled};
}

/* ---- seek ---- */

static void again(sz_stream_kafka *t, int64_t mono_ms) {
    int64_t wait = RETRY_FIRST_MS << (t->n_tries < 6 ? t->n_tries : 6);
    t->n_tries++;
    t->retry_ms = mono_ms + (wait < RETRY_MOST_MS ? wait : RETRY_MOST_MS);
}

/* One that does not answer is not asked again at once for every partition. */
static bool ask_ends(sz_stream_kafka *t, int64_t mono_ms, int64_t *low, int64_t *high) {
    sz_kafka_source *s = t->s;
    if (mono_ms < s->quiet_until_ms) return false;
    if (!rd_kafka_query_watermark_offsets(s->rk, s->topic, t->partition, low, high, ASK_MS)) return true;
    s->quiet_until_ms = mono_ms + QUIET_MS;
    return false;
}

/* What is in the queue is of an older place. */
static void empty_queue(sz_stream_kafka *t) {
    for (rd_kafka_message_t *m; (m = rd_kafka_consume_queue(t->rkq, 0));) rd_kafka_message_destroy(m);
}

/* Paused: what the queue is emptied of must not be of the new place already. */
static bool move_to(sz_stream_kafka *t, int64_t offset) {
    rd_kafka_topic_partition_list_t *list = sz_sk_one(t->s, t->partition, offset);
    rd_kafka_pause_partitions(t->s->rk, list);
    rd_kafka_error_t *e = rd_kafka_seek_partitions(t->s->rk, list, ASK_MS);
    bool is_done = !e && list->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (e) rd_kafka_error_destroy(e);
    sz_sk_batches_drop(t);
    if (is_done) {
        empty_queue(t);
        rd_kafka_resume_partitions(t->s->rk, list);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return is_done;
}

static bool do_seek(sz_stream_kafka *t, int64_t mono_ms) {
    int64_t low = 0, high = 0;
    if (mono_ms < t->retry_ms) return false;
    t->n_away = atomic_load(&t->s->n_away);
    if (!ask_ends(t, mono_ms, &low, &high)) {
        again(t, mono_ms);
        return true;
    }
    bool is_lowest = t->seek_to < 0, wants_answer = t->seek_to != INT64_MIN;
    int64_t offset = is_lowest ? low : t->seek_to;
    sz_msg m = {.kind = SZ_MSG_SEEKED, .answer = SZ_ANS_OK, .offset = offset};
    char text[160];
    if (offset < low || offset > high) {
        snprintf(text, sizeof text, "offset %lld of %s partition %d is not there any more: the log has %lld up to %lld",
                 (long long)offset, t->s->topic, t->partition, (long long)low, (long long)high);
        m.answer = SZ_ANS_FAILED;
        m.offset = low;
        m.text = sz_str_of(text);
    } else if (!move_to(t, offset)) {
        again(t, mono_ms);
        return true;
    }
    t->has_seek = t->owes_answer = false;
    t->retry_ms = 0;
    if (m.answer == SZ_ANS_OK) {
        t->is_placed = true;
        t->next = offset;
        t->eof_at = -1;
    }
    if (wants_answer) sz_msgq_push(t->q, &m);
    return true;
}

/* ---- want ---- */

/* An event of the queue that is no record. */
static void on_event(sz_stream_kafka *t, const rd_kafka_message_t *m) {
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        t->eof_at = m->offset;
        return;
    }
    if (m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || m->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
        /* the log was cut off under us: ask for the place that comes next, and say what is there */
        t->is_placed = false;
        t->has_seek = true;
        t->seek_to = t->next;
        t->retry_ms = 0;
        return;
    }
    sz_sk_say(t->s, SZ_WARNING, "partition %1$d: %2$s", "分区 %1$d：%3$s（%2$s）", t->partition,
              rd_kafka_message_errstr(m), sz_kafka_error(m->err, SZ_ZH));
}

static void give(sz_stream_kafka *t, const batch *b, const item *x) {
    sz_input *in = &t->given[t->n_given++];
    sz_sk_batch_give(b, x, in);
    in->origin = (sz_origin){t->s->origin, t->partition, x->offset, 0};
    in->repeat = 0;
    t->next = x->offset + 1;
    if (x->time_ms != SZ_TIME_NONE) t->last_ms = x->time_ms;
}

static bool is_at_end(const sz_stream_kafka *t) {
    return t->end_at >= 0 && (t->next >= t->end_at || t->eof_at >= t->end_at);
}

/* After a seek librdkafka may give a stretch twice: one from a fetch that was under way, one from its own. What is
 * behind the place is dropped; and what came behind something that asks for a seek. */
static void give_or_drop(sz_stream_kafka *t, const batch *b, const item *x) {
    const rd_kafka_message_t *event = x->rare && x->rare->m && x->rare->m->err ? x->rare->m : NULL;
    bool is_next = !event && x->offset >= t->next && !t->has_seek;
    if (is_next && (t->end_at < 0 || x->offset < t->end_at)) give(t, b, x);
    else if (event && !t->has_seek) on_event(t, event);
    else if (is_next) t->eof_at = t->end_at; /* what came after the end that was asked for */
}

/* A topic that was deleted and made anew while it is read goes on at the offset at which the old one was left, if it is
 * that long by then: what stands before would be skipped without a word. librdkafka says that it was away in the queue
 * from which the records of the new one come. The worker looks for its witness then, as at a start. */
static bool was_away(sz_stream_kafka *t) {
    if (t->n_away == atomic_load(&t->s->n_away)) return false;
    t->is_placed = false;
    t->wanted = 0;
    sz_msgq_push(t->q, &(sz_msg){.kind = SZ_MSG_SEEKED,
                                 .answer = SZ_ANS_UNKNOWN,
                                 .text = SZ_STR("the topic was not there for a while"),
                                 .text_zh = SZ_STR("主题有一段时间不存在")});
    return true;
}

static bool do_want(sz_stream_kafka *t) {
    bool did = false;
    while (!t->n_given && !is_at_end(t) && !t->has_seek) {
        batch *b = sz_sk_batch(t);
        if (!b && t->is_being_filled) return true; /* and so nobody rests */
        if (!b) break;
        if (was_away(t)) return true;
        did = true;
        while (b->at < b->n && t->n_given < t->wanted) give_or_drop(t, b, &b->items[b->at++]);
        if (!t->n_given) sz_sk_batch_done(t);
    }
    if (t->n_given) {
        t->wanted = 0;
        sz_msgq_push(t->q, &(sz_msg){.kind = SZ_MSG_INPUT, .inputs = t->given, .n = t->n_given});
        return true;
    }
    if (is_at_end(t)) {
        t->wanted = 0;
        sz_msgq_push(t->q, &(sz_msg){.kind = SZ_MSG_INPUT_END});
        return true;
    }
    if (t->eof_at <= t->next) return did;
    t->wanted = 0; /* only the log's own markers up to the end */
    t->next = t->eof_at;
    sz_msgq_push(t->q, &(sz_msg){.kind = SZ_MSG_INPUT, .inputs = t->given, .offset = t->next});
    return true;
}

static void ask_end(sz_stream_kafka *t, int64_t mono_ms);

bool sz_stream_kafka_step(sz_stream_kafka *t, int64_t mono_ms) {
    bool did = false;
    if (t->wants_end && mono_ms >= t->end_retry_ms) ask_end(t, mono_ms);
    if (t->has_seek) did = do_seek(t, mono_ms);
    if (t->wanted && t->is_placed && sz_sk_is_same(t->s, mono_ms)) did |= do_want(t);
    return did;
}

int64_t sz_stream_kafka_wake_ms(const sz_stream_kafka *t) {
    int64_t at = t->has_seek ? t->retry_ms : SZ_TIME_MAX, same_ms = sz_sk_same_wake_ms(t->s);
    if (t->wanted && same_ms < at) at = same_ms;
    return t->wants_end && t->end_retry_ms < at ? t->end_retry_ms : at;
}

/* ---- what is known of it ---- */

int64_t sz_stream_kafka_end(sz_stream_kafka *t, int64_t mono_ms) {
    int64_t low = 0, high = 0;
    return ask_ends(t, mono_ms, &low, &high) ? high : -1;
}

static void ask_end(sz_stream_kafka *t, int64_t mono_ms) {
    int64_t low = 0, high = 0;
    t->end_retry_ms = mono_ms + RETRY_MOST_MS;
    if (!ask_ends(t, mono_ms, &low, &high)) return;
    t->wants_end = false;
    t->end_at = high;
    if (low == high) t->eof_at = high; /* nothing in it */
}

void sz_stream_kafka_end_here(sz_stream_kafka *t, int64_t mono_ms) {
    t->wants_end = true;
    ask_end(t, mono_ms);
}

int64_t sz_stream_kafka_lag(const sz_stream_kafka *t) {
    int64_t low = 0, high = 0;
    if (!t->is_placed || rd_kafka_get_watermark_offsets(t->s->rk, t->s->topic, t->partition, &low, &high)) return 0;
    return high > t->next && t->eof_at != high ? high - t->next : 0;
}

int64_t sz_stream_kafka_last_ms(const sz_stream_kafka *t) { return t->last_ms; }

/* ---- life ---- */

sz_stream_kafka *sz_kafka_source_open(sz_kafka_source *s, int32_t partition, sz_msgq *q, bool tells_group) {
    sz_stream_kafka *t = sz_alloc(sizeof *t);
    t->s = s;
    t->partition = partition;
    t->q = q;
    t->tells_group = tells_group;
    t->eof_at = t->end_at = t->settled = t->told = -1;
    t->last_ms = SZ_TIME_NONE;
    pthread_mutex_init(&t->mutex, NULL);
    t->rkq = rd_kafka_queue_get_partition(s->rk, s->topic, partition);
    rd_kafka_queue_forward(t->rkq, NULL);
    const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(t->rkq, s->o.wake_fd, &one, sizeof one);
    pthread_mutex_lock(&s->mutex);
    if (s->n_streams == s->room) {
        s->room = s->room ? 2 * s->room : 8;
        s->streams = sz_realloc(s->streams, s->room * sizeof(sz_stream_kafka *));
    }
    s->streams[s->n_streams++] = t;
    pthread_mutex_unlock(&s->mutex);
    return t;
}

void sz_stream_kafka_close(sz_stream_kafka *t) {
    if (!t) return;
    answer_overtaken(t);
    sz_kafka_source *s = t->s;
    pthread_mutex_lock(&s->mutex);
    for (uint32_t i = 0; i < s->n_streams; i++)
        if (s->streams[i] == t) s->streams[i] = s->streams[--s->n_streams];
    pthread_mutex_unlock(&s->mutex);
    pthread_mutex_lock(&t->mutex); /* until a batch that is being filled is filled */
    pthread_mutex_unlock(&t->mutex);
    pthread_mutex_destroy(&t->mutex);
    rd_kafka_queue_io_event_enable(t->rkq, -1, NULL, 0);
    rd_kafka_queue_destroy(t->rkq);
    for (uint32_t i = 0; i < BATCHES; i++) sz_sk_batch_free(t->ring[i]);
    sz_free(t);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * same: is it the topic that was read, or another one under its name? Brokers serve whatever offset is asked for, so a
 * topic that was deleted and made anew while this process saw nothing of it (a machine that was paused, a broken line)
 * would be read on at the old place, and all before it skipped without a word.
 *
 * Topics have ids. Ours is asked for every few seconds, in the background; what came is given while the last answer is
 * not old. When it is, or this process stood still, records wait for the next answer: one way to a broker and back. It
 * is the controller that is asked; where it does not answer for long, what others serve goes on. Brokers that know of
 * no ids, or do not tell this user, are not asked again: then that is not noticed. What was read before the first
 * answer is vouched for by the witness alone.
 *
 * A member that waits for an answer rests meanwhile, which must not be taken for standing still: from a broker that is
 * further away than that there would never be an answer that counts.
 */
#include "stream.h"

#include <stdio.h>

enum { EVERY_MS = 2000, SURE_MS = 6000, TIMEOUT_MS = 4000, RETRY_MS = 500 };
enum { STOOD_STILL_MS = 100 }; /* between two polls: also a member that rested, for no topic is made anew in less */
enum { IN_WAIT_MS = 1000 };    /* the same while an answer is waited for: longer than any member rests */
enum { TRIES = 8 };            /* half a minute and more, until what others serve goes on */

static void ask(sz_kafka_source *s, int64_t mono_ms) {
    char why[128];
    const char *name = s->topic;
    if (!s->same.q) {
        const uint64_t one = 1;
        s->same.q = rd_kafka_queue_new(s->rk);
        rd_kafka_queue_io_event_enable(s->same.q, s->o.wake_fd, &one, sizeof one);
    }
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(s->rk, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, TIMEOUT_MS, why, sizeof why);
    rd_kafka_TopicCollection_t *names = rd_kafka_TopicCollection_of_topic_names(&name, 1);
    rd_kafka_DescribeTopics(s->rk, names, options, s->same.q);
    rd_kafka_TopicCollection_destroy(names);
    rd_kafka_AdminOptions_destroy(options);
    s->same.is_asked = true;
    s->same.asked_ms = mono_ms;
}

/* Nothing changes by asking again. */
static bool is_final(rd_kafka_resp_err_t e) {
    return e == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE || e == RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION ||
           e == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || e == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

/* Another client is needed, too: librdkafka 2.8 may lose what it knows of a topic whose id changes under it, and then
 * answers nothing about it any more. So the run ends, and the next start asks for the witness. */
static void end_for_good(sz_kafka_source *s) {
    if (!s->same.is_other)
        sz_sk_say(
            s, SZ_ERROR,
            "the topic %s was deleted and made anew while it was read: this run ends. The next start compares what was "
            "read last, and says what to do",
            "主题 %s 在读取过程中被删除并重建：本次运行结束。下次启动会核对上次读到的记录，并说明怎么办", s->topic);
    s->same.is_other = s->has_failed = true;
}

static void take_id(sz_kafka_source *s, const rd_kafka_Uuid_t *uuid) {
    int64_t high = rd_kafka_Uuid_most_significant_bits(uuid), low = rd_kafka_Uuid_least_significant_bits(uuid);
    if (!high && !low) {
        s->same.is_unknowable = true;
        return;
    }
    if (s->same.is_known && (high != s->same.id[0] || low != s->same.id[1])) {
        end_for_good(s);
        return;
    }
    s->same.id[0] = high;
    s->same.id[1] = low;
    s->same.is_known = true;
    if (s->same.asked_ms >= s->same.moved_ms) s->same.sure_until_ms = s->same.asked_ms + SURE_MS;
}

static rd_kafka_resp_err_t take(sz_kafka_source *s, rd_kafka_event_t *e) {
    size_t n = 0;
    rd_kafka_resp_err_t error = rd_kafka_event_error(e);
    if (error) return error;
    const rd_kafka_TopicDescription_t **v =
        rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(e), &n);
    if (n != 1) return RD_KAFKA_RESP_ERR_UNKNOWN;
    error = rd_kafka_error_code(rd_kafka_TopicDescription_error(v[0]));
    if (!error) take_id(s, rd_kafka_TopicDescription_topic_id(v[0]));
    return error;
}

void sz_sk_same_poll(sz_kafka_source *s, int64_t mono_ms) {
    if (s->same.is_unknowable) return;
    if (mono_ms - s->same.polled_ms > (s->same.is_asked ? IN_WAIT_MS : STOOD_STILL_MS)) {
        s->same.moved_ms = mono_ms;
        s->same.sure_until_ms = s->same.next_ms = 0;
    }
    s->same.polled_ms = mono_ms;
    if (!s->same.is_asked && s->n_streams && mono_ms >= s->same.next_ms) ask(s, mono_ms);
    rd_kafka_event_t *e = s->same.is_asked ? rd_kafka_queue_poll(s->same.q, 0) : NULL;
    if (!e) return;
    rd_kafka_resp_err_t error = take(s, e);
    rd_kafka_event_destroy(e);
    s->same.is_asked = false;
    s->same.n_silent = !error ? 0 : s->same.n_silent + (s->same.n_silent < TRIES);
    bool is_stale = s->same.asked_ms < s->same.moved_ms;
    s->same.next_ms = is_stale ? 0 : mono_ms + (error ? RETRY_MS : EVERY_MS);
    if (is_final(error)) s->same.is_unknowable = true;
    sz_sk_note_away(s, error);
}

bool sz_sk_is_same(const sz_kafka_source *s, int64_t mono_ms) {
    if (s->same.is_other) return false;
    return s->same.is_unknowable || !s->same.is_known || s->same.n_silent >= TRIES || mono_ms < s->same.sure_until_ms;
}

int64_t sz_sk_same_wake_ms(const sz_kafka_source *s) {
    return s->same.is_asked || s->same.is_unknowable ? SZ_TIME_MAX : s->same.next_ms;
}

void sz_sk_same_end(sz_kafka_source *s) {
    if (!s->same.q) return;
    rd_kafka_queue_io_event_enable(s->same.q, -1, NULL, 0);
    rd_kafka_queue_destroy(s->same.q);
    s->same.q = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <stdio.h>

#include "copy.h"

enum { FETCH_MS = 200, AGAIN_MS = 200, MOST_AGAIN = 150 };

static bool fail(lanes *l, const char *what) {
    snprintf(l->why, sizeof l->why, "%s: %s", l->topic, what);
    return false;
}

static bool count_partitions(lanes *l) {
    const struct rd_kafka_metadata *meta = NULL;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(l->rk, l->topic, NULL);
    rd_kafka_resp_err_t e;
    asked a = {0};
    do {
        sz_kc_asked(&a);
        e = rd_kafka_metadata(l->rk, 0, rkt, &meta, SZ_KC_ASK_MS);
    } while (e && sz_kc_ask_again(&a, e));
    if (!e && meta->topic_cnt == 1) l->n = (uint32_t)meta->topics[0].partition_cnt;
    if (!e && meta->topic_cnt == 1) e = meta->topics[0].err;
    if (meta) rd_kafka_metadata_destroy(meta);
    rd_kafka_topic_destroy(rkt);
    return (!e && l->n) || fail(l, e ? rd_kafka_err2str(e) : "the topic is not there");
}

/* Where its reading begins; its end, where it is not read. */
static int64_t begin_of(const lanes *l, uint32_t i, const lane *x) {
    if (!l->begin) return x->next;
    if (i >= l->n_begin) return x->end;
    if (l->begin[i] < 0) return x->next;
    return l->begin[i] < x->next || l->begin[i] > x->end ? x->end : l->begin[i];
}

/* What was put there since is not looked at. */
static void end_as_before(const lanes *l, uint32_t i, lane *x) {
    if (!l->begin || i >= l->n_begin) return;
    if (l->until[i] < 0) l->until[i] = x->end;
    if (l->until[i] < x->end) x->end = l->until[i];
    if (x->next > x->end) x->next = x->end;
}

/* Who leads a partition changes when a broker goes, comes back or stood still for a moment. */
static bool may_pass(rd_kafka_resp_err_t e) {
    static const rd_kafka_resp_err_t passing[] = {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                                  RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                                                  RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
                                                  RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
                                                  RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
                                                  RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                                                  RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
                                                  RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
                                                  RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
                                                  RD_KAFKA_RESP_ERR__TRANSPORT,
                                                  RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (e == passing[i]) return true;
    return false;
}

/* Half a minute of answers that mean "not now" are waited out; one that does not come at all is waited for once. */
static rd_kafka_resp_err_t ask_ends(const lanes *l, uint32_t i, lane *x) {
    asked a = {0};
    for (int n = 0;; n++) {
        sz_kc_asked(&a);
        rd_kafka_resp_err_t e =
            rd_kafka_query_watermark_offsets(l->rk, l->topic, (int32_t)i, &x->next, &x->end, SZ_KC_ASK_MS);
        bool goes_on = may_pass(e) || (e && sz_kc_ask_again(&a, e));
        if (!goes_on || n == MOST_AGAIN || l->is_ending(l->self)) return e;
        poll(NULL, 0, AGAIN_MS);
    }
}

static bool open_all(lanes *l) {
    l->v = sz_alloc((l->n + 1) * sizeof *l->v);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)l->n);
    rd_kafka_resp_err_t e = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (uint32_t i = 0; i < l->n && !e; i++) {
        lane *x = &l->v[i];
        e = ask_ends(l, i, x);
        x->next = begin_of(l, i, x);
        end_as_before(l, i, x);
        rd_kafka_topic_partition_list_add(list, l->topic, (int32_t)i)->offset = x->next;
        x->q = rd_kafka_queue_get_partition(l->rk, l->topic, (int32_t)i);
        rd_kafka_queue_forward(x->q, NULL);
    }
    if (!e) e = rd_kafka_assign(l->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return !e || fail(l, rd_kafka_err2str(e));
}

sz_status sz_kc_find(lanes *l, const sz_kafka_options *o, sz_kafka_voice *voice, const char *topic) {
    l->topic = topic;
    rd_kafka_conf_t *conf = sz_kafka_conf(o, SZ_KAFKA_CONSUMER, voice);
    l->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, l->why, sizeof l->why);
    if (!l->rk) {
        rd_kafka_conf_destroy(conf);
        return SZ_IO;
    }
    rd_kafka_poll_set_consumer(l->rk);
    return count_partitions(l) ? SZ_OK : SZ_IO;
}

sz_status sz_kc_open(lanes *l) { return open_all(l) ? SZ_OK : SZ_IO; }

void sz_kc_close(lanes *l) {
    for (uint32_t i = 0; l->v && i < l->n; i++) {
        if (l->v[i].head) rd_kafka_message_destroy(l->v[i].head);
        if (l->v[i].q) rd_kafka_queue_destroy(l->v[i].q);
    }
    if (l->rk) {
        rd_kafka_consumer_close(l->rk);
        rd_kafka_destroy(l->rk);
    }
    sz_free(l->v);
}

bool sz_kc_is_over(const lane *x) { return !x->head && x->next >= x->end; }

/* True if the head is there or the partition is over; waits a little. */
static bool fetch(lanes *l, lane *x) {
    rd_kafka_message_t *m = rd_kafka_consume_queue(x->q, FETCH_MS);
    if (!m) return false;
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) x->next = m->offset;
    else if (m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) fail(l, rd_kafka_message_errstr(m));
    if (m->err || m->offset >= x->end) {
        if (!m->err) x->next = x->end;
        rd_kafka_message_destroy(m);
        return false;
    }
    x->head = m;
    x->next = m->offset + 1;
    return true;
}

bool sz_kc_fill(lanes *l) {
    for (uint32_t i = 0; i < l->n; i++) {
        lane *x = &l->v[i];
        while (!x->head && !sz_kc_is_over(x)) {
            if (l->is_ending(l->self) || l->why[0]) return false;
            rd_kafka_message_t *m = rd_kafka_consumer_poll(l->rk, 0);
            if (m) rd_kafka_message_destroy(m);
            if (fetch(l, x)) break;
        }
    }
    return true;
}

static int64_t time_of(const lane *x) {
    rd_kafka_timestamp_type_t type;
    return rd_kafka_message_timestamp(x->head, &type);
}

lane *sz_kc_earliest(lanes *l) {
    lane *best = NULL;
    for (uint32_t i = 0; i < l->n; i++)
        if (l->v[i].head && (!best || time_of(&l->v[i]) < time_of(best))) best = &l->v[i];
    return best;
}

rd_kafka_message_t *sz_kc_take(lane *x) {
    rd_kafka_message_t *m = x->head;
    x->head = NULL;
    return m;
}

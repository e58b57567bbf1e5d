/* SPDX-License-Identifier: Apache-2.0
 *
 * producer: idempotent, acks=all, and without a time limit: an alert waits for its broker. What librdkafka gives up
 * for good (a fatal error of its idempotence) is sent again by a new producer; what a broker will never take (too
 * large, not allowed, no such topic) ends the worker.
 */
#include "sink.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* ---- items ---- */

item *sz_kk_item_new(channel *c) {
    sz_kafka_producer *p = c->sink->p;
    item *x = sz_alloc(sizeof *x);
    x->channel = c;
    x->topic = c->topic;
    sz_buf_init(&x->key);
    sz_buf_init(&x->value);
    x->older = p->newest;
    if (p->newest) p->newest->newer = x;
    p->newest = x;
    if (c->last) c->last->next = x;
    else c->first = x;
    c->last = x;
    if (!c->unsent) c->unsent = x;
    p->n_waiting++;
    return x;
}

void sz_kk_item_free(sz_kafka_producer *p, item *x) {
    if (x->state != ITEM_DONE) p->n_waiting--;
    if (x->newer) x->newer->older = x->older;
    else p->newest = x->older;
    if (x->older) x->older->newer = x->newer;
    if (x->headers) rd_kafka_headers_destroy(x->headers);
    sz_buf_fini(&x->key);
    sz_buf_fini(&x->value);
    sz_free(x);
}

/* ---- handing over ---- */

static rd_kafka_resp_err_t produce(sz_kafka_producer *p, const item *x) {
    rd_kafka_vu_t v[6] = {{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = x->topic},
                          {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {x->key.p, x->key.n}},
                          {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {x->value.p, x->value.n}},
                          {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(uintptr_t)x},
                          {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY}};
    size_t n = 5;
    rd_kafka_headers_t *headers = x->headers ? rd_kafka_headers_copy(x->headers) : NULL; /* taken where it succeeds */
    if (headers) v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
    rd_kafka_error_t *error = rd_kafka_produceva(p->rk, v, n);
    rd_kafka_resp_err_t e = error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (error) rd_kafka_error_destroy(error);
    if (e && headers) rd_kafka_headers_destroy(headers);
    return e;
}

/* A dead letter that its topic does not take goes without its end; true: it can be sent again. */
static bool is_cut(item *x, rd_kafka_resp_err_t e) {
    if (e != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || x->channel->is_alerts || x->value.n < 1024) return false;
    sz_kk_cut(x, x->value.n / 2);
    return true;
}

static void give_up(channel *c, rd_kafka_resp_err_t e) {
    char text[256], zh[256];
    snprintf(text, sizeof text, "the topic %s cannot be written to: %s", c->topic, rd_kafka_err2str(e));
    snprintf(zh, sizeof zh, "主题 %s 无法写入：%s", c->topic, sz_kafka_error(e, SZ_ZH));
    sz_kk_fail(c, text, zh);
}

/* After a fatal error each report has that error's own code. */
static bool is_for_good(rd_kafka_t *rk, rd_kafka_resp_err_t e) {
    if (e && rd_kafka_fatal_error(rk, NULL, 0)) return true;
    return e == RD_KAFKA_RESP_ERR__FATAL || e == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
           e == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT || e == RD_KAFKA_RESP_ERR__DESTROY ||
           e == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
}

void sz_kk_send(channel *c) {
    sz_kafka_producer *p = c->sink->p;
    while (c->unsent && !p->is_fatal) {
        item *x = c->unsent;
        if (x->state != ITEM_NEW) { /* done by a producer before this one, or sent after one that was cut */
            c->unsent = x->next;
            continue;
        }
        rd_kafka_resp_err_t e = produce(p, x);
        if (e == RD_KAFKA_RESP_ERR__QUEUE_FULL) return;
        if (is_cut(x, e)) continue;
        if (is_for_good(p->rk, e)) p->is_fatal = true;
        else if (e) give_up(c, e);
        if (e) return;
        x->state = ITEM_SENT;
        c->unsent = x->next;
    }
}

/* ---- reports ---- */

static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *self) {
    sz_kafka_producer *p = self;
    item *x = m->_private;
    p->n_reports++;
    if (x->is_orphan) {
        sz_kk_item_free(p, x);
        return;
    }
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        x->state = ITEM_DONE;
        p->n_waiting--;
    } else if (is_for_good(rk, m->err)) {
        p->is_fatal = true;
    } else if (is_cut(x, m->err)) {
        x->state = ITEM_NEW;
        x->channel->unsent = x; /* what came after it is past it already */
    } else {
        give_up(x->channel, m->err);
    }
}

static void on_error(rd_kafka_t *rk, int err, const char *reason, void *self) {
    sz_kafka_producer *p = self;
    char text[400], why[256];
    if (err == RD_KAFKA_RESP_ERR__FATAL) {
        rd_kafka_fatal_error(rk, why, sizeof why);
        char zh[400];
        snprintf(text, sizeof text, "the producer failed for good (%s); a new one sends what was not acknowledged",
                 why);
        snprintf(zh, sizeof zh, "生产者彻底失败（%s）；由新的生产者重发未被确认的内容", why);
        p->voice.say(p->voice.self, SZ_WARNING, text, zh);
        p->is_fatal = true;
    } else if (sz_kafka_is_news(&p->news, err)) {
        char zh[400];
        snprintf(text, sizeof text, "writing: %s; librdkafka tries again", reason);
        snprintf(zh, sizeof zh, "写入：%s（%s）；librdkafka 会重试", sz_kafka_error(err, SZ_ZH), reason);
        p->voice.say(p->voice.self, SZ_WARNING, text, zh);
    }
}

/* ---- life ---- */

static bool make_client(sz_kafka_producer *p, char *why, size_t n) {
    rd_kafka_conf_t *conf = sz_kafka_conf(p->kafka, SZ_KAFKA_PRODUCER, &p->voice);
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_error_cb(conf, on_error);
    p->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, n);
    if (!p->rk) {
        rd_kafka_conf_destroy(conf);
        return false;
    }
    if (p->wake_fd < 0) return true;
    rd_kafka_queue_t *q = rd_kafka_queue_get_main(p->rk);
    const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(q, p->wake_fd, &one, sizeof one);
    rd_kafka_queue_destroy(q);
    return true;
}

/* Reports of the old one never come: its orphans go, all else is sent again. */
static void drop_client(sz_kafka_producer *p) {
    rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    rd_kafka_destroy(p->rk);
    p->rk = NULL;
    for (item *x = p->newest, *older; x; x = older) {
        older = x->older;
        if (x->is_orphan) sz_kk_item_free(p, x);
        else if (x->state == ITEM_SENT) x->state = ITEM_NEW;
    }
}

static void rewind_channel(channel *c) {
    c->unsent = c->first;
    while (c->unsent && c->unsent->state == ITEM_DONE) c->unsent = c->unsent->next;
}

/* A new producer would not be allowed to write either. */
static bool is_forbidden(rd_kafka_resp_err_t e) {
    return e == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED || e == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           e == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

static void cannot_make(sz_kafka_producer *p, const char *why) {
    char text[400], zh[400];
    snprintf(text, sizeof text, "no new producer can be made, trying again: %s", why);
    snprintf(zh, sizeof zh, "不能建立新的生产者，正在重试：%s", why);
    p->voice.say(p->voice.self, SZ_ERROR, text, zh);
}

static void replace(sz_kafka_producer *p) {
    char why[256];
    rd_kafka_resp_err_t e = p->rk ? rd_kafka_fatal_error(p->rk, NULL, 0) : RD_KAFKA_RESP_ERR_NO_ERROR;
    for (uint32_t i = 0; i < p->n_sinks && is_forbidden(e); i++) {
        give_up(&p->sinks[i]->alerts, e);
        give_up(&p->sinks[i]->dead, e);
    }
    if (is_forbidden(e)) return;
    int64_t now_s = (int64_t)time(NULL);
    if (p->rk) drop_client(p);
    else if (now_s == p->tried_s) return; /* it could not be made; once a second is enough */
    p->tried_s = now_s;
    if (!make_client(p, why, sizeof why)) {
        if (sz_kafka_is_news(&p->news, RD_KAFKA_RESP_ERR__FATAL)) cannot_make(p, why);
        return;
    }
    p->is_fatal = false;
    for (uint32_t i = 0; i < p->n_sinks; i++) {
        rewind_channel(&p->sinks[i]->alerts);
        rewind_channel(&p->sinks[i]->dead);
    }
}

bool sz_kafka_producer_poll(sz_kafka_producer *p, int wait_ms) {
    p->n_reports = 0;
    if (p->rk) rd_kafka_poll(p->rk, wait_ms);
    else if (wait_ms > 0) poll(NULL, 0, wait_ms); /* there is none to wait in */
    if (p->is_fatal) replace(p);
    for (uint32_t i = 0; i < p->n_sinks; i++) {
        sz_kk_answer(&p->sinks[i]->alerts);
        sz_kk_answer(&p->sinks[i]->dead);
        sz_kk_send(&p->sinks[i]->alerts);
        sz_kk_send(&p->sinks[i]->dead);
    }
    return p->n_reports > 0;
}

struct rd_kafka_s *sz_kafka_producer_client(const sz_kafka_producer *p) {
    return p->rk;
}
uint64_t sz_kafka_producer_waiting(const sz_kafka_producer *p) { return p->n_waiting; }

sz_status sz_kafka_producer_new(const sz_kafka_options *o, const sz_kafka_voice *voice, int wake_fd, sz_diags *d,
                                sz_kafka_producer **out) {
    sz_kafka_producer *p = sz_alloc(sizeof *p);
    char why[256];
    p->voice = *voice;
    p->kafka = o;
    p->wake_fd = wake_fd;
    if (!make_client(p, why, sizeof why)) {
        sz_diag_hint(d,
                     sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_CLIENT, (sz_span){0}, "Kafka's client cannot be made: %s",
                                  "不能建立 Kafka 客户端：%s", why),
                     "see to the settings in --kafka-set (kafka.rdkafka)",
                     "请检查 --kafka-set（kafka.rdkafka）里的设置");
        sz_free(p);
        *out = NULL;
        return SZ_USAGE;
    }
    *out = p;
    return SZ_OK;
}

void sz_kafka_producer_free(sz_kafka_producer *p) {
    if (!p) return;
    if (p->rk) drop_client(p);
    while (p->newest) sz_kk_item_free(p, p->newest);
    sz_free(p->sinks);
    sz_free(p);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * sink: the port. Alerts are acknowledged in the order in which they were submitted, whatever the order of their
 * reports; dead letters are done once all of a call are.
 */
#include "sink.h"

static void call_add(channel *c, uint32_t tag, uint32_t n) {
    if (c->n_calls == c->room) {
        c->room = c->room ? 2 * c->room : 4;
        c->calls = sz_realloc(c->calls, c->room * sizeof *c->calls);
    }
    c->calls[c->n_calls++] = (call){tag, n};
}

static void append(channel *c, uint32_t tag, const sz_str *lines, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        item *x = sz_kk_item_new(c);
        if (c->is_alerts) sz_kk_alert(x, lines[i]);
        else sz_kk_dead(x, lines[i]);
    }
    call_add(c, tag, n);
    sz_kk_send(c);
    sz_kk_answer(c); /* a call without records */
}

static void submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    append(&((sz_sink_kafka *)self)->alerts, tag, lines, n);
}

static void dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    append(&((sz_sink_kafka *)self)->dead, tag, lines, n);
}

sz_sink_port sz_sink_kafka_port(sz_sink_kafka *s) { return (sz_sink_port){s, submit, dead}; }

static uint32_t pop_done(channel *c) {
    uint32_t n = 0;
    for (item *x; (x = c->first) && x->state == ITEM_DONE; n++) {
        c->first = x->next;
        if (!c->first) c->last = NULL;
        sz_kk_item_free(c->sink->p, x);
    }
    return n;
}

void sz_kk_answer(channel *c) {
    uint32_t done = pop_done(c), k = 0;
    while (k < c->n_calls) {
        call *a = &c->calls[k];
        uint32_t n = done < a->n_left ? done : a->n_left;
        a->n_left -= n;
        done -= n;
        c->n_acked += n;
        sz_msg m = {.kind = SZ_MSG_DELIVERED, .tag = a->tag, .n_delivered = n, .sink_pos = c->n_acked};
        if (c->is_alerts && n) sz_msgq_push(c->sink->q, &m);
        if (a->n_left) break;
        m.kind = SZ_MSG_DEAD_DONE;
        if (!c->is_alerts) sz_msgq_push(c->sink->q, &m);
        k++;
    }
    if (k) memmove(c->calls, c->calls + k, (c->n_calls - k) * sizeof *c->calls);
    c->n_calls -= k;
}

void sz_kk_fail(channel *c, const char *en, const char *zh) {
    for (uint32_t i = 0; i < c->n_calls; i++)
        sz_msgq_push(c->sink->q, &(sz_msg){.kind = c->is_alerts ? SZ_MSG_DELIVERED : SZ_MSG_DEAD_DONE,
                                           .answer = SZ_ANS_FAILED,
                                           .tag = c->calls[i].tag,
                                           .text = sz_str_of(en),
                                           .text_zh = sz_str_of(zh)});
    c->n_calls = 0;
}

/* ---- life ---- */

static void channel_init(channel *c, sz_sink_kafka *s, bool is_alerts, sz_str topic) {
    *c = (channel){.sink = s, .is_alerts = is_alerts, .topic = sz_alloc(topic.n + 1)};
    if (topic.n) memcpy(c->topic, topic.p, topic.n);
}

static void channel_fini(channel *c) {
    for (item *x = c->first, *next; x; x = next) {
        next = x->next;
        if (x->state == ITEM_SENT) x->is_orphan = true, x->channel = NULL;
        else sz_kk_item_free(c->sink->p, x);
    }
    sz_free(c->calls);
    sz_free(c->topic);
}

sz_sink_kafka *sz_sink_kafka_new(sz_kafka_producer *p, sz_str alerts, sz_str dead_topic, sz_msgq *q) {
    sz_sink_kafka *s = sz_alloc(sizeof *s);
    s->p = p;
    s->q = q;
    channel_init(&s->alerts, s, true, alerts);
    channel_init(&s->dead, s, false, dead_topic);
    if (p->n_sinks == p->room) {
        p->room = p->room ? 2 * p->room : 8;
        p->sinks = sz_realloc(p->sinks, p->room * sizeof *p->sinks);
    }
    p->sinks[p->n_sinks++] = s;
    return s;
}

void sz_sink_kafka_free(sz_sink_kafka *s) {
    if (!s) return;
    sz_kafka_producer *p = s->p;
    for (uint32_t i = 0; i < p->n_sinks; i++)
        if (p->sinks[i] == s) p->sinks[i] = p->sinks[--p->n_sinks];
    channel_fini(&s->alerts);
    channel_fini(&s->dead);
    sz_free(s);
}

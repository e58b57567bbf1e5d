/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in the old partitions behind the states. It was put there by the old number, or, since the number was
 * raised, by the new one; either way it belongs to a student who is in one of the states at hand, which use it here:
 * later nobody could tell any more why it lies where it lies.
 */
#include <stdio.h>

#include "codes.h"
#include "log.h"
#include "move.h"

typedef struct rest {
    move *m;
    sz_worker **workers;
} rest;

/* Whose record is it, by the old number; what has no student is left to the partition that it lies in. */
static uint32_t home_of(const rest *r, uint32_t partition, const sz_input *in) {
    const sz_campus *campus = r->m->in.campus;
    const sz_event *e = &in->record.event;
    if (in->record.kind != SZ_RECORD_EVENT) return partition;
    sz_str student = e->student;
    uint32_t holder = SZ_NONE;
    if (!student.n)
        holder = sz_campus_resolve_card(campus, e->card_system.n ? e->card_system : e->source, e->card, e->time_ms);
    if (holder != SZ_NONE) student = sz_campus_student(campus, holder)->id;
    else if (!student.n) student = e->card;
    uint32_t home = sz_home(student, r->m->from);
    bool fits = home == partition || sz_home(student, r->m->to) == partition;
    return fits ? home : partition; /* else it is misrouted by either number, and found to be so */
}

static void take(void *self, uint32_t partition, const sz_input *in) {
    rest *r = self;
    sz_worker_hand_over(r->workers[home_of(r, partition, in)], r->workers[partition], in);
}

static bool is_ending(void *self) {
    (void)self;
    return move_is_ending(NULL);
}

/* ---- dead letters ---- */

typedef struct sink {
    sz_msgq *q;
    sz_shared_file *file;
    sz_sink_shared *shared;
    sz_kafka_producer *producer;
    sz_sink_kafka *kafka;
    sz_sink_port port;
} sink;

static sz_status sink_open(move *m, sink *s) {
    sz_str topic;
    sz_kafka_voice voice = sz_log_voice();
    s->q = sz_msgq_new();
    if (sz_topic_of(m->job->dead, &topic)) {
        sz_status rc = sz_kafka_producer_new(&m->job->kafka, &voice, -1, &m->diags, &s->producer);
        if (rc != SZ_OK) return rc;
        s->kafka = sz_sink_kafka_new(s->producer, (sz_str){0}, topic, s->q);
        s->port = sz_sink_kafka_port(s->kafka);
        return SZ_OK;
    }
    sz_shared_file_options o = {.target = m->job->dead, .key = "sink:dead"};
    sz_status rc = sz_shared_file_new(&o, &m->diags, &s->file);
    if (rc != SZ_OK) return rc;
    s->shared = sz_sink_shared_new(NULL, s->file, s->q);
    s->port = sz_sink_shared_port(s->shared);
    return SZ_OK;
}

static void sink_close(sink *s) {
    sz_sink_kafka_free(s->kafka);
    sz_kafka_producer_free(s->producer);
    sz_sink_shared_free(s->shared);
    sz_shared_file_free(s->file);
    if (s->q) sz_msgq_free(s->q);
}

static sz_status await(move *m, sink *s) {
    while (!move_is_ending(NULL)) {
        const sz_msg *answer = sz_msgq_pop(s->q);
        if (answer && answer->answer == SZ_ANS_OK) return SZ_OK;
        if (answer) return move_cannot(m, 0, answer);
        if (s->producer) sz_kafka_producer_poll(s->producer, 100);
    }
    return SZ_INTERRUPTED;
}

/* They are safe before what counts them is: read again after a crash, they have the same keys and bytes. */
static sz_status send_letters(move *m, sink *s, sz_worker *w) {
    sz_str all = sz_worker_letters(w);
    if (!all.n) return SZ_OK;
    sz_progress progress = sz_progress_of(w);
    if (s->shared) sz_sink_shared_start(s->shared, &progress, false);
    sz_str *lines = NULL;
    uint32_t n = 0;
    for (size_t at = 0; at < all.n;) {
        const char *end = memchr(all.p + at, '\n', all.n - at);
        size_t len = end ? (size_t)(end + 1 - (all.p + at)) : all.n - at;
        lines = sz_realloc(lines, (n + 1) * sizeof *lines);
        lines[n++] = (sz_str){all.p + at, len};
        at += len;
    }
    s->port.dead(s->port.self, 1, lines, n);
    sz_status rc = await(m, s);
    sz_free(lines);
    return rc;
}

static sz_status send_all(move *m, sz_worker *const *workers) {
    sink s = {0};
    sz_status rc = m->job->dead.n ? sink_open(m, &s) : SZ_OK;
    for (uint32_t i = 0; i < m->from && rc == SZ_OK && m->job->dead.n; i++) rc = send_letters(m, &s, workers[i]);
    sink_close(&s);
    return rc;
}

/* ---- all of it ---- */

sz_status move_rest(move *m) {
    if (!m->job->kafka.brokers.n) {
        sz_log(
            SZ_WARNING, "rest",
            "no brokers are given, so what the topic holds behind the states is not looked at: records that were not "
            "read before the number changed will be set aside as misrouted",
            "没有给出 broker，因此不读取状态之后主题里还有的记录：分区数改变前没有读到的记录会作为 misrouted 放到一边");
        return SZ_OK;
    }
    rest r = {m, move_workers(m)};
    int64_t *begin = sz_alloc((m->from + 1) * sizeof *begin);
    for (uint32_t i = 0; i < m->from; i++) {
        sz_operation op;
        sz_worker_operation(r.workers[i], &op);
        begin[i] = op.position;
    }
    sz_kafka_voice voice = sz_log_voice();
    sz_kafka_rest_options o = {.kafka = &m->job->kafka,
                               .topic = sz_arena_str(&m->diags.arena, m->topic).p,
                               .types = m->in.types,
                               .zone = &m->in.zone,
                               .mapping = m->mapping,
                               .begin = begin,
                               .n = m->from,
                               .self = &r,
                               .take = take,
                               .is_ending = is_ending};
    sz_status s = sz_kafka_rest(&o, &voice, &m->diags, &m->n_read);
    if (s == SZ_OK) s = send_all(m, r.workers);
    sz_free(begin);
    sz_free(r.workers);
    return s;
}

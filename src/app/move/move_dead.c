/* SPDX-License-Identifier: Apache-2.0
 *
 * Dead letters of what the topic held behind the states.
 */
#include "host/log.h"
#include "move.h"

sz_status move_dead_open(move *m, move_sink *s) {
    sz_str topic;
    sz_kafka_voice voice = sz_log_voice();
    *s = (move_sink){0};
    if (!m->job->dead.n) return SZ_OK;
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

void move_dead_close(move_sink *s) {
    sz_sink_kafka_free(s->kafka);
    sz_kafka_producer_free(s->producer);
    sz_sink_shared_free(s->shared);
    sz_shared_file_free(s->file);
    if (s->q) sz_msgq_free(s->q);
}

static sz_status await(move *m, move_sink *s) {
    while (!move_is_ending(NULL)) {
        const sz_msg *answer = sz_msgq_pop(s->q);
        if (answer && answer->answer == SZ_ANS_OK) return SZ_OK;
        if (answer) return move_cannot(m, 0, answer);
        if (s->producer) sz_kafka_producer_poll(s->producer, 100);
    }
    return SZ_INTERRUPTED;
}

/* They are safe before what counts them is: read again after a crash, they have the same keys and bytes. */
sz_status move_dead(move *m, move_sink *s, uint32_t i) {
    sz_worker *w = m->v[i].worker;
    sz_str all = sz_worker_letters(w);
    if (!all.n || !m->job->dead.n) return SZ_OK;
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

/* SPDX-License-Identifier: Apache-2.0
 *
 * sink: the port. Lines are taken up inside of the worker's step and written when the queue is empty.
 */
#include "sink.h"

sz_status sz_sink_file_new(const sz_sink_file_options *o, sz_msgq *q, sz_diags *d, sz_sink_file **out) {
    sz_sink_file *s = sz_alloc(sizeof *s);
    s->append = o->append;
    s->is_new = o->is_new;
    s->is_volatile = o->is_volatile;
    s->q = q;
    s->d = d;
    s->alerts.key = "sink:alerts";
    s->dead.key = "sink:dead";
    sz_status rc = sz_target_find(s, &s->alerts, o->alerts), rc_dead = sz_target_find(s, &s->dead, o->dead);
    if (rc == SZ_OK) rc = rc_dead;
    if (rc == SZ_OK && s->alerts.path && s->dead.path && strcmp(s->alerts.path, s->dead.path) == 0) {
        sz_diags_add(d, SZ_ERROR, SZ_CODE_SINK_ODD, (sz_span){0}, "%s cannot take both alerts and dead letters",
                     "%s 不能同时存放预警和死信", s->alerts.path);
        rc = SZ_USAGE;
    }
    if (rc != SZ_OK) {
        sz_sink_file_free(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

void sz_sink_file_attach(sz_sink_file *s, const sz_progress *p) { s->progress = *p; }

void sz_sink_file_free(sz_sink_file *s) {
    if (!s) return;
    sz_target_fini(&s->alerts);
    sz_target_fini(&s->dead);
    sz_free(s);
}

sz_status sz_sink_file_start(sz_sink_file *s) {
    if (s->is_started) return s->failed;
    s->is_started = true;
    uint64_t alerts = 0, dead = 0;
    s->progress.sinks(s->progress.self, &alerts, &dead);
    s->failed = sz_target_start(s, &s->alerts, alerts);
    if (s->failed == SZ_OK) s->failed = sz_target_start(s, &s->dead, dead);
    return s->failed;
}

/* ---- the port ---- */

static void take_up(target *t, uint32_t tag, uint32_t n_lines) {
    if (t->n_calls == t->room) {
        t->room = t->room ? t->room * 2 : 4;
        t->calls = sz_realloc(t->calls, sizeof *t->calls * t->room);
    }
    t->calls[t->n_calls++] = (call){tag, n_lines, t->pending.n};
}

static void submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    sz_sink_file *s = self;
    for (uint32_t i = 0; i < n && s->alerts.kind != TO_NOWHERE; i++) {
        sz_buf_put_str(&s->alerts.pending, lines[i]);
        sz_buf_put_u8(&s->alerts.pending, '\n');
    }
    take_up(&s->alerts, tag, n);
}

static void dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    sz_sink_file *s = self;
    for (uint32_t i = 0; i < n && s->dead.kind != TO_NOWHERE; i++) sz_buf_put_str(&s->dead.pending, lines[i]);
    take_up(&s->dead, tag, n);
}

static void answer(sz_sink_file *s, target *t) {
    uint64_t before = t->length;
    bool is_fine = s->failed == SZ_OK && sz_target_write(s, t);
    if (!is_fine) s->failed = SZ_IO;
    for (uint32_t i = 0; i < t->n_calls; i++) {
        bool is_alerts = t == &s->alerts;
        sz_msg m = {.kind = is_alerts ? SZ_MSG_DELIVERED : SZ_MSG_DEAD_DONE,
                    .answer = is_fine ? SZ_ANS_OK : SZ_ANS_FAILED,
                    .tag = t->calls[i].tag};
        m.n_delivered = is_alerts && is_fine ? t->calls[i].n_lines : 0;
        m.sink_pos = is_fine ? before + t->calls[i].end : t->length;
        if (!is_fine) m.text = sz_str_of(s->text), m.text_zh = sz_str_of(s->text_zh);
        sz_msgq_push(s->q, &m);
    }
    t->n_calls = 0;
    sz_buf_clear(&t->pending);
}

static bool pump(void *self) {
    sz_sink_file *s = self;
    if (s->alerts.n_calls == 0 && s->dead.n_calls == 0) return false;
    sz_sink_file_start(s);
    if (s->dead.n_calls) answer(s, &s->dead);
    if (s->alerts.n_calls) answer(s, &s->alerts);
    return true;
}

sz_sink_port sz_sink_file_port(sz_sink_file *s) {
    sz_msgq_add_pump(s->q, pump, s);
    return (sz_sink_port){s, submit, dead};
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * sink: a worker's port to shared files. Lines are taken up inside of its step and written when its queue is empty.
 */
#include "shared.h"

#include <stdio.h>

static void take_up(target *t, uint32_t tag, uint32_t n) {
    if (t->n_calls == t->room) {
        t->room = t->room ? 2 * t->room : 4;
        t->calls = sz_realloc(t->calls, t->room * sizeof *t->calls);
    }
    t->calls[t->n_calls++] = (call){tag, n};
}

static void submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    target *t = &((sz_sink_shared *)self)->alerts;
    for (uint32_t i = 0; i < n && t->file; i++) {
        sz_buf_put_str(&t->pending, lines[i]);
        sz_buf_put_u8(&t->pending, '\n');
    }
    take_up(t, tag, n);
}

static void dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    target *t = &((sz_sink_shared *)self)->dead;
    for (uint32_t i = 0; i < n && t->file; i++) sz_buf_put_str(&t->pending, lines[i]);
    take_up(t, tag, n);
}

/* What the ledger says: the target's name behind a number. */
static bool is_in_ledger(const sz_progress *p, const sz_shared_file *f) {
    const sz_put *lines;
    const char *name = f->path ? f->path : "stdout";
    bool is_there = false;
    for (uint32_t i = 0, n = p->ledger(p->self, &lines); i < n; i++) { /* the last line counts */
        if (!sz_str_is(lines[i].key, f->key)) continue;
        sz_str v = lines[i].value;
        const char *space = v.n ? memchr(v.p, ' ', v.n) : NULL;
        is_there = space && sz_str_is((sz_str){space + 1, v.n - (size_t)(space + 1 - v.p)}, name);
    }
    return is_there;
}

static void claim(const sz_progress *p, const sz_shared_file *f) {
    if (f->is_volatile) return;
    sz_buf line;
    sz_buf_init(&line);
    sz_buf_printf(&line, "%llu %s", (unsigned long long)f->length, f->path ? f->path : "stdout");
    p->note(p->self, sz_str_of(f->key), sz_buf_str(&line));
    sz_buf_fini(&line);
}

void sz_sink_shared_start(sz_sink_shared *s, const sz_progress *p, bool is_new) {
    s->progress = *p;
    s->is_new = is_new;
    p->sinks(p->self, &s->alerts.acknowledged, &s->dead.acknowledged);
    target *both[] = {&s->alerts, &s->dead};
    for (int i = 0; i < 2; i++) {
        target *t = both[i];
        t->is_ready = false;
        if (!t->file) continue;
        t->is_known = is_in_ledger(p, t->file);
        if (!t->is_known) claim(p, t->file);
    }
}

/* One answer a call; all of a target's pending lines are written at once. */
static void answer(sz_sink_shared *s, target *t) {
    bool is_fine = true;
    uint64_t length = 0;
    char text[sizeof t->file->text] = "", text_zh[sizeof t->file->text_zh] = "";
    if (t->file) {
        pthread_mutex_lock(&t->file->mutex);
        is_fine = t->is_ready || sz_ss_ready(t->file, t, s->is_new);
        t->is_ready = is_fine;
        if (is_fine) is_fine = sz_ss_write(t->file, &t->pending, !t->file->is_volatile);
        length = t->file->length;
        memcpy(text, t->file->text, sizeof text);
        memcpy(text_zh, t->file->text_zh, sizeof text_zh);
        pthread_mutex_unlock(&t->file->mutex);
    }
    for (uint32_t i = 0; i < t->n_calls; i++)
        sz_msgq_push(s->q, &(sz_msg){.kind = t->is_alerts ? SZ_MSG_DELIVERED : SZ_MSG_DEAD_DONE,
                                     .answer = is_fine ? SZ_ANS_OK : SZ_ANS_FAILED,
                                     .tag = t->calls[i].tag,
                                     .n_delivered = t->is_alerts && is_fine ? t->calls[i].n_lines : 0,
                                     .sink_pos = length,
                                     .text = is_fine ? (sz_str){0} : sz_str_of(text),
                                     .text_zh = is_fine ? (sz_str){0} : sz_str_of(text_zh)});
    t->n_calls = 0;
    sz_buf_clear(&t->pending);
}

static bool pump(void *self) {
    sz_sink_shared *s = self;
    bool did = s->alerts.n_calls || s->dead.n_calls;
    if (s->dead.n_calls) answer(s, &s->dead);
    if (s->alerts.n_calls) answer(s, &s->alerts);
    return did;
}

sz_sink_port sz_sink_shared_port(sz_sink_shared *s) { return (sz_sink_port){s, submit, dead}; }

sz_sink_shared *sz_sink_shared_new(sz_shared_file *alerts, sz_shared_file *dead_file, sz_msgq *q) {
    sz_sink_shared *s = sz_alloc(sizeof *s);
    s->q = q;
    s->alerts.file = alerts;
    s->alerts.is_alerts = true;
    s->dead.file = dead_file;
    sz_buf_init(&s->alerts.pending);
    sz_buf_init(&s->dead.pending);
    sz_msgq_add_pump(q, pump, s);
    return s;
}

void sz_sink_shared_free(sz_sink_shared *s) {
    if (!s) return;
    sz_buf_fini(&s->alerts.pending);
    sz_buf_fini(&s->dead.pending);
    sz_free(s->alerts.calls);
    sz_free(s->dead.calls);
    sz_free(s);
}

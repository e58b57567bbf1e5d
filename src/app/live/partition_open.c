/* SPDX-License-Identifier: Apache-2.0
 *
 * partition_open: what a partition is made of once the group has given it: state, rules and campus, worker, stream,
 * sinks.
 */
#include <stdio.h>
#include <unistd.h>

#include "host/env.h"
#include "host/log.h"
#include "live_reread.h"

enum { OPEN_AGAIN_MS = 200, ASK_OTHERS_MOST = 10 };

/* ---- the sink port: alerts and dead letters may go to different places ---- */

static void submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    partition *p = self;
    p->alerts.submit(p->alerts.self, tag, lines, n);
}

static void dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    partition *p = self;
    p->dead.dead(p->dead.self, tag, lines, n);
}

/* ---- opening ---- */

static void make_sinks(partition *p) {
    live *run = p->m->run;
    p->shared = sz_sink_shared_new(run->alerts_file, run->dead_file, p->q);
    p->alerts = p->dead = sz_sink_shared_port(p->shared);
    if (!p->m->producer) return;
    p->kafka = sz_sink_kafka_new(p->m->producer, run->alerts_topic, run->dead_topic, p->q);
    if (run->alerts_topic.n) p->alerts = sz_sink_kafka_port(p->kafka);
    if (run->dead_topic.n) p->dead = sz_sink_kafka_port(p->kafka);
}

static sz_options options_of(partition *p) {
    const live *run = p->m->run;
    const sz_job *job = run->job;
    char host[48] = "?";
    gethostname(host, sizeof host - 1);
    snprintf(p->name, sizeof p->name, "%s:%ld:%u", host, (long)getpid(), p->m->index);
    sz_options o = {.order = SZ_ARRIVAL,
                    .lateness_ms = job->lateness_ms,
                    .horizon_ms = job->horizon_ms,
                    .until_ms = SZ_TIME_NONE,
                    .wall_ms = sz_wall_ms(),
                    .admit = job->admit,
                    .is_live = run->is_live,
                    .allow_new = job->new_state || p->state.is_volatile || p->committed < 0,
                    .is_volatile = p->state.is_volatile,
                    .settle_ms = p->state.settle_ms,
                    .peers_wait_ms = job->peers_wait_ms,
                    .commit_records = job->commit_records,
                    .pages = fresh_pages_of(run->pages),
                    .topic = sz_str_of(run->topic),
                    .worker = sz_str_of(p->name),
                    .parts = p->parts,
                    .partition = (uint32_t)p->id};
    if (p->parts_before && p->parts_before != p->parts) o.allow_new = false;
    o.parts_before = p->parts_before;
    o.new_state = job->new_state;
    o.accept_gap = job->accept_gap;
    pthread_mutex_lock(&p->m->run->mutex);
    o.bundle_ver = run->bundle_ver;
    pthread_mutex_unlock(&p->m->run->mutex);
    if (job->until) sz_job_until(job, &p->in.zone, &o.until_ms); /* checked before */
    return o;
}

static sz_ports ports_of(partition *p) {
    return (sz_ports){.store = p->state.port,
                      .stream = sz_stream_kafka_port(p->stream),
                      .sink = {p, submit, dead},
                      .env = sz_env,
                      .parts = p->others};
}

/* Another process that is about to end may have the state still: try again. Anything else ends the member. */
static void cannot_open(partition *p, const sz_diags *d, sz_status s, int64_t now_ms) {
    const char *en = d->n ? d->v[0].message : "the state cannot be opened", *zh = d->n ? d->v[0].message_zh : NULL;
    if (d->n && d->v[0].code == SZ_CODE_STATE_IN_USE && !p->m->run->is_stopping) {
        if (!p->is_busy_told) sz_log(SZ_WARNING, "state_in_use", "%s; trying again", zh ? "%s；正在重试" : NULL, en);
        p->is_busy_told = true;
        p->retry_ms = now_ms + OPEN_AGAIN_MS;
        return;
    }
    sz_log_fields(SZ_ERROR, "state", sz_str_of(en), sz_str_of(zh), (sz_str){0});
    member_fail(p->m, s);
}

static bool open_parts(partition *p, int64_t now_ms) {
    live *run = p->m->run;
    sz_diags d;
    sz_diags_init(&d);
    p->q = sz_msgq_new();
    sz_status s = sz_state_open(run->job, p->id, p->q, &d, &p->state);
    sz_texts texts = live_texts(run, &p->texts_number);
    if (s == SZ_OK) s = sz_inputs_parse(run->job, &texts, &d, &p->in);
    if (s != SZ_OK) cannot_open(p, &d, s, now_ms);
    sz_diags_fini(&d);
    if (s == SZ_OK) return true;
    sz_state_close(&p->state);
    sz_inputs_fini(&p->in);
    p->in = (sz_inputs){0};
    sz_msgq_free(p->q);
    p->q = NULL;
    return false;
}

static void find_others(partition *p) {
    p->seat = (board_seat){.b = p->m->run->board, .partition = (uint32_t)p->id, .q = p->q};
    sz_parts_port far = sz_state_looks(&p->state, p->parts, p->q);
    p->others = far.look ? near_sit(&p->near, p->m->run->near, (uint32_t)p->id, p->q, p->m->wake_fd, far)
                         : board_port(&p->seat);
}

static void make_worker(partition *p) {
    make_sinks(p);
    find_others(p);
    sz_options o = options_of(p);
    sz_ports ports = ports_of(p);
    p->worker = sz_worker_new(&o, &ports, sz_bundle_ref(p->in.bundle), p->in.campus);
    p->in.campus = NULL; /* taken */
    p->progress = sz_progress_of(p->worker);
}

static void open_stream(partition *p, int64_t now_ms) {
    bool tells_group = !p->state.is_volatile;
    p->stream = sz_kafka_source_open(p->m->source, p->id, p->q, tells_group);
    if (p->m->run->job->stop_at_end) sz_stream_kafka_end_here(p->stream, now_ms);
}

/* A state is not begun beside others that were made for another number of partitions: its students are in those. False:
 * not known yet. Where another process has the first state's file, it knows, and it holds. A store that does not answer
 * is asked by one partition at a time: each question may wait for as long as a connection may. */
static bool knows_others(partition *p, int64_t now_ms) {
    member *m = p->m;
    live *run = m->run;
    if (p->id == 0 || p->committed >= 0 || run->job->new_state || run->is_volatile) return true;
    pthread_mutex_lock(&run->mutex);
    p->parts_before = run->state_parts;
    pthread_mutex_unlock(&run->mutex);
    if (p->parts_before || m->n_asked >= ASK_OTHERS_MOST) return true;
    p->retry_ms = m->ask_others_ms;
    if (now_ms < m->ask_others_ms) return false;
    bool has_answer = sz_state_parts(run->job, sz_str_of(run->topic), &p->parts_before) == SZ_OK;
    m->n_asked = has_answer ? 0 : m->n_asked + 1;
    m->ask_others_ms = has_answer ? 0 : sz_mono_ms() + OPEN_AGAIN_MS;
    p->retry_ms = m->ask_others_ms;
    return has_answer;
}

bool partition_open(partition *p, int64_t now_ms) {
    if (!p->worker && !knows_others(p, now_ms)) return false;
    if (!p->worker && !open_parts(p, now_ms)) return false;
    open_stream(p, now_ms);
    if (!p->worker) {
        make_worker(p);
    } else {
        sz_ports ports = ports_of(p);
        sz_worker_ports(p->worker, &ports);
    }
    p->retry_ms = SZ_TIME_MAX;
    return true;
}

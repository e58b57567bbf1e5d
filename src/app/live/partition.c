/* SPDX-License-Identifier: Apache-2.0
 *
 * partition: from the assignment to the worker's end. A worker whose partition was given back is kept for a minute,
 * should it come back: START decides if its memory still stands (protocol 2.4).
 */
#include <stdio.h>
#include <poll.h>
#include <unistd.h>

#include "host/env.h"
#include "host/log.h"
#include "live_reread.h"

enum {
    MESSAGES_A_STEP = 64,
    TURNS_A_STEP = 8,
    GIVE_BACK_MS = 5000,
    OPEN_AGAIN_MS = 200,
    PARKED_MS = 60000,
    ASK_OTHERS_MOST = 10
};

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
    return (sz_ports){
        .store = p->state.port, .stream = sz_stream_kafka_port(p->stream), .sink = {p, submit, dead}, .env = sz_env};
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

static void make_worker(partition *p) {
    make_sinks(p);
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

static void step(partition *p, const sz_msg *m);

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

static void note_parts(partition *p, const sz_msg *m) {
    if (!m->header || !sz_str_eq(m->header->topic, sz_str_of(p->m->run->topic))) return;
    pthread_mutex_lock(&p->m->run->mutex);
    p->m->run->state_parts = m->header->parts;
    pthread_mutex_unlock(&p->m->run->mutex);
}

static void open_it(partition *p, int64_t now_ms) {
    if (!p->worker && !knows_others(p, now_ms)) return;
    if (!p->worker && !open_parts(p, now_ms)) return;
    open_stream(p, now_ms);
    if (!p->worker) {
        make_worker(p);
    } else {
        sz_ports ports = ports_of(p);
        sz_worker_ports(p->worker, &ports);
    }
    p->retry_ms = SZ_TIME_MAX;
    p->tick_ms = now_ms + p->m->run->job->tick_ms;
    /* memory begins at the first record, whatever the group has */
    step(p, &(sz_msg){.kind = SZ_MSG_ASSIGNED, .offset = p->state.is_volatile ? -1 : p->committed});
}

/* ---- what the worker says ---- */

static void tell_held(partition *p) {
    if (p->is_hold_told) return;
    p->is_hold_told = true;
    sz_str text = sz_worker_failure_in(p->worker, p->m->run->job->lang);
    sz_log(SZ_ERROR, "held", "partition %1$d is held: %2$.*3$s", "分区 %1$d 停住：%2$.*3$s", p->id, text.p,
           (int)text.n);
}

static void tell_notices(partition *p) {
    sz_severity severity;
    for (sz_str en, zh; sz_worker_notice(p->worker, &severity, &en, &zh);) {
        sz_str text = p->m->run->job->lang == SZ_ZH ? zh : en;
        sz_log(severity, "worker", "partition %1$d: %2$.*3$s", "分区 %1$d：%2$.*3$s", p->id, text.p, (int)text.n);
    }
}

/* What one partition's state says of the rule sets that were seen holds for all of this process. */
static void share_bundle_ver(partition *p) {
    live *run = p->m->run;
    uint64_t ver = sz_worker_bundle_ver(p->worker);
    if (ver <= p->bundle_ver_told) return;
    p->bundle_ver_told = ver;
    pthread_mutex_lock(&run->mutex);
    if (ver > run->bundle_ver) run->bundle_ver = ver;
    pthread_mutex_unlock(&run->mutex);
}

static void tell_failed(partition *p) {
    sz_str text;
    sz_status s = sz_worker_failure(p->worker, &text);
    text = sz_worker_failure_in(p->worker, p->m->run->job->lang);
    sz_log(SZ_ERROR, "failed", "partition %1$d: %2$.*3$s", "分区 %1$d：%2$.*3$s", p->id, text.p, (int)text.n);
    member_fail(p->m, s);
}

static void keep_summary(partition *p) {
    live *run = p->m->run;
    sz_buf out;
    sz_buf_init(&out);
    sz_worker_summary(p->worker, &out);
    pthread_mutex_lock(&run->mutex);
    if ((uint32_t)p->id < run->n_summaries) run->summaries[p->id] = sz_arena_str(&run->arena, sz_buf_str(&out));
    pthread_mutex_unlock(&run->mutex);
    sz_buf_fini(&out);
}

/* True if some state of this run was there before it: then what stands in its files is of this deployment. */
static bool is_all_new(partition *p) {
    live *run = p->m->run;
    pthread_mutex_lock(&run->mutex);
    if (!p->was_new) run->known_state = true;
    bool is_new = !run->known_state;
    pthread_mutex_unlock(&run->mutex);
    return is_new;
}

static void after_step(partition *p) {
    tell_notices(p);
    share_bundle_ver(p);
    switch (sz_worker_where(p->worker)) {
    case SZ_WK_SEEKING:
    case SZ_WK_RUNNING:
    case SZ_WK_DRAINING:
        if (p->has_started) return;
        p->has_started = true;
        sz_sink_shared_start(p->shared, &p->progress, is_all_new(p));
        return;
    case SZ_WK_HELD: tell_held(p); return;
    case SZ_WK_FAILED:
        if (!p->is_ended) tell_failed(p);
        if (!p->is_ended && p->has_started) keep_summary(p);
        p->is_ended = true;
        return;
    case SZ_WK_STOPPED:
        if (!p->is_ended) keep_summary(p);
        p->is_ended = true;
        return;
    default: return;
    }
}

static void step(partition *p, const sz_msg *m) {
    if (m->kind == SZ_MSG_ACQUIRED) note_parts(p, m);
    if (m->kind == SZ_MSG_ACQUIRED) /* or acquired once, and never committed to */
        p->was_new = m->answer == SZ_ANS_NEW || (m->header && !m->header->body.n);
    sz_worker_step(p->worker, m);
    after_step(p);
}

/* ---- the group ---- */

static void empty_queue(partition *p) {
    for (const sz_msg *m; (m = sz_msgq_pop(p->q));) step(p, m);
}

/* Everything that points into the stream has left the queue by then; its last answers do so behind it. */
static void close_stream(partition *p) {
    if (!p->stream) return;
    empty_queue(p);
    sz_stream_kafka_close(p->stream);
    p->stream = NULL;
    empty_queue(p);
}

static void free_worker(partition *p) {
    partition_keep_counts(p);
    sz_worker_free(p->worker);
    sz_sink_kafka_free(p->kafka);
    sz_sink_shared_free(p->shared);
    sz_state_close(&p->state);
    sz_msgq_free(p->q);
    sz_inputs_fini(&p->in);
    for (uint32_t i = 0; i < p->n_reloads; i++) sz_inputs_fini(&p->reloads[i]);
    sz_free(p->reloads);
    p->reloads = NULL;
    p->n_reloads = p->n_switched = 0;
    p->worker = NULL;
    p->kafka = NULL;
    p->shared = NULL;
    p->q = NULL;
    p->in = (sz_inputs){0};
    p->has_started = false;
}

void partition_assigned(partition *p, int64_t committed, uint32_t parts) {
    if (p->worker && parts != p->parts) free_worker(p); /* it holds what was true of another number */
    p->is_assigned = true;
    p->committed = committed;
    p->parts = parts;
    p->is_ended = p->is_hold_told = p->was_told_to_stop = false;
    p->retry_ms = 0;
    p->parts_before = 0;
}

static bool is_given_back(const partition *p) {
    sz_worker_state w = sz_worker_where(p->worker);
    return w == SZ_WK_PARKED || w == SZ_WK_STOPPED || w == SZ_WK_FAILED || w == SZ_WK_HELD || w == SZ_WK_IDLE;
}

/* For an answer to any of them. */
static void wait_a_moment(partition **v, uint32_t n) {
    enum { MOST = 64 };
    struct pollfd fds[MOST];
    uint32_t n_fds = 0;
    for (uint32_t i = 0; i < n; i++)
        if (v[i]->worker) n_fds += sz_state_polled(&v[i]->state, fds + n_fds, MOST - n_fds);
    if (n_fds || !v[0]->m->producer) poll(fds, n_fds, 1);
    if (v[0]->m->producer) sz_kafka_producer_poll(v[0]->m->producer, n_fds ? 0 : 5);
}

static void begin_giving_back(partition *p, bool is_lost) {
    p->is_assigned = false;
    p->left_ms = sz_mono_ms();
    if (p->worker && !p->is_ended) step(p, &(sz_msg){.kind = SZ_MSG_REVOKED, .is_lost = is_lost});
}

/* True once it is given back. */
static bool go_on_giving_back(partition *p, bool *did) {
    if (!p->worker || is_given_back(p)) return true;
    const sz_msg *m = sz_msgq_pop(p->q);
    if (m) step(p, m), *did = true;
    if (sz_worker_wake_ms(p->worker) <= sz_mono_ms()) step(p, &(sz_msg){.kind = SZ_MSG_GO_ON});
    return is_given_back(p);
}

static void end_giving_back(partition *p) {
    if (!p->worker) return;
    close_stream(p);
    if (p->state.is_exclusive || sz_worker_where(p->worker) != SZ_WK_PARKED) free_worker(p);
}

void partitions_revoked(partition **v, uint32_t n, bool is_lost) {
    int64_t end_ms = sz_mono_ms() + GIVE_BACK_MS;
    for (uint32_t i = 0; i < n; i++) begin_giving_back(v[i], is_lost);
    for (bool is_over = n == 0; !is_over && sz_mono_ms() < end_ms;) {
        bool did = false;
        is_over = true;
        for (uint32_t i = 0; i < n; i++) is_over &= go_on_giving_back(v[i], &did);
        if (!is_over && !did) wait_a_moment(v, n);
    }
    for (uint32_t i = 0; i < n; i++) end_giving_back(v[i]);
}

/* ---- the loop ---- */

void partition_stop(partition *p) {
    if (p->was_told_to_stop) return;
    p->was_told_to_stop = true;
    if (!p->worker || p->retry_ms != SZ_TIME_MAX) p->is_ended = true;
    else if (!p->is_ended) step(p, &(sz_msg){.kind = SZ_MSG_STOP});
}

/* Rules and campus were read again: this worker's own, checked by the main thread before. */
static bool take_up_reload(partition *p) {
    uint32_t number;
    sz_texts texts = live_texts(p->m->run, &number);
    if (number == p->texts_number) return false;
    p->texts_number = number;
    sz_inputs in;
    sz_diags d;
    sz_diags_init(&d);
    sz_status s = sz_inputs_parse(p->m->run->job, &texts, &d, &in);
    sz_diags_fini(&d);
    if (s == SZ_OK) {
        step(p, &(sz_msg){.kind = SZ_MSG_BUNDLE, .bundle = sz_bundle_ref(in.bundle), .campus = in.campus});
        in.campus = NULL; /* taken */
    }
    p->reloads = sz_realloc(p->reloads, (p->n_reloads + 1) * sizeof *p->reloads);
    p->reloads[p->n_reloads++] = in;
    return true;
}

static void tell_switched(partition *p) {
    int64_t at;
    char t[40] = "-";
    uint32_t n = sz_worker_switched(p->worker, &at);
    if (n == p->n_switched) return;
    p->n_switched = n;
    if (at != SZ_TIME_NONE) sz_time_format(&p->in.zone, at, t);
    sz_log(SZ_NOTE, "reloaded", "partition %1$d: the new rules and campus hold from %2$s on",
           "分区 %1$d：新的规则和校园数据自 %2$s 起生效", p->id, t);
}

static void tick(partition *p, int64_t now_ms) {
    int64_t every = p->m->run->job->tick_ms;
    if (!p->m->run->is_live || now_ms < p->tick_ms || sz_worker_where(p->worker) != SZ_WK_RUNNING) return;
    p->tick_ms = now_ms + every;
    int64_t wall = sz_wall_ms(),
            end = sz_stream_kafka_end(p->stream, now_ms); /* the clock before the end: no record between */
    if (end >= 0) step(p, &(sz_msg){.kind = SZ_MSG_TICK, .wall_ms = wall, .offset = end});
}

static bool use_messages(partition *p) {
    bool did = false;
    for (int i = 0; i < MESSAGES_A_STEP && !p->is_ended; i++) {
        const sz_msg *m = sz_msgq_pop(p->q);
        if (!m) break;
        step(p, m);
        did = true;
    }
    return did;
}

/* What the stream gives is used at once, while the caches have it, and some messages of one partition after the other:
 * the next partition's rules and students push this one's out of them. */
static bool use_inputs(partition *p, int64_t now_ms) {
    bool did = false;
    for (int turn = 0; turn < TURNS_A_STEP && !p->is_ended; turn++) {
        bool gave = sz_stream_kafka_step(p->stream, now_ms);
        did |= use_messages(p) | gave;
        if (!gave) break;
    }
    return did;
}

bool partition_step(partition *p, int64_t now_ms) {
    bool did = false;
    if (!p->is_assigned) {
        if (p->worker && now_ms >= p->left_ms + PARKED_MS) free_worker(p);
        return false;
    }
    if (p->retry_ms != SZ_TIME_MAX && !p->is_ended) {
        if (now_ms < p->retry_ms) return false;
        open_it(p, now_ms);
        did = true;
    }
    if (!p->worker || !p->stream) return did;
    did |= use_inputs(p, now_ms);
    if (p->is_ended) return did;
    if (sz_worker_wake_ms(p->worker) <= now_ms) {
        step(p, &(sz_msg){.kind = SZ_MSG_GO_ON});
        did = true;
    }
    did |= take_up_reload(p);
    tell_switched(p);
    tick(p, now_ms);
    return did || !sz_msgq_is_empty(p->q);
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

int64_t partition_wake_ms(const partition *p) {
    if (!p->is_assigned) return p->worker ? p->left_ms + PARKED_MS : SZ_TIME_MAX;
    if (p->is_ended) return SZ_TIME_MAX;
    if (p->retry_ms != SZ_TIME_MAX) return p->retry_ms;
    int64_t wake = earlier(sz_worker_wake_ms(p->worker), sz_stream_kafka_wake_ms(p->stream));
    return p->m->run->is_live ? earlier(wake, p->tick_ms) : wake;
}

uint32_t partition_polled(const partition *p, struct pollfd *fds, uint32_t most, bool *is_waiting) {
    if (!p->worker || !p->is_assigned || p->is_ended || sz_msgq_is_idle(p->q)) return 0;
    *is_waiting = true;
    return sz_state_polled(&p->state, fds, most);
}

bool partition_is_over(const partition *p) {
    if (!p->is_assigned || p->is_ended) return true;
    bool is_held = p->worker && sz_worker_where(p->worker) == SZ_WK_HELD;
    return is_held && p->m->run->job->stop_at_end;
}

/* ---- life ---- */

partition *partition_new(member *m, int32_t id) {
    partition *p = sz_alloc(sizeof *p);
    p->m = m;
    p->id = id;
    return p;
}

void partition_free(partition *p) {
    if (p->worker) {
        sz_stream_kafka_close(p->stream);
        free_worker(p);
    }
    sz_free(p);
}

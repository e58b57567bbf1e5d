/* SPDX-License-Identifier: Apache-2.0
 *
 * partition: from the assignment to the worker's end. A worker whose partition was given back is kept for a minute,
 * should it come back: START decides if its memory still stands (protocol 2.4).
 */
#include <poll.h>

#include "host/env.h"
#include "host/log.h"
#include "live_reread.h"
#include "live_roster.h"

enum { MESSAGES_A_STEP = 64, TURNS_A_STEP = 8, GIVE_BACK_MS = 5000, PARKED_MS = 60000 };

static void note_parts(partition *p, const sz_msg *m) {
    if (!m->header || !sz_str_eq(m->header->topic, sz_str_of(p->m->run->topic))) return;
    pthread_mutex_lock(&p->m->run->mutex);
    p->m->run->state_parts = m->header->parts;
    pthread_mutex_unlock(&p->m->run->mutex);
}

/* ---- after a step ---- */

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

/* A partition that was given back is another's, and so is what waits in its state. */
static void note_left(const partition *p, const sz_left *left) {
    live *run = p->m->run;
    if (!p->is_assigned || run->is_volatile) return;
    pthread_mutex_lock(&run->mutex);
    left_add(&run->left, left);
    pthread_mutex_unlock(&run->mutex);
}

static void note_end(partition *p) {
    live *run = p->m->run;
    pthread_mutex_lock(&run->mutex);
    if ((uint32_t)p->id < run->n_summaries) run->has_ended[p->id] = true;
    pthread_mutex_unlock(&run->mutex);
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
    partition_tell_notices(p);
    share_bundle_ver(p);
    near_follow(&p->near, sz_worker_where(p->worker));
    switch (sz_worker_where(p->worker)) {
    case SZ_WK_SEEKING:
    case SZ_WK_RUNNING:
    case SZ_WK_DRAINING:
        if (p->has_started) return;
        p->has_started = true;
        live_roster_note(p);
        sz_sink_shared_start(p->shared, &p->progress, is_all_new(p));
        return;
    case SZ_WK_HELD:
        partition_tell_held(p);
        note_end(p);
        return;
    case SZ_WK_FAILED:
        if (!p->is_ended) partition_tell_failed(p);
        if (!p->is_ended && p->has_started) keep_summary(p);
        p->is_ended = true;
        return;
    case SZ_WK_STOPPED:
        if (!p->is_ended) {
            sz_left left;
            sz_worker_left(p->worker, &left);
            note_left(p, &left);
            keep_summary(p);
            live_roster_look(p, true);
        }
        p->is_ended = true;
        note_end(p);
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
    near_leave(&p->near);
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

static void open_it(partition *p, int64_t now_ms) {
    if (!partition_open(p, now_ms)) return;
    p->tick_ms = now_ms + p->m->run->job->tick_ms;
    /* memory begins at the first record, whatever the group has */
    step(p, &(sz_msg){.kind = SZ_MSG_ASSIGNED, .offset = p->state.is_volatile ? -1 : p->committed});
}

void partition_stop(partition *p) {
    if (p->was_told_to_stop) return;
    p->was_told_to_stop = true;
    if (!p->worker || p->retry_ms != SZ_TIME_MAX) {
        if (!p->is_ended) note_left(p, &(sz_left){.is_unseen = true});
        p->is_ended = true;
    } else if (!p->is_ended) step(p, &(sz_msg){.kind = SZ_MSG_STOP});
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
        did |= sz_stream_kafka_step(p->stream, now_ms);
        if (!use_messages(p)) break; /* there is nothing, or it is being made */
        did = true;
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
    if (near_has_news(&p->near)) {
        step(p, &(sz_msg){.kind = SZ_MSG_TOLD});
        did = true;
    }
    did |= take_up_reload(p);
    partition_tell_switched(p);
    live_roster_look(p, false);
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

bool partition_is_held(const partition *p) {
    return p->is_assigned && !p->is_ended && p->worker && sz_worker_where(p->worker) == SZ_WK_HELD;
}

bool partition_is_over(const partition *p) {
    if (!p->is_assigned || p->is_ended) return true;
    return partition_is_held(p) && p->m->run->job->stop_at_end;
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

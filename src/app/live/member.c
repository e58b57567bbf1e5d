/* SPDX-License-Identifier: Apache-2.0
 *
 * member: the loop of a thread. It sleeps on one event counter that everything writes to which may have something for
 * it: the group, each partition's queue, delivery reports, the main thread.
 */
#include "member.h"

#include <poll.h>
#include <sanzao/base_heap.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/env.h"
#include "host/log.h"
#include "views/findings.h"

enum { LONGEST_WAIT_MS = 500, ANSWER_MS = 5, MOST_POLLED = 64, COUNT_EVERY_MS = 500, FAILING_MS = 10000 };

void member_fail(member *m, sz_status s) {
    live *run = m->run;
    if (m->status == SZ_OK) m->status = s == SZ_OK ? SZ_IO : s;
    pthread_mutex_lock(&run->mutex);
    if (run->status == SZ_OK) run->status = m->status;
    run->is_failing = true;
    for (uint32_t i = 0; i < run->n_members; i++) member_wake(run->members[i]);
    pthread_mutex_unlock(&run->mutex);
}

void member_wake(member *m) {
    const uint64_t one = 1;
    if (write(m->wake_fd, &one, sizeof one) < 0) return; /* full: it is awake already */
}

/* ---- the group ---- */

static partition *find(member *m, int32_t id) {
    for (uint32_t i = 0; i < m->n; i++)
        if (m->v[i]->id == id) return m->v[i];
    if (m->n == m->room) {
        m->room = m->room ? 2 * m->room : 8;
        m->v = sz_realloc(m->v, m->room * sizeof(partition *));
    }
    m->v[m->n] = partition_new(m, id);
    return m->v[m->n++];
}

static void on_assigned(void *self, int32_t id, int64_t committed, uint32_t parts) {
    partition_assigned(find(self, id), committed, parts);
}

static void on_revoked(void *self, const int32_t *ids, uint32_t n, bool is_lost) {
    partition **v = sz_alloc((n + 1) * sizeof *v);
    for (uint32_t i = 0; i < n; i++) v[i] = find(self, ids[i]);
    partitions_revoked(v, n, is_lost);
    sz_free(v);
}

static bool is_ending(void *self) {
    const member *m = self;
    return m->run->is_stopping || m->run->is_failing;
}

/* ---- the loop ---- */

static void count(member *m, int64_t now_ms, bool now) {
    int64_t stats = m->run->job->stats_ms, every = stats && stats < 2 * COUNT_EVERY_MS ? stats / 2 : COUNT_EVERY_MS;
    if (!now && now_ms < m->counted_ms + every) return;
    m->counted_ms = now_ms;
    live_counts c = {.oldest_ms = SZ_TIME_MAX};
    for (uint32_t i = 0; i < m->n; i++) partition_count(m->v[i], &c);
    pthread_mutex_lock(&m->run->mutex);
    m->counts = c;
    pthread_mutex_unlock(&m->run->mutex);
}

/* Nothing writes to the counter when a store answers: its sockets are waited for beside it, and not for long, since one
 * may be looked up still, or be one too many. */
static void rest(member *m, int64_t now_ms) {
    struct pollfd fds[MOST_POLLED] = {{.fd = m->wake_fd, .events = POLLIN}};
    uint32_t n = 1;
    bool is_waiting = false;
    for (uint32_t i = 0; i < m->n; i++) n += partition_polled(m->v[i], fds + n, MOST_POLLED - n, &is_waiting);
    int64_t wake = now_ms + (is_waiting ? ANSWER_MS : LONGEST_WAIT_MS);
    for (uint32_t i = 0; i < m->n; i++) {
        int64_t at = partition_wake_ms(m->v[i]);
        if (at < wake) wake = at;
    }
    if (poll(fds, n, wake > now_ms ? (int)(wake - now_ms) : 0) <= 0 || !fds[0].revents) return;
    uint64_t times;
    if (read(m->wake_fd, &times, sizeof times) < 0) return; /* somebody else's turn took it */
}

static bool is_finished(member *m) {
    bool is_last = m->run->job->stop_at_end && sz_kafka_source_has_joined(m->source);
    if (!is_ending(m) && !is_last) return false;
    for (uint32_t i = 0; i < m->n; i++)
        if (!partition_is_over(m->v[i])) return false;
    return true;
}

/* Who leaves the group takes the others' partitions from them for a moment, and a worker that is seeing its last alerts
 * out would park. So none leaves before all of this process are at their end. */
static bool have_all_finished(member *m, bool is) {
    live *run = m->run;
    if (is == m->is_finished && !is) return false;
    pthread_mutex_lock(&run->mutex);
    if (is != m->is_finished) {
        run->n_finished += is ? 1 : -1;
        for (uint32_t i = 0; i < run->n_members && is; i++) member_wake(run->members[i]);
    }
    m->is_finished = is;
    bool have_all = is && run->n_finished >= (int)run->n_members;
    pthread_mutex_unlock(&run->mutex);
    return have_all;
}

static uint32_t n_left(live *run) {
    uint32_t n = 0;
    pthread_mutex_lock(&run->mutex);
    for (uint32_t i = 0; i < run->n_summaries; i++) n += !run->has_ended[i];
    pthread_mutex_unlock(&run->mutex);
    return n;
}

/* What the group did not give to this process another one has, and that one may be dead: killed with its partitions,
 * or while the group was dealing them out. The group hears nothing of it for a session and gives them to us then.
 * Whoever has them longer lives, and they are his to read. */
static bool is_rest_others(member *m, int64_t now_ms) {
    enum { NOTICE_MS = 5000 }; /* it is a member's next heartbeat that brings the news */
    uint32_t n = n_left(m->run);
    if (!n) return true;
    if (!m->rest_ms) {
        int64_t wait = sz_kafka_source_session_ms(m->source) + NOTICE_MS;
        m->rest_ms = now_ms + wait;
        sz_log(
            SZ_NOTE, "others",
            "another member of the group has %1$u of the partitions; should it be one that was killed, they come here "
            "within %2$lld s: waiting",
            "消费组的其他成员持有 %1$u 个分区；如果那是被杀掉的进程，这些分区会在 %2$lld 秒内转到这里：正在等待", n,
            (long long)(wait / 1000));
    }
    if (now_ms < m->rest_ms) return false;
    sz_log(SZ_WARNING, "others",
           "%1$u of the partitions were left to another member of the group, which has them and lives; they are not in "
           "this run's summary",
           "有 %1$u 个分区留给了消费组的其他成员，它持有这些分区并且在运行；它们不在本次运行的汇总里", n);
    return true;
}

static void wake_all(live *run) {
    pthread_mutex_lock(&run->mutex);
    for (uint32_t i = 0; i < run->n_members; i++) member_wake(run->members[i]);
    pthread_mutex_unlock(&run->mutex);
}

/* One of the members looks for all. */
static bool is_over(member *m) {
    live *run = m->run;
    bool have_all = have_all_finished(m, is_finished(m));
    if (!have_all) m->rest_ms = 0;
    if (!have_all || is_ending(m)) return have_all;
    if (m->index == 0 && !run->may_end && is_rest_others(m, sz_mono_ms())) {
        run->may_end = true;
        wake_all(run);
    }
    return run->may_end;
}

static bool step_all(member *m) {
    bool did = false;
    if (!sz_kafka_source_poll(m->source)) member_fail(m, SZ_IO);
    int64_t now = sz_mono_ms();
    for (uint32_t i = 0; i < m->n; i++) {
        if (is_ending(m)) partition_stop(m->v[i]);
        did |= partition_step(m->v[i], now);
    }
    if (m->producer) did |= sz_kafka_producer_poll(m->producer, 0);
    fresh_pages_look(m->run->pages);
    return did;
}

/* After a failure the other partitions are brought to their end, but not at any price. */
static bool is_out_of_patience(member *m, int64_t *since_ms) {
    if (!m->run->is_failing) return false;
    if (!*since_ms) *since_ms = sz_mono_ms();
    return sz_mono_ms() > *since_ms + FAILING_MS;
}

/* Before what is left is given back. Who is told to stop has not failed for it: what is held is so at the next start.
 */
static void note_held(member *m) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n && m->run->job->stop_at_end && !is_ending(m); i++) n += partition_is_held(m->v[i]);
    pthread_mutex_lock(&m->run->mutex);
    m->run->n_held += n;
    pthread_mutex_unlock(&m->run->mutex);
}

static void *run(void *self) {
    enum { HEAP = 48 << 20, SMALL = 2 << 20 }; /* glibc's heaps of threads have 64 MiB each */
    member *m = self;
    int64_t failing_ms = 0;
    sz_heap_open(HEAP, SMALL);
    while (!is_over(m) && !is_out_of_patience(m, &failing_ms)) {
        bool did = step_all(m);
        int64_t now = sz_mono_ms();
        sz_kafka_source_commit(m->source, now, false);
        count(m, now, !did); /* else what came last would be told only after the rest */
        if (!did) rest(m, now);
    }
    have_all_finished(m, true);
    note_held(m);
    count(m, sz_mono_ms(), true);
    sz_kafka_source_commit(m->source, sz_mono_ms(), true);
    sz_kafka_source_close(m->source); /* gives back what is left */
    m->source = NULL;
    m->is_over = true;
    return NULL;
}

/* ---- life ---- */

static sz_status make_clients(member *m) {
    sz_kafka_voice voice = sz_log_voice();
    live *r = m->run;
    m->kafka = r->job->kafka;
    m->kafka.member = m->index;
    sz_kafka_members members = {m, on_assigned, on_revoked, is_ending};
    sz_kafka_source_options so = {.kafka = &m->kafka,
                                  .topic = r->topic,
                                  .types = m->in.types,
                                  .zone = &m->in.zone,
                                  .mapping = m->mapping,
                                  .wake_fd = m->wake_fd};
    sz_status s = SZ_OK;
    if (r->alerts_topic.n || r->dead_topic.n)
        s = sz_kafka_producer_new(&m->kafka, &voice, m->wake_fd, &m->diags, &m->producer);
    if (s == SZ_OK) s = sz_kafka_source_new(&so, &voice, &members, &m->diags, &m->source);
    return s;
}

member *member_new(live *run_of, uint32_t index) {
    member *m = sz_alloc(sizeof *m);
    *m = (member){.run = run_of, .index = index, .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    sz_diags_init(&m->diags);
    return m;
}

sz_status member_start(member *m) {
    live *run_of = m->run;
    sz_status s = m->wake_fd < 0 ? SZ_IO : SZ_OK;
    if (s == SZ_OK) s = sz_inputs_parse(run_of->job, &run_of->texts, &m->diags, &m->in);
    if (s == SZ_OK) s = sz_mapping_parse(&run_of->texts, &m->in, &m->diags, &m->mapping);
    if (s == SZ_OK) s = make_clients(m);
    if (s != SZ_OK) sz_diags_show(&m->diags, run_of->job->lang);
    /* All is set before the thread begins: it may have failed, or be over, before pthread_create returns. */
    m->status = s;
    m->is_over = s != SZ_OK;
    m->has_thread = s == SZ_OK && pthread_create(&m->thread, NULL, run, m) == 0;
    if (s == SZ_OK && !m->has_thread) {
        m->status = s = SZ_IO;
        m->is_over = true;
    }
    if (s != SZ_OK) have_all_finished(m, true);
    return s;
}

void member_join(member *m) {
    if (m->has_thread) pthread_join(m->thread, NULL);
    sz_kafka_source_close(m->source); /* where the thread did not begin */
    for (uint32_t i = 0; i < m->n; i++) partition_free(m->v[i]);
    sz_kafka_producer_free(m->producer);
    sz_mapping_free(m->mapping);
    sz_inputs_fini(&m->in);
    sz_diags_fini(&m->diags);
    if (m->wake_fd >= 0) close(m->wake_fd);
    sz_free(m->v);
}

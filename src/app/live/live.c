/* SPDX-License-Identifier: Apache-2.0
 *
 * live: the main thread of a run on Kafka. It starts the members and then only waits: for signals, for the members'
 * end, for the next line of stats.
 */
#include "live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "codes.h"
#include "host/env.h"
#include "host/log.h"
#include "host/outfile.h"
#include "job/groups.h"
#include "job/paths.h"
#include "job/summary_sum.h"
#include "live_reread.h"
#include "live_roster.h"
#include "live_stats.h"
#include "state/servers.h"
#include "views/findings.h"
#include "views/left_view.h"
#include "views/summary_view.h"

/* ---- before anything is begun ---- */

/* The stream of a file gives one record at a time for it; a topic's workers would pay with most of their speed. */
static sz_status check_by_source(const sz_job *job, sz_diags *d) {
    if (!job->by_source) return SZ_OK;
    sz_str topic = sz_job_topic(job);
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_BY_SOURCE, (sz_span){0},
                              "--by-source counts what is read from files, and `%.*s` is a topic",
                              "--by-source 统计的是从文件读入的内容，而 `%.*s` 是主题", SZ_FMT_STR(topic));
    sz_diag_hint(d, g, "leave it out: dead letters name their record's place, `--stats` and the summary count the rest",
                 "请不要写它：死信里有记录的位置，其余的看 --stats 和汇总");
    return SZ_USAGE;
}

/* All that can be known to be wrong without a server. */
static sz_status check(const sz_job *job, sz_diags *d) {
    sz_status s = sz_paths_check(job, d);
    if (s == SZ_OK) s = sz_state_check(job, d);
    if (s == SZ_OK) s = sz_job_check_kafka(job, d);
    if (s == SZ_OK) s = check_by_source(job, d);
    if (s == SZ_OK && job->summary) s = sz_out_look(job->summary, d);
    return s;
}

static sz_status check_inputs(live *run, sz_diags *d) {
    const sz_job *job = run->job;
    const sz_texts *t = &run->texts;
    sz_inputs in;
    sz_mapping *mapping = NULL;
    int64_t until;
    sz_status s = sz_inputs_parse(job, t, d, &in);
    if (s == SZ_OK) s = sz_mapping_parse(t, &in, d, &mapping);
    if (s == SZ_OK && mapping && sz_mapping_has_header(mapping)) {
        sz_diag_hint(d,
                     sz_diags_add(d, SZ_ERROR, APP_CODE_TOPIC_HEADER, (sz_span){0},
                                  "%s expects a header row, and a topic has none", "%s 需要标题行，而主题里没有",
                                  job->mapping),
                     "write  file: {header: false}  and name its columns by number, from 1",
                     "请写  file: {header: false}，列写成从 1 开始的列号");
        s = SZ_USAGE;
    }
    if (s == SZ_OK && job->until && !sz_job_until(job, &in.zone, &until)) s = sz_job_bad_until(job, d);
    if (s == SZ_OK) {
        run->zone = sz_arena_str(&run->arena, sz_str_of(in.zone.name)).p;
        run->of_types = in.of_types;
        run->bytes = in.bytes;
    }
    sz_mapping_free(mapping);
    sz_inputs_fini(&in);
    return s;
}

static sz_status open_file(live *run, sz_str target, const char *key, sz_diags *d, sz_str *topic,
                           sz_shared_file **out) {
    if (!target.n || sz_topic_of(target, topic)) return SZ_OK;
    sz_shared_file_options o = {
        .target = target, .key = key, .append = run->job->append, .is_volatile = run->is_volatile};
    return sz_shared_file_new(&o, d, out);
}

static sz_status open_sinks(live *run, sz_diags *d) {
    sz_status s = open_file(run, run->job->alerts, "sink:alerts", d, &run->alerts_topic, &run->alerts_file);
    sz_status dead = open_file(run, run->job->dead, "sink:dead", d, &run->dead_topic, &run->dead_file);
    return s == SZ_OK ? dead : s;
}

/* ---- signals ---- */

static void give_up(int sig) {
    (void)sig;
    _exit(130);
}

static void let_be(int sig) { (void)sig; }

static sigset_t our_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

/* A signal ends what has not begun at once; once members run they are taken up in wait_for_end. */
static void catch_signals(void) {
    struct sigaction sa = {.sa_handler = give_up};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    sa.sa_handler = let_be; /* nothing has been read yet that could be read again */
    sigaction(SIGHUP, &sa, NULL);
}

/* ---- the run ---- */

static bool is_over(const live *run) {
    for (uint32_t i = 0; i < run->n_members; i++)
        if (!run->members[i]->is_over) return false;
    return true;
}

static void on_signal(live *run) {
    if (run->is_stopping) _exit(130);
    run->is_stopping = true;
    sz_log(SZ_NOTE, "stopping", "stopping: committing, and seeing the last alerts out; a second signal ends at once",
           "正在停止：提交并发出最后的预警；再发一次信号则立即结束");
    for (uint32_t i = 0; i < run->n_members; i++) member_wake(run->members[i]);
}

/* Until somebody looks whether all is over, or counters are due. */
static struct timespec a_moment(const live *run, int64_t stats_ms) {
    enum { LOOK_MS = 50 };
    int64_t ms = run->job->stats_ms ? stats_ms - sz_mono_ms() : LOOK_MS;
    if (ms > LOOK_MS) ms = LOOK_MS;
    return (struct timespec){.tv_nsec = ms > 0 ? ms * 1000 * 1000 : 0};
}

static void wait_for_end(live *run) {
    sigset_t set = our_signals();
    int64_t stats = sz_mono_ms() + run->job->stats_ms;
    while (!is_over(run)) {
        struct timespec moment = a_moment(run, stats);
        int sig = sigtimedwait(&set, NULL, &moment);
        if (sig == SIGHUP) live_reread(run);
        else if (sig > 0) on_signal(run);
        live_roster_tell(run, false);
        if (!run->job->stats_ms || sz_mono_ms() < stats) continue;
        live_stats_log(run);
        stats = sz_mono_ms() + run->job->stats_ms; /* after a pause: one line, not one for each that was missed */
    }
}

static sz_status run_members(live *run) {
    sigset_t set = our_signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL); /* members' threads and librdkafka's have it so from here */
    uint32_t n = run->job->n_workers;
    run->members = sz_alloc(n * sizeof *run->members);
    sz_status s = SZ_OK;
    for (uint32_t i = 0; i < n && s == SZ_OK; i++) {
        member *m = member_new(run, i); /* whole before the others see it: they wake it */
        pthread_mutex_lock(&run->mutex);
        run->members[run->n_members++] = m;
        pthread_mutex_unlock(&run->mutex);
        s = member_start(m);
        if (s != SZ_OK) run->is_failing = true;
    }
    wait_for_end(run);
    live_roster_tell(run, true);
    live_stats_log(run);
    for (uint32_t i = 0; i < run->n_members; i++) member_join(run->members[i]);
    return s == SZ_OK ? run->status : s;
}

static bool has_summary(const live *run) {
    for (uint32_t i = 0; i < run->n_summaries; i++)
        if (run->summaries[i].n) return true;
    return false;
}

static void tell_left(const live *run) {
    sz_diags d;
    sz_diags_init(&d);
    left_view(&d, &run->left, true);
    sz_diags_show(&d, run->job->lang);
    sz_diags_fini(&d);
}

static sz_status tell_summary(live *run, bool is_unfinished) {
    const sz_job *job = run->job;
    sz_str *v = sz_alloc((run->n_summaries + 1) * sizeof *v);
    uint32_t n = 0;
    for (uint32_t i = 0; i < run->n_summaries; i++)
        if (run->summaries[i].n) v[n++] = run->summaries[i];
    sz_buf out;
    sz_buf_init(&out);
    summary_sum(&out, v, n);
    if (is_unfinished) summary_unfinished(&out);
    sz_buf_put_u8(&out, '\n');
    sz_diags d;
    sz_diags_init(&d);
    sz_status s = job->summary ? sz_out_write(job->summary, out.p, out.n, &d) : SZ_OK;
    sz_diags_show(&d, job->lang);
    if (isatty(STDERR_FILENO)) summary_show(&out, job->lang);
    fwrite(out.p, 1, out.n, stderr);
    sz_diags_fini(&d);
    sz_buf_fini(&out);
    sz_free(v);
    return s;
}

static void live_fini(live *run) {
    for (uint32_t i = 0; i < run->n_members; i++) sz_free(run->members[i]);
    sz_free(run->members);
    fresh_pages_free(run->pages);
    board_free(run->board);
    near_free(run->near);
    sz_free(run->summaries);
    sz_free(run->rosters);
    sz_free(run->has_ended);
    sz_shared_file_free(run->alerts_file);
    sz_shared_file_free(run->dead_file);
    sz_texts_fini(&run->texts);
    for (uint32_t i = 0; i < run->n_old_texts; i++) sz_texts_fini(&run->old_texts[i]);
    sz_free(run->old_texts);
    sz_arena_fini(&run->arena);
    pthread_mutex_destroy(&run->mutex);
}

static void tell_of_groups(const live *run) {
    sz_diags d;
    sz_inputs in;
    sz_diags_init(&d);
    if (sz_inputs_parse(run->job, &run->texts, &d, &in) == SZ_OK) {
        d.n = d.n_errors = d.n_warnings = 0; /* told already */
        sz_groups_check(&in, sz_wall_ms(), &d);
        sz_diags_show(&d, run->job->lang);
        sz_inputs_fini(&in);
    }
    sz_diags_fini(&d);
}

static sz_status begin(live *run, sz_diags *d) {
    const sz_job *job = run->job;
    sz_status s = check(job, d);
    if (s == SZ_OK) s = sz_texts_read(job, d, &run->texts);
    if (s == SZ_OK) s = check_inputs(run, d);
    if (s == SZ_OK) s = open_sinks(run, d);
    return s;
}

int sz_live_run(const sz_job *job) {
    live run = {.job = job, .is_volatile = sz_state_is_volatile(job), .is_live = job->tick_ms > 0 && !job->stop_at_end};
    sz_diags d;
    uint32_t parts = 0;
    sz_str topic = {0};
    sz_diags_init(&d);
    sz_arena_init(&run.arena);
    pthread_mutex_init(&run.mutex, NULL);
    run.pages = fresh_pages_new();
    sz_log_begin(job->log_json, job->lang);
    catch_signals();
    sz_topic_of(job->sources[0], &topic);
    run.topic = sz_arena_str(&run.arena, topic).p;
    sz_status s = begin(&run, &d);
    sz_diags_show(&d, job->lang);
    if (s == SZ_OK) s = servers_look(job, &parts);
    if (s == SZ_OK) {
        tell_of_groups(&run);
        run.n_summaries = parts;
        run.board = board_new(parts);
        run.near = near_new(parts);
        run.summaries = sz_alloc((parts + 1) * sizeof *run.summaries);
        run.rosters = sz_alloc((parts + 1) * sizeof *run.rosters);
        run.has_ended = sz_alloc((parts + 1) * sizeof *run.has_ended);
        s = run_members(&run);
        if (s == SZ_OK && run.is_stopping) tell_left(&run); /* else its failure says what to do */
        if (s == SZ_OK && run.n_held) s = SZ_IO; /* said, each by itself */
        sz_status w = s == SZ_OK || has_summary(&run) ? tell_summary(&run, s != SZ_OK) : s;
        if (s == SZ_OK) s = w;
    }
    live_fini(&run);
    sz_diags_fini(&d);
    return sz_exit_of(s);
}

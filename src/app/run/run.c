/* SPDX-License-Identifier: Apache-2.0
 *
 * A run over files: build the parts, pump messages until the worker has stopped, say what happened.
 */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "amiss.h"
#include "behind.h"
#include "codes.h"
#include "host/env.h"
#include "host/log.h"
#include "host/outfile.h"
#include "host/signals.h"
#include "job/paths.h"
#include "job/roster.h"
#include "job/summary_sum.h"
#include "reread.h"
#include "run_common.h"
#include "state/servers.h"
#include "state/states.h"
#include "tally.h"
#include "views/findings.h"
#include "views/left_view.h"
#include "views/plan_view.h"
#include "views/summary_view.h"

typedef struct parts {
    sz_inputs in;
    sz_diags diags;
    sz_msgq *q;
    sz_state state;
    sz_pages *pages; /* what the stream has done with is the worker's */
    sz_stream_file *stream;
    sz_sink_file *sink;
    sz_kafka_producer *producer; /* NULL: nothing goes to Kafka */
    sz_sink_kafka *kafka;
    sz_sink_port alerts, dead; /* what the worker's sink port goes to */
    sz_mapping *mapping;
    sz_worker *worker;
    sz_progress progress;
    sz_tally *tally; /* NULL: not asked for */
    run_batches batches;
    bool has_readers; /* the campus folder says where readers hang */
    sz_reread reread;
    bool plan_is_told;
    bool has_begun;   /* inputs are read: whatever happens from here on, the summary says how far it came */
    bool is_stopping; /* the worker was asked to */
} parts;

/* ---- outputs: alerts and dead letters may go to different places ---- */

static void submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    parts *p = self;
    p->alerts.submit(p->alerts.self, tag, lines, n);
}

static void dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    parts *p = self;
    p->dead.dead(p->dead.self, tag, lines, n);
}

/* Reports come by themselves; it only waits for them when nothing else is to be done. */
static bool pump_producer(void *self) {
    parts *p = self;
    bool is_waiting = sz_kafka_producer_waiting(p->producer) > 0;
    sz_kafka_producer_poll(p->producer, is_waiting ? 1 : 0);
    return is_waiting;
}

static sz_status make_sinks(const sz_job *job, parts *p, sz_sink_port *port) {
    sz_str alerts = {0}, letters = {0};
    bool has_alerts = sz_topic_of(job->alerts, &alerts), has_dead = sz_topic_of(job->dead, &letters);
    sz_sink_file_options ko = {.alerts = has_alerts ? (sz_str){0} : job->alerts,
                               .dead = has_dead ? (sz_str){0} : job->dead,
                               .append = job->append,
                               .is_new = p->state.is_new,
                               .is_volatile = p->state.is_volatile};
    sz_status s = sz_sink_file_new(&ko, p->q, &p->diags, &p->sink);
    if (s != SZ_OK) return s;
    p->alerts = p->dead = sz_sink_file_port(p->sink);
    *port = (sz_sink_port){p, submit, dead};
    if (!has_alerts && !has_dead) return SZ_OK;
    sz_kafka_voice voice = sz_log_voice();
    s = sz_kafka_producer_new(&job->kafka, &voice, -1, &p->diags, &p->producer);
    if (s != SZ_OK) return s;
    p->kafka = sz_sink_kafka_new(p->producer, alerts, letters, p->q);
    if (has_alerts) p->alerts = sz_sink_kafka_port(p->kafka);
    if (has_dead) p->dead = sz_sink_kafka_port(p->kafka);
    sz_msgq_add_pump(p->q, pump_producer, p);
    return SZ_OK;
}

/* Inputs and outputs are looked at before anything is acquired; then the worker, and both are tied to it. */
static sz_status wire(const sz_job *job, parts *p, const sz_options *o) {
    p->pages = sz_pages_new();
    sz_stream_file_options so = {.sources = job->sources,
                                 .sources_at = job->sources_at,
                                 .n_sources = job->n_sources,
                                 .order = job->order,
                                 .types = p->in.types,
                                 .zone = &p->in.zone,
                                 .mapping = p->mapping,
                                 .meaning = p->in.meaning,
                                 .horizon_ms = job->horizon_ms,
                                 .accept_gap = job->accept_gap,
                                 .memory = job->sort_memory,
                                 .pages = p->pages,
                                 .tmp_dir = job->tmp_dir,
                                 .stdin_fd = STDIN_FILENO,
                                 .wake_fd = sz_signals_fd(),
                                 .is_volatile = p->state.is_volatile};
    sz_status s = sz_stream_file_new(&so, p->q, &p->diags, &p->stream);
    if (s != SZ_OK) return s;
    sz_sink_port sink;
    s = make_sinks(job, p, &sink); /* before the stream's port, which may wait */
    if (s != SZ_OK) return s;
    sz_ports ports = {.store = p->state.port, .stream = sz_stream_file_port(p->stream), .sink = sink, .env = sz_env};
    if (job->by_source) {
        p->tally = sz_tally_new();
        ports.stream = sz_tally_stream(p->tally, &ports.stream);
    }
    sz_options opt = *o;
    opt.is_volatile = p->state.is_volatile;
    opt.settle_ms = p->state.settle_ms;
    opt.pages = p->pages;
    p->has_readers = sz_campus_n_readers(p->in.campus) > 0;
    run_note_batches(p->in.campus, &p->diags.arena, &p->batches);
    p->worker = sz_worker_new(&opt, &ports, sz_bundle_ref(p->in.bundle), p->in.campus);
    p->in.campus = NULL; /* taken */
    p->progress = sz_progress_of(p->worker);
    sz_stream_file_attach(p->stream, &p->progress);
    sz_sink_file_attach(p->sink, &p->progress);
    return SZ_OK;
}

static void step(parts *p, const sz_msg *m) {
    if (p->tally) sz_tally_before(p->tally, m, sz_worker_counters(p->worker));
    sz_worker_step(p->worker, m);
    if (p->tally) sz_tally_after(p->tally, sz_worker_counters(p->worker));
}

/* What other rules than the state's do to it, before they do it. */
static void tell_plan(const sz_job *job, parts *p) {
    const sz_state_plan *plan = sz_worker_plan(p->worker);
    if (p->plan_is_told || !plan->is_other) return;
    sz_buf text;
    sz_buf_init(&text);
    plan_text(&text, plan, &p->in.zone, job->lang);
    fwrite(text.p, 1, text.n, stderr);
    sz_buf_fini(&text);
    p->plan_is_told = true;
}

/* Until then nothing happens by itself; a signal ends the wait. */
static void wait_until(int64_t mono_ms) {
    int64_t now = sz_mono_ms(), left = mono_ms > now ? mono_ms - now : 0;
    if (left > 0 && !sz_signals_stop()) poll(NULL, 0, left < 100 ? (int)left : 100);
}

/* That the store does not answer, has lost commits … */
static void tell_notices(const sz_job *job, sz_worker *w) {
    sz_severity severity;
    for (sz_str en, zh; sz_worker_notice(w, &severity, &en, &zh);)
        fprintf(stderr, "%s%.*s\n",
                job->lang == SZ_ZH ? "sanzao：" : "sanzao: ", SZ_FMT_STR(job->lang == SZ_ZH ? zh : en));
}

/* The worker has its state: outputs are cut to what that says of them, and reading begins. */
static sz_status begin(const sz_job *job, parts *p) {
    sz_gone gone;
    sz_worker_gone(p->worker, &gone);
    if (sz_roster_tell_gone(&gone, &p->diags)) sz_diags_show(&p->diags, job->lang), p->diags.n = 0;
    /* with a volatile state files begin anew, but not before there is something to write: inputs may be unreadable */
    sz_status s = p->state.is_volatile ? SZ_OK : sz_sink_file_start(p->sink);
    if (s != SZ_OK) return s;
    if (p->diags.n) sz_diags_show(&p->diags, job->lang), p->diags.n = 0; /* of the outputs: before anything is read */
    p->has_begun = true;
    sz_worker_step(p->worker, &(sz_msg){.kind = SZ_MSG_GO_ON});
    return SZ_OK;
}

static void take(const sz_job *job, parts *p, const sz_msg *m) {
    bool is_input = m->kind == SZ_MSG_INPUT || m->kind == SZ_MSG_INPUT_END;
    /* of what still comes after a stop only the end of an instant that was begun is wanted */
    bool drop = p->is_stopping && is_input && sz_worker_where(p->worker) != SZ_WK_RUNNING;
    if (!drop) step(p, m);
    if (!p->has_begun) tell_plan(job, p);
    sz_reread_tell(&p->reread, job, &p->in, p->worker);
}

/* It backs off, loads a part at a time, or something is to settle: when its time has come. */
static void wake(parts *p, sz_worker_state where) {
    bool waits = p->has_begun || where == SZ_WK_BACKOFF || where == SZ_WK_LOADING;
    if (waits && sz_worker_wake_ms(p->worker) <= sz_mono_ms()) step(p, &(sz_msg){.kind = SZ_MSG_GO_ON});
}

static void stop(parts *p) {
    if (!p->has_begun || p->is_stopping) return;
    p->is_stopping = true;
    sz_worker_step(p->worker, &(sz_msg){.kind = SZ_MSG_STOP});
}

static sz_status stopped(parts *p) {
    sz_status s = sz_sink_file_start(p->sink); /* if that was not done yet */
    return s == SZ_OK && sz_signals_stop() ? SZ_INTERRUPTED : s;
}

static sz_status failed(const sz_job *job, parts *p) {
    sz_str text;
    sz_status s = sz_worker_failure(p->worker, &text);
    if (s == SZ_OK) return SZ_IO;
    if (!p->diags.n_errors) run_tell_failure(job, p->worker);
    for (size_t i = 0; i < p->diags.n; i++)
        if (p->diags.v[i].code == SZ_CODE_LEDGER)
            sz_diag_hint(&p->diags, &p->diags.v[i], "restore the state (%.*s) from a backup, or begin with a new one",
                         "请从备份恢复状态（%.*s），或者用新的状态开始",
                         SZ_FMT_STR(sz_state_name(job, &p->diags.arena)));
    return s;
}

/* Messages to the worker, one at a time, until it has stopped or failed. */
static sz_status pump(const sz_job *job, parts *p) {
    sz_worker *w = p->worker;
    sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_ASSIGNED});
    for (sz_worker_state where; (where = sz_worker_where(w)) != SZ_WK_FAILED;) {
        if (where == SZ_WK_STOPPED) return stopped(p);
        if (where == SZ_WK_RUNNING && !p->has_begun) {
            sz_status s = begin(job, p);
            if (s != SZ_OK) return s;
            continue;
        }
        const sz_msg *m = sz_msgq_pop(p->q);
        if (p->has_begun && !p->is_stopping && sz_signals_look()) sz_reread_now(&p->reread, job, &p->in, w);
        if (m) take(job, p, m);
        else if (sz_msgq_is_idle(p->q)) {
            if (sz_worker_wake_ms(w) == SZ_TIME_MAX) break; /* nothing will ever come */
            wait_until(sz_worker_wake_ms(w));
        }
        where = sz_worker_where(w);
        wake(p, where);
        tell_notices(job, w);
        if (!sz_signals_stop()) continue;
        if (where == SZ_WK_BACKOFF && !p->has_begun) return SZ_INTERRUPTED;
        stop(p);
    }
    return failed(job, p);
}

static void tell_unkept(const sz_job *job, parts *p) {
    uint64_t n = sz_worker_counters(p->worker)->dead;
    sz_operation op;
    sz_worker_operation(p->worker, &op);
    for (int i = 0; i < SZ_N_REASONS; i++) n += op.moved_dead_by[i];
    if (!n || job->dead.n) return;
    sz_diag *g =
        sz_diags_add(&p->diags, SZ_WARNING, APP_CODE_UNKEPT, (sz_span){0}, "dead letters that are kept nowhere: %llu",
                     "没有保存下来的死信：%llu 条", (unsigned long long)n);
    sz_diag_hint(&p->diags, g, "with --dead-letters file:PATH each is there, with its reason and its bytes",
                 "加上 --dead-letters file:路径，每条的原因和原始字节都会写在那里");
}

/* Used all the same, with the kind `unknown`: no rule about canteens or dorms sees them. */
static void tell_unknown(parts *p) {
    const sz_counters *n = sz_worker_counters(p->worker);
    if (n->unknown_places) {
        sz_diag *g = sz_diags_add(&p->diags, SZ_WARNING, APP_CODE_UNKNOWN, (sz_span){0},
                                  "records at places that places.csv does not have: %llu",
                                  "地点不在 places.csv 的记录：%llu 条", (unsigned long long)n->unknown_places);
        sz_diag_hint(&p->diags, g, "they are used with the kind `unknown`, which no rule about canteens or dorms sees",
                     "这些记录照用，但类别是 unknown，食堂、宿舍类规则看不到");
    }
    if (n->unknown_readers && p->has_readers) {
        sz_diag *g = sz_diags_add(&p->diags, SZ_WARNING, APP_CODE_UNKNOWN, (sz_span){0},
                                  "records of readers that readers.csv does not have: %llu",
                                  "读头不在 readers.csv 的记录：%llu 条", (unsigned long long)n->unknown_readers);
        sz_diag_hint(&p->diags, g, "they are used without a place", "这些记录照用，但没有地点");
    }
}

/* Spreadsheets leave them at a table's end; no record is lost, but nothing goes unsaid. */
static void tell_empty_rows(parts *p) {
    uint64_t n = sz_stream_file_empty_rows(p->stream);
    if (n)
        sz_diags_add(&p->diags, SZ_NOTE, APP_CODE_EMPTY_ROWS, (sz_span){0},
                     "rows of tables without anything in any cell, passed over: %llu",
                     "表格中所有单元格都为空的行，已跳过：%llu 行", (unsigned long long)n);
}

/* A report repeats them on each page, files that were put together have those of each. */
static void tell_headings_again(parts *p) {
    uint64_t n = sz_stream_file_headings_again(p->stream);
    if (n)
        sz_diags_add(&p->diags, SZ_NOTE, APP_CODE_HEADINGS_AGAIN, (sz_span){0},
                     "rows of tables that are their headings once more, passed over: %llu",
                     "表格中重复的表头行，已跳过：%llu 行", (unsigned long long)n);
}

/* Else whoever gives the same files with another mapping sees 0 records and no reason. */
static void tell_nothing_new(parts *p) {
    uint32_t n = sz_stream_file_nothing_new(p->stream);
    if (!n) return;
    sz_diag *g = sz_diags_add(&p->diags, SZ_NOTE, APP_CODE_NOTHING_NEW, (sz_span){0},
                              "nothing new: the state has read all that is in the inputs (%u)",
                              "没有新内容：这些输入（%u 个）状态都已读过", n);
    sz_diag_hint(&p->diags, g,
                 "to have a file read again, by another mapping or after a correction, give it under another name",
                 "要换一个映射、或在更正之后重新读取某个文件，请换一个文件名再给一次");
}

static void put_passed_over(sz_buf *out, const char *name, uint64_t n) {
    if (!n) return;
    out->n--; /* the closing brace */
    sz_buf_printf(out, ",\"%s\":%llu}", name, (unsigned long long)n);
}

static sz_status write_summary(const sz_job *job, parts *p, bool is_unfinished) {
    sz_buf out;
    sz_buf_init(&out);
    sz_worker_summary(p->worker, &out);
    if (is_unfinished) summary_unfinished(&out);
    put_passed_over(&out, "empty_rows", sz_stream_file_empty_rows(p->stream));
    put_passed_over(&out, "headings_again", sz_stream_file_headings_again(p->stream));
    if (p->tally) {
        out.n--;
        sz_buf_put_z(&out, ",\"sources\":");
        sz_tally_put(&out, p->tally, p->worker, &p->in.zone);
        sz_buf_put_u8(&out, '}');
    }
    sz_buf_put_u8(&out, '\n');
    sz_status s = SZ_OK;
    if (job->summary) {
        p->diags.n = 0;
        s = sz_out_write(job->summary, out.p, out.n, &p->diags);
        sz_diags_show(&p->diags, job->lang);
    }
    if (isatty(STDERR_FILENO)) summary_show(&out, job->lang);
    fwrite(out.p, 1, out.n, stderr);
    sz_buf_fini(&out);
    return s;
}

static void parts_fini(parts *p) {
    sz_worker_free(p->worker);
    sz_tally_free(p->tally);
    sz_stream_file_free(p->stream);
    sz_pages_free(p->pages);
    sz_sink_file_free(p->sink);
    sz_sink_kafka_free(p->kafka);
    sz_kafka_producer_free(p->producer);
    sz_state_close(&p->state);
    sz_mapping_free(p->mapping);
    sz_reread_fini(&p->reread);
    sz_msgq_free(p->q);
    sz_inputs_fini(&p->in);
    sz_diags_fini(&p->diags);
}

static sz_status look_at_servers(const sz_job *job, sz_diags *d) {
    sz_str topic;
    uint32_t n;
    bool has_topics = sz_topic_of(job->alerts, &topic) || sz_topic_of(job->dead, &topic);
    if (!has_topics && !sz_state_is_remote(job)) return SZ_OK;
    sz_log_begin(job->log_json, job->lang);
    sz_status s = sz_state_check(job, d);
    if (s == SZ_OK && has_topics) s = sz_job_check_kafka(job, d);
    return s == SZ_OK ? servers_look(job, &n) : s;
}

/* All that can be wrong is looked for before the state is opened, and before an output is touched. */
static sz_status prepare(const sz_job *job, parts *p) {
    sz_options o;
    sz_status s = sz_paths_check(job, &p->diags);
    if (s == SZ_OK) s = sz_inputs_load(job, &p->diags, &p->in);
    if (s == SZ_OK && job->summary) s = sz_out_look(job->summary, &p->diags);
    if (s == SZ_OK) s = sz_mapping_file_load(job->mapping, &p->in, &p->diags, &p->mapping);
    if (s == SZ_OK) s = run_options(job, &p->in.zone, &p->diags, &o);
    if (s == SZ_OK) s = look_at_servers(job, &p->diags);
    if (s == SZ_OK) s = sz_state_open(job, SZ_FILES, p->q, &p->diags, &p->state);
    if (s == SZ_OK) s = wire(job, p, &o);
    if (s != SZ_OK || p->diags.n) sz_diags_show(&p->diags, job->lang), p->diags.n = 0;
    return s;
}

/* A state in memory ends with the run. */
static void tell_left(parts *p) {
    sz_left left;
    sz_left_sum sum = {0};
    if (p->state.is_volatile) return;
    sz_worker_left(p->worker, &left);
    left_add(&sum, &left);
    left_view(&p->diags, &sum, false);
}

/* What the run came to, in words and in numbers. */
static sz_status tell(const sz_job *job, parts *p, sz_status s) {
    if (s == SZ_OK) run_tell_future(job, p->worker, &p->in.zone, &p->diags);
    if (s == SZ_OK) tell_unknown(p);
    if (s == SZ_OK) run_tell_unused(job, p->state.is_new && !p->state.is_volatile, p->worker, p->tally, &p->diags);
    if (s == SZ_OK) run_tell_behind(job, p->worker, &p->batches, &p->in.zone, &p->diags);
    if (s == SZ_OK) tell_unkept(job, p);
    if (s == SZ_OK) tell_empty_rows(p);
    if (s == SZ_OK) tell_headings_again(p);
    if (s == SZ_OK) tell_nothing_new(p);
    if (s == SZ_INTERRUPTED) tell_left(p);
    if (p->diags.n) sz_diags_show(&p->diags, job->lang);
    if (s != SZ_OK && s != SZ_INTERRUPTED && !p->has_begun) return s;
    sz_status written = write_summary(job, p, s != SZ_OK && s != SZ_INTERRUPTED);
    return s == SZ_OK ? written : s;
}

int sz_files_run(const sz_job *job) {
    parts p = {0};
    sz_diags_init(&p.diags);
    p.q = sz_msgq_new();
    sz_signals_begin();
    sz_status s = prepare(job, &p);
    if (s == SZ_OK) s = tell(job, &p, pump(job, &p));
    parts_fini(&p);
    return sz_exit_of(s);
}

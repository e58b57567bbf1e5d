/* SPDX-License-Identifier: Apache-2.0
 *
 * One run: build the parts, pump messages until the worker has stopped, say what happened.
 */
#include "job/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "codes.h"
#include "host/env.h"
#include "live/live.h"
#include "host/log.h"
#include "host/outfile.h"
#include "job/paths.h"
#include "views/plan_view.h"
#include "reread.h"
#include "state/servers.h"
#include "host/signals.h"
#include "state/states.h"
#include "job/summary_sum.h"
#include "views/summary_view.h"
#include "tally.h"

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
    sz_tally *tally;  /* NULL: not asked for */
    bool has_readers; /* the campus folder says where readers hang */
    sz_reread reread;
    bool plan_is_told;
    bool has_begun; /* inputs are read: whatever happens from here on, the summary says how far it came */
} parts;

int sz_exit_of(sz_status s) {
    switch (s) {
    case SZ_OK: return 0;
    case SZ_FINDINGS: return 1;
    case SZ_USAGE: return 2;
    case SZ_INTERRUPTED: return 130;
    default: return 4;
    }
}

bool sz_job_until(const sz_job *job, const sz_zone *z, int64_t *until_ms) {
    bool is_day;
    if (!sz_time_parse(z, sz_str_of(job->until), until_ms, &is_day)) return false;
    if (is_day) *until_ms = sz_zone_midnight(z, sz_zone_day(z, *until_ms) + 1) - 1;
    return true;
}

sz_status sz_job_bad_until(const sz_job *job, sz_diags *d) {
    sz_diags_add(d, SZ_ERROR, APP_CODE_UNTIL, (sz_span){0},
                 "--until takes a time such as 2026-03-08T20:00 or a day, not `%s`",
                 "--until 是时间（如 2026-03-08T20:00）或日期，不能是 `%s`", job->until);
    return SZ_USAGE;
}

static sz_status options_of(const sz_job *job, parts *p, sz_options *o) {
    *o = (sz_options){.order = job->order,
                      .lateness_ms = job->lateness_ms,
                      .horizon_ms = job->horizon_ms,
                      .until_ms = SZ_TIME_NONE,
                      .wall_ms = sz_wall_ms(),
                      .admit = job->admit,
                      .allow_new = true,
                      .commit_records = job->commit_records,
                      .topic = SZ_STR("files"),
                      .worker = SZ_STR("local"),
                      .parts = 1};
    if (!job->until || sz_job_until(job, &p->in.zone, &o->until_ms)) return SZ_OK;
    return sz_job_bad_until(job, &p->diags);
}

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
                                 .wake_fd = sz_signals_fd()};
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
    p->worker = sz_worker_new(&opt, &ports, sz_bundle_ref(p->in.bundle), p->in.campus);
    p->in.campus = NULL; /* taken */
    p->progress = sz_progress_of(p->worker);
    sz_stream_file_attach(p->stream, &p->progress);
    sz_sink_file_attach(p->sink, &p->progress);
    return SZ_OK;
}

static void step(parts *p, const sz_msg *m) {
    bool counts = p->tally && m->kind == SZ_MSG_INPUT;
    if (counts) sz_tally_before(p->tally, m, sz_worker_counters(p->worker));
    sz_worker_step(p->worker, m);
    if (counts) sz_tally_after(p->tally, sz_worker_counters(p->worker));
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

/* What the worker says of its state does not name it. */
static void tell_failure(const sz_job *job, const sz_worker *w) {
    static const char *const prefixes[] = {"file:", "file:", "sqlite:"};
    const sz_str named[] = {job->alerts, job->dead, job->state};
    bool is_named =
        memcmp(job->state.p, "sqlite:", job->state.n < 7 ? job->state.n : 7) != 0; /* servers name themselves */
    sz_str text = sz_worker_failure_in(w, job->lang);
    for (int i = 0; i < 3 && text.n; i++) {
        size_t n = strlen(prefixes[i]);
        if (named[i].n > n && memcmp(named[i].p, prefixes[i], n) == 0 && strstr(text.p, named[i].p + n))
            is_named = true;
    }
    const char *before = job->lang == SZ_ZH ? "sanzao：" : "sanzao: ", *colon = job->lang == SZ_ZH ? "：" : ": ";
    if (is_named) fprintf(stderr, "%s%.*s\n", before, SZ_FMT_STR(text));
    else fprintf(stderr, "%s%s%s%.*s\n", before, job->state.p + strlen("sqlite:"), colon, SZ_FMT_STR(text));
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

static sz_status pump(const sz_job *job, parts *p) {
    sz_worker *w = p->worker;
    bool started = false, stopping = false;
    sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_ASSIGNED});
    for (;;) {
        sz_worker_state where = sz_worker_where(w);
        if (where == SZ_WK_STOPPED) {
            sz_status s = sz_sink_file_start(p->sink); /* if that was not done yet */
            return s == SZ_OK && sz_signals_stop() ? SZ_INTERRUPTED : s;
        }
        if (where == SZ_WK_FAILED) break;
        if (where == SZ_WK_RUNNING && !started) {
            started = true;
            /* with a volatile state files begin anew, but not before there is something to write: inputs may be
             * unreadable */
            sz_status s = p->state.is_volatile ? SZ_OK : sz_sink_file_start(p->sink);
            if (s != SZ_OK) return s;
            p->has_begun = true;
            sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_GO_ON});
            continue;
        }
        const sz_msg *m = sz_msgq_pop(p->q);
        if (started && !stopping && sz_signals_look()) sz_reread_now(&p->reread, job, &p->in, w);
        if (m) {
            bool is_input = m->kind == SZ_MSG_INPUT || m->kind == SZ_MSG_INPUT_END;
            bool drop = stopping && is_input && where != SZ_WK_RUNNING; /* where an instant is to be ended first */
            if (!drop) step(p, m);
            if (!started) tell_plan(job, p);
            sz_reread_tell(&p->reread, job, &p->in, w);
        } else if (sz_msgq_is_idle(p->q)) {
            if (sz_worker_wake_ms(w) == SZ_TIME_MAX) break;
            wait_until(sz_worker_wake_ms(w)); /* it backs off, or something is to settle */
        }
        bool backs_off = sz_worker_where(w) == SZ_WK_BACKOFF, loads = sz_worker_where(w) == SZ_WK_LOADING;
        if ((started || backs_off || loads) && sz_worker_wake_ms(w) <= sz_mono_ms())
            step(p, &(sz_msg){.kind = SZ_MSG_GO_ON});
        tell_notices(job, w);
        if (sz_signals_stop() && backs_off && !started) return SZ_INTERRUPTED;
        if (sz_signals_stop() && started && !stopping) {
            stopping = true;
            sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_STOP});
        }
    }
    sz_str text;
    sz_status s = sz_worker_failure(w, &text);
    if (s == SZ_OK) return SZ_IO;
    if (!p->diags.n_errors) tell_failure(job, w);
    for (size_t i = 0; i < p->diags.n; i++)
        if (p->diags.v[i].code == SZ_CODE_LEDGER)
            sz_diag_hint(&p->diags, &p->diags.v[i], "restore the state (%.*s) from a backup, or begin with a new one",
                         "请从备份恢复状态（%.*s），或者用新的状态开始",
                         SZ_FMT_STR(sz_state_name(job, &p->diags.arena)));
    return s;
}

/* Records beyond the limit that --until sets are easily a wrong --until. */
static void tell_future(const sz_job *job, parts *p) {
    uint64_t n = sz_worker_counters(p->worker)->dead_by[SZ_FUTURE_TIME];
    if (!n || !job->until) return;
    sz_diag *g = sz_diags_add(
        &p->diags, SZ_WARNING, APP_CODE_AFTER_UNTIL, (sz_span){0},
        n == 1 ? "dead letters (future_time): %1$llu record is later than 24 h after --until %2$s, or than its own "
                 "`collected`"
               : "dead letters (future_time): %1$llu records are later than 24 h after --until %2$s, or than their own "
                 "`collected`",
        "有 %1$llu 条记录比 --until %2$s 晚 24 小时以上，或晚于它自己的 collected，成为死信（future_time）",
        (unsigned long long)n, job->until);
    sz_diag_hint(&p->diags, g, "give a later --until, or leave it out", "请给出更晚的 --until，或者不写");
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

static sz_status write_summary(const sz_job *job, parts *p, bool is_unfinished) {
    sz_buf out;
    sz_buf_init(&out);
    sz_worker_summary(p->worker, &out);
    if (is_unfinished) summary_unfinished(&out);
    if (p->tally) {
        out.n--; /* the closing brace */
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

int sz_job_run(const sz_job *job) {
    if (sz_job_is_live(job)) return sz_live_run(job);
    parts p = {0};
    sz_diags_init(&p.diags);
    p.q = sz_msgq_new();
    sz_options o;
    sz_signals_begin();
    sz_status s = sz_paths_check(job, &p.diags);
    if (s == SZ_OK) s = sz_inputs_load(job, &p.diags, &p.in);
    if (s == SZ_OK && job->summary) s = sz_out_look(job->summary, &p.diags);
    if (s == SZ_OK) s = sz_mapping_file_load(job->mapping, &p.in, &p.diags, &p.mapping);
    if (s == SZ_OK) s = options_of(job, &p, &o);
    if (s == SZ_OK) s = look_at_servers(job, &p.diags);
    if (s == SZ_OK) s = sz_state_open(job, SZ_FILES, p.q, &p.diags, &p.state);
    if (s == SZ_OK) s = wire(job, &p, &o);
    size_t shown = 0;
    if (s != SZ_OK || p.diags.n) shown = sz_diags_show(&p.diags, job->lang), p.diags.n = 0;
    (void)shown;
    if (s == SZ_OK) {
        s = pump(job, &p);
        if (s == SZ_OK) tell_future(job, &p);
        if (s == SZ_OK) tell_unknown(&p);
        if (s == SZ_OK) tell_unkept(job, &p);
        if (p.diags.n) sz_diags_show(&p.diags, job->lang);
        if (s == SZ_OK || s == SZ_INTERRUPTED || p.has_begun) {
            sz_status w = write_summary(job, &p, s != SZ_OK && s != SZ_INTERRUPTED);
            if (s == SZ_OK) s = w;
        }
    }
    parts_fini(&p);
    return sz_exit_of(s);
}

/* ---- without inputs: the state is only looked at ---- */

static sz_status look_begin(const sz_job *job, sz_str student, parts *p) {
    sz_options o;
    sz_diags_init(&p->diags);
    p->q = sz_msgq_new();
    sz_status s = sz_inputs_load(job, &p->diags, &p->in);
    if (s == SZ_OK) s = options_of(job, p, &o);
    if (s == SZ_OK) s = sz_state_find(job, student, p->q, &p->diags, &p->state, &o);
    if (s != SZ_OK) return s;
    sz_ports ports = {.store = p->state.port, .env = sz_env};
    o.allow_new = false;
    p->worker = sz_worker_new(&o, &ports, sz_bundle_ref(p->in.bundle), p->in.campus);
    p->in.campus = NULL;
    sz_worker_step(p->worker, &(sz_msg){.kind = SZ_MSG_ASSIGNED});
    return SZ_OK;
}

/* Step until the worker is in that state, or fails. */
static sz_status look_until(const sz_job *job, parts *p, sz_worker_state where) {
    for (bool is_over = false; sz_worker_where(p->worker) < where && !is_over;) {
        const sz_msg *m = sz_msgq_pop(p->q);
        if (m) sz_worker_step(p->worker, m);
        else if (sz_worker_wake_ms(p->worker) == INT64_MIN) sz_worker_step(p->worker, &(sz_msg){.kind = SZ_MSG_GO_ON});
        else is_over = sz_msgq_is_idle(p->q);
    }
    sz_worker_state is = sz_worker_where(p->worker);
    if (is >= where && is < SZ_WK_HELD) return SZ_OK;
    sz_str text;
    sz_status s = sz_worker_failure(p->worker, &text);
    if (s != SZ_OK) tell_failure(job, p->worker);
    else
        fputs(job->lang == SZ_ZH ? "sanzao：读取状态时没有得到回答，请再试一次\n"
                                 : "sanzao: the state gave no answer while it was read: try again\n",
              stderr);
    return s == SZ_OK ? SZ_IO : s;
}

static int look_end(const sz_job *job, parts *p, sz_status s) {
    if (p->diags.n) sz_diags_show(&p->diags, job->lang);
    parts_fini(p);
    return s == SZ_NOT_FOUND ? 1 : sz_exit_of(s);
}

/* What is shown is what the next run with these would begin with. */
static void tell_others(const sz_job *job, parts *p) {
    bool facts = sz_worker_has_other_facts(p->worker), rules = sz_worker_plan(p->worker)->is_other;
    if (!facts && !rules) return;
    const char *en = facts && rules ? "campus and rules" : facts ? "campus" : "rules";
    const char *zh = facts && rules ? "校园数据和规则" : facts ? "校园数据" : "规则";
    sz_diag *g =
        sz_diags_add(&p->diags, SZ_NOTE, APP_CODE_STATE_BY_OTHERS, (sz_span){0},
                     "this is not the last run's %s: what is shown is what a run with it would begin with",
                     "这里给出的%s与上次运行的不同：显示的是用它们继续运行时的起点", job->lang == SZ_ZH ? zh : en);
    sz_diag_hint(&p->diags, g, "give --campus and --rules as the run has them",
                 "请给出与运行时相同的 --campus 和 --rules");
}

int sz_job_show(const sz_job *job, sz_str student) {
    parts p = {0};
    sz_status s = look_begin(job, student, &p);
    if (s == SZ_OK) s = look_until(job, &p, SZ_WK_RUNNING);
    if (s != SZ_OK) return look_end(job, &p, s);
    sz_buf out;
    sz_buf_init(&out);
    s = sz_worker_show(p.worker, student, &out);
    tell_others(job, &p);
    if (s == SZ_OK) printf("%.*s\n", SZ_FMT_STR(sz_buf_str(&out)));
    else
        fputs(job->lang == SZ_ZH ? "sanzao：状态里没有这名学生\n" : "sanzao: this state knows no such student\n",
              stderr);
    sz_buf_fini(&out);
    return look_end(job, &p, s);
}

int sz_job_plan(const sz_job *job, bool as_json) {
    parts p = {0};
    sz_status s = look_begin(job, (sz_str){0}, &p);
    if (s == SZ_OK && !p.state.is_new) s = look_until(job, &p, SZ_WK_LOADING);
    if (s != SZ_OK) return look_end(job, &p, s);
    sz_buf out;
    sz_buf_init(&out);
    if (as_json) plan_json(&out, sz_worker_plan(p.worker), &p.in.zone);
    else if (p.state.is_new)
        sz_buf_put_z(&out, job->lang == SZ_ZH ? "还没有这份状态：一切从第一次运行开始\n"
                                              : "there is no state yet: everything begins with the first run\n");
    else plan_text(&out, sz_worker_plan(p.worker), &p.in.zone, job->lang);
    fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
    return look_end(job, &p, s);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * One run: build the parts, pump messages until the worker has stopped, say what happened.
 */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <yyjson.h>

#include "codes.h"
#include "outfile.h"
#include "paths.h"
#include "summary_view.h"
#include "tally.h"

static volatile sig_atomic_t stop_asked;

static void on_signal(int sig) {
    if (stop_asked) _exit(130);
    stop_asked = sig;
}

static int64_t clock_ms(clockid_t id) {
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
static int64_t wall_ms(void *self) {
    (void)self;
    return clock_ms(CLOCK_REALTIME);
}
static int64_t mono_ms(void *self) {
    (void)self;
    return clock_ms(CLOCK_MONOTONIC);
}
static void get_random(void *self, void *p, size_t n) {
    (void)self;
    uint8_t *b = p;
    while (n) {
        ssize_t k = getrandom(b, n, 0);
        if (k < 0 && errno != EINTR) abort();
        if (k > 0) b += k, n -= (size_t)k;
    }
}

typedef struct parts {
    sz_inputs in;
    sz_diags diags;
    sz_msgq *q;
    sz_store_memory *memory;
    sz_store_sqlite *sqlite;
    sz_stream_file *stream;
    sz_sink_file *sink;
    sz_mapping *mapping;
    sz_worker *worker;
    sz_progress progress;
    sz_tally *tally; /* NULL: not asked for */
    sz_stream_port stream_port;
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

static sz_status store_open(const sz_job *job, parts *p, sz_store_port *port, bool *is_volatile, bool *is_new) {
    static const char prefix[] = "sqlite:";
    size_t n = sizeof prefix - 1;
    *is_volatile = sz_str_is(job->state, "memory");
    *is_new = true;
    if (*is_volatile) {
        p->memory = sz_store_memory_new(false);
        *port = sz_store_memory_port(p->memory, p->q);
        return SZ_OK;
    }
    if (job->state.n <= n || memcmp(job->state.p, prefix, n) != 0) {
        sz_diags_add(&p->diags, SZ_ERROR, APP_CODE_STATE, (sz_span){0}, "--state takes memory or sqlite:FILE, not %.*s",
                     "--state 可以是 memory 或 sqlite:FILE，不能是 %.*s", SZ_FMT_STR(job->state));
        return SZ_USAGE;
    }
    const char *path = sz_arena_str(&p->diags.arena, (sz_str){job->state.p + n, job->state.n - n}).p;
    sz_status s = sz_store_sqlite_open(path, &p->diags, &p->sqlite);
    if (s != SZ_OK) return s;
    *is_new = sz_store_sqlite_is_new(p->sqlite);
    *port = sz_store_sqlite_port(p->sqlite, p->q);
    return SZ_OK;
}

static sz_status options_of(const sz_job *job, parts *p, sz_options *o) {
    *o = (sz_options){.order = job->order,
                      .lateness_ms = job->lateness_ms,
                      .horizon_ms = job->horizon_ms,
                      .until_ms = SZ_TIME_NONE,
                      .wall_ms = wall_ms(NULL),
                      .admit = job->admit,
                      .allow_new = true,
                      .commit_records = job->commit_records,
                      .topic = SZ_STR("files"),
                      .worker = SZ_STR("local"),
                      .parts = 1};
    if (!job->until) return SZ_OK;
    bool is_day;
    if (!sz_time_parse(&p->in.zone, sz_str_of(job->until), &o->until_ms, &is_day)) {
        sz_diags_add(&p->diags, SZ_ERROR, APP_CODE_UNTIL, (sz_span){0},
                     "--until takes a time such as 2026-03-08T20:00 or a day, not `%s`",
                     "--until 是时间（如 2026-03-08T20:00）或日期，不能是 `%s`", job->until);
        return SZ_USAGE;
    }
    if (is_day) o->until_ms = sz_zone_midnight(&p->in.zone, sz_zone_day(&p->in.zone, o->until_ms) + 1) - 1;
    return SZ_OK;
}

/* Inputs and outputs are looked at before anything is acquired; then the worker, and both are tied to it. */
static sz_status wire(const sz_job *job, parts *p, const sz_options *o, const sz_store_port *store, bool is_volatile,
                      bool is_new) {
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
                                 .tmp_dir = job->tmp_dir,
                                 .stdin_fd = STDIN_FILENO};
    sz_status s = sz_stream_file_new(&so, p->q, &p->diags, &p->stream);
    if (s != SZ_OK) return s;
    sz_sink_file_options ko = {
        .alerts = job->alerts, .dead = job->dead, .append = job->append, .is_new = is_new, .is_volatile = is_volatile};
    s = sz_sink_file_new(&ko, p->q, &p->diags, &p->sink);
    if (s != SZ_OK) return s;
    sz_ports ports = {.store = *store,
                      .stream = sz_stream_file_port(p->stream),
                      .sink = sz_sink_file_port(p->sink),
                      .env = {.wall_ms = wall_ms, .mono_ms = mono_ms, .random = get_random}};
    if (job->by_source) {
        p->tally = sz_tally_new();
        ports.stream = sz_tally_stream(p->tally, &ports.stream);
    }
    sz_options opt = *o;
    opt.is_volatile = is_volatile;
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

/* What the worker says of its state does not name it. */
static void tell_failure(const sz_job *job, sz_str text) {
    static const char *const prefixes[] = {"file:", "file:", "sqlite:"};
    const sz_str named[] = {job->alerts, job->dead, job->state};
    bool is_named = sz_str_is(job->state, "memory");
    for (int i = 0; i < 3 && text.n; i++) {
        size_t n = strlen(prefixes[i]);
        if (named[i].n > n && memcmp(named[i].p, prefixes[i], n) == 0 && strstr(text.p, named[i].p + n))
            is_named = true;
    }
    if (is_named) fprintf(stderr, "sanzao: %.*s\n", SZ_FMT_STR(text));
    else fprintf(stderr, "sanzao: %s: %.*s\n", job->state.p + strlen("sqlite:"), SZ_FMT_STR(text));
}

/* The worker has nothing to do before `mono`: it backs off, or waits for something to settle. Signals are looked at. */
static void wait_until(int64_t mono) {
    int64_t left = mono - mono_ms(NULL);
    if (mono == INT64_MIN || left <= 0) return;
    struct timespec ts = {.tv_nsec = (left < 50 ? left : 50) * 1000000};
    nanosleep(&ts, NULL);
}

static sz_status pump(const sz_job *job, parts *p) {
    sz_worker *w = p->worker;
    bool started = false, stopping = false;
    sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_ASSIGNED});
    for (;;) {
        sz_worker_state where = sz_worker_where(w);
        if (where == SZ_WK_STOPPED) {
            sz_status s = sz_sink_file_start(p->sink); /* if that was not done yet */
            return s == SZ_OK && stop_asked ? SZ_INTERRUPTED : s;
        }
        if (where == SZ_WK_FAILED) break;
        if (where == SZ_WK_RUNNING && !started) {
            started = true;
            /* with a volatile state files begin anew, but not before there is something to write: inputs may be
             * unreadable */
            sz_status s = p->memory ? SZ_OK : sz_sink_file_start(p->sink);
            if (s != SZ_OK) return s;
            sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_GO_ON});
            continue;
        }
        const sz_msg *m = sz_msgq_pop(p->q);
        if (m) {
            bool drop = stopping && (m->kind == SZ_MSG_INPUT || m->kind == SZ_MSG_INPUT_END);
            if (!drop) step(p, m);
        } else if (sz_msgq_is_idle(p->q)) {
            int64_t left = sz_worker_wake_ms(w);
            if (left == SZ_TIME_MAX) break;
            wait_until(left);
            sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_GO_ON});
        }
        if (stop_asked && started && !stopping) {
            stopping = true;
            sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_STOP});
        }
    }
    sz_str text;
    sz_status s = sz_worker_failure(w, &text);
    if (s == SZ_OK) return SZ_IO;
    if (!p->diags.n_errors) tell_failure(job, text);
    for (size_t i = 0; i < p->diags.n; i++)
        if (p->diags.v[i].code == SZ_CODE_LEDGER)
            sz_diag_hint(&p->diags, &p->diags.v[i], "restore the state (%.*s) from a backup, or begin with a new one",
                         "请从备份恢复状态（%.*s），或者用新的状态开始", SZ_FMT_STR(job->state));
    return s;
}

/* Records beyond the limit that --until sets are easily a wrong --until. */
static void tell_future(const sz_job *job, parts *p) {
    uint64_t n = sz_worker_counters(p->worker)->dead_by[SZ_FUTURE_TIME];
    if (!n || !job->until) return;
    sz_diag *g = sz_diags_add(&p->diags, SZ_WARNING, APP_CODE_AFTER_UNTIL, (sz_span){0},
                              "dead letters (future_time): %1$llu records lie more than 24 h after --until %2$s",
                              "有 %1$llu 条记录比 --until %2$s 晚 24 小时以上，成为死信（future_time）",
                              (unsigned long long)n, job->until);
    sz_diag_hint(&p->diags, g, "give a later --until, or leave it out", "请给出更晚的 --until，或者不写");
}

/* For whoever sits at the terminal; the last line is the program's all the same. */
static void show_summary(const sz_buf *json, sz_lang lang) {
    yyjson_doc *doc = yyjson_read((const char *)json->p, json->n, 0);
    sz_buf text;
    sz_buf_init(&text);
    summary_view(&text, yyjson_doc_get_root(doc), lang);
    fwrite(text.p, 1, text.n, stderr);
    sz_buf_fini(&text);
    yyjson_doc_free(doc);
}

/* What a rule set that differs from the state's did to features. */
static void tell_plan(const sz_job *job, const parts *p) {
    const sz_state_plan *plan = sz_worker_plan(p->worker);
    if (!plan->is_other) return;
    fprintf(stderr,
            job->lang == SZ_ZH ? "规则已变化：沿用 %u 项特征数据，新建 %u 项，丢弃 %u 项\n"
                               : "rules have changed: features carried %u, fresh %u, dropped %u\n",
            plan->carried, plan->fresh, plan->dropped);
}

static sz_status write_summary(const sz_job *job, parts *p) {
    sz_buf out;
    sz_buf_init(&out);
    sz_worker_summary(p->worker, &out);
    if (p->tally) {
        out.n--; /* the closing brace */
        sz_buf_put_z(&out, ",\"sources\":");
        sz_tally_put(&out, p->tally, &p->in.zone);
        sz_buf_put_u8(&out, '}');
    }
    sz_buf_put_u8(&out, '\n');
    sz_status s = SZ_OK;
    if (job->summary) {
        p->diags.n = 0;
        s = sz_out_write(job->summary, out.p, out.n, &p->diags);
        sz_diags_show(&p->diags, job->lang);
    }
    if (isatty(STDERR_FILENO)) show_summary(&out, job->lang);
    tell_plan(job, p);
    fwrite(out.p, 1, out.n, stderr);
    sz_buf_fini(&out);
    return s;
}

static void parts_fini(parts *p) {
    sz_worker_free(p->worker);
    sz_tally_free(p->tally);
    sz_stream_file_free(p->stream);
    sz_sink_file_free(p->sink);
    if (p->memory) sz_store_memory_free(p->memory);
    sz_store_sqlite_close(p->sqlite);
    sz_mapping_free(p->mapping);
    sz_msgq_free(p->q);
    sz_inputs_fini(&p->in);
    sz_diags_fini(&p->diags);
}

int sz_job_run(const sz_job *job) {
    parts p = {0};
    sz_diags_init(&p.diags);
    p.q = sz_msgq_new();
    sz_options o;
    sz_store_port store;
    bool is_volatile = true, is_new = true;
    sz_status s = sz_paths_check(job, &p.diags);
    if (s == SZ_OK) s = sz_inputs_load(job, &p.diags, &p.in);
    if (s == SZ_OK && job->summary) s = sz_out_look(job->summary, &p.diags);
    if (s == SZ_OK) s = sz_mapping_file_load(job->mapping, &p.in, &p.diags, &p.mapping);
    if (s == SZ_OK) s = options_of(job, &p, &o);
    if (s == SZ_OK) s = store_open(job, &p, &store, &is_volatile, &is_new);
    if (s == SZ_OK) s = wire(job, &p, &o, &store, is_volatile, is_new);
    size_t shown = 0;
    if (s != SZ_OK || p.diags.n) shown = sz_diags_show(&p.diags, job->lang), p.diags.n = 0;
    (void)shown;
    if (s == SZ_OK) {
        struct sigaction sa = {.sa_handler = on_signal};
        sigaction(SIGINT, &sa, NULL);
        sigaction(SIGTERM, &sa, NULL);
        s = pump(job, &p);
        if (s == SZ_OK) tell_future(job, &p);
        if (p.diags.n) sz_diags_show(&p.diags, job->lang);
        if (s == SZ_OK || s == SZ_INTERRUPTED) {
            sz_status w = write_summary(job, &p);
            if (s == SZ_OK) s = w;
        }
    }
    parts_fini(&p);
    return sz_exit_of(s);
}

/* Load a state as a run would, without inputs, and print one student. */
int sz_job_show(const sz_job *job, sz_str student) {
    parts p = {0};
    sz_diags_init(&p.diags);
    p.q = sz_msgq_new();
    sz_options o;
    sz_ports ports = {.env = {.wall_ms = wall_ms, .mono_ms = mono_ms, .random = get_random}};
    bool is_volatile, is_new;
    sz_status s = sz_inputs_load(job, &p.diags, &p.in);
    if (s == SZ_OK) s = options_of(job, &p, &o);
    if (s == SZ_OK) s = store_open(job, &p, &ports.store, &is_volatile, &is_new);
    if (s == SZ_OK) {
        o.allow_new = false;
        p.worker = sz_worker_new(&o, &ports, sz_bundle_ref(p.in.bundle), p.in.campus);
        p.in.campus = NULL;
        sz_worker_step(p.worker, &(sz_msg){.kind = SZ_MSG_ASSIGNED});
        for (const sz_msg *m; sz_worker_where(p.worker) < SZ_WK_RUNNING && (m = sz_msgq_pop(p.q));)
            sz_worker_step(p.worker, m);
        sz_str text;
        s = sz_worker_where(p.worker) == SZ_WK_RUNNING ? SZ_OK : sz_worker_failure(p.worker, &text);
        if (s != SZ_OK) tell_failure(job, text);
    }
    if (s == SZ_OK) {
        sz_buf out;
        sz_buf_init(&out);
        s = sz_worker_show(p.worker, student, &out);
        if (s == SZ_OK) printf("%.*s\n", SZ_FMT_STR(sz_buf_str(&out)));
        else
            fprintf(stderr,
                    job->lang == SZ_ZH ? "sanzao：状态里没有这名学生\n" : "sanzao: this state knows no such student\n");
        sz_buf_fini(&out);
    }
    if (p.diags.n) sz_diags_show(&p.diags, job->lang);
    parts_fini(&p);
    return s == SZ_NOT_FOUND ? 1 : sz_exit_of(s);
}

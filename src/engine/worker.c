/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker's step: one message, bounded work, no waiting.
 */
#include <stdarg.h>

#include "worker.h"

enum { RECORDS_A_STEP = 256 }; /* of one message of input */

void worker_fail(sz_worker *w, sz_status s, const char *fmt, ...) {
    if (w->state == SZ_WK_FAILED) return;
    va_list ap;
    va_start(ap, fmt);
    const char *text = sz_arena_vprintf(&w->ledger_arena, fmt, ap);
    va_end(ap);
    size_t n = strlen(text);
    if (n > sizeof w->failure_text - 1) n = sizeof w->failure_text - 1;
    memcpy(w->failure_text, text, n);
    w->failure_text[n] = 0;
    w->failure = s;
    w->state = SZ_WK_FAILED;
}

/* Hash of what concerns everyone in the campus: calendar, feeds; students' own facts are compared one by one. */
static uint64_t campus_hash(const sz_worker *w) {
    const sz_calendar *k = sz_campus_calendar(w->campus);
    uint64_t h = sz_hash(k->terms, 0);
    for (uint32_t i = 0; i < k->n_terms; i++)
        h = h * 31 + (uint64_t)k->terms[i].from_day * 7 + (uint64_t)k->terms[i].to_day;
    for (uint32_t i = 0; i < k->n_holidays; i++)
        h = h * 31 + (uint64_t)k->holidays[i].from_day * 11 + (uint64_t)k->holidays[i].to_day;
    for (uint32_t i = 0; i < k->n_vacations; i++)
        h = h * 31 + (uint64_t)k->vacations[i].from_day * 13 + (uint64_t)k->vacations[i].to_day +
            (uint64_t)k->vacations[i].registration_to * 3;
    for (uint32_t i = 0; i < k->n_periods; i++)
        h = h * 31 + (uint64_t)k->periods[i].from_day * 17 + (uint64_t)k->periods[i].to_day +
            sz_hash(k->periods[i].id.p, k->periods[i].id.n);
    for (uint32_t i = 0; i < k->n_makeups; i++)
        h = h * 31 + (uint64_t)k->makeups[i].day * 19 + k->makeups[i].as_weekday;
    for (uint32_t i = 0; i < sz_campus_n_feeds(w->campus); i++) {
        const sz_feed *f = sz_campus_feed(w->campus, i);
        h = h * 31 + sz_hash(f->source.p, f->source.n) + (uint64_t)f->began_day + f->types;
    }
    return h;
}

void worker_init_tc(sz_worker *w) {
    sz_tlctx *c = &w->tc;
    c->bundle = w->bundle;
    c->types = sz_campus_types(w->campus);
    c->zone = sz_campus_zone(w->campus);
    c->facts = &w->facts;
    c->dict = &w->dict;
    c->arena = &w->step;
    c->n_classes = w->clocks.n_classes;
    c->rule_class = w->rule_class;
    c->rule_waits = w->rule_waits;
    c->rule_quiet = w->rule_quiet;
    c->rule_least_ms = w->rule_least_ms;
    c->check_memo = w->check_memo;
    c->clock_ms = w->clocks.class_ms;
    c->begin_ms = w->clocks.begin_ms;
    c->wmax_ms = w->clocks.wmax_ms;
    c->horizon_ms = w->o.horizon_ms;
    int64_t late = w->o.lateness_ms < w->o.horizon_ms ? w->o.lateness_ms : w->o.horizon_ms;
    c->keep_ms = w->o.horizon_ms + late; /* an undo that is late itself must find its original */
}

sz_worker *sz_worker_new(const sz_options *o, const sz_ports *p, sz_bundle *bundle, sz_campus *campus) {
    sz_worker *w = sz_alloc(sizeof *w);
    w->o = *o;
    w->ports = *p;
    w->bundle = bundle;
    w->campus = campus;
    sz_map_init(&w->dict);
    sz_map_init(&w->feed_names);
    sz_arena_init(&w->step);
    sz_arena_init(&w->ledger_arena);
    sz_facts_init(&w->facts, campus);
    w->facts.horizon_ms = o->horizon_ms;
    w->feature_day = sz_alloc((bundle->fs.n_features + 1) * sizeof(int32_t));
    sz_facts_prepare(&w->facts, &bundle->fs, sz_campus_zone(campus), w->feature_day);
    clocks_init(w);
    worker_init_tc(w);
    leaves_init(w);
    w->facts_hash = campus_hash(w);
    students_init(w);
    return w;
}

void sz_worker_free(sz_worker *w) {
    if (!w) return;
    students_fini(w);
    clocks_fini(w);
    sz_free(w->facts.known);
    sz_free(w->facts.downs);
    sz_free(w->feature_day);
    sz_free(w->pending_leaves);
    sz_free(w->statuses);
    sz_free(w->tc.alerts);
    sz_buf_fini(&w->tc.scratch);
    sz_buf_fini(&w->tc.scratch2);
    lines_fini(&w->alerts);
    lines_fini(&w->outbox);
    lines_fini(&w->dead);
    lines_fini(&w->ledger);
    sz_buf_fini(&w->journal);
    sz_free(w->touched);
    sz_free(w->is_touched);
    sz_free(w->known_ledger);
    for (uint32_t i = 0; i < w->n_blobs; i++) sz_free(w->blobs[i].students);
    sz_free(w->blobs);
    sz_free(w->snap_seq);
    sz_arena_fini(&w->ledger_arena);
    sz_arena_fini(&w->step);
    sz_map_fini(&w->dict);
    sz_map_fini(&w->feed_names);
    sz_campus_free(w->campus);
    sz_bundle_unref(w->bundle);
    sz_free(w);
}

static void start_running(sz_worker *w) {
    w->state = SZ_WK_RUNNING;
    w->tc.begin_ms = w->clocks.begin_ms;
    w->tc.wmax_ms = w->clocks.wmax_ms;
    if (w->outbox.n) { /* what was committed and not acknowledged leaves again, the same bytes */
        sz_str *v = SZ_NEWN(&w->step, sz_str, w->outbox.n);
        for (uint32_t i = 0; i < w->outbox.n; i++) v[i] = lines_at(&w->outbox, i);
        w->in_flight_alerts += w->outbox.n;
        w->ports.sink.submit(w->ports.sink.self, w->tag, v, w->outbox.n);
        sz_arena_reset(&w->step);
    }
}

static void on_acquired(sz_worker *w, const sz_msg *m) {
    if (m->header) { /* as it was before: acquiring made the token its owner and counted on */
        memcpy(w->name.owner, w->token, sizeof w->token);
        w->name.seq = m->header->name.seq + 1;
        w->bundle_ver = m->header->bundle_ver < INT64_MAX ? m->header->bundle_ver : 0;
    }
    switch (m->answer) {
    case SZ_ANS_NEW:
        w->is_new = true;
        roster_load(w);
        leaves_known_at_load(w);
        start_running(w);
        return;
    case SZ_ANS_OK:
        if (!m->header->body.n) { /* acquired before, and ended before its first commit */
            w->is_new = true;
            roster_load(w);
            leaves_known_at_load(w);
            start_running(w);
            return;
        }
        if (!header_get(w, m->header->body)) {
            worker_fail(w, SZ_CORRUPT, "the header of this state cannot be read; restore the state from a backup");
            return;
        }
        w->tc.begin_ms = w->clocks.begin_ms;
        w->tc.wmax_ms = w->clocks.wmax_ms;
        w->state = SZ_WK_LOADING;
        w->ports.store.load(w->ports.store.self, &w->name, true);
        return;
    case SZ_ANS_MISSING: worker_fail(w, SZ_IO, "there is no state yet, and a new one was not allowed"); return;
    case SZ_ANS_MISMATCH:
        worker_fail(w, SZ_IO, "this state belongs to another topic or another number of partitions: %.*s",
                    SZ_FMT_STR(m->text));
        return;
    case SZ_ANS_NEWER:
        worker_fail(w, SZ_REFUSED, "this state was written by a newer sanzao: %.*s", SZ_FMT_STR(m->text));
        return;
    default: worker_fail(w, SZ_IO, "the state cannot be used: %.*s", SZ_FMT_STR(m->text)); return;
    }
}

/* Everything is said, committed and acknowledged. */
static bool is_drained(const sz_worker *w) {
    return !w->alerts.n && !w->dead.n && !w->in_flight && !w->in_flight_alerts && !w->dead_submitted;
}

static void go_on(sz_worker *w) {
    if (w->state != SZ_WK_RUNNING && w->state != SZ_WK_DRAINING) return;
    if (w->in_flight || w->dead_submitted) return;
    if (w->state == SZ_WK_RUNNING && !commit_is_due(w)) {
        uint64_t left = w->o.commit_records ? w->o.commit_records - w->since_commit : RECORDS_A_STEP;
        w->ports.stream.want(w->ports.stream.self, left < RECORDS_A_STEP ? (uint32_t)left : RECORDS_A_STEP);
        return;
    }
    if (w->state == SZ_WK_RUNNING) {
        commit_start(w);
        return;
    }
    if (!w->ended_applied || w->alerts.n || w->dead.n || w->ledger.n) {
        w->ended_applied = true;
        commit_start(w);
        return;
    }
    if (w->in_flight_alerts) return; /* delivered will come */
    if (w->n_acked) {
        commit_start(w); /* the acknowledgements belong into the state */
        return;
    }
    if (is_drained(w)) w->state = SZ_WK_STOPPED;
}

static void on_input(sz_worker *w, const sz_msg *m) {
    w->batch_open = true;
    for (uint32_t i = 0; i < m->n; i++) input_record(w, &m->inputs[i]);
    go_on(w);
}

static void on_input_end(sz_worker *w, const sz_msg *m) {
    if (m->answer == SZ_ANS_FAILED) {
        worker_fail(w, SZ_IO, "%.*s", SZ_FMT_STR(m->text));
        return;
    }
    input_end(w);
    w->batch_open = false;
    w->state = SZ_WK_DRAINING;
    go_on(w);
}

static void on_committed(sz_worker *w, const sz_msg *m) {
    switch (m->answer) {
    case SZ_ANS_OK:
        commit_done(w);
        go_on(w);
        return;
    case SZ_ANS_REFUSED:
        worker_fail(w, SZ_REFUSED, "another process has taken this state over; it goes on there");
        return;
    default: worker_fail(w, SZ_IO, "the state cannot be written: %.*s", SZ_FMT_STR(m->text)); return;
    }
}

void sz_worker_step(sz_worker *w, const sz_msg *m) {
    if (w->state == SZ_WK_FAILED || w->state == SZ_WK_STOPPED) return;
    switch (m->kind) {
    case SZ_MSG_ASSIGNED: {
        w->ports.env.random(w->ports.env.self, w->token, sizeof w->token);
        w->state = SZ_WK_ACQUIRING;
        w->ports.store.acquire(w->ports.store.self, w->token, SZ_STATE_FORMAT, w->o.topic, w->o.parts, INT64_MAX,
                               w->o.worker, w->o.allow_new); /* files: the rules at hand are the newest */
        return;
    }
    case SZ_MSG_ACQUIRED: on_acquired(w, m); return;
    case SZ_MSG_CHUNK:
        if (m->answer != SZ_ANS_OK) {
            worker_fail(w, SZ_IO, "the state changed while it was read: %.*s", SZ_FMT_STR(m->text));
            return;
        }
        load_chunk(w, m);
        if (w->state != SZ_WK_LOADING) return;
        if (m->chunk != SZ_CHUNK_END) {
            w->ports.store.load(w->ports.store.self, &w->name, false);
            return;
        }
        load_end(w);
        if (w->state == SZ_WK_LOADING) start_running(w);
        return;
    case SZ_MSG_GO_ON: go_on(w); return;
    case SZ_MSG_INPUT: on_input(w, m); return;
    case SZ_MSG_INPUT_END: on_input_end(w, m); return;
    case SZ_MSG_COMMITTED: on_committed(w, m); return;
    case SZ_MSG_DELIVERED:
        if (m->tag != w->tag) return;
        if (m->answer == SZ_ANS_FAILED) {
            worker_fail(w, SZ_IO, "%.*s", SZ_FMT_STR(m->text));
            return;
        }
        w->n_acked += (uint32_t)m->n_delivered;
        w->in_flight_alerts -= (uint32_t)m->n_delivered;
        w->alerts_pos = m->sink_pos;
        go_on(w);
        return;
    case SZ_MSG_DEAD_DONE:
        if (m->tag != w->tag) return;
        if (m->answer == SZ_ANS_FAILED) {
            worker_fail(w, SZ_IO, "%.*s", SZ_FMT_STR(m->text));
            return;
        }
        w->dead_submitted = false;
        lines_clear(&w->dead);
        w->dead_pos = m->sink_pos;
        commit_start(w);
        return;
    case SZ_MSG_STOP: /* what was taken is committed; the batch stays open */
        w->state = SZ_WK_DRAINING;
        go_on(w);
        return;
    default: return;
    }
}

sz_worker_state sz_worker_where(const sz_worker *w) { return w->state; }

sz_status sz_worker_failure(const sz_worker *w, sz_str *text) {
    *text = sz_str_of(w->failure_text);
    return w->failure;
}

uint64_t sz_worker_taken(const sz_worker *w) { return w->batch_open ? w->taken : 0; }

uint32_t sz_worker_ledger(const sz_worker *w, const sz_put **out) {
    *out = w->known_ledger;
    return w->n_known_ledger;
}

void sz_worker_note(sz_worker *w, sz_str key, sz_str value) {
    lines_add(&w->ledger, key);
    lines_add(&w->ledger, value);
}

/* A new batch counts anew; what stands goes on. */
void sz_worker_new_batch(sz_worker *w) {
    int64_t standing = w->n.standing, unmatched = w->n.undo_unmatched;
    w->taken = 0;
    w->batch_open = false;
    w->n = (sz_counters){.standing = standing, .undo_unmatched = unmatched};
}

void sz_worker_sinks(const sz_worker *w, uint64_t *alerts_pos, uint64_t *dead_pos) {
    *alerts_pos = w->alerts_pos;
    *dead_pos = w->dead_pos;
}

const sz_counters *sz_worker_counters(const sz_worker *w) { return &w->n; }
int64_t sz_worker_clock(const sz_worker *w) { return clock_lowest(w); }
uint32_t sz_worker_n_students(const sz_worker *w) { return w->students.n; }

int64_t sz_worker_wake_ms(const sz_worker *w) {
    (void)w;
    return SZ_TIME_MAX;
}

void sz_worker_ports(sz_worker *w, const sz_ports *p) { w->ports = *p; }

const sz_state_plan *sz_worker_plan(const sz_worker *w) { return &w->plan; }

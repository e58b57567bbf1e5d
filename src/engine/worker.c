/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker's step: one message, bounded work, no waiting. What a message means depends on where the worker stands: a
 * partition that is not RUNNING uses no input (start.c, witness.c, park.c).
 */
#include <stdarg.h>

#include "worker.h"

enum { NOTICES_MOST = 100 };

static void __attribute__((format(printf, 2, 0))) put_text(char to[SZ_SAID], const char *fmt, va_list ap) {
    sz_arena a;
    sz_arena_init(&a);
    const char *text = sz_arena_vprintf(&a, fmt, ap);
    size_t n = strlen(text);
    if (n >= SZ_SAID) n = SZ_SAID - 1;
    memcpy(to, text, n);
    to[n] = 0;
    sz_arena_fini(&a);
}

static void __attribute__((format(printf, 3, 0), format(printf, 4, 0)))
put_failure(sz_worker *w, sz_status s, const char *en, const char *zh, va_list ap) {
    va_list again;
    va_copy(again, ap);
    put_text(w->failure_text[SZ_EN], en, ap);
    put_text(w->failure_text[SZ_ZH], zh, again);
    va_end(again);
    w->failure = s;
}

static void add_notice(sz_worker *w, sz_severity severity, const char *en, const char *zh);

static void hold(sz_worker *w) {
    w->state = w->is_log ? SZ_WK_HELD : SZ_WK_FAILED;
    if (w->is_log) add_notice(w, SZ_ERROR, w->failure_text[SZ_EN], w->failure_text[SZ_ZH]);
}

/* In each language what the message says in it. */
static void put_told(sz_worker *w, sz_status s, const char *en, const char *zh, const sz_msg *m) {
    sz_str told[2] = {[SZ_EN] = m->text, [SZ_ZH] = m->text_zh.n ? m->text_zh : m->text};
    const char *sentence[2] = {[SZ_EN] = en, [SZ_ZH] = zh}, *colon[2] = {[SZ_EN] = ": ", [SZ_ZH] = "："};
    sz_arena a;
    sz_arena_init(&a);
    for (int i = 0; i < 2; i++) {
        const char *between = *sentence[i] && told[i].n ? colon[i] : "";
        const char *text = sz_arena_printf(&a, "%s%s%.*s", sentence[i], between, SZ_FMT_STR(told[i]));
        size_t n = strlen(text);
        if (n >= SZ_SAID) n = SZ_SAID - 1;
        memcpy(w->failure_text[i], text, n);
        w->failure_text[i][n] = 0;
    }
    sz_arena_fini(&a);
    w->failure = s;
}

void worker_fail(sz_worker *w, sz_status s, const char *en, const char *zh, ...) {
    if (w->state == SZ_WK_FAILED) return;
    va_list ap;
    va_start(ap, zh);
    put_failure(w, s, en, zh, ap);
    va_end(ap);
    w->state = SZ_WK_FAILED;
}

void worker_fail_told(sz_worker *w, sz_status s, const char *en, const char *zh, const sz_msg *m) {
    if (w->state == SZ_WK_FAILED) return;
    put_told(w, s, en, zh, m);
    w->state = SZ_WK_FAILED;
}

void worker_hold(sz_worker *w, sz_status s, const char *en, const char *zh, ...) {
    va_list ap;
    va_start(ap, zh);
    put_failure(w, s, en, zh, ap);
    va_end(ap);
    hold(w);
}

void worker_hold_told(sz_worker *w, sz_status s, const char *en, const char *zh, const sz_msg *m) {
    put_told(w, s, en, zh, m);
    hold(w);
}

void worker_hold_damaged(sz_worker *w, const char *what, const char *what_zh) {
    sz_arena a;
    sz_arena_init(&a);
    sz_msg m = {.text = sz_str_of(sz_arena_printf(&a, "%s. Restore it from a backup", what)),
                .text_zh = sz_str_of(sz_arena_printf(&a, "%s。请从备份恢复", what_zh))};
    worker_hold_told(w, SZ_CORRUPT, "this state is damaged", "这份状态已损坏", &m);
    sz_arena_fini(&a);
}

/* Two lines: the English one with its severity in front, the Chinese one. */
static void add_notice(sz_worker *w, sz_severity severity, const char *en, const char *zh) {
    if (w->notices.n - w->n_notices_told >= 2 * NOTICES_MOST) return;
    sz_arena a;
    sz_arena_init(&a);
    lines_add(&w->notices, sz_str_of(sz_arena_printf(&a, "%c%s", '0' + (int)severity, en)));
    lines_add(&w->notices, sz_str_of(zh));
    sz_arena_fini(&a);
}

void worker_notice(sz_worker *w, sz_severity severity, const char *en, const char *zh, ...) {
    sz_arena a;
    va_list ap, again;
    sz_arena_init(&a);
    va_start(ap, zh);
    va_copy(again, ap);
    const char *text = sz_arena_vprintf(&a, en, ap), *text_zh = sz_arena_vprintf(&a, zh, again);
    va_end(again);
    va_end(ap);
    add_notice(w, severity, text, text_zh);
    sz_arena_fini(&a);
}

void worker_notice_told(sz_worker *w, sz_severity severity, const char *en, const char *zh, const sz_msg *m) {
    sz_str told_zh = m->text_zh.n ? m->text_zh : m->text;
    sz_arena a;
    sz_arena_init(&a);
    add_notice(w, severity, sz_arena_printf(&a, "%s: %.*s", en, SZ_FMT_STR(m->text)),
               sz_arena_printf(&a, "%s：%.*s", zh, SZ_FMT_STR(told_zh)));
    sz_arena_fini(&a);
}

bool sz_worker_notice(sz_worker *w, sz_severity *severity, sz_str *text, sz_str *text_zh) {
    if (w->n_notices_told == w->notices.n) return false;
    sz_str s = lines_at(&w->notices, w->n_notices_told);
    *severity = (sz_severity)(s.p[0] - '0');
    *text = (sz_str){s.p + 1, s.n - 1};
    *text_zh = lines_at(&w->notices, w->n_notices_told + 1);
    w->n_notices_told += 2;
    return true;
}

/* What the students' evaluation works with. Its buffers live on. */
static void init_tc(sz_worker *w) {
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
    c->rounds = w->rounds;
    c->clock_ms = w->clocks.class_ms;
    c->may_lag = w->o.order != SZ_SORTED;
    c->begin_ms = w->clocks.begin_ms;
    c->wmax_ms = w->clocks.wmax_ms;
    c->horizon_ms = w->o.horizon_ms;
    int64_t late = w->o.lateness_ms < w->o.horizon_ms ? w->o.lateness_ms : w->o.horizon_ms;
    c->keep_ms = w->o.horizon_ms + late; /* an undo that is late itself must find its original */
    if (c->keep_ms < peers_keep_ms(w)) c->keep_ms = peers_keep_ms(w);
    peers_plan_weeks(w);
}

void world_init(sz_worker *w) {
    sz_facts_init(&w->facts, w->campus);
    w->facts.horizon_ms = w->o.horizon_ms;
    heard_init(w);
    w->feature_day = sz_alloc((w->bundle->fs.n_features + 1) * sizeof(int32_t));
    w->facts.dark = sz_alloc((SZ_DARK_RANGES * w->bundle->fs.n_features + 1) * sizeof *w->facts.dark);
    sz_facts_prepare(&w->facts, &w->bundle->fs, sz_campus_zone(w->campus), w->feature_day);
    clocks_init(w);
    init_tc(w);
    mates_init(w);
    peers_init(w);
    w->tc.touches = sz_touch_memo_new(&w->tc);
    leaves_init(w);
    sz_map_init(&w->strangers);
    w->facts_hash = sz_campus_shared_hash(w->campus); /* students' own facts are compared one by one */
    w->cards_hash = sz_campus_cards_hash(w->campus);
    w->campus_id = sz_campus_identity(w->campus, w->cards_hash);
}

void world_fini(sz_worker *w) {
    sz_map_fini(&w->strangers);
    clocks_fini(w);
    sz_free(w->facts.known);
    sz_free(w->facts.downs);
    heard_fini(w);
    mates_fini(w);
    peers_fini(w);
    sz_free(w->feature_day);
    sz_free(w->facts.dark);
    sz_free(w->pending_leaves);
    w->facts = (sz_facts){0};
    w->n_pending_leaves = w->next_leaf = 0;
    sz_tlctx fresh = {.alerts = w->tc.alerts,
                      .cap_alerts = w->tc.cap_alerts,
                      .said = w->tc.said,
                      .scratch = w->tc.scratch,
                      .scratch2 = w->tc.scratch2,
                      .folded = w->tc.folded};
    w->tc = fresh;
}

sz_worker *sz_worker_new(const sz_options *o, const sz_ports *p, sz_bundle *bundle, sz_campus *campus) {
    sz_worker *w = sz_alloc(sizeof *w);
    w->o = *o;
    w->ports = *p;
    w->bundle = bundle;
    w->campus = campus;
    w->is_first_start = true;
    w->group_offset = -1;
    w->refused_ms[0] = w->refused_ms[1] = SZ_TIME_NONE;
    w->op.position = w->op.end = -1;
    sz_arena_init(&w->step);
    memory_init(w);
    return w;
}

void sz_worker_free(sz_worker *w) {
    if (!w) return;
    memory_fini(w);
    switch_forget(w);
    lines_fini(&w->notices);
    sz_free(w->tc.alerts);
    sz_arena_fini(&w->tc.said);
    sz_buf_fini(&w->tc.scratch);
    sz_buf_fini(&w->tc.scratch2);
    sz_fstate_fini(&w->tc.folded);
    sz_arena_fini(&w->step);
    sz_campus_free(w->campus);
    sz_bundle_unref(w->bundle);
    sz_free(w);
}

/* ---- going on ---- */

static void want(sz_worker *w) {
    bool waits =
        !w->is_log && w->sent.is_made && !w->sent.is_sent; /* what files note goes with the commit that is made */
    if (w->wanted || waits || outbox_is_full(w) || commit_is_large(w)) return;
    uint64_t n = RECORDS_A_STEP, most = w->o.commit_records;
    if (most > w->since_commit && most - w->since_commit < n) n = most - w->since_commit;
    w->wanted = true;
    w->ports.stream.want(w->ports.stream.self, (uint32_t)n);
}

static void run(sz_worker *w) {
    settle_submit(w);
    settle_tell(w, false);
    if (w->hand.is_on && w->is_next_step) {
        w->may_cut = true;
        hand_go_on(w);
    }
    if (w->hand.is_on) return;
    if (ended_is_owed(w)) { /* of other rules that were taken over: that first, some a commit */
        if (!w->sent.is_made && commit_is_due(w)) commit_start(w);
        return;
    }
    parts_join(w);
    others_go_on(w);
    if (w->state != SZ_WK_RUNNING) return; /* that was the end of it */
    if (tick_may_fire(w)) tick_fire(w);
    if (w->state != SZ_WK_RUNNING) return; /* it met a damaged record */
    if ((w->next_bundle || w->switching) && !tick_is_firing(w)) {
        switch_go_on(w);
        if (w->next_bundle || switch_is_on(w) || w->state != SZ_WK_RUNNING) return;
    }
    if (!tick_is_firing(w) && take_held(w)) return;
    if (!w->sent.is_made && commit_is_due(w)) commit_start(w);
    if (tick_is_firing(w) || w->parts.is_ending) return;
    if (w->ended) {
        w->state = SZ_WK_DRAINING;
        drain(w);
    } else if (w->must_seek) {
        witness_seek(w);
    } else {
        want(w);
    }
}

void worker_go_on(sz_worker *w) {
    if (w->state == SZ_WK_RUNNING) run(w);
    else if (w->state == SZ_WK_DRAINING) drain(w);
}

static void on_go_on(sz_worker *w) {
    if (w->state == SZ_WK_LOADING) { /* whoever runs it has still to say when it may begin */
        if (load_is_ending(w)) load_go_on(w);
        return;
    }
    w->is_first_start = false;
    bool is_time = w->now_ms >= w->wait_ms;
    if (w->state == SZ_WK_BACKOFF && is_time) start(w);
    else if (w->state == SZ_WK_PARKED && is_time) memory_drop(w), w->wait_ms = SZ_TIME_MAX;
    else worker_go_on(w);
}

/* ---- messages ---- */

static void on_assigned(sz_worker *w, const sz_msg *m) {
    w->is_log = w->ports.stream.seek != NULL;
    w->is_parking = false;
    if (m->offset > w->group_offset && w->is_log) w->group_offset = m->offset;
    if (w->state == SZ_WK_PARKED && w->now_ms >= w->wait_ms) memory_drop(w);
    w->refused_ms[0] = w->refused_ms[1] = SZ_TIME_NONE; /* a quarrel is one while nobody was assigned anew */
    w->n_backoffs = 0;
    start(w);
}

/* What people look for when two workers had one partition: who lost it says so. */
static void note_refused(sz_worker *w) {
    w->op.refused++;
    worker_notice(w, SZ_WARNING,
                  "a commit was refused: another worker has taken this state, or the store was rolled back; what was "
                  "not committed is read again",
                  "提交被拒绝：另一个工作者接管了这份状态，或者存储回退了；没有提交的内容会重新读取");
}

static void on_refused(sz_worker *w) {
    if (!w->is_log) {
        w->op.refused++;
        fail_not_as_left(w);
        return;
    }
    note_refused(w);
    memory_drop(w);
    w->was_refused = true;
    if (leaves_the_rest(w)) w->state = SZ_WK_STOPPED;
    else if (w->is_parking || w->state == SZ_WK_PARKED) park(w);
    else start_soon(w); /* the group may be about to say that the partition is not ours any more (2.4 step 1) */
}

static void on_commit_unknown(sz_worker *w, const sz_msg *m) {
    w->op.unknown++;
    if (w->is_parking) park(w);
    else if (leaves_the_rest(w)) w->state = SZ_WK_STOPPED;
    else if (w->state != SZ_WK_PARKED) start_later(w, m);
}

static void on_committed(sz_worker *w, const sz_msg *m) {
    w->store_busy = false;
    if (!w->sent.is_made) { /* of a memory that is gone */
        if (w->start_wanted) start(w);
        return;
    }
    if (m->answer == SZ_ANS_OK) {
        commit_stands(w);
        w->n_backoffs = 0;
    }
    if (w->start_wanted) {
        if (m->answer == SZ_ANS_REFUSED) note_refused(w), memory_drop(w);
        start(w);
        return;
    }
    switch (m->answer) {
    case SZ_ANS_OK: worker_go_on(w); return;
    case SZ_ANS_REFUSED: on_refused(w); return;
    case SZ_ANS_UNKNOWN: on_commit_unknown(w, m); return;
    default: worker_fail_told(w, SZ_IO, "the state cannot be written", "状态无法写入", m); return;
    }
}

static void on_dead_done(sz_worker *w, const sz_msg *m) {
    if (m->tag != w->tag || !w->sent.is_made || w->sent.is_sent) return;
    if (m->answer == SZ_ANS_FAILED) {
        worker_fail_told(w, SZ_IO, "", "", m);
        return;
    }
    if (m->answer != SZ_ANS_OK) {
        start_later(w, m);
        return;
    }
    w->dead_pos = m->sink_pos;
    w->sent.is_dead_safe = true;
    if (w->state != SZ_WK_RUNNING && w->state != SZ_WK_DRAINING && w->state != SZ_WK_SEEKING) return;
    commit_send(w);
    worker_go_on(w);
}

static void look_at_clocks(sz_worker *w, const sz_msg *m) {
    if (w->ports.env.mono_ms) w->now_ms = w->ports.env.mono_ms(w->ports.env.self);
    if ((m->kind != SZ_MSG_ACQUIRED && m->kind != SZ_MSG_COMMITTED) || !m->store_ms) return;
    w->store_ms = m->store_ms;
    w->store_at_ms = w->now_ms;
}

/* What may come while a message of input is in hand, or other rules are taken over: all else finds that done. */
static const bool can_wait[] = {
    [SZ_MSG_INPUT] = true, [SZ_MSG_DELIVERED] = true, [SZ_MSG_TICK] = true,  [SZ_MSG_LOOKED] = true,
    [SZ_MSG_TOLD] = true,  [SZ_MSG_BUNDLE] = true,    [SZ_MSG_GO_ON] = true, [SZ_MSG_STOP] = false};

static void take_message(sz_worker *w, const sz_msg *m) {
    look_at_clocks(w, m);
    if (w->n_notices_told == w->notices.n) lines_clear(&w->notices), w->n_notices_told = 0;
    bool is_files_end = m->kind == SZ_MSG_INPUT_END && !w->is_log;
    bool waits = can_wait[m->kind] && m->answer == SZ_ANS_OK && !w->start_wanted;
    w->step_students = 0;
    w->is_next_step = true;
    if (w->hand.is_on && !waits) hand_finish(w);
    if (w->switching && !waits && !is_files_end) switch_finish(w);
    switch (m->kind) {
    case SZ_MSG_ASSIGNED: on_assigned(w, m); return;
    case SZ_MSG_REVOKED: on_revoked(w, m); return;
    case SZ_MSG_ACQUIRED: on_acquired(w, m); return;
    case SZ_MSG_CHUNK: on_chunk(w, m); return;
    case SZ_MSG_SEEKED: witness_seeked(w, m); return;
    case SZ_MSG_INPUT: on_input(w, m); return;
    case SZ_MSG_INPUT_END: on_input_end(w, m); return;
    case SZ_MSG_COMMITTED: on_committed(w, m); return;
    case SZ_MSG_DELIVERED: on_delivered(w, m); return;
    case SZ_MSG_DEAD_DONE: on_dead_done(w, m); return;
    case SZ_MSG_TICK: on_tick(w, m); return;
    case SZ_MSG_LOOKED: on_looked(w, m); return;
    case SZ_MSG_TOLD: on_told(w); return;
    case SZ_MSG_GO_ON: on_go_on(w); return;
    case SZ_MSG_STOP: on_stop(w); return;
    case SZ_MSG_BUNDLE: switch_ask(w, m->bundle, m->campus); return;
    }
}

void sz_worker_step(sz_worker *w, const sz_msg *m) {
    if (w->state == SZ_WK_FAILED || w->state == SZ_WK_STOPPED) {
        if (m->kind == SZ_MSG_BUNDLE) sz_bundle_unref(m->bundle), sz_campus_free(m->campus);
        return;
    }
    take_message(w, m);
    stop_if_asked(w);
}

/* ---- what others ask ---- */

sz_worker_state sz_worker_where(const sz_worker *w) { return w->state; }

sz_status sz_worker_failure(const sz_worker *w, sz_str *text) {
    *text = sz_worker_failure_in(w, SZ_EN);
    return w->failure;
}

sz_str sz_worker_failure_in(const sz_worker *w, sz_lang lang) { return sz_str_of(w->failure_text[lang]); }

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
    for (uint32_t i = 0; i < w->students.n; i++)
        if (w->students.v[i]) sz_timeline_batch_ended(w->students.v[i]);
}

bool sz_worker_has_other_facts(const sz_worker *w) {
    return w->stored_facts_hash != w->facts_hash || w->stored_cards_hash != w->cards_hash;
}

const sz_campus *sz_worker_campus(const sz_worker *w) { return w->campus; }

int64_t sz_worker_limit(const sz_worker *w) { return w->clocks.limit_ms; }

void sz_worker_sinks(const sz_worker *w, uint64_t *alerts_pos, uint64_t *dead_pos) {
    *alerts_pos = w->alerts_pos;
    *dead_pos = w->dead_pos;
}

uint32_t sz_worker_outbox(const sz_worker *w, sz_arena *a, const sz_str **out) {
    *out = lines_strs(&w->outbox, 0, a);
    return w->outbox.n;
}

const sz_counters *sz_worker_counters(const sz_worker *w) { return &w->n; }
int64_t sz_worker_clock(const sz_worker *w) { return clock_lowest(w); }

int64_t sz_worker_newest(const sz_worker *w) { return wmax_target(w); }
uint32_t sz_worker_n_students(const sz_worker *w) { return w->students.n; }

uint64_t sz_worker_bundle_ver(const sz_worker *w) { return w->knows_ver ? w->bundle_ver : 0; }

void sz_worker_operation(const sz_worker *w, sz_operation *out) {
    *out = w->op;
    out->asleep = w->students.asleep.n;
    out->outbox = w->outbox.n;
    out->outbox_bytes = w->outbox.bytes.n;
    out->position = w->position;
}

void sz_worker_ports(sz_worker *w, const sz_ports *p) { w->ports = *p; }

const sz_state_plan *sz_worker_plan(const sz_worker *w) { return &w->plan; }

uint32_t sz_worker_switched(const sz_worker *w, int64_t *at_ms) {
    *at_ms = w->switched_ms;
    return w->n_switched;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The message of input in hand. Its records are used one after the other; one at an hour at which something is due for
 * all students takes several steps, and so does the message. Until all of it is used the stream is not asked for more
 * (it keeps the inputs that long) and nothing is committed, so that nobody can tell.
 */
#include "worker.h"

/* Files are read once: what was asked for is used while the store is being asked, too. */
static bool takes_files(const sz_worker *w) {
    return w->has_memory && (w->state == SZ_WK_RUNNING || w->state == SZ_WK_BACKOFF || w->state == SZ_WK_ACQUIRING);
}

/* How many records before its use a student's timeline is fetched, and what that points to. */
enum { FAR_AHEAD = 12, AHEAD = 4 };

static void fetch(const sz_worker *w, uint32_t k) {
    const sz_timeline *tl = w->ahead[k];
    if (!tl) return;
    sz_timeline_prefetch_self(tl, &w->tc);
    uint32_t student = w->holders[k];
    if (student != SZ_NONE && sz_campus_has_leaves(w->campus, student))
        __builtin_prefetch(&sz_campus_student(w->campus, student)->leave_from);
}

static void fetch_more(const sz_worker *w, uint32_t k, const sz_input *in) {
    const sz_event *e = &in->record.event; /* it has a student: it is an event */
    bool is_lone = w->o.order == SZ_SORTED && (in->is_lone || !sz_timeline_is_mixed(w->ahead[k]));
    sz_timeline_prefetch(w->ahead[k], &w->tc, e->time_ms, e->type, is_lone);
}

/* A client may fetch a stretch twice after a seek, and give both in one message. */
static bool is_stale(sz_worker *w, const sz_input *in) {
    const hand *h = &w->hand;
    if (!w->is_log || !h->last || in->origin.offset > h->last->origin.offset) return false;
    w->op.stale_inputs++;
    return true;
}

/* Asked to stop, it does so between two instants of sorted files; what is behind is read again by the next run. */
static bool stops_before(sz_worker *w, const sz_input *in) {
    if (!w->stop_at_read || w->is_stopping || w->use.stage || w->o.order != SZ_SORTED) return false;
    if (in->record.time_ms == SZ_TIME_NONE || in->record.time_ms <= w->clocks.file_ms) return false;
    w->stop_at_read = w->n.read;
    return true;
}

/* Of the next records of the message all that is fetched ahead: the first ones would wait for theirs one by one. */
static void fetch_first(sz_worker *w, const sz_input *in, uint32_t n) {
    input_look_ahead(w, in, n);
    for (uint32_t i = 0; i < n && i < FAR_AHEAD; i++) fetch(w, i);
    for (uint32_t i = 0; i < n && i < AHEAD; i++)
        if (w->ahead[i]) fetch_more(w, i, &in[i]);
}

/* On with the message in hand, until the step has had its share. */
static void take(sz_worker *w) {
    hand *h = &w->hand;
    stretch_end(w); /* whatever was done since it took the last one */
    for (; h->at < h->n; h->at++) {
        uint32_t k = h->at % RECORDS_A_STEP, from = h->at - k;
        uint32_t n = h->n - from < RECORDS_A_STEP ? h->n - from : RECORDS_A_STEP;
        if (k == 0 && !w->use.stage) fetch_first(w, h->in + from, n);
        if (k + FAR_AHEAD < n) fetch(w, k + FAR_AHEAD);
        if (k + AHEAD < n && w->ahead[k + AHEAD]) fetch_more(w, k + AHEAD, &h->in[h->at + AHEAD]);
        if (is_stale(w, &h->in[h->at])) continue;
        if (stops_before(w, &h->in[h->at])) break;
        if (!input_record(w, &h->in[h->at], w->holders[k])) return;
        h->last = &h->in[h->at];
        if (tick_is_firing(w)) { /* a feed's word has come past a 04:00 whose part is to be made */
            h->at++;
            return;
        }
        if (w->state == SZ_WK_HELD || w->state == SZ_WK_FAILED) break; /* it met a damaged record */
    }
    if (h->is_end && !input_end(w)) return;
    h->is_on = false;
}

/* Time has come to a 04:00 whose part is to be made (parts.c), and commits go on: what is not used yet comes after
 * that. The stream keeps it, since it is not asked for more. */
static void put_back(sz_worker *w) {
    hand *h = &w->hand;
    h->is_on = w->may_cut = false;
    witness_note(w, h->last, w->position);
    w->held = (sz_msg){.kind = SZ_MSG_INPUT, .inputs = h->in + h->at, .n = h->n - h->at, .offset = h->offset};
    w->is_held = true;
}

/* The stream is not asked for more, and nothing is committed, before all of it is used. */
void hand_go_on(sz_worker *w) {
    hand *h = &w->hand;
    w->is_next_step = false;
    take(w);
    if (h->is_on && tick_is_firing(w)) put_back(w);
    if (h->is_on || w->is_held) return;
    w->may_cut = false;
    if (w->is_log && !h->is_end) witness_note(w, h->last, h->offset);
    if (!h->is_end) return;
    w->batch_open = false;
    w->ended = true;
}

void hand_finish(sz_worker *w) {
    w->may_cut = false;
    if (w->hand.is_on) hand_go_on(w);
}

/* A log is read again from there; files are read once. */
static bool hold_back(sz_worker *w, const sz_msg *m) {
    if (!switch_is_on(w) || w->is_log) return false;
    w->held = *m;
    w->is_held = true;
    return true;
}

/* Parts of other partitions came between the asking and this, and what they make due comes first. */
static bool keeps(sz_worker *w, const sz_msg *m) {
    bool is_asked_for = w->wanted && !w->n_seeks && !w->must_seek && !w->is_held;
    if (!w->is_log || w->state != SZ_WK_RUNNING || !is_asked_for) return false;
    if (!tick_is_firing(w) || !parts_are_exchanged(w) || switch_is_on(w)) return false;
    w->wanted = false;
    w->held = *m;
    w->is_held = true;
    return true;
}

void on_input(sz_worker *w, const sz_msg *m) {
    const sz_input *in = m->inputs;
    uint32_t n = m->n;
    if (hold_back(w, m)) return;
    if (keeps(w, m)) {
        worker_go_on(w);
        return;
    }
    if (w->is_log ? !witness_pass(w, &in, &n) : !takes_files(w)) {
        worker_go_on(w);
        return;
    }
    w->wanted = false;
    w->is_quiet = !n && !w->is_log;
    if (n) w->batch_open = true;
    if (n && w->dirty_ms == SZ_TIME_MAX) w->dirty_ms = w->now_ms;
    if (n) limit_set(w);
    w->hand = (hand){.is_on = true, .in = in, .n = n, .offset = m->offset};
    w->may_cut = w->state == SZ_WK_RUNNING; /* of files more is taken while the store is away */
    hand_go_on(w);
    worker_go_on(w);
}

void on_input_end(sz_worker *w, const sz_msg *m) {
    if (m->answer == SZ_ANS_FAILED) {
        worker_fail_told(w, SZ_IO, "", "", m);
        return;
    }
    if (w->is_log && w->state == SZ_WK_RUNNING) { /* the run was to read up to here; its log goes on */
        w->wanted = false;
        if (parts_end(w)) {
            worker_go_on(w);
            return;
        }
        input_end(w);
        stop_at_end(w);
    }
    if (w->is_log || !takes_files(w) || hold_back(w, m)) return;
    w->wanted = false;
    w->hand = (hand){.is_on = true, .is_end = true};
    w->may_cut = w->state == SZ_WK_RUNNING;
    hand_go_on(w);
    worker_go_on(w);
}

bool take_held(sz_worker *w) {
    if (!w->is_held) return false;
    w->is_held = false;
    if (w->held.kind == SZ_MSG_INPUT) on_input(w, &w->held);
    else on_input_end(w, &w->held);
    return true;
}

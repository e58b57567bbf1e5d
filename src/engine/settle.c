/* SPDX-License-Identifier: Apache-2.0
 *
 * Output commit (protocol rule B, 2.6): an alert leaves when its commit can no longer be lost. A commit is settled once
 * another one, sent at least `settle` after the answer to the first, has found its parent. Settled alerts are submitted
 * in order; acknowledgements count the front of the outbox, and the next commit trims it.
 */
#include "worker.h"

enum { OUTBOX_MOST = 10000, TELL_MS = 5000 };
static const uint64_t outbox_most_bytes = 64u << 20;

bool outbox_is_full(const sz_worker *w) {
    uint32_t n = w->outbox.n + w->sent.alerts.n + w->alerts.n;
    return n > OUTBOX_MOST || w->outbox.bytes.n + w->sent.alerts.bytes.n + w->alerts.bytes.n > outbox_most_bytes;
}

static void settling_push(sz_worker *w, const settling *s) {
    settling *last = w->n_settlings ? &w->settlings[w->n_settlings - 1] : NULL;
    if (last && last->ok_ms == s->ok_ms) {
        bool has_alerts = last->has_alerts || s->has_alerts;
        *last = *s;
        last->has_alerts = has_alerts;
        return;
    }
    if (w->n_settlings == w->cap_settlings) {
        w->cap_settlings = w->cap_settlings ? 2 * w->cap_settlings : 16;
        w->settlings = sz_realloc(w->settlings, w->cap_settlings * sizeof *w->settlings);
    }
    w->settlings[w->n_settlings++] = *s;
}

static void settled(sz_worker *w, const settling *s) {
    if (s->upto > w->n_settled) {
        uint32_t n = s->upto - w->n_settled;
        int64_t took = w->now_ms - s->ok_ms;
        w->op.settled += n;
        w->op.settle_sum_ms += took * n;
        if (took > w->op.settle_max_ms) w->op.settle_max_ms = took;
        w->n_settled = s->upto;
    }
    if (s->position > w->settled_position) w->settled_position = s->position;
}

void settle_by(sz_worker *w, int64_t sent_ms) {
    uint32_t n = 0;
    while (n < w->n_settlings && w->settlings[n].ok_ms + w->o.settle_ms <= sent_ms) settled(w, &w->settlings[n++]);
    if (n) memmove(w->settlings, w->settlings + n, (w->n_settlings - n) * sizeof *w->settlings);
    w->n_settlings -= n;
}

static bool is_at_once(const sz_worker *w) { return w->o.settle_ms == 0 || SZ_IS_MUTANT(SZ_MUTANT_PUBLISH_AT_OK); }

/* Its alerts are in the outbox already. */
void settle_add(sz_worker *w, const outgoing *o) {
    settling s = {.upto = w->outbox.n, .ok_ms = w->now_ms, .position = o->position, .has_alerts = o->alerts.n > 0};
    if (is_at_once(w)) settled(w, &s); /* on the disk when the answer came */
    else settling_push(w, &s);
}

/* After a START: what is not acknowledged waits anew, and leaves again under another tag. */
void settle_anew(sz_worker *w) {
    w->n_settlings = 0;
    w->n_submitted = w->n_settled = w->n_acked;
    settling s = {.upto = w->outbox.n,
                  .ok_ms = w->now_ms,
                  .position = w->committed_position,
                  .has_alerts = w->outbox.n > w->n_acked};
    if (is_at_once(w)) settled(w, &s);
    else settling_push(w, &s);
}

int64_t settle_due_ms(const sz_worker *w) {
    for (uint32_t i = 0; i < w->n_settlings; i++)
        if (w->settlings[i].has_alerts) return w->settlings[i].ok_ms + w->o.settle_ms;
    return SZ_TIME_MAX;
}

void settle_submit(sz_worker *w) {
    if (SZ_IS_MUTANT(SZ_MUTANT_PUBLISH_UNCONFIRMED)) settle_by(w, w->now_ms);
    uint32_t n = w->n_settled - w->n_submitted;
    if (!n || !w->ports.sink.submit) return; /* no sink: a state is only looked at */
    sz_str *v = SZ_NEWN(&w->step, sz_str, n);
    for (uint32_t i = 0; i < n; i++) v[i] = lines_at(&w->outbox, w->n_submitted + i);
    w->n_submitted = w->n_settled;
    if (SZ_IS_MUTANT(SZ_MUTANT_TRIM_EARLY)) w->n_acked = w->n_submitted;
    w->op.submitted += n;
    w->ports.sink.submit(w->ports.sink.self, w->tag, v, n);
    sz_arena_reset(&w->step);
}

void settle_trim(sz_worker *w, uint32_t n) {
    lines_drop_front(&w->outbox, n);
    w->n_acked -= n; /* what was acknowledged while it was under way goes with the next one */
    w->n_submitted -= n;
    w->n_settled -= n;
    for (uint32_t i = 0; i < w->n_settlings; i++) w->settlings[i].upto -= n;
}

/* For the group's lag only, and as the proof of a loss deeper than `settle`: now and then. */
void settle_tell(sz_worker *w, bool now) {
    if (!w->ports.stream.settled || w->settled_position < 0 || w->settled_position <= w->group_offset) return;
    if (!now && w->now_ms - w->told_ms < TELL_MS) return;
    w->told_ms = w->now_ms;
    w->group_offset = w->settled_position;
    w->ports.stream.settled(w->ports.stream.self, w->settled_position);
}

void on_delivered(sz_worker *w, const sz_msg *m) {
    if (m->tag != w->tag) return;
    if (m->answer == SZ_ANS_FAILED) {
        worker_fail_told(w, SZ_IO, "", "", m);
        return;
    }
    if (m->answer != SZ_ANS_OK) {
        start_later(w, m);
        return;
    }
    uint64_t most = w->n_submitted - w->n_acked, n = m->n_delivered < most ? m->n_delivered : most;
    w->n_acked += (uint32_t)n;
    w->op.delivered += n;
    w->alerts_pos = m->sink_pos;
    worker_go_on(w);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The partition goes elsewhere, or the run ends (protocol 2.7). Revoked: what was done is committed, the outbox travels
 * with the state, and memory stays for a minute, should the partition come back: START decides whether it is still
 * true. Stopped: the same, and then whatever is settled is seen out.
 */
#include "worker.h"

enum { PARKING_MS = 5000, PARKED_MS = 60000, INSTANT_RECORDS = 2048 };

/* Who was told to stop leaves to the next one what cannot be brought to its end now. A log that was read to its end has
 * to be seen out: the run was to bring it there, and ends well after it. */
bool leaves_the_rest(const sz_worker *w) { return w->is_stopping && !w->is_at_end; }

void park(sz_worker *w) {
    w->is_parking = w->wanted = w->must_seek = false;
    w->state = leaves_the_rest(w) ? SZ_WK_STOPPED : SZ_WK_PARKED;
    w->wait_ms = w->has_memory ? w->now_ms + PARKED_MS : SZ_TIME_MAX;
    settle_tell(w, true);
}

static bool holds_it(const sz_worker *w) {
    return w->state == SZ_WK_RUNNING || w->state == SZ_WK_SEEKING || w->state == SZ_WK_DRAINING;
}

void on_revoked(sz_worker *w, const sz_msg *m) {
    if (w->state == SZ_WK_IDLE) return;
    w->start_wanted = false;
    if (m->is_lost || !holds_it(w)) {
        park(w);
        return;
    }
    w->is_parking = true;
    w->wait_ms = w->now_ms + PARKING_MS;
    w->wanted = false;
    w->state = SZ_WK_DRAINING;
    worker_go_on(w);
}

/* The rest of an instant of sorted files comes first, so that its lines leave in one order (instant.c), if it is no
 * more than so many records, and they are there. */
static bool ends_instant_first(const sz_worker *w) {
    return w->state == SZ_WK_RUNNING && !w->is_quiet && instant_is_open(w) && w->n.read < w->stop_at_read;
}

static void stop(sz_worker *w) {
    if (!w->stop_at_read) w->stop_at_read = w->n.read + INSTANT_RECORDS;
    if (ends_instant_first(w)) {
        worker_go_on(w);
        return;
    }
    w->is_stopping = true;
    if (!holds_it(w)) { /* nothing is held that is not in the state, or will be read again */
        bool is_coming = w->state == SZ_WK_ACQUIRING || w->state == SZ_WK_LOADING || w->state == SZ_WK_BACKOFF;
        w->was_unseen = is_coming && !w->has_memory;
        w->state = SZ_WK_STOPPED;
        return;
    }
    w->state = SZ_WK_DRAINING;
    worker_go_on(w);
}

void on_stop(sz_worker *w) {
    w->is_at_end = false;
    stop(w);
}

void stop_at_end(sz_worker *w) {
    w->is_at_end = true;
    stop(w);
}

/* The state may be an older one afterwards, and what it lacks is read again, up to the same end. */
void read_on(sz_worker *w) {
    if (!w->is_at_end) return;
    w->is_at_end = w->is_stopping = w->ended_applied = false;
    w->stop_at_read = 0;
}

void stop_if_asked(sz_worker *w) {
    bool is_over = w->state == SZ_WK_FAILED || w->state == SZ_WK_STOPPED;
    if (w->stop_at_read && !w->is_stopping && !is_over && !w->hand.is_on && !ends_instant_first(w)) stop(w);
}

void sz_worker_left(const sz_worker *w, sz_left *out) {
    *out = (sz_left){.is_unseen = w->was_unseen};
    if (!w->has_memory) return;
    out->records = w->since_commit + (w->sent.is_made ? w->sent.records : 0);
    out->alerts = w->outbox.n - w->n_acked;
}

void drain(sz_worker *w) {
    if (w->is_parking && w->now_ms >= w->wait_ms) {
        park(w);
        return;
    }
    settle_submit(w);
    if (w->sent.is_made) return;
    bool has_acks = w->is_parking && w->n_acked; /* they belong into the state, or those alerts go out once more */
    bool is_between = w->n_forms && !w->is_log;  /* of files there is nobody who waits for the state */
    if (is_dirty(w) || has_acks || is_between || !w->ended_applied) {
        w->ended_applied = true;
        commit_start(w);
        return;
    }
    if (w->is_parking) {
        park(w);
        return;
    }
    if (settle_due_ms(w) != SZ_TIME_MAX) { /* the last alerts are to settle */
        if (settle_due_ms(w) <= w->now_ms) commit_start(w);
        return;
    }
    if (w->n_submitted > w->n_acked) return; /* delivered will come */
    if (w->n_acked) {
        commit_start(w); /* the acknowledgements belong into the state */
        return;
    }
    settle_tell(w, true);
    w->state = SZ_WK_STOPPED;
}

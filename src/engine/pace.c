/* SPDX-License-Identifier: Apache-2.0
 *
 * When is a commit due (protocol 2.1, 2.6)? When much has gathered; where a log is read also half a second after the
 * first record, when it is to confirm one before it, and now and then with nothing in it: an idle worker would not
 * notice that the store was rolled back. No output depends on it.
 */
#include "worker.h"

enum { ALERTS_A_COMMIT = 1000, RECORDS_MS = 500, IDLE_MS = 5000 };
static const uint64_t journal_a_commit = 4u << 20; /* no input beyond it */
static const uint64_t journal_of_a_log = 1u << 20; /* it is due, unless the one before is under way */

bool is_dirty(const sz_worker *w) {
    return w->alerts.n || w->dead.n || w->ledger.n || w->tables.n || !journal_is_empty(&w->journal) || w->n_touched ||
           w->since_commit || (w->is_log && w->position != w->committed_position) || w->is_other_meaning || w->is_torn;
}

bool commit_is_large(const sz_worker *w) {
    if (instant_is_open(w)) return false;
    if (w->alerts.n >= ALERTS_A_COMMIT || journal_size(w) >= journal_a_commit || w->dead.bytes.n >= journal_a_commit)
        return true;
    return w->o.commit_records && w->since_commit >= w->o.commit_records;
}

/* A log is read from all year, by as many workers as there are partitions, each of which keeps what it sends as a
 * journal, as a blob and as a request until the store has answered: four times as much is four times the memory, cold
 * each time. A file's commit waits for the disk, so there are few of them. */
static bool has_gathered(const sz_worker *w) { return w->is_log && journal_size(w) >= journal_of_a_log; }

int64_t commit_due_ms(const sz_worker *w) {
    if (instant_is_open(w)) return SZ_TIME_MAX;
    if (w->parts.must_commit) return INT64_MIN;
    bool waits = ended_is_owed(w) && outbox_is_full(w);
    bool has_more = (w->n_forms || ended_is_owed(w)) && !waits;
    if (w->is_other_meaning || has_more || w->is_torn || commit_is_large(w) || has_gathered(w) ||
        (w->n_acked && outbox_is_full(w)))
        return INT64_MIN;
    int64_t due = settle_due_ms(w);
    if (!w->is_log) return w->is_quiet && w->since_commit ? INT64_MIN : due; /* of a pipe that is silent */
    if (w->dirty_ms != SZ_TIME_MAX && w->dirty_ms + RECORDS_MS < due) due = w->dirty_ms + RECORDS_MS;
    return w->idle_ms + IDLE_MS < due ? w->idle_ms + IDLE_MS : due;
}

bool commit_is_due(const sz_worker *w) { return commit_due_ms(w) <= w->now_ms; }

int64_t sz_worker_wake_ms(const sz_worker *w) {
    bool works = w->state == SZ_WK_RUNNING || w->state == SZ_WK_DRAINING;
    int64_t at = SZ_TIME_MAX;
    if (w->state == SZ_WK_LOADING && load_is_ending(w)) return INT64_MIN;
    if (w->is_first_start && w->state == SZ_WK_RUNNING) return INT64_MIN;
    bool goes_on = w->hand.is_on || (!ended_is_owed(w) && (tick_may_fire(w) || switch_may_go_on(w)));
    if (w->state == SZ_WK_RUNNING && goes_on) return INT64_MIN;
    if (w->state == SZ_WK_BACKOFF || w->state == SZ_WK_PARKED || (w->is_parking && works)) at = w->wait_ms;
    if (w->state == SZ_WK_RUNNING && others_wake_ms(w) < at) at = others_wake_ms(w);
    if (!works || w->sent.is_made) return at;
    int64_t due = w->state == SZ_WK_RUNNING ? commit_due_ms(w) : settle_due_ms(w);
    return due < at ? due : at;
}

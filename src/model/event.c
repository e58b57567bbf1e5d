/* SPDX-License-Identifier: Apache-2.0
 *
 * event: what an event is to the rest: seen, an undo, earlier or later.
 */
#include <sanzao/model.h>

bool sz_event_is_seen(const sz_types *t, const sz_event *e) {
    switch (e->type) {
    case SZ_TYPE_SWIPE: return e->op == SZ_SWIPE_CONSUME;
    case SZ_TYPE_ATTENDANCE:
        return e->status == SZ_ATTEND_PRESENT || e->status == SZ_ATTEND_LATE || e->status == SZ_ATTEND_EARLY_LEAVE;
    case SZ_TYPE_DORM_ACCESS: return e->result == SZ_RESULT_GRANTED;
    case SZ_TYPE_PRESENCE: return true;
    default: return e->type < t->n && t->v[e->type].presence;
    }
}

bool sz_event_is_undo(const sz_event *e) {
    if (e->ref.n == 0) return false;
    if (e->type == SZ_TYPE_SWIPE) return e->op == SZ_SWIPE_REFUND || e->op == SZ_SWIPE_REVERSAL;
    return e->type == SZ_TYPE_ATTENDANCE && e->status == SZ_ATTEND_EXCUSED;
}

int sz_event_cmp(const sz_event *a, const sz_event *b) {
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
    int c = sz_str_cmp(a->source, b->source);
    return c ? c : sz_str_cmp(a->id, b->id);
}

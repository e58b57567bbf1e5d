/* SPDX-License-Identifier: Apache-2.0
 *
 * Can anything be said of a student, and why not: the summary counts it, and who mends what is missing asks for each.
 */
#include "judged.h"

const char *const sz_why_not_names[SZ_N_WHY_NOT] = {"judged", "rarely_seen", "unknown", "on_leave", "inactive"};

sz_eval judged_eval(const sz_worker *w, const sz_timeline *tl, int64_t t_ms) {
    const sz_student *info = tl->student == SZ_NONE ? NULL : sz_campus_student(w->campus, tl->student);
    sz_eval ev = {.fs = &w->bundle->fs,
                  .facts = &w->facts,
                  .types = w->tc.types,
                  .zone = w->tc.zone,
                  .dict = &w->dict,
                  .student = tl->student,
                  .info = info,
                  .student_id = tl->id,
                  .state = &tl->head,
                  .use_leaves = info && info->leave_to > info->leave_from};
    if (t_ms != SZ_TIME_NONE) sz_eval_at(&ev, t_ms);
    return ev;
}

/* What waits is looked at where it lies: to add it up would take as long for each as his check of a morning. */
static bool is_rarely_seen(const sz_worker *w, sz_eval *ev, const sz_timeline *tl, bool *is_unknown) {
    bool is_rare = sz_rarely_seen_with(ev, sz_timeline_waiting(tl), is_unknown);
#ifndef NDEBUG
    bool is_unknown_then;
    sz_timeline_catch_up((sz_timeline *)(uintptr_t)tl, &((sz_worker *)(uintptr_t)w)->tc);
    if (sz_rarely_seen(ev, &is_unknown_then) != is_rare || is_unknown_then != *is_unknown) __builtin_trap();
#endif
    (void)w;
    return is_rare;
}

sz_why_not judged_why(const sz_worker *w, const sz_timeline *tl, int64_t t_ms, sz_eval *ev, sz_presence *presence) {
    if (!tl->is_active) return SZ_IS_INACTIVE;
    if (t_ms == SZ_TIME_NONE) return SZ_IS_UNKNOWN;
    if (presence) *presence = sz_presence_with(ev, sz_timeline_waiting(tl));
    if (ev->use_leaves && sz_campus_on_leave(w->campus, tl->student, w->facts.known, SZ_ON_LEAVE_KINDS, t_ms))
        return SZ_IS_ON_LEAVE;
    bool is_unknown = true, is_rare = is_rarely_seen(w, ev, tl, &is_unknown);
    return is_rare ? SZ_IS_RARELY_SEEN : is_unknown ? SZ_IS_UNKNOWN : SZ_CAN_BE_JUDGED;
}

void sz_worker_not_judged(sz_worker *w, void (*tell)(void *self, const sz_not_judged *who), void *self) {
    int64_t t = clock_lowest(w);
    size_t size = (sz_campus_n_students(w->campus) + 1) * sizeof(uint32_t);
    uint32_t *cards = memset(sz_alloc(size), 0, size);
    bool has_cards = sz_campus_count_cards(w->campus, t, cards);
    for (uint32_t i = 0; i < w->students.n; i++) {
        sz_timeline made = {0};
        const sz_timeline *tl = student_look(w, i, &made, true);
        sz_eval ev = judged_eval(w, tl, t);
        sz_not_judged who = {.student = tl->id,
                             .info = ev.info,
                             .presence = {.last_ms = SZ_TIME_NONE},
                             .n_cards = ev.info ? cards[tl->student] : 0,
                             .has_cards = has_cards};
        who.why = judged_why(w, tl, t, &ev, &who.presence);
        if (who.why != SZ_CAN_BE_JUDGED) tell(self, &who);
        if (tl != &made) continue;
        sz_timeline_fini(&made);
        if (!w->tc.n_alerts) sz_arena_reset(&w->step);
    }
    sz_free(cards);
}

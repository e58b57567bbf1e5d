/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules and campus change while a worker runs (SZ_MSG_BUNDLE; traps 14 and 15 of protocol.md). First what was taken so
 * far is committed; then the worker passes its students through their stored form, as a restart would, so that a
 * reload and a run with other rules are one path; and what that says and changes goes in a commit of its own. The
 * store's students stay in the form of the rules before it until their turn comes (forms.c).
 *
 * The pass goes in steps of so many students each; what the stream has given meanwhile waits.
 */
#include "worker.h"

struct switching {
    students from; /* of the old world; those before `at` have gone over */
    uint32_t at;
    sz_bundle *bundle;
    sz_campus *campus;
    sz_tlctx old; /* all that packing asks */
    sz_buf bytes, story;
    bool *was_stored;
    bool is_over; /* all have gone over, and the load's end is under way */
};

void switch_forget(sz_worker *w) {
    sz_bundle_unref(w->next_bundle);
    sz_campus_free(w->next_campus);
    w->next_bundle = NULL;
    w->next_campus = NULL;
}

void switch_note(sz_worker *w) {
    w->n_switched++;
    w->switched_ms = w->clocks.wmax_ms;
    w->was_switched = false;
}

/* While no memory is worked on (parked, held because of older rules, waiting for the store): memory goes, and a START
 * loads it under the others. The same rules and campus are no newer for having been read again. */
static bool is_at_once(sz_worker *w, sz_bundle *bundle, sz_campus *campus) {
    if (w->state == SZ_WK_RUNNING || w->state == SZ_WK_SEEKING || w->state == SZ_WK_DRAINING || !w->is_log)
        return false;
    memory_fini(w);
    uint64_t campus_id = sz_campus_identity(campus, sz_campus_cards_hash(campus));
    bool is_same = bundle->hash == w->bundle->hash && campus_id == w->campus_id;
    w->knows_ver = w->knows_ver && is_same;
    if (!w->knows_ver) w->o.bundle_ver = 0;
    sz_bundle_unref(w->bundle);
    sz_campus_free(w->campus);
    w->bundle = bundle;
    w->campus = campus;
    w->was_switched = true;
    memory_init(w);
    if (w->state != SZ_WK_IDLE && w->state != SZ_WK_PARKED) start(w);
    return true;
}

void switch_ask(sz_worker *w, sz_bundle *bundle, sz_campus *campus) {
    switch_forget(w);
    if (is_at_once(w, bundle, campus)) return;
    w->next_bundle = bundle;
    w->next_campus = campus;
    worker_go_on(w);
}

bool switch_if_asked(sz_worker *w) {
    sz_bundle *bundle = w->next_bundle;
    sz_campus *campus = w->next_campus;
    w->next_bundle = NULL;
    w->next_campus = NULL;
    if (bundle && is_at_once(w, bundle, campus)) return true;
    w->next_bundle = bundle; /* their turn comes when the worker runs */
    w->next_campus = campus;
    return false;
}

static void clear_world(sz_worker *w) {
    world_fini(w);
    sz_arena_reset(&w->world);
    w->plan = (sz_state_plan){0};
    w->acc_from_ms = w->rule_from_ms = NULL;
    forms_end(w);
    w->is_new = false;
}

/* His stored form, and what the new rules make of it. */
static bool take_over(sz_worker *w, struct switching *x, sz_timeline *tl) {
    w->tc.carry = w->n_forms ? &w->forms[w->n_forms - 1].aloud : NULL;
    bool is_read = record_is_read(w, sz_timeline_unpack(tl, &w->tc, x->bytes.p, x->bytes.n));
    w->tc.carry = NULL;
    if (!is_read) return false;
    sz_buf_clear(&x->story);
    sz_timeline_pack_story(&x->story, tl, &w->tc);
    tl->story_changed = !sz_str_eq(sz_timeline_story(sz_buf_str(&x->bytes)), sz_buf_str(&x->story));
    return true;
}

/* One student out of the old world into the new one, under the same number: the journal's bookkeeping goes by it. */
static void carry_student(sz_worker *w, struct switching *x, uint32_t k) {
    sz_timeline *from = x->from.v[k];
    step_count(w);
    sz_buf_clear(&x->bytes);
    sz_timeline_pack(&x->bytes, from, &x->old);
    uint32_t i = student_get(w, from->id, true);
    sz_timeline *tl = w->students.v[i];
    if (x->was_stored[k]) dues_stored(w, i);
    if (take_over(w, x, tl)) student_settle(w, tl), queue_update(w, i);
    sz_arena_reset(&w->step);
    timeline_free(&x->from, from);
    x->from.v[k] = NULL;
}

/* The header's body as a commit here would have it: memory is what the store holds. */
static void put_header(sz_buf *body, const sz_worker *w) {
    outgoing here = {.dict_to = w->dict.n, .c.parent = w->name};
    header_put(body, w, &here);
}

static void switch_begin(sz_worker *w) {
    struct switching *x = w->switching = sz_alloc(sizeof *x);
    *x = (struct switching){.bundle = w->bundle,
                            .campus = w->campus,
                            .from = w->students,
                            .old = {.bundle = w->bundle, .types = w->tc.types}};
    sz_buf_init(&x->bytes);
    sz_buf_init(&x->story);
    x->was_stored = sz_alloc(w->students.n + 1);
    for (uint32_t i = 0; i < w->students.n; i++) x->was_stored[i] = dues_are_stored(w, i);
    int64_t limit = w->clocks.limit_ms;
    put_header(&x->bytes, w);
    clear_world(w);
    w->bundle = w->next_bundle;
    w->campus = w->next_campus;
    w->next_bundle = NULL;
    w->next_campus = NULL;
    world_init(w);
    w->students = (students){0};
    students_init(w);
    if (!header_get(w, sz_buf_str(&x->bytes))) worker_hold_damaged(w, "its header cannot be read", "头部无法读取");
    w->clocks.limit_ms = limit;
    w->tc.begin_ms = w->clocks.begin_ms;
    w->tc.wmax_ms = w->clocks.wmax_ms;
    load_clocks(w);
    peers_sweep(w);
}

static void carry_students(sz_worker *w, struct switching *x) {
    while (w->step_students < students_a_step(w) && x->at < x->from.n && w->state == SZ_WK_RUNNING)
        carry_student(w, x, x->at++);
    if (x->at < x->from.n || w->state != SZ_WK_RUNNING) return;
    x->is_over = true;
    if (files_differ(w)) w->bundle_ver++;
    load_end(w, false);
}

void switch_drop(sz_worker *w) {
    struct switching *x = w->switching;
    if (!x) return;
    w->switching = NULL;
    students_free(&x->from);
    sz_bundle_unref(x->bundle);
    sz_campus_free(x->campus);
    sz_buf_fini(&x->bytes);
    sz_buf_fini(&x->story);
    sz_free(x->was_stored);
    sz_free(x);
}

bool switch_is_on(const sz_worker *w) { return w->switching || ended_is_owed(w); }

static void switch_step(sz_worker *w) {
    if (!w->switching->is_over) carry_students(w, w->switching);
    else load_go_on(w);
    if (w->state == SZ_WK_RUNNING && (!w->switching->is_over || load_is_ending(w))) return;
    switch_drop(w);
    if (w->state != SZ_WK_RUNNING) return;
    switch_note(w);
    commit_start(w);
}

void switch_finish(sz_worker *w) {
    for (; w->switching; switch_step(w)) w->step_students = 0;
}

/* Of who sleeps the old rules make a student first. */
static bool wake_some(sz_worker *w) {
    for (; w->students.asleep.n && w->at_waking < w->students.n; w->at_waking++) {
        if (w->students.v[w->at_waking]) continue;
        if (w->step_students >= students_a_step(w)) return false;
        step_count(w);
        student_wake(w, w->at_waking);
        sz_arena_reset(&w->step);
    }
    w->at_waking = 0;
    return true;
}

void switch_go_on(sz_worker *w) {
    if (w->switching) {
        switch_step(w);
        return;
    }
    if (w->sent.is_made || w->store_busy) return; /* its answer comes first */
    if (!wake_some(w) || w->state != SZ_WK_RUNNING) return;
    if (is_dirty(w) || w->n_forms) { /* the store holds one form at most beside ours */
        commit_start(w);
        return;
    }
    switch_begin(w);
    if (w->state == SZ_WK_RUNNING) switch_step(w);
    else switch_drop(w);
}

/* More of it is to be done though nothing comes. */
bool switch_may_go_on(const sz_worker *w) {
    if (w->switching) return true;
    return w->next_bundle && !w->sent.is_made && !w->store_busy && !tick_is_firing(w);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules and campus change while a worker runs (SZ_MSG_BUNDLE; traps 14 and 15 of protocol.md). First what was taken so
 * far is committed; then the worker passes its students through their stored form, as a restart would, so that a
 * reload and a run with other rules are one path; and what that says and changes goes in a commit of its own.
 *
 * The pass is one step: about as long as it takes to load the state.
 */
#include "worker.h"

void switch_forget(sz_worker *w) {
    sz_bundle_unref(w->next_bundle);
    sz_campus_free(w->next_campus);
    w->next_bundle = NULL;
    w->next_campus = NULL;
}

/* While no memory is worked on (parked, held because of older rules, waiting for the store): memory goes, and a START
 * loads it under the others. Rules of the same meaning are no newer for having been read again. */
static bool is_at_once(sz_worker *w, sz_bundle *bundle, sz_campus *campus) {
    if (w->state == SZ_WK_RUNNING || w->state == SZ_WK_SEEKING || w->state == SZ_WK_DRAINING || !w->is_log)
        return false;
    memory_fini(w);
    w->knows_ver = w->knows_ver && bundle->hash == w->bundle->hash;
    if (!w->knows_ver) w->o.bundle_ver = 0;
    sz_bundle_unref(w->bundle);
    sz_campus_free(w->campus);
    w->bundle = bundle;
    w->campus = campus;
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
    return bundle && is_at_once(w, bundle, campus);
}

static void clear_world(sz_worker *w) {
    world_fini(w);
    sz_arena_reset(&w->world);
    w->plan = (sz_state_plan){0};
    w->acc_from_ms = w->rule_from_ms = NULL;
    w->is_new = false;
}

/* One student out of the old world into the new one, under the same number: the journal's bookkeeping goes by it. */
static void carry_student(sz_worker *w, const sz_timeline *from, const sz_tlctx *old, sz_buf *bytes) {
    sz_buf_clear(bytes);
    sz_timeline_pack(bytes, from, old);
    uint32_t i = student_get(w, from->id, true);
    record_is_read(w, sz_timeline_unpack(w->students.v[i], &w->tc, bytes->p, bytes->n));
    sz_arena_reset(&w->step);
}

static void carry_students(sz_worker *w, students *from, const sz_tlctx *old) {
    sz_buf bytes;
    sz_buf_init(&bytes);
    for (uint32_t i = 0; i < from->n; i++) {
        if (w->state == SZ_WK_RUNNING) carry_student(w, from->v[i], old, &bytes);
        sz_timeline_fini(from->v[i]);
        sz_free(from->v[i]);
        from->v[i] = NULL;
    }
    sz_buf_fini(&bytes);
}

static void free_shell(students *s) {
    sz_free(s->v);
    sz_free(s->of_campus);
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++) {
        sz_free(s->heaps[k].v);
        sz_free(s->heaps[k].pos);
    }
    sz_map_fini(&s->ids);
}

/* The header's body as a commit here would have it: memory is what the store holds. */
static void put_header(sz_buf *body, const sz_worker *w) {
    outgoing here = {.dict_to = w->dict.n, .c.parent = w->name};
    header_put(body, w, &here);
}

static void switch_now(sz_worker *w) {
    sz_bundle *bundle = w->bundle;
    sz_campus *campus = w->campus;
    students from = w->students;
    sz_tlctx old = {.bundle = bundle, .types = w->tc.types}; /* all that packing asks */
    int64_t limit = w->clocks.limit_ms;
    sz_buf body;
    sz_buf_init(&body);
    put_header(&body, w);
    clear_world(w);
    w->bundle = w->next_bundle;
    w->campus = w->next_campus;
    w->next_bundle = NULL;
    w->next_campus = NULL;
    world_init(w);
    w->students = (students){0};
    students_init(w);
    if (!header_get(w, sz_buf_str(&body))) worker_hold_damaged(w, "its header cannot be read", "头部无法读取");
    w->clocks.limit_ms = limit;
    w->tc.begin_ms = w->clocks.begin_ms;
    w->tc.wmax_ms = w->clocks.wmax_ms;
    carry_students(w, &from, &old);
    if (w->state == SZ_WK_RUNNING) load_end(w);
    if (w->plan.is_other) w->bundle_ver++;
    w->n_switched++;
    w->switched_ms = w->clocks.wmax_ms;
    free_shell(&from);
    sz_bundle_unref(bundle);
    sz_campus_free(campus);
    sz_buf_fini(&body);
}

void switch_go_on(sz_worker *w) {
    if (w->sent.is_made || w->store_busy) return; /* its answer comes first */
    if (is_dirty(w)) {
        commit_start(w);
        return;
    }
    switch_now(w);
    if (w->state == SZ_WK_RUNNING) commit_start(w);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * All students of a worker.
 */
#include "worker.h"

#include <assert.h>

/* Of the roster, about. */
static uint32_t n_at_home(const sz_worker *w) { return w->students.n_of_campus / (w->o.parts ? w->o.parts : 1); }

/* Room for all of them is made at once. */
static uint32_t first_room(const sz_worker *w) {
    uint32_t room = 256;
    while (room < n_at_home(w) && room < UINT32_C(1) << 30) room *= 2;
    return room;
}

static void grow(sz_worker *w) {
    students *s = &w->students;
    uint32_t from = s->cap;
    s->cap = s->cap ? 2 * s->cap : first_room(w);
    s->v = sz_realloc(s->v, s->cap * sizeof *s->v);
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) queue_grow(&s->queues[k], from, s->cap);
    if (s->asleep.of) asleep_grow(&s->asleep, from, s->cap);
    dues_grow(w, from);
}

/* His number is taken, and nothing of him is there yet. */
static void student_add(sz_worker *w, uint32_t i) {
    w->students.n++;
    w->students.v[i] = NULL;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) w->students.queues[k].place[i] = SZ_NONE;
}

sz_timeline *timeline_new(students *s) {
    size_t cap;
    return sz_pool_take(s->pool, s->timeline_bytes, s->timeline_bytes, &cap);
}

void timeline_free(students *s, sz_timeline *tl) {
    sz_timeline_fini(tl);
    sz_pool_give(s->pool, tl, s->timeline_bytes);
}

static uint32_t student_new(sz_worker *w, sz_str id, uint32_t in_campus) {
    students *s = &w->students;
    if (s->n == s->cap) grow(w);
    uint32_t i = sz_map_intern(&s->ids, id);
    student_add(w, i);
    if (in_campus != SZ_NONE) s->of_campus[in_campus] = i;
    sz_timeline *tl = s->v[i] = timeline_new(s);
    sz_timeline_init(tl, &w->tc, sz_map_key(&s->ids, i), in_campus);
    tl->due_changed = true;
    queue_update(w, i);
    return i;
}

uint32_t student_read(sz_worker *w, sz_str id) {
    students *s = &w->students;
    if (s->n == s->cap) grow(w);
    uint32_t i = sz_map_intern(&s->ids, id);
    if (i < s->n) return i;
    student_add(w, i);
    if (!s->asleep.of) asleep_grow(&s->asleep, 0, s->cap);
    s->asleep.n++;
    dues_stored(w, i);
    snaps_reserve(w);
    return i;
}

sz_str student_id(const sz_worker *w, uint32_t i) { return sz_map_key(&w->students.ids, i); }

uint32_t student_get(sz_worker *w, sz_str id, bool create) {
    const uint32_t *i = sz_map_get(&w->students.ids, id);
    if (i) return *i;
    return create ? student_new(w, id, sz_campus_find_student(w->campus, id)) : SZ_NONE;
}

const sz_timeline *student_of_campus(const sz_worker *w, uint32_t in_campus) {
    const students *s = &w->students;
    uint32_t i = in_campus < s->n_of_campus ? s->of_campus[in_campus] : SZ_NONE;
    return i == SZ_NONE ? NULL : s->v[i];
}

void student_fetch_self(const sz_worker *w, uint32_t i) {
    const sz_timeline *tl = i < w->students.n ? w->students.v[i] : NULL;
    if (tl) sz_timeline_prefetch_self(tl, &w->tc);
}

void student_fetch_rest(const sz_worker *w, uint32_t i, bool is_due) {
    const sz_timeline *tl = i < w->students.n ? w->students.v[i] : NULL;
    if (!tl) return;
    if (is_due) sz_timeline_prefetch_due(tl, &w->tc);
    else sz_timeline_prefetch_all(tl);
    if (tl->student != SZ_NONE && sz_campus_has_leaves(w->campus, tl->student))
        __builtin_prefetch(&sz_campus_student(w->campus, tl->student)->leave_from);
}

void students_init(sz_worker *w) {
    students *s = &w->students;
    enum { LEAST = 640 }; /* bytes of a student who has no record yet */
    s->n_of_campus = sz_campus_n_students(w->campus);
    s->timeline_bytes = sz_timeline_bytes(w->tc.n_classes, w->tc.has_week);
    w->tc.pool = s->pool = sz_pool_new(w->o.pages, w->o.parts > 1 ? 0 : s->n_of_campus * (size_t)LEAST);
    sz_map_init(&s->ids);
    asleep_init(&s->asleep);
    s->of_campus = sz_alloc((s->n_of_campus + 1) * sizeof *s->of_campus);
    for (uint32_t i = 0; i < s->n_of_campus; i++) s->of_campus[i] = SZ_NONE;
    grow(w);
    sz_map_reserve(&s->ids, n_at_home(w));
}

bool is_home(const sz_worker *w, sz_str id) { return w->o.parts < 2 || sz_home(id, w->o.parts) == w->o.partition; }

void roster_add(sz_worker *w, uint32_t in_campus) {
    if (w->students.of_campus[in_campus] != SZ_NONE) return;
    sz_str id = sz_campus_student(w->campus, in_campus)->id;
    const uint32_t *there = sz_map_get(&w->students.ids, id);
    if (there) w->students.of_campus[in_campus] = *there;
    else if (is_home(w, id)) student_new(w, id, in_campus);
}

void roster_fetch(const sz_worker *w, uint32_t in_campus) {
    const students *s = &w->students;
    if (in_campus < s->n_of_campus && s->of_campus[in_campus] == SZ_NONE)
        sz_map_prefetch(&s->ids, sz_campus_student(w->campus, in_campus)->id);
}

void students_fini(sz_worker *w) { students_free(&w->students); }

/* Blocks go with their pool; builds with asserts give back each, to see that none was forgotten. */
static void timelines_free(students *s) {
    enum { AHEAD = 16 };
    for (uint32_t i = 0; i < s->n; i++) {
        const sz_timeline *ahead = i + AHEAD < s->n ? s->v[i + AHEAD] : NULL;
        if (ahead) {
            __builtin_prefetch(&ahead->episodes);
            __builtin_prefetch(&ahead->leaves);
        }
#ifdef NDEBUG
        if (s->v[i]) sz_timeline_drop(s->v[i]);
#else
        if (s->v[i]) timeline_free(s, s->v[i]);
#endif
    }
    assert(!s->pool || sz_pool_in_use(s->pool).blocks == 0);
    sz_pool_free(s->pool);
}

void students_free(students *s) {
    timelines_free(s);
    asleep_fini(&s->asleep);
    sz_free(s->said);
    sz_free(s->due_flags);
    sz_free(s->due_noted);
    sz_free(s->v);
    sz_free(s->of_campus);
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++) queue_fini(&s->queues[k]);
    sz_map_fini(&s->ids);
    *s = (students){0};
}

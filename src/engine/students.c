/* SPDX-License-Identifier: Apache-2.0
 *
 * All students of a worker, and for each class of rules a heap of them by what comes next.
 */
#include "worker.h"

static void heap_set(heap *h, uint32_t at, struct heap_item x) {
    h->v[at] = x;
    h->pos[x.student] = at;
}

static void sift_up(heap *h, uint32_t at, struct heap_item x) {
    while (at > 0) {
        uint32_t up = (at - 1) / 2;
        if (h->v[up].key <= x.key) break;
        heap_set(h, at, h->v[up]);
        at = up;
    }
    heap_set(h, at, x);
}

static void sift_down(heap *h, uint32_t at, struct heap_item x) {
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= h->n) break;
        if (child + 1 < h->n && h->v[child + 1].key < h->v[child].key) child++;
        if (h->v[child].key >= x.key) break;
        heap_set(h, at, h->v[child]);
        at = child;
    }
    heap_set(h, at, x);
}

void heap_put(sz_worker *w, uint32_t k, uint32_t i, int64_t key) {
    heap *h = &w->students.heaps[k];
    struct heap_item x = {.key = key, .student = i};
    uint32_t at = h->pos[i];
    if (at == SZ_NONE) sift_up(h, h->n++, x);
    else if (x.key < h->v[at].key) sift_up(h, at, x);
    else if (x.key > h->v[at].key) sift_down(h, at, x);
}

void heap_update(sz_worker *w, uint32_t i) {
    sz_timeline *tl = w->students.v[i];
    if (!tl->due_changed) return;
    tl->due_changed = false;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) heap_put(w, k, i, tl->keys[k].due);
    dues_note(w, i);
}

/* While one student is looked at, those that are probably next come into the cache: the heap's first few. */
static void fetch_next(const sz_worker *w, const heap *h) {
    for (uint32_t i = 1; i < h->n && i < 7; i++) {
        const sz_timeline *tl = w->students.v[h->v[i].student];
        if (!tl) continue;
        for (size_t at = 0; at < sizeof *tl; at += 64) __builtin_prefetch((const char *)tl + at);
        if (i < 3) sz_timeline_prefetch(tl);
    }
}

uint32_t heap_due(const sz_worker *w) {
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        const heap *h = &w->students.heaps[k];
        if (h->n == 0 || w->clocks.class_ms[k] == SZ_TIME_NONE) continue;
        if (h->v[0].key == INT64_MAX || h->v[0].key >= 4 * w->clocks.class_ms[k]) continue;
        fetch_next(w, h);
        return h->v[0].student;
    }
    return SZ_NONE;
}

int64_t heap_next(const sz_worker *w, const int64_t *target) {
    int64_t next = SZ_TIME_MAX;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        const heap *h = &w->students.heaps[k];
        int64_t key = h->n ? h->v[0].key : INT64_MAX;
        if (key == INT64_MAX || target[k] == SZ_TIME_NONE) continue;
        int64_t t = key >= 0 ? key / 4 : -((3 - key) / 4);
        if (t < target[k] && t < next) next = t;
    }
    return next;
}

static void firing_add(sz_worker *w, uint32_t i) {
    if (w->n_firing == w->cap_firing) {
        w->cap_firing = w->cap_firing ? 2 * w->cap_firing : 256;
        w->firing = sz_realloc(w->firing, w->cap_firing * sizeof *w->firing);
    }
    w->firing[w->n_firing++] = i;
}

/* A heap's due ones are its top: a child is never due before its parent. */
static void gather_class(sz_worker *w, uint32_t k, uint32_t at) {
    const heap *h = &w->students.heaps[k];
    if (at >= h->n || w->clocks.class_ms[k] == SZ_TIME_NONE) return;
    int64_t key = h->v[at].key;
    if (key == INT64_MAX || key >= 4 * w->clocks.class_ms[k]) return;
    firing_add(w, h->v[at].student);
    gather_class(w, k, 2 * at + 1);
    gather_class(w, k, 2 * at + 2);
}

static int by_id(const void *a, const void *b, void *ctx) {
    const sz_worker *w = ctx;
    return sz_str_cmp(student_id(w, *(const uint32_t *)a), student_id(w, *(const uint32_t *)b));
}

void heap_gather(sz_worker *w) {
    w->n_firing = w->at_firing = 0;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) gather_class(w, k, 0);
    sz_sort(w->firing, w->n_firing, sizeof *w->firing, by_id, w);
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->n_firing; i++)
        if (!n || w->firing[n - 1] != w->firing[i]) w->firing[n++] = w->firing[i];
    w->n_firing = n;
}

static void grow(sz_worker *w) {
    students *s = &w->students;
    uint32_t from = s->cap;
    s->cap = s->cap ? 2 * s->cap : 256;
    s->v = sz_realloc(s->v, s->cap * sizeof *s->v);
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        s->heaps[k].v = sz_realloc(s->heaps[k].v, s->cap * sizeof *s->heaps[k].v);
        s->heaps[k].pos = sz_realloc(s->heaps[k].pos, s->cap * sizeof(uint32_t));
    }
    if (s->asleep.of) asleep_grow(&s->asleep, from, s->cap);
    dues_grow(w, from);
}

/* His number is taken, and nothing of him is there yet. */
static void student_add(sz_worker *w, uint32_t i) {
    w->students.n++;
    w->students.v[i] = NULL;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) w->students.heaps[k].pos[i] = SZ_NONE;
}

static uint32_t student_new(sz_worker *w, sz_str id, uint32_t in_campus) {
    students *s = &w->students;
    if (s->n == s->cap) grow(w);
    uint32_t i = sz_map_intern(&s->ids, id);
    student_add(w, i);
    if (in_campus != SZ_NONE) s->of_campus[in_campus] = i;
    sz_timeline *tl = s->v[i] = sz_alloc(sizeof(sz_timeline));
    sz_timeline_init(tl, &w->tc, id, in_campus);
    tl->due_changed = true;
    heap_update(w, i);
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

void students_init(sz_worker *w) {
    students *s = &w->students;
    sz_map_init(&s->ids);
    asleep_init(&s->asleep);
    s->n_of_campus = sz_campus_n_students(w->campus);
    s->of_campus = sz_alloc((s->n_of_campus + 1) * sizeof *s->of_campus);
    for (uint32_t i = 0; i < s->n_of_campus; i++) s->of_campus[i] = SZ_NONE;
    grow(w);
}

bool is_home(const sz_worker *w, sz_str id) { return w->o.parts < 2 || sz_home(id, w->o.parts) == w->o.partition; }

void roster_add(sz_worker *w, uint32_t in_campus) {
    if (w->students.of_campus[in_campus] != SZ_NONE) return;
    sz_str id = sz_campus_student(w->campus, in_campus)->id;
    const uint32_t *there = sz_map_get(&w->students.ids, id);
    if (there) w->students.of_campus[in_campus] = *there;
    else if (is_home(w, id)) student_new(w, id, in_campus);
}

void students_fini(sz_worker *w) { students_free(&w->students); }

void students_free(students *s) {
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->v[i]) sz_timeline_fini(s->v[i]);
        sz_free(s->v[i]);
    }
    asleep_fini(&s->asleep);
    sz_free(s->said);
    sz_free(s->due_flags);
    sz_free(s->due_noted);
    sz_free(s->v);
    sz_free(s->of_campus);
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++) {
        sz_free(s->heaps[k].v);
        sz_free(s->heaps[k].pos);
    }
    sz_map_fini(&s->ids);
    *s = (students){0};
}

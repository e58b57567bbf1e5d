/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is due next, one queue a class of rules. Most students wait for the same few instants, a check or a midnight, so
 * these are not sorted: all who wait for one are a crowd, a bit each, as a bucket of a timing wheel (Varghese and Lauck
 * 1987, SOSP '87, pp. 25-38, doi 10.1145/41457.37504) that has buckets only for the instants in use. A crowd is called
 * up in the order of the students' numbers, which is about that of their memory. Everybody else stands in a heap.
 */
#include "worker.h"

static const uint32_t in_crowd = UINT32_C(1) << 31; /* in a place: of a crowd, and not of the heap */

static int64_t key_ms(int64_t key) { return key >= 0 ? key / 4 : -((3 - key) / 4); }

/* ---- the heap ---- */

static void heap_set(queue *q, uint32_t at, struct queue_item x) {
    q->v[at] = x;
    q->place[x.student] = at;
}

static void sift_up(queue *q, uint32_t at, struct queue_item x) {
    while (at > 0) {
        uint32_t up = (at - 1) / 2;
        if (q->v[up].key <= x.key) break;
        heap_set(q, at, q->v[up]);
        at = up;
    }
    heap_set(q, at, x);
}

static void sift_down(queue *q, uint32_t at, struct queue_item x) {
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= q->n) break;
        if (child + 1 < q->n && q->v[child + 1].key < q->v[child].key) child++;
        if (q->v[child].key >= x.key) break;
        heap_set(q, at, q->v[child]);
        at = child;
    }
    heap_set(q, at, x);
}

static void heap_move(queue *q, uint32_t at, struct queue_item x) {
    if (at > 0 && x.key < q->v[(at - 1) / 2].key) sift_up(q, at, x);
    else sift_down(q, at, x);
}

static void heap_take(queue *q, uint32_t at) {
    struct queue_item last = q->v[--q->n];
    if (at < q->n) heap_move(q, at, last);
}

/* ---- crowds ---- */

/* A check, or something on the hour: many have it. */
static bool is_shared(int64_t key) { return (key & 3) == 2 || key_ms(key) % SZ_HOUR_MS == 0; }

static bool is_waiting(const crowd *c, int64_t key) { return c->n && c->key == key; }

/* The crowd that waits for that; SZ_NONE: there is none, and no room for one. Mostly it is the one that the student
 * before went to. */
static uint32_t crowd_of(const queue *q, int64_t key) {
    uint32_t free = SZ_NONE;
    if (is_waiting(&q->crowds[q->last], key)) return q->last;
    if (key == INT64_MAX || !is_shared(key)) return SZ_NONE;
    for (uint32_t c = 0; c < SZ_CROWDS; c++) {
        if (is_waiting(&q->crowds[c], key)) return c;
        if (!q->crowds[c].n) free = c;
    }
    return free;
}

static void crowd_add(queue *q, uint32_t c, uint32_t i, int64_t key) {
    crowd *w = &q->crowds[c];
    if (!w->n || i / 64 < w->first) w->first = i / 64;
    w->key = key;
    w->n++;
    w->bits[i / 64] |= UINT64_C(1) << i % 64;
    q->place[i] = in_crowd | c;
    q->last = c;
}

static void crowd_take(queue *q, uint32_t c, uint32_t i) {
    q->crowds[c].n--;
    q->crowds[c].bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/* Its first student, and none stands in a word before it. */
static uint32_t crowd_first(crowd *w) {
    while (!w->bits[w->first]) w->first++;
    return 64 * w->first + (uint32_t)__builtin_ctzll(w->bits[w->first]);
}

/* ---- the queue ---- */

void queue_grow(queue *q, uint32_t from, uint32_t to) {
    q->v = sz_realloc(q->v, to * sizeof *q->v);
    q->place = sz_realloc(q->place, to * sizeof *q->place);
    for (uint32_t c = 0; c < SZ_CROWDS; c++) {
        size_t was = from / 64, is = to / 64; /* students grow by whole words */
        q->crowds[c].bits = sz_realloc(q->crowds[c].bits, is * sizeof(uint64_t));
        memset(q->crowds[c].bits + was, 0, (is - was) * sizeof(uint64_t));
    }
    if (!from) q->least = INT64_MAX;
}

void queue_fini(queue *q) {
    sz_free(q->v);
    sz_free(q->place);
    for (uint32_t c = 0; c < SZ_CROWDS; c++) sz_free(q->crowds[c].bits);
    *q = (queue){0};
}

static int64_t least_of(const queue *q) {
    int64_t least = q->n ? q->v[0].key : INT64_MAX;
    for (uint32_t c = 0; c < SZ_CROWDS; c++)
        if (q->crowds[c].n && q->crowds[c].key < least) least = q->crowds[c].key;
    return least;
}

/* He stands nowhere then. */
static void leave(queue *q, uint32_t i) {
    uint32_t at = q->place[i];
    q->place[i] = SZ_NONE;
    if (at == SZ_NONE) return;
    if (at & in_crowd) crowd_take(q, at & ~in_crowd, i);
    else heap_take(q, at);
}

static int64_t key_of_place(const queue *q, uint32_t at) {
    if (at == SZ_NONE) return INT64_MAX;
    return at & in_crowd ? q->crowds[at & ~in_crowd].key : q->v[at].key;
}

/* Of the crowd that he was in, if he was in one: mostly somebody is, who is due when he was. */
static bool are_left(const queue *q, uint32_t was) {
    return was != SZ_NONE && was & in_crowd && q->crowds[was & ~in_crowd].n;
}

void queue_put(sz_worker *w, uint32_t k, uint32_t i, int64_t key) {
    queue *q = &w->students.queues[k];
    uint32_t was = q->place[i];
    int64_t before = key_of_place(q, was);
    if (before == key) return;
    uint32_t c = crowd_of(q, key);
    if (c == SZ_NONE && key != INT64_MAX && q->place[i] < in_crowd) { /* from one place in the heap to another */
        heap_move(q, q->place[i], (struct queue_item){.key = key, .student = i});
    } else {
        leave(q, i);
        if (c != SZ_NONE) crowd_add(q, c, i, key);
        else if (key != INT64_MAX) sift_up(q, q->n++, (struct queue_item){.key = key, .student = i});
    }
    if (key < q->least) q->least = key;
    else if (before == q->least && !are_left(q, was)) q->least = least_of(q);
}

void queue_update(sz_worker *w, uint32_t i) {
    sz_timeline *tl = w->students.v[i];
    if (!tl->due_changed) return;
    tl->due_changed = false;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) queue_put(w, k, i, tl->keys[k].due);
    dues_note(w, i);
}

/* While one student is looked at, those that are probably next come into the cache. */
static uint32_t call_up(const sz_worker *w, queue *q) {
    for (uint32_t c = 0; c < SZ_CROWDS; c++) {
        if (!q->crowds[c].n || q->crowds[c].key != q->least) continue;
        uint32_t i = crowd_first(&q->crowds[c]);
        student_fetch(w, i, true);
        return i;
    }
    for (uint32_t i = 1; i < q->n && i < 7; i++) student_fetch_self(w, q->v[i].student);
    for (uint32_t i = 1; i < q->n && i < 3; i++) student_fetch_rest(w, q->v[i].student, true);
    return q->v[0].student;
}

static bool is_due(const sz_worker *w, uint32_t k, int64_t key) {
    return key != INT64_MAX && w->clocks.class_ms[k] != SZ_TIME_NONE && key < 4 * w->clocks.class_ms[k];
}

uint32_t queue_due(sz_worker *w) {
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (is_due(w, k, w->students.queues[k].least)) return call_up(w, &w->students.queues[k]);
    return SZ_NONE;
}

int64_t queue_next(const sz_worker *w, const int64_t *target) {
    int64_t next = SZ_TIME_MAX;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        int64_t key = w->students.queues[k].least;
        if (key == INT64_MAX || target[k] == SZ_TIME_NONE) continue;
        if (key_ms(key) < target[k] && key_ms(key) < next) next = key_ms(key);
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
static void gather_heap(sz_worker *w, uint32_t k, uint32_t at) {
    const queue *q = &w->students.queues[k];
    if (at >= q->n || !is_due(w, k, q->v[at].key)) return;
    firing_add(w, q->v[at].student);
    gather_heap(w, k, 2 * at + 1);
    gather_heap(w, k, 2 * at + 2);
}

static void gather_crowds(sz_worker *w, uint32_t k) {
    const queue *q = &w->students.queues[k];
    for (uint32_t c = 0; c < SZ_CROWDS; c++) {
        uint32_t left = is_due(w, k, q->crowds[c].key) ? q->crowds[c].n : 0;
        for (uint32_t at = q->crowds[c].first; left; at++)
            for (uint64_t bits = q->crowds[c].bits[at]; bits; bits &= bits - 1, left--)
                firing_add(w, 64 * at + (uint32_t)__builtin_ctzll(bits));
    }
}

static int by_id(const void *a, const void *b, void *ctx) {
    const sz_worker *w = ctx;
    return sz_str_cmp(student_id(w, *(const uint32_t *)a), student_id(w, *(const uint32_t *)b));
}

void queue_gather(sz_worker *w) {
    w->n_firing = w->at_firing = 0;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        gather_heap(w, k, 0);
        gather_crowds(w, k);
    }
    sz_sort(w->firing, w->n_firing, sizeof *w->firing, by_id, w);
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->n_firing; i++)
        if (!n || w->firing[n - 1] != w->firing[i]) w->firing[n++] = w->firing[i];
    w->n_firing = n;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * near: who is asked for answers out of what he told as long as his worker runs. That is what stood in his state when
 * he last heard of it, as an answer out of the store is; one who has lost his partition and does not know yet has told
 * nothing since, and is shut when he hears of it.
 */
#include "near.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

struct near {
    pthread_mutex_t mutex;
    near_seat **open; /* by partition; NULL: it is not here, or does not run */
    uint32_t parts;
};

near *near_new(uint32_t parts) {
    near *n = sz_alloc(sizeof *n);
    *n = (near){.open = sz_alloc((parts + 1) * sizeof(near_seat *)), .parts = parts};
    pthread_mutex_init(&n->mutex, NULL);
    for (uint32_t p = 0; p < parts; p++) n->open[p] = NULL;
    return n;
}

void near_free(near *n) {
    if (!n) return;
    pthread_mutex_destroy(&n->mutex);
    sz_free(n->open);
    sz_free(n);
}

/* Under the mutex. */
static void shut(near_seat *s) {
    if (s->is_open && s->n->open[s->partition] == s) s->n->open[s->partition] = NULL;
    s->is_open = false;
}

/* What it loaded is whole, and nobody has refused it since. */
static bool stands(sz_worker_state w) { return w == SZ_WK_SEEKING || w == SZ_WK_RUNNING || w == SZ_WK_DRAINING; }

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Under the mutex: who waits for anybody looks again. */
static void wake_others(const near_seat *s) {
    const uint64_t one = 1;
    for (uint32_t p = 0; p < s->n->parts; p++) {
        near_seat *o = s->n->open[p];
        if (!o || o == s || !o->wants_news) continue;
        o->wants_news = false;
        o->has_news = true;
        if (write(o->wake_fd, &one, sizeof one) < 0) continue; /* full: it is awake already */
    }
}

void near_follow(near_seat *s, sz_worker_state where) {
    bool is = stands(where);
    if (!s->n || s->partition >= s->n->parts) return; /* the topic has grown */
    atomic_store_explicit(&s->moved_ms, now_ms(), memory_order_relaxed);
    if (s->is_open == is && !s->has_told) return;
    pthread_mutex_lock(&s->n->mutex);
    if (is && !s->is_open) s->n->open[s->partition] = s;
    else if (!is) shut(s);
    s->is_open = is;
    if (s->has_told) wake_others(s);
    s->has_told = false;
    pthread_mutex_unlock(&s->n->mutex);
}

/* Where it stands is told with every commit, and wakes nobody: who waits for a part hears of the part. */
static void told(void *self, sz_str key, sz_str value) {
    near_seat *s = self;
    pthread_mutex_lock(&s->n->mutex);
    told_put(&s->told, key, value);
    pthread_mutex_unlock(&s->n->mutex);
    s->has_told |= !sz_str_is(key, SZ_PARTS_AT);
}

static void forgot(void *self) {
    near_seat *s = self;
    pthread_mutex_lock(&s->n->mutex);
    shut(s);
    told_clear(&s->told);
    pthread_mutex_unlock(&s->n->mutex);
}

static void look(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n) {
    near_seat *s = self;
    pthread_mutex_lock(&s->n->mutex);
    const near_seat *of = partition < s->n->parts ? s->n->open[partition] : NULL;
    if (of && now_ms() - atomic_load_explicit(&of->moved_ms, memory_order_relaxed) >= NEAR_IDLE_MS) of = NULL;
    s->wants_news = true;
    if (of) told_answer(&of->told, s->q, tag, keys, n);
    pthread_mutex_unlock(&s->n->mutex);
    if (!of) s->far.look(s->far.self, tag, partition, keys, n);
}

sz_parts_port near_sit(near_seat *s, near *n, uint32_t partition, sz_msgq *q, int wake_fd, sz_parts_port far) {
    *s = (near_seat){.n = n, .partition = partition, .q = q, .wake_fd = wake_fd, .far = far};
    told_init(&s->told);
    return (sz_parts_port){.self = s, .look = look, .told = told, .forgot = forgot};
}

bool near_has_news(near_seat *s) { return s->has_news && atomic_exchange(&s->has_news, false); }

void near_leave(near_seat *s) {
    if (!s->n) return;
    forgot(s);
    told_fini(&s->told);
    s->n = NULL;
}

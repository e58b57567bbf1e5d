/* SPDX-License-Identifier: Apache-2.0
 *
 * ahead: a partition's batches, and the thread that fills them ahead of the member's where records wait. It only helps:
 * whoever finds no batch fills one himself, so nothing depends on when it comes round, and where records come one by
 * one it is not there. A batch belongs to whoever fills it, then to the member; `first` and `end` of the ring say which
 * are whose.
 */
#include "stream.h"

#include <sched.h>
#include <sys/prctl.h>

static bool is_full(const sz_stream_kafka *t) {
    uint32_t first = atomic_load_explicit(&t->first, memory_order_acquire);
    return atomic_load_explicit(&t->end, memory_order_relaxed) - first == BATCHES;
}

/* Under the stream's mutex: one batch more. False: nothing was there. */
static bool fill(sz_stream_kafka *t, maker *by) {
    uint32_t end = atomic_load_explicit(&t->end, memory_order_relaxed);
    batch **at = &t->ring[end % BATCHES], *b = *at ? *at : (*at = sz_alloc(sizeof *b));
    sz_sk_batch_fill(b, t->s, by, t->rkq);
    /* Of large values, which borrow from librdkafka, not many are to wait here; a mapping is the member's thread's. */
    t->is_ahead = b->n == MOST_INPUTS && !b->n_held && !t->s->o.mapping;
    if (!b->n) return false;
    atomic_store_explicit(&t->end, end + 1, memory_order_release);
    return true;
}

/* ---- the thread ---- */

/* The source's mutex is held while a stream is looked for, the stream's alone while its batch is filled. */
static bool fill_ahead(sz_kafka_source *s, sz_stream_kafka *t, maker *by) {
    if (!t->is_ahead || pthread_mutex_trylock(&t->mutex)) return false; /* its member is at it */
    pthread_mutex_unlock(&s->mutex);
    bool did = t->is_ahead && !is_full(t) && fill(t, by);
    pthread_mutex_unlock(&t->mutex); /* it may be closed from here on */
    pthread_mutex_lock(&s->mutex);
    return did;
}

static void *run(void *self) {
    sz_kafka_source *s = self;
    maker by = {.decoder = sz_decoder_new(s->o.types, s->o.zone)};
    sz_kafka_give_way();
    prctl(PR_SET_NAME, "ahead"); /* for whoever looks which thread takes the time */
    pthread_mutex_lock(&s->mutex);
    while (!s->is_over) {
        bool did = false;
        for (uint32_t i = 0; i < s->n_streams; i++) did |= fill_ahead(s, s->streams[i], &by);
        if (did || s->is_over) continue;
        s->is_asleep = true;
        pthread_cond_wait(&s->work, &s->mutex);
        s->is_asleep = false;
    }
    pthread_mutex_unlock(&s->mutex);
    sz_decoder_free(by.decoder);
    return NULL;
}

/* There is something to do ahead. That it falls asleep just now costs nothing but its help, until somebody calls again.
 */
static void wake(sz_kafka_source *s) {
    if (!s->has_tried) {
        s->has_tried = true;
        s->has_thread = pthread_create(&s->thread, NULL, run, s) == 0;
    }
    if (!s->is_asleep) return;
    pthread_mutex_lock(&s->mutex);
    pthread_cond_signal(&s->work);
    pthread_mutex_unlock(&s->mutex);
}

void sz_sk_ahead_end(sz_kafka_source *s) {
    pthread_mutex_lock(&s->mutex);
    s->is_over = true;
    pthread_cond_signal(&s->work);
    pthread_mutex_unlock(&s->mutex);
    if (s->has_thread) pthread_join(s->thread, NULL);
}

/* ---- the member ---- */

static batch *first(const sz_stream_kafka *t) {
    uint32_t at = atomic_load_explicit(&t->first, memory_order_relaxed);
    return at == atomic_load_explicit(&t->end, memory_order_acquire) ? NULL : t->ring[at % BATCHES];
}

/* Who fills one is not waited for before the other partitions have had their turn. */
static batch *look_again(sz_stream_kafka *t) {
    if (t->is_being_filled && !first(t)) sched_yield(); /* it may be this core that he needs */
    batch *b = first(t);
    t->is_being_filled = !b;
    return b;
}

/* There is none: one is being filled now, or one is filled here. */
static batch *next(sz_stream_kafka *t) {
    batch *b;
    if (pthread_mutex_trylock(&t->mutex)) return look_again(t);
    t->is_being_filled = false;
    if (!(b = first(t))) {
        t->first = t->end = 0; /* as long as one does it is always the same */
        if (fill(t, &t->s->maker)) b = first(t);
    }
    pthread_mutex_unlock(&t->mutex);
    if (t->is_ahead) wake(t->s);
    return b;
}

batch *sz_sk_batch(sz_stream_kafka *t) {
    batch *b = first(t);
    if (!b) return next(t);
    t->is_being_filled = false;
    return b;
}

void sz_sk_batch_done(sz_stream_kafka *t) {
    batch *b = first(t);
    uint32_t at = atomic_load_explicit(&t->first, memory_order_relaxed) + 1;
    if (b->n_held) sz_sk_batch_drop(b);
    atomic_store_explicit(&t->first, at, memory_order_release);
    if (atomic_load_explicit(&t->end, memory_order_relaxed) - at == BATCHES / 2 && t->is_ahead) wake(t->s);
}

void sz_sk_batches_drop(sz_stream_kafka *t) {
    pthread_mutex_lock(&t->mutex);
    t->is_ahead = false;
    uint32_t at = t->first, end = t->end;
    if (t->n_given) { /* the worker may look at it still */
        batch *b = t->ring[at++ % BATCHES];
        b->at = b->n;
    }
    for (uint32_t i = at; i != end; i++) sz_sk_batch_drop(t->ring[i % BATCHES]);
    t->end = at;
    pthread_mutex_unlock(&t->mutex);
}

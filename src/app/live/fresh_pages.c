/* SPDX-License-Identifier: Apache-2.0
 *
 * fresh_pages: places of the thread's own, a page each. Who takes a page moves it away and leaves its place empty
 * (base/pages.c), and so a place is written to again and given anew. Between a page's leaving the list and its move the
 * thread may do that too early: then there is nothing new to give, and somebody gets a place that is still to be
 * cleared, as he would without the thread.
 */
#include "fresh_pages.h"

#include <pthread.h>
#include <sanzao/kafka.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>

enum { MISSED_LEAST = 2, SMALL_PAGE = 4096 };

struct fresh_pages {
    sz_pages *pages;
    pthread_mutex_t mutex; /* over the thread's beginning, sleep and end */
    pthread_cond_t work;
    pthread_t thread;
    bool has_tried, has_thread;
    atomic_bool is_over, is_at_work;
    uint8_t *mapped, *places[SZ_PAGES_MOST]; /* the thread's */
};

static bool are_lacking(const fresh_pages *f) { return sz_pages_n(f->pages) < SZ_PAGES_MOST; }

/* ---- the thread ---- */

static bool reserve(fresh_pages *f) {
    size_t n = (SZ_PAGES_MOST + 1) * SZ_LARGE_PAGE;
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return false;
    f->mapped = p;
    uint8_t *at = f->mapped + (SZ_LARGE_PAGE - (uintptr_t)p % SZ_LARGE_PAGE) % SZ_LARGE_PAGE;
    for (size_t i = 0; i < SZ_PAGES_MOST; i++) f->places[i] = at + i * SZ_LARGE_PAGE;
    madvise(at, SZ_PAGES_MOST * SZ_LARGE_PAGE, MADV_HUGEPAGE); /* where it is refused, it is many small ones */
    return true;
}

/* Written to and not populated by madvise: that would hold up each thread that maps something. */
static void clear(uint8_t *place) {
    for (volatile uint8_t *p = place; p < place + SZ_LARGE_PAGE; p += SMALL_PAGE) *p = 0;
}

static void fill(fresh_pages *f) {
    for (size_t i = 0; i < SZ_PAGES_MOST && !f->is_over; i++) {
        if (sz_pages_has(f->pages, f->places[i])) continue;
        clear(f->places[i]);
        sz_pages_give(f->pages, f->places[i], SZ_LARGE_PAGE);
    }
}

static void *run(void *self) {
    fresh_pages *f = self;
    sz_kafka_give_way();
    prctl(PR_SET_NAME, "pages"); /* for whoever looks which thread takes the time */
    bool has_places = reserve(f);
    pthread_mutex_lock(&f->mutex);
    while (!f->is_over) {
        if (has_places && are_lacking(f)) {
            pthread_mutex_unlock(&f->mutex);
            fill(f);
            pthread_mutex_lock(&f->mutex);
            continue;
        }
        f->is_at_work = false;
        pthread_cond_wait(&f->work, &f->mutex);
        f->is_at_work = true;
    }
    pthread_mutex_unlock(&f->mutex);
    return NULL;
}

/* ---- the others ---- */

fresh_pages *fresh_pages_new(void) {
    fresh_pages *f = sz_alloc(sizeof *f);
    f->pages = sz_pages_new();
    pthread_mutex_init(&f->mutex, NULL);
    pthread_cond_init(&f->work, NULL);
    return f;
}

sz_pages *fresh_pages_of(fresh_pages *f) { return f->pages; }

void fresh_pages_look(fresh_pages *f) {
    if (f->is_at_work || !are_lacking(f) || sz_pages_missed(f->pages) < MISSED_LEAST) return;
    pthread_mutex_lock(&f->mutex);
    if (!f->has_tried) {
        f->has_tried = true;
        f->is_at_work = true;
        f->has_thread = pthread_create(&f->thread, NULL, run, f) == 0;
    } else {
        pthread_cond_signal(&f->work);
    }
    pthread_mutex_unlock(&f->mutex);
}

void fresh_pages_free(fresh_pages *f) {
    if (!f) return;
    pthread_mutex_lock(&f->mutex);
    f->is_over = true;
    pthread_cond_signal(&f->work);
    pthread_mutex_unlock(&f->mutex);
    if (f->has_thread) pthread_join(f->thread, NULL);
    size_t n = (SZ_PAGES_MOST + 1) * SZ_LARGE_PAGE;
    if (f->mapped) sz_pages_withdraw(f->pages, f->mapped, n);
    if (f->mapped) munmap(f->mapped, n);
    sz_pages_free(f->pages);
    pthread_cond_destroy(&f->work);
    pthread_mutex_destroy(&f->mutex);
    sz_free(f);
}

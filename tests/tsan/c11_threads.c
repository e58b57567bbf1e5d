/* SPDX-License-Identifier: Apache-2.0
 *
 * c11_threads: C11 threads through POSIX threads, preloaded under ThreadSanitizer. gcc's knows nothing of thrd_create
 * and its locks, which librdkafka uses: a thread that it did not see begin ends the process, and a lock that it does
 * not see is no order between two threads. glibc's types are the POSIX ones by another name (nptl/thrd_priv.h in its
 * source).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

typedef struct {
    thrd_start_t run;
    void *of;
} beginning;

static void *begin(void *self) {
    beginning b = *(beginning *)self;
    free(self);
    return (void *)(intptr_t)b.run(b.of);
}

static int status(int e) {
    return e == 0 ? thrd_success : e == EBUSY ? thrd_busy : e == ETIMEDOUT ? thrd_timedout : thrd_error;
}

int thrd_create(thrd_t *t, thrd_start_t run, void *of) {
    beginning *b = malloc(sizeof *b);
    if (!b) return thrd_nomem;
    *b = (beginning){run, of};
    int e = pthread_create(t, NULL, begin, b);
    if (e) free(b);
    return status(e);
}

int thrd_join(thrd_t t, int *result) {
    void *r = NULL;
    int e = pthread_join(t, &r);
    if (!e && result) *result = (int)(intptr_t)r;
    return status(e);
}

int thrd_detach(thrd_t t) { return status(pthread_detach(t)); }

int mtx_init(mtx_t *m, int type) {
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    if (type & mtx_recursive) pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
    return status(pthread_mutex_init((pthread_mutex_t *)m, &a));
}

void mtx_destroy(mtx_t *m) { pthread_mutex_destroy((pthread_mutex_t *)m); }
int mtx_lock(mtx_t *m) { return status(pthread_mutex_lock((pthread_mutex_t *)m)); }
int mtx_trylock(mtx_t *m) { return status(pthread_mutex_trylock((pthread_mutex_t *)m)); }
int mtx_unlock(mtx_t *m) { return status(pthread_mutex_unlock((pthread_mutex_t *)m)); }
int cnd_init(cnd_t *c) { return status(pthread_cond_init((pthread_cond_t *)c, NULL)); }
void cnd_destroy(cnd_t *c) { pthread_cond_destroy((pthread_cond_t *)c); }
int cnd_signal(cnd_t *c) { return status(pthread_cond_signal((pthread_cond_t *)c)); }
int cnd_broadcast(cnd_t *c) { return status(pthread_cond_broadcast((pthread_cond_t *)c)); }
int cnd_wait(cnd_t *c, mtx_t *m) { return status(pthread_cond_wait((pthread_cond_t *)c, (pthread_mutex_t *)m)); }
int cnd_timedwait(cnd_t *c, mtx_t *m, const struct timespec *until) {
    return status(pthread_cond_timedwait((pthread_cond_t *)c, (pthread_mutex_t *)m, until));
}

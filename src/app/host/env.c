/* SPDX-License-Identifier: Apache-2.0 */
#include "env.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t clock_ms(clockid_t id) {
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t wall_ms(void *self) {
    (void)self;
    return clock_ms(CLOCK_REALTIME);
}

static int64_t mono_ms(void *self) {
    (void)self;
    return clock_ms(CLOCK_MONOTONIC);
}

static void get_random(void *self, void *p, size_t n) {
    (void)self;
    uint8_t *b = p;
    while (n) {
        ssize_t k = getrandom(b, n, 0);
        if (k < 0 && errno != EINTR) abort();
        if (k > 0) b += k, n -= (size_t)k;
    }
}

const sz_env_port sz_env = {.wall_ms = wall_ms, .mono_ms = mono_ms, .random = get_random};
int64_t sz_wall_ms(void) { return wall_ms(NULL); }
int64_t sz_mono_ms(void) { return mono_ms(NULL); }

/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_redis.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sanzao/base.h>

enum { MOST_ANSWERS = 16, MOST_COUNTED = 512, MOST_WORD = 16 };

struct fake_redis {
    fake_answer answers[MOST_ANSWERS];
    bool is_used[MOST_ANSWERS];
    unsigned n_answers;
    int listener, stop[2];
    uint16_t port;
    pthread_t thread;
    char seen[MOST_COUNTED][MOST_WORD];
    atomic_uint n_seen; /* those before it are whole */
};

/* The line's number after its mark; *at moves behind it. -1: not all there. */
static long number(const sz_buf *in, size_t *at) {
    size_t from = *at + 1;
    while (*at < in->n && in->p[*at] != '\n') ++*at;
    return *at < in->n ? (++*at, strtol((const char *)in->p + from, NULL, 10)) : -1;
}

/* The first word of the command at the buffer's front, which is taken away. */
static bool command(sz_buf *in, char word[MOST_WORD]) {
    size_t at = 0;
    long n = number(in, &at);
    for (long i = 0; i < n; i++) {
        long length = number(in, &at);
        if (length < 0 || at + (size_t)length + 2 > in->n) return false;
        size_t k = (size_t)length < MOST_WORD ? (size_t)length : MOST_WORD - 1;
        if (i == 0) memcpy(word, in->p + at, k), word[k] = 0;
        at += (size_t)length + 2;
    }
    if (n < 0) return false;
    memmove(in->p, in->p + at, in->n - at);
    in->n -= at;
    return true;
}

static const char *answer_to(fake_redis *f, const char *word) {
    unsigned n = atomic_load(&f->n_seen);
    if (n < MOST_COUNTED) {
        memcpy(f->seen[n], word, MOST_WORD);
        atomic_store(&f->n_seen, n + 1);
    }
    const char *last = NULL;
    for (unsigned i = 0; i < f->n_answers; i++) {
        const fake_answer *a = &f->answers[i];
        if (strcmp(word, a->word) != 0) continue;
        last = a->answer;
        if (f->is_used[i]) continue;
        f->is_used[i] = true;
        return last;
    }
    if (last) return last;
    return strcmp(word, "SCRIPT") == 0 ? "$40\r\n0123456789012345678901234567890123456789\r\n" : "+OK\r\n";
}

/* False: the connection is over. */
static bool serve(fake_redis *f, int fd, sz_buf *in) {
    char chunk[65536], word[MOST_WORD];
    ssize_t n = read(fd, chunk, sizeof chunk);
    if (n <= 0) return false;
    sz_buf_put(in, chunk, (size_t)n);
    while (command(in, word)) {
        const char *a = answer_to(f, word);
        if (strcmp(a, FAKE_HANG_UP) == 0) return false;
        if (send(fd, a, strlen(a), MSG_NOSIGNAL) < 0) return false;
    }
    return true;
}

static void *run(void *self) {
    fake_redis *f = self;
    int fd = -1;
    sz_buf in;
    sz_buf_init(&in);
    for (;;) {
        struct pollfd p[] = {{.fd = f->stop[0], .events = POLLIN}, {.fd = fd < 0 ? f->listener : fd, .events = POLLIN}};
        poll(p, 2, -1);
        if (p[0].revents) break;
        if (fd < 0) {
            fd = accept(f->listener, NULL, NULL);
            sz_buf_clear(&in);
        } else if (!serve(f, fd, &in)) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0) close(fd);
    sz_buf_fini(&in);
    return NULL;
}

fake_redis *fake_redis_new(const fake_answer *answers) {
    fake_redis *f = sz_alloc(sizeof *f);
    while (answers[f->n_answers].word && f->n_answers < MOST_ANSWERS) {
        f->answers[f->n_answers] = answers[f->n_answers];
        f->n_answers++;
    }
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    f->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (f->listener < 0 || bind(f->listener, (struct sockaddr *)&at, sizeof at) || listen(f->listener, 8) ||
        getsockname(f->listener, (struct sockaddr *)&at, &n) || pipe(f->stop) ||
        pthread_create(&f->thread, NULL, run, f))
        abort();
    f->port = ntohs(at.sin_port);
    return f;
}

uint16_t fake_redis_port(const fake_redis *f) { return f->port; }

unsigned fake_redis_count(const fake_redis *f, const char *word) {
    unsigned n = 0, all = atomic_load(&f->n_seen);
    for (unsigned i = 0; i < all; i++) n += strcmp(f->seen[i], word) == 0;
    return n;
}

void fake_redis_free(fake_redis *f) {
    if (write(f->stop[1], "x", 1) != 1) abort();
    pthread_join(f->thread, NULL);
    close(f->stop[0]);
    close(f->stop[1]);
    close(f->listener);
    sz_free(f);
}

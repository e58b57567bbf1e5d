/* SPDX-License-Identifier: Apache-2.0
 *
 * link: a hiredis context without blocking. The steps of a connection are poll(2)'s: connected, (TLS) shaken hands,
 * up. hiredis writes and reads through its own functions, so that plain and TLS are one code; replies are read by ours
 * (reply.c).
 */
#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

enum { READ_A_STEP = 4 << 20 };

void sz_link_init(redis_link *l, const redis_tls *tls) {
    *l = (redis_link){.tls = tls};
    sz_replies_init(&l->replies);
}

void sz_link_fini(redis_link *l) {
    sz_link_close(l);
    sz_replies_fini(&l->replies);
}

void sz_link_close(redis_link *l) {
    if (l->c) redisFree(l->c);
    l->c = NULL;
    l->ssl = NULL;
    l->state = LINK_DOWN;
    l->has_output = false;
}

/* A socket that the other side closed raises SIGPIPE under hiredis' write. The program's own disposition (its output
 * may be a pipe) is not ours to change, so the signal is held back and taken away. */
typedef struct held_pipe {
    sigset_t pipe, old;
    bool was_pending;
} held_pipe;

static void hold_pipe(held_pipe *h) {
    sigset_t pending;
    sigemptyset(&h->pipe);
    sigaddset(&h->pipe, SIGPIPE);
    sigpending(&pending);
    h->was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &h->pipe, &h->old);
}

static void let_pipe(const held_pipe *h) {
    struct timespec none = {0, 0};
    if (!h->was_pending)
        while (sigtimedwait(&h->pipe, NULL, &none) < 0 && errno == EINTR) {}
    pthread_sigmask(SIG_SETMASK, &h->old, NULL);
}

static bool down(redis_link *l, const char *why) {
    if (l->ssl) l->is_distrusted = sz_tls_why(l->ssl, why, l->text, sizeof l->text);
    else snprintf(l->text, sizeof l->text, "%s", why && *why ? why : "the connection was lost");
    sz_link_close(l);
    return false;
}

bool sz_link_open(redis_link *l, const char *host, uint16_t port) {
    sz_link_close(l);
    l->is_distrusted = false;
    redisOptions o = {.options = REDIS_OPT_NONBLOCK};
    REDIS_OPTIONS_SET_TCP(&o, host, port);
    l->c = redisConnectWithOptions(&o);
    if (!l->c) return down(l, "no memory for a connection");
    if (l->c->err) return down(l, l->c->errstr);
    sz_replies_reset(&l->replies);
    l->state = LINK_CONNECTING;
    return true;
}

static bool is_ready(const redis_link *l, short events) {
    struct pollfd p = {.fd = l->c->fd, .events = events};
    return poll(&p, 1, 0) > 0;
}

static bool finish_connect(redis_link *l) {
    if (!is_ready(l, POLLOUT)) return true;
    int error = 0, one = 1;
    socklen_t n = sizeof error;
    if (getsockopt(l->c->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0) error = errno;
    if (error) {
        char why[128];
        if (strerror_r(error, why, sizeof why) != 0) snprintf(why, sizeof why, "error %d", error);
        return down(l, why);
    }
    setsockopt(l->c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    redisEnableKeepAlive(l->c);
    if (!l->tls) {
        l->state = LINK_UP;
        return true;
    }
    l->state = LINK_SHAKING;
    held_pipe h;
    hold_pipe(&h);
    char why[200];
    l->ssl = sz_tls_begin(l->tls, l->c, l->c->tcp.host, why, sizeof why, &l->is_distrusted);
    let_pipe(&h);
    return l->ssl ? true : down(l, why);
}

static bool shake(redis_link *l) {
    held_pipe h;
    hold_pipe(&h);
    int rc = SSL_do_handshake(l->ssl);
    int error = rc == 1 ? SSL_ERROR_NONE : SSL_get_error(l->ssl, rc);
    let_pipe(&h);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return true;
    if (error != SSL_ERROR_NONE) return down(l, NULL);
    l->state = LINK_UP;
    return true;
}

static bool write_out(redis_link *l) {
    held_pipe h;
    int done = 0;
    hold_pipe(&h);
    int rc = redisBufferWrite(l->c, &done);
    let_pipe(&h);
    if (rc != REDIS_OK) return down(l, l->c->errstr);
    l->has_output = !done;
    return true;
}

/* False: the socket has no more, or it went down. */
static bool read_in(redis_link *l) {
    size_t room;
    uint8_t *p = sz_replies_room(&l->replies, &room);
    if (room > l->may_read) room = l->may_read;
    ssize_t n = room ? l->c->funcs->read(l->c, (char *)p, room) : 0;
    if (n < 0) return down(l, l->c->errstr);
    if (n == 0) return false;
    l->has_moved = true;
    sz_replies_came(&l->replies, (size_t)n);
    l->may_read = l->ssl || (size_t)n == room ? l->may_read - (size_t)n : 0;
    return true;
}

bool sz_link_step(redis_link *l) {
    l->has_moved = false;
    l->may_read = READ_A_STEP;
    if (l->state == LINK_CONNECTING && !finish_connect(l)) return false;
    if (l->state == LINK_SHAKING && !shake(l)) return false;
    if (l->state != LINK_UP) return l->state != LINK_DOWN;
    return !l->has_output || write_out(l);
}

void sz_link_send(redis_link *l, sz_str bytes) {
    if (!l->c) return;
    redisAppendFormattedCommand(l->c, bytes.p, bytes.n);
    l->has_output = true;
}

short sz_link_events(const redis_link *l) {
    if (l->state == LINK_CONNECTING) return POLLOUT;
    if (l->state == LINK_SHAKING) return SSL_want_write(l->ssl) ? POLLOUT : POLLIN;
    return (short)(POLLIN | (l->has_output ? POLLOUT : 0));
}

int sz_link_fd(const redis_link *l) { return l->c ? l->c->fd : -1; }

reply *sz_link_reply(redis_link *l) {
    reply *r = NULL;
    while (l->state == LINK_UP && !(r = sz_replies_next(&l->replies))) {
        if (l->replies.error) down(l, l->replies.error);
        else if (!read_in(l)) break;
    }
    return r;
}

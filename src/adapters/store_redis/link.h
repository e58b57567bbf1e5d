/* SPDX-License-Identifier: Apache-2.0
 *
 * link: one connection to one server that never waits. Bytes go out as the socket takes them, replies come in order.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_LINK_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_LINK_H

#include "reply.h"
#include "tls.h"

typedef enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_SHAKING, LINK_UP } link_state;

typedef struct redis_link {
    link_state state;
    redisContext *c;
    const redis_tls *tls; /* NULL: plain */
    SSL *ssl;             /* the context's */
    replies replies;
    size_t may_read; /* bytes more in this step */
    bool has_output;
    bool is_distrusted; /* it went down over the server's certificate */
    bool has_moved;     /* bytes came in during the last step */
    char text[256];     /* why it is down */
} redis_link;

void sz_link_init(redis_link *l, const redis_tls *tls);
void sz_link_fini(redis_link *l);
/* False: it is down at once, text says why. */
bool sz_link_open(redis_link *l, const char *host, uint16_t port);
void sz_link_close(redis_link *l);
/* Bytes of commands; the next step sends them once the link is up. */
void sz_link_send(redis_link *l, sz_str bytes);
/* What poll(2) should look for. */
short sz_link_events(const redis_link *l);
int sz_link_fd(const redis_link *l);
/* Go on as far as the socket lets; what came is read by sz_link_reply(). False: it went down. */
bool sz_link_step(redis_link *l);
/* The next whole reply that has come in, or NULL; valid until the next call. Reads until then, as much as a step may. A
 * link whose bytes make no sense goes down. */
reply *sz_link_reply(redis_link *l);

#endif

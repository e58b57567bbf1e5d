/* SPDX-License-Identifier: Apache-2.0
 *
 * tls: the certificates of rediss://, and whom a server must prove to be.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_TLS_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_TLS_H

#include "address.h"

#include <hiredis/hiredis.h>
#include <openssl/ssl.h>

typedef struct redis_tls {
    SSL_CTX *ctx;
    const char *server_name; /* NULL: the host that is connected to */
} redis_tls;

/* SZ_USAGE with a finding about a file that cannot be used. */
sz_status sz_tls_init(redis_tls *t, const redis_address *a, sz_diags *d);
void sz_tls_fini(redis_tls *t);
/* Why a handshake or connection failed. True: the other side's certificate was not accepted. */
bool sz_tls_why(const SSL *ssl, const char *other, char *text, size_t n);
/* A handshake on a connected context, which owns what is returned; NULL: it has failed at once, why says how. */
SSL *sz_tls_begin(const redis_tls *t, redisContext *c, const char *host, char *why, size_t n, bool *is_distrusted);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * address: what `--state redis://…` says, taken apart.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_ADDRESS_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_ADDRESS_H

#include <sanzao/adapters.h>

typedef enum redis_form { FORM_SINGLE, FORM_SENTINEL, FORM_CLUSTER } redis_form;

typedef struct redis_host {
    const char *name;
    uint16_t port;
} redis_host;

typedef struct redis_login {
    sz_str user, password; /* p NULL: not given */
} redis_login;

/* Texts are NUL-terminated and lie in the arena of the store. */
typedef struct redis_address {
    redis_form form;
    bool is_tls;
    const redis_host *hosts;
    uint32_t n_hosts;
    redis_login login, sentinel_login;
    uint32_t db;
    const char *master;                         /* Sentinel: the name it watches it under */
    const char *ca_file, *cert_file, *key_file; /* NULL: the system's, none, none */
    const char *server_name;                    /* whom the certificate must name; NULL: the host asked for */
    int64_t timeout_ms;
    sz_str place; /* for people: no password */
} redis_address;

/* False with findings, none of which shows a password. */
bool sz_redis_address_parse(redis_address *out, const sz_store_redis_options *o, sz_diags *d, sz_arena *a);

#endif

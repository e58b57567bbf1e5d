/* SPDX-License-Identifier: Apache-2.0
 *
 * The suite on real servers, one environment variable a form: SZ_REDIS_URL (alone), SZ_REDIS_TLS_URL,
 * SZ_REDIS_SENTINEL_URL, SZ_REDIS_CLUSTER_URL hold the addresses. Without it a form is not run: the integration tier
 * starts the servers, and asks for all.
 */
#include "store_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *url;

typedef struct opened {
    sz_store_redis *store;
    char group[64];
} opened;

static void open_store(opened *o) {
    sz_diags d;
    sz_diags_init(&d);
    sz_store_redis_options options = {.url = sz_str_of(url), .group = sz_str_of(o->group)};
    assert_int_equal(sz_store_redis_new(&options, &d, &o->store), SZ_OK);
    assert_int_equal(d.n, 0);
    sz_diags_fini(&d);
}

/* Every state has a group of its own, so that the server may be one that others use. */
static void *make(void) {
    static unsigned n;
    opened *o = sz_alloc(sizeof *o);
    snprintf(o->group, sizeof o->group, "suite-%ld-%u", (long)getpid(), n++);
    open_store(o);
    return o;
}

static sz_store_port port(void *store, sz_msgq *q) { return sz_store_redis_port(((opened *)store)->store, 3, q); }

static sz_parts_port others(void *store, sz_msgq *q) { return sz_store_redis_parts(((opened *)store)->store, 5, q); }

static void *reopen(void *store) {
    opened *o = store;
    sz_store_redis_free(o->store);
    open_store(o);
    return o;
}

static void release(void *store) {
    sz_store_redis_free(((opened *)store)->store);
    sz_free(store);
}

int main(void) {
    static const struct {
        const char *variable, *name;
    } forms[] = {
        {"SZ_REDIS_URL", "store_redis"},
        {"SZ_REDIS_TLS_URL", "store_redis with TLS"},
        {"SZ_REDIS_SENTINEL_URL", "store_redis under Sentinel"},
        {"SZ_REDIS_CLUSTER_URL", "store_redis in a Cluster"},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const store_rig rig = {forms[i].name, make, port, reopen, release, others, 3};
        url = getenv(forms[i].variable);
        if (url && *url) failed += store_suite_run(&rig);
    }
    return failed;
}

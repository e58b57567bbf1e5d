/* SPDX-License-Identifier: Apache-2.0
 *
 * json_pool: the memory that yyjson parses into, kept from record to record.
 */
#include "json.h"

#define SMALLEST     ((size_t)16384)
#define LARGEST_KEPT ((size_t)1 << 20) /* one huge record does not pin its memory for ever */

static void *take(void *ctx, size_t size) {
    sz_json_pool *p = ctx;
    size_t at = (p->n + 15) & ~(size_t)15;
    if (at > p->cap || p->cap - at < size) return NULL;
    p->last = at;
    p->n = at + size;
    return p->p + at;
}

static void *grow(void *ctx, void *old, size_t old_size, size_t size) {
    sz_json_pool *p = ctx;
    if (old == p->p + p->last && p->cap - p->last >= size) {
        p->n = p->last + size;
        return old;
    }
    void *q = take(ctx, size);
    if (q) memcpy(q, old, old_size < size ? old_size : size);
    return q;
}

static void give_back(void *ctx, void *old) {
    (void)ctx;
    (void)old;
}

void sz_json_pool_init(sz_json_pool *p) {
    memset(p, 0, sizeof *p);
    p->alc = (yyjson_alc){take, grow, give_back, p};
}

void sz_json_pool_fini(sz_json_pool *p) {
    sz_free(p->p);
    p->p = NULL;
}

void sz_json_pool_ready(sz_json_pool *p, size_t n) {
    size_t need = yyjson_read_max_memory_usage(n, YYJSON_READ_INSITU) + 64;
    if (p->cap < need || (p->cap > LARGEST_KEPT && need <= LARGEST_KEPT)) {
        sz_free(p->p);
        p->cap = need < SMALLEST ? SMALLEST : need + need / 2;
        p->p = sz_realloc(NULL, p->cap);
    }
    p->n = p->last = 0;
}

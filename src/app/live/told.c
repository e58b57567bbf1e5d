/* SPDX-License-Identifier: Apache-2.0 */
#include "told.h"

static void drop(sz_str s) { sz_free((void *)(uintptr_t)s.p); /* owned: the const is the reader's */ }

void told_init(told_lines *l) {
    *l = (told_lines){.values = NULL};
    sz_map_init(&l->keys);
}

void told_put(told_lines *l, sz_str key, sz_str value) {
    uint32_t at = l->keys.n;
    if (at == l->cap) l->values = sz_realloc(l->values, (l->cap = l->cap ? 2 * l->cap : 32) * sizeof *l->values);
    const uint32_t *known = sz_map_get(&l->keys, key);
    if (known) drop(l->values[at = *known]);
    else sz_map_put(&l->keys, key, at);
    char *p = sz_alloc(value.n + 1);
    if (value.n) memcpy(p, value.p, value.n);
    l->values[at] = (sz_str){p, value.n};
}

void told_clear(told_lines *l) {
    for (uint32_t i = 0; i < l->keys.n; i++) drop(l->values[i]);
    sz_map_fini(&l->keys);
    sz_map_init(&l->keys);
}

void told_fini(told_lines *l) {
    told_clear(l);
    sz_map_fini(&l->keys);
    sz_free(l->values);
    l->values = NULL;
    l->cap = 0;
}

void told_answer(const told_lines *l, sz_msgq *q, uint32_t tag, const sz_str *keys, uint32_t n) {
    sz_arena a;
    sz_arena_init(&a);
    sz_put *puts = SZ_NEWN(&a, sz_put, n + 1);
    for (uint32_t i = 0; i < n && l; i++) {
        const uint32_t *at = sz_map_get(&l->keys, keys[i]);
        if (at) puts[i].value = l->values[*at];
    }
    sz_msgq_push(q, &(sz_msg){.kind = SZ_MSG_LOOKED, .tag = tag, .puts = puts, .n = n});
    sz_arena_fini(&a);
}

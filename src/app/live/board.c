/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include <pthread.h>

typedef struct told_lines { /* of one partition */
    sz_map keys;            /* to place */
    sz_str *values;         /* owned */
    uint32_t cap;
} told_lines;

struct board {
    pthread_mutex_t mutex;
    told_lines *of;
    uint32_t parts;
};

board *board_new(uint32_t parts) {
    board *b = sz_alloc(sizeof *b);
    *b = (board){.of = sz_alloc((parts + 1) * sizeof *b->of), .parts = parts};
    pthread_mutex_init(&b->mutex, NULL);
    for (uint32_t p = 0; p < parts; p++) {
        b->of[p] = (told_lines){.values = NULL};
        sz_map_init(&b->of[p].keys);
    }
    return b;
}

static void drop(sz_str s) { sz_free((void *)(uintptr_t)s.p); /* owned: the const is the reader's */ }

void board_free(board *b) {
    if (!b) return;
    for (uint32_t p = 0; p < b->parts; p++) {
        for (uint32_t i = 0; i < b->of[p].keys.n; i++) drop(b->of[p].values[i]);
        sz_free(b->of[p].values);
        sz_map_fini(&b->of[p].keys);
    }
    sz_free(b->of);
    pthread_mutex_destroy(&b->mutex);
    sz_free(b);
}

static void put(told_lines *l, sz_str key, sz_str value) {
    uint32_t at = l->keys.n;
    if (at == l->cap) l->values = sz_realloc(l->values, (l->cap = l->cap ? 2 * l->cap : 32) * sizeof *l->values);
    const uint32_t *known = sz_map_get(&l->keys, key);
    if (known) drop(l->values[at = *known]);
    else sz_map_put(&l->keys, key, at);
    char *p = sz_alloc(value.n + 1);
    if (value.n) memcpy(p, value.p, value.n);
    l->values[at] = (sz_str){p, value.n};
}

static void told(void *self, sz_str key, sz_str value) {
    const board_seat *s = self;
    if (s->partition >= s->b->parts) return; /* the topic has grown */
    pthread_mutex_lock(&s->b->mutex);
    put(&s->b->of[s->partition], key, value);
    pthread_mutex_unlock(&s->b->mutex);
}

static void look(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n) {
    const board_seat *s = self;
    const told_lines *l = partition < s->b->parts ? &s->b->of[partition] : NULL;
    sz_arena a;
    sz_arena_init(&a);
    sz_put *puts = SZ_NEWN(&a, sz_put, n + 1);
    pthread_mutex_lock(&s->b->mutex);
    for (uint32_t i = 0; i < n && l; i++) {
        const uint32_t *at = sz_map_get(&l->keys, keys[i]);
        if (at) puts[i].value = l->values[*at];
    }
    sz_msgq_push(s->q, &(sz_msg){.kind = SZ_MSG_LOOKED, .tag = tag, .puts = puts, .n = n});
    pthread_mutex_unlock(&s->b->mutex);
    sz_arena_fini(&a);
}

sz_parts_port board_port(board_seat *s) { return (sz_parts_port){.self = s, .look = look, .told = told}; }

/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include <pthread.h>

#include "told.h"

struct board {
    pthread_mutex_t mutex;
    told_lines *of;
    uint32_t parts;
};

board *board_new(uint32_t parts) {
    board *b = sz_alloc(sizeof *b);
    *b = (board){.of = sz_alloc((parts + 1) * sizeof *b->of), .parts = parts};
    pthread_mutex_init(&b->mutex, NULL);
    for (uint32_t p = 0; p < parts; p++) told_init(&b->of[p]);
    return b;
}

void board_free(board *b) {
    if (!b) return;
    for (uint32_t p = 0; p < b->parts; p++) told_fini(&b->of[p]);
    sz_free(b->of);
    pthread_mutex_destroy(&b->mutex);
    sz_free(b);
}

static void told(void *self, sz_str key, sz_str value) {
    const board_seat *s = self;
    if (s->partition >= s->b->parts) return; /* the topic has grown */
    pthread_mutex_lock(&s->b->mutex);
    told_put(&s->b->of[s->partition], key, value);
    pthread_mutex_unlock(&s->b->mutex);
}

static void look(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n) {
    const board_seat *s = self;
    pthread_mutex_lock(&s->b->mutex);
    told_answer(partition < s->b->parts ? &s->b->of[partition] : NULL, s->q, tag, keys, n);
    pthread_mutex_unlock(&s->b->mutex);
}

sz_parts_port board_port(board_seat *s) { return (sz_parts_port){.self = s, .look = look, .told = told}; }

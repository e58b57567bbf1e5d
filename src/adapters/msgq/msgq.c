/* SPDX-License-Identifier: Apache-2.0
 *
 * msgq: messages on their way to a worker. A ring of entries; an entry's arena holds what its message points to and
 * is used again once the next message is popped.
 */
#include "copy.h"

enum { FIRST_ROOM = 16, MOST_PUMPS = 8 };

typedef struct entry {
    sz_msg msg;
    sz_arena arena, bytes;
} entry;

typedef struct pump {
    bool (*run)(void *self);
    void *self;
} pump;

struct sz_msgq {
    entry *ring; /* room is a power of two; entry i is ring[i & (room - 1)] */
    uint64_t first, end;
    uint64_t room;
    sz_msg out;         /* the popped one: pushing may move the ring while it is read */
    sz_arena out_bytes; /* what was given with it; its worker may take it */
    bool is_out;        /* ring[first - 1] is it; its arena is in use */
    bool is_idle;
    pump pumps[MOST_PUMPS];
    uint32_t n_pumps;
};

sz_msgq *sz_msgq_new(void) {
    sz_msgq *q = sz_alloc(sizeof *q);
    q->room = FIRST_ROOM;
    q->ring = sz_alloc(sizeof *q->ring * q->room);
    return q;
}

static void entry_fini(entry *e) {
    sz_arena_fini(&e->arena);
    sz_arena_fini(&e->bytes);
}

void sz_msgq_free(sz_msgq *q) {
    if (!q) return;
    for (uint64_t i = q->first; i < q->end; i++) {
        const sz_msg *m = &q->ring[i & (q->room - 1)].msg;
        if (m->bundle) sz_bundle_unref(m->bundle);
        if (m->campus) sz_campus_free(m->campus);
    }
    for (uint64_t i = 0; i < q->room; i++) entry_fini(&q->ring[i]);
    sz_arena_fini(&q->out_bytes);
    sz_free(q->ring);
    sz_free(q);
}

/* Arenas move with their entries, that of the popped one too. */
static void grow(sz_msgq *q) {
    uint64_t from = q->first - (q->is_out ? 1 : 0);
    entry *ring = sz_alloc(sizeof *ring * q->room * 2);
    for (uint64_t i = from; i < q->end; i++) ring[i & (q->room * 2 - 1)] = q->ring[i & (q->room - 1)];
    for (uint64_t i = q->end; i < from + q->room; i++) entry_fini(&q->ring[i & (q->room - 1)]);
    sz_free(q->ring);
    q->ring = ring;
    q->room *= 2;
}

static entry *add(sz_msgq *q, const sz_msg *m) {
    if (q->end - q->first + 1 >= q->room) grow(q);
    entry *e = &q->ring[q->end++ & (q->room - 1)];
    e->msg = *m;
    q->is_idle = false;
    return e;
}

void sz_msgq_push(sz_msgq *q, const sz_msg *m) {
    entry *e = add(q, m);
    sz_msg_copy(&e->msg, &e->arena);
}

void sz_msgq_give(sz_msgq *q, const sz_msg *m, sz_arena *a, sz_arena *bytes) {
    entry *e = add(q, m);
    entry_fini(e);
    e->arena = *a;
    e->bytes = *bytes;
    sz_arena_init(a);
    sz_arena_init(bytes);
}

static void run_pumps(sz_msgq *q) {
    bool is_idle = true;
    for (uint32_t i = 0; i < q->n_pumps && q->first == q->end; i++) /* a later one may wait: answers go first */
        if (q->pumps[i].run(q->pumps[i].self)) is_idle = false;
    q->is_idle = is_idle && q->first == q->end;
}

const sz_msg *sz_msgq_pop(sz_msgq *q) {
    if (q->is_out) sz_arena_reset(&q->ring[(q->first - 1) & (q->room - 1)].arena);
    sz_arena_fini(&q->out_bytes);
    q->is_out = false;
    if (q->first == q->end) run_pumps(q);
    if (q->first == q->end) return NULL;
    q->is_out = true;
    entry *e = &q->ring[q->first++ & (q->room - 1)];
    q->out = e->msg;
    q->out_bytes = e->bytes;
    q->out.bytes = e->bytes.head ? &q->out_bytes : NULL;
    sz_arena_init(&e->bytes);
    return &q->out;
}

bool sz_msgq_is_empty(const sz_msgq *q) { return q->first == q->end; }

bool sz_msgq_is_idle(const sz_msgq *q) { return q->is_idle; }

void sz_msgq_add_pump(sz_msgq *q, bool (*run)(void *self), void *self) {
    if (q->n_pumps < MOST_PUMPS) q->pumps[q->n_pumps++] = (pump){run, self};
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Marks: the head as it was at two midnights, of who is taken back now and then (sz_marks). When one is left, and for
 * whom, state.c decides.
 */
#include "internal.h"

/* n bytes in a block that is hardly larger. */
void block_keep(sz_buf *to, const void *p, size_t n, sz_pool *pool) {
    if (to->cap < n || to->cap > n + n / 4 + 64) to->p = sz_pool_resize(pool, to->p, &to->cap, 0, n, n);
    memcpy(to->p, p, n);
    to->n = n;
}

/* A mark is the head as it was, byte for byte: whoever has one is taken back most days, and packing and unpacking it
 * was a third of what a campus takes whose attendance comes in batches. This wakes it. */
void marks_wake(const sz_timeline *tl, sz_fstate *head) {
    const sz_buf *mark = &tl->marks->newest;
    if (head->cap < mark->n) {
        size_t cap = head->cap;
        head->p = sz_pool_resize(head->pool, head->p, &cap, 0, mark->n, mark->n);
        head->cap = (uint32_t)cap;
    }
    memcpy(head->p, mark->p, mark->n);
    head->n = (uint32_t)mark->n;
}

void marks_forget(sz_timeline *tl, int64_t t_ms) {
    if (tl->mark_ms == SZ_TIME_NONE || t_ms >= tl->mark_ms) return;
    bool is_before = tl->older_ms != SZ_TIME_NONE && tl->older_ms <= t_ms;
    sz_buf newest = tl->marks->newest;
    tl->marks->newest = tl->marks->older;
    tl->marks->older = newest;
    tl->mark_ms = is_before ? tl->older_ms : SZ_TIME_NONE;
    tl->mark_off = tl->older_off;
    tl->older_ms = SZ_TIME_NONE;
}

void marks_drop(sz_timeline *tl) {
    tl->mark_ms = tl->older_ms = SZ_TIME_NONE;
    if (!tl->marks) return;
    sz_pool_give(tl->head.pool, tl->marks->newest.p, tl->marks->newest.cap);
    sz_pool_give(tl->head.pool, tl->marks->older.p, tl->marks->older.cap);
    sz_pool_give(tl->head.pool, tl->marks, SZ_POOL_UNIT);
    tl->marks = NULL;
}

/* With room for a day's rows: whoever begins here has them before him. The one that was the newest is the older. */
void marks_leave(run *x, sz_fstate *at, int64_t midnight_ms, uint32_t off) {
    sz_timeline *tl = x->tl;
    if (!tl->marks) {
        size_t cap;
        tl->marks = sz_pool_take(tl->head.pool, SZ_POOL_UNIT, SZ_POOL_UNIT, &cap);
        sz_buf_init(&tl->marks->newest);
        sz_buf_init(&tl->marks->older);
    }
    if (tl->mark_ms != SZ_TIME_NONE && tl->mark_ms < midnight_ms) {
        sz_buf older = tl->marks->newest;
        tl->marks->newest = tl->marks->older;
        tl->marks->older = older;
        tl->older_ms = tl->mark_ms;
        tl->older_off = tl->mark_off;
    }
    sz_fstate_spread(at, &x->c->bundle->fs, 1);
    block_keep(&tl->marks->newest, at->p, at->n, tl->head.pool);
    tl->mark_ms = midnight_ms;
    tl->mark_off = off;
}

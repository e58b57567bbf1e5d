/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds.h"

static struct event *grown(struct event *v, size_t n, size_t *cap) {
    if (n < *cap) return v;
    *cap = *cap ? 2 * *cap : 1024;
    return sz_realloc(v, *cap * sizeof *v);
}

void sz_sim_queue_fini(struct queue *q) {
    sz_free(q->today);
    sz_free(q->later);
    sz_free(q->order);
    *q = (struct queue){0};
}

void sz_sim_queue_push(struct queue *q, const struct event *e) {
    if (e->arrival_ms < q->until_ms) {
        q->today = grown(q->today, q->n_today, &q->cap_today);
        q->today[q->n_today++] = *e;
    } else {
        q->later = grown(q->later, q->n_later, &q->cap_later);
        q->later[q->n_later++] = *e;
    }
    if (q->n_today + q->n_later > q->waiting_most) q->waiting_most = q->n_today + q->n_later;
}

void sz_sim_queue_begin(struct queue *q, int64_t until_ms) {
    size_t n = q->n_later, kept = 0;
    q->until_ms = until_ms;
    q->n_today = 0;
    for (size_t i = 0; i < n; i++) {
        if (q->later[i].arrival_ms >= until_ms) {
            q->later[kept++] = q->later[i];
            continue;
        }
        q->today = grown(q->today, q->n_today, &q->cap_today);
        q->today[q->n_today++] = q->later[i];
    }
    q->n_later = kept;
}

static int by_arrival(const void *a, const void *b, void *ctx) {
    const struct arrival *x = a, *y = b;
    (void)ctx;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

void sz_sim_queue_sort(struct queue *q) {
    if (q->cap_order < q->n_today) {
        q->cap_order = q->cap_today;
        q->order = sz_realloc(q->order, q->cap_order * sizeof *q->order);
    }
    for (size_t i = 0; i < q->n_today; i++) q->order[i] = (struct arrival){q->today[i].arrival_ms, (uint32_t)i};
    sz_sort(q->order, q->n_today, sizeof *q->order, by_arrival, NULL);
}

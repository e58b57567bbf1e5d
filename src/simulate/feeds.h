/* SPDX-License-Identifier: Apache-2.0
 *
 * feeds: from what happened to what arrives: readers without a line, sources that die, batches, files that are sent
 * again.
 */
#ifndef SZ_SIMULATE_FEEDS_H
#define SZ_SIMULATE_FEEDS_H

#include <sanzao/simulate.h>

#include "day.h"

/* Records that have not arrived yet. Those of today are put in order once a day. */
struct queue {
    struct event *today, *later;
    struct arrival {
        int64_t at_ms;
        uint32_t i;
    } * order;
    size_t n_today, cap_today, n_later, cap_later, cap_order;
    int64_t until_ms; /* what arrives before this is of today */
    uint64_t waiting_most;
};
void sz_sim_queue_fini(struct queue *q);
void sz_sim_queue_push(struct queue *q, const struct event *e);
/* Begin a day that ends at until_ms: what was put off until it moves to today. */
void sz_sim_queue_begin(struct queue *q, int64_t until_ms);
/* Put today's in order of arrival; equal ones as they were pushed. Then today[order[k].i] for k < n_today. */
void sz_sim_queue_sort(struct queue *q);

enum { OUTAGES_MAX = 24 };
struct outage {
    int64_t from_ms, to_ms;
    uint8_t source;
    bool is_kept; /* terminals keep what happened and send it afterwards; else it is gone */
};
struct feeds {
    uint64_t seed;
    uint32_t days;
    struct outage outages[OUTAGES_MAX];
    uint32_t n_outages;
    sz_sim_counts *counts;
};
void sz_sim_feeds_init(struct feeds *f, const struct term *t, uint32_t days, uint64_t seed, sz_sim_counts *counts);
/* What belongs to no student: readers that go off line today, statuses, strangers. */
void sz_sim_feeds_day(struct feeds *f, struct world *w, const struct day *d, struct queue *q);
/* Set arrival and faults of a record, and push it (or lose it). klass: its class, for a teacher's sheet. */
void sz_sim_feeds_send(struct feeds *f, const struct world *w, const struct person *p, const struct day *d,
                       const struct event *e, struct queue *q);
/* A record leaves: a file may be sent again later. */
void sz_sim_feeds_again(const struct feeds *f, const struct world *w, const struct event *e, struct queue *q);
/* campus/feeds.yaml */
void sz_sim_feeds_write(const struct term *t, sz_buf *out);

#endif

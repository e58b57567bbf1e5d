/* SPDX-License-Identifier: Apache-2.0
 *
 * partition_counts: what this process did, as against what the state counts. It stays when a partition goes.
 */
#include "member.h"

static void add_operation(sz_operation *to, const sz_operation *op) {
    to->commits += op->commits;
    to->refused += op->refused;
    to->rolled_back += op->rolled_back;
    to->deep_losses += op->deep_losses;
    to->moved += op->moved;
    to->part_waits += op->part_waits;
    to->parts_missing += op->parts_missing;
    to->part_wait_ms += op->part_wait_ms;
    for (int i = 0; i < SZ_N_REASONS; i++) to->moved_dead_by[i] += op->moved_dead_by[i];
    to->settled += op->settled;
    to->settle_sum_ms += op->settle_sum_ms;
    if (op->settle_max_ms > to->settle_max_ms) to->settle_max_ms = op->settle_max_ms;
}

void partition_keep_counts(partition *p) {
    sz_operation op;
    sz_worker_operation(p->worker, &op);
    add_operation(&p->past, &op);
}

static void count_operation(const sz_operation *op, live_counts *to) {
    to->commits += op->commits;
    to->refused += op->refused;
    to->rolled_back += op->rolled_back + op->deep_losses;
    to->moved += op->moved;
    to->part_waits += op->part_waits;
    to->parts_missing += op->parts_missing;
    to->part_wait_ms += op->part_wait_ms;
    for (int i = 0; i < SZ_N_REASONS; i++) to->moved_dead += op->moved_dead_by[i];
    to->settled += op->settled;
    to->settle_sum_ms += op->settle_sum_ms;
    if (op->settle_max_ms > to->settle_max_ms) to->settle_max_ms = op->settle_max_ms;
}

static void count_records(const sz_counters *c, live_counts *to) {
    to->read += c->read;
    to->used += c->used;
    to->duplicate += c->duplicate;
    to->dead += c->dead;
    to->control += c->control;
    to->gap += c->gap;
    for (int i = 0; i < SZ_N_REASONS; i++) to->dead_by[i] += c->dead_by[i];
    for (int i = 0; i < SZ_N_ALERT_EVENTS; i++) to->alerts[i] += c->alerts[i];
}

/* Less than it was: the store has lost commits. */
static uint64_t since(uint64_t now, uint64_t then) { return now > then ? now - then : 0; }

static void count_nobody(const partition *p, const sz_counters *c, live_counts *to) {
    if (!p->has_started || p->list < to->list) return;
    if (p->list > to->list) to->nobody = (sz_nobody){0};
    to->list = p->list;
    to->nobody.records += since(c->used + c->dead, p->since.records);
    to->nobody.students += since(c->dead_by[SZ_UNKNOWN_STUDENT], p->since.students);
    to->nobody.cards += since(c->dead_by[SZ_UNKNOWN_CARD], p->since.cards);
}

void partition_count(const partition *p, live_counts *to) {
    sz_operation op = {0}, all = p->past;
    if (p->worker) sz_worker_operation(p->worker, &op);
    add_operation(&all, &op);
    count_operation(&all, to);
    if (!p->worker || !p->is_assigned) return;
    count_records(sz_worker_counters(p->worker), to);
    count_nobody(p, sz_worker_counters(p->worker), to);
    to->partitions++;
    to->outbox += op.outbox;
    to->held += sz_worker_where(p->worker) == SZ_WK_HELD;
    to->backing_off += sz_worker_where(p->worker) == SZ_WK_BACKOFF;
    if (!p->stream) return;
    int64_t lag = sz_stream_kafka_lag(p->stream), last = sz_stream_kafka_last_ms(p->stream);
    to->lag += lag;
    if (lag && last != SZ_TIME_NONE && last < to->oldest_ms) to->oldest_ms = last;
}

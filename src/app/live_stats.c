/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters of a live run, as one line of the log.
 */
#include "env.h"
#include "live_stats.h"
#include "log.h"

static void add(live_counts *to, const live_counts *c) {
    to->read += c->read;
    to->used += c->used;
    to->duplicate += c->duplicate;
    to->dead += c->dead;
    to->control += c->control;
    for (int i = 0; i < SZ_N_REASONS; i++) to->dead_by[i] += c->dead_by[i];
    for (int i = 0; i < SZ_N_ALERT_EVENTS; i++) to->alerts[i] += c->alerts[i];
    to->commits += c->commits;
    to->refused += c->refused;
    to->rolled_back += c->rolled_back;
    to->gap += c->gap;
    to->settled += c->settled;
    to->settle_sum_ms += c->settle_sum_ms;
    if (c->settle_max_ms > to->settle_max_ms) to->settle_max_ms = c->settle_max_ms;
    to->lag += c->lag;
    to->outbox += c->outbox;
    to->partitions += c->partitions;
    to->held += c->held;
    to->backing_off += c->backing_off;
    if (c->oldest_ms < to->oldest_ms) to->oldest_ms = c->oldest_ms;
}

static void put(sz_buf *out, const char *name, int64_t n) {
    sz_buf_printf(out, "%s\"%s\":%lld", out->n ? "," : "", name, (long long)n);
}

static void put_dead(sz_buf *out, const live_counts *c) {
    bool any = false;
    sz_buf_put_z(out, ",\"dead_letter_by\":{");
    for (int i = 0; i < SZ_N_REASONS; i++) {
        if (!c->dead_by[i]) continue;
        sz_buf_printf(out, "%s\"%s\":%llu", any ? "," : "", sz_reason_names[i], (unsigned long long)c->dead_by[i]);
        any = true;
    }
    sz_buf_put_u8(out, '}');
}

void live_stats_log(live *run) {
    live_counts c = {.oldest_ms = SZ_TIME_MAX};
    pthread_mutex_lock(&run->mutex);
    for (uint32_t i = 0; i < run->n_members; i++) add(&c, &run->members[i]->counts);
    pthread_mutex_unlock(&run->mutex);
    int64_t delay = c.oldest_ms == SZ_TIME_MAX ? 0 : sz_wall_ms() - c.oldest_ms;
    sz_buf fields;
    sz_buf_init(&fields);
    put(&fields, "partitions", c.partitions);
    put(&fields, "held", c.held);
    put(&fields, "backing_off", c.backing_off);
    put(&fields, "lag", c.lag);
    put(&fields, "delay_ms", delay);
    put(&fields, "read", (int64_t)c.read);
    put(&fields, "used", (int64_t)c.used);
    put(&fields, "duplicate", (int64_t)c.duplicate);
    put(&fields, "control", (int64_t)c.control);
    put(&fields, "dead_letter", (int64_t)c.dead);
    put_dead(&fields, &c);
    put(&fields, "commits", (int64_t)c.commits);
    put(&fields, "refused", (int64_t)c.refused);
    put(&fields, "rolled_back", (int64_t)c.rolled_back);
    put(&fields, "gap", (int64_t)c.gap);
    put(&fields, "outbox", (int64_t)c.outbox);
    put(&fields, "settled", (int64_t)c.settled);
    put(&fields, "settle_mean_ms", c.settled ? c.settle_sum_ms / (int64_t)c.settled : 0);
    put(&fields, "settle_max_ms", c.settle_max_ms);
    sz_log_fields(SZ_NOTE, "stats", SZ_STR("stats"), SZ_STR("计数"), sz_buf_str(&fields));
    sz_buf_fini(&fields);
}

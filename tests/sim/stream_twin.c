/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_twin.h"

#include "host.h"
#include "invariants.h"
#include "store_twin.h"

bool broker_is_away(const world *w) { return w->now < w->stream.away_until_ms; }

static int64_t after_broker(const world *w, int64_t at_ms) {
    return at_ms < w->stream.away_until_ms ? w->stream.away_until_ms : at_ms;
}

/* ---- fetches ---- */

static void deliver(world *w, seat *s, uint32_t from, uint32_t n) {
    sz_msg m = {.kind = SZ_MSG_INPUT, .answer = SZ_ANS_OK, .inputs = &w->load->log[s->part].v[from], .n = n};
    w->n_inputs += n;
    seat_step_msg(w, s, &m);
}

static void fetched(world *w, seat *s, mail *m) {
    if (s->fetch != m->call) return;
    s->is_fetching = false;
    if (broker_is_away(w)) {
        s->is_fetching = true;
        mail_at(w, w->stream.away_until_ms + delay(w), s, fetched, m);
        return;
    }
    uint32_t left = w->stream.visible[s->part] - (uint32_t)s->pos, n = left < s->want ? left : s->want;
    if (!n) return;
    if (!w->is_reference) n = 1 + (uint32_t)rng_below(&w->latency, n);
    uint32_t from = (uint32_t)s->pos;
    s->want = 0;
    s->pos += n;
    s->quiet_since_ms = w->now;
    s->is_told = false;
    deliver(w, s, from, n);
}

static void fetch(world *w, seat *s) {
    if (!s->want || s->is_fetching || s->n_seeks || s->pos >= (int64_t)w->stream.visible[s->part]) return;
    s->is_fetching = true;
    s->fetch = ++w->next_call;
    int64_t to = w->now + delay(w);
    if (strikes(w, F_THROTTLE)) to += rng_around(rng_for(w, F_THROTTLE), 10000); /* a quota holds it back */
    mail_at(w, after_broker(w, to), s, fetched, &(mail){.call = s->fetch});
}

static void want(void *self, uint32_t max) {
    seat *s = self;
    world *w = s->world;
    if (s->want) fail(w, "partition %u: input wanted while input is wanted", s->part);
    if (!max || max > 256) fail(w, "partition %u: %u records wanted", s->part, max);
    invariant_want(w, s);
    s->want = max;
    fetch(w, s);
}

/* What was fetched before the seek and stands in the queue still. */
static void stale(world *w, seat *s, mail *m) {
    note(w, "h%u p%u: stale records %lld..", s->host, s->part, (long long)m->a);
    s->is_stale = true;
    deliver(w, s, (uint32_t)m->a, (uint32_t)m->b);
    s->is_stale = false;
}

static void sought(world *w, seat *s, mail *m) {
    int64_t low = w->stream.low[s->part], to = m->a < 0 ? low : m->a;
    bool is_there = to >= low && to <= (int64_t)w->stream.visible[s->part];
    s->n_seeks--;
    if (is_there) s->pos = to;
    sz_msg msg = {.kind = SZ_MSG_SEEKED, .answer = is_there ? SZ_ANS_OK : SZ_ANS_FAILED, .offset = is_there ? to : low};
    if (!is_there) msg.text = SZ_STR("offset out of range");
    seat_step_msg(w, s, &msg);
    fetch(w, s);
}

static void seek(void *self, int64_t offset) {
    seat *s = self;
    world *w = s->world;
    note(w, "h%u p%u: seek %lld", s->host, s->part, (long long)offset);
    int64_t to = after_broker(w, w->now + delay(w));
    if (to < s->sought_ms) to = s->sought_ms;
    s->sought_ms = to;
    uint32_t left = w->stream.visible[s->part] - (uint32_t)s->pos;
    if (left && strikes(w, F_STALE_FETCH)) {
        uint32_t n = 1 + (uint32_t)rng_below(rng_for(w, F_STALE_FETCH), left < 20 ? left : 20);
        mail_at(w, to, s, stale, &(mail){.a = s->pos, .b = n});
    }
    s->want = 0;
    s->is_fetching = false;
    s->fetch = ++w->next_call;
    s->n_seeks++;
    s->has_sought = true;
    mail_at(w, to, s, sought, &(mail){.a = offset});
}

static void settled(void *self, int64_t offset) {
    seat *s = self;
    world *w = s->world;
    invariant_settled(w, s->part, offset);
    if (w->group.owner[s->part] != (int32_t)s->host || broker_is_away(w)) return; /* fenced, or lost */
    if (offset > w->stream.group_offset[s->part]) w->stream.group_offset[s->part] = offset;
}

sz_stream_port stream_port(seat *s) {
    return (sz_stream_port){.self = s, .want = want, .seek = seek, .settled = settled};
}

/* ---- ticks ---- */

static void ticked(world *w, seat *s, mail *m) {
    if (s->where != SZ_WK_RUNNING) return;
    int64_t end = sz_mutant == SZ_MUTANT_TICK_BACKLOG ? s->pos : m->a;
    sz_msg msg = {.kind = SZ_MSG_TICK, .answer = SZ_ANS_OK, .offset = end, .wall_ms = m->b};
    int64_t clock = sz_worker_clock(s->w);
    sz_operation before, after = {0};
    sz_worker_operation(s->w, &before);
    seat_step_msg(w, s, &msg);
    if (!s->w) return;
    sz_worker_operation(s->w, &after);
    if (after.ticks != before.ticks) invariant_ticked(w, s, clock, m->a);
    if (w->now - s->quiet_since_ms > 2 * SZ_MINUTE_MS) s->is_told = true;
}

void stream_tick(world *w, seat *s) {
    if (broker_is_away(w)) return;
    mail_at(w, w->now + delay(w), s, ticked,
            &(mail){.a = w->stream.visible[s->part], .b = host_wall(w, &w->hosts[s->host])});
}

/* ---- production and faults ---- */

static void wake_consumers(world *w, uint32_t part) {
    for (uint32_t h = 0; h < w->s.hosts; h++)
        if (w->hosts[h].seats[part].w) fetch(w, &w->hosts[h].seats[part]);
}

static void produce(world *w, const event *e) {
    uint32_t p = (uint32_t)e->a;
    const partition_log *g = &w->load->log[p];
    uint32_t *n = &w->stream.visible[p];
    while (*n < g->n && (w->is_quiet || g->produced_ms[*n] <= w->now)) ++*n;
    if (*n < g->n) at(w, g->produced_ms[*n], produce, NULL, p, 0);
    wake_consumers(w, p);
}

/* Retention takes what nobody can need again: records before an offset that cannot be lost. */
static void retain(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    rng *r = rng_for(w, F_LOW_MARK);
    uint32_t p = (uint32_t)rng_below(r, w->s.parts);
    int64_t safe = store_durable(w, p)->g.offset;
    if (safe > w->stream.low[p]) {
        w->stream.low[p] += (uint32_t)rng_between(r, 1, safe - w->stream.low[p]);
        note(w, "stream %u: low mark %u", p, w->stream.low[p]);
        w->n_by_fault[F_LOW_MARK]++;
    }
    at(w, w->now + rng_until(r, (int64_t)w->s.rate[F_LOW_MARK]), retain, NULL, 0, 0);
}

static void go_away(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    rng *r = rng_for(w, F_AWAY);
    w->n_by_fault[F_AWAY]++;
    w->stream.away_until_ms = w->now + rng_around(r, 2000);
    note(w, "broker: away for %lld ms", (long long)(w->stream.away_until_ms - w->now));
    at(w, w->stream.away_until_ms + rng_until(r, (int64_t)w->s.rate[F_AWAY]), go_away, NULL, 0, 0);
}

void stream_start(world *w) {
    for (uint32_t p = 0; p < w->s.parts; p++) {
        w->stream.group_offset[p] = -1;
        at(w, 0, produce, NULL, p, 0);
    }
    if (exists(w, F_LOW_MARK))
        at(w, rng_until(rng_for(w, F_LOW_MARK), (int64_t)w->s.rate[F_LOW_MARK]), retain, NULL, 0, 0);
    if (exists(w, F_AWAY)) at(w, rng_until(rng_for(w, F_AWAY), (int64_t)w->s.rate[F_AWAY]), go_away, NULL, 0, 0);
}

void stream_heal(world *w) { w->stream.away_until_ms = 0; }

/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include <inttypes.h>

#include "group.h"
#include "invariants.h"
#include "sink_twin.h"
#include "store_twin.h"
#include "stream_twin.h"

enum { TICK_MS = 60000, TICK_AT_REST_MS = 20000, PARK_MS = 60000, DRAIN_MS = 60000 };

static void react(world *w, seat *s, sz_worker_state before);
static void host_start(world *w, uint32_t h);

/* ---- mail ---- */

static void wait_in_line(world *w, host *h, const event *e) {
    backlog *b = SZ_NEW(&w->arena, backlog);
    b->e = *e;
    *h->waiting_end = b;
    h->waiting_end = &b->next;
}

static void reach(world *w, const event *e) {
    mail *m = e->p;
    host *h = &w->hosts[m->s->host];
    if (m->gen != m->s->gen) return;
    if (w->now < h->paused_until_ms || h->waiting) wait_in_line(w, h, e);
    else m->open(w, m->s, m);
}

void mail_at(world *w, int64_t at_ms, seat *s, void (*open)(world *w, seat *s, mail *m), const mail *m) {
    mail *own = SZ_NEW(&w->arena, mail);
    *own = *m;
    own->s = s;
    own->gen = s->gen;
    own->open = open;
    at(w, at_ms, reach, own, 0, 0);
}

static void resume(world *w, const event *e) {
    host *h = &w->hosts[e->a];
    if (h->life != (uint64_t)e->b || w->now < h->paused_until_ms) return;
    note(w, "h%u: goes on", (uint32_t)e->a);
    while (h->waiting && h->life == (uint64_t)e->b) { /* in the order in which they came */
        mail *m = h->waiting->e.p;
        h->waiting = h->waiting->next;
        if (m->gen == m->s->gen) m->open(w, m->s, m);
    }
    if (!h->waiting) h->waiting_end = &h->waiting;
}

/* ---- the environment of a worker ---- */

int64_t host_wall(const world *w, const host *h) { return wall_of(w) + h->skew_ms; }

static int64_t env_wall(void *self) {
    const seat *s = self;
    return host_wall(s->world, &s->world->hosts[s->host]);
}

static int64_t env_mono(void *self) {
    const seat *s = self;
    return s->world->hosts[s->host].mono0_ms + s->world->now;
}

static void env_random(void *self, void *p, size_t n) {
    seat *s = self;
    world *w = s->world;
    uint8_t *b = p;
    for (size_t i = 0; i < n; i++) b[i] = (uint8_t)rng_u64(&w->hosts[s->host].random);
    if (sz_mutant != SZ_MUTANT_INCR_TOKEN || n != 16) return;
    memset(b, 0, n);
    uint64_t counted = ++w->store.counter[s->part];
    memcpy(b, &counted, sizeof counted);
}

/* ---- seats ---- */

static void seat_open(world *w, seat *s) {
    uint32_t h = s->host, part = s->part;
    *s = (seat){.world = w,
                .host = h,
                .part = part,
                .gen = ++w->next_call,
                .wake_at_ms = INT64_MAX,
                .clock_ms = SZ_TIME_NONE,
                .bundle = w->hosts[h].bundle,
                .campus = w->hosts[h].campus,
                .bundle_before = w->hosts[h].bundle,
                .campus_before = w->hosts[h].campus,
                .mem_uid = UINT64_MAX};
    sz_options o = {.order = SZ_ARRIVAL,
                    .lateness_ms = 240 * SZ_HOUR_MS,
                    .horizon_ms = 14 * SZ_DAY_MS,
                    .until_ms = SZ_TIME_NONE,
                    .wall_ms = env_wall(s),
                    .is_live = w->s.is_live,
                    .allow_new = true,
                    .settle_ms = w->s.settle_ms,
                    .peers_wait_ms = 1000 * SZ_DAY_MS, /* whoever is away comes back */
                    .commit_records = w->s.commit_records,
                    .journal_bytes = w->s.journal_bytes,
                    .tick_students = w->s.tick_students,
                    .topic = SZ_STR("campus.events"),
                    .worker = h == 0   ? SZ_STR("h0")
                              : h == 1 ? SZ_STR("h1")
                                       : SZ_STR("h2"),
                    .parts = w->s.parts,
                    .partition = part};
    sz_ports p = {.store = store_port(s),
                  .parts = w->load->exchanges ? parts_port(s) : (sz_parts_port){0},
                  .stream = stream_port(s),
                  .sink = sink_port(s),
                  .env = {.self = s, .wall_ms = env_wall, .mono_ms = env_mono, .random = env_random}};
    s->w = sz_worker_new(&o, &p, sz_bundle_ref(w->load->bundles[s->bundle][s->campus]),
                         sz_campus_ref(w->load->campuses[s->campus]));
}

static void seat_close(world *w, seat *s) {
    sz_worker_free(s->w);
    s->w = NULL;
    s->gen = ++w->next_call;
    s->want = 0;
}

static void wake(world *w, seat *s, mail *m) {
    if (s->wake_at_ms != m->a) return;
    s->wake_at_ms = INT64_MAX;
    seat_step_msg(w, s, &(sz_msg){.kind = SZ_MSG_GO_ON});
}

static void set_alarm(world *w, seat *s) {
    int64_t to = sz_worker_wake_ms(s->w);
    if (to == SZ_TIME_MAX) return;
    to = to == INT64_MIN ? w->now : to - w->hosts[s->host].mono0_ms; /* at once */
    if (to < w->now) to = w->now;
    if (to >= s->wake_at_ms) return;
    s->wake_at_ms = to;
    mail_at(w, to, s, wake, &(mail){.a = to});
}

static const char *const msg_names[] = {"assigned", "revoked",   "acquired",  "chunk",     "seeked",
                                        "input",    "input-end", "committed", "delivered", "dead-done",
                                        "tick",     "looked",    "bundle",    "go-on",     "stop"};
static const char *const state_names[] = {"idle",     "backoff", "acquiring", "loading", "seeking", "running",
                                          "draining", "parked",  "held",      "stopped", "failed"};

void seat_step_msg(world *w, seat *s, const sz_msg *m) {
    if (!s->w || w->is_failed) return;
    sz_worker_state before = sz_worker_where(s->w);
    s->where = before;
    invariant_before(s, m);
    sz_worker_step(s->w, m);
    s->where = sz_worker_where(s->w);
    if (w->trace)
        note(w, "h%u p%u: %s%s%s n=%u at=%lld: %s -> %s, read %llu", s->host, s->part, msg_names[m->kind],
             m->answer == SZ_ANS_OK ? "" : " answer ",
             m->answer == SZ_ANS_OK ? "" : (char[]){(char)('0' + m->answer), 0}, m->n, (long long)m->offset,
             state_names[before], state_names[s->where], (unsigned long long)sz_worker_counters(s->w)->read);
    invariant_step(w, s, m);
    react(w, s, before);
    if (s->w) set_alarm(w, s);
}

/* ---- a process's life ---- */

static void host_die(world *w, uint32_t i) {
    host *h = &w->hosts[i];
    h->is_up = h->is_draining = false;
    h->life++;
    h->waiting = NULL;
    h->waiting_end = &h->waiting;
    h->paused_until_ms = 0;
    for (uint32_t p = 0; p < w->s.parts; p++) seat_close(w, &h->seats[p]);
    group_left(w, i);
}

static void start_again(world *w, const event *e) {
    if (!w->hosts[e->a].is_up) host_start(w, (uint32_t)e->a);
}

static void host_restart(world *w, uint32_t i, int64_t after_ms) { at(w, w->now + after_ms, start_again, NULL, i, 0); }

static void start_anew(world *w, uint32_t i, int64_t after_ms) {
    if (!w->hosts[i].is_up) return;
    note(w, "h%u: started anew with bundle %u, campus %u", i, w->hosts[i].bundle, w->hosts[i].campus);
    host_die(w, i);
    host_restart(w, i, after_ms);
}

static void tell_bundle(world *w, seat *s, mail *m) {
    (void)m;
    uint32_t b = w->hosts[s->host].bundle, c = w->hosts[s->host].campus;
    if (!s->w || (s->bundle == b && s->campus == c)) return;
    s->bundle_before = s->bundle;
    s->campus_before = s->campus;
    s->bundle = b;
    s->campus = c;
    seat_step_msg(w, s,
                  &(sz_msg){.kind = SZ_MSG_BUNDLE,
                            .bundle = sz_bundle_ref(w->load->bundles[b][c]),
                            .campus = sz_campus_ref(w->load->campuses[c])});
}

/* The files are newer now: the host reads them again. */
static void reload_host(world *w, uint32_t i) {
    for (uint32_t p = 0; p < w->s.parts; p++)
        if (w->hosts[i].seats[p].w) mail_at(w, w->now, &w->hosts[i].seats[p], tell_bundle, &(mail){0});
}

static void closed(world *w, uint32_t i) {
    host *h = &w->hosts[i];
    for (uint32_t p = 0; p < w->s.parts; p++)
        if (h->seats[p].w) return;
    if (!h->is_draining) return;
    note(w, "h%u: has drained", i);
    host_die(w, i);
    host_restart(w, i, w->is_quiet ? 0 : rng_around(rng_for(w, F_STOP), 1000));
}

static bool has_newest(const world *w, const host *h) {
    return h->bundle + 1 == w->load->n_bundles && h->campus + 1 == w->load->n_campuses;
}

static void bring_newest(const world *w, host *h) {
    h->bundle = w->load->n_bundles - 1;
    h->campus = w->load->n_campuses - 1;
}

static void react(world *w, seat *s, sz_worker_state before) {
    host *h = &w->hosts[s->host];
    sz_str text;
    switch (s->where) {
    case SZ_WK_RUNNING:
        if (before == SZ_WK_RUNNING) return;
        s->quiet_since_ms = w->now;
        s->is_told = false;
        if (!s->has_sought) s->pos = (int64_t)sz_worker_taken(s->w);
        seat_step_msg(w, s, &(sz_msg){.kind = SZ_MSG_GO_ON});
        return;
    case SZ_WK_PARKED:
        if (before == SZ_WK_PARKED) return;
        s->parked_ms = w->now;
        s->want = 0;
        s->is_revoking = false;
        if (h->is_draining) {
            seat_close(w, s);
            closed(w, s->host);
        }
        if (s->w && s->assign_next) host_assign(w, s->host, s->part);
        s->assign_next = false;
        group_given_up(w, s->part, s->round);
        return;
    case SZ_WK_STOPPED:
        seat_close(w, s);
        closed(w, s->host);
        return;
    case SZ_WK_HELD:
        if (before == SZ_WK_HELD) return;
        sz_worker_failure(s->w, &text);
        note(w, "h%u p%u: held: %.*s", s->host, s->part, SZ_FMT_STR(text));
        if (w->load->n_bundles == 1 && w->load->n_campuses == 1) {
            fail(w, "h%u p%u is held: %.*s", s->host, s->part, SZ_FMT_STR(text));
            return;
        }
        if (has_newest(w, h)) { /* older files came back in between: whoever starts now has the newest */
            start_anew(w, s->host, 1000);
            return;
        }
        bring_newest(w, h); /* someone brings the files up to date here too */
        reload_host(w, s->host);
        return;
    case SZ_WK_FAILED: {
        sz_status status = sz_worker_failure(s->w, &text);
        note(w, "h%u p%u: FAILED (%d): %.*s", s->host, s->part, status, SZ_FMT_STR(text));
        if (status == SZ_CORRUPT) fail(w, "h%u p%u: %.*s", s->host, s->part, SZ_FMT_STR(text));
        w->n_exits++;
        host_die(w, s->host);
        host_restart(w, s->host, 1500);
        return;
    }
    default: return;
    }
}

/* Whom the group has given the partition again already is about to hear of it. */
static void forget_parked(world *w, uint32_t i) {
    host *h = &w->hosts[i];
    for (uint32_t p = 0; p < w->s.parts; p++) {
        seat *s = &h->seats[p];
        bool is_parked = s->w && s->where == SZ_WK_PARKED && w->group.owner[p] != (int32_t)i;
        if (is_parked && w->now - s->parked_ms > PARK_MS) seat_close(w, s);
    }
}

static void tick(world *w, const event *e) {
    host *h = &w->hosts[e->a];
    if (!h->is_up || h->life != (uint64_t)e->b) return;
    if (w->now >= h->paused_until_ms) forget_parked(w, (uint32_t)e->a);
    if (w->s.is_live && w->now >= h->paused_until_ms)
        for (uint32_t p = 0; p < w->s.parts; p++)
            if (h->seats[p].w && h->seats[p].where == SZ_WK_RUNNING) stream_tick(w, &h->seats[p]);
    at(w, w->now + (w->is_quiet ? TICK_AT_REST_MS : TICK_MS), tick, NULL, e->a, e->b);
}

static void host_start(world *w, uint32_t i) {
    host *h = &w->hosts[i];
    h->is_up = true;
    h->life++;
    h->waiting_end = &h->waiting;
    h->mono0_ms = (int64_t)rng_below(&h->random, 1000000);
    if (exists(w, F_SKEW)) h->skew_ms = strikes(w, F_SKEW) ? rng_between(rng_for(w, F_SKEW), -120000, 3600000) : 0;
    note(w, "h%u: starts, bundle %u, campus %u, skew %" PRId64, i, h->bundle, h->campus, h->skew_ms);
    at(w, w->now + (w->is_quiet ? TICK_AT_REST_MS : rng_between(&h->random, 1, TICK_MS)), tick, NULL, i,
       (int64_t)h->life);
    group_joined(w, i);
}

/* ---- what the group says ---- */

static void assigned(world *w, seat *s, mail *m) {
    if (w->hosts[s->host].is_draining) return;
    sz_msg msg = {.kind = SZ_MSG_ASSIGNED, .offset = w->stream.group_offset[s->part]};
    if (!s->w) seat_open(w, s);
    s->assigned_round = (uint64_t)m->a;
    if (s->where != SZ_WK_IDLE && s->where != SZ_WK_PARKED && s->is_revoking) { /* once it has given it up */
        s->assign_next = true;
        return;
    }
    if (s->where != SZ_WK_IDLE && s->where != SZ_WK_PARKED) { /* it had not heard that it had lost it */
        seat_step_msg(w, s, &(sz_msg){.kind = SZ_MSG_REVOKED, .is_lost = true});
        if (!s->w) return;
    }
    seat_step_msg(w, s, &msg);
}

void host_assign(world *w, uint32_t h, uint32_t part) {
    mail_at(w, w->now + delay(w), &w->hosts[h].seats[part], assigned, &(mail){.a = (int64_t)w->group.round[part]});
}

static void revoked(world *w, seat *s, mail *m) {
    if (!s->w || s->where == SZ_WK_PARKED || m->a < (int64_t)s->assigned_round) return;
    s->round = (uint64_t)m->a;
    s->is_revoking = true;
    seat_step_msg(w, s, &(sz_msg){.kind = SZ_MSG_REVOKED, .is_lost = m->b != 0});
}

void host_revoke(world *w, uint32_t h, uint32_t part, int64_t at_ms, uint64_t round, bool is_lost) {
    mail_at(w, at_ms, &w->hosts[h].seats[part], revoked, &(mail){.a = (int64_t)round, .b = is_lost});
}

/* ---- faults ---- */

static uint32_t any_host(world *w, fault f) { return (uint32_t)rng_below(rng_for(w, f), w->s.hosts); }

static void again(world *w, fault f, void (*run)(world *w, const event *e)) {
    at(w, w->now + rng_until(rng_for(w, f), (int64_t)w->s.rate[f]), run, NULL, 0, 0);
}

static void kill9(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    uint32_t i = any_host(w, F_KILL);
    if (w->hosts[i].is_up) {
        w->n_by_fault[F_KILL]++;
        note(w, "h%u: KILLED", i);
        host_die(w, i);
        host_restart(w, i, rng_around(rng_for(w, F_KILL), 1500));
    }
    again(w, F_KILL, kill9);
}

static void pause_one(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    uint32_t i = any_host(w, F_PAUSE);
    host *h = &w->hosts[i];
    int64_t ms = rng_around(rng_for(w, F_PAUSE), 8000);
    if (h->is_up && w->now >= h->paused_until_ms) {
        w->n_by_fault[F_PAUSE]++;
        h->paused_until_ms = w->now + ms;
        note(w, "h%u: paused for %lld ms", i, (long long)ms);
        at(w, h->paused_until_ms, resume, NULL, i, (int64_t)h->life);
        if (ms > 6000) /* longer than its session */
            for (uint32_t p = 0; p < w->s.parts; p++)
                if (w->group.owner[p] == (int32_t)i) group_take(w, p);
    }
    again(w, F_PAUSE, pause_one);
}

static void stopped_late(world *w, const event *e) {
    host *h = &w->hosts[e->a];
    if (h->life != (uint64_t)e->b || !h->is_draining) return;
    note(w, "h%u: a second signal", (uint32_t)e->a);
    if (w->now < h->paused_until_ms + DRAIN_MS) {
        at(w, h->paused_until_ms + DRAIN_MS, stopped_late, NULL, e->a, e->b);
        return;
    }
    w->n_late_stops++;
    host_die(w, (uint32_t)e->a);
    host_restart(w, (uint32_t)e->a, 1000);
}

static void stop(world *w, seat *s, mail *m) {
    (void)m;
    if (!s->w) return;
    if (s->where == SZ_WK_PARKED || s->where == SZ_WK_HELD) {
        seat_close(w, s);
        closed(w, s->host);
        return;
    }
    s->is_stopping = true;
    s->want = 0;
    s->is_fetching = false;
    s->fetch = ++w->next_call;
    seat_step_msg(w, s, &(sz_msg){.kind = SZ_MSG_STOP});
}

static void sigterm(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    uint32_t i = any_host(w, F_STOP);
    host *h = &w->hosts[i];
    if (h->is_up && !h->is_draining) {
        w->n_by_fault[F_STOP]++;
        note(w, "h%u: SIGTERM", i);
        h->is_draining = true;
        uint64_t life = h->life;
        for (uint32_t p = 0; p < w->s.parts && h->life == life; p++)
            if (h->seats[p].w) mail_at(w, w->now, &h->seats[p], stop, &(mail){0});
        at(w, w->now + DRAIN_MS, stopped_late, NULL, i, (int64_t)life);
        closed(w, i);
    }
    again(w, F_STOP, sigterm);
}

static void jump(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    rng *r = rng_for(w, F_JUMP);
    uint32_t i = any_host(w, F_JUMP);
    w->n_by_fault[F_JUMP]++;
    w->hosts[i].skew_ms = rng_chance(r, 0.3) ? 0 : rng_between(r, -300000, 7200000);
    note(w, "h%u: its wall clock is off by %" PRId64 " ms", i, w->hosts[i].skew_ms);
    again(w, F_JUMP, jump);
}

/* The next of n is brought to that host; some are started anew with it. */
static void bring(world *w, uint32_t i, fault f, const char *what, uint32_t *at, uint32_t n) {
    rng *r = rng_for(w, f);
    if (*at + 1 >= n) return;
    w->n_by_fault[f]++;
    ++*at;
    note(w, "h%u: has %s %u now", i, what, *at);
    if (rng_chance(r, 0.3)) start_anew(w, i, rng_around(r, 500));
    else reload_host(w, i);
}

/* Files are brought to one host after another. */
static void reload(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    uint32_t i = any_host(w, F_RELOAD);
    bring(w, i, F_RELOAD, "bundle", &w->hosts[i].bundle, w->load->n_bundles);
    again(w, F_RELOAD, reload);
}

/* The same for the campus: the registry's export of the night. */
static void change_campus(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    uint32_t i = any_host(w, F_CAMPUS);
    bring(w, i, F_CAMPUS, "campus", &w->hosts[i].campus, w->load->n_campuses);
    again(w, F_CAMPUS, change_campus);
}

void hosts_start(world *w) {
    for (uint32_t i = 0; i < w->s.hosts; i++) {
        host *h = &w->hosts[i];
        h->random = rng_of(w->seed, 5000 + i);
        for (uint32_t p = 0; p < MOST_PARTS; p++) h->seats[p] = (seat){.world = w, .host = i, .part = p};
        h->waiting_end = &h->waiting;
        if (w->is_reference) bring_newest(w, h);
    }
    for (uint32_t i = 0; i < w->s.hosts; i++) host_start(w, i);
    static const struct {
        fault f;
        void (*run)(world *w, const event *e);
    } rows[] = {{F_KILL, kill9}, {F_PAUSE, pause_one}, {F_STOP, sigterm},
                {F_JUMP, jump},  {F_RELOAD, reload},   {F_CAMPUS, change_campus}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (exists(w, rows[k].f)) again(w, rows[k].f, rows[k].run);
}

void hosts_heal(world *w) {
    for (uint32_t i = 0; i < w->s.hosts; i++) {
        host *h = &w->hosts[i];
        h->skew_ms = 0;
        if (w->now < h->paused_until_ms) {
            h->paused_until_ms = w->now;
            resume(w, &(event){.a = i, .b = (int64_t)h->life});
        }
        bool is_old = !has_newest(w, h);
        bring_newest(w, h);
        if (is_old) reload_host(w, i);
        if (!h->is_up) host_start(w, i);
        if (h->is_up) at(w, w->now + TICK_AT_REST_MS, tick, NULL, i, (int64_t)h->life);
    }
}

void hosts_fini(world *w) {
    for (uint32_t i = 0; i < w->s.hosts; i++)
        for (uint32_t p = 0; p < MOST_PARTS; p++) sz_worker_free(w->hosts[i].seats[p].w);
}

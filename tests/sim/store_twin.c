/* SPDX-License-Identifier: Apache-2.0 */
#include "store_twin.h"

#include "host.h"
#include "invariants.h"
#include "store_state.h"

enum { TIMEOUT_MS = 2000, MOST_LATE_MS = 20000 };

typedef enum request_kind { ASK_ACQUIRE, ASK_LOAD, ASK_COMMIT } request_kind;
static const char *const kinds[] = {"acquire", "load", "commit"};

typedef struct request {
    request_kind kind;
    seat *from;
    uint64_t gen, call;
    uint32_t part, host;
    uint8_t token[16];
    uint32_t fmt, parts;
    sz_str topic, worker;
    uint64_t bundle_ver, known_ver; /* what it asks with, and what it knows its files by; 0: not yet */
    bool allow_new;
    sz_name name;
    bool is_done; /* executed once: of a resend the other may be */
    sz_commit commit;
    uint64_t parent_uid; /* the state that the sender's memory stands for */
    ghost g;
} request;

/* ---- the client's side ---- */

static void take_answer(world *w, seat *s, mail *m) {
    if (s->call != m->call) return; /* given up */
    s->call = 0;
    invariant_answered(w, s, &m->msg, (uint64_t)m->a, (uint64_t)m->b, m->p);
    seat_step_msg(w, s, &m->msg);
}

static void answer(world *w, const request *q, sz_msg *m, uint64_t uid, uint64_t before, void *p) {
    int64_t to = w->now + delay(w);
    if (strikes(w, F_SLOW)) to += rng_around(rng_for(w, F_SLOW), 500);
    m->store_ms = wall_of(w) + w->store.skew_ms;
    mail_at(w, to, q->from, take_answer,
            &(mail){.msg = *m, .call = q->call, .a = (int64_t)uid, .b = (int64_t)before, .p = p});
}

static sz_msg unknown(const request *q, const char *why) {
    static const sz_msg_kind of[] = {SZ_MSG_ACQUIRED, SZ_MSG_CHUNK, SZ_MSG_COMMITTED};
    return (sz_msg){.kind = of[q->kind], .answer = SZ_ANS_UNKNOWN, .chunk = SZ_CHUNK_END, .text = sz_str_of(why)};
}

/* ---- the store's side ---- */

static void run_acquire(world *w, request *q) {
    partition_state *s = &w->store.parts[q->part];
    const sz_header *h = &state_top(s)->h;
    sz_msg m = {.kind = SZ_MSG_ACQUIRED, .answer = SZ_ANS_OK};
    bool is_new = state_is_empty(s);
    if (is_new) m.answer = q->allow_new ? SZ_ANS_NEW : SZ_ANS_MISSING;
    else if (!sz_str_eq(h->topic, q->topic) || h->parts != q->parts) m.answer = SZ_ANS_MISMATCH;
    else if (h->fmt > q->fmt || (h->bundle_ver > q->bundle_ver && sz_mutant != SZ_MUTANT_OLDER_FILES))
        m.answer = SZ_ANS_NEWER;
    sz_header *before = SZ_NEW(&w->arena, sz_header);
    *before = *h;
    uint64_t before_uid = state_top(s)->uid;
    ghost *g = SZ_NEW(&w->arena, ghost);
    *g = state_top(s)->g;
    bool stands = m.answer == SZ_ANS_OK || m.answer == SZ_ANS_NEW;
    if (stands) invariant_acquire(w, q->part, q->from, q->known_ver);
    if (stands) state_acquire(w, s, q->token, q->fmt, q->topic, q->parts, q->bundle_ver, q->worker);
    if (m.answer != SZ_ANS_MISSING) m.header = before;
    note(w, "store %u: acquire by h%u: %d, seq %llu -> %llu", q->part, q->host, m.answer,
         (unsigned long long)before->name.seq, (unsigned long long)state_top(s)->h.name.seq);
    if (strikes(w, F_REPLY_LOST)) return;
    answer(w, q, &m, state_top(s)->uid, before_uid, g);
}

static void run_load(world *w, const request *q) {
    const partition_state *s = &w->store.parts[q->part];
    sz_msg m = {.kind = SZ_MSG_CHUNK, .answer = SZ_ANS_REFUSED, .chunk = SZ_CHUNK_END};
    if (state_is_named(s, &q->name) || (sz_mutant == SZ_MUTANT_UNNAMED_CHUNK && !state_is_empty(s))) {
        m.answer = SZ_ANS_OK;
        state_chunk(w, s, w->s.chunk_items, &q->from->load_at, &q->from->load_done, &m);
    }
    if (strikes(w, F_REPLY_LOST)) return;
    answer(w, q, &m, state_top(s)->uid, 0, NULL);
}

static void run_commit(world *w, request *q) {
    partition_state *s = &w->store.parts[q->part];
    sz_msg m = {.kind = SZ_MSG_COMMITTED, .answer = SZ_ANS_REFUSED};
    if (state_is_named(s, &q->commit.parent)) {
        m.answer = SZ_ANS_OK;
        invariant_commit(w, q->part, q->from, q->parent_uid, &q->commit, &q->g);
        state_commit(w, s, &q->commit, &q->g);
        invariant_committed(w, q->part, &q->commit);
        if (q->from->gen == q->gen && q->from->flight_call == q->call) q->from->flight_uid = state_top(s)->uid;
        w->n_commits++;
        w->n_snapshots += q->commit.n_snapshots;
        mix(w, state_top(s)->h.name.seq);
    } else {
        m.text = SZ_STR("another worker has taken this state over");
    }
    note(w, "store %u: commit of h%u, seq %llu: %s, %u alerts, trim %u, %u snapshots, trim %u", q->part, q->host,
         (unsigned long long)q->commit.parent.seq, m.answer == SZ_ANS_OK ? "ok" : "REFUSED", q->commit.n_outbox,
         q->commit.trim_outbox, q->commit.n_snapshots, q->commit.trim_journal);
    if (strikes(w, F_REPLY_LOST)) return;
    answer(w, q, &m, state_top(s)->uid, 0, NULL);
}

/* Why a store that is there does nothing; NULL: it works. */
static const char *trouble(world *w, const request *q) {
    const store *st = &w->store;
    if (w->now < st->down_until_ms) return "connection refused";
    if (q->kind == ASK_LOAD) return NULL;
    if (w->now < st->refuse_until_ms) return "OOM command not allowed";
    if (w->now < st->readonly_until_ms) return "READONLY";
    return NULL;
}

static void execute(world *w, const event *e) {
    request *q = e->p;
    const char *why = trouble(w, q);
    if (why) {
        sz_msg m = unknown(q, why);
        note(w, "store %u: %s of h%u: %s", q->part, kinds[q->kind], q->host, why);
        answer(w, q, &m, 0, 0, NULL);
        return;
    }
    partition_state *s = &w->store.parts[q->part];
    if (q->kind == ASK_COMMIT && state_is_named(s, &q->commit.parent) && strikes(w, F_ERROR)) {
        sz_msg m = {.kind = SZ_MSG_COMMITTED, .answer = SZ_ANS_UNKNOWN, .text = SZ_STR("an error midway")};
        if (rng_chance(rng_for(w, F_ERROR), 0.5)) m.answer = SZ_ANS_FAILED;
        uint32_t n = (uint32_t)rng_below(rng_for(w, F_ERROR), q->commit.n_outbox + 2);
        state_tear(w, s, &q->commit, n);
        note(w, "store %u: commit of h%u breaks off after %u of %u alerts", q->part, q->host, n, q->commit.n_outbox);
        answer(w, q, &m, 0, 0, NULL);
        return;
    }
    if (q->kind == ASK_ACQUIRE) run_acquire(w, q);
    else if (q->kind == ASK_LOAD) run_load(w, q);
    else run_commit(w, q);
}

static void send(world *w, request *q) {
    int64_t to = w->now + delay(w);
    if (strikes(w, F_SLOW)) to += rng_around(rng_for(w, F_SLOW), 500);
    if (strikes(w, F_REQUEST_LOST)) return;
    if (strikes(w, F_REQUEST_LATE))
        to += rng_between(rng_for(w, F_REQUEST_LATE), TIMEOUT_MS,
                          rng_chance(rng_for(w, F_REQUEST_LATE), 0.5) ? 3 * TIMEOUT_MS : MOST_LATE_MS);
    at(w, to, execute, q, 0, 0);
}

static void time_out(world *w, seat *s, mail *m) {
    if (s->call != m->call) return;
    request *q = m->p;
    if (sz_mutant == SZ_MUTANT_RESEND && q->kind == ASK_COMMIT && m->a < 5) {
        send(w, q);
        mail_at(w, w->now + TIMEOUT_MS, s, time_out, &(mail){.call = m->call, .p = q, .a = m->a + 1});
        return;
    }
    s->call = 0;
    sz_msg msg = unknown(q, "timed out");
    invariant_answered(w, s, &msg, 0, 0, NULL);
    seat_step_msg(w, s, &msg);
}

static void ask(seat *s, request *q) {
    world *w = s->world;
    if (s->call) fail(w, "partition %u: a call of the store while another is not answered", s->part);
    s->call = q->call = ++w->next_call;
    q->from = s;
    q->gen = s->gen;
    q->part = s->part;
    q->host = s->host;
    send(w, q);
    mail_at(w, w->now + TIMEOUT_MS, s, time_out, &(mail){.call = q->call, .p = q});
}

/* ---- the port ---- */

static void acquire(void *self, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                    uint64_t bundle_ver, sz_str worker, bool allow_new) {
    seat *s = self;
    world *w = s->world;
    request *q = SZ_NEW(&w->arena, request);
    *q = (request){.kind = ASK_ACQUIRE,
                   .fmt = fmt,
                   .topic = keep(w, topic),
                   .parts = parts,
                   .bundle_ver = bundle_ver,
                   .known_ver = sz_worker_bundle_ver(s->w),
                   .worker = keep(w, worker),
                   .allow_new = allow_new};
    memcpy(q->token, token, sizeof q->token);
    s->load_at = SZ_CHUNK_DICT;
    s->load_done = 0;
    s->has_frozen = false;
    ask(s, q);
}

static void load(void *self, const sz_name *name, bool restart) {
    seat *s = self;
    world *w = s->world;
    request *q = SZ_NEW(&w->arena, request);
    *q = (request){.kind = ASK_LOAD, .name = *name};
    if (restart) {
        s->load_at = SZ_CHUNK_DICT;
        s->load_done = 0;
    }
    invariant_load(w, s, restart);
    ask(s, q);
}

static void commit(void *self, const sz_commit *c) {
    seat *s = self;
    world *w = s->world;
    request *q = SZ_NEW(&w->arena, request);
    *q = (request){.kind = ASK_COMMIT, .commit = commit_copy(w, c)};
    invariant_send(w, s, c, &q->g);
    q->parent_uid = s->mem_uid;
    s->flight_uid = 0;
    ask(s, q);
    s->flight_call = q->call;
}

/* ---- looks at other partitions ---- */

typedef struct look {
    uint32_t tag, part, n;
    sz_str keys[];
} look;

/* What stands when it comes there; it may be answered late, and not at all. */
static void take_look(world *w, seat *s, mail *m) {
    const look *l = m->p;
    const table *t = &w->store.parts[l->part].ledger;
    sz_msg msg = {.kind = SZ_MSG_LOOKED, .tag = l->tag, .answer = SZ_ANS_UNKNOWN};
    sz_put *puts = SZ_NEWN(&w->arena, sz_put, l->n);
    for (uint32_t i = 0; i < l->n; i++) {
        const uint32_t *have = sz_map_get(&t->index, l->keys[i]);
        puts[i].key = l->keys[i];
        if (have) puts[i].value = t->values[*have];
    }
    if (w->now >= w->store.down_until_ms && !m->a) msg.answer = SZ_ANS_OK, msg.puts = puts, msg.n = l->n;
    seat_step_msg(w, s, &msg);
}

static void port_look(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n) {
    seat *s = self;
    world *w = s->world;
    look *l = sz_arena_alloc(&w->arena, sizeof *l + n * sizeof *keys);
    *l = (look){.tag = tag, .part = partition, .n = n};
    for (uint32_t i = 0; i < n; i++) l->keys[i] = keep(w, keys[i]);
    bool is_lost = strikes(w, F_REPLY_LOST);
    int64_t to = w->now + delay(w) + (is_lost ? TIMEOUT_MS : 0);
    if (strikes(w, F_SLOW)) to += rng_around(rng_for(w, F_SLOW), 500);
    mail_at(w, to, s, take_look, &(mail){.a = is_lost, .p = l});
}

sz_parts_port parts_port(seat *s) { return (sz_parts_port){.self = s, .look = port_look}; }

sz_store_port store_port(seat *s) { return (sz_store_port){s, acquire, load, commit}; }

/* ---- its own faults ---- */

static int64_t loss_limit(const world *w) { return w->now - w->s.loss_ms; }

const node *store_durable(const world *w, uint32_t part) {
    const partition_state *s = &w->store.parts[part];
    uint32_t i = s->n - 1;
    while (i > 0 && s->v[i].at_ms > loss_limit(w)) i--;
    return &s->v[i];
}

/* Back to a random state of those that a loss may leave: one point in the order of all writes, or, in a cluster, one a
 * partition. */
static void lose(world *w) {
    rng *r = rng_for(w, F_LOSS);
    uint32_t from = 0, to = w->s.parts;
    if (w->s.is_cluster) from = (uint32_t)rng_below(r, w->s.parts), to = from + 1;
    uint64_t low = UINT64_MAX;
    for (uint32_t p = from; p < to; p++)
        for (uint32_t i = 1; i < w->store.parts[p].n; i++)
            if (w->store.parts[p].v[i].at_ms > loss_limit(w) && w->store.parts[p].v[i].order < low)
                low = w->store.parts[p].v[i].order;
    if (low == UINT64_MAX) return;
    uint64_t cut = low + rng_below(r, w->store.next_order - low + 1); /* what has this order or a later one is gone */
    for (uint32_t p = from; p < to; p++) {
        partition_state *s = &w->store.parts[p];
        uint32_t n = s->n;
        while (s->n > 1 && state_top(s)->order >= cut) {
            invariant_lost(w, p, state_top(s));
            state_pop(s);
        }
        if (s->n != n)
            note(w, "store %u: LOSS of %u writes, seq %llu now", p, n - s->n,
                 (unsigned long long)state_top(s)->h.name.seq);
        if (s->n != n) w->store.n_losses++;
        w->store.counter[p] = state_top(s)->h.epoch;
        invariant_after_loss(w, p);
    }
}

static void crash(world *w, const event *e) {
    if (w->is_quiet) return;
    w->n_by_fault[F_LOSS]++;
    lose(w);
    if (rng_chance(rng_for(w, F_LOSS), 0.5)) w->store.down_until_ms = w->now + rng_around(rng_for(w, F_LOSS), 300);
    at(w, w->now + rng_until(rng_for(w, F_LOSS), (int64_t)w->s.rate[F_LOSS]), crash, e->p, 0, 0);
}

static void trouble_begins(world *w, const event *e) {
    if (w->is_quiet) return;
    fault f = (fault)e->a;
    int64_t *until[] = {[F_DOWN] = &w->store.down_until_ms,
                        [F_OOM] = &w->store.refuse_until_ms,
                        [F_READONLY] = &w->store.readonly_until_ms};
    w->n_by_fault[f]++;
    *until[f] = w->now + rng_around(rng_for(w, f), 2000);
    note(w, "store: %s for %lld ms", fault_rows[f].name, (long long)(*until[f] - w->now));
    at(w, *until[f] + rng_until(rng_for(w, f), (int64_t)w->s.rate[f]), trouble_begins, NULL, f, 0);
}

static void skew_changes(world *w, const event *e) {
    (void)e;
    if (w->is_quiet) return;
    rng *r = rng_for(w, F_STORE_SKEW);
    w->n_by_fault[F_STORE_SKEW]++;
    w->store.skew_ms = rng_chance(r, 0.3) ? 0 : rng_between(r, -480000, 600000);
    if (w->store.skew_ms > w->store.most_skew_ms) w->store.most_skew_ms = w->store.skew_ms;
    at(w, w->now + rng_until(r, (int64_t)w->s.rate[F_STORE_SKEW]), skew_changes, NULL, 0, 0);
}

void store_start(world *w) {
    for (uint32_t p = 0; p < MOST_PARTS; p++) state_init(&w->store.parts[p]);
    if (exists(w, F_LOSS)) at(w, rng_until(rng_for(w, F_LOSS), (int64_t)w->s.rate[F_LOSS]), crash, NULL, 0, 0);
    static const fault episodes[] = {F_DOWN, F_OOM, F_READONLY};
    for (int i = 0; i < 3; i++)
        if (exists(w, episodes[i]))
            at(w, rng_until(rng_for(w, episodes[i]), (int64_t)w->s.rate[episodes[i]]), trouble_begins, NULL,
               episodes[i], 0);
    if (exists(w, F_STORE_SKEW))
        at(w, rng_until(rng_for(w, F_STORE_SKEW), (int64_t)w->s.rate[F_STORE_SKEW]), skew_changes, NULL, 0, 0);
}

void store_heal(world *w) {
    w->store.down_until_ms = w->store.refuse_until_ms = w->store.readonly_until_ms = 0;
    w->store.skew_ms = 0;
}

void store_fini(world *w) {
    for (uint32_t p = 0; p < MOST_PARTS; p++) state_fini(&w->store.parts[p]);
}

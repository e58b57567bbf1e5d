/* SPDX-License-Identifier: Apache-2.0
 *
 * parts: a table of peers is one of the whole topic, and a partition has its own students only (docs/adr/0041). So when
 * what its sources say comes past 04:00 each makes its part, a line of its ledger, and the clocks that the table is of
 * stay there until those of the others are read (others.c), as they would if a source lagged. All else goes on: so a
 * part that anybody waits for is made, whatever its partition waits for itself.
 *
 * Nothing is read, the tick that came there being left as it is, where all streams that are compared wait, or where a
 * clock would fall behind by more than a replay may go back.
 */
#include "worker.h"

bool parts_are_exchanged(const sz_worker *w) {
    return w->is_log && w->o.parts > 1 && w->peers.n && w->ports.parts.look;
}

/* Answers to what was asked before fall. */
void parts_fini(sz_worker *w) {
    others_fini(w);
    w->parts = (parts_use){.gate_ms = SZ_TIME_MAX,
                           .from_ms = SZ_TIME_NONE,
                           .tag = w->parts.tag + 1,
                           .is_ending = w->parts.is_ending && w->has_memory};
}

/* When the earliest clock that waits is left behind too far. */
static int64_t edge_ms(const sz_worker *w) {
    int64_t at = SZ_TIME_MAX;
    for (uint32_t k = 0; k < w->peers.n; k++) {
        const compared *c = &w->peers.v[k];
        if (c->is_held && c->next_ms + w->o.horizon_ms < at) at = c->next_ms + w->o.horizon_ms;
    }
    return at;
}

void parts_set_gate(sz_worker *w) {
    bool is = parts_are_exchanged(w);
    int64_t edge = edge_ms(w);
    w->parts.gate_ms = is ? (w->peers.next_ms < edge ? w->peers.next_ms : edge) : SZ_TIME_MAX;
    w->parts.from_ms = is ? w->clocks.begin_ms : SZ_TIME_NONE;
    w->parts.n_held = 0;
    for (uint32_t k = 0; k < w->peers.n; k++) w->parts.n_held += w->peers.v[k].is_held;
}

/* ---- lines of the ledger ---- */

static const char prefix[] = "parts/";

/* So many days at most are made ahead of the one that is waited for: where a horizon lies between them nothing is read
 * on anyway, so what a part holds does not depend on it. */
static int32_t days_ahead(const sz_worker *w) { return (int32_t)(w->o.horizon_ms / SZ_DAY_MS) + 2; }

bool parts_may_be_made(const sz_worker *w, const compared *c) { return c->part_day - c->next_day <= days_ahead(w); }

/* Days take turns in as many lines as one that is slow may still ask for: who is ahead of it has made as many days more
 * as it has itself, and is as many ahead of those. */
sz_str parts_key(const sz_worker *w, sz_arena *a, const compared *c, int32_t day) {
    unsigned long long feature = w->bundle->fs.features[c->feature].hash;
    int32_t n = 2 * days_ahead(w) + 5, slot = day % n;
    return sz_str_of(sz_arena_printf(a, "%s%016llx/%d", prefix, feature, slot < 0 ? slot + n : slot));
}

static void put(sz_worker *w, sz_str key, sz_str value) {
    lines_add(&w->tables, key);
    lines_add(&w->tables, value);
}

static int64_t or_none(int64_t t_ms) { return t_ms == SZ_TIME_MAX ? SZ_TIME_NONE : t_ms; }

void parts_note_place(sz_worker *w) {
    const peers_use *u = &w->peers;
    int64_t next = SZ_TIME_MAX;
    if (!parts_are_exchanged(w)) return;
    sz_buf b;
    sz_buf_init(&b);
    for (uint32_t k = 0; k < u->n; k++)
        if (u->v[k].part_ms < next) next = u->v[k].part_ms;
    sz_buf_put_zigzag(&b, or_none(next));
    sz_buf_put_zigzag(&b, w->position);
    sz_buf_put_zigzag(&b, w->ports.env.wall_ms(w->ports.env.self));
    sz_buf_put_varint(&b, w->n_commits);
    sz_buf_put_u8(&b, w->parts.is_standing);
    sz_buf_put_u8(&b, w->parts.is_ending && !tick_is_firing(w) && !w->parts.n_held);
    sz_buf_put_varint(&b, u->n);
    for (uint32_t k = 0; k < u->n; k++) {
        sz_buf_put_u64(&b, w->bundle->fs.features[u->v[k].feature].hash);
        sz_buf_put_zigzag(&b, or_none(u->v[k].part_ms));
        sz_buf_put_zigzag(&b, u->v[k].is_held ? u->v[k].next_ms : SZ_TIME_NONE);
    }
    put(w, sz_str_of(parts_place_key), sz_buf_str(&b));
    sz_buf_fini(&b);
    w->parts.must_commit = false;
}

static bool is_ours(sz_str key) { return key.n >= sizeof prefix - 1 && memcmp(key.p, prefix, sizeof prefix - 1) == 0; }

static void tell(sz_worker *w, sz_str key, sz_str value) {
    if (w->ports.parts.told && w->o.parts > 1) w->ports.parts.told(w->ports.parts.self, key, value);
}

void parts_stand(sz_worker *w, const lines *tables) {
    for (uint32_t i = 0; i + 1 < tables->n; i += 2)
        if (is_ours(lines_at(tables, i))) tell(w, lines_at(tables, i), lines_at(tables, i + 1));
}

void parts_untell(sz_worker *w) {
    if (w->ports.parts.forgot) w->ports.parts.forgot(w->ports.parts.self);
}

static sz_peers *own_parts(sz_worker *w) {
    if (!w->peers.own) w->peers.own = sz_peers_new();
    return w->peers.own;
}

bool parts_load(sz_worker *w, sz_str key, sz_str value) {
    uint64_t feature;
    sz_peer_table t;
    if (!is_ours(key)) return false;
    tell(w, key, value);
    if (w->o.parts < 2 || !peers_feature_of(key, prefix, &feature)) return true;
    if (sz_peer_table_get(&t, value)) sz_peers_take(own_parts(w), feature, &t);
    sz_peer_table_fini(&t);
    return true;
}

/* ---- ours ---- */

static const sz_peer_table *own_part(const sz_worker *w, const compared *c, int32_t day) {
    return w->peers.own ? sz_peers_find(w->peers.own, w->bundle->fs.features[c->feature].hash, day) : NULL;
}

void parts_let_go(sz_worker *w, compared *c) {
    if (c->is_held) w->parts.tag++, w->parts.is_asked = false;
    w->clocks.are_there = false;
    sz_peer_table_fini(&c->whole);
    sz_free(c->awaits);
    c->awaits = NULL;
    c->n_awaited = 0;
    c->is_held = c->is_joined = c->is_lacking = false;
}

/* Its clocks stay at next_ms until the others' parts are there, or it is known that they will not be. */
static void hold(sz_worker *w, compared *c, const sz_peer_table *ours) {
    parts_let_go(w, c);
    c->whole = (sz_peer_table){.day = c->next_day, .is_whole = true};
    sz_peer_table_add(&c->whole, ours);
    c->awaits = sz_alloc(w->o.parts + 1);
    for (uint32_t q = 0; q < w->o.parts; q++) c->awaits[q] = q != w->o.partition;
    c->n_awaited = w->o.parts - 1;
    c->held_ms = w->now_ms;
    c->is_held = true;
    others_begin(w);
}

void parts_seek(sz_worker *w, compared *c) {
    c->part_day = c->next_day;
    c->part_ms = c->next_ms;
    const sz_peer_table *ours = c->next_ms == SZ_TIME_MAX ? NULL : own_part(w, c, c->next_day);
    if (!ours) {
        if (c->is_held) parts_let_go(w, c);
        return;
    }
    while (own_part(w, c, c->part_day)) c->part_day++;
    c->part_ms = sz_peers_instant(sz_campus_zone(w->campus), c->part_day);
    if (!c->is_held || c->whole.day != c->next_day) hold(w, c, ours);
}

void parts_forget_own(sz_worker *w) {
    if (!w->peers.own) return;
    sz_peers_free(w->peers.own);
    w->peers.own = NULL;
    peers_seek(w);
}

static void publish(sz_worker *w, compared *c) {
    sz_arena a;
    sz_buf bytes;
    sz_arena_init(&a);
    sz_buf_init(&bytes);
    sz_peer_table_close(&c->made);
    sz_peer_table_put(&bytes, &c->made);
    put(w, parts_key(w, &a, c, c->part_day), sz_buf_str(&bytes));
    sz_buf_fini(&bytes);
    sz_arena_fini(&a);
    sz_peers_take(own_parts(w), w->bundle->fs.features[c->feature].hash, &c->made);
    parts_seek(w, c);
}

void parts_publish(sz_worker *w) {
    for (uint32_t k = 0; k < w->peers.n; k++)
        if (w->peers.v[k].is_due) publish(w, &w->peers.v[k]);
    w->parts.must_commit = true;
    w->op.part_waits++;
}

/* Those of others are there: the tables are made by the tick, from there on. */
void parts_join(sz_worker *w) {
    int64_t waited = -1;
    if (w->peers.is_on || (tick_is_firing(w) && !w->parts.is_standing) || switch_is_on(w)) return;
    for (uint32_t k = 0; k < w->peers.n; k++) {
        compared *c = &w->peers.v[k];
        if (!c->is_held || c->n_awaited) continue;
        c->is_held = false;
        c->is_joined = true;
        if (w->now_ms - c->held_ms > waited) waited = w->now_ms - c->held_ms;
    }
    if (waited < 0) return;
    w->op.part_wait_ms += waited;
    w->clocks.are_there = w->parts.is_standing = false;
    peers_note_earliest(w);
    if (!tick_is_firing(w)) tick_begin(w);
}

/* ---- reading on, or not ---- */

/* Were it to stand for a batch as well, another partition might stand whose part it waits for: what closes a batch
 * comes anywhere in a log. */
static bool do_all_streams_wait(const sz_worker *w) {
    bool any = false;
    for (uint32_t k = 0; k < w->peers.n; k++) {
        if (!w->peers.v[k].is_stream) continue;
        if (!w->peers.v[k].is_held) return false;
        any = true;
    }
    return any;
}

static bool must_stand(const sz_worker *w, int64_t wmax) {
    if (!parts_are_exchanged(w) || !w->parts.n_held || w->parts.is_ending) return false;
    return do_all_streams_wait(w) || wmax > edge_ms(w);
}

bool parts_make_it_stand(sz_worker *w, int64_t wmax) {
    bool stood = w->parts.is_standing;
    w->parts.is_standing = must_stand(w, wmax);
    w->parts.must_commit |= (w->parts.is_standing && !stood) || w->parts.is_ending;
    return w->parts.is_standing;
}

bool parts_fire(sz_worker *w) {
    if (!parts_are_exchanged(w)) return false;
    int64_t wmax = wmax_target(w), target[SZ_CLASSES_MAX];
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) target[k] = class_target(w, k, wmax);
    if (peers_due(w, target, SZ_TIME_MAX) == SZ_TIME_MAX && !must_stand(w, wmax)) return false;
    tick_begin(w);
    return true;
}

/* With a first record, or one from before all others, time begins for everybody. */
static void begin_time(sz_worker *w, const sz_event *e) {
    const sz_zone *z = sz_campus_zone(w->campus);
    int64_t begin = sz_zone_midnight(z, sz_zone_day(z, e->time_ms));
    sz_cause cause = {.t_ms = e->time_ms, .what = SZ_STR("record"), .source = e->source, .which = e->id};
    bool may_cut = w->may_cut;
    w->may_cut = false;
    begin_at(w, begin, &cause);
    alerts_flush(w);
    w->may_cut = may_cut;
}

/* Its watermark only rises, so saying it now and again when the record is used is saying it once. */
bool parts_hold(sz_worker *w, const sz_event *e, uint32_t source) {
    if (e->time_ms < w->clocks.begin_ms) begin_time(w, e);
    clock_record(w, source, e->time_ms);
    if (!parts_fire(w)) return false;
    w->n = w->parts.before;
    w->n.read--;
    w->taken--;
    w->since_commit--;
    return true;
}

bool parts_end(sz_worker *w) {
    if (!parts_are_exchanged(w)) return false;
    others_begin(w);
    w->parts.is_ending = w->parts.must_commit = true;
    w->parts.is_standing = w->must_seek = false;
    if (w->o.until_ms == SZ_TIME_NONE) return true;
    clock_until(w, w->o.until_ms);
    tick_begin(w);
    return true;
}

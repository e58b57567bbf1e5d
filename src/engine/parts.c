/* SPDX-License-Identifier: Apache-2.0
 *
 * parts: a table of peers is one of the whole topic, and a partition has its own students only (docs/adr/0041). So at
 * 04:00 each makes its part, a line of its ledger, and goes on once it has read those of the others. While it waits
 * it uses no record and moves no clock: what stands still is a tick that is firing, which commits may cut anywhere.
 *
 * Who is first past a 04:00 waits for those behind, and who is last finds the parts of all, so nobody waits in a
 * circle. A partition that does not move for as long as the option says is not waited for: its students count as asked
 * and not known, so that what is missing makes a group unknown, and never another one.
 */
#include "worker.h"

enum {
    PACE_MIN_MS = 4,
    PACE_MAX_MS = 250,
    LIMIT_MS = 10 * SZ_MINUTE_MS,
    LONG_MS = 10 * SZ_SECOND_MS,
    LOST_MS = 30 * SZ_SECOND_MS
};

bool parts_are_exchanged(const sz_worker *w) {
    return w->is_log && w->o.parts > 1 && w->peers.n && w->ports.parts.look;
}

/* A silent stream is moved by a tick `idle` after 04:00: nobody is given up before that. */
static int64_t limit_ms(const sz_worker *w) {
    int64_t most = LIMIT_MS;
    if (w->o.peers_wait_ms) return w->o.peers_wait_ms;
    for (uint32_t i = 0; i < sz_campus_n_feeds(w->campus); i++) {
        const sz_feed *f = sz_campus_feed(w->campus, i);
        int64_t moved = f->idle_ms + LIMIT_MS / 2;
        if (!f->is_batch && moved > most) most = moved;
    }
    return most;
}

/* Answers to what was asked before fall. */
void parts_fini(sz_worker *w) {
    sz_free(w->parts.of);
    w->parts = (parts_use){.gate_ms = SZ_TIME_MAX,
                           .from_ms = SZ_TIME_NONE,
                           .tag = w->parts.tag + 1,
                           .is_ending = w->parts.is_ending && w->has_memory};
}

void parts_set_gate(sz_worker *w) {
    bool is = parts_are_exchanged(w);
    w->parts.gate_ms = is ? w->peers.next_ms : SZ_TIME_MAX;
    w->parts.from_ms = is ? w->clocks.begin_ms : SZ_TIME_NONE;
}

/* ---- lines of the ledger ---- */

static const char prefix[] = "parts/", place_key[] = "parts/at";

static sz_str part_key(const sz_worker *w, sz_arena *a, const compared *c) {
    unsigned long long feature = w->bundle->fs.features[c->feature].hash;
    return sz_str_of(sz_arena_printf(a, "%s%016llx/%u", prefix, feature, peers_slot(w, c->next_day)));
}

static void put(sz_worker *w, sz_str key, sz_str value) {
    lines_add(&w->tables, key);
    lines_add(&w->tables, value);
}

static int64_t next_part(const sz_worker *w) {
    int64_t next = SZ_TIME_MAX;
    for (uint32_t k = 0; k < w->peers.n; k++) {
        const compared *c = &w->peers.v[k];
        int64_t at =
            w->parts.is_on && c->is_due ? sz_peers_instant(sz_campus_zone(w->campus), c->next_day + 1) : c->next_ms;
        if (at < next) next = at;
    }
    return next == SZ_TIME_MAX ? SZ_TIME_NONE : next;
}

void parts_note_place(sz_worker *w) {
    if (!parts_are_exchanged(w)) return;
    sz_buf b;
    sz_buf_init(&b);
    sz_buf_put_zigzag(&b, next_part(w));
    sz_buf_put_zigzag(&b, w->parts.is_on && w->parts.n_awaited ? w->peers.at_ms : SZ_TIME_NONE);
    sz_buf_put_zigzag(&b, w->position);
    sz_buf_put_zigzag(&b, w->ports.env.wall_ms(w->ports.env.self));
    sz_buf_put_varint(&b, w->n_commits);
    sz_buf_put_u8(&b, w->parts.is_ending);
    put(w, sz_str_of(place_key), sz_buf_str(&b));
    sz_buf_fini(&b);
    w->parts.must_commit = false;
}

static bool read_place(sz_str bytes, part_place *p) {
    sz_reader r = sz_reader_of(bytes.p, bytes.n);
    p->next_ms = sz_read_zigzag(&r);
    p->gate_ms = sz_read_zigzag(&r);
    p->position = sz_read_zigzag(&r);
    p->wall_ms = sz_read_zigzag(&r);
    p->commits = sz_read_varint(&r);
    p->is_ended = sz_read_u8(&r);
    return bytes.n && !r.bad;
}

static bool is_ours(sz_str key) { return key.n >= sizeof prefix - 1 && memcmp(key.p, prefix, sizeof prefix - 1) == 0; }

static void tell(sz_worker *w, sz_str key, sz_str value) {
    if (w->ports.parts.told && w->o.parts > 1) w->ports.parts.told(w->ports.parts.self, key, value);
}

void parts_stand(sz_worker *w, const lines *tables) {
    for (uint32_t i = 0; i + 1 < tables->n; i += 2)
        if (is_ours(lines_at(tables, i))) tell(w, lines_at(tables, i), lines_at(tables, i + 1));
}

bool parts_load(sz_worker *w, sz_str key, sz_str value) {
    if (!is_ours(key)) return false;
    tell(w, key, value);
    return true;
}

/* ---- the gate ---- */

bool parts_fire(sz_worker *w) {
    if (!parts_are_exchanged(w)) return false;
    int64_t wmax = wmax_target(w), target[SZ_CLASSES_MAX];
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) target[k] = class_target(w, k, wmax);
    if (peers_due(w, target, SZ_TIME_MAX) == SZ_TIME_MAX) return false;
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

static void have_others(sz_worker *w) {
    if (!w->parts.of) w->parts.of = sz_alloc((w->o.parts + 1) * sizeof *w->parts.of);
}

static void begin_rounds(sz_worker *w) {
    parts_use *p = &w->parts;
    have_others(w);
    p->at = 0;
    p->tag++; /* what is on its way was asked for something else */
    p->is_asked = false;
    p->look_ms = p->since_ms = p->moved_ms = w->now_ms;
    p->pace_ms = PACE_MIN_MS;
    p->must_commit = true;
}

bool parts_end(sz_worker *w) {
    if (!parts_are_exchanged(w)) return false;
    begin_rounds(w);
    w->parts.is_ending = true;
    w->must_seek = false;
    if (w->o.until_ms == SZ_TIME_NONE) return true;
    clock_until(w, w->o.until_ms);
    tick_begin(w);
    return true;
}

/* ---- ours ---- */

static void publish(sz_worker *w, compared *c) {
    sz_arena a;
    sz_buf bytes;
    sz_arena_init(&a);
    sz_buf_init(&bytes);
    sz_peer_table_close(&c->made);
    sz_peer_table_put(&bytes, &c->made);
    put(w, part_key(w, &a, c), sz_buf_str(&bytes));
    sz_buf_fini(&bytes);
    sz_arena_fini(&a);
    sz_peer_table whole = {.day = c->made.day, .is_whole = true};
    sz_peer_table_add(&whole, &c->made);
    sz_peer_table_fini(&c->made);
    c->made = whole;
}

static void begin(sz_worker *w) {
    parts_use *p = &w->parts;
    begin_rounds(w);
    for (uint32_t k = 0; k < w->peers.n; k++)
        if (w->peers.v[k].is_due) publish(w, &w->peers.v[k]);
    for (uint32_t q = 0; q < w->o.parts; q++) p->of[q].is_awaited = q != w->o.partition;
    p->n_awaited = w->o.parts - 1;
    p->is_on = true;
    p->is_told = false;
    w->op.part_waits++;
}

bool parts_are_awaited(const sz_worker *w) { return w->parts.is_on && w->parts.n_awaited; }

/* ---- those of others ---- */

/* Whoever is at home there counts as asked, and not known. */
static void count_missing(sz_worker *w, compared *c, uint32_t q) {
    const uint64_t *of = w->peers.kinds[c->kind].of;
    sz_peer_table gone = {.day = c->made.day};
    for (uint32_t i = 0; of && i < sz_campus_n_students(w->campus); i++)
        if (of[i] && sz_home(sz_campus_student(w->campus, i)->id, w->o.parts) == q)
            sz_peer_table_ask(&gone, of[i], false, 0);
    sz_peer_table_close(&gone);
    sz_peer_table_add(&c->made, &gone);
    sz_peer_table_fini(&gone);
}

/* What came of each feature that is due, NULL: nothing. */
static void take_parts(sz_worker *w, uint32_t q, const sz_put *of) {
    uint32_t i = 0;
    bool is_missing = false;
    for (uint32_t k = 0; k < w->peers.n; k++) {
        compared *c = &w->peers.v[k];
        sz_peer_table t = {0};
        if (!c->is_due) continue;
        if (of && sz_peer_table_get(&t, of[i].value) && t.day == c->made.day) sz_peer_table_add(&c->made, &t);
        else count_missing(w, c, q), is_missing = true;
        sz_peer_table_fini(&t);
        i++;
    }
    w->op.parts_missing += is_missing;
    w->parts.of[q].is_awaited = false;
    w->parts.n_awaited--;
}

bool parts_are_joined(sz_worker *w) {
    if (!parts_are_exchanged(w)) return true;
    if (!w->parts.is_on) begin(w);
    for (uint32_t q = 0; q < w->o.parts && !tick_is_firing(w); q++) /* within a record nobody waits */
        if (w->parts.of[q].is_awaited) take_parts(w, q, NULL);
    if (w->parts.n_awaited) return false;
    w->parts.is_on = false;
    w->op.part_wait_ms += w->now_ms - w->parts.since_ms;
    return true;
}

static bool are_all_there(const sz_worker *w, const sz_put *of) {
    uint32_t i = 0;
    bool are = true;
    for (uint32_t k = 0; k < w->peers.n; k++) {
        sz_peer_table t;
        if (!w->peers.v[k].is_due) continue;
        are &= sz_peer_table_get(&t, of[i++].value) && t.day == w->peers.v[k].made.day;
        sz_peer_table_fini(&t);
    }
    return are;
}

/* Of its last run it may say what is not so any more. */
static bool has_ended(const sz_worker *w, const part_place *p) { return p->is_ended && p->wall_ms >= w->o.wall_ms; }

/* It will not make them any more: its time has gone past there, under other rules or long ago, or does not begin. */
static bool will_never_be(const sz_worker *w, const part_place *p) {
    if (p->next_ms == SZ_TIME_NONE) return has_ended(w, p);
    return p->next_ms > w->peers.at_ms;
}

/* That it lives is enough of one that waits itself, which takes no longer than this wait; else it must come on. */
static void note_place(sz_worker *w, uint32_t q, sz_str line) {
    other_partition *o = &w->parts.of[q];
    part_place p;
    if (!read_place(line, &p)) return;
    bool waits = p.gate_ms != SZ_TIME_NONE && p.commits != o->place.commits;
    bool has_moved = p.next_ms != o->place.next_ms || p.position != o->place.position ||
                     p.gate_ms != o->place.gate_ms || p.is_ended != o->place.is_ended || waits;
    o->place = p;
    if (!has_moved) return;
    o->moved_ms = w->parts.moved_ms = w->now_ms;
    o->is_given_up = false;
}

static void give_up(sz_worker *w, uint32_t q) {
    other_partition *o = &w->parts.of[q];
    if (!o->is_given_up)
        worker_notice(
            w, SZ_WARNING,
            "%.*s, partition %u: tables of peers go on without partition %u, which has not come on for %lld s. "
            "Its students count as not known: groups with more than a tenth of theirs there are unknown until "
            "it does",
            "%.*s 的分区 %u：同伴比较不再等分区 %u，它已有 %lld 秒没有进展。它的学生算作未知：在它前进之前，"
            "有超过十分之一学生在那里的组都未知",
            SZ_FMT_STR(w->o.topic), w->o.partition, q, (long long)limit_ms(w) / SZ_SECOND_MS);
    o->is_given_up = true;
    take_parts(w, q, NULL);
}

static uint32_t n_asked(const sz_worker *w) {
    uint32_t n = 1;
    for (uint32_t k = 0; k < w->peers.n && w->parts.is_on; k++) n += w->peers.v[k].is_due;
    return n;
}

static void take_answer(sz_worker *w, uint32_t q, const sz_msg *m) {
    other_partition *o = &w->parts.of[q];
    bool is_known = m->answer == SZ_ANS_OK && m->n == n_asked(w);
    if (is_known) note_place(w, q, m->puts[0].value);
    if (!parts_are_awaited(w) || !o->is_awaited) return;
    if (is_known && (are_all_there(w, m->puts + 1) || (m->puts[0].value.n && will_never_be(w, &o->place)))) {
        take_parts(w, q, m->puts + 1);
        return;
    }
    int64_t since = o->moved_ms > w->parts.since_ms ? o->moved_ms : w->parts.since_ms;
    if (o->is_given_up || w->now_ms - since >= limit_ms(w)) give_up(w, q);
}

void on_looked(sz_worker *w, const sz_msg *m) {
    parts_use *p = &w->parts;
    if (m->tag != p->tag || !p->is_asked) return;
    p->is_asked = false;
    p->look_ms = w->now_ms;
    take_answer(w, p->at++, m);
    worker_go_on(w);
}

/* ---- rounds ---- */

static void say_that_it_takes_long(sz_worker *w) {
    parts_use *p = &w->parts;
    if (p->is_told || w->now_ms - p->since_ms < LONG_MS) return;
    p->is_told = true;
    uint32_t q = 0;
    while (q + 1 < w->o.parts && !p->of[q].is_awaited) q++;
    worker_notice(w, SZ_NOTE,
                  "%.*s, partition %u stands at 04:00 and waits for the parts of %u others in the tables of peers, "
                  "partition %u among them",
                  "%.*s 的分区 %u 停在 04:00，等另外 %u 个分区的同伴比较数据，其中有分区 %u", SZ_FMT_STR(w->o.topic),
                  w->o.partition, p->n_awaited, q);
}

/* At the end of our log: is anyone waiting at a 04:00 that ours has not come to? Have all come to their ends? */
static void come_along(sz_worker *w) {
    parts_use *p = &w->parts;
    int64_t gate = SZ_TIME_NONE, next = next_part(w);
    bool have_all_ended = true;
    for (uint32_t q = 0; q < w->o.parts; q++) {
        if (q == w->o.partition) continue;
        if (p->of[q].place.gate_ms > gate) gate = p->of[q].place.gate_ms;
        have_all_ended &= has_ended(w, &p->of[q].place);
    }
    if (next != SZ_TIME_NONE && next <= gate) {
        clock_until(w, gate);
        tick_begin(w);
    } else if ((have_all_ended && gate == SZ_TIME_NONE) || w->now_ms - p->moved_ms >= limit_ms(w)) {
        on_stop(w);
    }
}

static bool looks(const sz_worker *w) {
    if (switch_is_on(w)) return false;
    return parts_are_awaited(w) || (w->parts.is_ending && !tick_is_firing(w) && !w->is_stopping);
}

static void ask(sz_worker *w, uint32_t q) {
    sz_arena a;
    sz_arena_init(&a);
    sz_str *keys = SZ_NEWN(&a, sz_str, w->peers.n + 1);
    uint32_t n = 0;
    keys[n++] = sz_str_of(place_key);
    for (uint32_t k = 0; k < w->peers.n && w->parts.is_on; k++)
        if (w->peers.v[k].is_due) keys[n++] = part_key(w, &a, &w->peers.v[k]);
    w->parts.is_asked = true;
    w->parts.look_ms = w->now_ms + LOST_MS;
    w->ports.parts.look(w->ports.parts.self, ++w->parts.tag, q, keys, n);
    sz_arena_fini(&a);
}

static void end_round(sz_worker *w) {
    parts_use *p = &w->parts;
    p->at = 0;
    p->look_ms = w->now_ms + p->pace_ms;
    p->pace_ms = 2 * p->pace_ms < PACE_MAX_MS ? 2 * p->pace_ms : PACE_MAX_MS;
    if (parts_are_awaited(w)) say_that_it_takes_long(w);
    else if (p->is_ending) come_along(w);
}

void parts_go_on(sz_worker *w) {
    parts_use *p = &w->parts;
    if (!looks(w) || w->now_ms < p->look_ms) return;
    have_others(w);
    while (p->at < w->o.parts && (p->at == w->o.partition || (p->is_on && !p->of[p->at].is_awaited))) p->at++;
    if (p->at < w->o.parts) ask(w, p->at);
    else end_round(w);
}

int64_t parts_wake_ms(const sz_worker *w) { return looks(w) ? w->parts.look_ms : SZ_TIME_MAX; }

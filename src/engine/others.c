/* SPDX-License-Identifier: Apache-2.0
 *
 * others: what the other partitions of a topic say, for tables of peers (parts.c): where they are, and their parts of
 * the tables that are waited for. One after the other is asked, in rounds.
 *
 * A partition that does not move for as long as the option says is not waited for: its students count as asked and not
 * known, so that what is missing makes a group unknown, and never another one.
 */
#include "worker.h"

enum {
    PACE_MIN_MS = 4,
    PACE_MAX_MS = 250,
    LIMIT_MS = 10 * SZ_MINUTE_MS,
    LONG_MS = 10 * SZ_SECOND_MS,
    LOST_MS = 30 * SZ_SECOND_MS
};

const char parts_place_key[] = SZ_PARTS_AT;

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

/* One that stands may wait for a dead one itself: when it has given that one up it comes on, and others see it. */
static int64_t limit_of(const sz_worker *w, const other_partition *o) {
    int64_t limit = limit_ms(w);
    return o->place.is_standing ? limit + limit / 2 : limit;
}

void others_fini(sz_worker *w) {
    for (uint32_t q = 0; w->parts.of && q < w->o.parts; q++) sz_free(w->parts.of[q].features);
    sz_free(w->parts.of);
    w->parts.of = NULL;
}

static void have_others(sz_worker *w) {
    parts_use *p = &w->parts;
    if (p->of) return;
    p->of = sz_alloc((w->o.parts + 1) * sizeof *p->of);
    for (uint32_t q = 0; q < w->o.parts; q++) {
        other_partition *o = &p->of[q];
        o->place.next_ms = SZ_TIME_NONE;
        o->features = sz_alloc((w->peers.n + 1) * sizeof *o->features);
        for (uint32_t k = 0; k < w->peers.n; k++)
            o->features[k] = (other_feature){.next_ms = SZ_TIME_NONE, .gate_ms = SZ_TIME_NONE};
    }
}

void others_begin(sz_worker *w) {
    parts_use *p = &w->parts;
    if (!p->n_held) p->since_ms = w->now_ms, p->is_told = false;
    p->at = 0;
    p->tag++; /* what is on its way was asked for something else */
    p->is_asked = false;
    p->look_ms = p->moved_ms = w->now_ms;
    p->pace_ms = PACE_MIN_MS;
}

/* ---- where another one is ---- */

/* A feature that its rules do not have stands as its furthest. */
static void read_features(const sz_worker *w, sz_reader *r, other_partition *o) {
    int64_t furthest = SZ_TIME_NONE;
    uint64_t n = sz_read_varint(r);
    for (uint32_t k = 0; k < w->peers.n; k++) o->features[k].is_there = false;
    for (uint64_t i = 0; i < n && !r->bad; i++) {
        uint64_t feature = sz_read_u64(r);
        int64_t next = sz_read_zigzag(r), gate = sz_read_zigzag(r);
        if (next > furthest) furthest = next;
        for (uint32_t k = 0; k < w->peers.n; k++)
            if (w->bundle->fs.features[w->peers.v[k].feature].hash == feature)
                o->features[k] = (other_feature){.next_ms = next, .gate_ms = gate, .is_there = true};
    }
    for (uint32_t k = 0; k < w->peers.n; k++)
        if (!o->features[k].is_there) o->features[k] = (other_feature){.next_ms = furthest, .gate_ms = SZ_TIME_NONE};
}

static bool read_place(sz_str bytes, part_place *p, sz_reader *r) {
    *r = sz_reader_of(bytes.p, bytes.n);
    p->next_ms = sz_read_zigzag(r);
    p->position = sz_read_zigzag(r);
    p->wall_ms = sz_read_zigzag(r);
    p->commits = sz_read_varint(r);
    p->is_standing = sz_read_u8(r);
    p->is_ended = sz_read_u8(r);
    p->features = r->bad ? 0 : sz_hash((const char *)r->p, (size_t)(r->end - r->p));
    return bytes.n && !r->bad;
}

/* That it lives is enough of one that stands for others, as long as anybody comes on; else it must do so itself. */
static void note_place(sz_worker *w, uint32_t q, sz_str line) {
    other_partition *o = &w->parts.of[q];
    part_place p;
    sz_reader r;
    if (!read_place(line, &p, &r)) return;
    bool has_moved = p.features != o->place.features || p.position != o->place.position ||
                     p.is_standing != o->place.is_standing || p.is_ended != o->place.is_ended;
    bool lives = p.is_standing && p.commits != o->place.commits && w->parts.moved_ms > o->moved_ms;
    o->place = p;
    read_features(w, &r, o);
    if (has_moved) w->parts.moved_ms = w->now_ms;
    if (!has_moved && !lives) return;
    o->moved_ms = w->parts.moved_ms;
    o->is_given_up = false;
}

/* Of its last run it may say what is not so any more. */
static bool has_ended(const sz_worker *w, const part_place *p) { return p->is_ended && p->wall_ms >= w->o.wall_ms; }

/* It will not make it any more: its time has gone past there, under other rules or long ago, or does not begin. */
static bool will_never_be(const sz_worker *w, uint32_t q, uint32_t k) {
    const other_partition *o = &w->parts.of[q];
    if (o->place.next_ms == SZ_TIME_NONE) return has_ended(w, &o->place);
    return o->features[k].next_ms > w->peers.v[k].next_ms;
}

/* ---- its parts ---- */

static bool is_awaited(const sz_worker *w, uint32_t k, uint32_t q) {
    return w->peers.v[k].is_held && w->peers.v[k].awaits[q];
}

static uint32_t n_awaited(const sz_worker *w, uint32_t q) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < w->peers.n; k++) n += is_awaited(w, k, q);
    return n;
}

/* Whoever is at home there counts as asked, and not known. At which place he is, nobody knows here. */
static void count_missing(sz_worker *w, compared *c, uint32_t q) {
    c->is_lacking |= (w->bundle->fs.features[c->feature].by & SZ_PEERS_BY_PLACE) != 0;
    group_kind *g = &w->peers.kinds[c->kind];
    sz_peer_table gone = {.day = c->next_day};
    peers_find_groups(w, g, c->next_day);
    for (uint32_t i = 0; g->of && i < sz_campus_n_students(w->campus); i++)
        if (g->of[i] && sz_home(sz_campus_student(w->campus, i)->id, w->o.parts) == q)
            sz_peer_table_ask(&gone, g->of[i], false, 0);
    sz_peer_table_close(&gone);
    sz_peer_table_add(&c->whole, &gone);
    sz_peer_table_fini(&gone);
}

static bool take_part(compared *c, sz_str bytes) {
    sz_peer_table t = {0};
    bool is_it = sz_peer_table_get(&t, bytes) && t.day == c->next_day;
    if (is_it) sz_peer_table_add(&c->whole, &t);
    sz_peer_table_fini(&t);
    return is_it;
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
            SZ_FMT_STR(w->o.topic), w->o.partition, q, (long long)limit_of(w, o) / SZ_SECOND_MS);
    o->is_given_up = true;
}

static bool is_waited_for_no_more(sz_worker *w, uint32_t q, const compared *c) {
    const other_partition *o = &w->parts.of[q];
    int64_t since = o->moved_ms > c->held_ms ? o->moved_ms : c->held_ms;
    if (!o->is_given_up && w->now_ms - since < limit_of(w, o)) return false;
    give_up(w, q);
    return true;
}

/* While our store was away nobody looked, and it may have been away from that one, too: it has its time from now. */
static void note_look(const sz_worker *w, other_partition *o) {
    if (w->now_ms - o->looked_ms > 2 * LOST_MS) o->moved_ms = w->now_ms;
    o->looked_ms = w->now_ms;
}

/* Its place first, then its part of each table that is awaited. */
static void take_answer(sz_worker *w, uint32_t q, const sz_msg *m) {
    bool is_known = m->answer == SZ_ANS_OK && m->n == 1 + n_awaited(w, q), is_missing = false;
    note_look(w, &w->parts.of[q]);
    if (is_known) note_place(w, q, m->puts[0].value);
    for (uint32_t k = 0, i = 1; k < w->peers.n; k++) {
        compared *c = &w->peers.v[k];
        if (!is_awaited(w, k, q)) continue;
        if (!is_known || !take_part(c, m->puts[i++].value)) {
            bool never = is_known && m->puts[0].value.n && will_never_be(w, q, k);
            if (!never && !is_waited_for_no_more(w, q, c)) continue;
            count_missing(w, c, q);
            is_missing = true;
        }
        c->awaits[q] = false;
        c->n_awaited--;
    }
    w->op.parts_missing += is_missing;
}

void on_looked(sz_worker *w, const sz_msg *m) {
    parts_use *p = &w->parts;
    if (m->tag != p->tag || !p->is_asked) return;
    p->is_asked = false;
    p->look_ms = w->now_ms;
    if (!w->peers.is_on) take_answer(w, p->at++, m); /* else groups are those of another day: it is asked again */
    worker_go_on(w);
}

/* Who is being asked may have told it after the answer was made: then there is another round at once. */
void on_told(sz_worker *w) {
    parts_use *p = &w->parts;
    p->has_news = true;
    if (!p->is_asked) p->look_ms = w->now_ms;
    worker_go_on(w);
}

/* ---- rounds ---- */

static bool takes_long(const sz_worker *w) { return w->parts.n_held && w->now_ms - w->parts.since_ms >= LONG_MS; }

static void say_that_it_takes_long(sz_worker *w) {
    parts_use *p = &w->parts;
    uint32_t first = SZ_NONE, n = 0;
    if (p->is_told || !p->is_standing || !takes_long(w)) return;
    for (uint32_t q = w->o.parts; q-- > 0;)
        if (n_awaited(w, q)) first = q, n++;
    if (!n) return;
    p->is_told = true;
    worker_notice(w, SZ_NOTE,
                  "%.*s, partition %u stands at 04:00 and waits for the parts of others (%u) in the tables of peers, "
                  "partition %u among them",
                  "%.*s 的分区 %u 停在 04:00，等另外 %u 个分区的同伴比较数据，其中有分区 %u", SZ_FMT_STR(w->o.topic),
                  w->o.partition, n, first);
}

/* The furthest 04:00 at which anybody waits for what we compare by this, and ours has not come to. */
static int64_t gate_of(const sz_worker *w, uint32_t k) {
    int64_t gate = SZ_TIME_NONE;
    for (uint32_t q = 0; q < w->o.parts; q++)
        if (q != w->o.partition && w->parts.of[q].features[k].gate_ms > gate) gate = w->parts.of[q].features[k].gate_ms;
    return gate;
}

/* At the end of our log: does anyone wait for parts that ours has not made? What makes them comes along. */
static bool come_along(sz_worker *w) {
    bool any = false;
    for (uint32_t k = 0; k < w->peers.n; k++) {
        const compared *c = &w->peers.v[k];
        int64_t gate = gate_of(w, k);
        if (c->is_held || c->part_ms == SZ_TIME_MAX || gate == SZ_TIME_NONE || c->part_ms > gate) continue;
        clock_class_until(w, c->own, gate);
        any = true;
    }
    if (any) tick_begin(w);
    return any;
}

static bool is_over(const sz_worker *w) {
    bool have_all_ended = true, any = w->parts.n_held;
    for (uint32_t q = 0; q < w->o.parts; q++)
        have_all_ended &= q == w->o.partition || has_ended(w, &w->parts.of[q].place);
    for (uint32_t k = 0; k < w->peers.n; k++) any |= gate_of(w, k) != SZ_TIME_NONE;
    if (have_all_ended && !any) return true;
    return !w->parts.n_held && w->now_ms - w->parts.moved_ms >= limit_ms(w);
}

static bool looks(const sz_worker *w) {
    if (switch_is_on(w) || w->peers.is_on || !parts_are_exchanged(w)) return false;
    return w->parts.n_held || (w->parts.is_ending && !tick_is_firing(w) && !w->is_stopping);
}

static void ask(sz_worker *w, uint32_t q) {
    sz_arena a;
    sz_arena_init(&a);
    sz_str *keys = SZ_NEWN(&a, sz_str, w->peers.n + 1);
    uint32_t n = 0;
    keys[n++] = sz_str_of(parts_place_key);
    for (uint32_t k = 0; k < w->peers.n; k++)
        if (is_awaited(w, k, q)) keys[n++] = parts_key(w, &a, &w->peers.v[k], w->peers.v[k].next_day);
    w->parts.is_asked = true;
    w->parts.look_ms = w->now_ms + LOST_MS;
    w->ports.parts.look(w->ports.parts.self, ++w->parts.tag, q, keys, n);
    sz_arena_fini(&a);
}

static void end_round(sz_worker *w) {
    parts_use *p = &w->parts;
    p->at = 0;
    p->look_ms = w->now_ms + (p->has_news ? 0 : p->pace_ms);
    p->pace_ms = 2 * p->pace_ms < PACE_MAX_MS ? 2 * p->pace_ms : PACE_MAX_MS;
    say_that_it_takes_long(w);
    bool ends = p->is_ending && !tick_is_firing(w) && !w->is_stopping;
    if (ends && !come_along(w) && is_over(w)) stop_at_end(w);
}

/* Where it takes long, or at the end, also those are of interest that nothing is awaited from. */
void others_go_on(sz_worker *w) {
    parts_use *p = &w->parts;
    if (!looks(w) || w->now_ms < p->look_ms) return;
    have_others(w);
    if (!p->at) p->has_news = false;
    bool all = p->is_ending || takes_long(w);
    while (p->at < w->o.parts && (p->at == w->o.partition || (!all && !n_awaited(w, p->at)))) p->at++;
    if (p->at < w->o.parts) ask(w, p->at);
    else end_round(w);
}

int64_t others_wake_ms(const sz_worker *w) { return looks(w) ? w->parts.look_ms : SZ_TIME_MAX; }

/* SPDX-License-Identifier: Apache-2.0 */
/* peers: a student's day among those of his group (semantics 22). The tables are made by the engine (peers.c there), by
 * the same functions by which they are asked. */
#include "ops.h"

enum { HOUR = 4 };

int64_t sz_peers_instant(const sz_zone *z, int32_t day) { return sz_zone_at(z, day, HOUR * (int32_t)SZ_HOUR_MS); }

int32_t sz_peers_day(const sz_zone *z, int64_t t_ms) {
    int32_t day = sz_zone_day(z, t_ms);
    return t_ms >= sz_peers_instant(z, day) ? day : day - 1;
}

static uint64_t hash_of(const sz_student *s, uint32_t field, int32_t day) {
    sz_xval v = {0};
    student_field(s, field, day, &v);
    if (v.know != SZ_KNOWN) return 0;
    return v.type == SZ_X_NUM ? sz_hash(&v.num, sizeof v.num) : sz_hash(v.str.p, v.str.n);
}

uint64_t sz_peers_group_of(const sz_student *s, uint32_t by, int32_t day) {
    uint64_t v[SZ_N_SFIELDS];
    uint32_t n = 0;
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++)
        if (by >> i & 1 && !(v[n++] = hash_of(s, i, day))) return 0;
    return sz_hash(v, n * sizeof *v);
}

uint64_t sz_peers_group_at(uint64_t group, uint64_t place) {
    uint64_t v[] = {group, place};
    return group && place ? sz_hash(v, sizeof v) : 0;
}

uint64_t sz_peers_group(const sz_eval *ev, const sz_feature *f, int32_t day) {
    uint64_t group = ev->info ? sz_peers_group_of(ev->info, f->by, day) : 0;
    if (!group || !(f->by & SZ_PEERS_BY_PLACE)) return group;
    return sz_peers_group_at(group, ev->usual_place ? ev->usual_place(ev->of, f, day) : 0);
}

#ifndef NDEBUG
static int32_t days_there_one_by_one(const sz_eval *ev, int32_t from, int32_t to) {
    int32_t n = 0;
    for (int32_t d = from; d < to; d++) n += student_was_there(ev, d);
    return n;
}
#endif

/* From the day on which he enrolled. */
static int32_t days_there(const sz_eval *ev, int32_t from, int32_t to) {
    int32_t enrolled = ev->info ? ev->info->enrolled_day : SZ_DAY_NONE, first = enrolled > from ? enrolled : from;
    return first < to ? to - first - days_away(ev, first, to - 1) : 0;
}

bool sz_peers_asks(const sz_eval *ev, const sz_feature *f, int32_t day) {
    int32_t days = f->window.days, from = day - days;
    int32_t there = days_there(ev, from, day);
#ifndef NDEBUG
    if (there != days_there_one_by_one(ev, from, day)) __builtin_trap(); /* each test holds the two together */
#endif
    return (int64_t)there * 100 >= (int64_t)days * 80;
}

sz_xval sz_peers_value(sz_eval *ev, const sz_feature *f, int32_t day) {
    int32_t today = ev->day, tonight = ev->night;
    ev->day = ev->night = day - 1;
    sz_xval v = sz_feature_value(ev, f->inner);
    ev->day = today;
    ev->night = tonight;
    return v.know == SZ_KNOWN && v.type == SZ_X_NUM ? v : x_unknown(SZ_X_NUM);
}

void op_peers_part(sz_eval *ev, const sz_feature *f, uint32_t part, sz_xval *v) {
    *v = x_unknown(SZ_X_NUM);
    if (!ev->facts->peers || f->is_idle || f->by == ev->facts->peers_unasked) return;
    int32_t day = sz_peers_day(ev->zone, ev->t_ms);
    const sz_peer_table *t = sz_peers_find(ev->facts->peers, f->hash, day);
    if (!t && ev->missed_ms && *ev->missed_ms < ev->t_ms) *ev->missed_ms = ev->t_ms;
    uint64_t id = t && t->n_groups ? sz_peers_group(ev, f, day) : 0;
    const sz_peer_group *g = id ? sz_peer_table_group(t, id) : NULL;
    if (!g || !sz_peer_group_speaks(g, f->min_group)) return;
    sz_xval own;
    switch (part) {
    case SZ_PEERS_MEDIAN: v->num = g->median; break;
    case SZ_PEERS_MEAN: v->num = g->mean; break;
    default:
        own = sz_peers_value(ev, f, day);
        if (own.know != SZ_KNOWN) return;
        v->num = sz_peer_percentile(t, g, own.num);
        break;
    }
    v->know = SZ_KNOWN;
}

/* By itself it is no number: one of its parts must be named. */
sz_xval op_peers(sz_eval *ev, const sz_feature *f) {
    (void)ev;
    (void)f;
    return x_unknown(SZ_X_RECORD);
}

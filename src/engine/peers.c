/* SPDX-License-Identifier: Apache-2.0
 *
 * peers: tables of what students had on the day before (semantics 22; docs/adr/0039). A table is made when the clock of
 * what it compares comes past 04:00: all clocks stop there, every student of the roster is asked, in steps like a
 * check, and who had been judged at later records without it is judged anew from 04:00 on. It is never made again: it
 * is a line of the ledger from the commit on that holds those clocks, and a load finds it there.
 */
#include "worker.h"

/* ---- which, and by whose clocks ---- */

static const sz_feature *feature_of(const sz_worker *w, const compared *c) {
    return &w->bundle->fs.features[c->feature];
}

/* Classes of rules that read it: their clocks are never ahead of its own, but where there are so many classes that some
 * had to be put together. */
static void note_readers(sz_worker *w, compared *c) {
    for (uint32_t i = 0; i < w->bundle->n_rules; i++) {
        const sz_rule *r = &w->bundle->rules[i];
        if (r->mode == SZ_DISABLED) continue;
        for (uint32_t k = 0; k < r->n_features; k++) {
            if (r->features[k] != c->feature) continue;
            c->classes |= (uint8_t)(1u << w->rule_class[i]);
            w->tc.class_peers[w->rule_class[i]] = true;
        }
    }
}

/* The instant of what is to be made of it next: its table, or our part. */
static int64_t next_of(const sz_worker *w, const compared *c) {
    return parts_are_exchanged(w) && !c->is_joined ? c->part_ms : c->next_ms;
}

/* Before it nothing is to be made. */
void peers_note_earliest(sz_worker *w) {
    peers_use *u = &w->peers;
    u->next_ms = SZ_TIME_MAX;
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++) {
        u->class_ms[k] = u->hold_ms[k] = SZ_TIME_MAX;
        for (uint32_t i = 0; i < u->n; i++) {
            const compared *c = &u->v[i];
            if (!(c->classes >> k & 1)) continue;
            if (next_of(w, c) < u->class_ms[k]) u->class_ms[k] = next_of(w, c);
            if (c->is_held && c->next_ms < u->hold_ms[k]) u->hold_ms[k] = c->next_ms;
        }
        if (u->class_ms[k] < u->next_ms) u->next_ms = u->class_ms[k];
    }
    parts_set_gate(w);
}

int64_t peers_keep_ms(const sz_worker *w) {
    enum { DAYS = SZ_PEERS_PLACE_DAYS + 2 }; /* before 04:00 the table is that of the day before; and part of a day */
    const sz_featureset *fs = &w->bundle->fs;
    for (uint32_t i = 0; i < fs->n_features; i++)
        if (fs->features[i].by & SZ_PEERS_BY_PLACE) return w->o.horizon_ms + DAYS * SZ_DAY_MS;
    return 0;
}

void peers_plan_weeks(sz_worker *w) {
    const sz_featureset *fs = &w->bundle->fs;
    sz_tlctx *c = &w->tc;
    c->has_week = false;
    c->week_ms = SZ_TIME_NONE;
    for (uint32_t i = 0; i < fs->n_features && !c->has_week; i++) {
        c->has_week = fs->features[i].by & SZ_PEERS_BY_PLACE && !fs->features[i].is_idle;
        c->week_matcher = fs->features[i].matcher;
    }
}

static uint8_t kind_of(peers_use *u, uint32_t by) {
    uint32_t k = 0;
    while (k < u->n_kinds && u->kinds[k].by != by) k++;
    if (k == u->n_kinds)
        u->kinds[u->n_kinds++] = (group_kind){.by = by, .is_of_day = by >> SZ_SF_YEAR & 1, .day = SZ_DAY_NONE};
    return (uint8_t)k;
}

void peers_plan(sz_worker *w) {
    const sz_featureset *fs = &w->bundle->fs;
    peers_use *u = &w->peers;
    u->v = sz_alloc((fs->n_features + 1) * sizeof *u->v);
    u->kinds = sz_alloc((fs->n_features + 1) * sizeof *u->kinds);
    u->asks = sz_alloc((fs->n_features + 1) * sizeof *u->asks);
    u->n = u->n_kinds = 0;
    peers_note_earliest(w);
    for (uint32_t i = 0; i < fs->n_features; i++) {
        if (fs->features[i].op != SZ_OP_PEERS || fs->features[i].is_idle) continue;
        compared *c = &u->v[u->n++];
        *c = (compared){.feature = i, .next_ms = SZ_TIME_MAX, .kind = kind_of(u, fs->features[i].by)};
        c->part_ms = SZ_TIME_MAX;
        c->own = class_for(w, fs->features[i].types);
        c->is_stream = !class_has_batch(w, c->own);
        c->classes = (uint8_t)(1u << c->own);
        note_readers(w, c);
    }
}

void peers_init(sz_worker *w) {
    peers_use *u = &w->peers;
    if (u->n && !u->tables) u->tables = sz_peers_new();
    w->facts.peers = u->n ? u->tables : NULL;
}

static void drop_made(peers_use *u) {
    for (uint32_t k = 0; k < u->n; k++) sz_peer_table_fini(&u->v[k].made);
    u->is_on = u->is_over = u->is_part = false;
    u->at = u->n_ahead = u->n_asks = 0;
}

void peers_fini(sz_worker *w) {
    peers_use *u = &w->peers;
    drop_made(u);
    for (uint32_t k = 0; k < u->n; k++) parts_let_go(w, &u->v[k]);
    for (uint32_t k = 0; k < u->n_kinds; k++) sz_free(u->kinds[k].of);
    sz_free(u->kinds);
    sz_free(u->asks);
    sz_free(u->v);
    sz_free(u->ahead);
    *u = (peers_use){.tables = u->tables, .own = u->own};
    parts_fini(w);
    peers_note_earliest(w);
}

void peers_forget(sz_worker *w) {
    sz_peers_free(w->peers.tables);
    sz_peers_free(w->peers.own);
    w->peers.tables = w->peers.own = NULL;
    lines_fini(&w->tables);
}

/* ---- when ---- */

static int64_t farthest(const compared *c, const int64_t *class_ms) {
    int64_t t = SZ_TIME_NONE;
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++)
        if (c->classes >> k & 1 && class_ms[k] > t) t = class_ms[k];
    return t;
}

static void set_next(sz_worker *w, compared *c, int32_t day) {
    c->next_day = day;
    c->next_ms = sz_peers_instant(sz_campus_zone(w->campus), day);
}

/* The first 04:00 that its clock has not passed, and of which there is no table yet. */
static void seek(sz_worker *w, compared *c) {
    const sz_zone *z = sz_campus_zone(w->campus);
    int64_t clock = farthest(c, w->clocks.class_ms), from = w->clocks.begin_ms;
    c->next_ms = SZ_TIME_MAX;
    if (from == SZ_TIME_MAX) return;
    if (clock > from) from = clock;
    int32_t day = sz_zone_day(z, from), last = sz_peers_last(w->peers.tables, feature_of(w, c)->hash);
    if (sz_peers_instant(z, day) < from) day++;
    if (last != SZ_DAY_NONE && day <= last) day = last + 1;
    set_next(w, c, day);
}

void peers_seek(sz_worker *w) {
    for (uint32_t k = 0; k < w->peers.n; k++) {
        seek(w, &w->peers.v[k]);
        parts_seek(w, &w->peers.v[k]);
    }
    peers_note_earliest(w);
}

/* Where its clocks would be if nobody was waited for: by then our part is made. */
static int64_t farthest_said(sz_worker *w, const compared *c) {
    int64_t said[SZ_CLASSES_MAX], wmax = wmax_target(w);
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) said[k] = class_says(w, k, wmax);
    for (uint32_t k = w->clocks.n_classes; k < SZ_CLASSES_MAX; k++) said[k] = SZ_TIME_NONE;
    return farthest(c, said);
}

static bool is_due(sz_worker *w, const compared *c, const int64_t *target, int64_t cap) {
    int64_t at = next_of(w, c);
    if (at >= cap) return false;
    if (!parts_are_exchanged(w)) return at < farthest(c, target);
    return c->is_joined || (parts_may_be_made(w, c) && at < farthest_said(w, c));
}

int64_t peers_due(sz_worker *w, const int64_t *target, int64_t cap) {
    int64_t due = SZ_TIME_MAX;
    if (w->peers.next_ms >= cap) return due;
    if (w->peers.is_on) return w->peers.at_ms;
    for (uint32_t k = 0; k < w->peers.n; k++) {
        const compared *c = &w->peers.v[k];
        if (next_of(w, c) < due && is_due(w, c, target, cap)) due = next_of(w, c);
    }
    return due;
}

/* ---- making ---- */

/* Of a campus it is the same each day, but where the year of study is asked. */
void peers_find_groups(const sz_worker *w, group_kind *g, int32_t day) {
    uint32_t n = sz_campus_n_students(w->campus);
    if (g->day != SZ_DAY_NONE && (!g->is_of_day || g->day == day)) return;
    if (!g->of) g->of = sz_alloc((n + 1) * sizeof *g->of);
    g->day = day;
    g->any = false;
    for (uint32_t i = 0; i < n; i++) {
        const sz_student *s = sz_campus_student(w->campus, i);
        g->of[i] = s->status == SZ_ACTIVE ? sz_peers_group_of(s, g->by, day) : 0;
        g->any |= g->of[i] != 0;
    }
    if (g->any) return;
    sz_free(g->of);
    g->of = NULL;
}

/* A table of whose groups nobody is stays empty. */
static void add_ask(sz_worker *w, const compared *c, int32_t day) {
    peers_use *u = &w->peers;
    const sz_feature *all = w->bundle->fs.features, *f = &all[c->feature];
    peers_find_groups(w, &u->kinds[c->kind], day);
    if (!u->kinds[c->kind].any) return;
    uint32_t same = 0;
    while (same < u->n_asks && all[all[u->asks[same].feature].inner].hash != all[f->inner].hash) same++;
    u->asks[u->n_asks++] = (sz_peer_ask){.feature = c->feature, .table = (uint32_t)(c - u->v), .same = same};
}

/* Parts that are due at that instant come before tables whose parts are there, so that no clock is past it before they
 * are made. */
static void begin(sz_worker *w, const int64_t *target, int64_t at_ms) {
    peers_use *u = &w->peers;
    drop_made(u);
    for (uint32_t k = 0; k < u->n; k++) {
        compared *c = &u->v[k];
        c->is_due = next_of(w, c) == at_ms && is_due(w, c, target, SZ_TIME_MAX);
        u->is_part |= c->is_due && parts_are_exchanged(w) && !c->is_joined;
    }
    for (uint32_t k = 0; k < u->n; k++) {
        compared *c = &u->v[k];
        c->is_due &= !(u->is_part && c->is_joined);
        c->made = (sz_peer_table){.day = u->is_part ? c->part_day : c->next_day};
        if (c->is_due) add_ask(w, c, c->made.day);
    }
    u->is_on = true;
    u->at_ms = at_ms;
}

static void note_ahead(peers_use *u, uint32_t i) {
    if (u->n_ahead == u->cap_ahead) {
        u->cap_ahead = u->cap_ahead ? 2 * u->cap_ahead : 256;
        u->ahead = sz_realloc(u->ahead, u->cap_ahead * sizeof *u->ahead);
    }
    u->ahead[u->n_ahead++] = i;
}

/* In a rule test: those of his group that it tells of. */
static void ask_others(const sz_worker *w, compared *c, uint64_t group) {
    for (uint32_t i = 0; i < w->o.n_others; i++) {
        const sz_test_other *o = &w->o.others[i];
        for (uint32_t k = 0; o->feature == c->feature && k < o->n; k++)
            sz_peer_table_ask(&c->made, group, true, o->value);
    }
}

/* Has he a group in a table under way? */
static bool has_group(peers_use *u, uint32_t in_campus) {
    bool any = false;
    for (sz_peer_ask *ask = u->asks, *end = ask + u->n_asks; ask < end; ask++) {
        ask->group = u->kinds[u->v[ask->table].kind].of[in_campus];
        ask->is_found = ask->is_asked = false;
        any |= ask->group != 0;
    }
    return any;
}

static void take_answers(sz_worker *w) {
    peers_use *u = &w->peers;
    for (const sz_peer_ask *ask = u->asks, *end = ask + u->n_asks; ask < end; ask++) {
        compared *c = &u->v[ask->table];
        if (!ask->group || !ask->is_asked) continue;
        sz_peer_table_ask(&c->made, ask->group, ask->is_known, ask->value);
        ask_others(w, c, ask->group);
    }
}

/* Who sleeps is looked at, and sleeps on. Who has no group has nothing to say, and no table says anything to him. */
static void ask(sz_worker *w, uint32_t i, int64_t at_ms) {
    peers_use *u = &w->peers;
    sz_timeline made = {0};
    step_count(w);
    const sz_timeline *tl = student_look(w, i, &made, true);
    sz_timeline_peers(tl, &w->tc, at_ms, sz_zone_day(sz_campus_zone(w->campus), at_ms), u->asks, u->n_asks);
    take_answers(w);
    if (sz_timeline_has_since(tl, at_ms)) note_ahead(u, i);
    if (tl == &made) sz_timeline_fini(&made);
    if (!w->tc.n_alerts) sz_arena_reset(&w->step);
}

/* All of them have answered, then or since: is he ahead by now? */
static void look_whether_ahead(sz_worker *w, uint32_t i, int64_t at_ms) {
    sz_timeline made = {0};
    step_count(w);
    const sz_timeline *tl = student_look(w, i, &made, false);
    if (sz_timeline_has_since(tl, at_ms)) note_ahead(&w->peers, i);
    if (tl == &made) sz_timeline_fini(&made);
    if (!w->tc.n_alerts) sz_arena_reset(&w->step);
}

/* While one is asked, those that are next come into the cache: of most a day is added up for it. */
static void fetch_next(const sz_worker *w, uint32_t at, uint32_t n) {
    enum { FAR = 6, NEAR = 2 };
    if (at + FAR < n) student_fetch_self(w, w->students.of_campus[at + FAR]);
    if (at + NEAR < n) student_fetch_rest(w, w->students.of_campus[at + NEAR], false);
}

/* False: not all of them. */
static bool ask_all(sz_worker *w, int64_t at_ms, uint32_t *most) {
    peers_use *u = &w->peers;
    uint32_t n = u->n_asks ? sz_campus_n_students(w->campus) : 0;
    for (; u->at < n; u->at++) {
        uint32_t i = w->students.of_campus[u->at];
        if (i == SZ_NONE || !has_group(u, u->at)) continue;
        if (!*most) return false;
        --*most;
        fetch_next(w, u->at, n);
        if (u->is_part || !parts_are_exchanged(w)) ask(w, i, at_ms);
        else look_whether_ahead(w, i, at_ms);
    }
    return true;
}

/* A replay goes back as far as the horizon, no clock stands behind it for long, and before 04:00 the table is that of
 * the day before. */
static int32_t first_asked(const sz_worker *w) {
    int64_t t = w->clocks.wmax_ms - w->o.horizon_ms, low = clock_lowest(w);
    return sz_zone_day(sz_campus_zone(w->campus), low < t ? low : t) - 1;
}

/* Days take turns in as many lines as may be asked, and a few more. */
uint32_t peers_slot(const sz_worker *w, int32_t day) {
    int64_t n = w->o.horizon_ms / SZ_DAY_MS + 5, at = day % n;
    return (uint32_t)(at < 0 ? at + n : at);
}

static const char prefix[] = "peers/";

static void put_line(sz_worker *w, uint64_t feature, int32_t day, sz_str value) {
    sz_buf key;
    sz_buf_init(&key);
    sz_buf_printf(&key, "%s%016llx/%u", prefix, (unsigned long long)feature, peers_slot(w, day));
    lines_add(&w->tables, sz_buf_str(&key));
    lines_add(&w->tables, value);
    sz_buf_fini(&key);
}

static void note(sz_worker *w, uint64_t feature, const sz_peer_table *t) {
    sz_buf bytes;
    if (w->o.is_volatile) return;
    sz_buf_init(&bytes);
    sz_peer_table_put(&bytes, t);
    put_line(w, feature, t->day, sz_buf_str(&bytes));
    sz_buf_fini(&bytes);
}

/* Clocks are past that instant, so that its timers have their turn before later records are judged anew. */
static void pass(sz_worker *w, const int64_t *target, int64_t at_ms) {
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (target[k] > at_ms && w->clocks.class_ms[k] == at_ms) w->clocks.class_ms[k] = at_ms + 1;
}

static void close_tables(sz_worker *w) {
    peers_use *u = &w->peers;
    for (uint32_t k = 0; k < u->n; k++) {
        compared *c = &u->v[k];
        if (!c->is_due) continue;
        sz_peer_table *t = c->is_joined ? &c->whole : &c->made;
        if (c->is_joined && c->is_lacking) sz_peer_table_fini(t), t->is_whole = true;
        sz_peer_table_close(t);
        sz_peers_take(u->tables, feature_of(w, c)->hash, t);
        parts_let_go(w, c);
        set_next(w, c, c->next_day + 1);
        parts_seek(w, c);
    }
    bool are_known = w->clocks.wmax_ms != SZ_TIME_NONE && clock_lowest(w) != SZ_TIME_NONE;
    if (are_known) sz_peers_forget(u->tables, first_asked(w));
    if (are_known && u->own) sz_peers_forget(u->own, first_asked(w));
    u->is_over = true;
    u->at = 0;
}

/* When all is over: who is cut off before makes them again. */
static void note_made(sz_worker *w) {
    for (uint32_t k = 0; k < w->peers.n; k++) {
        const compared *c = &w->peers.v[k];
        uint64_t feature = feature_of(w, c)->hash;
        const sz_peer_table *t = c->is_due ? sz_peers_find(w->peers.tables, feature, c->next_day - 1) : NULL;
        if (t) note(w, feature, t);
    }
}

#ifndef NDEBUG
/* Of every other one who does not need it: nothing comes of it. */
static void judge_all_the_same(sz_worker *w, uint32_t i, int64_t at_ms) {
    uint32_t said = w->tc.n_alerts, left = w->step_students;
    sz_cause none = {.t_ms = at_ms};
    if ((i + (uint64_t)at_ms / SZ_DAY_MS) % 2) return;
    student_table(w, i, at_ms, &none);
    if (w->tc.n_alerts != said) __builtin_trap();
    w->step_students = left;
}
#endif

/* Of who sleeps it is not known what he asked. */
static bool needs_table(sz_worker *w, uint32_t i, int64_t at_ms) {
    const sz_timeline *tl = w->students.v[i];
    if (!tl || sz_timeline_needs_table(tl, &w->tc, at_ms)) return true;
#ifndef NDEBUG
    judge_all_the_same(w, i, at_ms);
#endif
    return false;
}

bool peers_make(sz_worker *w, const int64_t *target, int64_t at_ms, uint32_t most) {
    peers_use *u = &w->peers;
    if (!u->is_on) begin(w, target, at_ms);
    if (!u->is_over) {
        if (!ask_all(w, at_ms, &most)) return false;
        if (u->is_part) {
            parts_publish(w);
            drop_made(u);
            peers_note_earliest(w);
            return true;
        }
        close_tables(w);
        pass(w, target, at_ms);
    }
    char day[11];
    sz_day_format(sz_zone_day(sz_campus_zone(w->campus), at_ms), day);
    sz_cause cause = {.t_ms = at_ms, .what = SZ_STR("peers"), .which = sz_str_of(day)};
    for (; u->at < u->n_ahead; u->at++) {
        if (!needs_table(w, u->ahead[u->at], at_ms)) continue;
        if (!most--) return false;
        student_table(w, u->ahead[u->at], at_ms, &cause);
    }
    note_made(w);
    drop_made(u);
    peers_note_earliest(w);
    return true;
}

/* ---- stored ---- */

static const compared *compared_of(const sz_worker *w, uint64_t feature) {
    for (uint32_t k = 0; k < w->peers.n; k++)
        if (feature_of(w, &w->peers.v[k])->hash == feature) return &w->peers.v[k];
    return NULL;
}

bool peers_feature_of(sz_str key, const char *kind, uint64_t *feature) {
    enum { DIGITS = 16 };
    size_t n = strlen(kind);
    if (key.n < n + DIGITS + 1 || memcmp(key.p, kind, n) != 0) return false;
    *feature = 0;
    for (size_t i = n; i < n + DIGITS; i++) {
        char c = key.p[i];
        *feature = *feature << 4 | (uint64_t)(c >= 'a' ? c - 'a' + 10 : c - '0');
    }
    return true;
}

/* A commit that broke off midway may have left one that its clocks had not come to. */
static bool is_of_state(const sz_worker *w, const compared *c, int32_t day) {
    int64_t clock = farthest(c, w->clocks.class_ms);
    if (clock == SZ_TIME_NONE) clock = w->clocks.wmax_ms;
    return sz_peers_instant(sz_campus_zone(w->campus), day) <= clock;
}

bool peers_load(sz_worker *w, sz_str key, sz_str value) {
    uint64_t feature;
    sz_peer_table t;
    if (parts_load(w, key, value)) return true;
    if (!peers_feature_of(key, prefix, &feature)) return false;
    if (!value.n) return true;
    const compared *c = compared_of(w, feature);
    if (!c) { /* of a feature that is no more */
        lines_add(&w->tables, key);
        lines_add(&w->tables, (sz_str){0});
        return true;
    }
    if (!sz_peer_table_get(&t, value)) {
        worker_hold_damaged(w, "a table of peers cannot be read", "同伴比较的表无法读取");
        return true;
    }
    if (is_of_state(w, c, t.day)) sz_peers_take(w->peers.tables, feature, &t);
    sz_peer_table_fini(&t);
    return true;
}

void peers_sweep(sz_worker *w) {
    uint64_t feature;
    const sz_peer_table *t;
    for (uint32_t at = 0; w->peers.tables && (t = sz_peers_next(w->peers.tables, &at, &feature));) {
        if (compared_of(w, feature)) continue;
        put_line(w, feature, t->day, (sz_str){0});
        if (sz_peers_last(w->peers.tables, feature) != t->day) continue;
        sz_peers_drop(w->peers.tables, feature);
        at = 0;
    }
}

/* ---- another number of partitions ---- */

void peers_join(sz_worker *w, const sz_worker *from, bool is_first) {
    uint64_t feature;
    const sz_peer_table *t;
    if (!w->peers.tables || !from->peers.tables) return;
    if (!is_first) {
        sz_peers_join(w->peers.tables, from->peers.tables);
        return;
    }
    for (uint32_t at = 0; (t = sz_peers_next(from->peers.tables, &at, &feature));) {
        sz_peer_table copy = {.day = t->day, .is_whole = t->is_whole};
        sz_peer_table_add(&copy, t);
        sz_peer_table_close(&copy);
        sz_peers_take(w->peers.tables, feature, &copy);
    }
}

void peers_note_all(sz_worker *w) {
    uint64_t feature;
    const sz_peer_table *t;
    for (uint32_t at = 0; w->peers.tables && (t = sz_peers_next(w->peers.tables, &at, &feature));) {
        sz_peer_table whole = *t;
        whole.is_whole = w->o.parts > 1;
        note(w, feature, &whole);
    }
}

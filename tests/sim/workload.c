/* SPDX-License-Identifier: Apache-2.0
 *
 * workload: rules; records as the bytes that a producer would send, each decoded once as an adapter would. Students,
 * cards, leaves and feeds are in workload_campus.c.
 */
#include "workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "rand.h"
#include "workload_campus.h"
#include "workload_rules.h"

typedef struct draft { /* of a record */
    int64_t produced_ms;
    uint32_t part, order;
    sz_str raw;
} draft;

typedef struct making {
    workload *l;
    const swarm *s;
    rng r, fault[N_FAULTS];
    draft *v;
    uint32_t n, cap;
    int64_t t0_ms, range_ms; /* of event time */
    bool has_feeds, has_batch;
} making;

static bool hits(making *m, fault f) { return m->s->exists[f] && rng_chance(&m->fault[f], m->s->rate[f]); }

void workload_give_up(workload *l, const char *what, sz_str text) {
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < l->diags.n; i++) sz_diag_print(&out, &l->diags.v[i], SZ_EN, false);
    fprintf(stderr, "simulation: its own %s do not load\n%.*s\n%.*s", what, SZ_FMT_STR(text),
            SZ_FMT_STR(sz_buf_str(&out)));
    exit(4);
}

/* What a table holds depends on what had come by then (semantics 22): on the log alone, unless ticks move the clock,
 * and on the campus of that time. */
static bool may_ask_peers(const making *m) { return !m->s->is_live && !m->s->exists[F_CAMPUS]; }

static uint64_t kind_of_peers(const making *m) { return (uint64_t)(m->range_ms / SZ_HOUR_MS % 5); }

static bool may_exchange(const making *m) { return may_ask_peers(m) && kind_of_peers(m) < 2 && m->l->parts > 1; }

static void load_rules(making *m) {
    workload *l = m->l;
    rng r = m->r;
    rng_u64(&m->r);
    l->n_bundles = m->s->exists[F_RELOAD] ? (uint32_t)rng_between(&m->r, 2, MOST_BUNDLES) : 1;
    for (uint32_t i = 0; i < l->n_bundles; i++) {
        sz_buf text;
        sz_buf_init(&text);
        rules_write(&text, r, m->range_ms / 12, i, l->exchanges ? 3 : may_ask_peers(m) && kind_of_peers(m) < 3);
        l->rules_text[i] = sz_arena_str(&l->arena, sz_buf_str(&text));
        sz_rule_file file = {"rules.yaml", text.p, text.n};
        for (uint32_t c = 0; c < l->n_campuses; c++)
            if (sz_rules_load(&file, 1, l->campuses[c], &l->types, &l->diags, &l->bundles[i][c]) != SZ_OK)
                workload_give_up(l, "rules", l->rules_text[i]);
        sz_buf_fini(&text);
    }
}

/* ---- records ---- */

static void draft_add(making *m, int64_t produced_ms, uint32_t part, sz_str raw) {
    if (m->n == m->cap) {
        m->cap = m->cap ? 2 * m->cap : 1024;
        m->v = sz_realloc(m->v, m->cap * sizeof *m->v);
    }
    m->v[m->n] = (draft){.produced_ms = produced_ms, .part = part, .order = m->n, .raw = raw};
    m->n++;
}

/* When what is produced then happened: on the wall in live operation, else some days in a minute. */
static int64_t event_time(const making *m, int64_t produced_ms) {
    if (m->s->is_live) return m->t0_ms + produced_ms;
    return m->t0_ms + (int64_t)((double)produced_ms / (double)m->s->span_ms * (double)m->range_ms);
}

/* Where cards are corrected, half of the records name their student by his card. One that is misrouted does not: under
 * another campus it might be where it belongs. */
static void put_who(making *m, uint32_t student, uint32_t number, bool is_home, char who[80]) {
    rng r = rng_of(number, 5);
    if (m->s->exists[F_CAMPUS] && is_home && rng_chance(&r, 0.5)) snprintf(who, 80, "\"card\":\"k%u\"", student);
    else snprintf(who, 80, "\"student\":\"%.*s\"", SZ_FMT_STR(m->l->students[student]));
}

static sz_str write_record(making *m, uint32_t student, uint32_t number, int64_t t_ms, uint32_t variant, bool is_home) {
    workload *l = m->l;
    char time[40], who[80], more[120];
    t_ms -= t_ms % 1000;
    sz_time_format(&l->zone, t_ms, time);
    rng r = rng_of(number * UINT64_C(7919) + variant, 3);
    uint64_t kind = rng_below(&r, 10);
    const char *type = kind < 5 ? "swipe" : kind < 8 ? "dorm_access" : kind < 9 ? "presence" : "attendance";
    const char *source = kind < 5 ? "pos" : kind < 8 ? "door" : kind < 9 ? "net" : "class";
    put_who(m, student, number, is_home, who);
    if (kind < 5) {
        snprintf(more, sizeof more, "\"op\":\"consume\",\"amount\":%d.%d,\"place\":\"p%d\"",
                 (int)rng_between(&r, 1, 20), (int)rng_below(&r, 10), (int)rng_below(&r, 4));
    } else if (kind < 8) {
        snprintf(more, sizeof more, "\"direction\":\"%s\"", rng_chance(&r, 0.5) ? "in" : "out");
    } else if (kind < 9) {
        snprintf(more, sizeof more, "\"means\":\"network\"");
    } else {
        snprintf(more, sizeof more, "\"course\":\"c\",\"session\":\"1\",\"status\":\"%s\"",
                 rng_chance(&r, 0.5) ? "absent" : "present");
    }
    return sz_str_of(sz_arena_printf(&l->arena,
                                     "{\"id\":\"e%u\",\"source\":\"%s\",\"type\":\"%s\",\"time\":\"%s\",%s,%s}", number,
                                     source, type, time, who, more));
}

static sz_str poison(making *m, uint32_t number) {
    static const char *const bad[] = {
        "{\"id\":",
        "",
        "\xff\xfe garbage",
        "{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00+08:00\"}",
        "{\"id\":\"p\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"yesterday\"}",
        "{\"id\":\"p\",\"type\":\"unheard\",\"student\":\"s1\",\"time\":\"2026-03-02T08:00:00+08:00\"}",
        "{\"id\":\"p\",\"type\":\"swipe\",\"student\":\"nobody\",\"amount\":1,\"time\":\"2026-03-02T08:00:00+08:00\"}",
        "{\"id\":\"p\",\"type\":\"swipe\",\"card\":\"nobodys\",\"amount\":1,\"time\":\"2026-03-02T08:00:00+08:00\"}"};
    return sz_str_of(bad[(number + rng_below(&m->fault[F_POISON], 8)) % 8]);
}

static void write_status(making *m, int64_t produced_ms, bool is_down) {
    workload *l = m->l;
    char time[40], through[40];
    rng r = rng_of((uint64_t)produced_ms, 9); /* it stands elsewhere in each log */
    int64_t t = event_time(m, produced_ms);
    t -= t % 1000;
    sz_time_format(&l->zone, t, time);
    sz_time_format(&l->zone, t - 1000, through);
    const char *text =
        is_down ? sz_arena_printf(&l->arena,
                                  "{\"type\":\"feed_status\",\"source\":\"door\",\"time\":\"%s\",\"state\":\"%s\"}",
                                  time, rng_chance(&m->r, 0.5) ? "down" : "open")
                : sz_arena_printf(&l->arena,
                                  "{\"type\":\"feed_status\",\"source\":\"class\",\"time\":\"%s\","
                                  "\"complete_through\":\"%s\",\"state\":\"complete\"}",
                                  time, through);
    for (uint32_t p = 0; p < l->parts; p++) {
        int64_t later = produced_ms + (l->exchanges ? rng_between(&r, 0, m->s->span_ms / 8) : 0);
        draft_add(m, later < m->s->span_ms ? later : m->s->span_ms - 1, p, sz_str_of(text));
    }
}

/* A batch ends at about 04:00, before or after it in each log. */
static void end_at_four(making *m) {
    workload *l = m->l;
    for (int64_t day = m->t0_ms, to = m->t0_ms + m->range_ms; day < to + SZ_DAY_MS; day += SZ_DAY_MS) {
        char time[40];
        int64_t four = sz_zone_midnight(&l->zone, sz_zone_day(&l->zone, day)) + 4 * SZ_HOUR_MS;
        if (four < m->t0_ms || four >= to) continue;
        sz_time_format(&l->zone, four + SZ_SECOND_MS, time);
        for (uint32_t p = 0; p < l->parts; p++) {
            int64_t at = four - m->t0_ms + rng_between(&m->r, -2 * SZ_HOUR_MS, 2 * SZ_HOUR_MS);
            int64_t produced = (int64_t)((double)at / (double)m->range_ms * (double)m->s->span_ms);
            if (produced < 0 || produced >= m->s->span_ms) produced = m->s->span_ms - 1;
            draft_add(m, produced, p,
                      sz_str_of(sz_arena_printf(&l->arena,
                                                "{\"type\":\"feed_status\",\"source\":\"class\",\"time\":\"%s\","
                                                "\"complete_through\":\"%s\",\"state\":\"complete\"}",
                                                time, time)));
        }
    }
}

static void draw_record(making *m, uint32_t number, int64_t produced_ms, uint32_t n_seen) {
    workload *l = m->l;
    uint32_t student = (uint32_t)rng_below(&m->r, n_seen);
    uint32_t home = sz_home(l->students[student], l->parts), part = home;
    int64_t t = event_time(m, produced_ms) - (m->s->is_live ? rng_between(&m->r, 0, 2000) : 0);
    if (hits(m, F_LATE)) t -= rng_between(&m->fault[F_LATE], 0, m->range_ms / 3);
    if (hits(m, F_FUTURE)) t += 20 * SZ_DAY_MS;
    if (hits(m, F_MISROUTED)) part = (part + 1 + (uint32_t)rng_below(&m->fault[F_MISROUTED], l->parts - 1)) % l->parts;
    draft_add(m, produced_ms, part, write_record(m, student, number, t, 0, part == home));
    if (hits(m, F_POISON)) draft_add(m, produced_ms, part, poison(m, number));
    int64_t later = produced_ms + rng_between(&m->fault[F_DUPLICATE], 0, m->s->span_ms / 4);
    if (later >= m->s->span_ms) later = m->s->span_ms - 1;
    if (hits(m, F_DUPLICATE)) draft_add(m, later, part, write_record(m, student, number, t, 0, part == home));
    if (hits(m, F_CONFLICT)) draft_add(m, later, part, write_record(m, student, number, t, 1, part == home));
}

/* A record that went to another partition's student has moved the clocks here when it was read, and moves none where it
 * is a dead letter at once. So that both end alike, the first and the last of each source and partition names a
 * student. */
static void add_ends(making *m) {
    static const char *const lines[] = {
        "\"type\":\"swipe\",\"source\":\"pos\",\"op\":\"consume\",\"amount\":3,\"place\":\"p1\"",
        "\"type\":\"dorm_access\",\"source\":\"door\",\"direction\":\"in\"",
        "\"type\":\"presence\",\"source\":\"net\",\"means\":\"network\"",
        "\"type\":\"attendance\",\"source\":\"class\",\"course\":\"c\",\"session\":\"1\",\"status\":\"present\""};
    workload *l = m->l;
    char time[40];
    bool has[4] = {false};
    for (uint32_t i = 0; i < l->n_students; i++) {
        uint32_t part = sz_home(l->students[i], l->parts);
        if (has[part]) continue;
        has[part] = true;
        for (uint32_t k = 0; k < 8; k++) {
            bool is_last = k >= 4;
            int64_t produced = is_last ? m->s->span_ms - 1 : 0;
            int64_t t = is_last ? event_time(m, produced) : m->t0_ms - m->range_ms / 3 - 5000;
            sz_time_format(&l->zone, t - t % 1000, time);
            draft_add(
                m, produced, part,
                sz_str_of(sz_arena_printf(&l->arena, "{\"id\":\"end%u-%u\",%s,\"time\":\"%s\",\"student\":\"%.*s\"}", k,
                                          part, lines[k % 4], time, SZ_FMT_STR(l->students[i]))));
        }
    }
}

static int by_production(const void *a, const void *b, void *ctx) {
    const draft *x = a, *y = b;
    (void)ctx;
    if (x->produced_ms != y->produced_ms) return x->produced_ms < y->produced_ms ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Stretches of the log turned around, as an export in the order of the newest first brings them. */
static void reverse_some(making *m) {
    for (uint32_t i = 0; i + 2 < m->n; i += 8) {
        if (!hits(m, F_REVERSED)) continue;
        uint32_t k = i + (uint32_t)rng_between(&m->fault[F_REVERSED], 2, 30);
        if (k >= m->n) k = m->n - 1;
        for (uint32_t a = i, b = k; a < b; a++, b--) {
            draft x = m->v[a], y = m->v[b];
            m->v[a].raw = y.raw, m->v[a].part = y.part;
            m->v[b].raw = x.raw, m->v[b].part = x.part;
        }
    }
}

static void log_add(workload *l, sz_decoder *d, const draft *x) {
    partition_log *g = &l->log[x->part];
    if (g->n == g->cap) {
        g->cap = g->cap ? 2 * g->cap : 256;
        g->v = sz_realloc(g->v, g->cap * sizeof *g->v);
        g->produced_ms = sz_realloc(g->produced_ms, g->cap * sizeof *g->produced_ms);
    }
    sz_input *in = &g->v[g->n];
    memset(in, 0, sizeof *in);
    in->raw = x->raw;
    in->origin =
        (sz_origin){.source = SZ_STR("kafka:campus.events"), .partition = (int32_t)x->part, .offset = (int64_t)g->n};
    sz_decode_json(d, x->raw, &l->arena, &in->record);
    g->produced_ms[g->n++] = x->produced_ms;
}

/* Of every source to every partition, behind all records: each comes to each 04:00. */
static void add_last_words(making *m) {
    static const char *const sources[] = {"pos", "door", "net", "class"};
    char time[40];
    int64_t t = m->t0_ms + m->range_ms + SZ_HOUR_MS;
    sz_time_format(&m->l->zone, t - t % 1000, time);
    for (uint32_t p = 0; p < m->l->parts; p++)
        for (uint32_t k = 0; k < 4; k++)
            draft_add(m, m->s->span_ms - 1, p,
                      sz_str_of(sz_arena_printf(&m->l->arena,
                                                "{\"type\":\"feed_status\",\"source\":\"%s\",\"time\":\"%s\","
                                                "\"complete_through\":\"%s\",\"state\":\"open\"}",
                                                sources[k], time, time)));
}

static void make_log(making *m) {
    workload *l = m->l;
    uint32_t n = (uint32_t)rng_between(&m->r, 200, 800);
    uint32_t n_seen = l->n_students - (uint32_t)rng_between(&m->r, 1, l->n_students / 3); /* the rest never comes */
    for (uint32_t i = 0; i < n; i++) draw_record(m, i, (int64_t)((double)i / n * (double)m->s->span_ms), n_seen);
    if (m->has_batch)
        for (uint32_t i = 1; i <= 6; i++) write_status(m, m->s->span_ms * i / 6 - 1, false);
    if (m->has_batch && l->exchanges) end_at_four(m);
    if (m->has_feeds && rng_chance(&m->r, 0.3))
        for (uint32_t i = 0; i < 4; i++) write_status(m, rng_between(&m->r, 0, m->s->span_ms - 1), true);
    if (m->s->exists[F_CAMPUS]) add_ends(m);
    sz_sort(m->v, m->n, sizeof *m->v, by_production, NULL);
    reverse_some(m);
    if (l->exchanges) add_last_words(m);
    sz_decoder *d = sz_decoder_new(&l->types, &l->zone);
    for (uint32_t i = 0; i < m->n; i++) log_add(l, d, &m->v[i]);
    sz_decoder_free(d);
    l->n_records = m->n;
}

void workload_init(workload *l, uint64_t seed, const swarm *s) {
    memset(l, 0, sizeof *l);
    making m = {.l = l, .s = s, .r = rng_of(seed, 2)};
    for (int f = 0; f < N_FAULTS; f++) m.fault[f] = rng_of(seed, 3000 + (uint64_t)f);
    sz_arena_init(&l->arena);
    sz_types_init(&l->types);
    sz_diags_init(&l->diags);
    sz_zone_fixed(&l->zone, 8 * 3600, "Asia/Shanghai");
    l->parts = s->parts;
    l->n_students = (uint32_t)rng_between(&m.r, 20, 50);
    l->students = SZ_NEWN(&l->arena, sz_str, l->n_students);
    for (uint32_t i = 0; i < l->n_students; i++)
        l->students[i] = sz_str_of(sz_arena_printf(&l->arena, "2025%04u", i * 7 + 1));
    int64_t monday = sz_zone_midnight(&l->zone, sz_day_from_ymd(2026, 3, 2));
    m.range_ms = s->is_live ? s->span_ms : rng_between(&m.r, 4, 60) * SZ_HOUR_MS;
    m.t0_ms = monday + rng_between(&m.r, 0, 23) * SZ_HOUR_MS + rng_between(&m.r, 0, 3599) * 1000;
    l->wall0_ms = s->is_live ? m.t0_ms : m.t0_ms + m.range_ms; /* what is read afterwards lies in the past */
    m.has_feeds = rng_chance(&m.r, 0.5);
    m.has_batch = m.has_feeds && rng_chance(&m.r, 0.5);
    l->exchanges = may_exchange(&m);
    l->reads_on = l->exchanges && m.has_feeds;
    campus_plan plan = {
        .l = l, .t0_ms = m.t0_ms, .range_ms = m.range_ms, .has_feeds = m.has_feeds, .has_batch = m.has_batch};
    campus_make(&plan, &m.r, seed, s->exists[F_CAMPUS]);
    load_rules(&m);
    make_log(&m);
    sz_free(m.v);
}

void workload_fini(workload *l) {
    for (uint32_t p = 0; p < 4; p++) {
        sz_free(l->log[p].v);
        sz_free(l->log[p].produced_ms);
    }
    for (uint32_t c = 0; c < l->n_campuses; c++) {
        for (uint32_t i = 0; i < l->n_bundles; i++) sz_bundle_unref(l->bundles[i][c]);
        sz_campus_free(l->campuses[c]);
    }
    sz_zone_fini(&l->zone);
    sz_types_fini(&l->types);
    sz_diags_fini(&l->diags);
    sz_arena_fini(&l->arena);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Watermarks and clocks (semantics 2, 3, 6). Each declared source has a watermark, all undeclared ones share another; a
 * class of rules waits for the lowest of the sources that carry what it reads.
 */
#include "worker.h"

uint32_t source_of(const sz_worker *w, sz_str name) {
    uint32_t feed = sz_campus_find_feed(w->campus, name);
    return feed == SZ_NONE ? w->clocks.n_sources - 1 : feed;
}

/* A stream has a few sources, and each record names one. */
uint32_t source_as(sz_worker *w, sz_str name) {
    if (w->clocks.n_sources == 1) return 0; /* none is declared */
    if (name.n - 1 >= 16) return source_of(w, name);
    sz_ends ends = sz_ends_of(name.p, name.n);
    struct known_source *k = &w->clocks.known[(ends.a ^ ends.b) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - KNOWN_BITS)];
    if (((k->ends.a ^ ends.a) | (k->ends.b ^ ends.b) | (k->n ^ name.n)) != 0)
        *k = (struct known_source){ends, (uint32_t)name.n, source_of(w, name)};
    return k->source;
}

/* Sources that carry one of the types; an undeclared one carries all. */
static uint64_t feeds_of(const sz_worker *w, uint64_t types) {
    uint64_t bits = 0;
    uint32_t n = sz_campus_n_feeds(w->campus);
    for (uint32_t i = 0; i < n && i < 63; i++)
        if (sz_campus_feed(w->campus, i)->types & types) bits |= UINT64_C(1) << i;
    return bits | UINT64_C(1) << 63;
}

static uint8_t class_of(sz_worker *w, uint64_t feeds) {
    clocks *c = &w->clocks;
    for (uint32_t k = 0; k < c->n_classes; k++)
        if (c->class_feeds[k] == feeds) return (uint8_t)k;
    if (c->n_classes == SZ_CLASSES_MAX) { /* so many kinds of reading: the rest waits for all they read together */
        c->class_feeds[SZ_CLASSES_MAX - 1] |= feeds;
        return SZ_CLASSES_MAX - 1;
    }
    c->class_feeds[c->n_classes] = feeds;
    c->class_ms[c->n_classes] = SZ_TIME_NONE;
    return (uint8_t)c->n_classes++;
}

uint8_t class_for(sz_worker *w, uint64_t types) { return class_of(w, feeds_of(w, types)); }

static bool reads_batch(const sz_worker *w, uint64_t types) {
    for (uint32_t i = 0; i < sz_campus_n_feeds(w->campus); i++) {
        const sz_feed *f = sz_campus_feed(w->campus, i);
        if (f->is_batch && f->types & types) return true;
    }
    return false;
}

bool class_has_batch(const sz_worker *w, uint32_t k) {
    uint32_t n = sz_campus_n_feeds(w->campus);
    for (uint32_t i = 0; i < n && i < 63; i++)
        if (w->clocks.class_feeds[k] >> i & 1 && sz_campus_feed(w->campus, i)->is_batch) return true;
    return false;
}

static void plan_rules(sz_worker *w) {
    const sz_bundle *b = w->bundle;
    w->rule_class = sz_alloc(b->n_rules + 1);
    w->rule_waits = sz_alloc(b->n_rules + 1);
    for (uint32_t i = 0; i < b->n_rules; i++) {
        w->rule_class[i] = class_for(w, b->rules[i].types);
        w->rule_waits[i] = reads_batch(w, b->rules[i].types);
    }
    peers_plan(w);
    w->rule_quiet = sz_alloc(b->n_rules + 1);
    w->rule_least_ms = sz_alloc((b->n_rules + 1) * sizeof(int64_t));
    for (uint32_t i = 0; i < b->n_rules; i++) {
        const sz_rule *r = &b->rules[i];
        w->rule_quiet[i] = rule_is_quiet(b, r);
        w->rule_least_ms[i] = rule_least(r);
    }
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        w->class_rules[k] = sz_alloc((b->n_rules + 1) * sizeof(uint32_t));
        for (uint32_t i = 0; i < b->n_rules; i++)
            if (w->rule_class[i] == k && b->rules[i].mode != SZ_DISABLED)
                w->class_rules[k][w->tc.n_class_rules[k]++] = i;
        w->tc.class_rules[k] = w->class_rules[k];
    }
    looks_init(w);
}

void clocks_init(sz_worker *w) {
    clocks *c = &w->clocks;
    *c = (clocks){.file_ms = SZ_TIME_NONE, .wmax_ms = SZ_TIME_NONE, .begin_ms = SZ_TIME_MAX, .changes = 1};
    c->n_sources = sz_campus_n_feeds(w->campus) + 1;
    c->sources = sz_alloc(c->n_sources * sizeof *c->sources);
    for (uint32_t i = 0; i < c->n_sources; i++)
        c->sources[i] = (stream_clock){.feed = i + 1 < c->n_sources ? i : SZ_NONE,
                                       .watermark_ms = SZ_TIME_NONE,
                                       .high_ms = SZ_TIME_NONE,
                                       .heard_ms = SZ_TIME_NONE};
    const sz_zone *z = sz_campus_zone(w->campus);
    int32_t day = sz_calendar_first_term_day(sz_campus_calendar(w->campus));
    for (uint32_t i = 0; i < sz_campus_n_feeds(w->campus); i++) {
        int32_t began = sz_campus_feed(w->campus, i)->began_day;
        if (began != SZ_DAY_NONE && (day == SZ_DAY_NONE || began < day)) day = began;
    }
    if (day != SZ_DAY_NONE) c->begin_ms = sz_zone_midnight(z, day);
    int64_t run = w->o.until_ms != SZ_TIME_NONE ? w->o.until_ms : w->o.wall_ms;
    c->limit_ms = run + SZ_DAY_MS;
    plan_rules(w);
}

void clocks_fini(sz_worker *w) {
    sz_free(w->clocks.sources);
    sz_free(w->rule_class);
    sz_free(w->rule_waits);
    looks_fini(w);
    sz_free(w->rule_quiet);
    sz_free(w->rule_least_ms);
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++) sz_free(w->class_rules[k]);
    memset(w->class_rules, 0, sizeof w->class_rules);
}

/* No branch: whether a record's second is a new one follows no pattern. */
static inline void raise(int64_t *t, int64_t to) { *t = to > *t ? to : *t; }

static void have_a_say(clocks *c, stream_clock *s) {
    if (s->has_say) return;
    s->has_say = true;
    c->are_there = false;
    c->changes++;
}

/* What is late, of a batch or of the same second moves no clock: those that are there stay there. */
static inline void raise_watermark(clocks *c, stream_clock *s, int64_t to) {
    c->are_there &= to <= s->watermark_ms;
    raise(&s->watermark_ms, to);
}

void clock_record(sz_worker *w, uint32_t i, int64_t t_ms) {
    stream_clock *s = &w->clocks.sources[i];
    have_a_say(&w->clocks, s);
    s->heard_ms = w->now_ms;
    raise(&s->high_ms, t_ms);
    const sz_feed *f = s->feed == SZ_NONE ? NULL : sz_campus_feed(w->campus, s->feed);
    if (!f || !f->is_batch) raise_watermark(&w->clocks, s, s->high_ms - (f ? f->allowance_ms : 0));
    if (w->o.order == SZ_SORTED) raise(&w->clocks.file_ms, t_ms);
}

void clock_complete(sz_worker *w, uint32_t i, int64_t through_ms) {
    stream_clock *s = &w->clocks.sources[i];
    have_a_say(&w->clocks, s);
    if (s->feed != SZ_NONE && sz_campus_feed(w->campus, s->feed)->is_batch)
        raise_watermark(&w->clocks, s, through_ms + 1);
}

void clock_until(sz_worker *w, int64_t until_ms) {
    w->clocks.are_there = false;
    for (uint32_t i = 0; i < w->clocks.n_sources; i++) raise(&w->clocks.sources[i].watermark_ms, until_ms + 1);
    raise(&w->clocks.file_ms, until_ms + 1);
}

void clock_class_until(sz_worker *w, uint32_t k, int64_t until_ms) {
    clocks *c = &w->clocks;
    c->are_there = false;
    for (uint32_t i = 0; i < c->n_sources; i++) {
        uint32_t bit = c->sources[i].feed == SZ_NONE ? 63 : i;
        if (bit <= 63 && c->class_feeds[k] >> bit & 1) raise(&c->sources[i].watermark_ms, until_ms + 1);
    }
}

int64_t sz_worker_watermark(const sz_worker *w, sz_str source) {
    return w->o.order == SZ_SORTED ? w->clocks.file_ms : w->clocks.sources[source_of(w, source)].watermark_ms;
}

int64_t clock_lowest(const sz_worker *w) {
    int64_t low = SZ_TIME_MAX;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (w->clocks.class_ms[k] < low) low = w->clocks.class_ms[k];
    if (low == SZ_TIME_MAX) low = w->clocks.wmax_ms;
    return low;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine_rig_ports.h"

#include <stdio.h>
#include <stdlib.h>

const char rig_rules[] = "events: {meal: {event: swipe}}\n"
                         "features: {meals: {count: meal, over: 7d}, silence: {absence: seen}}\n"
                         "rules:\n"
                         "  - {id: busy, when: meals >= 3, level: green}\n"
                         "  - {id: gone, value: silence, at_least: {24h: yellow, 48h: orange, 72h: red}}\n";

static void or_die(bool ok, const char *what, sz_diags *d) {
    if (ok) return;
    for (size_t i = 0; i < d->n; i++) fprintf(stderr, "%s\n", d->v[i].message);
    fprintf(stderr, "engine_rig: %s\n", what);
    abort();
}

static void world_of(rig *r, const rig_setup *o, sz_bundle **bundle, sz_campus **campus) {
    sz_diags d;
    sz_diags_init(&d);
    const sz_campus_file all[] = {{"students.csv", o->students, 0},
                                  {"cards.csv", o->cards, 0},
                                  {"feeds.yaml", o->feeds, 0},
                                  {"leaves.csv", o->leaves, 0}};
    sz_campus_file files[4];
    size_t n = 0;
    for (size_t i = 0; i < 4; i++)
        if (all[i].p) files[n++] = (sz_campus_file){all[i].name, all[i].p, strlen(all[i].p)};
    sz_status s = sz_campus_load(files, n, n ? "campus" : "", SZ_ENC_AUTO, &r->zone, &r->types, &d, campus);
    or_die(s == SZ_OK, "campus", &d);
    const char *text = o->rules ? o->rules : rig_rules;
    sz_rule_file rules = {"rules.yaml", text, strlen(text)};
    or_die(sz_rules_load(&rules, 1, *campus, &r->types, &d, bundle) == SZ_OK, "rules", &d);
    sz_diags_fini(&d);
}

void rig_world(rig *r, const rig_setup *o, sz_bundle **bundle, sz_campus **campus) { world_of(r, o, bundle, campus); }

void rig_init(rig *r, rig_store *s, rig_log *l, const rig_setup *o) {
    memset(r, 0, sizeof *r);
    r->store = s;
    r->log = l;
    r->q = sz_msgq_new();
    r->held = sz_msgq_new();
    r->acks = true;
    r->seed = o->seed;
    r->told = r->sought = -1;
    r->mono = 1000000;
    r->wall = rig_monday + 9 * SZ_HOUR_MS;
    sz_arena_init(&r->arena);
    sz_types_init(&r->types);
    sz_zone_fixed(&r->zone, 8 * 3600, "Asia/Shanghai");
    sz_campus *campus;
    sz_bundle *bundle;
    world_of(r, o, &bundle, &campus);
    r->decoder = sz_decoder_new(&r->types, &r->zone);
    sz_options opt = o->o;
    opt.order = o->is_sorted ? SZ_SORTED : SZ_ARRIVAL;
    if (!opt.until_ms) opt.until_ms = SZ_TIME_NONE;
    if (opt.wall_ms) r->wall = opt.wall_ms;
    opt.wall_ms = r->wall;
    opt.allow_new = true;
    if (!opt.lateness_ms) opt.lateness_ms = 10 * SZ_DAY_MS;
    if (!opt.horizon_ms) opt.horizon_ms = 14 * SZ_DAY_MS;
    if (!opt.parts) opt.parts = 1;
    if (!opt.topic.n) opt.topic = SZ_STR("t");
    if (!opt.worker.n) opt.worker = SZ_STR("me");
    r->all = o->topic;
    sz_ports ports = rig_ports(r, o);
    if (o->near) ports.parts = near_sit(&r->seat, o->near, opt.partition, r->q, -1, ports.parts);
    r->w = sz_worker_new(&opt, &ports, bundle, campus);
}

void rig_fini(rig *r) {
    sz_worker_free(r->w);
    near_leave(&r->seat);
    sz_decoder_free(r->decoder);
    sz_msgq_free(r->q);
    sz_msgq_free(r->held);
    sz_buf_fini(&r->topic);
    sz_buf_fini(&r->letters);
    sz_buf_fini(&r->order);
    sz_arena_fini(&r->arena);
    sz_types_fini(&r->types);
    sz_zone_fini(&r->zone);
}

void rig_tell(rig *r, const sz_msg *m) {
    sz_worker_step(r->w, m);
    near_follow(&r->seat, sz_worker_where(r->w));
}

void rig_run(rig *r) {
    for (int i = 0; i < 100000; i++) {
        const sz_msg *m = sz_msgq_pop(r->q);
        if (m) {
            rig_tell(r, m);
        } else if (near_has_news(&r->seat)) {
            rig_tell(r, &(sz_msg){.kind = SZ_MSG_TOLD});
        } else {
            rig_serve(r);
            if (sz_worker_wake_ms(r->w) > r->mono) {
                if ((m = sz_msgq_pop(r->q))) rig_tell(r, m);
                else return;
            } else if (r->stops_when_cut && sz_worker_wake_ms(r->w) == INT64_MIN) {
                return;
            } else {
                rig_tell(r, &(sz_msg){.kind = SZ_MSG_GO_ON});
            }
        }
    }
    fprintf(stderr, "engine_rig: it never comes to rest; state %d, wake %lld, now %lld\n", sz_worker_where(r->w),
            (long long)sz_worker_wake_ms(r->w), (long long)r->mono);
    abort();
}

void rig_release(rig *r) {
    memset(r->holds, 0, sizeof r->holds);
    for (const sz_msg *m; (m = sz_msgq_pop(r->held));) sz_msgq_push(r->q, m);
    if (r->unacked) rig_acknowledge(r, r->unacked);
    r->unacked = 0;
    rig_run(r);
}

void rig_reload_as(rig *r, const rig_setup *o) {
    sz_msg m = {.kind = SZ_MSG_BUNDLE};
    world_of(r, o, &m.bundle, &m.campus);
    rig_tell(r, &m);
    rig_run(r);
}

void rig_reload(rig *r, const char *rules, const char *students) {
    rig_reload_as(r, &(rig_setup){.rules = rules, .students = students});
}

void rig_assign(rig *r, int64_t group_offset) {
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_ASSIGNED, .offset = group_offset});
    rig_run(r);
}

/* From one instant that the worker asks for to the next. */
void rig_wait(rig *r, int64_t ms) {
    int64_t end = r->mono + ms;
    rig_run(r);
    while (r->mono < end) {
        int64_t at = sz_worker_wake_ms(r->w), step = at < end ? at - r->mono : end - r->mono;
        if (step < 1) step = 1;
        r->mono += step;
        r->wall += step;
        if (r->store_clock) r->store_clock += step;
        rig_run(r);
    }
}

void rig_tick(rig *r) {
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_TICK, .wall_ms = r->wall, .offset = r->log->end});
    rig_run(r);
}

sz_worker_state rig_state(const rig *r) { return sz_worker_where(r->w); }

const sz_counters *rig_counts(const rig *r) { return sz_worker_counters(r->w); }

sz_operation rig_operation(const rig *r) {
    sz_operation op;
    sz_worker_operation(r->w, &op);
    return op;
}

uint32_t rig_topic_count(const rig *r, const char *text) {
    uint32_t n = 0;
    size_t k = strlen(text);
    for (size_t i = 0; i + k <= r->topic.n; i++)
        if (memcmp(r->topic.p + i, text, k) == 0) n++;
    return n;
}

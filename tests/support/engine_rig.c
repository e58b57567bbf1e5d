/* SPDX-License-Identifier: Apache-2.0 */
#include "engine_rig.h"

#include <stdio.h>
#include <stdlib.h>

const int64_t rig_monday = 1772380800000;

const char rig_rules[] = "events: {meal: {event: swipe}}\n"
                         "features: {meals: {count: meal, over: 7d}, silence: {absence: seen}}\n"
                         "rules:\n"
                         "  - {id: busy, when: meals >= 3, level: green}\n"
                         "  - {id: gone, value: silence, at_least: {24h: yellow, 48h: orange, 72h: red}}\n";

/* ---- store ---- */

void rig_store_init(rig_store *s) {
    memset(s, 0, sizeof *s);
    sz_arena_init(&s->arena);
}

void rig_store_fini(rig_store *s) { sz_arena_fini(&s->arena); }

void rig_store_cut(rig_store *s, uint32_t n) {
    if (n < s->n) s->n = n;
    while (s->n_torn && s->torn_after[s->n_torn - 1] > s->n) s->n_torn--;
}

static sz_str *copy_strs(sz_arena *a, const sz_str *v, uint32_t n) {
    sz_str *out = SZ_NEWN(a, sz_str, n + 1);
    for (uint32_t i = 0; i < n; i++) out[i] = sz_arena_str(a, v[i]);
    return out;
}

static sz_put *copy_puts(sz_arena *a, const sz_put *v, uint32_t n) {
    sz_put *out = SZ_NEWN(a, sz_put, n + 1);
    for (uint32_t i = 0; i < n; i++) out[i] = (sz_put){sz_arena_str(a, v[i].key), sz_arena_str(a, v[i].value)};
    return out;
}

static sz_commit copy_commit(sz_arena *a, const sz_commit *c) {
    sz_commit out = *c;
    out.outbox = copy_strs(a, c->outbox, c->n_outbox);
    out.snapshots = copy_puts(a, c->snapshots, c->n_snapshots);
    out.journal = sz_arena_str(a, c->journal);
    out.dict = copy_strs(a, c->dict, c->n_dict);
    out.ledger = copy_puts(a, c->ledger, c->n_ledger);
    out.body = sz_arena_str(a, c->body);
    return out;
}

static void drop(sz_str *v, uint32_t *n, uint32_t k) {
    if (k > *n) k = *n;
    memmove(v, v + k, (*n - k) * sizeof *v);
    *n -= k;
}

static void put_one(sz_put *v, uint32_t *n, const sz_put *put) {
    uint32_t k = 0;
    while (k < *n && !sz_str_eq(v[k].key, put->key)) k++;
    v[k] = *put;
    if (k == *n) ++*n;
}

static void fold_one(rig_lists *l, const sz_commit *c, bool is_torn) {
    if (l->n_outbox > c->has_outbox) l->n_outbox = c->has_outbox;
    if (l->n_journal > c->has_journal) l->n_journal = c->has_journal;
    if (l->n_dict > c->has_dict) l->n_dict = c->has_dict;
    for (uint32_t i = 0; i < c->n_outbox; i++) l->outbox[l->n_outbox++] = c->outbox[i];
    for (uint32_t i = 0; i < c->n_dict; i++) l->dict[l->n_dict++] = c->dict[i];
    if (c->journal.n) l->journal[l->n_journal++] = c->journal;
    if (is_torn) return;
    for (uint32_t i = 0; i < c->n_snapshots; i++) put_one(l->snapshots, &l->n_snapshots, &c->snapshots[i]);
    for (uint32_t i = 0; i < c->n_ledger; i++) put_one(l->ledger, &l->n_ledger, &c->ledger[i]);
    drop(l->outbox, &l->n_outbox, c->trim_outbox);
    drop(l->journal, &l->n_journal, c->trim_journal);
}

static void count_one(rig_lists *most, const sz_commit *c) {
    most->n_dict += c->n_dict;
    most->n_outbox += c->n_outbox;
    most->n_snapshots += c->n_snapshots;
    most->n_journal += c->journal.n > 0;
    most->n_ledger += c->n_ledger;
}

rig_lists rig_store_lists(const rig_store *s, sz_arena *a) {
    rig_lists most = {0};
    for (uint32_t i = 0; i < s->n; i++) count_one(&most, &s->nodes[i].c);
    for (uint32_t i = 0; i < s->n_torn; i++) count_one(&most, &s->torn[i].c);
    rig_lists l = {.dict = SZ_NEWN(a, sz_str, most.n_dict + 1),
                   .journal = SZ_NEWN(a, sz_str, most.n_journal + 1),
                   .outbox = SZ_NEWN(a, sz_str, most.n_outbox + 1),
                   .snapshots = SZ_NEWN(a, sz_put, most.n_snapshots + 1),
                   .ledger = SZ_NEWN(a, sz_put, most.n_ledger + 1)};
    uint32_t torn = 0;
    for (uint32_t i = 0; i <= s->n; i++) {
        while (torn < s->n_torn && s->torn_after[torn] == i) fold_one(&l, &s->torn[torn++].c, true);
        if (i < s->n && s->nodes[i].is_commit) fold_one(&l, &s->nodes[i].c, false);
    }
    return l;
}

void rig_store_dump(const rig_store *s, sz_buf *out) {
    sz_arena a;
    sz_arena_init(&a);
    rig_lists l = rig_store_lists(s, &a);
    for (uint32_t i = 0; i < l.n_outbox; i++) sz_buf_printf(out, "outbox %.*s\n", SZ_FMT_STR(l.outbox[i]));
    for (uint32_t i = 0; i < l.n_snapshots; i++) sz_buf_printf(out, "snapshot %.*s\n", SZ_FMT_STR(l.snapshots[i].key));
    sz_buf_printf(out, "words %u, blobs %u\n", l.n_dict, l.n_journal);
    sz_arena_fini(&a);
}

static sz_str body_of(const rig_store *s) {
    for (uint32_t i = s->n; i-- > 0;)
        if (s->nodes[i].is_commit) return s->nodes[i].c.body;
    return (sz_str){0};
}

/* ---- the store's port ---- */

static void answer(rig *r, const sz_msg *m) { sz_msgq_push(r->holds[m->kind] ? r->held : r->q, m); }

static void called(rig *r, char c) { sz_buf_put_u8(&r->order, (uint8_t)c); }

static void port_acquire(void *self, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                         uint64_t bundle_ver, sz_str worker, bool allow_new) {
    rig *r = self;
    rig_store *s = r->store;
    called(r, 'A');
    r->n_acquires++;
    if (r->acquire_fate == RIG_NOT_DONE || r->acquire_fate == RIG_FAILS) {
        answer(r, &(sz_msg){.kind = SZ_MSG_ACQUIRED,
                            .answer = r->acquire_fate == RIG_FAILS ? SZ_ANS_FAILED : SZ_ANS_UNKNOWN,
                            .text = SZ_STR("no reply")});
        return;
    }
    const rig_node *last = s->n ? &s->nodes[s->n - 1] : NULL;
    sz_header h = {.fmt = fmt, .topic = topic, .parts = s->parts ? s->parts : parts, .bundle_ver = s->bundle_ver};
    if (last) h.name = last->name, h.body = body_of(s), h.worker = last->worker;
    for (uint32_t i = 0; i < s->n; i++) h.epoch += !s->nodes[i].is_commit;
    sz_msg m = {
        .kind = SZ_MSG_ACQUIRED, .answer = last ? SZ_ANS_OK : SZ_ANS_NEW, .header = &h, .store_ms = r->store_clock};
    if (!last && !allow_new) m.answer = SZ_ANS_MISSING, m.header = NULL;
    else if (h.parts != parts) m.answer = SZ_ANS_MISMATCH;
    else if (last && s->bundle_ver > bundle_ver) m.answer = SZ_ANS_NEWER;
    if (m.answer == SZ_ANS_OK || m.answer == SZ_ANS_NEW) {
        rig_node *n = &s->nodes[s->n++];
        *n = (rig_node){.name.seq = h.name.seq + 1, .worker = sz_arena_str(&s->arena, worker)};
        memcpy(n->name.owner, token, 16);
        s->parts = parts;
    }
    if (r->acquire_fate == RIG_REPLY_LOST) m = (sz_msg){.kind = SZ_MSG_ACQUIRED, .answer = SZ_ANS_UNKNOWN};
    answer(r, &m);
}

static bool is_named(const rig_store *s, const sz_name *name) {
    const sz_name *have = s->n ? &s->nodes[s->n - 1].name : NULL;
    return have && have->seq == name->seq && memcmp(have->owner, name->owner, 16) == 0;
}

static void port_load(void *self, const sz_name *name, bool restart) {
    static const sz_chunk_kind kinds[] = {SZ_CHUNK_DICT,   SZ_CHUNK_SNAPSHOTS, SZ_CHUNK_JOURNAL,
                                          SZ_CHUNK_OUTBOX, SZ_CHUNK_LEDGER,    SZ_CHUNK_END};
    enum { LISTS = 5 };
    rig *r = self;
    called(r, 'L');
    if (restart) r->n_loads = 0;
    sz_msg m = {.kind = SZ_MSG_CHUNK, .answer = SZ_ANS_REFUSED, .chunk = SZ_CHUNK_END};
    sz_arena a;
    sz_arena_init(&a);
    if (is_named(r->store, name)) {
        rig_lists l = rig_store_lists(r->store, &a);
        m.answer = SZ_ANS_OK;
        m.chunk = kinds[r->n_loads < LISTS ? r->n_loads++ : LISTS];
        const sz_str *strs[] = {l.dict, NULL, l.journal, l.outbox, NULL, NULL};
        uint32_t n[] = {l.n_dict, l.n_snapshots, l.n_journal, l.n_outbox, l.n_ledger, 0};
        uint32_t k = m.chunk == SZ_CHUNK_END ? LISTS : r->n_loads - 1;
        m.strs = strs[k];
        m.puts = m.chunk == SZ_CHUNK_SNAPSHOTS ? l.snapshots : m.chunk == SZ_CHUNK_LEDGER ? l.ledger : NULL;
        m.n = n[k];
    }
    answer(r, &m);
    sz_arena_fini(&a);
}

static void port_commit(void *self, const sz_commit *c) {
    rig *r = self;
    rig_store *s = r->store;
    called(r, 'C');
    r->n_commits++;
    sz_msg m = {.kind = SZ_MSG_COMMITTED, .answer = SZ_ANS_OK, .store_ms = r->store_clock};
    if (r->fate == RIG_FAILS) m.answer = SZ_ANS_FAILED, m.text = SZ_STR("disk full");
    if (r->fate == RIG_NOT_DONE || r->fate == RIG_REPLY_LOST) m.answer = SZ_ANS_UNKNOWN, m.text = SZ_STR("no reply");
    if (r->fate == RIG_STANDS || r->fate == RIG_REPLY_LOST) {
        if (!is_named(s, &c->parent)) {
            if (r->fate == RIG_STANDS) m.answer = SZ_ANS_REFUSED;
        } else if (s->breaks_midway) {
            s->breaks_midway = false;
            s->torn_after[s->n_torn] = s->n;
            s->torn[s->n_torn++] = (rig_node){.c = copy_commit(&s->arena, c)};
            m.answer = SZ_ANS_UNKNOWN;
        } else {
            rig_node *n = &s->nodes[s->n++];
            *n = (rig_node){.name = c->parent, .is_commit = true, .worker = s->nodes[s->n - 2].worker};
            n->name.seq++;
            n->c = copy_commit(&s->arena, c);
            s->bundle_ver = c->bundle_ver;
        }
    }
    answer(r, &m);
}

sz_name rig_store_begin(rig_store *s, uint32_t parts) {
    s->parts = parts;
    s->nodes[s->n++] = (rig_node){.name.seq = 1};
    return s->nodes[0].name;
}

void rig_store_commit(rig_store *s, const sz_commit *c) {
    rig_node *n = &s->nodes[s->n++];
    *n = (rig_node){.name = c->parent, .is_commit = true, .c = copy_commit(&s->arena, c)};
    n->name.seq++;
    s->bundle_ver = c->bundle_ver;
}

/* ---- log ---- */

void rig_log_init(rig_log *l) {
    memset(l, 0, sizeof *l);
    sz_arena_init(&l->arena);
}

void rig_log_fini(rig_log *l) { sz_arena_fini(&l->arena); }

void rig_log_add(rig_log *l, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    l->v[l->n++] = (rig_record){l->end++, sz_str_of(sz_arena_vprintf(&l->arena, fmt, ap))};
    va_end(ap);
}

void rig_log_swipe(rig_log *l, const char *student, double hour) {
    rig_log_add(l, "{\"id\":\"e%lld\",\"type\":\"swipe\",\"student\":\"%s\",\"time\":%lld,\"amount\":\"8.50\"}",
                (long long)l->end, student, (long long)(rig_monday + (int64_t)(hour * (double)SZ_HOUR_MS)));
}

void rig_log_expire(rig_log *l, int64_t low) {
    uint32_t k = 0;
    while (k < l->n && l->v[k].offset < low) k++;
    memmove(l->v, l->v + k, (l->n - k) * sizeof *l->v);
    l->n -= k;
    l->low = low;
}

/* ---- the stream's port ---- */

static void serve(rig *r) {
    uint32_t k = 0, n = 0;
    while (k < r->log->n && r->log->v[k].offset < r->next) k++;
    if (!r->wanted || k == r->log->n) return;
    r->inputs = SZ_NEWN(&r->arena, sz_input, 2 * r->wanted);
    uint32_t most = r->most_inputs && r->most_inputs < r->wanted ? r->most_inputs : r->wanted;
    for (; n < most && k < r->log->n; n++, k++) {
        sz_input *in = &r->inputs[n];
        in->raw = r->log->v[k].raw;
        in->origin = (sz_origin){.source = SZ_STR("kafka:t"), .offset = r->log->v[k].offset};
        sz_decode_json(r->decoder, in->raw, &r->arena, &in->record);
        r->next = in->origin.offset + 1;
    }
    r->wanted = 0;
    if (r->gives_twice) memcpy(r->inputs + n, r->inputs, n * sizeof *r->inputs), n *= 2;
    answer(r, &(sz_msg){.kind = SZ_MSG_INPUT, .inputs = r->inputs, .n = n});
}

static void port_want(void *self, uint32_t max) {
    rig *r = self;
    called(r, 'W');
    r->n_wants++;
    r->wanted = max;
    serve(r);
}

static void port_seek(void *self, int64_t offset) {
    rig *r = self;
    called(r, 'S');
    r->n_seeks++;
    r->wanted = 0;
    r->sought = offset;
    sz_msg m = {.kind = SZ_MSG_SEEKED, .answer = SZ_ANS_OK, .offset = offset};
    if (offset < 0) m.offset = r->log->low;
    r->next = m.offset;
    if (m.offset < r->log->low || m.offset > r->log->end ||
        (m.offset == r->log->end && offset >= 0 && r->log->end == 0))
        m = (sz_msg){
            .kind = SZ_MSG_SEEKED, .answer = SZ_ANS_FAILED, .offset = r->log->low, .text = SZ_STR("not there")};
    answer(r, &m);
}

static void port_settled(void *self, int64_t offset) {
    rig *r = self;
    called(r, 'T');
    r->told = offset;
}

/* ---- the sink's port ---- */

static void acknowledge(rig *r, uint64_t n) {
    answer(r, &(sz_msg){.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_OK, .n_delivered = n, .tag = r->tag});
}

static void port_submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    rig *r = self;
    called(r, 'P');
    r->tag = tag;
    for (uint32_t i = 0; i < n; i++) {
        sz_buf_put_str(&r->topic, lines[i]);
        sz_buf_put_u8(&r->topic, '\n');
    }
    r->n_submitted += n;
    if (r->acks) acknowledge(r, n);
    else r->unacked += n;
}

static void port_dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    rig *r = self;
    called(r, 'D');
    for (uint32_t i = 0; i < n; i++) sz_buf_put_str(&r->letters, lines[i]);
    r->n_letters += n;
    answer(r, &(sz_msg){.kind = SZ_MSG_DEAD_DONE, .answer = SZ_ANS_OK, .tag = tag, .sink_pos = r->letters.n});
}

/* ---- what other partitions have ---- */

static void port_look(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n) {
    rig *r = self;
    sz_arena a;
    sz_arena_init(&a);
    rig_lists l = rig_store_lists(r->all[partition], &a);
    sz_put *puts = SZ_NEWN(&a, sz_put, n);
    for (uint32_t i = 0; i < n; i++) {
        puts[i].key = keys[i];
        for (uint32_t k = 0; k < l.n_ledger; k++)
            if (sz_str_eq(l.ledger[k].key, keys[i])) puts[i].value = l.ledger[k].value;
    }
    sz_msg m = {.kind = SZ_MSG_LOOKED, .tag = tag, .puts = puts, .n = n};
    if (r->is_deaf) m = (sz_msg){.kind = SZ_MSG_LOOKED, .tag = tag, .answer = SZ_ANS_UNKNOWN};
    answer(r, &m);
    sz_arena_fini(&a);
}

/* ---- environment ---- */

static int64_t port_wall(void *self) { return ((rig *)self)->wall; }
static int64_t port_mono(void *self) { return ((rig *)self)->mono; }
static void port_random(void *self, void *p, size_t n) {
    rig *r = self;
    for (size_t i = 0; i < n; i++) ((uint8_t *)p)[i] = (uint8_t)(r->seed * 31 + r->n_acquires * 7 + i);
    r->seed += 3;
}

/* ---- the hand ---- */

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
    sz_ports ports = {.store = {r, port_acquire, port_load, port_commit},
                      .stream = {.self = r,
                                 .want = port_want,
                                 .seek = o->is_files ? NULL : port_seek,
                                 .settled = o->is_files ? NULL : port_settled},
                      .sink = {r, port_submit, port_dead},
                      .env = {r, port_wall, port_mono, port_random}};
    r->all = o->topic;
    if (o->topic) ports.parts = (sz_parts_port){.self = r, .look = port_look};
    r->w = sz_worker_new(&opt, &ports, bundle, campus);
}

void rig_fini(rig *r) {
    sz_worker_free(r->w);
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

void rig_tell(rig *r, const sz_msg *m) { sz_worker_step(r->w, m); }

void rig_run(rig *r) {
    for (int i = 0; i < 100000; i++) {
        const sz_msg *m = sz_msgq_pop(r->q);
        if (m) {
            sz_worker_step(r->w, m);
        } else {
            serve(r);
            if (sz_worker_wake_ms(r->w) > r->mono) {
                if ((m = sz_msgq_pop(r->q))) sz_worker_step(r->w, m);
                else return;
            } else if (r->stops_when_cut && sz_worker_wake_ms(r->w) == INT64_MIN) {
                return;
            } else {
                sz_worker_step(r->w, &(sz_msg){.kind = SZ_MSG_GO_ON});
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
    if (r->unacked) acknowledge(r, r->unacked);
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

/* ---- bench ---- */

rig_bench *rig_bench_new(const rig_setup *a, const rig_setup *b) {
    rig_bench *x = sz_alloc(sizeof *x);
    memset(&x->b, 0, sizeof x->b);
    rig_store_init(&x->store);
    rig_log_init(&x->log);
    rig_init(&x->a, &x->store, &x->log, a);
    if (b) rig_init(&x->b, &x->store, &x->log, b);
    return x;
}

int rig_bench_tear_down(void **state) {
    rig_bench *x = *state;
    rig_fini(&x->a);
    if (x->b.w) rig_fini(&x->b);
    rig_store_fini(&x->store);
    rig_log_fini(&x->log);
    sz_free(x);
    return 0;
}

rig_one *rig_one_new(const rig_setup *o) {
    rig_one *x = sz_alloc(sizeof *x);
    memset(&x->r, 0, sizeof x->r);
    x->o = *o;
    rig_store_init(&x->store);
    rig_log_init(&x->log);
    return x;
}

void rig_one_start(rig_one *x, int wall_day) {
    uint32_t most_inputs = x->r.most_inputs; /* it is of the test, not of the process */
    x->o.seed++;
    rig_init(&x->r, &x->store, &x->log, &x->o);
    x->r.wall = rig_monday + wall_day * SZ_DAY_MS;
    x->r.most_inputs = most_inputs;
    rig_assign(&x->r, -1);
}

void rig_one_end(rig_one *x) {
    rig_fini(&x->r);
    rig_log_fini(&x->log);
    rig_store_fini(&x->store);
    sz_free(x);
}

void rig_log_three_meals(rig_log *l, const char *student, double hour) {
    for (int i = 0; i < 3; i++) rig_log_swipe(l, student, hour + i);
}

/* ---- a roster ---- */

void rig_roster_begin(rig_roster *b, const char *rules, int n_students) {
    *b = (rig_roster){.store = sz_alloc(sizeof *b->store), .log = sz_alloc(sizeof *b->log)};
    rig_store_init(b->store);
    rig_log_init(b->log);
    sz_buf_init(&b->students);
    sz_buf_put_z(&b->students, "student\n");
    for (int i = 0; i < n_students; i++) sz_buf_printf(&b->students, "s%02d\n", i);
    sz_buf_put_u8(&b->students, 0);
    b->o = (rig_setup){.rules = rules, .students = (const char *)b->students.p, .seed = 1};
}

void rig_roster_start(rig_roster *b) { rig_init(&b->r, b->store, b->log, &b->o); }

void rig_roster_again(rig_roster *b, const char *rules) {
    rig_fini(&b->r);
    b->o.rules = rules;
    b->o.seed++;
}

void rig_roster_end(rig_roster *b) {
    rig_fini(&b->r);
    rig_log_fini(b->log);
    rig_store_fini(b->store);
    sz_buf_fini(&b->students);
    sz_free(b->log);
    sz_free(b->store);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * One partition of another number of partitions, as commits to a state that is new (docs/adr/0024). Students come out
 * of the workers that had them, in the words of the new state's dictionary, 500 a commit; the header comes last, and
 * until it has come the state counts as none.
 */
#include "worker.h"

enum { STUDENTS_A_COMMIT = 500 };
static const size_t bytes_a_commit = 4u << 20;

struct sz_regroup {
    sz_regroup_options o;
    sz_worker *w; /* of the new partition: what its header says */
    outgoing out;
    sz_map seen;
    uint32_t at, student; /* next: worker, and which of his */
    bool is_over;
};

/* ---- what the header says ---- */

static const sz_worker *same_number(const sz_regroup *g) {
    return g->o.partition < g->o.n ? g->o.from[g->o.partition] : NULL;
}

/* Levelled workers have the same clocks. */
static void take_clocks(sz_worker *w, const sz_worker *from) {
    stream_clock *sources = w->clocks.sources;
    memcpy(sources, from->clocks.sources, from->clocks.n_sources * sizeof *sources);
    memcpy(w->clocks.class_ms, from->clocks.class_ms, sizeof w->clocks.class_ms);
    w->clocks.wmax_ms = w->tc.wmax_ms = from->clocks.wmax_ms;
    w->clocks.begin_ms = w->tc.begin_ms = from->clocks.begin_ms;
    w->clocks.file_ms = from->clocks.file_ms;
    for (uint32_t i = 0; i < from->n_statuses; i++)
        status_note(w, sz_map_key(&from->feed_names, from->statuses[i].source), from->statuses[i].t_ms,
                    from->statuses[i].state);
}

static void take_place(sz_worker *w, const sz_worker *from) {
    w->n = from->n;
    w->position = from->position;
    w->wit_offset = from->wit_offset;
    w->wit_hash = from->wit_hash;
    w->taken = from->taken;
}

/* A rule is judged from the earliest R that a partition had, or what it said between two would not be found again; a
 * feature knows nothing before the latest. */
static void take_meaning(sz_worker *w, const sz_worker *from) {
    const sz_bundle *b = w->bundle;
    if (!w->acc_from_ms) {
        w->acc_from_ms = SZ_NEWN(&w->world, int64_t, b->fs.n_accs + 1);
        w->rule_from_ms = SZ_NEWN(&w->world, int64_t, b->n_rules + 1);
        for (uint32_t i = 0; i <= b->fs.n_accs; i++) w->acc_from_ms[i] = INT64_MIN;
        for (uint32_t i = 0; i <= b->n_rules; i++) w->rule_from_ms[i] = INT64_MAX;
    }
    for (uint32_t i = 0; i < b->fs.n_accs && from->acc_from_ms; i++)
        if (from->acc_from_ms[i] > w->acc_from_ms[i]) w->acc_from_ms[i] = from->acc_from_ms[i];
    for (uint32_t i = 0; i < b->n_rules; i++) {
        int64_t since = from->rule_from_ms ? from->rule_from_ms[i] : INT64_MIN;
        if (since < w->rule_from_ms[i]) w->rule_from_ms[i] = since;
    }
}

/* A file that takes the alerts of all partitions is looked through from the earliest place that any of them knows. */
static void take_sinks(sz_worker *w, const sz_worker *from, bool is_first) {
    if (is_first || from->alerts_pos < w->alerts_pos) w->alerts_pos = from->alerts_pos;
    if (is_first || from->dead_pos < w->dead_pos) w->dead_pos = from->dead_pos;
    for (uint32_t i = 0; i < from->n_known_ledger; i++) {
        lines_add(&w->ledger, from->known_ledger[i].key);
        lines_add(&w->ledger, from->known_ledger[i].value);
    }
}

static bool take_outbox(sz_regroup *g, const sz_worker *from) {
    sz_buf student;
    sz_buf_init(&student);
    bool is_fine = true;
    for (uint32_t i = 0; i < from->outbox.n && is_fine; i++) {
        sz_str line = lines_at(&from->outbox, i);
        sz_buf_clear(&student);
        is_fine = g->o.student_of(g->o.self, line, &student);
        if (is_fine && sz_home(sz_buf_str(&student), g->o.parts) == g->o.partition) lines_add(&g->out.alerts, line);
    }
    sz_buf_fini(&student);
    return is_fine;
}

/* ---- commits ---- */

static sz_status put_student(sz_regroup *g, const sz_worker *from, const sz_timeline *tl, uint64_t seq, sz_put *put) {
    sz_buf bytes;
    sz_buf_init(&bytes);
    sz_buf_put_varint(&bytes, seq);
    bool is_fine = sz_map_put(&g->seen, tl->id, 1) && sz_timeline_pack_for(&bytes, tl, &from->tc, &g->w->dict);
    *put = (sz_put){.key = tl->id, .value = sz_arena_str(&g->out.arena, sz_buf_str(&bytes))};
    sz_buf_fini(&bytes);
    return is_fine ? SZ_OK : SZ_CORRUPT;
}

static sz_status put_students(sz_regroup *g, uint64_t seq, sz_commit *c) {
    sz_put *puts = SZ_NEWN(&g->out.arena, sz_put, STUDENTS_A_COMMIT);
    size_t bytes = 0;
    c->snapshots = puts;
    for (; g->at < g->o.n; g->at++, g->student = 0) {
        sz_worker *from = g->o.from[g->at];
        while (g->student < from->students.n) {
            if (c->n_snapshots == STUDENTS_A_COMMIT || bytes >= bytes_a_commit) return SZ_OK;
            const sz_timeline *tl = student_awake(from, g->student++);
            if (sz_home(tl->id, g->o.parts) != g->o.partition) continue;
            sz_put *put = &puts[c->n_snapshots++];
            if (put_student(g, from, tl, seq, put) != SZ_OK) return SZ_CORRUPT;
            bytes += put->value.n;
        }
    }
    return SZ_OK;
}

static void put_words(sz_regroup *g, sz_commit *c) {
    sz_worker *w = g->w;
    c->has_dict = w->dict_committed;
    c->n_dict = w->dict.n - w->dict_committed;
    sz_str *words = SZ_NEWN(&g->out.arena, sz_str, c->n_dict + 1);
    for (uint32_t i = 0; i < c->n_dict; i++) words[i] = sz_map_key(&w->dict, w->dict_committed + i);
    c->dict = words;
    w->dict_committed = w->dict.n;
}

static void put_ledger(sz_regroup *g, sz_commit *c) {
    const lines *l = &g->w->ledger;
    sz_put *notes = SZ_NEWN(&g->out.arena, sz_put, l->n / 2 + 1);
    for (uint32_t i = 0; i + 1 < l->n; i += 2)
        notes[i / 2] = (sz_put){.key = lines_at(l, i), .value = lines_at(l, i + 1)};
    c->ledger = notes;
    c->n_ledger = l->n / 2;
}

static void put_header(sz_regroup *g, sz_commit *c) {
    outgoing *o = &g->out;
    o->c.parent = c->parent;
    o->dict_to = g->w->dict.n;
    o->new_snapshots = g->seen.n;
    sz_buf_clear(&o->body);
    header_put(&o->body, g->w, o);
    make_fields(g->w, o);
    c->body = sz_buf_str(&o->body);
    c->fields = o->c.fields;
    c->n_fields = o->c.n_fields;
    c->outbox = lines_strs(&o->alerts, 0, &o->arena);
    c->n_outbox = o->alerts.n;
    put_ledger(g, c);
}

sz_status sz_regroup_next(sz_regroup *g, const sz_name *parent, sz_commit *c) {
    if (g->is_over) return SZ_NOT_FOUND;
    sz_arena_reset(&g->out.arena);
    *c = (sz_commit){.parent = *parent, .bundle_ver = g->w->bundle_ver};
    sz_status s = put_students(g, parent->seq + 1, c);
    if (s != SZ_OK) return s;
    put_words(g, c);
    g->is_over = g->at == g->o.n;
    if (g->is_over) put_header(g, c);
    return SZ_OK;
}

uint32_t sz_regroup_students(const sz_regroup *g) { return g->seen.n; }
uint32_t sz_regroup_alerts(const sz_regroup *g) { return g->out.alerts.n; }

/* ---- life ---- */

sz_regroup *sz_regroup_new(const sz_regroup_options *o) {
    sz_regroup *g = sz_alloc(sizeof *g);
    sz_options of = o->from[0]->o;
    sz_ports none = {.env = o->from[0]->ports.env};
    of.parts = o->parts;
    of.partition = o->partition;
    g->o = *o;
    g->w = sz_worker_new(&of, &none, sz_bundle_ref(o->bundle), o->campus);
    sz_map_init(&g->seen);
    sz_arena_init(&g->out.arena);
    take_clocks(g->w, o->from[0]);
    if (same_number(g)) take_place(g->w, same_number(g));
    bool is_fine = true;
    for (uint32_t i = 0; i < o->n && is_fine; i++) {
        if (o->from[i]->bundle_ver > g->w->bundle_ver) g->w->bundle_ver = o->from[i]->bundle_ver;
        g->w->batch_open |= o->from[i]->batch_open;
        if (o->from[i]->tick_ms > g->w->tick_ms) g->w->tick_ms = o->from[i]->tick_ms;
        take_meaning(g->w, o->from[i]);
        take_sinks(g->w, o->from[i], i == 0);
        is_fine = take_outbox(g, o->from[i]);
    }
    if (is_fine) return g;
    sz_regroup_free(g);
    return NULL;
}

void sz_regroup_free(sz_regroup *g) {
    if (!g) return;
    outgoing_fini(&g->out);
    sz_map_fini(&g->seen);
    sz_worker_free(g->w);
    sz_free(g);
}

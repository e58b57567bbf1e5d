/* SPDX-License-Identifier: Apache-2.0
 *
 * One partition of another number of partitions, as commits to a state that is new (docs/adr/0024). Students come out
 * of the workers that had them, one worker after the other, in the words of the new state's dictionary, 500 a commit;
 * the header comes last, and until it has come the state counts as none.
 */
#include "worker.h"

enum { STUDENTS_A_COMMIT = 500 };
static const size_t bytes_a_commit = 4u << 20;

struct sz_regroup {
    sz_regroup_options o;
    sz_worker *w;    /* of the new partition: what its header says */
    sz_worker *from; /* whose students come now */
    outgoing out;
    sz_map seen;
    uint32_t student, alert; /* the next of his */
    uint32_t n_alerts;       /* that the state has */
};

/* ---- what the header says ---- */

/* Levelled workers have the same clocks. */
static void take_clocks(sz_worker *w, const sz_worker *from) {
    stream_clock *sources = w->clocks.sources;
    memcpy(sources, from->clocks.sources, from->clocks.n_sources * sizeof *sources);
    w->clocks.changes++;
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

static sz_worker *worker_of(const sz_regroup *g, const sz_worker *from) {
    sz_options o = from->o;
    sz_ports none = {.env = from->ports.env};
    o.parts = g->o.parts;
    o.partition = g->o.partition;
    return sz_worker_new(&o, &none, sz_bundle_ref(g->o.bundle), sz_campus_ref(g->o.campus));
}

void sz_regroup_from(sz_regroup *g, sz_worker *from, uint32_t partition) {
    bool is_first = !g->w;
    if (is_first) {
        g->w = worker_of(g, from);
        take_clocks(g->w, from);
    }
    sz_worker *w = g->w;
    g->from = from;
    g->student = g->alert = 0;
    if (partition == g->o.partition) take_place(w, from);
    if (from->bundle_ver > w->bundle_ver) w->bundle_ver = from->bundle_ver;
    w->batch_open |= from->batch_open;
    if (from->tick_ms > w->tick_ms) w->tick_ms = from->tick_ms;
    take_meaning(w, from);
    peers_join(w, from, is_first);
    take_sinks(w, from, is_first);
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

static sz_status put_students(sz_regroup *g, uint64_t seq, sz_commit *c, size_t *bytes) {
    sz_worker *from = g->from;
    sz_put *puts = SZ_NEWN(&g->out.arena, sz_put, g->o.most);
    c->snapshots = puts;
    while (g->student < from->students.n && c->n_snapshots < g->o.most && *bytes < bytes_a_commit) {
        const sz_timeline *tl = student_awake(from, g->student++);
        if (sz_home(tl->id, g->o.parts) != g->o.partition) continue;
        sz_put *put = &puts[c->n_snapshots++];
        if (put_student(g, from, tl, seq, put) != SZ_OK) return SZ_CORRUPT;
        *bytes += put->value.n;
    }
    return SZ_OK;
}

static bool is_ours(sz_regroup *g, sz_str alert, bool *is_fine) {
    sz_buf student;
    sz_buf_init(&student);
    *is_fine = g->o.student_of(g->o.self, alert, &student);
    bool is_ours = *is_fine && sz_home(sz_buf_str(&student), g->o.parts) == g->o.partition;
    sz_buf_fini(&student);
    return is_ours;
}

static sz_status put_alerts(sz_regroup *g, sz_commit *c, size_t *bytes) {
    const lines *outbox = &g->from->outbox;
    bool is_fine = true;
    sz_str *v = SZ_NEWN(&g->out.arena, sz_str, 2 * g->o.most);
    c->outbox = v;
    c->has_outbox = g->n_alerts;
    while (g->alert < outbox->n && c->n_outbox < 2 * g->o.most && *bytes < bytes_a_commit) {
        sz_str line = lines_at(outbox, g->alert++);
        if (is_ours(g, line, &is_fine)) v[c->n_outbox++] = line, *bytes += line.n;
        if (!is_fine) return SZ_CORRUPT;
    }
    g->n_alerts += c->n_outbox;
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
    const lines *lists[] = {&g->w->ledger, &g->w->tables};
    peers_note_all(g->w);
    sz_put *notes = SZ_NEWN(&g->out.arena, sz_put, lists[0]->n / 2 + lists[1]->n / 2 + 1);
    c->ledger = notes;
    for (uint32_t k = 0; k < 2; k++)
        for (uint32_t i = 0; i + 1 < lists[k]->n; i += 2)
            notes[c->n_ledger++] = (sz_put){.key = lines_at(lists[k], i), .value = lines_at(lists[k], i + 1)};
}

static void begin_commit(sz_regroup *g, const sz_name *parent, sz_commit *c) {
    sz_arena_reset(&g->out.arena);
    *c = (sz_commit){.parent = *parent, .bundle_ver = g->w->bundle_ver};
}

sz_status sz_regroup_next(sz_regroup *g, const sz_name *parent, sz_commit *c) {
    size_t bytes = 0;
    begin_commit(g, parent, c);
    sz_status s = put_students(g, parent->seq + 1, c, &bytes);
    if (s == SZ_OK) s = put_alerts(g, c, &bytes);
    if (s != SZ_OK) return s;
    if (!c->n_snapshots && !c->n_outbox) return SZ_NOT_FOUND;
    put_words(g, c);
    return SZ_OK;
}

void sz_regroup_end(sz_regroup *g, const sz_name *parent, sz_commit *c) {
    outgoing *o = &g->out;
    begin_commit(g, parent, c);
    put_words(g, c);
    o->c.parent = c->parent;
    o->dict_to = g->w->dict.n;
    o->new_snapshots = g->seen.n;
    g->w->outbox.n = c->has_outbox = g->n_alerts; /* they are there; how many is all that a header says */
    sz_buf_clear(&o->body);
    header_put(&o->body, g->w, o);
    make_fields(g->w, o);
    c->body = sz_buf_str(&o->body);
    c->fields = o->c.fields;
    c->n_fields = o->c.n_fields;
    put_ledger(g, c);
}

uint32_t sz_regroup_students(const sz_regroup *g) { return g->seen.n; }
uint32_t sz_regroup_alerts(const sz_regroup *g) { return g->n_alerts; }

/* ---- life ---- */

sz_regroup *sz_regroup_new(const sz_regroup_options *o) {
    sz_regroup *g = sz_alloc(sizeof *g);
    g->o = *o;
    if (!g->o.most) g->o.most = STUDENTS_A_COMMIT;
    g->o.bundle = sz_bundle_ref(o->bundle);
    g->o.campus = sz_campus_ref(o->campus);
    sz_map_init(&g->seen);
    sz_arena_init(&g->out.arena);
    return g;
}

void sz_regroup_free(sz_regroup *g) {
    if (!g) return;
    outgoing_fini(&g->out);
    sz_map_fini(&g->seen);
    sz_worker_free(g->w);
    sz_bundle_unref(g->o.bundle);
    sz_campus_free(g->o.campus);
    sz_free(g);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "invariants.h"

#include <stdio.h>

#include "sink_twin.h"
#include "store_state.h"

#define NO_STATE  UINT64_MAX /* a memory that no state of the store stands for */
#define NO_CAMPUS UINT32_MAX
enum { LOOK_EVERY = 16 };

/* Time that ticks move, or at which partitions wait for each other, fires with commits in between, which a load takes
 * up again where they were. */
static bool fires_in_pieces(const world *w) { return w->s.is_live || w->load->exchanges; }

/* ---- what a worker's memory stands for ---- */

/* From here on a memory that was the state before stands for this one; any other must be loaded before it is used. */
static void acquired(seat *s, const sz_msg *m, uint64_t uid, uint64_t before, const ghost *g) {
    if (m->answer != SZ_ANS_OK && m->answer != SZ_ANS_NEW) return;
    bool is_mine = s->mem_uid == before || (s->flight_uid && s->flight_uid == before);
    bool is_blank = m->answer == SZ_ANS_NEW || !m->header->body.n; /* an old memory in use would show by its counts */
    s->mem_uid = is_mine || is_blank ? uid : NO_STATE;
    s->is_loading = false; /* a load that was under way is given up */
    s->acquired_uid = uid;
    s->flight_uid = 0;
    s->loaded = *g;
}

static void chunk(seat *s, const sz_msg *m, uint64_t uid) {
    if (m->answer != SZ_ANS_OK) {
        s->is_loading = false;
        s->mem_uid = NO_STATE;
        return;
    }
    if (uid != s->acquired_uid) s->is_pure = false;
    if (m->chunk != SZ_CHUNK_END) return;
    s->is_loading = false;
    s->mem_uid = s->is_pure ? s->acquired_uid : NO_STATE;
    s->is_fresh = true;
}

void invariant_answered(world *w, seat *s, const sz_msg *m, uint64_t uid, uint64_t before, const ghost *g) {
    (void)w;
    if (m->kind == SZ_MSG_ACQUIRED) {
        acquired(s, m, uid, before, g);
    } else if (m->kind == SZ_MSG_CHUNK) {
        chunk(s, m, uid);
    } else if (m->answer == SZ_ANS_OK) {
        s->mem_uid = uid;
        s->flight_uid = 0;
    } else if (m->answer == SZ_ANS_REFUSED) {
        s->mem_uid = NO_STATE;
    }
}

void invariant_load(world *w, seat *s, bool restart) {
    if (restart) {
        s->is_loading = s->is_pure = true;
        w->n_loads++;
    } else if (!s->is_loading) {
        fail(w, "h%u p%u goes on with a load that has ended", s->host, s->part);
    }
}

static void must_stand(world *w, const seat *s, const char *does) {
    if (s->is_loading) fail(w, "h%u p%u %s while it loads", s->host, s->part, does);
    if (s->mem_uid == NO_STATE)
        fail(w, "h%u p%u %s, and its memory is no state that the store has had", s->host, s->part, does);
}

void invariant_want(world *w, const seat *s) { must_stand(w, s, "wants input"); }

/* ---- a commit ---- */

/* How far each was looked at, and how much memory is reserved, is nobody's business; what was said and what is kept is.
 */
static void keep_essence(sz_buf *out, size_t from) {
    static const char begin[] = ",\"evaluated_through\":", end[] = ",\"episodes\":";
    size_t a = from, b;
    while (a + sizeof begin < out->n && memcmp(out->p + a, begin, sizeof begin - 1) != 0) a++;
    for (b = a; b + sizeof end < out->n && memcmp(out->p + b, end, sizeof end - 1) != 0;) b++;
    memmove(out->p + a, out->p + b, out->n - b);
    out->n -= b - a;
}

/* Every student as `state show` prints him, a line each. */
static sz_str look(world *w, sz_worker *k) {
    sz_buf out;
    sz_buf_init(&out);
    for (uint32_t i = 0; i < w->load->n_students; i++) {
        size_t from = out.n;
        if (sz_worker_show(k, w->load->students[i], &out) != SZ_OK) continue;
        keep_essence(&out, from);
        sz_buf_put_u8(&out, '\n');
    }
    sz_str text = keep(w, sz_buf_str(&out));
    sz_buf_fini(&out);
    return text;
}

static sz_str line_of(sz_str s, size_t at) {
    size_t from = at, to = at;
    while (from > 0 && s.p[from - 1] != '\n') from--;
    while (to < s.n && s.p[to] != '\n') to++;
    return (sz_str){s.p + from, to - from};
}

static int64_t field(const sz_commit *c, const char *name, int64_t none) {
    for (uint32_t i = 0; i < c->n_fields; i++)
        if (sz_str_is(c->fields[i].key, name) && sz_str_i64(c->fields[i].value, &none)) break;
    return none;
}

static bool is_bundle(const world *w, sz_str hash, uint32_t b) {
    char text[20];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)w->load->bundles[b][0]->hash);
    return sz_str_is(hash, text);
}

static bool is_campus(const world *w, sz_str hash, uint32_t c) {
    char text[20];
    snprintf(text, sizeof text, "%016llx",
             (unsigned long long)sz_campus_identity(w->load->campuses[c], sz_campus_cards_hash(w->load->campuses[c])));
    return sz_str_is(hash, text);
}

/* The campus that it was made under. NO_CAMPUS: half of what it changes is not in it yet (engine/header.c), and
 * whatever campus a load has has to be gone over to. */
static uint32_t campus_of(const world *w, const sz_commit *c, uint32_t told) {
    sz_str hash = {0};
    for (uint32_t i = 0; i < c->n_fields; i++)
        if (sz_str_is(c->fields[i].key, "campus")) hash = c->fields[i].value;
    if (hash.n > 5 && memcmp(hash.p, "half/", 5) == 0) return NO_CAMPUS;
    if (is_campus(w, hash, told)) return told;
    for (uint32_t k = 0; k < w->load->n_campuses; k++)
        if (is_campus(w, hash, k)) return k;
    return told;
}

/* The rules that a commit was made under: a worker that is told others goes over to them when it sees fit. */
static uint32_t bundle_of(const world *w, const sz_commit *c, uint32_t told) {
    sz_str hash = {0};
    for (uint32_t i = 0; i < c->n_fields; i++)
        if (sz_str_is(c->fields[i].key, "bundle")) hash = c->fields[i].value;
    if (is_bundle(w, hash, told)) return told;
    for (uint32_t b = 0; b < w->load->n_bundles; b++)
        if (is_bundle(w, hash, b)) return b;
    return told;
}

void invariant_freeze(world *w, const seat *s, ghost *g) {
    *g = (ghost){.clock_ms = sz_worker_clock(s->w),
                 .n = *sz_worker_counters(s->w),
                 .n_students = sz_worker_n_students(s->w),
                 .bundle = s->bundle,
                 .campus = s->campus};
    if (w->n_commits % LOOK_EVERY == 0 && !fires_in_pieces(w)) g->shown = look(w, s->w);
}

void invariant_send(world *w, seat *s, const sz_commit *c, ghost *g) {
    must_stand(w, s, "commits");
    if (s->has_frozen) *g = s->frozen;
    else invariant_freeze(w, s, g);
    s->has_frozen = false;
    g->bundle = bundle_of(w, c, s->bundle);
    g->campus = campus_of(w, c, s->campus);
    g->offset = field(c, "offset", (int64_t)g->n.read);
    bool is_unchanged = s->loaded.bundle == s->bundle && s->loaded.campus == s->campus;
    if (s->is_fresh && c->n_outbox && !c->trim_outbox && !fires_in_pieces(w) && is_unchanged)
        fail(w, "h%u p%u says %u alerts after a load, before anything came: %.*s", s->host, s->part, c->n_outbox,
             SZ_FMT_STR(c->outbox[0]));
    uint64_t sum = g->n.used + g->n.duplicate + g->n.dead + g->n.control;
    if (g->n.read != sum)
        fail(w, "h%u p%u commits %llu read, and %llu used, duplicate, dead or control", s->host, s->part,
             (unsigned long long)g->n.read, (unsigned long long)sum);
    if (g->offset < 0) g->offset = 0; /* it has not been told where the log begins */
}

/* Two of the workload's may mean the same. */
static bool are_other_files(const world *w, const ghost *a, const ghost *b) {
    const workload *l = w->load;
    if (l->bundles[a->bundle][0]->hash != l->bundles[b->bundle][0]->hash) return true;
    const sz_campus *c[] = {l->campuses[a->campus], l->campuses[b->campus]};
    return sz_campus_identity(c[0], sz_campus_cards_hash(c[0])) != sz_campus_identity(c[1], sz_campus_cards_hash(c[1]));
}

/* Trap 14: rules and campus are numbered as a state sees them, and who knows older ones leaves it alone. */
void invariant_acquire(world *w, uint32_t part, const seat *s, uint64_t known_ver) {
    const node *top = state_top(&w->store.parts[part]);
    ghost told = {.bundle = s->bundle, .campus = s->campus},
          before = {.bundle = s->bundle_before, .campus = s->campus_before};
    if (!top->n_commits || top->g.campus == NO_CAMPUS || !known_ver || known_ver >= top->h.bundle_ver) return;
    if (are_other_files(w, &told, &top->g) && are_other_files(w, &before, &top->g))
        fail(w, "store %u: h%u takes a state of files number %llu, and its own are number %llu", part, s->host,
             (unsigned long long)top->h.bundle_ver, (unsigned long long)known_ver);
}

static void is_numbered(world *w, uint32_t part, const seat *s, const sz_commit *c, const ghost *g) {
    const node *top = state_top(&w->store.parts[part]);
    if (!top->n_commits || g->campus == NO_CAMPUS || top->g.campus == NO_CAMPUS) return;
    uint64_t least = top->h.bundle_ver + are_other_files(w, g, &top->g);
    if (c->bundle_ver < least)
        fail(w, "store %u: h%u commits files as number %llu, and they are number %llu at least", part, s->host,
             (unsigned long long)c->bundle_ver, (unsigned long long)least);
}

/* A tick that was cut goes on where it stood: the clock, which was a millisecond past the instant that it fires, is
 * there again (engine/load.c), and so it is in a commit that comes before it goes on: one of what is owed after a load
 * (docs/adr/0025), or at 04:00, when the parts of a table are read once more (docs/adr/0041). */
static bool is_there_again(const world *w, const ghost *top, const ghost *g) {
    return fires_in_pieces(w) && top->clock_ms == g->clock_ms + 1;
}

void invariant_commit(world *w, uint32_t part, const seat *s, uint64_t parent_uid, const sz_commit *c, const ghost *g) {
    const partition_state *p = &w->store.parts[part];
    const node *top = state_top(p);
    if (top->uid != parent_uid)
        fail(w, "store %u: the commit of h%u, made on state %lld, was taken onto state %lld", part, s->host,
             (long long)parent_uid, (long long)top->uid);
    /* Who had nothing yet, and slept while another read and the log dropped it, begins where the log does: refused. */
    if ((int64_t)g->n.read != g->offset)
        fail(w, "h%u p%u commits offset %lld with %llu records read", s->host, s->part, (long long)g->offset,
             (unsigned long long)g->n.read);
    if (g->offset < top->g.offset)
        fail(w, "store %u: the offset falls from %lld to %lld", part, (long long)top->g.offset, (long long)g->offset);
    if (g->clock_ms < top->g.clock_ms && g->bundle == top->g.bundle && !is_there_again(w, &top->g, g))
        fail(w, "store %u: the clock falls from %lld to %lld", part, (long long)top->g.clock_ms,
             (long long)g->clock_ms);
    if (g->n.read < top->g.n.read) fail(w, "store %u: the records read fall", part);
    is_numbered(w, part, s, c, g);
    if (c->has_outbox > top->outbox.end - top->outbox.first || c->has_journal > top->journal.end - top->journal.first ||
        c->has_dict > top->dict.end - top->dict.first)
        fail(w, "store %u: h%u holds that the lists are longer than they are", part, s->host);
    for (uint32_t i = 0; i < c->trim_outbox && i < c->has_outbox; i++) {
        sz_str line = p->outbox.v[top->outbox.first + i];
        const said_line *x = sink_line(w, line, part);
        if (!x->is_out)
            fail(w, "store %u: an alert leaves the outbox and is not on the topic: %.*s", part, SZ_FMT_STR(x->bytes));
    }
}

void invariant_committed(world *w, uint32_t part, const sz_commit *c) {
    partition_state *s = &w->store.parts[part];
    node *n = &s->v[s->n - 1];
    n->said = SZ_NEWN(&w->arena, uint32_t, c->n_outbox + 1);
    for (uint32_t i = 0; i < c->n_outbox; i++) {
        said_line *x = sink_line(w, c->outbox[i], part);
        if (++x->n_said > 1)
            fail(w, "store %u: one history says the same alert twice: %.*s", part, SZ_FMT_STR(x->bytes));
        n->said[n->n_said++] = (uint32_t)(x - w->sink.v);
    }
}

/* ---- a loss ---- */

void invariant_lost(world *w, uint32_t part, const node *n) {
    (void)part;
    for (uint32_t i = 0; i < n->n_said; i++) w->sink.v[n->said[i]].n_said--;
}

void invariant_after_loss(world *w, uint32_t part) {
    for (uint32_t i = 0; i < w->sink.n; i++) {
        const said_line *x = &w->sink.v[i];
        if (x->part == part && x->is_out && !x->n_said)
            fail(w, "store %u: after a loss the topic has an alert that the state does not know: %.*s", part,
                 SZ_FMT_STR(x->bytes));
    }
    const node *top = state_top(&w->store.parts[part]);
    if (w->stream.group_offset[part] > top->g.offset)
        fail(w, "store %u: after a loss the group has offset %lld and the state %lld", part,
             (long long)w->stream.group_offset[part], (long long)top->g.offset);
}

/* ---- the topic ---- */

void invariant_submitted(world *w, const seat *s, const sz_str *lines, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (lines[i].n && lines[i].p[lines[i].n - 1] == '\n')
            fail(w, "h%u p%u submits an alert with a line end", s->host, s->part);
}

void invariant_published(world *w, const said_line *x) {
    if (!x->n_said)
        fail(w, "partition %u: the topic gets an alert that the state does not know: %.*s", x->part,
             SZ_FMT_STR(x->bytes));
    const uint32_t *have = sz_map_get(&w->sink.keys, x->key);
    if (have && !sz_str_eq(w->sink.v[*have].bytes, x->bytes))
        fail(w, "one alert has two contents:\n  %.*s\n  %.*s", SZ_FMT_STR(w->sink.v[*have].bytes),
             SZ_FMT_STR(x->bytes));
}

void invariant_settled(world *w, uint32_t part, int64_t offset) {
    const node *top = state_top(&w->store.parts[part]);
    if (offset > top->g.offset)
        fail(w, "partition %u: offset %lld is called settled, and the state has %lld", part, (long long)offset,
             (long long)top->g.offset);
}

void invariant_ticked(world *w, const seat *s, int64_t clock_ms, int64_t end) {
    if (s->pos < end)
        fail(w, "h%u p%u: a tick moves time, and %lld records were not read", s->host, s->part,
             (long long)(end - s->pos));
    int64_t now = sz_worker_clock(s->w), most = wall_of(w) + w->store.most_skew_ms;
    if (now > clock_ms && now > most)
        fail(w, "h%u p%u: a tick moves time %lld ms ahead of the store's clock", s->host, s->part,
             (long long)(now - most));
}

/* ---- a step ---- */

/* A student of whom no record and no episode is kept: known by name alone. */
static bool is_blank(sz_str shown) {
    static const char end[] = "\"episodes\":[],\"log\":[]}";
    size_t n = sizeof end - 1;
    shown = sz_str_trim(shown);
    return shown.n >= n && memcmp(shown.p + shown.n - n, end, n) == 0;
}

static void check_loaded(world *w, seat *s) {
    const ghost *g = &s->loaded;
    const sz_counters *n = sz_worker_counters(s->w);
    if (g->bundle != s->bundle || g->campus != s->campus) return;
    if (sz_worker_clock(s->w) != g->clock_ms && !fires_in_pieces(w))
        fail(w, "h%u p%u: the clock was %lld and is %lld after the load", s->host, s->part, (long long)g->clock_ms,
             (long long)sz_worker_clock(s->w));
    if (memcmp(n, &g->n, sizeof *n) != 0 && !fires_in_pieces(w))
        fail(w, "h%u p%u: counters are not what was committed: read %llu was %llu", s->host, s->part,
             (unsigned long long)n->read, (unsigned long long)g->n.read);
    if (!g->shown.n) return;
    sz_str now = look(w, s->w);
    size_t i = 0;
    while (i < now.n && i < g->shown.n && now.p[i] == g->shown.p[i]) i++;
    if (!sz_str_trim(now).n && is_blank(g->shown)) return; /* nothing was kept of him, and nothing is */
    if (i < now.n || i < g->shown.n)
        fail(w, "h%u p%u: a student is not after the load as when he was committed:\n  was %.*s\n  is  %.*s", s->host,
             s->part, SZ_FMT_STR(line_of(g->shown, i)), SZ_FMT_STR(line_of(now, i)));
}

/* Only the witness is read again. */
void invariant_before(seat *s, const sz_msg *m) {
    bool is_witness = s->where == SZ_WK_SEEKING && m->n == 1;
    if (m->kind == SZ_MSG_INPUT && !s->is_stale && !is_witness) s->is_fresh = false;
    if (m->kind == SZ_MSG_BUNDLE || m->kind == SZ_MSG_TICK) s->is_fresh = false;
}

void invariant_step(world *w, seat *s, const sz_msg *m) {
    if (m->kind == SZ_MSG_CHUNK) s->is_all_there = m->answer == SZ_ANS_OK && m->chunk == SZ_CHUNK_END;
    bool has_loaded = s->is_all_there && s->where != SZ_WK_LOADING; /* the end of a load may take several steps */
    bool stands = s->where == SZ_WK_SEEKING || s->where == SZ_WK_RUNNING || s->where == SZ_WK_DRAINING;
    if (has_loaded && stands && s->mem_uid != NO_STATE) check_loaded(w, s);
    if (has_loaded) s->is_all_there = false;
    int64_t clock = sz_worker_clock(s->w);
    bool goes_on = m->kind == SZ_MSG_INPUT || m->kind == SZ_MSG_TICK || m->kind == SZ_MSG_GO_ON;
    if (goes_on && clock < s->clock_ms && s->where == SZ_WK_RUNNING)
        fail(w, "h%u p%u: the clock falls from %lld to %lld", s->host, s->part, (long long)s->clock_ms,
             (long long)clock);
    s->clock_ms = clock;
    mix(w, (uint64_t)clock ^ (uint64_t)m->kind << 56 ^ (uint64_t)s->where << 48);
}

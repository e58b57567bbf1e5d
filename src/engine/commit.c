/* SPDX-License-Identifier: Apache-2.0
 *
 * What leaves with a commit: the journal of this stretch, alerts, words, the header. Snapshots are written only when
 * the journal has grown long, for the students of its oldest blobs; then those blobs go.
 */
#include "worker.h"

enum { SNAPSHOTS_A_COMMIT = 500, ALERTS_A_COMMIT = 1000 };
static const uint64_t journal_a_commit = 4u << 20, journal_min = 32u << 20;

void lines_add(lines *l, sz_str s) {
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->ends = sz_realloc(l->ends, l->cap * sizeof *l->ends);
    }
    sz_buf_put_str(&l->bytes, s);
    l->ends[l->n++] = (uint32_t)l->bytes.n;
}

sz_str lines_at(const lines *l, uint32_t i) {
    uint32_t from = i ? l->ends[i - 1] : 0;
    return (sz_str){(const char *)l->bytes.p + from, l->ends[i] - from};
}

void lines_clear(lines *l) {
    sz_buf_clear(&l->bytes);
    l->n = 0;
}

void lines_fini(lines *l) {
    sz_buf_fini(&l->bytes);
    sz_free(l->ends);
    *l = (lines){0};
}

void lines_drop_front(lines *l, uint32_t n) {
    if (n >= l->n) {
        lines_clear(l);
        return;
    }
    uint32_t cut = n ? l->ends[n - 1] : 0;
    memmove(l->bytes.p, l->bytes.p + cut, l->bytes.n - cut);
    l->bytes.n -= cut;
    for (uint32_t i = n; i < l->n; i++) l->ends[i - n] = l->ends[i] - cut;
    l->n -= n;
}

static sz_str *strs_of(sz_worker *w, const lines *l) {
    sz_str *v = SZ_NEWN(&w->step, sz_str, l->n + 1);
    for (uint32_t i = 0; i < l->n; i++) v[i] = lines_at(l, i);
    return v;
}

/* ---- journal ---- */

void journal_touch(sz_worker *w, uint32_t i) {
    if (w->o.is_volatile) return;
    if (i >= w->cap_is_touched) {
        uint32_t cap = w->students.cap;
        w->is_touched = sz_realloc(w->is_touched, cap);
        memset(w->is_touched + w->cap_is_touched, 0, cap - w->cap_is_touched);
        w->cap_is_touched = cap;
    }
    if (w->is_touched[i]) return;
    w->is_touched[i] = 1;
    if (w->n_touched == w->cap_touched) {
        w->cap_touched = w->cap_touched ? 2 * w->cap_touched : 256;
        w->touched = sz_realloc(w->touched, w->cap_touched * sizeof(uint32_t));
    }
    w->touched[w->n_touched++] = i;
}

static void entry_head(sz_worker *w, uint8_t kind, uint32_t i) {
    sz_buf_put_u8(&w->journal, kind);
    sz_buf_put_varint(&w->journal, sz_map_intern(&w->dict, w->students.v[i]->id));
}

void journal_event(sz_worker *w, uint32_t i, sz_str entry) {
    if (w->o.is_volatile) return;
    journal_touch(w, i);
    entry_head(w, ENTRY_EVENT, i);
    sz_buf_put_lstr(&w->journal, entry);
}

static void journal_stories(sz_worker *w) {
    sz_buf *story = &w->tc.scratch;
    for (uint32_t k = 0; k < w->n_touched; k++) {
        sz_timeline *tl = w->students.v[w->touched[k]];
        if (!tl->story_changed) continue;
        tl->story_changed = false;
        sz_buf_clear(story);
        sz_timeline_pack_story(story, tl, &w->tc);
        entry_head(w, ENTRY_STORY, w->touched[k]);
        sz_buf_put_lstr(&w->journal, sz_buf_str(story));
    }
}

bool commit_is_due(const sz_worker *w) {
    if (w->rewrite_all) return true;
    if (w->alerts.n >= ALERTS_A_COMMIT || w->journal.n >= journal_a_commit || w->dead.bytes.n >= journal_a_commit)
        return true;
    return w->o.commit_records && w->since_commit >= w->o.commit_records;
}

void blob_push(sz_worker *w, uint64_t seq, const uint32_t *who, uint32_t n, uint64_t bytes) {
    if (w->n_blobs == w->cap_blobs) {
        w->cap_blobs = w->cap_blobs ? 2 * w->cap_blobs : 16;
        w->blobs = sz_realloc(w->blobs, w->cap_blobs * sizeof *w->blobs);
    }
    blob *b = &w->blobs[w->n_blobs++];
    *b = (blob){.students = sz_alloc((n + 1) * sizeof(uint32_t)), .n = n, .bytes = bytes, .seq = seq};
    if (n) memcpy(b->students, who, n * sizeof(uint32_t));
    w->journal_bytes += b->bytes;
}

static void reserve_seqs(sz_worker *w) {
    if (w->cap_snap_seq >= w->students.n) return;
    w->snap_seq = sz_realloc(w->snap_seq, w->students.cap * sizeof(uint64_t));
    memset(w->snap_seq + w->cap_snap_seq, 0, (w->students.cap - w->cap_snap_seq) * sizeof(uint64_t));
    w->cap_snap_seq = w->students.cap;
}

static sz_put snapshot_of(sz_worker *w, uint32_t i, uint64_t seq) {
    sz_buf bytes;
    sz_buf_init(&bytes);
    sz_buf_put_varint(&bytes, seq);
    sz_timeline_pack(&bytes, w->students.v[i], &w->tc);
    sz_put put = {.key = w->students.v[i]->id, .value = sz_arena_str(&w->step, sz_buf_str(&bytes))};
    w->snapshot_bytes += bytes.n;
    sz_buf_fini(&bytes);
    return put;
}

/* Students of whom the journal's records are stale: a fact that came later changed what they fit. */
static uint32_t stale_snapshots(sz_worker *w, sz_put *puts, uint64_t seq) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < w->n_touched; k++) {
        uint32_t i = w->touched[k];
        if (!w->students.v[i]->masks_changed) continue;
        w->students.v[i]->masks_changed = false;
        reserve_seqs(w);
        w->snap_seq[i] = seq;
        puts[n++] = snapshot_of(w, i, seq);
    }
    return n;
}

/* Snapshots of students whose entries stand in the oldest blobs, and how many blobs need no student any more. */
static uint32_t old_snapshots(sz_worker *w, sz_put *puts, uint64_t seq) {
    uint64_t limit = w->snapshot_bytes / 4 > journal_min ? w->snapshot_bytes / 4 : journal_min;
    uint32_t n = 0;
    w->trim_blobs = 0;
    if (w->journal_bytes <= limit) return 0;
    reserve_seqs(w);
    uint64_t left = w->journal_bytes;
    for (uint32_t b = 0; b + 1 < w->n_blobs && left > limit / 2; b++) {
        blob *old = &w->blobs[b];
        for (uint32_t k = 0; k < old->n; k++) {
            uint32_t i = old->students[k];
            if (w->snap_seq[i] >= old->seq) continue;
            if (n == SNAPSHOTS_A_COMMIT) return n;
            w->snap_seq[i] = seq;
            puts[n++] = snapshot_of(w, i, seq);
        }
        w->trim_blobs = b + 1;
        left -= old->bytes;
    }
    return n;
}

/* Another rule set: everyone's record in its form, and no journal of the old one. */
static sz_put *snapshots_of_all(sz_worker *w, uint64_t seq, uint32_t *n) {
    sz_put *puts = SZ_NEWN(&w->step, sz_put, w->students.n + 1);
    w->snapshot_bytes = 0;
    reserve_seqs(w);
    for (uint32_t i = 0; i < w->students.n; i++) {
        w->students.v[i]->masks_changed = false;
        w->snap_seq[i] = seq;
        puts[i] = snapshot_of(w, i, seq);
    }
    *n = w->students.n;
    w->trim_blobs = w->n_blobs;
    return puts;
}

static void send(sz_worker *w) {
    journal_stories(w);
    uint64_t seq = w->name.seq + 1;
    sz_buf blob_bytes;
    sz_buf_init(&blob_bytes);
    if (w->journal.n && !w->rewrite_all) {
        sz_buf_put_varint(&blob_bytes, seq);
        sz_buf_put(&blob_bytes, w->journal.p, w->journal.n);
        blob_push(w, seq, w->touched, w->n_touched, w->journal.n);
    }
    sz_put *puts = SZ_NEWN(&w->step, sz_put, SNAPSHOTS_A_COMMIT + w->n_touched);
    sz_commit c = {.parent = w->name,
                   .outbox = strs_of(w, &w->alerts),
                   .n_outbox = w->alerts.n,
                   .journal = sz_buf_str(&blob_bytes)};
    if (!w->o.is_volatile) {
        if (w->rewrite_all) {
            puts = snapshots_of_all(w, seq, &c.n_snapshots);
        } else {
            c.n_snapshots = stale_snapshots(w, puts, seq);
            c.n_snapshots += old_snapshots(w, puts + c.n_snapshots, seq);
        }
        c.snapshots = puts;
        c.trim_journal = w->trim_blobs;
        c.n_dict = w->dict.n - w->dict_committed;
        sz_str *words = SZ_NEWN(&w->step, sz_str, c.n_dict + 1);
        for (uint32_t i = 0; i < c.n_dict; i++) words[i] = sz_map_key(&w->dict, w->dict_committed + i);
        c.dict = words;
    }
    sz_put *notes = SZ_NEWN(&w->step, sz_put, w->ledger.n / 2 + 1);
    for (uint32_t i = 0; i + 1 < w->ledger.n; i += 2)
        notes[i / 2] = (sz_put){.key = lines_at(&w->ledger, i), .value = lines_at(&w->ledger, i + 1)};
    c.ledger = notes;
    c.n_ledger = w->ledger.n / 2;
    c.trim_outbox = w->n_trimmed = w->n_acked;
    if (w->rewrite_all && w->plan.is_other) w->bundle_ver++;
    c.bundle_ver = w->bundle_ver;
    sz_buf body;
    sz_buf_init(&body);
    header_put(&body, w);
    c.body = sz_buf_str(&body);
    w->in_flight = true;
    w->ports.store.commit(w->ports.store.self, &c);
    sz_buf_fini(&body);
    sz_buf_fini(&blob_bytes);
    sz_arena_reset(&w->step);
}

/* Dead letters are safe before the commit that counts them. */
void commit_start(sz_worker *w) {
    if (w->in_flight || w->dead_submitted) return;
    if (w->dead.n) {
        w->dead_submitted = true;
        w->ports.sink.dead(w->ports.sink.self, w->tag, strs_of(w, &w->dead), w->dead.n);
        return;
    }
    send(w);
}

/* The commit stands: its alerts may leave. */
void commit_done(sz_worker *w) {
    w->in_flight = false;
    w->rewrite_all = false;
    w->name.seq++;
    w->since_commit = 0;
    w->dict_committed = w->dict.n;
    for (uint32_t k = 0; k < w->n_touched; k++) w->is_touched[w->touched[k]] = 0;
    w->n_touched = 0;
    sz_buf_clear(&w->journal);
    lines_clear(&w->ledger);
    for (uint32_t b = 0; b < w->trim_blobs; b++) {
        w->journal_bytes -= w->blobs[b].bytes;
        sz_free(w->blobs[b].students);
    }
    if (w->trim_blobs) memmove(w->blobs, w->blobs + w->trim_blobs, (w->n_blobs - w->trim_blobs) * sizeof *w->blobs);
    w->n_blobs -= w->trim_blobs;
    w->trim_blobs = 0;
    lines_drop_front(&w->outbox, w->n_trimmed);
    w->n_acked -= w->n_trimmed; /* what was acknowledged while it was under way goes with the next one */
    if (!w->alerts.n) return;
    sz_str *v = strs_of(w, &w->alerts);
    for (uint32_t i = 0; i < w->alerts.n; i++) lines_add(&w->outbox, v[i]);
    w->in_flight_alerts += w->alerts.n;
    w->ports.sink.submit(w->ports.sink.self, w->tag, v, w->alerts.n);
    lines_clear(&w->alerts);
    sz_arena_reset(&w->step);
}

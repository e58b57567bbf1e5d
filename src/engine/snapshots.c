/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots are written only when the journal has grown long, for the students of its oldest blobs; then those blobs
 * go. Also for students of whom the journal's records became stale, and for those in an older form (forms.c).
 */
#include "worker.h"

enum { SNAPSHOTS_A_COMMIT = 500 };
static const uint64_t journal_default = 32u << 20;

void snaps_reserve(sz_worker *w) {
    if (w->cap_snaps >= w->students.n) return;
    w->snaps = sz_realloc(w->snaps, w->students.cap * sizeof *w->snaps);
    memset(w->snaps + w->cap_snaps, 0, (w->students.cap - w->cap_snaps) * sizeof *w->snaps);
    w->cap_snaps = w->students.cap;
}

/* A snapshot: 0 | version | seq | hash of the rest | what is due | the student's record. Before, and still read:
 * seq | record; none is 0. */
enum { SNAPSHOT_VERSION = 1 };

static void put_snapshot(sz_buf *out, sz_worker *w, uint32_t i, const sz_timeline *tl, uint64_t seq) {
    sz_buf *rest = &w->tc.scratch;
    sz_buf_clear(rest);
    dues_put_one(rest, w, i);
    sz_timeline_pack(rest, tl, &w->tc);
    sz_buf_put_u8(out, 0);
    sz_buf_put_u8(out, SNAPSHOT_VERSION);
    sz_buf_put_varint(out, seq);
    sz_buf_put_u64(out, sz_hash(rest->p, rest->n));
    sz_buf_put(out, rest->p, rest->n);
}

bool snapshot_get(sz_worker *w, sz_str bytes, uint32_t i, uint64_t *seq, sz_str *record) {
    sz_reader r = sz_reader_of(bytes.p, bytes.n);
    bool has_hash = bytes.n && !bytes.p[0];
    if (has_hash && (sz_read_u8(&r), sz_read_u8(&r) != SNAPSHOT_VERSION)) return false;
    *seq = sz_read_varint(&r);
    uint64_t hash = has_hash ? sz_read_u64(&r) : 0;
    if (r.bad || (has_hash && hash != sz_hash(r.p, (size_t)(r.end - r.p)))) return false;
    if (has_hash && !dues_get_one(w, &r, i, *seq)) return false;
    *record = (sz_str){(const char *)r.p, (size_t)(r.end - r.p)};
    return true;
}

sz_put snapshot_of(sz_worker *w, outgoing *o, uint32_t i, uint64_t seq) {
    sz_buf bytes;
    sz_timeline made = {0}, *awake = w->students.v[i];
    sz_buf_init(&bytes);
    put_snapshot(&bytes, w, i, student_look(w, i, &made, false), seq);
    sz_put put = {.key = student_id(w, i), .value = sz_arena_str(&o->arena, sz_buf_str(&bytes))};
    o->snaps[o->n_snaps++] =
        (snap_undo){.student = i, .was_stale = awake && awake->masks_changed, .before = w->snaps[i]};
    if (awake) awake->masks_changed = false;
    else sz_timeline_fini(&made);
    w->snapshot_bytes += bytes.n - w->snaps[i].bytes;
    if (!w->snaps[i].seq) o->new_snapshots++;
    w->snaps[i] = (snap){.seq = seq, .bytes = (uint32_t)bytes.n};
    sz_buf_fini(&bytes);
    return put;
}

/* Students of whom the journal's records are stale: a fact that came later changed what they fit. */
static uint32_t take_stale(sz_worker *w, outgoing *o, sz_put *puts, uint64_t seq) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < w->n_touched; k++)
        if (w->students.v[w->touched[k]]->masks_changed) puts[n++] = snapshot_of(w, o, w->touched[k], seq);
    return n;
}

/* Students whose entries stand in the oldest blobs, and how many blobs need no student any more. */
static uint32_t take_old(sz_worker *w, outgoing *o, sz_put *puts, uint32_t most, uint64_t seq) {
    uint64_t least = w->o.journal_bytes ? w->o.journal_bytes : journal_default;
    uint64_t limit = w->snapshot_bytes / 4 > least ? w->snapshot_bytes / 4 : least;
    uint32_t n = 0;
    if (w->journal_bytes <= limit || ended_is_owed(w)) return 0;
    uint64_t left = w->journal_bytes;
    for (uint32_t b = 0; b + 1 < w->n_blobs && left > limit / 2; b++) {
        blob *old = &w->blobs[b];
        for (uint32_t k = 0; k < old->n; k++) {
            uint32_t i = old->students[k];
            if (w->snaps[i].seq >= old->seq) continue;
            if (n == most) return n;
            puts[n++] = snapshot_of(w, o, i, seq);
        }
        if (b >= o->trim_blobs) o->trim_blobs = b + 1;
        left -= old->bytes;
    }
    return n;
}

uint32_t students_a_commit(const sz_worker *w) {
    uint32_t n = students_a_step(w);
    return n < SNAPSHOTS_A_COMMIT ? n : SNAPSHOTS_A_COMMIT;
}

void snapshots_take(sz_worker *w, outgoing *o, uint64_t seq) {
    snaps_reserve(w);
    uint32_t most = SNAPSHOTS_A_COMMIT + w->n_touched;
    sz_put *puts = SZ_NEWN(&o->arena, sz_put, most + 1);
    o->snaps = SZ_NEWN(&o->arena, snap_undo, most + 1);
    o->c.snapshots = puts;
    o->c.n_snapshots = take_stale(w, o, puts, seq);
    uint32_t n = forms_rewrite(w, o, puts + o->c.n_snapshots, students_a_commit(w), seq);
    o->c.n_snapshots += n;
    o->c.n_snapshots += take_old(w, o, puts + o->c.n_snapshots, SNAPSHOTS_A_COMMIT - n, seq);
}

void snapshots_undo(sz_worker *w, outgoing *o) {
    for (uint32_t k = o->n_snaps; k-- > 0;) {
        const snap_undo *u = &o->snaps[k];
        w->snapshot_bytes -= w->snaps[u->student].bytes - u->before.bytes;
        w->snaps[u->student] = u->before;
        dues_unsay(w, u->student);
        if (!u->was_stale) continue;
        w->students.v[u->student]->masks_changed = true;
        journal_touch(w, u->student);
    }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: what happened to whom since the last commit, and which blobs of earlier commits the store still has. A
 * story stands in it once a commit, as it is then, however often it changed.
 */
#include "worker.h"

void journal_touch(sz_worker *w, uint32_t i) {
    if (w->o.is_volatile) return;
    if (i >= w->cap_is_touched) {
        uint32_t cap = w->students.cap;
        w->is_touched = sz_realloc(w->is_touched, cap);
        memset(w->is_touched + w->cap_is_touched, 0, cap - w->cap_is_touched);
        w->word_of = sz_realloc(w->word_of, cap * sizeof *w->word_of);
        memset(w->word_of + w->cap_is_touched, 0, (cap - w->cap_is_touched) * sizeof *w->word_of);
        w->cap_is_touched = cap;
    }
    if (w->is_touched[i]) return;
    w->is_touched[i] = 1;
    dues_stored(w, i);
    dues_note(w, i);
    if (w->n_touched == w->cap_touched) {
        w->cap_touched = w->cap_touched ? 2 * w->cap_touched : 256;
        w->touched = sz_realloc(w->touched, w->cap_touched * sizeof(uint32_t));
    }
    w->touched[w->n_touched++] = i;
}

static void entry_put(sz_worker *w, uint8_t kind, uint32_t word, sz_str body) {
    sz_buf_put_u8(&w->journal, kind);
    sz_buf_put_varint(&w->journal, word);
    sz_buf_put_lstr(&w->journal, body);
}

static uint32_t word_of_nobody(sz_worker *w) { return sz_map_intern(&w->dict, (sz_str){0}); }

/* Of a student who was touched: finding his id in a large dictionary, for each record, was a fifteenth of the time. */
static uint32_t word_of(sz_worker *w, uint32_t i) {
    uint32_t *known = &w->word_of[i];
    if (!*known) *known = sz_map_intern(&w->dict, student_id(w, i)) + 1;
    return *known - 1;
}

void journal_event(sz_worker *w, uint32_t i, sz_str entry) {
    if (w->o.is_volatile) return;
    journal_touch(w, i);
    entry_put(w, ENTRY_EVENT, word_of(w, i), entry);
}

/* For people: where the clocks stand is in the header of the same commit. */
void journal_tick(sz_worker *w, int64_t t_ms) {
    if (w->o.is_volatile) return;
    sz_buf *body = &w->tc.scratch;
    sz_buf_clear(body);
    sz_buf_put_zigzag(body, t_ms);
    entry_put(w, ENTRY_TICK, word_of_nobody(w), sz_buf_str(body));
}

void journal_stories(sz_worker *w) {
    sz_buf *story = &w->tc.scratch;
    for (uint32_t k = 0; k < w->n_touched; k++) {
        sz_timeline *tl = w->students.v[w->touched[k]];
        if (!tl || !tl->story_changed) continue;
        tl->story_changed = false;
        sz_buf_clear(story);
        sz_timeline_pack_story(story, tl, &w->tc);
        entry_put(w, ENTRY_STORY, word_of(w, w->touched[k]), sz_buf_str(story));
    }
}

/* When something is due, of whom that has changed: so that a load need not look into them. */
void journal_dues(sz_worker *w) {
    sz_buf *body = &w->tc.scratch;
    sz_buf_clear(body);
    if (dues_put(body, w)) entry_put(w, ENTRY_DUES, word_of_nobody(w), sz_buf_str(body));
}

/* A blob: 0 | version | seq | hash of the entries | entries. Before, and still read: seq | entries; none is 0. */
enum { BLOB_VERSION = 1 };

void blob_put(sz_buf *out, uint64_t seq, sz_str entries) {
    sz_buf_put_u8(out, 0);
    sz_buf_put_u8(out, BLOB_VERSION);
    sz_buf_put_varint(out, seq);
    sz_buf_put_u64(out, sz_hash(entries.p, entries.n));
    sz_buf_put_str(out, entries);
}

bool blob_get(sz_str bytes, uint64_t *seq, sz_str *entries) {
    sz_reader r = sz_reader_of(bytes.p, bytes.n);
    bool has_hash = bytes.n && !bytes.p[0];
    if (has_hash && (sz_read_u8(&r), sz_read_u8(&r) != BLOB_VERSION)) return false;
    *seq = sz_read_varint(&r);
    uint64_t hash = has_hash ? sz_read_u64(&r) : 0;
    *entries = (sz_str){(const char *)r.p, (size_t)(r.end - r.p)};
    return !r.bad && (!has_hash || hash == sz_hash(entries->p, entries->n));
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

void blobs_drop(sz_worker *w, uint32_t n) {
    for (uint32_t b = 0; b < n; b++) {
        w->journal_bytes -= w->blobs[b].bytes;
        sz_free(w->blobs[b].students);
    }
    if (n) memmove(w->blobs, w->blobs + n, (w->n_blobs - n) * sizeof *w->blobs);
    w->n_blobs -= n;
}

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

static void entry_put(sz_worker *w, uint8_t kind, sz_str who, sz_str body) {
    sz_buf_put_u8(&w->journal, kind);
    sz_buf_put_varint(&w->journal, sz_map_intern(&w->dict, who));
    sz_buf_put_lstr(&w->journal, body);
}

void journal_event(sz_worker *w, uint32_t i, sz_str entry) {
    if (w->o.is_volatile) return;
    journal_touch(w, i);
    entry_put(w, ENTRY_EVENT, w->students.v[i]->id, entry);
}

/* For people: where the clocks stand is in the header of the same commit. */
void journal_tick(sz_worker *w, int64_t t_ms) {
    if (w->o.is_volatile) return;
    sz_buf *body = &w->tc.scratch;
    sz_buf_clear(body);
    sz_buf_put_zigzag(body, t_ms);
    entry_put(w, ENTRY_TICK, (sz_str){0}, sz_buf_str(body));
}

void journal_stories(sz_worker *w) {
    sz_buf *story = &w->tc.scratch;
    for (uint32_t k = 0; k < w->n_touched; k++) {
        sz_timeline *tl = w->students.v[w->touched[k]];
        if (!tl->story_changed) continue;
        tl->story_changed = false;
        sz_buf_clear(story);
        sz_timeline_pack_story(story, tl, &w->tc);
        entry_put(w, ENTRY_STORY, tl->id, sz_buf_str(story));
    }
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

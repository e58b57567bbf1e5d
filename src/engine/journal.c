/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: what happened to whom since the last commit, and which blobs of earlier commits the store still has. A
 * student's records since then are the last ones of his log, and a commit takes them from there: side by side they are
 * what a blob has of him, and nothing needs to be noted of one but how long it is. What stands elsewhere, and stories,
 * gather in the order in which they come. A story stands in the journal once a commit, as it is then, however often it
 * changed. A blob has students one after the other, so that a load reads as much as there are students in it.
 */
#include "worker.h"

#include <assert.h>

void journal_fini(journal *j) {
    sz_buf_fini(&j->bytes);
    sz_buf_fini(&j->others);
    sz_free(j->items);
    *j = (journal){.n = 0};
}

void journal_clear(journal *j) {
    sz_buf_clear(&j->bytes);
    sz_buf_clear(&j->others);
    j->n = 0;
    j->unsaved = 0;
}

bool journal_is_empty(const journal *j) { return !j->n && !j->others.n && !j->unsaved; }

enum { TOUCHED_AHEAD = 8 };
enum { HEAD_OF_GROUP = 4 }; /* bytes of a student beside his entries, about */

size_t journal_size(const sz_worker *w) {
    const journal *j = &w->journal;
    return j->bytes.n + j->others.n + j->unsaved + (size_t)HEAD_OF_GROUP * w->n_touched;
}

static void reserve_items(journal *j, uint32_t n) {
    if (j->cap - j->n >= n) return;
    j->cap = 2 * (j->n + n);
    j->items = sz_realloc(j->items, j->cap * sizeof *j->items);
}

void journal_touch(sz_worker *w, uint32_t i) {
    if (w->o.is_volatile) return;
    if (i >= w->cap_touched_as) {
        uint32_t cap = w->students.cap;
        uint32_t had = w->cap_touched_as;
        w->touched_as = sz_realloc(w->touched_as, cap * sizeof *w->touched_as);
        memset(w->touched_as + had, 0, (cap - had) * sizeof *w->touched_as);
        w->word_of = sz_realloc(w->word_of, cap * sizeof *w->word_of);
        memset(w->word_of + had, 0, (cap - had) * sizeof *w->word_of);
        w->cap_touched_as = cap;
    }
    if (w->touched_as[i]) return;
    dues_stored(w, i);
    dues_note(w, i);
    if (w->n_touched == w->cap_touched) {
        w->cap_touched = w->cap_touched ? 2 * w->cap_touched : 256;
        w->touched = sz_realloc(w->touched, w->cap_touched * sizeof(uint32_t));
    }
    w->touched[w->n_touched++] = i;
    w->touched_as[i] = w->n_touched;
}

static void item_put(sz_worker *w, uint32_t i, sz_str body, bool is_story) {
    journal *j = &w->journal;
    reserve_items(j, 1);
    j->items[j->n++] = (journal_item){.student = i, .n = (uint32_t)body.n & INT32_MAX, .is_story = is_story};
    sz_buf_put_str(&j->bytes, body);
}

static void put_other(sz_worker *w, uint8_t kind, sz_str body) {
    sz_buf_put_u8(&w->journal.others, kind);
    sz_buf_put_lstr(&w->journal.others, body);
}

/* Finding his id in a large dictionary, for each record, was a fifteenth of the time. */
uint32_t journal_word(sz_worker *w, uint32_t i) {
    uint32_t *known = &w->word_of[i];
    if (!*known) *known = sz_map_intern(&w->dict, student_id(w, i)) + 1;
    return *known - 1;
}

/* Bytes of one student in one commit: of whom has more they are noted, or his log would grow until it ends, and be
 * looked through for each late record. */
enum { UNSAVED_MOST = 8192 };

static void note_unsaved(sz_worker *w, uint32_t i) {
    sz_timeline *tl = w->students.v[i];
    item_put(w, i, sz_timeline_unsaved(tl), false);
    w->journal.unsaved -= tl->unsaved;
    tl->unsaved = 0;
}

void journal_event(sz_worker *w, uint32_t i) {
    if (w->o.is_volatile) return;
    sz_timeline *tl = w->students.v[i];
    const sz_buf *entry = &w->tc.scratch;
    assert(memcmp(tl->log.p + w->tc.fresh_off, entry->p, entry->n) == 0);
    if (!tl->unsaved) journal_touch(w, i);
    if (sz_timeline_unsave(tl, &w->tc)) w->journal.unsaved += entry->n;
    else item_put(w, i, sz_buf_str(entry), false);
    if (tl->unsaved > UNSAVED_MOST) note_unsaved(w, i);
}

/* For people: where the clocks stand is in the header of the same commit. */
void journal_tick(sz_worker *w, int64_t t_ms) {
    if (w->o.is_volatile) return;
    sz_buf *body = &w->tc.scratch;
    sz_buf_clear(body);
    sz_buf_put_zigzag(body, t_ms);
    put_other(w, ENTRY_TICK, sz_buf_str(body));
}

static sz_timeline *touched_at(const sz_worker *w, uint32_t k) {
    return k < w->n_touched ? w->students.v[w->touched[k]] : NULL;
}

void journal_stories(sz_worker *w) {
    sz_buf *story = &w->tc.scratch;
    for (uint32_t k = 0; k < w->n_touched; k++) {
        const sz_timeline *ahead = touched_at(w, k + TOUCHED_AHEAD); /* all that a commit asks of him */
        if (ahead) sz_timeline_prefetch_self(ahead, &w->tc);
        sz_timeline *tl = touched_at(w, k);
        if (!tl || !tl->story_changed) continue;
        tl->story_changed = false;
        sz_buf_clear(story);
        sz_timeline_pack_story(story, tl, &w->tc);
        item_put(w, w->touched[k], sz_buf_str(story), true);
    }
}

/* When something is due, of whom that has changed: so that a load need not look into them. */
void journal_dues(sz_worker *w) {
    sz_buf *body = &w->tc.scratch;
    sz_buf_clear(body);
    if (dues_put(body, w)) put_other(w, ENTRY_DUES, sz_buf_str(body));
}

/* ---- blobs ---- */

/* A blob: 0 | version | seq | hash of the rest | the rest. Version 2: lstr of entries of nobody in particular, each
 * kind and lstr | lstr of students, each word | bytes of his events << 1 | has a story, and then its bytes | in that
 * order his events side by side and his story. Before, and still read: version 1: entries, each kind, word and lstr;
 * and seq | entries. None of these is 0. */
enum { BLOB_VERSION = 2, BLOB_OF_ENTRIES = 1 };

typedef struct group { /* of who was touched, in their order */
    size_t at, end;    /* where his next entry goes, and where he ends */
    size_t story_at;   /* of his last story in the journal, + 1; 0: he has none */
    uint32_t events, story;
} group;

enum { UNSAVED_AHEAD = 4, LINE = 64 };

static group *group_of(const sz_worker *w, group *groups, const journal_item *e) {
    return &groups[w->touched_as[e->student] - 1];
}

static group *group_items(const sz_worker *w, sz_arena *a) {
    const journal *j = &w->journal;
    group *groups = SZ_NEWN(a, group, w->n_touched + 1);
    size_t at = 0;
    for (uint32_t k = 0; k < j->n; at += j->items[k++].n) {
        const journal_item *e = &j->items[k];
        group *g = group_of(w, groups, e);
        if (e->is_story) g->story = e->n, g->story_at = at + 1;
        else g->events += e->n;
    }
    for (uint32_t k = 0; k < w->n_touched; k++) {
        const sz_timeline *tl = touched_at(w, k);
        if (tl) groups[k].events += tl->unsaved;
    }
    return groups;
}

static size_t put_groups(sz_buf *out, sz_worker *w, group *groups) {
    size_t at = 0;
    for (uint32_t k = 0; k < w->n_touched; k++) {
        group *g = &groups[k];
        if (!g->events && !g->story_at) continue;
        sz_buf_put_varint(out, journal_word(w, w->touched[k]));
        sz_buf_put_varint(out, (uint64_t)g->events << 1 | (g->story_at > 0));
        if (g->story_at) sz_buf_put_varint(out, g->story);
        g->at = at;
        g->end = at += (size_t)g->events + g->story;
    }
    return at;
}

static void put_items(uint8_t *to, const sz_worker *w, group *groups) {
    const journal *j = &w->journal;
    const uint8_t *from = j->bytes.p;
    for (uint32_t k = 0; k < j->n; from += j->items[k++].n) {
        const journal_item *e = &j->items[k];
        group *g = group_of(w, groups, e);
        if (!e->is_story) {
            sz_bytes_copy(to + g->at, from, e->n);
            g->at += e->n;
        } else if (g->story_at == (size_t)(from - j->bytes.p) + 1) {
            memcpy(to + g->end - e->n, from, e->n);
        }
    }
}

/* Logs are cold, most of them. */
static void fetch_unsaved(const sz_timeline *tl) {
    if (!tl) return;
    sz_str bytes = sz_timeline_unsaved(tl);
    for (size_t at = 0; at < bytes.n; at += LINE) __builtin_prefetch(bytes.p + at);
}

static void put_unsaved(uint8_t *to, sz_worker *w, const group *groups) {
    for (uint32_t k = 0; k < w->n_touched; k++) {
        sz_timeline *tl = touched_at(w, k);
        fetch_unsaved(touched_at(w, k + UNSAVED_AHEAD));
        if (!tl || !tl->unsaved) continue;
        sz_str bytes = sz_timeline_unsaved(tl);
        memcpy(to + groups[k].at, bytes.p, bytes.n);
        tl->unsaved = 0;
    }
}

void blob_put(sz_buf *out, sz_worker *w, uint64_t seq, sz_arena *scratch) {
    sz_buf list;
    sz_buf_init(&list);
    group *groups = group_items(w, scratch);
    size_t n = put_groups(&list, w, groups);
    sz_buf_put_u8(out, 0);
    sz_buf_put_u8(out, BLOB_VERSION);
    sz_buf_put_varint(out, seq);
    size_t at = out->n;
    sz_buf_put_u64(out, 0);
    sz_buf_put_lstr(out, sz_buf_str(&w->journal.others));
    sz_buf_put_lstr(out, sz_buf_str(&list));
    sz_buf_reserve(out, n);
    put_items(out->p + out->n, w, groups);
    put_unsaved(out->p + out->n, w, groups);
    out->n += n;
    sz_buf_fini(&list);
    uint64_t hash = sz_hash(out->p + at + 8, out->n - at - 8);
    for (int i = 0; i < 8; i++) out->p[at + (size_t)i] = (uint8_t)(hash >> 8 * i);
    journal_clear(&w->journal);
}

bool blob_get(sz_str bytes, blob_reader *out) {
    sz_reader r = sz_reader_of(bytes.p, bytes.n);
    bool has_hash = bytes.n && !bytes.p[0];
    uint8_t version = BLOB_OF_ENTRIES;
    if (has_hash) sz_read_u8(&r), version = sz_read_u8(&r);
    if (version != BLOB_VERSION && version != BLOB_OF_ENTRIES) return false;
    *out = (blob_reader){.is_grouped = version == BLOB_VERSION};
    out->seq = sz_read_varint(&r);
    uint64_t hash = has_hash ? sz_read_u64(&r) : 0;
    if (r.bad || (has_hash && hash != sz_hash(r.p, (size_t)(r.end - r.p)))) return false;
    out->entries = r;
    if (!out->is_grouped) return true;
    sz_str others = sz_read_lstr(&r), groups = sz_read_lstr(&r);
    out->entries = sz_reader_of(others.p, others.n);
    out->groups = sz_reader_of(groups.p, groups.n);
    out->bodies = r;
    return !r.bad;
}

bool blob_next(blob_reader *r, blob_group *out) {
    if (r->groups.p == r->groups.end) {
        r->groups.bad = r->bodies.p != r->bodies.end;
        return false;
    }
    out->word = sz_read_varint(&r->groups);
    uint64_t events = sz_read_varint(&r->groups);
    out->has_story = events & 1;
    uint64_t story = out->has_story ? sz_read_varint(&r->groups) : 0;
    out->events = sz_read_bytes(&r->bodies, (size_t)(events >> 1));
    out->story = sz_read_bytes(&r->bodies, (size_t)story);
    if (r->bodies.bad || events >> 1 > INT32_MAX || story > INT32_MAX) r->groups.bad = true;
    return !r->groups.bad;
}

/* It is read, for who works on has moved his log meanwhile. Of ours, so it is whole; whom it names stand in it in the
 * order in which they were touched, and are again by now. */
void blob_take_back(sz_worker *w, sz_str bytes, const uint32_t *touched) {
    blob_reader r;
    blob_group g;
    sz_buf others;
    if (!blob_get(bytes, &r)) return;
    sz_buf_init(&others);
    sz_buf_put(&others, r.entries.p, (size_t)(r.entries.end - r.entries.p));
    sz_buf_put_str(&others, sz_buf_str(&w->journal.others));
    sz_buf_fini(&w->journal.others);
    w->journal.others = others;
    for (; blob_next(&r, &g); touched++) {
        while (journal_word(w, *touched) != g.word) touched++; /* of some nothing but what is due was said */
        if (g.events.n) item_put(w, *touched, g.events, false);
        if (g.has_story) item_put(w, *touched, g.story, true);
    }
}

void blob_push(sz_worker *w, const blob *b) {
    if (w->n_blobs == w->cap_blobs) {
        w->cap_blobs = w->cap_blobs ? 2 * w->cap_blobs : 16;
        w->blobs = sz_realloc(w->blobs, w->cap_blobs * sizeof *w->blobs);
    }
    w->blobs[w->n_blobs++] = *b;
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

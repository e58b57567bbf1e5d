/* SPDX-License-Identifier: Apache-2.0
 *
 * Students asleep: as the store had them, bytes that nobody has looked into. Who is touched by a record, a timer, a
 * check or a fact wakes: he is put together from his snapshot and his entries of the journal, and his head is made. A
 * load costs what reading costs, and who is never touched costs no more.
 *
 * A student may sleep where the store knows when something is due for him (dues.c). He wakes as of the clocks of the
 * load, whatever they say by then, so that it makes no difference when it happens.
 */
#include "worker.h"

void asleep_init(asleep *a) {
    *a = (asleep){.wmax_ms = SZ_TIME_NONE};
    sz_arena_init(&a->bytes);
}

void asleep_fini(asleep *a) {
    sz_free(a->entries);
    sz_free(a->of);
    sz_free(a->records);
    sz_free(a->of_word);
    sz_free(a->order);
    sz_arena_fini(&a->bytes);
    *a = (asleep){.wmax_ms = SZ_TIME_NONE};
}

/* Lists by student are there while somebody sleeps. */
void asleep_grow(asleep *a, uint32_t from, uint32_t to) {
    a->of = sz_realloc(a->of, to * sizeof *a->of);
    a->records = sz_realloc(a->records, to * sizeof *a->records);
    memset(a->of + from, 0, (to - from) * sizeof *a->of);
    memset(a->records + from, 0, (to - from) * sizeof *a->records);
}

sz_str asleep_keep(sz_worker *w, sz_str bytes) { return sz_arena_str(&w->students.asleep.bytes, bytes); }

void asleep_keep_entries(sz_worker *w, uint32_t i, sz_str body, bool is_story) {
    asleep *a = &w->students.asleep;
    if (a->n_entries == a->cap_entries) {
        a->cap_entries = a->cap_entries ? 2 * a->cap_entries : 1024;
        a->entries = sz_realloc(a->entries, a->cap_entries * sizeof *a->entries);
    }
    a->entries[a->n_entries] =
        (kept_entry){.p = body.p, .n = (uint32_t)body.n & INT32_MAX, .is_story = is_story, .before = a->of[i].last};
    a->of[i].last = ++a->n_entries;
}

void asleep_words(sz_worker *w) {
    asleep *a = &w->students.asleep;
    a->of_word = sz_realloc(a->of_word, w->dict.n * sizeof *a->of_word);
    memset(a->of_word + a->cap_words, 0, (w->dict.n - a->cap_words) * sizeof *a->of_word);
    a->cap_words = w->dict.n;
}

void asleep_set_clocks(sz_worker *w) {
    asleep *a = &w->students.asleep;
    memcpy(a->class_ms, w->clocks.class_ms, sizeof a->class_ms);
    a->wmax_ms = w->clocks.wmax_ms;
    a->has_clocks = true;
}

/* ---- waking ---- */

enum { LEAST_EVENT = 16 }; /* bytes of a packed one */

/* His entries of the journal, oldest first, into a->order. */
static uint32_t entries_of(asleep *a, uint32_t i) {
    uint32_t n = 0;
    for (uint32_t at = a->of[i].last; at; at = a->entries[at - 1].before) n++;
    if (n > a->cap_order) {
        a->cap_order = 2 * n;
        a->order = sz_realloc(a->order, a->cap_order * sizeof *a->order);
    }
    uint32_t k = n;
    for (uint32_t at = a->of[i].last; at; at = a->entries[at - 1].before) a->order[--k] = at - 1;
    return n;
}

static void unpack_as(sz_worker *w, const form *f, bool is_aloud) {
    w->tc.carry = !f ? NULL : is_aloud ? &f->aloud : &f->silent;
}

/* What another rule set makes of a story is said once, in the commit that takes it over: the load's end sees to it
 * (leaves_at_load). */
static void note_changed_story(sz_worker *w, sz_timeline *tl, sz_str was) {
    sz_buf *now = &w->tc.scratch;
    sz_buf_clear(now);
    sz_timeline_pack_story(now, tl, &w->tc);
    tl->story_changed = !sz_str_eq(sz_buf_str(now), was);
}

/* Each says how long it is. */
static sz_status put_back_events(sz_worker *w, sz_timeline *tl, sz_str events) {
    sz_status s = SZ_OK;
    while (events.n && s == SZ_OK) {
        size_t n = events.n < 2 ? 0 : sz_entry_len((const uint8_t *)events.p);
        if (n < LEAST_EVENT || n > events.n) return SZ_CORRUPT;
        s = sz_timeline_put_back(tl, &w->tc, (sz_str){events.p, n});
        events = (sz_str){events.p + n, events.n - n};
    }
    return s;
}

static sz_status put_back_entries(sz_worker *w, sz_timeline *tl, uint32_t n) {
    const asleep *a = &w->students.asleep;
    sz_status s = SZ_OK;
    for (uint32_t k = 0; k < n && s == SZ_OK; k++) {
        const kept_entry *e = &a->entries[a->order[k]];
        unpack_as(w, form_of_entry(w, a->order[k]), false);
        if (!e->is_story) s = put_back_events(w, tl, (sz_str){e->p, e->n});
    }
    return s;
}

/* A story stands in the journal as it was then: the last one is all of it. */
static sz_status put_together(sz_worker *w, uint32_t i, sz_timeline *tl) {
    asleep *a = &w->students.asleep;
    sz_str record = a->records[i], story = {0};
    uint32_t n = entries_of(a, i), last = n;
    while (last > 0 && !a->entries[a->order[last - 1]].is_story) last--;
    const form *of = last ? form_of_entry(w, a->order[last - 1]) : form_of(w, w->snaps[i].seq);
    sz_status s = SZ_OK;
    if (record.n) {
        unpack_as(w, form_of(w, w->snaps[i].seq), !last);
        s = sz_timeline_unpack(tl, &w->tc, record.p, record.n);
        story = sz_timeline_story(record);
    }
    if (s == SZ_OK) s = put_back_entries(w, tl, n);
    if (s == SZ_OK && last) {
        const kept_entry *e = &a->entries[a->order[last - 1]];
        story = (sz_str){e->p, e->n};
        unpack_as(w, of, true);
        s = sz_timeline_unpack_story(tl, &w->tc, story.p, story.n);
    }
    w->tc.carry = NULL;
    tl->story_changed = false;
    if (s == SZ_OK && of && story.n) note_changed_story(w, tl, story);
    return s;
}

static void settle_as_of_load(sz_worker *w, sz_timeline *tl) {
    const asleep *a = &w->students.asleep;
    const int64_t *clock_ms = w->tc.clock_ms, wmax = w->tc.wmax_ms;
    if (a->has_clocks) w->tc.clock_ms = a->class_ms, w->tc.wmax_ms = a->wmax_ms;
    sz_timeline_settle(tl, &w->tc);
    w->tc.clock_ms = clock_ms;
    w->tc.wmax_ms = wmax;
}

static bool is_gone(const sz_worker *w, const sz_timeline *tl) {
    return tl->student == SZ_NONE && !w->o.admit && !sz_campus_is_empty(w->campus);
}

void student_settle(sz_worker *w, sz_timeline *tl) {
    if (is_gone(w, tl)) tl->is_active = false;
    bool has_changed = tl->story_changed;
    leaves_remember(w, tl);
    settle_as_of_load(w, tl);
    tl->story_changed = has_changed;
}

static void make(sz_worker *w, uint32_t i, sz_timeline *tl, bool with_head) {
    sz_str id = student_id(w, i);
    uint32_t in_campus = sz_campus_find_student(w->campus, id);
    sz_timeline_init(tl, &w->tc, id, in_campus);
    if (!record_is_read(
            w, put_together(w, i, tl))) { /* the step ends with somebody whole, and memory is not gone on with */
        sz_timeline_fini(tl);
        sz_timeline_init(tl, &w->tc, id, in_campus);
        w->has_memory = false;
    }
    if (w->n_forms) leaves_match_anew(w, tl);
    if (with_head) student_settle(w, tl);
}

sz_timeline *student_wake(sz_worker *w, uint32_t i) {
    students *s = &w->students;
    sz_timeline *tl = timeline_new(s);
    make(w, i, tl, true);
    if (s->asleep.may_sleep && !tl->roster_hash) leaves_first_look(w, tl);
    s->v[i] = tl;
    queue_update(w, i);
    if (--s->asleep.n == 0 && s->asleep.has_clocks) asleep_fini(&s->asleep);
    return tl;
}

const sz_timeline *student_look(sz_worker *w, uint32_t i, sz_timeline *made, bool with_head) {
    if (w->students.v[i]) return w->students.v[i];
    make(w, i, made, with_head);
    return made;
}

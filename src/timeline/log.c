/* SPDX-License-Identifier: Apache-2.0
 *
 * The ordered, packed log of one student. Most records belong at the end; one that does not is put in place by one move
 * of bytes. Identities are found by 16-bit fingerprints first, then by decoding. Records grow from the front of a block
 * and fingerprints from its end, so both have the room between them.
 */
#include "guards.h"

#include <assert.h>

enum { PRINTS = 32 };                            /* fingerprints compared at once */
enum { LOG_LEAST_MORE = 320 };                   /* bytes that a log grows by at least */
enum { LOG_SHORT = 2560, LOG_SHORT_MORE = 512 }; /* up to so many bytes by more: it is to grow on */
enum { UNMATCHED_BIT = 16 };                     /* in the entry's bits: an undo whose original was not found */

bool entry_is_unmatched(const uint8_t *p) { return p[3] & UNMATCHED_BIT; }

void entry_set_unmatched(uint8_t *p, bool on) { p[3] = (uint8_t)(on ? p[3] | UNMATCHED_BIT : p[3] & ~UNMATCHED_BIT); }

/* Of the id alone: the same one of two sources is rare, and told apart when they are decoded. */
static inline uint16_t print_of(sz_str id) {
    uint64_t h = sz_hash_key(id.p, id.n);
    return (uint16_t)(h ^ h >> 16 ^ h >> 32);
}

uint16_t identity_print(sz_str id) { return print_of(id); }

uint32_t log_lower(const sz_timeline *tl, int64_t t_ms) {
    if (tl->n_log == 0 || sz_entry_time(tl->log.p + tl->last_off) < t_ms) return (uint32_t)tl->log.n;
    uint32_t off = 0;
    if (tl->mark_ms != SZ_TIME_NONE && tl->mark_ms <= t_ms) off = tl->mark_off;
    while (off < tl->log.n && sz_entry_time(tl->log.p + off) < t_ms) off += sz_entry_len(tl->log.p + off);
    return off;
}

static bool entry_get(const sz_timeline *tl, const sz_tlctx *c, uint32_t off, sz_event *e) {
    return sz_entry_get(tl->log.p + off, mask_bytes(c), c->dict, c->types, e);
}

/* May one be it? Whole vectors, what stands before the last one too: that costs a look at the log at most. A block is a
 * multiple of what is compared at once. */
static inline bool any_print(const sz_timeline *tl, uint16_t print, uint32_t n) {
    typedef uint16_t eight __attribute__((vector_size(16)));
    eight want = (eight){0} + print, hit = {0};
    if (!n) return false; /* nothing may be added to a NULL */
    const uint16_t *end = log_prints_end(tl);
    for (uint32_t i = 0; i < n; i += PRINTS)
        for (uint32_t k = 0; k < PRINTS; k += 8) {
            eight v;
            memcpy(&v, end - i - PRINTS + k, sizeof v);
            hit |= (eight)(v == want);
        }
    uint64_t half[2];
    memcpy(half, &hit, sizeof half);
    return (half[0] | half[1]) != 0;
}

#ifdef NDEBUG
enum { LONG_LOG = 4096 }; /* records */
#else
enum { LONG_LOG = 48 }; /* so that tests have some */
#endif

static id_set *ids_of(const sz_timeline *tl, const sz_tlctx *c) {
    if (!c->touches) return NULL;
    id_set *s = id_sets_of(&c->touches->ids, tl->id);
    if (s->v) return s;
    id_set_begin(s, tl->n_log);
    for (uint32_t off = 0; off < tl->log.n; off += sz_entry_len(tl->log.p + off)) {
        sz_event e;
        if (!entry_get(tl, c, off, &e)) continue;
        id_set_add(s, e.id);
    }
    return s;
}

/* Of a long log it is known better than by the fingerprints. */
static bool may_have(const sz_timeline *tl, const sz_tlctx *c, sz_str id, uint16_t print, uint32_t n) {
    if (n < LONG_LOG) return any_print(tl, print, n);
    const id_set *s = ids_of(tl, c);
    return s ? id_set_may_have(s, id) : any_print(tl, print, n);
}

/* It comes into the log. */
static inline void note_id(const sz_timeline *tl, const sz_tlctx *c, sz_str id) {
    if (tl->n_log < LONG_LOG || !c->touches) return;
    id_set *s = id_sets_find(&c->touches->ids, tl->id);
    if (s && s->v) id_set_add(s, id);
}

void log_forget_ids(const sz_timeline *tl, const sz_tlctx *c) {
    id_set *s = c->touches ? id_sets_find(&c->touches->ids, tl->id) : NULL;
    if (s) id_set_forget(s);
}

/* Of several with one id the last one up to to_ms, or else the first one behind it. */
static uint32_t find_printed(const sz_timeline *tl, const sz_tlctx *c, sz_str source, sz_str id, uint16_t print,
                             int64_t from_ms, int64_t to_ms) {
    uint32_t found = SZ_NONE;
    for (uint32_t off = 0, i = 0; off < tl->log.n; off += sz_entry_len(tl->log.p + off), i++) {
        sz_event e;
        int64_t t = sz_entry_time(tl->log.p + off);
        if (log_print(tl, i) != print || t < from_ms || !entry_get(tl, c, off, &e)) continue;
        if (!sz_str_eq(e.source, source) || !sz_str_eq(e.id, id)) continue;
        if (t <= to_ms || found == SZ_NONE) found = off;
    }
    return found;
}

uint32_t log_find(const sz_timeline *tl, const sz_tlctx *c, sz_str source, sz_str id, int64_t from_ms, int64_t to_ms) {
    uint16_t print = print_of(id);
    return may_have(tl, c, id, print, tl->n_log) ? find_printed(tl, c, source, id, print, from_ms, to_ms) : SZ_NONE;
}

static inline bool is_card(const sz_card_word *w, sz_str card) {
    return w->n == card.n && sz_bytes_eq(w->text, card.p, card.n);
}

bool sz_timeline_name(sz_timeline *tl, const sz_event *e) {
    enum { STUDENT = 1, CARD = 2, ANOTHER = 4 };
    if (e->student.n) tl->named_by |= STUDENT;
    else if (!(tl->named_by & CARD)) tl->named_by |= CARD;
    else if (!is_card(&tl->card, e->card)) tl->named_by |= ANOTHER; /* or one too long to be kept */
    return sz_timeline_is_mixed(tl);
}

sz_insert sz_timeline_find(const sz_timeline *tl, sz_tlctx *c, const sz_event *e, bool is_lone) {
    uint16_t print = print_of(e->id);
    if (c->hint.of == e) {
        c->hint.print = print;
        c->hint.has_print = true;
    }
    if (!may_have(tl, c, e->id, print, is_lone ? tl->n_before : tl->n_log)) return SZ_INSERTED;
    int64_t high = c->wmax_ms > e->time_ms ? c->wmax_ms : e->time_ms; /* e itself may carry time beyond what is kept */
    int64_t from = high - c->horizon_ms;
    uint32_t off = find_printed(tl, c, e->source, e->id, print, from, SZ_TIME_MAX);
    if (off == SZ_NONE) return SZ_INSERTED;
    return sz_entry_content(tl->log.p + off) == (uint32_t)e->content ? SZ_INSERT_DUPLICATE : SZ_INSERT_CONFLICT;
}

/* Where e belongs: after everything that is not greater by (time, source, id). */
static uint32_t place_within(const sz_timeline *tl, const sz_tlctx *c, const sz_event *e, uint32_t *index) {
    uint32_t off = tl->added_off, behind = 0; /* mostly it is among the last ones, which wait to be added */
    if (tl->redo_ms != SZ_TIME_MAX || off >= tl->log.n || sz_entry_time(tl->log.p + off) >= e->time_ms) {
        bool is_behind_mark = tl->mark_ms != SZ_TIME_NONE && tl->mark_ms <= e->time_ms;
        off = is_behind_mark ? tl->mark_off : 0;
    }
    for (; off < tl->log.n; off += sz_entry_len(tl->log.p + off)) {
        int64_t t = sz_entry_time(tl->log.p + off);
        if (t < e->time_ms) continue;
        sz_event other;
        if (t > e->time_ms || (entry_get(tl, c, off, &other) && sz_event_cmp(&other, e) > 0)) break;
    }
    for (uint32_t at = off; at < tl->log.n; at += sz_entry_len(tl->log.p + at)) behind++;
    *index = tl->n_log - behind;
    return off;
}

void log_note_undo(sz_timeline *tl, const sz_event *e) {
    if (tl->n_undos++ == 0) tl->undo_names = 0;
    tl->undo_names |= undo_bit(print_of(e->ref));
}

uint32_t log_place(const sz_timeline *tl, const sz_tlctx *c, const sz_event *e, uint32_t *index) {
    if (tl->n_log && sz_entry_time(tl->log.p + tl->last_off) >= e->time_ms) return place_within(tl, c, e, index);
    *index = tl->n_log;
    return (uint32_t)tl->log.n;
}

static inline void put_print(sz_timeline *tl, uint32_t i, uint16_t print) {
    uint16_t *end = log_prints_end(tl), *last = end - tl->n_log;
    if (i < tl->n_log) memmove(last - 1, last, (tl->n_log - i) * sizeof *last);
    *(end - 1 - i) = print;
    tl->n_log++;
    if (i < tl->n_before) tl->n_before++;
}

void log_put_print(sz_timeline *tl, uint32_t i, uint16_t print) { put_print(tl, i, print); }

/* Logs are many and have a bar: by little at a time, not by half. Each time is a copy of all of it into memory that is
 * cold. */
void log_grow(sz_timeline *tl, size_t n) {
    size_t more = n / 12 > LOG_LEAST_MORE ? n / 12 : LOG_LEAST_MORE, was = tl->log.cap, cap;
    if (was && n <= LOG_SHORT) more = LOG_SHORT_MORE; /* whose first block it is may have few records ever */
    size_t prints = tl->n_log * sizeof(uint16_t);
    cap = was;
    if (n > was && sz_pool_extend(tl->head.pool, tl->log.p, &cap, n, n + more)) {
        memmove(tl->log.p + cap - prints, tl->log.p + was - prints, prints);
        tl->log.cap = cap;
        return;
    }
    uint8_t *p = sz_pool_take(tl->head.pool, n + more / 2, n + more, &cap);
    if (tl->n_log) {
        memcpy(p, tl->log.p, tl->log.n);
        memcpy(p + cap - prints, tl->log.p + was - prints, prints);
    }
    sz_pool_give(tl->head.pool, tl->log.p, was);
    tl->log.p = p;
    tl->log.cap = cap;
}

static uint32_t other_card_word(sz_timeline *tl, sz_map *dict, sz_str card) {
    sz_card_word last = tl->card;
    if (is_card(&tl->other_card, card)) {
        tl->card = tl->other_card;
    } else {
        memcpy(tl->card.text, card.p, card.n);
        tl->card.n = (uint8_t)card.n;
        tl->card.word = sz_map_intern(dict, card);
    }
    tl->other_card = last;
#ifndef NDEBUG
    if (*sz_map_get(dict, card) != tl->card.word) __builtin_trap();
#endif
    return tl->card.word;
}

static inline uint32_t card_word(sz_timeline *tl, sz_map *dict, sz_str card) {
    if (card.n == 0 || card.n > sizeof tl->card.text) return SZ_NONE;
    return is_card(&tl->card, card) ? tl->card.word : other_card_word(tl, dict, card);
}

static void log_put(sz_timeline *tl, uint32_t off, const sz_buf *entry) {
    uint8_t *at = tl->log.p + off;
    memmove(at + entry->n, at, tl->log.n - off);
    memcpy(at, entry->p, entry->n);
    tl->log.n += entry->n;
    tl->last_off += (uint32_t)entry->n;
}

static inline uint32_t place_of(const sz_tlctx *c, const sz_event *e) {
    if (c->hint.of == e) return c->hint.place;
    return e->place.n ? sz_match_place(c->matches, c->facts->campus, e->place) : SZ_NONE;
}

#ifndef NDEBUG
/* What was remembered is asked all the same: each test then holds the two together. */
static void match_again(sz_timeline *tl, sz_tlctx *c, const sz_event *e, const uint8_t *mask) {
    run x;
    run_init(&x, tl, c, NULL);
    sz_eval_at(&x.ev, e->time_ms);
    sz_eval_match(&x.ev, e, x.mask);
    if (memcmp(x.mask, mask, mask_bytes(c)) != 0) __builtin_trap();
}
#endif

static inline const uint8_t *match(run *x, sz_timeline *tl, sz_tlctx *c, const sz_event *e, uint32_t place) {
    const uint8_t *mask = x->short_mask;
    if (!sz_match_known(c->matches, c->facts, c->zone, e, tl->student, place, x->short_mask)) {
        run_init(x, tl, c, NULL);
        sz_match_quick(c->matches, &x->ev, e, place, x->mask);
        mask = x->mask;
        note_fitted(c, mask); /* what is known was found so once */
    }
#ifndef NDEBUG
    match_again(tl, c, e, mask);
#endif
    return mask;
}

bool sz_timeline_insert(sz_timeline *tl, sz_tlctx *c, const sz_event *e) {
    run x; /* made only where it is needed */
    uint32_t index, off = log_place(tl, c, e, &index), place = place_of(c, e);
    const uint8_t *mask = match(&x, tl, c, e, place);
    c->fresh_misses = sz_match_misses(c->matches);
    const sz_entry_words w = {.dict = c->dict,
                              .recent = c->words,
                              .card = card_word(tl, c->dict, e->card),
                              .place = e->place.n ? sz_match_place_word(c->matches, place) : NULL};
    sz_buf_clear(&c->scratch);
    sz_entry_put_as(&c->scratch, e, mask, mask_bytes(c), c->types, &w);
    bool is_end = off == tl->log.n;
    log_room(tl, c->scratch.n, 1);
    if (is_end) {
        sz_bytes_copy(tl->log.p + off, c->scratch.p, c->scratch.n);
        tl->log.n += c->scratch.n;
        tl->last_off = off;
    } else {
        log_put(tl, off, &c->scratch);
    }
    put_print(tl, index, c->hint.of == e && c->hint.has_print ? c->hint.print : print_of(e->id));
    note_id(tl, c, e->id);
    c->hint.of = NULL;
    if (sz_event_is_undo(e)) log_note_undo(tl, e);
    if (e->time_ms < c->week_ms) week_forget(tl, c);
    int64_t key = key_of(e->time_ms, ORDER_RECORD);
    bool late = key < tl->head_key || off < tl->head_off;
    bool is_among_waiting = late && !is_end && tl->redo_ms == SZ_TIME_MAX && key > tl->asked_key &&
                            off >= tl->added_off && tl->head_off + c->scratch.n == tl->log.n;
    if (late) {
        marks_forget(tl, e->time_ms);
        if (e->time_ms < tl->redo_ms) tl->redo_ms = e->time_ms; /* head_off is of no use until the roll-back sets it */
    }
    tl->is_dirty = true;
    c->fresh_of = is_end && !late ? tl : NULL;
    c->late_of = is_among_waiting ? tl : NULL;
    c->fresh_off = off;
    c->fresh = e;
    return late;
}

void log_take_out(sz_timeline *tl, uint32_t off, uint32_t index) {
    uint32_t n = sz_entry_len(tl->log.p + off);
    if (off + tl->unsaved >= tl->log.n) tl->unsaved -= n;
    memmove(tl->log.p + off, tl->log.p + off + n, tl->log.n - off - n);
    tl->log.n -= n;
    uint16_t *last = log_prints_end(tl) - tl->n_log;
    memmove(last + 1, last, (tl->n_log - index - 1) * sizeof *last);
    tl->n_log--;
    if (index < tl->n_before) tl->n_before--;
    if (tl->head_off > off) tl->head_off -= n;
    if (tl->added_off > off) tl->added_off -= n;
    if (tl->mark_off > off) tl->mark_off -= n;
    if (tl->older_off > off) tl->older_off -= n;
    if (tl->last_off > off) {
        tl->last_off -= n;
        return;
    }
    tl->last_off = 0; /* it was the last one */
    for (uint32_t at = 0; at < tl->log.n; at += sz_entry_len(tl->log.p + at)) tl->last_off = at;
}

/* What was dropped comes back within days: its room stays. */
void log_drop_front(sz_timeline *tl, uint32_t n) {
    uint32_t count = 0;
    assert(n + tl->unsaved <= tl->log.n);
    for (uint32_t off = 0; off < n; off += sz_entry_len(tl->log.p + off)) count++;
    memmove(tl->log.p, tl->log.p + n, tl->log.n - n);
    tl->log.n -= n;
    uint16_t *last = log_prints_end(tl) - tl->n_log;
    memmove(last + count, last, (tl->n_log - count) * sizeof *last);
    tl->n_log -= count;
    tl->n_before = tl->n_before > count ? tl->n_before - count : 0;
    tl->last_off = tl->n_log ? tl->last_off - n : 0;
    tl->head_off = tl->head_off > n ? tl->head_off - n : 0;
    tl->added_off = tl->added_off > n ? tl->added_off - n : 0;
    tl->mark_off = tl->mark_off > n ? tl->mark_off - n : 0;
    tl->older_off = tl->older_off > n ? tl->older_off - n : 0;
    size_t kept = tl->log.n + tl->n_log * sizeof(uint16_t);
    if (tl->log.cap > kept + kept / 2 + 512) log_grow(tl, kept);
}

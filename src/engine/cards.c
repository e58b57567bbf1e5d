/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards that were corrected (semantics 5, docs/adr/0032). A state remembers a hash of who holds which card when. Where
 * it meets another one, at a load or a switch, each record within the horizon whose student was found by its card is
 * asked again; one that is another's leaves the log in which it stands, and becomes what reading it now would make of
 * it: a record of that student, a repeat, or a dead letter. Then who has lost or gained some is gone over again. All of
 * it leaves in one commit, with the new hash; and asked once more, nothing would be found.
 */
#include "worker.h"

/* Who holds the card that was asked for last, and how long: a student's records are mostly of one. */
typedef struct holding {
    sz_str card, system; /* of the dictionary: the same text has the same place */
    int64_t from_ms, to_ms;
    uint32_t holder;
    bool is_known; /* some row names the card */
} holding;

static void ask(const sz_worker *w, holding *h, const sz_event *e) {
    sz_str system = e->card_system.n ? e->card_system : e->source;
    bool is_same = h->card.p == e->card.p && h->system.p == system.p && h->card.n == e->card.n;
    if (is_same && h->system.n == system.n && e->time_ms >= h->from_ms && e->time_ms < h->to_ms) return;
    h->card = e->card;
    h->system = system;
    h->is_known = sz_campus_has_card(w->campus, e->card);
    h->holder = sz_campus_resolve_card_span(w->campus, system, e->card, e->time_ms, &h->from_ms, &h->to_ms);
}

/* By the cards as they are now; empty: nobody's. */
static sz_str whose(const sz_worker *w, holding *h, const sz_event *e) {
    ask(w, h, e);
    if (h->holder != SZ_NONE) return sz_campus_student(w->campus, h->holder)->id;
    return w->o.admit || sz_campus_is_empty(w->campus) ? e->card : (sz_str){NULL, 0};
}

/* A card that no row names any more says nothing: a file may be cut short, or list only the cards of today. */
static bool is_stray(const sz_worker *w, holding *h, const sz_event *e, sz_str id) {
    sz_str now = whose(w, h, e);
    return h->is_known && !sz_str_eq(now, id);
}

static uint32_t mask_bytes(const sz_worker *w) { return (w->bundle->fs.n_matchers + 7) / 8; }

/* The first record at `at` or behind it, among those side by side, that is not of the student, and where it stands;
 * n: there is none. Bytes that are no record count as one: who has them is looked into. */
static size_t stray_in(const sz_worker *w, holding *h, sz_str records, size_t at, sz_str id) {
    enum { LEAST = 16 };
    int64_t wmax = w->clocks.wmax_ms, from_ms = wmax == SZ_TIME_NONE ? INT64_MIN : wmax - w->o.horizon_ms;
    uint32_t mask = mask_bytes(w);
    for (size_t n; at < records.n; at += n) {
        const uint8_t *p = (const uint8_t *)records.p + at;
        sz_event e;
        n = records.n - at < LEAST ? 0 : sz_entry_len(p);
        if (n < LEAST + mask || n > records.n - at) return at;
        if (sz_entry_time(p) < from_ms || !sz_entry_is_by_card(p, mask)) continue;
        if (!sz_entry_get(p, mask, &w->dict, w->tc.types, &e) || is_stray(w, h, &e, id)) return at;
    }
    return records.n;
}

bool cards_differ(const sz_worker *w) { return !w->is_new && w->stored_cards_hash != w->cards_hash; }

bool cards_leave_asleep(const sz_worker *w, uint32_t i) {
    const asleep *a = &w->students.asleep;
    sz_str id = student_id(w, i), log = a->records[i].n ? sz_timeline_stored_log(a->records[i]) : (sz_str){"", 0};
    holding h = {.holder = SZ_NONE};
    if (!cards_differ(w)) return true;
    if (!log.p || stray_in(w, &h, log, 0, id) < log.n) return false;
    for (uint32_t at = a->of[i].last; at; at = a->entries[at - 1].before) {
        const kept_entry *e = &a->entries[at - 1];
        if (!e->is_story && stray_in(w, &h, (sz_str){e->p, e->n}, 0, id) < e->n) return false;
    }
    return true;
}

/* ---- out of the logs ---- */

static void note_changed(sz_worker *w, uint32_t i) {
    strays *s = &w->strays;
    if (s->n_who && s->who[s->n_who - 1] == i) return;
    if (s->n_who == s->cap_who) s->who = sz_realloc(s->who, (s->cap_who = 2 * s->cap_who + 64) * sizeof *s->who);
    s->who[s->n_who++] = i;
}

static void note_since(sz_worker *w, sz_str entry) {
    int64_t t = sz_entry_time((const uint8_t *)entry.p);
    strays *s = &w->strays;
    if (s->records.n == 0 || t < s->since_ms) s->since_ms = t;
}

uint32_t cards_take_out(sz_worker *w, uint32_t i) {
    sz_timeline *tl = w->students.v[i];
    if (!tl || !tl->n_log) return 1; /* who sleeps was asked already */
    uint32_t looked = tl->n_log;
    holding h = {.holder = SZ_NONE};
    for (size_t at = 0; (at = stray_in(w, &h, sz_buf_str(&tl->log), at, tl->id)) < tl->log.n;) {
        sz_str entry = sz_timeline_take_out(tl, &w->tc, (uint32_t)at);
        note_since(w, entry);
        lines_add(&w->strays.records, entry);
        note_changed(w, i);
    }
    sz_arena_reset(&w->step);
    return 1 + looked / 32;
}

/* ---- to where they belong ---- */

/* The record as it may have come: what its reader says need not stand in it. */
static sz_str as_record(sz_worker *w, const sz_event *e) {
    sz_event bare;
    memcpy(&bare, e, sizeof bare); /* its id may be in the other's own room, which stays where it is */
    sz_str place = {0};
    uint8_t direction = SZ_DIR_NONE;
    if (e->reader.n && sz_campus_resolve_reader(w->campus, e->source, e->reader, e->time_ms, &place, &direction)) {
        if (sz_str_eq(place, e->place)) bare.place = (sz_str){NULL, 0};
        if (direction == e->direction) bare.direction = SZ_DIR_NONE;
    }
    sz_buf *out = &w->tc.scratch;
    sz_buf_clear(out);
    sz_event_write_json(out, &bare, w->tc.types, sz_campus_zone(w->campus));
    return sz_buf_str(out);
}

/* A record of before, found to be no student's of this partition. Its bytes are gone, and where they stood; what takes
 * that place is the same for each repeat, and another for another record of the same id: a state that was lost may have
 * had the one, and who reads again under other cards the other. */
static void set_aside(sz_worker *w, const sz_event *e, sz_dead dead) {
    sz_input in = {.raw = as_record(w, e), .record.kind = SZ_RECORD_EVENT, .record.time_ms = e->time_ms};
    in.origin = (sz_origin){.source = SZ_STR("state"),
                            .partition = w->is_log ? (int32_t)w->o.partition : -1,
                            .offset = (int64_t)(sz_hash(in.raw.p, in.raw.n) >> 11)}; /* what JSON is sure to hold */
    if (input_letter(w, &in, &dead)) w->strays.dead_by[dead.reason]++;
}

static void put_in(sz_worker *w, const sz_event *e, sz_str id) {
    uint32_t i = student_get(w, id, true);
    sz_timeline *tl = student_awake(w, i);
    sz_insert found = sz_timeline_find(tl, &w->tc, e, false);
    if (found == SZ_INSERT_CONFLICT)
        set_aside(w, e, (sz_dead){SZ_CONFLICTING_DUPLICATE, "id", "another record has this id and another content"});
    if (found != SZ_INSERTED) return;
    sz_timeline_insert(tl, &w->tc, e);
    sz_timeline_batch_ended(tl); /* it is of before, wherever it stands */
    w->tc.fresh_of = NULL;       /* it is not here any more when it is evaluated */
    journal_event(w, i);
    note_changed(w, i);
    w->strays.moved++;
}

uint32_t cards_put_in(sz_worker *w, uint32_t at) {
    sz_str entry = lines_at(&w->strays.records, at);
    holding h = {.holder = SZ_NONE};
    sz_event e;
    w->tc.hint.of = NULL;
    if (!sz_entry_get((const uint8_t *)entry.p, mask_bytes(w), &w->dict, w->tc.types, &e)) {
        record_is_read(w, SZ_CORRUPT);
        return 1;
    }
    sz_str id = whose(w, &h, &e);
    if (!id.n)
        set_aside(w, &e,
                  (sz_dead){SZ_UNKNOWN_CARD, "card", "no student held this card at that time, as the cards are now"});
    else if (!is_home(w, id))
        set_aside(w, &e, (sz_dead){SZ_MISROUTED, "card", "as the cards are now, of a student of another partition"});
    else put_in(w, &e, id);
    sz_arena_reset(&w->step);
    return 1;
}

/* ---- what follows ---- */

sz_cause cards_cause(const sz_worker *w) {
    int64_t wmax = w->clocks.wmax_ms; /* of batches that have told nothing yet there is none */
    return (sz_cause){.t_ms = wmax == SZ_TIME_NONE ? w->clocks.begin_ms : wmax, .what = SZ_STR("card")};
}

uint32_t cards_go_over(sz_worker *w, uint32_t at) {
    uint32_t i = w->strays.who[at];
    sz_cause cause = cards_cause(w);
    if (sz_timeline_waits(w->students.v[i])) run_student(w, i, &cause);
    return 1;
}

uint32_t cards_say(sz_worker *w, uint32_t at) {
    strays *s = &w->strays;
    (void)at;
    w->op.moved += s->moved;
    for (int i = 0; i < SZ_N_REASONS; i++) w->op.moved_dead_by[i] += s->dead_by[i];
    worker_notice(
        w, SZ_NOTE,
        s->moved == 1
            ? "cards were corrected: %llu record went to another student; dead letters: %llu that are "
              "nobody's, %llu of another partition's students, %llu whose id the right student has already"
            : "cards were corrected: %llu records went to another student; dead letters: %llu that are nobody's, "
              "%llu of another partition's students, %llu whose id the right student has already",
        "卡片有更正：%llu 条记录改归另一名学生；死信：不属于任何人的 %llu 条，属于其他分区学生的 %llu "
        "条，该生已有同编号记录的 %llu 条",
        (unsigned long long)s->moved, (unsigned long long)s->dead_by[SZ_UNKNOWN_CARD],
        (unsigned long long)s->dead_by[SZ_MISROUTED], (unsigned long long)s->dead_by[SZ_CONFLICTING_DUPLICATE]);
    strays_fini(s);
    return 1;
}

void strays_fini(strays *s) {
    lines_fini(&s->records);
    sz_free(s->who);
    sz_free(s->is_over);
    *s = (strays){.n_who = 0};
}

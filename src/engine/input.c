/* SPDX-License-Identifier: Apache-2.0
 *
 * The way of one record: set aside with its reason, counted as control or duplicate, or used. Read = used + duplicate +
 * dead letter + control, always.
 */
#include <assert.h>
#include <stdarg.h>

#include "worker.h"

/* Of a record without a time of its own. Ticks do not count: a record that is read again has the same letter. */
static int64_t time_of_last(const sz_worker *w) {
    int64_t high = SZ_TIME_NONE;
    if (!w->o.is_live) return w->clocks.wmax_ms;
    for (uint32_t i = 0; i < w->clocks.n_sources; i++)
        if (w->clocks.sources[i].high_ms > high) high = w->clocks.sources[i].high_ms;
    return high;
}

/* The record's bytes. False: they are gone, and so is this run. */
static bool raw_of(sz_worker *w, const sz_input *in, sz_str *raw) {
    sz_msg why = {.text = {0}};
    *raw = in->raw;
    if (raw->p || raw->n == 0 || w->ports.stream.raw(w->ports.stream.self, in, raw, &why)) return true;
    worker_fail_told(w, SZ_IO, "", "", &why);
    return false;
}

bool input_letter(sz_worker *w, const sz_input *in, const sz_dead *dead) {
    sz_str raw;
    if (!raw_of(w, in, &raw)) return false;
    int64_t at = in->record.time_ms != SZ_TIME_NONE ? in->record.time_ms : time_of_last(w);
    sz_buf *out = &w->tc.scratch2;
    sz_buf_clear(out);
    sz_dead_write(out, sz_campus_zone(w->campus), dead, at, &in->origin, raw);
    lines_add(&w->dead, sz_buf_str(out));
    return true;
}

static void set_aside(sz_worker *w, const sz_input *in, const sz_dead *dead) {
    if (!input_letter(w, in, dead)) return;
    w->n.dead++;
    w->n.dead_by[dead->reason]++;
}

static void reject(sz_worker *w, const sz_input *in, sz_reason reason, const char *field, const char *detail) {
    sz_dead dead = {.reason = reason, .field = field};
    size_t n = strlen(detail);
    if (n >= sizeof dead.detail) n = sizeof dead.detail - 1;
    memcpy(dead.detail, detail, n);
    set_aside(w, in, &dead);
}

static bool is_future(const sz_worker *w, const sz_event *e) {
    return e->time_ms > w->clocks.limit_ms || sz_time_is_after_collected(e->time_ms, e->collected_ms);
}

void input_look_ahead(sz_worker *w, const sz_input *in, uint32_t n) {
    uint32_t n_events = 0;
    for (uint32_t i = 0; i < n; i++)
        if (in[i].record.kind == SZ_RECORD_EVENT) w->fetches[n_events++].of = &in[i].record.event;
    sz_campus_fetch_begin(w->campus, w->fetches, n_events);
    sz_campus_fetch_rows(w->campus, w->fetches, n_events);
    sz_campus_fetched(w->campus, w->fetches, n_events);
    const sz_campus_fetch *f = w->fetches;
    for (uint32_t i = 0; i < n; i++) {
        w->holders[i] = in[i].record.kind == SZ_RECORD_EVENT ? f++->row : SZ_NONE;
        w->ahead[i] = student_of_campus(w, w->holders[i]);
    }
}

/* Whose record is it? False: set aside. Its number among the worker's students, SZ_NONE: new; then *id is to be his,
 * which is fetched for nobody else: the campus's row of a student is cold memory. */
static bool resolve_student(sz_worker *w, const sz_input *in, const sz_event *e, uint32_t holder, uint32_t *student,
                            sz_str *id) {
    if (holder != SZ_NONE) {
        *student = holder < w->students.n_of_campus ? w->students.of_campus[holder] : SZ_NONE;
        *id = *student == SZ_NONE ? sz_campus_student(w->campus, holder)->id : (sz_str){NULL, 0};
        return true;
    }
    bool admits = w->o.admit || sz_campus_is_empty(w->campus);
    *id = e->student.n ? e->student : e->card;
    *student = student_get(w, *id, false);
    if (admits) return true;
    if (e->student.n) strangers_note(w, e->student);
    if (e->student.n) reject(w, in, SZ_UNKNOWN_STUDENT, "student", "not in students.csv");
    else reject(w, in, SZ_UNKNOWN_CARD, "card", "no student held this card at that time");
    return false;
}

/* The topic's partition is the student's home, or the topic was keyed by something else (trap 17 of the protocol). Who
 * is the worker's already is at home here: nobody else gets there. */
static bool is_routed(sz_worker *w, const sz_input *in, uint32_t student, sz_str id) {
    assert(student == SZ_NONE || is_home(w, student_id(w, student)));
    if (student != SZ_NONE || is_home(w, id)) return true;
    reject(w, in, SZ_MISROUTED, "student",
           "not the partition of this student: key the topic by student, partitioner murmur2; `sanzao repartition` "
           "copies it");
    return false;
}

/* A reader gives place and direction where the record has none. */
static bool resolve_reader(sz_worker *w, const sz_input *in, sz_event *e) {
    if (e->reader.n && (!e->place.n || e->direction == SZ_DIR_NONE)) {
        sz_str place = {0};
        uint8_t dir = SZ_DIR_NONE;
        if (!sz_campus_resolve_reader(w->campus, e->source, e->reader, e->time_ms, &place, &dir))
            w->n.unknown_readers++;
        if (!e->place.n) e->place = place;
        if (e->direction == SZ_DIR_NONE) e->direction = dir;
    }
    w->tc.hint.of = e;
    w->tc.hint.has_print = false;
    w->tc.hint.place = e->place.n ? sz_match_place(w->tc.matches, w->campus, e->place) : SZ_NONE;
    if (e->place.n && w->tc.hint.place == SZ_NONE && sz_campus_n_places(w->campus)) w->n.unknown_places++;
    if (e->type != SZ_TYPE_DORM_ACCESS || e->direction != SZ_DIR_NONE) return true;
    reject(w, in, SZ_MISSING_FIELD, "direction", "neither the record nor its reader has a direction");
    return false;
}

static int64_t own_watermark(const sz_worker *w, uint32_t source) {
    return w->o.order == SZ_SORTED ? w->clocks.file_ms : w->clocks.sources[source].watermark_ms;
}

static bool is_too_late(const sz_worker *w, const sz_event *e, uint32_t source) {
    int64_t own = own_watermark(w, source), high = w->clocks.wmax_ms;
    if (own != SZ_TIME_NONE && e->time_ms < own - w->o.lateness_ms) return true;
    return high != SZ_TIME_NONE && e->time_ms < high - w->o.horizon_ms;
}

/* Repeats: within a sorted batch the reader of files has found them; others are found in the student's log. There, too,
 * it stands whether the line that one of a batch has the identity of was used at all: a dead letter takes no id, and
 * what repeats it conflicts with the same record of before. The reader knows no cards: of whom a batch names in several
 * ways the log is asked each time, unless nobody else's record has that source and id. */
static sz_insert find_repeat(sz_worker *w, const sz_input *in, const sz_event *e, uint32_t student, bool is_late) {
    if (in->repeat == 2) return SZ_INSERT_CONFLICT;
    bool is_sorted = w->o.order == SZ_SORTED, is_told = in->repeat == 1 && !is_late;
    if (student == SZ_NONE) return is_told ? SZ_INSERT_DUPLICATE : SZ_INSERTED;
    sz_timeline *tl = student_awake(w, student);
    bool is_mixed = is_sorted && sz_timeline_name(tl, e) && !in->is_lone;
    bool is_lone = is_sorted && !in->repeat && !is_mixed;
    if (is_lone && !tl->n_before) return SZ_INSERTED; /* nor does the log have any but the batch's */
    sz_insert found = sz_timeline_find(tl, &w->tc, e, is_lone);
    return is_told && found == SZ_INSERTED ? SZ_INSERT_DUPLICATE : found;
}

static sz_cause cause_of(const sz_event *e) {
    return (sz_cause){.t_ms = e->time_ms, .what = SZ_STR("record"), .source = e->source, .which = e->id};
}

/* The student may be SZ_NONE: new, with that id. but: SZ_NONE, or of whom more has changed since then than the record.
 */
static inline void insert(sz_worker *w, sz_event *e, uint32_t student, sz_str id, uint32_t but, int64_t since_ms) {
    uint32_t i = student == SZ_NONE ? student_get(w, id, true) : student;
    sz_timeline *tl = student_awake(w, i);
    if (student == SZ_NONE) sz_timeline_name(tl, e);
    sz_timeline_insert(tl, &w->tc, e);
    journal_event(w, i);
    if (SZ_IS_MUTANT(SZ_MUTANT_COMMIT_INSIDE)) commit_start(w);
    if (but == i) {
        sz_cause cause = cause_of(e);
        student_facts(w, i, since_ms, &cause);
        alerts_flush(w);
    } else if (sz_timeline_pass(tl, &w->tc)) {
        step_count(w);
        if (tl->due_changed) queue_update(w, i);
    } else {
        sz_cause cause = cause_of(e);
        run_student(w, i, &cause);
        alerts_flush(w);
    }
    w->n.used++;
}

/* Time goes on to the record, or back to where it begins; then the record; then time that it has moved. */
static bool use_on(sz_worker *w, sz_event *e) {
    use *u = &w->use;
    bool is_sorted = w->o.order == SZ_SORTED;
    if (u->stage == USE_BEGIN) {
        sz_cause cause = cause_of(e);
        bool is_done = u->mates_of == SZ_NONE ? facts_for_all(w, u->since_ms, u->but, &cause)
                                              : facts_for_mates(w, u->mates_of, u->since_ms, u->but, &cause);
        if (!is_done) return false;
        u->stage = USE_TIME;
        clock_record(w, u->source, e->time_ms);
    }
    if (u->stage == USE_TIME) {
        bool is_cut = w->is_firing || w->peers.is_on;
        bool moves = w->clocks.sources[u->source].watermark_ms > w->clocks.wmax_ms || is_sorted || is_cut;
        if (moves && !time_advance(w)) return false;
        u->stage = USE_INSERT;
    }
    if (u->stage == USE_INSERT) {
        insert(w, e, u->student, u->id, u->but, u->since_ms);
        u->stage = USE_AFTER;
    }
    if (!is_sorted && !time_advance(w)) return false;
    u->stage = USE_NOT;
    if (is_sorted) stretch_begin(w);
    return true;
}

/* It takes others back first, of his class or everybody. Not inlined: hardly any record does. */
static __attribute__((noinline)) void take_others_back(sz_worker *w, const sz_event *e, uint32_t mates_of) {
    use *u = &w->use;
    bool is_behind = w->clocks.wmax_ms != SZ_TIME_NONE && e->time_ms < w->clocks.wmax_ms;
    u->stage = USE_BEGIN;
    u->mates_of = mates_of;
    if (is_behind) u->but = u->student;
}

/* since_ms: from when on it concerns the class of mates_of, or everybody; SZ_TIME_MAX: it does not. */
static bool use_since(sz_worker *w, sz_event *e, int64_t since_ms, uint32_t mates_of) {
    w->use.stage = USE_TIME;
    w->use.since_ms = since_ms;
    w->use.but = SZ_NONE;
    if (since_ms < SZ_TIME_MAX) take_others_back(w, e, mates_of);
    else clock_record(w, w->use.source, e->time_ms);
    return use_on(w, e);
}

static bool use_begin(sz_worker *w, sz_event *e, uint32_t holder) {
    const sz_zone *z = sz_campus_zone(w->campus);
    int64_t own = own_watermark(w, w->use.source), begin = SZ_TIME_MAX;
    if (e->time_ms - 2 * SZ_DAY_MS < w->clocks.begin_ms || w->clocks.begin_ms == SZ_TIME_MAX)
        begin = sz_zone_midnight(z, sz_zone_day(z, e->time_ms));
    if (own != SZ_TIME_NONE && e->time_ms < own) w->n.late++;
    int64_t since = SZ_TIME_MAX;
    if (begin < w->clocks.begin_ms) since = w->clocks.begin_ms = w->tc.begin_ms = begin, peers_seek(w);
    int64_t news = heard_note(w, e);
    if (news < since) since = news;
    bool is_of_all = since < SZ_TIME_MAX;
    if (w->facts.mates && mates_note(w, e, holder) && e->time_ms < since) since = e->time_ms;
    return use_since(w, e, since, is_of_all ? SZ_NONE : holder);
}

/* Within a stretch: what its class may hear of it is all that it can be to others. */
static bool use_within(sz_worker *w, sz_event *e, uint32_t holder) {
    const use *u = &w->use;
    assert(!is_too_late(w, e, u->source) && !parts_may_hold(&w->parts, e->time_ms) && heard_note(w, e) == SZ_TIME_MAX);
    if (w->facts.mates && mates_note(w, e, holder)) return use_since(w, e, e->time_ms, holder);
    if (!stretch_go(w, u->source, e->time_ms)) return use_since(w, e, SZ_TIME_MAX, SZ_NONE);
    insert(w, e, u->student, u->id, SZ_NONE, SZ_TIME_MAX);
    return true;
}

static bool input_event(sz_worker *w, const sz_input *in, uint32_t holder) {
    sz_event *e = (sz_event *)(uintptr_t)&in->record.event;
    sz_str id;
    uint32_t student;
    bool is_within = stretch_has(&w->stretch, e->time_ms); /* so it is in order, and nothing but it is to be asked */
    bool may_hold = !is_within && parts_may_hold(&w->parts, e->time_ms);
    if (may_hold) w->parts.before = w->n;
    if (is_future(w, e)) {
        reject(w, in, SZ_FUTURE_TIME, "time", "later than the run's limit, or than its own collection");
        return true;
    }
    if (!resolve_student(w, in, e, holder, &student, &id) || !is_routed(w, in, student, id) ||
        !resolve_reader(w, in, e))
        return true;
    uint32_t source = source_as(w, e->source);
    bool is_late = !is_within && is_too_late(w, e, source);
    sz_insert repeat = find_repeat(w, in, e, student, is_late);
    if (repeat == SZ_INSERT_DUPLICATE) {
        w->n.duplicate++;
        return true;
    }
    if (is_late) {
        reject(w, in, SZ_TOO_LATE, "time", "older than lateness or horizon allow");
        return true;
    }
    if (repeat == SZ_INSERT_CONFLICT) {
        reject(w, in, SZ_CONFLICTING_DUPLICATE, "id", "another record has this id and another content");
        return true;
    }
    if (may_hold && parts_hold(w, e, source)) return false;
    w->use.student = student;
    w->use.source = source;
    w->use.id = id;
    return is_within ? use_within(w, e, holder) : use_begin(w, e, holder);
}

static bool record_on(sz_worker *w, const sz_input *in, uint32_t holder) {
    switch (in->record.kind) {
    case SZ_RECORD_DEAD: set_aside(w, in, &in->record.dead); return true;
    case SZ_RECORD_FEED_STATUS: stretch_end(w); return feed_status(w, &in->record.feed);
    case SZ_RECORD_EVENT:
        return w->use.stage ? use_on(w, (sz_event *)(uintptr_t)&in->record.event) : input_event(w, in, holder);
    }
    return true;
}

bool input_record(sz_worker *w, const sz_input *in, uint32_t holder) {
    if (!w->use.stage) {
        w->n.read++;
        w->taken++;
        w->since_commit++;
    }
    if (!record_on(w, in, holder)) return false;
    sz_arena_reset(&w->step);
    return true;
}

bool input_end(sz_worker *w) {
    if (w->o.until_ms != SZ_TIME_NONE) {
        clock_until(w, w->o.until_ms);
        if (!time_advance(w)) return false;
    }
    alerts_flush(w);
    return true;
}

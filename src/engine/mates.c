/* SPDX-License-Identifier: Apache-2.0
 *
 * mates: `class_silent` (semantics 28) asks whether anybody of a student's class has been seen on the day of a check.
 * When somebody first was is a function of the records in the students' logs, which reach a day further back than any
 * check that may be looked at again; so it is stored nowhere. A class is gathered from the logs when a check first
 * asks, without waking who sleeps (docs/adr/0035). From there on each record in person is noted, and one that changes
 * the answer at a check that is over takes the class back to it.
 */
#include "worker.h"

enum { LEAST_ENTRY = 16 }; /* bytes of a packed one */

/* ---- from the logs ---- */

/* No check before it is looked at again. */
static int32_t since_day(const sz_worker *w) {
    int64_t t = w->clocks.wmax_ms;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (w->clocks.class_ms[k] < t) t = w->clocks.class_ms[k];
    return t == SZ_TIME_NONE ? INT32_MIN : sz_zone_day(sz_campus_zone(w->campus), t - w->o.horizon_ms);
}

static bool note(sz_worker *w, uint32_t in_campus, int64_t t_ms, int32_t since, int64_t *until_ms) {
    return sz_mates_note(w->facts.mates, sz_campus_zone(w->campus), in_campus, t_ms, since, until_ms);
}

static void gather_entries(sz_worker *w, uint32_t in_campus, sz_str entries, int32_t since) {
    const sz_featureset *fs = &w->bundle->fs;
    uint32_t mask_bytes = (fs->n_matchers + 7) / 8, seen = fs->seen_matcher;
    for (size_t at = 0, n; at < entries.n; at += n) {
        const uint8_t *p = (const uint8_t *)entries.p + at;
        int64_t until;
        n = entries.n - at < LEAST_ENTRY ? 0 : sz_entry_len(p);
        if (n < LEAST_ENTRY + mask_bytes || n > entries.n - at) break; /* damage: whoever wakes him finds it */
        if (!(sz_entry_mask(p)[seen >> 3] >> (seen & 7) & 1)) continue;
        if (sz_mates_know(w->facts.mates, in_campus, sz_entry_time(p))) continue;
        note(w, in_campus, sz_entry_time(p), since, &until);
    }
}

/* Who sleeps is of our form: his records say whether they are in person. */
static void gather_asleep(sz_worker *w, uint32_t i, uint32_t in_campus, int32_t since) {
    const asleep *a = &w->students.asleep;
    if (a->records[i].n) gather_entries(w, in_campus, sz_timeline_stored_log(a->records[i]), since);
    for (uint32_t at = a->of[i].last; at; at = a->entries[at - 1].before) {
        const kept_entry *e = &a->entries[at - 1];
        if (!e->is_story) gather_entries(w, in_campus, (sz_str){e->p, e->n}, since);
    }
}

static void gather(void *worker, const uint32_t *of_campus, uint32_t n) {
    sz_worker *w = worker;
    const students *s = &w->students;
    int32_t since = since_day(w);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = s->of_campus[of_campus[k]];
        int64_t until;
        if (of_campus[k] == w->mates.student) note(w, of_campus[k], w->mates.t_ms, since, &until);
        if (i == SZ_NONE) continue;
        if (s->v[i]) gather_entries(w, of_campus[k], sz_buf_str(&s->v[i]->log), since);
        else gather_asleep(w, i, of_campus[k], since);
    }
}

void mates_forget(sz_worker *w) {
    if (w->facts.mates) sz_mates_forget(w->facts.mates);
    w->mates.student = SZ_NONE;
}

/* ---- who they are ---- */

static bool asks(const sz_rule *r) {
    for (uint32_t i = 0; i < r->n_unless; i++)
        if (r->unless[i].kind == SZ_EX_CLASS_SILENT) return r->mode != SZ_DISABLED;
    return false;
}

static sz_mates *mates_new(sz_worker *w) {
    uint32_t n = sz_campus_n_students(w->campus);
    bool *at_home = sz_alloc(n + 1);
    for (uint32_t i = 0; i < n; i++) at_home[i] = is_home(w, sz_campus_student(w->campus, i)->id);
    sz_mates *m = sz_mates_new(w->campus, at_home, gather, w);
    sz_free(at_home);
    return m;
}

void mates_init(sz_worker *w) {
    enum { A_DAY_AT_MOST = 25 };
    bool any = false;
    for (uint32_t i = 0; i < w->bundle->n_rules; i++) any = any || asks(&w->bundle->rules[i]);
    w->mates = (mates_use){.student = SZ_NONE}; /* rules and calendar may be others: so are their checks */
    if (!any) return;
    w->facts.mates = mates_new(w);
    int64_t keep = w->o.horizon_ms + A_DAY_AT_MOST * SZ_HOUR_MS; /* of the first day that is looked at again, all */
    if (w->tc.keep_ms < keep) w->tc.keep_ms = keep;
}

void mates_fini(sz_worker *w) {
    sz_mates_free(w->facts.mates);
    sz_mates_free(w->unasked_mates);
    w->facts.mates = w->unasked_mates = NULL;
}

uint64_t mates_digest(sz_worker *w, uint32_t in_campus) {
    sz_mates *m = w->facts.mates ? w->facts.mates : w->unasked_mates;
    if (!m) m = w->unasked_mates = mates_new(w);
    return sz_mates_digest(m, in_campus);
}

/* ---- while it runs ---- */

/* No check that is later than this has been looked at, nor a record at its instant. */
static int64_t looked_at(const sz_worker *w) {
    const clocks *c = &w->clocks;
    int64_t t = c->wmax_ms > c->file_ms ? c->wmax_ms : c->file_ms;
    for (uint32_t k = 0; k < c->n_classes; k++)
        if (c->class_ms[k] > t) t = c->class_ms[k];
    for (uint32_t i = 0; i < c->n_sources; i++)
        if (c->sources[i].high_ms > t) t = c->sources[i].high_ms;
    return t;
}

/* Of the rules that ask, at t or after it; SZ_TIME_MAX: none. */
static int64_t next_check(const sz_worker *w, int64_t t_ms) {
    const sz_calendar *k = sz_campus_calendar(w->campus);
    int64_t next = SZ_TIME_MAX;
    for (uint32_t i = 0; i < w->bundle->n_rules; i++) {
        const sz_rule *r = &w->bundle->rules[i];
        int64_t at = asks(r) ? sz_check_next(&r->check, k, sz_campus_zone(w->campus), t_ms - 1) : SZ_TIME_MAX;
        if (at < next) next = at;
    }
    return next;
}

/* Has a rule that asks been checked from there on, before `until`? */
static bool was_asked(const sz_worker *w, int64_t from_ms, int64_t until_ms) {
    int64_t last = looked_at(w);
    if (from_ms > last) return false;
    int64_t at = next_check(w, from_ms);
    return at < until_ms && at <= last;
}

/* May a check have asked whether somebody was seen at t? Of most records, which are in order, it takes three
 * comparisons. */
static bool may_be_asked(sz_worker *w, int64_t t_ms) {
    mates_use *u = &w->mates;
    int64_t last = looked_at(w);
    if (t_ms > last) return false;
    if (t_ms < u->no_check_from_ms || u->no_check_to_ms <= last) {
        u->no_check_from_ms = t_ms;
        u->no_check_to_ms = next_check(w, t_ms);
    }
    return u->no_check_to_ms <= last;
}

/* Of a class that is not gathered nothing need be noted: its logs will have the record when a check asks. */
bool mates_note(sz_worker *w, const sz_event *e, uint32_t in_campus) {
    sz_mates *m = w->facts.mates;
    int64_t until;
    if (!m || sz_mates_know(m, in_campus, e->time_ms) || !sz_event_is_seen(w->tc.types, e)) return false;
    bool is_to_be = sz_mates_are_gathered(m, in_campus) || may_be_asked(w, e->time_ms);
    w->mates.student = is_to_be ? SZ_NONE : in_campus;
    w->mates.t_ms = e->time_ms;
    if (!is_to_be) return false;
    return note(w, in_campus, e->time_ms, since_day(w), &until) && was_asked(w, e->time_ms, until);
}

bool facts_for_mates(sz_worker *w, uint32_t in_campus, int64_t since_ms, uint32_t but, const sz_cause *cause) {
    uint32_t n;
    const uint32_t *mates = sz_mates_of(w->facts.mates, in_campus, &n);
    for (; w->at_facts < n; w->at_facts++) {
        uint32_t i = w->students.of_campus[mates[w->at_facts]];
        if (i == SZ_NONE || i == but) continue;
        if (step_is_full(w)) return false;
        student_facts(w, i, since_ms, cause);
    }
    w->at_facts = 0;
    return true;
}

bool mates_are_asked(const sz_worker *w) { return w->facts.mates != NULL; }

/* ---- at a load ---- */

/* Records have gone from class to class with the cards that they were found by. Each class once. */
uint32_t mates_go_over(sz_worker *w, uint32_t at) {
    strays *s = &w->strays;
    uint32_t n = 0, of = w->students.v[s->who[at]]->student;
    sz_cause cause = cards_cause(w);
    const uint32_t *mates = of == SZ_NONE ? NULL : sz_mates_of(w->facts.mates, of, &n);
    if (!s->is_over) s->is_over = sz_alloc(sz_campus_n_students(w->campus) + 1);
    if (!n || s->is_over[mates[0]]) return 0;
    s->is_over[mates[0]] = true;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = w->students.of_campus[mates[k]];
        if (i != SZ_NONE) student_facts(w, i, s->since_ms, &cause);
    }
    return n;
}

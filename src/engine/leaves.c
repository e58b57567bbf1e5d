/* SPDX-License-Identifier: Apache-2.0
 *
 * Facts that become known (semantics 5): a leave with `recorded` enters when the highest watermark reaches that time,
 * one without at load. What a state already knew is remembered by hash, so that only what is new rolls anybody back.
 */
#include "worker.h"

static int by_recorded(const void *a, const void *b, void *ctx) {
    const sz_worker *w = ctx;
    int64_t x = sz_campus_leave(w->campus, *(const uint32_t *)a)->recorded_ms,
            y = sz_campus_leave(w->campus, *(const uint32_t *)b)->recorded_ms;
    return x < y ? -1 : x > y;
}

static void set_known(sz_worker *w, uint32_t leaf) { w->facts.known[leaf >> 3] |= (uint8_t)(1u << (leaf & 7)); }
static void set_unknown(sz_worker *w, uint32_t leaf) { w->facts.known[leaf >> 3] &= (uint8_t) ~(1u << (leaf & 7)); }

void leaves_init(sz_worker *w) {
    uint32_t n = sz_campus_n_leaves(w->campus);
    w->facts.known = sz_alloc(n / 8 + 1);
    w->pending_leaves = sz_alloc((n + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < n; i++) {
        if (sz_campus_leave(w->campus, i)->recorded_ms == SZ_TIME_NONE) set_known(w, i);
        else w->pending_leaves[w->n_pending_leaves++] = i;
    }
    sz_sort(w->pending_leaves, w->n_pending_leaves, sizeof(uint32_t), by_recorded, w);
}

uint64_t leaf_hash(const sz_worker *w, uint32_t leaf) {
    const sz_leave *l = sz_campus_leave(w->campus, leaf);
    int64_t v[3] = {l->from_ms, l->to_ms, (int64_t)sz_hash(l->kind.p, l->kind.n)};
    return sz_hash(v, sizeof v);
}

static bool is_known(const sz_worker *w, uint32_t leaf) { return w->facts.known[leaf >> 3] >> (leaf & 7) & 1; }

/* When a leave may matter first: days count as a whole, so its first day does. */
static int64_t leaf_since(const sz_worker *w, const sz_leave *l) {
    int64_t from, to;
    sz_leave_span(w->campus, l, &from, &to);
    if (l->from_ms < from) from = l->from_ms;
    const sz_zone *z = sz_campus_zone(w->campus);
    return sz_zone_midnight(z, sz_zone_day(z, from));
}

static void enter(sz_worker *w, uint32_t leaf, int64_t t_ms) {
    const sz_leave *l = sz_campus_leave(w->campus, leaf);
    uint32_t i = student_get(w, sz_campus_student(w->campus, l->student)->id, true);
    sz_timeline *tl = student_awake(w, i);
    set_known(w, leaf);
    char day[11];
    sz_day_format(sz_zone_day(sz_campus_zone(w->campus), l->from_ms), day);
    sz_cause cause = {.t_ms = t_ms, .what = l->kind, .which = sz_str_of(day)};
    sz_timeline_know_leaf(tl, leaf_hash(w, leaf));
    student_facts(w, i, leaf_since(w, l), &cause);
}

bool leaf_next_due(const sz_worker *w, int64_t wmax_ms, int64_t *at_ms) {
    if (w->next_leaf >= w->n_pending_leaves || wmax_ms == SZ_TIME_NONE) return false;
    *at_ms = sz_campus_leave(w->campus, w->pending_leaves[w->next_leaf])->recorded_ms;
    return *at_ms <= wmax_ms;
}

void leaf_enter(sz_worker *w) {
    uint32_t leaf = w->pending_leaves[w->next_leaf++];
    const sz_leave *l = sz_campus_leave(w->campus, leaf);
    sz_str id = sz_campus_student(w->campus, l->student)->id;
    if (!is_home(w, id)) return; /* another partition's */
    uint32_t i = student_get(w, id, true);
    bool was_known = !w->students.v[i] && w->load_phase; /* who may sleep knows every leave that had its time */
    bool is_told = was_known || sz_timeline_knows_leaf(student_awake(w, i), leaf_hash(w, leaf));
    if (!is_told && !w->load_phase) {
        enter(w, leaf, l->recorded_ms);
        return;
    }
    if (is_told) set_known(w, leaf);
    else ended_owe_leaves(w, i);
}

/* As sz_hash: many columns are in no student's row. */
static inline uint64_t hash_of(sz_str s) {
    const uint64_t of_nothing = UINT64_C(0xef46db3751d8e999);
    return s.n ? sz_hash(s.p, s.n) : of_nothing;
}

static uint64_t own_hash(const sz_worker *w, uint32_t in_campus) {
    const sz_student *s = sz_campus_student(w->campus, in_campus);
    sz_str v[] = {s->gender, s->college,  s->school,    s->major,      s->klass,
                  s->dorm,   s->building, s->residence, s->status_name};
    uint64_t h = sz_hash(&s->entry_year, sizeof s->entry_year) ^ sz_hash(&s->years, sizeof s->years) * 3 ^
                 sz_hash(&s->enrolled_day, sizeof s->enrolled_day) * 5;
    for (uint32_t i = 0; i < sizeof v / sizeof *v; i++) h = h * 31 + hash_of(v[i]);
    for (uint32_t i = 0; i < s->n_tags; i++) h = h * 31 + sz_hash(s->tags[i].p, s->tags[i].n);
    return h ? h : 1;
}

/* Where a rule asks who is in his class (class_silent), that is among what concerns him. */
static uint64_t with_mates(sz_worker *w, uint32_t in_campus, uint64_t own) {
    uint64_t h = own * 31 + mates_digest(w, in_campus);
    return h ? h : 1;
}

uint64_t roster_hash(sz_worker *w, uint32_t in_campus) {
    if (in_campus == SZ_NONE) return 0;
    uint64_t own = own_hash(w, in_campus);
    return mates_are_asked(w) ? with_mates(w, in_campus, own) : own;
}

/* That rules have begun to ask, or ask no longer, is no change of the roster. */
static bool is_other_roster(sz_worker *w, const sz_timeline *tl, uint64_t now) {
    if (!tl->roster_hash || tl->roster_hash == now) return false;
    uint64_t own = own_hash(w, tl->student);
    return tl->roster_hash != (mates_are_asked(w) ? own : with_mates(w, tl->student, own));
}

/* What is due next is read off the leaves that the state knew: they are known before he is settled. */
void leaves_remember(sz_worker *w, const sz_timeline *tl) {
    if (tl->student == SZ_NONE || !tl->n_leaves) return;
    const sz_student *s = sz_campus_student(w->campus, tl->student);
    for (uint32_t l = s->leave_from; l < s->leave_to; l++)
        if (sz_timeline_knows_leaf(tl, leaf_hash(w, l))) set_known(w, l);
}

/* Records of another rule set are matched as they are read, before it is known which leaves his state knew: again with
 * these, and with no other that is still to enter. */
void leaves_match_anew(sz_worker *w, sz_timeline *tl) {
    if (tl->student == SZ_NONE) return;
    const sz_student *s = sz_campus_student(w->campus, tl->student);
    if (s->leave_from == s->leave_to) return;
    leaves_remember(w, tl);
    uint32_t *later = sz_arena_alloc(&w->step, (s->leave_to - s->leave_from) * sizeof *later), n = 0;
    for (uint32_t l = s->leave_from; l < s->leave_to; l++)
        if (is_known(w, l) && !sz_timeline_knows_leaf(tl, leaf_hash(w, l))) set_unknown(w, l), later[n++] = l;
    sz_timeline_match_anew(tl, &w->tc);
    while (n) set_known(w, later[--n]);
}

static bool has_its_time(const sz_worker *w, uint32_t leaf) {
    return sz_campus_leave(w->campus, leaf)->recorded_ms <= w->clocks.wmax_ms; /* or has none */
}

/* Of his leaves that have their time and that his state does not know, the one that was recorded first; those without
 * `recorded` before all others. */
static uint32_t next_to_tell(const sz_worker *w, const sz_timeline *tl) {
    const sz_student *s = sz_campus_student(w->campus, tl->student);
    uint32_t next = SZ_NONE;
    for (uint32_t l = s->leave_from; l < s->leave_to; l++) {
        if (!has_its_time(w, l) || sz_timeline_knows_leaf(tl, leaf_hash(w, l))) continue;
        if (next == SZ_NONE || by_recorded(&l, &next, (void *)(uintptr_t)w) < 0) next = l;
    }
    return next;
}

/* One by one, so that each is named for what it alone takes back. */
void leaves_tell(sz_worker *w, uint32_t i) {
    for (uint32_t l; (l = next_to_tell(w, w->students.v[i])) != SZ_NONE;) {
        const sz_leave *leave = sz_campus_leave(w->campus, l);
        enter(w, l, leave->recorded_ms == SZ_TIME_NONE ? leave->from_ms : leave->recorded_ms);
    }
}

static bool has_leaf(const sz_worker *w, const sz_student *s, uint64_t hash) {
    for (uint32_t l = s->leave_from; l < s->leave_to; l++)
        if (leaf_hash(w, l) == hash) return true;
    return false;
}

static bool forget_gone(const sz_worker *w, const sz_student *s, sz_timeline *tl) {
    uint32_t n = 0, n_before = tl->n_leaves;
    for (uint32_t k = 0; k < n_before; k++)
        if (has_leaf(w, s, tl->leaves[k])) tl->leaves[n++] = tl->leaves[k];
    if (n == n_before) return false;
    tl->n_leaves = n;
    tl->story_changed = true;
    return true;
}

/* A leave that the state knew is known from the start; one that it did not know enters when it is his turn, and so does
 * one that is gone. Until he is told, worker and state go on not to know it: a load after a cut finds him again. */
static void student_at_load(sz_worker *w, uint32_t i, sz_timeline *tl) {
    if (tl->student == SZ_NONE) return;
    const sz_student *s = sz_campus_student(w->campus, tl->student);
    bool is_one_gone = forget_gone(w, s, tl);
    for (uint32_t l = s->leave_from; l < s->leave_to; l++) {
        uint64_t hash = leaf_hash(w, l);
        if (sz_timeline_knows_leaf(tl, hash)) set_known(w, l);
        else if (is_known(w, l) && !w->is_new) set_unknown(w, l), ended_owe_leaves(w, i);
        else if (is_known(w, l)) sz_timeline_know_leaf(tl, hash);
    }
    uint64_t hash = roster_hash(w, tl->student);
    if (is_one_gone || is_other_roster(w, tl, hash)) ended_owe_campus(w, i, "roster");
    if (tl->roster_hash != hash) tl->roster_hash = hash, tl->story_changed = true;
}

void leaves_at_load(sz_worker *w, uint32_t i) {
    sz_timeline *tl = w->students.v[i];
    if (!tl) return; /* nothing has changed for who may sleep */
    student_at_load(w, i, tl);
    if (tl->story_changed && !w->is_new) ended_owe(w, i);
}

void leaves_first_look(sz_worker *w, sz_timeline *tl) {
    if (tl->student == SZ_NONE) return;
    const sz_student *s = sz_campus_student(w->campus, tl->student);
    for (uint32_t l = s->leave_from; l < s->leave_to; l++)
        if (is_known(w, l) && !sz_timeline_knows_leaf(tl, leaf_hash(w, l))) sz_timeline_know_leaf(tl, leaf_hash(w, l));
    tl->roster_hash = roster_hash(w, tl->student);
    tl->story_changed = true;
}

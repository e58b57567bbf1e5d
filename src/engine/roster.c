/* SPDX-License-Identifier: Apache-2.0
 *
 * Who was there lately and stands in the roster no longer. A roster that was cut short, or is another campus's, loads
 * like any other: those who are gone from it rest, and nobody would hear of it. So a load under another roster counts
 * them. It is not asked who has left by rights: what the roster before it said of its last year and of who was not
 * watched is kept, as numbers, in a line of the ledger, and so many may go.
 */
#include "worker.h"

static const sz_str key = {"campus/roster", 13};
enum { FIRST_YEAR = 2000, SHORTEST = 3 /* years of studies, where the roster does not say */, LEAVING_MONTH = 5 };
static const int64_t lately_ms = 14 * SZ_DAY_MS;

/* ---- the line ---- */

static void put_line(sz_buf *out, const roster_use *r) {
    enum { FORM = 1 };
    uint32_t n = 0;
    for (uint32_t i = 0; i < ROSTER_YEARS; i++) n += r->now.leaving[i] != 0;
    sz_buf_put_u8(out, FORM);
    sz_buf_put_u64(out, r->now.digest);
    sz_buf_put_varint(out, r->now.resting);
    sz_buf_put_varint(out, r->let_go);
    sz_buf_put_varint(out, r->gone.n);
    sz_buf_put_varint(out, r->gone.of);
    sz_buf_put_zigzag(out, r->gone.n ? r->counted_ms : 0);
    sz_buf_put_varint(out, n);
    for (uint32_t i = 0; i < ROSTER_YEARS; i++) {
        if (!r->now.leaving[i]) continue;
        sz_buf_put_varint(out, i);
        sz_buf_put_varint(out, r->now.leaving[i]);
    }
}

static bool get_line(roster_use *r, sz_str value) {
    sz_reader in = sz_reader_of(value.p, value.n);
    if (sz_read_u8(&in) != 1) return false;
    r->was.digest = sz_read_u64(&in);
    r->was.resting = (uint32_t)sz_read_varint(&in);
    r->let_go = (uint32_t)sz_read_varint(&in);
    r->gone.n = (uint32_t)sz_read_varint(&in);
    r->gone.of = (uint32_t)sz_read_varint(&in);
    r->counted_ms = sz_read_zigzag(&in);
    for (uint64_t n = sz_read_varint(&in); n && !in.bad; n--) {
        uint64_t i = sz_read_varint(&in);
        uint32_t count = (uint32_t)sz_read_varint(&in);
        if (i < ROSTER_YEARS) r->was.leaving[i] = count;
    }
    return !in.bad && in.p == in.end;
}

/* A line that cannot be read is of another version: it is as if there were none. */
bool roster_load(sz_worker *w, sz_str name, sz_str value) {
    if (!sz_str_eq(name, key)) return false;
    roster_use r = {0};
    r.is_known = get_line(&r, value);
    r.stored_hash = sz_hash(value.p, value.n);
    w->roster = r.is_known ? r : (roster_use){0};
    return true;
}

/* ---- a list ---- */

static int32_t leaving_year(const sz_student *s) {
    return s->entry_year ? s->entry_year + (s->years ? s->years : SHORTEST) : 0;
}

void roster_count_row(sz_worker *w, uint32_t in_campus) {
    roster_list *l = &w->roster.now;
    if (!w->roster.is_counting || w->students.of_campus[in_campus] == SZ_NONE) return; /* at home elsewhere */
    const sz_student *s = sz_campus_student(w->campus, in_campus);
    bool rests = s->status != SZ_ACTIVE;
    int32_t year = leaving_year(s);
    uint64_t what[2] = {sz_hash(s->id.p, s->id.n), (uint64_t)(uint32_t)year << 1 | rests};
    l->digest += sz_hash(what, sizeof what); /* in any order */
    if (rests) l->resting++;
    else if (year && year < FIRST_YEAR + ROSTER_YEARS) l->leaving[year < FIRST_YEAR ? 0 : year - FIRST_YEAR]++;
}

/* How many of the list may be gone by then and have left: who was not watched, and, from May on, the last year. */
static uint64_t may_have_left(const sz_worker *w, const roster_list *l, int64_t t_ms) {
    int y, m, d;
    uint64_t n = l->resting;
    sz_day_to_ymd(sz_zone_day(sz_campus_zone(w->campus), t_ms), &y, &m, &d);
    for (int i = 0; i < ROSTER_YEARS; i++)
        if (i + FIRST_YEAR < y || (i + FIRST_YEAR == y && m >= LEAVING_MONTH)) n += l->leaving[i];
    return n;
}

/* ---- a load ---- */

void roster_begin(sz_worker *w) {
    roster_use *r = &w->roster;
    r->is_counting = !w->students.asleep.may_sleep || !r->is_known;
    r->now = r->is_counting ? (roster_list){0} : r->was;
    r->n_lately = r->n_gone = 0;
}

static bool is_asked(const sz_worker *w) { return !w->o.admit && !sz_campus_is_empty(w->campus); }

void roster_count_student(sz_worker *w, const sz_timeline *tl) {
    if (!w->roster.is_counting || !tl->n_log || w->clocks.wmax_ms == SZ_TIME_NONE) return;
    if (sz_entry_time(tl->log.p + tl->last_off) < w->clocks.wmax_ms - lately_ms) return;
    w->roster.n_lately++;
    w->roster.n_gone += tl->student == SZ_NONE;
}

/* Whom an earlier list let go is still gone under the next one. */
static void judge(sz_worker *w, int64_t t_ms) {
    roster_use *r = &w->roster;
    uint64_t may = r->let_go;
    if (r->is_known && r->was.digest != r->now.digest) may += may_have_left(w, &r->was, t_ms);
    r->let_go = may < r->n_gone ? (uint32_t)may : r->n_gone;
    r->gone = (sz_gone){.n = r->n_gone - r->let_go, .of = r->n_lately - r->let_go};
    r->counted_ms = t_ms;
}

static void note(sz_worker *w) {
    roster_use *r = &w->roster;
    sz_buf line;
    sz_buf_init(&line);
    put_line(&line, r);
    uint64_t hash = sz_hash(line.p, line.n);
    if (hash != r->stored_hash) sz_worker_note(w, key, sz_buf_str(&line));
    r->stored_hash = hash;
    sz_buf_fini(&line);
}

void roster_end(sz_worker *w) {
    roster_use *r = &w->roster;
    int64_t t = w->clocks.wmax_ms;
    bool all_are_awake = !w->students.asleep.may_sleep;
    if (!is_asked(w)) {
        w->roster = (roster_use){.stored_hash = r->stored_hash};
        return;
    }
    if (!r->is_counting) return;
    if (all_are_awake && t != SZ_TIME_NONE) judge(w, t);
    r->was = r->now;
    r->is_known = true;
    r->is_counting = false;
    note(w);
}

void sz_worker_gone(const sz_worker *w, sz_gone *out) {
    const roster_use *r = &w->roster;
    bool is_old = w->clocks.wmax_ms != SZ_TIME_NONE && w->clocks.wmax_ms - r->counted_ms > lately_ms;
    *out = is_old ? (sz_gone){0} : r->gone;
}

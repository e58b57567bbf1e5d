/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a record in as the last one that fitted the same matchers was: which accumulators, and what each does, is
 * worked out once, and those that do the same stand together. The usual (a row of today, a session that goes on, the
 * last record) is done here in a few steps; whatever is not usual goes to add.c.
 */
#include "add.h"

enum { PLANS = 1024 };

typedef enum step_kind {
    STEP_COUNT, /* one more in today's row */
    STEP_SUM,   /* and an exact number in its sum */
    STEP_PANE,  /* one more in the pane's row */
    STEP_SESSION,
    STEP_LAST,
    STEP_UNTIL,
    STEP_ANY, /* add.c */
    N_STEP_KINDS,
    STEP_END = N_STEP_KINDS
} step_kind;

typedef struct step {
    uint32_t at; /* of its region in the table: bytes from the state's first */
    uint32_t acc;
    int32_t keep;
    uint8_t kind;
    uint8_t unit;   /* UNIT_ */
    uint8_t number; /* STEP_SUM: NUMBER_ */
    int64_t ms;     /* of a pane; the gap of sessions */
} step;
enum { UNIT_DAY, UNIT_NIGHT, N_UNITS };
enum { NUMBER_AMOUNT, NUMBER_HOURS, N_NUMBERS };

typedef struct plan {
    uint64_t mask;
    step *steps; /* by kind, then STEP_END; NULL: it is not made yet */
    bool is_counted;
    uint8_t wants;   /* which numbers of an entry (sz_entry_get_numbers) */
    bool needs_more; /* than these */
} plan;

struct sz_add_memo {
    plan plans[PLANS];
    sz_day_memo days[N_UNITS];
};

sz_add_memo *sz_add_memo_new(void) { return sz_alloc(sizeof(sz_add_memo)); }

void sz_add_memo_free(sz_add_memo *m) {
    for (uint32_t i = 0; m && i < PLANS; i++) sz_free(m->plans[i].steps);
    sz_free(m);
}

static step_kind kind_of(const sz_acc *a) {
    bool is_days = a->kind == SZ_ACC_DAYS, is_sum = a->has_sum && !a->has_minmax;
    switch (a->kind) {
    case SZ_ACC_DAYS:
    case SZ_ACC_PANES:
        if (a->field == UINT16_MAX) return is_days ? STEP_COUNT : STEP_PANE;
        return is_days && is_sum && (a->field == SZ_EF_AMOUNT || a->field == SZ_EF_HOURS) ? STEP_SUM : STEP_ANY;
    case SZ_ACC_SESSIONS: return a->pane_ms ? STEP_ANY : STEP_SESSION;
    case SZ_ACC_LAST: return STEP_LAST;
    case SZ_ACC_UNTIL: return STEP_UNTIL;
    default: return STEP_ANY;
    }
}

static step step_of(const sz_featureset *fs, uint32_t i) {
    const sz_acc *a = &fs->accs[i];
    return (step){.at = (uint32_t)(sizeof(state_head) + i * sizeof(region)),
                  .acc = i,
                  .keep = a->keep,
                  .kind = (uint8_t)kind_of(a),
                  .unit = a->is_night ? UNIT_NIGHT : UNIT_DAY,
                  .number = a->field == SZ_EF_HOURS ? NUMBER_HOURS : NUMBER_AMOUNT,
                  .ms = a->pane_ms ? a->pane_ms : a->gap_ms};
}

/* SZ_WANTS_ of an accumulator's field, where that is a number of an entry or none at all. */
static bool wants_of(const sz_acc *a, uint8_t *wants) {
    switch (a->field) {
    case UINT16_MAX: break;
    case SZ_EF_AMOUNT: *wants |= SZ_WANTS_AMOUNT; break;
    case SZ_EF_BALANCE: *wants |= SZ_WANTS_BALANCE; break;
    case SZ_EF_HOURS: *wants |= SZ_WANTS_HOURS; break;
    default: return false;
    }
    return a->kind != SZ_ACC_DISTINCT;
}

static void plan_make(plan *p, const sz_featureset *fs, uint64_t bits, const uint8_t *mask) {
    uint32_t n = 0;
    p->mask = bits;
    p->is_counted = fs->findable_days && is_counted(fs, mask);
    p->needs_more = p->is_counted;
    p->wants = 0;
    if (!p->steps) p->steps = sz_alloc((fs->n_accs + 1) * sizeof *p->steps); /* a memory is of one feature set */
    for (uint32_t kind = 0; kind < N_STEP_KINDS; kind++)
        for (uint32_t i = 0; i < fs->n_accs; i++)
            if (bits >> fs->accs[i].matcher & 1 && kind_of(&fs->accs[i]) == kind) {
                p->needs_more |= !wants_of(&fs->accs[i], &p->wants);
                p->steps[n++] = step_of(fs, i);
            }
    p->steps[n] = (step){.kind = STEP_END};
}

/* ---- a record, by its plan ---- */

typedef struct by_plan {
    sz_add_memo *m;
    sz_fstate *s;
    const sz_featureset *fs;
    const sz_zone *z;
    const sz_event *e;
    sz_entry entry;
    int32_t at[N_UNITS];
} by_plan;

/* The unusual; the state may move. Its first new row of a day makes room for others, its first of all for itself. */
static uint8_t *add_in_general(const by_plan *x, const step *s, bool is_new_day) {
    if (is_new_day && region_len(x->s, s->acc)) sz_fstate_spread(x->s, x->fs, 1);
    const adding a = adding_of(x->s, x->fs, x->z, x->m->days, x->e, x->entry);
    add_to(&a, s->acc);
    return x->s->p;
}

static inline region *region_of(uint8_t *base, const step *s) { return (region *)(void *)(base + s->at); }

/* A new row behind the last one, and those that no window can reach any more fall off at the front. NULL: there is no
 * room. */
static uint8_t *row_behind(uint8_t *base, const step *s, uint32_t head, uint32_t size, int32_t at, uint32_t by) {
    region *r = region_of(base, s);
    uint8_t *rows = base + r->off + head;
    uint32_t n = r->n - head, gone = 0;
    if (r->n < head) return NULL;
    if (s->keep != INT32_MAX)
        for (int32_t first; gone < n; gone += size) {
            memcpy(&first, rows + gone, sizeof first);
            if (first >= at - s->keep) break;
        }
    if (gone) {
        memmove(rows, rows + gone, n - gone);
        r->n -= gone;
        n -= gone;
    }
    if (region_cap(r) - r->n < size) return NULL;
    const day_row one = {.at = at, .n = by};
    memcpy(rows + n, &one, sizeof one);
    memset(rows + n + sizeof one, 0, size - sizeof one);
    r->n += size;
    return rows + n;
}

/* So many more in the row of `at`, which is the last one or a new one; the row. */
static inline uint8_t *count_in_row(uint8_t *base, const step *s, uint32_t head, uint32_t size, int32_t at,
                                    uint32_t by) {
    const region *r = region_of(base, s);
    uint8_t *row = base + r->off + r->n - size;
    int32_t have;
    uint32_t n;
    if (r->n <= head) return row_behind(base, s, head, size, at, by);
    memcpy(&have, row + offsetof(day_row, at), sizeof have);
    if (have != at) return row_behind(base, s, head, size, at, by);
    memcpy(&n, row + offsetof(day_row, n), sizeof n);
    n += by;
    memcpy(row + offsetof(day_row, n), &n, sizeof n);
    return row;
}

static inline void add_to_sum(uint8_t *sum, int64_t number) {
    int64_t v;
    memcpy(&v, sum, sizeof v);
    v += number;
    memcpy(sum, &v, sizeof v);
}

/* The session goes on; or another one begins. */
static inline bool count_session(uint8_t *base, const step *s, int32_t at, int64_t t_ms) {
    const region *r = region_of(base, s);
    uint8_t *p = base + r->off;
    int64_t last;
    if (r->n < sizeof(session_head)) return false;
    memcpy(&last, p, sizeof last);
    bool joins = last != SZ_TIME_NONE && t_ms - last < s->ms;
    if (!joins && !count_in_row(base, s, sizeof(session_head), sizeof(day_row), at, 1)) return false;
    memcpy(p, &t_ms, sizeof t_ms);
    return true;
}

static inline bool keep_last(uint8_t *base, const step *s, sz_entry entry) {
    region *r = region_of(base, s);
    if (entry.n > region_cap(r)) return false;
    r->n = entry.n;
    sz_bytes_copy(base + r->off, entry.p, entry.n);
    return true;
}

static inline bool raise_until(uint8_t *base, const step *s, int64_t t_ms) {
    const region *r = region_of(base, s);
    int64_t have;
    if (r->n != sizeof have) return false;
    memcpy(&have, base + r->off, sizeof have);
    if (t_ms > have) memcpy(base + r->off, &t_ms, sizeof t_ms);
    return true;
}

/* What a STEP_SUM adds of it; negative: nothing, nor does it count there. */
static inline int64_t number_of(const sz_event *e, const step *s) {
    int64_t hours = e->type == SZ_TYPE_ATTENDANCE ? e->hours_micro : SZ_ABSENT;
    return s->number == NUMBER_AMOUNT ? e->amount_fen : hours;
}

static void add_steps(const by_plan *x, const step *s) {
    const sz_event *e = x->e;
    const int64_t t_ms = e->time_ms;
    uint8_t *base = x->s->p;
    for (; s->kind == STEP_COUNT; s++)
        if (!count_in_row(base, s, 0, sizeof(day_row), x->at[s->unit], 1)) base = add_in_general(x, s, true);
    for (; s->kind == STEP_SUM; s++) {
        int64_t number = number_of(e, s);
        if (number < 0) continue;
        uint8_t *row = count_in_row(base, s, 0, sizeof(day_row) + sizeof number, x->at[s->unit], 1);
        if (row) add_to_sum(row + sizeof(day_row), number);
        else base = add_in_general(x, s, false);
    }
    for (; s->kind == STEP_PANE; s++)
        if (!count_in_row(base, s, 0, sizeof(day_row), (int32_t)(t_ms / s->ms), 1)) base = add_in_general(x, s, false);
    for (; s->kind == STEP_SESSION; s++)
        if (!count_session(base, s, x->at[s->unit], t_ms)) base = add_in_general(x, s, false);
    for (; s->kind == STEP_LAST; s++)
        if (!keep_last(base, s, x->entry)) base = add_in_general(x, s, false);
    for (; s->kind == STEP_UNTIL; s++)
        if (!raise_until(base, s, t_ms)) base = add_in_general(x, s, false);
    for (; s->kind == STEP_ANY; s++) base = add_in_general(x, s, false);
}

static inline const plan *plan_of(sz_add_memo *m, const sz_featureset *fs, const uint8_t *mask) {
    uint64_t bits = sz_mask_word(mask, (fs->n_matchers + 7) / 8);
    plan *p = &m->plans[bits * UINT64_C(0x9e3779b97f4a7c15) >> 54];
    if (p->mask != bits || !p->steps) plan_make(p, fs, bits, mask);
    return p;
}

static inline void place_in_time(by_plan *x) {
    x->at[UNIT_DAY] = sz_zone_day_as(x->z, &x->m->days[UNIT_DAY], x->e->time_ms);
    if (x->fs->has_nights) x->at[UNIT_NIGHT] = sz_zone_night_as(x->z, &x->m->days[UNIT_NIGHT], x->e->time_ms);
    if (head_of(x->s)->first_day == SZ_DAY_NONE) head_of(x->s)->first_day = x->at[UNIT_DAY];
}

static inline void add_planned(const plan *p, by_plan *x, const uint8_t *mask) {
    place_in_time(x);
    add_steps(x, p->steps);
    if (p->is_counted && x->e->type == SZ_TYPE_ATTENDANCE) add_findable(x->s, x->fs, x->e, mask);
}

void sz_fstate_add_as(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_event *e,
                      const uint8_t *mask, sz_entry entry) {
    if (!m || fs->n_matchers > 64 || e->precision == SZ_PREC_DAY) {
        sz_fstate_add(s, fs, z, e, mask, entry);
        return;
    }
    by_plan x = {.m = m, .s = s, .fs = fs, .z = z, .e = e, .entry = entry};
    add_planned(plan_of(m, fs, mask), &x, mask);
}

/* Numbers are all that its accumulators ask for. */
static inline bool get_short(const plan *p, const uint8_t *entry, uint32_t mask_bytes, sz_event *e) {
    return !p->needs_more && sz_entry_get_numbers(entry, mask_bytes, p->wants, e) && e->precision != SZ_PREC_DAY;
}

static bool add_decoded(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_map *dict,
                        const sz_types *types, sz_entry entry) {
    sz_event e;
    if (!sz_entry_get(entry.p, (fs->n_matchers + 7) / 8, dict, types, &e)) return false;
    sz_fstate_add_as(m, s, fs, z, &e, sz_entry_mask(entry.p), entry);
    return true;
}

bool sz_fstate_add_entry(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_map *dict,
                         const sz_types *types, sz_entry entry) {
    const uint8_t *mask = sz_entry_mask(entry.p);
    const plan *p = m && fs->n_matchers <= 64 ? plan_of(m, fs, mask) : NULL;
    sz_event e;
    if (!p || !get_short(p, entry.p, (fs->n_matchers + 7) / 8, &e)) return add_decoded(m, s, fs, z, dict, types, entry);
    by_plan x = {.m = m, .s = s, .fs = fs, .z = z, .e = &e, .entry = entry};
    add_planned(p, &x, mask);
    return true;
}

/* ---- records that fit the same, of one day, one behind the other ---- */

enum { ALIKE_MOST = 16 };

typedef struct alike {
    uint32_t n;
    struct {
        sz_entry entry;
        int64_t t_ms, amount_fen, balance_fen, hours_micro;
        uint8_t precision;
    } v[ALIKE_MOST];
} alike;

/* What sz_entry_get_numbers gives, but for the type: that is the same. */
static inline void note_alike(alike *a, const sz_event *e, sz_entry entry) {
    a->v[a->n].entry = entry;
    a->v[a->n].t_ms = e->time_ms;
    a->v[a->n].amount_fen = e->amount_fen;
    a->v[a->n].balance_fen = e->balance_fen;
    a->v[a->n].hours_micro = e->hours_micro;
    a->v[a->n++].precision = e->precision;
}

static inline void be_at(by_plan *x, sz_event *e, const alike *a, uint32_t i) {
    x->entry = a->v[i].entry;
    e->time_ms = a->v[i].t_ms;
    e->amount_fen = a->v[i].amount_fen;
    e->balance_fen = a->v[i].balance_fen;
    e->hours_micro = a->v[i].hours_micro;
    e->precision = a->v[i].precision;
}

static uint8_t *add_each(by_plan *x, sz_event *e, const alike *a, const step *s) {
    for (uint32_t i = 0; i < a->n; i++) {
        be_at(x, e, a, i);
        step one[2] = {*s, {.kind = STEP_END}};
        add_steps(x, one);
    }
    return x->s->p;
}

static uint8_t *add_sums(by_plan *x, sz_event *e, const alike *a, const step *s) {
    uint8_t *base = x->s->p, *row;
    uint32_t n = 0;
    int64_t sum = 0;
    for (uint32_t i = 0; i < a->n; i++) {
        be_at(x, e, a, i);
        int64_t number = number_of(e, s);
        n += number >= 0;
        sum += number >= 0 ? number : 0;
    }
    if (!n) return base;
    row = count_in_row(base, s, 0, sizeof(day_row) + sizeof sum, x->at[s->unit], n);
    if (!row) return add_each(x, e, a, s);
    add_to_sum(row + sizeof(day_row), sum);
    return base;
}

/* As add_steps does one after the other: no step reads what another one writes. */
static void add_steps_of_all(by_plan *x, sz_event *e, const alike *a, const step *s) {
    uint8_t *base = x->s->p;
    const uint32_t last = a->n - 1;
    for (; s->kind == STEP_COUNT; s++)
        if (!count_in_row(base, s, 0, sizeof(day_row), x->at[s->unit], a->n)) base = add_each(x, e, a, s);
    for (; s->kind == STEP_SUM; s++) base = add_sums(x, e, a, s);
    for (; s->kind == STEP_PANE; s++) base = add_each(x, e, a, s);
    for (; s->kind == STEP_SESSION; s++)
        for (uint32_t i = 0; i < a->n; i++) {
            if (count_session(base, s, x->at[s->unit], a->v[i].t_ms)) continue;
            be_at(x, e, a, i);
            base = add_in_general(x, s, false);
        }
    be_at(x, e, a, last);
    for (; s->kind == STEP_LAST; s++)
        if (!keep_last(base, s, x->entry)) base = add_in_general(x, s, false);
    for (; s->kind == STEP_UNTIL; s++)
        if (!raise_until(base, s, e->time_ms)) base = add_in_general(x, s, false);
    for (; s->kind == STEP_ANY; s++) base = add_each(x, e, a, s);
}

static inline bool is_within(const sz_day_memo *m, int64_t t_ms) { return t_ms >= m->from_ms && t_ms < m->to_ms; }

/* Those behind the first one, of which e is; where they end. */
static const uint8_t *gather(const plan *p, const by_plan *x, sz_event *e, const uint8_t *end, alike *a) {
    uint32_t mask_bytes = (x->fs->n_matchers + 7) / 8;
    const uint8_t *next = x->entry.p + x->entry.n, type = e->type;
    for (; next < end && a->n < ALIKE_MOST; next += sz_entry_len(next)) {
        int64_t t_ms = sz_entry_time(next);
        bool is_same = next[2] == type && is_within(&x->m->days[UNIT_DAY], t_ms) &&
                       (!x->fs->has_nights || is_within(&x->m->days[UNIT_NIGHT], t_ms));
        if (!is_same || sz_mask_word(sz_entry_mask(next), mask_bytes) != p->mask) break;
        if (!get_short(p, next, mask_bytes, e)) break;
        note_alike(a, e, (sz_entry){.p = next, .n = sz_entry_len(next)});
    }
    return next;
}

/* From the record at p on, of which e is; where the next one begins. */
static const uint8_t *add_alike(const plan *q, by_plan *x, sz_event *e, const uint8_t *end) {
    alike a;
    a.n = 0;
    note_alike(&a, e, x->entry);
    place_in_time(x);
    const uint8_t *next = gather(q, x, e, end, &a);
    if (a.n == 1) {
        be_at(x, e, &a, 0);
        add_steps(x, q->steps);
    } else {
        add_steps_of_all(x, e, &a, q->steps);
    }
    return next;
}

#ifndef NDEBUG
static sz_fstate copy_of(const sz_fstate *s) {
    sz_fstate c = {.p = sz_alloc(s->n), .n = s->n, .cap = s->n};
    memcpy(c.p, s->p, s->n);
    return c;
}

/* What it comes to one by one. */
static void ask_one_by_one(sz_add_memo *m, const sz_fstate *before, const sz_fstate *after, const sz_featureset *fs,
                           const sz_zone *z, const sz_map *dict, const sz_types *types, const uint8_t *p, uint32_t n) {
    sz_fstate c = *before;
    for (const uint8_t *end = p + n; p < end; p += sz_entry_len(p))
        sz_fstate_add_entry(m, &c, fs, z, dict, types, (sz_entry){.p = p, .n = sz_entry_len(p)});
    if (head_of(&c)->first_day != head_of(after)->first_day) __builtin_trap();
    for (uint32_t i = 0; i <= fs->n_accs; i++) {
        uint32_t len = region_len(&c, i);
        if (len != region_len(after, i) || (len && memcmp(region_bytes(&c, i), region_bytes(after, i), len) != 0))
            __builtin_trap();
    }
    sz_fstate_fini(&c);
}
#endif

void sz_fstate_add_log(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_map *dict,
                       const sz_types *types, const uint8_t *p, uint32_t n) {
    const uint8_t *end = p + n;
#ifndef NDEBUG
    const uint8_t *begin = p;
    const sz_fstate before = copy_of(s);
#endif
    bool has_plans = m && fs->n_matchers <= 64;
    while (p < end) {
        sz_entry entry = {.p = p, .n = sz_entry_len(p)};
        const plan *q = has_plans ? plan_of(m, fs, sz_entry_mask(p)) : NULL;
        sz_event e;
        if (q && get_short(q, p, (fs->n_matchers + 7) / 8, &e)) {
            by_plan x = {.m = m, .s = s, .fs = fs, .z = z, .e = &e, .entry = entry};
            p = add_alike(q, &x, &e, end);
        } else {
            add_decoded(m, s, fs, z, dict, types, entry);
            p += entry.n;
        }
    }
#ifndef NDEBUG
    ask_one_by_one(m, &before, s, fs, z, dict, types, begin, n);
#endif
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking in the records of a log that wait: those that fit the same and are of one day, one behind the other, at once.
 * Their row is found once, and sums are added up before they are written; no step reads what another one writes.
 */
#include "add_steps.h"

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

/* Is there one at `next` that fits the same as the last one and is of its type and day? */
static inline bool is_alike(const plan *p, const by_plan *x, uint8_t type, const uint8_t *next) {
    if (next >= x->end || next[2] != type) return false;
    int64_t t_ms = sz_entry_time(next);
    return is_within(&x->m->days[UNIT_DAY], t_ms) && (!x->fs->has_nights || is_within(&x->m->days[UNIT_NIGHT], t_ms)) &&
           sz_mask_word(sz_entry_mask(next), (x->fs->n_matchers + 7) / 8) == p->mask;
}

/* Those behind the first one, of which e is; where they end. */
static const uint8_t *gather(const plan *p, const by_plan *x, sz_event *e, alike *a) {
    const uint8_t *next = x->entry.p + x->entry.n, type = e->type;
    for (; a->n < ALIKE_MOST && is_alike(p, x, type, next); next += sz_entry_len(next)) {
        if (!get_short(p, next, (x->fs->n_matchers + 7) / 8, e)) break;
        note_alike(a, e, (sz_entry){.p = next, .n = sz_entry_len(next)});
    }
    return next;
}

/* From the record in hand on, of which e is; where the next one begins. */
static const uint8_t *add_alike(const plan *q, by_plan *x, sz_event *e) {
    const uint8_t *next = x->entry.p + x->entry.n;
    place_in_time(x);
    if (!is_alike(q, x, e->type, next)) { /* most are alone */
        add_steps(x, q->steps);
        return next;
    }
    alike a;
    a.n = 0;
    note_alike(&a, e, x->entry);
    next = gather(q, x, e, &a);
    add_steps_of_all(x, e, &a, q->steps);
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
                           const sz_zone *z, const sz_campus *campus, const sz_map *dict, const sz_types *types,
                           const uint8_t *p, uint32_t n) {
    sz_fstate c = *before;
    for (const uint8_t *end = p + n; p < end; p += sz_entry_len(p))
        sz_fstate_add_entry(m, &c, fs, z, campus, dict, types, (sz_entry){.p = p, .n = sz_entry_len(p)});
    if (head_of(&c)->first_day != head_of(after)->first_day) __builtin_trap();
    for (uint32_t i = 0; i <= fs->n_accs; i++) {
        uint32_t len = region_len(&c, i);
        if (len != region_len(after, i) || (len && memcmp(region_bytes(&c, i), region_bytes(after, i), len) != 0))
            __builtin_trap();
    }
    sz_fstate_fini(&c);
}
#endif

void sz_fstate_add_log(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c,
                       const sz_map *dict, const sz_types *types, const uint8_t *p, uint32_t n) {
    const uint8_t *end = p + n;
#ifndef NDEBUG
    const uint8_t *begin = p;
    const sz_fstate before = copy_of(s);
#endif
    bool has_plans = m && fs->n_matchers <= 64;
    sz_event e;
    by_plan x = {.m = m, .s = s, .fs = fs, .z = z, .c = c, .e = &e, .end = end};
    while (p < end) {
        x.entry = (sz_entry){.p = p, .n = sz_entry_len(p)};
        const plan *q = has_plans ? plan_of(m, fs, sz_entry_mask(p)) : NULL;
        if (q && get_short(q, p, (fs->n_matchers + 7) / 8, &e)) {
            p = add_alike(q, &x, &e);
        } else {
            add_decoded(m, s, fs, z, c, dict, types, x.entry);
            p += x.entry.n;
        }
    }
#ifndef NDEBUG
    ask_one_by_one(m, &before, s, fs, z, c, dict, types, begin, n);
#endif
}

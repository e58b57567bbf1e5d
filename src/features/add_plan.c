/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a record in as the last one that fitted the same matchers was: which accumulators, and what each does, is
 * worked out once, and those that do the same stand together. The usual (a row of today, a session that goes on, the
 * last record) is done here in a few steps; whatever is not usual goes to add.c.
 */
#include "add_steps.h"

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
    case UINT16_MAX:
    case SZ_EF_HOUR:
    case SZ_EF_WEEKDAY: break; /* of the time alone */
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

/* Two that fall on one place would be made anew by turns, at some six thousand instructions. */
const plan *add_plan_seek(sz_add_memo *m, uint32_t at, const sz_featureset *fs, uint64_t bits, const uint8_t *mask) {
    enum { BESIDE = 4 };
    for (uint32_t i = 0; i < BESIDE; i++) {
        plan *p = &m->plans[at ^ i];
        if (p->steps && p->mask == bits) return p;
        if (!p->steps) {
            plan_make(p, fs, bits, mask);
            return p;
        }
    }
    plan_make(&m->plans[at], fs, bits, mask);
    return &m->plans[at];
}

/* ---- a record, by its plan ---- */

/* Each time that regions get room is a walk over all of them, and what stands behind them moves: half as many of these
 * for some bytes more of a student. */
enum { ROOM_DAYS = 2 };

/* Bytes that an empty region gets with its first row: what it has where it grows by itself. */
static uint32_t first_room(const sz_acc *a, const sz_growth *g, uint32_t longest) {
    enum { ROW_MOST = 32 };
    uint32_t row = g->row, n = a->kind == SZ_ACC_LAST ? longest : a->kind == SZ_ACC_UNTIL ? REGION_UNIT : 0;
    if (row) n = g->head + row + (row <= ROW_MOST ? row : REGION_UNIT);
    n = (n + REGION_UNIT - 1) / REGION_UNIT * REGION_UNIT;
    return n <= SLACK_MOST ? n : 0;
}

/* Of a student's first records: what they begin gets its room together. */
static __attribute__((noinline)) void room_for_first(const by_plan *x) {
    const sz_featureset *fs = x->fs;
    const region *r = regions_of(x->s);
    const uint32_t n = fs->n_accs < GROWING_MOST ? fs->n_accs : GROWING_MOST;
    uint32_t longest = 0;
    uint64_t fit = 0;
    for (const uint8_t *p = x->entry.p; p < x->end; p += sz_entry_len(p)) {
        fit |= sz_mask_word(sz_entry_mask(p), (fs->n_matchers + 7) / 8);
        if (sz_entry_len(p) > longest) longest = sz_entry_len(p);
    }
    growing g;
    g.n = g.bytes = 0;
    for (uint32_t k = 0; k < n; k++) {
        const sz_acc *a = &fs->accs[k];
        bool begins = fit >> a->matcher & 1 && region_is_empty(r[k]) && !region_cap(&r[k]);
        g.more[k] = begins ? (uint8_t)first_room(a, &fs->growths[k], longest) : 0;
        g.at[g.n] = (uint16_t)k;
        g.n += g.more[k] > 0;
        g.bytes += g.more[k];
    }
    regions_open(x->s, &g);
}

/* Of a student's first day? Later few regions begin at once. */
static bool is_first_day(const by_plan *x) { return head_of(x->s)->first_day == x->at[UNIT_DAY]; }

uint8_t *add_in_general(const by_plan *x, const step *s, bool is_new_day) {
    if (is_new_day && region_len(x->s, s->acc)) sz_fstate_spread(x->s, x->fs, ROOM_DAYS);
    else if (is_new_day && x->end && is_first_day(x)) room_for_first(x);
    const adding a = adding_of(x->s, x->fs, x->z, x->c, x->m->days, x->e, x->entry);
    add_to(&a, s->acc);
    return x->s->p;
}

uint8_t *row_behind(uint8_t *base, const step *s, uint32_t head, uint32_t size, int32_t at, uint32_t by) {
    region *r = region_of(base, s);
    uint8_t *rows = region_begin(base, r) + head;
    uint32_t all = region_n(r), n = all - head, gone = 0;
    if (all < head) return NULL;
    if (s->keep != INT32_MAX)
        for (int32_t first; gone < n; gone += size) {
            memcpy(&first, rows + gone, sizeof first);
            if (first >= at - s->keep) break;
        }
    n -= gone;
    if (head + n + size > region_cap(r) || !region_set(r, head + n + size)) return NULL;
    if (gone) memmove(rows, rows + gone, n);
    const day_row one = {.at = at, .n = by};
    memcpy(rows + n, &one, sizeof one);
    memset(rows + n + sizeof one, 0, size - sizeof one);
    return rows + n;
}

void add_steps(const by_plan *x, const step *s) {
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

static inline void add_planned(const plan *p, by_plan *x, const uint8_t *mask) {
    place_in_time(x);
    add_steps(x, p->steps);
    if (p->is_counted && x->e->type == SZ_TYPE_ATTENDANCE) add_findable(x->s, x->fs, x->e, mask);
}

void sz_fstate_add_as(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c,
                      const sz_event *e, const uint8_t *mask, sz_entry entry) {
    if (!m || fs->n_matchers > 64 || e->precision == SZ_PREC_DAY) {
        sz_fstate_add(s, fs, z, c, e, mask, entry);
        return;
    }
    by_plan x = {.m = m, .s = s, .fs = fs, .z = z, .c = c, .e = e, .entry = entry};
    add_planned(plan_of(m, fs, mask), &x, mask);
}

bool add_decoded(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c,
                 const sz_map *dict, const sz_types *types, sz_entry entry) {
    sz_event e;
    if (!sz_entry_get(entry.p, (fs->n_matchers + 7) / 8, dict, types, &e)) return false;
    sz_fstate_add_as(m, s, fs, z, c, &e, sz_entry_mask(entry.p), entry);
    return true;
}

bool sz_fstate_add_entry(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c,
                         const sz_map *dict, const sz_types *types, sz_entry entry) {
    const uint8_t *mask = sz_entry_mask(entry.p);
    const plan *p = m && fs->n_matchers <= 64 ? plan_of(m, fs, mask) : NULL;
    sz_event e;
    if (!p || !get_short(p, entry.p, (fs->n_matchers + 7) / 8, &e))
        return add_decoded(m, s, fs, z, c, dict, types, entry);
    by_plan x = {.m = m, .s = s, .fs = fs, .z = z, .c = c, .e = &e, .entry = entry};
    add_planned(p, &x, mask);
    return true;
}

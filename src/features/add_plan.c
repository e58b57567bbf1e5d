/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a record in as the last one that fitted the same matchers was: which accumulators, and what each does, is
 * worked out once. The usual (a row of today that is there already, a session that goes on, the last record) is done
 * here in a few steps; whatever is not usual goes to add.c.
 */
#include "add.h"

enum { PLANS = 128 };

typedef enum step_kind {
    STEP_ANY,   /* add.c */
    STEP_COUNT, /* one more in today's row */
    STEP_SUM,   /* and an exact number in its sum */
    STEP_SESSION,
    STEP_LAST,
    STEP_UNTIL
} step_kind;

typedef struct step {
    uint8_t kind;
    bool is_night;
    uint8_t number; /* STEP_SUM: which */
    uint32_t acc;
    int64_t gap_ms;
} step;

typedef struct plan {
    uint64_t mask;
    bool is_made, is_counted;
    uint32_t n, cap;
    step *steps;
} plan;

struct sz_add_memo {
    plan plans[PLANS];
    sz_day_memo days[2];
};

enum { NUMBER_AMOUNT, NUMBER_HOURS, N_NUMBERS };

sz_add_memo *sz_add_memo_new(void) { return sz_alloc(sizeof(sz_add_memo)); }

void sz_add_memo_free(sz_add_memo *m) {
    for (uint32_t i = 0; m && i < PLANS; i++) sz_free(m->plans[i].steps);
    sz_free(m);
}

static step step_of(const sz_featureset *fs, uint32_t i) {
    const sz_acc *a = &fs->accs[i];
    step s = {.kind = STEP_ANY, .is_night = a->is_night, .acc = i, .gap_ms = a->gap_ms};
    if (a->pane_ms) return s;
    switch (a->kind) {
    case SZ_ACC_DAYS:
        if (a->field == UINT16_MAX) {
            s.kind = STEP_COUNT;
        } else if (a->has_sum && !a->has_minmax && (a->field == SZ_EF_AMOUNT || a->field == SZ_EF_HOURS)) {
            s.kind = STEP_SUM;
            s.number = a->field == SZ_EF_AMOUNT ? NUMBER_AMOUNT : NUMBER_HOURS;
        }
        break;
    case SZ_ACC_SESSIONS: s.kind = STEP_SESSION; break;
    case SZ_ACC_LAST: s.kind = STEP_LAST; break;
    case SZ_ACC_UNTIL: s.kind = STEP_UNTIL; break;
    default: break;
    }
    return s;
}

static void plan_make(plan *p, const sz_featureset *fs, uint64_t bits, const uint8_t *mask) {
    p->mask = bits;
    p->is_made = true;
    p->n = 0;
    p->is_counted = is_counted(fs, mask);
    for (uint32_t i = 0; i < fs->n_accs; i++) {
        if (!(bits >> fs->accs[i].matcher & 1)) continue;
        if (p->n == p->cap) {
            p->cap = p->cap ? 2 * p->cap : 16;
            p->steps = sz_realloc(p->steps, p->cap * sizeof *p->steps);
        }
        p->steps[p->n++] = step_of(fs, i);
    }
}

/* One more in the last row of n bytes, if that is of `at`; with a number in its sum. */
static inline bool add_to_row(uint8_t *p, uint32_t n, uint32_t size, int32_t at) {
    if (n < size) return false;
    uint64_t row; /* a day_row */
    memcpy(&row, p + n - size, sizeof row);
    if ((int32_t)(uint32_t)row != at) return false;
    row += UINT64_C(1) << 32;
    memcpy(p + n - size, &row, sizeof row);
    return true;
}
_Static_assert(offsetof(day_row, n) == 4 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "n is the upper half");

static inline void add_to_sum(uint8_t *sum, int64_t number) {
    int64_t v;
    memcpy(&v, sum, sizeof v);
    v += number;
    memcpy(sum, &v, sizeof v);
}

/* The session goes on; or another one begins on a day that has one. */
static inline bool add_to_session(uint8_t *p, uint32_t n, int32_t at, int64_t t_ms, int64_t gap_ms) {
    if (n < sizeof(session_head) + sizeof(day_row)) return false;
    int64_t last;
    memcpy(&last, p, sizeof last);
    bool joins = last != SZ_TIME_NONE && t_ms - last < gap_ms;
    if (!joins && !add_to_row(p, n, sizeof(day_row), at)) return false;
    memcpy(p, &t_ms, sizeof t_ms);
    return true;
}

static inline bool raise_until(uint8_t *p, uint32_t n, int64_t t_ms) {
    int64_t have;
    if (n != sizeof have) return false;
    memcpy(&have, p, sizeof have);
    if (t_ms > have) memcpy(p, &t_ms, sizeof t_ms);
    return true;
}

static void add_steps(const adding *x, const plan *p) {
    const sz_event *e = x->e;
    const int32_t at[2] = {x->day, x->night};
    const int64_t numbers[N_NUMBERS] = {
        [NUMBER_AMOUNT] = e->amount_fen, [NUMBER_HOURS] = e->type == SZ_TYPE_ATTENDANCE ? e->hours_micro : SZ_ABSENT};
    uint8_t *base = x->s->p;
    if (!p->n) return; /* no steps, and no list of them */
    for (const step *s = p->steps, *end = s + p->n; s < end; s++) {
        region *r = &((region *)(void *)(base + sizeof(state_head)))[s->acc];
        uint8_t *bytes = base + r->off;
        bool done = false;
        switch (s->kind) {
        case STEP_COUNT: done = add_to_row(bytes, r->n, sizeof(day_row), at[s->is_night]); break;
        case STEP_SUM:
            done = numbers[s->number] < 0;
            if (!done && add_to_row(bytes, r->n, sizeof(day_row) + 8, at[s->is_night])) {
                add_to_sum(bytes + r->n - 8, numbers[s->number]);
                done = true;
            }
            break;
        case STEP_SESSION: done = add_to_session(bytes, r->n, at[s->is_night], e->time_ms, s->gap_ms); break;
        case STEP_LAST:
            if (x->entry.n > r->cap) break;
            r->n = x->entry.n;
            memcpy(bytes, x->entry.p, x->entry.n);
            done = true;
            break;
        case STEP_UNTIL: done = raise_until(bytes, r->n, e->time_ms); break;
        default: break;
        }
        if (done) continue;
        add_to(x, s->acc);
        base = x->s->p; /* it may have moved */
    }
}

void sz_fstate_add_as(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_event *e,
                      const uint8_t *mask, sz_entry entry) {
    if (!m || fs->n_matchers > 64 || e->precision == SZ_PREC_DAY) {
        sz_fstate_add(s, fs, z, e, mask, entry);
        return;
    }
    uint64_t bits = 0;
    for (uint32_t i = 0; i < (fs->n_matchers + 7) / 8; i++) bits |= (uint64_t)mask[i] << 8 * i;
    plan *p = &m->plans[bits * UINT64_C(0x9e3779b97f4a7c15) >> 57];
    if (p->mask != bits || !p->is_made) plan_make(p, fs, bits, mask);
    adding x = adding_of(s, fs, z, m->days, e, entry);
    add_steps(&x, p);
    if (e->type == SZ_TYPE_ATTENDANCE && fs->findable_days && p->is_counted) add_findable(s, fs, e, mask);
}

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

static bool add_to_row(const adding *x, const step *s, const int64_t *number) {
    const region *r = &regions_of(x->s)[s->acc];
    uint32_t size = number ? 16 : 8;
    if (r->n < size) return false;
    uint8_t *row = x->s->p + r->off + r->n - size;
    day_row d;
    memcpy(&d, row, sizeof d);
    if (d.at != (s->is_night ? x->night : x->day)) return false;
    d.n++;
    memcpy(row, &d, sizeof d);
    if (!number) return true;
    int64_t sum;
    memcpy(&sum, row + 8, sizeof sum);
    sum += *number;
    memcpy(row + 8, &sum, sizeof sum);
    return true;
}

/* The session goes on; or another one begins on a day that has one. */
static bool add_to_session(const adding *x, const step *s) {
    const region *r = &regions_of(x->s)[s->acc];
    if (r->n < sizeof(session_head) + sizeof(day_row)) return false;
    session_head *h = (session_head *)(void *)(x->s->p + r->off);
    if (h->last_ms != SZ_TIME_NONE && x->e->time_ms - h->last_ms < s->gap_ms) {
        h->last_ms = x->e->time_ms;
        return true;
    }
    if (!add_to_row(x, s, NULL)) return false;
    h->last_ms = x->e->time_ms;
    return true;
}

static bool add_until(const adding *x, const step *s) {
    const region *r = &regions_of(x->s)[s->acc];
    int64_t have;
    if (r->n != sizeof have) return false;
    memcpy(&have, x->s->p + r->off, sizeof have);
    if (x->e->time_ms > have) memcpy(x->s->p + r->off, &x->e->time_ms, sizeof have);
    return true;
}

static bool add_usual(const adding *x, const step *s, const int64_t *numbers) {
    switch (s->kind) {
    case STEP_COUNT: return add_to_row(x, s, NULL);
    case STEP_SUM: return numbers[s->number] < 0 || add_to_row(x, s, &numbers[s->number]);
    case STEP_SESSION: return add_to_session(x, s);
    case STEP_LAST: memcpy(region_resize(x->s, s->acc, x->entry.n), x->entry.p, x->entry.n); return true;
    case STEP_UNTIL: return add_until(x, s);
    default: return false;
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
    adding x = adding_of(s, fs, z, e, entry);
    const int64_t numbers[N_NUMBERS] = {
        [NUMBER_AMOUNT] = e->amount_fen, [NUMBER_HOURS] = e->type == SZ_TYPE_ATTENDANCE ? e->hours_micro : SZ_ABSENT};
    for (uint32_t i = 0; i < p->n; i++)
        if (!add_usual(&x, &p->steps[i], numbers)) add_to(&x, p->steps[i].acc);
    if (e->type == SZ_TYPE_ATTENDANCE && fs->findable_days && p->is_counted) add_findable(s, fs, e, mask);
}

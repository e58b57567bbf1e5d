/* SPDX-License-Identifier: Apache-2.0
 *
 * From features to accumulators: what must be kept of a student's records so that every feature can be told. Features
 * that need the same share one; each keeps as many days as the longest of its windows.
 */
#include <sanzao/features.h>

#include "fstate.h"

typedef struct plan {
    sz_featureset *fs;
    uint32_t cap;
    sz_arena *arena;
} plan;

static uint32_t add_acc(plan *p, const sz_acc *want) {
    sz_featureset *fs = p->fs;
    for (uint32_t i = 0; i < fs->n_accs; i++) {
        sz_acc *a = &fs->accs[i];
        if (a->kind != want->kind || a->is_night != want->is_night || a->field != want->field ||
            a->matcher != want->matcher || a->gap_ms != want->gap_ms || a->pane_ms != want->pane_ms ||
            a->has_sum != want->has_sum || a->has_minmax != want->has_minmax)
            continue; /* what it keeps is what it is carried by: another feature beside it changes nothing */
        a->is_correctable |= want->is_correctable;
        if (want->keep > a->keep) a->keep = want->keep;
        return i;
    }
    if (fs->n_accs == p->cap) {
        uint32_t cap = p->cap ? 2 * p->cap : 16;
        sz_acc *v = SZ_NEWN(p->arena, sz_acc, cap);
        if (fs->n_accs) memcpy(v, fs->accs, fs->n_accs * sizeof *v);
        fs->accs = v;
        p->cap = cap;
    }
    fs->accs[fs->n_accs] = *want;
    return fs->n_accs++;
}

/* Days (panes) that a window reaches back from the newest record. */
static int32_t window_keep(const sz_window *w) {
    switch (w->kind) {
    case SZ_W_DAYS: return w->days + w->ago;
    case SZ_W_HOURS: return w->n_panes;
    case SZ_W_WEEK: return 7 + w->ago;
    case SZ_W_MONTH: return 31 + w->ago;
    default: return INT32_MAX;
    }
}

static uint8_t acc_kind(const sz_feature *f) {
    switch (f->op) {
    case SZ_OP_DISTINCT: return SZ_ACC_DISTINCT;
    case SZ_OP_SESSIONS: return SZ_ACC_SESSIONS;
    case SZ_OP_FIRST: return SZ_ACC_FIRST;
    case SZ_OP_LAST: return SZ_ACC_LAST;
    case SZ_OP_ABSENCE: return SZ_ACC_UNTIL;
    case SZ_OP_REGULARITY: return SZ_ACC_TIMES;
    default: return f->window.kind == SZ_W_HOURS ? SZ_ACC_PANES : SZ_ACC_DAYS;
    }
}

/* What is kept of an attendance record says what it has. */
static bool is_findable(uint16_t field) {
    return field == UINT16_MAX || field == SZ_EF_HOURS || field == SZ_EF_HOUR || field == SZ_EF_WEEKDAY;
}

static sz_acc acc_of(const sz_featureset *fs, const sz_feature *f) {
    sz_acc a = {.kind = acc_kind(f), .is_night = f->window.is_night, .field = UINT16_MAX, .matcher = f->matcher};
    bool is_value =
        f->op == SZ_OP_SUM || f->op == SZ_OP_AVG || f->op == SZ_OP_MIN || f->op == SZ_OP_MAX || f->op == SZ_OP_DISTINCT;
    if (is_value) a.field = f->field;
    a.has_sum = f->op == SZ_OP_SUM || f->op == SZ_OP_AVG;
    a.has_minmax = f->op == SZ_OP_MIN || f->op == SZ_OP_MAX;
    if (f->op == SZ_OP_SESSIONS) a.gap_ms = f->gap_ms;
    if (f->window.kind == SZ_W_HOURS)
        a.pane_ms = f->window.pane_ms; /* sessions, distinct, first too: their rows are panes then */
    a.keep = f->op == SZ_OP_STREAK && f->window.kind == SZ_W_NONE ? INT32_MAX : window_keep(&f->window);
    if (a.kind == SZ_ACC_LAST || a.kind == SZ_ACC_UNTIL) a.is_night = false, a.pane_ms = 0;
    bool is_attendance = fs->matchers[f->matcher].types >> SZ_TYPE_ATTENDANCE & 1;
    bool is_correctable_op = f->op == SZ_OP_COUNT || f->op == SZ_OP_SUM || f->op == SZ_OP_AVG || f->op == SZ_OP_DAYS ||
                             f->op == SZ_OP_STREAK;
    a.is_correctable = a.kind == SZ_ACC_DAYS && is_attendance && is_correctable_op &&
                       !fs->matchers[f->matcher].is_seen && is_findable(a.field);
    return a;
}

static uint32_t row_size(const sz_acc *a) {
    switch (a->kind) {
    case SZ_ACC_DAYS:
    case SZ_ACC_PANES: return 8 + (a->has_sum ? 8u : 0) + (a->has_minmax ? 16u : 0);
    case SZ_ACC_SESSIONS:
    case SZ_ACC_UNTIL: return 8;
    case SZ_ACC_DISTINCT: return (uint32_t)sizeof(distinct_row);
    case SZ_ACC_TIMES: return (uint32_t)sizeof(half_row);
    default: return 1; /* bytes */
    }
}

/* Rows are multiples of 8 bytes, as regions are; records lie as bytes, and of an UNTIL there is one row for good. */
static sz_growth growth_of(const sz_acc *a) {
    bool falls = a->kind == SZ_ACC_DAYS || a->kind == SZ_ACC_PANES || a->kind == SZ_ACC_SESSIONS;
    return (sz_growth){.row = a->row_size < 8 || a->kind == SZ_ACC_UNTIL ? 0 : a->row_size,
                       .head = a->kind == SZ_ACC_SESSIONS ? (uint32_t)sizeof(session_head) : 0,
                       .keep = falls ? a->keep : INT32_MAX};
}

/* What it keeps, not how long. */
static uint64_t acc_hash(const sz_featureset *fs, const sz_acc *a) {
    uint64_t v[] = {a->kind,
                    a->is_night,
                    a->has_sum,
                    a->has_minmax,
                    fs->matchers[a->matcher].hash,
                    (uint64_t)a->gap_ms,
                    (uint64_t)a->pane_ms,
                    a->field};
    if (a->field != UINT16_MAX && a->field >= SZ_EF_DECLARED) {
        sz_str name = fs->declared[a->field - SZ_EF_DECLARED].name;
        v[7] = sz_hash(name.p, name.n);
    }
    return sz_hash(v, sizeof v);
}

/* Types of which a record can be `seen`. */
static uint64_t seen_types(const sz_types *types) {
    uint64_t bits = (1u << SZ_TYPE_FIRST_DECLARED) - 1;
    for (uint32_t i = SZ_TYPE_FIRST_DECLARED; i < types->n; i++)
        if (types->v[i].presence) bits |= UINT64_C(1) << i;
    return bits;
}

static uint32_t find_seen(plan *p, const sz_types *types) {
    sz_featureset *fs = p->fs;
    for (uint32_t i = 0; i < fs->n_matchers; i++)
        if (fs->matchers[i].is_seen && fs->matchers[i].n_wheres == 0) return i;
    sz_matcher *v = SZ_NEWN(p->arena, sz_matcher, fs->n_matchers + 1);
    if (fs->n_matchers) memcpy(v, fs->matchers, fs->n_matchers * sizeof *v);
    v[fs->n_matchers] =
        (sz_matcher){.name = SZ_STR("seen"), .types = seen_types(types), .is_seen = true, .hash = sz_hash("seen", 4)};
    fs->matchers = v;
    return fs->n_matchers++;
}

/* Today and the days that it looks at, up to yesterday; peers, before 04:00, up to the day before. */
static int32_t inner_keep(const sz_feature *f) {
    return f->op == SZ_OP_PEERS ? f->window.days + 2 : f->recent + f->against + 1;
}

/* The inner feature's days, as far back as it looks. */
static void keep_samples(sz_featureset *fs, sz_feature *f) {
    f->acc = fs->features[f->inner].acc;
    sz_acc *a = &fs->accs[f->acc];
    if (inner_keep(f) > a->keep) a->keep = inner_keep(f);
    if (a->is_correctable && a->keep > fs->findable_days) fs->findable_days = a->keep;
}

/* Nothing is added up for an idle feature, but what it would count is no record that nobody knows. */
static void note_idle(plan *p, const sz_feature *f) {
    sz_featureset *fs = p->fs;
    bool has_inner = sz_operators[f->op].has_inner;
    if (f->op == SZ_OP_VALUE) return;
    sz_acc a = acc_of(fs, has_inner ? &fs->features[f->inner] : f);
    if (!a.is_correctable) return;
    if (has_inner && inner_keep(f) > a.keep) a.keep = inner_keep(f);
    fs->idle_accs[fs->n_idle_accs++] = a;
    if (a.keep > fs->findable_days) fs->findable_days = a.keep;
}

/* A streak has none of a window's kinds, and looks at days all the same. */
static bool looks_at_days(const sz_feature *f) {
    bool is_plain = f->op != SZ_OP_VALUE && f->op != SZ_OP_ABSENCE && f->op != SZ_OP_FIRST && f->op != SZ_OP_LAST;
    return !f->is_idle && is_plain && f->window.kind != SZ_W_HOURS;
}

static void find_type_sets(plan *p) {
    sz_featureset *fs = p->fs;
    fs->type_sets = SZ_NEWN(p->arena, uint64_t, fs->n_features + 1);
    fs->n_type_sets = 0;
    for (uint32_t i = 0; i < fs->n_features; i++) {
        uint32_t k = 0;
        if (!looks_at_days(&fs->features[i])) continue;
        while (k < fs->n_type_sets && fs->type_sets[k] != fs->features[i].types) k++;
        if (k == fs->n_type_sets) fs->type_sets[fs->n_type_sets++] = fs->features[i].types;
    }
}

void sz_features_plan(sz_arena *arena, sz_featureset *fs, const sz_types *types) {
    plan p = {.fs = fs, .arena = arena};
    fs->accs = NULL;
    fs->n_accs = 0;
    fs->seen_matcher = find_seen(&p, types);
    fs->mask_words = (fs->n_matchers + 63) / 64;
    fs->seen_acc = add_acc(&p, &(sz_acc){.kind = SZ_ACC_LAST, .field = UINT16_MAX, .matcher = fs->seen_matcher});
    fs->seen_days_acc =
        add_acc(&p, &(sz_acc){.kind = SZ_ACC_DAYS, .field = UINT16_MAX, .matcher = fs->seen_matcher, .keep = 30});
    find_type_sets(&p);
    fs->findable_days = 0;
    fs->idle_accs = SZ_NEWN(arena, sz_acc, fs->n_features + 1);
    fs->n_idle_accs = 0;
    for (uint32_t i = 0; i < fs->n_features; i++) {
        sz_feature *f = &fs->features[i];
        f->acc = SZ_NONE;
        if (f->is_idle) note_idle(&p, f);
        if (f->is_idle) continue;
        if (f->window.is_night) fs->has_nights = true;
        if (f->window.kind == SZ_W_STUDY) fs->has_study = true;
        if (f->op == SZ_OP_VALUE || sz_operators[f->op].has_inner) continue;
        if (f->window.kind == SZ_W_HOURS) fs->has_panes = true;
        sz_acc a = acc_of(fs, f);
        f->acc = add_acc(&p, &a);
        if (a.is_correctable && a.keep > fs->findable_days) fs->findable_days = a.keep;
    }
    for (uint32_t i = 0; i < fs->n_features; i++)
        if (sz_operators[fs->features[i].op].has_inner && !fs->features[i].is_idle) keep_samples(fs, &fs->features[i]);
    for (uint32_t i = 0; i < fs->n_accs; i++) {
        fs->accs[i].row_size = row_size(&fs->accs[i]);
        fs->accs[i].hash = acc_hash(fs, &fs->accs[i]);
    }
    fs->growths = SZ_NEWN(arena, sz_growth, fs->n_accs + 1);
    for (uint32_t i = 0; i < fs->n_accs; i++) fs->growths[i] = growth_of(&fs->accs[i]);
    fs->acc_words = (fs->n_accs + 63) / 64;
    fs->matcher_accs =
        SZ_NEWN(arena, uint64_t, (fs->n_matchers + 7) / 8 * 8 * fs->acc_words + 1); /* stored masks have whole bytes */
    for (uint32_t i = 0; i < fs->n_accs; i++)
        fs->matcher_accs[fs->accs[i].matcher * fs->acc_words + i / 64] |= UINT64_C(1) << i % 64;
}

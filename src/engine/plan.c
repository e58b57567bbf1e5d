/* SPDX-License-Identifier: Apache-2.0
 *
 * The state plan: what another rule set would do to a state (semantics 5), worked out before anything is changed.
 */
#include "worker.h"

/* Beginning of the first day that lies at t or behind it as a whole. */
static int64_t whole_day(const sz_worker *w, int64_t t_ms) {
    const sz_zone *z = sz_campus_zone(w->campus);
    return sz_zone_midnight(z, sz_zone_day(z, t_ms - 1) + 1);
}

/* From when on a carried accumulator knows all that the new one asks: rows beyond the old reach are gone, but what is
 * kept for replay is there. */
static int64_t carried_from(const sz_worker *w, const old_acc *old, const sz_acc *a) {
    int64_t wmax = w->clocks.wmax_ms;
    if (old->keep >= a->keep || wmax == SZ_TIME_NONE) return old->from_ms;
    int64_t unit = a->pane_ms ? a->pane_ms : SZ_DAY_MS;
    int64_t reach = wmax - old->keep * unit, since = wmax - w->o.horizon_ms;
    if (reach < since) since = reach;
    return since > old->from_ms ? whole_day(w, since) : old->from_ms;
}

void accs_carry(const sz_worker *w, const meaning *old, const sz_bundle *b, uint32_t *map, int64_t *from_ms) {
    int64_t wmax = w->clocks.wmax_ms;
    for (uint32_t i = 0; i < b->fs.n_accs; i++) {
        const sz_acc *a = &b->fs.accs[i];
        map[i] = SZ_NONE;
        for (uint32_t k = 0; k < old->n_accs && map[i] == SZ_NONE; k++)
            if (old->accs[k].hash == a->hash) map[i] = k;
        if (map[i] != SZ_NONE) from_ms[i] = carried_from(w, &old->accs[map[i]], a);
        else from_ms[i] = wmax == SZ_TIME_NONE ? INT64_MIN : whole_day(w, wmax - w->o.horizon_ms);
    }
}

/* ---- features ---- */

typedef struct sheet {
    const sz_bundle *b;
    const meaning *old;
    uint32_t *acc_map;
    int64_t *acc_from;
    int64_t table_ms; /* the next tables of peers; INT64_MIN: not known yet */
    sz_state_plan *out;
} sheet;

static bool was_there(const meaning *old, uint64_t hash) {
    for (uint32_t i = 0; i < old->n_features; i++)
        if (old->features[i].hash == hash) return true;
    return false;
}

/* What a feature loses at most, its operands counted in. False: something of it is wholly new. */
static bool feature_from(const sheet *s, uint32_t i, int64_t *from_ms) {
    const sz_feature *f = &s->b->fs.features[i];
    if (f->op == SZ_OP_PEERS && !was_there(s->old, f->hash)) { /* whatever is kept: it has no table yet */
        if (s->table_ms > *from_ms) *from_ms = s->table_ms;
        return false;
    }
    if (f->op != SZ_OP_VALUE) {
        if (s->acc_from[f->acc] > *from_ms) *from_ms = s->acc_from[f->acc];
        return s->acc_map[f->acc] != SZ_NONE;
    }
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(f->value, &n);
    bool is_carried = true;
    for (uint32_t k = 0; k < n; k++) /* an operand stands before what it is an operand of: no circle */
        if (SZ_SLOT_SPACE(slots[k]) == SZ_SPACE_FEATURE && SZ_SLOT_INDEX(slots[k]) < s->b->fs.n_features)
            is_carried &= feature_from(s, SZ_SLOT_INDEX(slots[k]), from_ms);
    return is_carried;
}

static void add_feature(sheet *s, sz_str name, sz_fate fate, int64_t from_ms) {
    s->out->features[s->out->n_features++] = (sz_plan_feature){name, (uint8_t)fate, from_ms};
    s->out->count[fate]++;
}

/* The days of a habit are features of their own; people know the habit. */
static bool is_inner(sz_str name) { return name.n && memchr(name.p, '.', name.n); }

static void features_now(sheet *s) {
    for (uint32_t i = 0; i < s->b->fs.n_features; i++) {
        const sz_feature *f = &s->b->fs.features[i];
        int64_t from = INT64_MIN;
        if (is_inner(f->name) || f->is_idle) continue;
        bool is_carried = feature_from(s, i, &from);
        bool is_old = s->old->version >= MEANING_WITH_NAMES ? was_there(s->old, f->hash) : is_carried;
        if (is_carried && (is_old || from == INT64_MIN)) add_feature(s, f->name, SZ_CARRIED, SZ_TIME_NONE);
        else add_feature(s, f->name, SZ_FRESH, from == INT64_MIN ? SZ_TIME_NONE : from);
    }
}

/* Under its name or another one; what becomes of a name that means something else now was said there. */
static bool is_still_there(const sz_bundle *b, const old_feature *f) {
    for (uint32_t i = 0; i < b->fs.n_features; i++)
        if (!b->fs.features[i].is_idle &&
            (b->fs.features[i].hash == f->hash || sz_str_eq(b->fs.features[i].name, f->name)))
            return true;
    return false;
}

static void features_gone(sheet *s) {
    for (uint32_t i = 0; i < s->old->n_features; i++)
        if (!is_inner(s->old->features[i].name) && !is_still_there(s->b, &s->old->features[i]))
            add_feature(s, s->old->features[i].name, SZ_DROPPED, SZ_TIME_NONE);
    if (s->old->version >= MEANING_WITH_NAMES) return;
    for (uint32_t k = 0; k < s->old->n_accs; k++) { /* two are always there and belong to no feature */
        bool is_used = false;
        for (uint32_t i = 0; i < s->b->fs.n_accs && !is_used; i++) is_used = s->acc_map[i] == k;
        if (!is_used) s->out->count[SZ_DROPPED]++;
    }
}

static int by_fate(const void *pa, const void *pb, void *ctx) {
    const sz_plan_feature *a = pa, *b = pb;
    (void)ctx;
    return a->fate != b->fate ? a->fate - b->fate : sz_str_cmp(a->name, b->name);
}

/* ---- rules ---- */

static const sz_rule *rule_of(const sz_bundle *b, sz_str id) {
    for (uint32_t i = 0; i < b->n_rules; i++)
        if (sz_str_eq(b->rules[i].id, id)) return &b->rules[i];
    return NULL;
}

static void add_rule(sz_state_plan *out, sz_str id, sz_rule_change change) {
    out->rules[out->n_rules++] = (sz_plan_rule){id, (uint8_t)change};
}

static void rule_was(sz_state_plan *out, const old_rule *old, const sz_rule *now) {
    bool was_on = old->mode != SZ_DISABLED;
    if (!now) {
        if (was_on) add_rule(out, old->id, SZ_RULE_REMOVED);
    } else if (now->mode == SZ_DISABLED) {
        if (was_on) add_rule(out, old->id, SZ_RULE_SWITCHED_OFF);
    } else if (!was_on) {
        add_rule(out, old->id, SZ_RULE_NEW);
    } else if (now->hash != old->hash || now->mode != old->mode) {
        add_rule(out, old->id, SZ_RULE_CHANGED);
    }
}

static void rules_of(sheet *s) {
    for (uint32_t i = 0; i < s->old->n_rules; i++)
        rule_was(s->out, &s->old->rules[i], rule_of(s->b, s->old->rules[i].id));
    for (uint32_t i = 0; i < s->b->n_rules; i++) {
        bool is_old = s->b->rules[i].mode == SZ_DISABLED;
        for (uint32_t k = 0; k < s->old->n_rules && !is_old; k++)
            is_old = sz_str_eq(s->old->rules[k].id, s->b->rules[i].id);
        if (!is_old) add_rule(s->out, s->b->rules[i].id, SZ_RULE_NEW);
    }
}

static int by_id(const void *pa, const void *pb, void *ctx) {
    const sz_plan_rule *a = pa, *b = pb;
    (void)ctx;
    return sz_str_cmp(a->id, b->id);
}

static int64_t next_tables(const sz_worker *w) {
    const sz_zone *z = sz_campus_zone(w->campus);
    if (w->clocks.wmax_ms == SZ_TIME_NONE) return INT64_MIN;
    return sz_peers_instant(z, sz_peers_day(z, w->clocks.wmax_ms - 1) + 1);
}

void plan_make(const sz_worker *w, const meaning *old, const sz_bundle *b, sz_arena *a, sz_state_plan *out) {
    *out = (sz_state_plan){.is_other = true, .from_ms = w->clocks.wmax_ms};
    out->features = SZ_NEWN(a, sz_plan_feature, b->fs.n_features + old->n_features + 1);
    out->rules = SZ_NEWN(a, sz_plan_rule, b->n_rules + old->n_rules + 1);
    sheet s = {.b = b,
               .old = old,
               .acc_map = SZ_NEWN(a, uint32_t, b->fs.n_accs + 1),
               .acc_from = SZ_NEWN(a, int64_t, b->fs.n_accs + 1),
               .table_ms = next_tables(w),
               .out = out};
    accs_carry(w, old, b, s.acc_map, s.acc_from);
    features_now(&s);
    features_gone(&s);
    rules_of(&s);
    sz_sort(out->features, out->n_features, sizeof *out->features, by_fate, NULL);
    sz_sort(out->rules, out->n_rules, sizeof *out->rules, by_id, NULL);
}

void sz_worker_plan_for(const sz_worker *w, const sz_bundle *b, sz_arena *a, sz_state_plan *out) {
    *out = (sz_state_plan){.from_ms = w->clocks.wmax_ms};
    if (b->hash == w->bundle->hash) return;
    sz_buf bytes;
    sz_buf_init(&bytes);
    meaning_put(&bytes, w);
    sz_reader r = sz_reader_of(bytes.p, bytes.n);
    meaning now;
    if (meaning_get(&now, &r, MEANING_NOW, a)) plan_make(w, &now, b, a, out);
    sz_buf_fini(&bytes);
}

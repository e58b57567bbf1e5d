/* SPDX-License-Identifier: Apache-2.0
 *
 * Features that only rules read which are switched off: nothing is kept for them. A rule that is sensitive and that
 * nobody has turned on must not have its records added up either, and memory is for what is asked. What no rule reads
 * at all is kept: `sanzao state show` has it.
 */
#include "load.h"

typedef struct readers {
    const sz_featureset *fs;
    bool *is_read; /* by feature */
} readers;

static bool read_slots(const readers *r, const sz_prog *p) {
    bool any = false;
    uint32_t n = 0;
    const uint32_t *slots = p ? sz_prog_slots(p, &n) : NULL;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t f = SZ_SLOT_INDEX(slots[i]);
        if (SZ_SLOT_SPACE(slots[i]) != SZ_SPACE_FEATURE || r->is_read[f]) continue;
        r->is_read[f] = any = true;
    }
    return any;
}

static void read_message(const readers *r, const sz_message *m) {
    for (uint32_t i = 0; i < m->n; i++) read_slots(r, m->pieces[i].prog);
}

static void read_rule(const readers *r, const sz_rule *rule) {
    const sz_prog *const own[] = {rule->when, rule->value, rule->resolve_when, rule->who};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) read_slots(r, own[i]);
    for (uint32_t i = 0; i < rule->n_points; i++) {
        read_slots(r, rule->points[i].when);
        read_message(r, &rule->points[i].label_zh);
        read_message(r, &rule->points[i].label_en);
    }
    for (uint32_t i = 0; i < rule->n_sequence; i++) read_slots(r, rule->sequence[i].where);
    read_message(r, &rule->message_zh);
    read_message(r, &rule->message_en);
}

/* What is read reads its operands. */
static void read_operands(const readers *r) {
    for (bool any = true; any;) {
        any = false;
        for (uint32_t i = 0; i < r->fs->n_features; i++) {
            const sz_feature *f = &r->fs->features[i];
            if (!r->is_read[i]) continue;
            any |= read_slots(r, f->value);
            if (sz_operators[f->op].has_inner && !r->is_read[f->inner]) r->is_read[f->inner] = any = true;
        }
    }
}

void sz_bundle_plan(sz_bundle *b, const sz_types *types) {
    sz_featureset *fs = &b->fs;
    readers on = {fs, sz_alloc(fs->n_features + 1)}, off = {fs, sz_alloc(fs->n_features + 1)};
    memset(on.is_read, 0, fs->n_features + 1);
    memset(off.is_read, 0, fs->n_features + 1);
    for (uint32_t i = 0; i < b->n_rules; i++) read_rule(b->rules[i].mode == SZ_DISABLED ? &off : &on, &b->rules[i]);
    read_operands(&on);
    read_operands(&off);
    for (uint32_t i = 0; i < fs->n_features; i++) on.is_read[i] |= !off.is_read[i];
    read_operands(&on);
    for (uint32_t i = 0; i < fs->n_features; i++) fs->features[i].is_idle = !on.is_read[i];
    sz_free(on.is_read);
    sz_free(off.is_read);
    sz_features_plan(&b->arena, fs, types);
}

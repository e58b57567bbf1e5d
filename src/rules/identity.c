/* SPDX-License-Identifier: Apache-2.0
 *
 * Identity (semantics 35): what a slot means, and what a feature is. Names, labels, comments, order and files do not
 * enter.
 */
#include "feature.h"

uint64_t sz_slot_meaning(void *ctx, uint32_t slot) {
    const struct sz_meaning *m = ctx;
    uint32_t sub = SZ_SLOT_SUB(slot), index = SZ_SLOT_INDEX(slot);
    switch (SZ_SLOT_SPACE(slot)) {
    case SZ_SPACE_EVENT: return sz_field_meaning(m->l, index);
    case SZ_SPACE_STUDENT: return sz_mix_str(4, sz_str_of(sz_sfields[index].name));
    case SZ_SPACE_CALENDAR: {
        uint64_t h = sz_mix_str(5, sz_str_of(sz_cfields[index].name));
        bool has_period = index == SZ_CF_IN || index == SZ_CF_DAYS_TO;
        return has_period ? sz_mix_str(h, m->l->calendar->periods[sub].id) : h;
    }
    case SZ_SPACE_FEATURE: {
        uint64_t h = sz_mix(6, m->l->b->fs.features[index].hash);
        if (sub && sz_operators[m->l->b->fs.features[index].op].n_parts) return sz_mix(h, sub);
        return sub ? sz_mix(h, sz_field_meaning(m->l, sub - 1)) : h;
    }
    case SZ_SPACE_STEP: return sz_mix(sz_mix(9, sub), sz_field_meaning(m->l, index));
    case SZ_SPACE_PARAM: return index < m->n_params ? sz_mix(7, sz_param_hash(&m->params[index])) : 7;
    default: return 0;
    }
}

/* By the fields' names: their numbers may be others in another version. */
static uint64_t by_meaning(uint32_t by, uint32_t min_group) {
    uint64_t h = min_group;
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++)
        if (by >> i & 1) h = sz_mix_str(h, sz_str_of(sz_sfields[i].name));
    return by & SZ_PEERS_BY_PLACE ? sz_mix_str(h, SZ_STR("place")) : h;
}

uint64_t sz_feature_identity(const struct sz_making *m) {
    const sz_feature *f = &m->f;
    const sz_window *w = &f->window;
    uint64_t h = sz_mix_str(8, sz_str_of(m->row->name));
    if (f->matcher != SZ_NONE) h = sz_mix(h, m->l->b->fs.matchers[f->matcher].hash);
    if (f->field != UINT16_MAX) h = sz_mix(h, sz_field_meaning(m->l, f->field));
    h = sz_mix(h, (uint64_t)w->kind << 1 | w->is_night);
    h = sz_mix(h, (uint64_t)(uint32_t)w->days << 32 | (uint32_t)w->ago);
    h = sz_mix(h, (uint64_t)(uint32_t)w->pane_ms << 32 | (uint32_t)w->n_panes);
    h = sz_mix(h, (uint64_t)f->gap_ms);
    h = sz_mix(h, (uint64_t)f->pause_leaves << 32 | f->pauses << 1 | f->on_class_days);
    h = sz_mix(h, f->unit);
    if (f->op == SZ_OP_BASELINE)
        h = sz_mix(sz_mix(h, m->l->b->fs.features[f->inner].hash),
                   (uint64_t)f->bins << 48 | (uint64_t)f->recent << 24 | (uint64_t)f->against);
    if (f->op == SZ_OP_PEERS)
        h = sz_mix(sz_mix(h, m->l->b->fs.features[f->inner].hash), by_meaning(f->by, f->min_group));
    struct sz_meaning meaning = {.l = m->l};
    return f->value ? sz_mix(h, sz_prog_hash(f->value, sz_slot_meaning, &meaning)) : h;
}

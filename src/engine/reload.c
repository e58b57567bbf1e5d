/* SPDX-License-Identifier: Apache-2.0
 *
 * A state meets another rule set (semantics 5). Accumulators are carried by what they keep; one that is new is filled
 * from the kept log and knows nothing before it. A rule that changed is judged from R on, the highest watermark now;
 * one that is gone or disabled resolves what it had open (ended.c).
 */
#include "worker.h"

static void rule_gone(void *ctx, sz_timeline *tl, sz_str rule, sz_episode *e) {
    const form *f = ctx;
    sz_worker *w = f->worker;
    ended_add(w, student_get(w, tl->id, false), form_rule(f, rule), form_switched_off(f, rule), e);
}

void rules_ended(sz_worker *w, uint32_t i) {
    sz_timeline *tl = w->students.v[i];
    for (uint32_t k = tl ? tl->n_episodes : 0; k-- > 0;) {
        const sz_rule *r = &w->bundle->rules[tl->episodes[k].rule];
        if (r->mode != SZ_DISABLED) continue;
        off_rule off = {.number = tl->episodes[k].rule, .told = forms_told_mode(w, r->id)};
        ended_add(w, i, r->id, off, &tl->episodes[k]);
        sz_timeline_drop_episode(tl, k);
        tl->story_changed = true;
    }
}

static void meet_other(sz_worker *w, const meaning *old, sz_str bytes) {
    uint32_t *map = SZ_NEWN(&w->world, uint32_t, w->bundle->fs.n_accs + 1);
    plan_make(w, old, w->bundle, &w->world, &w->plan);
    accs_carry(w, old, w->bundle, map, w->acc_from_ms);
    forms_add(w, old, bytes);
    w->is_other_meaning = true;
}

static void rules_from(sz_worker *w, const meaning *old, bool is_same) {
    const sz_bundle *b = w->bundle;
    for (uint32_t i = 0; i < b->n_rules; i++) w->rule_from_ms[i] = is_same ? INT64_MIN : w->clocks.wmax_ms;
    for (uint32_t k = 0; k < old->n_rules; k++)
        for (uint32_t i = 0; i < b->n_rules; i++)
            if (sz_str_eq(b->rules[i].id, old->rules[k].id) && b->rules[i].hash == old->rules[k].hash &&
                (old->rules[k].mode != SZ_DISABLED || b->rules[i].mode == SZ_DISABLED))
                w->rule_from_ms[i] = old->rules[k].from_ms;
}

void meaning_meet(sz_worker *w, const meaning *old, sz_str bytes) {
    const sz_bundle *b = w->bundle;
    bool is_same = w->stored_bundle_hash == b->hash, any_from = !is_same, any_rule = false;
    w->acc_from_ms = SZ_NEWN(&w->world, int64_t, b->fs.n_accs + 1);
    w->rule_from_ms = SZ_NEWN(&w->world, int64_t, b->n_rules + 1);
    for (uint32_t i = 0; i <= b->fs.n_accs; i++) w->acc_from_ms[i] = INT64_MIN;
    if (!is_same) meet_other(w, old, bytes);
    for (uint32_t i = 0; is_same && i < old->n_accs && i < b->fs.n_accs; i++) {
        w->acc_from_ms[i] = old->accs[i].from_ms;
        any_from |= old->accs[i].from_ms != INT64_MIN;
    }
    forms_link(w, rule_gone);
    rules_from(w, old, is_same);
    for (uint32_t i = 0; i < b->n_rules; i++) any_rule |= w->rule_from_ms[i] != INT64_MIN;
    w->facts.acc_from_ms = any_from ? w->acc_from_ms : NULL;
    sz_facts_prepare(&w->facts, &b->fs, sz_campus_zone(w->campus), w->feature_day);
    w->tc.rule_from_ms = any_rule ? w->rule_from_ms : NULL;
}

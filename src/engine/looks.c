/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rules to look at, and when. A record can change only rules that read something it fits; a timer only those that
 * time alone can move, or whose state is not plain (open, pending, kept from opening); a check only those that have
 * one. Worked out once, so that an event costs what it touches and not what there is.
 */
#include "worker.h"

static bool reads_kind(const sz_bundle *b, const sz_rule *r, bool (*is_it)(const sz_feature *f)) {
    for (uint32_t i = 0; i < r->n_features; i++)
        if (is_it(&b->fs.features[r->features[i]])) return true;
    return false;
}

static bool is_night(const sz_feature *f) { return f->window.is_night; }
static bool is_hours(const sz_feature *f) { return f->op != SZ_OP_VALUE && f->window.kind == SZ_W_HOURS; }

static uint8_t look_of(const sz_worker *w, uint32_t rule) {
    const sz_rule *r = &w->bundle->rules[rule];
    uint8_t look = 0;
    if (r->mode == SZ_DISABLED) return 0;
    bool opens_anywhere = r->check.kind == SZ_CHECK_NONE || r->for_ms;
    if (reads_kind(w->bundle, r, is_night)) look |= SZ_LOOK_NIGHTS;
    if (reads_kind(w->bundle, r, is_hours)) look |= SZ_LOOK_PANES;
    if (r->n_sequence && r->sequence[r->n_sequence - 1].is_not) return look | SZ_LOOK_OWN | SZ_LOOK_TIMERS;
    if (r->is_instant) return look;
    if (opens_anywhere) {
        look |= SZ_LOOK_IDLE;
        if (r->has_growing || r->n_points || r->for_ms || look & SZ_LOOK_PANES) look |= SZ_LOOK_OWN | SZ_LOOK_TIMERS;
        if (!w->rule_quiet[rule]) look |= SZ_LOOK_TIMERS;
    }
    return look;
}

/* A rule whose value is an absence, and whose steps are all above 0: a record that ends the absence ends all doubt. */
static uint32_t silence_of(const sz_worker *w, uint32_t rule) {
    const sz_rule *r = &w->bundle->rules[rule];
    uint32_t slot;
    if (!r->value || r->at_most || r->for_ms || r->check.kind != SZ_CHECK_NONE || w->rule_waits[rule]) return SZ_NONE;
    if (!sz_prog_is_slot(r->value, &slot) || SZ_SLOT_SPACE(slot) != SZ_SPACE_FEATURE || SZ_SLOT_SUB(slot))
        return SZ_NONE;
    const sz_feature *f = &w->bundle->fs.features[SZ_SLOT_INDEX(slot)];
    return f->op == SZ_OP_ABSENCE && w->rule_least_ms[rule] > 0 ? f->matcher : SZ_NONE;
}

static void set_bit(uint64_t *bits, uint32_t i) { bits[i / 64] |= UINT64_C(1) << i % 64; }

/* Rules by the matchers of what they read, rarely_seen included; instant rules by type alone, for at a record of
 * another one none fires, whatever it adds to. */
static void by_matcher(sz_worker *w) {
    const sz_bundle *b = w->bundle;
    sz_tlctx *c = &w->tc;
    c->rule_words = (b->n_rules + 63) / 64;
    w->fit_rules = sz_alloc(((b->fs.n_matchers + 7) / 8 * 8 * c->rule_words + 1) * sizeof(uint64_t));
    w->instant_rules = sz_alloc((SZ_TYPES_MAX * c->rule_words + 1) * sizeof(uint64_t));
    w->idle_rules = sz_alloc((c->rule_words + 1) * sizeof(uint64_t));
    for (uint32_t i = 0; i < b->n_rules; i++) {
        const sz_rule *r = &b->rules[i];
        if (r->mode == SZ_DISABLED) continue;
        for (uint32_t k = 0; !r->is_instant && k < r->n_features; k++) {
            const sz_feature *f = &b->fs.features[r->features[k]];
            if (f->op != SZ_OP_VALUE) set_bit(w->fit_rules + f->matcher * c->rule_words, i);
        }
        for (uint32_t k = 0; !r->is_instant && k < r->n_unless; k++)
            if (r->unless[k].kind == SZ_EX_RARELY_SEEN) set_bit(w->fit_rules + b->fs.seen_matcher * c->rule_words, i);
        for (uint32_t t = 0; r->is_instant && t < SZ_TYPES_MAX; t++)
            if (r->event_types >> t & 1) set_bit(w->instant_rules + t * c->rule_words, i);
        if (w->rule_look[i] & SZ_LOOK_IDLE || r->is_instant) set_bit(w->idle_rules, i);
    }
    c->fit_rules = w->fit_rules;
    c->instant_rules = w->instant_rules;
    c->idle_rules = w->idle_rules;
}

/* Of each class: rules that timers look at while they are idle, rules with deadlines of their own, rules with a check.
 */
static void by_class(sz_worker *w) {
    const sz_bundle *b = w->bundle;
    sz_tlctx *c = &w->tc;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        uint32_t *v = w->class_looks[k] = sz_alloc(((4 + SZ_CHECK_ROUNDS) * b->n_rules + 1) * sizeof(uint32_t));
        w->rounds[k] = (sz_check_rounds){0};
        for (uint32_t i = 0; i < SZ_CHECK_ROUNDS; i++)
            w->rounds[k].v[i] = (sz_check_round){.at_ms = SZ_TIME_NONE, .rules = v + (4 + i) * b->n_rules};
        c->timer_rules[k] = v, c->own_rules[k] = v + b->n_rules, c->check_rules[k] = v + 2 * b->n_rules;
        c->guarded_rules[k] = v + 3 * b->n_rules;
        for (uint32_t j = 0; j < c->n_class_rules[k]; j++) {
            uint32_t i = c->class_rules[k][j];
            if (w->rule_look[i] & SZ_LOOK_TIMERS) v[c->n_timer_rules[k]++] = i;
            if (w->rule_look[i] & SZ_LOOK_OWN) v[b->n_rules + c->n_own_rules[k]++] = i;
            if (b->rules[i].check.kind != SZ_CHECK_NONE) v[2 * b->n_rules + c->n_check_rules[k]++] = i;
            bool is_noisy = !w->rule_quiet[i] && w->rule_look[i] & SZ_LOOK_IDLE;
            if (is_noisy && w->guards[i].any_falls) {
                v[3 * b->n_rules + c->n_guarded_rules[k]++] = i;
                continue;
            }
            if (is_noisy) c->class_noisy[k] = true;
            if (is_noisy && w->rule_look[i] & SZ_LOOK_NIGHTS) c->class_noisy_nights[k] = true;
        }
    }
}

void looks_init(sz_worker *w) {
    const sz_bundle *b = w->bundle;
    w->rule_look = sz_alloc(b->n_rules + 1);
    w->silence = sz_alloc((b->n_rules + 1) * sizeof *w->silence);
    w->guards = sz_alloc((b->n_rules + 1) * sizeof *w->guards);
    w->values = sz_alloc((b->fs.n_features + 1) * sizeof *w->values);
    for (uint32_t i = 0; i < b->n_rules; i++) {
        w->rule_look[i] = look_of(w, i);
        w->silence[i] = silence_of(w, i);
        w->guards[i] = guards_of(b, &b->rules[i]);
    }
    w->tc.rule_look = w->rule_look;
    w->tc.silence = w->silence;
    w->tc.guards = w->guards;
    w->tc.values = w->values;
    w->tc.fitted = &w->fitted;
    w->tc.matches = sz_match_memo_new(&b->fs, w->campus);
    w->tc.rule_misses = w->rule_misses = sz_alloc((b->n_rules + 1) * sizeof *w->rule_misses);
    for (uint32_t i = 0; i < b->n_rules; i++)
        if (w->guards[i].n_asks)
            w->rule_misses[i] = sz_match_watch(w->tc.matches, b->rules[i].when, b->rules[i].event_types);
    w->tc.adds = sz_add_memo_new();
    w->tc.words = w->words = sz_alloc(sizeof *w->words);
    by_matcher(w);
    by_class(w);
}

void looks_fini(sz_worker *w) {
    sz_free(w->rule_look);
    sz_free(w->silence);
    for (uint32_t i = 0; w->guards && i < w->bundle->n_rules; i++) sz_free(w->guards[i].clauses);
    sz_free(w->guards);
    sz_free(w->rule_misses);
    sz_free(w->values);
    sz_match_memo_free(w->tc.matches);
    sz_touch_memo_free(w->tc.touches);
    sz_add_memo_free(w->tc.adds);
    sz_free(w->words);
    sz_free(w->fit_rules);
    sz_free(w->instant_rules);
    sz_free(w->idle_rules);
    for (uint32_t k = 0; k < SZ_CLASSES_MAX; k++) sz_free(w->class_looks[k]);
    memset(w->class_looks, 0, sizeof w->class_looks); /* other rules may have fewer classes */
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What a rule reads, and the hash of what it means: everything that an alert shows or that decides when it comes.
 */
#include "load.h"

/* ---- what it reads ---- */

/* Features found so far; seen has a flag for each there is, all down again when this is done. */
struct reads {
    struct sz_loading *l;
    bool *seen;
    uint32_t *found, n, cap;
};

static void add_slots(struct reads *r, const sz_prog *p) {
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t f = SZ_SLOT_INDEX(slots[i]);
        if (SZ_SLOT_SPACE(slots[i]) != SZ_SPACE_FEATURE || r->seen[f]) continue;
        r->seen[f] = true;
        *SZ_PUSH(&r->l->tmp, r->found, r->n, r->cap) = f;
    }
}

static int ascending(const void *a, const void *b, void *ctx) {
    const uint32_t *x = a, *y = b;
    (void)ctx;
    return (*x > *y) - (*x < *y);
}

const sz_prog **sz_rule_progs(struct sz_ruling *g, uint32_t *n) {
    const sz_rule *r = g->r;
    const sz_prog *const own[] = {r->when, r->value, r->resolve_when, r->who};
    const sz_prog **all = SZ_NEWN(&g->l->tmp, const sz_prog *, sizeof own / sizeof *own + r->n_points);
    *n = 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i]) all[(*n)++] = own[i];
    for (uint32_t i = 0; i < r->n_points; i++) all[(*n)++] = r->points[i].when;
    return all;
}

static void collect_features(struct sz_ruling *g) {
    struct sz_loading *l = g->l;
    const sz_featureset *fs = &l->b->fs;
    sz_rule *rule = g->r;
    if (!l->seen_features) l->seen_features = SZ_NEWN(&l->tmp, bool, fs->n_features + 1);
    struct reads r = {.l = l, .seen = l->seen_features};
    uint32_t n_progs;
    const sz_prog **progs = sz_rule_progs(g, &n_progs);
    for (uint32_t i = 0; i < n_progs; i++) {
        add_slots(&r, progs[i]);
        if (sz_prog_grows(progs[i])) rule->has_growing = true;
    }
    for (uint32_t i = 0; i < r.n; i++)
        if (fs->features[r.found[i]].value) add_slots(&r, fs->features[r.found[i]].value);
    sz_sort(r.found, r.n, sizeof *r.found, ascending, NULL);
    rule->types = rule->event_types;
    rule->features = SZ_NEWN(l->a, uint32_t, r.n + 1);
    rule->n_features = r.n;
    for (uint32_t i = 0; i < r.n; i++) {
        rule->features[i] = r.found[i];
        rule->types |= fs->features[r.found[i]].types;
        rule->down_types |= fs->features[r.found[i]].types;
        r.seen[r.found[i]] = false;
    }
}

/* ---- meaning ---- */

static uint64_t mix_prog(uint64_t h, const struct sz_ruling *g, const sz_prog *p) {
    struct sz_meaning m = {.l = g->l, .params = g->scope.params, .n_params = g->scope.n_params};
    return sz_mix(h, p ? sz_prog_hash(p, sz_slot_meaning, &m) : 0);
}

static uint64_t mix_steps(uint64_t h, const struct sz_ruling *g) {
    const sz_rule *r = g->r;
    h = sz_mix(h, (uint64_t)r->n_steps << 1 | r->at_most);
    for (uint32_t i = 0; i < r->n_steps; i++) {
        const sz_step *s = &r->steps[i];
        h = sz_mix_str(sz_mix(h, s->level), s->text);
        h = s->param == SZ_NONE ? sz_mix_double(h, s->value) : sz_mix(h, sz_param_hash(&g->scope.params[s->param]));
    }
    return h;
}

static uint64_t mix_message(uint64_t h, const struct sz_ruling *g, const sz_message *m) {
    for (uint32_t i = 0; i < m->n; i++) {
        const sz_piece *p = &m->pieces[i];
        h = sz_mix_str(sz_mix_str(sz_mix_str(sz_mix(h, p->kind), p->text), p->one), p->many);
        if (p->otherwise.n) h = sz_mix_str(h, p->otherwise);
        h = mix_prog(h, g, p->prog);
    }
    return sz_mix(h, m->n);
}

static uint64_t mix_point(uint64_t h, const struct sz_ruling *g, const sz_point *p) {
    h = mix_prog(sz_mix_double(h, p->add), g, p->when);
    if (p->label_zh.n || p->label_en.n) h = mix_message(mix_message(h, g, &p->label_zh), g, &p->label_en);
    return h;
}

static uint64_t mix_exemptions(uint64_t h, const sz_rule *r) {
    for (uint32_t i = 0; i < r->n_unless; i++) h = sz_mix_str(sz_mix(h, r->unless[i].kind), r->unless[i].name);
    return sz_mix(h, r->n_unless);
}

static uint64_t meaning(const struct sz_ruling *g) {
    const sz_rule *r = g->r;
    const sz_str texts[] = {r->title_zh, r->title_en, r->purpose, r->audience, r->refer_to};
    uint64_t h = 9;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) h = sz_mix_str(h, texts[i]);
    h = mix_prog(mix_prog(mix_prog(mix_prog(h, g, r->who), g, r->when), g, r->resolve_when), g, r->value);
    for (uint32_t i = 0; i < r->n_points; i++) h = mix_point(h, g, &r->points[i]);
    for (uint32_t i = 0; i < r->n_sequence; i++) {
        const sz_sequence_step *s = &r->sequence[i];
        h = mix_prog(sz_mix(sz_mix(h, g->l->b->fs.matchers[s->matcher].hash), s->is_not), g, s->where);
    }
    h = sz_mix(h, (uint64_t)r->within_ms);
    h = mix_exemptions(mix_steps(h, g), r);
    h = sz_mix(sz_mix(h, (uint64_t)r->for_ms), (uint64_t)r->again_after_ms);
    h = sz_mix(h, (uint64_t)r->check.kind << 40 | (uint64_t)r->check.weekdays << 32 | (uint32_t)r->check.week);
    for (uint32_t i = 1; i < r->check.n_times; i++) h = sz_mix(h, (uint64_t)(uint32_t)r->check.ms_of_day[i]);
    h = sz_mix(h, (uint64_t)(uint32_t)r->check.ms_of_day[0] << 8 | r->mode);
    h = sz_mix(h, r->is_instant ? sz_types_hash(g->l, r->event_types) : 0);
    return mix_message(mix_message(h, g, &r->message_zh), g, &r->message_en);
}

void sz_rule_meaning(struct sz_ruling *g) {
    collect_features(g);
    g->r->hash = meaning(g);
    const char *v = TXT(g->l, "%.*s-%08x", SZ_FMT_STR(g->r->version), (unsigned)(g->r->hash >> 32));
    size_t n = strlen(v);
    if (n >= sizeof g->r->rule_version) n = sizeof g->r->rule_version - 1;
    memcpy(g->r->rule_version, v, n);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * `who` is asked without any feature: what it says then it says by roster, calendar and params alone, whatever the
 * student does. Where it would have to ask a feature to say no, he counts as one of those whom the rule is about. So
 * nothing that waits has to be added up.
 *
 * A rule needs what its guards count (guards.c). Where no record that is kept of anybody fits that and nobody's number
 * has any of it from before, as no door of the campus tells who goes out, or no lists are connected, it cannot open.
 * Who cannot be judged counts too: a door that tells of him tells of others.
 */
#include "whom.h"

typedef struct outside {
    sz_loader all;
    bool asked_feature;
} outside;

static void load_outside(void *ctx, uint32_t slot, sz_xval *v) {
    outside *o = ctx;
    if (SZ_SLOT_SPACE(slot) != SZ_SPACE_FEATURE) {
        o->all.load(o->all.ctx, slot, v);
        return;
    }
    o->asked_feature = true;
    *v = (sz_xval){.know = SZ_UNKNOWN};
}

static bool is_left_out(sz_eval *ev, const sz_rule *r) {
    if (!r->who) return false;
    outside o = {.all = sz_rule_scope(ev, r)};
    sz_loader l = {.ctx = &o, .load = load_outside};
    sz_xval v = sz_prog_run(r->who, &l);
    return v.know == SZ_KNOWN && v.type == SZ_X_BOOL && !v.b && !o.asked_feature;
}

static uint32_t mask_bytes_of(const sz_worker *w) { return (w->bundle->fs.n_matchers + 7) / 8; }

/* What a guard counts, where it counts records at all; SZ_NONE. */
static uint32_t counted_by(const sz_worker *w, const sz_guard *g) {
    const sz_feature *f = &w->bundle->fs.features[g->feature];
    return f->op == SZ_OP_ABSENCE || g->least <= 0 ? SZ_NONE : f->matcher;
}

void whom_init(const sz_worker *w, whom *x) {
    x->about = sz_alloc((w->bundle->n_rules + 1) * sizeof *x->about);
    x->missing = sz_alloc(mask_bytes_of(w) + 1);
    x->any_missing = false;
    memset(x->about, 0, (w->bundle->n_rules + 1) * sizeof *x->about);
    memset(x->missing, 0, mask_bytes_of(w) + 1);
    for (uint32_t i = 0; i < w->bundle->n_rules; i++)
        for (uint32_t k = 0; w->bundle->rules[i].mode == SZ_LIVE && k < w->guards[i].n; k++) {
            uint32_t m = counted_by(w, &w->guards[i].v[k]);
            if (m == SZ_NONE) continue;
            x->missing[m >> 3] |= (uint8_t)(1u << (m & 7));
            x->any_missing = true;
        }
}

void whom_fini(whom *x) {
    sz_free(x->about);
    sz_free(x->missing);
}

static bool is_missing(const whom *x, uint32_t matcher) {
    return matcher != SZ_NONE && x->missing[matcher >> 3] >> (matcher & 7) & 1;
}

void whom_add(const sz_worker *w, whom *x, sz_eval *ev) {
    for (uint32_t i = 0; i < w->bundle->n_rules; i++)
        if (w->bundle->rules[i].mode == SZ_LIVE && !is_left_out(ev, &w->bundle->rules[i])) x->about[i]++;
}

/* A window may reach further back than records are kept. */
static void look_at_numbers(const sz_worker *w, whom *x, sz_eval *ev) {
    for (uint32_t i = 0; i < w->bundle->n_rules; i++)
        for (uint32_t k = 0; w->bundle->rules[i].mode == SZ_LIVE && k < w->guards[i].n; k++) {
            uint32_t m = counted_by(w, &w->guards[i].v[k]);
            if (is_missing(x, m) && sz_feature_reached(ev, w->guards[i].v[k].feature) != 0)
                x->missing[m >> 3] &= (uint8_t) ~(1u << (m & 7));
        }
}

void whom_look(const sz_worker *w, whom *x, sz_eval *ev, const sz_timeline *tl) {
    uint32_t bytes = mask_bytes_of(w);
    for (uint32_t off = 0; off < tl->log.n; off += sz_entry_len(tl->log.p + off)) {
        const uint8_t *mask = sz_entry_mask(tl->log.p + off);
        for (uint32_t i = 0; i < bytes; i++) x->missing[i] &= (uint8_t)~mask[i];
    }
    look_at_numbers(w, x, ev);
    x->any_missing = false;
    for (uint32_t i = 0; i < bytes; i++) x->any_missing |= x->missing[i] != 0;
}

/* People are told labels: what is counted by night and by day is one to them. */
static bool is_called_the_same(const sz_matcher *m, const sz_matcher *n) {
    return m == n || (m->label_zh.n && sz_str_eq(m->label_zh, n->label_zh) && sz_str_eq(m->label_en, n->label_en));
}

/* What the rule needs some of, and what nobody has: each once. */
static void put_without(const sz_worker *w, const whom *x, uint32_t rule, sz_buf *out) {
    const sz_guards *g = &w->guards[rule];
    const sz_featureset *fs = &w->bundle->fs;
    bool any = false;
    for (uint32_t i = 0; i < g->n; i++) {
        uint32_t at = counted_by(w, &g->v[i]);
        bool is_said = false;
        if (!is_missing(x, at)) continue;
        const sz_matcher *m = &fs->matchers[at];
        for (uint32_t k = 0; k < i; k++) {
            uint32_t before = counted_by(w, &g->v[k]);
            is_said |= is_missing(x, before) && is_called_the_same(m, &fs->matchers[before]);
        }
        if (is_said) continue;
        sz_buf_put_z(out, any ? ",{\"event\":" : ",\"without\":[{\"event\":");
        sz_json_str(out, m->name);
        sz_buf_put_z(out, ",\"zh\":");
        sz_json_str(out, m->label_zh.n ? m->label_zh : m->name);
        sz_buf_put_z(out, ",\"en\":");
        sz_json_str(out, m->label_en.n ? m->label_en : m->name);
        sz_buf_put_u8(out, '}');
        any = true;
    }
    if (any) sz_buf_put_u8(out, ']');
}

void whom_put(const sz_worker *w, const whom *x, sz_buf *out) {
    bool any = false;
    sz_buf_put_z(out, ",\"rules\":{");
    for (uint32_t i = 0; i < w->bundle->n_rules; i++) {
        if (w->bundle->rules[i].mode != SZ_LIVE) continue;
        if (any) sz_buf_put_u8(out, ',');
        sz_json_str(out, w->bundle->rules[i].id);
        sz_buf_printf(out, ":{\"about\":%u", x->about[i]);
        put_without(w, x, i, out);
        sz_buf_put_u8(out, '}');
        any = true;
    }
    sz_buf_put_u8(out, '}');
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * {reasons} of a message: what weighed, in the reader's language. A comparison of a feature is its label and its value;
 * anything else has no name for people and stands as it is written only where nothing else can be said. Of points only
 * those that add, by their own label where they have one.
 */
#include "internal.h"

typedef struct telling {
    run *x;
    sz_buf *out;
    const sz_loader *l;
    sz_lang lang;
    bool any;
    uint32_t told[24], n_told; /* features; with more of them than any rule compares, some are told twice */
} telling;

static void next(telling *t) {
    if (t->any) sz_buf_put_z(t->out, t->lang == SZ_ZH ? "、" : ", ");
    t->any = true;
}

/* Compared twice, with a limit and with before, it weighed once. */
static bool is_told(telling *t, uint32_t slot) {
    for (uint32_t i = 0; i < t->n_told; i++)
        if (t->told[i] == slot) return true;
    if (t->n_told < sizeof t->told / sizeof *t->told) t->told[t->n_told++] = slot;
    return false;
}

static void put_labelled(telling *t, uint32_t slot, const sz_xval *v, uint8_t unit) {
    if (is_told(t, slot)) return;
    const sz_feature *f = &t->x->ev.fs->features[SZ_SLOT_INDEX(slot)];
    sz_str label = t->lang == SZ_ZH ? f->label_zh : f->label_en;
    next(t);
    sz_buf_put_str(t->out, label.n ? label : f->name);
    sz_buf_put_u8(t->out, ' ');
    sz_text_value(t->out, v, unit, t->lang, t->x->c->zone);
}

static bool is_of_feature(const sz_clause *c) {
    return c->lhs != UINT32_MAX && c->lhs_slot != UINT32_MAX && SZ_SLOT_SPACE(c->lhs_slot) == SZ_SPACE_FEATURE;
}

/* The comparisons of features that hold, or what else does. Returns how many there were. */
static uint32_t put_clauses(telling *t, const sz_prog *p, bool of_features) {
    uint32_t n, put = 0;
    const sz_clause *c = sz_prog_clauses(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (is_of_feature(&c[i]) != of_features) continue;
        sz_xval held = sz_prog_run_at(p, c[i].whole, t->l);
        if (held.know != SZ_KNOWN || held.b == c[i].negated) continue;
        put++;
        if (of_features) {
            sz_xval v = sz_prog_run_at(p, c[i].lhs, t->l);
            put_labelled(t, c[i].lhs_slot, &v, c[i].lhs_unit);
        } else {
            next(t);
            sz_buf_put_str(t->out, c[i].text);
        }
    }
    return put;
}

static void put_held(telling *t, const sz_prog *p) {
    if (put_clauses(t, p, true) == 0) put_clauses(t, p, false);
}

static void put_point(telling *t, const sz_point *p, const sz_verdict *v) {
    const sz_message *label = t->lang == SZ_ZH ? &p->label_zh : &p->label_en;
    if (label->n == 0) {
        put_held(t, p->when);
        return;
    }
    next(t);
    sz_text_pieces(t->out, label, t->lang, &(sz_text_args){.loader = t->l, .value = &v->value, .zone = t->x->c->zone});
}

/* What it is called, where it is: `night` and `missed_class` are names of the rule's own. */
static void put_step(telling *t, const sz_sequence_step *s) {
    const sz_matcher *m = &t->x->ev.fs->matchers[s->matcher];
    sz_str label = t->lang == SZ_ZH ? m->label_zh : m->label_en;
    next(t);
    sz_buf_put_str(t->out, label.n ? label : s->as.n ? s->as : s->event);
}

void reasons_put(run *x, sz_buf *out, const sz_rule *r, const sz_verdict *v, const sz_loader *l, sz_lang lang) {
    telling t = {.x = x, .out = out, .l = l, .lang = lang};
    uint32_t slot;
    if (r->n_points) {
        for (uint32_t i = 0; i < r->n_points; i++) {
            sz_xval c = sz_prog_run(r->points[i].when, l);
            if (c.know == SZ_KNOWN && c.b) put_point(&t, &r->points[i], v);
        }
    } else if (r->value) {
        bool is_feature = sz_prog_is_slot(r->value, &slot) && SZ_SLOT_SPACE(slot) == SZ_SPACE_FEATURE;
        if (is_feature) put_labelled(&t, slot, &v->value, r->value_unit);
        else sz_text_value(out, &v->value, r->value_unit, lang, x->c->zone);
    } else if (r->when) {
        put_held(&t, r->when);
    }
    for (uint32_t i = 0; i < r->n_sequence; i++) {
        if (!r->sequence[i].is_not) put_step(&t, &r->sequence[i]);
    }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * {reasons} of a message: what weighed, in the reader's language. A comparison of a feature is its label and its value;
 * anything else stands as it is written. Of points only those that add.
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

static void put_held(telling *t, const sz_prog *p) {
    uint32_t n;
    const sz_clause *c = sz_prog_clauses(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        sz_xval held = sz_prog_run_at(p, c[i].whole, t->l);
        if (held.know != SZ_KNOWN || held.b == c[i].negated) continue;
        bool is_feature =
            c[i].lhs != UINT32_MAX && c[i].lhs_slot != UINT32_MAX && SZ_SLOT_SPACE(c[i].lhs_slot) == SZ_SPACE_FEATURE;
        if (is_feature) {
            sz_xval v = sz_prog_run_at(p, c[i].lhs, t->l);
            put_labelled(t, c[i].lhs_slot, &v, c[i].lhs_unit);
        } else {
            next(t);
            sz_buf_put_str(t->out, c[i].text);
        }
    }
}

void reasons_put(run *x, sz_buf *out, const sz_rule *r, const sz_verdict *v, const sz_loader *l, sz_lang lang) {
    telling t = {.x = x, .out = out, .l = l, .lang = lang};
    uint32_t slot;
    if (r->n_points) {
        for (uint32_t i = 0; i < r->n_points; i++) {
            sz_xval c = sz_prog_run(r->points[i].when, l);
            if (c.know == SZ_KNOWN && c.b) put_held(&t, r->points[i].when);
        }
    } else if (r->value) {
        bool is_feature = sz_prog_is_slot(r->value, &slot) && SZ_SLOT_SPACE(slot) == SZ_SPACE_FEATURE;
        if (is_feature) put_labelled(&t, slot, &v->value, r->value_unit);
        else sz_text_value(out, &v->value, r->value_unit, lang, x->c->zone);
    } else if (r->when) {
        put_held(&t, r->when);
    }
    for (uint32_t i = 0; i < r->n_sequence; i++) {
        const sz_sequence_step *s = &r->sequence[i];
        if (s->is_not) continue;
        next(&t);
        sz_buf_put_str(out, s->as.n ? s->as : s->event);
    }
}

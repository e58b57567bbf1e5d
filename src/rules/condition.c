/* SPDX-License-Identifier: Apache-2.0
 *
 * What a rule's condition says at an instant: true, false or unknown, and for a value the highest step that it reaches.
 */
#include <sanzao/rules.h>

sz_loader sz_rule_scope(sz_eval *ev, const sz_rule *r) {
    ev->params = r->params;
    ev->n_params = r->n_params;
    return sz_eval_loader(ev);
}

sz_truth sz_rule_truth(sz_eval *ev, const sz_prog *p) {
    sz_loader l = sz_eval_loader(ev);
    sz_xval v = sz_prog_run(p, &l);
    if (v.know != SZ_KNOWN || v.type != SZ_X_BOOL) return SZ_UNSURE;
    return v.b ? SZ_TRUE : SZ_FALSE;
}

/* Steps in order of reaching: thresholds ascending (at_most: descending); equal ones as written. */
static void order_steps(const sz_rule *r, sz_verdict *v) {
    for (uint8_t i = 0; i < v->n_steps; i++) {
        uint8_t k = i;
        for (; k > 0; k--) {
            double before = v->at[v->order[k - 1]];
            if (r->at_most ? before >= v->at[i] : before <= v->at[i]) break;
            v->order[k] = v->order[k - 1];
        }
        v->order[k] = i;
    }
}

/* Thresholds as of now, in order of reaching; constant ones stand in it already. Those that are unknown are left out.
 */
static void set_steps(sz_eval *ev, const sz_rule *r, const sz_loader *l, sz_verdict *v, bool *all_known) {
    bool fixed = true;
    (void)ev;
    *all_known = true;
    v->n_steps = (uint8_t)(r->n_steps < SZ_STEPS_MAX ? r->n_steps : SZ_STEPS_MAX);
    for (uint8_t i = 0; i < v->n_steps; i++) {
        v->at[i] = r->steps[i].value;
        v->order[i] = i;
        if (r->steps[i].param == SZ_NONE) continue;
        sz_xval p = {0};
        l->load(l->ctx, SZ_SLOT(SZ_SPACE_PARAM, 0, r->steps[i].param), &p);
        if (p.know != SZ_KNOWN) *all_known = false;
        v->at[i] = p.num;
        fixed = false;
    }
    if (!fixed) order_steps(r, v);
}

static sz_truth step_truth(const sz_rule *r, const sz_verdict *v, double at) {
    if (v->value.know == SZ_KNOWN) return (r->at_most ? v->value.num <= at : v->value.num >= at) ? SZ_TRUE : SZ_FALSE;
    sz_xval step = {.type = v->value.type, .know = SZ_KNOWN, .num = at};
    sz_xval c = sz_xval_compare(r->at_most ? 'l' : 'g', &v->value, &step);
    return c.know != SZ_KNOWN ? SZ_UNSURE : c.b ? SZ_TRUE : SZ_FALSE;
}

/* The sum of the true clauses: always known, for an unknown clause adds nothing (semantics 25). */
static sz_xval points_of(const sz_rule *r, const sz_loader *l) {
    sz_xval sum = {.type = SZ_X_NUM, .know = SZ_KNOWN};
    for (uint32_t i = 0; i < r->n_points; i++) {
        sz_xval c = sz_prog_run(r->points[i].when, l);
        if (c.know == SZ_KNOWN && c.b) sum.num += r->points[i].add;
    }
    return sum;
}

static void judge_steps(sz_eval *ev, const sz_rule *r, sz_verdict *v) {
    sz_loader l = sz_rule_scope(ev, r);
    bool all_known;
    set_steps(ev, r, &l, v, &all_known);
    v->value = r->value ? sz_prog_run(r->value, &l) : points_of(r, &l);
    v->reached = -1;
    v->truth = SZ_UNSURE;
    if (!all_known) return; /* a step without a value: nothing opens, nothing ends */
    for (uint8_t i = 0; i < v->n_steps; i++) {
        sz_truth t = step_truth(r, v, v->at[v->order[i]]);
        if (i == 0) v->truth = (uint8_t)t;
        if (t != SZ_TRUE) break;
        v->reached = (int8_t)i;
    }
}

void sz_rule_judge(sz_eval *ev, const sz_rule *r, sz_verdict *v) {
    if (sz_rule_is_stepped(r)) {
        judge_steps(ev, r, v);
        return;
    }
    sz_rule_scope(ev, r);
    v->n_steps = 1;
    v->order[0] = 0;
    v->at[0] = 0;
    v->value = (sz_xval){.know = SZ_UNKNOWN};
    v->truth = (uint8_t)sz_rule_truth(ev, r->when);
    v->reached = v->truth == SZ_TRUE ? 0 : -1;
}

int sz_verdict_rank(const sz_verdict *v, uint8_t step) {
    for (int i = 0; i < v->n_steps; i++)
        if (v->order[i] == step) return i;
    return -1;
}

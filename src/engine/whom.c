/* SPDX-License-Identifier: Apache-2.0
 *
 * `who` is asked without any feature: what it says then it says by roster, calendar and params alone, whatever the
 * student does. Where it would have to ask a feature to say no, he counts as one of those whom the rule is about. So
 * nothing that waits has to be added up.
 *
 * Most of a campus are alike in what is asked for: programs are run once for all of whom it says the same.
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

/* ---- what is asked of the roster ---- */

static void ask(whom *x, uint32_t field) {
    uint32_t slot = SZ_SLOT(SZ_SPACE_STUDENT, 0, field);
    x->is_by_slots &= field != SZ_SF_TAGS;
    for (uint32_t i = 0; i < x->n_slots; i++)
        if (x->slots[i] == slot) return;
    x->slots = sz_realloc(x->slots, (x->n_slots + 1) * sizeof *x->slots);
    x->slots[x->n_slots++] = slot;
}

/* What a param is may differ by student, too. */
static void ask_param(whom *x, const sz_param *p) {
    for (uint32_t i = 0; i < p->n_cases; i++)
        for (uint32_t k = 0; k < p->cases[i].n_conds; k++) ask(x, p->cases[i].conds[k].field);
}

static void ask_slot(whom *x, const sz_rule *r, uint32_t slot) {
    switch (SZ_SLOT_SPACE(slot)) {
    case SZ_SPACE_STUDENT: ask(x, SZ_SLOT_INDEX(slot)); break;
    case SZ_SPACE_PARAM: ask_param(x, &r->params[SZ_SLOT_INDEX(slot)]); break;
    case SZ_SPACE_CALENDAR: /* all are asked as of one instant */
    case SZ_SPACE_FEATURE: break;
    default: x->is_by_slots = false;
    }
}

static void ask_slots(const sz_worker *w, whom *x) {
    x->is_by_slots = true;
    for (uint32_t i = 0; i < w->bundle->n_rules; i++) {
        const sz_rule *r = &w->bundle->rules[i];
        uint32_t n = 0;
        const uint32_t *slots = r->who ? sz_prog_slots(r->who, &n) : NULL;
        for (uint32_t k = 0; k < n; k++) ask_slot(x, r, slots[k]);
    }
    x->now = sz_alloc((x->n_slots + 1) * sizeof *x->now);
}

/* ---- what rules need ---- */

/* What a guard counts, where it counts records at all; SZ_NONE. */
static uint32_t counted_by(const sz_worker *w, const sz_guard *g) {
    const sz_feature *f = &w->bundle->fs.features[g->feature];
    return f->op == SZ_OP_ABSENCE || g->least <= 0 ? SZ_NONE : f->matcher;
}

static bool is_missing(const whom *x, uint32_t matcher) {
    return matcher != SZ_NONE && x->missing[matcher >> 6] >> (matcher & 63) & 1;
}

/* The same number is a guard of several rules. */
static void need(const sz_worker *w, whom *x, uint32_t feature) {
    for (uint32_t i = 0; i < x->n_needs; i++)
        if (x->needs[i] == feature) return;
    uint32_t m = w->bundle->fs.features[feature].matcher;
    x->needs = sz_realloc(x->needs, (x->n_needs + 1) * sizeof *x->needs);
    x->needs[x->n_needs++] = feature;
    x->missing[m >> 6] |= UINT64_C(1) << (m & 63);
}

void whom_init(const sz_worker *w, whom *x) {
    uint32_t words = (w->bundle->fs.n_matchers + 63) / 64;
    *x = (whom){.about = sz_alloc((w->bundle->n_rules + 1) * sizeof *x->about),
                .missing = sz_alloc((words + 1) * sizeof *x->missing),
                .n_words = words};
    for (uint32_t i = 0; i < w->bundle->n_rules; i++)
        for (uint32_t k = 0; w->bundle->rules[i].mode == SZ_LIVE && k < w->guards[i].n; k++)
            if (counted_by(w, &w->guards[i].v[k]) != SZ_NONE) need(w, x, w->guards[i].v[k].feature);
    x->any_missing = x->n_needs > 0;
    ask_slots(w, x);
}

void whom_fini(whom *x) {
    for (uint32_t i = 0; i < WHOM_ALIKE; i++) {
        sz_free(x->alike[i].fields);
        sz_free(x->alike[i].left_out);
    }
    sz_free(x->slots);
    sz_free(x->now);
    sz_free(x->about);
    sz_free(x->missing);
    sz_free(x->needs);
}

static void close(const sz_worker *w, whom *x, alike *k) {
    for (uint32_t i = 0; k->n && i < w->bundle->n_rules; i++)
        if (!k->left_out[i]) x->about[i] += k->n;
    k->n = 0;
}

void whom_close(const sz_worker *w, whom *x) {
    for (uint32_t i = 0; i < WHOM_ALIKE; i++) close(w, x, &x->alike[i]);
}

static bool is_same(const sz_xval *a, const sz_xval *b) {
    if (a->know != b->know || a->type != b->type) return false;
    return a->know != SZ_KNOWN || (a->type == SZ_X_STR ? sz_str_eq(a->str, b->str) : a->num == b->num);
}

static uint64_t load_now(const whom *x, sz_eval *ev) {
    sz_loader l = sz_eval_loader(ev);
    uint64_t hash = 0;
    for (uint32_t i = 0; i < x->n_slots; i++) {
        sz_xval *v = &x->now[i];
        *v = (sz_xval){0};
        l.load(l.ctx, x->slots[i], v);
        uint64_t bits = 0;
        if (v->know == SZ_KNOWN && v->type == SZ_X_STR) bits = sz_hash_key(v->str.p, v->str.n);
        else if (v->know == SZ_KNOWN) memcpy(&bits, &v->num, sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return hash;
}

static void fill(const sz_worker *w, const whom *x, alike *k, sz_eval *ev) {
    if (!k->fields) {
        k->fields = sz_alloc((x->n_slots + 1) * sizeof *k->fields);
        k->left_out = sz_alloc((w->bundle->n_rules + 1) * sizeof *k->left_out);
    }
    memcpy(k->fields, x->now, x->n_slots * sizeof *k->fields);
    for (uint32_t i = 0; i < w->bundle->n_rules; i++) k->left_out[i] = is_left_out(ev, &w->bundle->rules[i]);
}

void whom_add(const sz_worker *w, whom *x, sz_eval *ev) {
    alike *k = &x->alike[load_now(x, ev) >> 58];
    bool is_known = k->fields && x->is_by_slots;
    for (uint32_t i = 0; i < x->n_slots && is_known; i++) is_known = is_same(&k->fields[i], &x->now[i]);
    if (!is_known) {
        close(w, x, k);
        fill(w, x, k, ev);
    }
#ifndef NDEBUG
    for (uint32_t i = 0; i < w->bundle->n_rules; i++)
        if (k->left_out[i] != is_left_out(ev, &w->bundle->rules[i])) __builtin_trap();
#endif
    k->n++;
}

/* How much older than the horizon a log reaches depends on where commits fell, which no output may. */
static void look_at_records(const sz_worker *w, whom *x, const sz_timeline *tl) {
    uint32_t bytes = (w->bundle->fs.n_matchers + 7) / 8;
    int64_t kept_ms = w->clocks.wmax_ms == SZ_TIME_NONE ? INT64_MIN : w->clocks.wmax_ms - w->o.horizon_ms;
    for (uint32_t off = 0; off < tl->log.n; off += sz_entry_len(tl->log.p + off)) {
        if (sz_entry_time(tl->log.p + off) < kept_ms) continue;
        const uint8_t *mask = sz_entry_mask(tl->log.p + off);
        for (uint32_t i = 0; 8 * i < bytes; i++)
            x->missing[i] &= ~sz_mask_word(mask + 8 * i, bytes - 8 * i < 8 ? bytes - 8 * i : 8);
    }
}

/* A window may reach further back than records are kept. What was found is asked of nobody any more. */
static void look_at_numbers(const sz_worker *w, whom *x, sz_eval *ev) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < x->n_needs; i++) {
        uint32_t m = w->bundle->fs.features[x->needs[i]].matcher;
        if (!is_missing(x, m)) continue;
        if (sz_feature_reached(ev, x->needs[i]) != 0) x->missing[m >> 6] &= ~(UINT64_C(1) << (m & 63));
        else x->needs[n++] = x->needs[i];
    }
    x->n_needs = n;
    x->any_missing = n > 0;
}

/* What no record of a log may fit is looked for in none: to read all logs is as dear as all else of a summary. */
void whom_look(const sz_worker *w, whom *x, sz_eval *ev, const sz_timeline *tl) {
    bool may_have = x->n_words > 1 || x->missing[0] & w->fitted;
#ifndef NDEBUG
    uint64_t before = x->missing[0];
    look_at_records(w, x, tl);
    if (!may_have && x->missing[0] != before) __builtin_trap();
#else
    if (may_have) look_at_records(w, x, tl);
#endif
    look_at_numbers(w, x, ev);
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

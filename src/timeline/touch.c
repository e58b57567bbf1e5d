/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rules are judged at a record. It touches those that read something it fits; which these are depends on its
 * matchers alone, so it is worked out once for records that fit the same. Of a thousand rules many wait for a number to
 * be reached; those that count the same records over windows that end now are a family: while the widest window has not
 * reached the lowest number, none of them has, and none is looked at one by one.
 *
 * A rule that is open, or kept from opening, is judged whatever its numbers are.
 */
#include "internal.h"

enum { TOUCHES = 128 };

typedef struct member {
    uint32_t rule, feature;
    double least;
} member;

typedef struct family {
    uint32_t widest; /* feature */
    double least;
    uint32_t n, cap;
    member *v;
} family;

/* A rule whose silence such a record ends. */
typedef struct silent {
    uint32_t rule;
    uint8_t cls;
    int64_t least_ms; /* no deadline is sooner after it */
} silent;

/* What a record of that type and with those matchers touches. */
typedef struct touch {
    uint64_t mask;
    uint8_t type;
    bool is_made;
    uint64_t *all, *apart; /* rules; those that are in no family and not silent */
    family *families;
    silent *silents;
    uint32_t n, cap, n_silents;
} touch;

struct sz_touch_memo {
    touch touches[TOUCHES];
    bool *in_family; /* of each rule: may it be */
    uint64_t *made;  /* rule_words: the answer */
};

/* ---- values at the item in hand, each found once ---- */

static double reached(run *x, uint32_t feature) {
    sz_value_memo *m = &x->c->values[feature];
    if (m->stamp != x->c->value_stamp)
        *m = (sz_value_memo){.stamp = x->c->value_stamp, .num = sz_feature_reached(&x->ev, feature)};
    return m->num;
}

bool guards_reached(run *x, uint32_t rule) {
    const sz_guards *g = x->c->guards ? &x->c->guards[rule] : NULL;
    for (uint32_t i = 0; g && i < g->n; i++)
        if (!(reached(x, g->v[i].feature) >= g->v[i].least)) return false;
    return true;
}

bool guards_may_stay(run *x, uint32_t rule) {
    const sz_guards *g = &x->c->guards[rule];
    for (uint32_t i = 0; i < g->n; i++)
        if (g->v[i].falls && !(reached(x, g->v[i].feature) >= g->v[i].least)) return false;
    return true;
}

/* ---- families ---- */

/* While a guard of the idle rule is not reached, a record does nothing to it: no deadline, no day that now matters. */
static bool may_be_in_family(const sz_tlctx *c, uint32_t rule) {
    const sz_rule *r = &c->bundle->rules[rule];
    return c->guards[rule].n && !r->has_growing && !r->n_sequence && c->rule_quiet[rule] && !c->rule_waits[rule] &&
           !(c->rule_look[rule] & (SZ_LOOK_OWN | SZ_LOOK_PANES)) && c->silence[rule] == SZ_NONE;
}

sz_touch_memo *sz_touch_memo_new(const sz_tlctx *c) {
    sz_touch_memo *m = sz_alloc(sizeof *m);
    uint32_t n = c->bundle->n_rules;
    m->in_family = sz_alloc(n + 1);
    m->made = sz_alloc((c->rule_words + 1) * sizeof *m->made);
    for (uint32_t i = 0; i < n; i++) m->in_family[i] = may_be_in_family(c, i);
    return m;
}

static void touch_fini(touch *t) {
    for (uint32_t i = 0; i < t->n; i++) sz_free(t->families[i].v);
    sz_free(t->families);
    sz_free(t->silents);
    sz_free(t->all);
    sz_free(t->apart);
    *t = (touch){0};
}

void sz_touch_memo_free(sz_touch_memo *m) {
    if (!m) return;
    for (uint32_t i = 0; i < TOUCHES; i++) touch_fini(&m->touches[i]);
    sz_free(m->in_family);
    sz_free(m->made);
    sz_free(m);
}

/* Do both count the same, so that the one over more days has at least as much? */
static bool is_of_family(const sz_feature *a, const sz_feature *b) {
    bool is_alike = a->op == b->op && a->acc == b->acc && a->window.kind == SZ_W_DAYS && b->window.kind == SZ_W_DAYS &&
                    a->window.ago == 0 && b->window.ago == 0 && a->window.is_night == b->window.is_night;
    return is_alike && (a->op == SZ_OP_COUNT || a->op == SZ_OP_DAYS || a->op == SZ_OP_SUM);
}

static family *family_of(touch *t, const sz_featureset *fs, const sz_guard *g) {
    const sz_feature *f = &fs->features[g->feature];
    for (uint32_t i = 0; i < t->n; i++) {
        const sz_feature *of = &fs->features[t->families[i].widest];
        if (t->families[i].widest == g->feature || (g->falls && is_of_family(of, f))) {
            if (f->window.days > of->window.days) t->families[i].widest = g->feature;
            if (g->least < t->families[i].least) t->families[i].least = g->least;
            return &t->families[i];
        }
    }
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 8;
        t->families = sz_realloc(t->families, t->cap * sizeof *t->families);
    }
    t->families[t->n] = (family){.widest = g->feature, .least = g->least};
    return &t->families[t->n++];
}

static void join(family *f, uint32_t rule, const sz_guard *g) {
    if (f->n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 8;
        f->v = sz_realloc(f->v, f->cap * sizeof *f->v);
    }
    f->v[f->n++] = (member){rule, g->feature, g->least};
}

/* ---- what a record touches ---- */

static void all_touched(const sz_tlctx *c, uint8_t type, const uint8_t *mask, uint64_t *all) {
    uint32_t words = c->rule_words;
    memcpy(all, c->instant_rules + type * words, words * sizeof *all);
    for (uint32_t byte = 0; byte < mask_bytes(c); byte++)
        for (uint32_t left = mask[byte]; left; left &= left - 1) {
            const uint64_t *fit = c->fit_rules + (8 * byte + (uint32_t)__builtin_ctz(left)) * words;
            for (uint32_t w = 0; w < words; w++) all[w] |= fit[w];
        }
}

static void touch_make(touch *t, const sz_touch_memo *m, const run *x, uint64_t mask) {
    const sz_tlctx *c = x->c;
    size_t size = (c->rule_words + 1) * sizeof(uint64_t);
    touch_fini(t);
    *t = (touch){.mask = mask, .type = x->event->type, .is_made = true, .all = sz_alloc(size), .apart = sz_alloc(size)};
    all_touched(c, t->type, x->mask, t->all);
    memcpy(t->apart, t->all, size);
    t->silents = sz_alloc((c->bundle->n_rules + 1) * sizeof *t->silents);
    for (uint32_t i = 0; i < c->bundle->n_rules; i++) {
        if (!(t->all[i / 64] >> i % 64 & 1)) continue;
        uint32_t s = c->silence[i];
        bool is_silent =
            s != SZ_NONE && x->mask[s >> 3] >> (s & 7) & 1 && c->rule_quiet[i] && !(c->rule_look[i] & SZ_LOOK_PANES);
        if (is_silent) t->silents[t->n_silents++] = (silent){i, c->rule_class[i], c->rule_least_ms[i]};
        if (!is_silent && !m->in_family[i]) continue;
        t->apart[i / 64] &= ~(UINT64_C(1) << i % 64);
        if (!is_silent) join(family_of(t, &c->bundle->fs, &c->guards[i].v[0]), i, &c->guards[i].v[0]);
    }
}

static const touch *touch_of(const run *x) {
    sz_touch_memo *m = x->c->touches;
    uint64_t mask = 0;
    for (uint32_t i = 0; i < mask_bytes(x->c); i++) mask |= (uint64_t)x->mask[i] << 8 * i;
    touch *t = &m->touches[(mask ^ (uint64_t)x->event->type << 58) * UINT64_C(0x9e3779b97f4a7c15) >> 57];
    if (!t->is_made || t->mask != mask || t->type != x->event->type) touch_make(t, m, x, mask);
    return t;
}

static void add_rule(uint64_t *to, const touch *t, uint32_t rule) {
    to[rule / 64] |= t->all[rule / 64] & UINT64_C(1) << rule % 64;
}

/* The record makes the rule's absence 0: it stays idle, and what is due of it is no sooner than what is due already. */
static bool stays_silent(const run *x, const silent *s) {
    int64_t timer = x->tl->keys[s->cls].timer;
    return timer != INT64_MIN && key_of(x->event->time_ms + s->least_ms, ORDER_TIMER) >= timer;
}

static void add_touched(run *x, const touch *t, uint64_t *made) {
    const sz_timeline *tl = x->tl;
    for (uint32_t i = 0; i < t->n_silents; i++)
        if (!stays_silent(x, &t->silents[i])) add_rule(made, t, t->silents[i].rule);
    for (uint32_t i = 0; i < t->n; i++) {
        const family *f = &t->families[i];
        if (!(reached(x, f->widest) >= f->least)) continue;
        for (uint32_t k = 0; k < f->n; k++)
            if (f->n == 1 || reached(x, f->v[k].feature) >= f->v[k].least) add_rule(made, t, f->v[k].rule);
    }
    for (uint32_t i = 0; i < tl->n_episodes; i++) add_rule(made, t, tl->episodes[i].rule);
    for (uint32_t i = 0; i < tl->n_blocked; i++) add_rule(made, t, tl->blocked[i]);
}

const uint64_t *touched_rules(run *x) {
    const sz_tlctx *c = x->c;
    sz_touch_memo *m = c->touches;
    const sz_timeline *tl = x->tl;
    if (!c->rule_words) return NULL; /* no rules */
    uint64_t *made = m->made;
    if (c->bundle->fs.n_matchers > 64 || c->rule_from_ms || !tl->is_active) {
        all_touched(c, x->event->type, x->mask, made);
    } else {
        const touch *t = touch_of(x);
        for (uint32_t w = 0; w < c->rule_words; w++) made[w] = t->apart[w];
        add_touched(x, t, made);
    }
    if (!tl->n_episodes && !tl->n_pends) /* nothing is open: those that it can open */
        for (uint32_t w = 0; w < c->rule_words; w++) made[w] &= c->idle_rules[w];
    return made;
}

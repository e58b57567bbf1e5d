/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rules are judged at a record. It touches those that read something it fits; which these are depends on its
 * matchers alone, so it is worked out once for records that fit the same. Of a thousand rules many wait for a number to
 * be reached; those that count the same records over windows that end now are a family: while the widest window has not
 * reached the lowest number, none of them has, and none is looked at one by one.
 *
 * A rule that is open, or kept from opening, is judged whatever its numbers are.
 */
#include "guards.h"

enum { TOUCHES = 1024 };

typedef struct member {
    uint32_t rule, feature;
    double least;
} member;

typedef struct family {
    uint32_t widest; /* feature */
    double least;
    uint64_t bit; /* of its one member's guard; 0 where there are more */
    uint32_t n, cap;
    member *v;
} family;

/* A rule whose silence such a record ends. */
typedef struct silent {
    uint32_t rule;
    uint8_t cls;
    int64_t least_ms; /* no deadline is sooner after it */
} silent;

/* One of these guards below, or the record none that the rule asks for, is enough for what it stands for. */
typedef struct any {
    uint64_t below, misses;
} any;

/* What a record of that type and with those matchers touches. The first line of the cache is all that most records
 * look at, with what `quick` has. */
typedef struct touch {
    _Alignas(64) uint64_t mask;
    uint64_t lifts; /* guards that only fall by themselves and that such a record may raise */
    /* With all of `must` below, and one at least of each of `any`, or where the record itself is not what the rule asks
     * for, it moves none of `idle` and no family. */
    uint64_t must;
    uint8_t type;
    bool is_made;
    uint32_t n_any, n_silents;
    any *quick;                   /* n_any of them, and n_silents of `silent` behind them */
    uint64_t *all, *apart, *idle; /* rules; those that are in no family and not silent; of these, whom it can open */
    family *families;
    uint32_t n, cap;
} touch;
_Static_assert(offsetof(touch, quick) + sizeof(any *) <= 64, "in the first line");

static inline const silent *silents_of(const touch *t) { return (const silent *)(const void *)(t->quick + t->n_any); }

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
    m->ahead = NULL;
    m->places.n = 0;
    memset(m->places.slot, 0, sizeof m->places.slot);
    m->half = (sz_day_memo){0};
    id_sets_init(&m->ids);
    m->in_family = sz_alloc(n + 1);
    m->made = sz_alloc((c->rule_words + 1) * sizeof *m->made);
    m->block = sz_alloc((TOUCHES + 1) * sizeof *m->touches);
    m->touches = (touch *)(void *)((uint8_t *)m->block + (sizeof(touch) - (uintptr_t)m->block % sizeof(touch)));
    for (uint32_t i = 0; i < n; i++) m->in_family[i] = may_be_in_family(c, i);
    guard_memo_init(&m->guards, c, m->in_family);
    return m;
}

static void touch_fini(touch *t) {
    for (uint32_t i = 0; i < t->n; i++) sz_free(t->families[i].v);
    sz_free(t->families);
    sz_free(t->all);
    sz_free(t->apart);
    sz_free(t->idle);
    sz_free(t->quick);
    *t = (touch){0};
}

void sz_touch_memo_free(sz_touch_memo *m) {
    if (!m) return;
    for (uint32_t i = 0; i < TOUCHES; i++) touch_fini(&m->touches[i]);
    guard_memo_fini(&m->guards);
    id_sets_fini(&m->ids);
    sz_free(m->ahead);
    sz_free(m->block);
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

static void join(family *f, uint32_t rule, const sz_guard *g, uint8_t bit) {
    f->bit = f->n || bit == GUARD_NO_BIT ? 0 : UINT64_C(1) << bit;
    if (f->n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 8;
        f->v = sz_realloc(f->v, f->cap * sizeof *f->v);
    }
    f->v[f->n++] = (member){rule, g->feature, g->least};
}

/* ---- what a record touches ---- */

static void add_fits(const sz_tlctx *c, const uint8_t *mask, uint64_t *all) {
    uint32_t words = c->rule_words;
    for (uint32_t byte = 0; byte < mask_bytes(c); byte++)
        for (uint32_t left = mask[byte]; left; left &= left - 1) {
            const uint64_t *fit = c->fit_rules + (8 * byte + (uint32_t)__builtin_ctz(left)) * words;
            for (uint32_t w = 0; w < words; w++) all[w] |= fit[w];
        }
}

static void all_touched(const sz_tlctx *c, uint8_t type, const uint8_t *mask, uint64_t *all) {
    memcpy(all, c->instant_rules + type * c->rule_words, c->rule_words * sizeof *all);
    add_fits(c, mask, all);
}

/* No bit: never enough. */
static void add_any(touch *t, any x) {
    if (x.below && !(x.below & (x.below - 1)) && !x.misses) t->must |= x.below;
    else t->quick[t->n_any++] = x;
}

static uint64_t misses_of(const sz_tlctx *c, uint32_t rule) { return c->rule_misses ? c->rule_misses[rule] : 0; }

static void quick_make(touch *t, const sz_tlctx *c, const silent *silents) {
    t->quick = sz_alloc((c->bundle->n_rules + t->n + 1) * sizeof *t->quick + t->n_silents * sizeof *silents);
    for (uint32_t w = 0; w < c->rule_words; w++)
        for (uint64_t left = t->idle[w]; left; left &= left - 1) {
            uint32_t rule = 64 * w + (uint32_t)__builtin_ctzll(left);
            add_any(t, (any){c->touches->guards.rests[rule], misses_of(c, rule)});
        }
    for (uint32_t i = 0; i < t->n; i++) add_any(t, (any){t->families[i].bit, 0});
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_any; i++)
        if (!(t->quick[i].below & t->must)) t->quick[n++] = t->quick[i];
    t->n_any = n;
    memcpy(t->quick + n, silents, t->n_silents * sizeof *silents);
}

static __attribute__((noinline, cold)) void touch_make(touch *t, const sz_tlctx *c, uint8_t type, const uint8_t *mask,
                                                       uint64_t word) {
    const sz_touch_memo *m = c->touches;
    size_t size = (c->rule_words + 1) * sizeof(uint64_t);
    touch_fini(t);
    *t = (touch){.mask = word, .type = type, .is_made = true};
    t->all = sz_alloc(size);
    t->apart = sz_alloc(size);
    t->idle = sz_alloc(size);
    all_touched(c, type, mask, t->all);
    memcpy(t->apart, t->all, size);
    for (uint32_t i = 0; i < m->guards.n_bits; i++) {
        uint32_t k = c->bundle->fs.features[m->guards.bits[i].feature].matcher;
        if (m->guards.bits[i].falls && mask[k >> 3] >> (k & 7) & 1) t->lifts |= UINT64_C(1) << i;
    }
    silent *silents = sz_alloc((c->bundle->n_rules + 1) * sizeof *silents);
    for (uint32_t i = 0; i < c->bundle->n_rules; i++) {
        if (!(t->all[i / 64] >> i % 64 & 1)) continue;
        uint32_t s = c->silence[i];
        bool is_silent =
            s != SZ_NONE && mask[s >> 3] >> (s & 7) & 1 && c->rule_quiet[i] && !(c->rule_look[i] & SZ_LOOK_PANES);
        if (is_silent) silents[t->n_silents++] = (silent){i, c->rule_class[i], c->rule_least_ms[i]};
        if (!is_silent && !m->in_family[i]) continue;
        t->apart[i / 64] &= ~(UINT64_C(1) << i % 64);
        const sz_guard *g = &c->guards[i].v[0];
        if (!is_silent) join(family_of(t, &c->bundle->fs, g), i, g, m->guards.bit[i][0]);
    }
    for (uint32_t w = 0; w < c->rule_words; w++) t->idle[w] = t->apart[w] & c->idle_rules[w];
    quick_make(t, c, silents);
    sz_free(silents);
}

static inline const touch *touch_of(const sz_tlctx *c, uint8_t type, const uint8_t *mask) {
    uint64_t word = sz_mask_word(mask, mask_bytes(c));
    touch *t = &c->touches->touches[(word ^ (uint64_t)type << 58) * UINT64_C(0x9e3779b97f4a7c15) >> 54];
    if (!t->is_made || t->mask != word || t->type != type) touch_make(t, c, type, mask, word);
    return t;
}

static void add_rule(uint64_t *to, const touch *t, uint32_t rule) {
    to[rule / 64] |= t->all[rule / 64] & UINT64_C(1) << rule % 64;
}

/* The record makes the rule's absence 0: it stays idle, and what is due of it is no sooner than what is due already. */
static bool stays_silent(const sz_timeline *tl, const silent *s, int64_t t_ms) {
    return key_of(t_ms + s->least_ms, ORDER_TIMER) >= next_timer(tl, s->cls);
}

static void add_touched(run *x, const touch *t, uint64_t *made) {
    const sz_timeline *tl = x->tl;
    for (uint32_t i = 0; i < t->n_silents; i++)
        if (!stays_silent(tl, &silents_of(t)[i], x->event->time_ms)) add_rule(made, t, silents_of(t)[i].rule);
    for (uint32_t i = 0; i < t->n; i++) {
        const family *f = &t->families[i];
        if (recall_below(x, f->bit)) continue;
        if (!(guard_value(x, f->widest) >= f->least)) {
            x->tl->below |= f->bit;
            continue;
        }
        for (uint32_t k = 0; k < f->n; k++)
            if (f->n == 1 || guard_value(x, f->v[k].feature) >= f->v[k].least) add_rule(made, t, f->v[k].rule);
    }
    for (uint32_t i = 0; i < tl->n_episodes; i++) add_rule(made, t, tl->episodes[i].rule);
    for (uint32_t i = 0; i < tl->n_blocked; i++) add_rule(made, t, tl->blocked[i]);
}

/* Those that are in no family, but for rules with a guard that is known to be below. */
static void add_apart(run *x, const uint64_t *apart, uint64_t *made) {
    const uint64_t *rests = x->c->touches->guards.rests;
    for (uint32_t w = 0; w < x->c->rule_words; w++) {
        uint64_t rules = apart[w];
        for (uint64_t left = rules; left; left &= left - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(left);
            if (x->tl->below & rests[64 * w + i] && recall_below(x, rests[64 * w + i])) rules &= ~(UINT64_C(1) << i);
        }
        made[w] = rules;
    }
}

static bool reads_study(const sz_bundle *b, const sz_rule *r) {
    for (uint32_t i = 0; i < r->n_features; i++)
        if (b->fs.features[r->features[i]].window.kind == SZ_W_STUDY) return true;
    return false;
}

/* Of a record that takes another out, or with which a study begins or whom it admits: what it fits is not all that it
 * moves. */
static const uint64_t *moved_rules(run *x) {
    const sz_tlctx *c = x->c;
    uint64_t *made = c->touches->made;
    x->tl->below = 0; /* more may have moved than what counts it */
    all_touched(c, x->event->type, x->mask, made);
    if (x->is_corrected) add_fits(c, x->undone, made);
    for (uint32_t i = 0; x->is_first && i < c->bundle->n_rules; i++)
        if (c->bundle->rules[i].mode != SZ_DISABLED &&
            (x->tl->student == SZ_NONE || reads_study(c->bundle, &c->bundle->rules[i])))
            made[i / 64] |= UINT64_C(1) << i % 64;
    return made;
}

const uint64_t *touched_rules(run *x) {
    const sz_tlctx *c = x->c;
    sz_touch_memo *m = c->touches;
    const sz_timeline *tl = x->tl;
    if (!c->rule_words) return NULL; /* no rules */
    if (x->is_first || x->is_corrected) return moved_rules(x);
    uint64_t *made = m->made;
    bool is_nothing_open = !tl->n_episodes && !tl->n_pends; /* then those that the record can open */
    if (c->bundle->fs.n_matchers > 64) {
        x->tl->below = 0;
        all_touched(c, x->event->type, x->mask, made);
    } else {
        const touch *t = touch_of(c, x->event->type, x->mask);
        x->tl->below &= ~t->lifts;
        if (c->rule_from_ms || !tl->is_active) {
            memcpy(made, t->all, c->rule_words * sizeof *made);
        } else {
            add_apart(x, is_nothing_open ? t->idle : t->apart, made);
            add_touched(x, t, made);
        }
    }
    if (is_nothing_open)
        for (uint32_t w = 0; w < c->rule_words; w++) made[w] &= c->idle_rules[w];
    return made;
}

/* The record itself can be asked before it is added; so can what ended earlier, and mostly is at a day's first one. */
static __attribute__((noinline)) bool is_still_below(sz_timeline *tl, sz_tlctx *c, const sz_event *e, uint32_t rule) {
    sz_touch_memo *m = c->touches;
    uint64_t bits = m->guards.rests[rule] & m->guards.still;
    if (!bits && !c->guards[rule].n_asks) return false;
    run x;
    run_init(&x, tl, c, NULL);
    run_at(&x, e->time_ms);
    if (!is_fit_to_fire(&x, rule, e)) return true;
    if (!bits) return false;
    m->asked |= UINT64_C(1) << e->type;
    for (uint32_t k = 0; k < c->guards[rule].n; k++) {
        uint8_t bit = m->guards.bit[rule][k];
        if (bit != GUARD_NO_BIT && bits >> bit & 1 && guard_is_below(&x, rule, k)) return true;
    }
    return false;
}

/* Good for as long as both its day and its night are. */
static __attribute__((noinline)) int32_t half_anew(const sz_tlctx *c, int64_t t_ms) {
    sz_day_memo *days = (sz_day_memo *)(uintptr_t)c->days, *m = &c->touches->half;
    m->day = sz_zone_day_as(c->zone, &days[0], t_ms) + sz_zone_night_as(c->zone, &days[1], t_ms);
    m->from_ms = days[0].from_ms > days[1].from_ms ? days[0].from_ms : days[1].from_ms;
    m->to_ms = days[0].to_ms < days[1].to_ms ? days[0].to_ms : days[1].to_ms;
    return m->day;
}

static inline int32_t half_of(const sz_tlctx *c, int64_t t_ms) {
    const sz_day_memo *m = &c->touches->half;
    return t_ms >= m->from_ms && t_ms < m->to_ms ? m->day : half_anew(c, t_ms);
}

bool touch_may_ask(const sz_timeline *tl, const sz_tlctx *c, uint8_t type, int64_t t_ms) {
    const sz_touch_memo *m = c->touches;
    if (!(m->asked >> type & 1)) return false;
    int32_t half = half_of(c, t_ms);
    uint64_t lost = tl->below_half == half ? 0 : guards_moved_on(&m->guards, tl->below_half, half);
    return tl->below & lost || !(tl->below & m->guards.still);
}

static inline bool is_all_below(const touch *t, uint64_t below, uint64_t misses) {
    bool is_known = !(t->must & ~below);
    for (const any *x = t->quick, *end = x + t->n_any; x < end; x++)
        is_known &= ((x->below & below) | (x->misses & misses)) != 0;
    return is_known;
}

/* Some of it is not known: asked one by one. */
static __attribute__((noinline)) bool are_all_below(const touch *t, sz_timeline *tl, sz_tlctx *c, const sz_event *e) {
    const sz_touch_memo *m = c->touches;
    for (uint32_t w = 0; w < c->rule_words; w++)
        for (uint64_t left = t->idle[w]; left; left &= left - 1) {
            uint32_t rule = 64 * w + (uint32_t)__builtin_ctzll(left);
            bool is_out = tl->below & m->guards.rests[rule] || c->fresh_misses & misses_of(c, rule);
            if (!is_out && !is_still_below(tl, c, e, rule)) return false;
        }
    for (uint32_t i = 0; i < t->n; i++)
        if (!(tl->below & t->families[i].bit)) return false;
    return true;
}

static inline bool are_all_silent(const touch *t, const sz_timeline *tl, int64_t t_ms) {
    for (uint32_t i = 0; i < t->n_silents; i++)
        if (!stays_silent(tl, &silents_of(t)[i], t_ms)) return false;
    return true;
}

bool touches_nothing(sz_timeline *tl, sz_tlctx *c, const sz_event *e, const uint8_t *mask) {
    if (!c->rule_words) return true;
    const touch *t = touch_of(c, e->type, mask);
    below_as_of(tl, &c->touches->guards, half_of(c, e->time_ms));
    tl->below &= ~t->lifts;
    return (is_all_below(t, tl->below, c->fresh_misses) || are_all_below(t, tl, c, e)) &&
           are_all_silent(t, tl, e->time_ms);
}

/* Of a record of the log: which rules it is not what they ask for, if that is remembered. */
static __attribute__((noinline)) uint64_t entry_misses(const sz_timeline *tl, const sz_tlctx *c, const uint8_t *p) {
    sz_event e;
    uint8_t mask[8];
    if (!sz_entry_get_place(p, mask_bytes(c), c->dict, &e)) return 0;
    uint32_t place = e.place.n ? sz_match_place(c->matches, c->facts->campus, e.place) : SZ_NONE;
    bool is_known = sz_match_known(c->matches, c->facts, c->zone, &e, tl->student, place, mask);
    return is_known ? sz_match_misses(c->matches) : 0;
}

bool entry_touches_nothing(sz_timeline *tl, const sz_tlctx *c, const uint8_t *p) {
    if (!c->rule_words) return true;
    int64_t t_ms = sz_entry_time(p);
    const touch *t = touch_of(c, sz_entry_type(p), sz_entry_mask(p));
    below_as_of(tl, &c->touches->guards, half_of(c, t_ms));
    tl->below &= ~t->lifts;
    if (!are_all_silent(t, tl, t_ms) || !is_all_below(t, tl->below, ~UINT64_C(0))) return false;
    return is_all_below(t, tl->below, 0) || is_all_below(t, tl->below, entry_misses(tl, c, p));
}

void touched_asking_all(run *x, uint64_t *made) {
    x->tl->below = 0;
    all_touched(x->c, x->event->type, x->mask, made);
    for (uint32_t w = 0; w < x->c->rule_words; w++) made[w] &= x->c->idle_rules[w];
}

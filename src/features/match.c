/* SPDX-License-Identifier: Apache-2.0
 *
 * Which matchers a record fits. Most ask only for codes and the place (`event.op == "consume" && place.kind ==
 * "canteen"`): their answer is the same for every record with these, so it is remembered; the others are run.
 */
#include "ops.h"

static bool is_of_type(const sz_eval *ev, const sz_matcher *m, const sz_event *e) {
    return m->types >> e->type & 1 && (!m->is_seen || sz_event_is_seen(ev->types, e));
}

static bool where_holds(const sz_prog *where, const sz_loader *l) {
    sz_xval v = sz_prog_run(where, l);
    return v.know == SZ_KNOWN && v.b;
}

static bool matcher_fits(const sz_eval *ev, const sz_matcher *m, const sz_event *e, const sz_loader *l) {
    if (!is_of_type(ev, m, e)) return false;
    for (uint32_t i = 0; i < m->n_wheres; i++)
        if (!where_holds(m->wheres[i], l)) return false;
    return true;
}

void sz_eval_match(sz_eval *ev, const sz_event *e, uint8_t *mask) {
    const sz_event *before = ev->event;
    ev->event = e;
    sz_loader l = sz_eval_loader(ev);
    memset(mask, 0, (ev->fs->n_matchers + 7) / 8);
    for (uint32_t i = 0; i < ev->fs->n_matchers; i++)
        if (matcher_fits(ev, &ev->fs->matchers[i], e, &l)) mask[i >> 3] |= (uint8_t)(1u << (i & 7));
    ev->event = before;
}

/* ---- remembered ---- */

enum { SLOTS = 1024, EMPTY = 0 };

struct sz_match_memo {
    bool is_usable;             /* at most 64 matchers, none with more than 64 wheres */
    uint64_t own[SZ_TYPES_MAX]; /* of a type: matchers that look at more, a bit each */
    bool asks_place[SZ_TYPES_MAX];
    uint64_t more[64]; /* of a matcher: its wheres that look at more */
    struct {
        uint64_t key, mask;
    } slots[SLOTS];
};

/* Does the program see nothing but codes and the place? */
static bool is_by_code(const sz_prog *p, bool *asks_place) {
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (SZ_SLOT_SPACE(slots[i]) != SZ_SPACE_EVENT) return false;
        switch (SZ_SLOT_INDEX(slots[i])) {
        case SZ_EF_TYPE:
        case SZ_EF_PRECISION:
        case SZ_EF_OP:
        case SZ_EF_STATUS:
        case SZ_EF_DIRECTION:
        case SZ_EF_RESULT: break;
        case SZ_EF_PLACE_ID:
        case SZ_EF_PLACE_NAME:
        case SZ_EF_PLACE_KIND:
        case SZ_EF_PLACE_BUILDING:
        case SZ_EF_PLACE_ZONE: *asks_place = true; break;
        default: return false;
        }
    }
    return true;
}

sz_match_memo *sz_match_memo_new(const sz_featureset *fs) {
    sz_match_memo *m = sz_alloc(sizeof *m);
    m->is_usable = fs->n_matchers <= 64;
    for (uint32_t i = 0; i < fs->n_matchers && m->is_usable; i++) {
        const sz_matcher *x = &fs->matchers[i];
        bool asks_place = false;
        m->is_usable = x->n_wheres <= 64;
        for (uint32_t k = 0; k < x->n_wheres && m->is_usable; k++)
            if (!is_by_code(x->wheres[k], &asks_place)) m->more[i] |= UINT64_C(1) << k;
        for (uint32_t t = 0; t < SZ_TYPE_FIRST_DECLARED; t++) {
            if (!(x->types >> t & 1)) continue;
            if (m->more[i]) m->own[t] |= UINT64_C(1) << i;
            m->asks_place[t] |= asks_place;
        }
    }
    return m;
}

void sz_match_memo_free(sz_match_memo *m) { sz_free(m); }

/* The codes and the place as one number, never EMPTY. False: a place that the campus does not have may be any text. */
static bool key_of(const sz_eval *ev, const sz_match_memo *m, const sz_event *e, uint64_t *key) {
    uint64_t place = 0;
    if (m->asks_place[e->type] && e->place.n) {
        uint32_t i = sz_campus_find_place(ev->facts->campus, e->place);
        if (i == SZ_NONE) return false;
        place = (uint64_t)i + 1;
    }
    uint64_t codes = (uint64_t)e->type << 1 | (uint64_t)e->precision << 8 | (uint64_t)e->op << 12 |
                     (uint64_t)e->status << 16 | (uint64_t)e->direction << 20 | (uint64_t)e->result << 24;
    *key = place << 32 | codes | 1;
    return true;
}

/* Matchers that the record fits as far as codes and the place go. */
static uint64_t by_code(const sz_match_memo *m, const sz_eval *ev, const sz_event *e, const sz_loader *l) {
    uint64_t bits = 0;
    for (uint32_t i = 0; i < ev->fs->n_matchers; i++) {
        const sz_matcher *x = &ev->fs->matchers[i];
        bool fits = is_of_type(ev, x, e);
        for (uint32_t k = 0; k < x->n_wheres && fits; k++)
            if (!(m->more[i] >> k & 1)) fits = where_holds(x->wheres[k], l);
        if (fits) bits |= UINT64_C(1) << i;
    }
    return bits;
}

static bool rest_holds(const sz_match_memo *m, uint32_t i, const sz_matcher *x, const sz_loader *l) {
    for (uint64_t left = m->more[i]; left; left &= left - 1)
        if (!where_holds(x->wheres[__builtin_ctzll(left)], l)) return false;
    return true;
}

void sz_match_quick(sz_match_memo *m, sz_eval *ev, const sz_event *e, uint8_t *mask) {
    uint64_t key;
    if (!m || !m->is_usable || e->type >= SZ_TYPE_FIRST_DECLARED || !key_of(ev, m, e, &key)) {
        sz_eval_match(ev, e, mask);
        return;
    }
    const sz_event *before = ev->event;
    ev->event = e;
    uint32_t at = (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 54);
    sz_loader l = sz_eval_loader(ev);
    if (m->slots[at].key != key) {
        m->slots[at].key = key;
        m->slots[at].mask = by_code(m, ev, e, &l);
    }
    uint64_t bits = m->slots[at].mask;
    for (uint64_t own = m->own[e->type] & bits; own; own &= own - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(own);
        if (!rest_holds(m, i, &ev->fs->matchers[i], &l)) bits &= ~(UINT64_C(1) << i);
    }
    for (uint32_t i = 0; i < (ev->fs->n_matchers + 7) / 8; i++) mask[i] = (uint8_t)(bits >> 8 * i);
    ev->event = before;
}

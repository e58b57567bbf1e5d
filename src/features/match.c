/* SPDX-License-Identifier: Apache-2.0
 *
 * Which matchers a record fits. Most ask only for codes, the place and the time of day (`event.op == "consume" &&
 * place.kind == "canteen" && event.hour >= 10`): their answer is the same for every record with these, so it is
 * remembered; the others are run. So is what a rule asks of a record before it can fire at it.
 */
#include "clock.h"
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

enum { SLOTS = 4096, EMPTY = 0, EDGES = 40, WATCHED = 64, MUSTS = 8, ASKED = 64 };
enum {
    ASKS_PLACE = 1,
    ASKS_KIND = 2,
    ASKS_HOUR = 4,
    ASKS_WEEKDAY = 8,
    ASKS_MINUTE = 16,
    ASKS_EDGES = 32, /* on which side of `edges` the minute is */
    ASKS_LEAVE = 64,
    ASKS_LATE = 128
};

/* Who has leaves is asked whether he is on one; whoever has none is not, whenever that is. */
enum { WITHOUT_LEAVES, WITH_LEAVES, N_LEAVES };

/* What a record must be for a program to be true, as far as the key goes. */
typedef struct watched {
    const sz_prog *prog;
    uint64_t types;
    uint32_t entries[MUSTS], n;
} watched;

/* Hours, or weekdays: which of them are all the same to whoever asks, for they are only compared with numbers. */
enum { VALUES = 25 };
typedef struct cuts {
    uint32_t apart;     /* bits of those that are not the same as the one before */
    uint8_t as[VALUES]; /* of each the first that is the same */
} cuts;

struct sz_match_memo {
    bool is_usable; /* at most 64 matchers, none with more than 64 wheres */
    struct {
        uint64_t own[SZ_TYPES_MAX]; /* of a type: matchers that look at more, a bit each */
        uint64_t more[64];          /* of a matcher: its wheres that look at more */
    } of[N_LEAVES];
    uint8_t asks[SZ_TYPES_MAX]; /* beside the codes */
    struct {
        uint64_t key, mask, misses;
    } slots[SLOTS];
    uint64_t misses; /* of the record that was matched last */
    watched watch[WATCHED];
    uint32_t n_watch;
    sz_str edges[EDGES]; /* times of day that records' clocks are compared with */
    uint32_t n_edges;
    uint8_t sides[SZ_DAY_MS / SZ_MINUTE_MS]; /* of a minute: one more than its side of them; 0: not asked yet */
    cuts hours, weekdays;
    sz_recall places; /* of the campus */
    sz_day_memo days;
    int64_t minute_ms;                       /* begin of the minute that was asked for last */
    uint64_t minute[SZ_TYPE_FIRST_DECLARED]; /* what its records' keys have of it, by type */
    uint32_t *kinds, n_kinds;                /* of each place: a number of its kind, from 1 */
    uint32_t *words;                         /* and its word, as sz_entry_words has it */
};

/* Times of day that the program compares the record's with, if it does no more with it: then what counts is where
 * between them it is, and not the minute. */
static uint8_t note_edges(sz_match_memo *m, const sz_prog *p, uint32_t slot) {
    uint32_t n = sz_prog_texts_beside(p, slot, m->edges + m->n_edges, EDGES - m->n_edges);
    if (n == UINT32_MAX) return ASKS_MINUTE;
    m->n_edges += n;
    return ASKS_EDGES;
}

static void note_cuts(cuts *c, const sz_prog *p, uint32_t field) {
    double v[EDGES];
    uint32_t n = sz_prog_numbers_beside(p, SZ_SLOT(SZ_SPACE_EVENT, 0, field), v, EDGES);
    if (n == UINT32_MAX) c->apart = UINT32_MAX; /* more is done with it */
    for (uint32_t i = 0; i < VALUES; i++) {
        for (uint32_t k = 0; k < n && n != UINT32_MAX; k++)
            if (i && i - 1 <= v[k] && v[k] <= i) c->apart |= UINT32_C(1) << i;
        c->as[i] = (uint8_t)(i && !(c->apart >> i & 1) ? c->as[i - 1] : i);
    }
}

/* Before the first record is matched, and where a rule's program is watched. */
static void note_time(sz_match_memo *m, const sz_prog *p) {
    note_cuts(&m->hours, p, SZ_EF_HOUR);
    note_cuts(&m->weekdays, p, SZ_EF_WEEKDAY);
    m->minute_ms = INT64_MIN;
}

/* What a field is asked for by, if that is part of the key; false: it is more, or not to be said of the field alone. */
static bool field_asks(uint32_t slot, uint8_t *asks) {
    if (SZ_SLOT_SPACE(slot) != SZ_SPACE_EVENT) return false;
    switch (SZ_SLOT_INDEX(slot)) {
    case SZ_EF_TYPE:
    case SZ_EF_PRECISION:
    case SZ_EF_OP:
    case SZ_EF_STATUS:
    case SZ_EF_DIRECTION:
    case SZ_EF_RESULT: return true;
    case SZ_EF_PLACE_ID:
    case SZ_EF_PLACE_NAME:
    case SZ_EF_PLACE_BUILDING:
    case SZ_EF_PLACE_ZONE: *asks |= ASKS_PLACE; return true;
    case SZ_EF_PLACE_KIND: *asks |= ASKS_KIND; return true;
    case SZ_EF_HOUR: *asks |= ASKS_HOUR; return true;
    case SZ_EF_WEEKDAY: *asks |= ASKS_WEEKDAY; return true;
    case SZ_EF_LATE: *asks |= ASKS_LATE; return true;
    default: return false;
    }
}

/* What a program asks for, if that is part of the key; false: it looks at more. */
static bool is_by_key(sz_match_memo *m, const sz_prog *p, uint8_t *asks) {
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (slots[i] == SZ_SLOT(SZ_SPACE_EVENT, 0, SZ_EF_CLOCK)) *asks |= note_edges(m, p, slots[i]);
        else if (slots[i] == SZ_SLOT(SZ_SPACE_EVENT, 0, SZ_EF_ON_LEAVE)) *asks |= ASKS_LEAVE;
        else if (!field_asks(slots[i], asks)) return false;
    }
    return true;
}

/* Of one matcher's wheres: which look at more. What the others ask for. */
static uint8_t sort_wheres(sz_match_memo *m, const sz_matcher *x, uint32_t i) {
    uint8_t asks = 0;
    for (uint32_t k = 0; k < x->n_wheres; k++) {
        uint8_t of_it = 0;
        bool is_plain = is_by_key(m, x->wheres[k], &of_it);
        if (!is_plain) m->of[WITHOUT_LEAVES].more[i] |= UINT64_C(1) << k;
        if (!is_plain || of_it & ASKS_LEAVE) m->of[WITH_LEAVES].more[i] |= UINT64_C(1) << k;
        if (is_plain) asks |= of_it;
        if (is_plain) note_time(m, x->wheres[k]);
    }
    return asks;
}

static void number_kinds(sz_match_memo *m, const sz_campus *c) {
    sz_map kinds;
    sz_map_init(&kinds);
    m->n_kinds = sz_campus_n_places(c);
    m->kinds = sz_alloc((m->n_kinds + 1) * sizeof *m->kinds);
    m->words = sz_alloc((m->n_kinds + 1) * sizeof *m->words);
    for (uint32_t i = 0; i < m->n_kinds; i++) m->kinds[i] = sz_map_intern(&kinds, sz_campus_place(c, i)->kind) + 1;
    sz_map_fini(&kinds);
}

sz_match_memo *sz_match_memo_new(const sz_featureset *fs, const sz_campus *c) {
    sz_match_memo *m = sz_alloc(sizeof *m);
    number_kinds(m, c);
    m->minute_ms = INT64_MIN;
    m->is_usable = fs->n_matchers <= 64;
    for (uint32_t i = 0; i < fs->n_matchers && m->is_usable; i++) {
        const sz_matcher *x = &fs->matchers[i];
        m->is_usable = x->n_wheres <= 64;
        uint8_t asks = m->is_usable ? sort_wheres(m, x, i) : 0;
        for (uint32_t t = 0; t < SZ_TYPE_FIRST_DECLARED; t++) {
            if (!(x->types >> t & 1)) continue;
            for (int k = 0; k < N_LEAVES; k++)
                if (m->of[k].more[i]) m->of[k].own[t] |= UINT64_C(1) << i;
            m->asks[t] |= asks;
        }
    }
    return m;
}

void sz_match_memo_free(sz_match_memo *m) {
    if (m) sz_free(m->kinds);
    if (m) sz_free(m->words);
    sz_free(m);
}

typedef struct watching {
    uint8_t may_ask, asks;
} watching;

static bool is_field_by_key(void *ctx, uint32_t slot) {
    watching *w = ctx;
    uint8_t asks = 0;
    if (!field_asks(slot, &asks) || asks & ~w->may_ask) return false;
    w->asks |= asks;
    return true;
}

/* Which place it is, and not only of what kind, is asked for rules where matchers ask for it anyway: there may be
 * thousands, and at one that the campus does not have nothing would be remembered any more. */
static watching watching_of(const sz_match_memo *m, uint64_t types) {
    watching w = {.may_ask = UINT8_MAX};
    for (uint32_t t = 0; t < SZ_TYPE_FIRST_DECLARED; t++)
        if (types >> t & 1 && !(m->asks[t] & ASKS_PLACE)) w.may_ask &= (uint8_t)~ASKS_PLACE;
    return w;
}

uint64_t sz_match_watch(sz_match_memo *m, const sz_prog *p, uint64_t types) {
    if (!m->is_usable || m->n_watch == WATCHED) return 0;
    watched *x = &m->watch[m->n_watch];
    watching w = watching_of(m, types);
    x->prog = p;
    x->types = types;
    x->n = sz_prog_musts(p, is_field_by_key, &w, x->entries, MUSTS);
    if (!x->n) return 0;
    note_time(m, p);
    for (uint32_t t = 0; t < SZ_TYPE_FIRST_DECLARED; t++)
        if (types >> t & 1) m->asks[t] |= w.asks;
    return UINT64_C(1) << m->n_watch++;
}

uint64_t sz_match_misses(const sz_match_memo *m) { return m ? m->misses : 0; }

uint32_t sz_match_place(sz_match_memo *m, const sz_campus *c, sz_str place) {
    sz_recall_slot *at = NULL;
    if (m && sz_recall_find(&m->places, place, &at)) return at->val;
    uint32_t i = sz_campus_find_place(c, place);
    if (at) at->val = i;
    return i;
}

uint32_t *sz_match_place_word(sz_match_memo *m, uint32_t place) {
    return m && place < m->n_kinds ? &m->words[place] : NULL;
}

enum { PLACE_BITS = 20, OTHER_PLACE = (1 << PLACE_BITS) - 1 };

/* Number of the record's place, or of its kind if no more is asked; 0 where nobody asks. False: a place that the campus
 * does not have may be any text; its kind is `unknown`, and so is that of a reader without a place. */
static inline bool place_of(const sz_match_memo *m, const sz_event *e, uint32_t i, uint64_t *place) {
    *place = 0;
    if (!(m->asks[e->type] & (ASKS_PLACE | ASKS_KIND))) return true;
    if (!e->place.n) {
        *place = e->reader.n ? OTHER_PLACE : 0;
        return true;
    }
    bool is_kind = !(m->asks[e->type] & ASKS_PLACE);
    *place = is_kind ? i < m->n_kinds ? m->kinds[i] : OTHER_PLACE : (uint64_t)i + 1;
    return *place <= OTHER_PLACE;
}

/* Twice how many edges are before the minute, and one more on an edge: as texts, which is how they are compared. */
static uint32_t side_among(const sz_match_memo *m, uint32_t minute) {
    sz_str clock = clock_text((int32_t)minute * 60000);
    uint32_t before = 0, on = 0;
    for (uint32_t i = 0; i < m->n_edges; i++) {
        int c = sz_str_cmp(m->edges[i], clock);
        before += c < 0;
        on |= c == 0;
    }
    return 2 * before + on;
}
_Static_assert(2 * EDGES + 2 <= UINT8_MAX, "a side as a byte");

static inline uint32_t side_of(sz_match_memo *m, uint32_t minute) {
    if (minute >= sizeof m->sides) return side_among(m, minute); /* of a day that a clock was put back on */
    if (!m->sides[minute]) m->sides[minute] = (uint8_t)(side_among(m, minute) + 1);
    return m->sides[minute] - 1u;
}

static inline uint32_t as_cut(const cuts *c, uint32_t v) { return v < VALUES ? c->as[v] : v; }

static uint64_t time_asked(const sz_match_memo *m, uint8_t asks, uint32_t weekday, uint32_t minute, uint32_t side) {
    uint64_t key = 0;
    uint32_t hour = asks & ASKS_HOUR ? as_cut(&m->hours, minute / 60) : 0;
    if (asks & ASKS_MINUTE) key = minute + 1;
    else if (asks & ASKS_EDGES) key = side * VALUES + hour + 1;
    else key = hour + 1;
    if (asks & ASKS_WEEKDAY) key |= (uint64_t)weekday << 11;
    return key;
}
_Static_assert((2 * EDGES + 1) * VALUES < 1 << 11, "below the weekday");

static uint64_t time_anew(sz_match_memo *m, const sz_zone *z, const sz_event *e) {
    int32_t day = sz_zone_day_as(z, &m->days, e->time_ms);
    bool is_plain = m->days.from_ms < m->days.to_ms; /* then it is that day */
    uint32_t ms = (uint32_t)(is_plain ? e->time_ms - m->days.from_ms : sz_zone_ms_of_day(z, e->time_ms));
    uint32_t minute = ms / 60000;
    m->minute_ms = is_plain ? m->days.from_ms + (int64_t)minute * 60000 : INT64_MIN;
    uint32_t side = side_of(m, minute), weekday = as_cut(&m->weekdays, (uint32_t)sz_day_weekday(day));
    for (uint32_t t = 0; t < SZ_TYPE_FIRST_DECLARED; t++)
        m->minute[t] = time_asked(m, m->asks[t], weekday, minute, side);
    return m->minute[e->type];
}

/* Records come in order: mostly in the minute of the one before. */
static inline uint64_t time_of(sz_match_memo *m, const sz_zone *z, const sz_event *e) {
    bool is_same = (uint64_t)e->time_ms - (uint64_t)m->minute_ms < 60000;
    return is_same ? m->minute[e->type] : time_anew(m, z, e);
}

/* The six codes of a record, four bits each: they stand side by side. */
static inline uint64_t codes_of(const sz_event *e) {
    uint64_t v;
    memcpy(&v, (const uint8_t *)e + offsetof(sz_event, type), sizeof v);
    v &= UINT64_C(0x0f0f0f0f0f0f);
    v = (v | v >> 4) & UINT64_C(0x00ff00ff00ff);
    v = (v | v >> 8) & UINT64_C(0x00ff0000ffff); /* else a status would hide the precision below it */
    return (v | v >> 16) & UINT64_C(0xffffff);
}

_Static_assert(offsetof(sz_event, result) == offsetof(sz_event, type) + 5 && SZ_TYPE_FIRST_DECLARED <= 16,
               "side by side");

/* Is the record one that is asked about leaves, of a student who has some? */
static inline bool has_leaves(const sz_match_memo *m, const sz_campus *c, const sz_event *e, uint32_t student) {
    return m && m->asks[e->type] & ASKS_LEAVE && student != SZ_NONE && sz_campus_has_leaves(c, student);
}

/* Is it asked whether the entry was late, and was it? What else that depends on is in the codes. */
static inline bool is_late(const sz_match_memo *m, const sz_facts *f, const sz_event *e, uint32_t student) {
    if (!(m->asks[e->type] & ASKS_LATE) || e->type != SZ_TYPE_DORM_ACCESS || e->direction != SZ_DIR_IN) return false;
    return e->precision != SZ_PREC_DAY && sz_campus_is_late(f->campus, student, f->known, e->time_ms);
}

/* All that is asked for as one number, never EMPTY: bits 1-24 codes, 25 has leaves, 26 late, 28-41 time, from 44 on the
 * place. */
static inline bool key_of(sz_match_memo *m, const sz_facts *f, const sz_zone *z, const sz_event *e, uint32_t student,
                          bool has_leaves, uint32_t place, uint64_t *key) {
    uint64_t asked;
    if (!m || !m->is_usable || e->type >= SZ_TYPE_FIRST_DECLARED || !place_of(m, e, place, &asked)) return false;
    uint64_t late = is_late(m, f, e, student);
    *key = asked << 44 | time_of(m, z, e) << 28 | late << 26 | (uint64_t)has_leaves << 25 | codes_of(e) << 1 | 1;
    return true;
}

static bool is_code(void *ctx, uint32_t slot) {
    uint8_t asks = 0;
    (void)ctx;
    return field_asks(slot, &asks) && !asks;
}

/* May a where that looks at more be true, as far as the codes go? They are in each key, whatever else is. */
static bool may_hold(const sz_prog *where, const sz_loader *l) {
    uint32_t entries[MUSTS], n = sz_prog_musts(where, is_code, NULL, entries, MUSTS);
    for (uint32_t i = 0; i < n; i++) {
        sz_xval v = sz_prog_run_at(where, entries[i], l);
        if (v.know != SZ_KNOWN || !v.b) return false;
    }
    return true;
}

/* What was asked of one record: matchers have the wheres of those that they are built on. */
typedef struct asked {
    const sz_prog *of[ASKED];
    bool holds[ASKED];
    uint32_t n;
} asked;

static bool holds_by_key(asked *a, const sz_prog *where, bool looks_at_more, const sz_loader *l) {
    for (uint32_t i = 0; i < a->n; i++)
        if (a->of[i] == where) return a->holds[i];
    bool holds = looks_at_more ? may_hold(where, l) : where_holds(where, l);
    if (a->n < ASKED) {
        a->of[a->n] = where;
        a->holds[a->n++] = holds;
    }
    return holds;
}

/* Matchers that the record fits as far as the key goes. */
static uint64_t by_key(const uint64_t *more, const sz_eval *ev, const sz_event *e, const sz_loader *l) {
    uint64_t bits = 0;
    asked a;
    a.n = 0;
    for (uint32_t i = 0; i < ev->fs->n_matchers; i++) {
        const sz_matcher *x = &ev->fs->matchers[i];
        bool fits = is_of_type(ev, x, e);
        for (uint32_t k = 0; k < x->n_wheres && fits; k++) fits = holds_by_key(&a, x->wheres[k], more[i] >> k & 1, l);
        if (fits) bits |= UINT64_C(1) << i;
    }
    return bits;
}

/* Programs that are watched and not true at the record, by what the key says of it. */
static uint64_t misses_by_key(const sz_match_memo *m, const sz_event *e, const sz_loader *l) {
    uint64_t bits = 0;
    for (uint32_t i = 0; i < m->n_watch; i++) {
        const watched *x = &m->watch[i];
        if (!(x->types >> e->type & 1)) continue;
        for (uint32_t k = 0; k < x->n; k++) {
            sz_xval v = sz_prog_run_at(x->prog, x->entries[k], l);
            if (v.know != SZ_KNOWN || !v.b) bits |= UINT64_C(1) << i;
        }
    }
    return bits;
}

static bool rest_holds(uint64_t more, const sz_matcher *x, const sz_loader *l) {
    for (uint64_t left = more; left; left &= left - 1)
        if (!where_holds(x->wheres[__builtin_ctzll(left)], l)) return false;
    return true;
}

static uint32_t slot_of(uint64_t key) { return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 52); }

/* Eight bytes, of which the last may be of no matchers. */
static void put_bits(uint8_t *mask, uint64_t bits) {
    for (int i = 0; i < 8; i++) mask[i] = (uint8_t)(bits >> 8 * i); /* one store */
}

bool sz_match_known(sz_match_memo *m, const sz_facts *f, const sz_zone *z, const sz_event *e, uint32_t student,
                    uint32_t place, uint8_t *mask) {
    uint64_t key;
    bool leaves = has_leaves(m, f->campus, e, student);
    if (!key_of(m, f, z, e, student, leaves, place, &key)) return false;
    uint32_t at = slot_of(key);
    if (m->slots[at].key != key || m->of[leaves].own[e->type] & m->slots[at].mask) return false;
    m->misses = m->slots[at].misses;
    put_bits(mask, m->slots[at].mask);
    return true;
}

void sz_match_quick(sz_match_memo *m, sz_eval *ev, const sz_event *e, uint32_t place, uint8_t *mask) {
    uint64_t key;
    bool leaves = has_leaves(m, ev->facts->campus, e, ev->student);
    if (!key_of(m, ev->facts, ev->zone, e, ev->student, leaves, place, &key)) {
        if (m) m->misses = 0;
        sz_eval_at(ev, e->time_ms);
        sz_eval_match(ev, e, mask);
        return;
    }
    const sz_event *before = ev->event;
    const uint64_t *more = m->of[leaves].more, own_of_type = m->of[leaves].own[e->type];
    ev->event = e;
    uint32_t at = slot_of(key);
    sz_loader l = sz_eval_loader(ev);
    bool is_known = m->slots[at].key == key;
    if (!is_known || own_of_type & m->slots[at].mask) sz_eval_at(ev, e->time_ms);
    if (!is_known) {
        m->slots[at].key = key;
        m->slots[at].mask = by_key(more, ev, e, &l);
        m->slots[at].misses = misses_by_key(m, e, &l);
    }
    m->misses = m->slots[at].misses;
    uint64_t bits = m->slots[at].mask;
    for (uint64_t own = own_of_type & bits; own; own &= own - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(own);
        if (!rest_holds(more[i], &ev->fs->matchers[i], &l)) bits &= ~(UINT64_C(1) << i);
    }
    put_bits(mask, bits);
    ev->event = before;
}

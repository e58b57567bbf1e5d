/* SPDX-License-Identifier: Apache-2.0
 *
 * usual: the place at which a student mostly does what is compared, as a group of peers (semantics 22). It follows from
 * the week before a table's day, which is in the log however far a replay goes back (keep_ms). Who is asked each
 * morning has six of its days from the morning before (week): in the log only one is read. Whoever has no such week, or
 * one of other days, is looked up in the log; where asserts are, both are asked and have to agree.
 */
#include "guards.h"

enum { PLACES_MAX = 64, SLOTS = 2 * PLACES_MAX };

static inline bool fits(const uint8_t *p, uint32_t matcher) {
    return sz_entry_mask(p)[matcher >> 3] >> (matcher & 7) & 1;
}

static bool is_among(const uint32_t *v, uint32_t n, uint32_t off) {
    uint32_t i = 0;
    while (i < n && v[i] != off) i++;
    return i < n;
}

/* ---- out of the log ---- */

typedef struct visits {
    uint32_t place[PLACES_MAX], times[PLACES_MAX], n; /* places by their numbers in the dictionary */
    uint8_t slot[SLOTS]; /* one more than which it is, from the number's own place on; 0: free */
} visits;

/* False: there are more places than anybody has a usual one of. */
static bool note(visits *v, uint32_t place) {
    uint32_t at = place % SLOTS;
    while (v->slot[at] && v->place[v->slot[at] - 1] != place) at = (at + 1) % SLOTS;
    if (!v->slot[at]) {
        if (v->n == PLACES_MAX) return false;
        v->place[v->n] = place;
        v->times[v->n] = 0;
        v->slot[at] = (uint8_t)++v->n;
    }
    v->times[v->slot[at] - 1]++;
    return true;
}

static uint64_t hash_of(const sz_map *dict, uint32_t word) {
    if (word >= dict->n) return 0;
    sz_str place = sz_map_key(dict, word);
    return sz_hash(place.p, place.n);
}

/* Of two that are as often neither. */
static uint64_t most_of(const visits *v, const sz_map *dict) {
    uint32_t best = 0, n = 0;
    for (uint32_t i = 1; i < v->n; i++)
        if (v->times[i] > v->times[best]) best = i;
    for (uint32_t i = 0; i < v->n; i++) n += v->times[i] == v->times[best];
    return n == 1 ? hash_of(dict, v->place[best]) : 0;
}

static uint64_t place_by_log(run *x, uint32_t m, int32_t day, uint32_t end) {
    const sz_timeline *tl = x->tl;
    uint32_t mb = mask_bytes(x->c), *undone = NULL, n_undone = 0;
    uint32_t from = log_lower(tl, sz_zone_midnight(x->c->zone, day - SZ_PEERS_PLACE_DAYS));
    int64_t to_ms = sz_zone_midnight(x->c->zone, day);
    bool is_seen = x->c->bundle->fs.matchers[m].is_seen; /* the person was there, whatever is undone */
    visits v;
    v.n = 0;
    memset(v.slot, 0, sizeof v.slot);
    if (!is_seen && state_may_be_undone(tl, from)) n_undone = state_undone(x, end, &undone);
    for (uint32_t off = from; off < tl->log.n; off += sz_entry_len(tl->log.p + off)) {
        const uint8_t *p = tl->log.p + off;
        if (sz_entry_time(p) >= to_ms) break;
        if (!fits(p, m) || is_among(undone, n_undone, off)) continue;
        uint32_t place = sz_entry_place_word(p, mb);
        if (place != SZ_NONE && !note(&v, place)) return 0;
    }
    return most_of(&v, x->c->dict);
}

/* ---- out of the week ---- */

/* The place's number; PLACE_WORDS: there are too many. */
static inline uint32_t number_of(place_words *w, const sz_map *dict, uint32_t word) {
    uint32_t at = word % PLACE_SLOTS;
    for (; w->slot[at]; at = (at + 1) % PLACE_SLOTS)
        if (w->word[w->slot[at] - 1] == word) return w->slot[at] - 1;
    if (w->n == PLACE_WORDS) return PLACE_WORDS;
    w->word[w->n] = word;
    w->hash[w->n] = hash_of(dict, word);
    w->slot[at] = (uint8_t)++w->n;
    return w->n - 1;
}

static uint32_t n_in(const week *w) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < SZ_PEERS_PLACE_DAYS; i++) n += w->n[i];
    return n;
}

static inline uint8_t *of_day(week *w, int32_t day) {
    enum { DAYS = SZ_PEERS_PLACE_DAYS };
    return &w->n[(day % DAYS + DAYS) % DAYS]; /* before 1970 too */
}

/* Only what the two weeks have in common stays. How many places that are. */
static uint32_t let_go(week *w, int32_t day) {
    uint32_t n = n_in(w), gone = 0;
    for (int32_t d = w->day; d < day; d++) { /* the day of the week before has its count there */
        gone += *of_day(w, d);
        *of_day(w, d) = 0;
    }
    if (gone) memmove(w->place, w->place + gone, n - gone);
    return n - gone;
}

/* No more than there may be places, all of them others. */
static inline uint32_t week_room(const sz_tlctx *c) {
    size_t room = sz_timeline_bytes(c->n_classes, true) - sz_timeline_end(c->n_classes) - WEEK_HEAD;
    return room < PLACES_MAX ? (uint32_t)room : PLACES_MAX;
}

/* Of a table's day that is not before the one it was. False: it has no room for so many. */
static bool go_on(run *x, week *w, int32_t day) {
    const sz_timeline *tl = x->tl;
    sz_tlctx *c = x->c;
    uint32_t n = 0, off, mb = mask_bytes(c), room = week_room(c);
    int32_t d = w->day;
    if (d == SZ_DAY_NONE || day - d >= SZ_PEERS_PLACE_DAYS) {
        d = day - SZ_PEERS_PLACE_DAYS;
        off = log_lower(tl, sz_zone_midnight(c->zone, d));
        memset(w->n, 0, sizeof w->n);
    } else {
        off = w->off;
        n = let_go(w, day);
    }
    w->day = SZ_DAY_NONE; /* until all of it is there */
    for (int64_t to_ms; d < day; d++) {
        to_ms = sz_zone_midnight(c->zone, d + 1);
        if (to_ms > c->week_ms) c->week_ms = to_ms;
        for (; off < tl->log.n && sz_entry_time(tl->log.p + off) < to_ms; off += sz_entry_len(tl->log.p + off)) {
            if (!fits(tl->log.p + off, c->week_matcher)) continue;
            uint32_t word = sz_entry_place_word(tl->log.p + off, mb);
            if (word == SZ_NONE) continue;
            uint32_t number = n < room ? number_of(&c->touches->places, c->dict, word) : PLACE_WORDS;
            if (number == PLACE_WORDS) return false;
            w->place[n++] = (uint8_t)number;
            ++*of_day(w, d);
        }
    }
    w->day = day;
    w->off = off;
    return true;
}

typedef struct most {
    uint8_t place;
    uint32_t lead; /* how many more it has than any other; 0: none has the most */
} most;

static most most_among(const uint8_t *v, uint32_t n) {
    uint8_t times[PLACE_WORDS + 1] = {0}, best = 0, second = 0, place = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t t = ++times[v[i]];
        if (t > best) {
            if (v[i] != place) second = best, place = v[i];
            best = t;
        } else if (t > second && v[i] != place) {
            second = t;
        }
    }
    return (most){place, (uint32_t)(best - second)};
}

/* The week's places without those of undone records; how many are left. */
static uint32_t leave_out(run *x, const week *w, uint32_t end, uint8_t *v, uint32_t n) {
    const sz_timeline *tl = x->tl;
    int64_t from_ms = sz_zone_midnight(x->c->zone, w->day - SZ_PEERS_PLACE_DAYS);
    uint32_t *undone, n_undone = state_undone(x, end, &undone), mb = mask_bytes(x->c);
    for (uint32_t i = 0; i < n_undone; i++) {
        const uint8_t *p = tl->log.p + undone[i];
        bool is_in = undone[i] < w->off && sz_entry_time(p) >= from_ms && fits(p, x->c->week_matcher);
        if (!is_in || is_among(undone, i, undone[i])) continue;
        uint32_t word = sz_entry_place_word(p, mb);
        if (word == SZ_NONE) continue;
        uint8_t number = (uint8_t)number_of(&x->c->touches->places, x->c->dict, word);
        for (uint32_t k = 0; k < n; k++)
            if (v[k] == number) {
                v[k] = v[--n];
                break;
            }
    }
    return n;
}

/* As many undo records as it leads by change who is first; fewer do not. */
static uint64_t most_of_week(run *x, const week *w, uint32_t end) {
    bool is_seen = x->c->bundle->fs.matchers[x->c->week_matcher].is_seen;
    uint32_t n = n_in(w), n_undos = is_seen ? 0 : x->tl->n_undos;
    most m = most_among(w->place, n);
    if (n_undos && n && m.lead <= n_undos) {
        uint8_t v[PLACES_MAX];
        memcpy(v, w->place, n);
        m = most_among(v, leave_out(x, w, end, v, n));
    }
    return m.lead ? x->c->touches->places.hash[m.place] : 0;
}

static bool has_week(run *x, const sz_feature *f, int32_t day) {
    sz_tlctx *c = x->c;
    if (!c->has_week || !c->touches || f->matcher != c->week_matcher) return false;
    week *w = week_of(x->tl, c);
    return w->day == day || ((w->day == SZ_DAY_NONE || w->day < day) && go_on(x, w, day));
}

uint64_t usual_place(run *x, const sz_feature *f, int32_t day, uint32_t end) {
    if (!has_week(x, f, day)) return place_by_log(x, f->matcher, day, end);
    uint64_t place = most_of_week(x, week_of(x->tl, x->c), end);
#ifndef NDEBUG
    if (place != place_by_log(x, f->matcher, day, end)) __builtin_trap();
#endif
    return place;
}

uint64_t usual_place_now(void *of, const sz_feature *f, int32_t day) {
    run *x = of;
    return usual_place(x, f, day, x->tl->head_off);
}

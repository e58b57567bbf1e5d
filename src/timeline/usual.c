/* SPDX-License-Identifier: Apache-2.0
 *
 * usual: the place at which a student mostly does what is compared, as a group of peers (semantics 22). Nothing is kept
 * for it: the week before a table's day is in the log, however far a replay goes back (keep_ms).
 */
#include "internal.h"

enum { PLACES_MAX = 64, SLOTS = 2 * PLACES_MAX };

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

/* Of two that are as often neither. */
static uint64_t most_of(const visits *v, const sz_map *dict) {
    uint32_t best = 0, n = 0;
    for (uint32_t i = 1; i < v->n; i++)
        if (v->times[i] > v->times[best]) best = i;
    for (uint32_t i = 0; i < v->n; i++) n += v->times[i] == v->times[best];
    if (n != 1 || v->place[best] >= dict->n) return 0;
    sz_str place = sz_map_key(dict, v->place[best]);
    return sz_hash(place.p, place.n);
}

static bool is_among(const uint32_t *v, uint32_t n, uint32_t off) {
    uint32_t i = 0;
    while (i < n && v[i] != off) i++;
    return i < n;
}

uint64_t usual_place(run *x, const sz_feature *f, int32_t day, uint32_t end) {
    const sz_timeline *tl = x->tl;
    uint32_t m = f->matcher, mb = mask_bytes(x->c), *undone = NULL, n_undone = 0;
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
        if (!(sz_entry_mask(p)[m >> 3] >> (m & 7) & 1) || is_among(undone, n_undone, off)) continue;
        uint32_t place = sz_entry_place_word(p, mb);
        if (place != SZ_NONE && !note(&v, place)) return 0;
    }
    return most_of(&v, x->c->dict);
}

uint64_t usual_place_now(void *of, const sz_feature *f, int32_t day) {
    run *x = of;
    return usual_place(x, f, day, x->tl->head_off);
}

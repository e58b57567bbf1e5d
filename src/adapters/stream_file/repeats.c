/* SPDX-License-Identifier: Apache-2.0 */
#include "repeats.h"

#include <sys/mman.h>
#include <unistd.h>

#include "sorter.h"

enum { CHUNK_TUPLES = 127, MOST_PARTS = 256, READ_TUPLES = 2048, SMALL_PAGE = 4096 };

typedef struct chunk {
    struct chunk *next;
    uint64_t n;
    tuple v[CHUNK_TUPLES];
} chunk;

void sz_fs_repeats_init(repeats *r, const uint8_t *pieces, size_t budget, const char *tmp_dir, sz_pages *pages) {
    uint32_t bits = 0;
    while (1u << bits < MOST_PARTS && ((size_t)4 << bits) * sizeof(chunk) <= budget) bits++;
    *r = (repeats){
        .budget = budget, .tmp_dir = tmp_dir, .pages = pages, .n_parts = 1u << bits, .shift = 64 - bits, .fd = -1};
    r->parts = sz_alloc(sizeof *r->parts * r->n_parts);
    r->room = budget + 2 * sizeof(chunk);
    r->region = sz_fs_map(r->room);
    r->pieces = pieces;
    r->words = (uint32_t *)(void *)r->region;
    r->most_words = budget / 3 / sizeof *r->words;
}

void sz_fs_repeats_fini(repeats *r) {
    for (uint32_t i = 0; i < r->n_parts; i++) sz_free(r->parts[i].extents);
    if (r->region) {
        sz_pages_withdraw(r->pages, r->region, r->room);
        munmap(r->region, r->room);
    }
    sz_free(r->parts);
    sz_free(r->flags);
    sz_free(r->shared);
    if (r->fd >= 0) close(r->fd);
    *r = (repeats){.fd = -1};
}

/* ---- adding ---- */

/* How many there are in the last chunk is known by `next`. */
static void close_chunk(partition *p) {
    if (p->last) p->last->n = (uint64_t)(p->next - p->last->v);
}

static bool spill_part(repeats *r, partition *p) {
    uint64_t n = 0, at = r->written;
    close_chunk(p);
    for (chunk *c = p->first; c; c = c->next) {
        if (!sz_fs_tmp_write(r->fd, r->written, c->v, c->n * sizeof *c->v, r->tmp_dir, &r->error)) return false;
        r->written += c->n * sizeof *c->v;
        n += c->n;
    }
    if (n == 0) return true;
    if (p->n_extents == p->room) {
        p->room = p->room ? p->room * 2 : 4;
        p->extents = sz_realloc(p->extents, sizeof *p->extents * p->room);
    }
    p->extents[p->n_extents++] = (extent){at, n};
    p->last->next = r->spare;
    r->spare = p->first;
    p->first = p->last = NULL;
    p->next = p->end = NULL;
    return true;
}

static bool spill(repeats *r) {
    if (r->fd < 0) r->fd = sz_fs_tmp_open(r->tmp_dir, &r->error);
    if (r->fd < 0) return false;
    for (uint32_t i = 0; i < r->n_parts; i++)
        if (!spill_part(r, &r->parts[i])) return false;
    r->held = 0;
    return true;
}

static chunk *new_chunk(repeats *r) {
    chunk *c = r->spare;
    if (c) {
        r->spare = c->next;
    } else {
        c = (chunk *)(void *)(r->region + r->used);
        r->used += sizeof *c;
    }
    c->next = NULL;
    c->n = CHUNK_TUPLES;
    r->held += sizeof *c;
    return c;
}

static __attribute__((noinline)) bool add_chunk(repeats *r, partition *p) {
    if (r->held + sizeof(chunk) > r->budget && !spill(r)) return false;
    chunk *c = new_chunk(r);
    if (p->last) p->last->next = c;
    else p->first = c;
    p->last = c;
    p->next = c->v;
    p->end = c->v + CHUNK_TUPLES;
    return true;
}

static inline bool put(repeats *r, const tuple *x) {
    partition *part = &r->parts[r->n_parts == 1 ? 0 : x->hash >> r->shift];
    if (part->next == part->end && !add_chunk(r, part)) return false;
    *part->next++ = *x;
    return true;
}

static tuple tuple_of(const packed *p, const sz_prints *prints) {
    return (tuple){.hash = sz_fs_identity(prints),
                   .more = sz_fs_identity_more(prints),
                   .content = p->event.content,
                   .time_ms = p->event.time_ms,
                   .ordinal = sz_fs_packed_ordinal(p)};
}

bool sz_fs_repeats_add_tuple(repeats *r, const sz_prints *prints, const packed *p) {
    tuple x = tuple_of(p, prints);
    return sz_fs_repeats_unfold(r) && put(r, &x);
}

/* Pieces of the words, from the first one on. */
typedef struct walk {
    const uint8_t *pieces;
    const uint32_t *words;
    size_t at; /* 0: at none yet */
    const packed *p;
} walk;

static inline const packed *behind(const packed *p) {
    return (const packed *)(const void *)((const uint8_t *)p + sz_fs_packed_size(p));
}

/* The piece of a word, which is no mark and not before the one asked for last. */
static const packed *piece_of(walk *w, size_t i) {
    size_t mark = i - i % REPEATS_MARK_EVERY;
    if (w->at <= mark) {
        w->at = mark + 1;
        w->p = (const packed *)(const void *)(w->pieces + (size_t)w->words[mark] * 8);
    }
    for (; w->at < i; w->at++) do
            w->p = behind(w->p);
        while (!(w->p->place & PACKED_NOTED));
    return w->p;
}

static bool is_mark(size_t i) { return i % REPEATS_MARK_EVERY == 0; }

static tuple tuple_at(walk *w, size_t i) {
    const packed *p = piece_of(w, i);
    sz_prints prints = sz_fs_packed_prints(p);
    return tuple_of(p, &prints);
}

/* Tuples take other memory; what is done with of the words goes back at once. */
bool sz_fs_repeats_unfold(repeats *r) {
    enum { AT_ONCE = 262144 };
    walk w = {r->pieces, r->words, 0, NULL};
    uint8_t *old = r->region;
    bool is_fine = true;
    r->words = NULL;
    r->most_words = 0; /* whatever comes goes to the tuples */
    if (!w.words || r->n_words == 0) return true;
    r->region = sz_fs_map(r->room);
    r->used = 0;
    for (size_t i = 0; i < r->n_words && is_fine; i++) {
        if (i % AT_ONCE == 0) madvise(old, i * sizeof *w.words, MADV_DONTNEED);
        if (is_mark(i)) continue;
        tuple x = tuple_at(&w, i);
        is_fine = put(r, &x);
    }
    munmap(old, r->room);
    return is_fine;
}

/* ---- finding ---- */

/* Identities of one partition and the lines that stay, by open addressing; an identity has several lines when they
 * are further apart than the horizon. */
typedef struct table {
    tuple *v;
    size_t room, n;
} table;

#define NOBODY UINT64_MAX

typedef struct bounds {
    uint64_t horizon;
    int64_t limit_ms;
} bounds;

static void clear(table *t, size_t room) {
    if (t->room < room) {
        t->v = sz_realloc(t->v, sizeof *t->v * room);
        t->room = room;
    }
    for (size_t i = 0; i < t->room; i++) t->v[i].ordinal = NOBODY;
    t->n = 0;
}

static void keep(table *t, const tuple *x) {
    size_t i = x->hash & (t->room - 1);
    while (t->v[i].ordinal != NOBODY) i = (i + 1) & (t->room - 1);
    t->v[i] = *x;
    t->n++;
}

static void grow(table *t) {
    table old = *t;
    *t = (table){NULL, 0, 0};
    clear(t, old.room * 2);
    for (size_t i = 0; i < old.room; i++)
        if (old.v[i].ordinal != NOBODY) keep(t, &old.v[i]);
    sz_free(old.v);
}

static uint64_t apart(int64_t a, int64_t b) { return a < b ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b; }

/* The line that x repeats: of several the first one read. */
static const tuple *repeated(const table *t, const tuple *x, uint64_t horizon) {
    const tuple *found = NULL;
    for (size_t i = x->hash & (t->room - 1); t->v[i].ordinal != NOBODY; i = (i + 1) & (t->room - 1)) {
        const tuple *y = &t->v[i];
        if (y->hash != x->hash || y->more != x->more || apart(x->time_ms, y->time_ms) > horizon) continue;
        if (!found || y->ordinal < found->ordinal) found = y;
    }
    return found;
}

static void flag(repeats *r, uint64_t ordinal, uint64_t what) {
    if (!r->flags) r->flags = sz_alloc((r->n / 32 + 1) * sizeof *r->flags);
    r->flags[ordinal / 32] |= what << ordinal % 32 * 2;
}

static uint64_t kind_of(const tuple *x, const tuple *first) {
    return x->content == first->content ? 1 : x->time_ms < first->time_ms ? 2 : 3;
}

static void look_at(repeats *r, table *t, const tuple *v, uint64_t n, const bounds *b) {
    for (uint64_t i = 0; i < n; i++) {
        if (v[i].time_ms > b->limit_ms) continue;
        const tuple *first = repeated(t, &v[i], b->horizon);
        if (first) {
            flag(r, v[i].ordinal, kind_of(&v[i], first));
            continue;
        }
        if (t->n * 2 >= t->room) grow(t);
        keep(t, &v[i]);
    }
}

static bool look_through(repeats *r, const partition *p, table *t, const bounds *b) {
    tuple *v = p->n_extents ? sz_realloc(NULL, sizeof *v * READ_TUPLES) : NULL;
    bool is_fine = true;
    for (uint32_t i = 0; i < p->n_extents && is_fine; i++) {
        for (uint64_t k = 0; k < p->extents[i].n && is_fine; k += READ_TUPLES) {
            uint64_t n = p->extents[i].n - k < READ_TUPLES ? p->extents[i].n - k : READ_TUPLES;
            is_fine = sz_fs_tmp_read(r->fd, p->extents[i].at + k * sizeof *v, v, n * sizeof *v, &r->error);
            if (is_fine) look_at(r, t, v, n, b);
        }
    }
    for (const chunk *c = p->first; c && is_fine; c = c->next) look_at(r, t, c->v, c->n, b);
    sz_free(v);
    return is_fine;
}

/* ---- finding among pieces in memory ---- */

/* Hashes that came twice, or seem to have; open addressing, 0: none. */
enum { TWICE_SEEN = 512 };
typedef struct twice {
    uint64_t *v;
    size_t *first; /* of each, once all are there: which word had it first, 0: none yet, or LOOKED_AT */
    size_t n, room;
    uint64_t seen[TWICE_SEEN]; /* a bit of each one's word: most others have none of these */
} twice;

#define LOOKED_AT SIZE_MAX

static uint64_t not_zero(uint64_t hash) { return hash ? hash : 1; }

static void enter(twice *t, uint64_t hash) {
    size_t i = hash & (t->room - 1);
    while (t->v[i] && t->v[i] != hash) i = (i + 1) & (t->room - 1);
    t->n += t->v[i] == 0;
    t->v[i] = hash;
}

/* By its upper bits: a word is a hash itself. */
static inline bool is_seen(const twice *t, uint32_t word) { return t->seen[word >> 23] >> (word >> 17 & 63) & 1; }
static void see(twice *t, uint32_t word) { t->seen[word >> 23] |= UINT64_C(1) << (word >> 17 & 63); }
_Static_assert(TWICE_SEEN == 1 << (32 - 23), "of each word one");

static void twice_grow(twice *t) {
    uint64_t *old = t->v;
    size_t room = t->room;
    t->room = room ? 2 * room : 1024;
    t->v = sz_alloc(t->room * sizeof *t->v);
    t->n = 0;
    for (size_t i = 0; i < room; i++)
        if (old[i]) enter(t, old[i]);
    sz_free(old);
}

/* What the words are hashes of: source and id alone, or the whole identity. */
typedef enum by { BY_ID, BY_ALL } by;
static inline uint64_t spread(uint32_t word) {
    uint64_t h = word * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

static void twice_add(twice *t, uint32_t word) {
    if (2 * t->n >= t->room) twice_grow(t);
    enter(t, not_zero(spread(word)));
    see(t, word);
}

/* Its place in `first`; NULL: it is none of them. */
static size_t *twice_find(twice *t, uint32_t word) {
    uint64_t hash = not_zero(spread(word));
    size_t i = hash & (t->room - 1);
    while (t->v[i] && t->v[i] != hash) i = (i + 1) & (t->room - 1);
    return t->v[i] ? &t->first[i] : NULL;
}

/* Behind the hashes that follow a mark. */
static size_t marked_end(const repeats *r, size_t mark) {
    return r->n_words - mark < REPEATS_MARK_EVERY ? r->n_words : mark + REPEATS_MARK_EVERY;
}

/* Two bits of one word for each hash, 16 a record or more: of a thousand that come once two or three seem to come
 * twice. They stand behind the hashes, where nothing was written yet. False: too many to be looked at one by one. */
static bool find_twice(repeats *r, twice *t, by what) {
    unsigned shift = 63;
    size_t n_bits = 2, most = r->n_words / 16 + 64;
    while (n_bits * 4 < r->n_words) n_bits *= 2, shift--;
    size_t from = (r->n_words * sizeof *r->words + 63) & ~(size_t)63;
    uint64_t *bits = (uint64_t *)(void *)(r->region + from);
    if (from + n_bits * sizeof *bits > r->room) return false;
    r->used = from + n_bits * sizeof *bits;
    if (what == BY_ALL) memset(bits, 0, n_bits * sizeof *bits); /* they were looked at by id */
    for (size_t mark = 0; mark < r->n_words; mark += REPEATS_MARK_EVERY)
        for (size_t i = mark + 1, end = marked_end(r, mark); i < end; i++) {
            uint64_t hash = spread(r->words[i]), two = UINT64_C(1) << (hash & 63) | UINT64_C(1) << (hash >> 6 & 63);
            uint64_t *word = &bits[hash >> shift];
            if ((*word & two) == two) {
                twice_add(t, r->words[i]);
                if (t->n > most) return false;
            }
            *word |= two;
        }
    return true;
}

static void note_shared(repeats *r, uint64_t ordinal) {
    if (!r->shared) r->shared = sz_alloc((r->n / 64 + 1) * sizeof *r->shared);
    r->shared[ordinal / 64] |= UINT64_C(1) << ordinal % 64;
}

/* Whoever repeats another has its source and id. */
static void look_at_word(repeats *r, walk *w, size_t i, table *t, by what, const bounds *b) {
    tuple x = tuple_at(w, i);
    if (what == BY_ID) note_shared(r, x.ordinal);
    look_at(r, t, &x, 1, b);
}

typedef struct looking {
    repeats *r;
    twice *seen;
    walk w;
    table t;
    by what;
    const bounds *b;
} looking;

/* The first word of a hash waits for another one: nearly all that seem to come twice do not, and their pieces are not
 * looked for. What one hash has is looked at in order. */
static void meet_again(looking *x, size_t i) {
    size_t *first = twice_find(x->seen, x->r->words[i]);
    if (!first) return;
    if (*first == 0) {
        *first = i;
        return;
    }
    if (*first != LOOKED_AT) {
        walk back = {x->r->pieces, x->r->words, 0, NULL};
        look_at_word(x->r, &back, *first, &x->t, x->what, x->b);
        *first = LOOKED_AT;
    }
    look_at_word(x->r, &x->w, i, &x->t, x->what, x->b);
}

static void look_at_twice(repeats *r, twice *seen, by what, const bounds *b) {
    looking x = {r, seen, {r->pieces, r->words, 0, NULL}, {NULL, 0, 0}, what, b};
    clear(&x.t, 1024);
    seen->first = sz_alloc(seen->room * sizeof *seen->first);
    for (size_t mark = 0; mark < r->n_words; mark += REPEATS_MARK_EVERY)
        for (size_t i = mark + 1, end = marked_end(r, mark); i < end; i++)
            if (is_seen(seen, r->words[i])) meet_again(&x, i);
    sz_free(seen->first);
    sz_free(x.t.v);
}

/* False: too many seem to come twice. */
static bool find_by(repeats *r, by what, const bounds *b) {
    twice w = {.v = NULL};
    bool is_fine = r->n_words == 0 || find_twice(r, &w, what);
    if (is_fine && w.n) look_at_twice(r, &w, what, b);
    sz_free(w.v);
    return is_fine;
}

/* Of the whole identity instead. */
static void hash_all(repeats *r) {
    walk w = {r->pieces, r->words, 0, NULL};
    for (size_t i = 0; i < r->n_words; i++)
        if (!is_mark(i)) r->words[i] = (uint32_t)(tuple_at(&w, i).hash >> 32);
}

/* False: it is to be done by tuples. */
static bool find_in_memory(repeats *r, const bounds *b) {
    r->knows_lone = find_by(r, BY_ID, b);
    if (r->knows_lone) return true;
    hash_all(r);
    return find_by(r, BY_ALL, b);
}

/* What of it was touched: the last large page as a whole. */
static void give_away(repeats *r) {
    uintptr_t from = (uintptr_t)r->region, touched = from + r->used + SZ_LARGE_PAGE - 1;
    size_t n = (touched & ~(uintptr_t)(SZ_LARGE_PAGE - 1)) - from;
    if (r->used) sz_pages_give(r->pages, r->region, n < r->room ? n : r->room);
}

bool sz_fs_repeats_find(repeats *r, uint64_t n_ordinals, int64_t horizon_ms, int64_t limit_ms) {
    table t = {NULL, 0, 0};
    bounds b = {(uint64_t)horizon_ms, limit_ms};
    bool is_fine = true;
    r->n = n_ordinals;
    if (r->words && find_in_memory(r, &b)) {
        r->words = NULL;
        give_away(r);
        return true;
    }
    if (!sz_fs_repeats_unfold(r)) return false;
    for (uint32_t i = 0; i < r->n_parts && is_fine; i++) {
        partition *p = &r->parts[i];
        if (!p->first && p->n_extents == 0) continue;
        clear(&t, 1024);
        close_chunk(p);
        is_fine = look_through(r, p, &t, &b);
    }
    sz_free(t.v);
    give_away(r);
    return is_fine;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * pool: a bitmap of free units a span; spans in lists by the longest run that is free in them, so that the one which
 * has just enough is found by a bit. Within it the shortest run that is long enough is taken: best fit, of spans and of
 * runs.
 */
#include <sanzao/base_pool.h>

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

#define SPAN_BYTES  ((size_t)64 << 10)
#define HUGE_PAGE   SZ_LARGE_PAGE
#define RANGE_LEAST ((size_t)64 << 20)  /* bytes of addresses: less is of no use */
#define LARGE       (SPAN_BYTES / 2)    /* beyond it blocks would not share spans */
#define TAKEN_MOST  ((size_t)512 << 20) /* a page that is moved stays a mapping of its own, and these are limited */

enum { UNIT = SZ_POOL_UNIT, BITS = 64, UNITS = (64 << 10) / UNIT, WORDS = UNITS / BITS, NO_SPAN = -1 };

/* Lists by run: each length of its own up to 32 units, then four a doubling. */
enum { EXACT = 32, BINS = EXACT + 4 * 5 + 1 };

typedef struct span {
    uint64_t free[WORDS]; /* a bit a unit */
    uint16_t n_free, longest;
    int32_t next, before; /* in its bin; of those with a run only */
} span;

/* In front of a block that is not in a span. */
typedef struct large {
    struct large *next, *before;
    size_t padding[6];
} large;
_Static_assert(sizeof(large) == UNIT, "blocks behind it are aligned as it is");

struct sz_pool {
    uint8_t *base;      /* of the range; NULL: there is none */
    size_t range, open; /* bytes of addresses; bytes of them that may be used */
    size_t small; /* the first of them stand in small pages: whoever has few students takes no huge one for them */
    span *spans;
    uint32_t n_spans, cap_spans, n_empty;
    uint64_t filled; /* bins that have spans */
    int32_t bins[BINS];
    uint32_t *empty; /* spans without a block: the lowest last; in no bin */
    large *larges;
    sz_pages *pages; /* borrowed */
    sz_pool_use use;
};

static size_t units_of(size_t n) { return n / UNIT + (n % UNIT != 0); }

/* ---- the range of addresses ---- */

/* As much as there can be memory: nobody can use more, and addresses cost nothing. Where they are limited, at most half
 * of what there is: the rest of the process needs some too. */
static void reserve(sz_pool *s) {
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t n = pages > 0 && page > 0 ? (size_t)pages * (size_t)page : RANGE_LEAST;
    for (n = (n / HUGE_PAGE + 1) * HUGE_PAGE; !HAS_ASAN && n >= RANGE_LEAST; n = n / 2 / HUGE_PAGE * HUGE_PAGE) {
        size_t tried = 2 * n + HUGE_PAGE;
        void *p = mmap(NULL, tried, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) continue;
        size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
        if (before) munmap(p, before);
        munmap((uint8_t *)p + before + n, tried - before - n);
        s->base = (uint8_t *)p + before;
        s->range = n;
        return;
    }
}

/* More of it to be used: pages that somebody has done with, else fresh ones, in larger steps the more there is. */
static bool open_more(sz_pool *s) {
    if (s->open < TAKEN_MOST && s->range - s->open >= HUGE_PAGE && sz_pages_take(s->pages, s->base + s->open)) {
        s->open += HUGE_PAGE;
        return true;
    }
    size_t n = s->open / 8 / HUGE_PAGE * HUGE_PAGE;
    if (n < HUGE_PAGE) n = HUGE_PAGE;
    if (n > s->range - s->open) n = s->range - s->open;
    if (n < HUGE_PAGE || mprotect(s->base + s->open, n, PROT_READ | PROT_WRITE) != 0) return false;
    if (s->open >= s->small) madvise(s->base + s->open, n, MADV_HUGEPAGE); /* where it is refused, pages are small */
    s->open += n;
    return true;
}

/* ---- runs of free units ---- */

static uint64_t from_bit(uint32_t k) { return UINT64_MAX << k; }

#ifndef NDEBUG
/* The first unit from `at` on that is free; UNITS: none. */
static uint32_t next_free(const span *x, uint32_t at) {
    uint32_t w = at / BITS;
    if (at >= UNITS) return UNITS;
    for (uint64_t v = x->free[w] & from_bit(at % BITS);; v = x->free[w]) {
        if (v) return w * BITS + (uint32_t)__builtin_ctzll(v);
        if (++w == WORDS) return UNITS;
    }
}
#endif

/* The first unit from `at` on that is taken; UNITS: none. */
static uint32_t next_used(const span *x, uint32_t at) {
    uint32_t w = at / BITS;
    if (at >= UNITS) return UNITS;
    for (uint64_t v = ~x->free[w] & from_bit(at % BITS);; v = ~x->free[w]) {
        if (v) return w * BITS + (uint32_t)__builtin_ctzll(v);
        if (++w == WORDS) return UNITS;
    }
}

/* How many free units stand in front of `at`. */
static uint32_t free_before(const span *x, uint32_t at) {
    uint32_t n = 0;
    while (n < at) {
        uint32_t k = (at - n - 1) % BITS, w = (at - n - 1) / BITS;
        uint64_t used = ~x->free[w] << (BITS - 1 - k); /* the unit in front is the highest bit */
        if (used) return n + (uint32_t)__builtin_clzll(used);
        n += k + 1;
    }
    return at;
}

static void set_free(span *x, uint32_t at, uint32_t n, bool is_free) {
    x->n_free = (uint16_t)(is_free ? x->n_free + n : x->n_free - n);
    while (n > 0) {
        uint32_t k = at % BITS, some = BITS - k < n ? BITS - k : n;
        uint64_t bits = some == BITS ? UINT64_MAX : ((UINT64_C(1) << some) - 1) << k;
        if (is_free) x->free[at / BITS] |= bits;
        else x->free[at / BITS] &= ~bits;
        at += some;
        n -= some;
    }
}

/* One run after the other, from the first on. */
typedef struct runs {
    const span *x;
    uint64_t left; /* of the word: free units of runs that were not given yet */
    uint32_t word;
} runs;

static inline runs runs_of(const span *x) { return (runs){x, x->free[0], 0}; }

static inline bool next_run(runs *r, uint32_t *at, uint32_t *n) {
    while (!r->left) {
        if (++r->word >= WORDS) return false;
        r->left = r->x->free[r->word];
    }
    uint32_t first = (uint32_t)__builtin_ctzll(r->left);
    uint64_t behind = r->left + (r->left & (0 - r->left)); /* its lowest bit is the one behind the run */
    *at = r->word * BITS + first;
    if (behind) {
        *n = (uint32_t)__builtin_ctzll(behind) - first;
        r->left &= behind;
        return true;
    }
    uint32_t end = next_used(r->x, (r->word + 1) * BITS); /* it goes on in the next word */
    *n = end - *at;
    r->word = end / BITS;
    r->left = end < UNITS ? r->x->free[r->word] & from_bit(end % BITS) : 0;
    return true;
}

/* The shortest run of n units or more, which there is, or one of which nothing is left when it is taken; and the
 * longest but it. */
static uint32_t best_run(const span *x, uint32_t n, uint32_t want, uint32_t *length, uint32_t *others) {
    uint32_t best = UNITS, best_n = UNITS + 1, rest = 0, left = x->n_free, at, run;
    for (runs r = runs_of(x); next_run(&r, &at, &run);) {
        uint32_t worse = run;
        if (run >= n && run <= want && run < x->longest) {
            *length = run;
            *others = x->longest;
            return at;
        }
        if (run >= n && run < best_n) {
            worse = best == UNITS ? 0 : best_n;
            best = at;
            best_n = run;
        }
        if (worse > rest) rest = worse;
        left -= run;
        if (left < n && left <= rest) break; /* no other one can be better, or longer than what is known */
    }
    *length = best_n;
    *others = rest;
    return best;
}

static uint32_t longest_run(const span *x) {
    uint32_t most = 0, left = x->n_free, at, run;
    for (runs r = runs_of(x); left > most && next_run(&r, &at, &run); left -= run)
        if (run > most) most = run;
    return most;
}

/* ---- bins ---- */

static uint32_t bin_of(uint32_t run) {
    if (run <= EXACT) return run;
    uint32_t log = 31 - (uint32_t)__builtin_clz(run); /* 5 to 10 */
    return EXACT + 4 * (log - 5) + (run >> (log - 2) & 3);
}

/* The first bin whose spans all have such a run. */
static uint32_t bin_for(uint32_t run) { return run <= EXACT ? run : bin_of(run - 1) + 1; }

static void bin_in(sz_pool *s, int32_t i, uint32_t longest) {
    span *x = &s->spans[i];
    uint32_t bin = bin_of(longest);
    x->longest = (uint16_t)longest;
    if (!longest) return;
    x->before = NO_SPAN;
    x->next = s->bins[bin];
    if (x->next != NO_SPAN) s->spans[x->next].before = i;
    s->bins[bin] = i;
    s->filled |= UINT64_C(1) << bin;
}

static void bin_out(sz_pool *s, int32_t i) {
    const span *x = &s->spans[i];
    uint32_t bin = bin_of(x->longest);
    if (!x->longest) return;
    if (x->before != NO_SPAN) s->spans[x->before].next = x->next;
    else s->bins[bin] = x->next;
    if (x->next != NO_SPAN) s->spans[x->next].before = x->before;
    if (s->bins[bin] == NO_SPAN) s->filled &= ~(UINT64_C(1) << bin);
}

static void set_longest(sz_pool *s, int32_t i, uint32_t longest) {
    span *x = &s->spans[i];
    if (bin_of(longest) == bin_of(x->longest)) {
        x->longest = (uint16_t)longest;
        return;
    }
    bin_out(s, i);
    bin_in(s, i, longest);
}

/* ---- spans ---- */

static int32_t span_new(sz_pool *s) {
    if (!s->base || ((s->n_spans + 1) * SPAN_BYTES > s->open && !open_more(s))) return NO_SPAN;
    if (s->n_spans == s->cap_spans) {
        s->cap_spans = s->cap_spans ? 2 * s->cap_spans : 32;
        s->spans = sz_realloc(s->spans, s->cap_spans * sizeof *s->spans);
        s->empty = sz_realloc(s->empty, s->cap_spans * sizeof *s->empty);
    }
    s->spans[s->n_spans] = (span){.n_free = UNITS};
    memset(s->spans[s->n_spans].free, 0xff, sizeof s->spans->free);
    return (int32_t)s->n_spans++;
}

/* The lowest are used first. */
static void span_is_empty(sz_pool *s, int32_t i) {
    uint32_t at = s->n_empty++;
    for (; at > 0 && s->empty[at - 1] < (uint32_t)i; at--) s->empty[at] = s->empty[at - 1];
    s->empty[at] = (uint32_t)i;
}

/* One that has such a run: what has just enough first, an empty one last. */
static int32_t span_with(sz_pool *s, uint32_t units) {
    uint64_t fit = s->filled & from_bit(bin_for(units));
    if (fit) return s->bins[__builtin_ctzll(fit)];
    int32_t i = s->n_empty ? (int32_t)s->empty[--s->n_empty] : span_new(s);
    if (i != NO_SPAN) bin_in(s, i, UNITS);
    return i;
}

/* ---- blocks ---- */

static void *large_take(sz_pool *s, size_t cap) {
    large *x = sz_realloc(NULL, cap > SIZE_MAX - sizeof *x ? SIZE_MAX : cap + sizeof *x);
    *x = (large){.next = s->larges};
    if (s->larges) s->larges->before = x;
    s->larges = x;
    s->use.large++;
    return x + 1;
}

static void large_give(sz_pool *s, void *p) {
    large *x = (large *)p - 1;
    if (x->before) x->before->next = x->next;
    else s->larges = x->next;
    if (x->next) x->next->before = x->before;
    s->use.large--;
    sz_free(x);
}

static bool is_in_span(const sz_pool *s, const void *p) {
    return s->base && (uintptr_t)p - (uintptr_t)s->base < s->range;
}

static void *elsewhere(sz_pool *s, size_t most, size_t *cap) {
    *cap = most > SIZE_MAX - UNIT ? most : units_of(most) * UNIT;
    if (!s) return sz_realloc(NULL, *cap);
    s->use.blocks++;
    s->use.bytes += *cap;
    return large_take(s, *cap);
}

void *sz_pool_take(sz_pool *s, size_t n, size_t most, size_t *cap) {
    if (!s || n > LARGE) return elsewhere(s, most, cap);
    uint32_t least = (uint32_t)units_of(n), want = (uint32_t)units_of(most < LARGE ? most : LARGE), run, others;
    int32_t i = span_with(s, least);
    if (i == NO_SPAN) return elsewhere(s, most, cap);
    span *x = &s->spans[i];
    uint32_t at = best_run(x, least, want, &run, &others), units = run < want ? run : want;
    set_free(x, at, units, false);
    set_longest(s, i, run - units > others ? run - units : others);
    *cap = (size_t)units * UNIT;
    s->use.blocks++;
    s->use.bytes += *cap;
    return s->base + (size_t)i * SPAN_BYTES + (size_t)at * UNIT;
}

void sz_pool_give(sz_pool *s, void *p, size_t cap) {
    if (!p || !s) {
        sz_free(p);
        return;
    }
    s->use.blocks--;
    s->use.bytes -= cap;
    if (!is_in_span(s, p)) {
        large_give(s, p);
        return;
    }
    size_t off = (size_t)((uint8_t *)p - s->base);
    int32_t i = (int32_t)(off / SPAN_BYTES);
    span *x = &s->spans[i];
    uint32_t at = (uint32_t)(off % SPAN_BYTES) / UNIT, n = (uint32_t)(cap / UNIT);
    assert(off % UNIT == 0 && cap % UNIT == 0 && n > 0 && at + n <= UNITS &&
           next_free(x, at) >= at + n); /* not twice */
#ifndef NDEBUG
    memset(p, 0xdb, cap); /* who still looks at it is to notice */
#endif
    set_free(x, at, n, true);
    if (x->n_free == UNITS) {
        bin_out(s, i);
        span_is_empty(s, i);
        return;
    }
    uint32_t before = free_before(x, at), run = next_used(x, at + n) - at + before;
    if (run > x->longest) set_longest(s, i, run);
}

bool sz_pool_extend(sz_pool *s, void *p, size_t *cap, size_t n, size_t most) {
    if (!s || !p || n > LARGE || !is_in_span(s, p)) return false;
    size_t off = (size_t)((uint8_t *)p - s->base);
    int32_t i = (int32_t)(off / SPAN_BYTES);
    span *x = &s->spans[i];
    uint32_t end = (uint32_t)((off % SPAN_BYTES + *cap) / UNIT), run = next_used(x, end) - end;
    uint32_t have = (uint32_t)(*cap / UNIT), want = (uint32_t)units_of(most < LARGE ? most : LARGE) - have;
    if (have + run < units_of(n)) return false;
    uint32_t more = run < want ? run : want;
    set_free(x, end, more, false);
    if (run == x->longest) set_longest(s, i, longest_run(x));
    *cap += (size_t)more * UNIT;
    s->use.bytes += (size_t)more * UNIT;
    return true;
}

void *sz_pool_resize(sz_pool *s, void *p, size_t *cap, size_t keep, size_t n, size_t most) {
    size_t was = *cap;
    if (n > was && sz_pool_extend(s, p, cap, n, most)) return p;
    void *q = sz_pool_take(s, n + (most - n) / 2, most, cap);
    if (keep) memcpy(q, p, keep);
    sz_pool_give(s, p, was);
    return q;
}

/* ---- the whole ---- */

sz_pool *sz_pool_new(sz_pages *pages, size_t expected) {
    sz_pool *s = sz_alloc(sizeof *s);
    s->pages = pages;
    s->small = expected < HUGE_PAGE / 2 ? HUGE_PAGE : 0;
    for (uint32_t k = 0; k < BINS; k++) s->bins[k] = NO_SPAN;
    reserve(s);
    return s;
}

void sz_pool_free(sz_pool *s) {
    if (!s) return;
    while (s->larges) large_give(s, s->larges + 1);
    if (s->base) munmap(s->base, s->range);
    sz_free(s->spans);
    sz_free(s->empty);
    sz_free(s);
}

sz_pool_use sz_pool_in_use(const sz_pool *s) {
    sz_pool_use u = s->use;
    u.spans = s->n_spans;
    u.empty = s->n_empty;
    return u;
}

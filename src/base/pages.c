/* SPDX-License-Identifier: Apache-2.0
 *
 * pages: addresses of what was given, the last one first. Moving leaves the giver's mapping in place, empty
 * (MREMAP_DONTUNMAP): somebody else's could stand there otherwise by the time that he unmaps it.
 */
#include <sanzao/base_pages.h>

#include <stdatomic.h>
#include <sys/mman.h>

struct sz_pages {
    _Atomic(uint8_t *) v[SZ_PAGES_MOST]; /* NULL: nothing */
    atomic_uint n_missed;
    atomic_bool cannot_move;
};

sz_pages *sz_pages_new(void) { return sz_alloc(sizeof(sz_pages)); }

void sz_pages_free(sz_pages *s) { sz_free(s); }

size_t sz_pages_n(const sz_pages *s) {
    size_t n = 0;
    for (size_t i = 0; s && i < SZ_PAGES_MOST; i++) n += atomic_load_explicit(&s->v[i], memory_order_relaxed) != NULL;
    return n;
}

bool sz_pages_has(const sz_pages *s, const void *p) {
    bool has = false;
    for (size_t i = 0; s && i < SZ_PAGES_MOST; i++) has |= atomic_load(&s->v[i]) == p;
    return has;
}

uint32_t sz_pages_missed(const sz_pages *s) {
    return s && !atomic_load_explicit(&s->cannot_move, memory_order_relaxed)
               ? atomic_load_explicit(&s->n_missed, memory_order_relaxed)
               : 0;
}

static void give_back(uint8_t *from, const uint8_t *to) {
    if (to > from) madvise(from, (size_t)(to - from), MADV_DONTNEED);
}

/* Into the lowest that is empty. */
static bool keep(sz_pages *s, uint8_t *at) {
    for (size_t i = 0; i < SZ_PAGES_MOST; i++) {
        uint8_t *none = NULL;
        if (atomic_compare_exchange_strong(&s->v[i], &none, at)) return true;
    }
    return false;
}

void sz_pages_give(sz_pages *s, void *p, size_t n) {
    uint8_t *from = p, *end = from + n, *at = from + (SZ_LARGE_PAGE - (uintptr_t)from % SZ_LARGE_PAGE) % SZ_LARGE_PAGE;
    if (s && n >= SZ_LARGE_PAGE) {
        uint8_t *first = at;
        while (end - at >= (ptrdiff_t)SZ_LARGE_PAGE && keep(s, at)) at += SZ_LARGE_PAGE;
        if (at > first) give_back(from, first), from = at;
    }
    give_back(from, end);
}

void sz_pages_withdraw(sz_pages *s, const void *p, size_t n) {
    for (size_t i = 0; s && i < SZ_PAGES_MOST; i++) {
        uint8_t *at = atomic_load(&s->v[i]);
        if (at && (uintptr_t)at - (uintptr_t)p < n) atomic_compare_exchange_strong(&s->v[i], &at, NULL);
    }
}

static uint8_t *last(sz_pages *s) {
    for (size_t i = SZ_PAGES_MOST; i-- > 0;) {
        uint8_t *at = atomic_exchange(&s->v[i], NULL);
        if (at) return at;
    }
    return NULL;
}

bool sz_pages_take(sz_pages *s, void *to) {
    if (!s) return false;
    uint8_t *from = last(s);
    if (!from) {
        atomic_fetch_add_explicit(&s->n_missed, 1, memory_order_relaxed);
        return false;
    }
    if (mremap(from, SZ_LARGE_PAGE, SZ_LARGE_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to) == to)
        return true;
    atomic_store_explicit(&s->cannot_move, true, memory_order_relaxed);
    /* The kernel may have taken out what was at `to` before it failed; where it is still there, this fails. */
    mmap(to, SZ_LARGE_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    give_back(from, from + SZ_LARGE_PAGE);
    return false;
}

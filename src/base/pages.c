/* SPDX-License-Identifier: Apache-2.0
 *
 * pages: addresses of what was given, the last one first. Moving leaves the giver's mapping in place, empty
 * (MREMAP_DONTUNMAP): somebody else's could stand there otherwise by the time that he unmaps it.
 */
#include <sanzao/base_pages.h>

#include <sys/mman.h>

struct sz_pages {
    uint8_t *v[SZ_PAGES_MOST];
    size_t n;
};

sz_pages *sz_pages_new(void) { return sz_alloc(sizeof(sz_pages)); }

void sz_pages_free(sz_pages *s) { sz_free(s); }

size_t sz_pages_n(const sz_pages *s) { return s ? s->n : 0; }

static void give_back(uint8_t *from, const uint8_t *to) {
    if (to > from) madvise(from, (size_t)(to - from), MADV_DONTNEED);
}

void sz_pages_give(sz_pages *s, void *p, size_t n) {
    uint8_t *from = p, *end = from + n, *at = from + (SZ_LARGE_PAGE - (uintptr_t)from % SZ_LARGE_PAGE) % SZ_LARGE_PAGE;
    if (s && n >= SZ_LARGE_PAGE) {
        uint8_t *first = at;
        for (; end - at >= (ptrdiff_t)SZ_LARGE_PAGE && s->n < SZ_PAGES_MOST; at += SZ_LARGE_PAGE) s->v[s->n++] = at;
        if (at > first) give_back(from, first), from = at;
    }
    give_back(from, end);
}

void sz_pages_withdraw(sz_pages *s, const void *p, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; s && i < s->n; i++)
        if ((uintptr_t)s->v[i] - (uintptr_t)p >= n) s->v[kept++] = s->v[i];
    if (s) s->n = kept;
}

bool sz_pages_take(sz_pages *s, void *to) {
    if (!s || s->n == 0) return false;
    uint8_t *from = s->v[--s->n];
    if (mremap(from, SZ_LARGE_PAGE, SZ_LARGE_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to) == to)
        return true;
    /* The kernel may have taken out what was at `to` before it failed; where it is still there, this fails. */
    mmap(to, SZ_LARGE_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    give_back(from, from + SZ_LARGE_PAGE);
    return false;
}

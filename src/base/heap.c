/* SPDX-License-Identifier: Apache-2.0
 *
 * heap: glibc knows large pages (glibc.malloc.hugetlb), but takes them from the environment only, and then for the
 * first byte of each process. So the heap is made to grow, and what it has grown by is set to large pages; blocks that
 * are freed without having been written to leave nothing behind but that.
 */
#include <sanzao/base_heap.h>

#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_OURS 0 /* another allocator, which looks after each block */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define IS_OURS 0
#endif
#endif
#ifndef IS_OURS
#ifdef __GLIBC__
#define IS_OURS 1
#else
#define IS_OURS 0
#endif
#endif

#if IS_OURS

enum { MAPPED_FROM = 32 << 20, BLOCK = 30 << 20, MOST_BLOCKS = 16, HEADER = 64 };

void sz_heap_begin(void) {
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM); /* the most that glibc takes */
    mallopt(M_TRIM_THRESHOLD, (MOST_BLOCKS + 1) * BLOCK);
}

static void set_large(uint8_t *from, uint8_t *to) {
    from += (SZ_LARGE_PAGE - (uintptr_t)from % SZ_LARGE_PAGE) % SZ_LARGE_PAGE;
    if (from < to) madvise(from, (size_t)(to - from), MADV_HUGEPAGE);
}

/* Under ulimit -v or -d, or where nothing is promised that is not there, whoever maps memory of his own needs it more.
 */
static bool is_limited(void) {
    const size_t plenty = (size_t)16 * MOST_BLOCKS * BLOCK;
    void *p = mmap(NULL, plenty, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p != MAP_FAILED) munmap(p, plenty);
    return p == MAP_FAILED;
}

/* Blocks stand one behind the other, a header apart, unless something is mapped in the heap's way. */
void sz_heap_open(size_t n, size_t small) {
    uint8_t *blocks[MOST_BLOCKS], *from = NULL, *end = NULL;
    size_t k = 0;
    if (is_limited()) return;
    while (k < MOST_BLOCKS && k * BLOCK < n && (blocks[k] = malloc(BLOCK))) {
        uint8_t *at = blocks[k++];
        if (!end || (uintptr_t)at - (uintptr_t)end > HEADER) {
            if (end) set_large(from, end);
            from = k == 1 && small < BLOCK ? at + small : at;
        }
        end = at + BLOCK;
    }
    if (end) set_large(from, end);
    while (k > 0) free(blocks[--k]);
}

#else

void sz_heap_begin(void) {}
void sz_heap_open(size_t n, size_t small) { (void)n, (void)small; }

#endif

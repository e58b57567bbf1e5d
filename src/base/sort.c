/* SPDX-License-Identifier: Apache-2.0
 *
 * sort: stable merge sort from the bottom up: insertion into runs of 16, then merges. What stands where it belongs in
 * both runs is left there, so input in which few things stand far from their place costs little more than ordered
 * input, which costs one comparison a pair of runs.
 */
#include <sanzao/base.h>

#define RUN ((size_t)16)

typedef int compare(const void *a, const void *b, void *ctx);

static inline void copy(char *to, const char *from, size_t size) {
    switch (size) { /* constants let the compiler move words */
    case 4: memcpy(to, from, 4); break;
    case 8: memcpy(to, from, 8); break;
    case 12: memcpy(to, from, 12); break;
    case 16: memcpy(to, from, 16); break;
    case 24: memcpy(to, from, 24); break;
    default: memcpy(to, from, size);
    }
}

static void insertion_sort(char *base, size_t n, size_t size, compare *cmp, void *ctx, char *held) {
    for (size_t i = 1; i < n; i++) {
        char *at = base + i * size;
        if (cmp(at - size, at, ctx) <= 0) continue;
        copy(held, at, size);
        do {
            copy(at, at - size, size);
            at -= size;
        } while (at > base && cmp(at - size, held, ctx) > 0);
        copy(at, held, size);
    }
}

/* How many of n ordered elements stand before `of`, those that are equal to it among them or not. */
static size_t n_before(const char *v, size_t n, const char *of, bool or_equal, size_t size, compare *cmp, void *ctx) {
    size_t from = 0;
    while (from < n) {
        size_t mid = from + (n - from) / 2;
        int c = cmp(v + mid * size, of, ctx);
        if (c < 0 || (or_equal && c == 0)) from = mid + 1;
        else n = mid;
    }
    return from;
}

/* Merge the ordered [a, m) and [m, end): what is between the first on the left that belongs behind the right run's
 * first and the last on the right that belongs before the left run's last. The left one is moved to `spare` for it. */
static void merge(char *a, char *m, char *end, size_t size, compare *cmp, void *ctx, char *spare) {
    if (cmp(m - size, m, ctx) <= 0) return;
    a += n_before(a, (size_t)(m - a) / size, m, true, size, cmp, ctx) * size;
    end = m + n_before(m, (size_t)(end - m) / size, m - size, false, size, cmp, ctx) * size;
    size_t n_left = (size_t)(m - a);
    memcpy(spare, a, n_left);
    const char *l = spare, *l_end = spare + n_left, *r = m;
    char *to = a;
    while (l < l_end && r < end) {
        if (cmp(l, r, ctx) <= 0) {
            copy(to, l, size);
            l += size;
        } else {
            copy(to, r, size);
            r += size;
        }
        to += size;
    }
    memcpy(to, l, (size_t)(l_end - l)); /* what is left of the right run stands where it belongs */
}

void sz_sort(void *base, size_t n, size_t size, int (*cmp)(const void *a, const void *b, void *ctx), void *ctx) {
    if (n < 2 || size == 0) return;
    char *p = base;
    char *spare = sz_realloc(NULL, (n > RUN ? n : 1) * size);
    for (size_t i = 0; i < n; i += RUN) insertion_sort(p + i * size, n - i < RUN ? n - i : RUN, size, cmp, ctx, spare);
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t i = 0; i + width < n; i += 2 * width) {
            size_t end = n - i < 2 * width ? n : i + 2 * width;
            merge(p + i * size, p + (i + width) * size, p + end * size, size, cmp, ctx, spare);
        }
        if (width > n / 2) break;
    }
    sz_free(spare);
}

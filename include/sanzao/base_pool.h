/* SPDX-License-Identifier: Apache-2.0
 *
 * base_pool: blocks that grow by little, of one owner: what a worker keeps of its students.
 *
 * Blocks are multiples of 64 bytes out of spans of 64 KiB that stand one behind the other in one range of addresses,
 * which the kernel is asked to back with huge pages. What is free is a bit each 64 bytes, beside the blocks: what is free
 * side by side is free as a whole at once, so a block grows where it is if what is behind it is free, and blocks of all
 * sizes share a span. A block has no header: whoever holds one holds its size too. Whoever asks says how much is needed
 * and how much is of use, and gets what is there in between. What is larger than a span, and everything where the range
 * is refused, comes from sz_alloc, as it does under AddressSanitizer, which so sees each block.
 *
 * Ownership: a pool owns its blocks; they go with it, given back or not. Threads: one.
 */
#ifndef SANZAO_BASE_POOL_H
#define SANZAO_BASE_POOL_H

#include <sanzao/base_pages.h>

enum { SZ_POOL_UNIT = 64 };

typedef struct sz_pool sz_pool;
/* pages: where large pages are taken from before the kernel is asked for fresh ones, as long as the pool is there; may be NULL. expected:
 * bytes that it will have at least, or 0. */
sz_pool *sz_pool_new(sz_pages *pages, size_t expected);
void sz_pool_free(sz_pool *s); /* NULL: nothing */

/* In all of these a pool NULL is the process' allocator; *cap, the block's size, is a multiple of 64. */
/* A block of n bytes at least and of `most`, rounded up, at most; n from 1. Aligned to 16, not zeroed. */
void *sz_pool_take(sz_pool *s, size_t n, size_t most, size_t *cap);
/* The block p of cap bytes; NULL: nothing. */
void sz_pool_give(sz_pool *s, void *p, size_t cap);
/* The block p of *cap bytes becomes one of n bytes or more where it is. False: there is no room. */
bool sz_pool_extend(sz_pool *s, void *p, size_t *cap, size_t n, size_t most);
/* The same with its first `keep` bytes, elsewhere if need be, and then half of the way to `most` is the least. p may be NULL
 * with *cap 0, and n less than it was. */
void *sz_pool_resize(sz_pool *s, void *p, size_t *cap, size_t keep, size_t n, size_t most);

/* For people and tests. */
typedef struct sz_pool_use {
    size_t blocks;       /* that were not given back */
    size_t bytes;        /* of them */
    size_t spans, empty; /* that were taken from the range; of them without a block */
    size_t large;        /* blocks that came from sz_alloc */
} sz_pool_use;
sz_pool_use sz_pool_in_use(const sz_pool *s);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * hash: xxh64 inlined, for the files of base that hash in a loop.
 */
#ifndef SANZAO_SRC_BASE_HASH_H
#define SANZAO_SRC_BASE_HASH_H

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <sanzao/base.h>

static inline uint64_t hash_bytes(const void *p, size_t n) { return XXH64(n ? p : "", n, 0); }

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * print: the hash of a text that an event's fingerprint adds up (identity.c), salted by which text it is. Here, so that
 * whoever reads a text makes its print at once.
 */
#ifndef SANZAO_SRC_MODEL_PRINT_H
#define SANZAO_SRC_MODEL_PRINT_H

#include <sanzao/model.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { PRINT_BEFORE = SZ_TEXT_STUDENT - 1, PRINT_DECLARED = SZ_TEXT_MEANS - PRINT_BEFORE + 1 };
_Static_assert(SZ_TEXT_MEANS - PRINT_BEFORE == 9 && PRINT_DECLARED == 10, "states keep fingerprints: salts stay");

/* Id and source are no part of a fingerprint. Theirs are their own as well. */
static inline uint64_t print_salt(unsigned which) { return (uint64_t)which - PRINT_BEFORE; }

static inline uint64_t print_of(const char *p, size_t n, uint64_t salt) { return XXH3_64bits_withSeed(p, n, salt); }

/* The same of at most 16 bytes, never called: that takes as many instructions as the hash. */
static inline uint64_t print_of_short(const char *p, size_t n, uint64_t salt) {
    return XXH3_len_0to16_64b((const xxh_u8 *)p, n, XXH3_kSecret, salt);
}

#endif

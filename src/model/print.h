/* SPDX-License-Identifier: Apache-2.0
 *
 * print: the fingerprint of an event is a hash of its numbers and one of each text, salted by which text it is, added
 * up: none waits for another, and the numbers lie in whole words (gathering all bytes in a buffer first took three
 * times as long). Here, so that whoever reads a text makes its print at once.
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

static inline uint64_t print_of_words(const uint64_t *v, size_t n) { return XXH3_64bits(v, n * sizeof *v); }

static inline uint64_t print_type(const uint8_t *codes) { return (uint64_t)(codes[0] << 8 | codes[1]); }

/* Of what an event of a built-in type says otherwise. codes: type, precision, op, status, direction, result; numbers:
 * amount, balance, journal number, use count, hours. */
static inline uint64_t print_of_numbers(int64_t time_ms, const uint8_t *codes, const int64_t *numbers) {
    const uint64_t time = (uint64_t)time_ms, type = print_type(codes), *v = (const uint64_t *)numbers;
    switch (codes[0]) {
    case SZ_TYPE_SWIPE: return print_of_words((uint64_t[]){time, type, codes[2], v[0], v[1], v[2], v[3]}, 7);
    case SZ_TYPE_ATTENDANCE: return print_of_words((uint64_t[]){time, type, codes[3], v[4]}, 4);
    case SZ_TYPE_DORM_ACCESS: return print_of_words((uint64_t[]){time, type, (uint64_t)(codes[4] << 8 | codes[5])}, 3);
    default: return print_of_words((uint64_t[]){time, type}, 2);
    }
}

#endif

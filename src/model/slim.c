/* SPDX-License-Identifier: Apache-2.0
 *
 * slim: an event out of the piece in which it was kept, and numbers to and from such a piece.
 */
#include <sanzao/model.h>

#include "slim.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

enum { CODES = offsetof(sz_event, type), TEXTS = offsetof(sz_event, id), NUMBERS = offsetof(sz_event, amount_fen) };
_Static_assert(sizeof(sz_slim) == 32 && sizeof((sz_slim *)NULL)->lengths == SZ_N_TEXTS + 1, "no gaps");
_Static_assert(TEXTS - CODES == 8 && NUMBERS - TEXTS == SZ_N_TEXTS * sizeof(sz_str),
               "members of a kind stand one behind the other");
_Static_assert(offsetof(sz_event, content) - NUMBERS == (SZ_SLIM_NUMBERS - 1) * sizeof(int64_t), "and the numbers");

/* ---- numbers ---- */

/* One that is not there. */
static const int64_t absent[SZ_SLIM_NUMBERS] = {SZ_TIME_NONE, SZ_ABSENT, SZ_ABSENT,
                                                SZ_ABSENT,    SZ_ABSENT, INT64_C(1000000)};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lower half of a number stands first");

/* Which are given changes from record to record: written all the same, a branch would be guessed wrongly. */
static inline char *put_number(sz_slim *s, char *to, unsigned i, int64_t v, size_t size) {
    bool is_given = v != absent[i];
    memcpy(to, &v, sizeof v);
    s->given |= (uint8_t)(is_given << i);
    return to + (is_given ? size : 0);
}

char *sz_slim_put_numbers(sz_slim *s, char *to, const sz_event *e) {
    int64_t v[SZ_SLIM_NUMBERS - 1];
    uint64_t all = 0;
    memcpy(v, (const char *)e + NUMBERS, sizeof v);
    for (unsigned i = 1; i < SZ_SLIM_NUMBERS; i++) all |= v[i - 1] != absent[i] ? (uint64_t)v[i - 1] : 0;
    bool is_narrow = all <= UINT32_MAX;
    s->given = is_narrow ? SZ_SLIM_NARROW : 0;
    to = put_number(s, to, 0, e->collected_ms, sizeof(int64_t));
    for (unsigned i = 1; i < SZ_SLIM_NUMBERS; i++)
        to = put_number(s, to, i, v[i - 1], is_narrow ? sizeof(uint32_t) : sizeof(int64_t));
    return to;
}

static inline const char *take_number(const sz_slim *s, const char *from, unsigned i, int64_t *v) {
    size_t is_given = s->given >> i & 1;
    memcpy(v, is_given ? from : (const char *)&absent[i], sizeof *v);
    return from + is_given * sizeof *v;
}

static inline const char *take_narrow(const sz_slim *s, const char *from, unsigned i, int64_t *v) {
    size_t is_given = s->given >> i & 1;
    uint32_t four;
    memcpy(&four, is_given ? from : (const char *)&absent[i], sizeof four);
    *v = is_given ? (int64_t)four : absent[i];
    return from + is_given * sizeof four;
}

const char *sz_slim_take_numbers(const sz_slim *s, const char *from, sz_event *out) {
    int64_t *numbers = (int64_t *)(void *)((char *)out + NUMBERS);
    from = take_number(s, from, 0, &out->collected_ms);
    if (s->given & SZ_SLIM_NARROW)
        for (unsigned i = 1; i < SZ_SLIM_NUMBERS; i++) from = take_narrow(s, from, i, &numbers[i - 1]);
    else
        for (unsigned i = 1; i < SZ_SLIM_NUMBERS; i++) from = take_number(s, from, i, &numbers[i - 1]);
    return from;
}

/* ---- texts ---- */

#if defined __SSE2__ && SIZE_MAX == UINT64_MAX

/* Four texts at once: places and lengths of 32 bits. */
static inline void place_four(__m128i at, __m128i n, __m128i base, __m128i *to) {
    const __m128i none = _mm_setzero_si128();
    __m128i at01 = _mm_add_epi64(_mm_unpacklo_epi32(at, none), base), n01 = _mm_unpacklo_epi32(n, none);
    __m128i at23 = _mm_add_epi64(_mm_unpackhi_epi32(at, none), base), n23 = _mm_unpackhi_epi32(n, none);
    _mm_storeu_si128(to, _mm_unpacklo_epi64(at01, n01));
    _mm_storeu_si128(to + 1, _mm_unpackhi_epi64(at01, n01));
    _mm_storeu_si128(to + 2, _mm_unpacklo_epi64(at23, n23));
    _mm_storeu_si128(to + 3, _mm_unpackhi_epi64(at23, n23));
}

/* Each begins where those before it end. One more than there are is written: what stands there comes after. Where the
 * last one ends. */
static inline const char *place_all(const sz_slim *s, sz_event *out) {
    const __m128i none = _mm_setzero_si128();
    const char *texts = sz_slim_texts(s);
    const __m128i base = _mm_set1_epi64x((long long)(uintptr_t)texts);
    uint64_t first; /* read apart: a load of what two stores have just written waits for both */
    uint32_t rest;
    _Static_assert(sizeof s->lengths == sizeof first + sizeof rest, "all of them");
    memcpy(&first, s->lengths, sizeof first);
    memcpy(&rest, s->lengths + sizeof first, sizeof rest);
    __m128i n = _mm_set_epi64x(rest, (long long)first);
    __m128i ends = _mm_add_epi8(n, _mm_slli_si128(n, 1));
    ends = _mm_add_epi8(ends, _mm_slli_si128(ends, 2));
    ends = _mm_add_epi8(ends, _mm_slli_si128(ends, 4));
    ends = _mm_add_epi8(ends, _mm_slli_si128(ends, 8));
    __m128i at = _mm_slli_si128(ends, 1);
    __m128i *to = (__m128i *)(void *)((char *)out + TEXTS);
    __m128i at8 = _mm_unpacklo_epi8(at, none), n8 = _mm_unpacklo_epi8(n, none);
    place_four(_mm_unpacklo_epi16(at8, none), _mm_unpacklo_epi16(n8, none), base, to);
    place_four(_mm_unpackhi_epi16(at8, none), _mm_unpackhi_epi16(n8, none), base, to + 4);
    at8 = _mm_unpackhi_epi8(at, none), n8 = _mm_unpackhi_epi8(n, none);
    place_four(_mm_unpacklo_epi16(at8, none), _mm_unpacklo_epi16(n8, none), base, to + 8);
    return texts + ((unsigned)_mm_extract_epi16(ends, 7) & 0xff);
}

#else

static inline const char *place_all(const sz_slim *s, sz_event *out) {
    sz_str *to = (sz_str *)(void *)((char *)out + TEXTS);
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) to[i] = sz_slim_text(s, i);
    return sz_slim_numbers(s);
}

#endif

const char *sz_slim_expand_anywhere(const sz_slim *s, sz_event *out) {
    out->time_ms = s->time_ms;
    memcpy((char *)out + CODES, s->codes, sizeof s->codes);
    out->is_named = false;
    const char *numbers = place_all(s, out);
    if (out->source.n == 0) out->source = SZ_STR("default");
    out->content = s->content;
    return sz_slim_take_numbers(s, numbers, out);
}

/* ---- on processors with wider vectors ---- */

#if defined __x86_64__

#define WIDE __attribute__((target("avx2")))

/* Where each of five numbers of four bytes goes that has its bit in the index, and a lane that is 0 for all others. */
#define LANE(set, i) ((set) >> (i)&1 ? __builtin_popcount((set) & ((1 << (i)) - 1)) : 7)
#define LANES(set) \
    { LANE(set, 0), LANE(set, 1), LANE(set, 2), LANE(set, 3), LANE(set, 4), 7, 7, 7 }
#define FOUR(set) LANES(set), LANES((set) + 1), LANES((set) + 2), LANES((set) + 3)
static const _Alignas(32) int32_t lanes[32][8] = {FOUR(0),  FOUR(4),  FOUR(8),  FOUR(12),
                                                  FOUR(16), FOUR(20), FOUR(24), FOUR(28)};

/* The first n lanes of 8 from [8 - n] on. */
static const _Alignas(32) int32_t first_lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

/* Texts in pairs: a place and a length each, as bytes that are made wider and get the address added to the first. */
WIDE static inline const char *place_wide(const sz_slim *s, sz_event *out) {
    const char *texts = sz_slim_texts(s);
    uint64_t first;
    uint32_t rest;
    memcpy(&first, s->lengths, sizeof first);
    memcpy(&rest, s->lengths + sizeof first, sizeof rest);
    __m128i n = _mm_set_epi64x(rest, (long long)first);
    __m128i ends = _mm_add_epi8(n, _mm_slli_si128(n, 1));
    ends = _mm_add_epi8(ends, _mm_slli_si128(ends, 2));
    ends = _mm_add_epi8(ends, _mm_slli_si128(ends, 4));
    ends = _mm_add_epi8(ends, _mm_slli_si128(ends, 8));
    __m128i at = _mm_slli_si128(ends, 1), low = _mm_unpacklo_epi8(at, n), high = _mm_unpackhi_epi8(at, n);
    const __m256i base = _mm256_set_epi64x(0, (long long)(uintptr_t)texts, 0, (long long)(uintptr_t)texts);
    __m256i *to = (__m256i *)(void *)((char *)out + TEXTS);
    for (int i = 0; i < 4; i++, low = _mm_srli_si128(low, 4))
        _mm256_storeu_si256(to + i, _mm256_add_epi64(_mm256_cvtepu8_epi64(low), base));
    for (int i = 4; i < 6; i++, high = _mm_srli_si128(high, 4))
        _mm256_storeu_si256(to + i, _mm256_add_epi64(_mm256_cvtepu8_epi64(high), base));
    return texts + ((unsigned)_mm_extract_epi16(ends, 7) & 0xff);
}

/* All numbers but the first one, of four bytes each, at once. What is not given is -1, hours are one. */
WIDE static inline const char *take_narrow_wide(unsigned given, const char *from, int64_t *to) {
    unsigned n = (unsigned)__builtin_popcount(given);
    const __m256i is_there = _mm256_loadu_si256((const __m256i *)(const void *)(first_lanes + 8 - n));
    __m256i v = _mm256_maskload_epi32((const int *)(const void *)from, is_there);
    __m256i order = _mm256_load_si256((const __m256i *)(const void *)lanes[given]);
    v = _mm256_permutevar8x32_epi32(v, order);
    const __m128i seventh = _mm_set1_epi32(7);
    __m256i none = _mm256_cvtepi32_epi64(_mm_cmpeq_epi32(_mm256_castsi256_si128(order), seventh));
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_or_si256(_mm256_cvtepu32_epi64(_mm256_castsi256_si128(v)), none));
    int64_t hours = (int64_t)(uint32_t)_mm_cvtsi128_si32(_mm256_extracti128_si256(v, 1));
    to[4] = given & 16 ? hours : absent[5];
    return from + n * sizeof(uint32_t);
}

WIDE static const char *expand_wide(const sz_slim *s, sz_event *out) {
    out->time_ms = s->time_ms;
    memcpy((char *)out + CODES, s->codes, sizeof s->codes);
    out->is_named = false;
    const char *from = place_wide(s, out);
    if (out->source.n == 0) out->source = SZ_STR("default");
    out->content = s->content;
    if (!(s->given & SZ_SLIM_NARROW)) return sz_slim_take_numbers(s, from, out);
    from = take_number(s, from, 0, &out->collected_ms);
    return take_narrow_wide(s->given >> 1 & 31, from, (int64_t *)(void *)((char *)out + NUMBERS));
}

const char *sz_slim_expand(const sz_slim *s, sz_event *out) {
    return __builtin_cpu_supports("avx2") ? expand_wide(s, out) : sz_slim_expand_anywhere(s, out);
}

#else

const char *sz_slim_expand(const sz_slim *s, sz_event *out) { return sz_slim_expand_anywhere(s, out); }

#endif

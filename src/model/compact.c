/* SPDX-License-Identifier: Apache-2.0
 *
 * compact: an event out of its compact form.
 */
#include <sanzao/model.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { CODES = offsetof(sz_event, type), TEXTS = offsetof(sz_event, id), NUMBERS = offsetof(sz_event, amount_fen) };
_Static_assert(TEXTS - CODES == 8 && CODES == offsetof(sz_compact, codes), "what stands before the texts is the same");
_Static_assert(offsetof(sz_event, fields) - NUMBERS == sizeof(sz_compact) - offsetof(sz_compact, amount_fen),
               "and what stands behind them");
_Static_assert(NUMBERS - TEXTS == SZ_N_TEXTS * sizeof(sz_str) && SZ_COMPACT_TEXTS % 4 == 0, "texts in fours");

#if defined __SSE2__ && SIZE_MAX == UINT64_MAX

/* Four texts at once. */
static inline void place_four(const uint32_t *from, __m128i line, sz_str to[4]) {
    const __m128i none = _mm_setzero_si128(), length = _mm_set1_epi32((1 << SZ_COMPACT_LENGTH) - 1);
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)from);
    __m128i at = _mm_srli_epi32(v, SZ_COMPACT_LENGTH), n = _mm_and_si128(v, length);
    __m128i at01 = _mm_add_epi64(_mm_unpacklo_epi32(at, none), line), n01 = _mm_unpacklo_epi32(n, none);
    __m128i at23 = _mm_add_epi64(_mm_unpackhi_epi32(at, none), line), n23 = _mm_unpackhi_epi32(n, none);
    __m128i *out = (__m128i *)(void *)to;
    _mm_storeu_si128(out, _mm_unpacklo_epi64(at01, n01));
    _mm_storeu_si128(out + 1, _mm_unpackhi_epi64(at01, n01));
    _mm_storeu_si128(out + 2, _mm_unpacklo_epi64(at23, n23));
    _mm_storeu_si128(out + 3, _mm_unpackhi_epi64(at23, n23));
}

/* One more than there are is written: what stands there comes after. */
static inline void place_all(const sz_compact *c, const char *line, sz_event *out) {
    const __m128i at = _mm_set1_epi64x((long long)(uintptr_t)line);
    sz_str *to = (sz_str *)(void *)((char *)out + TEXTS);
    for (unsigned i = 0; i < SZ_COMPACT_TEXTS; i += 4) place_four(c->texts + i, at, to + i);
}

#else

static inline void place_all(const sz_compact *c, const char *line, sz_event *out) {
    sz_str *to = (sz_str *)(void *)((char *)out + TEXTS);
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) to[i] = sz_compact_text(c, line, i);
}

#endif

void sz_compact_expand(const sz_compact *c, const char *line, sz_str made, sz_event *out) {
    memcpy(out, c, TEXTS);
    place_all(c, line, out);
    memcpy((char *)out + NUMBERS, &c->amount_fen, sizeof *c - offsetof(sz_compact, amount_fen));
    if (made.n) out->id = made;
    if (out->source.n == 0) out->source = SZ_STR("default");
}

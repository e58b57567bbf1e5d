/* SPDX-License-Identifier: Apache-2.0
 *
 * slim: an event out of the piece in which it was kept, and numbers to and from such a piece.
 */
#include <sanzao/model.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { CODES = offsetof(sz_event, type), TEXTS = offsetof(sz_event, id), NUMBERS = offsetof(sz_event, amount_fen) };
_Static_assert(sizeof(sz_slim) == 48 && sizeof((sz_slim *)NULL)->texts / sizeof(uint16_t) == SZ_N_TEXTS + 1, "no gaps");
_Static_assert(TEXTS - CODES == 8 && NUMBERS - TEXTS == SZ_N_TEXTS * sizeof(sz_str),
               "members of a kind stand one behind the other");
_Static_assert(offsetof(sz_event, content) - NUMBERS == (SZ_SLIM_NUMBERS - 1) * sizeof(int64_t), "and the numbers");

/* ---- numbers ---- */

/* One that is not there. */
static const int64_t absent[SZ_SLIM_NUMBERS] = {SZ_TIME_NONE, SZ_ABSENT, SZ_ABSENT,
                                                SZ_ABSENT,    SZ_ABSENT, INT64_C(1000000)};

/* Which are given changes from record to record: written all the same, a branch would be guessed wrongly. */
static inline char *put_number(sz_slim *s, char *to, unsigned i, int64_t v) {
    bool is_given = v != absent[i];
    memcpy(to, &v, sizeof v);
    s->given |= (uint8_t)(is_given << i);
    return to + is_given * sizeof v;
}

char *sz_slim_put_numbers(sz_slim *s, char *to, const sz_event *e) {
    int64_t v[SZ_SLIM_NUMBERS - 1];
    memcpy(v, (const char *)e + NUMBERS, sizeof v);
    s->given = 0;
    to = put_number(s, to, 0, e->collected_ms);
    for (unsigned i = 1; i < SZ_SLIM_NUMBERS; i++) to = put_number(s, to, i, v[i - 1]);
    return to;
}

static inline const char *take_number(const sz_slim *s, const char *from, unsigned i, int64_t *v) {
    size_t is_given = s->given >> i & 1;
    memcpy(v, is_given ? from : (const char *)&absent[i], sizeof *v);
    return from + is_given * sizeof *v;
}

const char *sz_slim_take_numbers(const sz_slim *s, const char *from, sz_event *out) {
    int64_t *numbers = (int64_t *)(void *)((char *)out + NUMBERS);
    from = take_number(s, from, 0, &out->collected_ms);
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

/* One more than there are is written: what stands there comes after. */
static inline void place_all(const sz_slim *s, sz_event *out) {
    const __m128i none = _mm_setzero_si128(), low = _mm_set1_epi16(0xff);
    const __m128i base = _mm_set1_epi64x((long long)(uintptr_t)sz_slim_texts(s));
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)s->texts);
    __m128i last = _mm_loadl_epi64((const __m128i *)(const void *)(s->texts + 8));
    __m128i at = _mm_and_si128(first, low), n = _mm_srli_epi16(first, 8);
    __m128i *to = (__m128i *)(void *)((char *)out + TEXTS);
    place_four(_mm_unpacklo_epi16(at, none), _mm_unpacklo_epi16(n, none), base, to);
    place_four(_mm_unpackhi_epi16(at, none), _mm_unpackhi_epi16(n, none), base, to + 4);
    at = _mm_and_si128(last, low), n = _mm_srli_epi16(last, 8);
    place_four(_mm_unpacklo_epi16(at, none), _mm_unpacklo_epi16(n, none), base, to + 8);
}

#else

static inline void place_all(const sz_slim *s, sz_event *out) {
    sz_str *to = (sz_str *)(void *)((char *)out + TEXTS);
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) to[i] = sz_slim_text(s, i);
}

#endif

const char *sz_slim_expand(const sz_slim *s, sz_event *out) {
    out->time_ms = s->time_ms;
    memcpy((char *)out + CODES, s->codes, sizeof s->codes);
    out->is_named = false;
    place_all(s, out);
    if (out->source.n == 0) out->source = SZ_STR("default");
    out->content = s->content;
    return sz_slim_take_numbers(s, sz_slim_texts(s) + s->texts[SZ_N_TEXTS], out);
}

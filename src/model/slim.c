/* SPDX-License-Identifier: Apache-2.0
 *
 * slim: an event out of the piece in which it was kept, and numbers to and from such a piece.
 */
#include <sanzao/model.h>

#ifdef __SSE2__
#include <emmintrin.h>
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

const char *sz_slim_expand(const sz_slim *s, sz_event *out) {
    out->time_ms = s->time_ms;
    memcpy((char *)out + CODES, s->codes, sizeof s->codes);
    out->is_named = false;
    const char *numbers = place_all(s, out);
    if (out->source.n == 0) out->source = SZ_STR("default");
    out->content = s->content;
    return sz_slim_take_numbers(s, numbers, out);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * json_plain: the record that comes as records came before, straight into an event. Its keys follow each other as they
 * were learned (json_learn.c), each value is what its key asks for, and is read where it is found: no values are noted
 * in between, and no byte is looked at twice. Whatever is anything else, faults included, is left to the others from
 * its beginning on, so this never decides that a record is bad; where it says yes, the record is what they would have
 * made of it (tests/unit/test_model_scan.c, tests/fuzz/fuzz_event_json.c).
 *
 * Numbers are read eight digits at a time without loops, for their lengths change from record to record and a wrong
 * guess of the processor costs as much as the number.
 */
#include "json.h"

#include "number.h"

#ifdef __SSE2__
#include <emmintrin.h>

typedef struct plain {
    const char *end;  /* of the text, in which the record may end earlier */
    const char *safe; /* the last place from which 16 bytes may be read */
    sz_record *out;
    sz_decoder *d;
} plain;

/* ---- bytes ---- */

/* Zeros behind the end. */
static __attribute__((noinline)) __m128i last_bytes(const char *p, const char *end) {
    char tail[16] = {0};
    if (p < end) memcpy(tail, p, end - p < 16 ? (size_t)(end - p) : 16);
    return _mm_loadu_si128((const __m128i *)(const void *)tail);
}

static inline __m128i bytes_at(const plain *x, const char *p) {
    if (__builtin_expect(p > x->safe, 0)) return last_bytes(p, x->end);
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline void set_i64(const plain *x, const sz_json_next *k, int64_t v) {
    memcpy((char *)x->out + k->offset, &v, sizeof v);
}

/* ---- texts ---- */

/* The quote that ends the text at p. NULL: none, an escape, a control character, or bytes that are not UTF-8. */
static __attribute__((noinline)) const char *text_end(const char *p, const char *end) {
    for (const char *q = p; q < end && (uint8_t)*q >= ' ' && *q != '\\'; q++)
        if (*q == '"') return sz_utf8_valid(p, (size_t)(q - p)) ? q : NULL;
    return NULL;
}

/* A bit for each of 16 bytes that ends a text, or that it should not have. */
static inline unsigned stops_in(__m128i v) {
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(' ');
    __m128i odd =
        _mm_or_si128(_mm_cmplt_epi8(v, space), _mm_cmpeq_epi8(v, slash)); /* lower are other bytes than ASCII */
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(odd, _mm_cmpeq_epi8(v, quote)));
}

/* The same for the usual text. */
static inline const char *plain_end(const plain *x, const char *p) {
    for (const char *q = p;; q += 16) {
        unsigned stops = stops_in(bytes_at(x, q));
        if (stops == 0) continue;
        q += __builtin_ctz(stops);
        return q < x->end && *q == '"' ? q : text_end(p, x->end);
    }
}

static inline void set_text(const plain *x, const sz_json_next *k, const char *p, size_t n) {
    sz_str s = {p, n};
    memcpy((char *)x->out + k->offset, &s, sizeof s);
}

static __attribute__((noinline)) const char *read_long(const plain *x, const sz_json_next *k, const char *p) {
    const char *q = plain_end(x, p);
    if (!q || (size_t)(q - p) - 1 > k->most) return NULL;
    set_text(x, k, p, (size_t)(q - p));
    return q + 1;
}

/* Of up to 15 bytes, which no limit is below, is at once. */
static inline const char *read_text(const plain *x, const sz_json_next *k, const char *p) {
    unsigned stops = stops_in(bytes_at(x, p)), n = stops ? (unsigned)__builtin_ctz(stops) : 0;
    if (n == 0 || p + n >= x->end || p[n] != '"') return read_long(x, k, p);
    set_text(x, k, p, n);
    return p + n + 1;
}

/* A word of a closed list, or the name of a built-in type. */
static inline const char *read_word(const plain *x, const sz_json_next *k, const char *p) {
    __m128i v = bytes_at(x, p);
    unsigned ends = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
    if (!ends) return NULL;
    unsigned n = (unsigned)__builtin_ctz(ends);
    if (n == 0 || p[n - 1] == '\0') return NULL; /* a word is compared with zeros behind it */
    v = _mm_and_si128(v, _mm_loadu_si128((const __m128i *)(const void *)&x->d->masks[n]));
    sz_key word = {(uint64_t)_mm_cvtsi128_si64(v), (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(v, v))};
    int code = sz_json_word(x->d, k->row, word);
    if (code < 0) return NULL;
    *((uint8_t *)x->out + k->offset) = (uint8_t)code;
    return p + n + 1;
}

/* ---- numbers ---- */

/* Eight values of 0 to 9, the first in the lowest byte. */
static inline uint64_t eight(uint64_t w) {
    w = w * 10 + (w >> 8);
    return ((w & UINT64_C(0x000000ff000000ff)) * (100 + (UINT64_C(1000000) << 32)) +
            (w >> 16 & UINT64_C(0x000000ff000000ff)) * (1 + (UINT64_C(10000) << 32))) >>
           32;
}

typedef struct decimal {
    uint64_t hundredths; /* what is written, times a hundred */
    unsigned decimals;
    const char *end;
} decimal;

/* At most eight digits, perhaps with a point and one or two more, as JSON writes a number. False: something else. */
static inline bool read_decimal(const plain *x, const char *p, decimal *out) {
    __m128i v = _mm_sub_epi8(bytes_at(x, p), _mm_set1_epi8('0'));
    unsigned others = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(9)), v));
    unsigned n = (unsigned)__builtin_ctz(others); /* bit 16 is set */
    uint64_t digits = (uint64_t)_mm_cvtsi128_si64(v);
    if (n - 1 > 7 || (n > 1 && (digits & 0xff) == 0)) return false;
    out->hundredths = eight(digits << (64 - 8 * n)) * 100;
    out->decimals = 0;
    out->end = p + n;
    if (p + n >= x->end || p[n] != '.') return true;
    unsigned m = (unsigned)__builtin_ctz(others >> (n + 1));
    if (m - 1 > 1) return false;
    unsigned tens = (unsigned)(p[n + 1] - '0'), ones = m == 2 ? (unsigned)(p[n + 2] - '0') : 0;
    out->hundredths += tens * 10 + ones;
    out->decimals = m;
    out->end += 1 + m;
    return true;
}

static inline const char *read_number(const plain *x, const sz_json_next *k, const char *p) {
    decimal n;
    if (!read_decimal(x, p, &n)) return NULL;
    if (k->kind == SZ_ROW_IS_FEN) {
        set_i64(x, k, (int64_t)n.hundredths);
    } else if (k->kind == SZ_ROW_IS_HOURS) {
        if (k->is_text || n.hundredths > SZ_MICRO_MAX / 10000) return NULL;
        set_i64(x, k, (int64_t)n.hundredths * 10000);
        x->out->event.has_hours = true;
    } else {
        if (n.decimals) return NULL;
        set_i64(x, k, (int64_t)(n.hundredths / 100));
    }
    if (!k->is_text) return n.end;
    return n.end < x->end && *n.end == '"' ? n.end + 1 : NULL;
}

_Static_assert(SZ_FEN_MAX >= INT64_C(9999999999), "eight digits of yuan are always fine");

/* ---- times ---- */

/* Any time; NULL: it is none, or a day alone, or far away. */
static __attribute__((noinline)) const char *read_odd_time(const plain *x, const sz_json_next *k, const char *p) {
    const char *q = plain_end(x, p);
    int64_t ms;
    bool is_day = false;
    if (!q || !sz_json_time(x->d, (sz_str){p, (size_t)(q - p)}, &ms, &is_day)) return NULL;
    if (is_day || !sz_moment_is_sane(ms)) return NULL;
    set_i64(x, k, ms);
    return q + 1;
}

/* On a known day it is a sane one. */
static inline const char *read_time(const plain *x, const sz_json_next *k, const char *p) {
    bool is_usual = x->end - p > SZ_JSON_TIME && p[SZ_JSON_TIME] == '"';
    int64_t clock = is_usual ? sz_json_clock(p + 11) : -1;
    if (clock < 0 || !sz_json_is_known_day(&x->d->moment, p)) return read_odd_time(x, k, p);
    set_i64(x, k, x->d->moment.midnight_ms + clock);
    return p + SZ_JSON_TIME + 1;
}

/* ---- records ---- */

static inline unsigned others_than(__m128i here, const char *text) {
    const __m128i want = _mm_load_si128((const __m128i *)(const void *)text);
    return ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(here, want));
}

static inline const sz_json_next *follow(const plain *x, const sz_json_next *k, const char *p) {
    const __m128i here = bytes_at(x, p);
    for (const sz_json_next *end = k + SZ_JSON_WAYS; k < end; k++)
        if ((others_than(here, k->text) & k->mask[0]) == 0 &&
            (k->mask[1] == 0 || (others_than(bytes_at(x, p + 16), k->text + 16) & k->mask[1]) == 0))
            return k;
    return NULL;
}

/* The value within what was compared. */
static inline void set_span(const plain *x, const sz_json_next *k, const char *p) {
    sz_str s = {p + k->at, k->arg};
    if (k->span == SZ_SPAN_TEXT) memcpy((char *)x->out + k->into, &s, sizeof s);
    else *((uint8_t *)x->out + k->into) = k->arg;
}

/* A value that nobody asks for. */
static const char *pass_value(const plain *x, const sz_json_next *k, const char *p) {
    if (!k->is_text) return sz_json_number_end(p, x->end);
    const char *q = plain_end(x, p);
    return q ? q + 1 : NULL;
}

/* Where the value at p ends; NULL: it is not what its key asks for. Texts and words begin as such: json_learn.c. */
static inline const char *read_value(const plain *x, const sz_json_next *k, const char *p) {
    if (k->kind == SZ_ROW_IS_TEXT) return read_text(x, k, p);
    switch (k->kind) {
    case SZ_ROW_IS_TYPE:
    case SZ_ROW_IS_CHOICE: return read_word(x, k, p);
    case SZ_ROW_IS_TIME: return read_time(x, k, p);
    case SZ_ROW_IS_FEN:
    case SZ_ROW_IS_COUNT:
    case SZ_ROW_IS_HOURS: return read_number(x, k, p);
    default: return k->row == SZ_JSON_UNKNOWN ? pass_value(x, k, p) : NULL;
    }
}

/* All keys and values; where they end, at the brace. NULL: something is not plain. */
static inline const char *read_all(const plain *x, const char *p, uint32_t *found) {
    uint32_t seen = 0;
    for (const sz_json_next *k = follow(x, x->d->next[SZ_JSON_BEGIN], p); k; k = follow(x, k->then, p)) {
        if (seen & k->bit) return NULL; /* of equal keys the first one counts */
        seen |= k->bit;
        if (k->span) set_span(x, k, p);
        const char *q = read_value(x, k, p + k->n);
        *found = seen;
        if (!q) return k->kind == SZ_JSON_END ? p : NULL;
        p = q;
    }
    return NULL;
}

/* What every event has, and nothing that another type asks for; numbers that name a record are welcome in any. */
static bool is_whole(const sz_decoder *d, uint32_t found, unsigned type) {
    enum { NEEDED = 1 << SZ_ROW_TYPE | 1 << SZ_ROW_TIME, NAMES = 1 << SZ_ROW_JOURNAL_NO | 1 << SZ_ROW_USE_COUNT };
    return (found & NEEDED) == NEEDED && !(found & ~(d->rows_of[type] | NEEDED | NAMES));
}

size_t sz_json_plain(sz_decoder *d, sz_str text, sz_record *out) {
    const char *end = text.p + text.n;
    const plain x = {.end = end, .safe = d->may_read_behind ? end : end - 16, .out = out, .d = d};
    uint32_t found = 0;
    if (d->until_turn == 0) return 0;
    d->until_turn--;
    const char *p = text.n < 16 ? NULL : read_all(&x, text.p, &found);
    if (!p || !is_whole(d, found, out->event.type)) return 0;
    sz_event *e = &out->event;
    if (e->precision > SZ_PREC_SECOND) e->time_ms = sz_moment_floor(d->zone, e->time_ms, e->precision);
    out->time_ms = e->time_ms;
    return (size_t)(p + 1 - text.p);
}

#else

size_t sz_json_plain(sz_decoder *d, sz_str text, sz_record *out) {
    (void)d;
    (void)text;
    (void)out;
    return 0;
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * json_plain: the record that comes as records came before, straight into a compact event. What stands
 * between the values that change is compared with what was learned (json_shape.c), each value is what its key asks for,
 * and is read where it is found: no values are noted in between, and no byte is looked at twice. Whatever is anything
 * else, faults included, is left to the others from its beginning on, so this never decides that a record is bad; where
 * it says yes, the record is what they would have made of it (tests/unit/test_model_scan.c,
 * tests/fuzz/fuzz_event_json.c).
 *
 * Numbers are read eight bytes at a time without loops, for their lengths change from record to record and a wrong
 * guess of the processor costs as much as the number.
 *
 * This is compiled twice, for any processor (json_plain.c) and for those with wider vectors (json_plain_avx2.c); each
 * names the functions SZ_JSON_PLAIN and SZ_JSON_SLIM.
 */
#include "json.h"

#include "number.h"
#include "print.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

#ifdef __SSE2__
#include <emmintrin.h>

typedef struct plain {
    const char *line; /* where the record begins */
    const char *end;  /* of the text, in which the record may end earlier; zeros follow, so nothing goes far beyond */
    sz_compact *out;
    sz_decoder *d;
    uint64_t sum; /* of the prints of texts; of id and source those of a slim event, too */
    /* of a slim event: */
    sz_slim *slim;
    char *texts, *to;                  /* where its texts begin, and behind them */
    uint64_t prints[SZ_COMPACT_TEXTS]; /* of those that it has */
    _Alignas(16) uint16_t places[SZ_COMPACT_TEXTS]; /* their places, and above 8 bits lengths */
} plain;

static inline __m128i bytes_at(const char *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }

static inline void set_i64(const plain *x, const sz_json_node *k, int64_t v) {
    memcpy((char *)x->out + k->slot, &v, sizeof v);
}

/* ---- texts ---- */

/* The quote that ends the text at p. NULL: none, an escape, a control character, or bytes that are not UTF-8. */
static __attribute__((noinline)) const char *text_end(const char *p, const char *end) {
    for (const char *q = p; q < end && (uint8_t)*q >= ' ' && *q != '\\'; q++)
        if (*q == '"') return sz_utf8_valid(p, (size_t)(q - p)) ? q : NULL;
    return NULL;
}

static inline __m128i sixteen(const char *p) { return _mm_load_si128((const __m128i *)(const void *)p); }

/* A bit for each of 16 bytes that ends a text, or that it should not have: of other bytes than ASCII the top bit is
 * set, and of control characters less a blank. What is compared with lies in memory: made from constants in registers
 * it takes three instructions each, every time. */
static inline unsigned stops_in(const sz_decoder *d, __m128i v) {
    __m128i odd = _mm_or_si128(_mm_add_epi8(v, sixteen(d->blanks)), _mm_cmpeq_epi8(v, sixteen(d->slashes)));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(odd, v), _mm_cmpeq_epi8(v, sixteen(d->quotes))));
}

/* The same for the usual text. */
static inline const char *plain_end(const plain *x, const char *p) {
    for (const char *q = p;; q += 16) {
        unsigned stops = stops_in(x->d, bytes_at(q));
        if (stops == 0) continue;
        q += __builtin_ctz(stops);
        return *q == '"' ? q : text_end(p, x->end);
    }
}

/* A text of a compact event, in its line. */
static inline void leave_text(plain *x, unsigned which, unsigned slot, const char *p, size_t n, uint64_t print) {
    uint32_t place = (uint32_t)((size_t)(p - x->line) << SZ_COMPACT_LENGTH | n);
    memcpy((char *)x->out + slot, &place, sizeof place);
    if (which >= SZ_TEXT_STUDENT) x->sum += print;
}

/* The next text of a slim event, that was copied to its place. */
static inline void put_text(plain *x, unsigned which, char *to, size_t n, uint64_t print) {
    unsigned at = (unsigned)(uintptr_t)to - (unsigned)(uintptr_t)x->texts; /* whether it has room is asked at the end */
    x->places[which] = (uint16_t)(at | (unsigned)n << 8);
    x->prints[which] = print;
    x->sum += print;
    x->to = to + n;
}

static __attribute__((noinline)) const char *read_long(plain *x, const sz_json_node *k, const char *p, bool is_slim) {
    const char *q = plain_end(x, p);
    size_t n = q ? (size_t)(q - p) : 0;
    if (n - 1 >= sz_rows[k->row].limit) return NULL;
    if (is_slim) put_text(x, k->which, memcpy(x->to, p, n), n, print_of(p, n, print_salt(k->which)));
    else leave_text(x, k->which, k->slot, p, n, print_of(p, n, print_salt(k->which)));
    return q + 1;
}

/* Of up to 15 bytes, which no limit is below, is at once. */
static inline const char *read_text(plain *x, const sz_json_node *k, const char *p, bool is_slim) {
    __m128i v = bytes_at(p);
    unsigned n = (unsigned)__builtin_ctz(stops_in(x->d, v) | 1u << 16);
    if (n - 1 > 14 || p[n] != '"') return read_long(x, k, p, is_slim);
    char *to = x->to;
    if (is_slim) {
        _mm_storeu_si128((__m128i *)(void *)to, v);
        put_text(x, k->which, to, n, print_of_short(p, n, print_salt(k->which)));
    } else {
        leave_text(x, k->which, k->slot, p, n, print_of_short(p, n, print_salt(k->which)));
    }
    return p + n + 1;
}

/* ---- numbers ---- */

/* Eight values of 0 to 9, the first in the lowest byte. */
static inline uint64_t eight(uint64_t w) {
#ifdef __AVX2__
    __m128i v = _mm_maddubs_epi16(_mm_cvtsi64_si128((long long)w), _mm_set1_epi16(1 << 8 | 10)); /* four of 0 to 99 */
    v = _mm_madd_epi16(v, _mm_set1_epi32(1 << 16 | 100));
    v = _mm_madd_epi16(_mm_packus_epi32(v, v), _mm_set1_epi32(1 << 16 | 10000));
    return (uint32_t)_mm_cvtsi128_si32(v);
#else
    w = w * 10 + (w >> 8);
    return ((w & UINT64_C(0x000000ff000000ff)) * (100 + (UINT64_C(1000000) << 32)) +
            (w >> 16 & UINT64_C(0x000000ff000000ff)) * (1 + (UINT64_C(10000) << 32))) >>
           32;
#endif
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The digits at p within eight bytes. */
typedef struct digits {
    uint64_t bytes;  /* 0 to 9 each */
    uint64_t others; /* a bit for each byte that is none, at its top; the lowest is right. 0: they go on */
    unsigned bits;   /* of them */
} digits;

static inline digits digits_at(const char *p) {
    uint64_t w = sz_json_bytes8(p) ^ EACH('0'), others = (w | (w + EACH(0x76))) & EACH(0x80);
    return (digits){w, others, others ? (unsigned)__builtin_ctzll(others) & ~7u : 0};
}

/* Are there any, and is it no 0 in front of others? */
static inline bool is_number(digits d) { return d.bits && (d.bits == 8 || (d.bytes & 0xff)); }

static inline const char *number_end(const sz_json_node *k, const char *p) {
    if (!k->is_text) return p;
    return *p == '"' ? p + 1 : NULL;
}

/* Hundredths of a number with at most eight digits, perhaps with a point and one or two more, as JSON writes it. NULL:
 * something else. */
static __attribute__((noinline)) const char *read_longer(const char *p, uint64_t *out) {
    __m128i v = _mm_sub_epi8(bytes_at(p), _mm_set1_epi8('0'));
    unsigned others = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(9)), v));
    unsigned n = (unsigned)__builtin_ctz(others); /* bit 16 is set */
    uint64_t bytes = (uint64_t)_mm_cvtsi128_si64(v);
    if (n - 1 > 7 || (n > 1 && (bytes & 0xff) == 0)) return NULL;
    *out = eight(bytes << (64 - 8 * n)) * 100;
    if (p[n] != '.') return p + n;
    unsigned m = (unsigned)__builtin_ctz(others >> (n + 1));
    if (m - 1 > 1) return NULL;
    *out += (unsigned)(p[n + 1] - '0') * 10 + (m == 2 ? (unsigned)(p[n + 2] - '0') : 0);
    return p + n + 1 + m;
}

/* The same where it ends within eight bytes: the point is taken out, and the digits on both sides are one number. */
static inline const char *read_hundredths(const char *p, uint64_t *out) {
    digits d = digits_at(p);
    uint64_t further = d.others & (d.others - 1);
    bool has_point = (d.bytes >> d.bits & 0xff) == ('.' ^ '0');
    if (d.others == 0 || (has_point && further == 0)) return read_longer(p, out);
    if (!is_number(d)) return NULL;
    if (!has_point) {
        *out = eight(d.bytes << (64 - d.bits)) * 100;
        return p + d.bits / 8;
    }
    unsigned all = (unsigned)__builtin_ctzll(further) & ~7u, behind = all - d.bits - 8;
    if (behind - 8 > 8) return NULL;
    uint64_t before = (UINT64_C(1) << d.bits) - 1, w = (d.bytes & before) | (d.bytes >> 8 & ~before);
    *out = eight(w << (72 - all));
    if (behind == 8) *out *= 10;
    return p + all / 8;
}

static inline const char *read_fen(const plain *x, const sz_json_node *k, const char *p) {
    uint64_t n;
    const char *q = read_hundredths(p, &n);
    if (!q) return NULL;
    set_i64(x, k, (int64_t)n);
    return number_end(k, q);
}

static const char *read_hours(const plain *x, const sz_json_node *k, const char *p) {
    uint64_t n;
    const char *q = read_hundredths(p, &n);
    if (!q || k->is_text || n > SZ_MICRO_MAX / 10000) return NULL;
    set_i64(x, k, (int64_t)n * 10000);
    return q;
}

static __attribute__((noinline)) const char *read_long_count(const plain *x, const sz_json_node *k, const char *p) {
    uint64_t n;
    const char *q = read_longer(p, &n);
    if (!q || q[-2] == '.' || (q - p > 3 && q[-3] == '.')) return NULL;
    set_i64(x, k, (int64_t)(n / 100));
    return number_end(k, q);
}

/* A point behind it is nothing that follows a value. */
static inline const char *read_count(const plain *x, const sz_json_node *k, const char *p) {
    digits d = digits_at(p);
    if (d.others == 0) return read_long_count(x, k, p);
    if (!is_number(d)) return NULL;
    set_i64(x, k, (int64_t)eight(d.bytes << (64 - d.bits)));
    return number_end(k, p + d.bits / 8);
}

_Static_assert(SZ_FEN_MAX >= INT64_C(9999999999), "eight digits of yuan are always fine");

/* ---- times ---- */

/* Any time; NULL: it is none, or a day alone, or far away. */
static __attribute__((noinline)) const char *read_odd_time(const plain *x, const sz_json_node *k, const char *p) {
    const char *q = plain_end(x, p);
    int64_t ms;
    bool is_day = false;
    if (!q || !sz_json_time(x->d, (sz_str){p, (size_t)(q - p)}, &ms, &is_day)) return NULL;
    if (is_day || !sz_moment_is_sane(ms)) return NULL;
    set_i64(x, k, ms);
    return q + 1;
}

static inline unsigned same_bytes(const char *p, const char *text) {
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes_at(p), sixteen(text)));
}

/* Day, colons, offset and the quote behind them in two comparisons. On a known day it is a sane time. */
static inline const char *read_time(const plain *x, const sz_json_node *k, const char *p) {
    enum { DAY = 0x27ff, REST = 0xfe40 }; /* places in head and tail; the digits of the clock are not among them */
    const sz_json_moment *m = &x->d->moment;
    unsigned same = same_bytes(p, m->head) | same_bytes(p + 10, m->tail) << 16;
    int64_t clock = sz_json_clock(p + 11);
    if (~same & (DAY | (unsigned)REST << 16) || clock < 0) return read_odd_time(x, k, p);
    set_i64(x, k, m->midnight_ms + clock);
    return p + SZ_JSON_TIME + 1;
}

/* ---- records ---- */

/* A bit for each of 32 bytes that is another one. */
static inline unsigned other_bytes(const char *p, const char *text) {
#ifdef __AVX2__
    const __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)p);
    const __m256i want = _mm256_loadu_si256((const __m256i *)(const void *)text);
    return ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(here, want));
#else
    return ~(same_bytes(p, text) | same_bytes(p + 16, text + 16) << 16);
#endif
}

/* What is found at p: always something, for the last one fits everything. */
static inline const sz_json_node *follow(const sz_json_node *k, const char *p) {
    while (other_bytes(p, k->text) & k->mask) k = k->other;
    return k;
}

/* A value that nobody asks for. */
static __attribute__((noinline)) const char *pass_value(const plain *x, const sz_json_node *k, const char *p) {
    if (!k->is_text) return sz_json_number_end(p, x->end);
    const char *q = plain_end(x, p);
    return q ? q + 1 : NULL;
}

/* Where the value at p ends; NULL: it is not what its key asks for, or the record's end. Texts begin as such. */
static inline const char *read_value(plain *x, const sz_json_node *k, const char *p, bool is_slim) {
    if (k->kind == SZ_ROW_IS_TEXT) return read_text(x, k, p, is_slim);
    if (k->kind == SZ_ROW_IS_FEN) return read_fen(x, k, p);
    if (k->kind == SZ_ROW_IS_COUNT) return read_count(x, k, p);
    if (k->kind == SZ_ROW_IS_TIME) return read_time(x, k, p);
    switch (k->kind) {
    case SZ_ROW_IS_HOURS: return read_hours(x, k, p);
    case SZ_JSON_MORE: return p;
    case SZ_JSON_PASS: return pass_value(x, k, p);
    default: return NULL;
    }
}

/* A text within what was compared, whose print is known. */
static inline void set_span(plain *x, const sz_json_node *k, const char *p, bool is_slim) {
    unsigned at = k->span >> SZ_COMPACT_LENGTH, n = k->span & ((1u << SZ_COMPACT_LENGTH) - 1);
    uint64_t print = x->d->span_prints[k - x->d->nodes];
    if (is_slim) put_text(x, k->span_which, memcpy(x->to, p + at, SZ_JSON_LITERAL), n, print);
    else leave_text(x, k->span_which, k->into, p + at, n, print);
}

/* All keys and values; the record's end, and in *p where. NULL: it is not plain. */
static inline __attribute__((always_inline)) const sz_json_node *read_all(plain *x, const char **p, bool is_slim) {
    const sz_json_node *k = x->d->shapes;
    for (const char *q = *p;; k = k->then) {
        k = follow(k, q);
        if (k->span) set_span(x, k, q, is_slim);
        const char *value = q + k->n;
        q = read_value(x, k, value, is_slim);
        if (q) continue;
        *p = value;
        return k->kind == SZ_JSON_END ? k : NULL;
    }
}

static inline void begin(sz_compact *c) {
    c->collected_ms = SZ_TIME_NONE;
    c->amount_fen = c->balance_fen = c->journal_no = c->use_count = SZ_ABSENT;
    c->hours_micro = INT64_C(1000000);
}

/* The text, or what of it is to be read where nothing may be read behind it. */
static inline sz_str readable(sz_decoder *d, sz_str text) {
    if (d->may_read_behind) return text;
    size_t n = text.n < SZ_JSON_LONGEST ? text.n : SZ_JSON_LONGEST;
    if (n) memcpy(d->room, text.p, n);
    memset(d->room + n, 0, SZ_READ_BEHIND);
    return (sz_str){d->room, n};
}

/* What the record's end says, and what comes of all. */
static inline void finish(const plain *x, const sz_json_node *end) {
    sz_compact *out = x->out;
    memcpy(out->codes, &end->codes, sizeof out->codes);
    if (out->codes[1] > SZ_PREC_SECOND) out->time_ms = sz_moment_floor(x->d->zone, out->time_ms, out->codes[1]);
    out->content = print_of_numbers(out->time_ms, out->codes, &out->amount_fen) + x->sum;
}

/* All in one: what reads a value is a few instructions, and to call it as many. */
__attribute__((flatten)) size_t SZ_JSON_PLAIN(sz_decoder *d, sz_str text, sz_compact *out) {
    if (d->until_turn == 0) return 0;
    d->until_turn--;
    text = readable(d, text);
    plain x = {.line = text.p, .end = text.p + text.n, .out = out, .d = d};
    begin(out);
    memset(out->texts, 0, sizeof out->texts);
    const char *p = text.p;
    const sz_json_node *end = read_all(&x, &p, false);
    if (!end) return 0;
    finish(&x, end);
    return (size_t)(p - text.p);
}

/* ---- slim events ---- */

static sz_str text_at(const plain *x, unsigned which) {
    return (sz_str){x->texts + (x->places[which] & 0xff), x->places[which] >> 8};
}

/* Who writes the keys in another order, or has made no ids, pays for it. */
static __attribute__((noinline)) void put_in_order(plain *x) {
    char was[SZ_SLIM_TEXTS];
    memcpy(was, x->texts, (size_t)(x->to - x->texts));
    char *to = x->texts;
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) {
        size_t n = x->places[i] >> 8;
        memcpy(to, was + (x->places[i] & 0xff), n);
        to += n;
    }
}

static inline void put_lengths(const plain *x) {
    const __m128i *v = (const __m128i *)(const void *)x->places;
    __m128i first = _mm_srli_epi16(_mm_load_si128(v), 8), last = _mm_srli_epi16(_mm_loadl_epi64(v + 1), 8);
    __m128i all = _mm_packus_epi16(first, last);
    memcpy(x->slim->lengths, &all, sizeof x->slim->lengths);
}

/* False: there is no room for it. */
static __attribute__((noinline)) bool make_id(plain *x, size_t n) {
    sz_str id = sz_id_made(x->d->made, text_at(x, SZ_TEXT_READER), x->out->journal_no, text_at(x, SZ_TEXT_CARD),
                           x->out->use_count, (sz_str){x->line, n});
    if ((size_t)(x->to - x->texts) + id.n > SZ_SLIM_TEXTS) return false;
    put_text(x, SZ_TEXT_ID, memcpy(x->to, id.p, id.n), id.n, sz_text_print(SZ_TEXT_ID, id));
    return true;
}

static __attribute__((noinline)) char *put_wide(char *to, unsigned given, const sz_compact *c) {
    for (; given; given &= given - 1) {
        memcpy(to, &c->amount_fen + __builtin_ctz(given), sizeof c->amount_fen);
        to += sizeof c->amount_fen;
    }
    return to;
}

/* Those that are given; where they end. */
static inline char *put_numbers(sz_slim *s, char *to, const sz_compact *c) {
    unsigned given = s->given;
    memcpy(to, &c->collected_ms, sizeof c->collected_ms);
    to += (given & 1) * sizeof c->collected_ms;
    char *first = to;
    uint64_t all = 0;
    for (unsigned left = given >> 1; left; left &= left - 1) {
        uint64_t v = (uint64_t)(&c->amount_fen)[__builtin_ctz(left)];
        uint32_t four = (uint32_t)v;
        memcpy(to, &four, sizeof four);
        to += sizeof four;
        all |= v;
    }
    if (all > UINT32_MAX) return put_wide(first, given >> 1, c);
    s->given |= SZ_SLIM_NARROW;
    return to;
}

__attribute__((flatten)) size_t SZ_JSON_SLIM(sz_decoder *d, sz_str text, sz_slim *out, size_t *size,
                                             sz_prints *prints) {
    if (d->until_turn == 0) return 0;
    d->until_turn--;
    text = readable(d, text);
    sz_compact c;
    plain x;
    x.line = text.p, x.end = text.p + text.n, x.out = &c, x.d = d, x.sum = 0;
    x.slim = out, x.texts = x.to = (char *)(out + 1);
    x.prints[SZ_TEXT_ID] = x.prints[SZ_TEXT_SOURCE] = 0;
    begin(&c);
    memset(x.places, 0, sizeof x.places);
    const char *p = text.p;
    const sz_json_node *end = read_all(&x, &p, true);
    if (!end || p >= x.end || *p != '\n' || p - text.p > SZ_RECORD_MAX) return 0;
    x.sum -= x.prints[SZ_TEXT_ID] + x.prints[SZ_TEXT_SOURCE];
    finish(&x, end);
    if (x.to - x.texts > SZ_SLIM_TEXTS) return 0;
    bool is_mixed = end->slot;
    if (!x.places[SZ_TEXT_ID]) {
        if (!make_id(&x, (size_t)(p - text.p))) return 0;
        is_mixed = true; /* it is to stand first */
    }
    if (is_mixed) put_in_order(&x);
    put_lengths(&x);
    out->time_ms = c.time_ms;
    uint64_t codes = end->codes | (uint64_t)end->which << 56; /* `given` stands behind them */
    memcpy(out->codes, &codes, sizeof out->codes + sizeof out->given);
    out->content = (uint32_t)c.content;
    *size = (size_t)(put_numbers(out, x.to, &c) - (char *)out);
    prints->id = x.prints[SZ_TEXT_ID];
    prints->source = x.places[SZ_TEXT_SOURCE] ? x.prints[SZ_TEXT_SOURCE] : d->default_print;
    prints->who = x.prints[x.places[SZ_TEXT_STUDENT] ? SZ_TEXT_STUDENT : SZ_TEXT_CARD];
    return (size_t)(p - text.p);
}

#else

size_t SZ_JSON_PLAIN(sz_decoder *d, sz_str text, sz_compact *out) {
    (void)d;
    (void)text;
    (void)out;
    return 0;
}

size_t SZ_JSON_SLIM(sz_decoder *d, sz_str text, sz_slim *out, size_t *size, sz_prints *prints) {
    (void)d;
    (void)text;
    (void)out;
    (void)size;
    (void)prints;
    return 0;
}

#endif

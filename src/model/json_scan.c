/* SPDX-License-Identifier: Apache-2.0
 *
 * json_scan: the object that nearly every record is, without building a document: flat, strings without escapes,
 * numbers, nulls. What is anything else is left to yyjson, errors included, so this never decides that a record is bad;
 * where it says yes, the view is what sz_json_look would have made of yyjson's document (tests/unit/test_model_scan.c,
 * tests/fuzz/fuzz_event_json.c).
 *
 * One pass over the bytes, 16 at a time, finds all quotes and whether there is anything to give up on; without
 * backslashes every quote is the beginning or end of a string.
 */
#include "json.h"

#ifdef __SSE2__
#include <emmintrin.h>

enum { LONGEST = 1024, WORDS = LONGEST / 64 };

typedef struct scan {
    const char *text, *end;
    uint64_t quotes[WORDS + 1]; /* a bit a byte */
    uint32_t word;
} scan;

/* False: a backslash, a control character, or bytes that are not UTF-8. */
static bool mark(scan *s, sz_str t) {
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), last_control = _mm_set1_epi8(0x1f);
    __m128i odd = _mm_setzero_si128();
    int high = 0;
    memset(s->quotes, 0, (t.n / 64 + 2) * sizeof *s->quotes);
    for (size_t i = 0; i < t.n; i += 16) {
        __m128i v;
        if (i + 16 <= t.n) {
            v = _mm_loadu_si128((const __m128i *)(const void *)(t.p + i));
        } else { /* blanks behind the end */
            char tail[16];
            memset(tail, ' ', sizeof tail);
            memcpy(tail, t.p + i, t.n - i);
            v = _mm_loadu_si128((const __m128i *)(const void *)tail);
        }
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, slash));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(_mm_min_epu8(v, last_control), v));
        high |= _mm_movemask_epi8(v);
        uint64_t bits = (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote));
        s->quotes[i / 64] |= bits << i % 64;
    }
    return _mm_movemask_epi8(odd) == 0 && (!high || sz_utf8_valid(t.p, t.n));
}

/* The next quote, or the text's end. */
static const char *next_quote(scan *s) {
    while (s->quotes[s->word] == 0) {
        if (s->text + 64 * (s->word + 1) >= s->end) return s->end;
        s->word++;
    }
    uint64_t bits = s->quotes[s->word];
    s->quotes[s->word] = bits & (bits - 1);
    return s->text + 64 * s->word + __builtin_ctzll(bits);
}

/* A string that begins at p; where it ends, its quote not included. NULL: there is none. */
static const char *string_end(scan *s, const char *p) {
    if (next_quote(s) != p) return NULL;
    const char *q = next_quote(s);
    return q < s->end ? q : NULL;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *digits(const char *p, const char *end) {
    while (p < end && is_digit(*p)) p++;
    return p;
}

/* A number by JSON's grammar; where it ends, NULL: it is none. */
static const char *number_end(const char *p, const char *end) {
    const char *q = p < end && *p == '-' ? p + 1 : p, *from = q;
    q = digits(q, end);
    if (q == from || (*from == '0' && q - from > 1)) return NULL;
    if (q < end && *q == '.') {
        from = ++q;
        q = digits(q, end);
        if (q == from) return NULL;
    }
    if (q < end && (*q | 32) == 'e') {
        q++;
        if (q < end && (*q == '+' || *q == '-')) q++;
        from = q;
        q = digits(q, end);
        if (q == from) return NULL;
    }
    return q;
}

static const char *blanks(const char *p, const char *end) {
    while (p < end && *p == ' ') p++;
    return p;
}

/* A value at p into v; where it ends, NULL: it is of another kind. */
static const char *value_end(scan *s, const char *p, yyjson_val *v) {
    if (p == s->end) return NULL;
    if (*p == '"') {
        const char *q = string_end(s, p);
        if (!q) return NULL;
        v->tag = (uint64_t)(q - p - 1) << YYJSON_TAG_BIT | YYJSON_TYPE_STR;
        v->uni.str = p + 1;
        return q + 1;
    }
    if (*p == 'n' && s->end - p >= 4 && memcmp(p, "null", 4) == 0) {
        v->tag = YYJSON_TYPE_NULL;
        return p + 4;
    }
    const char *q = number_end(p, s->end);
    if (!q) return NULL;
    v->tag = (uint64_t)(q - p) << YYJSON_TAG_BIT | YYJSON_TYPE_RAW;
    v->uni.str = p;
    return q;
}

/* Keys are compared in whole words; near the text's end there are no bytes behind them. */
static int row_at(const sz_decoder *d, const scan *s, const char *key, size_t n) {
    if (s->end - key >= SZ_KEY_MAX) return sz_json_row(d, key, n);
    char copy[SZ_KEY_MAX] = {0};
    memcpy(copy, key, n < SZ_KEY_MAX ? n : SZ_KEY_MAX);
    return sz_json_row(d, copy, n);
}

bool sz_json_scan(const sz_decoder *d, sz_str text, sz_json_view *view, yyjson_val vals[SZ_N_JSON_ROWS]) {
    scan s = {.text = text.p, .end = text.p + text.n, .word = 0};
    view->found = 0;
    view->obj = NULL;
    if (text.n == 0 || text.n > LONGEST || text.p[0] != '{' || !mark(&s, text)) return false;
    const char *p = text.p + 1;
    for (;;) {
        p = blanks(p, s.end);
        const char *key = p + 1;
        if (p == s.end || *p != '"' || (p = string_end(&s, p)) == NULL) return false;
        size_t n = (size_t)(p - key);
        p = blanks(p + 1, s.end);
        if (p == s.end || *p != ':') return false;
        yyjson_val v;
        p = value_end(&s, blanks(p + 1, s.end), &v);
        if (!p) return false;
        int row = row_at(d, &s, key, n);
        if (row >= 0 && !(view->found >> row & 1) && !yyjson_is_null(&v)) {
            view->found |= UINT32_C(1) << row;
            vals[row] = v;
            view->vals[row] = &vals[row];
        }
        p = blanks(p, s.end);
        if (p == s.end) return false;
        if (*p == '}') return blanks(p + 1, s.end) == s.end;
        if (*p++ != ',') return false;
    }
}

#else

bool sz_json_scan(const sz_decoder *d, sz_str text, sz_json_view *view, yyjson_val vals[SZ_N_JSON_ROWS]) {
    (void)d;
    (void)text;
    (void)view;
    (void)vals;
    return false;
}

#endif

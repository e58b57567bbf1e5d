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

enum { WORDS = SZ_JSON_LONGEST / 64 };

typedef struct scan {
    const char *text, *end;
    uint64_t quotes[WORDS + 2]; /* a bit a byte */
} scan;

/* False: a backslash, a control character, or bytes that are not UTF-8. */
static bool mark(scan *s, sz_str t) {
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), last_control = _mm_set1_epi8(0x1f);
    __m128i odd = _mm_setzero_si128(), any = _mm_setzero_si128();
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
        any = _mm_or_si128(any, v);
        uint64_t bits = (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote));
        s->quotes[i / 64] |= bits << i % 64;
    }
    return _mm_movemask_epi8(odd) == 0 && (!_mm_movemask_epi8(any) || sz_utf8_valid(t.p, t.n));
}

/* The first quote from p on, or the text's end. */
static inline const char *quote_from(const scan *s, const char *p) {
    size_t at = (size_t)(p - s->text), word = at / 64;
    uint64_t bits = s->quotes[word] >> at % 64;
    if (bits) return p + __builtin_ctzll(bits);
    for (word++; 64 * word < (size_t)(s->end - s->text); word++)
        if (s->quotes[word]) return s->text + 64 * word + __builtin_ctzll(s->quotes[word]);
    return s->end;
}

/* A string whose first quote stands at p; where it ends, its last quote not included. NULL: there is none. */
static inline const char *string_end(const scan *s, const char *p) {
    const char *q = p + 1 < s->end ? quote_from(s, p + 1) : s->end;
    return q < s->end ? q : NULL;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *digits(const char *p, const char *end) {
    while (p < end && is_digit(*p)) p++;
    return p;
}

const char *sz_json_number_end(const char *p, const char *end) {
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

static void set_val(yyjson_val *v, const char *p, const char *end, uint64_t type) {
    v->tag = (uint64_t)(end - p) << YYJSON_TAG_BIT | type;
    v->uni.str = p;
}

/* A value at p into v; where it ends, NULL: it is of another kind. */
static const char *value_end(const scan *s, const char *p, yyjson_val *v) {
    if (p == s->end) return NULL;
    if (*p == '"') {
        const char *q = string_end(s, p);
        if (q) set_val(v, p + 1, q, YYJSON_TYPE_STR);
        return q ? q + 1 : NULL;
    }
    if (*p == 'n' && s->end - p >= 4 && memcmp(p, "null", 4) == 0) {
        v->tag = YYJSON_TYPE_NULL;
        return p + 4;
    }
    const char *q = sz_json_number_end(p, s->end);
    if (q) set_val(v, p, q, YYJSON_TYPE_RAW);
    return q;
}

/* Keys are compared in whole words; near the text's end there are no bytes behind them. */
static int row_at(const sz_decoder *d, const scan *s, const char *key, size_t n) {
    if (s->end - key >= SZ_KEY_MAX) return sz_json_row(d, key, n);
    char copy[SZ_KEY_MAX] = {0};
    memcpy(copy, key, n < SZ_KEY_MAX ? n : SZ_KEY_MAX);
    return sz_json_row(d, copy, n);
}

static void take(sz_json_view *view, yyjson_val *vals, int row, yyjson_val *v) {
    if (row < 0 || row >= SZ_N_JSON_ROWS || view->found >> row & 1 || yyjson_is_null(v)) return;
    view->found |= UINT32_C(1) << row;
    vals[row] = *v;
    view->vals[row] = &vals[row];
}

/* ---- what came next before ---- */

static void note(sz_decoder *d, const sz_json_step *step) {
    if (d->n_steps < SZ_JSON_STEPS) d->steps[d->n_steps] = *step;
    if (d->n_steps <= SZ_JSON_STEPS) d->n_steps++;
}

static const sz_json_next *follow(const sz_decoder *d, const scan *s, unsigned after, const char *p) {
    for (const sz_json_next *x = d->next[after]; x < d->next[after] + SZ_JSON_WAYS && x->n; x++)
        if (s->end - p >= x->n && memcmp(p, x->text, x->n) == 0) return x;
    return NULL;
}

/* Values whose keys came in this order before; moves *p behind the last of them. */
static unsigned known_way(sz_decoder *d, const scan *s, unsigned after, const char **p, sz_json_view *view,
                          yyjson_val *vals) {
    for (const sz_json_next *x; (x = follow(d, s, after, *p)) != NULL; after = x->row) {
        const char *value = *p + x->n, *q = x->is_text ? quote_from(s, value) : sz_json_number_end(value, s->end);
        if (!q || (x->is_text && q == s->end)) break; /* judged again below */
        yyjson_val v;
        set_val(&v, value, q, x->is_text ? YYJSON_TYPE_STR : YYJSON_TYPE_RAW);
        take(view, vals, x->row, &v);
        note(d, &(sz_json_step){*p, value, q, x->row, x->is_text});
        *p = q + x->is_text;
    }
    return after;
}

bool sz_json_scan(sz_decoder *d, sz_str text, sz_json_view *view, yyjson_val vals[SZ_N_JSON_ROWS], const char **brace) {
    scan s = {.text = text.p, .end = text.p + text.n};
    view->found = 0;
    view->obj = NULL;
    d->n_steps = 0;
    if (text.n == 0 || text.n > SZ_JSON_LONGEST || text.p[0] != '{' || !mark(&s, text)) return false;
    unsigned after = SZ_JSON_BEGIN;
    for (const char *p = text.p;;) { /* at the brace or comma before a key, or at the brace that ends it all */
        after = known_way(d, &s, after, &p, view, vals);
        sz_json_step now = {.from = p = blanks(p, s.end)};
        if (p == s.end) return false;
        if (*p == '}' && p > text.p) {
            *brace = p;
            return blanks(p + 1, s.end) == s.end;
        }
        if (*p != (p == text.p ? '{' : ',')) return false;
        p = blanks(p + 1, s.end);
        const char *key = p + 1;
        if (p == s.end || *p != '"' || (p = string_end(&s, p)) == NULL) return false;
        size_t n = (size_t)(p - key);
        p = blanks(p + 1, s.end);
        if (p == s.end || *p != ':') return false;
        now.value = p = blanks(p + 1, s.end);
        yyjson_val v;
        if ((p = value_end(&s, p, &v)) == NULL) return false;
        int row = row_at(d, &s, key, n);
        take(view, vals, row, &v);
        now.row = row >= 0 ? (unsigned)row : SZ_JSON_UNKNOWN;
        now.is_text = yyjson_is_str(&v);
        now.value += now.is_text;
        now.end = p - now.is_text;
        if (yyjson_is_null(&v)) {
            d->n_steps = SZ_JSON_STEPS + 1; /* no shape has it */
        } else {
            sz_json_learn(d, after, &now);
            note(d, &now);
        }
        after = now.row;
    }
}

#else

bool sz_json_scan(sz_decoder *d, sz_str text, sz_json_view *view, yyjson_val vals[SZ_N_JSON_ROWS], const char **brace) {
    (void)d;
    (void)text;
    (void)view;
    (void)vals;
    (void)brace;
    return false;
}

#endif

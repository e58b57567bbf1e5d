/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef struct packed_field {
    uint32_t index, text_n; /* its text stands with the others, behind them */
    double num;
    int64_t fen;
} packed_field;

enum { CODES = offsetof(sz_event, type), TEXTS = offsetof(sz_event, id), NUMBERS = offsetof(sz_event, amount_fen) };
enum { N_NUMBERS = 6 };
_Static_assert(sizeof(packed) == 64 && sizeof(packed_field) % 8 == 0, "a line of the cache, and fields are aligned");
_Static_assert(TEXTS - CODES == sizeof((packed *)NULL)->codes && NUMBERS - TEXTS == SZ_N_TEXTS * sizeof(sz_str),
               "members of a kind stand one behind the other");
_Static_assert(offsetof(sz_event, content) - NUMBERS == (N_NUMBERS - 1) * sizeof(int64_t), "and the numbers");
_Static_assert(SZ_ABSENT == -1, "and with others it stays what they are");
_Static_assert((int)SZ_N_TEXTS < (int)SZ_COMPACT_TEXTS && PACKED_MOST / 8 < PACKED_24, "lengths have room");

/* What records that are no events have of texts. */
enum { TEXT_BUILDING = SZ_TEXT_PLACE, TEXT_FIELD = SZ_TEXT_REF, TEXT_DETAIL = SZ_TEXT_MEANS };

/* A number that is not there. */
static const int64_t absent[N_NUMBERS] = {SZ_TIME_NONE, SZ_ABSENT, SZ_ABSENT, SZ_ABSENT, SZ_ABSENT, INT64_C(1000000)};

/* ---- pack ---- */

/* Which numbers are given changes from record to record: written all the same, a branch would be guessed wrongly. */
static inline char *put_number(char *to, uint64_t *bits, unsigned i, int64_t v) {
    uint64_t is_given = v != absent[i];
    memcpy(to, &v, sizeof v);
    *bits |= is_given << (PACKED_NUMBERS + i);
    return to + is_given * sizeof v;
}

static inline char *put_numbers(char *to, uint64_t *bits, int64_t collected_ms, const int64_t *v) {
    to = put_number(to, bits, 0, collected_ms);
    bool has_any = (v[0] & v[1] & v[2] & v[3]) != SZ_ABSENT; /* that is all ones */
    for (unsigned i = 1; has_any && i < N_NUMBERS - 1; i++) to = put_number(to, bits, i, v[i - 1]);
    return put_number(to, bits, N_NUMBERS - 1, v[N_NUMBERS - 2]);
}

static inline char *put_line(char *to, uint64_t *bits, sz_str raw, const packed_from *from) {
    if (!from->keeps_line) return to;
    if (raw.n) memcpy(to, raw.p, raw.n);
    *bits |= PACKED_LINE;
    return to + raw.n;
}

/* Its whole size in eights; what is between the end and that is of no account. */
static inline uint64_t eights(const packed *p, const char *end) { return ((uint64_t)(end - (const char *)p) + 7) / 8; }

static inline void finish(packed *to, const char *end, uint64_t bits, sz_str raw, const packed_from *from) {
    to->number = from->ordinal << 24 | raw.n;
    to->row = from->line << 24 | eights(to, end);
    to->place = from->offset << 16 | bits;
    to->input = from->input;
}

static char *put_texts(packed *to, const sz_str v[SZ_N_TEXTS], uint64_t *bits) {
    size_t most = 0;
    uint8_t *high = (uint8_t *)(to + 1);
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) most |= v[i].n;
    char *at = (char *)(to + 1);
    if (most > UINT8_MAX) {
        *bits |= PACKED_HIGH;
        at += SZ_COMPACT_TEXTS;
    }
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) {
        to->n[i] = (uint8_t)v[i].n;
        if (most > UINT8_MAX) high[i] = (uint8_t)(v[i].n >> 8);
        if (v[i].n) memcpy(at, v[i].p, v[i].n);
        at += v[i].n;
    }
    to->n[SZ_N_TEXTS] = 0;
    return at;
}

/* Lengths of a compact event's texts, and a bit for each that is given; bit 31: one has more than 255 bytes. */
#ifdef __SSE2__
static inline uint32_t lengths_of(const sz_compact *c, uint8_t n[SZ_COMPACT_TEXTS]) {
    const __m128i *from = (const __m128i *)(const void *)c->texts;
    const __m128i low = _mm_set1_epi32((1 << SZ_COMPACT_LENGTH) - 1), none = _mm_setzero_si128();
    __m128i a = _mm_and_si128(_mm_loadu_si128(from), low), b = _mm_and_si128(_mm_loadu_si128(from + 1), low);
    __m128i ab = _mm_packs_epi32(a, b), rest = _mm_packs_epi32(_mm_and_si128(_mm_loadu_si128(from + 2), low), none);
    __m128i all = _mm_packus_epi16(ab, rest), most = _mm_cmpgt_epi16(_mm_max_epi16(ab, rest), _mm_set1_epi16(255));
    _mm_storel_epi64((__m128i *)(void *)n, all);
    int last = _mm_cvtsi128_si32(_mm_srli_si128(all, 8));
    memcpy(n + 8, &last, sizeof last);
    uint32_t missing = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(all, none));
    return (~missing & 0xffff) | (_mm_movemask_epi8(most) ? UINT32_C(1) << 31 : 0);
}
#else
static inline uint32_t lengths_of(const sz_compact *c, uint8_t n[SZ_COMPACT_TEXTS]) {
    uint32_t given = 0;
    n[SZ_N_TEXTS] = 0;
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) {
        uint32_t length = c->texts[i] & ((1u << SZ_COMPACT_LENGTH) - 1);
        n[i] = (uint8_t)length;
        given |= (uint32_t)(length > 0) << i | (uint32_t)(length > UINT8_MAX) << 31;
    }
    return given;
}
#endif

/* A text of up to 16 bytes takes one move; behind the line as many may be read. */
static inline char *put_plain_texts(char *to, const sz_compact *c, const char *line, uint32_t given) {
    for (; given; given &= given - 1) {
        sz_str s = sz_compact_text(c, line, (unsigned)__builtin_ctz(given));
        memcpy(to, s.p, 16);
        if (s.n > 16) memcpy(to + 16, s.p + 16, s.n - 16);
        to += s.n;
    }
    return to;
}

static __attribute__((noinline)) char *put_long_texts(packed *to, const sz_compact *c, const char *line, sz_str made,
                                                      uint64_t *bits) {
    sz_str all[SZ_N_TEXTS];
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) all[i] = sz_compact_text(c, line, i);
    if (made.n) all[SZ_TEXT_ID] = made;
    return put_texts(to, all, bits);
}

void sz_fs_pack_plain(packed *to, const sz_compact *c, sz_str raw, sz_str made, const packed_from *from) {
    uint64_t bits = SZ_RECORD_EVENT;
    char *at = (char *)(to + 1);
    uint32_t given = lengths_of(c, to->n);
    if (made.n) {
        memcpy(at, made.p, made.n);
        to->n[SZ_TEXT_ID] = (uint8_t)made.n;
        at += made.n;
    }
    at = given >> 31 ? put_long_texts(to, c, raw.p, made, &bits) : put_plain_texts(at, c, raw.p, given);
    to->time_ms = c->time_ms;
    to->content = c->content;
    memcpy(to->codes, c->codes, sizeof to->codes);
    const void *numbers = (const char *)c + offsetof(sz_compact, amount_fen);
    at = put_numbers(at, &bits, c->collected_ms, numbers);
    at = put_line(at, &bits, raw, from);
    finish(to, at, bits, raw, from);
}

static char *put_event(packed *to, const sz_event *e, uint64_t *bits) {
    const char *at = (const char *)e;
    to->time_ms = e->time_ms;
    to->content = e->content;
    memcpy(to->codes, at + CODES, sizeof to->codes);
    char *end = put_texts(to, (const sz_str *)(const void *)(at + TEXTS), bits);
    return put_numbers(end, bits, e->collected_ms, (const int64_t *)(const void *)(at + NUMBERS));
}

static char *put_other(packed *to, const sz_record *r, uint64_t *bits) {
    sz_str v[SZ_N_TEXTS] = {{NULL, 0}};
    int64_t through_ms = SZ_TIME_NONE;
    memset(to->codes, 0, sizeof to->codes);
    to->time_ms = r->time_ms;
    to->content = 0;
    if (r->kind == SZ_RECORD_FEED_STATUS) {
        to->codes[0] = (uint8_t)r->feed.state;
        through_ms = r->feed.complete_through_ms;
        v[SZ_TEXT_SOURCE] = r->feed.source;
        v[SZ_TEXT_READER] = r->feed.reader;
        v[TEXT_BUILDING] = r->feed.building;
    } else {
        to->codes[0] = (uint8_t)r->dead.reason;
        v[TEXT_FIELD] = (sz_str){r->dead.field, r->dead.field ? strlen(r->dead.field) + 1 : 0}; /* with its NUL */
        v[TEXT_DETAIL] = sz_str_of(r->dead.detail);
    }
    char *end = put_texts(to, v, bits);
    return put_numbers(end, bits, through_ms, absent + 1);
}

/* Declared fields: their texts behind what there is, and they at the piece's end, aligned. */
static char *put_fields(packed *to, char *end, const sz_event *e, uint64_t *bits) {
    packed_field fields[SZ_FIELDS_MAX];
    uint64_t n = 0;
    for (uint32_t i = 0; i < SZ_FIELDS_MAX; i++) {
        const sz_value *v = &e->fields[i];
        if (!v->is_set) continue;
        fields[n++] = (packed_field){i, (uint32_t)v->text.n, v->num, v->fen};
        if (v->text.n) memcpy(end, v->text.p, v->text.n);
        end += v->text.n;
    }
    *bits |= n << PACKED_FIELDS;
    end = (char *)to + eights(to, end) * 8;
    if (n) memcpy(end, fields, n * sizeof *fields);
    return end + n * sizeof *fields;
}

void sz_fs_pack(packed *to, const sz_record *r, sz_str raw, const packed_from *from) {
    uint64_t bits = r->kind;
    bool is_event = r->kind == SZ_RECORD_EVENT;
    char *end = is_event ? put_event(to, &r->event, &bits) : put_other(to, r, &bits);
    end = put_line(end, &bits, raw, from);
    if (is_event && r->event.type >= SZ_TYPE_FIRST_DECLARED) end = put_fields(to, end, &r->event, &bits);
    finish(to, end, bits, raw, from);
}

/* ---- look ---- */

int sz_fs_packed_tie(const packed *a, const packed *b) {
    if (sz_fs_packed_kind(a) == SZ_RECORD_EVENT) {
        int c = sz_str_cmp(sz_fs_packed_source(a), sz_fs_packed_source(b));
        if (c == 0) c = sz_str_cmp(sz_fs_packed_id(a), sz_fs_packed_id(b));
        if (c) return c;
    }
    uint64_t of_a = sz_fs_packed_ordinal(a), of_b = sz_fs_packed_ordinal(b);
    return of_a < of_b ? -1 : of_a > of_b;
}

int sz_fs_packed_cmp(const packed *a, const packed *b) {
    uint64_t of_a = sz_fs_packed_key(a), of_b = sz_fs_packed_key(b);
    if (of_a != of_b) return of_a < of_b ? -1 : 1;
    return sz_fs_packed_tie(a, b);
}

/* ---- unpack ---- */

/* What stands behind the texts. */
static inline const char *take_texts(const packed *p, sz_str v[SZ_N_TEXTS]) {
    const char *at = sz_fs_packed_texts(p);
    if (p->place & PACKED_HIGH) {
        for (unsigned i = 0; i < SZ_N_TEXTS; i++) {
            v[i] = (sz_str){at, sz_fs_packed_length(p, i)};
            at += v[i].n;
        }
        return at;
    }
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) {
        v[i] = (sz_str){at, p->n[i]};
        at += p->n[i];
    }
    return at;
}

static inline const char *take_number(const packed *p, const char *from, unsigned i, int64_t *v) {
    uint64_t is_given = p->place >> (PACKED_NUMBERS + i) & 1;
    const char *at = is_given ? from : (const char *)&absent[i];
    memcpy(v, at, sizeof *v);
    return from + is_given * sizeof *v;
}

static void take_fields(const packed *p, const char *texts, sz_event *e) {
    packed_field f;
    unsigned n = p->place >> PACKED_FIELDS & 31;
    const char *from = (const char *)p + sz_fs_packed_size(p) - n * sizeof f;
    memset(e->fields, 0, sizeof e->fields);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(&f, from + i * sizeof f, sizeof f);
        e->fields[f.index] = (sz_value){true, f.num, f.fen, {texts, f.text_n}};
        texts += f.text_n;
    }
}

static void take_other(const packed *p, const sz_str v[SZ_N_TEXTS], int64_t through_ms, sz_record *r) {
    if (r->kind == SZ_RECORD_FEED_STATUS) {
        r->feed = (sz_feed_status){.source = v[SZ_TEXT_SOURCE],
                                   .time_ms = r->time_ms,
                                   .state = (sz_feed_state)p->codes[0],
                                   .complete_through_ms = through_ms,
                                   .reader = v[SZ_TEXT_READER],
                                   .building = v[TEXT_BUILDING]};
        return;
    }
    r->dead.reason = (sz_reason)p->codes[0];
    r->dead.field = v[TEXT_FIELD].n ? v[TEXT_FIELD].p : NULL;
    memcpy(r->dead.detail, v[TEXT_DETAIL].p, v[TEXT_DETAIL].n);
    r->dead.detail[v[TEXT_DETAIL].n] = '\0';
}

static inline void put_raw(const packed *p, const char *at, sz_input *out) {
    out->raw = (sz_str){p->place & PACKED_LINE ? at : NULL, p->number & PACKED_24};
}

void sz_fs_unpack(const packed *p, sz_str source, sz_input *out) {
    sz_record *r = &out->record;
    r->kind = sz_fs_packed_kind(p);
    r->time_ms = p->time_ms;
    out->origin = (sz_origin){source, -1, (int64_t)sz_fs_packed_offset(p), (int64_t)(p->row >> 24)};
    if (r->kind != SZ_RECORD_EVENT) {
        sz_str v[SZ_N_TEXTS];
        int64_t through_ms;
        const char *at = take_texts(p, v);
        put_raw(p, take_number(p, at, 0, &through_ms), out);
        take_other(p, v, through_ms, r);
        return;
    }
    sz_event *e = &r->event;
    int64_t *numbers = (int64_t *)(void *)((char *)e + NUMBERS);
    e->time_ms = p->time_ms;
    memcpy((char *)e + CODES, p->codes, sizeof p->codes);
    const char *at = take_texts(p, (sz_str *)(void *)((char *)e + TEXTS));
    if (e->source.n == 0) e->source = SZ_STR("default");
    at = take_number(p, at, 0, &e->collected_ms);
    for (unsigned i = 1; i < N_NUMBERS; i++) at = take_number(p, at, i, &numbers[i - 1]);
    e->content = p->content;
    put_raw(p, at, out);
    if (p->codes[0] >= SZ_TYPE_FIRST_DECLARED) take_fields(p, at + (p->place & PACKED_LINE ? out->raw.n : 0), e);
}

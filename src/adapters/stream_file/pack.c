/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

typedef struct packed_field {
    uint32_t index, text;
    double num;
    int64_t fen;
} packed_field;

enum { LENGTH_BITS = 10, LENGTH_MASK = (1 << LENGTH_BITS) - 1 };
_Static_assert(PACKED_MOST < 1 << (32 - LENGTH_BITS), "a place and a length share 32 bits");
_Static_assert(sizeof(packed) % 8 == 0, "numbers follow");

enum { RAW_AT = sizeof(packed), CODES_AT = offsetof(sz_event, type) };
_Static_assert(offsetof(sz_event, has_hours) - CODES_AT == 6 && offsetof(sz_event, id) - CODES_AT == 8,
               "type, precision, op, status, direction, result and has_hours are copied as one word");

#define TIME_BIAS (INT64_C(1) << 60)
#define ONE_HOUR  INT64_C(1000000) /* what an event has where nothing is said */

static uint64_t key_of(const sz_record *r) {
    uint64_t rank = r->kind == SZ_RECORD_DEAD ? 0 : r->kind == SZ_RECORD_FEED_STATUS ? 1 : 2;
    return r->time_ms == SZ_TIME_NONE ? 0 : (uint64_t)(r->time_ms + TIME_BIAS) << 2 | rank;
}

static int64_t time_of(const packed *p) { return p->key ? (int64_t)(p->key >> 2) - TIME_BIAS : SZ_TIME_NONE; }

/* ---- texts ---- */

typedef struct building {
    packer *p;
    uint8_t *piece;
    uint32_t at; /* end of the raw bytes and what was put behind them */
    sz_str raw;
} building;

static const char *find(sz_str in, sz_str what) {
    for (size_t i = 0; i + what.n <= in.n; i++) {
        const char *first = memchr(in.p + i, what.p[0], in.n - what.n - i + 1);
        if (!first) return NULL;
        if (memcmp(first, what.p, what.n) == 0) return first;
        i = (size_t)(first - in.p);
    }
    return NULL;
}

/* Learn from this text where the copy is. A decoder that makes none is not asked again and again. */
static void learn(building *b, sz_str s) {
    if (b->p->n_misses >= 64 || s.n < 4) return;
    b->p->n_misses++;
    const char *at = find(b->raw, s);
    if (at) b->p->copy = s.p - (at - b->raw.p);
}

static inline uint64_t load8(const char *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t load4(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Short texts, so not worth a call. */
static inline bool is_same(const char *a, const char *b, uint32_t n) {
    if (n >= 8) {
        for (uint32_t i = 0; i + 8 < n; i += 8)
            if (load8(a + i) != load8(b + i)) return false;
        return load8(a + n - 8) == load8(b + n - 8);
    }
    if (n >= 4) return load4(a) == load4(b) && load4(a + n - 4) == load4(b + n - 4);
    for (uint32_t i = 0; i < n; i++)
        if (a[i] != b[i]) return false;
    return true;
}

/* A text that is not in the raw bytes by its address. */
static __attribute__((noinline)) uint32_t place_other(building *b, const char *text, uint32_t n) {
    uintptr_t in_copy = (uintptr_t)text - (uintptr_t)b->p->copy;
    if (in_copy < b->raw.n && b->raw.n - in_copy >= n && is_same(b->raw.p + in_copy, text, n)) {
        b->p->n_misses = 0;
        return (RAW_AT + (uint32_t)in_copy) << LENGTH_BITS | n;
    }
    learn(b, (sz_str){text, n});
    memcpy(b->piece + b->at, text, n);
    uint32_t ref = b->at << LENGTH_BITS | n;
    b->at += n;
    return ref;
}

/* Place and length of a text in the piece. What begins in the raw bytes was borrowed from them. */
static inline uint32_t place(building *b, const char *text, size_t n) {
    uintptr_t in_raw = (uintptr_t)text - (uintptr_t)b->raw.p;
    if (in_raw < b->raw.n) return (RAW_AT + (uint32_t)in_raw) << LENGTH_BITS | (uint32_t)n;
    return place_other(b, text, (uint32_t)n);
}

/* Texts of an event, in the order of TEXT_*. */
static const uint16_t text_offsets[] = {
    offsetof(sz_event, id),          offsetof(sz_event, source),  offsetof(sz_event, student), offsetof(sz_event, card),
    offsetof(sz_event, card_system), offsetof(sz_event, place),   offsetof(sz_event, reader),  offsetof(sz_event, ref),
    offsetof(sz_event, course),      offsetof(sz_event, session), offsetof(sz_event, means),
};
enum { N_EVENT_TEXTS = sizeof text_offsets / sizeof *text_offsets, REFS = (N_EVENT_TEXTS + 3) & ~3 };

/* Numbers of an event that most do not have, and what those without have instead. */
static const struct {
    uint16_t offset;
    int64_t none;
} numbers[] = {
    {offsetof(sz_event, amount_fen), SZ_ABSENT},      {offsetof(sz_event, balance_fen), SZ_ABSENT},
    {offsetof(sz_event, journal_no), SZ_ABSENT},      {offsetof(sz_event, use_count), SZ_ABSENT},
    {offsetof(sz_event, collected_ms), SZ_TIME_NONE}, {offsetof(sz_event, hours_micro), ONE_HOUR},
};
enum { N_NUMBERS = sizeof numbers / sizeof *numbers };

/* ---- pack ---- */

/* Behind all texts. */
static int64_t *begin_numbers(building *b, packed *p) {
    p->numbers_at = (b->at + 7) & ~7u;
    return (int64_t *)(void *)(b->piece + p->numbers_at);
}

static int64_t *put_numbers(packed *p, const sz_event *e, int64_t *to) {
    unsigned has = 0;
    for (unsigned i = 0; i < N_NUMBERS; i++) {
        int64_t v;
        memcpy(&v, (const char *)e + numbers[i].offset, sizeof v);
        if (v == numbers[i].none) continue;
        has |= 1u << i;
        *to++ = v;
    }
    p->has = (uint16_t)has;
    return to;
}

/* What fields hold of texts goes behind the raw bytes, so they are gathered before they have a place. */
static uint32_t take_in_fields(building *b, const sz_event *e, packed_field *to) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < SZ_FIELDS_MAX; i++) {
        const sz_value *v = &e->fields[i];
        if (v->is_set) to[n++] = (packed_field){i, v->text.n ? place(b, v->text.p, v->text.n) : 0, v->num, v->fen};
    }
    return n;
}

static inline uint32_t pack_event(building *b, packed *p, const sz_event *e) {
    uint32_t refs[REFS] = {0}, n = 0, there = 0;
    packed_field fields[SZ_FIELDS_MAX];
    p->content = e->content;
    memcpy(p->codes, (const char *)e + CODES_AT, sizeof p->codes);
    for (uint32_t i = 0; i < N_EVENT_TEXTS; i++) {
        const sz_str *s = (const sz_str *)(const void *)((const char *)e + text_offsets[i]);
        if (s->n == 0) continue;
        there |= 1u << i;
        refs[n++] = place(b, s->p, s->n);
    }
    p->texts = (uint16_t)there;
    if (e->type >= SZ_TYPE_FIRST_DECLARED) p->n_fields = (uint8_t)take_in_fields(b, e, fields);
    uint32_t *to = (uint32_t *)(void *)put_numbers(p, e, begin_numbers(b, p));
    memcpy(to, refs, sizeof refs); /* as a whole: so many bytes are a few moves */
    to += n;
    if (p->n_fields == 0) return (uint32_t)((uint8_t *)to - b->piece);
    to += n & 1;
    memcpy(to, fields, p->n_fields * sizeof *fields);
    return (uint32_t)((uint8_t *)to - b->piece) + p->n_fields * (uint32_t)sizeof *fields;
}

static uint32_t pack_other(building *b, packed *p, const sz_record *r) {
    sz_str texts[N_TEXTS] = {{0}};
    uint32_t refs[N_TEXTS], n = 0;
    bool is_feed = r->kind == SZ_RECORD_FEED_STATUS;
    if (is_feed) {
        p->what = (uint8_t)r->feed.state;
        texts[TEXT_SOURCE] = r->feed.source;
        texts[TEXT_READER] = r->feed.reader;
        texts[TEXT_BUILDING] = r->feed.building;
    } else {
        p->what = (uint8_t)r->dead.reason;
        texts[TEXT_FIELD] = (sz_str){r->dead.field, r->dead.field ? strlen(r->dead.field) + 1 : 0};
        texts[TEXT_DETAIL] = sz_str_of(r->dead.detail);
    }
    for (uint32_t i = 0; i < N_TEXTS; i++) {
        if (texts[i].n == 0) continue;
        p->texts |= (uint16_t)(1 << i);
        refs[n++] = place(b, texts[i].p, texts[i].n);
    }
    int64_t *to = begin_numbers(b, p);
    p->has = is_feed;
    if (is_feed) *to++ = r->feed.complete_through_ms;
    memcpy(to, refs, n * sizeof *refs);
    return (uint32_t)((uint8_t *)to - b->piece) + n * (uint32_t)sizeof *refs;
}

uint32_t sz_fs_pack(packer *state, void *to, const sz_record *r, sz_str raw) {
    packed *p = to;
    building b = {.p = state, .piece = to, .at = RAW_AT + (uint32_t)raw.n, .raw = raw};
    p->kind = (uint8_t)r->kind;
    p->key = key_of(r);
    p->raw_n = (uint32_t)raw.n;
    p->has = p->texts = 0;
    p->n_fields = 0;
    if (raw.n) memcpy(b.piece + RAW_AT, raw.p, raw.n);
    uint32_t end = r->kind == SZ_RECORD_EVENT ? pack_event(&b, p, &r->event) : pack_other(&b, p, r);
    p->size = (end + 7) & ~7u;
    return p->size;
}

/* ---- look and unpack ---- */

static inline sz_str text_at(const packed *p, uint32_t ref) {
    return (sz_str){(const char *)p + (ref >> LENGTH_BITS), ref & LENGTH_MASK};
}

static inline const int64_t *numbers_of(const packed *p) {
    return (const int64_t *)(const void *)((const uint8_t *)p + p->numbers_at);
}

static inline const uint32_t *refs_of(const packed *p) {
    return (const uint32_t *)(numbers_of(p) + __builtin_popcount(p->has));
}

sz_str sz_fs_packed_text(const packed *p, uint32_t which) {
    if (!(p->texts >> which & 1)) return (sz_str){NULL, 0};
    return text_at(p, refs_of(p)[__builtin_popcount(p->texts & ((1u << which) - 1))]);
}

int sz_fs_packed_cmp(const packed *a, const packed *b) {
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    if (a->kind == SZ_RECORD_EVENT) {
        int c = sz_str_cmp(sz_fs_packed_text(a, TEXT_SOURCE), sz_fs_packed_text(b, TEXT_SOURCE));
        if (c == 0) c = sz_str_cmp(sz_fs_packed_text(a, TEXT_ID), sz_fs_packed_text(b, TEXT_ID));
        if (c) return c;
    }
    return a->ordinal < b->ordinal ? -1 : a->ordinal > b->ordinal;
}

static void take_fields(const packed *p, const uint32_t *behind, sz_event *e) {
    const uint8_t *at = (const uint8_t *)behind;
    const packed_field *from = (const packed_field *)(const void *)(at + ((uintptr_t)at & 4));
    memset(e->fields, 0, sizeof e->fields);
    for (uint32_t i = 0; i < p->n_fields; i++)
        e->fields[from[i].index] =
            (sz_value){true, from[i].num, from[i].fen, from[i].text ? text_at(p, from[i].text) : (sz_str){NULL, 0}};
}

static inline void take_event(const packed *p, sz_event *e) {
    e->time_ms = time_of(p);
    e->content = p->content;
    memcpy((char *)e + CODES_AT, p->codes, sizeof p->codes);
    const int64_t *number = numbers_of(p);
    for (uint32_t i = 0; i < N_NUMBERS; i++) {
        int64_t v = p->has >> i & 1 ? *number++ : numbers[i].none;
        memcpy((char *)e + numbers[i].offset, &v, sizeof v);
    }
    static const sz_str none = {NULL, 0};
    e->id = e->source = e->student = e->card = e->card_system = none;
    e->place = e->reader = e->ref = e->course = e->session = e->means = none;
    const uint32_t *ref = (const uint32_t *)number;
    for (uint32_t left = p->texts; left; left &= left - 1) {
        sz_str s = text_at(p, *ref++);
        memcpy((char *)e + text_offsets[__builtin_ctz(left)], &s, sizeof s);
    }
    if (e->type >= SZ_TYPE_FIRST_DECLARED) take_fields(p, ref, e);
}

static void take_other(const packed *p, sz_record *r) {
    if (r->kind == SZ_RECORD_FEED_STATUS) {
        r->feed = (sz_feed_status){.source = sz_fs_packed_text(p, TEXT_SOURCE),
                                   .time_ms = r->time_ms,
                                   .state = (sz_feed_state)p->what,
                                   .complete_through_ms = *numbers_of(p),
                                   .reader = sz_fs_packed_text(p, TEXT_READER),
                                   .building = sz_fs_packed_text(p, TEXT_BUILDING)};
        return;
    }
    sz_str field = sz_fs_packed_text(p, TEXT_FIELD), detail = sz_fs_packed_text(p, TEXT_DETAIL);
    r->dead.reason = (sz_reason)p->what;
    r->dead.field = field.n ? field.p : NULL; /* its NUL is packed too */
    memcpy(r->dead.detail, detail.n ? detail.p : "", detail.n);
    r->dead.detail[detail.n] = '\0';
}

void sz_fs_unpack(const packed *p, sz_str source, sz_input *out) {
    sz_record *r = &out->record;
    r->kind = (sz_record_kind)p->kind;
    r->time_ms = time_of(p);
    out->raw = (sz_str){(const char *)p + RAW_AT, p->raw_n};
    out->origin = (sz_origin){source, -1, (int64_t)p->offset, (int64_t)p->line};
    if (r->kind == SZ_RECORD_EVENT) take_event(p, &r->event);
    else take_other(p, r);
}

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
    uint32_t at; /* end of the piece so far */
    uint32_t raw_at;
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

/* Place and length of a text in the piece. */
static inline uint32_t place(building *b, sz_str s) {
    uint32_t n = s.n < LENGTH_MASK ? (uint32_t)s.n : LENGTH_MASK;
    uintptr_t in_raw = (uintptr_t)s.p - (uintptr_t)b->raw.p, in_copy = (uintptr_t)s.p - (uintptr_t)b->p->copy;
    if (in_raw < b->raw.n && b->raw.n - in_raw >= n) return (b->raw_at + (uint32_t)in_raw) << LENGTH_BITS | n;
    if (in_copy < b->raw.n && b->raw.n - in_copy >= n && is_same(b->raw.p + in_copy, s.p, n)) {
        b->p->n_misses = 0;
        return (b->raw_at + (uint32_t)in_copy) << LENGTH_BITS | n;
    }
    learn(b, s);
    memcpy(b->piece + b->at, s.p, n);
    uint32_t ref = b->at << LENGTH_BITS | n;
    b->at += n;
    return ref;
}

/* Texts of an event, in the order of TEXT_*. */
static const uint16_t text_offsets[] = {
    offsetof(sz_event, id),          offsetof(sz_event, source),  offsetof(sz_event, student), offsetof(sz_event, card),
    offsetof(sz_event, card_system), offsetof(sz_event, place),   offsetof(sz_event, reader),  offsetof(sz_event, ref),
    offsetof(sz_event, course),      offsetof(sz_event, session), offsetof(sz_event, means),
};
enum { N_EVENT_TEXTS = sizeof text_offsets / sizeof *text_offsets };

static inline sz_str event_text(const sz_event *e, uint32_t i) {
    sz_str s;
    memcpy(&s, (const char *)e + text_offsets[i], sizeof s);
    return s;
}

/* ---- pack ---- */

static uint32_t put_numbers(packed *p, const sz_event *e) {
    int64_t *to = (int64_t *)(p + 1);
    const int64_t v[] = {e->amount_fen, e->balance_fen, e->journal_no, e->use_count};
    uint32_t n = 0;
    for (int i = 0; i < 4; i++)
        if (v[i] != SZ_ABSENT) {
            p->has |= (uint16_t)(1 << i);
            to[n++] = v[i];
        }
    if (e->collected_ms != SZ_TIME_NONE) {
        p->has |= 1 << 4;
        to[n++] = e->collected_ms;
    }
    if (e->hours_micro != ONE_HOUR) {
        p->has |= 1 << 5;
        to[n++] = e->hours_micro;
    }
    return n;
}

static void put_event(packed *p, const sz_event *e) {
    p->content = e->content;
    p->type = e->type;
    p->precision = e->precision;
    p->op = e->op;
    p->status = e->status;
    p->direction = e->direction;
    p->result = e->result;
    p->has_hours = e->has_hours;
    if (e->type < SZ_TYPE_FIRST_DECLARED) return;
    for (uint32_t i = 0; i < SZ_FIELDS_MAX; i++) p->n_fields = (uint8_t)(p->n_fields + e->fields[i].is_set);
}

static void put_fields(building *b, const sz_event *e, packed_field *to) {
    for (uint32_t i = 0; i < SZ_FIELDS_MAX; i++) {
        const sz_value *v = &e->fields[i];
        if (v->is_set) *to++ = (packed_field){i, v->text.n ? place(b, v->text) : 0, v->num, v->fen};
    }
}

/* The raw bytes go behind numbers, texts and fields, whose numbers are known by now. */
static building lay_out(packer *state, packed *p, sz_str raw, uint32_t refs_at, uint32_t n_refs) {
    building b = {.p = state, .piece = (uint8_t *)p, .raw = raw};
    b.raw_at = p->raw_at = ((refs_at + n_refs * 4 + 7) & ~7u) + p->n_fields * (uint32_t)sizeof(packed_field);
    b.at = b.raw_at + p->raw_n;
    if (raw.n) memcpy(b.piece + b.raw_at, raw.p, raw.n);
    return b;
}

static uint32_t pack_event(packer *state, packed *p, const sz_event *e, sz_str raw) {
    put_event(p, e);
    p->n_numbers = (uint8_t)put_numbers(p, e);
    uint32_t refs_at = (uint32_t)sizeof *p + p->n_numbers * 8u, there = 0, n = 0;
    for (uint32_t i = 0; i < N_EVENT_TEXTS; i++) {
        uint32_t is_there = event_text(e, i).n != 0;
        there |= is_there << i;
        n += is_there;
    }
    p->texts = (uint16_t)there;
    building b = lay_out(state, p, raw, refs_at, n);
    uint32_t *refs = (uint32_t *)(void *)(b.piece + refs_at);
    for (; there; there &= there - 1) *refs++ = place(&b, event_text(e, (uint32_t)__builtin_ctz(there)));
    if (p->n_fields)
        put_fields(&b, e, (packed_field *)(void *)(b.piece + p->raw_at - p->n_fields * sizeof(packed_field)));
    return b.at;
}

static uint32_t pack_other(packer *state, packed *p, const sz_record *r, sz_str raw) {
    sz_str texts[N_TEXTS] = {{0}};
    uint32_t n_refs = 0;
    if (r->kind == SZ_RECORD_FEED_STATUS) {
        p->feed_state = (uint8_t)r->feed.state;
        texts[TEXT_SOURCE] = r->feed.source;
        texts[TEXT_READER] = r->feed.reader;
        texts[TEXT_BUILDING] = r->feed.building;
        ((int64_t *)(p + 1))[p->n_numbers++] = r->feed.complete_through_ms;
    } else {
        p->reason = (uint8_t)r->dead.reason;
        texts[TEXT_FIELD] = (sz_str){r->dead.field, r->dead.field ? strlen(r->dead.field) + 1 : 0};
        texts[TEXT_DETAIL] = sz_str_of(r->dead.detail);
    }
    for (uint32_t i = 0; i < N_TEXTS; i++) n_refs += texts[i].n != 0;
    uint32_t refs_at = (uint32_t)sizeof *p + p->n_numbers * 8u;
    building b = lay_out(state, p, raw, refs_at, n_refs);
    uint32_t *refs = (uint32_t *)(void *)(b.piece + refs_at);
    for (uint32_t i = 0; i < N_TEXTS; i++)
        if (texts[i].n) {
            p->texts |= (uint16_t)(1 << i);
            *refs++ = place(&b, texts[i]);
        }
    return b.at;
}

uint32_t sz_fs_pack(packer *state, void *to, const sz_record *r, sz_str raw) {
    packed *p = to;
    memset(p, 0, sizeof *p);
    p->kind = (uint8_t)r->kind;
    p->key = key_of(r);
    p->raw_n = (uint32_t)raw.n;
    uint32_t end = r->kind == SZ_RECORD_EVENT ? pack_event(state, p, &r->event, raw) : pack_other(state, p, r, raw);
    p->size = (end + 7) & ~7u;
    return p->size;
}

/* ---- look and unpack ---- */

static sz_str text_at(const packed *p, uint32_t ref) {
    return (sz_str){(const char *)p + (ref >> LENGTH_BITS), ref & LENGTH_MASK};
}

static const uint32_t *refs_of(const packed *p) { return (const uint32_t *)((const int64_t *)(p + 1) + p->n_numbers); }

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

static void take_numbers(const packed *p, sz_event *e) {
    const int64_t *from = (const int64_t *)(p + 1);
    e->amount_fen = p->has & 1 << 0 ? *from++ : SZ_ABSENT;
    e->balance_fen = p->has & 1 << 1 ? *from++ : SZ_ABSENT;
    e->journal_no = p->has & 1 << 2 ? *from++ : SZ_ABSENT;
    e->use_count = p->has & 1 << 3 ? *from++ : SZ_ABSENT;
    e->collected_ms = p->has & 1 << 4 ? *from++ : SZ_TIME_NONE;
    e->hours_micro = p->has & 1 << 5 ? *from++ : ONE_HOUR;
}

static void take_fields(const packed *p, sz_event *e) {
    size_t at = (sizeof *p + (size_t)p->n_numbers * 8 + (size_t)__builtin_popcount(p->texts) * 4 + 7) & ~(size_t)7;
    const packed_field *from = (const packed_field *)(const void *)((const uint8_t *)p + at);
    memset(e->fields, 0, sizeof e->fields);
    for (uint32_t i = 0; i < p->n_fields; i++)
        e->fields[from[i].index] =
            (sz_value){true, from[i].num, from[i].fen, from[i].text ? text_at(p, from[i].text) : (sz_str){NULL, 0}};
}

static void take_event(const packed *p, sz_event *e) {
    e->time_ms = time_of(p);
    e->content = p->content;
    e->type = p->type;
    e->precision = p->precision;
    e->op = p->op;
    e->status = p->status;
    e->direction = p->direction;
    e->result = p->result;
    e->has_hours = p->has_hours;
    take_numbers(p, e);
    const uint32_t *ref = refs_of(p);
    for (uint32_t i = 0; i < N_EVENT_TEXTS; i++) {
        sz_str s = p->texts >> i & 1 ? text_at(p, *ref++) : (sz_str){NULL, 0};
        memcpy((char *)e + text_offsets[i], &s, sizeof s);
    }
    if (p->type >= SZ_TYPE_FIRST_DECLARED) take_fields(p, e);
}

void sz_fs_unpack(const packed *p, sz_str source, sz_input *out) {
    sz_record *r = &out->record;
    r->kind = (sz_record_kind)p->kind;
    r->time_ms = time_of(p);
    r->dead.reason = (sz_reason)p->reason;
    out->raw = (sz_str){(const char *)p + p->raw_at, p->raw_n};
    out->origin = (sz_origin){source, -1, (int64_t)p->offset, (int64_t)p->line};
    if (r->kind == SZ_RECORD_EVENT) {
        take_event(p, &r->event);
    } else if (r->kind == SZ_RECORD_FEED_STATUS) {
        r->feed = (sz_feed_status){.source = sz_fs_packed_text(p, TEXT_SOURCE),
                                   .time_ms = r->time_ms,
                                   .state = (sz_feed_state)p->feed_state,
                                   .complete_through_ms = *(const int64_t *)(p + 1),
                                   .reader = sz_fs_packed_text(p, TEXT_READER),
                                   .building = sz_fs_packed_text(p, TEXT_BUILDING)};
    } else {
        sz_str field = sz_fs_packed_text(p, TEXT_FIELD), detail = sz_fs_packed_text(p, TEXT_DETAIL);
        r->dead.field = field.n ? field.p : NULL; /* its NUL is packed too */
        memcpy(r->dead.detail, detail.n ? detail.p : "", detail.n);
        r->dead.detail[detail.n] = '\0';
    }
}

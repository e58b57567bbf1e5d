/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

typedef struct packed_field {
    uint32_t index, text;
    double num;
    int64_t fen;
} packed_field;

_Static_assert(PACKED_MOST < 1 << (32 - SZ_COMPACT_LENGTH), "a place and a length share 32 bits");
_Static_assert(sizeof(packed) % 8 == 0 && sizeof(packed_field) % 8 == 0, "pieces and fields are aligned");

enum { TEXTS = offsetof(sz_event, id), NUMBERS = offsetof(sz_event, amount_fen) };

/* What records that are no events have of texts. */
enum { TEXT_BUILDING = SZ_TEXT_PLACE, TEXT_FIELD = SZ_TEXT_REF, TEXT_DETAIL = SZ_TEXT_MEANS };

/* ---- texts ---- */

typedef struct building {
    packer *p;
    char *base;  /* behind the fixed part */
    uint32_t at; /* from there: end of the raw bytes and what was put behind them */
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
        return (uint32_t)in_copy << SZ_COMPACT_LENGTH | n;
    }
    learn(b, (sz_str){text, n});
    memcpy(b->base + b->at, text, n);
    uint32_t ref = b->at << SZ_COMPACT_LENGTH | n;
    b->at += n;
    return ref;
}

/* Place and length of a text. What begins in the raw bytes was borrowed from them. */
static inline uint32_t place(building *b, const char *text, size_t n) {
    if (n == 0) return 0;
    uintptr_t in_raw = (uintptr_t)text - (uintptr_t)b->raw.p;
    if (in_raw < b->raw.n) return (uint32_t)in_raw << SZ_COMPACT_LENGTH | (uint32_t)n;
    return place_other(b, text, (uint32_t)n);
}

/* ---- pack ---- */

/* What fields hold of texts goes behind the raw bytes, so they are gathered before they have a place. */
static uint32_t take_in_fields(building *b, const sz_event *e, packed_field *to) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < SZ_FIELDS_MAX; i++) {
        const sz_value *v = &e->fields[i];
        if (v->is_set) to[n++] = (packed_field){i, place(b, v->text.p, v->text.n), v->num, v->fen};
    }
    return n;
}

static uint32_t rounded(uint32_t n) { return (n + 7) & ~7u; }

static void pack_event(building *b, packed *p, const sz_event *e) {
    packed_field fields[SZ_FIELDS_MAX];
    memcpy(&p->c, e, TEXTS); /* members of both that are no texts lie alike: compact.c */
    memcpy(&p->c.amount_fen, (const char *)e + NUMBERS, sizeof p->c - offsetof(sz_compact, amount_fen));
    const sz_str *texts = (const sz_str *)(const void *)((const char *)e + TEXTS);
    for (uint32_t i = 0; i < SZ_N_TEXTS; i++) p->c.texts[i] = place(b, texts[i].p, texts[i].n);
    p->n_fields = e->type >= SZ_TYPE_FIRST_DECLARED ? (uint8_t)take_in_fields(b, e, fields) : 0;
    uint32_t n = p->n_fields * (uint32_t)sizeof *fields;
    if (n) memcpy(b->base + rounded(b->at), fields, n);
    b->at = rounded(b->at) + n;
}

static void pack_other(building *b, packed *p, const sz_record *r) {
    p->c.time_ms = r->time_ms;
    if (r->kind == SZ_RECORD_FEED_STATUS) {
        p->what = (uint8_t)r->feed.state;
        p->c.collected_ms = r->feed.complete_through_ms;
        p->c.texts[SZ_TEXT_SOURCE] = place(b, r->feed.source.p, r->feed.source.n);
        p->c.texts[SZ_TEXT_READER] = place(b, r->feed.reader.p, r->feed.reader.n);
        p->c.texts[TEXT_BUILDING] = place(b, r->feed.building.p, r->feed.building.n);
        return;
    }
    p->what = (uint8_t)r->dead.reason;
    p->c.texts[TEXT_FIELD] = place(b, r->dead.field, r->dead.field ? strlen(r->dead.field) + 1 : 0);
    p->c.texts[TEXT_DETAIL] = place(b, r->dead.detail, strlen(r->dead.detail));
}

void sz_fs_pack(packer *state, packed *p, const sz_record *r, sz_str raw) {
    memset(p, 0, sizeof *p);
    building b = {.p = state, .base = (char *)(p + 1), .at = (uint32_t)raw.n, .raw = raw};
    p->kind = (uint8_t)r->kind;
    p->text = PACKED_OWN;
    p->raw_n = (uint32_t)raw.n;
    if (raw.n) memcpy(b.base, raw.p, raw.n);
    if (r->kind == SZ_RECORD_EVENT) pack_event(&b, p, &r->event);
    else pack_other(&b, p, r);
    p->size = (uint32_t)sizeof *p + rounded(b.at);
}

uint32_t sz_fs_pack_own(packed *to, const packed *p, const kept *k) {
    if (p->text == PACKED_OWN) {
        memcpy(to, p, p->size);
        return p->size;
    }
    *to = *p;
    to->text = PACKED_OWN;
    to->size = sz_fs_packed_own_size(p);
    memcpy(to + 1, sz_fs_packed_base(p, k), p->raw_n);
    memcpy((char *)(to + 1) + p->raw_n, p + 1, p->made_n);
    return to->size;
}

/* ---- look and unpack ---- */

int sz_fs_packed_tie(const packed *a, const packed *b, const kept *k) {
    if (a->kind == SZ_RECORD_EVENT) {
        const char *of_a = sz_fs_packed_base(a, k), *of_b = sz_fs_packed_base(b, k);
        int c = sz_str_cmp(sz_fs_packed_source(a, of_a), sz_fs_packed_source(b, of_b));
        if (c == 0) c = sz_str_cmp(sz_fs_packed_id(a, of_a), sz_fs_packed_id(b, of_b));
        if (c) return c;
    }
    return a->ordinal < b->ordinal ? -1 : a->ordinal > b->ordinal;
}

int sz_fs_packed_cmp(const packed *a, const packed *b, const kept *k) {
    uint64_t of_a = sz_fs_packed_key(a), of_b = sz_fs_packed_key(b);
    if (of_a != of_b) return of_a < of_b ? -1 : 1;
    return sz_fs_packed_tie(a, b, k);
}

static void take_fields(const packed *p, const char *base, sz_event *e) {
    packed_field f;
    const char *from = (const char *)p + p->size - p->n_fields * sizeof f;
    memset(e->fields, 0, sizeof e->fields);
    for (uint32_t i = 0; i < p->n_fields; i++) {
        memcpy(&f, from + i * sizeof f, sizeof f);
        sz_str text = {base + (f.text >> SZ_COMPACT_LENGTH), f.text & ((1u << SZ_COMPACT_LENGTH) - 1)};
        e->fields[f.index] = (sz_value){true, f.num, f.fen, text};
    }
}

static void take_other(const packed *p, const char *base, sz_record *r) {
    if (r->kind == SZ_RECORD_FEED_STATUS) {
        r->feed = (sz_feed_status){.source = sz_compact_text(&p->c, base, SZ_TEXT_SOURCE),
                                   .time_ms = r->time_ms,
                                   .state = (sz_feed_state)p->what,
                                   .complete_through_ms = p->c.collected_ms,
                                   .reader = sz_compact_text(&p->c, base, SZ_TEXT_READER),
                                   .building = sz_compact_text(&p->c, base, TEXT_BUILDING)};
        return;
    }
    sz_str field = sz_compact_text(&p->c, base, TEXT_FIELD), detail = sz_compact_text(&p->c, base, TEXT_DETAIL);
    r->dead.reason = (sz_reason)p->what;
    r->dead.field = field.n ? field.p : NULL; /* its NUL is packed too */
    memcpy(r->dead.detail, detail.p, detail.n);
    r->dead.detail[detail.n] = '\0';
}

void sz_fs_unpack_rest(const packed *p, const char *base, sz_record *out) {
    if (p->kind == SZ_RECORD_EVENT) take_fields(p, base, &out->event);
    else take_other(p, base, out);
}

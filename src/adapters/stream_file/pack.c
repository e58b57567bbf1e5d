/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

typedef struct packed_field {
    uint32_t index, text_n; /* its text stands with the others, behind them */
    double num;
    int64_t fen;
} packed_field;

enum { CODES = offsetof(sz_event, type), TEXTS = offsetof(sz_event, id) };
_Static_assert(sizeof(packed) == 56 && sizeof(packed_field) % 8 == 0, "fields are aligned");
_Static_assert(offsetof(sz_event, amount_fen) - TEXTS == SZ_N_TEXTS * sizeof(sz_str),
               "texts stand one behind the other");
_Static_assert(PACKED_MOST / 8 < PACKED_24, "sizes have room");

/* What records that are no events have of texts. */
enum { TEXT_BUILDING = SZ_TEXT_PLACE, TEXT_FIELD = SZ_TEXT_REF, TEXT_DETAIL = SZ_TEXT_MEANS };

/* ---- pack ---- */

static char *put_line(char *to, uint64_t *bits, sz_str raw, const packed_from *from) {
    if (!from->keeps_line) return to;
    if (raw.n) memcpy(to, raw.p, raw.n);
    *bits |= PACKED_LINE;
    return to + raw.n;
}

static char *put_texts(packed *to, const sz_str v[SZ_N_TEXTS], uint64_t *bits) {
    uint16_t lengths[SZ_N_TEXTS];
    size_t all = 0;
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) {
        lengths[i] = (uint16_t)v[i].n;
        to->event.lengths[i] = (uint8_t)v[i].n;
        all += v[i].n;
    }
    char *at = (char *)(to + 1);
    to->event.lengths[SZ_N_TEXTS] = 0;
    if (all > SZ_SLIM_TEXTS) {
        *bits |= PACKED_LONG;
        memcpy(at, lengths, sizeof lengths);
        at += sizeof lengths;
    }
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) {
        if (v[i].n) memcpy(at, v[i].p, v[i].n);
        at += v[i].n;
    }
    return at;
}

void sz_fs_pack_slim_line(packed *to, size_t size, sz_str raw, const packed_from *from) {
    uint64_t bits = SZ_RECORD_EVENT;
    char *at = put_line((char *)&to->event + size, &bits, raw, from);
    sz_fs_packed_finish(to, at, bits, raw.n, from);
}

static char *put_event(packed *to, const sz_event *e, uint64_t *bits) {
    const char *at = (const char *)e;
    to->event.time_ms = e->time_ms;
    to->event.content = (uint32_t)e->content;
    memcpy(to->event.codes, at + CODES, sizeof to->event.codes);
    char *end = put_texts(to, (const sz_str *)(const void *)(at + TEXTS), bits);
    return sz_slim_put_numbers(&to->event, end, e);
}

static char *put_other(packed *to, const sz_record *r, uint64_t *bits) {
    sz_str v[SZ_N_TEXTS] = {{NULL, 0}};
    int64_t through_ms = SZ_TIME_NONE;
    to->event = (sz_slim){.time_ms = r->time_ms};
    if (r->kind == SZ_RECORD_FEED_STATUS) {
        to->event.codes[0] = (uint8_t)r->feed.state;
        through_ms = r->feed.complete_through_ms;
        v[SZ_TEXT_SOURCE] = r->feed.source;
        v[SZ_TEXT_READER] = r->feed.reader;
        v[TEXT_BUILDING] = r->feed.building;
    } else {
        to->event.codes[0] = (uint8_t)r->dead.reason;
        v[TEXT_FIELD] = (sz_str){r->dead.field, r->dead.field ? strlen(r->dead.field) + 1 : 0}; /* with its NUL */
        v[TEXT_DETAIL] = sz_str_of(r->dead.detail);
    }
    char *end = put_texts(to, v, bits);
    memcpy(end, &through_ms, sizeof through_ms);
    return end + sizeof through_ms;
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
    end = (char *)to + sz_fs_packed_eights(to, end) * 8;
    if (n) memcpy(end, fields, n * sizeof *fields);
    return end + n * sizeof *fields;
}

void sz_fs_pack(packed *to, const sz_record *r, sz_str raw, const packed_from *from) {
    uint64_t bits = r->kind;
    bool is_event = r->kind == SZ_RECORD_EVENT;
    char *end = is_event ? put_event(to, &r->event, &bits) : put_other(to, r, &bits);
    end = put_line(end, &bits, raw, from);
    if (is_event && r->event.type >= SZ_TYPE_FIRST_DECLARED) end = put_fields(to, end, &r->event, &bits);
    sz_fs_packed_finish(to, end, bits, raw.n, from);
}

/* ---- look ---- */

int sz_fs_packed_tie(const packed *a, const packed *b) {
    if (sz_fs_packed_kind(a) == SZ_RECORD_EVENT) {
        int c = sz_str_cmp(sz_fs_packed_source(a), sz_fs_packed_source(b));
        if (c == 0) c = sz_str_cmp(sz_fs_packed_text(a, SZ_TEXT_ID), sz_fs_packed_text(b, SZ_TEXT_ID));
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
static const char *take_texts(const packed *p, sz_str v[SZ_N_TEXTS]) {
    for (unsigned i = 0; i < SZ_N_TEXTS; i++) v[i] = sz_fs_packed_text(p, i);
    return v[SZ_N_TEXTS - 1].p + v[SZ_N_TEXTS - 1].n;
}

static __attribute__((noinline)) const char *take_long(const packed *p, sz_event *e) {
    e->time_ms = p->event.time_ms;
    e->content = p->event.content;
    memcpy((char *)e + CODES, p->event.codes, sizeof p->event.codes);
    e->is_named = false;
    const char *at = take_texts(p, (sz_str *)(void *)((char *)e + TEXTS));
    if (e->source.n == 0) e->source = SZ_STR("default");
    return sz_slim_take_numbers(&p->event, at, e);
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
                                   .state = (sz_feed_state)p->event.codes[0],
                                   .complete_through_ms = through_ms,
                                   .reader = v[SZ_TEXT_READER],
                                   .building = v[TEXT_BUILDING]};
        return;
    }
    r->dead.reason = (sz_reason)p->event.codes[0];
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
    r->time_ms = p->event.time_ms;
    out->origin = (sz_origin){source, -1, (int64_t)sz_fs_packed_offset(p), (int64_t)(p->row >> 24)};
    if (r->kind != SZ_RECORD_EVENT) {
        sz_str v[SZ_N_TEXTS];
        int64_t through_ms;
        const char *at = take_texts(p, v);
        memcpy(&through_ms, at, sizeof through_ms);
        put_raw(p, at + sizeof through_ms, out);
        take_other(p, v, through_ms, r);
        return;
    }
    sz_event *e = &r->event;
    const char *at = p->place & PACKED_LONG ? take_long(p, e) : sz_slim_expand(&p->event, e);
    put_raw(p, at, out);
    if (e->type >= SZ_TYPE_FIRST_DECLARED) take_fields(p, at + (p->place & PACKED_LINE ? out->raw.n : 0), e);
}

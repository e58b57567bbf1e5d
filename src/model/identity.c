/* SPDX-License-Identifier: Apache-2.0
 *
 * identity: the id of a record that has none, and the fingerprint that tells a repeat from a conflict.
 *
 * Content: type, time, precision and the fields of the type, as decoded: the same record with other key order, other
 * unknown fields, `5` for `"5.00"`, another offset of the same instant or a default written out is the same content.
 * Not in it: id and source (equal anyway), `collected`.
 */
#include "fields.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static sz_str numbered(sz_arena *a, char kind, sz_str who, int64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    for (uint64_t v = (uint64_t)number; at == sizeof digits || v; v /= 10) digits[--at] = (char)('0' + v % 10);
    char text[160]; /* 2 + 64 + 1 + 19, and a reader or card is never longer */
    size_t n = 0;
    text[n++] = kind;
    text[n++] = ':';
    memcpy(text + n, who.p, who.n);
    n += who.n;
    text[n++] = ':';
    memcpy(text + n, digits + at, sizeof digits - at);
    return sz_arena_str(a, (sz_str){text, n + sizeof digits - at});
}

static sz_str hashed(sz_arena *a, sz_str raw) {
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t c;
    XXH128_canonicalFromHash(&c, XXH3_128bits(raw.n ? raw.p : "", raw.n));
    char text[34] = "x:";
    for (size_t i = 0; i < sizeof c.digest; i++) {
        text[2 + 2 * i] = digits[c.digest[i] >> 4];
        text[3 + 2 * i] = digits[c.digest[i] & 15];
    }
    return sz_arena_str(a, (sz_str){text, sizeof text});
}

/* The fingerprint: a hash of the numbers and one of each text, salted by its place, added up: none waits for
 * another, and the numbers lie in whole words (gathering all bytes in a buffer first took three times as long). */
typedef struct canon {
    uint64_t sum;
    uint64_t numbers[8 + 2 * SZ_FIELDS_MAX];
    size_t n;
} canon;

static inline void put_number(canon *c, int64_t v) { c->numbers[c->n++] = (uint64_t)v; }

static inline void put_text(canon *c, unsigned place, sz_str s) {
    if (s.n) c->sum += XXH3_64bits_withSeed(s.p, s.n, place);
}

enum {
    IN_STUDENT = 1,
    IN_CARD,
    IN_CARD_SYSTEM,
    IN_PLACE,
    IN_READER,
    IN_REF,
    IN_COURSE,
    IN_SESSION,
    IN_MEANS,
    IN_DECLARED
};

static void put_declared(canon *c, const sz_event *e) {
    int64_t is_set = 0;
    for (unsigned i = 0; i < SZ_FIELDS_MAX; i++) {
        const sz_value *v = &e->fields[i];
        if (!v->is_set) continue;
        int64_t bits;
        memcpy(&bits, &v->num, sizeof bits);
        is_set |= INT64_C(1) << i;
        put_number(c, bits);
        put_number(c, v->fen);
        put_text(c, IN_DECLARED + i, v->text);
    }
    put_number(c, is_set);
}

static void put_own(canon *c, const sz_event *e) {
    switch (e->type) {
    case SZ_TYPE_SWIPE:
        put_number(c, e->op);
        put_number(c, e->amount_fen);
        put_number(c, e->balance_fen);
        put_number(c, e->journal_no);
        put_number(c, e->use_count);
        break;
    case SZ_TYPE_ATTENDANCE:
        put_number(c, e->status);
        put_number(c, e->hours_micro);
        put_text(c, IN_COURSE, e->course);
        put_text(c, IN_SESSION, e->session);
        break;
    case SZ_TYPE_DORM_ACCESS: put_number(c, e->direction << 8 | e->result); break;
    case SZ_TYPE_PRESENCE: put_text(c, IN_MEANS, e->means); break;
    default: put_declared(c, e); break;
    }
}

static uint64_t content_of(const sz_event *e) {
    canon c;
    c.sum = 0;
    c.n = 0;
    put_number(&c, e->time_ms);
    put_number(&c, e->type << 8 | e->precision);
    put_text(&c, IN_STUDENT, e->student);
    put_text(&c, IN_CARD, e->card);
    put_text(&c, IN_CARD_SYSTEM, e->card_system);
    put_text(&c, IN_PLACE, e->place);
    put_text(&c, IN_READER, e->reader);
    put_text(&c, IN_REF, e->ref);
    put_own(&c, e);
    return c.sum + XXH3_64bits(c.numbers, c.n * sizeof c.numbers[0]);
}

void sz_event_finish(sz_event *e, sz_str raw, bool has_id, sz_arena *a) {
    if (!has_id) {
        if (e->reader.n && e->reader.n <= 64 && e->journal_no >= 0) e->id = numbered(a, 'j', e->reader, e->journal_no);
        else if (e->card.n && e->card.n <= 64 && e->use_count >= 0) e->id = numbered(a, 'c', e->card, e->use_count);
        else e->id = hashed(a, raw);
    }
    e->content = content_of(e);
}

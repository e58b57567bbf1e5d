/* SPDX-License-Identifier: Apache-2.0
 *
 * identity: the id of a record that has none, and the fingerprint that tells a repeat from a conflict.
 *
 * Content: type, time, precision and the fields of the type, as decoded: the same record with other key order, other
 * unknown fields, `5` for `"5.00"`, another offset of the same instant or a default written out is the same content.
 * Not in it: id and source (equal anyway), `collected`.
 */
#include "fields.h"

#include "print.h"

static sz_str numbered(char *to, char kind, sz_str who, int64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    for (uint64_t v = (uint64_t)number; at == sizeof digits || v; v /= 10) digits[--at] = (char)('0' + v % 10);
    size_t n = 0; /* 2 + 64 + 1 + 19, and a reader or card is never longer */
    to[n++] = kind;
    to[n++] = ':';
    memcpy(to + n, who.p, who.n);
    n += who.n;
    to[n++] = ':';
    memcpy(to + n, digits + at, sizeof digits - at);
    return (sz_str){to, n + sizeof digits - at};
}

static sz_str hashed(char *to, sz_str raw) {
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t c;
    XXH128_canonicalFromHash(&c, XXH3_128bits(raw.n ? raw.p : "", raw.n));
    memcpy(to, "x:", 2);
    for (size_t i = 0; i < sizeof c.digest; i++) {
        to[2 + 2 * i] = digits[c.digest[i] >> 4];
        to[3 + 2 * i] = digits[c.digest[i] & 15];
    }
    return (sz_str){to, 2 + 2 * sizeof c.digest};
}

sz_str sz_id_made(char to[SZ_ID_MADE_MAX], sz_str reader, int64_t journal_no, sz_str card, int64_t use_count,
                  sz_str raw) {
    if (reader.n && reader.n <= 64 && journal_no >= 0) return numbered(to, 'j', reader, journal_no);
    if (card.n && card.n <= 64 && use_count >= 0) return numbered(to, 'c', card, use_count);
    return hashed(to, raw);
}

/* ---- content ---- */

uint64_t sz_text_print(unsigned which, sz_str s) { return print_of(s.p, s.n, print_salt(which)); }

static uint64_t of_declared(const sz_event *e) {
    uint64_t v[3 + 2 * SZ_FIELDS_MAX] = {(uint64_t)e->time_ms,
                                         print_type((const uint8_t *)e + offsetof(sz_event, type))},
                       sum = 0, is_set = 0;
    size_t n = 2;
    for (unsigned i = 0; i < SZ_FIELDS_MAX; i++) {
        const sz_value *f = &e->fields[i];
        if (!f->is_set) continue;
        is_set |= UINT64_C(1) << i;
        memcpy(&v[n++], &f->num, sizeof f->num);
        v[n++] = (uint64_t)f->fen;
        if (f->text.n) sum += print_of(f->text.p, f->text.n, PRINT_DECLARED + i);
    }
    v[n++] = is_set;
    return sum + print_of_words(v, n);
}

/* Texts that are part of the content, as bits from SZ_TEXT_STUDENT on; who asks for the others is of another type. */
static inline unsigned texts_of(unsigned type) {
    enum {
        ALL = (1 << SZ_TEXT_STUDENT | 1 << SZ_TEXT_CARD | 1 << SZ_TEXT_CARD_SYSTEM | 1 << SZ_TEXT_PLACE |
               1 << SZ_TEXT_READER | 1 << SZ_TEXT_REF)
    };
    if (type == SZ_TYPE_ATTENDANCE) return ALL | 1 << SZ_TEXT_COURSE | 1 << SZ_TEXT_SESSION;
    return type == SZ_TYPE_PRESENCE ? ALL | 1 << SZ_TEXT_MEANS : ALL;
}

static uint64_t content_of(const sz_event *e) {
    const char *at = (const char *)e; /* members of a kind stand one behind the other */
    const uint8_t *codes = (const uint8_t *)at + offsetof(sz_event, type);
    const int64_t *numbers = (const int64_t *)(const void *)(at + offsetof(sz_event, amount_fen));
    const sz_str *texts = (const sz_str *)(const void *)(at + offsetof(sz_event, id));
    uint64_t sum = e->type < SZ_TYPE_FIRST_DECLARED ? print_of_numbers(e->time_ms, codes, numbers) : of_declared(e);
    for (unsigned left = texts_of(e->type); left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        if (texts[i].n) sum += sz_text_print(i, texts[i]);
    }
    return sum;
}

void sz_event_finish(sz_event *e, sz_str raw, bool has_id, sz_arena *a) {
    if (!has_id) {
        char made[SZ_ID_MADE_MAX];
        e->id = sz_arena_str(a, sz_id_made(made, e->reader, e->journal_no, e->card, e->use_count, raw));
    }
    e->content = content_of(e);
}

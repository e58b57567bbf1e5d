/* SPDX-License-Identifier: Apache-2.0
 *
 * A record packed for the log: the usual one in few steps, from registers.
 */
#include "entry.h"

static bool hex_id(sz_str id, uint8_t *out) {
    if (id.n != 34 || id.p[0] != 'x' || id.p[1] != ':') return false;
    for (size_t i = 0; i < 32; i++) {
        char c = id.p[2 + i];
        uint8_t v;
        if (c >= '0' && c <= '9') v = (uint8_t)(c - '0');
        else if (c >= 'a' && c <= 'f') v = (uint8_t)(c - 'a' + 10);
        else return false;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | v : v << 4);
    }
    return true;
}

static bool is_half(uint8_t c) { return c >= HALF_FIRST && c <= HALF_LAST; }

/* The upper bit of each byte that is among them: seven bits a byte are added to, so that none carries into the next. */
static inline uint64_t halves_in(uint64_t eight) {
    const uint64_t each = UINT64_C(0x0101010101010101), top = 0x80 * each;
    uint64_t low = eight & ~top, from_first = low + (0x80 - HALF_FIRST) * each;
    return from_first & ~(low + (0x7f - HALF_LAST) * each) & ~eight & top;
}

static inline bool are_halves(uint64_t eight) { return halves_in(eight) == UINT64_C(0x8080808080808080); }

/* The lower halves of eight bytes side by side, the first one lowest. */
static inline uint32_t joined(uint64_t eight) {
    eight &= UINT64_C(0x0f0f0f0f0f0f0f0f);
    eight = (eight | eight >> 4) & UINT64_C(0x00ff00ff00ff00ff);
    eight = (eight | eight >> 8) & UINT64_C(0x0000ffff0000ffff);
    return (uint32_t)(eight | eight >> 16);
}

enum { EIGHTS = (HALVES_MOST + 7) / 8, HALVES_ROOM = 2 + HEAD_MOST + 4 * EIGHTS };
static const uint64_t zeros = UINT64_C(0x3030303030303030); /* `00000000`: what fills up the last eight */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first character is the lowest byte");

static uint32_t put_long_halves(uint8_t *out, sz_str id) {
    uint32_t n = (uint32_t)id.n, head = 0;
    if (id.n > HALVES_MOST) return 0;
    while (head < n && head < HEAD_MOST && !is_half((uint8_t)id.p[head])) head++;
    uint8_t *p = out;
    *p++ = (uint8_t)(n << 2 | head);
    if (n >= 32) {
        p[-1] |= 0x80;
        *p++ = 1;
    }
    for (uint32_t i = 0; i < head; i++) *p++ = (uint8_t)id.p[i];
    uint32_t left = n - head;
    uint64_t eights[EIGHTS];
    eights[left / 8] = zeros;
    memcpy(eights, id.p + head, left);
    for (uint32_t i = 0; i < (left + 7) / 8; i++) {
        if (!are_halves(eights[i])) return 0;
        uint32_t four = joined(eights[i]);
        memcpy(p + 4 * i, &four, sizeof four);
    }
    return (uint32_t)(p - out) + (left + 1) / 2;
}

/* Of 1 to 8 bytes: as one number, the first one lowest. */
static inline uint64_t number_of(const char *p, uint32_t n) {
    uint32_t a, b;
    if (n < 4)
        return (uint64_t)(uint8_t)p[0] | (uint64_t)(uint8_t)p[n / 2] << 8 * (n / 2) |
               (uint64_t)(uint8_t)p[n - 1] << 8 * (n - 1);
    memcpy(&a, p, 4);
    memcpy(&b, p + n - 4, 4);
    return (uint64_t)b << 8 * (n - 4) | a;
}

/* How many characters are its head: those in front of the first one that half a byte holds. */
static inline uint32_t head_of_id(uint64_t text) {
    uint32_t first = (uint32_t)halves_in(text) | UINT32_C(0x80) << 8 * HEAD_MOST;
    return (uint32_t)__builtin_ctz(first) / 8;
}

/* Of at most eight characters behind its head, which are most. */
static uint32_t put_short_halves(uint8_t *out, sz_str id) {
    uint32_t n = (uint32_t)id.n;
    uint64_t text = number_of(id.p, n);
    uint32_t begin = (uint32_t)text, head = head_of_id(text);
    if (head > n) head = n;
    uint32_t left = n - head;
    text >>= 8 * head;
    if (left < 8) text |= zeros << 8 * left;
    if (!are_halves(text)) return 0;
    uint32_t four = joined(text);
    *out = (uint8_t)(n << 2 | head);
    memcpy(out + 1, &begin, sizeof begin);
    memcpy(out + 1 + head, &four, sizeof four);
    return 1 + head + (left + 1) / 2;
}

/* Of 9 to 16: at least six of them behind the head. */
static uint32_t put_middle_halves(uint8_t *out, sz_str id) {
    uint32_t n = (uint32_t)id.n;
    uint64_t front, back;
    memcpy(&front, id.p, 8);
    uint32_t head = head_of_id(front), begin = (uint32_t)front, left = n - head;
    const char *p = id.p + head;
    if (left < 8) { /* what is behind the head begins within the last eight */
        memcpy(&back, id.p + n - 8, 8);
        front = back >> 8 * (8 - left) | zeros << 8 * left;
        back = zeros;
    } else {
        memcpy(&front, p, 8);
        memcpy(&back, id.p + n - 8, 8);
        if (left < 16) back = left == 8 ? zeros : back >> 8 * (16 - left) | zeros << 8 * (left - 8);
    }
    if (!are_halves(front) || !are_halves(back)) return 0;
    uint64_t eight = (uint64_t)joined(back) << 32 | joined(front);
    *out = (uint8_t)(n << 2 | head);
    memcpy(out + 1, &begin, sizeof begin);
    memcpy(out + 1 + head, &eight, sizeof eight);
    return 1 + head + (left + 1) / 2;
}

/* Bytes of an id in half bytes with what stands in front of them, or 0: it cannot be put so. Out has HALVES_ROOM. */
static inline uint32_t put_halves(uint8_t *out, sz_str id) {
    if (id.n - 1 < 8) return put_short_halves(out, id);
    return id.n - 1 < 16 ? put_middle_halves(out, id) : put_long_halves(out, id);
}

static inline uint8_t *put_varint(uint8_t *p, uint64_t v) {
    if (v < 0x80) {
        *p = (uint8_t)v;
        return p + 1;
    }
    if (v < 0x4000) {                                                /* most numbers have two bytes */
        uint16_t two = (uint16_t)(v + (v & ~UINT64_C(0x7f)) + 0x80); /* the upper bits one further up */
        memcpy(p, &two, sizeof two);
        return p + 2;
    }
    for (; v >= 0x80; v >>= 7) *p++ = (uint8_t)(v | 0x80);
    *p++ = (uint8_t)v;
    return p;
}

static uint8_t *put_lstr(uint8_t *p, sz_str s) {
    p = put_varint(p, s.n);
    if (s.n) memcpy(p, s.p, s.n);
    return p + s.n;
}

static bool any_declared(const sz_event *e, const sz_types *types) {
    for (uint32_t i = 0; i < types->v[e->type].n_fields; i++)
        if (e->fields[i].is_set) return true;
    return false;
}

static inline uint32_t fields_of(const sz_event *e, const sz_types *types) {
    uint32_t f = 0;
    if (e->source.n) f |= F_SOURCE;
    if (e->place.n) f |= F_PLACE;
    if (e->amount_fen >= 0) f |= F_AMOUNT;
    if (e->balance_fen >= 0) f |= F_BALANCE;
    if (e->card.n) f |= F_CARD;
    if (e->reader.n) f |= F_READER;
    if (e->has_hours) f |= F_HOURS;
    if (e->course.n) f |= F_COURSE;
    if (e->session.n) f |= F_SESSION;
    if (e->use_count >= 0) f |= F_USE_COUNT;
    if (e->journal_no >= 0) f |= F_JOURNAL;
    if (e->collected_ms != SZ_TIME_NONE) f |= F_COLLECTED;
    if (e->card_system.n | e->ref.n | e->means.n) {
        if (e->card_system.n) f |= F_SYSTEM;
        if (e->ref.n) f |= F_REF;
        if (e->means.n) f |= F_MEANS;
    }
    if (e->type >= SZ_TYPE_FIRST_DECLARED && any_declared(e, types)) f |= F_DECLARED;
    return f;
}

static inline uint8_t *put_word(uint8_t *p, const sz_entry_words *w, sz_str s) {
    return put_varint(p, sz_recall_intern(w->recent, w->dict, s));
}

static inline uint8_t *put_place(uint8_t *p, const sz_entry_words *w, sz_str place) {
    if (!w->place) return put_word(p, w, place);
    if (!*w->place) *w->place = 1 + sz_map_intern(w->dict, place);
    return put_varint(p, *w->place - 1);
}

static uint8_t *put_declared(uint8_t *p, const sz_event *e, const sz_types *types, const sz_entry_words *w) {
    const sz_type *t = &types->v[e->type];
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const sz_value *v = &e->fields[i];
        *p++ = v->is_set;
        if (!v->is_set) continue;
        switch (t->fields[i].kind) {
        case SZ_FIELD_TEXT:
        case SZ_FIELD_ENUM: p = put_word(p, w, v->text); break;
        case SZ_FIELD_MONEY: p = put_varint(p, ((uint64_t)v->fen << 1) ^ (v->fen < 0 ? UINT64_MAX : 0)); break;
        case SZ_FIELD_NUMBER:
        case SZ_FIELD_TIME: {
            uint64_t u;
            memcpy(&u, &v->num, sizeof u);
            for (int k = 0; k < 8; k++) *p++ = (uint8_t)(u >> 8 * k);
            break;
        }
        }
    }
    return p;
}

void sz_entry_put(sz_buf *out, const sz_event *e, const uint8_t *mask, uint32_t mask_bytes, sz_map *dict,
                  const sz_types *types) {
    uint8_t whole[8] = {0};
    if (mask_bytes < sizeof whole) mask = memcpy(whole, mask, mask_bytes);
    const sz_entry_words w = {.dict = dict, .card = SZ_NONE};
    sz_entry_put_as(out, e, mask, mask_bytes, types, &w);
}

enum { NUMBER_MAX = 10, N_FIELDS = 16 }; /* bytes of a varint; of field_bits */

/* In the order of field_bits; what few records have is asked for together. */
static inline uint8_t *put_fields(uint8_t *p, const sz_event *e, uint32_t f, const sz_entry_words *w) {
    if (f & F_SOURCE) p = put_word(p, w, e->source);
    if (f & F_PLACE) p = put_place(p, w, e->place);
    if (f & F_AMOUNT) p = put_varint(p, (uint64_t)e->amount_fen);
    if (f & F_BALANCE) p = put_varint(p, (uint64_t)e->balance_fen);
    if (f & F_CARD) p = put_varint(p, w->card != SZ_NONE ? w->card : sz_map_intern(w->dict, e->card));
    if (f & (F_READER | F_HOURS | F_COURSE | F_SESSION)) {
        if (f & F_READER) p = put_word(p, w, e->reader);
        if (f & F_HOURS) p = put_varint(p, (uint64_t)e->hours_micro);
        if (f & F_COURSE) p = put_word(p, w, e->course);
        if (f & F_SESSION) p = put_word(p, w, e->session);
    }
    if (f & F_USE_COUNT) p = put_varint(p, (uint64_t)e->use_count);
    if (!(f & (F_JOURNAL | F_REF | F_MEANS | F_COLLECTED | F_SYSTEM))) return p;
    if (f & F_JOURNAL) p = put_varint(p, (uint64_t)e->journal_no);
    if (f & F_REF) p = put_lstr(p, e->ref);
    if (f & F_MEANS) p = put_word(p, w, e->means);
    if (f & F_COLLECTED) {
        int64_t d = e->collected_ms - e->time_ms;
        p = put_varint(p, ((uint64_t)d << 1) ^ (d < 0 ? UINT64_MAX : 0));
    }
    if (f & F_SYSTEM) p = put_word(p, w, e->card_system);
    return p;
}

/* Sets the bit of how it was put. */
static inline uint8_t *put_id(uint8_t *p, sz_str id, uint8_t *bits) {
    if (hex_id(id, p)) {
        *bits |= HEX_BIT;
        return p + 16;
    }
    uint32_t n = put_halves(p, id);
    if (!n) return put_lstr(p, id);
    *bits |= HALVES_BIT;
    return p + n;
}

static inline uint8_t *put_mask(uint8_t *p, const uint8_t *mask, uint32_t mask_bytes) {
    if (mask_bytes > 8) memcpy(p, mask, mask_bytes);
    else memcpy(p, mask, 8); /* what is too much is written over */
    return p + mask_bytes;
}

/* Length, type, bits, time, content. */
static inline void put_head(uint8_t *p, const sz_event *e, uint8_t bits, size_t n) {
    uint64_t t = (uint64_t)e->time_ms;
    uint64_t front = (uint64_t)(uint16_t)n | (uint64_t)e->type << 16 | (uint64_t)bits << 24 | t << 32;
    uint16_t rest = (uint16_t)(t >> 32);
    uint32_t content = (uint32_t)e->content;
    memcpy(p, &front, sizeof front);
    memcpy(p + 8, &rest, sizeof rest);
    memcpy(p + 10, &content, sizeof content);
}

void sz_entry_put_as(sz_buf *out, const sz_event *e, const uint8_t *mask, uint32_t mask_bytes, const sz_types *types,
                     const sz_entry_words *w) {
    uint32_t f = fields_of(e, types);
    uint8_t bits = (uint8_t)(e->precision | (e->has_hours ? HOURS_BIT : 0));
    size_t room = HEAD + 8 + mask_bytes + 1 + (N_FIELDS + 3) * NUMBER_MAX + HALVES_ROOM + e->ref.n + e->id.n;
    if (f & F_DECLARED) room += types->v[e->type].n_fields * (1 + NUMBER_MAX);
    sz_buf_reserve(out, room); /* for the longest that it can be, so that nothing below has to look */
    uint8_t *start = out->p + out->n, *p = put_mask(start + HEAD, mask, mask_bytes);
    bool by_card = e->card.n && !(e->student.n | e->is_named);
    *p++ = (uint8_t)((e->type == SZ_TYPE_ATTENDANCE ? e->status : e->op) | e->direction << 3 | e->result << 5 |
                     by_card << BY_CARD);
    p = put_varint(p, f);
    p = put_fields(p, e, f, w);
    if (f & F_DECLARED) p = put_declared(p, e, types, w);
    p = put_id(p, e->id, &bits);
    size_t n = (size_t)(p - start);
    put_head(start, e, bits, n);
    out->n += n;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Packed records. Layout (little endian):
 *
 *   u16 length of the whole | u8 type | u8 bits 0-1 precision, 2 has_hours, 3 id is x: and 32 hex digits (16 bytes
 * stored), 4 of the timeline, 5 id in half bytes | u48 time (ms since 1970) | u32 content | mask_bytes of matcher bits
 * u8 codes: swipe op, attendance status, direction << 3, result << 5, as the type has them, found by its card << 6
 * varint: which of the fields below are there | the fields, in the order of field_bits
 * id: lstr, or 16 bytes, or in half bytes: varint length << 2 | bytes of the head, the head, then half a byte each, the
 * lower one first. Ids of real feeds are a letter and a number, or numbers with something between them.
 *
 * Every read is checked: stored bytes may be damaged.
 */
#include <sanzao/features.h>

enum { HEAD = SZ_ENTRY_HEAD, HOURS_BIT = 4, HEX_BIT = 8, HALVES_BIT = 32, BY_CARD = 6 };
enum field_bits {
    F_SOURCE = 1 << 0,
    F_PLACE = 1 << 1,
    F_AMOUNT = 1 << 2,
    F_BALANCE = 1 << 3,
    F_CARD = 1 << 4,
    F_READER = 1 << 5,
    F_HOURS = 1 << 6,
    F_COURSE = 1 << 7,
    F_SESSION = 1 << 8,
    F_USE_COUNT = 1 << 9,
    F_JOURNAL = 1 << 10,
    F_REF = 1 << 11,
    F_MEANS = 1 << 12,
    F_COLLECTED = 1 << 13,
    F_SYSTEM = 1 << 14,
    F_DECLARED = 1 << 15
};

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

/* Sixteen characters that follow each other in ASCII, `-./0123456789:;<`, are told apart by their lower halves. */
enum { HALF_FIRST = '-', HALF_LAST = HALF_FIRST + 15 };
enum { HEAD_MOST = 3, HALVES_MOST = sizeof((sz_event *)0)->id_hex }; /* characters; read back, the text stands there */

static bool is_half(uint8_t c) { return c >= HALF_FIRST && c <= HALF_LAST; }
static char half_char(unsigned half) { return (char)(half >= (HALF_FIRST & 15) ? 0x20 | half : 0x30 | half); }

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

bool sz_entry_is_undo(const uint8_t *p, uint32_t mask_bytes) {
    uint32_t n = sz_entry_len(p);
    bool is_swipe = p[2] == SZ_TYPE_SWIPE;
    if ((!is_swipe && p[2] != SZ_TYPE_ATTENDANCE) || n < HEAD + mask_bytes + 2) return false;
    uint8_t code = p[HEAD + mask_bytes] & 7;
    bool may_be = is_swipe ? code == SZ_SWIPE_REFUND || code == SZ_SWIPE_REVERSAL : code == SZ_ATTEND_EXCUSED;
    if (!may_be) return false;
    sz_reader r = sz_reader_of(p + HEAD + mask_bytes + 1, n - HEAD - mask_bytes - 1);
    return (sz_read_varint(&r) & F_REF) != 0;
}

bool sz_entry_is_by_card(const uint8_t *p, uint32_t mask_bytes) { return p[HEAD + mask_bytes] >> BY_CARD & 1; }

static sz_str get_word(sz_reader *r, const sz_map *dict) {
    uint64_t i = sz_read_varint(r);
    if (i >= dict->n) {
        r->bad = true;
        return (sz_str){0};
    }
    return sz_map_key(dict, (uint32_t)i);
}

static void get_declared(sz_reader *r, sz_event *e, const sz_types *types, const sz_map *dict) {
    const sz_type *t = &types->v[e->type];
    for (uint32_t i = 0; i < t->n_fields && !r->bad; i++) {
        sz_value *v = &e->fields[i];
        v->is_set = sz_read_u8(r) != 0;
        if (!v->is_set) continue;
        switch (t->fields[i].kind) {
        case SZ_FIELD_TEXT:
        case SZ_FIELD_ENUM: v->text = get_word(r, dict); break;
        case SZ_FIELD_MONEY:
            v->fen = sz_read_zigzag(r);
            v->num = (double)v->fen / 100.0;
            break;
        case SZ_FIELD_NUMBER:
        case SZ_FIELD_TIME: v->num = sz_read_double(r); break;
        }
    }
}

static void get_halves(sz_reader *r, sz_event *e) {
    uint64_t v = sz_read_varint(r);
    uint32_t head = v & HEAD_MOST, n = (uint32_t)(v >> 2), left = n - head;
    if (v >> 2 > HALVES_MOST || head > n) {
        r->bad = true;
        return;
    }
    sz_str bytes = sz_read_bytes(r, head + (left + 1) / 2);
    if (r->bad) return;
    memcpy(e->id_hex, bytes.p, head);
    for (uint32_t i = 0; i < left; i++) {
        uint8_t two = (uint8_t)bytes.p[head + i / 2];
        e->id_hex[head + i] = half_char(i % 2 ? two >> 4 : two & 15u);
    }
    e->id = (sz_str){e->id_hex, n};
}

static void get_id(sz_reader *r, uint8_t bits, sz_event *e) {
    if (bits & HALVES_BIT) {
        get_halves(r, e);
        return;
    }
    if (!(bits & HEX_BIT)) {
        e->id = sz_read_lstr(r);
        return;
    }
    sz_str raw = sz_read_bytes(r, 16);
    if (r->bad) return;
    e->id_hex[0] = 'x';
    e->id_hex[1] = ':';
    for (size_t i = 0; i < 16; i++) {
        uint8_t v = (uint8_t)raw.p[i];
        e->id_hex[2 + 2 * i] = "0123456789abcdef"[v >> 4];
        e->id_hex[3 + 2 * i] = "0123456789abcdef"[v & 15];
    }
    e->id = (sz_str){e->id_hex, sizeof e->id_hex};
}

/* Varints that are there of these fields. */
static inline void pass_numbers(sz_reader *r, uint64_t fields) {
    for (; fields; fields &= fields - 1) sz_read_varint(r);
}

static bool read_numbers(sz_reader r, sz_event *e) {
    uint64_t f = sz_read_varint(&r);
    pass_numbers(&r, f & (F_SOURCE | F_PLACE));
    e->amount_fen = f & F_AMOUNT ? (int64_t)sz_read_varint(&r) : SZ_ABSENT;
    e->balance_fen = f & F_BALANCE ? (int64_t)sz_read_varint(&r) : SZ_ABSENT;
    e->hours_micro = 1000000;
    if (f & F_HOURS) {
        pass_numbers(&r, f & (F_CARD | F_READER));
        e->hours_micro = (int64_t)sz_read_varint(&r);
    }
    return !r.bad;
}

/* Seven bits of each of the first three bytes. */
static inline uint32_t joined_sevens(uint64_t w) {
    return (uint32_t)((w & 0x7f) | (w >> 1 & 0x3f80) | (w >> 2 & 0x1fc000));
}

/* What the usual swipe has in front of its balance: fields, source, place, amount, all of which end within the twelve
 * bytes that are looked at. False: it is not so. */
static inline bool read_amount(const uint8_t *p, sz_event *e) {
    const uint64_t tops = UINT64_C(0x8080808080808080), usual = F_SOURCE | F_PLACE | F_AMOUNT;
    uint64_t w, ends;
    memcpy(&w, p, sizeof w);
    ends = ~w & tops;
    uint32_t n = ((uint32_t)__builtin_ctzll(ends | UINT64_C(1) << 63) + 1) / 8; /* of the fields */
    if (n > 2) return false;
    uint32_t f = joined_sevens(w & ((UINT64_C(1) << 8 * n) - 1));
    if ((f & usual) != usual) return false;
    ends &= ends - 1;
    ends &= ends - 1; /* the place's */
    if (!ends) return false;
    uint32_t at = ((uint32_t)__builtin_ctzll(ends) + 1) / 8, four;
    memcpy(&four, p + at, sizeof four);
    uint32_t stops = ~four & UINT32_C(0x808080);
    if (!stops) return false; /* an amount of four bytes: 20,972 yuan */
    e->amount_fen = joined_sevens(four & (stops ^ (stops - 1)));
    return true;
}

bool sz_entry_get_numbers(const uint8_t *p, uint32_t mask_bytes, unsigned wants, sz_event *e) {
    enum { LOOKED_AT = 12 };
    uint32_t n = sz_entry_len(p), before = HEAD + mask_bytes + 1;
    if (n < before + 1) return false;
    e->type = p[2];
    e->precision = p[3] & 3;
    e->time_ms = sz_entry_time(p);
    e->amount_fen = e->balance_fen = SZ_ABSENT;
    e->hours_micro = 1000000;
    if (!wants) return true;
    if (wants == SZ_WANTS_AMOUNT && n >= before + LOOKED_AT && read_amount(p + before, e)) return true;
    return read_numbers(sz_reader_of(p + before, n - before), e);
}

bool sz_entry_get(const uint8_t *p, uint32_t mask_bytes, const sz_map *dict, const sz_types *types, sz_event *e) {
    uint32_t n = sz_entry_len(p);
    if (n < HEAD + mask_bytes + 2 || p[2] >= types->n) return false;
    e->type = p[2];
    e->precision = p[3] & 3;
    e->has_hours = (p[3] & HOURS_BIT) != 0;
    e->time_ms = sz_entry_time(p);
    e->content = sz_entry_content(p);
    sz_reader r = sz_reader_of(p + HEAD + mask_bytes, n - HEAD - mask_bytes);
    uint8_t codes = sz_read_u8(&r);
    e->op = e->type == SZ_TYPE_SWIPE ? codes & 7 : 0;
    e->status = e->type == SZ_TYPE_ATTENDANCE ? codes & 7 : 0;
    e->direction = codes >> 3 & 3;
    e->result = codes >> 5 & 1;
    e->is_named = !(codes >> BY_CARD & 1);
    uint64_t f = sz_read_varint(&r);
    sz_str none = {0};
    e->student = none;
    e->source = f & F_SOURCE ? get_word(&r, dict) : none;
    e->place = f & F_PLACE ? get_word(&r, dict) : none;
    e->amount_fen = f & F_AMOUNT ? (int64_t)sz_read_varint(&r) : SZ_ABSENT;
    e->balance_fen = f & F_BALANCE ? (int64_t)sz_read_varint(&r) : SZ_ABSENT;
    e->card = f & F_CARD ? get_word(&r, dict) : none;
    e->reader = f & F_READER ? get_word(&r, dict) : none;
    e->hours_micro = f & F_HOURS ? (int64_t)sz_read_varint(&r) : 1000000;
    e->course = f & F_COURSE ? get_word(&r, dict) : none;
    e->session = f & F_SESSION ? get_word(&r, dict) : none;
    e->use_count = f & F_USE_COUNT ? (int64_t)sz_read_varint(&r) : SZ_ABSENT;
    e->journal_no = f & F_JOURNAL ? (int64_t)sz_read_varint(&r) : SZ_ABSENT;
    e->ref = f & F_REF ? sz_read_lstr(&r) : none;
    e->means = f & F_MEANS ? get_word(&r, dict) : none;
    e->collected_ms = SZ_TIME_NONE;
    if (f & F_COLLECTED && __builtin_add_overflow(e->time_ms, sz_read_zigzag(&r), &e->collected_ms)) return false;
    e->card_system = f & F_SYSTEM ? get_word(&r, dict) : none;
    for (uint32_t i = 0; i < types->v[e->type].n_fields; i++) e->fields[i].is_set = false;
    if (f & F_DECLARED) get_declared(&r, e, types, dict);
    get_id(&r, p[3], e);
    return !r.bad && e->op <= SZ_SWIPE_TOPUP && e->status <= SZ_ATTEND_UNKNOWN;
}

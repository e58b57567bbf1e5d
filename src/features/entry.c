/* SPDX-License-Identifier: Apache-2.0
 *
 * Packed records read: whole, or no more than is asked for. Every read is checked: stored bytes may be damaged.
 */
#include "entry.h"

static char half_char(unsigned half) { return (char)(half >= (HALF_FIRST & 15) ? 0x20 | half : 0x30 | half); }

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

/* Eight characters out of their lower halves, the first one lowest: what is 13 or more stands before `0`. */
static inline uint64_t chars_of(uint32_t halves) {
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t x = halves;
    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x << 4) & 0x0f * each;
    return x | (0x30 * each - ((x + (16 - (HALF_FIRST & 15)) * each) & 0x10 * each));
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
    uint32_t i = 0;
    for (; i + 8 <= left; i += 8) {
        uint32_t halves;
        memcpy(&halves, bytes.p + head + i / 2, sizeof halves);
        uint64_t eight = chars_of(halves);
        memcpy(e->id_hex + head + i, &eight, sizeof eight);
    }
    for (; i < left; i++) {
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

/* Type, precision, time and the codes of the type. */
static inline uint8_t get_codes(sz_reader *r, const uint8_t *p, sz_event *e) {
    e->type = p[2];
    e->precision = p[3] & 3;
    e->time_ms = sz_entry_time(p);
    uint8_t codes = sz_read_u8(r);
    e->op = e->type == SZ_TYPE_SWIPE ? codes & 7 : 0;
    e->status = e->type == SZ_TYPE_ATTENDANCE ? codes & 7 : 0;
    e->direction = codes >> 3 & 3;
    e->result = codes >> 5 & 1;
    return codes;
}

bool sz_entry_get_place(const uint8_t *p, uint32_t mask_bytes, const sz_map *dict, sz_event *e) {
    uint32_t n = sz_entry_len(p);
    if (n < HEAD + mask_bytes + 2 || p[2] >= SZ_TYPES_MAX) return false;
    sz_reader r = sz_reader_of(p + HEAD + mask_bytes, n - HEAD - mask_bytes);
    get_codes(&r, p, e);
    uint64_t f = sz_read_varint(&r);
    pass_numbers(&r, f & F_SOURCE);
    e->place = f & F_PLACE ? get_word(&r, dict) : (sz_str){0};
    pass_numbers(&r, f & (F_AMOUNT | F_BALANCE | F_CARD));
    e->reader = f & F_READER ? get_word(&r, dict) : (sz_str){0};
    return !r.bad;
}

uint32_t sz_entry_place_word(const uint8_t *p, uint32_t mask_bytes) {
    uint32_t n = sz_entry_len(p), before = HEAD + mask_bytes + 1;
    if (n < before + 1) return SZ_NONE;
    sz_reader r = sz_reader_of(p + before, n - before);
    uint64_t f = sz_read_varint(&r);
    if (!(f & F_PLACE)) return SZ_NONE;
    if (f & F_SOURCE) sz_read_varint(&r);
    uint64_t word = sz_read_varint(&r);
    return r.bad || word >= SZ_NONE ? SZ_NONE : (uint32_t)word;
}

bool sz_entry_get(const uint8_t *p, uint32_t mask_bytes, const sz_map *dict, const sz_types *types, sz_event *e) {
    uint32_t n = sz_entry_len(p);
    if (n < HEAD + mask_bytes + 2 || p[2] >= types->n) return false;
    e->has_hours = (p[3] & HOURS_BIT) != 0;
    e->content = sz_entry_content(p);
    sz_reader r = sz_reader_of(p + HEAD + mask_bytes, n - HEAD - mask_bytes);
    uint8_t codes = get_codes(&r, p, e);
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

/* SPDX-License-Identifier: Apache-2.0
 *
 * json_learn: in what order keys come. Feeds write their keys in one order, so behind the value of a key mostly comes
 * what came behind it the last times: `,"time":"` is then one comparison. Of each row the latest such texts are kept;
 * before them a few that begin one value earlier, where that is of the kind that hardly changes: a source, a type, a
 * word of a closed list.
 */
#include "json.h"

static void known_rows(sz_decoder *d) {
    enum {
        NEEDED = 1 << SZ_ROW_TYPE | 1 << SZ_ROW_TIME,
        NAMES = 1 << SZ_ROW_JOURNAL_NO | 1 << SZ_ROW_USE_COUNT /* numbers that name a record are welcome in any */
    };
    for (unsigned t = 0; t < SZ_TYPE_FIRST_DECLARED; t++) {
        d->needed[t] = d->either[t] = NEEDED;
        d->allowed[t] = d->rows_of[t] | NEEDED | NAMES;
    }
    d->needed[SZ_TYPE_ATTENDANCE] |= 1 << SZ_ROW_STATUS;
    d->either[SZ_TYPE_DORM_ACCESS] = 1 << SZ_ROW_DIRECTION | 1 << SZ_ROW_READER;
}

void sz_json_learn_init(sz_decoder *d) {
    for (unsigned i = 0; i <= SZ_JSON_UNKNOWN; i++)
        for (unsigned k = 0; k <= SZ_JSON_WAYS; k++) d->next[i][k].kind = SZ_JSON_NO_WAY;
    known_rows(d);
}

/* ---- a way ---- */

/* What json_plain.c takes only as a text. */
static bool asks_text(unsigned kind) {
    return kind == SZ_ROW_IS_TEXT || kind == SZ_ROW_IS_CHOICE || kind == SZ_ROW_IS_TYPE || kind == SZ_ROW_IS_TIME;
}

enum {
    CODES_AT = offsetof(sz_record, event.type),
    TEXTS_AT = offsetof(sz_record, event.id),
    NUMBERS_AT = offsetof(sz_record, event.amount_fen)
};
_Static_assert(TEXTS_AT - CODES_AT == 8 && NUMBERS_AT - TEXTS_AT == SZ_N_TEXTS * sizeof(sz_str), "as sz_compact says");
_Static_assert(sizeof(sz_compact) <= 256, "its places are bytes");

/* Where the member of a row belongs in a compact event: a byte, of a word the bit among the codes. */
static uint8_t slot_of(const sz_row *row) {
    if (row->kind == SZ_ROW_IS_CHOICE || row->kind == SZ_ROW_IS_TYPE) return (uint8_t)(8 * (row->offset - CODES_AT));
    if (row->offset < CODES_AT) return (uint8_t)(row->offset - offsetof(sz_record, event));
    if (row->offset < NUMBERS_AT)
        return (uint8_t)(offsetof(sz_compact, texts) + (row->offset - TEXTS_AT) / sizeof(sz_str) * sizeof(uint32_t));
    return (uint8_t)(offsetof(sz_compact, amount_fen) + row->offset - NUMBERS_AT);
}

static sz_json_next made(const sz_decoder *d, const char *from, size_t n, unsigned row, bool is_text) {
    sz_json_next x = {.n = (uint8_t)n, .row = (uint8_t)row, .is_text = is_text, .kind = SZ_JSON_OTHER};
    x.then = d->next[row];
    x.mask = (uint32_t)((UINT64_C(1) << n) - 1);
    memcpy(x.text, from, n);
    if (row == SZ_JSON_UNKNOWN) x.kind = SZ_JSON_PASS;
    if (row >= SZ_N_JSON_ROWS) return x;
    const sz_row *r = &sz_rows[row];
    x.bit = UINT32_C(1) << row;
    if (!(r->types & SZ_IN_EVENTS)) return x;
    x.slot = slot_of(r);
    if (is_text || !asks_text(r->kind)) x.kind = r->kind; /* others are nothing that it reads */
    return x;
}

static bool is_same(const sz_json_next *a, const sz_json_next *b) {
    return a->kind != SZ_JSON_NO_WAY && a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

/* As the first of v[from, to); what is not in it yet drives out the last one. */
static void put_first(sz_json_next *v, unsigned from, unsigned to, const sz_json_next *x) {
    unsigned i = from;
    while (i + 1 < to && !is_same(&v[i], x)) i++;
    memmove(&v[from + 1], &v[from], (i - from) * sizeof *v);
    v[from] = *x;
}

static unsigned n_spans(const sz_json_next *v) {
    unsigned n = 0;
    while (n < SZ_JSON_SPANS && v[n].has_value) n++;
    return n;
}

/* The value of the step as a part of what comes after it. False: it is of a kind that changes. */
static bool span_over(const sz_decoder *d, const sz_json_step *s, sz_json_next *x) {
    size_t n = (size_t)(s->end - s->value);
    if (!s->is_text || s->row >= SZ_N_ROWS || n == 0 || n >= SZ_KEY_MAX) return false;
    const sz_row *row = &sz_rows[s->row];
    x->bit |= UINT32_C(1) << s->row;
    x->has_value = true;
    if (s->row == SZ_ROW_SOURCE || s->row == SZ_ROW_CARD_SYSTEM) {
        x->into = slot_of(row);
        x->span = (uint16_t)((size_t)(s->value - s->from) << SZ_COMPACT_LENGTH | n);
        return n <= row->limit;
    }
    if ((row->kind != SZ_ROW_IS_CHOICE && row->kind != SZ_ROW_IS_TYPE) || !(row->types & SZ_IN_EVENTS)) return false;
    sz_key word = {0, 0};
    memcpy(&word, s->value, n);
    int code = sz_json_word(d, s->row, word);
    if (code >= 0) x->codes = (uint64_t)code << slot_of(row);
    return code >= 0;
}

void sz_json_learn(sz_decoder *d, const sz_json_step *last, const sz_json_step *now) {
    size_t n = (size_t)(now->value - now->from);
    if (n <= SZ_JSON_NEXT_MAX) {
        sz_json_next x = made(d, now->from, n, now->row, now->is_text), *v = d->next[now->after];
        put_first(v, n_spans(v), SZ_JSON_WAYS, &x);
    }
    if (!last->from || last->row == now->row) return;
    n = (size_t)(now->value - last->from);
    if (n > SZ_JSON_NEXT_MAX) return;
    sz_json_next x = made(d, last->from, n, now->row, now->is_text), *v = d->next[last->after];
    if (!span_over(d, last, &x)) return;
    unsigned spans = n_spans(v);
    for (unsigned i = 0; i < spans; i++)
        if (is_same(&v[i], &x)) return;
    put_first(v, 0, spans < SZ_JSON_SPANS ? SZ_JSON_WAYS : SZ_JSON_SPANS, &x);
}

void sz_json_learn_end(sz_decoder *d, unsigned after) {
    sz_json_next x = made(d, "}", 1, SZ_JSON_BEGIN, false), *v = d->next[after];
    x.kind = SZ_JSON_END;
    x.then = NULL;
    put_first(v, n_spans(v), SZ_JSON_WAYS, &x);
}

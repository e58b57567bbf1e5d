/* SPDX-License-Identifier: Apache-2.0
 *
 * json_shape: what records look like. Feeds write the same keys in the same order, and of their values some hardly
 * change: source, type, words of closed lists. So a record is a few values between texts that came before, and those
 * texts are a tree, from a record's first brace to its last; what it says by words is known at its end. Whether a
 * record of that shape has all that it needs was looked at once, when it was learned.
 *
 * Of a few nodes in the place of each other the one that was used last comes first, but never before one that begins
 * with the same text and goes on: `"amount":"` would never be found behind `"amount":`.
 */
#include "json.h"

enum { SOURCES_MOST = 6 }; /* in one place; further ones are read like any text */

enum {
    CODES_AT = offsetof(sz_record, event.type),
    TEXTS_AT = offsetof(sz_record, event.id),
    NUMBERS_AT = offsetof(sz_record, event.amount_fen),
    HAS_HOURS = offsetof(sz_event, has_hours) - offsetof(sz_event, type)
};
_Static_assert(TEXTS_AT - CODES_AT == 8 && NUMBERS_AT - TEXTS_AT == SZ_N_TEXTS * sizeof(sz_str), "as sz_compact says");
_Static_assert(sizeof(sz_compact) <= 256, "its places are bytes");

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

static void forget(sz_decoder *d) {
    d->n_nodes = 0;
    d->shapes = &d->stop;
}

void sz_json_shapes_init(sz_decoder *d) {
    d->stop = (sz_json_node){.kind = SZ_JSON_STOP};
    d->default_print = sz_text_print(SZ_TEXT_SOURCE, SZ_STR("default"));
    forget(d);
    known_rows(d);
}

/* ---- what is learned ---- */

/* All that an event of its type needs, and nothing that another type asks for. */
static bool is_whole(const sz_decoder *d, uint32_t found, unsigned type) {
    return (found & d->needed[type]) == d->needed[type] && !(found & ~d->allowed[type]) && found & d->either[type] &&
           found & (1 << SZ_ROW_STUDENT | 1 << SZ_ROW_CARD);
}

static bool is_word(unsigned row) {
    return row < SZ_N_ROWS && (sz_rows[row].kind == SZ_ROW_IS_CHOICE || sz_rows[row].kind == SZ_ROW_IS_TYPE);
}

static bool is_source(unsigned row) { return row == SZ_ROW_SOURCE || row == SZ_ROW_CARD_SYSTEM; }

/* Is the value one that json_plain.c reads, or a part of the shape? */
static bool is_plain(const sz_json_step *s) {
    if (s->row == SZ_JSON_UNKNOWN) return true;
    unsigned kind = sz_rows[s->row].kind;
    if (kind == SZ_ROW_IS_ENVELOPE || !(sz_rows[s->row].types & SZ_IN_EVENTS)) return false;
    bool asks_text = kind == SZ_ROW_IS_TEXT || kind == SZ_ROW_IS_TIME || is_word(s->row);
    return (s->is_text || !asks_text) && s->end > s->value;
}

static unsigned text_of(unsigned row) { return (unsigned)((sz_rows[row].offset - TEXTS_AT) / sizeof(sz_str)); }

/* Of a number as sz_slim has it; 0: it is none of these. */
static uint8_t number_bit(unsigned row) {
    size_t at = sz_rows[row].offset;
    if (row == SZ_ROW_COLLECTED) return 1;
    if (at < NUMBERS_AT || at >= offsetof(sz_record, event.content)) return 0;
    return (uint8_t)(2 << (at - NUMBERS_AT) / sizeof(int64_t));
}

/* The record's end: the codes that its words say, which numbers it has, and the order of its texts. False: it is not
 * whole. */
static bool end_of(const sz_decoder *d, sz_json_node *end) {
    uint64_t *codes = &end->codes;
    uint32_t found = 0;
    unsigned last = 0;
    for (unsigned i = 0; i < d->n_steps; i++) {
        const sz_json_step *s = &d->steps[i];
        if (!is_plain(s)) return false;
        if (s->row == SZ_JSON_UNKNOWN) continue;
        if (found >> s->row & 1) return false; /* of equal keys the first one counts */
        found |= UINT32_C(1) << s->row;
        if (s->row == SZ_ROW_HOURS) *codes |= UINT64_C(1) << (8 * HAS_HOURS);
        end->which |= number_bit(s->row);
        if (sz_rows[s->row].kind == SZ_ROW_IS_TEXT) {
            end->slot |= text_of(s->row) < last;
            last = text_of(s->row);
        }
        if (!is_word(s->row)) continue;
        size_t n = (size_t)(s->end - s->value);
        sz_key word = {0, 0};
        if (n < SZ_KEY_MAX) memcpy(&word, s->value, n);
        int code = n < SZ_KEY_MAX ? sz_json_word(d, s->row, word) : -1;
        if (code < 0) return false;
        *codes |= (uint64_t)code << (8 * (sz_rows[s->row].offset - CODES_AT));
    }
    unsigned type = *codes & 0xff;
    return type < SZ_TYPE_FIRST_DECLARED && is_whole(d, found, type);
}

/* ---- the tree ---- */

/* Where the member of a row that is no word belongs in a compact event. */
static uint8_t slot_of(unsigned row) {
    size_t at = sz_rows[row].offset;
    if (at < CODES_AT) return (uint8_t)(at - offsetof(sz_record, event));
    if (at < NUMBERS_AT) return (uint8_t)(offsetof(sz_compact, texts) + text_of(row) * sizeof(uint32_t));
    return (uint8_t)(offsetof(sz_compact, amount_fen) + at - NUMBERS_AT);
}

static bool is_same(const sz_json_node *a, const sz_json_node *b) {
    return a->n == b->n && a->kind == b->kind && a->row == b->row && a->is_text == b->is_text && a->span == b->span &&
           memcmp(a->text, b->text, a->n) == 0;
}

/* x among those at *list, as the first that it may be. */
static void put(sz_json_node **list, sz_json_node *x) {
    sz_json_node **at = list;
    for (sz_json_node **p = list; (*p)->kind != SZ_JSON_STOP; p = &(*p)->other)
        if ((*p)->n >= x->n && memcmp((*p)->text, x->text, x->n) == 0) at = &(*p)->other;
    x->other = *at;
    *at = x;
}

static unsigned length(const sz_json_node *list) {
    unsigned n = 0;
    for (; list->kind != SZ_JSON_STOP; list = list->other) n++;
    return n;
}

/* Where a record's way leads. */
typedef struct way {
    sz_decoder *d;
    sz_json_node **list; /* what may come next; NULL: there is no room for more */
    const char *at;      /* the text that is not in the tree yet begins there */
    const char *source;  /* a text in it */
    size_t source_n;
    unsigned source_row;
    bool is_turn;
} way;

/* On to the node like x, which may be new. */
static void enter(way *w, const sz_json_node *x) {
    if (!w->list) return;
    sz_json_node **p = w->list;
    while ((*p)->kind != SZ_JSON_STOP && !is_same(*p, x)) p = &(*p)->other;
    sz_json_node *here = *p;
    if (here->kind != SZ_JSON_STOP) {
        if (w->is_turn) {
            *p = here->other;
            put(w->list, here);
        }
    } else if (w->d->n_nodes < SZ_JSON_NODES) {
        here = &w->d->nodes[w->d->n_nodes++];
        *here = *x;
        if (x->span)
            w->d->span_prints[here - w->d->nodes] =
                sz_text_print(x->span_which, (sz_str){x->text + (x->span >> SZ_COMPACT_LENGTH),
                                                      x->span & ((1u << SZ_COMPACT_LENGTH) - 1)});
        if (x->kind != SZ_JSON_END) here->then = &w->d->stop;
        put(w->list, here);
    } else {
        here = NULL;
    }
    w->list = here && x->kind != SZ_JSON_END ? &here->then : NULL;
}

/* How much of the text down to there the next node has. A source lies in one node as a whole: whoever comes by has that
 * one, whatever comes behind. */
static size_t node_length(const way *w, const char *to) {
    size_t n = (size_t)(to - w->at);
    if (n > SZ_JSON_LITERAL) n = SZ_JSON_LITERAL;
    bool is_cut = w->source && w->source < w->at + n && w->source + w->source_n > w->at + n;
    return is_cut ? (size_t)(w->source - w->at) : n;
}

/* The text down to there, in as many nodes as it takes; the last one is like x. */
static void lay(way *w, const char *to, sz_json_node x) {
    uint8_t kind = x.kind;
    while (w->at < to) {
        size_t n = node_length(w, to);
        x.kind = w->at + n < to ? SZ_JSON_MORE : kind;
        memset(x.text, 0, sizeof x.text);
        memcpy(x.text, w->at, n);
        x.n = (uint8_t)n;
        x.mask = (uint32_t)((UINT64_C(1) << n) - 1);
        x.span = 0;
        if (w->source && w->source < w->at + n) {
            x.span = (uint16_t)((size_t)(w->source - w->at) << SZ_COMPACT_LENGTH | w->source_n);
            x.into = slot_of(w->source_row);
            x.span_which = (uint8_t)text_of(w->source_row);
            w->source = NULL;
        }
        enter(w, &x);
        w->at += n;
    }
}

/* As a part of the shape. */
static void take_source(way *w, const sz_json_step *s) {
    if (w->source) lay(w, s->value, (sz_json_node){.kind = SZ_JSON_MORE}); /* a node has one of them */
    w->source = s->value;
    w->source_n = (size_t)(s->end - s->value);
    w->source_row = s->row;
}

static sz_json_node value_of(const sz_json_step *s) {
    sz_json_node x = {.kind = SZ_JSON_PASS, .row = (uint8_t)s->row, .is_text = s->is_text};
    if (s->row == SZ_JSON_UNKNOWN) return x;
    x.kind = sz_rows[s->row].kind;
    x.slot = slot_of(s->row);
    if (x.kind == SZ_ROW_IS_TEXT) x.which = (uint8_t)text_of(s->row);
    return x;
}

void sz_json_shape_learn(sz_decoder *d, const char *begin, const char *brace, bool is_turn) {
    sz_json_node end = {.kind = SZ_JSON_END};
    if (d->n_steps == 0 || d->n_steps > SZ_JSON_STEPS || !end_of(d, &end)) return;
    if (is_turn && d->n_nodes == SZ_JSON_NODES) forget(d);
    way w = {.d = d, .list = &d->shapes, .at = begin, .is_turn = is_turn};
    for (unsigned i = 0; i < d->n_steps; i++) {
        const sz_json_step *s = &d->steps[i];
        if (is_word(s->row)) continue; /* it is in the text */
        bool fits = is_source(s->row) && (size_t)(s->end - s->value) <= SZ_JSON_LITERAL;
        if (fits && w.list && length(*w.list) < SOURCES_MOST) {
            take_source(&w, s);
            continue;
        }
        lay(&w, s->value, value_of(s));
        w.at = s->end + s->is_text;
    }
    lay(&w, brace + 1, end);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * json: what the files of the JSON decoder share. The bytes of a record become an object, its keys a view by rows of
 * the table of fields, the view an event.
 */
#ifndef SANZAO_SRC_MODEL_JSON_H
#define SANZAO_SRC_MODEL_JSON_H

#include "fields.h"

#include <yyjson.h>

/* Memory of one parse: a block that only grows; freed parts are not used again until the next record. */
typedef struct sz_json_pool {
    uint8_t *p;
    size_t n, cap;
    size_t last; /* where the latest piece begins: it can grow in place */
    yyjson_alc alc;
} sz_json_pool;

/* A key of at most 16 bytes as two words, so that it is compared without a call. Keys are read in whole words: the
 * copy of a record has SZ_KEY_MAX bytes behind it. */
enum { SZ_KEY_MAX = 16, SZ_KEY_SLOTS = 64 };
typedef struct sz_key {
    uint64_t lo, hi;
} sz_key;

/* A word of a closed list as the value of a row. */
enum { SZ_WORD_SLOTS = 64 };
typedef struct sz_json_word_slot {
    sz_key key;
    uint32_t row, code;
    bool is_set;
} sz_json_word_slot;

/* What stands between two values, `,"time":"`: the key after a key, as it came there before (json_learn.c). */
enum { SZ_JSON_BEGIN = SZ_N_JSON_ROWS, SZ_JSON_UNKNOWN }; /* nothing, a key that is no row */
enum { SZ_JSON_WAYS = 8, SZ_JSON_NEXT_MAX = 32 };
enum { SZ_JSON_LEARN_EVERY = 2048 }; /* every so manyeth record goes the long way and is learned from */
typedef struct sz_json_next {
    char text[SZ_JSON_NEXT_MAX];
    uint8_t n, row; /* n 0: there is none */
    bool is_text;   /* its last byte begins a string */
} sz_json_next;

/* One key and its value in the record in hand. */
typedef struct sz_json_step {
    const char *from;        /* at the brace or comma before the key */
    const char *value, *end; /* of a text without its quotes */
    unsigned row;
    bool is_text;
} sz_json_step;
enum { SZ_JSON_STEPS = 32 };

/* Whole records as they came before, as a tree (json_shape.c): a node is what stands before a value that changes, and
 * what is read there. Values that hardly change are part of it: `,"source":"pos","time":"`. */
enum { SZ_JSON_LITERAL = 32, SZ_JSON_NODES = 1024 };
/* Kinds beside those of rows: a value that nobody asks for, nothing (the text goes on in the next node), the end of the
 * record, no such thing: what stands behind the last one that there is fits everything. */
enum { SZ_JSON_PASS = SZ_ROW_IS_ENVELOPE + 1, SZ_JSON_MORE, SZ_JSON_END, SZ_JSON_STOP };
typedef struct sz_json_node {
    _Alignas(16) char text[SZ_JSON_LITERAL];
    union {
        struct sz_json_node *then; /* what may come after its value */
        uint64_t codes;            /* of the record, at its end */
    };
    struct sz_json_node *other; /* what may stand here instead */
    uint32_t mask;              /* a bit for each byte of the text */
    uint16_t span;              /* a text in it: place and length; 0: there is none */
    uint8_t into;               /* where that belongs in a compact event, */
    uint8_t span_which;         /* and which text it is */
    uint8_t slot; /* where its value belongs there; at a record's end: do texts come in another order than sz_slim's? */
    uint8_t which; /* of a text: SZ_TEXT_ID and so on; at a record's end: bits of its numbers, as sz_slim has them */
    uint8_t n, kind, row, is_text;
} sz_json_node;
_Static_assert(sizeof(sz_json_node) == 64 || sizeof(void *) != 8, "one line of the cache");

/* Where the latest usual time began: its day and offset as they are written, and that midnight. */
typedef struct sz_json_moment {
    uint64_t day[2]; /* bytes 0 to 7 and 3 to 10 of `2026-03-02T08:00:00+08:00` */
    uint64_t offset; /* bytes 17 to 24, those of the offset */
    int64_t midnight_ms;
    _Alignas(16) char head[16], tail[16]; /* bytes 0 to 15 and 10 to 25, its quote */
} sz_json_moment;

typedef size_t sz_json_plain_fn(sz_decoder *d, sz_str text, sz_compact *out);
typedef size_t sz_json_slim_fn(sz_decoder *d, sz_str text, sz_slim *out, size_t *size, sz_prints *prints);

enum { SZ_JSON_LONGEST = 1024, SZ_JSON_ROOM = SZ_JSON_LONGEST + SZ_READ_BEHIND }; /* what is copied at most */

struct sz_decoder {
    const sz_types *types;
    const sz_zone *zone;
    sz_json_pool pool;
    sz_key names[SZ_N_JSON_ROWS];
    sz_key masks[SZ_KEY_MAX + 1]; /* the first n bytes of a key */
    uint8_t slots[SZ_KEY_SLOTS];  /* field names by hash: row + 1, 0 empty */
    uint32_t rows_of[6];          /* fields of a type or of feed_status, a bit a row; by number of the type's bit */
    uint32_t text_rows;
    sz_json_word_slot words[SZ_WORD_SLOTS];
    sz_json_moment moment;
    sz_json_next next[SZ_JSON_UNKNOWN + 1][SZ_JSON_WAYS]; /* after each row, and these */
    sz_json_step steps[SZ_JSON_STEPS];                    /* of the record that was scanned last */
    unsigned n_steps;                                     /* more than there is room for: they are not known */
    sz_json_node nodes[SZ_JSON_NODES], stop;
    uint64_t span_prints[SZ_JSON_NODES]; /* of the text in it */
    uint64_t default_print;              /* of the source that is not given */
    sz_json_node *shapes;                /* what a record may begin with */
    unsigned n_nodes;
    uint32_t needed[SZ_TYPE_FIRST_DECLARED], allowed[SZ_TYPE_FIRST_DECLARED]; /* of a plain record's rows, by type */
    uint32_t either[SZ_TYPE_FIRST_DECLARED];                                  /* one of these */
    char room[SZ_JSON_ROOM]; /* copy of a record that has nothing behind it */
    char made[SZ_ID_MADE_MAX];
    _Alignas(16) char quotes[16], slashes[16], blanks[16]; /* each of one kind; blanks to be taken off by adding */
    sz_json_plain_fn *plain;
    sz_json_slim_fn *slim;
    uint32_t until_turn; /* records until the next one that is learned from; 0: this one */
    bool only_yyjson;    /* for tests */
    bool may_read_behind;
    bool has_escapes; /* of the record in hand: a text may hold a NUL character */
};

void sz_json_pool_init(sz_json_pool *p);
void sz_json_pool_fini(sz_json_pool *p);
/* Forget what was parsed before and make room for a record of n bytes. */
void sz_json_pool_ready(sz_json_pool *p, size_t n);

/* True if containers are nested deeper than `limit` in the bytes outside of strings. */
bool sz_json_is_deeper(sz_str text, int limit);

/* Values of an object by row of the table of fields; of equal keys the first that is not null. */
typedef struct sz_json_view {
    uint32_t found; /* bit a row */
    yyjson_val *vals[SZ_N_JSON_ROWS];
    yyjson_val *obj;
} sz_json_view;

/* The object that a text is, or NULL: out is dead. Its values last until the next text is parsed, its texts as long as
 * the arena. */
yyjson_val *sz_json_parse(sz_decoder *d, sz_str text, sz_arena *a, sz_record *out);
/* ---- json_page.c: what an API gave ---- */
/* Of what is dead for want of a field: if it is a page that holds the records, how to take them out. */
void sz_json_look_inside(sz_decoder *d, sz_str text, sz_arena *a, sz_record *out);
/* ---- envelope.c: CloudEvents ---- */
bool sz_json_is_envelope(const sz_json_view *view);
/* The record inside, in place of its envelope. False: out is dead. */
bool sz_json_open_envelope(sz_decoder *d, sz_json_view *view, sz_arena *a, sz_record *out);
void sz_json_keys_init(sz_decoder *d);
void sz_json_look(const sz_decoder *d, yyjson_val *obj, sz_json_view *view);
/* The row of a key, which has SZ_KEY_MAX readable bytes; -1: none. */
int sz_json_row(const sz_decoder *d, const char *key, size_t n);
static inline unsigned sz_key_slot(sz_key k) {
    uint64_t h = (k.lo ^ (k.hi << 1)) * UINT64_C(0x262c48d887e6a6dd);
    return (unsigned)(h >> 58); /* 6 bits: SZ_KEY_SLOTS; with this factor no two names of the table meet */
}
static inline unsigned sz_word_slot(unsigned row, sz_key k) { return (sz_key_slot(k) + row) % SZ_WORD_SLOTS; }
/* The number of a word (of less than SZ_KEY_MAX bytes, zeros behind) among those that a row may have, a built-in type's
 * for SZ_ROW_TYPE; -1: none, or another row. */
static inline int sz_json_word(const sz_decoder *d, unsigned row, sz_key k) {
    for (unsigned h = sz_word_slot(row, k); d->words[h].is_set; h = (h + 1) % SZ_WORD_SLOTS) {
        const sz_json_word_slot *w = &d->words[h];
        if (w->key.lo == k.lo && w->key.hi == k.hi && w->row == row) return (int)w->code;
    }
    return -1;
}
/* The record at the beginning of the text straight into out, but for an id that was left out; how many bytes it takes,
 * which may be more than the text has where more may be read. 0: it is not plain, or its keys come in an order that was
 * not learned. */
sz_json_plain_fn sz_json_plain;
/* The same in one piece, to a line feed, its id in it. 0 also where its texts are too long for that. */
sz_json_slim_fn sz_json_slim;
void sz_json_plain_best(sz_decoder *d); /* both, on this processor */
void sz_json_learn_init(sz_decoder *d);
/* Expect that key after the row `after` (or SZ_JSON_BEGIN) from now on. */
void sz_json_learn(sz_decoder *d, unsigned after, const sz_json_step *now);
void sz_json_shapes_init(sz_decoder *d);
/* Expect records like the one whose steps are in hand, an event of a built-in type: from its brace to the other. */
void sz_json_shape_learn(sz_decoder *d, const char *begin, const char *brace, bool is_turn);
/* The end of a number by JSON's grammar at p; NULL: it is none. */
const char *sz_json_number_end(const char *p, const char *end);
/* The same without a document, where the record is of the usual kind. False: yyjson has to look. Values lie in vals and
 * borrow from text; view->obj is NULL. */
bool sz_json_scan(sz_decoder *d, sz_str text, sz_json_view *view, yyjson_val vals[SZ_N_JSON_ROWS], const char **brace);

/* sz_time_parse, quicker for what is usual. */
bool sz_json_time(sz_decoder *d, sz_str s, int64_t *ms, bool *is_day);

/* What is usual: bytes of `2026-03-02T08:00:00+08:00`. */
enum { SZ_JSON_TIME = 25 };
static inline uint64_t sz_json_bytes8(const char *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}
#define SZ_JSON_OFFSET UINT64_C(0xffffffffffff0000) /* of the bytes 17 to 24 the last six */
static inline bool sz_json_is_known_day(const sz_json_moment *m, const char *p) {
    return sz_json_bytes8(p) == m->day[0] && sz_json_bytes8(p + 3) == m->day[1] &&
           (sz_json_bytes8(p + 17) & SZ_JSON_OFFSET) == m->offset;
}
/* Milliseconds of the day that `hh:mm:ss` says; -1: it is no such thing, or the 60th second. */
static inline int64_t sz_json_clock(const char *p) {
    uint64_t w = sz_json_bytes8(p) ^ UINT64_C(0x30303a30303a3030); /* each byte a digit, the colons 0 */
    uint64_t bad =
        (w & UINT64_C(0x0000ff0000ff0000)) | ((w | (w + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080));
    w = (w * 10 + (w >> 8)) & UINT64_C(0x00ff0000ff0000ff);
    /* 24 hours, 60 minutes or 60 seconds carry into the byte above */
    bad |= (w + UINT64_C(0x00c40000c40000e8)) & UINT64_C(0x0100000100000100);
    if (bad) return -1;
    sz_u128 all = (sz_u128)w * (1 + (UINT64_C(60) << 24) + (UINT64_C(3600) << 48)); /* seconds are its bits 48 to 64 */
    return (int64_t)((uint64_t)(all >> 48) & 0x1ffff) * SZ_SECOND_MS;
}

/* Is it of a built-in type, or of none? Declared types need view->obj. */
bool sz_json_is_built_in(const sz_decoder *d, const sz_json_view *v);
/* The view as an event or feed status, or dead. raw: the record's bytes (ids). */
void sz_json_event(sz_decoder *d, const sz_json_view *view, sz_str raw, sz_arena *a, sz_record *out);

#endif

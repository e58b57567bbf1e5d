/* SPDX-License-Identifier: Apache-2.0
 *
 * model: what comes in. Declared types, events, money, record bytes (JSON, CSV through a mapping) to events, dead letters.
 * The form of records, identities and reason codes is fixed by the contract; this module is where each is decided.
 *
 * Ownership: an event's texts borrow from the record's bytes or from the arena passed to the decoder, one arena a batch.
 * Threads: sz_types is immutable after loading and may be shared; a decoder and a mapping belong to one thread (a mapping
 * holds the columns and encoding of the file in hand, and match data: load one for each file that is read at the same time).
 * Units: money is integer fen, class hours integer millionths of an hour (sums stay exact), times epoch milliseconds.
 */
#ifndef SANZAO_MODEL_H
#define SANZAO_MODEL_H

#include <sanzao/base.h>
#include <sanzao/yaml.h>

/* ---- types ------------------------------------------------------------------------------------------------------- */

enum { SZ_TYPE_SWIPE, SZ_TYPE_ATTENDANCE, SZ_TYPE_DORM_ACCESS, SZ_TYPE_PRESENCE, SZ_TYPE_FIRST_DECLARED, SZ_TYPES_MAX = 64 };
enum { SZ_FIELDS_MAX = 16 }; /* declared fields a type */

typedef enum sz_field_kind { SZ_FIELD_TEXT, SZ_FIELD_ENUM, SZ_FIELD_NUMBER, SZ_FIELD_MONEY, SZ_FIELD_TIME } sz_field_kind;

typedef struct sz_field {
    sz_str name;
    sz_field_kind kind;
    sz_str *choices; /* enum */
    uint32_t n_choices;
    sz_span span;
} sz_field;

typedef struct sz_type {
    sz_str name;
    sz_str label_zh, label_en;
    bool presence;          /* a record of it is `seen` (built-ins decide by field, see sz_event_is_seen) */
    sz_field *fields;       /* declared fields; built-in fields are members of sz_event */
    uint32_t n_fields;
    sz_span span;
} sz_type;

typedef struct sz_types {
    sz_type v[SZ_TYPES_MAX];
    uint32_t n;
    sz_arena arena;
} sz_types;

void sz_types_init(sz_types *t); /* the four built-in ones */
void sz_types_fini(sz_types *t);
/* Read types.yaml: `library: {presence: true, label: {zh, en}, fields: {direction: [in, out], seat: text, minutes: number, fee: money, until: time}}`. */
sz_status sz_types_load(sz_types *t, const sz_yaml *root, sz_diags *d);
int sz_types_find(const sz_types *t, sz_str name); /* index or -1 */

/* ---- events --------------------------------------------------------------------------------------------------------- */

typedef enum sz_precision { SZ_PREC_SECOND, SZ_PREC_MINUTE, SZ_PREC_DAY } sz_precision;
typedef enum sz_op { SZ_SWIPE_CONSUME, SZ_SWIPE_REFUND, SZ_SWIPE_REVERSAL, SZ_SWIPE_TOPUP } sz_op;
typedef enum sz_attend { SZ_ATTEND_PRESENT, SZ_ATTEND_LATE, SZ_ATTEND_EARLY_LEAVE, SZ_ATTEND_ABSENT, SZ_ATTEND_EXCUSED, SZ_ATTEND_UNKNOWN } sz_attend;
typedef enum sz_direction { SZ_DIR_NONE, SZ_DIR_IN, SZ_DIR_OUT, SZ_DIR_UNKNOWN } sz_direction; /* NONE: not given */
typedef enum sz_result { SZ_RESULT_GRANTED, SZ_RESULT_DENIED } sz_result;

extern const char *const sz_precision_names[3];
extern const char *const sz_op_names[4];
extern const char *const sz_attend_names[6];
extern const char *const sz_direction_names[4]; /* [0] is "" */
extern const char *const sz_result_names[2];

#define SZ_ABSENT (-1) /* an amount, balance, number or hours that the record does not have */

typedef struct sz_value { /* of a declared field; kind as declared */
    bool is_set;
    double num;   /* number; money in yuan is fen / 100; time in ms */
    int64_t fen;  /* money */
    sz_str text;  /* text, enum */
} sz_value;

typedef struct sz_event {
    int64_t time_ms;      /* already at the start of its minute or day (precision); never SZ_TIME_NONE */
    int64_t collected_ms; /* SZ_TIME_NONE if not given */
    uint8_t type, precision, op, status, direction, result;
    bool has_hours;       /* attendance: written in the record (hours is 1 class hour otherwise) */
    bool is_named;        /* of a packed record, which keeps no `student`: it was not by its card that its student was found, or that is not known */
    sz_str id, source;    /* id is always set: given, or made as the contract says */
    sz_str student, card, card_system; /* "" if not given; card_system defaults to source at resolution */
    sz_str place, reader, ref, course, session, means;
    int64_t amount_fen, balance_fen, journal_no, use_count; /* SZ_ABSENT */
    int64_t hours_micro;  /* attendance */
    uint64_t content;     /* fingerprint of the known fields, `collected` aside: equal id and student with another content conflicts. Its lower
                           * half alone where it was kept (slim, log) */
    sz_value fields[SZ_FIELDS_MAX]; /* declared types only; not set otherwise */
    char id_hex[34];      /* where a packed record puts the text of an id that it holds in fewer bytes: such an event must not be copied by value */
} sz_event;

/* An event of a built-in type as it lies in its line: half of it, and it may move with the line. Texts in the order of sz_event, from its
 * id to its means, each by its place in the line and its length; codes as they lie in sz_event from its type on. */
enum { SZ_TEXT_ID, SZ_TEXT_SOURCE, SZ_TEXT_STUDENT, SZ_TEXT_CARD, SZ_TEXT_CARD_SYSTEM, SZ_TEXT_PLACE, SZ_TEXT_READER, SZ_TEXT_REF,
       SZ_TEXT_COURSE, SZ_TEXT_SESSION, SZ_TEXT_MEANS, SZ_N_TEXTS };
enum { SZ_COMPACT_TEXTS = 12, SZ_COMPACT_LENGTH = 10 }; /* texts, one unused; bits of a length, the place is above them */
typedef struct sz_compact {
    int64_t time_ms, collected_ms;
    uint8_t codes[8];
    uint32_t texts[SZ_COMPACT_TEXTS]; /* 0: not given */
    int64_t amount_fen, balance_fen, journal_no, use_count, hours_micro;
    uint64_t content;
} sz_compact;
static inline sz_str sz_compact_text(const sz_compact *c, const char *line, unsigned which) {
    return (sz_str){line + (c->texts[which] >> SZ_COMPACT_LENGTH), c->texts[which] & ((1u << SZ_COMPACT_LENGTH) - 1)};
}
/* All of it but declared fields, which it has none of; texts borrow from the line. made: the id, where it is none of the line's. */
void sz_compact_expand(const sz_compact *c, const char *line, sz_str made, sz_event *out);

/* An event of a built-in type in one piece that lies anywhere: this, then its texts in the order of SZ_TEXT_ID, one behind the other, then the
 * numbers that it has: the time of its collection in 8 bytes, all others in 4 each where that is enough for all of them, else in 8. A fifth of
 * an event, and nothing of its line. */
enum { SZ_SLIM_TEXTS = 255, SZ_SLIM_NUMBERS = 6 }; /* bytes of all texts at most; collected, then amount to hours as in sz_event */
enum { SZ_SLIM_NARROW = 1 << SZ_SLIM_NUMBERS };     /* in `given`: numbers of 4 bytes */
typedef struct sz_slim {
    int64_t time_ms;
    uint8_t codes[7];                  /* as they lie in sz_event from its type on */
    uint8_t given;                     /* bits of the numbers that it has */
    uint32_t content;                  /* the lower half, which is what logs keep */
    uint8_t lengths[SZ_COMPACT_TEXTS]; /* of its texts; 0: not given, as is the last one */
} sz_slim;
enum { SZ_SLIM_MOST = 2048 }; /* room for one, and for what a decoder finds to be none while it writes */
static inline const char *sz_slim_texts(const sz_slim *s) { return (const char *)(s + 1); }
static inline sz_str sz_slim_text(const sz_slim *s, unsigned which) {
    const char *at = sz_slim_texts(s);
    for (unsigned i = 0; i < which; i++) at += s->lengths[i];
    return (sz_str){at, s->lengths[which]};
}
/* Where its numbers begin. */
static inline const char *sz_slim_numbers(const sz_slim *s) { return sz_slim_text(s, SZ_N_TEXTS).p; }
/* All of it but declared fields; texts borrow from it. Where it ends. */
const char *sz_slim_expand(const sz_slim *s, sz_event *out);
/* The numbers alone, to and from any place; where they end there. */
char *sz_slim_put_numbers(sz_slim *s, char *to, const sz_event *e);
const char *sz_slim_take_numbers(const sz_slim *s, const char *from, sz_event *out);

/* A hash of one text of an event, another one for each member: who has equal ones of id, source (with its default written out) and of
 * student, else card, is one record. */
uint64_t sz_text_print(unsigned which, sz_str s);
typedef struct sz_prints { uint64_t id, source, who; } sz_prints;

typedef enum sz_feed_state { SZ_FEED_NONE, SZ_FEED_OPEN, SZ_FEED_COMPLETE, SZ_FEED_DOWN } sz_feed_state;

typedef struct sz_feed_status {
    sz_str source;
    int64_t time_ms;
    int64_t complete_through_ms; /* SZ_TIME_NONE */
    sz_feed_state state;
    sz_str reader, building;     /* taken, not used yet */
} sz_feed_status;

/* seen (semantics 16) by the built-in types' fields or the declared type's `presence`. */
bool sz_event_is_seen(const sz_types *t, const sz_event *e);
/* True for a reversal, refund or excuse that has a ref. */
bool sz_event_is_undo(const sz_event *e);
/* Is it one that a decoder would have let pass, its texts aside: times between 1990 and 2200, amounts and hours within their bounds? What
 * comes back from a store is asked. */
bool sz_event_is_sane(const sz_event *e, const sz_types *types);
bool sz_time_is_sane(int64_t ms);
/* Is it later than its own collection (SZ_TIME_NONE: not given) by more than a clock may be wrong? Then it is a dead letter. */
static inline bool sz_time_is_after_collected(int64_t time_ms, int64_t collected_ms) {
    return collected_ms != SZ_TIME_NONE && time_ms > collected_ms + 10 * SZ_MINUTE_MS;
}
/* Order of semantics 1: time, source, id; bytes compared. */
int sz_event_cmp(const sz_event *a, const sz_event *b);

/* ---- dead letters ---------------------------------------------------------------------------------------------------- */

typedef enum sz_reason {
    SZ_REASON_NONE, SZ_BAD_JSON, SZ_BAD_UTF8, SZ_TOO_LARGE, SZ_TOO_DEEP, SZ_MISSING_FIELD, SZ_WRONG_TYPE, SZ_BAD_VALUE, SZ_BAD_TIME,
    SZ_UNKNOWN_TYPE, SZ_UNKNOWN_STUDENT, SZ_UNKNOWN_CARD, SZ_CONFLICTING_DUPLICATE, SZ_TOO_LATE, SZ_FUTURE_TIME, SZ_MISROUTED,
    SZ_N_REASONS
} sz_reason;
extern const char *const sz_reason_names[SZ_N_REASONS];

/* Where a record came from. */
typedef struct sz_origin {
    sz_str source;      /* file:PATH, stdin, kafka:TOPIC */
    int32_t partition;  /* -1: none */
    int64_t offset;     /* bytes in the (decompressed) file, or Kafka's offset */
    int64_t line;       /* from 1; 0: none */
} sz_origin;

typedef struct sz_dead {
    sz_reason reason;
    const char *field;   /* NULL: none */
    char detail[160];    /* English, no student in it */
} sz_dead;

struct sz_record;
/* Make r a dead letter; its time_ms stays. The detail is English and names no student; it is cut at 159 bytes. */
void sz_record_dead(struct sz_record *r, sz_arena *a, sz_reason reason, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* One line of a dead-letter file, with its line end (contract). at_ms: the wall clock is not used; it is the record's own time
 * when it has one, else the highest watermark (SZ_TIME_NONE prints null), so that a repeat has the same bytes. */
void sz_dead_write(sz_buf *out, const sz_zone *z, const sz_dead *dead, int64_t at_ms, const sz_origin *origin, sz_str raw);

/* ---- decoding --------------------------------------------------------------------------------------------------------- */

typedef enum sz_record_kind { SZ_RECORD_EVENT, SZ_RECORD_FEED_STATUS, SZ_RECORD_DEAD } sz_record_kind;

typedef struct sz_record {
    sz_record_kind kind; /* event is set for EVENT, feed for FEED_STATUS, dead for DEAD */
    int64_t time_ms; /* of the event or feed status; SZ_TIME_NONE for dead letters without a usable time */
    sz_event event;
    sz_feed_status feed;
    sz_dead dead;
} sz_record;

enum { SZ_RECORD_MAX = 1 << 20, SZ_DEPTH_MAX = 32 };

typedef struct sz_decoder sz_decoder; /* yyjson with a pool that is reused */
sz_decoder *sz_decoder_new(const sz_types *types, const sz_zone *zone);
void sz_decoder_free(sz_decoder *d);
void sz_decoder_only_yyjson(sz_decoder *d); /* for tests: without what stands in front of it */
void sz_decoder_narrow(sz_decoder *d);      /* for tests: as if the processor could do no more than any of its kind */
/* From here on records lie in a buffer that has SZ_READ_BEHIND zeros behind its end: up to these may be read, whatever is there. */
enum { SZ_READ_BEHIND = 64 };
void sz_decoder_may_read_behind(sz_decoder *d);
/* Decode one JSON record (contract; CloudEvents structured mode too). Always fills *out; texts borrow from `raw` or are copied
 * into a. Never fails otherwise: what cannot be used is SZ_RECORD_DEAD with reason, field and detail. */
void sz_decode_json(sz_decoder *d, sz_str raw, sz_arena *a, sz_record *out);

/* Decode the line at the beginning of `text` without knowing where it ends, where that can be done at once: how many bytes it
 * takes, its line feed not included. 0: it is to be cut first, and decoded by sz_decode_json, for which this is the same. */
size_t sz_decode_json_line(sz_decoder *d, sz_str text, sz_arena *a, sz_record *out);

/* The same, with the texts left where they are, for whoever keeps the line: an event of a built-in type, or 0. made: the id if it was
 * left out, until the next call; else empty. */
size_t sz_decode_json_compact(sz_decoder *d, sz_str text, sz_compact *out, sz_str *made);
/* The same in one piece, in room for SZ_SLIM_MOST: an event of a built-in type, or 0. *size: of the piece. */
size_t sz_decode_json_slim(sz_decoder *d, sz_str text, sz_slim *out, size_t *size, sz_prints *prints);
/* The same of a value that is no line: all of it is the record, and nothing is read behind it. False: sz_decode_json is to judge it. */
bool sz_decode_json_slim_value(sz_decoder *d, sz_str value, sz_slim *out, size_t *size);

/* Compute id (when left out) and content; the CSV mapping uses it as well. */
void sz_event_finish(sz_event *e, sz_str raw, bool has_id, sz_arena *a);

/* The event as one JSON object, without line end, that decodes to it again. Its direction, for a door, and its place may have come from its
 * reader: what is not to stand there is for the caller to clear. */
void sz_event_write_json(sz_buf *out, const sz_event *e, const sz_types *types, const sz_zone *z);

/* ---- CSV, mapping ------------------------------------------------------------------------------------------------------ */

/* RFC 4180 rows, also tab and other separators. Quoted fields may hold line ends. */
typedef struct sz_csv_row {
    sz_str *cells;      /* unquoted texts, in the arena or borrowed */
    uint32_t n;
    size_t off, len;    /* of the row in the text, line end excluded */
    uint32_t *offs;     /* where each cell begins in the text, quote included: for locations */
} sz_csv_row;
/* Next row of text from *pos on; SZ_END at the end; blank lines are skipped. An unclosed quote ends at the text's end with *bad. */
sz_status sz_csv_next(sz_arena *a, sz_str text, char sep, size_t *pos, sz_csv_row *row, bool *bad);
/* Length of the first whole CSV record in text (line end included), 0 if it is not complete and !at_end: for cutting a stream.
 * May be used on UTF-8 and GB18030 bytes; UTF-16 is converted first. An unclosed quote takes all of the text: bound it with SZ_RECORD_MAX. */
size_t sz_csv_record_len(sz_str text, char sep, bool at_end);
/* A trimmed cell without the marks by which spreadsheets keep a number as text: `="0012"`, and `'0012` where no other
 * quote is in it. */
sz_str sz_csv_unmarked(sz_str cell);
/* Without what cannot be seen at both ends: blanks, also the wide and the no-break one, line ends, byte order marks. */
sz_str sz_csv_trim_blanks(sz_str cell);
/* The same, without a spreadsheet's marks too. */
sz_str sz_csv_trim(sz_str cell);
/* Is it 2.02E+09 or 2.021000001E9, what spreadsheets and Java make of a long number that is not told to be text? */
bool sz_csv_is_rounded(sz_str cell);
/* Do the rows of a text that begins so end in a CR alone, as spreadsheets of old Macs wrote them? Then make each of
 * them an LF. */
bool sz_csv_ends_in_cr(const void *text, size_t n);
void sz_csv_cr_to_lf(void *text, size_t n);

/* Encodings of a text file: found out from a BOM, UTF-8 validity, GB18030 validity; or given. */
typedef enum sz_encoding { SZ_ENC_AUTO, SZ_ENC_UTF8, SZ_ENC_GB18030, SZ_ENC_UTF16LE, SZ_ENC_UTF16BE, SZ_ENC_BAD } sz_encoding;
bool sz_is_utf32(const void *p, size_t n);                   /* by its mark; nothing reads it */
sz_encoding sz_encoding_find(const void *p, size_t n);       /* a sample from the start is enough; never AUTO */
sz_encoding sz_encoding_named(sz_str name);                  /* utf-8 gbk gb2312 gb18030 utf-16 …, any case; BAD if unknown */
/* Whole text to UTF-8 without BOM (iconv). False when bytes do not belong to the encoding; *bad_off is the first such byte. */
bool sz_to_utf8(sz_encoding enc, const void *p, size_t n, sz_buf *out, size_t *bad_off);
/* The same piece by piece (whole characters) without opening iconv for each. NULL for AUTO, BAD, and where the system's C
 * library lacks GB18030 (Debian: libc-gconv-modules-extra, where that package exists). */
typedef struct sz_conv sz_conv;
sz_conv *sz_conv_new(sz_encoding enc);
void sz_conv_free(sz_conv *c);
bool sz_conv_to_utf8(sz_conv *c, const void *p, size_t n, sz_buf *out, size_t *bad_off);

/* A mapping (YAML, docs/mapping.md): how a vendor's CSV or TSV reads as events. Its YAML tree, the types and the zone must
 * outlive it. Life: load; for each file skip `skip_rows` records, bind to the next one as the header, use_encoding with what the
 * mapping says or sz_encoding_find found out; then decode each record that sz_csv_record_len cuts. */
typedef struct sz_mapping sz_mapping;
sz_status sz_mapping_load(const sz_yaml *root, const sz_types *types, const sz_zone *zone, sz_diags *d, sz_mapping **out);
void sz_mapping_free(sz_mapping *m);
char sz_mapping_separator(const sz_mapping *m);
/* The file in hand: where the mapping names no separator, that of a .tsv (.tsv.gz, .tsv.zst) is the tab. */
void sz_mapping_use_file(sz_mapping *m, const char *name);
sz_encoding sz_mapping_encoding(const sz_mapping *m);
bool sz_mapping_has_header(const sz_mapping *m);
uint32_t sz_mapping_skip_rows(const sz_mapping *m); /* records above the header row */
/* Encoding of the rows that sz_mapping_decode gets; without it UTF-8. False: this system cannot read it (see sz_conv_new). */
bool sz_mapping_use_encoding(sz_mapping *m, sz_encoding enc);
/* Bind to a file's header row (UTF-8): findings name the columns that are missing, with the nearest heading. src: of the header's
 * text, for locations and the file's name; may be NULL. Without a header (has_header false) there is nothing to bind. */
sz_status sz_mapping_bind(sz_mapping *m, const sz_csv_row *header, const sz_source *src, sz_diags *d);
/* Are all columns that the mapping names among these headings? */
bool sz_mapping_has_headings(const sz_mapping *m, const sz_csv_row *row);
/* Has one of two rows each column, in one place, and neither all? Then what number each has is appended: `学号` 1, `时间` 3. */
bool sz_mapping_has_headings_in_two(const sz_mapping *m, const sz_csv_row *upper, const sz_csv_row *lower, sz_buf *numbers);
/* Are these bytes of a row the headings once more, but in another order? Then the rows below have it too. */
bool sz_mapping_is_other_order(const sz_mapping *m, sz_str raw, sz_arena *a);
/* One row (already UTF-8) as a record; raw are the row's bytes as they stood in the file (for ids and dead letters). */
void sz_mapping_apply(const sz_mapping *m, const sz_csv_row *row, sz_str raw, sz_arena *a, sz_record *out);
/* The raw bytes of one row, line end included or not, as a record: conversion, cells, apply. What sz_decode_json is for JSON;
 * texts live in the arena or borrow from raw. */
void sz_mapping_decode(const sz_mapping *m, sz_str raw, sz_arena *a, sz_record *out);

/* Finding codes of this module: 251-299 (docs/errors.md is made of them). */
const sz_code_doc *sz_model_codes(size_t *n);

#endif

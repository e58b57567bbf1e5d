/* SPDX-License-Identifier: Apache-2.0
 *
 * base: what every other module stands on. Status, findings for people, memory, bytes, maps, civil time, text width.
 *
 * Ownership: `_init/_fini` for values, `_new/_free` for pointers; a returned `const T *` or `sz_str` is borrowed.
 * Threads: no object here is shared; one thread uses one object at a time. No mutable globals.
 * Units: `_ms` milliseconds, `_s` seconds, days are local civil days counted from 1970-01-01 (day 0).
 * Out of memory: the process ends with a message (sz_alloc); no caller checks for NULL.
 * Functions declared `static inline` are the hot ones; their bodies are in base_inline.h, included at the end.
 */
#ifndef SANZAO_BASE_H
#define SANZAO_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- status ------------------------------------------------------------------------------------------------ */

typedef enum sz_status {
    SZ_OK = 0,
    SZ_FINDINGS,   /* the input is wrong; the findings are in the sz_diags that was passed (caller: exit 1) */
    SZ_USAGE,      /* the command line or config is wrong (exit 2) */
    SZ_IO,         /* a file or server cannot be used; a finding says which and why (exit 4) */
    SZ_REFUSED,    /* a store refused: another owner, another seq, a newer format (exit 4) */
    SZ_CORRUPT,    /* stored bytes are not what was written (exit 4) */
    SZ_END,        /* no more input */
    SZ_NOT_FOUND,  /* asked for something that is not there */
    SZ_INTERRUPTED /* a signal asked to stop (exit 130) */
} sz_status;

/* ---- borrowed text ------------------------------------------------------------------------------------------- */

typedef struct sz_str {
    const char *p; /* not NUL-terminated; may be NULL when n is 0 */
    size_t n;
} sz_str;

#define SZ_STR(lit) ((sz_str){(lit), sizeof(lit) - 1})
#define SZ_FMT_STR(s) (int)(s).n, (s).p ? (s).p : "" /* for %.*s */
sz_str sz_str_of(const char *z);                     /* z may be NULL */
static inline bool sz_str_eq(sz_str a, sz_str b);
static inline bool sz_str_is(sz_str a, const char *z); /* z may be NULL: an empty text */
int sz_str_cmp(sz_str a, sz_str b); /* bytes, then length: -1, 0, 1 */
sz_str sz_str_trim(sz_str s);       /* without leading and trailing ASCII white space */
size_t sz_str_find(sz_str s, size_t from, sz_str what); /* first place from there on (<= s.n); SIZE_MAX: none */
bool sz_str_has(sz_str s, sz_str part);                 /* anywhere; of nothing: always */
bool sz_str_is_ascii(sz_str s);
uint64_t sz_hash(const void *p, size_t n); /* xxh64, seed 0: the same for ever, so it may be stored */
static inline uint64_t sz_hash_key(const void *p, size_t n); /* of short keys, for tables in memory only: it may change */
/* The ending of an English noun beside a number: none of 1, else "s". */
static inline const char *sz_plural(uint64_t n) { return n == 1 ? "" : "s"; }
/* Edit distance for "did you mean" (two neighbours swapped count as one edit): at most `limit`, else limit + 1. Counts
 * UTF-8 characters. */
int sz_str_distance(sz_str a, sz_str b, int limit);
/* True if s is well-formed UTF-8 (no surrogates, no overlong forms). */
bool sz_utf8_valid(const char *p, size_t n);
/* Decode one character at p (n > 0 bytes left); bad bytes give U+FFFD and length 1. */
uint32_t sz_utf8_next(const char *p, size_t n, size_t *len);
/* Control characters and those that turn the direction of writing: no terminal should get them from a file. */
bool sz_utf8_is_unsafe(uint32_t c);
/* What nothing is seen of: zero-width blanks and joiners, marks of direction, a byte order mark, a soft hyphen. */
bool sz_utf8_is_unseen(uint32_t c);
/* Cells that a terminal uses for s: East Asian Wide and Fullwidth 2, combining and zero-width 0, else 1. Own table, no
 * locale. */
size_t sz_text_width(sz_str s);
/* Strict decimal integer over all of s: false on anything else or out of range. */
bool sz_str_i64(sz_str s, int64_t *out);
/* Decimal number over all of s (no hex, inf, nan; locale-free; `.5` and `5.` are fine): false on anything else, also on
 * what a double cannot hold (1e999). */
bool sz_str_double(sz_str s, double *out);

/* ---- memory ---------------------------------------------------------------------------------------------------- */

void *sz_alloc(size_t n);             /* zeroed; never NULL */
void *sz_realloc(void *p, size_t n);  /* never NULL for n > 0 */
void sz_free(void *p);
/* The process ends, status 4, having said why in both languages: for what no caller could do better about. */
_Noreturn void sz_give_up(const char *en, const char *zh);

/* Grow-only region freed at once. Lifetime is the owner's: one a rule set, one an event batch. */
typedef struct sz_arena {
    struct sz_arena_block *head;
    size_t used; /* in head */
} sz_arena;
void sz_arena_init(sz_arena *a);
void *sz_arena_alloc(sz_arena *a, size_t n);          /* zeroed, aligned to 16 */
void *sz_arena_raw(sz_arena *a, size_t n);            /* the same, not zeroed: for bytes that are written at once */
sz_str sz_arena_str(sz_arena *a, sz_str s);           /* copy, NUL-terminated after n */
char *sz_arena_printf(sz_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *sz_arena_vprintf(sz_arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void sz_arena_reset(sz_arena *a); /* forget all, keep the newest (largest) block: a batch arena soon allocates no more */
void sz_arena_fini(sz_arena *a);
void sz_arena_take(sz_arena *a, sz_arena *from); /* all of from's blocks are a's from now on; nothing moves, and from is empty */
#define SZ_NEW(arena, T) ((T *)sz_arena_alloc((arena), sizeof(T)))
#define SZ_NEWN(arena, T, n) ((T *)sz_arena_alloc((arena), sizeof(T) * (size_t)(n)))

/* Growable bytes. */
typedef struct sz_buf {
    uint8_t *p;
    size_t n, cap;
} sz_buf;
void sz_buf_init(sz_buf *b);
void sz_buf_fini(sz_buf *b);
void sz_buf_clear(sz_buf *b);                 /* n = 0, keeps the memory */
static inline void sz_buf_reserve(sz_buf *b, size_t extra); /* room for extra more bytes */
void sz_buf_grow(sz_buf *b, size_t extra);    /* the slow path of sz_buf_reserve; not for callers */
static inline void sz_buf_put(sz_buf *b, const void *p, size_t n);
static inline void sz_buf_put_str(sz_buf *b, sz_str s);
void sz_buf_put_z(sz_buf *b, const char *z);
static inline void sz_buf_put_u8(sz_buf *b, uint8_t v);
static inline void sz_buf_put_u32(sz_buf *b, uint32_t v);   /* little endian */
static inline void sz_buf_put_u64(sz_buf *b, uint64_t v);
static inline void sz_buf_put_double(sz_buf *b, double v);
static inline void sz_buf_put_varint(sz_buf *b, uint64_t v); /* LEB128, 1..10 bytes */
static inline void sz_buf_put_zigzag(sz_buf *b, int64_t v);
static inline void sz_buf_put_lstr(sz_buf *b, sz_str s);     /* varint length, bytes */
void sz_buf_put_dec(sz_buf *b, int64_t v);     /* decimal digits */
void sz_buf_printf(sz_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
sz_str sz_buf_str(const sz_buf *b);            /* borrowed until the next put */

/* base64 of RFC 4648, with its padding. */
void sz_base64_put(sz_buf *out, sz_str bytes);
/* Its bytes, into room for text.n / 4 * 3 + 2 of them; the padding may be missing. False: the text is no base64. */
bool sz_base64_get(sz_str text, char *out, size_t *n);

/* Reader over bytes that may be damaged: after any failure `bad` is set and every further read gives 0. */
typedef struct sz_reader {
    const uint8_t *p, *end;
    bool bad;
} sz_reader;
static inline sz_reader sz_reader_of(const void *p, size_t n);
static inline uint8_t sz_read_u8(sz_reader *r);
static inline uint32_t sz_read_u32(sz_reader *r);
static inline uint64_t sz_read_u64(sz_reader *r);
static inline double sz_read_double(sz_reader *r);
static inline uint64_t sz_read_varint(sz_reader *r); /* bad if longer than 10 bytes or over 64 bits */
uint64_t sz_read_varint_long(sz_reader *r);          /* its slow path; not for callers */
static inline int64_t sz_read_zigzag(sz_reader *r);
static inline sz_str sz_read_lstr(sz_reader *r);       /* borrowed from the bytes */
static inline sz_str sz_read_bytes(sz_reader *r, size_t n);

/* String to u32, open addressing; keys are copied into the map's own arena. Iteration is by index of insertion. */
typedef struct sz_map {
    sz_arena arena;
    sz_str *keys;
    uint32_t *vals;
    uint64_t *hashes;
    uint32_t n, cap_keys;
    uint64_t *slots; /* upper half of the hash, index + 1; 0 empty */
    uint32_t n_slots;
} sz_map;
void sz_map_init(sz_map *m);
void sz_map_fini(sz_map *m);
/* Value of key, or NULL. */
const uint32_t *sz_map_get(const sz_map *m, sz_str key);
/* Set key to val; true if the key was new. */
bool sz_map_put(sz_map *m, sz_str key, uint32_t val);
void sz_map_prefetch(const sz_map *m, sz_str key); /* where the key would stand, into the cache */
void sz_map_reserve(sz_map *m, uint32_t n); /* room for n keys in all, at once */
/* Number of key, given in order of first use (0, 1, 2 ...): a dictionary. Text back with sz_map_key. */
uint32_t sz_map_intern(sz_map *m, sz_str key);
sz_str sz_map_key(const sz_map *m, uint32_t i); /* i < n, in order of insertion */

/* Stable merge sort of n elements of `size` bytes; cmp gets ctx. Never recurses deeper than log2(n). */
void sz_sort(void *base, size_t n, size_t size, int (*cmp)(const void *a, const void *b, void *ctx), void *ctx);

/* ---- civil time -------------------------------------------------------------------------------------------------- */

#define SZ_SECOND_MS INT64_C(1000)
#define SZ_MINUTE_MS INT64_C(60000)
#define SZ_HOUR_MS INT64_C(3600000)
#define SZ_DAY_MS INT64_C(86400000)
#define SZ_TIME_NONE INT64_MIN      /* no time known */
#define SZ_TIME_MAX INT64_MAX       /* after everything */
#define SZ_DAY_NONE INT32_MIN

/* Local time of a campus: offsets by transition; most have one. Immutable after init. */
typedef struct sz_zone {
    char name[64];
    uint32_t n;          /* transitions; 0: `offset0_s` always */
    int64_t *from_ms;    /* ascending; offset i holds from from_ms[i] */
    int32_t *offset_s;   /* n */
    int32_t offset0_s;   /* before the first transition */
} sz_zone;
void sz_zone_fixed(sz_zone *z, int32_t offset_s, const char *name);
/* Read a TZif file's bytes (RFC 8536, version 1 or 2+; the footer's rule is not followed past the last transition). */
sz_status sz_zone_parse(sz_zone *z, const char *name, const void *tzif, size_t n);
void sz_zone_fini(sz_zone *z);
static inline int32_t sz_zone_offset_s(const sz_zone *z, int64_t t_ms); /* in force at t */
int32_t sz_zone_offset_search(const sz_zone *z, int64_t t_ms);          /* its slow path; not for callers */
/* Local day of t; SZ_TIME_NONE gives SZ_DAY_NONE, SZ_TIME_MAX INT32_MAX. */
static inline int32_t sz_zone_day(const sz_zone *z, int64_t t_ms);
/* The day that was asked for last, so that the next instant in it needs no division. All zero: none. A day in which the offset
 * changes, or after which it does, is not remembered. */
typedef struct sz_day_memo {
    int64_t from_ms, to_ms;
    int32_t day;
} sz_day_memo;
static inline int32_t sz_zone_day_as(const sz_zone *z, sz_day_memo *m, int64_t t_ms);
int32_t sz_zone_day_anew(const sz_zone *z, sz_day_memo *m, int64_t t_ms); /* its slow path; not for callers */
/* The night of t, noon to noon, named by its evening's day. The memo is one of nights only. */
static inline int32_t sz_zone_night(const sz_zone *z, int64_t t_ms);
static inline int32_t sz_zone_night_as(const sz_zone *z, sz_day_memo *m, int64_t t_ms);
int32_t sz_zone_night_anew(const sz_zone *z, sz_day_memo *m, int64_t t_ms); /* its slow path; not for callers */
static inline int64_t sz_zone_midnight(const sz_zone *z, int32_t day);  /* first instant of the local day */
static inline int64_t sz_zone_noon(const sz_zone *z, int32_t day);       /* 12:00 of the local day */
/* That wall-clock time on that day; ms_of_day may lie outside 0..SZ_DAY_MS-1 (26:00 is 02:00 of the next day). A time
 * that comes twice is the first of the two; one that a forward change skips is as much later as the clock went forward. */
int64_t sz_zone_at(const sz_zone *z, int32_t day, int32_t ms_of_day);
static inline int32_t sz_zone_ms_of_day(const sz_zone *z, int64_t t_ms); /* wall-clock milliseconds since 00:00 */

int32_t sz_day_from_ymd(int y, int m, int d);              /* proleptic Gregorian (Hinnant, days_from_civil) */
void sz_day_to_ymd(int32_t day, int *y, int *m, int *d);
bool sz_ymd_valid(int y, int m, int d);
int sz_day_weekday(int32_t day);                            /* 1 Monday .. 7 Sunday */

/* RFC 3339, or the same without offset (campus time; `T` or space; seconds and fraction optional), or YYYY-MM-DD alone
 * (midnight; *is_day set). Seconds may also be left out before an offset (java.time prints so); second 60 (of minute 59)
 * is second 0 of the next minute. Fractions beyond milliseconds are cut. False on anything else. is_day may be NULL. */
bool sz_time_parse(const sz_zone *z, sz_str s, int64_t *out_ms, bool *is_day);
/* RFC 3339 with the campus offset, milliseconds only where they are not zero. Writes at most 40 bytes with NUL; returns
 * length. An offset with seconds (local mean time) is printed as UTC, Z; times outside years 0..9999 give "" and 0. */
size_t sz_time_format(const sz_zone *z, int64_t t_ms, char out[40]);
/* YYYY-MM-DD, 11 bytes with NUL; "" outside years 0..9999. */
void sz_day_format(int32_t day, char out[11]);
/* `90s 90m 24h 7d 2w`, also `1h30m` (larger unit first, each once); whole numbers, no spaces between (one space before
 * the unit is fine). False otherwise. */
bool sz_duration_parse(sz_str s, int64_t *out_ms);

/* What people write instead of the forms above; only for hints, nothing is read by it. False: nothing that is known.
 * `三` `two` `半`; `周六` `Saturday` as 1 Monday .. 7; `大一` `freshmen` as 1; `下午3点半` `7am` as HH:MM; `2026/3/1` as a
 * day, with or without a time as an instant of +08:00; `三天` `1 month` as a duration (is_rough: a month or year is in it). */
enum { SZ_MEANT = 32 }; /* bytes of an answer, with NUL */
bool sz_meant_number(sz_str s, double *out);
bool sz_meant_weekday(sz_str s, int *out);
bool sz_meant_year(sz_str s, int *out);
bool sz_meant_clock(sz_str s, char out[SZ_MEANT]);
bool sz_meant_next_clock(sz_str s, char out[SZ_MEANT]); /* 25:30, as timetables count on after midnight: 01:30 */
bool sz_meant_date(sz_str s, char out[SZ_MEANT]);
bool sz_meant_instant(sz_str s, char out[SZ_MEANT]);
bool sz_meant_duration(sz_str s, char out[SZ_MEANT], bool *is_rough);
/* A number with its unit, a bound around it cut off and said: `24小时以上` `百分之五十` `¥420` `3 or more` `420 yaun`. */
enum sz_measure { SZ_M_NUMBER, SZ_M_SHARE, SZ_M_YUAN, SZ_M_CLASS_HOURS, SZ_M_COUNT, SZ_M_POINTS, SZ_M_DAYS, SZ_M_TIME };
typedef struct sz_meant {
    enum sz_measure measure;
    const char *op;        /* >= of 以上; "" where no bound was there */
    bool is_misspelt;      /* its unit is one slip away from a known one */
    char number[SZ_MEANT]; /* 50 of 50%; of a duration with several units all of it */
    char text[SZ_MEANT];   /* as a param has it: 24h, 50%, 420 yuan, 3 days, 3 */
} sz_meant;
bool sz_meant_value(sz_str s, sz_meant *out);
/* 42000分 where money is asked: hundredths of a yuan, and no points. False: it does not end with 分. */
bool sz_meant_fen(sz_str s, const sz_meant *v, sz_meant *out);

/* ---- findings ---------------------------------------------------------------------------------------------------- */

/* One text of a file with its line starts; findings point into it. Immutable after init. */
typedef struct sz_source {
    const char *name;   /* as shown, for example rules/late.yaml */
    const char *p;
    size_t n;
    uint32_t *lines;    /* byte offset of each line's first byte */
    uint32_t n_lines;
    bool is_of_people;  /* its lines name students: they are for whoever checks it, not for a log */
} sz_source;
/* Copies name and text into the arena and maps the lines. */
const sz_source *sz_source_new(sz_arena *a, const char *name, const void *p, size_t n);
const sz_source *sz_source_of_people(sz_arena *a, const char *name, const void *p, size_t n);
/* Line (from 1), column (from 1, in characters; a BOM does not count) of a byte offset. Lines end at LF, CR LF, CR. */
void sz_source_locate(const sz_source *s, size_t off, uint32_t *line, uint32_t *col);
sz_str sz_source_line(const sz_source *s, uint32_t line); /* without its line end */

typedef struct sz_span {
    const sz_source *src; /* NULL: no place */
    uint32_t off, len;    /* bytes */
} sz_span;

typedef enum sz_severity { SZ_NOTE, SZ_WARNING, SZ_ERROR } sz_severity;

/* One finding. Message and hint are whole sentences in both languages without a full stop at the end; NULL zh means the
 * English. */
typedef struct sz_diag {
    sz_severity severity;
    int code;               /* SZ042 is 42; never reused, see the registry (rules/codes) */
    sz_span span;
    const char *message, *message_zh;
    const char *hint, *hint_zh;     /* NULL: none */
    bool hides_line;                /* its place is told, the line is not shown */
} sz_diag;

typedef struct sz_diags {
    sz_arena arena;
    sz_diag *v;
    size_t n, cap;
    size_t n_errors, n_warnings;
} sz_diags;
void sz_diags_init(sz_diags *d);
void sz_diags_fini(sz_diags *d);
/* Add a finding; both languages are formatted with the same arguments, so use %N$ forms or the same order in both.
 * Returns it, so that a hint can be added at once (the next add may move it). At most 10,000 are kept; further ones are
 * only counted (and what is returned for them is not shown). */
sz_diag *sz_diags_add(sz_diags *d, sz_severity sev, int code, sz_span at, const char *en, const char *zh, ...);
void sz_diag_hint(sz_diags *d, sz_diag *g, const char *en, const char *zh, ...);
/* Where those from `first` on are about, that have no place yet. */
void sz_diags_place(sz_diags *d, size_t first, sz_span at);
/* Order by file name, place, code; findings without a place come first. Stable. */
void sz_diags_sort(sz_diags *d);

/* What a finding's code means, for `sanzao explain SZ042` and docs/errors.md. Each module that finds things has a table. */
typedef struct sz_code_doc {
    int code;
    const char *meaning, *meaning_zh; /* one sentence, no full stop */
    const char *example;              /* input that gives the finding, maybe several lines; NULL: cannot be shown */
    const char *better;               /* the same as it should be; NULL: nothing to show */
} sz_code_doc;

typedef enum sz_lang { SZ_EN, SZ_ZH } sz_lang;
/* `file:line:col: error[SZ042]: message`, the line, a caret line that is right under wide characters (also tabs), `= hint`.
 * Control characters of the input never reach the terminal; long lines are cut around the place. Code 0: no [SZ000]. */
void sz_diag_print(sz_buf *out, const sz_diag *g, sz_lang lang, bool color);
/* What the system says of an error (errno) in Chinese; its own words where there are none of ours. */
const char *sz_os_zh(int error);
/* A code of a record (`absent`, `topup`, `in` …) in Chinese: the usual word, static; NULL: no code of ours. */
const char *sz_code_zh(sz_str code);
/* Is that a Chinese word for the code? */
bool sz_code_means(sz_str code, sz_str zh);
/* One JSON object {"file","line","column","severity","code","message","hint"} without line end; what a finding has not is
 * null. */
void sz_diag_json(sz_buf *out, const sz_diag *g, sz_lang lang);
/* JSON string with quotes; s must be UTF-8 (bad bytes become U+FFFD). */
void sz_json_str(sz_buf *out, sz_str s);
/* Shortest decimal that reads back as d (17 digits at most); integers below 2^53 without point or exponent. inf, nan:
 * null. */
void sz_json_double(sz_buf *out, double d);

#include <sanzao/base_inline.h>

#endif

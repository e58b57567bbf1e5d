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

/* What stands between two values, `,"time":"`: the key after a key (json_scan.c). */
enum { SZ_JSON_BEGIN = SZ_N_JSON_ROWS, SZ_JSON_UNKNOWN }; /* nothing, a key that is no row */
typedef struct sz_json_next {
    char text[16];
    uint32_t mask; /* a bit for each of its bytes */
    uint8_t n, row;
    bool is_text; /* its last byte begins a string */
} sz_json_next;

struct sz_decoder {
    const sz_types *types;
    const sz_zone *zone;
    sz_json_pool pool;
    sz_key names[SZ_N_JSON_ROWS];
    sz_key masks[SZ_KEY_MAX + 1]; /* the first n bytes of a key */
    uint8_t slots[SZ_KEY_SLOTS];  /* field names by hash: row + 1, 0 empty */
    uint32_t rows_of[6];          /* fields of a type or of feed_status, a bit a row; by number of the type's bit */
    uint32_t text_rows;
    char day[10]; /* the latest, and its midnight in UTC */
    int64_t day_ms;
    sz_json_next next[SZ_JSON_UNKNOWN + 1][2]; /* after each row, and these */
    bool only_yyjson;                          /* for tests */
    bool has_escapes;                          /* of the record in hand: a text may hold a NUL character */
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
void sz_json_keys_init(sz_decoder *d);
void sz_json_look(const sz_decoder *d, yyjson_val *obj, sz_json_view *view);
/* The row of a key, which has SZ_KEY_MAX readable bytes; -1: none. */
int sz_json_row(const sz_decoder *d, const char *key, size_t n);
/* The same without a document, where the record is of the usual kind. False: yyjson has to look. Values lie in vals and
 * borrow from text; view->obj is NULL. */
bool sz_json_scan(sz_decoder *d, sz_str text, sz_json_view *view, yyjson_val vals[SZ_N_JSON_ROWS]);

/* sz_time_parse, quicker for what is usual. */
bool sz_json_time(sz_decoder *d, sz_str s, int64_t *ms, bool *is_day);

/* Is it of a built-in type, or of none? Declared types need view->obj. */
bool sz_json_is_built_in(const sz_decoder *d, const sz_json_view *v);
/* The view as an event or feed status, or dead. raw: the record's bytes (ids). */
void sz_json_event(sz_decoder *d, const sz_json_view *view, sz_str raw, sz_arena *a, sz_record *out);

#endif

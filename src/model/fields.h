/* SPDX-License-Identifier: Apache-2.0
 *
 * fields: the contract's table of fields. JSON and mappings both go by it.
 */
#ifndef SANZAO_SRC_MODEL_FIELDS_H
#define SANZAO_SRC_MODEL_FIELDS_H

#include <sanzao/model.h>

/* Rows in the order in which they are judged: of several faults the first row's is the reason. */
typedef enum sz_row_id {
    SZ_ROW_TYPE,
    SZ_ROW_PRECISION,
    SZ_ROW_TIME,
    SZ_ROW_COLLECTED,
    SZ_ROW_ID,
    SZ_ROW_SOURCE,
    SZ_ROW_STUDENT,
    SZ_ROW_CARD,
    SZ_ROW_CARD_SYSTEM,
    SZ_ROW_PLACE,
    SZ_ROW_READER,
    SZ_ROW_REF,
    SZ_ROW_OP,
    SZ_ROW_AMOUNT,
    SZ_ROW_BALANCE,
    SZ_ROW_JOURNAL_NO,
    SZ_ROW_USE_COUNT,
    SZ_ROW_COURSE,
    SZ_ROW_SESSION,
    SZ_ROW_STATUS,
    SZ_ROW_HOURS,
    SZ_ROW_DIRECTION,
    SZ_ROW_RESULT,
    SZ_ROW_MEANS,
    SZ_ROW_COMPLETE_THROUGH,
    SZ_ROW_STATE,
    SZ_ROW_BUILDING,
    SZ_N_ROWS,
    SZ_ROW_SPECVERSION = SZ_N_ROWS,
    SZ_ROW_DATA, /* CloudEvents envelope, JSON only */
    SZ_N_JSON_ROWS
} sz_row_id;

typedef enum sz_row_kind {
    SZ_ROW_IS_TEXT,
    SZ_ROW_IS_CHOICE,
    SZ_ROW_IS_FEN,
    SZ_ROW_IS_COUNT,
    SZ_ROW_IS_HOURS,
    SZ_ROW_IS_TIME,
    SZ_ROW_IS_TYPE,
    SZ_ROW_IS_ENVELOPE
} sz_row_kind;

/* Which types have a field; a bit each. */
enum {
    SZ_IN_SWIPE = 1 << SZ_TYPE_SWIPE,
    SZ_IN_ATTENDANCE = 1 << SZ_TYPE_ATTENDANCE,
    SZ_IN_DORM_ACCESS = 1 << SZ_TYPE_DORM_ACCESS,
    SZ_IN_PRESENCE = 1 << SZ_TYPE_PRESENCE,
    SZ_IN_DECLARED = 1 << SZ_TYPE_FIRST_DECLARED,
    SZ_FEED_BIT = SZ_TYPE_FIRST_DECLARED + 1,
    SZ_IN_FEED_STATUS = 1 << SZ_FEED_BIT,
    SZ_IN_EVENTS = SZ_IN_FEED_STATUS - 1,
    SZ_IN_ALL = SZ_IN_EVENTS | SZ_IN_FEED_STATUS
};

typedef struct sz_row {
    const char *name;
    uint8_t len, kind, types;
    uint8_t n_choices, first_choice; /* stored value of choice i is i; choices before the first are for "not given" */
    uint16_t limit;                  /* bytes of a text */
    uint16_t offset;                 /* of the member in sz_record */
    const char *const *choices;
} sz_row;

extern const sz_row sz_rows[SZ_N_JSON_ROWS];

/* The row of a field name, or NULL. */
const sz_row *sz_row_find(sz_str name);

static inline uint8_t sz_row_bit(int type) {
    return (uint8_t)(1u << (type < SZ_TYPE_FIRST_DECLARED ? type : SZ_TYPE_FIRST_DECLARED));
}

/* Limits of texts that the contract leaves open. */
enum { SZ_TEXT_MAX = 256 };

/* Make r an event with nothing in it but defaults. Declared fields are cleared when the type is known. */
void sz_record_begin(sz_record *r);

/* Set the member of a row (neither type nor time) from text; `zeros_are_fine` as in number.h. An empty text of kind
 * TEXT is a field left out. False: r is dead. */
bool sz_row_set(const sz_row *row, sz_record *r, sz_arena *a, sz_str text, bool zeros_are_fine);

/* Set a declared field (not a time) from text. False: r is dead. `is_lenient`: amounts as databases print them. */
bool sz_declared_set(const sz_field *f, sz_value *v, sz_record *r, sz_arena *a, sz_str text, bool is_lenient);

/* Times that a campus's records can have: 1990 to 2200. */
static inline bool sz_moment_is_sane(int64_t ms) {
    return ms >= INT64_C(631152000000) && ms < INT64_C(7289654400000); /* 1990-01-01 to 2201-01-01, UTC */
}
/* The start of its minute or day in campus time. */
int64_t sz_moment_floor(const sz_zone *z, int64_t ms, int precision);

/* The id of a record that was left without one, in `to`: by its reader's journal, its card's use count, or its bytes.
 */
enum { SZ_ID_MADE_MAX = 160 };
sz_str sz_id_made(char to[SZ_ID_MADE_MAX], sz_str reader, int64_t journal_no, sz_str card, int64_t use_count,
                  sz_str raw);

/* What an event of its type must have beside type and time. False: r is dead. */
bool sz_event_complete(sz_record *r, sz_arena *a);

#endif

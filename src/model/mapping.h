/* SPDX-License-Identifier: Apache-2.0
 *
 * mapping: how a vendor's rows read as events. A recipe a field says where its text comes from and what is done with
 * it; reading it from YAML, checking it, binding it to a header and applying it to rows are separate files.
 */
#ifndef SANZAO_SRC_MODEL_MAPPING_H
#define SANZAO_SRC_MODEL_MAPPING_H

#include "fields.h"
#include "pattern.h"
#include "time_pattern.h"

/* What fields a recipe's key fits; a recipe has the bits of every declared or built-in field of its name. */
enum {
    SZ_FITS_TEXT = 1,
    SZ_FITS_CHOICE = 2,
    SZ_FITS_MONEY = 4,
    SZ_FITS_NUMBER = 8,
    SZ_FITS_TIME = 16,
    SZ_FITS_TYPE = 32,
    SZ_FITS_ALL = 63
};

typedef enum sz_from { SZ_FROM_NOTHING, SZ_FROM_CONSTANT, SZ_FROM_CELLS, SZ_FROM_GROUP } sz_from;

typedef struct sz_map_column {
    const sz_yaml *node;
    sz_str name;
    uint32_t at; /* index of the cell */
} sz_map_column;

/* What stands for a code or in place of one. */
typedef enum sz_answer_kind { SZ_ANSWER_DEAD, SZ_ANSWER_LEAVE_OUT, SZ_ANSWER_TEXT } sz_answer_kind;
typedef struct sz_answer {
    uint8_t kind;
    sz_str text;
} sz_answer;

typedef enum sz_negative {
    SZ_NEGATIVE_REFUSED,
    SZ_NEGATIVE_DROP_SIGN,
    SZ_NEGATIVE_LEAVE_OUT,
    SZ_NEGATIVE_OP
} sz_negative;

/* In which way a card's number is written: as it is to be, or to be made the decimal number of its bytes. */
typedef enum sz_card_form {
    SZ_CARD_AS_IT_IS,
    SZ_CARD_HEX,
    SZ_CARD_HEX_REVERSED,
    SZ_CARD_DECIMAL_REVERSED
} sz_card_form;

typedef struct sz_recipe {
    sz_str name;       /* of the field, NUL-terminated */
    const sz_row *row; /* built in; NULL: declared only */
    uint8_t fits;
    uint8_t from;
    const sz_yaml *node; /* its value in the mapping; NULL: made by a named group */
    bool is_faulty;      /* there are findings in it already */
    sz_str constant;
    const sz_yaml *constant_node;
    sz_map_column *columns;
    uint32_t n_columns;
    sz_str join;
    bool has_join;
    sz_str *empties, *removes;
    uint32_t n_empties, n_removes;
    sz_pattern *pattern;
    const sz_yaml *pattern_node;
    uint32_t group; /* of its own pattern, or of the donor's */
    uint32_t donor; /* SZ_FROM_GROUP: the recipe whose pattern has the group */
    sz_str *codes;  /* table */
    sz_answer *answers;
    const sz_yaml **answer_nodes;
    uint32_t n_codes;
    bool has_table;
    sz_answer otherwise; /* else: where a pattern or table has nothing */
    const sz_yaml *otherwise_node;
    sz_str prefix;
    uint32_t pad;
    uint8_t number; /* sz_card_form */
    bool is_fen;
    uint8_t negative, negative_op, positive_op;
    bool has_positive_op;
    sz_time_pattern *formats;
    uint32_t n_formats;
    int32_t *lost; /* milliseconds of the day that mean that it is lost */
    uint32_t n_lost;
    bool is_lost_at_collected;
    int32_t offset_s; /* SZ_NO_OFFSET: campus time */
} sz_recipe;

enum { SZ_RECIPES_MAX = 64, SZ_TARGET_NONE = 0xff, SZ_TARGET_BUILT_IN = 0xfe };

struct sz_mapping {
    sz_arena arena;
    const sz_types *types;
    const sz_zone *zone;
    sz_encoding encoding;
    char separator;                              /* of the file in hand */
    bool has_separator, has_header, fills_short; /* fills_short: a row with too few cells has empty ones behind */
    uint32_t skip_rows;
    sz_str *empties;
    uint32_t n_empties;
    sz_recipe recipes[SZ_RECIPES_MAX];
    uint32_t n;
    int type, time, collected, precision; /* recipes of these fields, -1: none */
    uint64_t possible;                    /* types that its rows can have, a bit each */
    bool is_type_missing;                 /* possible is a guess, after a finding */
    uint8_t *targets;                     /* [type][recipe]: SZ_TARGET_* or the declared field's index */
    uint32_t n_cells;                     /* of a row: as the header has, or the highest number used */
    sz_conv *conv;                        /* of the file in hand */
    sz_buf *scratch;
    sz_time_likely *likely; /* to say which format would fit */
};

static inline uint8_t sz_target(const sz_mapping *m, int type, uint32_t recipe) {
    return m->targets[(size_t)type * SZ_RECIPES_MAX + recipe];
}

/* ---- loading ---- */

typedef struct sz_map_loader {
    sz_mapping *m;
    sz_diags *d;
    sz_arena *a;
} sz_map_loader;

/* A finding without arguments; the texts are no formats and have no % in them. */
sz_diag *sz_map_fault(sz_map_loader *l, int code, sz_span at, const char *en, const char *zh);
/* The recipe's keys out of its YAML; every fault is a finding. */
void sz_recipe_read(sz_map_loader *l, sz_recipe *r, const sz_yaml *node);
/* A text of a mapping, NUL-terminated; else a finding with this message, and an empty text. */
sz_str sz_recipe_text(sz_map_loader *l, const sz_yaml *n, const char *en, const char *zh);
/* A text or a list of texts. */
sz_str *sz_recipe_texts(sz_map_loader *l, const sz_yaml *n, uint32_t *count, const char *en, const char *zh);
/* The keys of a time. */
void sz_recipe_read_format(sz_map_loader *l, sz_recipe *r, const sz_yaml *n);
void sz_recipe_read_lost(sz_map_loader *l, sz_recipe *r, const sz_yaml *n);
void sz_recipe_read_offset(sz_map_loader *l, sz_recipe *r, const sz_yaml *n);
/* Named groups to the fields that they are named for. */
void sz_recipes_link(sz_map_loader *l);
/* Constants and code tables against what the fields take. */
void sz_recipes_check(sz_map_loader *l, const sz_yaml *root);
/* A new recipe for a field that one of the possible types has; NULL if none has it or there is no room. */
sz_recipe *sz_recipe_add(sz_map_loader *l, sz_str name);
int sz_recipe_find(const sz_mapping *m, sz_str name);
/* The field that was meant by a name, of those that the possible types have, or `file`; empty: none. */
sz_str sz_field_meant(const sz_map_loader *l, sz_str name);
/* Is there a key that is none, and this field was meant by it? Then that is the mistake, and not that it is missing. */
bool sz_map_is_misspelt(const sz_map_loader *l, const sz_yaml *root, const char *field);
/* The finding of a key that no field of the possible types has. */
void sz_map_refuse_key(sz_map_loader *l, const sz_yaml *key, const sz_yaml *value);

/* ---- rows ---- */

/* One row on its way to a record. */
typedef struct sz_taking {
    const sz_mapping *m;
    const sz_csv_row *row;
    sz_arena *a;
    sz_record *out;
    sz_str *captured; /* a text a recipe: what a donor's pattern found for it */
    bool *is_matched; /* a donor's pattern has been tried */
} sz_taking;

typedef enum sz_taken { SZ_TAKEN_TEXT, SZ_TAKEN_NOTHING, SZ_TAKEN_DEAD } sz_taken;

/* The decimal number of a card's bytes, out of the way in which it is written. False: it is no such number. */
/* Has each column that the mapping names its heading where it was bound? */
bool sz_mapping_is_in_order(const sz_mapping *m, const sz_csv_row *row);
bool sz_card_number(sz_card_form form, sz_str s, sz_arena *a, sz_str *out);
/* The text of a recipe's field in this row. DEAD: t->out says why. */
sz_taken sz_recipe_take(sz_taking *t, uint32_t recipe, sz_str *text);

#endif

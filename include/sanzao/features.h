/* SPDX-License-Identifier: Apache-2.0
 *
 * features: what counts (matchers), numbers over time (features), and how a condition reads both (slots, loader).
 *
 * A matcher says which records count. A feature is an operator over a matcher and a window. Each operator is one file and one row of
 * sz_operators. What a student's records leave behind is kept in accumulators, shared by the features that need the same: rows a
 * day or pane, the last record, distinct pairs, sessions. Accumulators of one student lie in one relocatable block (sz_fstate), so
 * that a checkpoint is one copy. They hold what records said and nothing of leaves, holidays or feeds: those are read at evaluation
 * from the facts as they are known, so a fact that comes late needs no repair here, only a new evaluation.
 *
 * Ownership: definitions live in their bundle's arena, immutable. An sz_fstate belongs to one student and one thread.
 */
#ifndef SANZAO_FEATURES_H
#define SANZAO_FEATURES_H

#include <sanzao/base.h>
#include <sanzao/base_recall.h>
#include <sanzao/base_pool.h>
#include <sanzao/campus.h>
#include <sanzao/expr.h>
#include <sanzao/model.h>

/* ---- slots: what a name in a condition means -------------------------------------------------------------------------- */

/* A slot is space << 24 | sub << 16 | index. */
typedef enum sz_space {
    SZ_SPACE_EVENT = 1, /* sub 0, index: sz_efield, or SZ_EF_DECLARED + field of the record's type found by name: see declared[] */
    SZ_SPACE_STUDENT,   /* index: sz_sfield */
    SZ_SPACE_CALENDAR,  /* index: sz_cfield; sub: period's index for in() and days_to() */
    SZ_SPACE_FEATURE,   /* index: feature; sub 0: its value, else 1 + sz_efield of the record of first and last */
    SZ_SPACE_PARAM,     /* index: param of the rule */
    SZ_SPACE_STEP       /* sub: step of a sequence, index: sz_efield of its record */
} sz_space;
#define SZ_SLOT(space, sub, index) ((uint32_t)(space) << 24 | (uint32_t)(sub) << 16 | (uint32_t)(index))
#define SZ_SLOT_SPACE(s) ((s) >> 24)
#define SZ_SLOT_SUB(s) ((s) >> 16 & 0xff)
#define SZ_SLOT_INDEX(s) ((s) & 0xffff)

/* Fields of a record (event.x, last_door.x) and of its place (place.x, last_door.place.x). */
typedef enum sz_efield {
    SZ_EF_ID, SZ_EF_SOURCE, SZ_EF_TYPE, SZ_EF_TIME, SZ_EF_COLLECTED, SZ_EF_PRECISION, SZ_EF_STUDENT, SZ_EF_CARD, SZ_EF_READER,
    SZ_EF_REF, SZ_EF_OP, SZ_EF_AMOUNT, SZ_EF_BALANCE, SZ_EF_JOURNAL_NO, SZ_EF_USE_COUNT, SZ_EF_COURSE, SZ_EF_SESSION, SZ_EF_STATUS,
    SZ_EF_HOURS, SZ_EF_DIRECTION, SZ_EF_RESULT, SZ_EF_MEANS, SZ_EF_LATE, SZ_EF_CLOCK, SZ_EF_HOUR, SZ_EF_WEEKDAY, SZ_EF_NIGHT,
    SZ_EF_PLACE_ID, SZ_EF_PLACE_NAME, SZ_EF_PLACE_KIND, SZ_EF_PLACE_BUILDING, SZ_EF_PLACE_ZONE,
    SZ_EF_AGE,        /* first and last only: grows */
    SZ_EF_ON_LEAVE,   /* the student was, as far as the school knows by now */
    SZ_EF_DECLARED    /* + index into sz_declared */
} sz_efield;

/* A name of a declared field; several types may declare it alike. */
typedef struct sz_declared {
    sz_str name;
    uint8_t kind;                  /* sz_field_kind, the same in all types that have it */
    uint64_t types;                /* that have it */
    uint8_t at[SZ_TYPES_MAX];      /* its place in each type's fields */
} sz_declared;

typedef enum sz_sfield {
    SZ_SF_ID, SZ_SF_COLLEGE, SZ_SF_SCHOOL, SZ_SF_MAJOR, SZ_SF_CLASS, SZ_SF_ENTRY_YEAR, SZ_SF_YEARS, SZ_SF_YEAR, SZ_SF_DORM,
    SZ_SF_RESIDENCE, SZ_SF_STATUS, SZ_SF_TAGS, SZ_SF_GENDER, SZ_SF_STUDY_SHARE, SZ_SF_BUILDING, SZ_N_SFIELDS
} sz_sfield;
typedef enum sz_cfield { SZ_CF_TERM, SZ_CF_WEEK, SZ_CF_HOLIDAY, SZ_CF_VACATION, SZ_CF_CLASS_DAY, SZ_CF_HOLIDAY_EVE, SZ_CF_IN, SZ_CF_DAYS_TO, SZ_CF_CLASS_DAYS_LEFT, SZ_N_CFIELDS } sz_cfield;

/* Names, types and units of the fields above, by index: what the resolver of the rules module knows, and docs. */
typedef struct sz_field_info { const char *name; uint8_t type, unit; uint64_t types; /* event types that have it, built-in ones by bit; ~0 all */ } sz_field_info;
extern const sz_field_info sz_efields[SZ_EF_DECLARED];
extern const sz_field_info sz_sfields[SZ_N_SFIELDS];
extern const sz_field_info sz_cfields[SZ_N_CFIELDS];

/* ---- params ---------------------------------------------------------------------------------------------------------------- */

/* Value of a param: a number or duration with unit, text, or list; `by:` is first match over the student as of T. */
typedef struct sz_param_case {
    struct sz_param_cond { uint16_t field; /* sz_sfield */ sz_str text; double num; bool is_num; } *conds;
    uint32_t n_conds;       /* 0: the default, always last */
    sz_xval value;
    sz_str text;            /* as written: `420 yuan` */
} sz_param_case;
typedef struct sz_param {
    sz_str name, label_zh, label_en;
    uint8_t type, unit;
    sz_param_case *cases;
    uint32_t n_cases;
    sz_span span;
} sz_param;

/* ---- matchers ----------------------------------------------------------------------------------------------------------- */

typedef struct sz_matcher {
    sz_str name, label_zh, label_en;
    uint64_t types;              /* a record of another type never matches */
    bool is_seen;                /* built in: done in person */
    const sz_prog **wheres;      /* all must be true; from the outermost base inwards */
    uint32_t n_wheres;
    uint64_t hash;               /* of the meaning */
    bool needs_time_of_day;      /* informative */
    sz_span span;
} sz_matcher;

/* ---- features ------------------------------------------------------------------------------------------------------------ */

typedef enum sz_operator {
    SZ_OP_COUNT, SZ_OP_SUM, SZ_OP_AVG, SZ_OP_MIN, SZ_OP_MAX, SZ_OP_DAYS, SZ_OP_DISTINCT, SZ_OP_FIRST, SZ_OP_LAST, SZ_OP_STREAK,
    SZ_OP_SESSIONS, SZ_OP_ABSENCE, SZ_OP_VALUE, SZ_OP_BASELINE, SZ_OP_REGULARITY, SZ_OP_PEERS, SZ_N_OPERATORS
} sz_operator;

typedef enum sz_window_kind { SZ_W_NONE, SZ_W_DAYS, SZ_W_HOURS, SZ_W_WEEK, SZ_W_MONTH, SZ_W_TERM, SZ_W_STUDY } sz_window_kind;

typedef struct sz_window {
    uint8_t kind;
    bool is_night;        /* day: night */
    int32_t days;         /* SZ_W_DAYS */
    int32_t ago;          /* to: k days ago (yesterday 1) */
    int32_t pane_ms, n_panes; /* SZ_W_HOURS */
} sz_window;

enum { SZ_PAUSE_WEEKEND = 1, SZ_PAUSE_HOLIDAY = 2, SZ_PAUSE_VACATION = 4 }; /* pause: of absence, beyond what always pauses */

/* Numbers that an operator gives beside or instead of one of its own: `habit.ratio`. */
typedef struct sz_part { const char *name; uint8_t unit; /* SZ_N_UNITS: that of the feature */ } sz_part;
enum { SZ_PARTS_MAX = 4 };
enum { SZ_BASELINE_NOW, SZ_BASELINE_USUAL, SZ_BASELINE_RATIO, SZ_BASELINE_Z };
enum { SZ_PEERS_PERCENTILE, SZ_PEERS_MEDIAN, SZ_PEERS_MEAN };
enum { SZ_BINS_CLASS, SZ_BINS_WEEKDAY, SZ_BINS_NONE, SZ_N_BINS }; /* which days of a habit are alike */
enum { SZ_RECENT_MAX = 60, SZ_AGAINST_MAX = 366 }; /* days */
enum { SZ_PEERS_PLACE_DAYS = 7 };             /* by: place: of so many days before a table's day it is the place of most records */
#define SZ_PEERS_BY_PLACE (UINT32_C(1) << 31) /* in by, beside the fields of the roster */
enum { SZ_PEERS_DAYS_MAX = 60, SZ_PEERS_LEAST = 5, SZ_PEERS_USUAL = 30 }; /* window of what is compared; min_group: at least, and left out */

typedef struct sz_feature {
    sz_str name, label_zh, label_en;
    uint8_t op;             /* sz_operator */
    uint8_t type, unit;     /* of its value: sz_xtype, sz_unit */
    bool is_ratio;          /* value: sz_prog_is_ratio */
    uint32_t matcher;       /* index; SZ_NONE for value */
    uint16_t field;         /* sz_efield that is summed, averaged, counted distinct …; UINT16_MAX none */
    sz_window window;
    int64_t gap_ms;         /* sessions */
    bool on_class_days;     /* streak */
    uint32_t pauses;        /* absence: SZ_PAUSE_ bits, and kinds of leave in pause_leaves */
    uint32_t pause_leaves;
    const sz_prog *value;   /* SZ_OP_VALUE: over other features */
    uint32_t inner;         /* baseline: the feature whose days are the samples; peers: whose values are compared */
    int32_t recent, against; /* baseline, days */
    uint8_t bins;           /* baseline */
    uint32_t by;            /* peers: bits of sz_sfield, in all of which a group is alike, and SZ_PEERS_BY_PLACE */
    uint32_t min_group;     /* peers */
    uint64_t types;         /* event types that it reads, value: of all it reads */
    uint64_t hash;          /* identity (semantics 35) */
    uint32_t acc;           /* accumulator; filled by sz_features_plan; SZ_NONE: value, idle */
    bool is_growing;
    bool is_idle;           /* only rules that are switched off read it: nothing is kept for it, its value is unknown */
    sz_span span;
} sz_feature;

/* One row an operator: the language's table. Keys beyond the operator's own are checked against it; docs come from it. */
typedef struct sz_operator_row {
    const char *name;
    const char *sentence_en, *sentence_zh;   /* one sentence for the docs */
    const char *example;                     /* a YAML line */
    bool needs_field, may_field;             /* sum: meal.amount */
    bool needs_window, may_window;
    bool ends_now;             /* its window ends with T: no `to:` */
    bool has_gap, has_on_days, has_pause, may_night, may_hours;
    uint8_t type, unit;                      /* of the value; SZ_X_ANY: that of the field */
    bool has_inner;                          /* over another feature's days */
    bool has_habit;                          /* recent, against, by: kinds of day */
    bool has_group;                          /* by: fields of the student, min_group */
    const sz_part *parts;                    /* n_parts of them, at most SZ_PARTS_MAX */
    uint8_t n_parts;
    bool at_least;                           /* known in part: at least n (semantics 13), else unknown */
} sz_operator_row;
extern const sz_operator_row sz_operators[SZ_N_OPERATORS];

/* ---- accumulators ---------------------------------------------------------------------------------------------------------- */

typedef enum sz_acc_kind { SZ_ACC_DAYS, SZ_ACC_PANES, SZ_ACC_LAST, SZ_ACC_FIRST, SZ_ACC_DISTINCT, SZ_ACC_SESSIONS, SZ_ACC_TIMES /* half hours of records */, SZ_ACC_UNTIL /* latest end of a record's time: absence */ } sz_acc_kind;

typedef struct sz_acc {
    uint8_t kind;
    bool is_night;
    bool has_sum, has_minmax;  /* rows carry them */
    uint16_t field;
    uint32_t matcher;
    int64_t gap_ms;
    int32_t pane_ms;
    int32_t keep;              /* days (panes) back that some window needs; INT32_MAX: for ever (term, study, streak) */
    uint32_t row_size;
    uint64_t hash;             /* of what it keeps: carried over to another rule set by it */
    bool is_correctable;       /* count, sum, avg, days, streak of attendance: undone beyond the horizon (semantics 17) */
} sz_acc;

/* How an accumulator grows on a day with records: by a row, and what full windows are told by. */
typedef struct sz_growth {
    uint32_t row;              /* bytes; 0: not by rows of 8 bytes or more */
    uint32_t head;             /* bytes in front of the rows */
    int32_t keep;              /* as sz_acc; INT32_MAX where no row falls off for another */
} sz_growth;

/* Everything of a rule set that features need. Part of the bundle. */
typedef struct sz_featureset {
    sz_matcher *matchers;
    uint32_t n_matchers, mask_words; /* bits of matchers that a record fits, in 64-bit words */
    sz_feature *features;
    uint32_t n_features;
    sz_acc *accs;
    uint32_t n_accs, acc_words;
    sz_growth *growths;              /* of each */
    sz_acc *idle_accs;               /* attendance that idle features would count: an excuse of it has its original (semantics 17) */
    uint32_t n_idle_accs;
    uint64_t *matcher_accs;          /* acc_words a matcher: bits of the accumulators that count what fits it */
    sz_declared *declared;
    uint32_t n_declared;
    uint32_t seen_acc;               /* LAST of `seen`, for rarely_seen; always there */
    uint32_t seen_days_acc;          /* DAYS of `seen` */
    uint32_t seen_matcher;
    uint64_t *type_sets;             /* of features that look at days or nights, each once: a day that is dark for one may not be for another */
    uint32_t n_type_sets;
    int32_t findable_days;           /* longest window of a correctable accumulator; 0 none */
    bool has_nights;                 /* some window ends at noon */
    bool has_study;                  /* some window may begin with the student's first record */
    bool has_panes;
} sz_featureset;
/* Choose accumulators for the features (fills acc of each, accs, seen_*). Call once after matchers and features are final.
 * A matcher named `seen` is added if there is none. */
void sz_features_plan(sz_arena *a, sz_featureset *fs, const sz_types *types);

/* ---- packed records ---------------------------------------------------------------------------------------------------------- */

/* One event of a student as the log, `first` and `last` keep it (layout in src/features/entry.h). Texts that repeat (source, place, card …)
 * stand as numbers of a dictionary, which belongs to the worker; ids stand in full, digits as half a byte each. */
typedef struct sz_entry {
    const uint8_t *p;
    uint32_t n;
} sz_entry;
/* Append e with its matcher bits (mask_bytes of them) to out. */
void sz_entry_put(sz_buf *out, const sz_event *e, const uint8_t *mask, uint32_t mask_bytes, sz_map *dict, const sz_types *types);
/* What is known of the words of a record before it is put. */
typedef struct sz_entry_words {
    sz_map *dict;
    sz_recall *recent;                                   /* those that came last; NULL: none are remembered */
    uint32_t card;                                       /* number of its card; SZ_NONE: it is to be looked up */
    uint32_t *place;                                     /* one more than the number of its place, or 0, which is set then; NULL: nobody keeps it */
} sz_entry_words;
/* The same with these. The mask has room for 8 bytes at least. */
void sz_entry_put_as(sz_buf *out, const sz_event *e, const uint8_t *mask, uint32_t mask_bytes, const sz_types *types, const sz_entry_words *w);
static inline uint32_t sz_entry_len(const uint8_t *p);   /* whole entry, from its first bytes */
static inline int64_t sz_entry_time(const uint8_t *p);
static inline uint8_t sz_entry_type(const uint8_t *p);
static inline uint8_t sz_entry_precision(const uint8_t *p);
static inline uint32_t sz_entry_content(const uint8_t *p); /* low 32 bits of the event's content hash */
bool sz_entry_is_undo(const uint8_t *p, uint32_t mask_bytes); /* as sz_event_is_undo, without decoding it */
/* Was its student found by its card? Of an entry that was packed before this was kept: false. The entry is whole. */
bool sz_entry_is_by_card(const uint8_t *p, uint32_t mask_bytes);
enum { SZ_ENTRY_HEAD = 14 };                             /* bytes in front of the mask */
static inline const uint8_t *sz_entry_mask(const uint8_t *p) { return p + SZ_ENTRY_HEAD; }
/* A mask of 1 to 8 bytes as one number; no byte beyond them is looked at. */
static inline uint64_t sz_mask_word(const uint8_t *mask, uint32_t n) {
    if (n < 4) return mask[0] | (uint64_t)mask[n / 2] << n / 2 * 8 | (uint64_t)mask[n - 1] << (n - 1) * 8;
    uint32_t first, last;
    memcpy(&first, mask, 4);
    memcpy(&last, mask + n - 4, 4);
    return first | (uint64_t)last << (n - 4) * 8;
}
static inline uint8_t *sz_entry_mask_mut(uint8_t *p) { return p + SZ_ENTRY_HEAD; }
static inline uint32_t sz_entry_len(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static inline uint8_t sz_entry_type(const uint8_t *p) { return p[2]; }
static inline uint8_t sz_entry_precision(const uint8_t *p) { return p[3] & 3; }
static inline int64_t sz_entry_time(const uint8_t *p) {
    uint32_t low = (uint32_t)p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16 | (uint32_t)p[7] << 24;
    uint32_t high = (uint32_t)p[8] | (uint32_t)p[9] << 8; /* the compiler makes two loads of it */
    return (int64_t)((uint64_t)high << 32 | low);
}
static inline uint32_t sz_entry_content(const uint8_t *p) {
    return (uint32_t)p[10] | (uint32_t)p[11] << 8 | (uint32_t)p[12] << 16 | (uint32_t)p[13] << 24;
}
/* The entry in the words of another dictionary, all else as it is. False: the bytes are no entry. */
bool sz_entry_move(sz_buf *out, const uint8_t *p, size_t left, uint32_t mask_bytes, const sz_map *from, sz_map *to, const sz_types *types);
/* Decode; texts borrow from the entry, the dictionary and the event itself (its id); student is left empty. False: the bytes are no entry. */
bool sz_entry_get(const uint8_t *p, uint32_t mask_bytes, const sz_map *dict, const sz_types *types, sz_event *out);
/* The same of bytes that were stored, `left` of them: is there an entry, and is it of a record that a decoder would have let pass? */
bool sz_entry_is_sound(const uint8_t *p, size_t left, uint32_t mask_bytes, const sz_map *dict, const sz_types *types, sz_event *out);
/* Decode no more of an entry than its type, precision and time, and of amount, balance and hours at least those that are wanted; what is
 * not is absent or left as one hour, and all else of out stays as it is. */
enum { SZ_WANTS_AMOUNT = 1, SZ_WANTS_BALANCE = 2, SZ_WANTS_HOURS = 4 };
bool sz_entry_get_numbers(const uint8_t *p, uint32_t mask_bytes, unsigned wants, sz_event *out);
/* Or no more than what matchers are mostly remembered by (sz_match_known): type, precision, time, codes, place and reader. */
bool sz_entry_get_place(const uint8_t *p, uint32_t mask_bytes, const sz_map *dict, sz_event *out);
/* Or of its place the number in the dictionary; SZ_NONE: it has none. */
uint32_t sz_entry_place_word(const uint8_t *p, uint32_t mask_bytes);

/* ---- facts: what is known beside records ------------------------------------------------------------------------------------- */

typedef struct sz_down { int64_t from_ms, to_ms; uint64_t types; sz_str source; } sz_down; /* [from, to); to SZ_TIME_MAX: still */

typedef struct sz_heard { int64_t t_ms; int32_t day; } sz_heard; /* a record that was the first of anybody's in its term; its local day */

/* Of each class of students (semantics 28, class_silent) when somebody of it was first seen on each day. What is noted is of the students
 * of one partition, and a function of their records, so it is stored nowhere: a class is gathered when it is first asked for, by
 * sz_mates_gather, which notes what is known of each student of the list; from there on whoever uses records notes them. */
typedef struct sz_mates sz_mates;
typedef void (*sz_mates_gather)(void *owner, const uint32_t *students, uint32_t n);
/* is_home: of each student of the campus; borrowed for the call. */
sz_mates *sz_mates_new(const sz_campus *c, const bool *is_home, sz_mates_gather gather, void *owner);
void sz_mates_free(sz_mates *m);
void sz_mates_forget(sz_mates *m); /* no class is gathered */
bool sz_mates_are_gathered(const sz_mates *m, uint32_t student); /* his class is, or need not be */
/* The student, of the campus, was seen; his class is gathered first. since_day: days before it are asked for no more. True: nobody of his class was known to have been
 * seen that day up to t; *until_ms: from there on somebody was, or the next day. */
bool sz_mates_note(sz_mates *m, const sz_zone *z, uint32_t student, int64_t t_ms, int32_t since_day, int64_t *until_ms);
/* Would it be no news, as far as can be told at once? */
bool sz_mates_know(const sz_mates *m, uint32_t student, int64_t t_ms);
/* Has nobody of his class been seen on the day of t up to t? False of a small class and of who has none. */
bool sz_mates_are_silent(sz_mates *m, uint32_t student, int32_t day, int64_t t_ms);
/* Those of his class who are at home, himself among them. */
const uint32_t *sz_mates_of(const sz_mates *m, uint32_t student, uint32_t *n);
uint64_t sz_mates_digest(const sz_mates *m, uint32_t student); /* of who is in his class, wherever at home, and active; 0: he has none */
enum { SZ_MATES_LEAST = 10 };                                  /* active students of a class that may be silent */

/* ---- peers: what students had on a day, group by group (semantics 22) ---- */

/* Of one group: who was asked, and the values that were known, ascending, each once. A group is known by a hash of what its students share. */
typedef struct sz_peer_value { double value; uint32_t n; } sz_peer_value;
typedef struct sz_peer_group {
    uint64_t id;
    uint32_t asked, n; /* n: whose value is known */
    uint32_t first, n_values;
    double median, mean;
} sz_peer_group;
/* The table of a day: gathered student by student, then closed. Tables of parts of the students add up. */
typedef struct sz_peer_table {
    int32_t day;
    bool is_whole;          /* of all partitions: it is not added up */
    sz_peer_group *groups;  /* by id */
    uint32_t n_groups, n_values, n_rows, cap_rows, n_slots;
    sz_peer_value *values;  /* of one group after the other */
    struct sz_peer_row { uint64_t group; double value; uint32_t n, asked; } *rows; /* until it is closed */
    uint32_t *slots;        /* where a row of that group and value is, by their hash; 0: nowhere */
} sz_peer_table;
void sz_peer_table_fini(sz_peer_table *t);
void sz_peer_table_ask(sz_peer_table *t, uint64_t group, bool is_known, double value); /* one student */
void sz_peer_table_add(sz_peer_table *t, const sz_peer_table *closed);
void sz_peer_table_close(sz_peer_table *t);
void sz_peer_table_put(sz_buf *out, const sz_peer_table *t);
bool sz_peer_table_get(sz_peer_table *t, sz_str bytes); /* false: damaged; t is empty then */
const sz_peer_group *sz_peer_table_group(const sz_peer_table *t, uint64_t id); /* NULL: nobody of it was asked */
/* Of so many students at least, and of nine of ten that were asked. */
static inline bool sz_peer_group_speaks(const sz_peer_group *g, uint32_t min_group) {
    return g->n >= min_group && (uint64_t)g->n * 10 >= (uint64_t)g->asked * 9;
}
double sz_peer_percentile(const sz_peer_table *t, const sz_peer_group *g, double own);

/* The tables of all features that compare, by their identity. */
typedef struct sz_peers sz_peers;
sz_peers *sz_peers_new(void);
void sz_peers_free(sz_peers *p);
const sz_peer_table *sz_peers_find(const sz_peers *p, uint64_t feature, int32_t day); /* NULL: none was made */
void sz_peers_take(sz_peers *p, uint64_t feature, sz_peer_table *t); /* closed; in place of one of that day; t is empty then */
int32_t sz_peers_last(const sz_peers *p, uint64_t feature);          /* day of the newest; SZ_DAY_NONE */
void sz_peers_forget(sz_peers *p, int32_t before_day);
void sz_peers_drop(sz_peers *p, uint64_t feature);
/* Keep the tables that other has, too, and add those up, or of whole ones keep that of which more was known; what only one of the two has
 * goes. */
void sz_peers_join(sz_peers *p, const sz_peers *other);
/* Each table in turn, from *at = 0 on; NULL: that was all. */
const sz_peer_table *sz_peers_next(const sz_peers *p, uint32_t *at, uint64_t *feature);
/* 04:00 of that day, from which on its table holds; the day whose table holds at t. */
int64_t sz_peers_instant(const sz_zone *z, int32_t day);
int32_t sz_peers_day(const sz_zone *z, int64_t t_ms);

/* How many units of a feature's window silent feeds made dark, of a student without leaves: it is the same for nearly all who are asked at
 * an instant. Of each feature the ranges asked for last. */
enum { SZ_DARK_RANGES = 8 };
typedef struct sz_dark {
    int64_t until_ms;  /* as of then; 0: the range is over */
    int32_t from, to;  /* to < from: nothing is remembered */
    int32_t n;
} sz_dark;

/* The facts of one partition as they are known now. Owned by the engine. */
typedef struct sz_facts {
    const sz_campus *campus;
    uint8_t *known;                       /* bit a leave; NULL: all */
    sz_down *downs;                       /* ordered by from */
    uint32_t n_downs;
    sz_heard *heard;                      /* ordered by time */
    uint32_t n_heard;
    int64_t *silent_ms;                   /* the latest instant at which a rule was answered that nobody has; NULL: nobody notes it */
    struct sz_mates *mates;               /* NULL: no rule asks */
    const sz_peers *peers;                /* NULL: no rule asks */
    uint32_t peers_unasked;               /* what compares by these fields is unknown all the same, to ask what it does; 0: nothing */
    bool is_one_student;                  /* of a test: what is silent then are not the feeds */
    int32_t began_day[SZ_TYPES_MAX];      /* SZ_DAY_NONE: always */
    int64_t horizon_ms;                   /* how far before an undo its original is kept */
    int32_t *feature_day;                 /* day from which a feature's type had begun and its accumulator knows; SZ_DAY_NONE: always */
    const int64_t *acc_from_ms;           /* an accumulator knows nothing before it (a feature that is new to a state); NULL: all do */
    int64_t known_ms;                     /* from here on all accumulators know; INT64_MIN: ever */
    sz_dark *dark;                        /* SZ_DARK_RANGES of each feature, the owner's; NULL: nothing is remembered */
} sz_facts;
/* Fill began_day from feeds and terms. */
void sz_facts_init(sz_facts *f, const sz_campus *c);
/* Work out feature_day and known_ms; again when acc_from_ms changes. The array is the caller's (n_features). */
void sz_facts_prepare(sz_facts *f, const sz_featureset *fs, const sz_zone *z, int32_t *feature_day);
int32_t sz_facts_began(const sz_facts *f, uint64_t types);                                  /* the earliest of the types; SZ_DAY_NONE: always */
void sz_facts_forget_dark(sz_facts *f, const sz_featureset *fs); /* after a change of downs */
bool sz_facts_is_down(const sz_facts *f, uint64_t types, int64_t t_ms);
/* Has nobody had a record up to t since the term of that day, or the last one ended, began? Before the first term and without terms: ever. */
bool sz_facts_is_silent(const sz_facts *f, int32_t day, int64_t t_ms);
/* The same, asked for a rule: that it was silent is noted. */
bool sz_facts_says_silent(const sz_facts *f, int32_t day, int64_t t_ms);
int64_t sz_facts_down_ms(const sz_facts *f, uint64_t types, int64_t from_ms, int64_t to_ms); /* time down within, overlaps once */
/* The instant at which `need` more milliseconds not down have passed since from. */
int64_t sz_facts_up_after(const sz_facts *f, uint64_t types, int64_t from_ms, int64_t need_ms);
/* Next begin or end of a down interval of the types strictly after t. */
int64_t sz_facts_next_edge(const sz_facts *f, uint64_t types, int64_t t_ms);

/* ---- the accumulators of one student ------------------------------------------------------------------------------------------ */

typedef struct sz_fstate {
    uint8_t *p;        /* header, table of accumulators, their bytes; relocatable */
    uint32_t n, cap;
    sz_pool *pool;     /* where p is from; borrowed. NULL: from the process' allocator */
} sz_fstate;
void sz_fstate_init(sz_fstate *s, const sz_featureset *fs, sz_pool *pool);
void sz_fstate_fini(sz_fstate *s);
void sz_fstate_reset(sz_fstate *s, const sz_featureset *fs); /* as after init; also of one that is zero but for its pool */
/* Room for rows of so many days to all accumulators that have rows and too little of it, at once: at a day's first record most are
 * about to need it, and each that grows moves those behind it. */
void sz_fstate_spread(sz_fstate *s, const sz_featureset *fs, uint32_t days);
int32_t sz_fstate_first_day(const sz_fstate *s);         /* local day of the first record; SZ_DAY_NONE */
/* Take in the next record in order. mask: bits of the matchers that it fits; undone bits are cleared by the caller. c: whose places give a
 * record its kind, building and zone; NULL: it has none. */
void sz_fstate_add(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c, const sz_event *e, const uint8_t *mask, sz_entry entry);
/* The same with a memory of what records that fit the same matchers do, which may be NULL. One a feature set. */
typedef struct sz_add_memo sz_add_memo;
sz_add_memo *sz_add_memo_new(void);
void sz_add_memo_free(sz_add_memo *m);
void sz_fstate_add_as(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c, const sz_event *e, const uint8_t *mask,
                      sz_entry entry);
/* The same of a record that is there as an entry only: no more of it is decoded than its accumulators ask for. False: it is damaged. */
bool sz_fstate_add_entry(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c, const sz_map *dict,
                         const sz_types *types, sz_entry entry);
/* The same of a log's records, n bytes of them: those that stand one behind the other, fit the same and are of one day are counted at once. */
void sz_fstate_add_log(sz_add_memo *m, sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c, const sz_map *dict,
                       const sz_types *types, const uint8_t *p, uint32_t n);
/* The same where accumulators know nothing before from_ms (sz_facts.acc_from_ms): what is older is left out of them. For records before
 * sz_facts.known_ms; later ones need it not. */
void sz_fstate_add_since(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c, const sz_event *e, const uint8_t *mask,
                         sz_entry entry, const int64_t *from_ms);
/* Correct the attendance record, beyond the horizon, that the excuse e refers to (semantics 17). False: it is not to be
 * found, or no window that counts it reaches back to it. mask: matcher bits of that record; NULL: they are not asked for. */
bool sz_fstate_correct(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_event *e, uint8_t *mask);
/* A state at rest: as it is stored, and as tail and mark are kept (fpack.c). */
enum { SZ_FPACK_FORMAT = 2 };  /* format 1 is read, and written for tests of that */
void sz_fstate_pack(sz_buf *out, const sz_fstate *s, const sz_featureset *fs, int format);
/* False: damaged, or of another feature set (fs->n_accs differ); what s holds then is of no use, it is to be reset. */
bool sz_fstate_unpack(sz_fstate *s, const sz_featureset *fs, const void *p, size_t n, int format);
/* Could records have made it? To be asked of what was stored, before it is added to. */
bool sz_fstate_is_sound(const sz_fstate *s, const sz_featureset *fs, const sz_map *dict, const sz_types *types);
/* A packed state in the words of another dictionary (records that first and last keep). False: damaged. */
bool sz_fstate_move(sz_buf *out, const sz_featureset *fs, const void *p, size_t n, const sz_map *from, sz_map *to, const sz_types *types);
/* How the state of another feature set fits into this one. */
typedef struct sz_carry_map {
    uint32_t n_accs, mask_bytes, n_matchers;  /* of the other set; n_matchers 0: its matchers are not known */
    const uint32_t *acc_of;                   /* of each accumulator now: its number then, SZ_NONE where it is new */
    const uint32_t *matcher_to;               /* of each matcher then: its number now, SZ_NONE where there is none */
    const int64_t *from_ms;                   /* as sz_facts.acc_from_ms: rows from before it go; NULL: all stay */
    const sz_zone *zone;                      /* where from_ms is given */
} sz_carry_map;
/* The state of another feature set into this one. Records that can still be corrected keep the matchers that both sets have. */
bool sz_fstate_unpack_mapped(sz_fstate *s, const sz_featureset *fs, const sz_carry_map *map, const void *p, size_t n, int format);

/* ---- evaluation --------------------------------------------------------------------------------------------------------------- */

/* What a condition may look at, at one instant of one student. Lives on the stack of whoever evaluates. */
typedef struct sz_eval {
    const sz_featureset *fs;
    const sz_facts *facts;
    const sz_types *types;
    const sz_zone *zone;
    const sz_map *dict;
    uint32_t student;               /* index in the campus; SZ_NONE: admitted, not in the roster */
    const sz_student *info;         /* NULL like that */
    sz_str student_id;
    const sz_fstate *state;
    int64_t t_ms;
    int32_t day, night;             /* local day of t; night that contains t */
    sz_day_memo *days;              /* two, of days and of nights; NULL: none are remembered */
    const sz_event *event;          /* the record in hand, NULL at timers and checks */
    const sz_param *params;         /* in scope; NULL none */
    uint32_t n_params;
    const sz_event *const *steps;   /* records of the steps of a sequence, each may be NULL; NULL: there is none */
    uint32_t depth;                 /* of value features within each other */
    bool use_leaves;                /* the student has leaves */
    int64_t *missed_ms;             /* raised to t where a table of peers is asked that is not there (yet); NULL: nobody wants to know */
    /* peers by place: a hash of the place, as of that day's table; 0: there is none. NULL: nobody knows the records */
    uint64_t (*usual_place)(void *of, const sz_feature *f, int32_t day);
    void *of;
    sz_list tags;                   /* scratch for student.tags */
    char texts[8][34];              /* scratch for dates and packed ids handed out as text, used in turn */
    uint32_t next_text;
} sz_eval;
void sz_eval_at(sz_eval *ev, int64_t t_ms); /* set t, day, night */
sz_loader sz_eval_loader(sz_eval *ev);
/* Matchers that the record fits, as bits. */
void sz_eval_match(sz_eval *ev, const sz_event *e, uint8_t *mask);
/* The same with a memory of what records with the same codes, place and time of day fitted. One a campus and bundle. */
typedef struct sz_match_memo sz_match_memo;
sz_match_memo *sz_match_memo_new(const sz_featureset *fs, const sz_campus *c);
void sz_match_memo_free(sz_match_memo *m);
/* At the record's own time, to which ev may be moved; place: sz_match_place of its place. m may be NULL: nothing is remembered. The mask
 * has room for 8 bytes at least. */
void sz_match_quick(sz_match_memo *m, sz_eval *ev, const sz_event *e, uint32_t place, uint8_t *mask);
/* The same where memory alone has the answer; false: it has not. */
bool sz_match_known(sz_match_memo *m, const sz_facts *f, const sz_zone *z, const sz_event *e, uint32_t student, uint32_t place, uint8_t *mask);
/* Remember, too, at which records of these types the program cannot be true: its bit in what sz_match_misses() gives; 0: it asks records for
 * nothing that can be remembered. Before any record is matched. The program outlives the memory. */
uint64_t sz_match_watch(sz_match_memo *m, const sz_prog *p, uint64_t types);
/* Of the record that was matched last: programs that are not true at it, if that is known. m may be NULL. */
uint64_t sz_match_misses(const sz_match_memo *m);
/* Number of a place in the campus, SZ_NONE if it has none of that id; those asked for last are remembered. m may be NULL. */
uint32_t sz_match_place(sz_match_memo *m, const sz_campus *c, sz_str place);
/* Where the number of a place's word is kept (sz_entry_words); NULL: nowhere, the campus does not have it. */
uint32_t *sz_match_place_word(sz_match_memo *m, uint32_t place);
sz_xval sz_feature_value(sz_eval *ev, uint32_t feature);
/* The number of that value, whether it is known in full or as at least so much; NAN where it is unknown. Of an absence a bound: it
 * is no longer. */
double sz_feature_reached(sz_eval *ev, uint32_t feature);
/* Days, nights or panes of its window that were observable, and how many it has (semantics 12). */
void sz_feature_observed(sz_eval *ev, const sz_feature *f, int32_t *observed, int32_t *total);
/* Of the days (nights, panes) of the window: how many could be seen, and why others could not: before he was enrolled, the type had begun or
 * the feature was there; on leave; down. Of panes only how many. total 0: there is no window. */
typedef struct sz_coverage { int32_t total, seen, before, away, down; bool is_hours, is_night; } sz_coverage;
void sz_feature_coverage(sz_eval *ev, const sz_feature *f, sz_coverage *out);
/* First and last instant of the feature's window at t, for reasons and evidence. */
void sz_feature_window(sz_eval *ev, const sz_feature *f, int64_t *from_ms, int64_t *to_ms);
/* Of a feature that compares, as of its table of that day: the student's group (0: he has none), whether he is to be asked, and what he had;
 * unknown: it is not known in full. The last two go by the feature's window and by what it compares. */
uint64_t sz_peers_group(const sz_eval *ev, const sz_feature *f, int32_t day);
/* By the fields of the roster alone; and the same group at that place, 0 where either is. */
uint64_t sz_peers_group_of(const sz_student *s, uint32_t by, int32_t day);
uint64_t sz_peers_group_at(uint64_t group, uint64_t place);
bool sz_peers_asks(const sz_eval *ev, const sz_feature *f, int32_t day);
sz_xval sz_peers_value(sz_eval *ev, const sz_feature *f, int32_t day);
bool sz_rarely_seen(sz_eval *ev, bool *is_unknown);
/* The same with usual records, packed and in order, behind those that the state has. */
bool sz_rarely_seen_with(sz_eval *ev, sz_str waiting, bool *is_unknown);
/* What that goes by: when he was last seen (SZ_TIME_NONE: never), and on how many of the observable days before. */
typedef struct sz_presence { int64_t last_ms; int32_t seen, observable; } sz_presence;
sz_presence sz_presence_with(sz_eval *ev, sz_str waiting);
bool sz_is_weekend(const sz_calendar *k, int32_t day); /* Saturday or Sunday that is not made up */
/* A growing slot's value reaches `ms` at this instant by what is known now; SZ_TIME_MAX: not foreseeable. */
int64_t sz_growing_reaches(sz_eval *ev, uint32_t slot, double ms);
/* The same for several thresholds: base once, then sz_growing_at. False: not foreseeable. */
bool sz_growing_base(sz_eval *ev, uint32_t slot, int64_t *base_ms);
int64_t sz_growing_at(const sz_eval *ev, uint32_t slot, int64_t base_ms, double ms);
/* Next instant after t at which a pane edge can change a feature of these; SZ_TIME_MAX none. */
int64_t sz_panes_next(sz_eval *ev, const uint32_t *features, uint32_t n);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: YAML texts become an immutable, reference-counted bundle; and what a rule does at an instant (exemptions, episodes, texts).
 *
 * Loading: every finding at once, with a location, a code, both languages and a hint; what has an error gives no bundle.
 * Rules in a bundle are ordered by id (bytes), so that a rule's index is its place in the order of alerts.
 * Ownership: the bundle owns its arena. Threads: immutable; the reference count is atomic.
 */
#ifndef SANZAO_RULES_H
#define SANZAO_RULES_H

#include <sanzao/base.h>
#include <sanzao/campus.h>
#include <sanzao/expr.h>
#include <sanzao/features.h>
#include <sanzao/model.h>

typedef enum sz_level { SZ_GREEN, SZ_BLUE, SZ_YELLOW, SZ_ORANGE, SZ_RED, SZ_N_LEVELS } sz_level;
extern const char *const sz_level_names[SZ_N_LEVELS];
typedef enum sz_mode { SZ_LIVE, SZ_SHADOW, SZ_DISABLED } sz_mode;
extern const char *const sz_mode_names[3];

typedef struct sz_step {
    sz_str text;        /* as written: 24h, few, 4 */
    uint32_t param;     /* SZ_NONE: value is constant */
    double value;       /* NUM, or DURATION in ms */
    uint8_t level;
} sz_step;

typedef enum sz_exempt_kind {
    SZ_EX_ON_LEAVE, SZ_EX_VACATION, SZ_EX_FEED_DOWN, SZ_EX_HOLIDAY, SZ_EX_WEEKEND, SZ_EX_RARELY_SEEN, SZ_EX_FEED_SILENT, SZ_EX_CLASS_SILENT, SZ_EX_NO_CARD, SZ_EX_LEAVE_KIND /* a kind of leave or permit */, SZ_EX_TAG
} sz_exempt_kind;
typedef struct sz_exemption {
    uint8_t kind;
    sz_str name;
    uint32_t leave_kinds; /* SZ_EX_LEAVE_KIND and ON_LEAVE: bits */
} sz_exemption;

typedef enum sz_check_kind { SZ_CHECK_NONE, SZ_CHECK_WEEKDAYS, SZ_CHECK_CLASS_DAYS, SZ_CHECK_TERM_WEEK } sz_check_kind;
enum { SZ_CHECK_TIMES = 8 };
typedef struct sz_check {
    uint8_t kind;
    uint8_t weekdays;      /* bit w-1 for weekday w 1..7; daily: 0x7f; TERM_WEEK: the day in that week */
    uint8_t n_times;       /* 1 … SZ_CHECK_TIMES */
    int32_t week;          /* TERM_WEEK */
    int32_t ms_of_day[SZ_CHECK_TIMES]; /* ascending; 24:00 is 86,399,999 */
    sz_str text;           /* as written */
} sz_check;

/* A message: texts and places, one list a language. */
typedef enum sz_piece_kind { SZ_PIECE_TEXT, SZ_PIECE_PROG /* {x} */, SZ_PIECE_VALUE, SZ_PIECE_STEP, SZ_PIECE_REASONS } sz_piece_kind;
typedef struct sz_piece {
    uint8_t kind, type, unit;
    sz_str text;            /* TEXT: the text */
    const sz_prog *prog;    /* PROG */
    sz_str one, many;       /* {x|night|nights}; many.n == 0: none */
    sz_str otherwise;       /* {x|not recorded}: of a text or an instant, where it is unknown; n 0: no data */
} sz_piece;
typedef struct sz_message { sz_piece *pieces; uint32_t n; } sz_message; /* n 0: not given */

/* One clause of a sum of points (semantics 25): it adds so many while it is true; unknown it adds nothing. The label is
 * what {reasons} says of it; n 0: not given. */
typedef struct sz_point { double add; const sz_prog *when; sz_str text; sz_message label_zh, label_en; } sz_point;

/* One step of a sequence (semantics 24): a record that comes, or one that must not before the next step. */
enum { SZ_SEQUENCE_MAX = 8 };
typedef struct sz_sequence_step {
    sz_str event, as;          /* as: the name by which later steps see its record; n 0: none */
    uint64_t types;
    uint32_t matcher;
    bool is_not, looks_back;   /* its `where` asks for records of earlier steps */
    const sz_prog *where;      /* NULL: none */
} sz_sequence_step;
/* ---- tests of a rule (semantics 38): days count from d1 = 0 ---- */

typedef struct sz_test_pair { sz_str key, value; } sz_test_pair;
typedef struct sz_test_event { /* one line of `events:` */
    sz_span span;
    uint32_t type;
    sz_test_pair *fields;
    uint32_t n_fields;
} sz_test_event;
typedef struct sz_test_record { int32_t day, ms; uint32_t event; } sz_test_record; /* ms of the day; -1: it was lost */
typedef struct sz_test_down { uint32_t type; int32_t from_day, from_ms, to_day, to_ms; } sz_test_down; /* the source of the type; `to` exclusive */
typedef struct sz_test_leave { int32_t from, to; sz_str kind; } sz_test_leave;
typedef enum sz_test_what { SZ_TEST_FIRES, SZ_TEST_STEPS, SZ_TEST_RESOLVES, SZ_N_TEST_WHATS } sz_test_what;
extern const char *const sz_test_whats[SZ_N_TEST_WHATS];
typedef struct sz_test_expect {
    sz_span span;
    int32_t day, ms;
    uint8_t what, level;       /* level: fires, steps */
    sz_str why, zh, en;        /* n 0: not asked for */
} sz_test_expect;
typedef struct sz_test_other { uint32_t feature; double value; uint32_t n; } sz_test_other; /* peers: so many others of the group have it, every day */

typedef struct sz_rule_test {
    sz_str name;
    sz_span span;
    const struct sz_rule *with_params; /* the rule as it is with the test's own params; NULL: as it stands */
    int32_t start_day, start_week; /* of d1: a date, SZ_DAY_NONE: the Monday of that week of term */
    int32_t first_day, until_day, until_ms; /* first: the earliest that it names */
    sz_test_pair *student;     /* columns of students.csv, and year */
    sz_test_event *events;
    sz_test_record *records;
    sz_test_down *downs;       /* by type and time, none touching the next */
    sz_test_leave *leaves;
    sz_test_expect *expects;
    sz_test_other *others;
    uint32_t n_student, n_events, n_records, n_downs, n_leaves, n_expects, n_others;
} sz_rule_test;
/* Record i as a line of input; d1: the day that it counts from. */
void sz_test_json(sz_buf *out, const sz_rule_test *t, const sz_types *types, uint32_t i, int32_t d1);

typedef struct sz_rule {
    sz_str id, title_zh, title_en, purpose, audience, refer_to, source, version, because;
    sz_str source_en; /* empty: source is for both languages */
    char rule_version[32];   /* `1-9f3a0c11` */
    sz_str *detects;
    uint32_t n_detects;
    const sz_prog *who, *when, *resolve_when; /* NULL: none */
    const sz_prog *value;    /* value + steps; NULL for when and points */
    sz_point *points;        /* points + steps */
    uint32_t n_points;
    sz_sequence_step *sequence; /* fires per match */
    uint32_t n_sequence;
    int64_t within_ms;       /* from the first record to the last, inclusive */
    uint8_t value_type, value_unit;
    bool at_most;
    sz_step *steps;          /* in order of reaching (by value ascending; at_most: descending) when constant, else as written with params evaluated and sorted at run time; a when rule has one step with its level and text "" */
    uint32_t n_steps;
    sz_exemption *unless;    /* in the order in which reasons are given */
    uint32_t n_unless;
    sz_param *params;        /* own, then global ones that it names */
    uint32_t n_params;
    int64_t for_ms, again_after_ms;
    sz_check check;
    uint8_t mode;            /* after adjust and sensitive */
    bool is_sensitive, is_instant;
    sz_message message_zh, message_en; /* n 0: the title is used */
    uint64_t types;          /* event types that it reads, through features and event */
    uint64_t event_types;    /* instant: types of the records at which it may fire; else 0 */
    uint64_t down_types;     /* feed_down asks for these: its features' types, of a sequence those that must not come */
    uint32_t *features;      /* that it reads, value features' inner ones too, ascending */
    uint32_t n_features;
    bool has_growing;        /* absence or .age in when, value, resolve_when, who */
    uint64_t hash;           /* of the meaning */
    sz_rule_test *tests;
    uint32_t n_tests;
    sz_span span;
} sz_rule;

/* Has it steps: value or points. */
static inline bool sz_rule_is_stepped(const sz_rule *r) { return r->value || r->n_points; }

typedef struct sz_bundle {
    sz_arena arena;
    int refs;                /* atomic */
    sz_featureset fs;
    sz_rule *rules;          /* ordered by id; disabled ones included */
    uint32_t n_rules;
    uint64_t hash;
} sz_bundle;

typedef struct sz_rule_file { const char *name; const void *p; size_t n; } sz_rule_file;

/* What the files declare, whether it compiles or not: rules less those that another replaces, names of features. */
typedef struct sz_rule_counts { uint32_t files, rules, features; } sz_rule_counts;

/* Compile all files of a rules folder against a campus (types, periods, tags; NULL: built-in types and empty calendar).
 * SZ_FINDINGS and *out NULL when there is an error; warnings only: SZ_OK. */
sz_status sz_rules_load(const sz_rule_file *files, size_t n, const sz_campus *campus, const sz_types *types, sz_diags *d, sz_bundle **out);
/* The same, how much was read (NULL: not asked for), and notes on what is never named, for people who look at the files.
 * with_tests false: as one that only runs them needs them. The tests that stand in rules are read as YAML then and no further. */
sz_status sz_rules_load_counted(const sz_rule_file *files, size_t n, const sz_campus *campus, const sz_types *types, bool with_tests, sz_diags *d,
                                sz_bundle **out, sz_rule_counts *counts);
/* For a test, while nobody else has the bundle: this rule is live whatever its mode says, the others are off. */
void sz_bundle_only(sz_bundle *b, uint32_t rule, const sz_types *types);
sz_bundle *sz_bundle_ref(sz_bundle *b);
void sz_bundle_unref(sz_bundle *b);

/* ---- what a rule says at an instant (condition.c, exemption.c) ---- */

enum { SZ_STEPS_MAX = 32 };
typedef enum sz_truth { SZ_FALSE, SZ_TRUE, SZ_UNSURE } sz_truth;
/* Condition or steps of a rule at ev's instant. ev->params must be the rule's. */
typedef struct sz_verdict {
    uint8_t truth;                  /* for steps: is the lowest one reached */
    uint8_t n_steps;                /* 1 for when */
    uint8_t order[SZ_STEPS_MAX];    /* steps (as written) in order of reaching */
    int8_t reached;                 /* place in `order` of the highest step reached; -1 none */
    double at[SZ_STEPS_MAX];        /* each step's threshold, as written order */
    sz_xval value;                  /* of a value rule */
} sz_verdict;
void sz_rule_judge(sz_eval *ev, const sz_rule *r, sz_verdict *out);
/* A condition such as resolve_when. */
sz_truth sz_rule_truth(sz_eval *ev, const sz_prog *p);
/* Place of a step in the order of reaching. */
int sz_verdict_rank(const sz_verdict *v, uint8_t step);

/* One exemption's value: SZ_UNSURE where it is unknown. */
sz_truth sz_exemption_value(sz_eval *ev, const sz_rule *r, const sz_exemption *x);
/* Which reason ends or keeps out (semantics 28): `who`, then the exemptions in their order. */
typedef struct sz_exempt {
    sz_str why;     /* n 0: none; else the first that resolves */
    bool holds;     /* something keeps the rule from opening and stepping */
} sz_exempt;
sz_exempt sz_rule_exempt(sz_eval *ev, const sz_rule *r);
sz_loader sz_rule_scope(sz_eval *ev, const sz_rule *r); /* params of the rule into scope */

/* ---- texts for counselors (semantics 36) ---- */
/* Value with its unit in a language: `412.50 元`/`¥412.50`, `2 天 3 小时`/`2 d 3 h`, `≥ 3`, `无数据`/`no data`, times as local date and time. */
/* A share has one decimal at most, two next to nothing and next to all (`0.04%`, `99.96%`). */
void sz_text_value(sz_buf *out, const sz_xval *v, uint8_t unit, sz_lang lang, const sz_zone *z);
/* A limit, as somebody wrote it: a share has two decimals at most; where it was calculated, as sz_text_value. */
void sz_text_limit(sz_buf *out, const sz_xval *v, uint8_t unit, sz_lang lang, const sz_zone *z);
/* A value and its limit, with more decimals where two numbers would be told as one (`14.96%` under `15%`). */
void sz_text_pair(sz_buf *of_value, sz_buf *of_limit, const sz_xval *v, const sz_xval *limit, uint8_t unit, sz_lang lang, const sz_zone *z);
/* A message; value and step as the announcement has them; reasons: ready text; says_least: set where a number is `≥`, may be NULL. */
typedef struct sz_text_args { const sz_loader *loader; const sz_xval *value; const sz_xval *step; sz_str reasons; const sz_zone *zone; bool *says_least; } sz_text_args;
void sz_text_message(sz_buf *out, const sz_rule *r, sz_lang lang, const sz_text_args *args);
void sz_text_pieces(sz_buf *out, const sz_message *m, sz_lang lang, const sz_text_args *args);

/* ---- registry of finding codes, all modules (docs and `sanzao explain`) ---- */
typedef struct sz_code { int code; const char *en, *zh, *example, *better; /* better: the example put right; NULL: none */ } sz_code;
enum { SZ_CODE_MAX = 999 };
/* What a code means; false: there is none. */
bool sz_code_find(int code, sz_code *out);
/* The next code after this one (-1: the first), ascending; false: that was the last. */
bool sz_code_next(int after, sz_code *out);

/* ---- offices ---- */
/* What people call an audience or an office that a student is referred to; NULL: a school's own. Static. */
const char *sz_office_words(sz_str name, sz_lang lang);
/* Which one is meant by a name that is none of theirs: what people call it, or what is one slip away; NULL: a school's own. Static. */
const char *sz_office_meant(sz_str name);

/* ---- check times ---- */
/* First instant of the check strictly after t; SZ_TIME_MAX: never again. */
int64_t sz_check_next(const sz_check *c, const sz_calendar *k, const sz_zone *z, int64_t t_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to src/rules: what the files of the loader share. One sz_loading lives for one sz_rules_load.
 *
 * Order of work (bundle.c): read all files; sort what they declare by kind; params, events, features (each on demand,
 * so that files may stand in any order); rules, each with its adjust; then hashes. What has a finding is marked
 * failed and stays known by name, so that one mistake is told once.
 *
 * Two arenas: what the bundle keeps lies in b->arena; what findings point at (sources, hints) in d->arena, because
 * findings outlive a bundle that was refused. sz_rules_keep() moves a span from the one to the other.
 */
#ifndef SZ_RULES_LOAD_H
#define SZ_RULES_LOAD_H

#include <sanzao/rules.h>

/* Codes of findings of this module (codes_rules.c documents them). Never reuse one; 42 is said by expr. */
enum {
    C_NAME_FORM = 19 /* documented by yaml */,
    C_KEY = 20,
    C_SHAPE = 21,
    C_MISSING = 22,
    C_LATER = 23,
    C_CHOICE = 24,
    C_LANGUAGES = 25,
    C_EMPTY = 26,
    C_DURATION = 27,
    C_BOOL = 28,
    C_TAKEN = 29,
    C_TWO_MEANINGS = 30,
    C_EVENT = 31,
    C_EVENT_CYCLE = 32,
    C_FIELD = 33,
    C_OPERATOR = 34,
    C_OPERAND = 35,
    C_FIELD_TYPE = 36,
    C_WINDOW = 37,
    C_KEY_FITS = 38,
    C_WINDOW_FORM = 39,
    C_HOURS_LONG = 40,
    C_PANES = 41,
    C_TO = 43,
    C_TO_FITS = 44,
    C_GAP = 45,
    C_PAUSE = 46,
    C_FEATURE_CYCLE = 47,
    C_VALUE_TYPE = 48,
    C_NOT_CONSTANT = 49,
    C_LITERAL = 50,
    C_UNITS_DIFFER = 51,
    C_BY_FIELD = 52,
    C_BY_FORM = 53,
    C_LIST_MIXED = 54,
    C_SHADOWS = 55,
    C_ID = 56,
    C_ID_TWICE = 57,
    C_RULE_SHAPE = 58,
    C_LEVEL = 59,
    C_MESSAGE_NAME = 60,
    C_MESSAGE_FORM = 61,
    C_PLURAL = 62,
    C_STEPS = 63,
    C_STEP_VALUE = 64,
    C_STEP_TWICE = 65,
    C_STEP_PARAM = 66,
    C_GROWS = 68,
    C_INSTANT = 69,
    C_NO_EVENT = 70,
    C_CHECK = 71,
    C_UNLESS = 72,
    C_PURPOSE = 73,
    C_PURPOSE_DATA = 74,
    C_ADJUST_RULE = 75,
    C_BECAUSE = 76,
    C_ADJUST_PARAM = 77,
    C_ADJUST_TWICE = 78,
    C_REPLACES = 79,
    C_VERSION = 81,
    C_MANY = 82,
    C_UNIT_KEY = 83,
    C_NO_TYPE = 84,
    C_ADJUST_LEVEL = 85,
    C_NO_FEATURE = 86,
    C_POINTS = 87,
    C_BASELINE = 88,
    C_SEQUENCE = 89,
    C_TEST_WHEN = 91,
    C_TEST_EVENT = 92,
    C_TEST_EXPECT = 93,
    C_SILENT_CHECK = 94,
    C_TEST_PARAMS = 95,
    C_WHO = 96,
    C_PEERS = 97,
    C_TEST_PEERS = 98,
    C_WAS = 151,
    C_TAG = 152,
    C_NO_PERIODS = 153,
    C_LEVEL_FALLS = 154,
    C_CHECK_NEVER = 155,
    C_ADJUST_REPLACED = 156,
    C_UNUSED = 157,
    C_ALWAYS = 158,
    C_ADJUST_IDLE = 159,
    C_STEP_FAR = 160,
    C_BY_NOBODY = 161,
    C_OFFICE = 162,
    C_NEVER_OPENS = 163
};

enum { SZ_DECL_NEW, SZ_DECL_BUSY, SZ_DECL_DONE, SZ_DECL_FAILED };

/* A name and what stands under it in a file. */
struct sz_decl {
    sz_str name;
    const sz_yaml *key, *node;
    uint8_t state;
    uint32_t index; /* what became of it: event_defs, fs.features, params, rules */
};

/* In order of files and writing; by_name has the first of each name. */
struct sz_decls {
    struct sz_decl *v;
    uint32_t n, cap;
    sz_map by_name;
};

struct sz_rules_file {
    const sz_source *shown, *kept; /* for findings; for the bundle */
    const sz_yaml *root;
    bool is_partial; /* a YAML error ended it early */
};

/* A name that counts records: built in or declared. A matcher is made of it when a feature needs one. */
struct sz_event_def {
    sz_str name, label_zh, label_en;
    uint64_t types;
    bool is_seen, needs_time_of_day;
    const sz_prog **wheres;
    uint32_t n_wheres;
    uint64_t hash;
    uint32_t matcher; /* SZ_NONE: none yet */
    sz_span span;
};

struct sz_adjust;

/* The different texts that students have in one field. */
struct sz_roster {
    sz_str *v;
    double *nums; /* of a field that is a number: ascending */
    uint32_t n;
    bool is_read, is_more; /* is_more: too many to say anything of them, n is 0 */
};

struct sz_loading {
    sz_bundle *b;
    sz_arena *a;  /* of the bundle */
    sz_arena tmp; /* of the loading */
    sz_diags *d;
    const sz_types *types;
    const sz_campus *campus;
    const sz_calendar *calendar;
    const sz_zone *zone; /* the bundle's copy; NULL without a campus */
    struct sz_rules_file *files;
    uint32_t n_files;

    struct sz_decls events, features, params, rules, adjusts;
    struct sz_event_def *event_defs;
    uint32_t n_event_defs, cap_event_defs;
    uint32_t cap_matchers, cap_features, cap_rules;
    sz_param *global_params;
    uint32_t n_global_params, cap_global_params;
    sz_map feature_by_hash, matcher_by_hash;
    struct sz_roster roster[SZ_N_SFIELDS];
    struct sz_adjust **adjust_of; /* by index into adjusts */
    bool *is_replaced;            /* by index into rules: another one has its place */
    bool *seen_features;          /* for rule_meaning.c */
    uint32_t depth;               /* of value features within each other */
    bool has_too_many;            /* of features: said once */
    bool with_tests;              /* read those that stand in rules */
    sz_decoder *decoder;          /* of the records in tests; made with the first one, for it is large */
};

/* Room for one more in an array of an arena: *SZ_PUSH(a, v, n, cap) = x. */
#define SZ_PUSH(a, v, n, cap) \
    ((v) = (n) == (cap) ? sz_rules_grow((a), (v), (n), &(cap), sizeof *(v)) : (v), &(v)[(n)++])
void *sz_rules_grow(sz_arena *a, const void *old, uint32_t n, uint32_t *cap, size_t size);

/* ---- findings.c ---- */
sz_diag *sz_rules_error(struct sz_loading *l, int code, sz_span at, const char *en, const char *zh, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
sz_diag *sz_rules_warn(struct sz_loading *l, int code, sz_span at, const char *en, const char *zh, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* The same with finished texts, for languages that need other words; TXT makes them. */
sz_diag *sz_rules_say(struct sz_loading *l, sz_severity sev, int code, sz_span at, const char *en, const char *zh);
#define TXT(l, ...)              sz_arena_printf(&(l)->d->arena, __VA_ARGS__)
#define sz_rules_hint(l, g, ...) sz_diag_hint((l)->d, (g), __VA_ARGS__)
/* Hint of finished texts; g may be NULL. */
void sz_rules_hint_say(sz_diag *g, const char *en, const char *zh);
/* Did a YAML error end the reading in this node, or right behind it? Then what is missing in it is not told. */
bool sz_rules_is_partial(const struct sz_loading *l, const sz_yaml *node);
sz_span sz_rules_keep(const struct sz_loading *l, sz_span at);
sz_str sz_rules_copy(struct sz_loading *l, sz_str s); /* into the bundle */
/* `file:line` of a span, in the findings' arena. */
const char *sz_rules_place(struct sz_loading *l, sz_span at);

/* ---- unused.c ---- */
/* Note the params that nothing names; of a rule set without errors. */
void sz_rules_note_unused(struct sz_loading *l);
/* Does the text say the name, as a word of its own? */
bool sz_text_names(sz_str text, sz_str name);

/* ---- noise.c ---- */
/* Take back what only follows from the YAML mistakes among the findings from `first` on. */
void sz_rules_quieten(struct sz_loading *l, size_t first);

/* ---- chinese.c ---- */
/* Is `text` what an analyst would write in Chinese, or by another program's habit, for this word of the language? */
bool sz_chinese_means(sz_str text, sz_str word);
/* Where what a finding points at would be right in half-width signs, say so: of the findings from `first` on. */
void sz_rules_hint_narrow(struct sz_loading *l, size_t first);

/* ---- pasted.c ---- */
/* Where a sign that is not seen, or what was meant as a comment, makes a word a wrong one, say so: likewise. */
void sz_rules_hint_pasted(struct sz_loading *l, size_t first);

/* ---- names.c ---- */

/* The nearest of several names, for "did you mean". */
struct sz_near {
    sz_str want, found;
    int best;            /* distance; greater than what counts: none found */
    const char *en, *zh; /* what it is: feature, 特征 */
    sz_span at;          /* where it is declared; src NULL: built in */
    bool is_label;       /* found by its Chinese label, to the sign */
};
/* After many findings none is looked for any more: it would cost the square of them. */
struct sz_near sz_near_to(const struct sz_loading *l, sz_str want);
void sz_near_try(struct sz_near *n, sz_str name, const char *en, const char *zh, sz_span at);
void sz_near_z(struct sz_near *n, const char *name);
/* By the label in Chinese of what is declared, or a part of it. */
void sz_near_label(struct sz_near *n, const struct sz_decl *d, const char *en, const char *zh);
bool sz_near_any(const struct sz_near *n);
/* `did you mean `x`?  (feature, rules/late.yaml:14)`; the texts in the findings' arena; false: none. */
bool sz_near_words(struct sz_loading *l, const struct sz_near *n, const char **en, const char **zh);
void sz_near_hint(struct sz_loading *l, sz_diag *g, const struct sz_near *n);
/* Does the mapping have a key that is nearly this one? Then that is the mistake, not that it is missing. */
bool sz_near_key(const sz_yaml *map, const char *name);

/* Check a name that CEL must be able to say; false with a finding. */
bool sz_rules_name(struct sz_loading *l, const sz_yaml *key);
/* Index of text in names, or -1. */
int sz_rules_index(sz_str s, const char *const *names, size_t n);
/* The same of a node's text, with a finding that lists the choices. what: "a level", 级别. */
int sz_rules_choice(struct sz_loading *l, const sz_yaml *node, const char *const *names, size_t n, const char *en,
                    const char *zh);
/* The same, with what is said where no choice is near; hint NULL: the list of them. */
struct sz_choice_words {
    const char *en, *zh, *hint, *hint_zh;
};
int sz_rules_choice_of(struct sz_loading *l, const sz_yaml *node, const char *const *names, size_t n,
                       const struct sz_choice_words *w);

struct sz_decl *sz_decls_find(struct sz_decls *d, sz_str name);
void sz_decls_init(struct sz_decls *d);
void sz_decls_fini(struct sz_decls *d);
void sz_decls_add(struct sz_loading *l, struct sz_decls *d, sz_str name, const sz_yaml *key, const sz_yaml *node);

/* ---- values.c: texts of YAML to values ---- */
/* To a value that has another unit than its like: as it is written with that unit. */
void sz_hint_same_unit(struct sz_loading *l, sz_diag *g, sz_str text, uint8_t type, uint8_t unit, sz_str like);
/* {zh, en}, both present; false with a finding. node NULL is fine. */
bool sz_rules_both(struct sz_loading *l, const sz_yaml *node, sz_str *zh, sz_str *en);
bool sz_rules_duration(struct sz_loading *l, const sz_yaml *node, int64_t *out_ms);
bool sz_rules_flag(struct sz_loading *l, const sz_yaml *node, bool *out);
/* Hint for a text that a duration was meant by; false: none that is known. */
bool sz_duration_hint(struct sz_loading *l, sz_diag *g, sz_str s);
/* A duration as people write one: also `3 days`, `24 hours`. */
bool sz_duration_words(sz_str s, int64_t *out_ms);
/* `420 yuan`, `24h`, `50%`, `6 class-hours`, 3. False: not a number with a unit; *unit_at is then where its unit
 * begins. */
bool sz_literal_parse(sz_str s, uint8_t *type, uint8_t *unit, double *num, size_t *unit_at);
bool sz_unit_parse(sz_str s, uint8_t *unit);
/* Say that the literal's unit (or the whole of it) is wrong; unit_at is what sz_literal_parse gave. */
void sz_literal_refuse(struct sz_loading *l, const sz_yaml *node, size_t unit_at);
/* number_meant.c: ￥420, 1,000 yuan, >= 3, 三天: a number in another form, which would be a text. True: a finding. */
bool sz_number_refuse(struct sz_loading *l, const sz_yaml *node);
/* "a number", "an amount in yuan" */
const char *sz_unit_words(uint8_t type, uint8_t unit, sz_lang lang);
/* Value of a param: a literal, text or list; false with a finding. */
bool sz_rules_value(struct sz_loading *l, const sz_yaml *node, sz_xval *out, uint8_t *unit);
/* Items of a list, or the one text itself; n 0 for NULL. False with a finding when an item is no text. */
bool sz_rules_texts(struct sz_loading *l, const sz_yaml *node, const sz_yaml ***items, uint32_t *n);
/* The same of names; one without quotes that has a comma is several that nobody told apart. */
bool sz_rules_names(struct sz_loading *l, const sz_yaml *node, const sz_yaml ***items, uint32_t *n);

/* ---- check_hint.c: what a check in words means; both add a finding and give false ---- */
/* at: the first word that is not read; the whole text is marked where another is offered for it. */
bool sz_check_bad(struct sz_loading *l, const sz_yaml *node, sz_span at);
bool sz_check_bad_time(struct sz_loading *l, sz_str time, sz_span at);

/* ---- params.c ---- */
bool sz_param_load(struct sz_loading *l, const sz_yaml *key, const sz_yaml *node, sz_param *out);
void sz_params_load(struct sz_loading *l); /* the global ones */
uint64_t sz_param_hash(const sz_param *p);
bool sz_param_is_const(const sz_param *p);

/* ---- events_load.c ---- */
void sz_events_init(struct sz_loading *l); /* types, seen, any, declared fields */
void sz_events_load(struct sz_loading *l); /* check all */
/* Index of the event's definition, SZ_NONE: unknown or failed (*is_failed). */
uint32_t sz_event_find(struct sz_loading *l, sz_str name, bool *is_failed);
uint32_t sz_event_matcher(struct sz_loading *l, uint32_t def); /* makes one on demand */
void sz_event_unknown(struct sz_loading *l, sz_str name, sz_span at);
/* A value or a field where an event stands: what to declare goes into the finding. False: it is none. */
bool sz_event_meant(struct sz_loading *l, sz_diag *g, sz_str name);
uint64_t sz_types_hash(const struct sz_loading *l, uint64_t types);

/* ---- fields.c: fields of records ---- */
struct sz_field_ref {
    uint16_t field; /* sz_efield */
    uint8_t type, unit, form;
    uint64_t types; /* that have it */
    const sz_str *choices;
    uint32_t n_choices;
    bool is_open; /* others than choices may be */
    bool is_roster; /* but not on this campus */
};
/* Field named by path (`amount`, or `place` and `kind`) of a record of one of the types; used: how many names it
 * took. */
bool sz_field_find(struct sz_loading *l, const sz_str *path, uint32_t n, uint64_t types, bool has_age,
                   struct sz_field_ref *out, uint32_t *used);
/* Nearest field of those types; prefix stands before it in the hint. */
void sz_field_near(struct sz_loading *l, const sz_str *path, uint32_t n, uint64_t types, bool has_age,
                   const char *prefix, const char **en, const char **zh);
uint64_t sz_field_types(const struct sz_loading *l, sz_str name); /* types that have a field of that name; 0 none */
const char *sz_types_words(struct sz_loading *l, uint64_t types); /* `swipe, attendance` */
uint64_t sz_field_meaning(const struct sz_loading *l, uint32_t field);

/* ---- features_load.c, window.c ---- */
void sz_features_load(struct sz_loading *l);
/* What a name of a feature became; NULL: no such name. Loads it on demand. */
const struct sz_decl *sz_feature_find(struct sz_loading *l, sz_str name);
/* False with a finding. row: the operator's. */
bool sz_window_load(struct sz_loading *l, const sz_yaml *feature, const sz_operator_row *row, const sz_yaml *over,
                    const sz_yaml *to, const sz_yaml *day, sz_window *out);
/* Meaning of a slot for sz_prog_hash: ctx is a sz_meaning. */
struct sz_meaning {
    const struct sz_loading *l;
    const sz_param *params;
    uint32_t n_params;
};
uint64_t sz_slot_meaning(void *ctx, uint32_t slot);

/* ---- expressions: resolver.c, use.c, scan.c ---- */
enum { SZ_SCOPE_WHERE, SZ_SCOPE_FEATURE, SZ_SCOPE_RULE };
enum { SZ_PARAMS_MAX = 1000 }; /* of a rule */

struct sz_scope {
    struct sz_loading *l;
    uint8_t kind;
    uint64_t types;                     /* that event.* may be of */
    const char *no_event, *no_event_zh; /* why event.* may not stand here; NULL: it may */
    sz_param *params;                   /* of the rule: own, then the global ones that were named */
    uint32_t n_params, cap_params;
    const sz_sequence_step *steps; /* of a sequence, as far as they are loaded: seen by their `as:` names */
    uint32_t n_steps;
    bool is_step;    /* a step's `where`, which sees the params of its rule too */
    sz_str period;   /* that was asked of a calendar without periods */
    bool has_failed; /* a name was resolved that has a finding of its own */
    bool lacks_params; /* what the rule declares could not be read: a name may have been one of them */
};
/* ctx is a sz_scope. */
bool sz_rules_resolve(void *ctx, const sz_str *path, uint32_t n, const sz_str *arg, bool has, sz_symbol *out,
                      uint32_t *bad_at, const char **hint, const char **hint_zh);
/* Nearest of all names in the scope. */
/* ---- roster.c ---- */

/* What a student's field may be, or what the campus has of it, as the symbol's choices; none: it is not known. */
void sz_student_choices(struct sz_loading *l, uint32_t field, sz_symbol *out);

/* ---- offices.c ---- */

/* An audience or refer_to that is nearly one that is known; NULL is fine. */
void sz_office_warn(struct sz_loading *l, const sz_yaml *node);

/* ---- by_rows.c ---- */

/* A value of by: that no student has. */
void sz_by_warn_value(struct sz_loading *l, uint32_t field, const sz_yaml *item);
/* A row, written at node, whose cases from `from` on an earlier row takes: the first that fits counts. */
void sz_by_warn_order(struct sz_loading *l, const sz_param *p, uint32_t from, const sz_yaml *node);

struct sz_near sz_scope_near(struct sz_scope *s, sz_str name);

/* Compile a scalar's text. NULL: findings were added. */
const sz_prog *sz_rules_compile(struct sz_scope *s, const sz_yaml *node, sz_xtype want, bool grow_ok);
/* The same of a part of it, which has been copied into the bundle already. */
const sz_prog *sz_rules_compile_part(struct sz_scope *s, const sz_yaml *node, size_t off, size_t len, sz_xtype want,
                                     bool grow_ok);

/* What an expression names, before it is compiled. */
struct sz_scan {
    bool names_event;     /* event.* or place.* */
    uint64_t types;       /* of the records for which it may be true: they have the fields of event that it names */
    uint64_t types_named; /* that what it asks of event.type leaves; all bits where it says nothing */
    sz_str *fields;       /* of event that are named */
    uint32_t n_fields, cap_fields;
    struct sz_root {
        sz_str name;
        uint32_t off;
    } * roots; /* first names, each once, where it stands first */
    uint32_t n_roots, cap_roots;
    bool is_bare; /* one name, with fields or without */
};
bool sz_rules_scan(struct sz_loading *l, sz_str text, struct sz_scan *out); /* false: it does not parse */
bool sz_rules_scan_names(struct sz_loading *l, sz_str text, struct sz_scan *out); /* the same without types, is_bare */

/* ---- rules ---- */
struct sz_rule_keys {
    const sz_yaml *id, *title, *purpose, *when, *value, *at_least, *at_most, *level, *who, *unless, *for_, *check,
        *resolve_when;
    const sz_yaml *again_after, *mode, *sensitive, *detects, *audience, *refer_to, *source, *version, *message, *params;
    const sz_yaml *labels, *replaces, *tests, *sequence, *within, *points, *per, *marks;
};

struct sz_adjust {
    const sz_yaml *key, *node;
    const sz_yaml *because, *params, *unless, *mode, *level, *again_after, *audience, *refer_to;
    bool is_used;
};

struct sz_ruling { /* one rule while it is loaded */
    struct sz_loading *l;
    const struct sz_decl *decl;
    struct sz_rule_keys k;
    const struct sz_adjust *adjust; /* NULL: none */
    const sz_yaml *test_params;     /* of the test that it is compiled for; NULL: none */
    struct sz_scope scope;
    sz_rule *r;
    bool failed;
};

void sz_adjusts_load(struct sz_loading *l);
void sz_adjust_look_idle(struct sz_loading *l, const struct sz_adjust *a);
const struct sz_adjust *sz_adjust_find(struct sz_loading *l, sz_str rule);
void sz_adjusts_finish(struct sz_loading *l); /* those that name no rule */
void sz_adjust_params(struct sz_ruling *g);   /* after the rule's own are loaded */
/* The same by `params:` of one of its tests. */
void sz_adjust_params_in_test(struct sz_ruling *g, const sz_yaml *map);
/* The rule as such a test has it, compiled anew. NULL: it does not hold together, with a finding. */
const sz_rule *sz_rule_with_params(struct sz_loading *l, const struct sz_decl *d, const sz_yaml *map);
void sz_rules_compile_all(struct sz_loading *l);
void sz_bundle_plan(sz_bundle *b, const sz_types *types); /* once every rule's mode is known: what is kept */
/* Say what is wrong with the rule; it fails. */
void sz_rule_wrong(struct sz_ruling *g, sz_span at, int code, const char *en, const char *zh, const char *hint,
                   const char *hint_zh);
/* `key:` does not go with this shape, if it is there. */
void sz_rule_refuse(struct sz_ruling *g, const sz_yaml *node, const char *key, int code, const char *en,
                    const char *zh);
void sz_rule_steps(struct sz_ruling *g, const sz_yaml *map); /* at_least, at_most; value_type and _unit are known */
/* steps_shape.c: the whole, or one step, written the other way round? Then true, with a finding. */
bool sz_rule_steps_turned(struct sz_ruling *g, const sz_yaml *map);
/* The most that a feature's value can be, being days of a window; 0: any. */
double sz_feature_most(const sz_feature *f);
/* A step that is never reached, for the value or the points cannot be so many. */
void sz_rule_warn_step(struct sz_ruling *g, const sz_yaml *key, const sz_step *s);
/* A resolve_when that holds wherever the rule would open. */
void sz_rule_warn_ending(struct sz_ruling *g);
bool sz_rule_step_nested(struct sz_ruling *g, const sz_yaml *key, const sz_yaml *level);
bool sz_rule_steps_apart(struct sz_ruling *g, const char *key);
void sz_rule_points(struct sz_ruling *g);
void sz_rule_sequence(struct sz_ruling *g);
/* `level:` of a rule without steps; shape: the key that needs it. */
void sz_rule_level(struct sz_ruling *g, const char *shape);
/* All conditions and values that the rule has, in the loading's memory. */
const sz_prog **sz_rule_progs(struct sz_ruling *g, uint32_t *n);
void sz_rule_shape(struct sz_ruling *g); /* when + level | value + steps */
void sz_rule_who(struct sz_ruling *g);   /* who, resolve_when, for, check, again_after */
void sz_rule_unless(struct sz_ruling *g);
void sz_rule_message(struct sz_ruling *g);
/* Of a point: a text in two languages with names of features and params in braces. */
void sz_rule_label(struct sz_ruling *g, const sz_yaml *node, sz_message *out_zh, sz_message *out_en);
void sz_rule_meaning(struct sz_ruling *g); /* types, features, has_growing, hash, version */
void sz_rule_purpose(struct sz_ruling *g);
bool sz_check_parse(struct sz_loading *l, const sz_yaml *node, sz_check *out);
bool sz_clock_parse(sz_str s, int32_t *ms_of_day); /* 07:00; 24:00 is the last millisecond */
uint8_t sz_check_weekdays(sz_str s);               /* mon, mon-fri: bit w-1 for weekday w; 0: neither */
void sz_rule_tests(struct sz_ruling *g);           /* after the rest of the rule */
/* Does a growing value stand in p that is made of others, so that no timer can foresee it? Then a finding, at node. */
bool sz_rule_refuses_growing(struct sz_ruling *g, const sz_prog *p, const sz_yaml *node);
/* Where a key of a mapping stands; the mapping itself if it has none. */
sz_span sz_rules_key(const sz_yaml *map, const char *key);
void sz_rules_replace(struct sz_loading *l); /* which are replaced, before they are compiled */
void sz_rules_order(struct sz_loading *l);   /* those that stay, by id */

static inline uint64_t sz_mix(uint64_t h, uint64_t x) {
    uint64_t v[2] = {h, x};
    return sz_hash(v, sizeof v);
}
static inline uint64_t sz_mix_str(uint64_t h, sz_str s) { return sz_mix(h, sz_hash(s.p, s.n)); }
static inline uint64_t sz_mix_double(uint64_t h, double x) {
    if (x == 0) x = 0; /* -0 is 0 */
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return sz_mix(h, bits);
}

#endif

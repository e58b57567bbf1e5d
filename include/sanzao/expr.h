/* SPDX-License-Identifier: Apache-2.0
 *
 * expr: CEL (cel-spec). One lexer and parser give a syntax tree; two things are made of it:
 *  - pure CEL by value (sz_cel_*): `sanzao eval`, conformance, the whole language with macros, lists, maps, bytes, timestamps;
 *  - a compact typed program (sz_prog_*): conditions of rules. Three-valued with "at least" (semantics 13, 14), doubles only (15),
 *    no allocation at run time, and every comparison can be explained.
 * Parse, check, compile and run never recurse without a bound (SZ_EXPR_DEPTH).
 *
 * Ownership: trees and programs live in the arena given. Programs are immutable and may be shared between threads; what a run needs
 * lies on the caller's stack.
 */
#ifndef SANZAO_EXPR_H
#define SANZAO_EXPR_H

#include <sanzao/base.h>

enum { SZ_EXPR_DEPTH = 64, SZ_EXPR_NODES = 4096 };

/* ---- syntax tree --------------------------------------------------------------------------------------------------- */

typedef enum sz_expr_kind {
    SZ_E_NULL, SZ_E_BOOL, SZ_E_INT, SZ_E_UINT, SZ_E_DOUBLE, SZ_E_STRING, SZ_E_BYTES,
    SZ_E_IDENT,   /* text; leading dot in is_absolute */
    SZ_E_SELECT,  /* args[0] . text ; is_test: has(args[0].text) ; is_optional: a.?b */
    SZ_E_CALL,    /* text(args…), or args[0].text(args[1]…) when is_method; operators by the names of cel-spec: _&&_ _==_ !_ -_ _?_:_ _[_] @in … */
    SZ_E_LIST,    /* args */
    SZ_E_MAP,     /* args: key, value, key, value … */
    SZ_E_STRUCT,  /* text {field: value}: refused at evaluation (no protobuf messages here) */
    SZ_E_FOLD     /* macros expanded: args: range, init, condition, step, result; text: loop variable, text3: second one or empty
                     (index or key, then text is it and text3 the value), text2: accumulator */
} sz_expr_kind;

/* Which operator a call is; SZ_OP_NONE for functions by name. */
typedef enum sz_expr_op {
    SZ_OP_NONE, SZ_OP_NOT, SZ_OP_NEGATE, SZ_OP_AND, SZ_OP_OR, SZ_OP_CHOICE, SZ_OP_LT, SZ_OP_LE, SZ_OP_GT, SZ_OP_GE, SZ_OP_EQ, SZ_OP_NE,
    SZ_OP_IN, SZ_OP_ADD, SZ_OP_SUBTRACT, SZ_OP_MULTIPLY, SZ_OP_DIVIDE, SZ_OP_MODULO, SZ_OP_INDEX,
    SZ_OP_OPTIONAL_INDEX, SZ_OP_OPTIONAL, /* a[?b], an element ?x: parsed, refused at evaluation */
    SZ_OP_NOT_STRICTLY_FALSE, SZ_OP_MAP_INSERT, SZ_OP_MAP_MERGE /* made by macros */
} sz_expr_op;

typedef struct sz_expr {
    sz_expr_kind kind;
    sz_expr_op op;
    bool is_absolute, is_method, is_test, is_optional;
    uint32_t off, len;         /* in the expression's text (the whole construct) */
    uint32_t op_off, op_len;   /* the operator or name, for carets */
    sz_str text, text2, text3;
    bool b;
    int64_t i;
    uint64_t u;
    double d;
    struct sz_expr **args;
    uint32_t n;
} sz_expr;

typedef struct sz_expr_error {
    uint32_t off, len;
    const char *message, *message_zh, *hint, *hint_zh;
    int code;
    uint32_t resume; /* where another condition begins that nothing joins to the one before it; 0: nowhere */
} sz_expr_error;

/* CEL: has all exists exists_one map filter and the rest are expanded. RULES: so are they, but a has() that asks for no field is left as a call,
 * for the checker to tell it as one finding among others. */
typedef enum sz_macros { SZ_MACROS_NONE, SZ_MACROS_CEL, SZ_MACROS_RULES } sz_macros;

/* Parse text. NULL on a syntax error, *err says where and what (texts in the arena or constant). Literals without escapes borrow from text.
 * Shape: && and || have two arguments and are balanced (n terms: depth log2 n); other chains lean to the left through args[0] (a + b + c,
 * a.b.c, a[0][1], a.f().g()), ?: and ! - through their last argument, as deep as there are nodes: walk those in loops. All else nests
 * at most SZ_EXPR_DEPTH deep. Macros share no nodes. */
const sz_expr *sz_expr_parse(sz_arena *a, sz_str text, sz_macros macros, sz_expr_error *err);

/* ---- pure CEL by value ------------------------------------------------------------------------------------------------ */

typedef struct sz_cel_value sz_cel_value; /* private layout, src/expr/cel_value.h */

/* Where named time zones ("Asia/Kathmandu") come from: expr itself reads no files. NULL from load: there is no such zone.
 * The zone is borrowed until the evaluation ends. From *known_until_ms on (SZ_TIME_MAX when load leaves it) its offsets
 * are not known: an error, see sz_cel_zone_known_until. */
typedef struct sz_zone_loader {
    void *ctx;
    const sz_zone *(*load)(void *ctx, sz_str name, int64_t *known_until_ms);
} sz_zone_loader;
/* Last instant that a zone read from the bytes of a TZif file tells: its last transition if the file goes on with a rule
 * of summer time (which sz_zone does not follow), else SZ_TIME_MAX. */
int64_t sz_cel_zone_known_until(const sz_zone *z, const void *tzif, size_t n);

typedef struct sz_cel_env {
    sz_str container;            /* scope of names, a.b.c; empty: none */
    bool with_macros;
    bool typed;                  /* result as {"int": "12"}, else plain JSON */
    const sz_zone_loader *zones; /* NULL: UTC and fixed offsets only */
} sz_cel_env;

enum { SZ_CODE_BINDINGS = 148 };

/* Evaluate in pure CEL. bindings_json is JSON text of an object (may be empty): plain JSON values (numbers without a point
 * are int), or all of them in the conformance form. The result is appended to out. False: *err says where and why (code 101
 * syntax, 148 the bindings, 149 evaluation; texts in the arena; off and len are 0 for an error in the bindings), nothing
 * is appended.
 * Bounded: 1,000,000 steps and 64 MiB an evaluation; more is an error. */
bool sz_cel_eval(const sz_cel_env *env, sz_str expr, sz_str bindings_json, sz_arena *a, sz_buf *out, sz_expr_error *err);
/* The same without zones; false: the error as text in out, `line:column: message`. */
bool sz_cel_eval_json(sz_str expr, sz_str container, bool with_macros, sz_str bindings_json, bool typed, sz_buf *out);
/* Run one suite file in the form of the conformance cases. Counts; each failure as a JSON line in `failures` when it is not
 * NULL. SZ_FINDINGS: the text is no suite. zones may be NULL. */
sz_status sz_cel_run_suite(const sz_zone_loader *zones, sz_str suite_json, uint32_t *passed, uint32_t *total,
                           sz_buf *failures);

/* ---- typed programs (rules) --------------------------------------------------------------------------------------------- */

typedef enum sz_xtype { SZ_X_BOOL, SZ_X_NUM, SZ_X_STR, SZ_X_TIME, SZ_X_DURATION, SZ_X_LIST_STR, SZ_X_LIST_NUM, SZ_X_RECORD, SZ_X_ANY } sz_xtype;
/* Units of numbers: plain numbers fit all but time; two different units do not compare or add, but counts and days do. */
typedef enum sz_unit { SZ_UNIT_NONE, SZ_UNIT_YUAN, SZ_UNIT_CLASS_HOURS, SZ_UNIT_SHARE /* % */, SZ_UNIT_COUNT, SZ_UNIT_DAYS, SZ_UNIT_POINTS, SZ_N_UNITS } sz_unit;

typedef enum sz_know { SZ_KNOWN, SZ_AT_LEAST, SZ_UNKNOWN } sz_know; /* a run-time error is SZ_UNKNOWN with is_error */

typedef struct sz_list { const sz_str *strs; const double *nums; uint32_t n; } sz_list; /* one of the two */

typedef struct sz_xval {
    uint8_t type;  /* sz_xtype; BOOL NUM STR TIME DURATION or a list */
    uint8_t know;  /* sz_know */
    bool is_error;
    bool b;        /* BOOL; of a TIME: it stands for its whole day, the time of day was lost */
    double num;    /* NUM; TIME and DURATION in ms */
    sz_str str;
    const sz_list *list;
} sz_xval;

/* What a name means. */
typedef struct sz_symbol {
    uint8_t type, unit;
    bool is_growing;    /* absence, .age: grows by itself with time */
    bool is_ratio;      /* so many of so many (sz_prog_is_ratio) */
    bool is_const;      /* value known at compile time: `value` */
    bool is_param;      /* a rule's param (by: may differ by student) */
    sz_xval value;
    uint32_t slot;      /* handed to the loader at run time */
    const sz_str *choices; /* STR with a closed set of values (enums): comparisons with another literal are an error; NULL: open */
    uint32_t n_choices;
    bool is_open;       /* choices are those that are known, and others may be meant: a literal that looks like a slip is a warning */
    bool is_roster;     /* open, and the choices are those of the campus: any other literal is a warning, for it holds of nobody there */
    const char *part;   /* RECORD that is no record of the campus but several numbers: one of their names, for a hint */
    double low, high;   /* of a NUM that is never below or above them (weekday, hour); both 0: any */
    double most;        /* of a NUM that is never above it, being days of a window that has so many, or, without a unit, weeks of a term; 0: any */
    const double *held; /* of a NUM of students: all that the campus has, ascending; a comparison that fits none of them is a warning */
    uint32_t n_held;    /* 0: nothing is known of it */
    uint8_t form;       /* sz_form of a STR: literals beside it must have it (`event.clock < "8:30"` would compare bytes) */
} sz_symbol;
typedef enum sz_form { SZ_FORM_ANY, SZ_FORM_CLOCK /* HH:MM */, SZ_FORM_DATE /* YYYY-MM-DD */ } sz_form;

/* Resolver at compile time: path of n names (`last_door.place.name`), or with arg a call such as calendar.in("exams") (path: calendar, in).
 * True: *out is the meaning; type RECORD: a record, of which a field must be named; ANY: what is wrong with it was told elsewhere, and
 * sz_prog_compile gives NULL without a finding of its own for it. False: *bad_at is the index of the first name that is not known (n: the
 * argument), and *hint, *hint_zh may say the nearest one. *bad_at, *hint and *hint_zh come as 0 and NULL.
 * Texts must outlive the findings. has: asked under has(x), which is true unless the slot is unknown: the slot is the value's own. */
typedef struct sz_resolver {
    void *ctx;
    bool (*resolve)(void *ctx, const sz_str *path, uint32_t n, const sz_str *arg, bool has, sz_symbol *out, uint32_t *bad_at,
                    const char **hint, const char **hint_zh);
} sz_resolver;

typedef struct sz_prog sz_prog;

/* A comparison (or a bare boolean, `in`, has()) that is reached from the whole by && || ! ?: only, and so stands for itself in reasons
 * and timers. In the order in which they are written. */
typedef struct sz_clause {
    sz_str text;                  /* as written */
    uint32_t lhs, rhs;            /* entry points of the sides' sub-programs; UINT32_MAX none */
    uint32_t whole;               /* entry point of the clause itself */
    uint8_t op;                   /* '<' 'l'(<=) '>' 'g'(>=) '=' '!' , 'i' in, 'b' boolean */
    uint8_t lhs_type, lhs_unit;
    bool lhs_grows, rhs_grows;    /* that side is a growing symbol by itself */
    uint32_t lhs_slot, rhs_slot;  /* slot if the side is a bare symbol, else UINT32_MAX */
    bool negated;                 /* under an odd number of ! */
    uint32_t branch;              /* number of the innermost || alternative it stands in, from 1 as written; 0 when there is none */
} sz_clause;

/* Check and compile. want: SZ_X_BOOL for conditions, SZ_X_NUM for values (a number or a duration: see sz_prog_type), SZ_X_ANY: any.
 * `locate` finds text in its YAML scalar: spans of findings come from locate(locate_ctx, off, len). grow_ok: without it a growing symbol may only be compared with a
 * constant or a param ("give it a check"). NULL: findings in d. Codes 101-149. */
typedef struct sz_compile_opts {
    sz_xtype want;
    bool grow_ok;
    sz_span (*locate)(void *ctx, uint32_t off, uint32_t len); /* NULL: findings have no place */
    void *locate_ctx;
    const sz_zone *zone; /* campus time for getHours("Asia/Shanghai"), borrowed for the program's life; NULL: only UTC and offsets */
} sz_compile_opts;
const sz_prog *sz_prog_compile(sz_arena *a, sz_str text, const sz_resolver *r, const sz_compile_opts *o, sz_diags *d);

uint8_t sz_prog_type(const sz_prog *p);
uint8_t sz_prog_unit(const sz_prog *p);
/* A count or days divided by a plain number or another count, `days / 7`: it may stand beside a share in percent too. */
bool sz_prog_is_ratio(const sz_prog *p);
bool sz_prog_is_of_hundred(const sz_prog *p); /* a percentile: 0 to 100, and no share */
bool sz_prog_grows(const sz_prog *p);                    /* the whole is a bare growing symbol, or contains one */
const sz_clause *sz_prog_clauses(const sz_prog *p, uint32_t *n);
const uint32_t *sz_prog_slots(const sz_prog *p, uint32_t *n); /* slots loaded, each once, ascending */
/* The whole program is one bare symbol: its slot. */
bool sz_prog_is_slot(const sz_prog *p, uint32_t *slot);
/* Or, `c ? slot : 0`, that slot where a condition holds, and else what no record changes? */
bool sz_prog_chooses_slot(const sz_prog *p, uint32_t *slot);
/* Texts that a symbol is compared with (borrowed from the program), if nothing else is done with it and there are at most max; else UINT32_MAX.
 * Returns how many. Texts between two of them, in order, are all the same to the program. */
uint32_t sz_prog_texts_beside(const sz_prog *p, uint32_t slot, sz_str *out, uint32_t max);
uint32_t sz_prog_numbers_beside(const sz_prog *p, uint32_t slot, double *out, uint32_t max); /* the same with numbers */
/* Entries of the conditions that the whole is true only with, joined to it by && alone, and whose every symbol is_of: at most max,
 * those of numbers first, as they are asked the quickest. Returns how many. */
uint32_t sz_prog_musts(const sz_prog *p, bool (*is_of)(void *ctx, uint32_t slot), void *ctx, uint32_t *entries, uint32_t max);
/* A number that a symbol must reach, in full or in part, before the program can be true. */
typedef struct sz_need {
    uint32_t slot;
    double least;
} sz_need;
/* What is known of symbols beforehand. */
typedef struct sz_need_bounds {
    void *ctx;
    bool (*counts)(void *ctx, uint32_t slot);                                   /* is a need of it wanted? */
    bool (*param)(void *ctx, uint32_t slot, bool greatest, double *out);        /* least, or greatest, value for anyone; false: it is no such param */
    bool (*is_whole)(void *ctx, uint32_t slot);                                 /* is it always a whole number of 0 or more? */
    const sz_prog *(*value)(void *ctx, uint32_t slot);                          /* what the symbol stands for; NULL: it has a value of its own */
} sz_need_bounds;
/* Needs of a condition's being true, at most max of them: each of them, and there may be more. What is compared is needed too, so the
 * divisor of a quotient must not be 0; these come last. Returns how many. */
uint32_t sz_prog_needs(const sz_prog *p, const sz_need_bounds *of, sz_need *out, uint32_t max);
/* The same of a value's being `least` or more. */
uint32_t sz_prog_needs_to_reach(const sz_prog *p, double least, const sz_need_bounds *of, sz_need *out, uint32_t max);
/* Made of && and || over `symbol >= steady` and `symbol > steady` only, steady being constants and params, and every such symbol falls
 * or stays by itself (falls(slot)): then it cannot become true by time alone. */
bool sz_prog_is_floor(const sz_prog *p, bool (*falls)(void *ctx, uint32_t slot), void *ctx);
/* Is p true wherever `by` is, as far as can be seen of the two alone? Both are conditions over the same slots. The second asks of `value`
 * at a step or beyond: >= step, or <= where at_most. */
bool sz_prog_is_implied(const sz_prog *p, const sz_prog *by);
bool sz_prog_is_implied_by_step(const sz_prog *p, const sz_prog *value, bool at_most, double step);
/* Hash of the meaning: independent of white space and of slot numbers (names enter through name(ctx, slot)). */
uint64_t sz_prog_hash(const sz_prog *p, uint64_t (*slot_meaning)(void *ctx, uint32_t slot), void *ctx);

/* Loader at run time: fill *out for a slot: know, is_error, and of its type b, num, str or list. What is not known needs no more than
 * know = SZ_UNKNOWN. *out comes with type set and know SZ_KNOWN. A NUM that is not a number (NaN) counts as an error. */
typedef struct sz_loader {
    void *ctx;
    void (*load)(void *ctx, uint32_t slot, sz_xval *out);
} sz_loader;
/* Run the program (or a sub-program from an entry point of a clause). No allocation. Strings in the result borrow. is_error is
 * set where an error (1/0, text made by + of over 1,000 bytes) is why the result is unknown. */
sz_xval sz_prog_run(const sz_prog *p, const sz_loader *l);
sz_xval sz_prog_run_at(const sz_prog *p, uint32_t entry, const sz_loader *l);

/* What is known of symbols without finding them out: is_exact, then `exact` loads what it is; else, of a number, range() narrows
 * between which it lies if it is known (they come as -INFINITY and INFINITY). */
typedef struct sz_may {
    void *ctx;
    bool (*is_exact)(void *ctx, uint32_t slot);
    void (*range)(void *ctx, uint32_t slot, double *low, double *high);
    sz_loader exact;
} sz_may;
/* False: whatever the others are, the program, a condition, is not true. */
bool sz_prog_may_be_true(const sz_prog *p, const sz_may *of);

/* How && || ! ?: join the clauses, for people: nodes in the order in which they are written, the whole first, each with what it is now. */
typedef enum sz_tree_kind { SZ_TREE_CLAUSE, SZ_TREE_ALL, SZ_TREE_ANY, SZ_TREE_NOT, SZ_TREE_CHOICE /* condition, then, else */, SZ_TREE_VALUE /* a number between ? and : */ } sz_tree_kind;
enum { SZ_TREE_UNKNOWN = 2 };
typedef struct sz_tree_node {
    uint8_t kind, truth;   /* truth: 0, 1 or SZ_TREE_UNKNOWN; of a VALUE the latter */
    bool decides;          /* a clause that, were it otherwise, could make the whole true */
    uint32_t depth, end;   /* end: the first node behind it and what is in it */
    uint32_t clause;       /* of a CLAUSE: its place in sz_prog_clauses() */
    sz_str text;
} sz_tree_node;
/* In the arena. is_met: nothing is asked to decide. Returns how many. */
uint32_t sz_prog_tree(const sz_prog *p, const sz_loader *l, sz_arena *a, bool is_met, sz_tree_node **out);

/* Three-valued comparison with "at least": op as in sz_clause. Result BOOL. Used by steps too. */
sz_xval sz_xval_compare(uint8_t op, const sz_xval *a, const sz_xval *b);

/* Registry of this module's codes, ascending, for docs and `sanzao explain`. */
typedef struct sz_expr_code { int code; const char *en, *zh, *example, *better; } sz_expr_code;
const sz_expr_code *sz_expr_codes(uint32_t *n);

#endif

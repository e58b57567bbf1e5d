/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to src/expr/prog_*.c: the typed half of expr.
 *
 * text -> sz_expr (parse.c) -> tnode, checked, constants folded (prog_check*.c) -> insn (prog_emit.c) -> a run
 * (prog_vm.c). The tnode tree stays in the program's arena: hash and clauses are made from it. Every pass recurses
 * at most SZ_EXPR_DEPTH deep, because prog_check refuses what is deeper.
 */
#ifndef SZ_EXPR_PROG_H
#define SZ_EXPR_PROG_H

#include <sanzao/expr.h>

typedef struct pattern pattern; /* prog_pattern.h */

#define NO_ENTRY UINT32_MAX

/* Codes of findings, documented in codes.c. 101 is the parser's too. */
typedef enum prog_code {
    C_NAME = 42,
    C_SYNTAX = 101, C_EMPTY, C_RESULT, C_TYPES, C_UNITS, C_CHOICE, C_DURATION, C_OPERAND, C_LOGIC, C_FUNCTION,
    C_ARGUMENT, C_UNSUPPORTED, C_GROWS, C_LIST, C_LITERAL, C_SPELLING, C_VALUE_UNIT, C_WIDE, C_DEEP, C_ZERO, C_FORM,
    C_RECORD, C_PATTERN, C_TEXT_RESULT, C_CHAIN, C_ZONE,
    C_UTC_HOURS = 203
} prog_code;

typedef enum tkind {
    T_BAD,    /* reported already; type ANY, fits everywhere */
    T_CONST, T_SYM, T_HAS, T_AND, T_OR, T_NOT, T_COND,
    T_CMP,    /* op as in sz_clause */
    T_IN,
    T_ARITH,  /* op + - * / %, also on TIME, DURATION, STR (+) */
    T_NEG,
    T_CALL    /* op: fn */
} tkind;

typedef enum fn {
    F_CONTAINS, F_STARTS, F_ENDS, /* STR, STR -> BOOL */
    F_SIZE, F_LEAST, F_GREATEST, F_ABS, F_CEIL, F_FLOOR, F_ROUND,
    /* parts of an instant, in n->zone; F_HOURS … F_MILLIS also of a duration */
    F_YEAR, F_MONTH, F_DATE, F_DAY_OF_MONTH, F_DAY_OF_WEEK, F_DAY_OF_YEAR, F_HOURS, F_MINUTES, F_SECONDS, F_MILLIS,
    F_MATCHES /* STR and a pattern -> BOOL; kid 1 is the pattern's text */
} fn;

typedef struct tnode {
    uint8_t kind, type, unit, op, form; /* T_HAS: op is the type of what is tested */
    bool is_steady;    /* made of constants and params only */
    bool grows;        /* a growing symbol by itself */
    bool has_growing;  /* one somewhere below */
    bool is_ratio;     /* so many of so many: stands beside a share too */
    bool is_made;      /* text that + makes at run time: lives only until the end of the run */
    uint32_t off, len, op_off, op_len;
    uint32_t slot;           /* T_SYM, T_HAS */
    const sz_str *choices;
    uint32_t n_choices;
    bool is_open;            /* choices are not all that may be */
    bool is_roster;          /* but all that this campus has */
    double low, high;        /* of a number; both 0: any */
    const double *held;      /* of a number of students: all that this campus has */
    uint32_t n_held;
    double most;             /* of days in a window, or of weeks in a term; 0: any */
    sz_xval value;           /* T_CONST */
    const sz_zone *zone;     /* T_CALL on a TIME */
    const pattern *pattern;  /* T_CALL F_MATCHES */
    struct tnode **kid;
    uint32_t n;
} tnode;

/* ---- checking ----------------------------------------------------------------------------------------------- */

typedef struct checker {
    sz_arena *a;             /* the program's */
    sz_arena tmp;            /* syntax tree and scratch; gone after the check */
    sz_str text;
    const sz_resolver *r;
    const sz_compile_opts *o;
    sz_diags *d;
    uint32_t n_errors;
    uint32_t first;          /* where the first finding is */
    struct { uint32_t off, end; } told[64]; /* where the first of them are */
    uint32_t n_told;
    bool has_failed;         /* the resolver has reported a name itself */
    bool has_hours_beside;   /* getHours() stands beside this constant: for the words of SZ203 */
    double hours_beside;
} checker;

/* Report, formatted with the same arguments in both languages; the finding comes back for its hint. */
sz_diag *prog_say(checker *c, sz_severity sev, prog_code code, uint32_t off, uint32_t len, const char *en,
                  const char *zh, ...) __attribute__((format(printf, 6, 8), format(printf, 7, 8)));
#define prog_error(c, code, off, len, ...) prog_say((c), SZ_ERROR, (code), (off), (len), __VA_ARGS__)
#define prog_warning(c, code, off, len, ...) prog_say((c), SZ_WARNING, (code), (off), (len), __VA_ARGS__)
void prog_hint(checker *c, sz_diag *g, const char *en, const char *zh, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* The same with finished texts, where the languages differ in more than the words around. */
sz_diag *prog_report(checker *c, sz_severity sev, prog_code code, uint32_t off, uint32_t len, const char *en,
                     const char *zh);
void prog_set_hint(sz_diag *g, const char *en, const char *zh); /* NULL: none */
#define TXT(c, ...) sz_arena_printf(&(c)->d->arena, __VA_ARGS__)
/* `x in list` in place of whole; in quotes where it would be all of a text that begins with a quoted one. */
void prog_hint_in(checker *c, sz_diag *g, const sz_expr *whole, const char *verb, sz_str x, sz_str list);
sz_str prog_slice(const checker *c, uint32_t off, uint32_t len);  /* as written, cut short with … for messages */
tnode *prog_node(checker *c, tkind kind, uint8_t type, const sz_expr *e, uint32_t n_kids);
tnode *prog_bad(checker *c, const sz_expr *e);
tnode *prog_const(checker *c, const sz_expr *e, sz_xval v);
bool prog_is_bad(const tnode *n);
bool prog_is_known(const tnode *n); /* a constant whose value is known */
bool prog_is_call(const sz_expr *e, const char *name);
uint8_t prog_compare_op(const sz_expr *e); /* op of a comparison as in sz_clause, 0 if it is none */
uint8_t prog_turned(uint8_t op);           /* with its sides exchanged: > for < */
/* A comparison of a name with a constant, on whichever side it stands. */
typedef struct bounding {
    const tnode *name;
    const sz_xval *v;
    uint8_t op; /* as with the name on the left */
} bounding;
bool prog_is_plain(const tnode *n, bounding *out);
int prog_order(const sz_xval *a, const sz_xval *b); /* of two such constants of one type */
void prog_warn_never(checker *c, const tnode *chain); /* operands of && of which two never hold together */

/* `3-5`, two whole numbers with a minus between; the hint what a range is written like; the warning of that, and of 50
 * beside a share. */
bool prog_is_range(const sz_expr *e);
void prog_hint_range(checker *c, sz_diag *g, sz_str name, const sz_expr *e);
/* a: the name, b: its value, as written. */
void prog_warn_slip(checker *c, const tnode *a, const tnode *b, const sz_expr *written);

tnode *prog_check(checker *c, const sz_expr *e, uint32_t depth);
tnode *prog_check_logic(checker *c, const sz_expr *e, uint32_t depth);
/* One operand of && or ||, which sign is; prev, before: the operand before it, as written and as checked, or NULL. */
tnode *prog_check_operand(checker *c, const sz_expr *e, const sz_expr *prev, const tnode *before, const char *sign,
                          uint32_t depth);
tnode *prog_check_compare(checker *c, const sz_expr *e, uint8_t op, uint32_t depth);
tnode *prog_check_in(checker *c, const sz_expr *e, uint32_t depth);
tnode *prog_check_arith(checker *c, const sz_expr *e, char op, uint32_t depth);
tnode *prog_check_negate(checker *c, const sz_expr *e, uint32_t depth);
/* Is it a method of a name, as calendar.in(exams), whose text stands without quotes? */
bool prog_lacks_quotes(checker *c, const sz_expr *e);
/* method: NULL, or a call such as calendar.in("exams"), which is e itself then. */
tnode *prog_check_name(checker *c, const sz_expr *e, const sz_expr *method);
tnode *prog_check_call(checker *c, const sz_expr *e, uint32_t depth);
tnode *prog_check_literal_call(checker *c, const sz_expr *e); /* duration("…"), timestamp("…") */
tnode *prog_check_time_part(checker *c, const sz_expr *e, tnode *of, int part, uint32_t depth);
tnode *prog_fold(checker *c, tnode *n);           /* a constant in place of n if all below it is constant and known */
void prog_check_growth(checker *c, const tnode *root);
/* Choices and forms: if side is a symbol and other a constant text or list. */
/* Hint of two sides that do not compare by op; the number that a text means beside a side, NULL: none. */
void prog_hint_pair(checker *c, sz_diag *g, const tnode *a, const tnode *b, const char *op);
const char *prog_like_unit(const tnode *n); /* a value as a param has it, of the unit of a side */
const char *prog_number_meant(checker *c, const tnode *side, sz_str text);
/* Beside a number that it never reaches; at: where that stands. */
/* op 'i': an element of a list of which another may hold. */
void prog_check_number(checker *c, const tnode *name, uint8_t op, const tnode *at, double v);
bool prog_may_be(const tnode *name, double v); /* as far as its days or weeks go, or the campus has it */
const char *prog_known_ones(checker *c, const char *const *names, uint32_t n);
const char *prog_op_text(uint8_t op);
void prog_check_constants(checker *c, const tnode *side, const tnode *other);

/* Where two conditions of a text that did not parse are joined, by && or || or by what was written for them. */
typedef struct joint {
    uint32_t off, end;
    bool is_or;
} joint;
typedef struct joint_list {
    joint v[64];
    uint32_t n;
    bool is_odd; /* brackets that do not close, a choice: the conditions cannot be told apart */
} joint_list;
void prog_note_joint(joint_list *all, joint j); /* in its order */

/* Findings for what is no CEL but what people write; true if it said something at or before `off`. */
bool prog_explain_syntax(checker *c, uint32_t off, joint_list *out);
/* What is wrong in the conditions that no finding touches yet, each by itself. */
void prog_conditions_beside(checker *c, const joint_list *all);
void prog_report_parse(checker *c, const sz_expr_error *err);
/* Names in a text that did not parse which are nearly known ones. */
void prog_names_beside(checker *c);
/* No such name; base: no such field of it. */
sz_diag *prog_tell_unknown(checker *c, sz_str base, sz_str name, uint32_t off);

/* Types and units in words: "an amount in yuan", "金额（元）". */
const char *prog_type_words(const tnode *n, sz_lang lang);
const char *prog_type_name(uint8_t type, sz_lang lang);
/* Unit of a combined with b; false: they do not go together. op + - * / % or a comparison. */
bool prog_unit_join(char op, uint8_t a, uint8_t b, uint8_t *out);
/* Units of numbers that compare: those that join, and a share with what is so many of so many. */
bool prog_units_compare(const tnode *a, const tnode *b);
bool prog_is_of_hundred(const tnode *n); /* a percentile: 0 to 100, and no share */
bool prog_is_tally(uint8_t unit); /* a count, or days */
bool prog_form_fits(uint8_t form, sz_str s);
const char *prog_nearest(sz_str name, const char *const *names, size_t n); /* NULL: none is near */

/* ---- values at run time: also used to fold ------------------------------------------------------------------ */

typedef struct scratch { /* text made by + during one run */
    char p[1024];
    uint32_t n;
} scratch;

void prog_arith(uint8_t op, uint8_t type, sz_xval *a, const sz_xval *b);   /* *a = *a op *b */
void prog_concat(sz_xval *a, const sz_xval *b, scratch *s);                /* does not fit: an error */
void prog_call1(uint8_t f, const sz_zone *z, sz_xval *a);                  /* F_SIZE, F_ABS …, parts of time */
void prog_call2(uint8_t f, sz_xval *a, const sz_xval *b);                /* F_CONTAINS … F_ENDS, F_LEAST, F_GREATEST */
sz_xval prog_in(const sz_xval *a, const sz_xval *list);
sz_xval prog_unknown(uint8_t type, bool is_error);

/* ---- code --------------------------------------------------------------------------------------------------- */

enum { PROG_STACK = SZ_EXPR_DEPTH + 8 };

/* Three values in two bits, so that & is "and" and | is "or"; with one more bit for "unknown because of an error". */
enum { TRI_FALSE = 0, TRI_UNKNOWN = 1, TRI_TRUE = 3, TRI_ERROR = 4 };

/* Into the accumulator: a slot against a constant number (LT_AND … NE_OR); against slot2, both numbers (SLOTS); against
 * a constant text, == (TEXT); a boolean slot (FLAG); is it known, for has() (KNOWN); in a constant list (MEMBER);
 * cells d and d+1 (CMP, IN); cell d (TEST), against a pattern (MATCH); the accumulator, to that kept in d (MERGE).
 * BEGIN: the accumulator is the identity of is_or. SAVE: it is kept in d, then BEGIN. RESTORE: back from d. CHECK:
 * jump if it decides. FORK: false goes to target, unknown to slot2. BOOL: cell d is the accumulator, and RESTORE.
 * UNKNOWN: cell d is unknown, by an error if the accumulator is so, and RESTORE. The rest: cell d is the result.
 * */
#define PROG_OPS(X) \
    X(LT_AND) X(LE_AND) X(GT_AND) X(GE_AND) X(EQ_AND) X(NE_AND) X(LT_OR) X(LE_OR) X(GT_OR) X(GE_OR) X(EQ_OR) X(NE_OR) \
    X(SLOTS) X(TEXT) X(FLAG) X(KNOWN) X(MEMBER) X(CMP) X(IN) X(TEST) X(MATCH) X(MERGE) \
    X(BEGIN) X(SAVE) X(RESTORE) X(CHECK) X(JUMP) X(FORK) X(BOOL) X(UNKNOWN) \
    X(LOAD) X(CONST) X(ARITH) X(ARITH_K) X(CONCAT) X(NEG) X(CALL1) X(CALL2) X(RET_BOOL) X(RET_VALUE)

typedef enum opcode {
#define X(name) OP_##name,
    PROG_OPS(X)
#undef X
    N_OPS
} opcode;

typedef struct insn {
    uint8_t op;
    bool is_or;      /* combine by || rather than && */
    bool neg;        /* the operand, not the result, is negated */
    uint8_t sub;     /* comparison, arithmetic or function */
    uint8_t head[4]; /* of an sz_xval before it is loaded: its type, known, no error, false */
    uint32_t slot;
    uint32_t target; /* where to go when that decides: so many instructions from here; a label while emitting */
    uint32_t slot2;  /* FORK: a second target */
    uint32_t d;      /* first cell */
    union {
        double k;
        const sz_xval *value;
        const sz_zone *zone;
        const pattern *pattern;
    } u;
} insn;

struct sz_prog {
    const insn *code;
    uint32_t n_code;
    uint8_t type, unit;
    bool grows, is_ratio, is_of_hundred;
    sz_clause *clauses;
    const tnode **musts; /* of each clause: its node where && alone joins it to the whole; else NULL */
    uint32_t n_clauses;
    uint32_t *slots;
    uint32_t n_slots;
    const tnode *root;
    sz_str text;
};

/* Emit the whole, the clauses and their sides. False: too deep for the cells. */
bool prog_emit(sz_arena *a, sz_prog *p);
/* One sub-program for a node, appended; its entry. Used by prog_clause.c. */
typedef struct emitter emitter;
uint32_t prog_emit_entry(emitter *m, const tnode *n);
void prog_clauses(sz_arena *a, sz_prog *p, emitter *m);

#endif

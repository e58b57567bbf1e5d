/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to src/expr/cel_*.c: values of pure CEL, and one evaluation.
 *
 * Values are 16 bytes and passed by copy; what they point to lives in the evaluation's arena and never changes, except
 * that lists and maps may grow behind the part that a value sees (so that [a] + [b] + … costs what it adds). Errors are
 * values too: && and || absorb them. Two budgets, steps and bytes, bound every evaluation; running out of one ends it
 * and is absorbed by nothing.
 */
#ifndef SZ_EXPR_CEL_VALUE_H
#define SZ_EXPR_CEL_VALUE_H

#include <sanzao/expr.h>

enum {
    SZ_CODE_EVAL = 149,              /* an evaluation failed */
    SZ_CEL_STEPS = 1000000,          /* nodes evaluated and elements visited; long texts count one step for 64 bytes */
    SZ_CEL_BYTES = 64 * 1024 * 1024, /* taken from the arena */
    SZ_CEL_RECURSION = 1024,         /* evaluations within one another: what SZ_EXPR_DEPTH levels can need, with room */
    SZ_CEL_VALUE_DEPTH = 200,        /* lists within lists */
    SZ_CEL_NAME = 200                /* bytes of a bound name */
};

typedef enum sz_cel_kind {
    SZ_V_ERROR,
    SZ_V_NULL,
    SZ_V_BOOL,
    SZ_V_INT,
    SZ_V_UINT,
    SZ_V_DOUBLE,
    SZ_V_STRING,
    SZ_V_BYTES,
    SZ_V_LIST,
    SZ_V_MAP,
    SZ_V_TIMESTAMP,
    SZ_V_DURATION,
    SZ_V_TYPE,
    SZ_N_KINDS
} sz_cel_kind;

typedef struct sz_cel_list sz_cel_list;
typedef struct sz_cel_map sz_cel_map;

typedef struct sz_cel_error {
    const char *message, *message_zh, *hint, *hint_zh;
    const sz_expr *at; /* NULL: the bindings */
} sz_cel_error;

struct sz_cel_value {
    uint8_t kind;
    uint8_t type; /* TYPE: the kind that it names */
    uint32_t n;   /* STRING, BYTES: bytes; LIST: elements; MAP: entries; TIMESTAMP: nanoseconds */
    union {
        bool b;
        int64_t i; /* INT; TIMESTAMP: seconds since 1970; DURATION: nanoseconds */
        uint64_t u;
        double d;
        const char *s;
        sz_cel_list *list;
        sz_cel_map *map;
        const sz_cel_error *error;
    };
};

struct sz_cel_list {
    sz_cel_value *v;
    uint32_t used, cap;
};

struct sz_cel_map {
    sz_cel_value *v; /* key, value, key, value … in order of insertion */
    uint32_t used, cap;
    uint32_t *slots; /* hash index over the keys, entry + 1; NULL while there are few */
    uint32_t n_slots;
};

/* A variable of a macro. */
typedef struct sz_cel_scope {
    sz_str name;
    sz_cel_value value;
    const struct sz_cel_scope *up;
} sz_cel_scope;

/* One evaluation. Lives on the caller's stack. */
typedef struct sz_cel {
    sz_arena *arena;
    sz_str container;
    const sz_zone_loader *zones; /* may be NULL */
    sz_map names;                /* bound names to index in bound */
    sz_cel_value *bound;
    const sz_expr *at; /* node whose function runs: where an error is */
    const sz_cel_scope *scope;
    const sz_cel_error *fatal; /* a budget ran out */
    uint64_t steps;
    size_t bytes;
    uint32_t depth;
    void *pattern; /* pcre2_code of pattern_text: the last one used */
    sz_str pattern_text;
    uint32_t n_spine;
    const sz_expr *spine[SZ_EXPR_NODES + 16]; /* nodes whose first argument is being evaluated */
} sz_cel;

typedef sz_cel_value (*sz_cel_function)(sz_cel *c, const sz_cel_value *args, uint32_t n);

/* One overload. Tables end with a row without name. */
typedef struct sz_cel_overload {
    const char *owner; /* math.abs: math; else NULL */
    const char *name;
    bool is_method;    /* args[0].name(…) */
    const char *args;  /* letters of sz_cel_letters; * any; N int, uint or double; + the last one again and again */
    sz_cel_function call;
} sz_cel_overload;

extern const sz_cel_overload sz_cel_convert_table[], sz_cel_string_table[], sz_cel_text_table[], sz_cel_time_table[],
    sz_cel_math_table[], sz_cel_format_table[], sz_cel_base64_table[];

/* ---- making values (cel_value.c) --------------------------------------------------------------------------------- */

static inline sz_cel_value sz_cel_null(void) { return (sz_cel_value){.kind = SZ_V_NULL}; }
static inline sz_cel_value sz_cel_bool(bool b) { return (sz_cel_value){.kind = SZ_V_BOOL, .b = b}; }
static inline sz_cel_value sz_cel_int(int64_t i) { return (sz_cel_value){.kind = SZ_V_INT, .i = i}; }
static inline sz_cel_value sz_cel_uint(uint64_t u) { return (sz_cel_value){.kind = SZ_V_UINT, .u = u}; }
static inline sz_cel_value sz_cel_double(double d) { return (sz_cel_value){.kind = SZ_V_DOUBLE, .d = d}; }
static inline sz_cel_value sz_cel_duration(int64_t ns) { return (sz_cel_value){.kind = SZ_V_DURATION, .i = ns}; }
static inline sz_cel_value sz_cel_type(uint8_t kind) { return (sz_cel_value){.kind = SZ_V_TYPE, .type = kind}; }
/* Borrows s. */
static inline sz_cel_value sz_cel_string(sz_str s) {
    return (sz_cel_value){.kind = SZ_V_STRING, .n = (uint32_t)s.n, .s = s.p};
}
static inline sz_cel_value sz_cel_bytes(sz_str s) {
    return (sz_cel_value){.kind = SZ_V_BYTES, .n = (uint32_t)s.n, .s = s.p};
}
static inline sz_str sz_cel_str(sz_cel_value v) { return (sz_str){v.s, v.n}; }

/* An error at c->at, formatted with the same arguments in both languages. */
sz_cel_value sz_cel_fail(sz_cel *c, const char *en, const char *zh, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
/* The error v with the hint: did you mean `name`? As it is when name is empty. */
sz_cel_value sz_cel_hint(sz_cel *c, sz_cel_value v, const char *en, const char *zh); /* constant, or of the arena */
sz_cel_value sz_cel_did_you_mean(sz_cel *c, sz_cel_value v, sz_str name);
sz_cel_value sz_cel_fatal(const sz_cel *c); /* c->fatal as a value */
/* Take steps from the budget; false, and c->fatal set, when it is used up. */
bool sz_cel_charge(sz_cel *c, uint64_t steps);
static inline bool sz_cel_charge_bytes(sz_cel *c, uint64_t n) { return sz_cel_charge(c, 1 + n / 64); }
/* Zeroed bytes of the arena; NULL, and c->fatal set, when the budget is used up. */
void *sz_cel_alloc(sz_cel *c, size_t n);
/* Copy as a string or bytes value; an error when the budget is used up. */
sz_cel_value sz_cel_copy(sz_cel *c, sz_cel_kind kind, sz_str s);

const char *sz_cel_type_name(uint8_t kind);
/* The kind whose type has this name; SZ_N_KINDS when there is none. */
uint8_t sz_cel_type_of_name(sz_str name);
extern const char sz_cel_letters[]; /* by kind */

/* ---- comparing (cel_compare.c) ----------------------------------------------------------------------------------- */

enum { SZ_CEL_UNORDERED = 2, SZ_CEL_INCOMPARABLE = 3 };
/* -1, 0, 1; UNORDERED with a NaN; INCOMPARABLE when the kinds have no order. */
int sz_cel_compare(sz_cel *c, sz_cel_value a, sz_cel_value b);
/* Values of different kinds are unequal, but numbers compare as numbers. May set c->fatal. */
bool sz_cel_equal(sz_cel *c, sz_cel_value a, sz_cel_value b);

/* ---- lists and maps (cel_list.c, cel_map.c) ---------------------------------------------------------------------- */

/* List of n elements copied from v. */
sz_cel_value sz_cel_list_of(sz_cel *c, const sz_cel_value *v, uint32_t n);
sz_cel_value sz_cel_list_concat(sz_cel *c, sz_cel_value a, sz_cel_value b);
sz_cel_value sz_cel_list_at(sz_cel *c, sz_cel_value list, sz_cel_value index);

sz_cel_value sz_cel_map_empty(sz_cel *c);
/* Map with one more entry; an error for a key that is there already or of a kind that keys cannot have. */
sz_cel_value sz_cel_map_insert(sz_cel *c, sz_cel_value map, sz_cel_value key, sz_cel_value value);
/* Value under key, or NULL. */
const sz_cel_value *sz_cel_map_get(sz_cel *c, sz_cel_value map, sz_cel_value key);
static inline sz_cel_value sz_cel_map_key(sz_cel_value map, uint32_t i) { return map.map->v[2 * (size_t)i]; }
static inline sz_cel_value sz_cel_map_value(sz_cel_value map, uint32_t i) { return map.map->v[2 * (size_t)i + 1]; }

/* ---- operators and functions ------------------------------------------------------------------------------------- */

/* The operator op of one or two values (cel_num.c); its errors stand at c->at. */
sz_cel_value sz_cel_arithmetic(sz_cel *c, sz_expr_op op, sz_cel_value a, sz_cel_value b);
sz_cel_value sz_cel_time_arithmetic(sz_cel *c, sz_expr_op op, sz_cel_value a, sz_cel_value b); /* cel_time.c */
/* Error: the function or operator c->at takes no such arguments. */
sz_cel_value sz_cel_no_overload(sz_cel *c, const sz_cel_value *args, uint32_t n);
/* Call the function of c->at with values of its arguments (without the owner of math.abs, which has_owner says is
 * there). */
sz_cel_value sz_cel_call(sz_cel *c, bool has_owner, const sz_cel_value *args, uint32_t n);
/* True for math.abs(x) and the like: a method call on the name of an owner of functions. */
bool sz_cel_has_owner(const sz_expr *call);

/* The name at `ident` with as many of the selections on the spine above `base` as make one name; takes those off the
 * spine. */
sz_cel_value sz_cel_name(sz_cel *c, const sz_expr *ident, uint32_t base);

/* Evaluate the tree. c is ready (see cel_run.c). */
sz_cel_value sz_cel_eval_tree(sz_cel *c, const sz_expr *e);

/* ---- texts of values --------------------------------------------------------------------------------------------- */

/* Shortest decimal that reads back as d, appended in three forms. */
void sz_cel_double_general(double d, sz_buf *out); /* 1e+06 0.001 NaN +Inf: string() */
void sz_cel_double_fixed(double d, sz_buf *out);   /* 1000000 0.001 NaN Infinity: format("%s") */
void sz_cel_double_repr(double d, sz_buf *out);    /* 1000000.0 1e+16 nan inf: JSON */

void sz_cel_timestamp_text(sz_cel_value v, sz_buf *out); /* 2009-02-13T23:31:30.5Z */
void sz_cel_duration_text(sz_cel_value v, sz_buf *out);  /* 6347.5s */
bool sz_cel_timestamp_parse(sz_str s, sz_cel_value *out);
bool sz_cel_duration_parse(sz_str s, sz_cel_value *out);
/* False when out of the range of years 1 to 9999. */
bool sz_cel_timestamp_make(int64_t seconds, int64_t nanos, sz_cel_value *out);

/* ---- JSON (cel_json.c) ------------------------------------------------------------------------------------------- */

struct yyjson_val;
/* Values of JSON: plain, or the conformance form {"int": "12"} (false when it is not in that form, or too deep). */
bool sz_cel_from_json(sz_cel *c, struct yyjson_val *v, sz_cel_value *out);
bool sz_cel_from_typed(sz_cel *c, struct yyjson_val *v, sz_cel_value *out);
/* False when the value is too deep or too large to print (c->fatal is set). */
bool sz_cel_to_json(sz_cel *c, sz_cel_value v, sz_buf *out);
bool sz_cel_to_typed(sz_cel *c, sz_cel_value v, sz_buf *out);

/* ---- one evaluation (cel_run.c) ---------------------------------------------------------------------------------- */

void sz_cel_init(sz_cel *c, sz_arena *a, sz_str container, const sz_zone_loader *zones);
void sz_cel_fini(sz_cel *c);
/* Bind name to a value; the last one counts. */
bool sz_cel_bind(sz_cel *c, sz_str name, sz_cel_value v);
/* Bind the members of a JSON object, plain or all in the conformance form. */
bool sz_cel_bind_json(sz_cel *c, struct yyjson_val *object, sz_cel_error *err);
/* Parse and evaluate; false: *err says why. */
bool sz_cel_run(sz_cel *c, sz_str expr, bool with_macros, sz_cel_value *out, sz_expr_error *err);

#endif

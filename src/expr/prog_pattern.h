/* SPDX-License-Identifier: Apache-2.0
 *
 * Private: patterns of matches() in conditions. RE2's syntax and meaning without captures, for a constant pattern that
 * is compiled once; matching allocates nothing and takes time linear in the text (states times characters).
 *
 * Taken: characters, . [abc] [^a-z] \d \w \s \D \W \S \b \B ^ $ \A \z ( ) (?: ) | * + ? {n} {n,} {n,m}, lazy ones
 * too, \t \n \r \f \v \a \x41 \x{4e00}, escaped signs. Refused, with a place: flags (?i), names, \p, \Q, [[:alpha:]].
 */
#ifndef SZ_EXPR_PROG_PATTERN_H
#define SZ_EXPR_PROG_PATTERN_H

#include <sanzao/base.h>

enum { PATTERN_STATES = 512, PATTERN_DEPTH = 32, PATTERN_REPEAT = 1000 };

typedef struct pattern pattern;

typedef struct pattern_error {
    size_t off;
    const char *en, *zh;
} pattern_error;

/* NULL: *err says where and why. The pattern lives in a; tmp holds what is needed meanwhile. */
const pattern *prog_pattern(sz_arena *a, sz_arena *tmp, sz_str text, pattern_error *err);
/* True if some part of s matches. */
bool prog_pattern_matches(const pattern *p, sz_str s);

/* ---- shared by prog_pattern.c (parse, build) and prog_pattern_run.c ----------------------------------------- */

typedef struct range { uint32_t lo, hi; } range;
typedef struct set { /* characters: ascending or not, overlapping or not */
    const range *v;
    uint32_t n;
    bool negated;
} set;

typedef enum state_kind { S_SET, S_SPLIT, S_BEGIN, S_END, S_WORD, S_NOT_WORD, S_MATCH } state_kind;

typedef struct state {
    uint8_t kind;
    uint16_t out, out2; /* out2: S_SPLIT */
    set chars;          /* S_SET */
} state;

struct pattern {
    const state *states;
    uint32_t n;
    uint16_t start;
};

#endif

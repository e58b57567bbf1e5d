/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to prog_syntax*.c: a text that did not parse, read once more in pieces, leniently.
 */
#ifndef SZ_EXPR_PROG_SYNTAX_H
#define SZ_EXPR_PROG_SYNTAX_H

#include "prog.h"

typedef enum lexeme { L_START, L_WORD, L_NUMBER, L_STRING, L_SIGN, L_WIDE, L_END } lexeme;

typedef struct piece {
    lexeme kind;
    uint32_t off, len;
} piece;

typedef struct scan {
    checker *c;
    sz_str t;
    piece prev, cur;
    uint32_t n_choices; /* open ?: */
    uint32_t n_open;    /* open ( [ { */
    joint_list *joints;
    bool is_after_joint; /* the piece before joins two conditions */
    bool has_compared;   /* since the last of them */
    bool is_joint;       /* the piece in hand joins two conditions */
    piece path, sign;    /* the last name with its points, and the comparison after it */
    const char *told;    /* that comparison as CEL has it, where it is a ≥ or 超过; NULL: it is as it stands */
    bool was_told;       /* just now */
    piece last_path;     /* that name and its comparison, told as before, of the condition before this one */
    sz_str last_sign;
    piece list_of; /* the name before the `in` whose list is in hand */
    piece lone;    /* the comparison in hand where its left side is no name: n / 7 > */
} scan;

static inline char at(const scan *s, uint32_t i) { return i < s->t.n ? s->t.p[i] : '\0'; }
static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static inline bool is_wide(char c) { return ((uint8_t)c & 0x80) != 0; }
static inline sz_str text_of(const scan *s, piece p) { return (sz_str){s->t.p + p.off, p.len}; }
static inline bool is_sign(const scan *s, piece p, const char *z) {
    return p.kind == L_SIGN && sz_str_is(text_of(s, p), z);
}
static inline bool is_word(const scan *s, piece p, const char *z) {
    return p.kind == L_WORD && sz_str_is(text_of(s, p), z);
}
static inline uint32_t end_of(piece p) { return p.off + p.len; }

/* The comparison after the last name. */
static inline sz_str prog_sign_text(const scan *s) { return s->told ? sz_str_of(s->told) : text_of(s, s->sign); }

piece prog_piece(const scan *s, uint32_t i); /* the next one from i on */
uint32_t prog_number_end(const scan *s, uint32_t i);
void prog_note_sign(scan *s, const char *write); /* what was told to be written is a comparison, if it is one */
void prog_tell_spelling(scan *s, piece p, const char *write);
void prog_meet_joint(scan *s, uint32_t off, uint32_t end, bool is_or);
void prog_tell_method(scan *s, piece word, const char *method); /* contains, between two operands */
void prog_tell_if(scan *s, piece word);
void prog_tell_not(scan *s, piece word);                  /* not, 不: what does not hold follows */
uint32_t prog_tell_then(scan *s, piece then);             /* `then blue`; where it ends, the end of then: it is none */
void prog_tell_join(scan *s, uint32_t off, uint32_t end); /* a comma or the like between two conditions */
bool prog_is_operand_end(const scan *s, piece p);
uint32_t prog_look_at_word(scan *s);               /* cur is a word; returns how far it was dealt with */
uint32_t prog_look_at_between(scan *s, piece low); /* `between 3 and 5`, from cur on; end of cur: it is none */
uint32_t prog_look_at_in(scan *s);                 /* what follows `in`, from cur on; where that ends */
/* Where the value that begins at off, more of it from `from` on, ends: the longest that is known; off: none. */
uint32_t prog_value_end(const scan *s, uint32_t off, uint32_t from, sz_meant *v);
bool prog_is_name(const scan *s, piece p);
uint32_t prog_per_begins(sz_str value); /* where the `/周` of `3次/周` begins; its end: nowhere */
bool prog_is_unit_and_to(const scan *s, piece p);
bool prog_path_symbol(const scan *s, sz_symbol *out); /* what the last name is; false: it is not known */
bool prog_side_is(const scan *s, tnode *side);        /* the same where it is a number or a duration */
uint32_t prog_tell_clock(scan *s, uint32_t off);      /* 晚上11点, 23点; where it ends, off: it is none */
void prog_tell_value(scan *s, uint32_t off, uint32_t end, const sz_meant *v);
uint32_t prog_look_at_number(scan *s); /* cur is a number; returns how far it was dealt with */
uint32_t prog_look_at_entity(scan *s); /* cur is a &: likewise; end of cur: it begins none */
uint32_t prog_look_at_wide(scan *s);   /* cur is outside ASCII; likewise */

#endif

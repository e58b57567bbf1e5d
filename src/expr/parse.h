/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to src/expr: the lexer, and what the files of the parser share.
 *
 * One token of look-ahead. The first error wins: it fills *err, and from then on the lexer gives SZ_T_END, so that
 * every loop ends. Depth: one level for every nested expression (parentheses, arguments, elements, an index); chains
 * are loops, not recursion.
 */
#ifndef SZ_EXPR_PARSE_H
#define SZ_EXPR_PARSE_H

#include <sanzao/expr.h>

enum { SZ_CODE_SYNTAX = 101, SZ_CODE_DEEP = 119 };

typedef enum sz_token_kind {
    SZ_T_END,
    SZ_T_IDENT,  /* also reserved words: the parser refuses them as names */
    SZ_T_QUOTED, /* `a-b`, with its back quotes */
    SZ_T_INT,
    SZ_T_UINT,
    SZ_T_DOUBLE,
    SZ_T_STRING,
    SZ_T_BYTES,
    SZ_T_TRUE,
    SZ_T_FALSE,
    SZ_T_NULL,
    SZ_T_DOT,
    SZ_T_COMMA,
    SZ_T_COLON,
    SZ_T_QUESTION,
    SZ_T_LPAREN,
    SZ_T_RPAREN,
    SZ_T_LBRACKET,
    SZ_T_RBRACKET,
    SZ_T_LBRACE,
    SZ_T_RBRACE,
    SZ_T_NOT,
    SZ_T_OR,
    SZ_T_AND,
    SZ_T_LT,
    SZ_T_LE,
    SZ_T_GT,
    SZ_T_GE,
    SZ_T_EQ,
    SZ_T_NE,
    SZ_T_IN,
    SZ_T_PLUS,
    SZ_T_MINUS,
    SZ_T_STAR,
    SZ_T_SLASH,
    SZ_T_PERCENT,
    SZ_N_TOKENS
} sz_token_kind;

typedef struct sz_token {
    sz_token_kind kind;
    uint32_t off, len;
} sz_token;

typedef struct sz_parser {
    sz_arena *arena;
    sz_str text;
    sz_expr_error *err;
    sz_macros macros;
    bool failed;
    uint32_t pos;       /* next byte to be lexed */
    sz_token cur, prev; /* prev: the last one consumed */
    uint32_t depth, n_nodes;
} sz_parser;

/* Say what is wrong at off, len; only the first call counts. Formatted with the same arguments in both languages.
 * Returns NULL. */
void *sz_parse_fail(sz_parser *p, uint32_t off, uint32_t len, const char *en, const char *zh, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* Hint for the failure just reported; the texts are kept by pointer. Returns NULL. */
void *sz_parse_hint(sz_parser *p, const char *en, const char *zh);

/* Hint for a word of another language: and, or, not …; nothing for other words. */
void sz_parse_hint_word(sz_parser *p, sz_str word);
/* Fail: the current token is not what must stand here; what: in both languages. Returns NULL. */
void *sz_parse_unexpected(sz_parser *p, const char *what, const char *what_zh);
/* Hint for what sz_parse_unexpected has just said: what to write instead (parse_hint.c). t: what stands there; what: as
 * there. */
void sz_parse_hint_missing(sz_parser *p, sz_token prev, sz_token t, const char *what);
/* Hint for a bracket that is never closed: where its end, `)` with its quotes, may stand. */
void sz_parse_hint_close(sz_parser *p, const char *end);
/* Consume a token of this kind, or fail. open: the bracket that it closes, pointed to where the text ends; zero:
 * none. */
bool sz_parse_expect(sz_parser *p, sz_token_kind kind, sz_token open);

/* Consume p->cur and lex the next token into it. */
void sz_parse_next(sz_parser *p);
sz_str sz_token_text(const sz_parser *p, sz_token t);

/* New node over off, len. Counts against SZ_EXPR_NODES (fails, but still gives a node). */
sz_expr *sz_parse_node(sz_parser *p, sz_expr_kind kind, uint32_t off, uint32_t len);

/* New call of an operator, whose place is at; SZ_OP_NONE: the caller sets the name. Room for n arguments. */
sz_expr *sz_parse_call(sz_parser *p, sz_expr_op op, sz_token at, uint32_t off, uint32_t end, uint32_t n);

/* Value of a literal token as a node; NULL on failure. sign: the token of a minus before a number, or NULL. */
sz_expr *sz_parse_literal(sz_parser *p, sz_token t, const sz_token *sign);

/* A whole expression, one level deeper; an operand with what follows it (sign: as for sz_parse_literal). NULL on
 * failure. */
sz_expr *sz_parse_expr(sz_parser *p);
sz_expr *sz_parse_member(sz_parser *p, const sz_token *sign);

/* Where the last consumed token ends. */
static inline uint32_t sz_parse_end(const sz_parser *p) { return p->prev.off + p->prev.len; }

/* The macro that this call names, expanded; the call itself when it is none; NULL on failure. */
sz_expr *sz_parse_macro(sz_parser *p, sz_expr *call);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of yaml share. Only parse.c sees libyaml; the others know byte offsets and nodes.
 */
#ifndef SANZAO_SRC_YAML_INTERNAL_H
#define SANZAO_SRC_YAML_INTERNAL_H

#include <sanzao/yaml.h>

#define SZ_YAML_DEPTH 64

enum { /* codes.c says what they mean */
       YAML_NOT_TEXT = 1,
       YAML_UNREADABLE = 2,
       YAML_TAB = 3,
       YAML_NO_SPACE = 4,
       YAML_OPEN_QUOTE = 5,
       YAML_OPEN_BRACKET = 6,
       YAML_GOES_ON = 7,
       YAML_BRACE_IN_TEXT = 8,
       YAML_COLON_IN_TEXT = 9,
       YAML_INDENT = 10,
       YAML_DUPLICATE = 11,
       YAML_ALIAS = 12,
       YAML_TAG = 13,
       YAML_DOCUMENTS = 14,
       YAML_TOO_DEEP = 15,
       YAML_BAD_START = 16,
       YAML_ESCAPE = 17,
       YAML_MISSING = 18,
       YAML_NAME = 19, /* found by rules, kept here so that the number is not used twice */
};

/* ---- text.c: is it text at all ---- */
bool sz_yaml_check_text(const sz_source *src, sz_diags *d);
/* What escapes of a scalar in "…" made; each bad character is told and replaced by a `?`. */
void sz_yaml_check_escapes(sz_yaml *node, sz_arena *a, sz_diags *d);

/* ---- places.c: libyaml counts characters from after the BOM, we count bytes ---- */
typedef struct sz_yaml_places {
    const sz_source *src;
    size_t start;    /* after the BOM */
    uint32_t *every; /* byte offset of each 64th character; NULL: one byte a character */
    size_t n;
} sz_yaml_places;
void sz_yaml_places_init(sz_yaml_places *p, const sz_source *src);
void sz_yaml_places_fini(sz_yaml_places *p);
uint32_t sz_yaml_place(const sz_yaml_places *p, size_t index);

/* ---- build.c: events become a tree ---- */
typedef struct sz_yaml_level {
    sz_yaml *node;
    size_t first; /* of its children among the pending ones */
    sz_yaml *key; /* map: the key that waits for its value */
    bool drops;   /* that key was refused: its value is read and left out */
    bool is_flow;
    sz_map names; /* map: its keys, once there are many */
} sz_yaml_level;

typedef struct sz_yaml_build {
    sz_arena *arena;
    const sz_source *src;
    sz_diags *diags;
    sz_yaml *root;
    sz_yaml_level level[SZ_YAML_DEPTH];
    size_t depth;
    sz_yaml **pending; /* children of the open levels; of a map key, value, key, value */
    size_t n_pending, cap_pending;
    const sz_yaml *last;    /* the scalar or closed collection that was read last */
    const sz_yaml *written; /* the same, but never a value that is not there */
    size_t n_errors;        /* of diags, before this text */
} sz_yaml_build;
void sz_yaml_build_init(sz_yaml_build *b, sz_arena *a, const sz_source *src, sz_diags *d);
void sz_yaml_build_fini(sz_yaml_build *b);
/* Take a complete node as the next child. */
void sz_yaml_build_add(sz_yaml_build *b, sz_yaml *node);
/* Open a collection that starts at node->span.off; false (and a finding) beyond SZ_YAML_DEPTH. */
bool sz_yaml_build_open(sz_yaml_build *b, sz_yaml *node, bool is_flow);
void sz_yaml_build_close(sz_yaml_build *b, uint32_t end);
/* Close all that is open, marking it as cut. */
void sz_yaml_build_cut(sz_yaml_build *b);

/* ---- explain.c: libyaml's complaint becomes a finding ---- */
typedef struct sz_yaml_problem {
    const char *what, *context; /* libyaml's words; context may be "" */
    uint32_t at, context_at;    /* bytes */
} sz_yaml_problem;
void sz_yaml_explain(const sz_yaml_build *b, const sz_yaml_problem *p);

/* Handlers of explain.c's table: true if they added a finding. */
typedef bool sz_yaml_explainer(const sz_yaml_build *b, const sz_yaml_problem *p);
sz_yaml_explainer sz_yaml_explain_flow, sz_yaml_explain_flow_end; /* explain_flow.c */
sz_yaml_explainer sz_yaml_explain_block, sz_yaml_explain_no_colon, sz_yaml_explain_second_colon,
    sz_yaml_explain_dash; /* explain_block.c */
sz_yaml_explainer sz_yaml_explain_start, sz_yaml_explain_quote, sz_yaml_explain_escape, sz_yaml_explain_anchor,
    sz_yaml_explain_tag, sz_yaml_explain_directive, sz_yaml_explain_text_below, sz_yaml_explain_tab,
    sz_yaml_explain_colon_joined, sz_yaml_explain_after; /* explain_token.c */

/* ---- look.c: looking around in the source ---- */
size_t sz_yaml_line_start(const sz_source *s, size_t off);
size_t sz_yaml_line_end(const sz_source *s, size_t off); /* before its line end */
uint32_t sz_yaml_line_of(const sz_source *s, size_t off);
uint32_t sz_yaml_column_of(const sz_source *s, size_t off);
size_t sz_yaml_skip_blanks(const sz_source *s, size_t off); /* blanks and tabs */
size_t sz_yaml_indent_end(const sz_source *s, size_t off);  /* first byte of off's line that is no blank */
bool sz_yaml_is_blank_between(const sz_source *s, size_t from, size_t to); /* same line, blanks only */
bool sz_yaml_has(const sz_source *s, size_t off, const char *word); /* the word stands at off */
sz_str sz_yaml_clip(sz_str s); /* at most 40 bytes, whole characters, one line */
/* First colon of [from, to) that should be followed by a blank and is not, outside quotes; or the full-width one.
 * SIZE_MAX if there is none, or one with a blank comes first. */
size_t sz_yaml_joined_colon(const sz_source *s, size_t from, size_t to);
/* First colon of [from, to) that ends a key, outside quotes; SIZE_MAX if none. */
size_t sz_yaml_key_colon(const sz_source *s, size_t from, size_t to);
/* Where a comment begins in [from, to), outside quotes; SIZE_MAX if none. */
size_t sz_yaml_comment(const sz_source *s, size_t from, size_t to);
/* Offset of the bracket that closes the one at off, outside quotes; SIZE_MAX if none before `to`. */
size_t sz_yaml_matching(const sz_source *s, size_t off, size_t to);
sz_span sz_yaml_span(const sz_source *s, size_t from, size_t to);

/* ---- findings that more than one file makes ---- */
bool sz_yaml_is_odd_blank(const sz_source *s, size_t at); /* a full-width or a no-break space */
void sz_yaml_say_no_space(const sz_yaml_build *b, size_t colon);
void sz_yaml_say_open_bracket(const sz_yaml_build *b, size_t bracket);
void sz_yaml_say_open_quote(const sz_yaml_build *b, size_t quote);
void sz_yaml_say_no_name(const sz_yaml_build *b, size_t colon);
void sz_yaml_say_second_document(const sz_yaml_build *b, sz_span at);
/* ---- explain_slip.c: what was meant by a line; false: nothing is known ---- */
bool sz_yaml_say_equals(const sz_yaml_build *b, size_t from, size_t to); /* a text that begins with `name =` */
/* A line that is neither key nor item, and the one before it (SIZE_MAX: none). */
bool sz_yaml_say_line(const sz_yaml_build *b, sz_span line, size_t before);
/* How the quotes are meant around a text that begins with a quoted one and ends at `end`. */
bool sz_yaml_hint_requoted(const sz_yaml_build *b, sz_diag *g, sz_span quoted, size_t end);
bool sz_yaml_say_goes_on(const sz_yaml_build *b, size_t at); /* explain_block.c */

/* Add the hint to quote the text that starts at off. */
void sz_yaml_say_quotes(const sz_yaml_build *b, sz_diag *g, size_t off);

/* ---- valuespan.c ---- */
uint32_t sz_yaml_block_indent(const sz_source *s, size_t off,
                              uint32_t parent_column); /* parent_column from 0; UINT32_MAX: no parent */

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * What the halves of explain share: what is told of one student and rule at one instant, and members of its JSON.
 */
#ifndef SZ_TIMELINE_EXPLAIN_PARTS_H
#define SZ_TIMELINE_EXPLAIN_PARTS_H

#include "internal.h"

typedef struct telling {
    sz_buf *out;
    const sz_timeline *tl;
    const sz_tlctx *c;
    sz_eval *ev;
    const sz_rule *r;
    uint32_t rule;
    sz_lang lang;
    bool is_check;
    sz_loader l;
    sz_arena *a;
    sz_str first; /* of what holds it */
} telling;

static inline uint8_t explain_truth(sz_truth t) { return t == SZ_UNSURE ? SZ_TREE_UNKNOWN : t == SZ_TRUE; }

void say_name(telling *t, const char *name); /* of the next member */
void say_text(telling *t, const char *name, sz_str text);
void say_time(telling *t, const char *name, int64_t at);
void say_truth(telling *t, const char *name, uint8_t truth); /* false, true, null */
void say_next(telling *t);                                   /* of a list */

/* explain_conditions.c */
void say_tree(telling *t, const char *name, const sz_prog *p, bool is_met);
void say_condition(telling *t, const sz_verdict *v, bool is_met);
/* Features that the rule reads of which no value, or at least so much, is known. */
void say_unknown(telling *t);

#endif

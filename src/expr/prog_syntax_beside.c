/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions beside a slip: `近七天 >= 3 && silence >= "48h"` has two, and the first keeps the whole from being parsed.
 * Each condition that no finding touches yet is parsed and checked by itself, so that all is told at once. What was
 * told of already is left alone: a second finding there would follow from the first.
 */
#include "prog.h"

/* A condition of the text; of `n > 3 m > 2`, which nothing joins, the second begins where the first ends. */
typedef struct part {
    uint32_t off, end;
    const char *sign; /* before it */
} part;

static bool is_told(const checker *c, part p) {
    for (uint32_t i = 0; i < c->n_told; i++) {
        bool is_mark = c->told[i].off == c->told[i].end; /* where something is missing */
        if (c->told[i].off < p.end + is_mark && c->told[i].end + is_mark > p.off) return true;
    }
    return false;
}

static part trimmed(const checker *c, uint32_t off, uint32_t end, const char *sign) {
    sz_str s = sz_str_trim((sz_str){c->text.p + off, end - off});
    off = (uint32_t)(s.p - c->text.p);
    return (part){off, off + (uint32_t)s.n, sign};
}

/* Blanks in place of all else: what is found stands where it stands in the whole. */
static const sz_expr *parsed_alone(checker *c, part p, sz_expr_error *err) {
    char *z = sz_arena_alloc(&c->tmp, c->text.n);
    memset(z, ' ', c->text.n);
    memcpy(z + p.off, c->text.p + p.off, p.end - p.off);
    *err = (sz_expr_error){0};
    return sz_expr_parse(&c->tmp, (sz_str){z, c->text.n}, SZ_MACROS_RULES, err);
}

void prog_conditions_beside(checker *c, const joint_list *all) {
    const sz_expr *prev = NULL;
    const tnode *before = NULL;
    uint32_t from = 0;
    const char *sign = all->n && all->v[0].is_or ? "||" : "&&";
    if (all->is_odd || !c->o->locate || c->o->want != SZ_X_BOOL) return;
    for (uint32_t i = 0; i <= all->n; i++) {
        uint32_t to = i < all->n ? all->v[i].off : (uint32_t)c->text.n, next = i < all->n ? all->v[i].end : to;
        part p = trimmed(c, from, to > from ? to : from, sign);
        const sz_expr *e = NULL;
        sz_expr_error err = {0};
        if (p.off < p.end && !is_told(c, p)) {
            e = parsed_alone(c, p, &err);
            if (!e) prog_report_parse(c, &err);
        }
        before = e ? prog_check_operand(c, e, prev, before, sign, 1) : NULL;
        prev = e;
        sign = i < all->n && all->v[i].is_or ? "||" : "&&";
        if (err.resume > from) next = err.resume, i--; /* nothing joins what follows */
        from = next;
    }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: two comparisons that && joins and that never hold together: a clock from 23:00 on and before
 * 05:00, a status that is two.
 */
#include "prog.h"

bool prog_is_plain(const tnode *n, bounding *out) {
    if (n->kind != T_CMP) return false;
    bool is_turned = n->kid[0]->kind == T_CONST;
    const tnode *name = n->kid[is_turned], *value = n->kid[!is_turned];
    *out = (bounding){name, &value->value, is_turned ? prog_turned(n->op) : n->op};
    return name->kind == T_SYM && prog_is_known(value) &&
           (value->value.type == SZ_X_STR || value->value.type == SZ_X_NUM || value->value.type == SZ_X_DURATION);
}

int prog_order(const sz_xval *a, const sz_xval *b) {
    if (a->type == SZ_X_STR) return sz_str_cmp(a->str, b->str);
    return (a->num > b->num) - (a->num < b->num);
}

static bool has_floor(uint8_t op) { return op == '>' || op == 'g' || op == '='; }
static bool has_ceiling(uint8_t op) { return op == '<' || op == 'l' || op == '='; }

/* What is at least (or above) low's constant is never at most (or below) high's. */
static bool excludes(const bounding *low, const bounding *high) {
    int c = prog_order(low->v, high->v);
    bool is_both = low->op != '>' && high->op != '<'; /* the constant itself fits */
    return has_floor(low->op) && has_ceiling(high->op) && (c > 0 || (c == 0 && !is_both));
}

static bool is_never(const tnode *one, const tnode *other) {
    bounding a, b;
    if (!prog_is_plain(one, &a) || !prog_is_plain(other, &b) || a.name->slot != b.name->slot) return false;
    return a.v->type == b.v->type && (excludes(&a, &b) || excludes(&b, &a));
}

void prog_warn_never(checker *c, const tnode *chain) {
    enum { MOST = 32 }; /* nobody writes more by hand */
    for (uint32_t j = 1; j < chain->n && chain->n <= MOST; j++)
        for (uint32_t i = 0; i < j; i++) {
            const tnode *a = chain->kid[i], *b = chain->kid[j];
            if (!is_never(a, b)) continue;
            sz_str one = prog_slice(c, a->off, a->len), other = prog_slice(c, b->off, b->len);
            prog_hint(c,
                      prog_warning(c, C_CHOICE, b->off, b->len, "this never holds together with `%.*s`",
                                   "这与 `%.*s` 不可能同时成立", SZ_FMT_STR(one)),
                      "where one of them is enough write  %.*s || %.*s", "满足其一即可请写  %.*s || %.*s",
                      SZ_FMT_STR(one), SZ_FMT_STR(other));
            return;
        }
}

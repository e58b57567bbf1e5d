/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: comparisons that are right and hardly meant: `n == 3-5` (-2), `ratio < 50` (5000 %).
 */
#include "prog.h"

bool prog_is_range(const sz_expr *e) {
    if (!prog_is_call(e, "_-_") || e->n != 2) return false;
    const sz_expr *low = e->args[0], *high = e->args[1];
    return low->kind == SZ_E_INT && high->kind == SZ_E_INT && low->i >= 0 && low->i < high->i;
}

void prog_hint_range(checker *c, sz_diag *g, sz_str name, const sz_expr *e) {
    long long low = e->args[0]->i, high = e->args[1]->i;
    prog_hint(c, g, "from %lld to %lld is written  %.*s >= %lld && %.*s <= %lld",
              "从 %lld 到 %lld 请写  %.*s >= %lld && %.*s <= %lld", low, high, SZ_FMT_STR(name), low, SZ_FMT_STR(name),
              high);
}

static void warn_share(checker *c, const tnode *number) {
    double v = number->value.num;
    sz_str text = prog_slice(c, number->off, number->len);
    prog_hint(c,
              prog_warning(c, C_UNITS, number->off, number->len, "`%.*s` beside a share is %g %%",
                           "同百分比比较，`%.*s` 就是 %g %%", SZ_FMT_STR(text), v * 100),
              "%g %% is %g in a condition; a param is written  %g%%,  or, if %g times are meant,  %g%%",
              "%g %% 在条件里写 %g；作参数写  %g%%；若是指 %g 倍，参数写  %g%%", v, v / 100, v, v, v * 100);
}

static void warn_of_hundred(checker *c, const tnode *number) {
    double v = number->value.num;
    sz_str text = prog_slice(c, number->off, number->len);
    prog_hint(c,
              prog_warning(c, C_UNITS, number->off, number->len, "beside a percentile `%.*s` is %g of 100",
                           "同百分位比较，`%.*s` 只是 100 里的 %g", SZ_FMT_STR(text), v),
              "a percentile is 0 to 100: write %g", "百分位是 0 到 100：请写 %g", v * 100);
}

void prog_warn_slip(checker *c, const tnode *a, const tnode *b, const sz_expr *written) {
    /* A value that has become ten times another is rare enough to be asked about; a param of 1000% says it is meant. */
    enum { TENFOLD = 10 };
    if (a->kind != T_SYM || a->type != SZ_X_NUM || !prog_is_known(b)) return;
    if (prog_is_range(written))
        prog_hint_range(c,
                        prog_warning(c, C_SPELLING, b->off, b->len, "`%.*s` is %g here", "这里的 `%.*s` 等于 %g",
                                     SZ_FMT_STR(prog_slice(c, b->off, b->len)), b->value.num),
                        prog_slice(c, a->off, a->len), written);
    else if (a->unit == SZ_UNIT_SHARE && b->unit == SZ_UNIT_NONE && b->value.num >= TENFOLD) warn_share(c, b);
    else if (prog_is_of_hundred(a) && b->value.num > 0 && b->value.num < 1) warn_of_hundred(c, b);
}

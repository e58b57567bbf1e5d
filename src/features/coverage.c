/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a number is not known, or at least n only: how much of its window could be seen, and what kept the rest dark. For
 * people; nothing is judged by it.
 */
#include "window.h"

static bool is_before(const sz_eval *ev, const sz_feature *f, int32_t day) {
    return sz_zone_midnight(ev->zone, day) < observed_since(ev, f);
}

static void count_days(sz_eval *ev, const sz_feature *f, const range *r, sz_coverage *out) {
    for (int32_t day = r->from; day <= r->to; day++) {
        if (is_before(ev, f, day)) out->before++;
        else if (day_is_observable(ev, f->types, f->window.is_night, day)) out->seen++;
        else if (!student_was_there(ev, day)) out->away++;
        else out->down++;
    }
}

void sz_feature_coverage(sz_eval *ev, const sz_feature *f, sz_coverage *out) {
    range r;
    *out = (sz_coverage){.is_hours = f->window.kind == SZ_W_HOURS, .is_night = f->window.is_night};
    if (f->op == SZ_OP_VALUE || !window_range(ev, &f->window, &r) || r.to < r.from) return;
    int32_t seen, total;
    sz_feature_observed(ev, f, &seen, &total);
    out->total = total;
    if (!out->is_hours) count_days(ev, f, &r, out);
    else out->seen = seen;
}

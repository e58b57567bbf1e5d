/* SPDX-License-Identifier: Apache-2.0 */
/* streak: days in a row with a match, back from today. Today counts if matched and breaks nothing until it ends; days
 * that were unobservable, or not of the kind asked, are stepped over and do not count. Without `over` it is always
 * known. */
#include "ops.h"

static bool has_day(const sz_eval *ev, const sz_feature *f, int32_t day, uint32_t *k) {
    const sz_acc *a = &ev->fs->accs[f->acc];
    const uint8_t *p = region_bytes(ev->state, f->acc);
    while (*k >= a->row_size) {
        const day_row *row = (const day_row *)(const void *)(p + *k - a->row_size);
        if (row->at < day) return false;
        if (row->at == day && row->n) return true;
        *k -= a->row_size;
    }
    return false;
}

static int32_t oldest_day(const sz_eval *ev, const sz_feature *f) {
    if (region_len(ev->state, f->acc) == 0) return INT32_MAX;
    return ((const day_row *)(const void *)region_bytes(ev->state, f->acc))->at;
}

sz_xval op_streak(sz_eval *ev, const sz_feature *f) {
    int32_t today = f->window.is_night ? ev->night : ev->day;
    range r = {.from = oldest_day(ev, f), .to = today};
    bool has_window = f->window.kind != SZ_W_NONE;
    if (has_window && !window_range(ev, &f->window, &r)) return x_counted(ev, f, 0);
    const sz_calendar *k = sz_campus_calendar(ev->facts->campus);
    uint32_t row = region_len(ev->state, f->acc);
    int32_t n = 0;
    for (int32_t d = r.to; d >= r.from; d--) {
        if (f->on_class_days && !sz_calendar_is_class_day(k, d)) continue;
        if (!day_is_observable(ev, f->types, f->window.is_night, d)) continue;
        if (has_day(ev, f, d, &row)) n++;
        else if (d != today) break;
    }
    return has_window ? x_counted(ev, f, n) : x_num(f, n);
}

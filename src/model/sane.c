/* SPDX-License-Identifier: Apache-2.0
 *
 * sane: an event as a decoder would have let it pass. Records that come back from a store are counted on with, and what
 * a decoder keeps out (a time of the year 10000, an amount near 2^63) must not come in by that door.
 */
#include <math.h>

#include "fields.h"
#include "number.h"

static bool is_at_most(int64_t v, int64_t most) { return v >= SZ_ABSENT && v <= most; }

static bool is_value_sane(sz_field_kind kind, const sz_value *v) {
    if (!v->is_set) return true;
    switch (kind) {
    case SZ_FIELD_MONEY: return is_at_most(v->fen, SZ_FEN_MAX);
    case SZ_FIELD_TIME: return isfinite(v->num) && fabs(v->num) < 1e15 && sz_moment_is_sane((int64_t)v->num);
    case SZ_FIELD_NUMBER: return isfinite(v->num);
    default: return true;
    }
}

bool sz_time_is_sane(int64_t ms) { return sz_moment_is_sane(ms); }

bool sz_event_is_sane(const sz_event *e, const sz_types *types) {
    if (!sz_moment_is_sane(e->time_ms) || e->precision > SZ_PREC_DAY) return false;
    if (e->collected_ms != SZ_TIME_NONE && !sz_moment_is_sane(e->collected_ms)) return false;
    if (!is_at_most(e->amount_fen, SZ_FEN_MAX) || !is_at_most(e->balance_fen, SZ_FEN_MAX)) return false;
    if (!is_at_most(e->hours_micro, SZ_MICRO_MAX)) return false;
    const sz_type *t = &types->v[e->type];
    for (uint32_t i = 0; i < t->n_fields; i++)
        if (!is_value_sane(t->fields[i].kind, &e->fields[i])) return false;
    return true;
}

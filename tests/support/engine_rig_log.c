/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_rig_log: the list of records that a topic is.
 */
#include "engine_rig.h"

const int64_t rig_monday = 1772380800000;

void rig_log_init(rig_log *l) {
    memset(l, 0, sizeof *l);
    sz_arena_init(&l->arena);
}

void rig_log_fini(rig_log *l) { sz_arena_fini(&l->arena); }

void rig_log_add(rig_log *l, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    l->v[l->n++] = (rig_record){l->end++, sz_str_of(sz_arena_vprintf(&l->arena, fmt, ap))};
    va_end(ap);
}

void rig_log_swipe(rig_log *l, const char *student, double hour) {
    rig_log_add(l, "{\"id\":\"e%lld\",\"type\":\"swipe\",\"student\":\"%s\",\"time\":%lld,\"amount\":\"8.50\"}",
                (long long)l->end, student, (long long)(rig_monday + (int64_t)(hour * (double)SZ_HOUR_MS)));
}

void rig_log_expire(rig_log *l, int64_t low) {
    uint32_t k = 0;
    while (k < l->n && l->v[k].offset < low) k++;
    memmove(l->v, l->v + k, (l->n - k) * sizeof *l->v);
    l->n -= k;
    l->low = low;
}

void rig_log_three_meals(rig_log *l, const char *student, double hour) {
    for (int i = 0; i < 3; i++) rig_log_swipe(l, student, hour + i);
}

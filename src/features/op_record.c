/* SPDX-License-Identifier: Apache-2.0 */
/* first, last: the record itself; its fields, .time, .age and .place are what conditions read. */
#include "ops.h"

static bool first_entry(sz_eval *ev, const sz_feature *f, const uint8_t **entry) {
    range r;
    if (!window_range(ev, &f->window, &r)) return false;
    const uint8_t *p = region_bytes(ev->state, f->acc);
    for (uint32_t k = 0, n = region_len(ev->state, f->acc); k < n;) {
        int32_t at;
        memcpy(&at, p + k, sizeof at);
        *entry = p + k + 4;
        if (at >= r.from && at <= r.to) return true;
        k += 4 + sz_entry_len(*entry);
    }
    return false;
}

static bool last_entry(sz_eval *ev, const sz_feature *f, const uint8_t **entry) {
    if (region_len(ev->state, f->acc) == 0) return false;
    *entry = region_bytes(ev->state, f->acc);
    if (f->op != SZ_OP_LAST || f->window.kind == SZ_W_NONE) return true;
    range r;
    if (!window_range(ev, &f->window, &r)) return false;
    sz_acc as = {.is_night = f->window.is_night, .pane_ms = f->window.kind == SZ_W_HOURS ? f->window.pane_ms : 0};
    int32_t at = acc_index(&as, ev->zone, sz_entry_time(*entry));
    return at >= r.from && at <= r.to;
}

bool op_record(sz_eval *ev, const sz_feature *f, sz_event *e) {
    const uint8_t *entry;
    bool has = f->op == SZ_OP_FIRST ? first_entry(ev, f, &entry) : last_entry(ev, f, &entry);
    return has && sz_entry_get(entry, (ev->fs->n_matchers + 7) / 8, ev->dict, ev->types, e);
}

/* Bare, a record is only asked whether there is one. */
sz_xval op_first(sz_eval *ev, const sz_feature *f) {
    const uint8_t *entry;
    return (sz_xval){.type = SZ_X_RECORD, .know = first_entry(ev, f, &entry) ? SZ_KNOWN : SZ_UNKNOWN};
}

sz_xval op_last(sz_eval *ev, const sz_feature *f) {
    const uint8_t *entry;
    return (sz_xval){.type = SZ_X_RECORD, .know = last_entry(ev, f, &entry) ? SZ_KNOWN : SZ_UNKNOWN};
}

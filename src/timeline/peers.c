/* SPDX-License-Identifier: Apache-2.0
 *
 * What one student says when a table of peers is made (semantics 22): of the records up to that instant. Where later
 * ones came already, they are left out, undo records among them.
 */
#include "internal.h"

bool sz_timeline_has_since(const sz_timeline *tl, int64_t t_ms) {
    return tl->n_log && sz_entry_time(tl->log.p + tl->last_off) >= t_ms;
}

bool sz_timeline_peers(const sz_timeline *tl, sz_tlctx *c, int64_t at_ms, int32_t day, uint32_t feature,
                       sz_peer_answer *out) {
    run x;
    sz_fstate then = {.pool = c->pool};
    const sz_feature *f = &c->bundle->fs.features[feature];
    bool is_ahead = sz_timeline_has_since(tl, at_ms + 1);
    run_init(&x, (sz_timeline *)(uintptr_t)tl, c, NULL);
    run_at(&x, at_ms);
    out->group = sz_peers_group_of(&x.ev, f, day);
    if (!out->group || !sz_peers_asks(&x.ev, f, day)) return false;
    if (is_ahead) {
        sz_fstate_init(&then, &c->bundle->fs, c->pool);
        state_rebuild(&x, &then, log_lower(tl, at_ms + 1));
        x.ev.state = &then;
    } else {
        state_catch_up(x.tl, c);
    }
    sz_xval v = sz_peers_value(&x.ev, f, day);
    out->is_known = v.know == SZ_KNOWN;
    out->value = v.num;
    if (is_ahead) sz_fstate_fini(&then);
    return true;
}

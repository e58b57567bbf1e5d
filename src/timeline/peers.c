/* SPDX-License-Identifier: Apache-2.0
 *
 * What one student says when a table of peers is made (semantics 22): of the records up to that instant. Where later
 * ones came already, they are left out, undo records among them.
 */
#include "internal.h"

bool sz_timeline_has_since(const sz_timeline *tl, int64_t t_ms) {
    return tl->n_log && sz_entry_time(tl->log.p + tl->last_off) >= t_ms;
}

static void find_out(run *x, int32_t day, sz_peer_ask *a) {
    const sz_feature *f = &x->c->bundle->fs.features[a->feature];
    a->is_found = true;
    a->is_asked = sz_peers_asks(&x->ev, f, day);
    if (!a->is_asked) return;
    sz_xval v = sz_peers_value(&x->ev, f, day);
    a->is_known = v.know == SZ_KNOWN;
    a->value = v.num;
}

void sz_timeline_peers(const sz_timeline *tl, sz_tlctx *c, int64_t at_ms, int32_t day, sz_peer_ask *v, uint32_t n) {
    run x;
    bool is_ahead = sz_timeline_has_since(tl, at_ms + 1);
    run_init(&x, (sz_timeline *)(uintptr_t)tl, c, NULL);
    run_at(&x, at_ms);
    if (is_ahead) {
        state_as_of(&x, &c->folded, at_ms + 1);
        x.ev.state = &c->folded;
    } else {
        state_catch_up(x.tl, c);
    }
    for (uint32_t i = 0; i < n; i++) {
        sz_peer_ask *first = &v[v[i].same];
        if (!v[i].group) continue;
        if (!first->is_found) find_out(&x, day, first);
        v[i].is_asked = first->is_asked, v[i].is_known = first->is_known, v[i].value = first->value;
    }
}

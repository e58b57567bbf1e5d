/* SPDX-License-Identifier: Apache-2.0
 *
 * A record leaves the log: a card was corrected, and it is another student's (semantics 5). That is a late record the
 * other way round: the student is taken back to where it stood and evaluated without it. Undo records that name it
 * have found it until now, earlier ones too, so they are gone over again.
 */
#include "internal.h"

/* The earliest undo that names the record. */
static int64_t undone_since(const sz_timeline *tl, const sz_tlctx *c, const sz_event *e) {
    int64_t since = e->time_ms;
    if (!tl->n_undos || !undo_may_name(tl, identity_print(e->id))) return since;
    for (uint32_t off = 0; off < tl->log.n && sz_entry_time(tl->log.p + off) < since;
         off += sz_entry_len(tl->log.p + off)) {
        sz_event undo;
        if (!sz_entry_is_undo(tl->log.p + off, mask_bytes(c)) ||
            !sz_entry_get(tl->log.p + off, mask_bytes(c), c->dict, c->types, &undo))
            continue;
        if (sz_str_eq(undo.ref, e->id) && sz_str_eq(undo.source, e->source)) since = undo.time_ms;
    }
    int64_t least = c->wmax_ms == SZ_TIME_NONE ? since : c->wmax_ms - c->horizon_ms;
    return since < least ? least : since;
}

sz_str sz_timeline_take_out(sz_timeline *tl, sz_tlctx *c, uint32_t off) {
    state_catch_up(tl, c); /* none that waits is to go */
    const uint8_t *p = tl->log.p + off;
    sz_str entry = sz_arena_str(c->arena, (sz_str){(const char *)p, sz_entry_len(p)});
    uint32_t index = 0;
    for (uint32_t at = 0; at < off; at += sz_entry_len(tl->log.p + at)) index++;
    bool was_evaluated = off < tl->head_off;
    sz_event e;
    if (sz_entry_get((const uint8_t *)entry.p, mask_bytes(c), c->dict, c->types, &e) && was_evaluated) {
        int64_t since = undone_since(tl, c, &e);
        if (since < tl->redo_ms) tl->redo_ms = since;
    }
    if (sz_entry_is_undo(p, mask_bytes(c))) {
        tl->n_undos--; /* undo_names may keep its bit: it is asked for what may be */
        c->undo_unmatched -= entry_is_unmatched(p);
    }
    marks_forget(tl, sz_entry_time(p));
    log_take_out(tl, off, index);
    log_forget_ids(tl, c);
    week_forget(tl, c);
    tl->is_dirty = tl->masks_changed = true; /* the journal still has it */
    c->fresh_of = NULL;
    return entry;
}

bool sz_timeline_waits(const sz_timeline *tl) { return tl->redo_ms != SZ_TIME_MAX || tl->head_off < tl->log.n; }

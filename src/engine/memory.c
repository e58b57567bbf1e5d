/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker knows of its partition, and how it is forgotten: when the store has another state than memory, memory
 * goes as a whole. Rules, campus, ports and what the worker counts of itself stay.
 */
#include "worker.h"

void memory_init(sz_worker *w) {
    sz_map_init(&w->dict);
    sz_map_init(&w->feed_names);
    sz_arena_init(&w->ledger_arena);
    sz_arena_init(&w->world);
    sz_arena_init(&w->sent.arena);
    w->n = (sz_counters){0};
    w->plan = (sz_state_plan){0};
    forms_end(w);
    w->at_form = 0;
    w->acc_from_ms = w->rule_from_ms = NULL;
    w->taken = w->since_commit = 0;
    w->dirty_ms = SZ_TIME_MAX;
    w->dict_committed = 0;
    w->alerts_pos = w->dead_pos = 0;
    w->journal_bytes = w->snapshot_bytes = 0;
    w->n_snapshots = w->n_touched = 0;
    w->n_acked = w->n_submitted = w->n_settled = w->n_settlings = 0;
    w->n_statuses = w->n_known_ledger = 0;
    w->position = w->wit_offset = w->committed_position = w->settled_position = -1;
    w->wit_hash = 0;
    w->tick_ms = SZ_TIME_NONE;
    w->fired_ms = SZ_TIME_MAX;
    w->n_firing = w->at_firing = 0;
    w->stored_campus_id = 0;
    w->stored_seq = w->stored_facts_hash = w->stored_bundle_hash = w->stored_dues_hash = w->stored_cards_hash = 0;
    w->stored_outbox = w->stored_blobs = w->stored_dict = w->stored_snapshots = 0;
    w->is_torn = w->has_lengths = w->is_other_meaning = w->is_quiet = w->has_memory = w->is_new = w->batch_open = false;
    w->load_phase = 0;
    w->at_waking = w->at_facts = 0;
    w->peers = (peers_use){.n = 0};
    w->roster = (roster_use){0};
    w->hand = (hand){0};
    w->use = (use){0};
    w->is_firing = w->may_cut = false;
    w->is_held = w->parts.is_ending = false;
    w->is_blank = true;
    world_init(w);
    students_init(w);
}

void memory_fini(sz_worker *w) {
    switch_drop(w);
    parts_untell(w);
    ended_fini(w);
    students_fini(w);
    world_fini(w);
    peers_forget(w);
    blobs_drop(w, w->n_blobs);
    lines_fini(&w->alerts);
    instant_fini(&w->instant);
    lines_fini(&w->outbox);
    lines_fini(&w->dead);
    lines_fini(&w->ledger);
    strays_fini(&w->strays);
    journal_fini(&w->journal);
    outgoing_fini(&w->sent);
    void **lists[] = {(void **)&w->statuses,     (void **)&w->touched, (void **)&w->touched_as,
                      (void **)&w->known_ledger, (void **)&w->snaps,   (void **)&w->settlings,
                      (void **)&w->firing,       (void **)&w->blobs,   (void **)&w->word_of};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        sz_free(*lists[i]);
        *lists[i] = NULL;
    }
    w->cap_statuses = w->cap_touched = w->cap_touched_as = w->cap_snaps = w->cap_settlings = w->cap_firing = 0;
    w->cap_blobs = 0;
    sz_arena_fini(&w->ledger_arena);
    sz_arena_fini(&w->world);
    sz_map_fini(&w->dict);
    sz_map_fini(&w->feed_names);
}

void memory_drop(sz_worker *w) {
    if (w->is_blank) return;
    memory_fini(w);
    memory_init(w);
}

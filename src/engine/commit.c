/* SPDX-License-Identifier: Apache-2.0
 *
 * A commit: frozen between two input records, its dead letters first, then sent under the name of its parent. Work goes
 * on meanwhile. It stands when the store says so; when it is known that it did not happen, what it held leaves with the
 * next one, under another name: nothing is ever sent twice under one.
 */
#include "worker.h"

void outgoing_fini(outgoing *o) {
    lines_fini(&o->alerts);
    lines_fini(&o->dead);
    lines_fini(&o->ledger);
    lines_fini(&o->tables);
    sz_buf_fini(&o->blob);
    sz_buf_fini(&o->body);
    sz_free(o->touched);
    sz_arena_fini(&o->arena);
    *o = (outgoing){0};
}

static void swap_touched(sz_worker *w, outgoing *o) {
    uint32_t *touched = w->touched, cap = w->cap_touched;
    w->touched = o->touched;
    w->cap_touched = o->cap_touched;
    o->touched = touched;
    o->cap_touched = cap;
}

static void outgoing_clear(outgoing *o) {
    lines_clear(&o->alerts);
    lines_clear(&o->dead);
    lines_clear(&o->ledger);
    lines_clear(&o->tables);
    sz_buf_clear(&o->blob);
    sz_buf_clear(&o->body);
    sz_arena_reset(&o->arena);
    outgoing kept = {.alerts = o->alerts,
                     .dead = o->dead,
                     .ledger = o->ledger,
                     .tables = o->tables,
                     .blob = o->blob,
                     .body = o->body,
                     .touched = o->touched,
                     .cap_touched = o->cap_touched,
                     .arena = o->arena};
    *o = kept;
}

static void take_lists(sz_worker *w, outgoing *o) {
    instant_close(w);
    lines_swap(&w->alerts, &o->alerts);
    lines_swap(&w->dead, &o->dead);
    lines_swap(&w->ledger, &o->ledger);
    lines_swap(&w->tables, &o->tables);
    swap_touched(w, o);
    o->n_touched = w->n_touched;
    w->n_touched = 0;
    for (uint32_t k = 0; k < o->n_touched; k++) w->touched_as[o->touched[k]] = 0;
    o->records = w->since_commit;
    w->since_commit = 0;
    w->dirty_ms = SZ_TIME_MAX;
}

static void make_words(const sz_worker *w, outgoing *o) {
    o->dict_to = w->dict.n;
    o->c.n_dict = w->dict.n - w->dict_committed;
    sz_str *words = SZ_NEWN(&o->arena, sz_str, o->c.n_dict + 1);
    for (uint32_t i = 0; i < o->c.n_dict; i++) words[i] = sz_map_key(&w->dict, w->dict_committed + i);
    o->c.dict = words;
}

static void make_blob(sz_worker *w, outgoing *o, uint64_t seq) {
    uint32_t n = w->n_touched, *who = sz_alloc((n + 1) * sizeof *who);
    if (n) memcpy(who, w->touched, n * sizeof *who);
    blob_put(&o->blob, w, seq, &o->arena);
    o->c.journal = sz_buf_str(&o->blob);
    o->has_blob = true;
    blob_push(w, &(blob){.students = who, .n = n, .bytes = o->blob.n, .seq = seq});
}

static sz_put *put_notes(sz_put *to, const lines *l) {
    for (uint32_t i = 0; i + 1 < l->n; i += 2) *to++ = (sz_put){.key = lines_at(l, i), .value = lines_at(l, i + 1)};
    return to;
}

static void make_ledger(outgoing *o) {
    sz_put *notes = SZ_NEWN(&o->arena, sz_put, o->ledger.n / 2 + o->tables.n / 2 + 1);
    o->c.ledger = notes;
    o->c.n_ledger = (uint32_t)(put_notes(put_notes(notes, &o->ledger), &o->tables) - notes);
}

static void put_number(sz_arena *a, sz_put *put, const char *name, int64_t v) {
    put->key = sz_str_of(name);
    put->value = sz_str_of(sz_arena_printf(a, "%lld", (long long)v));
}

void make_fields(const sz_worker *w, outgoing *o) {
    const struct {
        const char *name;
        int64_t v;
    } numbers[] = {{"offset", w->position},
                   {"wit_off", w->wit_offset},
                   {"n_read", (int64_t)w->n.read},
                   {"n_used", (int64_t)w->n.used},
                   {"n_dup", (int64_t)w->n.duplicate},
                   {"n_dead", (int64_t)w->n.dead},
                   {"n_control", (int64_t)w->n.control},
                   {"n_gap", (int64_t)w->n.gap},
                   {"tick", w->tick_ms == SZ_TIME_NONE ? 0 : w->tick_ms}};
    uint32_t n = sizeof numbers / sizeof *numbers;
    sz_put *puts = SZ_NEWN(&o->arena, sz_put, n + 3);
    for (uint32_t i = 0; i < n; i++) put_number(&o->arena, &puts[i], numbers[i].name, numbers[i].v);
    sz_buf marks;
    sz_buf_init(&marks);
    for (uint32_t i = 0; i < w->clocks.n_sources; i++) {
        const stream_clock *s = &w->clocks.sources[i];
        if (s->watermark_ms == SZ_TIME_NONE) continue;
        char text[40];
        sz_time_format(w->tc.zone, s->watermark_ms, text);
        sz_str name = s->feed == SZ_NONE ? SZ_STR("*") : sz_campus_feed(w->campus, s->feed)->source;
        sz_buf_printf(&marks, "%s%.*s=%s", marks.n ? " " : "", SZ_FMT_STR(name), text);
    }
    puts[n] = (sz_put){.key = SZ_STR("watermarks"), .value = sz_arena_str(&o->arena, sz_buf_str(&marks))};
    puts[n + 1].key = SZ_STR("bundle");
    puts[n + 1].value = sz_str_of(sz_arena_printf(&o->arena, "%016llx", (unsigned long long)w->bundle->hash));
    puts[n + 2].key = SZ_STR("campus");
    const char *over = campus_is_owed(w) ? "half/" : ""; /* some are still as the campus before had them */
    puts[n + 2].value = sz_str_of(sz_arena_printf(&o->arena, "%s%016llx", over, (unsigned long long)w->campus_id));
    sz_buf_fini(&marks);
    o->c.fields = puts;
    o->c.n_fields = n + 3;
}

static void freeze(sz_worker *w) {
    outgoing *o = &w->sent;
    outgoing_clear(o);
    o->is_made = true;
    o->says_meaning = w->is_other_meaning;
    o->form_at = w->at_form;
    o->ends_forms = w->o.is_volatile;
    o->position = w->position;
    o->c.parent = w->name;
    o->c.has_outbox = w->outbox.n;
    o->c.has_journal = w->n_blobs;
    o->c.has_dict = w->dict_committed;
    uint64_t seq = w->name.seq + 1;
    ended_tell(w, w->state == SZ_WK_RUNNING && outbox_is_full(w) ? 0 : students_a_commit(w));
    o->bundle_ver = w->bundle_ver;
    if (!w->o.is_volatile) {
        journal_stories(w);
        snapshots_take(w, o, seq);
        journal_dues(w);
        if (!journal_is_empty(&w->journal)) make_blob(w, o, seq);
        make_words(w, o);
    }
    parts_note_place(w);
    take_lists(w, o);
    o->c.outbox = lines_strs(&o->alerts, 0, &o->arena);
    o->c.n_outbox = o->alerts.n;
    o->c.trim_journal = o->trim_blobs;
    o->trim_outbox = o->c.trim_outbox = w->n_acked;
    o->c.bundle_ver = o->bundle_ver;
    if (!w->o.is_volatile) make_fields(w, o);
    header_put(&o->body, w, o);
}

static void count(sz_worker *w, const outgoing *o) {
    uint64_t bytes = o->c.journal.n + o->c.body.n + o->alerts.bytes.n + o->tables.bytes.n;
    for (uint32_t i = 0; i < o->c.n_snapshots; i++) bytes += o->c.snapshots[i].value.n;
    w->op.commit_bytes += bytes;
    if (bytes > w->op.most_commit_bytes) w->op.most_commit_bytes = bytes;
    w->op.commits++;
    if (!o->alerts.n && !o->c.journal.n && !o->c.n_snapshots && !o->records) w->op.empty_commits++;
}

void commit_send(sz_worker *w) {
    outgoing *o = &w->sent;
    lines_move(&w->ledger, &o->ledger); /* what the file of dead letters noted when they were written belongs to them */
    lines_swap(&w->ledger, &o->ledger);
    make_ledger(o);
    header_set_dead_pos(&o->body, w->dead_pos);
    o->c.body = sz_buf_str(&o->body);
    o->is_sent = true;
    o->sent_ms = w->now_ms;
    count(w, o);
    w->store_busy = true;
    w->ports.store.commit(w->ports.store.self, &o->c);
}

/* Dead letters are safe before the commit that counts them. */
void commit_start(sz_worker *w) {
    if (w->sent.is_made || w->store_busy) return;
    freeze(w);
    outgoing *o = &w->sent;
    if (w->state == SZ_WK_HELD || w->state == SZ_WK_FAILED) { /* it met a damaged record */
        commit_undone(w);
        return;
    }
    if (!o->dead.n) {
        commit_send(w);
        return;
    }
    w->ports.sink.dead(w->ports.sink.self, w->tag, lines_strs(&o->dead, 0, &o->arena), o->dead.n);
}

void commit_stands(sz_worker *w) {
    outgoing *o = &w->sent;
    if (o->says_meaning) w->is_other_meaning = false;
    if (o->ends_forms) forms_end(w);
    w->is_torn = false;
    w->name.seq++;
    w->n_commits++;
    w->knows_ver = true;
    if (!w->o.is_volatile) w->dict_committed = o->dict_to;
    w->n_snapshots += o->new_snapshots;
    w->committed_position = o->position;
    blobs_drop(w, o->trim_blobs);
    settle_trim(w, o->trim_outbox);
    settle_by(w, o->sent_ms);
    for (uint32_t i = 0; i < o->alerts.n; i++) lines_add(&w->outbox, lines_at(&o->alerts, i));
    settle_add(w, o);
    parts_stand(w, &o->tables);
    w->idle_ms = w->now_ms;
    outgoing_clear(o);
}

void commit_undone(sz_worker *w) {
    outgoing *o = &w->sent;
    if (!o->is_made) return;
    instant_close(w); /* they get other numbers */
    lines_move(&w->alerts, &o->alerts);
    lines_move(&w->ledger, &o->ledger);
    lines_move(&w->tables, &o->tables);
    if (!o->is_dead_safe) lines_move(&w->dead, &o->dead);
    for (uint32_t k = 0; k < o->n_touched; k++) journal_touch(w, o->touched[k]);
    if (o->has_blob) {
        blob_take_back(w, sz_buf_str(&o->blob), o->touched);
        blob *b = &w->blobs[--w->n_blobs];
        w->journal_bytes -= b->bytes;
        sz_free(b->students);
    }
    snapshots_undo(w, o);
    w->at_form = o->form_at;
    w->since_commit += o->records;
    if (w->dirty_ms == SZ_TIME_MAX) w->dirty_ms = w->now_ms;
    outgoing_clear(o);
}

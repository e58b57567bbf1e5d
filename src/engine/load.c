/* SPDX-License-Identifier: Apache-2.0
 *
 * A state comes back: words, snapshots, then the journal on top of them, then everyone's head is made from tail and
 * log. Nothing is evaluated but what facts have changed meanwhile: what was said stands in the stories.
 */
#include "worker.h"

static uint32_t student_at(sz_worker *w, sz_str id) {
    uint32_t i = student_get(w, id, true);
    snaps_reserve(w);
    return i;
}

bool record_is_read(sz_worker *w, sz_status s) {
    if (s == SZ_REFUSED)
        worker_hold(w, s, "this state holds records of a newer format; run it with the newer sanzao that wrote it",
                    "这份状态里有更新格式的记录；请用写它的那个较新的 sanzao 运行");
    else if (s != SZ_OK) worker_hold_damaged(w, "a student's record cannot be read", "有学生的记录无法读取");
    return s == SZ_OK;
}

/* Between the header and the lists (trap 22 of the protocol): what a commit that broke off left behind its own
 * beginning is dropped, and cut off by the next commit; everything else is damage. */
static void load_snapshot(sz_worker *w, const sz_put *put) {
    sz_reader r = sz_reader_of(put->value.p, put->value.n);
    uint64_t seq = sz_read_varint(&r);
    uint32_t i = student_at(w, put->key);
    if (!w->snaps[i].seq) w->n_snapshots++;
    w->snaps[i] = (snap){.seq = seq, .bytes = (uint32_t)put->value.n};
    w->snapshot_bytes += put->value.n;
    if (w->has_lengths && seq > w->stored_seq) {
        worker_hold_damaged(w, "a student's record is of a commit that broke off", "有学生的记录属于一次中断的提交");
        return;
    }
    sz_status s = sz_timeline_unpack(w->students.v[i], &w->tc, r.p, (size_t)(r.end - r.p));
    record_is_read(w, s);
}

static void load_entry(sz_worker *w, uint64_t seq, uint8_t kind, sz_str id, sz_str body, uint32_t **who, uint32_t *n,
                       uint32_t *cap) {
    uint32_t i = student_at(w, id);
    if (*n == 0 || (*who)[*n - 1] != i) {
        if (*n == *cap) *who = sz_realloc(*who, (*cap = *cap ? 2 * *cap : 64) * sizeof **who);
        (*who)[(*n)++] = i;
    }
    if (w->snaps[i].seq >= seq) return;
    sz_status s = SZ_CORRUPT;
    if (kind == ENTRY_EVENT) s = sz_timeline_put_back(w->students.v[i], &w->tc, body);
    if (kind == ENTRY_STORY) s = sz_timeline_unpack_story(w->students.v[i], &w->tc, body.p, body.n);
    if (s != SZ_OK) worker_hold_damaged(w, "its journal cannot be read", "日志无法读取");
}

static void load_journal(sz_worker *w, sz_str bytes) {
    sz_reader r = sz_reader_of(bytes.p, bytes.n);
    uint64_t seq = sz_read_varint(&r);
    if (w->has_lengths && w->n_blobs == w->stored_blobs) {
        w->is_torn = true;
        return;
    }
    if (w->has_lengths && seq > w->stored_seq) {
        worker_hold_damaged(w, "its journal is of another state than its header", "日志与头部不是同一份状态的");
        return;
    }
    uint32_t *who = NULL, n = 0, cap = 0;
    while (r.p < r.end && !r.bad && w->state == SZ_WK_LOADING) {
        uint8_t kind = sz_read_u8(&r);
        uint64_t word = sz_read_varint(&r);
        sz_str body = sz_read_lstr(&r);
        if (r.bad || word >= w->dict.n) {
            worker_hold_damaged(w, "its journal cannot be read", "日志无法读取");
            break;
        }
        if (kind == ENTRY_TICK) continue; /* the header has the clocks */
        load_entry(w, seq, kind, sz_map_key(&w->dict, (uint32_t)word), body, &who, &n, &cap);
    }
    blob_push(w, seq, who, n, bytes.n);
    sz_free(who);
}

static void load_ledger(sz_worker *w, const sz_put *puts, uint32_t n) {
    w->known_ledger = sz_realloc(w->known_ledger, (w->n_known_ledger + n + 1) * sizeof *w->known_ledger);
    for (uint32_t i = 0; i < n; i++)
        w->known_ledger[w->n_known_ledger++] = (sz_put){.key = sz_arena_str(&w->ledger_arena, puts[i].key),
                                                        .value = sz_arena_str(&w->ledger_arena, puts[i].value)};
}

static void load_word(sz_worker *w, sz_str word) {
    if (w->has_lengths && w->dict.n == w->stored_dict) w->is_torn = true;
    else sz_map_intern(&w->dict, word);
    w->dict_committed = w->dict.n;
}

static void load_alert(sz_worker *w, sz_str line) {
    if (w->has_lengths && w->outbox.n == w->stored_outbox) w->is_torn = true;
    else lines_add(&w->outbox, line);
}

void load_chunk(sz_worker *w, const sz_msg *m) {
    switch (m->chunk) {
    case SZ_CHUNK_DICT:
        for (uint32_t i = 0; i < m->n; i++) load_word(w, m->strs[i]);
        break;
    case SZ_CHUNK_SNAPSHOTS:
        for (uint32_t i = 0; i < m->n && w->state == SZ_WK_LOADING; i++) load_snapshot(w, &m->puts[i]);
        break;
    case SZ_CHUNK_JOURNAL:
        for (uint32_t i = 0; i < m->n && w->state == SZ_WK_LOADING; i++) load_journal(w, m->strs[i]);
        break;
    case SZ_CHUNK_OUTBOX:
        for (uint32_t i = 0; i < m->n; i++) load_alert(w, m->strs[i]);
        break;
    case SZ_CHUNK_LEDGER: load_ledger(w, m->puts, m->n); break;
    case SZ_CHUNK_END: break;
    }
    if (SZ_IS_MUTANT(SZ_MUTANT_EARLY_TIMERS) && m->chunk == SZ_CHUNK_JOURNAL) time_advance(w);
}

static bool lengths_fit(sz_worker *w) {
    if (!w->has_lengths) return true;
    const struct {
        const char *what, *what_zh;
        bool is_wrong;
    } lists[] = {{"words are missing", "缺少词条", w->dict.n != w->stored_dict},
                 {"its journal is not as long as its header says", "日志长度与头部不符", w->n_blobs != w->stored_blobs},
                 {"alerts are missing", "缺少预警", w->outbox.n != w->stored_outbox},
                 {"students' records are missing", "缺少学生的记录", w->n_snapshots != w->stored_snapshots}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (!lists[i].is_wrong) continue;
        worker_hold_damaged(w, lists[i].what, lists[i].what_zh);
        return false;
    }
    if (!w->is_torn) return true;
    w->op.torn_commits++;
    worker_notice(w, SZ_WARNING, "a commit to this state broke off midway; what it left behind is dropped",
                  "对这份状态的一次提交中途断开；它留下的内容被丢弃");
    return true;
}

/* What a student said while a tick was firing, at the instant that not all have reached or after it, is gone through
 * again: told it is, and nothing of it changes. */
static void redo_cut_tick(sz_worker *w, sz_timeline *tl) {
    int64_t from = w->fired_ms > w->clocks.begin_ms ? w->fired_ms : w->clocks.begin_ms;
    bool any = false;
    for (uint32_t i = 0; i < tl->n_episodes && !any; i++)
        for (uint32_t k = 0; k < tl->episodes[i].n_anns && !any; k++) any = tl->episodes[i].anns[k].at_ms >= from;
    for (uint32_t i = 0; i < tl->n_pends && !any; i++) any = tl->pends[i].at_ms >= from;
    if (!any) return;
    if (from < tl->redo_ms) tl->redo_ms = from;
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (4 * from + 1 < tl->keys[k].due) tl->keys[k].due = 4 * from + 1;
}

void load_end(sz_worker *w) {
    if (!lengths_fit(w)) return;
    downs_rebuild(w);
    leaves_remember(w);
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        int64_t target = class_target(w, k, w->clocks.wmax_ms); /* may lie behind: a source has come to have a say */
        int64_t *at = &w->clocks.class_ms[k];
        bool is_cut = tick_is_firing(w), is_known = *at != SZ_TIME_NONE;
        if (target > *at && !(is_cut && is_known)) *at = target;
        bool is_ahead = is_known && *at - 1 > w->fired_ms; /* the tick has nothing for it there */
        if (is_cut && *at > w->fired_ms && !is_ahead) *at = w->fired_ms;
    }
    for (uint32_t i = 0; i < w->students.n; i++) {
        sz_timeline *tl = w->students.v[i];
        bool is_gone = tl->student == SZ_NONE && !w->o.admit && !sz_campus_is_empty(w->campus);
        if (is_gone) tl->is_active = false;
        sz_timeline_settle(tl, &w->tc);
        tl->story_changed = false;
        if (tick_is_firing(w)) redo_cut_tick(w, tl);
        heap_update(w, i);
        sz_arena_reset(&w->step);
    }
    rules_ended(w);
    roster_load(w);
    for (uint32_t i = 0; i < w->students.n; i++) { /* who is new in the roster is judged from here on */
        sz_timeline *tl = w->students.v[i];
        if (tl->head_key == INT64_MIN && tl->n_log == 0) sz_timeline_settle(tl, &w->tc), heap_update(w, i);
    }
    leaves_known_at_load(w);
    if (w->stored_facts_hash != w->facts_hash && w->clocks.wmax_ms != SZ_TIME_NONE) {
        sz_cause cause = {.t_ms = w->clocks.wmax_ms, .what = SZ_STR("campus")};
        facts_for_all(w, INT64_MIN / 8, &cause);
        alerts_flush(w);
    }
    while (w->next_leaf < w->n_pending_leaves) { /* leaves whose `recorded` has passed are known, or enter now */
        int64_t at;
        if (!leaf_next_due(w, w->clocks.wmax_ms, &at)) break;
        leaf_enter(w);
        alerts_flush(w);
    }
}

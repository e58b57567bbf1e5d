/* SPDX-License-Identifier: Apache-2.0
 *
 * A state comes back: words, snapshots, then the journal on top of them. All are kept as they are read, by student
 * (asleep.c); who may sleep is left at that, the others wake. Nothing is evaluated but what facts have changed
 * meanwhile: what was said stands in the stories.
 */
#include "worker.h"

enum { STUDENTS_A_STEP = 500, WORDS_AHEAD = 8, ROSTER_AHEAD = 8 };

bool record_is_read(sz_worker *w, sz_status s) {
    if (s == SZ_REFUSED)
        worker_hold(w, s, "this state holds records of a newer format; run it with the newer sanzao that wrote it",
                    "这份状态里有更新格式的记录；请用写它的那个较新的 sanzao 运行");
    else if (s != SZ_OK) worker_hold_damaged(w, "a student's record cannot be read", "有学生的记录无法读取");
    return s == SZ_OK;
}

/* Between the header and the lists (trap 22 of the protocol): what a commit that broke off left behind its own
 * beginning is dropped, and cut off by the next commit; everything else is damage. */
static void load_snapshot(sz_worker *w, const sz_put *put, bool is_kept) {
    uint32_t i = student_read(w, put->key);
    uint64_t seq;
    sz_str record;
    if (!snapshot_get(w, put->value, i, &seq, &record)) {
        record_is_read(w, SZ_CORRUPT);
        return;
    }
    if (!w->snaps[i].seq) w->n_snapshots++;
    w->snaps[i] = (snap){.seq = seq, .bytes = (uint32_t)put->value.n};
    w->snapshot_bytes += put->value.n;
    if (w->has_lengths && seq > w->stored_seq) {
        worker_hold_damaged(w, "a student's record is of a commit that broke off", "有学生的记录属于一次中断的提交");
        return;
    }
    sz_status s = sz_timeline_look(record.p, record.n);
    if (!record_is_read(w, s)) return;
    w->students.asleep.records[i] = is_kept ? record : asleep_keep(w, record);
}

/* A blob while it is read, and whom it concerns. */
typedef struct reading {
    uint64_t seq;
    uint32_t stamp, *who, n, cap;
} reading;

static void note_who(sz_worker *w, reading *b, uint32_t i) {
    uint32_t *seen = &w->students.asleep.of[i].seen;
    if (*seen == b->stamp) return;
    *seen = b->stamp;
    if (b->n == b->cap) b->who = sz_realloc(b->who, (b->cap = b->cap ? 2 * b->cap : 256) * sizeof *b->who);
    b->who[b->n++] = i;
}

/* Students whose entries are read while those before them come into the cache. */
enum { AHEAD = 32 };
typedef struct ahead {
    blob_group v[AHEAD];
    uint32_t n;
} ahead;

static void load_group(sz_worker *w, reading *b, const blob_group *g) {
    uint32_t *known = asleep_word(w, (uint32_t)g->word);
    if (!*known) *known = student_read(w, sz_map_key(&w->dict, (uint32_t)g->word)) + 1;
    uint32_t i = *known - 1;
    note_who(w, b, i);
    if (w->n_snapshots && w->snaps[i].seq >= b->seq) return;
    if (g->events.n) asleep_keep_entries(w, i, g->events, false);
    if (g->has_story) asleep_keep_entries(w, i, g->story, true);
}

static void load_ahead(sz_worker *w, reading *b, ahead *a) {
    for (uint32_t k = 0; k < a->n; k++) {
        uint32_t i = *asleep_word(w, (uint32_t)a->v[k].word);
        if (!i) continue;
        __builtin_prefetch(&w->students.asleep.of[i - 1], 1);
        if (w->n_snapshots) __builtin_prefetch(&w->snaps[i - 1]);
    }
    for (uint32_t k = 0; k < a->n; k++) load_group(w, b, &a->v[k]);
    a->n = 0;
}

static bool look_ahead(sz_worker *w, reading *b, ahead *a, const blob_group *g) {
    if (g->word >= w->dict.n) return false;
    __builtin_prefetch(asleep_word(w, (uint32_t)g->word), 1);
    a->v[a->n++] = *g;
    if (a->n == AHEAD) load_ahead(w, b, a);
    return true;
}

/* Who is only said to wait for something stands in the blob, too: it goes when he has a snapshot. */
static bool load_dues(sz_worker *w, reading *b, sz_str body) {
    uint32_t *who, n;
    if (!dues_get(w, body, b->seq, &who, &n)) return false;
    for (uint32_t k = 0; k < n; k++) note_who(w, b, who[k]);
    sz_free(who);
    return true;
}

static bool read_others(sz_worker *w, reading *b, sz_reader *r) {
    while (r->p < r->end) {
        uint8_t kind = sz_read_u8(r);
        sz_str body = sz_read_lstr(r);
        if (r->bad || (kind != ENTRY_TICK && kind != ENTRY_DUES)) return false;
        if (kind == ENTRY_DUES && !load_dues(w, b, body)) return false; /* ticks: the header has the clocks */
    }
    return true;
}

static bool read_groups(sz_worker *w, reading *b, blob_reader *r) {
    ahead a = {.n = 0};
    blob_group g;
    while (blob_next(r, &g))
        if (!look_ahead(w, b, &a, &g)) return false;
    load_ahead(w, b, &a);
    return !r->groups.bad && read_others(w, b, &r->entries);
}

/* Of older blobs, in the order in which they came. */
static bool read_entries(sz_worker *w, reading *b, sz_reader *r) {
    ahead a = {.n = 0};
    while (r->p < r->end) {
        uint8_t kind = sz_read_u8(r);
        blob_group g = {.word = sz_read_varint(r), .has_story = kind == ENTRY_STORY};
        sz_str body = sz_read_lstr(r);
        if (r->bad || kind < ENTRY_EVENT || kind > ENTRY_DUES || body.n > INT32_MAX) return false;
        if (kind == ENTRY_EVENT || kind == ENTRY_STORY) {
            *(kind == ENTRY_EVENT ? &g.events : &g.story) = body;
            if (!look_ahead(w, b, &a, &g)) return false;
        } else if (kind == ENTRY_DUES) {
            load_ahead(w, b, &a);
            if (!load_dues(w, b, body)) return false;
        }
    }
    load_ahead(w, b, &a);
    return true;
}

static void load_journal(sz_worker *w, sz_str bytes, bool is_kept) {
    static const char damaged[] = "its journal cannot be read", damaged_zh[] = "日志无法读取";
    reading b = {.stamp = w->n_blobs + 1};
    blob_reader r;
    if (w->has_lengths && w->n_blobs == w->stored_blobs) {
        w->is_torn = true;
        return;
    }
    if (!is_kept) bytes = asleep_keep(w, bytes);
    if (!blob_get(bytes, &r)) {
        worker_hold_damaged(w, damaged, damaged_zh);
        return;
    }
    b.seq = r.seq;
    if (w->has_lengths && b.seq > w->stored_seq) {
        worker_hold_damaged(w, "its journal is of another state than its header", "日志与头部不是同一份状态的");
        return;
    }
    bool is_whole = r.is_grouped ? read_groups(w, &b, &r) : read_entries(w, &b, &r.entries);
    if (!is_whole) worker_hold_damaged(w, damaged, damaged_zh);
    forms_note_blob(w, b.seq);
    blob_push(w, &(blob){.students = b.who, .n = b.n, .bytes = bytes.n, .seq = b.seq});
}

static void load_ledger(sz_worker *w, const sz_put *puts, uint32_t n) {
    w->known_ledger = sz_realloc(w->known_ledger, (w->n_known_ledger + n + 1) * sizeof *w->known_ledger);
    for (uint32_t i = 0; i < n; i++) {
        if (peers_load(w, puts[i].key, puts[i].value) || roster_load(w, puts[i].key, puts[i].value)) continue;
        w->known_ledger[w->n_known_ledger++] = (sz_put){.key = sz_arena_str(&w->ledger_arena, puts[i].key),
                                                        .value = sz_arena_str(&w->ledger_arena, puts[i].value)};
    }
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

/* Chunks of what stays as it is are kept where they lie, if they may be. */
static bool is_kept(sz_worker *w, const sz_msg *m) {
    bool stays = m->chunk == SZ_CHUNK_JOURNAL || m->chunk == SZ_CHUNK_SNAPSHOTS;
    if (!m->bytes || !stays) return false;
    sz_arena_take(&w->students.asleep.bytes, m->bytes);
    return true;
}

void load_chunk(sz_worker *w, const sz_msg *m) {
    bool kept = is_kept(w, m);
    switch (m->chunk) {
    case SZ_CHUNK_DICT:
        for (uint32_t i = 0; i < m->n; i++) {
            if (i + WORDS_AHEAD < m->n) sz_map_prefetch(&w->dict, m->strs[i + WORDS_AHEAD]);
            load_word(w, m->strs[i]);
        }
        break;
    case SZ_CHUNK_SNAPSHOTS:
        for (uint32_t i = 0; i < m->n && w->state == SZ_WK_LOADING; i++) load_snapshot(w, &m->puts[i], kept);
        break;
    case SZ_CHUNK_JOURNAL:
        for (uint32_t i = 0; i < m->n && w->state == SZ_WK_LOADING; i++) load_journal(w, m->strs[i], kept);
        break;
    case SZ_CHUNK_OUTBOX:
        for (uint32_t i = 0; i < m->n; i++) load_alert(w, m->strs[i]);
        break;
    case SZ_CHUNK_LEDGER: load_ledger(w, m->puts, m->n); break;
    case SZ_CHUNK_END: break;
    }
    if (SZ_IS_MUTANT(SZ_MUTANT_EARLY_TIMERS) && m->chunk == SZ_CHUNK_JOURNAL) {
        for (uint32_t i = 0; i < w->students.n; i++) student_awake(w, i);
        time_advance(w);
    }
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

/* ---- the end of a load, in steps ---- */

/* A tick that was cut goes on where it stood. */
static void go_back_to_tick(sz_worker *w) {
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        int64_t *at = &w->clocks.class_ms[k];
        bool is_ahead = *at != SZ_TIME_NONE && *at - 1 > w->fired_ms; /* the tick has nothing for it there */
        if (*at == SZ_TIME_NONE) *at = class_target(w, k, w->clocks.wmax_ms);
        if (*at > w->fired_ms && !is_ahead) *at = w->fired_ms;
    }
}

/* Clocks may lie behind what sources say now: a source has come to have a say. Where other partitions are waited for,
 * they stay. */
static void catch_up(sz_worker *w) {
    bool is_cut = tick_is_firing(w);
    if (is_cut) go_back_to_tick(w);
    peers_seek(w);
    for (uint32_t k = 0; k < w->clocks.n_classes && !is_cut; k++) {
        int64_t target = class_target(w, k, w->clocks.wmax_ms);
        if (target > w->clocks.class_ms[k]) w->clocks.class_ms[k] = target;
    }
    if (!parts_are_exchanged(w)) parts_forget_own(w); /* from here on it is passed as any other */
}

/* Is what the store knows to be due still so? */
static bool may_sleep(const sz_worker *w) {
    return w->stored_dues_hash == dues_hash(w) && w->stored_facts_hash == w->facts_hash &&
           w->stored_bundle_hash == w->bundle->hash && !w->plan.is_other && !tick_is_firing(w);
}

enum { WAKING = 16 }; /* times what it takes to let one sleep */

static uint32_t wake_or_not(sz_worker *w, uint32_t i) {
    if (w->students.v[i]) return 1;
    if (w->students.asleep.may_sleep && is_in_our_form(w, i) && dues_allow_sleep(w, i) && cards_leave_asleep(w, i)) {
        for (uint32_t k = 0; k < w->clocks.n_classes; k++) queue_put(w, k, i, dues_key(w, i, k));
        return 1;
    }
    step_count(w);
    sz_timeline *tl = student_wake(w, i);
    if (tick_is_firing(w)) redo_cut_tick(w, tl), queue_update(w, i);
    sz_arena_reset(&w->step);
    return WAKING;
}

static uint32_t end_rules(sz_worker *w, uint32_t i) {
    if (w->n_forms) rules_ended(w, i);
    return w->n_forms ? WAKING : 1;
}

/* Who is new in the roster is judged from here on. */
static uint32_t take_from_roster(sz_worker *w, uint32_t in_campus) {
    uint32_t n = w->students.n;
    roster_fetch(w, in_campus + ROSTER_AHEAD);
    roster_add(w, in_campus);
    roster_count_row(w, in_campus);
    if (w->students.n == n) return 1;
    if (!w->is_new) sz_timeline_settle(w->students.v[n], &w->tc), queue_update(w, n);
    return WAKING;
}

static uint32_t compare_facts(sz_worker *w, uint32_t i) {
    const sz_timeline *tl = w->students.v[i];
    if (tl) step_count(w), roster_count_student(w, tl);
    leaves_at_load(w, i);
    return tl ? WAKING : 1;
}

static uint32_t go_over_mates(sz_worker *w, uint32_t at) { return 1 + WAKING * mates_go_over(w, at); }

static uint32_t forget_mates(sz_worker *w, uint32_t at) {
    (void)at;
    mates_forget(w);
    return 1;
}

static uint32_t tell_campus(sz_worker *w, uint32_t i) {
    ended_owe_campus(w, i, "campus");
    return 1;
}

/* Leaves whose `recorded` has passed are known, or enter when it is the student's turn. */
static uint32_t enter_leaf(sz_worker *w, uint32_t at) {
    (void)at;
    leaf_enter(w);
    return WAKING;
}

static uint32_t all_students(const sz_worker *w) { return w->students.n; }
static uint32_t roster(const sz_worker *w) { return sz_campus_n_students(w->campus); }
static uint32_t all_if_campus_changed(const sz_worker *w) {
    bool has_changed = w->stored_facts_hash != w->facts_hash && w->clocks.wmax_ms != SZ_TIME_NONE;
    return has_changed && !w->is_new ? w->students.n : 0;
}
static uint32_t all_if_cards_changed(const sz_worker *w) { return cards_differ(w) ? w->students.n : 0; }
static uint32_t strays_there(const sz_worker *w) { return w->strays.records.n; }
static uint32_t who_has_strays(const sz_worker *w) { return w->strays.n_who; }
static uint32_t who_has_strays_of_mates(const sz_worker *w) { return mates_are_asked(w) ? w->strays.n_who : 0; }
static uint32_t if_strays(const sz_worker *w) { return w->strays.n_who ? 1 : 0; }
static uint32_t leaves_due(const sz_worker *w) {
    int64_t at;
    return !w->is_new && leaf_next_due(w, w->clocks.wmax_ms, &at) ? UINT32_MAX : 0;
}

/* Each over so many, one after the other; what one of them says is put in order as a whole. */
static const struct phase {
    uint32_t (*most)(const sz_worker *w);      /* asked anew each time */
    uint32_t (*one)(sz_worker *w, uint32_t i); /* what it took */
} phases[] = {{all_students, wake_or_not},
              {all_students, end_rules},
              {roster, take_from_roster},
              {all_if_cards_changed, cards_take_out},
              {strays_there, cards_put_in},
              {if_strays, forget_mates},
              {all_students, compare_facts},
              {who_has_strays, cards_go_over},
              {who_has_strays_of_mates, go_over_mates},
              {if_strays, cards_say},
              {all_if_campus_changed, tell_campus},
              {leaves_due, enter_leaf}};
enum { N_PHASES = sizeof phases / sizeof *phases };

uint32_t students_a_step(const sz_worker *w) { return w->o.tick_students ? w->o.tick_students : STUDENTS_A_STEP; }

bool load_is_ending(const sz_worker *w) { return w->load_phase != 0; }

void load_clocks(sz_worker *w) {
    downs_rebuild(w);
    catch_up(w);
    asleep_set_clocks(w);
}

void load_end(sz_worker *w, bool is_new) {
    if (!is_new && !lengths_fit(w)) return;
    if (!is_new) load_clocks(w);
    peers_seek(w);
    w->students.asleep.may_sleep = !is_new && may_sleep(w);
    roster_begin(w);
    w->load_phase = 1;
    w->load_at = 0;
    load_go_on(w);
}

void load_go_on(sz_worker *w) {
    uint32_t most = students_a_step(w);
    if (w->step_students >= most) return;
    uint64_t left = (uint64_t)WAKING * (most - w->step_students);
    sz_worker_state state = w->state;
    while (w->load_phase && w->state == state) {
        const struct phase *p = &phases[w->load_phase - 1];
        for (; w->load_at < p->most(w) && left && w->state == state; w->load_at++) {
            uint32_t took = p->one(w, w->load_at);
            left -= took < left ? took : left;
        }
        if (w->state != state || w->load_at < p->most(w)) return;
        alerts_flush(w);
        w->load_at = 0;
        w->load_phase = w->load_phase == N_PHASES ? 0 : w->load_phase + 1;
    }
    ended_order(w);
    roster_end(w);
    sz_arena_reset(&w->step);
    load_done(w);
}

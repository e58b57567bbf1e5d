/* SPDX-License-Identifier: Apache-2.0
 *
 * The stored record of one student:
 *
 *   u8 format | tail_ms | tail (lstr) | log (lstr) | story
 *   story: episodes with their announcements | pending `for` | hash of the roster's facts | hashes of the leaves that
 * are known
 *
 * Head, mark and what is due are not stored: they follow from tail, log, story and the clocks (sz_timeline_settle).
 * Every length is checked; unpacking is the validation.
 */
#include "internal.h"

static void put_ann(sz_buf *out, const sz_ann *a) {
    sz_buf_put_u8(out, a->kind);
    sz_buf_put_u8(out, a->level);
    sz_buf_put_u8(out, a->step);
    sz_buf_put_u8(out, a->order);
    sz_buf_put_zigzag(out, a->at_ms);
    sz_buf_put_u64(out, a->hash);
    sz_buf_put_lstr(out, a->why);
    sz_buf_put_lstr(out, a->body);
    sz_buf_put_varint(out, a->message_n);
}

static void put_episode(sz_buf *out, const sz_episode *e, const sz_bundle *b) {
    sz_buf_put_lstr(out, b->rules[e->rule].id);
    sz_buf_put(out, e->id, 26);
    sz_buf_put_varint(out, e->seq);
    sz_buf_put_u8(out, (uint8_t)(e->is_retracted | e->told_in << 1));
    sz_buf_put_zigzag(out, e->since_ms);
    sz_buf_put_zigzag(out, e->told_at_ms);
    sz_buf_put_varint(out, e->n_anns);
    for (uint32_t i = 0; i < e->n_anns; i++) put_ann(out, &e->anns[i]);
}

void sz_timeline_pack_story(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c) {
    sz_buf_put_varint(out, tl->n_episodes);
    for (uint32_t i = 0; i < tl->n_episodes; i++) put_episode(out, &tl->episodes[i], c->bundle);
    sz_buf_put_varint(out, tl->n_pends);
    for (uint32_t i = 0; i < tl->n_pends; i++) {
        sz_buf_put_lstr(out, c->bundle->rules[tl->pends[i].rule].id);
        sz_buf_put_zigzag(out, tl->pends[i].at_ms);
        sz_buf_put_zigzag(out, tl->pends[i].since_ms);
    }
    sz_buf_put_u64(out, tl->roster_hash);
    sz_buf_put_varint(out, tl->n_leaves);
    for (uint32_t i = 0; i < tl->n_leaves; i++) sz_buf_put_u64(out, tl->leaves[i]);
}

void sz_timeline_pack(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c) {
    sz_buf_put_u8(out, SZ_RECORD_FORMAT);
    sz_buf_put_zigzag(out, tl->tail_ms);
    sz_buf_put_lstr(out, sz_buf_str(&tl->tail));
    sz_buf_put_lstr(out, sz_buf_str(&tl->log));
    sz_timeline_pack_story(out, tl, c);
}

static bool put_log_for(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_map *to) {
    for (size_t off = 0; off < tl->log.n; off += sz_entry_len(tl->log.p + off))
        if (!sz_entry_move(out, tl->log.p + off, tl->log.n - off, mask_bytes(c), c->dict, to, c->types)) return false;
    return true;
}

bool sz_timeline_pack_for(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_map *to) {
    sz_buf tail, log;
    sz_buf_init(&tail);
    sz_buf_init(&log);
    const sz_featureset *fs = &c->bundle->fs;
    bool is_fine = !tl->tail.n || sz_fstate_move(&tail, fs, tl->tail.p, tl->tail.n, c->dict, to, c->types);
    is_fine = is_fine && put_log_for(&log, tl, c, to);
    sz_buf_put_u8(out, SZ_RECORD_FORMAT);
    sz_buf_put_zigzag(out, tl->tail_ms);
    sz_buf_put_lstr(out, sz_buf_str(&tail));
    sz_buf_put_lstr(out, sz_buf_str(&log));
    sz_timeline_pack_story(out, tl, c);
    sz_buf_fini(&tail);
    sz_buf_fini(&log);
    return is_fine;
}

static sz_str own(sz_str s) {
    if (!s.n) return (sz_str){0};
    char *p = sz_alloc(s.n + 1);
    memcpy(p, s.p, s.n);
    return (sz_str){p, s.n};
}

static uint32_t find_rule(const sz_bundle *b, sz_str id) {
    for (uint32_t lo = 0, hi = b->n_rules; lo < hi;) {
        uint32_t mid = (lo + hi) / 2;
        int c = sz_str_cmp(b->rules[mid].id, id);
        if (c == 0) return mid;
        if (c < 0) lo = mid + 1;
        else hi = mid;
    }
    return SZ_NONE;
}

/* Its number and how many steps it has; there may have been fewer meanwhile, and the rule may have been gone. */
static uint32_t rule_of(const sz_tlctx *c, sz_str id, uint32_t *n_steps) {
    uint32_t rule = find_rule(c->bundle, id), least = UINT32_MAX;
    if (c->carry && c->carry->least_steps) least = c->carry->least_steps(c->carry->ctx, id);
    if (rule == SZ_NONE || !least) return SZ_NONE;
    *n_steps = c->bundle->rules[rule].n_steps < least ? c->bundle->rules[rule].n_steps : least;
    return rule;
}

static sz_ann get_ann(sz_reader *r) {
    sz_ann a = {0};
    a.kind = sz_read_u8(r);
    a.level = sz_read_u8(r);
    a.step = sz_read_u8(r);
    a.order = sz_read_u8(r);
    a.at_ms = sz_read_zigzag(r);
    a.hash = sz_read_u64(r);
    a.why = own(sz_read_lstr(r));
    a.body = own(sz_read_lstr(r));
    a.message_n = (uint32_t)sz_read_varint(r);
    if (a.kind > SZ_ANN_RESOLVED || a.level >= SZ_N_LEVELS || a.message_n > a.body.n) r->bad = true;
    return a;
}

static void get_episode(sz_timeline *tl, sz_reader *r, const sz_tlctx *c) {
    sz_str name = sz_read_lstr(r);
    uint32_t n_steps = 1, rule = rule_of(c, name, &n_steps);
    sz_episode *e = story_open(tl, rule, 0);
    sz_str id = sz_read_bytes(r, 26);
    if (r->bad) return;
    memcpy(e->id, id.p, 26);
    e->seq = (uint32_t)sz_read_varint(r);
    uint8_t flags = sz_read_u8(r);
    e->is_retracted = flags & 1;
    e->told_in = flags >> 1 & (SZ_TOLD_LIVE | SZ_TOLD_SHADOW);
    e->since_ms = sz_read_zigzag(r);
    e->told_at_ms = sz_read_zigzag(r);
    uint64_t n = sz_read_varint(r);
    for (uint64_t i = 0; i < n && !r->bad; i++) story_say(e, get_ann(r));
    e->n_told = e->n_anns;
    for (uint32_t i = 0; rule != SZ_NONE && i < e->n_anns; i++) /* the rule may have fewer steps now */
        if (e->anns[i].step >= n_steps) e->anns[i].step = (uint8_t)(n_steps - 1);
    if (rule == SZ_NONE || (!e->is_retracted && !e->n_anns)) {
        if (rule == SZ_NONE && !r->bad && c->carry && c->carry->gone) c->carry->gone(c->carry->ctx, tl, name, e);
        episode_fini(e);
        tl->n_episodes--;
    }
}

static void note_entry(sz_timeline *tl, const sz_tlctx *c, const sz_event *e, uint32_t off, uint32_t index) {
    log_forget_ids(tl, c);
    week_forget(tl, c);
    note_fitted(c, sz_entry_mask(tl->log.p + off));
    log_put_print(tl, index, identity_print(e->id));
    if (sz_event_is_undo(e)) log_note_undo(tl, e);
    if (off >= tl->last_off) tl->last_off = off;
}

static bool entry_is_sound(const sz_tlctx *c, const uint8_t *p, size_t left, sz_event *e) {
    return sz_entry_is_sound(p, left, mask_bytes(c), c->dict, c->types, e);
}

/* An entry of another rule set: decoded with its mask, matched anew, packed with ours. */
static sz_str entry_carried(sz_timeline *tl, const sz_tlctx *c, const uint8_t *p, size_t left) {
    sz_event e;
    if (!sz_entry_is_sound(p, left, c->carry->map.mask_bytes, c->dict, c->types, &e)) return (sz_str){0};
    run x;
    run_init(&x, tl, (sz_tlctx *)(uintptr_t)c, NULL);
    sz_eval_at(&x.ev, e.time_ms);
    sz_eval_match(&x.ev, &e, x.mask);
    sz_buf *out = &x.c->scratch;
    sz_buf_clear(out);
    sz_entry_put(out, &e, x.mask, mask_bytes(c), x.c->dict, c->types);
    return sz_buf_str(out);
}

void sz_timeline_match_anew(sz_timeline *tl, sz_tlctx *c) {
    run x;
    run_init(&x, tl, c, NULL);
    for (uint32_t off = 0; off < tl->log.n; off += sz_entry_len(tl->log.p + off)) {
        sz_event e;
        if (!sz_entry_get(tl->log.p + off, mask_bytes(c), c->dict, c->types, &e)) continue;
        sz_eval_at(&x.ev, e.time_ms);
        sz_eval_match(&x.ev, &e, x.mask);
        memcpy(sz_entry_mask_mut(tl->log.p + off), x.mask, mask_bytes(c));
        note_fitted(c, x.mask);
    }
}

static bool get_log_carried(sz_timeline *tl, const sz_tlctx *c, sz_str bytes) {
    for (size_t off = 0; off < bytes.n;) {
        const uint8_t *p = (const uint8_t *)bytes.p + off;
        sz_str made = entry_carried(tl, c, p, bytes.n - off);
        sz_event e;
        if (!made.n || !entry_is_sound(c, (const uint8_t *)made.p, made.n, &e)) return false;
        uint32_t at = (uint32_t)tl->log.n;
        log_room(tl, made.n, 1);
        sz_buf_put_str(&tl->log, made);
        note_entry(tl, c, &e, at, tl->n_log);
        off += sz_entry_len(p);
    }
    return true;
}

/* 0: these are none. */
static uint32_t entries_in(sz_str bytes) {
    enum { LEAST_ENTRY = 2 };
    uint32_t n = 0;
    for (size_t off = 0, len; off < bytes.n; off += len, n++) {
        len = bytes.n - off < LEAST_ENTRY ? 0 : sz_entry_len((const uint8_t *)bytes.p + off);
        if (len < LEAST_ENTRY || len > bytes.n - off) return 0;
    }
    return n;
}

static bool get_log(sz_timeline *tl, const sz_tlctx *c, sz_str bytes) {
    if (!bytes.n) return true;
    uint32_t n = entries_in(bytes);
    if (!n) return false;
    log_room(tl, bytes.n, n);
    sz_buf_put(&tl->log, bytes.p, bytes.n);
    for (uint32_t off = 0; off < bytes.n; off += sz_entry_len(tl->log.p + off)) {
        sz_event e;
        if (!entry_is_sound(c, tl->log.p + off, bytes.n - off, &e)) return false;
        note_entry(tl, c, &e, off, tl->n_log);
    }
    return true;
}

sz_status sz_timeline_put_back(sz_timeline *tl, const sz_tlctx *c, sz_str entry) {
    sz_event e;
    if (c->carry) entry = entry_carried(tl, c, (const uint8_t *)entry.p, entry.n);
    if (!entry_is_sound(c, (const uint8_t *)entry.p, entry.n, &e) || sz_entry_len((const uint8_t *)entry.p) != entry.n)
        return SZ_CORRUPT;
    uint32_t index, off = log_place(tl, c, &e, &index), n = (uint32_t)entry.n;
    bool is_end = off == tl->log.n;
    log_room(tl, n, 1);
    sz_buf_put(&tl->log, entry.p, n);
    if (!is_end) {
        memmove(tl->log.p + off + n, tl->log.p + off, tl->log.n - n - off);
        memcpy(tl->log.p + off, entry.p, n);
        tl->last_off += n;
    }
    note_entry(tl, c, &e, off, index);
    return SZ_OK;
}

sz_status sz_timeline_unpack_story(sz_timeline *tl, const sz_tlctx *c, const void *p, size_t n) {
    sz_reader r = sz_reader_of(p, n);
    for (uint32_t i = 0; i < tl->n_episodes; i++) episode_fini(&tl->episodes[i]);
    tl->n_episodes = tl->n_pends = 0;
    uint64_t n_episodes = sz_read_varint(&r);
    for (uint64_t i = 0; i < n_episodes && !r.bad; i++) get_episode(tl, &r, c);
    uint64_t n_pends = sz_read_varint(&r);
    for (uint64_t i = 0; i < n_pends && !r.bad; i++) {
        uint32_t n_steps, rule = rule_of(c, sz_read_lstr(&r), &n_steps);
        int64_t at = sz_read_zigzag(&r), since = sz_read_zigzag(&r);
        if (rule != SZ_NONE) pend_set(tl, rule, at, since);
    }
    tl->roster_hash = sz_read_u64(&r);
    uint64_t n_leaves = sz_read_varint(&r);
    if (n_leaves > 8 * n) r.bad = true;
    tl->n_leaves = 0;
    for (uint64_t i = 0; i < n_leaves && !r.bad; i++) sz_timeline_know_leaf(tl, sz_read_u64(&r));
    return r.bad || r.p != r.end ? SZ_CORRUPT : SZ_OK;
}

/* Unpacked to be looked at, and put to rest in the present form. */
static bool get_tail(sz_timeline *tl, const sz_tlctx *c, sz_str tail, int format) {
    const sz_featureset *fs = &c->bundle->fs;
    tl->tail.n = 0;
    if (!tail.n) return format > 1;
    sz_fstate s = {.pool = tl->head.pool};
    bool ok = c->carry ? sz_fstate_unpack_mapped(&s, fs, &c->carry->map, tail.p, tail.n, format)
                       : sz_fstate_unpack(&s, fs, tail.p, tail.n, format);
    ok = ok && sz_fstate_is_sound(&s, fs, c->dict, c->types);
    if (ok) state_rest((sz_tlctx *)(uintptr_t)c, tl, &s);
    sz_fstate_fini(&s);
    return ok;
}

sz_str sz_timeline_story(sz_str record) {
    sz_reader r = sz_reader_of(record.p, record.n);
    sz_read_u8(&r);
    sz_read_zigzag(&r);
    sz_read_lstr(&r);
    sz_read_lstr(&r);
    return r.bad ? (sz_str){0} : (sz_str){(const char *)r.p, (size_t)(r.end - r.p)};
}

sz_str sz_timeline_stored_log(sz_str record) {
    sz_reader r = sz_reader_of(record.p, record.n);
    sz_read_u8(&r);
    sz_read_zigzag(&r);
    sz_read_lstr(&r);
    sz_str log = sz_read_lstr(&r);
    return r.bad ? (sz_str){0} : log.p ? log : (sz_str){"", 0};
}

sz_status sz_timeline_look(const void *p, size_t n) {
    uint8_t format = n ? *(const uint8_t *)p : 0;
    return format > SZ_RECORD_FORMAT ? SZ_REFUSED : format == 0 ? SZ_CORRUPT : SZ_OK;
}

sz_status sz_timeline_unpack(sz_timeline *tl, const sz_tlctx *c, const void *p, size_t n) {
    sz_reader r = sz_reader_of(p, n);
    uint8_t format = sz_read_u8(&r);
    if (format > SZ_RECORD_FORMAT) return SZ_REFUSED;
    tl->tail_ms = sz_read_zigzag(&r);
    sz_str tail = sz_read_lstr(&r), log = sz_read_lstr(&r);
    if (r.bad || format == 0) return SZ_CORRUPT;
    if (!get_tail(tl, c, tail, format)) return SZ_CORRUPT;
    if (!(c->carry ? get_log_carried(tl, c, log) : get_log(tl, c, log))) return SZ_CORRUPT;
    return sz_timeline_unpack_story(tl, c, r.p, (size_t)(r.end - r.p));
}

void sz_timeline_drop_episode(sz_timeline *tl, uint32_t i) {
    episode_fini(&tl->episodes[i]);
    story_remove(tl, i);
}

void sz_timeline_know_leaf(sz_timeline *tl, uint64_t hash) {
    tl->leaves = sz_realloc(tl->leaves, (tl->n_leaves + 1) * sizeof *tl->leaves);
    tl->leaves[tl->n_leaves++] = hash;
    tl->story_changed = true;
}

bool sz_timeline_knows_leaf(const sz_timeline *tl, uint64_t hash) {
    for (uint32_t i = 0; i < tl->n_leaves; i++)
        if (tl->leaves[i] == hash) return true;
    return false;
}

void sz_timeline_memory(const sz_timeline *tl, const sz_tlctx *c, size_t *state, size_t *log) {
    size_t s = sz_timeline_bytes(c->n_classes, c->has_week) + tl->head.cap + tl->tail.cap;
    if (tl->marks) s += SZ_POOL_UNIT + tl->marks->newest.cap + tl->marks->older.cap;
    for (uint32_t i = 0; i < tl->n_episodes; i++) {
        s += sizeof(sz_episode);
        for (uint32_t k = 0; k < tl->episodes[i].n_anns; k++) s += sizeof(sz_ann) + tl->episodes[i].anns[k].body.n;
    }
    *state = s + tl->cap_pends * sizeof *tl->pends;
    *log = tl->log.cap;
}

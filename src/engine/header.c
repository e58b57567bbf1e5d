/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's part of a partition's header, in one blob: clocks, the open batch, counters, what feeds said, the place
 * in the log, how long the store's lists are, in which older forms they may be. Version first; last, each in eight
 * bytes, campus, rule set, and how much of the file of dead letters was acknowledged: that is known only when the rest
 * is frozen already.
 */
#include "worker.h"

enum {
    BODY_VERSION = 9,
    FIRST_WITH_PLACE = 3,
    FIRST_WITH_NAMES = 4,
    FIRST_WITH_DUES = 5,
    FIRST_WITH_FORMS = 6,
    FIRST_WITH_STEPS = 7,
    FIRST_WITH_CARDS = 8,
    FIRST_WITH_CAMPUS = 9,
    ENDS_IN = 24
};

static void put_counters(sz_buf *out, const sz_counters *n) {
    const uint64_t v[] = {n->read,    n->used, n->duplicate,      n->dead,
                          n->control, n->late, n->unknown_places, n->unknown_readers};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) sz_buf_put_varint(out, v[i]);
    sz_buf_put_varint(out, SZ_N_REASONS);
    for (int i = 0; i < SZ_N_REASONS; i++) sz_buf_put_varint(out, n->dead_by[i]);
    for (int i = 0; i < SZ_N_ALERT_EVENTS; i++) sz_buf_put_varint(out, n->alerts[i]);
    sz_buf_put_zigzag(out, n->standing);
    sz_buf_put_zigzag(out, n->undo_unmatched);
}

static void get_counters(sz_reader *r, sz_counters *n) {
    uint64_t *v[] = {&n->read,    &n->used, &n->duplicate,      &n->dead,
                     &n->control, &n->late, &n->unknown_places, &n->unknown_readers};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) *v[i] = sz_read_varint(r);
    uint64_t reasons = sz_read_varint(r);
    for (uint64_t i = 0; i < reasons && !r->bad; i++) {
        uint64_t x = sz_read_varint(r);
        if (i < SZ_N_REASONS) n->dead_by[i] = x;
    }
    for (int i = 0; i < SZ_N_ALERT_EVENTS; i++) n->alerts[i] = sz_read_varint(r);
    n->standing = sz_read_zigzag(r);
    n->undo_unmatched = sz_read_zigzag(r);
}

static sz_str source_name(const sz_worker *w, uint32_t i) {
    uint32_t feed = w->clocks.sources[i].feed;
    return feed == SZ_NONE ? (sz_str){0} : sz_campus_feed(w->campus, feed)->source;
}

/* Classes are known again by the sources that they wait for. */
static void put_classes(sz_buf *out, const sz_worker *w) {
    const clocks *c = &w->clocks;
    sz_buf_put_varint(out, c->n_classes);
    for (uint32_t k = 0; k < c->n_classes; k++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i + 1 < c->n_sources && i < 63; i++) n += c->class_feeds[k] >> i & 1 ? 1 : 0;
        sz_buf_put_zigzag(out, c->class_ms[k]);
        sz_buf_put_varint(out, n);
        for (uint32_t i = 0; i + 1 < c->n_sources && i < 63; i++)
            if (c->class_feeds[k] >> i & 1) sz_buf_put_lstr(out, source_name(w, i));
    }
}

static void get_classes(sz_worker *w, sz_reader *r) {
    clocks *c = &w->clocks;
    uint64_t n = sz_read_varint(r);
    for (uint64_t k = 0; k < n && !r->bad; k++) {
        int64_t at = sz_read_zigzag(r);
        uint64_t feeds = UINT64_C(1) << 63, n_names = sz_read_varint(r);
        for (uint64_t i = 0; i < n_names && !r->bad; i++) {
            uint32_t feed = sz_campus_find_feed(w->campus, sz_read_lstr(r));
            if (feed < 63) feeds |= UINT64_C(1) << feed;
        }
        for (uint32_t i = 0; i < c->n_classes; i++)
            if (c->class_feeds[i] == feeds && !SZ_IS_MUTANT(SZ_MUTANT_CLOCK_LOST)) c->class_ms[i] = at;
    }
}

static void put_place(sz_buf *out, const sz_worker *w, const outgoing *o) {
    sz_buf_put_varint(out, o->c.parent.seq + 1);
    sz_buf_put_varint(out, w->outbox.n - o->trim_outbox + o->alerts.n);
    sz_buf_put_varint(out, w->n_blobs - o->trim_blobs);
    sz_buf_put_varint(out, o->dict_to);
    sz_buf_put_varint(out, w->n_snapshots + o->new_snapshots);
    sz_buf_put_zigzag(out, w->position);
    sz_buf_put_zigzag(out, w->wit_offset);
    sz_buf_put_u64(out, w->wit_hash);
    sz_buf_put_varint(out, w->n.gap);
    sz_buf_put_zigzag(out, w->tick_ms);
    sz_buf_put_zigzag(out, w->fired_ms);
    put_classes(out, w);
}

static void get_place(sz_worker *w, sz_reader *r) {
    w->has_lengths = true;
    w->stored_seq = sz_read_varint(r);
    w->stored_outbox = (uint32_t)sz_read_varint(r);
    w->stored_blobs = (uint32_t)sz_read_varint(r);
    w->stored_dict = (uint32_t)sz_read_varint(r);
    w->stored_snapshots = (uint32_t)sz_read_varint(r);
    w->position = w->committed_position = sz_read_zigzag(r);
    w->wit_offset = sz_read_zigzag(r);
    w->wit_hash = sz_read_u64(r);
    w->n.gap = sz_read_varint(r);
    w->tick_ms = sz_read_zigzag(r);
    w->fired_ms = sz_read_zigzag(r);
    get_classes(w, r);
}

void header_put(sz_buf *out, const sz_worker *w, const outgoing *o) {
    const clocks *c = &w->clocks;
    sz_buf_put_u8(out, BODY_VERSION);
    sz_buf_put_u8(out, w->batch_open);
    sz_buf_put_varint(out, w->taken);
    sz_buf_put_zigzag(out, c->file_ms);
    sz_buf_put_zigzag(out, c->wmax_ms);
    sz_buf_put_zigzag(out, c->begin_ms);
    sz_buf_put_zigzag(out, c->limit_ms);
    sz_buf_put_varint(out, c->n_sources);
    for (uint32_t i = 0; i < c->n_sources; i++) {
        sz_buf_put_lstr(out, source_name(w, i));
        sz_buf_put_u8(out, c->sources[i].has_say);
        sz_buf_put_zigzag(out, c->sources[i].watermark_ms);
        sz_buf_put_zigzag(out, c->sources[i].high_ms);
    }
    put_counters(out, &w->n);
    sz_buf_put_varint(out, w->alerts_pos);
    sz_buf_put_varint(out, w->n_statuses);
    for (uint32_t i = 0; i < w->n_statuses; i++) {
        sz_buf_put_lstr(out, sz_map_key(&w->feed_names, w->statuses[i].source));
        sz_buf_put_zigzag(out, w->statuses[i].t_ms);
        sz_buf_put_u8(out, w->statuses[i].state);
    }
    bool is_between = campus_is_owed(w); /* two campuses: whichever a load has, it finds that it is another one */
    sz_buf_put_u64(out, is_between ? ~w->facts_hash : w->facts_hash);
    sz_buf_put_u64(out, w->bundle->hash);
    meaning_put(out, w);
    put_place(out, w, o);
    sz_buf_put_u64(out, is_between ? 0 : dues_hash(w));
    sz_buf_put_u64(out, w->cards_hash);
    forms_put(out, w, o);
    sz_buf_put_u64(out, w->campus_id);
    sz_buf_put_u64(out, w->bundle->hash);
    sz_buf_put_u64(out, w->dead_pos);
}

void header_set_dead_pos(sz_buf *body, uint64_t pos) {
    body->n -= sizeof pos;
    sz_buf_put_u64(body, pos);
}

bool header_is_ours(const sz_worker *w, sz_str body) {
    if (body.n < 1 + ENDS_IN || (uint8_t)body.p[0] < FIRST_WITH_PLACE) return false;
    sz_reader r = sz_reader_of(body.p + body.n - ENDS_IN, ENDS_IN);
    bool is_campus = sz_read_u64(&r) == w->campus_id || (uint8_t)body.p[0] < FIRST_WITH_CAMPUS;
    return is_campus && sz_read_u64(&r) == w->bundle->hash;
}

bool files_differ(const sz_worker *w) { return w->plan.is_other || w->stored_campus_id != w->campus_id; }

static void get_sources(sz_worker *w, sz_reader *r) {
    uint64_t n = sz_read_varint(r);
    w->clocks.are_there = false;
    w->clocks.changes++;
    for (uint64_t k = 0; k < n && !r->bad; k++) {
        sz_str name = sz_read_lstr(r);
        uint32_t i = name.n ? source_of(w, name) : w->clocks.n_sources - 1;
        stream_clock *s = &w->clocks.sources[i];
        if (sz_read_u8(r)) s->has_say = true;
        int64_t mark = sz_read_zigzag(r), high = sz_read_zigzag(r);
        if (mark > s->watermark_ms) s->watermark_ms = mark;
        if (high > s->high_ms) s->high_ms = high;
    }
}

static void get_statuses(sz_worker *w, sz_reader *r) {
    uint64_t n = sz_read_varint(r);
    w->n_statuses = 0;
    for (uint64_t i = 0; i < n && !r->bad; i++) {
        sz_str name = sz_read_lstr(r);
        int64_t t = sz_read_zigzag(r);
        uint8_t state = sz_read_u8(r);
        if (w->n_statuses == w->cap_statuses) {
            w->cap_statuses = w->cap_statuses ? 2 * w->cap_statuses : 16;
            w->statuses = sz_realloc(w->statuses, w->cap_statuses * sizeof *w->statuses);
        }
        w->statuses[w->n_statuses++] =
            (feed_note){.source = sz_map_intern(&w->feed_names, name), .t_ms = t, .state = state};
    }
}

static uint8_t meaning_of(uint8_t version) {
    if (version >= FIRST_WITH_STEPS) return MEANING_WITH_STEPS;
    return version >= FIRST_WITH_NAMES ? MEANING_WITH_NAMES : 0;
}

bool header_get(sz_worker *w, sz_str body) {
    sz_reader r = sz_reader_of(body.p, body.n);
    clocks *c = &w->clocks;
    uint8_t version = sz_read_u8(&r);
    if (version < 1 || version > BODY_VERSION) return false;
    w->stored_dues_hash = 0;
    w->stored_campus_id = w->campus_id;   /* older headers do not say */
    w->stored_cards_hash = w->cards_hash; /* records of before do not say whether they were found by a card */
    bool has_place = version >= FIRST_WITH_PLACE;
    w->batch_open = sz_read_u8(&r) != 0;
    w->taken = sz_read_varint(&r);
    c->file_ms = sz_read_zigzag(&r);
    c->wmax_ms = sz_read_zigzag(&r);
    int64_t begin = sz_read_zigzag(&r), limit = sz_read_zigzag(&r);
    c->begin_ms = begin;
    if (w->batch_open && !w->is_log) c->limit_ms = limit;
    get_sources(w, &r);
    get_counters(&r, &w->n);
    w->alerts_pos = sz_read_varint(&r);
    if (!has_place) w->dead_pos = sz_read_varint(&r);
    get_statuses(w, &r);
    w->stored_facts_hash = sz_read_u64(&r);
    w->stored_bundle_hash = sz_read_u64(&r);
    meaning old;
    const uint8_t *at = r.p;
    if (!meaning_get(&old, &r, meaning_of(version), &w->world)) return false;
    sz_str bytes = {(const char *)at, (size_t)(r.p - at)};
    if (has_place) {
        get_place(w, &r);
        if (version >= FIRST_WITH_DUES) w->stored_dues_hash = sz_read_u64(&r);
        if (version >= FIRST_WITH_CARDS) w->stored_cards_hash = sz_read_u64(&r);
        if (version >= FIRST_WITH_FORMS && !forms_get(w, &r)) return false;
        if (version >= FIRST_WITH_CAMPUS) w->stored_campus_id = sz_read_u64(&r);
        sz_read_u64(&r);
        w->dead_pos = sz_read_u64(&r);
    }
    if (r.bad || r.p != r.end) return false;
    meaning_meet(w, &old, bytes);
    return true;
}

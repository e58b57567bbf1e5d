/* SPDX-License-Identifier: Apache-2.0
 *
 * load: a state in pieces, each read in one MULTI with owner, seq and the lists' lengths, and refused under another
 * name (protocol 2.1, trap 5). While the worker digests one piece the server makes the next ones. A piece is at most
 * 500 items, and about 4 MiB as far as the piece before it tells: lists begin with few and at most double, hashes come
 * by HSCAN, whose items may come twice or be more than 500, so that keys are remembered and pieces are cut into
 * chunks. (A script that ended a piece at 4 MiB took 3 ms of the server for each of them: Lua copies all.) The end
 * asks for the name once more: what was read ahead may have been overtaken.
 */
#include "store.h"

#include <stdio.h>

enum { MOST_ITEMS = 500, MOST_BYTES = 4 << 20, LEAST_COUNT = 8, MOST_SCANNED = MOST_ITEMS - 12 };
enum { GIVEN_BYTES = 32 << 10 }; /* a chunk with so many is handed over as it was read */
static const char overtaken[] = "another worker has taken this state over";
static const char shorter[] = "the state is damaged: a list is shorter than its header says";

typedef struct source {
    state_key key;
    bool has_keys;        /* a hash */
    uint32_t first_count; /* of a list */
} source;
static const source sources[SZ_CHUNK_END] = {
    [SZ_CHUNK_DICT] = {KEY_WORDS, false, MOST_ITEMS}, [SZ_CHUNK_SNAPSHOTS] = {KEY_SNAPSHOTS, true, 0},
    [SZ_CHUNK_JOURNAL] = {KEY_JOURNAL, false, 1},     [SZ_CHUNK_OUTBOX] = {KEY_OUTBOX, false, 64},
    [SZ_CHUNK_LEDGER] = {KEY_LEDGER, true, 0},
};

static void begin_kind(loading *l, sz_chunk_kind kind) {
    l->at = kind;
    l->from = 0;
    memcpy(l->cursor, "0", 2);
    l->count = kind < SZ_CHUNK_END && !sources[kind].has_keys ? sources[kind].first_count : MOST_SCANNED;
    if (l->seen.n) {
        sz_map_fini(&l->seen);
        sz_map_init(&l->seen);
    }
}

/* Answers on their way to an older load find another number. */
static void begin(loading *l) {
    l->number++;
    l->n_ahead = 0;
    l->has_lengths = false;
    l->in_hand = NULL;
    l->failure = NULL;
    begin_kind(l, SZ_CHUNK_DICT);
}

void sz_load_forget(conn *c) { begin(&c->load); }

/* ---- asking ---- */

static sz_str number(char text[24], uint64_t v) {
    return (sz_str){text, (size_t)snprintf(text, 24, "%llu", (unsigned long long)v)};
}

static void ask_name(conn *c, ask_kind kind) {
    sz_conn_command(c, kind, 7,
                    (sz_str[]){SZ_STR("HMGET"), c->key[KEY_HEADER], SZ_STR("owner"), SZ_STR("seq"), SZ_STR("n_w"),
                               SZ_STR("n_j"), SZ_STR("n_o")});
}

/* Pieces that are asked for, oldest first. */
static piece *ahead(loading *l, uint32_t i) { return &l->ahead[(l->first_ahead + i) % PIECES_AHEAD]; }

static void ask_piece(conn *c) {
    loading *l = &c->load;
    const source *s = &sources[l->at];
    char at[24], count[24];
    sz_str key = c->key[s->key];
    *ahead(l, l->n_ahead++) = (piece){.kind = l->at, .from = l->from, .count = l->count};
    sz_conn_command(c, ASK_QUEUED, 1, (sz_str[]){SZ_STR("MULTI")});
    ask_name(c, ASK_QUEUED);
    if (s->has_keys) {
        sz_conn_command(
            c, ASK_QUEUED, 5,
            (sz_str[]){SZ_STR("HSCAN"), key, sz_str_of(l->cursor), SZ_STR("COUNT"), number(count, l->count)});
    } else {
        sz_conn_command(c, ASK_QUEUED, 4,
                        (sz_str[]){SZ_STR("LRANGE"), key, number(at, l->from), number(count, l->from + l->count - 1)});
        l->from += l->count;
    }
    sz_conn_command(c, ASK_PIECE, 1, (sz_str[]){SZ_STR("EXEC")});
}

/* Lists that have been asked for whole, or have nothing. */
static void skip_asked(loading *l) {
    while (l->has_lengths && l->at < SZ_CHUNK_END && !sources[l->at].has_keys && l->from >= l->lengths[l->at])
        begin_kind(l, l->at + 1);
}

/* Where a hash goes on is known when its piece is here; how long a list is, with the first one. */
static bool knows_next(loading *l) {
    bool waits = l->n_ahead && (!l->has_lengths || sources[ahead(l, l->n_ahead - 1)->kind].has_keys);
    return l->at < SZ_CHUNK_END && l->n_ahead < PIECES_AHEAD && !waits;
}

/* The end is asked for when the worker has come to it. */
static void ask_ahead(conn *c) {
    loading *l = &c->load;
    for (skip_asked(l); knows_next(l); skip_asked(l)) ask_piece(c);
    if (l->at < SZ_CHUNK_END || l->n_ahead || !l->is_wanted || l->in_hand) return;
    *ahead(l, l->n_ahead++) = (piece){.kind = SZ_CHUNK_END};
    ask_name(c, ASK_END);
}

/* ---- giving ---- */

static void answer(conn *c, sz_msg *m) {
    c->load.is_wanted = false;
    m->kind = SZ_MSG_CHUNK;
    m->text_zh = sz_conn_zh(c, m->text);
    sz_msgq_push(c->q, m);
}

void sz_load_failed(conn *c, sz_answer how, sz_str text) {
    answer(c, &(sz_msg){.answer = how, .chunk = SZ_CHUNK_END, .text = text});
}

/* A chunk that is a whole piece is handed over as it was read. */
static void hand_over(conn *c, const sz_msg *m) {
    sz_arena trees, bytes;
    c->load.is_wanted = false;
    sz_replies_take(&c->link.replies, &trees, &bytes);
    sz_msgq_give(c->q, m, &trees, &bytes);
}

/* One chunk of the piece in hand; it has items. */
static void give(conn *c) {
    loading *l = &c->load;
    bool has_keys = sources[l->in_hand_kind].has_keys, is_first = l->next == 0;
    sz_arena *a = &c->link.replies.trees;
    sz_msg m = {.kind = SZ_MSG_CHUNK, .answer = SZ_ANS_OK, .chunk = l->in_hand_kind};
    sz_put *puts = has_keys ? SZ_NEWN(a, sz_put, MOST_ITEMS) : NULL;
    sz_str *strs = has_keys ? NULL : SZ_NEWN(a, sz_str, MOST_ITEMS);
    size_t bytes = 0;
    while (l->next < l->end && m.n < MOST_ITEMS && bytes < 2 * MOST_BYTES) {
        const reply *one = &l->in_hand[l->next++];
        bytes += one->text.n;
        if (has_keys) {
            puts[m.n] = (sz_put){one->text, l->in_hand[l->next++].text};
            bytes += puts[m.n].value.n;
        } else {
            strs[m.n] = one->text;
        }
        m.n++;
    }
    m.puts = puts;
    m.strs = strs;
    bool is_last = l->next == l->end;
    if (is_last) {
        l->in_hand = NULL;
        sz_conn_waits_anew(c);
    }
    if (is_first && is_last && bytes >= GIVEN_BYTES) hand_over(c, &m);
    else answer(c, &m);
}

static void go_on(conn *c) {
    loading *l = &c->load;
    if (c->state != CONN_READY) return;
    if (l->failure) {
        if (l->is_wanted) sz_load_failed(c, l->failed, sz_str_of(l->failure));
        return;
    }
    if (l->is_wanted && l->in_hand) give(c);
    ask_ahead(c);
}

static bool is_same(const sz_name *a, const sz_name *b) {
    return a->seq == b->seq && memcmp(a->owner, b->owner, sizeof a->owner) == 0;
}

void sz_redis_load(void *self, const sz_name *name, bool restart) {
    conn *c = self;
    loading *l = &c->load;
    if (c->is_reader) name = &c->seen;
    l->is_wanted = true;
    if (c->state != CONN_READY) {
        sz_load_failed(c, SZ_ANS_UNKNOWN, c->text[0] ? sz_str_of(c->text) : SZ_STR("there is no connection to Redis"));
        return;
    }
    if (restart || !is_same(name, &l->name)) begin(l);
    l->name = *name;
    go_on(c);
    sz_conn_step(c);
}

/* ---- replies ---- */

static bool is_name(const reply *r, const sz_name *name) {
    static const char digits[] = "0123456789abcdef";
    sz_str owner = sz_reply_at(r, 0)->text;
    if (owner.n != 32 || sz_reply_u64(sz_reply_at(r, 1)) != name->seq) return false;
    for (size_t i = 0; i < 32; i++)
        if (owner.p[i] != digits[i % 2 ? name->owner[i / 2] & 15 : name->owner[i / 2] >> 4]) return false;
    return true;
}

/* The load is over, which the worker hears when it asks; one that begins anew forgets it. */
static void end_with(conn *c, sz_answer how, const char *text) {
    begin(&c->load);
    c->load.failed = how;
    c->load.failure = text;
    go_on(c);
}

static void hold(loading *l, sz_chunk_kind kind, reply *items, size_t n) {
    l->in_hand = n ? items : NULL;
    l->in_hand_kind = kind;
    l->next = 0;
    l->end = n;
}

/* As many items the next time as made 4 MiB this time, of n that had so many bytes. */
static uint32_t count_after(size_t n, size_t bytes, uint32_t most) {
    size_t fit = n * (size_t)MOST_BYTES / (bytes + 1);
    return n == 0 || fit > most ? most : (uint32_t)fit;
}

static size_t bytes_of(const reply *items, size_t n) {
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) bytes += items[i].text.n;
    return bytes;
}

static void note_lengths(loading *l, const reply *header) {
    l->lengths[SZ_CHUNK_DICT] = sz_reply_u64(sz_reply_at(header, 2));
    l->lengths[SZ_CHUNK_JOURNAL] = sz_reply_u64(sz_reply_at(header, 3));
    l->lengths[SZ_CHUNK_OUTBOX] = sz_reply_u64(sz_reply_at(header, 4));
    l->has_lengths = true;
}

/* False: the load has ended. What the list has beyond its length is of a commit that broke off. */
static bool take_list(conn *c, const piece *p, const reply *items) {
    loading *l = &c->load;
    uint64_t left = l->lengths[p->kind] > p->from ? l->lengths[p->kind] - p->from : 0;
    size_t n = left < p->count ? (size_t)left : p->count;
    if (items->n < n) {
        end_with(c, SZ_ANS_FAILED, shorter);
        return false;
    }
    hold(l, p->kind, items->items, n);
    if (l->at == p->kind) {
        uint32_t most = 2 * l->count < MOST_ITEMS ? 2 * l->count : MOST_ITEMS;
        uint32_t count = count_after(n, bytes_of(items->items, n), most);
        l->count = count ? count : 1;
    }
    return true;
}

/* Items whose key was not there before, moved together. */
static size_t keep_new(sz_map *seen, reply *items, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        if (!sz_map_put(seen, items[i].text, 1)) continue;
        items[kept] = items[i];
        items[kept + 1] = items[i + 1];
        kept += 2;
    }
    return kept;
}

static bool take_hash(conn *c, const reply *scan) {
    loading *l = &c->load;
    const reply *items = sz_reply_at(scan, 1);
    sz_str cursor = sz_reply_at(scan, 0)->text;
    if (items->kind != REPLY_LIST || cursor.n == 0 || cursor.n >= sizeof l->cursor) {
        sz_conn_error(c, scan->kind == REPLY_ERROR ? scan->text : SZ_STR("ERR no reply to HSCAN"));
        return false;
    }
    uint32_t count = count_after(items->n / 2, bytes_of(items->items, items->n), MOST_SCANNED);
    hold(l, l->at, items->items, keep_new(&l->seen, items->items, items->n));
    l->count = count > LEAST_COUNT ? count : LEAST_COUNT;
    memcpy(l->cursor, cursor.p, cursor.n);
    l->cursor[cursor.n] = 0;
    if (sz_str_is(cursor, "0")) begin_kind(l, l->at + 1);
    return true;
}

static bool take_piece(conn *c, const piece *p, const reply *r) {
    const reply *header = sz_reply_at(r, 0), *got = sz_reply_at(r, 1);
    if (!is_name(header, &c->load.name)) {
        end_with(c, SZ_ANS_REFUSED, overtaken);
        return false;
    }
    note_lengths(&c->load, header);
    if (sources[p->kind].has_keys) return take_hash(c, got);
    if (got->kind == REPLY_LIST) return take_list(c, p, got);
    sz_conn_error(c, got->kind == REPLY_ERROR ? got->text : SZ_STR("ERR no reply to LRANGE"));
    return false;
}

static void take_end(conn *c, const reply *r) {
    if (!is_name(r, &c->load.name)) {
        end_with(c, SZ_ANS_REFUSED, overtaken);
        return;
    }
    answer(c, &(sz_msg){.answer = SZ_ANS_OK, .chunk = SZ_CHUNK_END});
}

void sz_load_reply(conn *c, const ask *a, const reply *r) {
    loading *l = &c->load;
    if (a->load != l->number) return;
    piece p = *ahead(l, 0);
    l->first_ahead = (l->first_ahead + 1) % PIECES_AHEAD;
    l->n_ahead--;
    if (a->kind == ASK_END) take_end(c, r);
    else if (take_piece(c, &p, r)) go_on(c);
}
